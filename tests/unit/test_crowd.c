// SPDX-License-Identifier: Apache-2.0
// test_crowd.c: a fold over what a stretch of open tuples is together is the fold over the tuples themselves.

#include "runtime/exec/crowd.h"

#include "tests/unit/aggregate_unit.h"

enum { TUPLES = 37, STRETCHES = 200 };

static Value random_value(Bench *b, uint64_t *seed, Type type)
{
    int64_t number = (int64_t)(random_next(seed) % 9) - 4;
    char text[8];
    snprintf(text, sizeof text, "t%d", (int)number + 4);
    uint64_t kind = random_next(seed) % 12;
    if (kind == 0)
        return (Value){.type = type,
                       .state = VALUE_GAP,
                       .cause = cause_intern(b->causes, REASON_MISSING, STR("t.x"))};
    if (kind == 1 && type_phys(type) == PHYS_I64)
        return (Value){.type = type,
                       .state = VALUE_ISSUE,
                       .cause = cause_intern(b->causes, REASON_OVERFLOW, STR("t.x")),
                       .bounded = true,
                       .lo = number,
                       .hi = number + 3};
    if (type_phys(type) == PHYS_I64)
        return (Value){.type = type, .i64 = number};
    if (type_phys(type) == PHYS_BOOL)
        return (Value){.type = type, .boolean = number > 2};
    return (Value){.type = type, .code = dict_intern(b->dict, str_from_cstr(text))};
}

// The bounds over two certain tuples and a stretch of open ones, taken one by one or as one.
static void expect_same(Bench *b, AggState *state, const Crowd *crowd, const Tuple *tuples,
                        int64_t from, int64_t to)
{
    Tuple all[TUPLES + 2];
    int64_t count = 0;
    all[count++] = tuples[TUPLES];
    all[count++] = tuples[TUPLES + 1];
    Value one_by_one, together;
    for (int64_t i = from; i < to; i++)
        all[count++] = tuples[i];
    aggregate_bounds(state, -1, all, count, &one_by_one);
    Lump lump = {.weight = 0};
    crowd_between(crowd, from, to, &lump);
    assert_int_equal(lump.weight, to - from);
    count = 2;
    if (lump.weight > 0)
        all[count++] = lump_tuple(crowd->aggregate, &lump, CLASS_POSSIBLE);
    aggregate_bounds(state, -1, all, count, &together);
    assert_int_equal(one_by_one.state, together.state);
    assert_int_equal(one_by_one.bounded, together.bounded);
    if (one_by_one.bounded)
        assert_true(one_by_one.lo == together.lo && one_by_one.hi == together.hi);
    if (one_by_one.state == VALUE_KNOWN)
        assert_true(value_same(&one_by_one, &together));
    (void)b;
}

static void check_kind(Bench *b, AggregateKind kind, Type type, Type result, bool many)
{
    uint64_t seed = 11 + (uint64_t)kind;
    Aggregate aggregate = aggregate_make(kind, type, result);
    assert_true(lump_can(&aggregate));
    AggState *state = aggregate_create(&aggregate, &b->shared);
    Tuple tuples[TUPLES + 2];
    Crowd crowd = crowd_make(&b->shared, &aggregate, TUPLES, b->arena);
    for (int64_t i = 0; i < TUPLES + 2; i++) {
        RowClass row_class = i < TUPLES ? CLASS_POSSIBLE : CLASS_CERTAIN;
        tuples[i] = (Tuple){.class = row_class, .value = random_value(b, &seed, type)};
        tuples[i].many = many && i < TUPLES && random_next(&seed) % 8 == 0;
        if (i < TUPLES)
            *crowd_leaf(&crowd, i) = lump_of(&b->shared, &aggregate, &tuples[i]);
    }
    crowd_build(&crowd);
    expect_same(b, state, &crowd, tuples, 0, TUPLES);
    for (int s = 0; s < STRETCHES; s++) {
        int64_t from = (int64_t)(random_next(&seed) % (TUPLES + 1));
        int64_t to = from + (int64_t)(random_next(&seed) % (uint64_t)(TUPLES + 1 - from));
        expect_same(b, state, &crowd, tuples, from, to);
    }
    aggregate_destroy(state);
}

static void a_stretch_is_worth_what_its_tuples_are(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    for (int many = 0; many < 2; many++) {
        check_kind(b, AGGREGATE_COUNT, INTEGER, INTEGER, many != 0);
        check_kind(b, AGGREGATE_SUM, INTEGER, INTEGER, many != 0);
        check_kind(b, AGGREGATE_MIN, INTEGER, INTEGER, many != 0);
        check_kind(b, AGGREGATE_MAX, INTEGER, INTEGER, many != 0);
        check_kind(b, AGGREGATE_MIN, TEXT, TEXT, many != 0);
        check_kind(b, AGGREGATE_MAX, TEXT, TEXT, many != 0);
        check_kind(b, AGGREGATE_ANY, BOOLEAN, BOOLEAN, many != 0);
        check_kind(b, AGGREGATE_ALL, BOOLEAN, BOOLEAN, many != 0);
        check_kind(b, AGGREGATE_MEDIAN, INTEGER, INTEGER, many != 0);
        check_kind(b, AGGREGATE_MODE, INTEGER, INTEGER, many != 0);
    }
    bench_destroy(b);
}

static void the_least_cause_is_kept(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Aggregate count = aggregate_make(AGGREGATE_COUNT, INTEGER, INTEGER);
    CauseId low = cause_intern(b->causes, REASON_ABSENT, STR("t.x")),
            high = cause_intern(b->causes, REASON_MISSING, STR("t.x"));
    Tuple tuples[] = {{.class = CLASS_SHADOW, .cause = high},
                      {.class = CLASS_SHADOW, .cause = low}};
    Lump lump = lump_of(&b->shared, &count, &tuples[0]),
         other = lump_of(&b->shared, &count, &tuples[1]);
    lump_join(&b->shared, &count, &lump, &other);
    assert_int_equal(lump.cause, low);
    Tuple both = lump_tuple(&count, &lump, CLASS_SHADOW);
    assert_int_equal(both.cause, low);
    assert_int_equal(both.weight, 2);
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stretch_is_worth_what_its_tuples_are),
        cmocka_unit_test(the_least_cause_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

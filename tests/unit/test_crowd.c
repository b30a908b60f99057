// SPDX-License-Identifier: Apache-2.0
// test_crowd.c: a fold over what a stretch of open tuples is together is the fold over the tuples themselves.

#include "runtime/exec/crowd.h"

#include "tests/unit/aggregate_unit.h"

enum { TUPLES = 37, STRETCHES = 200 };

static Value random_value(Bench *b, uint64_t *seed, Type type, bool holes)
{
    int64_t number = (int64_t)(random_next(seed) % 9) - 4;
    char text[8];
    snprintf(text, sizeof text, "t%d", (int)number + 4);
    uint64_t kind = holes ? random_next(seed) % 12 : 2;
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

static void expect_equal(const Value *a, const Value *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->bounded, b->bounded);
    if (a->bounded)
        assert_true(a->lo == b->lo && a->hi == b->hi);
    if (a->state == VALUE_KNOWN)
        assert_true(value_same(a, b));
}

// The bounds over two certain tuples and a stretch of open ones: taken one by one, as one, and as two and a single one.
static void expect_same(AggState *state, const Crowd *crowd, const Tuple *tuples, int64_t from,
                        int64_t to)
{
    Tuple all[TUPLES + 2] = {tuples[TUPLES], tuples[TUPLES + 1]};
    int64_t count = 2, middle = from + (to - from) / 3;
    Value one_by_one, together, parts;
    for (int64_t i = from; i < to; i++)
        all[count++] = tuples[i];
    aggregate_bounds(state, -1, all, count, &one_by_one);
    count = 2;
    if (crowd_tuple(crowd, from, to, CLASS_POSSIBLE, &all[2]))
        assert_int_equal(all[count++].weight, to - from);
    assert_int_equal(count, from < to ? 3 : 2);
    aggregate_bounds(state, -1, all, count, &together);
    expect_equal(&one_by_one, &together);
    if (from == to)
        return;
    count = 2;
    count += crowd_tuple(crowd, from, middle, CLASS_POSSIBLE, &all[count]);
    count += crowd_tuple(crowd, middle, to - 1, CLASS_POSSIBLE, &all[count]);
    all[count++] = tuples[to - 1];
    aggregate_bounds(state, -1, all, count, &parts);
    expect_equal(&one_by_one, &parts);
}

typedef struct Kind {
    AggregateKind kind;
    Type type, result;
    bool many, holes;
} Kind;

static void check_kind(Bench *b, Kind kind)
{
    uint64_t seed = 11 + (uint64_t)kind.kind;
    Aggregate aggregate = aggregate_make(kind.kind, kind.type, kind.result);
    assert_true(lump_can(&aggregate));
    AggState *state = aggregate_create(&aggregate, &b->shared);
    Tuple tuples[TUPLES + 2];
    Crowd crowd = crowd_make(&b->shared, &aggregate, TUPLES, b->arena);
    for (int64_t i = 0; i < TUPLES + 2; i++) {
        RowClass row_class = i < TUPLES ? CLASS_POSSIBLE : CLASS_CERTAIN;
        tuples[i] =
            (Tuple){.class = row_class, .value = random_value(b, &seed, kind.type, kind.holes)};
        tuples[i].many = kind.many && i < TUPLES && random_next(&seed) % 8 == 0;
        if (i < TUPLES)
            crowd_set(&crowd, i, &tuples[i]);
    }
    crowd_build(&crowd);
    expect_same(state, &crowd, tuples, 0, TUPLES);
    for (int s = 0; s < STRETCHES; s++) {
        int64_t from = (int64_t)(random_next(&seed) % (TUPLES + 1));
        int64_t to = from + (int64_t)(random_next(&seed) % (uint64_t)(TUPLES + 1 - from));
        expect_same(state, &crowd, tuples, from, to);
    }
    aggregate_destroy(state);
}

static void a_stretch_is_worth_what_its_tuples_are(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    for (int way = 0; way < 4; way++) {
        bool many = way % 2 != 0, holes = way / 2 != 0;
        const Kind kinds[] = {
            {AGGREGATE_COUNT, INTEGER, INTEGER, many, holes},
            {AGGREGATE_SUM, INTEGER, INTEGER, many, holes},
            {AGGREGATE_MEAN, INTEGER, MEAN, many, holes},
            {AGGREGATE_DISTINCT_COUNT, INTEGER, INTEGER, many, holes},
            {AGGREGATE_DISTINCT_COUNT, TEXT, INTEGER, many, holes},
            {AGGREGATE_MIN, INTEGER, INTEGER, many, holes},
            {AGGREGATE_MAX, INTEGER, INTEGER, many, holes},
            {AGGREGATE_MIN, TEXT, TEXT, many, holes},
            {AGGREGATE_MAX, TEXT, TEXT, many, holes},
            {AGGREGATE_ANY, BOOLEAN, BOOLEAN, many, holes},
            {AGGREGATE_ALL, BOOLEAN, BOOLEAN, many, holes},
            {AGGREGATE_MEDIAN, INTEGER, INTEGER, many, holes},
            {AGGREGATE_MODE, INTEGER, INTEGER, many, holes},
        };
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            check_kind(b, kinds[k]);
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

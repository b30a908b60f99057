// SPDX-License-Identifier: Apache-2.0
// test_aggregate_bounds.c: bounds against the enumeration of every subset of the open tuples and every value of
// the unknown ones.

#include "tests/unit/aggregate_unit.h"

// ---------------------------------------------------------------- bounds by enumeration

enum { TUPLES = 5 };

// A tuple as the enumeration sees it.
typedef struct Choice {
    bool certain;
    bool folded; // given to the accumulator
    bool known;
    int64_t lo, hi; // of its value
} Choice;

// One world: which tuples count, with which values.
typedef struct World {
    int64_t values[TUPLES];
    int count;
} World;

typedef struct Range {
    bool some;    // some world has a value
    bool nothing; // some world has none (min, max, mean of no tuples)
    int64_t num_lo, den_lo, num_hi, den_hi;
} Range;

static int compare_int(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The aggregate in one world as a fraction; false: no value.
static bool world_value(AggregateKind kind, const World *world, int64_t *num, int64_t *den)
{
    int64_t sorted[TUPLES];
    memcpy(sorted, world->values, sizeof sorted);
    qsort(sorted, (size_t)world->count, sizeof *sorted, compare_int);
    int64_t sum = 0;
    int64_t distinct = 0;
    int64_t run = 0;
    int64_t longest = 0;
    for (int i = 0; i < world->count; i++) {
        sum += sorted[i];
        if (i > 0 && sorted[i] == sorted[i - 1])
            continue;
        distinct++;
        run = i > 0 && sorted[i] == sorted[i - 1] + 1 ? run + 1 : 1;
        longest = MAX_OF(longest, run);
    }
    *den = 1;
    switch (kind) {
    case AGGREGATE_COUNT:
        *num = world->count;
        return true;
    case AGGREGATE_SUM:
        *num = sum;
        return true;
    case AGGREGATE_DISTINCT_COUNT:
        *num = distinct;
        return true;
    case AGGREGATE_LONGEST_RUN:
        *num = longest;
        return true;
    case AGGREGATE_MEAN:
        *num = sum;
        *den = world->count;
        return world->count > 0;
    case AGGREGATE_MIN:
        *num = world->count > 0 ? sorted[0] : 0;
        return world->count > 0;
    case AGGREGATE_MAX:
        *num = world->count > 0 ? sorted[world->count - 1] : 0;
        return world->count > 0;
    default:
        fail_msg("no oracle");
        return false;
    }
}

static void note_world(AggregateKind kind, const World *world, Range *range)
{
    int64_t num;
    int64_t den;
    if (!world_value(kind, world, &num, &den)) {
        range->nothing = true;
        return;
    }
    if (!range->some || num * range->den_lo < range->num_lo * den) {
        range->num_lo = num;
        range->den_lo = den;
    }
    if (!range->some || num * range->den_hi > range->num_hi * den) {
        range->num_hi = num;
        range->den_hi = den;
    }
    range->some = true;
}

static void each_world(AggregateKind kind, const Choice *choices, int index, World *world,
                       Range *range)
{
    if (index == TUPLES) {
        note_world(kind, world, range);
        return;
    }
    const Choice *choice = &choices[index];
    if (!choice->certain)
        each_world(kind, choices, index + 1, world, range);
    for (int64_t value = choice->lo; value <= choice->hi; value++) {
        world->values[world->count++] = value;
        each_world(kind, choices, index + 1, world, range);
        world->count--;
    }
}

static void random_choices(uint64_t *seed, bool unknown_allowed, Choice *choices)
{
    for (int i = 0; i < TUPLES; i++) {
        Choice *choice = &choices[i];
        choice->certain = random_next(seed) % 2 == 0;
        choice->known = !unknown_allowed || random_next(seed) % 3 > 0;
        choice->lo = (int64_t)(random_next(seed) % 9) - 4;
        choice->hi = choice->known ? choice->lo : choice->lo + 1 + (int64_t)(random_next(seed) % 3);
        choice->folded = choice->certain && choice->known && random_next(seed) % 2 == 0;
    }
}

static Value choice_value(Bench *b, const Choice *choice)
{
    if (choice->known)
        return known_whole(INTEGER, choice->lo);
    return make_bounded(INTEGER, b->issue, choice->lo, choice->hi);
}

static Value bounds_of_choices(Bench *b, const Aggregate *aggregate, const Choice *choices)
{
    AggState *state = aggregate_create(aggregate, &b->shared);
    aggregate_reserve(state, 2);
    Tuple tuples[TUPLES];
    int64_t count = 0;
    for (int i = 0; i < TUPLES; i++) {
        Value value = choice_value(b, &choices[i]);
        if (choices[i].folded) {
            Vector one;
            vector_constant(&one, &value, 1, b->arena);
            const int64_t group = 1;
            const AggBatch batch = {.count = 1, .groups = &group, .value = &one};
            aggregate_update(state, &batch);
            continue;
        }
        tuples[count++] = (Tuple){.class = choices[i].certain ? CLASS_CERTAIN : CLASS_POSSIBLE,
                                  .value = value,
                                  .order = i};
    }
    Value result;
    aggregate_bounds(state, 1, tuples, count, &result);
    aggregate_destroy(state);
    return result;
}

static bool all_known(const Choice *choices)
{
    for (int i = 0; i < TUPLES; i++)
        if (!choices[i].known)
            return false;
    return true;
}

// `tight`: both ends of the bounds are reached by a world.
static void expect_range(const Value *value, const Range *range, bool tight, int scale)
{
    int128_t unit = wide_pow10(scale);
    if (value->state == VALUE_KNOWN) {
        int128_t number = type_phys(value->type) == PHYS_I64 ? value->i64 : value->i128;
        int128_t exact;
        assert_true(range->num_lo * range->den_hi == range->num_hi * range->den_lo);
        assert_true(exact_divide_wide(wide_mul_128(range->num_lo, unit),
                                      wide_from_i128(range->den_lo), ROUND_HALF_EVEN, &exact));
        assert_true(number == exact);
        return;
    }
    assert_int_equal(value->state, VALUE_ISSUE);
    if (!value->bounded)
        return;
    int128_t lo;
    int128_t hi;
    assert_true(exact_divide_wide(wide_mul_128(range->num_lo, unit), wide_from_i128(range->den_lo),
                                  ROUND_FLOOR, &lo));
    assert_true(exact_divide_wide(wide_mul_128(range->num_hi, unit), wide_from_i128(range->den_hi),
                                  ROUND_CEILING, &hi));
    assert_true(value->lo <= lo);
    assert_true(value->hi >= hi);
    if (tight) {
        assert_true(value->lo == lo);
        assert_true(value->hi == hi);
    }
}

static void check_bounds(AggregateKind kind, Type result, bool unknown_allowed, bool tight,
                         uint64_t salt)
{
    Bench *b = bench_create();
    uint64_t seed = salt;
    Aggregate aggregate = aggregate_make(kind, INTEGER, result);
    int bounded = 0;
    for (int round = 0; round < 2000; round++) {
        Choice choices[TUPLES];
        random_choices(&seed, unknown_allowed, choices);
        Range range = {0};
        World world = {.count = 0};
        each_world(kind, choices, 0, &world, &range);
        Value value = bounds_of_choices(b, &aggregate, choices);
        bounded += value.bounded;
        if (range.nothing) {
            assert_false(value.bounded);
            assert_true(value.state != VALUE_KNOWN);
            assert_int_equal(value.state == VALUE_GAP, !range.some);
            continue;
        }
        bool mean_unknown = kind == AGGREGATE_MEAN && !all_known(choices);
        bool run_unknown = kind == AGGREGATE_LONGEST_RUN && !all_known(choices);
        if (mean_unknown || run_unknown) {
            assert_false(value.bounded);
            continue;
        }
        expect_range(&value, &range, tight, type_is_exact(result) ? result.scale : 0);
    }
    assert_true(bounded > 100);
    bench_destroy(b);
}

static void bounds_contain_every_world_and_are_tight(void **unused)
{
    (void)unused;
    const Type mean = {.kind = TYPE_RATIO, .scale = 18};
    check_bounds(AGGREGATE_COUNT, INTEGER, true, true, 1);
    check_bounds(AGGREGATE_SUM, INTEGER, true, true, 2);
    check_bounds(AGGREGATE_MIN, INTEGER, true, true, 3);
    check_bounds(AGGREGATE_MAX, INTEGER, true, true, 4);
    check_bounds(AGGREGATE_MEAN, mean, true, true, 5);
    check_bounds(AGGREGATE_MEAN, mean, false, true, 6);
    check_bounds(AGGREGATE_DISTINCT_COUNT, INTEGER, true, false, 7);
    check_bounds(AGGREGATE_DISTINCT_COUNT, INTEGER, false, true, 8);
    check_bounds(AGGREGATE_LONGEST_RUN, INTEGER, false, true, 9);
}

// any and all by three-valued enumeration.
static void truths_are_exact_over_all_worlds(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    const AggregateKind kinds[] = {AGGREGATE_ANY, AGGREGATE_ALL};
    for (size_t k = 0; k < 2; k++) {
        Aggregate aggregate = aggregate_make(kinds[k], BOOLEAN, BOOLEAN);
        AggState *state = aggregate_create(&aggregate, &b->shared);
        // Each of three tuples: certain or open, and F, T or unknown.
        for (int code = 0; code < 6 * 6 * 6; code++) {
            Tuple tuples[3];
            bool can[2] = {false, false};
            int digits[3] = {code % 6, code / 6 % 6, code / 36};
            for (int i = 0; i < 3; i++) {
                Value value = {.type = BOOLEAN, .boolean = digits[i] % 3 == 1};
                if (digits[i] % 3 == 2)
                    value = make_gap(BOOLEAN, b->gap);
                tuples[i] = (Tuple){.class = digits[i] < 3 ? CLASS_CERTAIN : CLASS_POSSIBLE,
                                    .value = value};
            }
            for (int world = 0; world < 64; world++) {
                bool any = false;
                bool all = true;
                bool valid = true;
                for (int i = 0; i < 3; i++) {
                    bool present = (world >> i & 1) != 0;
                    bool truth = (world >> (3 + i) & 1) != 0;
                    valid &= present || tuples[i].class != CLASS_CERTAIN;
                    valid &=
                        tuples[i].value.state != VALUE_KNOWN || truth == tuples[i].value.boolean;
                    any |= present && truth;
                    all &= !present || truth;
                }
                if (valid)
                    can[k == 0 ? any : all] = true;
            }
            Value value;
            aggregate_bounds(state, -1, tuples, 3, &value);
            assert_int_equal(value.state, can[0] && can[1] ? VALUE_ISSUE : VALUE_KNOWN);
            if (value.state == VALUE_KNOWN)
                assert_true(can[value.boolean]);
        }
        aggregate_destroy(state);
    }
    bench_destroy(b);
}

static void unknown_rows_that_stand_for_many_open_the_end(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Tuple many = {.class = CLASS_POSSIBLE, .many = true, .value = make_issue(INTEGER, b->issue)};
    Tuple one = {.class = CLASS_CERTAIN, .value = known_whole(INTEGER, 4)};
    const Tuple tuples[] = {many, one};
    const struct {
        AggregateKind kind;
        bool nonnegative, bounded;
        int128_t lo, hi;
    } cases[] = {
        {AGGREGATE_COUNT, false, true, 1, BOUND_HIGH},
        {AGGREGATE_SUM, false, false, 0, 0},
        {AGGREGATE_SUM, true, true, 4, BOUND_HIGH},
        {AGGREGATE_DISTINCT_COUNT, false, true, 1, BOUND_HIGH},
        {AGGREGATE_MIN, false, true, BOUND_LOW, 4},
        {AGGREGATE_MIN, true, true, 0, 4},
        {AGGREGATE_MAX, false, true, 4, BOUND_HIGH},
    };
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        Aggregate aggregate = aggregate_make(cases[c].kind, INTEGER, INTEGER);
        aggregate.nonnegative = cases[c].nonnegative;
        AggState *state = aggregate_create(&aggregate, &b->shared);
        Value value;
        aggregate_bounds(state, -1, tuples, 2, &value);
        assert_int_equal(value.state, VALUE_ISSUE);
        assert_int_equal(value.bounded, cases[c].bounded);
        if (value.bounded) {
            assert_true(value.lo == cases[c].lo);
            assert_true(value.hi == cases[c].hi);
        }
        aggregate_destroy(state);
    }
    bench_destroy(b);
}

static void causes_name_members_or_the_least_hole(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Aggregate sum = aggregate_make(AGGREGATE_SUM, INTEGER, INTEGER);
    AggState *state = aggregate_create(&sum, &b->shared);
    Tuple tuples[] = {
        {.class = CLASS_CERTAIN, .value = make_gap(INTEGER, b->gap)},
        {.class = CLASS_CERTAIN, .value = make_gap(INTEGER, b->gap2)},
        {.class = CLASS_POSSIBLE, .value = known_whole(INTEGER, 1), .cause = b->issue}};
    Value value;
    aggregate_bounds(state, -1, tuples, 2, &value);
    assert_int_equal(value.cause, b->gap2); // masked before missing
    aggregate_bounds(state, -1, tuples, 3, &value);
    assert_int_equal(cause_get(b->causes, value.cause).reason, REASON_UNDECIDED_MEMBERS);
    // A possible tuple that changes nothing leaves the value known.
    tuples[2].value.i64 = 0;
    aggregate_bounds(state, -1, tuples + 2, 1, &value);
    assert_int_equal(value.state, VALUE_KNOWN);
    // What queries see: known values only; failures count, gaps do not.
    aggregate_known(state, -1, tuples, 3, true, &value);
    assert_int_equal(value.state, VALUE_KNOWN);
    assert_int_equal(value.i64, 0);
    tuples[0].value = make_issue(INTEGER, b->issue);
    aggregate_known(state, -1, tuples, 3, true, &value);
    assert_int_equal(value.state, VALUE_ISSUE);
    assert_int_equal(value.cause, b->issue);
    aggregate_known(state, -1, tuples, 3, false, &value);
    assert_int_equal(value.state, VALUE_KNOWN);
    aggregate_destroy(state);
    bench_destroy(b);
}

static void soft_statistics_leave_few_out(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Aggregate median = aggregate_make(AGGREGATE_MEDIAN, INTEGER, type_exact(TYPE_DECIMAL, 1));
    Tuple tuples[13];
    for (int i = 0; i < 10; i++)
        tuples[i] = (Tuple){.class = CLASS_CERTAIN, .value = known_whole(INTEGER, i)};
    tuples[10] = (Tuple){.class = CLASS_POSSIBLE, .value = known_whole(INTEGER, 100)};
    tuples[11] = (Tuple){.class = CLASS_SHADOW, .value = known_whole(INTEGER, 100)};
    tuples[12] = (Tuple){.class = CLASS_CERTAIN, .value = make_gap(INTEGER, b->gap)};
    AggState *state = aggregate_create(&median, &b->shared);
    Value value;
    aggregate_bounds(state, -1, tuples, 12, &value); // 10 · 1 > 10 is false
    assert_int_equal(value.state, VALUE_KNOWN);
    assert_true(value.i128 == 45);
    aggregate_bounds(state, -1, tuples, 13, &value); // 10 · 2 > 10
    assert_int_equal(cause_get(b->causes, value.cause).reason, REASON_PEERS_UNDECIDED);
    aggregate_destroy(state);
    bench_destroy(b);
}

static void texts_are_known_if_open_ones_cannot_win(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Aggregate least = aggregate_make(AGGREGATE_MIN, TEXT, TEXT);
    AggState *state = aggregate_create(&least, &b->shared);
    Tuple tuples[] = {{.class = CLASS_CERTAIN, .value = known_text(b, TEXT, "m")},
                      {.class = CLASS_POSSIBLE, .value = known_text(b, TEXT, "z")},
                      {.class = CLASS_POSSIBLE, .value = known_text(b, TEXT, "a")}};
    Value value;
    aggregate_bounds(state, -1, tuples, 2, &value);
    expect_code_text(b, value, "m");
    aggregate_bounds(state, -1, tuples, 3, &value);
    assert_int_equal(value.state, VALUE_ISSUE);
    assert_false(value.bounded);
    aggregate_destroy(state);
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_contain_every_world_and_are_tight),
        cmocka_unit_test(truths_are_exact_over_all_worlds),
        cmocka_unit_test(unknown_rows_that_stand_for_many_open_the_end),
        cmocka_unit_test(causes_name_members_or_the_least_hole),
        cmocka_unit_test(soft_statistics_leave_few_out),
        cmocka_unit_test(texts_are_known_if_open_ones_cannot_win),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

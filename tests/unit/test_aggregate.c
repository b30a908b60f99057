// SPDX-License-Identifier: Apache-2.0
// test_aggregate.c: folds against naive ones, in any order and any partition.

#include "tests/unit/aggregate_unit.h"

enum { ROWS = 2000, GROUPS = 17 };

// ---------------------------------------------------------------- clean folds

typedef struct Data {
    int64_t groups[ROWS];
    int64_t order[ROWS];
    Vector value;
    Vector by;
} Data;

static void random_data(uint64_t *seed, Type type, uint64_t range, Bench *b, Data *data)
{
    vector_make(&data->value, type_phys(type), ROWS, b->arena);
    vector_make(&data->by, PHYS_I64, ROWS, b->arena);
    for (int64_t i = 0; i < ROWS; i++) {
        data->groups[i] = (int64_t)(random_next(seed) % (GROUPS + 1)) - 1;
        data->order[i] = i;
        data->by.i64[i] = (int64_t)(random_next(seed) % 40);
        int64_t number = (int64_t)(random_next(seed) % range) - (int64_t)(range / 2);
        char text[24];
        switch (type_phys(type)) {
        case PHYS_BOOL:
            data->value.truth[i] = number > -1;
            break;
        case PHYS_I64:
            data->value.i64[i] = number;
            break;
        case PHYS_I128:
            data->value.i128[i] = (int128_t)number * INT64_C(1000000000000);
            break;
        case PHYS_F64:
            data->value.f64[i] = (double)number / 3;
            break;
        case PHYS_PAIR:
            data->value.pair[i] = (Pair){number, number + (int64_t)(random_next(seed) % 4)};
            break;
        case PHYS_CODE:
            snprintf(text, sizeof text, "t%d", (int)number);
            data->value.code[i] = dict_intern(b->dict, str_from_cstr(text));
            break;
        }
    }
}

// Feeds rows first..first+count in batches; `backwards` takes the batches from the end.
static void feed(AggState *state, const Data *data, int64_t first, int64_t count, int64_t batch,
                 bool backwards)
{
    for (int64_t start = 0; start < count; start += batch) {
        int64_t rows = MIN_OF(batch, count - start);
        int64_t at = backwards ? first + count - start - rows : first + start;
        Vector value = data->value;
        value.data = (char *)value.data + (size_t)at * phys_size(value.phys);
        Vector by = data->by;
        by.i64 += at;
        const AggBatch part = {.count = rows,
                               .groups = data->groups + at,
                               .value = &value,
                               .by = &by,
                               .order = data->order + at};
        assert_int_equal(aggregate_update(state, &part), 0);
    }
}

static void expect_equal_states(AggState *a, AggState *b)
{
    for (int64_t g = 0; g < GROUPS; g++) {
        Value x = aggregate_value(a, g);
        Value y = aggregate_value(b, g);
        assert_true(value_same(&x, &y));
    }
}

// Forwards in large batches = backwards in small ones = two halves merged.
static void check_order_free(const Aggregate *aggregate, Bench *b, const Data *data)
{
    AggState *whole = aggregate_create(aggregate, &b->shared);
    aggregate_reserve(whole, GROUPS);
    feed(whole, data, 0, ROWS, 1024, false);
    AggState *backwards = aggregate_create(aggregate, &b->shared);
    aggregate_reserve(backwards, GROUPS);
    feed(backwards, data, 0, ROWS, 7, true);
    expect_equal_states(whole, backwards);
    AggState *left = aggregate_create(aggregate, &b->shared);
    AggState *right = aggregate_create(aggregate, &b->shared);
    aggregate_reserve(left, GROUPS);
    aggregate_reserve(right, GROUPS);
    feed(left, data, 0, 700, 1, false);
    feed(right, data, 700, ROWS - 700, 333, false);
    aggregate_merge(right, left, NULL);
    expect_equal_states(whole, right);
    Vector finished;
    aggregate_finish(whole, GROUPS, b->arena, &finished);
    for (int64_t g = 0; g < GROUPS; g++) {
        Value x = vector_value(&finished, aggregate->type, g);
        Value y = aggregate_value(backwards, g);
        assert_true(value_same(&x, &y));
    }
    aggregate_destroy(whole);
    aggregate_destroy(backwards);
    aggregate_destroy(left);
    aggregate_destroy(right);
}

static void folds_do_not_depend_on_order_or_partition(void **unused)
{
    (void)unused;
    const Type list = {.kind = TYPE_LIST, .element = &INTEGER};
    const Type set = {.kind = TYPE_SET, .element = &TEXT};
    const Type period = {.kind = TYPE_PERIOD};
    const Type periods = {.kind = TYPE_LIST, .element = &period};
    const struct {
        AggregateKind kind;
        Type argument, result;
        uint64_t range;
    } cases[] = {
        {AGGREGATE_COUNT, INTEGER, INTEGER, 10},
        {AGGREGATE_SUM, INTEGER, INTEGER, 1000},
        {AGGREGATE_SUM, MONEY, MONEY, 100000},
        {AGGREGATE_SUM, REAL, REAL, 1000000},
        {AGGREGATE_MEAN, MONEY, MEAN, 100000},
        {AGGREGATE_MEAN, REAL, REAL, 100000},
        {AGGREGATE_MIN, INTEGER, INTEGER, 1000},
        {AGGREGATE_MAX, TEXT, TEXT, 100},
        {AGGREGATE_MIN, REAL, REAL, 100},
        {AGGREGATE_MAX, MONEY, MONEY, 1000},
        {AGGREGATE_DISTINCT_COUNT, TEXT, INTEGER, 90},
        {AGGREGATE_DISTINCT_COUNT, MONEY, INTEGER, 50},
        {AGGREGATE_ANY, BOOLEAN, BOOLEAN, 3},
        {AGGREGATE_ALL, BOOLEAN, BOOLEAN, 50},
        {AGGREGATE_COLLECT, INTEGER, list, 30},
        {AGGREGATE_COLLECT, TEXT, set, 30},
        {AGGREGATE_LIST_TEXT, TEXT, TEXT, 30},
        {AGGREGATE_SHOW, TEXT, TEXT, 30},
        {AGGREGATE_UNION, period, periods, 400},
        {AGGREGATE_LONGEST_RUN, INTEGER, INTEGER, 100},
        {AGGREGATE_MEDIAN, MONEY, {.kind = TYPE_MONEY, .scale = 5}, 500},
        {AGGREGATE_MODE, TEXT, TEXT, 20},
        {AGGREGATE_FIRST, TEXT, TEXT, 90},
        {AGGREGATE_LAST, MONEY, MONEY, 90},
    };
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        Bench *b = bench_create();
        uint64_t seed = 31 + c;
        Data *data = ARENA_NEW(b->arena, Data);
        random_data(&seed, cases[c].argument, cases[c].range, b, data);
        Aggregate aggregate = aggregate_make(cases[c].kind, cases[c].argument, cases[c].result);
        aggregate.by = (Expr){.type = INTEGER, .count = 1};
        check_order_free(&aggregate, b, data);
        bench_destroy(b);
    }
}

static void sums_and_extremes_match_naive_folds(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    uint64_t seed = 99;
    Data *data = ARENA_NEW(b->arena, Data);
    random_data(&seed, MONEY, 1000000, b, data);
    const Aggregate aggregates[] = {aggregate_make(AGGREGATE_COUNT, MONEY, INTEGER),
                                    aggregate_make(AGGREGATE_SUM, MONEY, MONEY),
                                    aggregate_make(AGGREGATE_MIN, MONEY, MONEY),
                                    aggregate_make(AGGREGATE_MAX, MONEY, MONEY)};
    AggState *states[4];
    for (int k = 0; k < 4; k++) {
        states[k] = aggregate_create(&aggregates[k], &b->shared);
        aggregate_reserve(states[k], GROUPS);
        const AggBatch batch = {.count = ROWS, .groups = data->groups, .value = &data->value};
        aggregate_update(states[k], &batch);
    }
    for (int64_t g = 0; g < GROUPS; g++) {
        int64_t count = 0;
        int128_t sum = 0;
        int128_t least = 0;
        int128_t most = 0;
        for (int i = 0; i < ROWS; i++) {
            int128_t value = data->value.i128[i];
            if (data->groups[i] != g)
                continue;
            least = count == 0 ? value : MIN_OF(least, value);
            most = count == 0 ? value : MAX_OF(most, value);
            sum += value;
            count++;
        }
        assert_int_equal(aggregate_value(states[0], g).i64, count);
        assert_true(aggregate_value(states[1], g).i128 == sum);
        assert_true(aggregate_value(states[2], g).i128 == least);
        assert_true(aggregate_value(states[3], g).i128 == most);
    }
    for (int k = 0; k < 4; k++)
        aggregate_destroy(states[k]);
    bench_destroy(b);
}

// Folds a few numbers in one group and gives the value.
static Value fold_numbers(Bench *b, const Aggregate *aggregate, const Value *numbers, int64_t count)
{
    Vector value;
    vector_make(&value, type_phys(aggregate->argument.type), count, b->arena);
    for (int64_t i = 0; i < count; i++)
        vector_set(&value, i, &numbers[i], b->arena);
    AggState *state = aggregate_create(aggregate, &b->shared);
    aggregate_reserve(state, 1);
    const AggBatch batch = {.count = count, .value = &value};
    aggregate_update(state, &batch);
    Value result = aggregate_value(state, 0);
    aggregate_destroy(state);
    return result;
}

static void totals_overflow_only_at_the_end(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    int128_t most = wide_pow10(38) - 1;
    Value numbers[] = {known_i128(MONEY, most), known_i128(MONEY, most), known_i128(MONEY, -most),
                       known_i128(MONEY, 0)};
    Aggregate sum = aggregate_make(AGGREGATE_SUM, MONEY, MONEY);
    Value value = fold_numbers(b, &sum, numbers, 4);
    assert_int_equal(value.state, VALUE_KNOWN);
    assert_true(value.i128 == most);
    value = fold_numbers(b, &sum, numbers, 2);
    assert_int_equal(value.state, VALUE_ISSUE);
    assert_int_equal(cause_get(b->causes, value.cause).reason, REASON_OVERFLOW);
    Value whole[] = {known_whole(INTEGER, INT64_MAX), known_whole(INTEGER, 1),
                     known_whole(INTEGER, -1)};
    Aggregate integers = aggregate_make(AGGREGATE_SUM, INTEGER, INTEGER);
    assert_int_equal(fold_numbers(b, &integers, whole, 3).i64, INT64_MAX);
    assert_int_equal(fold_numbers(b, &integers, whole, 2).state, VALUE_ISSUE);
    bench_destroy(b);
}

static void means_and_medians_are_exact(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Aggregate mean = aggregate_make(AGGREGATE_MEAN, MONEY, MEAN);
    Value thirds[] = {known_i128(MONEY, 10000), known_i128(MONEY, 0), known_i128(MONEY, 0)};
    Value value = fold_numbers(b, &mean, thirds, 3);
    assert_true(value.i128 == INT64_C(333333333333333333));
    Aggregate whole = aggregate_make(AGGREGATE_MEAN, INTEGER, type_exact(TYPE_RATIO, 18));
    Value pair[] = {known_whole(INTEGER, 1), known_whole(INTEGER, 2)};
    value = fold_numbers(b, &whole, pair, 2);
    assert_true(value.i128 == 15 * wide_pow10(17));
    Aggregate median = aggregate_make(AGGREGATE_MEDIAN, MONEY, type_exact(TYPE_MONEY, 5));
    Value numbers[] = {known_i128(MONEY, 7), known_i128(MONEY, 2), known_i128(MONEY, 7),
                       known_i128(MONEY, 4)};
    value = fold_numbers(b, &median, numbers, 4);
    assert_true(value.i128 == 55);
    value = fold_numbers(b, &median, numbers, 3);
    assert_true(value.i128 == 70);
    bench_destroy(b);
}

static void collections_are_in_value_order(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Value texts[] = {known_text(b, TEXT, "丙"), known_text(b, TEXT, "a"), known_text(b, TEXT, "丁"),
                     known_text(b, TEXT, "a"),  known_text(b, TEXT, "b"), known_text(b, TEXT, "b")};
    const Type list = {.kind = TYPE_LIST, .element = &TEXT};
    const Type set = {.kind = TYPE_SET, .element = &TEXT};
    Aggregate collect = aggregate_make(AGGREGATE_COLLECT, TEXT, list);
    expect_code_text(b, fold_numbers(b, &collect, texts, 4), "[a, a, 丁, 丙]");
    collect.type = set;
    expect_code_text(b, fold_numbers(b, &collect, texts, 4), "[a, 丁, 丙]");
    Aggregate joined = aggregate_make(AGGREGATE_LIST_TEXT, TEXT, TEXT);
    expect_code_text(b, fold_numbers(b, &joined, texts, 4), "a、丁、丙");
    Aggregate shown = aggregate_make(AGGREGATE_SHOW, TEXT, TEXT);
    expect_code_text(b, fold_numbers(b, &shown, texts, 3), "a、丁、丙");
    expect_code_text(b, fold_numbers(b, &shown, texts, 6), "a、b、丁等4项");
    Aggregate mode = aggregate_make(AGGREGATE_MODE, TEXT, TEXT);
    expect_code_text(b, fold_numbers(b, &mode, texts, 6), "a");
    Value sets[] = {
        {.type = set, .code = set_encode(b->dict, TEXT, (Value[]){texts[0], texts[1]}, 2)},
        {.type = set, .code = 0},
        {.type = set, .code = set_encode(b->dict, TEXT, (Value[]){texts[1], texts[4]}, 2)}};
    Aggregate unite = aggregate_make(AGGREGATE_UNION, set, set);
    expect_code_text(b, fold_numbers(b, &unite, sets, 3), "[a, b, 丙]");
    bench_destroy(b);
}

static void periods_unite_and_runs_count(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    const Type period = {.kind = TYPE_PERIOD};
    const Type periods = {.kind = TYPE_LIST, .element = &period};
    Value parts[] = {{.type = period, .pair = {10, 12}},
                     {.type = period, .pair = {0, 3}},
                     {.type = period, .pair = {4, 5}},
                     {.type = period, .pair = {11, 11}}};
    Aggregate unite = aggregate_make(AGGREGATE_UNION, period, periods);
    expect_code_text(b, fold_numbers(b, &unite, parts, 4),
                     "[1970-01-01..1970-01-06, 1970-01-11..1970-01-13]");
    Aggregate days = aggregate_make(AGGREGATE_LONGEST_RUN, period, INTEGER);
    assert_int_equal(fold_numbers(b, &days, parts, 4).i64, 6);
    Type month = type_of(TYPE_MONTH);
    Value months[] = {known_whole(month, 5), known_whole(month, 7), known_whole(month, 6),
                      known_whole(month, 6), known_whole(month, 9), known_whole(month, INT64_MIN)};
    Aggregate run = aggregate_make(AGGREGATE_LONGEST_RUN, month, INTEGER);
    assert_int_equal(fold_numbers(b, &run, months, 6).i64, 3);
    bench_destroy(b);
}

static void nothing_has_its_own_values(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    const Type list = {.kind = TYPE_LIST, .element = &INTEGER};
    const struct {
        AggregateKind kind;
        Type argument, result;
        ValueState state;
        int64_t expected;
    } cases[] = {
        {AGGREGATE_COUNT, INTEGER, INTEGER, VALUE_KNOWN, 0},
        {AGGREGATE_SUM, INTEGER, INTEGER, VALUE_KNOWN, 0},
        {AGGREGATE_SUM, MONEY, MONEY, VALUE_KNOWN, 0},
        {AGGREGATE_DISTINCT_COUNT, TEXT, INTEGER, VALUE_KNOWN, 0},
        {AGGREGATE_ANY, BOOLEAN, BOOLEAN, VALUE_KNOWN, 0},
        {AGGREGATE_ALL, BOOLEAN, BOOLEAN, VALUE_KNOWN, 1},
        {AGGREGATE_COLLECT, INTEGER, list, VALUE_KNOWN, 0},
        {AGGREGATE_MIN, INTEGER, INTEGER, VALUE_GAP, 0},
        {AGGREGATE_MEAN, MONEY, MEAN, VALUE_GAP, 0},
        {AGGREGATE_FIRST, TEXT, TEXT, VALUE_GAP, 0},
        {AGGREGATE_MEDIAN, MONEY, MEAN, VALUE_GAP, 0},
        {AGGREGATE_MODE, TEXT, TEXT, VALUE_GAP, 0},
        {AGGREGATE_SUM, REAL, REAL, VALUE_KNOWN, 0},
        {AGGREGATE_LONGEST_RUN, INTEGER, INTEGER, VALUE_KNOWN, 0},
    };
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        Aggregate aggregate = aggregate_make(cases[c].kind, cases[c].argument, cases[c].result);
        AggState *state = aggregate_create(&aggregate, &b->shared);
        Value value;
        aggregate_bounds(state, -1, NULL, 0, &value);
        assert_int_equal(value.state, cases[c].state);
        aggregate_reserve(state, 1);
        Value again = aggregate_value(state, 0);
        assert_true(value_same(&value, &again));
        if (value.state == VALUE_KNOWN && type_phys(value.type) == PHYS_I64)
            assert_int_equal(value.i64, cases[c].expected);
        if (cases[c].result.kind == TYPE_BOOLEAN)
            assert_int_equal(value.boolean, cases[c].expected);
        if (value.state == VALUE_GAP)
            assert_int_equal(cause_get(b->causes, value.cause).reason, REASON_MISSING);
        aggregate_destroy(state);
    }
    bench_destroy(b);
}

static void unknown_tuples_are_set_aside(void **unused)
{
    (void)unused;
    Bench *b = bench_create();
    Vector value;
    vector_make(&value, PHYS_I64, 5, b->arena);
    for (int64_t i = 0; i < 5; i++)
        value.i64[i] = 1 << i;
    vector_set_unknown(&value, 1, VALUE_GAP, b->gap, b->arena);
    Vector when;
    vector_make(&when, PHYS_BOOL, 5, b->arena);
    const uint8_t truths[] = {TRUTH_T, TRUTH_T, TRUTH_F, TRUTH_U, TRUTH_T};
    memcpy(when.truth, truths, sizeof truths);
    uint8_t dirty[5] = {0};
    Aggregate sum = aggregate_make(AGGREGATE_SUM, INTEGER, INTEGER);
    AggState *state = aggregate_create(&sum, &b->shared);
    aggregate_reserve(state, 1);
    const AggBatch batch = {.count = 5, .value = &value, .when = &when, .dirty = dirty};
    assert_int_equal(aggregate_update(state, &batch), 2);
    const uint8_t expected[] = {0, 1, 0, 1, 0};
    assert_memory_equal(dirty, expected, sizeof dirty);
    assert_int_equal(aggregate_value(state, 0).i64, 17);
    aggregate_destroy(state);
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_do_not_depend_on_order_or_partition),
        cmocka_unit_test(sums_and_extremes_match_naive_folds),
        cmocka_unit_test(totals_overflow_only_at_the_end),
        cmocka_unit_test(means_and_medians_are_exact),
        cmocka_unit_test(collections_are_in_value_order),
        cmocka_unit_test(periods_unite_and_runs_count),
        cmocka_unit_test(nothing_has_its_own_values),
        cmocka_unit_test(unknown_tuples_are_set_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

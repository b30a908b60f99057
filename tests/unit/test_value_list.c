// SPDX-License-Identifier: Apache-2.0
//
// test_value_list.c: listed values of every layout against sorted copies, and folds that list against folds that do not.

#include "runtime/base/sort.h"
#include "runtime/exec/value_list.h"
#include "tests/unit/aggregate_unit.h"

enum { COUNT = 6000, PARTS = 13, EXTRA = 3 };

typedef struct Listed {
    Bench *b;
    Type type;
    Vector value;
    int64_t groups[COUNT];
} Listed;

// Numbers that need more than 64 bits come late, so that short keys have to grow.
static void fill(Listed *listed, bool wide)
{
    uint64_t seed = 5;
    vector_make(&listed->value, type_phys(listed->type), COUNT, listed->b->arena);
    for (int64_t i = 0; i < COUNT; i++) {
        int64_t number = (int64_t)(random_next(&seed) % 3000) - 1500;
        char text[24];
        listed->groups[i] = (int64_t)(random_next(&seed) % (PARTS + 1)) - 1;
        switch (listed->value.phys) {
        case PHYS_BOOL:
            listed->value.truth[i] = number > 0;
            break;
        case PHYS_I64:
            listed->value.i64[i] = number;
            break;
        case PHYS_I128:
            listed->value.i128[i] = number;
            if (wide && i > COUNT / 2)
                listed->value.i128[i] *= (int128_t)1 << 80;
            break;
        case PHYS_F64:
            listed->value.f64[i] = (double)number / 7;
            break;
        case PHYS_PAIR:
            listed->value.pair[i] = (Pair){number % 40, number};
            break;
        case PHYS_CODE:
            snprintf(text, sizeof text, "t%d", (int)number);
            listed->value.code[i] = dict_intern(listed->b->dict, str_from_cstr(text));
            break;
        }
    }
}

static int by_cell(const void *context, const void *a, const void *b)
{
    const Listed *listed = context;
    return cell_compare(listed->b->dict, listed->type, *(const Cell *)a, *(const Cell *)b);
}

// The cells of a group and the first `extra` ones of all, in order.
static int64_t sorted_cells(const Listed *listed, int64_t group, int64_t extra, Cell *out)
{
    int64_t count = 0;
    for (int64_t i = 0; i < COUNT; i++)
        if (listed->groups[i] == group)
            out[count++] = cell_load(&listed->value, i);
    for (int64_t i = 0; i < extra; i++)
        out[count++] = cell_load(&listed->value, COUNT - 1 - i);
    sort_stable(out, (size_t)count, sizeof *out, by_cell, listed);
    return count;
}

static void check_runs(const Listed *listed, ValueList *list, int64_t extra)
{
    static Cell sorted[COUNT + EXTRA];
    Cell more[EXTRA];
    for (int64_t i = 0; i < extra; i++)
        more[i] = cell_load(&listed->value, COUNT - 1 - i);
    for (int64_t g = -1; g < PARTS; g++) {
        int64_t count = sorted_cells(listed, g < 0 ? PARTS : g, extra, sorted);
        ValueRun run = value_list_run(list, g, PARTS, more, extra, listed->b->arena);
        assert_int_equal(run.count, count);
        if (count > 0 && run.phys != PHYS_CODE)
            assert_true(cell_equal(value_run_select(&run, count / 3), sorted[count / 3]));
        value_run_sort(&run, listed->b->dict, listed->type);
        for (int64_t i = 0; i < count; i++) {
            assert_true(cell_equal(value_run_get(&run, i), sorted[i]));
            assert_int_equal(i > 0 && value_run_same(&run, i - 1, i),
                             i > 0 && cell_equal(sorted[i - 1], sorted[i]));
        }
    }
}

static void test_runs(void **state)
{
    (void)state;
    const Type types[] = {INTEGER, MONEY, MONEY, REAL, TEXT, BOOLEAN, {.kind = TYPE_PERIOD}};
    for (size_t t = 0; t < ARRAY_LEN(types); t++) {
        Listed *listed = base_alloc_zeroed(1, sizeof *listed);
        listed->b = bench_create();
        listed->type = types[t];
        fill(listed, t == 2);
        ValueList *list = value_list_create(listed->value.phys);
        for (int64_t first = 0; first < COUNT; first += 500) {
            value_list_add_chunk(list, listed->groups + first, &listed->value, first, 500);
            if (first == 2000) // asked for in between
                (void)value_list_run(list, 0, PARTS, NULL, 0, listed->b->arena);
        }
        check_runs(listed, list, 0);
        check_runs(listed, list, EXTRA);
        value_list_destroy(list);
        bench_destroy(listed->b);
        free(listed);
    }
}

// ---------------------------------------------------------------- folds

enum { MANY = 40000, GROUPS = 3 };

static void give_count(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t total = 0;
    (void)fn;
    for (int64_t i = 0; i < peers->item_count; i++) {
        total += peers->items[i].count;
        assert_true(peers->unordered || i == 0 || peers->items[i - 1].i128 < peers->items[i].i128);
    }
    assert_int_equal(total, peers->n);
    out->i64 = total;
}

// Values that nearly all differ are listed; where each stands many times they are not.
static AggState *folded(const Aggregate *aggregate, Bench *b, int64_t spread)
{
    AggState *state = aggregate_create(aggregate, &b->shared);
    int64_t *groups = ARENA_ARRAY(b->arena, int64_t, MANY);
    Vector value;
    vector_make(&value, PHYS_I128, MANY, b->arena);
    for (int64_t i = 0; i < MANY; i++) {
        groups[i] = i % GROUPS;
        value.i128[i] = (i * 7919 % MANY) / spread;
    }
    const AggBatch batch = {.count = MANY, .groups = groups, .value = &value};
    aggregate_reserve(state, GROUPS);
    assert_int_equal(aggregate_update(state, &batch), 0);
    return state;
}

static int by_number(const void *context, const void *a, const void *b)
{
    (void)context;
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Ten times the median of a group of `folded`.
static int64_t plain_median(int64_t spread, int64_t group)
{
    static int64_t plain[MANY];
    size_t count = 0;
    for (int64_t i = group; i < MANY; i += GROUPS)
        plain[count++] = (i * 7919 % MANY) / spread;
    sort_stable(plain, count, sizeof *plain, by_number, NULL);
    return (plain[(count - 1) / 2] + plain[count / 2]) * 5;
}

static void test_folds(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Aggregate median =
        aggregate_make(AGGREGATE_MEDIAN, MONEY, (Type){.kind = TYPE_MONEY, .scale = 5});
    Aggregate count = aggregate_make(AGGREGATE_STATISTIC, MONEY, INTEGER);
    count.statistic.run = give_count;
    for (int64_t spread = 1; spread <= 400; spread += 399) {
        AggState *one = folded(&median, b, spread), *other = folded(&median, b, spread);
        assert_int_equal(one->set->list != NULL, spread == 1);
        for (int64_t g = 0; g < GROUPS; g++)
            assert_true(aggregate_value(one, g).i128 == plain_median(spread, g));
        aggregate_merge(one, other, NULL);
        for (int64_t g = 0; g < GROUPS; g++) { // each value twice
            Value before = aggregate_value(other, g), after = aggregate_value(one, g);
            assert_true(value_same(&before, &after));
        }
        aggregate_destroy(one);
        aggregate_destroy(other);
        for (int unordered = 0; unordered < 2; unordered++) {
            count.statistic.unordered = unordered != 0;
            AggState *counted = folded(&count, b, spread);
            assert_int_equal(aggregate_value(counted, 1).i64, (MANY + 1) / GROUPS);
            aggregate_destroy(counted);
        }
    }
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs), cmocka_unit_test(test_folds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

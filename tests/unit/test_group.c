// SPDX-License-Identifier: Apache-2.0
// test_group.c: group numbers against a quadratic search, for every way of keeping keys.

#include "runtime/base/wide.h"
#include "runtime/data/vector.h"
#include "runtime/exec/eval.h"
#include "runtime/exec/group.h"
#include "tests/unit/unit.h"

enum { ROWS = 4000, KEYS = 3 };

// Random values from a small pool, some not known.
static void random_vector(uint64_t *seed, Phys phys, bool gaps, Arena *arena, Vector *out)
{
    vector_make(out, phys, ROWS, arena);
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t number = (int64_t)(random_next(seed) % 9) - 4;
        switch (phys) {
        case PHYS_BOOL:
            out->truth[i] = number & 1;
            break;
        case PHYS_I64:
            out->i64[i] = number * INT64_C(1000000007);
            break;
        case PHYS_I128:
            out->i128[i] = (int128_t)number * wide_pow10(21);
            break;
        case PHYS_F64:
            out->f64[i] = number == 0 ? (i % 2 == 0 ? 0.0 : -0.0) : (double)number;
            break;
        case PHYS_PAIR:
            out->pair[i] = (Pair){number, number % 2};
            break;
        case PHYS_CODE:
            out->code[i] = (uint32_t)(number + 4) * 40;
            break;
        }
        if (gaps && random_next(seed) % 10 == 0)
            vector_set_unknown(out, i, VALUE_GAP, 1, arena);
    }
}

// Whole numbers in stretches that touch, overlap and lie far apart, to both ends of the type.
static void near_vector(uint64_t *seed, int64_t round, Arena *arena, Vector *out)
{
    static const int64_t MIDDLES[] = {0, 700, -900, 5000, INT64_MAX - 600, INT64_MIN + 600};
    vector_make(out, PHYS_I64, ROWS, arena);
    for (int64_t i = 0; i < ROWS; i++) {
        uint64_t stretches = (uint64_t)(1 + round % 6);
        int64_t middle = MIDDLES[(uint64_t)i * stretches / ROWS];
        if (round >= 6)
            middle = MIDDLES[5 - (uint64_t)i * stretches / ROWS];
        out->i64[i] = middle + ((int64_t)(random_next(seed) % 1200) - 600);
    }
    if (round % 2 == 1)
        vector_set_unknown(out, ROWS / 2, VALUE_GAP, 1, arena);
}

static bool row_has_gap(const Vector *keys, uint32_t count, int64_t row)
{
    for (uint32_t k = 0; k < count; k++)
        if (keys[k].state != NULL && keys[k].state[row] != VALUE_KNOWN)
            return true;
    return false;
}

static bool rows_equal(const Vector *keys, uint32_t count, int64_t a, int64_t b)
{
    for (uint32_t k = 0; k < count; k++)
        if (!vector_equal_at(&keys[k], a, &keys[k], b))
            return false;
    return true;
}

static void expect_groups(const Vector *keys, uint32_t count, const int64_t *groups, int64_t total)
{
    int64_t first_of[ROWS];
    int64_t seen = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        if (row_has_gap(keys, count, i)) {
            assert_int_equal(groups[i], GROUP_NONE);
            continue;
        }
        int64_t expected = 0;
        while (expected < seen && !rows_equal(keys, count, first_of[expected], i))
            expected++;
        if (expected == seen)
            first_of[seen++] = i;
        assert_int_equal(groups[i], expected);
    }
    assert_int_equal(seen, total);
}

static void check_keys(const Phys *phys, uint32_t count, const Vector *keys, int64_t batch)
{
    GroupTable *table = group_table_create(phys, count);
    int64_t groups[ROWS];
    int64_t found[ROWS];
    for (int64_t first = 0; first < ROWS; first += batch) {
        int64_t rows = MIN_OF(batch, ROWS - first);
        Vector part[KEYS];
        for (uint32_t k = 0; k < count; k++) {
            part[k] = keys[k];
            part[k].data = (char *)keys[k].data + (size_t)first * phys_size(phys[k]);
            part[k].state = keys[k].state == NULL ? NULL : keys[k].state + first;
            part[k].count = rows;
        }
        group_assign(table, part, rows, groups + first);
    }
    expect_groups(keys, count, groups, group_count(table));
    group_find(table, keys, ROWS, found);
    assert_memory_equal(found, groups, sizeof groups);
    for (uint32_t k = 0; k < count; k++) {
        Vector stored;
        group_keys(table, k, &stored);
        for (int64_t i = 0; i < ROWS; i++)
            if (groups[i] >= 0)
                assert_true(vector_equal_at(&stored, groups[i], &keys[k], i));
    }
    group_table_destroy(table);
}

static void check_layouts(const Phys *phys, uint32_t count, bool gaps, int64_t batch, uint64_t salt)
{
    uint64_t seed = salt;
    Arena *arena = arena_create(NULL, 0);
    Vector keys[KEYS];
    for (uint32_t k = 0; k < count; k++)
        random_vector(&seed, phys[k], gaps, arena, &keys[k]);
    check_keys(phys, count, keys, batch);
    arena_destroy(arena);
}

static void numbers_near_each_other_group_alike(void **state)
{
    (void)state;
    const Phys phys[1] = {PHYS_I64};
    uint64_t seed = 5;
    for (int64_t round = 0; round < 12; round++) {
        Arena *arena = arena_create(NULL, 0);
        Vector key;
        near_vector(&seed, round, arena, &key);
        check_keys(phys, 1, &key, round % 3 == 0 ? 1 : 700);
        arena_destroy(arena);
    }
}

static void every_key_layout_groups_alike(void **state)
{
    (void)state;
    const struct {
        Phys phys[KEYS];
        uint32_t count;
    } cases[] = {
        {{PHYS_CODE}, 1},
        {{PHYS_BOOL}, 1},
        {{PHYS_I64}, 1},
        {{PHYS_CODE, PHYS_CODE}, 2},
        {{PHYS_CODE, PHYS_BOOL}, 2},
        {{PHYS_I64, PHYS_CODE}, 2},
        {{PHYS_I128}, 1},
        {{PHYS_F64}, 1},
        {{PHYS_PAIR, PHYS_I64, PHYS_CODE}, 3},
    };
    const int64_t batches[] = {1, 7, 1024};
    for (size_t c = 0; c < ARRAY_LEN(cases); c++)
        for (size_t b = 0; b < ARRAY_LEN(batches); b++)
            for (int gaps = 0; gaps < 2; gaps++)
                check_layouts(cases[c].phys, cases[c].count, gaps == 1, batches[b], c * 10 + b + 1);
}

static void without_keys_there_is_one_group(void **state)
{
    (void)state;
    GroupTable *table = group_table_create(NULL, 0);
    int64_t groups[3] = {9, 9, 9};
    group_find(table, NULL, 3, groups);
    assert_int_equal(groups[0], GROUP_NONE);
    group_assign(table, NULL, 0, groups);
    assert_int_equal(group_count(table), 0);
    group_assign(table, NULL, 3, groups);
    assert_int_equal(group_count(table), 1);
    assert_int_equal(groups[2], 0);
    group_table_destroy(table);
}

static void many_groups_grow_the_table(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    Arena *arena = arena_create(NULL, 0);
    Vector keys[2];
    vector_make(&keys[0], PHYS_I64, MANY, arena);
    vector_make(&keys[1], PHYS_I64, MANY, arena);
    for (int64_t i = 0; i < MANY; i++) {
        keys[0].i64[i] = i * 3;
        keys[1].i64[i] = -i;
    }
    const Phys phys[] = {PHYS_I64, PHYS_I64};
    int64_t *groups = ARENA_ARRAY(arena, int64_t, MANY);
    for (uint32_t count = 1; count <= 2; count++) {
        GroupTable *table = group_table_create(phys, count);
        for (int round = 0; round < 2; round++) {
            group_assign(table, keys, MANY, groups);
            for (int64_t i = 0; i < MANY; i++)
                assert_int_equal(groups[i], i);
        }
        assert_int_equal(group_count(table), MANY);
        group_table_destroy(table);
    }
    arena_destroy(arena);
}

static void constant_keys_stand_for_all_rows(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Value seven = {.type = type_of(TYPE_INTEGER), .i64 = 7};
    Vector keys[2];
    vector_constant(&keys[0], &seven, 600, arena);
    vector_make(&keys[1], PHYS_PAIR, 600, arena);
    for (int64_t i = 0; i < 600; i++)
        keys[1].pair[i] = (Pair){i % 2, 0};
    const Phys phys[] = {PHYS_I64, PHYS_PAIR};
    int64_t groups[600];
    GroupTable *table = group_table_create(phys, 2);
    group_assign(table, keys, 600, groups);
    assert_int_equal(group_count(table), 2);
    assert_int_equal(groups[599], 1);
    group_table_destroy(table);
    arena_destroy(arena);
}

static void check_key_order(int64_t count, unsigned texts)
{
    Arena *arena = arena_create(NULL, 0);
    Dict *dict = dict_create();
    uint64_t seed = 5;
    Vector keys[2];
    vector_make(&keys[0], PHYS_CODE, count, arena);
    vector_make(&keys[1], PHYS_I128, count, arena);
    for (int64_t i = 0; i < count; i++) {
        // Many share their first eight bytes, so the words of the sort do not decide alone.
        char text[32];
        int length = snprintf(text, sizeof text, "企业名称%d", (int)(random_next(&seed) % texts));
        keys[0].code[i] = dict_intern(dict, (Str){text, (size_t)length});
        keys[1].i128[i] = (int128_t)(int64_t)random_next(&seed) * (random_next(&seed) % 3);
    }
    const Phys phys[] = {PHYS_CODE, PHYS_I128};
    const Type types[] = {type_of(TYPE_TEXT), type_exact(TYPE_MONEY, 4)};
    GroupTable *table = group_table_create(phys, 2);
    int64_t *groups = ARENA_ARRAY(arena, int64_t, count);
    group_assign(table, keys, count, groups);
    int64_t *order = ARENA_ARRAY(arena, int64_t, count);
    group_order(table, dict, types, order);
    Vector stored[2];
    group_keys(table, 0, &stored[0]);
    group_keys(table, 1, &stored[1]);
    for (int64_t i = 1; i < group_count(table); i++) {
        Value a = vector_value(&stored[0], types[0], order[i - 1]);
        Value b = vector_value(&stored[0], types[0], order[i]);
        int compared = value_compare(dict, &a, &b);
        assert_true(compared <= 0);
        if (compared == 0)
            assert_true(stored[1].i128[order[i - 1]] < stored[1].i128[order[i]]);
    }
    group_table_destroy(table);
    dict_destroy(dict);
    arena_destroy(arena);
}

static void groups_come_in_key_order(void **state)
{
    (void)state;
    check_key_order(500, 40);
    check_key_order(9000, 700); // many: distributed part by part
}

static void group_index_lists_rows_by_group(void **state)
{
    (void)state;
    const int64_t groups[] = {2, 0, GROUP_NONE, 2, 2, 0};
    int64_t starts[5];
    int64_t rows[6];
    group_index(groups, 6, 4, starts, rows);
    const int64_t expected_starts[] = {0, 2, 2, 5, 5};
    const int64_t expected_rows[] = {1, 5, 0, 3, 4};
    assert_memory_equal(starts, expected_starts, sizeof starts);
    assert_memory_equal(rows, expected_rows, sizeof expected_rows);
    group_index(NULL, 0, 0, starts, rows);
    assert_int_equal(starts[0], 0);
}

// Whole numbers of a layout in a small or a wide span, or one value only.
static void whole_vector(uint64_t *seed, Phys phys, uint64_t span, Arena *arena, Vector *out)
{
    static const int64_t LOWS[] = {0, 1, -300, INT64_MAX - 2000000, INT64_MIN};
    int64_t low = LOWS[random_next(seed) % 5];
    vector_make(out, phys, ROWS, arena);
    for (int64_t i = 0; i < ROWS; i++) {
        uint64_t number = random_next(seed) % span;
        if (phys == PHYS_I64)
            out->i64[i] = (int64_t)((uint64_t)low + number);
        else if (phys == PHYS_I128)
            out->i128[i] = (int128_t)low + (int128_t)number;
        else if (phys == PHYS_CODE)
            out->code[i] = (uint32_t)number;
        else
            out->truth[i] = number & 1;
        if (span % 2 == 1 && random_next(seed) % 10 == 0)
            vector_set_unknown(out, i, VALUE_GAP, 1, arena);
    }
}

// Two rows are in one group if their keys are equal, and in none if some part is not known or outside.
static void expect_same_as_plain(const Vector *keys, const Vector *asked, uint32_t count)
{
    Phys phys[KEYS];
    KeyRange ranges[KEYS];
    int64_t made[ROWS], found[ROWS], plain_made[ROWS], plain_found[ROWS];
    for (uint32_t k = 0; k < count; k++) {
        phys[k] = keys[k].phys;
        ranges[k] = (KeyRange){INT64_MAX, INT64_MIN};
    }
    if (!group_ranges(keys, count, ROWS, ranges))
        return;
    GroupTable *table = group_table_within(phys, ranges, count, ROWS);
    GroupTable *plain = group_table_create(phys, count);
    if (table != NULL) {
        group_assign(table, keys, ROWS, made);
        group_find(table, asked, ROWS, found);
        group_assign(plain, keys, ROWS, plain_made);
        group_find(plain, asked, ROWS, plain_found);
        int64_t total = group_count(table);
        int64_t *plain_of = malloc(((size_t)total + 1) * sizeof *plain_of);
        for (int64_t g = 0; g < total; g++)
            plain_of[g] = GROUP_NONE;
        for (int64_t i = 0; i < ROWS; i++) {
            assert_int_equal(made[i] == GROUP_NONE, plain_made[i] == GROUP_NONE);
            assert_true(made[i] < total);
            if (made[i] == GROUP_NONE)
                continue;
            if (plain_of[made[i]] == GROUP_NONE)
                plain_of[made[i]] = plain_made[i];
            assert_int_equal(plain_of[made[i]], plain_made[i]);
        }
        for (int64_t i = 0; i < ROWS; i++)
            assert_int_equal(found[i] == GROUP_NONE ? GROUP_NONE : plain_of[found[i]],
                             plain_found[i]);
        free(plain_of);
    }
    group_table_destroy(table);
    group_table_destroy(plain);
}

static void keys_within_ranges_group_alike(void **state)
{
    static const Phys LAYOUTS[] = {PHYS_I64, PHYS_I64, PHYS_CODE, PHYS_BOOL, PHYS_I128};
    static const uint64_t SPANS[] = {1, 3, 40, 1000, 1000001};
    (void)state;
    uint64_t seed = 77;
    for (int round = 0; round < 120; round++) {
        Arena *arena = arena_create(NULL, 0);
        Vector keys[KEYS], asked[KEYS];
        uint32_t count = 1 + (uint32_t)(random_next(&seed) % KEYS);
        for (uint32_t k = 0; k < count; k++) {
            Phys phys = LAYOUTS[random_next(&seed) % 5];
            uint64_t span = SPANS[random_next(&seed) % 5];
            whole_vector(&seed, phys, span, arena, &keys[k]);
            whole_vector(&seed, phys, span * 2, arena, &asked[k]);
        }
        expect_same_as_plain(keys, keys, count);
        expect_same_as_plain(keys, asked, count);
        arena_destroy(arena);
    }
}

static void few_numbers_are_groups_themselves(void **state)
{
    (void)state;
    Phys phys[] = {PHYS_I64, PHYS_I64};
    KeyRange near[] = {{10, 19}, {-3, 6}}, far[] = {{1, 1000000}, {1, 1000000}};
    KeyRange none[] = {{INT64_MAX, INT64_MIN}}, wide[] = {{INT64_MIN, INT64_MAX}, {0, 1}};
    GroupTable *table = group_table_within(phys, near, 2, 100);
    assert_true(group_is_numbered(table));
    assert_int_equal(group_count(table), 100);
    group_table_destroy(table);
    table = group_table_within(phys, far, 2, 100);
    assert_non_null(table);
    assert_false(group_is_numbered(table));
    group_table_destroy(table);
    assert_null(group_table_within(phys, wide, 2, 100));
    table = group_table_within(phys, none, 1, 0);
    assert_int_equal(group_count(table), 1);
    group_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_layout_groups_alike),
        cmocka_unit_test(numbers_near_each_other_group_alike),
        cmocka_unit_test(keys_within_ranges_group_alike),
        cmocka_unit_test(few_numbers_are_groups_themselves),
        cmocka_unit_test(without_keys_there_is_one_group),
        cmocka_unit_test(many_groups_grow_the_table),
        cmocka_unit_test(constant_keys_stand_for_all_rows),
        cmocka_unit_test(groups_come_in_key_order),
        cmocka_unit_test(group_index_lists_rows_by_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

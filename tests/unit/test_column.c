// SPDX-License-Identifier: Apache-2.0
// test_column.c: columns against a plain array of values: appending, widening, gathering.

#include "runtime/data/column.h"
#include "runtime/data/vector.h"
#include "tests/unit/unit.h"

enum { ROWS = 3000 };

// A value of the type, sometimes unknown, sometimes too wide for 64 bits.
static Value random_value(uint64_t *seed, Type type, bool wide)
{
    Value value = {.type = type};
    uint64_t dice = random_next(seed) % 20;
    if (dice == 0) {
        value.state = VALUE_GAP;
        value.cause = 1 + (CauseId)(random_next(seed) % 5);
        value.skeleton = type.kind == TYPE_IDENTITY ? (uint32_t)(random_next(seed) % 3) : 0;
        return value;
    }
    if (dice == 1) {
        value.state = VALUE_ISSUE;
        value.cause = 9;
        value.bounded = random_next(seed) % 2 == 0;
        value.lo = value.bounded ? -5 : 0;
        value.hi = value.bounded ? (int128_t)(random_next(seed) % 100) : 0;
        return value;
    }
    int64_t number = (int64_t)random_next(seed);
    switch (type_phys(type)) {
    case PHYS_BOOL:
        value.boolean = number & 1;
        break;
    case PHYS_I64:
        value.i64 = number;
        break;
    case PHYS_I128:
        value.i128 = wide && dice == 2 ? (int128_t)number * (INT64_C(1) << 40) : number;
        break;
    case PHYS_F64:
        value.f64 = (double)number;
        break;
    case PHYS_PAIR:
        value.pair = (Pair){number, number / 3};
        break;
    case PHYS_CODE:
        value.code = (uint32_t)number;
        break;
    }
    return value;
}

static void expect_equal(const Value *found, const Value *expected)
{
    assert_true(value_same(found, expected));
    assert_int_equal(found->state, expected->state);
    if (found->state == VALUE_KNOWN)
        return;
    assert_int_equal(found->cause, expected->cause);
    assert_int_equal(found->skeleton, expected->skeleton);
    assert_int_equal(found->bounded, expected->bounded);
    if (found->bounded) {
        assert_true(found->lo == expected->lo);
        assert_true(found->hi == expected->hi);
    }
}

static void expect_gathered(const Column *column, const Value *model, uint64_t *seed, Arena *arena)
{
    const int64_t sizes[] = {1, 7, 1024};
    for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
        int64_t first = (int64_t)(random_next(seed) % (uint64_t)(ROWS - sizes[s]));
        Vector in_place;
        column_gather(column, NULL, first, sizes[s], 77, arena, &in_place);
        int64_t rows[1024];
        for (int64_t i = 0; i < sizes[s]; i++)
            rows[i] = (int64_t)(random_next(seed) % ROWS);
        Vector scattered;
        column_gather(column, rows, 0, sizes[s], 77, arena, &scattered);
        for (int64_t i = 0; i < sizes[s]; i++) {
            Value a = vector_value(&in_place, column->type, i);
            expect_equal(&a, &model[first + i]);
            Value b = vector_value(&scattered, column->type, i);
            expect_equal(&b, &model[rows[i]]);
        }
    }
}

static void check_type(Type type, bool wide, uint64_t salt)
{
    uint64_t seed = salt;
    Arena *arena = arena_create(NULL, 0);
    Column column;
    column_init(&column, STR("列"), type);
    Value *model = ARENA_ARRAY(arena, Value, ROWS);
    for (int64_t i = 0; i < ROWS; i++) {
        model[i] = random_value(&seed, type, wide);
        column_append(&column, &model[i]);
    }
    assert_int_equal(column.count, ROWS);
    if (type_is_exact(type))
        assert_int_equal(column.narrow, !wide);
    size_t unknown = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        Value value = column_get(&column, i);
        expect_equal(&value, &model[i]);
        assert_int_equal(column_is_known(&column, i), model[i].state == VALUE_KNOWN);
        assert_int_equal(column_unknown(&column, i) != NULL, model[i].state != VALUE_KNOWN);
        unknown += model[i].state != VALUE_KNOWN;
    }
    assert_int_equal(column.unknown.count, unknown);
    expect_gathered(&column, model, &seed, arena);
    column_deinit(&column);
    arena_destroy(arena);
}

static void columns_of_every_layout_keep_their_values(void **state)
{
    (void)state;
    check_type(type_of(TYPE_BOOLEAN), false, 1);
    check_type(type_of(TYPE_INTEGER), false, 2);
    check_type(type_exact(TYPE_MONEY, 4), false, 3);
    check_type(type_exact(TYPE_MONEY, 4), true, 4);
    check_type(type_of(TYPE_REAL), false, 5);
    check_type(type_of(TYPE_PERIOD), false, 6);
    check_type(type_of(TYPE_TEXT), false, 7);
    check_type(type_of(TYPE_IDENTITY), false, 8);
}

static void known_columns_are_read_in_place(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Column column;
    column_init(&column, STR("列"), type_of(TYPE_DATE));
    for (int64_t i = 0; i < 200; i++) {
        Value value = {.type = type_of(TYPE_DATE), .i64 = i - 50};
        column_append(&column, &value);
    }
    Vector vector;
    column_gather(&column, NULL, 100, 50, 0, arena, &vector);
    assert_ptr_equal(vector.i64, (int64_t *)column.values + 100);
    assert_null(vector.state);
    assert_null(column.validity);
    assert_true(column.has_range);
    assert_true(column.min == -50);
    assert_true(column.max == 149);
    column_deinit(&column);
    arena_destroy(arena);
}

static void absent_and_unknown_rows_are_told_apart(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Column column;
    column_init(&column, STR("列"), type_exact(TYPE_MONEY, 4));
    Value value = {.type = type_exact(TYPE_MONEY, 4), .i128 = 12};
    column_append(&column, &value);
    const int64_t rows[] = {0, ROW_ABSENT, row_unknown(5), row_unknown(0)};
    Vector vector;
    column_gather(&column, rows, 0, 4, 3, arena, &vector);
    assert_int_equal(vector.state[0], VALUE_KNOWN);
    assert_true(vector.i128[0] == 12);
    assert_int_equal(vector.state[1], VALUE_GAP);
    assert_int_equal(vector.cause[1], 3);
    assert_int_equal(vector.state[2], VALUE_ISSUE);
    assert_int_equal(vector.cause[2], 5);
    assert_int_equal(vector.state[3], VALUE_ISSUE);
    assert_int_equal(vector.cause[3], 0);
    column_deinit(&column);
    arena_destroy(arena);
}

static void rowsets_tell_class_from_quarantine(void **state)
{
    (void)state;
    Rowset *rowset = rowset_create(STR("表"), 2);
    assert_int_equal(rowset_class(rowset, 0), CLASS_CERTAIN);
    assert_false(rowset_quarantined(rowset, 0));
    rowset->classes = base_alloc_zeroed(2, 1);
    rowset->classes[1] = CLASS_SHADOW | ROW_QUARANTINED;
    assert_int_equal(rowset_class(rowset, 1), CLASS_SHADOW);
    assert_true(rowset_quarantined(rowset, 1));
    column_init(&rowset->columns[0], STR("甲"), type_of(TYPE_TEXT));
    rowset_destroy(rowset);
    rowset_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_every_layout_keep_their_values),
        cmocka_unit_test(known_columns_are_read_in_place),
        cmocka_unit_test(absent_and_unknown_rows_are_told_apart),
        cmocka_unit_test(rowsets_tell_class_from_quarantine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

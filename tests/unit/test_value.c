// SPDX-License-Identifier: Apache-2.0
// test_value.c: dictionary, causes, lists, skeletons, order, canonical text.

#include "runtime/base/time.h"
#include "runtime/data/value.h"
#include "runtime/data/vector.h"
#include "tests/unit/unit.h"

// ---------------------------------------------------------------- dictionary

static void dict_gives_equal_codes_to_equal_texts(void **state)
{
    (void)state;
    Dict *dict = dict_create();
    assert_int_equal(dict_intern(dict, STR("")), 0);
    enum { COUNT = 50000 };
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            int length = snprintf(text, sizeof text, "文%d", i * 7);
            uint32_t code = dict_intern(dict, (Str){text, (size_t)length});
            assert_int_equal(code, i + 1);
        }
    }
    assert_int_equal(dict_count(dict), COUNT + 1);
    assert_int_equal(dict_find(dict, STR("文7")), 2);
    assert_int_equal(dict_find(dict, STR("文")), UINT32_MAX);
    assert_true(str_equal(dict_str(dict, 3), STR("文14")));
    assert_true(dict_bytes(dict) > COUNT * 8);
    dict_destroy(dict);
    dict_destroy(NULL);
}

static void dict_keeps_long_texts_and_nul_bytes(void **state)
{
    (void)state;
    Dict *dict = dict_create();
    size_t length = (size_t)3 << 20;
    char *text = base_alloc(length);
    memset(text, 'x', length);
    uint32_t whole = dict_intern(dict, (Str){text, length});
    uint32_t shorter = dict_intern(dict, (Str){text, length - 1});
    uint32_t with_nul = dict_intern(dict, (Str){"a\0b", 3});
    uint32_t without = dict_intern(dict, (Str){"a\0c", 3});
    Str stable = dict_str(dict, with_nul);
    for (int i = 0; i < 5000; i++) {
        char small[16];
        int n = snprintf(small, sizeof small, "%d", i);
        dict_intern(dict, (Str){small, (size_t)n});
    }
    assert_true(whole != shorter);
    assert_true(with_nul != without);
    assert_int_equal(dict_str(dict, whole).len, length);
    assert_memory_equal(dict_str(dict, whole).ptr, text, length);
    assert_ptr_equal(dict_str(dict, with_nul).ptr, stable.ptr);
    free(text);
    dict_destroy(dict);
}

static void interning_many_is_interning_each(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    Dict *one = dict_create();
    Dict *many = dict_create();
    static char bytes[COUNT][40];
    static Str texts[COUNT];
    static uint32_t codes[COUNT];
    uint64_t seed = 3;
    for (int i = 0; i < COUNT; i++) {
        // Repeated, within a group too; some longer than an entry holds.
        int number = (int)(random_next(&seed) % 7000);
        int length = snprintf(bytes[i], sizeof bytes[i], "%s%d",
                              number % 3 == 0 ? "a text of more than 28 bytes " : "id", number);
        texts[i] = (Str){bytes[i], (size_t)length};
    }
    const size_t sizes[] = {1, 31, 32, 33, 4000};
    for (size_t first = 0, k = 0; first < COUNT; k++) {
        size_t size = MIN_OF(sizes[k % ARRAY_LEN(sizes)], COUNT - first);
        dict_intern_many(many, texts + first, size, codes + first);
        first += size;
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(codes[i], dict_intern(one, texts[i]));
        assert_true(str_equal(dict_str(many, codes[i]), texts[i]));
    }
    assert_int_equal(dict_count(one), dict_count(many));
    dict_destroy(one);
    dict_destroy(many);
}

// ---------------------------------------------------------------- causes

static void causes_are_interned_and_ordered(void **state)
{
    (void)state;
    CauseTable *table = cause_table_create();
    CauseId a = cause_intern(table, REASON_MISSING, STR("表.甲"));
    CauseId b = cause_intern(table, REASON_MISSING, STR("表.乙"));
    CauseId c = cause_intern(table, REASON_DAMAGED, STR("表.甲"));
    assert_int_equal(cause_intern(table, REASON_MISSING, STR("表.甲")), a);
    assert_int_equal(cause_get(table, b).reason, REASON_MISSING);
    assert_true(str_equal(cause_get(table, b).source, STR("表.乙")));
    assert_int_equal(cause_get(table, 0).reason, REASON_NONE);
    assert_true(cause_compare(table, c, a) < 0); // damaged before missing
    assert_true(cause_compare(table, b, a) < 0); // 乙 U+4E59 before 甲 U+7532
    assert_int_equal(cause_compare(table, a, a), 0);
    cause_table_destroy(table);
}

// ---------------------------------------------------------------- skeletons

static void skeletons_fit_by_position(void **state)
{
    (void)state;
    assert_true(skeleton_may_equal(STR("4101\x01\x01"
                                       "34"),
                                   STR("41015534")));
    assert_false(skeleton_may_equal(STR("4101\x01\x01"
                                        "34"),
                                    STR("41015535")));
    assert_false(skeleton_may_equal(STR("4101\x01"), STR("410155")));
    assert_true(skeleton_may_equal(STR("浙\x01"
                                       "1"),
                                   STR("浙A1")));
    assert_false(skeleton_may_equal(STR("浙\x01"
                                        "1"),
                                    STR("苏A1")));
    assert_true(skeleton_may_equal(STR("\x01\x01"), STR("浙A")));
    assert_true(skeleton_may_equal(STR("a\x01"), STR("\x01"
                                                     "b")));
    assert_true(skeleton_may_equal(STR(""), STR("")));
}

// ---------------------------------------------------------------- lists and sets

static Value integer(int64_t value)
{
    return (Value){.type = type_of(TYPE_INTEGER), .i64 = value};
}

static void lists_round_trip_and_sets_sort(void **state)
{
    (void)state;
    Dict *dict = dict_create();
    Value items[] = {integer(5), integer(-3), integer(5), integer(0)};
    uint32_t list = list_encode(dict, type_of(TYPE_INTEGER), items, 4);
    assert_int_equal(list_count(dict, list), 4);
    assert_int_equal(list_get(dict, type_of(TYPE_INTEGER), list, 1).i64, -3);
    uint32_t set = set_encode(dict, type_of(TYPE_INTEGER), items, 4);
    assert_int_equal(list_count(dict, set), 3);
    const int64_t expected[] = {-3, 0, 5};
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(list_get(dict, type_of(TYPE_INTEGER), set, i).i64, expected[i]);
    Value again[] = {integer(0), integer(5), integer(-3)};
    assert_int_equal(set_encode(dict, type_of(TYPE_INTEGER), again, 3), set);
    assert_int_equal(list_encode(dict, type_of(TYPE_INTEGER), NULL, 0), 0);
    assert_int_equal(list_count(dict, 0), 0);
    dict_destroy(dict);
}

static void lists_compare_element_by_element(void **state)
{
    (void)state;
    Dict *dict = dict_create();
    Type element = type_of(TYPE_TEXT);
    Type type = {.kind = TYPE_LIST, .element = &element};
    // Interned in the "wrong" order, so that codes do not happen to sort.
    Value b = {.type = element, .code = dict_intern(dict, STR("b"))};
    Value a = {.type = element, .code = dict_intern(dict, STR("a"))};
    Value ab[] = {a, b};
    Value lists[3] = {{.type = type, .code = list_encode(dict, element, &b, 1)},
                      {.type = type, .code = list_encode(dict, element, &a, 1)},
                      {.type = type, .code = list_encode(dict, element, ab, 2)}};
    assert_true(value_compare(dict, &lists[0], &lists[1]) > 0);
    assert_true(value_compare(dict, &lists[1], &lists[2]) < 0);
    assert_true(value_compare(dict, &lists[2], &lists[0]) < 0);
    StrBuf text = {0};
    value_text(&text, dict, &lists[2], true);
    assert_string_equal(strbuf_cstr(&text), "[a, b]");
    strbuf_deinit(&text);
    dict_destroy(dict);
}

static void values_sort_stably_by_their_order(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    Value items[COUNT];
    uint64_t seed = 42;
    for (int i = 0; i < COUNT; i++)
        items[i] = integer((int64_t)(random_next(&seed) % 50));
    value_sort(NULL, items, COUNT);
    for (int i = 1; i < COUNT; i++)
        assert_true(items[i - 1].i64 <= items[i].i64);
}

// ---------------------------------------------------------------- canonical text

static void expect_text(const Value *value, bool with_unit, const char *expected)
{
    StrBuf text = {0};
    value_text(&text, NULL, value, with_unit);
    assert_string_equal(strbuf_cstr(&text), expected);
    strbuf_deinit(&text);
}

static void whole_numbers_print_by_kind(void **state)
{
    (void)state;
    const struct {
        TypeKind kind;
        int64_t value;
        const char *with_unit, *bare;
    } rows[] = {
        {TYPE_INTEGER, INT64_MIN, "-9223372036854775808", "-9223372036854775808"},
        {TYPE_DATE, 0, "1970-01-01", "1970-01-01"},
        {TYPE_MONTH, -1, "1969-12", "1969-12"},
        {TYPE_DATETIME, 30600 * TIME_US_PER_SECOND, "1970-01-01T08:30:00", "1970-01-01T08:30:00"},
        {TYPE_DAYS, 7, "7天", "7"},
        {TYPE_MONTHS, -3, "-3个月", "-3"},
        {TYPE_WORKDAYS, 5, "5个工作日", "5"},
        {TYPE_TIME, 30 * 60 * TIME_US_PER_SECOND, "30分钟", "30分钟"},
        {TYPE_TIME, 1500000, "1.5秒", "1.5秒"},
        {TYPE_TIME, 0, "0秒", "0秒"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Value value = {.type = type_of(rows[i].kind), .i64 = rows[i].value};
        expect_text(&value, true, rows[i].with_unit);
        expect_text(&value, false, rows[i].bare);
    }
}

static void exact_numbers_print_without_trailing_zeros(void **state)
{
    (void)state;
    Value money = {.type = type_exact(TYPE_MONEY, 4), .i128 = 123450000};
    expect_text(&money, true, "12345元");
    expect_text(&money, false, "12345");
    Value ratio = {.type = type_exact(TYPE_RATIO, 9), .i128 = -750000000};
    expect_text(&ratio, true, "-0.75");
    Unit litre = {.name = STR("升"), .dimension = STR("升"), .num = 1, .den = 1};
    Value volume = {.type = {.kind = TYPE_QUANTITY, .scale = 6, .unit = &litre}, .i128 = 50500000};
    expect_text(&volume, true, "50.5升");
    Value price = {.type = {.kind = TYPE_PRICE, .scale = 6, .unit = &litre}, .i128 = 8500000};
    expect_text(&price, true, "8.5元每升");
    // The common unit of 亩 and m² has no name: printed in m², rounded where no decimal is finite.
    Unit third = {.name = STR(""), .dimension = STR("平方米"), .num = 1, .den = 3};
    Value area = {.type = {.kind = TYPE_QUANTITY, .scale = 0, .unit = &third}, .i128 = 2000};
    expect_text(&area, true, "≈666.666667平方米");
    area.i128 = 2001;
    expect_text(&area, true, "667平方米");
}

static void other_values_print_canonically(void **state)
{
    (void)state;
    Value period = {.type = type_of(TYPE_PERIOD), .pair = {0, 30}};
    expect_text(&period, true, "1970-01-01..1970-01-31");
    Value point = {.type = type_of(TYPE_POINT), .pair = {1203456789, 300000000}};
    expect_text(&point, true, "120.3456789,30");
    Value truth = {.type = type_of(TYPE_BOOLEAN), .boolean = true};
    expect_text(&truth, true, "true");
    Value real = {.type = type_of(TYPE_REAL), .f64 = 0.1};
    expect_text(&real, true, "0.1");
    const EnumMember members[] = {{.name = STR("现金")}, {.name = STR("转账")}};
    Nominal nominal = {.kind = NOMINAL_ENUM, .members = members, .member_count = 2};
    Value code = {.type = {.kind = TYPE_ENUM, .nominal = &nominal}, .i64 = 1};
    expect_text(&code, true, "转账");
    Value gap = {.type = type_of(TYPE_INTEGER), .state = VALUE_GAP};
    expect_text(&gap, true, "");
}

// ---------------------------------------------------------------- vectors

static void vectors_keep_states_bounds_and_skeletons(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Vector vector;
    vector_make(&vector, PHYS_I64, 4, arena);
    assert_null(vector.state);
    Value values[4] = {integer(9), integer(0), integer(0), integer(0)};
    values[1].state = VALUE_GAP;
    values[1].cause = 3;
    values[2].state = VALUE_ISSUE;
    values[2].cause = 4;
    values[2].bounded = true;
    values[2].lo = BOUND_LOW;
    values[2].hi = 12;
    values[3].state = VALUE_ISSUE;
    for (int i = 0; i < 4; i++)
        vector_set(&vector, i, &values[i], arena);
    for (int i = 0; i < 4; i++) {
        Value back = vector_value(&vector, type_of(TYPE_INTEGER), i);
        assert_int_equal(back.state, values[i].state);
        assert_int_equal(back.cause, values[i].cause);
        assert_int_equal(back.bounded, values[i].bounded);
        assert_true(value_same(&back, &values[i]));
    }
    assert_true(vector_value(&vector, type_of(TYPE_INTEGER), 2).hi == 12);
    Vector copy;
    vector_make(&copy, PHYS_I64, 1, arena);
    vector_copy_row(&copy, 0, &vector, 2, arena);
    assert_true(vector_value(&copy, type_of(TYPE_INTEGER), 0).lo == BOUND_LOW);
    Vector constant;
    vector_constant(&constant, &values[0], 1000, arena);
    assert_int_equal(vector_length(&constant), 1);
    assert_int_equal(vector_value(&constant, type_of(TYPE_INTEGER), 999).i64, 9);
    arena_destroy(arena);
}

// A row that is written again shows nothing of what it held: neither state nor bounds nor skeleton.
static void test_vector_overwrite(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Vector vector;
    vector_make(&vector, PHYS_I64, 2, arena);
    Value bounded = {.type = type_of(TYPE_INTEGER),
                     .state = VALUE_ISSUE,
                     .cause = 3,
                     .bounded = true,
                     .lo = 2,
                     .hi = 5};
    Value open = {.type = type_of(TYPE_INTEGER), .state = VALUE_ISSUE, .cause = 4};
    Value known = {.type = type_of(TYPE_INTEGER), .i64 = 7};
    vector_set(&vector, 0, &bounded, arena);
    vector_set(&vector, 0, &open, arena);
    Value got = vector_value(&vector, type_of(TYPE_INTEGER), 0);
    assert_int_equal(got.state, VALUE_ISSUE);
    assert_false(got.bounded);
    vector_set(&vector, 0, &known, arena);
    got = vector_value(&vector, type_of(TYPE_INTEGER), 0);
    assert_int_equal(got.state, VALUE_KNOWN);
    assert_int_equal(got.i64, 7);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector_overwrite),
        cmocka_unit_test(dict_gives_equal_codes_to_equal_texts),
        cmocka_unit_test(dict_keeps_long_texts_and_nul_bytes),
        cmocka_unit_test(interning_many_is_interning_each),
        cmocka_unit_test(causes_are_interned_and_ordered),
        cmocka_unit_test(skeletons_fit_by_position),
        cmocka_unit_test(lists_round_trip_and_sets_sort),
        cmocka_unit_test(lists_compare_element_by_element),
        cmocka_unit_test(values_sort_stably_by_their_order),
        cmocka_unit_test(whole_numbers_print_by_kind),
        cmocka_unit_test(exact_numbers_print_without_trailing_zeros),
        cmocka_unit_test(other_values_print_canonically),
        cmocka_unit_test(vectors_keep_states_bounds_and_skeletons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

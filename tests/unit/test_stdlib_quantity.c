// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_quantity.c: quantities in texts, shares and powers, dates that refer to one before, days between periods.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"

#include <math.h>

static const Unit litre = {STR_INIT("升"), STR_INIT("升"), 1, 1};
static const Unit kilogram = {STR_INIT("公斤"), STR_INIT("千克"), 1, 1};
static const Unit tonne = {STR_INIT("吨"), STR_INIT("千克"), 1000, 1};
static const Unit square_metre = {STR_INIT("平方米"), STR_INIT("平方米"), 1, 1};
static const Unit mu = {STR_INIT("亩"), STR_INIT("平方米"), 2000, 3};
static const Unit barrel = {STR_INIT("桶"), STR_INIT("升"), 159, 1}; // as a model may declare it

// Runs a card whose result is a quantity.
static CallValue in_unit(CallWorld *world, const char *signature, const Vector *args,
                         uint32_t count, const Type *types, const Unit *unit)
{
    CallValue result = {.phys = PHYS_I128, .scale = 6};
    Vector out = call_vector(world, &result);
    FnContext fn = {.dict = world->dict, .arena = world->arena, .types = types};
    fn.result_type = (Type){.kind = TYPE_QUANTITY, .scale = 6, .unit = unit};
    int64_t row = 0;
    call_card(signature)->kernel(&fn, args, count, &row, 1, &out, call_fail, &result.issue);
    result.i128 = out.i128[0];
    return result;
}

static CallValue quantity(CallWorld *world, const char *text, const Unit *unit)
{
    CallValue operand = call_text(text);
    Vector arg = call_vector(world, &operand);
    return in_unit(world, "quantity(t: text, to: unit): quantity", &arg, 1,
                   &(Type){.kind = TYPE_TEXT}, unit);
}

static void test_quantities(void **state)
{
    static const struct {
        const char *text;
        const Unit *unit;
        const char *expected; // ! conversion, !overflow
    } cases[] = {
        {"3吨", &kilogram, "3000"},
        {"3 t", &kilogram, "3000"},
        {"1.2万吨", &tonne, "12000"},
        {"三千五百公斤", &tonne, "3.5"},
        {"两吨", &kilogram, "2000"},
        {"3两", &kilogram, "0.15"},
        {"5斤3两", &kilogram, "2.65"},
        {"二两", &kilogram, "!"}, // 22, or two 两?
        {"1,200.5千克", &kilogram, "1200.5"},
        {"1200KG", &kilogram, "1200"},
        {"约3吨", &kilogram, "3000"},
        {"3吨多", &kilogram, "3000"},
        {"３吨", &kilogram, "3000"},
        {"-2吨", &kilogram, "-2000"},
        {"3亩", &square_metre, "2000"},
        {"1亩", &square_metre, "666.666667"},
        {"1公顷", &mu, "15"},
        {"666㎡", &mu, "0.999"},
        {"120平米", &square_metre, "120"},
        {"2桶", &litre, "!"},
        {"2桶", &barrel, "2"},
        {"318升", &barrel, "2"},
        {"5立方米", &litre, "5000"},
        {"5方", &litre, "5000"},
        {"3L", &litre, "3"},
        {"500ml", &litre, "0.5"},
        {"3", &kilogram, "!"},
        {"3升", &kilogram, "!"},
        {"3至5吨", &kilogram, "!"},
        {"3吨5吨", &kilogram, "!"},
        {"3两5斤", &kilogram, "!"},
        {"吨", &kilogram, "!"},
        {"", &kilogram, "!"},
        {"3吨以上", &kilogram, "!"},
        {"9999999999999999999999999吨", &kilogram, "!overflow"},
    };
    StrBuf got = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CallValue v = quantity(*state, cases[i].text, cases[i].unit);
        strbuf_clear(&got);
        if (v.issue == REASON_NONE)
            exact_format(&got, v.i128, 6);
        else
            strbuf_add_c(&got, v.issue == REASON_CONVERSION ? "!" : "!overflow");
        if (!str_equal(strbuf_str(&got), str_from_cstr(cases[i].expected)))
            fail_msg("%s: %s, not %s", cases[i].text, strbuf_cstr(&got), cases[i].expected);
    }
    strbuf_deinit(&got);
    const char *about = "is_approximate(t: text): boolean";
    assert_true(CALL(*state, about, PHYS_BOOL, 0, call_text("约3吨")).boolean);
    assert_false(CALL(*state, about, PHYS_BOOL, 0, call_text("3吨")).boolean);
    assert_true(CALL(*state, about, PHYS_BOOL, 0, call_text("3亩多")).boolean);
    assert_int_equal(CALL(*state, about, PHYS_BOOL, 0, call_text("很多")).issue, REASON_CONVERSION);
}

static CallValue convert(CallWorld *world, int128_t count, const Unit *from, int128_t density,
                         const Unit *to)
{
    CallValue q = call_exact(count, 2), d = call_exact(density, 6);
    Vector args[] = {call_vector(world, &q), call_vector(world, &d)};
    Type types[] = {{.kind = TYPE_QUANTITY, .scale = 2, .unit = from},
                    {.kind = TYPE_DECIMAL, .scale = 6}};
    return in_unit(world, "convert(q: N, to: unit, density: decimal(38, 6)): quantity", args, 2,
                   types, to);
}

static void test_convert(void **state)
{
    assert_true(convert(*state, 100000, &litre, 750000, &tonne).i128 == 750000); // 1000 升 · 0.75
    assert_true(convert(*state, 1000, &tonne, 750000, &litre).i128 == 13333333333);  // 10 吨
    assert_true(convert(*state, 100, &barrel, 850000, &kilogram).i128 == 135150000); // 1 桶
    assert_int_equal(convert(*state, 100, &litre, 0, &tonne).issue, REASON_DOMAIN);
    assert_int_equal(convert(*state, 100, &litre, 750000, &litre).issue, REASON_DOMAIN);
    assert_int_equal(convert(*state, 100, &mu, 750000, &litre).issue, REASON_DOMAIN);
    assert_int_equal(convert(*state, wide_pow10(37), &tonne, 1, &litre).issue, REASON_OVERFLOW);
}

// ---- numbers

static void test_numbers(void **state)
{
    const char *percent = "percent(part: N, whole: N): decimal(38, 18)",
               *truncate = "truncate(x: N): integer";
    const char *power = "power(x: real, y: real): real", *ln = "ln(x: real): real";
    CallValue v = CALL(*state, percent, PHYS_I128, 18, call_exact(1, 0), call_exact(3, 0));
    assert_true(v.i128 == wide_pow10(20) / 3);
    assert_int_equal(CALL(*state, percent, PHYS_I128, 18, call_exact(1, 0), call_exact(0, 0)).issue,
                     REASON_DIVISION_BY_ZERO);
    assert_int_equal(
        CALL(*state, percent, PHYS_I128, 18, call_exact(wide_pow10(37), 0), call_exact(1, 0)).issue,
        REASON_OVERFLOW);
    assert_int_equal(CALL(*state, truncate, PHYS_I64, 0, call_exact(-27, 1)).i64, -2);
    assert_int_equal(CALL(*state, truncate, PHYS_I64, 0, call_exact(wide_pow10(30), 1)).issue,
                     REASON_OVERFLOW);
    assert_true(CALL(*state, power, PHYS_F64, 0, call_real(-2), call_real(3)).f64 == -8);
    assert_true(CALL(*state, power, PHYS_F64, 0, call_real(0), call_real(2)).f64 == 0);
    assert_int_equal(CALL(*state, power, PHYS_F64, 0, call_real(0), call_real(0)).issue,
                     REASON_DOMAIN);
    assert_int_equal(CALL(*state, power, PHYS_F64, 0, call_real(-2), call_real(0.5)).issue,
                     REASON_DOMAIN);
    assert_int_equal(CALL(*state, power, PHYS_F64, 0, call_real(10), call_real(400)).issue,
                     REASON_OVERFLOW);
    assert_int_equal(CALL(*state, ln, PHYS_F64, 0, call_real(0)).issue, REASON_DOMAIN);
    assert_int_equal(CALL(*state, "exp(x: real): real", PHYS_F64, 0, call_real(1000)).issue,
                     REASON_OVERFLOW);
}

// ---- dates

static void test_relative_dates(void **state)
{
    static const struct {
        const char *text, *expected; // from 2023-12-30
    } cases[] = {
        {"同年8月27日", "2023-08-27"},
        {"同年八月二十七日", "2023-08-27"},
        {"当年 8月 27日", "2023-08-27"},
        {"次年3月1日", "2024-03-01"},
        {"翌年2月29日", "2024-02-29"},
        {"上年12月31日", "2022-12-31"},
        {"同月28日", "2023-12-28"},
        {"当月31日", "2023-12-31"},
        {"次月5日", "2024-01-05"},
        {"上月30日", "2023-11-30"},
        {"同年同月27日", "2023-12-27"},
        {"次日", "2023-12-31"},
        {"翌日", "2023-12-31"},
        {"第二天", "2023-12-31"},
        {"当日", "2023-12-30"},
        {"当天", "2023-12-30"},
        {"同日", "2023-12-30"},
        {"前一日", "2023-12-29"},
        {"3天后", "2024-01-02"},
        {"三天后", "2024-01-02"},
        {"2天前", "2023-12-28"},
        {"次日 08:30", "2023-12-31"},
        {"2024年1月3日", "2024-01-03"},
        {"2024-01-03", "2024-01-03"},
        {"8月27日", "!"},
        {"27日", "!"},
        {"同年8月", "!"},
        {"上月31日", "!"},
        {"次年次月5日", "!"},
        {"3日后", "!"},
        {"次日凌晨", "!"},
        {"数天后", "!"},
        {"", "!"},
        {"同年13月1日", "!"},
        {"隔日", "!"},
        {"十几天后", "!"},
    };
    StrBuf got = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CallValue v = CALL(*state, "relative_date(t: text, previous: date): date", PHYS_I64, 0,
                           call_text(cases[i].text), call_date(2023, 12, 30));
        strbuf_clear(&got);
        if (v.issue == REASON_NONE)
            date_format(&got, (int32_t)v.i64);
        else
            strbuf_add_c(&got, "!");
        if (!str_equal(strbuf_str(&got), str_from_cstr(cases[i].expected)))
            fail_msg("%s: %s, not %s", cases[i].text, strbuf_cstr(&got), cases[i].expected);
    }
    strbuf_deinit(&got);
}

// Two periods of days 0 to 7, against their days one by one.
static void test_periods(void **state)
{
    const char *covers = "covers(p: period, q: period): boolean",
               *gap = "gap(p: period, q: period): period?";
    const char *length = "gap_length(p: period, q: period): days";
    for (int code = 0; code < 8 * 8 * 8 * 8; code++) {
        int64_t a = code % 8, b = code / 8 % 8, c = code / 64 % 8, d = code / 512;
        if (b < a || d < c)
            continue;
        CallValue p = call_pair(a, b), q = call_pair(c, d);
        bool inside = true;
        int64_t between = 0, first = -1;
        for (int64_t day = 0; day < 8; day++) {
            inside &= !(c <= day && day <= d) || (a <= day && day <= b);
            bool free = (b < day && day < c) || (d < day && day < a);
            first = free && between == 0 ? day : first;
            between += free;
        }
        assert_int_equal(CALL(*state, covers, PHYS_BOOL, 0, p, q).boolean, inside);
        assert_int_equal(CALL(*state, length, PHYS_I64, 0, p, q).i64, between);
        CallValue found = CALL(*state, gap, PHYS_PAIR, 0, p, q);
        assert_int_equal(found.issue, between > 0 ? REASON_NONE : REASON_MISSING);
        if (between > 0)
            assert_true(found.pair.a == first && found.pair.b == first + between - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantities), cmocka_unit_test(test_convert),
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_relative_dates),
        cmocka_unit_test(test_periods),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

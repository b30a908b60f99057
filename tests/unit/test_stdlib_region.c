// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_region.c: names of divisions by code and date; the table itself, and a second copy of one of its lists.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "stdlib/tables/divisions.h"
#include "tests/unit/stdlib_call.h"

// The list of 2023-06-30, no part of the project; the comparison is left out without it.
#define LIST(name) SUP_ROOT "/../shared/data/divisions/" name ".csv"

static const char name_of[] = "region_name(code: text, d: date): text";
static const char parent_of[] = "region_parent(code: text, d: date): text";
static const char lies_in[] = "in_region(code: text, region: text): boolean";

static void expect_text(CallWorld *w, const char *signature, const char *code, CallValue date,
                        const char *wanted)
{
    CallValue v = CALL(w, signature, PHYS_CODE, 0, call_text(code), date);
    assert_int_equal(v.issue, REASON_NONE);
    if (!str_equal(v.text, str_from_cstr(wanted)))
        fail_msg("%s: %.*s instead of %s", code, (int)v.text.len, v.text.ptr, wanted);
}

static void expect_issue(CallWorld *w, const char *signature, const char *code, CallValue date,
                         Reason wanted)
{
    CallValue v = CALL(w, signature, PHYS_CODE, 0, call_text(code), date);
    assert_int_equal(v.issue, wanted);
}

// ---- names and parents

static void test_names(void **state)
{
    CallWorld *w = *state;
    expect_text(w, name_of, "110103", call_date(1980, 12, 31), "崇文区");
    expect_text(w, name_of, "110103", call_date(2009, 12, 31), "崇文区");
    expect_issue(w, name_of, "110103", call_date(2010, 1, 1), REASON_UNKNOWN_DIVISION);
    expect_issue(w, name_of, "110103", call_date(2024, 1, 1), REASON_UNKNOWN_DIVISION);
    expect_text(w, name_of, "32", call_date(2024, 1, 1), "江苏省");
    expect_text(w, name_of, "3202", call_date(2024, 1, 1), "无锡市");
    expect_text(w, name_of, "320214000000", call_date(2024, 1, 1), "新吴区");
    // The district was divided between two lists, sixteen months apart.
    expect_text(w, name_of, "330103", call_date(2019, 4, 30), "下城区");
    expect_text(w, name_of, "330103", call_date(2020, 6, 30), "下城区");
    expect_issue(w, name_of, "330103", call_date(2020, 7, 1), REASON_UNKNOWN_DIVISION);
}

static void test_outside(void **state)
{
    CallWorld *w = *state;
    CallValue first = call_i64(divisions_first()), last = call_i64(divisions_last());
    CallValue before = call_i64(first.i64 - 1), after = call_i64(last.i64 + 1);
    expect_text(w, name_of, "110000", first, "北京市");
    expect_text(w, name_of, "110000", last, "北京市");
    expect_issue(w, name_of, "110000", before, REASON_UNKNOWN_DIVISION);
    expect_issue(w, name_of, "110000", after, REASON_UNKNOWN_DIVISION);
    expect_issue(w, name_of, "000000", last, REASON_UNKNOWN_DIVISION);
    expect_issue(w, name_of, "999999", last, REASON_UNKNOWN_DIVISION);
    // A heading of the lists is no division, a zone of statistics neither.
    expect_issue(w, name_of, "110100", last, REASON_UNKNOWN_DIVISION);
    expect_issue(w, name_of, "130171", last, REASON_UNKNOWN_DIVISION);
    static const char *const codes[] = {"",         "1",       "110",    "1101011", "11010a",
                                        "１１０１", "-11010",  "+11010", "11 010",  "110101000001",
                                        "北京市",   "110101 ", "\n"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        expect_issue(w, name_of, codes[i], last, REASON_CONVERSION);
        expect_issue(w, parent_of, codes[i], last, REASON_CONVERSION);
    }
}

static void test_parents(void **state)
{
    CallWorld *w = *state;
    CallValue d = call_date(2024, 1, 1);
    expect_text(w, parent_of, "320214", d, "320200");
    expect_text(w, parent_of, "3202", d, "320000");
    expect_text(w, parent_of, "110105", d, "110000"); // under a municipality
    expect_text(w, parent_of, "429004", d, "420000"); // the province's own
    expect_issue(w, parent_of, "32", d, REASON_DOMAIN);
    expect_issue(w, parent_of, "999999", d, REASON_UNKNOWN_DIVISION);
    // The prefecture is one of the lists before: not known here, and never the province in its place.
    expect_issue(w, parent_of, "371202", call_date(2024, 1, 1), REASON_UNKNOWN_DIVISION);
}

static void expect_in(CallWorld *w, const char *code, const char *region, bool wanted)
{
    CallValue v = CALL(w, lies_in, PHYS_BOOL, 0, call_text(code), call_text(region));
    assert_int_equal(v.issue, REASON_NONE);
    assert_int_equal(v.boolean, wanted);
}

static void test_regions(void **state)
{
    CallWorld *w = *state;
    expect_in(w, "320214", "32", true);
    expect_in(w, "320214", "320200", true);
    expect_in(w, "320214", "320214", true);
    expect_in(w, "320214", "320213", false);
    expect_in(w, "320200", "320214", false);
    expect_in(w, "330103", "3301", true); // a code of the past lies where it lay
    expect_in(w, "320214", "33", false);
    CallValue v = CALL(w, lies_in, PHYS_BOOL, 0, call_text("329999"), call_text("32"));
    assert_int_equal(v.issue, REASON_UNKNOWN_DIVISION);
    v = CALL(w, lies_in, PHYS_BOOL, 0, call_text("320214"), call_text("江苏"));
    assert_int_equal(v.issue, REASON_CONVERSION);
}

// ---- the table

static void test_table(void **state)
{
    static const struct {
        int32_t code, first, last;
    } rows[] = {
#define DIVISION(code, first, last, name) {code, first, last},
#include "stdlib/tables/divisions.def"
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(rows[i].first <= rows[i].last);
        assert_true(rows[i].first >= DIVISIONS_FIRST && rows[i].last <= DIVISIONS_LAST);
        if (i == 0)
            continue;
        assert_true(rows[i].code >= rows[i - 1].code);
        assert_true(rows[i].code > rows[i - 1].code || rows[i].first > rows[i - 1].last);
    }
    assert_true(ARRAY_LEN(rows) > 6000);
}

// Compares the names of one file; returns how many of its codes the table does not know.
static int64_t compare_list(const char *path, int digits, int64_t *count)
{
    FILE *file = fopen(path, "r");
    char line[256], name[128];
    int64_t unknown = 0, date = call_date(2023, 6, 30).i64;
    int code = 0;
    if (file == NULL)
        return 0;
    assert_non_null(fgets(line, sizeof line, file)); // the header
    while (fgets(line, sizeof line, file) != NULL) {
        Str found;
        assert_int_equal(sscanf(line, "%d,\"%127[^\"]\"", &code, name), 2);
        for (int d = digits; d < 6; d++)
            code *= 10;
        (*count)++;
        bool zone = code % 100 > 70 && code % 100 < 80; // of statistics, no division
        if (zone)
            assert_false(divisions_known(divisions_own(), code));
        else if (!divisions_name(divisions_own(), code, date, &found))
            unknown++;
        else if (!str_equal(found, str_from_cstr(name)))
            fail_msg("%d is %s, not %.*s", code, name, (int)found.len, found.ptr);
    }
    fclose(file);
    return unknown;
}

static void test_list(void **state)
{
    (void)state;
    int64_t count = 0;
    int64_t provinces = compare_list(LIST("provinces"), 2, &count);
    int64_t cities = compare_list(LIST("cities"), 4, &count);
    int64_t areas = compare_list(LIST("areas"), 6, &count);
    if (count == 0)
        skip();
    assert_int_equal(count, 31 + 342 + 2978);
    assert_int_equal(provinces, 0);
    assert_int_equal(cities, 9); // headings: 市辖区, 县, 省直辖…
    assert_int_equal(areas,
                     8); // codes of such lists alone: 加格达奇区, 西沙群岛, 嘉峪关市 as a county …
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),   cmocka_unit_test(test_outside),
        cmocka_unit_test(test_parents), cmocka_unit_test(test_regions),
        cmocka_unit_test(test_table),   cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_facts.c: calendars and lists of divisions that a user supplies.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "stdlib/tables/facts.h"

static int32_t day(int year, int month, int day_of_month)
{
    int32_t date = 0;
    assert_true(date_from_ymd(year, month, day_of_month, &date));
    return date;
}

static void test_none(void **state)
{
    (void)state;
    FactTables *facts = fact_tables_create();
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_OK);
    assert_ptr_equal(facts_calendar(facts), calendar_own());
    assert_ptr_equal(facts_divisions(facts), divisions_own());
    assert_ptr_equal(facts_calendar(NULL), calendar_own());
    assert_ptr_equal(facts_divisions(NULL), divisions_own());
    fact_tables_destroy(facts);
    fact_tables_destroy(NULL);
}

// The library's own days, told in another order, are the library's own calendar.
static void test_own_calendar_again(void **state)
{
    (void)state;
    const Calendar *own = calendar_own();
    FactTables *facts = fact_tables_create();
    for (int64_t date = own->last; date >= own->first; date--) {
        bool worked = calendar_is_workday(own, date);
        if (worked != calendar_is_weekday(date) || date == own->first || date == own->last)
            assert_int_equal(fact_tables_day(facts, (int32_t)date, worked, NULL), STATUS_OK);
    }
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_OK);
    const Calendar *again = facts_calendar(facts);
    assert_ptr_not_equal(again, own);
    assert_int_equal(again->first, own->first);
    assert_int_equal(again->last, own->last);
    for (int64_t date = own->first; date <= own->last; date++) {
        assert_int_equal(calendar_is_workday(again, date), calendar_is_workday(own, date));
        assert_int_equal(calendar_count(again, date), calendar_count(own, date));
    }
    fact_tables_destroy(facts);
}

static void test_calendar_faults(void **state)
{
    (void)state;
    FactTables *facts = fact_tables_create();
    assert_int_equal(fact_tables_day(facts, day(1969, 12, 31), true, NULL), STATUS_DATA);
    assert_int_equal(fact_tables_day(facts, day(1970, 1, 1), false, NULL), STATUS_OK);
    assert_int_equal(fact_tables_day(facts, day(2024, 2, 29), true, NULL), STATUS_OK);
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_OK);
    assert_false(calendar_covers(facts_calendar(facts), day(1969, 12, 31)));
    assert_false(calendar_is_workday(facts_calendar(facts), day(1970, 1, 1)));
    assert_true(calendar_is_workday(facts_calendar(facts), day(1970, 1, 2)));
    assert_true(calendar_covers(facts_calendar(facts), day(2024, 12, 31)));
    assert_false(calendar_covers(facts_calendar(facts), day(2025, 1, 1)));
    fact_tables_destroy(facts);
    facts = fact_tables_create();
    assert_int_equal(fact_tables_day(facts, day(2024, 1, 1), true, NULL), STATUS_OK);
    assert_int_equal(fact_tables_day(facts, day(2024, 1, 1), true, NULL), STATUS_OK);
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_DATA);
    fact_tables_destroy(facts);
}

static Status add(FactTables *facts, const char *code, const char *name, int from, int to)
{
    return fact_tables_division(facts, str_from_cstr(code), str_from_cstr(name), day(from, 1, 1),
                                day(to, 12, 31), NULL);
}

static void test_divisions(void **state)
{
    (void)state;
    Str name;
    FactTables *facts = fact_tables_create();
    assert_int_equal(add(facts, "110102", "后来区", 2011, 2020), STATUS_OK);
    assert_int_equal(add(facts, "110102", "从前区", 2000, 2010), STATUS_OK);
    assert_int_equal(add(facts, "110000", "某市", 1, 9999), STATUS_OK);
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_OK);
    const Divisions *lists = facts_divisions(facts);
    assert_true(divisions_name(lists, 110102, day(2010, 12, 31), &name));
    assert_true(str_equal(name, STR("从前区")));
    assert_true(divisions_name(lists, 110102, day(2011, 1, 1), &name));
    assert_true(str_equal(name, STR("后来区")));
    assert_false(divisions_name(lists, 110102, day(2021, 1, 1), &name));
    assert_false(divisions_name(lists, 110101, day(2011, 1, 1), &name));
    assert_false(divisions_known(lists, 110101));
    assert_true(divisions_known(lists, 110000));
    size_t row = 0;
    assert_true(divisions_next(lists, 110000, 119999, STR("从前区"), &row));
    assert_int_equal(divisions_at(lists, row).code, 110102);
    assert_false(divisions_at(lists, row).current);
    fact_tables_destroy(facts);
}

static void test_division_faults(void **state)
{
    (void)state;
    FactTables *facts = fact_tables_create();
    static const char *const codes[] = {"", "11010", "1101022", "11010x", "099999", "830000"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        assert_int_equal(add(facts, codes[i], "某区", 2000, 2001), STATUS_DATA);
    assert_int_equal(add(facts, "110102", "ab", 2000, 2001), STATUS_DATA);
    assert_int_equal(add(facts, "110102", "某区", 2001, 2000), STATUS_DATA);
    assert_int_equal(fact_tables_division(facts, STR("110102"), STR("某\0区"), 0, 1, NULL),
                     STATUS_DATA);
    assert_int_equal(add(facts, "110102", "某区", 2000, 2001), STATUS_OK);
    assert_int_equal(add(facts, "110102", "某区", 2001, 2002), STATUS_OK);
    assert_int_equal(fact_tables_finish(facts, NULL), STATUS_DATA);
    fact_tables_destroy(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_own_calendar_again),
        cmocka_unit_test(test_calendar_faults),
        cmocka_unit_test(test_divisions),
        cmocka_unit_test(test_division_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_time.c: the calendar against a clerk who turns one page a day.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"

// Walks from 0001-01-01, a Monday, to 9999-12-31 and compares every date.
static void test_every_day(void **state)
{
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t date = DATE_MIN;
    int weekday = 1;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
            int length = lengths[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= length; day++, date++) {
                int y, m, d;
                int32_t again;
                date_to_ymd(date, &y, &m, &d);
                if (y != year || m != month || d != day)
                    fail_msg("%d: %d-%d-%d", date, y, m, d);
                assert_true(date_from_ymd(year, month, day, &again));
                assert_int_equal(again, date);
                assert_int_equal(date_weekday(date), weekday);
                weekday = weekday % 7 + 1;
            }
            assert_int_equal(date_month_end(date - 1), date - 1);
            assert_int_equal(date_month_start(date - 1), date - length);
            assert_int_equal(month_last_day(month_of_date(date - length)), date - 1);
        }
    assert_int_equal(date - 1, DATE_MAX);
}

static int32_t day_of(const char *text)
{
    int32_t date = 0;
    if (!date_parse(str_from_cstr(text), &date))
        fail_msg("no date: %s", text);
    return date;
}

static void expect_date(int32_t date, const char *expected)
{
    StrBuf buf = {0};
    date_format(&buf, date);
    expect_str(strbuf_str(&buf), expected);
    strbuf_deinit(&buf);
}

static void test_date_text(void **state)
{
    (void)state;
    assert_int_equal(day_of("1970-01-01"), 0);
    assert_int_equal(day_of("0001-01-01"), DATE_MIN);
    assert_int_equal(day_of("9999-12-31"), DATE_MAX);
    assert_int_equal(day_of("2000-02-29"), 11016);
    expect_date(DATE_MIN, "0001-01-01");
    expect_date(19783, "2024-03-01");
    const char *wrong[] = {"2023-02-29",  "1900-02-29",  "2024-13-01", "2024-00-01",  "2024-01-00",
                           "2024-01-32",  "0000-01-01",  "2024-1-1",   "2024/01/01",  "20240101",
                           "2024-01-01 ", " 2024-01-01", "2024-01-1x", "12024-01-01", ""};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        int32_t date;
        assert_false(date_parse(str_from_cstr(wrong[i]), &date));
    }
}

static void expect_months(const char *date, int64_t months, const char *expected)
{
    int32_t out;
    assert_true(date_add_months(day_of(date), months, &out));
    expect_date(out, expected);
}

static void test_add(void **state)
{
    (void)state;
    expect_months("2023-01-31", 1, "2023-02-28");
    expect_months("2024-01-31", 1, "2024-02-29");
    expect_months("2024-03-31", -1, "2024-02-29");
    expect_months("2024-02-29", 12, "2025-02-28");
    expect_months("2024-02-29", 48, "2028-02-29");
    expect_months("2024-12-15", 1, "2025-01-15");
    expect_months("1970-01-01", -1, "1969-12-01");
    expect_months("2024-05-31", 0, "2024-05-31");
    int32_t out;
    assert_false(date_add_months(DATE_MAX, 1, &out));
    assert_false(date_add_months(DATE_MIN, -1, &out));
    assert_false(date_add_months(0, INT64_MAX, &out));
    assert_false(date_add_months(0, INT64_MIN, &out));
    assert_false(date_add_days(0, INT64_MAX, &out));
    assert_false(date_add_days(DATE_MAX, 1, &out));
    assert_true(date_add_days(DATE_MAX, DATE_MIN - (int64_t)DATE_MAX, &out));
    assert_int_equal(out, DATE_MIN);
}

// The definition: the greatest n with a + n months ≤ b.
static void test_between(void **state)
{
    (void)state;
    uint64_t seed = 42;
    int32_t base = day_of("2019-12-01");
    for (int i = 0; i < 20000; i++) {
        int32_t a = base + (int32_t)(random_next(&seed) % 1600);
        int32_t b = base + (int32_t)(random_next(&seed) % 1600);
        int64_t months = date_months_between(a, b);
        int32_t moved;
        assert_true(date_add_months(a, months, &moved));
        assert_true(moved <= b);
        assert_true(date_add_months(a, months + 1, &moved));
        assert_true(moved > b);
        int64_t years = date_years_between(a, b);
        assert_true(years * 12 <= months && months < (years + 1) * 12);
    }
    assert_int_equal(date_years_between(day_of("2000-02-29"), day_of("2018-02-28")), 18);
    assert_int_equal(date_years_between(day_of("2000-03-01"), day_of("2018-02-28")), 17);
}

static void test_parts(void **state)
{
    (void)state;
    expect_date(date_quarter_start(day_of("2024-05-31")), "2024-04-01");
    expect_date(date_quarter_end(day_of("2024-02-29")), "2024-03-31");
    expect_date(date_quarter_end(day_of("2024-12-31")), "2024-12-31");
    expect_date(date_year_start(day_of("2024-05-31")), "2024-01-01");
    expect_date(date_year_end(DATE_MAX), "9999-12-31");
    assert_true(date_is_leap(2000) && !date_is_leap(1900) && date_is_leap(2024));
    assert_int_equal(date_days_in_month(2023, 2), 28);
}

static void test_months(void **state)
{
    (void)state;
    int32_t month;
    assert_true(month_parse(STR("1970-01"), &month));
    assert_int_equal(month, 0);
    assert_true(month_parse(STR("0001-01"), &month));
    assert_int_equal(month, MONTH_MIN);
    assert_true(month_parse(STR("9999-12"), &month));
    assert_int_equal(month, MONTH_MAX);
    assert_false(month_add(MONTH_MAX, 1, &month));
    assert_false(month_parse(STR("2024-13"), &month));
    assert_false(month_parse(STR("2024-1"), &month));
    assert_false(month_parse(STR("2024-01-"), &month));
    StrBuf buf = {0};
    for (int32_t m = MONTH_MIN; m <= MONTH_MAX; m++) {
        int year, of_year;
        int32_t again;
        month_to_ym(m, &year, &of_year);
        assert_true(month_from_ym(year, of_year, &again));
        assert_int_equal(again, m);
        strbuf_clear(&buf);
        month_format(&buf, m);
        assert_true(month_parse(strbuf_str(&buf), &again));
        assert_int_equal(again, m);
    }
    strbuf_deinit(&buf);
}

static void expect_datetime(const char *text, const char *expected)
{
    int64_t datetime;
    StrBuf buf = {0};
    if (!datetime_parse(str_from_cstr(text), &datetime))
        fail_msg("no datetime: %s", text);
    datetime_format(&buf, datetime);
    expect_str(strbuf_str(&buf), expected);
    strbuf_deinit(&buf);
}

static void test_datetimes(void **state)
{
    (void)state;
    expect_datetime("2024-03-02T08:05", "2024-03-02T08:05:00");
    expect_datetime("2024-03-02 08:05:09", "2024-03-02T08:05:09");
    expect_datetime("2024-03-02 08:05:09.5", "2024-03-02T08:05:09.5");
    expect_datetime("2024-03-02 08:05:09.000001", "2024-03-02T08:05:09.000001");
    expect_datetime("1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999");
    expect_datetime("0001-01-01T00:00", "0001-01-01T00:00:00");
    expect_datetime("9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999");
    const char *wrong[] = {"2024-03-02",        "2024-03-02T24:00",
                           "2024-03-02T08:60",  "2024-03-02T08:05:60",
                           "2024-03-02  08:05", "2024-03-02T08:05:09.",
                           "2024-03-02T8:05",   "2024-03-02T08:05:09.1234567",
                           "2024-03-02T08:05Z", "2023-02-29T08:05"};
    int64_t datetime;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(datetime_parse(str_from_cstr(wrong[i]), &datetime));
    assert_int_equal(datetime_date(-1), -1);
    assert_true(datetime_time_of_day(-1) == TIME_US_PER_DAY - 1);
    assert_int_equal(datetime_date(DATETIME_MIN), DATE_MIN);
    assert_int_equal(datetime_date(DATETIME_MAX), DATE_MAX);
    assert_false(datetime_add(DATETIME_MAX, 1, &datetime));
    assert_false(datetime_add(0, INT64_MIN, &datetime));
    assert_true(datetime_parse(STR("2024-01-31T10:00"), &datetime));
    assert_true(datetime_add_months(datetime, 1, &datetime));
    assert_int_equal(datetime_date(datetime), day_of("2024-02-29"));
    assert_true(datetime_time_of_day(datetime) == 10 * 3600 * TIME_US_PER_SECOND);
    assert_false(datetime_from_parts(0, 0, 0, 0, 1000000, &datetime));
}

static void test_periods(void **state)
{
    (void)state;
    Period a, b, common;
    assert_true(period_parse(STR("2024-01-10..2024-01-20"), &a));
    assert_true(period_parse(STR("2024-01-20..2024-02-01"), &b));
    assert_true(period_overlaps(a, b));
    assert_true(period_intersect(a, b, &common));
    assert_int_equal(period_days(common), 1);
    assert_int_equal(period_days(a), 11);
    assert_int_equal(period_distance(a, b), 0);
    assert_true(period_contains(a, a.end));
    assert_false(period_contains(a, a.end + 1));
    b = (Period){a.end + 1, a.end + 3};
    assert_false(period_overlaps(a, b));
    assert_false(period_intersect(a, b, &common));
    assert_int_equal(period_distance(a, b), 1);
    assert_int_equal(period_distance(b, a), 1);
    assert_true(period_compare(a, b) < 0);
    assert_true(period_compare(a, (Period){a.start, a.end + 1}) < 0);
    assert_int_equal(period_compare(a, a), 0);
    StrBuf buf = {0};
    period_format(&buf, a);
    expect_str(strbuf_str(&buf), "2024-01-10..2024-01-20");
    strbuf_deinit(&buf);
    assert_false(period_parse(STR("2024-01-10..2024-01-09"), &a));
    assert_false(period_parse(STR("2024-01-10.2024-01-20"), &a));
    assert_false(period_parse(STR("2024-01-10.."), &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day), cmocka_unit_test(test_date_text),
        cmocka_unit_test(test_add),       cmocka_unit_test(test_between),
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_months),
        cmocka_unit_test(test_datetimes), cmocka_unit_test(test_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

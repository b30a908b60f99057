// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_time.c: parts of dates, steps, periods; deadlines and working days against a clerk
// who turns one page a day.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "stdlib/tables/calendar.h"
#include "tests/unit/stdlib_call.h"

// A collection of the notices that is not part of the project; the comparison is left out without
// it.
#define NOTICES SUP_ROOT "/../shared/data/calendar/calendar.csv"

static int64_t day(int year, int month, int day_of_month)
{
    return call_date(year, month, day_of_month).i64;
}

static int64_t one(CallWorld *world, const char *signature, int64_t a)
{
    CallValue v = CALL(world, signature, PHYS_I64, 0, call_i64(a));
    assert_int_equal(v.issue, REASON_NONE);
    return v.i64;
}

static int64_t two(CallWorld *world, const char *signature, int64_t a, int64_t b)
{
    CallValue v = CALL(world, signature, PHYS_I64, 0, call_i64(a), call_i64(b));
    assert_int_equal(v.issue, REASON_NONE);
    return v.i64;
}

static Reason two_issue(CallWorld *world, const char *signature, int64_t a, int64_t b)
{
    return CALL(world, signature, PHYS_I64, 0, call_i64(a), call_i64(b)).issue;
}

static int64_t month_number(int year, int month)
{
    int32_t number = 0;
    assert_true(month_from_ym(year, month, &number));
    return number;
}

// ---- parts

static void test_parts(void **state)
{
    CallWorld *w = *state;
    int64_t d = day(2024, 2, 29), m = month_number(2024, 11);
    int64_t t = d * TIME_US_PER_DAY + ((8 * 60 + 30) * 60 + 15) * TIME_US_PER_SECOND;
    assert_int_equal(one(w, "year(d: date): integer", d), 2024);
    assert_int_equal(one(w, "year(m: month): integer", m), 2024);
    assert_int_equal(one(w, "year(t: datetime): integer", t), 2024);
    assert_int_equal(one(w, "quarter(d: date): integer", d), 1);
    assert_int_equal(one(w, "quarter(m: month): integer", m), 4);
    assert_int_equal(one(w, "month_number(d: date): integer", d), 2);
    assert_int_equal(one(w, "month_number(m: month): integer", m), 11);
    assert_int_equal(one(w, "day(d: date): integer", d), 29);
    assert_int_equal(one(w, "weekday(d: date): integer", d), 4);
    assert_int_equal(one(w, "hour(t: datetime): integer", t), 8);
    assert_int_equal(one(w, "time_of_day(t: datetime): time", t), t - d * TIME_US_PER_DAY);
    assert_int_equal(one(w, "date(t: datetime): date", t), d);
    assert_int_equal(one(w, "month(d: date): month", d), month_number(2024, 2));
    assert_int_equal(one(w, "month(t: datetime): month", t), month_number(2024, 2));
    assert_int_equal(one(w, "first_day(m: month): date", m), day(2024, 11, 1));
    assert_int_equal(one(w, "last_day(m: month): date", m), day(2024, 11, 30));
    assert_int_equal(two(w, "month(year: integer, month: integer): month", 2024, 11), m);
    assert_int_equal(two_issue(w, "month(year: integer, month: integer): month", 2024, 13),
                     REASON_DOMAIN);
    // Before 1970, where a division must round down.
    assert_int_equal(one(w, "date(t: datetime): date", -1), day(1969, 12, 31));
    assert_int_equal(one(w, "hour(t: datetime): integer", -1), 23);
}

static void test_weeks(void **state)
{
    static const int cases[][4] = {{2024, 1, 1, 1},    {2023, 1, 1, 52},   {2020, 12, 31, 53},
                                   {2021, 1, 3, 53},   {2021, 1, 4, 1},    {2024, 12, 30, 1},
                                   {2026, 12, 31, 53}, {9999, 12, 31, 52}, {1, 1, 1, 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const int *c = cases[i];
        assert_int_equal(one(*state, "week(d: date): integer", day(c[0], c[1], c[2])), c[3]);
    }
}

static void test_date_of_parts(void **state)
{
    static const char *const date = "date(year: integer, month: integer, day: integer): date";
    CallValue v = CALL(*state, date, PHYS_I64, 0, call_i64(2024), call_i64(2), call_i64(29));
    assert_int_equal(v.i64, day(2024, 2, 29));
    static const int64_t wrong[][3] = {
        {2023, 2, 29},        {0, 1, 1},         {10000, 1, 1},
        {2024, 0, 1},         {2024, 13, 1},     {2024, 1, 0},
        {2024, 1, INT64_MAX}, {INT64_MIN, 1, 1}, {2024, 4294967297, 1}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        v = CALL(*state, date, PHYS_I64, 0, call_i64(wrong[i][0]), call_i64(wrong[i][1]),
                 call_i64(wrong[i][2]));
        assert_int_equal(v.issue, REASON_DOMAIN);
    }
}

// ---- steps and distances

static void test_steps(void **state)
{
    CallWorld *w = *state;
    static const char *const add_days = "add_days(d: date, n: integer): date";
    static const char *const add_months = "add_months(d: date, n: integer): date";
    static const char *const add_years = "add_years(d: date, n: integer): date";
    assert_int_equal(two(w, add_days, day(2024, 2, 28), 2), day(2024, 3, 1));
    assert_int_equal(two(w, add_months, day(2024, 1, 31), 1), day(2024, 2, 29));
    assert_int_equal(two(w, add_months, day(2024, 3, 31), -1), day(2024, 2, 29));
    assert_int_equal(two(w, add_years, day(2024, 2, 29), 1), day(2025, 2, 28));
    assert_int_equal(two_issue(w, add_days, DATE_MAX, 1), REASON_OVERFLOW);
    assert_int_equal(two_issue(w, add_days, 0, INT64_MAX), REASON_OVERFLOW);
    assert_int_equal(two_issue(w, add_months, DATE_MIN, -1), REASON_OVERFLOW);
    assert_int_equal(two_issue(w, add_years, 0, INT64_MAX), REASON_OVERFLOW);
    assert_int_equal(
        two(w, "days_between(a: date, b: date): days", day(2024, 3, 1), day(2024, 2, 28)), -2);
    assert_int_equal(two(w, "months_between(a: month, b: month): months", month_number(2023, 11),
                         month_number(2024, 2)),
                     3);
    static const char *const full_months = "full_months(a: date, b: date): integer";
    assert_int_equal(two(w, full_months, day(2024, 1, 31), day(2024, 2, 28)), 0);
    assert_int_equal(two(w, full_months, day(2024, 1, 31), day(2024, 2, 29)), 1);
    assert_int_equal(two(w, full_months, day(2024, 1, 15), day(2024, 3, 14)), 1);
    static const char *const full_years = "full_years(a: date, b: date): integer";
    assert_int_equal(two(w, full_years, day(2000, 3, 2), day(2024, 3, 1)), 23);
    assert_int_equal(two(w, full_years, day(2000, 2, 29), day(2001, 2, 28)), 1);
}

static void test_periods(void **state)
{
    CallWorld *w = *state;
    static const char *const period = "period(first: date, last: date): period";
    CallValue v = CALL(w, period, PHYS_PAIR, 0, call_i64(5), call_i64(5));
    assert_int_equal(v.issue, REASON_NONE);
    v = CALL(w, period, PHYS_PAIR, 0, call_i64(5), call_i64(4));
    assert_int_equal(v.issue, REASON_DOMAIN);
    v = CALL(w, "period(m: month): period", PHYS_PAIR, 0, call_i64(month_number(2024, 2)));
    assert_int_equal(v.pair.a, day(2024, 2, 1));
    assert_int_equal(v.pair.b, day(2024, 2, 29));
    static const char *const meet = "intersection(p: period, q: period): period";
    v = CALL(w, meet, PHYS_PAIR, 0, call_pair(1, 5), call_pair(5, 9));
    assert_int_equal(v.pair.a, 5);
    assert_int_equal(v.pair.b, 5);
    v = CALL(w, meet, PHYS_PAIR, 0, call_pair(1, 5), call_pair(6, 9));
    assert_int_equal(v.issue, REASON_DOMAIN);
    static const char *const shared = "overlap_length(p: period, q: period): days";
    assert_int_equal(CALL(w, shared, PHYS_I64, 0, call_pair(1, 5), call_pair(4, 9)).i64, 2);
    assert_int_equal(CALL(w, shared, PHYS_I64, 0, call_pair(1, 5), call_pair(6, 9)).i64, 0);
    v = CALL(w, "day_count(p: period): days", PHYS_I64, 0, call_pair(3, 3));
    assert_int_equal(v.i64, 1);
}

// The list that months(p) or days(p) makes.
static uint32_t list_of(CallWorld *world, const char *signature, CallValue period, Reason *issue)
{
    Vector args[] = {call_vector(world, &period)};
    CallValue result = {.phys = PHYS_CODE};
    Vector out = call_vector(world, &result);
    FnContext fn = {.dict = world->dict, .arena = world->arena};
    int64_t row = 0;
    *issue = REASON_NONE;
    call_card(signature)->kernel(&fn, args, 1, &row, 1, &out, call_fail, issue);
    return out.code[0];
}

static void test_lists(void **state)
{
    CallWorld *w = *state;
    Reason issue;
    CallValue period = call_pair(day(2023, 11, 30), day(2024, 2, 1));
    uint32_t months = list_of(w, "months(p: period): list(month)", period, &issue);
    assert_int_equal(list_count(w->dict, months), 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(list_get(w->dict, type_of(TYPE_MONTH), months, i).i64,
                         month_number(2023, 11) + i);
    uint32_t days = list_of(w, "days(p: period): list(date)", period, &issue);
    assert_int_equal(list_count(w->dict, days), 64);
    assert_int_equal(list_get(w->dict, type_of(TYPE_DATE), days, 63).i64, period.pair.b);
    list_of(w, "days(p: period): list(date)", call_pair(DATE_MIN, DATE_MAX), &issue);
    assert_int_equal(issue, REASON_OVERFLOW);
}

// ---- working days

static void test_calendar_lists(void **state)
{
    (void)state;
    static const int32_t known[][4] = {
        // year, month, day, worked: what the notices are known for.
        {2020, 1, 31, 0}, {2020, 2, 3, 1}, {2023, 10, 2, 0}, {2023, 10, 7, 1}, {2023, 10, 8, 1},
        {2024, 2, 4, 1},  {2024, 2, 9, 1}, {2024, 2, 18, 1}, {2024, 2, 12, 0}, {2024, 5, 1, 0},
        {2008, 1, 1, 0},  {2007, 5, 7, 0}, {2026, 1, 1, 0},  {2023, 7, 1, 0},  {2023, 7, 3, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        assert_int_equal(
            calendar_is_workday(calendar_own(), day(known[i][0], known[i][1], known[i][2])),
            known[i][3]);
    assert_false(calendar_covers(calendar_own(), calendar_own()->first - 1));
    assert_false(calendar_covers(calendar_own(), calendar_own()->last + 1));
}

// Counting, finding and asking agree on every covered day.
static void test_calendar_every_day(void **state)
{
    (void)state;
    int64_t count = 0;
    assert_int_equal(calendar_count(calendar_own(), calendar_own()->first - 1), 0);
    for (int64_t date = calendar_own()->first; date <= calendar_own()->last; date++) {
        bool worked = calendar_is_workday(calendar_own(), date);
        count += worked;
        assert_int_equal(calendar_count(calendar_own(), date), count);
        int64_t found = 0;
        if (worked) {
            assert_true(calendar_find(calendar_own(), count, &found));
            assert_int_equal(found, date);
        }
    }
    int64_t years = 20;
    assert_true(count > years * 245 && count < years * 255);
    int64_t found;
    assert_false(calendar_find(calendar_own(), 0, &found));
    assert_false(calendar_find(calendar_own(), count + 1, &found));
}

static void test_notices(void **state)
{
    (void)state;
    FILE *file = fopen(NOTICES, "rb");
    if (!file)
        skip();
    char line[256];
    static int8_t marks[DATE_MAX / 100]; // 1 holiday, 2 worked
    while (fgets(line, sizeof line, file)) {
        int32_t date;
        if (date_parse((Str){line, 10}, &date) && date < (int32_t)ARRAY_LEN(marks))
            marks[date] = strstr(line, ",holiday") ? 1 : 2;
    }
    fclose(file);
    for (int64_t date = calendar_own()->first; date <= calendar_own()->last; date++) {
        bool expected = marks[date] == 2 || (marks[date] == 0 && date_weekday((int32_t)date) < 6);
        if (calendar_is_workday(calendar_own(), date) != expected)
            fail_msg("day %d of the epoch", (int)date);
    }
}

static const char *const by_days = "deadline(start: date, length: days): date";
static const char *const by_workdays = "deadline(start: date, length: workdays): date";
static const char *const by_months = "deadline(start: date, length: months): date";
static const char *const add_workdays = "add_workdays(d: date, n: integer): date";
static const char *const between = "workdays_between(a: date, b: date): workdays";

static void test_deadlines(void **state)
{
    CallWorld *w = *state;
    assert_int_equal(two(w, by_days, day(2023, 3, 1), 30), day(2023, 3, 31));
    assert_int_equal(two(w, by_days, day(2023, 3, 1), 10), day(2023, 3, 13));  // a Saturday
    assert_int_equal(two(w, by_days, day(2023, 9, 20), 10), day(2023, 10, 7)); // National Day
    assert_int_equal(two(w, by_days, day(2024, 2, 1), 3), day(2024, 2, 4));    // a worked Sunday
    assert_int_equal(two(w, by_days, day(2023, 7, 1), 0), day(2023, 7, 3));
    assert_int_equal(two(w, by_months, day(2023, 1, 31), 1), day(2023, 2, 28));
    assert_int_equal(two(w, by_months, day(2023, 3, 1), 1), day(2023, 4, 3)); // a Saturday
    assert_int_equal(two(w, by_workdays, day(2023, 3, 1), 5), day(2023, 3, 8));
    assert_int_equal(two(w, by_workdays, day(2023, 9, 28), 1), day(2023, 10, 7));
    assert_int_equal(two(w, by_workdays, day(2023, 9, 30), 1), day(2023, 10, 7));
    assert_int_equal(two_issue(w, by_days, day(2023, 3, 1), -1), REASON_DOMAIN);
    assert_int_equal(two_issue(w, by_workdays, day(2023, 3, 1), -1), REASON_DOMAIN);
    assert_int_equal(two_issue(w, by_months, day(2023, 3, 1), -1), REASON_DOMAIN);
    assert_int_equal(two_issue(w, by_days, day(2006, 12, 1), 30), REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, by_days, day(2026, 12, 1), 31), REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, by_days, day(2026, 12, 1), INT64_MAX), REASON_OVERFLOW);
    assert_int_equal(two_issue(w, by_workdays, day(2026, 12, 31), 1), REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, by_workdays, day(2023, 1, 1), INT64_MAX),
                     REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, by_months, day(9999, 12, 1), 1), REASON_OVERFLOW);
    static const char *const late = "days_late(due: date, done: date): days";
    assert_int_equal(two(w, late, day(2023, 3, 31), day(2023, 4, 3)), 3);
    assert_int_equal(two(w, late, day(2023, 3, 31), day(2023, 3, 31)), 0);
    assert_int_equal(two(w, late, day(2023, 3, 31), day(2023, 1, 1)), 0);
}

// The n-th working day after or before a date, by walking.
static int64_t walk(int64_t date, int64_t n)
{
    int64_t step = n > 0 ? 1 : -1;
    for (; n != 0; n -= step)
        do
            date += step;
        while (!calendar_is_workday(calendar_own(), date));
    return date;
}

static void test_workday_steps(void **state)
{
    CallWorld *w = *state;
    uint64_t seed = 23;
    for (int i = 0; i < 3000; i++) {
        int64_t date = day(2010, 1, 1) + (int64_t)(random_next(&seed) % 4000);
        int64_t n = (int64_t)(random_next(&seed) % 101) - 50;
        int64_t end = walk(date, n);
        assert_int_equal(two(w, add_workdays, date, n), end);
        if (n > 0)
            assert_int_equal(two(w, by_workdays, date, n), end);
        if (n != 0 && calendar_is_workday(calendar_own(), date))
            assert_int_equal(two(w, between, date, end), n);
    }
    assert_int_equal(two(w, between, day(2023, 3, 8), day(2023, 3, 1)), -5);
    assert_int_equal(two_issue(w, between, day(2023, 3, 8), day(2027, 3, 1)),
                     REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, add_workdays, day(2007, 1, 1), -1), REASON_OUTSIDE_CALENDAR);
    assert_int_equal(two_issue(w, add_workdays, day(2020, 1, 1), INT64_MIN),
                     REASON_OUTSIDE_CALENDAR);
    CallValue v = CALL(w, "is_workday(d: date): boolean", PHYS_BOOL, 0, call_date(2027, 1, 4));
    assert_int_equal(v.issue, REASON_OUTSIDE_CALENDAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),          cmocka_unit_test(test_weeks),
        cmocka_unit_test(test_date_of_parts),  cmocka_unit_test(test_steps),
        cmocka_unit_test(test_periods),        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_calendar_lists), cmocka_unit_test(test_calendar_every_day),
        cmocka_unit_test(test_notices),        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_workday_steps),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

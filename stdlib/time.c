// SPDX-License-Identifier: Apache-2.0
//
// time.c: dates, months, periods: their parts, steps from one to another, lists of days and months.
// Reading dates from texts: date_text.c. Deadlines and working days: deadline.c.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

// Most elements of days(p) and months(p): 400 years of days.
#define TIME_LIST_MAX 146100

// ---- making them

FN1(date_of_datetime, I64, I64, t, .name = "date", .name_zh = "日期",
    .signature = "date(t: datetime): date", .doc = "The day of a moment.",
    .doc_zh = "时刻所在的日期。", .example = "date(2024-03-02 08:30) = 2024-03-02", .cost = 3)
{
    return datetime_date(t);
}

FN3(date_of_parts, I64, I64, y, I64, m, I64, d, .name = "date", .name_zh = "日期",
    .signature = "date(year: integer, month: integer, day: integer): date",
    .doc = "The date with this year, month and day; undecided if there is none.",
    .doc_zh = "由年、月、日组成的日期；没有这一天时待定。",
    .example = "date(2024, 2, 29) = 2024-02-29", .issues = FN_ISSUES(REASON_DOMAIN), .cost = 5)
{
    int32_t date = 0;
    bool fits = y >= 1 && y <= 9999 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
    if (!fits || !date_from_ymd((int)y, (int)m, (int)d, &date))
        fn_issue(fn, REASON_DOMAIN);
    return date;
}

FN1(month_of_date, I64, I64, d, .name = "month", .name_zh = "月份",
    .signature = "month(d: date): month", .doc = "The month of a date.",
    .doc_zh = "日期所在的月份。", .example = "month(2024-03-02) = 2024-03", .cost = 4)
{
    return month_of_date((int32_t)d);
}

FN1(month_of_datetime, I64, I64, t, .name = "month", .name_zh = "月份",
    .signature = "month(t: datetime): month", .doc = "The month of a moment.",
    .doc_zh = "时刻所在的月份。", .example = "month(2024-03-02 08:30) = 2024-03", .cost = 5)
{
    return month_of_date(datetime_date(t));
}

FN2(month_of_parts, I64, I64, y, I64, m, .name = "month", .name_zh = "月份",
    .signature = "month(year: integer, month: integer): month",
    .doc = "The month with this year and number.", .doc_zh = "由年和月组成的月份。",
    .example = "month(2024, 3) = 2024-03", .issues = FN_ISSUES(REASON_DOMAIN), .cost = 4)
{
    int32_t month = 0;
    if (y < 1 || y > 9999 || m < 1 || m > 12 || !month_from_ym((int)y, (int)m, &month))
        fn_issue(fn, REASON_DOMAIN);
    return month;
}

FN2(period_of_dates, Pair, I64, first, I64, last, .name = "period", .name_zh = "期间",
    .signature = "period(first: date, last: date): period",
    .doc = "The days from first to last, both included; undecided if last is before first.",
    .doc_zh = "从起日到止日的期间，两端都算；止日早于起日时待定。",
    .example = "2024-03-02 during period(2024-02-01, 2024-12-31)",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 2)
{
    if (last < first)
        fn_issue(fn, REASON_DOMAIN);
    return (Pair){first, last};
}

FN1(period_of_month, Pair, I64, m, .name = "period", .name_zh = "期间",
    .signature = "period(m: month): period", .doc = "All days of a month.",
    .doc_zh = "一个月的全部日子。", .example = "period(2024-02) = period(2024-02-01, 2024-02-29)",
    .cost = 5)
{
    return (Pair){month_first_day((int32_t)m), month_last_day((int32_t)m)};
}

FN1(period_of_date, Pair, I64, d, .name = "period", .name_zh = "期间",
    .signature = "period(d: date): period", .doc = "One day as a period.",
    .doc_zh = "一天作为期间。", .example = "period(2024-02-01) = period(2024-02-01, 2024-02-01)",
    .cost = 2)
{
    return (Pair){d, d};
}

// ---- parts

FN1(year_of_date, I64, I64, d, .name = "year", .name_zh = "年份",
    .signature = "year(d: date): integer", .doc = "The year of a date.", .doc_zh = "日期的年份。",
    .example = "year(2024-03-02) = 2024", .cost = 4)
{
    int year;
    date_to_ymd((int32_t)d, &year, NULL, NULL);
    return year;
}

FN1(year_of_datetime, I64, I64, t, .name = "year", .name_zh = "年份",
    .signature = "year(t: datetime): integer", .doc = "The year of a moment.",
    .doc_zh = "时刻的年份。", .example = "year(2024-03-02 08:30) = 2024", .cost = 5)
{
    int year;
    date_to_ymd(datetime_date(t), &year, NULL, NULL);
    return year;
}

FN1(year_of_month, I64, I64, m, .name = "year", .name_zh = "年份",
    .signature = "year(m: month): integer", .doc = "The year of a month.", .doc_zh = "月份的年份。",
    .example = "year(2024-03) = 2024", .cost = 4)
{
    int year, month;
    month_to_ym((int32_t)m, &year, &month);
    return year;
}

FN1(quarter_of_date, I64, I64, d, .name = "quarter", .name_zh = "季度",
    .signature = "quarter(d: date): integer", .doc = "The quarter of a date, 1 to 4.",
    .doc_zh = "日期所在的季度，1 至 4。", .example = "quarter(2024-04-01) = 2", .cost = 4)
{
    int month;
    date_to_ymd((int32_t)d, NULL, &month, NULL);
    return (month + 2) / 3;
}

FN1(quarter_of_month, I64, I64, m, .name = "quarter", .name_zh = "季度",
    .signature = "quarter(m: month): integer", .doc = "The quarter of a month, 1 to 4.",
    .doc_zh = "月份所在的季度，1 至 4。", .example = "quarter(2024-03) = 1", .cost = 4)
{
    int year, month;
    month_to_ym((int32_t)m, &year, &month);
    return (month + 2) / 3;
}

FN1(month_number_date, I64, I64, d, .name = "month_number", .name_zh = "月",
    .signature = "month_number(d: date): integer", .doc = "The number of a date's month, 1 to 12.",
    .doc_zh = "日期的月，1 至 12。", .example = "month_number(2024-03-02) = 3", .cost = 4)
{
    int month;
    date_to_ymd((int32_t)d, NULL, &month, NULL);
    return month;
}

FN1(month_number_month, I64, I64, m, .name = "month_number", .name_zh = "月",
    .signature = "month_number(m: month): integer",
    .doc = "The number of a month in its year, 1 to 12.", .doc_zh = "月份在一年中的序数，1 至 12。",
    .example = "month_number(2024-03) = 3", .cost = 4)
{
    int year, month;
    month_to_ym((int32_t)m, &year, &month);
    return month;
}

FN1(day_of_month, I64, I64, d, .name = "day", .name_zh = "日", .signature = "day(d: date): integer",
    .doc = "The day of the month, 1 to 31.", .doc_zh = "日期的日，1 至 31。",
    .example = "day(2024-03-02) = 2", .cost = 4)
{
    int day;
    date_to_ymd((int32_t)d, NULL, NULL, &day);
    return day;
}

FN1(weekday, I64, I64, d, .name = "weekday", .name_zh = "星期",
    .signature = "weekday(d: date): integer", .doc = "The day of the week: Monday 1 to Sunday 7.",
    .doc_zh = "星期几：星期一为 1，星期日为 7。", .example = "weekday(2024-03-02) = 6", .cost = 3)
{
    return date_weekday((int32_t)d);
}

// The ISO week belongs to the year of its Thursday.
FN1(week, I64, I64, d, .name = "week", .name_zh = "周次", .signature = "week(d: date): integer",
    .doc = "The ISO week of the year, 1 to 53: the first is the one with the first Thursday.",
    .doc_zh = "一年中的第几周（ISO 8601，含第一个星期四的为第一周）。",
    .example = "week(2024-01-01) = 1", .cost = 8)
{
    int64_t thursday = d + 4 - date_weekday((int32_t)d);
    if (!date_in_range(thursday))
        thursday = d;
    return (thursday - date_year_start((int32_t)thursday)) / 7 + 1;
}

FN1(hour, I64, I64, t, .name = "hour", .name_zh = "小时", .signature = "hour(t: datetime): integer",
    .doc = "The hour of a moment, 0 to 23.", .doc_zh = "时刻的小时，0 至 23。",
    .example = "hour(2024-03-02 08:30) = 8", .cost = 4)
{
    return datetime_time_of_day(t) / (3600 * TIME_US_PER_SECOND);
}

FN1(time_of_day, I64, I64, t, .name = "time_of_day", .name_zh = "当日时长",
    .signature = "time_of_day(t: datetime): time", .doc = "The time since midnight.",
    .doc_zh = "当日零点以来的时长。", .example = "time_of_day(2024-03-02 00:09) < 10分钟",
    .cost = 4)
{
    return datetime_time_of_day(t);
}

FN1(first_day_month, I64, I64, m, .name = "first_day", .name_zh = "首日",
    .signature = "first_day(m: month): date", .doc = "The first day of a month.",
    .doc_zh = "月份的第一天。", .example = "first_day(2024-02) = 2024-02-01", .cost = 4)
{
    return month_first_day((int32_t)m);
}

FN1(first_day_period, I64, Pair, p, .name = "first_day", .name_zh = "首日",
    .signature = "first_day(p: period): date", .doc = "The first day of a period.",
    .doc_zh = "期间的第一天。", .example = "first_day(period(2024-02-03, 2024-03-01)) = 2024-02-03",
    .cost = 1)
{
    return p.a;
}

FN1(last_day_month, I64, I64, m, .name = "last_day", .name_zh = "末日",
    .signature = "last_day(m: month): date", .doc = "The last day of a month.",
    .doc_zh = "月份的最后一天。", .example = "last_day(2024-02) = 2024-02-29", .cost = 4)
{
    return month_last_day((int32_t)m);
}

FN1(last_day_period, I64, Pair, p, .name = "last_day", .name_zh = "末日",
    .signature = "last_day(p: period): date", .doc = "The last day of a period.",
    .doc_zh = "期间的最后一天。",
    .example = "last_day(period(2024-02-03, 2024-03-01)) = 2024-03-01", .cost = 1)
{
    return p.b;
}

// ---- distances

FN2(days_between, I64, I64, a, I64, b, .name = "days_between", .name_zh = "相隔天数",
    .signature = "days_between(a: date, b: date): days",
    .doc = "The days from a to b; negative if b is earlier.",
    .doc_zh = "从 a 到 b 的天数；b 较早时为负。",
    .example = "days_between(2024-02-28, 2024-03-01) = 2天", .cost = 1)
{
    return b - a;
}

FN2(months_between, I64, I64, a, I64, b, .name = "months_between", .name_zh = "相隔月数",
    .signature = "months_between(a: month, b: month): months",
    .doc = "The months from a to b; negative if b is earlier.",
    .doc_zh = "从 a 到 b 的月数；b 较早时为负。",
    .example = "months_between(2023-11, 2024-02) = 3个月", .cost = 1)
{
    return b - a;
}

FN2(full_months, I64, I64, a, I64, b, .name = "full_months", .name_zh = "足月数",
    .signature = "full_months(a: date, b: date): integer",
    .doc = "The full months from a to b: the most that can be added to a without passing b.",
    .doc_zh = "从 a 到 b 满几个月：给 a 加上它仍不超过 b 的最大月数。",
    .example = "full_months(2024-01-31, 2024-02-29) = 1", .cost = 12)
{
    return date_months_between((int32_t)a, (int32_t)b);
}

FN2(full_years, I64, I64, a, I64, b, .name = "full_years", .name_zh = "足年数",
    .signature = "full_years(a: date, b: date): integer",
    .doc = "The full years from a to b: the most that can be added to a without passing b.",
    .doc_zh = "从 a 到 b 满几年：给 a 加上它仍不超过 b 的最大年数。",
    .example = "full_years(2000-03-02, 2024-03-01) = 23", .cost = 12)
{
    return date_years_between((int32_t)a, (int32_t)b);
}

FN1(days_in, I64, Pair, p, .name = "day_count", .name_zh = "天数",
    .signature = "day_count(p: period): days", .doc = "The days of a period, both ends counted.",
    .doc_zh = "期间的天数，两端都算。",
    .example = "day_count(period(2024-02-01, 2024-02-29)) = 29天", .cost = 1)
{
    return p.b - p.a + 1;
}

// ---- steps

FN2(add_days, I64, I64, d, I64, n, .name = "add_days", .name_zh = "加天数",
    .signature = "add_days(d: date, n: integer): date", .doc = "The date n days later.",
    .doc_zh = "n 天以后的日期。", .example = "add_days(2024-02-28, 2) = 2024-03-01",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 2)
{
    int32_t date = 0;
    if (!date_add_days((int32_t)d, n, &date))
        fn_issue(fn, REASON_OVERFLOW);
    return date;
}

FN2(add_months, I64, I64, d, I64, n, .name = "add_months", .name_zh = "加月数",
    .signature = "add_months(d: date, n: integer): date",
    .doc = "The date n months later; a day that the month has not becomes its last.",
    .doc_zh = "n 个月以后的日期；没有这一天的，取该月最后一天。",
    .example = "add_months(2024-01-31, 1) = 2024-02-29", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 10)
{
    int32_t date = 0;
    if (!date_add_months((int32_t)d, n, &date))
        fn_issue(fn, REASON_OVERFLOW);
    return date;
}

FN2(add_years, I64, I64, d, I64, n, .name = "add_years", .name_zh = "加年数",
    .signature = "add_years(d: date, n: integer): date",
    .doc = "The date n years later; 29 February becomes the 28th where there is none.",
    .doc_zh = "n 年以后的日期；没有 2 月 29 日的年份取 28 日。",
    .example = "add_years(2024-02-29, 1) = 2025-02-28", .issues = FN_ISSUES(REASON_OVERFLOW),
    .cost = 10)
{
    int32_t date = 0;
    int64_t months = 0;
    if (!num_mul_i64(n, 12, &months) || !date_add_months((int32_t)d, months, &date))
        fn_issue(fn, REASON_OVERFLOW);
    return date;
}

// ---- periods with periods

FN2(intersection, Pair, Pair, p, Pair, q, .name = "intersection", .name_zh = "交集",
    .signature = "intersection(p: period, q: period): period",
    .doc = "The days that two periods share; undecided if there are none.",
    .doc_zh = "两个期间共有的日子；没有时待定。",
    .example = "intersection(period(2024-01-01, 2024-02-10), period(2024-02-01, 2024-03-01)) = "
               "period(2024-02-01, 2024-02-10)",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 3)
{
    Pair shared = {MAX_OF(p.a, q.a), MIN_OF(p.b, q.b)};
    if (shared.b < shared.a)
        fn_issue(fn, REASON_DOMAIN);
    return shared;
}

FN2(overlap_length, I64, Pair, p, Pair, q, .name = "overlap_length", .name_zh = "重叠天数",
    .signature = "overlap_length(p: period, q: period): days",
    .doc = "How many days two periods share.", .doc_zh = "两个期间共有多少天。",
    .example =
        "overlap_length(period(2024-01-01, 2024-02-10), period(2024-02-01, 2024-03-01)) = 10天",
    .cost = 3)
{
    int64_t days = MIN_OF(p.b, q.b) - MAX_OF(p.a, q.a) + 1;
    return MAX_OF(days, 0);
}

FN2(covers, Bool, Pair, p, Pair, q, .name = "covers", .name_zh = "覆盖",
    .signature = "covers(p: period, q: period): boolean",
    .doc = "Whether every day of q is one of p.", .doc_zh = "期间 q 的每一天是否都在期间 p 中。",
    .example = "covers(period(2024-01-01, 2024-12-31), period(2024-02))", .cost = 2)
{
    return p.a <= q.a && q.b <= p.b;
}

FN2(gap_length, I64, Pair, p, Pair, q, .name = "gap_length", .name_zh = "间隔天数",
    .signature = "gap_length(p: period, q: period): days",
    .doc = "How many days lie between two periods; 0 if they overlap or touch.",
    .doc_zh = "两个期间之间隔着多少天；重叠或相接的为 0。",
    .example = "gap_length(period(2024-01), period(2024-03)) = 29天", .cost = 3)
{
    return MAX_OF(MAX_OF(p.a, q.a) - MIN_OF(p.b, q.b) - 1, 0);
}

FN2(gap, Pair, Pair, p, Pair, q, .name = "gap", .name_zh = "间隔",
    .signature = "gap(p: period, q: period): period?",
    .doc = "The days between two periods; missing if there are none.",
    .doc_zh = "两个期间之间的日子；没有时缺失。",
    .example = "gap(period(2024-01), period(2024-03)) = period(2024-02)", .cost = 3)
{
    Pair between = {MIN_OF(p.b, q.b) + 1, MAX_OF(p.a, q.a) - 1};
    if (between.b < between.a)
        fn_issue(fn, REASON_MISSING);
    return between;
}

// ---- lists

// The list of the numbers first … last as values of `kind`.
static uint32_t time_list(FnContext *fn, TypeKind kind, int64_t first, int64_t last)
{
    if (last - first >= TIME_LIST_MAX) {
        fn_issue(fn, REASON_OVERFLOW);
        return 0;
    }
    int64_t count = last - first + 1;
    ASSERT(count > 0);
    Value *items = ARENA_ARRAY(fn->arena, Value, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        items[i] = (Value){.type = type_of(kind), .i64 = first + i};
    return list_encode(fn->dict, type_of(kind), items, (uint32_t)count);
}

FN1(months_of, Code, Pair, p, .name = "months", .name_zh = "各月",
    .signature = "months(p: period): list(month)",
    .doc = "Every month that has a day in the period.", .doc_zh = "期间触及的每个月份。",
    .example = "text(months(period(2024-01-31, 2024-02-01))) = \"[2024-01, 2024-02]\"",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 300)
{
    return time_list(fn, TYPE_MONTH, month_of_date((int32_t)p.a), month_of_date((int32_t)p.b));
}

FN1(days_of, Code, Pair, p, .name = "days", .name_zh = "各日",
    .signature = "days(p: period): list(date)", .doc = "Every day of the period.",
    .doc_zh = "期间的每一天。",
    .example = "text(days(period(2024-02-29, 2024-03-01))) = \"[2024-02-29, 2024-03-01]\"",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 1000)
{
    return time_list(fn, TYPE_DATE, p.a, p.b);
}

const FnCard *const time_cards[] = {
    FN_CARD(date_of_datetime),
    FN_CARD(date_of_parts),
    FN_CARD(month_of_date),
    FN_CARD(month_of_datetime),
    FN_CARD(month_of_parts),
    FN_CARD(period_of_dates),
    FN_CARD(period_of_month),
    FN_CARD(period_of_date),
    FN_CARD(year_of_date),
    FN_CARD(year_of_datetime),
    FN_CARD(year_of_month),
    FN_CARD(quarter_of_date),
    FN_CARD(quarter_of_month),
    FN_CARD(month_number_date),
    FN_CARD(month_number_month),
    FN_CARD(day_of_month),
    FN_CARD(weekday),
    FN_CARD(week),
    FN_CARD(hour),
    FN_CARD(time_of_day),
    FN_CARD(first_day_month),
    FN_CARD(first_day_period),
    FN_CARD(last_day_month),
    FN_CARD(last_day_period),
    FN_CARD(days_between),
    FN_CARD(months_between),
    FN_CARD(full_months),
    FN_CARD(full_years),
    FN_CARD(days_in),
    FN_CARD(add_days),
    FN_CARD(add_months),
    FN_CARD(add_years),
    FN_CARD(intersection),
    FN_CARD(overlap_length),
    FN_CARD(covers),
    FN_CARD(gap_length),
    FN_CARD(gap),
    FN_CARD(months_of),
    FN_CARD(days_of),
    NULL,
};

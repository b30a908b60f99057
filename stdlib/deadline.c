// SPDX-License-Identifier: Apache-2.0
//
// deadline.c: deadlines, delay, working days.
//
// The days off are those of the yearly notices (tables/calendar.h), or of the user's calendar (--calendar). A question that touches a
// date outside the years covered has no answer: issue `outside calendar`. A length below zero is
// `domain`.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"
#include "stdlib/tables/facts.h"

// The date, or the first working day after it if it is a day off.
static int64_t roll_forward(FnContext *fn, int64_t date)
{
    int64_t worked = date;
    const Calendar *calendar = facts_calendar(fn->facts);
    if (!calendar_covers(calendar, date) ||
        (!calendar_is_workday(calendar, date) &&
         !calendar_find(calendar, calendar_count(calendar, date) + 1, &worked)))
        fn_issue(fn, REASON_OUTSIDE_CALENDAR);
    return worked;
}

// The n-th working day after the date, before it if n is negative; the date itself for 0.
static int64_t step_workdays(FnContext *fn, int64_t date, int64_t n)
{
    int64_t found = date;
    const Calendar *calendar = facts_calendar(fn->facts);
    if (n == 0)
        return date;
    if (!calendar_covers(calendar, date)) {
        fn_issue(fn, REASON_OUTSIDE_CALENDAR);
        return date;
    }
    int64_t total = calendar->last - calendar->first + 1; // more working days there are not
    n = n > total ? total : n < -total ? -total : n;
    int64_t before = calendar_count(calendar, n > 0 ? date : date - 1);
    if (!calendar_find(calendar, n > 0 ? before + n : before + n + 1, &found))
        fn_issue(fn, REASON_OUTSIDE_CALENDAR);
    return found;
}

FN2(deadline_days, I64, I64, start, I64, length, .name = "deadline", .name_zh = "期限届满",
    .signature = "deadline(start: date, length: days): date",
    .doc = "The last day of a term of days: it starts the day after, and an end on a day off "
           "moves to the next working day.",
    .doc_zh = "期限的最后一日：从次日起算，末日是休息日的顺延到下一个工作日。",
    .example = "deadline(2023-03-01, 30天) = 2023-03-31",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 20)
{
    int32_t end = 0;
    if (length < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return start;
    }
    if (!date_add_days((int32_t)start, length, &end)) {
        fn_issue(fn, REASON_OVERFLOW);
        return start;
    }
    return roll_forward(fn, end);
}

FN2(deadline_workdays, I64, I64, start, I64, length, .name = "deadline", .name_zh = "期限届满",
    .signature = "deadline(start: date, length: workdays): date",
    .doc = "The last day of a term of working days, counted from the day after.",
    .doc_zh = "以工作日计的期限的最后一日，从次日起算。",
    .example = "deadline(2023-03-01, 5个工作日) = 2023-03-08",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 60)
{
    if (length < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return start;
    }
    return length == 0 ? roll_forward(fn, start) : step_workdays(fn, start, length);
}

FN2(deadline_months, I64, I64, start, I64, length, .name = "deadline", .name_zh = "期限届满",
    .signature = "deadline(start: date, length: months): date",
    .doc = "The last day of a term of months: the same day of the month, and an end on a day "
           "off moves to the next working day.",
    .doc_zh = "以月计的期限的最后一日：到期月的同一日，末日是休息日的顺延到下一个工作日。",
    .example = "deadline(2023-01-31, 1个月) = 2023-02-28",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 30)
{
    int32_t end = 0;
    if (length < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return start;
    }
    if (!date_add_months((int32_t)start, length, &end)) {
        fn_issue(fn, REASON_OVERFLOW);
        return start;
    }
    return roll_forward(fn, end);
}

FN2(days_late, I64, I64, due, I64, done, .name = "days_late", .name_zh = "逾期天数",
    .signature = "days_late(due: date, done: date): days",
    .doc = "How many days done is after due; 0 if it is not.",
    .doc_zh = "完成日晚于届满日多少天；不晚为 0 天。",
    .example = "days_late(2023-03-31, 2023-04-03) = 3天", .cost = 2)
{
    return MAX_OF(done - due, 0);
}

FN1(is_workday, Bool, I64, d, .name = "is_workday", .name_zh = "是工作日",
    .signature = "is_workday(d: date): boolean",
    .doc = "Whether the date is a working day by the yearly notices.",
    .doc_zh = "按年度放假通知，这一天是否工作日。", .example = "not is_workday(2023-10-02)",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 10)
{
    const Calendar *calendar = facts_calendar(fn->facts);
    if (!calendar_covers(calendar, d)) {
        fn_issue(fn, REASON_OUTSIDE_CALENDAR);
        return false;
    }
    return calendar_is_workday(calendar, d);
}

FN2(workdays_between, I64, I64, a, I64, b, .name = "workdays_between", .name_zh = "相隔工作日",
    .signature = "workdays_between(a: date, b: date): workdays",
    .doc = "The working days after a, up to and with b; negative if b is earlier.",
    .doc_zh = "a 以后到 b 为止有多少个工作日；b 较早时为负。",
    .example = "workdays_between(2023-03-01, 2023-03-08) = 5个工作日",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 60)
{
    const Calendar *calendar = facts_calendar(fn->facts);
    if (!calendar_covers(calendar, a) || !calendar_covers(calendar, b)) {
        fn_issue(fn, REASON_OUTSIDE_CALENDAR);
        return 0;
    }
    return calendar_count(calendar, b) - calendar_count(calendar, a);
}

FN2(add_workdays, I64, I64, d, I64, n, .name = "add_workdays", .name_zh = "加工作日",
    .signature = "add_workdays(d: date, n: integer): date",
    .doc = "The n-th working day after the date; before it if n is negative.",
    .doc_zh = "这一天以后的第 n 个工作日；n 为负时往前数。",
    .example = "add_workdays(2023-03-01, 5) = 2023-03-08",
    .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 60)
{
    return step_workdays(fn, d, n);
}

const FnCard *const deadline_cards[] = {
    FN_CARD(deadline_days),   FN_CARD(deadline_workdays),
    FN_CARD(deadline_months), FN_CARD(days_late),
    FN_CARD(is_workday),      FN_CARD(workdays_between),
    FN_CARD(add_workdays),    NULL,
};

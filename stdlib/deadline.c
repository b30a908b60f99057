// SPDX-License-Identifier: Apache-2.0
//
// deadline.c: deadlines, delay, working days.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(deadline_days, .name = "deadline", .name_zh = "期限届满",
        .signature = "deadline(start: date, length: days): date",
        .doc = "The last day of a term of days: it starts the day after, and an end on a day off "
               "moves to the next working day.",
        .doc_zh = "期限的最后一日：从次日起算，末日是休息日的顺延到下一个工作日。",
        .example = "deadline(2023-03-01, 30天) = 2023-03-31",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 20)

FN_WORD(deadline_workdays, .name = "deadline", .name_zh = "期限届满",
        .signature = "deadline(start: date, length: workdays): date",
        .doc = "The last day of a term of working days, counted from the day after.",
        .doc_zh = "以工作日计的期限的最后一日，从次日起算。",
        .example = "deadline(2023-03-01, 5个工作日) = 2023-03-08",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 60)

FN_WORD(deadline_months, .name = "deadline", .name_zh = "期限届满",
        .signature = "deadline(start: date, length: months): date",
        .doc = "The last day of a term of months: the same day of the month, and an end on a day "
               "off moves to the next working day.",
        .doc_zh = "以月计的期限的最后一日：到期月的同一日，末日是休息日的顺延到下一个工作日。",
        .example = "deadline(2023-01-31, 1个月) = 2023-02-28",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR, REASON_OVERFLOW, REASON_DOMAIN), .cost = 30)

FN_WORD(days_late, .name = "days_late", .name_zh = "逾期天数",
        .signature = "days_late(due: date, done: date): days",
        .doc = "How many days done is after due; 0 if it is not.",
        .doc_zh = "完成日晚于届满日多少天；不晚为 0 天。",
        .example = "days_late(2023-03-31, 2023-04-03) = 3天", .cost = 2)

FN_WORD(is_workday, .name = "is_workday", .name_zh = "是工作日",
        .signature = "is_workday(d: date): boolean",
        .doc = "Whether the date is a working day by the yearly notices.",
        .doc_zh = "按年度放假通知，这一天是否工作日。", .example = "not is_workday(2023-10-02)",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 10)

FN_WORD(workdays_between, .name = "workdays_between", .name_zh = "相隔工作日",
        .signature = "workdays_between(a: date, b: date): workdays",
        .doc = "The working days after a, up to and with b; negative if b is earlier.",
        .doc_zh = "a 以后到 b 为止有多少个工作日；b 较早时为负。",
        .example = "workdays_between(2023-03-01, 2023-03-08) = 5个工作日",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 60)

FN_WORD(add_workdays, .name = "add_workdays", .name_zh = "加工作日",
        .signature = "add_workdays(d: date, n: integer): date",
        .doc = "The n-th working day after the date; before it if n is negative.",
        .doc_zh = "这一天以后的第 n 个工作日；n 为负时往前数。",
        .example = "add_workdays(2023-03-01, 5) = 2023-03-08",
        .issues = FN_ISSUES(REASON_OUTSIDE_CALENDAR), .cost = 60)

const FnCard *const deadline_cards[] = {
    FN_CARD(deadline_days),   FN_CARD(deadline_workdays),
    FN_CARD(deadline_months), FN_CARD(days_late),
    FN_CARD(is_workday),      FN_CARD(workdays_between),
    FN_CARD(add_workdays),    NULL,
};

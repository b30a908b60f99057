// SPDX-License-Identifier: Apache-2.0
//
// date_text.c: dates and months written in texts.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(date_of_text, .name = "date", .name_zh = "日期", .signature = "date(t: text): date",
        .doc = "The date that a text writes, in any of the usual forms; undecided if it is none.",
        .doc_zh = "文字写出的日期，常见写法都认；认不出的待定。",
        .example = "date(\"二〇二三年一月五日\") = 2023-01-05",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 100)

FN_WORD(month_of_text, .name = "month", .name_zh = "月份", .signature = "month(t: text): month",
        .doc = "The month that a text writes; undecided if it is none.",
        .doc_zh = "文字写出的月份；认不出的待定。", .example = "month(\"2023年1月\") = 2023-01",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 100)

const FnCard *const date_text_cards[] = {FN_CARD(date_of_text), FN_CARD(month_of_text), NULL};

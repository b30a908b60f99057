// SPDX-License-Identifier: Apache-2.0
//
// amount.c: amounts and numbers written in texts.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(amount, .name = "amount", .name_zh = "金额解析", .signature = "amount(t: text): money",
        .doc = "The amount that a text writes, in digits or words; undecided if it is none.",
        .doc_zh = "文字写出的金额，数字和大写都认；认不出的待定。",
        .example = "amount(\"叁仟元整\") = 3000元",
        .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 150)

FN_WORD(
    is_approximate, .name = "is_approximate", .name_zh = "是约数",
    .signature = "is_approximate(t: text): boolean",
    .doc = "Whether a text that writes an amount gives it as approximate: 余, 多, 约, 近, 左右.",
    .doc_zh = "写出的金额是否约数：余、多、约、近、左右。",
    .example = "is_approximate(\"12万余元\")", .issues = FN_ISSUES(REASON_CONVERSION), .cost = 150)

FN_WORD(chinese_number, .name = "chinese_number", .name_zh = "数字解析",
        .signature = "chinese_number(t: text): integer",
        .doc = "The whole number that a text writes in digits or Chinese numerals.",
        .doc_zh = "文字写出的整数，数字和汉字数目都认。",
        .example = "chinese_number(\"十二万三千\") = 123000",
        .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 120)

FN_WORD(number, .name = "number", .name_zh = "数值解析",
        .signature = "number(t: text): decimal(38, 6)",
        .doc = "The number that a text writes in digits, with or without thousands separators; six "
               "places at most.",
        .doc_zh = "文字写出的数值，可以有千位分隔；至多六位小数。",
        .example = "number(\"1,200.5\") = 1200.5",
        .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 60)

const FnCard *const amount_cards[] = {
    FN_CARD(amount), FN_CARD(is_approximate), FN_CARD(chinese_number), FN_CARD(number), NULL,
};

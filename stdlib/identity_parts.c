// SPDX-License-Identifier: Apache-2.0
//
// identity_parts.c: what identity numbers say by themselves.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

FN_WORD(birth_date, .name = "birth_date", .name_zh = "出生日期",
        .signature = "birth_date(id: person_id): date",
        .doc = "The date of birth in a person's id.", .doc_zh = "身份号中的出生日期。",
        .example = "birth_date(\"11010519491231002X\") = 1949-12-31",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 15)

FN_WORD(age_at, .name = "age_at", .name_zh = "周岁",
        .signature = "age_at(id: person_id, d: date): integer",
        .doc = "Age in full years on a date, by the date of birth in the id.",
        .doc_zh = "某日的周岁，按身份号中的出生日期。",
        .example = "age_at(\"11010519491231002X\", 2020-01-01) = 70",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 30)

FN_WORD(sex, .name = "sex", .name_zh = "性别", .signature = "sex(id: person_id): text",
        .doc = "男 or 女, by the order code in a person's id.",
        .doc_zh = "身份号中的性别：男或女。", .example = "sex(\"11010519491231002X\") = \"女\"",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 30)

FN_WORD(region_of, .name = "region_of", .name_zh = "籍贯区划",
        .signature = "region_of(id: person_id): text",
        .doc = "The code of the division that first gave out a person's id.",
        .doc_zh = "身份号首次发放地的区划代码。",
        .example = "region_of(\"11010519491231002X\") = \"110105\"",
        .issues = FN_ISSUES(REASON_CONVERSION), .cost = 20)

FN_WORD(org_code, .name = "org_code", .name_zh = "组织机构代码",
        .signature = "org_code(code: credit_code): text",
        .doc = "The organisation code inside a unified social credit code: characters 9 to 17.",
        .doc_zh = "统一社会信用代码中的组织机构代码：第 9 至 17 位。",
        .example = "org_code(\"91350100M000100Y43\") = \"M000100Y4\"", .cost = 20)

const FnCard *const identity_cards[] = {
    FN_CARD(birth_date), FN_CARD(age_at), FN_CARD(sex), FN_CARD(region_of), FN_CARD(org_code), NULL,
};

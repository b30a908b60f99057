// SPDX-License-Identifier: Apache-2.0
//
// identity_parts.c: what identity numbers say by themselves.
//
// The values are normalised ones (identity_person.c, identity_credit.c). A person may also be
// known by a passport or permit, and in a test by any label; those say nothing: issue
// `conversion`.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#define PERSON_LENGTH 18
#define CREDIT_LENGTH 18

static int digits_of(const char *bytes, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        number = number * 10 + (bytes[i] - '0');
    }
    return number;
}

// Is it a citizen's number? Else the row is an issue.
static bool is_citizen(FnContext *fn, Str id)
{
    if (id.len == PERSON_LENGTH && digits_of(id.ptr, 8) >= 0 && digits_of(id.ptr + 8, 9) >= 0)
        return true;
    fn_issue(fn, REASON_CONVERSION);
    return false;
}

static int32_t birth_of(FnContext *fn, Str id)
{
    int32_t date = 0;
    if (is_citizen(fn, id) && !date_from_ymd(digits_of(id.ptr + 6, 4), digits_of(id.ptr + 10, 2),
                                             digits_of(id.ptr + 12, 2), &date))
        fn_issue(fn, REASON_CONVERSION);
    return date;
}

FN1(birth_date, I64, Text, id, .name = "birth_date", .name_zh = "出生日期",
    .signature = "birth_date(id: person_id): date", .doc = "The date of birth in a person's id.",
    .doc_zh = "身份号中的出生日期。", .example = "birth_date(\"11010519491231002X\") = 1949-12-31",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 15)
{
    return birth_of(fn, *id);
}

FN2(age_at, I64, Text, id, I64, d, .name = "age_at", .name_zh = "周岁",
    .signature = "age_at(id: person_id, d: date): integer",
    .doc = "Age in full years on a date by the calendar: a year is full on the birthday itself.",
    .doc_zh = "某日的周岁，按日历计算：生日当天即满。",
    .example = "age_at(\"11010519491231002X\", 2020-01-01) = 70",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_DOMAIN), .cost = 30)
{
    int32_t birth = birth_of(fn, *id);
    if (d < birth)
        fn_issue(fn, REASON_DOMAIN);
    return fn->issue == REASON_NONE ? date_years_between(birth, (int32_t)d) : 0;
}

FN1(sex, Text, Text, id, .name = "sex", .name_zh = "性别", .signature = "sex(id: person_id): text",
    .doc = "男 or 女, by the order code in a person's id.", .doc_zh = "身份号中的性别：男或女。",
    .example = "sex(\"11010519491231002X\") = \"女\"", .issues = FN_ISSUES(REASON_CONVERSION),
    .cost = 30)
{
    if (!is_citizen(fn, *id))
        return *id;
    return id->ptr[16] % 2 == 1 ? STR("男") : STR("女");
}

FN1(region_of, Text, Text, id, .name = "region_of", .name_zh = "籍贯区划",
    .signature = "region_of(id: person_id): text",
    .doc = "The code of the division that first gave out a person's id.",
    .doc_zh = "身份号首次发放地的区划代码。",
    .example = "region_of(\"11010519491231002X\") = \"110105\"",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 20)
{
    return is_citizen(fn, *id) ? str_slice(*id, 0, 6) : *id;
}

FN1(org_code, Text, Text, code, .name = "org_code", .name_zh = "组织机构代码",
    .signature = "org_code(code: credit_code): text",
    .doc = "The organisation code inside a unified social credit code: characters 9 to 17.",
    .doc_zh = "统一社会信用代码中的组织机构代码：第 9 至 17 位。",
    .example = "org_code(\"91350100M000100Y43\") = \"M000100Y4\"",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 20)
{
    if (code->len != CREDIT_LENGTH)
        fn_issue(fn, REASON_CONVERSION);
    return str_slice(*code, 8, 17);
}

const FnCard *const identity_cards[] = {
    FN_CARD(birth_date), FN_CARD(age_at), FN_CARD(sex), FN_CARD(region_of), FN_CARD(org_code), NULL,
};

// SPDX-License-Identifier: Apache-2.0
//
// identity_parts.c: what identity numbers say by themselves.
//
// The values are normalised ones (identity_person.c, identity_credit.c). A person may also be
// known by a passport or permit, and in a test by any label; those say nothing: issue
// `conversion`.

#include "runtime/base/unicode.h"
#include "stdlib/cell_int.h"
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
    bool letters = code->len == CREDIT_LENGTH;
    for (size_t i = 0; letters && i < CREDIT_LENGTH; i++) // a label in a test may be anything
        letters = cell_is_digit(code->ptr[i]) || cell_is_capital(code->ptr[i]);
    if (!letters) {
        fn_issue(fn, REASON_CONVERSION);
        return *code;
    }
    return str_slice(*code, 8, 17);
}

// ---- states

FN_WORD(is_valid, .name = "is_valid", .name_zh = "有效",
        .signature = "is_valid(x: identity?): boolean",
        .doc = "Whether an identity number can be used: it is there, and valid as it stands or "
               "after a repair.",
        .doc_zh = "号码是否可用：有值，并且本身有效或者修复后有效。",
        .example = "is_valid(r.身份号)", .lower = LOWER_STEP, .step = "PRESENT", .cost = 2)

// The word for the state of an identity's value in the data.
static Str state_word(const FnContext *fn, const Vector *operand, int64_t index)
{
    if (operand->state == NULL || operand->state[index] == VALUE_KNOWN)
        return STR("有效");
    switch (cause_get(fn->causes, operand->cause[index]).reason) {
    case REASON_DAMAGED:
        return STR("损坏");
    case REASON_MASKED:
        return STR("脱敏");
    default:
        return STR("缺失");
    }
}

static void kernel_state_of(FnContext *fn, const Vector *args, uint32_t arg_count,
                            const int64_t *rows, int64_t row_count, Vector *out, FnFail fail,
                            void *closure)
{
    ASSERT(arg_count == 1);
    (void)fail;
    (void)closure;
    for (int64_t k = 0; k < row_count; k++)
        out->code[vector_index(out, rows[k])] =
            dict_intern(fn->dict, state_word(fn, args, vector_index(args, rows[k])));
}

FN_WORD(state_of, .name = "state_of", .name_zh = "状态",
        .signature = "state_of(x: identity?): text",
        .doc = "What became of an identity number when it was loaded: 有效 (valid or repaired), "
               "损坏 (damaged), 脱敏 "
               "(masked), 缺失 (missing).",
        .doc_zh = "号码装载后的状态：有效（含修复）、损坏、脱敏、缺失。",
        .example = "state_of(r.身份号) = \"有效\"", .cost = 20, .kernel = kernel_state_of)

// ---- accounts

FN1(luhn_holds, Bool, Text, x, .name = "luhn_holds", .name_zh = "卡号校验",
    .signature = "luhn_holds(x: account): boolean",
    .doc = "Whether the last digit of a card's number checks (Luhn). A hint only: accounts of "
           "companies have no such "
           "digit.",
    .doc_zh = "卡号的末位校验码是否相符（Luhn）。只供参考：单位账号没有这一位。",
    .example = "luhn_holds(\"4111111111111111\")", .issues = FN_ISSUES(REASON_CONVERSION),
    .cost = 40)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < x->len; i++) {
        char c = x->ptr[x->len - 1 - i];
        uint32_t digit = (uint32_t)(c - '0');
        if (c < '0' || c > '9') {
            fn_issue(fn, REASON_CONVERSION);
            return false;
        }
        sum += i % 2 == 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
    }
    return sum % 10 == 0;
}

// ---- case numbers

// A normalised case number, （2023）浙0602民初1234号, in its parts; an issue where they are not told apart.
typedef struct CaseParts {
    int year;
    Str court, kind;
    int64_t number;
} CaseParts;

// Where the court's code ends: 最高法, 最高法知, or one character with the digits behind it; 0: not certain.
static size_t court_end(Str text)
{
    if (str_starts(text, STR("最高法知")))
        return strlen("最高法知");
    if (str_starts(text, STR("最高法")))
        return strlen("最高法");
    size_t at = 0;
    if (text.len == 0 || !unicode_is_han(utf8_decode(text, &at)))
        return 0;
    size_t letters = at;
    while (at < text.len && cell_is_digit(text.ptr[at]))
        at++;
    // Without digits it is a high court, if a kind of case follows; else the code is of the old form (浙杭民终字).
    static const char *const kinds[] = {"民", "刑", "行", "执", "赔", "司", "认",
                                        "破", "强", "财", "国", "法", "委"};
    bool kind = at > letters;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && !kind; i++)
        kind = str_starts(str_slice(text, at, text.len), str_from_cstr(kinds[i]));
    return kind ? at : 0;
}

static CaseParts case_parts(FnContext *fn, Str text, bool court)
{
    CaseParts parts = {0};
    size_t head = strlen("（2023）"), sign = text.len, start;
    bool read = text.len > head && str_starts(text, STR("（"));
    for (size_t at = read ? str_find(text, STR("号"), head) : STR_NONE; at != STR_NONE;
         at = str_find(text, STR("号"), at + 1))
        sign = at;
    for (start = sign; read && start > head && cell_is_digit(text.ptr[start - 1]); start--)
        continue;
    read = read && sign < text.len && start < sign && sign - start <= 18;
    parts.year = read ? digits_of(text.ptr + strlen("（"), 4) : -1;
    for (size_t at = start; read && at < sign; at++)
        parts.number = parts.number * 10 + (text.ptr[at] - '0');
    Str middle = read ? str_slice(text, head, start) : STR("");
    size_t end = court_end(middle);
    bool old = str_find(middle, STR("字"), 0) != STR_NONE;
    if (parts.year < 0 || (court && (old || end == 0 || end == middle.len)))
        fn_issue(fn, REASON_CONVERSION);
    parts.court = str_slice(middle, 0, end);
    parts.kind = str_slice(middle, end, middle.len);
    return parts;
}

#define CASE_PART(id, layout, type, field, whole, zh, en)                                          \
    FN1(id, layout, Text, n, .name = "case_number", .name_zh = "案号", .doc = en, .doc_zh = zh,    \
        .signature = "case_number(n: case_number): " type, .issues = FN_ISSUES(REASON_CONVERSION), \
        .cost = 60)                                                                                \
    {                                                                                              \
        return case_parts(fn, *n, whole).field;                                                    \
    }

CASE_PART(case_year, I64, "integer", year, false, "案号中的年份。", "The year in a case number.")
CASE_PART(case_court, Text, "text", court, true, "案号中的法院代字。",
          "The court's code in a case number.")
CASE_PART(case_kind, Text, "text", kind, true, "案号中的案件类型代字。",
          "The kind of case in a case number.")
CASE_PART(case_order, I64, "integer", number, false, "案号中的序号。",
          "The number of the case in its year.")

#undef CASE_PART

const FnCard *const stdlib_case_parts[] = {FN_CARD(case_year), FN_CARD(case_court),
                                           FN_CARD(case_kind), FN_CARD(case_order), NULL};

const FnCard *const identity_cards[] = {
    FN_CARD(birth_date), FN_CARD(age_at),   FN_CARD(sex),
    FN_CARD(region_of),  FN_CARD(org_code), FN_CARD(luhn_holds),
    FN_CARD(is_valid),   FN_CARD(state_of), NULL,
};

// SPDX-License-Identifier: Apache-2.0
//
// region.c: administrative divisions by their codes.
//
// The facts are those of tables/divisions.h: names valid in time, down to counties, and nothing where the published
// lists leave a date open; a user's own lists take their place (--divisions). A code is written with 2, 4 or 6 digits, or with 12 that end in six zeros.

#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"
#include "stdlib/tables/facts.h"

#define CODE_LENGTH 6
#define LONG_LENGTH 12

static bool is_zeros(Str text, size_t from)
{
    for (; from < text.len; from++)
        if (text.ptr[from] != '0')
            return false;
    return true;
}

// The code with six digits; -1 with an issue: it is none.
static int32_t code_of(FnContext *fn, Str text)
{
    bool sized = text.len == 2 || text.len == 4 || text.len == CODE_LENGTH ||
                 (text.len == LONG_LENGTH && is_zeros(text, CODE_LENGTH));
    int32_t code = 0;
    for (size_t i = 0; sized && i < CODE_LENGTH; i++) {
        char c = i < text.len ? text.ptr[i] : '0';
        sized = c >= '0' && c <= '9';
        code = code * 10 + (c - '0');
    }
    if (!sized)
        fn_issue(fn, REASON_CONVERSION);
    return sized ? code : -1;
}

// Is the code one that is or was in use? Else the row is an issue.
static bool is_known(FnContext *fn, int32_t code)
{
    if (code >= 0 && divisions_known(facts_divisions(fn->facts), code))
        return true;
    if (code >= 0)
        fn_issue(fn, REASON_UNKNOWN_DIVISION);
    return false;
}

// How much of a code says where it lies: 10000 of a province, 100 of a prefecture.
static int32_t extent_of(int32_t code)
{
    return code % 10000 == 0 ? 10000 : code % 100 == 0 ? 100 : 1;
}

FN2(region_name, Text, Text, code, I64, d, .name = "region_name", .name_zh = "区划名称",
    .signature = "region_name(code: text, d: date): text",
    .doc =
        "The name that the division with this code had on a date: province, prefecture or county "
        "(GB/T 2260, lists from 1980-12-31 to 2026-09-11). Undecided where the lists do not know "
        "the code on that date.",
    .doc_zh = "区划代码在某日对应的名称：省、市、县三级（GB/T 2260，1980-12-31 至 2026-09-11 "
              "各期代码表）。代码表不能确定该日名称的，待查。",
    .example = "region_name(\"110103\", 2005-01-01) = \"崇文区\"",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_UNKNOWN_DIVISION), .cost = 60)
{
    Str name = STR("");
    int32_t number = code_of(fn, *code);
    if (number >= 0 && !divisions_name(facts_divisions(fn->facts), number, d, &name))
        fn_issue(fn, REASON_UNKNOWN_DIVISION);
    return name;
}

FN2(region_parent, Text, Text, code, I64, d, .name = "region_parent", .name_zh = "上级区划",
    .signature = "region_parent(code: text, d: date): text",
    .doc =
        "The code of the division to which another belonged on a date: a county's prefecture, or "
        "its province where there is none between. A province has none: undecided.",
    .doc_zh = "区划在某日的上级区划代码：县级为所属的市（州、地区），直属于省的为省。省级没有上级，"
              "待查。",
    .example = "region_parent(\"320214\", 2020-01-01) = \"320200\"",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_DOMAIN, REASON_UNKNOWN_DIVISION), .cost = 120)
{
    Str name;
    const Divisions *lists = facts_divisions(fn->facts);
    int32_t number = code_of(fn, *code);
    if (number < 0)
        return STR("");
    int32_t extent = extent_of(number);
    int32_t parent = extent == 1 ? number / 100 * 100 : number / 10000 * 10000;
    // Under a municipality, and where a county is the province's own, the code between is a heading only.
    if (!divisions_known(lists, parent))
        parent = number / 10000 * 10000;
    if (extent == 10000)
        fn_issue(fn, REASON_DOMAIN);
    else if (!divisions_name(lists, number, d, &name) || !divisions_name(lists, parent, d, &name))
        fn_issue(fn, REASON_UNKNOWN_DIVISION);
    return arena_printf(fn->arena, "%06" PRId32, parent);
}

FN2(in_region, Bool, Text, code, Text, region, .name = "in_region", .name_zh = "属于区划",
    .signature = "in_region(code: text, region: text): boolean",
    .doc = "Does the division lie in the region, or is it that one? By the structure of the codes, "
           "so that no date is needed: a division that comes under another gets another code. "
           "Undecided for a code that never was in use.",
    .doc_zh = "区划是否在某区划之内（或即该区划）。按代码结构判断，不需要日期：改属的区划会换代码。"
              "从未启用过的代码，待查。",
    .example = "in_region(\"320214\", \"3202\") = true",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_UNKNOWN_DIVISION), .cost = 60)
{
    int32_t inner = code_of(fn, *code), outer = code_of(fn, *region);
    if (!is_known(fn, inner) || !is_known(fn, outer))
        return false;
    int32_t extent = extent_of(outer);
    return inner / extent == outer / extent;
}

const FnCard *const region_cards[] = {FN_CARD(region_name), FN_CARD(region_parent),
                                      FN_CARD(in_region), NULL};

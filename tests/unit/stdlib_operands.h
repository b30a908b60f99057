// SPDX-License-Identifier: Apache-2.0
//
// stdlib_operands.h: what a card's signature says of its operands and result, for tests that call every card.

#ifndef SUP_TESTS_UNIT_STDLIB_OPERANDS_H
#define SUP_TESTS_UNIT_STDLIB_OPERANDS_H

#include "runtime/data/value.h"
#include "stdlib/stdlib.h"

#define OPERANDS_MAX 5

typedef enum Kind {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_DATE,
    KIND_DATETIME,
    KIND_MONTH,
    KIND_PERIOD,
    KIND_POINT,
    KIND_EXACT,
    KIND_REAL,
    KIND_LIST,
    KIND_UNIT // no operand of the kernel: it is in the result's type
} Kind;

// The kinds of the operands of a signature, units left out; how many there are.
static inline uint32_t operand_kinds(Str signature, Kind kinds[OPERANDS_MAX])
{
    static const struct {
        const char *name;
        Kind kind;
    } words[] = {{"text", KIND_TEXT},         {"person_id", KIND_TEXT}, {"credit_code", KIND_TEXT},
                 {"identity", KIND_TEXT},     {"account", KIND_TEXT},   {"case_number", KIND_TEXT},
                 {"datetime", KIND_DATETIME}, {"date", KIND_DATE},      {"months", KIND_NUMBER},
                 {"month", KIND_MONTH},       {"period", KIND_PERIOD},  {"point", KIND_POINT},
                 {"integer", KIND_NUMBER},    {"days", KIND_NUMBER},    {"workdays", KIND_NUMBER},
                 {"N", KIND_EXACT},           {"decimal", KIND_EXACT},  {"real", KIND_REAL},
                 {"list(text)", KIND_LIST},   {"unit", KIND_UNIT},      {"length", KIND_EXACT}};
    uint32_t count = 0;
    size_t end = str_find(signature, STR("): "), 0);
    for (size_t at = 0;;) {
        size_t colon = str_find(signature, STR(": "), at);
        if (colon == STR_NONE || colon > end)
            return count;
        at = colon + 2;
        Str type = str_slice(signature, at, signature.len);
        size_t k = 0;
        while (k < ARRAY_LEN(words) && !str_starts(type, str_from_cstr(words[k].name)))
            k++;
        ASSERT(k < ARRAY_LEN(words) && count < OPERANDS_MAX);
        if (words[k].kind != KIND_UNIT)
            kinds[count++] = words[k].kind;
    }
}

// The type that the result has in these tests.
static inline Type result_type(Str signature)
{
    static const Unit litre = {STR_INIT("升"), STR_INIT("升"), 1, 1};
    bool quantity = str_ends(signature, STR(": quantity"));
    return (Type){.kind = quantity ? TYPE_QUANTITY : TYPE_ERROR,
                  .scale = 6,
                  .unit = quantity ? &litre : NULL};
}

static inline Phys result_phys(Str signature)
{
    size_t at = str_find(signature, STR("): "), 0);
    Str type = str_slice(signature, at + 3, signature.len);
    if (str_starts(type, STR("text")) || str_starts(type, STR("list")))
        return PHYS_CODE;
    if (str_starts(type, STR("boolean")))
        return PHYS_BOOL;
    if (str_starts(type, STR("real")))
        return PHYS_F64;
    if (str_starts(type, STR("period")) || str_starts(type, STR("point")))
        return PHYS_PAIR;
    static const char *const exact[] = {"N", "money", "length", "decimal", "ratio", "quantity"};
    for (size_t i = 0; i < ARRAY_LEN(exact); i++)
        if (str_starts(type, str_from_cstr(exact[i])))
            return PHYS_I128;
    return PHYS_I64;
}

// Does the card name the reason among those that it can fail with?
static inline bool card_names(const FnCard *card, Reason reason)
{
    if (reason == REASON_MISSING) // a result `T?` may be a gap
        return str_ends(str_from_cstr(card->signature), STR("?"));
    for (const Reason *issue = card->issues; issue && *issue != REASON_NONE; issue++)
        if (*issue == reason)
            return true;
    return false;
}

#define RUNNING_MAX 400

// The functions that run: those of cards, of the fields of records, of case numbers. How many there are.
static inline uint32_t running_cards(const FnCard *cards[RUNNING_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const FnCard *card = stdlib_at(i);
        ASSERT(count < RUNNING_MAX - 20);
        if (card->lower == LOWER_CALL && card->kernel)
            cards[count++] = card;
        for (const FnCard *const *part = card->parts; part && *part; part++)
            cards[count++] = *part;
    }
    for (const FnCard *const *part = stdlib_case_parts; *part; part++)
        cards[count++] = *part;
    return count;
}

#endif

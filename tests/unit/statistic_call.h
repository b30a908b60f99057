// SPDX-License-Identifier: Apache-2.0
//
// statistic_call.h: runs a statistic of the library over values, for unit tests.

#ifndef SUP_TESTS_UNIT_STATISTIC_CALL_H
#define SUP_TESTS_UNIT_STATISTIC_CALL_H

#include "runtime/base/vec.h"
#include "stdlib/check_int.h"
#include "stdlib/fn.h"
#include "tests/unit/stdlib_call.h"

// Values of x, and of y for statistics of two operands.
typedef VEC(double) Reals;

// The next tab-separated field of a line; advances the line.
static inline Str stat_field(Str *line)
{
    size_t tab = str_find(*line, STR("\t"), 0);
    size_t end = tab == STR_NONE ? line->len : tab;
    Str field = str_slice(*line, 0, end);
    *line = str_slice(*line, tab == STR_NONE ? end : end + 1, line->len);
    return field;
}

// Appends the numbers that a text lists, blanks between them.
static inline void stat_numbers(Str text, Reals *out)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at < end) {
        char *next = NULL;
        double value = strtod(at, &next);
        ASSERT(next != at);
        vec_push(out, value);
        at = next;
        while (at < end && *at == ' ')
            at++;
    }
}

static inline int stat_order(const void *a, const void *b)
{
    const StatItem *left = a, *right = b;
    if (left->pair.a != right->pair.a)
        return left->pair.a < right->pair.a ? -1 : 1;
    return (left->pair.b > right->pair.b) - (left->pair.b < right->pair.b);
}

static inline const FnCard *stat_card(const char *name)
{
    for (uint32_t i = 0; i < stdlib_count(); i++)
        if (strcmp(stdlib_at(i)->name, name) == 0 && stdlib_at(i)->statistic)
            return stdlib_at(i);
    return NULL;
}

// How the values reach the statistic.
typedef enum StatForm { STAT_REAL, STAT_EXACT } StatForm;

// Degrees as points count them.
static inline int64_t stat_point(double degrees)
{
    return (int64_t)round(degrees * 1e7);
}

// A card over points: x is the longitude, y the latitude.
static inline bool stat_places(const FnCard *card)
{
    return strstr(card->signature, "(x: point, within") != NULL;
}

// A card over texts: each value is one that the number names.
static inline bool stat_texts(const FnCard *card)
{
    return strstr(card->signature, "(x: text") != NULL;
}

// Two values as the card wants its pairs.
static inline Pair stat_pair(const FnCard *card, double x, double y)
{
    if (stat_places(card))
        return (Pair){stat_point(x), stat_point(y)};
    switch (card->pairs) {
    case PAIRS_NONE:
        return (Pair){fn_real_order(x), 0};
    case PAIRS_REALS:
        return (Pair){fn_real_order(x), fn_real_order(y)};
    case PAIRS_MARKS:
        return (Pair){(int64_t)x, (int64_t)y};
    case PAIRS_GROUP:
    case PAIRS_TIME:
        break;
    }
    return (Pair){(int64_t)y, fn_real_order(x)};
}

// The text of a number, twice in a row.
static inline uint32_t stat_text(CallWorld *world, double value)
{
    StrBuf text = {0};
    strbuf_add_real(&text, value);
    strbuf_add_char(&text, ' ');
    strbuf_add_real(&text, value);
    uint32_t code = dict_intern(world->dict, strbuf_str(&text));
    strbuf_deinit(&text);
    return code;
}

// Peers of these values: sorted, equal ones together. STAT_EXACT: at this scale; of a card over dates as dates.
static inline StatPeers stat_peers(CallWorld *world, const FnCard *card, const Reals *x,
                                   const Reals *y, StatForm form, int scale)
{
    StatItem *items = ARENA_ARRAY(world->arena, StatItem, x->count);
    for (size_t i = 0; i < x->count; i++) {
        bool two = card->pairs != PAIRS_NONE || stat_places(card);
        items[i].pair = stat_pair(card, x->items[i] + 0.0, two ? y->items[i] + 0.0 : 0);
        items[i].count = 1;
    }
    qsort(items, x->count, sizeof *items, stat_order);
    StatPeers peers = {.items = items, .n = (int64_t)x->count};
    for (size_t i = 0; i < x->count; i++) {
        StatItem *last = peers.item_count > 0 ? &items[peers.item_count - 1] : NULL;
        if (last && stat_order(last, &items[i]) == 0)
            last->count++;
        else
            items[peers.item_count++] = items[i];
    }
    peers.type = form == STAT_REAL ? type_of(TYPE_REAL)
                                   : (Type){.kind = TYPE_DECIMAL, .scale = (uint8_t)scale};
    bool dates = strstr(card->signature, "(x: date") != NULL;
    if (dates)
        peers.type = type_of(strstr(card->signature, "(x: datetime") ? TYPE_DATETIME : TYPE_DATE);
    if (stat_places(card)) {
        peers.type = type_of(TYPE_POINT);
        return peers;
    }
    if (stat_texts(card)) {
        peers.type = type_of(TYPE_TEXT);
        for (int64_t i = 0; i < peers.item_count; i++)
            items[i].code = stat_text(world, fn_real_of_order(items[i].pair.a));
        return peers;
    }
    for (int64_t i = 0; i < peers.item_count && card->pairs == PAIRS_NONE; i++) {
        double value = fn_real_of_order(items[i].pair.a);
        if (dates)
            items[i].i64 = (int64_t)value;
        else if (form == STAT_REAL)
            items[i].f64 = value;
        else if (!exact_from_real(value, scale, ROUND_HALF_EVEN, &items[i].i128))
            UNREACHABLE();
    }
    return peers;
}

// Runs the statistic; the result's type is real, or exact with 18 places where the card gives N or a ratio.
static inline CallValue stat_run(CallWorld *world, const FnCard *card, StatPeers *peers)
{
    bool real = peers->type.kind == TYPE_REAL || strstr(card->signature, "): real") != NULL;
    bool whole = strstr(card->signature, "): integer") || strstr(card->signature, "): days");
    Value out = {.type = whole  ? type_of(TYPE_INTEGER)
                         : real ? type_of(TYPE_REAL)
                                : (Type){.kind = TYPE_DECIMAL, .scale = 18}};
    bool plain = strstr(card->signature, "): N") != NULL || strstr(card->signature, "): real");
    if (!plain && !whole)
        out.type = (Type){.kind = TYPE_DECIMAL, .scale = 18};
    // The range has the scale of its operand.
    if (strcmp(card->name, "range") == 0 && peers->type.kind == TYPE_DECIMAL)
        out.type = peers->type;
    FnContext fn = {.dict = world->dict, .arena = world->arena, .types = &peers->type};
    fn.result_type = out.type;
    card->statistic(&fn, peers, &out);
    CallValue value = {.phys = type_phys(out.type), .issue = fn.issue, .i64 = out.i64};
    if (value.phys == PHYS_F64)
        value.f64 = out.f64;
    else if (value.phys == PHYS_I128)
        value.f64 = exact_to_real(out.i128, out.type.scale);
    return value;
}

// A field of the record of a check over the peers, `own` judged among them where it does so.
static inline double stat_record_field(CallWorld *world, const FnCard *card, const StatPeers *peers,
                                       CheckField field, CheckKey own, Reason *issue)
{
    static const Type real = {.kind = TYPE_REAL};
    Value out = {.type = {.kind = TYPE_LIST, .element = &real}};
    FnContext fn = {.dict = world->dict, .arena = world->arena, .result_type = out.type};
    double value = NAN;
    card->statistic(&fn, peers, &out);
    if (fn.issue == REASON_NONE)
        value = check_field(&fn, dict_str(world->dict, out.code), field, own);
    *issue = fn.issue == REASON_NONE && !isfinite(value) ? REASON_MISSING : fn.issue;
    return value;
}

#endif

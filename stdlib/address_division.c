// SPDX-License-Identifier: Apache-2.0
//
// address_division.c: the divisions at the beginning of an address: 浙江省绍兴市越城区, 浙江绍兴越城区, 越城区.
//
// A chain of names is read, each division inside the one before. Provinces and prefectures may go by their short names
// (浙江, 绍兴), but the last name must be a full one, because short names begin roads as well (江苏路). The longest chain
// counts. Names of today go before former ones (崇文区). Where two chains are equally long, only what they agree on is
// given: 朝阳区 alone is one in Beijing or in Changchun.

#include "stdlib/address_int.h"

#include "stdlib/tables/facts.h"

#define LEVELS 3

typedef struct Chain {
    int32_t codes[LEVELS]; // by level, 0: left out
    Str names[LEVELS];
    size_t length;
    bool former;
} Chain;

typedef struct Search {
    const Divisions *divisions;
    Str text;
    Chain best;
    bool found;
    bool shared[LEVELS]; // the best chains agree on the division of this level
    bool short_end;      // a short name stands where no chain leads further
} Search;

static int level_of(int32_t code)
{
    return code % 10000 == 0 ? 0 : code % 100 == 0 ? 1 : 2;
}

// The name of a province or prefecture without its kind: 浙江, 广西, 绍兴. Empty: it has none.
static Str short_name(Str name, int level)
{
    static const char *const kinds[] = {"特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区",
                                        "自治区",     "省",         "市",         "地区"};
    for (size_t i = 0; i < ARRAY_LEN(kinds) && level < LEVELS - 1; i++) {
        size_t length = strlen(kinds[i]);
        if (str_ends(name, str_from_cstr(kinds[i])))
            return name.len >= length + 6 ? str_slice(name, 0, name.len - length) : STR("");
    }
    return STR("");
}

static bool same_names(const Chain *a, const Chain *b)
{
    for (int i = 0; i < LEVELS; i++)
        if (!str_equal(a->names[i], b->names[i]))
            return false;
    return true;
}

// Keeps the longest chain, of equally long ones that of today's names.
static void consider(Search *search, const Chain *chain)
{
    bool better = !search->found || chain->length > search->best.length ||
                  (chain->length == search->best.length && search->best.former && !chain->former);
    bool worse = search->found && !better &&
                 (chain->length < search->best.length || (chain->former && !search->best.former));
    if (worse)
        return;
    for (int i = 0; i < LEVELS; i++)
        search->shared[i] = better || (search->shared[i] && same_names(chain, &search->best) &&
                                       search->best.codes[i] == chain->codes[i]);
    bool alike = better || same_names(chain, &search->best);
    if (better)
        search->best = *chain;
    for (int i = 0; i < LEVELS && !alike; i++) // two ways to cut the same text: none is certain
        if (!str_equal(chain->names[i], search->best.names[i]))
            search->best.names[i] = STR("");
    search->found = true;
}

// Tries every division inside the last of the chain whose name comes next.
static void extend(Search *search, const Chain *chain, int32_t from, int32_t to, int level)
{
    Chain skipped = *chain;
    Str rest = str_slice(search->text, chain->length, search->text.len);
    if (level == 1 && str_starts(rest, STR("市辖区"))) { // a heading of lists, no division
        skipped.length += strlen("市辖区");
        rest = str_slice(rest, strlen("市辖区"), rest.len);
    }
    if (rest.len < 6)
        return;
    for (size_t i = 0; divisions_next(search->divisions, from, to, rest, &i); i++) {
        DivisionRow row = divisions_at(search->divisions, i);
        int own = level_of(row.code);
        if (own < level)
            continue;
        Str brief = short_name(row.name, own);
        bool full = str_starts(rest, row.name);
        bool called = brief.len > 0 && str_starts(rest, brief);
        if (!full && !called)
            continue;
        Chain longer = skipped;
        longer.codes[own] = row.code;
        longer.names[own] = row.name;
        longer.length += full ? row.name.len : brief.len;
        longer.former |= !row.current;
        if (full)
            consider(search, &longer);
        if (own < LEVELS - 1)
            extend(search, &longer, row.code + 1, row.code + (own == 0 ? 9999 : 99), own + 1);
    }
}

// Does a short name of a division inside the chain begin the rest, and no road of that name?
static bool short_follows(const Divisions *divisions, Str rest, int32_t from, int32_t to)
{
    for (size_t i = 0; rest.len >= 6 && divisions_next(divisions, from, to, rest, &i); i++) {
        Str name = divisions_at(divisions, i).name;
        int level = level_of(divisions_at(divisions, i).code);
        // Counties: without 区, 县, 市.
        Str brief = level < LEVELS - 1 ? short_name(name, level)
                    : name.len >= 9    ? str_slice(name, 0, name.len - 3)
                                       : STR("");
        if (brief.len > 0 && str_starts(rest, brief) &&
            !address_road_follows(str_slice(rest, brief.len, rest.len)))
            return true;
    }
    return false;
}

size_t address_divisions(const FnContext *fn, Str text, Address *address)
{
    const Divisions *divisions = facts_divisions(fn->facts);
    Search search = {.divisions = divisions, .text = text};
    Chain none = {0};
    int32_t inner = 0;
    extend(&search, &none, 110000, 829999, 0);
    for (int i = 0; search.found && i < LEVELS; i++) {
        address->parts[ADDRESS_PROVINCE + i] = search.best.names[i];
        address->codes[i] = search.shared[i] ? search.best.codes[i] : 0;
        inner = address->codes[i] != 0 ? address->codes[i] : inner;
    }
    address->former = search.best.former;
    address->division_end = search.found ? search.best.length : 0;
    Str rest = str_slice(text, address->division_end, text.len);
    if (!search.found)
        address->uncertain = short_follows(divisions, rest, 110000, 829999);
    else if (inner != 0 && level_of(inner) < LEVELS - 1)
        address->uncertain =
            short_follows(divisions, rest, inner + 1, inner + (level_of(inner) == 0 ? 9999 : 99));
    return address->division_end;
}

// SPDX-License-Identifier: Apache-2.0
//
// sequence_search.c: the matches of one run, without going back.
//
// The idea. Behind a position, the next step may stand in a *span*: from the next tie up to the first tie that breaks the
// absence between them (and there only if the one that breaks it is the step itself). Both ends of spans only move
// forward with the position. So chains that cross may swap their tails, from which follows:
//   - the earliest (latest) last step that a position reaches is that of the first (last) position in its span from
//     which the rest can be completed;
//   - what a position reaches is everything between its earliest and its latest that anything reaches at all.
// One pass from the right gives earliest and latest, one from the left what is reached at all, and prefix counts answer
// whether a start has a match that ends in time and, with an absence behind the last step, behind the last one that
// breaks it. Trying all chains would be the obvious way, and quadratic where an absence fails often.

#include "runtime/exec/sequence_search.h"

#define NONE ((int64_t)-1)

// What breaks the absence behind one step, by tie.
typedef struct Breakers {
    const int64_t *count;  // how many; NULL: there is no absence
    const int64_t *at;     // the last of them
    const int64_t *next;   // the next tie with some, NONE
    const int64_t *before; // the last tie before it with some, NONE
} Breakers;

typedef struct Search {
    const SearchInput *in;
    Arena *arena;
    int64_t ties;
    int64_t *tie_start;           // by tie, and the end
    Breakers *breakers;           // by step
    int64_t **earliest, **latest; // [step][position]: the last step reached; NONE: none
    int64_t *
        reached; // by position: how many last steps before it anything reaches; NULL: no absence at the end
    const uint8_t *last_alive;
} Search;

// Where the step behind a position may stand: [first, end), and `extra`.
typedef struct Span {
    int64_t first, end, extra;
} Span;

// ---------------------------------------------------------------- spans

static void list_ties(Search *search)
{
    const SearchInput *in = search->in;
    search->ties = in->count == 0 ? 0 : in->tie[in->count - 1] + 1;
    search->tie_start = ARENA_ARRAY(search->arena, int64_t, search->ties + 1);
    for (int64_t p = in->count; p-- > 0;)
        search->tie_start[in->tie[p]] = p;
    search->tie_start[search->ties] = in->count;
}

static Breakers breakers_of(const Search *search, const uint8_t *breaks)
{
    if (breaks == NULL)
        return (Breakers){.count = NULL};
    int64_t *count = ARENA_ARRAY(search->arena, int64_t, search->ties);
    int64_t *at = ARENA_ARRAY(search->arena, int64_t, search->ties);
    int64_t *next = ARENA_ARRAY(search->arena, int64_t, search->ties);
    int64_t *before = ARENA_ARRAY(search->arena, int64_t, search->ties);
    for (int64_t p = 0; p < search->in->count; p++) {
        if (!breaks[p])
            continue;
        count[search->in->tie[p]]++;
        at[search->in->tie[p]] = p;
    }
    int64_t seen = NONE;
    for (int64_t t = 0; t < search->ties; t++) {
        before[t] = seen;
        seen = count[t] > 0 ? t : seen;
    }
    seen = NONE;
    for (int64_t t = search->ties; t-- > 0;) {
        next[t] = seen;
        seen = count[t] > 0 ? t : seen;
    }
    return (Breakers){count, at, next, before};
}

static Span span_behind(const Search *search, uint32_t step, int64_t position)
{
    const Breakers *breakers = &search->breakers[step];
    int64_t tie = search->in->tie[position];
    Span span = {search->tie_start[tie + 1], search->in->count, NONE};
    if (breakers->count == NULL)
        return span;
    bool itself = search->in->breaks[step][position] != 0;
    if (breakers->count[tie] > itself)
        return (Span){0, 0, NONE}; // one at the same time
    int64_t next = breakers->next[tie];
    if (next == NONE)
        return span;
    span.end = search->tie_start[next];
    span.extra = breakers->count[next] == 1 ? breakers->at[next] : NONE;
    return span;
}

// ---------------------------------------------------------------- from the right

static bool completes(const Search *search, uint32_t step, int64_t position)
{
    return position != NONE && search->earliest[step][position] != NONE;
}

static void complete_step(Search *search, uint32_t step, const int64_t *next, const int64_t *before)
{
    const SearchInput *in = search->in;
    for (int64_t p = 0; p < in->count; p++) {
        search->earliest[step][p] = search->latest[step][p] = NONE;
        if (!in->fits[step][p])
            continue;
        Span span = span_behind(search, step, p);
        int64_t first = span.first < span.end ? next[span.first] : NONE, last = NONE;
        bool inside = first != NONE && first < span.end;
        bool extra = completes(search, step + 1, span.extra);
        if (!inside && !extra)
            continue;
        first = inside ? first : span.extra;
        last = extra ? span.extra : before[span.end];
        search->earliest[step][p] = search->earliest[step + 1][first];
        search->latest[step][p] = search->latest[step + 1][last];
    }
}

// next[p]: the first position from p on that completes the steps from `step` on; before[p]: the last one before p.
static void list_complete(const Search *search, uint32_t step, int64_t *next, int64_t *before)
{
    int64_t count = search->in->count;
    next[count] = NONE;
    for (int64_t p = count; p-- > 0;)
        next[p] = completes(search, step, p) ? p : next[p + 1];
    before[0] = NONE;
    for (int64_t p = 0; p < count; p++)
        before[p + 1] = completes(search, step, p) ? p : before[p];
}

static void complete_all(Search *search)
{
    const SearchInput *in = search->in;
    int64_t *next = ARENA_ARRAY(search->arena, int64_t, in->count + 1);
    int64_t *before = ARENA_ARRAY(search->arena, int64_t, in->count + 1);
    search->earliest = ARENA_ARRAY(search->arena, int64_t *, in->steps);
    search->latest = ARENA_ARRAY(search->arena, int64_t *, in->steps);
    for (uint32_t step = in->steps; step-- > 0;) {
        search->earliest[step] = ARENA_ARRAY(search->arena, int64_t, in->count);
        search->latest[step] = ARENA_ARRAY(search->arena, int64_t, in->count);
        if (step + 1 < in->steps) {
            list_complete(search, step + 1, next, before);
            complete_step(search, step, next, before);
            continue;
        }
        for (int64_t p = 0; p < in->count; p++)
            search->earliest[step][p] = search->latest[step][p] = in->fits[step][p] ? p : NONE;
    }
}

// ---------------------------------------------------------------- from the left

static void count_alive(const uint8_t *alive, int64_t count, int64_t *before)
{
    before[0] = 0;
    for (int64_t p = 0; p < count; p++)
        before[p + 1] = before[p] + alive[p];
}

// Whether some position that is reached as `step` has this one in its span.
static bool is_reached(const Search *search, uint32_t step, const uint8_t *alive,
                       const int64_t *before, int64_t position)
{
    const Breakers *breakers = &search->breakers[step];
    int64_t tie = search->in->tie[position], end = search->tie_start[tie];
    if (breakers->count == NULL)
        return before[end] > 0;
    bool itself = search->in->breaks[step][position] != 0;
    if (breakers->count[tie] > itself)
        return false;
    int64_t last = breakers->before[tie];
    if (last == NONE)
        return before[end] > 0;
    bool alone = breakers->count[last] == 1 && alive[breakers->at[last]];
    return alone || before[end] > before[search->tie_start[last + 1]];
}

// Which last steps anything reaches.
static void reach_all(Search *search)
{
    const SearchInput *in = search->in;
    uint8_t *alive = ARENA_ARRAY(search->arena, uint8_t, in->count);
    uint8_t *next = ARENA_ARRAY(search->arena, uint8_t, in->count);
    search->reached = ARENA_ARRAY(search->arena, int64_t, in->count + 1);
    memcpy(alive, in->fits[0], (size_t)in->count);
    count_alive(alive, in->count, search->reached);
    for (uint32_t step = 1; step < in->steps; step++) {
        for (int64_t p = 0; p < in->count; p++)
            next[p] = in->fits[step][p] && is_reached(search, step - 1, alive, search->reached, p);
        uint8_t *swap = alive;
        alive = next;
        next = swap;
        count_alive(alive, in->count, search->reached);
    }
    search->last_alive = alive;
}

// ---------------------------------------------------------------- ends

// Where the last step of a match may stand: [first, end), and `extra`.
static Span span_of_end(const Search *search, const int64_t *last_break, int64_t start)
{
    int64_t end = search->in->reach[start];
    if (last_break == NULL)
        return (Span){0, end, NONE};
    int64_t last = last_break[end];
    if (last == NONE)
        return (Span){0, end, NONE};
    int64_t tie = search->in->tie[last];
    bool alone = search->breakers[search->in->steps - 1].count[tie] == 1;
    return (Span){search->tie_start[tie + 1], end, alone ? last : NONE};
}

static bool ends_in(const Search *search, uint32_t step, int64_t position, const Span *span)
{
    int64_t earliest = search->earliest[step][position], latest = search->latest[step][position];
    if (earliest == NONE)
        return false;
    if (search->reached == NULL)
        return earliest < span->end;
    if (span->extra != NONE && earliest <= span->extra && span->extra <= latest &&
        search->last_alive[span->extra])
        return true;
    int64_t from = MAX_OF(span->first, earliest), to = MIN_OF(span->end - 1, latest);
    return from <= to && search->reached[to + 1] > search->reached[from];
}

// ---------------------------------------------------------------- matches

// The least position behind `position` from which the match can go on to its end.
static int64_t next_step(const Search *search, uint32_t step, int64_t position, const Span *end)
{
    Span span = span_behind(search, step - 1, position);
    for (int64_t p = span.first; p < span.end; p++) {
        if (ends_in(search, step, p, end))
            return p;
    }
    ASSERT(span.extra != NONE);
    return span.extra;
}

static int64_t take_match(const Search *search, int64_t start, const Span *end, SearchMatches *out)
{
    int64_t position = start;
    vec_push(out, position);
    for (uint32_t step = 1; step < search->in->steps; step++) {
        position = next_step(search, step, position, end);
        vec_push(out, position);
    }
    return position;
}

// The last position before each that breaks the absence at the end.
static const int64_t *list_last_breaks(const Search *search)
{
    const uint8_t *breaks = search->in->breaks[search->in->steps - 1];
    int64_t *last = ARENA_ARRAY(search->arena, int64_t, search->in->count + 1);
    last[0] = NONE;
    for (int64_t p = 0; p < search->in->count; p++)
        last[p + 1] = breaks[p] ? p : last[p];
    return last;
}

void sequence_search(const SearchInput *input, Arena *arena, SearchMatches *out)
{
    ASSERT(input->steps > 0);
    Search search = {.in = input, .arena = arena};
    const int64_t *last_break = NULL;
    list_ties(&search);
    search.breakers = ARENA_ARRAY(arena, Breakers, input->steps);
    for (uint32_t step = 0; step < input->steps; step++)
        search.breakers[step] = breakers_of(&search, input->breaks[step]);
    complete_all(&search);
    if (input->breaks[input->steps - 1] != NULL) {
        reach_all(&search);
        last_break = list_last_breaks(&search);
    }
    for (int64_t p = 0; p < input->count;) {
        bool over = input->beyond == NULL || !input->beyond[p];
        Span end = span_of_end(&search, last_break, p);
        if (!over || !ends_in(&search, 0, p, &end)) {
            p++;
            continue;
        }
        int64_t last = take_match(&search, p, &end, out);
        p = search.tie_start[input->tie[last] + 1];
    }
}

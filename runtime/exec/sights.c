// SPDX-License-Identifier: Apache-2.0
//
// sights.c: places sorted by value and place, and for each place where its value was last seen.

#include "runtime/exec/sights.h"

#include "runtime/base/sort.h"

struct Sights {
    Arena *arena;
    int64_t count;
    Cell *values;
    uint8_t *known;
    int64_t *sorted; // places of known values, by value, then place
    int64_t known_count;
    int64_t *firsts; // different values among the first i
    NumberLine *last;
};

Sights *sights_make(int64_t count, Arena *arena)
{
    Sights *sights = ARENA_NEW(arena, Sights);
    sights->arena = arena;
    sights->count = count;
    sights->values = ARENA_ARRAY(arena, Cell, count);
    sights->known = ARENA_ARRAY(arena, uint8_t, count);
    sights->sorted = ARENA_ARRAY(arena, int64_t, count);
    sights->firsts = ARENA_ARRAY(arena, int64_t, count + 1);
    return sights;
}

void sights_set(Sights *sights, int64_t index, Cell value)
{
    sights->values[index] = value;
    sights->known[index] = 1;
}

// Any total order will do: equal values have equal words.
static int compare_cells(Cell a, Cell b)
{
    if (a.word[0] != b.word[0])
        return a.word[0] < b.word[0] ? -1 : 1;
    return (a.word[1] > b.word[1]) - (a.word[1] < b.word[1]);
}

static int compare_places(const void *context, const void *a, const void *b)
{
    const Sights *sights = context;
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    int way = compare_cells(sights->values[x], sights->values[y]);
    return way != 0 ? way : (x > y) - (x < y);
}

void sights_build(Sights *sights)
{
    int128_t *last = base_alloc(((size_t)sights->count + 1) * sizeof *last);
    for (int64_t i = 0; i < sights->count; i++) {
        last[i] = sights->count; // of an unknown value: never in front
        if (sights->known[i])
            sights->sorted[sights->known_count++] = i;
    }
    sort_stable(sights->sorted, (size_t)sights->known_count, sizeof *sights->sorted, compare_places,
                sights);
    for (int64_t k = 0; k < sights->known_count; k++) {
        int64_t at = sights->sorted[k], before = k > 0 ? sights->sorted[k - 1] : -1;
        bool again = k > 0 && cell_equal(sights->values[before], sights->values[at]);
        last[at] = again ? before : -1;
    }
    for (int64_t i = 0; i < sights->count; i++)
        sights->firsts[i + 1] = sights->firsts[i] + (last[i] < 0);
    sights->last = numbers_make(last, sights->count, sights->arena);
    free(last);
}

int64_t sights_count(const Sights *sights, int64_t from, int64_t to)
{
    if (from == 0)
        return sights->firsts[to];
    Mean begin = {.count = 1}, found = {.count = 0};
    wide_sum_add(&begin.sum, from);
    numbers_beyond(sights->last, from, to, &begin, -1, &found);
    return found.count;
}

bool sights_has(const Sights *sights, int64_t from, int64_t to, Cell value)
{
    int64_t low = 0, high = sights->known_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, at = sights->sorted[middle];
        int way = compare_cells(sights->values[at], value);
        if (way < 0 || (way == 0 && at < from))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sights->known_count)
        return false;
    int64_t at = sights->sorted[low];
    return at < to && cell_equal(sights->values[at], value);
}

bool sights_get(const Sights *sights, int64_t index, Cell *value)
{
    *value = sights->values[index];
    return sights->known[index] != 0;
}

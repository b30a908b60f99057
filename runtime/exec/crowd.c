// SPDX-License-Identifier: Apache-2.0
//
// crowd.c: a tree of lumps, each the join of two.
//
// Joining is commutative, so the tree needs no round number of leaves: a node may join leaves from both ends.

#include "runtime/exec/crowd.h"

Crowd crowd_make(const EvalShared *shared, const Aggregate *aggregate, int64_t count, Arena *arena)
{
    Crowd crowd = {.shared = shared,
                   .aggregate = aggregate,
                   .arena = arena,
                   .count = count,
                   .tree = ARENA_ARRAY(arena, Lump, 2 * count)};
    if (lump_needs_numbers(aggregate))
        crowd.values = ARENA_ARRAY(arena, int128_t, count);
    if (lump_needs_sights(aggregate))
        crowd.sights = sights_make(count, arena);
    return crowd;
}

void crowd_set(Crowd *crowd, int64_t index, const Tuple *tuple)
{
    crowd->tree[crowd->count + index] = lump_of(crowd->shared, crowd->aggregate, tuple);
    if (crowd->values != NULL)
        crowd->values[index] = lump_number(tuple);
    if (crowd->sights != NULL && tuple->value.state == VALUE_KNOWN)
        sights_set(crowd->sights, index, cell_of_value(&tuple->value));
}

void crowd_build(Crowd *crowd)
{
    for (int64_t k = crowd->count - 1; k > 0; k--) {
        crowd->tree[k] = crowd->tree[2 * k];
        lump_join(crowd->shared, crowd->aggregate, &crowd->tree[k], &crowd->tree[2 * k + 1]);
    }
    if (crowd->values != NULL && crowd->count > 0)
        crowd->numbers = numbers_make(crowd->values, crowd->count, crowd->arena);
    if (crowd->sights != NULL)
        sights_build(crowd->sights);
}

void crowd_between(const Crowd *crowd, int64_t from, int64_t to, Lump *lump)
{
    ASSERT(0 <= from && to <= crowd->count);
    if (from == 0 && to == crowd->count && to > 0) {
        lump_join(crowd->shared, crowd->aggregate, lump, &crowd->tree[1]);
        return;
    }
    int64_t low = from + crowd->count, high = to + crowd->count;
    for (; low < high; low /= 2, high /= 2) {
        if (low % 2 != 0)
            lump_join(crowd->shared, crowd->aggregate, lump, &crowd->tree[low++]);
        if (high % 2 != 0)
            lump_join(crowd->shared, crowd->aggregate, lump, &crowd->tree[--high]);
    }
}

bool crowd_tuple(const Crowd *crowd, int64_t from, int64_t to, RowClass row_class, Tuple *out)
{
    Lump lump = {.weight = 0};
    crowd_between(crowd, from, to, &lump);
    if (lump.weight == 0)
        return false;
    *out = lump_tuple(crowd->aggregate, &lump, row_class);
    out->numbers = crowd->numbers;
    out->sights = crowd->sights;
    out->from = from;
    out->to = to;
    return true;
}

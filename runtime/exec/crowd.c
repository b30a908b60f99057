// SPDX-License-Identifier: Apache-2.0
//
// crowd.c: a tree of lumps, each the join of two.
//
// Joining is commutative, so the tree needs no round number of leaves: a node may join leaves from both ends.

#include "runtime/exec/crowd.h"

Crowd crowd_make(const EvalShared *shared, const Aggregate *aggregate, int64_t count, Arena *arena)
{
    return (Crowd){.shared = shared,
                   .aggregate = aggregate,
                   .count = count,
                   .tree = ARENA_ARRAY(arena, Lump, 2 * count)};
}

void crowd_build(Crowd *crowd)
{
    for (int64_t k = crowd->count - 1; k > 0; k--) {
        crowd->tree[k] = crowd->tree[2 * k];
        lump_join(crowd->shared, crowd->aggregate, &crowd->tree[k], &crowd->tree[2 * k + 1]);
    }
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

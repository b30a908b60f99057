// SPDX-License-Identifier: Apache-2.0
//
// crowd.h: open tuples in an order, asked for what a stretch of them is together.
//
// Members that may belong to many partitions are sorted once; a frame of a partition is a stretch of their order. A
// Crowd is a tree over their lumps: a stretch of n costs log n, so a frame never walks what it holds.

#ifndef SUP_RUNTIME_EXEC_CROWD_H
#define SUP_RUNTIME_EXEC_CROWD_H

#include "runtime/exec/lump.h"

typedef struct Crowd {
    const EvalShared *shared;
    const Aggregate *aggregate;
    int64_t count;
    Lump *tree; // node k holds 2k and 2k + 1; the leaves are count .. 2 · count
} Crowd;

// Room for `count` tuples in `arena`; the caller fills crowd_leaf of each, then calls crowd_build.
Crowd crowd_make(const EvalShared *shared, const Aggregate *aggregate, int64_t count, Arena *arena);
static inline Lump *crowd_leaf(const Crowd *crowd, int64_t index)
{
    return &crowd->tree[crowd->count + index];
}
void crowd_build(Crowd *crowd);
// Joins those from..to into `lump`.
void crowd_between(const Crowd *crowd, int64_t from, int64_t to, Lump *lump);

#endif

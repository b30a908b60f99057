// SPDX-License-Identifier: Apache-2.0
//
// crowd.h: open tuples in an order, asked for what a stretch of them is together.
//
// Members that may belong to many partitions are sorted once; a frame of a partition is a stretch of their order. A
// Crowd is a tree over their lumps: a stretch of n costs log n, so a frame never walks what it holds.

#ifndef SUP_RUNTIME_EXEC_CROWD_H
#define SUP_RUNTIME_EXEC_CROWD_H

#include "runtime/exec/lump.h"
#include "runtime/exec/sights.h"

typedef struct Crowd {
    const EvalShared *shared;
    const Aggregate *aggregate;
    Arena *arena;
    int64_t count;
    Lump *tree;          // node k holds 2k and 2k + 1; the leaves are count .. 2 · count
    int128_t *values;    // where the aggregate needs them; else NULL
    NumberLine *numbers; // of the values
    Sights *sights;      // the same for a distinct count
} Crowd;

// Whether stretches of different crowds stay apart (lump.h).
static inline bool crowd_is_apart(const Crowd *crowd)
{
    return crowd->values != NULL || crowd->sights != NULL;
}

// Room for `count` tuples in `arena`; the caller sets each, then calls crowd_build.
Crowd crowd_make(const EvalShared *shared, const Aggregate *aggregate, int64_t count, Arena *arena);
void crowd_set(Crowd *crowd, int64_t index, const Tuple *tuple);
void crowd_build(Crowd *crowd);
// Joins those from..to into `lump`.
void crowd_between(const Crowd *crowd, int64_t from, int64_t to, Lump *lump);
// The tuple that those from..to are together, of their class; false: there are none.
bool crowd_tuple(const Crowd *crowd, int64_t from, int64_t to, RowClass row_class, Tuple *out);

#endif

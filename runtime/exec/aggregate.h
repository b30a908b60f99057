// SPDX-License-Identifier: Apache-2.0
// aggregate.h: the folds behind `count sum mean …`, per group, in two parts.
//
// The fast part folds *clean* tuples: members that certainly count and whose value is known. An AggState
// holds one accumulator per group; updating it in any order and merging partial states gives the same bytes.
// Where a group has nothing else, `aggregate_finish` gives its value.
//
// The careful part serves groups that also have tuples that may or may not count, or whose value is not
// known: `aggregate_bounds` takes the group's accumulator and those tuples one by one and gives a known value,
// or the issue `undecided members` with the bounds of evaluation.md 5.3. The caller calls it once with the
// possible tuples (m), and again with possible and shadow ones (n).
//
// In both parts the caller has already made tuples distinct (5.2) and left out those with an absent row.
//
// Values over no tuples at all: count, distinct_count, longest_run and sum 0; any false; all true; collect and
// union empty; every other a gap (missing).
//
// Memory: an AggState owns its arrays (malloc). It belongs to one thread while it changes.

#ifndef SUP_RUNTIME_EXEC_AGGREGATE_H
#define SUP_RUNTIME_EXEC_AGGREGATE_H

#include "runtime/exec/eval.h"
#include "runtime/exec/numbers.h"

typedef struct AggState AggState;

// An accumulator for `aggregate` with no group yet. `aggregate` and `shared` must outlive it. The caller owns
// the result.
AggState *aggregate_create(const Aggregate *aggregate, const EvalShared *shared);
void aggregate_destroy(AggState *state); // NULL is allowed

// Makes groups 0..group_count-1 exist. Never shrinks.
void aggregate_reserve(AggState *state, int64_t group_count);

// One batch of tuples that certainly belong to their groups. All vectors may be constant; index i is tuple i.
typedef struct AggBatch {
    int64_t count;
    const int64_t *groups; // group per tuple, negative: leave it out. NULL: all in group 0
    const Vector *value;   // the argument; NULL for `count`
    const Vector *when;    // truth vector; NULL: always
    const Vector *by;      // first, last with an order; else NULL
    const int64_t *
        order; // first, last, one: row numbers that break ties (least, greatest); NULL: place in the batch
    uint8_t *
        dirty; // NULL, or one byte per tuple, set to 1 (never cleared) where a tuple was not folded
               // because `when` is U, or `when` is T and value or `by` is not known
} AggBatch;

// Folds the clean tuples of the batch; those with `when` F are left out. Returns the number of tuples in some
// group that were not folded because something is not known (the ones marked in `dirty`); the caller keeps
// them for aggregate_bounds. Groups must exist (aggregate_reserve).
int64_t aggregate_update(AggState *state, const AggBatch *batch);

// Adds the accumulators of `from` (same Aggregate) to `into`; group g of `from` is group map[g] of `into`
// (NULL: the same number). Row numbers in `order` must be those of the whole, not of the part.
void aggregate_merge(AggState *into, const AggState *from, const int64_t *map);

// The value over the clean tuples of each group 0..group_count-1, in `arena`: what the value is where a group
// has no others, and what titles and fields show where it has (5.3). Overflow of the total is an issue.
void aggregate_finish(AggState *state, int64_t group_count, Arena *arena, Vector *out);

// The same for one group.
Value aggregate_value(AggState *state, int64_t group);

// A tuple outside the accumulator.
typedef struct Tuple {
    RowClass class
        ; // CLASS_CERTAIN: counts for certain (its value is not known, or it is a clean one
          // that was not given to aggregate_update); CLASS_POSSIBLE, CLASS_SHADOW: may
          // count; the statistics of 5.4 leave shadows out
    int64_t weight; // how many open tuples it stands for (level_fold.c); 0 is 1
    bool many;      // holds a `?`: stands for any number of rows, also none. Never certain
    Value value;    // the argument, in any state; unused by `count`
    Value by;       // first, last with an order
    int64_t order;  // as in AggBatch
    // It stands for the open tuples from..to of an order: of a mean their values, of a distinct count those and how many
    // values are not known; else both are NULL.
    const NumberLine *numbers;
    const struct Sights *sights;
    int64_t from, to, unknown;
    CauseId cause; // why it is not certain; for the caller, not looked at here
} Tuple;

// The value of the aggregate over the clean tuples of `group` (group < 0, or one that was never
// reserved: none) and `tuples`. Known where the bounds are equal, else the issue `undecided members`
// with bounds where there are some (infinite ends: BOUND_LOW, BOUND_HIGH). Its cause is (undecided
// members, "") if some tuple may not count, else the least cause of the values that are not known.
// The accumulator is not changed.
void aggregate_bounds(AggState *state, int64_t group, const Tuple *tuples, int64_t count,
                      Value *out);

// Whether the issue that aggregate_bounds gave is the function's own (overflow of a total, too few peers), whatever
// the tuples that leave it open might be.
bool aggregate_failed(const AggState *state, const Value *value);

// The value over the clean tuples of `group` and those of `tuples` that are certain and known: what
// queries compute and titles print. With `failures_count` an issue among the certain values makes the
// result an issue (with the least of their causes); gaps are left out in either case.
void aggregate_known(AggState *state, int64_t group, const Tuple *tuples, int64_t count,
                     bool failures_count, Value *out);

#endif

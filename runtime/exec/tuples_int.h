// SPDX-License-Identifier: Apache-2.0
//
// tuples_int.h: tuple batches as the folds want them; shared by tuples.c and the fences.

#ifndef SUP_RUNTIME_EXEC_TUPLES_INT_H
#define SUP_RUNTIME_EXEC_TUPLES_INT_H

#include "runtime/data/vector.h"
#include "runtime/exec/aggregate.h"
#include "runtime/exec/body_int.h"

// Tuple `index` as one outside the accumulator, of the given class (CERTAIN or POSSIBLE).
Tuple tuple_at(BodyRun *run, const TupleBatch *tuples, const Aggregate *aggregate, int64_t index,
               RowClass row_class);
// What the tail of an attached set is worth to an aggregate that mentions that set alone; weight 0: nothing. `cause`: the
// member's (partner_tail.c).
Tuple partner_tail_tuple(BodyRun *run, const Aggregate *aggregate, CauseId cause);
// Whether the tuple counts for certain and its value (and order) is known.
bool tuple_is_clean(const TupleBatch *tuples, int64_t index);
// The least causes among tuples outside the accumulator, by class.
typedef struct TupleBlame {
    CauseId certain, possible, shadow;
} TupleBlame;
void tuple_blame(const RunShared *shared, TupleBlame *blame, const Tuple *tuple,
                 RowClass row_class);
// aggregate_bounds, with the cause that spec/evaluation.md 5.3 names. `upto`: POSSIBLE for m, SHADOW for the guard.
void tuples_bounds(const RunShared *shared, AggState *state, int64_t group, const Tuple *tuples,
                   int64_t count, const TupleBlame *blame, RowClass upto, Value *out);
// The batch for aggregate_update; tuples whose group is negative are left out.
AggBatch tuples_agg_batch(const TupleBatch *tuples, const Aggregate *aggregate,
                          const int64_t *groups);

#endif

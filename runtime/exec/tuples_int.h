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
// Tails: members of attached sets that stand for blank rows (partner_tail.c).
// Whether an aggregate that mentions `slot` can take the tail as one tuple; else it has a tuple for each row.
bool partner_tail_folds(BodyRun *run, const Aggregate *aggregate, uint32_t slot);
// How many rows the tail is, and which: their numbers, and the causes of their tuples.
int64_t partner_tail_size(const BodyRun *run, uint32_t slot, int64_t tail);
void partner_tail_rows(const BodyRun *run, uint32_t slot, int64_t tail, int64_t *rows,
                       CauseId *causes);
// Makes the tail in tuple `index` that of its rows for which `when` is not F; 0 where there are none.
void partner_tail_when(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                       const TupleBatch *tuples, int64_t index);
// The rows of either; those of `a` that `b` does not have, 0: none. Both go by what the rows lack.
int64_t partner_tail_union(BodyRun *run, uint32_t slot, int64_t a, int64_t b);
int64_t partner_tail_minus(BodyRun *run, uint32_t slot, int64_t a, int64_t b);
CauseId partner_tail_cause(const BodyRun *run, uint32_t slot, int64_t tail);
// What the tail is worth to an aggregate, and to a binding of the batch where the aggregate mentions other variables too.
// `many`: each row of it stands for many. Valid until partner_tail_trim.
Tuple partner_tail_tuple(BodyRun *run, const Aggregate *aggregate, int64_t tail,
                         const Bindings *batch, int64_t binding, bool many);
// The tail in the tuple `index` (0: none), and its place in the mention list.
int64_t tuple_tail(const BodyRun *run, const TupleBatch *tuples, const Aggregate *aggregate,
                   int64_t index, uint32_t *place);
// Forgets what was kept if it has become much.
void partner_tail_trim(BodyRun *run, const Aggregate *aggregate);
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

// One tuple for tuples[0..count), which are of one class and not certain, of an aggregate whose tuples can be lumped
// (lump.h); what it keeps of their values is in `arena`.
Tuple tuples_together(const EvalShared *shared, const Aggregate *aggregate, const Tuple *tuples,
                      int64_t count, Arena *arena);

#endif

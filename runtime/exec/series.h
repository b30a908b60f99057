// SPDX-License-Identifier: Apache-2.0
//
// series.h: `series x = agg(e) per u by t over [a .. b] fill f`: per group one value for each unit of time, and folds over
// those values.
//
// The clause places every tuple of the inner aggregate in the slot of its group and its time, once for all groups: certain
// tuples with known values go into accumulators, the others are kept beside them. A slot's value is made when a fold over
// the series asks for it, and only where something is in question is more done than to read an accumulator. A tuple whose
// time is unknown may be in every slot of its group. Meaning: spec/evaluation.md 7 and tests/reference/README.md, decisions
// 83 and 84.

#ifndef SUP_RUNTIME_EXEC_SERIES_H
#define SUP_RUNTIME_EXEC_SERIES_H

#include "runtime/exec/level_int.h"

typedef struct SeriesRun SeriesRun;

// Places the tuples of the series at `op`, which stands behind the level's fence. STATUS_LIMIT: more slots than a run has
// room for.
Status series_open(Level *level, const Operator *op, SeriesRun **out);
void series_close(SeriesRun *series); // NULL is allowed

// A fold over the slots, for all groups: printed values and m. Where shadows may matter `values->guarded` is made.
void series_fold(const SeriesRun *series, const Aggregate *aggregate, LevelValues *values);
// n and t of the groups marked.
void series_guard(const SeriesRun *series, const Aggregate *aggregate, LevelValues *values,
                  const uint8_t *wanted);

#endif

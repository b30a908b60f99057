// SPDX-License-Identifier: Apache-2.0
//
// series_int.h: tuples in the slots of a series; shared by series.c (placing them) and series_fold.c (slots' values).

#ifndef SUP_RUNTIME_EXEC_SERIES_INT_H
#define SUP_RUNTIME_EXEC_SERIES_INT_H

#include "runtime/exec/fold_int.h"
#include "runtime/exec/series.h"

// A tuple outside the accumulators. Its time is one unit, or anything between two.
typedef struct SlotTuple {
    int64_t group;     // of the level; of an unplaced member the class of groups that it fits
    int64_t low, high; // units
    RowClass row_class;
    Tuple tuple;
    const int64_t *rows; // identity
    bool collapsed;      // stands for several, none of which is met elsewhere
} SlotTuple;

typedef VEC(SlotTuple) SlotTuples;

// By group or class: those of i are items[starts[i] .. starts[i + 1]).
typedef struct SlotLists {
    SlotTuples tuples;
    int64_t *starts;
} SlotLists;

struct SeriesRun {
    Level *level;
    const Operator *op;
    Fold fold;          // of the inner aggregate; its groups are slots
    int64_t *first;     // by group: the unit of its first slot
    int64_t *offset;    // by group: the number of its first slot; one more at the end
    CauseId *unknown;   // by group: why an end of its range is not known; 0: both are
    CauseId *doubted;   // the same with the guard; NULL: no difference
    uint8_t *certain;   // by slot: has a certain tuple
    Vector fill;        // by group; data NULL: an empty slot is missing
    SlotLists at, wide; // of one unit; of several
    SlotLists floating; // of members without a full key, by the class of groups that they fit
    bool shadows;
};

// Takes rows without a time together (series_wide.c); `class_count`: of the lists of members without a full key.
void series_collapse(SeriesRun *series, int64_t class_count);
// The unit in which a time lies. `type`: date, datetime or month.
int64_t series_unit(SeriesUnit unit, Type type, int64_t time);

#endif

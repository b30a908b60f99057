// SPDX-License-Identifier: Apache-2.0
//
// window_int.h: one window in one reading; shared by window.c (partitions and values) and window_*.c (orders and frames).

#ifndef SUP_RUNTIME_EXEC_WINDOW_INT_H
#define SUP_RUNTIME_EXEC_WINDOW_INT_H

#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/level_int.h"
#include "runtime/exec/window.h"

// The values of one fold of the peers, by member.
typedef struct WindowValues {
    Vector m, t; // t: with shadow members; the same vector where there are none
} WindowValues;

// A Level places the members: its groups are the partitions.
typedef struct WindowReading {
    BodyRun *run;
    const Operator *op;
    const Members *members;
    Level level;
    bool shadows;  // there are shadow members
    bool tolerant; // they are few enough to be disregarded (n is m, else t)
    int64_t shadow_tuples, tuples;
    CauseId *order_cause; // by member: why its order is not known; 0: it is. NULL: no order
    WindowValues *values; // per aggregate of the body; unused for folds of whole partitions
} WindowReading;

// Whether an aggregate looks at the whole partition, whatever its order.
static inline bool window_whole(const Aggregate *aggregate)
{
    return aggregate->function == WINDOW_FOLD && aggregate->frame == FRAME_PEERS;
}

// Fills `values` for the aggregates of the window that depend on an order (window_order.c).
Status window_order(WindowReading *reading);

// A member as the folds of one order see it, many bindings of one tuple taken together.
typedef struct Place {
    int64_t member; // the first of them
    RowClass row_class;
    RowClass in_line; // without regard to `when`, which picks from a frame and moves nobody
    bool in;          // it counts for the aggregate at all
    bool absent;      // a row of its tuple is: no member
    bool many;        // stands for any number of rows
    CauseId cause;
} Place;

// One partition in its order.
typedef struct Partition {
    WindowReading *reading;
    const Aggregate *aggregate;
    const Vector *value; // the argument, by member; data NULL: none
    const Vector *by;    // an order of the aggregate's own, by member; data NULL: row numbers
    const int64_t *time; // by member: frames by time; else NULL
    const int64_t *low;
    const Place *places; // in order
    const int64_t *tie;  // per place: number of its tie, ascending
    int64_t count;
    const Place *
        loose; // members without a place in the order, and those of other partitions that may belong here
    int64_t loose_count;
    RowClass upto; // POSSIBLE: m; SHADOW: n
    Value *out;    // per place
} Partition;

// What stands at a place of the order: rank, previous … (window_place.c).
void window_places(Partition *partition);
// A fold over each place's frame (window_frame.c).
Status window_frames(Partition *partition);
// Whether a member may or may not be there, or has no place, so that no place in the order is sure.
bool window_is_open(const Partition *partition);
// The issue `peers undecided`.
Value window_undecided(const Partition *partition);

#endif

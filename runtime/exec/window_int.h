// SPDX-License-Identifier: Apache-2.0
//
// window_int.h: one window in one reading; shared by window.c (partitions and values) and window_*.c (orders and frames).

#ifndef SUP_RUNTIME_EXEC_WINDOW_INT_H
#define SUP_RUNTIME_EXEC_WINDOW_INT_H

#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/block.h"
#include "runtime/exec/crowd.h"
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
    Level *of;           // the members are its groups; NULL: bindings
    const int64_t *rank; // of its members: groups by their keys, then those that have no full key
    Level level;
    bool shadows;  // there are shadow members
    bool tolerant; // they are few enough to be disregarded (n is m, else t)
    int64_t shadow_tuples, tuples;
    struct Order *order;  // NULL: none
    CauseId *order_cause; // by member: why its order is not known; 0: it is. NULL: no order
    WindowValues *values; // per aggregate of the body; unused for folds of whole partitions
} WindowReading;

// How many members are evaluated at a time: groups all together.
static inline int64_t window_block(const WindowReading *reading)
{
    return reading->of != NULL ? MAX_OF(reading->members->all.count, 1) : BLOCK_ROWS;
}

// Whether a member of a window over groups stands for any number of them: one without a full key (window_group.c).
bool window_is_many(const Level *of, int64_t member);
// Why a member's own value is not known: its partition, else its order. 0: it is (window.c).
CauseId window_own_cause(const WindowReading *reading, int64_t member);

// Whether an aggregate looks at the whole partition, whatever its order.
static inline bool window_whole(const Aggregate *aggregate)
{
    return aggregate->function == WINDOW_FOLD && aggregate->frame == FRAME_PEERS;
}

// The same of a member.
void window_peers_of(const WindowReading *reading, int64_t member, WindowPeers *out);

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

typedef struct Places {
    Place *items;
    int64_t *tie; // number of its tie, ascending
    int64_t *of;  // per member of the range, its place
    int64_t count;
} Places;

// One order of a window, and what it puts in line for the aggregate under way.
typedef struct Order {
    WindowReading *reading;
    Arena *arena;
    const WindowSort *sorts; // of the window, or by the value that is ranked
    uint32_t sort_count;
    Vector *keys;        // per key, by member: values whatever is known of them
    int64_t *low;        // by member: frames by time
    const int64_t *time; // the first key, of a whole layout
    CauseId *cause;      // by member: 0 where its order is known
    uint64_t rows;       // slots whose rows make a tuple
    bool sorted;
    bool ascends;    // members come by their rows, no two of one tuple
    bool by_time;    // in a frame by time the order goes forward
    int64_t *starts; // per partition, into `at`; behind them the loose ones
    int64_t *at;
    int64_t *loose_starts, *loose;
    // The argument, own order and condition of the aggregate under way.
    Vector value, by;
    uint8_t *when; // Truth by member; NULL: always
    CauseId *when_cause;
    // Members of unknown partition, by class (level_fits.c), and what the aggregate sees of them (window_strangers.c).
    int64_t *class_starts, *class_at, *class_loose_starts, *class_loose;
    struct Strangers *strangers;
} Order;

// Of two members, by the keys alone; of two `const int64_t *`, by keys and then rows; by rows alone.
int order_compare_keys(const Order *order, int64_t a, int64_t b);
int order_compare_members(const void *order, const void *a, const void *b);
int order_compare_rows(const void *order, const void *a, const void *b);
// Sorts all partitions by keys and then members, where members ascend by their rows and the keys fit into words
// (window_sort.c). False: they do not.
bool order_sort_words(Order *order);
// Whether nothing of a partition is in question for the aggregate, and it needs nothing but values in order; then
// window_plain gives its members their values (window_plain.c).
typedef struct Plain {
    bool can; // the aggregate, wherever all members are clean
    bool all; // they are
} Plain;
Plain order_plain(const Order *order, const Aggregate *aggregate);
bool window_is_plain(const Order *order, const Aggregate *aggregate, const Plain *plain,
                     int64_t group);
void window_plain(Order *order, const Aggregate *aggregate, AggState *state, int64_t group,
                  Vector *out);
// The places of at[0..count), sorted by members or, without keys, by rows.
Places order_places(const Order *order, const Aggregate *aggregate, const int64_t *at,
                    int64_t count, bool ordered, Arena *arena);
// The tuple of a place for the aggregate under way.
Tuple order_tuple(const Order *order, const Aggregate *aggregate, const Place *place);

// Members of one class of unknown partition: shadows of every partition that they fit. They are put in line once.
typedef struct Strangers {
    bool made;
    bool present;  // some is a member at all
    bool lumps;    // the aggregate can take them together
    Places places; // of a fold, those that count
    int64_t *time; // per place: frames by time
    Places loose;  // without a place in the order
    Crowd crowd, loose_crowd;
} Strangers;

// Lists the members of unknown partition by class, once per order.
void strangers_list(Order *order);
// Forgets what another aggregate saw.
void strangers_reset(Order *order);
// Those that may be of the partition; in the scratch arena.
const Strangers **strangers_of(Order *order, const Aggregate *aggregate, int64_t group,
                               int64_t *count);
// The stretch of their places that lies in the frame of a member of the partition.
void strangers_frame(const Order *order, const Aggregate *aggregate, const Strangers *strangers,
                     int64_t member, int64_t *from, int64_t *to);

// One partition in its order.
typedef struct Partition {
    WindowReading *reading;
    const Aggregate *aggregate;
    const Order *order;
    const Place *places; // in order
    const int64_t *tie;  // per place: number of its tie, ascending
    int64_t count;
    const Place *loose; // its members without a place in the order
    int64_t loose_count;
    const Strangers **strangers; // members of other partitions that may belong here
    int64_t stranger_count;
    Value *m, *t; // per place
} Partition;

// What stands at a place of the order: rank, previous … (window_place.c).
void window_places(Partition *partition);
// The part, from 1, of place p when `count` places are cut into `parts`; the first `count % parts` have one more.
int64_t window_part(int64_t p, int64_t count, int64_t parts);
// A fold over each place's frame (window_frame.c).
Status window_frames(Partition *partition);
// The best class of a member that may or may not be there, or has no place, so that no place in the order is sure where
// it is read; above CLASS_SHADOW: there is none.
RowClass window_open_class(const Partition *partition);
// The issue `peers undecided`.
Value window_undecided(const Partition *partition);

#endif

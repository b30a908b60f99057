// SPDX-License-Identifier: Apache-2.0
//
// level_int.h: fences: from members to groups, in one reading; shared by the level_*.c files and the ends of bodies.
//
// What reaches the first fence is kept in Members, once for both readings of a rule with exceptions. A Level is one
// fence in one reading: which group each member is in, each group's class, the aggregates over it, and what the
// conditions behind the fence left on it. A second fence is a Level over the same members whose `below` is the
// first one. Meaning: spec/evaluation.md 5 and tests/reference/README.md, decisions 10 and 26 to 33.
//
// Three values of an aggregate are told apart: m over certain and possible members, n (the guard) over shadow
// members too, t over tolerated ones as well. Groups without such members share one vector.

#ifndef SUP_RUNTIME_EXEC_LEVEL_INT_H
#define SUP_RUNTIME_EXEC_LEVEL_INT_H

#include "runtime/exec/group.h"
#include "runtime/exec/tuples_int.h"

#define MEMBER_GONE ((int64_t)-1)
// Group number of a member whose key is not known in full: unplaced member k.
static inline int64_t member_unplaced(int64_t k)
{
    return -2 - k;
}
static inline int64_t member_unplaced_index(int64_t group)
{
    return -2 - group;
}

typedef VEC(CauseCount) CauseCounts;

typedef struct Mark {
    uint32_t place; // 0: none
    CauseId cause;
} Mark;

// All bindings that reached the first fence, in arrival order.
typedef struct Members {
    BodyRun *run;
    Bindings all;
    int64_t capacity;
    int64_t *attached_capacity, *attached_count; // per slot
} Members;

void members_init(Members *members, BodyRun *run);
void members_deinit(Members *members);
// Forgets all members and keeps the memory.
void members_clear(Members *members);
// A BodySink: keeps the batch. Of a query only certain bindings are kept, the others counted.
Status members_append(void *closure, BodyRun *run, const Bindings *batch);
// A view of count members from `first` on; arrays are borrowed.
void members_view(const Members *members, int64_t first, int64_t count, Arena *arena,
                  Bindings *view);

typedef struct Unplaced {
    int64_t member;
    Value *parts;    // per key
    Mark mark;       // of the unknown part
    bool was_shadow; // before its key was asked for: not an entry of its own
    bool inherited;  // unplaced at an earlier fence already
} Unplaced;

typedef struct OwnMark {
    Mark mark;
    int64_t next; // of the same group, -1
} OwnMark;

// A fold under way (level_fold.c): what was set aside is kept for the guard.
typedef struct Fold Fold;

typedef struct LevelValues { // of one aggregate
    bool done;
    Vector shown;     // over certain tuples with known values
    int64_t *unknown; // rows behind it that are not known; NULL: none anywhere
    Vector m, n, t;   // n and t hold for guarded groups only, elsewhere they are m
    Fold *fold;       // NULL: no tuple was set aside
    uint8_t *guarded; // per group: n and t are computed; NULL: there is nothing to guard against
    int64_t shadow_tuples, tuples; // of a window over the groups
} LevelValues;

typedef struct ScoreState {
    uint8_t *state; // per group: 0 not given, 1 given, 2 open
    Vector points;  // I64
    Vector label;   // text
    CauseId *blame; // open
} ScoreState;

typedef struct Level Level;
struct Level {
    BodyRun *run;
    const Members *members;
    Level *below;                 // the fence under this one; NULL: the first
    Level *of;                    // its members are the groups of this one (windows); else NULL
    const Operator *op;           // Group
    uint32_t op_index, end_index; // operators behind the fence: (op_index, end_index)
    uint32_t stretch;             // aggregates of this stretch belong here
    bool reading_a;
    Arena *arena;
    Arena *block_arena; // streams: what one block of members needs
    // members
    int64_t *group;     // per member
    uint8_t *row_class; // per member, in this reading and level
    VEC(Unplaced) unplaced;
    int64_t *starts, *rows; // members by group, see level_index; NULL before
    int64_t member_total, shadow_total;
    bool tolerant;
    // groups
    int64_t count;
    GroupTable *table;
    struct NativeKeys *native_keys; // NULL: keys are interpreted
    Vector *keys;
    uint8_t *alive;    // not yet removed by a condition
    uint8_t *class_of; // RowClass per group
    uint8_t *blames_possible, *blames_shadows;
    uint64_t *excepted;       // per group: exceptions behind the fence that hold
    uint64_t *peers_excepted; // per group: those that hold for its peers in a window; NULL: none
    uint64_t *caveats;        // per group: partner clauses; bit 63: the fence itself
    VEC(OwnMark) own;         // conditions' own causes
    int64_t *own_head;        // per group: its last one in `own`, -1
    Mark
        *first_cause; // per group, kept when first asked for; only after the conditions are through
    LevelValues *values;       // per aggregate of the body
    struct LevelFits *fits;    // NULL until asked for
    Map *unknown_ids;          // tells `?` of lookups apart
    struct SeriesRun **series; // per operator of the body; NULL: none, or not yet reached
    ScoreState *scores;        // per score operator behind this fence, in order
    uint32_t score_count;
};

// Which groups unplaced members fit (level_fits.c): lists made when first asked for. Members of whose keys the same is
// known are one class.
typedef struct LevelFits LevelFits;
LevelFits *level_fit_lists(Level *level);
int64_t level_fit_class(const LevelFits *fits, int64_t unplaced);
int64_t level_fit_class_count(const LevelFits *fits);
// The class that fits every group, -1: none; and those of the others that fit this one.
int64_t level_fit_universal(const LevelFits *fits);
const int64_t *level_fit_classes(const LevelFits *fits, int64_t group, int64_t *count);
// Whether some unplaced member fits the group.
bool level_fit_any(Level *level, int64_t group);
// Adds the marks of all unplaced members that fit the group.
void level_fit_causes(Level *level, int64_t group, CauseCounts *counts);
void level_fits_free(LevelFits *fits);

#define CAVEAT_FENCE ((uint64_t)1 << 63)

// Makes the groups of a fence.
Status level_open(Level *level, const Members *members, Level *below, uint32_t op_index,
                  bool reading_a);
// Makes the partitions of a window whose members are the groups of a level and, behind them, those of its members that
// have no full key: each could make a group of its own. `peers` must outlive it.
Status level_open_groups(Level *level, Members *peers, Level *of, uint32_t op_index);
// How many such members there are behind the groups.
int64_t level_keyless(const Level *of);
// A context over the members of such a window, read with the guard. Of one without a full key only the parts are known
// that it has.
EvalContext level_peers_context(Level *of, const Expr *expr, Arena *arena);
void level_close(Level *level);
// Lists the members by group, once.
void level_index(Level *level);

// A query behind one fence needs no member twice: blocks of members are placed and folded, then forgotten.
void level_stream_open(Level *level, const Members *members, uint32_t op_index);
void level_stream_place(Level *level);
void level_stream_finish(Level *level);
// The folds of a stream (level_fold.c): every aggregate behind the fence.
typedef struct LevelStream LevelStream;
LevelStream *level_stream_folds(Level *level);
void level_stream_fold(LevelStream *stream);
// The body of the stream as kernels, NULL: not by kernels; and its groups and accumulators, added to those of the stream.
struct NativeStream *level_stream_native(LevelStream *stream, const int64_t *listed, int64_t count);
void level_stream_merge(LevelStream *stream, const struct NativeStream *native);
// Hands the results over to level->values and frees the folds.
void level_stream_close(LevelStream *stream);
// Computes aggregate `index` for all groups, or those selected (by number; NULL: all).
void level_aggregate(Level *level, uint32_t index, const uint8_t *selected);
// Computes n and t of the aggregates that the expression reads, for the groups marked. Returns whether some group
// marked has shadow or tolerated tuples, so that n or t may differ from m at all.
bool level_guard(Level *level, const Expr *expr, const uint8_t *wanted);
// Whether members that the fence tolerates gave tuples to the aggregates that the expression reads, or may do so.
bool level_tolerates(Level *level, const Expr *expr, int64_t group);
// The attached slots of which tolerated rows gave tuples to an aggregate of the group; not `known`: nobody kept them.
uint64_t level_tolerated_sets(const Level *level, uint32_t index, int64_t group, bool *known);
// Frees what level_aggregate kept.
void level_folds_free(Level *level);
// A context over the groups. `which`: 0 shown values, 1 m, 2 n, 3 t. Aggregates that the expression reads are computed.
EvalContext level_context(Level *level, const Expr *expr, int which, const uint8_t *selected,
                          Arena *arena);
// Applies the conditions and scores behind the fence (level_filter.c).
Status level_filter(Level *level);
// The sum of the scores so far per group (I64), with bounds where some are open.
void level_points(const Level *level, Arena *arena, Vector *out);
// The lowest mark of a member here, place 0: none.
Mark level_mark(const Level *level, int64_t member);
// The causes of a group's indecision, each member once, into `counts` (not sorted).
void level_causes(Level *level, int64_t group, CauseCounts *counts);
Mark level_first_cause(Level *level, int64_t group);
// The same while conditions are still to come.
Mark level_cause_so_far(Level *level, int64_t group);
// Adds a condition's own cause to a group.
void level_own(Level *level, int64_t group, Mark mark);
// Whether an unplaced member fits a group.
bool level_fits(const Level *level, const Unplaced *unplaced, int64_t group);
// The class of a member for aggregates of a group: SHADOW becomes TOLERATED where the fence tolerates.
RowClass level_member_class(const Level *level, int64_t member, int64_t group);
// Sorts counts by place and cause.
void cause_counts_sort(const CauseTable *causes, CauseCounts *counts);
// Adds one.
void cause_counts_add(CauseCounts *counts, Mark mark, int64_t rows);
// Whether two cells could hold the same value.
bool value_may_equal(const Dict *dict, const Value *a, const Value *b);

#endif

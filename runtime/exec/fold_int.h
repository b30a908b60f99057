// SPDX-License-Identifier: Apache-2.0
//
// fold_int.h: one aggregate being folded over the groups of a fence; shared by level_fold.c (what is certain) and
// level_pending.c (what is in question).

#ifndef SUP_RUNTIME_EXEC_FOLD_INT_H
#define SUP_RUNTIME_EXEC_FOLD_INT_H

#include "runtime/exec/level_int.h"

// Among the row numbers of an identity: the tail of an attached set (partner_tail.c).
#define TAIL_ID INT64_MIN

// A tuple set aside.
typedef struct Pending {
    int64_t group;      // or -1: of an unplaced member
    int64_t unplaced;   // index of it
    int64_t ordinal;    // order of arrival
    RowClass row_class; // CERTAIN: counts, but its value is not known
    Tuple tuple;
    const int64_t *rows; // identity: per mention slot, and the group below
    bool collapsed;      // stands for several tuples
    int64_t tail;        // the blank rows of an attached set that it stands for; 0: none
    bool own_cause;      // of a tail: its cause is what the rows lack
} Pending;

// Tuples of unplaced members, distinct per class of members of whose keys the same is known.
typedef struct Floating {
    int64_t count;       // pending tuples that are of unplaced members: the first ones
    VEC(Pending) tuples; // by class; many of one class are taken together
    int64_t *starts;     // per class
} Floating;

struct Fold {
    Level *level;
    const Aggregate *aggregate;
    const uint8_t *selected;
    AggState *state;
    GroupTable *distinct;   // (group, rows…) of certain tuples; NULL: tuples cannot repeat
    GroupTable *identities; // identities of certain tuples in any group; made when asked for
    int64_t distinct_count;
    uint32_t id_count; // row numbers in a tuple's identity
    bool over_groups;  // reads values of the fence below: its group belongs to the identity
    VEC(Pending) pending;
    MapI64 failed;      // queries: group -> least cause of a failing value
    bool shadows;       // some tuple is a shadow or tolerated
    MapI64 tolerated;   // groups with a tuple of a member that the fence tolerates
    bool floats;        // so has a member without a full key
    MapI64 sets;        // group -> attached slots (bits) of which a tolerated row gave a tuple
    Map tails;          // that are set aside: each once for a group
    RowClass upto;      // of attached rows that aggregates inside the argument count
    RowClass inside;    // the worst class met among those
    Floating *floating; // NULL until settled
};

// The steps of a fold (level_fold.c), for those who sort tuples further.
void fold_init(Fold *fold, Level *level, uint32_t index, const uint8_t *selected);
void fold_deinit(Fold *fold);
// Folds these members of a first fence, with their bindings.
void fold_some(Fold *fold, const Bindings *some, const int64_t *members);
// Folds the members from `first` on, with their bindings, if nothing of them is in question (level_plain.c); else false.
bool fold_plain(Fold *fold, int64_t first, const Bindings *view);
// Computes what an expression reads of the groups below.
void fold_need_below(const Fold *fold, const Expr *expr);
// What argument and `when` read, for the members from `first` on.
void fold_context(Fold *fold, int64_t first, const Bindings *view, EvalContext *base);
// The identity of a tuple: rows, with `?` of joins and attached sets as one and those of lookups by binding.
void fold_identity(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                   int64_t *id);
// The class of a tuple in its group.
RowClass fold_class(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                    int64_t group);
// A tuple that is set aside.
Tuple fold_tuple(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                 RowClass row_class);
// Of tuples that may repeat, the first certain one with each identity counts; others get group -1.
void fold_distinct(Fold *fold, const TupleBatch *tuples, const int64_t *member, int64_t *groups);

// Settles the tuples set aside: m of every group that has some, and the lists from which the guard is computed
// (level_pending.c).
void pending_settle(Fold *fold, LevelValues *values);
// A failing value makes the aggregate of its group fail (queries).
void pending_settle_failed(const Fold *fold, LevelValues *values);
// n and t of the groups marked.
void pending_guard(Fold *fold, LevelValues *values, const uint8_t *wanted);
void pending_free(Fold *fold);
// The identities of all certain tuples, whatever their group; made when first asked for.
GroupTable *fold_identities(Fold *fold);
// Whether a table of identities has these rows, `before` them the group or the slot of time (NULL: rows alone).
bool fold_met(const Fold *fold, const GroupTable *table, const int64_t *before,
              const int64_t *rows);
// A copy of the first `count` values, all known or not.
void pending_copy(const Vector *from, int64_t count, Arena *arena, Vector *to);

#endif

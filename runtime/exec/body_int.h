// SPDX-License-Identifier: Apache-2.0
//
// body_int.h: how the operators of one body work together; shared by the operator files of this folder.
//
// A body runs in the written order over *bindings*, a batch at a time: `from` makes a batch, each operator
// turns it into another and pushes that to the next, and the first fence (or the end) collects what arrives.
// A batch is columnar: one array of row numbers per row variable. What a binding is worth beyond "certain" is
// kept apart: `state` is NULL for a clean batch, else the number of a BindState per binding, 0 = clean. So
// clean data carries no marks at all, and k marked bindings cost what k bindings cost.
//
// Meaning: spec/evaluation.md 3 to 6. A binding's *mark* is the lowest (place, cause) that left it undecided;
// only the lowest is ever reported, so only that one is kept.

#ifndef SUP_RUNTIME_EXEC_BODY_INT_H
#define SUP_RUNTIME_EXEC_BODY_INT_H

#include "runtime/base/map.h"
#include "runtime/base/status.h"
#include "runtime/exec/eval.h"
#include "runtime/runtime.h"

// Slots and exceptions are bits of a 64-bit word; the checker refuses longer bodies.
#define BODY_SLOTS_MAX 64

typedef struct BindState {
    RowClass row_class; // reading B (without exceptions): the worst class of the rows
    uint32_t place;     // lowest mark, 0: none
    CauseId cause;
    RowClass
        a_class; // what exceptions that cannot be decided add in reading A: class and lowest mark
    uint32_t a_place;
    CauseId a_cause;
    bool a_gone; // an exception holds: reading A does not have the binding
    bool b_gone; // the binding is what reading A has below a window; another is that of reading B
    uint64_t excepted; // exceptions, by ordinal in the body, that hold
    uint64_t
        peers_excepted; // exceptions that hold for peers, where its value in a window rests on them
    uint64_t caveats;   // clauses (caveat bits) whose tolerance the binding rests on
} BindState;

// Beyond RowClass: a row that would be a shadow, were such rows not few enough to be tolerated. It decides
// nothing; it tells which findings need the caveat.
#define CLASS_TOLERATED ((RowClass)3)
// As `upto` of attached_aggregates: printed values, over certain rows with known values.
#define CLASS_SHOWN ((RowClass)4)

typedef struct AttachedMember {
    int64_t row;   // or `?`
    CauseId cause; // of a member that is not certain
    RowClass row_class;
} AttachedMember;

// The rows attached to each binding: those of binding i are members[offsets[i] .. offsets[i + 1]).
typedef struct AttachedSet {
    int64_t *offsets; // NULL: the slot is not attached (yet)
    AttachedMember *members;
} AttachedSet;

typedef struct Bindings {
    int64_t count;
    int64_t **rows;        // per slot; NULL: not bound (yet), or attached
    AttachedSet *attached; // per slot
    uint32_t *state;       // NULL: all clean
} Bindings;

// A gap line in the making: loose rows of one clause with one cause.
typedef struct GapLine {
    uint32_t place;
    CauseId cause;
    const Rowset *rowset;
    int64_t rows;
    int64_t first[3];
} GapLine;

typedef struct
    CauseCount { // undecided by first mark: for the summary, and for what a query leaves out
    uint32_t place;
    CauseId cause;
    int64_t rows;
} CauseCount;

typedef struct PartnerRun PartnerRun;
typedef struct ParentsOf ParentsOf;
typedef struct PartnerIndex PartnerIndex;
typedef struct SharedScan SharedScan;
typedef struct Observer Observer;
typedef struct Produced Produced;
typedef struct WindowRun WindowRun;
typedef struct ConnectRun ConnectRun;
typedef struct Members Members;

// What one run of a program shares; run.c fills it.
typedef struct RunShared {
    const Program *program;
    const RunOptions *options;
    EvalShared eval;
    Dict *dict;
    CauseTable *causes;
    // Finished sources; NULL while not computed.
    Rowset **tables, **relations, **rules;
    ParentsOf **parents; // per relation; NULL while nobody asked for paths (recursion_path.h)
    VEC(PartnerIndex *) indexes; // that several clauses look into (partner_share.c)
    VEC(SharedScan *) scans;     // filters that several bodies begin with (scan.h)
    int64_t pairs;               // judged so far, against limit_pairs
    const Operator *clause;      // under way, for messages of limits; NULL outside bodies
    int64_t deadline_us;         // of the clock; 0: no limit of time
    // In a recursion: which rows the slots of the ring read in this round; else NULL.
    const Rowset *const *slot_rows;
    const Observer *observer; // of replays and counts; NULL in a plain run (observer.h)
    Error *error;
} RunShared;

// The clauses from `first` to before `end`, which may change places among themselves; a clause that may not stands
// alone.
typedef struct Stretch {
    uint32_t first, end;
    bool sorts; // joins have changed places: bindings must be brought back into the written order
} Stretch;

typedef struct ClauseOrder {
    uint32_t *operators; // [i]: the operator that runs as the i-th
    Stretch *stretches;
    uint32_t count;
} ClauseOrder;

// Receives the bindings that reach the first fence, or the end of a body without one.
typedef struct BodyRun BodyRun;
typedef Status (*BodySink)(void *closure, BodyRun *run, const Bindings *batch);

// Does with rows of `from` (NULL: all) what the body would, once its clauses are open and their order is chosen. Sets
// *rows and *count to those that it leaves; *taken is false, and nothing has been done, where it cannot.
typedef Status (*BodyFront)(void *closure, BodyRun *run, const int64_t **rows, int64_t *count,
                            bool *taken);

struct BodyRun {
    RunShared *shared;
    const Body *body;
    const Rowset *const *slot_rows; // of RunShared, when the body began
    bool shadows_matter;            // groups that only shadows could make concern somebody
    uint32_t end_operator;          // first fence, or operator_count
    Arena *arena;                   // lives as long as the body runs
    Arena *scratch;                 // reset after each batch of `from`
    VEC(BindState) states;          // [0] is unused
    PartnerRun **partners;          // per operator; NULL: not a partner clause
    Produced **produced;            // per slot; NULL: the clause that binds it makes no rows
    WindowRun **windows;            // per operator; NULL: not a window, session or sequence
    ConnectRun **connects;          // per operator; NULL: not a `connect`
    VEC(GapLine) gap_lines;
    VEC(CauseCount) counts;
    Map count_index;   // (place, cause) -> counts
    ClauseOrder order; // planning.h
    BodySink sink;
    void *sink_closure;
    BodyFront front; // NULL: none
    void *front_closure;
};

// Bits of caveats: a partner clause has that of its number, a window one from the other end. Both bind slots, and slot 0
// is neither, so they never meet; the last bit is the fence's.
static inline uint64_t caveat_of_partner(uint32_t ordinal)
{
    return (uint64_t)1 << ordinal;
}
static inline uint64_t caveat_of_window(uint32_t ordinal)
{
    return (uint64_t)1 << (BODY_SLOTS_MAX - 2 - ordinal);
}

// How many operators of the kind of `op` stand before it, from `from` on: exceptions and scores are kept by number.
static inline uint32_t operator_ordinal(const Operator *from, const Operator *op)
{
    uint32_t ordinal = 0;
    for (const Operator *at = from; at < op; at++)
        ordinal += at->kind == op->kind;
    return ordinal;
}

// ---------------------------------------------------------------- bindings (binding.c)

// An empty batch with room for `capacity` bindings in the given slots (bits); arrays in `arena`.
void bindings_init(Bindings *batch, const Body *body, Arena *arena);
// The state of binding `index` (all zero for a clean one).
BindState bindings_state(const BodyRun *run, const Bindings *batch, int64_t index);
// Gives binding `index` a state of its own. `batch->state` is made where it was NULL.
void bindings_set_state(BodyRun *run, Bindings *batch, Arena *arena, int64_t index,
                        const BindState *state);
// The worst of the binding's class and what its mark implies, in reading B.
RowClass bind_class(const BindState *state);
// The same in reading A; the caller has looked at `excepted`.
RowClass bind_class_a(const BindState *state);
// Adds a mark, keeping the lowest: by place, then by the cause's words.
void bind_mark(const BodyRun *run, BindState *state, uint32_t place, CauseId cause);
// The lowest mark in reading A, or B; place 0: none.
uint32_t bind_lowest(const BodyRun *run, const BindState *state, bool reading_a, CauseId *cause);
// Order of causes: by the reason's stable name (of a doubt: its own), then by source.
int cause_order(const CauseTable *causes, CauseId a, CauseId b);
// The bindings whose `keep` byte is not 0, in order.
void bindings_select(const BodyRun *run, const Bindings *batch, const uint8_t *keep, Arena *arena,
                     Bindings *out);
// The bindings at `index[0..count)` (fan-out): row variables and states are copied, attached sets too.
void bindings_take(const BodyRun *run, const Bindings *batch, const int64_t *index, int64_t count,
                   Arena *arena, Bindings *out);
// An EvalContext over the batch's slots, without aggregates.
EvalContext bindings_context(const BodyRun *run, const Bindings *batch, Arena *arena);
// The finished rows behind a source.
const Rowset *run_rowset(const RunShared *shared, RowSource source);
// The same, or NULL where they are not computed yet.
const Rowset *run_finished(const RunShared *shared, RowSource source);
// The rows of a slot, produced ones among them. Windows and connected groups give what holds whosever the shadow rows
// are (the guard n).
const Rowset *slot_rowset(const BodyRun *run, uint32_t slot);
// Makes the context read windows up to a class of members, as attached_aggregates reads sets. The result is TOLERATED
// where the expression reads one that is not the same in every such reading, else CERTAIN.
RowClass context_upto(const BodyRun *run, EvalContext *context, const Expr *expr, RowClass upto);
// The slots that a binding has in front of an operator, attached ones among them, as bits.
uint64_t body_bound_slots(const Body *body, const Operator *op);
// The slots that an expression reads, as bits; with those that its aggregates read in arguments and conditions.
uint64_t expr_slots(const Expr *expr);
uint64_t expr_slots_inside(const Body *body, const Expr *expr);
bool expr_reads_aggregate(const Expr *expr);
// Counts one undecided binding by its mark.
void body_count(BodyRun *run, uint32_t place, CauseId cause, int64_t rows);
// Polls cancellation and the limit of time; STATUS_CANCELLED or STATUS_LIMIT ends the run.
Status run_poll(RunShared *shared);

// ---------------------------------------------------------------- operators

// Runs the body from `from` to its first fence; every batch that arrives goes to `sink`.
Status body_run(BodyRun *run);
// The same over other rows of a ring (slot_rows), without the bindings of loose rows. Partners over the ring must have
// been forgotten; all others keep their indexes.
Status body_rerun(BodyRun *run);
void body_forget_ring(BodyRun *run);
void body_run_init(BodyRun *run, RunShared *shared, const Body *body);
void body_run_deinit(BodyRun *run);
// Shows the observer what a clause made of a batch.
Status body_observe(BodyRun *run, const Operator *op, const Bindings *before,
                    const Bindings *after);
// A batch of these rows of the table behind `from`; the array is borrowed. A possible row brings its mark, a shadow its
// class.
void body_from_rows(BodyRun *run, const int64_t *rows, int64_t count, Bindings *batch);
// Pushes a batch into operator `index` and all behind it, up to the first fence (filter.c, body.c).
Status body_push(BodyRun *run, uint32_t index, Bindings *batch);
// The first `count` clauses in the order chosen, over a batch of rows of `from`; and all others, over what passes those.
Status body_first(BodyRun *run, uint32_t count, Bindings *batch);
Status body_push_behind(BodyRun *run, uint32_t count, Bindings *batch);

// where, doubt, cites … at, except (filter.c). Sets `out` to what goes on.
Status filter_apply(BodyRun *run, const Operator *op, const Bindings *in, Bindings *out);
// Aggregates over attached sets that the expression reads, one value per binding: fills
// `context->aggregates`. Members up to class `upto` count: POSSIBLE (m), SHADOW (the guard n), TOLERATED (what
// the caveats ask). The result is the worst class met, so a caller need not ask further than that (tuples.c).
RowClass attached_aggregates(BodyRun *run, const Bindings *batch, const Expr *expr, RowClass upto,
                             EvalContext *context);

// Undecided members have the cause (undecided members, "#n"), n being the least cause among them: conditions on
// groups blame all members, conditions on bindings that least one.
CauseId members_cause_make(CauseTable *causes, CauseId least);
// The cause to blame: n of such a cause, any other cause as it is.
CauseId members_cause(const CauseTable *causes, CauseId cause);
bool members_cause_is(const CauseTable *causes, CauseId cause);

// ---------------------------------------------------------------- tuples (tuples.c)

// The tuples that one aggregate folds (spec/evaluation.md 5.2), for a batch of bindings: one per binding and
// combination of rows of the attached variables that it mentions; those with an absent row or with `when`
// false are left out.
typedef struct TupleBatch {
    const Bindings *batch; // whose tuples they are
    int64_t count;
    int64_t *binding;   // index in the batch
    int64_t **rows;     // per slot of the mention list, in that order; behind them, the extra slots
    uint32_t extra[64]; // attached slots that only when or by read: not part of the identity
    uint32_t extra_count;
    uint8_t *
        row_class; // RowClass: of the attached rows, `when` and `?`; the binding's own class is not in it
    CauseId *cause;   // why it is not certain
    uint8_t *many;    // stands for any number of rows
    Vector value, by; // value.data NULL: the aggregate has no argument
} TupleBatch;

// `base` gives keys and aggregates per binding of the batch that argument and condition may read.
void tuples_build(BodyRun *run, const Bindings *batch, const Aggregate *aggregate,
                  const EvalContext *base, TupleBatch *out);

// Partner clauses (partner.c): prepares the index over the right rows, then joins batches.
Status partner_open(BodyRun *run, const Operator *op, uint32_t ordinal, PartnerRun **out);
Status partner_apply(BodyRun *run, PartnerRun *partner, const Bindings *in, Bindings *out);
// Shadow bindings of loose rows (join, exists): pushed once, before the first batch. Count 0 where there are none.
void partner_loose(BodyRun *run, PartnerRun *partner, Bindings *out);
void partner_close(PartnerRun *partner);
// Frees the indexes that clauses shared; none may be open.
void partner_indexes_free(RunShared *shared);
// The slots that the clause which binds `slot` reads, as bits.
uint64_t partner_reads(const BodyRun *run, uint32_t slot);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// filter.c: where, doubt, cites … at, except: conditions on bindings.
//
// A condition gives T, F or U per binding; the policy is already built into its steps. F never depends on
// what else is unknown, so bindings that are already marked are judged like all others. A condition over
// attached sets or windows is judged twice where there are shadow rows among them: without them (m) and with them as possible ones
// (the guard n): what holds only as long as they are nobody's is undecided (spec/evaluation.md 5.3).

#include "runtime/exec/coverage.h"
#include "runtime/exec/window.h"

typedef struct Judged {
    Vector m, n; // truth; n is m where no shadow row is concerned
    Vector t;    // with tolerated rows too; n where there are none
} Judged;

static void judge_upto(BodyRun *run, const Bindings *in, const Expr *condition, RowClass upto,
                       Vector *out)
{
    EvalContext context = bindings_context(run, in, run->scratch);
    (void)context_upto(run, &context, condition, upto);
    attached_aggregates(run, in, condition, upto, &context);
    eval_truth(&context, condition, out);
    vector_expand(out, in->count, run->scratch);
}

static void judge(BodyRun *run, const Bindings *in, const Expr *condition, Judged *out)
{
    EvalContext context = bindings_context(run, in, run->scratch);
    RowClass worst = context_upto(run, &context, condition, CLASS_POSSIBLE);
    if (expr_reads_aggregate(condition))
        worst = MAX_OF(worst, attached_aggregates(run, in, condition, CLASS_POSSIBLE, &context));
    eval_truth(&context, condition, &out->m);
    vector_expand(&out->m, in->count, run->scratch);
    out->n = out->m;
    if (worst >= CLASS_SHADOW)
        judge_upto(run, in, condition, CLASS_SHADOW, &out->n);
    out->t = out->n;
    if (worst >= CLASS_TOLERATED)
        judge_upto(run, in, condition, CLASS_TOLERATED, &out->t);
}

static CauseId truth_cause(const Vector *truth, int64_t index)
{
    return truth->cause == NULL ? 0 : truth->cause[index];
}

static void judge_citation(BodyRun *run, const Bindings *in, const Citation *citation, Judged *out)
{
    EvalContext context = bindings_context(run, in, run->scratch);
    if (expr_reads_aggregate(&citation->at))
        attached_aggregates(run, in, &citation->at, CLASS_POSSIBLE, &context);
    citation_truth(&context, citation, &out->m);
    out->n = out->t = out->m;
}

// What a condition over attached sets and windows rests on: the clauses, by ordinal, of the slots that it reads.
typedef struct Rests {
    uint32_t ordinal[BODY_SLOTS_MAX], slot[BODY_SLOTS_MAX];
    uint32_t count;
    uint64_t windows; // slots
} Rests;

static Rests rests_of(const BodyRun *run, const Expr *condition)
{
    uint64_t slots = 0;
    for (uint32_t s = 0; s < condition->count; s++) {
        if (condition->steps[s].op != STEP_AGG)
            continue;
        const Aggregate *aggregate = &run->body->aggregates[condition->steps[s].index];
        for (uint32_t m = 0; m < aggregate->mention_count; m++)
            slots |= (uint64_t)1 << aggregate->mention[m];
    }
    Rests rests = {.windows = expr_slots_inside(run->body, condition)};
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < run->end_operator; i++) {
        const Operator *op = &run->body->operators[i];
        if (op->kind != OPERATOR_PARTNER)
            continue;
        if (slots >> op->partner.slot & 1) {
            rests.ordinal[rests.count] = ordinal;
            rests.slot[rests.count++] = op->partner.slot;
        }
        ordinal++;
    }
    return rests;
}

// A verdict that would not stand if tolerated rows counted rests on those of this binding.
static void note_caveats(const BodyRun *run, BindState *state, const Bindings *in,
                         const Rests *rests, int64_t index)
{
    state->caveats |= window_caveats(run, in, rests->windows, index);
    for (uint32_t r = 0; r < rests->count; r++) {
        const AttachedSet *set = &in->attached[rests->slot[r]];
        for (int64_t k = set->offsets == NULL ? 0 : set->offsets[index];
             set->offsets != NULL && k < set->offsets[index + 1]; k++) {
            if (set->members[k].row_class == CLASS_TOLERATED)
                state->caveats |= caveat_of_partner(rests->ordinal[r]);
        }
    }
}

// The cause behind an unknown truth: of undecided members, that of the least of them.
static CauseId blame(const BodyRun *run, const Vector *truth, int64_t index)
{
    return members_cause(run->shared->causes, truth_cause(truth, index));
}

// where, cites: what becomes of a binding by m and n. Returns whether it goes on.
static bool settle_where(const BodyRun *run, BindState *state, uint32_t place, const Judged *judged,
                         int64_t index)
{
    Truth m = judged->m.truth[index], n = judged->n.truth[index];
    if (m == TRUTH_F && n == TRUTH_F)
        return false;
    if (m == TRUTH_F)
        state->row_class = CLASS_SHADOW;
    if (m == TRUTH_U)
        bind_mark(run, state, place, blame(run, &judged->m, index));
    else if (m == TRUTH_F || n != TRUTH_T)
        bind_mark(run, state, place, blame(run, &judged->n, index));
    return true;
}

static void mark_a(const BodyRun *run, BindState *state, uint32_t place, CauseId cause)
{
    BindState marks = {.place = state->a_place, .cause = state->a_cause};
    bind_mark(run, &marks, place, cause);
    state->a_place = marks.place;
    state->a_cause = marks.cause;
}

// except: in reading A it is `where not e`; reading B only notes that it holds.
static void settle_except(const BodyRun *run, BindState *state, const Operator *op,
                          uint32_t ordinal, const Judged *judged, int64_t index)
{
    Truth m = truth_not(judged->m.truth[index]), n = truth_not(judged->n.truth[index]);
    ASSERT(ordinal < 64);
    if (m == TRUTH_F)
        state->excepted |= (uint64_t)1 << ordinal;
    if (m == TRUTH_F && n == TRUTH_F)
        state->a_gone = true;
    else if (m == TRUTH_F)
        state->a_class = CLASS_SHADOW;
    if (m == TRUTH_U)
        mark_a(run, state, op->place, blame(run, &judged->m, index));
    else if (n != m)
        mark_a(run, state, op->place, blame(run, &judged->n, index));
}

// doubt: the row is there but not to be believed. What is possible, or may be, is marked.
static void settle_doubt(BodyRun *run, BindState *state, const Operator *op, const Judged *judged,
                         int64_t index)
{
    if (judged->m.truth[index] == TRUTH_F && judged->n.truth[index] == TRUTH_F)
        return;
    bind_mark(run, state, op->place, cause_intern(run->shared->causes, REASON_DOUBT, op->name));
}

static bool all_true(const Vector *truth, int64_t count)
{
    uint8_t all = 1;
    for (int64_t i = 0; i < count; i++)
        all &= truth->truth[i] == TRUTH_T;
    return all != 0;
}

static bool nothing_happens(const Operator *op, const Judged *judged, int64_t count)
{
    if (judged->t.truth != judged->m.truth)
        return false;
    if (op->kind == OPERATOR_FILTER || op->kind == OPERATOR_CITE)
        return all_true(&judged->m, count);
    for (int64_t i = 0; i < count; i++) {
        if (judged->m.truth[i] != TRUTH_F)
            return false;
    }
    return true;
}

// Clean rows and plain T or F: one pass over bytes, no states.
static bool filter_fast(BodyRun *run, const Operator *op, const Judged *judged, const Bindings *in,
                        Bindings *out)
{
    if (op->kind != OPERATOR_FILTER || judged->m.cause != NULL ||
        judged->t.truth != judged->m.truth)
        return false;
    bindings_select(run, in, judged->m.truth, run->scratch, out);
    return true;
}

Status filter_apply(BodyRun *run, const Operator *op, const Bindings *in, Bindings *out)
{
    *out = *in;
    if (op->kind == OPERATOR_CITE && op->citation.at.count == 0)
        return STATUS_OK; // a citation that is only printed
    Judged judged;
    if (op->kind == OPERATOR_CITE)
        judge_citation(run, in, &op->citation, &judged);
    else
        judge(run, in, &op->condition, &judged);
    if (nothing_happens(op, &judged, in->count) || filter_fast(run, op, &judged, in, out))
        return STATUS_OK;
    uint32_t ordinal = op->kind == OPERATOR_EXCEPT ? operator_ordinal(run->body->operators, op) : 0;
    bool tolerated = judged.t.truth != judged.n.truth;
    Rests rests = tolerated ? rests_of(run, &op->condition) : (Rests){.count = 0};
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    Bindings marked = *in;
    if (marked.state != NULL) {
        marked.state = ARENA_ARRAY(run->scratch, uint32_t, in->count);
        memcpy(marked.state, in->state, (size_t)in->count * sizeof *in->state);
    }
    for (int64_t i = 0; i < in->count; i++) {
        BindState before = bindings_state(run, in, i), state = before;
        keep[i] = 1;
        if (judged.t.truth[i] != judged.n.truth[i])
            note_caveats(run, &state, in, &rests, i);
        if (op->kind == OPERATOR_EXCEPT)
            settle_except(run, &state, op, ordinal, &judged, i);
        else if (op->kind == OPERATOR_DOUBT)
            settle_doubt(run, &state, op, &judged, i);
        else
            keep[i] = settle_where(run, &state, op->place, &judged, i);
        if (keep[i] && memcmp(&state, &before, sizeof state) != 0)
            bindings_set_state(run, &marked, run->scratch, i, &state);
    }
    bindings_select(run, &marked, keep, run->scratch, out);
    return STATUS_OK;
}

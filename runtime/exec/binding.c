// SPDX-License-Identifier: Apache-2.0
//
// binding.c: batches of bindings: making, selecting, fanning out, and what each is worth.
//
// Row numbers are copied, never rows. The attached sets of a selected batch share the member arrays of the
// batch they came from where offsets allow it, and are copied where bindings are repeated.

#include "runtime/base/clock.h"
#include "runtime/exec/produce.h"

void bindings_init(Bindings *batch, const Body *body, Arena *arena)
{
    *batch = (Bindings){0};
    batch->rows = ARENA_ARRAY(arena, int64_t *, MAX_OF(body->slot_count, 1u));
    batch->attached = ARENA_ARRAY(arena, AttachedSet, MAX_OF(body->slot_count, 1u));
}

BindState bindings_state(const BodyRun *run, const Bindings *batch, int64_t index)
{
    ASSERT(index < batch->count);
    uint32_t number = batch->state == NULL ? 0 : batch->state[index];
    return number == 0 ? (BindState){0} : run->states.items[number];
}

static bool state_is_clean(const BindState *state)
{
    return state->row_class == CLASS_CERTAIN && state->place == 0 && state->a_place == 0 &&
           state->a_class == CLASS_CERTAIN && !state->a_gone && !state->b_gone &&
           state->excepted == 0 && state->caveats == 0;
}

void bindings_set_state(BodyRun *run, Bindings *batch, Arena *arena, int64_t index,
                        const BindState *state)
{
    ASSERT(index < batch->count);
    bool clean = state_is_clean(state);
    if (batch->state == NULL) {
        if (clean)
            return;
        batch->state = ARENA_ARRAY(arena, uint32_t, batch->count);
    }
    if (clean) {
        batch->state[index] = 0;
        return;
    }
    if (run->states.count == 0)
        vec_push(&run->states, (BindState){0});
    ASSERT(run->states.count < UINT32_MAX);
    batch->state[index] = (uint32_t)run->states.count;
    vec_push(&run->states, *state);
}

RowClass bind_class(const BindState *state)
{
    return state->place != 0 && state->row_class == CLASS_CERTAIN ? CLASS_POSSIBLE
                                                                  : state->row_class;
}

RowClass bind_class_a(const BindState *state)
{
    RowClass without = MAX_OF(bind_class(state), state->a_class);
    return state->a_place != 0 && without == CLASS_CERTAIN ? CLASS_POSSIBLE : without;
}

static Str cause_name(Cause cause)
{
    return cause.reason == REASON_DOUBT ? cause.source : reason_name(cause.reason);
}

int cause_order(const CauseTable *causes, CauseId a, CauseId b)
{
    if (a == b || a == 0 || b == 0)
        return (int)(a != 0) - (int)(b != 0);
    Cause x = cause_get(causes, a), y = cause_get(causes, b);
    int by_reason = str_compare(cause_name(x), cause_name(y));
    return by_reason != 0 ? by_reason : str_compare(x.source, y.source);
}

static bool mark_is_lower(const CauseTable *causes, uint32_t place, CauseId cause,
                          uint32_t than_place, CauseId than)
{
    if (than_place == 0 || place != than_place)
        return than_place == 0 || place < than_place;
    return cause_order(causes, cause, than) < 0;
}

void bind_mark(const BodyRun *run, BindState *state, uint32_t place, CauseId cause)
{
    ASSERT(place > 0);
    if (!mark_is_lower(run->shared->causes, place, cause, state->place, state->cause))
        return;
    state->place = place;
    state->cause = cause;
}

uint32_t bind_lowest(const BodyRun *run, const BindState *state, bool reading_a, CauseId *cause)
{
    bool from_a = reading_a && state->a_place != 0 &&
                  mark_is_lower(run->shared->causes, state->a_place, state->a_cause, state->place,
                                state->cause);
    *cause = from_a ? state->a_cause : state->cause;
    return from_a ? state->a_place : state->place;
}

static void take_attached(const AttachedSet *in, const int64_t *index, int64_t count, Arena *arena,
                          AttachedSet *out)
{
    int64_t total = 0;
    out->offsets = ARENA_ARRAY(arena, int64_t, count + 1);
    for (int64_t i = 0; i < count; i++)
        total += in->offsets[index[i] + 1] - in->offsets[index[i]];
    out->members = ARENA_ARRAY(arena, AttachedMember, total);
    int64_t next = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t from = in->offsets[index[i]], size = in->offsets[index[i] + 1] - from;
        if (size > 0)
            memcpy(out->members + next, in->members + from, (size_t)size * sizeof *out->members);
        next += size;
        out->offsets[i + 1] = next;
    }
}

void bindings_take(const BodyRun *run, const Bindings *batch, const int64_t *index, int64_t count,
                   Arena *arena, Bindings *out)
{
    bindings_init(out, run->body, arena);
    out->count = count;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if (batch->rows[slot] != NULL) {
            int64_t *rows = ARENA_ARRAY(arena, int64_t, count);
            for (int64_t i = 0; i < count; i++)
                rows[i] = batch->rows[slot][index[i]];
            out->rows[slot] = rows;
        }
        if (batch->attached[slot].offsets != NULL)
            take_attached(&batch->attached[slot], index, count, arena, &out->attached[slot]);
    }
    if (batch->state != NULL) {
        out->state = ARENA_ARRAY(arena, uint32_t, count);
        for (int64_t i = 0; i < count; i++)
            out->state[i] = batch->state[index[i]];
    }
}

void bindings_select(const BodyRun *run, const Bindings *batch, const uint8_t *keep, Arena *arena,
                     Bindings *out)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < batch->count; i++)
        kept += keep[i] != 0;
    if (kept == batch->count) {
        *out = *batch;
        return;
    }
    int64_t *index = ARENA_ARRAY(arena, int64_t, kept);
    int64_t next = 0;
    for (int64_t i = 0; i < batch->count; i++) {
        if (keep[i] != 0)
            index[next++] = i;
    }
    bindings_take(run, batch, index, kept, arena, out);
}

const Rowset *run_finished(const RunShared *shared, RowSource source)
{
    ASSERT(source.kind != SOURCE_PRODUCED);
    Rowset **finished = source.kind == SOURCE_TABLE      ? shared->tables
                        : source.kind == SOURCE_RELATION ? shared->relations
                                                         : shared->rules;
    return finished[source.index];
}

const Rowset *run_rowset(const RunShared *shared, RowSource source)
{
    const Rowset *rowset = run_finished(shared, source);
    ASSERT(rowset != NULL);
    return rowset;
}

const Rowset *slot_rowset(const BodyRun *run, uint32_t slot)
{
    if (run->slot_rows != NULL && run->slot_rows[slot] != NULL)
        return run->slot_rows[slot];
    RowSource source = run->body->slots[slot].source;
    if (source.kind != SOURCE_PRODUCED)
        return run_rowset(run->shared, source);
    const Produced *produced =
        run->produced[source.index]; // of a step: of the slot that it took over
    return produced_rows(produced);
}

EvalContext bindings_context(const BodyRun *run, const Bindings *batch, Arena *arena)
{
    uint32_t slot_count = run->body->slot_count;
    SlotRows *slots = ARENA_ARRAY(arena, SlotRows, MAX_OF(slot_count, 1u));
    for (uint32_t slot = 0; slot < slot_count; slot++) {
        if (batch->rows[slot] != NULL)
            slots[slot] = (SlotRows){.rowset = slot_rowset(run, slot), .rows = batch->rows[slot]};
    }
    return (EvalContext){
        .shared = &run->shared->eval, .arena = arena, .count = batch->count, .slots = slots};
}

RowClass context_upto(const BodyRun *run, EvalContext *context, const Expr *expr, RowClass upto)
{
    SlotRows *slots = (SlotRows *)(uintptr_t)context->slots;
    RowClass worst = CLASS_CERTAIN;
    uint64_t reads = expr_slots_inside(run->body, expr);
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        RowSource source = run->body->slots[slot].source;
        if (source.kind != SOURCE_PRODUCED || slots[slot].rowset == NULL)
            continue;
        const Produced *produced = run->produced[source.index];
        slots[slot].rowset = produced_upto(produced, upto);
        bool differs = produced_upto(produced, CLASS_POSSIBLE) != produced_rows(produced);
        if (differs && (reads >> slot & 1) != 0)
            worst = CLASS_TOLERATED;
    }
    return worst;
}

uint64_t body_bound_slots(const Body *body, const Operator *end)
{
    uint64_t bound = 0;
    for (const Operator *op = body->operators; op < end; op++) {
        if (op->kind == OPERATOR_SEQUENCE)
            bound = 0; // its steps take all over
        for (uint32_t s = 0; s < op->pattern.step_count; s++) {
            const PatternStep *step = &op->pattern.steps[s];
            for (uint32_t t = 0; !step->absent && t < op->pattern.taken_count; t++)
                bound |= (uint64_t)1 << step->slots[t];
        }
        if (op->kind == OPERATOR_PARTNER)
            bound |= (uint64_t)1 << op->partner.slot;
        else if (op->kind <= OPERATOR_SESSION)
            bound |= (uint64_t)1 << op->slot;
    }
    return bound;
}

uint64_t expr_slots(const Expr *expr)
{
    uint64_t slots = 0;
    for (uint32_t i = 0; i < expr->count; i++) {
        StepOp op = expr->steps[i].op;
        if (op == STEP_COLUMN || op == STEP_VARIABLE_PRESENT || op == STEP_ELEMENT) {
            ASSERT(expr->steps[i].slot < BODY_SLOTS_MAX);
            slots |= (uint64_t)1 << expr->steps[i].slot;
        }
    }
    return slots;
}

uint64_t expr_slots_inside(const Body *body, const Expr *expr)
{
    uint64_t slots = expr_slots(expr);
    for (uint32_t i = 0; i < expr->count; i++) {
        if (expr->steps[i].op != STEP_AGG)
            continue;
        const Aggregate *aggregate = &body->aggregates[expr->steps[i].index];
        slots |= expr_slots_inside(body, &aggregate->argument) |
                 expr_slots_inside(body, &aggregate->when) |
                 expr_slots_inside(body, &aggregate->by);
    }
    return slots;
}

bool expr_reads_aggregate(const Expr *expr)
{
    for (uint32_t i = 0; i < expr->count; i++) {
        if (expr->steps[i].op == STEP_AGG)
            return true;
    }
    return false;
}

void body_count(BodyRun *run, uint32_t place, CauseId cause, int64_t rows)
{
    uint32_t key[2] = {place, cause};
    bool is_new = false;
    uint64_t *slot = map_at(&run->count_index, (Str){(const char *)key, sizeof key}, &is_new);
    if (is_new) {
        *slot = run->counts.count;
        vec_push(&run->counts, (CauseCount){.place = place, .cause = cause});
    }
    run->counts.items[*slot].rows += rows;
}

static Status out_of_time(const RunShared *shared)
{
    int64_t seconds = shared->options->limit_seconds;
    if (shared->clause == NULL)
        return error_set(
            shared->error, STATUS_LIMIT, "运行超过时限 %" PRId64 " 秒：可用 --limit-time 提高时限",
            "the run passed its limit of %" PRId64 " seconds: raise --limit-time", seconds);
    return error_set(shared->error, STATUS_LIMIT,
                     "运行到子句“" STR_FMT "”时超过时限 %" PRId64
                     " 秒：请先缩小前面的范围，或用 --limit-time 提高时限",
                     "clause `" STR_FMT "` passed the limit of %" PRId64
                     " seconds: narrow what stands before it, or raise --limit-time",
                     STR_ARG(shared->clause->text), seconds);
}

Status run_poll(RunShared *shared)
{
    if (shared->deadline_us > 0 && clock_now_us() > shared->deadline_us)
        return out_of_time(shared);
    const RunOptions *options = shared->options;
    if (options->cancelled != NULL && options->cancelled(options->cancel_closure))
        return error_set(shared->error, STATUS_CANCELLED, "已按要求停止", "stopped on request");
    return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
//
// body.c: runs the operators of a body, from `from` to the first fence: loose rows of partners in the written order,
// batches of `from` in the order that order.c chose.
//
// One batch of `from` at a time goes through all operators before the next is made, so memory does not grow
// with the tables that are only read. A window, session, sequence or `connect` stops what comes: it keeps all bindings, and
// when the last one is there it gives on what it makes of them, batch by batch. Partner clauses build their index once,
// before the first batch.

#include "runtime/exec/block.h"
#include "runtime/exec/connect.h"
#include "runtime/exec/native_int.h"
#include "runtime/exec/observer.h"
#include "runtime/exec/planning.h"
#include "runtime/exec/produce.h"
#include "runtime/exec/scan.h"
#include "runtime/exec/session.h"
#include "runtime/exec/window.h"

void body_run_init(BodyRun *run, RunShared *shared, const Body *body)
{
    ASSERT(body->slot_count <= BODY_SLOTS_MAX);
    *run = (BodyRun){.shared = shared, .body = body, .slot_rows = shared->slot_rows};
    run->arena = arena_create(NULL, 0);
    run->scratch = arena_create(NULL, 0);
    run->partners = ARENA_ARRAY(run->arena, PartnerRun *, MAX_OF(body->operator_count, 1u));
    run->produced = ARENA_ARRAY(run->arena, Produced *, MAX_OF(body->slot_count, 1u));
    run->windows = ARENA_ARRAY(run->arena, WindowRun *, MAX_OF(body->operator_count, 1u));
    run->connects = ARENA_ARRAY(run->arena, ConnectRun *, MAX_OF(body->operator_count, 1u));
    run->end_operator = body->operator_count;
    for (uint32_t i = body->operator_count; i-- > 0;) {
        if (body->operators[i].kind == OPERATOR_GROUP)
            run->end_operator = i;
    }
}

void body_run_deinit(BodyRun *run)
{
    for (uint32_t i = 0; i < run->body->operator_count; i++)
        partner_close(run->partners[i]);
    for (uint32_t i = 0; i < run->body->operator_count; i++)
        window_close(run->windows[i]);
    for (uint32_t i = 0; i < run->body->operator_count; i++)
        connect_close(run->connects[i]);
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++)
        produced_close(run->produced[slot]);
    vec_free(&run->states);
    vec_free(&run->gap_lines);
    vec_free(&run->counts);
    map_deinit(&run->count_index);
    arena_destroy(run->scratch);
    arena_destroy(run->arena);
}

static bool is_filter(OperatorKind kind)
{
    return kind == OPERATOR_FILTER || kind == OPERATOR_DOUBT || kind == OPERATOR_CITE ||
           kind == OPERATOR_EXCEPT;
}

static bool is_producer(OperatorKind kind)
{
    return kind == OPERATOR_EACH || kind == OPERATOR_EXTRACT;
}

// Whether the clause keeps all bindings before it gives the first one on.
static bool is_gatherer(OperatorKind kind)
{
    return kind >= OPERATOR_WINDOW && kind <= OPERATOR_SEQUENCE;
}

Status body_observe(BodyRun *run, const Operator *op, const Bindings *before, const Bindings *after)
{
    const Observer *observer = run->shared->observer;
    return observer == NULL ? STATUS_OK
                            : observer->bindings(observer->closure, run, op, before, after);
}

// One clause: what comes in `batch` is replaced by what goes on.
static Status apply(BodyRun *run, uint32_t index, Bindings *batch)
{
    const Operator *op = &run->body->operators[index];
    Bindings next = *batch;
    run->shared->clause = op;
    if (op->kind == OPERATOR_PARTNER)
        TRY(partner_apply(run, run->partners[index], batch, &next));
    else if (is_filter(op->kind))
        TRY(filter_apply(run, op, batch, &next));
    else if (is_producer(op->kind))
        TRY(produce_apply(run, run->produced[op->slot], op, batch, &next));
    TRY(body_observe(run, op, batch, &next));
    *batch = next;
    return STATUS_OK;
}

static Status keep(BodyRun *run, uint32_t index, const Bindings *batch)
{
    run->shared->clause = &run->body->operators[index];
    if (run->connects[index] != NULL)
        return connect_keep(run, run->connects[index], batch);
    return window_keep(run, run->windows[index], batch);
}

static Status give(BodyRun *run, const Bindings *batch)
{
    return batch->count > 0 ? run->sink(run->sink_closure, run, batch) : STATUS_OK;
}

Status body_push(BodyRun *run, uint32_t index, Bindings *batch)
{
    Bindings current = *batch;
    for (uint32_t i = index; i < run->end_operator && current.count > 0; i++) {
        if (is_gatherer(run->body->operators[i].kind))
            return keep(run, i, &current);
        TRY(apply(run, i, &current));
    }
    return give(run, &current);
}

Status body_first(BodyRun *run, uint32_t count, Bindings *batch)
{
    for (uint32_t i = 0; i < count && batch->count > 0; i++)
        TRY(apply(run, run->order.operators[1 + i], batch));
    return STATUS_OK;
}

// What a window gives on goes as written.
Status body_push_behind(BodyRun *run, uint32_t count, Bindings *batch)
{
    Bindings current = *batch;
    for (uint32_t s = 0; s < run->order.count && current.count > 0; s++) {
        const Stretch *stretch = &run->order.stretches[s];
        uint32_t first = MAX_OF(stretch->first, 1 + count);
        bool begun = first > stretch->first;
        bool written = stretch->sorts && !begun && !order_ascends(run, &current);
        if (!begun && is_gatherer(run->body->operators[first].kind))
            return keep(run, first, &current);
        for (uint32_t i = first; i < stretch->end && current.count > 0; i++)
            TRY(apply(run, written ? i : run->order.operators[i], &current));
        if (stretch->sorts && !written)
            order_restore(run, &current);
    }
    return give(run, &current);
}

void body_from_rows(BodyRun *run, const int64_t *rows, int64_t count, Bindings *batch)
{
    const Operator *op = &run->body->operators[0];
    const Rowset *rowset = slot_rowset(run, op->slot);
    bindings_init(batch, run->body, run->scratch);
    batch->count = count;
    batch->rows[op->slot] = (int64_t *)(uintptr_t)rows;
    for (int64_t i = 0; rowset->classes != NULL && i < count; i++) {
        RowClass row_class = rowset_class(rowset, rows[i]);
        if (row_class == CLASS_CERTAIN)
            continue;
        CauseId cause = rowset->row_causes == NULL ? 0 : rowset->row_causes[rows[i]];
        BindState state = {.row_class = row_class};
        bind_mark(run, &state, op->place, cause);
        bindings_set_state(run, batch, run->scratch, i, &state);
    }
}

// The rows first..first+count of the table, or of the `listed` ones.
static void from_batch(BodyRun *run, const int64_t *listed, int64_t first, int64_t count,
                       Bindings *batch)
{
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        rows[i] = listed == NULL ? first + i : listed[first + i];
    body_from_rows(run, rows, count, batch);
}

// Makes what the clauses need: indexes of partners, tables of produced rows. What is still open stays.
static Status open_clauses(BodyRun *run)
{
    uint32_t ordinal = 0;
    for (uint32_t i = 0; i < run->end_operator; i++) {
        const Operator *op = &run->body->operators[i];
        if (op->kind == OPERATOR_PARTNER) {
            if (run->partners[i] == NULL)
                TRY(partner_open(run, op, ordinal, &run->partners[i]));
            ordinal++;
        } else if (is_producer(op->kind) && run->produced[op->slot] == NULL) {
            run->produced[op->slot] = produced_open(run, op);
        } else if (op->kind == OPERATOR_CONNECT && run->connects[i] == NULL) {
            run->connects[i] = connect_open(run, i);
        } else if (is_gatherer(op->kind) && op->kind != OPERATOR_CONNECT &&
                   run->windows[i] == NULL) {
            run->windows[i] = window_open(run, i);
        }
    }
    return STATUS_OK;
}

void body_forget_ring(BodyRun *run)
{
    for (uint32_t i = 0; i < run->end_operator; i++) {
        const Operator *op = &run->body->operators[i];
        if (run->partners[i] == NULL || run->slot_rows[op->partner.slot] == NULL)
            continue;
        partner_close(run->partners[i]);
        run->partners[i] = NULL;
    }
}

// Filters that stand behind clause `index` in the text and before it in the plan: a loose row's binding has
// not met them.
static Status filter_moved(BodyRun *run, uint32_t index, Bindings *loose)
{
    const Operator *operators = run->body->operators;
    for (uint32_t i = 0; i < index && loose->count > 0; i++) {
        if (!is_filter(operators[i].kind) || operators[i].place < operators[index].place)
            continue;
        Bindings next = *loose;
        run->shared->clause = &operators[i];
        TRY(filter_apply(run, &operators[i], loose, &next));
        *loose = next;
    }
    return STATUS_OK;
}

static Status push_loose(BodyRun *run)
{
    for (uint32_t i = 0; i < run->end_operator; i++) {
        if (run->partners[i] == NULL)
            continue;
        Bindings loose;
        partner_loose(run, run->partners[i], &loose);
        TRY(filter_moved(run, i, &loose));
        if (loose.count > 0)
            TRY(body_push(run, i + 1, &loose));
        arena_reset(run->scratch);
    }
    return STATUS_OK;
}

static Status finish_gatherer(BodyRun *run, uint32_t index)
{
    WindowRun *window = run->windows[index];
    switch (run->body->operators[index].kind) {
    case OPERATOR_CONNECT:
        return connect_finish(run, run->connects[index]);
    case OPERATOR_SESSION:
        return session_finish(run, index, window_members(window));
    case OPERATOR_SEQUENCE:
        return sequence_finish(run, index, window_members(window));
    default:
        return window_finish(run, window);
    }
}

// Everything above such a clause has been through.
static Status finish_gatherers(BodyRun *run)
{
    for (uint32_t i = 0; i < run->end_operator; i++) {
        run->shared->clause = &run->body->operators[i];
        if (is_gatherer(run->body->operators[i].kind))
            TRY(finish_gatherer(run, i));
    }
    return STATUS_OK;
}

Status body_run(BodyRun *run)
{
    TRY(open_clauses(run));
    TRY(push_loose(run));
    return body_rerun(run);
}

Status body_rerun(BodyRun *run)
{
    ASSERT(run->body->operator_count > 0);
    const Operator *from = &run->body->operators[0];
    ASSERT(from->kind == OPERATOR_FROM);
    TRY(open_clauses(run));
    order_choose(run);
    int64_t size = MAX_OF(run->shared->options->batch_size, 1), total;
    const int64_t *listed;
    run->shared->clause = from;
    TRY(scan_shared(run, &listed, &total));
    partner_left_from(run, &listed, &total);
    bool taken = false;
    if (run->front != NULL)
        TRY(run->front(run->front_closure, run, &listed, &total, &taken));
    if (!taken) {
        TRY(native_front(run, listed, total, &taken));
        total = taken ? 0 : total;
    }
    for (int64_t first = 0; first < total; first += size) {
        TRY(run_poll(run->shared));
        Bindings batch;
        int64_t count = MIN_OF(size, total - first);
        run->shared->clause = from;
        from_batch(run, listed, first, count, &batch);
        TRY(body_observe(run, from, NULL, &batch));
        TRY(body_push_behind(run, 0, &batch));
        arena_reset(run->scratch);
    }
    TRY(run_poll(run->shared)); // the last batch may not be complete
    return finish_gatherers(run);
}

// SPDX-License-Identifier: Apache-2.0
//
// native_front.c: the first clauses of a body as kernels; what passes goes on in the order in which it would have come.
//
// The threads do a number of morsels, then their results are given on, morsel by morsel. Rows that were left go through
// the same clauses in the interpreter, a morsel's at once, and are merged in by their rows of `from`.

#include "runtime/base/pool.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_pipe_int.h"

enum { ROUND_MORSELS = 32 };

// What passed in one morsel.
typedef struct Output {
    int64_t *rows[BODY_SLOTS_MAX]; // of the bound slots
    int64_t count, capacity;
    VEC(int64_t) gone; // rows of `from` that are left, ascending
} Output;

typedef struct Front {
    Pipe pipe;
    Output outputs[ROUND_MORSELS];
    int64_t first; // morsel of the round
} Front;

// ---------------------------------------------------------------- threads

static void need_room(const Pipe *pipe, Output *output, int64_t more)
{
    if (output->count + more <= output->capacity)
        return;
    output->capacity = MAX_OF(output->count + more, 2 * output->capacity);
    for (uint32_t slot = 0; slot < pipe->run->body->slot_count; slot++)
        if (pipe->bound >> slot & 1)
            output->rows[slot] =
                base_realloc(output->rows[slot], (size_t)output->capacity * sizeof(int64_t));
}

static void keep(void *closure, PipeWorker *worker, Bindings *batch)
{
    const Pipe *pipe = worker->pipe;
    Output *output = closure;
    need_room(pipe, output, batch->count);
    for (uint32_t slot = 0; slot < pipe->run->body->slot_count; slot++)
        if (pipe->bound >> slot & 1)
            memcpy(output->rows[slot] + output->count, batch->rows[slot],
                   (size_t)batch->count * sizeof(int64_t));
    output->count += batch->count;
}

// Rows that were left after others of theirs had passed take those with them.
static void drop_late(const PipeWorker *worker, Output *output)
{
    const Pipe *pipe = worker->pipe;
    const int64_t *from = output->rows[pipe->from_slot];
    int64_t kept = 0;
    for (int64_t i = 0; i < output->count; i++) {
        if (worker->gone[from[i] - worker->first])
            continue;
        for (uint32_t slot = 0; kept < i && slot < pipe->run->body->slot_count; slot++)
            if (pipe->bound >> slot & 1)
                output->rows[slot][kept] = output->rows[slot][i];
        kept++;
    }
    output->count = kept;
}

static void run_morsel(void *closure, uint32_t number, int64_t task)
{
    Front *front = closure;
    const RunShared *shared = front->pipe.run->shared;
    PipeWorker *worker = &front->pipe.workers[number];
    Output *output = &front->outputs[task];
    output->count = 0;
    output->gone.count = 0;
    if (atomic_load_explicit(&front->pipe.stop, memory_order_relaxed))
        return;
    pipe_morsel(worker, front->first + task, keep, output);
    if (worker->gone_count > 0)
        drop_late(worker, output);
    for (int64_t i = 0; (int64_t)output->gone.count < worker->gone_count; i++)
        if (worker->gone[i])
            vec_push(&output->gone, worker->first + i);
    if (shared->eval.ends(shared->eval.ends_closure))
        atomic_store_explicit(&front->pipe.stop, true, memory_order_relaxed);
}

// ---------------------------------------------------------------- putting together

// Two batches behind each other.
static void concat(BodyRun *run, const Bindings *a, const Bindings *b, Bindings *out)
{
    Arena *arena = run->scratch;
    bindings_init(out, run->body, arena);
    out->count = a->count + b->count;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if (a->rows[slot] != NULL) {
            out->rows[slot] = ARENA_ARRAY(arena, int64_t, out->count);
            memcpy(out->rows[slot], a->rows[slot], (size_t)a->count * sizeof(int64_t));
            memcpy(out->rows[slot] + a->count, b->rows[slot], (size_t)b->count * sizeof(int64_t));
        }
        if (a->attached[slot].offsets == NULL)
            continue;
        const AttachedSet *set = &b->attached[slot]; // those of `a` are empty
        int64_t base = set->offsets[0], members = set->offsets[b->count] - base;
        int64_t *offsets = ARENA_ARRAY(arena, int64_t, out->count + 1);
        for (int64_t i = 0; i <= b->count; i++)
            offsets[a->count + i] = set->offsets[i] - base;
        AttachedMember *copy = ARENA_ARRAY(arena, AttachedMember, members + 1);
        if (members > 0)
            memcpy(copy, set->members + base, (size_t)members * sizeof *copy);
        out->attached[slot] = (AttachedSet){offsets, copy};
    }
    if (b->state != NULL) {
        out->state = ARENA_ARRAY(arena, uint32_t, out->count);
        memcpy(out->state + a->count, b->state, (size_t)b->count * sizeof *out->state);
    }
}

// Both ascend in their rows of `from`, and share none.
static void merge(const Pipe *pipe, const Bindings *a, const Bindings *b, Bindings *out)
{
    BodyRun *run = pipe->run;
    Bindings both;
    concat(run, a, b, &both);
    const int64_t *x = a->rows[pipe->from_slot], *y = b->rows[pipe->from_slot];
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, both.count);
    for (int64_t i = 0, j = 0; i + j < both.count;) {
        bool first = j == b->count || (i < a->count && x[i] < y[j]);
        int64_t at = i + j;
        index[at] = first ? i++ : a->count + j++;
    }
    bindings_take(run, &both, index, both.count, run->scratch, out);
}

static Status give(Front *front, Output *output)
{
    Pipe *pipe = &front->pipe;
    BodyRun *run = pipe->run;
    Bindings batch, rest;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = output->count;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++)
        if (pipe->bound >> slot & 1)
            batch.rows[slot] = output->rows[slot];
    pipe_give_sets(pipe, run->scratch, &batch);
    if (output->gone.count > 0) {
        body_from_rows(run, output->gone.items, (int64_t)output->gone.count, &rest);
        TRY(body_first(run, pipe->stage_count, &rest));
        Bindings clean = batch;
        if (clean.count == 0)
            batch = rest;
        else if (rest.count > 0)
            merge(pipe, &clean, &rest, &batch);
    }
    if (batch.count > 0)
        TRY(body_push_behind(run, pipe->stage_count, &batch));
    arena_reset(run->scratch);
    return STATUS_OK;
}

// The pairs of the round count against the limit; the message names the clause that found most.
static Status count_round(Pipe *pipe, int64_t *counted)
{
    int64_t total = 0, most = 0;
    uint32_t at = 0;
    for (uint32_t s = 0; s < pipe->stage_count; s++) {
        int64_t pairs = pipe_pairs(pipe, s);
        total += pairs;
        at = pairs > most ? s : at;
        most = MAX_OF(pairs, most);
    }
    int64_t found = total - *counted;
    *counted = total;
    return most == 0 ? STATUS_OK : pairs_count(pipe->run, pipe->stages[at].partner, found);
}

static Status run_rounds(Front *front)
{
    Pipe *pipe = &front->pipe;
    BodyRun *run = pipe->run;
    int64_t morsels = pipe_morsels(pipe), counted = 0;
    for (front->first = 0; front->first < morsels; front->first += ROUND_MORSELS) {
        int64_t count = MIN_OF(ROUND_MORSELS, morsels - front->first);
        pool_run(run->shared->options->pool, count, run_morsel, front);
        TRY(run_poll(run->shared));
        TRY(count_round(pipe, &counted));
        for (int64_t m = 0; m < count; m++)
            TRY(give(front, &front->outputs[m]));
    }
    return STATUS_OK;
}

Status native_front(BodyRun *run, const int64_t *listed, int64_t count, bool *taken)
{
    *taken = false;
    Front *front = ARENA_NEW(run->arena, Front);
    if (!pipe_open(&front->pipe, run, listed, count))
        return STATUS_OK;
    if (front->pipe.stage_count > 0) {
        *taken = true;
        Status status = run_rounds(front);
        for (int m = 0; m < ROUND_MORSELS; m++) {
            for (uint32_t slot = 0; slot < run->body->slot_count; slot++)
                free(front->outputs[m].rows[slot]);
            vec_free(&front->outputs[m].gone);
        }
        pipe_close(&front->pipe);
        return status;
    }
    pipe_close(&front->pipe);
    return STATUS_OK;
}

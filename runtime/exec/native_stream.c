// SPDX-License-Identifier: Apache-2.0
//
// native_stream.c: a whole body as kernels, from the table behind `from` to the accumulators behind the fence.
//
// Each thread has groups and accumulators of its own, which are put together at the end: sums are exact, so no order shows.
// A binding that fails at the fence is given there as it is.

#include "runtime/base/pool.h"
#include "runtime/data/vector.h"
#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_pipe_int.h"

typedef struct Part {     // of one thread
    Kernel *keys, *folds; // NULL: none
    GroupTable *groups;
    AggState **states;
    int64_t **counts;
    void **folded;
    VEC(int64_t) rest; // rows of `from` that are left
    VEC(int64_t) left; // bindings left at the fence, a row of each bound slot
} Part;

struct NativeStream {
    Pipe pipe;
    Level *level;
    uint32_t fold_count;
    Part *parts; // per worker
    int64_t pairs_allowed;
    VEC(int64_t) rest;
};

// ---------------------------------------------------------------- life

static bool make_keys(const NativeStream *stream, const PipeWorker *worker, Part *part)
{
    const Group *group = &stream->level->op->group;
    const Expr **keys = ARENA_ARRAY(worker->arena, const Expr *, group->key_count + 1);
    Phys *phys = ARENA_ARRAY(worker->arena, Phys, group->key_count + 1);
    for (uint32_t k = 0; k < group->key_count; k++) {
        keys[k] = &group->keys[k].value;
        phys[k] = type_phys(keys[k]->type);
    }
    part->groups = group_table_create(phys, group->key_count);
    PipeWanted wanted = {NATIVE_VALUES, keys, group->key_count, NATIVE_NONE};
    return pipe_kernel(worker, &wanted, &part->keys);
}

static bool make_folds(const NativeStream *stream, const PipeWorker *worker, Fold *const *folds,
                       Part *part)
{
    uint32_t count = stream->fold_count;
    part->states = ARENA_ARRAY(worker->arena, AggState *, count + 1);
    part->counts = ARENA_ARRAY(worker->arena, int64_t *, count + 1);
    part->folded = ARENA_ARRAY(worker->arena, void *, count + 1);
    if (count == 0)
        return true;
    KernelBuild build;
    kernel_begin(&build, stream->pipe.run, NATIVE_FOLD, worker->arena);
    bool fits = true;
    for (uint32_t f = 0; f < count && fits; f++) {
        fits = native_add_fold(&build, folds[f]);
        part->states[f] = aggregate_create(folds[f]->aggregate, &stream->pipe.run->shared->eval);
    }
    if (!fits)
        build.exprs.count = build.folds.count = 0;
    part->folds = kernel_finish(&build, stream->pipe.rows);
    return part->folds != NULL;
}

NativeStream *native_stream_open(Level *level, Fold *const *folds, uint32_t count,
                                 const int64_t *listed, int64_t listed_count)
{
    BodyRun *run = level->run;
    NativeStream *stream = ARENA_NEW(run->arena, NativeStream);
    if (listed_count == 0 || !pipe_open(&stream->pipe, run, listed, listed_count))
        return NULL;
    stream->level = level;
    stream->fold_count = count;
    stream->parts = ARENA_ARRAY(run->arena, Part, stream->pipe.worker_count);
    bool fits = stream->pipe.whole;
    for (uint32_t w = 0; w < stream->pipe.worker_count && fits; w++) {
        const PipeWorker *worker = &stream->pipe.workers[w];
        fits = make_keys(stream, worker, &stream->parts[w]) &&
               make_folds(stream, worker, folds, &stream->parts[w]);
    }
    if (fits)
        return stream;
    native_stream_close(stream);
    return NULL;
}

void native_stream_close(NativeStream *stream)
{
    for (uint32_t w = 0; w < stream->pipe.worker_count; w++) {
        Part *part = &stream->parts[w];
        group_table_destroy(part->groups);
        for (uint32_t f = 0; part->states != NULL && f < stream->fold_count; f++)
            aggregate_destroy(part->states[f]);
        vec_free(&part->rest);
        vec_free(&part->left);
    }
    pipe_close(&stream->pipe);
}

// ---------------------------------------------------------------- at the fence

// Bindings that the body must take from here.
static void leave_bindings(const Pipe *pipe, Part *part, const Bindings *in, const int64_t *index,
                           int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        for (uint32_t slot = 0; slot < pipe->run->body->slot_count; slot++)
            if (pipe->bound >> slot & 1)
                vec_push(&part->left, in->rows[slot][index[i]]);
}

// The positions that are not among `bails`, which ascend.
static int64_t others(const PipeWorker *worker, const Kernel *kernel, int64_t count,
                      int64_t **index)
{
    *index = ARENA_ARRAY(worker->scratch, int64_t, count);
    int64_t kept = 0, bail = 0;
    for (int64_t i = 0; i < count; i++) {
        if (bail < kernel->args.bail_count && kernel->args.bails[bail] == i)
            bail++;
        else
            (*index)[kept++] = i;
    }
    return kept;
}

// The groups of the bindings; those without a known key are left and dropped.
static int64_t *place(const NativeStream *stream, PipeWorker *worker, Bindings *batch)
{
    const Group *group = &stream->level->op->group;
    Part *part = &stream->parts[worker - stream->pipe.workers];
    Vector *keys = NULL;
    if (group->key_count > 0) {
        Type *types = ARENA_ARRAY(worker->scratch, Type, group->key_count);
        for (uint32_t k = 0; k < group->key_count; k++)
            types[k] = group->keys[k].value.type;
        keys = pipe_values(worker, part->keys, types, group->key_count, batch);
    }
    if (keys != NULL && part->keys->args.bail_count > 0) {
        leave_bindings(&stream->pipe, part, batch, part->keys->args.bails,
                       part->keys->args.bail_count);
        int64_t *index, kept = others(worker, part->keys, batch->count, &index);
        for (uint32_t k = 0; k < group->key_count; k++) {
            Vector all = keys[k];
            vector_take(&all, index, kept, worker->scratch, &keys[k]);
        }
        *batch = pipe_take(worker, batch, index, kept);
    }
    int64_t *groups = ARENA_ARRAY(worker->scratch, int64_t, batch->count);
    group_assign(part->groups, keys, batch->count, groups);
    return groups;
}

static void fold(void *closure, PipeWorker *worker, Bindings *batch)
{
    const NativeStream *stream = closure;
    Part *part = &stream->parts[worker - stream->pipe.workers];
    int64_t *groups = place(stream, worker, batch);
    if (part->folds == NULL || batch->count == 0)
        return;
    uint32_t count = stream->fold_count;
    for (uint32_t f = 0; f < count; f++)
        aggregate_reserve(part->states[f], group_count(part->groups));
    Kernel *kernel = part->folds;
    native_point_at(kernel, part->states, count, part->counts, part->folded);
    kernel->args.groups = groups;
    kernel->args.bails = ARENA_ARRAY(worker->scratch, int64_t, batch->count);
    kernel_rows(kernel, batch);
    (void)kernel->code(&kernel->args, 0, batch->count);
    leave_bindings(&stream->pipe, part, batch, kernel->args.bails, kernel->args.bail_count);
}

static int64_t all_pairs(const Pipe *pipe)
{
    int64_t pairs = 0;
    for (uint32_t s = 0; s < pipe->stage_count; s++)
        pairs += pipe_pairs(pipe, s);
    return pairs;
}

static int64_t own_pairs(const PipeWorker *worker)
{
    int64_t pairs = 0;
    for (uint32_t s = 0; s < worker->pipe->stage_count; s++)
        pairs += worker->pairs[s];
    return pairs;
}

static void run_morsel(void *closure, uint32_t number, int64_t morsel)
{
    NativeStream *stream = closure;
    Pipe *pipe = &stream->pipe;
    PipeWorker *worker = &pipe->workers[number];
    const RunShared *shared = pipe->run->shared;
    if (atomic_load_explicit(&pipe->stop, memory_order_relaxed))
        return;
    pipe_morsel(worker, morsel, fold, stream);
    int64_t count = MIN_OF(pipe->morsel_rows, pipe->from->row_count - worker->first);
    for (int64_t i = 0; worker->gone_count > 0 && i < count; i++)
        if (worker->gone[i])
            vec_push(&stream->parts[number].rest, worker->first + i);
    if (own_pairs(worker) > stream->pairs_allowed || shared->eval.ends(shared->eval.ends_closure))
        atomic_store_explicit(&pipe->stop, true, memory_order_relaxed);
}

static int compare_rows(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

bool native_stream_run(NativeStream *stream)
{
    Pipe *pipe = &stream->pipe;
    RunShared *shared = pipe->run->shared;
    stream->pairs_allowed = INT64_MAX;
    if (shared->options->limit_pairs > 0)
        stream->pairs_allowed = (shared->options->limit_pairs - shared->pairs) / pipe->worker_count;
    pool_run(shared->options->pool, pipe_morsels(pipe), run_morsel, stream);
    if (pipe->stop)
        return false;
    shared->pairs += all_pairs(pipe);
    for (uint32_t w = 0; w < pipe->worker_count; w++)
        for (size_t i = 0; i < stream->parts[w].rest.count; i++)
            vec_push(&stream->rest, stream->parts[w].rest.items[i]);
    if (stream->rest.count > 0)
        qsort(stream->rest.items, stream->rest.count, sizeof(int64_t), compare_rows);
    return true;
}

// ---------------------------------------------------------------- what came of it

uint32_t native_stream_parts(const NativeStream *stream)
{
    return stream->pipe.worker_count;
}

const GroupTable *native_stream_groups(const NativeStream *stream, uint32_t part)
{
    return stream->parts[part].groups;
}

AggState *const *native_stream_states(const NativeStream *stream, uint32_t part)
{
    return stream->parts[part].states;
}

const int64_t *native_stream_rest(NativeStream *stream, int64_t *count)
{
    *count = (int64_t)stream->rest.count;
    int64_t *rows = ARENA_ARRAY(stream->pipe.run->arena, int64_t, stream->rest.count);
    for (size_t i = 0; i < stream->rest.count; i++)
        rows[i] = stream->rest.items[i];
    vec_free(&stream->rest);
    return rows;
}

static Status give_block(const Pipe *pipe, const int64_t *rows, int64_t count, uint32_t width)
{
    BodyRun *run = pipe->run;
    Bindings batch;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = count;
    uint32_t at = 0;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if ((pipe->bound >> slot & 1) == 0)
            continue;
        batch.rows[slot] = ARENA_ARRAY(run->scratch, int64_t, count);
        for (int64_t i = 0; i < count; i++)
            batch.rows[slot][i] = rows[i * width + at];
        at++;
    }
    pipe_give_sets(pipe, run->scratch, &batch);
    Status status = run->sink(run->sink_closure, run, &batch);
    arena_reset(run->scratch);
    return status;
}

Status native_stream_give(NativeStream *stream)
{
    const Pipe *pipe = &stream->pipe;
    uint32_t width = (uint32_t)__builtin_popcountll(pipe->bound);
    for (uint32_t w = 0; w < pipe->worker_count; w++) {
        const Part *part = &stream->parts[w];
        int64_t total = (int64_t)part->left.count / width;
        for (int64_t first = 0; first < total; first += BLOCK_ROWS)
            TRY(give_block(pipe, part->left.items + first * width,
                           MIN_OF(BLOCK_ROWS, total - first), width));
    }
    return STATUS_OK;
}

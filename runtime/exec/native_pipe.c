// SPDX-License-Identifier: Apache-2.0
//
// native_pipe.c: which clauses of a body become kernels, and a morsel's way through them.

#include "runtime/base/pool.h"
#include "runtime/data/vector.h"
#include "runtime/exec/native_pipe_int.h"

// In batches of the run.
enum { MORSEL_BATCHES = 16, CHUNK_BATCHES = 4 };

// ---------------------------------------------------------------- which bodies

// A condition that has to be looked at for each pair.
static bool is_other(const PartnerRun *partner, uint32_t leaf)
{
    return !partner->partner->leaves[leaf].key && (partner->applied >> leaf & 1) == 0;
}

// Whether, whatever plain binding asks, the clause finds its partners in the index and nowhere else, and nobody asks for
// the sets of an existence test.
static bool is_plain(const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    if (!partner->plain || !partner->conjunction || partner->link_count == 0 ||
        partner->rowset->row_count == 0)
        return false;
    bool others = false;
    for (uint32_t l = 0; l < on->leaf_count; l++)
        others = others || is_other(partner, l);
    switch (on->kind) {
    case PARTNER_JOIN:
        return true;
    case PARTNER_LOOKUP:
        return !others;
    case PARTNER_EXISTS:
    case PARTNER_LACKS:
        return !on->read_later;
    case PARTNER_ATTACH:
    case PARTNER_LATEST:
        return false;
    }
    UNREACHABLE();
}

static bool takes(const BodyRun *run, uint32_t index)
{
    const Operator *op = &run->body->operators[index];
    return op->kind == OPERATOR_FILTER ||
           (op->kind == OPERATOR_PARTNER && is_plain(run->partners[index]));
}

// The slot that gets rows of its own from the stage, as a bit.
static uint64_t binds(const PipeStage *stage)
{
    if (stage->partner == NULL)
        return 0;
    PartnerKind kind = stage->partner->partner->kind;
    bool rows = kind == PARTNER_JOIN || kind == PARTNER_LOOKUP;
    return rows ? (uint64_t)1 << stage->op->partner.slot : 0;
}

// The clauses in the order in which they run, up to the first that is none for kernels.
static void take_stages(Pipe *pipe)
{
    const BodyRun *run = pipe->run;
    const ClauseOrder *order = &run->order;
    pipe->stages = ARENA_ARRAY(run->arena, PipeStage, run->body->operator_count);
    pipe->bound = (uint64_t)1 << pipe->from_slot;
    for (uint32_t s = 0; s < order->count && pipe->whole; s++) {
        for (uint32_t i = order->stretches[s].first; i < order->stretches[s].end && pipe->whole;
             i++) {
            uint32_t index = order->operators[i];
            pipe->whole = takes(run, index);
            if (!pipe->whole)
                break;
            PipeStage *stage = &pipe->stages[pipe->stage_count++];
            *stage = (PipeStage){&run->body->operators[index], run->partners[index]};
            pipe->bound |= binds(stage);
        }
    }
    while (pipe->listed == NULL && pipe->scan_count < pipe->stage_count &&
           pipe->stages[pipe->scan_count].partner == NULL)
        pipe->scan_count++;
}

// ---------------------------------------------------------------- kernels of a thread

bool pipe_kernel(const PipeWorker *worker, const PipeWanted *wanted, Kernel **out)
{
    *out = NULL;
    if (wanted->count == 0)
        return true;
    KernelBuild build;
    kernel_begin(&build, worker->pipe->run, wanted->kind, worker->arena);
    build.pair_slot = wanted->pair_slot;
    bool fits = true;
    for (uint32_t x = 0; x < wanted->count && fits; x++)
        fits = kernel_add(&build, wanted->exprs[x]);
    if (!fits)
        build.exprs.count = 0;
    *out = kernel_finish(&build, worker->pipe->rows);
    return *out != NULL;
}

static bool make_stage(const PipeWorker *worker, const PipeStage *stage, PipeKernels *out)
{
    if (stage->partner == NULL) {
        const Expr *condition = &stage->op->condition;
        return pipe_kernel(worker, &(PipeWanted){NATIVE_SELECT, &condition, 1, NATIVE_NONE},
                           &out->select);
    }
    const Partner *on = stage->partner->partner;
    const Expr **links = ARENA_ARRAY(worker->arena, const Expr *, on->leaf_count),
               **others = ARENA_ARRAY(worker->arena, const Expr *, on->leaf_count + 1);
    uint32_t other_count = 0;
    for (uint32_t k = 0; k < stage->partner->link_count; k++)
        links[k] = &stage->partner->links[k]->earlier;
    for (uint32_t l = 0; l < on->leaf_count; l++)
        if (is_other(stage->partner, l))
            others[other_count++] = &on->leaves[l].value;
    return pipe_kernel(worker,
                       &(PipeWanted){NATIVE_VALUES, links, stage->partner->link_count, NATIVE_NONE},
                       &out->links) &&
           pipe_kernel(worker, &(PipeWanted){NATIVE_SELECT, others, other_count, on->slot},
                       &out->select);
}

// How many of the first filters a kernel can have, and that kernel.
static uint32_t make_scan(PipeWorker *worker)
{
    const Pipe *pipe = worker->pipe;
    KernelBuild build;
    kernel_begin(&build, pipe->run, NATIVE_SCAN, worker->arena);
    uint32_t count = 0;
    while (count < pipe->scan_count && kernel_add(&build, &pipe->stages[count].op->condition))
        count++;
    worker->scan = kernel_finish(&build, pipe->rows);
    if (worker->scan == NULL)
        count = 0;
    return count == pipe->scan_count ? pipe->stage_count : count;
}

static void make_worker(PipeWorker *worker, Pipe *pipe)
{
    *worker = (PipeWorker){.pipe = pipe};
    worker->arena = arena_create(NULL, 0);
    worker->scratch = arena_create(NULL, 0);
    worker->stages = ARENA_ARRAY(worker->arena, PipeKernels, pipe->stage_count + 1);
    worker->pairs = ARENA_ARRAY(worker->arena, int64_t, pipe->stage_count + 1);
    worker->selected = ARENA_ARRAY(worker->arena, int64_t, pipe->morsel_rows);
    worker->bails = ARENA_ARRAY(worker->arena, int64_t, pipe->morsel_rows);
    worker->gone = ARENA_ARRAY(worker->arena, uint8_t, pipe->morsel_rows);
}

// How many rows there are to look at: these of `from`, and those of partners.
static int64_t rows_read(const BodyRun *run, int64_t rows)
{
    for (uint32_t i = 1; i < run->end_operator; i++)
        if (run->partners[i] != NULL)
            rows += run->partners[i]->rowset->row_count;
    return rows;
}

// Fewer stages than were taken: those from `count` on are left to the body.
static void keep_stages(Pipe *pipe, uint32_t count)
{
    if (count == pipe->stage_count)
        return;
    pipe->whole = false;
    pipe->stage_count = count;
    pipe->scan_count = MIN_OF(pipe->scan_count, count);
    pipe->bound = (uint64_t)1 << pipe->from_slot;
    for (uint32_t s = 0; s < count; s++)
        pipe->bound |= binds(&pipe->stages[s]);
}

// As many stages as fit for the first worker fit for all.
static void make_kernels(Pipe *pipe, PipeWorker *worker)
{
    keep_stages(pipe, make_scan(worker));
    for (uint32_t s = pipe->scan_count; s < pipe->stage_count; s++)
        if (!make_stage(worker, &pipe->stages[s], &worker->stages[s]))
            keep_stages(pipe, s);
}

bool pipe_open(Pipe *pipe, BodyRun *run, const int64_t *listed, int64_t count)
{
    const Operator *from = &run->body->operators[0];
    *pipe = (Pipe){.run = run,
                   .from = slot_rowset(run, from->slot),
                   .from_slot = from->slot,
                   .listed = listed,
                   .count = count,
                   .rows = rows_read(run, count),
                   .whole = true};
    if (!kernel_wanted(run, pipe->rows))
        return false;
    int64_t batch = MAX_OF(run->shared->options->batch_size, 1);
    pipe->morsel_rows = batch * MORSEL_BATCHES;
    pipe->chunk_rows = batch * CHUNK_BATCHES;
    take_stages(pipe);
    uint32_t threads = pool_size(run->shared->options->pool);
    pipe->workers = ARENA_ARRAY(run->arena, PipeWorker, threads);
    for (; pipe->worker_count < threads; pipe->worker_count++) {
        PipeWorker *worker = &pipe->workers[pipe->worker_count];
        make_worker(worker, pipe);
        make_kernels(pipe, worker);
    }
    if (count > 0 && (pipe->whole || pipe->stage_count > 0))
        return true;
    pipe_close(pipe);
    return false;
}

void pipe_close(Pipe *pipe)
{
    for (uint32_t w = 0; w < pipe->worker_count; w++) {
        arena_destroy(pipe->workers[w].scratch);
        arena_destroy(pipe->workers[w].arena);
    }
    pipe->worker_count = 0;
}

int64_t pipe_morsels(const Pipe *pipe)
{
    return (pipe->from->row_count + pipe->morsel_rows - 1) / pipe->morsel_rows;
}

// ---------------------------------------------------------------- rows on their way

static Bindings no_bindings(const PipeWorker *worker)
{
    uint32_t slots = worker->pipe->run->body->slot_count;
    return (Bindings){.rows = ARENA_ARRAY(worker->scratch, int64_t *, slots)};
}

static int64_t *gather(const PipeWorker *worker, const int64_t *from, const int64_t *index,
                       int64_t count)
{
    int64_t *to = ARENA_ARRAY(worker->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        to[i] = from[index[i]];
    return to;
}

Bindings pipe_take(const PipeWorker *worker, const Bindings *in, const int64_t *index,
                   int64_t count)
{
    Bindings out = no_bindings(worker);
    out.count = count;
    for (uint32_t slot = 0; slot < worker->pipe->run->body->slot_count; slot++)
        if (in->rows[slot] != NULL)
            out.rows[slot] = gather(worker, in->rows[slot], index, count);
    return out;
}

static void leave_row(PipeWorker *worker, int64_t row)
{
    uint8_t *gone = &worker->gone[row - worker->first];
    worker->gone_count += *gone == 0;
    *gone = 1;
}

// The rows of `from` of these bindings are left.
static void leave_rows(PipeWorker *worker, const Bindings *in, const int64_t *index, int64_t count)
{
    const int64_t *rows = in->rows[worker->pipe->from_slot];
    for (int64_t i = 0; i < count; i++)
        leave_row(worker, rows[index[i]]);
}

static int64_t select_rows(PipeWorker *worker, Kernel *kernel, const Bindings *in,
                           int64_t **selected)
{
    kernel->args.selected = *selected = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    kernel->args.bails = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    kernel_rows(kernel, in);
    return kernel->code(&kernel->args, 0, in->count);
}

static void filter_stage(PipeWorker *worker, Kernel *kernel, Bindings *batch)
{
    int64_t *selected;
    int64_t passed = select_rows(worker, kernel, batch, &selected);
    leave_rows(worker, batch, kernel->args.bails, kernel->args.bail_count);
    if (passed < batch->count)
        *batch = pipe_take(worker, batch, selected, passed);
}

Vector *pipe_values(PipeWorker *worker, Kernel *kernel, const Type *types, uint32_t count,
                    const Bindings *in)
{
    Vector *vectors = ARENA_ARRAY(worker->scratch, Vector, count);
    void **outputs = ARENA_ARRAY(worker->scratch, void *, count);
    for (uint32_t k = 0; k < count; k++) {
        vector_make(&vectors[k], type_phys(types[k]), in->count, worker->scratch);
        outputs[k] = vectors[k].data;
    }
    kernel->args.outputs = outputs;
    kernel->args.bails = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    kernel_rows(kernel, in);
    (void)kernel->code(&kernel->args, 0, in->count);
    return vectors;
}

// ---------------------------------------------------------------- partners

// A partner clause and a batch that comes to it.
typedef struct Probe {
    PipeWorker *worker;
    const PartnerRun *partner;
    Kernel *select;  // NULL: the links are the whole condition
    int64_t *groups; // what each binding finds: a group of right rows, or GROUP_NONE
    int64_t *found;  // pairs so far
} Probe;

static void find_groups(Probe *probe, Kernel *kernel, const Bindings *in)
{
    PipeWorker *worker = probe->worker;
    const PartnerRun *partner = probe->partner;
    Type *types = ARENA_ARRAY(worker->scratch, Type, partner->link_count);
    for (uint32_t k = 0; k < partner->link_count; k++)
        types[k] = partner->links[k]->earlier.type;
    Vector *links = pipe_values(worker, kernel, types, partner->link_count, in);
    probe->groups = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    group_find(partner->index->groups, links, in->count, probe->groups);
    for (int64_t b = 0; b < kernel->args.bail_count; b++)
        probe->groups[kernel->args.bails[b]] = GROUP_NONE;
    leave_rows(worker, in, kernel->args.bails, kernel->args.bail_count);
}

// Pair i is binding index[i] and row rows[i].
typedef struct PairList {
    int64_t count;
    int64_t *index, *rows;
} PairList;

static PairList pairs_of(const Probe *probe, int64_t count)
{
    const PartnerIndex *right = probe->partner->index;
    const int64_t *groups = probe->groups;
    PairList pairs = {0};
    for (int64_t i = 0; i < count; i++)
        pairs.count += partner_group_size(right, groups[i]);
    pairs.index = ARENA_ARRAY(probe->worker->scratch, int64_t, pairs.count + 1);
    pairs.rows = ARENA_ARRAY(probe->worker->scratch, int64_t, pairs.count + 1);
    int64_t next = 0;
    for (int64_t i = 0; i < count; i++) {
        if (groups[i] == GROUP_NONE)
            continue;
        if (right->only != NULL) {
            pairs.index[next] = i;
            pairs.rows[next] = (int64_t)right->only[groups[i]] - 1;
            next += pairs.rows[next] >= 0;
            continue;
        }
        for (int64_t k = right->starts[groups[i]]; k < right->starts[groups[i] + 1]; k++) {
            pairs.index[next] = i;
            pairs.rows[next++] = right->rows[k];
        }
    }
    *probe->found += pairs.count;
    return pairs;
}

// Keeps the pairs for which the other conditions hold; the rows of `from` where that cannot be told are left.
static void judge_pairs(const Probe *probe, const Bindings *in, PairList *pairs)
{
    PipeWorker *worker = probe->worker;
    Kernel *kernel = probe->select;
    if (kernel == NULL || pairs->count == 0)
        return;
    Bindings both = no_bindings(worker);
    both.count = pairs->count;
    for (uint32_t s = 0; s < kernel->slot_count; s++) {
        uint32_t slot = kernel->slots[s];
        both.rows[slot] = slot == probe->partner->partner->slot
                              ? pairs->rows
                              : gather(worker, in->rows[slot], pairs->index, pairs->count);
    }
    int64_t *selected;
    int64_t passed = select_rows(worker, kernel, &both, &selected);
    const int64_t *rows = in->rows[worker->pipe->from_slot];
    for (int64_t b = 0; b < kernel->args.bail_count; b++)
        leave_row(worker, rows[pairs->index[kernel->args.bails[b]]]);
    for (int64_t i = 0; i < passed; i++) { // selected[i] >= i
        pairs->index[i] = pairs->index[selected[i]];
        pairs->rows[i] = pairs->rows[selected[i]];
    }
    pairs->count = passed;
}

static void join_stage(const Probe *probe, Bindings *batch)
{
    PairList pairs = pairs_of(probe, batch->count);
    judge_pairs(probe, batch, &pairs);
    *batch = pipe_take(probe->worker, batch, pairs.index, pairs.count);
    batch->rows[probe->partner->partner->slot] = pairs.rows;
}

static void lookup_stage(const Probe *probe, Bindings *batch)
{
    const PartnerIndex *right = probe->partner->index;
    int64_t *rows = ARENA_ARRAY(probe->worker->scratch, int64_t, batch->count);
    for (int64_t i = 0; i < batch->count; i++) {
        int64_t group = probe->groups[i];
        int64_t count = partner_group_size(right, group);
        *probe->found += count;
        rows[i] = ROW_ABSENT;
        if (count == 1)
            rows[i] = right->only != NULL ? (int64_t)right->only[group] - 1
                                          : right->rows[right->starts[group]];
        else if (count > 1) // several partners
            leave_rows(probe->worker, batch, &i, 1);
    }
    batch->rows[probe->partner->partner->slot] = rows;
}

// exists, lacks.
static void presence_stage(const Probe *probe, Bindings *batch)
{
    Arena *arena = probe->worker->scratch;
    uint8_t *found = ARENA_ARRAY(arena, uint8_t, batch->count);
    if (probe->select != NULL) {
        PairList pairs = pairs_of(probe, batch->count);
        judge_pairs(probe, batch, &pairs);
        for (int64_t i = 0; i < pairs.count; i++)
            found[pairs.index[i]] = 1;
    }
    for (int64_t i = 0; probe->select == NULL && i < batch->count; i++)
        found[i] = partner_group_size(probe->partner->index, probe->groups[i]) > 0;
    bool wanted = probe->partner->partner->kind == PARTNER_EXISTS;
    int64_t *index = ARENA_ARRAY(arena, int64_t, batch->count), count = 0;
    for (int64_t i = 0; i < batch->count; i++) {
        index[count] = i;
        count += (found[i] != 0) == wanted;
    }
    *batch = pipe_take(probe->worker, batch, index, count);
}

static void partner_stage(PipeWorker *worker, uint32_t stage, Bindings *batch)
{
    const PipeKernels *kernels = &worker->stages[stage];
    Probe probe = {.worker = worker,
                   .partner = worker->pipe->stages[stage].partner,
                   .select = kernels->select,
                   .found = &worker->pairs[stage]};
    find_groups(&probe, kernels->links, batch);
    switch (probe.partner->partner->kind) {
    case PARTNER_JOIN:
        join_stage(&probe, batch);
        return;
    case PARTNER_LOOKUP:
        lookup_stage(&probe, batch);
        return;
    case PARTNER_EXISTS:
    case PARTNER_LACKS:
        presence_stage(&probe, batch);
        return;
    case PARTNER_ATTACH:
    case PARTNER_LATEST:
        break;
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- what is left

void pipe_drop_gone(const PipeWorker *worker, Bindings *batch)
{
    if (worker->gone_count == 0)
        return;
    const int64_t *rows = batch->rows[worker->pipe->from_slot];
    int64_t *index = ARENA_ARRAY(worker->scratch, int64_t, batch->count), count = 0;
    for (int64_t i = 0; i < batch->count; i++) {
        index[count] = i;
        count += !worker->gone[rows[i] - worker->first];
    }
    *batch = pipe_take(worker, batch, index, count);
}

void pipe_give_sets(const Pipe *pipe, Arena *arena, Bindings *batch)
{
    for (uint32_t s = 0; s < pipe->stage_count; s++) {
        const Partner *on = &pipe->stages[s].op->partner;
        if (pipe->stages[s].partner == NULL || (pipe->bound >> on->slot & 1))
            continue;
        batch->attached[on->slot] = (AttachedSet){ARENA_ARRAY(arena, int64_t, batch->count + 1),
                                                  ARENA_ARRAY(arena, AttachedMember, 1)};
    }
}

int64_t pipe_pairs(const Pipe *pipe, uint32_t stage)
{
    int64_t pairs = 0;
    for (uint32_t w = 0; w < pipe->worker_count; w++)
        pairs += pipe->workers[w].pairs[stage];
    return pairs;
}

// ---------------------------------------------------------------- morsels

// The first place in the list of a row that is not below `row`.
static int64_t listed_from(const Pipe *pipe, int64_t row)
{
    int64_t low = 0, high = pipe->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (pipe->listed[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t listed_rows(const Pipe *pipe, int64_t first, int64_t count, int64_t *rows)
{
    int64_t from = listed_from(pipe, first), to = listed_from(pipe, first + count);
    memcpy(rows, pipe->listed + from, (size_t)(to - from) * sizeof *rows);
    return to - from;
}

// The rows of the morsel that pass the first filters, in `selected`.
static int64_t scan(PipeWorker *worker, int64_t first, int64_t count)
{
    const Pipe *pipe = worker->pipe;
    int64_t passed = count;
    if (pipe->listed != NULL) {
        passed = listed_rows(pipe, first, count, worker->selected);
    } else if (worker->scan == NULL) {
        for (int64_t i = 0; i < count; i++)
            worker->selected[i] = first + i;
    } else {
        NativeArgs *args = &worker->scan->args;
        args->selected = worker->selected;
        args->bails = worker->bails;
        passed = worker->scan->code(args, first, count);
        for (int64_t b = 0; b < args->bail_count; b++)
            leave_row(worker, worker->bails[b]);
    }
    if (pipe->from->classes == NULL)
        return passed;
    int64_t kept = 0;
    for (int64_t i = 0; i < passed; i++) {
        int64_t row = worker->selected[i];
        if (rowset_class(pipe->from, row) == CLASS_CERTAIN)
            worker->selected[kept++] = row;
        else
            leave_row(worker, row);
    }
    return kept;
}

static void run_chunk(PipeWorker *worker, int64_t *rows, int64_t count, PipeSink sink,
                      void *closure)
{
    const Pipe *pipe = worker->pipe;
    Bindings batch = no_bindings(worker);
    batch.count = count;
    batch.rows[pipe->from_slot] = rows;
    for (uint32_t s = pipe->scan_count; s < pipe->stage_count && batch.count > 0; s++) {
        const PipeStage *stage = &pipe->stages[s];
        if (stage->partner == NULL)
            filter_stage(worker, worker->stages[s].select, &batch);
        else
            partner_stage(worker, s, &batch);
    }
    pipe_drop_gone(worker, &batch);
    if (batch.count > 0)
        sink(closure, worker, &batch);
}

void pipe_morsel(PipeWorker *worker, int64_t morsel, PipeSink sink, void *closure)
{
    const Pipe *pipe = worker->pipe;
    worker->first = morsel * pipe->morsel_rows;
    int64_t count = MIN_OF(pipe->morsel_rows, pipe->from->row_count - worker->first);
    memset(worker->gone, 0, (size_t)count);
    worker->gone_count = 0;
    int64_t passed = scan(worker, worker->first, count);
    for (int64_t at = 0; at < passed; at += pipe->chunk_rows) {
        run_chunk(worker, worker->selected + at, MIN_OF(pipe->chunk_rows, passed - at), sink,
                  closure);
        arena_reset(worker->scratch);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// native_stream.c: a whole body as kernels, from the table behind `from` to the accumulators behind the fence, on several
// threads.
//
// A thread takes some thousand rows at a time through all clauses. It only reads what the run has finished, and writes to
// its own groups and accumulators, which are put together at the end: sums are exact, so no order shows. It knows nothing
// of gaps, marks and causes. A row of `from` that meets anything but T, F and known values on its way is left as a whole,
// and the body takes it again from the start; a binding that fails at the fence is given there as it is.

#include <stdatomic.h>

#include "runtime/base/pool.h"
#include "runtime/data/vector.h"
#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_int.h"
#include "runtime/exec/partner_int.h"

// Rows of a morsel, which is what a thread takes at a time, and of the chunks that it goes through the clauses in; in
// batches of the run.
enum { MORSEL_BATCHES = 16, CHUNK_BATCHES = 4 };

// A clause behind the first filters, for all threads.
typedef struct Stage {
    const Operator *op;
    const PartnerRun *partner; // NULL: a filter
} Stage;

typedef struct StageKernels {
    Kernel *links; // of a partner clause: the values to look up
    Kernel
        *select; // of a filter; of a partner clause: its other conditions, over pairs; NULL: none
} StageKernels;

typedef struct Worker {
    NativeStream *stream;
    Arena *arena, *scratch; // as long as the stream; for one chunk
    Kernel *scan;           // the first filters; NULL: none
    StageKernels *stages;
    Kernel *keys, *folds; // NULL: none
    GroupTable *groups;
    AggState **states;
    int64_t **counts;
    void **folded;
    int64_t *selected, *bails; // of the scan
    uint8_t *gone;             // per row of the morsel: it has been left
    int64_t first, gone_count; // of the morsel
    VEC(int64_t) rest;         // rows of `from` that were left
    VEC(int64_t) left;         // bindings left at the fence, a row of each bound slot
    int64_t pairs;
} Worker;

struct NativeStream {
    BodyRun *run;
    Level *level;
    const Rowset *from;
    int64_t rows; // of all tables that are read
    uint32_t from_slot;
    Stage *stages;
    uint32_t stage_count, scan_count; // of `run->order`, the first scan_count are in the scan
    uint64_t bound;                   // slots with rows
    uint32_t fold_count;
    int64_t morsel_rows, chunk_rows;
    Worker *workers;
    uint32_t worker_count;
    int64_t pairs_allowed; // each thread may find so many
    atomic_bool stop;
    VEC(int64_t) rest;
};

// ---------------------------------------------------------------- which bodies

static bool all_certain(const Rowset *rowset)
{
    for (int64_t row = 0; rowset->classes != NULL && row < rowset->row_count; row++)
        if (rowset_class(rowset, row) != CLASS_CERTAIN)
            return false;
    return true;
}

// Whether, whatever plain binding asks, the clause finds its partners in the hash table and nowhere else.
static bool is_plain(const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    if (on->kind == PARTNER_ATTACH || on->kind == PARTNER_LATEST || on->match != NULL ||
        on->coverage.written || partner->link_count == 0 || partner->index->groups == NULL)
        return false;
    bool pairs_kept = on->kind == PARTNER_EXISTS || on->kind == PARTNER_LACKS;
    if ((pairs_kept && on->read_later) || (on->kind == PARTNER_LOOKUP && !partner->only_links))
        return false;
    for (uint32_t l = 0; l < on->leaf_count; l++)
        if (!on->leaves[l].conjunct)
            return false;
    return partner->index->skeletons == NULL && partner->index->blank_count == 0 &&
           partner->shadow_count == 0 && partner->unplaced == 0 && partner->rowset->row_count > 0 &&
           all_certain(partner->rowset);
}

static bool take_stage(NativeStream *stream, uint32_t index)
{
    BodyRun *run = stream->run;
    const Operator *op = &run->body->operators[index];
    if (op->kind == OPERATOR_FILTER) {
        stream->stages[stream->stage_count++] = (Stage){.op = op};
        return true;
    }
    if (op->kind != OPERATOR_PARTNER || !is_plain(run->partners[index]))
        return false;
    if (op->partner.kind == PARTNER_JOIN || op->partner.kind == PARTNER_LOOKUP)
        stream->bound |= (uint64_t)1 << op->partner.slot;
    stream->stages[stream->stage_count++] = (Stage){op, run->partners[index]};
    return true;
}

static bool take_stages(NativeStream *stream)
{
    const BodyRun *run = stream->run;
    const ClauseOrder *order = &run->order;
    stream->stages = ARENA_ARRAY(run->arena, Stage, run->body->operator_count);
    for (uint32_t s = 0; s < order->count; s++)
        for (uint32_t i = order->stretches[s].first; i < order->stretches[s].end; i++)
            if (!take_stage(stream, order->operators[i]))
                return false;
    while (stream->scan_count < stream->stage_count &&
           stream->stages[stream->scan_count].partner == NULL)
        stream->scan_count++;
    return true;
}

// ---------------------------------------------------------------- kernels of a thread

// A kernel of these expressions; false where one of them does not fit. Nothing to do gives NULL.
typedef struct Wanted {
    NativeKind kind;
    const Expr *const *exprs;
    uint32_t count;
    uint32_t pair_slot;
} Wanted;

static bool make_kernel(const Worker *worker, const Wanted *wanted, Kernel **out)
{
    *out = NULL;
    if (wanted->count == 0)
        return true;
    KernelBuild build;
    kernel_begin(&build, worker->stream->run, wanted->kind, worker->arena);
    build.pair_slot = wanted->pair_slot;
    bool fits = true;
    for (uint32_t x = 0; x < wanted->count && fits; x++)
        fits = kernel_add(&build, wanted->exprs[x]);
    if (!fits)
        build.exprs.count = 0;
    *out = kernel_finish(&build, worker->stream->rows);
    return *out != NULL;
}

static bool make_stage(const Worker *worker, const Stage *stage, StageKernels *out)
{
    if (stage->partner == NULL) {
        const Expr *condition = &stage->op->condition;
        return make_kernel(worker, &(Wanted){NATIVE_SELECT, &condition, 1, NATIVE_NONE},
                           &out->select);
    }
    const Partner *on = stage->partner->partner;
    const Expr **links = ARENA_ARRAY(worker->arena, const Expr *, on->leaf_count),
               **others = ARENA_ARRAY(worker->arena, const Expr *, on->leaf_count + 1);
    uint32_t other_count = 0;
    for (uint32_t k = 0; k < stage->partner->link_count; k++)
        links[k] = &stage->partner->links[k]->earlier;
    for (uint32_t l = 0; l < on->leaf_count; l++)
        if (!on->leaves[l].key)
            others[other_count++] = &on->leaves[l].value;
    return make_kernel(worker,
                       &(Wanted){NATIVE_VALUES, links, stage->partner->link_count, NATIVE_NONE},
                       &out->links) &&
           make_kernel(worker, &(Wanted){NATIVE_SELECT, others, other_count, on->slot},
                       &out->select);
}

static bool make_scan(Worker *worker)
{
    const NativeStream *stream = worker->stream;
    const Expr **conditions = ARENA_ARRAY(worker->arena, const Expr *, stream->scan_count + 1);
    for (uint32_t s = 0; s < stream->scan_count; s++)
        conditions[s] = &stream->stages[s].op->condition;
    worker->selected = ARENA_ARRAY(worker->arena, int64_t, stream->morsel_rows);
    worker->bails = ARENA_ARRAY(worker->arena, int64_t, stream->morsel_rows);
    worker->gone = ARENA_ARRAY(worker->arena, uint8_t, stream->morsel_rows);
    return make_kernel(worker, &(Wanted){NATIVE_SCAN, conditions, stream->scan_count, NATIVE_NONE},
                       &worker->scan);
}

static bool make_keys(Worker *worker)
{
    const Group *group = &worker->stream->level->op->group;
    const Expr **keys = ARENA_ARRAY(worker->arena, const Expr *, group->key_count + 1);
    Phys *phys = ARENA_ARRAY(worker->arena, Phys, group->key_count + 1);
    for (uint32_t k = 0; k < group->key_count; k++) {
        keys[k] = &group->keys[k].value;
        phys[k] = type_phys(keys[k]->type);
    }
    worker->groups = group_table_create(phys, group->key_count);
    return make_kernel(worker, &(Wanted){NATIVE_VALUES, keys, group->key_count, NATIVE_NONE},
                       &worker->keys);
}

static bool make_folds(Worker *worker, Fold *const *folds)
{
    const NativeStream *stream = worker->stream;
    uint32_t count = stream->fold_count;
    worker->states = ARENA_ARRAY(worker->arena, AggState *, count + 1);
    worker->counts = ARENA_ARRAY(worker->arena, int64_t *, count + 1);
    worker->folded = ARENA_ARRAY(worker->arena, void *, count + 1);
    if (count == 0)
        return true;
    KernelBuild build;
    kernel_begin(&build, stream->run, NATIVE_FOLD, worker->arena);
    bool fits = true;
    for (uint32_t f = 0; f < count && fits; f++) {
        fits = native_add_fold(&build, folds[f]);
        worker->states[f] = aggregate_create(folds[f]->aggregate, &stream->run->shared->eval);
    }
    if (!fits)
        build.exprs.count = build.folds.count = 0;
    worker->folds = kernel_finish(&build, stream->rows);
    return worker->folds != NULL;
}

static bool make_worker(Worker *worker, NativeStream *stream, Fold *const *folds)
{
    *worker = (Worker){.stream = stream};
    worker->arena = arena_create(NULL, 0);
    worker->scratch = arena_create(NULL, 0);
    worker->stages = ARENA_ARRAY(worker->arena, StageKernels, stream->stage_count + 1);
    bool fits = make_scan(worker) && make_keys(worker) && make_folds(worker, folds);
    for (uint32_t s = stream->scan_count; s < stream->stage_count && fits; s++)
        fits = make_stage(worker, &stream->stages[s], &worker->stages[s]);
    return fits;
}

// How many rows there are to look at: that of `from`, and of partners.
static int64_t rows_read(const BodyRun *run)
{
    int64_t rows = slot_rowset(run, run->body->operators[0].slot)->row_count;
    for (uint32_t i = 1; i < run->end_operator; i++)
        if (run->partners[i] != NULL)
            rows += run->partners[i]->rowset->row_count;
    return rows;
}

NativeStream *native_stream_open(BodyRun *run, Level *level, Fold *const *folds, uint32_t count)
{
    const Operator *from = &run->body->operators[0];
    const Rowset *rowset = slot_rowset(run, from->slot);
    int64_t rows = rows_read(run);
    if (rowset->row_count == 0 || !kernel_wanted(run, rows))
        return NULL;
    NativeStream *stream = ARENA_NEW(run->arena, NativeStream);
    *stream = (NativeStream){.run = run,
                             .level = level,
                             .from = rowset,
                             .rows = rows,
                             .from_slot = from->slot,
                             .bound = (uint64_t)1 << from->slot,
                             .fold_count = count};
    int64_t batch = MAX_OF(run->shared->options->batch_size, 1);
    stream->morsel_rows = batch * MORSEL_BATCHES;
    stream->chunk_rows = batch * CHUNK_BATCHES;
    bool fits = take_stages(stream);
    uint32_t threads = pool_size(run->shared->options->pool);
    stream->workers = ARENA_ARRAY(run->arena, Worker, threads);
    for (; stream->worker_count < threads && fits; stream->worker_count++)
        fits = make_worker(&stream->workers[stream->worker_count], stream, folds);
    if (fits)
        return stream;
    native_stream_close(stream);
    return NULL;
}

void native_stream_close(NativeStream *stream)
{
    if (stream == NULL)
        return;
    for (uint32_t w = 0; w < stream->worker_count; w++) {
        Worker *worker = &stream->workers[w];
        group_table_destroy(worker->groups);
        for (uint32_t f = 0; worker->states != NULL && f < stream->fold_count; f++)
            aggregate_destroy(worker->states[f]);
        vec_free(&worker->rest);
        vec_free(&worker->left);
        arena_destroy(worker->scratch);
        arena_destroy(worker->arena);
    }
    stream->worker_count = 0;
}

// ---------------------------------------------------------------- rows on their way

static Bindings no_bindings(const Worker *worker)
{
    uint32_t slots = worker->stream->run->body->slot_count;
    return (Bindings){.rows = ARENA_ARRAY(worker->scratch, int64_t *, slots)};
}

static int64_t *gather(const Worker *worker, const int64_t *from, const int64_t *index,
                       int64_t count)
{
    int64_t *to = ARENA_ARRAY(worker->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        to[i] = from[index[i]];
    return to;
}

// The bindings at index[0..count).
static Bindings take(const Worker *worker, const Bindings *in, const int64_t *index, int64_t count)
{
    Bindings out = no_bindings(worker);
    out.count = count;
    for (uint32_t slot = 0; slot < worker->stream->run->body->slot_count; slot++)
        if (in->rows[slot] != NULL)
            out.rows[slot] = gather(worker, in->rows[slot], index, count);
    return out;
}

static void leave_row(Worker *worker, int64_t row)
{
    uint8_t *gone = &worker->gone[row - worker->first];
    worker->gone_count += *gone == 0;
    *gone = 1;
}

// The rows of `from` of these bindings are left.
static void leave_rows(Worker *worker, const Bindings *in, const int64_t *index, int64_t count)
{
    const int64_t *rows = in->rows[worker->stream->from_slot];
    for (int64_t i = 0; i < count; i++)
        leave_row(worker, rows[index[i]]);
}

// Runs a SELECT kernel; what it cannot tell is left, by the rows of `left_by` at `number` (NULL: the same).
static int64_t select_rows(Worker *worker, Kernel *kernel, const Bindings *in, int64_t **selected)
{
    kernel->args.selected = *selected = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    kernel->args.bails = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    kernel_rows(kernel, in);
    return kernel->code(&kernel->args, 0, in->count);
}

static void filter_stage(Worker *worker, Kernel *kernel, Bindings *batch)
{
    int64_t *selected;
    int64_t passed = select_rows(worker, kernel, batch, &selected);
    leave_rows(worker, batch, kernel->args.bails, kernel->args.bail_count);
    if (passed < batch->count)
        *batch = take(worker, batch, selected, passed);
}

// Values of some expressions, a vector each; `bails` of the kernel tells which have none.
static Vector *values_of(Worker *worker, Kernel *kernel, const Type *types, uint32_t count,
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

// What each binding finds: a group of right rows, or GROUP_NONE.
static int64_t *find_groups(Worker *worker, const PartnerRun *partner, Kernel *kernel,
                            const Bindings *in)
{
    Type *types = ARENA_ARRAY(worker->scratch, Type, partner->link_count);
    for (uint32_t k = 0; k < partner->link_count; k++)
        types[k] = partner->links[k]->earlier.type;
    Vector *links = values_of(worker, kernel, types, partner->link_count, in);
    int64_t *groups = ARENA_ARRAY(worker->scratch, int64_t, in->count);
    group_find(partner->index->groups, links, in->count, groups);
    for (int64_t b = 0; b < kernel->args.bail_count; b++)
        groups[kernel->args.bails[b]] = GROUP_NONE;
    leave_rows(worker, in, kernel->args.bails, kernel->args.bail_count);
    return groups;
}

// Bindings and right rows of the same group: pair i is binding index[i] and row rows[i].
typedef struct PairList {
    int64_t count;
    int64_t *index, *rows;
} PairList;

static PairList pairs_of(Worker *worker, const PartnerIndex *index, const int64_t *groups,
                         int64_t count)
{
    PairList pairs = {0};
    for (int64_t i = 0; i < count; i++)
        if (groups[i] != GROUP_NONE)
            pairs.count += index->starts[groups[i] + 1] - index->starts[groups[i]];
    pairs.index = ARENA_ARRAY(worker->scratch, int64_t, pairs.count);
    pairs.rows = ARENA_ARRAY(worker->scratch, int64_t, pairs.count);
    int64_t next = 0;
    for (int64_t i = 0; i < count; i++) {
        if (groups[i] == GROUP_NONE)
            continue;
        for (int64_t k = index->starts[groups[i]]; k < index->starts[groups[i] + 1]; k++) {
            pairs.index[next] = i;
            pairs.rows[next++] = index->rows[k];
        }
    }
    worker->pairs += pairs.count;
    return pairs;
}

// Keeps the pairs for which the other conditions hold; the rows of `from` where that cannot be told are left.
static void judge_pairs(Worker *worker, const PartnerRun *partner, Kernel *kernel,
                        const Bindings *in, PairList *pairs)
{
    if (kernel == NULL || pairs->count == 0)
        return;
    Bindings both = no_bindings(worker);
    both.count = pairs->count;
    for (uint32_t s = 0; s < kernel->slot_count; s++) {
        uint32_t slot = kernel->slots[s];
        both.rows[slot] = slot == partner->partner->slot
                              ? pairs->rows
                              : gather(worker, in->rows[slot], pairs->index, pairs->count);
    }
    int64_t *selected;
    int64_t passed = select_rows(worker, kernel, &both, &selected);
    const int64_t *rows = in->rows[worker->stream->from_slot];
    for (int64_t b = 0; b < kernel->args.bail_count; b++)
        leave_row(worker, rows[pairs->index[kernel->args.bails[b]]]);
    for (int64_t i = 0; i < passed; i++) { // selected[i] >= i
        pairs->index[i] = pairs->index[selected[i]];
        pairs->rows[i] = pairs->rows[selected[i]];
    }
    pairs->count = passed;
}

static void join_stage(Worker *worker, const PartnerRun *partner, Kernel *select,
                       const int64_t *groups, Bindings *batch)
{
    PairList pairs = pairs_of(worker, partner->index, groups, batch->count);
    judge_pairs(worker, partner, select, batch, &pairs);
    *batch = take(worker, batch, pairs.index, pairs.count);
    batch->rows[partner->partner->slot] = pairs.rows;
}

static void lookup_stage(Worker *worker, const PartnerRun *partner, const int64_t *groups,
                         Bindings *batch)
{
    const PartnerIndex *index = partner->index;
    int64_t *rows = ARENA_ARRAY(worker->scratch, int64_t, batch->count);
    for (int64_t i = 0; i < batch->count; i++) {
        rows[i] = ROW_ABSENT;
        if (groups[i] == GROUP_NONE)
            continue;
        int64_t first = index->starts[groups[i]], count = index->starts[groups[i] + 1] - first;
        worker->pairs += count;
        if (count == 1)
            rows[i] = index->rows[first];
        else if (count > 1) // several partners
            leave_rows(worker, batch, &i, 1);
    }
    batch->rows[partner->partner->slot] = rows;
}

// exists, lacks.
static void presence_stage(Worker *worker, const PartnerRun *partner, Kernel *select,
                           const int64_t *groups, Bindings *batch)
{
    uint8_t *found = ARENA_ARRAY(worker->scratch, uint8_t, batch->count);
    if (select != NULL) {
        PairList pairs = pairs_of(worker, partner->index, groups, batch->count);
        judge_pairs(worker, partner, select, batch, &pairs);
        for (int64_t i = 0; i < pairs.count; i++)
            found[pairs.index[i]] = 1;
    }
    const int64_t *starts = partner->index->starts;
    for (int64_t i = 0; select == NULL && i < batch->count; i++)
        found[i] = groups[i] != GROUP_NONE && starts[groups[i] + 1] > starts[groups[i]];
    bool wanted = partner->partner->kind == PARTNER_EXISTS;
    int64_t *index = ARENA_ARRAY(worker->scratch, int64_t, batch->count), count = 0;
    for (int64_t i = 0; i < batch->count; i++) {
        index[count] = i;
        count += (found[i] != 0) == wanted;
    }
    *batch = take(worker, batch, index, count);
}

static void partner_stage(Worker *worker, const Stage *stage, const StageKernels *kernels,
                          Bindings *batch)
{
    const PartnerRun *partner = stage->partner;
    int64_t *groups = find_groups(worker, partner, kernels->links, batch);
    switch (partner->partner->kind) {
    case PARTNER_JOIN:
        join_stage(worker, partner, kernels->select, groups, batch);
        return;
    case PARTNER_LOOKUP:
        lookup_stage(worker, partner, groups, batch);
        return;
    case PARTNER_EXISTS:
    case PARTNER_LACKS:
        presence_stage(worker, partner, kernels->select, groups, batch);
        return;
    case PARTNER_ATTACH:
    case PARTNER_LATEST:
        break;
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- at the fence

// Bindings that the body must take from here.
static void leave_bindings(Worker *worker, const Bindings *in, const int64_t *index, int64_t count)
{
    const NativeStream *stream = worker->stream;
    for (int64_t i = 0; i < count; i++)
        for (uint32_t slot = 0; slot < stream->run->body->slot_count; slot++)
            if (stream->bound >> slot & 1)
                vec_push(&worker->left, in->rows[slot][index[i]]);
}

// Drops the bindings of rows that have been left.
static void drop_gone(const Worker *worker, Bindings *batch)
{
    if (worker->gone_count == 0)
        return;
    const int64_t *rows = batch->rows[worker->stream->from_slot];
    int64_t *index = ARENA_ARRAY(worker->scratch, int64_t, batch->count), count = 0;
    for (int64_t i = 0; i < batch->count; i++) {
        index[count] = i;
        count += !worker->gone[rows[i] - worker->first];
    }
    *batch = take(worker, batch, index, count);
}

// The positions that are not among `bails`, which ascend.
static int64_t others(const Worker *worker, const Kernel *kernel, int64_t count, int64_t **index)
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
static int64_t *place(Worker *worker, Bindings *batch)
{
    const Group *group = &worker->stream->level->op->group;
    Vector *keys = NULL;
    if (group->key_count > 0) {
        Type *types = ARENA_ARRAY(worker->scratch, Type, group->key_count);
        for (uint32_t k = 0; k < group->key_count; k++)
            types[k] = group->keys[k].value.type;
        keys = values_of(worker, worker->keys, types, group->key_count, batch);
    }
    if (keys != NULL && worker->keys->args.bail_count > 0) {
        leave_bindings(worker, batch, worker->keys->args.bails, worker->keys->args.bail_count);
        int64_t *index, kept = others(worker, worker->keys, batch->count, &index);
        for (uint32_t k = 0; k < group->key_count; k++) {
            Vector all = keys[k];
            vector_take(&all, index, kept, worker->scratch, &keys[k]);
        }
        *batch = take(worker, batch, index, kept);
    }
    int64_t *groups = ARENA_ARRAY(worker->scratch, int64_t, batch->count);
    group_assign(worker->groups, keys, batch->count, groups);
    return groups;
}

static void fold(Worker *worker, Bindings *batch)
{
    drop_gone(worker, batch);
    if (batch->count == 0)
        return;
    int64_t *groups = place(worker, batch);
    if (worker->folds == NULL || batch->count == 0)
        return;
    uint32_t count = worker->stream->fold_count;
    for (uint32_t f = 0; f < count; f++)
        aggregate_reserve(worker->states[f], group_count(worker->groups));
    Kernel *kernel = worker->folds;
    native_point_at(kernel, worker->states, count, worker->counts, worker->folded);
    kernel->args.groups = groups;
    kernel->args.bails = ARENA_ARRAY(worker->scratch, int64_t, batch->count);
    kernel_rows(kernel, batch);
    (void)kernel->code(&kernel->args, 0, batch->count);
    leave_bindings(worker, batch, kernel->args.bails, kernel->args.bail_count);
}

// ---------------------------------------------------------------- morsels

// The rows of the morsel that pass the first filters, in `selected`.
static int64_t scan(Worker *worker, int64_t first, int64_t count)
{
    const NativeStream *stream = worker->stream;
    int64_t passed = count;
    if (worker->scan == NULL) {
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
    if (stream->from->classes == NULL)
        return passed;
    int64_t kept = 0;
    for (int64_t i = 0; i < passed; i++) {
        int64_t row = worker->selected[i];
        if (rowset_class(stream->from, row) == CLASS_CERTAIN)
            worker->selected[kept++] = row;
        else
            leave_row(worker, row);
    }
    return kept;
}

static void run_chunk(Worker *worker, int64_t *rows, int64_t count)
{
    const NativeStream *stream = worker->stream;
    Bindings batch = no_bindings(worker);
    batch.count = count;
    batch.rows[stream->from_slot] = rows;
    for (uint32_t s = stream->scan_count; s < stream->stage_count && batch.count > 0; s++) {
        const Stage *stage = &stream->stages[s];
        if (stage->partner == NULL)
            filter_stage(worker, worker->stages[s].select, &batch);
        else
            partner_stage(worker, stage, &worker->stages[s], &batch);
    }
    if (batch.count > 0)
        fold(worker, &batch);
}

static void run_morsel(void *closure, uint32_t number, int64_t morsel)
{
    NativeStream *stream = closure;
    Worker *worker = &stream->workers[number];
    if (atomic_load_explicit(&stream->stop, memory_order_relaxed))
        return;
    worker->first = morsel * stream->morsel_rows;
    int64_t count = MIN_OF(stream->morsel_rows, stream->from->row_count - worker->first);
    memset(worker->gone, 0, (size_t)count);
    worker->gone_count = 0;
    int64_t passed = scan(worker, worker->first, count);
    for (int64_t at = 0; at < passed; at += stream->chunk_rows) {
        run_chunk(worker, worker->selected + at, MIN_OF(stream->chunk_rows, passed - at));
        arena_reset(worker->scratch);
    }
    for (int64_t i = 0; worker->gone_count > 0 && i < count; i++)
        if (worker->gone[i])
            vec_push(&worker->rest, worker->first + i);
    const RunShared *shared = stream->run->shared;
    if (worker->pairs > stream->pairs_allowed || shared->eval.ends(shared->eval.ends_closure))
        atomic_store_explicit(&stream->stop, true, memory_order_relaxed);
}

static int compare_rows(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

bool native_stream_run(NativeStream *stream)
{
    RunShared *shared = stream->run->shared;
    stream->pairs_allowed = (shared->options->limit_pairs - shared->pairs) / stream->worker_count;
    int64_t morsels = (stream->from->row_count + stream->morsel_rows - 1) / stream->morsel_rows;
    pool_run(shared->options->pool, morsels, run_morsel, stream);
    if (stream->stop)
        return false;
    for (uint32_t w = 0; w < stream->worker_count; w++) {
        const Worker *worker = &stream->workers[w];
        shared->pairs += worker->pairs;
        for (size_t i = 0; i < worker->rest.count; i++)
            vec_push(&stream->rest, worker->rest.items[i]);
    }
    if (stream->rest.count > 0)
        qsort(stream->rest.items, stream->rest.count, sizeof(int64_t), compare_rows);
    return true;
}

// ---------------------------------------------------------------- what came of it

uint32_t native_stream_parts(const NativeStream *stream)
{
    return stream->worker_count;
}

const GroupTable *native_stream_groups(const NativeStream *stream, uint32_t part)
{
    return stream->workers[part].groups;
}

AggState *const *native_stream_states(const NativeStream *stream, uint32_t part)
{
    return stream->workers[part].states;
}

const int64_t *native_stream_rest(NativeStream *stream, int64_t *count)
{
    *count = (int64_t)stream->rest.count;
    int64_t *rows = ARENA_ARRAY(stream->run->arena, int64_t, stream->rest.count);
    for (size_t i = 0; i < stream->rest.count; i++)
        rows[i] = stream->rest.items[i];
    vec_free(&stream->rest);
    return rows;
}

// Nobody reads the sets of `exists` and `lacks` any more, but they must be there.
static void give_sets(const NativeStream *stream, Bindings *batch)
{
    Arena *arena = stream->run->scratch;
    for (uint32_t s = 0; s < stream->stage_count; s++) {
        const Partner *on = &stream->stages[s].op->partner;
        if (stream->stages[s].partner == NULL || (stream->bound >> on->slot & 1))
            continue;
        batch->attached[on->slot] = (AttachedSet){ARENA_ARRAY(arena, int64_t, batch->count + 1),
                                                  ARENA_ARRAY(arena, AttachedMember, 1)};
    }
}

static Status give_block(NativeStream *stream, const int64_t *rows, int64_t count, uint32_t width)
{
    BodyRun *run = stream->run;
    Bindings batch;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = count;
    uint32_t at = 0;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if ((stream->bound >> slot & 1) == 0)
            continue;
        batch.rows[slot] = ARENA_ARRAY(run->scratch, int64_t, count);
        for (int64_t i = 0; i < count; i++)
            batch.rows[slot][i] = rows[i * width + at];
        at++;
    }
    give_sets(stream, &batch);
    Status status = run->sink(run->sink_closure, run, &batch);
    arena_reset(run->scratch);
    return status;
}

Status native_stream_give(NativeStream *stream)
{
    uint32_t width = (uint32_t)__builtin_popcountll(stream->bound);
    for (uint32_t w = 0; w < stream->worker_count; w++) {
        const Worker *worker = &stream->workers[w];
        int64_t total = (int64_t)worker->left.count / width;
        for (int64_t first = 0; first < total; first += BLOCK_ROWS)
            TRY(give_block(stream, worker->left.items + first * width,
                           MIN_OF(BLOCK_ROWS, total - first), width));
    }
    return STATUS_OK;
}

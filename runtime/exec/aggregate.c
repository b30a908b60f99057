// SPDX-License-Identifier: Apache-2.0
// aggregate.c: accumulators per group, and the loops that feed them.
//
// A batch is taken in chunks. First the groups of the tuples that are folded are written down, -1 for those
// that are left out, so that each kind of aggregate is one loop over (group, value). Everything kept per group
// is a commutative fold: counts, exact sums, extremes under a total order, sets with counts.

#include "runtime/exec/aggregate_int.h"

#define AGG_CHUNK 1024
#define AGG_CAPACITY_FIRST 16

// ---------------------------------------------------------------- which arrays a kind needs

static bool kind_sums(AggregateKind kind)
{
    return kind == AGGREGATE_SUM || kind == AGGREGATE_MEAN;
}

static bool kind_ordered(AggregateKind kind)
{
    return kind == AGGREGATE_FIRST || kind == AGGREGATE_LAST || kind == AGGREGATE_ONE;
}

static bool kind_extreme(AggregateKind kind)
{
    return kind == AGGREGATE_MIN || kind == AGGREGATE_MAX;
}

static bool kind_truth(AggregateKind kind)
{
    return kind == AGGREGATE_ANY || kind == AGGREGATE_ALL;
}

static bool kind_sets(AggregateKind kind)
{
    return kind != AGGREGATE_COUNT && !kind_sums(kind) && !kind_ordered(kind) &&
           !kind_extreme(kind) && !kind_truth(kind);
}

// Whether all values of a group are wanted, and nothing else of them.
static bool kind_lists(AggregateKind kind)
{
    return kind == AGGREGATE_MEDIAN || kind == AGGREGATE_STATISTIC;
}

// ---------------------------------------------------------------- life

AggState *aggregate_create(const Aggregate *aggregate, const EvalShared *shared)
{
    AggState *state = base_alloc_zeroed(1, sizeof *state);
    state->aggregate = aggregate;
    state->shared = shared;
    state->type = aggregate->argument.type;
    state->phys = type_phys(state->type);
    if (kind_sets(aggregate->kind)) {
        state->set = value_set_create();
        state->set->may_list = kind_lists(aggregate->kind);
    }
    if (kind_lists(aggregate->kind))
        state->arena = arena_create(NULL, 0);
    return state;
}

void aggregate_destroy(AggState *state)
{
    if (state == NULL)
        return;
    free(state->counts);
    free(state->sums);
    free(state->real_sums);
    free(state->trues);
    free(state->best);
    free(state->best_by);
    free(state->best_order);
    value_set_destroy(state->set);
    if (state->arena != NULL)
        arena_destroy(state->arena);
    free(state);
}

// Grows one array to the state's capacity, new places zeroed.
static void *grown(const AggState *state, void *taken_array, size_t size)
{
    size_t bytes;
    if (!num_mul_size((size_t)state->capacity, size, &bytes))
        base_memory_failed(SIZE_MAX);
    char *array = base_realloc(taken_array, bytes);
    size_t used = (size_t)state->group_count * size;
    memset(array + used, 0, bytes - used);
    return array;
}

static void grow_arrays(AggState *state)
{
    AggregateKind kind = state->aggregate->kind;
    state->counts = grown(state, state->counts, sizeof *state->counts);
    if (kind_sums(kind) && state->phys == PHYS_F64)
        state->real_sums = grown(state, state->real_sums, sizeof *state->real_sums);
    else if (kind_sums(kind))
        state->sums = grown(state, state->sums, sizeof *state->sums);
    if (kind_truth(kind))
        state->trues = grown(state, state->trues, sizeof *state->trues);
    if (kind_extreme(kind) || kind_ordered(kind))
        state->best = grown(state, state->best, sizeof *state->best);
    if (kind_ordered(kind)) {
        state->best_by = grown(state, state->best_by, sizeof *state->best_by);
        state->best_order = grown(state, state->best_order, sizeof *state->best_order);
    }
}

void aggregate_reserve(AggState *state, int64_t group_count)
{
    if (group_count > state->capacity) {
        int64_t doubled = state->capacity > INT64_MAX / 2 ? group_count : state->capacity * 2;
        state->capacity = MAX_OF(MAX_OF(doubled, group_count), AGG_CAPACITY_FIRST);
        grow_arrays(state);
    }
    state->group_count = MAX_OF(state->group_count, group_count);
}

// ---------------------------------------------------------------- which tuples are folded

static bool value_known(const Vector *vector, int64_t row)
{
    return vector == NULL || vector->state == NULL ||
           vector->state[vector_index(vector, row)] == VALUE_KNOWN;
}

// Writes the groups of the chunk's clean tuples, -1 for all others; returns how many were not known.
static int64_t choose_tuples(const AggBatch *batch, int64_t first, int64_t count, int64_t *taken)
{
    for (int64_t i = 0; i < count; i++)
        taken[i] = batch->groups == NULL ? 0 : batch->groups[first + i];
    const Vector *when = batch->when;
    bool clean = (batch->value == NULL || batch->value->state == NULL) &&
                 (batch->by == NULL || batch->by->state == NULL);
    if (clean && when == NULL)
        return 0;
    int64_t dirty = 0;
    for (int64_t i = 0; i < count; i++) {
        if (taken[i] < 0)
            continue;
        int64_t row = first + i;
        uint8_t truth = when == NULL ? TRUTH_T : when->truth[vector_index(when, row)];
        bool known = value_known(batch->value, row) && value_known(batch->by, row);
        if (truth == TRUTH_T && known)
            continue;
        taken[i] = -1;
        if (truth == TRUTH_F)
            continue;
        dirty++;
        if (batch->dirty != NULL)
            batch->dirty[row] = 1;
    }
    return dirty;
}

// ---------------------------------------------------------------- one loop per kind

// One chunk of clean tuples.
typedef struct Chunk {
    AggState *state;
    const AggBatch *batch;
    const int64_t *groups;
    int64_t first; // row of the batch
    int64_t count;
} Chunk;

#define EACH_TUPLE(chunk, ...)                                                                     \
    do {                                                                                           \
        for (int64_t i = 0; i < (chunk)->count; i++) {                                             \
            const int64_t group = (chunk)->groups[i];                                              \
            if (group < 0)                                                                         \
                continue;                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    } while (0)

static void fold_count(const Chunk *chunk)
{
    int64_t *counts = chunk->state->counts;
    EACH_TUPLE(chunk, { counts[group]++; });
}

static void fold_sum(const Chunk *chunk)
{
    AggState *state = chunk->state;
    const Vector *value = chunk->batch->value;
    int64_t stride = value->constant ? 0 : 1;
    int64_t at = chunk->first * stride;
    if (value->phys == PHYS_I64)
        EACH_TUPLE(chunk, { wide_sum_add(&state->sums[group], value->i64[at + i * stride]); });
    else if (value->phys == PHYS_I128)
        EACH_TUPLE(chunk, { wide_sum_add(&state->sums[group], value->i128[at + i * stride]); });
    else
        EACH_TUPLE(chunk,
                   { exact_sum_add(&state->real_sums[group], value->f64[at + i * stride]); });
}

// Extremes of numbers without the detour over cells' order; `sign` -1 keeps the greatest.
#define FOLD_NUMBERS(chunk, field, sign)                                                           \
    do {                                                                                           \
        AggState *folded = (chunk)->state;                                                         \
        const Vector *value = (chunk)->batch->value;                                               \
        EACH_TUPLE(chunk, {                                                                        \
            Cell *best = &folded->best[group];                                                     \
            bool first = folded->counts[group]++ == 0;                                             \
            Cell cell = cell_load(value, (chunk)->first + i);                                      \
            if (first || ((sign) > 0 ? cell.field < best->field : cell.field > best->field))       \
                *best = cell;                                                                      \
        });                                                                                        \
    } while (0)

static void fold_extreme(const Chunk *chunk)
{
    AggState *state = chunk->state;
    const Dict *dict = state->shared->dict;
    int sign = state->aggregate->kind == AGGREGATE_MIN ? 1 : -1;
    if (state->phys == PHYS_I64) {
        FOLD_NUMBERS(chunk, i64, sign);
        return;
    }
    if (state->phys == PHYS_I128) {
        FOLD_NUMBERS(chunk, i128, sign);
        return;
    }
    EACH_TUPLE(chunk, {
        Cell cell = cell_load(chunk->batch->value, chunk->first + i);
        if (state->counts[group] == 0 ||
            sign * cell_compare(dict, state->type, cell, state->best[group]) < 0)
            state->best[group] = cell;
        state->counts[group]++;
    });
}

bool best_improves(const AggState *state, int64_t group, Cell by, int64_t order)
{
    if (state->counts[group] == 0)
        return true;
    int sign = state->aggregate->kind == AGGREGATE_LAST ? -1 : 1;
    int compared = 0;
    if (state->aggregate->by.count > 0)
        compared = cell_compare(state->shared->dict, order_type(state), by, state->best_by[group]);
    if (compared == 0)
        compared = (order > state->best_order[group]) - (order < state->best_order[group]);
    return sign * compared < 0;
}

static void fold_ordered(const Chunk *chunk)
{
    AggState *state = chunk->state;
    const AggBatch *batch = chunk->batch;
    EACH_TUPLE(chunk, {
        int64_t row = chunk->first + i;
        Cell by = {.word = {0, 0}};
        if (batch->by != NULL)
            by = cell_load(batch->by, row);
        int64_t order = batch->order == NULL ? state->seen + row : batch->order[row];
        if (best_improves(state, group, by, order)) {
            state->best[group] = cell_load(batch->value, row);
            state->best_by[group] = by;
            state->best_order[group] = order;
        }
        state->counts[group]++;
    });
}

static void fold_truth(const Chunk *chunk)
{
    AggState *state = chunk->state;
    const Vector *value = chunk->batch->value;
    EACH_TUPLE(chunk, {
        state->trues[group] += value->truth[vector_index(value, chunk->first + i)] == TRUTH_T;
    });
}

static void fold_chunk(const Chunk *chunk)
{
    AggregateKind kind = chunk->state->aggregate->kind;
    if (kind_extreme(kind)) {
        fold_extreme(chunk);
        return;
    }
    if (kind_ordered(kind)) {
        fold_ordered(chunk);
        return;
    }
    if (kind_sums(kind))
        fold_sum(chunk);
    else if (kind_truth(kind))
        fold_truth(chunk);
    else if (kind != AGGREGATE_COUNT)
        value_set_add_chunk(chunk->state->set, chunk->groups, chunk->batch->value, chunk->first,
                            chunk->count);
    fold_count(chunk);
}

int64_t aggregate_update(AggState *state, const AggBatch *batch)
{
    ASSERT(batch->value == NULL || batch->value->phys == state->phys);
    ASSERT(batch->value != NULL || state->aggregate->kind == AGGREGATE_COUNT);
    int64_t taken[AGG_CHUNK];
    int64_t dirty = 0;
    for (int64_t first = 0; first < batch->count; first += AGG_CHUNK) {
        int64_t count = MIN_OF(batch->count - first, AGG_CHUNK);
        dirty += choose_tuples(batch, first, count, taken);
        Chunk chunk = {state, batch, taken, first, count};
        fold_chunk(&chunk);
    }
    state->seen += batch->count;
    return dirty;
}

// ---------------------------------------------------------------- merging

static void merge_best(AggState *into, int64_t to, const AggState *from, int64_t group)
{
    AggregateKind kind = into->aggregate->kind;
    bool better;
    if (kind_extreme(kind)) {
        int sign = kind == AGGREGATE_MIN ? 1 : -1;
        better = into->counts[to] == 0 || sign * cell_compare(into->shared->dict, into->type,
                                                              from->best[group], into->best[to]) <
                                              0;
    } else {
        better = best_improves(into, to, from->best_by[group], from->best_order[group]);
        if (better) {
            into->best_by[to] = from->best_by[group];
            into->best_order[to] = from->best_order[group];
        }
    }
    if (better)
        into->best[to] = from->best[group];
}

void aggregate_merge(AggState *into, const AggState *from, const int64_t *map)
{
    ASSERT(into->aggregate == from->aggregate);
    for (int64_t g = 0; g < from->group_count; g++) {
        int64_t to = map == NULL ? g : map[g];
        if (from->counts[g] == 0)
            continue;
        ASSERT(to >= 0 && to < into->group_count);
        if (from->sums != NULL)
            wide_sum_merge(&into->sums[to], &from->sums[g]);
        if (from->real_sums != NULL)
            exact_sum_merge(&into->real_sums[to], &from->real_sums[g]);
        if (from->trues != NULL)
            into->trues[to] += from->trues[g];
        if (from->best != NULL)
            merge_best(into, to, from, g);
        into->counts[to] += from->counts[g];
    }
    if (from->set != NULL)
        value_set_merge(into->set, from->set, map);
}

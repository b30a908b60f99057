// SPDX-License-Identifier: Apache-2.0
// aggregate_statistic.c: the median, and statistics of the library over the values of a group.

#include "runtime/base/sort_keys.h"
#include "runtime/exec/value_list.h"

static StatItem item_of(Phys phys, Cell value, int64_t count)
{
    StatItem item = {.count = count};
    switch (phys) {
    case PHYS_BOOL:
        item.i64 = value.truth;
        break;
    case PHYS_I64:
        item.i64 = value.i64;
        break;
    case PHYS_I128:
        item.i128 = value.i128;
        break;
    case PHYS_F64:
        item.f64 = value.f64;
        break;
    case PHYS_PAIR:
        item.pair = value.pair;
        break;
    case PHYS_CODE:
        item.code = value.code;
        break;
    }
    return item;
}

// ---------------------------------------------------------------- peers

// The distinct values of entries; in the arena of the state.
static void peers_of_entries(AggState *state, int64_t group, const Cell *extra, int64_t extra_count,
                             StatPeers *peers)
{
    Values values = values_of_group(state, group, extra, extra_count);
    StatItem *items = ARENA_ARRAY(state->arena, StatItem, (size_t)values.count);
    for (int64_t i = 0; i < values.count; i++)
        items[i] = item_of(state->phys, values.items[i].value, values.items[i].count);
    peers->items = items;
    peers->item_count = values.count;
    peers->n = values.total;
    values_deinit(&values);
}

static void plain_items(const AggState *state, const ValueRun *run, StatItem *items)
{
    const uint64_t *keys = run->keys;
    bool narrow = !run->wide && (run->phys == PHYS_I64 || run->phys == PHYS_I128);
    for (int64_t i = 0; narrow && i < run->count; i++) {
        items[i].i128 = key_to_i64(keys[i]); // its lower half is the number of 64 bits
        items[i].count = 1;
    }
    for (int64_t i = 0; !narrow && i < run->count; i++)
        items[i] = item_of(state->phys, value_run_get(run, i), 1);
}

// The same of listed values; where the statistic does not mind, as they come.
static void peers_of_list(AggState *state, int64_t group, const Cell *extra, int64_t extra_count,
                          StatPeers *peers)
{
    ValueRun run = value_list_run(state->set->list, group, state->group_count, extra, extra_count,
                                  state->arena);
    StatItem *items = ARENA_ARRAY(state->arena, StatItem, (size_t)run.count);
    bool ordered = !state->aggregate->statistic.unordered;
    int64_t last = -1;
    if (ordered)
        value_run_sort(&run, state->shared->dict, state->type);
    plain_items(state, &run, items);
    for (int64_t i = 0; ordered && i < run.count; i++) {
        if (i > 0 && value_run_same(&run, i - 1, i))
            items[last].count++;
        else
            items[++last] = items[i];
    }
    peers->items = items;
    peers->item_count = ordered ? last + 1 : run.count;
    peers->n = run.count;
    peers->unordered = !ordered;
}

Value statistic_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count,
                         int64_t left_out)
{
    const Statistic *statistic = &state->aggregate->statistic;
    const EvalShared *shared = state->shared;
    StatPeers peers = {.type = state->type,
                       .left_out = left_out,
                       .parameters = statistic->parameters,
                       .texts = statistic->texts,
                       .parameter_count = statistic->parameter_count};
    arena_reset(state->arena);
    if (state->set->list != NULL)
        peers_of_list(state, group, extra, extra_count, &peers);
    else
        peers_of_entries(state, group, extra, extra_count, &peers);
    FnContext fn = {.dict = shared->dict,
                    .arena = state->arena,
                    .types = &state->type,
                    .result_type = state->aggregate->type,
                    .facts = shared->facts,
                    .has_as_of = shared->has_as_of,
                    .as_of = shared->as_of,
                    .issue = REASON_NONE};
    Value value = {.type = state->aggregate->type};
    statistic->run(&fn, &peers, &value);
    if (fn.issue == REASON_NONE)
        return value;
    if (fn.issue == REASON_MISSING)
        return gap_missing(state);
    return (Value){.type = state->aggregate->type,
                   .state = VALUE_ISSUE,
                   .cause = cause_intern(shared->causes, fn.issue, state->aggregate->text)};
}

// ---------------------------------------------------------------- median

// The value of the tuple with this place in the order of values.
static Cell value_at(const Values *values, int64_t place)
{
    int64_t at = 0;
    while (place >= values->items[at].count)
        place -= values->items[at++].count;
    return values->items[at].value;
}

// The mean of the two values in the middle, which may be one.
static Value middle_of(const AggState *state, Cell low, Cell high)
{
    if (state->phys == PHYS_F64) {
        Value value = {.type = state->aggregate->type};
        value.f64 = low.f64 / 2 + high.f64 / 2 + 0.0;
        return value;
    }
    int scale = type_is_exact(state->type) ? state->type.scale : 0;
    WideSum sum = {0, 0};
    wide_sum_add(&sum, state->phys == PHYS_I64 ? low.i64 : low.i128);
    wide_sum_add(&sum, state->phys == PHYS_I64 ? high.i64 : high.i128);
    return result_quotient(state, wide_sum_wide(&sum), wide_mul_128(2, wide_pow10(scale)));
}

static Value median_of_list(AggState *state, int64_t group, const Cell *extra, int64_t extra_count)
{
    ValueRun run = value_list_run(state->set->list, group, state->group_count, extra, extra_count,
                                  state->arena);
    if (run.count == 0)
        return gap_missing(state);
    Cell low = value_run_select(&run, (run.count - 1) / 2), high = low;
    if (run.count % 2 == 0)
        high = value_run_select(&run, run.count / 2);
    return middle_of(state, low, high);
}

Value median_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count)
{
    arena_reset(state->arena);
    if (state->set->list != NULL)
        return median_of_list(state, group, extra, extra_count);
    Values values = values_of_group(state, group, extra, extra_count);
    Value value = values.total == 0 ? gap_missing(state)
                                    : middle_of(state, value_at(&values, (values.total - 1) / 2),
                                                value_at(&values, values.total / 2));
    values_deinit(&values);
    return value;
}

// SPDX-License-Identifier: Apache-2.0
// aggregate_statistic.c: statistics of the library over the values of a group.

#include "runtime/exec/aggregate_int.h"

static StatItem item_of(Phys phys, const SetEntry *entry)
{
    StatItem item = {.count = entry->count};
    switch (phys) {
    case PHYS_BOOL:
        item.i64 = entry->value.truth;
        break;
    case PHYS_I64:
        item.i64 = entry->value.i64;
        break;
    case PHYS_I128:
        item.i128 = entry->value.i128;
        break;
    case PHYS_F64:
        item.f64 = entry->value.f64;
        break;
    case PHYS_PAIR:
        item.pair = entry->value.pair;
        break;
    case PHYS_CODE:
        item.code = entry->value.code;
        break;
    }
    return item;
}

Value statistic_result(const AggState *state, const Values *values, int64_t left_out)
{
    const Statistic *statistic = &state->aggregate->statistic;
    const EvalShared *shared = state->shared;
    arena_reset(state->arena);
    StatItem *items = ARENA_ARRAY(state->arena, StatItem, (size_t)values->count);
    for (int64_t i = 0; i < values->count; i++)
        items[i] = item_of(state->phys, &values->items[i]);
    StatPeers peers = {.type = state->type,
                       .items = items,
                       .item_count = values->count,
                       .n = values->total,
                       .left_out = left_out,
                       .parameters = statistic->parameters,
                       .texts = statistic->texts,
                       .parameter_count = statistic->parameter_count};
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

// SPDX-License-Identifier: Apache-2.0
// aggregate_value.c: results of the folds.

#include <math.h>

#include "runtime/exec/aggregate_int.h"

#define SHOWN_VALUES 3 // of AGGREGATE_SHOW, before 等n项

// ---------------------------------------------------------------- simple results

Value known_i64(Type type, int64_t value)
{
    if (type_is_exact(type))
        return (Value){.type = type, .i128 = (int128_t)value * wide_pow10(type.scale)};
    return (Value){.type = type, .i64 = value};
}

static Value unknown_value(const AggState *state, ValueState value_state, Reason reason, Str source)
{
    return (Value){.type = state->aggregate->type,
                   .state = value_state,
                   .cause = cause_intern(state->shared->causes, reason, source)};
}

Value gap_missing(const AggState *state)
{
    return unknown_value(state, VALUE_GAP, REASON_MISSING, STR(""));
}

Value issue_overflow(const AggState *state)
{
    return unknown_value(state, VALUE_ISSUE, REASON_OVERFLOW, state->aggregate->text);
}

Value result_sum(const AggState *state, const WideSum *sum)
{
    Value value = {.type = state->aggregate->type};
    bool fits;
    if (type_phys(value.type) == PHYS_I64)
        fits = wide_sum_finish_i64(sum, &value.i64);
    else
        fits = wide_sum_finish(sum, &value.i128);
    return fits ? value : issue_overflow(state);
}

// The scale of the result; 0 for whole numbers.
static int result_scale(const AggState *state)
{
    return type_is_exact(state->aggregate->type) ? state->aggregate->type.scale : 0;
}

Value result_quotient(const AggState *state, Int256 numerator, Int256 denominator)
{
    Value value = {.type = state->aggregate->type};
    Int256 scaled;
    int128_t quotient;
    if (!wide_scale(numerator, result_scale(state), &scaled) ||
        !exact_divide_wide(scaled, denominator, ROUND_HALF_EVEN, &quotient))
        return issue_overflow(state);
    if (type_is_exact(value.type))
        value.i128 = quotient;
    else if (!num_cast_i128_i64(quotient, &value.i64))
        return issue_overflow(state);
    return value;
}

// The scale of the values that were summed.
static int argument_scale(const AggState *state)
{
    return type_is_exact(state->type) ? state->type.scale : 0;
}

Value result_mean(const AggState *state, const WideSum *sum, int64_t count)
{
    if (count == 0)
        return gap_missing(state);
    Int256 denominator = wide_mul_128(count, wide_pow10(argument_scale(state)));
    return result_quotient(state, wide_sum_wide(sum), denominator);
}

Value result_real(const AggState *state, const ExactSum *sum, int64_t count)
{
    bool mean = state->aggregate->kind == AGGREGATE_MEAN;
    if (mean && count == 0)
        return gap_missing(state);
    double total = exact_sum_finish(sum);
    Value value = {.type = state->aggregate->type};
    value.f64 = (mean ? total / (double)count : total) + 0.0;
    return isfinite(value.f64) ? value : issue_overflow(state);
}

// ---------------------------------------------------------------- results over ordered values

static Value result_code(const AggState *state, uint32_t code)
{
    return (Value){.type = state->aggregate->type, .code = code};
}

// Up to `limit` values as text, 、 between them.
static uint32_t joined_text(const AggState *state, const Values *values, int64_t limit)
{
    StrBuf text;
    strbuf_init(&text);
    for (int64_t i = 0; i < values->count && i < limit; i++) {
        Value value = cell_value(state->type, values->items[i].value);
        if (i > 0)
            strbuf_add_c(&text, "、");
        value_text(&text, state->shared->dict, &value, true);
    }
    if (values->count > limit)
        strbuf_printf(&text, "等%" PRId64 "项", values->count);
    uint32_t code = dict_intern(state->shared->dict, strbuf_str(&text));
    strbuf_deinit(&text);
    return code;
}

// The values as a list (each as often as there are tuples) or as a set.
static Value collected(const AggState *state, const Values *values)
{
    bool repeated = state->aggregate->type.kind == TYPE_LIST;
    int64_t count = repeated ? values->total : values->count;
    ASSERT(count <= UINT32_MAX);
    Value *items = base_alloc(((size_t)count + 1) * sizeof *items);
    int64_t next = 0;
    for (int64_t i = 0; i < values->count; i++)
        for (int64_t k = 0; k < (repeated ? values->items[i].count : 1); k++)
            items[next++] = cell_value(state->type, values->items[i].value);
    uint32_t code = list_encode(state->shared->dict, state->type, items, (uint32_t)count);
    free(items);
    return result_code(state, code);
}

// Periods in order become parts that neither overlap nor touch.
static Value united_periods(const AggState *state, const Values *values)
{
    Value *parts = base_alloc(((size_t)values->count + 1) * sizeof *parts);
    uint32_t count = 0;
    for (int64_t i = 0; i < values->count; i++) {
        Pair period = values->items[i].value.pair;
        if (count > 0 && period.a <= parts[count - 1].pair.b + 1)
            parts[count - 1].pair.b = MAX_OF(parts[count - 1].pair.b, period.b);
        else
            parts[count++] = (Value){.type = state->type, .pair = period};
    }
    uint32_t code = list_encode(state->shared->dict, state->type, parts, count);
    free(parts);
    return result_code(state, code);
}

static Value united_sets(const AggState *state, const Values *values)
{
    const Dict *dict = state->shared->dict;
    Type element = *state->type.element;
    size_t total = 0;
    for (int64_t i = 0; i < values->count; i++)
        total += list_count(dict, values->items[i].value.code);
    ASSERT(total <= UINT32_MAX);
    Value *members = base_alloc((total + 1) * sizeof *members);
    uint32_t next = 0;
    for (int64_t i = 0; i < values->count; i++) {
        uint32_t count = list_count(dict, values->items[i].value.code);
        for (uint32_t k = 0; k < count; k++)
            members[next++] = list_get(dict, element, values->items[i].value.code, k);
    }
    uint32_t code = set_encode(state->shared->dict, element, members, next);
    free(members);
    return result_code(state, code);
}

static Value united(const AggState *state, const Values *values)
{
    if (state->type.kind == TYPE_PERIOD)
        return united_periods(state, values);
    bool sets = state->type.kind == TYPE_SET || state->type.kind == TYPE_LIST;
    if (sets && state->type.element != NULL)
        return united_sets(state, values);
    return collected(state, values);
}

// The most frequent value, of several the least.
static Value mode_of(const AggState *state, const Values *values)
{
    if (values->count == 0)
        return gap_missing(state);
    int64_t best = 0;
    for (int64_t i = 1; i < values->count; i++)
        if (values->items[i].count > values->items[best].count)
            best = i;
    return cell_value(state->aggregate->type, values->items[best].value);
}

int64_t values_longest_run(const AggState *state, const Values *values)
{
    bool periods = state->type.kind == TYPE_PERIOD;
    int64_t longest = 0;
    Pair run = {0, -1};
    for (int64_t i = 0; i < values->count; i++) {
        Cell cell = values->items[i].value;
        Pair part = periods ? cell.pair : (Pair){cell.i64, cell.i64};
        // Written so that the largest number does not overflow; values are ascending.
        if (run.b >= run.a && part.a - 1 <= run.b)
            run.b = MAX_OF(run.b, part.b);
        else
            run = part;
        longest = MAX_OF(longest, run.b - run.a + 1);
    }
    return longest;
}

Value values_result(const AggState *state, const Values *values)
{
    switch (state->aggregate->kind) {
    case AGGREGATE_LONGEST_RUN:
        return known_i64(state->aggregate->type, values_longest_run(state, values));
    case AGGREGATE_COLLECT:
        return collected(state, values);
    case AGGREGATE_UNION:
        return united(state, values);
    case AGGREGATE_LIST_TEXT:
        if (values->count == 0)
            return gap_missing(state);
        return result_code(state, joined_text(state, values, INT64_MAX));
    case AGGREGATE_SHOW:
        if (values->count == 0)
            return gap_missing(state);
        return result_code(state, joined_text(state, values, SHOWN_VALUES));
    case AGGREGATE_MODE:
        return mode_of(state, values);
    default:
        UNREACHABLE();
    }
}

// ---------------------------------------------------------------- per group

static Value truth_result(const AggState *state, int64_t group)
{
    bool any = state->aggregate->kind == AGGREGATE_ANY;
    bool holds = any ? state->trues[group] > 0 : state->trues[group] == state->counts[group];
    return (Value){.type = state->aggregate->type, .boolean = holds};
}

Value aggregate_value(AggState *state, int64_t group)
{
    ASSERT(group >= 0 && group < state->group_count);
    switch (state->aggregate->kind) {
    case AGGREGATE_COUNT:
        return known_i64(state->aggregate->type, state->counts[group]);
    case AGGREGATE_SUM:
    case AGGREGATE_MEAN:
        if (state->real_sums != NULL)
            return result_real(state, &state->real_sums[group], state->counts[group]);
        if (state->aggregate->kind == AGGREGATE_SUM)
            return result_sum(state, &state->sums[group]);
        return result_mean(state, &state->sums[group], state->counts[group]);
    case AGGREGATE_ANY:
    case AGGREGATE_ALL:
        return truth_result(state, group);
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
    case AGGREGATE_ONE:
        if (state->counts[group] == 0)
            return gap_missing(state);
        return cell_value(state->aggregate->type, state->best[group]);
    case AGGREGATE_DISTINCT_COUNT: {
        int64_t distinct;
        value_set_group(state->set, group, state->group_count, &distinct);
        return known_i64(state->aggregate->type, distinct);
    }
    case AGGREGATE_MEDIAN:
        return median_of_group(state, group, NULL, 0);
    case AGGREGATE_STATISTIC:
        return statistic_of_group(state, group, NULL, 0, 0);
    default: {
        Values values = values_of_group(state, group, NULL, 0);
        Value value = values_result(state, &values);
        values_deinit(&values);
        return value;
    }
    }
}

void aggregate_finish(AggState *state, int64_t group_count, Arena *arena, Vector *out)
{
    ASSERT(group_count <= state->group_count);
    vector_make(out, type_phys(state->aggregate->type), group_count, arena);
    if (state->aggregate->kind == AGGREGATE_COUNT && out->phys == PHYS_I64 && group_count > 0) {
        memcpy(out->i64, state->counts, (size_t)group_count * sizeof *out->i64);
        return;
    }
    for (int64_t g = 0; g < group_count; g++) {
        Value value = aggregate_value(state, g);
        vector_set(out, g, &value, arena);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// window_plain.c: partitions in which nothing is in question.
//
// Where every member counts for certain, stands once and has a place, what stands in front of a member, its rank and the
// sum of its frame are read off the sorted members; no places, no bounds. Any other partition goes the way of
// window_place.c and window_frame.c, with the same values where nothing is in question.

#include "runtime/exec/window_int.h"

static bool is_fold(const Aggregate *aggregate)
{
    return aggregate->function == WINDOW_FOLD || aggregate->function == WINDOW_LINE_FOLD;
}

static bool fold_is_sum(const Aggregate *aggregate)
{
    return aggregate->kind == AGGREGATE_SUM || aggregate->kind == AGGREGATE_MEAN;
}

// Whether a member counts for certain as one row, with a known value where that is folded.
static bool is_plain(const Order *order, const Aggregate *aggregate, int64_t member)
{
    const Bindings *all = &order->reading->members->all;
    if (order->reading->level.row_class[member] != CLASS_CERTAIN)
        return false;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        uint32_t slot = aggregate->mention[m];
        if (all->rows[slot] == NULL)
            continue;
        int64_t row = all->rows[slot][member];
        if (row < 0 || rowset_many(slot_rowset(order->reading->run, slot), row))
            return false;
    }
    bool known = order->value.state == NULL || order->value.state[member] == VALUE_KNOWN;
    return known || !is_fold(aggregate);
}

Plain order_plain(const Order *order, const Aggregate *aggregate)
{
    const WindowReading *reading = order->reading;
    bool sums = order->value.phys == PHYS_I64 || order->value.phys == PHYS_I128;
    bool folds = aggregate->kind == AGGREGATE_COUNT || (fold_is_sum(aggregate) && sums);
    Plain plain = {.can = reading->of == NULL && !reading->shadows && order->ascends &&
                          aggregate->when.count == 0 && (folds || !is_fold(aggregate))};
    plain.all = plain.can;
    for (int64_t i = 0; i < reading->members->all.count && plain.all; i++)
        plain.all = reading->level.group[i] < 0 || is_plain(order, aggregate, i);
    return plain;
}

bool window_is_plain(const Order *order, const Aggregate *aggregate, const Plain *plain,
                     int64_t group)
{
    bool loose = order->loose_starts[group + 1] > order->loose_starts[group];
    bool found = plain->can && (!loose || order->reading->run->body->is_query);
    for (int64_t k = order->starts[group]; found && !plain->all && k < order->starts[group + 1];
         k++)
        found = is_plain(order, aggregate, order->at[k]);
    return found;
}

// ---------------------------------------------------------------- values

// The partition under way.
typedef struct Line {
    const Order *order;
    const Aggregate *aggregate;
    const AggState *state; // knows the types
    const int64_t *at;     // members in order
    int64_t count;
    Vector *out;
    // Of folds, by place: each member is read but once.
    int128_t *numbers;
    int64_t *time, *low; // frames by time
} Line;

static void give(const Line *line, int64_t place, const Value *value)
{
    if (value->state == VALUE_KNOWN && line->out->phys == PHYS_I64)
        line->out->i64[line->at[place]] = value->i64;
    else if (value->state == VALUE_KNOWN && line->out->phys == PHYS_I128)
        line->out->i128[line->at[place]] = value->i128;
    else
        vector_set(line->out, line->at[place], value, line->order->arena);
}

static void give_whole(const Line *line, int64_t place, int64_t number)
{
    if (line->out->phys == PHYS_I64) {
        line->out->i64[line->at[place]] = number;
        return;
    }
    Value value = known_i64(line->aggregate->type, number);
    give(line, place, &value);
}

// The value at another place; a gap where there is none.
static void give_other(const Line *line, int64_t place, int64_t other)
{
    const Vector *value = &line->order->value;
    if (other < 0 || other >= line->count) {
        Value gap = gap_missing(line->state);
        vector_set(line->out, line->at[place], &gap, line->order->arena);
    } else if (value->state == NULL && value->phys == PHYS_I64) {
        line->out->i64[line->at[place]] = value->i64[line->at[other]];
    } else {
        vector_copy_row(line->out, line->at[place], value, line->at[other], line->order->arena);
    }
}

static bool is_tied(const Line *line, int64_t p, int64_t other)
{
    WindowFrame frame = line->aggregate->frame;
    if (frame == FRAME_PEERS && is_fold(line->aggregate))
        return true;
    if (frame == FRAME_TIME)
        return line->time[p] == line->time[other];
    return order_compare_keys(line->order, line->at[other], line->at[p]) == 0;
}

static void give_places(const Line *line)
{
    WindowFunction function = line->aggregate->function;
    int64_t parameter = line->aggregate->statistic.parameter_count == 0
                            ? 0
                            : line->aggregate->statistic.parameters[0].i64;
    for (int64_t p = 0; p < line->count; p++) {
        if (function == WINDOW_ROW_NUMBER)
            give_whole(line, p, p + 1);
        else if (function == WINDOW_OTHERS)
            give_whole(line, p, MAX_OF(line->count - 1, 1));
        else if (function == WINDOW_NTILE)
            give_whole(line, p, window_part(p, line->count, parameter));
        else if (function == WINDOW_PREVIOUS)
            give_other(line, p, p - 1);
        else if (function == WINDOW_NEXT)
            give_other(line, p, p + 1);
        else if (function == WINDOW_FIRST_VALUE)
            give_other(line, p, 0);
        else if (function == WINDOW_LAST_VALUE)
            give_other(line, p, line->count - 1);
        else
            give_other(line, p, parameter - 1);
    }
}

static void give_ranks(const Line *line)
{
    WindowFunction function = line->aggregate->function;
    int64_t rank = 0, dense = 0;
    for (int64_t p = 0; p < line->count; p++) {
        bool tied = p > 0 && order_compare_keys(line->order, line->at[p - 1], line->at[p]) == 0;
        rank = tied ? rank : p + 1;
        dense += !tied;
        give_whole(line, p,
                   function == WINDOW_RANK         ? rank
                   : function == WINDOW_DENSE_RANK ? dense
                                                   : rank - 1);
    }
}

// ---------------------------------------------------------------- frames

static void read_line(Line *line)
{
    const Order *order = line->order;
    const Vector *value = &order->value;
    Arena *arena = order->reading->run->scratch;
    size_t count = (size_t)line->count;
    if (fold_is_sum(line->aggregate)) {
        line->numbers = ARENA_ARRAY(arena, int128_t, count);
        for (int64_t p = 0; p < line->count; p++)
            line->numbers[p] =
                value->phys == PHYS_I64 ? value->i64[line->at[p]] : value->i128[line->at[p]];
    }
    if (line->aggregate->frame != FRAME_TIME)
        return;
    line->time = ARENA_ARRAY(arena, int64_t, count);
    line->low = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t p = 0; p < line->count; p++) {
        line->time[p] = order->time[line->at[p]];
        line->low[p] = order->low[line->at[p]];
    }
}

static Value sum_value(const Line *line, const WideSum *sum, int64_t count)
{
    switch (line->aggregate->kind) {
    case AGGREGATE_COUNT:
        return known_i64(line->aggregate->type, count);
    case AGGREGATE_SUM:
        return result_sum(line->state, sum);
    default:
        return result_mean(line->state, sum, count);
    }
}

// The first place of p's frame, that of the place before given.
static int64_t frame_from(const Line *line, int64_t p, int64_t from)
{
    if (line->aggregate->frame == FRAME_ROWS)
        return MAX_OF(from, p + 1 - line->order->reading->op->window.rows);
    if (line->aggregate->frame == FRAME_TIME)
        while (line->time[from] <= line->low[p] && from < p)
            from++;
    return from;
}

// Ends of frames only move forward.
static void give_sums(Line *line)
{
    read_line(line);
    WindowFrame frame = line->aggregate->frame;
    bool ties = frame != FRAME_ROWS && frame != FRAME_LINE, sums = line->numbers != NULL;
    WideSum sum = {0, 0};
    Value value = {.state = VALUE_KNOWN};
    for (int64_t p = 0, from = 0, to = 0; p < line->count; p++) {
        if (p > 0 && ties && to > p) { // tied with the one before
            give(line, p, &value);
            continue;
        }
        do {
            if (sums)
                wide_sum_add(&sum, line->numbers[to]);
            to++;
        } while (to < line->count && ties && is_tied(line, p, to));
        for (int64_t first = frame_from(line, p, from); from < first; from++)
            if (sums)
                wide_sum_sub(&sum, line->numbers[from]);
        value = sum_value(line, &sum, to - from);
        give(line, p, &value);
    }
}

void window_plain(Order *order, const Aggregate *aggregate, AggState *state, int64_t group,
                  Vector *out)
{
    Line line = {.order = order,
                 .aggregate = aggregate,
                 .state = state,
                 .at = order->at + order->starts[group],
                 .count = order->starts[group + 1] - order->starts[group],
                 .out = out};
    WindowFunction function = aggregate->function;
    if (is_fold(aggregate))
        give_sums(&line);
    else if (function == WINDOW_RANK || function == WINDOW_DENSE_RANK || function == WINDOW_BEHIND)
        give_ranks(&line);
    else
        give_places(&line);
}

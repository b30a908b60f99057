// SPDX-License-Identifier: Apache-2.0
//
// window_frame.c: folds over the frame of each place.
//
// The ends of the frames only move forward. Where all members are certain and all values known, count, sum and mean add
// what enters and take away what leaves, and min and max keep a queue of the values that can still be the best: linear.
// Everything else folds frame by frame: one that begins with the partition grows an accumulator, one that slides is
// folded anew.

#include "runtime/exec/window_int.h"

typedef struct Range { // of places
    int64_t from, to;
} Range;

static bool is_known(const Vector *vector, int64_t member)
{
    return vector->data == NULL || vector->state == NULL || vector->state[member] == VALUE_KNOWN;
}

static bool place_known(const Partition *partition, const Place *place)
{
    return is_known(partition->value, place->member) && is_known(partition->by, place->member);
}

// The row by which first and last decide.
static int64_t place_order(const Partition *partition, const Place *place)
{
    const Aggregate *aggregate = partition->aggregate;
    const int64_t *rows = aggregate->mention_count == 0
                              ? NULL
                              : partition->reading->members->all.rows[aggregate->mention[0]];
    return rows == NULL ? place->member : rows[place->member];
}

// Whether a place behind p is in p's frame too.
static bool is_tied(const Partition *partition, int64_t p, int64_t other)
{
    WindowFrame kind = partition->aggregate->frame;
    if (kind == FRAME_TIME)
        return partition->time[partition->places[other].member] ==
               partition->time[partition->places[p].member];
    return kind == FRAME_TIES && partition->tie[other] == partition->tie[p];
}

// The frame of place p, the frame of the place before it given.
static Range frame_at(const Partition *partition, int64_t p, Range before)
{
    Range frame = before;
    WindowFrame kind = partition->aggregate->frame;
    frame.to = MAX_OF(frame.to, p + 1);
    while (frame.to < partition->count && is_tied(partition, p, frame.to))
        frame.to++;
    if (kind == FRAME_TIME) {
        int64_t low = partition->low[partition->places[p].member];
        while (partition->time[partition->places[frame.from].member] <= low && frame.from < p)
            frame.from++;
    }
    if (kind == FRAME_ROWS)
        frame.from = MAX_OF(frame.from, p + 1 - partition->reading->op->window.rows);
    return frame;
}

// ---------------------------------------------------------------- sliding

typedef struct Slide {
    Partition *partition;
    AggState *state; // knows the types
    int64_t count;
    WideSum sum;
    int64_t *queue; // places whose value no later one beats
    int64_t head, tail;
} Slide;

static Cell cell_at(const Slide *slide, int64_t place)
{
    return cell_load(slide->partition->value, slide->partition->places[place].member);
}

static int128_t number_at(const Slide *slide, int64_t place)
{
    const Vector *value = slide->partition->value;
    int64_t member = slide->partition->places[place].member;
    return value->phys == PHYS_I64 ? value->i64[member] : value->i128[member];
}

static bool is_extreme(AggregateKind kind)
{
    return kind == AGGREGATE_MIN || kind == AGGREGATE_MAX;
}

static void slide_enter(Slide *slide, int64_t place)
{
    const Aggregate *aggregate = slide->partition->aggregate;
    if (!slide->partition->places[place].in)
        return;
    slide->count++;
    if (aggregate->kind == AGGREGATE_SUM || aggregate->kind == AGGREGATE_MEAN)
        wide_sum_add(&slide->sum, number_at(slide, place));
    if (!is_extreme(aggregate->kind))
        return;
    const Dict *dict = slide->partition->reading->run->shared->dict;
    while (slide->tail > slide->head) {
        int way = cell_compare(dict, aggregate->argument.type, cell_at(slide, place),
                               cell_at(slide, slide->queue[slide->tail - 1]));
        if (aggregate->kind == AGGREGATE_MIN ? way > 0 : way < 0)
            break;
        slide->tail--;
    }
    slide->queue[slide->tail++] = place;
}

static void slide_leave(Slide *slide, int64_t place)
{
    const Aggregate *aggregate = slide->partition->aggregate;
    if (!slide->partition->places[place].in)
        return;
    slide->count--;
    if (aggregate->kind == AGGREGATE_SUM || aggregate->kind == AGGREGATE_MEAN)
        wide_sum_sub(&slide->sum, number_at(slide, place));
    if (is_extreme(aggregate->kind) && slide->queue[slide->head] == place)
        slide->head++;
}

static Value slide_value(const Slide *slide)
{
    const Aggregate *aggregate = slide->partition->aggregate;
    switch (aggregate->kind) {
    case AGGREGATE_COUNT:
        return known_i64(aggregate->type, slide->count);
    case AGGREGATE_SUM:
        return result_sum(slide->state, &slide->sum);
    case AGGREGATE_MEAN:
        return slide->count == 0 ? gap_missing(slide->state)
                                 : result_mean(slide->state, &slide->sum, slide->count);
    default:
        ASSERT(is_extreme(aggregate->kind));
        return slide->count == 0
                   ? gap_missing(slide->state)
                   : vector_value(slide->partition->value, aggregate->type,
                                  slide->partition->places[slide->queue[slide->head]].member);
    }
}

static bool can_slide(const Partition *partition)
{
    const Aggregate *aggregate = partition->aggregate;
    bool sums = aggregate->kind == AGGREGATE_SUM || aggregate->kind == AGGREGATE_MEAN;
    if (!sums && aggregate->kind != AGGREGATE_COUNT && !is_extreme(aggregate->kind))
        return false;
    if (sums && partition->value->phys != PHYS_I64 && partition->value->phys != PHYS_I128)
        return false;
    for (int64_t i = 0; i < partition->count; i++) {
        const Place *place = &partition->places[i];
        if (place->in && (place->row_class != CLASS_CERTAIN || !place_known(partition, place)))
            return false;
    }
    return partition->loose_count == 0;
}

static void slide_frames(Partition *partition, AggState *state)
{
    Slide slide = {.partition = partition, .state = state};
    slide.queue = ARENA_ARRAY(partition->reading->run->scratch, int64_t, partition->count);
    Range frame = {0, 0};
    for (int64_t p = 0; p < partition->count; p++) {
        Range next = frame_at(partition, p, frame);
        for (; frame.to < next.to; frame.to++)
            slide_enter(&slide, frame.to);
        for (; frame.from < next.from; frame.from++)
            slide_leave(&slide, frame.from);
        partition->out[p] = slide_value(&slide);
    }
}

// ---------------------------------------------------------------- one by one

typedef struct Gathered {
    VEC(Tuple) tuples; // what is not in the accumulator
    TupleBlame blame;
} Gathered;

static Tuple tuple_of(const Partition *partition, const Place *place)
{
    Tuple tuple = {.class = MIN_OF(place->row_class, CLASS_SHADOW),
                   .many = place->many,
                   .order = place_order(partition, place),
                   .cause = place->cause};
    if (partition->value->data != NULL)
        tuple.value =
            vector_value(partition->value, partition->aggregate->argument.type, place->member);
    if (partition->by->data != NULL)
        tuple.by = vector_value(partition->by, partition->aggregate->by.type, place->member);
    return tuple;
}

static void gather(const Partition *partition, const Place *place, Gathered *gathered)
{
    if (!place->in || place->row_class > partition->upto)
        return;
    Tuple tuple = tuple_of(partition, place);
    if (partition->reading->run->body->is_query && tuple.class != CLASS_CERTAIN)
        return;
    vec_push(&gathered->tuples, tuple);
    tuple_blame(partition->reading->run->shared, &gathered->blame, &tuple, place->row_class);
}

// A known value as a vector of its own; NULL: there is none.
static const Vector *one_of(const Vector *vector, int64_t member, Vector *one)
{
    *one = *vector;
    if (vector->data == NULL)
        return NULL;
    one->data = (char *)vector->data + (size_t)member * phys_size(vector->phys);
    one->state = NULL;
    one->cause = NULL;
    one->constant = true;
    return one;
}

// A clean tuple enters the accumulator.
static void grow(const Partition *partition, AggState *state, const Place *place)
{
    Vector value, by;
    int64_t group = 0, order = place_order(partition, place);
    AggBatch batch = {.count = 1, .groups = &group, .order = &order};
    batch.value = one_of(partition->value, place->member, &value);
    batch.by = one_of(partition->by, place->member, &by);
    aggregate_update(state, &batch);
}

static void finish_frame(const Partition *partition, AggState *state, int64_t group,
                         const Gathered *gathered, Value *out)
{
    int64_t count = (int64_t)gathered->tuples.count;
    if (partition->reading->run->body->is_query)
        aggregate_known(state, group, gathered->tuples.items, count, true, out);
    else if (count == 0 && group >= 0)
        *out = aggregate_value(state, group);
    else
        tuples_bounds(partition->reading->run->shared, state, group, gathered->tuples.items, count,
                      &gathered->blame, partition->upto, out);
}

// Frames that begin with the partition.
static Status grow_frames(Partition *partition, AggState *state)
{
    Gathered gathered = {.blame = {0}};
    aggregate_reserve(state, 1);
    for (int64_t i = 0; i < partition->loose_count; i++)
        gather(partition, &partition->loose[i], &gathered);
    Range frame = {0, 0};
    Status status = STATUS_OK;
    for (int64_t p = 0; p < partition->count && status == STATUS_OK; p++) {
        Range next = frame_at(partition, p, frame);
        bool grows = frame.to < next.to;
        for (; frame.to < next.to; frame.to++) {
            const Place *place = &partition->places[frame.to];
            if (place->in && place->row_class == CLASS_CERTAIN && place_known(partition, place))
                grow(partition, state, place);
            else
                gather(partition, place, &gathered);
        }
        if (grows)
            finish_frame(partition, state, 0, &gathered, &partition->out[p]);
        else
            partition->out[p] = partition->out[p - 1];
        status = run_poll(partition->reading->run->shared);
    }
    vec_free(&gathered.tuples);
    return status;
}

static Status refold_frames(Partition *partition, AggState *state)
{
    Gathered gathered = {.blame = {0}};
    Range frame = {0, 0};
    Status status = STATUS_OK;
    for (int64_t p = 0; p < partition->count && status == STATUS_OK; p++) {
        frame = frame_at(partition, p, frame);
        vec_clear(&gathered.tuples);
        gathered.blame = (TupleBlame){0};
        for (int64_t i = frame.from; i < frame.to; i++)
            gather(partition, &partition->places[i], &gathered);
        for (int64_t i = 0; i < partition->loose_count; i++)
            gather(partition, &partition->loose[i], &gathered);
        finish_frame(partition, state, -1, &gathered, &partition->out[p]);
        status = run_poll(partition->reading->run->shared);
    }
    vec_free(&gathered.tuples);
    return status;
}

// A frame by places needs the whole order, and so do running and moving functions.
static bool order_matters(const Partition *partition)
{
    WindowFrame frame = partition->aggregate->frame;
    return frame == FRAME_ROWS || frame == FRAME_LINE ||
           partition->aggregate->function == WINDOW_LINE_FOLD;
}

static Status fold_frames(Partition *partition)
{
    AggState *state =
        aggregate_create(partition->aggregate, &partition->reading->run->shared->eval);
    WindowFrame frame = partition->aggregate->frame;
    Status status = STATUS_OK;
    if (can_slide(partition))
        slide_frames(partition, state);
    else if (frame == FRAME_TIME || frame == FRAME_ROWS)
        status = refold_frames(partition, state);
    else
        status = grow_frames(partition, state);
    aggregate_destroy(state);
    return status;
}

// A frame by places is one of certain members: what may be there has no place in it.
static Status fold_certain(Partition *partition)
{
    Arena *arena = partition->reading->run->scratch;
    Partition certain = *partition;
    Place *places = ARENA_ARRAY(arena, Place, partition->count);
    int64_t *tie = ARENA_ARRAY(arena, int64_t, partition->count),
            *at = ARENA_ARRAY(arena, int64_t, partition->count);
    certain.places = places;
    certain.tie = tie;
    certain.out = ARENA_ARRAY(arena, Value, partition->count);
    certain.count = certain.loose_count = 0;
    for (int64_t p = 0; p < partition->count; p++) {
        partition->out[p] = window_undecided(partition);
        if (partition->places[p].absent || partition->places[p].in_line != CLASS_CERTAIN)
            continue;
        at[certain.count] = p;
        tie[certain.count] = partition->tie[p];
        places[certain.count++] = partition->places[p];
    }
    TRY(fold_frames(&certain));
    for (int64_t i = 0; i < certain.count; i++)
        partition->out[at[i]] = certain.out[i];
    return STATUS_OK;
}

Status window_frames(Partition *partition)
{
    if (!order_matters(partition))
        return fold_frames(partition);
    if (!window_is_open(partition))
        return fold_certain(partition);
    for (int64_t p = 0; p < partition->count; p++)
        partition->out[p] = window_undecided(partition);
    return STATUS_OK;
}

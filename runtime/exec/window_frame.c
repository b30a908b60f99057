// SPDX-License-Identifier: Apache-2.0
//
// window_frame.c: folds over the frame of each place.
//
// The ends of the frames only move forward. What is certain and known is added at one end and taken away at the other
// (count, sum, mean; min and max keep a queue of the values that can still be the best), or grows an accumulator where
// frames begin with the partition; other folds of sliding frames gather it anew. What is in question is set aside: the
// partition's own in trees over its places, one per class, members of unknown partition in those that all partitions
// share. A frame asks each for the stretch that it covers, so dirty rows make no fold walk its frame.

#include "runtime/exec/window_int.h"

typedef struct Range { // of places
    int64_t from, to;
} Range;

static bool is_known(const Vector *vector, int64_t member)
{
    return vector->data == NULL || vector->state == NULL || vector->state[member] == VALUE_KNOWN;
}

// Whether a place counts for certain, with a known value.
static bool is_clean(const Partition *partition, const Place *place)
{
    return place->in && place->row_class == CLASS_CERTAIN &&
           is_known(&partition->order->value, place->member) &&
           is_known(&partition->order->by, place->member);
}

// Whether a place behind p is in p's frame too.
static bool is_tied(const Partition *partition, int64_t p, int64_t other)
{
    WindowFrame kind = partition->aggregate->frame;
    if (kind == FRAME_PEERS)
        return true;
    if (kind == FRAME_TIME)
        return partition->order->time[partition->places[other].member] ==
               partition->order->time[partition->places[p].member];
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
        const int64_t *time = partition->order->time;
        int64_t low = partition->order->low[partition->places[p].member];
        while (time[partition->places[frame.from].member] <= low && frame.from < p)
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
    const Partition *partition = slide->partition;
    return cell_load(&partition->order->value, partition->places[place].member);
}

static int128_t number_at(const Slide *slide, int64_t place)
{
    const Vector *value = &slide->partition->order->value;
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
    if (!is_clean(slide->partition, &slide->partition->places[place]))
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
    if (!is_clean(slide->partition, &slide->partition->places[place]))
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
                   : vector_value(&slide->partition->order->value, aggregate->type,
                                  slide->partition->places[slide->queue[slide->head]].member);
    }
}

static bool can_slide(const Partition *partition)
{
    const Aggregate *aggregate = partition->aggregate;
    Phys phys = partition->order->value.phys;
    if (aggregate->kind == AGGREGATE_SUM || aggregate->kind == AGGREGATE_MEAN)
        return phys == PHYS_I64 || phys == PHYS_I128;
    return aggregate->kind == AGGREGATE_COUNT || is_extreme(aggregate->kind);
}

// What the slide holds, as the accumulator that bounds begin with.
static void slide_store(const Slide *slide)
{
    AggState *state = slide->state;
    AggregateKind kind = slide->partition->aggregate->kind;
    state->counts[0] = slide->count;
    if (kind == AGGREGATE_SUM || kind == AGGREGATE_MEAN)
        state->sums[0] = slide->sum;
    if (is_extreme(kind) && slide->count > 0)
        state->best[0] = cell_at(slide, slide->queue[slide->head]);
}

// ---------------------------------------------------------------- what is in question

// The places of one class that are not clean, in order.
typedef struct Dirt {
    int64_t *at;
    int64_t count;
    int64_t from, to;    // those in the frame
    int64_t loose_count; // members without a place
    Crowd crowd, loose;
} Dirt;

// How the clean places of a frame are folded.
typedef enum FoldWay {
    FOLD_SLIDE,
    FOLD_GROW,  // into the accumulator's group 0
    FOLD_GATHER // one by one
} FoldWay;

typedef struct Folding {
    Partition *partition;
    AggState *state;
    FoldWay way;
    Slide slide;
    Range frame;
    bool lumps; // what is in question can be taken together
    bool dirty; // something is
    Dirt dirt[CLASS_SHADOW + 1];
    VEC(Tuple) tuples; // of the frame, outside the accumulator
    TupleBlame blame;
} Folding;

static RowClass class_of(const Place *place)
{
    return MIN_OF(place->row_class, CLASS_SHADOW);
}

// Whether a place is set aside. A query only asks whether a computation failed.
static bool is_dirty(const Partition *partition, const Place *place)
{
    if (!place->in || is_clean(partition, place))
        return false;
    if (!partition->reading->run->body->is_query)
        return true;
    const Vector *value = &partition->order->value;
    return place->row_class == CLASS_CERTAIN && value->state != NULL &&
           value->state[place->member] == VALUE_ISSUE;
}

static const EvalShared *shared_of(const Folding *folding)
{
    return &folding->partition->reading->run->shared->eval;
}

static void set_place(const Folding *folding, Crowd *crowd, int64_t index, const Place *place)
{
    const Partition *partition = folding->partition;
    Tuple tuple = order_tuple(partition->order, partition->aggregate, place);
    crowd_set(crowd, index, &tuple);
}

// Sets aside the places of a class that are not clean, and the members of it that have none.
static void list_class(Folding *folding, RowClass row_class)
{
    const Partition *partition = folding->partition;
    Dirt *dirt = &folding->dirt[row_class];
    Arena *arena = partition->reading->run->scratch;
    int64_t count = dirt->count, loose_count = dirt->loose_count;
    dirt->at = ARENA_ARRAY(arena, int64_t, count);
    dirt->count = dirt->loose_count = 0;
    if (folding->lumps) {
        dirt->crowd = crowd_make(shared_of(folding), partition->aggregate, count, arena);
        dirt->loose = crowd_make(shared_of(folding), partition->aggregate, loose_count, arena);
    }
    for (int64_t p = 0; count > 0 && p < partition->count; p++) {
        const Place *place = &partition->places[p];
        if (class_of(place) != row_class || !is_dirty(partition, place))
            continue;
        if (folding->lumps)
            set_place(folding, &dirt->crowd, dirt->count, place);
        dirt->at[dirt->count++] = p;
    }
    for (int64_t i = 0; loose_count > 0 && i < partition->loose_count; i++) {
        const Place *place = &partition->loose[i];
        if (class_of(place) != row_class || !place->in)
            continue;
        if (folding->lumps)
            set_place(folding, &dirt->loose, dirt->loose_count, place);
        dirt->loose_count++;
    }
    if (folding->lumps) {
        crowd_build(&dirt->crowd);
        crowd_build(&dirt->loose);
    }
}

// Sets aside what is in question.
static void list_dirt(Folding *folding)
{
    const Partition *partition = folding->partition;
    for (int64_t p = 0; p < partition->count; p++)
        if (is_dirty(partition, &partition->places[p]))
            folding->dirt[class_of(&partition->places[p])].count++;
    for (int64_t i = 0; i < partition->loose_count; i++)
        folding->dirt[class_of(&partition->loose[i])].loose_count += partition->loose[i].in;
    folding->dirty = partition->stranger_count > 0;
    for (RowClass c = 0; c <= CLASS_SHADOW; c++) {
        folding->dirty |= folding->dirt[c].count > 0 || folding->dirt[c].loose_count > 0;
        list_class(folding, c);
    }
}

static void add_tuple(Folding *folding, const Tuple *tuple)
{
    vec_push(&folding->tuples, *tuple);
    tuple_blame(folding->partition->reading->run->shared, &folding->blame, tuple, tuple->class);
}

static void add_place(Folding *folding, const Place *place)
{
    const Partition *partition = folding->partition;
    Tuple tuple = order_tuple(partition->order, partition->aggregate, place);
    if (place->in)
        add_tuple(folding, &tuple);
}

// A stretch of a crowd: joined into `lump`, or a tuple of its own.
static void add_crowd(Folding *folding, const Crowd *crowd, int64_t from, int64_t to,
                      RowClass row_class, Lump *lump)
{
    Tuple tuple;
    if (!crowd_is_apart(crowd))
        crowd_between(crowd, from, to, lump);
    else if (crowd_tuple(crowd, from, to, row_class, &tuple))
        add_tuple(folding, &tuple);
}

// Those of unknown partition that the frame of place p covers.
static void add_strangers(Folding *folding, int64_t p, Lump *lump)
{
    const Partition *partition = folding->partition;
    for (int64_t s = 0; s < partition->stranger_count; s++) {
        const Strangers *strangers = partition->strangers[s];
        int64_t from, to;
        strangers_frame(partition->order, partition->aggregate, strangers,
                        partition->places[p].member, &from, &to);
        if (folding->lumps) {
            add_crowd(folding, &strangers->crowd, from, to, CLASS_SHADOW, lump);
            add_crowd(folding, &strangers->loose_crowd, 0, strangers->loose.count, CLASS_SHADOW,
                      lump);
            continue;
        }
        for (int64_t i = from; i < to; i++)
            add_place(folding, &strangers->places.items[i]);
        for (int64_t i = 0; i < strangers->loose.count; i++)
            add_place(folding, &strangers->loose.items[i]);
    }
}

// What of one class is in question in the frame of place p.
static void add_class(Folding *folding, int64_t p, RowClass row_class)
{
    const Partition *partition = folding->partition;
    const Dirt *dirt = &folding->dirt[row_class];
    Lump lump = {.weight = 0};
    if (folding->lumps) {
        add_crowd(folding, &dirt->crowd, dirt->from, dirt->to, row_class, &lump);
        add_crowd(folding, &dirt->loose, 0, dirt->loose_count, row_class, &lump);
    }
    for (int64_t i = dirt->from; !folding->lumps && i < dirt->to; i++)
        add_place(folding, &partition->places[dirt->at[i]]);
    for (int64_t i = 0; !folding->lumps && i < partition->loose_count; i++)
        if (class_of(&partition->loose[i]) == row_class)
            add_place(folding, &partition->loose[i]);
    if (row_class == CLASS_SHADOW)
        add_strangers(folding, p, &lump);
    if (lump.weight == 0)
        return;
    Tuple tuple = lump_tuple(partition->aggregate, &lump, row_class);
    add_tuple(folding, &tuple);
}

// ---------------------------------------------------------------- frame by frame

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
static void grow(const Folding *folding, const Place *place)
{
    const Partition *partition = folding->partition;
    Vector value, by;
    Tuple tuple = order_tuple(partition->order, partition->aggregate, place);
    int64_t group = 0;
    AggBatch batch = {.count = 1, .groups = &group, .order = &tuple.order};
    batch.value = one_of(&partition->order->value, place->member, &value);
    batch.by = one_of(&partition->order->by, place->member, &by);
    aggregate_update(folding->state, &batch);
}

static void move_dirt(Folding *folding)
{
    for (RowClass c = 0; c <= CLASS_SHADOW; c++) {
        Dirt *dirt = &folding->dirt[c];
        while (dirt->to < dirt->count && dirt->at[dirt->to] < folding->frame.to)
            dirt->to++;
        while (dirt->from < dirt->to && dirt->at[dirt->from] < folding->frame.from)
            dirt->from++;
    }
}

// Moves the frame on to place p.
static void move_on(Folding *folding, int64_t p)
{
    const Partition *partition = folding->partition;
    Range last = folding->frame;
    folding->frame = frame_at(partition, p, last);
    for (int64_t i = last.to; i < folding->frame.to; i++) {
        if (folding->way == FOLD_SLIDE)
            slide_enter(&folding->slide, i);
        else if (folding->way == FOLD_GROW && is_clean(partition, &partition->places[i]))
            grow(folding, &partition->places[i]);
    }
    for (int64_t i = last.from; folding->way == FOLD_SLIDE && i < folding->frame.from; i++)
        slide_leave(&folding->slide, i);
    if (folding->dirty)
        move_dirt(folding);
}

static void finish_frame(const Folding *folding, RowClass upto, Value *out)
{
    const RunShared *shared = folding->partition->reading->run->shared;
    int64_t group = folding->way == FOLD_GATHER ? -1 : 0;
    int64_t count = (int64_t)folding->tuples.count;
    const Tuple *tuples = folding->tuples.items;
    if (folding->partition->reading->run->body->is_query)
        aggregate_known(folding->state, group, tuples, count, true, out);
    else if (count == 0 && group >= 0)
        *out = aggregate_value(folding->state, group);
    else
        tuples_bounds(shared, folding->state, group, tuples, count, &folding->blame, upto, out);
}

static void fold_frame(Folding *folding, int64_t p)
{
    Partition *partition = folding->partition;
    if (!folding->dirty && folding->way == FOLD_SLIDE) {
        partition->m[p] = partition->t[p] = slide_value(&folding->slide);
        return;
    }
    vec_clear(&folding->tuples);
    folding->blame = (TupleBlame){0};
    for (int64_t i = folding->frame.from; folding->way == FOLD_GATHER && i < folding->frame.to; i++)
        if (is_clean(partition, &partition->places[i]))
            add_place(folding, &partition->places[i]);
    if (folding->way == FOLD_SLIDE)
        slide_store(&folding->slide);
    add_class(folding, p, CLASS_CERTAIN);
    add_class(folding, p, CLASS_POSSIBLE);
    finish_frame(folding, CLASS_POSSIBLE, &partition->m[p]);
    if (partition->t == partition->m)
        return;
    size_t count = folding->tuples.count;
    add_class(folding, p, CLASS_SHADOW);
    if (folding->tuples.count == count)
        partition->t[p] = partition->m[p];
    else
        finish_frame(folding, CLASS_SHADOW, &partition->t[p]);
}

// Whether place p has the frame of the one before it.
static bool same_frame(const Partition *partition, int64_t p)
{
    WindowFrame kind = partition->aggregate->frame;
    return p > 0 && kind != FRAME_ROWS && kind != FRAME_LINE && is_tied(partition, p, p - 1);
}

static FoldWay way_of(const Partition *partition)
{
    WindowFrame frame = partition->aggregate->frame;
    if (can_slide(partition))
        return FOLD_SLIDE;
    return frame == FRAME_TIME || frame == FRAME_ROWS ? FOLD_GATHER : FOLD_GROW;
}

static Status fold_frames(Partition *partition)
{
    BodyRun *run = partition->reading->run;
    Folding folding = {.partition = partition, .lumps = lump_can(partition->aggregate)};
    folding.way = way_of(partition);
    folding.state = aggregate_create(partition->aggregate, &run->shared->eval);
    aggregate_reserve(folding.state, 1);
    folding.slide = (Slide){.partition = partition, .state = folding.state};
    if (folding.way == FOLD_SLIDE && is_extreme(partition->aggregate->kind))
        folding.slide.queue = ARENA_ARRAY(run->scratch, int64_t, partition->count);
    list_dirt(&folding);
    Status status = STATUS_OK;
    for (int64_t p = 0; p < partition->count && status == STATUS_OK; p++) {
        if (same_frame(partition, p)) {
            partition->m[p] = partition->m[p - 1];
            partition->t[p] = partition->t[p - 1];
            continue;
        }
        move_on(&folding, p);
        fold_frame(&folding, p);
        if (folding.dirty || folding.way != FOLD_SLIDE)
            status = run_poll(run->shared);
    }
    vec_free(&folding.tuples);
    aggregate_destroy(folding.state);
    return status;
}

// ---------------------------------------------------------------- frames by places

// A frame by places needs the whole order, and so do running and moving functions.
static bool order_matters(const Partition *partition)
{
    WindowFrame frame = partition->aggregate->frame;
    return frame == FRAME_ROWS || frame == FRAME_LINE ||
           partition->aggregate->function == WINDOW_LINE_FOLD;
}

// A frame by places is one of certain members: what may be there has no place in it.
static Status fold_certain(Partition *partition, bool guarded)
{
    Arena *arena = partition->reading->run->scratch;
    Partition certain = *partition;
    Place *places = ARENA_ARRAY(arena, Place, partition->count);
    int64_t *tie = ARENA_ARRAY(arena, int64_t, partition->count),
            *at = ARENA_ARRAY(arena, int64_t, partition->count);
    certain.places = places;
    certain.tie = tie;
    certain.m = certain.t = ARENA_ARRAY(arena, Value, partition->count);
    if (partition->t != partition->m)
        certain.t = ARENA_ARRAY(arena, Value, partition->count);
    certain.count = certain.loose_count = certain.stranger_count = 0;
    for (int64_t p = 0; p < partition->count; p++) {
        if (partition->places[p].absent || partition->places[p].in_line != CLASS_CERTAIN)
            continue;
        at[certain.count] = p;
        tie[certain.count] = partition->tie[p];
        places[certain.count++] = partition->places[p];
    }
    TRY(fold_frames(&certain));
    for (int64_t i = 0; i < certain.count; i++) {
        partition->m[at[i]] = certain.m[i];
        if (guarded)
            partition->t[at[i]] = certain.t[i];
    }
    return STATUS_OK;
}

Status window_frames(Partition *partition)
{
    if (!order_matters(partition))
        return fold_frames(partition);
    RowClass open = window_open_class(partition);
    Value undecided = window_undecided(partition);
    for (int64_t p = 0; p < partition->count; p++)
        partition->m[p] = partition->t[p] = undecided;
    return open > CLASS_POSSIBLE ? fold_certain(partition, open > CLASS_SHADOW) : STATUS_OK;
}

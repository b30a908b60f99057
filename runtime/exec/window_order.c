// SPDX-License-Identifier: Apache-2.0
//
// window_order.c: the members of each partition in their order.
//
// One sort per set of such rows: the partition's members by the keys of `ordered by`, then by the rows that the function, the
// partition and the order read. Bindings
// that agree in all of these are one tuple, however often a fan-out repeats it, and stand side by side. A member whose
// order is not known has no place: it may belong into any frame of its partition. Members whose partition is not known
// are sorted apart, once for all partitions (window_strangers.c).

#include "runtime/base/sort.h"
#include "runtime/exec/window_int.h"

// ---------------------------------------------------------------- what orders

static int64_t total_of(const Order *order)
{
    return order->reading->members->all.count;
}

static void note_unknown(Order *order, const Vector *vector, int64_t first, int64_t count)
{
    for (int64_t i = 0; vector->state != NULL && i < count; i++) {
        if (vector->state[i] != VALUE_KNOWN && order->cause[first + i] == 0)
            order->cause[first + i] =
                members_cause(order->reading->run->shared->causes, vector->cause[i]);
    }
}

static void eval_member_block(const Order *order, const Expr *expr, int64_t first, int64_t count,
                              Vector *out)
{
    if (order->reading->of != NULL) {
        EvalContext groups =
            level_peers_context(order->reading->of, expr, order->reading->run->scratch);
        eval_expr(&groups, expr, out);
        vector_expand(out, count, order->reading->run->scratch);
        return;
    }
    BodyRun *run = order->reading->run;
    Bindings view;
    members_view(order->reading->members, first, count, run->scratch, &view);
    EvalContext context = bindings_context(run, &view, run->scratch);
    if (expr_reads_aggregate(expr))
        attached_aggregates(run, &view, expr, CLASS_SHADOW, &context);
    eval_expr(&context, expr, out);
    vector_expand(out, count, run->scratch);
}

// A frame that begins before the calendar does has no low end.
static void reach_back(const Order *order, Vector *low, int64_t first, int64_t count)
{
    const CauseTable *causes = order->reading->run->shared->causes;
    for (int64_t i = 0; low->state != NULL && i < count; i++) {
        if (low->state[i] != VALUE_ISSUE || order->cause[first + i] != 0 ||
            cause_get(causes, low->cause[i]).reason != REASON_OVERFLOW)
            continue;
        low->state[i] = VALUE_KNOWN;
        low->i64[i] = INT64_MIN;
    }
}

static void store_block(Vector *store, const Vector *block, int64_t first, int64_t count,
                        Arena *arena)
{
    size_t size = phys_size(store->phys);
    memcpy((char *)store->data + (size_t)first * size, block->data, (size_t)count * size);
    for (int64_t i = 0; block->state != NULL && i < count; i++) {
        if (block->state[i] != VALUE_KNOWN)
            vector_copy_row(store, first + i, block, i, arena);
    }
}

static void read_order_block(Order *order, int64_t first, int64_t count)
{
    const Window *window = &order->reading->op->window;
    Vector vector;
    for (uint32_t k = 0; k < order->sort_count; k++) {
        eval_member_block(order, &order->sorts[k].value, first, count, &vector);
        note_unknown(order, &vector, first, count);
        vector.state = NULL; // that has been noted
        store_block(&order->keys[k], &vector, first, count, order->arena);
    }
    if (order->low == NULL)
        return;
    eval_member_block(order, &window->low, first, count, &vector);
    reach_back(order, &vector, first, count);
    note_unknown(order, &vector, first, count);
    memcpy(order->low + first, vector.i64, (size_t)count * sizeof *order->low);
}

static void read_orders(Order *order)
{
    const Window *window = &order->reading->op->window;
    int64_t total = total_of(order);
    order->keys = ARENA_ARRAY(order->arena, Vector, order->sort_count);
    order->cause = ARENA_ARRAY(order->arena, CauseId, total);
    for (uint32_t k = 0; k < order->sort_count; k++)
        vector_make(&order->keys[k], type_phys(order->sorts[k].value.type), total, order->arena);
    if (order->sorts == window->sorts && window->low.count > 0) { // by time
        order->low = ARENA_ARRAY(order->arena, int64_t, total);
        order->time = order->keys[0].i64;
    }
    for (int64_t first = 0; first < total; first += window_block(order->reading)) {
        ArenaMark mark = arena_mark(order->reading->run->scratch);
        read_order_block(order, first, MIN_OF(window_block(order->reading), total - first));
        arena_rewind(order->reading->run->scratch, mark);
    }
}

static int compare_key(const Order *order, uint32_t k, int64_t a, int64_t b)
{
    const Vector *key = &order->keys[k];
    if (key->phys == PHYS_I64)
        return (key->i64[a] > key->i64[b]) - (key->i64[a] < key->i64[b]);
    return cell_compare(order->reading->run->shared->dict, order->sorts[k].value.type,
                        cell_load(key, a), cell_load(key, b));
}

int order_compare_keys(const Order *order, int64_t a, int64_t b)
{
    for (uint32_t k = 0; k < order->sort_count; k++) {
        int way = compare_key(order, k, a, b);
        if (way != 0)
            return order->sorts[k].descending && !order->by_time ? -way : way;
    }
    return 0;
}

static int compare_rows(const Order *order, int64_t a, int64_t b)
{
    const int64_t *rank = order->reading->rank;
    if (rank != NULL)
        return (rank[a] > rank[b]) - (rank[a] < rank[b]);
    const Bindings *all = &order->reading->members->all;
    for (uint64_t left = order->rows; left != 0; left &= left - 1) {
        const int64_t *rows = all->rows[__builtin_ctzll(left)];
        if (rows[a] != rows[b])
            return rows[a] < rows[b] ? -1 : 1;
    }
    return 0;
}

int order_compare_rows(const void *order, const void *a, const void *b)
{
    return compare_rows(order, *(const int64_t *)a, *(const int64_t *)b);
}

int order_compare_members(const void *context, const void *a, const void *b)
{
    const Order *order = context;
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    int way = order_compare_keys(order, x, y);
    return way != 0 ? way : compare_rows(order, x, y);
}

// What comes in order needs no sorting.
static void sort_partition(const Order *order, int64_t *at, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        if (order_compare_members(order, &at[i - 1], &at[i]) > 0) {
            sort_stable(at, (size_t)count, sizeof *at, order_compare_members, order);
            return;
        }
    }
}

static void list_members(Order *order, bool loose, int64_t **starts, int64_t **at)
{
    const Level *level = &order->reading->level;
    int64_t total = total_of(order);
    int64_t *groups = base_alloc(MAX_OF((size_t)total, 1) * sizeof *groups);
    for (int64_t i = 0; i < total; i++)
        groups[i] =
            level->group[i] >= 0 && (order->cause[i] != 0) == loose ? level->group[i] : GROUP_NONE;
    *starts = ARENA_ARRAY(order->arena, int64_t, level->count + 1);
    *at = ARENA_ARRAY(order->arena, int64_t, total);
    group_index(groups, total, level->count, *starts, *at);
    free(groups);
}

// ---------------------------------------------------------------- arguments

static EvalContext when_context(const Order *order, const Expr *when, int64_t first, int64_t count)
{
    if (order->reading->of != NULL)
        return level_peers_context(order->reading->of, when, order->reading->run->scratch);
    BodyRun *run = order->reading->run;
    Bindings view;
    members_view(order->reading->members, first, count, run->scratch, &view);
    EvalContext context = bindings_context(run, &view, run->scratch);
    attached_aggregates(run, &view, when, CLASS_SHADOW, &context);
    return context;
}

static void read_arguments(Order *order, const Aggregate *aggregate)
{
    int64_t total = total_of(order);
    order->value = (Vector){.data = NULL};
    order->when = aggregate->when.count == 0 ? NULL : ARENA_ARRAY(order->arena, uint8_t, total);
    order->when_cause =
        aggregate->when.count == 0 ? NULL : ARENA_ARRAY(order->arena, CauseId, total);
    if (aggregate->argument.count > 0)
        vector_make(&order->value, type_phys(aggregate->argument.type), total, order->arena);
    order->by = (Vector){.data = NULL};
    if (aggregate->by.count > 0)
        vector_make(&order->by, type_phys(aggregate->by.type), total, order->arena);
    for (int64_t first = 0; first < total; first += window_block(order->reading)) {
        int64_t count = MIN_OF(window_block(order->reading), total - first);
        BodyRun *run = order->reading->run;
        ArenaMark mark = arena_mark(run->scratch);
        Vector block;
        if (aggregate->argument.count > 0) {
            eval_member_block(order, &aggregate->argument, first, count, &block);
            store_block(&order->value, &block, first, count, order->arena);
        }
        if (aggregate->by.count > 0) {
            eval_member_block(order, &aggregate->by, first, count, &block);
            store_block(&order->by, &block, first, count, order->arena);
        }
        if (order->when != NULL) {
            EvalContext context = when_context(order, &aggregate->when, first, count);
            eval_truth(&context, &aggregate->when, &block);
            vector_expand(&block, count, run->scratch);
            memcpy(order->when + first, block.truth, (size_t)count);
            for (int64_t i = 0; block.cause != NULL && i < count; i++)
                order->when_cause[first + i] = block.cause[i];
        }
        arena_rewind(run->scratch, mark);
    }
}

// ---------------------------------------------------------------- places

// What a member is for the aggregate: in reading, by its rows, and by `when`.
static Place place_of(const Order *order, const Aggregate *aggregate, int64_t member)
{
    const Level *level = &order->reading->level;
    const Bindings *all = &order->reading->members->all;
    Place place = {.member = member, .row_class = (RowClass)level->row_class[member], .in = true};
    if (place.row_class != CLASS_CERTAIN)
        place.cause = level_mark(level, member).cause;
    if (order->reading->of != NULL)
        place.many = window_is_many(order->reading->of, member);
    uint32_t mentions = order->reading->of != NULL ? 0 : aggregate->mention_count;
    for (uint32_t m = 0; m < mentions; m++) {
        uint32_t slot = aggregate->mention[m];
        int64_t row = all->rows[slot] == NULL ? 0 : all->rows[slot][member];
        place.in &= row != ROW_ABSENT;
        if (!row_is_unknown(row)) {
            place.many |= row >= 0 && all->rows[slot] != NULL &&
                          rowset_many(slot_rowset(order->reading->run, slot), row);
            continue;
        }
        place.many |= !row_is_one(row);
        if (place.row_class == CLASS_CERTAIN)
            place.cause = row_cause(row);
        place.row_class = MAX_OF(place.row_class, CLASS_POSSIBLE);
    }
    place.in_line = place.row_class;
    place.absent = !place.in;
    if (order->when == NULL || order->when[member] == TRUTH_T)
        return place;
    place.in &= order->when[member] == TRUTH_U;
    if (place.row_class == CLASS_CERTAIN) {
        place.row_class = CLASS_POSSIBLE;
        place.cause = order->when_cause[member];
    }
    return place;
}

// Two bindings of one tuple: the better of what they are.
static void place_merge(const Order *order, Place *place, const Place *other)
{
    place->in_line = MIN_OF(place->in_line, other->in_line);
    RowClass in_line = place->in_line;
    if (!other->in)
        return;
    bool better = !place->in || other->row_class < place->row_class;
    bool lower = place->in && other->row_class == place->row_class && other->cause != 0 &&
                 cause_order(order->reading->run->shared->causes, other->cause, place->cause) < 0;
    if (!better && !lower)
        return;
    int64_t member = place->member;
    *place = *other;
    place->member = member;
    place->in_line = in_line;
}

Places order_places(const Order *order, const Aggregate *aggregate, const int64_t *at,
                    int64_t count, bool ordered, Arena *arena)
{
    Places places = {.items = ARENA_ARRAY(arena, Place, count),
                     .tie = ARENA_ARRAY(arena, int64_t, count),
                     .of = ARENA_ARRAY(arena, int64_t, count)};
    for (int64_t i = 0; i < count; i++) {
        Place place = place_of(order, aggregate, at[i]);
        int keys = i == 0 ? -1 : ordered ? order_compare_keys(order, at[i - 1], at[i]) : 0;
        bool repeated = i > 0 && keys == 0 && compare_rows(order, at[i - 1], at[i]) == 0;
        if (repeated) {
            place_merge(order, &places.items[places.count - 1], &place);
        } else {
            int64_t before = places.count == 0 ? 0 : places.tie[places.count - 1];
            places.tie[places.count] = before + (keys != 0);
            places.items[places.count++] = place;
        }
        places.of[i] = places.count - 1;
    }
    return places;
}

// Members of the partition whose order is unknown have no place.
static Places loose_places(const Order *order, const Aggregate *aggregate, int64_t group)
{
    int64_t *at = order->loose + order->loose_starts[group];
    int64_t count = order->loose_starts[group + 1] - order->loose_starts[group];
    sort_stable(at, (size_t)count, sizeof *at, order_compare_rows, order); // tuples side by side
    Places places = order_places(order, aggregate, at, count, false, order->reading->run->scratch);
    for (int64_t i = 0; i < places.count; i++) { // nobody knows where they stand
        Place *place = &places.items[i];
        if (place->in_line == CLASS_CERTAIN)
            place->cause = order->cause[place->member];
        place->row_class = MAX_OF(place->row_class, CLASS_POSSIBLE);
        place->in_line = MAX_OF(place->in_line, CLASS_POSSIBLE);
    }
    return places;
}

// The row by which first and last decide.
static int64_t place_row(const Order *order, const Aggregate *aggregate, const Place *place)
{
    if (order->reading->rank != NULL)
        return order->reading->rank[place->member];
    const int64_t *rows = aggregate->mention_count == 0
                              ? NULL
                              : order->reading->members->all.rows[aggregate->mention[0]];
    return rows == NULL ? place->member : rows[place->member];
}

Tuple order_tuple(const Order *order, const Aggregate *aggregate, const Place *place)
{
    Tuple tuple = {.class = MIN_OF(place->row_class, CLASS_SHADOW),
                   .many = place->many,
                   .order = place_row(order, aggregate, place),
                   .cause = place->cause};
    if (order->value.data != NULL)
        tuple.value = vector_value(&order->value, aggregate->argument.type, place->member);
    if (order->by.data != NULL)
        tuple.by = vector_value(&order->by, aggregate->by.type, place->member);
    return tuple;
}

// ---------------------------------------------------------------- values

static void write_values(const Order *order, const Value *values, const Places *places,
                         const int64_t *at, int64_t count, Vector *out)
{
    for (int64_t i = 0; i < count; i++)
        vector_set(out, at[i], &values[places->of[i]], order->arena);
}

static Status order_partition(Order *order, const Aggregate *aggregate, int64_t group,
                              WindowValues *values)
{
    WindowReading *reading = order->reading;
    BodyRun *run = reading->run;
    const int64_t *at = order->at + order->starts[group];
    int64_t count = order->starts[group + 1] - order->starts[group];
    Places places = order_places(order, aggregate, at, count, true, run->scratch);
    Places loose = loose_places(order, aggregate, group);
    Partition partition = {.reading = reading,
                           .aggregate = aggregate,
                           .order = order,
                           .places = places.items,
                           .tie = places.tie,
                           .count = places.count,
                           .loose = loose.items,
                           .loose_count = run->body->is_query ? 0 : loose.count,
                           .m = ARENA_ARRAY(run->scratch, Value, places.count)};
    partition.t = partition.m;
    if (reading->shadows) {
        partition.strangers = strangers_of(order, aggregate, group, &partition.stranger_count);
        partition.t = ARENA_ARRAY(run->scratch, Value, places.count);
    }
    WindowFunction function = aggregate->function;
    if (function == WINDOW_FOLD || function == WINDOW_LINE_FOLD)
        TRY(window_frames(&partition));
    else
        window_places(&partition);
    write_values(order, partition.m, &places, at, count, &values->m);
    if (reading->shadows)
        write_values(order, partition.t, &places, at, count, &values->t);
    return run_poll(run->shared);
}

static bool members_ascend(const Order *order)
{
    int64_t total = total_of(order);
    bool ascend = order->reading->of == NULL && order->rows != 0;
    for (int64_t i = 1; i < total && ascend; i++)
        ascend = compare_rows(order, i - 1, i) < 0;
    return ascend;
}

// Sorts the partitions as the aggregate wants them, if the last one left them otherwise.
static void sort_for(Order *order, const Aggregate *aggregate)
{
    uint64_t rows = 0;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        if (order->reading->members->all.rows[aggregate->mention[m]] != NULL)
            rows |= (uint64_t)1 << aggregate->mention[m];
    }
    bool by_time = aggregate->frame == FRAME_TIME;
    if (order->sorted && rows == order->rows && by_time == order->by_time)
        return;
    order->rows = rows;
    order->by_time = by_time;
    order->sorted = true;
    order->ascends = members_ascend(order);
    if (order->ascends && order_sort_words(order))
        return;
    for (int64_t g = 0; g < order->reading->level.count; g++)
        sort_partition(order, order->at + order->starts[g],
                       order->starts[g + 1] - order->starts[g]);
}

static Status order_aggregate(Order *order, uint32_t index)
{
    WindowReading *reading = order->reading;
    const Aggregate *aggregate = &reading->run->body->aggregates[index];
    WindowValues *values = &reading->values[index];
    vector_make(&values->m, type_phys(aggregate->type), total_of(order), order->arena);
    if (reading->shadows)
        vector_make(&values->t, type_phys(aggregate->type), total_of(order), order->arena);
    read_arguments(order, aggregate);
    sort_for(order, aggregate);
    strangers_reset(order);
    Plain plain = order_plain(order, aggregate);
    AggState *state = aggregate_create(aggregate, &reading->run->shared->eval);
    Status status = STATUS_OK;
    for (int64_t g = 0; g < reading->level.count && status == STATUS_OK; g++) {
        ArenaMark mark = arena_mark(reading->run->scratch);
        if (window_is_plain(order, aggregate, &plain, g))
            window_plain(order, aggregate, state, g, &values->m);
        else
            status = order_partition(order, aggregate, g, values);
        arena_rewind(reading->run->scratch, mark);
        if (status == STATUS_OK && g % BLOCK_ROWS == 0)
            status = run_poll(reading->run->shared);
    }
    aggregate_destroy(state);
    if (!reading->shadows)
        values->t = values->m;
    return status;
}

static void order_open(Order *order, WindowReading *reading, const WindowSort *sorts,
                       uint32_t sort_count)
{
    *order = (Order){.reading = reading,
                     .arena = reading->level.arena,
                     .sorts = sorts,
                     .sort_count = sort_count};
    read_orders(order);
    list_members(order, false, &order->starts, &order->at);
    list_members(order, true, &order->loose_starts, &order->loose);
    strangers_list(order);
}

// A rank by the value itself: of a row that has none nothing is known.
static Status order_by_value(WindowReading *reading, uint32_t index)
{
    const Aggregate *aggregate = &reading->run->body->aggregates[index];
    WindowSort sort = {.value = aggregate->argument};
    Order order;
    order_open(&order, reading, &sort, 1);
    TRY(order_aggregate(&order, index));
    WindowValues *values = &reading->values[index];
    for (int64_t i = 0; i < total_of(&order); i++) {
        Value issue = {.type = aggregate->type, .state = VALUE_ISSUE, .cause = order.cause[i]};
        if (order.cause[i] == 0)
            continue;
        vector_set(&values->m, i, &issue, order.arena);
        if (reading->shadows)
            vector_set(&values->t, i, &issue, order.arena);
    }
    if (!reading->shadows)
        values->t = values->m;
    return STATUS_OK;
}

Status window_order(WindowReading *reading)
{
    const Body *body = reading->run->body;
    const Window *window = &reading->op->window;
    Order none = {.reading = NULL};
    if (window->sort_count > 0 || reading->of != NULL) {
        reading->order = ARENA_NEW(reading->level.arena, Order);
        order_open(reading->order, reading, window->sorts, window->sort_count);
        reading->order_cause = reading->order->cause;
    }
    if (reading->of != NULL)
        order_open(&none, reading, NULL, 0);
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        const Aggregate *aggregate = &body->aggregates[a];
        bool whole = window_whole(aggregate);
        if (aggregate->window != reading->op->slot || aggregate->function == WINDOW_VALUE ||
            (whole && reading->of == NULL))
            continue;
        TRY(aggregate->frame == FRAME_VALUE ? order_by_value(reading, a)
                                            : order_aggregate(whole ? &none : reading->order, a));
    }
    return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
//
// window_strangers.c: members whose partition is not known, seen from the partitions that they fit.
//
// A blank key fits every partition, so with one blank in a hundred rows each partition would hold a hundredth of all
// rows beside its own. Members of whose keys the same is known fit the same partitions (level_fits.c): they are put in
// line once, and a frame asks for the stretch of them that it covers. Their tuples read the rows that the partition's
// keys read, so none of them is a tuple of a member with a known partition.

#include "runtime/base/sort.h"
#include "runtime/exec/window_int.h"

static void list_class(Order *order, const LevelFits *fits, bool loose, int64_t **starts,
                       int64_t **at)
{
    const Level *level = &order->reading->level;
    int64_t count = (int64_t)level->unplaced.count, class_count = level_fit_class_count(fits);
    int64_t *classes = base_alloc(MAX_OF((size_t)count, 1) * sizeof *classes);
    for (int64_t u = 0; u < count; u++) {
        bool lost = order->cause[level->unplaced.items[u].member] != 0;
        classes[u] = lost == loose ? level_fit_class(fits, u) : GROUP_NONE;
    }
    *starts = ARENA_ARRAY(order->arena, int64_t, class_count + 1);
    *at = ARENA_ARRAY(order->arena, int64_t, count);
    group_index(classes, count, class_count, *starts, *at);
    for (int64_t i = 0; i < (*starts)[class_count]; i++)
        (*at)[i] = level->unplaced.items[(*at)[i]].member;
    free(classes);
}

void strangers_list(Order *order)
{
    Level *level = &order->reading->level;
    if (level->unplaced.count == 0)
        return;
    const LevelFits *fits = level_fit_lists(level);
    list_class(order, fits, false, &order->class_starts, &order->class_at);
    list_class(order, fits, true, &order->class_loose_starts, &order->class_loose);
}

void strangers_reset(Order *order)
{
    if (order->class_starts == NULL)
        return;
    int64_t count = level_fit_class_count(level_fit_lists(&order->reading->level));
    order->strangers = ARENA_ARRAY(order->arena, Strangers, count);
}

// What they are together: by stretches of the order, or without one.
static Crowd crowd_of(const Order *order, const Aggregate *aggregate, const Places *places)
{
    const EvalShared *shared = &order->reading->run->shared->eval;
    Crowd crowd = crowd_make(shared, aggregate, places->count, order->arena);
    for (int64_t i = 0; i < places->count; i++) {
        Tuple tuple = order_tuple(order, aggregate, &places->items[i]);
        crowd_set(&crowd, i, &tuple);
    }
    crowd_build(&crowd);
    return crowd;
}

// A fold sees those that meet its condition.
static void keep_counting(Places *places)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < places->count; i++) {
        if (places->items[i].in)
            places->items[kept++] = places->items[i];
    }
    places->count = kept;
}

static bool any_present(const Places *places)
{
    for (int64_t i = 0; i < places->count; i++) {
        if (!places->items[i].absent)
            return true;
    }
    return false;
}

static void make_strangers(Order *order, const Aggregate *aggregate, int64_t fit_class,
                           Strangers *strangers)
{
    int64_t *at = order->class_at + order->class_starts[fit_class],
            *loose = order->class_loose + order->class_loose_starts[fit_class];
    int64_t count = order->class_starts[fit_class + 1] - order->class_starts[fit_class],
            loose_count =
                order->class_loose_starts[fit_class + 1] - order->class_loose_starts[fit_class];
    sort_stable(at, (size_t)count, sizeof *at, order_compare_members, order);
    sort_stable(loose, (size_t)loose_count, sizeof *loose, order_compare_rows, order);
    strangers->places = order_places(order, aggregate, at, count, true, order->arena);
    strangers->loose = order_places(order, aggregate, loose, loose_count, false, order->arena);
    strangers->present = any_present(&strangers->places) || any_present(&strangers->loose);
    strangers->made = true;
    bool folds = aggregate->function == WINDOW_FOLD || aggregate->function == WINDOW_LINE_FOLD;
    if (!folds)
        return;
    keep_counting(&strangers->places);
    keep_counting(&strangers->loose);
    if (order->time != NULL) {
        strangers->time = ARENA_ARRAY(order->arena, int64_t, strangers->places.count);
        for (int64_t i = 0; i < strangers->places.count; i++)
            strangers->time[i] = order->time[strangers->places.items[i].member];
    }
    strangers->lumps = lump_can(aggregate);
    if (!strangers->lumps)
        return;
    strangers->crowd = crowd_of(order, aggregate, &strangers->places);
    strangers->loose_crowd = crowd_of(order, aggregate, &strangers->loose);
}

static const Strangers *of_class(Order *order, const Aggregate *aggregate, int64_t fit_class)
{
    Strangers *strangers = &order->strangers[fit_class];
    if (!strangers->made)
        make_strangers(order, aggregate, fit_class, strangers);
    return strangers;
}

const Strangers **strangers_of(Order *order, const Aggregate *aggregate, int64_t group,
                               int64_t *count)
{
    *count = 0;
    if (order->class_starts == NULL)
        return NULL;
    const LevelFits *fits = level_fit_lists(&order->reading->level);
    int64_t class_count, universal = level_fit_universal(fits);
    const int64_t *classes = level_fit_classes(fits, group, &class_count);
    const Strangers **out =
        ARENA_ARRAY(order->reading->run->scratch, const Strangers *, class_count + 1);
    if (universal >= 0)
        out[(*count)++] = of_class(order, aggregate, universal);
    for (int64_t c = 0; c < class_count; c++)
        out[(*count)++] = of_class(order, aggregate, classes[c]);
    return out;
}

// ---------------------------------------------------------------- frames

// How many of them come not after `time`.
static int64_t count_upto(const Strangers *strangers, int64_t time)
{
    int64_t low = 0, high = strangers->places.count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strangers->time[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// How many of them have keys not after those of `member`.
static int64_t count_keys_upto(const Order *order, const Strangers *strangers, int64_t member)
{
    int64_t low = 0, high = strangers->places.count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (order_compare_keys(order, strangers->places.items[middle].member, member) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void strangers_frame(const Order *order, const Aggregate *aggregate, const Strangers *strangers,
                     int64_t member, int64_t *from, int64_t *to)
{
    *from = 0;
    if (aggregate->frame == FRAME_PEERS) {
        *to = strangers->places.count;
        return;
    }
    if (aggregate->frame != FRAME_TIME) {
        *to = count_keys_upto(order, strangers, member);
        return;
    }
    *from = count_upto(strangers, order->low[member]);
    *to = MAX_OF(*from, count_upto(strangers, order->time[member]));
}

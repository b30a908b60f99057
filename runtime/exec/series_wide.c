// SPDX-License-Identifier: Apache-2.0
//
// series_wide.c: rows without a time, taken together.
//
// Such a row may be in every slot of its group, and one without a full key in every slot of every group. Where no other
// tuple can be the same one, what each slot has to know of them is the same: one tuple stands for all of their class, so
// a series costs rows and slots instead of their product.

#include "runtime/exec/lump.h"
#include "runtime/exec/series_int.h"

// Fewer rows than this are looked at one by one.
enum { COLLAPSE_FROM = 8, COLLAPSE_FROM_FORCED = 2 };

static size_t least_rows(const SeriesRun *series)
{
    switch (series->level->run->shared->options->planning) {
    case PLANNING_OFF:
        return SIZE_MAX;
    case PLANNING_FORCED:
        return COLLAPSE_FROM_FORCED;
    case PLANNING_SIZES:
        break;
    }
    return COLLAPSE_FROM;
}

// The identities that stand elsewhere too.
typedef struct Identities {
    const Fold *fold;
    GroupTable *certain; // of certain tuples; NULL: tuples cannot repeat
    Map counts;          // of the others: how often
} Identities;

static Str key_of(const Fold *fold, const SlotTuple *tuple)
{
    return (Str){(const char *)tuple->rows, fold->id_count * sizeof *tuple->rows};
}

static void count_identities(Identities *identities, const SlotLists *lists)
{
    for (size_t i = 0; i < lists->tuples.count; i++)
        (*map_at(&identities->counts, key_of(identities->fold, &lists->tuples.items[i]), NULL))++;
}

static bool is_met(const Identities *identities, const SlotTuple *tuple)
{
    const Fold *fold = identities->fold;
    uint64_t count;
    if (identities->certain == NULL)
        return false;
    if (map_get(&identities->counts, key_of(fold, tuple), &count) && count > 1)
        return true;
    return fold_met(fold, identities->certain, NULL, tuple->rows);
}

static bool may_be_taken(const Identities *identities, const SlotTuple *tuple)
{
    return tuple->low == INT64_MIN && tuple->high == INT64_MAX && !tuple->tuple.many &&
           !is_met(identities, tuple);
}

// items[0..count), all of one class, as one.
static SlotTuple collapse(SeriesRun *series, const SlotTuple *items, int64_t count)
{
    SlotTuple all = items[0];
    Tuple *tuples = base_alloc((size_t)count * sizeof *tuples);
    for (int64_t i = 0; i < count; i++)
        tuples[i] = items[i].tuple;
    all.tuple = tuples_together(&series->level->run->shared->eval, series->fold.aggregate, tuples,
                                count, series->level->arena);
    all.collapsed = true;
    free(tuples);
    return all;
}

// One list, whose items are sorted by class where they are of every slot. What is left of it is written to out[0..).
static int64_t collapse_list(SeriesRun *series, const Identities *identities,
                             const SlotTuple *items, int64_t count, SlotTuple *out)
{
    SlotTuple *taken = base_alloc(((size_t)count + 1) * sizeof *taken);
    int64_t kept = 0, taken_count = 0;
    for (int64_t i = 0; i < count; i++) {
        if (may_be_taken(identities, &items[i]))
            taken[taken_count++] = items[i];
        else
            out[kept++] = items[i];
    }
    for (int64_t from = 0, to; from < taken_count; from = to) {
        for (to = from; to < taken_count && taken[to].row_class == taken[from].row_class;)
            to++;
        if ((size_t)(to - from) >= least_rows(series)) {
            out[kept++] = collapse(series, taken + from, to - from);
            continue;
        }
        memcpy(out + kept, taken + from, (size_t)(to - from) * sizeof *out);
        kept += to - from;
    }
    free(taken);
    return kept;
}

static void collapse_lists(SeriesRun *series, const Identities *identities, SlotLists *lists,
                           int64_t count)
{
    int64_t next = 0;
    for (int64_t l = 0; lists->starts != NULL && l < count; l++) {
        int64_t from = lists->starts[l], size = lists->starts[l + 1] - from;
        SlotTuple *items = lists->tuples.items;
        lists->starts[l] = next;
        SlotTuple *out = base_alloc(((size_t)size + 1) * sizeof *out);
        int64_t kept = collapse_list(series, identities, items + from, size, out);
        memcpy(items + next, out, (size_t)kept * sizeof *out);
        free(out);
        next += kept;
    }
    if (lists->starts != NULL)
        lists->starts[count] = next;
    lists->tuples.count = (size_t)next;
}

void series_collapse(SeriesRun *series, int64_t class_count)
{
    Fold *fold = &series->fold;
    size_t most = MAX_OF(series->wide.tuples.count, series->floating.tuples.count);
    if (most < least_rows(series) || !lump_can(fold->aggregate))
        return;
    Identities identities = {.fold = fold};
    if (fold->distinct != NULL) {
        identities.certain = fold_identities(fold);
        count_identities(&identities, &series->at);
        count_identities(&identities, &series->wide);
        count_identities(&identities, &series->floating);
    }
    collapse_lists(series, &identities, &series->wide, series->level->count);
    collapse_lists(series, &identities, &series->floating, class_count);
    map_deinit(&identities.counts);
}

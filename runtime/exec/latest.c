// SPDX-License-Identifier: Apache-2.0
//
// latest.c: the last partner before a time.
//
// The pairs of a binding say which rows can be its partners; here the one with the greatest time up to `upto` is
// chosen among those that certainly are, and what else may lie between it and `upto` is its rival
// (spec/evaluation.md 4.1). Right rows are kept in the order of their times within each link, so a binding asks one
// binary search; links with a row whose time or class is not plain are looked at row by row.

#include "runtime/base/sort.h"
#include "runtime/data/vector.h"
#include "runtime/exec/partner_int.h"

struct LatestIndex {
    Vector times;    // of all right rows; data NULL: the time reads earlier variables too
    int64_t *rows;   // right rows by link, in the order of time; NULL: not sorted
    int64_t *order;  // their times, in that order: what a search reads lies together
    int64_t *fences; // of each link the first of every FENCE_ROWS times, from fence_at on
    uint8_t *odd;    // per link: some row is not certain or has no known time
    // Of the batch under way.
    Vector upto, low; // low.data NULL: no first time
};

enum { FENCE_ROWS = 16, COUNTED_MOST = 32 };

// Where the fences of a link begin: no two links overlap, for each has at most one more than its rows fill.
static int64_t fence_at(int64_t start, int64_t link)
{
    return start / FENCE_ROWS + link;
}

// ---------------------------------------------------------------- building

static void evaluate_times(BodyRun *run, PartnerRun *partner, LatestIndex *index)
{
    uint32_t slot = partner->partner->slot;
    SlotRows *slots = ARENA_ARRAY(partner->arena, SlotRows, run->body->slot_count);
    slots[slot] = (SlotRows){.rowset = partner->rowset};
    EvalContext context = {.shared = &run->shared->eval,
                           .arena = partner->arena,
                           .count = partner->rowset->row_count,
                           .slots = slots};
    eval_expr(&context, &partner->partner->time, &index->times);
    vector_expand(&index->times, context.count, partner->arena);
}

static bool row_is_plain(const PartnerRun *partner, int64_t row)
{
    const Vector *times = &partner->latest->times;
    return (times->state == NULL || times->state[row] == VALUE_KNOWN) &&
           rowset_class(partner->rowset, row) == CLASS_CERTAIN;
}

static int compare_times(const void *context, const void *a, const void *b)
{
    const int64_t *times = context;
    int64_t x = times[*(const int64_t *)a], y = times[*(const int64_t *)b];
    return (x > y) - (x < y);
}

void latest_sort(const Vector *times, int64_t *rows, int64_t count)
{
    sort_stable(rows, (size_t)count, sizeof *rows, compare_times, times->i64);
}

static void sort_links(PartnerRun *partner, LatestIndex *index)
{
    partner_index_lists(partner->index);
    int64_t links = group_count(partner->index->groups), count = partner->index->starts[links];
    index->rows = ARENA_ARRAY(partner->arena, int64_t, count + 1);
    index->order = ARENA_ARRAY(partner->arena, int64_t, count + 1);
    index->odd = ARENA_ARRAY(partner->arena, uint8_t, links + 1);
    memcpy(index->rows, partner->index->rows, (size_t)count * sizeof *index->rows);
    for (int64_t link = 0; link < links; link++) {
        int64_t from = partner->index->starts[link], to = partner->index->starts[link + 1];
        bool sorted = true;
        for (int64_t k = from; k < to; k++) {
            index->odd[link] |= !row_is_plain(partner, index->rows[k]);
            sorted = sorted && (k == from || index->times.i64[index->rows[k - 1]] <=
                                                 index->times.i64[index->rows[k]]);
        }
        if (!sorted && !index->odd[link])
            latest_sort(&index->times, index->rows + from, to - from);
    }
    for (int64_t k = 0; k < count; k++)
        index->order[k] = index->times.i64[index->rows[k]];
    index->fences = ARENA_ARRAY(partner->arena, int64_t, fence_at(count, links) + 1);
    for (int64_t link = 0; link < links; link++) {
        int64_t from = partner->index->starts[link], to = partner->index->starts[link + 1];
        int64_t *fence = &index->fences[fence_at(from, link)];
        for (int64_t k = from; k < to; k += FENCE_ROWS)
            *fence++ = index->order[k];
    }
}

void latest_index_build(BodyRun *run, PartnerRun *partner)
{
    const Expr *time = &partner->partner->time;
    LatestIndex *index = ARENA_NEW(partner->arena, LatestIndex);
    partner->latest = index;
    partner->earlier_slots |= expr_slots(time) & ~((uint64_t)1 << partner->partner->slot);
    if (expr_slots(time) != (uint64_t)1 << partner->partner->slot || expr_reads_aggregate(time))
        return;
    evaluate_times(run, partner, index);
    if (partner->only_links && partner->link_count > 0 && index->times.phys == PHYS_I64)
        sort_links(partner, index);
}

// ---------------------------------------------------------------- the batch

void latest_begin(BodyRun *run, PartnerRun *partner, const Bindings *in)
{
    const Partner *on = partner->partner;
    LatestIndex *index = partner->latest;
    EvalContext context = bindings_context(run, in, run->scratch);
    if (expr_reads_aggregate(&on->upto))
        attached_aggregates(run, in, &on->upto, CLASS_POSSIBLE, &context);
    eval_expr(&context, &on->upto, &index->upto);
    vector_expand(&index->upto, in->count, run->scratch);
    index->low = (Vector){0};
    if (on->low.count == 0)
        return;
    if (expr_reads_aggregate(&on->low))
        attached_aggregates(run, in, &on->low, CLASS_POSSIBLE, &context);
    eval_expr(&context, &on->low, &index->low);
    vector_expand(&index->low, in->count, run->scratch);
}

static bool known_at(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[index] == VALUE_KNOWN;
}

int64_t latest_last(const int64_t *times, int64_t from, int64_t to, int64_t upto)
{
    int64_t low = from, high = to;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (times[middle] <= upto)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

bool latest_is_sorted(const PartnerRun *partner)
{
    return partner->latest != NULL && partner->latest->rows != NULL;
}

// Whether no row beside those of a link can take the place of the last one up to a time.
static bool is_settled_by_link(const PartnerRun *partner)
{
    const PartnerIndex *rows = partner->index;
    return partner->latest->low.data == NULL && rows->skeletons == NULL &&
           (rows->blank_count == 0 || partner->tolerated);
}

// How many of times[0..count), which ascend, are not after `upto`. The last few are counted without a branch that depends
// on them.
static int64_t count_upto(const int64_t *times, int64_t count, int64_t upto)
{
    int64_t low = 0, high = count;
    while (high - low > COUNTED_MOST) {
        int64_t middle = low + (high - low) / 2;
        if (times[middle] <= upto)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t before = low;
    for (int64_t k = low; k < high; k++)
        before += times[k] <= upto;
    return before;
}

// A binding looks at the fences of its link, then at one stretch of times, then at one row. Each step is made for all
// bindings, and fetches for the next, so that they wait for memory together.
typedef struct Search {
    int64_t *from, *at; // by binding: the first row of its link, -1: none; what was found so far
} Search;

static void begin_search(const PartnerRun *partner, const int64_t *groups, int64_t count,
                         Search *search)
{
    const LatestIndex *index = partner->latest;
    const int64_t *starts = partner->index->starts;
    for (int64_t i = 0; i < count; i++) {
        int64_t group = groups[i];
        search->from[i] = -1;
        if (group == GROUP_NONE || index->odd[group] || !known_at(&index->upto, i) ||
            starts[group] == starts[group + 1])
            continue;
        search->from[i] = starts[group];
        PREFETCH(&index->fences[fence_at(starts[group], group)]);
    }
}

static void find_stretches(const PartnerRun *partner, const int64_t *groups, int64_t count,
                           Search *search)
{
    const LatestIndex *index = partner->latest;
    for (int64_t i = 0; i < count; i++) {
        if (search->from[i] < 0)
            continue;
        int64_t size = partner->index->starts[groups[i] + 1] - search->from[i];
        int64_t before = count_upto(&index->fences[fence_at(search->from[i], groups[i])],
                                    (size + FENCE_ROWS - 1) / FENCE_ROWS, index->upto.i64[i]);
        search->at[i] = search->from[i] + (before - 1) * FENCE_ROWS;
        if (before == 0)
            search->from[i] = -1;
        else
            PREFETCH(&index->order[search->at[i] + FENCE_ROWS / 2]);
    }
}

static void find_rows(const PartnerRun *partner, const int64_t *groups, int64_t count,
                      Search *search)
{
    const LatestIndex *index = partner->latest;
    const int64_t *order = index->order;
    for (int64_t i = 0; i < count; i++) {
        if (search->from[i] < 0)
            continue;
        int64_t at = search->at[i], to = partner->index->starts[groups[i] + 1];
        int64_t last =
            at - 1 + count_upto(order + at, MIN_OF(FENCE_ROWS, to - at), index->upto.i64[i]);
        bool tied = last > search->from[i] && order[last - 1] == order[last];
        search->at[i] = last;
        if (tied)
            search->from[i] = -1;
        else
            PREFETCH(&index->rows[last]);
    }
}

const int64_t *latest_sure(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                           const int64_t *groups)
{
    if (!is_settled_by_link(partner))
        return NULL;
    Search search = {ARENA_ARRAY(run->scratch, int64_t, in->count),
                     ARENA_ARRAY(run->scratch, int64_t, in->count)};
    begin_search(partner, groups, in->count, &search);
    find_stretches(partner, groups, in->count, &search);
    find_rows(partner, groups, in->count, &search);
    int64_t *sure = search.from;
    for (int64_t i = 0; i < in->count; i++)
        sure[i] = search.from[i] < 0 ? ROW_ABSENT : partner->latest->rows[search.at[i]];
    return sure;
}

void latest_matches(const PartnerRun *partner, const Bindings *in, const int64_t *groups,
                    Pairs *pairs)
{
    const LatestIndex *index = partner->latest;
    for (int64_t i = 0; i < in->count; i++) {
        int64_t group = groups[i];
        if (group == GROUP_NONE || partner_is_sure(partner, i))
            continue;
        int64_t from = partner->index->starts[group], to = partner->index->starts[group + 1];
        if (index->odd[group]) {
            for (int64_t k = from; k < to; k++)
                pairs_add(pairs, i, index->rows[k]);
            continue;
        }
        if (!known_at(&index->upto, i))
            continue;
        int64_t last = latest_last(index->order, from, to, index->upto.i64[i]);
        for (int64_t k = last; k >= from && index->order[k] == index->order[last]; k--)
            pairs_add(pairs, i, index->rows[k]);
    }
}

// ---------------------------------------------------------------- choosing

typedef struct Span {
    bool known; // `upto` and the first time are
    CauseId cause;
    Value upto, low; // low.state GAP: no first time
} Span;

// A first time before the calendar begins excludes nothing.
static bool before_calendar(const RunShared *shared, const Value *low)
{
    return low->state == VALUE_ISSUE &&
           cause_get(shared->causes, low->cause).reason == REASON_OVERFLOW;
}

static Span span_of(const RunShared *shared, const LatestIndex *index, const Partner *on,
                    int64_t binding)
{
    Span span = {.known = known_at(&index->upto, binding)};
    span.upto = vector_value(&index->upto, on->upto.type, binding);
    span.low = (Value){.state = VALUE_GAP};
    span.cause = span.upto.cause;
    if (!span.known || index->low.data == NULL)
        return span;
    span.low = vector_value(&index->low, on->low.type, binding);
    span.known = span.low.state == VALUE_KNOWN || before_calendar(shared, &span.low);
    span.cause = span.low.cause;
    return span;
}

static bool span_holds(const RunShared *shared, const Span *span, const Value *time)
{
    if (value_compare(shared->dict, time, &span->upto) > 0)
        return false;
    return span->low.state != VALUE_KNOWN || value_compare(shared->dict, time, &span->low) >= 0;
}

const Vector *latest_times(const PartnerRun *partner)
{
    const Vector *times = &partner->latest->times;
    return times->data == NULL || times->phys != PHYS_I64 ? NULL : times;
}

bool latest_upto(const PartnerRun *partner, int64_t binding, int64_t *upto)
{
    const Vector *known = &partner->latest->upto;
    if (known->phys != PHYS_I64 || !known_at(known, binding))
        return false;
    *upto = known->i64[binding];
    return true;
}

bool latest_may_be(const RunShared *shared, const PartnerRun *partner, int64_t binding, int64_t row)
{
    const LatestIndex *index = partner->latest;
    if (index->times.data == NULL || !known_at(&index->times, row))
        return true;
    Span span = span_of(shared, index, partner->partner, binding);
    Value time = vector_value(&index->times, partner->partner->time.type, row);
    return !span.known || span_holds(shared, &span, &time);
}

// The times of the pairs' rows.
static void pair_times(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                       const Pairs *pairs, Vector *out)
{
    const LatestIndex *index = partner->latest;
    if (index->times.data != NULL) {
        vector_take(&index->times, pairs->row, pairs->count, run->scratch, out);
        return;
    }
    EvalContext context = pair_context(run, partner, in, pairs->binding, pairs->row, pairs->count);
    eval_expr(&context, &partner->partner->time, out);
    vector_expand(out, pairs->count, run->scratch);
}

// Whether two rows agree in all that the body reads of them.
static bool same_reads(const PartnerRun *partner, int64_t a, int64_t b)
{
    for (uint32_t c = 0; c < partner->partner->reads_count; c++) {
        const Column *column = &partner->rowset->columns[partner->partner->reads[c]];
        Value x = column_get(column, a), y = column_get(column, b);
        if (!value_identical(&x, &y))
            return false;
    }
    return true;
}

typedef struct Choice {
    bool any, tied, rests;
    int64_t row;
    Value best;
    CauseId rival; // the least cause of a rival, 0: none met
    bool rivals;
} Choice;

// The greatest time among the certain pairs, and its first row.
static void choose_best(const RunShared *shared, const PartnerRun *partner, const Pairs *pairs,
                        const Vector *times, const Span *span, int64_t from, int64_t to,
                        Choice *choice)
{
    for (int64_t i = from; i < to; i++) {
        choice->rests |= pair_tolerated(partner, pairs, i);
        if (pair_tolerated(partner, pairs, i) || !pair_certain(partner, pairs, i) ||
            !known_at(times, i))
            continue;
        Value time = vector_value(times, partner->partner->time.type, i);
        if (!span_holds(shared, span, &time))
            continue;
        int order = choice->any ? value_compare(shared->dict, &time, &choice->best) : 1;
        if (order > 0) {
            choice->any = true;
            choice->tied = false;
            choice->best = time;
            choice->row = pairs->row[i];
        } else if (order == 0 && !same_reads(partner, choice->row, pairs->row[i])) {
            choice->tied = true;
        }
    }
}

static void find_rivals(const RunShared *shared, const PartnerRun *partner, const Pairs *pairs,
                        const Vector *times, const Span *span, int64_t from, int64_t to,
                        Choice *choice)
{
    for (int64_t i = from; i < to; i++) {
        bool known = known_at(times, i);
        if (pair_tolerated(partner, pairs, i) || (known && pair_certain(partner, pairs, i)))
            continue;
        Value time = vector_value(times, partner->partner->time.type, i);
        if (known && (!span_holds(shared, span, &time) ||
                      (choice->any && value_compare(shared->dict, &time, &choice->best) < 0)))
            continue;
        CauseId cause = pairs->cause[i] != 0 ? pairs->cause[i] : time.cause;
        if (!choice->rivals || cause_order(shared->causes, cause, choice->rival) < 0)
            choice->rival = cause;
        choice->rivals = true;
    }
}

static CauseId several(const BodyRun *run, const PartnerRun *partner)
{
    return cause_intern(run->shared->causes, REASON_SEVERAL_AT_THE_SAME_TIME,
                        partner->rowset->name);
}

static int64_t latest_row(BodyRun *run, const PartnerRun *partner, const Pairs *pairs,
                          const Vector *times, int64_t binding, int64_t from, int64_t to,
                          bool covered, uint8_t *rests)
{
    Span span = span_of(run->shared, partner->latest, partner->partner, binding);
    Choice choice = {.row = ROW_ABSENT};
    if (!span.known)
        return row_unknown_one(span.cause);
    choose_best(run->shared, partner, pairs, times, &span, from, to, &choice);
    find_rivals(run->shared, partner, pairs, times, &span, from, to, &choice);
    if (choice.rivals)
        return row_unknown_one(choice.rival);
    if (choice.any)
        return choice.tied ? row_unknown_one(several(run, partner)) : choice.row;
    if (!covered)
        return row_unknown_one(partner_not_covered(run, partner));
    *rests = choice.rests;
    return ROW_ABSENT;
}

// The usual case: one pair, which is certain, and whose time is known to lie in a span without a first time.
static bool is_plain(const PartnerRun *partner, const Pairs *pairs, const Vector *times,
                     int64_t binding, int64_t pair)
{
    const LatestIndex *index = partner->latest;
    return index->rows != NULL && index->low.data == NULL && known_at(&index->upto, binding) &&
           known_at(times, pair) && times->i64[pair] <= index->upto.i64[binding] &&
           !pair_tolerated(partner, pairs, pair) && pair_certain(partner, pairs, pair);
}

void latest_rows(BodyRun *run, const PartnerRun *partner, const Bindings *in, const Pairs *pairs,
                 const uint8_t *covered, int64_t *rows, uint8_t *rests)
{
    Vector times;
    pair_times(run, partner, in, pairs, &times);
    int64_t pair = 0;
    for (int64_t i = 0; i < in->count; i++) {
        int64_t from = pair;
        while (pair < pairs->count && pairs->binding[pair] == i)
            pair++;
        if (partner_is_sure(partner, i)) {
            rows[i] = partner->sure[i];
            continue;
        }
        if (pair == from + 1 && is_plain(partner, pairs, &times, i, from)) {
            rows[i] = pairs->row[from];
            continue;
        }
        rows[i] =
            latest_row(run, partner, pairs, &times, i, from, pair, covered[i] != 0, &rests[i]);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// narrow_range.c: right rows whose values lie in the bounds that a binding gives.
//
// Comparisons, `during`, `overlaps` and `in [a .. b]` all say that a value of the row is at least, or at most, a
// value of the binding. The rows of each group are sorted by one such value, so its bounds give a range; over each
// group lies a tree of the extremes of a second value, so that the rows of the range which meet its bound are found
// without looking at the others: k rows cost k log n, however the intervals lie.

#include "runtime/base/sort.h"
#include "runtime/exec/narrow_int.h"

typedef enum Part { PART_WHOLE, PART_FIRST, PART_SECOND } Part;

// row value >= or <= binding value. Strict ones are taken as these: the pairs are judged afterwards.
typedef struct Bound {
    Expr row, binding;
    Part row_part, binding_part;
    bool at_least;
    Vector values; // of the batch under way
} Bound;

struct RangeIndex {
    VEC(Bound) bounds;  // on the first value; then, if there is one, the bound on the second
    uint32_t on_first;  // how many are on the first value
    int64_t *starts;    // by group
    int64_t *known_end; // by group: rows behind it have an unknown value
    int64_t *rows;
    int64_t *first, *second; // by place in rows; `second` turned so that greater is better
    int64_t *best;           // at the middle of a range of the tree: the greatest `second` in it
};

// ---------------------------------------------------------------- which conditions

static void add_bound(RangeIndex *index, Arena *arena, const Expr *row, Part row_part,
                      const Expr *binding, Part binding_part, bool at_least)
{
    Bound bound = {.row = *row,
                   .binding = *binding,
                   .row_part = row_part,
                   .binding_part = binding_part,
                   .at_least = at_least};
    avec_push(arena, &index->bounds, bound);
}

static bool is_number(Phys phys)
{
    return phys == PHYS_I64 || phys == PHYS_I128 || phys == PHYS_F64;
}

// Of a day as a period, both ends are one value.
static Part end_part(const Expr *side)
{
    const Step *last = &side->steps[side->count - 1];
    return last->op == STEP_TO_PERIOD && last->index != TYPE_MONTH ? PART_FIRST : PART_SECOND;
}

static void bounds_of(RangeIndex *index, PartnerRun *partner, const Expr *value)
{
    Arena *arena = partner->arena;
    const Step *last = &value->steps[value->count - 1];
    if (last->op != STEP_COMPARE && last->op != STEP_DURING && last->op != STEP_OVERLAPS)
        return;
    Expr a = narrow_side(arena, value, last->a), b = narrow_side(arena, value, last->b);
    bool left = narrow_reads_row(partner, &a); // the row's value stands left
    const Expr *row = left ? &a : &b, *binding = left ? &b : &a;
    if (!narrow_reads_row(partner, row) || !narrow_reads_binding(partner, binding))
        return;
    Phys phys = value->steps[last->a].phys;
    if (last->op == STEP_OVERLAPS) {
        add_bound(index, arena, row, PART_FIRST, binding, PART_SECOND, false);
        add_bound(index, arena, row, end_part(row), binding, PART_FIRST, true);
    } else if (last->op == STEP_DURING) {
        add_bound(index, arena, row, PART_FIRST, binding, PART_FIRST, left);
        add_bound(index, arena, row, end_part(row), binding, PART_SECOND, !left);
    } else if (is_number(phys) && last->index != COMPARE_NE) {
        bool equal = last->index == COMPARE_EQ;
        bool greater = last->index == COMPARE_GT || last->index == COMPARE_GE;
        if (equal || greater == left)
            add_bound(index, arena, row, PART_WHOLE, binding, PART_WHOLE, true);
        if (equal || greater != left)
            add_bound(index, arena, row, PART_WHOLE, binding, PART_WHOLE, false);
    }
}

static bool same_value(const Bound *a, const Bound *b)
{
    return a->row_part == b->row_part &&
           partner_same_expr(&a->row, BODY_SLOTS_MAX, &b->row, BODY_SLOTS_MAX);
}

// Puts the bounds on one value first, that which is bounded on both sides if there is one, then one on another.
static void arrange(RangeIndex *index)
{
    size_t chosen = 0;
    for (size_t i = 0; i < index->bounds.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (same_value(&index->bounds.items[i], &index->bounds.items[k]) &&
                index->bounds.items[i].at_least != index->bounds.items[k].at_least)
                chosen = k;
        }
    }
    Bound first = index->bounds.items[chosen];
    for (size_t i = 0; i < index->bounds.count; i++) {
        Bound bound = index->bounds.items[i];
        if (!same_value(&bound, &first))
            continue;
        index->bounds.items[i] = index->bounds.items[index->on_first];
        index->bounds.items[index->on_first++] = bound;
    }
    index->bounds.count = MIN_OF(index->bounds.count, index->on_first + 1);
}

// ---------------------------------------------------------------- values

// The value as an integer; a <= b stays a <= b.
static int64_t ordered(const Vector *vector, Part part, int64_t index)
{
    if (vector->phys == PHYS_PAIR)
        return part == PART_FIRST ? vector->pair[index].a : vector->pair[index].b;
    if (vector->phys == PHYS_I64)
        return vector->i64[index];
    if (vector->phys == PHYS_I128) {
        int128_t value = vector->i128[index];
        return value < INT64_MIN ? INT64_MIN : value > INT64_MAX ? INT64_MAX : (int64_t)value;
    }
    int64_t bits;
    memcpy(&bits, &vector->f64[index], sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static bool known(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[index] == VALUE_KNOWN;
}

// ---------------------------------------------------------------- building

typedef struct RowRef {
    int64_t row, first, second;
    bool unknown;
} RowRef;

static int compare_rows(const void *context, const void *a, const void *b)
{
    const RowRef *x = a, *y = b;
    (void)context;
    if (x->unknown != y->unknown)
        return x->unknown ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static int64_t build_tree(RangeIndex *index, int64_t low, int64_t high)
{
    if (low >= high)
        return INT64_MIN;
    int64_t middle = low + (high - low) / 2;
    int64_t left = build_tree(index, low, middle), right = build_tree(index, middle + 1, high);
    int64_t best = MAX_OF(index->second[middle], MAX_OF(left, right));
    index->best[middle] = best;
    return best;
}

static void fill_group(RangeIndex *index, RowRef *refs, int64_t group)
{
    int64_t from = index->starts[group], to = index->starts[group + 1];
    sort_stable(refs + from, (size_t)(to - from), sizeof *refs, compare_rows, NULL);
    int64_t end = to;
    while (end > from && refs[end - 1].unknown)
        end--;
    index->known_end[group] = end;
    for (int64_t i = from; i < to; i++) {
        index->rows[i] = refs[i].row;
        index->first[i] = refs[i].first;
        index->second[i] = refs[i].second;
    }
    build_tree(index, from, end);
}

static void fill(BodyRun *run, PartnerRun *partner, RangeIndex *index)
{
    Arena *arena = partner->arena;
    bool two = index->bounds.count > index->on_first;
    const Bound *one = &index->bounds.items[0], *other = &index->bounds.items[index->on_first];
    Vector first, second = {0};
    narrow_rows(run, partner, &one->row, &first);
    if (two)
        narrow_rows(run, partner, &other->row, &second);
    int64_t groups;
    index->starts = narrow_groups(partner, &groups);
    int64_t total = index->starts[groups];
    index->known_end = ARENA_ARRAY(arena, int64_t, groups + 1);
    index->rows = ARENA_ARRAY(arena, int64_t, total + 1);
    index->first = ARENA_ARRAY(arena, int64_t, total + 1);
    index->second = ARENA_ARRAY(arena, int64_t, total + 1);
    index->best = ARENA_ARRAY(arena, int64_t, total + 1);
    RowRef *refs = base_alloc(((size_t)total + 1) * sizeof *refs);
    for (int64_t i = 0; i < total; i++) {
        int64_t row = partner->index == NULL ? i : partner->index->rows[i];
        refs[i] =
            (RowRef){.row = row, .unknown = !known(&first, row) || (two && !known(&second, row))};
        if (refs[i].unknown)
            continue;
        refs[i].first = ordered(&first, one->row_part, row);
        int64_t value = two ? ordered(&second, other->row_part, row) : 0;
        refs[i].second = two && !other->at_least ? ~value : value;
    }
    for (int64_t group = 0; group < groups; group++)
        fill_group(index, refs, group);
    free(refs);
}

RangeIndex *range_build(BodyRun *run, PartnerRun *partner)
{
    RangeIndex *index = ARENA_NEW(partner->arena, RangeIndex);
    for (uint32_t l = 0; l < partner->partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->partner->leaves[l];
        if (leaf->conjunct && !leaf->negative && !leaf->key && leaf->value.count > 0)
            bounds_of(index, partner, &leaf->value);
    }
    if (index->bounds.count == 0)
        return NULL;
    arrange(index);
    fill(run, partner, index);
    return index;
}

// ---------------------------------------------------------------- asking

void range_begin(BodyRun *run, RangeIndex *index, const Bindings *in)
{
    for (size_t b = 0; b < index->bounds.count; b++)
        narrow_bindings(run, in, &index->bounds.items[b].binding, &index->bounds.items[b].values);
}

// The first place of [low, high) whose value is not less (after: that is greater).
static int64_t place_of(const int64_t *values, int64_t low, int64_t high, int64_t value, bool after)
{
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (values[middle] < value || (after && values[middle] == value))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct Asked {
    const RangeIndex *index;
    int64_t from, to; // places
    int64_t least;    // of the second value
    int64_t binding;
    Pairs *pairs;
} Asked;

static void ask_tree(const Asked *asked, int64_t low, int64_t high)
{
    while (low < high && low < asked->to && high > asked->from) {
        int64_t middle = low + (high - low) / 2;
        if (asked->index->best[middle] < asked->least)
            return;
        ask_tree(asked, low, middle);
        if (middle >= asked->from && middle < asked->to &&
            asked->index->second[middle] >= asked->least)
            pairs_add(asked->pairs, asked->binding, asked->index->rows[middle]);
        low = middle + 1;
    }
}

bool range_rows(const RangeIndex *index, int64_t binding, int64_t group, Pairs *pairs)
{
    int64_t from = index->starts[group], end = index->known_end[group];
    Asked asked = {index, from, end, INT64_MIN, binding, pairs};
    for (size_t b = 0; b < index->bounds.count; b++) {
        const Bound *bound = &index->bounds.items[b];
        if (!known(&bound->values, binding))
            return false;
        int64_t value = ordered(&bound->values, bound->binding_part, binding);
        if (b >= index->on_first)
            asked.least = bound->at_least ? value : ~value;
        else if (bound->at_least)
            asked.from = MAX_OF(asked.from, place_of(index->first, from, end, value, false));
        else
            asked.to = MIN_OF(asked.to, place_of(index->first, from, end, value, true));
    }
    int64_t before = pairs->count;
    if (index->bounds.count > index->on_first)
        ask_tree(&asked, from, end);
    else
        for (int64_t i = asked.from; i < asked.to; i++)
            pairs_add(pairs, binding, index->rows[i]);
    for (int64_t i = end; i < index->starts[group + 1]; i++)
        pairs_add(pairs, binding, index->rows[i]);
    narrow_sort(pairs->row + before, pairs->count - before);
    return true;
}

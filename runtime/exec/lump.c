// SPDX-License-Identifier: Apache-2.0
//
// lump.c: one tuple that stands for many which may count.

#include "runtime/exec/lump.h"

#include "runtime/exec/tuples_int.h"

static bool is_number(const Aggregate *aggregate)
{
    Phys phys = type_phys(aggregate->argument.type);
    return phys == PHYS_I64 || phys == PHYS_I128;
}

static bool is_extreme(const Aggregate *aggregate)
{
    return aggregate->kind == AGGREGATE_MIN || aggregate->kind == AGGREGATE_MAX;
}

bool lump_can(const Aggregate *aggregate)
{
    switch (aggregate->kind) {
    case AGGREGATE_STATISTIC:
        return aggregate->statistic.bounds != BOUNDS_GROWS;
    case AGGREGATE_LONGEST_RUN:
    case AGGREGATE_ONE:
    case AGGREGATE_SHOW:
        return false;
    case AGGREGATE_COUNT:
    case AGGREGATE_SUM:
    case AGGREGATE_MEAN:
    case AGGREGATE_DISTINCT_COUNT:
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_ANY:
    case AGGREGATE_ALL:
    case AGGREGATE_COLLECT:
    case AGGREGATE_LIST_TEXT:
    case AGGREGATE_UNION:
    case AGGREGATE_MEDIAN:
    case AGGREGATE_MODE:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
        return true;
    }
    UNREACHABLE();
}

bool lump_needs_numbers(const Aggregate *aggregate)
{
    return aggregate->kind == AGGREGATE_MEAN && is_number(aggregate);
}

bool lump_needs_sights(const Aggregate *aggregate)
{
    return aggregate->kind == AGGREGATE_DISTINCT_COUNT;
}

int128_t lump_number(const Tuple *tuple)
{
    if (tuple->value.state != VALUE_KNOWN)
        return 0;
    return type_phys(tuple->value.type) == PHYS_I64 ? tuple->value.i64 : tuple->value.i128;
}

// The ends of what a tuple is worth to a sum or an extreme of numbers.
static void number_ends(const Aggregate *aggregate, const Tuple *tuple, Lump *lump)
{
    const Value *value = &tuple->value;
    lump->lo = aggregate->nonnegative ? 0 : BOUND_LOW;
    lump->hi = BOUND_HIGH;
    if (value->state == VALUE_KNOWN)
        lump->lo = lump->hi = type_phys(value->type) == PHYS_I64 ? value->i64 : value->i128;
    else if (value->state == VALUE_ISSUE && value->bounded)
        lump->lo = value->lo, lump->hi = value->hi;
    if (aggregate->kind != AGGREGATE_SUM || tuple->class == CLASS_CERTAIN)
        return;
    lump->lo = lump->lo < 0 ? (tuple->many ? BOUND_LOW : lump->lo) : 0;
    lump->hi = lump->hi > 0 ? (tuple->many ? BOUND_HIGH : lump->hi) : 0;
}

Lump lump_of(const EvalShared *shared, const Aggregate *aggregate, const Tuple *tuple)
{
    bool certain = tuple->class == CLASS_CERTAIN, known = tuple->value.state == VALUE_KNOWN;
    Lump lump = {.weight = MAX_OF(tuple->weight, 1), .many = tuple->many, .unknown = !known};
    lump.cause = members_cause(shared->causes, certain ? tuple->value.cause : tuple->cause);
    if (lump_needs_sights(aggregate)) {
        lump.holes = tuple->sights != NULL ? tuple->unknown : !known;
        lump.many &= lump.holes > 0;
    } else if (aggregate->kind == AGGREGATE_ANY || aggregate->kind == AGGREGATE_ALL) {
        lump.unknown = !known || tuple->value.boolean == (aggregate->kind == AGGREGATE_ANY);
    } else if (lump_needs_numbers(aggregate)) {
        lump.unknown |= tuple->many;
    } else if (is_number(aggregate)) {
        number_ends(aggregate, tuple, &lump);
    } else if (is_extreme(aggregate) && known) {
        lump.best = cell_of_value(&tuple->value);
    }
    return lump;
}

static int128_t add_ends(int128_t a, int128_t b)
{
    int128_t sum;
    if (a == BOUND_LOW || b == BOUND_LOW || a == BOUND_HIGH || b == BOUND_HIGH)
        return a == BOUND_LOW || b == BOUND_LOW ? BOUND_LOW : BOUND_HIGH;
    if (!num_add_i128(a, b, &sum))
        return a < 0 ? BOUND_LOW : BOUND_HIGH;
    return sum;
}

static void join_values(const EvalShared *shared, const Aggregate *aggregate, Lump *lump,
                        const Lump *other)
{
    bool least = aggregate->kind == AGGREGATE_MIN;
    if (aggregate->kind == AGGREGATE_SUM) {
        lump->lo = add_ends(lump->lo, other->lo);
        lump->hi = add_ends(lump->hi, other->hi);
    } else if (is_extreme(aggregate) && is_number(aggregate)) {
        lump->lo = least ? MIN_OF(lump->lo, other->lo) : MAX_OF(lump->lo, other->lo);
        lump->hi = least ? MIN_OF(lump->hi, other->hi) : MAX_OF(lump->hi, other->hi);
    } else if (is_extreme(aggregate) && !lump->unknown && !other->unknown) {
        int way = cell_compare(shared->dict, aggregate->argument.type, other->best, lump->best);
        if (least ? way < 0 : way > 0)
            lump->best = other->best;
    }
}

void lump_join(const EvalShared *shared, const Aggregate *aggregate, Lump *lump, const Lump *other)
{
    if (other->weight == 0)
        return;
    if (lump->weight == 0) {
        *lump = *other;
        return;
    }
    join_values(shared, aggregate, lump, other);
    lump->weight += other->weight;
    lump->holes += other->holes;
    lump->many |= other->many;
    lump->unknown |= other->unknown;
    if (other->cause != lump->cause && other->cause != 0 &&
        (lump->cause == 0 || cause_order(shared->causes, other->cause, lump->cause) < 0))
        lump->cause = other->cause;
}

// What one value can say of all; else it is not known.
static void tell_value(const Aggregate *aggregate, const Lump *lump, RowClass row_class,
                       Value *value)
{
    bool sums = aggregate->kind == AGGREGATE_SUM;
    bool truths = aggregate->kind == AGGREGATE_ANY || aggregate->kind == AGGREGATE_ALL;
    if (is_number(aggregate) && (sums || is_extreme(aggregate))) {
        value->bounded = true;
        value->lo = lump->lo;
        value->hi = lump->hi;
    } else if (lump_needs_sights(aggregate)) {
        if (row_class != CLASS_CERTAIN) // the order has them
            value->state = VALUE_KNOWN;
    } else if (!lump->unknown && lump_needs_numbers(aggregate)) {
        value->state = VALUE_KNOWN;
    } else if (!lump->unknown && is_extreme(aggregate)) {
        *value = cell_value(aggregate->argument.type, lump->best);
    } else if (!lump->unknown && truths) {
        *value = (Value){.type = value->type, .boolean = aggregate->kind == AGGREGATE_ALL};
    }
}

Tuple lump_tuple(const Aggregate *aggregate, const Lump *lump, RowClass row_class)
{
    ASSERT(lump->weight > 0);
    bool sums = aggregate->kind == AGGREGATE_SUM; // whose ends hold the many already
    Tuple tuple = {.class = row_class,
                   .weight = lump->weight,
                   .many = lump->many && !sums,
                   .unknown = lump->holes,
                   .cause = lump->cause};
    tuple.value =
        (Value){.type = aggregate->argument.type, .state = VALUE_ISSUE, .cause = lump->cause};
    tell_value(aggregate, lump, row_class, &tuple.value);
    return tuple;
}

// SPDX-License-Identifier: Apache-2.0
//
// tuples_collapse.c: one tuple that stands for many which may count.
//
// Count, sum, least and greatest need of many open tuples only how many they are and the bounds that they have together.

#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/tuples_int.h"

bool tuples_collapse(const Aggregate *aggregate)
{
    Phys phys = type_phys(aggregate->argument.type);
    AggregateKind kind = aggregate->kind;
    return kind == AGGREGATE_COUNT ||
           ((phys == PHYS_I64 || phys == PHYS_I128) &&
            (kind == AGGREGATE_SUM || kind == AGGREGATE_MIN || kind == AGGREGATE_MAX));
}

static void tuple_ends(const Aggregate *aggregate, const Tuple *tuple, int128_t *lo, int128_t *hi)
{
    const Value *value = &tuple->value;
    *lo = aggregate->nonnegative ? 0 : BOUND_LOW;
    *hi = BOUND_HIGH;
    if (value->state == VALUE_KNOWN)
        *lo = *hi = type_phys(value->type) == PHYS_I64 ? value->i64 : value->i128;
    else if (value->state == VALUE_ISSUE && value->bounded)
        *lo = value->lo, *hi = value->hi;
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

void tuple_collapse(const CauseTable *causes, const Aggregate *aggregate, Tuple *all,
                    const Tuple *next, bool first)
{
    bool sums = aggregate->kind == AGGREGATE_SUM;
    int128_t lo, hi;
    tuple_ends(aggregate, next, &lo, &hi);
    if (sums) {
        lo = lo < 0 ? (next->many ? BOUND_LOW : lo) : 0;
        hi = hi > 0 ? (next->many ? BOUND_HIGH : hi) : 0;
    }
    if (first) {
        *all = *next;
        all->weight = 1;
        all->value.state = VALUE_ISSUE;
        all->value.bounded = true;
        all->value.lo = lo;
        all->value.hi = hi;
        return;
    }
    all->weight++;
    all->many |= next->many;
    all->value.lo = sums ? add_ends(all->value.lo, lo) : MIN_OF(all->value.lo, lo);
    all->value.hi = sums ? add_ends(all->value.hi, hi) : MAX_OF(all->value.hi, hi);
    if (next->cause != 0 && (all->cause == 0 || cause_order(causes, next->cause, all->cause) < 0))
        all->cause = next->cause;
}

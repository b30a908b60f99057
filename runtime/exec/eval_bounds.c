// SPDX-License-Identifier: Apache-2.0
// eval_bounds.c: arithmetic on the bounds of issues.
//
// Every operation that passes bounds on is monotone in each operand between its zeros, so the extremes of its
// result lie at corners of the operands' intervals. Corners are computed exactly as the operation computes
// single values, rounding included, and saturate: what leaves 128 bits is infinite.

#include "runtime/exec/eval_int.h"

static const Interval NOTHING = {false, 1, 0};

Limits type_limits(Type type)
{
    switch (type.kind) {
    case TYPE_DATE:
        return (Limits){DATE_MIN, DATE_MAX};
    case TYPE_DATETIME:
        return (Limits){DATETIME_MIN, DATETIME_MAX};
    case TYPE_MONTH:
        return (Limits){MONTH_MIN, MONTH_MAX};
    default:
        if (type_is_exact(type))
            return (Limits){1 - EXACT_END, EXACT_END - 1};
        return (Limits){INT64_MIN, INT64_MAX};
    }
}

Interval vector_interval(const Vector *vector, int64_t row)
{
    int64_t at = vector_index(vector, row);
    ValueState state = vector->state == NULL ? VALUE_KNOWN : (ValueState)vector->state[at];
    if (state == VALUE_KNOWN && vector->phys == PHYS_I64)
        return (Interval){true, vector->i64[at], vector->i64[at]};
    if (state == VALUE_KNOWN && vector->phys == PHYS_I128)
        return (Interval){true, vector->i128[at], vector->i128[at]};
    if (state == VALUE_ISSUE && vector->lo != NULL && vector->lo[at] <= vector->hi[at])
        return (Interval){true, vector->lo[at], vector->hi[at]};
    if (state != VALUE_KNOWN && (vector->phys == PHYS_I64 || vector->phys == PHYS_I128))
        return (Interval){true, BOUND_LOW, BOUND_HIGH};
    return NOTHING;
}

void vector_set_interval(Vector *out, int64_t row, Interval interval, Arena *arena)
{
    ASSERT(out->state != NULL && out->state[row] == VALUE_ISSUE);
    if (!interval.some || (interval.lo == BOUND_LOW && interval.hi == BOUND_HIGH))
        return;
    ASSERT(interval.lo <= interval.hi);
    vector_need_bounds(out, arena);
    out->lo[row] = interval.lo;
    out->hi[row] = interval.hi;
}

static bool is_infinite(int128_t end)
{
    return end == BOUND_LOW || end == BOUND_HIGH;
}

// a + b for two lower, or two upper ends: infinities of opposite sign do not meet.
static int128_t add_ends(int128_t a, int128_t b)
{
    if (is_infinite(a))
        return a;
    if (is_infinite(b))
        return b;
    int128_t sum;
    if (num_add_i128(a, b, &sum))
        return sum;
    return a < 0 ? BOUND_LOW : BOUND_HIGH;
}

static int128_t negate_end(int128_t end)
{
    if (end == BOUND_LOW)
        return BOUND_HIGH;
    return end == BOUND_HIGH ? BOUND_LOW : -end;
}

// Nothing multiplied by infinity is nothing: the end is a limit that is never reached.
static int128_t multiply_ends(int128_t a, int128_t b)
{
    if (a == 0 || b == 0)
        return 0;
    int128_t product;
    if (!is_infinite(a) && !is_infinite(b) && num_mul_i128(a, b, &product))
        return product;
    return (a < 0) == (b < 0) ? BOUND_HIGH : BOUND_LOW;
}

static int128_t divide_ends(int128_t a, int sa, int128_t b, int sb)
{
    if (is_infinite(b) || a == 0)
        return 0;
    int128_t quotient;
    if (!is_infinite(a) && exact_div(a, sa, b, sb, &quotient) == EXACT_OK)
        return quotient;
    return (a < 0) == (b < 0) ? BOUND_HIGH : BOUND_LOW;
}

static Interval corner_hull(const int128_t corners[4])
{
    Interval hull = {true, corners[0], corners[0]};
    for (int i = 1; i < 4; i++) {
        hull.lo = MIN_OF(hull.lo, corners[i]);
        hull.hi = MAX_OF(hull.hi, corners[i]);
    }
    return hull;
}

Interval interval_add(Interval a, Interval b)
{
    if (!a.some || !b.some)
        return NOTHING;
    return (Interval){true, add_ends(a.lo, b.lo), add_ends(a.hi, b.hi)};
}

Interval interval_negate(Interval a)
{
    if (!a.some)
        return NOTHING;
    return (Interval){true, negate_end(a.hi), negate_end(a.lo)};
}

Interval interval_multiply(Interval a, Interval b)
{
    if (!a.some || !b.some)
        return NOTHING;
    return corner_hull((int128_t[4]){multiply_ends(a.lo, b.lo), multiply_ends(a.lo, b.hi),
                                     multiply_ends(a.hi, b.lo), multiply_ends(a.hi, b.hi)});
}

Interval interval_divide(Interval a, int sa, Interval b, int sb)
{
    if (!a.some || !b.some || (b.lo <= 0 && b.hi >= 0))
        return NOTHING;
    if ((is_infinite(a.lo) || is_infinite(a.hi)) && (is_infinite(b.lo) || is_infinite(b.hi)))
        return NOTHING; // infinite by infinite can be anything
    return corner_hull(
        (int128_t[4]){divide_ends(a.lo, sa, b.lo, sb), divide_ends(a.lo, sa, b.hi, sb),
                      divide_ends(a.hi, sa, b.lo, sb), divide_ends(a.hi, sa, b.hi, sb)});
}

Interval interval_abs(Interval a)
{
    if (!a.some || a.lo >= 0)
        return a;
    Interval mirrored = interval_negate(a);
    if (a.hi <= 0)
        return mirrored;
    return (Interval){true, 0, MAX_OF(a.hi, mirrored.hi)};
}

Interval interval_least(Interval a, Interval b)
{
    if (!a.some || !b.some)
        return NOTHING;
    return (Interval){true, MIN_OF(a.lo, b.lo), MIN_OF(a.hi, b.hi)};
}

Interval interval_greatest(Interval a, Interval b)
{
    if (!a.some || !b.some)
        return NOTHING;
    return (Interval){true, MAX_OF(a.lo, b.lo), MAX_OF(a.hi, b.hi)};
}

Interval interval_hull(Interval a, Interval b)
{
    if (!a.some || !b.some)
        return NOTHING;
    return (Interval){true, MIN_OF(a.lo, b.lo), MAX_OF(a.hi, b.hi)};
}

Interval interval_clip(Interval a, Limits limits)
{
    if (!a.some)
        return NOTHING;
    // Both tests: an interval that lies beyond a limit as a whole keeps that limit as its near end.
    if (a.hi > limits.max) {
        a.hi = BOUND_HIGH;
        a.lo = MIN_OF(a.lo, limits.max);
    }
    if (a.lo < limits.min) {
        a.lo = BOUND_LOW;
        a.hi = MAX_OF(a.hi, limits.min);
    }
    return a;
}

// a < b, or a <= b where `or_equal`, for all values of the intervals.
static Truth compare_less(Interval a, Interval b, bool or_equal)
{
    if (or_equal ? a.hi <= b.lo : a.hi < b.lo)
        return is_infinite(a.hi) || is_infinite(b.lo) ? TRUTH_U : TRUTH_T;
    if (or_equal ? a.lo > b.hi : a.lo >= b.hi)
        return is_infinite(a.lo) || is_infinite(b.hi) ? TRUTH_U : TRUTH_F;
    return TRUTH_U;
}

static Truth compare_equal(Interval a, Interval b)
{
    if (a.hi < b.lo || b.hi < a.lo)
        return TRUTH_F;
    bool points = a.lo == a.hi && b.lo == b.hi && a.lo == b.lo;
    return points ? TRUTH_T : TRUTH_U;
}

Truth interval_compare(CompareOp op, Interval a, Interval b)
{
    if (!a.some || !b.some)
        return TRUTH_U;
    switch (op) {
    case COMPARE_EQ:
        return compare_equal(a, b);
    case COMPARE_NE:
        return truth_not(compare_equal(a, b));
    case COMPARE_LT:
        return compare_less(a, b, false);
    case COMPARE_LE:
        return compare_less(a, b, true);
    case COMPARE_GT:
        return compare_less(b, a, false);
    case COMPARE_GE:
        return compare_less(b, a, true);
    }
    UNREACHABLE();
}

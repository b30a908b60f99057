// SPDX-License-Identifier: Apache-2.0
//
// check_line.c: the values of a group in the order of time, and medians of stretches of them.

#include "stdlib/check_line_int.h"

#define SHORT_STRETCH 16 // sorted by insertion

bool check_line_make(FnContext *fn, const StatPeers *peers, int64_t least, Line *line)
{
    if (!check_enough(fn, peers, peers->n, least))
        return false;
    line->time = ARENA_ARRAY(fn->arena, int64_t, (size_t)peers->n);
    line->value = ARENA_ARRAY(fn->arena, double, (size_t)peers->n);
    line->n = 0;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = fn_real_of_order(peers->items[i].pair.b);
        if (fabs(value) >= STAT_REAL_MAX)
            fn_issue(fn, REASON_OVERFLOW);
        for (int64_t k = 0; k < peers->items[i].count; k++) {
            line->time[line->n] = peers->items[i].pair.a;
            line->value[line->n++] = value;
        }
    }
    return fn->issue == REASON_NONE;
}

double check_month(int64_t time, TypeKind kind)
{
    if (kind == TYPE_MONTH)
        return (double)time;
    if (kind != TYPE_DATE && kind != TYPE_DATETIME)
        return NAN;
    int64_t day = kind == TYPE_DATE ? time : time / TIME_US_PER_DAY - (time % TIME_US_PER_DAY < 0);
    return (double)month_of_date((int32_t)day);
}

// ---------------------------------------------------------------- medians

static void sort_short(double *values, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        double value = values[i];
        int64_t at = i;
        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

static void swap_reals(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

// Splits by the middle one of three: what is less stands first, what is greater last, `*equal` of the others between.
static int64_t split_reals(double *values, int64_t count, int64_t *equal)
{
    double a = values[0], b = values[count / 2], c = values[count - 1];
    double pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
    int64_t less = 0, at = 0, greater = count;
    while (at < greater) {
        if (values[at] < pivot)
            swap_reals(&values[less++], &values[at++]);
        else if (values[at] > pivot)
            swap_reals(&values[at], &values[--greater]);
        else
            at++;
    }
    *equal = greater - less;
    return less;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double check_select(double *values, int64_t count, int64_t place)
{
    ASSERT(place >= 0 && place < count);
    for (int rounds = 0; count > SHORT_STRETCH; rounds++) {
        int64_t equal = 0;
        if (rounds > 60) { // values that were arranged against the pivots
            qsort(values, (size_t)count, sizeof *values, by_value);
            return values[place];
        }
        int64_t less = split_reals(values, count, &equal);
        if (place >= less && place < less + equal)
            return values[place];
        if (place >= less) {
            values += less + equal;
            count -= less + equal;
            place -= less + equal;
        } else {
            count = less;
        }
    }
    sort_short(values, count);
    return values[place];
}

double check_median(double *values, int64_t count)
{
    double low = check_select(values, count, (count - 1) / 2);
    if (count % 2 != 0)
        return low;
    double high = check_select(values, count, count / 2);
    return low / 2 + high / 2;
}

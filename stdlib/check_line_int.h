// SPDX-License-Identifier: Apache-2.0
//
// check_line_int.h: the values of a group in the order of time, for checks that look along it (check_times.c,
// check_series.c, check_way.c).
//
// Rows of one time have no order among themselves: they stand by their values, and no check may depend on more.

#ifndef SUP_STDLIB_CHECK_LINE_INT_H
#define SUP_STDLIB_CHECK_LINE_INT_H

#include "stdlib/check_int.h"

// Values by time, each as often as it stands there; both arrays in fn->arena.
typedef struct Line {
    int64_t n;
    int64_t *time;
    double *value;
} Line;

// The peers of a card with PAIRS_TIME as a line. False, with the reason reported: there are fewer than `least`, or a
// value is too large.
bool check_line_make(FnContext *fn, const StatPeers *peers, int64_t least, Line *line);

// The month of a day, an instant or a month; NAN where time is counted otherwise.
double check_month(int64_t time, TypeKind kind);

// The value that has `place` others below it, place < count, by selection: `values` are left in another order. Finite
// values only.
double check_select(double *values, int64_t count, int64_t place);
// The median, halfway between the two in the middle; count > 0.
double check_median(double *values, int64_t count);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// check_int.h: checks that give a record: its parts, and the tails of distributions.
//
// The fields are those of lang/check_records.def, in its order.

#ifndef SUP_STDLIB_CHECK_INT_H
#define SUP_STDLIB_CHECK_INT_H

#include <math.h>

#include "stdlib/statistic_int.h"

typedef enum CheckField {
    CHECK_VALUE,
    CHECK_SCORE,
    CHECK_P,
    CHECK_N,
    CHECK_LEFT_OUT,
    CHECK_METHOD,
    CHECK_EXPECTED,
    CHECK_LOWER,
    CHECK_UPPER,
    CHECK_FLAG,
    CHECK_EXTRA, // the check's own fields from here on
} CheckField;

// A part that a check does not give is absent: NAN, NULL, or flag below 0.
typedef struct Check {
    double value, score, p, expected, lower, upper;
    int64_t n; // peers that the check looked at
    const char *method;
    int flag;
    double extra;           // the check's own number
    const char *extra_text; // and its own text
} Check;

static const Check CHECK_EMPTY = {.value = NAN,
                                  .score = NAN,
                                  .p = NAN,
                                  .expected = NAN,
                                  .lower = NAN,
                                  .upper = NAN,
                                  .flag = -1,
                                  .extra = NAN};

// Puts the field that is asked for into `out`: a gap where the check does not give it.
void check_give(FnContext *fn, const StatPeers *peers, const Check *check, Value *out);

// P(X ≥ x) of χ² with this many degrees of freedom.
double tail_chi_square(double x, double freedom);
// P(|Z| ≥ |z|) of the normal distribution.
double tail_normal(double z);
// P(X ≥ hits) of the binomial distribution.
double tail_binomial(int64_t hits, int64_t tries, double rate);
// P(X ≥ events) of the Poisson distribution.
double tail_poisson(int64_t events, double mean);

#endif

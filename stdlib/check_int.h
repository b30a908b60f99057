// SPDX-License-Identifier: Apache-2.0
//
// check_int.h: checks that give a record: its parts, how it travels, and the tails of distributions.
//
// The fields are those of lang/check_records.def, in its order. A record is one value, a list of reals with a place
// per field (check_record.c): a check is one fold, whichever of its fields are read. Checks of one value among its
// peers also leave there what a value is judged by, and the value itself comes in where a field is read.

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

#define CHECK_EXTRAS 3

// How one value is judged by what its peers have.
typedef enum OwnRule {
    OWN_NONE,     // the check speaks of the peers as a whole
    OWN_DISTANCE, // score: from the centre in spreads
    OWN_FENCE,    // score: beyond the nearer of low and high, in spreads
    OWN_RATIO,    // score: to the centre
    OWN_RANK,     // score: how many of the peers lie below, in percent
    OWN_TABLE, // value, score, p, flag and the check's own fields: what a table says of the value
} OwnRule;

// A value of the peers as reals: a point as two, a text by its code; what has one alone has 0 beside it.
typedef struct CheckKey {
    double a, b;
} CheckKey;

// What a check says of one value of its peers; NAN: nothing.
typedef struct CheckJudged {
    CheckKey key;
    double value, score, p, flag;
    double extra[CHECK_EXTRAS];
} CheckJudged;

typedef struct CheckOwn {
    OwnRule rule;
    double centre, spread; // spread 0: no score, no flag
    double low, high;      // OWN_FENCE
    double
        limit; // of |score| beyond which a value is flagged; NAN: those outside the check's lower and upper
    double least_distance; // from the centre, which flagged values have
    double tests; // p: that of the greatest of this many distances of a sample (Grubbs); 0: none
    const StatPeers *rank; // OWN_RANK; NULL else
    CheckJudged *table;    // OWN_TABLE: one for each distinct value, in any order
    int64_t table_count;
} CheckOwn;

// A part that a check does not give is absent: NAN, NULL, or flag below 0.
typedef struct Check {
    double value, score, p, expected, lower, upper;
    int64_t n; // peers that the check looked at
    const char *method;
    int flag;
    double extra[CHECK_EXTRAS]; // the check's own fields, in their order
    const char *extra_text;     // its last one, where that is a text
    CheckOwn own;
} Check;

// clang-format off
static const Check CHECK_EMPTY = {.value = NAN, .score = NAN, .p = NAN, .expected = NAN, .lower = NAN,
                                  .upper = NAN, .flag = -1, .extra = {NAN, NAN, NAN}};
// clang-format on

#define CHECK_SIGNIFICANT 0.05 // of `flag` where a check has a test

// Whether there are peers enough; reports why not: missing without any, else too few.
bool check_enough(FnContext *fn, const StatPeers *peers, int64_t n, int64_t least);

// A field of a check as a real; NAN: it is not given. `left_out` is for checks of peers.
double check_part(FnContext *fn, const Check *check, CheckField field);
// Stores a field's value at a row of a vector of its layout, or reports why there is none.
void check_store(FnContext *fn, double value, int64_t row, Vector *out, FnFail fail, void *closure);

// Puts the record into `out`, whose type is a list of reals.
void check_give(FnContext *fn, const StatPeers *peers, const Check *check, Value *out);

// A field of a record as a real; NAN: the check does not give it. `own` is the value that is judged, NAN where
// there is none. Reports why a field is not defined.
double check_field(FnContext *fn, Str record, CheckField field, CheckKey own);

// The key of one item of the peers, as check_field gets that of a value.
CheckKey check_key(const StatPeers *peers, int64_t item);
// A table for as many values as there are, with their keys and nothing said of them. In fn->arena.
CheckJudged *check_table(FnContext *fn, const StatPeers *peers);

// P(X ≥ x) of χ² with this many degrees of freedom.
double tail_chi_square(double x, double freedom);
// P(|Z| ≥ |z|) of the normal distribution.
double tail_normal(double z);
// P(T ≥ t) of Student's distribution, t ≥ 0; and the t whose tail is p, 0 < p < 1/2.
double tail_student(double t, double freedom);
double tail_student_inverse(double p, double freedom);
// P(X ≥ hits) of the binomial distribution.
double tail_binomial(int64_t hits, int64_t tries, double rate);
// P(X ≥ events) of the Poisson distribution.
double tail_poisson(int64_t events, double mean);

#endif

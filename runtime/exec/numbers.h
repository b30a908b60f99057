// SPDX-License-Identifier: Apache-2.0
//
// numbers.h: the values of open tuples in an order, asked how far a stretch of them can pull a mean.
//
// The greatest mean of what counts and any part of what may count takes all open values above itself, and none below.
// NumberLine finds that limit without looking at each value: a wavelet matrix over their ranks, with the sums of what each
// level parts, goes down one bit of the limit's rank at a time.

#ifndef SUP_RUNTIME_EXEC_NUMBERS_H
#define SUP_RUNTIME_EXEC_NUMBERS_H

#include "runtime/base/arena.h"
#include "runtime/base/wide.h"

typedef struct NumberLine NumberLine;

// A mean as a fraction: sum / count.
typedef struct Mean {
    WideSum sum;
    int64_t count; // above 0
} Mean;

// Whether adding the number moves the mean up (1), down (-1) or not (0).
int mean_pull(const Mean *mean, int128_t number);
// Whether they are the same fraction.
bool mean_same(const Mean *a, const Mean *b);

// Over a copy of the values; lives in `arena`.
NumberLine *numbers_make(const int128_t *values, int64_t count, Arena *arena);
// The greatest (sign 1) or least (-1) mean of `mean` and any part of the stretch from..to.
Mean numbers_furthest(const NumberLine *numbers, int64_t from, int64_t to, Mean mean, int sign);
// Adds to `into` those of the stretch that pull `mean` up (sign 1) or down (-1).
void numbers_beyond(const NumberLine *numbers, int64_t from, int64_t to, const Mean *mean, int sign,
                    Mean *into);

#endif

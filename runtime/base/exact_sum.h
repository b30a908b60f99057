// SPDX-License-Identifier: Apache-2.0
//
// exact_sum.h: sums of binary64 numbers, rounded once.
//
// The sum is kept as an integer multiple of 2^-1074 wide enough for 2^62 values of any size, so the
// result does not depend on the order of additions or on how rows were split over threads.
#ifndef SUP_RUNTIME_BASE_EXACT_SUM_H
#define SUP_RUNTIME_BASE_EXACT_SUM_H

#include "runtime/base/base.h"

#define EXACT_SUM_LIMBS 68

// All zero is 0. Limbs hold 32 bits each plus delayed carries.
typedef struct ExactSum {
    int64_t limb[EXACT_SUM_LIMBS];
    int64_t pending; // additions since carries were last moved up
} ExactSum;

// Adds, or takes away, a finite value.
void exact_sum_add(ExactSum *sum, double value);
void exact_sum_sub(ExactSum *sum, double value);

// Adds the exact product a · b (both finite). False, with the sum unchanged, if the product does
// not lie between 2^-960 and 2^1000 in magnitude (0 is fine), where it would not be exact.
MUST_USE bool exact_sum_add_product(ExactSum *sum, double a, double b);

// Adds value · count (value · count finite, count > 0) exactly.
void exact_sum_add_times(ExactSum *sum, double value, int64_t count);

// Adds another sum to this one.
void exact_sum_merge(ExactSum *sum, const ExactSum *other);

// The exact sum rounded once to the nearest binary64, ties to even; ±infinity if it is too large.
// 0 is never negative. The sum is not changed.
double exact_sum_finish(const ExactSum *sum);

#endif

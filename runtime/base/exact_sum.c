// SPDX-License-Identifier: Apache-2.0
//
// exact_sum.c: a fixed-point accumulator over the whole range of binary64.
//
// Bit i of the accumulator weighs 2^(i - 1074). A value of 53 bits touches three neighbouring limbs
// of 32 bits, which are 64 bits wide, so carries can wait for 2^30 additions. After settling, every
// limb but the top one lies in [0, 2^32) and the top one carries the sign.
#include "runtime/base/exact_sum.h"

#include <math.h>

enum {
    LIMB_BITS = 32,
    MANTISSA_BITS = 53,
    EXPONENT_LEAST = -1074, // of the lowest bit
};

#define PENDING_MAX (INT64_C(1) << 30)

// Moves carries up.
static void exact_sum_settle(ExactSum *sum)
{
    int64_t carry = 0;
    for (int i = 0; i < EXACT_SUM_LIMBS - 1; i++) {
        int64_t total = sum->limb[i] + carry;
        sum->limb[i] = total & 0xFFFFFFFF;
        carry = (total - sum->limb[i]) / (INT64_C(1) << LIMB_BITS);
    }
    sum->limb[EXACT_SUM_LIMBS - 1] += carry;
    sum->pending = 1;
}

// Bit 0 of the mantissa of a real with this biased exponent lies at exponent - 1; below the normal range at 0.
static void exact_sum_add_signed(ExactSum *sum, double value, int64_t sign)
{
    uint64_t bits;
    ASSERT(isfinite(value));
    if (value == 0)
        return;
    if (sum->pending >= PENDING_MAX)
        exact_sum_settle(sum);
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> (MANTISSA_BITS - 1) & 0x7FF);
    uint64_t hidden = (uint64_t)1 << (MANTISSA_BITS - 1);
    uint64_t mantissa = (bits & (hidden - 1)) | (exponent > 0 ? hidden : 0);
    int bit = exponent > 0 ? exponent - 1 : 0;
    sign = (bits >> 63) != 0 ? -sign : sign;
    uint128_t shifted = (uint128_t)mantissa << (bit % LIMB_BITS);
    int64_t *limb = &sum->limb[bit / LIMB_BITS];
    for (; shifted != 0; shifted >>= LIMB_BITS)
        *limb++ += sign * (int64_t)(shifted & 0xFFFFFFFF);
    sum->pending++;
}

void exact_sum_add(ExactSum *sum, double value)
{
    exact_sum_add_signed(sum, value, 1);
}

void exact_sum_sub(ExactSum *sum, double value)
{
    exact_sum_add_signed(sum, value, -1);
}

bool exact_sum_add_product(ExactSum *sum, double a, double b)
{
    if (a == 0 || b == 0)
        return true;
    double product = a * b;
    if (!(fabs(product) >= 0x1p-960 && fabs(product) <= 0x1p1000))
        return false;
    exact_sum_add(sum, product);
    exact_sum_add(sum, fma(a, b, -product)); // what the rounding of the product lost
    return true;
}

void exact_sum_add_times(ExactSum *sum, double value, int64_t count)
{
    ASSERT(count > 0);
    if (count == 1) {
        exact_sum_add(sum, value);
        return;
    }
    for (int bit = 0; bit < 63; bit++) {
        if ((count >> bit & 1) != 0)
            exact_sum_add(sum, ldexp(value, bit));
    }
}

void exact_sum_merge(ExactSum *sum, const ExactSum *other)
{
    if (sum->pending + other->pending > PENDING_MAX)
        exact_sum_settle(sum);
    ExactSum settled = *other;
    if (sum->pending + other->pending > PENDING_MAX)
        exact_sum_settle(&settled);
    for (int i = 0; i < EXACT_SUM_LIMBS; i++)
        sum->limb[i] += settled.limb[i];
    sum->pending += settled.pending;
}

// Makes the settled sum its magnitude; returns whether it was negative.
static bool exact_sum_absolute(ExactSum *sum)
{
    bool negative = sum->limb[EXACT_SUM_LIMBS - 1] < 0;
    if (negative) {
        for (int i = 0; i < EXACT_SUM_LIMBS; i++)
            sum->limb[i] = -sum->limb[i];
        exact_sum_settle(sum);
    }
    return negative;
}

// Bits first..first+63 of a settled magnitude.
static uint64_t exact_sum_bits(const ExactSum *sum, int first)
{
    int at = first / LIMB_BITS, shift = first % LIMB_BITS;
    uint128_t bits = 0;
    for (int i = 0; i < 3 && at + i < EXACT_SUM_LIMBS; i++)
        bits |= (uint128_t)(uint64_t)sum->limb[at + i] << (i * LIMB_BITS);
    return (uint64_t)(bits >> shift);
}

// Is any bit below `index` set?
static bool exact_sum_below(const ExactSum *sum, int index)
{
    for (int i = 0; i < index / LIMB_BITS; i++)
        if (sum->limb[i] != 0)
            return true;
    int64_t mask = (INT64_C(1) << (index % LIMB_BITS)) - 1;
    return (sum->limb[index / LIMB_BITS] & mask) != 0;
}

// Index of the highest bit of a settled magnitude, or -1 for 0.
static int exact_sum_top(const ExactSum *sum)
{
    for (int i = EXACT_SUM_LIMBS - 1; i >= 0; i--)
        if (sum->limb[i] != 0)
            return i * LIMB_BITS + 63 - num_leading_zeros_u64((uint64_t)sum->limb[i]);
    return -1;
}

double exact_sum_finish(const ExactSum *sum)
{
    ExactSum settled = *sum;
    exact_sum_settle(&settled);
    bool negative = exact_sum_absolute(&settled);
    int top = exact_sum_top(&settled);
    // The top limb may be wider than 32 bits only beyond the range of binary64.
    if (top >= EXACT_SUM_LIMBS * LIMB_BITS)
        return negative ? -(double)INFINITY : (double)INFINITY;
    int lowest = MAX_OF(top - (MANTISSA_BITS - 1), 0);
    uint64_t mantissa = exact_sum_bits(&settled, lowest);
    if (lowest > 0 && (exact_sum_bits(&settled, lowest - 1) & 1) != 0 &&
        ((mantissa & 1) != 0 || exact_sum_below(&settled, lowest - 1)))
        mantissa++;
    double result = ldexp((double)mantissa, lowest + EXPONENT_LEAST);
    return negative ? -result : result;
}

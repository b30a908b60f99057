// SPDX-License-Identifier: Apache-2.0
//
// wide_sum.c: sums of exact numbers in 192 bits, and units as fractions.
#include "runtime/base/wide.h"

// ---- Sums ---------------------------------------------------------------------------------------

void wide_sum_merge(WideSum *sum, const WideSum *other)
{
    uint128_t before = sum->low;
    sum->low += other->low;
    sum->high += other->high + (int64_t)(sum->low < before);
}

Int256 wide_sum_wide(const WideSum *sum)
{
    return (Int256){{(uint64_t)sum->low, (uint64_t)(sum->low >> 64), (uint64_t)sum->high,
                     sum->high < 0 ? UINT64_MAX : 0}};
}

bool wide_sum_finish(const WideSum *sum, int128_t *out)
{
    *out = (int128_t)sum->low;
    return sum->high == (*out < 0 ? -1 : 0) && exact_fits(*out);
}

bool wide_sum_finish_i64(const WideSum *sum, int64_t *out)
{
    int128_t total;
    return wide_sum_finish(sum, &total) && num_cast_i128_i64(total, out);
}

bool wide_sum_mean(const WideSum *sum, int scale, int64_t count, int128_t *out)
{
    ASSERT(count > 0);
    ASSERT(scale >= 0);
    ASSERT(scale <= EXACT_SCALE_MAX);
    int power = EXACT_QUOTIENT_SCALE - scale;
    Int256 numerator = wide_sum_wide(sum);
    Int256 denominator = wide_from_i128(count);
    bool fits = power >= 0 ? wide_scale(numerator, power, &numerator)
                           : wide_scale(denominator, -power, &denominator);
    return fits && exact_divide_wide(numerator, denominator, ROUND_HALF_EVEN, out);
}

// ---- Units --------------------------------------------------------------------------------------

int128_t num_gcd_i128(int128_t a, int128_t b)
{
    ASSERT(a != INT128_MIN);
    ASSERT(b != INT128_MIN);
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b != 0) {
        int128_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

bool unit_factor(int128_t num, int128_t den, UnitFactor *out)
{
    ASSERT(num > 0);
    ASSERT(den > 0);
    int128_t common = num_gcd_i128(num, den);
    return num_cast_i128_i64(num / common, &out->num) && num_cast_i128_i64(den / common, &out->den);
}

bool unit_common(UnitFactor a, UnitFactor b, UnitFactor *common, int64_t *mul_a, int64_t *mul_b)
{
    ASSERT(a.num > 0 && a.den > 0);
    ASSERT(b.num > 0 && b.den > 0);
    int128_t left = (int128_t)a.num * b.den;
    int128_t right = (int128_t)b.num * a.den;
    int128_t divisor = num_gcd_i128(left, right);
    return unit_factor(divisor, (int128_t)a.den * b.den, common) &&
           num_cast_i128_i64(left / divisor, mul_a) && num_cast_i128_i64(right / divisor, mul_b);
}

// SPDX-License-Identifier: Apache-2.0
//
// wide.h: integers of 256 bits, exact numbers with a static scale, exact sums, units as fractions.
//
// An exact number is a count u with |u| < 10^38 and means u · 10^-scale; the scale is known when the
// model is compiled and is passed beside the count, 0 ≤ scale ≤ 38. A result whose |u| ≥ 10^38 is an
// overflow, whatever the intermediate values were: they are computed in up to 256 bits.
// All functions are pure and may be used from any thread.
#ifndef SUP_RUNTIME_BASE_WIDE_H
#define SUP_RUNTIME_BASE_WIDE_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

#define EXACT_SCALE_MAX 38      // largest scale, and largest power of ten in 128 bits
#define EXACT_QUOTIENT_SCALE 18 // scale of every quotient and mean

// ---- Int256 -------------------------------------------------------------------------------------

// A signed integer of 256 bits in two's complement, lowest limb first.
typedef struct Int256 {
    uint64_t limb[4];
} Int256;

Int256 wide_from_i128(int128_t value);
// True and *out = value if it fits in 128 bits.
MUST_USE bool wide_to_i128(Int256 value, int128_t *out);
// The exact product; always fits.
Int256 wide_mul_128(int128_t a, int128_t b);
// True and *out = the exact result, or false when it does not fit in 256 bits.
MUST_USE bool wide_add(Int256 a, Int256 b, Int256 *out);
MUST_USE bool wide_sub(Int256 a, Int256 b, Int256 *out);
MUST_USE bool wide_mul_u64(Int256 a, uint64_t b, Int256 *out);
// value · 10^power (power ≥ 0), or false when it does not fit in 256 bits.
MUST_USE bool wide_scale(Int256 value, int power, Int256 *out);
// −value; value must not be the least one.
Int256 wide_neg(Int256 value);
// −1, 0 or 1.
int wide_sign(Int256 value);
int wide_cmp(Int256 a, Int256 b);
// Quotient towards zero and remainder with the sign of a; b must not be 0, and neither may be the
// least value. Either result pointer may be NULL.
void wide_divmod(Int256 a, Int256 b, Int256 *quotient, Int256 *remainder);

// 10^n for 0 ≤ n ≤ 38.
int128_t wide_pow10(int n);

// Appends the value in decimal.
void wide_format(StrBuf *buf, Int256 value);

// ---- Exact numbers ------------------------------------------------------------------------------

typedef enum ExactResult {
    EXACT_OK,
    EXACT_OVERFLOW,     // |count| ≥ 10^38
    EXACT_ZERO_DIVISOR, // division by zero
    EXACT_INEXACT,      // digits would be lost
    EXACT_SYNTAX        // the text is no number
} ExactResult;

typedef enum RoundMode {
    ROUND_HALF_AWAY, // 2.5 → 3, −2.5 → −3; what `round` means
    ROUND_HALF_EVEN, // 2.5 → 2, 3.5 → 4; quotients and means
    ROUND_UP,        // away from zero
    ROUND_DOWN,      // towards zero
    ROUND_CEILING,   // towards +∞
    ROUND_FLOOR      // towards −∞
} RoundMode;

// Is |count| < 10^38?
bool exact_fits(int128_t count);

// a·10^-sa ± b·10^-sb at scale max(sa, sb). False on overflow. Output pointers for the scale may be
// NULL here and below.
MUST_USE bool exact_add(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout);
MUST_USE bool exact_sub(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout);

// The product at scale sa + sb, which must be ≤ 38. False on overflow.
MUST_USE bool exact_mul(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout);

// The quotient at scale 18, rounded once, half-even, from the exact quotient.
MUST_USE ExactResult exact_div(int128_t a, int sa, int128_t b, int sb, int128_t *out);

// The same number at a scale that is not smaller. False on overflow.
MUST_USE bool exact_rescale(int128_t value, int scale, int to_scale, int128_t *out);

// value rounded to to_scale (which may be larger: then exact). False on overflow.
MUST_USE bool exact_round(int128_t value, int scale, int to_scale, RoundMode mode, int128_t *out);

// value rounded to a multiple of the unit (> 0), at the unit's scale. False on overflow.
MUST_USE bool exact_round_unit(int128_t value, int scale, int128_t unit, int unit_scale,
                               RoundMode mode, int128_t *out);

// numerator / denominator (≠ 0) as an integer, rounded by mode. False if |result| ≥ 10^38.
MUST_USE bool exact_divide_wide(Int256 numerator, Int256 denominator, RoundMode mode,
                                int128_t *out);

// Order of two exact numbers: −1, 0 or 1. Never fails.
int exact_compare(int128_t a, int sa, int128_t b, int sb);

// Order of n1/d1 and n2/d2 for denominators ≠ 0, by cross-multiplication in 256 bits. Operands are
// below 10^38 in magnitude.
int exact_compare_fraction(int128_t n1, int128_t d1, int128_t n2, int128_t d2);

// A fraction of exact numbers: (num · 10^-num_scale) / (den · 10^-den_scale), den ≠ 0. A plain number
// has den = 1, den_scale = 0.
typedef struct ExactRatio {
    int128_t num;
    int128_t den;
    int num_scale;
    int den_scale;
} ExactRatio;

// Order of two fractions, exactly; scales may differ freely. Never fails.
int exact_compare_ratio(ExactRatio a, ExactRatio b);

// ---- Text and binary64 --------------------------------------------------------------------------

// Reads [+-]digits[.digits] (digits needed on at least one side of the point, all of the text) into
// count and the smallest scale that holds it. EXACT_SYNTAX, EXACT_OVERFLOW, or EXACT_INEXACT when
// more than 38 decimal places would be needed.
MUST_USE ExactResult exact_parse(Str text, int128_t *count, int *scale);

// The same at a given scale; EXACT_INEXACT if the text has more places than that (zeros apart).
MUST_USE ExactResult exact_parse_scaled(Str text, int scale, int128_t *count);

// Reads [+-]digits into 64 bits. EXACT_SYNTAX or EXACT_OVERFLOW.
MUST_USE ExactResult exact_parse_i64(Str text, int64_t *out);

// Appends the canonical text: no exponent, no trailing zeros, a 0 before the point, no "-0".
void exact_format(StrBuf *buf, int128_t count, int scale);

// Appends the text with exactly `places` (≥ 0) decimals, rounded half away from zero.
void exact_format_places(StrBuf *buf, int128_t count, int scale, int places);

// The nearest binary64, ties to even.
double exact_to_real(int128_t count, int scale);

// A finite real at this scale, rounded by mode from its exact binary value. False on overflow.
MUST_USE bool exact_from_real(double value, int scale, RoundMode mode, int128_t *out);

// ---- Sums ---------------------------------------------------------------------------------------

// A sum of up to 2^63 exact numbers of one scale, without overflow: 192 bits. All zero is 0.
// Merging partial sums in any order gives the same value.
typedef struct WideSum {
    uint128_t low; // two's complement over 192 bits
    int64_t high;
} WideSum;

static inline void wide_sum_add(WideSum *sum, int128_t value)
{
    uint128_t before = sum->low;
    sum->low += (uint128_t)value;
    sum->high += (int64_t)(sum->low < before) - (int64_t)(value < 0);
}

static inline void wide_sum_sub(WideSum *sum, int128_t value)
{
    uint128_t before = sum->low;
    sum->low -= (uint128_t)value;
    sum->high -= (int64_t)(sum->low > before) - (int64_t)(value < 0);
}

// Adds another sum to this one.
void wide_sum_merge(WideSum *sum, const WideSum *other);

// The sum as an integer of 256 bits.
Int256 wide_sum_wide(const WideSum *sum);

// The total: true and *out, or false if |total| ≥ 10^38 (of 64-bit sums: if it does not fit in 64
// bits). The sum is not changed.
MUST_USE bool wide_sum_finish(const WideSum *sum, int128_t *out);
MUST_USE bool wide_sum_finish_i64(const WideSum *sum, int64_t *out);

// The mean of count (> 0) numbers of this scale, at scale 18, half-even. False on overflow.
MUST_USE bool wide_sum_mean(const WideSum *sum, int scale, int64_t count, int128_t *out);

// ---- Units --------------------------------------------------------------------------------------

// The factor of a unit to its base unit, num/den in lowest terms, both > 0: 亩 = 2000/3 m².
typedef struct UnitFactor {
    int64_t num;
    int64_t den;
} UnitFactor;

// Greatest common divisor of magnitudes; gcd(0, b) = |b|.
int128_t num_gcd_i128(int128_t a, int128_t b);

// num/den (both > 0) in lowest terms; false if a part does not fit in 64 bits.
MUST_USE bool unit_factor(int128_t num, int128_t den, UnitFactor *out);

// The greatest unit of which both are whole multiples: a = mul_a · common, b = mul_b · common.
// False if a part does not fit in 64 bits.
MUST_USE bool unit_common(UnitFactor a, UnitFactor b, UnitFactor *common, int64_t *mul_a,
                          int64_t *mul_b);

#endif

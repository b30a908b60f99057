// SPDX-License-Identifier: Apache-2.0
//
// wide.c: 256-bit integers and exact numbers.
//
// Most operands are small, so every operation has a path in native 128-bit arithmetic and falls back
// to 256 bits only where that one overflows. Magnitudes are handled as four unsigned limbs; signs are
// put back at the end. Division in 256 bits is Knuth's algorithm D on 32-bit digits.
//
// Why 256 bits are enough: counts are below 10^38, so products are below 10^76 < 2^255. A quotient
// a·10^k/b that fits has a·10^k < 10^38·|b| < 10^76, so a numerator that does not fit is an overflow
// of the result.
#include "runtime/base/wide.h"

#define POW10_18 INT64_C(1000000000000000000)

// ---- Powers of ten ------------------------------------------------------------------------------

int128_t wide_pow10(int n)
{
    ASSERT(n >= 0);
    ASSERT(n <= EXACT_SCALE_MAX);
    static const int64_t small[] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        POW10_18,
    };
    int128_t power = 1;
    for (; n > 18; n -= 18)
        power *= POW10_18;
    return power * small[n];
}

bool exact_fits(int128_t count)
{
    // 10^38 = 0x4B3B4CA85A86C47A_098A224000000000
    const int128_t limit =
        (int128_t)((uint128_t)UINT64_C(0x4B3B4CA85A86C47A) << 64 | UINT64_C(0x098A224000000000));
    return count < limit && count > -limit;
}

// ---- Magnitudes ---------------------------------------------------------------------------------

typedef struct Magnitude {
    uint64_t limb[4];
} Magnitude;

static uint128_t magnitude_of_i128(int128_t value)
{
    return value < 0 ? -(uint128_t)value : (uint128_t)value;
}

int wide_sign(Int256 value)
{
    if ((value.limb[3] >> 63) != 0)
        return -1;
    return (value.limb[0] | value.limb[1] | value.limb[2] | value.limb[3]) != 0;
}

static Int256 negated(Int256 value)
{
    uint128_t carry = 1;
    for (int i = 0; i < 4; i++) {
        carry += (uint64_t)~value.limb[i];
        value.limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return value;
}

Int256 wide_neg(Int256 value)
{
    Int256 result = negated(value);
    ASSERT(wide_sign(value) == 0 || wide_sign(result) == -wide_sign(value));
    return result;
}

static Magnitude magnitude_of(Int256 value)
{
    if (wide_sign(value) < 0)
        value = negated(value);
    Magnitude result;
    memcpy(result.limb, value.limb, sizeof result.limb);
    return result;
}

// The signed value of a magnitude; false if it does not fit.
static bool magnitude_signed(Magnitude magnitude, bool negative, Int256 *out)
{
    memcpy(out->limb, magnitude.limb, sizeof out->limb);
    if ((magnitude.limb[3] >> 63) != 0)
        return false; // the least value itself is never needed
    if (negative)
        *out = negated(*out);
    return true;
}

static int magnitude_compare(const Magnitude *a, const Magnitude *b)
{
    for (int i = 3; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static bool magnitude_is_narrow(const Magnitude *value)
{
    return (value->limb[2] | value->limb[3]) == 0;
}

static uint128_t magnitude_low(const Magnitude *value)
{
    return (uint128_t)value->limb[1] << 64 | value->limb[0];
}

static Magnitude magnitude_from_u128(uint128_t value)
{
    return (Magnitude){{(uint64_t)value, (uint64_t)(value >> 64), 0, 0}};
}

static bool magnitude_mul_u64(Magnitude *value, uint64_t factor)
{
    uint128_t carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (uint128_t)value->limb[i] * factor;
        value->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return carry == 0;
}

static Magnitude magnitude_mul(uint128_t a, uint128_t b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64);
    uint64_t b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    uint128_t low = (uint128_t)a0 * b0;
    uint128_t cross1 = (uint128_t)a0 * b1;
    uint128_t cross2 = (uint128_t)a1 * b0;
    uint128_t high = (uint128_t)a1 * b1;
    uint128_t middle = (low >> 64) + (uint64_t)cross1 + (uint64_t)cross2;
    high += (cross1 >> 64) + (cross2 >> 64) + (middle >> 64);
    return (Magnitude){{(uint64_t)low, (uint64_t)middle, (uint64_t)high, (uint64_t)(high >> 64)}};
}

// Divides in place by a small divisor and returns the remainder.
static uint64_t magnitude_div_u64(Magnitude *value, uint64_t divisor)
{
    uint128_t rest = 0;
    for (int i = 3; i >= 0; i--) {
        rest = rest << 64 | value->limb[i];
        value->limb[i] = (uint64_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint64_t)rest;
}

// ---- Division -----------------------------------------------------------------------------------

enum { DIGITS = 8 }; // 32-bit digits of a magnitude

static int magnitude_digits(const Magnitude *value, uint32_t digits[DIGITS])
{
    int count = 0;
    for (int i = 0; i < DIGITS; i++) {
        digits[i] = (uint32_t)(value->limb[i / 2] >> (i % 2 * 32));
        if (digits[i] != 0)
            count = i + 1;
    }
    return count;
}

static Magnitude magnitude_from_digits(const uint32_t digits[DIGITS])
{
    Magnitude value = {{0}};
    for (int i = 0; i < DIGITS; i++)
        value.limb[i / 2] |= (uint64_t)digits[i] << (i % 2 * 32);
    return value;
}

// out[0..count] = in[0..count-1] shifted left by 0 to 31 bits.
static void shift_left(uint32_t *out, const uint32_t *in, int count, int shift)
{
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        carry |= (uint64_t)in[i] << shift;
        out[i] = (uint32_t)carry;
        carry >>= 32;
    }
    out[count] = (uint32_t)carry;
}

// The next digit of the quotient, at most one too large after the test with the second digit.
static uint64_t digit_estimate(const uint32_t *rest, const uint32_t *divisor, int count)
{
    uint64_t top = (uint64_t)rest[count] << 32 | rest[count - 1];
    uint64_t digit = top / divisor[count - 1];
    uint64_t left = top % divisor[count - 1];
    while (digit >> 32 != 0 || digit * divisor[count - 2] > (left << 32 | rest[count - 2])) {
        digit--;
        left += divisor[count - 1];
        if (left >> 32 != 0)
            break;
    }
    return digit;
}

// rest -= digit · divisor; returns whether that went below zero.
static bool multiply_subtract(uint32_t *rest, const uint32_t *divisor, int count, uint64_t digit)
{
    uint64_t carry = 0;
    uint64_t borrow = 0;
    for (int i = 0; i <= count; i++) {
        carry += i < count ? digit * divisor[i] : 0;
        uint64_t difference = (uint64_t)rest[i] - (uint32_t)carry - borrow;
        rest[i] = (uint32_t)difference;
        borrow = difference >> 63;
        carry >>= 32;
    }
    return borrow != 0;
}

static void add_back(uint32_t *rest, const uint32_t *divisor, int count)
{
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        carry += (uint64_t)rest[i] + divisor[i];
        rest[i] = (uint32_t)carry;
        carry >>= 32;
    }
    rest[count] += (uint32_t)carry;
}

// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D; b has two digits or more.
static Magnitude long_divide(const uint32_t *a, int a_count, const uint32_t *b, int b_count,
                             Magnitude *remainder)
{
    uint32_t rest[DIGITS + 2] = {0};
    uint32_t divisor[DIGITS + 1] = {0};
    uint32_t quotient[DIGITS] = {0};
    int shift = num_leading_zeros_u64(b[b_count - 1]) - 32;
    shift_left(rest, a, a_count, shift);
    shift_left(divisor, b, b_count, shift);
    for (int at = a_count - b_count; at >= 0; at--) {
        uint64_t digit = digit_estimate(rest + at, divisor, b_count);
        if (multiply_subtract(rest + at, divisor, b_count, digit)) {
            add_back(rest + at, divisor, b_count);
            digit--;
        }
        quotient[at] = (uint32_t)digit;
    }
    uint32_t low[DIGITS] = {0};
    for (int i = 0; i < b_count; i++)
        low[i] = (uint32_t)(((uint64_t)rest[i + 1] << 32 | rest[i]) >> shift);
    *remainder = magnitude_from_digits(low);
    return magnitude_from_digits(quotient);
}

static Magnitude magnitude_divmod(const Magnitude *a, const Magnitude *b, Magnitude *remainder)
{
    if (magnitude_is_narrow(a) && magnitude_is_narrow(b)) {
        uint128_t x = magnitude_low(a);
        uint128_t y = magnitude_low(b);
        *remainder = magnitude_from_u128(x % y);
        return magnitude_from_u128(x / y);
    }
    if (magnitude_compare(a, b) < 0) {
        *remainder = *a;
        return (Magnitude){{0}};
    }
    uint32_t a_digits[DIGITS], b_digits[DIGITS];
    int a_count = magnitude_digits(a, a_digits);
    int b_count = magnitude_digits(b, b_digits);
    if (b_count <= 2) {
        Magnitude quotient = *a;
        uint64_t rest = magnitude_div_u64(&quotient, b->limb[0]);
        *remainder = magnitude_from_u128(rest);
        return quotient;
    }
    return long_divide(a_digits, a_count, b_digits, b_count, remainder);
}

// ---- Int256 -------------------------------------------------------------------------------------

Int256 wide_from_i128(int128_t value)
{
    uint64_t fill = value < 0 ? UINT64_MAX : 0;
    return (Int256){{(uint64_t)(uint128_t)value, (uint64_t)((uint128_t)value >> 64), fill, fill}};
}

bool wide_to_i128(Int256 value, int128_t *out)
{
    *out = (int128_t)((uint128_t)value.limb[1] << 64 | value.limb[0]);
    return wide_cmp(wide_from_i128(*out), value) == 0;
}

Int256 wide_mul_128(int128_t a, int128_t b)
{
    Magnitude product = magnitude_mul(magnitude_of_i128(a), magnitude_of_i128(b));
    Int256 result;
    bool fits = magnitude_signed(product, (a < 0) != (b < 0), &result);
    ASSERT(fits);
    return result;
}

bool wide_add(Int256 a, Int256 b, Int256 *out)
{
    uint128_t carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (uint128_t)a.limb[i] + b.limb[i];
        out->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
    uint64_t overflow = (a.limb[3] ^ out->limb[3]) & (b.limb[3] ^ out->limb[3]);
    return overflow >> 63 == 0;
}

bool wide_sub(Int256 a, Int256 b, Int256 *out)
{
    uint128_t carry = 1;
    for (int i = 0; i < 4; i++) {
        carry += (uint128_t)a.limb[i] + (uint64_t)~b.limb[i];
        out->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
    uint64_t overflow = (a.limb[3] ^ b.limb[3]) & (a.limb[3] ^ out->limb[3]);
    return overflow >> 63 == 0;
}

bool wide_mul_u64(Int256 a, uint64_t b, Int256 *out)
{
    Magnitude magnitude = magnitude_of(a);
    bool fits = magnitude_mul_u64(&magnitude, b);
    return magnitude_signed(magnitude, wide_sign(a) < 0, out) && fits;
}

bool wide_scale(Int256 value, int power, Int256 *out)
{
    ASSERT(power >= 0);
    Magnitude magnitude = magnitude_of(value);
    bool fits = true;
    for (; power > 18 && fits; power -= 18)
        fits = magnitude_mul_u64(&magnitude, (uint64_t)POW10_18);
    fits = fits && magnitude_mul_u64(&magnitude, (uint64_t)wide_pow10(power));
    return fits && magnitude_signed(magnitude, wide_sign(value) < 0, out);
}

int wide_cmp(Int256 a, Int256 b)
{
    int64_t a_top = (int64_t)a.limb[3];
    int64_t b_top = (int64_t)b.limb[3];
    if (a_top != b_top)
        return a_top < b_top ? -1 : 1;
    for (int i = 2; i >= 0; i--)
        if (a.limb[i] != b.limb[i])
            return a.limb[i] < b.limb[i] ? -1 : 1;
    return 0;
}

void wide_divmod(Int256 a, Int256 b, Int256 *quotient, Int256 *remainder)
{
    ASSERT(wide_sign(b) != 0);
    Magnitude a_magnitude = magnitude_of(a);
    Magnitude b_magnitude = magnitude_of(b);
    Magnitude rest;
    Magnitude whole = magnitude_divmod(&a_magnitude, &b_magnitude, &rest);
    bool fits = true;
    if (quotient != NULL)
        fits = magnitude_signed(whole, (wide_sign(a) < 0) != (wide_sign(b) < 0), quotient);
    if (remainder != NULL)
        fits = magnitude_signed(rest, wide_sign(a) < 0, remainder) && fits;
    ASSERT(fits);
}

void wide_format(StrBuf *buf, Int256 value)
{
    char digits[80];
    size_t at = sizeof digits;
    Magnitude left = magnitude_of(value);
    do {
        ASSERT(at > 0);
        digits[--at] = (char)('0' + (int)magnitude_div_u64(&left, 10));
    } while ((left.limb[0] | left.limb[1] | left.limb[2] | left.limb[3]) != 0);
    if (wide_sign(value) < 0)
        strbuf_add_char(buf, '-');
    strbuf_add(buf, (Str){digits + at, sizeof digits - at});
}

// ---- Rounding -----------------------------------------------------------------------------------

// Does a quotient with this rest move away from zero? half is the order of 2·rest and the divisor.
static bool rounds_away(RoundMode mode, bool negative, bool rest_is_zero, int half, bool odd)
{
    if (rest_is_zero)
        return false;
    switch (mode) {
    case ROUND_HALF_AWAY:
        return half >= 0;
    case ROUND_HALF_EVEN:
        return half > 0 || (half == 0 && odd);
    case ROUND_UP:
        return true;
    case ROUND_DOWN:
        return false;
    case ROUND_CEILING:
        return !negative;
    case ROUND_FLOOR:
        return negative;
    }
    UNREACHABLE();
}

// The order of 2·rest and divisor, where rest < divisor < 2^255.
static int magnitude_half(const Magnitude *rest, const Magnitude *divisor)
{
    Magnitude twice = *rest;
    bool fits = magnitude_mul_u64(&twice, 2);
    ASSERT(fits);
    return magnitude_compare(&twice, divisor);
}

static bool magnitude_is_zero(const Magnitude *value)
{
    return (value->limb[0] | value->limb[1] | value->limb[2] | value->limb[3]) == 0;
}

// Puts the sign back on a magnitude of 128 bits; false unless it is below 10^38.
static bool exact_signed(uint128_t magnitude, bool negative, int128_t *out)
{
    if (magnitude >> 127 != 0)
        return false;
    *out = negative ? -(int128_t)magnitude : (int128_t)magnitude;
    return exact_fits(*out);
}

// a / b rounded, in native arithmetic; a and b are below 2^127.
static bool divide_narrow(uint128_t a, uint128_t b, bool negative, RoundMode mode, int128_t *out)
{
    uint128_t whole, rest;
    if ((a | b) >> 64 == 0) {
        whole = (uint64_t)a / (uint64_t)b;
        rest = (uint64_t)a % (uint64_t)b;
    } else {
        whole = a / b;
        rest = a - whole * b;
    }
    int half = (2 * rest > b) - (2 * rest < b);
    whole += rounds_away(mode, negative, rest == 0, half, (whole & 1) != 0);
    return exact_signed(whole, negative, out);
}

static bool divide_magnitudes(Magnitude a, Magnitude b, bool negative, RoundMode mode,
                              int128_t *out)
{
    Magnitude rest;
    Magnitude whole = magnitude_divmod(&a, &b, &rest);
    if (!magnitude_is_narrow(&whole))
        return false;
    uint128_t magnitude = magnitude_low(&whole);
    if (magnitude >> 127 != 0)
        return false;
    bool rest_is_zero = magnitude_is_zero(&rest);
    int half = magnitude_half(&rest, &b);
    magnitude += rounds_away(mode, negative, rest_is_zero, half, (magnitude & 1) != 0);
    return exact_signed(magnitude, negative, out);
}

bool exact_divide_wide(Int256 numerator, Int256 denominator, RoundMode mode, int128_t *out)
{
    ASSERT(wide_sign(denominator) != 0);
    bool negative = (wide_sign(numerator) < 0) != (wide_sign(denominator) < 0);
    return divide_magnitudes(magnitude_of(numerator), magnitude_of(denominator), negative, mode,
                             out);
}

// ---- Exact numbers ------------------------------------------------------------------------------

static void exact_check(int128_t count, int scale)
{
    ASSERT(exact_fits(count));
    ASSERT(scale >= 0);
    ASSERT(scale <= EXACT_SCALE_MAX);
}

// count · 10^power in 128 bits; false when it does not fit in them.
static bool scaled_128(int128_t count, int power, int128_t *out)
{
    return num_mul_i128(count, wide_pow10(power), out);
}

bool exact_add(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout)
{
    exact_check(a, sa);
    exact_check(b, sb);
    int scale = MAX_OF(sa, sb);
    if (sout != NULL)
        *sout = scale;
    int128_t x, y;
    if (scaled_128(a, scale - sa, &x) && scaled_128(b, scale - sb, &y) && num_add_i128(x, y, out))
        return exact_fits(*out);
    // A summand may be too large for 128 bits and the sum still fit: the other one takes it back.
    Int256 wide_a, wide_b, sum;
    return wide_scale(wide_from_i128(a), scale - sa, &wide_a) &&
           wide_scale(wide_from_i128(b), scale - sb, &wide_b) && wide_add(wide_a, wide_b, &sum) &&
           wide_to_i128(sum, out) && exact_fits(*out);
}

bool exact_sub(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout)
{
    exact_check(b, sb);
    return exact_add(a, sa, -b, sb, out, sout);
}

bool exact_mul(int128_t a, int sa, int128_t b, int sb, int128_t *out, int *sout)
{
    exact_check(a, sa);
    exact_check(b, sb);
    ASSERT(sa + sb <= EXACT_SCALE_MAX);
    if (sout != NULL)
        *sout = sa + sb;
    return num_mul_i128(a, b, out) && exact_fits(*out);
}

ExactResult exact_div(int128_t a, int sa, int128_t b, int sb, int128_t *out)
{
    exact_check(a, sa);
    exact_check(b, sb);
    if (b == 0)
        return EXACT_ZERO_DIVISOR;
    int power = EXACT_QUOTIENT_SCALE - sa + sb;
    int128_t scaled;
    if (power >= 0 && power <= EXACT_SCALE_MAX && scaled_128(a, power, &scaled) &&
        scaled != INT128_MIN) {
        bool small = divide_narrow(magnitude_of_i128(scaled), magnitude_of_i128(b),
                                   (a < 0) != (b < 0), ROUND_HALF_EVEN, out);
        return small ? EXACT_OK : EXACT_OVERFLOW;
    }
    Int256 numerator = wide_from_i128(a);
    Int256 denominator = wide_from_i128(b);
    bool fits = power >= 0 ? wide_scale(numerator, power, &numerator)
                           : wide_scale(denominator, -power, &denominator);
    // The denominator is below 10^58 and always fits; the numerator is explained above.
    ASSERT(fits || power > 0);
    if (!fits || !exact_divide_wide(numerator, denominator, ROUND_HALF_EVEN, out))
        return EXACT_OVERFLOW;
    return EXACT_OK;
}

bool exact_rescale(int128_t value, int scale, int to_scale, int128_t *out)
{
    exact_check(value, scale);
    ASSERT(to_scale >= scale);
    ASSERT(to_scale <= EXACT_SCALE_MAX);
    return scaled_128(value, to_scale - scale, out) && exact_fits(*out);
}

bool exact_round(int128_t value, int scale, int to_scale, RoundMode mode, int128_t *out)
{
    exact_check(value, scale);
    ASSERT(to_scale >= 0);
    if (to_scale >= scale)
        return exact_rescale(value, scale, to_scale, out);
    return divide_narrow(magnitude_of_i128(value), (uint128_t)wide_pow10(scale - to_scale),
                         value < 0, mode, out);
}

bool exact_round_unit(int128_t value, int scale, int128_t unit, int unit_scale, RoundMode mode,
                      int128_t *out)
{
    exact_check(value, scale);
    exact_check(unit, unit_scale);
    ASSERT(unit > 0);
    // How many units: value·10^-scale ÷ unit·10^-unit_scale, both brought to integers.
    Int256 numerator = wide_from_i128(value);
    Int256 denominator = wide_from_i128(unit);
    bool fits = wide_scale(numerator, MAX_OF(unit_scale - scale, 0), &numerator) &&
                wide_scale(denominator, MAX_OF(scale - unit_scale, 0), &denominator);
    ASSERT(fits); // both are below 10^76
    int128_t units;
    return exact_divide_wide(numerator, denominator, mode, &units) &&
           num_mul_i128(units, unit, out) && exact_fits(*out);
}

// ---- Comparison ---------------------------------------------------------------------------------

int exact_compare(int128_t a, int sa, int128_t b, int sb)
{
    exact_check(a, sa);
    exact_check(b, sb);
    if (sa == sb)
        return (a > b) - (a < b);
    int scale = MAX_OF(sa, sb);
    int128_t left, right;
    if (scaled_128(a, scale - sa, &left) && scaled_128(b, scale - sb, &right))
        return (left > right) - (left < right);
    Int256 x, y;
    bool fits = wide_scale(wide_from_i128(a), scale - sa, &x) &&
                wide_scale(wide_from_i128(b), scale - sb, &y);
    ASSERT(fits); // both are below 10^76
    return wide_cmp(x, y);
}

// Moves the sign of the denominator to the numerator.
static void make_positive(int128_t *numerator, int128_t *denominator)
{
    ASSERT(*denominator != 0);
    if (*denominator < 0) {
        *numerator = -*numerator;
        *denominator = -*denominator;
    }
}

int exact_compare_fraction(int128_t n1, int128_t d1, int128_t n2, int128_t d2)
{
    ASSERT(exact_fits(n1) && exact_fits(d1));
    ASSERT(exact_fits(n2) && exact_fits(d2));
    make_positive(&n1, &d1);
    make_positive(&n2, &d2);
    int128_t left, right;
    if (num_mul_i128(n1, d2, &left) && num_mul_i128(n2, d1, &right))
        return (left > right) - (left < right);
    return wide_cmp(wide_mul_128(n1, d2), wide_mul_128(n2, d1));
}

int exact_compare_ratio(ExactRatio a, ExactRatio b)
{
    exact_check(a.num, a.num_scale);
    exact_check(a.den, a.den_scale);
    exact_check(b.num, b.num_scale);
    exact_check(b.den, b.den_scale);
    make_positive(&a.num, &a.den);
    make_positive(&b.num, &b.den);
    int power = (b.num_scale + a.den_scale) - (a.num_scale + b.den_scale);
    int128_t x, y;
    if (num_mul_i128(a.num, b.den, &x) && num_mul_i128(b.num, a.den, &y) &&
        abs(power) <= EXACT_SCALE_MAX && scaled_128(x, MAX_OF(power, 0), &x) &&
        scaled_128(y, MAX_OF(-power, 0), &y))
        return (x > y) - (x < y);
    Int256 left = wide_mul_128(a.num, b.den);  // · 10^-(a.num_scale + b.den_scale)
    Int256 right = wide_mul_128(b.num, a.den); // · 10^-(b.num_scale + a.den_scale)
    if (wide_sign(left) != wide_sign(right))
        return wide_sign(left) < wide_sign(right) ? -1 : 1;
    // Where the scaled side does not fit it is at least 10^76 and the other one is below that.
    int sign = wide_sign(left);
    if (power > 0 && !wide_scale(left, power, &left))
        return sign;
    if (power < 0 && !wide_scale(right, -power, &right))
        return -sign;
    return wide_cmp(left, right);
}

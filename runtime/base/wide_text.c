// SPDX-License-Identifier: Apache-2.0
//
// wide_text.c: exact numbers from and to text and binary64.
#include <math.h>

#include "runtime/base/wide.h"

// ---- Reading ------------------------------------------------------------------------------------

// A number's text in parts: digits without leading zeros before the point, without trailing zeros
// behind it.
typedef struct NumberText {
    bool negative;
    Str whole;
    Str fraction;
} NumberText;

static size_t digit_run(Str text, size_t at)
{
    size_t end = at;
    while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
        end++;
    return end - at;
}

static bool number_split(Str text, NumberText *out)
{
    size_t at = 0;
    *out = (NumberText){0};
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        out->negative = text.ptr[0] == '-';
        at = 1;
    }
    size_t whole = digit_run(text, at);
    out->whole = str_slice(text, at, at + whole);
    at += whole;
    size_t places = 0;
    if (at < text.len && text.ptr[at] == '.') {
        places = digit_run(text, at + 1);
        out->fraction = str_slice(text, at + 1, at + 1 + places);
        at += 1 + places;
    }
    if (at != text.len || whole + places == 0)
        return false;
    while (out->whole.len > 0 && out->whole.ptr[0] == '0')
        out->whole = str_slice(out->whole, 1, out->whole.len);
    while (out->fraction.len > 0 && out->fraction.ptr[out->fraction.len - 1] == '0')
        out->fraction.len--;
    return true;
}

static uint128_t digits_value(uint128_t before, Str digits)
{
    for (size_t i = 0; i < digits.len; i++)
        before = before * 10 + (unsigned)(digits.ptr[i] - '0');
    return before;
}

// The digits of both parts as one integer; false unless it is below 10^38.
static bool number_count(const NumberText *number, int128_t *count)
{
    Str fraction = number->fraction;
    if (number->whole.len == 0) { // leading zeros of the fraction do not count
        while (fraction.len > 0 && fraction.ptr[0] == '0')
            fraction = str_slice(fraction, 1, fraction.len);
    }
    if (number->whole.len + fraction.len > EXACT_SCALE_MAX)
        return false;
    int128_t value = (int128_t)digits_value(digits_value(0, number->whole), fraction);
    *count = number->negative ? -value : value;
    return true;
}

ExactResult exact_parse(Str text, int128_t *count, int *scale)
{
    NumberText number;
    if (!number_split(text, &number))
        return EXACT_SYNTAX;
    if (number.whole.len > EXACT_SCALE_MAX)
        return EXACT_OVERFLOW;
    if (number.fraction.len > EXACT_SCALE_MAX)
        return EXACT_INEXACT;
    *scale = (int)number.fraction.len;
    return number_count(&number, count) ? EXACT_OK : EXACT_OVERFLOW;
}

ExactResult exact_parse_scaled(Str text, int scale, int128_t *count)
{
    ASSERT(scale >= 0);
    ASSERT(scale <= EXACT_SCALE_MAX);
    NumberText number;
    if (!number_split(text, &number))
        return EXACT_SYNTAX;
    if (number.whole.len > EXACT_SCALE_MAX)
        return EXACT_OVERFLOW;
    if (number.fraction.len > (size_t)scale)
        return EXACT_INEXACT;
    int places = (int)number.fraction.len;
    if (!number_count(&number, count) || !exact_rescale(*count, places, scale, count))
        return EXACT_OVERFLOW;
    return EXACT_OK;
}

ExactResult exact_parse_i64(Str text, int64_t *out)
{
    NumberText number;
    if (!number_split(text, &number) || memchr(text.ptr, '.', text.len) != NULL)
        return EXACT_SYNTAX;
    int128_t value;
    if (!number_count(&number, &value) || !num_cast_i128_i64(value, out))
        return EXACT_OVERFLOW;
    return EXACT_OK;
}

// ---- Writing ------------------------------------------------------------------------------------

enum { DIGITS_MAX = 39 };

// The decimal digits of a magnitude, at least `least` of them, in buffer; returns the view.
static Str digits_of(int128_t value, size_t least, char buffer[2 * DIGITS_MAX])
{
    ASSERT(least <= DIGITS_MAX);
    size_t at = (size_t)2 * DIGITS_MAX;
    uint128_t left = value < 0 ? -(uint128_t)value : (uint128_t)value;
    while (left > UINT64_MAX) {
        buffer[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    for (uint64_t low = (uint64_t)left; low > 0; low /= 10)
        buffer[--at] = (char)('0' + low % 10);
    while ((size_t)2 * DIGITS_MAX - at < least)
        buffer[--at] = '0';
    return (Str){buffer + at, (size_t)2 * DIGITS_MAX - at};
}

void exact_format(StrBuf *buf, int128_t count, int scale)
{
    ASSERT(scale >= 0);
    ASSERT(scale <= EXACT_SCALE_MAX);
    char buffer[2 * DIGITS_MAX];
    Str digits = digits_of(count, (size_t)scale + 1, buffer);
    size_t whole = digits.len - (size_t)scale;
    Str fraction = str_slice(digits, whole, digits.len);
    while (fraction.len > 0 && fraction.ptr[fraction.len - 1] == '0')
        fraction.len--;
    if (count < 0)
        strbuf_add_char(buf, '-');
    strbuf_add(buf, str_slice(digits, 0, whole));
    if (fraction.len > 0) {
        strbuf_add_char(buf, '.');
        strbuf_add(buf, fraction);
    }
}

void exact_format_places(StrBuf *buf, int128_t count, int scale, int places)
{
    ASSERT(places >= 0);
    int128_t rounded = count;
    int kept = scale;
    if (places < scale) {
        bool fits = exact_round(count, scale, places, ROUND_HALF_AWAY, &rounded);
        ASSERT(fits); // fewer digits than before
        kept = places;
    }
    char buffer[2 * DIGITS_MAX];
    Str digits = digits_of(rounded, (size_t)kept + 1, buffer);
    if (rounded < 0)
        strbuf_add_char(buf, '-');
    strbuf_add(buf, str_slice(digits, 0, digits.len - (size_t)kept));
    if (places == 0)
        return;
    strbuf_add_char(buf, '.');
    strbuf_add(buf, str_slice(digits, digits.len - (size_t)kept, digits.len));
    strbuf_add_repeat(buf, '0', (size_t)(places - kept));
}

// ---- Binary64 -----------------------------------------------------------------------------------

static int leading_zeros(uint128_t value)
{
    uint64_t high = (uint64_t)(value >> 64);
    return high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

// quotient · 2^power rounded once; `rest`: the quotient is a little more. It is at least 2^62.
static double rounded(uint64_t quotient, bool rest, int power)
{
    int drop = 64 - __builtin_clzll(quotient) - 53;
    uint64_t kept = quotient >> drop, cut = quotient & (((uint64_t)1 << drop) - 1);
    uint64_t half = (uint64_t)1 << (drop - 1);
    bool up = cut > half || (cut == half && (rest || kept % 2 != 0));
    uint64_t bits = (uint64_t)(1023 + drop + power) << 52; // of a power of two far from both ends
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return (double)(kept + up) * scale;
}

// The quotient of a count and a power of ten below 2^64. With the count at the top of 127 bits and the power at that of
// 64, the quotient has 63 or 64, so what is cut off is known with the remainder.
static double rounded_quotient(uint128_t count, uint64_t power)
{
    int up = leading_zeros(count) - 1, down = __builtin_clzll(power);
    uint128_t numerator = count << up;
    uint64_t denominator = power << down, quotient = (uint64_t)(numerator / denominator);
    return rounded(quotient, numerator != (uint128_t)quotient * denominator, down - up);
}

// The same of a power of ten below 2^127: the count, at the top of 127 bits, is taken 2^100 times.
static double rounded_quotient_wide(uint128_t count, int128_t power)
{
    int up = leading_zeros(count) - 1, top = 3;
    Int256 quotient, rest, numerator = wide_mul_128((int128_t)(count << up), (int128_t)1 << 100);
    wide_divmod(numerator, wide_from_i128(power), &quotient, &rest);
    while (quotient.limb[top] == 0)
        top--;
    // At least 100 bits: 64 from the highest one; those below only tell whether there is more.
    int shift = __builtin_clzll(quotient.limb[top]);
    uint128_t head = (uint128_t)quotient.limb[top] << 64 | quotient.limb[top - 1];
    head <<= shift;
    uint64_t below = (uint64_t)head;
    for (int i = 0; i < top - 1; i++)
        below |= quotient.limb[i];
    return rounded((uint64_t)(head >> 64), below != 0 || wide_sign(rest) != 0,
                   64 * top - shift - up - 100);
}

double exact_to_real(int128_t count, int scale)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int128_t sure = (int128_t)1 << 53;
    ASSERT(scale >= 0);
    ASSERT(scale <= EXACT_SCALE_MAX);
    // Both operands are exact, so the one division rounds correctly.
    if (count <= sure && count >= -sure && scale < (int)ARRAY_LEN(powers))
        return (double)(int64_t)count / powers[scale] + 0.0;
    if (count == 0)
        return 0;
    uint128_t size = count < 0 ? -(uint128_t)count : (uint128_t)count;
    double real = scale < 20 ? rounded_quotient(size, (uint64_t)powers[scale]) // exact up to 10^22
                             : rounded_quotient_wide(size, wide_pow10(scale));
    return count < 0 ? -real : real;
}

static Int256 power_of_two(int exponent)
{
    ASSERT(exponent >= 0);
    ASSERT(exponent < 255);
    Int256 result = {{0}};
    result.limb[exponent / 64] = UINT64_C(1) << exponent % 64;
    return result;
}

bool exact_from_real(double value, int scale, RoundMode mode, int128_t *out)
{
    ASSERT(isfinite(value));
    int exponent;
    int64_t mantissa = (int64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53; // value = mantissa · 2^exponent
    Int256 numerator;
    bool fits = wide_scale(wide_from_i128(mantissa), scale, &numerator);
    ASSERT(fits); // below 2^180
    if (mantissa == 0 || exponent == 0)
        return exact_divide_wide(numerator, wide_from_i128(1), mode, out);
    if (exponent > 75)
        return false; // at least 2^128
    if (exponent > 0) {
        for (; exponent > 0 && fits; exponent -= MIN_OF(exponent, 32))
            fits = wide_mul_u64(numerator, UINT64_C(1) << MIN_OF(exponent, 32), &numerator);
        ASSERT(fits); // below 2^255
        return exact_divide_wide(numerator, wide_from_i128(1), mode, out);
    }
    if (exponent < -250) // below 2^-70 in magnitude: some number between 0 and a half
        return exact_divide_wide(wide_from_i128(mantissa < 0 ? -1 : 1), wide_from_i128(4), mode,
                                 out);
    return exact_divide_wide(numerator, power_of_two(-exponent), mode, out);
}

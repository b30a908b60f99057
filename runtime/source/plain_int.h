// SPDX-License-Identifier: Apache-2.0
//
// plain_int.h: the plain forms of numbers and dates, which most cells of real files have, eight characters at a time.
//
// A function here says false of everything that it does not read, which says nothing about the cell: convert_cell then
// decides. What it does read means the same there. Cells may be followed by any bytes, of which eight must be readable.
#ifndef SUP_RUNTIME_SOURCE_PLAIN_INT_H
#define SUP_RUNTIME_SOURCE_PLAIN_INT_H

#include "runtime/base/base.h"

#define PLAIN_DIGITS_MAX 18
#define PLAIN_EXACT_MAX 12 // characters of an exact number, without its sign

#define PLAIN_ALL(byte) (UINT64_C(0x0101010101010101) * (byte))

// The last `size` (1 to 8) of the bytes of a word are characters, in the order of reading; the others are 0.
static inline uint64_t plain_word(const char *p, size_t size)
{
    return num_read_u64(p) << (64 - 8 * size);
}

// Turns the last `size` characters into their values, in place. False if one is no digit.
static inline bool plain_digits(uint64_t *word, size_t size)
{
    uint64_t values = *word ^ PLAIN_ALL('0') << (64 - 8 * size);
    *word = values;
    return ((values | (values + PLAIN_ALL(0x80 - 10))) & PLAIN_ALL(0x80)) == 0;
}

// The number that eight values are.
static inline uint64_t plain_sum(uint64_t values)
{
    uint64_t pairs = values * 10 + (values >> 8); // in bytes 0, 2, 4, 6
    uint64_t low = UINT64_C(0x000000FF000000FF);
    return ((pairs & low) * (100 + (UINT64_C(1000000) << 32)) +
            (pairs >> 16 & low) * (1 + (UINT64_C(10000) << 32))) >>
           32;
}

// One to eight digits.
static inline bool plain_eight(const char *p, size_t size, uint64_t *out)
{
    uint64_t word = plain_word(p, size);
    bool good = plain_digits(&word, size);
    *out = plain_sum(word);
    return good;
}

// One to PLAIN_DIGITS_MAX digits.
static inline bool plain_many(const char *p, size_t size, uint64_t *out)
{
    uint64_t part;
    bool good = true;
    *out = 0;
    if (size > 16) {
        good = plain_eight(p, size - 16, out);
        p += size - 16;
        size = 16;
    }
    if (size > 8) {
        good &= plain_eight(p, size - 8, &part);
        *out = *out * 100000000 + part;
        p += size - 8;
        size = 8;
    }
    good &= plain_eight(p, size, &part);
    *out = *out * 100000000 + part;
    return good;
}

// [-]digits, at most PLAIN_DIGITS_MAX.
static inline bool plain_integer(const char *p, size_t size, int64_t *out)
{
    bool negative = size > 1 && p[0] == '-';
    uint64_t value;
    p += negative;
    size -= negative;
    if (size - 1 >= PLAIN_DIGITS_MAX)
        return false;
    bool good = LIKELY(size <= 8) ? plain_eight(p, size, &value) : plain_many(p, size, &value);
    *out = negative ? -(int64_t)value : (int64_t)value;
    return good;
}

// Takes the point out of the last `size` characters, which are then one less. Returns how many stand behind it; 0:
// there is none; 8: it stands where a number has none.
static inline size_t plain_take_point(uint64_t *word, size_t size)
{
    uint64_t other = *word ^ PLAIN_ALL('.');
    uint64_t found = (other - PLAIN_ALL(1)) & ~other & PLAIN_ALL(0x80);
    if (found == 0)
        return 0;
    unsigned bit = (unsigned)num_trailing_zeros_u64(found) & 56; // of the first point
    if (bit == 56 || bit == 64 - 8 * size)
        return 8;
    uint64_t before = (UINT64_C(1) << bit) - 1;
    *word = (*word & before) << 8 | (*word >> 8 >> bit << bit << 8);
    return 7 - bit / 8;
}

// [-]digits[.digits] with at most `scale` (0 to 6) places and PLAIN_EXACT_MAX characters behind the sign; the count at that scale.
// False also from `limit` on.
static inline bool plain_exact(const char *p, size_t size, int scale, int64_t limit, int64_t *out)
{
    static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    bool negative = size > 1 && p[0] == '-';
    uint64_t value, head = 0;
    p += negative;
    size -= negative;
    if (size - 1 >= PLAIN_EXACT_MAX || scale > 6)
        return false;
    bool good = true, is_long = size > 8;
    if (UNLIKELY(is_long)) {
        good = plain_eight(p, size - 8, &head);
        p += size - 8;
        size = 8;
    }
    uint64_t word = plain_word(p, size);
    // Before the last eight there are digits, so a point may be the first of these.
    size_t places = plain_take_point(&word, is_long ? 9 : size);
    if (places > (size_t)scale)
        return false;
    size -= places > 0;
    good &= plain_digits(&word, size);
    value = plain_sum(word);
    if (UNLIKELY(is_long))
        value += head * (places > 0 ? 10000000 : 100000000);
    value *= powers[(size_t)scale - places];
    *out = negative ? -(int64_t)value : (int64_t)value;
    return good && (int64_t)value < limit;
}

// YYYY-MM-DD, with '-' or '/', of a day that exists and is not the last one; as a date.
static inline bool plain_date(const char *p, size_t size, int64_t *out)
{
    static const uint16_t before[] = {0,   0,   31,  59,  90,  120, 151,
                                      181, 212, 243, 273, 304, 334, 365};
    if (size != 10 || p[4] != p[7] || (p[4] != '-' && p[4] != '/'))
        return false;
    uint64_t front = num_read_u64(p), day_word = num_read_u64(p + 8);
    uint64_t word =
        (front & UINT64_C(0xFFFFFFFF)) | (front >> 8 & UINT64_C(0xFFFF00000000)) | day_word << 48;
    if (!plain_digits(&word, 8))
        return false;
    uint64_t pairs = word * 10 + (word >> 8);
    int century = (int)(pairs & 0xFF), rest = (int)(pairs >> 16 & 0xFF);
    int month = (int)(pairs >> 32 & 0xFF), day = (int)(pairs >> 48 & 0xFF);
    int year = century * 100 + rest;
    int leap = ((rest != 0 ? rest : century) & 3) == 0;
    if ((unsigned)month - 1 >= 12 || year == 0 || day == 0)
        return false;
    int days = before[month + 1] - before[month] + (leap & (month == 2));
    int past = year - 1, centuries = past / 100;
    *out = past * 365 + past / 4 - centuries + centuries / 4 + before[month] +
           (leap & (month > 2)) + day - 1 - 719162;
    return day <= days && year + month + day != 9999 + 12 + 31;
}

#endif

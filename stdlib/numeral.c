// SPDX-License-Identifier: Apache-2.0
//
// numeral.c: numbers of digits, Chinese digits and units.
//
// A number is read from left to right into three sums: `high` (what 亿 has closed), `low` (what 万
// has closed since), `section` (tens to thousands since the last of those), and a pending number
// that waits for its unit. Small units must fall within a section, 万 and 亿 must fall within the
// number; so 3万2万 or 百千 is no number. A last digit without 零 counts tens of the unit before it
// only where people say so: 三千五 is 3500, 两万三 is 23000; behind a unit, digits like those of 12万3
// are refused, because two readings are in use.

#include "stdlib/numeral_int.h"

#include "runtime/base/wide.h"

#define ONE ((int128_t)100000000) // 10^NUMERAL_SCALE
// Whole units: ten billion 亿, far above any amount and far below what an exact number holds.
#define LIMIT (ONE * 1000000000 * 1000000000)

typedef struct Sums {
    int128_t high, low, section, pending;
    bool has_pending;
    bool pending_chinese; // a single Chinese digit
    bool pending_zero;    // 零 stood before it
    int64_t small_unit;   // the last one of the section, 0: none
    int64_t last_unit;    // the last one of the number
    bool any;
} Sums;

bool numeral_skip(NumeralReader *reader, int32_t point)
{
    if (numeral_peek(reader) != point)
        return false;
    reader->at++;
    return true;
}

// The byte with which a point begins in UTF-8.
static unsigned char lead_byte(int32_t point)
{
    return (unsigned char)(point < 0x80      ? point
                           : point < 0x800   ? 0xC0 | point >> 6
                           : point < 0x10000 ? 0xE0 | point >> 12
                                             : 0xF0 | point >> 18);
}

bool numeral_skip_word(NumeralReader *reader, const char *word)
{
    // Nearly always the first byte says no, and a text is asked for thirty words.
    if ((unsigned char)word[0] != lead_byte(numeral_peek(reader)))
        return false;
    Str text = str_from_cstr(word);
    uint32_t at = reader->at;
    for (size_t i = 0; i < text.len; at++) {
        int32_t point = utf8_decode(text, &i);
        if (at >= reader->cell->count || reader->cell->at[at] != point)
            return false;
    }
    reader->at = at;
    return true;
}

static bool numeral_fail(NumeralReader *reader, Reason reason)
{
    if (reader->failed == REASON_NONE)
        reader->failed = reason;
    return false;
}

int numeral_digit(int32_t c)
{
    static const struct {
        int32_t point;
        int digit;
    } digits[] = {
        {0x3007, 0}, {0x96F6, 0}, {0x25CB, 0}, {0x4E00, 1}, {0x58F9, 1}, {0x4E8C, 2}, {0x8D30, 2},
        {0x8CB3, 2}, {0x4E24, 2}, {0x5169, 2}, {0x5F0D, 2}, {0x4E09, 3}, {0x53C1, 3}, {0x53C4, 3},
        {0x53C3, 3}, {0x56DB, 4}, {0x8086, 4}, {0x4E94, 5}, {0x4F0D, 5}, {0x516D, 6}, {0x9646, 6},
        {0x9678, 6}, {0x4E03, 7}, {0x67D2, 7}, {0x516B, 8}, {0x634C, 8}, {0x4E5D, 9}, {0x7396, 9},
    };
    for (size_t i = 0; i < ARRAY_LEN(digits); i++)
        if (digits[i].point == c)
            return digits[i].digit;
    return -1;
}

// The value of a unit; 0 if it is none. 廿 and 卅 are no units.
static int64_t numeral_unit(int32_t c)
{
    switch (c) {
    case 0x5341: // 十
    case 0x62FE: // 拾
        return 10;
    case 0x767E: // 百
    case 0x4F70: // 佰
        return 100;
    case 0x5343: // 千
    case 0x4EDF: // 仟
        return 1000;
    case 0x4E07: // 万
    case 0x842C: // 萬
        return 10000;
    case 0x4EBF: // 亿
    case 0x5104: // 億
        return 100000000;
    default:
        return 0;
    }
}

// ---- digits

// Reads digits, with commas that part groups of three if the first group has at most three.
static bool whole_digits(NumeralReader *reader, int128_t *whole, uint32_t *count)
{
    uint32_t group = 0, groups = 0;
    *whole = 0;
    *count = 0;
    for (;; reader->at++) {
        int32_t c = numeral_peek(reader);
        if (c == ',' && group > 0) {
            if (groups == 0 ? group > 3 : group != 3)
                return numeral_fail(reader, REASON_CONVERSION);
            groups++;
            group = 0;
            continue;
        }
        if (!cell_is_digit(c))
            break;
        *whole = *whole * 10 + (c - '0');
        group++;
        (*count)++;
        if (*whole * ONE >= LIMIT)
            return numeral_fail(reader, REASON_OVERFLOW);
    }
    return groups == 0 || group == 3 || numeral_fail(reader, REASON_CONVERSION);
}

bool numeral_plain(NumeralReader *reader, int128_t *value)
{
    uint32_t count = 0;
    if (!whole_digits(reader, value, &count))
        return false;
    *value *= ONE;
    if (numeral_peek(reader) != '.')
        return count > 0 || numeral_fail(reader, REASON_CONVERSION);
    reader->at++;
    int128_t place = ONE;
    uint32_t start = reader->at;
    for (; cell_is_digit(numeral_peek(reader)); reader->at++) {
        int digit = numeral_peek(reader) - '0';
        place /= 10;
        if (place == 0 && digit != 0)
            return numeral_fail(reader, REASON_CONVERSION);
        *value += place * digit;
    }
    return reader->at > start || numeral_fail(reader, REASON_CONVERSION);
}

// Reads Chinese digits in a row, as in 二〇二三: each counts ten times the one behind.
static bool chinese_digits(NumeralReader *reader, Sums *sums)
{
    bool zero = false;
    uint32_t count = 0;
    int128_t whole = 0;
    for (int digit; (digit = numeral_digit(numeral_peek(reader))) >= 0; reader->at++) {
        if (count == 0 && digit == 0 && !zero && sums->any) {
            zero = true; // 一万零五: says that a place is skipped
            continue;
        }
        whole = whole * 10 + digit;
        count++;
        if (whole * ONE >= LIMIT)
            return numeral_fail(reader, REASON_OVERFLOW);
    }
    if (sums->has_pending || (count > 1 && sums->any))
        return numeral_fail(reader, REASON_CONVERSION);
    if (count == 0)
        return true; // 零 alone, behind a unit
    sums->pending = whole * ONE;
    sums->has_pending = true;
    sums->pending_chinese = count == 1;
    sums->pending_zero = zero;
    sums->any = true;
    return true;
}

// ---- units

// 十百千: the pending number times the unit joins the section.
static bool small_unit(NumeralReader *reader, Sums *sums, int64_t unit)
{
    if (!sums->has_pending && unit != 10)
        return numeral_fail(reader, REASON_CONVERSION);
    if (sums->small_unit != 0 && unit >= sums->small_unit)
        return numeral_fail(reader, REASON_CONVERSION);
    sums->section += sums->has_pending ? sums->pending * unit : unit * ONE;
    sums->pending = 0;
    sums->has_pending = false;
    sums->small_unit = sums->last_unit = unit;
    sums->any = true;
    return true;
}

// 万, 亿: the section closes.
static bool big_unit(NumeralReader *reader, Sums *sums, int64_t unit)
{
    int128_t section = sums->section + sums->pending;
    int128_t *into = unit == 10000 ? &sums->low : &sums->high;
    if (unit == 100000000)
        section += sums->low;
    if (section == 0 || *into != 0)
        return numeral_fail(reader, REASON_CONVERSION);
    if (section >= LIMIT / unit)
        return numeral_fail(reader, REASON_OVERFLOW);
    *into = section * unit;
    if (unit == 100000000)
        sums->low = 0;
    sums->section = sums->pending = 0;
    sums->has_pending = false;
    sums->small_unit = 0;
    sums->last_unit = unit;
    return true;
}

// The number that waits for a unit at the end.
static bool last_pending(NumeralReader *reader, Sums *sums)
{
    if (!sums->has_pending || sums->last_unit == 0 || sums->pending_zero)
        return true;
    if (sums->pending_chinese) {
        sums->pending *= sums->last_unit / 10; // 三千五
        return true;
    }
    // 12万3: twelve thousand three hundred, or three? Digits must fill the place behind the unit.
    if (sums->pending * 10 < (int128_t)sums->last_unit * ONE && sums->last_unit > 10)
        return numeral_fail(reader, REASON_CONVERSION);
    return sums->pending < (int128_t)sums->last_unit * ONE ||
           numeral_fail(reader, REASON_CONVERSION);
}

// One piece of a number. Sets *more to false where the number ends.
static bool numeral_piece(NumeralReader *reader, Sums *sums, bool *more)
{
    int32_t c = numeral_peek(reader);
    int64_t unit = numeral_unit(c);
    if (unit > 0) {
        reader->at++;
        return unit < 10000 ? small_unit(reader, sums, unit) : big_unit(reader, sums, unit);
    }
    if (c == 0x5EFF || c == 0x5345) { // 廿, 卅
        reader->at++;
        sums->pending = (c == 0x5EFF ? 2 : 3) * ONE;
        sums->has_pending = true;
        return small_unit(reader, sums, 10);
    }
    if (numeral_digit(c) >= 0)
        return chinese_digits(reader, sums);
    if (cell_is_digit(c) || (c == '.' && !sums->any)) {
        if (sums->has_pending)
            return numeral_fail(reader, REASON_CONVERSION);
        sums->has_pending = sums->any = true;
        sums->pending_chinese = sums->pending_zero = false;
        return numeral_plain(reader, &sums->pending);
    }
    bool about = sums->any && (c == 0x4F59 || c == 0x591A || c == 0x9918); // 余, 多, 餘
    reader->approximate |= about;
    reader->at += about;
    *more = about;
    return true;
}

bool numeral_read(NumeralReader *reader, int128_t *value)
{
    Sums sums = {0};
    for (bool more = true; more;)
        if (!numeral_piece(reader, &sums, &more))
            return false;
    if (!sums.any)
        return numeral_fail(reader, REASON_CONVERSION);
    if (!last_pending(reader, &sums))
        return false;
    *value = sums.high + sums.low + sums.section + sums.pending;
    return *value < LIMIT || numeral_fail(reader, REASON_OVERFLOW);
}

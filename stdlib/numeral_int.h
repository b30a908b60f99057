// SPDX-License-Identifier: Apache-2.0
//
// numeral_int.h: numbers as people write them: 3,000 · 1.2万 · 叁仟 · 十二万三千 · 二〇二三.

#ifndef SUP_STDLIB_NUMERAL_INT_H
#define SUP_STDLIB_NUMERAL_INT_H

#include "runtime/base/reason.h"
#include "stdlib/cell_int.h"

// A numeral's value is a count at this scale, below NUMERAL_LIMIT in whole units.
#define NUMERAL_SCALE 8

// A reader's place in a cleaned text.
typedef struct NumeralReader {
    const Cell *cell;
    uint32_t at;
    bool approximate; // 余, 多 stood in the number
    Reason failed;    // REASON_NONE, CONVERSION or OVERFLOW
} NumeralReader;

// The point at the reader's place, 0 at the end.
static inline int32_t numeral_peek(const NumeralReader *reader)
{
    return reader->at < reader->cell->count ? reader->cell->at[reader->at] : 0;
}

// Skips the point if it is this one.
bool numeral_skip(NumeralReader *reader, int32_t point);
// Skips the word (UTF-8) if it stands here.
bool numeral_skip_word(NumeralReader *reader, const char *word);

// The value of a Chinese digit, small or capital, 0 to 9; -1 if it is none.
int numeral_digit(int32_t point);

// Reads digits with an optional fraction, and with thousands separators in their places, to
// `scale`. False with `failed` set if there are none or they do not fit.
bool numeral_plain(NumeralReader *reader, int128_t *value);

// Reads a number of digits, Chinese digits and units (十百千万亿). False with `failed` set.
bool numeral_read(NumeralReader *reader, int128_t *value);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// cell_int.h: short texts as code points, cleaned; shared by the files that read identities,
// numbers and dates.

#ifndef SUP_STDLIB_CELL_INT_H
#define SUP_STDLIB_CELL_INT_H

#include "runtime/base/str.h"

// What these functions read is short: an identity, a number, a date.
#define CELL_POINTS_MAX 64

typedef struct Cell {
    int32_t at[CELL_POINTS_MAX + 1];
    uint32_t count;
    bool changed; // something was dropped or folded: a valid value is then a repaired one
} Cell;

// Reads a text without blanks, quotes and characters without width, and with half-width forms.
// False if it is too long or no valid UTF-8.
bool cell_read(Str text, Cell *cell);

// The same, but what would be dropped becomes a blank each.
bool cell_read_spaced(Str text, Cell *cell);

// Writes the points as UTF-8.
void cell_write(const Cell *cell, StrBuf *out);

// Makes ASCII letters capital.
void cell_upper(Cell *cell);

// Removes every `drop`; counts as a change.
void cell_drop(Cell *cell, int32_t drop);

static inline bool cell_is_digit(int32_t point)
{
    return point >= '0' && point <= '9';
}

static inline bool cell_is_capital(int32_t point)
{
    return point >= 'A' && point <= 'Z';
}

// Are all points in [from, to) digits?
bool cell_digits(const Cell *cell, uint32_t from, uint32_t to);

#endif

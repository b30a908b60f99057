// SPDX-License-Identifier: Apache-2.0
//
// cell.c: short texts as code points. What is dropped can be no part of a value and is invisible to
// the people who look at it.

#include "stdlib/cell_int.h"

#include "runtime/base/unicode.h"

// Blanks, quotes and characters without width, which come from spreadsheets and web pages.
static bool cell_is_noise(int32_t c)
{
    if (c < 0x80)
        return c == ' ' || c == '\'' || c == '"' || c == '`' || c < 0x20 || c == 0x7F;
    return c == 0xA0 || c == 0xAD || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2018 && c <= 0x201F) ||
           (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x2064) || c == 0x3000 ||
           c == 0xFEFF;
}

static bool read_points(Str text, bool keep_blanks, Cell *cell)
{
    cell->count = 0;
    cell->changed = false;
    for (size_t at = 0; at < text.len;) {
        int32_t point = utf8_decode(text, &at);
        if (point < 0)
            return false;
        int32_t half = unicode_half_width(point);
        cell->changed |= half != point;
        if (cell_is_noise(half)) {
            cell->changed = true;
            if (!keep_blanks)
                continue;
            half = ' ';
        }
        if (cell->count == CELL_POINTS_MAX)
            return false;
        cell->at[cell->count++] = half;
    }
    return true;
}

bool cell_read(Str text, Cell *cell)
{
    return read_points(text, false, cell);
}

bool cell_read_spaced(Str text, Cell *cell)
{
    return read_points(text, true, cell);
}

void cell_write(const Cell *cell, StrBuf *out)
{
    for (uint32_t i = 0; i < cell->count; i++)
        strbuf_add_code_point(out, cell->at[i]);
}

void cell_upper(Cell *cell)
{
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell->at[i] >= 'a' && cell->at[i] <= 'z') {
            cell->at[i] += 'A' - 'a';
            cell->changed = true;
        }
}

void cell_drop(Cell *cell, int32_t drop)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell->at[i] != drop)
            cell->at[kept++] = cell->at[i];
    cell->changed |= kept != cell->count;
    cell->count = kept;
}

bool cell_digits(const Cell *cell, uint32_t from, uint32_t to)
{
    ASSERT(to <= cell->count);
    for (uint32_t i = from; i < to; i++)
        if (!cell_is_digit(cell->at[i]))
            return false;
    return true;
}

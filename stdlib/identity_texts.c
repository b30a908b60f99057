// SPDX-License-Identifier: Apache-2.0
//
// identity_texts.c: case numbers, and the normalisation that the model's own types start from.

#include "runtime/base/unicode.h"
#include "stdlib/identity_int.h"

// ---- case numbers: （2023）浙0602民初1234号

// All brackets that are written around the year become the full-width ones.
static void case_brackets(Cell *cell)
{
    static const int32_t open[] = {'(', '[', '{', 0x3014, 0x3010, 0x3016, 0x2F8};
    static const int32_t close[] = {')', ']', '}', 0x3015, 0x3011, 0x3017, 0x2F9};
    for (uint32_t i = 0; i < cell->count; i++)
        for (size_t k = 0; k < ARRAY_LEN(open); k++) {
            if (cell->at[i] == open[k])
                cell->at[i] = 0xFF08;
            else if (cell->at[i] == close[k])
                cell->at[i] = 0xFF09;
        }
}

// （YYYY） at the beginning, from 1949 on.
static bool case_year(const Cell *cell)
{
    if (cell->count < 10 || cell->at[0] != 0xFF08 || cell->at[5] != 0xFF09 ||
        !cell_digits(cell, 1, 5))
        return false;
    int year = 0;
    for (uint32_t i = 1; i < 5; i++)
        year = year * 10 + (cell->at[i] - '0');
    return year >= 1949 && year <= 2100;
}

// Behind the year: court and kind (Han characters, digits, letters), the number, 号, perhaps 之一.
static bool case_form(const Cell *cell)
{
    if (!case_year(cell))
        return false;
    uint32_t end = 0;
    for (uint32_t i = 6; i < cell->count; i++) {
        int32_t c = cell->at[i];
        if (c == 0x53F7) // 号
            end = i;
        else if (!unicode_is_han(c) && !cell_is_digit(c) && !cell_is_capital(c) && c != '-' &&
                 c != 0x3001)
            return false;
    }
    if (end < 8 || !cell_is_digit(cell->at[end - 1]))
        return false;
    return end + 1 == cell->count || cell->at[end + 1] == 0x4E4B; // 之
}

IdentityState identity_case(Str text, StrBuf *out)
{
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    cell_upper(&cell);
    case_brackets(&cell);
    if (cell_has_mask(&cell)) {
        cell_blank_masks(&cell);
        cell_write_skeleton(&cell, 0, out);
        return IDENTITY_MASKED;
    }
    if (!case_form(&cell)) {
        cell_write_skeleton(&cell, 0, out);
        return IDENTITY_DAMAGED;
    }
    // Width and brackets are folded on the way, so only the bytes tell whether anything changed.
    size_t start = out->len;
    cell_write(&cell, out);
    Str written = str_slice(strbuf_str(out), start, out->len);
    return str_equal(written, text) ? IDENTITY_VALID : IDENTITY_REPAIRED;
}

// ---- own types

// Can nothing be taken off at the ends? Blanks and characters without width begin with one of few
// bytes and end with one of few.
static bool text_is_bare(Str text)
{
    if (text.len == 0)
        return false;
    unsigned char first = (unsigned char)text.ptr[0], last = (unsigned char)text.ptr[text.len - 1];
    bool begins = first > ' ' && first != 0xC2 && first != 0xE2 && first != 0xE3 && first != 0xEF;
    return begins && last > ' ' && last != 0xA0 && last != 0x8B && last != 0x80 && last != 0xBF;
}

// Blanks and characters without width at both ends.
static Str text_core(Str text)
{
    static const char *const noise[] = {"\xEF\xBB\xBF", "\xE2\x80\x8B", "\xC2\xA0"};
    for (;;) {
        Str before = text;
        text = str_trim(text);
        for (size_t i = 0; i < ARRAY_LEN(noise); i++) {
            Str part = str_from_cstr(noise[i]);
            if (str_starts(text, part))
                text = str_slice(text, part.len, text.len);
            if (str_ends(text, part))
                text = str_slice(text, 0, text.len - part.len);
        }
        if (text.len == before.len)
            return text;
    }
}

// Writes the text with * as unknown; nothing if fewer than half of its characters are left. A type
// whose pattern admits stars is asked before (runtime/source): its values never come here.
static bool text_masked(Str text, StrBuf *out)
{
    static const Str star = STR_INIT("*");
    if (str_find(text, star, 0) == STR_NONE)
        return false;
    int64_t known = 0, count = 0;
    size_t start = out->len;
    for (size_t at = 0; at < text.len; count++) {
        size_t from = at;
        int32_t point = utf8_decode(text, &at);
        known += point != '*';
        if (point == '*')
            strbuf_add_char(out, SKELETON_UNKNOWN);
        else
            strbuf_add(out, str_slice(text, from, at));
    }
    if (known == 0 || known * 2 < count)
        strbuf_truncate(out, start);
    return true;
}

IdentityState identity_text(Str text, StrBuf *out)
{
    Str core = text_is_bare(text) ? text : text_core(text);
    if (core.len == 0)
        return IDENTITY_MISSING;
    if (text_masked(core, out))
        return IDENTITY_MASKED;
    strbuf_add(out, core);
    return core.len == text.len ? IDENTITY_VALID : IDENTITY_REPAIRED;
}

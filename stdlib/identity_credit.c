// SPDX-License-Identifier: Apache-2.0
//
// identity_credit.c: unified social credit codes, GB 32100-2015.
//
// 18 characters of an alphabet of 31 (digits and capital letters without I O S V Z): kind of
// authority and body, 6 digits of a division, the organisation code of 9 characters (GB 11714),
// and a check character. The check is the sum of the 17 values times powers of 3, by 31: because
// 31 is a prime, any single wrong character fails it.

#include "stdlib/identity_int.h"

#define CREDIT_LENGTH 18
#define CREDIT_KNOWN_LEAST 8
#define ORG_LENGTH 9
#define ORG_START 8 // of the organisation code inside the credit code
#define SPREADSHEET_DIGITS 15

// The value of each character plus one; 0 for what is not in the alphabet.
static const uint8_t values[128] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['L'] = 21, ['M'] = 22, ['N'] = 23, ['P'] = 24,
    ['Q'] = 25, ['R'] = 26, ['T'] = 27, ['U'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31,
};
static const uint8_t weights[17] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};

static uint32_t credit_value(int32_t point)
{
    return point >= 0 && point < 128 ? values[point] : 0;
}

// Does the check character agree? False if a character is not in the alphabet.
static bool credit_fast_valid(const char *bytes)
{
    uint32_t sum = 0, known = 1;
    for (int i = 0; i < 17; i++) {
        uint32_t value = credit_value((unsigned char)bytes[i]);
        known &= value > 0;
        sum += (value - 1) * weights[i];
    }
    uint32_t check = credit_value((unsigned char)bytes[17]);
    return known && check > 0 && (sum + check - 1) % 31 == 0;
}

static bool credit_valid(const Cell *cell)
{
    char bytes[CREDIT_LENGTH];
    for (uint32_t i = 0; i < CREDIT_LENGTH; i++) {
        if (cell->at[i] >= 128)
            return false;
        bytes[i] = (char)cell->at[i];
    }
    return credit_fast_valid(bytes);
}

static IdentityState credit_damaged(const Cell *cell, StrBuf *out)
{
    cell_write_skeleton(cell, CREDIT_KNOWN_LEAST, out);
    return IDENTITY_DAMAGED;
}

// An organisation code alone is characters 9 to 17 of the credit code that replaced it.
static IdentityState credit_from_org(Cell *cell, StrBuf *out)
{
    static const uint8_t org_weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t value = cell_is_digit(cell->at[i])     ? (uint32_t)(cell->at[i] - '0')
                         : cell_is_capital(cell->at[i]) ? (uint32_t)(cell->at[i] - 'A') + 10
                                                        : UINT32_MAX;
        if (value == UINT32_MAX)
            return IDENTITY_DAMAGED;
        sum += value * org_weights[i];
    }
    int32_t check = "0X987654321"[sum % 11];
    if (cell->at[8] != check || cell_is_uniform(cell))
        return IDENTITY_DAMAGED;
    memmove(&cell->at[ORG_START], &cell->at[0], ORG_LENGTH * sizeof cell->at[0]);
    cell->count = CREDIT_LENGTH;
    cell_forget(cell, 0, ORG_START);
    cell_forget(cell, CREDIT_LENGTH - 1, CREDIT_LENGTH);
    return credit_damaged(cell, out);
}

static IdentityState credit_eighteen(Cell *cell, StrBuf *out)
{
    if (cell_is_uniform(cell))
        return IDENTITY_DAMAGED; // a filler, whatever its check says
    if (credit_valid(cell)) {
        cell_write(cell, out);
        return cell->changed ? IDENTITY_REPAIRED : IDENTITY_VALID;
    }
    if (cell_digits(cell, 0, CREDIT_LENGTH) && cell->at[15] == '0' && cell->at[16] == '0' &&
        cell->at[17] == '0')
        cell_forget(cell, SPREADSHEET_DIGITS, CREDIT_LENGTH);
    for (uint32_t i = 0; i < CREDIT_LENGTH; i++)
        if (credit_value(cell->at[i]) == 0)
            cell->at[i] = SKELETON_UNKNOWN;
    return credit_damaged(cell, out);
}

static IdentityState credit_slow(Cell *cell, StrBuf *out)
{
    CellExponent exponent = cell_expand_exponent(cell);
    if (exponent == EXPONENT_LOST)
        return cell->count == CREDIT_LENGTH ? credit_damaged(cell, out) : IDENTITY_DAMAGED;
    if (cell_has_mask(cell)) {
        cell_blank_masks(cell);
        if (cell->count == CREDIT_LENGTH || cell_stretch(cell, CREDIT_LENGTH))
            cell_write_skeleton(cell, CREDIT_KNOWN_LEAST, out);
        return IDENTITY_MASKED;
    }
    cell_drop(cell, '-');
    if (cell->count == CREDIT_LENGTH)
        return credit_eighteen(cell, out);
    return cell->count == ORG_LENGTH ? credit_from_org(cell, out) : IDENTITY_DAMAGED;
}

IdentityState identity_credit(Str text, StrBuf *out)
{
    if (LIKELY(text.len == CREDIT_LENGTH) && LIKELY(credit_fast_valid(text.ptr)) &&
        memcmp(text.ptr, text.ptr + 1, CREDIT_LENGTH - 1) != 0) {
        strbuf_add(out, text);
        return IDENTITY_VALID;
    }
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    cell_upper(&cell);
    return credit_slow(&cell, out);
}

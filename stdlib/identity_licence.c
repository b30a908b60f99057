// SPDX-License-Identifier: Apache-2.0
//
// identity_licence.c: vehicles' frame numbers, food licences, approval numbers of drugs.
//
// A frame number (GB 16735) has a check character at place 9, which vehicles built abroad need not obey: only those
// whose first letter is L are held to it. Food licences end in a check digit too; its rule is not published with the
// numbers, so their form alone is judged.

#include "stdlib/identity_int.h"

#define VIN_LENGTH 17
#define VIN_CHECK_PLACE 8
#define LICENCE_DIGITS 14
#define OLD_LICENCE_DIGITS 12
#define APPROVAL_DIGITS 8

static IdentityState settle(const Cell *cell, Str text, StrBuf *out)
{
    size_t start = out->len;
    cell_write(cell, out);
    return str_equal(str_slice(strbuf_str(out), start, out->len), text) ? IDENTITY_VALID
                                                                        : IDENTITY_REPAIRED;
}

// Reads a cell in capitals, without what people put between. False with the verdict in `end` where it is settled:
// blank, unreadable or masked.
static bool licence_read(Str text, Cell *cell, StrBuf *out, IdentityState *end)
{
    if (!identity_read(text, cell, end))
        return false;
    cell_upper(cell);
    cell_drop(cell, '-');
    if (!cell_has_mask(cell))
        return true;
    cell_blank_masks(cell);
    cell_write_skeleton(cell, 0, out);
    *end = IDENTITY_MASKED;
    return false;
}

static IdentityState licence_damaged(const Cell *cell, StrBuf *out)
{
    cell_write_skeleton(cell, 0, out);
    return IDENTITY_DAMAGED;
}

// ---- vehicles

// What a character counts, plus one; 0 for I, O, Q and whatever is no letter or digit.
static const uint8_t vin_values[128] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6, ['6'] = 7,
    ['7'] = 8, ['8'] = 9, ['9'] = 10, ['A'] = 2,  ['B'] = 3,  ['C'] = 4, ['D'] = 5,
    ['E'] = 6, ['F'] = 7, ['G'] = 8,  ['H'] = 9,  ['J'] = 2,  ['K'] = 3, ['L'] = 4,
    ['M'] = 5, ['N'] = 6, ['P'] = 8,  ['R'] = 10, ['S'] = 3,  ['T'] = 4, ['U'] = 5,
    ['V'] = 6, ['W'] = 7, ['X'] = 8,  ['Y'] = 9,  ['Z'] = 10,
};
static const uint8_t vin_weights[VIN_LENGTH] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

static bool vin_letters(const Cell *cell)
{
    for (uint32_t i = 0; i < cell->count; i++)
        if (cell->at[i] >= 128 || vin_values[cell->at[i]] == 0)
            return false;
    return cell->count == VIN_LENGTH && !cell_is_uniform(cell);
}

static bool vin_check(const Cell *cell)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < VIN_LENGTH; i++)
        sum += (uint32_t)(vin_values[cell->at[i]] - 1) * vin_weights[i];
    return cell->at[VIN_CHECK_PLACE] == "0123456789X"[sum % 11];
}

// Letters I and O are in no frame number: they are a 1 and a 0 that were misread.
static bool vin_repair(Cell *cell)
{
    bool repaired = false;
    for (uint32_t i = 0; i < cell->count; i++) {
        int32_t c = cell->at[i];
        cell->at[i] = c == 'I' ? '1' : c == 'O' ? '0' : c;
        repaired |= cell->at[i] != c;
    }
    return repaired;
}

IdentityState identity_vin(Str text, StrBuf *out)
{
    Cell cell;
    IdentityState end;
    if (!licence_read(text, &cell, out, &end))
        return end;
    bool repaired = vin_repair(&cell);
    if (!vin_letters(&cell))
        return licence_damaged(&cell, out);
    // A repair stands only where the check agrees; so does a number from this country.
    bool held = repaired || cell.at[0] == 'L';
    return held && !vin_check(&cell) ? licence_damaged(&cell, out) : settle(&cell, text, out);
}

// ---- food licences

static bool licence_form(const Cell *cell)
{
    bool production = cell->count > 2 && cell->at[0] == 'S' && cell->at[1] == 'C';
    bool trade = cell->count > 2 && cell->at[0] == 'J' && cell->at[1] == 'Y';
    bool old = cell->count > 2 && cell->at[0] == 'Q' && cell->at[1] == 'S';
    uint32_t digits = old ? OLD_LICENCE_DIGITS : LICENCE_DIGITS;
    if ((!production && !trade && !old) || cell->count != 2 + digits ||
        !cell_digits(cell, 2, cell->count))
        return false;
    // Foods or additives; sellers, caterers or canteens.
    int32_t most = production ? '2' : trade ? '3' : '9';
    bool filler = true;
    for (uint32_t i = 3; i < cell->count; i++)
        filler &= cell->at[i] == cell->at[2];
    return !filler && cell->at[2] <= most && (old || cell->at[2] >= '1');
}

IdentityState identity_food_licence(Str text, StrBuf *out)
{
    Cell cell;
    IdentityState end;
    if (!licence_read(text, &cell, out, &end))
        return end;
    return licence_form(&cell) ? settle(&cell, text, out) : licence_damaged(&cell, out);
}

// ---- drugs

// 国药准字 may stand before the kind: one letter, perhaps with J or C behind or B before, and 8 digits.
static bool approval_form(const Cell *cell)
{
    static const int32_t words[] = {0x56FD, 0x836F, 0x51C6, 0x5B57}; // 国药准字
    uint32_t at = 0, letters = 0;
    while (at < ARRAY_LEN(words) && at < cell->count && cell->at[at] == words[at])
        at++;
    if (at != 0 && at != ARRAY_LEN(words))
        return false;
    bool kind = false;
    for (; at < cell->count && cell_is_capital(cell->at[at]); at++, letters++) {
        bool known =
            str_find(STR("HZSBTFJC"), (Str){(const char[]){(char)cell->at[at]}, 1}, 0) != STR_NONE;
        if (!known)
            return false;
        kind |= cell->at[at] != 'J' && cell->at[at] != 'C';
    }
    bool alone = letters == 1 && at == cell->count - APPROVAL_DIGITS;
    return letters >= 1 && letters <= 3 && (kind || alone) && cell->count == at + APPROVAL_DIGITS &&
           cell_digits(cell, at, cell->count);
}

IdentityState identity_drug_approval(Str text, StrBuf *out)
{
    Cell cell;
    IdentityState end;
    if (!licence_read(text, &cell, out, &end))
        return end;
    cell_drop(&cell, '(');
    cell_drop(&cell, ')');
    return approval_form(&cell) ? settle(&cell, text, out) : licence_damaged(&cell, out);
}

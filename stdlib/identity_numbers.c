// SPDX-License-Identifier: Apache-2.0
//
// identity_numbers.c: accounts, telephone numbers, vehicle plates.
//
// None of them has a check that every valid value passes (bank cards have Luhn's digit, corporate
// accounts have not), so a value is valid when its form is one that is in use.

#include "runtime/base/unicode.h"
#include "stdlib/identity_int.h"

#define ACCOUNT_KNOWN_LEAST 6
#define ACCOUNT_LENGTH_MIN 5
#define PHONE_KNOWN_LEAST 7
#define PHONE_LENGTH 11
#define SPREADSHEET_DIGITS 15

static IdentityState settle(const Cell *cell, StrBuf *out)
{
    cell_write(cell, out);
    return cell->changed ? IDENTITY_REPAIRED : IDENTITY_VALID;
}

static IdentityState masked(Cell *cell, uint32_t known_least, StrBuf *out)
{
    cell_blank_masks(cell);
    cell_write_skeleton(cell, known_least, out);
    return IDENTITY_MASKED;
}

static IdentityState damaged(const Cell *cell, uint32_t known_least, StrBuf *out)
{
    cell_write_skeleton(cell, known_least, out);
    return IDENTITY_DAMAGED;
}

// Are all bytes digits, and not one digit again and again?
static bool plain_digits(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return memcmp(text.ptr, text.ptr + 1, text.len - 1) != 0;
}

// ---- accounts

// Is the cell an account's number as banks write it, with no sign of a spreadsheet's zeros? Most
// are.
static bool account_fast_valid(Str text)
{
    return text.len >= ACCOUNT_LENGTH_MIN && text.len <= 30 && plain_digits(text) &&
           (text.len < SPREADSHEET_DIGITS + 3 || !str_ends(text, STR("000")));
}

// Luhn's check over all points, which are digits.
static bool luhn_holds(const Cell *cell)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < cell->count; i++) {
        uint32_t digit = (uint32_t)(cell->at[cell->count - 1 - i] - '0');
        if (i % 2 == 1)
            digit = digit < 5 ? digit * 2 : digit * 2 - 9;
        sum += digit;
    }
    return sum % 10 == 0;
}

// Are all digits behind the fifteenth zero, three of them at least? A spreadsheet does that; a
// card's number that ends so still passes Luhn's check.
static bool account_was_cut(const Cell *cell)
{
    if (cell->count < SPREADSHEET_DIGITS + 3 || !cell_digits(cell, 0, cell->count))
        return false;
    for (uint32_t i = SPREADSHEET_DIGITS; i < cell->count; i++)
        if (cell->at[i] != '0')
            return false;
    return !luhn_holds(cell);
}

static bool account_form(const Cell *cell)
{
    for (uint32_t i = 0; i < cell->count; i++) {
        int32_t c = cell->at[i];
        bool mark = c == '@' || c == '.' || c == '_' || c == '/' || c == '(' || c == ')';
        if (!cell_is_digit(c) && !mark && !unicode_is_letter(c))
            return false;
    }
    return cell->count >= ACCOUNT_LENGTH_MIN && !cell_is_uniform(cell);
}

IdentityState identity_account(Str text, StrBuf *out)
{
    if (LIKELY(account_fast_valid(text))) {
        strbuf_add(out, text);
        return IDENTITY_VALID;
    }
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    CellExponent exponent = cell_expand_exponent(&cell);
    if (exponent == EXPONENT_LOST)
        return damaged(&cell, ACCOUNT_KNOWN_LEAST, out);
    cell_drop(&cell, '-');
    for (uint32_t i = 0; i < cell.count; i++)
        if (cell_is_mask(cell.at[i]) && cell.at[i] != '_')
            return masked(&cell, ACCOUNT_KNOWN_LEAST, out);
    if (account_was_cut(&cell)) {
        cell_forget(&cell, SPREADSHEET_DIGITS, cell.count);
        return damaged(&cell, ACCOUNT_KNOWN_LEAST, out);
    }
    return account_form(&cell) ? settle(&cell, out) : damaged(&cell, ACCOUNT_KNOWN_LEAST, out);
}

// ---- telephones

// Takes off +86, 0086 or 86 before a mobile number.
static void phone_drop_country(Cell *cell)
{
    uint32_t skip = 0;
    if (cell->count > 0 && cell->at[0] == '+')
        skip = 1;
    else if (cell->count > 2 && cell->at[0] == '0' && cell->at[1] == '0')
        skip = 2;
    bool country = cell->count == skip + 2 + PHONE_LENGTH && cell->at[skip] == '8' &&
                   cell->at[skip + 1] == '6';
    if (!country)
        return;
    memmove(cell->at, &cell->at[skip + 2], PHONE_LENGTH * sizeof cell->at[0]);
    cell->count = PHONE_LENGTH;
    cell->changed = true;
}

// A mobile number, a line with its area code, a local line, or a service number.
static bool phone_form(const Cell *cell)
{
    if (cell->count < 5 || cell->count > 12 || !cell_digits(cell, 0, cell->count) ||
        cell_is_uniform(cell))
        return false;
    if (cell->count == PHONE_LENGTH && cell->at[0] == '1')
        return cell->at[1] >= '3';
    if (cell->at[0] == '0')
        return cell->count >= 10;
    return cell->count <= 10;
}

IdentityState identity_phone(Str text, StrBuf *out)
{
    if (text.len == PHONE_LENGTH && text.ptr[0] == '1' && text.ptr[1] >= '3' &&
        plain_digits(text)) {
        strbuf_add(out, text);
        return IDENTITY_VALID;
    }
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    CellExponent exponent = cell_expand_exponent(&cell);
    if (exponent == EXPONENT_LOST)
        return damaged(&cell, PHONE_KNOWN_LEAST, out);
    cell_drop(&cell, '-');
    cell_drop(&cell, '(');
    cell_drop(&cell, ')');
    phone_drop_country(&cell);
    if (cell_has_mask(&cell))
        return masked(&cell, PHONE_KNOWN_LEAST, out);
    return phone_form(&cell) ? settle(&cell, out) : damaged(&cell, PHONE_KNOWN_LEAST, out);
}

// ---- plates

// The signs of provinces, and what stands before or behind the numbers of special plates.
static const char *const plate_provinces =
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";
static const char *const plate_ends = "警学挂领港澳试超使";

static bool text_has(const char *text, int32_t point)
{
    char bytes[4];
    size_t size = utf8_encode(point, bytes);
    return str_find(str_from_cstr(text), (Str){bytes, size}, 0) != STR_NONE;
}

// Letters I and O are in no plate: they are a 1 and a 0 that were misread.
static void plate_repair(Cell *cell)
{
    for (uint32_t i = 2; i < cell->count; i++) {
        int32_t repaired = cell->at[i] == 'I' ? '1' : cell->at[i] == 'O' ? '0' : cell->at[i];
        cell->changed |= repaired != cell->at[i];
        cell->at[i] = repaired;
    }
}

static bool plate_form(const Cell *cell)
{
    if (cell->count < 7 || cell->count > 8 || !text_has(plate_provinces, cell->at[0]))
        return false;
    if (!cell_is_capital(cell->at[1]) && !cell_is_digit(cell->at[1]))
        return false;
    uint32_t end = cell->count;
    if (cell->count == 7 && text_has(plate_ends, cell->at[6]))
        end = 6;
    for (uint32_t i = 2; i < end; i++)
        if (!cell_is_digit(cell->at[i]) && !cell_is_capital(cell->at[i]))
            return false;
    return true;
}

IdentityState identity_plate(Str text, StrBuf *out)
{
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    cell_upper(&cell);
    cell_drop(&cell, 0xB7);
    cell_drop(&cell, 0x30FB);
    cell_drop(&cell, '.');
    cell_drop(&cell, '-');
    if (cell_has_mask(&cell))
        return masked(&cell, 0, out);
    plate_repair(&cell);
    return plate_form(&cell) ? settle(&cell, out) : damaged(&cell, 0, out);
}

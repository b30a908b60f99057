// SPDX-License-Identifier: Apache-2.0
//
// identity_person.c: citizens' identity numbers, GB 11643-1999.
//
// A number is 6 digits of a division, 8 of the date of birth, 3 of an order within that day (odd
// for men) and a check digit over the 17 before: weights below, remainder by 11 through CHECK. A
// wrong single digit always fails the check, so a number whose check agrees and whose date exists
// is taken as valid; one whose check fails could have any of its digits wrong, but most often the
// whole number still tells persons apart, so all its characters are kept as known.
//
// Almost every cell of a real column is valid as it stands. person_fast_valid decides that from the
// bytes alone, at a few nanoseconds a cell; everything else goes through the points of a Cell.

#include "stdlib/identity_int.h"

#define PERSON_LENGTH 18
#define PERSON_OLD_LENGTH 15
#define PERSON_KNOWN_LEAST 8
// Digits that a spreadsheet keeps of a number.
#define SPREADSHEET_DIGITS 15
// Births that a living or recorded person can have.
#define PERSON_YEAR_MIN 1800
#define PERSON_YEAR_MAX 2100

static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
static const char check_characters[] = "10X98765432";

static bool person_date_exists(int year, int month, int day)
{
    if (year < PERSON_YEAR_MIN || year > PERSON_YEAR_MAX || month < 1 || month > 12 || day < 1)
        return false;
    return day <= 28 || day <= date_days_in_month(year, month);
}

static int two_digits(const uint8_t *digits)
{
    return digits[0] * 10 + digits[1];
}

// Is the cell a valid number as the standard writes it? Reads exactly 18 bytes.
static bool person_fast_valid(const char *bytes)
{
    uint8_t digits[17];
    uint32_t sum = 0, over = 0;
    for (int i = 0; i < 17; i++) {
        digits[i] = (uint8_t)(bytes[i] - '0');
        over |= digits[i] > 9;
        sum += (uint32_t)digits[i] * weights[i];
    }
    if (over || digits[0] == 0 || bytes[17] != check_characters[sum % 11])
        return false;
    return person_date_exists(two_digits(digits + 6) * 100 + two_digits(digits + 8),
                              two_digits(digits + 10), two_digits(digits + 12));
}

// The check character of the first 17 points, which are digits.
static int32_t person_check(const Cell *cell)
{
    uint32_t sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (uint32_t)(cell->at[i] - '0') * weights[i];
    return check_characters[sum % 11];
}

static int person_number(const Cell *cell, uint32_t from, uint32_t to)
{
    int number = 0;
    for (uint32_t i = from; i < to; i++)
        number = number * 10 + (cell->at[i] - '0');
    return number;
}

static bool person_date(const Cell *cell)
{
    return person_date_exists(person_number(cell, 6, 10), person_number(cell, 10, 12),
                              person_number(cell, 12, 14));
}

static IdentityState person_damaged(const Cell *cell, StrBuf *out)
{
    cell_write_skeleton(cell, PERSON_KNOWN_LEAST, out);
    return IDENTITY_DAMAGED;
}

static IdentityState person_settle(const Cell *cell, StrBuf *out)
{
    cell_write(cell, out);
    return cell->changed ? IDENTITY_REPAIRED : IDENTITY_VALID;
}

// 15 digits: the century 19 and the check digit are put in.
static IdentityState person_old(Cell *cell, StrBuf *out)
{
    memmove(&cell->at[8], &cell->at[6], 9 * sizeof cell->at[0]);
    cell->at[6] = '1';
    cell->at[7] = '9';
    cell->count = PERSON_LENGTH;
    cell->at[17] = person_check(cell);
    cell->changed = true;
    if (cell->at[0] != '0' && person_date(cell))
        return person_settle(cell, out);
    return IDENTITY_DAMAGED;
}

// 17 digits and one more point, which is neither hidden nor unknown.
static IdentityState person_eighteen(Cell *cell, StrBuf *out)
{
    if (cell->at[0] == '0' || cell_is_uniform(cell))
        return IDENTITY_DAMAGED; // a filler that stands for nobody
    if (cell->at[17] == person_check(cell) && person_date(cell))
        return person_settle(cell, out);
    if (cell->at[17] == '0' && cell->at[16] == '0' && cell->at[15] == '0')
        cell_forget(cell, SPREADSHEET_DIGITS, PERSON_LENGTH);
    else if (!cell_is_digit(cell->at[17]) && cell->at[17] != 'X')
        cell_forget(cell, 17, PERSON_LENGTH);
    return person_damaged(cell, out);
}

// Inside a number of digits the letter X hides as * does.
static bool person_hide(Cell *cell)
{
    bool hidden = false;
    for (uint32_t i = 0; i < cell->count; i++) {
        bool letter = cell->at[i] == 'X' && i + 1 < cell->count;
        if (letter || cell_is_mask(cell->at[i])) {
            cell->at[i] = SKELETON_UNKNOWN;
            hidden = true;
        } else if (!cell_is_digit(cell->at[i]) && cell->at[i] != 'X') {
            return false;
        }
    }
    return hidden;
}

static IdentityState person_masked(Cell *cell, StrBuf *out)
{
    // Hidden runs are often shorter than what they hide. A run that leaves 15 characters could hide
    // an old number, whose last characters stand elsewhere.
    bool old = cell->count == PERSON_OLD_LENGTH;
    if (cell->count != PERSON_LENGTH && !cell_stretch(cell, PERSON_LENGTH))
        return IDENTITY_MASKED;
    if (old)
        cell_forget(cell, 6, PERSON_LENGTH);
    cell_write_skeleton(cell, PERSON_KNOWN_LEAST, out);
    return IDENTITY_MASKED;
}

// Passports, permits and other papers: one to three letters, then digits, perhaps one more in
// brackets.
static bool person_other_paper(const Cell *cell)
{
    uint32_t i = 0, digits = 0;
    while (i < cell->count && cell_is_capital(cell->at[i]))
        i++;
    if (i < 1 || i > 3)
        return false;
    while (i < cell->count && cell_is_digit(cell->at[i])) {
        i++;
        digits++;
    }
    if (i + 3 == cell->count && cell->at[i] == '(' && cell->at[i + 2] == ')')
        i += 3;
    return i == cell->count && digits >= 6 && digits <= 12;
}

// 110105194912310020.0: a number that went through binary64, good for 15 digits.
static bool person_float(Cell *cell)
{
    if (cell->count != PERSON_LENGTH + 2 || cell->at[18] != '.' || cell->at[19] != '0' ||
        !cell_digits(cell, 0, PERSON_LENGTH))
        return false;
    cell->count = PERSON_LENGTH;
    cell_forget(cell, SPREADSHEET_DIGITS, PERSON_LENGTH);
    return true;
}

// A sign for X in the last place: × or * where the check digit is X.
static void person_last_sign(Cell *cell)
{
    if (cell->count == PERSON_LENGTH && cell_is_mask(cell->at[17]) && cell_digits(cell, 0, 17) &&
        person_check(cell) == 'X') {
        cell->at[17] = 'X';
        cell->changed = true;
    }
}

static IdentityState person_slow(Cell *cell, StrBuf *out)
{
    person_last_sign(cell);
    if (cell->count == PERSON_OLD_LENGTH && cell_digits(cell, 0, PERSON_OLD_LENGTH))
        return person_old(cell, out);
    if (cell->count == PERSON_LENGTH && cell_digits(cell, 0, 17) && !cell_is_mask(cell->at[17]))
        return person_eighteen(cell, out);
    CellExponent exponent = cell_expand_exponent(cell);
    if (exponent == EXPONENT_EXACT && cell->count == PERSON_LENGTH)
        return person_eighteen(cell, out);
    if (exponent != EXPONENT_NONE || person_float(cell))
        return cell->count == PERSON_LENGTH ? person_damaged(cell, out) : IDENTITY_DAMAGED;
    if (person_other_paper(cell))
        return person_settle(cell, out);
    if (person_hide(cell))
        return person_masked(cell, out);
    return IDENTITY_DAMAGED;
}

IdentityState identity_person(Str text, StrBuf *out)
{
    if (LIKELY(text.len == PERSON_LENGTH) && LIKELY(person_fast_valid(text.ptr))) {
        strbuf_add(out, text);
        return IDENTITY_VALID;
    }
    Cell cell;
    IdentityState end;
    if (!identity_read(text, &cell, &end))
        return end;
    cell_upper(&cell);
    return person_slow(&cell, out);
}

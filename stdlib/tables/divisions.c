// SPDX-License-Identifier: Apache-2.0
//
// divisions.c: names by code and date, the library's own from divisions.def.
//
// Rows are in order of codes and, for one code, of dates, so that an answer is a binary search. The names lie behind
// each other in one constant; rows have offsets into it, because pointers would have to be relocated at every start.

#include "stdlib/tables/divisions.h"

#include "runtime/base/time.h"

#include <stddef.h>
#include <string.h>

static const struct Names {
#define DIVISION(code, first, last, name) char name_##code##_##first[sizeof(name)];
#include "stdlib/tables/divisions.def"
} names = {
#define DIVISION(code, first, last, name) name,
#include "stdlib/tables/divisions.def"
};

static const Division rows[] = {
#define DIVISION(code, first, last, name)                                                          \
    {code, first, last, offsetof(struct Names, name_##code##_##first)},
#include "stdlib/tables/divisions.def"
};

static const Divisions own = {rows, ARRAY_LEN(rows), (const char *)&names, DIVISIONS_LAST};

const Divisions *divisions_own(void)
{
    return &own;
}

// The first row whose code is not less.
static size_t row_of(const Divisions *divisions, int32_t code)
{
    size_t low = 0, high = divisions->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (divisions->rows[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t written(int64_t date)
{
    int year, month, day;
    if (!date_in_range(date))
        return 0;
    date_to_ymd((int32_t)date, &year, &month, &day);
    return year * 10000 + month * 100 + day;
}

static const char *name_of(const Divisions *divisions, size_t row)
{
    return divisions->names + divisions->rows[row].name;
}

bool divisions_name(const Divisions *divisions, int32_t code, int64_t date, Str *name)
{
    int32_t day = written(date);
    const Division *rows_of = divisions->rows;
    for (size_t i = row_of(divisions, code); i < divisions->count && rows_of[i].code == code; i++) {
        if (rows_of[i].first > day || rows_of[i].last < day)
            continue;
        *name = str_from_cstr(name_of(divisions, i));
        return true;
    }
    return false;
}

bool divisions_next(const Divisions *divisions, int32_t from, int32_t to, Str text, size_t *row)
{
    if (text.len < 3)
        return false;
    size_t i = MAX_OF(*row, row_of(divisions, from));
    for (; i < divisions->count && divisions->rows[i].code <= to; i++)
        if (memcmp(name_of(divisions, i), text.ptr, 3) ==
            0) { // of Han characters, three bytes each
            *row = i;
            return true;
        }
    return false;
}

DivisionRow divisions_at(const Divisions *divisions, size_t row)
{
    ASSERT(row < divisions->count);
    return (DivisionRow){divisions->rows[row].code, str_from_cstr(name_of(divisions, row)),
                         divisions->rows[row].last >= divisions->last_lists};
}

bool divisions_known(const Divisions *divisions, int32_t code)
{
    size_t i = row_of(divisions, code);
    return i < divisions->count && divisions->rows[i].code == code;
}

static int64_t date_of(int32_t day)
{
    int32_t date = 0;
    bool valid = date_from_ymd(day / 10000, day / 100 % 100, day % 100, &date);
    ASSERT(valid);
    return valid ? date : 0;
}

int64_t divisions_first(void)
{
    return date_of(DIVISIONS_FIRST);
}

int64_t divisions_last(void)
{
    return date_of(DIVISIONS_LAST);
}

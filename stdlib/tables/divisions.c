// SPDX-License-Identifier: Apache-2.0
//
// divisions.c: names by code and date from divisions.def.
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

typedef struct Division {
    int32_t code, first, last; // dates as yyyymmdd
    uint32_t name;             // offset into names
} Division;

static const Division rows[] = {
#define DIVISION(code, first, last, name)                                                          \
    {code, first, last, offsetof(struct Names, name_##code##_##first)},
#include "stdlib/tables/divisions.def"
};

// The first row whose code is not less.
static size_t row_of(int32_t code)
{
    size_t low = 0, high = ARRAY_LEN(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].code < code)
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

static const char *name_of(size_t row)
{
    return (const char *)&names + rows[row].name;
}

bool divisions_name(int32_t code, int64_t date, Str *name)
{
    int32_t day = written(date);
    for (size_t i = row_of(code); i < ARRAY_LEN(rows) && rows[i].code == code; i++) {
        if (rows[i].first > day || rows[i].last < day)
            continue;
        *name = str_from_cstr(name_of(i));
        return true;
    }
    return false;
}

bool divisions_next(int32_t from, int32_t to, Str text, size_t *row)
{
    if (text.len < 3)
        return false;
    for (size_t i = MAX_OF(*row, row_of(from)); i < ARRAY_LEN(rows) && rows[i].code <= to; i++)
        if (memcmp(name_of(i), text.ptr, 3) == 0) { // names are of Han characters, three bytes each
            *row = i;
            return true;
        }
    return false;
}

DivisionRow divisions_at(size_t row)
{
    ASSERT(row < ARRAY_LEN(rows));
    return (DivisionRow){rows[row].code, str_from_cstr(name_of(row)),
                         rows[row].last == DIVISIONS_LAST};
}

bool divisions_known(int32_t code)
{
    size_t i = row_of(code);
    return i < ARRAY_LEN(rows) && rows[i].code == code;
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

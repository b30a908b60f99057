// SPDX-License-Identifier: Apache-2.0
//
// divisions.h: the divisions of China down to counties, valid in time: the library's own lists, or those that a user
// supplies (facts.h).
//
// Codes are those of GB/T 2260 as numbers of six digits, dates days since 1970-01-01. What the published lists leave
// open, and what lies outside their dates, is not known: there is no nearest answer. Constant data; any thread may
// read it.

#ifndef SUP_STDLIB_TABLES_DIVISIONS_H
#define SUP_STDLIB_TABLES_DIVISIONS_H

#include "runtime/base/str.h"

// A code under one of its names.
typedef struct Division {
    int32_t code, first, last; // dates as yyyymmdd
    uint32_t name;             // offset into Divisions.names
} Division;

typedef struct Divisions {
    const Division *rows; // in order of codes and, for one code, of dates, which do not overlap
    size_t count;
    const char *names;  // each of three bytes or more, ended by NUL
    int32_t last_lists; // rows that reach this date, as yyyymmdd, are in the last list
} Divisions;

// The library's own.
const Divisions *divisions_own(void);

// The name of the division that has this code on this date. False: not known.
MUST_USE bool divisions_name(const Divisions *divisions, int32_t code, int64_t date, Str *name);

// Is it the code of a division at any time?
bool divisions_known(const Divisions *divisions, int32_t code);

// A division under one of its names. `current`: the last list has it.
typedef struct DivisionRow {
    int32_t code;
    Str name;
    bool current;
} DivisionRow;

// The first row from *row on with a code from `from` to `to` whose name begins with the first character of `text`; *row
// is set to it, so that a loop goes on with the next. False: there is none.
MUST_USE bool divisions_next(const Divisions *divisions, int32_t from, int32_t to, Str text,
                             size_t *row);
DivisionRow divisions_at(const Divisions *divisions, size_t row);

// First and last date of the library's own lists.
int64_t divisions_first(void);
int64_t divisions_last(void);

#endif

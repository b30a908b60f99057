// SPDX-License-Identifier: Apache-2.0
//
// divisions.h: the divisions of China down to counties, valid in time.
//
// Codes are those of GB/T 2260 as numbers of six digits, dates days since 1970-01-01. What the published lists leave
// open, and what lies outside their dates, is not known: there is no nearest answer. Constant data; any thread may
// read it.

#ifndef SUP_STDLIB_TABLES_DIVISIONS_H
#define SUP_STDLIB_TABLES_DIVISIONS_H

#include "runtime/base/str.h"

// The name of the division that has this code on this date. False: not known.
MUST_USE bool divisions_name(int32_t code, int64_t date, Str *name);

// Is it the code of a division at any time?
bool divisions_known(int32_t code);

// A division under one of its names. `current`: the last list has it.
typedef struct DivisionRow {
    int32_t code;
    Str name;
    bool current;
} DivisionRow;

// The first row from *row on with a code from `from` to `to` whose name begins with the first character of `text`; *row
// is set to it, so that a loop goes on with the next. False: there is none.
MUST_USE bool divisions_next(int32_t from, int32_t to, Str text, size_t *row);
DivisionRow divisions_at(size_t row);

// First and last date of the lists.
int64_t divisions_first(void);
int64_t divisions_last(void);

#endif

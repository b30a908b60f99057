// SPDX-License-Identifier: Apache-2.0
//
// calendar.h: which days are worked, as far as the yearly notices say.
//
// Dates are days since 1970-01-01. Outside the covered years nothing is known: calendar_covers
// says so, and the other functions may only be asked inside. Constant data; any thread may read
// it.

#ifndef SUP_STDLIB_TABLES_CALENDAR_H
#define SUP_STDLIB_TABLES_CALENDAR_H

#include "runtime/base/base.h"

// First and last date covered.
int64_t calendar_first(void);
int64_t calendar_last(void);

// Is the date covered?
bool calendar_covers(int64_t date);

// Is a covered date worked?
bool calendar_is_workday(int64_t date);

// Working days from the first covered date up to and with this one; `date` may be the day before
// the first (0).
int64_t calendar_count(int64_t date);

// The covered date that is the n-th working day of the coverage (from 1): the inverse of
// calendar_count. False if there is none.
MUST_USE bool calendar_find(int64_t n, int64_t *date);

#endif

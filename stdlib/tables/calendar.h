// SPDX-License-Identifier: Apache-2.0
//
// calendar.h: which days are worked, as far as a calendar says: the library's own, of the yearly notices, or one that a
// user supplies (facts.h).
//
// Dates are days since 1970-01-01. Outside the covered years nothing is known: calendar_covers
// says so, and the other functions may only be asked inside. Constant data; any thread may read
// it.

#ifndef SUP_STDLIB_TABLES_CALENDAR_H
#define SUP_STDLIB_TABLES_CALENDAR_H

#include "runtime/base/base.h"

// From Monday to Friday is worked, but for exceptions. The years covered begin in 1970 at the earliest.
typedef struct Calendar {
    int64_t first, last; // dates covered
    const int32_t *off;  // weekdays that are not worked, in order
    size_t off_count;
    const int32_t *work; // days of weekends that are, in order
    size_t work_count;
} Calendar;

// The library's own.
const Calendar *calendar_own(void);

// Is the date covered?
bool calendar_covers(const Calendar *calendar, int64_t date);

// Is a covered date worked?
bool calendar_is_workday(const Calendar *calendar, int64_t date);

// Is it a day from Monday to Friday, from 1970 on?
bool calendar_is_weekday(int64_t date);

// Working days from the first covered date up to and with this one; `date` may be the day before
// the first (0).
int64_t calendar_count(const Calendar *calendar, int64_t date);

// The covered date that is the n-th working day of the coverage (from 1): the inverse of
// calendar_count. False if there is none.
MUST_USE bool calendar_find(const Calendar *calendar, int64_t n, int64_t *date);

#endif

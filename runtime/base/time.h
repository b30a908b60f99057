// SPDX-License-Identifier: Apache-2.0
//
// time.h: dates, months, periods and points of time.
//
// The calendar is the proleptic Gregorian one, years 1 to 9999. A date is a number of days since
// 1970-01-01, a month a number of months since 1970-01, a datetime a number of microseconds since
// 1970-01-01T00:00 in the zone that the data declares (no zone arithmetic here). Nothing reads the
// system clock or the process's time zone. Leaving the range of years makes a function return false.
#ifndef SUP_RUNTIME_BASE_TIME_H
#define SUP_RUNTIME_BASE_TIME_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

#define DATE_MIN (-719162) // 0001-01-01
#define DATE_MAX 2932896   // 9999-12-31
#define MONTH_MIN (-23628) // 0001-01
#define MONTH_MAX 96359    // 9999-12
#define TIME_US_PER_SECOND INT64_C(1000000)
#define TIME_US_PER_DAY INT64_C(86400000000)
#define DATETIME_MIN (DATE_MIN * TIME_US_PER_DAY)
#define DATETIME_MAX ((DATE_MAX + 1) * TIME_US_PER_DAY - 1)

// ---- Dates --------------------------------------------------------------------------------------

// Does this year (1–9999), month (1–12), day exist? Then *out is the date.
MUST_USE bool date_from_ymd(int year, int month, int day, int32_t *out);

// The parts of a date in range; pointers may be NULL.
void date_to_ymd(int32_t date, int *year, int *month, int *day);

// Is the number within DATE_MIN … DATE_MAX?
bool date_in_range(int64_t days);

// Number of days of a month of a year; is the year a leap year?
int date_days_in_month(int year, int month);
bool date_is_leap(int year);

// date + days, date + months (the day is clamped to the month's end: 01-31 + 1 month = 02-28 or 29).
// False when the result leaves the years 1 to 9999.
MUST_USE bool date_add_days(int32_t date, int64_t days, int32_t *out);
MUST_USE bool date_add_months(int32_t date, int64_t months, int32_t *out);

// 1 = Monday … 7 = Sunday.
int date_weekday(int32_t date);

// First and last day of the date's month, quarter and year.
int32_t date_month_start(int32_t date);
int32_t date_month_end(int32_t date);
int32_t date_quarter_start(int32_t date);
int32_t date_quarter_end(int32_t date);
int32_t date_year_start(int32_t date);
int32_t date_year_end(int32_t date);

// Full months, full years, from a to b (negative if b is earlier): the greatest n with
// a + n months ≤ b, clamping as in date_add_months.
int64_t date_months_between(int32_t a, int32_t b);
int64_t date_years_between(int32_t a, int32_t b);

// Reads exactly YYYY-MM-DD.
MUST_USE bool date_parse(Str text, int32_t *out);
// Appends YYYY-MM-DD.
void date_format(StrBuf *buf, int32_t date);

// ---- Months -------------------------------------------------------------------------------------

MUST_USE bool month_from_ym(int year, int month, int32_t *out);
void month_to_ym(int32_t month, int *year, int *month_of_year);
bool month_in_range(int64_t months);
MUST_USE bool month_add(int32_t month, int64_t months, int32_t *out);
// The month that contains the date; the first and last day of a month.
int32_t month_of_date(int32_t date);
int32_t month_first_day(int32_t month);
int32_t month_last_day(int32_t month);
// Reads exactly YYYY-MM; appends YYYY-MM.
MUST_USE bool month_parse(Str text, int32_t *out);
void month_format(StrBuf *buf, int32_t month);

// ---- Datetimes ----------------------------------------------------------------------------------

// A date and a time of day (24 h clock, 60 is no second). False if a part is out of range.
MUST_USE bool datetime_from_parts(int32_t date, int hour, int minute, int second, int microsecond,
                                  int64_t *out);
// The date, and the microseconds since midnight.
int32_t datetime_date(int64_t datetime);
int64_t datetime_time_of_day(int64_t datetime);
MUST_USE bool datetime_add(int64_t datetime, int64_t microseconds, int64_t *out);
MUST_USE bool datetime_add_months(int64_t datetime, int64_t months, int64_t *out);
// Reads YYYY-MM-DD, then 'T' or one blank, then HH:MM, HH:MM:SS or HH:MM:SS.f with 1 to 6 places.
MUST_USE bool datetime_parse(Str text, int64_t *out);
// Appends YYYY-MM-DDTHH:MM:SS, with the fraction only if it is not 0 (then without trailing zeros).
void datetime_format(StrBuf *buf, int64_t datetime);

// ---- Periods ------------------------------------------------------------------------------------

// Two dates, both included, start ≤ end.
typedef struct Period {
    int32_t start;
    int32_t end;
} Period;

bool period_contains(Period period, int32_t date);
bool period_overlaps(Period a, Period b);
// Do they overlap? Then *out is the part in common.
bool period_intersect(Period a, Period b, Period *out);
// Days, both ends counted (at least 1).
int64_t period_days(Period period);
// Days of the gap between two periods that do not overlap, else 0: adjacent ones have distance 1.
int64_t period_distance(Period a, Period b);
// Order by start, then end.
int period_compare(Period a, Period b);
// Reads YYYY-MM-DD..YYYY-MM-DD with start ≤ end; appends it.
MUST_USE bool period_parse(Str text, Period *out);
void period_format(StrBuf *buf, Period period);

#endif

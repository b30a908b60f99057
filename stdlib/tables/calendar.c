// SPDX-License-Identifier: Apache-2.0
//
// calendar.c: working days from exceptions, the library's own in calendar.def.
//
// Two sorted lists hold the exceptions as dates, the own ones computed by the compiler. A date is worked if it
// is a weekday that is not in `off`, or a weekend day that is in `work`; counts are weekdays by
// arithmetic, minus and plus the rank of the date in each list. So every question costs two short
// binary searches, whatever the distance.

#include "stdlib/tables/calendar.h"

// Days since 1970-01-01 of a Gregorian date from 1600 on, as a constant expression: days of the
// 400-year era from March on.
#define YEAR_FROM_MARCH(y, m) ((y) - ((m) <= 2))
#define DAY_FROM_MARCH(m, d) ((153 * ((m) + ((m) > 2 ? -3 : 9)) + 2) / 5 + (d) - 1)
#define DATE(y, m, d)                                                                              \
    (365 * YEAR_FROM_MARCH(y, m) + YEAR_FROM_MARCH(y, m) / 4 - YEAR_FROM_MARCH(y, m) / 100 +       \
     YEAR_FROM_MARCH(y, m) / 400 + DAY_FROM_MARCH(m, d) - 719468)

static const int32_t off[] = {
#define OFF(y, m, d) DATE(y, m, d),
#include "stdlib/tables/calendar.def"
};

static const int32_t work[] = {
#define WORK(y, m, d) DATE(y, m, d),
#include "stdlib/tables/calendar.def"
};

static const Calendar own = {DATE(CALENDAR_FIRST_YEAR, 1, 1),
                             DATE(CALENDAR_LAST_YEAR, 12, 31),
                             off,
                             ARRAY_LEN(off),
                             work,
                             ARRAY_LEN(work)};

const Calendar *calendar_own(void)
{
    return &own;
}

// How many of the sorted dates are not after `date`.
static int64_t rank_of(const int32_t *dates, size_t count, int64_t date)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (dates[middle] <= date)
            low = middle + 1;
        else
            count = middle;
    }
    return (int64_t)low;
}

// Days since the Monday 1969-12-29, for weeks by arithmetic; dates covered are never negative.
static int64_t since_monday(int64_t date)
{
    return date + 3;
}

// Weekdays from Monday 1969-12-29 up to and with this date.
static int64_t weekdays(int64_t date)
{
    int64_t days = since_monday(date) + 1;
    return days / 7 * 5 + MIN_OF(days % 7, 5);
}

bool calendar_is_weekday(int64_t date)
{
    return since_monday(date) % 7 < 5;
}

bool calendar_covers(const Calendar *calendar, int64_t date)
{
    return date >= calendar->first && date <= calendar->last;
}

int64_t calendar_count(const Calendar *calendar, int64_t date)
{
    ASSERT(date >= calendar->first - 1);
    ASSERT(date <= calendar->last);
    return weekdays(date) - weekdays(calendar->first - 1) -
           rank_of(calendar->off, calendar->off_count, date) +
           rank_of(calendar->work, calendar->work_count, date);
}

bool calendar_is_workday(const Calendar *calendar, int64_t date)
{
    ASSERT(calendar_covers(calendar, date));
    bool weekday = calendar_is_weekday(date);
    const int32_t *dates = weekday ? calendar->off : calendar->work;
    size_t count = weekday ? calendar->off_count : calendar->work_count;
    int64_t rank = rank_of(dates, count, date);
    bool exception = rank > 0 && dates[rank - 1] == date;
    return weekday != exception;
}

bool calendar_find(const Calendar *calendar, int64_t n, int64_t *date)
{
    if (n < 1 || n > calendar_count(calendar, calendar->last))
        return false;
    int64_t low = calendar->first, high = calendar->last;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (calendar_count(calendar, middle) >= n)
            high = middle;
        else
            low = middle + 1;
    }
    *date = low;
    return true;
}

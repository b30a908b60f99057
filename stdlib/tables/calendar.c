// SPDX-License-Identifier: Apache-2.0
//
// calendar.c: working days from the exceptions in calendar.def.
//
// Two sorted lists hold the exceptions as dates, computed by the compiler. A date is worked if it
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

#define FIRST DATE(CALENDAR_FIRST_YEAR, 1, 1)
#define LAST DATE(CALENDAR_LAST_YEAR, 12, 31)

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

int64_t calendar_first(void)
{
    return FIRST;
}

int64_t calendar_last(void)
{
    return LAST;
}

bool calendar_covers(int64_t date)
{
    return date >= FIRST && date <= LAST;
}

int64_t calendar_count(int64_t date)
{
    ASSERT(date >= FIRST - 1);
    ASSERT(date <= LAST);
    return weekdays(date) - weekdays(FIRST - 1) - rank_of(off, ARRAY_LEN(off), date) +
           rank_of(work, ARRAY_LEN(work), date);
}

bool calendar_is_workday(int64_t date)
{
    ASSERT(calendar_covers(date));
    bool weekday = since_monday(date) % 7 < 5;
    const int32_t *dates = weekday ? off : work;
    size_t count = weekday ? ARRAY_LEN(off) : ARRAY_LEN(work);
    int64_t rank = rank_of(dates, count, date);
    bool exception = rank > 0 && dates[rank - 1] == date;
    return weekday != exception;
}

bool calendar_find(int64_t n, int64_t *date)
{
    if (n < 1 || n > calendar_count(LAST))
        return false;
    int64_t low = FIRST, high = LAST;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (calendar_count(middle) >= n)
            high = middle;
        else
            low = middle + 1;
    }
    *date = low;
    return true;
}

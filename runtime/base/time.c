// SPDX-License-Identifier: Apache-2.0
//
// time.c: the proleptic Gregorian calendar in integer arithmetic.
//
// Days are counted from 1 March of year 0, which puts the leap day at the end of a year: then the
// days before a month are a linear function of the month, and 400 years have 146097 days.
#include "runtime/base/time.h"

enum {
    DAYS_PER_400_YEARS = 146097,
    DAYS_BEFORE_1970 = 719468, // from 0000-03-01
    YEAR_MIN = 1,
    YEAR_MAX = 9999,
};

// ---- Dates --------------------------------------------------------------------------------------

bool date_is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    ASSERT(month >= 1);
    ASSERT(month <= 12);
    return days[month - 1] + (month == 2 && date_is_leap(year));
}

bool date_from_ymd(int year, int month, int day, int32_t *out)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12)
        return false;
    if (day < 1 || day > date_days_in_month(year, month))
        return false;
    int shifted_year = month <= 2 ? year - 1 : year;
    int shifted_month = month <= 2 ? month + 9 : month - 3; // March is 0
    int day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    *out = shifted_year * 365 + shifted_year / 4 - shifted_year / 100 + shifted_year / 400 +
           day_of_year - DAYS_BEFORE_1970;
    return true;
}

bool date_in_range(int64_t days)
{
    return days >= DATE_MIN && days <= DATE_MAX;
}

void date_to_ymd(int32_t date, int *year, int *month, int *day)
{
    ASSERT(date_in_range(date));
    int days = date + DAYS_BEFORE_1970;
    int era = days / DAYS_PER_400_YEARS;
    int day_of_era = days % DAYS_PER_400_YEARS;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    int calendar_month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    if (year != NULL)
        *year = era * 400 + year_of_era + (calendar_month <= 2);
    if (month != NULL)
        *month = calendar_month;
    if (day != NULL)
        *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
}

bool date_add_days(int32_t date, int64_t days, int32_t *out)
{
    int64_t sum;
    if (!num_add_i64(date, days, &sum) || !date_in_range(sum))
        return false;
    *out = (int32_t)sum;
    return true;
}

bool date_add_months(int32_t date, int64_t months, int32_t *out)
{
    int32_t month;
    if (!month_add(month_of_date(date), months, &month))
        return false;
    int day;
    date_to_ymd(date, NULL, NULL, &day);
    int32_t first = month_first_day(month);
    int length = month_last_day(month) - first + 1;
    *out = first + MIN_OF(day, length) - 1;
    return true;
}

int date_weekday(int32_t date)
{
    ASSERT(date_in_range(date));
    // 0001-01-01, DATE_MIN, is a Monday.
    return (date - DATE_MIN) % 7 + 1;
}

int32_t date_month_start(int32_t date)
{
    return month_first_day(month_of_date(date));
}

int32_t date_month_end(int32_t date)
{
    return month_last_day(month_of_date(date));
}

// The first day of the part of the year that has this many months.
static int32_t part_start(int32_t date, int months)
{
    int year, month;
    date_to_ymd(date, &year, &month, NULL);
    int32_t start;
    bool exists = date_from_ymd(year, (month - 1) / months * months + 1, 1, &start);
    ASSERT(exists);
    return start;
}

static int32_t part_end(int32_t date, int months)
{
    return month_last_day(month_of_date(part_start(date, months)) + months - 1);
}

int32_t date_quarter_start(int32_t date)
{
    return part_start(date, 3);
}

int32_t date_quarter_end(int32_t date)
{
    return part_end(date, 3);
}

int32_t date_year_start(int32_t date)
{
    return part_start(date, 12);
}

int32_t date_year_end(int32_t date)
{
    return part_end(date, 12);
}

int64_t date_months_between(int32_t a, int32_t b)
{
    // The months' difference is the answer or one too many.
    int64_t months = (int64_t)month_of_date(b) - month_of_date(a);
    int32_t moved;
    bool fits = date_add_months(a, months, &moved);
    ASSERT(fits); // it lies in the month of b
    return moved <= b ? months : months - 1;
}

int64_t date_years_between(int32_t a, int32_t b)
{
    int64_t months = date_months_between(a, b);
    return months >= 0 ? months / 12 : -((-months + 11) / 12);
}

// ---- Months -------------------------------------------------------------------------------------

bool month_in_range(int64_t months)
{
    return months >= MONTH_MIN && months <= MONTH_MAX;
}

bool month_from_ym(int year, int month, int32_t *out)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12)
        return false;
    *out = (year - 1970) * 12 + month - 1;
    return true;
}

void month_to_ym(int32_t month, int *year, int *month_of_year)
{
    ASSERT(month_in_range(month));
    int from_year_1 = month - MONTH_MIN;
    if (year != NULL)
        *year = from_year_1 / 12 + 1;
    if (month_of_year != NULL)
        *month_of_year = from_year_1 % 12 + 1;
}

bool month_add(int32_t month, int64_t months, int32_t *out)
{
    int64_t sum;
    if (!num_add_i64(month, months, &sum) || !month_in_range(sum))
        return false;
    *out = (int32_t)sum;
    return true;
}

int32_t month_of_date(int32_t date)
{
    int year, month;
    date_to_ymd(date, &year, &month, NULL);
    int32_t result;
    bool exists = month_from_ym(year, month, &result);
    ASSERT(exists);
    return result;
}

int32_t month_first_day(int32_t month)
{
    int year, month_of_year;
    month_to_ym(month, &year, &month_of_year);
    int32_t date;
    bool exists = date_from_ymd(year, month_of_year, 1, &date);
    ASSERT(exists);
    return date;
}

int32_t month_last_day(int32_t month)
{
    int year, month_of_year;
    month_to_ym(month, &year, &month_of_year);
    return month_first_day(month) + date_days_in_month(year, month_of_year) - 1;
}

// ---- Text ---------------------------------------------------------------------------------------

// Reads exactly `width` digits at *at, then, unless `end` is 0, that byte.
static bool read_field(Str text, size_t *at, int width, char end, int *out)
{
    int value = 0;
    for (int i = 0; i < width; i++, (*at)++) {
        if (*at >= text.len || text.ptr[*at] < '0' || text.ptr[*at] > '9')
            return false;
        value = value * 10 + (text.ptr[*at] - '0');
    }
    *out = value;
    if (end == 0)
        return true;
    if (*at >= text.len || text.ptr[*at] != end)
        return false;
    (*at)++;
    return true;
}

static bool read_date(Str text, size_t *at, int32_t *out)
{
    int year, month, day;
    return read_field(text, at, 4, '-', &year) && read_field(text, at, 2, '-', &month) &&
           read_field(text, at, 2, 0, &day) && date_from_ymd(year, month, day, out);
}

bool date_parse(Str text, int32_t *out)
{
    size_t at = 0;
    return read_date(text, &at, out) && at == text.len;
}

bool month_parse(Str text, int32_t *out)
{
    size_t at = 0;
    int year, month;
    return read_field(text, &at, 4, '-', &year) && read_field(text, &at, 2, 0, &month) &&
           at == text.len && month_from_ym(year, month, out);
}

// Writes value in exactly `width` digits.
static char *write_field(char *at, int value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + width;
}

void date_format(StrBuf *buf, int32_t date)
{
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    char text[] = "0000-00-00";
    write_field(text, year, 4);
    write_field(text + 5, month, 2);
    write_field(text + 8, day, 2);
    strbuf_add(buf, (Str){text, sizeof text - 1});
}

void month_format(StrBuf *buf, int32_t month)
{
    int year, month_of_year;
    month_to_ym(month, &year, &month_of_year);
    char text[] = "0000-00";
    write_field(text, year, 4);
    write_field(text + 5, month_of_year, 2);
    strbuf_add(buf, (Str){text, sizeof text - 1});
}

// ---- Datetimes ----------------------------------------------------------------------------------

bool datetime_from_parts(int32_t date, int hour, int minute, int second, int microsecond,
                         int64_t *out)
{
    if (!date_in_range(date) || hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    if (second < 0 || second > 59 || microsecond < 0 || microsecond >= TIME_US_PER_SECOND)
        return false;
    int64_t seconds = (int64_t)hour * 3600 + minute * 60 + second;
    *out = date * TIME_US_PER_DAY + seconds * TIME_US_PER_SECOND + microsecond;
    return true;
}

int64_t datetime_time_of_day(int64_t datetime)
{
    int64_t rest = datetime % TIME_US_PER_DAY;
    return rest < 0 ? rest + TIME_US_PER_DAY : rest;
}

int32_t datetime_date(int64_t datetime)
{
    ASSERT(datetime >= DATETIME_MIN);
    ASSERT(datetime <= DATETIME_MAX);
    return (int32_t)((datetime - datetime_time_of_day(datetime)) / TIME_US_PER_DAY);
}

bool datetime_add(int64_t datetime, int64_t microseconds, int64_t *out)
{
    return num_add_i64(datetime, microseconds, out) && *out >= DATETIME_MIN && *out <= DATETIME_MAX;
}

bool datetime_add_months(int64_t datetime, int64_t months, int64_t *out)
{
    int32_t date;
    if (!date_add_months(datetime_date(datetime), months, &date))
        return false;
    *out = date * TIME_US_PER_DAY + datetime_time_of_day(datetime);
    return true;
}

// Reads up to six decimal places as microseconds.
static bool read_microseconds(Str text, size_t *at, int *out)
{
    int value = 0;
    int places = 0;
    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9' && places < 6) {
        value = value * 10 + (text.ptr[(*at)++] - '0');
        places++;
    }
    for (int i = places; i < 6; i++)
        value *= 10;
    *out = value;
    return places > 0;
}

bool datetime_parse(Str text, int64_t *out)
{
    size_t at = 0;
    int32_t date;
    int hour, minute, second = 0, microsecond = 0;
    if (!read_date(text, &at, &date) || at >= text.len)
        return false;
    if (text.ptr[at] != 'T' && text.ptr[at] != ' ')
        return false;
    at++;
    if (!read_field(text, &at, 2, ':', &hour) || !read_field(text, &at, 2, 0, &minute))
        return false;
    if (at < text.len && text.ptr[at] == ':') {
        at++;
        if (!read_field(text, &at, 2, 0, &second))
            return false;
        if (at < text.len && text.ptr[at] == '.') {
            at++;
            if (!read_microseconds(text, &at, &microsecond))
                return false;
        }
    }
    return at == text.len && datetime_from_parts(date, hour, minute, second, microsecond, out);
}

void datetime_format(StrBuf *buf, int64_t datetime)
{
    date_format(buf, datetime_date(datetime));
    int64_t time = datetime_time_of_day(datetime);
    int seconds = (int)(time / TIME_US_PER_SECOND);
    int fraction = (int)(time % TIME_US_PER_SECOND);
    char text[] = "T00:00:00.000000";
    write_field(text + 1, seconds / 3600, 2);
    write_field(text + 4, seconds / 60 % 60, 2);
    write_field(text + 7, seconds % 60, 2);
    write_field(text + 10, fraction, 6);
    size_t len = fraction == 0 ? 9 : sizeof text - 1;
    while (fraction != 0 && text[len - 1] == '0')
        len--;
    strbuf_add(buf, (Str){text, len});
}

// ---- Periods ------------------------------------------------------------------------------------

bool period_contains(Period period, int32_t date)
{
    return period.start <= date && date <= period.end;
}

bool period_overlaps(Period a, Period b)
{
    return a.start <= b.end && b.start <= a.end;
}

bool period_intersect(Period a, Period b, Period *out)
{
    out->start = MAX_OF(a.start, b.start);
    out->end = MIN_OF(a.end, b.end);
    return out->start <= out->end;
}

int64_t period_days(Period period)
{
    ASSERT(period.start <= period.end);
    return (int64_t)period.end - period.start + 1;
}

int64_t period_distance(Period a, Period b)
{
    if (period_overlaps(a, b))
        return 0;
    return a.end < b.start ? (int64_t)b.start - a.end : (int64_t)a.start - b.end;
}

int period_compare(Period a, Period b)
{
    if (a.start != b.start)
        return a.start < b.start ? -1 : 1;
    return (a.end > b.end) - (a.end < b.end);
}

bool period_parse(Str text, Period *out)
{
    size_t at = 0;
    if (!read_date(text, &at, &out->start))
        return false;
    if (!str_starts(str_slice(text, at, text.len), STR("..")))
        return false;
    at += 2;
    return read_date(text, &at, &out->end) && at == text.len && out->start <= out->end;
}

void period_format(StrBuf *buf, Period period)
{
    date_format(buf, period.start);
    strbuf_add(buf, STR(".."));
    date_format(buf, period.end);
}

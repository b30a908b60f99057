// SPDX-License-Identifier: Apache-2.0
//
// convert_date.c: dates, points of time, months and periods.
//
// Read are the forms year-month-day only: 2023-1-5, 2023/01/05, 2023.1.5, 20230105, 2023年1月5日 (also
// 二〇二三年一月五日), with a time of day behind where the type has one, and with midnight where it has
// none. Two-digit years, day-first forms and serial numbers of spreadsheets could mean several days, so they
// are refused. 2023.1 is no month: a spreadsheet makes it of 2023.10.
#include "runtime/source/convert.h"

#include "runtime/base/time.h"

#define ZONE_MINUTES 480 // data are in +08:00; other stated offsets are brought to it

// Open ends, which are missing. 9999-12-31 is recognised as a date.
static bool is_open(Str text)
{
    static const Str words[] = {STR_INIT("至今"), STR_INIT("长期"), STR_INIT("—"),
                                STR_INIT("——"),   STR_INIT("-"),    STR_INIT("--")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal(text, words[i]))
            return true;
    }
    return false;
}

// ---- Chinese numerals ---------------------------------------------------------------------------

// 0 to 9 for one numeral at the front, which is taken; -1 if there is none.
static int take_numeral(Str *rest)
{
    static const Str numerals[] = {STR_INIT("〇"), STR_INIT("一"), STR_INIT("二"), STR_INIT("三"),
                                   STR_INIT("四"), STR_INIT("五"), STR_INIT("六"), STR_INIT("七"),
                                   STR_INIT("八"), STR_INIT("九")};
    for (int i = 0; i < 10; i++) {
        if (take_word(rest, numerals[i]))
            return i;
    }
    if (take_word(rest, STR("零")) || take_word(rest, STR("○")) || take_word(rest, STR("Ｏ")))
        return 0;
    return -1;
}

// 一 to 九十九, taken from the front; 0 if there is none.
static int take_small_numeral(Str *rest)
{
    int tens = 0, ones;
    if (take_word(rest, STR("廿"))) {
        tens = 2;
    } else if (take_word(rest, STR("十"))) {
        tens = 1;
    } else {
        tens = take_numeral(rest);
        if (tens < 0)
            return 0;
        if (!take_word(rest, STR("十")))
            return tens;
    }
    Str before = *rest;
    ones = take_numeral(rest);
    if (ones <= 0)
        *rest = before;
    return tens * 10 + MAX_OF(ones, 0);
}

static bool take_numeral_date(Str *rest, int *year, int *month, int *day)
{
    *year = 0;
    for (int i = 0; i < 4; i++) {
        int digit = take_numeral(rest);
        if (digit < 0)
            return false;
        *year = *year * 10 + digit;
    }
    if (!take_word(rest, STR("年")))
        return false;
    *month = take_word(rest, STR("元")) ? 1 : take_small_numeral(rest);
    if (*month == 0 || !take_word(rest, STR("月")))
        return false;
    *day = take_small_numeral(rest);
    if (*day == 0)
        return str_equal(*rest, STR("")) || str_equal(*rest, STR("份"));
    return take_word(rest, STR("日")) || take_word(rest, STR("号"));
}

// ---- Parts of a date ----------------------------------------------------------------------------

// Year, month and day as written; day is 0 where the text ends after the month.
typedef struct DateParts {
    int year, month, day;
    bool dots; // written 2023.1…
} DateParts;

// 2023年1月5日, blanks between the parts allowed.
static bool take_named_parts(Str *rest, DateParts *parts)
{
    take_blanks(rest);
    if (!take_word(rest, STR("年")))
        return false;
    take_blanks(rest);
    if (take_digits(rest, 2, &parts->month) == 0)
        return false;
    take_blanks(rest);
    if (!take_word(rest, STR("月")))
        return false;
    (void)take_word(rest, STR("份"));
    take_blanks(rest);
    if (take_digits(rest, 2, &parts->day) == 0)
        return true;
    take_blanks(rest);
    return parts->day > 0 && (take_word(rest, STR("日")) || take_word(rest, STR("号")));
}

// Takes a date, or a year and month, from the front of *rest.
static bool take_parts(Str *rest, DateParts *parts)
{
    *parts = (DateParts){0};
    size_t digits = leading_digits(*rest);
    if (digits == 0)
        return take_numeral_date(rest, &parts->year, &parts->month, &parts->day);
    if (digits == 8 || digits == 6 || digits == 14) {
        (void)take_digits(rest, 4, &parts->year);
        (void)take_digits(rest, 2, &parts->month);
        return digits == 6 || (take_digits(rest, 2, &parts->day) == 2 && parts->day > 0);
    }
    if (digits != 4)
        return false;
    (void)take_digits(rest, 4, &parts->year);
    char mark = rest->len > 0 ? rest->ptr[0] : '\0';
    if (mark != '-' && mark != '/' && mark != '.')
        return take_named_parts(rest, parts);
    parts->dots = mark == '.';
    *rest = str_slice(*rest, 1, rest->len);
    if (take_digits(rest, 2, &parts->month) == 0)
        return false;
    if (rest->len < 2 || rest->ptr[0] != mark || !is_digit(rest->ptr[1]))
        return true;
    *rest = str_slice(*rest, 1, rest->len);
    return take_digits(rest, 2, &parts->day) > 0 && parts->day > 0;
}

static bool take_date(Str *rest, int32_t *date)
{
    DateParts parts;
    return take_parts(rest, &parts) && parts.day > 0 &&
           date_from_ymd(parts.year, parts.month, parts.day, date);
}

// ---- Time of day --------------------------------------------------------------------------------

// Up to six places of a second; more only if they are zeros.
static bool take_fraction(Str *rest, int *microseconds)
{
    *microseconds = 0;
    if (!take_word(rest, STR(".")))
        return true;
    int taken = take_digits(rest, 6, microseconds);
    for (int i = taken; i < 6; i++)
        *microseconds *= 10;
    while (rest->len > 0 && rest->ptr[0] == '0')
        *rest = str_slice(*rest, 1, rest->len);
    return taken > 0 && (rest->len == 0 || !is_digit(rest->ptr[0]));
}

// Z, +08:00, +0800, +08: the minutes by which the written time must be moved.
static bool take_zone(Str *rest, int *move_minutes)
{
    int hours, minutes = 0;
    *move_minutes = 0;
    if (take_word(rest, STR("Z")) || take_word(rest, STR("z"))) {
        *move_minutes = ZONE_MINUTES;
        return true;
    }
    if (rest->len == 0 || (rest->ptr[0] != '+' && rest->ptr[0] != '-'))
        return true;
    int sign = number_take_sign(rest);
    if (take_digits(rest, 2, &hours) != 2 || hours > 14)
        return false;
    bool colon = take_word(rest, STR(":"));
    int digits = take_digits(rest, 2, &minutes);
    if ((colon && digits != 2) || digits == 1 || minutes > 59)
        return false;
    *move_minutes = ZONE_MINUTES - sign * (hours * 60 + minutes);
    return true;
}

// 时 or 点, then 分, then 秒.
static bool take_named_clock(Str *rest, int *minute, int *second)
{
    if (!take_word(rest, STR("时")) && !take_word(rest, STR("点")))
        return false;
    if (take_digits(rest, 2, minute) == 0)
        return rest->len == 0;
    if (!take_word(rest, STR("分")))
        return false;
    if (take_digits(rest, 2, second) == 0)
        return rest->len == 0;
    return take_word(rest, STR("秒"));
}

// 8:30, 08:30:00.123, 8时30分; *microseconds counts from midnight.
static bool take_clock(Str *rest, int64_t *microseconds)
{
    int hour, minute = 0, second = 0, fraction = 0;
    if (take_digits(rest, 2, &hour) == 0)
        return false;
    if (rest->len > 0 && rest->ptr[0] == ':') {
        *rest = str_slice(*rest, 1, rest->len);
        if (take_digits(rest, 2, &minute) != 2)
            return false;
        if (take_word(rest, STR(":")) && take_digits(rest, 2, &second) != 2)
            return false;
        if (!take_fraction(rest, &fraction))
            return false;
    } else if (!take_named_clock(rest, &minute, &second)) {
        return false;
    }
    *microseconds = ((int64_t)hour * 3600 + minute * 60 + second) * TIME_US_PER_SECOND + fraction;
    return hour <= 23 && minute <= 59 && second <= 59;
}

// What parts date and time: T, blanks, or nothing before a time with its words: 2024年3月2日8时30分.
static bool take_parting(Str *rest)
{
    size_t before = rest->len;
    if (!take_word(rest, STR("T")))
        take_blanks(rest);
    return rest->len < before || str_find(*rest, STR("时"), 0) != STR_NONE ||
           str_find(*rest, STR("点"), 0) != STR_NONE;
}

// A date and, where one follows, a time of day. The whole text.
static bool read_datetime(Str text, int64_t *out)
{
    int32_t date;
    int64_t clock = 0;
    int move = 0;
    bool compact = leading_digits(text) == 14;
    if (!take_date(&text, &date))
        return false;
    if (compact) {
        int hour, minute, second;
        (void)take_digits(&text, 2, &hour);
        (void)take_digits(&text, 2, &minute);
        (void)take_digits(&text, 2, &second);
        clock = ((int64_t)hour * 3600 + minute * 60 + second) * TIME_US_PER_SECOND;
        if (hour > 23 || minute > 59 || second > 59)
            return false;
    } else if (text.len > 0) {
        if (!take_parting(&text) || !take_clock(&text, &clock))
            return false;
        take_blanks(&text);
        if (!take_zone(&text, &move))
            return false;
    }
    int64_t moved;
    if (text.len > 0 ||
        !num_add_i64(date * TIME_US_PER_DAY + clock, move * 60 * TIME_US_PER_SECOND, &moved))
        return false;
    *out = moved;
    return moved >= DATETIME_MIN && moved <= DATETIME_MAX;
}

// ---- Types --------------------------------------------------------------------------------------

CellValue convert_datetime(Str text)
{
    CellValue cell = {.state = CELL_KNOWN};
    if (is_open(text))
        return cell_missing();
    if (!read_datetime(text, &cell.i64))
        return cell_refused(REASON_CELL_UNPARSED);
    return datetime_date(cell.i64) == DATE_MAX ? cell_missing() : cell;
}

CellValue convert_date(Str text)
{
    CellValue cell = convert_datetime(text);
    if (cell.state != CELL_KNOWN)
        return cell;
    if (datetime_time_of_day(cell.i64) != 0) // a time of day would be lost
        return cell_refused(REASON_CELL_UNPARSED);
    cell.i64 = datetime_date(cell.i64);
    return cell;
}

CellValue convert_month(Str text)
{
    if (is_open(text))
        return cell_missing();
    Str rest = text;
    DateParts parts;
    int32_t month;
    if (take_parts(&rest, &parts) && rest.len == 0 && parts.day == 0) {
        bool cut = parts.dots && str_slice(text, 5, text.len).len < 2; // 2023.1
        if (cut || !month_from_ym(parts.year, parts.month, &month))
            return cell_refused(REASON_CELL_UNPARSED);
        if (month == MONTH_MAX)
            return cell_missing();
        return (CellValue){.state = CELL_KNOWN, .i64 = month};
    }
    // The first day stands for its month, as databases deliver months.
    CellValue cell = convert_date(text);
    if (cell.state != CELL_KNOWN)
        return cell;
    month = month_of_date((int32_t)cell.i64);
    if (month_first_day(month) != cell.i64)
        return cell_refused(REASON_CELL_UNPARSED);
    cell.i64 = month;
    return cell;
}

// One end of a period: a date, or a month, of which the first or last day counts.
static CellValue period_end(Str text, bool last)
{
    text = str_trim(text);
    CellValue cell = convert_date(text);
    if (cell.state != CELL_REFUSED)
        return cell;
    cell = convert_month(text);
    if (cell.state == CELL_KNOWN)
        cell.i64 = last ? month_last_day((int32_t)cell.i64) : month_first_day((int32_t)cell.i64);
    return cell;
}

// Where the two dates are parted: at a word, or at the only '-' among dots, slashes or characters.
static bool split_period(Str text, Str *start, Str *end)
{
    static const Str words[] = {STR_INIT(".."), STR_INIT("至"), STR_INIT("到"), STR_INIT("~"),
                                STR_INIT("～"), STR_INIT("—"),  STR_INIT("–"),  STR_INIT(" - ")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t at = str_find(text, words[i], 0);
        if (at == STR_NONE)
            continue;
        *start = str_slice(text, 0, at);
        // 至今 is an end of its own.
        size_t from =
            str_equal(str_slice(text, at, text.len), STR("至今")) ? at : at + words[i].len;
        while (words[i].len == 3 && str_starts(str_slice(text, from, text.len), STR("—")))
            from += 3;
        *end = str_slice(text, from, text.len);
        return true;
    }
    size_t dash = str_find(text, STR("-"), 0);
    if (dash == STR_NONE || str_find(text, STR("-"), dash + 1) != STR_NONE)
        return false;
    *start = str_slice(text, 0, dash);
    *end = str_slice(text, dash + 1, text.len);
    return true;
}

CellValue convert_period(Str text)
{
    Str start_text, end_text;
    if (is_open(text))
        return cell_missing();
    if (!split_period(text, &start_text, &end_text))
        return cell_refused(REASON_CELL_UNPARSED);
    CellValue start = period_end(start_text, false), end = period_end(end_text, true);
    if (start.state == CELL_REFUSED || end.state == CELL_REFUSED)
        return cell_refused(REASON_CELL_UNPARSED);
    if (start.state == CELL_MISSING || end.state == CELL_MISSING) // open at one end
        return cell_missing();
    if (start.i64 > end.i64)
        return cell_refused(REASON_CELL_UNPARSED);
    return (CellValue){.state = CELL_KNOWN, .pair = {start.i64, end.i64}};
}

// SPDX-License-Identifier: Apache-2.0
//
// date_text.c: dates and months written in texts.
//
// Read are 2023-1-5, 2023/01/05, 2023.1.5, 20230105, 2023年1月5日, 二〇二三年一月五日, each with a time of
// day behind it, which is checked and left out. Two-digit years, the day first and a
// spreadsheet's serial numbers have more than one reading: they are no dates here.

#include "stdlib/fn.h"
#include "stdlib/numeral_int.h"
#include "stdlib/stdlib_int.h"

#define ZONE_MINUTES 480 // data are in +08:00; moments of another zone are brought to it
#define DAY_MINUTES 1440

typedef struct DateParts {
    int year, month, day;
} DateParts;

static void skip_blanks(NumeralReader *reader)
{
    while (numeral_skip(reader, ' '))
        continue;
}

// Reads `least` to `most` digits.
static bool read_digits(NumeralReader *reader, int least, int most, int *number)
{
    int count = 0;
    *number = 0;
    for (; count < most && cell_is_digit(numeral_peek(reader)); reader->at++, count++)
        *number = *number * 10 + (numeral_peek(reader) - '0');
    return count >= least;
}

// Reads exactly two digits, or one or two where `two` is false.
static bool read_field(NumeralReader *reader, bool two, int *number)
{
    return read_digits(reader, two ? 2 : 1, 2, number);
}

// 二〇二三: four Chinese digits.
static bool read_chinese_year(NumeralReader *reader, int *year)
{
    *year = 0;
    for (int i = 0; i < 4; i++) {
        int digit = numeral_digit(numeral_peek(reader));
        if (digit < 0)
            return false;
        *year = *year * 10 + digit;
        reader->at++;
    }
    return true;
}

// A month or day in Chinese numerals or digits, before 月, 日 or 号.
static bool read_han_number(NumeralReader *reader, int *number)
{
    if (cell_is_digit(numeral_peek(reader)))
        return read_field(reader, false, number);
    int128_t value = 0, one = wide_pow10(NUMERAL_SCALE);
    (void)numeral_skip(reader, 0x521D); // 初五
    if (!numeral_read(reader, &value) || value % one != 0 || value > 99 * one)
        return false;
    *number = (int)(value / one);
    return true;
}

// Reads the year and what parts it from the month: '-', '/', '.' or 年 (then *separator is 年), or
// nothing (0) in 20230105.
static bool read_year(NumeralReader *reader, DateParts *parts, int32_t *separator)
{
    skip_blanks(reader);
    bool digits = cell_is_digit(numeral_peek(reader));
    if (digits ? !read_digits(reader, 4, 4, &parts->year)
               : !read_chinese_year(reader, &parts->year))
        return false;
    *separator = 0;
    if (digits && cell_is_digit(numeral_peek(reader)))
        return true;
    skip_blanks(reader);
    int32_t c = numeral_peek(reader);
    bool known = c == 0x5E74 || (digits && (c == '-' || c == '/' || c == '.'));
    if (!known)
        return false;
    *separator = c;
    reader->at++;
    skip_blanks(reader);
    return true;
}

static bool read_month(NumeralReader *reader, DateParts *parts, int32_t separator)
{
    if (separator != 0x5E74)
        return read_field(reader, separator == 0, &parts->month);
    if (!read_han_number(reader, &parts->month))
        return false;
    skip_blanks(reader);
    return numeral_skip(reader, 0x6708); // 月
}

static bool read_day(NumeralReader *reader, DateParts *parts, int32_t separator)
{
    if (separator == 0)
        return read_field(reader, true, &parts->day);
    skip_blanks(reader);
    if (separator != 0x5E74)
        return numeral_skip(reader, separator) && (skip_blanks(reader), true) &&
               read_field(reader, false, &parts->day);
    if (!read_han_number(reader, &parts->day))
        return false;
    skip_blanks(reader);
    return numeral_skip(reader, 0x65E5) || numeral_skip(reader, 0x53F7); // 日, 号
}

// A zone behind the time, Z, +08:00 or +0800, in minutes east.
static bool read_zone(NumeralReader *reader, int *east)
{
    int hour = 0, minute = 0;
    *east = 0;
    if (numeral_skip(reader, 'Z'))
        return true;
    bool west = numeral_peek(reader) == '-';
    if (!west && numeral_peek(reader) != '+') {
        *east = ZONE_MINUTES;
        return true;
    }
    reader->at++;
    if (!read_field(reader, true, &hour))
        return false;
    (void)numeral_skip(reader, ':');
    *east = 0;
    if (!read_field(reader, true, &minute) || hour > 23 || minute > 59)
        return false;
    *east = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

// HH:MM[:SS[.f…]].
static bool read_time(NumeralReader *reader, int *minutes)
{
    int hour = 0, minute = 0, second = 0;
    if (!read_field(reader, false, &hour) || !numeral_skip(reader, ':') ||
        !read_field(reader, true, &minute))
        return false;
    if (numeral_skip(reader, ':') && !read_field(reader, true, &second))
        return false;
    if (numeral_skip(reader, '.'))
        while (cell_is_digit(numeral_peek(reader)))
            reader->at++;
    *minutes = hour * 60 + minute;
    return hour < 24 && minute < 60 && second < 60;
}

// A time of day with its zone, or nothing, and the end. *shift is by how many days the date differs
// where the data's clocks stand.
static bool read_rest(NumeralReader *reader, int *shift)
{
    int minutes = 0, east = 0;
    *shift = 0;
    if (!numeral_skip(reader, 'T'))
        skip_blanks(reader);
    if (reader->at == reader->cell->count)
        return true;
    if (!read_time(reader, &minutes) || !read_zone(reader, &east))
        return false;
    minutes += ZONE_MINUTES - east;
    *shift = minutes < 0 ? -1 : minutes >= DAY_MINUTES ? 1 : 0;
    skip_blanks(reader);
    return reader->at == reader->cell->count;
}

// An end that is open: missing, so that the model says what it stands for (`date(t) ?? as_of`).
static bool is_open_end(const Cell *cell)
{
    static const char *const words[] = {"至今", "长期", "—", "——", "-", "--"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        NumeralReader reader = {cell, 0, false, REASON_NONE};
        skip_blanks(&reader);
        if (!numeral_skip_word(&reader, words[i]))
            continue;
        skip_blanks(&reader);
        if (reader.at == cell->count)
            return true;
    }
    return false;
}

// Reads a whole date, with or without a time of day behind it.
static bool read_whole_date(const Cell *cell, int32_t *date)
{
    DateParts parts = {0};
    int32_t separator = 0;
    int shift = 0;
    NumeralReader reader = {cell, 0, false, REASON_NONE};
    bool read = read_year(&reader, &parts, &separator) && read_month(&reader, &parts, separator) &&
                read_day(&reader, &parts, separator) && read_rest(&reader, &shift);
    return read && !reader.approximate && date_from_ymd(parts.year, parts.month, parts.day, date) &&
           date_add_days(*date, shift, date);
}

FN1(date_of_text, I64, Text, t, .name = "date", .name_zh = "日期",
    .signature = "date(t: text): date?",
    .doc = "The date that a text writes, in any usual form; open ends (至今, 长期, 9999-12-31) are "
           "missing.",
    .doc_zh = "文字写出的日期，常见写法都认；至今、长期、9999-12-31 是缺失，认不出的待定。",
    .example = "date(\"二〇二三年一月五日\") = 2023-01-05", .issues = FN_ISSUES(REASON_CONVERSION),
    .cost = 100)
{
    Cell cell;
    int32_t date = 0;
    bool read = cell_read_spaced(*t, &cell) && read_whole_date(&cell, &date);
    if (read ? date == DATE_MAX : cell_read_spaced(*t, &cell) && is_open_end(&cell))
        fn_issue(fn, REASON_MISSING);
    else if (!read)
        fn_issue(fn, REASON_CONVERSION);
    return date;
}

FN1(month_of_text, I64, Text, t, .name = "month", .name_zh = "月份",
    .signature = "month(t: text): month",
    .doc = "The month that a text writes: 2023-01, 202301, 2023年1月; undecided if it is none.",
    .doc_zh = "文字写出的月份：2023-01、202301、2023年1月；认不出的待定。",
    .example = "month(\"2023年1月\") = 2023-01", .issues = FN_ISSUES(REASON_CONVERSION),
    .cost = 100)
{
    Cell cell;
    DateParts parts = {0};
    int32_t separator = 0, month = 0;
    bool read = cell_read_spaced(*t, &cell);
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    read = read && read_year(&reader, &parts, &separator) && read_month(&reader, &parts, separator);
    if (read) {
        (void)numeral_skip(&reader, 0x4EFD); // 份
        skip_blanks(&reader);
    }
    if (!read || reader.at < cell.count || reader.approximate ||
        !month_from_ym(parts.year, parts.month, &month))
        fn_issue(fn, REASON_CONVERSION);
    return month;
}

// ---- dates that refer to one before

typedef struct Shift {
    const char *word;
    int by;
} Shift;

// Skips one of the words and gives what it shifts by. False: none stands here.
static bool skip_shift(NumeralReader *reader, const Shift *shifts, size_t count, int *by)
{
    for (size_t i = 0; i < count; i++)
        if (numeral_skip_word(reader, shifts[i].word)) {
            *by = shifts[i].by;
            return true;
        }
    return false;
}

// 次日, 当天, 前一日, 3天后: a number of days from the date before.
static bool read_day_shift(NumeralReader *reader, int *days)
{
    static const Shift shifts[] = {{"次日", 1},    {"翌日", 1},   {"第二天", 1}, {"第二日", 1},
                                   {"当日", 0},    {"当天", 0},   {"同日", 0},   {"同一天", 0},
                                   {"前一日", -1}, {"前一天", -1}};
    NumeralReader saved = *reader;
    if (skip_shift(reader, shifts, ARRAY_LEN(shifts), days))
        return true;
    bool day = read_han_number(reader, days) && !reader->approximate &&
               numeral_skip(reader, 0x5929); // 天: 3日后 may be after the third of a month
    static const Shift ends[] = {{"之后", 1}, {"后", 1}, {"以前", -1}, {"之前", -1}, {"前", -1}};
    int sign = 0;
    if (day && skip_shift(reader, ends, ARRAY_LEN(ends), &sign)) {
        *days *= sign;
        return true;
    }
    *reader = saved;
    return false;
}

// [同年|次年|上年] n月 or 同月|次月|上月, then the day.
static bool read_month_shift(NumeralReader *reader, int32_t previous, DateParts *parts)
{
    static const Shift years[] = {{"同年", 0},   {"当年", 0},  {"次年", 1},   {"翌年", 1},
                                  {"第二年", 1}, {"上年", -1}, {"上一年", -1}};
    static const Shift months[] = {{"同月", 0}, {"当月", 0}, {"本月", 0}, {"次月", 1},
                                   {"翌月", 1}, {"下月", 1}, {"上月", -1}};
    int year, month, by = 0;
    date_to_ymd(previous, &year, &month, NULL);
    bool named = skip_shift(reader, years, ARRAY_LEN(years), &by);
    parts->year = year + by;
    parts->month = month;
    skip_blanks(reader);
    if (skip_shift(reader, months, ARRAY_LEN(months), &by)) {
        int32_t base = 0;
        if (!month_from_ym(parts->year, month, &base) || !month_in_range(base + by) ||
            (named && by != 0)) // 次年次月: of which?
            return false;
        month_to_ym(base + by, &parts->year, &parts->month);
    } else if (!named || !read_month(reader, parts, 0x5E74)) {
        return false;
    }
    return read_day(reader, parts, 0x5E74);
}

FN2(relative_date, I64, Text, t, I64, previous, .name = "relative_date", .name_zh = "相对日期",
    .signature = "relative_date(t: text, previous: date): date",
    .doc = "The date that a text names by one before it: 同年8月27日, 次月5日, 同月28日, 次日, "
           "当日, 3天后; a whole date is "
           "itself. A month and day without 同年 or the like may be of another year: undecided.",
    .doc_zh = "文字参照前一日期写出的日期：同年8月27日、次月5日、同月28日、次日、当日、3天后；完整"
              "的日期就是它自己。只写月日的，年份不定，待定。",
    .example = "relative_date(\"同年8月27日\", 2023-03-02) = 2023-08-27",
    .issues = FN_ISSUES(REASON_CONVERSION), .cost = 150)
{
    Cell cell;
    DateParts parts = {0};
    int32_t date = 0;
    int days = 0, shift = 0;
    if (!cell_read_spaced(*t, &cell)) {
        fn_issue(fn, REASON_CONVERSION);
        return 0;
    }
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    skip_blanks(&reader);
    NumeralReader start = reader;
    bool read = read_day_shift(&reader, &days) && date_add_days((int32_t)previous, days, &date);
    if (!read) {
        reader = start;
        read = read_month_shift(&reader, (int32_t)previous, &parts) &&
               date_from_ymd(parts.year, parts.month, parts.day, &date);
    }
    read = read && !reader.approximate && read_rest(&reader, &shift) && shift == 0;
    if (!read && read_whole_date(&cell, &date))
        read = true;
    if (!read)
        fn_issue(fn, REASON_CONVERSION);
    return date;
}

const FnCard *const date_text_cards[] = {FN_CARD(date_of_text), FN_CARD(month_of_text),
                                         FN_CARD(relative_date), NULL};

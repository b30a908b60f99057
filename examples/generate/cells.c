// SPDX-License-Identifier: Apache-2.0
//
// cells.c: the cells of tables, in the forms that departments write them, and identities that the
// way from one department to another has harmed.

#include <string.h>

#include "examples/generate/table_int.h"
#include "runtime/base/time.h"

#define PERSON_LENGTH 18
#define SPREADSHEET_DIGITS 15
#define SECONDS_OF_DAY 86400

static void put(Table *table, const char *text)
{
    table_put(table, text, strlen(text));
}

void table_text(Table *table, const char *text)
{
    table_cell(table);
    put(table, text);
}

void table_blank(Table *table)
{
    // The first cell of a row has no comma in front that would show that it is there.
    if (table->size == table->row_start)
        put(table, " ");
    else
        table_cell(table);
}

void table_decimal(Table *table, int64_t number, int places)
{
    char digits[32], *at = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    for (int i = 0; i <= places || rest > 0; i++, rest /= 10) {
        if (i == places && places > 0)
            *--at = '.';
        *--at = (char)('0' + rest % 10);
    }
    if (number < 0)
        *--at = '-';
    table_cell(table);
    table_put(table, at, (size_t)(digits + sizeof digits - at));
}

void table_number(Table *table, int64_t number)
{
    table_decimal(table, number, 0);
}

static void money_untidy(Table *table, int64_t fen)
{
    char text[48];
    long long yuan = (long long)fen / 100, rest = (long long)fen % 100;
    switch (random_below(&table->gen->dirt, 3)) {
    case 0:
        if (yuan < 1000 || yuan >= 1000000)
            snprintf(text, sizeof text, "%lld.%02lld元", yuan, rest);
        else
            snprintf(text, sizeof text, "\"%lld,%03lld.%02lld\"", yuan / 1000, yuan % 1000, rest);
        break;
    case 1:
        snprintf(text, sizeof text, "￥%lld.%02lld", yuan, rest);
        break;
    default:
        snprintf(text, sizeof text, " %lld.%02lld ", yuan, rest);
        break;
    }
    table_text(table, text);
}

void table_money(Table *table, int64_t fen)
{
    if (fen >= 0 && table_untidy(table))
        money_untidy(table, fen);
    else
        table_decimal(table, fen, 2);
}

int64_t day_of(int year, int month, int day)
{
    int32_t date;
    bool valid = date_from_ymd(year, month, day, &date);
    ASSERT(valid);
    return date;
}

int64_t month_of(int year, int month)
{
    return month_of_day(day_of(year, month, 1));
}

int64_t month_first(int64_t month)
{
    return month_first_day((int32_t)month);
}

int64_t month_last(int64_t month)
{
    return month_last_day((int32_t)month);
}

int64_t month_of_day(int64_t day)
{
    return month_of_date((int32_t)day);
}

void day_text(char *out, int64_t day)
{
    int year, month, day_of_month;
    date_to_ymd((int32_t)day, &year, &month, &day_of_month);
    snprintf(out, ID_SIZE, "%04d-%02d-%02d", year, month, day_of_month);
}

void month_text(char *out, int64_t month)
{
    int year, month_of_year;
    month_to_ym((int32_t)month, &year, &month_of_year);
    snprintf(out, ID_SIZE, "%04d-%02d", year, month_of_year);
}

void time_text(char *out, int64_t seconds)
{
    int rest = (int)(seconds % SECONDS_OF_DAY);
    day_text(out, seconds / SECONDS_OF_DAY);
    snprintf(out + 10, ID_SIZE - 10, " %02d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60);
}

void table_date(Table *table, int64_t date)
{
    static const char *const forms[] = {"%d-%d-%d",     "%d/%02d/%02d", "%d%02d%02d",
                                        "%d年%d月%d日", "%d.%d.%d",     "%d-%02d-%02d 00:00:00"};
    char text[48];
    int year, month, day;
    if (!table_untidy(table)) {
        day_text(text, date);
    } else {
        date_to_ymd((int32_t)date, &year, &month, &day);
        const char *form = forms[random_below(&table->gen->dirt, 6)];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, form, year, month, day);
#pragma GCC diagnostic pop
    }
    table_text(table, text);
}

void table_month(Table *table, int64_t month)
{
    char text[48];
    int year, month_of_year;
    month_to_ym((int32_t)month, &year, &month_of_year);
    if (!table_untidy(table))
        month_text(text, month);
    else if (random_below(&table->gen->dirt, 2) == 0)
        snprintf(text, sizeof text, "%04d%02d", year, month_of_year);
    else
        snprintf(text, sizeof text, "%d年%d月", year, month_of_year);
    table_text(table, text);
}

void table_time(Table *table, int64_t seconds)
{
    char text[48];
    time_text(text, seconds);
    if (table_untidy(table)) { // 20240302083015
        char *out = text;
        for (const char *in = text; *in; in++)
            if (*in >= '0' && *in <= '9')
                *out++ = *in;
        *out = '\0';
    }
    table_text(table, text);
}

// ---- identities

static Written written_whole(const char *id)
{
    Written written = {.usable = true};
    memcpy(written.known, id, strlen(id) + 1);
    return written;
}

Written table_clean(Table *table, const char *id)
{
    table_text(table, id);
    return written_whole(id);
}

static Written write_blank(Table *table)
{
    table_blank(table);
    return (Written){.usable = false};
}

// 990101********1234
static Written write_masked(Table *table, const char *id, int first, int last)
{
    Written written = written_whole(id);
    char text[ID_SIZE];
    int length = (int)strlen(id);
    memcpy(text, id, (size_t)length + 1);
    for (int i = first; i < length - last; i++) {
        text[i] = '*';
        written.known[i] = '?';
    }
    written.usable = false;
    table_text(table, text);
    return written;
}

static bool all_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

// What a spreadsheet leaves of a number: fifteen digits and zeros. `id` has digits only.
static Written write_rounded(Table *table, const char *id)
{
    Written written = written_whole(id);
    char text[ID_SIZE];
    size_t length = strlen(id);
    memcpy(text, id, length + 1);
    for (size_t i = SPREADSHEET_DIGITS; i < length; i++) {
        text[i] = '0';
        written.known[i] = '?';
    }
    written.usable = false;
    table_text(table, text);
    return written;
}

// 9.90101E+17: too few digits are left to tell anything.
static Written write_exponent(Table *table, const char *id)
{
    char text[ID_SIZE];
    snprintf(text, sizeof text, "%c.%.5sE+%d", id[0], id + 1, (int)strlen(id) - 1);
    table_text(table, text);
    return (Written){.usable = false};
}

static Written write_wide(Table *table, const char *id)
{
    char text[ID_SIZE * 3] = " ";
    size_t size = 1;
    for (const char *in = id; *in; in++)
        if (*in >= '0' && *in <= '9')
            size +=
                (size_t)snprintf(text + size, sizeof text - size, "\xEF\xBC%c", 0x90 + (*in - '0'));
        else
            text[size++] = *in;
    text[size] = '\0';
    table_text(table, text);
    return written_whole(id);
}

// The check digit may come out right by chance; then the number would be another person's.
static bool rounded_is_valid(const char *id)
{
    static const int weights[15] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8};
    int sum = 0;
    for (int i = 0; i < SPREADSHEET_DIGITS; i++)
        sum += (id[i] - '0') * weights[i];
    return sum % 11 == 1;
}

Written table_person(Table *table, const char *id)
{
    char text[ID_SIZE];
    if (!table_untidy(table))
        return table_clean(table, id);
    bool number = all_digits(id) && !rounded_is_valid(id);
    switch (random_below(&table->gen->dirt, 8)) {
    case 0:
        return write_blank(table);
    case 1:
        return number ? write_rounded(table, id) : write_blank(table);
    case 2:
        return number ? write_exponent(table, id) : write_blank(table);
    case 3:
    case 4:
        return write_masked(table, id, 6, 4);
    case 5:
        return write_wide(table, id);
    case 6:
        if (id[6] != '1') // the century 19 goes without saying
            return write_wide(table, id);
        snprintf(text, sizeof text, "%.6s%.9s", id, id + 8);
        table_text(table, text);
        return written_whole(id);
    default:
        snprintf(text, sizeof text, "%.17s%c ", id, id[17] == 'X' ? 'x' : id[17]);
        table_text(table, text);
        return written_whole(id);
    }
}

Written table_credit(Table *table, const char *id)
{
    if (!table_untidy(table))
        return table_clean(table, id);
    switch (random_below(&table->gen->dirt, 8)) {
    case 0:
        return write_blank(table);
    case 1:
    case 2:
        return write_masked(table, id, 8, 4);
    default:
        return write_wide(table, id);
    }
}

Written table_account(Table *table, const char *id)
{
    if (!table_untidy(table))
        return table_clean(table, id);
    switch (random_below(&table->gen->dirt, 8)) {
    case 0:
        return write_blank(table);
    case 1:
        return write_masked(table, id, 6, 4);
    case 2:
        return write_exponent(table, id);
    default:
        return write_wide(table, id);
    }
}

Written table_phone(Table *table, const char *id)
{
    if (!table_untidy(table))
        return table_clean(table, id);
    switch (random_below(&table->gen->dirt, 4)) {
    case 0:
        return write_blank(table);
    case 1:
        return write_masked(table, id, 3, 4);
    default:
        return write_wide(table, id);
    }
}

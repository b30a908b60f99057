// SPDX-License-Identifier: Apache-2.0
//
// lexer_number.c: numbers, quantities, dates and articles.
//
// What begins with a digit is read by hand, in this order: a date, a month, a number with a
// percent sign, a number with letters glued to it, a plain number. A date in a form that is almost
// right (2024-3-2, 2024/3/2) is told with its right form and goes on as a date.

#include "generated/lang/grammar.h"
#include "lang/lexer_int.h"
#include "runtime/base/time.h"
#include "runtime/base/unicode.h"
#include "runtime/base/wide.h"

#define NUMBER_DIGITS_MAX 128 /* more are never looked at */

/* Digits of either width, as ASCII. */
typedef struct Digits {
    char text[NUMBER_DIGITS_MAX];
    uint32_t count; /* may be more than fit the text */
    uint32_t end;
} Digits;

static int digit_value(int32_t c)
{
    c = c < 0 ? c : unicode_half_width(c);
    return c >= '0' && c <= '9' ? c - '0' : -1;
}

static Digits read_digits(const Lexer *lexer, uint32_t start)
{
    Digits digits = {.count = 0, .end = start};
    uint32_t next = start;
    for (;;) {
        int value = digit_value(lexer_peek(lexer, digits.end, &next));
        if (value < 0)
            return digits;
        if (digits.count < NUMBER_DIGITS_MAX)
            digits.text[digits.count] = (char)('0' + value);
        digits.count++;
        digits.end = next;
    }
}

/* Value of at most nine digits. */
static int small_value(const Digits *digits)
{
    ASSERT(digits->count <= 9);
    int value = 0;
    for (uint32_t i = 0; i < digits->count; i++)
        value = value * 10 + (digits->text[i] - '0');
    return value;
}

/* If the character at `*at` is `wanted` (of either width), moves behind it. */
static bool accept(const Lexer *lexer, uint32_t *at, int32_t wanted)
{
    uint32_t next = 0;
    int32_t c = lexer_peek(lexer, *at, &next);
    if (c < 0 || unicode_half_width(c) != wanted)
        return false;
    *at = next;
    return true;
}

/* ----------------------------------------------------------------------- times of day */

/* 08:30 or 08:30:15.5 behind a date. */
typedef struct Clock {
    int hour, minute, second, microsecond;
    bool short_form; /* 8:30 */
    uint32_t end;
} Clock;

static bool read_part(const Lexer *lexer, uint32_t *at, uint32_t most, int *value, uint32_t *width)
{
    Digits digits = read_digits(lexer, *at);
    if (digits.count == 0 || digits.count > most)
        return false;
    *value = small_value(&digits);
    *width = digits.count;
    *at = digits.end;
    return true;
}

static bool read_fraction(const Lexer *lexer, uint32_t *at, int *microsecond)
{
    uint32_t width = 0;
    if (!read_part(lexer, at, 6, microsecond, &width))
        return false;
    for (; width < 6; width++)
        *microsecond *= 10;
    return true;
}

/* A time of day at `at`, after one or more blanks or a T. */
static bool read_clock(const Lexer *lexer, uint32_t at, Clock *clock)
{
    *clock = (Clock){0};
    uint32_t start = at;
    while (accept(lexer, &at, ' ')) {
    }
    if (at == start && !accept(lexer, &at, 'T'))
        return false;
    uint32_t width = 0;
    uint32_t minute_width = 0;
    if (!read_part(lexer, &at, 2, &clock->hour, &width) || !accept(lexer, &at, ':') ||
        !read_part(lexer, &at, 2, &clock->minute, &minute_width))
        return false;
    clock->short_form = width < 2 || minute_width < 2;
    uint32_t more = at;
    if (accept(lexer, &more, ':') && read_part(lexer, &more, 2, &clock->second, &width)) {
        clock->short_form |= width < 2;
        at = more;
        if (accept(lexer, &more, '.') && read_fraction(lexer, &more, &clock->microsecond))
            at = more;
    }
    clock->end = at;
    return true;
}

/* ----------------------------------------------------------------------- dates */

/* Years, months and days as read, and how. */
typedef struct DateText {
    int year, month, day;
    bool has_day;
    bool exact; /* 2024-03-02, or Chinese */
    uint32_t end;
} DateText;

static bool is_year(const Digits *digits)
{
    return digits->count == 4;
}

/* -3-2 behind a year; `separator` is '-', '/' or '.'. */
static bool read_separated(const Lexer *lexer, const Digits *year, int32_t separator,
                           DateText *date)
{
    uint32_t at = year->end;
    uint32_t month_width = 0;
    uint32_t day_width = 0;
    if (!accept(lexer, &at, separator) || !read_part(lexer, &at, 2, &date->month, &month_width))
        return false;
    date->year = small_value(year);
    date->end = at;
    date->has_day =
        accept(lexer, &at, separator) && read_part(lexer, &at, 2, &date->day, &day_width);
    if (date->has_day)
        date->end = at;
    date->exact = separator == '-' && month_width == 2 && (!date->has_day || day_width == 2);
    return true;
}

/* 年3月2日 behind a year. */
static bool read_chinese(const Lexer *lexer, const Digits *year, DateText *date)
{
    uint32_t at = year->end;
    uint32_t width = 0;
    if (!accept(lexer, &at, 0x5E74 /* 年 */) || !read_part(lexer, &at, 2, &date->month, &width) ||
        !accept(lexer, &at, 0x6708 /* 月 */))
        return false;
    date->year = small_value(year);
    date->exact = true;
    date->end = at;
    if (read_part(lexer, &at, 2, &date->day, &width) &&
        (accept(lexer, &at, 0x65E5 /* 日 */) || accept(lexer, &at, 0x53F7 /* 号 */))) {
        date->has_day = true;
        date->end = at;
    }
    return true;
}

/* Whether the digits begin a date or month, and not 2000/3 or 1000-200. */
static bool read_date(const Lexer *lexer, const Digits *year, DateText *date)
{
    *date = (DateText){0};
    if (!is_year(year))
        return false;
    if (read_chinese(lexer, year, date) || read_separated(lexer, year, '-', date))
        return true;
    bool other = read_separated(lexer, year, '/', date) || read_separated(lexer, year, '.', date);
    return other && date->has_day && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
           date->day <= 31;
}

/* Tells that 2024-3-2 is written 2024-03-02. */
static void tell_date_form(Lexer *lexer, uint32_t start, const DateText *date)
{
    Span span = lexer_span(lexer, start, date->end);
    StrBuf right = {0};
    strbuf_printf(&right, "%04d-%02d", date->year, date->month);
    if (date->has_day)
        strbuf_printf(&right, "-%02d", date->day);
    DiagArg wrong = diag_arg(str_slice(lexer->source->text, start, date->end));
    DiagArg arg = diag_arg(strbuf_str(&right));
    DiagId id = date->has_day ? DIAG_DATE_FORM : DIAG_MONTH_FORM;
    Diag *diag = lexer_fault(lexer, id, span, DIAG_ARGS(wrong, arg));
    if (diag != NULL) {
        if (!date->has_day)
            diag_note(lexer->diags, diag, DIAG_TEXT_MINUS_TAKES_BLANKS, DIAG_NONE);
        diag_fix(lexer->diags, diag, span, strbuf_str(&right), DIAG_TEXT_WRITE, DIAG_ARGS(arg));
    }
    strbuf_deinit(&right);
}

/* Tells that there is no such day, or no such month. The text may go on up to `end`. */
static void tell_impossible(Lexer *lexer, uint32_t start, const DateText *date, uint32_t end)
{
    Span span = lexer_span(lexer, start, end);
    DiagArg shown = diag_arg(str_slice(lexer->source->text, start, end));
    Diag *diag = lexer_fault(lexer, DIAG_IMPOSSIBLE_DATE, span, DIAG_ARGS(shown));
    bool has_month = date->year >= 1 && date->month >= 1 && date->month <= 12;
    if (diag == NULL || !date->has_day || !has_month || end > date->end)
        return;
    DiagArg month = diag_arg_int(lexer->diags, date->month);
    DiagArg days = diag_arg_int(lexer->diags, date_days_in_month(date->year, date->month));
    DiagArg year = diag_arg_int(lexer->diags, date->year);
    diag_note(lexer->diags, diag, DIAG_TEXT_MONTH_LENGTH, DIAG_ARGS(year, month, days));
}

/* The end of letters and of what is glued to them (2023-0a-01, 08:3x); `at` when no letter stands there.
 * A date that is wrong anyway takes them in, so that one slip of the hand is told once. */
static uint32_t letters_end(const Lexer *lexer, uint32_t at)
{
    uint32_t next = 0;
    uint32_t end = at;
    for (int32_t c = lexer_peek(lexer, at, &next); c >= 0; c = lexer_peek(lexer, end, &next)) {
        c = unicode_half_width(c);
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool goes_on = (c >= '0' && c <= '9') || c == '-' || c == ':';
        if (!letter && !(goes_on && end > at))
            break;
        end = next;
    }
    return end;
}

/* The date with the time of day behind it, if there is one. Of a day that does not exist (`told`) nothing more
 * is said. */
static Token datetime_token(Lexer *lexer, uint32_t start, const DateText *text, int32_t date,
                            bool told)
{
    Clock clock;
    Token token;
    if (!read_clock(lexer, text->end, &clock)) {
        token = lexer_token(lexer, T_DATE, start, text->end);
        token.time = date;
        return token;
    }
    uint32_t end = clock.short_form ? letters_end(lexer, clock.end) : clock.end;
    token = lexer_token(lexer, T_DATETIME, start, end);
    token.time = date * TIME_US_PER_DAY;
    if (told)
        return token;
    DiagArg shown = diag_arg(str_slice(lexer->source->text, start, end));
    if (end > clock.end || !datetime_from_parts(date, clock.hour, clock.minute, clock.second,
                                                clock.microsecond, &token.time)) {
        Diag *diag = lexer_fault(lexer, DIAG_IMPOSSIBLE_TIME, token.span, DIAG_ARGS(shown));
        if (diag != NULL)
            diag_note(lexer->diags, diag, DIAG_TEXT_HOURS, DIAG_NONE);
    } else if (clock.short_form) {
        StrBuf right = {0};
        date_format(&right, date);
        strbuf_printf(&right, " %02d:%02d", clock.hour, clock.minute);
        if (clock.second > 0 || clock.microsecond > 0)
            strbuf_printf(&right, ":%02d", clock.second);
        DiagArg arg = diag_arg(strbuf_str(&right));
        Diag *diag = lexer_fault(lexer, DIAG_TIME_FORM, token.span, DIAG_ARGS(shown, arg));
        if (diag != NULL)
            diag_fix(lexer->diags, diag, token.span, strbuf_str(&right), DIAG_TEXT_WRITE,
                     DIAG_ARGS(arg));
        strbuf_deinit(&right);
    }
    return token;
}

/* Whether the message about the time will show how the date is written as well. */
static bool is_wrong_clock(const Clock *clock)
{
    int64_t time = 0;
    return clock->short_form || !datetime_from_parts(0, clock->hour, clock->minute, clock->second,
                                                     clock->microsecond, &time);
}

static Token date_token(Lexer *lexer, uint32_t start, const DateText *text)
{
    int32_t value = 0;
    bool exists = text->has_day ? date_from_ymd(text->year, text->month, text->day, &value)
                                : month_from_ym(text->year, text->month, &value);
    Clock clock = {0};
    bool timed = read_clock(lexer, text->end, &clock);
    uint32_t end = (exists && text->exact) || timed ? text->end : letters_end(lexer, text->end);
    bool time_tells = text->has_day && timed && is_wrong_clock(&clock);
    if (!exists || end > text->end)
        tell_impossible(lexer, start, text, end);
    else if (!text->exact && !time_tells)
        tell_date_form(lexer, start, text);
    if (text->has_day && end == text->end)
        return datetime_token(lexer, start, text, value, !exists);
    Str behind = str_slice(lexer->source->text, text->end, end);
    bool day = text->has_day || str_find(behind, STR("-"), 0) != STR_NONE;
    Token token = lexer_token(lexer, day ? T_DATE : T_MONTH, start, end);
    token.time = value;
    return token;
}

/* ----------------------------------------------------------------------- numbers */

/* The number's text in ASCII; the kind it would have without percent sign and unit. */
static int read_number(const Lexer *lexer, const Digits *whole, StrBuf *text, uint32_t *end)
{
    strbuf_add(text, (Str){whole->text, MIN_OF(whole->count, NUMBER_DIGITS_MAX)});
    *end = whole->end;
    uint32_t at = whole->end;
    if (!accept(lexer, &at, '.'))
        return T_INTEGER;
    Digits places = read_digits(lexer, at);
    if (places.count == 0)
        return T_INTEGER;
    strbuf_add_char(text, '.');
    strbuf_add(text, (Str){places.text, MIN_OF(places.count, NUMBER_DIGITS_MAX)});
    *end = places.end;
    return T_DECIMAL;
}

/* Sets count and scale from the text; 7% is 0.07. */
static void set_value(Lexer *lexer, Token *token, Str text)
{
    ExactResult result = exact_parse(text, &token->count, &token->scale);
    if (result == EXACT_OK && token->kind == T_PERCENT && token->count != 0) {
        token->scale += 2;
        while (token->scale > 0 && token->count % 10 == 0) {
            token->count /= 10;
            token->scale--;
        }
        if (token->scale > EXACT_SCALE_MAX)
            result = EXACT_OVERFLOW;
    }
    if (result != EXACT_OK) {
        token->count = 0;
        token->scale = 0;
        (void)lexer_fault(lexer, DIAG_NUMBER_SIZE, token->span, DIAG_NONE);
    }
}

static Token number_token(Lexer *lexer, uint32_t start, const Digits *whole)
{
    StrBuf text = {0};
    uint32_t end = 0;
    int kind = read_number(lexer, whole, &text, &end);
    uint32_t number_end = end;
    uint32_t with_unit = lexer_word_end(lexer, end);
    if (accept(lexer, &end, '%')) {
        kind = T_PERCENT;
    } else if (with_unit > end) {
        kind = T_QUANTITY;
        end = with_unit;
    }
    Token token = lexer_token(lexer, kind, start, end);
    if (kind == T_QUANTITY)
        token.unit = lexer_fold(lexer, str_slice(lexer->source->text, number_end, end));
    set_value(lexer, &token, strbuf_str(&text));
    strbuf_deinit(&text);
    return token;
}

Token lexer_number(Lexer *lexer, uint32_t start)
{
    Digits digits = read_digits(lexer, start);
    ASSERT(digits.count > 0);
    DateText date;
    if (read_date(lexer, &digits, &date)) {
        /* 1000-200 and 2024-123 are subtractions. */
        uint32_t next = 0;
        if (digit_value(lexer_peek(lexer, date.end, &next)) < 0)
            return date_token(lexer, start, &date);
    }
    return number_token(lexer, start, &digits);
}

/* ----------------------------------------------------------------------- articles */

static const char *const chinese_digits[] = {"零", "一", "二", "三", "四",
                                             "五", "六", "七", "八", "九"};

/* Value of a numeral's character: 0 to 9, or a multiplier as -10, -100, -1000; 1 when it is none. */
static bool numeral_value(int32_t c, int *value)
{
    switch (c) {
    case 0x3007: /* 〇 */
    case 0x96F6: /* 零 */
        *value = 0;
        return true;
    case 0x5341: /* 十 */
        *value = -10;
        return true;
    case 0x767E: /* 百 */
        *value = -100;
        return true;
    case 0x5343: /* 千 */
        *value = -1000;
        return true;
    default:
        break;
    }
    static const int32_t ones[] = {0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94,
                                   0x516D, 0x4E03, 0x516B, 0x4E5D}; /* 一二三四五六七八九 */
    for (size_t i = 0; i < ARRAY_LEN(ones); i++) {
        if (ones[i] == c) {
            *value = (int)i + 1;
            return true;
        }
    }
    *value = digit_value(c);
    return *value >= 0;
}

int64_t lexer_chinese_number(Str text)
{
    int64_t total = 0;
    int64_t current = 0;
    bool multiplied = false;
    if (text.len == 0)
        return -1;
    for (size_t at = 0; at < text.len;) {
        int value = 0;
        if (!numeral_value(utf8_decode(text, &at), &value))
            return -1;
        if (value >= 0) {
            /* Digits side by side are places: 一二 is 12, as 12 is; after 百 a 零 only fills. */
            current = multiplied && current == 0 ? value : current * 10 + value;
        } else {
            total += (current == 0 ? 1 : current) * -value;
            current = 0;
            multiplied = true;
        }
        if (total + current > 99999)
            return -1;
    }
    return total + current;
}

void lexer_add_chinese_number(StrBuf *out, int64_t number)
{
    ASSERT(number >= 0);
    if (number > 9999) {
        strbuf_add_i64(out, number);
        return;
    }
    static const char *const multipliers[] = {"千", "百", "十", ""};
    int place = 1000;
    bool begun = false;
    bool gap = false;
    for (int i = 0; i < 4; i++, place /= 10) {
        int64_t digit = number / place % 10;
        if (digit == 0) {
            gap = begun;
            continue;
        }
        if (gap)
            strbuf_add_c(out, chinese_digits[0]);
        /* 十三, not 一十三. */
        if (!(place == 10 && digit == 1 && !begun))
            strbuf_add_c(out, chinese_digits[digit]);
        strbuf_add_c(out, multipliers[i]);
        begun = true;
        gap = false;
    }
    if (!begun)
        strbuf_add_c(out, chinese_digits[0]);
}

/* Takes the numeral off the front of `text`. */
static int64_t take_number(Str *text)
{
    size_t end = 0;
    size_t next = 0;
    int value = 0;
    while (next < text->len && numeral_value(utf8_decode(*text, &next), &value))
        end = next;
    Str digits = str_slice(*text, 0, end);
    *text = str_slice(*text, end, text->len);
    return lexer_chinese_number(digits);
}

static bool take(Str *text, Str part)
{
    if (!str_starts(*text, part))
        return false;
    *text = str_slice(*text, part.len, text->len);
    return true;
}

bool lexer_next_article(Str *text, int *level, int64_t *number, int64_t *insertion)
{
    static const char *const levels[] = {"条", "款", "项", "目"};
    if (!take(text, STR("第")))
        return false;
    (void)(take(text, STR("（")) || take(text, STR("(")));
    *number = take_number(text);
    (void)(take(text, STR("）")) || take(text, STR(")")));
    *insertion = 0;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        if (take(text, str_from_cstr(levels[i]))) {
            *level = (int)i;
            if (i == 0 && take(text, STR("之")))
                *insertion = take_number(text);
            return true;
        }
    }
    UNREACHABLE();
}

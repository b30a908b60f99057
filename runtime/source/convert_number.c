// SPDX-License-Identifier: Apache-2.0
//
// convert_number.c: integers, decimals, ratios, money, prices, quantities and lengths of time.
//
// An amount is a chain of terms, each a number with an optional multiplier and unit, from large to
// small: 3万5千元, 5元3角, 1小时30分. Scientific notation is refused everywhere: it is how spreadsheets
// show numbers that they have shortened.
#include "runtime/source/convert.h"

#include "runtime/base/wide.h"

#define TERMS_MAX 8
#define DIGITS_MAX 38

bool take_word(Str *rest, Str word)
{
    if (!str_starts(*rest, word))
        return false;
    *rest = str_slice(*rest, word.len, rest->len);
    return true;
}

void take_blanks(Str *rest)
{
    while (rest->len > 0 && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
        *rest = str_slice(*rest, 1, rest->len);
}

int take_digits(Str *rest, int digits_max, int *out)
{
    int count = 0;
    *out = 0;
    while (count < digits_max && (size_t)count < rest->len && is_digit(rest->ptr[count])) {
        *out = *out * 10 + rest->ptr[count] - '0';
        count++;
    }
    *rest = str_slice(*rest, (size_t)count, rest->len);
    return count;
}

int number_take_sign(Str *rest)
{
    int sign = 1;
    if (take_word(rest, STR("-")) || take_word(rest, STR("\xE2\x88\x92")))
        sign = -1;
    else
        (void)take_word(rest, STR("+"));
    return sign;
}

// Length of the whole part with commas, or 0 if they do not stand in their places.
static size_t grouped_size(Str text)
{
    size_t at = 0;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    if (at == 0 || at > 3 || at == text.len || text.ptr[at] != ',')
        return at;
    while (at + 3 < text.len && text.ptr[at] == ',') {
        if (!is_digit(text.ptr[at + 1]) || !is_digit(text.ptr[at + 2]) ||
            !is_digit(text.ptr[at + 3]))
            return 0;
        at += 4;
    }
    bool wrong = at < text.len && (text.ptr[at] == ',' || is_digit(text.ptr[at]));
    return wrong ? 0 : at;
}

static bool add_digit(Number *number, char digit, int *digits)
{
    if (number->count == 0 && digit == '0')
        return true;
    if (++*digits > DIGITS_MAX)
        return false;
    number->count = number->count * 10 + (digit - '0');
    return true;
}

bool number_take(Str *rest, Number *out, bool *too_long)
{
    *out = (Number){0};
    *too_long = false;
    int digits = 0;
    size_t whole = grouped_size(*rest);
    size_t at = 0;
    for (; at < whole; at++) {
        if (rest->ptr[at] != ',' && !add_digit(out, rest->ptr[at], &digits))
            *too_long = true;
        if (*too_long)
            return false;
    }
    if (at < rest->len && rest->ptr[at] == '.') {
        size_t end = at + 1;
        while (end < rest->len && is_digit(rest->ptr[end]))
            end++;
        size_t used = end;
        while (used > at + 1 && rest->ptr[used - 1] == '0')
            used--; // zeros at the end say nothing
        for (size_t i = at + 1; i < used; i++) {
            out->scale++;
            if (out->scale > DIGITS_MAX || !add_digit(out, rest->ptr[i], &digits)) {
                *too_long = true;
                return false;
            }
        }
        whole += end - at - 1;
        at = end;
    }
    if (whole == 0)
        return false;
    *rest = str_slice(*rest, at, rest->len);
    return true;
}

int take_multiplier(Str *rest)
{
    static const struct {
        Str word;
        int power;
    } rows[] = {{STR_INIT("万亿"), 12}, {STR_INIT("千亿"), 11}, {STR_INIT("百亿"), 10},
                {STR_INIT("十亿"), 9},  {STR_INIT("亿"), 8},    {STR_INIT("千万"), 7},
                {STR_INIT("百万"), 6},  {STR_INIT("十万"), 5},  {STR_INIT("万"), 4},
                {STR_INIT("千"), 3},    {STR_INIT("百"), 2}};
    // 千 begins 千克 and 千瓦时: there it is part of the unit.
    static const Str units[] = {STR_INIT("千克"), STR_INIT("千米"), STR_INIT("千瓦"),
                                STR_INIT("千焦")};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_starts(*rest, units[i]))
            return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (take_word(rest, rows[i].word))
            return rows[i].power;
    }
    return 0;
}

// ---- Fitting ------------------------------------------------------------------------------------

static int digits_of(Type type)
{
    switch (type.kind) {
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
        return 18;
    case TYPE_DECIMAL:
        return type.precision > 0 ? type.precision : DIGITS_MAX;
    default:
        return DIGITS_MAX;
    }
}

Reason number_fit(Number number, int64_t num, int64_t den, Type type, int128_t *out)
{
    ASSERT(num > 0);
    ASSERT(den > 0);
    Int256 wide = wide_mul_128(number.count, num);
    Int256 divisor = wide_from_i128(den);
    Int256 rest;
    int shift = (int)type.scale - number.scale;
    if (!wide_scale(shift >= 0 ? wide : divisor, abs(shift), shift >= 0 ? &wide : &divisor))
        return REASON_CELL_OUT_OF_RANGE;
    wide_divmod(wide, divisor, &wide, &rest);
    if (wide_sign(rest) != 0 || !wide_to_i128(wide, out))
        return REASON_CELL_OUT_OF_RANGE;
    int128_t limit = wide_pow10(digits_of(type));
    return *out < limit && *out > -limit ? REASON_NONE : REASON_CELL_OUT_OF_RANGE;
}

// A sign, or brackets around the whole that mean minus.
static int take_outer_sign(Str *text)
{
    bool brackets = text->len > 2 && text->ptr[0] == '(' && text->ptr[text->len - 1] == ')';
    if (!brackets)
        return number_take_sign(text);
    *text = str_trim(str_slice(*text, 1, text->len - 1));
    return -1;
}

CellValue convert_integer(Str text)
{
    Number number;
    bool too_long;
    int sign = take_outer_sign(&text);
    if (!number_take(&text, &number, &too_long) || text.len > 0)
        return cell_refused(too_long ? REASON_CELL_OUT_OF_RANGE : REASON_CELL_UNPARSED);
    int128_t value = number.count * sign;
    CellValue cell = {.state = CELL_KNOWN};
    if (number.scale > 0 || !num_cast_i128_i64(value, &cell.i64))
        return cell_refused(REASON_CELL_OUT_OF_RANGE);
    return cell;
}

CellValue convert_real(Str text)
{
    Number number;
    bool too_long;
    int sign = take_outer_sign(&text);
    if (!number_take(&text, &number, &too_long) || text.len > 0)
        return cell_refused(too_long ? REASON_CELL_OUT_OF_RANGE : REASON_CELL_UNPARSED);
    return (CellValue){.state = CELL_KNOWN,
                       .f64 = exact_to_real(number.count * sign, number.scale)};
}

// ---- Chains of terms ----------------------------------------------------------------------------

// One term: number · 10^power, and the unit's factor to the counting unit of the column.
typedef struct Term {
    Number number;
    int power;
    int64_t num, den;
    bool has_unit;
} Term;

// Finds the factor of the unit at the front of *rest and takes it. False: not a unit of the column.
typedef bool (*TakeUnit)(const Converter *converter, Str *rest, Term *term);

// Adds term · num/den into *sum, an exact number at the column's scale.
static Reason add_term(const Term *term, Type type, int128_t *sum)
{
    Number number = term->number;
    int128_t part;
    number.scale -= term->power;
    if (number.scale < 0) {
        if (!exact_rescale(number.count, 0, -number.scale, &number.count))
            return REASON_CELL_OUT_OF_RANGE;
        number.scale = 0;
    }
    Reason reason = number_fit(number, term->num, term->den, type, &part);
    if (reason == REASON_NONE && !num_add_i128(*sum, part, sum))
        reason = REASON_CELL_OUT_OF_RANGE;
    return reason;
}

// Is a smaller than b, counted in the column's unit?
static bool term_below(const Term *a, const Term *b)
{
    // The size of a step: 10^power · num / den.
    Int256 left = wide_mul_128(wide_pow10(a->power), (int128_t)a->num * b->den);
    Int256 right = wide_mul_128(wide_pow10(b->power), (int128_t)b->num * a->den);
    return wide_cmp(left, right) < 0;
}

// Reads a chain of terms. A bare number stands alone and counts `bare`; after a term with a multiplier
// or unit each further one needs a unit of its own.
static CellValue read_terms(const Converter *converter, Str text, int sign, Type type,
                            TakeUnit unit, bool units_only)
{
    CellValue cell = {.state = CELL_KNOWN, .i128 = 0};
    Term before = {0};
    for (int i = 0; text.len > 0; i++) {
        Term term = {.num = converter->bare_num, .den = converter->bare_den};
        bool too_long;
        if (i == TERMS_MAX || !number_take(&text, &term.number, &too_long))
            return cell_refused(i < TERMS_MAX && too_long ? REASON_CELL_OUT_OF_RANGE
                                                          : REASON_CELL_UNPARSED);
        take_blanks(&text);
        term.power = take_multiplier(&text);
        take_blanks(&text);
        bool known = unit(converter, &text, &term);
        take_blanks(&text);
        bool bare = term.power == 0 && !term.has_unit;
        if (!known || (bare && (i > 0 || text.len > 0 || units_only)))
            return cell_refused(REASON_CELL_UNPARSED);
        if (i > 0 && (!term_below(&term, &before) || before.number.scale > 0))
            return cell_refused(REASON_CELL_UNPARSED);
        Reason reason = add_term(&term, type, &cell.i128);
        if (reason != REASON_NONE)
            return cell_refused(reason);
        before = term;
    }
    if (before.num == 0)
        return cell_refused(REASON_CELL_UNPARSED);
    cell.i128 *= sign;
    return cell;
}

static bool take_money_unit(const Converter *converter, Str *rest, Term *term)
{
    const Nominal *currency = converter->type.nominal;
    term->has_unit = true;
    int64_t den = 0;
    if (currency != NULL)
        den = take_word(rest, currency->name) ? 1 : 0;
    else if (take_word(rest, STR("元")) || take_word(rest, STR("圆")))
        den = 1;
    else if (take_word(rest, STR("角")))
        den = 10;
    else if (take_word(rest, STR("分")))
        den = 100;
    // A multiplier alone says yuan: 1.2万.
    term->has_unit = den > 0;
    if (den > 0 || term->power > 0) {
        term->num = 1;
        term->den = den > 0 ? den : 1;
    }
    if (den == 1 && currency == NULL &&
        (str_equal(*rest, STR("整")) || str_equal(*rest, STR("正"))))
        *rest = STR("");
    return true;
}

// 人民币, RMB, CNY, ￥ or ¥ before the number (or the currency's name for other money).
static bool take_currency(const Converter *converter, Str *text)
{
    const Nominal *currency = converter->type.nominal;
    if (currency != NULL)
        return take_word(text, currency->name);
    static const Str words[] = {STR_INIT("人民币"), STR_INIT("RMB"), STR_INIT("CNY"),
                                STR_INIT("\xC2\xA5"), STR_INIT("\xEF\xBF\xA5")};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (take_word(text, words[i]))
            return true;
    }
    return false;
}

static CellValue convert_money(const Converter *converter, Str text)
{
    int sign = take_outer_sign(&text);
    bool currency = take_currency(converter, &text);
    take_blanks(&text);
    if (sign == 1 && currency)
        sign = number_take_sign(&text);
    // In a column of 万元 a sign such as ￥ leaves open what a bare number counts.
    bool units_only = currency && converter->bare_num != converter->bare_den;
    return read_terms(converter, text, sign, converter->type, take_money_unit, units_only);
}

// A name up to the next digit, blank or end.
static Str unit_word(Str rest)
{
    size_t end = 0;
    while (end < rest.len && !is_digit(rest.ptr[end]) && rest.ptr[end] != ' ')
        end++;
    // m3, km2: the digit belongs to the unit.
    if (end > 0 && end < rest.len && rest.ptr[end - 1] == 'm')
        end++;
    return str_slice(rest, 0, end);
}

static bool take_quantity_unit(const Converter *converter, Str *rest, Term *term)
{
    const Unit *unit = converter->type.unit;
    Str word = unit_word(*rest);
    if (word.len == 0)
        return true;
    DataUnit found;
    term->has_unit = true;
    if (str_equal(word, unit->name)) {
        term->num = term->den = 1;
    } else if (!str_equal(word, converter->decl->bare_unit)) {
        if (!data_unit_find(word, &found) || !str_equal(found.dimension, unit->dimension))
            return false;
        int128_t num = (int128_t)found.num * unit->den, den = (int128_t)found.den * unit->num;
        UnitFactor factor;
        if (!unit_factor(num, den, &factor))
            return false;
        term->num = factor.num;
        term->den = factor.den;
    }
    *rest = str_slice(*rest, word.len, rest->len);
    return true;
}

static bool take_price_unit(const Converter *converter, Str *rest, Term *term)
{
    if (!take_word(rest, STR("元")))
        return rest->len == 0;
    term->has_unit = true;
    term->num = term->den = 1;
    if (rest->len == 0)
        return true;
    if (!take_word(rest, STR("/")) && !take_word(rest, STR("每")))
        return false;
    return converter->type.unit != NULL && take_word(rest, converter->type.unit->name);
}

static CellValue convert_ratio(const Converter *converter, Str text)
{
    Number number;
    bool too_long;
    CellValue cell = {.state = CELL_KNOWN};
    int sign = take_outer_sign(&text);
    if (!number_take(&text, &number, &too_long))
        return cell_refused(too_long ? REASON_CELL_OUT_OF_RANGE : REASON_CELL_UNPARSED);
    take_blanks(&text);
    int64_t den = 1;
    if (take_word(&text, STR("%")))
        den = 100;
    else if (take_word(&text, STR("‰")))
        den = 1000;
    if (text.len > 0)
        return cell_refused(REASON_CELL_UNPARSED);
    Reason reason = number_fit(number, 1, den, converter->type, &cell.i128);
    cell.i128 *= sign;
    return reason == REASON_NONE ? cell : cell_refused(reason);
}

static bool take_no_unit(const Converter *converter, Str *rest, Term *term)
{
    (void)converter;
    term->num = term->den = 1;
    return rest->len == 0;
}

CellValue convert_exact(const Converter *converter, Str text)
{
    switch (converter->type.kind) {
    case TYPE_MONEY:
        return convert_money(converter, text);
    case TYPE_RATIO:
        return convert_ratio(converter, text);
    default:
        break;
    }
    TakeUnit unit = converter->type.kind == TYPE_QUANTITY ? take_quantity_unit
                    : converter->type.kind == TYPE_PRICE  ? take_price_unit
                                                          : take_no_unit;
    int sign = take_outer_sign(&text);
    if (converter->type.kind == TYPE_PRICE)
        (void)take_currency(converter, &text);
    return read_terms(converter, text, sign, converter->type, unit, false);
}

// ---- Lengths of time ----------------------------------------------------------------------------

static Str length_dimension(TypeKind kind)
{
    switch (kind) {
    case TYPE_DAYS:
        return STR("天");
    case TYPE_MONTHS:
        return STR("月");
    case TYPE_WORKDAYS:
        return STR("工作日");
    default:
        return STR("微秒");
    }
}

static bool take_length_unit(const Converter *converter, Str *rest, Term *term)
{
    Str word = unit_word(*rest);
    DataUnit found;
    if (word.len == 0)
        return true;
    bool known = data_unit_find(word, &found) &&
                 str_equal(found.dimension, length_dimension(converter->type.kind));
    // In a chain of clock units 分 is short for 分钟.
    if (!known && converter->type.kind == TYPE_TIME && str_equal(word, STR("分"))) {
        found = (DataUnit){STR("微秒"), 60 * INT64_C(1000000), 1};
        known = true;
    }
    if (!known)
        return false;
    term->has_unit = true;
    term->num = found.num;
    term->den = found.den;
    *rest = str_slice(*rest, word.len, rest->len);
    return true;
}

// H:MM:SS as a length.
static bool clock_length(Str text, int64_t *out)
{
    int hours, minutes, seconds;
    if (take_digits(&text, 5, &hours) == 0 || !take_word(&text, STR(":")) ||
        take_digits(&text, 2, &minutes) != 2 || minutes > 59 || !take_word(&text, STR(":")) ||
        take_digits(&text, 2, &seconds) != 2 || seconds > 59 || text.len > 0)
        return false;
    *out = ((int64_t)hours * 3600 + minutes * 60 + seconds) * INT64_C(1000000);
    return true;
}

CellValue convert_length(const Converter *converter, Str text)
{
    CellValue cell = {.state = CELL_KNOWN};
    if (converter->type.kind == TYPE_TIME && clock_length(text, &cell.i64))
        return cell;
    // A bare number of clock time has no unit of its own.
    bool units_only = converter->type.kind == TYPE_TIME && converter->decl->bare_unit.len == 0;
    int sign = take_outer_sign(&text);
    Type whole = type_exact(TYPE_DECIMAL, 0);
    CellValue read = read_terms(converter, text, sign, whole, take_length_unit, units_only);
    if (read.state != CELL_KNOWN)
        return read;
    return num_cast_i128_i64(read.i128, &cell.i64) ? cell : cell_refused(REASON_CELL_OUT_OF_RANGE);
}

// ---- Places -------------------------------------------------------------------------------------

static bool take_degrees(Str *rest, int degrees_max, int64_t *out)
{
    Number number;
    bool too_long;
    int128_t value;
    int sign = number_take_sign(rest);
    // No grouping: the comma parts the two.
    Str digits = *rest;
    size_t end = 0;
    while (end < digits.len && (is_digit(digits.ptr[end]) || digits.ptr[end] == '.'))
        end++;
    Str part = str_slice(digits, 0, end);
    if (!number_take(&part, &number, &too_long) || part.len > 0)
        return false;
    if (number_fit(number, 1, 1, type_exact(TYPE_DECIMAL, 7), &value) != REASON_NONE ||
        value > (int128_t)degrees_max * 10000000)
        return false;
    *out = (int64_t)value * sign;
    *rest = str_slice(*rest, end, rest->len);
    return true;
}

CellValue convert_point(Str text)
{
    CellValue cell = {.state = CELL_KNOWN};
    bool brackets = text.len > 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')';
    if (brackets)
        text = str_trim(str_slice(text, 1, text.len - 1));
    if (!take_degrees(&text, 180, &cell.pair.a))
        return cell_refused(REASON_CELL_UNPARSED);
    size_t before = text.len;
    take_blanks(&text);
    bool parted = take_word(&text, STR(",")) || take_word(&text, STR(";")) || text.len < before;
    take_blanks(&text);
    if (!parted || !take_degrees(&text, 90, &cell.pair.b) || text.len > 0)
        return cell_refused(REASON_CELL_UNPARSED);
    return cell;
}

// SPDX-License-Identifier: Apache-2.0
//
// quantity.c: quantities written in texts (3亩, 1.2万吨, 5斤3两), and volume against mass.
//
// The whole text must be numbers with units of the kind asked for, each unit smaller than the one before. A number
// without a unit may count anything and is undecided.

#include "stdlib/fn.h"
#include "stdlib/numeral_int.h"
#include "stdlib/quantity_int.h"
#include "stdlib/stdlib_int.h"

#define UNIT_NAMES_MAX 6
#define PARTS_MAX 4

typedef struct NamedUnit {
    const char *base;
    int64_t num, den;
    const char *names[UNIT_NAMES_MAX]; // NULL behind the last
} NamedUnit;

#define QUANTITY(base, num, den, ...) {base, num, den, {__VA_ARGS__}},
#define IN_CELLS(base, num, den, ...) {base, num, den, {__VA_ARGS__}},

static const NamedUnit named_units[] = {
#include "runtime/base/units.def"
};

// The word if it stands at the reader's place: its length in points, 0 if not.
static uint32_t word_length(const NumeralReader *reader, const char *word)
{
    NumeralReader ahead = *reader;
    return numeral_skip_word(&ahead, word) ? ahead.at - reader->at : 0;
}

// Skips the longest name of a unit of this dimension and gives its factor. False: none stands here.
static bool skip_unit(NumeralReader *reader, const Unit *wanted, int128_t *num, int128_t *den)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(named_units); i++)
        for (int k = 0; k < UNIT_NAMES_MAX && named_units[i].names[k]; k++) {
            uint32_t length = word_length(reader, named_units[i].names[k]);
            bool kind =
                wanted == NULL || str_equal(wanted->dimension, str_from_cstr(named_units[i].base));
            if (length <= longest)
                continue;
            longest = length;
            *num = kind ? named_units[i].num : 0; // of another kind
            *den = named_units[i].den;
        }
    char own[64];
    if (wanted != NULL && wanted->name.len < sizeof own) { // one that the model declares
        memcpy(own, wanted->name.ptr, wanted->name.len);
        own[wanted->name.len] = '\0';
        uint32_t length = word_length(reader, own);
        if (length > 0 && length >= longest) {
            longest = length;
            *num = wanted->num;
            *den = wanted->den;
        }
    }
    reader->at += longest;
    return longest > 0 && *num > 0;
}

// A number before a unit. Digits are tried alone first: 两 is a unit in 3两 and a digit in 两吨.
static bool read_count(NumeralReader *reader, const Unit *wanted, int128_t *value)
{
    NumeralReader plain = *reader;
    int128_t num, den;
    if (cell_is_digit(numeral_peek(reader)) && numeral_plain(&plain, value)) {
        NumeralReader ahead = plain;
        if (skip_unit(&ahead, wanted, &num, &den)) {
            *reader = plain;
            return true;
        }
    }
    return numeral_read(reader, value);
}

static bool skip_about(NumeralReader *reader, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numeral_skip_word(reader, words[i])) {
            reader->approximate = true;
            return true;
        }
    return false;
}

// Reads numbers with units, each unit smaller than the one before: their sum in the base unit as num / den.
static bool read_parts(NumeralReader *reader, const Unit *wanted, int128_t *sum_num,
                       int128_t *sum_den)
{
    static const char *const after[] = {"左右", "上下", "许", "余", "多"};
    int128_t last_num = 0, last_den = 1;
    *sum_num = 0;
    *sum_den = 1;
    for (int i = 0; i < PARTS_MAX && reader->at < reader->cell->count; i++) {
        int128_t value = 0, num = 0, den = 1, left, right;
        if (!read_count(reader, wanted, &value) || !skip_unit(reader, wanted, &num, &den))
            return false;
        if (i > 0 && num * last_den >= last_num * den)
            return false;
        // sum += value · num / den; factors are below 10^10, values below 10^26.
        if (!num_mul_i128(*sum_num, den, &left) || !num_mul_i128(value, num, &right) ||
            !num_mul_i128(right, *sum_den, &right) || !num_add_i128(left, right, sum_num) ||
            !num_mul_i128(*sum_den, den, sum_den)) {
            reader->failed = REASON_OVERFLOW;
            return false;
        }
        last_num = num;
        last_den = den;
        if (skip_about(reader, after, ARRAY_LEN(after)))
            break;
    }
    return reader->at == reader->cell->count;
}

// Reads a quantity of the kind of `wanted` (NULL: any kind), in base units as num / den at NUMERAL_SCALE.
static bool quantity_read(Str text, const Unit *wanted, int128_t *num, int128_t *den,
                          bool *approximate, Reason *failed)
{
    static const char *const before[] = {"大约", "大概", "将近", "约为", "约", "近"};
    Cell cell;
    *failed = REASON_CONVERSION;
    if (!cell_read(text, &cell) || cell.count == 0)
        return false;
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    (void)skip_about(&reader, before, ARRAY_LEN(before));
    bool negative = numeral_skip(&reader, '-') || numeral_skip_word(&reader, "负");
    bool read = read_parts(&reader, wanted, num, den);
    *failed = reader.failed != REASON_NONE ? reader.failed : REASON_CONVERSION;
    *num = negative ? -*num : *num;
    *approximate = reader.approximate;
    return read;
}

bool quantity_is_written(Str text, bool *approximate)
{
    int128_t num, den;
    Reason failed;
    return quantity_read(text, NULL, &num, &den, approximate, &failed);
}

// num / den at `scale` as a count at `to_scale`; an issue if it does not fit.
static int128_t settle(FnContext *fn, int128_t num, int128_t den, int scale, int to_scale)
{
    Int256 wide = wide_from_i128(num);
    int128_t count = 0;
    int128_t below = wide_pow10(MAX_OF(scale - to_scale, 0));
    bool fits = num_mul_i128(den, below, &den) &&
                wide_scale(wide, MAX_OF(to_scale - scale, 0), &wide) &&
                exact_divide_wide(wide, wide_from_i128(den), ROUND_HALF_EVEN, &count);
    if (!fits)
        fn_issue(fn, REASON_OVERFLOW);
    return fits ? count : 0;
}

FN1(quantity, I128, Text, t, .name = "quantity", .name_zh = "计量解析",
    .signature = "quantity(t: text, to: unit): quantity",
    .doc = "The quantity that a text writes with its unit, in another unit of the same kind, to "
           "six places; undecided "
           "where there is no unit or one of another kind.",
    .doc_zh =
        "文字写出的带单位的计量，换算成同类的另一单位，保留六位小数；没有单位或单位不同类的待定。",
    .example = "quantity(\"1.5吨\", 公斤) = 1500公斤",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 400)
{
    const Unit *unit = fn->result_type.unit;
    int128_t num = 0, den = 1;
    bool approximate;
    Reason failed;
    ASSERT(unit != NULL);
    if (!quantity_read(*t, unit, &num, &den, &approximate, &failed)) {
        fn_issue(fn, failed);
        return 0;
    }
    if (!num_mul_i128(num, unit->den, &num) || !num_mul_i128(den, unit->num, &den)) {
        fn_issue(fn, REASON_OVERFLOW);
        return 0;
    }
    return settle(fn, num, den, NUMERAL_SCALE, fn->result_type.scale);
}

FN2(convert, I128, Num, q, I128, density, .name = "convert", .name_zh = "换算",
    .signature = "convert(q: N, to: unit, density: decimal(38, 6)): quantity",
    .doc = "A volume as a mass, or a mass as a volume, by a density in kilograms for each litre; "
           "to six places.",
    .doc_zh = "按密度（每升多少千克）把体积换算成质量，或者把质量换算成体积，保留六位小数。",
    .example = "convert(1000升, 吨, 0.75) = 0.75吨",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 60)
{
    const Unit *from = fn->types[0].unit, *to = fn->result_type.unit;
    bool heavier = from != NULL && str_equal(from->dimension, STR("升")) &&
                   str_equal(to->dimension, STR("千克"));
    bool lighter = from != NULL && str_equal(from->dimension, STR("千克")) &&
                   str_equal(to->dimension, STR("升"));
    if (density <= 0 || (!heavier && !lighter)) {
        fn_issue(fn, REASON_DOMAIN);
        return 0;
    }
    int density_scale = fn->types[1].scale, scale = fn->types[0].scale;
    int128_t num = 0, den = 0, one = wide_pow10(density_scale);
    bool fits = num_mul_i128(from->num, to->den, &num) && num_mul_i128(from->den, to->num, &den) &&
                num_mul_i128(num, heavier ? density : one, &num) &&
                num_mul_i128(den, heavier ? one : density, &den);
    int128_t common = fits ? num_gcd_i128(num, den) : 1;
    fits = fits && num_mul_i128(q, num / common, &num);
    if (!fits)
        fn_issue(fn, REASON_OVERFLOW);
    return fits ? settle(fn, num, den / common, scale, fn->result_type.scale) : 0;
}

const FnCard *const quantity_cards[] = {FN_CARD(quantity), FN_CARD(convert), NULL};

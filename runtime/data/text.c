// SPDX-License-Identifier: Apache-2.0
// text.c: values as canonical text (spec/evaluation.md 1.2).

#include "runtime/base/time.h"
#include "runtime/base/wide.h"
#include "runtime/data/value.h"

#define POINT_SCALE 7
#define APPROXIMATE_PLACES 6 // printing in a unit that gives no finite decimal

// A length of time in the largest unit that divides it: 30分钟, 36小时, 1.5秒.
static void time_length_text(StrBuf *out, int64_t microseconds)
{
    static const struct {
        int64_t size;
        const char *name;
    } units[] = {
        {TIME_US_PER_DAY, "天"},
        {3600 * TIME_US_PER_SECOND, "小时"},
        {60 * TIME_US_PER_SECOND, "分钟"},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (microseconds != 0 && microseconds % units[i].size == 0) {
            strbuf_add_i64(out, microseconds / units[i].size);
            strbuf_add_c(out, units[i].name);
            return;
        }
    }
    exact_format(out, microseconds, 6);
    strbuf_add_c(out, "秒");
}

static void counted_text(StrBuf *out, int64_t count, const char *unit, bool with_unit)
{
    strbuf_add_i64(out, count);
    if (with_unit)
        strbuf_add_c(out, unit);
}

static void bracketed_text(StrBuf *out, const Dict *dict, const Value *value, bool with_unit)
{
    uint32_t count = list_count(dict, value->code);
    Type element = value->type.element == NULL ? type_of(TYPE_TEXT) : *value->type.element;
    strbuf_add_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        Value item = list_get(dict, element, value->code, i);
        if (i > 0)
            strbuf_add_c(out, ", ");
        value_text(out, dict, &item, with_unit);
    }
    strbuf_add_char(out, ']');
}

// A quantity in a unit without a name (the common unit of two others) prints in its dimension's base unit.
static void nameless_quantity_text(StrBuf *out, const Value *value, bool with_unit)
{
    const Unit *unit = value->type.unit;
    Int256 scaled = wide_mul_128(value->i128, unit->num);
    Int256 divisor = wide_mul_128(wide_pow10(value->type.scale), unit->den);
    Int256 wide;
    int128_t count = 0;
    // Twelve places are exact for every unit whose denominator divides 10^12; otherwise six, rounded.
    bool fits = wide_scale(scaled, 12, &wide);
    Int256 rest = wide_from_i128(1);
    Int256 quotient = wide_from_i128(0);
    if (fits)
        wide_divmod(wide, divisor, &quotient, &rest);
    if (fits && wide_sign(rest) == 0 && wide_to_i128(quotient, &count)) {
        exact_format(out, count, 12);
    } else if (wide_scale(scaled, APPROXIMATE_PLACES, &wide) &&
               exact_divide_wide(wide, divisor, ROUND_HALF_EVEN, &count)) {
        strbuf_add_c(out, "≈");
        exact_format(out, count, APPROXIMATE_PLACES);
    }
    if (with_unit)
        strbuf_add(out, unit->dimension);
}

static void exact_text(StrBuf *out, const Value *value, bool with_unit)
{
    Type type = value->type;
    if (type.kind == TYPE_QUANTITY && type.unit != NULL && type.unit->name.len == 0) {
        nameless_quantity_text(out, value, with_unit);
        return;
    }
    exact_format(out, value->i128, type.scale);
    if (!with_unit)
        return;
    if (type.kind == TYPE_MONEY)
        strbuf_add(out, type.nominal == NULL ? STR("元") : type.nominal->name);
    if (type.kind == TYPE_PRICE)
        strbuf_add_c(out, "元每");
    if ((type.kind == TYPE_PRICE || type.kind == TYPE_QUANTITY) && type.unit != NULL)
        strbuf_add(out, type.unit->name);
}

static void enum_text(StrBuf *out, const Value *value)
{
    const Nominal *nominal = value->type.nominal;
    if (nominal != NULL && value->i64 >= 0 && value->i64 < (int64_t)nominal->member_count)
        strbuf_add(out, nominal->members[value->i64].name);
    else
        strbuf_add_i64(out, value->i64);
}

static void pair_text(StrBuf *out, const Value *value)
{
    if (value->type.kind == TYPE_POINT) {
        exact_format(out, value->pair.a, POINT_SCALE);
        strbuf_add_char(out, ',');
        exact_format(out, value->pair.b, POINT_SCALE);
        return;
    }
    date_format(out, (int32_t)value->pair.a);
    strbuf_add_c(out, "..");
    date_format(out, (int32_t)value->pair.b);
}

// Whole numbers by kind.
static void integer_text(StrBuf *out, const Value *value, bool with_unit)
{
    switch (value->type.kind) {
    case TYPE_DATE:
        date_format(out, (int32_t)value->i64);
        return;
    case TYPE_DATETIME:
        datetime_format(out, value->i64);
        return;
    case TYPE_MONTH:
        month_format(out, (int32_t)value->i64);
        return;
    case TYPE_DAYS:
        counted_text(out, value->i64, "天", with_unit);
        return;
    case TYPE_MONTHS:
        counted_text(out, value->i64, "个月", with_unit);
        return;
    case TYPE_WORKDAYS:
        counted_text(out, value->i64, "个工作日", with_unit);
        return;
    case TYPE_ROWS:
        counted_text(out, value->i64, "行", with_unit);
        return;
    case TYPE_TIME:
        time_length_text(out, value->i64);
        return;
    case TYPE_ENUM:
        enum_text(out, value);
        return;
    default:
        strbuf_add_i64(out, value->i64);
        return;
    }
}

void value_text(StrBuf *out, const Dict *dict, const Value *value, bool with_unit)
{
    if (value->state != VALUE_KNOWN)
        return;
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        strbuf_add_c(out, value->boolean ? "true" : "false");
        return;
    case PHYS_I64:
        integer_text(out, value, with_unit);
        return;
    case PHYS_I128:
        exact_text(out, value, with_unit);
        return;
    case PHYS_F64:
        strbuf_add_real(out, value->f64);
        return;
    case PHYS_PAIR:
        pair_text(out, value);
        return;
    case PHYS_CODE:
        if (value->type.kind == TYPE_LIST || value->type.kind == TYPE_SET)
            bracketed_text(out, dict, value, with_unit);
        else
            strbuf_add(out, dict_str(dict, value->code));
        return;
    }
}

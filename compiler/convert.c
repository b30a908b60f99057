// SPDX-License-Identifier: Apache-2.0
//
// convert.c: bringing values to another scale, unit or layout.
//
// The checker has decided that the types go together; what remains is arithmetic by constants. Units are
// rational factors to the base unit, so the factor between two of one dimension is a fraction. A
// denominator of twos and fives becomes decimal places, so that 毫升 → 升 stays exact; any other divides.

#include "compiler/build_int.h"
#include "compiler/consts.h"
#include "runtime/base/time.h"

static bool is_whole(Type type)
{
    return type_phys(type) == PHYS_I64 && type.kind != TYPE_ENUM;
}

static bool is_number(Type type)
{
    return type_is_exact(type) || is_whole(type);
}

// Lowest terms of a fraction of positive numbers.
static void reduce(int128_t *num, int128_t *den)
{
    int128_t gcd = num_gcd_i128(*num, *den);
    if (gcd > 1) {
        *num /= gcd;
        *den /= gcd;
    }
}

// The factor from counts in `from`'s unit to counts in `to`'s.
static bool unit_fraction(Type from, Type to, int128_t *num, int128_t *den)
{
    *num = *den = 1;
    if (from.unit == NULL || to.unit == NULL || from.unit == to.unit)
        return true;
    int128_t a = from.unit->num, b = from.unit->den, c = to.unit->num, d = to.unit->den;
    if (from.kind == TYPE_PRICE) { // per unit: the other way round
        int128_t swap = a;
        a = c, c = swap;
        swap = b, b = d, d = swap;
    }
    reduce(&a, &c);
    reduce(&d, &b);
    if (!num_mul_i128(a, d, num) || !num_mul_i128(b, c, den))
        return false;
    reduce(num, den);
    return true;
}

// Turns a denominator of twos and fives into decimal places; gives their number, and what is left in *den.
static int decimal_places(int128_t *num, int128_t *den)
{
    int places = 0;
    while (*den > 1 && places < EXACT_SCALE_MAX && (*den % 2 == 0 || *den % 5 == 0)) {
        int128_t by = *den % 10 == 0 ? 10 : *den % 5 == 0 ? 5 : 2;
        int128_t grown;
        if (!num_mul_i128(*num, 10 / by, &grown))
            return places;
        *num = grown;
        *den /= by;
        places++;
    }
    return places;
}

static bool is_time_conversion(Type from, Type to)
{
    return (from.kind == TYPE_DAYS && to.kind == TYPE_TIME) ||
           (from.kind == TYPE_DATE && to.kind == TYPE_DATETIME);
}

bool conversion_find(Type from, Type to, Conversion *conversion)
{
    *conversion = (Conversion){.multiply = 1, .divide = 1};
    if (is_time_conversion(from, to)) {
        conversion->multiply = TIME_US_PER_DAY;
        return true;
    }
    if (!is_number(from) || !(type_is_exact(to) || to.kind == TYPE_REAL))
        return false;
    conversion->widen = is_whole(from);
    conversion->to_real = to.kind == TYPE_REAL;
    conversion->scale_from = type_is_exact(from) ? from.scale : 0;
    Type target = to;
    if (conversion->to_real && type_is_exact(from))
        target.kind = from.kind;
    if (!unit_fraction(from, target, &conversion->multiply, &conversion->divide))
        return false;
    conversion->scale_from += decimal_places(&conversion->multiply, &conversion->divide);
    if (conversion->divide != 1)
        conversion->scale_from = EXACT_QUOTIENT_SCALE;
    if (!conversion->to_real)
        conversion->rescale = to.scale - conversion->scale_from;
    // 500毫升 are 0.500升: the count stays, its scale and unit change.
    bool same = from.scale == to.scale && conversion->scale_from == from.scale;
    return conversion->widen || conversion->to_real || conversion->multiply != 1 ||
           conversion->divide != 1 || conversion->rescale != 0 || !same;
}

// ---------------------------------------------------------------- constants

static bool count_convert(const Const *value, const Conversion *conversion, int128_t *out)
{
    int128_t count = type_is_exact(value->type) ? value->value.i128 : (int128_t)value->value.i64;
    if (!num_mul_i128(count, conversion->multiply, &count))
        return false;
    if (conversion->divide != 1) {
        int from = conversion->scale_from == EXACT_QUOTIENT_SCALE && type_is_exact(value->type)
                       ? value->type.scale
                       : 0;
        if (exact_div(count, from, conversion->divide, 0, &count) != EXACT_OK)
            return false;
    }
    if (conversion->rescale >= 0)
        return exact_rescale(count, 0, conversion->rescale, out);
    return exact_round(count, -conversion->rescale, 0, ROUND_HALF_EVEN, out);
}

static bool const_convert(const Const *value, Type type, const Conversion *conversion, Const *out)
{
    int128_t count;
    if (value->value.state != VALUE_KNOWN) {
        *out = *value;
        out->type = out->value.type = type;
        return true;
    }
    if (conversion->to_real) {
        double real = type_is_exact(value->type)
                          ? exact_to_real(value->value.i128, value->type.scale)
                          : exact_to_real((int128_t)value->value.i64, 0);
        *out = (Const){.type = type, .value = {.type = type, .f64 = real}};
        return conversion->multiply == 1 && conversion->divide == 1;
    }
    if (!count_convert(value, conversion, &count))
        return false;
    *out = const_of_count(type, count);
    return true;
}

static bool to_period(const Const *value, Type type, Const *out)
{
    Pair days;
    switch (value->type.kind) {
    case TYPE_DATE:
        days = (Pair){value->value.i64, value->value.i64};
        break;
    case TYPE_DATETIME:
        days.a = days.b = datetime_date(value->value.i64);
        break;
    case TYPE_MONTH:
        days.a = month_first_day((int32_t)value->value.i64);
        days.b = month_last_day((int32_t)value->value.i64);
        break;
    default:
        return false;
    }
    if (value->value.state != VALUE_KNOWN)
        return false;
    *out = (Const){.type = type, .value = {.type = type, .pair = days}};
    return true;
}

// A set literal takes the element type of what it is compared with.
static bool set_convert(Builder *builder, const Const *value, Type type, Const *out)
{
    if (type.element == NULL || type_same(*value->type.element, *type.element))
        return false;
    Conversion conversion;
    bool counts = conversion_find(*value->type.element, *type.element, &conversion);
    Const *items = ARENA_ARRAY(builder->arena, Const, value->item_count);
    for (uint32_t i = 0; i < value->item_count; i++) {
        items[i] = value->items[i];
        if (counts && !const_convert(&value->items[i], *type.element, &conversion, &items[i]))
            return false;
        items[i].type = items[i].value.type = *type.element;
    }
    *out = (Const){
        .type = type, .value = {.type = type}, .items = items, .item_count = value->item_count};
    return true;
}

static bool constant_convert(Builder *builder, const Const *value, Type type, Const *out)
{
    Conversion conversion;
    if (value->type.kind == TYPE_TEXT && type.kind == TYPE_IDENTITY) {
        *out = *value;
        out->type = out->value.type = type;
        return true;
    }
    if (type.kind == TYPE_SET && value->type.kind == TYPE_SET)
        return set_convert(builder, value, type, out);
    if (type.kind == TYPE_PERIOD && value->type.kind != TYPE_PERIOD)
        return to_period(value, type, out);
    return conversion_find(value->type, type, &conversion) &&
           const_convert(value, type, &conversion, out);
}

const PlanExpr *build_convert(Builder *builder, const PlanExpr *expr, Type type)
{
    Conversion conversion;
    if (type.kind == TYPE_ERROR || type_same(expr->type, type))
        return expr;
    if (expr->kind == PLAN_EXPR_CONST) {
        Const made;
        if (constant_convert(builder, expr->constant, type, &made))
            return build_const(builder, made, expr->text);
    }
    bool period = type.kind == TYPE_PERIOD &&
                  (expr->type.kind == TYPE_DATE || expr->type.kind == TYPE_MONTH ||
                   expr->type.kind == TYPE_DATETIME);
    if (!period && !conversion_find(expr->type, type, &conversion))
        return expr;
    PlanExpr draft = {
        .kind = PLAN_EXPR_CONVERT, .type = type, .kids = &expr, .kid_count = 1, .text = expr->text};
    draft.can_issue = !period;
    return plan_expr(builder->plan, &draft);
}

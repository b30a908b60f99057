// SPDX-License-Identifier: Apache-2.0
//
// types.c: equality, meeting and arithmetic of types; names of kinds.

#include "lang/types.h"

#include "runtime/base/wide.h"

#define QUOTIENT EXACT_QUOTIENT_SCALE

/* ----------------------------------------------------------------------- kinds */

bool type_is_number(Type type)
{
    return type.kind == TYPE_INTEGER || type.kind == TYPE_DECIMAL || type.kind == TYPE_RATIO ||
           (type.kind == TYPE_REAL && !type.unit);
}

bool type_is_amount(Type type)
{
    return type.kind == TYPE_MONEY || type.kind == TYPE_PRICE || type.kind == TYPE_QUANTITY;
}

bool type_is_length(Type type)
{
    return type.kind == TYPE_DAYS || type.kind == TYPE_MONTHS || type.kind == TYPE_TIME ||
           type.kind == TYPE_WORKDAYS;
}

static bool is_moment(Type type)
{
    return type.kind == TYPE_DATE || type.kind == TYPE_DATETIME || type.kind == TYPE_MONTH;
}

bool type_is_ordered(Type type)
{
    switch (type.kind) {
    case TYPE_ERROR:
    case TYPE_TEXT:
    case TYPE_INTEGER:
    case TYPE_DECIMAL:
    case TYPE_RATIO:
    case TYPE_REAL:
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
    case TYPE_DATE:
    case TYPE_DATETIME:
    case TYPE_MONTH:
    case TYPE_PERIOD:
    case TYPE_DAYS:
    case TYPE_MONTHS:
    case TYPE_TIME:
    case TYPE_WORKDAYS:
    case TYPE_ENUM:
    case TYPE_BOOLEAN:
    case TYPE_IDENTITY:
        return true;
    case TYPE_ROWS:
    case TYPE_POINT:
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_RECORD:
    case TYPE_UNIT:
        return false;
    }
    return false;
}

bool type_is_comparable(Type type)
{
    return type.kind != TYPE_RECORD && type.kind != TYPE_UNIT && type.kind != TYPE_ROWS;
}

/* ----------------------------------------------------------------------- reals with a unit */

static const Unit real_yuan = {STR_INIT("元"), STR_INIT("元"), 1, 1};
static const Unit real_days = {STR_INIT("天"), STR_INIT("天"), 1, 1};
static const Unit real_months = {STR_INIT("个月"), STR_INIT("个月"), 1, 1};
static const Unit real_time = {STR_INIT("微秒"), STR_INIT("微秒"), 1, 1};
static const Unit real_workdays = {STR_INIT("个工作日"), STR_INIT("个工作日"), 1, 1};

static const Unit *real_unit_of(Type type)
{
    switch (type.kind) {
    case TYPE_MONEY:
        return &real_yuan;
    case TYPE_DAYS:
        return &real_days;
    case TYPE_MONTHS:
        return &real_months;
    case TYPE_TIME:
        return &real_time;
    case TYPE_WORKDAYS:
        return &real_workdays;
    case TYPE_QUANTITY:
    case TYPE_PRICE:
    case TYPE_REAL:
        return type.unit;
    default:
        return NULL;
    }
}

Type type_real_of(Arena *arena, Type type)
{
    (void)arena;
    if (type.kind == TYPE_ERROR)
        return type;
    Type real = type_of(TYPE_REAL);
    real.unit = real_unit_of(type);
    real.nominal = type.kind == TYPE_MONEY || type.kind == TYPE_REAL ? type.nominal : NULL;
    return real;
}

bool type_real_kind(Type real, TypeKind *kind)
{
    static const struct {
        const Unit *unit;
        TypeKind kind;
    } rows[] = {{&real_yuan, TYPE_MONEY},
                {&real_days, TYPE_DAYS},
                {&real_months, TYPE_MONTHS},
                {&real_time, TYPE_TIME},
                {&real_workdays, TYPE_WORKDAYS}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (real.unit == rows[i].unit) {
            *kind = rows[i].kind;
            return true;
        }
    return false;
}

/* ----------------------------------------------------------------------- equality */

static bool unit_equal(const Unit *a, const Unit *b)
{
    if (!a || !b)
        return a == b;
    return str_equal(a->dimension, b->dimension) && a->num == b->num && a->den == b->den;
}

bool type_equal(Type a, Type b)
{
    if (a.kind == TYPE_ERROR || b.kind == TYPE_ERROR)
        return true;
    if (a.kind != b.kind || a.nominal != b.nominal || !unit_equal(a.unit, b.unit))
        return false;
    if (a.kind == TYPE_LIST || a.kind == TYPE_SET)
        return !a.element || !b.element || type_equal(*a.element, *b.element);
    return true;
}

/* ----------------------------------------------------------------------- units */

static bool factor_of(const Unit *unit, UnitFactor *factor)
{
    return unit_factor(unit->num, unit->den, factor);
}

static Str unit_made_name(Arena *arena, UnitFactor factor, Str dimension)
{
    return factor.den == 1 ? arena_printf(arena, "%" PRId64 STR_FMT, factor.num, STR_ARG(dimension))
                           : arena_printf(arena, "%" PRId64 "/%" PRId64 STR_FMT, factor.num,
                                          factor.den, STR_ARG(dimension));
}

/* The greatest unit of which both are whole multiples. */
static TypeFault unit_meet(Arena *arena, const Unit *a, const Unit *b, const Unit **common)
{
    if (!str_equal(a->dimension, b->dimension))
        return TYPE_FAULT_QUANTITY;
    UnitFactor fa, fb, meet;
    int64_t mul_a, mul_b;
    if (!factor_of(a, &fa) || !factor_of(b, &fb) || !unit_common(fa, fb, &meet, &mul_a, &mul_b))
        return TYPE_FAULT_UNIT;
    if (mul_a == 1 || mul_b == 1) {
        *common = mul_a == 1 ? a : b;
        return TYPE_FAULT_NONE;
    }
    Unit *made = ARENA_NEW(arena, Unit);
    *made = (Unit){unit_made_name(arena, meet, a->dimension), a->dimension, meet.num, meet.den};
    *common = made;
    return TYPE_FAULT_NONE;
}

/* How many decimal places does a count in `from` gain when it is written in `to`? -1: no finite
 * number of places. */
static int unit_places(const Unit *from, const Unit *to)
{
    int128_t num, den;
    if (!num_mul_i128(from->num, to->den, &num) || !num_mul_i128(from->den, to->num, &den))
        return -1;
    den /= num_gcd_i128(num, den);
    int places = 0;
    for (; den != 1 && places <= EXACT_SCALE_MAX; places++) {
        if (den % 10 == 0)
            den /= 10;
        else if (den % 2 == 0)
            den /= 2;
        else if (den % 5 == 0)
            den /= 5;
        else
            return -1;
    }
    return places;
}

/* ----------------------------------------------------------------------- meeting */

static TypeFault exact_checked(Type *type, int scale)
{
    if (scale > EXACT_SCALE_MAX) {
        *type = type_of(TYPE_ERROR);
        return TYPE_FAULT_SCALE;
    }
    type->scale = (uint8_t)scale;
    return TYPE_FAULT_NONE;
}

static TypeFault same_kind_common(Arena *arena, Type a, Type b, Type *common)
{
    *common = a;
    common->precision = a.precision == b.precision ? a.precision : 0;
    common->scale = MAX_OF(a.scale, b.scale);
    switch (a.kind) {
    case TYPE_QUANTITY:
        return unit_meet(arena, a.unit, b.unit, &common->unit);
    case TYPE_PRICE:
        if (a.nominal != b.nominal)
            return TYPE_FAULT_NOMINAL;
        if (!str_equal(a.unit->dimension, b.unit->dimension))
            return TYPE_FAULT_QUANTITY;
        return unit_equal(a.unit, b.unit) ? TYPE_FAULT_NONE : TYPE_FAULT_UNIT;
    case TYPE_REAL:
        if (!unit_equal(a.unit, b.unit))
            return a.unit && b.unit ? TYPE_FAULT_QUANTITY : TYPE_FAULT_KINDS;
        return TYPE_FAULT_NONE;
    case TYPE_LIST:
    case TYPE_SET:
        if (!a.element || a.element->kind == TYPE_ERROR)
            common->element = b.element;
        return type_equal(a, b) ? TYPE_FAULT_NONE : TYPE_FAULT_KINDS;
    default:
        return a.nominal == b.nominal ? TYPE_FAULT_NONE : TYPE_FAULT_NOMINAL;
    }
}

static TypeFault number_common(Type a, Type b, Type *common)
{
    *common = type_exact(a.kind == TYPE_REAL || b.kind == TYPE_REAL         ? TYPE_REAL
                         : a.kind == TYPE_DECIMAL || b.kind == TYPE_DECIMAL ? TYPE_DECIMAL
                                                                            : TYPE_RATIO,
                         MAX_OF(a.scale, b.scale));
    if (common->kind == TYPE_REAL)
        common->scale = 0;
    return TYPE_FAULT_NONE;
}

static TypeFault real_amount_common(Arena *arena, Type a, Type b, Type *common)
{
    Type real = a.kind == TYPE_REAL ? a : b, other = a.kind == TYPE_REAL ? b : a;
    *common = real;
    if (!real.unit)
        return other.kind == TYPE_MONEY ? TYPE_FAULT_MONEY_REAL : TYPE_FAULT_KINDS;
    const Unit *unit = real_unit_of(other);
    if (!unit || !str_equal(unit->dimension, real.unit->dimension))
        return TYPE_FAULT_QUANTITY;
    (void)arena;
    return TYPE_FAULT_NONE;
}

static TypeFault mixed_fault(Type a, Type b)
{
    if (is_moment(a) && is_moment(b))
        return a.kind == TYPE_MONTH || b.kind == TYPE_MONTH ? TYPE_FAULT_MONTH_DATE
                                                            : TYPE_FAULT_DAY_TIME;
    if (type_is_length(a) && type_is_length(b))
        return TYPE_FAULT_LENGTHS;
    if ((a.kind == TYPE_MONEY && type_is_number(b)) || (b.kind == TYPE_MONEY && type_is_number(a)))
        return TYPE_FAULT_MONEY;
    if (type_is_amount(a) && type_is_amount(b))
        return TYPE_FAULT_QUANTITY;
    if ((a.kind == TYPE_IDENTITY && b.kind == TYPE_TEXT) ||
        (a.kind == TYPE_TEXT && b.kind == TYPE_IDENTITY))
        return TYPE_FAULT_NOMINAL;
    return TYPE_FAULT_KINDS;
}

TypeFault type_common(Arena *arena, Type a, Type b, Type *common)
{
    *common = type_of(TYPE_ERROR);
    if (a.kind == TYPE_ERROR || b.kind == TYPE_ERROR)
        return TYPE_FAULT_NONE;
    TypeFault fault;
    if (a.kind == b.kind)
        fault = same_kind_common(arena, a, b, common);
    else if (type_is_number(a) && type_is_number(b))
        fault = number_common(a, b, common);
    else if ((a.kind == TYPE_REAL && (type_is_amount(b) || type_is_length(b))) ||
             (b.kind == TYPE_REAL && (type_is_amount(a) || type_is_length(a))))
        fault = real_amount_common(arena, a, b, common);
    else
        fault = mixed_fault(a, b);
    if (fault != TYPE_FAULT_NONE)
        *common = type_of(TYPE_ERROR);
    return fault;
}

/* ----------------------------------------------------------------------- + and - */

static TypeFault moment_add(Type moment, Type length, Type *result)
{
    *result = moment;
    if (length.kind == TYPE_WORKDAYS)
        return TYPE_FAULT_WORKDAYS;
    if (moment.kind == TYPE_MONTH)
        return length.kind == TYPE_MONTHS ? TYPE_FAULT_NONE : TYPE_FAULT_LENGTHS;
    if (moment.kind == TYPE_DATE && length.kind == TYPE_TIME)
        return TYPE_FAULT_DAY_TIME;
    return TYPE_FAULT_NONE;
}

static TypeFault moment_difference(Type a, Type b, Type *result)
{
    if (a.kind != b.kind)
        return mixed_fault(a, b);
    *result = type_of(a.kind == TYPE_DATE       ? TYPE_DAYS
                      : a.kind == TYPE_DATETIME ? TYPE_TIME
                                                : TYPE_MONTHS);
    return TYPE_FAULT_NONE;
}

static TypeFault type_sum(Arena *arena, AstOperator op, Type a, Type b, Type *result)
{
    if (is_moment(a) && type_is_length(b))
        return moment_add(a, b, result);
    if (op == AST_OP_ADD && is_moment(b) && type_is_length(a))
        return moment_add(b, a, result);
    if (op == AST_OP_SUB && is_moment(a) && is_moment(b))
        return moment_difference(a, b, result);
    bool lengths = type_is_length(a) && type_is_length(b);
    bool numbers = (type_is_number(a) || type_is_amount(a) || a.kind == TYPE_REAL) &&
                   (type_is_number(b) || type_is_amount(b) || b.kind == TYPE_REAL);
    if (!lengths && !numbers)
        return TYPE_FAULT_NO_VALUES;
    return type_common(arena, a, b, result);
}

/* ----------------------------------------------------------------------- × and ÷ */

static Type number_product(Type a, Type b)
{
    if (a.kind == TYPE_INTEGER && b.kind == TYPE_INTEGER)
        return a;
    Type result;
    (void)number_common(a, b, &result);
    return result;
}

static TypeFault price_times(Type price, Type quantity, Type *result)
{
    if (!str_equal(price.unit->dimension, quantity.unit->dimension))
        return TYPE_FAULT_QUANTITY;
    int places = unit_places(quantity.unit, price.unit);
    if (places < 0)
        return TYPE_FAULT_UNIT;
    *result = type_of(TYPE_MONEY);
    result->nominal = price.nominal;
    return exact_checked(result, price.scale + quantity.scale + places);
}

static TypeFault amount_times(Type amount, Type number, Type *result)
{
    *result = amount;
    result->precision = 0;
    if (number.kind == TYPE_REAL)
        return amount.kind == TYPE_MONEY ? TYPE_FAULT_MONEY_REAL : TYPE_FAULT_NO_VALUES;
    return exact_checked(result, amount.scale + number.scale);
}

static TypeFault type_product(Type a, Type b, Type *result)
{
    if (type_is_number(a) && type_is_number(b)) {
        *result = number_product(a, b);
        return type_is_exact(*result) ? exact_checked(result, a.scale + b.scale) : TYPE_FAULT_NONE;
    }
    if (a.kind == TYPE_PRICE && b.kind == TYPE_QUANTITY)
        return price_times(a, b, result);
    if (b.kind == TYPE_PRICE && a.kind == TYPE_QUANTITY)
        return price_times(b, a, result);
    if (type_is_amount(a) && type_is_number(b))
        return amount_times(a, b, result);
    if (type_is_amount(b) && type_is_number(a))
        return amount_times(b, a, result);
    if ((a.kind == TYPE_REAL || type_is_length(a)) && type_is_number(b)) {
        *result = a;
        return a.kind == TYPE_REAL || b.kind == TYPE_INTEGER ? TYPE_FAULT_NONE
                                                             : TYPE_FAULT_FRACTION;
    }
    if ((b.kind == TYPE_REAL || type_is_length(b)) && type_is_number(a))
        return type_product(b, a, result);
    return a.kind == TYPE_MONEY && b.kind == TYPE_MONEY ? TYPE_FAULT_MONEY : TYPE_FAULT_NO_VALUES;
}

static TypeFault money_per(Type money, Type quantity, Type *result)
{
    *result = type_exact(TYPE_PRICE, QUOTIENT);
    result->unit = quantity.unit;
    result->nominal = money.nominal;
    return TYPE_FAULT_NONE;
}

static TypeFault type_quotient(Arena *arena, Type a, Type b, Type *result)
{
    if (type_is_number(a) && type_is_number(b)) {
        bool real = a.kind == TYPE_REAL || b.kind == TYPE_REAL;
        *result = real ? type_of(TYPE_REAL) : type_exact(TYPE_RATIO, QUOTIENT);
        return TYPE_FAULT_NONE;
    }
    if (a.kind == TYPE_MONEY && b.kind == TYPE_QUANTITY)
        return money_per(a, b, result);
    if ((type_is_amount(a) || a.kind == TYPE_REAL) && type_is_number(b)) {
        if (type_is_amount(a) && b.kind == TYPE_REAL)
            return a.kind == TYPE_MONEY ? TYPE_FAULT_MONEY_REAL : TYPE_FAULT_NO_VALUES;
        *result = a;
        result->scale = a.kind == TYPE_REAL ? 0 : QUOTIENT;
        result->precision = 0;
        return TYPE_FAULT_NONE;
    }
    if (type_is_length(a) && type_is_number(b))
        return TYPE_FAULT_FRACTION;
    bool measures = (type_is_amount(a) || type_is_length(a) || a.kind == TYPE_REAL) &&
                    (type_is_amount(b) || type_is_length(b) || b.kind == TYPE_REAL);
    if (!measures)
        return TYPE_FAULT_NO_VALUES;
    Type common;
    TypeFault fault = type_common(arena, a, b, &common);
    *result = common.kind == TYPE_REAL ? type_of(TYPE_REAL) : type_exact(TYPE_RATIO, QUOTIENT);
    return fault;
}

TypeFault type_arithmetic(Arena *arena, AstOperator op, Type a, Type b, Type *result)
{
    *result = type_of(TYPE_ERROR);
    if (a.kind == TYPE_ERROR || b.kind == TYPE_ERROR)
        return TYPE_FAULT_NONE;
    TypeFault fault = op == AST_OP_MUL   ? type_product(a, b, result)
                      : op == AST_OP_DIV ? type_quotient(arena, a, b, result)
                                         : type_sum(arena, op, a, b, result);
    if (fault != TYPE_FAULT_NONE)
        *result = type_of(TYPE_ERROR);
    else
        result->precision = 0;
    return fault;
}

static Type quantity_in_price(Type quantity, const Unit *unit)
{
    quantity.scale = (uint8_t)(quantity.scale + unit_places(quantity.unit, unit));
    quantity.unit = unit;
    return quantity;
}

static Type as_exact(Type type)
{
    return type.kind == TYPE_INTEGER ? type_exact(TYPE_DECIMAL, 0) : type;
}

void type_operands(Arena *arena, AstOperator op, Type a, Type b, Type *want_a, Type *want_b)
{
    *want_a = a;
    *want_b = b;
    Type result;
    if (type_arithmetic(arena, op, a, b, &result) != TYPE_FAULT_NONE || result.kind == TYPE_ERROR)
        return;
    bool moments = is_moment(a) || is_moment(b);
    if (op == AST_OP_ADD || op == AST_OP_SUB) {
        if (!moments)
            *want_a = *want_b = result;
        return;
    }
    if (result.kind == TYPE_REAL || a.kind == TYPE_REAL || b.kind == TYPE_REAL) {
        *want_a = type_real_of(arena, a);
        *want_b = type_real_of(arena, b);
    } else if (a.kind == TYPE_PRICE && b.kind == TYPE_QUANTITY) {
        *want_b = quantity_in_price(b, a.unit);
    } else if (b.kind == TYPE_PRICE && a.kind == TYPE_QUANTITY) {
        *want_a = quantity_in_price(a, b.unit);
    } else if (a.kind == TYPE_QUANTITY && b.kind == TYPE_QUANTITY) {
        Type common;
        (void)type_common(arena, a, b, &common);
        want_a->unit = want_b->unit = common.unit;
    } else if (type_is_exact(result) && !type_is_length(a)) {
        *want_a = as_exact(a);
        *want_b = as_exact(b);
    }
}

/* ----------------------------------------------------------------------- storing */

static TypeFault exact_store(Type from, Type to)
{
    int scale = from.kind == TYPE_INTEGER ? 0 : from.scale;
    if (from.kind == TYPE_QUANTITY || from.kind == TYPE_PRICE) {
        if (!str_equal(from.unit->dimension, to.unit->dimension))
            return TYPE_FAULT_QUANTITY;
        int places = from.kind == TYPE_QUANTITY ? unit_places(from.unit, to.unit)
                                                : unit_places(to.unit, from.unit);
        if (places < 0)
            return TYPE_FAULT_UNIT;
        scale += places;
    }
    if (from.nominal != to.nominal)
        return TYPE_FAULT_NOMINAL;
    return scale <= to.scale ? TYPE_FAULT_NONE : TYPE_FAULT_SCALE;
}

TypeFault type_store(Arena *arena, Type from, Type to)
{
    if (from.kind == TYPE_ERROR || to.kind == TYPE_ERROR)
        return TYPE_FAULT_NONE;
    bool plain_to = to.kind == TYPE_DECIMAL || to.kind == TYPE_RATIO;
    bool plain_from =
        from.kind == TYPE_INTEGER || from.kind == TYPE_DECIMAL || from.kind == TYPE_RATIO;
    if ((plain_to && plain_from) || (from.kind == to.kind && type_is_exact(to)))
        return exact_store(from, to);
    if (from.kind == TYPE_REAL && to.kind == TYPE_MONEY)
        return TYPE_FAULT_MONEY_REAL;
    if ((from.kind == TYPE_LIST || from.kind == TYPE_SET) && from.kind == to.kind) {
        bool known = from.element && to.element;
        return known ? type_store(arena, *from.element, *to.element) : TYPE_FAULT_NONE;
    }
    if (from.kind == to.kind)
        return from.nominal == to.nominal && unit_equal(from.unit, to.unit) ? TYPE_FAULT_NONE
                                                                            : TYPE_FAULT_NOMINAL;
    Type common;
    TypeFault fault = type_common(arena, from, to, &common);
    return fault == TYPE_FAULT_NONE ? TYPE_FAULT_KINDS : fault;
}

// SPDX-License-Identifier: Apache-2.0
//
// infer_const.c: values of constant expressions: parameters, cells and keys of tests.

#include "lang/infer_int.h"

#include "runtime/base/time.h"
#include "runtime/base/wide.h"

/* count · 10^-scale in `from`, brought to `to`; false if it does not go without a rest. */
static bool convert(Type from, Type to, int128_t count, int128_t *out)
{
    *out = count;
    if (!type_is_exact(to))
        return true;
    int scale = to.scale - (type_is_exact(from) ? from.scale : 0);
    int128_t num = 1, den = 1;
    if (from.kind == TYPE_QUANTITY && to.kind == TYPE_QUANTITY &&
        (!num_mul_i128(from.unit->num, to.unit->den, &num) ||
         !num_mul_i128(from.unit->den, to.unit->num, &den)))
        return false;
    int128_t *grown = scale >= 0 ? &num : &den;
    if (scale < -EXACT_SCALE_MAX ||
        !num_mul_i128(*grown, wide_pow10(scale < 0 ? -scale : scale), grown))
        return false;
    int128_t gcd = num_gcd_i128(num, den), product;
    num /= gcd;
    den /= gcd;
    if (count % den != 0 || !num_mul_i128(count / den, num, &product) || !exact_fits(product))
        return false;
    *out = product;
    return true;
}

static bool const_number(const TypedExpr *e, TypedConst *value)
{
    value->type = e->want;
    return convert(e->type, e->want, e->count, &value->count);
}

static bool const_set(const Typed *typed, const AstSet *set, TypedConst *value)
{
    TypedConst *items = ARENA_ARRAY(typed->arena, TypedConst, set->items.count);
    for (uint32_t i = 0; i < set->items.count; i++)
        if (!typed_const(typed, set->items.items[i], &items[i]))
            return false;
    value->items = items;
    value->item_count = set->items.count;
    return true;
}

static bool const_ends(const TypedConst *from, int64_t *first, int64_t *last)
{
    bool month = from->type.kind == TYPE_MONTH;
    if (from->missing || (!month && from->type.kind != TYPE_DATE))
        return false;
    *first = month ? month_first_day((int32_t)from->count) : (int64_t)from->count;
    *last = month ? month_last_day((int32_t)from->count) : (int64_t)from->count;
    return true;
}

static bool const_period(const Typed *typed, const TypedCall *call, TypedConst *value)
{
    TypedConst first, last;
    int64_t ignored;
    if (!typed_const(typed, call->arguments[0], &first))
        return false;
    last = first;
    if (call->count > 1 && !typed_const(typed, call->arguments[1], &last))
        return false;
    if (call->count == 1)
        return const_ends(&first, &value->low, &value->high);
    return const_ends(&first, &value->low, &ignored) && const_ends(&last, &ignored, &value->high) &&
           value->low <= value->high;
}

static bool const_degree(const Typed *typed, const AstNode *node, int64_t *out)
{
    TypedConst degree;
    int128_t count;
    if (!typed_const(typed, node, &degree) || degree.missing)
        return false;
    int scale = type_is_exact(degree.type) ? degree.type.scale : 0;
    return scale <= 7 && exact_rescale(degree.count, scale, 7, &count) &&
           num_cast_i128_i64(count, out);
}

static bool const_call(const Typed *typed, const TypedExpr *e, TypedConst *value)
{
    if (e->ref != TYPED_REF_CALL || !e->call || !e->call->card)
        return false;
    if (e->type.kind == TYPE_PERIOD && strcmp(e->call->card->name, "period") == 0)
        return const_period(typed, e->call, value);
    if (e->type.kind == TYPE_POINT && e->call->count == 2)
        return const_degree(typed, e->call->arguments[0], &value->low) &&
               const_degree(typed, e->call->arguments[1], &value->high);
    return false;
}

static bool const_unary(const Typed *typed, const AstUnary *unary, TypedConst *value)
{
    if (unary->operator!= AST_OP_NEG || !typed_const(typed, unary->operand, value) ||
        value->missing)
        return false;
    value->count = -value->count;
    return true;
}

bool typed_const(const Typed *typed, const AstNode *expr, TypedConst *value)
{
    const TypedExpr *e = typed_expr(typed, expr);
    if (!e)
        return false;
    *value = (TypedConst){.type = e->want, .count = e->count};
    switch (expr->kind) {
    case AST_NUMBER:
        return const_number(e, value);
    case AST_DATE:
        return true;
    case AST_TEXT:
        value->text = ast_as_Text(expr)->text;
        return true;
    case AST_BLANK:
        value->missing = true;
        return true;
    case AST_SET:
        return const_set(typed, ast_as_Set(expr), value);
    case AST_CALL:
        return const_call(typed, e, value);
    case AST_UNARY: {
        bool good = const_unary(typed, ast_as_Unary(expr), value);
        return good && convert(value->type, e->want, value->count, &value->count) &&
               (value->type = e->want, true);
    }
    case AST_NAME:
    case AST_MEMBER:
        value->missing = e->ref == TYPED_REF_MISSING;
        value->count = e->field;
        return e->ref == TYPED_REF_ENUM || e->ref == TYPED_REF_BOOLEAN ||
               e->ref == TYPED_REF_SEVERITY || e->ref == TYPED_REF_MISSING;
    default:
        return false;
    }
}

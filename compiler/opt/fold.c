// SPDX-License-Identifier: Apache-2.0
//
// fold.c: expressions of constants become constants.
//
// Valid always (evaluation.md 12). An operation that fails on its constants is left as it is: it fails in
// the same way, with the same source, when it runs. Parameters are no constants, for a run may set them.
// Truth values fold only where no gap is touched: true and x is x, false and x is false.

#include "compiler/consts.h"
#include "compiler/opt/opt.h"
#include "runtime/base/map.h"

typedef struct Folding {
    Plan *plan;
    MapI64 done; // node id -> node
} Folding;

static const PlanExpr *fold_expr(Folding *folding, const PlanExpr *expr);

static bool known(const PlanExpr *expr)
{
    return expr->kind == PLAN_EXPR_CONST && expr->constant->value.state == VALUE_KNOWN;
}

static bool counted(const PlanExpr *expr)
{
    Phys phys = type_phys(expr->type);
    return known(expr) && (phys == PHYS_I64 || phys == PHYS_I128);
}

static int128_t count_of(const PlanExpr *expr)
{
    return type_phys(expr->type) == PHYS_I128 ? expr->constant->value.i128
                                              : (int128_t)expr->constant->value.i64;
}

static const PlanExpr *constant(Folding *folding, Const value, Str text)
{
    Const *kept = ARENA_NEW(folding->plan->arena, Const);
    *kept = value;
    PlanExpr draft = {.kind = PLAN_EXPR_CONST, .type = value.type, .constant = kept, .text = text};
    return plan_expr(folding->plan, &draft);
}

static bool plain_number(Type type)
{
    return type_is_exact(type) || type.kind == TYPE_INTEGER;
}

// Whole and exact numbers; dates and lengths have ranges that only the engine knows.
static bool arithmetic(const PlanExpr *expr, int128_t *out)
{
    int128_t a = count_of(expr->kids[0]), b = count_of(expr->kids[1]);
    switch (expr->kind) {
    case PLAN_EXPR_ADD:
        return num_add_i128(a, b, out);
    case PLAN_EXPR_SUBTRACT:
        return num_sub_i128(a, b, out);
    case PLAN_EXPR_MULTIPLY:
        return num_mul_i128(a, b, out);
    case PLAN_EXPR_LEAST:
        *out = MIN_OF(a, b);
        return true;
    case PLAN_EXPR_GREATEST:
        *out = MAX_OF(a, b);
        return true;
    default:
        return false;
    }
}

static bool fits(Type type, int128_t count)
{
    int64_t whole;
    return type_is_exact(type) ? exact_fits(count) : num_cast_i128_i64(count, &whole);
}

static const PlanExpr *fold_arithmetic(Folding *folding, const PlanExpr *expr)
{
    int128_t count;
    if (!counted(expr->kids[0]) || !counted(expr->kids[1]) || !plain_number(expr->type) ||
        !plain_number(expr->kids[0]->type) || !plain_number(expr->kids[1]->type))
        return expr;
    if (!arithmetic(expr, &count) || !fits(expr->type, count))
        return expr;
    return constant(folding, const_of_count(expr->type, count), expr->text);
}

static const PlanExpr *fold_compare(Folding *folding, const PlanExpr *expr)
{
    if (!counted(expr->kids[0]) || !counted(expr->kids[1]) ||
        !type_same(expr->kids[0]->type, expr->kids[1]->type))
        return expr;
    int128_t a = count_of(expr->kids[0]), b = count_of(expr->kids[1]);
    bool holds = compare_verdict(expr->compare, (a > b) - (a < b));
    return constant(folding, const_of_count(expr->type, holds), expr->text);
}

// One side of an `and` or `or` is constant: it decides, or it is of no effect.
static const PlanExpr *fold_logic(const PlanExpr *expr)
{
    for (uint32_t i = 0; i < 2; i++) {
        const PlanExpr *side = expr->kids[i], *other = expr->kids[1 - i];
        if (!known(side))
            continue;
        bool decides = side->constant->value.boolean == (expr->kind == PLAN_EXPR_OR);
        return decides ? side : other;
    }
    return expr;
}

static const PlanExpr *fold_not(Folding *folding, const PlanExpr *expr)
{
    if (!known(expr->kids[0]))
        return expr;
    return constant(folding, const_of_count(expr->type, !expr->kids[0]->constant->value.boolean),
                    expr->text);
}

static const PlanExpr *fold_node(Folding *folding, const PlanExpr *expr)
{
    switch (expr->kind) {
    case PLAN_EXPR_ADD:
    case PLAN_EXPR_SUBTRACT:
    case PLAN_EXPR_MULTIPLY:
    case PLAN_EXPR_LEAST:
    case PLAN_EXPR_GREATEST:
        return fold_arithmetic(folding, expr);
    case PLAN_EXPR_COMPARE:
        return fold_compare(folding, expr);
    case PLAN_EXPR_AND:
    case PLAN_EXPR_OR:
        return fold_logic(expr);
    case PLAN_EXPR_NOT:
        return fold_not(folding, expr);
    case PLAN_EXPR_IF:
        return known(expr->kids[0]) ? expr->kids[expr->kids[0]->constant->value.boolean ? 1 : 2]
                                    : expr;
    case PLAN_EXPR_COALESCE:
        return known(expr->kids[0]) ? expr->kids[0] : expr;
    default:
        return expr;
    }
}

static const PlanExpr *with_kids(Folding *folding, const PlanExpr *expr)
{
    bool changed = false;
    const PlanExpr **kids = ARENA_ARRAY(folding->plan->arena, const PlanExpr *, expr->kid_count);
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        kids[i] = fold_expr(folding, expr->kids[i]);
        changed = changed || kids[i] != expr->kids[i];
    }
    if (!changed)
        return expr;
    PlanExpr draft = *expr;
    draft.kids = kids;
    draft.slots = 0;
    return plan_expr(folding->plan, &draft);
}

static const PlanExpr *fold_expr(Folding *folding, const PlanExpr *expr)
{
    uint64_t done;
    if (expr == NULL)
        return NULL;
    if (map_i64_get(&folding->done, expr->id, &done))
        return (const PlanExpr *)(uintptr_t)done;
    const PlanExpr *made = fold_node(folding, with_kids(folding, expr));
    (void)map_i64_put(&folding->done, expr->id, (uint64_t)(uintptr_t)made);
    return made;
}

static const PlanExpr *const *fold_list(Folding *folding, const PlanExpr *const *list,
                                        uint32_t count)
{
    const PlanExpr **made = ARENA_ARRAY(folding->plan->arena, const PlanExpr *, count);
    for (uint32_t i = 0; i < count; i++)
        made[i] = fold_expr(folding, list[i]);
    return made;
}

static const PlanMatch *fold_match(Folding *folding, const PlanMatch *match)
{
    if (match == NULL)
        return NULL;
    PlanMatch *made = ARENA_NEW(folding->plan->arena, PlanMatch);
    PlanCompare *compares = ARENA_ARRAY(folding->plan->arena, PlanCompare, match->compare_count);
    *made = *match;
    made->blocks = fold_list(folding, match->blocks, match->block_count);
    for (uint32_t i = 0; i < match->compare_count; i++) {
        compares[i] = match->compares[i];
        compares[i].levels = fold_list(folding, compares[i].levels, compares[i].level_count);
    }
    made->compares = compares;
    return made;
}

static void fold_op(Folding *folding, PlanOp *op)
{
    op->condition = fold_expr(folding, op->condition);
    op->match = fold_match(folding, op->match);
    op->covered_at = fold_expr(folding, op->covered_at);
    op->covered_region = fold_expr(folding, op->covered_region);
    op->value = fold_expr(folding, op->value);
    op->time = fold_expr(folding, op->time);
    op->upto = fold_expr(folding, op->upto);
    op->low = fold_expr(folding, op->low);
    op->high = fold_expr(folding, op->high);
    op->fill = fold_expr(folding, op->fill);
    op->points = fold_expr(folding, op->points);
    op->label = fold_expr(folding, op->label);
    PlanKey *keys = ARENA_ARRAY(folding->plan->arena, PlanKey, op->key_count);
    for (uint32_t i = 0; i < op->key_count; i++)
        keys[i] =
            (PlanKey){.name = op->keys[i].name, .value = fold_expr(folding, op->keys[i].value)};
    op->keys = keys;
    PlanSort *sorts = ARENA_ARRAY(folding->plan->arena, PlanSort, op->sort_count);
    for (uint32_t i = 0; i < op->sort_count; i++)
        sorts[i] = (PlanSort){fold_expr(folding, op->sorts[i].value), op->sorts[i].descending};
    op->sorts = sorts;
}

void opt_fold(Plan *plan, PlanBody *body)
{
    Folding folding = {.plan = plan};
    PlanOp *ops = ARENA_ARRAY(plan->arena, PlanOp, body->op_count);
    for (uint32_t i = 0; i < body->op_count; i++) {
        ops[i] = body->ops[i];
        fold_op(&folding, &ops[i]);
    }
    body->ops = ops;
    PlanAggregate *folds = ARENA_ARRAY(plan->arena, PlanAggregate, body->aggregate_count);
    for (uint32_t i = 0; i < body->aggregate_count; i++) {
        folds[i] = body->aggregates[i];
        folds[i].argument = fold_expr(&folding, folds[i].argument);
        folds[i].when = fold_expr(&folding, folds[i].when);
        folds[i].by = fold_expr(&folding, folds[i].by);
    }
    body->aggregates = folds;
    PlanField *fields = ARENA_ARRAY(plan->arena, PlanField, body->field_count);
    for (uint32_t i = 0; i < body->field_count; i++)
        fields[i] = (PlanField){.name = body->fields[i].name,
                                .value = fold_expr(&folding, body->fields[i].value)};
    body->fields = fields;
    body->title = fold_expr(&folding, body->title);
    body->severity = fold_expr(&folding, body->severity);
    map_i64_deinit(&folding.done);
}

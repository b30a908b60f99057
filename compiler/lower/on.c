// SPDX-License-Identifier: Apache-2.0
//
// on.c: the condition of a partner clause, taken apart.
//
// A pair's fate depends on which leaf is undetermined and on whose value it reads (evaluation.md 4.1), so the
// condition is kept as leaves with a formula over them. A leaf keeps gaps as gaps: the partner clause
// decides. Equalities between the partner alone and earlier variables alone are key leaves; a quotient is
// none, for its equality is not that of its 18 places.

#include "compiler/lower/lower_int.h"

typedef struct OnBuilder {
    Lowerer *lowerer;
    uint64_t partner; // bit of the partner's slot
    VEC(OnLeaf) leaves;
    VEC(OnNode) nodes;
} OnBuilder;

static bool reads_partner(const OnBuilder *builder, const PlanExpr *expr)
{
    return (expr->slots & builder->partner) != 0;
}

// Values of attached sets belong to the binding, like the columns of earlier variables.
static bool reads_earlier(const OnBuilder *builder, const PlanExpr *expr)
{
    return (expr->slots & ~builder->partner) != 0 || expr->reads_group;
}

// ---------------------------------------------------------------- what a leaf reads

typedef struct ReadList {
    VEC(const PlanExpr *) earlier, partner;
    uint64_t *seen; // nodes looked into: shared ones are looked into once
} ReadList;

static void add_read(ReadList *list, const PlanExpr *expr, bool partner)
{
    for (size_t i = 0; i < (partner ? list->partner.count : list->earlier.count); i++)
        if ((partner ? list->partner.items[i] : list->earlier.items[i]) == expr)
            return;
    if (partner)
        vec_push(&list->partner, expr);
    else
        vec_push(&list->earlier, expr);
}

// The greatest parts that read one side only, left to right.
static void collect_reads(const OnBuilder *builder, const PlanExpr *expr, ReadList *list)
{
    bool partner = reads_partner(builder, expr), earlier = reads_earlier(builder, expr);
    if (partner && earlier) {
        for (uint32_t i = 0; i < expr->kid_count; i++)
            collect_reads(builder, expr->kids[i], list);
    } else if (partner || earlier) {
        add_read(list, expr, partner);
    }
}

// Of a leaf, its operands' parts: what the binding lacks is named, not what came of it.
static void collect_leaf_reads(const OnBuilder *builder, const PlanExpr *leaf, ReadList *list)
{
    for (uint32_t i = 0; i < leaf->kid_count; i++)
        collect_reads(builder, leaf->kids[i], list);
    if (leaf->kid_count == 0)
        collect_reads(builder, leaf, list);
}

static const Expr *lowered_reads(Lowerer *lowerer, const PlanExpr *const *reads, size_t count)
{
    Expr *made = ARENA_ARRAY(lowerer->arena, Expr, count);
    for (size_t i = 0; i < count; i++)
        made[i] = lower_value(lowerer, reads[i]);
    return made;
}

// ---------------------------------------------------------------- leaves

// Is this an equality of the partner with earlier variables? Then the sides are sorted out.
static bool is_key(const OnBuilder *builder, const PlanExpr *expr, const PlanExpr **earlier,
                   const PlanExpr **partner)
{
    if (expr->kind != PLAN_EXPR_COMPARE || expr->compare != COMPARE_EQ ||
        expr->kids[0]->type.kind == TYPE_REAL || lower_is_quotient(builder->lowerer->body, expr))
        return false;
    const PlanExpr *left = expr->kids[0], *right = expr->kids[1];
    if (reads_partner(builder, left)) {
        const PlanExpr *swap = left;
        left = right, right = swap;
    }
    *earlier = left;
    *partner = right;
    return reads_partner(builder, right) && !reads_earlier(builder, right) &&
           reads_earlier(builder, left) && !reads_partner(builder, left);
}

static void emit_leaf(OnBuilder *builder, const PlanExpr *expr, bool negative, bool conjunct)
{
    Lowerer *lowerer = builder->lowerer;
    OnLeaf leaf = {.value = lower_value(lowerer, expr), .negative = negative, .conjunct = conjunct};
    const PlanExpr *earlier, *partner;
    ReadList list = {0};
    if (!negative && is_key(builder, expr, &earlier, &partner)) {
        leaf.key = true;
        leaf.identity = earlier->type.kind == TYPE_IDENTITY;
        leaf.earlier = lower_value(lowerer, earlier);
        leaf.partner = lower_value(lowerer, partner);
        add_read(&list, earlier, false);
        add_read(&list, partner, true);
    } else {
        list.seen = base_alloc_zeroed(lowerer->plan->node_count / 64 + 1, sizeof *list.seen);
        collect_leaf_reads(builder, expr, &list);
        free(list.seen);
    }
    leaf.reads_earlier = lowered_reads(lowerer, list.earlier.items, list.earlier.count);
    leaf.reads_earlier_count = (uint32_t)list.earlier.count;
    leaf.reads_partner = lowered_reads(lowerer, list.partner.items, list.partner.count);
    leaf.reads_partner_count = (uint32_t)list.partner.count;
    vec_free(&list.earlier);
    vec_free(&list.partner);
    vec_push(&builder->leaves, leaf);
    vec_push(&builder->nodes, (OnNode){.op = ON_LEAF, .leaf = (uint32_t)builder->leaves.count - 1});
}

static void emit_op(OnBuilder *builder, OnOp op)
{
    vec_push(&builder->nodes, (OnNode){.op = op});
}

static void emit(OnBuilder *builder, const PlanExpr *expr, bool negative, bool conjunct)
{
    switch (expr->kind) {
    case PLAN_EXPR_AND:
    case PLAN_EXPR_OR:
        conjunct = conjunct && expr->kind == PLAN_EXPR_AND;
        emit(builder, expr->kids[0], negative, conjunct);
        emit(builder, expr->kids[1], negative, conjunct);
        emit_op(builder, expr->kind == PLAN_EXPR_AND ? ON_AND : ON_OR);
        return;
    case PLAN_EXPR_NOT:
        emit(builder, expr->kids[0], !negative, false);
        emit_op(builder, ON_NOT);
        return;
    case PLAN_EXPR_IF: // (c and a) or (not c and b)
        emit(builder, expr->kids[0], negative, false);
        emit(builder, expr->kids[1], negative, false);
        emit_op(builder, ON_AND);
        emit(builder, expr->kids[0], !negative, false);
        emit_op(builder, ON_NOT);
        emit(builder, expr->kids[2], negative, false);
        emit_op(builder, ON_AND);
        emit_op(builder, ON_OR);
        return;
    default:
        emit_leaf(builder, expr, negative, conjunct);
        return;
    }
}

void lower_on(Lowerer *lowerer, const PlanExpr *condition, uint32_t slot, Partner *out)
{
    OnBuilder builder = {.lowerer = lowerer, .partner = (uint64_t)1 << slot};
    emit(&builder, condition, false, true);
    OnLeaf *leaves = ARENA_ARRAY(lowerer->arena, OnLeaf, builder.leaves.count);
    OnNode *nodes = ARENA_ARRAY(lowerer->arena, OnNode, builder.nodes.count);
    memcpy(leaves, builder.leaves.items, builder.leaves.count * sizeof *leaves);
    memcpy(nodes, builder.nodes.items, builder.nodes.count * sizeof *nodes);
    out->leaves = leaves;
    out->leaf_count = (uint32_t)builder.leaves.count;
    out->nodes = nodes;
    out->node_count = (uint32_t)builder.nodes.count;
    vec_free(&builder.leaves);
    vec_free(&builder.nodes);
}

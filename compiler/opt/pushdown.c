// SPDX-License-Identifier: Apache-2.0
//
// pushdown.c: filters move up to the first place where all that they read is bound.
//
// Valid for any filter over partner clauses, doubts, citations and other filters: a false clause removes a
// binding wherever it stands, marks carry the place of their clause, and gap lines do not depend on bindings
// (evaluation.md 12). A filter never passes a grouping, a window, a session, a sequence, a `connect`, an exception or a
// score: those look at what has been kept so far. A conjunction is first split where at most one of its parts can be undetermined, so that
// the clause still leaves one mark with its leftmost cause.

#include "compiler/opt/opt.h"

// Conditions larger than this stay whole.
enum { SPLIT_LEAVES_MAX = 64 };

static bool is_barrier(const PlanOp *op)
{
    return op->kind == PLAN_OP_SCAN || op->kind == PLAN_OP_GROUP || op->kind == PLAN_OP_EXCEPT ||
           op->kind == PLAN_OP_SCORE || op->kind == PLAN_OP_SERIES || op->kind == PLAN_OP_WINDOW ||
           op->kind == PLAN_OP_CONNECT || op->kind == PLAN_OP_SESSION ||
           op->kind == PLAN_OP_SEQUENCE;
}

// Does the operator bind something that the filter reads? Values over attached sets need all sets bound.
static bool binds_for(const PlanOp *op, const PlanExpr *condition)
{
    if (op->kind == PLAN_OP_EACH || op->kind == PLAN_OP_EXTRACT)
        return (condition->slots >> op->slot & 1) != 0;
    if (op->kind != PLAN_OP_PARTNER)
        return false;
    return condition->reads_group || (condition->slots >> op->slot & 1) != 0;
}

static bool may_pass(const PlanOp *above, const PlanOp *filter)
{
    ASSERT(filter->kind == PLAN_OP_FILTER);
    return !is_barrier(above) && !binds_for(above, filter->condition);
}

static bool infallible(const PlanExpr *expr)
{
    return !expr->can_gap && !expr->can_issue;
}

typedef struct OpList {
    VEC(PlanOp) items;
} OpList;

static void split(Plan *plan, const PlanOp *op, const PlanExpr *condition, OpList *out)
{
    if (condition->kind == PLAN_EXPR_AND && condition->leaves <= SPLIT_LEAVES_MAX &&
        (infallible(condition->kids[0]) || infallible(condition->kids[1]))) {
        split(plan, op, condition->kids[0], out);
        split(plan, op, condition->kids[1], out);
        return;
    }
    PlanOp part = *op;
    part.condition = condition;
    avec_push(plan->arena, &out->items, part);
}

void opt_pushdown(Plan *plan, PlanBody *body)
{
    OpList list = {0};
    for (uint32_t i = 0; i < body->op_count; i++) {
        if (body->ops[i].kind == PLAN_OP_FILTER)
            split(plan, &body->ops[i], body->ops[i].condition, &list);
        else
            avec_push(plan->arena, &list.items, body->ops[i]);
    }
    for (size_t i = 1; i < list.items.count; i++) {
        PlanOp filter = list.items.items[i];
        size_t at = i;
        if (filter.kind != PLAN_OP_FILTER)
            continue;
        // Only past partner clauses does moving gain anything; behind other filters it stays.
        size_t best = i;
        for (; at > 0 && may_pass(&list.items.items[at - 1], &filter); at--)
            if (list.items.items[at - 1].kind == PLAN_OP_PARTNER)
                best = at - 1;
        memmove(&list.items.items[best + 1], &list.items.items[best], (i - best) * sizeof filter);
        list.items.items[best] = filter;
    }
    body->ops = list.items.items;
    body->op_count = (uint32_t)list.items.count;
}

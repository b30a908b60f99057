// SPDX-License-Identifier: Apache-2.0
//
// starts.c: which rows of a recursive relation a body asks for.
//
// A recursive relation whose branches all copy one of their own columns unchanged holds, for each value of that column,
// rows that rest on rows with that value alone. A body that fixes the column, by a constant or by a value of its first
// variable, sees no others. Here the clause that brings the relation in is told so; the runtime computes the relation
// from these starts alone if every body that reads it asks that way, all data are clean and no evidence names its rows
// (runtime/exec/starts.h). The
// clause itself stays, so a relation that holds more than was asked for does no harm.

#include "compiler/build.h"
#include "compiler/opt/opt.h"

static const PlanOp *scan_of(const PlanBody *body, const TypedDecl *decl)
{
    for (uint32_t i = 0; i < body->op_count; i++)
        if (body->ops[i].source == decl)
            return &body->ops[i];
    return NULL;
}

static bool is_column(const PlanExpr *expr, uint32_t slot, uint32_t column)
{
    return expr->kind == PLAN_EXPR_COLUMN && expr->slot == slot && expr->index == column;
}

// Whether the relation uses itself, and every branch that does copies the column.
static bool copies(Plan *plan, const TypedDecl *decl, uint32_t column)
{
    bool recursive = false, copies = true;
    build_decl(plan, decl);
    for (uint32_t b = 0; b < plan_body_count(decl) && copies; b++) {
        const PlanBody *branch = &plan->bodies[decl->index][b];
        const PlanOp *use = branch->unsupported.present ? NULL : scan_of(branch, decl);
        copies = !branch->unsupported.present &&
                 (use == NULL || is_column(branch->fields[column].value, use->slot, column));
        recursive |= use != NULL;
    }
    return recursive && copies;
}

// A value that is known before the clause: free of rows, or (joins) of the first variable alone.
static bool is_start(const PlanOp *op, const PlanOp *first, const PlanExpr *value)
{
    bool first_alone = op != first && value->slots == (uint64_t)1 << first->slot;
    return !value->reads_group && value->type.kind != TYPE_REAL &&
           (value->slots == 0 || first_alone);
}

// Looks for a column that the condition fixes among what must hold.
static bool find_start(Plan *plan, PlanOp *op, const PlanOp *first, const PlanExpr *condition)
{
    if (condition->kind == PLAN_EXPR_AND)
        return find_start(plan, op, first, condition->kids[0]) ||
               find_start(plan, op, first, condition->kids[1]);
    if (condition->kind != PLAN_EXPR_COMPARE || condition->compare != COMPARE_EQ)
        return false;
    for (uint32_t k = 0; k < 2; k++) {
        const PlanExpr *side = condition->kids[k], *value = condition->kids[1 - k];
        if (side->kind != PLAN_EXPR_COLUMN || side->slot != op->slot ||
            !is_start(op, first, value) || side->type.kind != value->type.kind ||
            !copies(plan, op->source, side->index))
            continue;
        op->start = value;
        op->start_column = side->index;
        return true;
    }
    return false;
}

static bool may_ask(const PlanOp *op)
{
    bool relation = op->source != NULL && op->source->kind == TYPED_RELATION;
    return relation && (op->kind == PLAN_OP_SCAN ||
                        (op->kind == PLAN_OP_PARTNER && op->partner != PARTNER_LATEST &&
                         op->match == NULL && !op->covered));
}

void opt_starts(Plan *plan, PlanBody *body)
{
    PlanOp *ops = ARENA_ARRAY(plan->arena, PlanOp, body->op_count);
    bool found = false;
    memcpy(ops, body->ops, body->op_count * sizeof *ops);
    for (uint32_t i = 0; i < body->op_count; i++) {
        PlanOp *op = &ops[i];
        if (!may_ask(op))
            continue;
        if (op->kind == PLAN_OP_PARTNER)
            found |= find_start(plan, op, &ops[0], op->condition);
        for (uint32_t f = i + 1; op->kind == PLAN_OP_SCAN && f < body->op_count &&
                                 ops[f].kind == PLAN_OP_FILTER && op->start == NULL;
             f++)
            found |= find_start(plan, op, &ops[0], ops[f].condition);
    }
    if (found)
        body->ops = ops;
}

// SPDX-License-Identifier: Apache-2.0
//
// plan.c: plan nodes: interning, walking, verifying.

#include "compiler/plan.h"

#include "compiler/consts.h"
#include "compiler/needed.h"
#include "runtime/base/map.h"

// Open addressing over the nodes; the hash of a node is kept beside it.
typedef struct PlanTable {
    const PlanExpr **nodes;
    uint64_t *hashes;
    uint32_t capacity; // a power of two
    uint32_t count;
} PlanTable;

static const char *const EXPR_NAMES[PLAN_EXPR_COUNT] = {
#define PLAN_EXPR(KIND, name, kids) [PLAN_EXPR_##KIND] = name,
#define PLAN_OP(KIND, name, doc)
#include "compiler/plan.def"
};

static const int EXPR_KIDS[PLAN_EXPR_COUNT] = {
#define PLAN_EXPR(KIND, name, kids) [PLAN_EXPR_##KIND] = kids,
#define PLAN_OP(KIND, name, doc)
#include "compiler/plan.def"
};

static const char *const OP_NAMES[PLAN_OP_COUNT] = {
#define PLAN_EXPR(KIND, name, kids)
#define PLAN_OP(KIND, name, doc) [PLAN_OP_##KIND] = name,
#include "compiler/plan.def"
};

const char *plan_expr_name(PlanExprKind kind)
{
    ASSERT(kind < PLAN_EXPR_COUNT);
    return EXPR_NAMES[kind];
}

const char *plan_op_name(PlanOpKind kind)
{
    ASSERT(kind < PLAN_OP_COUNT);
    return OP_NAMES[kind];
}

// ---------------------------------------------------------------- interning

static void table_init(PlanTable *table, Arena *arena, uint32_t capacity)
{
    table->nodes = ARENA_ARRAY(arena, const PlanExpr *, capacity);
    table->hashes = ARENA_ARRAY(arena, uint64_t, capacity);
    table->capacity = capacity;
    table->count = 0;
}

Plan *plan_create(Arena *arena, const Typed *typed)
{
    Plan *plan = ARENA_NEW(arena, Plan);
    plan->arena = arena;
    plan->typed = typed;
    plan->bodies = ARENA_ARRAY(arena, const PlanBody *, typed->decl_count);
    plan->contracts = ARENA_ARRAY(arena, const PlanExpr **, typed->decl_count);
    plan->needed = needed_columns(arena, typed);
    plan->table = ARENA_NEW(arena, PlanTable);
    table_init(plan->table, arena, 256);
    return plan;
}

static uint64_t draft_hash(const PlanExpr *draft)
{
    uint64_t hash = hash_combine(hash_u64(draft->kind), type_hash(draft->type));
    hash = hash_combine(hash, (uint64_t)draft->slot << 32 | draft->index);
    hash = hash_combine(hash, (uint64_t)draft->compare << 40 | (uint64_t)draft->mode << 32 |
                                  (uint32_t)draft->places);
    hash = hash_combine(hash, draft->stretch);
    hash = hash_combine(hash, (uint64_t)(uintptr_t)draft->decl ^ (uint64_t)(uintptr_t)draft->card);
    if (draft->constant != NULL)
        hash = hash_combine(hash, const_hash(draft->constant));
    hash = hash_combine(hash, str_hash(draft->pattern));
    hash = hash_combine(hash, str_hash(draft->text));
    for (uint32_t i = 0; i < draft->kid_count; i++)
        hash = hash_combine(hash, draft->kids[i]->id);
    return hash;
}

static bool draft_same(const PlanExpr *a, const PlanExpr *b)
{
    if (a->kind != b->kind || a->slot != b->slot || a->index != b->index ||
        a->stretch != b->stretch || a->places != b->places || a->mode != b->mode ||
        a->compare != b->compare || a->decl != b->decl || a->card != b->card ||
        a->kid_count != b->kid_count || !type_same(a->type, b->type) ||
        !str_equal(a->pattern, b->pattern) || !str_equal(a->text, b->text))
        return false;
    for (uint32_t i = 0; i < a->kid_count; i++)
        if (a->kids[i] != b->kids[i])
            return false;
    if (a->constant == NULL || b->constant == NULL)
        return a->constant == b->constant;
    return const_equal(a->constant, b->constant);
}

static void table_put(PlanTable *table, const PlanExpr *node, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & (table->capacity - 1);
    while (table->nodes[at] != NULL)
        at = (at + 1) & (table->capacity - 1);
    table->nodes[at] = node;
    table->hashes[at] = hash;
    table->count++;
}

static void table_grow(PlanTable *table, Arena *arena)
{
    PlanTable old = *table;
    table_init(table, arena, old.capacity * 2);
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.nodes[i] != NULL)
            table_put(table, old.nodes[i], old.hashes[i]);
}

static uint32_t leaves_sum(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

// `if c then a else b` is written (c and a) or (not c and b).
static uint32_t node_leaves(const PlanExpr *node)
{
    switch (node->kind) {
    case PLAN_EXPR_AND:
    case PLAN_EXPR_OR:
        return leaves_sum(node->kids[0]->leaves, node->kids[1]->leaves);
    case PLAN_EXPR_NOT:
        return node->kids[0]->leaves;
    case PLAN_EXPR_IF:
        return leaves_sum(leaves_sum(node->kids[0]->leaves, node->kids[0]->leaves),
                          leaves_sum(node->kids[1]->leaves, node->kids[2]->leaves));
    default:
        return 1;
    }
}

// What follows from the children. A child's gap is the node's too, but for what looks at gaps itself.
static void node_derive(PlanExpr *node)
{
    node->height = 1;
    node->leaves = node_leaves(node);
    if (node->kind == PLAN_EXPR_COLUMN || node->kind == PLAN_EXPR_VARIABLE) {
        ASSERT(node->slot < 64);
        node->slots |= (uint64_t)1 << node->slot;
    }
    node->reads_group = node->kind == PLAN_EXPR_KEY || node->kind == PLAN_EXPR_AGGREGATE ||
                        node->kind == PLAN_EXPR_POINTS;
    for (uint32_t i = 0; i < node->kid_count; i++) {
        const PlanExpr *kid = node->kids[i];
        node->slots |= kid->slots;
        node->reads_group = node->reads_group || kid->reads_group;
        node->height = MAX_OF(node->height, kid->height + 1);
        if (node->kind == PLAN_EXPR_TEMPLATE)
            continue;
        node->can_issue = node->can_issue || kid->can_issue;
        bool hides =
            node->kind == PLAN_EXPR_PRESENT || (node->kind == PLAN_EXPR_COALESCE && i == 0);
        node->can_gap = node->can_gap || (kid->can_gap && !hides);
    }
}

const PlanExpr *plan_expr(Plan *plan, const PlanExpr *draft)
{
    PlanTable *table = plan->table;
    ASSERT(draft->kind < PLAN_EXPR_COUNT);
    ASSERT(EXPR_KIDS[draft->kind] < 0 || (uint32_t)EXPR_KIDS[draft->kind] == draft->kid_count);
    uint64_t hash = draft_hash(draft);
    for (uint32_t at = (uint32_t)hash & (table->capacity - 1); table->nodes[at] != NULL;
         at = (at + 1) & (table->capacity - 1))
        if (table->hashes[at] == hash && draft_same(table->nodes[at], draft))
            return table->nodes[at];
    PlanExpr *node = ARENA_NEW(plan->arena, PlanExpr);
    *node = *draft;
    const PlanExpr **kids = ARENA_ARRAY(plan->arena, const PlanExpr *, draft->kid_count);
    for (uint32_t i = 0; i < draft->kid_count; i++)
        kids[i] = draft->kids[i];
    node->kids = kids;
    node->id = plan->node_count++;
    node_derive(node);
    if ((table->count + 1) * 2 > table->capacity)
        table_grow(table, plan->arena);
    table_put(table, node, hash);
    return node;
}

uint32_t plan_body_count(const TypedDecl *decl)
{
    if (decl->kind == TYPED_RELATION)
        return decl->relation.branch_count;
    return decl->kind == TYPED_RULE || decl->kind == TYPED_QUERY ? 1 : 0;
}

const PlanStep *plan_step_of(const PlanOp *ops, size_t op_count, uint32_t slot, uint32_t *taken)
{
    for (size_t i = 0; i < op_count; i++)
        for (uint32_t s = 0; s < ops[i].step_count; s++)
            for (uint32_t t = 0; !ops[i].steps[s].absent && t < ops[i].taken_count; t++)
                if (ops[i].steps[s].slots[t] == slot) {
                    *taken = ops[i].taken[t];
                    return &ops[i].steps[s];
                }
    return NULL;
}

// ---------------------------------------------------------------- walking

void plan_expr_walk(const PlanExpr *expr, uint64_t *seen,
                    void (*visit)(void *context, const PlanExpr *expr), void *context)
{
    if (expr == NULL || (seen[expr->id / 64] >> (expr->id % 64) & 1) != 0)
        return;
    seen[expr->id / 64] |= (uint64_t)1 << (expr->id % 64);
    for (uint32_t i = 0; i < expr->kid_count; i++)
        plan_expr_walk(expr->kids[i], seen, visit, context);
    visit(context, expr);
}

static void visit_some(const PlanExpr *expr, void (*visit)(void *, const PlanExpr *), void *context)
{
    if (expr != NULL)
        visit(context, expr);
}

static void match_exprs(const PlanMatch *match, void (*visit)(void *, const PlanExpr *),
                        void *context)
{
    for (uint32_t i = 0; i < match->block_count; i++)
        visit(context, match->blocks[i]);
    for (uint32_t i = 0; i < match->compare_count; i++)
        for (uint32_t j = 0; j < match->compares[i].level_count; j++)
            visit(context, match->compares[i].levels[j]);
}

static void op_exprs(const PlanOp *op, void (*visit)(void *, const PlanExpr *), void *context)
{
    visit_some(op->condition, visit, context);
    if (op->match != NULL)
        match_exprs(op->match, visit, context);
    visit_some(op->covered_at, visit, context);
    visit_some(op->covered_region, visit, context);
    visit_some(op->value, visit, context);
    visit_some(op->time, visit, context);
    visit_some(op->upto, visit, context);
    visit_some(op->low, visit, context);
    visit_some(op->high, visit, context);
    visit_some(op->fill, visit, context);
    visit_some(op->points, visit, context);
    visit_some(op->label, visit, context);
    visit_some(op->cite.at, visit, context);
    for (uint32_t i = 0; i < op->citation_count; i++)
        visit_some(op->citations[i].at, visit, context);
    for (uint32_t i = 0; i < op->key_count; i++)
        visit(context, op->keys[i].value);
    for (uint32_t i = 0; i < op->sort_count; i++)
        visit(context, op->sorts[i].value);
    for (uint32_t i = 0; i < op->step_count; i++)
        visit(context, op->steps[i].condition);
}

void plan_body_exprs(const PlanBody *body, void (*visit)(void *context, const PlanExpr *expr),
                     void *context)
{
    for (uint32_t i = 0; i < body->op_count; i++)
        op_exprs(&body->ops[i], visit, context);
    for (uint32_t i = 0; i < body->aggregate_count; i++) {
        visit_some(body->aggregates[i].argument, visit, context);
        visit_some(body->aggregates[i].when, visit, context);
        visit_some(body->aggregates[i].by, visit, context);
    }
    for (uint32_t i = 0; i < body->field_count; i++)
        visit(context, body->fields[i].value);
    visit_some(body->title, visit, context);
    visit_some(body->severity, visit, context);
}

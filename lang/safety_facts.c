// SPDX-License-Identifier: Apache-2.0
//
// safety_facts.c: what conditions prove: which values are present, which rows determine which.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- bit sets */

uint64_t *bits_new(BodyState *b)
{
    return ARENA_ARRAY(b->c->arena, uint64_t, b->words);
}

bool bit_get(const uint64_t *bits, uint32_t slot)
{
    return (bits[slot / 64] >> (slot % 64)) & 1;
}

void bit_set(uint64_t *bits, uint32_t slot)
{
    bits[slot / 64] |= UINT64_C(1) << (slot % 64);
}

/* ----------------------------------------------------------------------- facts */

bool facts_prove(const Facts *facts, const TypedVar *var, const TypedLet *let, uint32_t column)
{
    for (size_t i = 0; i < facts->count; i++) {
        const Fact *fact = &facts->items[i];
        if (let ? fact->let == let : fact->var == var && fact->column == column)
            return true;
    }
    return false;
}

static void add_fact(Checker *c, Facts *facts, Fact fact)
{
    if (!facts_prove(facts, fact.var, fact.let, fact.column))
        avec_push(c->arena, facts, fact);
}

/* A value that is known has a row that is there. */
static void fact_of(Checker *c, const TypedExpr *e, Facts *facts)
{
    if (e->ref == TYPED_REF_COLUMN && !e->step) {
        add_fact(c, facts, (Fact){e->var, NULL, e->column});
        add_fact(c, facts, (Fact){e->var, NULL, WHOLE_ROW});
    } else if (e->ref == TYPED_REF_VAR) {
        add_fact(c, facts, (Fact){e->var, NULL, WHOLE_ROW});
    } else if (e->ref == TYPED_REF_LET) {
        add_fact(c, facts, (Fact){NULL, e->let, 0});
    }
}

/* The strict reads of a leaf: not what stands below ??, if, is present, or an aggregate. */
typedef struct StrictWalk {
    Checker *c;
    Facts *facts;
} StrictWalk;

static AstVisit strict_enter(void *context, const AstNode *node)
{
    StrictWalk *walk = context;
    const TypedExpr *e = expr_of(walk->c, node);
    bool lax = node->kind == AST_IF || node->kind == AST_PRESENCE ||
               (node->kind == AST_BINARY && ast_as_Binary(node)->operator== AST_OP_COALESCE) ||
               (node->kind == AST_BINARY &&
                (ast_as_Binary(node)->operator== AST_OP_AND || ast_as_Binary(node)->operator==
                 AST_OP_OR)) ||
               node->kind == AST_TEMPLATE ||
               (e && (e->ref == TYPED_REF_AGGREGATE || e->ref == TYPED_REF_WINDOW ||
                      e->ref == TYPED_REF_FUNCTION));
    if (lax)
        return AST_VISIT_OVER;
    if (e && (e->ref == TYPED_REF_COLUMN || e->ref == TYPED_REF_LET)) {
        fact_of(walk->c, e, walk->facts);
        return AST_VISIT_OVER;
    }
    return AST_VISIT_INTO;
}

static void facts_of_leaf(Checker *c, const AstNode *leaf, bool negated, Facts *facts)
{
    if (leaf->kind == AST_PRESENCE) {
        const TypedExpr *e = expr_of(c, ast_as_Presence(leaf)->operand);
        if (e && ast_as_Presence(leaf)->missing == negated)
            fact_of(c, e, facts);
        return;
    }
    StrictWalk walk = {c, facts};
    ast_walk(leaf, strict_enter, NULL, &walk);
}

void facts_from_condition(Checker *c, const AstNode *condition, bool negated, Facts *facts)
{
    if (condition->kind == AST_UNARY && ast_as_Unary(condition)->operator== AST_OP_NOT) {
        facts_from_condition(c, ast_as_Unary(condition)->operand, !negated, facts);
        return;
    }
    if (condition->kind == AST_BINARY) {
        const AstBinary *binary = ast_as_Binary(condition);
        bool both = binary->operator==(negated ? AST_OP_OR : AST_OP_AND);
        bool one = binary->operator==(negated ? AST_OP_AND : AST_OP_OR);
        if (both) {
            facts_from_condition(c, binary->left, negated, facts);
            facts_from_condition(c, binary->right, negated, facts);
        }
        if (both || one)
            return;
    }
    facts_of_leaf(c, condition, negated, facts);
}

/* ----------------------------------------------------------------------- mentions */

typedef struct MentionWalk {
    BodyState *b;
    uint64_t *bits;
    const TypedGroup **over; /* not NULL: values of groups further up stand for their group */
} MentionWalk;

/* A let of a stretch between the first grouping and this one is a value per group of its stretch. */
static bool mention_group(MentionWalk *walk, const TypedLet *let)
{
    if (!walk->over || let->stretch == 0 || let->stretch >= walk->b->stretch)
        return false;
    const TypedGroup *group = &walk->b->groups.items[let->stretch - 1]->pub;
    if (!*walk->over || (*walk->over)->before < group->before)
        *walk->over = group; /* the finest one */
    return true;
}

static void mention_let(MentionWalk *walk, const TypedLet *let)
{
    const LetState *state = (const LetState *)(const void *)let;
    for (uint32_t i = 0; state->mentions && i < walk->b->words; i++)
        walk->bits[i] |= state->mentions[i];
}

/* An aggregate of attached rows per binding or over peers: it depends on what they are linked to. */
static bool folds_sets(const TypedAggregate *a)
{
    return a->per_binding || (a->window && a->stretch == 0 && a->attached_count > 0);
}

static void mention_aggregate(MentionWalk *walk, const TypedAggregate *a)
{
    for (uint32_t k = 0; k < a->attached_count; k++) {
        const VarState *var = (const VarState *)(const void *)a->attached[k];
        for (uint32_t i = 0; var->link && i < walk->b->words; i++)
            walk->bits[i] |= var->link[i];
    }
    for (uint32_t k = 0; k < a->mention_count; k++)
        if (!a->mentions[k]->attached)
            bit_set(walk->bits, a->mentions[k]->slot);
}

static AstVisit mention_enter(void *context, const AstNode *node)
{
    MentionWalk *walk = context;
    const TypedExpr *e = expr_of(walk->b->c, node);
    if (!e)
        return AST_VISIT_INTO;
    if (e->ref == TYPED_REF_COLUMN || e->ref == TYPED_REF_VAR) {
        bit_set(walk->bits, e->step ? e->step->slot : e->var->slot);
        return AST_VISIT_OVER;
    }
    if (e->ref == TYPED_REF_FIELD && e->var && node->kind == AST_MEMBER &&
        ast_as_Member(node)->object->kind == AST_NAME)
        bit_set(walk->bits, e->var->slot);
    if (e->ref == TYPED_REF_LET && !mention_group(walk, e->let))
        mention_let(walk, e->let);
    if (e->ref == TYPED_REF_KEY && e->key->value != node)
        mentions_of(walk->b, e->key->value, walk->bits);
    if (e->ref == TYPED_REF_AGGREGATE && folds_sets(e->aggregate)) {
        mention_aggregate(walk, e->aggregate);
        return AST_VISIT_OVER;
    }
    return AST_VISIT_INTO;
}

void mentions_of(BodyState *b, const AstNode *expr, uint64_t *bits)
{
    MentionWalk walk = {b, bits, NULL};
    ast_walk(expr, mention_enter, NULL, &walk);
}

void mentions_by_level(BodyState *b, const AstNode *expr, uint64_t *bits, const TypedGroup **over)
{
    MentionWalk walk = {b, bits, over};
    ast_walk(expr, mention_enter, NULL, &walk);
}

/* ----------------------------------------------------------------------- links */

static bool is_column(const TypedExpr *e)
{
    return e && e->ref == TYPED_REF_COLUMN && !e->step;
}

static void add_link(BodyState *b, const AstBinary *equality, const VarState *bound)
{
    const TypedExpr *l = expr_of(b->c, equality->left), *r = expr_of(b->c, equality->right);
    bool forward = bound && bound->pub.optional;
    if (is_column(l) && is_column(r)) {
        bool left_bound = bound && l->var == &bound->pub;
        const TypedExpr *from = left_bound ? r : l, *to = left_bound ? l : r;
        Link link = {from->var, to->var, from->column, to->column, forward};
        avec_push(b->c->arena, &b->links, link);
    } else if (is_column(l) && r && r->constant) {
        avec_push(b->c->arena, &b->links, (Link){NULL, l->var, 0, l->column, true});
    } else if (is_column(r) && l && l->constant) {
        avec_push(b->c->arena, &b->links, (Link){NULL, r->var, 0, r->column, true});
    }
}

void links_from_condition(BodyState *b, const AstNode *condition, const VarState *bound)
{
    if (condition->kind != AST_BINARY)
        return;
    const AstBinary *binary = ast_as_Binary(condition);
    if (binary->operator== AST_OP_AND) {
        links_from_condition(b, binary->left, bound);
        links_from_condition(b, binary->right, bound);
    } else if (binary->operator== AST_OP_EQ) {
        add_link(b, binary, bound);
    }
}

/* ----------------------------------------------------------------------- determination */

bool determined_column(const Facts *columns, const uint64_t *vars, const TypedVar *var,
                       uint32_t column)
{
    if (bit_get(vars, var->slot))
        return true;
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].var == var && columns->items[i].column == column)
            return true;
    return false;
}

static bool learn(BodyState *b, Facts *columns, const uint64_t *vars, const TypedVar *var,
                  uint32_t column)
{
    if (determined_column(columns, vars, var, column))
        return false;
    avec_push(b->c->arena, columns, (Fact){var, NULL, column});
    return true;
}

static bool follow_links(BodyState *b, Facts *columns, const uint64_t *vars)
{
    bool changed = false;
    for (size_t i = 0; i < b->links.count; i++) {
        const Link *link = &b->links.items[i];
        if (!link->a || determined_column(columns, vars, link->a, link->column_a))
            changed |= learn(b, columns, vars, link->b, link->column_b);
        if (!link->forward && determined_column(columns, vars, link->b, link->column_b))
            changed |= learn(b, columns, vars, link->a, link->column_a);
    }
    return changed;
}

static bool key_known(const Facts *columns, const uint64_t *vars, const TypedVar *var)
{
    const TypedRows *rows = var->source ? &var->source->rows : NULL;
    if (!rows || !rows->key_count)
        return false;
    for (uint32_t i = 0; i < rows->key_count; i++)
        if (!determined_column(columns, vars, var, rows->key[i]))
            return false;
    return true;
}

static bool link_known(const BodyState *b, const VarState *var, const uint64_t *vars)
{
    bool one = var->pub.optional || var->pub.kind == TYPED_VAR_CONNECT ||
               var->pub.kind == TYPED_VAR_SESSION;
    if (!one || !var->link)
        return false;
    for (uint32_t i = 0; i < b->words; i++)
        if (var->link[i] & ~vars[i])
            return false;
    return true;
}

static bool key_columns_known(Facts *columns, const VarState *var)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].var == &var->pub && columns->items[i].column == WHOLE_ROW)
            return true;
    return false;
}

static bool follow_keys(BodyState *b, Facts *columns, uint64_t *vars)
{
    bool changed = false;
    for (uint32_t i = 0; i < b->vars.count; i++) {
        const VarState *var = b->vars.items[i];
        if (bit_get(vars, i))
            continue;
        if (key_known(columns, vars, &var->pub) || link_known(b, var, vars) ||
            key_columns_known(columns, var)) {
            bit_set(vars, i);
            changed = true;
        }
    }
    return changed;
}

void determine(BodyState *b, Facts *columns, uint64_t *vars)
{
    bool changed = true;
    while (changed) {
        changed = follow_links(b, columns, vars);
        changed |= follow_keys(b, columns, vars);
    }
}

/* ----------------------------------------------------------------------- fan-out */

void aggregate_settle(BodyState *b, TypedAggregate *a)
{
    if (a->per_binding)
        return;
    uint64_t *vars = bits_new(b);
    Facts columns = {0};
    GroupState *group = b->groups.count ? vec_last(&b->groups) : NULL;
    for (size_t i = 0; group && !a->window && i < group->known.count; i++)
        avec_push(b->c->arena, &columns, group->known.items[i]);
    for (uint32_t i = 0; i < a->mention_count; i++)
        bit_set(vars, a->mentions[i]->slot);
    determine(b, &columns, vars);
    a->fans_out = a->over != NULL;
    for (uint32_t i = 0; i < b->vars.count; i++) {
        const VarState *var = b->vars.items[i];
        if (!var->pub.attached && !var->hidden && !bit_get(vars, i))
            a->fans_out = true;
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// safety_recursion.c: does a recursive relation end, and does `keep` mean the same in every order?

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- recursive branches */

static bool same_component(const Checker *c, const TypedDecl *a, const TypedDecl *b)
{
    return a && b && a->kind == TYPED_RELATION && b->kind == TYPED_RELATION &&
           c->decls.items[a->index]->component == c->decls.items[b->index]->component;
}

/* The first row variable that reads the relation's own component; NULL: not a recursive branch. */
static const TypedVar *recursive_var(const Checker *c, const TypedBody *body)
{
    for (uint32_t i = 0; i < body->var_count; i++)
        if (same_component(c, body->decl, body->vars[i]->source))
            return body->vars[i];
    return NULL;
}

static const AstNode *yielded(const TypedBody *body, uint32_t column)
{
    const AstYield *yield = body->node ? body->node->yield : NULL;
    for (uint32_t i = 0; yield && body->yield_columns && i < yield->columns.count; i++)
        if (body->yield_columns[i] == column && yield->columns.items[i]->kind == AST_NAMED)
            return ast_as_Named(yield->columns.items[i])->value;
    return NULL;
}

/* ----------------------------------------------------------------------- does it end */

static bool is_copied(Checker *c, const AstNode *value)
{
    const TypedExpr *e = expr_of(c, value);
    return !e || e->type.kind == TYPE_ERROR || e->constant || e->ref == TYPED_REF_COLUMN ||
           (e->ref == TYPED_REF_LET && is_copied(c, e->let->value));
}

static void check_ends(Checker *c, const DeclState *decl, const TypedBody *body)
{
    const TypedRelation *relation = &decl->pub.relation;
    bool keeps = relation->keep_least || relation->keep_greatest;
    if (relation->depth_limit >= 0)
        return;
    const TypedRows *rows = &decl->pub.rows;
    for (uint32_t i = 0; i < rows->column_count; i++) {
        bool key = false;
        for (uint32_t k = 0; k < rows->key_count; k++)
            key |= rows->key[k] == i;
        const AstNode *value = (key || !keeps) ? yielded(body, i) : NULL;
        if (!value || is_copied(c, value))
            continue;
        Diag *diag =
            report_with(c, DIAG_MAY_NOT_END, value,
                        DIAG_ARGS(diag_arg(rows->columns[i].name), diag_arg(decl->pub.name)));
        diag_note(c->diags, diag, DIAG_TEXT_ENDING_WAYS, DIAG_NONE);
        return;
    }
}

/* ----------------------------------------------------------------------- keep */

static bool is_kept(Checker *c, const AstNode *node, const TypedVar *var, uint32_t column)
{
    const TypedExpr *e = expr_of(c, node);
    return e && e->ref == TYPED_REF_COLUMN && e->var == var && e->column == column;
}

typedef struct KeptWalk {
    Checker *c;
    const TypedVar *var;
    uint32_t column;
    bool least;
    const AstNode *found;
} KeptWalk;

static bool upper_bound(const KeptWalk *walk, const AstBinary *binary)
{
    bool below = binary->operator== AST_OP_LT || binary->operator== AST_OP_LE;
    bool above = binary->operator== AST_OP_GT || binary->operator== AST_OP_GE;
    if (!walk->least) {
        bool swap = below;
        below = above;
        above = swap;
    }
    return (below && is_kept(walk->c, binary->left, walk->var, walk->column)) ||
           (above && is_kept(walk->c, binary->right, walk->var, walk->column));
}

static AstVisit kept_enter(void *context, const AstNode *node)
{
    KeptWalk *walk = context;
    if (node->kind == AST_BINARY && upper_bound(walk, ast_as_Binary(node)))
        return AST_VISIT_OVER;
    if (!walk->found && is_kept(walk->c, node, walk->var, walk->column))
        walk->found = node;
    return AST_VISIT_INTO;
}

static const AstNode *reads_kept(KeptWalk *walk, const AstNode *node)
{
    walk->found = NULL;
    ast_walk(node, kept_enter, NULL, walk);
    return walk->found;
}

/* Is the constant certainly not negative (least) or not positive (greatest)? */
static bool right_sign(Checker *c, const AstNode *node, bool least)
{
    TypedConst value;
    if (!typed_const(c->typed, node, &value) || value.missing)
        return false;
    return least ? value.count >= 0 : value.count <= 0;
}

typedef enum StepShape { SHAPE_OTHER, SHAPE_SAME, SHAPE_ADD } StepShape;

/* x′, x′ + e, greatest(x′, e), least(x′, e) with e free of x′. `*added` is e of the second. */
static StepShape step_shape(KeptWalk *walk, const AstNode *value, const AstNode **added)
{
    if (is_kept(walk->c, value, walk->var, walk->column))
        return SHAPE_SAME;
    if (!reads_kept(walk, value))
        return SHAPE_SAME; /* free of x′ altogether */
    if (value->kind == AST_BINARY && ast_as_Binary(value)->operator== AST_OP_ADD) {
        const AstBinary *sum = ast_as_Binary(value);
        bool left = is_kept(walk->c, sum->left, walk->var, walk->column);
        *added = left ? sum->right : sum->left;
        bool right = is_kept(walk->c, sum->right, walk->var, walk->column);
        return left != right && !reads_kept(walk, *added) ? SHAPE_ADD : SHAPE_OTHER;
    }
    const TypedExpr *e = expr_of(walk->c, value);
    if (!e || !e->call || e->call->count != 2 ||
        (!str_equal(e->call->name, STR("greatest")) && !str_equal(e->call->name, STR("least"))))
        return SHAPE_OTHER;
    const AstNode *a = e->call->arguments[0], *b = e->call->arguments[1];
    bool first = is_kept(walk->c, a, walk->var, walk->column);
    bool second = is_kept(walk->c, b, walk->var, walk->column);
    return (first && !reads_kept(walk, b)) || (second && !reads_kept(walk, a)) ? SHAPE_SAME
                                                                               : SHAPE_OTHER;
}

static void check_kept_value(KeptWalk *walk, const DeclState *decl, const TypedBody *body)
{
    const TypedRelation *relation = &decl->pub.relation;
    const AstNode *value = yielded(body, relation->keep_column), *added = NULL;
    const TypedExpr *e = value ? expr_of(walk->c, value) : NULL;
    if (!e || e->type.kind == TYPE_ERROR)
        return;
    DiagArg column = diag_arg(decl->columns.items[relation->keep_column].name);
    switch (step_shape(walk, value, &added)) {
    case SHAPE_OTHER:
        report_with(walk->c, DIAG_KEEP_SHAPE, value, DIAG_ARGS(column));
        return;
    case SHAPE_ADD:
        if (relation->depth_limit < 0 && !right_sign(walk->c, added, walk->least)) {
            Diag *diag = report_with(walk->c, DIAG_MAY_NOT_END, value,
                                     DIAG_ARGS(column, diag_arg(decl->pub.name)));
            diag_note(walk->c->diags, diag, DIAG_TEXT_ENDING_WAYS, DIAG_NONE);
        }
        return;
    case SHAPE_SAME:
        return;
    }
}

static void check_kept_reads(KeptWalk *walk, const DeclState *decl, const TypedBody *body)
{
    DiagArg column = diag_arg(decl->columns.items[decl->pub.relation.keep_column].name);
    for (uint32_t i = 0; i < body->clause_count; i++) {
        const AstNode *bad = reads_kept(walk, body->clauses[i].node);
        if (bad)
            report_with(walk->c, DIAG_KEEP_READ, bad, DIAG_ARGS(column));
    }
}

/* ----------------------------------------------------------------------- other columns */

static bool value_determined(BodyState *b, const AstNode *value, const Facts *columns,
                             const uint64_t *vars)
{
    const TypedExpr *e = expr_of(b->c, value);
    if (!e || e->constant || e->type.kind == TYPE_ERROR)
        return true;
    if (e->ref == TYPED_REF_COLUMN)
        return determined_column(columns, vars, e->var, e->column);
    uint64_t *bits = bits_new(b);
    mentions_of(b, value, bits);
    for (uint32_t i = 0; i < b->words; i++)
        if (bits[i] & ~vars[i])
            return false;
    return true;
}

/* In each branch, does the key fix this column? */
static bool fixed_by_key(Checker *c, const DeclState *decl, uint32_t column)
{
    for (size_t k = 0; k < decl->bodies.count; k++) {
        const TypedBody *body = decl->bodies.items[k];
        BodyState *b = (BodyState *)(uintptr_t)(const void *)body;
        Facts columns = {0};
        uint64_t *vars = bits_new(b);
        for (uint32_t i = 0; i < decl->pub.rows.key_count; i++) {
            const AstNode *value = yielded(body, decl->pub.rows.key[i]);
            const TypedExpr *e = value ? expr_of(c, value) : NULL;
            if (e && e->ref == TYPED_REF_COLUMN)
                avec_push(c->arena, &columns, (Fact){e->var, NULL, e->column});
        }
        determine(b, &columns, vars);
        const AstNode *value = yielded(body, column);
        if (value && !value_determined(b, value, &columns, vars))
            return false;
    }
    return true;
}

static bool is_key_column(const DeclState *decl, uint32_t column)
{
    for (uint32_t i = 0; i < decl->pub.rows.key_count; i++)
        if (decl->pub.rows.key[i] == column)
            return true;
    return false;
}

static void check_other_columns(Checker *c, const DeclState *decl)
{
    for (size_t i = 0; i < decl->reads.count; i++) {
        const ColumnRead *read = &decl->reads.items[i];
        if (!same_component(c, &decl->pub, &read->rows->pub) ||
            is_key_column(read->rows, read->column) ||
            read->column == read->rows->pub.relation.keep_column)
            continue;
        bool keeps = read->rows->pub.relation.keep_least || read->rows->pub.relation.keep_greatest;
        if (keeps && !fixed_by_key(c, read->rows, read->column))
            report_with(c, DIAG_KEEP_UNFIXED, read->node,
                        DIAG_ARGS(diag_arg(read->rows->columns.items[read->column].name),
                                  diag_arg(read->rows->pub.name)));
    }
}

/* ----------------------------------------------------------------------- all relations */

static void check_relation_recursion(Checker *c, const DeclState *decl)
{
    const TypedRelation *relation = &decl->pub.relation;
    bool keeps = relation->keep_least || relation->keep_greatest, based = false;
    for (size_t k = 0; k < decl->bodies.count; k++) {
        const TypedBody *body = decl->bodies.items[k];
        const TypedVar *var = recursive_var(c, body);
        based |= !var;
        if (!var)
            continue;
        check_ends(c, decl, body);
        KeptWalk walk = {c, var, relation->keep_column, relation->keep_least, NULL};
        if (keeps && var->source == &decl->pub) {
            check_kept_value(&walk, decl, body);
            check_kept_reads(&walk, decl, body);
        }
    }
    if (keeps)
        check_other_columns(c, decl);
    bool alone = decl->bodies.count > 0 && !based;
    for (size_t i = 0; alone && i < decl->edges.count; i++)
        alone = decl->edges.items[i].source == &decl->pub ||
                decl->edges.items[i].source->kind == TYPED_TABLE;
    if (alone)
        report_with(c, DIAG_NO_START, &decl->pub.name_node->base,
                    DIAG_ARGS(diag_arg(decl->pub.name)));
}

void check_recursion(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        const DeclState *decl = c->decls.items[i];
        if (decl->pub.kind == TYPED_RELATION && decl->pub.relation.recursive &&
            !decl->pub.node->wrong)
            check_relation_recursion(c, decl);
    }
}

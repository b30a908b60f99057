// SPDX-License-Identifier: Apache-2.0
//
// safety_lint.c: what is allowed and probably not meant: unused names, untested rules, conditions
// that cannot come out both ways.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- statistics */

typedef struct SoftWalk {
    Checker *c;
    bool found;
} SoftWalk;

static AstVisit soft_enter(void *context, const AstNode *node)
{
    SoftWalk *walk = context;
    const TypedExpr *e = expr_of(walk->c, node);
    if (!e)
        return AST_VISIT_INTO;
    if (e->type.kind == TYPE_RECORD && e->call)
        walk->found = true;
    if (e->ref == TYPED_REF_AGGREGATE && e->aggregate->card->soft)
        walk->found = true;
    if ((e->ref == TYPED_REF_CALL || e->ref == TYPED_REF_WINDOW) && e->call && e->call->card &&
        e->call->card->soft)
        walk->found = true;
    /* Every let knows it of itself: walking into lets takes time without bound. */
    if (e->ref == TYPED_REF_LET)
        walk->found |= ((const LetState *)(const void *)e->let)->statistics;
    return walk->found ? AST_VISIT_STOP : AST_VISIT_INTO;
}

bool rests_on_statistics(Checker *c, const AstNode *condition)
{
    SoftWalk walk = {c, false};
    ast_walk(condition, soft_enter, NULL, &walk);
    return walk.found;
}

bool has_statistics(BodyState *b)
{
    for (size_t i = 0; i < b->clauses.count; i++)
        if (b->clauses.items[i].node->kind == AST_WHERE &&
            rests_on_statistics(b->c, ast_as_Where(b->clauses.items[i].node)->condition))
            return true;
    return false;
}

/* ----------------------------------------------------------------------- conditions */

static void warn_always(Scope *s, const AstNode *node, bool truth)
{
    report_with(s->c, DIAG_ALWAYS, node,
                DIAG_ARGS(text_arg(s->c, node), diag_arg_both(truth ? "总是成立" : "总不成立",
                                                              truth ? "true" : "false")));
}

static void lint_presence(Scope *s, const AstPresence *node)
{
    const TypedExpr *e = expr_of(s->c, node->operand);
    if (!e || e->type.kind == TYPE_ERROR || e->can_gap)
        return;
    warn_always(s, &node->base, !node->missing);
}

static bool compare_consts(AstOperator op, int128_t a, int128_t b, bool *truth)
{
    switch (op) {
    case AST_OP_EQ:
        *truth = a == b;
        return true;
    case AST_OP_NE:
        *truth = a != b;
        return true;
    case AST_OP_LT:
        *truth = a < b;
        return true;
    case AST_OP_LE:
        *truth = a <= b;
        return true;
    case AST_OP_GT:
        *truth = a > b;
        return true;
    case AST_OP_GE:
        *truth = a >= b;
        return true;
    default:
        return false;
    }
}

/* A literal on both sides, or the same column on both. */
static void lint_comparison(Scope *s, const AstBinary *node)
{
    TypedConst a, b;
    bool truth;
    const TypedExpr *e = expr_of(s->c, &node->base);
    if (!e || e->common.kind == TYPE_ERROR)
        return;
    bool numbers = typed_const(s->c->typed, node->left, &a) &&
                   typed_const(s->c->typed, node->right, &b) && !a.missing && !b.missing &&
                   e->common.kind != TYPE_TEXT && e->common.kind != TYPE_IDENTITY &&
                   e->common.kind != TYPE_PERIOD && e->common.kind != TYPE_POINT;
    if (numbers && compare_consts(node->operator, a.count, b.count, &truth)) {
        warn_always(s, &node->base, truth);
        return;
    }
    const TypedExpr *left = expr_of(s->c, node->left);
    bool same = left && left->ref == TYPED_REF_COLUMN && ast_equal(node->left, node->right);
    if (same && compare_consts(node->operator, 0, 0, &truth))
        warn_always(s, &node->base, truth);
}

#define CONJUNCTS_MAX 64

typedef struct Conjuncts {
    const AstBinary *items[CONJUNCTS_MAX];
    uint32_t count;
} Conjuncts;

static void gather(Scope *s, const AstNode *node, Conjuncts *conjuncts)
{
    if (node->kind != AST_BINARY)
        return;
    const AstBinary *binary = ast_as_Binary(node);
    if (binary->operator== AST_OP_AND) {
        gather(s, binary->left, conjuncts);
        gather(s, binary->right, conjuncts);
        return;
    }
    const TypedExpr *left = expr_of(s->c, binary->left), *right = expr_of(s->c, binary->right);
    bool plain = left && right && left->ref == TYPED_REF_COLUMN && right->constant &&
                 binary->operator>= AST_OP_EQ && binary->operator<= AST_OP_GE;
    if (plain && conjuncts->count < CONJUNCTS_MAX)
        conjuncts->items[conjuncts->count++] = binary;
}

static bool const_order(Scope *s, const AstNode *a, const AstNode *b, int *order)
{
    TypedConst x, y;
    if (!typed_const(s->c->typed, a, &x) || !typed_const(s->c->typed, b, &y) || x.missing ||
        y.missing || !type_equal(x.type, y.type))
        return false;
    if (x.type.kind == TYPE_TEXT || x.type.kind == TYPE_IDENTITY) {
        *order = str_compare(x.text, y.text);
        return true;
    }
    if (x.type.kind == TYPE_PERIOD || x.type.kind == TYPE_SET || x.type.scale != y.type.scale)
        return false;
    *order = x.count < y.count ? -1 : x.count > y.count;
    return true;
}

/* Can both hold? `order` compares the first constant with the second. */
static bool contradict(AstOperator a, AstOperator b, int order)
{
    bool a_low = a == AST_OP_GT || a == AST_OP_GE || a == AST_OP_EQ;
    bool b_high = b == AST_OP_LT || b == AST_OP_LE || b == AST_OP_EQ;
    if (a_low && b_high && order > 0)
        return true;
    bool strict = a == AST_OP_GT || b == AST_OP_LT;
    return a_low && b_high && order == 0 && strict && a != b && (a != AST_OP_EQ || b != AST_OP_EQ);
}

static void lint_conjuncts(Scope *s, const AstNode *node)
{
    Conjuncts conjuncts = {.count = 0};
    gather(s, node, &conjuncts);
    for (uint32_t i = 0; i < conjuncts.count; i++)
        for (uint32_t k = 0; k < conjuncts.count; k++) {
            const AstBinary *a = conjuncts.items[i], *b = conjuncts.items[k];
            int order;
            if (i == k || !ast_equal(a->left, b->left) ||
                !const_order(s, a->right, b->right, &order) ||
                !contradict(a->operator, b->operator, order))
                continue;
            const AstBinary *first = i < k ? a : b, *second = i < k ? b : a;
            report_with(s->c, DIAG_CONTRADICTION, node,
                        DIAG_ARGS(text_arg(s->c, &first->base), text_arg(s->c, &second->base)));
            return;
        }
}

typedef struct LintWalk {
    Scope *s;
} LintWalk;

static AstVisit lint_enter(void *context, const AstNode *node)
{
    LintWalk *walk = context;
    if (node->kind == AST_PRESENCE) {
        lint_presence(walk->s, ast_as_Presence(node));
        return AST_VISIT_OVER;
    }
    if (node->kind == AST_BINARY) {
        AstOperator op = ast_as_Binary(node)->operator;
        if (op >= AST_OP_EQ && op <= AST_OP_GE)
            lint_comparison(walk->s, ast_as_Binary(node));
        return op == AST_OP_AND || op == AST_OP_OR ? AST_VISIT_INTO : AST_VISIT_OVER;
    }
    return node->kind == AST_UNARY ? AST_VISIT_INTO : AST_VISIT_OVER;
}

void lint_condition(Scope *s, const AstNode *condition)
{
    LintWalk walk = {s};
    ast_walk(condition, lint_enter, NULL, &walk);
    lint_conjuncts(s, condition);
}

/* ----------------------------------------------------------------------- unused, untested */

static void lint_lets(Checker *c, const DeclState *decl)
{
    for (size_t i = 0; i < decl->bodies.count; i++) {
        const TypedBody *body = decl->bodies.items[i];
        if (body->node && body->node->base.wrong)
            continue;
        for (uint32_t k = 0; k < body->let_count; k++) {
            const TypedLet *let = body->lets[k];
            const AstName *name = let->clause->kind == AST_LET ? ast_as_Let(let->clause)->name
                                                               : ast_as_Series(let->clause)->name;
            if (!let->used)
                report_with(c, DIAG_UNUSED_LET, &name->base, DIAG_ARGS(diag_arg(let->name)));
        }
    }
}

static bool wants_use(const TypedDecl *decl)
{
    switch (decl->kind) {
    case TYPED_RULE:
    case TYPED_QUERY:
    case TYPED_MODEL:
    case TYPED_TEST:
        return false;
    default:
        return true;
    }
}

static bool has_roots(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        const TypedDecl *decl = &c->decls.items[i]->pub;
        if (decl->file == 0 && (decl->kind == TYPED_RULE || decl->kind == TYPED_QUERY))
            return true;
    }
    return false;
}

/* Only the file that is checked: what it uses may be made for others too. */
void check_lint(Checker *c)
{
    bool roots = has_roots(c);
    for (size_t i = 0; i < c->decls.count; i++) {
        const DeclState *decl = c->decls.items[i];
        if (decl->pub.file != 0)
            continue;
        lint_lets(c, decl);
        if (roots && wants_use(&decl->pub) && !decl->pub.used && decl->pub.name_node)
            report_with(c, DIAG_UNUSED, &decl->pub.name_node->base,
                        DIAG_ARGS(kind_arg(decl->pub.kind), diag_arg(decl->pub.name)));
        if (decl->pub.kind == TYPED_RULE && !decl->tested)
            report_with(c, DIAG_UNTESTED, &decl->pub.name_node->base,
                        DIAG_ARGS(diag_arg(decl->pub.name)));
    }
}

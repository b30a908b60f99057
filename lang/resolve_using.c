// SPDX-License-Identifier: Apache-2.0
//
// resolve_using.c: `using` of a partner clause: which two row variables a match model compares.

#include "lang/infer_int.h"

static bool side_fits(BodyState *b, const AstNode *side, const TypedDecl *wanted)
{
    VarState *var = side->kind == AST_NAME ? body_var(b, ast_as_Name(side)->text) : NULL;
    if (!var || !var->pub.source) {
        if (side->kind != AST_ERROR && !(var && !var->pub.source) && !body_lost(b))
            report_with(b->c, DIAG_USING_SIDE, side, DIAG_ARGS(text_arg(b->c, side)));
        return false;
    }
    TypedExpr *e = expr_new(b->c, side);
    e->ref = TYPED_REF_VAR;
    e->var = &var->pub;
    var->pub.used = true;
    if (wanted && var->pub.source != wanted) {
        report_with(b->c, DIAG_USING_SOURCE, side,
                    DIAG_ARGS(diag_arg(var->pub.name), diag_arg(var->pub.source->name),
                              diag_arg(wanted->name)));
        return false;
    }
    return true;
}

/* The variable of one written side; NULL after a report. */
static VarState *written_side(BodyState *b, const AstNode *side, const DeclState *wanted,
                              const VarState *own)
{
    if (!side_fits(b, side, wanted ? &wanted->pub : NULL))
        return NULL;
    VarState *var = body_var(b, ast_as_Name(side)->text);
    if (var->pub.attached && var != own) {
        report_with(b->c, DIAG_ATTACHED_OUTSIDE, side, DIAG_ARGS(diag_arg(var->pub.name)));
        return NULL;
    }
    return var;
}

static void written_sides(BodyState *b, const AstUsing *using, DeclState *const *wanted,
                          VarState *own, TypedClause *clause)
{
    if (using->sides.count != 2) {
        report(b->c, DIAG_USING_COUNT, &using->base);
        return;
    }
    VarState *sides[2];
    for (uint32_t i = 0; i < 2; i++) {
        sides[i] = written_side(b, using->sides.items[i], wanted[i], own);
        if (!sides[i])
            return;
    }
    if ((sides[0] == own) == (sides[1] == own)) {
        report_with(b->c, DIAG_USING_OWN, &using->base, DIAG_ARGS(diag_arg(own->pub.name)));
        return;
    }
    for (uint32_t i = 0; i < 2; i++)
        clause->sides[i] = &sides[i]->pub;
}

/* The only earlier variable with rows of `source`; NULL: none, or several. */
static VarState *only_earlier(BodyState *b, const VarState *own, const DeclState *source)
{
    VarState *found = NULL;
    for (uint32_t i = 0; i < b->vars.count; i++) {
        VarState *var = b->vars.items[i];
        if (var == own || var->hidden || var->pub.attached || var->pub.source != &source->pub)
            continue;
        if (found)
            return NULL;
        found = var;
    }
    return found;
}

/* Sides that are left out: the clause's variable is the second one if its rows allow that. */
static void found_sides(BodyState *b, const AstUsing *using, DeclState *const *wanted,
                        VarState *own, TypedClause *clause)
{
    if (!wanted[0] || !wanted[1] || !own->pub.source || body_lost(b))
        return;
    for (uint32_t side = 2; side-- > 0 && !clause->sides[0];) {
        if (own->pub.source != &wanted[side]->pub)
            continue;
        VarState *other = only_earlier(b, own, wanted[1 - side]);
        if (!other)
            continue;
        other->pub.used = own->pub.used = true;
        clause->sides[side] = &own->pub;
        clause->sides[1 - side] = &other->pub;
    }
    if (!clause->sides[0])
        report_with(b->c, DIAG_USING_UNCLEAR, &using->base,
                    DIAG_ARGS(diag_arg(clause->match->name)));
}

void infer_using(BodyState *b, const AstUsing *using, VarState *var, TypedClause *clause)
{
    DeclState *match =
        resolve_path(b->c, b->file, using->match, KIND_BIT(TYPED_MATCH), DIAG_UNKNOWN_MATCH);
    for (uint32_t i = 0; i < b->words; i++)
        var->link[i] = 0;
    if (!match)
        return;
    clause->match = &match->pub;
    const AstMatch *node = ast_as_Match(match->pub.node);
    DeclState *wanted[2] = {peek_rows(b->c, match->pub.file, node->left->source),
                            peek_rows(b->c, match->pub.file, node->right->source)};
    if (using->sides.count)
        written_sides(b, using, wanted, var, clause);
    else
        found_sides(b, using, wanted, var, clause);
    for (uint32_t i = 0; i < 2; i++)
        if (clause->sides[i] && clause->sides[i] != &var->pub)
            bit_set(var->link, clause->sides[i]->slot);
}

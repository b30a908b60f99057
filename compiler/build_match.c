// SPDX-License-Identifier: Apache-2.0
//
// build_match.c: match models: blocks, comparisons with their weights, thresholds.
//
// A model is written over variables of its own; where a clause uses it, they stand for the clause's variable
// and an earlier one.

#include "compiler/build_int.h"

// Bits at scale 6; the checker has seen to it that nothing is lost.
static int64_t bits_of(const AstNumber *number)
{
    int128_t count = number->count;
    for (int64_t scale = number->scale; scale < 6; scale++)
        count *= 10;
    for (int64_t scale = number->scale; scale > 6; scale--)
        count /= 10;
    return (int64_t)count;
}

static const PlanExpr *level_condition(Builder *builder, const AstCompare *compare,
                                       const AstLevel *level)
{
    const AstBinary *first = ast_as_Binary(compare->condition);
    const TypedExpr *bound = typed_expr(builder->typed, level->bound);
    ASSERT(bound != NULL);
    return build_comparison(builder, level->operator, first->left, level->bound, bound->want,
                            build_text(builder, &level->base));
}

// A level as it is shown: ">= 0.8".
static Str level_text(const Builder *builder, const AstLevel *level)
{
    const char *sign = level->operator== AST_OP_LT   ? "<"
                       : level->operator== AST_OP_LE ? "<="
                       : level->operator== AST_OP_GT ? ">"
                                                     : ">=";
    return arena_printf(builder->arena, "%s " STR_FMT, sign,
                        STR_ARG(build_text(builder, level->bound)));
}

static void compare_levels(Builder *builder, const AstCompare *node, PlanCompare *out)
{
    uint32_t most = node->levels.count + 1;
    const PlanExpr **levels = ARENA_ARRAY(builder->arena, const PlanExpr *, most);
    Str *texts = ARENA_ARRAY(builder->arena, Str, most);
    int64_t *weights = ARENA_ARRAY(builder->arena, int64_t, most);
    levels[0] = build_expr(builder, node->condition);
    texts[0] = build_text(builder, node->condition);
    weights[0] = bits_of(node->weight);
    out->level_count = 1;
    for (uint32_t i = 0; i < node->levels.count; i++) {
        const AstLevel *level = ast_as_Level(node->levels.items[i]);
        if (level->level == AST_LEVEL_ELSE) {
            out->has_otherwise = true;
            out->otherwise = bits_of(level->weight);
        } else if (level->level == AST_LEVEL_MISSING) {
            out->has_missing = true;
            out->missing = bits_of(level->weight);
        } else {
            levels[out->level_count] = level_condition(builder, node, level);
            texts[out->level_count] = level_text(builder, level);
            weights[out->level_count++] = bits_of(level->weight);
        }
    }
    out->levels = levels;
    out->level_texts = texts;
    out->weights = weights;
}

static void match_items(Builder *builder, const AstMatch *node, PlanMatch *out)
{
    const PlanExpr **blocks = ARENA_ARRAY(builder->arena, const PlanExpr *, node->items.count);
    PlanCompare *compares = ARENA_ARRAY(builder->arena, PlanCompare, node->items.count);
    for (uint32_t i = 0; i < node->items.count; i++) {
        const AstNode *item = node->items.items[i];
        if (item->kind == AST_BLOCK)
            blocks[out->block_count++] = build_expr(builder, ast_as_Block(item)->condition);
        if (item->kind != AST_COMPARE)
            continue;
        PlanCompare *compare = &compares[out->compare_count++];
        *compare = (PlanCompare){.name = ast_as_Compare(item)->name->text};
        compare_levels(builder, ast_as_Compare(item), compare);
    }
    out->blocks = blocks;
    out->compares = compares;
}

const PlanMatch *build_match(Builder *builder, const TypedClause *clause)
{
    const TypedDecl *decl = clause->match;
    PlanMatch *match = ARENA_NEW(builder->arena, PlanMatch);
    *match = (PlanMatch){.decl = decl, .accept = decl->match.accept, .review = decl->match.review};
    match->earlier = clause->sides[clause->sides[0] == clause->var]->slot;
    builder->sides = clause->sides;
    match_items(builder, ast_as_Match(decl->node), match);
    builder->sides = NULL;
    return match;
}

// SPDX-License-Identifier: Apache-2.0
//
// match.c: match models: what finds the candidate pairs, and what weighs them.
//
// Each block becomes the condition of a join, so that its equalities are looked up like any other's; a block
// that is an `or` becomes one for each operand, for the pairs of an `or` are those of its operands together. A
// block without an equality is found by its `mentions`.

#include "compiler/lower/lower_int.h"

typedef VEC(MatchBlock) BlockList;

static bool has_key(const Partner *block)
{
    for (uint32_t i = 0; i < block->leaf_count; i++)
        if (block->leaves[i].key && block->leaves[i].conjunct)
            return true;
    return false;
}

// An equality that the checker took for one but that cannot be looked up: of quotients, or of real numbers.
static void refuse_block(Lowerer *lowerer, const PlanExpr *condition)
{
    lowerer->failed = true;
    error_set(lowerer->error, STATUS_DATA, "分块中的商和实数不能用来查找候选对（" STR_FMT "）",
              "a block cannot look up quotients or reals (" STR_FMT ")", STR_ARG(condition->text));
}

// The first `mentions` between the two sides that must hold; NULL: none.
static const PlanExpr *find_mentions(const PlanExpr *condition, uint64_t partner)
{
    if (condition->kind == PLAN_EXPR_AND) {
        const PlanExpr *found = find_mentions(condition->kids[0], partner);
        return found != NULL ? found : find_mentions(condition->kids[1], partner);
    }
    if (condition->kind != PLAN_EXPR_MENTIONS || condition->kids[1]->type.kind != TYPE_TEXT)
        return NULL;
    uint64_t text = condition->kids[0]->slots, word = condition->kids[1]->slots;
    bool apart = (text == partner && word != 0 && (word & partner) == 0) ||
                 (word == partner && text != 0 && (text & partner) == 0);
    return apart ? condition : NULL;
}

static void lower_mentions(Lowerer *lowerer, const PlanExpr *condition, uint64_t partner,
                           MatchBlock *out)
{
    const PlanExpr *found = find_mentions(condition, partner);
    if (found == NULL) {
        refuse_block(lowerer, condition);
        return;
    }
    out->mentions = true;
    out->text_is_earlier = found->kids[0]->slots != partner;
    out->link.value = lower_value(lowerer, found);
    out->link.earlier = lower_value(lowerer, found->kids[!out->text_is_earlier]);
    out->link.partner = lower_value(lowerer, found->kids[out->text_is_earlier]);
}

static void add_blocks(Lowerer *lowerer, const PlanExpr *condition, const Partner *clause,
                       BlockList *list)
{
    if (condition->kind == PLAN_EXPR_OR) {
        add_blocks(lowerer, condition->kids[0], clause, list);
        add_blocks(lowerer, condition->kids[1], clause, list);
        return;
    }
    MatchBlock block = {.text = condition->text,
                        .on = {.kind = PARTNER_JOIN,
                               .source = clause->source,
                               .slot = clause->slot,
                               .policy = POLICY_UNDECIDED,
                               .read_later = true}};
    lower_on(lowerer, condition, clause->slot, &block.on);
    if (!has_key(&block.on))
        lower_mentions(lowerer, condition, (uint64_t)1 << clause->slot, &block);
    vec_push(list, block);
}

static void lower_blocks(Lowerer *lowerer, const PlanMatch *plan, const Partner *clause,
                         MatchModel *out)
{
    BlockList list = {0};
    for (uint32_t i = 0; i < plan->block_count; i++)
        add_blocks(lowerer, plan->blocks[i], clause, &list);
    MatchBlock *blocks = ARENA_ARRAY(lowerer->arena, MatchBlock, list.count);
    for (size_t i = 0; i < list.count; i++)
        blocks[i] = list.items[i];
    out->blocks = blocks;
    out->block_count = (uint32_t)list.count;
    vec_free(&list);
}

static void lower_compare(Lowerer *lowerer, const PlanCompare *plan, MatchCompare *out)
{
    uint32_t *levels = ARENA_ARRAY(lowerer->arena, uint32_t, plan->level_count);
    *out = (MatchCompare){.name = plan->name,
                          .levels = levels,
                          .level_texts = plan->level_texts,
                          .weights = plan->weights,
                          .level_count = plan->level_count,
                          .has_missing = plan->has_missing,
                          .otherwise = plan->otherwise,
                          .missing = plan->missing};
    out->values = lower_values(lowerer, plan->levels, plan->level_count, levels);
}

const MatchModel *lower_match(Lowerer *lowerer, const PlanOp *op, const Partner *clause)
{
    const PlanMatch *plan = op->match;
    lowerer->fault = plan->decl->node->span;
    MatchModel *made = ARENA_NEW(lowerer->arena, MatchModel);
    MatchCompare *compares = ARENA_ARRAY(lowerer->arena, MatchCompare, plan->compare_count);
    *made = (MatchModel){.name = plan->decl->name,
                         .earlier = plan->earlier,
                         .accept = plan->accept,
                         .review = plan->review};
    lower_blocks(lowerer, plan, clause, made);
    for (uint32_t i = 0; i < plan->compare_count; i++)
        lower_compare(lowerer, &plan->compares[i], &compares[i]);
    made->compares = compares;
    made->compare_count = plan->compare_count;
    return made;
}

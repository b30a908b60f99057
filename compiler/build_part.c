// SPDX-License-Identifier: Apache-2.0
//
// build_part.c: fields of records that a function of the library gives from single values: 地址要素(s.地址).路. The record
// is never made: each field has a function of its own, called with the operands of the record's, or all have one, which
// gets the field's number and the operands as reals.

#include "compiler/build_int.h"
#include "compiler/consts.h"

// The call behind a value that is a record, through the lets that name it; NULL: it is none.
const TypedCall *build_record_call(const Builder *builder, const AstNode *node)
{
    const TypedExpr *typed = typed_expr(builder->typed, node);
    while (typed != NULL && typed->ref == TYPED_REF_LET)
        typed = typed_expr(builder->typed, typed->let->value);
    bool call = typed != NULL && typed->ref == TYPED_REF_CALL && typed->type.kind == TYPE_RECORD;
    return call ? typed->call : NULL;
}

// The function that gives the field which `node` reads, and what it is called with; NULL: there is none.
static const FnCard *part_card(const Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedExpr *object = typed_expr(builder->typed, ast_as_Member(node)->object);
    const TypedCall *call = build_record_call(builder, ast_as_Member(node)->object);
    if (object != NULL && object->type.kind == TYPE_IDENTITY)
        return stdlib_case_parts[typed->field];
    if (call == NULL || call->card == NULL)
        return NULL;
    if (call->card->lower == LOWER_RECORD)
        return call->card;
    return call->card->parts == NULL ? NULL : call->card->parts[typed->field];
}

static const PlanExpr **numbered_arguments(Builder *builder, const TypedCall *call, uint32_t field,
                                           uint32_t *count)
{
    uint32_t given_count = 0;
    const PlanExpr **given = build_call_arguments(builder, call, &given_count);
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, given_count + 1);
    kids[0] = build_const(builder, const_of_count(type_of(TYPE_INTEGER), (int128_t)field), STR(""));
    for (uint32_t i = 0; i < given_count; i++)
        kids[i + 1] = build_convert(builder, given[i], type_of(TYPE_REAL));
    *count = given_count + 1;
    return kids;
}

bool build_part_is_named(const Builder *builder, const AstNode *node)
{
    const AstNode *object = ast_as_Member(node)->object;
    return typed_expr(builder->typed, object)->ref == TYPED_REF_LET &&
           build_record_call(builder, object) != NULL;
}

const PlanExpr *build_part(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const AstNode *object = ast_as_Member(node)->object;
    const FnCard *card = part_card(builder, node, typed);
    if (card == NULL)
        return NULL;
    const TypedCall *call = build_record_call(builder, object);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL, .type = typed->type, .card = card};
    bool per_row = builder->per_row;
    const PlanExpr *const *parameters = builder->parameters;
    if (build_part_is_named(builder, node)) { // a let's value, whatever the place of its use
        builder->per_row = false;
        builder->parameters = NULL;
    }
    if (call != NULL && card->lower == LOWER_RECORD) {
        draft.kids = numbered_arguments(builder, call, typed->field, &draft.kid_count);
    } else if (call != NULL) {
        draft.kids = build_call_arguments(builder, call, &draft.kid_count);
    } else {
        const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, 1);
        kids[0] = build_expr(builder, object);
        draft.kids = kids;
        draft.kid_count = 1;
    }
    builder->per_row = per_row;
    builder->parameters = parameters;
    draft.can_issue = card->issues != NULL;
    draft.can_gap = typed->can_gap || card->lower == LOWER_RECORD;
    draft.text = build_text(builder, node);
    return plan_expr(builder->plan, &draft);
}

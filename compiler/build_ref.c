// SPDX-License-Identifier: Apache-2.0
//
// build_ref.c: what names stand for: columns, produced values, lets, keys, parameters.

#include "compiler/build_int.h"
#include "compiler/consts.h"

static bool source_has_states(const TypedDecl *source)
{
    return source != NULL &&
           source->kind != TYPED_TABLE; // rows of relations and rules may hold issues
}

// In a match model its variables stand for two of the body.
static const TypedVar *body_var(const Builder *builder, const TypedVar *var)
{
    return builder->sides == NULL ? var : builder->sides[var->slot];
}

static const PlanExpr *column_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedVar *var = body_var(builder, typed->var);
    if (var->source == NULL || var->slot >= 64)
        return build_unsupported_node(builder, node, typed->type);
    const TypedColumn *column = &var->source->rows.columns[typed->column];
    PlanExpr draft = {
        .kind = PLAN_EXPR_COLUMN, .type = column->type, .slot = var->slot, .index = typed->column};
    draft.text = arena_printf(builder->arena, STR_FMT "." STR_FMT, STR_ARG(var->name),
                              STR_ARG(column->name));
    draft.can_gap = column->nullable || column->type.kind == TYPE_IDENTITY || var->optional ||
                    source_has_states(var->source);
    draft.can_issue = var->optional || source_has_states(var->source) || typed->step != NULL;
    if (typed->step != NULL) {
        draft.slot = build_step_slot(builder, typed->step, var->slot);
        draft.text = arena_printf(builder->arena, STR_FMT "." STR_FMT, STR_ARG(typed->step->name),
                                  STR_ARG(draft.text));
    }
    return plan_expr(builder->plan, &draft);
}

// A value of a row that the body makes: an element, or a part of a match.
static const PlanExpr *produced_expr(Builder *builder, const AstNode *node, const TypedExpr *typed,
                                     uint32_t column)
{
    const TypedVar *var = typed->var;
    if (var->slot >= 64)
        return build_unsupported_node(builder, node, typed->type);
    PlanExpr draft = {.kind = PLAN_EXPR_COLUMN,
                      .type = typed->type,
                      .slot = var->slot,
                      .index = column,
                      .text = build_text(builder, node)};
    draft.can_gap = typed->can_gap;
    draft.can_issue = true; // of a list or text that is not known
    return plan_expr(builder->plan, &draft);
}

// Of a connected group: its identity, or its size.
static const PlanExpr *connect_column(Builder *builder, const AstNode *node, const TypedVar *var,
                                      uint32_t column)
{
    Type type = column == CONNECT_SIZE ? type_of(TYPE_INTEGER) : var->type;
    if (var->slot >= 64)
        return build_unsupported_node(builder, node, type);
    PlanExpr draft = {.kind = PLAN_EXPR_COLUMN, .type = type, .slot = var->slot, .index = column};
    draft.text = build_text(builder, node);
    draft.can_issue = true; // of edges that may or may not be
    return plan_expr(builder->plan, &draft);
}

uint32_t build_let_number(const TypedBody *body, const TypedLet *let)
{
    for (uint32_t i = 0; i < body->let_count; i++)
        if (body->lets[i] == let)
            return i;
    UNREACHABLE();
}

// A let's value where it is written, whatever the place of its use.
static const PlanExpr *let_value(Builder *builder, const TypedLet *let)
{
    ASSERT(let->clause->kind != AST_SERIES); // it is read through its folds
    // The value of a window is there when its clause has been built, which is above every use.
    ASSERT(ast_as_Let(let->clause)->among == NULL || builder->unsupported.present);
    // A record has no value of its own: its fields are built where they are read.
    const TypedExpr *of = typed_expr(builder->typed, let->value);
    bool runs = of != NULL && (of->ref != TYPED_REF_CALL || of->call->card != NULL);
    if (of != NULL && of->type.kind == TYPE_RECORD && runs)
        return build_const(builder, const_of_gap(of->type), let->name);
    bool per_row = builder->per_row;
    const PlanExpr *const *parameters = builder->parameters;
    builder->per_row = false;
    builder->parameters = NULL;
    const PlanExpr *value = build_wanted(builder, let->value);
    builder->per_row = per_row;
    builder->parameters = parameters;
    return value;
}

// Lets that a value needs and that are not built yet.
typedef struct LetSearch {
    const Builder *builder;
    VEC(const TypedLet *) waiting;
} LetSearch;

static AstVisit note_let(void *context, const AstNode *node)
{
    LetSearch *search = context;
    const TypedExpr *typed = typed_expr(search->builder->typed, node);
    if (typed != NULL && typed->ref == TYPED_REF_LET && typed->let->clause->kind != AST_SERIES &&
        search->builder->lets[build_let_number(search->builder->body, typed->let)] == NULL)
        vec_push(&search->waiting, typed->let);
    return AST_VISIT_INTO;
}

// Built once; what it rests on comes first, so that a chain of lets, however long, needs no recursion.
const PlanExpr *build_let(Builder *builder, const TypedLet *let)
{
    LetSearch search = {.builder = builder};
    vec_push(&search.waiting, let);
    while (search.waiting.count > 0) {
        const TypedLet *next = vec_last(&search.waiting);
        size_t before = search.waiting.count;
        ast_walk(next->value, note_let, NULL, &search);
        if (search.waiting.count > before)
            continue;
        uint32_t number = build_let_number(builder->body, next);
        if (builder->lets[number] == NULL)
            builder->lets[number] = let_value(builder, next);
        (void)vec_pop(&search.waiting);
    }
    vec_free(&search.waiting);
    return builder->lets[build_let_number(builder->body, let)];
}

static const PlanExpr *variable_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedVar *var = body_var(builder, typed->var);
    if (var->source == NULL || var->slot >= 64)
        return build_unsupported_node(builder, node, typed->type);
    PlanExpr draft = {.kind = PLAN_EXPR_VARIABLE, .type = type_of(TYPE_BOOLEAN), .slot = var->slot};
    draft.text = var->name;
    draft.can_issue = var->optional;
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_key(Builder *builder, const TypedExpr *typed)
{
    const TypedKey *key = typed->key;
    PlanExpr draft = {
        .kind = PLAN_EXPR_KEY, .type = key->type, .index = typed->field, .stretch = typed->stretch};
    draft.text = key->name;
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *severity_expr(Builder *builder, const TypedExpr *typed)
{
    static const Str NAMES[] = {STR_INIT("高"), STR_INIT("中"), STR_INIT("低")};
    ASSERT(typed->field < ARRAY_LEN(NAMES));
    return build_const(builder, const_of_text(NAMES[typed->field]), NAMES[typed->field]);
}

static const PlanExpr *param_expr(Builder *builder, const TypedExpr *typed)
{
    PlanExpr draft = {
        .kind = PLAN_EXPR_PARAM, .type = typed->decl->param.type, .decl = typed->decl};
    draft.can_gap = typed->decl->param.nullable;
    draft.text = typed->decl->name;
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *plain_leaf(Builder *builder, PlanExprKind kind, Type type, Str text)
{
    PlanExpr draft = {.kind = kind, .type = type, .text = text};
    draft.can_issue = kind == PLAN_EXPR_POINTS;
    return plan_expr(builder->plan, &draft);
}

// Below a grouping, a value per row is folded to one per group, unless it stands inside a fold.
static const PlanExpr *grained(Builder *builder, const AstNode *node, const TypedExpr *typed,
                               const PlanExpr *value)
{
    if (builder->per_row || typed->grain == TYPED_GRAIN_BINDING || value->kind == PLAN_EXPR_CONST)
        return value;
    return build_folded(builder, node, value, AGGREGATE_ONE, typed->stretch);
}

// How many elements a list or set has.
static const PlanExpr *list_size(Builder *builder, const AstNode *node, const AstNode *list)
{
    const PlanExpr *value = build_expr(builder, list);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = type_of(TYPE_INTEGER),
                      .card = stdlib_list_size,
                      .kids = &value,
                      .kid_count = 1,
                      .text = build_text(builder, node)};
    return plan_expr(builder->plan, &draft);
}

// `size(g)`: how many values the connected group has; below a grouping by g, that of its key.
static const PlanExpr *size_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const AstNode *of = ast_as_Argument(ast_as_Call(node)->arguments.items[0])->value;
    const TypedExpr *group = typed_expr(builder->typed, of);
    bool key = group->ref == TYPED_REF_KEY;
    if (key)
        group = typed_expr(builder->typed, group->key->value);
    if (group->ref == TYPED_REF_LET && group->let->clause->kind == AST_SERIES)
        return build_series_size(builder, node, group->let, typed->type);
    if (group->type.kind == TYPE_LIST || group->type.kind == TYPE_SET)
        return list_size(builder, node, of);
    const PlanExpr *value = connect_column(builder, node, group->var, CONNECT_SIZE);
    if (builder->per_row || (!key && group->grain == TYPED_GRAIN_BINDING))
        return value;
    return build_folded(builder, node, value, AGGREGATE_ONE, typed->stretch);
}

static const PlanExpr *field_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const PlanExpr *part = build_part(builder, node, typed);
    if (part != NULL && !build_part_is_named(builder, node))
        return part;
    return grained(builder, node, typed,
                   part != NULL ? part : build_record_field(builder, node, typed));
}

const PlanExpr *build_reference(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    switch (typed->ref) {
    case TYPED_REF_COLUMN:
        return grained(builder, node, typed, column_expr(builder, node, typed));
    case TYPED_REF_VAR:
        if (typed->var->kind == TYPED_VAR_CONNECT)
            return grained(builder, node, typed,
                           connect_column(builder, node, typed->var, CONNECT_IDENTITY));
        if (typed->var->kind == TYPED_VAR_EACH || typed->var->kind == TYPED_VAR_SESSION)
            return grained(builder, node, typed, produced_expr(builder, node, typed, 0));
        return grained(builder, node, typed, variable_expr(builder, node, typed));
    case TYPED_REF_LET:
        return grained(builder, node, typed, build_let(builder, typed->let));
    case TYPED_REF_KEY:
        return build_key(builder, typed);
    case TYPED_REF_PARAM:
        return param_expr(builder, typed);
    case TYPED_REF_AS_OF:
        return plain_leaf(builder, PLAN_EXPR_AS_OF, typed->type, STR("as_of"));
    case TYPED_REF_PARAMETER:
        ASSERT(builder->parameters != NULL);
        return builder->parameters[typed->field];
    case TYPED_REF_ENUM:
        return build_const(builder, const_of_count(typed->type, (int128_t)typed->field),
                           build_text(builder, node));
    case TYPED_REF_BOOLEAN:
        return build_const(builder, const_of_count(typed->type, (int128_t)typed->field),
                           build_text(builder, node));
    case TYPED_REF_SEVERITY:
        return severity_expr(builder, typed);
    case TYPED_REF_POINTS:
        return plain_leaf(builder, PLAN_EXPR_POINTS, typed->type, build_text(builder, node));
    case TYPED_REF_CALL:
        if (typed->call == NULL)
            return size_expr(builder, node, typed);
        return build_call(builder, node, typed);
    case TYPED_REF_FUNCTION:
        return build_function(builder, node, typed);
    case TYPED_REF_AGGREGATE:
        return build_aggregate(builder, node, typed->aggregate);
    case TYPED_REF_OUTPUT:
        ASSERT(builder->outputs != NULL);
        return builder->outputs[typed->column].value;
    case TYPED_REF_WINDOW:
        return build_window_call(builder, node, typed);
    case TYPED_REF_FIELD:
        if (typed->var != NULL && typed->var->kind == TYPED_VAR_EXTRACT)
            return grained(builder, node, typed, produced_expr(builder, node, typed, typed->field));
        if (typed->var != NULL && typed->var->kind == TYPED_VAR_SESSION) // behind its identity
            return grained(builder, node, typed,
                           produced_expr(builder, node, typed, typed->field + 1));
        return field_expr(builder, node, typed);
    case TYPED_REF_TOLERANCE:
    case TYPED_REF_UNIT:
    case TYPED_REF_MISSING:
    case TYPED_REF_NONE:
        return build_unsupported_node(builder, node, typed->type);
    }
    UNREACHABLE();
}

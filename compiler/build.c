// SPDX-License-Identifier: Apache-2.0
//
// build.c: bodies to plans: one operator per clause, in the written order.
//
// Lets make no operator, they are expanded where they are used. The grouping that a rule's clue or a
// yield with aggregates implies stands where the checker has put it. What this version checks and does
// not run is noted in the body, with the place where it was first met.

#include "compiler/build.h"

#include "compiler/build_int.h"
#include "compiler/consts.h"

Str build_text(const Builder *builder, const AstNode *node)
{
    return source_set_text(builder->typed->sources, node->span);
}

static Policy policy_of(AstMissing missing)
{
    switch (missing) {
    case AST_MISSING_DROP:
        return POLICY_DROP;
    case AST_MISSING_KEEP:
        return POLICY_KEEP;
    case AST_MISSING_UNDECIDED:
        return POLICY_UNDECIDED;
    }
    UNREACHABLE();
}

static PlanOp op_draft(const Builder *builder, PlanOpKind kind, const TypedClause *clause)
{
    return (PlanOp){.kind = kind,
                    .place = clause->place,
                    .span = clause->node->span,
                    .text = build_text(builder, clause->node),
                    .policy = POLICY_UNDECIDED};
}

static void op_push(Builder *builder, PlanOp op)
{
    avec_push(builder->arena, &builder->ops, op);
}

static void too_large(Builder *builder, const char *zh, const char *en, const AstNode *node)
{
    (void)build_too_large(builder, str_from_cstr(zh), str_from_cstr(en), node->span,
                          type_of(TYPE_TEXT));
}

// ---------------------------------------------------------------- clauses

static void from_clause(Builder *builder, const TypedClause *clause)
{
    PlanOp op = op_draft(builder, PLAN_OP_SCAN, clause);
    op.slot = clause->var->slot;
    op.source = clause->var->source;
    op_push(builder, op);
}

static PartnerKind partner_kind(AstVerb verb)
{
    switch (verb) {
    case AST_VERB_JOIN:
        return PARTNER_JOIN;
    case AST_VERB_LOOKUP:
        return PARTNER_LOOKUP;
    case AST_VERB_ATTACH:
        return PARTNER_ATTACH;
    case AST_VERB_EXISTS:
        return PARTNER_EXISTS;
    case AST_VERB_LACKS:
        return PARTNER_LACKS;
    }
    UNREACHABLE();
}

static void covered_clause(Builder *builder, const TypedClause *clause, const AstCovered *covered,
                           PlanOp *op)
{
    op->covered_tables = clause->covered_tables;
    op->covered_count = clause->covered_count;
    if (covered == NULL || covered->values.count == 0)
        return;
    op->covered = true;
    op->covered_at = build_as(builder, covered->values.items[0], type_of(TYPE_PERIOD));
    if (covered->values.count > 1)
        op->covered_region = build_expr(builder, covered->values.items[1]);
}

// What ties the partner to the rows before: `on`, or a match model.
static void link_condition(Builder *builder, const TypedClause *clause, const AstNode *on,
                           PlanOp *op)
{
    if (on == NULL) {
        op->match = build_match(builder, clause);
        return;
    }
    op->condition = build_expr(builder, on);
    if (op->condition->leaves > PLAN_LEAVES_MAX)
        too_large(builder, "条件过大", "the condition is too large", on);
}

static PlanOp partner_draft(Builder *builder, const TypedClause *clause, PartnerKind kind,
                            const AstNode *on)
{
    PlanOp op = op_draft(builder, PLAN_OP_PARTNER, clause);
    op.slot = clause->var->slot;
    op.source = clause->var->source;
    op.partner = kind;
    op.at_most_one = clause->var->at_most_one;
    op.policy = policy_of(clause->policy);
    link_condition(builder, clause, on, &op);
    return op;
}

static void partner_clause(Builder *builder, const TypedClause *clause)
{
    const AstPartner *node = ast_as_Partner(clause->node);
    PlanOp op = partner_draft(builder, clause, partner_kind(node->verb), node->on);
    covered_clause(builder, clause, node->covered, &op);
    op_push(builder, op);
}

static void latest_clause(Builder *builder, const TypedClause *clause)
{
    const AstLatest *node = ast_as_Latest(clause->node);
    PlanOp op = partner_draft(builder, clause, PARTNER_LATEST, node->on);
    op.time = build_wanted(builder, node->by);
    op.upto = build_wanted(builder, node->upto);
    if (node->within != NULL)
        op.low = build_before(builder, op.upto, build_expr(builder, node->within),
                              build_text(builder, node->within));
    covered_clause(builder, clause, node->covered, &op);
    op_push(builder, op);
}

static void each_clause(Builder *builder, const TypedClause *clause)
{
    PlanOp op = op_draft(builder, PLAN_OP_EACH, clause);
    op.slot = clause->var->slot;
    op.value = build_expr(builder, ast_as_Each(clause->node)->value);
    op_push(builder, op);
}

static void extract_clause(Builder *builder, const TypedClause *clause)
{
    const AstExtract *node = ast_as_Extract(clause->node);
    PlanOp op = op_draft(builder, PLAN_OP_EXTRACT, clause);
    op.slot = clause->var->slot;
    op.value = build_expr(builder, node->value);
    op.pattern = node->pattern->text;
    op_push(builder, op);
}

// The checker brings ends of one kind to one type.
static bool one_type(Type a, Type b)
{
    return a.kind == b.kind && a.scale == b.scale && a.unit == b.unit && a.nominal == b.nominal;
}

static void connect_clause(Builder *builder, const TypedClause *clause)
{
    const AstConnect *node = ast_as_Connect(clause->node);
    const AstNode *ends[2] = {node->left, node->right};
    PlanOp op = op_draft(builder, PLAN_OP_CONNECT, clause);
    PlanKey *keys = ARENA_ARRAY(builder->arena, PlanKey, ARRAY_LEN(ends));
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        keys[i] = (PlanKey){build_text(builder, ends[i]), build_wanted(builder, ends[i])};
    const TypedExpr *left = typed_expr(builder->typed, node->left),
                    *right = typed_expr(builder->typed, node->right);
    op.one_kind = one_type(left->want, right->want);
    op.slot = clause->var->slot;
    op.keys = keys;
    op.key_count = ARRAY_LEN(ends);
    op_push(builder, op);
}

static void where_clause(Builder *builder, const TypedClause *clause)
{
    PlanOp op = op_draft(builder, PLAN_OP_FILTER, clause);
    op.condition = build_expr(builder, ast_as_Where(clause->node)->condition);
    op.policy = policy_of(clause->policy);
    op_push(builder, op);
}

static void doubt_clause(Builder *builder, const TypedClause *clause)
{
    const AstDoubt *node = ast_as_Doubt(clause->node);
    PlanOp op = op_draft(builder, PLAN_OP_DOUBT, clause);
    op.name = node->reason->text;
    op.condition = build_expr(builder, node->condition);
    op_push(builder, op);
}

static PlanCite cite_of(Builder *builder, const AstCites *node)
{
    PlanCite cite = {.law = typed_ref(builder->typed, &node->law->base),
                     .article_count = node->articles.count};
    Str *articles = ARENA_ARRAY(builder->arena, Str, node->articles.count);
    for (uint32_t i = 0; i < node->articles.count; i++)
        articles[i] = ast_as_Article(node->articles.items[i])->text;
    cite.articles = articles;
    if (node->at != NULL)
        cite.at = build_as(builder, node->at, type_of(TYPE_DATE));
    return cite;
}

static void cites_clause(Builder *builder, const TypedClause *clause)
{
    PlanOp op = op_draft(builder, PLAN_OP_CITE, clause);
    op.cite = cite_of(builder, ast_as_Cites(clause->node));
    op_push(builder, op);
}

static void except_clause(Builder *builder, const TypedClause *clause)
{
    const AstExcept *node = ast_as_Except(clause->node);
    if (++builder->exceptions > PLAN_EXCEPTIONS_MAX)
        too_large(builder, "除外超过 64 条", "more than 64 exceptions", clause->node);
    PlanOp op = op_draft(builder, PLAN_OP_EXCEPT, clause);
    op.name = node->name->text;
    op.condition = build_expr(builder, node->condition);
    if (node->cites != NULL) {
        PlanCite *cite = ARENA_NEW(builder->arena, PlanCite);
        *cite = cite_of(builder, node->cites);
        op.citations = cite;
        op.citation_count = 1;
    }
    op_push(builder, op);
}

static void score_clause(Builder *builder, const TypedClause *clause)
{
    const AstScore *node = ast_as_Score(clause->node);
    PlanOp op = op_draft(builder, PLAN_OP_SCORE, clause);
    op.condition = build_expr(builder, node->condition);
    op.points = build_as(builder, node->points, type_of(TYPE_INTEGER));
    op.label = build_expr(builder, node->label);
    op_push(builder, op);
}

static void group_op(Builder *builder, const TypedGroup *group)
{
    uint32_t place = group->implicit ? builder->body->end_place : group->place;
    PlanOp op = {.kind = PLAN_OP_GROUP, .place = place, .span = group->node->span};
    op.text = group->implicit ? STR("") : build_text(builder, group->node);
    op.policy = POLICY_UNDECIDED;
    op.empty_group = group->empty_group;
    op.key_count = group->key_count;
    PlanKey *keys = ARENA_ARRAY(builder->arena, PlanKey, group->key_count);
    for (uint32_t i = 0; i < group->key_count; i++) {
        // A key is a value of the rows, although its own expression is read from the group below it.
        builder->per_row = group == builder->body->groups[0];
        keys[i] = (PlanKey){.name = group->keys[i].name,
                            .value = build_as(builder, group->keys[i].value, group->keys[i].type)};
        builder->per_row = false;
    }
    op.keys = keys;
    op_push(builder, op);
}

static void clause_op(Builder *builder, const TypedClause *clause)
{
    switch (clause->node->kind) {
    case AST_FROM:
        from_clause(builder, clause);
        return;
    case AST_PARTNER:
        partner_clause(builder, clause);
        return;
    case AST_LATEST:
        latest_clause(builder, clause);
        return;
    case AST_EACH:
        each_clause(builder, clause);
        return;
    case AST_EXTRACT:
        extract_clause(builder, clause);
        return;
    case AST_CONNECT:
        connect_clause(builder, clause);
        return;
    case AST_WHERE:
        where_clause(builder, clause);
        return;
    case AST_DOUBT:
        doubt_clause(builder, clause);
        return;
    case AST_CITES:
        cites_clause(builder, clause);
        return;
    case AST_EXCEPT:
        except_clause(builder, clause);
        return;
    case AST_SCORE:
        score_clause(builder, clause);
        return;
    case AST_LET: // expanded where it is used
        if (ast_as_Let(clause->node)->among != NULL && clause->let->used)
            op_push(builder,
                    build_window(builder, clause, op_draft(builder, PLAN_OP_WINDOW, clause)));
        return;
    case AST_SESSION:
        op_push(builder,
                build_session(builder, clause, op_draft(builder, PLAN_OP_SESSION, clause)));
        return;
    case AST_SEQUENCE:
        op_push(builder,
                build_sequence(builder, clause, op_draft(builder, PLAN_OP_SEQUENCE, clause)));
        return;
    case AST_SERIES:
        if (clause->let->used)
            op_push(builder,
                    build_series(builder, clause, op_draft(builder, PLAN_OP_SERIES, clause)));
        return;
    case AST_GROUP: // put in by its number, with those that are not written
        return;
    default:
        UNREACHABLE(); // no other node is a clause
    }
}

static void body_ops(Builder *builder)
{
    const TypedBody *body = builder->body;
    uint32_t group = 0;
    for (uint32_t i = 0; i <= body->clause_count; i++) {
        while (group < body->group_count && body->groups[group]->before == i)
            group_op(builder, body->groups[group++]);
        if (i < body->clause_count && !builder->unsupported.present)
            clause_op(builder, &body->clauses[i]);
    }
}

// ---------------------------------------------------------------- ends

static const AstNamed *named_at(AstList list, uint32_t index)
{
    return ast_as_Named(list.items[index]);
}

static const TypedColumn *column_named(const TypedDecl *decl, Str name)
{
    for (uint32_t i = 0; i < decl->rows.column_count; i++)
        if (str_equal(decl->rows.columns[i].name, name))
            return &decl->rows.columns[i];
    return NULL;
}

// Columns of a relation stand in the order of its head, whatever that of the yield.
static void relation_fields(Builder *builder, const AstYield *yield, PlanBody *out)
{
    const TypedDecl *decl = builder->body->decl;
    PlanField *fields = ARENA_ARRAY(builder->arena, PlanField, decl->rows.column_count);
    for (uint32_t i = 0; i < decl->rows.column_count; i++) {
        const TypedColumn *column = &decl->rows.columns[i];
        fields[i].name = column->name;
        for (uint32_t j = 0; j < yield->columns.count; j++)
            if (builder->body->yield_columns[j] == i)
                fields[i].value =
                    build_as(builder, named_at(yield->columns, j)->value, column->type);
        ASSERT(fields[i].value != NULL);
    }
    out->fields = fields;
    out->field_count = out->visible_count = decl->rows.column_count;
}

static void query_order(Builder *builder, const AstQuery *query, PlanBody *out, PlanField *fields)
{
    PlanOrder *order = ARENA_ARRAY(builder->arena, PlanOrder, query->order->orders.count);
    for (uint32_t i = 0; i < query->order->orders.count; i++) {
        const AstOrder *entry = ast_as_Order(query->order->orders.items[i]);
        uint32_t column = builder->body->order_columns[i];
        if (column == UINT32_MAX) {
            column = out->field_count++;
            builder->outputs = fields;
            fields[column] =
                (PlanField){.name = STR(""), .value = build_expr(builder, entry->value)};
            builder->outputs = NULL;
        }
        order[i] = (PlanOrder){.column = column, .descending = entry->descending};
    }
    out->order = order;
    out->order_count = query->order->orders.count;
}

static void query_fields(Builder *builder, const AstYield *yield, const AstQuery *query,
                         PlanBody *out)
{
    uint32_t hidden = query != NULL && query->order != NULL ? query->order->orders.count : 0;
    PlanField *fields = ARENA_ARRAY(builder->arena, PlanField, yield->columns.count + hidden);
    for (uint32_t i = 0; i < yield->columns.count; i++) {
        const AstNamed *named = named_at(yield->columns, i);
        fields[i] =
            (PlanField){.name = ast_named_text(named), .value = build_expr(builder, named->value)};
        const TypedColumn *column = column_named(builder->body->decl, fields[i].name);
        if (column != NULL)
            fields[i].value = build_convert(builder, fields[i].value, column->type);
    }
    out->fields = fields;
    out->field_count = out->visible_count = yield->columns.count;
    if (hidden > 0)
        query_order(builder, query, out, fields);
    if (query != NULL && query->limit != NULL)
        out->limit = (int64_t)query->limit->count;
}

static void clue_fields(Builder *builder, const AstClue *clue, PlanBody *out)
{
    const TypedBody *body = builder->body;
    PlanField *fields = ARENA_ARRAY(builder->arena, PlanField, clue->fields.count);
    for (uint32_t i = 0; i < clue->fields.count; i++) {
        const AstNamed *named = named_at(clue->fields, i);
        if (named->value == body->title || named->value == body->severity ||
            named->value == body->evidence)
            continue;
        PlanField *field = &fields[out->field_count++];
        *field =
            (PlanField){.name = ast_named_text(named), .value = build_expr(builder, named->value)};
        const TypedColumn *column = column_named(body->decl, field->name);
        if (column != NULL)
            field->value = build_convert(builder, field->value, column->type);
    }
    out->fields = fields;
    out->visible_count = out->field_count;
    if (body->title != NULL)
        out->title = build_expr(builder, body->title);
    if (body->severity != NULL)
        out->severity = build_expr(builder, body->severity);
    build_evidence(builder, out);
}

static void body_end(Builder *builder, PlanBody *out)
{
    const AstBody *node = builder->body->node;
    const TypedDecl *decl = builder->body->decl;
    if (decl->kind == TYPED_RELATION)
        relation_fields(builder, node->yield, out);
    else if (decl->kind == TYPED_QUERY)
        query_fields(builder, node->yield, ast_as_Query(decl->node), out);
    else
        clue_fields(builder, node->clue, out);
}

// ---------------------------------------------------------------- bodies

static void builder_init(Builder *builder, Plan *plan, const TypedBody *body)
{
    *builder = (Builder){.plan = plan, .arena = plan->arena, .typed = plan->typed, .body = body};
    builder->lets = ARENA_ARRAY(plan->arena, const PlanExpr *, body->let_count);
    builder->aggregate_numbers = ARENA_ARRAY(plan->arena, uint32_t, body->aggregate_count);
}

static void build_body(Plan *plan, const TypedBody *body, PlanBody *out)
{
    Builder builder;
    builder_init(&builder, plan, body);
    *out = (PlanBody){.typed = body, .limit = -1, .stretches = body->group_count + 1};
    if (body->var_count > 64)
        too_large(&builder, "行变量超过 64 个", "more than 64 row variables", &body->node->base);
    if (!builder.unsupported.present)
        body_ops(&builder);
    if (!builder.unsupported.present)
        body_end(&builder, out);
    map_deinit(&builder.expanded);
    out->unsupported = builder.unsupported;
    out->ops = builder.ops.items;
    out->op_count = (uint32_t)builder.ops.count;
    out->window_count = builder.window_count;
    out->aggregates = builder.aggregates.items;
    out->aggregate_count = (uint32_t)builder.aggregates.count;
    if (out->unsupported.present) { // what was built so far is of no use to anybody
        out->op_count = out->aggregate_count = out->field_count = out->visible_count =
            out->order_count = 0;
        out->title = out->severity = NULL;
    }
}

static void build_contracts(Plan *plan, const TypedDecl *decl)
{
    Builder builder;
    const PlanExpr **conditions =
        ARENA_ARRAY(plan->arena, const PlanExpr *, decl->table.contract_count);
    if (decl->table.contract_count > 0) {
        builder_init(&builder, plan, decl->table.scope);
        for (uint32_t i = 0; i < decl->table.contract_count; i++)
            conditions[i] = build_expr(&builder, decl->table.contracts[i]->condition);
        map_deinit(&builder.expanded);
    }
    plan->contracts[decl->index] = conditions;
}

void build_decl(Plan *plan, const TypedDecl *decl)
{
    uint32_t count = plan_body_count(decl);
    if (decl->kind == TYPED_TABLE && plan->contracts[decl->index] == NULL)
        build_contracts(plan, decl);
    if (count == 0 || plan->bodies[decl->index] != NULL)
        return;
    PlanBody *bodies = ARENA_ARRAY(plan->arena, PlanBody, count);
    for (uint32_t i = 0; i < count; i++)
        build_body(plan, decl->kind == TYPED_RELATION ? decl->relation.branches[i] : decl->body,
                   &bodies[i]);
    plan->bodies[decl->index] = bodies;
}

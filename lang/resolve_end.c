// SPDX-License-Identifier: Apache-2.0
//
// resolve_end.c: how bodies end: the clue with its keys and fields, the yield, the order of a query.

#include "lang/infer_int.h"

/* ----------------------------------------------------------------------- the clue's keys */

/* A rule without `group by` is grouped by its clue's keys just before its first score. */
void group_by_clue(BodyState *b)
{
    const AstClue *clue = b->pub.node->clue;
    if (!clue)
        return;
    GroupState *group = group_open(b, &clue->base, clue->keys, true);
    group->pub.empty_group = false;
}

static void report_clue_keys(BodyState *b, const AstClue *clue, const GroupState *group)
{
    StrBuf keys = {0};
    for (size_t i = 0; i < group->keys.count; i++) {
        strbuf_add_c(&keys, i ? ", " : "");
        strbuf_add(&keys, group->keys.items[i].name);
    }
    Str list = arena_str(b->c->arena, strbuf_str(&keys));
    strbuf_deinit(&keys);
    Span span = clue->keys.items[0]->span;
    span.end = clue->keys.items[clue->keys.count - 1]->span.end;
    Diag *diag = diag_emit_with(b->c->diags, DIAG_CLUE_KEYS, span, DIAG_ARGS(diag_arg(list)));
    diag_label(b->c->diags, diag, group->pub.node->span, DIAG_TEXT_GROUPED_HERE, DIAG_NONE);
    diag_note(b->c->diags, diag, DIAG_TEXT_CLUE_KEYS_WAYS, DIAG_ARGS(diag_arg(list)));
    diag_fix(b->c->diags, diag, span, list, DIAG_TEXT_CLUE_ALL_KEYS, DIAG_ARGS(diag_arg(list)));
}

/* With a `group by`, the clue's keys are the keys of the last one, all of them, in any order. */
static void match_clue_keys(BodyState *b, const AstClue *clue)
{
    GroupState *group = vec_last(&b->groups);
    Scope s = body_scope(b);
    uint32_t room = MAX_OF(clue->keys.count, (uint32_t)group->keys.count);
    uint32_t *numbers = ARENA_ARRAY(b->c->arena, uint32_t, room);
    uint32_t found = 0;
    bool wrong = false;
    for (uint32_t i = 0; i < clue->keys.count; i++) {
        if (clue->keys.items[i]->kind != AST_NAMED)
            continue;
        const AstNode *value = ast_as_Named(clue->keys.items[i])->value;
        uint32_t errors = diag_count(b->c->diags, DIAG_ERROR);
        (void)infer(&s, value, NULL);
        const TypedExpr *e = expr_of(b->c, value);
        if (e && e->ref == TYPED_REF_KEY)
            numbers[found++] = e->field;
        else if (diag_count(b->c->diags, DIAG_ERROR) != errors)
            return; /* told already */
        else
            wrong = true;
    }
    b->pub.clue_keys = numbers;
    if ((wrong || found != group->keys.count) && !body_lost(b) && clue->keys.count)
        report_clue_keys(b, clue, group);
}

static void implicit_clue_keys(BodyState *b)
{
    GroupState *group = vec_last(&b->groups);
    uint32_t *numbers = ARENA_ARRAY(b->c->arena, uint32_t, group->keys.count);
    for (uint32_t i = 0; i < group->keys.count; i++)
        numbers[i] = i;
    b->pub.clue_keys = numbers;
}

/* ----------------------------------------------------------------------- the clue's fields */

typedef enum FieldKind { FIELD_TITLE, FIELD_SEVERITY, FIELD_EVIDENCE, FIELD_FREE } FieldKind;

static FieldKind field_kind(Str name)
{
    static const struct {
        const char *en, *zh;
        FieldKind kind;
    } rows[] = {{"title", "标题", FIELD_TITLE},
                {"severity", "程度", FIELD_SEVERITY},
                {"evidence", "证据", FIELD_EVIDENCE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(name, str_from_cstr(rows[i].en)) ||
            str_equal(name, str_from_cstr(rows[i].zh)))
            return rows[i].kind;
    return FIELD_FREE;
}

static void evidence_item(BodyState *b, const AstNode *item, const TypedVar **vars)
{
    const AstNode *name = item;
    bool path = false;
    if (item->kind == AST_CALL && ast_as_Call(item)->arguments.count == 1 &&
        ast_as_Call(item)->callee->kind == AST_NAME) {
        Str callee = ast_as_Name(ast_as_Call(item)->callee)->text;
        const AstNode *argument = ast_as_Call(item)->arguments.items[0];
        if ((str_equal(callee, STR("path")) || str_equal(callee, STR("路径"))) &&
            argument->kind == AST_ARGUMENT) {
            name = ast_as_Argument(argument)->value;
            path = true;
        }
    }
    VarState *var = name->kind == AST_NAME ? body_var(b, ast_as_Name(name)->text) : NULL;
    bool row = var && (var->pub.kind < TYPED_VAR_EACH || var->pub.kind == TYPED_VAR_STEP);
    if (!row) {
        if (name->kind != AST_ERROR && !body_lost(b))
            report_with(b->c, DIAG_EVIDENCE_WHAT, item, DIAG_ARGS(text_arg(b->c, item)));
        return;
    }
    TypedExpr *e = expr_new(b->c, name);
    e->ref = TYPED_REF_VAR;
    e->var = &var->pub;
    var->pub.used = true;
    if (path && var->pub.slot < 64)
        b->pub.evidence_paths |= UINT64_C(1) << var->pub.slot;
    for (uint32_t i = 0; i < b->pub.evidence_count; i++)
        if (vars[i] == &var->pub)
            return; /* `{f, path(f)}`: its rows are shown once */
    vars[b->pub.evidence_count++] = &var->pub;
}

static void field_evidence(BodyState *b, const AstNode *value)
{
    b->pub.evidence = value;
    AstList items = {.items = (const AstNode *[1]){value}, .count = 1};
    if (value->kind == AST_SET)
        items = ast_as_Set(value)->items;
    const TypedVar **vars = ARENA_ARRAY(b->c->arena, const TypedVar *, items.count);
    b->pub.evidence_count = 0;
    for (uint32_t i = 0; i < items.count; i++)
        evidence_item(b, items.items[i], vars);
    b->pub.evidence_vars = vars;
}

static void evidence_default(BodyState *b)
{
    const TypedVar **vars = ARENA_ARRAY(b->c->arena, const TypedVar *, b->vars.count);
    for (size_t i = 0; i < b->vars.count; i++) {
        const VarState *var = b->vars.items[i];
        if (!var->hidden && (var->pub.source || var->pub.kind == TYPED_VAR_STEP))
            vars[b->pub.evidence_count++] = &var->pub;
    }
    b->pub.evidence_vars = vars;
}

static bool says_high(Checker *c, const AstNode *node)
{
    const TypedExpr *e = expr_of(c, node);
    if (e && e->ref == TYPED_REF_SEVERITY)
        return e->field == 0;
    if (node->kind != AST_IF)
        return false;
    return says_high(c, ast_as_If(node)->then) || says_high(c, ast_as_If(node)->otherwise);
}

static void field_severity(BodyState *b, Scope *s, const AstNode *value)
{
    Type severity = type_of(TYPE_ENUM);
    severity.nominal = b->c->severity;
    b->pub.severity = value;
    Type type = infer(s, value, &severity);
    if (type.kind != TYPE_ERROR && !type_equal(type, severity))
        report_with(b->c, DIAG_SEVERITY_TYPE, value, DIAG_ARGS(type_arg(b->c, type)));
    bool conditions = b->clauses.count > 1;
    if (conditions && b->statistics_only && b->pub.node && says_high(b->c, value) &&
        has_statistics(b))
        report(b->c, DIAG_HIGH_ON_STATISTICS, value);
}

static void field_title(BodyState *b, Scope *s, const AstNode *value)
{
    Scope inner = *s;
    inner.in_template = true;
    b->pub.title = value;
    Type type = infer(&inner, value, NULL);
    if (type.kind != TYPE_TEXT && type.kind != TYPE_ERROR)
        report_with(b->c, DIAG_WANTS_TEXT, value, DIAG_ARGS(type_arg(b->c, type)));
}

static void rule_column(BodyState *b, Str name, const AstNode *node, const AstNode *value,
                        Type type, bool nullable)
{
    TypedColumn column = {.name = name,
                          .type = type,
                          .nullable = nullable,
                          .bare_num = 1,
                          .bare_den = 1,
                          .node = node,
                          .value = value};
    avec_push(b->c->arena, &b->decl->columns, column);
}

static void field_free(BodyState *b, Scope *s, const AstNamed *field)
{
    Type type = infer(s, field->value, NULL);
    if (type.kind == TYPE_RECORD)
        report_with(b->c, DIAG_NOT_PRINTABLE, field->value, DIAG_ARGS(type_arg(b->c, type)));
    const TypedExpr *e = expr_of(b->c, field->value);
    rule_column(b, field->name->text, &field->base, field->value, type, e && e->can_gap);
}

static void clue_fields(BodyState *b, const AstClue *clue)
{
    Scope s = body_scope(b);
    for (uint32_t i = 0; i < clue->fields.count; i++) {
        if (clue->fields.items[i]->kind != AST_NAMED)
            continue;
        const AstNamed *field = ast_as_Named(clue->fields.items[i]);
        if (!field->name)
            continue;
        for (uint32_t k = 0; k < i; k++) {
            const AstNamed *before = clue->fields.items[k]->kind == AST_NAMED
                                         ? ast_as_Named(clue->fields.items[k])
                                         : NULL;
            if (before && before->name && str_equal(before->name->text, field->name->text))
                report_with(b->c, DIAG_NAME_TWICE, &field->name->base,
                            DIAG_ARGS(diag_arg(field->name->text)));
        }
        switch (field_kind(field->name->text)) {
        case FIELD_TITLE:
            field_title(b, &s, field->value);
            break;
        case FIELD_SEVERITY:
            field_severity(b, &s, field->value);
            break;
        case FIELD_EVIDENCE:
            field_evidence(b, field->value);
            break;
        case FIELD_FREE:
            field_free(b, &s, field);
            break;
        }
    }
}

static void rule_rows(BodyState *b)
{
    DeclState *decl = b->decl;
    uint32_t count = b->groups.count ? (uint32_t)vec_last(&b->groups)->keys.count : 0;
    uint32_t *key = ARENA_ARRAY(b->c->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        key[i] = i;
    decl->pub.rows.columns = decl->columns.items;
    decl->pub.rows.column_count = (uint32_t)decl->columns.count;
    decl->pub.rows.key = key;
    decl->pub.rows.key_count = count;
    decl->pub.rows.key_written = true;
}

static void rule_key_columns(BodyState *b)
{
    GroupState *group = vec_last(&b->groups);
    for (uint32_t i = 0; b->pub.clue_keys && i < group->keys.count; i++) {
        const TypedKey *key = &group->keys.items[b->pub.clue_keys[i]];
        rule_column(b, key->name, key->value, key->value, key->type, false);
    }
}

void end_clue(BodyState *b, const AstClue *clue)
{
    b->place++;
    b->pub.end_place = b->place;
    bool written = b->has_group && b->groups.count > 0;
    if (b->groups.count == 0)
        group_by_clue(b);
    if (b->groups.count == 0)
        return;
    if (written)
        match_clue_keys(b, clue);
    else
        implicit_clue_keys(b);
    rule_key_columns(b);
    clue_fields(b, clue);
    if (!b->pub.evidence)
        evidence_default(b);
    rule_rows(b);
}

/* ----------------------------------------------------------------------- yield */

/* Does the yield fold over all bindings? Found before inference, by names alone: an aggregate whose
 * arguments name no attached variable. */
typedef struct FoldWalk {
    BodyState *b;
    bool folds;
} FoldWalk;

static bool names_attached(BodyState *b, const AstNode *node);

typedef struct NameWalk {
    BodyState *b;
    bool attached;
} NameWalk;

static AstVisit name_enter(void *context, const AstNode *node)
{
    NameWalk *walk = context;
    if (node->kind != AST_NAME)
        return AST_VISIT_INTO;
    VarState *var = body_var(walk->b, ast_as_Name(node)->text);
    LetState *let = var ? NULL : body_let(walk->b, ast_as_Name(node)->text);
    walk->attached |= var && var->pub.attached;
    for (size_t i = 0; let && i < walk->b->vars.count; i++)
        walk->attached |=
            bit_get(let->mentions, (uint32_t)i) && walk->b->vars.items[i]->pub.attached;
    return AST_VISIT_INTO;
}

static bool names_attached(BodyState *b, const AstNode *node)
{
    NameWalk walk = {b, false};
    ast_walk(node, name_enter, NULL, &walk);
    return walk.attached;
}

static AstVisit fold_enter(void *context, const AstNode *node)
{
    FoldWalk *walk = context;
    if (node->kind != AST_CALL || ast_as_Call(node)->callee->kind != AST_NAME)
        return AST_VISIT_INTO;
    BodyState *b = walk->b;
    Str name = ast_as_Name(ast_as_Call(node)->callee)->text;
    const FnCard *card;
    DeclState *own = resolve_name(b->c, b->file, name);
    bool library = !(own && (own->pub.kind == TYPED_FUNCTION || own->pub.kind == TYPED_EXTERN));
    if (!library || !stdlib_find(name, &card, 1) || card->lower != LOWER_AGGREGATE)
        return AST_VISIT_INTO;
    walk->folds |= !names_attached(b, node);
    return AST_VISIT_OVER;
}

static bool yield_folds(BodyState *b, const AstYield *yield)
{
    FoldWalk walk = {b, false};
    ast_walk(&yield->base, fold_enter, NULL, &walk);
    return walk.folds;
}

static void relation_value(BodyState *b, const AstNamed *named, uint32_t *columns, uint32_t at,
                           bool *given)
{
    Scope s = body_scope(b);
    const AstName *name = ast_named_name(named);
    columns[at] = UINT32_MAX;
    if (!name) {
        if (named->value->kind != AST_ERROR)
            report(b->c, DIAG_YIELD_WITHOUT_NAME, named->value);
        (void)infer(&s, named->value, NULL);
        return;
    }
    uint32_t column = find_column(&b->decl->pub, name->text);
    if (column == UINT32_MAX) {
        report_unknown_column(b->c, name, &b->decl->pub);
        (void)infer(&s, named->value, NULL);
        b->lost = true; /* the column that is then lacking is this one */
        return;
    }
    if (given[column])
        report_with(b->c, DIAG_NAME_TWICE, &name->base, DIAG_ARGS(diag_arg(name->text)));
    given[column] = true;
    columns[at] = column;
    const TypedColumn *to = &b->decl->columns.items[column];
    infer_into(&s, named->value, to->type, to->nullable, DIAG_MISSING_YIELD, to->name);
}

static void relation_yield(BodyState *b, const AstYield *yield, uint32_t *columns)
{
    uint32_t count = b->decl->pub.rows.column_count;
    bool *given = ARENA_ARRAY(b->c->arena, bool, count + 1);
    for (uint32_t i = 0; i < yield->columns.count; i++)
        if (yield->columns.items[i]->kind == AST_NAMED)
            relation_value(b, ast_as_Named(yield->columns.items[i]), columns, i, given);
    StrBuf lacking = {0};
    for (uint32_t i = 0; i < count; i++)
        if (!given[i]) {
            strbuf_add_c(&lacking, lacking.len ? "、" : "");
            strbuf_add(&lacking, b->decl->columns.items[i].name);
        }
    if (lacking.len && !body_lost(b))
        report_with(b->c, DIAG_YIELD_LACKS, &yield->base,
                    DIAG_ARGS(diag_arg(b->decl->pub.name),
                              diag_arg(arena_str(b->c->arena, strbuf_str(&lacking)))));
    strbuf_deinit(&lacking);
}

static void query_yield(BodyState *b, const AstYield *yield, uint32_t *columns)
{
    Scope s = body_scope(b);
    for (uint32_t i = 0; i < yield->columns.count; i++) {
        columns[i] = UINT32_MAX;
        if (yield->columns.items[i]->kind != AST_NAMED)
            continue;
        const AstNamed *named = ast_as_Named(yield->columns.items[i]);
        const AstName *name = ast_named_name(named);
        Type type = infer(&s, named->value, NULL);
        const TypedExpr *e = expr_of(b->c, named->value);
        if (type.kind == TYPE_RECORD)
            report_with(b->c, DIAG_NOT_PRINTABLE, named->value, DIAG_ARGS(type_arg(b->c, type)));
        Str text = name ? name->text : text_arg(b->c, named->value).zh;
        for (size_t k = 0; k < b->decl->columns.count; k++)
            if (str_equal(b->decl->columns.items[k].name, text))
                report_with(b->c, DIAG_NAME_TWICE, name ? &name->base : named->value,
                            DIAG_ARGS(diag_arg(text)));
        columns[i] = (uint32_t)b->decl->columns.count;
        rule_column(b, text, &named->base, named->value, type, e && e->can_gap);
    }
    b->decl->pub.rows.columns = b->decl->columns.items;
    b->decl->pub.rows.column_count = (uint32_t)b->decl->columns.count;
}

void end_yield(BodyState *b, const AstYield *yield)
{
    b->place++;
    b->pub.end_place = b->place;
    if (b->groups.count == 0 && yield_folds(b, yield)) {
        (void)group_open(b, &yield->base, (AstList){0}, true);
        for (size_t i = 0; i < b->decl->edges.count; i++)
            b->decl->edges.items[i].finished = true;
    }
    uint32_t *columns = ARENA_ARRAY(b->c->arena, uint32_t, yield->columns.count);
    if (b->decl->pub.kind == TYPED_RELATION)
        relation_yield(b, yield, columns);
    else
        query_yield(b, yield, columns);
    b->pub.yield_columns = columns;
}

void end_query(BodyState *b, const AstQuery *query)
{
    if (!query->order)
        return;
    Scope s = {.c = b->c, .file = b->file, .decl = b->decl, .outputs = true};
    AstList orders = query->order->orders;
    uint32_t *columns = ARENA_ARRAY(b->c->arena, uint32_t, orders.count);
    for (uint32_t i = 0; i < orders.count; i++) {
        columns[i] = UINT32_MAX;
        if (orders.items[i]->kind != AST_ORDER)
            continue;
        const AstNode *value = ast_as_Order(orders.items[i])->value;
        Type type = infer(&s, value, NULL);
        const TypedExpr *e = expr_of(b->c, value);
        if (e && e->ref == TYPED_REF_OUTPUT)
            columns[i] = e->column;
        if (type.kind != TYPE_ERROR && !type_is_ordered(type))
            report_with(b->c, DIAG_NOT_ORDERED, value, DIAG_ARGS(type_arg(b->c, type)));
    }
    b->pub.order_columns = columns;
}

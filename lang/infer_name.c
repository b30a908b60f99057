// SPDX-License-Identifier: Apache-2.0
//
// infer_name.c: what a name or a member refers to, and how it is read below a grouping.

#include "lang/infer_int.h"

#include "lang/parse.h"

/* ----------------------------------------------------------------------- unknown names */

static void offer_locals(Scope *s, NearName *near)
{
    BodyState *b = s->body;
    for (size_t i = 0; b && i < b->vars.count; i++)
        if (!b->vars.items[i]->hidden)
            near_name_offer(near, b->vars.items[i]->pub.name);
    for (size_t i = 0; b && i < b->lets.count; i++)
        near_name_offer(near, b->lets.items[i]->pub.name);
    if (b && b->groups.count)
        for (size_t i = 0; i < vec_last(&b->groups)->keys.count; i++)
            near_name_offer(near, vec_last(&b->groups)->keys.items[i].name);
    for (uint32_t i = 0; s->function && i < s->function->parameter_count; i++)
        near_name_offer(near, s->function->parameters[i].name);
    for (size_t i = 0; s->outputs && i < s->decl->columns.count; i++)
        near_name_offer(near, s->decl->columns.items[i].name);
}

/* Columns of the row variables: an author often forgets the `s.` in front. */
static const TypedVar *var_with_column(const BodyState *b, Str name)
{
    for (size_t i = 0; b && i < b->vars.count; i++) {
        const TypedVar *var = &b->vars.items[i]->pub;
        if (var->source && !b->vars.items[i]->hidden &&
            find_column(var->source, name) != UINT32_MAX)
            return var;
    }
    return NULL;
}

static bool known_here(Scope *s, Str name)
{
    if (s->body && (body_var(s->body, name) || body_let(s->body, name)))
        return true;
    return resolve_name(s->c, s->file, name) || map_get(&s->c->members, name, NULL) ||
           stdlib_find(name, NULL, 0) > 0;
}

/* Offers the one split of a glued word whose names are all known. `rows` (may be NULL) has the
 * column that the first of them would be. */
static bool advise_split(Scope *s, Diag *diag, const AstNode *node, const TypedDecl *rows)
{
    ParseSplit splits[PARSE_SPLITS_MAX];
    const Source *source = source_get(s->c->sources, node->span.file);
    uint32_t count = parse_splits(s->c->arena, source, node->span, splits), good = 0, which = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool known = true;
        for (uint32_t k = 0; k < splits[i].name_count; k++)
            known &= k == 0 && rows ? find_column(rows, splits[i].names[k]) != UINT32_MAX
                                    : known_here(s, splits[i].names[k]);
        good += known;
        which = known ? i : which;
    }
    if (good != 1)
        return false;
    parse_advise_split(s->c->diags, diag, &splits[which]);
    return true;
}

/* Among declarations that could not be parsed there may be an enum with this member. */
static bool lost_declaration(const FileState *file)
{
    const AstFile *root = file->root;
    for (uint32_t i = 0; root && i < root->declarations.count; i++)
        if (root->declarations.items[i]->kind == AST_ERROR)
            return true;
    return file->lost_use;
}

/* What an unknown name may have been meant for: a gap, today, or a text without its quotation marks. */
static void advise_meaning(Scope *s, Diag *diag, Str name)
{
    static const Str gaps[] = {STR_INIT("空"),   STR_INIT("空值"), STR_INIT("空白"),
                               STR_INIT("无值"), STR_INIT("null"), STR_INIT("NULL"),
                               STR_INIT("None"), STR_INIT("nil"),  STR_INIT("NA")};
    for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
        if (str_equal(name, gaps[i])) {
            diag_note(s->c->diags, diag, DIAG_TEXT_ASK_MISSING, DIAG_NONE);
            return;
        }
    }
    static const Str days[] = {STR_INIT("今天"),     STR_INIT("今日"), STR_INIT("当天"),
                               STR_INIT("当前日期"), STR_INIT("现在"), STR_INIT("today"),
                               STR_INIT("now")};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        if (str_equal(name, days[i])) {
            diag_note(s->c->diags, diag, DIAG_TEXT_NO_CLOCK, DIAG_NONE);
            return;
        }
    }
    diag_note(s->c->diags, diag, DIAG_TEXT_MAYBE_TEXT, DIAG_ARGS(diag_arg(name)));
}

void report_unknown_name(Scope *s, const AstNode *node, Str name)
{
    /* A clause or declaration that could not be parsed may have been the one to bind it. */
    if (body_lost(s->body) || lost_declaration(s->c->files.items[s->file]))
        return;
    Str scope = s->body && s->decl ? s->decl->pub.name : STR("");
    Diag *diag = report_once(s->c, DIAG_UNKNOWN_NAME, node, scope, name);
    if (!diag)
        return;
    if (s->outputs)
        diag_note(s->c->diags, diag, DIAG_TEXT_ORDER_READS_YIELD, DIAG_NONE);
    if (advise_split(s, diag, node, NULL))
        return;
    const TypedVar *var = var_with_column(s->body, name);
    if (var) {
        Str full =
            arena_printf(s->c->arena, STR_FMT "." STR_FMT, STR_ARG(var->name), STR_ARG(name));
        diag_fix(s->c->diags, diag, node->span, full, DIAG_TEXT_COLUMN_OF,
                 DIAG_ARGS(diag_arg(full)));
        return;
    }
    NearName near;
    near_name_init(&near, name);
    offer_locals(s, &near);
    near_decls(s->c, s->file, ~0u, name, &near);
    for (size_t i = 0; i < map_count(&s->c->members); i++)
        near_name_offer(&near, map_entry(&s->c->members, i)->key);
    Str best;
    if (near_name_best(&near, &best))
        advise_near(s->c, diag, node, best);
    else if (!s->outputs)
        advise_meaning(s, diag, name);
}

/* ----------------------------------------------------------------------- below a grouping */

static GroupState *last_group(const Scope *s)
{
    BodyState *b = s->body;
    return b && b->groups.count && b->stretch > 0 ? vec_last(&b->groups) : NULL;
}

/* The expression at `node` reads the group's key with this number. */
static Type key_reference(Scope *s, const AstNode *node, TypedKey *key, size_t number)
{
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_KEY;
    e->key = key;
    e->field = (uint32_t)number;
    e->stretch = (uint32_t)(s->body->groups.count - 1);
    key->used = true;
    return record_type(e, key->type);
}

bool settle_key(Scope *s, const AstNode *node, const Type *expected, Type *type)
{
    GroupState *group = last_group(s);
    (void)expected;
    if (!group || s->in_aggregate || node->kind == AST_NAME)
        return false;
    for (size_t i = 0; i < group->keys.count; i++) {
        TypedKey *key = &group->keys.items[i];
        if (key->value->kind != node->kind || !ast_equal(key->value, node))
            continue;
        *type = key_reference(s, node, key, i);
        return true;
    }
    return false;
}

bool infer_row_determined(Scope *s, const VarState *var, uint32_t column)
{
    GroupState *group = last_group(s);
    return var->pub.stretch == s->body->stretch || !group ||
           determined_column(&group->known, group->determined, &var->pub, column);
}

static bool let_determined(Scope *s, const LetState *let)
{
    GroupState *group = last_group(s);
    if (let->pub.stretch == s->body->stretch || !group)
        return true;
    for (size_t i = 0; i < s->body->vars.count; i++)
        if (bit_get(let->mentions, (uint32_t)i) && !bit_get(group->determined, (uint32_t)i))
            return false;
    return true;
}

static void report_out_of_scope(Scope *s, const AstNode *node)
{
    if (body_lost(s->body))
        return;
    Diag *diag = report_with(s->c, DIAG_NOT_IN_GROUP, node, DIAG_ARGS(text_arg(s->c, node)));
    GroupState *group = last_group(s);
    diag_label(s->c->diags, diag, group->pub.node->span, DIAG_TEXT_GROUPED_HERE, DIAG_NONE);
    diag_note(s->c->diags, diag, DIAG_TEXT_GROUP_WAYS, DIAG_ARGS(text_arg(s->c, node)));
}

void infer_settle(Scope *s, const AstNode *node, TypedExpr *e, bool bound_here, bool determined)
{
    if (s->in_aggregate || !last_group(s) || bound_here)
        return;
    if (determined)
        e->grain = TYPED_GRAIN_ONE;
    else if (s->in_template)
        e->grain = TYPED_GRAIN_SHOW;
    else
        report_out_of_scope(s, node);
}

/* ----------------------------------------------------------------------- columns */

static void note_read(Scope *s, const TypedDecl *rows, uint32_t column, const AstNode *node)
{
    DeclState *source = s->c->decls.items[rows->index];
    if (column < source->columns.count)
        source->columns.items[column].read = true;
    if (rows->kind == TYPED_TABLE)
        source->pub.table.read = true;
    if (s->decl) {
        ColumnRead read = {source, column, node};
        avec_push(s->c->arena, &s->decl->reads, read);
    }
}

static bool var_present(const Scope *s, const VarState *var)
{
    return !var->pub.optional || (s->facts && facts_prove(s->facts, &var->pub, NULL, WHOLE_ROW));
}

static void report_attached(Scope *s, const AstNode *node, const VarState *var)
{
    Diag *diag = report_with(s->c, DIAG_ATTACHED_OUTSIDE, node, DIAG_ARGS(diag_arg(var->pub.name)));
    diag_label(s->c->diags, diag, var->pub.node->base.span, DIAG_TEXT_BOUND_HERE, DIAG_NONE);
}

static Type column_value(Scope *s, const AstNode *node, VarState *var, uint32_t number)
{
    const TypedColumn *column = &var->pub.source->rows.columns[number];
    TypedExpr *e = expr_here(s, node);
    bool proved = s->facts && facts_prove(s->facts, &var->pub, NULL, number);
    bool absent = s->link != var && !var_present(s, var);
    e->ref = TYPED_REF_COLUMN;
    e->var = &var->pub;
    e->column = number;
    e->can_miss = absent || (column->nullable && !proved);
    e->can_gap = e->can_miss || (column->type.kind == TYPE_IDENTITY && !proved);
    e->can_issue = absent || var->pub.source->kind != TYPED_TABLE;
    var->pub.used = true;
    note_read(s, var->pub.source, number, node);
    if (var->pub.attached && (!s->in_aggregate || s->one_row) && s->link != var)
        report_attached(s, node, var);
    else
        infer_settle(s, node, e, var->pub.stretch == s->body->stretch,
                     infer_row_determined(s, var, number));
    return record_type(e, column->type);
}

static Type member_of_row(Scope *s, const AstMember *member, VarState *var)
{
    if (!var->pub.source)
        return record_type(expr_here(s, &member->base), type_of(TYPE_ERROR));
    uint32_t number = find_column(var->pub.source, member->name->text);
    if (number != UINT32_MAX)
        return column_value(s, &member->base, var, number);
    const AstNode *rows = var->pub.source->node;
    bool broken = rows && rows->wrong; /* the column may be among what could not be parsed */
    if (member->name->text.len && !broken) {
        Diag *diag = report_once(s->c, DIAG_UNKNOWN_COLUMN, &member->name->base,
                                 var->pub.source->name, member->name->text);
        if (diag && !advise_split(s, diag, &member->name->base, var->pub.source))
            advise_column(s->c, diag, member->name, var->pub.source);
    }
    return record_type(expr_here(s, &member->base), type_of(TYPE_ERROR));
}

/* ----------------------------------------------------------------------- variables alone */

static Type var_value(Scope *s, const AstNode *node, VarState *var)
{
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_VAR;
    e->var = &var->pub;
    var->pub.used = true;
    if (var->pub.kind < TYPED_VAR_EACH || var->pub.kind == TYPED_VAR_STEP) {
        bool known = var->pub.source || var->pub.kind == TYPED_VAR_STEP;
        if (known)
            report_with(s->c, DIAG_ROW_ALONE, node, DIAG_ARGS(diag_arg(var->pub.name)));
        return record_type(e, type_of(TYPE_ERROR));
    }
    e->can_issue = true; /* of a list that is not known, or of uncertain members */
    if (var->pub.kind == TYPED_VAR_EXTRACT) /* a match alone is no value: its parts are settled */
        return record_type(e, var->pub.type);
    infer_settle(s, node, e, var->pub.stretch == s->body->stretch,
                 infer_row_determined(s, var, value_column(&var->pub)));
    return record_type(e, var->pub.type);
}

typedef struct FoldWalk {
    Scope *scope;
    bool found;
} FoldWalk;

static AstVisit fold_enter(void *context, const AstNode *node)
{
    FoldWalk *walk = context;
    const TypedExpr *e = expr_of(walk->scope->c, node);
    if (e && e->ref == TYPED_REF_LET) {
        const LetState *let = (const LetState *)e->let;
        walk->found |= let->folds && let->pub.stretch == walk->scope->body->stretch;
    }
    walk->found |= e && e->ref == TYPED_REF_AGGREGATE;
    return walk->found ? AST_VISIT_STOP : AST_VISIT_INTO;
}

bool infer_folds(Scope *s, const AstNode *value)
{
    FoldWalk walk = {s, false};
    ast_walk(value, fold_enter, NULL, &walk);
    return walk.found;
}

static Type let_value(Scope *s, const AstNode *node, LetState *let)
{
    TypedExpr *e = expr_here(s, node);
    if (s->in_aggregate && !s->in_peers && let->folds && let->pub.stretch == s->body->stretch)
        report_with(s->c, DIAG_AGGREGATE_NESTED, node, DIAG_ARGS(diag_arg(let->pub.name)));
    bool proved = s->facts && facts_prove(s->facts, NULL, &let->pub, 0);
    e->ref = TYPED_REF_LET;
    e->let = &let->pub;
    e->can_gap = let->pub.can_gap && !proved;
    e->can_miss = let->pub.can_miss && !proved;
    e->can_issue = let->pub.can_issue;
    e->constant = let->pub.constant;
    let->pub.used = true;
    bool series = let->pub.clause->kind == AST_SERIES;
    if (series && !let->failed && !s->folds_series) {
        report_with(s->c, DIAG_SERIES_READ, node, DIAG_ARGS(diag_arg(let->pub.name)));
        return record_type(e, type_of(TYPE_ERROR));
    }
    if (series && let->pub.stretch != s->body->stretch && !let->failed)
        report_out_of_scope(s, node);
    else if (!let->failed)
        infer_settle(s, node, e, let->pub.stretch == s->body->stretch, let_determined(s, let));
    return record_type(e, let->pub.type);
}

static bool key_value(Scope *s, const AstName *name, Type *type)
{
    GroupState *group = last_group(s);
    for (size_t i = 0; group && i < group->keys.count; i++) {
        TypedKey *key = &group->keys.items[i];
        if (!str_equal(key->name, name->text))
            continue;
        *type = key_reference(s, &name->base, key, i);
        return true;
    }
    return false;
}

static bool local_value(Scope *s, const AstName *name, Type *type)
{
    VarState *var = s->body ? body_var(s->body, name->text) : NULL;
    LetState *let = s->body && !var ? body_let(s->body, name->text) : NULL;
    if (!(s->in_aggregate && (var || let)) && key_value(s, name, type))
        return true;
    if (var)
        *type = var_value(s, &name->base, var);
    else if (let)
        *type = let_value(s, &name->base, let);
    return var || let;
}

/* ----------------------------------------------------------------------- other scopes */

static bool parameter_value(Scope *s, const AstName *name, Type *type)
{
    for (uint32_t i = 0; s->function && i < s->function->parameter_count; i++) {
        const TypedParameter *parameter = &s->function->parameters[i];
        if (!str_equal(parameter->name, name->text))
            continue;
        TypedExpr *e = expr_here(s, &name->base);
        e->ref = TYPED_REF_PARAMETER;
        e->field = i;
        e->can_gap = e->can_miss = parameter->nullable;
        e->can_issue = true;
        *type = record_type(e, parameter->type);
        return true;
    }
    return false;
}

static bool bare_column(Scope *s, const AstName *name, Type *type)
{
    if (!s->bare_columns)
        return false;
    VarState *row = s->body->vars.items[0];
    uint32_t number = find_column(row->pub.source, name->text);
    if (number != UINT32_MAX)
        *type = column_value(s, &name->base, row, number);
    return number != UINT32_MAX;
}

static bool output_column(Scope *s, const AstName *name, Type *type)
{
    uint32_t number = s->outputs ? find_column(&s->decl->pub, name->text) : UINT32_MAX;
    if (number == UINT32_MAX)
        return false;
    TypedExpr *e = expr_here(s, &name->base);
    e->ref = TYPED_REF_OUTPUT;
    e->column = number;
    e->can_gap = e->can_miss = s->decl->columns.items[number].nullable;
    e->can_issue = true;
    *type = record_type(e, s->decl->columns.items[number].type);
    return true;
}

/* ----------------------------------------------------------------------- words of the library */

static Type as_of_value(Scope *s, const AstNode *node)
{
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_AS_OF;
    e->constant = true;
    if (s->decl && !s->decl->reads_as_of) {
        s->decl->reads_as_of = true;
        s->decl->as_of_node = node;
    }
    return record_type(e, type_of(TYPE_DATE));
}

static Type points_value(Scope *s, const AstNode *node)
{
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_POINTS;
    e->can_issue = true;
    if (!s->body || !s->body->scored)
        report(s->c, DIAG_POINTS_WITHOUT_SCORE, node);
    return record_type(e, type_of(TYPE_INTEGER));
}

static bool special_word(Scope *s, const AstName *name, Type *type)
{
    static const struct {
        const char *name;
        Type (*value)(Scope *s, const AstNode *node);
    } rows[] = {{"as_of", as_of_value},
                {"截止日", as_of_value},
                {"points", points_value},
                {"总分", points_value}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(name->text, str_from_cstr(rows[i].name))) {
            *type = rows[i].value(s, &name->base);
            return true;
        }
    return false;
}

static bool truth_word(Scope *s, const AstName *name, Type *type)
{
    bool yes = str_equal(name->text, STR("true")) || str_equal(name->text, STR("真"));
    bool no = str_equal(name->text, STR("false")) || str_equal(name->text, STR("假"));
    if (!yes && !no)
        return false;
    TypedExpr *e = expr_here(s, &name->base);
    e->ref = TYPED_REF_BOOLEAN;
    e->field = yes;
    e->constant = true;
    *type = record_type(e, type_of(TYPE_BOOLEAN));
    return true;
}

static bool missing_word(Scope *s, const AstName *name, const Type *expected, Type *type)
{
    bool missing = str_equal(name->text, STR("missing")) || str_equal(name->text, STR("缺失"));
    if (!s->in_test || !missing)
        return false;
    TypedExpr *e = expr_here(s, &name->base);
    e->ref = TYPED_REF_MISSING;
    e->constant = e->can_gap = true;
    *type = record_type(e, expected ? *expected : type_of(TYPE_ERROR));
    return true;
}

static bool severity_word(Scope *s, const AstName *name, Type *type)
{
    static const char *const words[] = {"高", "high", "中", "medium", "低", "low"};
    for (uint32_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_equal(name->text, str_from_cstr(words[i]))) {
            TypedExpr *e = expr_here(s, &name->base);
            e->ref = TYPED_REF_SEVERITY;
            e->field = i / 2;
            e->count = i / 2;
            e->constant = true;
            Type severity = type_of(TYPE_ENUM);
            severity.nominal = s->c->severity;
            *type = record_type(e, severity);
            return true;
        }
    return false;
}

static Type member_value(Scope *s, const AstNode *node, const TypedDecl *decl, uint32_t index,
                         const Nominal *nominal)
{
    TypedExpr *e = expr_here(s, node);
    e->ref = TYPED_REF_ENUM;
    e->field = index;
    e->count = index;
    e->decl = decl;
    e->constant = true;
    if (decl)
        s->c->decls.items[decl->index]->pub.used = true;
    Type type = type_of(TYPE_ENUM);
    type.nominal = nominal;
    return record_type(e, type);
}

static const TypedDecl *enum_decl(Scope *s, const Nominal *nominal)
{
    for (size_t i = 0; i < s->c->decls.count; i++)
        if (s->c->decls.items[i]->pub.kind == TYPED_ENUM &&
            s->c->decls.items[i]->pub.nominal == nominal)
            return &s->c->decls.items[i]->pub;
    return NULL;
}

static bool expected_member(Scope *s, const AstName *name, const Type *expected, Type *type)
{
    if (!expected || expected->kind != TYPE_ENUM || expected->nominal == s->c->severity)
        return false;
    uint32_t index = enum_member(expected->nominal, name->text);
    if (index == UINT32_MAX)
        return false;
    *type = member_value(s, &name->base, enum_decl(s, expected->nominal), index, expected->nominal);
    return true;
}

static bool only_member(Scope *s, const AstName *name, Type *type)
{
    uint64_t owner;
    if (!map_get(&s->c->members, name->text, &owner))
        return false;
    if (owner == MEMBER_OF_SEVERAL) {
        report_with(s->c, DIAG_MEMBER_OF_SEVERAL, &name->base, DIAG_ARGS(diag_arg(name->text)));
        *type = record_type(expr_here(s, &name->base), type_of(TYPE_ERROR));
        return true;
    }
    const TypedDecl *decl = &s->c->decls.items[owner]->pub;
    *type =
        member_value(s, &name->base, decl, enum_member(decl->nominal, name->text), decl->nominal);
    return true;
}

/* ----------------------------------------------------------------------- declared names */

static Type param_value(Scope *s, const AstNode *node, DeclState *decl, bool dated_read)
{
    TypedExpr *e = expr_here(s, node);
    const TypedParam *param = &decl->pub.param;
    decl->pub.used = true;
    e->ref = TYPED_REF_PARAM;
    e->decl = &decl->pub;
    e->can_gap = e->can_miss = param->nullable;
    e->can_issue = dated_read;
    e->constant = !dated_read;
    if (param->dated && !dated_read)
        report_with(s->c, DIAG_DATED_WITHOUT_AT, node, DIAG_ARGS(diag_arg(decl->pub.name)));
    return record_type(e, param->type);
}

Type infer_dated(Scope *s, const AstNode *node)
{
    DeclState *decl = NULL;
    if (node->kind == AST_NAME)
        decl = resolve_name(s->c, s->file, ast_as_Name(node)->text);
    if (!decl || decl->pub.kind != TYPED_PARAM || !decl->pub.param.dated) {
        if (decl || node->kind != AST_NAME)
            report_with(s->c, DIAG_AT_WITHOUT_DATES, node, DIAG_ARGS(text_arg(s->c, node)));
        else
            report_unknown_name(s, node, ast_as_Name(node)->text);
        return record_type(expr_here(s, node), type_of(TYPE_ERROR));
    }
    return param_value(s, node, decl, true);
}

static Type declared_value(Scope *s, const AstNode *node, DeclState *decl)
{
    if (decl->pub.kind == TYPED_PARAM)
        return param_value(s, node, decl, false);
    decl->pub.used = true;
    Diag *diag = report_with(s->c, DIAG_NO_VALUE, node,
                             DIAG_ARGS(diag_arg(decl->pub.name), kind_arg(decl->pub.kind)));
    if (decl->pub.kind == TYPED_FUNCTION)
        diag_note(s->c->diags, diag, DIAG_TEXT_CALL_IT, DIAG_ARGS(diag_arg(decl->pub.name)));
    return record_type(expr_here(s, node), type_of(TYPE_ERROR));
}

Type infer_name(Scope *s, const AstName *name, const Type *expected)
{
    Type type;
    if (!name->text.len)
        return record_type(expr_here(s, &name->base), type_of(TYPE_ERROR));
    if (missing_word(s, name, expected, &type) || parameter_value(s, name, &type) ||
        bare_column(s, name, &type) || output_column(s, name, &type) ||
        local_value(s, name, &type) || expected_member(s, name, expected, &type))
        return type;
    DeclState *decl = resolve_name(s->c, s->file, name->text);
    if (decl && decl->pub.kind == TYPED_PARAM)
        return declared_value(s, &name->base, decl);
    if (special_word(s, name, &type) || truth_word(s, name, &type))
        return type;
    bool severity = expected && expected->kind == TYPE_ENUM && expected->nominal == s->c->severity;
    if (severity && severity_word(s, name, &type))
        return type;
    if (only_member(s, name, &type) || severity_word(s, name, &type))
        return type;
    if (decl)
        return declared_value(s, &name->base, decl);
    report_unknown_name(s, &name->base, name->text);
    return record_type(expr_here(s, &name->base), type_of(TYPE_ERROR));
}

/* ----------------------------------------------------------------------- members */

static VarState *step_row(Scope *s, const AstNode *object, VarState **step)
{
    if (object->kind != AST_MEMBER || ast_as_Member(object)->object->kind != AST_NAME)
        return NULL;
    const AstMember *inner = ast_as_Member(object);
    *step = body_var(s->body, ast_as_Name(inner->object)->text);
    if (!*step || (*step)->pub.kind != TYPED_VAR_STEP)
        return NULL;
    for (size_t i = 0; i < s->body->vars.count; i++) {
        VarState *var = s->body->vars.items[i];
        if (var->hidden && var->pub.source && str_equal(var->pub.name, inner->name->text))
            return var;
    }
    return NULL;
}

static bool prefixed_value(Scope *s, const AstMember *member, Type *type)
{
    if (member->object->kind != AST_NAME)
        return false;
    Str prefix = ast_as_Name(member->object)->text;
    const FileState *file = s->c->files.items[s->file];
    for (size_t i = 0; i < file->uses.count; i++) {
        const TypedUse *use = &file->uses.items[i];
        if (!use->alias.len || !str_equal(use->alias, prefix) || use->file == UINT32_MAX)
            continue;
        DeclState *decl = resolve_name(s->c, use->file, member->name->text);
        if (decl)
            *type = declared_value(s, &member->base, decl);
        else
            report_unknown_name(s, &member->name->base, member->name->text);
        if (!decl)
            *type = record_type(expr_here(s, &member->base), type_of(TYPE_ERROR));
        return true;
    }
    return false;
}

static bool qualified_member(Scope *s, const AstMember *member, Type *type)
{
    if (member->object->kind != AST_NAME)
        return false;
    DeclState *decl = resolve_name(s->c, s->file, ast_as_Name(member->object)->text);
    if (!decl || decl->pub.kind != TYPED_ENUM)
        return false;
    decl->pub.used = true;
    uint32_t index = enum_member(decl->pub.nominal, member->name->text);
    if (index != UINT32_MAX) {
        *type = member_value(s, &member->base, &decl->pub, index, decl->pub.nominal);
        return true;
    }
    report_with(s->c, DIAG_UNKNOWN_MEMBER, &member->name->base,
                DIAG_ARGS(diag_arg(decl->pub.name), diag_arg(member->name->text)));
    *type = record_type(expr_here(s, &member->base), type_of(TYPE_ERROR));
    return true;
}

static Type step_column(Scope *s, const AstMember *member, VarState *row, VarState *step)
{
    uint32_t number = find_column(row->pub.source, member->name->text);
    TypedExpr *e = expr_here(s, &member->base);
    step->pub.used = true;
    if (number == UINT32_MAX) {
        report_unknown_column(s->c, member->name, row->pub.source);
        return record_type(e, type_of(TYPE_ERROR));
    }
    if (row->pub.attached && !s->in_aggregate)
        report_attached(s, &member->base, row);
    const TypedColumn *column = &row->pub.source->rows.columns[number];
    e->ref = TYPED_REF_COLUMN;
    e->var = &row->pub;
    e->step = &step->pub;
    e->column = number;
    e->can_miss = column->nullable || row->pub.optional;
    e->can_gap = e->can_miss || column->type.kind == TYPE_IDENTITY;
    e->can_issue = true; /* of uncertain members nothing is known */
    note_read(s, row->pub.source, number, &member->base);
    infer_settle(s, &member->base, e, step->pub.stretch == s->body->stretch,
                 infer_row_determined(s, step, WHOLE_ROW));
    return record_type(e, column->type);
}

Type infer_member(Scope *s, const AstMember *member, const Type *expected)
{
    (void)expected;
    VarState *step = NULL, *row = s->body ? step_row(s, member->object, &step) : NULL;
    if (row)
        return step_column(s, member, row, step);
    if (s->body && member->object->kind == AST_NAME) {
        VarState *var = body_var(s->body, ast_as_Name(member->object)->text);
        if (var && var->pub.kind < TYPED_VAR_EACH)
            return member_of_row(s, member, var);
    }
    Type type;
    bool local = s->body && member->object->kind == AST_NAME &&
                 (body_var(s->body, ast_as_Name(member->object)->text) ||
                  body_let(s->body, ast_as_Name(member->object)->text));
    if (!local && (prefixed_value(s, member, &type) || qualified_member(s, member, &type)))
        return type;
    return infer_field(s, member);
}

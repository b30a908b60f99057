// SPDX-License-Identifier: Apache-2.0
//
// resolve_table.c: tables, deliveries, relations' heads, parameters and signatures.

#include "lang/check_int.h"

/* ----------------------------------------------------------------------- columns */

static const AstName *column_name(const AstNode *node)
{
    return node->kind == AST_COLUMN ? ast_as_Column(node)->name : NULL;
}

static const AstName *parameter_name(const AstNode *node)
{
    return node->kind == AST_PARAMETER ? ast_as_Parameter(node)->name : NULL;
}

static const AstName *name_itself(const AstNode *node)
{
    return node->kind == AST_NAME ? ast_as_Name(node) : NULL;
}

static void set_bare_unit(Checker *c, uint32_t file, const AstName *name, TypedColumn *column)
{
    UnitMeaning meaning;
    if (!resolve_unit(c, file, name->text, &meaning)) {
        if (!c->files.items[file]->lost_use)
            report_with(c, DIAG_UNKNOWN_UNIT, &name->base, DIAG_ARGS(diag_arg(name->text)));
        return;
    }
    Type *type = &column->type;
    bool days_as_time = type->kind == TYPE_DAYS && meaning.kind == TYPE_TIME;
    bool fits = days_as_time || (type->kind == meaning.kind && type->nominal == meaning.currency);
    if (fits && (type->kind == TYPE_QUANTITY || type->kind == TYPE_PRICE))
        fits = str_equal(type->unit->dimension, meaning.unit->dimension);
    if (!fits) {
        if (type->kind != TYPE_ERROR)
            report_with(
                c, DIAG_UNIT_OF_COLUMN, &name->base,
                DIAG_ARGS(diag_arg(name->text), diag_arg(column->name), type_arg(c, *type)));
        return;
    }
    if (days_as_time)
        type->kind = TYPE_TIME;
    if (type->kind == TYPE_QUANTITY || type->kind == TYPE_PRICE)
        type->unit = meaning.unit;
    column->bare_unit = meaning.unit;
    column->bare_num = meaning.num;
    column->bare_den = meaning.den;
}

static bool storable(Checker *c, const AstTypeRef *node, Type type, bool real)
{
    bool good = type.kind != TYPE_SET && type.kind != TYPE_LIST && (real || type.kind != TYPE_REAL);
    if (good)
        return true;
    Diag *diag = report_with(c, DIAG_COLUMN_TYPE, &node->base, DIAG_ARGS(type_arg(c, type)));
    diag_note(c->diags, diag, type.kind == TYPE_REAL ? DIAG_TEXT_REAL_COLUMN : DIAG_TEXT_SET_COLUMN,
              DIAG_NONE);
    return false;
}

static void note_also(Checker *c, Map *seen, const AstColumn *node, TypedColumn *column)
{
    Str *also = ARENA_ARRAY(c->arena, Str, node->also.count);
    for (uint32_t i = 0; i < node->also.count; i++) {
        also[i] = ast_as_Text(node->also.items[i])->text;
        if (!map_put(seen, also[i], 0))
            report_with(c, DIAG_NAME_TWICE, node->also.items[i], DIAG_ARGS(diag_arg(also[i])));
    }
    column->also = also;
    column->also_count = node->also.count;
}

/* A column as named and typed, without options; reals are stored in relations only. */
static TypedColumn column_of(Checker *c, uint32_t file, const AstNode *node, const AstName *name,
                             const AstTypeRef *type, bool real)
{
    TypedColumn column = {
        .name = name->text, .nullable = type->nullable, .bare_num = 1, .bare_den = 1, .node = node};
    column.type = resolve_type(c, file, type);
    if (!storable(c, type, column.type, real))
        column.type = type_of(TYPE_ERROR);
    return column;
}

static void table_columns(Checker *c, DeclState *decl, const AstTable *table)
{
    Map also = {0};
    for (uint32_t i = 0; i < table->columns.count; i++) {
        if (table->columns.items[i]->kind != AST_COLUMN)
            continue;
        const AstColumn *node = ast_as_Column(table->columns.items[i]);
        TypedColumn column =
            column_of(c, decl->pub.file, &node->base, node->name, node->type, false);
        if (node->unit)
            set_bare_unit(c, decl->pub.file, node->unit, &column);
        note_also(c, &also, node, &column);
        avec_push(c->arena, &decl->columns, column);
    }
    map_deinit(&also);
    check_distinct(c, table->columns, column_name);
}

static void rows_settle(DeclState *decl)
{
    decl->pub.rows.columns = decl->columns.items;
    decl->pub.rows.column_count = (uint32_t)decl->columns.count;
}

/* The number of a column; UINT32_MAX: none. */
uint32_t find_column(const TypedDecl *decl, Str name)
{
    for (uint32_t i = 0; i < decl->rows.column_count; i++)
        if (str_equal(decl->rows.columns[i].name, name))
            return i;
    return UINT32_MAX;
}

void advise_column(Checker *c, Diag *diag, const AstName *name, const TypedDecl *decl)
{
    NearName near;
    near_name_init(&near, name->text);
    for (uint32_t i = 0; i < decl->rows.column_count; i++)
        near_name_offer(&near, decl->rows.columns[i].name);
    Str best;
    if (near_name_best(&near, &best))
        advise_near(c, diag, &name->base, best);
    else if (decl->name_node)
        diag_label(c->diags, diag, decl->name_node->base.span, DIAG_TEXT_DECLARED_HERE, DIAG_NONE);
}

void report_unknown_column(Checker *c, const AstName *name, const TypedDecl *decl)
{
    if (decl->node && decl->node->wrong)
        return; /* the column may be among what could not be parsed */
    Diag *diag = report_once(c, DIAG_UNKNOWN_COLUMN, &name->base, decl->name, name->text);
    if (diag)
        advise_column(c, diag, name, decl);
}

static void set_key(Checker *c, DeclState *decl, const AstKey *key)
{
    if (decl->pub.rows.key_written) {
        report_with(c, DIAG_OPTION_TWICE, &key->base, DIAG_ARGS(diag_arg_both("主键", "key")));
        return;
    }
    uint32_t *columns = ARENA_ARRAY(c->arena, uint32_t, key->columns.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < key->columns.count; i++) {
        const AstName *name = ast_as_Name(key->columns.items[i]);
        uint32_t column = find_column(&decl->pub, name->text);
        if (column == UINT32_MAX) {
            if (name->text.len)
                report_unknown_column(c, name, &decl->pub);
            continue;
        }
        if (decl->columns.items[column].type.kind == TYPE_REAL)
            report(c, DIAG_REAL_KEY, &name->base);
        columns[count++] = column;
    }
    check_distinct(c, key->columns, name_itself);
    decl->pub.rows.key = columns;
    decl->pub.rows.key_count = count;
    decl->pub.rows.key_written = true;
}

/* ----------------------------------------------------------------------- tables and deliveries */

static void add_covers(Checker *c, const AstCovers *node, TypedCovers *covers, uint32_t *count)
{
    TypedCovers *row = &covers[*count];
    *row = (TypedCovers){.prefix = node->prefix ? node->prefix->text : STR(""), .node = node};
    if (date_range(node->range, &row->from, &row->to))
        ++*count;
    else
        report(c, DIAG_RANGE_BACKWARDS, &node->range->base);
}

static void table_options(Checker *c, DeclState *decl, const AstTable *table)
{
    TypedCovers *covers = ARENA_ARRAY(c->arena, TypedCovers, table->options.count);
    const AstContract **contracts =
        ARENA_ARRAY(c->arena, const AstContract *, table->options.count);
    TypedTable *t = &decl->pub.table;
    for (uint32_t i = 0; i < table->options.count; i++) {
        const AstNode *node = table->options.items[i];
        if (node->kind == AST_KEY) {
            set_key(c, decl, ast_as_Key(node));
        } else if (node->kind == AST_HOLDER) {
            if (t->holder.len)
                report_with(c, DIAG_OPTION_TWICE, node,
                            DIAG_ARGS(diag_arg_both("提供单位", "holder")));
            t->holder = ast_as_Holder(node)->name->text;
        } else if (node->kind == AST_COVERS) {
            add_covers(c, ast_as_Covers(node), covers, &t->covers_count);
        } else if (node->kind == AST_CONTRACT) {
            contracts[t->contract_count++] = ast_as_Contract(node);
        }
    }
    t->covers = covers;
    t->contracts = contracts;
}

static void declare_table(Checker *c, DeclState *decl)
{
    const AstTable *table = ast_as_Table(decl->pub.node);
    table_columns(c, decl, table);
    rows_settle(decl);
    table_options(c, decl, table);
}

static bool known_driver(Str name)
{
    return str_equal(name, STR("csv")) || str_equal(name, STR("tsv"));
}

static void source_options(Checker *c, const AstSource *node, TypedSource *source)
{
    TypedCovers *covers = ARENA_ARRAY(c->arena, TypedCovers, node->options.count);
    for (uint32_t i = 0; i < node->options.count; i++) {
        if (node->options.items[i]->kind == AST_COVERS)
            add_covers(c, ast_as_Covers(node->options.items[i]), covers, &source->covers_count);
        else if (node->options.items[i]->kind == AST_HOLDER)
            source->holder = ast_as_Holder(node->options.items[i])->name->text;
    }
    source->covers = covers;
}

static void source_arguments(Checker *c, const AstSource *node)
{
    static const char *const known[] = {"encoding", "header", "separator",
                                        "编码",     "表头",   "分隔符"};
    for (uint32_t i = 0; i < node->arguments.count; i++) {
        if (node->arguments.items[i]->kind != AST_ARGUMENT)
            continue;
        const AstArgument *argument = ast_as_Argument(node->arguments.items[i]);
        if (!argument->name)
            continue;
        NearName near;
        near_name_init(&near, argument->name->text);
        bool found = false;
        for (size_t k = 0; k < ARRAY_LEN(known); k++) {
            found |= str_equal(argument->name->text, str_from_cstr(known[k]));
            near_name_offer(&near, str_from_cstr(known[k]));
        }
        Str best;
        if (found)
            continue;
        Diag *diag = report_with(c, DIAG_UNKNOWN_OPTION, &argument->name->base,
                                 DIAG_ARGS(diag_arg(argument->name->text)));
        if (near_name_best(&near, &best))
            advise_near(c, diag, &argument->name->base, best);
    }
}

/* Sources are `source` declarations in any file; each belongs to the table it names. */
static void declare_source(Checker *c, uint32_t file, const AstSource *node)
{
    DeclState *decl = resolve_path(c, file, node->table, KIND_BIT(TYPED_TABLE), DIAG_UNKNOWN_TABLE);
    if (!known_driver(node->driver->text)) {
        Diag *diag = report_with(c, DIAG_UNKNOWN_DRIVER, &node->driver->base,
                                 DIAG_ARGS(diag_arg(node->driver->text)));
        advise_near(c, diag, &node->driver->base, STR("csv"));
    }
    source_arguments(c, node);
    TypedSource source = {.node = node, .file = file, .holder = STR("")};
    source_options(c, node, &source);
    if (!decl)
        return;
    TypedTable *t = &decl->pub.table;
    TypedSource *grown = ARENA_ARRAY(c->arena, TypedSource, t->source_count + 1);
    if (t->source_count)
        memcpy(grown, t->sources, t->source_count * sizeof *grown);
    grown[t->source_count++] = source;
    t->sources = grown;
}

/* ----------------------------------------------------------------------- relations */

static void relation_columns(Checker *c, DeclState *decl, const AstRelation *relation)
{
    for (uint32_t i = 0; i < relation->columns.count; i++) {
        if (relation->columns.items[i]->kind != AST_PARAMETER)
            continue;
        const AstParameter *node = ast_as_Parameter(relation->columns.items[i]);
        TypedColumn column =
            column_of(c, decl->pub.file, &node->base, node->name, node->type, true);
        avec_push(c->arena, &decl->columns, column);
    }
    check_distinct(c, relation->columns, parameter_name);
}

static void relation_keep(Checker *c, DeclState *decl, const AstKeep *keep)
{
    TypedRelation *r = &decl->pub.relation;
    if (r->keep_least || r->keep_greatest) {
        report_with(c, DIAG_OPTION_TWICE, &keep->base, DIAG_ARGS(diag_arg_both("保留", "keep")));
        return;
    }
    uint32_t column = find_column(&decl->pub, keep->column->text);
    if (column == UINT32_MAX) {
        if (keep->column->text.len)
            report_unknown_column(c, keep->column, &decl->pub);
        return;
    }
    if (!type_is_ordered(decl->columns.items[column].type))
        report_with(c, DIAG_NOT_ORDERED, &keep->column->base,
                    DIAG_ARGS(type_arg(c, decl->columns.items[column].type)));
    r->keep_least = !keep->greatest;
    r->keep_greatest = keep->greatest;
    r->keep_column = column;
}

static void relation_options(Checker *c, DeclState *decl, const AstRelation *relation)
{
    TypedRelation *r = &decl->pub.relation;
    r->depth_limit = -1;
    const AstNode *keep = NULL;
    for (uint32_t i = 0; i < relation->options.count; i++) {
        const AstNode *node = relation->options.items[i];
        if (node->kind == AST_KEY)
            set_key(c, decl, ast_as_Key(node));
        if (node->kind == AST_KEEP)
            relation_keep(c, decl, ast_as_Keep(keep = node));
        if (node->kind == AST_DEPTH_LIMIT) {
            if (r->depth_limit >= 0)
                report_with(c, DIAG_OPTION_TWICE, node,
                            DIAG_ARGS(diag_arg_both("限 深度", "limit depth")));
            int128_t depth = ast_as_DepthLimit(node)->depth->count;
            r->depth_limit = depth > INT32_MAX ? INT32_MAX : (int64_t)depth;
        }
    }
    if (keep && !decl->pub.rows.key_written)
        report(c, DIAG_KEEP_WITHOUT_KEY, keep);
    for (uint32_t i = 0; keep && i < decl->pub.rows.key_count; i++)
        if (decl->pub.rows.key[i] == r->keep_column && (r->keep_least || r->keep_greatest))
            report(c, DIAG_KEEP_IN_KEY, keep);
}

static void all_columns_key(Checker *c, DeclState *decl)
{
    uint32_t count = decl->pub.rows.column_count;
    uint32_t *key = ARENA_ARRAY(c->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        key[i] = i;
        if (decl->columns.items[i].type.kind == TYPE_REAL)
            report(c, DIAG_REAL_KEY, decl->columns.items[i].node);
    }
    decl->pub.rows.key = key;
    decl->pub.rows.key_count = count;
}

static void declare_relation(Checker *c, DeclState *decl)
{
    const AstRelation *relation = ast_as_Relation(decl->pub.node);
    relation_columns(c, decl, relation);
    rows_settle(decl);
    relation_options(c, decl, relation);
    if (!decl->pub.rows.key_written)
        all_columns_key(c, decl);
}

/* ----------------------------------------------------------------------- signatures */

static void declare_signature(Checker *c, DeclState *decl, AstList parameters,
                              const AstTypeRef *result)
{
    TypedFunction *function = &decl->pub.function;
    TypedParameter *list = ARENA_ARRAY(c->arena, TypedParameter, parameters.count);
    for (uint32_t i = 0; i < parameters.count; i++) {
        if (parameters.items[i]->kind != AST_PARAMETER)
            continue;
        const AstParameter *node = ast_as_Parameter(parameters.items[i]);
        list[function->parameter_count++] = (TypedParameter){
            node->name->text, resolve_type(c, decl->pub.file, node->type), node->type->nullable};
    }
    check_distinct(c, parameters, parameter_name);
    function->parameters = list;
    function->result = resolve_type(c, decl->pub.file, result);
    function->nullable = result->nullable;
}

/* The types that C has a place for. */
static void check_extern_type(Checker *c, Type type, const AstTypeRef *node, bool may_be_missing)
{
    bool passes = type.kind == TYPE_REAL || type.kind == TYPE_INTEGER ||
                  type.kind == TYPE_BOOLEAN || type.kind == TYPE_TEXT;
    bool missing = node->nullable && !(may_be_missing && type.kind == TYPE_TEXT);
    if (type.kind != TYPE_ERROR && (!passes || missing))
        report_with(c, DIAG_EXTERN_TYPE, &node->base,
                    DIAG_ARGS(diag_arg(source_set_text(c->sources, node->base.span))));
}

static void declare_extern(Checker *c, DeclState *decl)
{
    const AstExtern *node = ast_as_Extern(decl->pub.node);
    declare_signature(c, decl, node->parameters, node->result);
    for (uint32_t i = 0, next = 0; i < node->parameters.count; i++)
        if (node->parameters.items[i]->kind == AST_PARAMETER)
            check_extern_type(c, decl->pub.function.parameters[next++].type,
                              ast_as_Parameter(node->parameters.items[i])->type, false);
    check_extern_type(c, decl->pub.function.result, node->result, true);
    if (!node->pure)
        report_with(c, DIAG_EXTERN_NOT_PURE, &node->name->base,
                    DIAG_ARGS(diag_arg(decl->pub.name)));
}

static void declare_param(Checker *c, DeclState *decl)
{
    const AstParam *node = ast_as_Param(decl->pub.node);
    TypedParam *param = &decl->pub.param;
    param->type = resolve_type(c, decl->pub.file, node->type);
    param->nullable = node->type->nullable;
    param->value = node->value;
    param->dated = node->values.count > 0;
    TypedDated *dates = ARENA_ARRAY(c->arena, TypedDated, node->values.count);
    for (uint32_t i = 0; i < node->values.count; i++) {
        if (node->values.items[i]->kind != AST_DATED_VALUE)
            continue;
        const AstDatedValue *value = ast_as_DatedValue(node->values.items[i]);
        dates[param->date_count++] = (TypedDated){value->since->value, value->value, value->cites};
        if (param->date_count > 1 && value->since->value <= dates[param->date_count - 2].since)
            report_with(c, DIAG_DATES_NOT_RISING, &value->since->base,
                        DIAG_ARGS(diag_arg(decl->pub.name)));
    }
    param->dates = dates;
}

void declare_heads(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind == TYPED_TABLE)
            declare_table(c, decl);
        else if (decl->pub.kind == TYPED_RELATION)
            declare_relation(c, decl);
        else if (decl->pub.kind == TYPED_PARAM)
            declare_param(c, decl);
        else if (decl->pub.kind == TYPED_EXTERN)
            declare_extern(c, decl);
        else if (decl->pub.kind == TYPED_FUNCTION)
            declare_signature(c, decl, ast_as_Function(decl->pub.node)->parameters,
                              ast_as_Function(decl->pub.node)->result);
    }
    for (uint32_t i = 0; i < c->files.count; i++) {
        const AstFile *root = c->files.items[i]->root;
        for (uint32_t k = 0; root && k < root->declarations.count; k++)
            if (root->declarations.items[k]->kind == AST_SOURCE)
                declare_source(c, i, ast_as_Source(root->declarations.items[k]));
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// resolve_test.c: tests in the language: grids against columns, keys and fields against rules.

#include "lang/infer_int.h"

typedef struct TestState {
    Checker *c;
    DeclState *decl;
    DeclState *subject; /* NULL: unknown */
    VEC(TypedGiven) givens;
    bool as_of;
} TestState;

static Scope test_scope(TestState *t)
{
    return (Scope){.c = t->c, .file = t->decl->pub.file, .in_test = true};
}

/* ----------------------------------------------------------------------- grids */

static uint32_t header_column(TestState *t, const DeclState *rows, const AstName *name,
                              const uint32_t *columns, uint32_t before)
{
    uint32_t column = find_column(&rows->pub, name->text);
    if (column == UINT32_MAX) {
        if (name->text.len)
            report_unknown_column(t->c, name, &rows->pub);
        return column;
    }
    for (uint32_t i = 0; i < before; i++)
        if (columns[i] == column)
            report_with(t->c, DIAG_NAME_TWICE, &name->base, DIAG_ARGS(diag_arg(name->text)));
    return column;
}

static const uint32_t *grid_header(TestState *t, const DeclState *rows, const AstGrid *grid)
{
    uint32_t *columns = ARENA_ARRAY(t->c->arena, uint32_t, grid->header.count);
    for (uint32_t i = 0; i < grid->header.count; i++)
        columns[i] = grid->header.items[i]->kind == AST_NAME
                         ? header_column(t, rows, ast_as_Name(grid->header.items[i]), columns, i)
                         : UINT32_MAX;
    return columns;
}

static void grid_row(TestState *t, const DeclState *rows, const AstGrid *grid,
                     const uint32_t *columns, const AstRow *row)
{
    Scope s = test_scope(t);
    if (row->cells.count != grid->header.count)
        return; /* the parser has told it */
    for (uint32_t i = 0; i < row->cells.count; i++) {
        if (columns[i] == UINT32_MAX)
            continue;
        const TypedColumn *column = &rows->columns.items[columns[i]];
        uint32_t errors = diag_count(t->c->diags, DIAG_ERROR);
        infer_into(&s, row->cells.items[i], column->type, true, DIAG_MISSING_ARGUMENT,
                   column->name);
        TypedConst value;
        if (diag_count(t->c->diags, DIAG_ERROR) == errors && column->type.kind != TYPE_ERROR &&
            row->cells.items[i]->kind != AST_ERROR && !expr_failed(t->c, row->cells.items[i]) &&
            !typed_const(t->c->typed, row->cells.items[i], &value))
            report(t->c, DIAG_CELL_NOT_CONSTANT, row->cells.items[i]);
    }
}

static const uint32_t *check_grid(TestState *t, const DeclState *rows, const AstGrid *grid)
{
    const uint32_t *columns = grid_header(t, rows, grid);
    for (uint32_t i = 0; i < grid->rows.count; i++)
        if (grid->rows.items[i]->kind == AST_ROW)
            grid_row(t, rows, grid, columns, ast_as_Row(grid->rows.items[i]));
    return columns;
}

/* ----------------------------------------------------------------------- given */

static void given_table(TestState *t, const AstGivenTable *node)
{
    DeclState *rows =
        resolve_path(t->c, t->decl->pub.file, node->table, KINDS_ROWS, DIAG_UNKNOWN_ROWS);
    TypedGiven given = {.node = &node->base};
    if (!rows)
        return;
    for (size_t i = 0; i < t->givens.count; i++)
        if (t->givens.items[i].rows == &rows->pub)
            report_with(t->c, DIAG_GIVEN_TWICE, &node->table->base,
                        DIAG_ARGS(diag_arg(rows->pub.name)));
    given.rows = &rows->pub;
    given.columns = check_grid(t, rows, node->grid);
    avec_push(t->c->arena, &t->givens, given);
}

static bool is_word(Str name, const char *en, const char *zh)
{
    return str_equal(name, str_from_cstr(en)) || str_equal(name, str_from_cstr(zh));
}

static void given_value(TestState *t, const AstGivenValue *node)
{
    Scope s = test_scope(t);
    TypedGiven given = {.node = &node->base};
    Str name = node->parameter->names.count == 1
                   ? ast_as_Name(node->parameter->names.items[0])->text
                   : STR("");
    Type type;
    bool nullable = false;
    if (is_word(name, "as_of", "截止日")) {
        given.as_of = t->as_of = true;
        type = type_of(TYPE_DATE);
    } else if (is_word(name, "unplaced_tolerance", "容许无主率")) {
        given.tolerance = true;
        type = type_exact(TYPE_RATIO, 9);
    } else {
        DeclState *param = resolve_path(t->c, t->decl->pub.file, node->parameter,
                                        KIND_BIT(TYPED_PARAM), DIAG_UNKNOWN_PARAM);
        given.param = param ? &param->pub : NULL;
        type = param ? param->pub.param.type : type_of(TYPE_ERROR);
        nullable = param && param->pub.param.nullable;
    }
    infer_into(&s, node->value, type, nullable, DIAG_MISSING_ARGUMENT, name);
    avec_push(t->c->arena, &t->givens, given);
}

/* ----------------------------------------------------------------------- expected entries */

static bool is_missing_word(const AstNode *node)
{
    return node->kind == AST_NAME && is_word(ast_as_Name(node)->text, "missing", "缺失");
}

static void entry_keys(TestState *t, const AstExpectEntry *entry)
{
    Scope s = test_scope(t);
    const TypedRows *rows = &t->subject->pub.rows;
    bool all_missing = entry->key.count == 1 && is_missing_word(entry->key.items[0]);
    if (entry->key.count != rows->key_count && !all_missing && !entry->base.wrong)
        report_with(t->c, DIAG_ENTRY_KEYS, &entry->base,
                    DIAG_ARGS(diag_arg(t->subject->pub.name),
                              diag_arg_int(t->c->diags, rows->key_count),
                              diag_arg_int(t->c->diags, entry->key.count)));
    for (uint32_t i = 0; i < entry->key.count && i < rows->key_count; i++) {
        const TypedColumn *column = &t->subject->columns.items[rows->key[i]];
        infer_into(&s, entry->key.items[i], column->type, true, DIAG_MISSING_ARGUMENT,
                   column->name);
    }
}

static void entry_field(TestState *t, const AstNamed *field)
{
    Scope s = test_scope(t);
    Str name = field->name->text;
    if (is_word(name, "severity", "程度")) {
        Type severity = type_of(TYPE_ENUM);
        severity.nominal = t->c->severity;
        infer_into(&s, field->value, severity, true, DIAG_MISSING_ARGUMENT, name);
        return;
    }
    if (is_word(name, "title", "标题")) {
        infer_into(&s, field->value, type_of(TYPE_TEXT), true, DIAG_MISSING_ARGUMENT, name);
        return;
    }
    uint32_t column = find_column(&t->subject->pub, name);
    if (column == UINT32_MAX) {
        report_unknown_column(t->c, field->name, &t->subject->pub);
        return;
    }
    Type type = t->subject->columns.items[column].type;
    if (type_is_exact(type) && type.kind != TYPE_ERROR) /* written values may be finer: 30.005元 */
        type.scale = MAX_OF(type.scale, (uint8_t)18);
    infer_into(&s, field->value, type, true, DIAG_MISSING_ARGUMENT, name);
}

static void entry_by(TestState *t, const AstText *by)
{
    NearName near;
    near_name_init(&near, by->text);
    if (t->subject->pub.node->wrong)
        return; /* it may be what could not be parsed */
    for (size_t i = 0; i < t->subject->exceptions.count; i++) {
        if (str_equal(t->subject->exceptions.items[i], by->text))
            return;
        near_name_offer(&near, t->subject->exceptions.items[i]);
    }
    Diag *diag = report_with(t->c, DIAG_UNKNOWN_EXCEPTION, &by->base,
                             DIAG_ARGS(diag_arg(by->text), diag_arg(t->subject->pub.name)));
    Str best;
    if (near_name_best(&near, &best))
        advise_near(t->c, diag, &by->base,
                    arena_printf(t->c->arena, "\"" STR_FMT "\"", STR_ARG(best)));
}

static void check_entry(TestState *t, const AstExpectEntry *entry)
{
    bool rule = t->subject->pub.kind == TYPED_RULE;
    bool undecided = entry->entries == AST_ENTRIES_UNDECIDED;
    if (!rule && (!undecided || t->subject->pub.kind == TYPED_QUERY)) {
        report_with(t->c, DIAG_ENTRY_OF_WHAT, &entry->base,
                    DIAG_ARGS(diag_arg(t->subject->pub.name), kind_arg(t->subject->pub.kind)));
        return;
    }
    if (rule && !t->subject->pub.rows.column_count)
        return; /* its clue was wrong */
    entry_keys(t, entry);
    for (uint32_t i = 0; i < entry->fields.count; i++)
        if (entry->fields.items[i]->kind == AST_NAMED && ast_as_Named(entry->fields.items[i])->name)
            entry_field(t, ast_as_Named(entry->fields.items[i]));
    if (entry->by && rule)
        entry_by(t, entry->by);
}

static void check_result(TestState *t, const AstExpectResult *node)
{
    if (t->subject->pub.kind == TYPED_RULE) {
        report_with(t->c, DIAG_RESULT_OF_RULE, &node->base,
                    DIAG_ARGS(diag_arg(t->subject->pub.name)));
        return;
    }
    t->decl->pub.test.result = node;
    t->decl->pub.test.result_columns = check_grid(t, t->subject, node->grid);
}

/* ----------------------------------------------------------------------- what the run reads */

typedef struct Needs {
    TestState *t;
    uint8_t *seen;
    VEC(const DeclState *) todo;
    const AstNode *as_of;
} Needs;

static const TypedGiven *given_of(const TestState *t, const TypedDecl *rows)
{
    for (size_t i = 0; i < t->givens.count; i++)
        if (t->givens.items[i].rows == rows)
            return &t->givens.items[i];
    return NULL;
}

static void need(Needs *needs, const DeclState *decl)
{
    if (needs->seen[decl->pub.index] || given_of(needs->t, &decl->pub))
        return;
    needs->seen[decl->pub.index] = 1;
    vec_push(&needs->todo, decl);
}

static bool gives_column(const TypedGiven *given, uint32_t column)
{
    AstList header = ast_as_GivenTable(given->node)->grid->header;
    for (uint32_t i = 0; i < header.count; i++)
        if (given->columns[i] == column || given->columns[i] == UINT32_MAX)
            return true; /* an unknown name in the header may be meant for it */
    return false;
}

static void need_reads(Needs *needs, const DeclState *decl)
{
    TestState *t = needs->t;
    for (size_t i = 0; i < decl->reads.count; i++) {
        const ColumnRead *read = &decl->reads.items[i];
        const TypedGiven *given = given_of(t, &read->rows->pub);
        bool indirect = decl != t->subject && read->rows->columns.items[read->column].nullable;
        if (!given || gives_column(given, read->column) || decl->pub.kind == TYPED_TABLE ||
            indirect)
            continue;
        const AstGivenTable *node = ast_as_GivenTable(given->node);
        Diag *diag = report_with(t->c, DIAG_COLUMN_LEFT_OUT, &node->table->base,
                                 DIAG_ARGS(diag_arg(read->rows->columns.items[read->column].name),
                                           diag_arg(decl->pub.name)));
        diag_label(t->c->diags, diag, read->node->span, DIAG_TEXT_READ_HERE, DIAG_NONE);
        return;
    }
}

static void check_needs(TestState *t)
{
    Needs needs = {.t = t, .seen = base_alloc_zeroed(t->c->decls.count + 1, 1)};
    needs.seen[t->subject->pub.index] = 1;
    vec_push(&needs.todo, t->subject);
    while (needs.todo.count) {
        const DeclState *decl = vec_pop(&needs.todo);
        need_reads(&needs, decl);
        if (decl->reads_as_of && !needs.as_of)
            needs.as_of = decl->as_of_node;
        for (size_t i = 0; i < decl->edges.count; i++)
            need(&needs, t->c->decls.items[decl->edges.items[i].source->index]);
        for (size_t i = 0; i < decl->calls.count; i++)
            need(&needs, decl->calls.items[i]);
    }
    if (needs.as_of && !t->as_of && !t->decl->pub.node->wrong) {
        Diag *diag =
            report_with(t->c, DIAG_TEST_WITHOUT_AS_OF, &ast_as_Test(t->decl->pub.node)->name->base,
                        DIAG_ARGS(diag_arg(t->subject->pub.name)));
        diag_label(t->c->diags, diag, needs.as_of->span, DIAG_TEXT_READ_HERE, DIAG_NONE);
    }
    vec_free(&needs.todo);
    free(needs.seen);
}

/* ----------------------------------------------------------------------- one test */

static void check_step(TestState *t, const AstNode *node)
{
    if (node->kind == AST_GIVEN_TABLE)
        given_table(t, ast_as_GivenTable(node));
    else if (node->kind == AST_GIVEN_VALUE)
        given_value(t, ast_as_GivenValue(node));
    else if (node->kind == AST_EXPECT_ENTRY && t->subject)
        check_entry(t, ast_as_ExpectEntry(node));
    else if (node->kind == AST_EXPECT_RESULT && t->subject)
        check_result(t, ast_as_ExpectResult(node));
}

static void check_test(Checker *c, DeclState *decl)
{
    const AstTest *node = ast_as_Test(decl->pub.node);
    unsigned kinds = KIND_BIT(TYPED_RULE) | KIND_BIT(TYPED_RELATION) | KIND_BIT(TYPED_QUERY);
    TestState t = {.c = c, .decl = decl};
    bool expects = false;
    t.subject = resolve_path(c, decl->pub.file, node->subject, kinds, DIAG_UNKNOWN_SUBJECT);
    if (t.subject)
        t.subject->tested = true;
    for (uint32_t i = 0; i < node->steps.count; i++) {
        AstKind kind = node->steps.items[i]->kind;
        expects |= kind != AST_GIVEN_TABLE && kind != AST_GIVEN_VALUE;
        check_step(&t, node->steps.items[i]);
    }
    if (!expects && !node->base.wrong)
        report_with(c, DIAG_TEST_EXPECTS_NOTHING, &node->name->base,
                    DIAG_ARGS(diag_arg(decl->pub.name)));
    decl->pub.test.subject = t.subject ? &t.subject->pub : NULL;
    decl->pub.test.givens = t.givens.items;
    decl->pub.test.given_count = (uint32_t)t.givens.count;
    if (t.subject && !t.subject->failed)
        check_needs(&t);
}

void check_tests(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->pub.kind == TYPED_TEST)
            check_test(c, c->decls.items[i]);
}

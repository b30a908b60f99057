// SPDX-License-Identifier: Apache-2.0
//
// tests.c: a test's given rows and expected lists.

#include "compiler/consts.h"
#include "compiler/lower/lower_int.h"

// A cell or key of a test in the type of the column that it stands for.
static Const cell_of(Lowerer *lowerer, const AstNode *node, Type type)
{
    TypedConst value = {0};
    const TypedExpr *typed = typed_expr(lowerer->plan->typed, node);
    if (node->kind == AST_BLANK || (typed != NULL && typed->ref == TYPED_REF_MISSING))
        return const_of_gap(type);
    bool constant = typed_const(lowerer->plan->typed, node, &value);
    ASSERT(constant);
    Const made = const_of_typed(lowerer->arena, &value);
    if (made.value.state != VALUE_KNOWN)
        return const_of_gap(type);
    if (made.type.kind == TYPE_TEXT && type_phys(type) == PHYS_CODE)
        made.type = made.value.type = type; // any label stands for a value of an identity type
    return made;
}

static const Const *grid_cells(Lowerer *lowerer, const AstGrid *grid, const TypedRows *rows,
                               const uint32_t *columns)
{
    size_t width = grid->header.count;
    Const *cells = ARENA_ARRAY(lowerer->arena, Const, width * grid->rows.count);
    for (uint32_t i = 0; i < grid->rows.count; i++) {
        const AstRow *row = ast_as_Row(grid->rows.items[i]);
        ASSERT(row->cells.count == width);
        for (uint32_t j = 0; j < width; j++)
            cells[i * width + j] =
                cell_of(lowerer, row->cells.items[j], rows->columns[columns[j]].type);
    }
    return cells;
}

static void given_table(Lowerer *lowerer, const TypedGiven *given, TestCase *out,
                        GivenTable *tables)
{
    const AstGrid *grid = ast_as_GivenTable(given->node)->grid;
    GivenTable *table = &tables[out->table_count++];
    *table = (GivenTable){.source = lower_source(lowerer, given->rows),
                          .columns = given->columns,
                          .column_count = grid->header.count,
                          .row_count = grid->rows.count};
    table->cells = grid_cells(lowerer, grid, &given->rows->rows, given->columns);
}

static void given_value(Lowerer *lowerer, const TypedGiven *given, TestCase *out,
                        GivenParam *params)
{
    const AstGivenValue *node = ast_as_GivenValue(given->node);
    GivenParam *param = &params[out->param_count++];
    if (given->as_of)
        *param = (GivenParam){.param = UINT32_MAX,
                              .value = cell_of(lowerer, node->value, type_of(TYPE_DATE))};
    else if (given->tolerance)
        *param = (GivenParam){.param = UINT32_MAX - 1,
                              .value = cell_of(lowerer, node->value, type_exact(TYPE_RATIO, 9))};
    else
        *param = (GivenParam){.param = lowerer->numbers[given->param->index],
                              .value = cell_of(lowerer, node->value, given->param->param.type)};
}

static Type field_type(const TypedDecl *subject, Str name)
{
    for (uint32_t i = 0; i < subject->rows.column_count; i++)
        if (str_equal(subject->rows.columns[i].name, name))
            return subject->rows.columns[i].type;
    return type_of(TYPE_TEXT);
}

// Severities are words, whatever the checker takes them for.
static Const field_value(Lowerer *lowerer, const AstNamed *named, Type type)
{
    static const Str SEVERITIES[] = {STR_INIT("高"), STR_INIT("中"), STR_INIT("低")};
    const TypedExpr *typed = typed_expr(lowerer->plan->typed, named->value);
    if (typed != NULL && typed->ref == TYPED_REF_SEVERITY)
        return const_of_text(SEVERITIES[typed->field]);
    return cell_of(lowerer, named->value, type);
}

static ExpectList expect_list(AstEntries entries)
{
    switch (entries) {
    case AST_ENTRIES_CLUE:
        return EXPECT_CLUE;
    case AST_ENTRIES_CLEARED:
        return EXPECT_CLEARED;
    case AST_ENTRIES_UNDECIDED:
        return EXPECT_UNDECIDED;
    }
    UNREACHABLE();
}

static void expect_entry(Lowerer *lowerer, const TypedDecl *subject, const AstExpectEntry *node,
                         ExpectEntry *out)
{
    const Source *source = source_get(lowerer->plan->typed->sources, node->base.span.file);
    Const *key = ARENA_ARRAY(lowerer->arena, Const, node->key.count);
    Str *names = ARENA_ARRAY(lowerer->arena, Str, node->fields.count);
    Const *values = ARENA_ARRAY(lowerer->arena, Const, node->fields.count);
    *out = (ExpectEntry){.list = expect_list(node->entries),
                         .key = key,
                         .key_count = node->key.count,
                         .field_names = names,
                         .field_values = values,
                         .field_count = node->fields.count,
                         .text = source_text(source, node->base.span),
                         .line = source_place(source, node->base.span.start).line};
    out->cleared_by = node->by == NULL ? STR("") : node->by->text;
    for (uint32_t i = 0; i < node->key.count; i++) {
        // A rule's keys are its first columns; a relation's undecided rows are named by its key.
        uint32_t column = i < subject->rows.key_count ? subject->rows.key[i] : i;
        Type type = column < subject->rows.column_count ? subject->rows.columns[column].type
                                                        : type_of(TYPE_TEXT);
        key[i] = cell_of(lowerer, node->key.items[i], type);
    }
    for (uint32_t i = 0; i < node->fields.count; i++) {
        const AstNamed *named = ast_as_Named(node->fields.items[i]);
        names[i] = ast_named_text(named);
        values[i] = field_value(lowerer, named, field_type(subject, names[i]));
    }
}

static void expect_count(const AstExpectCount *node, TestCase *out)
{
    int64_t count = (int64_t)node->count->count;
    switch (node->entries) {
    case AST_ENTRIES_CLUE:
        out->count_clue = count;
        return;
    case AST_ENTRIES_CLEARED:
        out->count_cleared = count;
        return;
    case AST_ENTRIES_UNDECIDED:
        out->count_undecided = count;
        return;
    }
}

static void expect_result(Lowerer *lowerer, const TypedTest *test, TestCase *out)
{
    const AstGrid *grid = test->result->grid;
    out->expect_result = true;
    out->result_columns = test->result_columns;
    out->result_column_count = grid->header.count;
    out->result_row_count = grid->rows.count;
    out->result_cells = grid_cells(lowerer, grid, &test->subject->rows, test->result_columns);
}

static void lower_target(Lowerer *lowerer, const TypedDecl *subject, TestCase *out)
{
    out->target_is_query = subject->kind == TYPED_QUERY;
    if (out->target_is_query)
        out->query = lowerer->numbers[subject->index];
    else
        out->target = lower_source(lowerer, subject);
}

void lower_test(Lowerer *lowerer, const TypedDecl *decl, TestCase *out)
{
    const TypedTest *test = &decl->test;
    const AstTest *node = ast_as_Test(decl->node);
    const Source *source = source_get(lowerer->plan->typed->sources, decl->node->span.file);
    GivenTable *tables = ARENA_ARRAY(lowerer->arena, GivenTable, test->given_count);
    GivenParam *params = ARENA_ARRAY(lowerer->arena, GivenParam, test->given_count);
    ExpectEntry *entries = ARENA_ARRAY(lowerer->arena, ExpectEntry, node->steps.count);
    *out = (TestCase){.name = decl->name, .tables = tables, .params = params, .entries = entries};
    out->count_clue = out->count_cleared = out->count_undecided = -1;
    out->file = source->path;
    out->line = source_place(source, decl->node->span.start).line;
    lower_target(lowerer, test->subject, out);
    for (uint32_t i = 0; i < test->given_count; i++) {
        if (test->givens[i].rows != NULL)
            given_table(lowerer, &test->givens[i], out, tables);
        else
            given_value(lowerer, &test->givens[i], out, params);
    }
    for (uint32_t i = 0; i < node->steps.count; i++) {
        const AstNode *step = node->steps.items[i];
        if (step->kind == AST_EXPECT_NONE)
            out->expect_none = true;
        else if (step->kind == AST_EXPECT_ENTRY)
            expect_entry(lowerer, test->subject, ast_as_ExpectEntry(step),
                         &entries[out->entry_count++]);
        else if (step->kind == AST_EXPECT_COUNT)
            expect_count(ast_as_ExpectCount(step), out);
    }
    if (test->result != NULL)
        expect_result(lowerer, test, out);
}

// SPDX-License-Identifier: Apache-2.0
//
// lower.c: a whole program: what is reached, its declarations, its order.

#include "compiler/lower/lower_int.h"

#include "compiler/consts.h"

// ---------------------------------------------------------------- what is reached

typedef struct Reach {
    const Plan *plan;
    const LowerRoots *roots;
    uint8_t *reached;
    VEC(const TypedDecl *) waiting;
} Reach;

static void reach(Reach *state, const TypedDecl *decl)
{
    if (decl == NULL || state->reached[decl->index])
        return;
    state->reached[decl->index] = 1;
    vec_push(&state->waiting, decl);
}

static void reach_node(void *context, const PlanExpr *expr)
{
    if (expr->kind == PLAN_EXPR_PARAM || expr->kind == PLAN_EXPR_PARAM_AT)
        reach(context, expr->decl);
}

typedef struct ReachWalk {
    Reach *state;
    uint64_t *seen;
} ReachWalk;

static void reach_expr(void *context, const PlanExpr *expr)
{
    ReachWalk *walk = context;
    plan_expr_walk(expr, walk->seen, reach_node, walk->state);
}

static void reach_ops(Reach *state, const PlanBody *body)
{
    for (uint32_t i = 0; i < body->op_count; i++) {
        const PlanOp *op = &body->ops[i];
        reach(state, op->source);
        reach(state, op->cite.law);
        for (uint32_t j = 0; j < op->citation_count; j++)
            reach(state, op->citations[j].law);
        for (uint32_t j = 0; j < op->covered_count; j++)
            reach(state, op->covered_tables[j]);
    }
}

const TypedGiven *lower_given(const TypedDecl *test, const TypedDecl *decl)
{
    for (uint32_t i = 0; test != NULL && i < test->test.given_count; i++)
        if (test->test.givens[i].rows == decl)
            return &test->test.givens[i];
    return NULL;
}

static void reach_decl(Reach *state, const TypedDecl *decl, ReachWalk *walk)
{
    const Plan *plan = state->plan;
    if (decl->kind == TYPED_TABLE)
        for (uint32_t i = 0; i < decl->table.contract_count; i++)
            reach_expr(walk, plan->contracts[decl->index][i]);
    if (plan_body_count(decl) == 0 || lower_given(state->roots->test, decl) != NULL)
        return;
    const PlanBody *bodies = plan->bodies[decl->index];
    for (uint32_t i = 0; bodies != NULL && i < plan_body_count(decl); i++) { // NULL: not built yet
        reach_ops(state, &bodies[i]);
        plan_body_exprs(&bodies[i], reach_expr, walk);
    }
}

void lower_reach(const Plan *plan, const LowerRoots *roots, uint8_t *reached)
{
    Reach state = {.plan = plan, .roots = roots, .reached = reached};
    ReachWalk walk = {.state = &state};
    walk.seen = base_alloc_zeroed(plan->node_count / 64 + 1, sizeof *walk.seen);
    for (uint32_t i = 0; i < roots->decl_count; i++)
        reach(&state, roots->decls[i]);
    for (uint32_t i = 0; roots->test != NULL && i < roots->test->test.given_count; i++) {
        reach(&state, roots->test->test.givens[i].rows);
        reach(&state, roots->test->test.givens[i].param);
    }
    while (state.waiting.count > 0)
        reach_decl(&state, vec_pop(&state.waiting), &walk);
    vec_free(&state.waiting);
    free(walk.seen);
}

// ---------------------------------------------------------------- declarations

static const ColumnDecl *lower_columns(Lowerer *lowerer, const TypedDecl *decl)
{
    const TypedRows *rows = &decl->rows;
    const uint8_t *needed = lowerer->plan->needed[decl->index];
    ColumnDecl *columns = ARENA_ARRAY(lowerer->arena, ColumnDecl, rows->column_count);
    for (uint32_t i = 0; i < rows->column_count; i++) {
        const TypedColumn *column = &rows->columns[i];
        columns[i] =
            (ColumnDecl){.name = column->name,
                         .also = column->also,
                         .also_count = column->also_count,
                         .type = column->type,
                         .nullable = column->nullable,
                         .bare_unit = column->bare_unit == NULL ? STR("") : column->bare_unit->name,
                         .bare_num = column->bare_num,
                         .bare_den = column->bare_den,
                         .needed = needed == NULL || needed[i]};
    }
    for (uint32_t i = 0; i < rows->key_count; i++)
        columns[rows->key[i]].needed = true;
    return columns;
}

static const Covers *lower_covers(Lowerer *lowerer, const TypedCovers *covers, uint32_t count)
{
    Covers *made = ARENA_ARRAY(lowerer->arena, Covers, count);
    for (uint32_t i = 0; i < count; i++)
        made[i] =
            (Covers){.from = covers[i].from, .to = covers[i].to, .region_prefix = covers[i].prefix};
    return made;
}

static Str folder_of(Str path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return str_slice(path, 0, i - 1);
    return STR(".");
}

static void source_argument(const AstArgument *argument, SourceDecl *out)
{
    Str name = argument->name == NULL ? STR("") : argument->name->text;
    const AstNode *value = argument->value;
    if (value->kind == AST_NUMBER &&
        (str_equal(name, STR("header")) || str_equal(name, STR("表头"))))
        out->header_line = (int64_t)ast_as_Number(value)->count;
    Str text = value->kind == AST_TEXT   ? ast_as_Text(value)->text
               : value->kind == AST_NAME ? ast_as_Name(value)->text
                                         : STR("");
    if (str_equal(name, STR("encoding")) || str_equal(name, STR("编码")))
        out->encoding = text;
    if (str_equal(name, STR("separator")) || str_equal(name, STR("分隔符")))
        out->separator = text;
}

static const SourceDecl *lower_sources(Lowerer *lowerer, const TypedTable *table)
{
    SourceDecl *made = ARENA_ARRAY(lowerer->arena, SourceDecl, table->source_count);
    for (uint32_t i = 0; i < table->source_count; i++) {
        const TypedSource *source = &table->sources[i];
        made[i] =
            (SourceDecl){.format = source->node->driver->text, .path = source->node->path->text};
        made[i].folder = folder_of(lowerer->plan->typed->files[source->file].path);
        for (uint32_t j = 0; j < source->node->arguments.count; j++)
            source_argument(ast_as_Argument(source->node->arguments.items[j]), &made[i]);
    }
    return made;
}

static ExpectAction expect_action(AstOtherwise otherwise)
{
    switch (otherwise) {
    case AST_OTHERWISE_ERROR:
        return EXPECT_ERROR;
    case AST_OTHERWISE_WARN:
        return EXPECT_WARN;
    case AST_OTHERWISE_QUARANTINE:
        return EXPECT_QUARANTINE;
    }
    UNREACHABLE();
}

static void lower_table(Lowerer *lowerer, const TypedDecl *decl, TableDecl *out)
{
    const TypedTable *table = &decl->table;
    *out = (TableDecl){
        .name = decl->name, .title = decl->title, .holder = table->holder, .needed = true};
    out->columns = lower_columns(lowerer, decl);
    out->column_count = decl->rows.column_count;
    out->key = decl->rows.key;
    out->key_count = decl->rows.key_count;
    out->covers = lower_covers(lowerer, table->covers, table->covers_count);
    out->covers_count = table->covers_count;
    for (uint32_t i = 0; i < table->source_count; i++)
        if (table->sources[i].covers_count > 0) {
            out->covers =
                lower_covers(lowerer, table->sources[i].covers, table->sources[i].covers_count);
            out->covers_count = table->sources[i].covers_count;
        }
    out->sources = lower_sources(lowerer, table);
    out->source_count = table->source_count;
    Expectation *expectations = ARENA_ARRAY(lowerer->arena, Expectation, table->contract_count);
    for (uint32_t i = 0; i < table->contract_count; i++) {
        const AstContract *contract = table->contracts[i];
        const PlanExpr *condition = lowerer->plan->contracts[decl->index][i];
        expectations[i].condition = lower_truth(lowerer, condition, LEAF_MODE_T);
        expectations[i].action = expect_action(contract->otherwise);
        expectations[i].text =
            source_set_text(lowerer->plan->typed->sources, contract->condition->span);
    }
    out->expectations = expectations;
    out->expectation_count = table->contract_count;
}

static const Const *typed_value(Lowerer *lowerer, const AstNode *node, Type type)
{
    Const *made = ARENA_NEW(lowerer->arena, Const);
    TypedConst value = {0};
    bool constant = typed_const(lowerer->plan->typed, node, &value);
    ASSERT(constant);
    *made = const_of_typed(lowerer->arena, &value);
    if (made->type.kind == TYPE_TEXT && type.kind == TYPE_IDENTITY)
        made->type = made->value.type = type;
    return made;
}

static void lower_param(Lowerer *lowerer, const TypedDecl *decl, Param *out)
{
    const TypedParam *param = &decl->param;
    uint32_t count = param->dated ? param->date_count : 1;
    Const *values = ARENA_ARRAY(lowerer->arena, Const, count);
    int64_t *since = ARENA_ARRAY(lowerer->arena, int64_t, count);
    for (uint32_t i = 0; i < count; i++) {
        values[i] =
            *typed_value(lowerer, param->dated ? param->dates[i].value : param->value, param->type);
        since[i] = param->dated ? param->dates[i].since : 0;
    }
    *out = (Param){.name = decl->name,
                   .type = param->type,
                   .nullable = param->nullable,
                   .values = values,
                   .since = param->dated ? since : NULL,
                   .value_count = count};
}

static void lower_law(Lowerer *lowerer, const TypedDecl *decl, Law *out)
{
    LawVersion *versions = ARENA_ARRAY(lowerer->arena, LawVersion, decl->law.version_count);
    for (uint32_t i = 0; i < decl->law.version_count; i++)
        versions[i] = (LawVersion){.name = decl->law.versions[i].name,
                                   .from = decl->law.versions[i].from,
                                   .to = decl->law.versions[i].to};
    *out = (Law){.name = decl->name,
                 .title = decl->title,
                 .versions = versions,
                 .version_count = decl->law.version_count};
}

static void lower_relation(Lowerer *lowerer, const TypedDecl *decl, bool given, Relation *out)
{
    const TypedRelation *relation = &decl->relation;
    *out = (Relation){
        .name = decl->name, .columns = lower_columns(lowerer, decl), .stratum = decl->stratum};
    out->declared = decl->index;
    out->column_count = decl->rows.column_count;
    out->key = decl->rows.key;
    out->key_count = decl->rows.key_count;
    out->keep_least = relation->keep_least;
    out->keep_greatest = relation->keep_greatest;
    out->keep_column = relation->keep_column;
    out->depth_limit = relation->depth_limit;
    if (given) // its rows come from the test
        return;
    Body *branches = ARENA_ARRAY(lowerer->arena, Body, relation->branch_count);
    for (uint32_t i = 0; i < relation->branch_count; i++)
        lower_body(lowerer, &lowerer->plan->bodies[decl->index][i], &branches[i]);
    out->branches = branches;
    out->branch_count = relation->branch_count;
    out->recursive = relation->recursive;
    if (relation->recursive)
        lower_ring_reads(lowerer, decl, out);
}

static bool is_root(const LowerRoots *roots, const TypedDecl *decl)
{
    for (uint32_t i = 0; i < roots->decl_count; i++)
        if (roots->decls[i] == decl)
            return true;
    return false;
}

static bool is_read(const Lowerer *lowerer, const TypedDecl *decl)
{
    const TypedGraph *graph = &lowerer->plan->typed->graph;
    for (uint32_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].source == decl && lowerer->reached[graph->edges[i].reader->index])
            return true;
    return false;
}

static void lower_rule(Lowerer *lowerer, const LowerRoots *roots, const TypedDecl *decl, bool given,
                       Rule *out)
{
    *out = (Rule){.name = decl->name,
                  .title = decl->title,
                  .stratum = decl->stratum,
                  .declared = decl->index};
    out->declared = decl->index;
    out->selected = is_root(roots, decl);
    out->read = is_read(lowerer, decl);
    out->columns = lower_columns(lowerer, decl);
    out->column_count = decl->rows.column_count;
    if (!given)
        lower_body(lowerer, &lowerer->plan->bodies[decl->index][0], &out->body);
}

// ---------------------------------------------------------------- the program

// Numbers what is reached, kind by kind, in the order of declarations.
static uint32_t number_kind(Lowerer *lowerer, TypedDeclKind kind)
{
    const Typed *typed = lowerer->plan->typed;
    uint32_t count = 0;
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind == kind && lowerer->reached[i])
            lowerer->numbers[i] = count++;
    return count;
}

static void lower_decls(Lowerer *lowerer, const LowerRoots *roots, Program *program)
{
    Arena *arena = lowerer->arena;
    const Typed *typed = lowerer->plan->typed;
    program->table_count = number_kind(lowerer, TYPED_TABLE);
    program->param_count = number_kind(lowerer, TYPED_PARAM);
    program->law_count = number_kind(lowerer, TYPED_LAW);
    program->relation_count = number_kind(lowerer, TYPED_RELATION);
    program->rule_count = number_kind(lowerer, TYPED_RULE);
    program->query_count = number_kind(lowerer, TYPED_QUERY);
    TableDecl *tables = ARENA_ARRAY(arena, TableDecl, program->table_count);
    Param *params = ARENA_ARRAY(arena, Param, program->param_count);
    Law *laws = ARENA_ARRAY(arena, Law, program->law_count);
    Relation *relations = ARENA_ARRAY(arena, Relation, program->relation_count);
    Rule *rules = ARENA_ARRAY(arena, Rule, program->rule_count);
    Query *queries = ARENA_ARRAY(arena, Query, program->query_count);
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *decl = typed->decls[i];
        uint32_t number = lowerer->numbers[i];
        bool given = lower_given(roots->test, decl) != NULL;
        if (!lowerer->reached[i])
            continue;
        if (decl->kind == TYPED_TABLE)
            lower_table(lowerer, decl, &tables[number]);
        else if (decl->kind == TYPED_PARAM)
            lower_param(lowerer, decl, &params[number]);
        else if (decl->kind == TYPED_LAW)
            lower_law(lowerer, decl, &laws[number]);
        else if (decl->kind == TYPED_RELATION)
            lower_relation(lowerer, decl, given, &relations[number]);
        else if (decl->kind == TYPED_RULE)
            lower_rule(lowerer, roots, decl, given, &rules[number]);
        else if (decl->kind == TYPED_QUERY) {
            queries[number] =
                (Query){.name = decl->name, .title = decl->title, .selected = is_root(roots, decl)};
            queries[number].declared = decl->index;
            lower_body(lowerer, &lowerer->plan->bodies[i][0], &queries[number].body);
        }
    }
    program->tables = tables;
    program->params = params;
    program->laws = laws;
    program->relations = relations;
    program->rules = rules;
    program->queries = queries;
}

static void lower_run_order(Lowerer *lowerer, Program *program)
{
    const TypedGraph *graph = &lowerer->plan->typed->graph;
    RowSource *order = ARENA_ARRAY(lowerer->arena, RowSource, graph->order_count);
    for (uint32_t i = 0; i < graph->order_count; i++) {
        const TypedDecl *decl = graph->order[i];
        if (lowerer->reached[decl->index])
            order[program->order_count++] = lower_source(lowerer, decl);
    }
    program->order = order;
}

static void lower_models(Lowerer *lowerer, Program *program)
{
    const Typed *typed = lowerer->plan->typed;
    Model *models = ARENA_ARRAY(lowerer->arena, Model, typed->decl_count);
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *decl = typed->decls[i];
        if (decl->kind != TYPED_MODEL)
            continue;
        const AstModel *node = ast_as_Model(decl->node);
        Str *points = ARENA_ARRAY(lowerer->arena, Str, node->points.count);
        Model *model = &models[program->model_count++];
        *model = (Model){.name = decl->name, .title = decl->title, .points = points};
        model->version = node->version == NULL ? STR("") : node->version->text;
        for (uint32_t j = 0; j < node->points.count; j++)
            if (node->points.items[j]->kind == AST_POINT)
                points[model->point_count++] = ast_as_Point(node->points.items[j])->name->text;
    }
    program->models = models;
}

uint32_t lower_const(Lowerer *lowerer, const Const *value)
{
    StrBuf key = {0};
    uint64_t number;
    type_dump(value->type, &key);
    strbuf_printf(&key, "@%p %d ", (const void *)value->type.nominal, (int)value->value.state);
    const_dump(value, &key);
    if (!map_get(&lowerer->const_numbers, strbuf_str(&key), &number)) {
        number = lowerer->consts.count;
        vec_push(&lowerer->consts, *value);
        (void)map_put(&lowerer->const_numbers, strbuf_str(&key), number);
    }
    strbuf_deinit(&key);
    return (uint32_t)number;
}

// Hands what was gathered on the way over to the program.
static void lower_pools(Lowerer *lowerer, Program *program)
{
    Const *consts = ARENA_ARRAY(lowerer->arena, Const, lowerer->consts.count);
    Regex **regexes = ARENA_ARRAY(lowerer->arena, Regex *, lowerer->regexes.count);
    LibraryFunction *functions =
        ARENA_ARRAY(lowerer->arena, LibraryFunction, lowerer->functions.count);
    for (size_t i = 0; i < lowerer->consts.count; i++)
        consts[i] = lowerer->consts.items[i];
    for (size_t i = 0; i < lowerer->regexes.count; i++)
        regexes[i] = lowerer->regexes.items[i];
    for (size_t i = 0; i < lowerer->functions.count; i++)
        functions[i] = lowerer->functions.items[i];
    program->consts = consts;
    program->const_count = (uint32_t)lowerer->consts.count;
    program->regexes = regexes;
    program->regex_count = (uint32_t)lowerer->regexes.count;
    program->functions = functions;
    program->function_count = (uint32_t)lowerer->functions.count;
    program->reads_as_of = lowerer->reads_as_of;
}

static void lowerer_deinit(Lowerer *lowerer)
{
    vec_free(&lowerer->consts);
    vec_free(&lowerer->regexes);
    vec_free(&lowerer->functions);
    map_deinit(&lowerer->const_numbers);
    map_deinit(&lowerer->regex_numbers);
    map_deinit(&lowerer->function_numbers);
}

Program *lower(const Plan *plan, const LowerRoots *roots, Error *error, Span *fault)
{
    Arena *arena = arena_create(NULL, 0);
    Program *program = ARENA_NEW(arena, Program);
    uint32_t decl_count = plan->typed->decl_count;
    uint8_t *reached = ARENA_ARRAY(arena, uint8_t, decl_count);
    Lowerer lowerer = {
        .plan = plan, .arena = arena, .error = error, .fault = *fault, .reached = reached};
    lowerer.numbers = ARENA_ARRAY(arena, uint32_t, decl_count);
    memset(lowerer.numbers, 0xff, decl_count * sizeof *lowerer.numbers);
    lower_reach(plan, roots, reached);
    program->arena = arena;
    program->path = plan->typed->files[0].path;
    lower_decls(&lowerer, roots, program);
    lower_run_order(&lowerer, program);
    lower_models(&lowerer, program);
    if (roots->test != NULL) {
        TestCase *test = ARENA_NEW(arena, TestCase);
        lower_test(&lowerer, roots->test, test);
        program->tests = test;
        program->test_count = 1;
    }
    lower_pools(&lowerer, program);
    bool failed = lowerer.failed;
    *fault = lowerer.fault;
    lowerer_deinit(&lowerer);
    if (failed) {
        program_destroy(program);
        return NULL;
    }
    return program;
}

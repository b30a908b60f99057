// SPDX-License-Identifier: Apache-2.0
//
// resolve_law.c: citations, parameters' values, own functions, contracts, match models, models.

#include "lang/infer_int.h"

#include "runtime/base/time.h"

/* ----------------------------------------------------------------------- citations */

static bool in_force(const TypedDecl *law, int64_t day)
{
    for (uint32_t i = 0; i < law->law.version_count; i++)
        if (day >= law->law.versions[i].from && day <= law->law.versions[i].to)
            return true;
    return false;
}

static void check_in_force(Checker *c, const AstCites *cites, const TypedDecl *law)
{
    if (cites->at->kind != AST_DATE || ast_as_Date(cites->at)->form != AST_DATE_DAY)
        return;
    if (!in_force(law, ast_as_Date(cites->at)->value))
        report_with(c, DIAG_NO_VERSION_AT, cites->at,
                    DIAG_ARGS(diag_arg(law->name), text_arg(c, cites->at)));
}

const TypedDecl *check_citation(Checker *c, uint32_t file, BodyState *b, const AstCites *cites)
{
    DeclState *law = resolve_path(c, file, cites->law, KIND_BIT(TYPED_LAW), DIAG_UNKNOWN_LAW);
    if (cites->at) {
        Scope s = b ? body_scope(b) : (Scope){.c = c, .file = file};
        Type type = infer(&s, cites->at, NULL);
        check_day(&s, cites->at, type);
        if (law && type.kind == TYPE_DATE)
            check_in_force(c, cites, &law->pub);
    }
    return law ? &law->pub : NULL;
}

/* ----------------------------------------------------------------------- parameters */

static void param_value(Checker *c, DeclState *decl, const AstNode *value, bool first)
{
    Scope s = {.c = c, .file = decl->pub.file, .decl = decl};
    TypedParam *param = &decl->pub.param;
    if (value->kind == AST_NUMBER && param->type.kind == TYPE_DAYS && first) {
        Type type = infer(&s, value, NULL);
        if (type.kind == TYPE_TIME) /* `duration` takes the kind of its value */
            param->type.kind = TYPE_TIME;
    }
    uint32_t errors = diag_count(c->diags, DIAG_ERROR);
    infer_into(&s, value, param->type, param->nullable, DIAG_MISSING_ARGUMENT, decl->pub.name);
    TypedConst constant;
    if (diag_count(c->diags, DIAG_ERROR) == errors && !value->wrong &&
        !typed_const(c->typed, value, &constant))
        report_with(c, DIAG_PARAM_NOT_CONSTANT, value, DIAG_ARGS(diag_arg(decl->pub.name)));
}

void check_params(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind != TYPED_PARAM)
            continue;
        const AstParam *node = ast_as_Param(decl->pub.node);
        if (node->value)
            param_value(c, decl, node->value, true);
        if (node->cites)
            (void)check_citation(c, decl->pub.file, NULL, node->cites);
        for (uint32_t k = 0; k < decl->pub.param.date_count; k++) {
            const TypedDated *dated = &decl->pub.param.dates[k];
            param_value(c, decl, dated->value, k == 0);
            if (dated->cites)
                (void)check_citation(c, decl->pub.file, NULL, dated->cites);
        }
    }
}

/* ----------------------------------------------------------------------- own functions */

typedef enum FunctionMark { FUNCTION_NEW, FUNCTION_OPEN, FUNCTION_DONE } FunctionMark;

typedef struct CallVisit {
    DeclState *decl;
    size_t next;
} CallVisit;

/* A function that calls itself would not end. */
static void find_call_cycle(Checker *c, DeclState *start, uint8_t *marks)
{
    VEC(CallVisit) stack = {0};
    vec_push(&stack, (CallVisit){start, 0});
    marks[start->pub.index] = FUNCTION_OPEN;
    while (stack.count) {
        CallVisit *top = &vec_last(&stack);
        if (top->next == top->decl->calls.count) {
            marks[top->decl->pub.index] = FUNCTION_DONE;
            (void)vec_pop(&stack);
            continue;
        }
        const DeclState *next = top->decl->calls.items[top->next++];
        if (marks[next->pub.index] == FUNCTION_OPEN)
            report_with(c, DIAG_FUNCTION_CYCLE, &next->pub.name_node->base,
                        DIAG_ARGS(diag_arg(next->pub.name), diag_arg(top->decl->pub.name)));
        if (marks[next->pub.index] == FUNCTION_NEW) {
            marks[next->pub.index] = FUNCTION_OPEN;
            vec_push(&stack, (CallVisit){c->decls.items[next->pub.index], 0});
        }
    }
    vec_free(&stack);
}

static AstVisit count_node(void *context, const AstNode *node)
{
    (void)node;
    ++*(uint64_t *)context;
    return AST_VISIT_INTO;
}

#define WEIGHT_MAX 1000000u

/* Bodies are expanded where they are called; nodes after expansion are limited. */
static void weigh_functions(Checker *c)
{
    for (uint32_t round = 0; round < 64; round++) {
        bool changed = false;
        for (size_t i = 0; i < c->decls.count; i++) {
            DeclState *decl = c->decls.items[i];
            if (decl->pub.kind != TYPED_FUNCTION)
                continue;
            uint64_t weight = 0;
            ast_walk(decl->pub.function.body, count_node, NULL, &weight);
            for (size_t k = 0; k < decl->calls.count && weight <= WEIGHT_MAX; k++)
                weight += decl->calls.items[k]->weight;
            changed |= weight != decl->weight;
            decl->weight = weight;
        }
        if (!changed)
            break;
    }
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->weight > WEIGHT_MAX)
            report_with(c, DIAG_FUNCTION_TOO_LARGE, &c->decls.items[i]->pub.name_node->base,
                        DIAG_ARGS(diag_arg(c->decls.items[i]->pub.name)));
}

void check_functions(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        DeclState *decl = c->decls.items[i];
        if (decl->pub.kind != TYPED_FUNCTION)
            continue;
        const AstFunction *node = ast_as_Function(decl->pub.node);
        TypedFunction *function = &decl->pub.function;
        function->body = node->body;
        Scope s = {.c = c, .file = decl->pub.file, .decl = decl, .function = function};
        Facts facts = {0};
        s.facts = &facts;
        infer_into(&s, node->body, function->result, function->nullable, DIAG_MISSING_RESULT,
                   decl->pub.name);
    }
    uint8_t *marks = base_alloc_zeroed(c->decls.count + 1, 1);
    uint32_t errors = diag_count(c->diags, DIAG_ERROR);
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->pub.kind == TYPED_FUNCTION && marks[i] == FUNCTION_NEW)
            find_call_cycle(c, c->decls.items[i], marks);
    free(marks);
    if (diag_count(c->diags, DIAG_ERROR) == errors)
        weigh_functions(c);
}

/* ----------------------------------------------------------------------- contracts of tables */

static void check_contracts(Checker *c, DeclState *decl)
{
    BodyState *b = body_new(c, decl, decl->pub.file);
    VarState *row = ARENA_NEW(c->arena, VarState);
    row->pub = (TypedVar){.name = STR(""),
                          .kind = TYPED_VAR_FROM,
                          .source = &decl->pub,
                          .clause = decl->pub.node,
                          .node = decl->pub.name_node};
    avec_push(c->arena, &b->vars, row);
    b->pub.default_policy = AST_MISSING_KEEP;
    Scope s = body_scope(b);
    s.bare_columns = true;
    bool read = decl->pub.table.read;
    for (uint32_t i = 0; i < decl->pub.table.contract_count; i++)
        infer_condition(&s, decl->pub.table.contracts[i]->condition);
    decl->pub.table.read = read; /* its contracts alone do not read a table */
    body_finish(b);
    decl->pub.table.scope = &b->pub;
}

void check_tables(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->pub.kind == TYPED_TABLE)
            check_contracts(c, c->decls.items[i]);
}

/* ----------------------------------------------------------------------- match models */

/* Bits at scale 6. */
static int64_t bits_of(Checker *c, const AstNumber *number)
{
    int128_t count = number->count, most = (int128_t)INT64_C(1000000000000) * 1000000;
    for (int64_t scale = number->scale; scale < 6 && count < most && count > -most; scale++)
        count *= 10;
    for (int64_t scale = number->scale; scale > 6; scale--) {
        if (count % 10 != 0 && !number->base.wrong) {
            report(c, DIAG_BITS_PLACES, &number->base);
            return 0;
        }
        count /= 10;
    }
    if ((count >= most || count <= -most) && !number->base.wrong) {
        report(c, DIAG_BITS_PLACES, &number->base);
        return 0;
    }
    return (int64_t)count;
}

static bool reads_side(BodyState *b, const AstNode *node, uint32_t side)
{
    uint64_t *bits = bits_new(b);
    mentions_of(b, node, bits);
    return bit_get(bits, side) && !bit_get(bits, 1 - side);
}

/* An equality of one side with the other is found by looking it up, `mentions` by scanning for all words at once. */
static bool block_has_key(BodyState *b, const AstNode *condition)
{
    if (condition->kind != AST_BINARY)
        return false;
    const AstBinary *node = ast_as_Binary(condition);
    switch (node->operator) {
    case AST_OP_AND:
        return block_has_key(b, node->left) || block_has_key(b, node->right);
    case AST_OP_OR:
        return block_has_key(b, node->left) && block_has_key(b, node->right);
    case AST_OP_EQ:
    case AST_OP_MENTIONS:
        return (reads_side(b, node->left, 0) && reads_side(b, node->right, 1)) ||
               (reads_side(b, node->left, 1) && reads_side(b, node->right, 0));
    default:
        return false;
    }
}

static void check_block(BodyState *b, const AstBlock *block)
{
    Scope s = body_scope(b);
    infer_condition(&s, block->condition);
    uint64_t *bits = bits_new(b);
    mentions_of(b, block->condition, bits);
    bool told = block->base.wrong || expr_failed(b->c, block->condition);
    if (told)
        return;
    if (!bit_get(bits, 0) || !bit_get(bits, 1))
        report(b->c, DIAG_BLOCK_ONE_SIDE, block->condition);
    else if (!block_has_key(b, block->condition))
        report(b->c, DIAG_BLOCK_NO_KEY, block->condition);
}

static void check_level(BodyState *b, const AstCompare *compare, const AstLevel *level)
{
    if (level->level != AST_LEVEL_BOUND || !level->bound)
        return;
    Scope s = body_scope(b);
    Type bound = infer(&s, level->bound, NULL), joined;
    const AstNode *left =
        compare->condition->kind == AST_BINARY ? ast_as_Binary(compare->condition)->left : NULL;
    const TypedExpr *e = left ? expr_of(b->c, left) : NULL;
    if (!e || type_common(b->c->arena, e->type, bound, &joined) != TYPE_FAULT_NONE)
        report_with(b->c, DIAG_LEVEL_BOUND, level->bound, DIAG_ARGS(type_arg(b->c, bound)));
    else
        expr_want(b->c, level->bound, joined);
}

static void check_compare(BodyState *b, const AstCompare *compare)
{
    Scope s = body_scope(b);
    infer_condition(&s, compare->condition);
    (void)bits_of(b->c, compare->weight);
    bool missing = false;
    for (uint32_t i = 0; i < compare->levels.count; i++) {
        if (compare->levels.items[i]->kind != AST_LEVEL)
            continue;
        const AstLevel *level = ast_as_Level(compare->levels.items[i]);
        check_level(b, compare, level);
        (void)bits_of(b->c, level->weight);
        missing |= level->level == AST_LEVEL_MISSING;
    }
    const TypedExpr *e = expr_of(b->c, compare->condition);
    if (e && e->can_gap && !missing)
        report_with(b->c, DIAG_COMPARE_MISSING, &compare->base,
                    DIAG_ARGS(diag_arg(compare->name->text)));
}

static void match_side(BodyState *b, const AstSide *side, const TypedDecl **source)
{
    VarState *var = var_new(b, TYPED_VAR_FROM, side->variable, &side->base);
    DeclState *rows = resolve_rows(b, side->source);
    var->pub.source = rows ? &rows->pub : NULL;
    *source = var->pub.source;
}

static void report_match_lacks(Checker *c, const DeclState *decl, const AstMatch *node,
                               bool blocked, bool accepted)
{
    DiagArg lacks = blocked    ? diag_arg_both("“认定 … 复核”", "`accept … review`")
                    : accepted ? diag_arg_both("“分块 条件”", "`block on`")
                               : diag_arg_both("“分块 条件”和“认定 … 复核”",
                                               "`block on` and `accept … review`");
    Diag *diag = report_with(c, DIAG_MATCH_LACKS, &node->name->base,
                             DIAG_ARGS(diag_arg(decl->pub.name), lacks));
    if (!blocked)
        diag_note(c->diags, diag, DIAG_TEXT_MATCH_BLOCK, DIAG_NONE);
    if (!accepted)
        diag_note(c->diags, diag, DIAG_TEXT_MATCH_ACCEPT, DIAG_NONE);
}

static void check_match(Checker *c, DeclState *decl)
{
    const AstMatch *node = ast_as_Match(decl->pub.node);
    BodyState *b = body_new(c, decl, decl->pub.file);
    TypedMatch *match = &decl->pub.match;
    b->pub.default_policy = AST_MISSING_UNDECIDED;
    match_side(b, node->left, &match->left);
    match_side(b, node->right, &match->right);
    bool blocked = false, accepted = false;
    for (uint32_t i = 0; i < node->items.count; i++) {
        const AstNode *item = node->items.items[i];
        if (item->kind == AST_BLOCK)
            check_block(b, ast_as_Block(item));
        if (item->kind == AST_COMPARE)
            check_compare(b, ast_as_Compare(item));
        if (item->kind == AST_THRESHOLDS) {
            match->accept = bits_of(c, ast_as_Thresholds(item)->accept);
            match->review = bits_of(c, ast_as_Thresholds(item)->review);
            if (match->review > match->accept)
                report(c, DIAG_THRESHOLDS, item);
        }
        blocked |= item->kind == AST_BLOCK;
        accepted |= item->kind == AST_THRESHOLDS;
    }
    if ((!blocked || !accepted) && !node->base.wrong)
        report_match_lacks(c, decl, node, blocked, accepted);
    body_finish(b);
    match->scope = &b->pub;
}

void check_matches(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++)
        if (c->decls.items[i]->pub.kind == TYPED_MATCH)
            check_match(c, c->decls.items[i]);
}

/* ----------------------------------------------------------------------- models */

void check_models(Checker *c)
{
    for (size_t i = 0; i < c->decls.count; i++) {
        if (c->decls.items[i]->pub.kind != TYPED_MODEL)
            continue;
        const AstModel *model = ast_as_Model(c->decls.items[i]->pub.node);
        for (uint32_t k = 0; k < model->points.count; k++) {
            if (model->points.items[k]->kind != AST_POINT)
                continue;
            AstList rules = ast_as_Point(model->points.items[k])->rules;
            for (uint32_t n = 0; n < rules.count; n++)
                if (rules.items[n]->kind == AST_PATH)
                    (void)resolve_path(c, c->decls.items[i]->pub.file, ast_as_Path(rules.items[n]),
                                       KIND_BIT(TYPED_RULE), DIAG_UNKNOWN_RULE);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// infer_op.c: types of operators. One function for each family of operators.

#include "lang/infer_int.h"

#include "runtime/base/regex.h"

/* ----------------------------------------------------------------------- helpers */

/* Gaps, issues and constancy of an operator come from its operands. */
static void inherit(Checker *c, TypedExpr *e, const AstNode *operand)
{
    const TypedExpr *from = expr_of(c, operand);
    if (!from)
        return;
    e->can_gap |= from->can_gap;
    e->can_miss |= from->can_miss || from->can_gap;
    e->can_issue |= from->can_issue;
    e->constant &= from->constant;
}

static TypedExpr *result_of(Scope *s, const AstNode *node, const AstNode *a, const AstNode *b)
{
    TypedExpr *e = expr_here(s, node);
    e->constant = true;
    inherit(s->c, e, a);
    if (b)
        inherit(s->c, e, b);
    return e;
}

/* A bare number beside an amount lacks its unit. */
static void advise_unit(Scope *s, Diag *diag, const AstNode *node, Type other)
{
    bool bare = node->kind == AST_NUMBER && (ast_as_Number(node)->form == AST_NUMBER_INTEGER ||
                                             ast_as_Number(node)->form == AST_NUMBER_DECIMAL);
    Str unit = other.kind == TYPE_MONEY && !other.nominal ? STR("元")
               : other.kind == TYPE_QUANTITY              ? other.unit->name
               : other.kind == TYPE_DAYS                  ? STR("天")
               : other.kind == TYPE_MONTHS                ? STR("个月")
                                                          : STR("");
    if (!bare || !unit.len)
        return;
    Str text = source_set_text(s->c->sources, node->span);
    Str fixed = arena_printf(s->c->arena, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(unit));
    diag_fix(s->c->diags, diag, node->span, fixed, DIAG_TEXT_COLUMN_OF, DIAG_ARGS(diag_arg(fixed)));
}

/* A date, month or amount in quotation marks is a text: `"2024-03-02"`. */
static void advise_unquote(Scope *s, Diag *diag, const AstNode *node, Type other)
{
    bool literal = other.kind == TYPE_DATE || other.kind == TYPE_DATETIME ||
                   other.kind == TYPE_MONTH || other.kind == TYPE_MONEY ||
                   other.kind == TYPE_QUANTITY || other.kind == TYPE_INTEGER;
    if (node->kind != AST_TEXT || !literal)
        return;
    Str text = source_set_text(s->c->sources, node->span);
    if (text.len < 3 || text.ptr[0] != '"' || text.ptr[1] < '0' || text.ptr[1] > '9' ||
        text.ptr[text.len - 1] != '"')
        return;
    Str bare = str_slice(text, 1, text.len - 1);
    diag_fix(s->c->diags, diag, node->span, bare, DIAG_TEXT_COLUMN_OF, DIAG_ARGS(diag_arg(bare)));
}

/* A bare whole number beside a text lacks its quotation marks. */
static void advise_quote(Scope *s, Diag *diag, const AstNode *node, Type other)
{
    if (node->kind != AST_NUMBER || ast_as_Number(node)->form != AST_NUMBER_INTEGER ||
        (other.kind != TYPE_TEXT && other.kind != TYPE_IDENTITY))
        return;
    Str text = source_set_text(s->c->sources, node->span);
    Str fixed = arena_printf(s->c->arena, "\"" STR_FMT "\"", STR_ARG(text));
    diag_fix(s->c->diags, diag, node->span, fixed, DIAG_TEXT_COLUMN_OF, DIAG_ARGS(diag_arg(fixed)));
}

void advise_literal(Scope *s, Diag *diag, const AstNode *node, Type wanted)
{
    advise_quote(s, diag, node, wanted);
    advise_unit(s, diag, node, wanted);
    advise_unquote(s, diag, node, wanted);
}

/* An operator as the reader's language writes it. */
static DiagArg operator_arg(AstOperator op)
{
    static const struct {
        AstOperator op;
        const char *zh;
    } words[] = {{AST_OP_OR, "或"},           {AST_OP_AND, "且"},
                 {AST_OP_IN, "属于"},         {AST_OP_NOT_IN, "不属于"},
                 {AST_OP_DURING, "处于"},     {AST_OP_NOT_DURING, "不处于"},
                 {AST_OP_OVERLAPS, "重叠于"}, {AST_OP_NOT_OVERLAPS, "不重叠于"},
                 {AST_OP_MENTIONS, "提及"},   {AST_OP_NOT_MENTIONS, "不提及"},
                 {AST_OP_AT, "时点"}};
    const char *en = ast_operator_name(op);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (words[i].op == op)
            return diag_arg_both(words[i].zh, en);
    }
    return diag_arg_c(en);
}

static void report_operands(Scope *s, const AstNode *node, AstOperator op, Type a, Type b,
                            TypeFault fault)
{
    DiagId id = fault == TYPE_FAULT_LENGTHS      ? DIAG_LENGTHS_MIXED
                : fault == TYPE_FAULT_QUANTITY   ? DIAG_QUANTITIES_MIXED
                : fault == TYPE_FAULT_NOMINAL    ? DIAG_NOMINALS_MIXED
                : fault == TYPE_FAULT_SCALE      ? DIAG_SCALE_TOO_LARGE
                : fault == TYPE_FAULT_MONEY_REAL ? DIAG_REAL_WITH_MONEY
                                                 : DIAG_OPERANDS;
    Diag *diag = report_with(s->c, id, node,
                             DIAG_ARGS(operator_arg(op), type_arg(s->c, a), type_arg(s->c, b)));
    bool texts = op == AST_OP_ADD && a.kind == TYPE_TEXT && b.kind == TYPE_TEXT;
    if (texts)
        diag_note(s->c->diags, diag, DIAG_TEXT_JOIN_TEXTS, DIAG_NONE);
    else if (id == DIAG_OPERANDS)
        fault_note(s->c, diag, fault);
    if (node->kind == AST_BINARY) {
        advise_literal(s, diag, ast_as_Binary(node)->left, b);
        advise_literal(s, diag, ast_as_Binary(node)->right, a);
    }
}

/* Infers two operands so that each can lend its type to a literal or member on the other side. */
static void infer_pair(Scope *s, const AstNode *a, const AstNode *b, Type *ta, Type *tb)
{
    if (is_adaptable(s, a) && !is_adaptable(s, b)) {
        *tb = infer(s, b, NULL);
        *ta = infer(s, a, tb);
    } else {
        *ta = infer(s, a, NULL);
        *tb = infer(s, b, ta);
    }
}

/* ----------------------------------------------------------------------- comparisons */

static Type truth(TypedExpr *e, Type common)
{
    e->common = common;
    return record_type(e, type_of(TYPE_BOOLEAN));
}

static Type infer_comparison(Scope *s, const AstBinary *node)
{
    Type a, b, common;
    infer_pair(s, node->left, node->right, &a, &b);
    TypeFault fault = type_common(s->c->arena, a, b, &common);
    TypedExpr *e = result_of(s, &node->base, node->left, node->right);
    if (fault != TYPE_FAULT_NONE) {
        report_operands(s, &node->base, node->operator, a, b, fault);
        return truth(e, type_of(TYPE_ERROR));
    }
    bool equality = node->operator== AST_OP_EQ || node->operator== AST_OP_NE;
    bool good = equality ? type_is_comparable(common) : type_is_ordered(common);
    if (!good)
        report_with(s->c, DIAG_NOT_COMPARABLE, &node->base,
                    DIAG_ARGS(operator_arg(node->operator), type_arg(s->c, common)));
    expr_want(s->c, node->left, common);
    expr_want(s->c, node->right, common);
    return truth(e, common);
}

/* ----------------------------------------------------------------------- in */

static Type infer_in_interval(Scope *s, const AstBinary *node)
{
    const AstInterval *interval = ast_as_Interval(node->right);
    const AstNode *ends[2] = {interval->low, interval->high};
    Type of = infer(s, node->left, NULL), common = of;
    TypedExpr *right = expr_here(s, node->right);
    right->constant = true;
    for (int i = 0; i < 2; i++) {
        Type end = infer(s, ends[i], &of), joined;
        TypeFault fault = type_common(s->c->arena, common, end, &joined);
        if (fault != TYPE_FAULT_NONE)
            report_operands(s, ends[i], node->operator, of, end, fault);
        else if (joined.kind != TYPE_ERROR && !type_is_ordered(joined))
            report_with(s->c, DIAG_NOT_COMPARABLE, ends[i],
                        DIAG_ARGS(operator_arg(node->operator), type_arg(s->c, joined)));
        common = fault == TYPE_FAULT_NONE ? joined : type_of(TYPE_ERROR);
        inherit(s->c, right, ends[i]);
    }
    for (int i = 0; i < 2; i++)
        expr_want(s->c, ends[i], common);
    expr_want(s->c, node->left, common);
    (void)record_type(right, common);
    return truth(result_of(s, &node->base, node->left, node->right), common);
}

static Type infer_in(Scope *s, const AstBinary *node)
{
    if (node->right->kind == AST_INTERVAL)
        return infer_in_interval(s, node);
    Type of = infer(s, node->left, NULL), wanted = type_of(TYPE_SET), common;
    wanted.element = &of;
    Type set = infer(s, node->right, &wanted);
    TypedExpr *e = result_of(s, &node->base, node->left, node->right);
    if (set.kind == TYPE_ERROR || of.kind == TYPE_ERROR)
        return truth(e, type_of(TYPE_ERROR));
    if (set.kind != TYPE_SET && set.kind != TYPE_LIST) {
        DiagId id = set.kind == TYPE_PERIOD ? DIAG_IN_PERIOD : DIAG_IN_WHAT;
        report_with(s->c, id, node->right, DIAG_ARGS(type_arg(s->c, set)));
        return truth(e, type_of(TYPE_ERROR));
    }
    TypeFault fault = type_common(s->c->arena, of, *set.element, &common);
    if (fault != TYPE_FAULT_NONE)
        report_operands(s, &node->base, node->operator, of, *set.element, fault);
    expr_want(s->c, node->left, common);
    if (common.kind != TYPE_ERROR && node->right->kind == AST_SET)
        for (uint32_t i = 0; i < ast_as_Set(node->right)->items.count; i++)
            expr_want(s->c, ast_as_Set(node->right)->items.items[i], common);
    return truth(e, common);
}

/* ----------------------------------------------------------------------- during, overlaps, texts */

static void advise_day(Checker *c, Diag *diag, const AstNode *node)
{
    Str text = source_set_text(c->sources, node->span);
    Str fixed = arena_printf(c->arena, "日期(" STR_FMT ")", STR_ARG(text));
    diag_fix(c->diags, diag, node->span, fixed, DIAG_TEXT_COLUMN_OF, DIAG_ARGS(diag_arg(fixed)));
}

static bool is_span_of_days(Type type)
{
    return type.kind == TYPE_DATE || type.kind == TYPE_MONTH || type.kind == TYPE_PERIOD ||
           type.kind == TYPE_ERROR;
}

static Type infer_during(Scope *s, const AstBinary *node)
{
    const AstNode *operands[2] = {node->left, node->right};
    for (int i = 0; i < 2; i++) {
        Type type = infer(s, operands[i], NULL);
        if (is_span_of_days(type))
            continue;
        DiagId id = type.kind == TYPE_DATETIME ? DIAG_DURING_DATETIME : DIAG_DURING_WHAT;
        Diag *diag = report_with(s->c, id, operands[i],
                                 DIAG_ARGS(operator_arg(node->operator), type_arg(s->c, type)));
        if (id == DIAG_DURING_DATETIME)
            advise_day(s->c, diag, operands[i]);
    }
    return truth(result_of(s, &node->base, node->left, node->right), type_of(TYPE_PERIOD));
}

static bool is_text(Type type)
{
    return type.kind == TYPE_TEXT || type.kind == TYPE_ERROR;
}

static Type infer_mentions(Scope *s, const AstBinary *node)
{
    Type of = infer(s, node->left, NULL);
    Type what = infer(s, node->right, NULL);
    if (!is_text(of))
        report_with(s->c, DIAG_WANTS_TEXT, node->left, DIAG_ARGS(type_arg(s->c, of)));
    bool many = (what.kind == TYPE_SET || what.kind == TYPE_LIST) && is_text(*what.element);
    if (!many && !is_text(what))
        report_with(s->c, DIAG_WANTS_TEXT, node->right, DIAG_ARGS(type_arg(s->c, what)));
    return truth(result_of(s, &node->base, node->left, node->right), type_of(TYPE_TEXT));
}

void check_regex(Checker *c, const AstText *pattern, RegexMode mode, Regex **out)
{
    Error error = {0};
    *out = NULL;
    if (regex_compile(pattern->text, mode, out, NULL, &error) != STATUS_OK) {
        Str zh = arena_str(c->arena, error_text(&error, LANG_ZH));
        Str en = arena_str(c->arena, error_text(&error, LANG_EN));
        Diag *diag = report_with(c, DIAG_PATTERN_REFUSED, &pattern->base,
                                 DIAG_ARGS((DiagArg){.zh = zh, .en = en}));
        diag_note(c->diags, diag, DIAG_TEXT_PATTERN_WAY, DIAG_NONE);
    }
    error_deinit(&error);
}

static Type infer_like(Scope *s, const AstLike *node)
{
    Type of = infer(s, node->operand, NULL);
    if (!is_text(of) && of.kind != TYPE_IDENTITY)
        report_with(s->c, DIAG_WANTS_TEXT, node->operand, DIAG_ARGS(type_arg(s->c, of)));
    Regex *regex;
    check_regex(s->c, node->pattern, REGEX_WHOLE, &regex);
    regex_destroy(regex);
    return truth(result_of(s, &node->base, node->operand, NULL), type_of(TYPE_TEXT));
}

/* ----------------------------------------------------------------------- presence, ??, if */

static Type infer_presence(Scope *s, const AstPresence *node)
{
    VarState *var = s->body && node->operand->kind == AST_NAME
                        ? body_var(s->body, ast_as_Name(node->operand)->text)
                        : NULL;
    if (var && var->pub.kind < TYPED_VAR_EACH) {
        TypedExpr *operand = expr_here(s, node->operand);
        operand->ref = TYPED_REF_VAR;
        operand->var = &var->pub;
        operand->can_gap = operand->can_miss = var->pub.optional;
        (void)record_type(operand, type_of(TYPE_BOOLEAN));
        var->pub.used = true;
        if (var->pub.attached && !s->in_aggregate) {
            report_with(s->c, DIAG_ATTACHED_PRESENCE, node->operand,
                        DIAG_ARGS(diag_arg(var->pub.name)));
            (void)record_type(operand, type_of(TYPE_ERROR));
        }
    } else {
        (void)infer(s, node->operand, NULL);
    }
    TypedExpr *e = result_of(s, &node->base, node->operand, NULL);
    e->can_gap = e->can_miss = false;
    return truth(e, type_of(TYPE_BOOLEAN));
}

static Type infer_coalesce(Scope *s, const AstBinary *node, const Type *expected)
{
    Type a, b, common;
    infer_pair(s, node->left, node->right, &a, &b);
    TypeFault fault = type_common(s->c->arena, a, b, &common);
    TypedExpr *e = result_of(s, &node->base, node->left, node->right);
    const TypedExpr *left = expr_of(s->c, node->left), *right = expr_of(s->c, node->right);
    bool dates = a.kind != TYPE_DATETIME && b.kind != TYPE_DATETIME;
    if (fault == TYPE_FAULT_MONTH_DATE && dates && expected && expected->kind == TYPE_DATE) {
        common = *expected; /* an end of period(…): the month stands for a day of it */
        fault = TYPE_FAULT_NONE;
    }
    if (fault != TYPE_FAULT_NONE)
        report_operands(s, &node->base, node->operator, a, b, fault);
    else if (a.kind != TYPE_ERROR && left && !left->can_gap)
        report_with(s->c, DIAG_NEVER_MISSING, node->left, DIAG_ARGS(text_arg(s->c, node->left)));
    e->can_gap = left && left->can_gap && right && right->can_gap;
    e->can_miss = left && left->can_gap && right && right->can_miss;
    expr_want(s->c, node->left, common);
    expr_want(s->c, node->right, common);
    e->common = common;
    return record_type(e, common);
}

/* A branch knows what the condition proved. */
static Type infer_branch(Scope *s, const AstIf *node, const AstNode *branch, bool negated,
                         const Type *expected)
{
    Facts facts = {0};
    Scope inner = *s;
    for (size_t i = 0; s->facts && i < s->facts->count; i++)
        avec_push(s->c->arena, &facts, s->facts->items[i]);
    facts_from_condition(s->c, node->condition, negated, &facts);
    inner.facts = &facts;
    return infer(&inner, branch, expected);
}

static Type infer_if(Scope *s, const AstIf *node, const Type *expected)
{
    infer_condition(s, node->condition);
    Type a, b, common;
    if (is_adaptable(s, node->then) && !is_adaptable(s, node->otherwise) && !expected) {
        b = infer_branch(s, node, node->otherwise, true, NULL);
        a = infer_branch(s, node, node->then, false, &b);
    } else {
        a = infer_branch(s, node, node->then, false, expected);
        b = infer_branch(s, node, node->otherwise, true, expected ? expected : &a);
    }
    TypeFault fault = type_common(s->c->arena, a, b, &common);
    if (fault != TYPE_FAULT_NONE)
        fault_note(s->c,
                   report_with(s->c, DIAG_BRANCHES_DIFFER, &node->base,
                               DIAG_ARGS(type_arg(s->c, a), type_arg(s->c, b))),
                   fault);
    TypedExpr *e = result_of(s, &node->base, node->then, node->otherwise);
    inherit(s->c, e, node->condition);
    expr_want(s->c, node->then, common);
    expr_want(s->c, node->otherwise, common);
    e->common = common;
    return record_type(e, common);
}

/* ----------------------------------------------------------------------- arithmetic */

static Type infer_arithmetic(Scope *s, const AstBinary *node)
{
    Type a = infer(s, node->left, NULL), b = infer(s, node->right, NULL), result;
    TypeFault fault = type_arithmetic(s->c->arena, node->operator, a, b, &result);
    TypedExpr *e = result_of(s, &node->base, node->left, node->right);
    e->can_issue = true; /* overflow, division by zero */
    if (fault != TYPE_FAULT_NONE) {
        report_operands(s, &node->base, node->operator, a, b, fault);
        return record_type(e, type_of(TYPE_ERROR));
    }
    Type want_a, want_b;
    type_operands(s->c->arena, node->operator, a, b, &want_a, &want_b);
    expr_want(s->c, node->left, want_a);
    expr_want(s->c, node->right, want_b);
    return record_type(e, result);
}

/* A date, or a moment, which counts by its day. */
void check_day(Scope *s, const AstNode *node, Type type)
{
    if (type.kind == TYPE_DATE || type.kind == TYPE_DATETIME)
        expr_want(s->c, node, type_of(TYPE_DATE));
    else if (type.kind != TYPE_ERROR)
        report_with(s->c, DIAG_AT_WANTS_DATE, node, DIAG_ARGS(type_arg(s->c, type)));
}

static Type infer_at(Scope *s, const AstBinary *node)
{
    Type type = infer_dated(s, node->left);
    Type at = infer(s, node->right, NULL);
    check_day(s, node->right, at);
    const TypedExpr *left = expr_of(s->c, node->left), *right = expr_of(s->c, node->right);
    const TypedParam *param = left && left->decl ? &left->decl->param : NULL;
    if (param && right && node->right->kind == AST_DATE && param->date_count &&
        (int64_t)right->count < param->dates[0].since)
        report_with(s->c, DIAG_NO_VALUE_AT, node->right,
                    DIAG_ARGS(diag_arg(left->decl->name), text_arg(s->c, node->right)));
    TypedExpr *e = result_of(s, &node->base, node->left, node->right);
    e->can_issue = true;
    return record_type(e, type);
}

static Type infer_truth_operands(Scope *s, const AstBinary *node)
{
    const AstNode *operands[2] = {node->left, node->right};
    Scope inner = *s;
    Facts facts = {0};
    for (size_t i = 0; s->facts && i < s->facts->count; i++)
        avec_push(s->c->arena, &facts, s->facts->items[i]);
    inner.facts = &facts;
    /* A guard refines all its siblings: what stands first here is known to the other. */
    int first = operands[1]->kind == AST_PRESENCE;
    for (int i = 0; i < 2; i++) {
        const AstNode *operand = operands[first ^ i];
        Type type = infer(&inner, operand, NULL);
        if (type.kind != TYPE_BOOLEAN && type.kind != TYPE_ERROR)
            report_with(s->c, DIAG_NOT_TRUTH, operand, DIAG_ARGS(type_arg(s->c, type)));
        if (i == 0)
            facts_from_condition(s->c, operand, node->operator== AST_OP_OR, &facts);
    }
    return truth(result_of(s, &node->base, node->left, node->right), type_of(TYPE_BOOLEAN));
}

/* ----------------------------------------------------------------------- dispatch */

static Type infer_unary(Scope *s, const AstUnary *node)
{
    Type of = infer(s, node->operand, NULL);
    TypedExpr *e = result_of(s, &node->base, node->operand, NULL);
    if (node->operator== AST_OP_NOT) {
        if (of.kind != TYPE_BOOLEAN && of.kind != TYPE_ERROR)
            report_with(s->c, DIAG_NOT_TRUTH, node->operand, DIAG_ARGS(type_arg(s->c, of)));
        return truth(e, type_of(TYPE_BOOLEAN));
    }
    bool number = type_is_number(of) || type_is_amount(of) || type_is_length(of) ||
                  of.kind == TYPE_REAL || of.kind == TYPE_ERROR;
    if (!number)
        report_with(s->c, DIAG_NO_NEGATIVE, &node->base, DIAG_ARGS(type_arg(s->c, of)));
    const TypedExpr *operand = expr_of(s->c, node->operand);
    e->count = operand ? -operand->count : 0;
    e->can_issue |= !(operand && operand->constant);
    return record_type(e, number ? of : type_of(TYPE_ERROR));
}

static Type infer_binary(Scope *s, const AstBinary *node, const Type *expected)
{
    switch (node->operator) {
    case AST_OP_AND:
    case AST_OP_OR:
        return infer_truth_operands(s, node);
    case AST_OP_EQ:
    case AST_OP_NE:
    case AST_OP_LT:
    case AST_OP_LE:
    case AST_OP_GT:
    case AST_OP_GE:
        return infer_comparison(s, node);
    case AST_OP_IN:
    case AST_OP_NOT_IN:
        return infer_in(s, node);
    case AST_OP_DURING:
    case AST_OP_NOT_DURING:
    case AST_OP_OVERLAPS:
    case AST_OP_NOT_OVERLAPS:
        return infer_during(s, node);
    case AST_OP_MENTIONS:
    case AST_OP_NOT_MENTIONS:
        return infer_mentions(s, node);
    case AST_OP_COALESCE:
        return infer_coalesce(s, node, expected);
    case AST_OP_AT:
        return infer_at(s, node);
    default:
        return infer_arithmetic(s, node);
    }
}

Type infer_operator(Scope *s, const AstNode *node, const Type *expected)
{
    switch (node->kind) {
    case AST_UNARY:
        return infer_unary(s, ast_as_Unary(node));
    case AST_BINARY:
        return infer_binary(s, ast_as_Binary(node), expected);
    case AST_LIKE:
        return infer_like(s, ast_as_Like(node));
    case AST_PRESENCE:
        return infer_presence(s, ast_as_Presence(node));
    case AST_IF:
        return infer_if(s, ast_as_If(node), expected);
    default:
        UNREACHABLE();
    }
}

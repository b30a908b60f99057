// SPDX-License-Identifier: Apache-2.0
//
// build_expr.c: typed expressions to plan expressions.
//
// Every node is built in its own type; the operation above brings its operands to what it needs. Names
// become what they stand for: a let its value, a parameter of an own function the argument. Below a
// grouping, a row variable read outside an aggregate becomes a fold of its own.

#include "compiler/build_int.h"
#include "compiler/consts.h"

// ---------------------------------------------------------------- shapes

const PlanExpr *build_const(Builder *builder, Const value, Str text)
{
    Const *kept = ARENA_NEW(builder->arena, Const);
    *kept = value;
    PlanExpr draft = {.kind = PLAN_EXPR_CONST, .type = value.type, .constant = kept, .text = text};
    draft.can_gap = value.value.state == VALUE_GAP;
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_unary(Builder *builder, PlanExprKind kind, Type type, const PlanExpr *kid,
                            Str text)
{
    PlanExpr draft = {.kind = kind, .type = type, .kids = &kid, .kid_count = 1, .text = text};
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_binary(Builder *builder, PlanExprKind kind, Type type, const PlanExpr *left,
                             const PlanExpr *right, Str text)
{
    const PlanExpr *kids[] = {left, right};
    PlanExpr draft = {.kind = kind, .type = type, .kids = kids, .kid_count = 2, .text = text};
    return plan_expr(builder->plan, &draft);
}

// An operation that can fail (overflow, zero divisor).
const PlanExpr *build_arithmetic(Builder *builder, PlanExprKind kind, Type type,
                                 const PlanExpr *left, const PlanExpr *right, Str text)
{
    const PlanExpr *kids[] = {left, right};
    PlanExpr draft = {
        .kind = kind, .type = type, .kids = kids, .kid_count = right == NULL ? 1 : 2, .text = text};
    draft.can_issue = true;
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_unsupported(Builder *builder, Str zh, Str en, Span span, Type type)
{
    if (!builder->unsupported.present)
        builder->unsupported = (PlanUnsupported){.present = true, .zh = zh, .en = en, .span = span};
    return build_const(builder, const_of_gap(type), en);
}

const PlanExpr *build_too_large(Builder *builder, Str zh, Str en, Span span, Type type)
{
    if (!builder->unsupported.present)
        builder->unsupported = (PlanUnsupported){
            .present = true, .kind = PLAN_UNSUPPORTED_SIZE, .zh = zh, .en = en, .span = span};
    return build_const(builder, const_of_gap(type), en);
}

// What the author wrote is the name.
const PlanExpr *build_unsupported_node(Builder *builder, const AstNode *node, Type type)
{
    Str text = build_text(builder, node);
    return build_unsupported(builder, text, text, node->span, type);
}

// The day that stands for a month (its first or last) or a moment: a call of the library.
static const PlanExpr *day_of(Builder *builder, const PlanExpr *expr, bool month_end)
{
    const FnCard *cards[16];
    bool month = expr->type.kind == TYPE_MONTH;
    const char *name = !month ? "date" : month_end ? "last_day" : "first_day";
    uint32_t count = stdlib_find(str_from_cstr(name), cards, ARRAY_LEN(cards));
    for (uint32_t i = 0; i < MIN_OF(count, (uint32_t)ARRAY_LEN(cards)); i++) {
        if (strstr(cards[i]->signature, month ? ": month)" : ": datetime)") == NULL)
            continue;
        PlanExpr draft = {
            .kind = PLAN_EXPR_CALL, .type = type_of(TYPE_DATE), .card = cards[i], .kids = &expr};
        draft.kid_count = 1;
        draft.text = expr->text;
        return plan_expr(builder->plan, &draft);
    }
    UNREACHABLE();
}

const PlanExpr *build_as(Builder *builder, const AstNode *node, Type type)
{
    const PlanExpr *expr = build_expr(builder, node);
    bool day = type.kind == TYPE_DATE &&
               (expr->type.kind == TYPE_MONTH || expr->type.kind == TYPE_DATETIME);
    if (!day)
        return build_convert(builder, expr, type);
    const TypedExpr *typed = typed_expr(builder->typed, node);
    return day_of(builder, expr, typed != NULL && typed->month_end);
}

const PlanExpr *build_wanted(Builder *builder, const AstNode *node)
{
    const TypedExpr *typed = typed_expr(builder->typed, node);
    return typed == NULL ? build_expr(builder, node) : build_as(builder, node, typed->want);
}

// ---------------------------------------------------------------- operators

static const PlanExpr *comparison(Builder *builder, CompareOp compare, const PlanExpr *left,
                                  const PlanExpr *right, Str text)
{
    const PlanExpr *kids[] = {left, right};
    PlanExpr draft = {
        .kind = PLAN_EXPR_COMPARE, .type = type_of(TYPE_BOOLEAN), .kids = kids, .kid_count = 2};
    draft.compare = compare;
    draft.text = text;
    return plan_expr(builder->plan, &draft);
}

// A mean on one side is compared as its sum over its count (evaluation.md 1.4): both folds must exist.
static void need_fraction(Builder *builder, const PlanExpr *side)
{
    while (side->kind == PLAN_EXPR_CONVERT)
        side = side->kids[0];
    if (side->kind != PLAN_EXPR_AGGREGATE || !type_is_exact(side->type))
        return;
    PlanAggregate fold = builder->aggregates.items[side->index];
    if (fold.kind != AGGREGATE_MEAN || fold.series > 0)
        return;
    fold.kind = AGGREGATE_SUM;
    fold.type = fold.argument->type;
    (void)build_fold(builder, &fold);
    fold.kind = AGGREGATE_COUNT;
    fold.type = type_of(TYPE_INTEGER);
    fold.nonnegative = false;
    (void)build_fold(builder, &fold);
}

static CompareOp compare_op(AstOperator op)
{
    switch (op) {
    case AST_OP_EQ:
        return COMPARE_EQ;
    case AST_OP_NE:
        return COMPARE_NE;
    case AST_OP_LT:
        return COMPARE_LT;
    case AST_OP_LE:
        return COMPARE_LE;
    case AST_OP_GT:
        return COMPARE_GT;
    case AST_OP_GE:
        return COMPARE_GE;
    default:
        UNREACHABLE();
    }
}

const PlanExpr *build_comparison(Builder *builder, AstOperator operator, const AstNode * left,
                                 const AstNode *right, Type common, Str text)
{
    const PlanExpr *a = build_as(builder, left, common);
    const PlanExpr *b = build_as(builder, right, common);
    need_fraction(builder, a);
    need_fraction(builder, b);
    return comparison(builder, compare_op(operator), a, b, text);
}

static const PlanExpr *compare_expr(Builder *builder, const AstBinary *node, const TypedExpr *typed)
{
    return build_comparison(builder, node->operator, node->left, node->right, typed->common,
                            build_text(builder, &node->base));
}

static const PlanExpr *interval_expr(Builder *builder, const AstBinary *node,
                                     const TypedExpr *typed)
{
    const AstInterval *interval = ast_as_Interval(node->right);
    Type truth = type_of(TYPE_BOOLEAN);
    Str text = build_text(builder, &node->base);
    const PlanExpr *value = build_as(builder, node->left, typed->common);
    const PlanExpr *low = build_as(builder, interval->low, typed->common);
    const PlanExpr *high = build_as(builder, interval->high, typed->common);
    need_fraction(builder, value);
    need_fraction(builder, low);
    need_fraction(builder, high);
    const PlanExpr *from =
        comparison(builder, interval->low_open ? COMPARE_GT : COMPARE_GE, value, low, text);
    const PlanExpr *to =
        comparison(builder, interval->high_open ? COMPARE_LT : COMPARE_LE, value, high, text);
    return build_binary(builder, PLAN_EXPR_AND, truth, from, to, text);
}

// Membership in a set that is no constant is an `or` of equalities, each a leaf of its own.
static const PlanExpr *member_expr(Builder *builder, const PlanExpr *value, const PlanExpr *set,
                                   Str text)
{
    const PlanExpr *made = NULL;
    for (uint32_t i = 0; i < set->kid_count; i++) {
        const PlanExpr *item = build_convert(builder, set->kids[i], value->type);
        const PlanExpr *equal = comparison(builder, COMPARE_EQ, value, item, text);
        made = made == NULL
                   ? equal
                   : build_binary(builder, PLAN_EXPR_OR, type_of(TYPE_BOOLEAN), made, equal, text);
    }
    return made == NULL ? build_const(builder, const_of_count(type_of(TYPE_BOOLEAN), 0), text)
                        : made;
}

static const PlanExpr *in_expr(Builder *builder, const AstBinary *node, const TypedExpr *typed)
{
    const PlanExpr *set = build_expr(builder, node->right);
    Type element = typed->common;
    if (element.kind == TYPE_SET || element.kind == TYPE_LIST)
        element = *element.element;
    if (element.kind == TYPE_ERROR && set->type.element != NULL)
        element = *set->type.element;
    const PlanExpr *value = build_as(builder, node->left, element);
    if (set->kind == PLAN_EXPR_MAKE_SET)
        return member_expr(builder, value, set, build_text(builder, &node->base));
    if (set->kind == PLAN_EXPR_CONST) {
        Type *kept = ARENA_NEW(builder->arena, Type);
        *kept = value->type;
        set = build_convert(builder, set, (Type){.kind = TYPE_SET, .element = kept});
    }
    return build_binary(builder, PLAN_EXPR_IN_SET, type_of(TYPE_BOOLEAN), value, set,
                        build_text(builder, &node->base));
}

static const PlanExpr *period_expr(Builder *builder, const AstBinary *node, PlanExprKind kind)
{
    Type period = type_of(TYPE_PERIOD);
    const PlanExpr *left = build_as(builder, node->left, period);
    const PlanExpr *right = build_as(builder, node->right, period);
    return build_binary(builder, kind, type_of(TYPE_BOOLEAN), left, right,
                        build_text(builder, &node->base));
}

static const PlanExpr *negated(Builder *builder, const PlanExpr *expr, bool negate)
{
    return negate ? build_unary(builder, PLAN_EXPR_NOT, type_of(TYPE_BOOLEAN), expr, expr->text)
                  : expr;
}

static bool is_calendar(Type type)
{
    return type.kind == TYPE_DATE || type.kind == TYPE_DATETIME || type.kind == TYPE_MONTH;
}

// A date, datetime or month and a length: the length is brought to the unit in which the time counts.
static const PlanExpr *moved(Builder *builder, Type type, const PlanExpr *time,
                             const PlanExpr *length, bool back, Str text)
{
    if (length->type.kind == TYPE_MONTHS) {
        if (back)
            length = build_arithmetic(builder, PLAN_EXPR_NEGATE, length->type, length, NULL, text);
        return build_arithmetic(builder, PLAN_EXPR_ADD_MONTHS, type, time, length, text);
    }
    if (time->type.kind == TYPE_DATETIME)
        length = build_convert(builder, length, type_of(TYPE_TIME));
    return build_arithmetic(builder, back ? PLAN_EXPR_SUBTRACT : PLAN_EXPR_ADD, type, time, length,
                            text);
}

const PlanExpr *build_before(Builder *builder, const PlanExpr *time, const PlanExpr *length,
                             Str text)
{
    if (!is_calendar(time->type))
        length = build_convert(builder, length, time->type);
    return moved(builder, time->type, time, length, true, text);
}

const PlanExpr *build_after(Builder *builder, const PlanExpr *time, const PlanExpr *length,
                            Str text)
{
    if (!is_calendar(time->type))
        length = build_convert(builder, length, time->type);
    return moved(builder, time->type, time, length, false, text);
}

static const PlanExpr *calendar_sum(Builder *builder, const AstBinary *node, const TypedExpr *typed,
                                    const PlanExpr *left, const PlanExpr *right)
{
    Str text = build_text(builder, &node->base);
    bool minus = node->operator== AST_OP_SUB;
    if (is_calendar(left->type) && is_calendar(right->type))
        return build_arithmetic(builder, minus ? PLAN_EXPR_SUBTRACT : PLAN_EXPR_ADD, typed->type,
                                left, right, text);
    if (!is_calendar(left->type)) { // 3个月 + d
        const PlanExpr *swap = left;
        left = right, right = swap;
    }
    return moved(builder, typed->type, left, right, minus, text);
}

static const PlanExpr *sum_expr(Builder *builder, const AstBinary *node, const TypedExpr *typed)
{
    PlanExprKind kind = node->operator== AST_OP_SUB ? PLAN_EXPR_SUBTRACT : PLAN_EXPR_ADD;
    const PlanExpr *left = build_wanted(builder, node->left),
                   *right = build_wanted(builder, node->right);
    if (is_calendar(left->type) || is_calendar(right->type))
        return calendar_sum(builder, node, typed, left, right);
    left = build_convert(builder, left, typed->type);
    right = build_convert(builder, right, typed->type);
    return build_arithmetic(builder, kind, typed->type, left, right,
                            build_text(builder, &node->base));
}

// A whole number or length beside exact numbers counts as exact with scale 0.
static const PlanExpr *widened(Builder *builder, const PlanExpr *expr)
{
    return type_phys(expr->type) == PHYS_I64
               ? build_convert(builder, expr, type_exact(TYPE_DECIMAL, 0))
               : expr;
}

static const PlanExpr *multiplied(Builder *builder, bool divide, Type wanted, const PlanExpr *left,
                                  const PlanExpr *right, Str text)
{
    Type type = wanted;
    if (type.kind == TYPE_REAL) {
        left = build_convert(builder, left, type_of(TYPE_REAL));
        right = build_convert(builder, right, type_of(TYPE_REAL));
    } else if (type_is_exact(type)) {
        left = widened(builder, left);
        right = widened(builder, right);
        type.scale =
            divide ? EXACT_QUOTIENT_SCALE : (uint8_t)(left->type.scale + right->type.scale);
    }
    const PlanExpr *made = build_arithmetic(builder, divide ? PLAN_EXPR_DIVIDE : PLAN_EXPR_MULTIPLY,
                                            type, left, right, text);
    return build_convert(builder, made, wanted);
}

const PlanExpr *build_quotient(Builder *builder, Type type, const PlanExpr *left,
                               const PlanExpr *right, Str text)
{
    return multiplied(builder, true, type, left, right, text);
}

static const PlanExpr *product_expr(Builder *builder, const AstBinary *node, const TypedExpr *typed)
{
    const PlanExpr *left = build_wanted(builder, node->left),
                   *right = build_wanted(builder, node->right);
    return multiplied(builder, node->operator== AST_OP_DIV, typed->type, left, right,
                      build_text(builder, &node->base));
}

static const PlanExpr *coalesce_expr(Builder *builder, const AstBinary *node,
                                     const TypedExpr *typed)
{
    const PlanExpr *left = build_as(builder, node->left, typed->type);
    const PlanExpr *right = build_as(builder, node->right, typed->type);
    return build_binary(builder, PLAN_EXPR_COALESCE, typed->type, left, right,
                        build_text(builder, &node->base));
}

static const PlanExpr *dated_expr(Builder *builder, const AstBinary *node)
{
    const TypedExpr *param = typed_expr(builder->typed, node->left);
    ASSERT(param != NULL);
    ASSERT(param->ref == TYPED_REF_PARAM);
    const PlanExpr *date = build_as(builder, node->right, type_of(TYPE_DATE));
    PlanExpr draft = {
        .kind = PLAN_EXPR_PARAM_AT, .type = param->decl->param.type, .kids = &date, .kid_count = 1};
    draft.decl = param->decl;
    draft.can_gap = param->decl->param.nullable;
    draft.can_issue = true;
    draft.text = build_text(builder, &node->base);
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *mentions_expr(Builder *builder, const AstBinary *node)
{
    const PlanExpr *left = build_wanted(builder, node->left),
                   *right = build_wanted(builder, node->right);
    return build_binary(builder, PLAN_EXPR_MENTIONS, type_of(TYPE_BOOLEAN), left, right,
                        build_text(builder, &node->base));
}

static const PlanExpr *logic_expr(Builder *builder, const AstBinary *node)
{
    PlanExprKind kind = node->operator== AST_OP_OR ? PLAN_EXPR_OR : PLAN_EXPR_AND;
    const PlanExpr *left = build_expr(builder, node->left),
                   *right = build_expr(builder, node->right);
    return build_binary(builder, kind, type_of(TYPE_BOOLEAN), left, right,
                        build_text(builder, &node->base));
}

static const PlanExpr *binary_expr(Builder *builder, const AstBinary *node, const TypedExpr *typed)
{
    switch (node->operator) {
    case AST_OP_OR:
    case AST_OP_AND:
        return logic_expr(builder, node);
    case AST_OP_EQ:
    case AST_OP_NE:
    case AST_OP_LT:
    case AST_OP_LE:
    case AST_OP_GT:
    case AST_OP_GE:
        return compare_expr(builder, node, typed);
    case AST_OP_IN:
    case AST_OP_NOT_IN:
        return negated(builder,
                       node->right->kind == AST_INTERVAL ? interval_expr(builder, node, typed)
                                                         : in_expr(builder, node, typed),
                       node->operator== AST_OP_NOT_IN);
    case AST_OP_DURING:
    case AST_OP_NOT_DURING:
        return negated(builder, period_expr(builder, node, PLAN_EXPR_DURING),
                       node->operator== AST_OP_NOT_DURING);
    case AST_OP_OVERLAPS:
    case AST_OP_NOT_OVERLAPS:
        return negated(builder, period_expr(builder, node, PLAN_EXPR_OVERLAPS),
                       node->operator== AST_OP_NOT_OVERLAPS);
    case AST_OP_MENTIONS:
    case AST_OP_NOT_MENTIONS:
        return negated(builder, mentions_expr(builder, node), node->operator== AST_OP_NOT_MENTIONS);
    case AST_OP_COALESCE:
        return coalesce_expr(builder, node, typed);
    case AST_OP_ADD:
    case AST_OP_SUB:
        return sum_expr(builder, node, typed);
    case AST_OP_MUL:
    case AST_OP_DIV:
        return product_expr(builder, node, typed);
    case AST_OP_AT:
        return dated_expr(builder, node);
    case AST_OP_NOT:
    case AST_OP_NEG:
        break;
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- other nodes

// `not a != b` is `a = b`, whatever is unknown: as an equality it can link the rows of a partner clause.
static const PlanExpr *not_expr(Builder *builder, const AstUnary *node)
{
    const PlanExpr *operand = build_expr(builder, node->operand);
    Str text = build_text(builder, &node->base);
    if (operand->kind == PLAN_EXPR_COMPARE && operand->compare == COMPARE_NE)
        return comparison(builder, COMPARE_EQ, operand->kids[0], operand->kids[1], text);
    if (operand->kind == PLAN_EXPR_NOT)
        return operand->kids[0];
    return build_unary(builder, PLAN_EXPR_NOT, type_of(TYPE_BOOLEAN), operand, text);
}

static const PlanExpr *unary_expr(Builder *builder, const AstUnary *node, const TypedExpr *typed)
{
    if (node->operator== AST_OP_NOT)
        return not_expr(builder, node);
    const PlanExpr *operand = build_as(builder, node->operand, typed->type);
    if (operand->kind == PLAN_EXPR_CONST && operand->constant->value.state == VALUE_KNOWN) {
        Const value = *operand->constant;
        if (type_is_exact(value.type))
            return build_const(builder, const_of_count(value.type, -value.value.i128),
                               build_text(builder, &node->base));
        if (type_phys(value.type) == PHYS_I64 && value.value.i64 != INT64_MIN)
            return build_const(builder, const_of_count(value.type, -(int128_t)value.value.i64),
                               build_text(builder, &node->base));
    }
    return build_arithmetic(builder, PLAN_EXPR_NEGATE, typed->type, operand, NULL,
                            build_text(builder, &node->base));
}

static const PlanExpr *presence_expr(Builder *builder, const AstPresence *node)
{
    const TypedExpr *operand = typed_expr(builder->typed, node->operand);
    const PlanExpr *value = build_expr(builder, node->operand);
    bool variable =
        operand != NULL && operand->ref == TYPED_REF_VAR && operand->var->kind != TYPED_VAR_EACH;
    if (!variable)
        value = build_unary(builder, PLAN_EXPR_PRESENT, type_of(TYPE_BOOLEAN), value,
                            build_text(builder, &node->base));
    return negated(builder, value, node->missing);
}

static const PlanExpr *if_expr(Builder *builder, const AstIf *node, const TypedExpr *typed)
{
    const PlanExpr *kids[3];
    kids[0] = build_expr(builder, node->condition);
    kids[1] = build_as(builder, node->then, typed->type);
    kids[2] = build_as(builder, node->otherwise, typed->type);
    PlanExpr draft = {.kind = PLAN_EXPR_IF, .type = kids[1]->type, .kids = kids, .kid_count = 3};
    draft.text = build_text(builder, &node->base);
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *like_expr(Builder *builder, const AstLike *node)
{
    const PlanExpr *operand = build_expr(builder, node->operand);
    PlanExpr draft = {
        .kind = PLAN_EXPR_LIKE, .type = type_of(TYPE_BOOLEAN), .kids = &operand, .kid_count = 1};
    draft.pattern = node->pattern->text;
    draft.text = build_text(builder, &node->base);
    return negated(builder, plan_expr(builder->plan, &draft), node->negated);
}

typedef struct ShownSearch {
    const Typed *typed;
    uint32_t stretch;
    bool shown;   // a row variable's value below a grouping
    bool grouped; // a value of the group
} ShownSearch;

static AstVisit note_shown(void *context, const AstNode *node)
{
    ShownSearch *search = context;
    const TypedExpr *typed = typed_expr(search->typed, node);
    if (typed == NULL)
        return AST_VISIT_INTO;
    if (typed->ref == TYPED_REF_AGGREGATE || typed->ref == TYPED_REF_KEY ||
        typed->ref == TYPED_REF_POINTS) {
        search->grouped = true;
        return AST_VISIT_OVER;
    }
    if (typed->grain != TYPED_GRAIN_BINDING &&
        (typed->ref == TYPED_REF_COLUMN || typed->ref == TYPED_REF_LET ||
         typed->ref == TYPED_REF_VAR || typed->ref == TYPED_REF_FIELD)) {
        search->shown = true;
        search->stretch = typed->stretch;
    }
    return AST_VISIT_INTO;
}

// One hole: a value of rows is shown with all its distinct values, any other printed as it is.
static const PlanExpr *hole_expr(Builder *builder, const AstNode *node)
{
    ShownSearch search = {.typed = builder->typed};
    if (!builder->per_row)
        ast_walk(node, note_shown, NULL, &search);
    if (!search.shown || search.grouped)
        return build_expr(builder, node);
    builder->per_row = true;
    const PlanExpr *value = build_expr(builder, node);
    builder->per_row = false;
    if (value->slots == 0 && !value->reads_group)
        return value;
    return build_folded(builder, node, value, AGGREGATE_SHOW, search.stretch);
}

static const PlanExpr *template_expr(Builder *builder, const AstTemplate *node)
{
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, node->parts.count);
    for (uint32_t i = 0; i < node->parts.count; i++)
        kids[i] = hole_expr(builder, node->parts.items[i]);
    PlanExpr draft = {.kind = PLAN_EXPR_TEMPLATE, .type = type_of(TYPE_TEXT), .kids = kids};
    draft.kid_count = node->parts.count;
    draft.text = build_text(builder, &node->base);
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *set_expr(Builder *builder, const AstSet *node, const TypedExpr *typed)
{
    Type element = typed->type.element == NULL ? type_of(TYPE_ERROR) : *typed->type.element;
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, node->items.count);
    Const *items = ARENA_ARRAY(builder->arena, Const, node->items.count);
    bool constant = true;
    for (uint32_t i = 0; i < node->items.count; i++) {
        kids[i] = build_as(builder, node->items.items[i], element);
        constant = constant && kids[i]->kind == PLAN_EXPR_CONST &&
                   kids[i]->constant->value.state == VALUE_KNOWN;
        if (constant)
            items[i] = *kids[i]->constant;
    }
    Str text = build_text(builder, &node->base);
    if (constant)
        return build_const(builder,
                           (Const){.type = typed->type,
                                   .value = {.type = typed->type},
                                   .items = items,
                                   .item_count = node->items.count},
                           text);
    PlanExpr draft = {.kind = PLAN_EXPR_MAKE_SET, .type = typed->type, .kids = kids, .text = text};
    draft.kid_count = node->items.count;
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *node_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    switch (node->kind) {
    case AST_TEXT: {
        Const text = const_of_text(ast_as_Text(node)->text);
        return build_const(builder, text, build_text(builder, node));
    }
    case AST_TEMPLATE:
        return template_expr(builder, ast_as_Template(node));
    case AST_NUMBER:
    case AST_DATE:
        return build_const(builder, const_of_count(typed->type, typed->count),
                           build_text(builder, node));
    case AST_UNARY:
        return unary_expr(builder, ast_as_Unary(node), typed);
    case AST_BINARY:
        return binary_expr(builder, ast_as_Binary(node), typed);
    case AST_LIKE:
        return like_expr(builder, ast_as_Like(node));
    case AST_PRESENCE:
        return presence_expr(builder, ast_as_Presence(node));
    case AST_IF:
        return if_expr(builder, ast_as_If(node), typed);
    case AST_SET:
        return set_expr(builder, ast_as_Set(node), typed);
    case AST_NAME:
    case AST_MEMBER:
    case AST_CALL:
        return build_reference(builder, node, typed);
    default:
        return build_unsupported_node(builder, node, typed->type);
    }
}

const PlanExpr *build_expr(Builder *builder, const AstNode *node)
{
    const TypedExpr *typed = typed_expr(builder->typed, node);
    if (node->kind == AST_TEXT)
        return node_expr(builder, node, typed);
    ASSERT(typed != NULL);
    // An expression that is a group's key is read from the group, whatever its shape.
    if (typed->ref == TYPED_REF_KEY && !builder->per_row)
        return build_key(builder, typed);
    const PlanExpr *made = node_expr(builder, node, typed);
    if (made->height > PLAN_HEIGHT_MAX || builder->plan->node_count > PLAN_NODES_MAX)
        return build_too_large(builder, STR("嵌套过深"), STR("nested too deep"), node->span,
                               typed->type);
    return made;
}

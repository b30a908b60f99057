// SPDX-License-Identifier: Apache-2.0
//
// expr.c: plan expressions to steps.
//
// One ExprBuilder per expression: each node becomes one or a few steps, once for its value and once for
// each way in which a condition takes gaps, so equal parts are computed once. A condition is a truth: its
// leaves carry what the clause's policy makes of a gap at their polarity, and `not` turns that round. Where
// a condition stands as a value (in a text, a call, a column) it is turned back into one.
//
// Comparisons with a quotient are written as fractions: the outermost division, or the sum and count of a
// mean, after units have moved into the numerator.

#include "compiler/consts.h"
#include "compiler/convert.h"
#include "compiler/lower/lower_int.h"

typedef struct ExprBuilder {
    Lowerer *lowerer;
    VEC(Step) steps;
    MapI64 registers; // node id * 8 + mode -> register
} ExprBuilder;

enum { MODE_VALUE = 5, MODE_COUNT = 8 };

static uint32_t value_of(ExprBuilder *builder, const PlanExpr *expr);
static uint32_t truth_of(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode);

static uint32_t push(ExprBuilder *builder, Step step)
{
    vec_push(&builder->steps, step);
    return (uint32_t)builder->steps.count - 1;
}

static Step step_of(StepOp op, Type type, Str source)
{
    return (Step){.op = op, .phys = type_phys(type), .type = type, .source = source};
}

static Step truth_step(StepOp op, Str source)
{
    return step_of(op, type_of(TYPE_BOOLEAN), source);
}

static uint32_t push_const(ExprBuilder *builder, const Const *value)
{
    Step step = step_of(STEP_CONST, value->type, STR(""));
    step.index = lower_const(builder->lowerer, value);
    return push(builder, step);
}

static const uint32_t *operand_list(ExprBuilder *builder, const uint32_t *registers, uint32_t count)
{
    uint32_t *list = ARENA_ARRAY(builder->lowerer->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        list[i] = registers[i];
    return list;
}

// ---------------------------------------------------------------- conversions

static uint32_t rescaled(ExprBuilder *builder, uint32_t value, int scale, int32_t by, Type type,
                         Str text)
{
    if (by == 0)
        return value;
    Step step = step_of(by > 0 ? STEP_RESCALE : STEP_ROUND, type, text);
    step.a = value;
    if (by > 0) {
        step.index = (uint32_t)by;
    } else {
        step.index = (uint32_t)scale;
        step.index2 = (uint32_t)(scale + by);
        step.slot = ROUND_HALF_EVEN;
    }
    return push(builder, step);
}

static uint32_t multiplied(ExprBuilder *builder, uint32_t value, int128_t by, Type type, Str text)
{
    if (by == 1)
        return value;
    Type counted = type_is_exact(type) ? type_exact(TYPE_DECIMAL, 0) : type_of(TYPE_INTEGER);
    Const factor = const_of_count(counted, by);
    Step step = step_of(STEP_MULTIPLY_CONST, type, text);
    step.a = value;
    step.index = lower_const(builder->lowerer, &factor);
    return push(builder, step);
}

static uint32_t divided(ExprBuilder *builder, uint32_t value, int scale, int128_t by, Str text)
{
    if (by == 1)
        return value;
    Const divisor = const_of_count(type_exact(TYPE_DECIMAL, 0), by);
    Step step = step_of(STEP_DIVIDE, type_exact(TYPE_DECIMAL, EXACT_QUOTIENT_SCALE), text);
    step.a = value;
    step.b = push_const(builder, &divisor);
    step.index = (uint32_t)scale;
    return push(builder, step);
}

static uint32_t widened(ExprBuilder *builder, uint32_t value, Str text)
{
    Step step = step_of(STEP_WIDEN, type_exact(TYPE_DECIMAL, 0), text);
    step.a = value;
    return push(builder, step);
}

// The last step's count is read with the scale and unit wanted; where nothing was to be done, a step says so.
static uint32_t retyped(ExprBuilder *builder, uint32_t value, bool untouched, const PlanExpr *expr)
{
    if (!untouched) {
        builder->steps.items[value].type = expr->type;
        return value;
    }
    Step step = step_of(STEP_RESCALE, expr->type, expr->text);
    step.a = value;
    return push(builder, step);
}

static uint32_t period_of(ExprBuilder *builder, const PlanExpr *expr)
{
    Step step = step_of(STEP_TO_PERIOD, expr->type, expr->text);
    step.a = value_of(builder, expr->kids[0]);
    step.index = expr->kids[0]->type.kind;
    return push(builder, step);
}

static uint32_t converted(ExprBuilder *builder, const PlanExpr *expr)
{
    const PlanExpr *kid = expr->kids[0];
    if (expr->type.kind == TYPE_PERIOD)
        return period_of(builder, expr);
    Conversion conversion;
    bool needed = conversion_find(kid->type, expr->type, &conversion);
    uint32_t value = value_of(builder, kid);
    if (!needed)
        return value;
    uint32_t original = value;
    int scale = type_is_exact(kid->type) ? kid->type.scale : 0;
    if (conversion.to_real && conversion.multiply == 1 && conversion.divide == 1) {
        Step step = step_of(STEP_TO_REAL, expr->type, expr->text);
        step.a = value;
        step.index = (uint32_t)scale;
        return push(builder, step);
    }
    if (conversion.widen)
        value = widened(builder, value, expr->text);
    Type counted = type_is_exact(expr->type) || conversion.to_real
                       ? type_exact(TYPE_DECIMAL, (uint8_t)scale)
                       : expr->type;
    value = multiplied(builder, value, conversion.multiply, counted, expr->text);
    value =
        divided(builder, value, conversion.divide == 1 ? 0 : scale, conversion.divide, expr->text);
    if (!conversion.to_real) {
        value = rescaled(builder, value, conversion.scale_from, conversion.rescale, expr->type,
                         expr->text);
        return retyped(builder, value, value == original, expr);
    }
    Step step = step_of(STEP_TO_REAL, expr->type, expr->text);
    step.a = value;
    step.index = (uint32_t)conversion.scale_from;
    return push(builder, step);
}

static uint32_t rounded(ExprBuilder *builder, const PlanExpr *expr)
{
    const PlanExpr *kid = expr->kids[0];
    uint32_t value = value_of(builder, kid);
    int scale = kid->type.scale, up = expr->places < 0 ? -expr->places : 0;
    if (expr->places >= scale)
        return rescaled(builder, value, scale, expr->places - scale, expr->type, expr->text);
    // A count read with more places is the number in tens, hundreds …: rounded to whole ones, then scaled back.
    Step step = step_of(STEP_ROUND, expr->type, expr->text);
    step.a = value;
    step.index = (uint32_t)(scale + up);
    step.index2 = (uint32_t)(expr->places < 0 ? 0 : expr->places);
    step.slot = expr->mode;
    return rescaled(builder, push(builder, step), 0, up, expr->type, expr->text);
}

// ---------------------------------------------------------------- fractions

typedef struct Fraction {
    bool quotient, mean;
    Str text; // of the division or mean itself
    uint32_t num, den;
    int num_scale, den_scale;
} Fraction;

// The expression below conversions between exact types; their factors are collected.
static const PlanExpr *below_conversions(const PlanExpr *side, int128_t *multiply, int128_t *divide,
                                         int *places)
{
    *multiply = *divide = 1;
    *places = 0;
    while (side->kind == PLAN_EXPR_CONVERT && type_is_exact(side->type) &&
           type_is_exact(side->kids[0]->type)) {
        Conversion conversion;
        if (conversion_find(side->kids[0]->type, side->type, &conversion)) {
            int128_t m, d;
            if (!num_mul_i128(*multiply, conversion.multiply, &m) ||
                !num_mul_i128(*divide, conversion.divide, &d))
                return side;
            *multiply = m;
            *divide = d;
            if (conversion.divide == 1)
                *places += conversion.scale_from - side->kids[0]->type.scale;
        }
        side = side->kids[0];
    }
    return side;
}

static bool side_is_quotient(const PlanBody *body, const PlanExpr *side)
{
    int128_t multiply, divide;
    int places;
    if (!type_is_exact(side->type))
        return false;
    side = below_conversions(side, &multiply, &divide, &places);
    if (side->kind == PLAN_EXPR_DIVIDE)
        return type_is_exact(side->type);
    return side->kind == PLAN_EXPR_AGGREGATE && body != NULL &&
           body->aggregates[side->index].kind == AGGREGATE_MEAN &&
           body->aggregates[side->index].window == 0 && // windows and series give their 18 places
           body->aggregates[side->index].series == 0;
}

bool lower_is_quotient(const PlanBody *body, const PlanExpr *comparison)
{
    return side_is_quotient(body, comparison->kids[0]) ||
           side_is_quotient(body, comparison->kids[1]);
}

// The fold of this kind over the same tuples as the mean.
static uint32_t sibling_fold(const PlanBody *body, uint32_t mean, AggregateKind kind)
{
    const PlanAggregate *model = &body->aggregates[mean];
    for (uint32_t i = 0; i < body->aggregate_count; i++) {
        const PlanAggregate *fold = &body->aggregates[i];
        if (fold->kind == kind && fold->argument == model->argument && fold->when == model->when &&
            fold->mention == model->mention && fold->stretch == model->stretch &&
            fold->series == model->series)
            return i;
    }
    UNREACHABLE();
}

static uint32_t push_fold(ExprBuilder *builder, uint32_t number, Type type, Str text)
{
    Step step = step_of(STEP_AGG, type, text);
    step.index = number;
    return push(builder, step);
}

static void mean_fraction(ExprBuilder *builder, const PlanExpr *side, Fraction *out)
{
    const PlanBody *body = builder->lowerer->body;
    Type argument = body->aggregates[side->index].argument->type;
    out->mean = true;
    out->num =
        push_fold(builder, sibling_fold(body, side->index, AGGREGATE_SUM), argument, side->text);
    out->num_scale = argument.scale;
    if (!type_is_exact(argument)) {
        out->num = widened(builder, out->num, side->text);
        out->num_scale = 0;
    }
    uint32_t count = push_fold(builder, sibling_fold(body, side->index, AGGREGATE_COUNT),
                               type_of(TYPE_INTEGER), side->text);
    out->den = widened(builder, count, side->text);
    out->den_scale = 0;
}

static Fraction fraction_of(ExprBuilder *builder, const PlanExpr *side)
{
    Fraction out = {.quotient = side_is_quotient(builder->lowerer->body, side)};
    Const one = const_of_count(type_exact(TYPE_DECIMAL, 0), 1);
    int128_t multiply, divide;
    int places;
    side = below_conversions(side, &multiply, &divide, &places);
    out.text = side->text;
    if (!out.quotient) {
        out.num = value_of(builder, side);
        out.num_scale = side->type.scale;
        out.den = push_const(builder, &one);
    } else if (side->kind == PLAN_EXPR_AGGREGATE) {
        mean_fraction(builder, side, &out);
    } else {
        out.num = value_of(builder, side->kids[0]);
        out.num_scale = side->kids[0]->type.scale;
        out.den = value_of(builder, side->kids[1]);
        out.den_scale = side->kids[1]->type.scale;
    }
    out.num = multiplied(builder, out.num, multiply,
                         type_exact(TYPE_DECIMAL, (uint8_t)out.num_scale), side->text);
    out.den = multiplied(builder, out.den, divide, type_exact(TYPE_DECIMAL, (uint8_t)out.den_scale),
                         side->text);
    out.num_scale += places;
    return out;
}

static uint32_t fraction_comparison(ExprBuilder *builder, const PlanExpr *expr)
{
    Fraction left = fraction_of(builder, expr->kids[0]),
             right = fraction_of(builder, expr->kids[1]);
    Step step = step_of(STEP_COMPARE_FRACTION, type_of(TYPE_BOOLEAN),
                        left.quotient ? left.text : right.text);
    if (left.quotient && right.quotient) {
        Const text = {.type = type_of(TYPE_TEXT), .text = right.text};
        step.slot = 1 + lower_const(builder->lowerer, &text);
    }
    step.a = left.num;
    step.b = left.den;
    step.c = right.num;
    step.d = right.den;
    step.index = expr->compare;
    step.index2 = (uint32_t)left.num_scale | (uint32_t)left.den_scale << 8 |
                  (uint32_t)right.num_scale << 16 | (uint32_t)right.den_scale << 24;
    if (left.mean || right.mean) {
        uint32_t sides[] = {value_of(builder, expr->kids[0]), value_of(builder, expr->kids[1])};
        step.list = operand_list(builder, sides, 2);
        step.list_count = 2;
    }
    return push(builder, step);
}

// ---------------------------------------------------------------- values

static uint32_t comparison(ExprBuilder *builder, const PlanExpr *expr)
{
    if (lower_is_quotient(builder->lowerer->body, expr))
        return fraction_comparison(builder, expr);
    bool identity = expr->kids[0]->type.kind == TYPE_IDENTITY && expr->compare == COMPARE_EQ;
    Step step =
        step_of(identity ? STEP_EQUAL_IDENTITY : STEP_COMPARE, expr->kids[0]->type, expr->text);
    step.phys = PHYS_BOOL;
    step.a = value_of(builder, expr->kids[0]);
    step.b = value_of(builder, expr->kids[1]);
    step.index = expr->compare;
    return push(builder, step);
}

uint32_t lower_regex(Lowerer *lowerer, Str pattern, RegexMode mode)
{
    uint64_t number;
    Str key = arena_printf(lowerer->arena, "%d " STR_FMT, (int)mode, STR_ARG(pattern));
    if (map_get(&lowerer->regex_numbers, key, &number))
        return (uint32_t)number;
    Regex *regex = NULL;
    if (regex_compile(pattern, mode, &regex, NULL, lowerer->error) != STATUS_OK)
        lowerer->failed = true;
    vec_push(&lowerer->regexes, regex);
    (void)map_put(&lowerer->regex_numbers, key, lowerer->regexes.count - 1);
    return (uint32_t)lowerer->regexes.count - 1;
}

// The operands of a signature that receive gaps: "f(a: text, b: date?): …" has bit 1.
static uint32_t raw_operands(const char *signature)
{
    uint32_t raw = 0, operand = 0;
    int depth = 0;
    for (const char *at = signature; *at != '\0'; at++) {
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        if (depth == 0 && *at == ')')
            break;
        if (depth == 1 && *at == ',')
            operand = MIN_OF(operand + 1, 31u);
        if (depth == 1 && *at == '?')
            raw |= 1u << operand;
    }
    return raw;
}

static uint32_t function_number(Lowerer *lowerer, const FnCard *card)
{
    uint64_t number;
    Str key = {(const char *)&card, sizeof card};
    if (map_get(&lowerer->function_numbers, key, &number))
        return (uint32_t)number;
    LibraryFunction function = {.name = str_from_cstr(card->name), .kernel = card->kernel};
    function.raw = raw_operands(card->signature);
    vec_push(&lowerer->functions, function);
    (void)map_put(&lowerer->function_numbers, key, lowerer->functions.count - 1);
    return (uint32_t)lowerer->functions.count - 1;
}

static uint32_t extern_number(Lowerer *lowerer, const TypedDecl *decl)
{
    uint64_t number;
    Str key = {(const char *)&decl, sizeof decl};
    if (map_get(&lowerer->function_numbers, key, &number))
        return (uint32_t)number;
    const TypedFunction *function = &decl->function;
    const AstExtern *node = ast_as_Extern(decl->node);
    ForeignFunction *foreign = ARENA_NEW(lowerer->arena, ForeignFunction);
    Type *params = ARENA_ARRAY(lowerer->arena, Type, function->parameter_count);
    for (uint32_t i = 0; i < function->parameter_count; i++)
        params[i] = function->parameters[i].type;
    *foreign = (ForeignFunction){.library = node->library->text,
                                 .symbol = node->symbol->text,
                                 .params = params,
                                 .param_count = function->parameter_count,
                                 .result = function->result,
                                 .nullable = function->nullable};
    vec_push(&lowerer->functions, (LibraryFunction){.name = decl->name, .foreign = foreign});
    (void)map_put(&lowerer->function_numbers, key, lowerer->functions.count - 1);
    return (uint32_t)lowerer->functions.count - 1;
}

static uint32_t listed(ExprBuilder *builder, const PlanExpr *expr, StepOp op)
{
    VEC(uint32_t) registers = {0};
    for (uint32_t i = 0; i < expr->kid_count; i++)
        vec_push(&registers, value_of(builder, expr->kids[i]));
    Step step = step_of(op, expr->type, expr->text);
    step.list = operand_list(builder, registers.items, expr->kid_count);
    step.list_count = expr->kid_count;
    if (op == STEP_CALL)
        step.index = expr->card != NULL ? function_number(builder->lowerer, expr->card)
                                        : extern_number(builder->lowerer, expr->decl);
    vec_free(&registers);
    return push(builder, step);
}

static uint32_t printed(ExprBuilder *builder, const PlanExpr *expr)
{
    if (expr->kind == PLAN_EXPR_CONST && expr->type.kind == TYPE_TEXT &&
        expr->constant->value.state == VALUE_KNOWN)
        return value_of(builder, expr);
    Step step = step_of(STEP_TEXT, expr->type, expr->text);
    step.phys = PHYS_CODE;
    step.a = value_of(builder, expr);
    return push(builder, step);
}

// The folds over groups whose unknown rows a printed value speaks of, in order of first use.
typedef struct FoldList {
    const PlanBody *body;
    VEC(uint32_t) numbers;
} FoldList;

static void note_fold(void *context, const PlanExpr *expr)
{
    FoldList *list = context;
    if (expr->kind != PLAN_EXPR_AGGREGATE)
        return;
    const PlanAggregate *fold = &list->body->aggregates[expr->index];
    if (!fold->per_binding && fold->kind != AGGREGATE_ONE && fold->kind != AGGREGATE_SHOW)
        vec_push(&list->numbers, expr->index);
}

// The step that says how many rows are unknown behind a printed value; false: it reads no fold.
static bool unknown_rows(ExprBuilder *builder, const PlanExpr *expr, uint32_t *made)
{
    const Plan *plan = builder->lowerer->plan;
    FoldList list = {.body = builder->lowerer->body};
    if (!expr->reads_group || list.body == NULL)
        return false;
    uint64_t *seen = base_alloc_zeroed(plan->node_count / 64 + 1, sizeof *seen);
    plan_expr_walk(expr, seen, note_fold, &list);
    free(seen);
    bool any = list.numbers.count > 0;
    if (any) {
        Step step = step_of(STEP_UNKNOWN_ROWS, type_of(TYPE_TEXT), expr->text);
        step.a = value_of(builder, expr);
        step.list_count = (uint32_t)list.numbers.count;
        step.list = operand_list(builder, list.numbers.items, step.list_count);
        *made = push(builder, step);
    }
    vec_free(&list.numbers);
    return any;
}

static uint32_t template_text(ExprBuilder *builder, const PlanExpr *expr)
{
    VEC(uint32_t) registers = {0};
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        uint32_t behind;
        vec_push(&registers, printed(builder, expr->kids[i]));
        if (unknown_rows(builder, expr->kids[i], &behind))
            vec_push(&registers, behind);
    }
    uint32_t only = registers.count == 1 ? registers.items[0] : UINT32_MAX;
    Step step = step_of(STEP_CONCAT, expr->type, expr->text);
    step.list_count = (uint32_t)registers.count;
    step.list = operand_list(builder, registers.items, step.list_count);
    vec_free(&registers);
    return only != UINT32_MAX ? only : push(builder, step);
}

static uint32_t selected(ExprBuilder *builder, const PlanExpr *expr)
{
    Step step = step_of(STEP_SELECT, expr->type, expr->text);
    step.a = truth_of(builder, expr->kids[0], LEAF_MODE_RAW);
    step.b = value_of(builder, expr->kids[1]);
    step.c = value_of(builder, expr->kids[2]);
    return push(builder, step);
}

static uint32_t truth_value(ExprBuilder *builder, const PlanExpr *expr)
{
    Step step = truth_step(STEP_TRUTH_VALUE, expr->text);
    step.a = truth_of(builder, expr, LEAF_MODE_RAW);
    return push(builder, step);
}

static uint32_t simple(ExprBuilder *builder, const PlanExpr *expr, StepOp op)
{
    Step step = step_of(op, expr->type, expr->text);
    if (expr->kid_count > 0)
        step.a = value_of(builder, expr->kids[0]);
    if (expr->kid_count > 1)
        step.b = value_of(builder, expr->kids[1]);
    if (op == STEP_DURING || op == STEP_OVERLAPS || op == STEP_IN_SET || op == STEP_MENTIONS ||
        op == STEP_MENTIONS_ANY || op == STEP_LIKE || op == STEP_IS_PRESENT)
        step.type = expr->kids[0]->type; // of the operand: step.def
    step.slot = expr->slot;
    step.index = expr->index;
    return push(builder, step);
}

static uint32_t number_of_decl(const Lowerer *lowerer, const TypedDecl *decl)
{
    ASSERT(lowerer->numbers[decl->index] != UINT32_MAX);
    return lowerer->numbers[decl->index];
}

static uint32_t from_program(ExprBuilder *builder, const PlanExpr *expr)
{
    Lowerer *lowerer = builder->lowerer;
    if (expr->kind == PLAN_EXPR_CONST)
        return push_const(builder, expr->constant);
    if (expr->kind == PLAN_EXPR_AS_OF) {
        lowerer->reads_as_of = true;
        return push(builder, step_of(STEP_AS_OF, expr->type, expr->text));
    }
    Step step =
        step_of(expr->kind == PLAN_EXPR_PARAM ? STEP_PARAM : STEP_PARAM_AT, expr->type, expr->text);
    step.index = number_of_decl(lowerer, expr->decl);
    if (expr->kid_count > 0)
        step.a = value_of(builder, expr->kids[0]);
    return push(builder, step);
}

static uint32_t divide_value(ExprBuilder *builder, const PlanExpr *expr)
{
    Step step = step_of(STEP_DIVIDE, expr->type, expr->text);
    step.a = value_of(builder, expr->kids[0]);
    step.b = value_of(builder, expr->kids[1]);
    step.index = expr->kids[0]->type.scale;
    step.index2 = expr->kids[1]->type.scale;
    return push(builder, step);
}

static uint32_t like_value(ExprBuilder *builder, const PlanExpr *expr)
{
    uint32_t number = lower_regex(builder->lowerer, expr->pattern, REGEX_WHOLE);
    Step step = step_of(STEP_LIKE, expr->kids[0]->type, expr->text);
    step.phys = PHYS_BOOL;
    step.a = value_of(builder, expr->kids[0]);
    step.index = number;
    return push(builder, step);
}

static bool is_collection(Type type)
{
    return type.kind == TYPE_SET || type.kind == TYPE_LIST;
}

// Kinds that are one step over their children.
static const StepOp PLAIN_STEPS[PLAN_EXPR_COUNT] = {
    [PLAN_EXPR_COLUMN] = STEP_COLUMN,
    [PLAN_EXPR_KEY] = STEP_KEY,
    [PLAN_EXPR_AGGREGATE] = STEP_AGG,
    [PLAN_EXPR_POINTS] = STEP_POINTS,
    [PLAN_EXPR_VARIABLE] = STEP_VARIABLE_PRESENT,
    [PLAN_EXPR_ADD] = STEP_ADD,
    [PLAN_EXPR_SUBTRACT] = STEP_SUBTRACT,
    [PLAN_EXPR_MULTIPLY] = STEP_MULTIPLY,
    [PLAN_EXPR_NEGATE] = STEP_NEGATE,
    [PLAN_EXPR_ABS] = STEP_ABS,
    [PLAN_EXPR_LEAST] = STEP_LEAST,
    [PLAN_EXPR_GREATEST] = STEP_GREATEST,
    [PLAN_EXPR_ADD_MONTHS] = STEP_DATE_ADD_MONTHS,
    [PLAN_EXPR_IN_SET] = STEP_IN_SET,
    [PLAN_EXPR_DURING] = STEP_DURING,
    [PLAN_EXPR_OVERLAPS] = STEP_OVERLAPS,
    [PLAN_EXPR_PRESENT] = STEP_IS_PRESENT,
    [PLAN_EXPR_COALESCE] = STEP_COALESCE,
};

static uint32_t value_step(ExprBuilder *builder, const PlanExpr *expr)
{
    switch (expr->kind) {
    case PLAN_EXPR_CONST:
    case PLAN_EXPR_PARAM:
    case PLAN_EXPR_PARAM_AT:
    case PLAN_EXPR_AS_OF:
        return from_program(builder, expr);
    case PLAN_EXPR_DIVIDE:
        return divide_value(builder, expr);
    case PLAN_EXPR_ROUND:
        return rounded(builder, expr);
    case PLAN_EXPR_CONVERT:
        return converted(builder, expr);
    case PLAN_EXPR_COMPARE:
        if (expr->compare == COMPARE_NE && expr->kids[0]->type.kind == TYPE_IDENTITY)
            return truth_value(builder, expr);
        return comparison(builder, expr);
    case PLAN_EXPR_MENTIONS:
        return simple(builder, expr,
                      is_collection(expr->kids[1]->type) ? STEP_MENTIONS_ANY : STEP_MENTIONS);
    case PLAN_EXPR_LIKE:
        return like_value(builder, expr);
    case PLAN_EXPR_AND:
    case PLAN_EXPR_OR:
    case PLAN_EXPR_NOT:
        return truth_value(builder, expr);
    case PLAN_EXPR_IF:
        return selected(builder, expr);
    case PLAN_EXPR_TEMPLATE:
        return template_text(builder, expr);
    case PLAN_EXPR_MAKE_SET:
        return listed(builder, expr, STEP_MAKE_SET);
    case PLAN_EXPR_CALL:
        return listed(builder, expr, STEP_CALL);
    default:
        ASSERT(PLAIN_STEPS[expr->kind] != STEP_CONST);
        return simple(builder, expr, PLAIN_STEPS[expr->kind]);
    }
}

static uint32_t value_of(ExprBuilder *builder, const PlanExpr *expr)
{
    int64_t key = (int64_t)expr->id * MODE_COUNT + MODE_VALUE;
    uint64_t number;
    if (map_i64_get(&builder->registers, key, &number))
        return (uint32_t)number;
    uint32_t made = value_step(builder, expr);
    (void)map_i64_put(&builder->registers, key, made);
    return made;
}

// ---------------------------------------------------------------- truths

static LeafMode turned(LeafMode mode)
{
    return mode == LEAF_MODE_F ? LEAF_MODE_T : mode == LEAF_MODE_T ? LEAF_MODE_F : mode;
}

LeafMode lower_mode(Policy policy)
{
    switch (policy) {
    case POLICY_DROP:
        return LEAF_MODE_F;
    case POLICY_KEEP:
        return LEAF_MODE_T;
    case POLICY_UNDECIDED:
        return LEAF_MODE_U;
    }
    UNREACHABLE();
}

static uint32_t logic(ExprBuilder *builder, StepOp op, uint32_t a, uint32_t b, Str text)
{
    Step step = truth_step(op, text);
    step.a = a;
    step.b = b;
    return push(builder, step);
}

static uint32_t leaf(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode)
{
    Step step = truth_step(mode == LEAF_MODE_RAW ? STEP_LEAF_RAW : STEP_LEAF, expr->text);
    step.a = value_of(builder, expr);
    step.index = mode == LEAF_MODE_F ? TRUTH_F : mode == LEAF_MODE_T ? TRUTH_T : TRUTH_U;
    return push(builder, step);
}

// a != b of identity types is not (a = b): only equality knows what survived of a damaged value.
static uint32_t identity_unequal(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode)
{
    Step equal = step_of(STEP_EQUAL_IDENTITY, expr->kids[0]->type, expr->text);
    equal.phys = PHYS_BOOL;
    equal.a = value_of(builder, expr->kids[0]);
    equal.b = value_of(builder, expr->kids[1]);
    equal.index = COMPARE_EQ;
    Step truth = truth_step(mode == LEAF_MODE_RAW ? STEP_LEAF_RAW : STEP_LEAF, expr->text);
    truth.a = push(builder, equal);
    LeafMode inside = turned(mode);
    truth.index = inside == LEAF_MODE_F ? TRUTH_F : inside == LEAF_MODE_T ? TRUTH_T : TRUTH_U;
    return logic(builder, STEP_NOT, push(builder, truth), 0, expr->text);
}

// if c then a else b between conditions is (c and a) or (not c and b).
static uint32_t branch(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode)
{
    uint32_t yes = logic(builder, STEP_AND, truth_of(builder, expr->kids[0], mode),
                         truth_of(builder, expr->kids[1], mode), expr->text);
    uint32_t not_c =
        logic(builder, STEP_NOT, truth_of(builder, expr->kids[0], turned(mode)), 0, expr->text);
    uint32_t no =
        logic(builder, STEP_AND, not_c, truth_of(builder, expr->kids[2], mode), expr->text);
    return logic(builder, STEP_OR, yes, no, expr->text);
}

static uint32_t truth_steps(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode)
{
    switch (expr->kind) {
    case PLAN_EXPR_AND:
    case PLAN_EXPR_OR: {
        uint32_t a = truth_of(builder, expr->kids[0], mode),
                 b = truth_of(builder, expr->kids[1], mode);
        return logic(builder, expr->kind == PLAN_EXPR_AND ? STEP_AND : STEP_OR, a, b, expr->text);
    }
    case PLAN_EXPR_NOT:
        return logic(builder, STEP_NOT, truth_of(builder, expr->kids[0], turned(mode)), 0,
                     expr->text);
    case PLAN_EXPR_IF:
        return branch(builder, expr, mode);
    case PLAN_EXPR_COMPARE:
        if (expr->compare == COMPARE_NE && expr->kids[0]->type.kind == TYPE_IDENTITY)
            return identity_unequal(builder, expr, mode);
        return leaf(builder, expr, mode);
    default:
        return leaf(builder, expr, mode);
    }
}

static uint32_t truth_of(ExprBuilder *builder, const PlanExpr *expr, LeafMode mode)
{
    int64_t key = (int64_t)expr->id * MODE_COUNT + mode;
    uint64_t number;
    if (map_i64_get(&builder->registers, key, &number))
        return (uint32_t)number;
    uint32_t made = truth_steps(builder, expr, mode);
    (void)map_i64_put(&builder->registers, key, made);
    return made;
}

// ---------------------------------------------------------------- doors

// The last step must be the result: where it is not (a shared part came last), a copy is not needed, for
// every step but a shared one is pushed when it is first wanted; a root that was met before is repeated.
static Expr finish(ExprBuilder *builder, const PlanExpr *expr, uint32_t result, bool is_truth)
{
    Lowerer *lowerer = builder->lowerer;
    if (result != builder->steps.count - 1)
        (void)push(builder, builder->steps.items[result]);
    Step *steps = ARENA_ARRAY(lowerer->arena, Step, builder->steps.count);
    memcpy(steps, builder->steps.items, builder->steps.count * sizeof *steps);
    Expr made = {.steps = steps,
                 .count = (uint32_t)builder->steps.count,
                 .type = expr->type,
                 .is_truth = is_truth};
    made.can_gap = expr->can_gap;
    made.can_issue = expr->can_issue;
    made.text = expr->text;
    vec_free(&builder->steps);
    map_i64_deinit(&builder->registers);
    return made;
}

Expr lower_value(Lowerer *lowerer, const PlanExpr *expr)
{
    if (expr == NULL)
        return (Expr){0};
    ExprBuilder builder = {.lowerer = lowerer};
    uint32_t result = value_of(&builder, expr);
    return finish(&builder, expr, result, false);
}

Expr lower_values(Lowerer *lowerer, const PlanExpr *const *exprs, uint32_t count,
                  uint32_t *registers)
{
    ExprBuilder builder = {.lowerer = lowerer};
    ASSERT(count > 0);
    for (uint32_t i = 0; i < count; i++)
        registers[i] = value_of(&builder, exprs[i]);
    return finish(&builder, exprs[count - 1], registers[count - 1], false);
}

Expr lower_truth(Lowerer *lowerer, const PlanExpr *expr, LeafMode mode)
{
    if (expr == NULL)
        return (Expr){0};
    ExprBuilder builder = {.lowerer = lowerer};
    uint32_t result = truth_of(&builder, expr, mode);
    return finish(&builder, expr, result, true);
}

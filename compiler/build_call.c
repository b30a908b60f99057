// SPDX-License-Identifier: Apache-2.0
//
// build_call.c: calls of the library, own functions, and aggregates.

#include "compiler/build_int.h"
#include "compiler/consts.h"

// ---------------------------------------------------------------- library calls

// The default of a parameter, as its signature writes it: a number, a text or a truth value.
static const PlanExpr *default_expr(Builder *builder, Str text, Type type)
{
    int128_t count = 0;
    if (type.kind == TYPE_BOOLEAN)
        return build_const(builder, const_of_count(type, str_equal(text, STR("true"))), text);
    if (type_phys(type) == PHYS_CODE)
        return build_const(builder, const_of_text(str_slice(text, 1, text.len - 1)), text);
    if (type_is_exact(type)) {
        ExactResult result = exact_parse_scaled(text, type.scale, &count);
        ASSERT(result == EXACT_OK);
    } else {
        int64_t whole = 0;
        ExactResult result = exact_parse_i64(text, &whole);
        ASSERT(result == EXACT_OK);
        count = whole;
    }
    return build_const(builder, const_of_count(type, count), text);
}

const PlanExpr **build_call_arguments(Builder *builder, const TypedCall *call, uint32_t *count)
{
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, call->count);
    *count = 0;
    for (uint32_t i = 0; i < call->count; i++) {
        const AstNode *node = call->arguments[i];
        const TypedExpr *typed = node == NULL ? NULL : typed_expr(builder->typed, node);
        if (typed != NULL && typed->ref == TYPED_REF_UNIT) // it is in the type of the result
            continue;
        kids[(*count)++] = node == NULL ? default_expr(builder, call->defaults[i], call->types[i])
                                        : build_as(builder, node, call->types[i]);
    }
    return kids;
}

// least and greatest of any number of operands: two at a time, from the left.
static const PlanExpr *chain(Builder *builder, const AstNode *node, const TypedExpr *typed,
                             PlanExprKind kind)
{
    const TypedCall *call = typed->call;
    const PlanExpr *made = build_as(builder, call->arguments[0], typed->type);
    for (uint32_t i = 1; i < call->count; i++)
        made = build_binary(builder, kind, typed->type, made,
                            build_as(builder, call->arguments[i], typed->type),
                            build_text(builder, node));
    return made;
}

// The places to which a unit rounds counts of `type`: 分 is 2 of yuan, 万元 is -4. False: no power of ten.
static bool unit_places(const Unit *unit, Type type, int32_t *places)
{
    int128_t num = unit->num, den = unit->den, gcd;
    if (type.unit != NULL) {
        if (!num_mul_i128(num, type.unit->den, &num) || !num_mul_i128(den, type.unit->num, &den))
            return false;
        gcd = num_gcd_i128(num, den);
        num /= gcd, den /= gcd;
    }
    *places = 0;
    for (; den > 1 && den % 10 == 0; den /= 10)
        (*places)++;
    for (; num > 1 && num % 10 == 0; num /= 10)
        (*places)--;
    return num == 1 && den == 1;
}

static RoundMode round_mode(Str name)
{
    static const struct {
        const char *name;
        RoundMode mode;
    } MODES[] = {
        {"ROUND_HALF_AWAY", ROUND_HALF_AWAY},
        {"ROUND_HALF_EVEN", ROUND_HALF_EVEN},
        {"ROUND_UP", ROUND_UP},
        {"ROUND_DOWN", ROUND_DOWN},
        {"ROUND_CEILING", ROUND_CEILING},
        {"ROUND_FLOOR", ROUND_FLOOR},
    };
    for (size_t i = 0; i < ARRAY_LEN(MODES); i++)
        if (str_equal(name, str_from_cstr(MODES[i].name)))
            return MODES[i].mode;
    UNREACHABLE();
}

static const PlanExpr *rounded_real(Builder *builder, const AstNode *node, const PlanExpr *value,
                                    Type type, int32_t places, RoundMode mode)
{
    Type whole = type_of(TYPE_INTEGER);
    Str text = build_text(builder, node);
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, 3);
    kids[0] = build_convert(builder, value, type_of(TYPE_REAL));
    kids[1] = build_const(builder, const_of_count(whole, places), text);
    kids[2] = build_const(builder, const_of_count(whole, (int128_t)mode), text);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = type,
                      .card = stdlib_round_real,
                      .kids = kids,
                      .kid_count = 3,
                      .can_issue = true,
                      .text = text};
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *round_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedCall *call = typed->call;
    const PlanExpr *value = build_expr(builder, call->arguments[0]);
    const TypedExpr *grid = typed_expr(builder->typed, call->arguments[1]);
    int32_t places = 0;
    if (type_phys(value->type) == PHYS_I64 && type_is_exact(typed->type))
        value = build_convert(builder, value, type_exact(TYPE_DECIMAL, 0));
    if (value->type.unit != NULL && typed->type.unit != NULL) {
        Type wanted = value->type;
        wanted.unit = typed->type.unit;
        wanted.scale = MAX_OF(value->type.scale, typed->type.scale);
        value = build_convert(builder, value, wanted);
    }
    bool counted = grid != NULL && grid->ref == TYPED_REF_UNIT;
    bool known = counted && unit_places(grid->unit, typed->type, &places);
    if (!counted) {
        const PlanExpr *number = build_expr(builder, call->arguments[1]);
        known = number->kind == PLAN_EXPR_CONST && number->constant->value.state == VALUE_KNOWN &&
                type_phys(number->type) == PHYS_I64;
        places = known ? (int32_t)number->constant->value.i64 : 0;
    }
    RoundMode mode = round_mode(str_from_cstr(call->card->step));
    if (known && value->type.kind == TYPE_REAL && places <= EXACT_SCALE_MAX &&
        places >= -EXACT_SCALE_MAX)
        return rounded_real(builder, node, value, typed->type, places, mode);
    if (known && value->type.kind == TYPE_INTEGER && places >= 0)
        return value;
    if (!known || !type_is_exact(value->type) || places > EXACT_SCALE_MAX ||
        places < -EXACT_SCALE_MAX)
        return build_unsupported(builder, build_text(builder, node), build_text(builder, node),
                                 node->span, typed->type);
    Type rounded = value->type;
    rounded.kind = typed->type.kind;
    rounded.scale = (uint8_t)MAX_OF(places, 0);
    PlanExpr draft = {
        .kind = PLAN_EXPR_ROUND, .type = rounded, .kids = &value, .kid_count = 1, .places = places};
    draft.mode = mode;
    draft.can_issue = true;
    draft.text = build_text(builder, node);
    return build_convert(builder, plan_expr(builder->plan, &draft), typed->type);
}

static const PlanExpr *text_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const PlanExpr *value = build_expr(builder, typed->call->arguments[0]);
    PlanExpr draft = {
        .kind = PLAN_EXPR_TEMPLATE, .type = type_of(TYPE_TEXT), .kids = &value, .kid_count = 1};
    draft.text = build_text(builder, node);
    return plan_expr(builder->plan, &draft);
}

static const PlanExpr *step_expr(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    Str step = str_from_cstr(typed->call->card->step);
    if (str_equal(step, STR("ABS")))
        return build_unary(builder, PLAN_EXPR_ABS, typed->type,
                           build_as(builder, typed->call->arguments[0], typed->type),
                           build_text(builder, node));
    if (str_equal(step, STR("PRESENT")))
        return build_unary(builder, PLAN_EXPR_PRESENT, typed->type,
                           build_expr(builder, typed->call->arguments[0]),
                           build_text(builder, node));
    if (str_equal(step, STR("LEAST")))
        return chain(builder, node, typed, PLAN_EXPR_LEAST);
    if (str_equal(step, STR("GREATEST")))
        return chain(builder, node, typed, PLAN_EXPR_GREATEST);
    if (str_equal(step, STR("TEXT")))
        return text_expr(builder, node, typed);
    ASSERT(str_starts(step, STR("ROUND_")));
    return round_expr(builder, node, typed);
}

static Str call_name(const TypedCall *call, Lang lang)
{
    if (call->card == NULL)
        return call->name;
    return str_from_cstr(lang == LANG_ZH ? call->card->name_zh : call->card->name);
}

static bool aggregate_kind(const FnCard *card, AggregateKind *kind)
{
    static const struct {
        const char *step;
        AggregateKind kind;
    } KINDS[] = {
        {"COUNT", AGGREGATE_COUNT},
        {"SUM", AGGREGATE_SUM},
        {"MEAN", AGGREGATE_MEAN},
        {"MIN", AGGREGATE_MIN},
        {"MAX", AGGREGATE_MAX},
        {"DISTINCT_COUNT", AGGREGATE_DISTINCT_COUNT},
        {"ANY", AGGREGATE_ANY},
        {"ALL", AGGREGATE_ALL},
        {"COLLECT", AGGREGATE_COLLECT},
        {"LIST_TEXT", AGGREGATE_LIST_TEXT},
        {"UNION", AGGREGATE_UNION},
        {"LONGEST_RUN", AGGREGATE_LONGEST_RUN},
        {"MEDIAN", AGGREGATE_MEDIAN},
        {"MODE", AGGREGATE_MODE},
        {"FIRST", AGGREGATE_FIRST},
        {"LAST", AGGREGATE_LAST},
        {"STATISTIC", AGGREGATE_STATISTIC},
        {"MISSING_COUNT", AGGREGATE_COUNT},
    };
    if (card == NULL || card->lower != LOWER_AGGREGATE || card->step == NULL)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
        if (strcmp(card->step, KINDS[i].step) == 0) {
            *kind = KINDS[i].kind;
            return true;
        }
    return false;
}

// The record of a check travels as a list of reals (stdlib/check_int.h).
Type build_record_type(void)
{
    static const Type real = {.kind = TYPE_REAL};
    Type type = type_of(TYPE_LIST);
    type.element = &real;
    return type;
}

const PlanExpr *build_call(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedCall *call = typed->call;
    AggregateKind kind;
    if (aggregate_kind(call->card, &kind)) { // over the values of a series
        Type type = typed->type.kind == TYPE_RECORD ? build_record_type() : typed->type;
        return build_series_fold(builder, node, kind, call, type);
    }
    if (call->card != NULL && call->card->lower == LOWER_STEP)
        return step_expr(builder, node, typed);
    if (call->card == NULL || call->card->lower != LOWER_CALL || call->card->kernel == NULL)
        return build_unsupported(builder, call_name(call, LANG_ZH), call_name(call, LANG_EN),
                                 node->span, typed->type);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL, .type = typed->type, .card = call->card};
    draft.kids = build_call_arguments(builder, call, &draft.kid_count);
    draft.can_issue = call->card->issues != NULL;
    draft.can_gap = typed->can_gap;
    draft.text = build_text(builder, node);
    return plan_expr(builder->plan, &draft);
}

// ---------------------------------------------------------------- own functions

// A function of a shared library, called row by row; it may fail on values that look harmless.
static const PlanExpr *extern_call(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedFunction *function = &typed->decl->function;
    uint32_t count = typed->call->count;
    const PlanExpr **arguments = ARENA_ARRAY(builder->arena, const PlanExpr *, count);
    for (uint32_t i = 0; i < count; i++)
        arguments[i] = build_as(builder, typed->call->arguments[i], function->parameters[i].type);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = function->result,
                      .decl = typed->decl,
                      .kids = arguments,
                      .kid_count = count,
                      .can_issue = true,
                      .can_gap = function->nullable};
    draft.text = build_text(builder, node);
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_function(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedFunction *function = &typed->decl->function;
    const TypedCall *call = typed->call;
    if (function->body == NULL)
        return extern_call(builder, node, typed);
    if (builder->function_depth >= BUILD_FUNCTION_DEPTH_MAX)
        return build_too_large(builder, STR("函数嵌套过深"), STR("functions nested too deep"),
                               node->span, typed->type);
    const PlanExpr **arguments = ARENA_ARRAY(builder->arena, const PlanExpr *, call->count);
    StrBuf key = {0};
    strbuf_printf(&key, "%u", typed->decl->index);
    for (uint32_t i = 0; i < call->count; i++) {
        arguments[i] = build_as(builder, call->arguments[i], function->parameters[i].type);
        strbuf_printf(&key, ",%u", arguments[i]->id);
    }
    bool is_new;
    uint64_t *place = map_at(&builder->expanded, strbuf_str(&key), &is_new);
    if (is_new) {
        const PlanExpr *const *outer = builder->parameters;
        builder->parameters = arguments;
        builder->function_depth++;
        const PlanExpr *value = build_as(builder, function->body, function->result);
        builder->function_depth--;
        builder->parameters = outer;
        place = map_at(&builder->expanded, strbuf_str(&key), &is_new);
        *place = (uint64_t)(uintptr_t)value;
    }
    strbuf_deinit(&key);
    const PlanExpr *made = (const PlanExpr *)(uintptr_t)*place;
    return made == NULL ? build_unsupported(builder, typed->decl->name, typed->decl->name,
                                            node->span, typed->type)
                        : made;
}

// ---------------------------------------------------------------- aggregates

static bool same_parameters(const PlanAggregate *a, const PlanAggregate *b)
{
    bool same = a->parameter_count == b->parameter_count;
    for (uint32_t i = 0; same && i < a->parameter_count; i++)
        same = a->parameters[i] == b->parameters[i];
    return same;
}

static bool fold_same(const PlanAggregate *a, const PlanAggregate *b)
{
    return a->kind == b->kind && a->argument == b->argument && a->when == b->when &&
           a->by == b->by && a->mention == b->mention && a->stretch == b->stretch &&
           a->per_binding == b->per_binding && a->window == b->window &&
           a->function == b->function && a->frame == b->frame && a->series == b->series &&
           a->missing == b->missing && type_same(a->type, b->type) && a->card == b->card &&
           same_parameters(a, b);
}

uint32_t build_fold(Builder *builder, const PlanAggregate *draft)
{
    for (size_t i = 0; i < builder->aggregates.count; i++)
        if (fold_same(&builder->aggregates.items[i], draft))
            return (uint32_t)i;
    avec_push(builder->arena, &builder->aggregates, *draft);
    return (uint32_t)builder->aggregates.count - 1;
}

// A fold over tuples of which some may be undecided gives an issue then; others give a gap over nothing.
const PlanExpr *build_fold_expr(Builder *builder, uint32_t number, Str text)
{
    const PlanAggregate *fold = &builder->aggregates.items[number];
    PlanExpr draft = {
        .kind = PLAN_EXPR_AGGREGATE, .type = fold->type, .index = number, .text = text};
    draft.can_issue = true;
    draft.can_gap = fold->kind != AGGREGATE_COUNT && fold->kind != AGGREGATE_SUM &&
                    fold->kind != AGGREGATE_DISTINCT_COUNT;
    return plan_expr(builder->plan, &draft);
}

uint64_t build_slot_bits(const TypedVar *const *vars, uint32_t count)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < count; i++)
        bits |= vars[i]->slot < 64 ? (uint64_t)1 << vars[i]->slot : 0;
    return bits;
}

// Counts the tuples whose value is a gap.
static void count_missing(Builder *builder, const AstNode *node, const TypedAggregate *aggregate,
                          PlanAggregate *draft)
{
    Type truth = type_of(TYPE_BOOLEAN);
    Str text = build_text(builder, node);
    const PlanExpr *value = build_expr(builder, aggregate->argument);
    const PlanExpr *present = build_unary(builder, PLAN_EXPR_PRESENT, truth, value, text);
    const PlanExpr *missing = build_unary(builder, PLAN_EXPR_NOT, truth, present, text);
    draft->when = draft->when == NULL
                      ? missing
                      : build_binary(builder, PLAN_EXPR_AND, truth, draft->when, missing, text);
}

// The operand of a statistic: two as a pair of reals, lengths as reals where the result is one.
static const PlanExpr *statistic_operand(Builder *builder, const AstNode *node,
                                         const TypedAggregate *aggregate)
{
    const FnPairs pairs = aggregate->card->pairs;
    const FnCard *const cards[] = {[PAIRS_REALS] = stdlib_pair_of_reals,
                                   [PAIRS_GROUP] = stdlib_pair_of_group,
                                   [PAIRS_MARKS] = stdlib_pair_of_marks,
                                   [PAIRS_TIME] = stdlib_pair_of_time};
    const FnCard *card = cards[pairs];
    const PlanExpr *value = build_wanted(builder, aggregate->argument);
    if (pairs == PAIRS_NONE)
        return value;
    Type real = type_of(TYPE_REAL);
    const PlanExpr *other =
        build_wanted(builder, pairs == PAIRS_TIME ? aggregate->by : aggregate->parameters[0]);
    const PlanExpr *kids[] = {value, other};
    if (value->type.kind == TYPE_POINT)
        card = stdlib_pair_of_place;
    else if (pairs != PAIRS_MARKS)
        kids[0] = build_convert(builder, value, real);
    if (pairs == PAIRS_REALS)
        kids[1] = build_convert(builder, other, real);
    if (pairs == PAIRS_GROUP || pairs == PAIRS_TIME) {
        kids[1] = kids[0];
        kids[0] = other;
    }
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = type_of(TYPE_PERIOD),
                      .card = card,
                      .kids = kids,
                      .kid_count = 2,
                      .text = build_text(builder, node)};
    return plan_expr(builder->plan, &draft);
}

void build_parameters(Builder *builder, const BuildOperands *given, TypeKind time,
                      PlanAggregate *draft)
{
    uint32_t count = 0;
    const PlanExpr **parameters = ARENA_ARRAY(builder->arena, const PlanExpr *, given->count + 1);
    for (uint32_t i = 0; i < given->count; i++) {
        const AstNode *node = given->nodes[i];
        const PlanExpr *made = node == NULL
                                   ? default_expr(builder, given->defaults[i], given->types[i])
                                   : build_as(builder, node, given->types[i]);
        if (made->kind != PLAN_EXPR_CONST)
            made = build_unsupported_node(builder, node, made->type);
        parameters[count++] = made;
    }
    if (time != TYPE_ERROR)
        parameters[count++] = build_const(
            builder, const_of_count(type_of(TYPE_INTEGER), (int128_t)time), draft->text);
    draft->parameters = parameters;
    draft->parameter_count = count;
}

static void statistic_draft(Builder *builder, const AstNode *node, const TypedAggregate *aggregate,
                            PlanAggregate *draft)
{
    draft->card = aggregate->card;
    draft->argument = statistic_operand(builder, node, aggregate);
    bool timed = aggregate->card->pairs == PAIRS_TIME;
    uint32_t sides = aggregate->card->pairs == PAIRS_NONE || timed ? 0 : 1;
    BuildOperands given = {aggregate->parameters + sides, aggregate->parameter_types + sides,
                           aggregate->parameter_defaults + sides,
                           aggregate->parameter_count - MIN_OF(sides, aggregate->parameter_count)};
    TypeKind time =
        timed ? typed_expr(builder->typed, aggregate->by)->type.kind : type_of(TYPE_ERROR).kind;
    build_parameters(builder, &given, time, draft);
}

static PlanAggregate aggregate_draft(Builder *builder, const AstNode *node,
                                     const TypedAggregate *aggregate, AggregateKind kind)
{
    PlanAggregate draft = {.kind = kind, .type = aggregate->type, .stretch = aggregate->stretch};
    bool outer = builder->per_row;
    builder->per_row = !aggregate->window || !build_among_groups(builder);
    if (aggregate->when != NULL)
        draft.when = build_expr(builder, aggregate->when);
    if (kind == AGGREGATE_STATISTIC)
        statistic_draft(builder, node, aggregate, &draft);
    else if (kind != AGGREGATE_COUNT && aggregate->argument != NULL)
        draft.argument = build_wanted(builder, aggregate->argument);
    else if (aggregate->argument != NULL)
        count_missing(builder, node, aggregate, &draft);
    bool length = draft.argument != NULL && type_phys(draft.argument->type) == PHYS_I64 &&
                  draft.argument->type.kind != TYPE_INTEGER;
    if (length && draft.type.kind == TYPE_REAL && kind != AGGREGATE_COUNT)
        draft.argument = build_convert(builder, draft.argument, draft.type);
    if (aggregate->by != NULL && kind != AGGREGATE_STATISTIC)
        draft.by = build_expr(builder, aggregate->by);
    builder->per_row = outer;
    draft.mention = build_slot_bits(aggregate->mentions, aggregate->mention_count);
    draft.per_binding = aggregate->per_binding;
    draft.fans_out = aggregate->fans_out;
    build_step_mentions(builder, aggregate, &draft);
    draft.nonnegative = aggregate->nonnegative;
    draft.text = build_text(builder, node);
    return draft;
}

const PlanExpr *build_aggregate(Builder *builder, const AstNode *node,
                                const TypedAggregate *aggregate)
{
    AggregateKind kind;
    if (!aggregate_kind(aggregate->card, &kind) ||
        (aggregate->window && builder->window == NULL && !builder->in_series)) {
        Str text = build_text(builder, node);
        return build_unsupported(builder, text, text, node->span, aggregate->type);
    }
    uint32_t *number = &builder->aggregate_numbers[aggregate->index];
    if (*number == 0) {
        PlanAggregate draft = aggregate_draft(builder, node, aggregate, kind);
        if (aggregate->type.kind == TYPE_RECORD)
            draft.type = build_record_type();
        if (builder->in_series)
            draft.fans_out = (build_bound_slots(builder) & ~draft.mention) != 0;
        else if (aggregate->window)
            build_window_fold(builder, &draft);
        *number = build_fold(builder, &draft) + 1;
    }
    return build_fold_expr(builder, *number - 1, build_text(builder, node));
}

// The check behind a value that is a record, through the lets that name it; NULL: it is none. `window` is the let
// that holds its record, NULL where it is computed where it stands.
static const TypedAggregate *record_aggregate(const Builder *builder, const AstNode *node,
                                              const TypedLet **window)
{
    const TypedExpr *typed = typed_expr(builder->typed, node);
    for (*window = NULL; typed != NULL && typed->ref == TYPED_REF_LET;) {
        bool among =
            typed->let->clause->kind == AST_LET && ast_as_Let(typed->let->clause)->among != NULL;
        *window = among ? typed->let : NULL;
        typed = typed_expr(builder->typed, typed->let->value);
    }
    bool record =
        typed != NULL && typed->ref == TYPED_REF_AGGREGATE && typed->type.kind == TYPE_RECORD;
    return record ? typed->aggregate : NULL;
}

// A value as a check of it wants it: an exact number as a real, anything else as it is.
static const PlanExpr *judged_value(Builder *builder, const AstNode *node)
{
    const PlanExpr *value = build_wanted(builder, node);
    bool number = type_phys(value->type) == PHYS_I128 || type_phys(value->type) == PHYS_F64;
    return number ? build_convert(builder, value, type_of(TYPE_REAL)) : value;
}

// A field by its number; of a check of one value among its peers that value comes in here.
static const PlanExpr *record_field(Builder *builder, const AstNode *node, const TypedExpr *typed,
                                    const TypedAggregate *aggregate, const PlanExpr *record)
{
    const PlanExpr **kids = ARENA_ARRAY(builder->arena, const PlanExpr *, 3);
    kids[0] = record;
    kids[1] = build_const(builder, const_of_count(type_of(TYPE_INTEGER), (int128_t)typed->field),
                          build_text(builder, node));
    bool own = aggregate != NULL && aggregate->card->own;
    if (own)
        kids[2] = judged_value(builder, aggregate->argument);
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = typed->type,
                      .card = own ? stdlib_check_own_field : stdlib_check_field,
                      .kids = kids,
                      .kid_count = own ? 3 : 2,
                      .text = build_text(builder, node)};
    draft.can_gap = draft.can_issue = true;
    return plan_expr(builder->plan, &draft);
}

const PlanExpr *build_record_field(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    const TypedLet *window;
    const TypedAggregate *aggregate =
        record_aggregate(builder, ast_as_Member(node)->object, &window);
    const TypedCall *call = build_record_call(builder, ast_as_Member(node)->object);
    if (aggregate == NULL && (call == NULL || call->card == NULL || !call->card->statistic))
        return build_unsupported_node(builder, node, typed->type);
    if (aggregate == NULL)
        return record_field(builder, node, typed, NULL,
                            build_series_fold(builder, &call->node->base, AGGREGATE_STATISTIC, call,
                                              build_record_type()));
    bool outer = builder->per_row;
    builder->per_row |= aggregate->window && window == NULL && !build_among_groups(builder);
    const PlanExpr *record = window != NULL
                                 ? build_let(builder, window)
                                 : build_aggregate(builder, &aggregate->node->base, aggregate);
    const PlanExpr *field = record_field(builder, node, typed, aggregate, record);
    builder->per_row = outer;
    return field;
}

uint64_t build_linked_slots(const PlanOp *op)
{
    return op->match != NULL ? (uint64_t)1 << op->match->earlier
                             : op->condition->slots & ~((uint64_t)1 << op->slot);
}

// A value over an attached set depends on the rows that the set is linked to.
static void note_linked(Builder *builder, uint32_t number, uint64_t *bits)
{
    const PlanAggregate *fold = &builder->aggregates.items[number];
    *bits |= fold->per_binding ? 0 : fold->mention;
    for (size_t i = 0; fold->per_binding && i < builder->ops.count; i++) {
        const PlanOp *op = &builder->ops.items[i];
        bool partner = op->kind == PLAN_OP_PARTNER && (fold->mention >> op->slot & 1) != 0;
        if (partner && builder->body->vars[op->slot]->attached)
            *bits |= build_linked_slots(op);
        else if (partner)
            *bits |= (uint64_t)1 << op->slot;
    }
}

typedef struct MentionWalk {
    Builder *builder;
    uint64_t bits;
} MentionWalk;

static void note_mention(void *context, const PlanExpr *expr)
{
    MentionWalk *walk = context;
    if (expr->kind == PLAN_EXPR_AGGREGATE)
        note_linked(walk->builder, expr->index, &walk->bits);
}

// The row variables whose rows make the value's tuples (evaluation.md 5.2).
static uint64_t mentioned(Builder *builder, const PlanExpr *value)
{
    MentionWalk walk = {.builder = builder, .bits = value->slots};
    if (!value->reads_group)
        return walk.bits;
    uint64_t *seen = base_alloc_zeroed(builder->plan->node_count / 64 + 1, sizeof *seen);
    plan_expr_walk(value, seen, note_mention, &walk);
    free(seen);
    return walk.bits;
}

const PlanExpr *build_folded(Builder *builder, const AstNode *node, const PlanExpr *value,
                             AggregateKind kind, uint32_t stretch)
{
    PlanAggregate draft = {.kind = kind, .argument = value, .stretch = stretch, .fans_out = true};
    draft.mention = mentioned(builder, value);
    draft.type = kind == AGGREGATE_SHOW ? type_of(TYPE_TEXT) : value->type;
    draft.text = build_text(builder, node);
    return build_fold_expr(builder, build_fold(builder, &draft), draft.text);
}

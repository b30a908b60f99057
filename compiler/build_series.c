// SPDX-License-Identifier: Apache-2.0
//
// build_series.c: `series x = agg(e) per u by t over [a .. b] fill f`, and what reads x.
//
// A series has no value of its own in a plan: its operator says what is folded in each slot, and every fold over x is an
// aggregate that names the operator by its place.

#include "compiler/build_int.h"
#include "compiler/consts.h"

static bool series_unit(Str name, SeriesUnit *unit)
{
    static const struct {
        const char *name;
        SeriesUnit unit;
    } UNITS[] = {
        {"day", SERIES_DAY},         {"日", SERIES_DAY},       {"天", SERIES_DAY},
        {"week", SERIES_WEEK},       {"周", SERIES_WEEK},      {"month", SERIES_MONTH},
        {"月", SERIES_MONTH},        {"year", SERIES_YEAR},    {"年", SERIES_YEAR},
        {"quarter", SERIES_QUARTER}, {"季度", SERIES_QUARTER},
    };
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (str_equal(name, str_from_cstr(UNITS[i].name))) {
            *unit = UNITS[i].unit;
            return true;
        }
    return false;
}

// What a slot holds: an aggregate over the tuples of the group.
static const PlanExpr *slot_value(Builder *builder, const AstSeries *node)
{
    builder->in_series = true;
    const PlanExpr *value = build_expr(builder, node->value);
    builder->in_series = false;
    return value;
}

static const PlanExpr *slot_time(Builder *builder, const AstSeries *node)
{
    bool outer = builder->per_row;
    builder->per_row = true;
    const PlanExpr *time = build_expr(builder, node->by);
    builder->per_row = outer;
    return time;
}

// An end; a month among days or weeks is all its days. One that is left out lies a day or a month further in.
static const PlanExpr *range_end(Builder *builder, const AstNode *node, SeriesUnit unit, bool open,
                                 bool high)
{
    const PlanExpr *end = build_expr(builder, node);
    Type length = type_of(end->type.kind == TYPE_MONTH ? TYPE_MONTHS : TYPE_DAYS);
    const PlanExpr *one = build_const(builder, const_of_count(length, 1), end->text);
    if (open)
        end = high ? build_before(builder, end, one, end->text)
                   : build_after(builder, end, one, end->text);
    return end->type.kind == TYPE_MONTH && unit < SERIES_MONTH
               ? build_convert(builder, end, type_of(TYPE_PERIOD))
               : end;
}

static void series_range(Builder *builder, const AstSeries *node, PlanOp *op)
{
    if (node->over->kind != AST_INTERVAL) {
        op->low = build_as(builder, node->over, type_of(TYPE_PERIOD));
        return;
    }
    const AstInterval *interval = ast_as_Interval(node->over);
    op->low = range_end(builder, interval->low, op->unit, interval->low_open, false);
    op->high = range_end(builder, interval->high, op->unit, interval->high_open, true);
}

PlanOp build_series(Builder *builder, const TypedClause *clause, PlanOp op)
{
    const AstSeries *node = ast_as_Series(clause->node);
    bool known = series_unit(node->per->text, &op.unit);
    ASSERT(known && clause->stretch > 0);
    op.name = clause->let->name;
    op.value = slot_value(builder, node);
    op.time = slot_time(builder, node);
    series_range(builder, node, &op);
    if (node->fill->kind != AST_BLANK)
        op.fill = build_as(builder, node->fill, op.value->type);
    return op;
}

// ---------------------------------------------------------------- what reads it

static const PlanOp *series_op(const Builder *builder, const TypedLet *let)
{
    for (size_t i = 0; i < builder->ops.count; i++) {
        const PlanOp *op = &builder->ops.items[i];
        if (op->kind == PLAN_OP_SERIES && op->span.start == let->clause->span.start)
            return op;
    }
    return NULL;
}

// A fold over the slots of the series that the let names. False: this version has none.
static bool fold_draft(Builder *builder, const AstNode *node, const TypedLet *let,
                       PlanAggregate *fold, SeriesUnit *unit)
{
    const PlanOp *op = let->clause->kind == AST_SERIES ? series_op(builder, let) : NULL;
    if (op == NULL || op->value->kind != PLAN_EXPR_AGGREGATE)
        return false;
    const PlanAggregate *inner = &builder->aggregates.items[op->value->index];
    fold->argument = op->value;
    fold->stretch = inner->stretch;
    fold->mention = inner->mention;
    fold->series = op->place;
    fold->text = build_text(builder, node);
    *unit = op->unit;
    return true;
}

const PlanExpr *build_series_size(Builder *builder, const AstNode *node, const TypedLet *let,
                                  Type type)
{
    PlanAggregate fold = {.kind = AGGREGATE_COUNT, .type = type};
    SeriesUnit unit;
    if (!fold_draft(builder, node, let, &fold, &unit))
        return build_unsupported_node(builder, node, type);
    return build_fold_expr(builder, build_fold(builder, &fold), fold.text);
}

// A statistic of values by time sees each slot with the first day of its unit, or its month.
static const PlanExpr *timed_slot(Builder *builder, const PlanExpr *value, TypeKind time, Str text)
{
    const PlanExpr *kids[] = {build_const(builder, const_of_count(type_of(time), 0), text),
                              build_convert(builder, value, type_of(TYPE_REAL))};
    PlanExpr draft = {.kind = PLAN_EXPR_CALL,
                      .type = type_of(TYPE_PERIOD),
                      .card = stdlib_pair_of_time,
                      .kids = kids,
                      .kid_count = 2,
                      .text = text};
    return plan_expr(builder->plan, &draft);
}

static bool takes_slots(const FnCard *card, Type slot)
{
    bool number = type_is_exact(slot) || slot.kind == TYPE_INTEGER || slot.kind == TYPE_REAL;
    bool alone = card->pairs == PAIRS_NONE || card->pairs == PAIRS_TIME;
    return alone && !card->own && number;
}

const PlanExpr *build_series_fold(Builder *builder, const AstNode *node, AggregateKind kind,
                                  const TypedCall *call, Type type)
{
    const FnCard *card = call->card;
    PlanAggregate fold = {.kind = kind, .type = type, .missing = kind == AGGREGATE_COUNT};
    SeriesUnit unit;
    const TypedLet *let = typed_expr(builder->typed, call->arguments[0])->let;
    if (!fold_draft(builder, node, let, &fold, &unit))
        return build_unsupported_node(builder, node, type);
    if (kind == AGGREGATE_STATISTIC) {
        TypeKind time = unit < SERIES_MONTH ? TYPE_DATE : TYPE_MONTH;
        BuildOperands given = {call->arguments + 1, call->types + 1, call->defaults + 1,
                               call->count - 1};
        if (!takes_slots(card, fold.argument->type))
            return build_unsupported_node(builder, node, type);
        bool timed = card->pairs == PAIRS_TIME;
        if (timed)
            fold.argument = timed_slot(builder, fold.argument, time, fold.text);
        fold.card = card;
        build_parameters(builder, &given, timed ? time : TYPE_ERROR, &fold);
    } else if (strchr(card->signature, ',') != NULL && kind != AGGREGATE_FIRST &&
               kind != AGGREGATE_LAST) { // what else it needs is not given
        return build_unsupported_node(builder, node, type);
    }
    return build_fold_expr(builder, build_fold(builder, &fold), fold.text);
}

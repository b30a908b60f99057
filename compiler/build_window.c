// SPDX-License-Identifier: Apache-2.0
//
// build_window.c: `let … among`: an operator whose value has a slot of its own.
//
// The let's value is an expression over the binding's own row and over *folds of the peers*: the aggregates and window
// functions in it. What can be said by others is not a function of its own: `share_of(x)` is x by the sum of the
// peers, `gap_to_previous(x)` is x less `previous(x)`, and the running and moving functions are aggregates over frames.

#include "compiler/build_int.h"

typedef struct BuildWindow {
    PlanOp *op;
    uint64_t bound;   // slots bound above it, as bits
    uint64_t outer;   // those that partition and order read
    bool written;     // `ordered by` is written
    uint32_t stretch; // > 0: its members are groups
} BuildWindow;

// The row variables behind a value: those of a window's value for the window.
static uint64_t row_slots(const Builder *builder, const PlanExpr *value)
{
    uint64_t rows = 0;
    for (uint32_t slot = 0; value != NULL && slot < 64; slot++) {
        if ((value->slots >> slot & 1) == 0)
            continue;
        rows |= slot < builder->body->var_count ? (uint64_t)1 << slot : builder->window_rows[slot];
    }
    return rows;
}

static void outer_slots(const Builder *builder, BuildWindow *window)
{
    const PlanOp *op = window->op;
    for (uint32_t i = 0; i < op->key_count; i++)
        window->outer |= row_slots(builder, op->keys[i].value);
    for (uint32_t i = 0; i < op->sort_count; i++)
        window->outer |= row_slots(builder, op->sorts[i].value);
}

void build_partition(Builder *builder, AstList keys, AstList orders, PlanOp *op)
{
    PlanKey *made = ARENA_ARRAY(builder->arena, PlanKey, keys.count);
    for (uint32_t i = 0; i < keys.count; i++)
        made[i] = (PlanKey){.name = build_text(builder, keys.items[i]),
                            .value = build_expr(builder, keys.items[i])};
    op->keys = made;
    op->key_count = keys.count;
    PlanSort *sorts = ARENA_ARRAY(builder->arena, PlanSort, orders.count);
    for (uint32_t i = 0; i < orders.count; i++) {
        const AstOrder *order = ast_as_Order(orders.items[i]);
        sorts[i] = (PlanSort){build_expr(builder, order->value), order->descending};
    }
    op->sorts = sorts;
    op->sort_count = orders.count;
}

static void window_keys(Builder *builder, const AstAmong *among, PlanOp *op)
{
    build_partition(builder, among->peers, among->order, op);
    if (among->within == NULL)
        return;
    const TypedExpr *within = typed_expr(builder->typed, among->within);
    if (within->type.kind == TYPE_ROWS)
        op->rows = (int64_t)within->count;
    else
        op->low = build_before(builder, op->sorts[0].value, build_expr(builder, among->within),
                               build_text(builder, among->within));
}

static const PlanExpr *slot_value(Builder *builder, const PlanOp *op, Type type, Str name)
{
    PlanExpr draft = {.kind = PLAN_EXPR_COLUMN,
                      .type = type,
                      .slot = op->slot,
                      .can_gap = true,
                      .can_issue = true,
                      .text = name};
    return plan_expr(builder->plan, &draft);
}

// The slots of a mention; attached ones stand for the rows that they are linked to.
static uint64_t without_sets(const Builder *builder, uint64_t mention)
{
    uint64_t rows = mention;
    for (size_t i = 0; i < builder->ops.count; i++) {
        const PlanOp *op = &builder->ops.items[i];
        uint64_t bit = (uint64_t)1 << op->slot;
        if (op->kind != PLAN_OP_PARTNER || (mention & bit) == 0 ||
            !builder->body->vars[op->slot]->attached)
            continue;
        rows = (rows & ~bit) | build_linked_slots(op);
    }
    return rows;
}

// Below a grouping the let's value is one of the group: a fold of which the clause gives the result.
static const PlanExpr *group_value(Builder *builder, const PlanOp *op, const TypedClause *clause)
{
    PlanAggregate fold = {.kind = AGGREGATE_ONE,
                          .type = op->value->type,
                          .stretch = clause->stretch,
                          .window = op->slot,
                          .function = WINDOW_VALUE,
                          .text = op->name};
    return build_fold_expr(builder, build_fold(builder, &fold), fold.text);
}

bool build_among_groups(const Builder *builder)
{
    return builder->window != NULL && builder->window->stretch > 0;
}

PlanOp build_window(Builder *builder, const TypedClause *clause, PlanOp op)
{
    const AstLet *let = ast_as_Let(clause->node);
    Type type = typed_expr(builder->typed, let->value)->type;
    uint32_t slot = builder->body->var_count + builder->window_count;
    const PlanExpr **value = &builder->lets[build_let_number(builder->body, clause->let)];
    if (slot >= 64)
        *value = build_too_large(builder, STR("行变量和窗口超过 64 个"),
                                 STR("more than 64 row variables and windows"), clause->node->span,
                                 type);
    if (*value != NULL)
        return op;
    op.slot = slot;
    op.name = clause->let->name;
    builder->window_count++;
    BuildWindow window = {.op = &op,
                          .bound = build_bound_slots(builder),
                          .written = let->among->order.count > 0,
                          .stretch = clause->stretch};
    window_keys(builder, let->among, &op);
    outer_slots(builder, &window);
    builder->window = &window;
    op.value = build_wanted(builder, let->value);
    builder->window = NULL;
    if (clause->stretch > 0) {
        *value = group_value(builder, &op, clause);
        return op;
    }
    builder->window_rows[slot] = row_slots(builder, op.value) | window.outer;
    for (size_t i = 0; i < builder->aggregates.count; i++)
        if (builder->aggregates.items[i].window == slot)
            builder->window_rows[slot] |=
                without_sets(builder, builder->aggregates.items[i].mention);
    *value = slot_value(builder, &op, op.value->type, clause->let->name);
    return op;
}

// ---------------------------------------------------------------- folds of the peers

static void frame_fold(const BuildWindow *window, PlanAggregate *fold, WindowFrame frame)
{
    fold->window = window->op->slot;
    fold->frame = frame;
    fold->stretch = window->stretch;
    if (window->stretch > 0)
        return;
    fold->mention |= window->outer;
    if (fold->mention == 0)
        fold->mention = window->bound;
    fold->fans_out = (window->bound & ~fold->mention) != 0;
}

// Which peers an aggregate sees: all of them, or those that `ordered by` puts up to the row.
static WindowFrame written_frame(const BuildWindow *window)
{
    if (!window->written)
        return FRAME_PEERS;
    if (window->op->rows > 0)
        return FRAME_ROWS;
    return window->op->low != NULL ? FRAME_TIME : FRAME_TIES;
}

void build_window_fold(const Builder *builder, PlanAggregate *draft)
{
    frame_fold(builder->window, draft, written_frame(builder->window));
}

// A fold over the rows that `value` reads.
static PlanAggregate peer_fold(const Builder *builder, AggregateKind kind, Type type,
                               const PlanExpr *value, Str text)
{
    return (PlanAggregate){.kind = kind,
                           .argument = value,
                           .type = type,
                           .mention = row_slots(builder, value),
                           .text = text};
}

static const PlanExpr *peers_of(Builder *builder, PlanAggregate fold, WindowFunction function,
                                WindowFrame frame)
{
    frame_fold(builder->window, &fold, frame);
    fold.function = function;
    return build_fold_expr(builder, build_fold(builder, &fold), fold.text);
}

typedef enum PeersAs {
    AS_FUNCTION,
    AS_RANK, // without `ordered by` by the value itself
    AS_SHARE_OF_RANK,
    AS_NUMBER, // what a written number says; behind the value where there is one
    AS_GAP,
    AS_SHARE
} PeersAs;

static const struct {
    const char *name;
    PeersAs as;
    WindowFunction function;
    AggregateKind kind;
    WindowFrame frame;
} CALLS[] = {
    {"rank", AS_RANK, WINDOW_RANK, AGGREGATE_ONE, FRAME_LINE},
    {"dense_rank", AS_RANK, WINDOW_DENSE_RANK, AGGREGATE_ONE, FRAME_LINE},
    {"percent_rank", AS_SHARE_OF_RANK, WINDOW_BEHIND, AGGREGATE_ONE, FRAME_LINE},
    {"ntile", AS_NUMBER, WINDOW_NTILE, AGGREGATE_COUNT, FRAME_LINE},
    {"nth_value", AS_NUMBER, WINDOW_NTH_VALUE, AGGREGATE_ONE, FRAME_LINE},
    {"row_number", AS_FUNCTION, WINDOW_ROW_NUMBER, AGGREGATE_COUNT, FRAME_LINE},
    {"previous", AS_FUNCTION, WINDOW_PREVIOUS, AGGREGATE_ONE, FRAME_LINE},
    {"next", AS_FUNCTION, WINDOW_NEXT, AGGREGATE_ONE, FRAME_LINE},
    {"first_value", AS_FUNCTION, WINDOW_FIRST_VALUE, AGGREGATE_ONE, FRAME_LINE},
    {"last_value", AS_FUNCTION, WINDOW_LAST_VALUE, AGGREGATE_ONE, FRAME_LINE},
    {"running_sum", AS_FUNCTION, WINDOW_LINE_FOLD, AGGREGATE_SUM, FRAME_LINE},
    {"running_count", AS_FUNCTION, WINDOW_ROW_NUMBER, AGGREGATE_ONE, FRAME_LINE},
    {"moving_sum", AS_FUNCTION, WINDOW_LINE_FOLD, AGGREGATE_SUM, FRAME_ROWS},
    {"moving_mean", AS_FUNCTION, WINDOW_LINE_FOLD, AGGREGATE_MEAN, FRAME_ROWS},
    {"moving_median", AS_FUNCTION, WINDOW_LINE_FOLD, AGGREGATE_MEDIAN, FRAME_ROWS},
    {"gap_to_previous", AS_GAP, WINDOW_PREVIOUS, AGGREGATE_ONE, FRAME_LINE},
    {"change", AS_GAP, WINDOW_PREVIOUS, AGGREGATE_ONE, FRAME_LINE},
    {"share_of", AS_SHARE, WINDOW_FOLD, AGGREGATE_SUM, FRAME_PEERS},
};

static size_t call_number(const TypedCall *call)
{
    for (size_t i = 0; call->card != NULL && i < ARRAY_LEN(CALLS); i++)
        if (strcmp(call->card->name, CALLS[i].name) == 0)
            return i;
    return ARRAY_LEN(CALLS);
}

// Moving functions look at the frame that is written, running ones at all rows up to this one in their total order.
static WindowFrame call_frame(const BuildWindow *window, size_t number)
{
    bool ranks = CALLS[number].as == AS_RANK || CALLS[number].as == AS_SHARE_OF_RANK;
    if (ranks && !window->written)
        return FRAME_VALUE;
    return CALLS[number].frame == FRAME_ROWS ? written_frame(window) : CALLS[number].frame;
}

static void number_operand(Builder *builder, const TypedCall *call, PlanAggregate *fold)
{
    uint32_t last = call->count - 1;
    const PlanExpr **parameters = ARENA_NEW(builder->arena, const PlanExpr *);
    parameters[0] = build_as(builder, call->arguments[last], call->types[last]);
    fold->parameters = parameters;
    fold->parameter_count = 1;
}

// What the call looks at: its first operand, of a mean of lengths as real numbers; NULL: rows.
static const PlanExpr *call_value(Builder *builder, const TypedExpr *typed, size_t number)
{
    const TypedCall *call = typed->call;
    if (call->count == (CALLS[number].as == AS_NUMBER))
        return NULL;
    const PlanExpr *value = build_as(builder, call->arguments[0], call->types[0]);
    bool averages = CALLS[number].kind == AGGREGATE_MEAN || CALLS[number].kind == AGGREGATE_MEDIAN;
    bool length = type_phys(value->type) == PHYS_I64 && value->type.kind != TYPE_INTEGER;
    return averages && length ? build_convert(builder, value, typed->type) : value;
}

const PlanExpr *build_window_call(Builder *builder, const AstNode *node, const TypedExpr *typed)
{
    size_t number = call_number(typed->call);
    Str text = build_text(builder, node);
    if (number == ARRAY_LEN(CALLS) || builder->window == NULL)
        return build_unsupported_node(builder, node, typed->type);
    PeersAs as = CALLS[number].as;
    const PlanExpr *value = call_value(builder, typed, number);
    Type type = as == AS_GAP || as == AS_SHARE ? value->type
                : as == AS_SHARE_OF_RANK       ? type_of(TYPE_INTEGER)
                                               : typed->type;
    PlanAggregate fold = peer_fold(builder, CALLS[number].kind, type, value, text);
    if (as == AS_NUMBER)
        number_operand(builder, typed->call, &fold);
    WindowFrame frame = call_frame(builder->window, number);
    const PlanExpr *peers = peers_of(builder, fold, CALLS[number].function, frame);
    if (as == AS_GAP)
        return build_arithmetic(builder, PLAN_EXPR_SUBTRACT, typed->type, value, peers, text);
    if (as == AS_SHARE)
        return build_quotient(builder, typed->type, value, peers, text);
    if (as == AS_SHARE_OF_RANK)
        return build_quotient(builder, typed->type, peers,
                              peers_of(builder, fold, WINDOW_OTHERS, frame), text);
    return peers;
}

// SPDX-License-Identifier: Apache-2.0
//
// replay_value.c: what a clause looked at, by the names that the author gave.

#include "runtime/exec/replay_int.h"

static bool is_finite(const Value *value)
{
    return value->bounded && value->lo != BOUND_LOW && value->hi != BOUND_HIGH;
}

static void add_bound(const Replay *replay, const Value *value, int128_t bound, StrBuf *out)
{
    Value end = {.type = value->type, .state = VALUE_KNOWN};
    if (type_phys(value->type) == PHYS_I128)
        end.i128 = bound;
    else
        end.i64 = (int64_t)bound;
    value_text(out, replay->shared->dict, &end, true);
}

Str replay_text(const Replay *replay, const Value *value)
{
    StrBuf buf = {0};
    Phys phys = type_phys(value->type);
    if (value->state == VALUE_KNOWN) {
        value_text(&buf, replay->shared->dict, value, true);
    } else if (value->state == VALUE_GAP) {
        strbuf_add_c(&buf, "（缺失）");
    } else {
        if (is_finite(value) && (phys == PHYS_I64 || phys == PHYS_I128)) {
            add_bound(replay, value, value->lo, &buf);
            strbuf_add_c(&buf, " 至 ");
            add_bound(replay, value, value->hi, &buf);
        }
        Cause cause = cause_get(replay->shared->causes, value->cause);
        strbuf_printf(&buf, "（" STR_FMT "）",
                      STR_ARG(cause.reason == REASON_DOUBT ? cause.source
                                                           : reason_text(cause.reason, LANG_ZH)));
    }
    Str text = arena_str(replay->arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return text;
}

// ---------------------------------------------------------------- names

static Str column_name(const Replay *replay, const Step *step)
{
    const Slot *slot = &replay->body->slots[step->slot];
    if (slot->source.kind == SOURCE_PRODUCED && slot->column_count == 1)
        return slot->name;
    if (slot->source.kind == SOURCE_PRODUCED && slot->column_count == CONNECT_COLUMNS &&
        slot->optional) // of a connected group, as it is written
        return step->index == CONNECT_IDENTITY
                   ? slot->name
                   : arena_printf(replay->arena, "size(" STR_FMT ")", STR_ARG(slot->name));
    if (slot->source.kind == SOURCE_PRODUCED)
        return arena_printf(replay->arena, STR_FMT "." STR_FMT, STR_ARG(slot->name),
                            STR_ARG(slot->columns[step->index].name));
    const Rowset *rowset = run_rowset(replay->shared, slot->source);
    return arena_printf(replay->arena, STR_FMT "." STR_FMT, STR_ARG(slot->name),
                        STR_ARG(rowset->columns[step->index].name));
}

static const GroupKey *group_key(const Replay *replay, uint32_t index)
{
    const GroupKey *found = NULL;
    for (uint32_t i = 0; i < replay->body->operator_count; i++) {
        const Operator *op = &replay->body->operators[i];
        if (op->kind == OPERATOR_GROUP && index < op->group.key_count)
            found = &op->group.keys[index];
    }
    return found;
}

// The name of what a step reads; empty: nothing that a reader would know.
static Str step_text(const Replay *replay, const Step *step)
{
    const Program *program = replay->shared->program;
    switch (step->op) {
    case STEP_COLUMN:
        return column_name(replay, step);
    case STEP_AGG:
        return replay->body->aggregates[step->index].text;
    case STEP_KEY:
        return group_key(replay, step->index) == NULL ? STR("")
                                                      : group_key(replay, step->index)->name;
    case STEP_PARAM:
    case STEP_PARAM_AT:
        return program->params[step->index].name;
    case STEP_AS_OF:
        return STR("截止日");
    case STEP_POINTS:
        return STR("总分");
    case STEP_CALL:
        return step->source;
    default:
        return STR("");
    }
}

static Type step_type(const Replay *replay, const Step *step)
{
    return step->op == STEP_AGG ? replay->body->aggregates[step->index].type : step->type;
}

// ---------------------------------------------------------------- values

Expr replay_part(const Expr *expr, uint32_t step)
{
    Expr part = *expr;
    ASSERT(step < expr->count);
    part.count = step + 1;
    part.type = expr->steps[step].type;
    part.is_truth = false;
    return part;
}

static bool is_there(const ReplayValues *values, Str text)
{
    for (uint32_t i = 0; i < values->count; i++) {
        if (str_equal(values->items[i].text, text))
            return true;
    }
    return false;
}

// The step with what it is computed from: sources need no other step.
static Expr source_of(const Expr *expr, uint32_t step)
{
    Expr part = replay_part(expr, step);
    if (expr->steps[step].op != STEP_CALL && expr->steps[step].op != STEP_PARAM_AT) {
        part.steps = &expr->steps[step];
        part.count = 1;
    }
    return part;
}

// The record of a check is a list of reals with holes; its fields are shown where they are read.
static bool is_record(Type type)
{
    return type.kind == TYPE_LIST && type.element != NULL && type.element->kind == TYPE_REAL;
}

// A column of a variable that has no row here (it holds a set) has no value to show.
static bool is_readable(const EvalContext *context, const Expr *expr, uint32_t step)
{
    Expr part = source_of(expr, step);
    for (uint32_t s = 0; s < part.count; s++) {
        if (part.steps[s].op == STEP_COLUMN && context->slots[part.steps[s].slot].rowset == NULL)
            return false;
    }
    return true;
}

void replay_values(const Replay *replay, const EvalContext *context, const Expr *expr,
                   int64_t index, ReplayValues *out)
{
    for (uint32_t s = 0; s < expr->count && out->count < REPLAY_VALUES_MAX; s++) {
        const Step *step = &expr->steps[s];
        Str text = step_text(replay, step);
        if (text.len == 0 || is_record(step_type(replay, step)) || is_there(out, text) ||
            !is_readable(context, expr, s))
            continue;
        Expr part = source_of(expr, s);
        Vector vector;
        eval_expr(context, &part, &vector);
        Value value = vector_value(&vector, step_type(replay, step), vector.constant ? 0 : index);
        out->items[out->count++] =
            (ReplayValue){arena_str(replay->arena, text), replay_text(replay, &value)};
    }
}

// ---------------------------------------------------------------- conditions

static void collect(const Expr *expr, uint32_t step, uint32_t *steps, uint32_t *count)
{
    // Iterative on the left, so that a long chain of `and` takes no depth.
    uint32_t rights = 0;
    uint32_t *stack = base_alloc(((size_t)expr->count + 1) * sizeof *stack);
    for (;;) {
        while (expr->steps[step].op == STEP_AND) {
            stack[rights++] = expr->steps[step].b;
            step = expr->steps[step].a;
        }
        steps[(*count)++] = step;
        if (rights == 0 || *count == expr->count)
            break;
        step = stack[--rights];
    }
    free(stack);
}

uint32_t replay_conjuncts(const Expr *expr, uint32_t *steps)
{
    uint32_t count = 0;
    if (expr->count > 0)
        collect(expr, expr->count - 1, steps, &count);
    return count;
}

EvalContext replay_context(BodyRun *run, const Bindings *batch, const Expr *expr)
{
    EvalContext context = bindings_context(run, batch, run->scratch);
    (void)context_upto(run, &context, expr,
                       CLASS_POSSIBLE); // what holds as long as shadows are nobody's
    if (expr_reads_aggregate(expr))
        attached_aggregates(run, batch, expr, CLASS_POSSIBLE, &context);
    return context;
}

EvalContext replay_group_context(Level *level, const Expr *expr)
{
    Arena *arena = level->run->scratch;
    EvalContext context = level_context(level, expr, 1, NULL, arena);
    Vector *points = ARENA_NEW(arena, Vector);
    level_points(level, arena, points);
    context.points = points;
    return context;
}

Str replay_condition(const Expr *expr, uint32_t step)
{
    const Step *at = &expr->steps[step];
    while ((at->op == STEP_LEAF || at->op == STEP_LEAF_RAW || at->op == STEP_NOT) &&
           at->source.len == 0)
        at = &expr->steps[at->a];
    return at->source.len > 0 ? at->source : expr->text;
}

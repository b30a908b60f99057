// SPDX-License-Identifier: Apache-2.0
// eval.c: runs the steps of an expression, and the steps that fetch values.
//
// Registers are vectors in the caller's arena. A step never looks at whether it can fail or meet a gap: it
// looks at whether its operands have a state array, which on clean data none has.

#include "runtime/exec/eval_int.h"

static const StepRun STEP_RUNS[STEP_COUNT] = {
#define STEP(name, operands, doc) [STEP_##name] = step_run_##name,
#include "runtime/exec/step.def"
#undef STEP
};

const Vector *eval_steps(const EvalContext *context, const Expr *expr)
{
    ASSERT(expr->count > 0);
    Frame frame = {.context = context,
                   .shared = context->shared,
                   .arena = context->arena,
                   .count = context->count,
                   .steps = expr->steps,
                   .registers = ARENA_ARRAY(context->arena, Vector, expr->count)};
    for (uint32_t i = 0; i < expr->count; i++) {
        const Step *step = &expr->steps[i];
        ASSERT(step->op < STEP_COUNT);
        STEP_RUNS[step->op](&frame, step, &frame.registers[i]);
        ASSERT(frame.registers[i].count == frame.count);
    }
    return frame.registers;
}

void eval_expr(const EvalContext *context, const Expr *expr, Vector *out)
{
    *out = eval_steps(context, expr)[expr->count - 1];
}

void eval_truth(const EvalContext *context, const Expr *expr, Vector *out)
{
    ASSERT(expr->is_truth);
    eval_expr(context, expr, out);
    ASSERT(out->phys == PHYS_BOOL);
    if (out->cause == NULL)
        return;
    // A condition that could have been undetermined but is not has no causes.
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++)
        if (out->truth[i] == TRUTH_U)
            return;
    out->cause = NULL;
    out->state = NULL;
}

// ---------------------------------------------------------------- shared by all steps

void frame_make(const Frame *frame, const Vector *const *operands, uint32_t operand_count,
                Phys phys, Vector *out)
{
    bool constant = true;
    for (uint32_t i = 0; i < operand_count; i++)
        constant = constant && operands[i]->constant;
    vector_make(out, phys, constant ? 1 : frame->count, frame->arena);
    out->constant = constant;
    out->count = frame->count;
}

bool frame_strict(const Frame *frame, const Vector *const *operands, uint32_t operand_count,
                  Vector *out)
{
    int64_t length = vector_length(out);
    for (uint32_t k = 0; k < operand_count; k++) {
        const Vector *operand = operands[k];
        if (operand->state == NULL)
            continue;
        vector_need_state(out, frame->arena);
        for (int64_t i = 0; i < length; i++) {
            int64_t at = vector_index(operand, i);
            if (operand->state[at] > out->state[i]) {
                out->state[i] = operand->state[at];
                out->cause[i] = operand->cause[at];
            }
        }
    }
    return out->state != NULL;
}

void frame_issue(const Frame *frame, const Step *step, Vector *out, int64_t row, Reason reason)
{
    CauseId cause = cause_intern(frame->shared->causes, reason, step->source);
    ValueState state = reason_is_gap(reason) ? VALUE_GAP : VALUE_ISSUE;
    vector_set_unknown(out, row, state, cause, frame->arena);
}

void vector_expand(Vector *vector, int64_t count, Arena *arena)
{
    if (!vector->constant)
        return;
    Vector constant = *vector;
    vector_make(vector, constant.phys, count, arena);
    for (int64_t i = 0; i < count; i++)
        vector_copy_row(vector, i, &constant, 0, arena);
}

// ---------------------------------------------------------------- where values come from

void step_run_CONST(const Frame *frame, const Step *step, Vector *out)
{
    vector_constant(out, &frame->shared->consts[step->index], frame->count, frame->arena);
}

void step_run_PARAM(const Frame *frame, const Step *step, Vector *out)
{
    vector_constant(out, &frame->shared->params[step->index][0], frame->count, frame->arena);
}

void step_run_PARAM_AT(const Frame *frame, const Step *step, Vector *out)
{
    const Param *param = &frame->shared->program->params[step->index];
    const Value *values = frame->shared->params[step->index];
    const Vector *date = frame_operand(frame, step->a);
    frame_make(frame, &date, 1, step->phys, out);
    frame_strict(frame, &date, 1, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        uint32_t after = 0; // values that began on or before the date
        while (after < param->value_count &&
               (param->since == NULL || param->since[after] <= date->i64[i]))
            after++;
        if (after == 0)
            vector_set_unknown(
                out, i, VALUE_ISSUE,
                cause_intern(frame->shared->causes, REASON_NO_PARAMETER_VALUE, param->name),
                frame->arena);
        else
            vector_set(out, i, &values[after - 1], frame->arena);
    }
}

void step_run_AS_OF(const Frame *frame, const Step *step, Vector *out)
{
    ASSERT(frame->shared->has_as_of);
    Value value = {.type = step->type, .i64 = frame->shared->as_of};
    ASSERT(step->phys == PHYS_I64);
    vector_constant(out, &value, frame->count, frame->arena);
}

// The cause (absent, `table.column`), if some row is absent.
static CauseId absent_cause(const Frame *frame, const SlotRows *slot, const Column *column)
{
    bool absent = false;
    for (int64_t i = 0; slot->rows != NULL && i < frame->count && !absent; i++)
        absent = slot->rows[i] == ROW_ABSENT;
    if (!absent)
        return frame->shared->absent_cause;
    Str source = arena_printf(frame->arena, STR_FMT "." STR_FMT, STR_ARG(slot->rowset->name),
                              STR_ARG(column->name));
    return cause_intern(frame->shared->causes, REASON_ABSENT, source);
}

void step_run_COLUMN(const Frame *frame, const Step *step, Vector *out)
{
    const SlotRows *slot = &frame->context->slots[step->slot];
    ASSERT(slot->rowset != NULL);
    ASSERT(step->index < slot->rowset->column_count);
    const Column *column = &slot->rowset->columns[step->index];
    column_gather(column, slot->rows, slot->first, frame->count, absent_cause(frame, slot, column),
                  frame->arena, out);
}

// Vectors that the operator made are used as they are.
static void borrow(const Frame *frame, const Vector *vector, Vector *out)
{
    *out = *vector;
    ASSERT(vector->constant || vector->count >= frame->count);
    out->count = frame->count;
}

void step_run_KEY(const Frame *frame, const Step *step, Vector *out)
{
    borrow(frame, &frame->context->keys[step->index], out);
}

void step_run_AGG(const Frame *frame, const Step *step, Vector *out)
{
    borrow(frame, &frame->context->aggregates[step->index], out);
}

void step_run_POINTS(const Frame *frame, const Step *step, Vector *out)
{
    ASSERT(step->phys == PHYS_I64);
    borrow(frame, frame->context->points, out);
}

void step_run_ELEMENT(const Frame *frame, const Step *step, Vector *out)
{
    borrow(frame, &frame->context->elements[step->slot], out);
}

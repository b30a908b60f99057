// SPDX-License-Identifier: Apache-2.0
// eval_call.c: sets made of values, and calls of library functions.
//
// A function's body sees known values only. The step settles the states of the operands first, hands over the
// numbers of the rows that are left, and turns what the body reports into issues. Of operands declared `T?` only the
// issues are settled: a failure is not a hole. Their gaps are passed as they are.

#include "runtime/exec/eval_int.h"
#include "runtime/exec/ffi.h"

static Type operand_type(const Frame *frame, uint32_t index)
{
    const Step *step = &frame->steps[index];
    // Steps with a truth or boolean result may name their operands' type.
    return step->phys == PHYS_BOOL ? type_of(TYPE_BOOLEAN) : step->type;
}

void step_run_MAKE_SET(const Frame *frame, const Step *step, Vector *out)
{
    const Vector **operands = ARENA_ARRAY(frame->arena, const Vector *, step->list_count);
    for (uint32_t k = 0; k < step->list_count; k++)
        operands[k] = frame_operand(frame, step->list[k]);
    frame_make(frame, operands, step->list_count, PHYS_CODE, out);
    frame_strict(frame, operands, step->list_count, out);
    Value *members = ARENA_ARRAY(frame->arena, Value, step->list_count);
    Type element = step->type.element == NULL ? type_of(TYPE_TEXT) : *step->type.element;
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        for (uint32_t k = 0; k < step->list_count; k++)
            members[k] = vector_value(operands[k], element, i);
        if (step->type.kind == TYPE_LIST)
            out->code[i] = list_encode(frame->shared->dict, element, members, step->list_count);
        else
            out->code[i] = set_encode(frame->shared->dict, element, members, step->list_count);
    }
}

// ---------------------------------------------------------------- CALL

typedef struct CallFailure {
    const Frame *frame;
    const Step *step;
    Vector *out;
} CallFailure;

static void call_failed(void *closure, int64_t row, Reason reason)
{
    CallFailure *failure = closure;
    frame_issue(failure->frame, failure->step, failure->out, row, reason);
}

static bool operand_is_raw(const LibraryFunction *function, uint32_t operand)
{
    return (function->raw >> MIN_OF(operand, 31u) & 1) != 0;
}

// An operand that may be a gap still fails where it is an issue.
static void settle_issues(const Frame *frame, const Vector *operand, Vector *out)
{
    int64_t length = vector_length(out);
    for (int64_t i = 0; operand->state != NULL && i < length; i++) {
        int64_t at = vector_index(operand, i);
        if (operand->state[at] != VALUE_ISSUE)
            continue;
        vector_need_state(out, frame->arena);
        if (out->state[i] != VALUE_ISSUE) {
            out->state[i] = VALUE_ISSUE;
            out->cause[i] = operand->cause[at];
        }
    }
}

// The rows in which every operand that the function needs is known.
static int64_t call_rows(const Vector *out, int64_t *rows)
{
    int64_t length = vector_length(out);
    int64_t count = 0;
    for (int64_t i = 0; i < length; i++)
        if (row_known(out, i))
            rows[count++] = i;
    return count;
}

void step_run_CALL(const Frame *frame, const Step *step, Vector *out)
{
    ASSERT(step->index < frame->shared->program->function_count);
    const LibraryFunction *function = &frame->shared->program->functions[step->index];
    uint32_t count = step->list_count;
    const Vector **operands = ARENA_ARRAY(frame->arena, const Vector *, count);
    const Vector **settled = ARENA_ARRAY(frame->arena, const Vector *, count);
    Vector *args = ARENA_ARRAY(frame->arena, Vector, count);
    Type *types = ARENA_ARRAY(frame->arena, Type, count);
    uint32_t settled_count = 0;
    for (uint32_t k = 0; k < count; k++) {
        operands[k] = frame_operand(frame, step->list[k]);
        args[k] = *operands[k];
        types[k] = operand_type(frame, step->list[k]);
        if (!operand_is_raw(function, k))
            settled[settled_count++] = operands[k];
    }
    frame_make(frame, operands, count, step->phys, out);
    frame_strict(frame, settled, settled_count, out);
    for (uint32_t k = 0; k < count; k++)
        if (operand_is_raw(function, k))
            settle_issues(frame, operands[k], out);
    int64_t *rows = ARENA_ARRAY(frame->arena, int64_t, (size_t)vector_length(out));
    int64_t row_count = call_rows(out, rows);
    if (row_count == 0)
        return;
    FnContext context = {.dict = frame->shared->dict,
                         .arena = frame->arena,
                         .types = types,
                         .result_type = step->type,
                         .facts = frame->shared->facts,
                         .has_as_of = frame->shared->has_as_of,
                         .as_of = frame->shared->as_of,
                         .causes = frame->shared->causes,
                         .issue = REASON_NONE};
    CallFailure failure = {frame, step, out};
    if (function->foreign != NULL) {
        foreign_call(frame->shared->foreign, step->index, &context, args, rows, row_count, out,
                     call_failed, &failure);
        return;
    }
    function->kernel(&context, args, count, rows, row_count, out, call_failed, &failure);
}

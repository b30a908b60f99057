// SPDX-License-Identifier: Apache-2.0
// eval_truth.c: three-valued logic, and the choice between values.
//
// A truth vector holds F, T and U; only where it has state and cause arrays can a U be in it. Without them,
// `and`, `or` and `not` are single instructions on bytes.
//
// The state of a U says what a value made from it would be. In a clause's condition every U counts alike (LEAF
// calls it an issue), so the leftmost gives the cause. In a condition inside a value (LEAF_RAW) strictness holds:
// an issue prevails over a gap.

#include "runtime/exec/eval_int.h"

static void set_undetermined(const Frame *frame, Vector *out, int64_t row, ValueState state,
                             CauseId cause)
{
    vector_set_unknown(out, row, state, cause, frame->arena);
    out->truth[row] = TRUTH_U;
}

// ---------------------------------------------------------------- leaves

// A gap takes the value `gap`; where that is U, it is one of state `gap_state`.
static void run_leaf(const Frame *frame, const Step *step, Truth gap, ValueState gap_state,
                     Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    ASSERT(a->phys == PHYS_BOOL);
    if (a->state == NULL) {
        *out = *a;
        return;
    }
    frame_make(frame, &a, 1, PHYS_BOOL, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (a->state[i] == VALUE_KNOWN)
            out->truth[i] = a->truth[i];
        else if (a->state[i] == VALUE_GAP && gap != TRUTH_U)
            out->truth[i] = (uint8_t)gap;
        else
            set_undetermined(frame, out, i, a->state[i] == VALUE_GAP ? gap_state : VALUE_ISSUE,
                             a->cause[i]);
    }
}

void step_run_LEAF(const Frame *frame, const Step *step, Vector *out)
{
    ASSERT(step->index <= TRUTH_U);
    run_leaf(frame, step, (Truth)step->index, VALUE_ISSUE, out);
}

void step_run_LEAF_RAW(const Frame *frame, const Step *step, Vector *out)
{
    run_leaf(frame, step, TRUTH_U, VALUE_GAP, out);
}

// ---------------------------------------------------------------- and, or, not

// The operand that makes the row undetermined: the one of the prevailing state, the left one first.
static const Vector *prevailing(const Vector *a, const Vector *b, int64_t row)
{
    int64_t ia = vector_index(a, row);
    int64_t ib = vector_index(b, row);
    uint8_t x = a->truth[ia] == TRUTH_U ? a->state[ia] : VALUE_KNOWN;
    uint8_t y = b->truth[ib] == TRUTH_U ? b->state[ib] : VALUE_KNOWN;
    return y > x ? b : a;
}

// `and` where `decisive` is F, `or` where it is T: one decisive operand decides, else a U one.
static void run_connective(const Frame *frame, const Step *step, Truth decisive, Vector *out)
{
    const Vector *operands[2] = {frame_operand(frame, step->a), frame_operand(frame, step->b)};
    const Vector *a = operands[0];
    const Vector *b = operands[1];
    frame_make(frame, operands, 2, PHYS_BOOL, out);
    int64_t length = vector_length(out);
    if (a->state == NULL && b->state == NULL) {
        if (decisive == TRUTH_F)
            LOOP2(a, b, length, { out->truth[i] = a->truth[ia] & b->truth[ib]; });
        else
            LOOP2(a, b, length, { out->truth[i] = a->truth[ia] | b->truth[ib]; });
        return;
    }
    LOOP2(a, b, length, {
        uint8_t x = a->truth[ia];
        uint8_t y = b->truth[ib];
        if (x == decisive || y == decisive) {
            out->truth[i] = (uint8_t)decisive;
        } else if (x == TRUTH_U || y == TRUTH_U) {
            const Vector *from = prevailing(a, b, i);
            int64_t at = vector_index(from, i);
            set_undetermined(frame, out, i, (ValueState)from->state[at], from->cause[at]);
        } else {
            out->truth[i] = (uint8_t)!decisive;
        }
    });
}

void step_run_AND(const Frame *frame, const Step *step, Vector *out)
{
    run_connective(frame, step, TRUTH_F, out);
}

void step_run_OR(const Frame *frame, const Step *step, Vector *out)
{
    run_connective(frame, step, TRUTH_T, out);
}

void step_run_NOT(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    frame_make(frame, &a, 1, PHYS_BOOL, out);
    out->state = a->state;
    out->cause = a->cause;
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++)
        out->truth[i] = (uint8_t)truth_not(a->truth[i]);
}

// ---------------------------------------------------------------- values from truth, choice

void step_run_TRUTH_VALUE(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    if (a->state == NULL) {
        *out = *a;
        return;
    }
    frame_make(frame, &a, 1, PHYS_BOOL, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (a->truth[i] == TRUTH_U)
            vector_set_unknown(out, i, (ValueState)a->state[i], a->cause[i], frame->arena);
        else
            out->truth[i] = a->truth[i];
    }
}

void step_run_COALESCE(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2] = {frame_operand(frame, step->a), frame_operand(frame, step->b)};
    const Vector *a = operands[0];
    if (a->state == NULL) {
        *out = *a;
        return;
    }
    frame_make(frame, operands, 2, step->phys, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        bool gap = a->state[vector_index(a, i)] == VALUE_GAP;
        vector_copy_row(out, i, gap ? operands[1] : a, i, frame->arena);
    }
}

#define SELECT_LOOP(field)                                                                         \
    do {                                                                                           \
        for (int64_t i = 0; i < length; i++)                                                       \
            out->field[i] = condition->truth[vector_index(condition, i)] == TRUTH_T                \
                                ? a->field[vector_index(a, i)]                                     \
                                : b->field[vector_index(b, i)];                                    \
    } while (0)

// All three operands are known everywhere.
static void select_known(const Vector *condition, const Vector *a, const Vector *b, int64_t length,
                         Vector *out)
{
    switch (out->phys) {
    case PHYS_BOOL:
        SELECT_LOOP(truth);
        return;
    case PHYS_I64:
        SELECT_LOOP(i64);
        return;
    case PHYS_I128:
        SELECT_LOOP(i128);
        return;
    case PHYS_F64:
        SELECT_LOOP(f64);
        return;
    case PHYS_PAIR:
        SELECT_LOOP(pair);
        return;
    case PHYS_CODE:
        SELECT_LOOP(code);
        return;
    }
}

// The condition is undetermined: a gap gives a gap, an issue an issue that may be either value.
static void select_undetermined(const Frame *frame, const Vector *const operands[3], int64_t row,
                                Vector *out)
{
    int64_t at = vector_index(operands[0], row);
    ValueState state = (ValueState)operands[0]->state[at];
    vector_set_unknown(out, row, state, operands[0]->cause[at], frame->arena);
    if (state == VALUE_ISSUE)
        vector_set_interval(
            out, row,
            interval_hull(vector_interval(operands[1], row), vector_interval(operands[2], row)),
            frame->arena);
}

void step_run_SELECT(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *const operands[3] = {frame_operand(frame, step->a), frame_operand(frame, step->b),
                                       frame_operand(frame, step->c)};
    frame_make(frame, operands, 3, step->phys, out);
    int64_t length = vector_length(out);
    const Vector *condition = operands[0];
    if (condition->state == NULL && operands[1]->state == NULL && operands[2]->state == NULL) {
        select_known(condition, operands[1], operands[2], length, out);
        return;
    }
    for (int64_t i = 0; i < length; i++) {
        uint8_t truth = condition->truth[vector_index(condition, i)];
        if (truth == TRUTH_U)
            select_undetermined(frame, operands, i, out);
        else
            vector_copy_row(out, i, operands[truth == TRUTH_T ? 1 : 2], i, frame->arena);
    }
}

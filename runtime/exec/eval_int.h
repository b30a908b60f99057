// SPDX-License-Identifier: Apache-2.0
// eval_int.h: what the files of the interpreter share.
//
// One function per step, `step_run_NAME`, reads operand registers and writes its own. A step whose operands
// are all constant computes one value and is constant itself. Every function takes the short way where no
// operand has a state array: a loop over plain values that compilers turn into vector code.

#ifndef SUP_RUNTIME_EXEC_EVAL_INT_H
#define SUP_RUNTIME_EXEC_EVAL_INT_H

#include "runtime/base/time.h"
#include "runtime/data/vector.h"
#include "runtime/exec/eval.h"

// One evaluation of one expression.
typedef struct Frame {
    const EvalContext *context;
    const EvalShared *shared;
    Arena *arena;
    int64_t count;     // rows of the batch
    const Step *steps; // of the expression
    Vector *registers; // results so far
} Frame;

typedef void (*StepRun)(const Frame *frame, const Step *step, Vector *out);

#define STEP(name, operands, doc)                                                                  \
    void step_run_##name(const Frame *frame, const Step *step, Vector *out);
#include "runtime/exec/step.def"
#undef STEP

// |count| of an exact number is below this: 10^38.
#define EXACT_END                                                                                  \
    ((int128_t)UINT64_C(10000000000000000000) * (int128_t)UINT64_C(10000000000000000000))

// Prepares `out` for the results of a step over these operands.
void frame_make(const Frame *frame, const Vector *const *operands, uint32_t operand_count,
                Phys phys, Vector *out);

// Strictness: gives `out` the state and cause of the prevailing operand in every row (an issue before a gap,
// the leftmost of its kind). False, and `out` has no state array, where all operands are known.
bool frame_strict(const Frame *frame, const Vector *const *operands, uint32_t operand_count,
                  Vector *out);

// Makes row `row` of `out` an issue of this step.
void frame_issue(const Frame *frame, const Step *step, Vector *out, int64_t row, Reason reason);

static inline const Vector *frame_operand(const Frame *frame, uint32_t index)
{
    return &frame->registers[index];
}

static inline bool row_known(const Vector *vector, int64_t row)
{
    return vector->state == NULL || vector->state[vector_index(vector, row)] == VALUE_KNOWN;
}

// Makes a boolean row known although an operand is not: what is known of it decides.
static inline void row_decide(Vector *out, int64_t row, bool value)
{
    out->truth[row] = value;
    if (out->state != NULL) {
        out->state[row] = VALUE_KNOWN;
        out->cause[row] = 0;
    }
}

// What is known of the characters of an identity value: all, a skeleton, or (false) nothing.
bool identity_characters(const Dict *dict, const Vector *vector, int64_t row, Str *out);

// The loop of a step with one or two operands. BODY reads operand values at `ia` and `ib` and writes at `i`;
// three copies, so that each is a plain loop with fixed strides.
#define LOOP1(a, n, ...)                                                                           \
    do {                                                                                           \
        for (int64_t i = 0; i < (n); i++) {                                                        \
            const int64_t ia = i;                                                                  \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    } while (0)

#define LOOP2(a, b, n, ...)                                                                        \
    do {                                                                                           \
        if ((a)->constant) {                                                                       \
            for (int64_t i = 0; i < (n); i++) {                                                    \
                const int64_t ia = 0, ib = i;                                                      \
                __VA_ARGS__                                                                        \
            }                                                                                      \
        } else if ((b)->constant) {                                                                \
            for (int64_t i = 0; i < (n); i++) {                                                    \
                const int64_t ia = i, ib = 0;                                                      \
                __VA_ARGS__                                                                        \
            }                                                                                      \
        } else {                                                                                   \
            for (int64_t i = 0; i < (n); i++) {                                                    \
                const int64_t ia = i, ib = i;                                                      \
                __VA_ARGS__                                                                        \
            }                                                                                      \
        }                                                                                          \
    } while (0)

// ---------------------------------------------------------------- bounds

// The values that a number may take; ends may be BOUND_LOW and BOUND_HIGH. `some` false: nothing is known.
typedef struct Interval {
    bool some;
    int128_t lo, hi;
} Interval;

// Least and greatest value of a step's result.
typedef struct Limits {
    int128_t min, max;
} Limits;

// The limits of values of a type: 64 bits, the calendar, or 38 digits.
Limits type_limits(Type type);

// The interval of row `row`: a known number is a point, an issue has its bounds, any other unknown number can be
// anything. Nothing (`some` false) for values that are no whole or exact numbers.
Interval vector_interval(const Vector *vector, int64_t row);

// Writes bounds to a row that is an issue; nothing if there are none.
void vector_set_interval(Vector *out, int64_t row, Interval interval, Arena *arena);

Interval interval_add(Interval a, Interval b);
Interval interval_negate(Interval a);
Interval interval_multiply(Interval a, Interval b);
// Counts at scales sa and sb; the quotient at scale 18, as DIVIDE rounds it. Nothing if b may be 0.
Interval interval_divide(Interval a, int sa, Interval b, int sb);
Interval interval_abs(Interval a);
Interval interval_least(Interval a, Interval b);
Interval interval_greatest(Interval a, Interval b);
Interval interval_hull(Interval a, Interval b);
// Ends beyond the limits become infinite.
Interval interval_clip(Interval a, Limits limits);

// How `a op b` turns out for all values in the intervals: T, F, or U if it depends.
Truth interval_compare(CompareOp op, Interval a, Interval b);

#endif

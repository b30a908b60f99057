// SPDX-License-Identifier: Apache-2.0
// eval_arith.c: arithmetic on whole numbers, exact numbers and reals.
//
// Each operation is a scalar function that gives a value and a reason (REASON_NONE = 0: fine). A loop runs it
// over the batch and collects the reasons in a byte per row; only if one is set are the rows looked at again.
// Rows that are unknown hold harmless values, so the loop need not skip them.

#include <math.h>

#include "runtime/exec/eval_int.h"

// ---------------------------------------------------------------- framework

// One step while it runs: its operands, result, and a reason per row.
typedef struct Arith {
    const Frame *frame;
    const Step *step;
    const Vector *a, *b; // b NULL: one operand
    Vector *out;
    int64_t length;
    uint8_t *reasons;
    Limits limits;    // of whole results
    int64_t min, max; // the same in 64 bits
} Arith;

static void arith_begin(Arith *arith, const Frame *frame, const Step *step, bool binary,
                        Vector *out)
{
    const Vector *operands[2] = {frame_operand(frame, step->a), NULL};
    if (binary)
        operands[1] = frame_operand(frame, step->b);
    uint32_t operand_count = binary ? 2 : 1;
    frame_make(frame, operands, operand_count, step->phys, out);
    frame_strict(frame, operands, operand_count, out);
    *arith = (Arith){.frame = frame, .step = step, .a = operands[0], .b = operands[1], .out = out};
    arith->length = vector_length(out);
    arith->reasons = ARENA_ARRAY(frame->arena, uint8_t, (size_t)arith->length);
    arith->limits = type_limits(step->type);
    if (step->phys == PHYS_I64) {
        arith->min = (int64_t)arith->limits.min;
        arith->max = (int64_t)arith->limits.max;
    }
}

// Turns the reasons of known rows into issues.
static void arith_settle(const Arith *arith, bool any)
{
    if (!any)
        return;
    for (int64_t i = 0; i < arith->length; i++)
        if (arith->reasons[i] != REASON_NONE && row_known(arith->out, i))
            frame_issue(arith->frame, arith->step, arith->out, i, (Reason)arith->reasons[i]);
}

typedef Interval (*IntervalStep)(const Arith *arith, Interval a, Interval b);

// Gives bounds to the rows that are issues because an operand is; an operand that can be anything may still leave
// some (abs, least, times 0). Called before the step itself runs, whose own failures get none.
static void arith_bounds(const Arith *arith, IntervalStep run)
{
    if (arith->out->state == NULL)
        return;
    for (int64_t i = 0; i < arith->length; i++) {
        if (arith->out->state[i] != VALUE_ISSUE)
            continue;
        Interval a = vector_interval(arith->a, i);
        Interval b = arith->b == NULL ? a : vector_interval(arith->b, i);
        vector_set_interval(arith->out, i, interval_clip(run(arith, a, b), arith->limits),
                            arith->frame->arena);
    }
}

#define UNARY(arith, field_in, field_out, CALL)                                                    \
    do {                                                                                           \
        uint8_t any = 0;                                                                           \
        LOOP1((arith)->a, (arith)->length, {                                                       \
            uint8_t reason =                                                                       \
                (uint8_t)CALL(arith, (arith)->a->field_in[ia], &(arith)->out->field_out[i]);       \
            (arith)->reasons[i] = reason;                                                          \
            any |= reason;                                                                         \
        });                                                                                        \
        arith_settle(arith, any != 0);                                                             \
    } while (0)

#define BINARY(arith, field, CALL)                                                                 \
    do {                                                                                           \
        uint8_t any = 0;                                                                           \
        LOOP2((arith)->a, (arith)->b, (arith)->length, {                                           \
            uint8_t reason = (uint8_t)CALL(arith, (arith)->a->field[ia], (arith)->b->field[ib],    \
                                           &(arith)->out->field[i]);                               \
            (arith)->reasons[i] = reason;                                                          \
            any |= reason;                                                                         \
        });                                                                                        \
        arith_settle(arith, any != 0);                                                             \
    } while (0)

static inline bool fits_exact(int128_t count)
{
    return count < EXACT_END && count > -EXACT_END;
}

static inline bool fits_i64(int128_t count)
{
    return count == (int64_t)count;
}

static inline Reason check_i64(const Arith *arith, bool fits, int64_t value)
{
    return fits && value >= arith->min && value <= arith->max ? REASON_NONE : REASON_OVERFLOW;
}

// A finite real without a negative zero, or an issue.
static inline Reason check_f64(double value, double *out)
{
    *out = value + 0.0;
    return isfinite(value) ? REASON_NONE : REASON_OVERFLOW;
}

// ---------------------------------------------------------------- scalars: plus and minus

static inline Reason add_i64(const Arith *arith, int64_t a, int64_t b, int64_t *out)
{
    // Wrapping addition with the sign test written out: compilers make vector code of it.
    int64_t sum = (int64_t)((uint64_t)a + (uint64_t)b);
    int wrapped = ((a ^ sum) & (b ^ sum)) < 0;
    int outside = wrapped | (sum < arith->min) | (sum > arith->max);
    *out = sum;
    return outside ? REASON_OVERFLOW : REASON_NONE;
}

static inline Reason subtract_i64(const Arith *arith, int64_t a, int64_t b, int64_t *out)
{
    int64_t difference = (int64_t)((uint64_t)a - (uint64_t)b);
    int wrapped = ((a ^ b) & (a ^ difference)) < 0;
    int outside = wrapped | (difference < arith->min) | (difference > arith->max);
    *out = difference;
    return outside ? REASON_OVERFLOW : REASON_NONE;
}

static inline Reason add_i128(const Arith *arith, int128_t a, int128_t b, int128_t *out)
{
    (void)arith;
    bool fits = num_add_i128(a, b, out);
    return fits && fits_exact(*out) ? REASON_NONE : REASON_OVERFLOW;
}

static inline Reason subtract_i128(const Arith *arith, int128_t a, int128_t b, int128_t *out)
{
    (void)arith;
    bool fits = num_sub_i128(a, b, out);
    return fits && fits_exact(*out) ? REASON_NONE : REASON_OVERFLOW;
}

static inline Reason add_f64(const Arith *arith, double a, double b, double *out)
{
    (void)arith;
    return check_f64(a + b, out);
}

static inline Reason subtract_f64(const Arith *arith, double a, double b, double *out)
{
    (void)arith;
    return check_f64(a - b, out);
}

// ---------------------------------------------------------------- scalars: times and divided by

static inline Reason multiply_i64(const Arith *arith, int64_t a, int64_t b, int64_t *out)
{
    bool fits = num_mul_i64(a, b, out);
    return check_i64(arith, fits, *out);
}

static inline Reason multiply_i128(const Arith *arith, int128_t a, int128_t b, int128_t *out)
{
    (void)arith;
    if (LIKELY(fits_i64(a) && fits_i64(b))) {
        *out = (int128_t)(int64_t)a * (int64_t)b;
        return fits_exact(*out) ? REASON_NONE : REASON_OVERFLOW;
    }
    return exact_mul(a, 0, b, 0, out, NULL) ? REASON_NONE : REASON_OVERFLOW;
}

static inline Reason multiply_f64(const Arith *arith, double a, double b, double *out)
{
    (void)arith;
    return check_f64(a * b, out);
}

static inline Reason divide_i128(const Arith *arith, int128_t a, int128_t b, int128_t *out)
{
    switch (exact_div(a, (int)arith->step->index, b, (int)arith->step->index2, out)) {
    case EXACT_OK:
        return REASON_NONE;
    case EXACT_ZERO_DIVISOR:
        return REASON_DIVISION_BY_ZERO;
    default:
        return REASON_OVERFLOW;
    }
}

static inline Reason divide_f64(const Arith *arith, double a, double b, double *out)
{
    (void)arith;
    if (b == 0)
        return REASON_DIVISION_BY_ZERO;
    return check_f64(a / b, out);
}

// ---------------------------------------------------------------- scalars: one operand

static inline Reason negate_i64(const Arith *arith, int64_t a, int64_t *out)
{
    return subtract_i64(arith, 0, a, out);
}

static inline Reason negate_i128(const Arith *arith, int128_t a, int128_t *out)
{
    (void)arith;
    *out = -a;
    return REASON_NONE;
}

static inline Reason negate_f64(const Arith *arith, double a, double *out)
{
    (void)arith;
    return check_f64(-a, out);
}

static inline Reason abs_i64(const Arith *arith, int64_t a, int64_t *out)
{
    return a < 0 ? negate_i64(arith, a, out) : (*out = a, REASON_NONE);
}

static inline Reason abs_i128(const Arith *arith, int128_t a, int128_t *out)
{
    (void)arith;
    *out = a < 0 ? -a : a;
    return REASON_NONE;
}

static inline Reason abs_f64(const Arith *arith, double a, double *out)
{
    (void)arith;
    return check_f64(fabs(a), out);
}

static inline Reason widen_i64(const Arith *arith, int64_t a, int128_t *out)
{
    (void)arith;
    *out = a;
    return REASON_NONE;
}

static inline Reason round_i128(const Arith *arith, int128_t a, int128_t *out)
{
    const Step *step = arith->step;
    bool fits = exact_round(a, (int)step->index, (int)step->index2, (RoundMode)step->slot, out);
    return fits ? REASON_NONE : REASON_OVERFLOW;
}

static inline Reason real_of_i64(const Arith *arith, int64_t a, double *out)
{
    (void)arith;
    return check_f64((double)a, out);
}

static inline Reason real_of_i128(const Arith *arith, int128_t a, double *out)
{
    return check_f64(exact_to_real(a, (int)arith->step->index), out);
}

// ---------------------------------------------------------------- intervals of the steps

static Interval bounds_add(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    return interval_add(a, b);
}

static Interval bounds_subtract(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    return interval_add(a, interval_negate(b));
}

static Interval bounds_multiply(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    return interval_multiply(a, b);
}

static Interval bounds_divide(const Arith *arith, Interval a, Interval b)
{
    return interval_divide(a, (int)arith->step->index, b, (int)arith->step->index2);
}

static Interval bounds_negate(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    (void)b;
    return interval_negate(a);
}

static Interval bounds_abs(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    (void)b;
    return interval_abs(a);
}

static Interval bounds_least(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    return interval_least(a, b);
}

static Interval bounds_greatest(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    return interval_greatest(a, b);
}

static Interval bounds_same(const Arith *arith, Interval a, Interval b)
{
    (void)arith;
    (void)b;
    return a;
}

static int128_t round_end(const Arith *arith, int128_t end)
{
    if (end == BOUND_LOW || end == BOUND_HIGH)
        return end;
    int128_t rounded;
    if (round_i128(arith, end, &rounded) == REASON_NONE)
        return rounded;
    return end < 0 ? BOUND_LOW : BOUND_HIGH;
}

static Interval bounds_round(const Arith *arith, Interval a, Interval b)
{
    (void)b;
    if (!a.some)
        return a;
    return (Interval){true, round_end(arith, a.lo), round_end(arith, a.hi)};
}

// ---------------------------------------------------------------- steps of two operands

void step_run_ADD(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_add);
    if (step->phys == PHYS_I64)
        BINARY(&arith, i64, add_i64);
    else if (step->phys == PHYS_I128)
        BINARY(&arith, i128, add_i128);
    else
        BINARY(&arith, f64, add_f64);
}

void step_run_SUBTRACT(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_subtract);
    if (step->phys == PHYS_I64)
        BINARY(&arith, i64, subtract_i64);
    else if (step->phys == PHYS_I128)
        BINARY(&arith, i128, subtract_i128);
    else
        BINARY(&arith, f64, subtract_f64);
}

void step_run_MULTIPLY(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_multiply);
    if (step->phys == PHYS_I64)
        BINARY(&arith, i64, multiply_i64);
    else if (step->phys == PHYS_I128)
        BINARY(&arith, i128, multiply_i128);
    else
        BINARY(&arith, f64, multiply_f64);
}

void step_run_DIVIDE(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_divide);
    if (step->phys == PHYS_I128)
        BINARY(&arith, i128, divide_i128);
    else
        BINARY(&arith, f64, divide_f64);
}

// Texts by bytes; everything else by its own order.
#define CHOOSE(arith, field, CONDITION)                                                            \
    LOOP2((arith)->a, (arith)->b, (arith)->length, {                                               \
        (arith)->out->field[i] = (CONDITION) ? (arith)->a->field[ia] : (arith)->b->field[ib];      \
    })

static bool text_less(const Arith *arith, uint32_t a, uint32_t b)
{
    const Dict *dict = arith->frame->shared->dict;
    return a != b && str_compare(dict_str(dict, a), dict_str(dict, b)) < 0;
}

static bool pair_less(Pair a, Pair b)
{
    return a.a != b.a ? a.a < b.a : a.b < b.b;
}

void step_run_LEAST(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_least);
    const Vector *a = arith.a;
    const Vector *b = arith.b;
    if (step->phys == PHYS_I64)
        CHOOSE(&arith, i64, a->i64[ia] <= b->i64[ib]);
    else if (step->phys == PHYS_I128)
        CHOOSE(&arith, i128, a->i128[ia] <= b->i128[ib]);
    else if (step->phys == PHYS_F64)
        CHOOSE(&arith, f64, a->f64[ia] <= b->f64[ib]);
    else if (step->phys == PHYS_PAIR)
        CHOOSE(&arith, pair, pair_less(a->pair[ia], b->pair[ib]));
    else if (step->phys == PHYS_CODE)
        CHOOSE(&arith, code, text_less(&arith, a->code[ia], b->code[ib]));
    else
        CHOOSE(&arith, truth, a->truth[ia] <= b->truth[ib]);
}

void step_run_GREATEST(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    arith_bounds(&arith, bounds_greatest);
    const Vector *a = arith.a;
    const Vector *b = arith.b;
    if (step->phys == PHYS_I64)
        CHOOSE(&arith, i64, a->i64[ia] >= b->i64[ib]);
    else if (step->phys == PHYS_I128)
        CHOOSE(&arith, i128, a->i128[ia] >= b->i128[ib]);
    else if (step->phys == PHYS_F64)
        CHOOSE(&arith, f64, a->f64[ia] >= b->f64[ib]);
    else if (step->phys == PHYS_PAIR)
        CHOOSE(&arith, pair, pair_less(b->pair[ib], a->pair[ia]));
    else if (step->phys == PHYS_CODE)
        CHOOSE(&arith, code, text_less(&arith, b->code[ib], a->code[ia]));
    else
        CHOOSE(&arith, truth, a->truth[ia] >= b->truth[ib]);
}

static Reason date_plus_months(TypeKind kind, int64_t a, int64_t months, int64_t *out)
{
    int32_t part = 0;
    bool fits = false;
    if (kind == TYPE_DATETIME)
        return datetime_add_months(a, months, out) ? REASON_NONE : REASON_OVERFLOW;
    if (kind == TYPE_MONTH)
        fits = month_add((int32_t)a, months, &part);
    else
        fits = date_add_months((int32_t)a, months, &part);
    *out = part;
    return fits ? REASON_NONE : REASON_OVERFLOW;
}

static inline Reason months_i64(const Arith *arith, int64_t a, int64_t b, int64_t *out)
{
    return date_plus_months(arith->step->type.kind, a, b, out);
}

void step_run_DATE_ADD_MONTHS(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, true, out);
    BINARY(&arith, i64, months_i64);
}

// ---------------------------------------------------------------- steps of one operand

// Multiplication by one number, which RESCALE and MULTIPLY_CONST have in common.
static void run_times(const Frame *frame, const Step *step, int128_t factor, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    Vector constant = {.phys = PHYS_I128, .count = frame->count, .constant = true, .i128 = &factor};
    arith.b = &constant;
    arith_bounds(&arith, bounds_multiply);
    BINARY(&arith, i128, multiply_i128);
}

void step_run_RESCALE(const Frame *frame, const Step *step, Vector *out)
{
    ASSERT(step->index <= EXACT_SCALE_MAX);
    run_times(frame, step, wide_pow10((int)step->index), out);
}

void step_run_MULTIPLY_CONST(const Frame *frame, const Step *step, Vector *out)
{
    const Value *factor = &frame->shared->consts[step->index];
    ASSERT(factor->state == VALUE_KNOWN);
    bool exact = type_phys(factor->type) == PHYS_I128;
    run_times(frame, step, exact ? factor->i128 : factor->i64, out);
}

void step_run_WIDEN(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    arith_bounds(&arith, bounds_same);
    UNARY(&arith, i64, i128, widen_i64);
}

void step_run_NEGATE(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    arith_bounds(&arith, bounds_negate);
    if (step->phys == PHYS_I64)
        UNARY(&arith, i64, i64, negate_i64);
    else if (step->phys == PHYS_I128)
        UNARY(&arith, i128, i128, negate_i128);
    else
        UNARY(&arith, f64, f64, negate_f64);
}

void step_run_ABS(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    arith_bounds(&arith, bounds_abs);
    if (step->phys == PHYS_I64)
        UNARY(&arith, i64, i64, abs_i64);
    else if (step->phys == PHYS_I128)
        UNARY(&arith, i128, i128, abs_i128);
    else
        UNARY(&arith, f64, f64, abs_f64);
}

void step_run_ROUND(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    arith_bounds(&arith, bounds_round);
    UNARY(&arith, i128, i128, round_i128);
}

void step_run_TO_REAL(const Frame *frame, const Step *step, Vector *out)
{
    Arith arith;
    arith_begin(&arith, frame, step, false, out);
    if (arith.a->phys == PHYS_I64)
        UNARY(&arith, i64, f64, real_of_i64);
    else
        UNARY(&arith, i128, f64, real_of_i128);
}

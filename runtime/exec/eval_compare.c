// SPDX-License-Identifier: Apache-2.0
// eval_compare.c: comparisons, periods, presence. All give boolean values with states.
//
// A comparison with an issue whose bounds lie wholly on one side is decided although the value is not known;
// the row then becomes known again. Identity values that are damaged or masked are compared by the characters
// that survived (spec/evaluation.md 1.5).

#include "runtime/exec/eval_int.h"

static void compare_begin(const Frame *frame, const Step *step, const Vector *operands[2],
                          Vector *out)
{
    operands[0] = frame_operand(frame, step->a);
    operands[1] = frame_operand(frame, step->b);
    frame_make(frame, operands, 2, PHYS_BOOL, out);
    frame_strict(frame, operands, 2, out);
}

// ---------------------------------------------------------------- COMPARE

#define COMPARE_LOOP(op, field)                                                                    \
    LOOP2(a, b, length, { out->truth[i] = a->field[ia] op b->field[ib]; })

#define COMPARE_NUMBERS(field)                                                                     \
    do {                                                                                           \
        switch (op) {                                                                              \
        case COMPARE_EQ:                                                                           \
            COMPARE_LOOP(==, field);                                                               \
            return;                                                                                \
        case COMPARE_NE:                                                                           \
            COMPARE_LOOP(!=, field);                                                               \
            return;                                                                                \
        case COMPARE_LT:                                                                           \
            COMPARE_LOOP(<, field);                                                                \
            return;                                                                                \
        case COMPARE_LE:                                                                           \
            COMPARE_LOOP(<=, field);                                                               \
            return;                                                                                \
        case COMPARE_GT:                                                                           \
            COMPARE_LOOP(>, field);                                                                \
            return;                                                                                \
        case COMPARE_GE:                                                                           \
            COMPARE_LOOP(>=, field);                                                               \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static void compare_i64(CompareOp op, const Vector *a, const Vector *b, int64_t length, Vector *out)
{
    COMPARE_NUMBERS(i64);
}

static void compare_i128(CompareOp op, const Vector *a, const Vector *b, int64_t length,
                         Vector *out)
{
    COMPARE_NUMBERS(i128);
}

static void compare_f64(CompareOp op, const Vector *a, const Vector *b, int64_t length, Vector *out)
{
    COMPARE_NUMBERS(f64);
}

static void compare_truth(CompareOp op, const Vector *a, const Vector *b, int64_t length,
                          Vector *out)
{
    COMPARE_NUMBERS(truth);
}

static int pair_order(Pair a, Pair b)
{
    if (a.a != b.a)
        return a.a < b.a ? -1 : 1;
    return (a.b > b.b) - (a.b < b.b);
}

static void compare_pairs(CompareOp op, const Vector *a, const Vector *b, int64_t length,
                          Vector *out)
{
    LOOP2(a, b, length,
          { out->truth[i] = compare_verdict(op, pair_order(a->pair[ia], b->pair[ib])); });
}

// Equality of codes is equality of what they stand for; order needs the bytes (or elements).
static void compare_codes(const Frame *frame, const Step *step, const Vector *a, const Vector *b,
                          int64_t length, Vector *out)
{
    CompareOp op = (CompareOp)step->index;
    if (op == COMPARE_EQ) {
        COMPARE_LOOP(==, code);
        return;
    }
    if (op == COMPARE_NE) {
        COMPARE_LOOP(!=, code);
        return;
    }
    const Dict *dict = frame->shared->dict;
    LOOP2(a, b, length, {
        Value x = {.type = step->type, .code = a->code[ia]};
        Value y = {.type = step->type, .code = b->code[ib]};
        out->truth[i] = compare_verdict(op, value_compare(dict, &x, &y));
    });
}

// Decides rows that are issues by the operands' bounds where these allow it.
static void compare_bounds(CompareOp op, const Vector *a, const Vector *b, int64_t length,
                           Vector *out)
{
    if (out->state == NULL || (a->lo == NULL && b->lo == NULL))
        return;
    for (int64_t i = 0; i < length; i++) {
        if (out->state[i] != VALUE_ISSUE)
            continue;
        Truth truth = interval_compare(op, vector_interval(a, i), vector_interval(b, i));
        if (truth != TRUTH_U)
            row_decide(out, i, truth == TRUTH_T);
    }
}

void step_run_COMPARE(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2];
    compare_begin(frame, step, operands, out);
    const Vector *a = operands[0];
    const Vector *b = operands[1];
    ASSERT(a->phys == b->phys);
    CompareOp op = (CompareOp)step->index;
    int64_t length = vector_length(out);
    switch (a->phys) {
    case PHYS_BOOL:
        compare_truth(op, a, b, length, out);
        break;
    case PHYS_I64:
        compare_i64(op, a, b, length, out);
        break;
    case PHYS_I128:
        compare_i128(op, a, b, length, out);
        break;
    case PHYS_F64:
        compare_f64(op, a, b, length, out);
        break;
    case PHYS_PAIR:
        compare_pairs(op, a, b, length, out);
        break;
    case PHYS_CODE:
        compare_codes(frame, step, a, b, length, out);
        break;
    }
    compare_bounds(op, a, b, length, out);
}

// ---------------------------------------------------------------- COMPARE_FRACTION

// A fraction at the corner of intervals: infinite (-1, 1), or a value with den != 0.
typedef struct Corner {
    int infinite;
    ExactRatio value;
} Corner;

// The scales of the four operands, as the compiler packed them into index2.
static int fraction_scale(const Step *step, int operand)
{
    return (int)(step->index2 >> (8 * operand) & 0xff);
}

static int corner_order(Corner a, Corner b)
{
    if (a.infinite != 0 || b.infinite != 0)
        return (a.infinite > b.infinite) - (a.infinite < b.infinite);
    return exact_compare_ratio(a.value, b.value);
}

static Corner corner_of(int128_t num, int num_scale, int128_t den, int den_scale)
{
    if (den == BOUND_LOW || den == BOUND_HIGH)
        return (Corner){0, {.num = 0, .den = 1}};
    if (num == BOUND_LOW || num == BOUND_HIGH)
        return (Corner){(num > 0) == (den > 0) ? 1 : -1, {.num = 0, .den = 1}};
    return (Corner){0, {.num = num, .den = den, .num_scale = num_scale, .den_scale = den_scale}};
}

// A side of the comparison: the intervals of its two operands, and their scales.
typedef struct FractionRange {
    Interval num, den;
    int num_scale, den_scale;
} FractionRange;

static bool interval_infinite(Interval interval)
{
    return interval.lo == BOUND_LOW || interval.hi == BOUND_HIGH;
}

// Least and greatest value of a fraction; false where it has none (the denominator may be 0).
static bool fraction_range(const FractionRange *range, Corner *least, Corner *greatest)
{
    Interval num = range->num;
    Interval den = range->den;
    if (!num.some || !den.some || (den.lo <= 0 && den.hi >= 0) ||
        (interval_infinite(num) && interval_infinite(den)))
        return false;
    int ns = range->num_scale;
    int ds = range->den_scale;
    const Corner corners[4] = {corner_of(num.lo, ns, den.lo, ds), corner_of(num.lo, ns, den.hi, ds),
                               corner_of(num.hi, ns, den.lo, ds),
                               corner_of(num.hi, ns, den.hi, ds)};
    *least = *greatest = corners[0];
    for (int i = 1; i < 4; i++) {
        if (corner_order(corners[i], *least) < 0)
            *least = corners[i];
        if (corner_order(corners[i], *greatest) > 0)
            *greatest = corners[i];
    }
    return true;
}

// a < b (or a <= b) for two ranges. Infinite ends decide nothing against each other.
static Truth ranges_less(Corner a_least, Corner a_greatest, Corner b_least, Corner b_greatest,
                         bool or_equal)
{
    int high_low = corner_order(a_greatest, b_least);
    int low_high = corner_order(a_least, b_greatest);
    bool high_finite = a_greatest.infinite == 0 || b_least.infinite == 0;
    bool low_finite = a_least.infinite == 0 || b_greatest.infinite == 0;
    if (high_finite && (or_equal ? high_low <= 0 : high_low < 0))
        return TRUTH_T;
    if (low_finite && (or_equal ? low_high > 0 : low_high >= 0))
        return TRUTH_F;
    return TRUTH_U;
}

static Truth ranges_equal(Corner a_least, Corner a_greatest, Corner b_least, Corner b_greatest)
{
    if (corner_order(a_greatest, b_least) < 0 || corner_order(b_greatest, a_least) < 0)
        return TRUTH_F;
    bool points = a_least.infinite == 0 && b_least.infinite == 0 &&
                  corner_order(a_least, a_greatest) == 0 && corner_order(b_least, b_greatest) == 0;
    return points ? TRUTH_T : TRUTH_U;
}

static Truth fraction_bounds(const Step *step, const Vector *const operands[4], int64_t row)
{
    const FractionRange left = {vector_interval(operands[0], row),
                                vector_interval(operands[1], row), fraction_scale(step, 0),
                                fraction_scale(step, 1)};
    const FractionRange right = {vector_interval(operands[2], row),
                                 vector_interval(operands[3], row), fraction_scale(step, 2),
                                 fraction_scale(step, 3)};
    Corner a_least;
    Corner a_greatest;
    Corner b_least;
    Corner b_greatest;
    if (!fraction_range(&left, &a_least, &a_greatest) ||
        !fraction_range(&right, &b_least, &b_greatest))
        return TRUTH_U;
    switch ((CompareOp)step->index) {
    case COMPARE_EQ:
        return ranges_equal(a_least, a_greatest, b_least, b_greatest);
    case COMPARE_NE:
        return truth_not(ranges_equal(a_least, a_greatest, b_least, b_greatest));
    case COMPARE_LT:
        return ranges_less(a_least, a_greatest, b_least, b_greatest, false);
    case COMPARE_LE:
        return ranges_less(a_least, a_greatest, b_least, b_greatest, true);
    case COMPARE_GT:
        return ranges_less(b_least, b_greatest, a_least, a_greatest, false);
    case COMPARE_GE:
        return ranges_less(b_least, b_greatest, a_least, a_greatest, true);
    }
    UNREACHABLE();
}

// A row in which some part is not known: decided by the sides' own values where the step brings them, else by
// the corners of the fractions.
static void fraction_unknown(const Frame *frame, const Step *step, const Vector *const operands[4],
                             int64_t row, Vector *out)
{
    Truth truth = TRUTH_U;
    if (step->list_count == 2) {
        const Vector *left = frame_operand(frame, step->list[0]);
        const Vector *right = frame_operand(frame, step->list[1]);
        truth = interval_compare((CompareOp)step->index, vector_interval(left, row),
                                 vector_interval(right, row));
    } else {
        truth = fraction_bounds(step, operands, row);
    }
    if (truth != TRUTH_U)
        row_decide(out, row, truth == TRUTH_T);
}

// Operands of a fraction may be integers or exact numbers.
static int128_t whole_at(const Vector *vector, int64_t row)
{
    int64_t at = vector_index(vector, row);
    return vector->phys == PHYS_I64 ? vector->i64[at] : vector->i128[at];
}

// A zero denominator of a mean is a mean over nothing: its side, as an ordinary value, says what that is.
static bool fraction_of_nothing(const Frame *frame, const Step *step, int64_t row, Vector *out)
{
    ValueState worst = VALUE_KNOWN;
    CauseId cause = 0;
    for (uint32_t k = 0; k < step->list_count; k++) {
        const Vector *side = frame_operand(frame, step->list[k]);
        int64_t at = vector_index(side, row);
        ValueState state = side->state == NULL ? VALUE_KNOWN : (ValueState)side->state[at];
        if (state <= worst)
            continue;
        worst = state;
        cause = side->cause[at];
    }
    if (worst != VALUE_KNOWN)
        vector_set_unknown(out, row, worst, cause, frame->arena);
    return worst != VALUE_KNOWN;
}

// The quotient whose divisor is 0 is named, of two the left one.
static void fraction_failed(const Frame *frame, const Step *step, bool left, int64_t row,
                            Vector *out)
{
    Step side = *step;
    if (!left && step->slot > 0)
        side.source = dict_str(frame->shared->dict, frame->shared->consts[step->slot - 1].code);
    frame_issue(frame, &side, out, row, REASON_DIVISION_BY_ZERO);
}

void step_run_COMPARE_FRACTION(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *const operands[4] = {frame_operand(frame, step->a), frame_operand(frame, step->b),
                                       frame_operand(frame, step->c),
                                       frame_operand(frame, step->d)};
    frame_make(frame, operands, 4, PHYS_BOOL, out);
    frame_strict(frame, operands, 4, out);
    // Powers of ten cancel in the products where both have the same number of places.
    bool same_scale = fraction_scale(step, 0) + fraction_scale(step, 3) ==
                      fraction_scale(step, 2) + fraction_scale(step, 1);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (out->state != NULL && out->state[i] != VALUE_KNOWN) {
            if (out->state[i] == VALUE_ISSUE)
                fraction_unknown(frame, step, operands, i, out);
            continue;
        }
        int128_t left_den = whole_at(operands[1], i);
        int128_t right_den = whole_at(operands[3], i);
        if (left_den == 0 || right_den == 0) {
            if (fraction_of_nothing(frame, step, i, out))
                continue;
            fraction_failed(frame, step, left_den == 0, i, out);
            continue;
        }
        ExactRatio left = {whole_at(operands[0], i), left_den, fraction_scale(step, 0),
                           fraction_scale(step, 1)};
        ExactRatio right = {whole_at(operands[2], i), right_den, fraction_scale(step, 2),
                            fraction_scale(step, 3)};
        int order = same_scale ? exact_compare_fraction(left.num, left.den, right.num, right.den)
                               : exact_compare_ratio(left, right);
        out->truth[i] = compare_verdict((CompareOp)step->index, order);
    }
}

// ---------------------------------------------------------------- identity values

bool identity_characters(const Dict *dict, const Vector *vector, int64_t row, Str *out)
{
    int64_t at = vector_index(vector, row);
    ValueState state = vector->state == NULL ? VALUE_KNOWN : (ValueState)vector->state[at];
    if (state == VALUE_KNOWN) {
        *out = dict_str(dict, vector->code[at]);
        return true;
    }
    if (state == VALUE_ISSUE || vector->skeleton == NULL || vector->skeleton[at] == 0)
        return false;
    *out = dict_str(dict, vector->skeleton[at]);
    return true;
}

void step_run_EQUAL_IDENTITY(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2];
    compare_begin(frame, step, operands, out);
    const Vector *a = operands[0];
    const Vector *b = operands[1];
    int64_t length = vector_length(out);
    COMPARE_LOOP(==, code);
    if (out->state == NULL)
        return;
    const Dict *dict = frame->shared->dict;
    for (int64_t i = 0; i < length; i++) {
        Str x;
        Str y;
        // A gap stays one only if the values may be equal.
        if (out->state[i] == VALUE_GAP && identity_characters(dict, a, i, &x) &&
            identity_characters(dict, b, i, &y) && !skeleton_may_equal(x, y))
            row_decide(out, i, false);
    }
}

// ---------------------------------------------------------------- periods

void step_run_DURING(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2];
    compare_begin(frame, step, operands, out);
    const Vector *a = operands[0];
    const Vector *b = operands[1];
    int64_t length = vector_length(out);
    LOOP2(a, b, length,
          { out->truth[i] = (a->pair[ia].a >= b->pair[ib].a) & (a->pair[ia].b <= b->pair[ib].b); });
}

void step_run_OVERLAPS(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *operands[2];
    compare_begin(frame, step, operands, out);
    const Vector *a = operands[0];
    const Vector *b = operands[1];
    int64_t length = vector_length(out);
    LOOP2(a, b, length,
          { out->truth[i] = (a->pair[ia].a <= b->pair[ib].b) & (b->pair[ib].a <= a->pair[ia].b); });
}

void step_run_TO_PERIOD(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    frame_make(frame, &a, 1, PHYS_PAIR, out);
    frame_strict(frame, &a, 1, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        if (!row_known(out, i))
            continue;
        if (step->index == TYPE_MONTH)
            out->pair[i] =
                (Pair){month_first_day((int32_t)a->i64[i]), month_last_day((int32_t)a->i64[i])};
        else if (step->index == TYPE_DATETIME)
            out->pair[i] = (Pair){datetime_date(a->i64[i]), datetime_date(a->i64[i])};
        else
            out->pair[i] = (Pair){a->i64[i], a->i64[i]};
    }
}

// ---------------------------------------------------------------- presence

void step_run_IS_PRESENT(const Frame *frame, const Step *step, Vector *out)
{
    const Vector *a = frame_operand(frame, step->a);
    frame_make(frame, &a, 1, PHYS_BOOL, out);
    int64_t length = vector_length(out);
    for (int64_t i = 0; i < length; i++) {
        ValueState state = a->state == NULL ? VALUE_KNOWN : (ValueState)a->state[i];
        out->truth[i] = state == VALUE_KNOWN;
        if (state == VALUE_ISSUE)
            vector_set_unknown(out, i, VALUE_ISSUE, a->cause[i], frame->arena);
    }
}

void step_run_VARIABLE_PRESENT(const Frame *frame, const Step *step, Vector *out)
{
    const SlotRows *slot = &frame->context->slots[step->slot];
    vector_make(out, PHYS_BOOL, frame->count, frame->arena);
    if (slot->rows == NULL) {
        memset(out->truth, TRUTH_T, (size_t)frame->count);
        return;
    }
    for (int64_t i = 0; i < frame->count; i++) {
        out->truth[i] = slot->rows[i] >= 0;
        if (row_is_unknown(slot->rows[i]))
            vector_set_unknown(out, i, VALUE_ISSUE, row_cause(slot->rows[i]), frame->arena);
    }
}

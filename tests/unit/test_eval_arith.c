// SPDX-License-Identifier: Apache-2.0
// test_eval_arith.c: arithmetic steps against numbers computed one by one, and bounds against enumeration.

#include "runtime/base/time.h"
#include "tests/unit/eval_unit.h"

enum { ROWS = 1500 };

#define E38 ((int128_t)UINT64_C(10000000000000000000) * (int128_t)UINT64_C(10000000000000000000))

// ---------------------------------------------------------------- oracle

// The exact result of one operation as a fraction-free wide number, or a reason.
typedef struct Exact {
    Reason reason;
    int128_t value;
} Exact;

static Exact limited(Int256 wide, int128_t min, int128_t max)
{
    int128_t value;
    if (!wide_to_i128(wide, &value) || value < min || value > max)
        return (Exact){REASON_OVERFLOW, 0};
    return (Exact){REASON_NONE, value};
}

static Int256 wide_sum(int128_t a, int128_t b)
{
    Int256 sum;
    assert_true(wide_add(wide_from_i128(a), wide_from_i128(b), &sum));
    return sum;
}

static Exact oracle(StepOp op, int128_t a, int128_t b, int128_t min, int128_t max)
{
    switch (op) {
    case STEP_ADD:
        return limited(wide_sum(a, b), min, max);
    case STEP_SUBTRACT:
        return limited(wide_sum(a, -b), min, max);
    case STEP_MULTIPLY:
        return limited(wide_mul_128(a, b), min, max);
    case STEP_LEAST:
        return (Exact){REASON_NONE, a < b ? a : b};
    case STEP_GREATEST:
        return (Exact){REASON_NONE, a > b ? a : b};
    case STEP_NEGATE:
        return limited(wide_from_i128(-a), min, max);
    case STEP_ABS:
        return limited(wide_from_i128(a < 0 ? -a : a), min, max);
    default:
        fail_msg("no oracle");
        return (Exact){REASON_NONE, 0};
    }
}

static int128_t number_of(const Value *value)
{
    return type_phys(value->type) == PHYS_I64 ? value->i64 : value->i128;
}

static Value number_value(Type type, int128_t number)
{
    return type_phys(type) == PHYS_I64 ? known_whole(type, (int64_t)number)
                                       : known_i128(type, number);
}

// ---------------------------------------------------------------- random operands

// Numbers near the edges of the type and near zero, gaps, and issues without bounds.
static Value random_operand(Bench *b, uint64_t *seed, Type type, int128_t max, bool left)
{
    switch (random_next(seed) % 12) {
    case 0:
        return make_gap(type, left ? b->gap : b->gap2);
    case 1:
        return make_issue(type, left ? b->issue : b->issue2);
    case 2:
    case 3:
        return number_value(type, max - (int128_t)(random_next(seed) % 3));
    case 4:
    case 5:
        return number_value(type, (int128_t)(random_next(seed) % 3) - max);
    case 6:
        return number_value(type, (int128_t)(int64_t)random_next(seed) % (max / 2));
    default:
        return number_value(type, (int128_t)(int64_t)random_next(seed) % 1000);
    }
}

// What is still said about a result of which one operand is an issue without bounds.
static void expect_remainder(StepOp op, const Value *x, const Value *y, Value *result)
{
    if (result->state != VALUE_ISSUE)
        return;
    result->lo = BOUND_LOW;
    result->hi = BOUND_HIGH;
    const Value *known = x->state == VALUE_KNOWN ? x : y;
    bool one_known = y != NULL && known->state == VALUE_KNOWN;
    if (op == STEP_LEAST && one_known)
        result->hi = number_of(known);
    if (op == STEP_GREATEST && one_known)
        result->lo = number_of(known);
    if (op == STEP_MULTIPLY && one_known && number_of(known) == 0)
        result->lo = result->hi = 0;
    if (op == STEP_ABS)
        result->lo = 0;
    result->bounded = result->lo != BOUND_LOW || result->hi != BOUND_HIGH;
}

static Value expected_result(Bench *b, StepOp op, Type type, const Value *x, const Value *y,
                             CauseId failure, int128_t min, int128_t max)
{
    const Value *first =
        x->state == VALUE_ISSUE || y == NULL || (y->state != VALUE_ISSUE && x->state == VALUE_GAP)
            ? x
            : y;
    if (x->state != VALUE_KNOWN || (y != NULL && y->state != VALUE_KNOWN)) {
        Value unknown = *first;
        unknown.type = type;
        expect_remainder(op, x, y, &unknown);
        return unknown;
    }
    Exact exact = oracle(op, number_of(x), y == NULL ? 0 : number_of(y), min, max);
    (void)b;
    return exact.reason == REASON_NONE ? number_value(type, exact.value)
                                       : make_issue(type, failure);
}

static void check_binary(StepOp op, Type type, int128_t min, int128_t max, uint64_t salt)
{
    Bench *b = bench_create();
    uint64_t seed = salt;
    Value x[ROWS];
    Value y[ROWS];
    Value found[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[i] = random_operand(b, &seed, type, max, true);
        y[i] = random_operand(b, &seed, type, max, false);
    }
    bench_column(b, 0, type, x, ROWS);
    bench_column(b, 1, type, y, ROWS);
    CauseId failure = cause_intern(b->causes, REASON_OVERFLOW, STR("x op y"));
    Step steps[] = {step_column(0, type),
                    step_column(1, type),
                    {.op = op, .phys = type_phys(type), .type = type, .a = 0, .b = 1}};
    steps[2].source = STR("x op y");
    const int64_t batches[] = {1, 7, 1024};
    for (size_t k = 0; k < ARRAY_LEN(batches); k++) {
        bench_run(b, steps, 3, type, batches[k], found);
        for (int i = 0; i < ROWS; i++)
            expect_same_value(found[i],
                              expected_result(b, op, type, &x[i], &y[i], failure, min, max));
    }
    // The same with a constant on either side.
    for (int side = 0; side < 2; side++) {
        for (int c = 0; c < 40; c++) {
            b->shared.consts = side == 0 ? &x[c] : &y[c];
            steps[side] = step_const(0, type);
            steps[1 - side] = step_column((uint32_t)(1 - side), type);
            bench_run(b, steps, 3, type, 1024, found);
            for (int i = 0; i < ROWS; i++) {
                Value expected =
                    side == 0 ? expected_result(b, op, type, &x[c], &y[i], failure, min, max)
                              : expected_result(b, op, type, &x[i], &y[c], failure, min, max);
                expect_same_value(found[i], expected);
            }
        }
        steps[side] = step_column((uint32_t)side, type);
    }
    bench_destroy(b);
}

static void check_unary(StepOp op, Type type, int128_t min, int128_t max, uint64_t salt)
{
    Bench *b = bench_create();
    uint64_t seed = salt;
    Value x[ROWS];
    Value found[ROWS];
    for (int i = 0; i < ROWS; i++)
        x[i] = random_operand(b, &seed, type, max, true);
    bench_column(b, 0, type, x, ROWS);
    CauseId failure = cause_intern(b->causes, REASON_OVERFLOW, STR("op x"));
    Step steps[] = {step_column(0, type),
                    {.op = op, .phys = type_phys(type), .type = type, .a = 0}};
    steps[1].source = STR("op x");
    const int64_t batches[] = {1, 7, 1024};
    for (size_t k = 0; k < ARRAY_LEN(batches); k++) {
        bench_run(b, steps, 2, type, batches[k], found);
        for (int i = 0; i < ROWS; i++)
            expect_same_value(found[i],
                              expected_result(b, op, type, &x[i], NULL, failure, min, max));
    }
    bench_destroy(b);
}

static void check_type(Type type, int128_t min, int128_t max)
{
    const StepOp binary[] = {STEP_ADD, STEP_SUBTRACT, STEP_MULTIPLY, STEP_LEAST, STEP_GREATEST};
    const StepOp unary[] = {STEP_NEGATE, STEP_ABS};
    for (size_t k = 0; k < ARRAY_LEN(binary); k++)
        check_binary(binary[k], type, min, max, 100 + k);
    for (size_t k = 0; k < ARRAY_LEN(unary); k++)
        check_unary(unary[k], type, min, max, 200 + k);
}

static void integers_are_exact_or_overflow(void **state)
{
    (void)state;
    check_type(type_of(TYPE_INTEGER), INT64_MIN, INT64_MAX);
}

static void exact_numbers_are_exact_or_overflow(void **state)
{
    (void)state;
    check_type(type_exact(TYPE_MONEY, 4), 1 - E38, E38 - 1);
}

// ---------------------------------------------------------------- dates

static void dates_stay_inside_the_calendar(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type date = type_of(TYPE_DATE);
    Type days = type_of(TYPE_DAYS);
    const Value dates[] = {known_whole(date, DATE_MAX), known_whole(date, DATE_MAX),
                           known_whole(date, DATE_MIN), known_whole(date, 0),
                           known_whole(date, DATE_MIN)};
    const Value lengths[] = {known_whole(days, 0), known_whole(days, 1), known_whole(days, -1),
                             known_whole(days, INT64_MAX), known_whole(days, 0)};
    bench_column(b, 0, date, dates, 5);
    bench_column(b, 1, days, lengths, 5);
    const Step steps[] = {step_column(0, date),
                          step_column(1, days),
                          {.op = STEP_ADD, .phys = PHYS_I64, .type = date, .a = 0, .b = 1}};
    Value found[5];
    bench_run(b, steps, 3, date, 5, found);
    const ValueState expected[] = {VALUE_KNOWN, VALUE_ISSUE, VALUE_ISSUE, VALUE_ISSUE, VALUE_KNOWN};
    for (int i = 0; i < 5; i++)
        assert_int_equal(found[i].state, expected[i]);
    assert_int_equal(cause_get(b->causes, found[1].cause).reason, REASON_OVERFLOW);
    bench_destroy(b);
}

static void months_are_clamped(void **state)
{
    (void)state;
    Bench *b = bench_create();
    int32_t january;
    int32_t february;
    assert_true(date_from_ymd(2023, 1, 31, &january));
    assert_true(date_from_ymd(2023, 2, 28, &february));
    const struct {
        TypeKind kind;
        int64_t value, months, expected;
    } rows[] = {
        {TYPE_DATE, january, 1, february},
        {TYPE_MONTH, 0, 13, 13},
        {TYPE_DATETIME, (int64_t)january * TIME_US_PER_DAY + 5, 1,
         (int64_t)february * TIME_US_PER_DAY + 5},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Type type = type_of(rows[i].kind);
        Type months = type_of(TYPE_MONTHS);
        Value value = known_whole(type, rows[i].value);
        Value length = known_whole(months, rows[i].months);
        bench_column(b, 0, type, &value, 1);
        bench_column(b, 1, months, &length, 1);
        const Step steps[] = {
            step_column(0, type),
            step_column(1, months),
            {.op = STEP_DATE_ADD_MONTHS, .phys = PHYS_I64, .type = type, .a = 0, .b = 1}};
        Value found;
        bench_run(b, steps, 3, type, 1, &found);
        expect_same_value(found, known_whole(type, rows[i].expected));
    }
    bench_destroy(b);
}

// ---------------------------------------------------------------- division, scales, reals

static void division_is_exact_to_eighteen_places(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type money = type_exact(TYPE_MONEY, 4);
    Type ratio = type_exact(TYPE_RATIO, 18);
    const Value a[] = {known_i128(money, 10000), known_i128(money, 20000), known_i128(money, 5),
                       make_gap(money, b->gap), known_i128(money, E38 - 1)};
    const Value d[] = {known_i128(money, 30000), known_i128(money, 30000), known_i128(money, 0),
                       known_i128(money, 0), known_i128(money, 1)};
    bench_column(b, 0, money, a, 5);
    bench_column(b, 1, money, d, 5);
    Step steps[] = {step_column(0, money),
                    step_column(1, money),
                    {.op = STEP_DIVIDE,
                     .phys = PHYS_I128,
                     .type = ratio,
                     .a = 0,
                     .b = 1,
                     .index = 4,
                     .index2 = 4}};
    steps[2].source = STR("a / d");
    Value found[5];
    bench_run(b, steps, 3, ratio, 5, found);
    expect_same_value(found[0], known_i128(ratio, INT64_C(333333333333333333)));
    expect_same_value(found[1], known_i128(ratio, INT64_C(666666666666666667)));
    expect_same_value(found[2], make_issue(ratio, cause_intern(b->causes, REASON_DIVISION_BY_ZERO,
                                                               STR("a / d"))));
    expect_same_value(found[3], make_gap(ratio, b->gap)); // a gap prevents the operation
    expect_same_value(found[4],
                      make_issue(ratio, cause_intern(b->causes, REASON_OVERFLOW, STR("a / d"))));
    bench_destroy(b);
}

static void scales_and_units_are_multiplied_out(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type narrow = type_exact(TYPE_DECIMAL, 2);
    Type wide = type_exact(TYPE_DECIMAL, 5);
    const Value values[] = {known_i128(narrow, 123), known_i128(narrow, E38 / 1000),
                            known_i128(narrow, -7)};
    bench_column(b, 0, narrow, values, 3);
    const Value factor = known_i128(type_exact(TYPE_DECIMAL, 0), 2000);
    b->shared.consts = &factor;
    const Step rescale[] = {
        step_column(0, narrow),
        {.op = STEP_RESCALE, .phys = PHYS_I128, .type = wide, .a = 0, .index = 3}};
    const Step times[] = {
        step_column(0, narrow),
        {.op = STEP_MULTIPLY_CONST, .phys = PHYS_I128, .type = narrow, .a = 0, .index = 0}};
    Value found[3];
    bench_run(b, rescale, 2, wide, 3, found);
    expect_same_value(found[0], known_i128(wide, 123000));
    assert_int_equal(found[1].state, VALUE_ISSUE);
    expect_same_value(found[2], known_i128(wide, -7000));
    bench_run(b, times, 2, narrow, 3, found);
    expect_same_value(found[0], known_i128(narrow, 246000));
    assert_int_equal(found[1].state, VALUE_ISSUE);
    bench_destroy(b);
}

static void rounding_takes_scale_and_mode(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type from = type_exact(TYPE_MONEY, 4);
    Type to = type_exact(TYPE_MONEY, 2);
    const Value values[] = {known_i128(from, 12350), known_i128(from, -12350),
                            known_i128(from, 12250)};
    bench_column(b, 0, from, values, 3);
    const struct {
        RoundMode mode;
        int128_t expected[3];
    } rows[] = {
        {ROUND_HALF_AWAY, {124, -124, 123}},
        {ROUND_HALF_EVEN, {124, -124, 122}},
        {ROUND_DOWN, {123, -123, 122}},
        {ROUND_CEILING, {124, -123, 123}},
    };
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
        const Step steps[] = {step_column(0, from),
                              {.op = STEP_ROUND,
                               .phys = PHYS_I128,
                               .type = to,
                               .a = 0,
                               .index = 4,
                               .index2 = 2,
                               .slot = rows[k].mode}};
        Value found[3];
        bench_run(b, steps, 2, to, 3, found);
        for (int i = 0; i < 3; i++)
            expect_same_value(found[i], known_i128(to, rows[k].expected[i]));
    }
    bench_destroy(b);
}

static void reals_are_finite_or_issues(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type real = type_of(TYPE_REAL);
    Value a[] = {
        {.type = real, .f64 = 1e308}, {.type = real, .f64 = 1.5}, {.type = real, .f64 = -0.0}};
    Value d[] = {
        {.type = real, .f64 = 1e308}, {.type = real, .f64 = 0.0}, {.type = real, .f64 = 1.0}};
    bench_column(b, 0, real, a, 3);
    bench_column(b, 1, real, d, 3);
    const struct {
        StepOp op;
        ValueState states[3];
    } rows[] = {
        {STEP_ADD, {VALUE_ISSUE, VALUE_KNOWN, VALUE_KNOWN}},
        {STEP_SUBTRACT, {VALUE_KNOWN, VALUE_KNOWN, VALUE_KNOWN}},
        {STEP_MULTIPLY, {VALUE_ISSUE, VALUE_KNOWN, VALUE_KNOWN}},
        {STEP_DIVIDE, {VALUE_KNOWN, VALUE_ISSUE, VALUE_KNOWN}},
    };
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
        const Step steps[] = {step_column(0, real),
                              step_column(1, real),
                              {.op = rows[k].op, .phys = PHYS_F64, .type = real, .a = 0, .b = 1}};
        Value found[3];
        bench_run(b, steps, 3, real, 3, found);
        for (int i = 0; i < 3; i++)
            assert_int_equal(found[i].state, rows[k].states[i]);
    }
    Type integer = type_of(TYPE_INTEGER);
    const Value whole = known_whole(integer, -7);
    bench_column(b, 2, integer, &whole, 1);
    const Step convert[] = {step_column(2, integer),
                            {.op = STEP_TO_REAL, .phys = PHYS_F64, .type = real, .a = 0}};
    Value found;
    bench_run(b, convert, 2, real, 1, &found);
    assert_true(found.f64 == -7.0);
    bench_destroy(b);
}

// ---------------------------------------------------------------- bounds

// The least and greatest result over all values of the operands' bounds.
static void enumerate(StepOp op, const int128_t a[2], const int128_t b[2], int128_t hull[2])
{
    hull[0] = BOUND_HIGH;
    hull[1] = BOUND_LOW;
    for (int128_t x = a[0]; x <= a[1]; x++) {
        for (int128_t y = b[0]; y <= b[1]; y++) {
            Exact exact = oracle(op, x, y, INT64_MIN, INT64_MAX);
            hull[0] = MIN_OF(hull[0], exact.value);
            hull[1] = MAX_OF(hull[1], exact.value);
        }
    }
}

static void bounds_are_those_of_enumeration(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type type = type_of(TYPE_INTEGER);
    const StepOp ops[] = {STEP_ADD,      STEP_SUBTRACT, STEP_MULTIPLY, STEP_LEAST,
                          STEP_GREATEST, STEP_NEGATE,   STEP_ABS};
    uint64_t seed = 7;
    for (int round = 0; round < 400; round++) {
        int128_t a[2];
        int128_t c[2];
        a[0] = (int128_t)(random_next(&seed) % 13) - 6;
        a[1] = a[0] + (int128_t)(random_next(&seed) % 6);
        c[0] = (int128_t)(random_next(&seed) % 13) - 6;
        c[1] = round % 3 == 0 ? c[0] : c[0] + (int128_t)(random_next(&seed) % 6);
        const Value x = make_bounded(type, b->issue, a[0], a[1]);
        const Value y = round % 3 == 0 ? known_whole(type, (int64_t)c[0])
                                       : make_bounded(type, b->issue2, c[0], c[1]);
        bench_column(b, 0, type, &x, 1);
        bench_column(b, 1, type, &y, 1);
        for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
            const Step steps[] = {step_column(0, type),
                                  step_column(1, type),
                                  {.op = ops[k], .phys = PHYS_I64, .type = type, .a = 0, .b = 1}};
            int128_t hull[2];
            enumerate(ops[k], a, c, hull);
            Value found;
            bench_run(b, steps, 3, type, 1, &found);
            expect_same_value(found, make_bounded(type, b->issue, hull[0], hull[1]));
        }
    }
    bench_destroy(b);
}

static void infinite_bounds_behave(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type type = type_of(TYPE_INTEGER);
    const struct {
        StepOp op;
        int128_t alo, ahi;
        int64_t other;
        int128_t lo, hi;
    } rows[] = {
        {STEP_ADD, 3, BOUND_HIGH, 4, 7, BOUND_HIGH},
        {STEP_SUBTRACT, 3, BOUND_HIGH, 4, -1, BOUND_HIGH},
        {STEP_MULTIPLY, 3, BOUND_HIGH, -2, BOUND_LOW, -6},
        {STEP_MULTIPLY, 3, BOUND_HIGH, 0, 0, 0},
        {STEP_LEAST, BOUND_LOW, BOUND_HIGH, 5, BOUND_LOW, 5},
        {STEP_GREATEST, BOUND_LOW, BOUND_HIGH, 5, 5, BOUND_HIGH},
        {STEP_ADD, 3, INT64_MAX, 4, 7, BOUND_HIGH},
    };
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
        const Value x = rows[k].alo == BOUND_LOW && rows[k].ahi == BOUND_HIGH
                            ? make_issue(type, b->issue)
                            : make_bounded(type, b->issue, rows[k].alo, rows[k].ahi);
        const Value y = known_whole(type, rows[k].other);
        bench_column(b, 0, type, &x, 1);
        bench_column(b, 1, type, &y, 1);
        const Step steps[] = {step_column(0, type),
                              step_column(1, type),
                              {.op = rows[k].op, .phys = PHYS_I64, .type = type, .a = 0, .b = 1}};
        Value found;
        bench_run(b, steps, 3, type, 1, &found);
        expect_same_value(found, make_bounded(type, b->issue, rows[k].lo, rows[k].hi));
    }
    bench_destroy(b);
}

static void quotients_have_bounds_where_the_divisor_is_not_zero(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type money = type_exact(TYPE_MONEY, 0);
    Type ratio = type_exact(TYPE_RATIO, 18);
    const int128_t one = wide_pow10(18);
    const Value a[] = {make_bounded(money, b->issue, -6, 9), make_bounded(money, b->issue, 1, 2),
                       make_bounded(money, b->issue, 4, BOUND_HIGH)};
    const Value d[] = {make_bounded(money, b->issue2, 2, 3), make_bounded(money, b->issue2, -1, 1),
                       known_i128(money, 2)};
    bench_column(b, 0, money, a, 3);
    bench_column(b, 1, money, d, 3);
    const Step steps[] = {step_column(0, money),
                          step_column(1, money),
                          {.op = STEP_DIVIDE, .phys = PHYS_I128, .type = ratio, .a = 0, .b = 1}};
    Value found[3];
    bench_run(b, steps, 3, ratio, 3, found);
    expect_same_value(found[0], make_bounded(ratio, b->issue, -3 * one, 9 * one / 2));
    expect_same_value(found[1], make_issue(ratio, b->issue));
    expect_same_value(found[2], make_bounded(ratio, b->issue, 2 * one, BOUND_HIGH));
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact_or_overflow),
        cmocka_unit_test(exact_numbers_are_exact_or_overflow),
        cmocka_unit_test(dates_stay_inside_the_calendar),
        cmocka_unit_test(months_are_clamped),
        cmocka_unit_test(division_is_exact_to_eighteen_places),
        cmocka_unit_test(scales_and_units_are_multiplied_out),
        cmocka_unit_test(rounding_takes_scale_and_mode),
        cmocka_unit_test(reals_are_finite_or_issues),
        cmocka_unit_test(bounds_are_those_of_enumeration),
        cmocka_unit_test(infinite_bounds_behave),
        cmocka_unit_test(quotients_have_bounds_where_the_divisor_is_not_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

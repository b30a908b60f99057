// SPDX-License-Identifier: Apache-2.0
//
// check_numbers.c: checks of single numbers against what is expected of them: a balance, a count, a total.
//
// They need no peers: each row is judged by its own numbers, which come as reals, and a field is computed where it is
// read (LOWER_RECORD).

#include "stdlib/check_int.h"
#include "stdlib/stdlib_int.h"

#define COUNT_MAX 1e9  // a tail of a distribution takes some hundred thousand steps then
#define ROUNDING 1e-12 // of the numbers compared: what lies within it of a limit lies inside

// What lies outside of the limits by more than rounding explains.
static bool is_outside(double value, double lower, double upper)
{
    double slack = ROUNDING * MAX_OF(fabs(value), MAX_OF(fabs(lower), fabs(upper)));
    return value < lower - slack || value > upper + slack;
}

// The distance from what is expected, with limits on either side.
static void judge_balance(Check *check, double value, double expected, double tolerance)
{
    check->value = value;
    check->expected = expected;
    check->lower = expected - tolerance;
    check->upper = expected + tolerance;
    check->extra[0] = value - expected;
    check->flag = is_outside(value, check->lower, check->upper);
}

static void judge_expected_gap(FnContext *fn, const double *x, CheckField field, Check *check)
{
    double actual = x[0], expected = x[1], tolerance = x[2];
    if (!(tolerance >= 0))
        fn_issue(fn, REASON_DOMAIN);
    if (field == CHECK_SCORE && expected == 0)
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
    judge_balance(check, actual, expected, tolerance * fabs(expected));
    check->score = (actual - expected) / fabs(expected);
    check->method = "与应有数之差";
}

static void judge_sum_check(FnContext *fn, const double *x, CheckField field, Check *check)
{
    (void)field;
    if (!(x[2] >= 0))
        fn_issue(fn, REASON_DOMAIN);
    judge_balance(check, x[0], x[1], x[2]);
    check->score = x[0] - x[1];
    check->method = "与合计数之差";
}

static void judge_poisson_excess(FnContext *fn, const double *x, CheckField field, Check *check)
{
    double observed = x[0], expected = x[1];
    if (!(observed >= 0 && observed <= COUNT_MAX && expected >= 0 && expected <= COUNT_MAX)) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    if (field == CHECK_SCORE && expected == 0)
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
    check->value = observed;
    check->expected = expected;
    check->score = observed / expected;
    check->p = observed == 0 ? 1 : expected == 0 ? 0 : tail_poisson((int64_t)observed, expected);
    check->flag = check->p < CHECK_SIGNIFICANT;
    check->method = "单侧泊松检验";
}

static void judge_binomial_excess(FnContext *fn, const double *x, CheckField field, Check *check)
{
    (void)field;
    double hits = x[0], tries = x[1], rate = x[2];
    if (!(hits >= 0 && hits <= tries && tries >= 1 && tries <= COUNT_MAX && rate >= 0 &&
          rate <= 1)) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    check->n = (int64_t)tries;
    check->value = hits;
    check->expected = tries * rate;
    check->score = hits / tries;
    check->p = tail_binomial((int64_t)hits, (int64_t)tries, rate);
    check->flag = check->p < CHECK_SIGNIFICANT;
    check->method = "单侧二项检验";
}

// ---------------------------------------------------------------- kernels

typedef void (*Judge)(FnContext *fn, const double *x, CheckField field, Check *check);

#define NUMBERS_MAX 3

static void judge_rows(Judge judge, FnContext *fn, const Vector *args, uint32_t arg_count,
                       const int64_t *rows, int64_t row_count, Vector *out, FnFail fail,
                       void *closure)
{
    ASSERT(arg_count >= 2 && arg_count <= NUMBERS_MAX + 1);
    for (int64_t k = 0; k < row_count; k++) {
        int64_t row = rows[k];
        double x[NUMBERS_MAX] = {0};
        CheckField field = (CheckField)args[0].i64[vector_index(&args[0], row)];
        Check check = CHECK_EMPTY;
        check.n = -1;
        for (uint32_t i = 1; i < arg_count; i++)
            x[i - 1] = args[i].f64[vector_index(&args[i], row)];
        fn->issue = REASON_NONE;
        judge(fn, x, field, &check);
        check_store(fn, check_part(fn, &check, field), row, out, fail, closure);
    }
    fn->issue = REASON_NONE;
}

#define NUMBERS(id, ...)                                                                           \
    static void kernel_##id(FnContext *fn, const Vector *args, uint32_t arg_count,                 \
                            const int64_t *rows, int64_t row_count, Vector *out, FnFail fail,      \
                            void *closure)                                                         \
    {                                                                                              \
        judge_rows(judge_##id, fn, args, arg_count, rows, row_count, out, fail, closure);          \
    }                                                                                              \
    static const FnCard card_##id = {.lower = LOWER_RECORD, .kernel = kernel_##id, __VA_ARGS__};

NUMBERS(
    expected_gap, .name = "expected_gap", .name_zh = "应有差额",
    .signature = "expected_gap(actual: N, expected: N, tolerance: ratio): record",
    .doc = "How far a quantity is from what it should be: gap is the difference, score its "
           "share of what is expected, flag that it is greater than the tolerance, a share too.",
    .doc_zh = "实有数与应有数相差多少：差额为二者之差，分值为差额占应有数的比例，超出容差（也是比"
              "例）的标为异常。",
    .example = "expected_gap(80, 100, 10%).flag",
    .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO, REASON_DOMAIN, REASON_OVERFLOW), .cost = 20)

NUMBERS(sum_check, .name = "sum_check", .name_zh = "合计校验",
        .signature = "sum_check(parts: N, total: N, tolerance: N): record",
        .doc = "Whether parts add up to the total that is stated: score is what they have more, "
               "flag that it is more or less than the tolerance.",
        .doc_zh = "各分项之和与所填合计是否相符：分值为多出的数，多出或少于容差的标为异常。",
        .example = "not sum_check(99.9, 100, 0.5).flag",
        .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 20)

NUMBERS(poisson_excess, .name = "poisson_excess", .name_zh = "泊松超额",
        .signature = "poisson_excess(observed: integer, expected: N): record",
        .doc = "Whether more cases came than are expected (Poisson): p is that of so many or more, "
               "score the ratio, flag is p < 0.05.",
        .doc_zh = "件数是否多于预期（泊松分布）：p "
                  "为出现这么多或更多的概率，分值为与预期之比，p 小于 0.05 的标为异常。",
        .example = "poisson_excess(12, 4).p < 0.01",
        .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO, REASON_DOMAIN, REASON_OVERFLOW), .cost = 300)

NUMBERS(binomial_excess, .name = "binomial_excess", .name_zh = "二项超额",
        .signature = "binomial_excess(hits: integer, tries: integer, rate: ratio): record",
        .doc = "Whether more of the tries hit than the rate lets expect (binomial): p is that of "
               "so many or more, score the share, flag is p < 0.05.",
        .doc_zh = "命中数是否多于发生率所预期的（二项分布）：p "
                  "为命中这么多或更多的概率，分值为命中的比例，p 小于 0.05 的标为异常。",
        .example = "binomial_excess(9, 20, 20%).flag",
        .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 500)

const FnCard *const number_check_cards[] = {
    FN_CARD(expected_gap),
    FN_CARD(sum_check),
    FN_CARD(poisson_excess),
    FN_CARD(binomial_excess),
    NULL,
};

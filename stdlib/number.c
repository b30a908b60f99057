// SPDX-License-Identifier: Apache-2.0
//
// number.c: numbers: what the engine has a step for, and integer division, clamping, shares, roots and powers.

#include "runtime/base/real.h"
#include "stdlib/fn.h"
#include "stdlib/stdlib_int.h"

#include <math.h>

// ---- steps of the engine

FN_WORD(abs, .name = "abs", .name_zh = "绝对值", .signature = "abs(x: N): N",
        .doc = "x without its sign.", .doc_zh = "去掉正负号的值。", .example = "abs(-3元) = 3元",
        .issues = FN_ISSUES(REASON_OVERFLOW), .lower = LOWER_STEP, .step = "ABS", .cost = 1,
        .sql = "abs($1)")

FN_WORD(least, .name = "least", .name_zh = "最小者", .signature = "least(a: N, b: N, ...): N",
        .doc = "The least of its operands.", .doc_zh = "各数中最小的一个。",
        .example = "least(3元, 2.5元, 4元) = 2.5元", .lower = LOWER_STEP, .step = "LEAST",
        .cost = 1, .sql = "least($1, $2)")

FN_WORD(least_any, .name = "least", .name_zh = "最小者", .signature = "least(a: T, b: T, ...): T",
        .doc = "The first of its operands in the order of their type.",
        .doc_zh = "按类型的次序排在最前的一个。",
        .example = "least(2024-03-02, 2024-02-03) = 2024-02-03", .lower = LOWER_STEP,
        .step = "LEAST", .cost = 1, .sql = "least($1, $2)")

FN_WORD(greatest, .name = "greatest", .name_zh = "最大者",
        .signature = "greatest(a: N, b: N, ...): N", .doc = "The greatest of its operands.",
        .doc_zh = "各数中最大的一个。", .example = "greatest(-3元, 0元) = 0元", .lower = LOWER_STEP,
        .step = "GREATEST", .cost = 1, .sql = "greatest($1, $2)")

FN_WORD(greatest_any, .name = "greatest", .name_zh = "最大者",
        .signature = "greatest(a: T, b: T, ...): T",
        .doc = "The last of its operands in the order of their type.",
        .doc_zh = "按类型的次序排在最后的一个。",
        .example = "greatest(2024-03-02, 2024-02-03) = 2024-03-02", .lower = LOWER_STEP,
        .step = "GREATEST", .cost = 1, .sql = "greatest($1, $2)")

// Rounding: `step` is the RoundMode that STEP_ROUND takes.
#define ROUND(id, mode, ...)                                                                       \
    FN_WORD(id, .lower = LOWER_STEP, .step = mode, .cost = 3,                                      \
            .issues = FN_ISSUES(REASON_OVERFLOW), __VA_ARGS__)

ROUND(round, "ROUND_HALF_AWAY", .name = "round", .name_zh = "四舍五入",
      .signature = "round(x: N, to: unit): N", .doc = "x in whole units, half away from zero.",
      .doc_zh = "四舍五入到整单位。", .example = "round(2.345元, 分) = 2.35元")

ROUND(round_places, "ROUND_HALF_AWAY", .name = "round", .name_zh = "四舍五入",
      .signature = "round(x: N, places: integer): N",
      .doc = "x with this many decimal places (a literal), half away from zero.",
      .doc_zh = "四舍五入到若干位小数（写成数字）。", .example = "round(2 / 3, 2) = 0.67")

ROUND(half_even, "ROUND_HALF_EVEN", .name = "half_even", .name_zh = "四舍六入",
      .signature = "half_even(x: N, to: unit): N", .doc = "x in whole units, half to the even one.",
      .doc_zh = "四舍六入五成双到整单位。", .example = "half_even(2.345元, 分) = 2.34元")

ROUND(half_even_places, "ROUND_HALF_EVEN", .name = "half_even", .name_zh = "四舍六入",
      .signature = "half_even(x: N, places: integer): N",
      .doc = "x with this many decimal places (a literal), half to the even one.",
      .doc_zh = "四舍六入五成双到若干位小数（写成数字）。", .example = "half_even(2.5, 0) = 2")

ROUND(round_up, "ROUND_UP", .name = "round_up", .name_zh = "进位",
      .signature = "round_up(x: N, to: unit): N", .doc = "x in whole units, away from zero.",
      .doc_zh = "不足一个单位的进为一个单位。", .example = "round_up(2.341元, 分) = 2.35元")

ROUND(round_up_places, "ROUND_UP", .name = "round_up", .name_zh = "进位",
      .signature = "round_up(x: N, places: integer): N",
      .doc = "x with this many decimal places (a literal), away from zero.",
      .doc_zh = "进位到若干位小数（写成数字）。", .example = "round_up(1 / 3, 1) = 0.4")

ROUND(round_down, "ROUND_DOWN", .name = "round_down", .name_zh = "舍去",
      .signature = "round_down(x: N, to: unit): N", .doc = "x in whole units, towards zero.",
      .doc_zh = "不足一个单位的舍去。", .example = "round_down(2.349元, 分) = 2.34元")

ROUND(round_down_places, "ROUND_DOWN", .name = "round_down", .name_zh = "舍去",
      .signature = "round_down(x: N, places: integer): N",
      .doc = "x with this many decimal places (a literal), towards zero.",
      .doc_zh = "舍去到若干位小数（写成数字）。", .example = "round_down(2 / 3, 1) = 0.6")

#undef ROUND

FN_WORD(text_of, .name = "text", .name_zh = "文本", .signature = "text(x: T): text",
        .doc = "The canonical text of a value, as templates print it.",
        .doc_zh = "值的标准文字，与模板中印出的相同。",
        .example = "text(2024-03-02) = \"2024-03-02\"", .lower = LOWER_STEP, .step = "TEXT",
        .cost = 60)

// ---- functions

FN1(sign, I64, Num, x, .name = "sign", .name_zh = "正负号", .signature = "sign(x: N): integer",
    .doc = "-1, 0 or 1.", .doc_zh = "负为 -1，零为 0，正为 1。", .example = "sign(-3元) = -1",
    .cost = 2, .sql = "sign($1)")
{
    return (x > 0) - (x < 0);
}

FN2(div, I64, I64, a, I64, b, .name = "div", .name_zh = "整除",
    .signature = "div(a: integer, b: integer): integer",
    .doc = "The whole number of times that b goes into a, towards zero.",
    .doc_zh = "a 除以 b 的整数商，向零取整。", .example = "div(7, 2) = 3",
    .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO, REASON_OVERFLOW), .cost = 8)
{
    if (b == 0 || (a == INT64_MIN && b == -1)) {
        fn_issue(fn, b == 0 ? REASON_DIVISION_BY_ZERO : REASON_OVERFLOW);
        return 0;
    }
    return a / b;
}

FN2(mod, I64, I64, a, I64, b, .name = "mod", .name_zh = "余数",
    .signature = "mod(a: integer, b: integer): integer",
    .doc = "What is left of a after div(a, b): it has the sign of a.",
    .doc_zh = "整除以后剩下的数，正负号与 a 相同。", .example = "mod(7, 2) = 1",
    .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO), .cost = 8, .sql = "mod($1, $2)")
{
    if (b == 0) {
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
        return 0;
    }
    return b == -1 ? 0 : a % b;
}

FN3(clamp, Num, Num, x, Num, low, Num, high, .name = "clamp", .name_zh = "限幅",
    .signature = "clamp(x: N, low: N, high: N): N",
    .doc = "x, but not less than low and not more than high.",
    .doc_zh = "x 不低于下限、不高于上限的值。", .example = "clamp(120, 0, 100) = 100",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 4)
{
    if (low > high)
        fn_issue(fn, REASON_DOMAIN);
    return x < low ? low : x > high ? high : x;
}

FN1(sqrt, F64, F64, x, .name = "sqrt", .name_zh = "平方根", .signature = "sqrt(x: real): real",
    .doc = "The square root, as a binary number; a negative x has none.",
    .doc_zh = "平方根（二进制实数）；负数没有。", .example = "sqrt(9) = 3",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 20, .sql = "sqrt($1)")
{
    if (x < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return 0;
    }
    return x == 0 ? 0 : sqrt(x); // never -0
}

// ---- reals to a place

FN3(round_real, I128, F64, x, I64, places, I64, mode, .name = "round_real", .name_zh = "实数取整",
    .signature = "round_real(x: real, places: integer, mode: integer): decimal",
    .doc = "A real at a place, by a mode of rounding.", .doc_zh = "按取整方式把实数取到某一位。",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 30)
{
    int128_t count = 0;
    int64_t coarse = places < 0 ? -places : 0; // tens, hundreds …
    double unit = pow(10, (double)coarse);
    int scale = coarse > 0 ? 0 : fn->result_type.scale;
    bool fits =
        exact_from_real(x / unit, scale, (RoundMode)mode, &count) &&
        num_mul_i128(count, wide_pow10((int)coarse + (coarse > 0 ? fn->result_type.scale : 0)),
                     &count) &&
        exact_fits(count);
    if (!fits)
        fn_issue(fn, REASON_OVERFLOW);
    return count;
}

const FnCard *const stdlib_round_real = &card_round_real;

// ---- shares and powers

// A number that is exact or real, as it comes to a body of the layout Num, at `scale`.
static bool number_at(const FnContext *fn, uint32_t operand, int128_t x, int scale, int128_t *out)
{
    Type type = fn->types[operand];
    if (type.kind == TYPE_REAL)
        return exact_from_real(fn_real_of_order((int64_t)x), scale, ROUND_HALF_EVEN, out);
    return exact_round(x, type.scale, scale, ROUND_HALF_EVEN, out);
}

FN1(truncate, I64, Num, x, .name = "truncate", .name_zh = "取整",
    .signature = "truncate(x: N): integer",
    .doc = "The whole part of a number as an integer: what is behind the point is left out. Of an "
           "amount or quantity "
           "in its unit.",
    .doc_zh = "数的整数部分，小数点后舍去；金额和计量按其单位。", .example = "truncate(-2.7) = -2",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 10)
{
    int128_t whole = 0;
    int64_t result = 0;
    Type type = fn->types[0];
    bool fits = type.kind == TYPE_REAL
                    ? exact_from_real(trunc(fn_real_of_order((int64_t)x)), 0, ROUND_DOWN, &whole)
                    : exact_round(x, type.scale, 0, ROUND_DOWN, &whole);
    if (!fits || !num_cast_i128_i64(whole, &result))
        fn_issue(fn, REASON_OVERFLOW);
    return result;
}

// part · factor / whole at the scale of the result, half to even, rounded once.
static int128_t quotient(FnContext *fn, int128_t part, int128_t whole, int64_t factor)
{
    int128_t a = 0, b = 0, result = 0;
    int scale = fn->types[0].kind == TYPE_REAL ? EXACT_QUOTIENT_SCALE : fn->types[0].scale;
    Int256 wide;
    bool fits = number_at(fn, 0, part, scale, &a) && number_at(fn, 1, whole, scale, &b);
    if (fits && b == 0) {
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
        return 0;
    }
    fits = fits && wide_scale(wide_mul_128(a, factor), fn->result_type.scale, &wide) &&
           exact_divide_wide(wide, wide_from_i128(b), ROUND_HALF_EVEN, &result);
    if (!fits)
        fn_issue(fn, REASON_OVERFLOW);
    return fits ? result : 0;
}

FN2(ratio_to, I128, Num, part, Num, whole, .name = "ratio_to", .name_zh = "占比",
    .signature = "ratio_to(part: N, whole: N): ratio",
    .doc = "part as a share of whole: their quotient.", .doc_zh = "部分占整体的比例：两者的商。",
    .example = "ratio_to(3元, 4元) = 75%",
    .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO, REASON_OVERFLOW), .cost = 40)
{
    return quotient(fn, part, whole, 1);
}

FN2(percent, I128, Num, part, Num, whole, .name = "percent", .name_zh = "百分数",
    .signature = "percent(part: N, whole: N): decimal(38, 18)",
    .doc = "How many hundredths of whole part is: 75 for three quarters.",
    .doc_zh = "部分是整体的百分之几：四分之三为 75。", .example = "percent(3元, 4元) = 75",
    .issues = FN_ISSUES(REASON_DIVISION_BY_ZERO, REASON_OVERFLOW), .cost = 40)
{
    return quotient(fn, part, whole, 100);
}

// A result beyond the reals is an issue.
static double real_or_issue(FnContext *fn, double x)
{
    if (isfinite(x))
        return x;
    fn_issue(fn, REASON_OVERFLOW);
    return 0;
}

static double logarithm(FnContext *fn, double x, double (*of)(double))
{
    if (x > 0)
        return of(x);
    fn_issue(fn, REASON_DOMAIN);
    return 0;
}

FN1(ln, F64, F64, x, .name = "ln", .name_zh = "自然对数", .signature = "ln(x: real): real",
    .doc = "The natural logarithm; only positive numbers have one.",
    .doc_zh = "自然对数；只有正数才有。", .example = "ln(1) = 0",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 400, .sql = "ln($1)")
{
    return logarithm(fn, x, real_ln);
}

FN1(log10, F64, F64, x, .name = "log10", .name_zh = "常用对数", .signature = "log10(x: real): real",
    .doc = "The logarithm to the base 10; only positive numbers have one.",
    .doc_zh = "以 10 为底的对数；只有正数才有。", .example = "log10(1000) = 3",
    .issues = FN_ISSUES(REASON_DOMAIN), .cost = 400, .sql = "log10($1)")
{
    return logarithm(fn, x, real_log10);
}

FN1(exp, F64, F64, x, .name = "exp", .name_zh = "指数", .signature = "exp(x: real): real",
    .doc = "e to the power of x.", .doc_zh = "e 的 x 次方。", .example = "exp(0) = 1",
    .issues = FN_ISSUES(REASON_OVERFLOW), .cost = 400, .sql = "exp($1)")
{
    return real_or_issue(fn, real_exp(x));
}

FN2(power, F64, F64, x, F64, y, .name = "power", .name_zh = "乘方",
    .signature = "power(x: real, y: real): real",
    .doc = "x to the power of y. A negative x has whole powers only, and 0 positive ones.",
    .doc_zh = "x 的 y 次方。负数只有整数次方，0 只有正数次方。", .example = "power(2, 10) = 1024",
    .issues = FN_ISSUES(REASON_DOMAIN, REASON_OVERFLOW), .cost = 800, .sql = "power($1, $2)")
{
    bool whole = floor(y) == y, odd = whole && fmod(y, 2) != 0;
    if ((x < 0 && !whole) || (x == 0 && y <= 0)) {
        fn_issue(fn, REASON_DOMAIN);
        return 0;
    }
    if (x == 0)
        return 0;
    double result = real_or_issue(fn, real_pow(fabs(x), y));
    return x < 0 && odd && result != 0 ? -result : result;
}

const FnCard *const number_cards[] = {
    FN_CARD(abs),
    FN_CARD(least),
    FN_CARD(least_any),
    FN_CARD(greatest),
    FN_CARD(greatest_any),
    FN_CARD(round),
    FN_CARD(round_places),
    FN_CARD(half_even),
    FN_CARD(half_even_places),
    FN_CARD(round_up),
    FN_CARD(round_up_places),
    FN_CARD(round_down),
    FN_CARD(round_down_places),
    FN_CARD(text_of),
    FN_CARD(sign),
    FN_CARD(div),
    FN_CARD(mod),
    FN_CARD(clamp),
    FN_CARD(sqrt),
    FN_CARD(truncate),
    FN_CARD(ratio_to),
    FN_CARD(percent),
    FN_CARD(ln),
    FN_CARD(log10),
    FN_CARD(exp),
    FN_CARD(power),
    NULL,
};

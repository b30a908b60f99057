// SPDX-License-Identifier: Apache-2.0
//
// real.c: exponential and logarithm on pairs of reals.
//
// A Double2 is the unrounded sum of two reals, the second at most half a unit in the last place of the first. Sums and
// products of pairs are Dekker's and Knuth's; the operands here are far from overflow.

#include "runtime/base/real.h"

#include "runtime/base/base.h"

#include <math.h>

typedef struct Double2 {
    double hi, lo;
} Double2;

static const Double2 LN_2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const Double2 LOG10_E = {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};

#define EXPONENT_MOST 710.0
#define EXPONENT_LEAST (-746.0)
#define HALVINGS 8
#define EXP_TERMS 10
#define LN_TERMS 22

// |a| ≥ |b|, or a is 0.
static Double2 quick_sum(double a, double b)
{
    double sum = a + b;
    return (Double2){sum, b - (sum - a)};
}

static Double2 exact_sum(double a, double b)
{
    double sum = a + b, part = sum - a;
    return (Double2){sum, (a - (sum - part)) + (b - part)};
}

// The high 26 bits of a.
static double head_of(double a)
{
    double scaled = 134217729.0 * a;
    return scaled - (scaled - a);
}

static Double2 exact_product(double a, double b)
{
    double product = a * b, a_head = head_of(a), b_head = head_of(b);
    double a_tail = a - a_head, b_tail = b - b_head;
    double rest =
        ((a_head * b_head - product) + a_head * b_tail + a_tail * b_head) + a_tail * b_tail;
    return (Double2){product, rest};
}

static Double2 add(Double2 a, Double2 b)
{
    Double2 high = exact_sum(a.hi, b.hi), low = exact_sum(a.lo, b.lo);
    high = quick_sum(high.hi, high.lo + low.hi);
    return quick_sum(high.hi, high.lo + low.lo);
}

static Double2 multiply(Double2 a, Double2 b)
{
    Double2 product = exact_product(a.hi, b.hi);
    return quick_sum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

static Double2 scale(Double2 a, double factor)
{
    return multiply(a, (Double2){factor, 0});
}

static Double2 divide(Double2 a, Double2 b)
{
    double first = a.hi / b.hi;
    Double2 rest = add(a, scale(b, -first));
    double second = rest.hi / b.hi;
    rest = add(rest, scale(b, -second));
    Double2 quotient = quick_sum(first, second);
    return add(quotient, (Double2){rest.hi / b.hi, 0});
}

// e^x = 2^k · e^r with |r| ≤ ln 2 / 2; e^(r/256) − 1 by its series, then squared eight times.
static double exp_of(Double2 x)
{
    if (x.hi > EXPONENT_MOST)
        return INFINITY;
    if (x.hi < EXPONENT_LEAST)
        return 0;
    double k = floor(x.hi / LN_2.hi + 0.5);
    Double2 r = add(x, scale(LN_2, -k));
    r = (Double2){ldexp(r.hi, -HALVINGS), ldexp(r.lo, -HALVINGS)};
    Double2 sum = {0, 0};
    for (int n = EXP_TERMS; n > 0; n--) // ((…)r/3 + 1)r/2 + 1)r
        sum = multiply(divide(r, (Double2){n, 0}), add(sum, (Double2){1, 0}));
    for (int i = 0; i < HALVINGS; i++)
        sum = add(scale(sum, 2), multiply(sum, sum));
    sum = add((Double2){1, 0}, sum);
    return ldexp(sum.hi + sum.lo, (int)k);
}

// ln x = e · ln 2 + 2 · artanh((m − 1)/(m + 1)) with m between √½ and √2.
static Double2 ln_of(double x)
{
    int exponent = 0;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    Double2 s = divide((Double2){m - 1, 0}, exact_sum(m, 1));
    Double2 square = multiply(s, s), sum = {0, 0};
    for (int n = LN_TERMS; n >= 0; n--)
        sum = add(multiply(sum, square), divide((Double2){1, 0}, (Double2){2 * n + 1, 0}));
    sum = scale(multiply(sum, s), 2);
    return exponent == 0 ? sum : add(scale(LN_2, exponent), sum);
}

double real_exp(double x)
{
    return exp_of((Double2){x, 0});
}

double real_ln(double x)
{
    ASSERT(x > 0);
    Double2 ln = ln_of(x);
    return ln.hi + ln.lo;
}

double real_log10(double x)
{
    ASSERT(x > 0);
    Double2 log = multiply(ln_of(x), LOG10_E);
    return log.hi + log.lo;
}

double real_pow(double x, double y)
{
    ASSERT(x > 0);
    Double2 ln = ln_of(x);
    double rough = ln.hi * y;
    if (ln.hi == 0) // x is 1: no y is too large
        return 1;
    if (rough > EXPONENT_MOST + 1 || rough < EXPONENT_LEAST - 1)
        return rough > 0 ? INFINITY : 0;
    return exp_of(scale(ln, y));
}

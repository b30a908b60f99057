// SPDX-License-Identifier: Apache-2.0
//
// check_tail.c: tails of distributions.

#include "stdlib/check_int.h"

#define TERMS_MAX 100000000
#define NEGLIGIBLE 1e-17

// ---------------------------------------------------------------- the gamma function's tails

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

// x^a e^-x / Γ(a), the factor before series and continued fraction.
static double gamma_factor(double a, double x)
{
    return exp(a * log(x) - x - log_gamma(a));
}

// P(a, x) by its series, for x < a + 1.
static double gamma_lower(double a, double x)
{
    double term = 1 / a, sum = term;
    for (double k = 1; term > sum * NEGLIGIBLE && k < 1e6; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * gamma_factor(a, x);
}

// Q(a, x) by its continued fraction (Lentz), for x ≥ a + 1.
static double gamma_upper(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (double k = 1; k < 1e6; k++) {
        double factor = -k * (k - a);
        b += 2;
        d = 1 / (factor * d + b);
        c = b + factor / c;
        double change = c * d;
        h *= change;
        if (fabs(change - 1) < 1e-16)
            break;
    }
    return h * gamma_factor(a, x);
}

static double gamma_tail(double a, double x)
{
    if (x <= 0)
        return 1;
    return x < a + 1 ? 1 - gamma_lower(a, x) : gamma_upper(a, x);
}

double tail_chi_square(double x, double freedom)
{
    return gamma_tail(freedom / 2, x / 2);
}

double tail_normal(double z)
{
    return erfc(fabs(z) / sqrt(2));
}

double tail_poisson(int64_t events, double mean)
{
    if (events <= 0)
        return 1;
    // P(X ≥ k) is the lower tail of the gamma function at the mean.
    return mean < (double)events + 1 ? gamma_lower((double)events, mean)
                                     : 1 - gamma_upper((double)events, mean);
}

// ---------------------------------------------------------------- binomial

static double binomial_term(int64_t hits, int64_t tries, double rate)
{
    double n = (double)tries, k = (double)hits;
    double choose = log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
    return exp(choose + k * log(rate) + (n - k) * log1p(-rate));
}

// The terms from `hits` on in the direction in which they fall.
static double falling_terms(int64_t hits, int64_t tries, double rate, int64_t step)
{
    double term = binomial_term(hits, tries, rate), sum = 0, odds = rate / (1 - rate);
    for (int64_t k = hits; k >= 0 && k <= tries && term > sum * NEGLIGIBLE; k += step) {
        sum += term;
        if (step > 0)
            term *= (double)(tries - k) / (double)(k + 1) * odds;
        else
            term *= (double)k / (double)(tries - k + 1) / odds;
    }
    return sum < 1 ? sum : 1;
}

double tail_binomial(int64_t hits, int64_t tries, double rate)
{
    if (hits <= 0)
        return 1;
    if (hits > tries || rate <= 0)
        return 0;
    if (rate >= 1)
        return 1;
    if ((double)hits >= (double)(tries + 1) * rate)
        return falling_terms(hits, tries, rate, 1);
    return 1 - falling_terms(hits - 1, tries, rate, -1);
}

// ---------------------------------------------------------------- Student

// The continued fraction of the incomplete beta function (Lentz), for x below its mean.
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), h = d;
    for (double k = 1; k < 1e6; k++) {
        double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
        double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        h *= d * c;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        double change = d * c;
        h *= change;
        if (fabs(change - 1) < 1e-16)
            break;
    }
    return h;
}

// The regularised incomplete beta function; `y` is 1 − x, which keeps its digits where x is near 1.
static double beta_lower(double x, double y, double a, double b)
{
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    double factor = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1) / (a + b + 2))
        return factor * beta_fraction(x, a, b) / a;
    return 1 - factor * beta_fraction(y, b, a) / b;
}

double tail_student(double t, double freedom)
{
    double square = t * t, whole = freedom + square;
    return beta_lower(freedom / whole, square / whole, freedom / 2, 0.5) / 2;
}

// The tail falls all the way: halved until the ends are neighbours.
double tail_student_inverse(double p, double freedom)
{
    double low = 0, high = 1;
    while (tail_student(high, freedom) > p && high < 1e150)
        low = high, high *= 2;
    for (int step = 0; step < 200; step++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (tail_student(middle, freedom) > p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

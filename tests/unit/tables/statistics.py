#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes statistics.tsv, the oracle of test_statistic.c, with numpy and scipy.

    python3 statistics.py > statistics.tsv

Each line: the function, the call that made the value, its parameters, the values of x (and of y), and the value.
An expected value of `undecided` stands where the function must have none.
"""
import math
import random

import numpy as np
import scipy
from scipy import stats

random.seed(20240301)


def gini(x):
    """Half the relative mean absolute difference."""
    x = np.asarray(x, dtype=float)
    return np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())


ONE = {
    "variance": ("numpy.var(x, ddof=1)", lambda x: np.var(x, ddof=1)),
    "stddev": ("numpy.std(x, ddof=1)", lambda x: np.std(x, ddof=1)),
    "cv": ("scipy.stats.variation(x, ddof=1)", lambda x: stats.variation(x, ddof=1)),
    "skewness": ("scipy.stats.skew(x)", stats.skew),
    "kurtosis": ("scipy.stats.kurtosis(x)", stats.kurtosis),
    "geometric_mean": ("scipy.stats.gmean(x)", stats.gmean),
    "iqr": ("scipy.stats.iqr(x)", stats.iqr),
    "range": ("numpy.ptp(x)", np.ptp),
    "mad": ("scipy.stats.median_abs_deviation(x)", stats.median_abs_deviation),
    "entropy": ("scipy.stats.entropy(counts, base=2)",
                lambda x: stats.entropy(np.unique(x, return_counts=True)[1], base=2)),
    "gini": ("mean absolute difference / (2 mean)", gini),
}
SHARE = {
    "quantile": ("numpy.quantile(x, p)", lambda x, p: np.quantile(x, p)),
    "trimmed_mean": ("scipy.stats.trim_mean(x, p)", lambda x, p: stats.trim_mean(x, p)),
}
TWO = {
    "correlation": ("scipy.stats.pearsonr(x, y)", lambda x, y: stats.pearsonr(x, y)[0]),
    "rank_correlation": ("scipy.stats.spearmanr(x, y)", lambda x, y: stats.spearmanr(x, y)[0]),
    "r_squared": ("scipy.stats.linregress(x, y).rvalue**2",
                  lambda x, y: stats.linregress(x, y).rvalue ** 2),
    "covariance": ("numpy.cov(x, y)[0, 1]", lambda x, y: np.cov(x, y)[0, 1]),
    "slope": ("scipy.stats.linregress(x, y).slope", lambda x, y: stats.linregress(x, y).slope),
    "intercept": ("scipy.stats.linregress(x, y).intercept",
                  lambda x, y: stats.linregress(x, y).intercept),
    "weighted_mean": ("numpy.average(x, weights=y)", lambda x, y: np.average(x, weights=y)),
}


def samples():
    """Values with four decimals, all above zero, with repetitions."""
    for n in (4, 5, 7, 10, 25, 60):
        yield [random.randint(1, 20) for _ in range(n)]
        yield [random.randint(1, 10**9) / 10**4 for _ in range(n)]
        yield [round(math.exp(random.gauss(8, 2)), 2) for _ in range(n)]
        yield [1000000 + random.randint(1, 30) / 10 for _ in range(n)]


def text(values):
    return " ".join(repr(v) for v in values)


def line(name, call, parameter, x, y, value):
    value = "undecided" if not math.isfinite(value) else repr(float(value))
    print(name, call, parameter, text(x), text(y), value, sep="\t")


def sums(values):
    """The chi-square of counts against shares."""
    return stats.chisquare(*values)


def leading(v, digits):
    return int(f"{abs(v):.16e}".replace(".", "")[:digits])


def benford(x, digits):
    first = 10 ** (digits - 1)
    shares = np.array([math.log10(1 + 1 / d) for d in range(first, first * 10)])
    seen = np.array([sum(leading(v, digits) == d for v in x) for d in range(first, first * 10)])
    return sums((seen, shares * len(x)))


def last_digit(x):
    seen = np.array([sum(int(abs(v)) % 10 == d for v in x) for d in range(10)])
    return sums((seen, np.full(10, len(x) / 10)))


def below(x, limit, width):
    low = sum(limit - width <= v < limit for v in x)
    high = sum(limit <= v < limit + width for v in x)
    return stats.binomtest(low, low + high, 0.5, alternative="greater").pvalue


def signed_ranks(x):
    """Exact without ties and zeros up to 50 values, else by the normal distribution."""
    sizes = {abs(v) for v in x}
    exact = len(sizes) == len(x) <= 50 and 0 not in sizes
    return stats.wilcoxon(x, method="exact" if exact else "approx")


# name, call, fields by number (1 score, 2 p), parameters: the values of each field.
CHECKS = {
    "benford": [("scipy.stats.chisquare(first digits)", "1 1", lambda x: benford(x, 1)),
                ("scipy.stats.chisquare(first two digits)", "2 1", lambda x: benford(x, 2))],
    "last_digit": [("scipy.stats.chisquare(last digits)", "1", last_digit)],
}
SIGNS = {
    "sign_test": [("scipy.stats.binomtest(positive, n)", "1",
                   lambda x: (sum(v > 0 for v in x),
                              stats.binomtest(sum(v > 0 for v in x),
                                              sum(v != 0 for v in x)).pvalue))],
    "wilcoxon_signed": [("scipy.stats.wilcoxon(x, method='exact' | 'approx')", "1", signed_ranks)],
}


def check_lines(table, x):
    for name, rows in table.items():
        for call, parameters, of in rows:
            score, p = of(x)
            line(name + ".1", call, parameters, x, [], score)
            line(name + ".2", call, parameters, x, [], p)


print(f"# function, call, parameter, x, y, value: numpy {np.__version__}, scipy {scipy.__version__}")
for x in samples():
    for name, (call, of) in ONE.items():
        line(name, call, "", x, [], of(x))
    for name, (call, of) in SHARE.items():
        for p in ("0.1", "0.25", "0.333", "0.49") + (("0.9", "1") if name == "quantile" else ()):
            line(name, call, p, x, [], of(x, float(p)))
    y = [round(v * random.uniform(0.5, 2), 3) for v in x]
    for name, (call, of) in TWO.items():
        line(name, call, "", x, y, of(np.array(x), np.array(y)))
    check_lines(CHECKS, x)
    line("just_below.2", "scipy.stats.binomtest(below, n, 0.5, alternative='greater')",
         f"{sorted(x)[len(x) // 2]} {max(x)} 1", x, [], below(x, sorted(x)[len(x) // 2], max(x)))
    signs = [round(v - sorted(x)[len(x) // 3], 4) for v in x]
    check_lines(SIGNS, signs)
    check_lines(SIGNS, [round(random.gauss(0.3, 1), 4) for _ in x])
for n, k, p in ((10, 3, 0.5), (200, 130, 0.5), (1000, 12, 0.01), (50, 0, 0.2), (7, 7, 0.3),
                (100000, 50400, 0.5), (100000, 49000, 0.5)):
    line("tail_binomial", "scipy.stats.binom.sf(k - 1, n, p)", f"{n} {k} {p}", [], [],
         stats.binom.sf(k - 1, n, p))
for k, mean in ((3, 1.5), (40, 20.5), (0, 3), (1, 0.001), (900, 1000.5), (1100, 1000.5)):
    line("tail_poisson", "scipy.stats.poisson.sf(k - 1, mean)", f"{k} {mean}", [], [],
         stats.poisson.sf(k - 1, mean))
for x, df in ((3.5, 8), (20, 8), (0.1, 1), (120, 89), (60, 89), (500, 9)):
    line("tail_chi_square", "scipy.stats.chi2.sf(x, df)", f"{x} {df}", [], [], stats.chi2.sf(x, df))

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

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


def fences(x, k):
    """Tukey's fences over quartiles of type 7."""
    low, high = np.quantile(x, [0.25, 0.75])
    return low, high, low - k * (high - low), high + k * (high - low)


def critical(n):
    """The critical distance of Grubbs' test, two sides, 0.05 (NIST handbook 1.3.5.17.1)."""
    t = stats.t.isf(0.05 / (2 * n), n - 2)
    return (n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t))


def grubbs(x):
    """Distances, their tails, and which value is the outlier."""
    x, n = np.array(x, dtype=float), len(x)
    g = (x - x.mean()) / x.std(ddof=1)
    rest = (n - 1) ** 2 - n * g * g
    t = np.sqrt(n * (n - 2) * g * g / np.where(rest > 0, rest, np.nan))
    p = np.minimum(1, np.nan_to_num(2 * n * stats.t.sf(t, n - 2)))
    far = np.abs(g) >= np.abs(g).max() * (1 - 1e-12)
    return g, p, far & (np.abs(g) > critical(n)), critical(n)


def esd(x, most):
    """Rosner 1983: the number of outliers, and the values kept."""
    left, found, kept = sorted(x), 0, sorted(x)
    for i in range(1, most + 1):
        if len(left) <= 3:
            break
        mean, spread = np.mean(left), np.std(left, ddof=1)
        far = max(left, key=lambda v: (abs(v - mean), v))
        is_far = spread > 0 and abs(far - mean) / spread > critical(len(left))
        left.remove(far)
        if is_far:
            found, kept = i, list(left)
    return found, kept


def own_lines(x):
    """Checks of one value among its peers: fields 1 score, 2 p, 6 expected, 7 lower, 8 upper, 9 flag, 10 outliers."""
    median, mad = np.median(x), stats.median_abs_deviation(x, scale=1 / 1.4826)
    low, high, lower, upper = fences(x, 1.5)
    g, p, outlier, limit = grubbs(x)
    found, kept = esd(x, 3)
    spread = np.std(x, ddof=1)

    def own(name, call, parameter, field, place, value):
        suffix = f".{place}" if place is not None else ""
        line(f"{name}.{field}{suffix}", call, parameter, x, [], value)

    for i in sorted({0, int(np.argmax(x))}):
        v = x[i]
        own("z_score", "scipy.stats.zscore(x, ddof=1)", "3", 1, i, stats.zscore(x, ddof=1)[i])
        own("robust_z", "(v - median) / median_abs_deviation(x, scale=1/1.4826)", "3", 1, i,
            (v - median) / mad if mad else math.nan)
        own("robust_z", "|score| > 3.5", "3", 9, i, abs(v - median) / mad > 3.5 if mad else math.nan)
        beyond = (v - high if v > high else v - low if v < low else 0) / (high - low or math.nan)
        own("iqr_outlier", "beyond numpy.quantile / scipy.stats.iqr", "1.5 3", 1, i, beyond)
        own("iqr_outlier", "outside fences", "1.5 3", 9, i,
            v < lower or v > upper if high > low else math.nan)
        own("percentile_in_peers", "scipy.stats.percentileofscore(x, v, 'mean')", "3", 1, i,
            stats.percentileofscore(x, v, "mean"))
        own("peer_ratio", "v / numpy.median(x)", "3", 1, i, v / median)
        own("grubbs", "(v - mean) / s", "3", 1, i, g[i])
        own("grubbs", "2 n scipy.stats.t.sf(t, n - 2)", "3", 2, i, p[i])
        own("grubbs", "farthest and beyond the critical value", "3", 9, i, outlier[i])
        own("generalised_esd", "outside of what Rosner's procedure keeps", "3 3", 9, i,
            v < min(kept) or v > max(kept))
    own("z_score", "mean - 3 s", "3", 7, None, np.mean(x) - 3 * spread)
    own("iqr_outlier", "upper fence", "1.5 3", 8, None, upper if high > low else math.nan)
    own("grubbs", "mean + critical s", "3", 8, None, np.mean(x) + limit * spread)
    own("generalised_esd", "Rosner's procedure", "3 3", 10, None, found)
    own("generalised_esd", "mean of what is kept", "3 3", 6, None, np.mean(kept))


def check_lines(table, x):
    for name, rows in table.items():
        for call, parameters, of in rows:
            score, p = of(x)
            line(name + ".1", call, parameters, x, [], score)
            line(name + ".2", call, parameters, x, [], p)


def samples_lines(x, y):
    """Two samples: y is 1 for the second. Exact where sizes are small and nothing is tied."""
    first = [v for v, g in zip(x, y) if not g]
    second = [v for v, g in zip(x, y) if g]
    m, n = len(first), len(second)
    if not m or not n:
        return
    exact = len(set(x)) == len(x) and m * n <= 400
    got = stats.mannwhitneyu(second, first, method="exact" if exact else "asymptotic")
    line("mann_whitney.1", "scipy.stats.mannwhitneyu(second, first)", "2", x, y, got.statistic)
    line("mann_whitney.2", "scipy.stats.mannwhitneyu(second, first).pvalue", "2", x, y, got.pvalue)
    got = stats.ks_2samp(first, second, method="exact")
    line("ks_two.1", "scipy.stats.ks_2samp(first, second, method='exact')", "2", x, y, got.statistic)
    line("ks_two.2", "scipy.stats.ks_2samp(first, second, method='exact').pvalue", "2", x, y, got.pvalue)


def marks_lines(x, y):
    """Two marks of each row."""
    table = np.zeros((max(x) + 1, max(y) + 1))
    for a, b in zip(x, y):
        table[a, b] += 1
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    wanted = [math.nan] * 4
    if table.shape[0] > 1 and table.shape[1] > 1:
        got = stats.chi2_contingency(table, correction=False)
        wanted = [got.statistic, got.pvalue, got.dof, got.expected_freq.min()]
    for at, value in zip((1, 2, 10, 11), wanted):
        line(f"chi_square.{at}", "scipy.stats.chi2_contingency(table, correction=False)", "2", x, y,
             value)
    pairs = [[sum((a > 0, b > 0) == (i, k) for a, b in zip(x, y)) for k in (0, 1)] for i in (0, 1)]
    line("fisher_exact.2", "scipy.stats.fisher_exact(table).pvalue", "2", [int(v > 0) for v in x],
         [int(v > 0) for v in y], stats.fisher_exact(pairs).pvalue)


def mann_kendall(x, t):
    """S, z and p with ties of values and times (Kendall 1970), for scipy.stats.kendalltau gives tau alone."""
    n = len(x)
    s = sum(int(np.sign(x[k] - x[i]) * np.sign(t[k] - t[i])) for i in range(n) for k in range(i + 1, n))
    ties = [np.unique(v, return_counts=True)[1].astype(float) for v in (x, t)]
    v = (n * (n - 1) * (2 * n + 5) - sum((c * (c - 1) * (2 * c + 5)).sum() for c in ties)) / 18
    v += np.prod([(c * (c - 1) * (c - 2)).sum() for c in ties]) / (9 * n * (n - 1) * (n - 2))
    v += np.prod([(c * (c - 1)).sum() for c in ties]) / (2 * n * (n - 1))
    z = (s - np.sign(s)) / math.sqrt(v) if v > 0 else math.nan
    return s, z, 2 * stats.norm.sf(abs(z))


def pettitt(x, k):
    """P(K >= k): the orders of n ranks that never reach k are counted by the set that stands first."""
    n = len(x)
    ties = sum(c ** 3 - c for c in np.unique(x, return_counts=True)[1].tolist())
    if k == 0:
        return 1
    if ties or n > 22:
        share = 1 - ties / (n ** 3 - n)
        passed = k if ties else k + 0.5826 * math.sqrt((n * n - 1) / 3)
        return min(1, 2 * math.exp(-6 * passed ** 2 / ((n ** 3 + n ** 2) * share)))
    ways = {0: 1}
    for size in range(1, n + 1):
        reached = {}
        for first, count in ways.items():
            for i in range(n):
                if not first >> i & 1:
                    reached[first | 1 << i] = reached.get(first | 1 << i, 0) + count
        ways = {s: c for s, c in reached.items() if size == n or
                abs(2 * sum(i + 1 for i in range(n) if s >> i & 1) - size * (n + 1)) < k}
    return 1 - sum(ways.values()) / math.factorial(n)


def season_residual(x, ticks, phases):
    """The greatest residual over season and trend, both medians without the value itself, in robust z."""
    n, first, last = len(x), min(ticks), max(ticks)
    rest = []
    for i in range(n):
        centre = min(max(ticks[i], first + phases), max(last - phases, first + phases))
        others = [x[k] for k in range(n) if k != i and abs(ticks[k] - centre) <= phases]
        rest.append(x[i] - np.median(others) if others else math.nan)
    left = []
    for i in range(n):
        same = [rest[k] for k in range(n)
                if (ticks[k] - ticks[i]) % phases == 0 and not math.isnan(rest[k])]
        if len(same) < 3 or math.isnan(rest[i]):
            left.append(math.nan)
            continue
        same.remove(rest[i])
        left.append(rest[i] - np.median(same))
    judged = [v for v in left if not math.isnan(v)]
    if not judged:
        return math.nan, 0
    spread = stats.median_abs_deviation(judged, scale=1 / 1.4826)
    z = [(v - np.median(judged)) / spread if spread else math.nan for v in judged]
    return max(z, key=abs), len(judged)


def series_lines(x, t, phases):
    z, n = season_residual(x, t, phases)
    line("seasonal_residual.1", "numpy.median of trend and phase; median_abs_deviation", f"{phases} 3",
         x, t, z)
    line("seasonal_residual.3", "how many are judged", f"{phases} 3", x, t,
         n if math.isfinite(z) else math.nan)
    equal = sum(a == b for a, b in zip(x, x[1:]))
    line("step_pattern.1", "numpy.mean(numpy.diff(x) == 0)", "2", x, t, equal / (len(x) - 1))
    line("step_pattern.10", "1 + numpy.count_nonzero(numpy.diff(x))", "2", x, t, len(x) - equal)


def adjust_lines(p):
    """Chances of one family."""
    from statsmodels.stats.multitest import multipletests
    for method, name in (("holm", "holm"), ("bh", "fdr_bh")):
        got = multipletests(p, method=name)[1]
        for i in range(len(p)):
            line(f"adjust.2.{i}", f"statsmodels multipletests(p, method='{name}')[1]", f"{method} 1", p,
                 [], got[i])


def cluster_lines(points, metres, least):
    """Places: x is the longitude, y the latitude. Clusters are numbered by their least point."""
    from sklearn.cluster import DBSCAN
    radians = [[math.radians(lat), math.radians(lon)] for lon, lat in points]
    got = DBSCAN(eps=metres / 6371008.8, min_samples=least, metric="haversine",
                 algorithm="brute").fit(radians)
    number = {}
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if got.labels_[i] >= 0:
            number.setdefault(got.labels_[i], len(number) + 1)
    x, y = [p[0] for p in points], [p[1] for p in points]
    core = set(got.core_sample_indices_.tolist())
    for i in range(len(points)):
        at = f"{metres} {least}"
        line(f"cluster.11.{i}", "sklearn.cluster.DBSCAN core_sample_indices_", at, x, y, int(i in core))
        if i in core or got.labels_[i] < 0:    # a border point may be between two clusters
            line(f"cluster.10.{i}", "sklearn.cluster.DBSCAN labels_", at, x, y,
                 number[got.labels_[i]] if got.labels_[i] >= 0 else math.nan)


def times_lines(x, t):
    s, z, p = mann_kendall(x, t)
    line("trend.0", "S of Mann and Kendall", "3", x, t, s if math.isfinite(z) else math.nan)
    line("trend.1", "z of Mann and Kendall, ties corrected", "3", x, t, z)
    line("trend.2", "2 scipy.stats.norm.sf(|z|)", "3", x, t, p)
    if math.isfinite(z):
        line("trend.10", "scipy.stats.theilslopes(x, t).slope", "3", x, t, stats.theilslopes(x, t).slope)
    order = sorted(range(len(x)), key=lambda i: (t[i], x[i]))
    ranks = stats.rankdata(x)[order]
    n = len(x)
    us = [abs(2 * ranks[:k].sum() - k * (n + 1)) if t[order[k]] != t[order[k - 1]] else -1
          for k in range(1, n)]
    at = int(np.argmax(us)) + 1
    line("change_point.1", "K of Pettitt 1979", "3", x, t, max(us))
    line("change_point.2", "orders counted; beyond 22 or with ties the approximation", "3", x, t,
         pettitt(x, max(us)))
    line("change_point.10", "mean before", "3", x, t, np.mean([x[i] for i in order[:at]]))
    line("change_point.11", "mean behind", "3", x, t, np.mean([x[i] for i in order[at:]]))


def alone_lines(days):
    """Times alone, in microseconds: the dispersion of their gaps, and the fullest stretch of two days."""
    t = sorted(days)
    n, width, span = len(t), 2, max(t[-1] - t[0], 2)
    gaps = np.diff(t)
    x = [int(v * 86400 * 10**6) for v in days]
    line("regular_intervals.1", "numpy.std(gaps, ddof=1) / numpy.mean(gaps)", "3", x, [],
         np.std(gaps, ddof=1) / np.mean(gaps) if t[-1] > t[0] else math.nan)
    most = max(sum(v - width < u <= v for u in t) for v in t)
    line("burst.1", "most within two days", "2 3", x, [], most)
    line("burst.2", "n scipy.stats.binom.sf(most - 2, n - 1, width / span)", "2 3", x, [],
         min(1, n * stats.binom.sf(most - 2, n - 1, width / span)))


# The examples of the NIST handbook: Grubbs (1.3.5.17.1, Tietjen and Moore 1972) and Rosner (1.3.5.17.3).
UREX = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]
ROSNER = [-0.25, 0.68, 0.94, 1.15, 1.2, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58,
          1.65, 1.69, 1.7, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.1, 2.14, 2.15,
          2.23, 2.24, 2.26, 2.35, 2.37, 2.4, 2.47, 2.54, 2.62, 2.64, 2.9, 2.92, 2.92, 2.93, 3.21,
          3.26, 3.3, 3.59, 3.68, 4.3, 4.64, 5.34, 5.42, 6.01]

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
    own_lines(x + [round(max(x) * 40, 4)] * 2)
    line("just_below.2", "scipy.stats.binomtest(below, n, 0.5, alternative='greater')",
         f"{sorted(x)[len(x) // 2]} {max(x)} 1", x, [], below(x, sorted(x)[len(x) // 2], max(x)))
    signs = [round(v - sorted(x)[len(x) // 3], 4) for v in x]
    check_lines(SIGNS, signs)
    check_lines(SIGNS, [round(random.gauss(0.3, 1), 4) for _ in x])
for n, k, p in ((10, 3, 0.5), (200, 130, 0.5), (1000, 12, 0.01), (50, 0, 0.2), (7, 7, 0.3),
                (100000, 50400, 0.5), (100000, 49000, 0.5)):
    line("tail_binomial", "scipy.stats.binom.sf(k - 1, n, p)", f"{n} {k} {p}", [], [],
         stats.binom.sf(k - 1, n, p))
for t, df in ((0.5, 1), (2, 3), (4.3, 30), (12, 5), (0.001, 1000), (6, 1e6), (40, 8)):
    line("tail_student", "scipy.stats.t.sf(t, df)", f"{t} {df}", [], [], stats.t.sf(t, df))
for p, df in ((0.025, 1), (0.4, 3), (0.0001, 30), (1e-9, 5), (2.5e-9, 1e6), (0.05 / 24, 10)):
    line("tail_student_inverse", "scipy.stats.t.isf(p, df)", f"{p!r} {df}", [], [], stats.t.isf(p, df))
for k, mean in ((3, 1.5), (40, 20.5), (0, 3), (1, 0.001), (900, 1000.5), (1100, 1000.5)):
    line("tail_poisson", "scipy.stats.poisson.sf(k - 1, mean)", f"{k} {mean}", [], [],
         stats.poisson.sf(k - 1, mean))
for x, df in ((3.5, 8), (20, 8), (0.1, 1), (120, 89), (60, 89), (500, 9)):
    line("tail_chi_square", "scipy.stats.chi2.sf(x, df)", f"{x} {df}", [], [], stats.chi2.sf(x, df))
for n in (6, 9, 20, 45):
    for spread in (4, 10**6):
        x = [random.randint(1, spread) for _ in range(n)]
        y = [int(random.random() < 0.4) for _ in x]
        samples_lines(x, y)
        samples_lines([v + 2 * g for v, g in zip(x, y)], y)
        marks_lines([v % 4 for v in x], [random.randint(0, 2) for _ in x])
        marks_lines([v % 2 for v in x], [max(v % 2, int(random.random() < 0.3)) for v in x])
        times_lines(x, list(range(20000, 20000 + n)))
        times_lines(sorted(x), [20000 + 3 * k // 2 * 2 for k in range(n)])
        times_lines([v + (spread if k > n // 2 else 0) for k, v in enumerate(x)], list(range(n)))
for n in (5, 12, 40):
    alone_lines([random.randint(0, 8 * n) / 8 for _ in range(n)])
    alone_lines([random.randint(0, 800) / 8 for _ in range(n)] + [3] * 4)
    alone_lines([k + random.randint(0, 1) / 8 for k in range(n)])
own_lines(UREX)
line("grubbs.1.7", "NIST handbook: G = 2.4687", "3", UREX, [], round((245.57 - np.mean(UREX)) / np.std(UREX, ddof=1), 12))
assert round(grubbs(UREX)[0][7], 4) == 2.4688 and round(critical(8), 6) == 2.126645
assert esd(ROSNER, 10)[0] == 3  # as the handbook has it
line("generalised_esd.10", "NIST handbook: 3 outliers", "10 15", ROSNER, [], 3)
line("generalised_esd.8", "the greatest value but three", "10 15", ROSNER, [], sorted(ROSNER)[-4])
for n, phases in ((24, 4), (36, 12), (61, 7), (40, 5)):
    for spread in (3, 10**5):
        t = sorted(random.sample(range(100, 100 + n + n // 6), n))
        x = [round(40 * math.sin(2 * math.pi * v / phases) + v + random.randint(0, spread) / 100, 2) for v in t]
        x[n // 2] += 90
        series_lines(x, t, phases)
    series_lines([v // 9 * 7 for v in t], t, phases)
for n in (1, 2, 5, 20):
    adjust_lines([random.choice([round(random.random() ** 3, 4), 0.0125, 1, 0]) for _ in range(n)])
for n, spread in ((6, 0.01), (25, 0.02), (40, 0.03)):
    for lon, lat in ((120, 30), (179.99, -10), (10, 89.97)):
        points = set()
        while len(points) < n:
            east = round(lon + random.random() * spread, 7)
            points.add((round(east - 360, 7) if east > 180 else east, round(lat + random.random() * spread, 7)))
        cluster_lines(sorted(points), 700, 4)

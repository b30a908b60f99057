# SPDX-License-Identifier: Apache-2.0
"""What the checks over a group say, from their definitions: digits, shares, signs, two samples, marks, times.

`JUDGE[fn]` gets the peers' values (pairs for checks of two operands) and the parameters, and gives the fields that the
check defines, with `n` how many it looked at; or the reason why there are none. Chances are counted out where peers are
few, as the tables of random models are: no formula of the engine is used.
"""

import math
from bisect import bisect_left, bisect_right
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product

FEW, SPREAD, DOMAIN = "too few peers", "zero spread", "domain"
SIGNIFICANT = 0.05


def chi_square_tail(x, freedom):
    """P(X >= x), closed for whole degrees of freedom."""
    half = x / 2
    term, total = (math.exp(-half), math.exp(-half)) if freedom % 2 == 0 else \
        (math.exp(-half) * math.sqrt(half / math.pi) * 2, math.erfc(math.sqrt(half)))
    if freedom % 2 == 0:
        for k in range(1, freedom // 2):
            term *= half / k
            total += term
        return total
    for k in range(1, freedom // 2 + 1):
        total += term
        term *= half / (k + 0.5)
    return total


def normal_tails(z):
    return math.erfc(abs(z) / math.sqrt(2))


def binomial_tail(hits, tries, rate):
    return float(sum(math.comb(tries, k) * rate ** k * (1 - rate) ** (tries - k)
                     for k in range(hits, tries + 1)))


def with_flag(found):
    return {**found, "flag": found["p"] < SIGNIFICANT}


def mean(x):
    return Fraction(sum(x)) / len(x)


def ranks(x):
    """Mean ranks from 1."""
    order = sorted(x)
    return [Fraction(bisect_left(order, v) + 1 + bisect_right(order, v), 2) for v in x]


def tie_sum(x, f):
    return sum(f(x.count(v)) for v in set(x))


# ------------------------------------------------------------------ digits and shares


def leading(x, digits):
    """The first significant digits; 0 of zero."""
    x = abs(Fraction(x))
    if x == 0:
        return 0
    while x >= 10 ** digits:
        x /= 10
    while x < 10 ** (digits - 1):
        x *= 10
    return int(x)


def against(seen, expected, n):
    """χ² of counts against shares, and the mean distance of shares."""
    square = sum((seen.get(k, 0) - n * e) ** 2 / (n * e) for k, e in expected.items())
    off = sum(abs(seen.get(k, 0) / n - e) for k, e in expected.items()) / len(expected)
    return square, off


def counted(keys):
    keys = list(keys)
    return {k: keys.count(k) for k in set(keys)}


def benford(x, least, digits=1):
    used = [d for d in (leading(v, digits) for v in x) if d]
    if len(used) < max(least, 1):
        return FEW
    first = 10 ** (digits - 1)
    expected = {d: math.log10(1 + 1 / d) for d in range(first, 10 * first)}
    square, off = against(counted(used), expected, len(used))
    return {"n": len(used), "score": square, "p": chi_square_tail(square, len(expected) - 1), "mad": off,
            "flag": off > (0.015 if digits == 1 else 0.0022)}


def last_digit(x, least):
    if len(x) < max(least, 1):
        return FEW
    square, _ = against(counted(int(abs(v)) % 10 for v in x), dict.fromkeys(range(10), 0.1), len(x))
    return with_flag({"n": len(x), "score": square, "p": chi_square_tail(square, 9)})


def round_share(x, least, power=2):
    if len(x) < max(least, 1):
        return FEW
    return {"n": len(x), "score": Fraction(sum(Fraction(v) % 10 ** power == 0 for v in x), len(x))}


def repeated_share(x, least):
    return {"n": len(x), "score": Fraction(max(counted(x).values()), len(x))} \
        if len(x) >= max(least, 1) else FEW


def concentration(x, least):
    if len(x) < max(least, 1):
        return FEW
    shares = [Fraction(c, len(x)) for c in counted(x).values()]
    return {"n": len(x), "score": sum(s * s for s in shares), "value": max(shares)}


def just_below(x, least, limit, width):
    below = sum(limit - width <= v < limit for v in x)
    n = below + sum(limit <= v < limit + width for v in x)
    if n < max(least, 1):
        return FEW
    return with_flag({"n": n, "score": Fraction(below, n), "p": binomial_tail(below, n, Fraction(1, 2))})


# ------------------------------------------------------------------ signs and samples


def sign_test(x, least):
    above, below = sum(v > 0 for v in x), sum(v < 0 for v in x)
    n = above + below
    if n < max(least, 1):
        return FEW
    p = min(1, 2 * binomial_tail(max(above, below), n, Fraction(1, 2)))
    return with_flag({"n": n, "score": above, "p": p})


@lru_cache(None)
def signed_rank_counts(n):
    """How often each sum of positive ranks 1..n comes up among all signs."""
    counts = {0: 1}
    for r in range(1, n + 1):
        for total, c in list(counts.items()):
            counts[total + r] = counts.get(total + r, 0) + c
    return counts


def wilcoxon_signed(x, least):
    some = [v for v in x if v]
    n = len(some)
    if n < max(least, 1):
        return FEW
    of = ranks([abs(v) for v in some])
    lesser = min(sum(r for r, v in zip(of, some) if v > 0), sum(r for r, v in zip(of, some) if v < 0))
    tied = len({abs(v) for v in some}) < n
    if not tied and n <= 50 and n == len(x):
        counts = signed_rank_counts(n)
        p = 2 * sum(c for total, c in counts.items() if total <= lesser) / 2 ** n
    else:
        ties = tie_sum([abs(v) for v in some], lambda t: t ** 3 - t)
        variance = Fraction(n * (n + 1) * (2 * n + 1), 24) - Fraction(ties, 48)
        p = normal_tails(float(lesser - Fraction(n * (n + 1), 4)) / math.sqrt(variance))
    return with_flag({"n": n, "score": lesser, "p": min(1, p)})


def split(pairs):
    return [x for x, g in pairs if not g], [x for x, g in pairs if g]


def mann_whitney(pairs, least):
    first, second = split(pairs)
    m, n = len(first), len(second)
    if len(pairs) < max(least, 1) or not m or not n:
        return FEW
    won = sum(Fraction((b > a) * 2 + (b == a), 2) for a, b in product(first, second))
    ties = tie_sum(first + second, lambda t: t ** 3 - t)
    if not ties and m * n <= 400:
        far = max(won, m * n - won)
        places = [sum(b > a for b in s for a in set(range(m + n)) - set(s))
                  for s in combinations(range(m + n), n)]
        p = 2 * sum(u >= far for u in places) / len(places)
    else:
        variance = Fraction(m * n, 12) * (m + n + 1 - Fraction(ties, (m + n) * (m + n - 1)))
        if variance <= 0:
            return SPREAD
        p = normal_tails(float(max(abs(won - Fraction(m * n, 2)) - Fraction(1, 2), 0)) / math.sqrt(variance))
    return with_flag({"n": m + n, "score": won, "value": Fraction(won, m * n), "p": min(1, p)})


def steps_apart(first, second):
    values = sorted(set(first + second))
    return max(abs(Fraction(sum(x <= v for x in first), len(first)) -
                   Fraction(sum(x <= v for x in second), len(second))) for v in values)


def ks_two(pairs, least):
    first, second = split(pairs)
    if len(pairs) < max(least, 1) or not first or not second:
        return FEW
    apart = steps_apart(first, second)
    every = range(len(pairs))
    orders = [steps_apart([k for k in every if k not in s], list(s))
              for s in combinations(every, len(second))]
    return with_flag({"n": len(pairs), "score": apart, "p": sum(d >= apart for d in orders) / len(orders)})


def chi_square(pairs, least):
    if len(pairs) < max(least, 1):
        return FEW
    rows, columns = counted(a for a, _ in pairs), counted(b for _, b in pairs)
    freedom = (len(rows) - 1) * (len(columns) - 1)
    if not freedom:
        return SPREAD
    square = sum((Fraction(pairs.count((a, b))) - Fraction(r * c, len(pairs))) ** 2 / Fraction(r * c, len(pairs))
                 for a, r in rows.items() for b, c in columns.items())
    return with_flag({"n": len(pairs), "score": square, "p": chi_square_tail(float(square), freedom),
                      "freedom": freedom})


def fisher_exact(pairs, least):
    if len(pairs) < max(least, 1):
        return FEW
    n, row, column = len(pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs)
    both = sum(a and b for a, b in pairs)

    def chance(k):
        return Fraction(math.comb(column, k) * math.comb(n - column, row - k), math.comb(n, row))

    tables = range(max(0, row + column - n), min(row, column) + 1)
    p = float(sum(chance(k) for k in tables if chance(k) <= chance(both)))
    return with_flag({"n": n, "value": both, "p": p})


# ------------------------------------------------------------------ times


def line_of(pairs):
    """Values by time; those of one time by their size."""
    return sorted(pairs, key=lambda p: (p[1], p[0]))


def trend(pairs, least):
    n = len(pairs)
    if n < max(least, 3):
        return FEW
    line = line_of(pairs)
    x, t = [v for v, _ in line], [u for _, u in line]
    s = sum(((x[k] > x[i]) - (x[k] < x[i])) * (t[k] > t[i]) for i in range(n) for k in range(i + 1, n))

    def both(f):
        return tie_sum(x, f), tie_sum(t, f)

    five = both(lambda c: c * (c - 1) * (2 * c + 5))
    three = both(lambda c: c * (c - 1) * (c - 2))
    two = both(lambda c: c * (c - 1))
    variance = Fraction(n * (n - 1) * (2 * n + 5) - sum(five), 18)
    variance += Fraction(three[0] * three[1], 9 * n * (n - 1) * (n - 2))
    variance += Fraction(two[0] * two[1], 2 * n * (n - 1))
    if variance <= 0:
        return SPREAD
    z = float(s - (s > 0) + (s < 0)) / math.sqrt(variance)
    return with_flag({"n": n, "value": s, "score": z, "p": normal_tails(z)})


@lru_cache(None)
def pettitt_tail(n, k):
    """P(K >= k) over all orders of n ranks, by the set that stands first."""
    ways = {0: 1}
    for size in range(1, n + 1):
        reached = {}
        for first, count in ways.items():
            for i in range(n):
                if not first >> i & 1:
                    after = first | 1 << i
                    reached[after] = reached.get(after, 0) + count
        ways = {s: c for s, c in reached.items() if size == n or
                abs(2 * sum(i + 1 for i in range(n) if s >> i & 1) - size * (n + 1)) < k}
    return float(1 - Fraction(sum(ways.values()), math.factorial(n)))


def change_point(pairs, least):
    n = len(pairs)
    if n < max(least, 2):
        return FEW
    line = line_of(pairs)
    x, t = [v for v, _ in line], [u for _, u in line]
    of = ranks(x)
    places = [k for k in range(1, n) if t[k] != t[k - 1]]
    if not places:
        return SPREAD
    us = [abs(2 * sum(of[:k]) - k * (n + 1)) for k in places]
    most = max(us)
    at = places[us.index(most)]
    ties = tie_sum(x, lambda c: c ** 3 - c)
    if most == 0:
        p = 1
    elif not ties:
        p = pettitt_tail(n, int(most))
    else:
        p = 2 * math.exp(-6 * float(most) ** 2 / ((n ** 3 + n * n) * (1 - ties / (n ** 3 - n))))
    return with_flag({"n": n, "score": most, "p": min(1, p), "before": mean(x[:at]), "after": mean(x[at:])})


def flat_line(pairs, least):
    if len(pairs) < max(least, 1):
        return FEW
    x = [v for v, _ in line_of(pairs)]
    longest, value = 0, None
    for i in range(len(x)):
        run = next((k for k in range(i, len(x)) if x[k] != x[i]), len(x)) - i
        if run > longest:
            longest, value = run, x[i]
    return {"n": len(x), "score": longest, "value": value, "flag": longest >= least}


def step_pattern(pairs, least):
    if len(pairs) < max(least, 2):
        return FEW
    x = [v for v, _ in line_of(pairs)]
    jumps = [b - a for a, b in zip(x, x[1:])]
    score = Fraction(jumps.count(0), len(jumps))
    return {"n": len(x), "score": score, "value": max(jumps, key=abs), "levels": len(x) - jumps.count(0),
            "flag": any(jumps) and score >= Fraction(4, 5)}


def median(x):
    x = sorted(x)
    return Fraction(x[(len(x) - 1) // 2] + x[len(x) // 2]) / 2


def seasonal_residual(pairs, least, phases=12):
    if len(pairs) < max(least, 3):
        return FEW
    line = line_of(pairs)
    x, t = [v for v, _ in line], [u for _, u in line]
    if t[0] < -2 ** 61 or t[-1] > 2 ** 61:
        return "overflow"
    rest = []
    for i in range(len(x)):
        centre = min(max(t[i], t[0] + phases), max(t[-1] - phases, t[0] + phases))
        others = [x[k] for k in range(len(x)) if k != i and abs(t[k] - centre) <= phases]
        rest.append(x[i] - median(others) if others else None)
    judged = []
    for i in range(len(x)):
        same = [rest[k] for k in range(len(x)) if (t[k] - t[i]) % phases == 0 and rest[k] is not None]
        if rest[i] is not None and len(same) >= 3:
            same.remove(rest[i])
            judged.append((i, rest[i] - median(same)))
    if len(judged) < max(least, 1):
        return FEW
    centre = median([r for _, r in judged])
    spread = median([abs(r - centre) for _, r in judged])
    if spread == 0:
        return SPREAD
    far = max(judged, key=lambda j: abs(j[1] - centre))
    score = float(far[1] - centre) / (1.4826 * float(spread))
    return {"n": len(judged), "value": x[far[0]], "score": score, "flag": abs(score) > 4.5}


def regular_intervals(days, least):
    n = len(days)
    if n < max(least, 3):
        return FEW
    t = sorted(days)
    gaps = [b - a for a, b in zip(t, t[1:])]
    if t[-1] == t[0]:
        return SPREAD
    middle = mean(gaps)
    score = math.sqrt(sum((g - middle) ** 2 for g in gaps) / (n - 2)) / float(middle)
    return {"n": n, "score": score, "flag": score < 0.1}


def burst(days, least, width=1):
    n = len(days)
    if n < max(least, 2):
        return FEW
    most = max(sum(d - width < other <= d for other in days) for d in days)
    share = Fraction(width, max(max(days) - min(days) + 1, width))
    return with_flag({"n": n, "score": most, "p": min(1, n * binomial_tail(most - 1, n - 1, share))})


JUDGE = {f.__name__: f for f in (
    benford, last_digit, round_share, repeated_share, concentration, just_below, sign_test, wilcoxon_signed,
    mann_whitney, ks_two, chi_square, fisher_exact, trend, change_point, flat_line, step_pattern, seasonal_residual,
    regular_intervals, burst)}

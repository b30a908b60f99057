# SPDX-License-Identifier: Apache-2.0
"""Bounds of aggregates over certain and open tuples (evaluation 5.3): (low, high) of each."""

from fractions import Fraction

import model as ast
from values import INF, Gap, bounds, corner_product, sort_key, unknown


def _tuple_bounds(t, agg, s):
    """Bounds of a tuple's value: [0, ∞) where a contract of the table proves it."""
    if not unknown(t.value):
        return t.value, t.value
    low, high = bounds(t.value)
    if low == -INF and isinstance(agg.arg, ast.Col) and s.body.nonnegative(agg.arg):
        low = 0
    return low, high


def _count(agg, sure, open_, s):
    return len(sure), INF if any(t.many for t in open_) else len(sure) + len(open_)


def _sum(agg, sure, open_, s):
    low = high = 0
    for t in sure:
        a, b = _tuple_bounds(t, agg, s)
        low, high = low + a, high + b
    for t in open_:
        a, b = _tuple_bounds(t, agg, s)
        if t.many:
            a, b = (corner_product(INF, min(0, a)), corner_product(INF, max(0, b)))
        low, high = low + min(0, a), high + max(0, b)
    return low, high


def _no_rows(agg):
    return Gap(("missing", "")), None


def _min(agg, sure, open_, s):
    if not sure:
        return _no_rows(agg) if not open_ else (None, None)
    if not agg.arg.type.ordered_number:
        return _extreme_text(agg, sure, open_, min)
    ends = [_tuple_bounds(t, agg, s) for t in sure]
    more = [_tuple_bounds(t, agg, s) for t in open_]
    return min(a for a, _ in ends + more), min(b for _, b in ends)


def _max(agg, sure, open_, s):
    if not sure:
        return _no_rows(agg) if not open_ else (None, None)
    if not agg.arg.type.ordered_number:
        return _extreme_text(agg, sure, open_, max)
    ends = [_tuple_bounds(t, agg, s) for t in sure]
    more = [_tuple_bounds(t, agg, s) for t in open_]
    return max(a for a, _ in ends), max(b for _, b in ends + more)


def _extreme_text(agg, sure, open_, pick):
    if open_ or any(unknown(t.value) for t in sure):
        return None, None
    best = pick(t.value for t in sure)
    return best, best


def _mean(agg, sure, open_, s):
    if not sure:
        return _no_rows(agg) if not open_ else (None, None)
    if any(unknown(t.value) or t.many for t in sure + open_):
        return None, None
    ends = []
    for order in (1, -1):
        total, n = sum(Fraction(t.value) for t in sure), len(sure)
        for v in sorted((Fraction(t.value) for t in open_), key=lambda x: order * x):
            if order * v * n < order * total:
                total, n = total + v, n + 1
        ends.append(total / n)
    return ends[0], ends[1]


def _distinct_count(agg, sure, open_, s):
    known = {t.value for t in sure if not unknown(t.value)}
    other = {t.value for t in open_ if not unknown(t.value)} | known
    blanks = sum(unknown(t.value) for t in sure + open_)
    many = any(t.many and unknown(t.value) for t in open_)
    return len(known), INF if many else len(other) + blanks


def _any(agg, sure, open_, s):
    return _kleene_fold(sure, open_, True)


def _all(agg, sure, open_, s):
    return _kleene_fold(sure, open_, False)


def _kleene_fold(sure, open_, decisive):
    if any(t.value is decisive for t in sure):
        return decisive, decisive
    if any(unknown(t.value) for t in sure) or any(t.value is not (not decisive) for t in open_):
        return None, None
    return not decisive, not decisive


def _first(agg, sure, open_, s):
    return _at_end(agg, sure, open_, lambda t: _place(agg, t))


def _last(agg, sure, open_, s):
    return _at_end(agg, sure[::-1], open_, lambda t: _Reversed(_place(agg, t)))


def _place(agg, t):
    return (None if agg.by is None else sort_key(t.by, agg.by.type), t.number)


class _Reversed:
    def __init__(self, key):
        self.key = key

    def __lt__(self, other):
        return other.key < self.key


def _at_end(agg, sure, open_, key):
    if open_ or any(unknown(t.value) or unknown(t.by) for t in sure):
        return None, None
    if not sure:
        return _no_rows(agg)
    best = min(sure, key=key).value
    return best, best


BOUNDS = {"count": _count, "sum": _sum, "min": _min, "max": _max, "mean": _mean,
          "distinct_count": _distinct_count, "any": _any, "all": _all, "first": _first,
          "last": _last}

# SPDX-License-Identifier: Apache-2.0
"""Checks of one value among its peers, or of a group (evaluation 5.4): a soft fold, and what it says.

The fold looks at the certain tuples with known values; possible and unknown ones are left out, one
in ten at most. A field is a strict function of the fold and, for some, of the row's own value.
"""

import math
import statistics
from dataclasses import dataclass
from fractions import Fraction

import model as ast
from group_checks import JUDGE
from values import CERTAIN, POSSIBLE, Gap, Issue, first_unknown, unknown

FAILS = {"z_score": ("zero spread", 3), "robust_z": ("zero spread", Fraction(7, 2)),
         "iqr_outlier": ("zero spread", None), "percentile_in_peers": (None, None),
         "peer_ratio": ("division by zero", None)}
OF_OWN = ("value", "score", "p", "flag", "copies")
TABLES = ("duplicate_of", "adjust")
NAMES = {"days": "width"}


@dataclass
class Record:
    """What a check has found of the peers: their values in order, and how many were left out."""

    values: list
    left_out: int
    fields: dict = None    # of a check of the peers as a whole


def record(e, s):
    """The fold of a check in its window, or over a group."""
    from expressions import tuples
    found = tuples(e.agg, s) if s.window is None else s.window.tuples(e.agg, s)
    if isinstance(found, Issue):
        return found
    sure = [t for t in found if t.cls == CERTAIN]
    known = [t.value for t in sure if not unknown(t.value)]
    if s.body.query:
        failed = [t.value for t in sure if isinstance(t.value, Issue)]
        if failed:
            return Issue(min(v.cause for v in failed))
        left_out = 0
    else:
        left_out = len(sure) - len(known) + sum(t.cls == POSSIBLE for t in found)
    if 10 * left_out > len(known):
        return _undecided(found)
    if not known:
        return Gap(("missing", ""))
    if e.agg.fn in JUDGE:
        return _judged(e, known, left_out)
    if len(known) < max(e.least, 2 if e.agg.fn == "z_score" else 1):
        return Issue(("too few peers", ""))
    if e.agg.fn in TABLES:
        return _table(e, known, left_out)
    return Record(sorted(Fraction(v) for v in known), left_out)


def _judged(e, known, left_out):
    """A check of the peers as a whole."""
    given = {NAMES.get(n, n): v if isinstance(v, int) else v.value for n, v in e.given}
    fields = JUDGE[e.agg.fn](known, e.least, **given)
    if isinstance(fields, str):
        return Issue((fields, ""))
    fields["left_out"] = left_out + len(known) - fields["n"]
    return Record(known, left_out, fields)


def _table(e, known, left_out):
    """A check that says something of each value."""
    if e.agg.fn == "duplicate_of":
        return Record(known, left_out)
    if any(not 0 <= v <= 1 for v in known):
        return Issue(("domain", ""))
    return Record(sorted(Fraction(v) for v in known), left_out)


def _looked_up(e, name, record, own):
    """What a table says of one of its values."""
    x = record.values
    if own not in x:
        return Issue(("peers undecided", ""))
    if e.agg.fn == "duplicate_of":
        return {"score": x.count(own), "copies": x.count(own), "flag": x.count(own) > 1}[name]
    tests = len(x) + record.left_out
    steps = [(tests - i) * v for i, v in enumerate(x)]
    p = min(1, max(steps[:x.index(own) + 1]))
    return {"value": own, "flag": p < Fraction(1, 20)}.get(name, p)


def _undecided(found):
    """Too many are left out: the possible ones are to blame, else the values that are not known."""
    possible = min((t.cause for t in found if t.cls == POSSIBLE and t.cause), default=None)
    if any(t.cls == POSSIBLE for t in found):
        return Issue(("undecided members", ""), members=(possible, None, None))
    return Issue(min(t.value.cause for t in found if t.cls == CERTAIN and unknown(t.value)))


def field(e, s):
    """A field of a check's record; `own` is read where the field is."""
    from expressions import value
    found = value(e.record, s)
    wanted = [found]
    if isinstance(found, Record) and found.fields is not None:
        return found.fields.get(e.name, Gap(("missing", "")))
    if e.name in OF_OWN and e.check.agg.fn not in JUDGE:
        wanted.append(value(e.check.agg.arg, s.at(window=None)))
    bad = first_unknown(wanted)
    if bad is not None:
        return bad
    if e.name == "n":
        return len(found.values)
    if e.name == "left_out":
        return found.left_out
    if e.check.agg.fn in TABLES:
        return _looked_up(e.check, e.name, found, wanted[1])
    own = Fraction(wanted[1])
    return own if e.name == "value" else _judge(e.check.agg.fn, e.name, found.values, own)


def _judge(fn, name, x, own):
    """The score of a value, or whether it is flagged."""
    reason, limit = FAILS[fn]
    n = len(x)
    if fn == "percentile_in_peers":
        return Fraction(sum(v < own for v in x) * 2 + sum(v == own for v in x), n) * 50
    centre = statistics.mean(x) if fn == "z_score" else statistics.median(x)
    if fn == "peer_ratio":
        return own / centre if centre else Issue((reason, ""))
    if fn == "iqr_outlier":
        low, high = _quantile(x, Fraction(1, 4)), _quantile(x, Fraction(3, 4))
        if low == high:
            return Issue((reason, ""))
        width = high - low
        if name == "flag":
            return own < low - width * 3 / 2 or own > high + width * 3 / 2
        return (own - high if own > high else own - low if own < low else 0) / width
    if fn == "z_score":
        spread = math.sqrt(sum((v - centre) ** 2 for v in x) / (n - 1)) if n > 1 else 0
    else:
        spread = float(statistics.median(abs(v - centre) for v in x)) * 1.4826
    if spread == 0:
        return Issue((reason, ""))
    score = float(own - centre) / spread
    return abs(score) > limit if name == "flag" else score


def _quantile(x, share):
    """Type 7, exactly."""
    place = (len(x) - 1) * share
    below = place.numerator // place.denominator
    return x[below] + (place - below) * (x[min(below + 1, len(x) - 1)] - x[below])


def pair(e, s):
    """Both operands, or what is unknown of them."""
    from expressions import value
    both = value(e.left, s), value(e.right, s)
    bad = first_unknown(both)
    return both if bad is None else bad


EVALUATE = {ast.Check: record, ast.Field: field, ast.Pair: pair}

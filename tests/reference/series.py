# SPDX-License-Identifier: Apache-2.0
"""`series x = agg(e) per unit by t over [a .. b] fill f` (evaluation 7), and folds over its slots."""

import model as ast
from expressions import BOUNDS, REACH, UNDECIDED_MEMBERS, Issue, Tuple, _settle, tuples, value
from values import (CERTAIN, INF, MONTH, POSSIBLE, SHADOW, TOLERATED, Gap, first_unknown, month_of,
                    unknown)


class PerhapsMissing(Issue):
    """A slot that only possible tuples fill, where the fill is `missing`."""


def _members(issues):
    """The least causes behind several values, by class (decision 84)."""
    return tuple(min((i.members[c] for i in issues if i.members[c]), default=None) for c in range(3))


def _undecided(kind, issues, low, high):
    return kind((UNDECIDED_MEMBERS, ""), low, high, _members(issues))


def slots(clause, s):
    """The values of all slots in order; an Issue where an end of the range is not known."""
    ends = [value(e, s) for e in clause.over]
    bad = first_unknown(ends)
    if bad is not None:
        return Issue(bad.cause)
    first, last = (_unit(v, e.type, clause.per) for v, e in zip(ends, clause.over))
    return [_slot(clause, s, u) for u in range(first, last + 1)]


def _unit(v, type_, per):
    return month_of(v) if per == "month" and type_.name == "date" else v


def _slot(clause, s, u):
    """The aggregate over the tuples whose time lies in the unit; where there is none, the fill."""
    month = clause.per == "month" and clause.by.type.name == "date"
    time = ast.Call("month", (clause.by,), MONTH) if month else clause.by
    inside = ast.Cmp("=", time, ast.Lit(u, time.type))
    agg = clause.value
    when = inside if agg.when is None else ast.And((agg.when, inside))
    agg = ast.Agg(agg.fn, agg.arg, agg.vars, when, agg.type)
    found = [t for t in tuples(agg, s) if t.cls <= REACH[s.mode]]
    fill = Gap(("missing", "")) if clause.fill is None else value(clause.fill, s)
    if not found:
        return fill
    v = value(agg, s)
    if any(t.cls == CERTAIN for t in found) or s.display or s.body.query:
        return v if any(t.cls == CERTAIN for t in found) else fill
    low, high = (v.low, v.high) if isinstance(v, Issue) else (v, v)
    of_class = [Issue((), members=tuple(t.cause if t.cls == c else None
                                        for c in (POSSIBLE, SHADOW, TOLERATED))) for t in found]
    if unknown(fill) or unknown(v) and not isinstance(v, Issue):
        return _undecided(PerhapsMissing, of_class, -INF, INF)
    return _undecided(Issue, of_class, min(low, fill), max(high, fill))


def fold(e, s):
    """An aggregate over the slots; slots that are missing are left out."""
    found = slots(e.clause, s.at(window=None))
    if isinstance(found, Issue):
        return found
    if e.fn == "missing_count":
        doubtful = [v for v in found if isinstance(v, PerhapsMissing)]
        sure = sum(isinstance(v, Gap) for v in found)
        if not doubtful:
            return sure
        return _undecided(Issue, doubtful, sure, sure + len(doubtful))
    kept = [Tuple(CERTAIN, v, False, None) for v in found if not isinstance(v, Gap)]
    agg = ast.Agg(e.fn, ast.Lit(0, e.clause.value.type), (), None, e.type)
    low, high = BOUNDS[e.fn](agg, kept, [], s)
    result = _settle(agg, low, high, False)
    if result is not None:
        return result
    issues = [t.value for t in kept if unknown(t.value)]
    low, high = (-INF, INF) if low is None else (low, high)
    if any(any(i.members) for i in issues):
        return _undecided(Issue, issues, low, high)
    return Issue(min(i.cause for i in issues), low, high)

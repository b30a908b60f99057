# SPDX-License-Identifier: Apache-2.0
"""Expressions of the reference evaluator: values (evaluation 1), logic (2), aggregates (5).

`value` gives a known value, a Gap or an Issue; `truth` gives T, F or U under a policy, with the
unknown value that is to blame. Both read a Scope: where the expression stands, and which of the
three readings of uncertain members is wanted: 'm' (possible members), 'n' (the guard: shadows
too) and 't' (tolerated shadows too, which shows what a clue rests on).
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import model as ast
from bounds import BOUNDS
from checks import EVALUATE as CHECKS
from render import Renderer
from values import (CERTAIN, INF, POSSIBLE, SHADOW, TOLERATED, FIRST_DAY, LAST_DAY, Gap, Issue,
                    add_months, bounds, corner_product, first_day, first_unknown, fits, half_away,
                    half_even, last_day, may_equal, month_of, unknown)

ABSENT = "absent"
REACH = {"m": POSSIBLE, "n": SHADOW, "t": TOLERATED}
UNDECIDED_MEMBERS = "undecided members"


@dataclass(eq=False)
class Row:
    """A row of a table or relation. `cause` says why it is not certain; `many`: any number of
    rows."""

    table: str
    number: int
    cells: dict
    cls: int = CERTAIN
    cause: tuple = None
    quarantined: bool = False
    many: bool = False


@dataclass(eq=False)
class Unplaced:
    """The value `?` of a row variable. `single`: at most one row (from lookup and latest)."""

    cause: tuple
    single: bool = False


@dataclass
class Scope:
    """Where an expression is evaluated: a binding (level 0), or a group behind `level` fences."""

    body: object
    level: int = 0
    binding: object = None
    group: object = None
    mode: str = "m"
    display: bool = False
    sink: list = None        # display: numbers of unknown rows; mode t: caveats met
    window: object = None    # the window whose value is read: aggregates fold its frame

    def at(self, **changes):
        return replace(self, **changes)


# ------------------------------------------------------------------ values


def value(e, s):
    """The value of an expression: known, Gap or Issue."""
    if s.level > 0 and s.group.lost and isinstance(e, OF_ROWS):
        return Issue(s.group.lost)
    return EVALUATE[type(e)](e, s)


def exact_value(e, s):
    """As `value`, but an outermost quotient or mean is not rounded (evaluation 1.4)."""
    while isinstance(e, ast.LetRef):
        e, s = resolve(e, s)
    if isinstance(e, ast.Arith) and e.op == "/":
        return _arith(e, s, exact=True)
    if isinstance(e, ast.Agg) and e.fn == "mean":
        return _aggregate(e, s, exact=True)
    return value(e, s)


def resolve(ref, s):
    """The expression and the scope for which a let stands."""
    expression, level = s.body.lets[ref.name]
    s = s.at(window=None)    # a let is no part of the window in whose value it stands
    if level == s.level or s.level > level and not contains(expression, ast.Agg, s.body):
        return expression, s
    assert s.level < level, "a let of an inner stretch is read through an aggregate"
    if s.group is None:      # a member without a full key: nothing is known of its group
        return ast.Lit(Issue(("unknown row", "")), ref.type), s
    return expression, s.at(level=level, binding=None)


def contains(e, kind, body):
    """Whether a node of a kind occurs in e after expanding lets."""
    for node in ast.walk(e):
        if isinstance(node, kind) or (kind is ast.Agg and isinstance(node, (ast.WinRef, ast.Part))):
            return True
        if isinstance(node, ast.LetRef) and contains(body.lets[node.name][0], kind, body):
            return True
    return False


def _column(e, s):
    binding = s.binding or s.group.representative
    row = binding.rows[e.var]
    source = f"{s.body.tables[e.var]}.{e.name}" if e.var in s.body.tables else e.name
    if row is ABSENT:
        return Gap(("absent", source))
    if isinstance(row, Unplaced):
        return Issue(row.cause)
    return row.cells[e.name]


def _part(e, s):
    row = (s.binding or s.group.representative).rows[e.var]
    return Issue(row.cause) if isinstance(row, Unplaced) else row.part(e.name, s.mode)


def _series(e, s):
    from series import fold
    return fold(e, s)


def _row_present(e, s):
    row = (s.binding or s.group.representative).rows[e.var]
    if isinstance(row, Unplaced):
        return Issue(row.cause)
    return row is not ABSENT


def _let(e, s):
    return value(*resolve(e, s))


def _parameter(e, s):
    param = s.body.run.params[e.name]
    if e.at is None:
        return value(param.values[0][1], s)
    day = value(e.at, s)
    if unknown(day):
        return Issue(day.cause) if isinstance(day, Issue) else Gap(day.cause)
    chosen = [v for since, v in param.values if since <= day]
    return value(chosen[-1], s) if chosen else Issue(("no parameter value", e.name))


def _failed(unknown_value, low=-INF, high=INF):
    """The unknown operand handed on: a gap stays a gap, an issue takes new bounds."""
    if isinstance(unknown_value, Gap):
        return unknown_value if unknown_value.skeleton is None else Gap(unknown_value.cause)
    return replace(unknown_value, low=low, high=high)


def failure(reason, e):
    """A failed operation, named by its text: the same operation in two places fails as one."""
    return Issue((reason, Renderer().expr(e)))


def _arith(e, s, exact=False):
    a, b = value(e.left, s), value(e.right, s)
    bad = first_unknown((a, b))
    if isinstance(bad, Gap):
        return _failed(bad)
    if bad is not None:
        return _failed(bad, *_corners(e, bounds(a), bounds(b), exact))
    if e.type.name in ("date", "month", "days", "months"):
        return _calendar(e, a, b)
    if e.op == "/":
        if b == 0:
            return failure("division by zero", e)
        result = Fraction(a) / Fraction(b)
        if exact:
            return result
        result = half_even(result, 18)
    else:
        result = a + b if e.op == "+" else a - b if e.op == "-" else a * b
    return result if fits(result, e.type) else failure("overflow", e)


def _corners(e, a, b, exact):
    """Interval corners of + − × ÷; no bounds where a divisor may be zero."""
    if e.type.name in ("date", "month") or "months" in (e.left.type.name, e.right.type.name):
        return -INF, INF
    if e.op == "+":
        return a[0] + b[0], a[1] + b[1]
    if e.op == "-":
        return a[0] - b[1], a[1] - b[0]
    if e.op == "*":
        corners = [corner_product(x, y) for x in a for y in b]
        return min(corners), max(corners)
    if b[0] <= 0 <= b[1]:
        return -INF, INF
    corners = [_corner_quotient(x, y) for x in a for y in b]
    if any(corner is None for corner in corners):
        return -INF, INF
    if not exact:
        corners = [c if abs(c) == INF else half_even(c, 18) for c in corners]
    return min(corners), max(corners)


def _corner_quotient(x, y):
    if abs(y) == INF:
        return None if abs(x) == INF else Fraction(0)
    if abs(x) == INF:
        return x if y > 0 else -x
    return Fraction(x) / Fraction(y)


def _calendar(e, a, b):
    sign = 1 if e.op == "+" else -1
    if e.type.name == "date" and e.right.type.name == "months":
        result = add_months(a, sign * b)
        return failure("overflow", e) if result is None else result
    result = a + sign * b
    if e.type.name == "date" and not FIRST_DAY <= result <= LAST_DAY:
        return failure("overflow", e)
    if e.type.name == "month" and not 12 <= result <= 9999 * 12 + 11:
        return failure("overflow", e)
    return result


def _negate(e, s):
    a = value(e.arg, s)
    if unknown(a):
        low, high = bounds(a)
        return _failed(a, -high, -low)
    return -a if fits(-a, e.type) else failure("overflow", e)


def _if(e, s):
    condition = value(e.cond, s)
    if isinstance(condition, Gap):
        return Gap(condition.cause)
    if isinstance(condition, Issue):
        if not e.type.ordered_number:
            return Issue(condition.cause, members=condition.members)
        low, high = zip(bounds(value(e.then, s)), bounds(value(e.other, s)))
        return replace(condition, low=min(low), high=max(high))
    return value(e.then if condition else e.other, s)


def _coalesce(e, s):
    left = value(e.left, s)
    return value(e.right, s) if isinstance(left, Gap) else left


def _present(e, s):
    arg = value(e.arg, s)
    if isinstance(arg, Issue):
        return arg
    return isinstance(arg, Gap) == e.negated


def _call(e, s):
    args = [value(a, s) for a in e.args]
    bad = first_unknown(args)
    if bad is not None:
        bounded = e.name in ("least", "greatest", "abs", "round") and e.type.ordered_number
        return _failed(bad, *_call_bounds(e, args)) if bounded else _failed(bad)
    return CALLS[e.name](e, *args)


def _call_bounds(e, args):
    low, high = zip(*(bounds(a) for a in args))
    if e.name == "least":
        return min(low), min(high)
    if e.name == "greatest":
        return max(low), max(high)
    if e.name == "abs":
        inside = low[0] <= 0 <= high[0]
        return 0 if inside else min(abs(low[0]), abs(high[0])), max(abs(low[0]), abs(high[0]))
    return tuple(x if abs(x) == INF else half_away(x, e.type.scale) for x in (low[0], high[0]))


def _period(e, start, end):
    return (start, end) if start <= end else failure("domain", e)


def _distance(_, a, b):
    """Haversine, in the order of stdlib/place.c, so that the same doubles come out."""
    lon_a, lat_a, lon_b, lat_b = (float(x * 10**7) / 1e7 * (math.pi / 180) for x in (*a, *b))
    half_lat, half_lon = math.sin((lat_b - lat_a) / 2), math.sin((lon_b - lon_a) / 2)
    h = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return half_even(Fraction(2 * 6371008.8 * math.asin(math.sqrt(min(h, 1)))), 3)


CALLS = {
    "distance": _distance,
    "period": _period,
    "month": lambda e, d: month_of(d),
    "first_day": lambda e, m: first_day(m),
    "last_day": lambda e, m: last_day(m),
    "least": lambda e, *a: min(a),
    "greatest": lambda e, *a: max(a),
    "abs": lambda e, a: abs(a) if fits(abs(a), e.type) else failure("overflow", e),
    "round": lambda e, a, *_: half_away(Fraction(a), e.type.scale),
    "months": lambda e, p: tuple(range(month_of(p[0]), month_of(p[1]) + 1)),
    "days": lambda e, p: tuple(range(p[0], p[1] + 1)),
    "split": lambda e, text, separator: tuple(x for x in text.split(separator) if x),
}


# ------------------------------------------------------------------ comparisons and connectives


def _compare(e, s):
    if e.op == "!=":
        return _not_value(_compare(replace(e, op="="), s))
    exact = e.left.type.exact and e.right.type.exact
    a, b = (exact_value(x, s) if exact else value(x, s) for x in (e.left, e.right))
    bad = first_unknown((a, b))
    if bad is None:
        return _known_order(e.op, a, b)
    if isinstance(bad, Issue):
        if e.left.type.ordered_number and e.right.type.ordered_number:
            decided = _interval_order(e.op, bounds(a), bounds(b))
            if decided is not None:
                return decided
        return bad
    if e.op == "=" and (e.left.type.identity or e.right.type.identity):
        skeletons = [x.skeleton if isinstance(x, Gap) else x for x in (a, b)]
        if None not in skeletons and not may_equal(*skeletons):
            return False
    return Gap(bad.cause)


def _known_order(op, a, b):
    return {"=": a == b, "<": a < b if op == "<" else None, "<=": a <= b if op == "<=" else None,
            ">": a > b if op == ">" else None, ">=": a >= b if op == ">=" else None}[op]


def _interval_order(op, a, b):
    """The comparison of two intervals: True, False, or None where it can go either way."""
    if op in (">", ">="):
        op, a, b = {">": "<", ">=": "<="}[op], b, a
    if op == "<":
        return True if a[1] < b[0] else False if a[0] >= b[1] else None
    if op == "<=":
        return True if a[1] <= b[0] else False if a[0] > b[1] else None
    if a[0] == a[1] == b[0] == b[1]:
        return True
    return False if a[1] < b[0] or a[0] > b[1] else None


def _span(e, s):
    a, b = value(e.left, s), value(e.right, s)
    bad = first_unknown((a, b))
    if bad is not None:
        return Issue(bad.cause) if isinstance(bad, Issue) else Gap(bad.cause)
    (a0, a1), (b0, b1) = _days(a, e.left.type), _days(b, e.right.type)
    return (b0 <= a0 and a1 <= b1) if e.op == "during" else (a0 <= b1 and b0 <= a1)


def _days(v, type_):
    if type_.name == "month":
        return first_day(v), last_day(v)
    return v if type_.name == "period" else (v, v)


def expand(e):
    """A condition in terms of and, or, not and its leaves (evaluation 2)."""
    if isinstance(e, ast.Between):
        inside = ast.And((ast.Cmp(">" if e.open_low else ">=", e.arg, e.low),
                          ast.Cmp("<" if e.open_high else "<=", e.arg, e.high)))
        return ast.Not(inside) if e.negated else inside
    if isinstance(e, ast.Member):
        inside = ast.Or(tuple(ast.Cmp("=", e.arg, item) for item in e.items))
        return ast.Not(inside) if e.negated else inside
    if isinstance(e, ast.Cmp) and e.op == "!=":
        return ast.Not(replace(e, op="="))
    if isinstance(e, (ast.Span, ast.Present)) and e.negated:
        return ast.Not(replace(e, negated=False))
    if isinstance(e, ast.If):
        return ast.Or((ast.And((e.cond, e.then)), ast.And((ast.Not(e.cond), e.other))))
    return e


def _connective(e, s):
    """A connective as a value: Kleene; an issue prevails over a gap, then the leftmost."""
    plain = expand(e)
    if isinstance(plain, ast.Not):
        return _not_value(value(plain.arg, s))
    if not isinstance(plain, (ast.And, ast.Or)):
        return value(plain, s)
    decisive = isinstance(plain, ast.Or)
    operands = [value(item, s) for item in plain.items]
    if any(o is decisive for o in operands):
        return decisive
    bad = first_unknown(operands)
    return (not decisive) if bad is None else bad


def _not_value(v):
    return v if unknown(v) else not v


def _points(e, s):
    low = high = 0
    blame = None
    for score in s.group.scores:
        low += min(0, score.points) if score.open else score.points
        high += max(0, score.points) if score.open else score.points
        blame = blame or (score.blame if score.open else None)
    return low if low == high else replace(blame, low=low, high=high)


def _template(e, s):
    raise AssertionError("templates are written by the evaluator's display")


EVALUATE = {
    ast.Lit: lambda e, s: e.value,
    ast.Col: _column,
    ast.RowPresent: _row_present,
    ast.KeyRef: lambda e, s: s.group.key[e.name],
    ast.LetRef: _let,
    ast.ParamRef: _parameter,
    ast.AsOf: lambda e, s: s.body.run.as_of,
    ast.Points: _points,
    ast.Arith: _arith,
    ast.Neg: _negate,
    ast.Cmp: _compare,
    ast.Between: _connective,
    ast.Member: _connective,
    ast.Span: lambda e, s: _not_value(_span(e, s)) if e.negated else _span(e, s),
    ast.And: _connective,
    ast.Or: _connective,
    ast.Not: _connective,
    ast.If: lambda e, s: _connective(e, s) if e.type.name == "boolean" else _if(e, s),
    ast.Coalesce: _coalesce,
    ast.Present: _present,
    ast.Call: _call,
    ast.Agg: lambda e, s: _aggregate(e, s),
    ast.Part: lambda e, s: _part(e, s),
    ast.SeriesFold: lambda e, s: _series(e, s),
    ast.WinFn: lambda e, s: s.window.ordered(e, s),
    ast.WinRef: lambda e, s: s.body.windows[e.clause.name].value(s),
    ast.Template: _template,
    **CHECKS,
}

# What a group makes of its rows.
OF_ROWS = (ast.Col, ast.RowPresent, ast.Agg, ast.Part, ast.SeriesFold, ast.WinRef)

NEGATED = {"T": "F", "F": "T", "U": "U"}


def truth(e, s, policy="undecided", positive=True):
    """T, F or U under a policy, and the unknown value that makes it U (leftmost U operand)."""
    e = expand(e)
    if isinstance(e, ast.LetRef):
        return truth(*resolve(e, s), policy, positive)
    if isinstance(e, ast.Not):
        t, blame = truth(e.arg, s, policy, not positive)
        return NEGATED[t], blame
    if isinstance(e, (ast.And, ast.Or)):
        decisive = "F" if isinstance(e, ast.And) else "T"
        operands = [truth(item, s, policy, positive) for item in e.items]
        if any(t == decisive for t, _ in operands):
            return decisive, None
        return next(((t, b) for t, b in operands if t == "U"), (NEGATED[decisive], None))
    return leaf_truth(value(e, s), policy, positive)


def leaf_truth(v, policy, positive):
    """The value of a leaf under a policy at a polarity (the table of evaluation 2)."""
    if isinstance(v, Issue) or (isinstance(v, Gap) and policy == "undecided"):
        return "U", v
    if isinstance(v, Gap):
        return ("T" if (policy == "keep") == positive else "F"), None
    return ("T" if v else "F"), None


def leaves(e, s, positive=True):
    """The leaves of a condition with their polarity, in written order."""
    if isinstance(e, ast.LetRef):
        yield from leaves(resolve(e, s)[0], s, positive)
        return
    if isinstance(e, ast.If):
        yield from leaves(e.cond, s, positive)
        yield from leaves(e.cond, s, not positive)
        yield from leaves(e.then, s, positive)
        yield from leaves(e.other, s, positive)
        return
    e = expand(e)
    if isinstance(e, ast.Not):
        yield from leaves(e.arg, s, not positive)
    elif isinstance(e, (ast.And, ast.Or)):
        for item in e.items:
            yield from leaves(item, s, positive)
    else:
        yield e, positive


def variables(e, body):
    """The row variables that occur in e after expanding lets, in written order."""
    found = {}
    for node in ast.walk(e):
        if isinstance(node, (ast.Col, ast.RowPresent, ast.Part)):
            found[node.var] = True
        elif isinstance(node, ast.Using):
            found[node.left] = True
        elif isinstance(node, ast.Agg):
            found.update(dict.fromkeys(node.vars))
        elif isinstance(node, ast.LetRef):
            found.update(dict.fromkeys(variables(body.lets[node.name][0], body)))
    return list(found)


def read_directly(e, body):
    """The row variables that e reads outside aggregates, lets expanded."""
    if isinstance(e, ast.Agg):
        return []
    if isinstance(e, ast.LetRef):
        return read_directly(body.lets[e.name][0], body)
    found = [e.var] if isinstance(e, (ast.Col, ast.RowPresent, ast.Part)) else []
    for child in ast.children(e):
        found += read_directly(child, body)
    return list(dict.fromkeys(found))


# ------------------------------------------------------------------ aggregates


GROUP = "*group"   # stands in a mention for the first-level group of a member


def mention(agg, s):
    """mention(e) of evaluation 5.2: row variables, and GROUP for lets of the first level."""
    body = s.body
    if agg.arg is None:
        chosen = agg.vars or [v for v in body.variables if v not in body.attached]
        return list(chosen)
    found = {}
    _mention(agg.arg, body, s.level, found)
    return list(found)


def _mention(e, body, level, found):
    if isinstance(e, ast.LetRef):
        expression, let_level = body.lets[e.name]
        if let_level >= 1 and level > let_level:
            found[GROUP] = True
            return
        _mention(expression, body, level, found)
        return
    if isinstance(e, ast.Agg):      # an attached set read through a let: the variables of its `on`
        for var in (e.vars if e.arg is None else variables(e.arg, body)):
            found.update(dict.fromkeys(body.attached.get(var, (var,))))
        return
    if isinstance(e, ast.WinRef):
        for var in variables(e.clause, body):
            found.update(dict.fromkeys(body.attached.get(var, (var,))))
        return
    if isinstance(e, (ast.Col, ast.RowPresent, ast.Part)):
        found[e.var] = True
    for child in ast.children(e):
        _mention(child, body, level, found)


@dataclass
class Tuple:
    """One tuple of T(g): its class, its value, and why it is not certain."""

    cls: int
    value: object
    many: bool
    cause: tuple
    caveat: tuple = None
    by: object = None        # first, last: the order
    number: int = 0          # the row by which they decide between equals


def tuples(agg, s):
    """The tuples of an aggregate with their best class, one per distinct projection."""
    names = mention(agg, s)
    extra = [] if agg.when is None else [v for v in read_directly(agg.when, s.body)
                                         if v in s.body.attached and v not in names]
    policy = "drop" if s.body.query and s.level > 0 else "undecided"
    best = {}
    for member in _members(s):
        for binding, cls, cause, caveat in _spread(member, names + extra, s.body):
            scope = s.at(level=0, binding=binding, group=member.group, sink=None,
                         display=False)
            key, many, unplaced = _projection(binding, member, names)
            if key is None:
                continue
            if unplaced is not None and cls < POSSIBLE:
                cls, cause = POSSIBLE, unplaced
            met = by_when(agg, scope, policy, cls, cause)
            if met is None:
                continue
            cls, cause = met
            if key in best and best[key].cls <= cls:
                if best[key].cls == cls and cls > CERTAIN:
                    best[key].cause = least_cause(best[key].cause, cause)
                continue
            v = None if agg.arg is None else value(agg.arg, scope)
            best[key] = Tuple(cls, v, many, cause, caveat)
    return list(best.values())


def by_when(agg, scope, policy, cls, cause):
    """What the condition of an aggregate leaves of a tuple's class and cause; None: nothing."""
    if agg.when is None:
        return cls, cause
    t, blame = truth(agg.when, scope, policy)
    if t == "F":
        return None
    return (POSSIBLE, _inner(blame)) if t == "U" and cls < POSSIBLE else (cls, cause)


def least_cause(a, b):
    return min((c for c in (a, b) if c is not None), default=None)


def _inner(blame):
    """The cause of an unknown value; for undecided members that of the least of them."""
    if isinstance(blame, Issue) and blame.cause[0] == UNDECIDED_MEMBERS:
        return next((c for c in blame.members if c), blame.cause)
    return blame.cause


def inner_cause(v, mode):
    """The cause of an unknown value, for undecided members that of the least: of the possible ones,
    or of those that only the guard sees."""
    if isinstance(v, Issue) and v.cause[0] == UNDECIDED_MEMBERS and v.members:
        order = v.members[:2] if mode == "m" else v.members[1::-1]
        return next((c for c in order if c), v.cause)
    return v.cause


def guarded_cause(v):
    """The cause of an unknown value that is read with the guard."""
    return inner_cause(v, "n")


@dataclass
class Member:
    """A binding as a member of a group: its class there, its marks, its first-level group."""

    binding: object
    cls: int
    marks: list
    group: object = None
    caveat: tuple = None


def mark_order(mark):
    """Marks by place, then the reason's English name, then the source, as bytes."""
    return (mark[0], mark[1].encode(), mark[2].encode())


def _members(s):
    if s.level == 0:
        return [Member(s.binding, CERTAIN, [], s.group)]
    return s.group.all_members()


def _spread(member, names, body):
    """The binding once per combination of rows of the attached variables mentioned."""
    attached = [n for n in body.every if n in names and n in body.attached]
    base_cause = min(member.marks, key=mark_order)[1:] if member.marks else None
    for rows in product(*(member.binding.attached[a] for a in attached)):
        cls, cause, note = member.cls, base_cause, member.caveat
        for _row, row_cls, row_cause, row_caveat in rows:
            if row_cls > cls:
                cls, cause, note = row_cls, row_cause, row_caveat
        binding = member.binding
        if attached:
            binding = binding.with_rows({a: r[0] for a, r in zip(attached, rows)})
        yield binding, cls, cause, note


def _projection(binding, member, names):
    """The identity of a tuple, whether it stands for many rows, and the cause of a `?` in it."""
    key, many, cause = [], False, None
    for name in names:
        if name is GROUP:
            key.append(id(member.group) if member.group else id(member.binding))
            continue
        row = binding.rows[name]
        if row is ABSENT:
            return None, False, None
        if isinstance(row, Unplaced):
            key.append(id(row) if row.single else "?")
            many = many or not row.single
            cause = least_cause(cause, row.cause)
        else:
            key.append(id(row))
            many = many or row.many
    return tuple(key), many, cause


def _aggregate(agg, s, exact=False):
    found = tuples(agg, s) if s.window is None else s.window.tuples(agg, s)
    if isinstance(found, Issue):
        return found
    if s.mode == "t" and s.sink is not None:
        s.sink.extend(t.caveat for t in found if t.cls == TOLERATED and t.caveat)
    if s.display or (s.body.query and (s.level > 0 or s.window is not None)):
        return _fold_known(agg, s, found, exact)
    sure = [t for t in found if t.cls == CERTAIN]
    open_ = [t for t in found if CERTAIN < t.cls <= REACH[s.mode]]
    low, high = BOUNDS[agg.fn](agg, sure, open_, s)
    result = _settle(agg, low, high, exact)
    if result is not None:
        return result
    causes = tuple(min((t.cause for t in found if t.cls == c and t.cause), default=None)
                   for c in (POSSIBLE, SHADOW, TOLERATED))
    if open_:
        return Issue((UNDECIDED_MEMBERS, ""), *_numeric(low, high), causes)
    read = "n" if s.window is not None else s.mode
    cause = min((inner_cause(t.value, read) for t in sure if unknown(t.value)),
                default=(UNDECIDED_MEMBERS, ""))
    return Issue(cause, *_numeric(low, high))


def _numeric(low, high):
    if isinstance(low, bool) or low is None or isinstance(low, str):
        return -INF, INF
    return low, high


def _settle(agg, low, high, exact):
    """The value where both bounds are equal, a gap or an overflow; None where it is unknown."""
    if isinstance(low, Gap):
        return low
    if low is None or low != high or (not isinstance(low, bool) and low in (INF, -INF)):
        return None
    if isinstance(low, bool):
        return low
    if agg.fn == "mean":
        return low if exact else half_even(Fraction(low), 18)
    return low if fits(low, agg.type) or not agg.type.exact else failure("overflow", agg)


def _fold_known(agg, s, found, exact):
    """Queries and printed values: the fold over certain tuples with known values."""
    sure = [t for t in found if t.cls == CERTAIN and not unknown(t.value)]
    failed = [t.value for t in found if t.cls == CERTAIN and isinstance(t.value, Issue)]
    if s.display and s.sink is not None:
        s.sink.append(sum(t.cls <= POSSIBLE for t in found) - len(sure))
    if failed and (not s.display or (s.body.query and s.level > 0 and s.window is None)):
        return Issue(min(v.cause for v in failed))
    low, high = BOUNDS[agg.fn](agg, sure, [], s)
    return _settle(agg, low, high, exact)

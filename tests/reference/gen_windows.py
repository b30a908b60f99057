# SPDX-License-Identifier: Apache-2.0
"""Random windowed lets: aggregates over peers, frames of days and rows, ordered functions, checks."""

from fractions import Fraction

import model as ast
from model import aggregate
from values import BOOLEAN, DAYS, INTEGER, Type

LENGTHS = (1, 30, 60)


def window(maker, scope):
    """A windowed let of bindings that stands here, and what it may be read as; None where there is
    nothing to fold."""
    rows = [v for v in scope if not v.attached and not v.optional]
    numbers = maker.columns_of(rows, "integer") + maker.columns_of(rows, "money")
    if maker.chance(0.3):
        numbers = maker.windows_of("integer", "money") or numbers
    keys = _partition(maker, rows)
    form = maker.pick(["plain", "plain", "upto", "days", "rows", "ordered", "ordered", "ordered",
                       "ranks", "check"])
    if form == "check" and numbers:
        return _check(maker, rows, numbers, keys)
    if form == "check":
        form = "plain"
    dates = maker.columns_of(rows, "date")
    order, within = (), None
    if form == "days" and dates:
        order = ((maker.pick(dates), False),)
        within = ast.Lit(maker.pick(LENGTHS), DAYS)
    elif form not in ("plain", "ranks"):
        order = _order(maker, rows)
    if form == "rows":
        within = ("rows", maker.pick([1, 2, 3]))
    e = _ordered(maker, rows, numbers, within) if form == "ordered" else \
        _ranks(maker, rows) if form == "ranks" else _fold(maker, rows, numbers)
    if e is None:
        return None
    if form == "ordered" and isinstance(e, ast.WinFn) and e.fn.startswith("moving"):
        within = ("rows", maker.pick([2, 3]))
    name = maker.fresh("窗")
    maker.lets.append((ast.LetRef(name, e.type), maker.level, False))
    maker.windowed.add(name)
    return ast.Let(name, e, keys, order, within)


FIELDS = (("score", Type("real")), ("score", Type("real")), ("flag", BOOLEAN), ("n", INTEGER),
          ("left_out", INTEGER), ("value", Type("real")))


def _check(maker, rows, numbers, keys):
    """A check of a value among its peers: a field of it, or the record for a clause below."""
    fn = maker.pick(["z_score", "robust_z", "iqr_outlier", "percentile_in_peers", "peer_ratio"])
    when = maker.leaf(rows) if maker.chance(0.2) else None
    check = ast.Check(ast.Agg(fn, maker.pick(numbers), (), when, Type("real")), maker.pick([1, 2, 3]))
    name = maker.fresh("窗")
    if maker.chance(0.4):
        return ast.Let(name, check, keys, (), None)
    return ast.Let(name, _field(maker, check, check), keys, (), None)


def _field(maker, record, check):
    left = [f for f in FIELDS if f[0] != "flag" or
            check.agg.fn not in ("percentile_in_peers", "peer_ratio")]
    left = [f for f in left if f[0] != "value" or check.agg.arg.type.name == "integer"]
    name, type_ = maker.pick(left)
    return ast.Field(record, name, check, type_)


def _partition(maker, rows):
    cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns
            if c.type.name in ("编码", "person_id", "text", "类别", "month")]
    if maker.chance(0.15):
        cols = maker.windows_of("integer") + cols[:1]
    most = maker.pick([0, 1, 1, 1, 2])
    return tuple(maker.rng.sample(cols, min(len(cols), most)))


def _order(maker, rows):
    cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns
            if c.type.name in ("date", "integer", "money", "month", "编码", "类别")]
    if maker.chance(0.15):
        cols += maker.windows_of("integer", "money")
    if not cols:
        cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
    chosen = maker.rng.sample(cols, min(len(cols), maker.pick([1, 1, 2])))
    return tuple((c, maker.chance(0.25)) for c in chosen)


def _fold(maker, rows, numbers):
    when = maker.leaf(rows) if maker.chance(0.2) else None
    u = maker.rng.random()
    if u < 0.4 or not numbers:
        return aggregate("count", vars_=(maker.pick(rows).name,), when=when)
    if u < 0.46 and len(rows) == 1:
        cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
        by = maker.pick([None, maker.pick(cols)])
        return aggregate(maker.pick(["first", "last"]), maker.pick(numbers), when=when, by=by)
    if u < 0.54:
        cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
        return aggregate("distinct_count", maker.pick(cols), when=when)
    return aggregate(maker.pick(["sum", "sum", "min", "max", "mean"]), maker.pick(numbers),
                     when=when)


def _ranks(maker, rows):
    """Ranks by the values themselves, one or two of them."""
    cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
    if maker.chance(0.2):
        return ast.WinFn("percent_rank", maker.pick(cols), Type("ratio", 18))
    one, other = (ast.WinFn(maker.pick(["rank", "dense_rank"]), maker.pick(cols), INTEGER)
                  for _ in range(2))
    return one if maker.chance(0.5) else ast.Arith("+", one, other, INTEGER)


def _ordered(maker, rows, numbers, within):
    cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
    dates = maker.columns_of(rows, "date")
    forms = ["rank", "dense_rank", "previous", "next", "first_value", "last_value",
             "running_count", "row_number"]
    forms += ["running_sum", "moving_sum", "moving_mean"] * bool(numbers)
    forms += ["gap_to_previous"] * 2 * bool(dates)
    forms += ["percent_rank", "ntile", "nth_value"] + ["change"] * bool(numbers)
    fn = maker.pick(forms)
    if fn == "row_number":
        return ast.WinFn(fn, None, INTEGER)
    if fn == "ntile":
        return ast.WinFn(fn, None, INTEGER, maker.pick([1, 2, 3]))
    if fn == "percent_rank":
        return ast.WinFn(fn, maker.pick(cols), Type("ratio", 18))
    if fn == "nth_value":
        arg = maker.pick(numbers or cols)
        return ast.WinFn(fn, arg, arg.type, maker.pick([1, 2, 3]))
    if fn == "change":
        arg = maker.pick(numbers)
        return ast.WinFn(fn, arg, arg.type)
    if fn in ("rank", "dense_rank", "running_count"):
        return ast.WinFn(fn, maker.pick(cols), INTEGER)
    if fn == "gap_to_previous":
        return ast.WinFn(fn, maker.pick(dates), DAYS)
    if fn in ("running_sum", "moving_sum", "moving_mean"):
        arg = maker.pick(numbers)
        return ast.WinFn(fn, arg, aggregate("mean", arg).type if fn == "moving_mean" else arg.type)
    arg = maker.pick(numbers or cols)
    return ast.WinFn(fn, arg, arg.type)


def use(maker, let, scope):
    """A condition that reads a windowed let."""
    ref = ast.LetRef(let.name, let.value.type)
    if isinstance(let.value, ast.Check):
        ref = _field(maker, ref, let.value)
    type_ = ref.type
    if type_.name == "days":
        bound = ast.Lit(maker.pick([0, 1, 30]), DAYS)
    elif type_.name == "real":
        bound = maker.pick([ast.Lit(Fraction(n, 4), Type("decimal", 2)) for n in (-3, 1, 5, 199)])
    elif type_.name == "boolean":
        return ast.Where(ref if maker.chance(0.5) else ast.Not(ref), maker.some_policy())
    elif type_.name == "decimal":
        bound = ast.Lit(maker.pick([0, 1, 2]), INTEGER)
    else:
        bound = maker.constant(type_ if type_ != Type("integer") else INTEGER)
    test = ast.Cmp(maker.pick(["<", "<=", ">", ">="]), ref, bound) if type_.name == "real" \
        else maker.comparison(ref, bound)
    u = maker.rng.random()
    if u < 0.15 and maker.in_rule:
        return ast.Except(maker.fresh("免"), test)
    if u < 0.25:
        return ast.Where(ast.Or((test, maker.leaf([v for v in scope if not v.attached]))))
    return ast.Where(test, maker.some_policy())

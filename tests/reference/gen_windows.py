# SPDX-License-Identifier: Apache-2.0
"""Random windowed lets: aggregates over peers, frames of days and rows, ordered functions, checks."""

from dataclasses import dataclass
from fractions import Fraction

import model as ast
from model import aggregate
from values import BOOLEAN, DAYS, INTEGER, Type

LENGTHS = (1, 30, 60)


@dataclass
class Peers:
    """What the functions of a window may look at: values of rows, or of groups."""

    maker: object
    values: list
    rows: list            # row variables; none of groups
    count: tuple          # the variables that `count` names
    attached: tuple = ()  # variables that may be folded without an order

    def of(self, *names):
        return [e for e in self.values if e.type.name in names and e.type.scale <= 4]

    def leaf(self):
        if self.rows:
            return self.maker.leaf(self.rows)
        e = self.maker.pick(self.of("integer", "money", "date", "text", "编码", "month"))
        return self.maker.comparison(e, self.maker.constant(e.type))


def window(maker, scope):
    """A windowed let of bindings that stands here."""
    rows = [v for v in scope if not v.attached and not v.optional]
    values = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
    numbers = maker.columns_of(rows, "integer") + maker.columns_of(rows, "money")
    if maker.chance(0.3):
        numbers = maker.windows_of("integer", "money") or numbers
    attached = tuple(v for v in scope if v.attached)
    return _window(Peers(maker, values, rows, (maker.pick(rows).name,), attached), numbers)


def group_window(maker, scope, keys):
    """A windowed let of groups that stands here: over their keys and aggregates."""
    values = [ast.KeyRef(n, e.type) for n, e in keys]
    values += [r for r, level, _ in maker.lets if level == maker.level and r.type.scale <= 4]
    values += [e for e in (maker.fold(scope) for _ in range(3)) if e.type.scale <= 4]
    peers = Peers(maker, values, [], ())
    if not peers.of("integer", "money", "date", "text", "编码", "month"):
        return None
    return _window(peers, peers.of("integer", "money"))


def _window(peers, numbers):
    """None where there is nothing to fold."""
    maker = peers.maker
    keys = _partition(peers)
    form = "check" if "checks" in maker.features else maker.pick(["plain", "plain", "upto", "days", "rows", "ordered", "ordered", "ordered",
                       "ranks", "check"])
    if form == "check" and numbers:
        return _check(peers, numbers, keys)
    if form == "check":
        form = "plain"
    dates = peers.of("date")
    order, within = (), None
    if form == "days" and dates:
        order = ((maker.pick(dates), False),)
        within = ast.Lit(maker.pick(LENGTHS), DAYS)
    elif form not in ("plain", "ranks"):
        order = _order(peers)
    if form == "rows":
        within = ("rows", maker.pick([1, 2, 3]))
    e = _ordered(peers, numbers, within) if form == "ordered" else \
        _ranks(peers) if form == "ranks" else _fold(peers, numbers)
    if e is None:
        return None
    if form == "plain" and peers.attached and maker.chance(0.6):
        e = _of_attached(peers)
    if form == "ordered" and isinstance(e, ast.WinFn) and e.fn.startswith("moving"):
        within = ("rows", maker.pick([2, 3]))
    name = maker.fresh("窗")
    maker.lets.append((ast.LetRef(name, e.type), maker.level, False))
    maker.windowed.add(name)
    return ast.Let(name, e, keys, order, within)


# Checks of a group: their operands, their parameters, their fields beside n and left_out.
NUMBERS, GROUPED, MARKED, TIMED, ANY, DATES = "numbers", "grouped", "marked", "timed", "any", "dates"
GROUP_CHECKS = {
    "benford": (NUMBERS, ("digits",), ("score", "p", "flag")),
    "last_digit": (NUMBERS, (), ("score", "p", "flag")),
    "round_share": (NUMBERS, ("power",), ("score",)),
    "repeated_share": (ANY, (), ("score",)),
    "concentration": (ANY, (), ("score",)),
    "just_below": (NUMBERS, ("limit", "width"), ("score", "p", "flag")),
    "sign_test": (NUMBERS, (), ("score", "p", "flag")),
    "wilcoxon_signed": (NUMBERS, (), ("score", "p", "flag")),
    "mann_whitney": (GROUPED, (), ("score", "p", "flag")),
    "ks_two": (GROUPED, (), ("score", "p", "flag")),
    "chi_square": (MARKED, (), ("score", "p", "flag")),
    "fisher_exact": (MARKED, (), ("p", "flag")),
    "trend": (TIMED, (), ("score", "p", "flag")),
    "change_point": (TIMED, (), ("score", "p", "flag")),
    "flat_line": (TIMED, (), ("score", "flag")),
    "step_pattern": (TIMED, (), ("score", "flag")),
    "seasonal_residual": (TIMED, ("phases",), ("score", "flag")),
    "regular_intervals": (DATES, (), ("score", "flag")),
    "burst": (DATES, ("days",), ("score", "p", "flag")),
}


def group_check(maker, vars_):
    """A check of the rows of a group or of a window, as a whole; None where nothing suits it."""
    fn = maker.pick(GROUP_CHECKS)
    operands, names, fields = GROUP_CHECKS[fn]
    cols = [ast.Col(v.name, c.name, c.type) for v in vars_ for c in v.columns]
    numbers = [c for c in cols if c.type.name in ("integer", "money")]
    dates = [c for c in cols if c.type.name == "date"]
    times = dates + [c for c in cols if c.type.name in ("month", "integer")]
    marks = [c for c in cols if c.type.name in ("integer", "text", "编码", "类别", "date", "month", "boolean")]
    of = {NUMBERS: numbers, GROUPED: numbers, MARKED: marks, TIMED: numbers if times else [], DATES: dates,
          ANY: cols}[operands]
    of = [c for c in of if c.type.name != "point"]
    if not of:
        return None
    arg = maker.pick(of)
    if fn == "fisher_exact":
        arg = ast.Pair(maker.leaf(vars_), maker.leaf(vars_))
    elif operands == GROUPED:
        arg = ast.Pair(arg, maker.leaf(vars_))
    elif operands == MARKED:
        arg = ast.Pair(arg, maker.pick(marks))
    elif operands == TIMED:
        arg = ast.Pair(arg, maker.pick(times))
    given = []
    for name in names:
        number = {"digits": [1, 2], "power": [0, 1], "phases": [2, 3], "days": [1, 30]}.get(name)
        value = maker.pick(number) if number else \
            ast.Lit(Fraction(maker.pick([1, 100])) if arg.type.name == "money" else maker.pick([1, 2]), arg.type)
        given.append((name, value))
    when = maker.leaf(vars_) if maker.chance(0.2) else None
    check = ast.Check(ast.Agg(fn, arg, (), when, Type("real")), maker.pick([1, 1, 2, 3]), given=tuple(given),
                      by=operands == TIMED)
    name = maker.pick(fields + ("n", "left_out") if fn != "flat_line" else fields)
    type_ = BOOLEAN if name == "flag" else INTEGER if name in ("n", "left_out") else Type("real")
    return ast.Field(check, name, check, type_)


def group_test(maker, vars_):
    """A condition on such a check."""
    before, maker.folding = maker.folding, True
    e = group_check(maker, vars_)
    maker.folding = before
    if e is None or e.type.name == "boolean":
        return e
    if e.type.name == "integer":
        return ast.Cmp(maker.pick(["<", ">=", "="]), e, ast.Lit(maker.pick([1, 2, 3]), INTEGER))
    bound = ast.Lit(Fraction(maker.pick([1, 3, 5, 9]), 8), Type("decimal", 3))
    return ast.Cmp(maker.pick(["<", "<=", ">", ">="]), e, bound)


FIELDS = (("score", Type("real")), ("score", Type("real")), ("flag", BOOLEAN), ("n", INTEGER),
          ("left_out", INTEGER), ("value", Type("real")))


def _check(peers, numbers, keys):
    """A check of a value among its peers: a field of it, or the record for a clause below."""
    maker = peers.maker
    if "checks" in maker.features and peers.rows and maker.chance(0.4):
        e = group_check(maker, peers.rows)
        return None if e is None else ast.Let(maker.fresh("窗"), e, keys, (), None)
    fn = maker.pick(["z_score", "robust_z", "iqr_outlier", "percentile_in_peers", "peer_ratio"])
    if "checks" in maker.features and maker.chance(0.4):
        fn = maker.pick(["duplicate_of", "duplicate_of", "adjust"])
        any_ = [v for v in peers.values if v.type.name != "point"]
        numbers = any_ if fn == "duplicate_of" and any_ else peers.of("integer") or numbers
    when = peers.leaf() if maker.chance(0.2) else None
    check = ast.Check(ast.Agg(fn, maker.pick(numbers), (), when, Type("real")), maker.pick([1, 2, 3]))
    name = maker.fresh("窗")
    if maker.chance(0.4):
        return ast.Let(name, check, keys, (), None)
    return ast.Let(name, _field(maker, check, check), keys, (), None)


def _field(maker, record, check):
    if check.agg.fn in ("duplicate_of", "adjust"):
        name = maker.pick(("score", "flag", "n", "left_out"))
        return ast.Field(record, name, check, dict(FIELDS)[name])
    left = [f for f in FIELDS if f[0] != "flag" or
            check.agg.fn not in ("percentile_in_peers", "peer_ratio")]
    left = [f for f in left if f[0] != "value" or check.agg.arg.type.name == "integer"]
    name, type_ = maker.pick(left)
    return ast.Field(record, name, check, type_)


def _partition(peers):
    maker = peers.maker
    cols = peers.of("编码", "person_id", "text", "类别", "month")
    if maker.chance(0.15):
        cols = (maker.windows_of("integer") if peers.rows else peers.of("integer")) + cols[:1]
    most = maker.pick([0, 1, 1, 1, 2])
    return tuple(maker.rng.sample(cols, min(len(cols), most)))


def _order(peers):
    maker = peers.maker
    cols = peers.of("date", "integer", "money", "month", "编码", "类别")
    if maker.chance(0.15):
        cols += maker.windows_of("integer", "money") if peers.rows else []
    if not cols:
        cols = peers.values
    chosen = maker.rng.sample(cols, min(len(cols), maker.pick([1, 1, 2])))
    return tuple((c, maker.chance(0.25)) for c in chosen)


def _fold(peers, numbers):
    maker = peers.maker
    when = peers.leaf() if maker.chance(0.2) else None
    u = maker.rng.random()
    if u < 0.4 or not numbers:
        when = when if peers.count else None
        return aggregate("count", vars_=peers.count, when=when)
    if u < 0.46 and len(peers.rows) <= 1:
        by = maker.pick([None, maker.pick(peers.values)])
        return aggregate(maker.pick(["first", "last"]), maker.pick(numbers), when=when, by=by)
    if u < 0.54:
        return aggregate("distinct_count", maker.pick(peers.values), when=when)
    return aggregate(maker.pick(["sum", "sum", "min", "max", "mean"]), maker.pick(numbers),
                     when=when)


def _of_attached(peers):
    """An aggregate over an attached variable, with others perhaps; or one that reads it in `when`."""
    maker = peers.maker
    mine = [maker.pick(peers.attached)]
    if maker.chance(0.3):
        mine.append(maker.pick([*peers.rows, *peers.attached]))
    mine = list({v.name: v for v in mine}.values())
    if maker.chance(0.2):
        return aggregate("count", vars_=peers.count, when=maker.leaf(mine))
    e = maker.fold(mine)
    return e if e.fn in ("count", "sum", "min", "max", "mean", "distinct_count") and \
        e.type.scale <= 4 else aggregate("count", vars_=(mine[0].name,))


def _ranks(peers):
    """Ranks by the values themselves, one or two of them."""
    maker, cols = peers.maker, peers.values
    if maker.chance(0.2):
        return ast.WinFn("percent_rank", maker.pick(cols), Type("ratio", 18))
    one, other = (ast.WinFn(maker.pick(["rank", "dense_rank"]), maker.pick(cols), INTEGER)
                  for _ in range(2))
    return one if maker.chance(0.5) else ast.Arith("+", one, other, INTEGER)


def _ordered(peers, numbers, within):
    maker, cols = peers.maker, peers.values
    dates = peers.of("date")
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
        other = maker.fold_test(scope) if maker.level else \
            maker.leaf([v for v in scope if not v.attached])
        return ast.Where(ast.Or((test, other)))
    return ast.Where(test, maker.some_policy())

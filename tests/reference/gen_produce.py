# SPDX-License-Identifier: Apache-2.0
"""Random clauses that make row variables out of values: `each` and `extract`."""

import model as ast
from values import DATE, DAYS, INTEGER, MONTH, PERIOD, TEXT, Type

LIST = Type("list")
PATTERNS = (("[甲乙丙]", ()), ("(?<字>[甲乙丙丁])", (("字", False),)),
            ("(?<首>甲|乙)(?<次>、)?", (("首", False), ("次", True))),
            ("(?<前>甲)|(?<后>乙)", (("前", True), ("后", True))))


def produced(maker, scope):
    """An `each` or `extract` over a value that may stand here; None where there is none."""
    rows = [v for v in scope if not v.attached]
    texts = maker.columns_of(rows, "text")
    dates = maker.columns_of(rows, "date")
    forms = ["split", "extract"] * bool(texts) + ["months", "days"] * bool(dates)
    if not forms:
        return None
    form = maker.pick(forms)
    if form in ("split", "extract"):
        own = [c for c in texts if c.name == "串"]
        text = maker.pick(own if own and maker.chance(0.8) else texts)
        if form == "extract":
            return _extract(maker, scope, text)
        value = ast.Call("split", (text, ast.Lit("、", TEXT)), LIST)
        return _each(maker, scope, value, TEXT)
    day = maker.pick(dates)
    value = ast.Call(form, (_span(maker, day, dates, form),), LIST)
    return _each(maker, scope, value, MONTH if form == "months" else DATE)


def _span(maker, day, dates, form):
    """A period of a few days or months; between two columns only where no date is extreme."""
    if form == "months" and maker.small and maker.chance(0.5):
        return ast.Call("period", (day, maker.pick(dates)), PERIOD)
    length = ast.Lit(31 if form == "months" else maker.pick([0, 1]), DAYS)
    later = ast.Arith("+", day, length, DATE)
    earlier = ast.Arith("-", day, length, DATE)
    return ast.Call("period", maker.pick([(day, later), (earlier, day)]), PERIOD)


def _each(maker, scope, value, type_):
    from generator import Var
    var = Var(maker.fresh("x"), (ast.Column("", type_),), produced=True)
    scope.append(var)
    return ast.Each(var.name, value)


def _extract(maker, scope, text):
    from generator import Var
    pattern, groups = maker.pick(PATTERNS)
    columns = tuple(ast.Column(n, TEXT, optional) for n, optional in groups)
    var = Var(maker.fresh("m"), (*columns, ast.Column("position", INTEGER)), produced=True)
    scope.append(var)
    return ast.Extract(var.name, text, pattern)

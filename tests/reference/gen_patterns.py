# SPDX-License-Identifier: Apache-2.0
"""Random `session`, `connect` and `sequence` clauses, with a condition that reads what they made."""

import model as ast
from model import aggregate
from pools import day
from values import DATE, INTEGER, Type

SERIES_FOLDS = ("sum", "min", "max", "mean", "missing_count")
SESSION = Type("session")
LINK_TYPES = ("编码", "person_id", "text")


def pattern(maker, kind, scope):
    """The clauses of one pattern; none where the variables have nothing to build it on."""
    return {"session": _session, "connect": _connect, "sequence": _sequence}[kind](maker, scope)


def _links(maker, rows):
    return [c for name in LINK_TYPES for c in maker.columns_of(rows, name)]


def _session(maker, scope):
    rows = [v for v in scope if not v.attached and not v.optional]
    dates, keys = maker.columns_of(rows, "date"), _links(maker, rows)
    if not dates or not keys:
        return []
    clause = ast.Session(maker.fresh("批"), (maker.pick(keys),), maker.pick(dates),
                         maker.pick([1, 30, 31]))
    _add(scope, clause.var, SESSION)
    return [clause]


def _connect(maker, scope):
    rows = [v for v in scope if not v.attached and not v.optional]
    nodes = _links(maker, rows)
    if len(nodes) < 2:
        return []
    left, right = maker.rng.sample(nodes, 2)
    clause = ast.Connect(maker.fresh("片"), left, right)
    _add(scope, clause.var, left.type)
    found = [clause]
    if maker.chance(0.5):
        found.append(_size_test(maker, clause.var))
    return found


def _size_test(maker, var):
    size = ast.Part(var, "size", INTEGER)
    return ast.Where(maker.comparison(size, ast.Lit(maker.pick([1, 2, 3, 4]), INTEGER)))


def size_of_key(maker, keys, clauses):
    """A condition on the size of a component by which the clauses are grouped."""
    names = {c.var for c in clauses if isinstance(c, ast.Connect)}
    found = [e.var for _, e in keys if isinstance(e, ast.Col) and e.var in names]
    return [_size_test(maker, found[0])] if found and maker.chance(0.5) else []


def _add(scope, name, type_):
    from generator import Var
    scope.append(Var(name, (), produced=True, bunch=type_))


def _sequence(maker, scope):
    """Over the rows of all variables, which it replaces by one each per step."""
    from generator import Var
    rows = [v for v in scope if not v.attached]
    dates, keys = maker.columns_of(rows, "date"), _links(maker, rows)
    if not dates or not keys:
        return []
    order = ((maker.pick(dates), False),)
    steps, labels = [], []
    for i in range(maker.pick([2, 2, 3])):
        if steps and maker.chance(0.4):
            steps.append((f"缺{i}", True, maker.leaf(rows)))
        labels.append(f"步{i}")
        steps.append((labels[-1], False, maker.leaf(rows)))
    if maker.chance(0.2):
        steps.append(("缺末", True, maker.leaf(rows)))
    clause = ast.Sequence((maker.pick(keys),), order, maker.pick([30, 60, 200]), tuple(steps))
    scope[:] = [Var(f"{label}.{v.name}", v.columns) for label in labels for v in rows
                if not v.optional]
    return [clause]



def series(maker, scope):
    """A series below a fence and a condition on a fold of it; nothing without dates and numbers."""
    rows = [v for v in scope if not v.attached and not v.optional]
    dates, numbers = maker.columns_of(rows, "date"), maker.columns_of(rows, "integer")
    if not dates or not rows:
        return []
    per = maker.pick(["month", "month", "day"])
    over = (day("2023-12-31"), day("2024-02-15")) if per == "month" else \
        (day("2024-02-28"), day("2024-03-02"))
    if maker.chance(0.1):
        over = over[::-1]
    value = aggregate("sum", maker.pick(numbers)) if numbers and maker.chance(0.6) else \
        aggregate("count", vars_=(maker.pick(rows).name,))
    fill = ast.Lit(0, INTEGER) if maker.chance(0.6) else None
    clause = ast.Series(maker.fresh("列"), value, per, maker.pick(dates),
                        tuple(ast.Lit(d, DATE) for d in over), fill)
    fn = maker.pick(SERIES_FOLDS if fill is None else SERIES_FOLDS[:4])
    type_ = aggregate(fn, value).type if fn != "missing_count" else INTEGER
    test = maker.comparison(ast.SeriesFold(fn, clause, type_),
                            ast.Lit(maker.pick([0, 1, 2, 3]), INTEGER))
    return [clause, ast.Where(test)]

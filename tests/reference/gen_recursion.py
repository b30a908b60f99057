# SPDX-License-Identifier: Apache-2.0
"""Random recursive relations over a table of edges: closures, counted steps, costs that are kept
least or greatest, rings of two relations. Every one of them passes the checker's proof of its end.
"""

from dataclasses import replace

import model as ast
from model import arith
from pools import CODE
from values import INTEGER, PERSON, TEXT


def add(maker):
    """An edge table and one or two relations over it; gives their declarations."""
    edges = _edges(maker)
    form = maker.pick(["closure", "closure", "steps", "cost", "cost", "ring"])
    relations = {"closure": _closure, "steps": _steps, "cost": _cost, "ring": _ring}[form](
        maker, edges)
    others = [t for t in maker.readable if t != edges.name]
    maker.readable = {t: maker.readable[t] for t in (edges.name, maker.pick(others))}
    for relation in relations:
        maker.readable[relation.name] = relation.columns
    return [edges, *relations]


def _edges(maker):
    type_ = maker.pick([CODE, CODE, PERSON, TEXT])
    columns = [ast.Column("甲端", type_, True), ast.Column("乙端", type_, maker.chance(0.7)),
               ast.Column("数", INTEGER, False)]
    if maker.chance(0.5) and not maker.small:
        columns.append(ast.Column("旗", ast.BOOLEAN, True))
    expects = (ast.Expect(ast.Cmp(">=", ast.Col(None, "数", INTEGER), ast.Lit(0, INTEGER))),)
    table = ast.Table("边表", tuple(columns), (), expects)
    maker.tables.append(table)
    maker.readable[table.name] = table.columns
    return table


def _ends(table):
    type_ = table.columns[0].type
    return ast.Column("起", type_, True), ast.Column("止", type_, True)


def _filter(maker, vars_, chance=0.5):
    """No clause, or a filter over the variables given."""
    maker.lets, maker.level = [], 0
    return [ast.Where(maker.leaf(vars_), maker.some_policy())] if maker.chance(chance) else []


def _hop(maker, source, table, backwards, more=()):
    """The head of a recursive branch: the relation and the next edge, in either order."""
    type_ = table.columns[0].type
    mine, other = ast.Col("e", "甲端", type_), ast.Col("f", "止", type_)
    equal = ast.Cmp("=", *((mine, other) if maker.chance(0.5) else (other, mine)))
    on = ast.And((equal, *more)) if more else equal
    if backwards:
        return [ast.From("e", table.name), ast.Partner("join", "f", source, on)]
    policy = None if maker.small else maker.pick([None, None, "drop", "undecided"])
    return [ast.From("f", source), ast.Partner("join", "e", table.name, on, policy=policy)]


def _start(maker, table, columns):
    """A branch that copies edges."""
    from generator import Var
    return [ast.From("e", table.name), *_filter(maker, [Var("e", table.columns)]),
            ast.Yield(columns)]


def _branches(maker, table, name, start, step, visible=None):
    """Both branches, in either order; `visible` are the columns of f that a filter may read."""
    from generator import Var
    head = _ends(table)
    type_ = head[0].type
    first = _start(maker, table, (("起", ast.Col("e", "甲端", type_)),
                                  ("止", ast.Col("e", "乙端", type_)), *start))
    f, e = Var("f", visible or head), Var("e", table.columns)
    link = [maker.leaf([e])] if maker.chance(0.25) else []
    second = [*_hop(maker, name, table, maker.chance(0.25), link),
              *_filter(maker, [f, e], 0.35),
              ast.Yield((("起", ast.Col("f", "起", type_)), ("止", ast.Col("e", "乙端", type_)),
                         *step))]
    found = (tuple(first), tuple(second))
    return found if maker.chance(0.8) else found[::-1]


def _closure(maker, table):
    columns, extra = list(_ends(table)), ()
    if maker.chance(0.3) and len(table.columns) > 3:
        columns.append(replace(table.columns[3], nullable=True))
        extra = (("旗", ast.Col("e", "旗", ast.BOOLEAN)),)
    branches = _branches(maker, table, "通路", extra, extra)
    return [ast.Relation("通路", tuple(columns), branches,
                         depth=maker.pick([None, None, None, 0, 1, 2]))]


def _steps(maker, table):
    """The number of steps is part of the key: only the depth ends it."""
    x = ast.Column("层", INTEGER)
    step = arith("+", ast.Col("f", "层", INTEGER), ast.Lit(1, INTEGER))
    branches = _branches(maker, table, "通路", (("层", ast.Lit(1, INTEGER)),), (("层", step),))
    return [ast.Relation("通路", (*_ends(table), x), branches, depth=maker.pick([1, 2, 3]))]


def _cost(maker, table):
    least = maker.chance(0.75)
    x, price = ast.Col("f", "价", INTEGER), ast.Col("e", "数", INTEGER)
    form = maker.pick(["sum", "sum", "one", "extreme"])
    step = {"sum": arith("+", x, price), "one": arith("+", x, ast.Lit(1, INTEGER)),
            "extreme": ast.Call("greatest" if least else "least", (x, price), INTEGER)}[form]
    # only a constant step is proved to have a sign
    ends = least and form != "sum" or form == "extreme"
    depth = None if ends and maker.chance(0.7) else maker.pick([1, 2, 3, 5])
    branches = _branches(maker, table, "通路", (("价", price),), (("价", step),))
    if least and maker.chance(0.2):
        bound = ast.Where(ast.Cmp(maker.pick(["<", "<="]), x, ast.Lit(2, INTEGER)))
        branches = tuple((*b[:-1], bound, b[-1]) if len({c.table for c in b if hasattr(
            c, "table")}) == 2 else b for b in branches)
    return [ast.Relation("通路", (*_ends(table), ast.Column("价", INTEGER)), branches,
                         ("起", "止"), ("least" if least else "greatest", "价"), depth)]


def _ring(maker, table):
    """奇路 and 偶路: ends that lie an odd and an even number of edges away."""
    from generator import Var
    heads, type_ = _ends(table), table.columns[0].type
    ends = (("起", ast.Col("f", "起", type_)), ("止", ast.Col("e", "乙端", type_)))
    start = _start(maker, table, (("起", ast.Col("e", "甲端", type_)),
                                  ("止", ast.Col("e", "乙端", type_))))
    scope = [Var("f", heads), Var("e", table.columns)]
    back = [*_hop(maker, "偶路", table, False), *_filter(maker, scope, 0.3), ast.Yield(ends)]
    there = [*_hop(maker, "奇路", table, maker.chance(0.3)), *_filter(maker, scope, 0.3),
             ast.Yield(ends)]
    return [ast.Relation("奇路", heads, (tuple(start), tuple(back)),
                         depth=maker.pick([None, None, 2])),
            ast.Relation("偶路", heads, (tuple(there),), depth=maker.pick([None, None, 1, 3]))]

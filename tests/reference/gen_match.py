# SPDX-License-Identifier: Apache-2.0
"""Random match models and partner clauses that use them."""

from fractions import Fraction

import model as ast

LINKS = ("编码", "person_id", "text", "month", "类别", "integer")
WEIGHTS = tuple(Fraction(n, 10) for n in (-10, -5, 0, 3, 7, 10, 21))


def add(maker):
    """A match model over two tables that share types; nothing where no two do."""
    for _ in range(10):
        left, right = maker.pick(maker.tables), maker.pick(maker.tables)
        pairs = [(ast.Col("a", c.name, c.type), ast.Col("b", d.name, d.type))
                 for c in left.columns for d in right.columns
                 if c.type == d.type and c.type.name in LINKS]
        if pairs:
            maker.match = _model(maker, left, right, pairs)
            return [maker.match]
    return []


def _model(maker, left, right, pairs):
    blocks = [ast.Cmp("=", *maker.pick(pairs)) for _ in range(maker.pick([1, 1, 2]))]
    compares = []
    for i in range(maker.pick([1, 2, 3])):
        a, b = maker.pick(pairs)
        op = maker.pick(["=", "=", "!=", "<"]) if a.type.ordered_number else "="
        compares.append(ast.Compare(f"项{i}", ast.Cmp(op, a, b),
                                    *(maker.pick(WEIGHTS) for _ in range(3))))
    review = maker.pick([Fraction(0), Fraction(3, 10), Fraction(1)])
    return ast.Match("同一", ("a", left.name), ("b", right.name), tuple(dict.fromkeys(blocks)),
                     tuple(compares), review + maker.pick(WEIGHTS[2:]), review)


def using(maker, rows, table, columns, on):
    """(table, columns, link): the match model where one of the variables stands for its left
    side."""
    sides = {t.name: t.columns for t in maker.tables}
    fit = [v for v in rows if v.columns is sides[maker.match.left[1]] and not v.optional
           and "." not in v.name]     # the row that a step keeps is no side
    if not fit:
        return table, columns, on
    right = maker.match.right[1]
    return right, sides[right], ast.Using(maker.match.name, maker.pick(fit).name)

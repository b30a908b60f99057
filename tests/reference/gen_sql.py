# SPDX-License-Identifier: Apache-2.0
"""Random models without holes, for `sqlite_oracle.py`: every cell holds a value, no operation can
fail, and only such clauses occur as SQL has."""

import random
from fractions import Fraction

import gen_recursion
import model as ast
from generator import Case, Maker, Var, difference_function, rule_columns
from model import arith
from pools import LETTERS, day, pool
from values import DATE, DAYS, INTEGER, MONEY, MONTHS, PERIOD, RATIO

LEFT_OUT = (ast.Doubt, ast.Cites)


class SqlMaker(Maker):
    """A maker of gap-free cases."""

    natural = False     # whether the table at work has no negative numbers

    # ----------------------------------------------------------------- tables

    def expects(self, columns):
        return ()

    def covers(self, name, columns):
        return ()

    def table(self, name):
        table = super().table(name)
        if not table.key and self.chance(0.4):
            self.tables[-1] = table = ast.Table(name, table.columns, (table.columns[0].name,))
        return table

    def cell(self, column, i):
        if column.name == "序":
            return self.fresh("")
        if column.name == "数" and self.natural:
            return self.pick(["0", "1", "1", "2", "3"])
        return self.pick(pool(column))

    def rows(self, table):
        """Equal rows too, but no two of one key: the second would be quarantined."""
        found, keys, self.natural = [], set(), bool(table.expects)
        places = [i for i, c in enumerate(table.columns) if c.name in table.key]
        for row in super().rows(table) + super().rows(table):
            key = tuple(row[i] for i in places)
            if not key or key not in keys:
                found.append(row)
            keys.add(key)
        return found

    # ------------------------------------------------------------ expressions

    def quotient(self, vars_):
        """A quotient whose denominator cannot be 0."""
        a, b = self.number(vars_, 1), self.number(vars_, 1)
        if a.type.name != b.type.name and a.type.name == "integer":
            a, b = b, a
        least = ast.Lit(1, INTEGER) if b.type.name == "integer" else ast.Lit(Fraction(100), MONEY)
        b = least if isinstance(b, ast.Lit) else ast.Call("greatest", (b, least), b.type)
        e = arith("/", a, b)
        return self.comparison(e, self.constant(RATIO if e.type.name == "ratio" else MONEY))

    def period(self, vars_):
        """A period that cannot end before it starts."""
        start, end = self.date(vars_), self.date(vars_)
        if isinstance(start, ast.Lit) and isinstance(end, ast.Lit):
            start, end = sorted((start, end), key=lambda e: e.value)
        else:
            days = ast.Lit(self.pick([0, 30, 60]), DAYS)
            start, end = self.pick([(start, ast.Arith("+", start, days, DATE)),
                                    (ast.Arith("-", end, days, DATE), end)])
        return ast.Call("period", (start, end), PERIOD)

    def date(self, vars_):
        """More arithmetic of months: a month that has no such day ends early."""
        d = super().date(vars_)
        if isinstance(d, ast.Col) and self.chance(0.2):
            return ast.Arith(self.pick("+-"), d, ast.Lit(self.pick([1, 2, 13]), MONTHS), DATE)
        return d

    # ---------------------------------------------------------------- clauses

    def row_clauses(self, scope, allowed, most):
        """Fewer filters than elsewhere: an empty list proves little."""
        allowed = [k for k in allowed if k not in ("doubt", "cites", "where")] + ["where", "let"]
        return super().row_clauses(scope, allowed, most)

    def group_clauses(self, scope, rule, keys):
        return [c for c in super().group_clauses(scope, rule, keys) if not isinstance(c, LEFT_OUT)]

    def partner(self, kind, scope):
        """A lookup goes by the key of its table, so that it finds one row or none."""
        rows = [v for v in scope if not v.attached]
        plain = [v for v in rows if not v.optional]
        if kind != "lookup":
            clause = super().partner(kind, [v for v in plain])
            scope.append(Var(clause.var, self.readable[clause.table], False,
                             kind in ("attach", "exists", "lacks")))
            return clause
        links = [(t, ast.Col(v.name, d.name, d.type)) for t in self.tables for v in plain
                 for d in v.columns if t.key and d.type == LETTERS.get(t.key[0], INTEGER)]
        if not links:
            return self.partner("attach", scope)
        table, other = self.pick(links)
        var = Var(self.fresh("v"), table.columns, True)
        on = ast.Cmp("=", ast.Col(var.name, table.key[0], other.type), other)
        if self.chance(0.3):
            self.linking = True
            on = ast.And((on, self.leaf([var])))
            self.linking = False
        scope.append(var)
        return ast.Partner("lookup", var.name, table.name, on)

    def last_partner(self, scope):
        plain = [v for v in scope if not v.optional]
        clause = super().last_partner(plain)
        if clause is not None:
            scope.append(plain[-1])
        return clause

    def some_policy(self):
        return self.pick([None, None, "drop", "drop", "keep", "undecided"])


def make(seed):
    """The case of a seed."""
    maker = SqlMaker(random.Random(seed), latest=True)
    for name in ("甲表", "乙表", "丙表"):
        maker.table(name)
    recursive = gen_recursion.add(maker) if maker.chance(0.25) else []
    declarations = list(maker.tables)
    if maker.chance(0.4):
        declarations.append(ast.Param("阈值", INTEGER, ((None, ast.Lit(2, INTEGER)),)))
        maker.params.append(ast.ParamRef("阈值", INTEGER))
    if maker.chance(0.3):
        maker.dated = True
        declarations.append(ast.Param("限额", MONEY, (
            (day("2000-01-01"), ast.Lit(Fraction(100), MONEY)),
            (day("2024-02-29"), ast.Lit(Fraction(999999, 10000), MONEY)))))
    if maker.chance(0.3):
        maker.functions.append(difference_function())
        declarations.append(maker.functions[0])
    declarations += [d for d in recursive if isinstance(d, ast.Relation)]
    if maker.chance(0.4):
        declarations.append(maker.relation("关系一", 4))
    if maker.chance(0.3):
        declarations.append(maker.query("查询一", 4))
    else:
        rule = maker.rule("规则一", 4)
        declarations.append(rule)
        if maker.chance(0.2):
            maker.readable = {"规则一": rule_columns(rule), **maker.readable}
            declarations.append(maker.rule("规则二", 2))
    policy = maker.pick(["drop", "keep", "undecided"]) if maker.chance(0.2) else None
    data = {t.name: maker.rows(t) for t in maker.tables}
    return Case(ast.Model(tuple(declarations), policy), data, day("2024-12-31"), Fraction(0), seed)

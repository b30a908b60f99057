# SPDX-License-Identifier: Apache-2.0
"""`each` and `extract` (evaluation 3 and 4.2) by hand."""

import unittest

from model import (Call, Clue, Cmp, Col, Column, Each, Extract, From, Lit, Partner, Query, Rule, Table,
                   Where, Yield, aggregate)
from test_evaluator import brief, run
from test_recursion import main
from values import DATE, INTEGER, MONTH, PERIOD, TEXT, Type

LIST = Type("list")
BOOKS = Table("账", (Column("户", TEXT, True), Column("名", TEXT, True), Column("起", DATE, True),
                    Column("止", DATE, True)))
PRICES = Table("价", (Column("户", TEXT, True), Column("数", INTEGER)))


def col(name, type_=TEXT, var="t"):
    return Col(var, name, type_)


NAMES = Each("x", Call("split", (col("名"), Lit("、", TEXT)), LIST))
SPAN = Call("period", (col("起", DATE), col("止", DATE)), PERIOD)
X = col("", TEXT, "x")


class Elements(unittest.TestCase):
    def check(self, clauses, data, expected, more=()):
        rule = Rule("规则", (From("t", "账"), *clauses))
        self.assertEqual(brief(run([BOOKS, *more, rule], data)), expected)

    def test_split(self):
        """Empty parts are no elements; the same text twice in a list is two elements."""
        self.check((NAMES, Clue((("名", X),), fields=(("数", aggregate("count", vars_=("x",))),))),
                   {"账": [["甲", "子、丑", "", ""], ["乙", "丑、、丑", "", ""], ["丙", "、", "", ""]]},
                   [("clue", "丑", 3, 0, 0), ("clue", "子", 1, 0, 0)])

    def test_unknown_list(self):
        """One undecided binding, which a condition on what is known can settle."""
        data = {"账": [["甲", "", "", ""]]}
        self.check((NAMES, Clue((("户", col("户")),))), data,
                   [("undecided", "甲", 0, 1, 0, (2, "missing", "账.名", 1))])
        self.check((NAMES, Where(Cmp("!=", col("户"), Lit("甲", TEXT))), Clue((("户", col("户")),))),
                   data, [])

    def test_unknown_list_is_any_number(self):
        """No count over it has an upper end."""
        bound = Cmp("<", aggregate("count", vars_=("x",)), Lit(9, INTEGER))
        from model import GroupBy, KeyRef
        self.check((NAMES, GroupBy((("户", col("户")),)), Where(bound),
                    Clue((("户", KeyRef("户", TEXT)),))),
                   {"账": [["甲", "子", "", ""], ["甲", "", "", ""], ["乙", "子", "", ""]]},
                   [("clue", "乙", 1, 0, 0),
                    ("undecided", "甲", 1, 1, 0, (2, "missing", "账.名", 1))])

    def test_fan_out(self):
        """The same list met twice gives the same elements: two, not four."""
        rule = Rule("规则", (From("t", "账"), Partner("join", "p", "价", Cmp(
            "=", col("户", TEXT, "p"), col("户"))), NAMES,
            Clue((("户", col("户")),), fields=(("数", aggregate("count", vars_=("x",))),
                                             ("对", aggregate("count"))))))
        lines = run([BOOKS, PRICES, rule], {"账": [["甲", "子、丑", "", ""]],
                                            "价": [["甲", "1"], ["甲", "2"]]})
        self.assertEqual(lines[0]["fields"], {"数": "2", "对": "4"})

    def test_months_and_days(self):
        for name, type_, expected in (("months", MONTH, ["2024-01", "2024-02"]),
                                      ("days", DATE, ["2024-01-31", "2024-02-01"])):
            query = Query("查询", (From("t", "账"), Each("x", Call(name, (SPAN,), LIST)),
                                 Yield((("值", col("", type_, "x")),))))
            lines = run([BOOKS, query], {"账": [["甲", "", "2024-01-31", "2024-02-01"],
                                               ["乙", "", "2024-01-31", ""]]})
            self.assertEqual([e["row"]["值"] for e in lines], expected)

    def test_backward_period(self):
        self.check((Each("x", Call("months", (SPAN,), LIST)), Clue((("户", col("户")),))),
                   {"账": [["甲", "", "2024-02-01", "2024-01-01"]]},
                   [("undecided", "甲", 0, 1, 0, (2, "domain", "period(t.起, t.止)", 1))])


class Matches(unittest.TestCase):
    def test_groups_and_position(self):
        query = Query("查询", (From("t", "账"), Extract("m", col("名"), "(?<首>甲|乙)(?<次>、)?"), Yield(
            (("首", col("首", TEXT, "m")), ("次", col("次", TEXT, "m")),
             ("处", col("position", INTEGER, "m"))))))
        lines = run([BOOKS, query], {"账": [["一", "丙甲、乙", "", ""], ["二", "丙", "", ""]]})
        self.assertEqual([tuple(e["row"].values()) for e in lines],
                         [("乙", None, "4"), ("甲", "、", "2")])

    def test_group_that_took_no_part(self):
        """Its gap is named by the match's variable."""
        query = Rule("规则", (From("t", "账"), Extract("m", col("名"), "甲(?<次>、)?"), Clue(
            (("次", col("次", TEXT, "m")),))))
        lines = run([BOOKS, query], {"账": [["一", "甲", "", ""]]})
        self.assertEqual(brief(lines), [("undecided", None, 0, 1, 0, (3, "missing", "m.次", 1))])


if __name__ == "__main__":
    main("__main__")

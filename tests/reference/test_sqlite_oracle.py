# SPDX-License-Identifier: Apache-2.0
"""What the SQLite oracle expects of models whose answer is known by hand (evaluation 5.2, 6.2, 9)."""

import datetime
import unittest
from fractions import Fraction

from generator import Case
from model import (Arith, Clue, Cmp, Col, Column, Except, From, GroupBy, KeyRef, Let, LetRef, Lit, Model,
                   Partner, Query, Rule, Table, Where, Yield, aggregate, arith)
from sql_text import Unsayable
from sqlite_oracle import World, lines_of
from test_recursion import main
from values import DATE, INTEGER, MONTHS, TEXT

PAID = Table("付", (Column("户", TEXT), Column("数", INTEGER), Column("日", DATE, True)))
HELD = Table("押", (Column("户", TEXT), Column("式", TEXT)), ("户",))
ROWS = {"付": [["甲", "100", "2024-01-31"], ["甲", "200", "2024-02-29"], ["乙", "1", "2024-01-30"]],
        "押": [["甲", "监"], ["丙", "监"]]}


def col(name, type_=TEXT, var="p"):
    return Col(var, name, type_)


HOUSE = (("户", KeyRef("户", TEXT)),)
BY_HOUSE = GroupBy((("户", col("户")),))
SAME = Cmp("=", col("户", TEXT, "j"), col("户"))
FIRST = From("p", "付")


def run(d, data=None):
    case = Case(Model((PAID, HELD, d)), data or ROWS, datetime.date(2024, 12, 31).toordinal(),
                Fraction(0))
    return lines_of(case, World(case))


def brief(lines):
    return [(e["list"], *e["key"].values(), e["certain_rows"], e["excluded_rows"],
             *e["cleared_by"], *e["fields"].values()) for e in lines]


class Expected(unittest.TestCase):
    def test_fan_out(self):
        """A payment that two rows join counts once."""
        twice = Partner("join", "q", "付", Cmp("=", col("户", TEXT, "q"), col("户")))
        total = aggregate("sum", col("数", INTEGER))
        lines = run(Rule("规则", (FIRST, twice, BY_HOUSE, Clue(HOUSE, fields=(("和", total),)))))
        self.assertEqual(brief(lines), [("clue", "乙", 1, 0, "1"), ("clue", "甲", 4, 0, "300")])

    def test_lets_of_the_first_level(self):
        """Behind a second fence such a let counts once per group of the first."""
        total = Let("和", aggregate("sum", col("数", INTEGER)))
        kind = GroupBy((("户", col("户")), ("日", col("日", DATE))))
        again = GroupBy((("户", KeyRef("户", TEXT)),))
        data = {"付": [["甲", "5", "2024-01-31"], ["甲", "5", "2024-02-29"], ["甲", "1", "2024-02-29"]],
                "押": []}
        lines = run(Rule("规则", (FIRST, kind, total, again, Clue(HOUSE, fields=(
            ("全", aggregate("sum", LetRef("和", INTEGER))),
            ("多", aggregate("max", LetRef("和", INTEGER))))))), data)
        self.assertEqual(brief(lines), [("clue", "甲", 3, 0, "11", "6")])

    def test_exceptions(self):
        """Cleared where only the exception stands against it; a clue must be a hit without it too."""
        few = Where(Cmp("<", aggregate("count", vars_=("p",)), Lit(2, INTEGER)))
        small = Except("小额", Cmp("<=", col("数", INTEGER), Lit(100, INTEGER)))
        self.assertEqual(brief(run(Rule("规则", (FIRST, small, BY_HOUSE, few, Clue(HOUSE))))),
                         [("cleared", "乙", 1, 1, "小额")])
        self.assertEqual(brief(run(Rule("规则", (FIRST, small, BY_HOUSE, Clue(HOUSE))))),
                         [("clue", "甲", 1, 1), ("cleared", "乙", 1, 1, "小额")])

    def test_months_end_early(self):
        later = Arith("+", col("日", DATE), Lit(1, MONTHS), DATE)
        lines = run(Query("查询", (FIRST, Yield((("后", later),)))))
        self.assertEqual([e["row"]["后"] for e in lines], ["2024-02-29", "2024-02-29", "2024-03-29"])

    def test_quotients_are_compared_exactly(self):
        """1 / 3 is not 0.333…3, however many places are written."""
        third = arith("/", col("数", INTEGER), Lit(3, INTEGER))
        equal = Where(Cmp("=", third, arith("/", Lit(1, INTEGER), Lit(3, INTEGER))))
        lines = run(Query("查询", (FIRST, equal, Yield((("户", col("户")),)))))
        self.assertEqual([e["row"]["户"] for e in lines], ["乙"])

    def test_holes_of_a_lookup(self):
        """`drop` and `keep` are what SQL makes of NULL; under `undecided` SQL has no word for it."""
        find = Partner("lookup", "j", "押", SAME)
        prison = Cmp("=", col("式", TEXT, "j"), Lit("监", TEXT))
        for policy, expected in (("drop", ["甲"]), ("keep", ["乙", "甲"])):
            lines = run(Rule("规则", (FIRST, find, Where(prison, policy), Clue((("户", col("户")),)))))
            self.assertEqual([e["key"]["户"] for e in lines], expected)
        with self.assertRaises(Unsayable):
            run(Rule("规则", (FIRST, find, Where(prison), Clue((("户", col("户")),)))))


if __name__ == "__main__":
    main("__main__")

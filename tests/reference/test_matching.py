# SPDX-License-Identifier: Apache-2.0
"""Match models (evaluation 4.2) by hand."""

import unittest
from fractions import Fraction

from model import Clue, Cmp, Col, Column, Compare, From, Match, Partner, Rule, Table, Using
from test_evaluator import brief, run
from test_recursion import main
from values import TEXT

SHOPS = Table("店", (Column("号", TEXT), Column("区", TEXT, True), Column("名", TEXT, True),
                    Column("证", TEXT, True)))
PERMITS = Table("许", (Column("号", TEXT), Column("区", TEXT, True), Column("名", TEXT, True),
                      Column("证", TEXT, True)))


def col(var, name):
    return Col(var, name, TEXT)


def equal(name):
    return Cmp("=", col("a", name), col("b", name))


def bits(text):
    return Fraction(text)


SAME = Match("同店", ("a", "店"), ("b", "许"), (equal("区"), equal("证")), (
    Compare("名", equal("名"), bits("2.1"), bits("-1"), bits("0")),
    Compare("证", equal("证"), bits("1.2"), bits("-0.9"), bits("0"))), bits("3.3"), bits("1.2"))


class Pairs(unittest.TestCase):
    def lists(self, kind, shops, permits, policy=None, tolerance=0):
        rule = Rule("规则", (From("s", "店"), Partner(kind, "v", "许", Using("同店", "s"), policy=policy),
                           Clue((("号", col("s", "号")),))))
        return brief(run([SHOPS, PERMITS, SAME, rule], {"店": shops, "许": permits}, tolerance))

    def test_accepted_and_under_review(self):
        """3.3 is accepted exactly; what lies between review and it is undecided."""
        permits = [["1", "东", "甲", "x"], ["2", "西", "甲", "y"], ["3", "南", "乙", "z"]]
        shops = [["A", "东", "甲", "x"], ["B", "西", "甲", "x1"], ["B2", "西", "甲", ""],
                 ["C", "南", "丙", "w"]]
        self.assertEqual(self.lists("join", shops, permits), [
            ("clue", "A", 1, 0, 0), ("undecided", "B", 0, 1, 0, (2, "under review", "同店", 1)),
            ("undecided", "B2", 0, 1, 0, (2, "under review", "同店", 1))])
        self.assertEqual([e[:2] for e in self.lists("lacks", shops, permits, "undecided")],
                         [("clue", "C"), ("undecided", "B"), ("undecided", "B2")])

    def test_row_that_no_block_places(self):
        permits = [["1", "东", "甲", "x"]]
        self.assertEqual(self.lists("lacks", [["A", "", "乙", ""], ["B", "", "乙", "y"]], permits,
                                    "undecided"),
                         [("clue", "B", 1, 0, 0), ("undecided", "A", 0, 1, 0,
                                                  (2, "missing", "店.区", 1))])
        self.assertEqual(self.lists("lacks", [["A", "", "乙", ""]], permits, "drop"), [])
        loose = [["1", "", "甲", ""]]
        shops = [["A", "东", "甲", "x"]]
        self.assertEqual([e[:2] for e in self.lists("lacks", shops, loose, "undecided")],
                         [("undecided", "A")])
        self.assertEqual(self.lists("lacks", shops, loose, "undecided", 1)[0][0], "clue")
        self.assertEqual(self.lists("join", shops, loose),
                         [("gap", 0, 0, 0, (2, "missing", "许.区", 1))])


if __name__ == "__main__":
    main("__main__")

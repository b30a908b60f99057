# SPDX-License-Identifier: Apache-2.0
"""The worked examples of evaluation.md and language.md, by hand, against the reference evaluator."""

import sys
import unittest
from fractions import Fraction

from evaluator import Run
from model import *   # noqa: F403 - the model is a vocabulary
from values import DATE, INTEGER, MONEY, PERSON, TEXT, Type

CODE = Type("文号", own=True)
A, B, C = "A001", "B001", "C001"


def run(declarations, data, tolerance=0, **more):
    model = Model(tuple(declarations))
    return Run(model, data, tolerance=Fraction(tolerance), **more).entries()


def brief(lines):
    """list, key parts, certain, undecided, excluded, causes as tuples."""
    return [(e["list"], *e["key"].values(), e["certain_rows"], e["undecided_rows"],
             e["excluded_rows"], *[tuple(c.values()) for c in e["causes"]]) for e in lines]


SALES = Table("销售", (Column("门店", TEXT, True), Column("文号", CODE, True), Column("数", INTEGER)))
BANNED = Table("目录", (Column("文号", CODE), Column("起", INTEGER)))
s_shop, s_code, s_n = Col("s", "门店", TEXT), Col("s", "文号", CODE), Col("s", "数", INTEGER)
b_code = Col("b", "文号", CODE)


def lit(n):
    return Lit(n, INTEGER)


def counting(op, bound, extra=()):
    return Rule("计数规则", (From("s", "销售"), *extra, GroupBy((("门店", s_shop),)),
                         Where(Cmp(op, aggregate("count", vars_=("s",)), lit(bound))),
                         Clue((("门店", KeyRef("门店", TEXT)),))))


def rows(certain, possible, shadow):
    """Rows of one shop: certain, possible (a blank number under a filter), and without a shop."""
    return ([["甲", A, "1"]] * certain + [["甲", A, ""]] * possible + [["", A, "1"]] * shadow)


LOOSE_SALES = Table("销售", (Column("门店", TEXT, True), Column("文号", CODE, True),
                           Column("数", INTEGER, True)))
FILTER = (Where(Cmp(">", s_n, lit(0))),)


class GroupTable(unittest.TestCase):
    """The worked table of 5.3."""

    def check(self, members, op, bound, expected):
        lines = run([LOOSE_SALES, counting(op, bound, FILTER)], {"销售": rows(*members)})
        listed = {e["key"]["门店"]: e["list"] for e in lines}
        self.assertEqual(listed.get("甲"), expected, lines)

    def test_table(self):
        self.check((10, 3, 0), ">=", 10, "clue")
        self.check((9, 3, 0), ">=", 10, "undecided")
        self.check((9, 0, 5), ">=", 10, None)
        self.check((2, 0, 0), "<", 3, "clue")
        self.check((2, 0, 1), "<", 3, "undecided")
        self.check((0, 3, 0), ">=", 10, None)
        self.check((0, 3, 0), "<", 3, "undecided")

    def test_causes(self):
        lines = run([LOOSE_SALES, counting(">=", 10, FILTER)], {"销售": rows(9, 3, 0)})
        self.assertEqual(brief(lines), [("undecided", "甲", 9, 3, 0, (2, "missing", "销售.数", 3))])


class Partners(unittest.TestCase):
    def test_join_without_code(self):
        rule = Rule("规则", (From("s", "销售"),
                           Partner("join", "b", "目录", Cmp("=", b_code, s_code)),
                           Where(Cmp(">=", s_n, Col("b", "起", INTEGER))),
                           Clue((("门店", s_shop),))))
        lines = run([SALES, BANNED, rule], {
            "销售": [["甲", A, "5"], ["乙", B, "5"], ["丙", "", "5"]], "目录": [[A, "1"]]})
        self.assertEqual(brief(lines), [("clue", "甲", 1, 0, 0), ("undecided", "丙", 0, 1, 0,
                                        (2, "missing", "销售.文号", 1))])

    def test_lacks_table(self):
        """参保 of 4.1, with months as numbers."""
        pension = Table("养老金", (Column("号", PERSON, True), Column("月", INTEGER)))
        insured = Table("参保", (Column("号", PERSON, True), Column("起", INTEGER)))
        ids = ["110101199001010010", "110101199001010029", "110101199001010037"]
        ids = [i[:17] + __import__("values").check_digit(i) for i in ids]
        a, b, d = ids[0], ids[1], "220101198001010011"
        d = d[:17] + __import__("values").check_digit(d)
        rule = Rule("规则", (From("p", "养老金"), Partner(
            "lacks", "v", "参保", And((Cmp("=", Col("v", "号", PERSON), Col("p", "号", PERSON)),
                                    Cmp("<=", Col("v", "起", INTEGER), Col("p", "月", INTEGER)))),
            policy="undecided"), Clue((("号", Col("p", "号", PERSON)), ("月", Col("p", "月", INTEGER))))))
        lines = run([pension, insured, rule], {
            "养老金": [[a, "2301"], [b, "2301"], [b, "2501"], [d, "2301"], ["", "2301"]],
            "参保": [[a, "2101"], [d[:6] + "********" + d[14:], "2101"], ["", "2406"]]})
        listed = {(e["key"]["号"], e["key"]["月"]): e["list"] for e in lines}
        self.assertEqual(listed, {(b, "2301"): "clue", (b, "2501"): "undecided",
                                  (d, "2301"): "undecided", (None, "2301"): "undecided"})


class Exceptions(unittest.TestCase):
    def check(self, kept, excepted, op, bound, expected):
        extra = (Except("免", Cmp("=", s_n, lit(9))),)
        data = [["甲", A, "1"]] * kept + [["甲", A, "9"]] * excepted
        lines = run([SALES, counting(op, bound, extra)], {"销售": data})
        self.assertEqual([(e["list"], e["excluded_rows"]) for e in lines], expected)

    def test_readings(self):
        self.check(10, 5, ">=", 10, [("clue", 5)])
        self.check(9, 3, ">=", 10, [("cleared", 3)])
        self.check(4, 3, ">=", 10, [])
        self.check(2, 5, "<", 3, [])


class Numbers(unittest.TestCase):
    def test_quotient(self):
        t = Table("账", (Column("a", MONEY), Column("b", MONEY)))
        a, b = Col("s", "a", MONEY), Col("s", "b", MONEY)
        rule = Rule("规则", (From("s", "账"), Where(Cmp("<", quotient(a, b, RATIO),
                                                  Lit(Fraction(7, 10), RATIO))),
                           Clue((("a", a),))))
        lines = run([t, rule], {"账": [["69999999999999.9999", "99999999999999.9999"]]})
        self.assertEqual(len(lines), 1)

    def test_once_per_row(self):
        pay = Table("发放", (Column("人", TEXT), Column("额", MONEY)))
        jail = Table("在押", (Column("人", TEXT), Column("起", DATE)))
        p, j = Col("p", "人", TEXT), Col("j", "人", TEXT)
        rule = Rule("规则", (From("p", "发放"), Partner("join", "j", "在押", Cmp("=", j, p)), Clue(
            (("人", p),), fields=(("合计", aggregate("sum", Col("p", "额", MONEY))),
                                 ("在押", aggregate("count", vars_=("j",))),
                                 ("对", aggregate("count"))))))
        lines = run([pay, jail, rule], {"发放": [["甲", "100"], ["甲", "200"]],
                                        "在押": [["甲", "2023-01-01"], ["甲", "2023-02-01"]]})
        self.assertEqual(lines[0]["fields"], {"合计": "300", "在押": "2", "对": "4"})


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stderr).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bool(bad))

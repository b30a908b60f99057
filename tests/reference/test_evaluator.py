# SPDX-License-Identifier: Apache-2.0
"""The worked examples of evaluation.md and language.md, by hand, against the reference
evaluator."""

import sys
import unittest
from dataclasses import replace
from fractions import Fraction

from evaluator import Run
from expressions import Scope, truth
from model import *   # noqa: F403 - the model is a vocabulary
from output import clue_id
from values import (BOOLEAN, DATE, INTEGER, MONEY, PERSON, RATIO, TEXT, Gap, Type, check_digit,
                    half_away, half_even, may_equal, read_person_id)

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


def person(seventeen):
    return seventeen + check_digit(seventeen)


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
        a, b, d = (person(x) for x in ("11010119900101001", "11010119900101002",
                                       "22010119800101001"))
        rule = Rule("规则", (From("p", "养老金"), Partner(
            "lacks", "v", "参保", And((Cmp("=", Col("v", "号", PERSON), Col("p", "号", PERSON)),
                                    Cmp("<=", Col("v", "起", INTEGER), Col("p", "月", INTEGER)))),
            policy="undecided"),
            Clue((("号", Col("p", "号", PERSON)), ("月", Col("p", "月", INTEGER))))))
        lines = run([pension, insured, rule], {
            "养老金": [[a, "2301"], [b, "2301"], [b, "2501"], [d, "2301"], ["", "2301"]],
            "参保": [[a, "2101"], [d[:6] + "********" + d[14:], "2101"], ["", "2406"]]})
        listed = {(e["key"]["号"], e["key"]["月"]): e["list"] for e in lines}
        self.assertEqual(listed, {(b, "2301"): "clue", (b, "2501"): "undecided",
                                  (d, "2301"): "undecided", (None, "2301"): "undecided"})


    def test_tolerance(self):
        """One blank in a hundred rows does not silence a rule, and the clue says so."""
        rule = Rule("规则", (From("s", "销售"),
                           Partner("lacks", "b", "目录", Cmp("=", b_code, s_code),
                                   policy="undecided"),
                           Clue((("门店", s_shop),))))
        banned = replace(BANNED, columns=(Column("文号", CODE, True), Column("起", INTEGER)))
        data = {"销售": [["甲", A, "5"]], "目录": [[B, "1"]] * 99 + [["", "1"]]}
        one = run([SALES, banned, rule], data, tolerance=Fraction(1, 100))
        self.assertEqual([(e["list"], e["caveats"]) for e in one], [("clue", ["1 / 100 目录"])])
        strict = run([SALES, banned, rule], data)
        self.assertEqual([e["list"] for e in strict], ["undecided"])

    def test_lookup(self):
        rule = Rule("规则", (From("s", "销售"), Partner("lookup", "b", "目录", Cmp("=", b_code, s_code)),
                           Where(Not(RowPresent("b"))), Clue((("门店", s_shop),))))
        lines = run([SALES, BANNED, rule], {"销售": [["甲", A, "5"], ["乙", B, "5"], ["丙", "", "5"],
                                                   ["丁", C, "5"]],
                                            "目录": [[A, "1"], [C, "1"], [C, "2"]]})
        self.assertEqual(brief(lines), [
            ("clue", "乙", 1, 0, 0),
            ("undecided", "丁", 0, 1, 0, (3, "several partners", "目录", 1)),
            ("undecided", "丙", 0, 1, 0, (3, "missing", "销售.文号", 1))])

    def test_coverage(self):
        """Absence outside what a table covers is undecided; a partner refutes it anywhere."""
        day = Column("日", DATE)
        held = Table("持证", (Column("文号", CODE), day), covers=((738886, 738976, None),))
        sold = Table("售出", (Column("文号", CODE), day))
        rule = Rule("规则", (From("s", "售出"), Partner(
            "lacks", "v", "持证", Cmp("=", Col("v", "文号", CODE), Col("s", "文号", CODE)),
            covered=(Col("s", "日", DATE),)), Clue((("文号", Col("s", "文号", CODE)),))))
        lines = run([held, sold, rule], {"持证": [[C, "2024-02-01"]], "售出": [
            [A, "2024-03-31"], [B, "2024-04-01"], [C, "2024-04-01"]]})
        self.assertEqual(brief(lines), [("clue", A, 1, 0, 0), (
            "undecided", B, 0, 1, 0, (2, "not covered", "持证", 1))])

    def test_loose_join(self):
        """A right row without a key is one gap line, and nobody's clue."""
        banned = replace(BANNED, columns=(Column("文号", CODE, True), Column("起", INTEGER)))
        rule = Rule("规则", (From("s", "销售"), Partner("join", "b", "目录", Cmp("=", b_code, s_code)),
                           Clue((("门店", s_shop),))))
        lines = run([SALES, banned, rule], {"销售": [["甲", A, "5"]], "目录": [["", "1"], ["", "2"]]})
        self.assertEqual(brief(lines), [("gap", 0, 0, 0, (2, "missing", "目录.文号", 2))])

    def test_plans_agree(self):
        """The example of section 12: a row gone in one clause is not listed for an earlier one."""
        s = Table("销", (Column("文号", CODE, True), Column("日", INTEGER, True)))
        rule = Rule("规则", (From("s", "销"), Partner(
            "join", "b", "目录", Cmp("=", b_code, Col("s", "文号", CODE))),
            Where(Cmp(">", Col("s", "日", INTEGER), lit(1))),
            Clue((("文号", Col("s", "文号", CODE)),))))
        lines = run([s, BANNED, rule], {"销": [[A, ""], [C, ""]], "目录": [[A, "1"]]})
        self.assertEqual(brief(lines), [("undecided", A, 0, 1, 0, (3, "missing", "销.日", 1))])


class Policies(unittest.TestCase):
    """The leaf table of section 2, and its worked example."""

    def test_leaves(self):
        gap = Lit(Gap(("missing", "")), BOOLEAN)
        for policy, positive, negative in (("drop", "F", "F"), ("keep", "T", "T"),
                                           ("undecided", "U", "U")):
            self.assertEqual(truth(gap, Scope(None), policy)[0], positive)
            self.assertEqual(truth(Not(gap), Scope(None), policy)[0], negative)

    def test_example(self):
        t = Table("表", (Column("a", INTEGER, True), Column("b", INTEGER)))
        cond = And((Not(Cmp(">", Col("s", "a", INTEGER), lit(5))),
                    Cmp(">", quotient(lit(1), Col("s", "b", INTEGER), RATIO), lit(2))))
        for policy, expected in (("drop", []), ("keep", ["division by zero"]),
                                 ("undecided", ["missing"])):
            rule = Rule("规则", (From("s", "表"), Where(cond, policy),
                               Clue((("b", Col("s", "b", INTEGER)),))))
            lines = run([t, rule], {"表": [["", "0"]]})
            self.assertEqual([c["reason"] for e in lines for c in e["causes"]], expected)


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

    def test_rounding(self):
        for text, even, away in (("0.5", 0, 1), ("1.5", 2, 2), ("-0.5", 0, -1), ("2.5", 2, 3),
                                 ("-2.5", -2, -3), ("2.4999", 2, 2)):
            self.assertEqual(half_even(Fraction(text), 0), even)
            self.assertEqual(half_away(Fraction(text), 0), away)

    def test_overflow(self):
        t = Table("数表", (Column("a", INTEGER),))
        a = Col("s", "a", INTEGER)
        rule = Rule("规则", (From("s", "数表"), Where(Cmp(">", arith("+", a, lit(1)), lit(0))),
                           Clue((("a", a),))))
        lines = run([t, rule], {"数表": [["9223372036854775806"], ["9223372036854775807"]]})
        self.assertEqual([e["list"] for e in lines], ["clue", "undecided"])
        self.assertEqual(lines[1]["causes"][0]["reason"], "overflow")

    def test_person_ids(self):
        whole = person("11010119900101001")
        self.assertEqual(read_person_id(whole[:6] + whole[8:17], ""), whole)
        self.assertTrue(may_equal(read_person_id(whole[:15] + "000", "").skeleton, whole))
        self.assertIsNone(read_person_id(whole[:4] + "*" * 14, "").skeleton)
        wrong = whole[:17] + ("1" if whole[17] != "1" else "2")
        self.assertFalse(may_equal(read_person_id(wrong, "").skeleton, whole))

    def test_clue_id(self):
        import hashlib
        text = "规则\0text\0{}\0甲integer\0{}\0{}".format(3, 2, 12).encode()
        self.assertEqual(clue_id("规则", ("甲", 12), (TEXT, INTEGER)),
                         hashlib.sha256(text).hexdigest()[:20])

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


class Relations(unittest.TestCase):
    def test_undecided_row_and_lacks(self):
        """What an undecided row could answer is undecided; a plain absence is not."""
        relation = Relation("在册", (Column("文号", CODE, True),), ((
            From("s", "销售"), Where(Cmp(">", s_n, lit(0))), Yield((("文号", s_code),))),))
        rule = Rule("规则", (From("b", "目录"), Partner(
            "lacks", "v", "在册", Cmp("=", Col("v", "文号", CODE), b_code), policy="undecided"),
            Clue((("文号", b_code),))))
        lines = run([LOOSE_SALES, BANNED, relation, rule], {
            "销售": [["甲", A, "1"], ["乙", B, ""]], "目录": [[A, "1"], [B, "1"], [C, "1"]]})
        self.assertEqual(brief(lines), [("clue", C, 1, 0, 0), (
            "undecided", B, 0, 1, 0, (2, "missing", "销售.数", 1))])

    def test_guarded_cell(self):
        """A row without a shop could raise a count that another body reads."""
        relation = Relation("店数", (Column("门店", TEXT), Column("笔", INTEGER)), ((
            From("s", "销售"), GroupBy((("门店", s_shop),)),
            Yield((("门店", KeyRef("门店", TEXT)), ("笔", aggregate("count", vars_=("s",)))))),),
            key=("门店",))
        rule = Rule("规则", (From("r", "店数"), Where(Cmp("<", Col("r", "笔", INTEGER), lit(3))),
                           Clue((("门店", Col("r", "门店", TEXT)),))))
        data = {"销售": [["甲", A, "1"]] * 2}
        self.assertEqual(brief(run([SALES, relation, rule], data)), [("clue", "甲", 1, 0, 0)])
        data["销售"].append(["", A, "1"])
        self.assertEqual(brief(run([SALES, relation, rule], data)), [
            ("undecided", "甲", 0, 1, 0, (2, "undecided members", "店数.笔", 1)),
            ("undecided", None, 0, 1, 0, (1, "missing", "销售.门店", 1))])


class Queries(unittest.TestCase):
    def test_order_and_limit(self):
        query = Query("查询", (From("s", "销售"), Yield(
            (("门店", s_shop), ("数", s_n)), order=(("数", True),), limit=3)))
        lines = run([LOOSE_SALES, query], {"销售": [["甲", A, "1"], ["乙", A, ""], ["", A, "3"],
                                                  ["丙", A, "3"]]})
        self.assertEqual([tuple(e["row"].values()) for e in lines],
                         [("丙", "3"), (None, "3"), ("甲", "1")])

    def test_nothing(self):
        query = Query("查询", (From("s", "销售"), Yield(
            (("数", aggregate("count", vars_=("s",))), ("和", aggregate("sum", s_n)),
             ("小", aggregate("min", s_n))))))
        self.assertEqual(run([SALES, query], {})[0]["row"], {"数": "0", "和": "0", "小": None})


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stderr).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bool(bad))

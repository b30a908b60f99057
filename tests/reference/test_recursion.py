# SPDX-License-Identifier: Apache-2.0
"""Recursion (evaluation 8) by hand: rounds, `keep`, `limit depth`, rows that are not certain."""

import sys
import unittest
from dataclasses import replace
from fractions import Fraction

from evaluator import Run, RunFails
from model import (Clue, Cmp, Col, Column, Expect, From, Lit, Model, Partner, Relation, Rule, Table,
                   Where, Yield, arith)
from recursion import path
from values import CERTAIN, INTEGER, POSSIBLE, SHADOW, Gap, Issue, Type

CODE = Type("编码", own=True)
EDGES = Table("边", (Column("起", CODE, True), Column("止", CODE, True), Column("价", INTEGER)),
              expects=(Expect(Cmp(">=", Col(None, "价", INTEGER), Lit(0, INTEGER))),))
A, B, C, D, E = "A001", "B001", "C001", "A002", "B002"


def col(var, name, type_=CODE):
    return Col(var, name, type_)


START = (From("e", "边"), Yield((("起", col("e", "起")), ("止", col("e", "止")),
                                ("价", col("e", "价", INTEGER)))))
STEP = (From("f", "路"), Partner("join", "e", "边", Cmp("=", col("e", "起"), col("f", "止"))),
        Yield((("起", col("f", "起")), ("止", col("e", "止")),
               ("价", arith("+", col("f", "价", INTEGER), col("e", "价", INTEGER))))))
COSTS = Relation("路", (Column("起", CODE, True), Column("止", CODE, True), Column("价", INTEGER)),
                 (START, STEP), key=("起", "止"), keep=("least", "价"))
PAIRS = Relation("路", (Column("起", CODE, True), Column("止", CODE, True)), (
    (From("e", "边"), Yield((("起", col("e", "起")), ("止", col("e", "止"))))),
    (From("f", "路"), Partner("join", "e", "边", Cmp("=", col("e", "起"), col("f", "止"))),
     Yield((("起", col("f", "起")), ("止", col("e", "止")))))))


def rows(relation, edges, tables=(EDGES,), more=(), tolerance=0):
    run = Run(Model((*tables, relation, *more)), {"边": edges}, tolerance=Fraction(tolerance))
    return run, run.source("路").rows


def sure(found):
    return {tuple(r.cells.values()) for r in found if r.cls == CERTAIN}


def of_class(found, cls):
    """Rows of a class with what they know: a gap is its reason, an issue its bounds."""
    return [(*map(seen, r.cells.values()), *r.cause) for r in found if r.cls == cls]


def seen(v):
    return v.cause[0] if isinstance(v, Gap) else (v.low, v.high) if isinstance(v, Issue) else v


class Rounds(unittest.TestCase):
    """The worked table of section 8."""

    edges = [[A, B, "9"], [A, C, "1"], [C, B, "1"], [B, D, "1"]]

    def check(self, depth, expected):
        _, found = rows(replace(COSTS, depth=depth), self.edges)
        self.assertEqual({c[1]: c[2] for c in sure(found) if c[0] == A}, expected)

    def test_table(self):
        self.check(0, {B: 9, C: 1})
        self.check(1, {B: 2, C: 1, D: 10})
        self.check(2, {B: 2, C: 1, D: 3})
        self.check(None, {B: 2, C: 1, D: 3})

    def test_path(self):
        run, _ = rows(COSTS, self.edges)
        self.assertEqual([r["止"] for r in path(run, "路", (A, D))], [C, B, D])
        self.assertEqual([r["价"] for r in path(run, "路", (A, D))], [1, 2, 3])

    def test_cycle_ends(self):
        _, found = rows(COSTS, [[A, B, "1"], [B, A, "2"]])
        self.assertEqual(sure(found), {(A, B, 1), (B, A, 2), (A, A, 3), (B, B, 3)})

    def test_greatest(self):
        widest = replace(COSTS, keep=("greatest", "价"), depth=3)
        _, found = rows(widest, [[A, B, "1"], [B, A, "2"]])
        self.assertEqual(sure(found), {(A, B, 4), (B, A, 5), (A, A, 6), (B, B, 6)})

    def test_two_rows_for_a_key(self):
        without = replace(COSTS, keep=(), depth=2)
        with self.assertRaises(RunFails):
            rows(without, [[A, B, "9"], [A, C, "1"], [C, B, "1"]])

    def test_depth_without_keep(self):
        chain = [[A, B, "1"], [B, C, "1"], [C, D, "1"], [D, E, "1"]]
        for depth, most in ((0, 1), (1, 2), (2, 3), (9, 4)):
            _, found = rows(replace(PAIRS, depth=depth), chain)
            self.assertEqual(len([c for c in sure(found) if c[0] == A]), most)


class Dirty(unittest.TestCase):
    def test_damaged_end(self):
        """A chain that breaks at an unknown end: what follows is possible and stands for many."""
        _, found = rows(PAIRS, [[A, B, "1"], [B, "", "1"], [C, D, "1"]])
        self.assertEqual(sure(found), {(A, B), (C, D)})
        possible = of_class(found, POSSIBLE)
        for start in (A, B):
            self.assertIn((start, "missing", "missing", "边.止"), possible)
            self.assertIn((start, (-float("inf"), float("inf")), "missing", "边.止"), possible)
        self.assertTrue(all(r.many for r in found if isinstance(r.cells["止"], Issue)))

    def test_absence_over_a_broken_chain(self):
        """Where a chain may go on, nobody may say that it does not reach."""
        ends = Table("终点", (Column("号", CODE),))
        rule = Rule("规则", (From("p", "终点"), Partner("lacks", "v", "路", Cmp(
            "=", col("v", "止"), col("p", "号")), policy="undecided"),
            Clue((("号", col("p", "号")),))))
        run = Run(Model((EDGES, ends, PAIRS, rule)), {
            "边": [[A, B, "1"], [B, "", "1"]], "终点": [[B], [D]]}, tolerance=Fraction(0))
        self.assertEqual([(e["list"], e["key"].get("号")) for e in run.entries()
                          if e["list"] != "gap"], [("undecided", D)])

    def test_possible_shortcut(self):
        """A cheaper way that may exist: the certain row stays, its x is only bounded."""
        doubtful = replace(EDGES, columns=(*EDGES.columns, Column("旗", INTEGER, True)))
        start = (START[0], Where(Cmp("=", col("e", "旗", INTEGER), Lit(1, INTEGER))), START[1])
        relation = replace(COSTS, branches=(start, STEP))
        _, found = rows(relation, [[A, B, "9", "1"], [A, B, "2", ""], [B, C, "1", "0"]],
                        (doubtful,))
        self.assertEqual([(*map(seen, r.cells.values()),) for r in found if r.cls == CERTAIN],
                         [(A, B, (2, 9)), (A, C, (3, 10))])
        self.assertEqual(of_class(found, POSSIBLE), [
            (A, B, (2, float("inf")), "missing", "边.旗"),
            (A, C, (3, float("inf")), "missing", "边.旗")])

    def test_possible_row_that_is_beaten(self):
        """A way that may exist and is dearer than a certain one changes nothing."""
        doubtful = replace(EDGES, columns=(*EDGES.columns, Column("旗", INTEGER, True)))
        start = (START[0], Where(Cmp("=", col("e", "旗", INTEGER), Lit(1, INTEGER))), START[1])
        _, found = rows(replace(COSTS, branches=(start, STEP)),
                        [[A, B, "2", "1"], [A, B, "9", ""]], (doubtful,))
        self.assertEqual(sure(found), {(A, B, 2)})
        self.assertEqual(len(found), 1)

    def test_possible_cycle_ends(self):
        doubtful = replace(EDGES, columns=(*EDGES.columns, Column("旗", INTEGER, True)))
        start = (START[0], Where(Cmp("=", col("e", "旗", INTEGER), Lit(1, INTEGER))), START[1])
        _, found = rows(replace(COSTS, branches=(start, STEP)),
                        [[A, B, "1", ""], [B, A, "1", ""]], (doubtful,))
        self.assertEqual(sure(found), set())
        self.assertEqual(len(of_class(found, POSSIBLE)), 4)

    def test_quarantined_edge(self):
        """A quarantined row derives shadows, whatever the tolerance."""
        _, found = rows(PAIRS, [[A, B, "1"], [B, C, "-1"]], tolerance=Fraction(1, 2))
        self.assertEqual(sure(found), {(A, B)})
        strict = rows(PAIRS, [[A, B, "1"], [B, C, "-1"]])[1]
        self.assertEqual(sure(strict), {(A, B)})
        self.assertEqual([r[:2] for r in of_class(strict, SHADOW)], [(A, C), (B, C)])


class Rings(unittest.TestCase):
    def test_two_relations(self):
        """奇 and 偶: the ends that lie an odd and an even number of edges away."""
        odd = Relation("路", (Column("号", CODE),), (
            (From("e", "边"), Where(Cmp("=", col("e", "起"), Lit(A, CODE))),
             Yield((("号", col("e", "止")),))),
            (From("f", "偶"), Partner("join", "e", "边", Cmp("=", col("e", "起"), col("f", "号"))),
             Yield((("号", col("e", "止")),)))))
        even = Relation("偶", (Column("号", CODE),), ((
            From("f", "路"), Partner("join", "e", "边", Cmp("=", col("e", "起"), col("f", "号"))),
            Yield((("号", col("e", "止")),))),))
        run, found = rows(odd, [[A, B, "1"], [B, C, "1"], [C, D, "1"]], more=(even,))
        self.assertEqual(sure(found), {(B,), (D,)})
        self.assertEqual(sure(run.source("偶").rows), {(C,)})


def main(module):
    """Runs the tests of a module; its last line counts them for tests/run."""
    result = unittest.TextTestRunner(stream=sys.stderr).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module]))
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main("__main__")

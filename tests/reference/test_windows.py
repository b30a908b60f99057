# SPDX-License-Identifier: Apache-2.0
"""`let … among` (evaluation 7) by hand: frames, ordered functions, members that are not certain."""

import unittest
from fractions import Fraction

from model import (Agg, Clue, Cmp, Col, Column, From, GroupBy, KeyRef, Let, LetRef, Lit, Partner, Query,
                   Rule, Table, Where, WinFn, Yield, aggregate)
from test_evaluator import brief, run
from test_recursion import main
from values import DATE, DAYS, INTEGER, TEXT

SALES = Table("账", (Column("户", TEXT, True), Column("日", DATE, True), Column("数", INTEGER, True),
                    Column("序", INTEGER)), key=("序",))
OTHER = Table("别", (Column("户", TEXT, True),))


def col(name, type_=INTEGER, var="s"):
    return Col(var, name, type_)


HOUSE, DAY, N, ROW = col("户", TEXT), col("日", DATE), col("数"), col("序")
SUM = aggregate("sum", N)


def win(value, order=(), within=None, among=(HOUSE,)):
    return Let("窗", value, among, tuple((e, False) if not isinstance(e, tuple) else e
                                        for e in order), within)


def values(let, data, tolerance=0):
    """The window's value per row, by a query (all rows are certain there)."""
    query = Query("查询", (From("s", "账"), let, Yield((("序", ROW), ("值", LetRef(
        "窗", let.value.type))), order=(("序", False),))))
    return [e["row"]["值"] for e in run([SALES, query], {"账": data}, tolerance)]


def lists(let, op, bound, data, extra=(), tolerance=0):
    rule = Rule("规则", (From("s", "账"), *extra, let, Where(Cmp(op, LetRef("窗", let.value.type), Lit(
        bound, let.value.type))), Clue((("序", ROW),))))
    return brief(run([SALES, OTHER, rule], {"账": data, "别": [["甲"], ["甲"]]}, tolerance))


CLEAN = [["甲", "2024-01-01", "1", "1"], ["甲", "2024-01-02", "2", "2"],
         ["甲", "2024-01-02", "4", "3"], ["甲", "2024-01-03", "8", "4"],
         ["乙", "2024-01-02", "16", "5"]]


class Frames(unittest.TestCase):
    def test_partition(self):
        self.assertEqual(values(win(SUM), CLEAN), ["15", "15", "15", "15", "16"])

    def test_up_to_self_with_ties(self):
        self.assertEqual(values(win(SUM, (DAY,)), CLEAN), ["1", "7", "7", "15", "16"])
        self.assertEqual(values(win(SUM, ((DAY, True),)), CLEAN), ["15", "14", "14", "8", "16"])

    def test_days(self):
        """(t − d, t]: the day d before is out."""
        self.assertEqual(values(win(SUM, (DAY,), Lit(1, DAYS)), CLEAN), ["1", "6", "6", "8", "16"])
        self.assertEqual(values(win(SUM, (DAY,), Lit(2, DAYS)), CLEAN), ["1", "7", "7", "14", "16"])

    def test_rows(self):
        """Self and the n − 1 before it; ties in the order of the data."""
        self.assertEqual(values(win(SUM, (DAY,), ("rows", 2)), CLEAN), ["1", "3", "6", "12", "16"])

    def test_rows_and_when(self):
        """`when` picks from the frame, it does not stretch it."""
        odd = Agg("sum", N, (), Cmp("!=", N, Lit(2, INTEGER)), INTEGER)
        self.assertEqual(values(win(odd, (DAY,), ("rows", 2)), CLEAN), ["1", "1", "4", "12", "16"])

    def test_fan_out(self):
        """Two partners of a row do not count it twice."""
        join = Partner("join", "b", "别", Cmp("=", col("户", TEXT, "b"), HOUSE))
        self.assertEqual([e[:2] for e in lists(win(SUM), "=", 15, CLEAN, (join,))],
                         [("clue", str(i)) for i in (1, 2, 3, 4)])


class Ordered(unittest.TestCase):
    def check(self, fn, arg, type_, expected, order=(DAY,)):
        self.assertEqual(values(win(WinFn(fn, arg, type_), order), CLEAN), expected)

    def test_ranks(self):
        self.check("rank", DAY, INTEGER, ["1", "2", "2", "4", "1"])
        self.check("dense_rank", DAY, INTEGER, ["1", "2", "2", "3", "1"])
        self.check("row_number", None, INTEGER, ["1", "2", "3", "4", "1"])
        self.check("rank", N, INTEGER, ["4", "3", "2", "1", "1"], ((N, True),))

    def test_neighbours(self):
        self.check("previous", N, INTEGER, [None, "1", "2", "4", None])
        self.check("next", N, INTEGER, ["2", "4", "8", None, None])
        self.check("first_value", N, INTEGER, ["1", "1", "1", "1", "16"])
        self.check("last_value", N, INTEGER, ["8", "8", "8", "8", "16"])
        self.check("gap_to_previous", DAY, DAYS, [None, "1", "0", "1", None])

    def test_running(self):
        """Rows in total order: a tie is not in."""
        self.check("running_sum", N, INTEGER, ["1", "3", "7", "15", "16"])
        self.check("running_count", N, INTEGER, ["1", "2", "3", "4", "1"])

    def test_moving(self):
        let = win(WinFn("moving_sum", N, INTEGER), (DAY,), ("rows", 2))
        self.assertEqual(values(let, CLEAN), ["1", "3", "6", "12", "16"])


class Dirty(unittest.TestCase):
    def test_without_partition(self):
        """Its own value is unknown, and it could belong to any partition."""
        data = [*CLEAN[:2], ["", "2024-01-01", "1", "9"]]
        self.assertEqual(lists(win(SUM), "<=", 3, data), [
            ("undecided", "1", 0, 1, 0, (3, "missing", "账.户", 1)),
            ("undecided", "2", 0, 1, 0, (3, "missing", "账.户", 1)),
            ("undecided", "9", 0, 1, 0, (3, "missing", "账.户", 1))])
        self.assertEqual([e[:2] for e in lists(win(SUM), ">=", 3, data)], [
            ("clue", "1"), ("clue", "2"), ("undecided", "9")])
        count = win(aggregate("count", vars_=("s",)))
        self.assertEqual([e[:2] for e in lists(count, ">=", 2, data)], [
            ("clue", "1"), ("clue", "2"), ("undecided", "9")])
        self.assertEqual([e[:2] for e in lists(count, ">=", 3, data)], [("undecided", "9")])

    def test_tolerance(self):
        """Few members without a partition change nothing, and the clue says so."""
        data = [*CLEAN[:2], ["", "2024-01-01", "1", "9"]]
        count = win(aggregate("count", vars_=("s",)))
        self.assertEqual([e[:2] for e in lists(count, "<=", 2, data, tolerance="1/2")], [
            ("clue", "1"), ("clue", "2"), ("undecided", "9")])

    def test_unplaced(self):
        """A member without a day may stand in every frame; what is ordered waits for it."""
        data = [*CLEAN[:2], ["甲", "", "1", "9"]]
        count = win(aggregate("count", vars_=("s",)), (DAY,))
        self.assertEqual([e[:2] for e in lists(count, ">=", 2, data)], [
            ("clue", "2"), ("undecided", "1"), ("undecided", "9")])
        rank = win(WinFn("rank", DAY, INTEGER), (DAY,))
        self.assertEqual([(e[1], e[5][1]) for e in lists(rank, ">=", 1, data)], [
            ("1", "peers undecided"), ("2", "peers undecided"), ("9", "missing")])

    def test_possible_member(self):
        data = [*CLEAN[:2], ["甲", "2024-01-03", "", "9"]]
        count = win(aggregate("count", vars_=("s",)))
        some = (Where(Cmp(">", N, Lit(0, INTEGER))),)
        self.assertEqual([e[:2] for e in lists(count, ">=", 3, data, some)], [
            ("undecided", "1"), ("undecided", "2"), ("undecided", "9")])
        self.assertEqual([e[:2] for e in lists(count, ">=", 2, data, some)], [
            ("clue", "1"), ("clue", "2"), ("undecided", "9")])

    def test_unknown_value(self):
        data = [*CLEAN[:2], ["甲", "2024-01-03", "", "9"]]
        self.assertEqual([(e[1], e[5][1:3]) for e in lists(win(SUM), ">=", 3, data)], [
            (n, ("missing", "账.数")) for n in ("1", "2", "9")])
        running = win(WinFn("running_sum", N, INTEGER), (DAY,))
        self.assertEqual([e[:2] for e in lists(running, ">=", 3, data)], [
            ("clue", "2"), ("undecided", "9")])


class Groups(unittest.TestCase):
    def test_rank_of_groups(self):
        """Below a fence the peers are groups."""
        total = Let("和", SUM)
        rank = Let("位", WinFn("rank", LetRef("和", INTEGER), INTEGER), (),
                   ((LetRef("和", INTEGER), True),))
        rule = Rule("规则", (From("s", "账"), GroupBy((("户", HOUSE),)), total, rank, Where(
            Cmp("=", LetRef("位", INTEGER), Lit(1, INTEGER))), Clue((("户", KeyRef("户", TEXT)),))))
        self.assertEqual(brief(run([SALES, rule], {"账": CLEAN})), [("clue", "乙", 1, 0, 0)])
        dirty = [*CLEAN, ["甲", "2024-01-03", "", "9"]]
        self.assertEqual([e[:2] for e in brief(run([SALES, rule], {"账": dirty}, Fraction(0)))], [
            ("undecided", "乙"), ("undecided", "甲")])


if __name__ == "__main__":
    main("__main__")

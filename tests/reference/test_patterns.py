# SPDX-License-Identifier: Apache-2.0
"""`session`, `connect` and `sequence` (evaluation 7) by hand."""

import unittest
from fractions import Fraction

from model import (Clue, Cmp, Col, Column, Connect, From, GroupBy, KeyRef, Lit, Part, Rule, Sequence,
                   Series, SeriesFold, Session, Table, Where, aggregate)
from test_evaluator import brief, run
from test_recursion import main
from values import DATE, INTEGER, TEXT, Type

VISITS = Table("访", (Column("户", TEXT, True), Column("日", DATE, True), Column("类", TEXT, True),
                    Column("旗", INTEGER, True)))
EDGES = Table("边", (Column("甲", TEXT, True), Column("乙", TEXT, True), Column("旗", INTEGER, True)))
SESSION = Type("session")


def col(name, type_=TEXT, var="s"):
    return Col(var, name, type_)


FLAG = Where(Cmp("=", col("旗", INTEGER), Lit(1, INTEGER)))


def visits(*rows):
    """Rows of house 甲: day of January, kind, flag."""
    return {"访": [["甲", f"2024-01-{day:02d}" if day else "", kind, str(flag)]
                  for day, kind, flag in rows]}


class Sessions(unittest.TestCase):
    def lists(self, data, op, bound):
        rule = Rule("规则", (From("s", "访"), FLAG, Session("g", (col("户"),), col("日", DATE), 3), GroupBy(
            (("批", col("", SESSION, "g")),)), Where(Cmp(op, aggregate("count", vars_=("s",)), Lit(
                bound, INTEGER))), Clue((("批", KeyRef("批", SESSION)),))))
        return [e[:4] for e in brief(run([VISITS, rule], data))]

    def test_runs(self):
        """A gap of exactly d does not end a session."""
        data = visits((1, "", 1), (4, "", 1), (8, "", 1))
        self.assertEqual(self.lists(data, ">=", 1), [("clue", "甲,2024-01-01", 2, 0),
                                                     ("clue", "甲,2024-01-08", 1, 0)])

    def test_possible_member(self):
        data = visits((1, "", 1), (4, "", ""))
        self.assertEqual(self.lists(data, "<", 2), [("undecided", "甲,2024-01-01", 1, 1)])
        self.assertEqual(self.lists(data, ">=", 1), [("clue", "甲,2024-01-01", 1, 1)])

    def test_bridge(self):
        """A member that may join two sessions: each may hold what the other holds."""
        data = visits((1, "", 1), (4, "", ""), (7, "", 1), (10, "", 1))
        self.assertEqual(self.lists(data, "<", 4), [("undecided", "甲,2024-01-01", 1, 2),
                                                    ("undecided", "甲,2024-01-07", 2, 2)])
        self.assertEqual(self.lists(data, ">=", 2), [("clue", "甲,2024-01-07", 2, 2),
                                                     ("undecided", "甲,2024-01-01", 1, 2)])

    def test_own_session(self):
        data = visits((1, "", 1), (20, "", ""), (22, "", ""))
        self.assertEqual(self.lists(data, "<", 3), [("clue", "甲,2024-01-01", 1, 0),
                                                    ("undecided", "甲,2024-01-20", 0, 2)])

    def test_unplaced(self):
        data = visits((1, "", 1), (0, "", 1))
        self.assertEqual(self.lists(data, "<", 2), [("undecided", "甲,2024-01-01", 1, 0),
                                                    ("undecided", None, 0, 1)])


class Components(unittest.TestCase):
    def lists(self, edges, op, bound):
        rule = Rule("规则", (From("s", "边"), FLAG, Connect("g", col("甲"), col("乙")), Where(Cmp(
            op, Part("g", "size", INTEGER), Lit(bound, INTEGER))),
            Clue((("片", col("", TEXT, "g")),))))
        return [e[:4] for e in brief(run([EDGES, rule], {"边": edges}))]

    def test_components(self):
        edges = [["b", "a", "1"], ["b", "c", "1"], ["x", "y", "1"]]
        self.assertEqual(self.lists(edges, ">=", 2), [("clue", "a", 2, 0), ("clue", "x", 1, 0)])
        self.assertEqual(self.lists(edges, ">=", 3), [("clue", "a", 2, 0)])

    def test_possible_edge(self):
        edges = [["a", "b", "1"], ["b", "x", ""], ["x", "y", "1"]]
        self.assertEqual(self.lists(edges, ">=", 2), [("clue", "a", 1, 2), ("clue", "x", 1, 2)])
        self.assertEqual(self.lists(edges, ">=", 3), [("undecided", "a", 0, 3),
                                                      ("undecided", "x", 0, 3)])
        self.assertEqual(self.lists(edges, ">=", 5), [])

    def test_unknown_end(self):
        edges = [["a", "b", "1"], ["a", "", "1"]]
        self.assertEqual(self.lists(edges, ">=", 2), [("clue", "a", 1, 0),
                                                      ("undecided", None, 0, 1)])
        self.assertEqual(self.lists(edges, "<=", 2), [("undecided", "a", 0, 1),
                                                      ("undecided", None, 0, 1)])


class Sequences(unittest.TestCase):
    def lists(self, data, within=6, end=(), absent="乙", flagged=(), as_of=None):
        """步 A, no 乙 between, then 步 C; a clue per match, by its last day."""
        def kind(text):
            return Cmp("=", col("类"), Lit(text, TEXT))
        steps = (("头", False, kind("甲")), ("缺", True, kind(absent)), ("尾", False, kind("丙")), *end)
        last = Col("尾.s", "日", DATE)
        rule = Rule("规则", (From("s", "访"), *flagged, Sequence(
            (col("户"),), ((col("日", DATE), False),), within, steps), Clue((("日", last),))))
        return [(e[0], e[1] and e[1][-2:]) for e in brief(run(
            [VISITS, rule], data, Fraction(0), as_of=as_of or 800000))]

    def test_table(self):
        """The worked table of section 7."""
        data = visits((1, "甲", 1), (2, "乙", 1), (2, "丙", 1), (4, "甲", 1), (5, "丙", 1),
                      (9, "丙", 1))
        self.assertEqual(self.lists(data), [("clue", "05")])

    def test_earliest_first(self):
        data = visits((1, "甲", 1), (2, "丙", 1), (3, "丙", 1), (4, "甲", 1), (5, "丙", 1))
        self.assertEqual(self.lists(data), [("clue", "02"), ("clue", "05")])

    def test_same_day_is_not_after(self):
        self.assertEqual(self.lists(visits((1, "甲", 1), (1, "丙", 1))), [])

    def test_within(self):
        self.assertEqual(self.lists(visits((1, "甲", 1), (7, "丙", 1))), [("clue", "07")])
        self.assertEqual(self.lists(visits((1, "甲", 1), (8, "丙", 1))), [])

    def test_uncertain_breaker(self):
        """What may stand between leaves a match undecided; the open run takes it for the last step."""
        data = visits((1, "甲", 1), (2, "", 1), (3, "丙", 1))
        self.assertEqual(self.lists(data), [("undecided", "02")])
        self.assertEqual(self.lists(visits((1, "甲", 1), (0, "乙", 1), (3, "丙", 1))),
                         [("undecided", "03")])

    def test_uncertain_step(self):
        data = visits((1, "甲", 1), (3, "丙", ""))
        self.assertEqual(self.lists(data, flagged=(FLAG,)), [("undecided", "03")])

    def test_unplaced_step(self):
        """Nobody knows where it stands: the match may be another one."""
        data = visits((1, "甲", 1), (3, "丙", 1), (0, "甲", 1))
        self.assertEqual(self.lists(data), [("undecided", "03"), ("undecided", None)])

    def test_absence_at_the_end(self):
        from model import And
        end = (("无", True, And((Cmp("=", col("类"), Lit("丁", TEXT)),))),)
        data = visits((1, "甲", 1), (3, "丙", 1), (7, "丁", 1))
        self.assertEqual(self.lists(data, end=end), [])
        self.assertEqual(self.lists(data, within=5, end=end), [("clue", "03")])
        self.assertEqual(self.lists(data, within=5, end=end, as_of=738890), [("undecided", "03")])


class SeriesFolds(unittest.TestCase):
    def lists(self, data, fn, op, bound, fill=Lit(0, INTEGER), over=("2024-01-31", "2024-03-01")):
        import datetime
        ends = tuple(Lit(datetime.date.fromisoformat(d).toordinal(), DATE) for d in over)
        clause = Series("x", aggregate("sum", col("旗", INTEGER)), "month", col("日", DATE), ends, fill)
        rule = Rule("规则", (From("s", "访"), GroupBy((("户", col("户")),)), clause, Where(Cmp(
            op, SeriesFold(fn, clause, INTEGER), Lit(bound, INTEGER))), Clue((("户", KeyRef("户", TEXT)),))))
        rows = {"访": [["甲", day, "", flag] for day, flag in data]}
        return [e[0] for e in brief(run([VISITS, rule], rows))]

    def test_slots(self):
        """January 3, February filled, March 4; April lies outside."""
        data = [("2024-01-01", "1"), ("2024-01-31", "2"), ("2024-03-31", "4"), ("2024-04-01", "9")]
        for fn, value in (("sum", 7), ("min", 0), ("max", 4)):
            self.assertEqual(self.lists(data, fn, "=", value), ["clue"])
        self.assertEqual(self.lists(data, "min", "=", 3, fill=None), ["clue"])
        self.assertEqual(self.lists(data, "missing_count", "=", 1, fill=None), ["clue"])
        back = ("2024-03-01", "2024-01-31")
        self.assertEqual(self.lists(data, "sum", "=", 0, over=back), ["clue"])

    def test_unplaced(self):
        """A row without a day may lie in every slot."""
        data = [("2024-01-01", "3"), ("", "2")]
        self.assertEqual(self.lists(data, "max", ">=", 3), ["clue"])
        self.assertEqual(self.lists(data, "max", ">=", 4), ["undecided"])
        self.assertEqual(self.lists(data, "min", ">=", 1), ["undecided"])
        self.assertEqual(self.lists(data, "missing_count", ">=", 3, fill=None), [])


if __name__ == "__main__":
    main("__main__")

# SPDX-License-Identifier: Apache-2.0
"""The engine against SQLite: sqlite_oracle.py --sup PATH [--seed S] [--count N] [--show K] [--sql].

Oracle 4 of evaluation 15. A model without holes is a matter of two-valued logic and of sets, which
SQL has too: every body is written as tables and queries (`sql_text.py`, `sql_bodies.py`) that owe the
reference evaluator nothing, and lists, fields, scores, evidence and rows of queries must be those that
the engine prints. Models that need more than SQL can say (a hole that a lookup leaves, for example)
are counted and passed over. The last line is `N passed, N failed`.
"""

import argparse
import random
import sqlite3
import sys
from collections import Counter
from fractions import Fraction

import gen_sql
import model as ast
import render
from compare import normal, run_engine
from output import blank_entry
from sql_bodies import Reading
from sql_text import Unsayable, quoted
from values import decimal_text, half_even

NOTHING = "（缺失）"
EVIDENCE_LIMIT = 100
ROUNDS_MOST = 60
RINGS = {"通路", "奇路", "偶路"}       # the recursive relations of gen_recursion.py


class World:
    """A database with the tables of a case, and what every body needs to know of the file."""

    def __init__(self, case):
        self.case, self.as_of, self.policy = case, case.as_of, case.model.default_policy
        self.params = {d.name: d for d in case.model.declarations if isinstance(d, ast.Param)}
        self.db = sqlite3.connect(":memory:")
        self.bodies, self.sql = 0, []
        for d in case.model.declarations:
            if isinstance(d, ast.Table):
                self._load(d, case.data[d.name])

    def _load(self, table, rows):
        columns = ", ".join(quoted(c.name) for c in table.columns)
        self.run(f"CREATE TABLE {quoted(table.name)} ({columns})")
        for row in rows:
            cells = [stored_cell(text, c.type) for text, c in zip(row, table.columns)]
            marks = ", ".join("?" * len(cells))
            self.db.execute(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", cells)

    def prefix(self):
        self.bodies += 1
        return f"b{self.bodies}_"

    def run(self, sql):
        self.sql.append(sql)
        return self.db.execute(sql)

    def all(self, sql):
        return self.run(sql).fetchall()

    def one(self, sql):
        return self.run(sql).fetchone()

    def make(self, name, select):
        self.run(f"CREATE TABLE {name} AS {select}")

    def no_gaps(self, name, columns):
        """A relation with a gap in a cell is no matter of this oracle."""
        for c in columns:
            if self.one(f"SELECT 1 FROM {quoted(name)} WHERE {quoted(c.name)} IS NULL"):
                raise Unsayable("a gap in a relation")


def stored_cell(text, type_):
    """A cell as SQL holds it: counts, ISO text, places of enum values."""
    if type_.enum:
        return type_.members.index(text)
    if type_.name == "boolean":
        return int(text == "true")
    if type_.exact:
        return int(Fraction(text) * 10**type_.scale)
    return text


def printed(v, type_, unit):
    """A value that SQL gave, as the engine prints it."""
    if type_.enum:
        return type_.members[v]
    if type_.name == "boolean":
        return "true" if v else "false"
    if type_.exact:
        number = v if isinstance(v, Fraction) else Fraction(v, 10**type_.scale)
        return decimal_text(number) + ("元" if unit and type_.name == "money" else "")
    return str(v)


def shown_texts(reading, e):
    """The SQL of a printed value: one column, or numerator and denominator of a mean."""
    if isinstance(e, ast.Agg) and e.fn == "mean":
        return reading.writer.fraction(e, reading.place)
    return reading.writer.text(e, reading.place), "NULL"


def shown(pair, e, unit, nothing=NOTHING):
    """The text of a printed value."""
    v, under = pair
    if v is None:
        return nothing
    if under is not None:
        v = half_even(Fraction(v, under), 18)
    return printed(v, e.type, unit)


# ------------------------------------------------------------------ declarations


def relation(world, d):
    """The rows of a relation, as a table."""
    branches = [Reading(world, b).stored(b[-1].columns, d.columns) for b in d.branches]
    world.make(quoted(d.name), " UNION ".join(branches))
    world.no_gaps(d.name, d.columns)


def ring(world, relations):
    """Relations that use each other: round after round, each made of the rows of the round before,
    until nothing changes; one with a limit of depth stands still behind its last round."""
    for d in relations:
        columns = ", ".join(quoted(c.name) for c in d.columns)
        world.run(f"CREATE TABLE {quoted(d.name)} ({columns})")
    for number in range(ROUNDS_MOST):
        moving = [d for d in relations if d.depth is None or number <= d.depth]
        fresh = {}
        for d in moving:
            rows = " UNION ".join(Reading(world, b).stored(b[-1].columns, d.columns)
                                  for b in d.branches)
            fresh[d.name] = world.prefix() + "round"
            world.make(fresh[d.name], kept(d, rows))
        changed = any(world.one(f"SELECT * FROM {a} EXCEPT SELECT * FROM {b}")
                      for name, new in fresh.items()
                      for a, b in ((new, quoted(name)), (quoted(name), new)))
        for name, new in fresh.items():
            world.run(f"DELETE FROM {quoted(name)}")
            world.run(f"INSERT INTO {quoted(name)} SELECT * FROM {new}")
        if not changed:
            return
    raise Unsayable("more rounds")


def kept(d, rows):
    """The rows of a round, the best one of each key under `keep`."""
    if not d.keep:
        return rows
    fold = "MIN" if d.keep[0] == "least" else "MAX"
    columns = [f"{fold}({quoted(c.name)}) AS {quoted(c.name)}" if c.name == d.keep[1]
               else quoted(c.name) for c in d.columns]
    keys = ", ".join(quoted(k) for k in d.key)
    return f"SELECT {', '.join(columns)} FROM ({rows}) GROUP BY {keys}"


def query(world, d):
    """The rows of a query, in order."""
    reading, last = Reading(world, d.clauses, query=True), d.clauses[-1]
    grouped = any(isinstance(c, ast.GroupBy) for c in d.clauses)
    for _, e in last.columns:
        if not grouped and reading.level and any(v in reading.names.on
                                                 for v in reading.names.read(e)):
            raise Unsayable("a row per binding")
    texts = [shown_texts(reading, e) for _, e in last.columns]
    order = [f"{t} IS NULL, {t}" if u == "NULL" else f"{t} IS NULL, {t} * 1.0 / {u}"
             for t, u in texts]
    names = [n for n, _ in last.columns]
    wanted = [order[names.index(n)] + (" DESC" if down else "") for n, down in last.order]
    limit = f" LIMIT {last.limit}" if last.limit is not None else ""
    rows = world.all(f"SELECT {', '.join(f'{t}, {u}' for t, u in texts)} FROM {reading.source} "
                     f"ORDER BY {', '.join(wanted + order)}{limit}")
    return [{"query": d.name,
             "row": {n: shown(row[2 * i:2 * i + 2], e, False, None)
                     for i, (n, e) in enumerate(last.columns)}} for row in rows]


class Rule:
    """A rule read twice; its keys and what is printed for them."""

    def __init__(self, world, d):
        self.world, self.d = world, d
        self.a, self.b = (Reading(world, d.clauses, r) for r in "AB")
        self.clue = self.a.clauses[-1]
        self.scores = self.a.names.scores

    def entries(self):
        """Clues by severity, score and key; then cleared keys by key."""
        in_a, in_b = (self._groups(r) for r in (self.a, self.b))
        clues = [self._entry(self.a, g, "clue", in_b[k]) for k, g in in_a.items() if k in in_b]
        cleared = [self._entry(self.b, g, "cleared", g) for k, g in in_b.items() if k not in in_a]
        return clues + cleared

    def _severity(self, reading):
        e = self.clue.severity
        return "3" if e is None else reading.writer.text(e, reading.place)

    def _points(self, reading):
        if not self.scores:
            return "0"
        return reading.writer.text(ast.Points(), reading.place)

    def _groups(self, reading):
        """Key → what SQL gives for a group, in the order of its list."""
        keys = [reading.writer.text(e, reading.place) for _, e in self.clue.keys]
        severity, points = self._severity(reading), self._points(reading)
        order = [str(i + 4) for i in range(len(keys))]
        if reading is self.a:
            order = ["2", "3 DESC", *order]
        found = self.world.all(f"SELECT h.id, {severity}, {points}, {', '.join(keys)} "
                               f"FROM {reading.source} ORDER BY {', '.join(order)}")
        return {row[3:]: row for row in found}

    def _value(self, reading, e, group, unit):
        if isinstance(e, ast.Template):
            return "".join(p if isinstance(p, str) else self._value(reading, p, group, True)
                           for p in e.parts)
        t, u = shown_texts(reading, e)
        return shown(self.world.one(f"SELECT {t}, {u} FROM {reading.source} WHERE h.id = {group}"),
                     e, unit)

    def _entry(self, reading, row, listed, in_b):
        group, severity, points = row[:3]
        entry = blank_entry(self.d.name, listed)
        entry["key"] = {n: printed(v, e.type, False)
                        for (n, e), v in zip(self.clue.keys, row[3:])}
        if self.clue.title is not None:
            entry["title"] = self._value(reading, self.clue.title, group, True)
        if self.clue.severity is not None:
            entry["severity"] = self.clue.severity.type.members[severity]
        entry["fields"] = {n: self._value(reading, e, group, False) for n, e in self.clue.fields}
        entry["certain_rows"], = self.world.one(
            f"SELECT COUNT(*) FROM {reading.table('m', reading.level)} "
            f"WHERE g{reading.level} = {group}")
        entry["excluded_rows"], = self.world.one(f"SELECT {self.b.excluded(in_b[0])}")
        if listed == "clue":
            entry["score"] = points
            entry["scores"] = self._scores(reading, group)
        else:
            entry["cleared_by"] = [c.name for i, (_, c) in enumerate(self.b.excepts)
                                   if self.world.one(f"SELECT {self.b.held_by(group, i)}")[0]]
        self._evidence(entry, reading, group)
        return entry

    def _scores(self, reading, group):
        return [{"points": s.points.value, "label": s.label, "open": False} for s in self.scores
                if self.world.one(f"SELECT 1 FROM {reading.source} WHERE h.id = {group} AND "
                                  f"{reading.writer.text(s.cond, reading.place)}")]

    def _evidence(self, entry, reading, group):
        names = self.clue.evidence if self.clue.evidence is not None else reading.names.table
        for var in names:
            rows = self.world.all(reading.evidence(group, var))
            entry["evidence_total"] += len(rows)
            entry["evidence"] += [{"variable": var, "table": reading.names.table[var], "row": row}
                                  for row, in rows[:EVIDENCE_LIMIT]]

    def store(self, heads):
        """The clues as a table that other rules read."""
        columns = (*self.clue.keys, *self.clue.fields)
        keys_b = ", ".join(f"k{i}" for i in range(len(self.clue.keys)))
        select = self.a.stored(columns, heads)
        self.world.make(quoted(self.d.name), f"{select} WHERE ({keys_b}) IN "
                                             f"(SELECT {keys_b} FROM {self.b.table('h', self.b.level)})")
        self.world.no_gaps(self.d.name, heads)


def lines_of(case, world):
    """The lines that the engine must print."""
    functions = {d.name: d for d in case.model.declarations if isinstance(d, ast.Function)}
    read = {n.table for d in case.model.declarations for n in ast.walk(d) if hasattr(n, "table")}
    found = []
    recursive = [ast.expanded(d, functions) for d in case.model.declarations
                 if isinstance(d, ast.Relation) and d.name in RINGS]
    if recursive:
        ring(world, recursive)
    for d in case.model.declarations:
        d = ast.expanded(d, functions)
        if isinstance(d, ast.Relation) and d.name in read and d.name not in RINGS:
            relation(world, d)
        elif isinstance(d, ast.Query):
            found += query(world, d)
        elif isinstance(d, ast.Rule):
            rule = Rule(world, d)
            found += rule.entries()
            if d.name in read:
                rule.store(gen_sql.rule_columns(d))
    return found


# ------------------------------------------------------------------ comparing


def difference(case, engine, expected):
    """The first difference as (what, engine's, SQLite's); None if there is none."""
    if engine.code != 0:
        return f"exit {engine.code}", engine.said, None
    relations = {d.name for d in case.model.declarations if isinstance(d, (ast.Relation, ast.Rule))}
    left, right = ([{**normal(e, relations), "id": ""} for e in lines]
                   for lines in (engine.lines, expected))
    for a, b in zip(left, right):
        if a != b:
            return next(k for k in b if a.get(k) != b[k]), a, b
    if len(left) != len(right):
        longer = left if len(left) > len(right) else right
        return ("too many lines" if longer is left else "line missing",
                longer[min(len(left), len(right))], None)
    return None


def report(case, world, found):
    print(f"---- seed {case.seed}: {found[0]}")
    print(render.model_text(case.model, random.Random(case.seed)))
    for d in case.model.declarations:
        if isinstance(d, ast.Table):
            print(f"{d.name}.csv\n{render.table_text(d, case.data[d.name])}")
    print(f"engine: {found[1]}\nSQLite: {found[2]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True, help="the engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300, help="how many models to compare")
    parser.add_argument("--show", type=int, default=1, help="how many differences to print")
    parser.add_argument("--sql", action="store_true", help="print the SQL of those too")
    options = parser.parse_args()
    kinds, left_out, passed, lines, seed = Counter(), Counter(), 0, Counter(), options.seed
    while passed + sum(kinds.values()) < options.count:
        case = gen_sql.make(seed)
        seed += 1
        world = World(case)
        try:
            expected = lines_of(case, world)
        except Unsayable as why:
            left_out[str(why)] += 1
            continue
        found = difference(case, run_engine(options.sup, case), expected)
        lines.update(e.get("list", "row") for e in expected)
        if found is None:
            passed += 1
            continue
        if sum(kinds.values()) < options.show:
            report(case, world, found)
            if options.sql:
                print(";\n".join(world.sql))
        kinds[found[0]] += 1
    for kind, n in kinds.most_common():
        print(f"{n} × {kind}")
    print(f"{sum(left_out.values())} passed over: "
          + ", ".join(f"{n} {why}" for why, n in left_out.most_common()))
    print("compared " + ", ".join(f"{n} × {what}" for what, n in lines.most_common()))
    failed = sum(kinds.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

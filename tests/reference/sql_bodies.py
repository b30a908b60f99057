# SPDX-License-Identifier: Apache-2.0
"""Bodies of a model as SQL tables, for `sqlite_oracle.py`.

`…m0` holds the bindings (a row number per variable), `…g1` the groups of the first fence, `…m1` the
bindings with the group that they are in, `…h1` the groups that pass the conditions below it, and so
on for a second fence. A body is written once per reading: in A an exception is one more condition, in
B it is a column that says whether it held.
"""

import model as ast
from sql_text import Names, Place, Unsayable, Writer, quoted

ATTACHED = ("attach", "exists", "lacks")


def names_of(body, query):
    """The names of a body, and its clauses with the number of fences above each."""
    names, level, steps = Names(query=query), 0, []
    for clause in body:
        if hasattr(clause, "table"):
            names.table[clause.var] = clause.table
            if isinstance(clause, ast.Partner) and clause.kind in ATTACHED:
                names.on[clause.var] = clause.on
            if isinstance(clause, ast.Latest) or getattr(clause, "kind", None) == "lookup":
                names.optional.add(clause.var)
        elif isinstance(clause, ast.Let):
            names.lets[clause.name] = (clause.value, level)
        elif isinstance(clause, ast.Score):
            names.scores.append(clause)
        steps.append((level, clause))
        if isinstance(clause, ast.GroupBy):
            level += 1
            names.keys[level] = [name for name, _ in clause.keys]
    return names, steps


def with_group(clauses, query):
    """The clauses with the grouping that is not written: by the keys of the clue before the first
    score, or one group with the empty key before a `yield` that folds rows."""
    if any(isinstance(c, ast.GroupBy) for c in clauses):
        return list(clauses)
    last = clauses[-1]
    if isinstance(last, ast.Clue):
        at = next(i for i, c in enumerate(clauses) if isinstance(c, (ast.Score, ast.Clue)))
        clauses = [*clauses[:at], ast.GroupBy(last.keys), *clauses[at:]]
        plain = ast.Clue(tuple((n, ast.KeyRef(n, e.type)) for n, e in last.keys), last.title,
                         last.severity, last.fields, last.evidence)
        return [*clauses[:-1], plain]
    if any(isinstance(n, ast.Agg) for _, e in last.columns for n in ast.walk(e)):
        return [*clauses[:-1], ast.GroupBy(()), last]
    return list(clauses)


class Reading:
    """One reading of one body, as tables of a database."""

    def __init__(self, world, clauses, reading="A", query=False):
        self.world, self.reading, self.query = world, reading, query
        self.clauses = with_group(clauses, query)
        self.names, self.steps = names_of(self.clauses, query)
        self.prefix = world.prefix()
        self.writer = Writer(self.names, self.prefix, world.as_of, world.params)
        self.excepts = [(level, c) for level, c in self.steps if isinstance(c, ast.Except)]
        self.level = 0
        self._bindings()
        for level, clause in self.steps:
            if isinstance(clause, ast.GroupBy):
                self._fence(clause)
                self._groups()

    def table(self, stem, level):
        return f"{self.prefix}{stem}{level}"

    # ------------------------------------------------------------- conditions

    def _wanted(self, clause, at):
        """A condition as its policy reads it; None where the clause filters nothing here."""
        w = self.writer
        if isinstance(clause, ast.Where):
            policy = clause.policy or self.world.policy or ("drop" if self.query else "undecided")
            text = w.text(clause.cond, at)
            return {"drop": f"({text} IS 1)", "keep": f"({text} IS NOT 0)"}.get(policy, text)
        if isinstance(clause, ast.Except) and self.reading == "A":
            return f"(NOT {w.text(clause.cond, at)})"
        if isinstance(clause, ast.Partner) and clause.kind in ("exists", "lacks"):
            word = "EXISTS" if clause.kind == "exists" else "NOT EXISTS"
            return (f"({word} (SELECT 1 FROM {quoted(clause.table)} AS {quoted(clause.var)} "
                    f"WHERE {self._on(clause)}))")
        return None

    def _on(self, clause):
        if self.writer.may_be_null(clause.on, {clause.var}):
            raise Unsayable("a gap in `on`")
        return self.writer.text(clause.on, Place())

    def _all(self, level, at):
        """The conditions of a stretch, joined."""
        found = [self._wanted(c, at) for its, c in self.steps if its == level]
        return " AND ".join(t for t in found if t is not None) or "1"

    def _held(self, level, at):
        """In reading B a column for each exception of a stretch."""
        if self.reading == "A":
            return []
        return [f"({self.writer.text(c.cond, at)}) AS x{i}"
                for i, (its, c) in enumerate(self.excepts) if its == level]

    def _decided(self, source, condition):
        """A condition that is NULL makes something undecided: no matter of SQL. In a query such
        bindings and groups are left out, as SQL does."""
        if not self.query and self.world.one(
                f"SELECT 1 FROM {source} WHERE ({condition}) IS NULL LIMIT 1"):
            raise Unsayable("undecided")

    # ----------------------------------------------------------------- tables

    def _bindings(self):
        source, found = "", []
        for _, c in self.steps:
            if isinstance(c, ast.From):
                source = f"{quoted(c.table)} AS {quoted(c.var)}"
            elif isinstance(c, ast.Latest) or getattr(c, "kind", None) in ("join", "lookup"):
                optional = c.var in self.names.optional
                word = "LEFT JOIN" if optional else "JOIN"
                on = self._last(c) if isinstance(c, ast.Latest) else self._on(c)
                source += f" {word} {quoted(c.table)} AS {quoted(c.var)} ON {on}"
                if optional:
                    self._finds_one(source, found)
            else:
                continue
            found.append(c.var)
        condition = self._all(0, Place())
        self._decided(source, condition)
        columns = [f"{quoted(v)}.rowid AS {quoted(v)}" for v in found] + self._held(0, Place())
        self.world.make(self.table("m", 0), f"SELECT {', '.join(columns)} FROM {source} "
                                            f"WHERE {condition}")

    def _last(self, clause):
        """The row of the greatest time in the span allowed: there is no later one."""
        def spoken(var):
            def change(n):
                return type(n)(var, *(getattr(n, f) for f in ("name", "type") if hasattr(n, f))) \
                    if isinstance(n, (ast.Col, ast.RowPresent)) and n.var == clause.var else n
            by, upto = ast.rebuild(clause.by, change), clause.upto
            found = [ast.rebuild(clause.on, change), ast.Cmp("<=", by, upto)]
            if clause.within is not None:
                found.append(ast.Cmp(">=", by, ast.Arith("-", upto, clause.within, upto.type)))
            return [self.writer.text(e, Place()) for e in found], self.writer.text(by, Place())
        self._on(clause)
        if self.writer.may_be_null(clause.upto):
            raise Unsayable("a gap in `upto`")
        (mine, at), (other, later) = spoken(clause.var), spoken("later")
        return (f"({' AND '.join(mine)} AND NOT EXISTS (SELECT 1 FROM {quoted(clause.table)} AS "
                f"\"later\" WHERE {' AND '.join(other)} AND {later} > {at}))")

    def _finds_one(self, source, earlier):
        ids = ", ".join(f"{quoted(v)}.rowid" for v in earlier)
        if self.world.one(f"SELECT 1 FROM {source} GROUP BY {ids} HAVING COUNT(*) > 1 LIMIT 1"):
            raise Unsayable("several partners")

    def _fence(self, clause):
        """Groups of the next level, and the members with their group."""
        level = self.level
        if level:
            at = Place(level, "h.id", "h")
            source = (f"{self.table('m', level)} AS m JOIN {self.table('h', level)} AS h "
                      f"ON h.id = m.g{level}")
            more = [f"h.x{i}" for i, (its, _) in enumerate(self.excepts)
                    if its == level and self.reading == "B"]
        else:
            at, source, more = Place(member="m"), self.writer.members(0, "m"), []
        keys = [self.writer.text(e, at) for _, e in clause.keys]
        columns = [f"{k} AS k{i}" for i, k in enumerate(keys)]
        groups = self.table("g", level + 1)
        known = " AND ".join(f"{k} IS NOT NULL" for k in keys) or "1"
        if keys:
            self.world.make(groups, f"SELECT DISTINCT {', '.join(columns)} FROM {source} "
                                    f"WHERE {known}")
        else:
            self.world.make(groups, "SELECT 1 AS only_one")
        if not self.query and self.world.one(
                f"SELECT 1 FROM {source} WHERE NOT ({known}) LIMIT 1"):
            raise Unsayable("a gap in a key")
        match = " AND ".join(f"{k} IS g.k{i}" for i, k in enumerate(keys)) or "1"
        columns = ", ".join(["m.*", *more, f"g.rowid AS g{level + 1}"])
        self.world.make(self.table("m", level + 1),
                        f"SELECT {columns} FROM {source} JOIN {groups} AS g ON {match}")
        self.level += 1

    def _groups(self):
        """The groups that pass the conditions of their stretch."""
        at = Place(self.level, "g.rowid", "g")
        condition = self._all(self.level, at)
        source = f"{self.table('g', self.level)} AS g"
        self._no_open_score(source, at)
        self._decided(source, condition)
        columns = ["g.rowid AS id", "g.*", *self._held(self.level, at)]
        self.world.make(self.table("h", self.level),
                        f"SELECT {', '.join(columns)} FROM {source} WHERE {condition}")

    def _no_open_score(self, source, at):
        """Open scores make `points` an issue with bounds."""
        scores = [c for level, c in self.steps if level == self.level and isinstance(c, ast.Score)]
        for s in scores:
            if self.world.one(f"SELECT 1 FROM {source} WHERE "
                              f"({self.writer.text(s.cond, at)}) IS NULL LIMIT 1"):
                raise Unsayable("an open score")

    # ---------------------------------------------------------------- results

    @property
    def place(self):
        """Where the last clause stands."""
        return Place(self.level, "h.id", "h") if self.level else Place(member="m")

    @property
    def source(self):
        """What the last clause reads, as a FROM list."""
        if self.level:
            return f"{self.table('h', self.level)} AS h"
        return self.writer.members(0, "m")

    def stored(self, columns, heads):
        """SELECT of the rows of a relation: values at the scales of its columns."""
        texts = [self.writer.scaled(e, head.type.scale, self.place) if e.type.exact
                 else self.writer.text(e, self.place) for (_, e), head in zip(columns, heads)]
        return "SELECT DISTINCT " + ", ".join(
            f"{t} AS {quoted(head.name)}" for t, head in zip(texts, heads)) + f" FROM {self.source}"

    def members_of(self, group):
        return f"FROM {self.writer.members(self.level, 'm')} WHERE m.g{self.level} = {group}"

    def held_by(self, group, i):
        """The number of members of a group on which exception i held, as SQL."""
        level, _ = self.excepts[i]
        members = f"FROM {self.table('m', self.level)} AS m WHERE m.g{self.level} = {group}"
        if level < self.level:
            return f"(SELECT COUNT(*) {members} AND m.x{i} IS 1)"
        return (f"(SELECT COUNT(*) {members} AND (SELECT h.x{i} IS 1 FROM "
                f"{self.table('h', level)} AS h WHERE h.id = {group}))")

    def excluded(self, group):
        """The number of members of a group on which some exception held, as SQL."""
        held = [f"m.x{i} IS 1" if level < self.level else f"h.x{i} IS 1"
                for i, (level, _) in enumerate(self.excepts)]
        return (f"(SELECT COUNT(*) FROM {self.table('m', self.level)} AS m JOIN "
                f"{self.table('h', self.level)} AS h ON h.id = m.g{self.level} "
                f"WHERE h.id = {group} AND ({' OR '.join(held) or '0'}))")

    def evidence(self, group, var):
        """The distinct row numbers of a variable over the members of a group, as SQL."""
        source = self.writer.members(self.level, "m")
        if var in self.names.on:
            on = self.writer.text(self.names.on[var], Place(member="m"))
            source += f" JOIN {quoted(self.names.table[var])} AS {quoted(var)} ON {on}"
        return (f"SELECT DISTINCT {quoted(var)}.rowid FROM {source} WHERE m.g{self.level} = {group} "
                f"AND {quoted(var)}.rowid IS NOT NULL ORDER BY 1")

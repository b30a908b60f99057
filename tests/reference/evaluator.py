# SPDX-License-Identifier: Apache-2.0
"""The reference evaluator: `spec/evaluation.md` by nested loops, in the written order.

`Run(model, data, …).entries()` gives the lines that `sup run --format jsonl` writes, as
dictionaries.
Slow on purpose: every clause looks at every pair, every reading is evaluated by itself.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

import bunches
import model as ast
from expressions import (UNDECIDED_MEMBERS, Issue, Member, Scope, Unplaced, contains,
                         guarded_cause, mark_order, truth, value, variables)
from partners import Clause, last_row
from produce import Producer
from sequences import Sequence
from windows import Window, caveats
from tables import Source, columns_read, columns_used, load
from values import CERTAIN, POSSIBLE, SHADOW, TOLERATED, Gap, may_equal_values, unknown


class RunFails(Exception):
    """The run stops with exit 3: two certain rows of a relation contradict each other."""


@dataclass
class Binding:
    """Row variables, attached sets, class, marks (place, reason, source) and caveats."""

    rows: dict = field(default_factory=dict)
    attached: dict = field(default_factory=dict)
    cls: int = CERTAIN
    marks: list = field(default_factory=list)
    caveats: tuple = ()
    excepted: tuple = ()

    def with_rows(self, more):
        return Binding({**self.rows, **more}, self.attached, self.cls, self.marks, self.caveats,
                       self.excepted)

    def marked(self, place, cause, cls=POSSIBLE):
        """The binding with one more mark and a class not better than `cls`."""
        return Binding(self.rows, self.attached, max(self.cls, cls),
                       self.marks + [(place, *cause)], self.caveats, self.excepted)

    def noted(self, caveats):
        return Binding(self.rows, self.attached, self.cls, self.marks,
                       self.caveats + tuple(caveats), self.excepted)


@dataclass
class ScoreMark:
    points: object
    label: str
    open: bool
    blame: object = None


@dataclass
class Group:
    """A group behind a fence: its members, its class, and what its own conditions left on it."""

    key: dict
    members: list
    unplaced: list
    fence: object
    cls: int = CERTAIN
    own: Counter = field(default_factory=Counter)
    blames_shadows: bool = False
    blames_possible: bool = False
    caveats: tuple = ()
    excepted: tuple = ()
    scores: list = field(default_factory=list)
    fence_keys: tuple = ()
    level: int = 0
    lost: object = None      # no group: a member without a full key could make it; the cause

    @property
    def representative(self):
        best = min((m.cls for m in self.members), default=None)
        return next(m.binding for m in self.members if m.cls == best)

    def all_members(self):
        """Members with their class; shadows that the tolerance disregards are TOLERATED."""
        found = []
        for m in self.members + self.unplaced:
            if m.cls == SHADOW and self.fence.tolerant and self.cls != SHADOW:
                m = replace(m, cls=TOLERATED, caveat=self.fence.caveat)
            found.append(m)
        return found

    def of_class(self, cls):
        return [m for m in self.members if m.cls == cls]

    def causes(self):
        """(place, reason, source) → count, each member once under its lowest mark (6.3)."""
        found = Counter(self.own)
        if self.blames_possible:
            found.update(min(m.marks, key=mark_order) for m in self.of_class(POSSIBLE))
        if self.blames_shadows:
            found.update(min(m.marks, key=mark_order) for m in self.all_members()
                         if m.cls == SHADOW)
        return found

    def first_cause(self):
        return min(self.causes(), key=mark_order)


@dataclass
class Fence:
    """The tolerance of one fence: its members, and whether its shadow members are few enough."""

    tolerant: bool
    caveat: tuple


class Body:
    """A body prepared for evaluation: places, levels of lets, variables, policies."""

    def __init__(self, run, clauses, first_place=1, query=False):
        self.run, self.query = run, query
        self.lets, self.tables, self.attached = {}, {}, {}
        self.windows = {}
        self.variables, self.every = [], []     # at the end; at any place
        self.steps = []
        level = 0
        grouped = any(isinstance(c, ast.GroupBy) for c in clauses)
        for place, clause in enumerate(clauses, first_place):
            implied = self._implied_group(clause, clauses, grouped)
            if implied is not None:
                grouped = True
                last = first_place + len(clauses) - 1
                self.steps.append((last, level, implied))
                level += 1
            self.steps.append((place, level, clause))
            self._note(clause, level)
            if isinstance(clause, ast.GroupBy):
                level += 1
        self.level = level

    def _implied_group(self, clause, clauses, grouped):
        """The grouping of 6.1 and 5.4 that is not written."""
        if grouped:
            return None
        if isinstance(clause, (ast.Score, ast.Clue)):
            return ast.GroupBy(clauses[-1].keys)
        if isinstance(clause, ast.Yield):
            for _name, e in clause.columns:
                if any(self._folds_rows(n) for n in ast.walk(e) if isinstance(n, ast.Agg)):
                    return ast.GroupBy(())
        return None

    def _folds_rows(self, agg):
        names = agg.vars if agg.arg is None else variables(agg.arg, self)
        return not any(n in self.attached for n in names)

    def _note(self, clause, level):
        if isinstance(clause, ast.Let):
            e = clause.value
            self.lets[clause.name] = (e if clause.among is None else ast.WinRef(clause, e.type),
                                      level)
        if hasattr(clause, "table"):
            self.tables[clause.var] = clause.table
            if isinstance(clause, ast.Partner) and clause.kind in ("attach", "exists", "lacks"):
                names = [v for v in variables(clause.on, self) if v != clause.var]
                self.attached[clause.var] = tuple(names)
        if hasattr(clause, "var"):
            self.variables.append(clause.var)
            self.every.append(clause.var)
        if isinstance(clause, ast.Sequence):
            self.variables = self.labels(clause)
            self.every += self.variables

    def labels(self, clause):
        """The variables that a sequence leaves: those of each step, by its label."""
        names = []
        for label, absent, _ in clause.steps:
            for v in () if absent else [v for v in self.every if "." not in v]:
                name = f"{label}.{v}"
                if v in self.tables:
                    self.tables[name] = self.tables[v]
                if v in self.attached:
                    self.attached[name] = tuple(f"{label}.{n}" for n in self.attached[v])
                names.append(name)
        return names

    def policy(self, clause):
        """The policy of a clause: written, by `covered at`, of the file, or the default (2)."""
        if clause.policy is not None:
            return clause.policy
        kind = getattr(clause, "kind", None)
        if kind == "lacks" or getattr(clause, "covered", ()):
            return "undecided"
        default = self.run.model.default_policy
        if default == "keep" and kind in ("join", "exists"):
            default = None
        return default or ("drop" if self.query else "undecided")

    def nonnegative(self, col):
        """Whether a contract of the table proves that a column is not negative (5.3)."""
        table = self.run.tables.get(self.tables.get(col.var))
        return table is not None and any(
            e.action == "quarantine" and _proves_nonnegative(e.cond, col.name)
            for e in table.expects)

    def key_proves(self, clause):
        """Whether the link equates every key column of the right side with something known."""
        key = self.run.key_of(clause.table)
        equated = set()
        for conjunct in _conjuncts(clause.on):
            if isinstance(conjunct, ast.Cmp) and conjunct.op == "=":
                for mine, other in ((conjunct.left, conjunct.right),
                                    (conjunct.right, conjunct.left)):
                    if isinstance(mine, ast.Col) and mine.var == clause.var and \
                            clause.var not in variables(other, self):
                        equated.add(mine.name)
        return bool(key) and set(key) <= equated

    def same_columns(self, var, a, b):
        """Whether two rows agree in every column of `var` that the body reads."""
        names = {c.name for c in columns_used([clause for _, _, clause in self.steps])
                 if c.var == var}
        return all(a.cells[n] == b.cells[n] for n in names)

    @property
    def row_variables(self):
        """The variables that stand for rows of tables, relations and rules."""
        return [v for v in self.variables if v in self.tables]

    def empty_binding(self):
        """The binding of which nothing is known: every variable is `?`."""
        unplaced = Unplaced(("unknown row", ""))
        return Binding({v: unplaced for v in self.every if v not in self.attached},
                       {v: [(unplaced, POSSIBLE, unplaced.cause, None)] for v in self.attached})


def _conjuncts(e):
    if isinstance(e, ast.And):
        for item in e.items:
            yield from _conjuncts(item)
    else:
        yield e


def _proves_nonnegative(cond, column):
    return any(isinstance(c, ast.Cmp) and c.op in (">=", ">") and isinstance(c.left, ast.Col)
               and c.left.name == column and isinstance(c.right, ast.Lit) and c.right.value >= 0
               for c in _conjuncts(cond))


# ------------------------------------------------------------------ conditions


@dataclass
class Verdict:
    """T, F, U or S (becomes a shadow), with the blame and the caveats that a T rests on."""

    outcome: str
    blame: object = None
    guard_only: bool = False
    caveats: tuple = ()


def judge(cond, scope, policy="undecided"):
    """A condition over possible members, over shadow members (the guard), and over tolerated
    ones."""
    m, blame = truth(cond, scope, policy)
    if not contains(cond, ast.Agg, scope.body) or (scope.body.query and scope.level > 0):
        return Verdict(m, blame)
    n, guard_blame = truth(cond, scope.at(mode="n"), policy)
    if m == "F":
        return Verdict("F" if n == "F" else "S", guard_blame, True)
    if m == "U":
        return Verdict("U", blame)
    if n != "T":
        return Verdict("U", guard_blame, True)
    sink = []
    t, _ = truth(cond, scope.at(mode="t", sink=sink), policy)
    return Verdict("T", caveats=(*sink, *caveats(cond, scope)) if t != "T" else ())


def blame_cause(blame, guard_only):
    """The (reason, source) of an unknown value; of undecided members the least of theirs."""
    if isinstance(blame, Issue) and blame.cause[0] == UNDECIDED_MEMBERS:
        return guarded_cause(blame) if guard_only else blame.members[0] or blame.cause
    return blame.cause


def open_blame(verdict):
    """What makes `points` unknown where a score is open: its undecided members, or its own
    cause."""
    cause = blame_cause(verdict.blame, verdict.guard_only)
    if isinstance(verdict.blame, Issue) and verdict.blame.cause[0] == UNDECIDED_MEMBERS:
        return Issue((UNDECIDED_MEMBERS, ""), members=(cause, None, None))
    return Issue(cause)


def apply_to_binding(binding, place, verdict):
    """The binding after a condition above the first fence; None if it is gone."""
    if verdict.outcome == "F":
        return None
    if verdict.outcome == "T":
        return binding.noted(verdict.caveats)
    cause = blame_cause(verdict.blame, verdict.guard_only) if verdict.blame is not None \
        else (UNDECIDED_MEMBERS, "")
    return binding.marked(place, cause, SHADOW if verdict.outcome == "S" else POSSIBLE)


def apply_to_group(group, place, verdict):
    """The group after a condition below a fence; None if it is gone."""
    if verdict.outcome == "F":
        return None
    if verdict.outcome == "T":
        group.caveats += verdict.caveats
        return group
    if verdict.outcome == "S":
        group.cls = SHADOW
        blame_group(group, place, verdict.blame, True)
        return group
    group.cls = max(group.cls, POSSIBLE)
    blame_group(group, place, verdict.blame, verdict.guard_only)
    return group


def blame_group(group, place, blame, guard_only):
    """The causes of an undecided condition on a group: its members', or the condition's own
    (5.3)."""
    if isinstance(blame, Issue) and blame.cause[0] == UNDECIDED_MEMBERS and any(blame.members):
        if guard_only and any(m.cls == SHADOW for m in group.all_members()):
            group.blames_shadows = True
            return
        if not guard_only and group.of_class(POSSIBLE):
            group.blames_possible = True
            return
    group.own[(place, *blame_cause(blame, guard_only))] = 1


# ------------------------------------------------------------------ the clauses


class Reading:
    """One evaluation of a body: reading A (exceptions are filters) or B (they are absent)."""

    def __init__(self, body, reading):
        self.body, self.reading = body, reading
        self.bindings = [Binding()]
        self.groups = []
        self.unplaced = []       # members without a full key at the last fence
        self.partial = []        # those of them that were not shadows at the first one
        self.gap_lines = {}
        self.level = 0
        self.earlier = []

    def evaluate(self):
        for place, level, clause in self.body.steps:
            STEPS[type(clause)](self, clause, place)
        return self

    def _scope(self, item):
        if self.level == 0:
            return Scope(self.body, binding=item)
        return Scope(self.body, self.level, group=item)

    def _filter(self, place, decide):
        """Applies decide(scope) → Verdict to every binding or group."""
        if self.level == 0:
            kept = (apply_to_binding(b, place, decide(self._scope(b))) for b in self.bindings)
            self.bindings = [b for b in kept if b is not None]
        else:
            kept = (apply_to_group(g, place, decide(self._scope(g))) for g in self.groups)
            self.groups = [g for g in kept if g is not None]

    def from_(self, clause, place):
        source = self.body.run.source(clause.table)
        self.earlier.append(clause.var)
        for b in self.bindings[:]:
            self.bindings = [_bind(b, clause.var, row, place) for row in source.rows]

    def partner(self, clause, place):
        body = self.body
        work = Clause(clause, place, body, self.earlier, body.policy(clause),
                      body.run.source(clause.table))
        kind = "latest" if isinstance(clause, ast.Latest) else clause.kind
        self._collect_gap_lines(work, kind)
        found = []
        for b in self.bindings:
            pairs = work.pairs(b)
            if work.policy != "undecided" and not pairs and work.own_gap(b):
                if kind == "join" or kind == "exists" or work.policy == "drop":
                    continue
            found.extend(self._partners(work, kind, b, pairs, place))
        if kind == "join":
            found.extend(self._loose_bindings(work, place))
        self.bindings = found
        self.earlier.append(clause.var)
        if kind in ("exists", "lacks"):
            op, bound = (">=", 1) if kind == "exists" else ("=", 0)
            test = ast.Cmp(op, ast.aggregate("count", vars_=(clause.var,)),
                           ast.Lit(bound, ast.INTEGER))
            self._filter(place, lambda s: judge(test, s))

    def _collect_gap_lines(self, work, kind):
        if kind not in ("join", "exists", "attach"):
            return
        for row, cause in work.loose:
            if row.cls != SHADOW:
                line = (work.place, *cause, work.clause.table)
                self.gap_lines.setdefault(line, []).append(row)

    def _partners(self, work, kind, b, pairs, place):
        var = work.clause.var
        if kind == "join":
            return list(_joined(work, b, pairs, place))
        if kind in ("attach", "exists", "lacks"):
            copy = b.with_rows({})
            copy.attached = {**b.attached, var: work.attached_set(b, pairs)}
            return [copy]
        row, rests = work.lookup_row(b, pairs) if kind == "lookup" else last_row(work, b, pairs)
        return [b.with_rows({var: row}).noted([work.caveat] if rests else [])]

    def _loose_bindings(self, work, place):
        """Each loose, accepted row: one shadow binding with every earlier variable `?`."""
        for row, cause in work.loose:
            if row.quarantined:
                continue
            unplaced = Unplaced(cause)
            attached = {v: [(unplaced, POSSIBLE, cause, None)] for v in self.earlier
                        if v in self.body.attached}
            rows = {v: unplaced for v in self.earlier if v not in self.body.attached}
            yield Binding({**rows, work.clause.var: row}, attached, SHADOW, [(place, *cause)])

    def produce(self, clause, place):
        work = Producer(clause, self.body)
        self.bindings = [new for b in self.bindings for new in work.bindings(b, place)]
        self.earlier.append(clause.var)

    def bunch(self, clause, place):
        make = bunches.session if isinstance(clause, ast.Session) else bunches.connect
        inside = [m.binding for m in self._peers()]
        self.bindings = list(make(clause, inside, self.body, place))
        self.earlier.append(clause.var)

    def sequence(self, clause, place):
        inside = [m.binding for m in self._peers()]
        self.bindings = list(Sequence(clause, inside, self.body, place).bindings())
        self.earlier = self.body.labels(clause)

    def where(self, clause, place):
        policy = self.body.policy(clause)
        self._filter(place, lambda s: judge(clause.cond, s, policy))

    def let(self, clause, place):
        if clause.among is not None:
            members = self._peers()
            if self.body.query:
                members = self._with_full_keys(clause, members)
            self.body.windows[clause.name] = Window(clause, members, self.body, self.level, place, self.earlier)

    def _peers(self):
        """The members of a window: the bindings, or the groups, at its place."""
        if self.level == 0:
            return [Member(b, b.cls, b.marks) for b in self.bindings
                    if not self.body.query or b.cls == CERTAIN]
        return [Member(None, g.cls, [g.first_cause()] if g.cls and g.causes() else [], g)
                for g in self.groups if not self.body.query or g.cls == CERTAIN] + \
            [Member(None, SHADOW, [min(m.marks, key=mark_order)], self._own_group(m))
             for m in self.unplaced]

    def _own_group(self, member):
        """The group that a member without a full key could make: of its values only key parts are
        known."""
        group = Group(dict(self.key_parts(member)), [member], [], self.fence, SHADOW)
        group.fence_keys = self._first_keys
        group.lost = min(member.marks, key=mark_order)[1:]
        return group

    def _with_full_keys(self, clause, members):
        """In a query a window is a fence: what is not certain, and what has no partition or order,
        is left out."""
        keys = [*clause.among, *(e for e, _ in clause.order)]

        def full(scope):
            return not any(unknown(value(e, scope)) for e in keys)
        if self.level == 0:
            self.bindings = [m.binding for m in members
                             if full(Scope(self.body, binding=m.binding))]
            left = {id(b) for b in self.bindings}
            return [m for m in members if id(m.binding) in left]
        self.groups = [m.group for m in members if full(self._scope(m.group))]
        left = {id(g) for g in self.groups}
        return [m for m in members if id(m.group) in left]

    def doubt(self, clause, place):
        """T or U adds the mark; a doubt that only shadows could meet adds it too."""
        def decide(s):
            if judge(ast.Not(clause.cond), s).outcome == "T":
                return Verdict("T")
            return Verdict("U", Gap((clause.reason, "")))
        self._filter(place, decide)

    def except_(self, clause, place):
        if self.reading == "A":
            self._filter(place, lambda s: judge(ast.Not(clause.cond), s))
            return
        for item in self.bindings if self.level == 0 else self.groups:
            if truth(clause.cond, self._scope(item))[0] == "T":
                item.excepted += (clause.name,)

    def cites(self, clause, place):
        if clause.at is None:
            return
        law = self.body.run.laws[clause.law]

        def decide(s):
            day = value(clause.at, s)
            if unknown(day):
                return Verdict("U", day)
            if versions_at(law, day):
                return Verdict("T")
            return Verdict("U", Issue(("no version", law.name)))
        self._filter(place, decide)

    def score(self, clause, place):
        for group in self.groups:
            scope = self._scope(group)
            verdict = judge(clause.cond, scope)
            if verdict.outcome == "T":
                group.scores.append(ScoreMark(value(clause.points, scope), clause.label, False))
                group.caveats += verdict.caveats
            elif verdict.outcome == "U":
                group.scores.append(ScoreMark(value(clause.points, scope), clause.label, True,
                                              open_blame(verdict)))

    # -------------------------------------------------------------- the fence

    def group_by(self, clause, place):
        placed, unplaced = {}, []
        for member, scope in self._entering():
            parts = [(name, _key_part(value(e, scope))) for name, e in clause.keys]
            bad = [v for _, v in parts if unknown(v)]
            if not bad:
                placed.setdefault(tuple(v for _, v in parts), []).append(member)
            elif not self.body.query:
                unplaced.append((member, parts, (place, *_least_blame(bad))))
        self.partial = [(m, self._partial_key(clause, m)) for m, _ in self.partial]
        unplaced = [self._unplace(member, parts, mark) for member, parts, mark in unplaced]
        unplaced += [(m, self._partial_key(clause, m)) for m in self.unplaced]
        self._make_groups(clause, placed, unplaced, place)

    def _entering(self):
        """The members of a fence with the scope of their keys (5.1)."""
        if self.level == 0:
            for b in self.bindings:
                if not self.body.query or b.cls == CERTAIN:
                    yield Member(b, b.cls, b.marks), Scope(self.body, binding=b, mode="n")
            return
        for g in self.groups:
            if self.body.query and g.cls != CERTAIN:
                continue
            extra = [g.first_cause()] if g.cls > CERTAIN and g.causes() else []
            for m in g.members:
                yield (Member(m.binding, max(m.cls, g.cls), m.marks + extra, g),
                       Scope(self.body, self.level, group=g, mode="n"))

    def _unplace(self, member, parts, mark):
        """A member with an unknown key part is a shadow member of every group that it fits."""
        shadow = Member(member.binding, SHADOW, member.marks + [mark], member.group)
        if member.cls != SHADOW:
            self.partial.append((shadow, parts))
        return shadow, parts

    def _partial_key(self, clause, member):
        """The key of an unplaced member of the first fence at the second one."""
        scope = Scope(self.body, binding=member.binding, mode="n")
        first = dict(self._first_keys)
        return [(name, _key_part(_partial_value(e, first, scope)))
                for name, e in clause.keys]

    def _make_groups(self, clause, placed, unplaced, place):
        everyone = [m for ms in placed.values() for m in ms] + [m for m, _ in unplaced]
        shadows = sum(m.cls == SHADOW for m in everyone)
        fence = Fence(shadows <= self.body.run.tolerance * len(everyone),
                      (place, f"{shadows} / {len(everyone)} 分组"))
        if not clause.keys and not placed:
            placed = {(): []}
        self.groups, self.fence = [], fence
        for key, members in placed.items():
            names = [name for name, _ in clause.keys]
            fitting = [m for m, parts in unplaced
                       if all(may_equal_values(v, k) for (_, v), k in zip(parts, key))]
            cls = min((m.cls for m in members), default=CERTAIN)
            group = Group(dict(zip(names, key)), members, fitting, fence, cls)
            group.fence_keys, group.level = clause.keys, self.level + 1
            group.blames_possible = cls == POSSIBLE
            group.blames_shadows = cls == SHADOW
            self.groups.append(group)
        self.unplaced = [m for m, _ in unplaced]
        self._unplaced_parts = {id(m): parts for m, parts in unplaced}
        self._first_keys = clause.keys
        self.level += 1

    def key_parts(self, member):
        """The key of a member without a group: its parts, known or not."""
        return self._unplaced_parts[id(member)]

    def end(self, clause, place):
        self.end_place = place


def _partial_value(e, first, scope):
    """A key of a second fence on a binding whose first key is partly unknown."""
    if isinstance(e, ast.KeyRef):
        return value(first[e.name], scope)
    return Issue(("unknown row", ""))


def _least_blame(bad):
    """The cause of an unknown key: that of the leftmost unknown part."""
    return bad[0].cause


def _key_part(v):
    """A key reads with the guard; of undecided members it has the cause of the least."""
    return replace(v, cause=guarded_cause(v), members=()) if isinstance(v, Issue) else v


def _bind(b, var, row, place):
    """Binds a row: a possible or shadow row marks the binding with the row's cause."""
    bound = b.with_rows({var: row})
    return bound if row.cls == CERTAIN else bound.marked(place, row.cause, row.cls)


def _joined(work, b, pairs, place):
    var = work.clause.var
    openers = []
    for pair in pairs:
        if pair.tolerated:
            continue
        if pair.kind in ("T", "linked"):
            bound = b.with_rows({var: pair.row})
            if pair.kind == "linked":
                bound = bound.marked(place, pair.cause, max(pair.row.cls, POSSIBLE))
            elif pair.row.cls != CERTAIN:
                bound = bound.marked(place, pair.row.cause, pair.row.cls)
            yield bound
        elif pair.kind == "open" and pair.row.cls != SHADOW:
            openers.append(pair)
    if openers:
        cause = min(openers, key=lambda p: (p.leaf, p.cause)).cause
        yield b.with_rows({var: Unplaced(cause)}).marked(place, cause)


def versions_at(law, day):
    return [v for v in law.versions if v[1] <= day and (v[2] is None or day <= v[2])]


STEPS = {
    ast.From: Reading.from_,
    ast.Partner: Reading.partner,
    ast.Latest: Reading.partner,
    ast.Each: Reading.produce,
    ast.Extract: Reading.produce,
    ast.Session: Reading.bunch,
    ast.Connect: Reading.bunch,
    ast.Sequence: Reading.sequence,
    ast.Where: Reading.where,
    ast.Let: Reading.let,
    ast.Series: Reading.end,
    ast.Doubt: Reading.doubt,
    ast.Except: Reading.except_,
    ast.Cites: Reading.cites,
    ast.Score: Reading.score,
    ast.GroupBy: Reading.group_by,
    ast.Clue: Reading.end,
    ast.Yield: Reading.end,
}


# ------------------------------------------------------------------ what a rule finds


class Finding:
    """A rule's keys with their lists (evaluation 6): both readings, entries, gap lines."""

    def __init__(self, run, rule):
        self.run, self.rule = run, rule
        self.clue = rule.clauses[-1]
        self.body = Body(run, rule.clauses)
        self.a = Reading(self.body, "A").evaluate()
        self.b = Reading(Body(run, rule.clauses), "B").evaluate()
        self.in_a = {tuple(g.key.values()): g for g in self.a.groups}
        self.in_b = {tuple(g.key.values()): g for g in self.b.groups}

    def lists(self):
        """Key → list name; a key in no list is left out (6.2). A cleared key for which a member
        without a full first-level key speaks is undecided, and listed by that member alone."""
        found, partial = {}, self.partial_entries()
        for key in {**self.in_b, **self.in_a}:
            name = VERDICTS.get((_class(self.in_a, key), _class(self.in_b, key)))
            if name is not None and not (name == "cleared" and key in partial):
                found[key] = name
        return found

    def shadow_keys(self):
        """Keys that only a shadow could make a clue: shadow rows for those who read the rule."""
        for key in self.in_a:
            classes = (_class(self.in_a, key), _class(self.in_b, key))
            if "S" in classes and "F" not in classes:
                yield key

    def partial_entries(self):
        """Distinct partial keys → Counter of causes (6.3)."""
        found = {}
        for member, parts in self.a.partial:
            key = tuple(None if unknown(v) else v for _, v in parts)
            cause = min(member.marks, key=mark_order)
            found.setdefault(key, (Counter(), []))
            found[key][0][cause] += 1
            found[key][1].append(member)
        return found


VERDICTS = {("T", "T"): "clue", ("T", "U"): "undecided", ("U", "T"): "undecided",
            ("U", "U"): "undecided", ("F", "T"): "cleared"}


def _class(groups, key):
    """T, U, S or F of a key in one reading."""
    return "F" if key not in groups else "TUS"[groups[key].cls]


class Run:
    """One run over a model and its data."""

    def __init__(self, model, data, as_of=None, tolerance=Fraction(1, 100), sources=None):
        """`sources` replaces the loading of tables: name → Source."""
        functions = {d.name: d for d in model.declarations if isinstance(d, ast.Function)}
        model = ast.Model(tuple(ast.expanded(d, functions) for d in model.declarations
                                if not isinstance(d, ast.Function)), model.default_policy)
        self.model, self.as_of, self.tolerance = model, as_of, tolerance
        named = {type(d): {} for d in model.declarations}
        for d in model.declarations:
            named[type(d)][d.name] = d
        self.tables = named.get(ast.Table, {})
        self.relations = named.get(ast.Relation, {})
        self.rules = named.get(ast.Rule, {})
        self.queries = named.get(ast.Query, {})
        self.laws = named.get(ast.Law, {})
        self.params = named.get(ast.Param, {})
        self.matches = named.get(ast.Match, {})
        read = columns_read(model.declarations)
        bare = Body(self, ())
        self.sources = dict(sources) if sources is not None else {
            t.name: load(t, data.get(t.name, []), read.get(t.name, set()), bare)
            for t in self.tables.values()}
        self.findings, self.gap_lines, self.elements = {}, {}, {}

    def key_of(self, name):
        """The key columns of a table, relation or rule."""
        if name in self.tables:
            return self.tables[name].key
        if name in self.relations:
            return self.relations[name].key or tuple(
                c.name for c in self.relations[name].columns)
        return tuple(n for n, _ in self.rules[name].clauses[-1].keys)

    def source(self, name):
        if name not in self.sources:
            from relations import rows_of_source
            for each, rows in rows_of_source(self, name).items():
                covers = [self.sources[t].covers for t in self._tables_below(each)
                          if self.tables[t].covers]
                self.sources[each] = Source(rows, len(rows), covers)
        elif name in self.tables:
            plain = self.sources[name]
            return Source(plain.rows, plain.total, [plain.covers] if plain.covers else [])
        return self.sources[name]

    def _tables_below(self, name, above=()):
        """Every table that a relation or rule reads, at any depth."""
        if name in self.tables:
            return {name}
        if name in above:
            return set()
        d = self.relations.get(name) or self.rules[name]
        bodies = d.branches if isinstance(d, ast.Relation) else [d.clauses]
        below = set()
        for clauses in bodies:
            for clause in clauses:
                if hasattr(clause, "table"):
                    below |= self._tables_below(clause.table, (*above, name))
        return below

    def finding(self, name):
        if name not in self.findings:
            self.findings[name] = Finding(self, self.rules[name])
            self.gap_lines[name] = self.findings[name].a.gap_lines
        return self.findings[name]

    def entries(self):
        """Every line of the output, in its order."""
        from output import query_lines, rule_lines, gap_entries
        if not self.rules:
            return [line for q in self.queries.values() for line in query_lines(self, q)]
        for name in self.rules:
            self.finding(name)
        lines = []
        for d in self.model.declarations:
            if isinstance(d, ast.Rule):
                lines += rule_lines(self, self.findings[d.name])
            if isinstance(d, (ast.Rule, ast.Relation)) and d.name in self.gap_lines:
                lines += gap_entries(d.name, self.gap_lines[d.name])
        return lines

# SPDX-License-Identifier: Apache-2.0
"""`session` and `connect` (evaluation 7): bindings that hang together get one more row variable.

Both rest on one picture. Narrow bunches are made of certain members alone, wide ones of certain and
possible members together. A certain member belongs to its narrow bunch. A possible one may belong to
each narrow bunch that it touches, or to one of its own. A narrow bunch whose wide one holds more than
those that touch it has one further possible member of which nothing is known: uncertain members could
join it with others.
"""

from dataclasses import dataclass, field

from expressions import Issue, Row, Scope, Unplaced, mark_order, value, variables
from values import CERTAIN, INF, POSSIBLE, SHADOW, canonical, sort_key, unknown


class Name(tuple):
    """The identity of a bunch: its values in order, and how it is written."""

    def __new__(cls, values, types):
        made = super().__new__(cls, [sort_key(v, t) for v, t in zip(values, types)])
        made.text = ",".join(canonical(v, t, False) for v, t in zip(values, types))
        return made


@dataclass
class Member:
    """A placed binding: its partition, and the points (times or nodes) that it stands on."""

    binding: object
    partition: tuple
    points: tuple
    cls: int


@dataclass(eq=False)
class Bunch(Row):
    """The row of a bunch; `parts` gives size, start and end as (low, high), which the guard
    widens; `excepted` the exceptions that hold for its members."""

    parts: dict = field(default_factory=dict)
    lost: bool = False
    why: tuple = None
    excepted: set = field(default_factory=set)

    def part(self, name, mode):
        low, high = self.parts[name]
        if mode != "m" and self.lost:
            low, high = (low if name != "start" else -INF), (high if name == "start" else INF)
        return low if low == high else Issue(self.why, low, high)


class Clause:
    """A session or connect clause at one place."""

    def __init__(self, clause, bindings, body, place, points, near, name):
        self.clause, self.body, self.place = clause, body, place
        self.near, self.name = near, name
        self.members, self.strays = [], []
        for b in bindings:
            self._place(b, points)
        self.names = [v for v in body.variables if v in (bindings[0].rows if bindings else ())]

    def _place(self, b, points):
        partition, found = points(Scope(self.body, binding=b))
        bad = next((v for v in (*partition, *found) if unknown(v)), None)
        if bad is None:
            self.members.append(Member(b, partition, found, b.cls))
        elif not self.body.query:
            self.strays.append((b, bad.cause))

    def bindings(self):
        """The bindings with their bunches, in no order that matters."""
        sure = [m for m in self.members if m.cls == CERTAIN]
        open_ = [m for m in self.members if m.cls == POSSIBLE]
        lost = self.strays + [m for m in self.members if m.cls == SHADOW]
        if len(lost) <= self.body.run.tolerance * (len(self.members) + len(self.strays)):
            lost = []
        self.lost = min((_lost_cause(x) for x in lost), default=None)
        narrow = self._components(sure)
        touching = {id(m): [i for i, n in enumerate(narrow) if self._touch(m, n)] for m in open_}
        alone = self._components([m for m in open_ if not touching[id(m)]])
        bunches = [self._bunch(n, CERTAIN) for n in narrow]
        for n, bunch in zip(narrow, bunches):
            for m in n:
                yield self._with(m, bunch)
        for m in open_:
            for i in touching[id(m)]:
                yield self._with(m, bunches[i])
        for n in alone:
            bunch = self._bunch(n, POSSIBLE)
            for m in n:
                yield self._with(m, bunch)
        yield from self._widened(narrow, bunches, touching)
        for b, cause in self.strays:
            yield b.with_rows({self.clause.var: Unplaced(cause, single=True)}).marked(
                self.place, cause)
        for m in self.members:
            if m.cls == SHADOW:
                near = [i for i, n in enumerate(narrow) if self._touch(m, n)]
                row = bunches[near[0]] if len(near) == 1 else Unplaced(_cause(m), single=True)
                yield m.binding.with_rows({self.clause.var: row})

    def _with(self, m, bunch):
        bunch.excepted.update(m.binding.excepted)
        return m.binding.with_rows({self.clause.var: bunch})

    def _widened(self, narrow, bunches, touching):
        """What uncertain members could make of a narrow bunch: its parts, and its `?` member."""
        everyone = [m for m in self.members if m.cls <= POSSIBLE]
        for wide in self._components(everyone):
            inside = [i for i, n in enumerate(narrow) if n[0] in wide]
            uncertain = [m for m in wide if m.cls == POSSIBLE]
            if not uncertain:
                continue
            cause = min(_cause(m) for m in uncertain)
            for i in inside:
                known = narrow[i] + [m for m in uncertain if i in touching[id(m)]]
                self._stretch(bunches[i], wide, cause)
                if len(known) < len(wide):
                    yield self._nothing_known(bunches[i], cause)

    def _nothing_known(self, bunch, cause):
        from evaluator import Binding
        stranger = Unplaced(cause)
        rows = {v: stranger for v in self.names if v not in self.body.attached}
        attached = {v: [(stranger, POSSIBLE, cause, None)] for v in self.body.attached
                    if self.members and v in self.members[0].binding.attached}
        return Binding({**rows, self.clause.var: bunch}, attached, POSSIBLE,
                       [(self.place, *cause)])

    def _stretch(self, bunch, wide, cause):
        bunch.why = cause
        for name, (low, high) in _parts(wide, self.clause).items():
            mine = bunch.parts[name]
            bunch.parts[name] = (min(low, mine[0]), max(high, mine[1]))

    def _touch(self, m, others):
        return any(self.near(m, o) for o in others)

    def _components(self, members):
        """Members that hang together, by repeated merging."""
        found = []
        for m in members:
            met = [n for n in found if self._touch(m, n)]
            found = [n for n in found if n not in met] + [[x for n in met for x in n] + [m]]
        return found

    def _bunch(self, members, cls):
        made = Bunch("", self.name(members), {}, cls)
        made.cells = {"": made.number}
        made.parts = _parts(members, self.clause)
        made.lost = self.lost is not None
        made.why = min(_cause(m) for m in members) if cls else self.lost
        return made


def _lost_cause(stray):
    """Why an edge or time could be anywhere: that of its unknown value, else its own."""
    return _cause(stray) if isinstance(stray, Member) else stray[1]


def _cause(m):
    return min(m.binding.marks, key=mark_order)[1:] if m.binding.marks else ("unknown row", "")


def _parts(members, clause):
    if hasattr(clause, "gap"):
        times = [p for m in members for p in m.points]
        return {"start": (min(times), min(times)), "end": (max(times), max(times))}
    size = len({p for m in members for p in m.points})
    return {"size": (size, size)}


# ------------------------------------------------------------------ the two clauses


def session(clause, bindings, body, place):
    """Runs of one partition in which no gap is longer than `gap`."""
    types = [e.type for e in clause.keys] + [clause.order.type]

    def points(s):
        return tuple(value(e, s) for e in clause.keys), (value(clause.order, s),)

    def near(a, b):
        return a.partition == b.partition and abs(a.points[0] - b.points[0]) <= clause.gap

    def name(members):
        parts = (*members[0].partition, min(m.points[0] for m in members))
        texts = [canonical(v, t, False) for v, t in zip(parts, types)]
        return ",".join(s.replace("\\", "\\\\").replace(",", "\\,") for s in texts)
    return Clause(clause, bindings, body, place, points, near, name).bindings()


def connect(clause, bindings, body, place):
    """Components of the graph whose edges are the bindings; nodes of two types are different."""
    same = clause.left.type == clause.right.type

    def points(s):
        left, right = value(clause.left, s), value(clause.right, s)
        if unknown(left) or unknown(right):
            return (), (left, right)
        return (), (("a", left), ("a" if same else "b", right))

    def near(a, b):
        return bool(set(a.points) & set(b.points))

    def name(members):
        return min((v for m in members for side, v in m.points if side == "a"),
                   key=lambda v: sort_key(v, clause.left.type))
    return Clause(clause, bindings, body, place, points, near, name).bindings()

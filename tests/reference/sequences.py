# SPDX-License-Identifier: Apache-2.0
"""`sequence by … ordered by … within d  step a: e  absent b: e …` (evaluation 7).

Two runs look for the matches of each partition: the strict one, in which uncertain members are no
steps and break every absence that they may reach, and the open one, in which they may be steps and
break none. With and without the shadows this gives four; a match is certain if all four find it.
"""

from dataclasses import dataclass

from expressions import Scope, Unplaced, mark_order, truth, value
from partners import within
from values import CERTAIN, POSSIBLE, SHADOW, may_equal_values, sort_key, unknown


@dataclass
class Member:
    """A binding with its partition, its order keys (None: unplaced) and its truth per step."""

    binding: object
    partition: tuple
    keys: tuple
    time: object
    numbers: tuple
    truths: list
    cls: int
    cause: tuple

    @property
    def certain(self):
        return self.cls == CERTAIN and self.keys is not None


class Sequence:
    """One clause at work."""

    def __init__(self, clause, bindings, body, place):
        self.clause, self.body, self.place = clause, body, place
        self.steps = clause.steps
        self.wanted = [i for i, (_, absent, _) in enumerate(self.steps) if not absent]
        members = [self._member(b) for b in bindings]
        if body.query:
            members = [m for m in members if m.certain and not any(unknown(v) for v in m.partition)]
        self.strays = [m for m in members if any(unknown(v) for v in m.partition)]
        self.members = [m for m in members if m not in self.strays]
        lost = [m for m in members if m.cls == SHADOW or m in self.strays]
        self.tolerant = len(lost) <= body.run.tolerance * len(members)

    def _member(self, b):
        s = Scope(self.body, binding=b)
        keys = [value(e, s) for e, _ in self.clause.order]
        partition = tuple(value(e, s) for e in self.clause.keys)
        bad = next((v for v in (*partition, *keys) if unknown(v)), None)
        marks = [m[1:] for m in sorted(b.marks, key=mark_order)]
        cause = marks[0] if marks else bad.cause if bad is not None else None
        truths = []
        for _, _, e in self.steps:
            t, blame = truth(e, s)
            truths.append(t)
            if t == "U" and cause is None:
                cause = blame.cause
        lost = any(unknown(v) for v in keys)
        order = None if lost else tuple(_order(v, e.type, down)
                                        for v, (e, down) in zip(keys, self.clause.order))
        numbers = tuple(getattr(r, "number", 0) for r in b.rows.values())
        return Member(b, partition, order, keys[0], numbers, truths, b.cls, cause)

    def bindings(self):
        done = []
        for first in self.members:
            if first.partition not in done:
                done.append(first.partition)
                yield from self._partition(
                    [m for m in self.members if m.partition == first.partition],
                    [m for m in self.strays if all(may_equal_values(a, b) for a, b in zip(
                        m.partition, first.partition))])
        for m in self.strays:
            if self._may_be_step(m):
                yield self._unknown(m.cause, max(m.cls, POSSIBLE))

    def _partition(self, members, strays):
        near = [m for m in members if m.cls <= POSSIBLE]
        far = [] if self.tolerant else strays + [m for m in members if m.cls == SHADOW]
        for m in strays:
            m.keys = None
        m_runs = [self._run(near, strict) for strict in (True, False)]
        n_runs = [self._run(near + far, strict) for strict in (True, False)]
        wild = min((m.cause for m in near if m.keys is None and self._may_be_step(m)), default=None)
        dark = min((m.cause for m in far if m.keys is None and self._may_be_step(m)), default=None)
        doubt = min((m.cause for m in near if m.cause is not None), default=None)
        shade = min((m.cause for m in far if m.cause is not None), default=None)
        for match in _union(*m_runs):
            in_both = all(match in run for run in m_runs) and wild is None
            in_guard = all(match in run for run in n_runs) and dark is None
            if not in_both:
                yield self._made(match, POSSIBLE, wild or doubt or ("not covered", ""))
            elif not in_guard:
                yield self._made(match, POSSIBLE, dark or shade or ("not covered", ""))
            else:
                yield self._made(match, CERTAIN, None)
        for match in _union(*n_runs):
            if not any(match in run for run in m_runs):
                yield self._made(match, SHADOW, shade)
        if wild is not None:
            yield self._unknown(wild, POSSIBLE)

    def _may_be_step(self, m):
        return any(m.truths[i] != "F" for i in self.wanted)

    # ------------------------------------------------------------------ one run

    def _run(self, members, strict):
        """The matches of one run: the least by position, then again behind it."""
        placed = sorted((m for m in members if m.keys is not None),
                        key=lambda m: (m.keys, m.numbers))
        found, after = [], None
        while True:
            match = self._least(placed, members, strict, after, [])
            if match is None:
                return found
            found.append(tuple(match))
            after = match[-1].keys

    def _least(self, placed, members, strict, after, chosen):
        """The lexicographically least match that begins with `chosen`, behind the keys `after`."""
        if len(chosen) == len(self.wanted):
            return chosen if self._absences(chosen, members, strict) else None
        step = self.wanted[len(chosen)]
        for m in placed:
            behind = chosen[-1].keys if chosen else after
            if behind is not None and not m.keys > behind:
                continue
            if chosen and m.time - chosen[0].time > self.clause.within:
                continue
            fits = m.certain and m.truths[step] == "T" if strict else m.truths[step] != "F"
            if fits:
                match = self._least(placed, members, strict, after, chosen + [m])
                if match is not None:
                    return match
        return None

    def _absences(self, chosen, members, strict):
        for i, (_, absent, _) in enumerate(self.steps):
            if not absent:
                continue
            before = chosen[sum(j < i for j in self.wanted) - 1]
            behind = next((chosen[k] for k, j in enumerate(self.wanted) if j > i), None)
            end = chosen[0].time + self.clause.within
            if behind is None and strict and not self._over(chosen[0].time, end):
                return False
            for m in members:
                if m is not before and m is not behind and \
                        self._breaks(m, i, before, behind, end, strict):
                    return False
        return True

    def _over(self, first, last):
        """Whether the data reach to the end: `as_of`, and what the variables' tables cover, somewhere."""
        tables = {self.body.tables[v] for m in self.members + self.strays for v in m.binding.rows
                  if v in self.body.tables}
        covers = [ranges for t in tables for ranges in self.body.run.source(t).covers]
        return last <= self.body.run.as_of and all(
            within(first, last, [(a, b, None) for a, b, _ in ranges], None) for ranges in covers)

    def _breaks(self, m, i, before, behind, end, strict):
        if not strict and not (m.certain and m.truths[i] == "T"):
            return False
        if m.truths[i] == "F":
            return False
        if m.keys is None:
            return True
        if m.keys < before.keys:
            return False
        return m.keys <= behind.keys if behind is not None else m.time <= end

    # ------------------------------------------------------------------ bindings

    def _made(self, match, cls, cause):
        from evaluator import Binding
        rows, attached, marks, caveats, excepted = {}, {}, [], (), ()
        for (label, _, _), m in zip((self.steps[i] for i in self.wanted), match):
            rows.update({f"{label}.{v}": r for v, r in m.binding.rows.items()})
            attached.update({f"{label}.{v}": r for v, r in m.binding.attached.items()})
            marks += m.binding.marks
            caveats += m.binding.caveats
            excepted += m.binding.excepted
            cls = max(cls, m.cls)
        made = Binding(rows, attached, CERTAIN, marks, caveats, excepted)
        made.cls = cls
        return made if cause is None else made.marked(self.place, cause, cls)

    def _unknown(self, cause, cls):
        from evaluator import Binding
        stranger = Unplaced(cause)
        first = (self.members + self.strays)[0].binding
        labels = [self.steps[i][0] for i in self.wanted]
        rows = {f"{label}.{v}": stranger for label in labels for v in first.rows}
        attached = {f"{label}.{v}": [(stranger, POSSIBLE, cause, None)]
                    for label in labels for v in first.attached}
        return Binding(rows, attached, CERTAIN, []).marked(self.place, cause, cls)


def _order(v, type_, descending):
    return _Down(sort_key(v, type_)) if descending else sort_key(v, type_)


class _Down(tuple):
    """A sort key in descending order."""

    def __lt__(self, other):
        return tuple(self) > tuple(other)

    def __gt__(self, other):
        return tuple(self) < tuple(other)

    def __le__(self, other):
        return tuple(self) >= tuple(other)


def _union(*runs):
    found = []
    for run in runs:
        found += [match for match in run if match not in found]
    return found

# SPDX-License-Identifier: Apache-2.0
"""`let … among (…) [ordered by … [within …]]` (evaluation 7): a value over the peers of a tuple.

A window is a snapshot of all bindings (or groups) at its place. Its members are tuples: the distinct
rows of the variables that a function reads, and of partition and order. A member whose partition is
unknown is a shadow in every partition that it fits; one whose order is unknown may stand anywhere.
"""

from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import model as ast
from expressions import (ABSENT, GROUP, REACH, Issue, Scope, Tuple, Unplaced, _inner, _projection, by_when, failure,
                         guarded_cause, inner_cause, least_cause, mention, read_directly, truth, value, variables)
from values import (CERTAIN, POSSIBLE, SHADOW, TOLERATED, Gap, first_unknown, fits, half_even,
                    may_equal_values, sort_key, unknown)

PEERS = "peers undecided"


@dataclass
class Peer:
    """One member of a partition: its tuple, its order keys (None: unplaced), its row numbers."""

    key: tuple
    tuple: Tuple
    order: list
    numbers: tuple


def windows_in(e, body):
    """The windowed lets that an expression reads, lets expanded."""
    for node in ast.walk(e):
        if isinstance(node, ast.LetRef):
            target = body.lets[node.name][0]
            if isinstance(target, ast.WinRef):
                yield node
            else:
                yield from windows_in(target, body)


def caveats(e, scope):
    """Of the windows that e reads: those whose value tolerated members could change."""
    found = []
    for ref in windows_in(e, scope.body):
        for at in _readers(ref, scope):
            sure, tolerated = (value(ref, at.at(mode=mode, sink=None)) for mode in ("n", "t"))
            if _told(sure) != _told(tolerated):
                found.append(scope.body.windows[ref.name].caveat)
                break
    return found


def _readers(ref, scope):
    """The bindings or groups for which a window is read: those of a group's members, or the scope's
    own."""
    level = scope.body.lets[ref.name][1]
    if level == scope.level:
        return [scope]
    if level == 0:
        return [Scope(scope.body, binding=m.binding) for m in scope.group.members]
    return [Scope(scope.body, level, group=m.group) for m in scope.group.members]


def _told(v):
    """What is known of a value, whatever the cause."""
    if isinstance(v, Issue):
        return ("issue", v.low, v.high)
    return "gap" if isinstance(v, Gap) else v


class Window:
    """A windowed let at its place in one reading of a body."""

    def __init__(self, clause, members, body, level, place, earlier):
        self.clause, self.members, self.body, self.level = clause, members, body, level
        self.keys, self.order, self.within = clause.among, clause.order, clause.within
        self.outer = [v for e in (*self.keys, *(e for e, _ in self.order))
                      for v in variables(e, body)]
        self.above = [v for v in earlier if v not in body.attached]
        every = self._all_tuples()
        shadows = sum(cls == SHADOW for cls in every.values())
        lost = [m for m in members if m.group and m.group.lost]
        self.tolerant = shadows - len(lost) <= body.run.tolerance * (len(every) - len(lost)) and \
            all(m.group.fence.tolerant for m in lost)
        self.caveat = (place, f"{shadows} / {len(every)} 同组")

    def value(self, s):
        """The value of the let for the binding or group of a scope."""
        if self.level > 0 and s.display:      # printed values read m
            s = s.at(display=False, sink=None, mode="m")
        own = self._own_keys(s)
        bad = next((v for v in own if unknown(v)), self._nobody(s))
        if bad is None:
            bad = next((v for v in self._own_orders(s) if unknown(v)), None)
        if bad is not None:
            return Issue(guarded_cause(bad))
        v = value(self.clause.value, s.at(window=self))
        if self.level > 0 and isinstance(v, Issue):     # of other groups: no members of this one
            return Issue(inner_cause(v, s.mode), v.low, v.high)
        return v

    def _nobody(self, s):
        """The issue of a binding that a loose row made further down: it may be any of the members."""
        if self.level > 0:
            return None
        rows = (s.binding or s.group.representative).rows
        found = [rows.get(v) for v in self.above]
        lost = all(isinstance(row, Unplaced) and row is found[0] for row in found)
        return Issue(found[0].cause) if lost else None

    def peers_excepted(self, group, in_a):
        """The exceptions that hold for the peers of a group's certain members whose value another one
        has in reading A (`in_a`); below a fence for the groups of the partition of a group, or of those
        that its members were in."""
        names = set()
        above = {c.name for place, _, c in self.body.steps
                 if isinstance(c, ast.Except) and place < self.caveat[0]}
        if self.level == 0:
            for m in group.of_class(CERTAIN):
                scope = Scope(self.body, binding=m.binding)
                own = self._own_keys(scope)
                if not any(unknown(v) for v in own) and self._differs(in_a, scope):
                    names |= {n for x in self.members for n in x.binding.excepted
                              if [value(e, self._scope(x)) for e in self.keys] == own}
            return names & above
        of = [group] if self.level == group.level else [m.group for m in group.members]
        for g in of:
            own = self._own_keys(Scope(self.body, self.level, group=g))
            for m in self.members:
                keys = self._own_keys(Scope(self.body, self.level, group=m.group))
                if not any(unknown(v) for v in (*own, *keys)) and keys == own:
                    names |= set(m.group.excepted)
                    names |= {n for x in m.group.members for n in x.binding.excepted}
                    names |= {n for x in m.group.members if x.group for n in x.group.excepted}
        return names & above

    def _differs(self, in_a, scope):
        """Whether the value for a binding is another one in reading A, read in some way."""
        return any(_told(self.value(scope.at(mode=mode))) !=
                   _told(in_a.value(scope.at(body=in_a.body, mode=mode))) for mode in "mnt")

    # ------------------------------------------------------------------ members

    def _names(self, fn, s):
        """The variables whose rows make the tuples of a function."""
        if self.level > 0:
            return [GROUP]
        named = mention(fn, s) if isinstance(fn, ast.Agg) else \
            [] if fn.arg is None else variables(fn.arg, self.body)
        wanted = set(named) | set(self.outer)
        for v in named:     # the members whose sets are read
            wanted |= set(self._set_reads(v))
        return [v for v in self.body.variables if v in wanted and v not in self.body.attached]

    def _scope(self, member):
        """Where a member's values are read: with the guard, and no functions of a window are its
        own."""
        if self.level == 0:
            return Scope(self.body, binding=member.binding, mode="n")
        return Scope(self.body, self.level, group=member.group, mode="n")

    def _read(self, e, scope):
        """A value that a function looks at; of groups the members behind an issue are not peers."""
        v = value(e, scope)
        if self.level > 0 and isinstance(v, Issue):
            return Issue(guarded_cause(v), v.low, v.high)
        return v

    def _own_keys(self, s):
        return [value(e, s.at(mode="n", display=False, window=None)) for e in self.keys]

    def _own_orders(self, s):
        return self._orders(s.at(mode="n", display=False, window=None))

    def _identity(self, member, names):
        """(identity, stands for many, cause of a `?`, row numbers); identity None: a row is
        absent."""
        if self.level > 0:
            many = bool(member.group.lost) and any(
                isinstance(r, Unplaced) and not r.single or getattr(r, "many", False)
                for r in member.group.members[0].binding.rows.values())
            return (id(member.group),), many, None, (bool(member.group.lost), *(
                sort_key(v, e.type) for v, (_, e) in zip(member.group.key.values(),
                                                        member.group.fence_keys)
                if not member.group.lost))
        key, many, cause, numbers = [], False, None, []
        for name in names:
            row = member.binding.rows.get(name)
            if row is ABSENT:
                return None, False, None, ()
            if isinstance(row, Unplaced):
                key.append(id(row) if row.single else "?")
                many, cause = many or not row.single, least_cause(cause, row.cause)
            elif row is not None:
                key.append(id(row))
                many = many or row.many
                numbers.append(row.number)
        return tuple(key), many, cause, tuple(numbers)

    def _all_tuples(self):
        """The tuples of the whole clause → class, for the tolerance of the fence."""
        s = Scope(self.body, self.level)
        functions = [n for n in ast.walk(self.clause.value) if isinstance(n, (ast.Agg, ast.WinFn))]
        names = list(dict.fromkeys(v for fn in functions for v in self._names(fn, s)))
        best = {}
        for m in self.members:
            key, _, cause, _ = self._identity(m, names)
            scope = self._scope(m)
            if key is None:
                continue
            lost = any(unknown(value(e, scope)) for e in self.keys)
            cls = SHADOW if lost else max(m.cls, POSSIBLE if cause else CERTAIN)
            best[key] = min(cls, best.get(key, cls))
        return best

    def _orders(self, s):
        return [value(e, s) for e, _ in self.order]

    def peers(self, fn, s, own, names):
        """The members of the partition with the keys `own`, by tuple, each with its best class."""
        best = {}
        for m in self.members:
            key, many, cause, numbers = self._identity(m, names)
            standing = None if key is None else self._standing(m, own, cause)
            if standing is None:
                continue
            cls, why, orders, lost = standing
            scope = self._scope(m)
            if key in best and best[key].tuple.cls <= cls:
                if best[key].tuple.cls == cls and cls > CERTAIN:
                    best[key].tuple.cause = least_cause(best[key].tuple.cause, why)
                continue
            arg = getattr(fn, "arg", None)
            v = None if arg is None else self._read(arg, scope)
            by = getattr(fn, "by", None)
            by = None if by is None else self._read(by, scope)
            best[key] = Peer(key, Tuple(cls, v, many, why, None, by, numbers[0] if numbers else 0),
                             None if lost is not None else orders, numbers)
        return best

    def _set_reads(self, name):
        """The variables that decide on an attached set."""
        if name not in self.body.attached:
            return ()
        clause = next(c for _, _, c in self.body.steps if getattr(c, "var", None) == name)
        return [v for e in (clause.on, *clause.covered) for v in variables(e, self.body) if v != name]

    def _standing(self, m, own, cause):
        """(class, why, orders, the unknown one of them) of a member in the partition with the keys
        `own`; None: it is not there. `cause`: of a `?` in its tuple."""
        scope = self._scope(m)
        cls, why = m.cls, _first_cause(m)
        keys = [value(e, scope) for e in self.keys]
        if not all(may_equal_values(a, b) for a, b in zip(keys, own)):
            return None
        bad = next((v for v in keys if unknown(v)), None)
        if bad is not None and cls < SHADOW:
            cls, why = SHADOW, why or guarded_cause(bad)      # the lowest of its marks
        if cause is not None and cls < POSSIBLE:
            cls, why = POSSIBLE, cause
        orders = self._orders(scope)
        lost = next((v for v in orders if unknown(v)), None)
        if lost is not None and cls < POSSIBLE:
            cls, why = POSSIBLE, guarded_cause(lost)
        if cls == SHADOW and self.tolerant:
            cls = TOLERATED
        return cls, why, orders, lost

    def _reads_sets(self, agg, s):
        read = [*mention(agg, s), *([] if agg.when is None else read_directly(agg.when, self.body))]
        return self.level == 0 and any(v in self.body.attached for v in read)

    def _attached(self, agg, s, own, names):
        """The tuples of an aggregate of attached rows: those of the sets of the partition's members.
        Their sets are read with the guard: shadow rows are possible, tolerated ones are none."""
        read = mention(agg, s)
        met = [] if agg.when is None else read_directly(agg.when, self.body)
        fold = [v for v in self.body.variables if v in read or v in self.outer]
        policy = "drop" if self.body.query else "undecided"
        best = {}
        for m in self.members:
            standing = self._standing(m, own, None)
            if standing is None or self._identity(m, names)[0] is None:
                continue
            for identity, new in self._spread(m, standing, fold, met, agg, policy):
                if identity not in best or new.cls < best[identity].cls:
                    best[identity] = new
                elif new.cls == best[identity].cls and new.cls > CERTAIN:
                    best[identity].cause = least_cause(best[identity].cause, new.cause)
        return list(best.values())

    def _spread(self, m, standing, fold, met, agg, policy):
        attached = [v for v in self.body.variables if v in self.body.attached and v in (*fold, *met)]
        for rows in product(*(m.binding.attached[v] for v in attached)):
            cls, why = standing[:2]
            for _, row_cls, row_cause, _ in rows:
                row_cls = POSSIBLE if row_cls == SHADOW else row_cls
                cls, why = (row_cls, row_cause) if row_cls > cls else (cls, why)
            if any(row_cls == TOLERATED for _, row_cls, _, _ in rows):
                continue
            binding = m.binding.with_rows(dict(zip(attached, (r[0] for r in rows))))
            scope = Scope(self.body, binding=binding, mode="n")
            identity, many, lost = _projection(binding, m, fold)
            if identity is None:
                continue
            if lost is not None and cls < POSSIBLE:
                cls, why = POSSIBLE, lost
            met = by_when(agg, scope, policy, cls, why)
            if met is None:
                continue
            cls, why = met
            v = None if agg.arg is None else value(agg.arg, scope)
            yield identity, Tuple(cls, v, many, why)

    def _met(self, agg, s, names):
        """Tuple → T or U (with its cause) of the `when` of an aggregate; F is left out."""
        found = {}
        policy = "drop" if self.body.query else "undecided"
        for m in self.members:
            key = self._identity(m, names)[0]
            t, blame = truth(agg.when, self._scope(m), policy)
            if t != "F" and found.get(key, ("U", None))[0] == "U":
                cause = _inner(blame) if t == "U" else None
                if t == "U" and key in found:
                    cause = least_cause(cause, found[key][1])
                found[key] = (t, cause)
        return found

    # ------------------------------------------------------------------ functions

    def tuples(self, agg, s):
        """The tuples over which an aggregate folds: those of the frame. Issue: nobody knows which."""
        names = self._names(agg, s)
        own = self._own_keys(s)
        if self._reads_sets(agg, s):
            return self._attached(agg, s, own, names)
        peers = self.peers(agg, s, own, names)
        if isinstance(self.within, tuple):
            line = self._line(agg, s, peers, names)
            if isinstance(line, Issue):
                return line
            at = next(i for i, p in enumerate(line) if p.key == self._own_key(s, names))
            frame = line[max(0, at - self.within[1] + 1):at + 1]
        else:
            frame = [p for p in peers.values() if self._in_frame(p, s)]
        if agg.when is not None:
            met = self._met(agg, s, names)
            frame = [p for p in frame if p.key in met]
            for p in frame:
                if met[p.key][0] == "U" and p.tuple.cls < POSSIBLE:
                    p.tuple.cls, p.tuple.cause = POSSIBLE, met[p.key][1]
        return [p.tuple for p in frame]

    def _in_frame(self, peer, s):
        """Without `within` all up to the row, ties among them; within d: (t − d, t]."""
        if not self.order or peer.order is None:
            return True
        mine = self._own_orders(s)
        if self.within is None:
            return not self._before(mine, peer.order)
        length = value(self.within, s)
        return mine[0] - length < peer.order[0] <= mine[0]

    def _before(self, a, b):
        """Whether order keys `a` come strictly before `b`."""
        for x, y, (e, descending) in zip(a, b, self.order):
            x, y = sort_key(x, e.type), sort_key(y, e.type)
            if x != y:
                return (x > y) if descending else (x < y)
        return False

    def _own_key(self, s, names):
        member = _Own(s.binding or s.group.representative, s.group) if self.level == 0 \
            else _Own(None, s.group)
        return self._identity(member, names)[0]

    def _line(self, fn, s, peers, names):
        """The partition in its total order; an issue where some member is not certain."""
        reach = REACH[s.mode]
        if s.body.query:
            peers = {k: p for k, p in peers.items() if p.tuple.cls == CERTAIN}
        own = peers.get(self._own_key(s, names))
        if own is None or own.tuple.cls > CERTAIN or \
                any(CERTAIN < p.tuple.cls <= reach for p in peers.values()):
            return failure(PEERS, fn)
        line = sorted((p for p in peers.values() if p.tuple.cls == CERTAIN),
                      key=lambda p: p.numbers)
        for i, (e, descending) in reversed(list(enumerate(self.order))):
            line.sort(key=lambda p: sort_key(p.order[i], e.type), reverse=descending)
        return line

    def _by_value(self, fn):
        """The same window in the order of a value that is ranked."""
        other = copy(self)
        other.order = ((fn.arg, False),)
        other.outer = self.outer + variables(fn.arg, self.body)
        return other

    def ordered(self, fn, s):
        """An ordered function: rank, previous, running_sum and their like."""
        if fn.fn in RANKS and not self.order:
            return self._by_value(fn).ordered(fn, s)
        bad = next((v for v in self._own_orders(s) if unknown(v)), None)
        if bad is not None:
            return Issue(guarded_cause(bad))
        names = self._names(fn, s)
        own = self._own_keys(s)
        line = self._line(fn, s, self.peers(fn, s, own, names), names)
        if isinstance(line, Issue):
            return _own_first(fn, s, line)
        at = next(i for i, p in enumerate(line) if p.key == self._own_key(s, names))
        return ORDERED[fn.fn](self, fn, s, line, at)


def _own_first(fn, s, issue):
    """`change` and `gap_to_previous` are x less the value before: what is wrong with x comes first."""
    if fn.fn not in ("gap_to_previous", "change"):
        return issue
    mine = value(fn.arg, s.at(mode="n", window=None))      # inside another window, with the guard
    return Issue(guarded_cause(mine)) if isinstance(mine, Issue) else issue


@dataclass
class _Own:
    binding: object
    group: object


def _first_cause(member):
    from expressions import mark_order
    return min(member.marks, key=mark_order)[1:] if member.marks else None


# ------------------------------------------------------------------ ordered functions


def _rank(w, fn, s, line, at):
    return 1 + sum(w._before(p.order, line[at].order) for p in line)


def _dense_rank(w, fn, s, line, at):
    return 1 + len({tuple(p.order) for p in line if w._before(p.order, line[at].order)})


def _percent_rank(w, fn, s, line, at):
    return half_even(Fraction(_rank(w, fn, s, line, at) - 1, max(len(line) - 1, 1)), 18)


def _ntile(w, fn, s, line, at):
    least, longer = divmod(len(line), fn.place)
    sizes = [least + (i < longer) for i in range(fn.place)]
    return next(i for i in range(1, fn.place + 1) if at < sum(sizes[:i]))


def _nth_value(w, fn, s, line, at):
    return line[fn.place - 1].tuple.value if fn.place <= len(line) else Gap(("missing", ""))


def _neighbour(w, fn, s, line, at):
    i = at - 1 if fn.fn in ("previous", "gap_to_previous", "change") else at + 1
    return line[i].tuple.value if 0 <= i < len(line) else Gap(("missing", ""))


def _gap_to_previous(w, fn, s, line, at):
    before, mine = _neighbour(w, fn, s, line, at), line[at].tuple.value
    bad = first_unknown((mine, before))
    if bad is not None:
        return bad if isinstance(bad, Issue) else Gap(bad.cause)
    return mine - before if fits(mine - before, fn.type) else failure("overflow", fn)


def _fold(w, fn, s, frame):
    """sum, count or mean of a frame, with the bounds of unknown values."""
    from expressions import BOUNDS, _settle
    kind = {"running_sum": "sum", "running_count": "count", "moving_sum": "sum",
            "moving_mean": "mean"}[fn.fn]
    agg = ast.Agg(kind, None if kind == "count" else fn.arg, (), None, fn.type)
    sure = [p.tuple for p in frame]
    if s.body.query:
        failed = [t.value for t in sure if isinstance(t.value, Issue)]
        if failed and kind != "count":
            return Issue(min(v.cause for v in failed))
        sure = [t for t in sure if kind == "count" or not unknown(t.value)]
    low, high = BOUNDS[kind](agg, sure, [], s)
    result = _settle(agg, low, high, False)
    if result is not None:
        return result
    cause = min(guarded_cause(t.value) for t in sure if unknown(t.value))
    return Issue(cause, low, high) if low is not None else Issue(cause)


def _running(w, fn, s, line, at):
    return _fold(w, fn, s, line[:at + 1])


def _moving(w, fn, s, line, at):
    if isinstance(w.within, tuple):
        return _fold(w, fn, s, line[max(0, at - w.within[1] + 1):at + 1])
    return _fold(w, fn, s, [p for p in line if w._in_frame(p, s)])


RANKS = ("rank", "dense_rank", "percent_rank")
ORDERED = {
    "rank": _rank, "dense_rank": _dense_rank, "percent_rank": _percent_rank,
    "ntile": _ntile, "nth_value": _nth_value, "change": _gap_to_previous,
    "row_number": lambda w, fn, s, line, at: at + 1,
    "previous": _neighbour, "next": _neighbour,
    "first_value": lambda w, fn, s, line, at: line[0].tuple.value,
    "last_value": lambda w, fn, s, line, at: line[-1].tuple.value,
    "gap_to_previous": _gap_to_previous,
    "running_sum": _running, "running_count": _running,
    "moving_sum": _moving, "moving_mean": _moving,
}

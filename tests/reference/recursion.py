# SPDX-License-Identifier: Apache-2.0
"""Relations that use themselves or a ring of relations (evaluation 8): naive rounds.

Round d holds, of every relation of the component, the rows of all derivations of depth ≤ d: each
branch is evaluated anew over the rows of round d − 1. The rounds end when nothing changes; a
relation with `limit depth n` stands still after round n. Under `keep` a round keeps the best row of
each key. First come the certain rows alone, then, over these, all others.
"""

from dataclasses import dataclass, replace

import model as ast
from expressions import Issue, Row
from tables import Source
from values import CERTAIN, INF, POSSIBLE, bounds, sort_key, unknown

MOST_ROUNDS = 1000


def ring(run, name):
    """The relations that use each other with `name`, itself among them; empty if it does not."""
    return [other for other in run.relations
            if other in _used(run, name) and name in _used(run, other)]


def _used(run, name, seen=None):
    """The relations that a relation uses, at any depth."""
    seen = set() if seen is None else seen
    for clauses in run.relations[name].branches:
        for table in _tables(clauses):
            if table in run.relations and table not in seen:
                seen.add(table)
                _used(run, table, seen)
    return seen


def _tables(clauses):
    return [c.table for c in clauses if hasattr(c, "table")]


def solve(run, names):
    """The rows of each relation of a ring: settled, with their gap lines in run.gap_lines."""
    sure = _rounds(run, names, _certain_round)
    if all(run.relations[name].depth is None for name in names):
        sure = sure[-1:]
    last = sure[-1]

    def other_round(run, relation, depth, state):
        """Reads the certain rows of the round before, and the others of the round before."""
        before = sure[min(max(depth - 1, 0), len(sure) - 1)]
        _install(run, {name: before[name] + state[name] for name in names} if depth else
                 {name: [] for name in names})
        return _others(relation, _branch_rows(run, relation, () if depth else names),
                       last[relation.name])
    others = _rounds(run, names, other_round, len(sure))[-1]
    from relations import settle_rows
    found = {}
    for name in names:
        relation = run.relations[name]
        found[name] = settle_rows(relation, last[name] + [_blurred(run, names, relation, r)
                                                          for r in others[name]])
    return found


def _rounds(run, names, make, least=0):
    """The states of all rounds, at least so many, until one is like the one before."""
    states = [{name: [] for name in names}]
    for depth in range(MOST_ROUNDS):
        state = states[-1]
        new = {name: state[name] if _stands_still(run.relations[name], depth)
               else make(run, run.relations[name], depth, state) for name in names}
        if depth > least and _signatures(run, new) == _signatures(run, state):
            return states[1:]
        states.append(new)
    raise AssertionError(f"no end: {names}")


def _certain_round(run, relation, depth, state):
    """The certain rows of one round; round 0 is without the branches that read the ring."""
    _install(run, state)
    rows = _branch_rows(run, relation, () if depth else list(state))
    return _certain(relation, rows)


def _stands_still(relation, depth):
    return relation.depth is not None and depth > relation.depth


def _install(run, state):
    """What the branches read in the next round; no row of the ring is tolerated there."""
    for name, rows in state.items():
        run.sources[name] = Source(rows, len(rows), strict=True)


def _branch_rows(run, relation, without):
    """The rows of all branches; a certain one whose kept value is unknown is possible."""
    from relations import branch_rows
    rows = branch_rows(run, relation, without)
    for row in rows if relation.keep else ():
        kept = row.cells[relation.keep[1]]
        if row.cls == CERTAIN and unknown(kept):
            row.cls, row.cause = POSSIBLE, kept.cause
    return rows


def _signatures(run, state):
    from relations import cells_of
    return {name: {(cells_of(r, r.cells), r.cls, r.cause) for r in rows}
            for name, rows in state.items()}


# ------------------------------------------------------------------ one round


def _slots(relation, rows):
    """Equal rows once, of rows that are not certain once per cause; under `keep` the best of each
    key."""
    from relations import cells_of
    found = {}
    for row in rows:
        slot = (cells_of(row, relation.key if relation.keep else row.cells), row.cls, row.cause)
        if slot not in found or relation.keep and _better(relation, row, found[slot]):
            found[slot] = row
    return list(found.values())


def _certain(relation, rows):
    return _slots(relation, [r for r in rows if r.cls == CERTAIN])


def _others(relation, rows, sure):
    """The rows that are not certain and of which no certain row says as much, or better."""
    from relations import cells_of
    rows = [r for r in rows if r.cls != CERTAIN]
    if not relation.keep:
        said = {cells_of(r, r.cells) for r in sure}
        return _slots(relation, [r for r in rows if cells_of(r, r.cells) not in said])
    best = {cells_of(r, relation.key): r for r in sure
            if not any(unknown(r.cells[k]) for k in relation.key)}
    return _slots(relation, [r for r in rows if not _beaten(relation, r, best.get(cells_of(r, relation.key)))])


def _rank(relation, row):
    """Rows by the best that x may be; an unknown value before a known one."""
    direction, column = relation.keep
    x = row.cells[column]
    low, high = bounds(x)
    return (low if direction == "least" else -high, not unknown(x))


def _better(relation, a, b):
    """The better x, then the least row by remaining columns."""
    types = {c.name: c.type for c in relation.columns}
    return (_rank(relation, a), [sort_key(a.cells[n], types[n]) for n in types]) < \
        (_rank(relation, b), [sort_key(b.cells[n], types[n]) for n in types])


def _beaten(relation, row, sure):
    """Whether the certain row of its key is better whatever the unknown is, or is this row."""
    from relations import cells_of
    return sure is not None and (_rank(relation, row)[0] > _rank(relation, sure)[0]
                                 or cells_of(row, row.cells) == cells_of(sure, row.cells))


# ------------------------------------------------------------------ what users see


def _blurred(run, names, relation, row):
    """Under `keep`, a row that is not certain stands for all longer derivations of its key too: x
    is a bound, and of the other columns only those are known that the recursion itself reads."""
    if not relation.keep or row.cls == CERTAIN:
        return row
    direction, column = relation.keep
    fixed = set(relation.key) | _read_in_ring(run, names, relation.name)
    cells = {n: v if n in fixed else Issue(row.cause) for n, v in row.cells.items()}
    low, high = bounds(row.cells[column])
    cells[column] = Issue(row.cause, *((low, INF) if direction == "least" else (-INF, high)))
    return replace(row, cells=cells)


def _read_in_ring(run, names, name):
    """The columns of a relation that the branches of its ring read."""
    read = set()
    for other in names:
        for clauses in run.relations[other].branches:
            mine = {c.var for c in clauses if getattr(c, "table", None) == name}
            read |= {n.name for c in clauses for n in ast.walk(c)
                     if isinstance(n, ast.Col) and n.var in mine}
    return read


# ------------------------------------------------------------------ parents


@dataclass
class Derivation:
    """How a certain row came about: its depth, its branch, its rows; `parents` are those of the
    ring."""

    depth: int
    branch: int
    rows: list
    parents: list


def path(run, name, key):
    """The certain rows from the start to the row with a key: its parents' rows first (8)."""
    names = ring(run, name)
    final = solve(run, names)[name]
    found = {}
    state = {n: [] for n in names}
    for depth in range(MOST_ROUNDS):
        _install(run, state)
        fresh = {n: _derivations(run, run.relations[n], depth) for n in names}
        before = len(found)
        for n in names:
            for cells, derivation in fresh[n].items():
                found.setdefault((n, cells), derivation)
        state = {n: _certain(run.relations[n], _branch_rows(run, run.relations[n], ()))
                 for n in names}
        if depth and len(found) == before:
            break
    row = next(r for r in final if r.cls == CERTAIN and
               [r.cells[k] for k in run.relations[name].key] == list(key))
    return _chain(found, name, tuple(row.cells.items()))


def _chain(found, name, cells):
    derivation = found[(name, cells)]
    rows = []
    for parent in derivation.parents:
        rows += _chain(found, parent.table, tuple(parent.cells.items()))
    return rows + [dict(cells)]


def _derivations(run, relation, depth):
    """Cells → the least derivation of this round: branch, row numbers, parents' keys."""
    from evaluator import Body, Reading
    from expressions import Scope, value
    best = {}
    place = 1
    for branch, clauses in enumerate(relation.branches):
        reading = Reading(Body(run, clauses, place), "A").evaluate()
        place += len(clauses)
        for b in reading.bindings if reading.level == 0 else ():
            if b.cls != CERTAIN:
                continue
            scope = Scope(reading.body, binding=b)
            cells = tuple((c.name, value(e, scope)) for c, (_, e) in
                          zip(relation.columns, clauses[-1].columns))
            rows = [r for r in b.rows.values() if isinstance(r, Row)]
            parents = [r for r in rows if r.table in run.relations and r.table in
                       ring(run, relation.name)]
            order = (branch, [r.number for r in rows if r not in parents],
                     [list(r.cells.values()) for r in parents])
            if cells not in best or order < best[cells][0]:
                best[cells] = (order, Derivation(depth, branch, rows, parents))
    return {cells: derivation for cells, (_, derivation) in best.items()}


# SPDX-License-Identifier: Apache-2.0
"""Relations that use themselves or a ring of relations (evaluation 8): naive rounds.

Round d holds, of every relation of the component, the rows of all derivations of depth ≤ d: each
branch is evaluated anew over the rows of round d − 1, of every class. The rounds end when nothing
changes; a relation with `limit depth n` stands still after round n. Under `keep` a round keeps the
best row of each key. Rows that are not certain run along in the same rounds.
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
    state = {name: [] for name in names}
    for depth in range(MOST_ROUNDS):
        _install(run, state)
        new = {name: state[name] if _stands_still(run.relations[name], depth)
               else _round(run, run.relations[name], () if depth else names) for name in names}
        if depth and _signatures(run, new) == _signatures(run, state):
            break
        state = new
    else:
        raise AssertionError(f"no end: {names}")
    from relations import settle_rows
    for name in names:
        relation = run.relations[name]
        state[name] = settle_rows(relation, [_blurred(run, names, relation, r)
                                             for r in state[name]])
    return state


def _stands_still(relation, depth):
    return relation.depth is not None and depth > relation.depth


def _install(run, state):
    """What the branches read in the next round; no row of the ring is tolerated there."""
    for name, rows in state.items():
        run.sources[name] = Source(rows, len(rows), strict=True)


def _round(run, relation, without=()):
    """Round 0 is without the branches that read the ring."""
    from relations import branch_rows
    return reduced(relation, branch_rows(run, relation, without))


def _signatures(run, state):
    from relations import cells_of
    return {name: {(cells_of(r, r.cells), r.cls, r.cause) for r in rows}
            for name, rows in state.items()}


# ------------------------------------------------------------------ one round


def reduced(relation, rows):
    """Equal rows once; under `keep` the best of each key, and no row that a certain one beats."""
    from relations import cells_of
    found = {}
    if not relation.keep:
        sure = {cells_of(r, r.cells) for r in rows if r.cls == CERTAIN}
        for row in rows:
            cells = cells_of(row, row.cells)
            if row.cls == CERTAIN or cells not in sure:
                found.setdefault((cells, row.cls, row.cause), row)
        return list(found.values())
    key, column = relation.key, relation.keep[1]
    for row in rows:
        if row.cls == CERTAIN and unknown(row.cells[column]):
            row.cls, row.cause = POSSIBLE, row.cells[column].cause
        slot = (cells_of(row, key), row.cls, row.cause)
        if slot not in found or _better(relation, row, found[slot]):
            found[slot] = row
    sure = {cells_of(r, key): r for r in found.values()
            if r.cls == CERTAIN and not any(unknown(r.cells[k]) for k in key)}
    return [r for r in found.values()
            if r.cls == CERTAIN or not _beaten(relation, r, sure.get(cells_of(r, key)))]


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
        state = {n: _round(run, run.relations[n]) for n in names}
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


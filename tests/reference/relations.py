# SPDX-License-Identifier: Apache-2.0
"""Rows of relations, and of rules that are read as tables (evaluation 8)."""

import model as ast
from evaluator import Body, Reading, RunFails, mark_order
from expressions import UNDECIDED_MEMBERS, Issue, Row, Scope, contains, value
from recursion import ring, solve
from tables import rows_fit
from values import CERTAIN, POSSIBLE, SHADOW, Gap, bounds, sort_key, unknown


def rows_of_source(run, name):
    """The rows of a relation or rule; of a ring of relations those of all its members."""
    if name not in run.relations:
        return {name: rule_rows(run, name)}
    names = ring(run, name)
    return solve(run, names) if names else {name: relation_rows(run, name)}


def relation_rows(run, name):
    """The rows of a relation that does not use itself."""
    relation = run.relations[name]
    return settle_rows(relation, branch_rows(run, relation))


def branch_rows(run, relation, without=()):
    """The rows that the branches of a relation give, as they come; notes their gap lines. Branches
    that read one of the relations `without` are left out."""
    rows, place, lines = [], 1, {}
    for clauses in relation.branches:
        if any(getattr(c, "table", None) in without for c in clauses):
            place += len(clauses)
            continue
        body = Body(run, clauses, place)
        reading = Reading(body, "A").evaluate()
        place += len(clauses)
        rows += _branch_rows(relation, reading, clauses[-1])
        for line, found in reading.gap_lines.items():
            lines.setdefault(line, []).extend(found)
    run.gap_lines[relation.name] = lines
    return rows


def _branch_rows(relation, reading, yield_):
    names = [c.name for c in relation.columns]
    if reading.level == 0:
        for b in reading.bindings:
            scope = Scope(reading.body, binding=b)
            cells = {n: cell(e, scope, relation.name, n)
                     for n, (_, e) in zip(names, yield_.columns)}
            cause = min(b.marks, key=mark_order)[1:] if b.cls else None
            yield Row(relation.name, 0, cells, b.cls, cause)
        return
    for g in reading.groups:
        scope = Scope(reading.body, reading.level, group=g)
        cells = {n: cell(e, scope, relation.name, n)
                 for n, (_, e) in zip(names, yield_.columns)}
        yield Row(relation.name, 0, cells, g.cls, g.first_cause()[1:] if g.cls else None)
    listed = {id(m) for m, _ in reading.partial}
    for member in reading.unplaced:
        parts = dict(reading.key_parts(member))
        cause = min(member.marks, key=mark_order)[1:]
        cells = {n: partial_cell(e, parts, cause) for n, (_, e) in zip(names, yield_.columns)}
        yield Row(relation.name, 0, cells, POSSIBLE if id(member) in listed else SHADOW, cause,
                  many=True)


def partial_cell(e, parts, cause):
    """A cell of a possible row whose key is partly unknown: known key parts, else an issue."""
    v = parts.get(e.name) if isinstance(e, ast.KeyRef) else None
    return Issue(v.cause if unknown(v) else cause) if v is None or unknown(v) else v


def cell(e, scope, owner, column):
    """A cell of a relation: where shadows could change an aggregate, an issue with wide bounds."""
    v = value(e, scope)
    if not contains(e, ast.Agg, scope.body):
        return v
    guarded = value(e, scope.at(mode="n"))
    same = not isinstance(v, Issue) and not isinstance(guarded, Issue) and _equal(v, guarded)
    if same:
        return v
    if isinstance(guarded, Issue) and guarded.cause[0] == UNDECIDED_MEMBERS:
        return Issue((UNDECIDED_MEMBERS, f"{owner}.{column}"), *bounds(guarded))
    return guarded


def _equal(a, b):
    return type(a) is type(b) if isinstance(a, Gap) or isinstance(b, Gap) else a == b


def settle_rows(relation, rows):
    """Equal rows are one row; `keep`; contradicting certain rows; possible rows once per cause."""
    key = relation.key or tuple(c.name for c in relation.columns)
    types = {c.name: c.type for c in relation.columns}
    rows = _doubt_unknown_keys(rows, key)
    certain = {}
    for row in rows:
        if row.cls == CERTAIN:
            certain.setdefault(cells_of(row, key), []).append(row)
    kept = [_keep_one(relation, same, types) for same in certain.values()]
    equal = {cells_of(row, types) for row in kept}
    others = {}
    for row in rows:
        if row.cls != CERTAIN and cells_of(row, types) not in equal:
            others.setdefault((cells_of(row, types), row.cls, row.cause), row)
    if relation.keep:
        for row in kept:
            _unsettle(relation, row, others.values(), key)
    found = kept + list(others.values())
    found.sort(key=lambda r: [sort_key(r.cells[c], types[c]) for c in types] + [r.cls])
    for number, row in enumerate(found, 1):
        row.number = number
    return found


def _doubt_unknown_keys(rows, key):
    """A row with an unknown key cell is possible where another row could be the same one; with an
    issue there it stands for any number of rows."""
    doubtful = []
    for row in rows:
        bad = [row.cells[c] for c in key if unknown(row.cells[c])]
        row.many = row.many or any(isinstance(v, Issue) for v in bad)
        if bad and row.cls == CERTAIN and (
                any(isinstance(v, Issue) for v in bad) or
                any(o is not row and cells_of(o, key) != cells_of(row, key) and rows_fit(o, row, key)
                    for o in rows)):
            doubtful.append((row, bad[0].cause))
    for row, cause in doubtful:
        row.cls, row.cause = POSSIBLE, cause
    return rows


def cells_of(row, names):
    """The identity of cells: known values by value, gaps by the cell that they come from."""
    return tuple(("?", id(v)) if isinstance(v, Gap) else ("!", v) if isinstance(v, Issue)
                 else ("=", v) for v in (row.cells[n] for n in names))


def _keep_one(relation, same, types):
    if all(cells_of(row, types) == cells_of(same[0], types) for row in same):
        return same[0]
    if not relation.keep:
        raise RunFails(f"two rows of {relation.name} for one key")
    direction, column = relation.keep
    order = [sort_key(row.cells[column], types[column]) for row in same]
    best = min(order) if direction == "least" else max(order)
    tied = [row for row, o in zip(same, order) if o == best]
    return min(tied, key=lambda r: [sort_key(r.cells[c], types[c]) for c in types])


def _unsettle(relation, row, others, key):
    """Rows that may have the key of a certain row and beat it make its cells that differ unknown;
    x is bounded by the best of theirs and by its own."""
    direction, column = relation.keep
    x = row.cells[column]
    beating = [o for o in others if rows_fit(o, row, key) and
               _may_beat(o.cells[column], x, direction)]
    if not beating:
        return
    cause = min(o.cause for o in beating)
    for name in row.cells:
        if any(cells_of(row, (name,)) != cells_of(o, (name,)) for o in beating) and name not in key:
            row.cells[name] = Issue(cause)
    if unknown(row.cells[column]) and not unknown(x):
        low, high = zip(*(bounds(o.cells[column]) for o in beating))
        ends = (min(low), x) if direction == "least" else (x, max(high))
        row.cells[column] = x if ends[0] == ends[1] else Issue(cause, *ends)


def _may_beat(a, b, direction):
    """Whether a value that is perhaps unknown may be as good as another."""
    (a_low, a_high), (b_low, b_high) = bounds(a), bounds(b)
    return a_low <= b_high if direction == "least" else a_high >= b_low


def rule_rows(run, name):
    """A rule read as a table: clues, undecided entries, and what only a shadow could make."""
    finding = run.finding(name)
    clue = finding.clue
    keys = [n for n, _ in clue.keys]
    rows = []
    lists = finding.lists()

    def in_order(found):
        """Full keys in their order, as the rows of the table stand."""
        return sorted(found, key=lambda key: [sort_key(v, e.type) for v, (_, e) in zip(key, clue.keys)])

    for key in in_order(lists):
        listed = lists[key]
        if listed == "cleared":
            continue
        group = finding.in_a[key]
        scope = Scope(finding.body, finding.a.level, group=group)
        cells = dict(zip(keys, key))
        for column, e in clue.fields:
            cells[column] = cell(e, scope, name, column) if listed == "clue" else \
                Issue(("undecided row", f"{name}.{column}"))
        source = group if group.cls == POSSIBLE else finding.in_b[key]
        cause = None if listed == "clue" else min(source.causes(), key=mark_order)[1:]
        rows.append(Row(name, 0, cells, CERTAIN if listed == "clue" else POSSIBLE, cause))
    for key, (causes, _) in finding.partial_entries().items():
        if key in lists:
            continue
        rows.append(_open_row(name, keys, key, clue, POSSIBLE, min(causes, key=mark_order)[1:]))
    for key in in_order(finding.shadow_keys()):
        group = finding.in_a[key] if finding.in_a[key].cls == SHADOW else finding.in_b[key]
        rows.append(_open_row(name, keys, key, clue, SHADOW, group.first_cause()[1:]))
    listed = {id(m) for m, _ in finding.a.partial}
    for member in finding.a.unplaced:
        if id(member) not in listed:
            parts = [v for _, v in finding.a.key_parts(member)]
            key = tuple(None if unknown(v) else v for v in parts)
            rows.append(_open_row(name, keys, key, clue, SHADOW,
                                  min(member.marks, key=mark_order)[1:]))
    for number, row in enumerate(rows, 1):
        row.number = number
    return rows


def _open_row(name, keys, key, clue, cls, cause):
    cells = {k: Issue(("undecided row", f"{name}.{k}")) if v is None else v
             for k, v in zip(keys, key)}
    for column, _ in clue.fields:
        cells[column] = Issue(("undecided row", f"{name}.{column}"))
    return Row(name, 0, cells, cls, cause, many=None in key)

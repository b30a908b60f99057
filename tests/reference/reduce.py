# SPDX-License-Identifier: Apache-2.0
"""Shrinking of a failing case: rows, clauses, conjuncts, columns, declarations are taken away as
long as the case still fails."""

from dataclasses import fields, is_dataclass, replace

import model as ast

ROUNDS = 20


def shrink(case, still_fails):
    """The smallest failing case that single removals lead to."""
    for _ in range(ROUNDS):
        smaller = _first_smaller(case, still_fails)
        if smaller is None:
            return case
        case = smaller
    return case


def _first_smaller(case, still_fails):
    """One pass over all removals, each kept that still fails; None if none did."""
    changed = None
    for attempts in (_fewer_rows, _fewer_parts, _simpler_expressions, _fewer_columns):
        again = True
        while again:
            again = False
            for candidate in attempts(case):
                if _fails(candidate, still_fails):
                    case = changed = candidate
                    again = True
                    break
    return changed


def _fails(candidate, still_fails):
    """A candidate that the reference cannot even evaluate is no smaller case."""
    try:
        return still_fails(candidate)
    except (KeyError, AssertionError, AttributeError, IndexError, TypeError, ValueError):
        return False


def _fewer_rows(case):
    for name, rows in case.data.items():
        if len(rows) > 2:
            yield replace(case, data={**case.data, name: rows[:len(rows) // 2]})
            yield replace(case, data={**case.data, name: rows[len(rows) // 2:]})
        for i in range(len(rows)):
            yield replace(case, data={**case.data, name: rows[:i] + rows[i + 1:]})


def _with(case, declarations):
    return replace(case, model=replace(case.model, declarations=tuple(declarations)))


def _fewer_parts(case):
    """Declarations, clauses, keys, fields, contracts away."""
    ds = case.model.declarations
    if case.model.default_policy:
        yield replace(case, model=replace(case.model, default_policy=None))
    for i, d in enumerate(ds):
        yield _with(case, ds[:i] + ds[i + 1:])
        for smaller in _smaller_declarations(d):
            yield _with(case, ds[:i] + (smaller,) + ds[i + 1:])


def _smaller_declarations(d):
    if isinstance(d, (ast.Rule, ast.Query)):
        for j in range(1, len(d.clauses) - 1):
            yield replace(d, clauses=d.clauses[:j] + d.clauses[j + 1:])
            for plainer in _plainer(d.clauses[j]):
                yield replace(d, clauses=d.clauses[:j] + (plainer,) + d.clauses[j + 1:])
        for smaller in _smaller_ends(d.clauses[-1]):
            yield replace(d, clauses=d.clauses[:-1] + (smaller,))
    if isinstance(d, ast.Relation):
        for name, empty in (("keep", ()), ("depth", None)):
            if getattr(d, name) not in ((), None):
                yield replace(d, **{name: empty})
        for b in range(len(d.branches) if len(d.branches) > 1 else 0):
            yield replace(d, branches=d.branches[:b] + d.branches[b + 1:])
        for b, clauses in enumerate(d.branches):
            for j in range(1, len(clauses) - 1):
                less = clauses[:j] + clauses[j + 1:]
                yield replace(d, branches=d.branches[:b] + (less,) + d.branches[b + 1:])
    if isinstance(d, ast.Match):
        for name in ("blocks", "compares"):
            items = getattr(d, name)
            for i in range(len(items) if len(items) > 1 else 0):
                yield replace(d, **{name: items[:i] + items[i + 1:]})
    if isinstance(d, ast.Table):
        for name in ("key", "expects", "covers"):
            if getattr(d, name):
                yield replace(d, **{name: ()})


def _plainer(clause):
    """A windowed let without its frame, its order, a partition key; a sequence without a step."""
    if isinstance(clause, ast.Sequence):
        for i in range(1, len(clause.steps)):
            yield replace(clause, steps=clause.steps[:i] + clause.steps[i + 1:])
    if isinstance(clause, ast.Let) and clause.among is not None:
        if clause.within is not None:
            yield replace(clause, within=None)
        elif clause.order and not isinstance(clause.value, ast.WinFn):
            yield replace(clause, order=())
        for i in range(len(clause.among)):
            yield replace(clause, among=clause.among[:i] + clause.among[i + 1:])


def _smaller_ends(end):
    if isinstance(end, ast.Clue):
        for name, empty in (("title", None), ("severity", None), ("evidence", None),
                            ("fields", ())):
            if getattr(end, name):
                yield replace(end, **{name: empty})
        for j in range(len(end.fields)):
            yield replace(end, fields=end.fields[:j] + end.fields[j + 1:])
        if len(end.keys) > 1:
            for j in range(len(end.keys)):
                yield replace(end, keys=end.keys[:j] + end.keys[j + 1:])
    if isinstance(end, ast.Yield):
        for name, empty in (("order", ()), ("limit", None)):
            if getattr(end, name):
                yield replace(end, **{name: empty})


def _simpler_expressions(case):
    """Each connective by one of its operands, each aggregate without its `when`."""
    ds = case.model.declarations
    for i, d in enumerate(ds):
        for smaller in _simpler(d):
            yield _with(case, ds[:i] + (smaller,) + ds[i + 1:])


def _simpler(node):
    """Every copy of a node in which one expression below it is replaced by a simpler one."""
    if isinstance(node, (ast.And, ast.Or)):
        yield from node.items
    elif isinstance(node, ast.Not):
        yield node.arg
    elif isinstance(node, ast.If):
        yield from (node.then, node.other)
    elif isinstance(node, (ast.Arith, ast.Coalesce)) and node.left.type == node.type:
        yield node.left
    elif isinstance(node, ast.Agg) and node.when is not None:
        yield replace(node, when=None)
    elif isinstance(node, (ast.Partner, ast.Where)) and node.policy not in (None, "undecided"):
        yield replace(node, policy="undecided")
    for f in fields(node):
        value = getattr(node, f.name)
        for smaller in _simpler_value(value):
            yield replace(node, **{f.name: smaller})


def _simpler_value(value):
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            for smaller in _simpler_value(item):
                yield value[:i] + (smaller,) + value[i + 1:]
    elif is_dataclass(value) and not isinstance(value, ast.Type):
        yield from _simpler(value)


def _fewer_columns(case):
    """Columns of tables away, with their cells."""
    ds = case.model.declarations
    for i, d in enumerate(ds):
        if not isinstance(d, ast.Table) or len(d.columns) < 2:
            continue
        for j in range(len(d.columns)):
            if d.columns[j].name in d.key:
                continue
            table = replace(d, columns=d.columns[:j] + d.columns[j + 1:])
            rows = [r[:j] + r[j + 1:] for r in case.data[d.name]]
            yield replace(_with(case, ds[:i] + (table,) + ds[i + 1:]),
                          data={**case.data, d.name: rows})

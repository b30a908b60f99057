# SPDX-License-Identifier: Apache-2.0
"""Loading of tables: cells are parsed, rows accepted or quarantined (evaluation 3, language 2)."""

import datetime
import re
from dataclasses import dataclass, field
from fractions import Fraction

import model as ast
from expressions import Row, Scope, truth
from values import SHADOW, Gap, may_equal_values, read_person_id, unknown

TRUTH_WORDS = {"true": True, "false": False, "真": True, "假": False}


@dataclass
class Source:
    """What a clause reads: rows that can matter, the number of all rows read, and the coverage.

    `covers` has one list of ranges for each table that declares its coverage; `strict`: none of its
    rows is tolerated, whatever their share."""

    rows: list
    total: int
    covers: list = field(default_factory=list)
    strict: bool = False


class Unparsable(Exception):
    """The cell holds something that is no value of its column's type."""


def parse_cell(text, column, source):
    """A known value or a Gap; raises Unparsable."""
    type_ = column.type
    if type_.name == "person_id":
        return read_person_id(text, source)
    if text.strip() == "":
        return Gap(("missing", source))
    if type_.enum:
        return _checked(text if text in type_.members else None)
    if type_.name in ("integer", "money", "ratio", "decimal"):
        return _number(text, type_)
    if type_.name == "date":
        return _date(text).toordinal()
    if type_.name == "month":
        day = _date(text + "-01")
        return day.year * 12 + day.month - 1
    if type_.name == "point":
        return tuple(map(Fraction, text.split(",")))
    if type_.name == "boolean":
        return _checked(TRUTH_WORDS.get(text))
    return text


def _checked(value):
    if value is None:
        raise Unparsable
    return value


def _number(text, type_):
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise Unparsable
    number = Fraction(text)
    if type_.name == "integer":
        if number.denominator != 1 or not -(2**63) <= number < 2**63:
            raise Unparsable
        return int(number)
    counts = number * 10**type_.scale
    digits = {"money": 18, "ratio": 38}.get(type_.name, 38)
    if counts.denominator != 1 or abs(counts) >= 10**digits:
        raise Unparsable
    return number


def _date(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Unparsable from None


def load(table, raw, read, body):
    """The rows of a table. `raw` are lists of cell texts, `read` the names of the columns that the
    program reads; what stands in other columns can do nothing."""
    rows = []
    for number, texts in enumerate(raw, 1):
        row = Row(table.name, number, {})
        for column, text in zip(table.columns, texts):
            if column.name not in read:
                continue
            source = f"{table.name}.{column.name}"
            try:
                row.cells[column.name] = parse_cell(text, column, source)
            except Unparsable:
                row.cells[column.name] = Gap(("missing", source))
                quarantine(row)
            cell = row.cells[column.name]
            if not column.nullable and isinstance(cell, Gap) and cell.cause[0] == "missing":
                quarantine(row)
        rows.append(row)
    for row in rows:
        if not row.quarantined and not _meets(table, row, body):
            quarantine(row)
    repeated = _check_key(table, rows)
    kept = [row for row in rows if id(row) not in repeated]
    return Source(kept, len(rows), list(table.covers))


def quarantine(row):
    row.quarantined = True
    row.cls = SHADOW
    row.cause = ("quarantined", row.table)


def _meets(table, row, body):
    """Contracts of the table: a hole fails none, a failed computation does."""
    for expect in table.expects:
        if expect.action != "quarantine":
            continue
        scope = Scope(body, binding=_RowBinding(row))
        if truth(expect.cond, scope, "keep")[0] != "T":
            return False
    return True


class _RowBinding:
    """A binding whose only variable is the row that a contract is about."""

    def __init__(self, row):
        self.rows = {None: row}


def _check_key(table, rows):
    """Quarantines rows that contradict each other under one key; gives the ids of repeated rows."""
    repeated = set()
    groups = {}
    for row in rows:
        key = tuple(row.cells[k] for k in table.key)
        if table.key and not row.quarantined and not any(unknown(k) for k in key):
            groups.setdefault(key, []).append(row)
    for same in groups.values():
        if all(_same(row, same[0]) for row in same):
            repeated.update(id(row) for row in same[1:])
        else:
            for row in same:
                quarantine(row)
    return repeated


def _same(a, b):
    return all(_same_cell(x, b.cells[name]) for name, x in a.cells.items())


def _same_cell(x, y):
    if unknown(x) or unknown(y):
        return type(x) is type(y) and x == y
    return x == y


def rows_fit(a, b, columns):
    """Whether two rows could agree in all the columns named."""
    return all(may_equal_values(a.cells[c], b.cells[c]) for c in columns)


def columns_read(declarations):
    """The columns that the program reads, per table: every path written anywhere in the file,
    except in a let that nothing uses (removing such a let may change nothing)."""
    read = {d.name: set(d.key) for d in declarations if isinstance(d, (ast.Table, ast.Relation))}
    for d in declarations:
        if isinstance(d, ast.Table):
            for expect in d.expects:
                read[d.name] |= {n.name for n in ast.walk(expect) if isinstance(n, ast.Col)}
        if isinstance(d, ast.Match):
            where = dict((d.left, d.right))
            for node in ast.walk(d):
                if isinstance(node, ast.Col):
                    read.setdefault(where[node.var], set()).add(node.name)
        bodies = d.branches if isinstance(d, ast.Relation) else (
            [d.clauses] if isinstance(d, (ast.Rule, ast.Query)) else [])
        for clauses in bodies:
            where = {c.var: c.table for c in clauses if hasattr(c, "table")}
            for column in columns_used(clauses):
                var = (column.var or "").rsplit(".", 1)[-1]
                if var in where:
                    read.setdefault(where[var], set()).add(column.name)
    return read


def columns_used(clauses):
    """The columns that some clauses read, lets that nothing uses left out."""
    lets = {c.name: c for c in clauses if isinstance(c, ast.Let)}
    open_, seen = [c for c in clauses if not isinstance(c, ast.Let)], set()
    while open_:
        for node in ast.walk(open_.pop()):
            if isinstance(node, ast.Col):
                yield node
            elif isinstance(node, ast.LetRef) and node.name not in seen:
                seen.add(node.name)
                open_.append(lets[node.name])

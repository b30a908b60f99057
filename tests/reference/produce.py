# SPDX-License-Identifier: Apache-2.0
"""Clauses that make row variables out of values (evaluation 4.2): `each` and `extract`.

An element is a row of its own; its identity is that of the rows that the list was made from, and its
place in the list. So the same list met twice through a fan-out gives the same elements.
"""

import re

from expressions import Row, Scope, Unplaced, value, variables
from values import Gap, unknown

VALUE = ""      # the only column of an element


class Producer:
    """One clause at work: gives the elements of a binding."""

    def __init__(self, clause, body):
        self.clause, self.body = clause, body
        self.elements_of = matches(clause) if hasattr(clause, "pattern") else list_elements
        self.reads = variables(clause.value, body)
        self.made = body.run.elements       # shared: the same clause gives the same elements

    def bindings(self, b, place):
        """One binding per element; one with `?` and a mark where the list is not known."""
        var = self.clause.var
        v = value(self.clause.value, Scope(self.body, binding=b))
        if unknown(v):
            if not self.body.query:      # in a query, `drop` leaves a gap out and counts it
                yield b.with_rows({var: Unplaced(v.cause)}).marked(place, v.cause)
            return
        for row in self._rows(b, v):
            yield b.with_rows({var: row})

    def _rows(self, b, v):
        key = (self.clause, *(id(b.rows[name]) for name in self.reads))
        if key not in self.made:
            base = tuple(getattr(b.rows[name], "number", 0) for name in self.reads)
            self.made[key] = [Row("", (*base, i), cells)
                              for i, cells in enumerate(self.elements_of(v))]
        return self.made[key]


def list_elements(values):
    return [{VALUE: v} for v in values]


def matches(clause):
    """Text → the matches of a pattern, left to right: its named groups and the position of its first
    character, counted from 1. A group that took no part is a gap."""
    pattern = re.compile(clause.pattern.replace("(?<", "(?P<"))

    def found(text):
        return [{**{name: Gap(("missing", f"{clause.var}.{name}")) if part is None else part
                    for name, part in m.groupdict().items()}, "position": m.start() + 1}
                for m in pattern.finditer(text)]
    return found


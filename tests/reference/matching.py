# SPDX-License-Identifier: Apache-2.0
"""Match models (evaluation 4.2, `using`): the verdict on a pair by blocks and weights.

MatchLink stands where partners.Link stands for a condition: it judges pairs and finds loose rows.
"""

import model as ast
from expressions import Scope, truth, value, variables
from partners import Pair
from values import Gap, Issue, first_unknown, unknown


class MatchLink:
    """The match model of one clause, its sides renamed to the clause's variables."""

    def __init__(self, clause, body, policy):
        self.clause, self.body, self.var = clause, body, clause.var
        self.model = body.run.matches[clause.on.match]
        self.drops = policy != "undecided"
        self.scope = Scope(body)
        names = {self.model.left[0]: clause.on.left, self.model.right[0]: clause.var}

        def renamed(e):
            return ast.rebuild(e, lambda n: ast.Col(names[n.var], n.name, n.type)
                           if isinstance(n, ast.Col) else n)
        self.blocks = [renamed(e) for e in self.model.blocks]
        self.compares = [(renamed(c.cond), c) for c in self.model.compares]
        self.left = [self._side(e, True) for e in self.blocks]
        self.right = [self._side(e, False) for e in self.blocks]

    def _side(self, e, left):
        """What the equalities of a block read of one side."""
        found = []
        for leaf in e.items if isinstance(e, ast.And) else (e,):
            for side in (leaf.left, leaf.right):
                if (self.var not in variables(side, self.body)) == left:
                    found.append(side)
        return found

    def _unplaced(self, sides, scope):
        """The cause of a row that no block places; None if one does."""
        values = [[value(e, scope) for e in side] for side in sides]
        if any(not any(unknown(v) for v in block) for block in values):
            return None
        bad = [v for block in values for v in block if unknown(v)]
        if self.drops:
            bad = [v for v in bad if isinstance(v, Issue)]
            return first_unknown(bad).cause if bad else None
        return bad[0].cause

    def judge(self, binding, row):
        scope = self.scope.at(binding=binding.with_rows({self.var: row}))
        cause = self._unplaced(self.left, scope)
        if cause is not None:
            return Pair(row, "open", cause)
        cause = self._unplaced(self.right, scope)
        if cause is not None:
            return Pair(row, "loose", cause)
        policy = "drop" if self.drops else "undecided"
        if not any(truth(e, scope, policy)[0] == "T" for e in self.blocks):
            return None
        weight = sum(self._weight(cond, c, scope) for cond, c in self.compares)
        if weight >= self.model.accept:
            return Pair(row, "T", row.cause)
        if weight >= self.model.review:
            return Pair(row, "linked", ("under review", self.model.name))
        return None

    def _weight(self, cond, compare, scope):
        v = value(cond, scope)
        if isinstance(v, Gap):
            return compare.missing
        return compare.weight if v is True else compare.other

    def loose_cause(self, row, empty):
        scope = self.scope.at(binding=empty.with_rows({self.var: row}))
        return self._unplaced(self.right, scope)

    def own_gap(self, binding, rows):
        """Gaps alone left the binding unplaced: drop removes it."""
        scope = self.scope.at(binding=binding)
        values = [[value(e, scope) for e in side] for side in self.left]
        return bool(rows) and all(any(unknown(v) for v in block) for block in values) and \
            not any(isinstance(v, Issue) for block in values for v in block)

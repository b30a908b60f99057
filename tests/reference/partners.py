# SPDX-License-Identifier: Apache-2.0
"""Partner clauses (evaluation 4.1): join attach exists lacks lookup latest, pair by pair.

For a binding b every row r of the right side is judged: T, F or U, and a U pair is open, linked or
loose. The clause then turns these verdicts into bindings, attached sets and gap lines.
"""

from dataclasses import dataclass

import model as ast
from expressions import (ABSENT, NEGATED, Scope, Unplaced, contains, expand, guarded_cause,
                         leaf_truth, leaves, resolve, truth, value, variables)
from values import (CERTAIN, POSSIBLE, SHADOW, TOLERATED, Gap, Issue, may_equal, skeletonless,
                    unknown)


@dataclass
class Pair:
    """A pair that is not F. `kind`: T, open, linked or loose; `leaf`: the opening leaf's
    ordinal."""

    row: object
    kind: str
    cause: tuple
    leaf: int = 0
    tolerated: bool = False


class Link:
    """The `on` condition of one clause, taken apart once for all pairs."""

    def __init__(self, clause, body, earlier, policy):
        self.clause, self.body, self.policy = clause, body, policy
        self.var, self.earlier = clause.var, set(earlier)
        # nobody judges a pair twice: the value of a window is read with the bounds of the guard
        self.scope = Scope(body, mode="n" if contains(clause.on, ast.WinRef, body) else "m")
        # drop and keep both make a pair with a gap not match (evaluation 2)
        self.pair_policy = "undecided" if policy == "undecided" else "drop"
        self.leaves = list(leaves(clause.on, self.scope))
        self.sides = [self._key_sides(leaf, positive) for leaf, positive in self.leaves]
        self.right = [self._parts(leaf, {self.var}) for leaf, _ in self.leaves]
        self.left = [self._parts(leaf, self.earlier) for leaf, _ in self.leaves]

    def _key_sides(self, leaf, positive):
        """(side of v, side of earlier variables) of a key leaf, else None."""
        if not (positive and isinstance(leaf, ast.Cmp) and leaf.op == "="):
            return None
        for mine, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
            names = set(variables(other, self.body))
            if set(variables(mine, self.body)) == {self.var} and names and self.var not in names:
                return mine, other
        return None

    def _parts(self, leaf, wanted):
        """The greatest subexpressions of a leaf that read only variables of one side."""
        if isinstance(leaf, (ast.Col, ast.RowPresent)):
            return self._greatest(leaf, wanted)
        return [part for child in ast.children(leaf) for part in self._greatest(child, wanted)]

    def _greatest(self, e, wanted):
        names = set(variables(e, self.body))
        if names and names <= wanted:
            return [e]
        if isinstance(e, ast.LetRef):
            return self._greatest(self.body.lets[e.name][0], wanted)
        return [part for child in ast.children(e) for part in self._greatest(child, wanted)]

    def judge(self, binding, row):
        """The verdict on a pair: None for F, else a Pair."""
        both = binding.with_rows({self.var: row})
        scope = self.scope.at(binding=both)
        t, blame = self._truth(scope)
        if t == "F":
            return None
        if t == "T":
            return Pair(row, "T", row.cause)
        return self._classify(row, scope, blame)

    def _truth(self, scope):
        """The condition on a pair. Under drop and keep a key leaf with a gap on either side does
        not match, even if the other side is an issue: a row without a key is nobody's."""
        if self.pair_policy == "undecided":
            return truth(self.clause.on, scope)
        table = {}
        for i, (leaf, positive) in enumerate(self.leaves):
            table[(leaf, positive)] = leaf_truth(self._leaf_value(i, scope), "drop", positive)
        return _combine(self.clause.on, scope, True, table)

    def _leaf_value(self, i, scope):
        v = value(self.leaves[i][0], scope)
        if self.pair_policy == "drop" and self.sides[i] is not None:
            gaps = [x for x in (value(side, scope) for side in self.sides[i])
                    if isinstance(x, Gap)]
            return gaps[0] if gaps and unknown(v) else v
        return v

    def _classify(self, row, scope, blame):
        """The first that holds of (1) to (5) of evaluation 4.1."""
        linked = False
        loose = None
        for i, ((leaf, positive), sides) in enumerate(zip(self.leaves, self.sides)):
            if sides is None:
                continue
            t, _ = leaf_truth(self._leaf_value(i, scope), self.pair_policy, positive)
            right, left = (value(side, scope) for side in sides)
            if t == "U" and skeletonless(left):
                return Pair(row, "open", guarded_cause(left), i)
            if t == "U" and skeletonless(right):
                loose = loose or guarded_cause(right)
            if t == "T" or (t == "U" and _fits(left, right)):
                linked = True
        if loose:
            return Pair(row, "loose", loose)
        if linked:
            return Pair(row, "linked", guarded_cause(blame))
        return self._open_or_loose(row, scope, blame)

    def _open_or_loose(self, row, scope, blame):
        for i, (leaf, positive) in enumerate(self.leaves):
            v = value(leaf, scope)
            if leaf_truth(v, self.pair_policy, positive)[0] != "U":
                continue
            left = self._unknown_part(self.left[i], scope)
            if left is not None:
                return Pair(row, "open", guarded_cause(left), i)
            if self._unknown_part(self.right[i], scope) is None:
                return Pair(row, "open", guarded_cause(v), i)
        return Pair(row, "loose", guarded_cause(blame))

    def _unknown_part(self, parts, scope):
        """The leftmost unknown value; under drop and keep a gap is not unknown, only a failure."""
        values = [value(part, scope) for part in parts]
        if self.pair_policy == "drop":
            values = [v for v in values if isinstance(v, Issue)]
        return next((v for v in values if unknown(v)), None)

    # -------------------------------------------------------------- loose rows

    def loose_cause(self, row, empty):
        """Why a row could be anybody's, whatever the bindings; None if it is not loose (4.1)."""
        scope = self.scope.at(binding=empty.with_rows({self.var: row}))
        reads, key_read = self._unknown_leaves(scope)
        if not reads:
            return None
        best = self._best_case(self.clause.on, scope, True, "F")
        if best == "F" and key_read:
            best = self._best_case(self.clause.on, scope, True, "T")
        return None if best == "F" else reads[0]

    def _unknown_leaves(self, scope):
        causes, key_read = [], False
        for i, sides in enumerate(self.sides):
            if sides is not None:
                v = value(sides[0], scope)
                bad = v if skeletonless(v) else None
                bad = None if self.pair_policy == "drop" and isinstance(bad, Gap) else bad
            else:
                bad = self._unknown_part(self.right[i], scope)
                leaf = self.leaves[i][0]
                if bad is not None and set(variables(leaf, self.body)) <= {self.var}:
                    # `is present` and `??` read a gap and are known all the same
                    bad = value(leaf, scope)
                    bad = bad if unknown(bad) else None
            if bad is not None:
                causes.append(bad.cause)
                key_read = key_read or sides is not None
        return causes, key_read

    def _best_case(self, e, scope, positive, keys):
        """The condition where leaves towards earlier variables hold and key leaves are `keys`."""
        plain = list(leaves(e, scope, positive))
        table = {}
        for leaf, polarity in plain:
            table[(leaf, polarity)] = self._best_leaf(leaf, polarity, scope, keys), None
        return _combine(e, scope, positive, table)[0]

    def _best_leaf(self, leaf, positive, scope, keys):
        i = self.leaves.index((leaf, positive))
        sides = self.sides[i]
        names = set(variables(leaf, self.body))
        if sides is not None:
            v = value(sides[0], scope)
            unknown_here = skeletonless(v) and not (
                self.pair_policy == "drop" and isinstance(v, Gap))
            return "U" if unknown_here else keys
        if names <= {self.var}:
            return leaf_truth(value(leaf, scope), self.pair_policy, positive)[0]
        if self._unknown_part(self.right[i], scope) is not None:
            return "U"
        return "T" if positive else "F"


def _combine(e, scope, positive, table):
    """Kleene logic over given values of the leaves, with the blame of the leftmost U."""
    if isinstance(e, ast.LetRef):
        return _combine(resolve(e, scope)[0], scope, positive, table)
    plain = expand(e)
    if isinstance(plain, ast.Not):
        t, blame = _combine(plain.arg, scope, not positive, table)
        return NEGATED[t], blame
    if isinstance(plain, (ast.And, ast.Or)):
        decisive = "F" if isinstance(plain, ast.And) else "T"
        parts = [_combine(item, scope, positive, table) for item in plain.items]
        if any(t == decisive for t, _ in parts):
            return decisive, None
        return next(((t, b) for t, b in parts if t == "U"), (NEGATED[decisive], None))
    return table[(plain, positive)]


def _fits(left, right):
    """Whether an identity equality that is a gap fits what survived (1.5)."""
    if isinstance(left, Issue) or isinstance(right, Issue):
        return False
    skeletons = [x.skeleton if isinstance(x, Gap) else x for x in (left, right)]
    return all(isinstance(x, str) for x in skeletons) and may_equal(*skeletons)


# ------------------------------------------------------------------ the clauses


def link_of(clause, body, earlier, policy):
    """The judge of pairs: a condition, or a match model."""
    if isinstance(clause.on, ast.Using):
        from matching import MatchLink
        return MatchLink(clause, body, policy)
    return Link(clause, body, earlier, policy)


class Clause:
    """One partner clause at work: the right side, its loose rows, the tolerance, the coverage."""

    def __init__(self, clause, place, body, earlier, policy, source):
        self.clause, self.place, self.body, self.policy = clause, place, body, policy
        self.rows, self.total, self.covers = source.rows, source.total, source.covers
        self.earlier = list(earlier)
        self.link = link_of(clause, body, earlier, policy)
        empty = body.empty_binding()
        self.loose = [(r, cause) for r in self.rows
                      if (cause := self.link.loose_cause(r, empty)) is not None]
        loose_rows = {id(r) for r, _ in self.loose}
        # rows that nobody can place: quarantined, or loose (of a relation: its shadow rows)
        lost = sum(r.cls == SHADOW or id(r) in loose_rows for r in self.rows)
        self.tolerant = not source.strict and lost <= body.run.tolerance * self.total
        self.caveat = (place, f"{lost} / {self.total} {clause.table}")
        # the earlier variables that the clause reads: they decide which `?` of it are the same
        reads = [clause.on, *clause.covered]
        if isinstance(clause, ast.Latest):
            reads += [e for e in (clause.upto, clause.within) if e is not None]
        self.reads = [v for v in self.earlier if any(v in variables(e, body) for e in reads)]
        self.unplaced = {}

    def pairs(self, binding):
        """All pairs that are not F, loose quarantined ones left out."""
        found = []
        for row in self.rows:
            pair = self.link.judge(binding, row)
            if pair is None or (row.quarantined and pair.kind == "loose"):
                continue
            pair.tolerated = self.tolerant and (pair.kind == "loose" or row.cls == SHADOW)
            if pair.kind == "T" and row.cls != CERTAIN or pair.cause is None:
                pair.cause = row.cause
            found.append(pair)
        return found

    def covered(self, binding):
        """Whether absence proves something for this binding (evaluation 9)."""
        if not self.clause.covered:
            return True
        scope = Scope(self.body, binding=binding)
        day = value(self.clause.covered[0], scope)
        region = value(self.clause.covered[1], scope) if len(self.clause.covered) > 1 else None
        if unknown(day):
            return False
        from expressions import _days
        first, last = _days(day, self.clause.covered[0].type)
        return all(within(first, last, ranges, region) for ranges in self.covers)

    def own_gap(self, binding):
        """Under undecided some pair would be U, and a U leaf of it reads a gap of b (evaluation
        2)."""
        if isinstance(self.clause.on, ast.Using):
            return self.link.own_gap(binding, self.rows)
        strict = Link(self.clause, self.body, self.earlier, "undecided")
        for row in self.rows:
            both = binding.with_rows({self.clause.var: row})
            scope = strict.scope.at(binding=both)
            if truth(self.clause.on, scope)[0] != "U":
                continue
            for i, (leaf, _) in enumerate(strict.leaves):
                if not unknown(value(leaf, scope)):
                    continue
                if any(isinstance(value(p, scope), Gap) for p in strict.left[i]):
                    return True
        return False

    def attached_set(self, binding, pairs):
        """The attached set of b: (row, class, cause, caveat) per row (4.1, attach)."""
        found = []
        openers = []
        for pair in pairs:
            row = pair.row
            cls = _attached_class(pair)
            if cls is None:
                openers.append(pair)
                continue
            note = None
            if pair.tolerated:
                cls, note = TOLERATED, self.caveat
            found.append((row, cls, pair.cause if cls != CERTAIN else None, note))
        if openers:
            cause = min(openers, key=lambda p: (p.leaf, p.cause)).cause
            found.append((Unplaced(cause), POSSIBLE, cause, None))
        elif not self.covered(binding):
            cause = ("not covered", self.clause.table)
            found.append((Unplaced(cause), POSSIBLE, cause, None))
        return found

    def single(self, binding, cause):
        """The `?` of lookup and latest: one for all bindings in which the clause reads the same."""
        key = tuple(id(binding.rows.get(v)) for v in self.reads)
        return self.unplaced.setdefault(key, Unplaced(cause, single=True))

    def lookup_row(self, binding, pairs):
        """The partner of `lookup`, `?` or absent, and whether absence rests on the tolerance."""
        strict = [p for p in pairs if not p.tolerated]
        sure = [p for p in strict if p.kind == "T" and p.row.cls == CERTAIN]
        rivals = [p for p in strict if p.kind in ("T", "linked") and p not in sure]
        if len(sure) == 1 and (not rivals or self.body.key_proves(self.clause)):
            return sure[0].row, False
        if sure:
            return self.single(binding, ("several partners", self.clause.table)), False
        if strict:
            return self.single(binding, min(p.cause for p in strict)), False
        if not self.covered(binding):
            return self.single(binding, ("not covered", self.clause.table)), False
        return ABSENT, bool(pairs)


def _attached_class(pair):
    """The class of an attached row; None for a pair that opens the set (`?`)."""
    if pair.kind == "T" and pair.row.cls == CERTAIN:
        return CERTAIN
    if pair.row.cls == SHADOW or pair.kind == "loose":
        return SHADOW
    return None if pair.kind == "open" else POSSIBLE


def within(first, last, ranges, region):
    """Whether every day from first to last lies in the union of the ranges for the region."""
    usable = sorted((a, b if b is not None else 10**9) for a, b, r in ranges
                    if r is None or (isinstance(region, str) and region.startswith(r)))
    day = first
    for start, end in usable:
        if start <= day <= end:
            day = end + 1
    return day > last


def last_row(work, binding, pairs):
    """The partner of `latest` (4.1): the greatest time up to `upto`, with its rivals."""
    clause, scope = work.clause, Scope(work.body, binding=binding)
    upto = value(clause.upto, scope)
    if unknown(upto):
        return work.single(binding, upto.cause), False
    low = None if clause.within is None else upto - value(clause.within, scope)
    known, rivals = [], []
    for pair in pairs:
        if pair.tolerated:
            continue
        t = value(clause.by, scope.at(binding=binding.with_rows({clause.var: pair.row})))
        if not unknown(t) and (t > upto or (low is not None and t < low)):
            continue
        certain = pair.kind == "T" and pair.row.cls == CERTAIN and not unknown(t)
        (known if certain else rivals).append((pair, t))
    best = max((t for _, t in known), default=None)
    rivals = [p.cause or t.cause for p, t in rivals if best is None or unknown(t) or t >= best]
    if rivals:
        return work.single(binding, min(rivals)), False
    if not known:
        if not work.covered(binding):
            return work.single(binding, ("not covered", clause.table)), False
        return ABSENT, any(p.tolerated for p in pairs)
    tied = [p.row for p, t in known if t == best]
    if any(not work.body.same_columns(clause.var, tied[0], row) for row in tied):
        return work.single(binding, ("several at the same time", clause.table)), False
    return min(tied, key=lambda r: r.number), False

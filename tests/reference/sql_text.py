# SPDX-License-Identifier: Apache-2.0
"""Expressions of a model as SQL text, for `sqlite_oracle.py`.

Exact numbers are whole counts at their static scale, dates and months ISO text, enum values their
places, truth values 0 and 1, and NULL is a gap: SQL's three-valued logic is then that of the
language. What SQL cannot say (a failure, bounds, a quotient inside other arithmetic) raises
Unsayable, and the oracle takes another model.
"""

from dataclasses import dataclass, field

import model as ast
from values import date_text, month_text

GROUP = "*group"        # stands in a mention for the first-level group


class Unsayable(Exception):
    """The model needs more than SQL can say."""


def quoted(name):
    return '"' + name + '"'


@dataclass(frozen=True)
class Place:
    """Where an expression stands: behind `level` fences, in the group whose id is `group` and whose
    keys are columns of `alias`; above the first fence `member` is the row of the members, if any."""

    level: int = 0
    group: str = None
    alias: str = None
    member: str = None


@dataclass
class Names:
    """What the names of a body mean: tables of variables, conditions of partners, lets, keys."""

    table: dict = field(default_factory=dict)
    on: dict = field(default_factory=dict)          # of attached variables, those of exists and lacks too
    optional: set = field(default_factory=set)
    lets: dict = field(default_factory=dict)        # name → (value, level)
    keys: dict = field(default_factory=dict)        # level → names of its keys
    scores: list = field(default_factory=list)
    query: bool = False

    @property
    def rows(self):
        return [v for v in self.table if v not in self.on]

    def read(self, e):
        """The variables that e reads, lets expanded."""
        found = {}
        for n in ast.walk(e):
            if isinstance(n, (ast.Col, ast.RowPresent)):
                found[n.var] = True
            elif isinstance(n, ast.Agg):
                found.update(dict.fromkeys(n.vars))
            elif isinstance(n, ast.LetRef):
                found.update(dict.fromkeys(self.read(self.lets[n.name][0])))
        return list(found)


class Writer:
    """Writes the expressions of one reading of a body; `prefix` begins the names of its tables."""

    def __init__(self, names, prefix, as_of, params):
        self.names, self.prefix, self.as_of, self.params = names, prefix, as_of, params
        self.count = 0

    def fresh(self, stem):
        self.count += 1
        return f"{stem}_{self.count}"

    def text(self, e, at):
        return getattr(self, "_" + type(e).__name__.lower(), self._other)(e, at)

    def _other(self, e, at):
        raise Unsayable(type(e).__name__)

    def scaled(self, e, scale, at):
        """An exact value as a count at a scale that is not below its own."""
        if scale < e.type.scale:
            raise Unsayable("scale")
        text = self.text(e, at)
        return text if scale == e.type.scale else f"({text} * {10 ** (scale - e.type.scale)})"

    # ----------------------------------------------------------------- values

    def _lit(self, e, at):
        v = e.value
        if e.type.enum:
            return str(e.type.members.index(v))
        if isinstance(v, bool):
            return str(int(v))
        if e.type.exact:
            counts = v * 10**e.type.scale
            assert counts == int(counts)
            return str(int(counts))
        if e.type.name == "date":
            return f"'{date_text(v)}'"
        return f"'{month_text(v) if e.type.name == 'month' else v}'"

    def _col(self, e, at):
        if at.level:
            raise Unsayable("a row below the fence")
        return f"{quoted(e.var)}.{quoted(e.name)}"

    def _rowpresent(self, e, at):
        return f"({quoted(e.var)}.rowid IS NOT NULL)"

    def _keyref(self, e, at):
        if at.alias is None:
            raise Unsayable("a key inside an aggregate")
        return f"{at.alias}.k{self.names.keys[at.level].index(e.name)}"

    def opened(self, e, at):
        """What a let stands for, and where."""
        value, level = self.names.lets[e.name]
        if level == at.level:
            return value, at
        if level == 1 and at.level == 0 and at.member:
            return value, Place(1, f"{at.member}.g1")
        raise Unsayable("a let of another stretch")

    def _letref(self, e, at):
        return self.text(*self.opened(e, at))

    def _paramref(self, e, at):
        values = self.params[e.name].values
        if e.at is None:
            return self.text(values[0][1], at)
        day = self.text(e.at, at)
        cases = " ".join(f"WHEN {day} >= '{date_text(since)}' THEN {self.scaled(v, e.type.scale, at)}"
                         for since, v in reversed(values))
        return f"(CASE {cases} END)"

    def _asof(self, e, at):
        return f"'{date_text(self.as_of)}'"

    def _points(self, e, at):
        """The sum of the scores; that none is open was asked before."""
        return "(" + " + ".join(f"CASE WHEN {self.text(s.cond, at)} THEN {self.text(s.points, at)} "
                                f"ELSE 0 END" for s in self.names.scores) + ")"

    def _arith(self, e, at):
        if e.type.name == "date":
            return self._moved(e, at)
        if e.op == "/" or not e.type.exact:
            raise Unsayable("a quotient inside")
        if e.op == "*":
            return f"({self.text(e.left, at)} * {self.text(e.right, at)})"
        left, right = (self.scaled(x, e.type.scale, at) for x in (e.left, e.right))
        return f"({left} {e.op} {right})"

    def _moved(self, e, at):
        """A date and a number of days or months; no such day means the month's last."""
        day, n, unit = self.text(e.left, at), e.right.value, e.right.type.name
        n = -n if e.op == "-" else n
        if unit == "days":
            return f"date({day}, '{n:+d} days')"
        last = f"date({day}, 'start of month', '{n + 1:+d} months', '-1 day')"
        return f"min(date({day}, '{n:+d} months'), {last})"

    def _neg(self, e, at):
        return f"(- {self.text(e.arg, at)})"

    def _if(self, e, at):
        if e.type.name == "boolean":
            c, a, b = (self.text(x, at) for x in (e.cond, e.then, e.other))
            return f"(({c} AND {a}) OR (NOT {c} AND {b}))"
        c = self.text(e.cond, at)
        a, b = (self.scaled(x, e.type.scale, at) for x in (e.then, e.other))
        return f"(CASE WHEN {c} THEN {a} WHEN NOT {c} THEN {b} END)"

    def _coalesce(self, e, at):
        return (f"COALESCE({self.scaled(e.left, e.type.scale, at)}, "
                f"{self.scaled(e.right, e.type.scale, at)})")

    def _call(self, e, at):
        if e.name in ("least", "greatest"):
            parts = ", ".join(self.scaled(a, e.type.scale, at) for a in e.args)
            return f"{'min' if e.name == 'least' else 'max'}({parts})"
        if e.name == "month":
            return f"substr({self.text(e.args[0], at)}, 1, 7)"
        raise Unsayable(e.name)

    # ------------------------------------------------------------- conditions

    def _and(self, e, at):
        return "(" + " AND ".join(self.text(i, at) for i in e.items) + ")"

    def _or(self, e, at):
        return "(" + " OR ".join(self.text(i, at) for i in e.items) + ")"

    def _not(self, e, at):
        return f"(NOT {self.text(e.arg, at)})"

    def _cmp(self, e, at):
        if not e.left.type.exact:
            return f"({self.text(e.left, at)} {e.op} {self.text(e.right, at)})"
        (n, d), (m, f) = self.fraction(e.left, at), self.fraction(e.right, at)
        return f"({n} * {f} {e.op} {m} * {d})"

    def fraction(self, e, at):
        """An exact value as two texts, numerator and positive denominator."""
        if isinstance(e, ast.LetRef):
            return self.fraction(*self.opened(e, at))
        if isinstance(e, ast.Agg) and e.fn == "mean":
            return (self.fold(e, at, "SUM(x)"),
                    f"({self.fold(e, at, 'COUNT(x)')} * {10 ** e.arg.type.scale})")
        if isinstance(e, ast.Arith) and e.op == "/":
            if not positive(e.right):
                raise Unsayable("a denominator")
            scale = max(e.left.type.scale, e.right.type.scale)
            return self.scaled(e.left, scale, at), self.scaled(e.right, scale, at)
        return self.text(e, at), str(10**e.type.scale)

    def _between(self, e, at):
        scale = max(x.type.scale for x in (e.arg, e.low, e.high))
        x, low, high = (self.scaled(y, scale, at) for y in (e.arg, e.low, e.high))
        text = (f"({x} {'>' if e.open_low else '>='} {low} AND "
                f"{x} {'<' if e.open_high else '<='} {high})")
        return f"(NOT {text})" if e.negated else text

    def _member(self, e, at):
        x = self.text(e.arg, at)
        items = ", ".join(self.text(i, at) for i in e.items)
        return f"({x} {'NOT IN' if e.negated else 'IN'} ({items}))"

    def _span(self, e, at):
        (a0, a1), (b0, b1) = self.ends(e.left, at), self.ends(e.right, at)
        text = (f"({b0} <= {a0} AND {a1} <= {b1})" if e.op == "during"
                else f"({a0} <= {b1} AND {b0} <= {a1})")
        return f"(NOT {text})" if e.negated else text

    def ends(self, e, at):
        """The first and the last day of a date, month or period."""
        if e.type.name == "period":
            return tuple(self.text(a, at) for a in e.args)
        text = self.text(e, at)
        if e.type.name == "month":
            first = f"({text} || '-01')"
            return first, f"date({first}, '+1 month', '-1 day')"
        return text, text

    def _present(self, e, at):
        return f"({self.text(e.arg, at)} IS {'' if e.negated else 'NOT '}NULL)"

    # -------------------------------------------------------------- aggregates

    FOLDS = {"count": "COUNT(*)", "sum": "COALESCE(SUM(x), 0)", "min": "MIN(x)", "max": "MAX(x)",
             "distinct_count": "COUNT(DISTINCT x)", "any": "COALESCE(MAX(x), 0)",
             "all": "COALESCE(MIN(x), 1)"}

    def _agg(self, e, at):
        if e.fn == "mean":
            raise Unsayable("a mean inside")
        return self.fold(e, at, self.FOLDS[e.fn])

    def mention(self, e, level):
        """The variables whose rows make up a tuple of an aggregate."""
        found = {}

        def look(n):
            if isinstance(n, ast.LetRef):
                value, its = self.names.lets[n.name]
                if 1 <= its < level:
                    found[GROUP] = True
                else:
                    look(value)
            elif isinstance(n, ast.Agg):
                for var in n.vars if n.arg is None else self.names.read(n.arg):
                    on = self.names.on.get(var)
                    found.update(dict.fromkeys([var] if on is None else
                                               [v for v in self.names.read(on) if v != var]))
            else:
                if isinstance(n, (ast.Col, ast.RowPresent)):
                    found[n.var] = True
                for child in ast.children(n):
                    look(child)
        if e.arg is None:
            return list(e.vars)
        look(e.arg)
        return list(found)

    def fold(self, e, at, what):
        """One value per distinct tuple of rows, folded: a subquery over a DISTINCT subquery."""
        mention = self.mention(e, at.level)
        direct = self.direct(e.when) if e.when is not None else []
        attached = [v for v in self.names.on if v in mention or v in direct]
        self._certain(e, at, mention)
        member = at.member if at.level == 0 else self.fresh("m")
        inner = Place(member=member)
        where = [self.text(self.names.on[v], inner) for v in attached]
        source = [f"{quoted(self.names.table[v])} AS {quoted(v)}" for v in attached]
        if at.level:
            source.insert(0, self.members(at.level, member))
            where.append(f"{member}.g{at.level} = {at.group}")
        if not source:
            raise Unsayable("an aggregate over nothing")
        where += [f"{quoted(v)}.rowid IS NOT NULL" for v in mention if v in self.names.optional]
        if e.when is not None:
            where.append(self.text(e.when, inner))
        ids = [f"{member}.g1" if v is GROUP else f"{quoted(v)}.rowid" for v in mention]
        columns = [f"{text} AS i{i}" for i, text in enumerate(ids)]
        if e.arg is not None:
            columns.append(f"{self.text(e.arg, inner)} AS x")
        rest = " WHERE x IS NOT NULL" if e.arg is not None and self._lenient(at) else ""
        return (f"(SELECT {what} FROM (SELECT DISTINCT {', '.join(columns)} FROM "
                f"{' JOIN '.join(source)} WHERE {' AND '.join(where)}){rest})")

    def members(self, level, member):
        """The members behind a fence with the rows of their variables."""
        joins = [f"{self.prefix}m{level} AS {member}"]
        for v in self.names.rows:
            kind = "LEFT JOIN" if v in self.names.optional else "JOIN"
            joins.append(f"{kind} {quoted(self.names.table[v])} AS {quoted(v)} "
                         f"ON {quoted(v)}.rowid = {member}.{quoted(v)}")
        return " ".join(joins)

    def direct(self, e):
        """The variables that e reads outside aggregates."""
        if isinstance(e, ast.Agg):
            return []
        if isinstance(e, ast.LetRef):
            return self.direct(self.names.lets[e.name][0])
        found = [e.var] if isinstance(e, (ast.Col, ast.RowPresent)) else []
        for child in ast.children(e):
            found += self.direct(child)
        return found

    # -------------------------------------------------------------- certainty

    def _lenient(self, at):
        """Whether an aggregate leaves unknown values out: below a fence of a query."""
        return self.names.query and at.level > 0

    def _certain(self, e, at, mention):
        """A tuple whose value or `when` may be a gap makes bounds, which SQL has not."""
        if self._lenient(at):
            return
        for part in (e.arg, e.when):
            if part is not None and self.may_be_null(part, set(mention)):
                raise Unsayable("a gap in an aggregate")

    def may_be_null(self, e, present=frozenset()):
        """Whether e can be a gap where the variables `present` have a row."""
        if isinstance(e, (ast.Present, ast.RowPresent)):
            return False
        if isinstance(e, ast.LetRef):
            return self.may_be_null(self.names.lets[e.name][0], present)
        if isinstance(e, ast.Coalesce):
            return self.may_be_null(e.right, present)
        if isinstance(e, ast.Agg):
            return e.fn in ("min", "max", "mean")
        if isinstance(e, ast.Col):
            return e.var in self.names.optional and e.var not in present
        return any(self.may_be_null(c, present) for c in ast.children(e))


def positive(e):
    """Whether a denominator is seen to be positive."""
    if isinstance(e, ast.Lit):
        return e.value > 0
    return isinstance(e, ast.Call) and e.name == "greatest" and any(positive(a) for a in e.args)

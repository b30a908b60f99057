# SPDX-License-Identifier: Apache-2.0
"""Random well-typed models over tiny adversarial tables.

A case is a model, its raw cells, `as_of` and the tolerance. `make(seed)` is deterministic. With
`small=True` the tables stay so small, and their gaps so few, that all fillings can be enumerated.
"""

import random
from dataclasses import dataclass, field, replace
from fractions import Fraction

import gen_match
import gen_patterns
import gen_produce
import gen_recursion
import gen_tables
import gen_windows
import model as ast
from model import aggregate, arith
from pools import DISTANCES, PLACES, POOLS, SEVERITY, day
from values import BOOLEAN, DATE, DAYS, INTEGER, LENGTH, MONEY, MONTH, MONTHS, PERIOD, POINT, RATIO, Type

@dataclass
class Case:
    """One test: everything that a run needs."""

    model: ast.Model
    data: dict
    as_of: object = None
    tolerance: Fraction = Fraction(0)
    seed: int = 0


@dataclass
class Var:
    """A row variable in scope: its columns; `optional` for lookup, `attached` for attach,
    `produced` for one that is no row of a table."""

    name: str
    columns: tuple
    optional: bool = False
    attached: bool = False
    produced: bool = False
    bunch: object = None     # the type of a session or component


@dataclass
class Maker(gen_tables.Tables):
    """Makes one case."""

    rng: random.Random
    small: bool = False
    latest: bool = False
    features: tuple = ()
    tables: list = field(default_factory=list)
    readable: dict = field(default_factory=dict)   # table, relation or rule name → columns
    covered: set = field(default_factory=set)
    laws: list = field(default_factory=list)
    params: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    dated: bool = False
    lets: list = field(default_factory=list)       # (LetRef, level, whether it has an aggregate)
    regions: set = field(default_factory=set)
    windowed: set = field(default_factory=set)
    match: object = None
    level: int = 0
    folding: bool = False
    linking: bool = False
    count: int = 0

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, items):
        return self.rng.choice(list(items))

    def fresh(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    # ------------------------------------------------------------ expressions

    def let_values(self, name):
        """Lets of a type that may stand here: plain ones of this stretch; inside an aggregate those
        of the stretches above, with their aggregates."""
        if self.folding:
            return [r for r, level, folds in self.lets if r.type.name == name
                    and (level < self.level or level == 0 and not folds)]
        return [r for r, level, folds in self.lets if r.type.name == name
                and level == self.level and not (folds and self.linking)]

    def columns_of(self, vars_, name):
        return [ast.Col(v.name, c.name, c.type) for v in vars_ for c in v.columns
                if c.type.name == name]

    def number(self, vars_, depth=0):
        """An integer or money value."""
        cols = self.columns_of(vars_, "integer") + self.columns_of(vars_, "money")
        known = self.let_values("integer") + self.let_values("money")
        u = self.rng.random()
        if known and u > 0.75:
            return self.pick(known)
        if depth < 2 and cols and u < 0.25:
            return self.composed(vars_, depth)
        if cols and u < 0.85:
            return self.pick(cols)
        return self.constant(self.pick([INTEGER, MONEY]))

    def typed_number(self, type_, vars_):
        """A number of one type; a constant if there is nothing else."""
        for _ in range(4):
            e = self.number(vars_)
            if e.type.name == type_.name:
                return e
        return self.constant(type_)

    def composed(self, vars_, depth):
        a = self.number(vars_, depth + 1)
        u = self.rng.random()
        if self.functions and u < 0.12:
            return self.application(vars_) or a
        if u < 0.15:
            return ast.Neg(a, a.type)
        if u < 0.3 and not self.small:
            return ast.Coalesce(a, self.constant(a.type), a.type)
        if u < 0.4:
            return ast.If(self.condition(vars_, depth + 2), a, self.like(a, vars_), a.type)
        if u < 0.5:
            return ast.Call(self.pick(["least", "greatest"]), (a, self.like(a, vars_)), a.type)
        if u < 0.75 or a.type.name not in ("integer", "money"):
            return arith(self.pick("+-"), a, self.like(a, vars_))
        if a.type.scale == 0 and a.type.name == "integer":
            return arith("*", a, self.like(a, vars_))
        return arith("*", a, self.constant(INTEGER))

    def application(self, vars_):
        """A call of a function of the file, with arguments that cannot be missing."""
        function = self.pick(self.functions)
        args = []
        for p in function.params:
            sure = [ast.Col(v.name, c.name, c.type) for v in vars_ for c in v.columns
                    if c.type == p.type and not c.nullable and not v.optional]
            if not sure:
                return None
            args.append(self.pick(sure))
        return ast.Apply(function.name, tuple(args), function.type)

    def like(self, e, vars_):
        """A value of the type of e, of the same kind at least."""
        cols = self.columns_of(vars_, e.type.name)
        return self.pick(cols) if cols and self.chance(0.6) else self.constant(e.type)

    def constant(self, type_):
        if type_.name == "integer":
            return ast.Lit(self.pick([0, 1, 2, 3]), INTEGER)
        if type_.name == "money":
            return ast.Lit(Fraction(self.pick(["0", "99.9999", "100", "100.0001"])), MONEY)
        if type_.name in ("ratio", "decimal"):
            return ast.Lit(Fraction(self.pick([0, 1, 5, 7, 10]), 10), Type("ratio", 1))
        if type_.name == "date":
            return ast.Lit(day(self.pick(POOLS["date"])), DATE)
        if type_.name == "month":
            return ast.Lit(2024 * 12 + self.rng.randint(-1, 3), MONTH)
        if type_.name == "boolean":
            return ast.Lit(self.chance(0.5), BOOLEAN)
        if type_.name == "point":
            return ast.Lit(tuple(map(Fraction, self.pick(PLACES).split(","))), POINT)
        return ast.Lit(self.pick(POOLS[type_.name]), type_)

    def comparison(self, left, right):
        ops = ("=", "!=", "<", "<=", ">", ">=")
        if not left.type.ordered_number:
            ops = ("=", "!=")
        return ast.Cmp(self.pick(ops), left, right)

    def quotient(self, vars_):
        """A quotient against a constant: evaluation 1.4."""
        a, b = self.number(vars_, 1), self.number(vars_, 1)
        if a.type.name != b.type.name and a.type.name == "integer":
            a, b = b, a
        if isinstance(b, ast.Lit) and b.value == 0:
            b = ast.Lit(type(b.value)(3), b.type)
        e = arith("/", a, b)
        right = self.constant(RATIO) if e.type.name == "ratio" else self.constant(MONEY)
        return self.comparison(e, right)

    def date(self, vars_):
        cols = self.columns_of(vars_, "date")
        if not cols or self.chance(0.2):
            return self.constant(DATE)
        d = self.pick(cols)
        u = self.rng.random()
        if u < 0.15:
            return ast.Arith(self.pick("+-"), d, ast.Lit(self.pick([1, 30]), DAYS), DATE)
        if u < 0.3:
            return ast.Arith(self.pick("+-"), d, ast.Lit(self.pick([1, 2]), MONTHS), DATE)
        return d

    def period(self, vars_):
        start, end = self.date(vars_), self.date(vars_)
        if isinstance(start, ast.Lit) and isinstance(end, ast.Lit):
            start, end = sorted((start, end), key=lambda e: e.value)
        if self.chance(0.3) and not self.small:
            end = ast.Coalesce(end, ast.AsOf(), DATE)
        return ast.Call("period", (start, end), PERIOD)

    def leaf(self, vars_):
        """One condition that is no connective and reads a column."""
        while True:
            e = self.any_leaf(vars_)
            if reads(e):
                return e

    def any_leaf(self, vars_):
        u = self.rng.random()
        visible = [ast.Col(v.name, c.name, c.type) for v in vars_ for c in v.columns]
        if u < 0.08 and not self.small:
            return ast.Present(self.pick(visible), negated=self.chance(0.5))
        optional = [v for v in vars_ if v.optional]
        if optional and u < 0.3:
            return ast.RowPresent(self.pick(optional).name)
        if u < 0.2 and (self.columns_of(vars_, "date") or self.columns_of(vars_, "month")):
            return self.timed(vars_)
        if u < 0.3 and self.columns_of(vars_, "boolean"):
            return self.pick(self.columns_of(vars_, "boolean"))
        if u < 0.38:
            return self.quotient(vars_)
        if u < 0.46 and self.columns_of(vars_, "integer"):
            low = self.rng.randint(-1, 2)
            return ast.Between(self.pick(self.columns_of(vars_, "integer")), ast.Lit(low, INTEGER),
                               ast.Lit(low + self.rng.randint(0, 2), INTEGER), self.chance(0.2),
                               self.chance(0.2), self.chance(0.2))
        if u < 0.54 and self.params:
            return self.comparison(self.typed_number(INTEGER, vars_), self.pick(self.params))
        if u < 0.57 and self.dated and self.columns_of(vars_, "date"):
            at = self.pick(self.columns_of(vars_, "date"))
            return self.comparison(self.typed_number(MONEY, vars_),
                                   ast.ParamRef("限额", MONEY, at))
        if u < 0.6 and self.let_values("boolean"):
            return self.pick(self.let_values("boolean"))
        if u < 0.75:
            return self.plain(self.pick(visible), vars_)
        return self.comparison(*self.two_numbers(vars_))

    def two_numbers(self, vars_):
        a = self.number(vars_)
        return a, self.like(a, vars_)

    def plain(self, col, vars_):
        """A column against a value of its own type."""
        if col.type.name in ("类别", "text") and self.chance(0.4):
            items = self.rng.sample(POOLS[col.type.name], 2)
            return ast.Member(col, tuple(ast.Lit(i, col.type) for i in items), self.chance(0.3))
        others = [c for c in self.columns_of(vars_, col.type.name) if c != col]
        if col.type.name == "point":
            return self.near(col, self.pick([*others, self.constant(POINT)]))
        if others and self.chance(0.4):
            return self.comparison(col, self.pick(others))
        if col.type.name == "person_id" and not self.small:
            return ast.Present(col)
        if col.type.name == "boolean":
            return col
        return self.comparison(col, self.constant(col.type))

    def near(self, a, b):
        """The distance of two places against a length."""
        way = ast.Call("distance", (a, b), LENGTH)
        limit = ast.Lit(Fraction(self.pick(DISTANCES)), LENGTH)
        return self.pick([ast.Cmp(op, way, limit) for op in ("<=", "<", ">", "=")] +
                         [ast.Cmp(op, limit, way) for op in (">=", ">")])

    def near_link(self, var, earlier):
        """Such a condition between a new variable and an earlier one; None where one has no place."""
        mine, others = self.columns_of([var], "point"), self.columns_of(earlier, "point")
        if not mine or not others:
            return None
        near = self.near(*self.rng.sample([self.pick(mine), self.pick(others)], 2))
        return ast.And((near, self.leaf([var]))) if self.chance(0.3) else near

    def timed(self, vars_):
        dates, months = self.columns_of(vars_, "date"), self.columns_of(vars_, "month")
        if months and self.chance(0.4):
            left = self.pick(months)
        else:
            left = self.date(vars_)
        if self.chance(0.7):
            op = self.pick(["during", "overlaps"])
            return ast.Span(op, left, self.period(vars_), self.chance(0.15))
        if not dates:
            return self.comparison(left, self.constant(left.type))
        if left.type.name == "month":
            return self.comparison(left, ast.Call("month", (self.pick(dates),), MONTH))
        return self.comparison(left, self.date(vars_))

    def condition(self, vars_, depth=0):
        u = self.rng.random()
        if depth < 2 and u < 0.18:
            return ast.And(tuple(self.condition(vars_, depth + 1) for _ in range(2)))
        if depth < 2 and u < 0.36:
            return ast.Or(tuple(self.condition(vars_, depth + 1) for _ in range(2)))
        if depth < 2 and u < 0.46:
            return ast.Not(self.condition(vars_, depth + 1))
        if depth < 1 and u < 0.5:
            return ast.If(*(self.condition(vars_, depth + 1) for _ in range(3)), BOOLEAN)
        return self.leaf(vars_)

    # ---------------------------------------------------------------- clauses

    def link(self, var, earlier):
        """An `on` condition: mostly an equality of a shared column, with more around it."""
        near = self.near_link(var, earlier) if "places" in self.features and self.chance(0.5) else None
        if near is not None:
            return near
        pairs = [(ast.Col(var.name, c.name, c.type), ast.Col(v.name, d.name, d.type))
                 for c in var.columns for v in earlier for d in v.columns
                 if c.type == d.type and c.type.name in ("编码", "person_id", "text", "month",
                                                         "integer")]
        strong = [p for p in pairs if p[0].type.name in ("编码", "person_id", "text", "month")]
        if not pairs:
            return self.linked_condition(var, earlier)
        mine, other = self.pick(strong or pairs)
        equal = ast.Cmp("=", *((mine, other) if self.chance(0.6) else (other, mine)))
        u = self.rng.random()
        if u < 0.45:
            return equal
        if u < 0.85:
            more = self.leaf([var] if self.chance(0.3) else [var, self.pick(earlier)])
            return ast.And((equal, more) if self.chance(0.7) else (more, equal))
        if u < 0.93:
            return ast.Or((equal, self.leaf([var])))
        return self.linked_condition(var, earlier)

    def linked_condition(self, var, earlier):
        """A condition without an equality link that reads the new variable."""
        while True:
            e = self.condition([var, self.pick(earlier)], 1)
            read = {n.var for n in ast.walk(e) if isinstance(n, ast.Col)}
            # a let over an attached variable stands for the variables of its `on`: it needs some
            if var.name in read and (len(read) > 1 or not var.attached):
                return e

    def partner(self, kind, scope):
        table = self.pick(self.readable)
        var = Var(self.fresh("v"), self.readable[table], kind == "lookup",
                  kind in ("attach", "exists", "lacks"))
        rows = [v for v in scope if not v.attached]
        self.linking = True
        on = self.link(var, rows)
        self.linking = False
        if self.match is not None and self.chance(0.8):
            table, var.columns, on = gen_match.using(self, rows, table, var.columns, on)
        covered = ()
        dates = self.columns_of(rows, "date") + self.columns_of(rows, "month")
        if kind != "join" and table in self.covered and dates and self.chance(0.6):
            covered = (self.pick(dates),)
            if table in self.regions:
                texts = self.columns_of(rows, "text")
                covered = (covered[0], self.pick(texts)) if texts else ()
        policies = [None, None, None, "undecided", "drop"]
        if kind not in ("join", "exists"):
            policies.append("keep")
        policy = None if self.small else self.pick(policies)
        if kind == "lacks" and policy is None and not covered:
            policy = "undecided"
        scope.append(var)
        return ast.Partner(kind, var.name, table, on, covered, policy)

    def last_partner(self, scope):
        """`latest`, where the right side has a date; None otherwise."""
        rows = [v for v in scope if not v.attached]
        dated = [t for t, columns in self.readable.items()
                 if any(c.type.name == "date" for c in columns)]
        if not dated:
            return None
        table = self.pick(dated)
        var = Var(self.fresh("v"), self.readable[table], optional=True)
        by = self.pick(self.columns_of([var], "date"))
        within = ast.Lit(self.pick([30, 60]), DAYS) if self.chance(0.3) else None
        self.linking = True
        clause = ast.Latest(var.name, table, self.link(var, rows), by, self.date(rows), within)
        self.linking = False
        scope.append(var)
        return clause

    def row_clauses(self, scope, allowed, most):
        """Clauses above the first fence."""
        found = []
        if "each" in self.features:
            allowed = (*allowed, "each", "each", "each")
        if "among" in self.features:
            allowed = (*allowed, "among", "among", "among", "among")
        patterns = [f for f in ("session", "connect") if f in self.features]
        if "sequence" in self.features and self.chance(0.8):
            if self.chance(0.5):
                found += self.clauses_above(scope, allowed)
            found += gen_patterns.pattern(self, "sequence", scope)
        if patterns and self.chance(0.3):
            found += gen_patterns.pattern(self, self.pick(patterns), scope)
        for _ in range(self.rng.randint(1, most)):
            kind = self.pick(allowed)
            rows = [v for v in scope if not v.attached]
            if kind == "where":
                found.append(ast.Where(self.condition(rows), self.some_policy()))
            elif kind == "let":
                found.append(self.let(scope, rows))
            elif kind == "among":
                found.append(gen_windows.window(self, scope))
                if found[-1] is not None:
                    found.append(gen_windows.use(self, found[-1], scope))
            elif kind == "each":
                found.append(gen_produce.produced(self, scope))
            elif kind == "doubt":
                found.append(ast.Doubt(self.fresh("疑"), self.condition(rows, 1)))
            elif kind == "except":
                found.append(ast.Except(self.fresh("免"), self.condition(rows, 1)))
            elif kind == "cites" and self.columns_of(rows, "date"):
                found.append(self.citation(rows))
            elif kind == "lookup" and self.latest and self.chance(0.6):
                found.append(self.last_partner(scope))
                if found[-1] is not None:
                    found.append(self.use_of(scope[-1], rows))
            elif kind in ("join", "attach", "exists", "lacks", "lookup"):
                found.append(self.partner(kind, scope))
                if kind == "attach" or (kind == "lookup" and self.chance(0.7)):
                    found.append(self.use_of(scope[-1], rows))
        if patterns and not any(v.bunch for v in scope):
            found += gen_patterns.pattern(self, self.pick(patterns), scope)
        return [c for c in found if c is not None]

    def clauses_above(self, scope, allowed):
        """What may stand above a sequence: conditions, exceptions, a partner."""
        found = []
        for kind in self.rng.sample(("where", "except", "doubt", "join", "lookup", "attach", "lacks"), 2):
            if kind not in allowed:
                continue
            rows = [v for v in scope if not v.attached]
            if kind == "where":
                found.append(ast.Where(self.condition(rows), self.some_policy()))
            elif kind == "except":
                found.append(ast.Except(self.fresh("免"), self.condition(rows, 1)))
            elif kind == "doubt":
                found.append(ast.Doubt(self.fresh("疑"), self.condition(rows, 1)))
            else:
                found.append(self.partner(kind, scope))
        return found

    def let(self, scope, rows):
        """A value of this stretch; above the first fence it may fold an attached variable."""
        attached = [v for v in scope if v.attached]
        if self.level > 0:
            e = self.fold(scope)
        elif attached and self.chance(0.5):
            e = self.fold([self.pick(attached)])
        elif self.chance(0.3):
            e = self.condition(rows, 1)
        else:
            e = self.number(rows)
        folds = any(isinstance(n, ast.Agg) for n in ast.walk(e)) or any(
            isinstance(n, ast.LetRef) and dict((r, f) for r, _, f in self.lets)[n]
            for n in ast.walk(e))
        if not reads(e) and not folds:
            return None
        name = self.fresh("值")
        self.lets.append((ast.LetRef(name, e.type), self.level, folds))
        return ast.Let(name, e)

    def some_policy(self):
        if self.small or self.chance(0.7):
            return None
        return self.pick(["drop", "keep", "undecided"])

    def citation(self, rows):
        at = self.pick(self.columns_of(rows, "date")) if self.chance(0.8) else None
        return ast.Cites(self.pick(self.laws).name, self.pick([None, "第八条"]), at)

    def use_of(self, var, rows):
        """A condition on what attach or lookup found."""
        if var.optional:
            leaf = ast.RowPresent(var.name) if self.chance(0.4) else self.leaf([var])
            return ast.Where(ast.Not(leaf) if self.chance(0.4) else leaf, self.some_policy())
        if self.chance(0.25):
            return None
        test = self.fold_test([var], rows)
        if self.chance(0.2):
            test = ast.Or((test, self.leaf(rows)))
        return ast.Except(self.fresh("免"), test) if self.chance(0.15) and self.in_rule else \
            ast.Where(test)

    def fold(self, mine):
        """An aggregate over the variables given."""
        before, self.folding = self.folding, True
        found = self.folded(mine)
        self.folding = before
        return found

    def folded(self, mine):
        when = self.leaf(mine) if self.chance(0.25) else None
        numbers = self.columns_of(mine, "integer") + self.columns_of(mine, "money")
        others = [ast.Col(v.name, c.name, c.type) for v in mine for c in v.columns]
        u = self.rng.random()
        if u < 0.4 or not numbers:
            if u < 0.25:
                names = [v.name for v in self.rng.sample(mine, self.rng.randint(1, len(mine)))]
                return aggregate("count", vars_=names, when=when)
            if u < 0.33:
                return aggregate(self.pick(["any", "all"]), self.own_leaf(mine), when=when)
            if u < 0.37 and self.columns_of(mine, "date"):
                day_column = self.pick(self.columns_of(mine, "date"))
                return aggregate(self.pick(["min", "max"]), day_column, when=when)
            return aggregate("distinct_count", self.pick(others), when=when)
        e = self.number(mine) if self.chance(0.3) else self.pick(numbers)
        own = any(isinstance(n, ast.Col) for n in ast.walk(e))
        if not own and (self.level == 0 or not reads(e)):
            e = self.pick(numbers)
        return aggregate(self.pick(["sum", "sum", "min", "max", "mean"]), e, when=when)

    def own_leaf(self, mine):
        """A condition on the variables folded, not on a let alone."""
        while True:
            e = self.leaf(mine)
            if any(isinstance(n, (ast.Col, ast.RowPresent)) for n in ast.walk(e)):
                return e

    def figure(self, mine):
        """What may be printed of a group."""
        windows = self.group_windows()
        return self.pick(windows) if windows and self.chance(0.4) else self.fold(mine)

    def stored(self, mine):
        """An aggregate that fits a declared column: no quotient with its 18 places."""
        while True:
            e = self.figure(mine)
            if e.type.scale <= 4:
                return e

    def fold_test(self, mine, _rows=()):
        if "checks" in self.features and self.chance(0.5):
            e = gen_windows.group_test(self, [v for v in mine if not v.optional])
            if e is not None:
                return e
        known = [r for r, level, folds in self.lets if folds and level == self.level
                 and r.name not in self.windowed] + self.group_windows()
        if known and self.chance(0.4):
            e = self.pick(known)
            if e.type.name == "boolean":
                return e
            return self.comparison(e, self.constant(
                e.type if e.type.name in ("money", "date") else INTEGER))
        e = self.fold(mine)
        if e.type.name == "boolean":
            return ast.Not(e) if self.chance(0.3) else e
        bound = self.constant(e.type if e.type.name in ("money", "date") else INTEGER)
        if e.fn in ("count", "distinct_count"):
            bound = ast.Lit(self.pick([1, 1, 2, 2, 3]), INTEGER)
            return ast.Cmp(self.pick(["<", ">=", "=", ">="]), e, bound)
        return self.comparison(e, bound)

    def windows_of(self, *types):
        """Windows of bindings, of the types named."""
        return [r for r, level, _ in self.lets
                if r.name in self.windowed and level == 0 and r.type.name in types
                and r.type.scale <= 4]

    def group_windows(self):
        """Windows of the groups that stand here."""
        return [r for r, level, _ in self.lets if r.name in self.windowed and level == self.level > 0
                and r.type.name in ("integer", "money") and r.type.scale <= 4]

    def keys(self, scope):
        """One or two group keys."""
        rows = [v for v in scope if not v.attached]
        cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns
                if c.type.name != "boolean"] or self.columns_of(rows, "boolean")
        chosen = self.rng.sample(cols, min(len(cols), self.pick([1, 1, 2])))
        bunches = [ast.Col(v.name, "", v.bunch) for v in rows if v.bunch]
        if bunches and self.in_rule and self.chance(0.8):
            chosen = self.pick([chosen[:1], []]) + [self.pick(bunches)]
        windows = self.windows_of("integer", "money")
        if windows and self.chance(0.2):
            chosen = self.pick([chosen[:1], []]) + [self.pick(windows)]
        names, keys = set(), []
        for c in chosen:
            taken = not c.name or c.name in names or isinstance(c, ast.LetRef)
            name = self.fresh("键") if taken else c.name
            names.add(name)
            keys.append((name, c))
        return tuple(keys)

    def group_clauses(self, scope, rule, keys):
        found = []
        if "groups" in self.features and self.chance(0.7):
            found.append(gen_windows.group_window(self, scope, keys))
            if found[-1] is not None:
                found.append(gen_windows.use(self, found[-1], scope))
        if "series" in self.features and self.level == 1:
            found += gen_patterns.series(self, scope)
        for _ in range(self.pick([0, 1, 1, 2])):
            u = self.rng.random()
            if u < 0.15:
                found.append(self.let(scope, scope))
            elif u < 0.7 or not rule:
                found.append(ast.Where(self.fold_test(scope), self.some_policy()))
            elif u < 0.9:
                found.append(ast.Except(self.fresh("免"), self.fold_test(scope)))
            else:
                found.append(ast.Doubt(self.fresh("疑"), self.fold_test(scope)))
        return [c for c in found if c is not None]

    # ----------------------------------------------------------- declarations

    in_rule = False

    def new_body(self):
        self.lets, self.level, self.windowed = [], 0, set()
        return []

    def rule(self, name, most):
        self.in_rule = True
        scope = self.new_body()
        clauses = [self.head(scope)]
        clauses += self.row_clauses(scope, ("where", "where", "join", "join", "attach", "exists",
                                            "lacks", "lookup", "except", "doubt", "cites",
                                            "let"), most)
        keys = self.keys(scope)
        if self.chance(0.6):
            clauses.append(ast.GroupBy(keys))
            self.level = 1
            clauses += self.group_clauses(scope, True, keys)
            clauses += gen_patterns.size_of_key(self, keys, clauses)
            keys = tuple((n, ast.KeyRef(n, e.type)) for n, e in keys)
            if len(keys) == 2 and self.chance(0.4):
                keys = self.second_keys(keys)
                clauses.append(ast.GroupBy(keys))
                keys = tuple((n, ast.KeyRef(n, e.type)) for n, e in keys)
                self.level = 2
                clauses += self.group_clauses(scope, True, keys)
        self.level = self.level or 1
        scored = [ast.Score(ast.Lit(self.pick([10, 20, 30]), INTEGER), self.fold_test(scope),
                            self.fresh("分")) for _ in range(self.pick([0, 0, 1, 2]))]
        clauses += scored
        if scored and self.chance(0.2):
            clauses.append(ast.Where(ast.Cmp(">=", ast.Points(), ast.Lit(20, INTEGER))))
        clauses.append(self.clue(keys, scope, bool(scored)))
        self.in_rule = False
        return ast.Rule(name, tuple(clauses))

    def second_keys(self, keys):
        """Keys of a second fence: one of the first, or what a window gave the groups."""
        windows = self.group_windows()
        if not windows or self.chance(0.5):
            return (self.pick(keys),)
        return self.pick([keys[:1], ()]) + ((self.fresh("键"), self.pick(windows)),)

    def head(self, scope):
        table = self.pick(self.readable)
        scope.append(Var("s", self.readable[table]))
        return ast.From("s", table)

    def clue(self, keys, scope, scored):
        fields = tuple((self.fresh("项"), self.figure(scope)) for _ in range(self.pick([0, 1, 2])))
        severity = None
        if self.chance(0.5):
            severity = ast.Lit(self.pick(SEVERITY.members), SEVERITY)
            if scored and self.chance(0.5):
                severity = ast.If(ast.Cmp(">=", ast.Points(), ast.Lit(20, INTEGER)),
                                  ast.Lit("高", SEVERITY), ast.Lit("低", SEVERITY), SEVERITY)
        title = None
        if self.chance(0.5):
            shown = self.rng.choice(keys)
            title = ast.Template(("对象", ast.KeyRef(shown[0], shown[1].type), "有",
                                  aggregate("count", vars_=(scope[0].name,)), "行"))
            made = [ast.Col(v.name, c.name, c.type) for v in scope if v.produced for c in v.columns]
            made += self.windows_of("integer", "money", "date", "text", "编码", "month")
            if made:
                title = replace(title, parts=(*title.parts, "：", self.pick(made)))
            if self.group_windows():
                title = replace(title, parts=(*title.parts, "，", self.pick(self.group_windows())))
        evidence = None
        if self.chance(0.3):
            shown = [v for v in scope if not v.produced and "." not in v.name]
            some = self.rng.sample(shown, self.rng.randint(min(1, len(shown)), len(shown)))
            evidence = tuple(v.name for v in some) or None
        return ast.Clue(keys, title, severity, fields, evidence)

    def relation(self, name, most):
        scope = self.new_body()
        clauses = [self.head(scope)]
        clauses += self.row_clauses(scope, ("where", "where", "join", "attach", "exists", "lacks",
                                            "lookup", "doubt", "let"), most)
        rows = [v for v in scope if not v.attached]
        key = ()
        if self.chance(0.5):
            keys = self.keys(scope)
            clauses.append(ast.GroupBy(keys))
            self.level = 1
            clauses += self.group_clauses(scope, False, keys)
            columns = [(n, ast.KeyRef(n, e.type)) for n, e in keys]
            columns += [(self.fresh("列"), self.stored(scope)) for _ in range(self.pick([0, 1]))]
            key = tuple(n for n, _ in keys)
        else:
            cols = [ast.Col(v.name, c.name, c.type) for v in rows for c in v.columns]
            chosen = self.rng.sample(cols, min(len(cols), self.rng.randint(1, 3)))
            columns = []
            for c in chosen:
                taken = not c.name or any(c.name == name for name, _ in columns)
                columns.append((self.fresh("列") if taken else c.name, c))
        heads = tuple(ast.Column(n, declared(e.type), True) for n, e in columns)
        clauses.append(ast.Yield(tuple(columns)))
        self.readable[name] = heads
        return ast.Relation(name, heads, self.branches(tuple(clauses)), key)

    def branches(self, clauses):
        """One branch, or two that differ in a filter."""
        if not self.chance(0.2) or any(isinstance(c, ast.GroupBy) for c in clauses):
            return (clauses,)
        head = [Var("s", self.readable[clauses[0].table])]
        self.lets = []
        more = ast.Where(self.leaf(head))
        return (clauses, (clauses[0], more, *clauses[1:]))

    def query(self, name, most):
        scope = self.new_body()
        clauses = [self.head(scope)]
        clauses += self.row_clauses(scope, ("where", "where", "join", "attach", "exists", "lacks",
                                            "lookup"), most)
        if self.chance(0.5):
            keys = self.keys(scope)
            clauses.append(ast.GroupBy(keys))
            self.level = 1
            clauses += self.group_clauses(scope, False, keys)
            columns = [(n, ast.KeyRef(n, e.type)) for n, e in keys]
            columns += [(self.fresh("列"), self.figure(scope)) for _ in range(self.pick([1, 2]))]
        elif self.chance(0.2):
            rows = [v for v in scope if not v.attached]
            self.level = 1
            columns = [(self.fresh("列"), self.fold(rows)) for _ in range(2)]
        else:
            cols = [ast.Col(v.name, c.name, c.type) for v in scope if not v.attached
                    for c in v.columns]
            columns = [(self.fresh("列"), c)
                       for c in self.rng.sample(cols, min(len(cols), self.rng.randint(1, 3)))]
        order = tuple((n, self.chance(0.5)) for n, e in self.rng.sample(columns, 1)
                      if e.type != POINT) \
            if self.chance(0.6) else ()
        limit = self.pick([None, None, 1, 2, 3])
        clauses.append(ast.Yield(tuple(columns), order, limit))
        return ast.Query(name, tuple(clauses))


def reads(e):
    return any(isinstance(n, (ast.Col, ast.RowPresent, ast.LetRef)) for n in ast.walk(e))


def declared(type_):
    """The type under which a relation declares a column."""
    return {"ratio": RATIO, "money": MONEY}.get(type_.name, type_)


# Clauses that occur only where they are asked for; RUNS are those that the engine executes.
FEATURES = ("recursion", "each", "among", "session", "connect", "sequence", "series",
            "match", "places", "groups", "checks")
RUNS = ("each", "recursion", "match", "places", "connect", "session", "sequence", "series",
        "among", "groups", "checks")


def default_features(seed):
    """Those that the engine runs, by turns."""
    return tuple(f for i, f in enumerate(RUNS) if seed % (3 + i) == 0)


def make(seed, small=False, latest=True, features=()):
    """The case of a seed; with `latest` that clause occurs too, and so do the features named."""
    assert set(features) <= set(FEATURES), features
    rng = random.Random(seed)
    maker = Maker(rng, small, latest, tuple(features))
    tables = [maker.table(n) for n in (("甲表", "乙表") if small else ("甲表", "乙表", "丙表"))]
    maker.laws = [ast.Law("法一", ((None, day("2024-01-01"), None),)),
                  ast.Law("法二", (("旧", day("2020-01-01"), day("2024-02-28")),
                                 ("新", day("2024-02-29"), None)))]
    declarations = list(tables) + maker.laws
    if maker.chance(0.4):
        param = ast.Param("阈值", INTEGER, ((None, ast.Lit(2, INTEGER)),))
        declarations.append(param)
        maker.params.append(ast.ParamRef("阈值", INTEGER))
    if maker.chance(0.3):
        maker.dated = True
        declarations.append(ast.Param("限额", MONEY, (
            (day("2024-01-31"), ast.Lit(Fraction(100), MONEY)),
            (day("2024-03-01"), ast.Lit(Fraction(999999, 10000), MONEY)))))
    if not small and maker.chance(0.3):
        maker.functions.append(difference_function())
        declarations.append(maker.functions[0])
    most = 2 if small else 4
    if "match" in features:
        declarations += gen_match.add(maker)
    if "recursion" in features:
        declarations += gen_recursion.add(maker)
    if maker.chance(0.3):
        declarations.append(maker.relation("关系一", most))
    if not small and maker.chance(0.12):
        declarations.append(maker.query("查询一", most))
    else:
        rule = maker.rule("规则一", most)
        declarations.append(rule)
        if maker.chance(0.12) and all(e.type.name in POOLS for _, e in rule.clauses[-1].keys):
            maker.readable = {"规则一": rule_columns(rule), **maker.readable}
            declarations.append(maker.rule("规则二", 2))
    policy = None if small or maker.chance(0.85) else maker.pick(["drop", "keep", "undecided"])
    data = {t.name: maker.rows(t) for t in maker.tables}
    tolerance = Fraction(0)
    if not small:
        tolerance = maker.pick([tolerance, Fraction(1, 100), Fraction(1, 4)])
    return Case(ast.Model(tuple(declarations), policy), data, day("2024-12-31"), tolerance, seed)


def difference_function():
    """差(甲: 整数, 乙: 整数): 整数 = 较大者(甲 - 乙, 0)."""
    a, b = ast.Col(None, "前值", INTEGER), ast.Col(None, "后值", INTEGER)
    body = ast.Call("greatest", (arith("-", a, b), ast.Lit(0, INTEGER)), INTEGER)
    return ast.Function("差额", (ast.Column("前值", INTEGER), ast.Column("后值", INTEGER)), INTEGER,
                        body)


def rule_columns(rule):
    """The columns of a rule that is read as a table: keys and fields."""
    clue = rule.clauses[-1]
    return tuple(ast.Column(n, declared(e.type), True) for n, e in (*clue.keys, *clue.fields))

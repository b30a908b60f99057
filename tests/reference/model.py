# SPDX-License-Identifier: Apache-2.0
"""A small model of `.sup` programs: expressions, clauses, declarations.

Everything is an immutable dataclass, so that the reducer can take parts away and the evaluator can
use nodes as dictionary keys. Types are static: a node knows its type, as the language's checker
does.
"""

from dataclasses import dataclass, fields, is_dataclass

from values import BOOLEAN, DATE, INTEGER, RATIO, Type

# ------------------------------------------------------------------ expressions


@dataclass(frozen=True)
class Lit:
    value: object
    type: Type


@dataclass(frozen=True)
class Col:
    """A column of a row variable."""

    var: str
    name: str
    type: Type


@dataclass(frozen=True)
class RowPresent:
    """`v is present` for a row variable."""

    var: str
    type: Type = BOOLEAN


@dataclass(frozen=True)
class KeyRef:
    """A key of the nearest `group by` above."""

    name: str
    type: Type


@dataclass(frozen=True)
class LetRef:
    name: str
    type: Type


@dataclass(frozen=True)
class ParamRef:
    """A parameter; `at` for a dated one."""

    name: str
    type: Type
    at: object = None


@dataclass(frozen=True)
class AsOf:
    type: Type = DATE


@dataclass(frozen=True)
class Points:
    type: Type = INTEGER


@dataclass(frozen=True)
class Arith:
    """`+ - * /`; the type carries the static scale of the result."""

    op: str
    left: object
    right: object
    type: Type


@dataclass(frozen=True)
class Neg:
    arg: object
    type: Type


@dataclass(frozen=True)
class Cmp:
    op: str
    left: object
    right: object
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Between:
    """`x in [low .. high]`; `open_low`, `open_high` for round brackets."""

    arg: object
    low: object
    high: object
    open_low: bool = False
    open_high: bool = False
    negated: bool = False
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Member:
    """`x in {a, b}`."""

    arg: object
    items: tuple
    negated: bool = False
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Span:
    """`left during right` and `left overlaps right`."""

    op: str
    left: object
    right: object
    negated: bool = False
    type: Type = BOOLEAN


@dataclass(frozen=True)
class And:
    items: tuple
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Or:
    items: tuple
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Not:
    arg: object
    type: Type = BOOLEAN


@dataclass(frozen=True)
class If:
    cond: object
    then: object
    other: object
    type: Type


@dataclass(frozen=True)
class Coalesce:
    left: object
    right: object
    type: Type


@dataclass(frozen=True)
class Present:
    """`x is present` and, negated, `x is missing`."""

    arg: object
    negated: bool = False
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Call:
    """A library function: period month first_day last_day least greatest abs round."""

    name: str
    args: tuple
    type: Type


@dataclass(frozen=True)
class Apply:
    """A call of a function of the file; the evaluator expands it."""

    name: str
    args: tuple
    type: Type


@dataclass(frozen=True)
class Agg:
    """An aggregate. `vars` for count(v, …); `arg` for the others; `when` restricts the tuples."""

    fn: str
    arg: object
    vars: tuple
    when: object
    type: Type
    by: object = None    # first, last: their order


@dataclass(frozen=True)
class Part:
    """What a bunch is made of: `size(g)`, `g.start`, `g.end`."""

    var: str
    name: str
    type: Type


@dataclass(frozen=True)
class SeriesFold:
    """An aggregate over the slots of a series."""

    fn: str
    clause: object
    type: Type


@dataclass(frozen=True)
class WinFn:
    """An ordered function of `let … among (…) ordered by …`: rank, previous, running_sum …"""

    fn: str
    arg: object
    type: Type
    place: int = 0    # of ntile and nth_value


@dataclass(frozen=True)
class Check:
    """A check of one value among its peers or of a group, `robust_z(x, least: 3)`; its value is a record. `given` are
    further parameters by name, `by` says that the second operand is a time."""

    agg: Agg
    least: int
    type: Type = Type("record")
    given: tuple = ()
    by: bool = False


@dataclass(frozen=True)
class Pair:
    """The two operands of a check: a value and its group, mark or time."""

    left: object
    right: object
    type: Type = Type("pair")


@dataclass(frozen=True)
class Field:
    """A field of a check's record: `record` is the check, or a let that holds it."""

    record: object
    name: str
    check: Check
    type: Type


@dataclass(frozen=True)
class WinRef:
    """What a windowed let stands for: its value, at the place of its clause."""

    clause: object
    type: Type


@dataclass(frozen=True)
class Using:
    """A match model as the link of a partner clause; `left` is the row variable on its left side."""

    match: str
    left: str
    type: Type = BOOLEAN


@dataclass(frozen=True)
class Template:
    """A text with expressions in braces; parts are str or expressions."""

    parts: tuple
    type: Type = Type("text")


# ------------------------------------------------------------------ clauses


@dataclass(frozen=True)
class From:
    var: str
    table: str


@dataclass(frozen=True)
class Partner:
    """`join lookup attach exists lacks`; `policy` None where none is written."""

    kind: str
    var: str
    table: str
    on: object
    covered: tuple = ()
    policy: str = None


@dataclass(frozen=True)
class Latest:
    var: str
    table: str
    on: object
    by: object
    upto: object
    within: object = None
    covered: tuple = ()
    policy: str = None


@dataclass(frozen=True)
class Where:
    cond: object
    policy: str = None


@dataclass(frozen=True)
class Let:
    """`among` None: a plain let. `order` is (expression, descending); `within` a length of time, or
    ("rows", n)."""

    name: str
    value: object
    among: tuple = None
    order: tuple = ()
    within: object = None


@dataclass(frozen=True)
class Doubt:
    reason: str
    cond: object


@dataclass(frozen=True)
class Except:
    name: str
    cond: object


@dataclass(frozen=True)
class Cites:
    law: str
    article: str = None
    at: object = None


@dataclass(frozen=True)
class Each:
    """`each e as x`; x itself is read as Col(x, "", type)."""

    var: str
    value: object


@dataclass(frozen=True)
class Extract:
    """`extract t matching "…" as m`; its named groups and `position` are columns of m."""

    var: str
    value: object
    pattern: str


@dataclass(frozen=True)
class Session:
    """`session by keys ordered by order gap d as g`; g itself is read as Col(g, "", type)."""

    var: str
    keys: tuple
    order: object
    gap: object


@dataclass(frozen=True)
class Connect:
    """`connect left with right as g`."""

    var: str
    left: object
    right: object


@dataclass(frozen=True)
class Sequence:
    """Steps are (label, whether it is an absence, condition); order is (expression, descending)."""

    keys: tuple
    order: tuple
    within: object
    steps: tuple


@dataclass(frozen=True)
class Series:
    """`series name = aggregate per unit by time over [a .. b] fill f`; fill None is `missing`."""

    name: str
    value: object
    per: str
    by: object
    over: tuple
    fill: object = None


@dataclass(frozen=True)
class GroupBy:
    """Keys are (name, expression)."""

    keys: tuple


@dataclass(frozen=True)
class Score:
    points: object
    cond: object
    label: str


@dataclass(frozen=True)
class Clue:
    """Keys are (name, expression), fields (name, expression); evidence None shows all variables."""

    keys: tuple
    title: object = None
    severity: object = None
    fields: tuple = ()
    evidence: tuple = None


@dataclass(frozen=True)
class Yield:
    """Columns are (name, expression); order is (column, descending)."""

    columns: tuple
    order: tuple = ()
    limit: int = None


# ------------------------------------------------------------------ declarations


@dataclass(frozen=True)
class Column:
    name: str
    type: Type
    nullable: bool = False


@dataclass(frozen=True)
class Expect:
    """A contract whose condition reads columns as Col(None, name, type)."""

    cond: object
    action: str = "quarantine"


@dataclass(frozen=True)
class Table:
    """`covers` are (first day, last day or None, region or None)."""

    name: str
    columns: tuple
    key: tuple = ()
    expects: tuple = ()
    covers: tuple = ()


@dataclass(frozen=True)
class Law:
    """Versions are (name or None, first day, last day or None)."""

    name: str
    versions: tuple


@dataclass(frozen=True)
class Param:
    """Dated values are (since, expression); a plain parameter has one value with since None."""

    name: str
    type: Type
    values: tuple


@dataclass(frozen=True)
class Function:
    """A function; its body reads the parameters as Col(None, name, type)."""

    name: str
    params: tuple
    type: Type
    body: object


@dataclass(frozen=True)
class Relation:
    """Branches are tuples of clauses that end in a Yield."""

    name: str
    columns: tuple
    branches: tuple
    key: tuple = ()
    keep: tuple = ()
    depth: int = None


@dataclass(frozen=True)
class Compare:
    """One `compare` of a match model: a condition and its weights in bits."""

    name: str
    cond: object
    weight: object
    other: object
    missing: object


@dataclass(frozen=True)
class Match:
    """A match model; a side is (variable, table)."""

    name: str
    left: tuple
    right: tuple
    blocks: tuple
    compares: tuple
    accept: object
    review: object


@dataclass(frozen=True)
class Rule:
    name: str
    clauses: tuple


@dataclass(frozen=True)
class Query:
    name: str
    clauses: tuple


@dataclass(frozen=True)
class Model:
    """A file. `data` maps a table to its rows of raw cells, kept apart in Case."""

    declarations: tuple
    default_policy: str = None


# ------------------------------------------------------------------ walking


def children(node):
    """The nodes directly below a node, in written order."""
    for field in fields(node):
        value = getattr(node, field.name)
        stack = [value]
        while stack:
            item = stack.pop(0)
            if isinstance(item, tuple):
                stack = list(item) + stack
            elif is_dataclass(item) and not isinstance(item, Type):
                yield item


def walk(node):
    """A node and all nodes below it, in written order."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuild(node, change):
    """A copy of a node in which change(node) replaced every node below, innermost first."""
    if isinstance(node, tuple):
        return tuple(rebuild(item, change) for item in node)
    if not is_dataclass(node) or isinstance(node, Type):
        return node
    parts = {f.name: rebuild(getattr(node, f.name), change) for f in fields(node)}
    return change(type(node)(**parts))


def expanded(node, functions):
    """A copy in which every call of a function of the file is its body."""
    def change(n):
        if not isinstance(n, Apply):
            return n
        function = functions[n.name]
        given = dict(zip((c.name for c in function.params), n.args))
        return rebuild(function.body, lambda m: given[m.name]
                       if isinstance(m, Col) and m.var is None else m)
    return rebuild(node, change)


def quotient(left, right, type_):
    """left / right with the scale that evaluation 1.3 gives every quotient."""
    return Arith("/", left, right, Type(type_.name, 18))


def arith(op, left, right):
    """An exact operation with the static type and scale of evaluation 1.3."""
    a, b = left.type, right.type
    if op == "/":
        return quotient(left, right, RATIO if a.name == b.name or b.name != "integer" and
                        a.name == "integer" else (RATIO if a.name == "integer" else a))
    names = {a.name, b.name}
    name = next((n for n in ("money", "decimal", "ratio") if n in names), "integer")
    scale = a.scale + b.scale if op == "*" else max(a.scale, b.scale)
    return Arith(op, left, right, Type(name, scale))


def aggregate(fn, arg=None, vars_=(), when=None, by=None):
    """An aggregate with its static type."""
    if fn in ("count", "distinct_count"):
        type_ = INTEGER
    elif fn in ("any", "all"):
        type_ = BOOLEAN
    elif fn == "mean":
        type_ = Type("decimal" if arg.type.name == "integer" else arg.type.name, 18)
    else:
        type_ = arg.type
    return Agg(fn, arg, tuple(vars_), when, type_, by)

# SPDX-License-Identifier: Apache-2.0
"""Random queries that fold a table, for planning.py: filters, partners by links and other conditions, keys, and sums over cells that may be
empty, torn or huge. Most partners have no holes, so that whole bodies can run as machine code."""

import random

from gen_starts import hole, write

TABLES = "table a (id: integer, k: integer?, t: text?, d: date?, n: integer?, m: decimal(9, 2)?, b: integer?)\n  key (id)\n" \
         "table p (k: integer?, t: text?, d: date?, n: integer?, m: decimal(9, 2)?)\n" \
         "table o (k: integer, n: integer?, t: text?)\n  key (k)\n"
CONDITIONS = ("{v}.n > 0", "{v}.n <= 2", "{v}.m >= 1.5", "{v}.d >= 2024-01-10", '{v}.t = "甲"', "{v}.n is present", "{v}.k in {{1, 2, 5}}",
              "{v}.n + 1 > {v}.k", "({v}.n > 1 or {v}.m < 2)", "not ({v}.k = 2)")
PAIRS = ("y.n >= x.n", "y.m < x.m", "y.d <= x.d", 'y.t = "甲"', "y.n + x.n > 1")
VALUES = ("x.n", "x.m", "x.k * 2", "x.m * (1 - x.n)", "x.m + 0.005", "x.b * 1000000007")


def number(rng, share, among):
    return hole(rng, str(rng.choice(among)), share)


def rows(rng, share, count, key):
    lines = []
    for i in range(count):
        fields = [str(i)] if key else []
        fields += [number(rng, share, range(6)), hole(rng, rng.choice("甲乙丙"), share), hole(rng, f"2024-01-{rng.randrange(1, 20):02}", share),
                   number(rng, share, range(-1, 5)), hole(rng, f"{rng.randrange(-3, 9)}.{rng.randrange(100):02}", share)]
        if key:
            fields.append(number(rng, share, (1, -7, 9 * 10**18, -9 * 10**18, 12345678901)))
        if rng.random() < share / 4:
            fields[1] = "?!"
        lines.append(",".join(fields))
    return lines


def others(rng, share):
    return [f"{k},{number(rng, share, range(4))},{hole(rng, rng.choice('甲乙'), share)}" for k in rng.sample(range(8), rng.choice((3, 6)))]


def condition(rng, variable):
    return rng.choice(CONDITIONS).format(v=variable)


def filters(rng, variable, most):
    return "".join(f"  where {condition(rng, variable)}\n" for _ in range(rng.randrange(most + 1)))


def partner(rng):
    """A clause, and the variables that it binds."""
    kind = rng.choice(("join", "join", "exists", "lacks", "lookup"))
    policy = " on missing undecided" if kind == "lacks" else rng.choice(("", " on missing drop"))
    if kind == "lookup":
        return f"  lookup o as s on s.k = x.{rng.choice('kn')}{policy}\n", ["s"]
    link = rng.choice(("y.k = x.k", "y.t = x.t", "y.k = x.n and y.t = x.t", "y.d = x.d"))
    other = f" and {rng.choice(PAIRS)}" if rng.random() < 0.4 else ""
    return f"  {kind} p as y on {link}{other}{policy}\n", ["y"] if kind == "join" else []


def fold(rng, number_):
    kind = rng.choice(("sum", "sum", "mean", "min", "max", "count"))
    when = f" when {condition(rng, 'x')}" if rng.random() < 0.3 else ""
    value = "x" if kind == "count" else rng.choice(VALUES)
    return f"f{number_}: {kind}({value}{when})"


def write_totals(seed, folder):
    rng = random.Random(seed)
    clause, bound = partner(rng) if rng.random() < 0.7 else ("", [])
    keys = rng.choice((("x.k",), ("x.t",), ("x.k", "x.t"), ("x.n", "x.d"), ("x.k", *(f"{v}.t" for v in bound))))
    names = [f"g{i}" for i in range(len(keys))]
    behind = filters(rng, rng.choice(["x", *(v for v in bound if v == "y")]), 1)
    folds = ", ".join(fold(rng, i) for i in range(rng.choice((1, 2, 4))))
    fence = f"  group by {', '.join(keys)}\n" if rng.random() < 0.85 else ""
    shown = ", ".join([*(f"{n}: {k}" for n, k in zip(names, keys)), folds]) if fence else folds
    model = f"{TABLES}query q\n  from a as x\n{filters(rng, 'x', 2)}{clause}{behind}{fence}  yield ({shown})\n"
    share = rng.choice((0, 0.02, 0.15))
    tables = {"a": ("id,k,t,d,n,m,b", rows(rng, share, rng.choice((5, 60, 200)), True)),
              "p": ("k,t,d,n,m", rows(rng, rng.choice((0, 0, share)), rng.choice((4, 20)), False)), "o": ("k,n,t", others(rng, rng.choice((0, share))))}
    return write(folder, model, tables)

# SPDX-License-Identifier: Apache-2.0
"""Completions: what the dirty data says must agree with every way of filling its holes.

Oracle 2 of evaluation 15. A gap is filled with every value of a small domain (a damaged id with
every id that fits), a quarantined row is there or not. A clue of the dirty run must be a clue (or
undecided by a failure) under every filling; a clue under some filling must be a clue, undecided,
or explained by a gap line. Run: completions.py [--seed S] [--count N] [--sup PATH]
"""

import argparse
import itertools
import random
import sys
from dataclasses import dataclass
from fractions import Fraction

import generator
import model as ast
import render
from evaluator import Run, RunFails
from expressions import Row, Scope, truth
from pools import pool
from tables import Source, parse_cell
from values import CERTAIN, Gap, may_equal, unknown

MOST_FILLINGS = 600


@dataclass
class Outcome:
    """The keys of every rule by list; keys are (rule, key texts)."""

    clues: set
    undecided: set
    partial: list
    gaps: bool

    @classmethod
    def of(cls, entries):
        found = cls(set(), set(), [], False)
        for e in entries:
            key = (e.get("rule"), tuple(e.get("key", {}).values()))
            if e.get("list") == "clue":
                found.clues.add(key)
            elif e.get("list") == "undecided" and None in key[1]:
                found.partial.append(key)
            elif e.get("list") == "undecided":
                found.undecided.add(key)
            elif e.get("list") == "gap":
                found.gaps = True
        return found

    def open(self, key):
        """Whether a key is listed as undecided, in full or by a partial key that it fits."""
        return key in self.undecided or any(
            rule == key[0] and all(p is None or p == k for p, k in zip(parts, key[1]))
            for rule, parts in self.partial)


def domain(table, column, gap, body):
    """The values with which a gap of a column is filled."""
    values = [parse_cell(text, column, "") for text in pool(column)[:3]]
    if gap.skeleton is not None:
        values = [v for v in values if may_equal(gap.skeleton, v)]
    return [v for v in values if meets_contracts(table, column, v, body)]


def meets_contracts(table, column, v, body):
    """Whether a value alone fails no contract of the table."""
    class Only:
        rows = {None: Row(table.name, 0, {**{c.name: Gap(("missing", "")) for c in table.columns},
                                          column.name: v})}
    return all(truth(e.cond, Scope(body, binding=Only), "keep")[0] == "T" for e in table.expects)


def row_options(run, table, row, body):
    """Every way in which a row could be: its cells filled; a quarantined one there or not, if it is
    readable (an unreadable one blocks nobody: evaluation 4.1)."""
    if row.quarantined and any(unknown(v) for v in row.cells.values()):
        return [None]
    columns = {c.name: c for c in table.columns}
    choices = [domain(table, columns[n], v, body) if unknown(v) else [v]
               for n, v in row.cells.items()]
    options = [dict(zip(row.cells, cells)) for cells in itertools.product(*choices)]
    return options + [None] if row.quarantined else options


def fillings(run):
    """All completions as (sources, whether a quarantined row is there); None: there are too
    many."""
    from evaluator import Body
    body = Body(run, ())
    slots = [(table, row, row_options(run, table, row, body))
             for table in run.tables.values() for row in run.sources[table.name].rows]
    total = 1
    for _, _, options in slots:
        total *= len(options)
    return None if total > MOST_FILLINGS else _enumerate(run, slots)


def _enumerate(run, slots):
    for combination in itertools.product(*(options for _, _, options in slots)):
        sources = {name: Source([], 0, list(table.covers)) for name, table in run.tables.items()}
        revived = False
        for (table, row, _), cells in zip(slots, combination):
            if cells is not None:
                sources[table.name].rows.append(Row(table.name, row.number, cells, CERTAIN))
                sources[table.name].total += 1
                revived = revived or row.quarantined
        yield sources, revived


def check(case, dirty):
    """The first disagreement between a dirty outcome and its completions; None if there is none.

    A member without a partition is a shadow in the partitions of others: a window or pattern can miss
    a clue for it, and says so by the undecided entry of that member. Rules with the key of a session
    or component are left out: a filled blank can make another one of it."""
    nodes = [n for d in case.model.declarations for n in ast.walk(d)]
    fenced = any(isinstance(n, (ast.Session, ast.Connect, ast.Sequence))
                 or isinstance(n, ast.Let) and n.among is not None for n in nodes)
    bunched = {d.name for d in case.model.declarations if isinstance(d, ast.Rule) and keyed_by_bunch(d)}
    run = Run(case.model, case.data, case.as_of, Fraction(0))
    combinations = fillings(run)
    if combinations is None:
        return "too many"
    for sources, revived in combinations:
        try:
            full = Outcome.of(Run(case.model, {}, case.as_of, Fraction(0), sources).entries())
        except RunFails:
            continue
        for key in dirty.clues:
            if key[0] not in bunched and key not in full.clues and not full.open(key) and not full.gaps:
                return f"false clue {key}\n{describe(sources)}"
        for key in full.clues:
            if key[0] not in bunched and key not in dirty.clues and not dirty.open(key) and not dirty.gaps and not revived \
                    and not (fenced and (dirty.undecided or dirty.partial)):
                return f"silent miss {key}\n{describe(sources)}"
    return None


def keyed_by_bunch(rule):
    """Whether a session or component stands in a key of the rule."""
    bunches = {c.var for c in rule.clauses if isinstance(c, (ast.Session, ast.Connect))}
    keys = [e for c in rule.clauses if isinstance(c, (ast.GroupBy, ast.Clue)) for _, e in c.keys]
    return any(isinstance(n, ast.Col) and n.var in bunches for e in keys for n in ast.walk(e))


def describe(sources):
    return "\n".join(f"  {name}: {[tuple(r.cells.values()) for r in s.rows]}"
                     for name, s in sources.items())


def run_reference(case):
    return Outcome.of(Run(case.model, case.data, case.as_of, Fraction(0)).entries())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--sup", help="the engine; without it the reference is judged")
    parser.add_argument("--latest", action="store_true", help="models with `latest` too")
    parser.add_argument("--features", default="",
                        help="clauses that occur too: " + ",".join(generator.FEATURES))
    options = parser.parse_args()
    features = tuple(f for f in options.features.split(",") if f)
    passed = failed = skipped = clues = 0
    for seed in range(options.seed, options.seed + options.count):
        case = generator.make(seed, True, options.latest, features)
        try:
            if options.sup:
                from compare import run_engine
                dirty = Outcome.of(run_engine(options.sup, case).lines)
            else:
                dirty = run_reference(case)
        except RunFails:
            skipped += 1
            continue
        verdict = check(case, dirty)
        clues += len(dirty.clues)
        if verdict == "too many":
            skipped += 1
        elif verdict is None:
            passed += 1
        else:
            failed += 1
            if failed <= 3:
                report(case, verdict)
    print(f"{skipped} skipped, {clues} clues")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def report(case, verdict):
    print(f"seed {case.seed}: {verdict}")
    print(render.model_text(case.model, random.Random(case.seed)))
    for name, rows in case.data.items():
        print(name, rows)


if __name__ == "__main__":
    sys.exit(main())

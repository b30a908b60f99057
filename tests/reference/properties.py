# SPDX-License-Identifier: Apache-2.0
"""Properties of evaluation 15 that need no second evaluator: what a change of model or data may do.

properties.py [--sup PATH] [--seed S] [--count N]: without --sup the reference itself is judged.
Each property takes a case, changes it, runs both, and says what is wrong, or None.
"""

import argparse
import itertools
import random
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import generator
import model as ast
import render
from compare import normal_causes, run_engine, run_reference
from completions import Outcome
from evaluator import Run, RunFails
from expressions import BOUNDS, Tuple
from values import CERTAIN, POSSIBLE


def keys_by_list(lines):
    """What every entry says of its key, places and evidence apart."""
    return Counter((e["rule"], e["list"], tuple(map(str, e["key"].values())), e["certain_rows"],
                    e["undecided_rows"], e["excluded_rows"], str(e["score"]))
                   for e in lines if e.get("list") in ("clue", "cleared", "undecided"))


def rule_clauses(case, change):
    """The case with change(clauses) in the place of each rule's clauses."""
    declarations = tuple(replace(d, clauses=change(d.clauses)) if isinstance(d, ast.Rule) else d
                         for d in case.model.declarations)
    return replace(case, model=replace(case.model, declarations=declarations))


# ------------------------------------------------------------------ 3: information order


def blanking(case, run, rng):
    """A known cell becomes a hole: no clue may appear, none may vanish without a trace."""
    choices = [(t, i, j) for t in tables(case) for j, c in enumerate(t.columns)
               if c.nullable and c.name not in t.key
               for i in accepted(case, t.name) if case.data[t.name][i][j].strip()]
    if not choices:
        return None
    table, i, j = rng.choice(choices)
    rows = [list(r) for r in case.data[table.name]]
    rows[i][j] = ""
    blanked = replace(case, data={**case.data, table.name: rows})
    if len(accepted(blanked, table.name)) != len(accepted(case, table.name)):
        return None
    old, new = Outcome.of(run(case)), Outcome.of(run(blanked))
    for key in new.clues:
        if key not in old.clues and not old.open(key) and not old.gaps:
            return f"a hole in {table.name} row {i + 1} column {j + 1} makes the clue {key}"
    for key in old.clues:
        if key not in new.clues and not new.open(key) and not new.gaps:
            return f"a hole in {table.name} row {i + 1} column {j + 1} hides the clue {key}"
    return None


def tables(case):
    return [d for d in case.model.declarations if isinstance(d, ast.Table)]


def accepted(case, name):
    """Indexes of the accepted rows of a table."""
    rows = Run(case.model, case.data, case.as_of, case.tolerance).sources[name].rows
    return [r.number - 1 for r in rows if not r.quarantined]


# ------------------------------------------------------------------ 5: order and form


MOVABLE = (ast.Where, ast.Except, ast.Cites, ast.Doubt)


def reordering(case, run, rng):
    """Neighbouring filters change places."""
    def shuffle(clauses):
        found, i = [], 0
        while i < len(clauses):
            j = i
            while j < len(clauses) and isinstance(clauses[j], MOVABLE):
                j += 1
            found += rng.sample(clauses[i:j], j - i)
            if j < len(clauses):
                found.append(clauses[j])
            i = j + 1
        return tuple(found)
    return same_lists(case, rule_clauses(case, shuffle), run)


def rewriting(case, run, rng):
    """`where A and B` as two clauses, De Morgan, double negation."""
    def change(clauses):
        found = []
        for c in clauses:
            if isinstance(c, ast.Where) and isinstance(c.cond, ast.And):
                found += [replace(c, cond=item) for item in c.cond.items]
            elif isinstance(c, ast.Where) and isinstance(c.cond, ast.Or):
                inside = ast.And(tuple(ast.Not(item) for item in c.cond.items))
                found.append(replace(c, cond=ast.Not(inside)))
            elif isinstance(c, ast.Where):
                found.append(replace(c, cond=ast.Not(ast.Not(c.cond))))
            else:
                found.append(c)
        return tuple(found)
    return same_lists(case, rule_clauses(case, change), run)


def inlining(case, run, rng):
    """Every let that is a plain value of its stretch is written out where it is used."""
    def change(clauses):
        lets = {c.name: c.value for c in clauses if isinstance(c, ast.Let)
                and not any(isinstance(n, (ast.Agg, ast.LetRef)) for n in ast.walk(c.value))}

        def inline(n):
            return lets.get(n.name, n) if isinstance(n, ast.LetRef) else n
        return tuple(ast.rebuild(c, inline) for c in clauses
                     if not (isinstance(c, ast.Let) and c.name in lets))
    return same_lists(case, rule_clauses(case, change), run)


def moving(case, run, rng):
    """A condition of an inner join moves from `on` to `where`, when everything in it is known (an
    unknown key would open the pair, and a `?` knows less than the row)."""
    def change(clauses):
        found = []
        for c in clauses:
            if isinstance(c, ast.Partner) and c.kind == "join" and isinstance(c.on, ast.And) \
                    and certain_columns(case, c.on.items, clauses):
                found += [replace(c, on=c.on.items[0]), ast.Where(ast.And(c.on.items[1:]))]
            else:
                found.append(c)
        return tuple(found)
    return same_lists(case, rule_clauses(case, change), run)


def certain_columns(case, conditions, clauses):
    """Whether the conditions read only columns of tables that cannot be missing."""
    declared = {d.name: d for d in tables(case)}
    where = {c.var: c for c in clauses if hasattr(c, "table")}
    for condition in conditions:
        for node in ast.walk(condition):
            if isinstance(node, (ast.LetRef, ast.RowPresent)):
                return False
            if isinstance(node, (ast.Arith, ast.Neg, ast.Apply, ast.Call, ast.ParamRef)):
                return False
            if isinstance(node, ast.Col):
                clause = where[node.var]
                table = declared.get(clause.table)
                if table is None or (isinstance(clause, ast.Partner) and clause.kind != "join"):
                    return False
                column = next(c for c in table.columns if c.name == node.name)
                if column.nullable or any(r.quarantined for r in Run(
                        case.model, case.data, case.as_of, 0).sources[table.name].rows):
                    return False
    return True


def shuffling(case, run, rng):
    """Rows of tables in another order; ties are broken by row numbers only where a W says so."""
    data = {name: rng.sample(rows, len(rows)) for name, rows in case.data.items()}
    return same_lists(case, replace(case, data=data), run, causes=True)


def same_lists(case, other, run, causes=False):
    left, right = run(case), run(other)
    if keys_by_list(left) != keys_by_list(right):
        return f"{keys_by_list(left)} became {keys_by_list(right)}"
    if causes:
        a, b = ([(e["rule"], e["list"], tuple(e["key"].values()), normal_causes(e["causes"]))
                 for e in lines if "list" in e] for lines in (left, right))
        if a != b:
            return f"{a} became {b}"
    return None


# ------------------------------------------------------------------ 7: fan-out


def fanning(case, run, rng):
    """An unrelated partner, many for each row, changes no aggregate that does not mention it."""
    def change(clauses):
        first = clauses[0]
        table = next((t for t in tables(case) if t.name == first.table), None)
        column = table and next((c for c in table.columns if not c.nullable and
                                 c.type.name in ("integer", "text", "date", "month")), None)
        if column is None or len(accepted(case, table.name)) != len(case.data[table.name]):
            return clauses
        left, right = (ast.Col(v, column.name, column.type) for v in ("旁", first.var))
        on = ast.Or((ast.Cmp("=", left, right), ast.Cmp("!=", left, right)))
        return (first, ast.Partner("join", "旁", table.name, on), *clauses[1:])

    def told(lines):
        return sorted((e["rule"], e["list"], str(e["key"]), str(e["score"]), str(e["fields"]),
                       str(e["title"])) for e in lines if e.get("list") != "gap" and "list" in e)
    case = replace(case, tolerance=Fraction(0))      # shares of bindings are not what this is about
    wide = rule_clauses(case, change)
    if any(accepted(case, t.name) != accepted(wide, t.name) for t in tables(case)):
        return None      # a column that is read now has bad cells
    left, right = told(run(case)), told(run(wide))
    return None if left == right else f"{left} became {right}"


# ------------------------------------------------------------------ 8, 10, 11


def excepting(case, run, rng):
    """Without its exceptions a rule has every clue that it has with them."""
    if any(isinstance(c, ast.Partner) and c.table in ("规则一", "规则二")
           for d in case.model.declarations if isinstance(d, ast.Rule) for c in d.clauses):
        return None      # an exception of a rule that another one lacks can make a clue there
    free = rule_clauses(case, lambda clauses: tuple(
        c for c in clauses if not isinstance(c, ast.Except)))
    lost = Outcome.of(run(case)).clues - Outcome.of(run(free)).clues
    return f"an exception makes the clues {lost}" if lost else None


def shadowing(case, run, rng):
    """Without its quarantined rows the data gives every clue that it gives with them."""
    if case.tolerance:
        case = replace(case, tolerance=Fraction(0))
    sources = Run(case.model, case.data, case.as_of, case.tolerance).sources
    data = {}
    for name, rows in case.data.items():
        bad = {r.number - 1 for r in sources[name].rows if r.quarantined} if name in sources \
            else set()
        data[name] = [r for i, r in enumerate(rows) if i not in bad]
    lost = Outcome.of(run(case)).clues - Outcome.of(run(replace(case, data=data))).clues
    return f"quarantined rows make the clues {lost}" if lost else None


def conserving(case, run, rng):
    """Every key is in one list; the causes of a partial key add up to its rows."""
    seen = Counter()
    for e in run(case):
        if e.get("list") not in ("clue", "cleared", "undecided"):
            continue
        key = (e["rule"], tuple(e["key"].values()))
        seen[key] += 1
        total = sum(c["rows"] for c in e["causes"])
        if None in e["key"].values() and total != e["undecided_rows"]:
            return f"{key}: causes of {total} rows for {e['undecided_rows']}"
        if e["list"] == "undecided" and not e["causes"]:
            return f"{key} is undecided without a cause"
    twice = [key for key, n in seen.items() if n > 1]
    return f"{twice} in two lists" if twice else None


# ------------------------------------------------------------------ 9: bounds


class NoContracts:
    """A body in which no contract proves anything."""

    class body:
        @staticmethod
        def nonnegative(_col):
            return False


FOLDS = {"count": lambda vs: len(vs), "sum": sum, "min": lambda vs: min(vs, default=None),
         "max": lambda vs: max(vs, default=None),
         "mean": lambda vs: Fraction(sum(vs), len(vs)) if vs else None,
         "distinct_count": lambda vs: len(set(vs))}


def bounding(rng):
    """Bounds of 5.3 against all subsets of possible members: they hold, and they are tight."""
    sure = [rng.randint(-3, 3) for _ in range(rng.randint(0, 4))]
    open_ = [rng.randint(-3, 3) for _ in range(rng.randint(0, 5))]
    for fn, fold in FOLDS.items():
        arg = ast.Col("s", "数", generator.INTEGER)
        agg = ast.Agg("count", None, ("s",), None, generator.INTEGER) if fn == "count" else \
            ast.aggregate(fn, arg)
        results = [fold(sure + list(some)) for n in range(len(open_) + 1)
                   for some in itertools.combinations(open_, n)]
        low, high = BOUNDS[fn](agg, [Tuple(CERTAIN, v, False, None) for v in sure],
                               [Tuple(POSSIBLE, v, False, None) for v in open_], NoContracts)
        if low is None or not isinstance(low, (int, Fraction)):
            if sure:
                return f"{fn} of {sure} and {open_} has no bounds"
        elif fn == "distinct_count":
            if not low <= min(results) <= max(results) <= high:
                return f"{fn} of {sure} and {open_}: [{low}, {high}]"
        elif (low, high) != (min(results), max(results)):
            return f"{fn} of {sure} and {open_}: [{low}, {high}], {sorted(set(results))}"
    return None


# ------------------------------------------------------------------ all of them


# (property, whether it needs the small generator: no policies, no `is present`, no `??`)
PROPERTIES = ((blanking, True), (reordering, False), (rewriting, False), (inlining, False),
              (moving, False), (fanning, False), (shuffling, False), (excepting, False),
              (shadowing, True),
              (conserving, False))


def subject(sup):
    """run(case) → lines, of the engine or of the reference."""
    def run(case):
        output = run_engine(sup, case) if sup else run_reference(case)
        if output.code == 3:
            raise RunFails(output.said)
        if output.code:
            raise AssertionError(f"exit {output.code}: {output.said}")
        return output.lines
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    options = parser.parse_args()
    run = subject(options.sup)
    passed, failed = 0, Counter()
    for seed in range(options.seed, options.seed + options.count):
        for check, small in PROPERTIES:
            case = generator.make(seed, small)
            verdict = attempt(check, case, run, random.Random(seed))
            passed += verdict is None
            if verdict is not None:
                failed[check.__name__] += 1
                if failed[check.__name__] <= 2:
                    show(check, case, verdict)
        verdict = bounding(random.Random(seed))
        passed += verdict is None
        if verdict is not None:
            failed["bounding"] += 1
            print(f"---- bounding, seed {seed}: {verdict}")
    for name, n in failed.most_common():
        print(f"{n} × {name}")
    print(f"{passed} passed, {sum(failed.values())} failed")
    return 1 if failed else 0


def attempt(check, case, run, rng):
    try:
        return check(case, run, rng)
    except RunFails:
        return None


def show(check, case, verdict):
    print(f"---- {check.__name__}, seed {case.seed}: {verdict}")
    print(render.model_text(case.model, random.Random(case.seed)))
    for name, rows in case.data.items():
        print(name, rows)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Explanations against the lists: explanations.py --sup PATH --seed S --count N.

`sup explain` is asked for keys of random models and must tell the story of the run (evaluation 10 and
15, oracle 14): the same list and the same entry; a key that is in no list ended at a clause, a clue at
none; a filter leaves no more rows than it got; and the clue of a rule without negation stands when only
the rows of its evidence are left: for rows of relations and rules, the rows of tables behind them.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import replace

import generator
import model as ast
import render
from compare import TIMEOUT_S
from values import date_text

KEYS_PER_CASE = 4
FILTERS = ("where", "筛选", "doubt", "存疑", "except", "除外", "exists", "存在", "lacks", "不存在")
NEGATIVE = (ast.Doubt, ast.Except)


def command(case, path, folder):
    return ["--data", folder, "--as-of", date_text(case.as_of), "--set",
            f"unplaced_tolerance={float(case.tolerance)}", "--lang", "en"]


def ask(words):
    done = subprocess.run(words, capture_output=True, timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def entries(sup, case, path, folder):
    code, out, _ = ask([sup, "run", path, "--format", "jsonl", *command(case, path, folder)])
    if code != 0:
        return None
    return [e for e in map(json.loads, out.splitlines()) if "list" in e and e["list"] != "gap"]


def explain(sup, case, path, folder, rule, key):
    code, out, said = ask([sup, "explain", path, "--rule", rule, "--key", key, "--format", "json",
                           *command(case, path, folder)])
    return (json.loads(out), None) if code == 0 else (None, f"exit {code}: {said}")


def shrinking(told):
    """No filter may have more rows behind it than before it."""
    left = None
    for clause in told["clauses"]:
        count = clause["certain"] + clause["undecided"]
        word = (clause["text"] or "").split(" ")[0]
        same = left is not None and left[1] == clause["counts"]
        if same and word in FILTERS and count > left[0]:
            return f"{clause['text']} has {count} rows behind it and {left[0]} before"
        left = (count, clause["counts"])
    return None


def plain(entry):
    """An explained entry as a run writes it: without what is behind its evidence."""
    bare = ("variable", "table", "file", "row")
    return entry and {**entry, "evidence": [{k: row[k] for k in bare} for row in entry["evidence"]]}


def story(told, entry):
    """What the explanation of a listed key must say."""
    if told["list"] != entry["list"]:
        return f"explained as {told['list']}, listed as {entry['list']}"
    if plain(told["entry"]) != entry:
        return f"another entry: {told['entry']} instead of {entry}"
    if entry["list"] == "clue" and told["ended"] is not None:
        return f"a clue that ended at clause {told['ended']}"
    if entry["list"] == "clue" and told["clauses"][-1]["certain"] == 0:
        return "a clue without a certain row at the end"
    return shrinking(told)


# ------------------------------------------------------------------ evidence alone


def clue_of(rule):
    return rule.clauses[-1]


def is_positive(clauses):
    """Whether what the clauses find rests on the rows that are there, and on nothing that is not."""
    for clause in clauses:
        if isinstance(clause, NEGATIVE) or isinstance(clause, ast.Let) and clause.among is not None:
            return False    # of a window the peers speak too
        if isinstance(clause, ast.Partner) and clause.kind not in ("join", "exists"):
            return False
    return True


def tables(case):
    return {d.name: d for d in case.model.declarations if isinstance(d, ast.Table)}


def sources(clauses):
    return {c.table for c in clauses if isinstance(c, (ast.From, ast.Partner))}


def bodies(case, name):
    """The clauses of a rule and of all that it reads, at any depth; None where something reads a table
    in a way that is not looked at here."""
    declared = {d.name: d for d in case.model.declarations if isinstance(d, (ast.Rule, ast.Relation))}
    found, open_ = {}, [name]
    while open_:
        name = open_.pop()
        if name in found or name not in declared:
            continue
        d = declared[name]
        found[name] = [d.clauses] if isinstance(d, ast.Rule) else list(d.branches)
        open_ += [t for clauses in found[name] for t in sources(clauses)]
    return [clauses for each in found.values() for clauses in each]


def rows_behind(entry, known):
    """Table → row numbers at the bottom of an explained entry; None where they are not complete."""
    behind, open_, kept = {}, list(entry["evidence"]), {}
    while open_:
        row = open_.pop()
        if row["table"] in known:
            kept.setdefault(row["table"], set()).add(row["row"] - 1)
            continue
        place = (row["table"], row["row"])
        if row.get("from"):
            behind[place] = True
            if row["from_total"] != len(row["from"]):
                return None
            open_ += row["from"]
        else:
            behind.setdefault(place, False)
    return kept if all(behind.values()) else None


def evidence_alone(sup, case, rule, entry):
    """The clue from the rows behind its evidence only, where these are complete."""
    known = tables(case)
    clauses = bodies(case, rule.name)
    if (clue_of(rule).evidence is not None or not all(map(is_positive, clauses)) or
            entry["undecided_rows"] or entry["evidence_total"] != len(entry["evidence"])):
        return None
    kept = rows_behind(entry, known)
    if kept is None:
        return None
    for name in set().union(*map(sources, clauses)) & set(known):
        kept.setdefault(name, set())
    data = {name: [r for i, r in enumerate(rows) if name not in kept or i in kept[name]]
            for name, rows in case.data.items()}
    small = replace(case, data=data)
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(small, folder, random.Random(case.seed))
        lines = entries(sup, small, path, folder)
    if lines is None:
        return None
    found = [e for e in lines if e["rule"] == entry["rule"] and e["key"] == entry["key"]]
    if not found or found[0]["list"] != "clue":
        return "the rows of its evidence alone do not make the clue"
    if found[0]["fields"] != entry["fields"]:
        return f"the rows of its evidence alone give {found[0]['fields']}, not {entry['fields']}"
    return None


# ------------------------------------------------------------------ one case


def unlisted(case, rng, rule, listed):
    """Texts from the tables that are no key of the rule's entries."""
    cells = sorted({cell.strip() for name in sources(rule.clauses) & set(tables(case))
                    for row in case.data[name] for cell in row if cell.strip()})
    keys = {value for e in listed for value in e["key"].values()}
    return rng.sample([c for c in cells if c not in keys], min(2, len(cells) - len(keys & set(cells))))


def quoted(value):
    return '"' + value + '"' if '"' not in value else None


def judge(sup, case):
    """Yields what is wrong."""
    rng = random.Random(case.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(case, folder, random.Random(case.seed))
        lines = entries(sup, case, path, folder)
        if lines is None:
            return
        rules = {d.name: d for d in case.model.declarations if isinstance(d, ast.Rule)}
        full = [e for e in lines if e["id"] is not None]
        for entry in rng.sample(full, min(KEYS_PER_CASE, len(full))):
            told, fault = explain(sup, case, path, folder, entry["rule"], entry["id"])
            fault = fault or story(told, entry)
            if fault is None and entry["list"] == "clue" and entry["rule"] in rules:
                fault = evidence_alone(sup, case, rules[entry["rule"]], told["entry"])
            yield fault and f"{entry['rule']} {entry['key']}: {fault}"
        for name, rule in rules.items():
            listed = [e for e in lines if e["rule"] == name]
            for text in unlisted(case, rng, rule, listed) if len(clue_of(rule).keys) == 1 else []:
                told, fault = explain(sup, case, path, folder, name, text)
                if fault and fault.startswith(("exit 4", "exit 3")):
                    continue  # no value of the key's type
                if fault is None and told["list"] is None and told["ended"] is None:
                    fault = "in no list, and ended nowhere"
                yield fault and f"{name} {text}: {fault}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--features", default="", help="clauses that occur in every model")
    options = parser.parse_args()
    features = tuple(f for f in options.features.split(",") if f)
    passed = failed = 0
    for seed in range(options.seed, options.seed + options.count):
        case = generator.make(seed, features=features)
        for fault in judge(options.sup, case):
            passed += fault is None
            failed += fault is not None
            if fault is not None and failed <= 3:
                print(f"---- seed {seed}: {fault}")
                print(render.model_text(case.model, random.Random(seed)))
                for name, rows in case.data.items():
                    print(name, rows)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

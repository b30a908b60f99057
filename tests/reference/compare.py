# SPDX-License-Identifier: Apache-2.0
"""Engine against reference on random models: compare.py --sup PATH --seed S --count N [--reduce].

For each seed a model and its tables are written out, the engine runs on them, and its lines are
compared with the reference's: lists, keys, ids, causes, counts, fields, scores, caveats, evidence,
and their order. The first divergence is printed with model, data and both outputs. The last line is
`N passed, N failed`.
"""

import argparse
import concurrent.futures
import json
import random
import re
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field

import generator
import model as ast
import reduce
import render
from evaluator import Run, RunFails
from values import date_text

# A failed operation is named by its place in the text, which the reference does not know.
FAILURES = {"division by zero", "overflow", "domain", "conversion", "peers undecided",
            "too few peers", "zero spread"}
TIMEOUT_S = 60
ENGINE = []  # words of the command that choose what executes


@dataclass
class Output:
    """What a run gave: its exit code, its lines, what it said on stderr."""

    code: int
    lines: list = field(default_factory=list)
    said: str = ""


def run_engine(sup, case, extra=()):
    """Runs the engine on a case; the text's spelling depends on the seed alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(case, folder, random.Random(case.seed))
        command = [sup, "run", path, "--data", folder, "--format", "jsonl", "--as-of",
                   date_text(case.as_of), "--set",
                   f"unplaced_tolerance={float(case.tolerance)}", "--lang", "en", *ENGINE, *extra]
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    said = done.stderr.decode("utf-8", "replace")
    lines = [json.loads(text) for text in done.stdout.decode("utf-8").splitlines()
             if text.startswith("{")] if done.returncode in (0, 3) else []
    return Output(done.returncode, [e for e in lines if "list" in e or "query" in e], said)


def run_reference(case):
    try:
        return Output(0, Run(case.model, case.data, case.as_of, case.tolerance).entries())
    except RunFails as failure:
        return Output(3, said=str(failure))
    except Exception:  # a fault of the reference is a divergence like any other
        return Output(-1, said=traceback.format_exc())


# ------------------------------------------------------------------ comparing


def plain(text):
    """Printed words of a reason are the engine's business: a bracket is only a bracket."""
    if not isinstance(text, str):
        return "" if text is None else str(text)
    return re.sub(r"（(?!缺失）|[0-9]+ 行不明）)[^（）]*）", "（…）", text)


def normal_causes(causes):
    """Causes with the places of failed operations left out, equal ones added up."""
    found = Counter()
    for c in causes or []:
        source = "" if c["reason"] in FAILURES else c.get("source") or ""
        found[(c["clause"], c["reason"], source)] += c["rows"]
    return sorted((*k, n) for k, n in found.items())


def normal(entry, relations):
    """An entry as it is compared."""
    if "query" in entry:
        return {"query": entry["query"],
                "row": {k: None if v is None else plain(v) for k, v in entry["row"].items()}}
    evidence = []
    for e in entry.get("evidence") or []:
        known = e["table"] not in relations
        variable = "" if entry["list"] == "gap" else plain(e.get("variable"))
        evidence.append((variable, e["table"], e["row"] if known else 0))
    return {
        "rule": entry["rule"], "list": entry["list"], "id": plain(entry.get("id")),
        "key": {k: None if v is None else plain(v) for k, v in (entry.get("key") or {}).items()},
        "title": plain(entry.get("title")), "severity": plain(entry.get("severity")),
        "score": plain(entry.get("score")),
        "scores": [(plain(s["points"]), s["label"], bool(s["open"]))
                   for s in entry.get("scores") or []],
        "fields": {k: plain(v) for k, v in (entry.get("fields") or {}).items()},
        "laws": [tuple(plain(law.get(k)) for k in ("law", "version", "article", "effective"))
                 for law in entry.get("laws") or []],
        "causes": normal_causes(entry.get("causes")),
        "caveats": list(entry.get("caveats") or []),
        "cleared_by": list(entry.get("cleared_by") or []),
        "certain_rows": entry.get("certain_rows") or 0,
        "undecided_rows": entry.get("undecided_rows") or 0,
        "excluded_rows": entry.get("excluded_rows") or 0,
        "evidence": evidence, "evidence_total": entry.get("evidence_total") or 0,
    }


def difference(case, engine, reference):
    """A short name of the first difference, and the pair of entries; None if all agree."""
    if engine.code not in (0, 3):
        code = re.search(r"error\[(E[0-9]+)\]", engine.said)
        return f"exit {engine.code} {code.group(1) if code else ''}".strip(), None, None
    if engine.code != reference.code:
        return f"exit {engine.code} for {reference.code}", None, None
    relations = {d.name for d in case.model.declarations
                 if isinstance(d, (ast.Relation, ast.Rule))}
    left = [normal(e, relations) for e in engine.lines]
    right = [normal(e, relations) for e in reference.lines]
    for a, b in zip(left, right):
        if a != b:
            where = next(k for k in b if a.get(k) != b[k])
            return where, a, b
    if len(left) != len(right):
        longer = left if len(left) > len(right) else right
        one = longer[min(len(left), len(right))]
        return "too many lines" if longer is left else "line missing", one, None
    return None


def made(seed, features):
    """The case of a seed; without features those that the engine runs, by turns."""
    return generator.make(seed, features=features or generator.default_features(seed))


def examine(sup, seed, features):
    """(seed, None or (name of the difference, what the engine said))."""
    case = made(seed, features)
    engine, reference = run_engine(sup, case), run_reference(case)
    found = difference(case, engine, reference)
    return seed, None if found is None else (found[0], engine.said)


def report(sup, case, out=sys.stdout):
    """Prints a case with both outputs."""
    engine, reference = run_engine(sup, case), run_reference(case)
    found = difference(case, engine, reference)
    print(f"---- seed {case.seed}: {found[0] if found else 'no difference'}", file=out)
    print(render.model_text(case.model, random.Random(case.seed)), file=out)
    for d in case.model.declarations:
        if isinstance(d, ast.Table):
            print(f"{d.name}.csv\n{render.table_text(d, case.data[d.name])}", file=out)
    print(f"tolerance {case.tolerance}", file=out)
    if found and found[1] is not None:
        print(f"engine:    {json.dumps(found[1], ensure_ascii=False)}", file=out)
        print(f"reference: {json.dumps(found[2], ensure_ascii=False)}", file=out)
    print(f"engine, exit {engine.code}: {engine.said[:2000]}", file=out)
    for e in engine.lines:
        print("  " + json.dumps(e, ensure_ascii=False), file=out)
    print(f"reference, exit {reference.code}: {reference.said}", file=out)
    for e in reference.lines:
        print("  " + json.dumps(e, ensure_ascii=False), file=out)


def reduced(sup, case):
    """The smallest case found that still differs in the same way."""
    kind = difference(case, run_engine(sup, case), run_reference(case))[0]

    def still_fails(candidate):
        engine = run_engine(sup, candidate)
        found = difference(candidate, engine, run_reference(candidate))
        return found is not None and found[0] == kind
    return reduce.shrink(case, still_fails)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True, help="the engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", type=int, default=1, help="how many divergences to print")
    parser.add_argument("--reduce", action="store_true", help="shrink the cases printed")
    parser.add_argument("--features", default="",
                        help="clauses that occur too: " + ",".join(generator.FEATURES))
    parser.add_argument("--engine", default="auto", help="what executes: auto, interpreter, native")
    options = parser.parse_args()
    ENGINE.extend(["--engine", options.engine])
    features = tuple(f for f in options.features.split(",") if f)
    kinds, shown, passed = Counter(), 0, 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        seeds = range(options.seed, options.seed + options.count)
        for seed, failure in pool.map(examine, [options.sup] * len(seeds), seeds, [features] * len(seeds)):
            if failure is None:
                passed += 1
                continue
            kinds[failure[0]] += 1
            if shown < options.show:
                shown += 1
                case = made(seed, features)
                report(options.sup, reduced(options.sup, case) if options.reduce else case)
    for kind, n in kinds.most_common():
        print(f"{n} × {kind}")
    failed = sum(kinds.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

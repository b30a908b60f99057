# SPDX-License-Identifier: Apache-2.0
"""What must not show: same_bytes.py --sup PATH [--seed S] [--count N].

Oracle 6 of evaluation 15. Each random model runs with batches of 1024 rows, of 7 and of 1, with other
hash seeds, and without each rewrite of the program: both streams must be the same bytes, marks and
causes too. The last line is `N passed, N failed`.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

import generator
import render
from compare import TIMEOUT_S
from values import date_text

# Options of a run, and the seed of its hash tables; the first is what the others must equal.
WAYS = (((), "1"), (("--batch", "7"), "2"), (("--batch", "1"), "3"),
        (("--opt-off", "fold", "--opt-off", "pushdown", "--opt-off", "semi-naive"), "4"))


def run(sup, case, path, folder, options, hash_seed):
    words = [sup, "run", path, "--data", folder, "--format", "jsonl", "--as-of",
             date_text(case.as_of), "--set", f"unplaced_tolerance={float(case.tolerance)}",
             "--lang", "en", *options]
    done = subprocess.run(words, capture_output=True, timeout=TIMEOUT_S, check=False,
                          env={**os.environ, "SUP_HASH_SEED": hash_seed})
    return done.returncode, done.stdout, done.stderr


def examine(sup, case):
    """The way that shows, and the two outputs; None if all are alike."""
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(case, folder, random.Random(case.seed))
        first = run(sup, case, path, folder, *WAYS[0])
        for options, hash_seed in WAYS[1:]:
            other = run(sup, case, path, folder, options, hash_seed)
            if other != first:
                return " ".join(options), first, other
    return None


def report(case, found):
    print(f"---- seed {case.seed}: {found[0]}")
    print(render.model_text(case.model, random.Random(case.seed)))
    for name, rows in case.data.items():
        print(name, rows)
    for code, out, said in found[1:]:
        print(f"exit {code}\n{out.decode()}{said.decode('utf-8', 'replace')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True, help="the engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--features", default="",
                        help="clauses that occur too: " + ",".join(generator.FEATURES))
    options = parser.parse_args()
    features = tuple(f for f in options.features.split(",") if f)
    passed = failed = 0
    for seed in range(options.seed, options.seed + options.count):
        case = generator.make(seed, features=features or generator.default_features(seed))
        found = examine(options.sup, case)
        passed += found is None
        failed += found is not None
        if found is not None and failed == 1:
            report(case, found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

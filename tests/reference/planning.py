# SPDX-License-Identifier: Apache-2.0
"""Decisions by sizes do not show: planning.py --sup PATH --seed S --count N.

Every random model runs as usual, with no decision by sizes (`--opt-off planning`) and with all of them
forced (`--opt-off sizes`). The lines must be the same bytes. The last line is `N passed, N failed`.
"""

import argparse
import concurrent.futures
import random
import subprocess
import sys
import tempfile

import generator
import render
from values import date_text

WAYS = ((), ("--opt-off", "planning"), ("--opt-off", "sizes"))
TIMEOUT_S = 60


def outputs(sup, case):
    """What each way gives: exit code, lines, and what is said."""
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(case, folder, random.Random(case.seed))
        command = [sup, "run", path, "--data", folder, "--format", "jsonl", "--lang", "en", "--as-of",
                   date_text(case.as_of), "--set", f"unplaced_tolerance={float(case.tolerance)}"]
        for way in WAYS:
            done = subprocess.run([*command, *way], capture_output=True, timeout=TIMEOUT_S, check=False)
            said = b"" if done.returncode in (0, 1) else done.stderr
            yield done.returncode, done.stdout, said


def examine(sup, seed, features):
    """(seed, None or the number of the first way that differs)."""
    case = generator.make(seed, features=features or generator.default_features(seed))
    usual, *others = outputs(sup, case)
    return seed, next((i for i, other in enumerate(others, 1) if other != usual), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True, help="the engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--features", default="", help="as of compare.py")
    options = parser.parse_args()
    features = tuple(f for f in options.features.split(",") if f)
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        seeds = range(options.seed, options.seed + options.count)
        for seed, way in pool.map(examine, [options.sup] * len(seeds), seeds, [features] * len(seeds)):
            if way is not None:
                failed += 1
                print(f"seed {seed}: other bytes with {' '.join(WAYS[way])}")
    print(f"{options.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

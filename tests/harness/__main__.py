# SPDX-License-Identifier: Apache-2.0
"""Runs suites against one build and prints `suite: N passed, N failed` for each.

    python3 -m harness --build build/debug unit golden logic samples examples cards external
    python3 -m harness --build build/debug --accept golden diag/missing_as
"""

import argparse
import sys
from pathlib import Path

from . import cards, codes, examples, external, fault, golden, hostile, infer, logic, prompt, race, samples, unit
from .common import limit_stack, report

SUITES = {
    "unit": unit.suite,
    "golden": golden.suite,
    "codes": codes.suite,
    "logic": logic.suite,
    "samples": samples.suite,
    "examples": examples.suite,
    "score": examples.score_suite,
    "cards": cards.suite,
    "external": external.suite,
    "hostile": hostile.suite,
    "fault": fault.suite,
    "prompt": prompt.suite,
    "infer": infer.suite,
    "race": race.suite,
    "hostile_slow": hostile.slow_suite,
    "fault_slow": fault.slow_suite,
}
SLOW = ("hostile_slow", "fault_slow")  # run only when they are named


def arguments():
    parser = argparse.ArgumentParser(prog="harness", description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True, help="the folder of the build")
    parser.add_argument("--accept", action="store_true", help="take the output as expected")
    parser.add_argument("words", nargs="*", help="suites, then one text that names must contain")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.sup = options.build / "sup"
    named = [word for word in options.words if word in SUITES]
    options.suites = named or [name for name in SUITES if name not in SLOW]
    filters = [word for word in options.words if word not in SUITES]
    if len(filters) > 1:
        parser.error("give one text to choose tests by")
    options.filter = filters[0] if filters else ""
    return options


def main():
    options = arguments()
    limit_stack(options.build)
    totals = [0, 0]
    for name in options.suites:
        if name != "unit" and not options.sup.exists():
            print(f"no program in {options.build}\n{name}: 0 passed, 1 failed", flush=True)
            totals[1] += 1
            continue
        passed, failed = report(name, SUITES[name](options))
        totals[0] += passed
        totals[1] += failed
    print(f"{totals[0]} passed, {totals[1]} failed")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())

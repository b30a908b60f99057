# SPDX-License-Identifier: Apache-2.0
"""The models of the race (bench/): all of them pass the check, and the queries of TPC-H give their recorded answers.

The tables are small and made here (bench/tpch/make_small.py); bench/tpch/record.py recorded the answers after DuckDB had
given the same ones. There is no --accept: a new answer must pass record.py.
"""

import sys
import tempfile
from pathlib import Path

from .common import Result, TESTS, check_all, crashed, difference, run

BENCH = TESTS / "bench"
TPCH = BENCH / "tpch"
sys.path.insert(0, str(TPCH))

import make_small


def check_model(model, options):
    output = run([options.sup, "check", model, "--quiet"], model.parent)
    good = output.code == 0 and not crashed(output)
    return [Result(str(model.relative_to(BENCH)), [] if good else [output.stderr.decode("utf-8", "replace")])]


def check_answer(name, folder, options):
    output = run([options.sup, "run", TPCH / f"{name}.sup", "--data", folder, "--format", "csv", "--quiet"], folder)
    wanted = (TPCH / "expected" / f"{name}.csv").read_text("utf-8")
    got = output.stdout.decode("utf-8", "replace")
    failures = []
    if output.code != 0 or crashed(output):
        failures.append(f"exit {output.code}\n" + output.stderr.decode("utf-8", "replace"))
    if got.replace("\r\n", "\n") != wanted.replace("\r\n", "\n"):
        failures.append(difference(wanted, got, f"tests/bench/tpch/expected/{name}.csv"))
    return [Result(f"answer of {name}", failures)]


def suite(options):
    models = [path for path in sorted(BENCH.rglob("*.sup")) if options.filter in path.name]
    answers = [path.stem for path in sorted((TPCH / "expected").glob("*.csv")) if options.filter in path.name]
    results = check_all(lambda model: check_model(model, options), models)
    with tempfile.TemporaryDirectory(prefix="sup-race-") as folder:
        make_small.make(folder)
        return results + check_all(lambda name: check_answer(name, Path(folder), options), answers)

# SPDX-License-Identifier: Apache-2.0
"""The examples: examples/NAME with a model, its data, and what it must print; the models of README.md.

A file `args` in an example has the arguments of `sup`, one command a line; `expected.out` is the
stdout of all of them in order. Every model's own tests run as well. Without `args` only these run.
A file `make` writes the data that is generated and not kept; GENERATE names the generator of this build.

The suite `score` runs `examples/score` for every model that has a generator, on small data at three
degrees of dirt.
"""

import re
import shlex
import sys
import tempfile
from pathlib import Path

from .common import Result, ROOT, check_all, crashed, difference, run

EXAMPLES = ROOT / "examples"


def check_tests(folder, options):
    results = []
    for model in sorted(folder.glob("*.sup")):
        text = model.read_text("utf-8")
        if not any(line.startswith(("测试", "test ")) for line in text.splitlines()):
            continue
        output = run([options.sup, "test", model.name], folder)
        failures = []
        if output.code != 0 or crashed(output):
            failures.append((output.stdout + output.stderr).decode("utf-8", "replace"))
        results.append(Result(f"{folder.name}/{model.name}: test", failures))
    return results


def check_output(folder, options):
    args, expected = folder / "args", folder / "expected.out"
    if not args.exists():
        return []
    got, failures = "", []
    if (folder / "make").exists():
        made = run([folder / "make"], folder, more={"GENERATE": str(options.build / "generate")})
        if made.code != 0:
            failures.append("make: " + made.stderr.decode("utf-8", "replace"))
    for line in args.read_text("utf-8").splitlines():
        output = run([options.sup, *shlex.split(line)], folder)
        got += output.stdout.decode("utf-8", "replace").replace("\r\n", "\n")  # csv
        if output.code != 0 or crashed(output):
            failures.append(f"sup {line}: exit {output.code}\n" +
                            output.stderr.decode("utf-8", "replace"))
    if options.accept and not failures:
        expected.write_text(got, "utf-8")
        return [Result(folder.name)]
    wanted = expected.read_text("utf-8") if expected.exists() else ""
    if got != wanted:
        failures += [difference(wanted, got, f"examples/{folder.name}/expected.out"),
                     f"to accept: tests/run --accept examples {folder.name}"]
    return [Result(f"{folder.name}: output", failures)]


def check_readme(options):
    """Every block of sup code in README.md is a model without a fault (warnings may be)."""
    results = []
    blocks = re.findall(r"^```sup\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    for number, block in enumerate(blocks, 1):
        with tempfile.TemporaryDirectory(prefix="sup-readme-") as folder:
            (Path(folder) / "model.sup").write_text(block, "utf-8")
            output = run([options.sup, "check", "model.sup"], folder)
        text = (output.stdout + output.stderr).decode("utf-8", "replace")
        failures = [text or f"exit {output.code}"] if output.code else []
        results.append(Result(f"README.md: model {number}", failures))
    return results


def check_score(options, model):
    command = [sys.executable, EXAMPLES / "score", model, "--build", options.build]
    output = run(command, EXAMPLES)
    failed = output.code != 0 or crashed(output)
    return Result(f"score {model}", [(output.stdout + output.stderr).decode("utf-8", "replace")] if failed else [])


def score_suite(options):
    listed = run([options.build / "generate", "--list"], EXAMPLES).stdout.decode("utf-8").splitlines()
    models = [line.split("\t")[0] for line in listed if options.filter in line]
    return check_all(lambda model: [check_score(options, model)], models)


def suite(options):
    folders = [f for f in sorted(EXAMPLES.glob("*")) if f.is_dir() and options.filter in f.name]
    results = check_all(lambda f: check_tests(f, options) + check_output(f, options), folders)
    return results + (check_readme(options) if options.filter in "README.md" else [])

# SPDX-License-Identifier: Apache-2.0
"""Models over real data that lies outside the project: tests/external/NAME.

The file `data` names the folder, seen from the project's root; where it is absent the test is left out
with a line that says so. `args` has the arguments of `sup`, one command a line, in which DATA stands for
that folder and TEMP for one of the test's own, into which `convert.py DATA TEMP` writes what is no table
as it lies. `expected.out` is the stdout of all commands: what the data's publisher states, so there is no
--accept. Where it is missing, `check.py DATA` judges: it gets the outputs, with a line %% between them,
and counts in the data itself.
"""

import sys
import tempfile

from .common import Result, ROOT, TESTS, check_all, crashed, difference, run

EXTERNAL = TESTS / "external"


def run_all(folder, places, options, failures):
    """The outputs of the commands of a test."""
    outputs = []
    for line in (folder / "args").read_text("utf-8").splitlines():
        words = line.split()
        for name, place in places.items():
            words = [word.replace(name, str(place)) for word in words]
        output = run([options.sup, *words], folder)
        outputs.append(output.stdout.decode("utf-8", "replace").replace("\r\n", "\n"))
        if output.code != 0 or crashed(output):
            failures.append(f"sup {line}: exit {output.code}\n" +
                            output.stderr.decode("utf-8", "replace"))
    return outputs


def run_script(script, words, failures, stdin=b""):
    done = run([sys.executable, script, *words], script.parent, stdin)
    if done.code != 0:
        failures.append(f"{script.name}\n" + done.stderr.decode("utf-8", "replace")[-2000:])


def check(folder, options):
    data = (ROOT / (folder / "data").read_text("utf-8").strip()).resolve()
    if not data.is_dir():
        print(f"external: {folder.name} left out, there is no {data}", flush=True)
        return []
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-external-") as temp:
        if (folder / "convert.py").exists():
            run_script(folder / "convert.py", [data, temp], failures)
        outputs = run_all(folder, {"DATA": data, "TEMP": temp}, options, failures)
    expected = folder / "expected.out"
    if not expected.exists():
        run_script(folder / "check.py", [data], failures, "%%\n".join(outputs).encode("utf-8"))
    elif "".join(outputs) != expected.read_text("utf-8"):
        failures.append(difference(expected.read_text("utf-8"), "".join(outputs),
                                   f"tests/external/{folder.name}/expected.out"))
    return [Result(folder.name, failures)]


def suite(options):
    folders = [path.parent for path in sorted(EXTERNAL.glob("*/args"))
               if options.filter in path.parent.name]
    return check_all(lambda folder: check(folder, options), folders)

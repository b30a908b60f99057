# SPDX-License-Identifier: Apache-2.0
"""Models over real data that lies outside the project: tests/external/NAME.

The file `data` names the folder, seen from the project's root; where it is absent the test is left out
with a line that says so. `args` has the arguments of `sup`, one command a line, in which DATA stands for
that folder; `expected.out` is the stdout of all of them: what the data's publisher states, so there is
no --accept.
"""

from .common import Result, ROOT, TESTS, check_all, crashed, difference, run

EXTERNAL = TESTS / "external"


def check(folder, options):
    data = (ROOT / (folder / "data").read_text("utf-8").strip()).resolve()
    if not data.is_dir():
        print(f"external: {folder.name} left out, there is no {data}", flush=True)
        return []
    got, failures = "", []
    for line in (folder / "args").read_text("utf-8").splitlines():
        words = [word.replace("DATA", str(data)) for word in line.split()]
        output = run([options.sup, *words], folder)
        got += output.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
        if output.code != 0 or crashed(output):
            failures.append(f"sup {line}: exit {output.code}\n" +
                            output.stderr.decode("utf-8", "replace"))
    wanted = (folder / "expected.out").read_text("utf-8")
    if got != wanted:
        failures.append(difference(wanted, got, f"tests/external/{folder.name}/expected.out"))
    return [Result(folder.name, failures)]


def suite(options):
    folders = [path.parent for path in sorted(EXTERNAL.glob("*/args"))
               if options.filter in path.parent.name]
    return check_all(lambda folder: check(folder, options), folders)

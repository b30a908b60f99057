# SPDX-License-Identifier: Apache-2.0
"""The unit tests of a build: every executable unit/test_*, counted by its own cases."""

import re

from .common import Result, check_all, crashed, run, ROOT


def check(program):
    output = run([program], ROOT, timeout=600)
    text = (output.stdout + output.stderr).decode("utf-8", "replace")
    names = re.findall(r"^\[ RUN      \] (\S+)", text, re.M)
    broken = set(re.findall(r"^\[  FAILED  \] (\S+)$", text, re.M))
    results = [Result(f"{program.name}/{name}", [text] if name in broken else [])
               for name in names]
    if crashed(output) or (output.code != 0 and not broken) or not names:
        results.append(Result(program.name, [text or f"exit {output.code}"]))
    return results


def suite(options):
    programs = sorted((options.build / "unit").glob("test_*"))
    if not programs:
        return [Result("any", [f"no unit tests in {options.build}: configured before cmocka was there?"])]
    return check_all(check, [p for p in programs if options.filter in p.name])

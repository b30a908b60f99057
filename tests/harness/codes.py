# SPDX-License-Identifier: Apache-2.0
"""Every message that a table holds is shown by a test, in both languages.

A diagnostic of lang/*.def must stand in a golden file of each language. A reason of reason.def must
stand there in both languages too, or be asked for by a case of the suite `hostile`.
"""

import re

from . import hostile
from .common import ROOT, TESTS, Result

DIAG = re.compile(r'^DIAG\(\w+, "([EWN]\d{4})"', re.M)
REASON = re.compile(r'^REASON\(\w+, \w+, "([^"]+)", "([^"]+)"\)', re.M)
# What guards a place that no model reaches today, and what says so.
GUARDS = {
    "E0901": "the checker refuses what cannot be compiled; this is said if it overlooks something",
    "unknown row": "every uncertain edge of `connect` has a cause of its own",
}


def read_goldens(language):
    """All expected files of a language, as one text."""
    return "\n".join(path.read_text("utf-8") for path in sorted(TESTS.glob(f"golden/*/*.{language}.out")))


def check_diag(code, texts):
    lacking = [language for language, text in texts.items() if f"[{code}]" not in text]
    return Result(code, [f"no golden file .{language}.out shows {code}" for language in lacking])


def check_reason(names, texts, asked):
    wanted = {"en": names[0], "zh": names[1]}
    lacking = [language for language, name in wanted.items()
               if name not in texts[language] and not any(name in text for text in asked[language])]
    return Result(names[0], [f"no golden file .{language}.out says “{wanted[language]}”" for language in lacking])


def suite(options):
    texts = {language: read_goldens(language) for language in ("zh", "en")}
    cases = [*hostile.CASES, *hostile.TRAPS, *hostile.SLOW]
    asked = {"zh": [case[4] for case in cases], "en": [case[5] for case in cases]}
    codes = [code for path in sorted(ROOT.glob("lang/diag*.def")) for code in DIAG.findall(path.read_text("utf-8"))]
    reasons = REASON.findall((ROOT / "runtime" / "base" / "reason.def").read_text("utf-8"))
    results = [check_diag(code, texts) for code in codes if code not in GUARDS]
    results += [check_reason(names, texts, asked) for names in reasons if names[0] not in GUARDS]
    if not codes or not reasons:
        results.append(Result("tables", ["no codes or no reasons found: the tables have moved"]))
    return [result for result in results if options.filter in result.name]

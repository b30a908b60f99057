# SPDX-License-Identifier: Apache-2.0
"""The models of tests/samples: each checks without a word, survives the formatter, passes its tests.

A sample that uses parts of the language which are not there yet is named in tests/samples/later.txt
with the first word of the message that it gives: then only its syntax is tested, and that the
message is still the same.
"""

import re
import tempfile
from pathlib import Path

from .common import Result, TESTS, check_all, crashed, difference, run

SAMPLES = TESTS / "samples"


def formatted(options, text, lang):
    """The text respelt in a language by `sup fmt`, or a failure."""
    with tempfile.TemporaryDirectory(prefix="sup-fmt-") as folder:
        path = Path(folder) / "m.sup"
        path.write_text(text, "utf-8")
        output = run([options.sup, "fmt", "--stdout", "--lang", lang, path], folder)
        if output.code != 0 or crashed(output):
            raise ValueError(f"fmt --lang {lang}: exit {output.code}\n" +
                             output.stderr.decode("utf-8", "replace"))
        return output.stdout.decode("utf-8")


def check_format(path, options):
    """zh, then en, then zh again: the same bytes as the first; and twice is as once."""
    name = f"{path.stem}: formatting"
    try:
        first = formatted(options, path.read_text("utf-8"), "zh")
        twice = formatted(options, first, "zh")
        english = formatted(options, first, "en")
        back = formatted(options, english, "zh")
    except ValueError as error:
        return Result(name, [str(error)])
    failures = []
    if twice != first:
        failures.append("not idempotent\n" + difference(first, twice, path.name))
    if back != first:
        failures.append("zh → en → zh\n" + difference(first, back, path.name))
    return Result(name, failures)


def check_command(path, options, words):
    output = run([options.sup, *words, path.name], path.parent)
    text = (output.stdout + output.stderr).decode("utf-8", "replace")
    failures = []
    if output.code != 0 or crashed(output):
        failures.append(f"exit {output.code}\n{text}")
    elif words == ["check"] and text:
        failures.append(text)
    return Result(f"{path.stem}: {' '.join(words)}", failures)


def later():
    """Samples that wait for parts of the language: name → a text that `sup check` must print."""
    path = SAMPLES / "later.txt"
    if not path.exists():
        return {}
    rows = [line.split(None, 1) for line in path.read_text("utf-8").splitlines()
            if line.strip() and not line.startswith("#")]
    return {row[0]: row[1].strip() for row in rows}


def check_waiting(path, options, wanted):
    output = run([options.sup, "check", "--lang", "en", path.name], path.parent)
    text = output.stderr.decode("utf-8", "replace") + output.stdout.decode("utf-8", "replace")
    failures = []
    if output.code != 2 or crashed(output) or not re.search(wanted, text):
        failures.append(f"expected exit 2 and '{wanted}', got exit {output.code}\n{text}")
    return Result(f"{path.stem}: waits", failures)


def suite(options):
    waiting = later()

    def check(path):
        results = [check_format(path, options)]
        if path.stem in waiting:
            return results + [check_waiting(path, options, waiting[path.stem])]
        return results + [check_command(path, options, words) for words in (["check"], ["test"])]

    return check_all(check, [p for p in sorted(SAMPLES.glob("*.sup")) if options.filter in p.stem])

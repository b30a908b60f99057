# SPDX-License-Identifier: Apache-2.0
"""The models of tests/samples: what `sup check` and `sup test` say of each, and the formatter's way.

NAME.check.out and NAME.test.out hold the output in Chinese. A check may warn but not fail, and no
test of a model may fail; a part of the language that this version does not run yet is said there.
"""

import tempfile
from pathlib import Path

from .common import Result, TESTS, check_all, crashed, difference, run
from .golden import transcript

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


def check_command(path, options, word):
    """Compares what a command says of a sample, and refuses failures that nobody should accept."""
    name = f"{path.stem}: {word}"
    expected = path.with_suffix(f".{word}.out")
    output = run([options.sup, word, "--lang", "zh", path.name], path.parent)
    got = transcript(output)
    if crashed(output) or output.code not in {"check": (0,), "test": (0, 2)}[word]:
        return Result(name, [f"exit {output.code}\n{got}"])
    if options.accept:
        expected.write_text(got, "utf-8")
    wanted = expected.read_text("utf-8") if expected.exists() else ""
    if got == wanted:
        return Result(name)
    again = f"to accept: tests/run --accept samples {path.stem}"
    return Result(name, [difference(wanted, got, expected.name), again])


def suite(options):
    def check(path):
        words = ("check", "test")
        return [check_format(path, options)] + [check_command(path, options, w) for w in words]

    return check_all(check, [p for p in sorted(SAMPLES.glob("*.sup")) if options.filter in p.stem])

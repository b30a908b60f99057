# SPDX-License-Identifier: Apache-2.0
"""Golden files: tests/golden/<stage>/NAME.sup and what `sup` must print for it.

NAME.gen in place of NAME.sup is a Python script that writes NAME.sup, and what it uses, into a folder
of its own: for models that are long and say little. The stage `refused` has models that pass the
checks and cannot be run, `report` models whose lists and summary are read with the data beside them.

NAME.out is expected without a language, NAME.zh.out and NAME.en.out with --lang zh and en. The
command follows from the stage; a file NAME.args has the arguments instead, one a line, where
{lang} stands for the language. The text compared is stdout, then stderr, then "exit N" unless N
is 0. A new NAME.sup without expected files fails until --accept has written them.
"""

import sys
import tempfile

from .common import Result, TESTS, check_all, crashed, difference, run

GOLDEN = TESTS / "golden"
STAGES = ("ast", "typed", "rules", "plan", "optimised", "program", "llvm")
LANGUAGES = {"": None, ".zh": "zh", ".en": "en"}


def defaults(stage):
    """The expected files that --accept makes for a new test."""
    return (".zh", ".en") if stage in ("diag", "explain", "refused", "report") else ("",)


def command(source, stage, lang):
    """The arguments of `sup` for one expected file."""
    args = source.with_suffix(".args")
    if args.exists():
        words = args.read_text("utf-8").split("\n")
        return [word.replace("{lang}", lang or "zh") for word in words if word]
    tail = ["--lang", lang] if lang else []
    if stage in STAGES:
        return ["emit", source.name, "--stage", stage] + tail
    if stage == "fmt":
        return ["fmt", source.name, "--stdout"] + tail
    if stage == "diag":
        return ["check", source.name] + tail
    if stage == "refused":
        return ["run", source.name, "--data", "."] + tail
    if stage == "report":
        return ["run", source.name, "--data", source.stem, "--as-of", "2024-12-31",
                "--format", "table"] + tail
    return None


def transcript(output):
    text = (output.stdout + output.stderr).decode("utf-8", "replace")
    return text + (f"exit {output.code}\n" if output.code else "")


def expected_files(source, accept):
    stem = source.with_suffix("")
    suffixes = [s for s in LANGUAGES if stem.with_name(stem.name + s + ".out").exists()]
    if not suffixes and accept:
        suffixes = defaults(source.parent.name)
    return [(s, stem.with_name(stem.name + s + ".out")) for s in suffixes]


def run_there(command, source):
    """Runs a command where the model is; a model that is made, is made first."""
    if source.suffix != ".gen":
        return run(command, source.parent)
    with tempfile.TemporaryDirectory(prefix="sup-golden-") as folder:
        made = run([sys.executable, source], folder)
        return run(command, folder) if made.code == 0 else made


def check_one(source, suffix, expected, options):
    name = str(expected.relative_to(TESTS))
    words = command(source.with_suffix(".sup"), source.parent.name, LANGUAGES[suffix])
    if words is None:
        return Result(name, ["this stage has no command: write a .args file"])
    output = run_there([options.sup, *words], source)
    fault = crashed(output)
    if fault:
        return Result(name, [fault])
    got = transcript(output)
    if options.accept:
        if not expected.exists() or expected.read_text("utf-8") != got:
            expected.write_text(got, "utf-8")
            print(f"accepted {name}")
        return Result(name)
    wanted = expected.read_text("utf-8")
    if got == wanted:
        return Result(name)
    again = f"to accept: tests/run --accept golden {source.parent.name}/{source.stem}"
    return Result(name, [difference(wanted, got, name), again])


def suite(options):
    sources = [s for s in sorted([*GOLDEN.glob("*/*.sup"), *GOLDEN.glob("*/*.gen")])
               if options.filter in f"{s.parent.name}/{s.stem}"]

    def check(source):
        files = expected_files(source, options.accept)
        if not files:
            name = str(source.relative_to(TESTS))
            return [Result(name, ["no expected output: tests/run --accept golden " + source.stem])]
        return [check_one(source, suffix, expected, options) for suffix, expected in files]

    return check_all(check, sources)

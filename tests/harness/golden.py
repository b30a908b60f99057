# SPDX-License-Identifier: Apache-2.0
"""Golden files: tests/golden/<stage>/NAME.sup and what `sup` must print for it.

NAME.out is expected without a language, NAME.zh.out and NAME.en.out with --lang zh and en. The
command follows from the stage; a file NAME.args has the arguments instead, one a line, where
{lang} stands for the language. The text compared is stdout, then stderr, then "exit N" unless N
is 0. A new NAME.sup without expected files fails until --accept has written them.
"""

from .common import Result, TESTS, check_all, crashed, difference, run

GOLDEN = TESTS / "golden"
STAGES = ("ast", "typed", "rules", "plan", "optimised", "program")
LANGUAGES = {"": None, ".zh": "zh", ".en": "en"}


def defaults(stage):
    """The expected files that --accept makes for a new test."""
    return {"diag": (".zh", ".en"), "explain": (".zh", ".en")}.get(stage, ("",))


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


def check_one(source, suffix, expected, options):
    name = str(expected.relative_to(TESTS))
    words = command(source, source.parent.name, LANGUAGES[suffix])
    if words is None:
        return Result(name, ["this stage has no command: write a .args file"])
    output = run([options.sup, *words], source.parent)
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
    sources = [s for s in sorted(GOLDEN.glob("*/*.sup"))
               if options.filter in f"{s.parent.name}/{s.stem}"]

    def check(source):
        files = expected_files(source, options.accept)
        if not files:
            name = str(source.relative_to(TESTS))
            return [Result(name, ["no expected output: tests/run --accept golden " + source.stem])]
        return [check_one(source, suffix, expected, options) for suffix, expected in files]

    return check_all(check, sources)

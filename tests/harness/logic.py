# SPDX-License-Identifier: Apache-2.0
"""Tests of meaning: tests/logic/*.test, each a list of cases.

    === name of the case             (a file with one case may leave this out)
    --- program                      the model, model.sup
    --- table NAME                   a file NAME.csv of data
    --- file PATH [encoding=E]       any other file, written in this encoding
    --- args                         arguments of `sup`; default: run model.sup --data .
                                     --format jsonl. Several lines: several runs, same result
    --- stdin                        what comes in
    --- expect                       stdout. Where its lines are JSON objects, each is compared with
                                     the line of the same number, by the keys that it names
    --- expect exact                 stdout, byte by byte
    --- lists                        the lists of a jsonl run, a short line for each entry (`short`)
    --- stderr                       every line must stand somewhere in stderr
    --- exit N                       exit code; default 0
    --- produced PATH                a file that the run must leave, byte by byte; no lines: no such file

A case may start with lines of comment (#) in front of its first section. The sections of a case
called `common` stand before those of every other case in the file: programs are joined, of two tables
or files of one name the case's own is taken, and so are its arguments.
"""

import json
import re
import shlex
import tempfile
from pathlib import Path

from .common import Result, TESTS, check_all, crashed, difference, run

LOGIC = TESTS / "logic"
DEFAULT_ARGS = "run model.sup --data . --format jsonl"


class Case:
    """One case: its sections in order, each (head, first line number, lines)."""

    def __init__(self, name):
        self.name = name
        self.sections = []

    def texts(self, head):
        return ["".join(lines) for h, _, lines in self.sections if h == head]

    def words(self, word):
        return [(h[len(word):].strip(), "".join(lines)) for h, _, lines in self.sections
                if h == word or h.startswith(word + " ")]


def parse(path):
    cases, section = [], None
    for number, line in enumerate(path.read_text("utf-8").splitlines(keepends=True), 1):
        if line.startswith("=== "):
            cases.append(Case(line[4:].strip()))
            section = None
        elif line.startswith("--- "):
            if not cases:
                cases.append(Case(path.stem))
            section = (line[4:].strip(), number, [])
            cases[-1].sections.append(section)
        elif section is not None:
            section[2].append(line)
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"{path.name}:{number}: text outside a section")
    for case in cases:
        for _, _, lines in case.sections:  # a blank line before the next section is no content
            while lines and not lines[-1].strip():
                lines.pop()
    return share_common(cases)


def share_common(cases):
    """Puts the sections of the case `common` before those of the other cases."""
    shared = [section for case in cases if case.name == "common" for section in case.sections]
    cases = [case for case in cases if case.name != "common"]
    for case in cases:
        own = {head for head, _, _ in case.sections} - {"program"}
        case.sections[:0] = [section for section in shared if section[0] not in own]
    return cases


def write_files(case, folder):
    if case.texts("program"):
        (folder / "model.sup").write_text("".join(case.texts("program")), "utf-8")
    for name, text in case.words("table"):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    for head, text in case.words("file"):
        match = re.fullmatch(r"(\S+)(?: encoding=(\S+))?", head)
        path = folder / match.group(1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(match.group(2) or "utf-8"))


def contains(got, wanted):
    """Does the JSON value have what is wanted: an object's named keys, other values whole?"""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(key in got and contains(got[key], value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(map(contains, got, wanted))
    return got == wanted


def as_objects(text):
    """The lines as JSON objects, or None if they are anything else."""
    try:
        objects = [json.loads(line) for line in text.splitlines()]
    except json.JSONDecodeError:
        return None
    return objects if all(isinstance(o, dict) for o in objects) else None


def compare(wanted, got, exact, name):
    if exact:
        return [] if wanted == got else [difference(wanted, got, name)]
    got = got.replace("\r\n", "\n")  # csv ends its records so; `exact` compares that too
    wanted_objects, got_objects = as_objects(wanted), as_objects(got)
    if wanted_objects is None or got_objects is None:
        return [] if wanted.rstrip("\n") == got.rstrip("\n") else [difference(wanted, got, name)]
    if len(wanted_objects) == len(got_objects) and all(map(contains, got_objects, wanted_objects)):
        return []
    kept = [reduce_to(g, w) for g, w in zip(got_objects, wanted_objects)]
    kept += got_objects[len(wanted_objects):]

    def lines(objects):
        return "".join(json.dumps(o, ensure_ascii=False, sort_keys=True) + "\n" for o in objects)

    return [difference(lines(wanted_objects), lines(kept), name)]


def short(entry):
    """One line for an entry of a list or a row of a query.

        clue 店甲; ? 2            keys; undecided rows where there are any; then scores, causes …
        undecided 店乙; 2 missing s.门店 x3       clause, reason, source, number of rows where not 1
        cleared 店丙; by 召回      gap -; 2 missing s.门店 x3      row 店甲, 3, null
    """
    def words(values):
        return ", ".join("null" if v is None else str(v) for v in values)

    if "query" in entry:
        return "row " + words(entry["row"].values())
    parts = [f"{entry['list']} {words((entry['key'] or {}).values()) or '-'}"]
    if entry["list"] == "clue" and entry["undecided_rows"]:
        parts.append(f"? {entry['undecided_rows']}")
    for score in entry["scores"]:
        parts.append(f"{score['points']}{' open' if score['open'] else ''}")
    for cause in entry["causes"]:
        rows = "" if cause["rows"] == 1 else f" x{cause['rows']}"
        parts.append(f"{cause['clause']} {cause['reason']} {cause['source']}".rstrip() + rows)
    if entry["cleared_by"]:
        parts.append("by " + words(entry["cleared_by"]))
    parts += [f"caveat {text}" for text in entry["caveats"]]
    return "; ".join(parts)


def compare_lists(wanted, got, name):
    """Compares the lists of a jsonl run, in the short form."""
    entries = as_objects(got)
    if entries is None:
        return [f"no lists: {got}"]
    lines = "".join(short(entry) + "\n" for entry in entries)
    return [] if lines == wanted else [difference(wanted, lines, name)]


def reduce_to(got, wanted):
    """The part of an object that the other one names."""
    if not isinstance(got, dict) or not isinstance(wanted, dict):
        return got
    return {key: reduce_to(got[key], wanted[key]) for key in wanted if key in got}


def check_produced(path, wanted):
    """What is wrong with a file that a run should have left."""
    if not wanted:
        return [f"{path.name} was left"] if path.exists() else []
    if not path.exists():
        names = ", ".join(sorted(p.name for p in path.parent.glob("*"))) or "nothing"
        return [f"no file {path.name}; there is {names}"]
    got = path.read_text("utf-8")
    return [] if got == wanted else [difference(wanted, got, path.name)]


def check_run(case, words, folder, options):
    """Runs one command of a case; returns its failures and its output."""
    output = run([options.sup, *words], folder, "".join(case.texts("stdin")).encode("utf-8"))
    fault = crashed(output)
    if fault:
        return [fault], output
    failures = []
    got = output.stdout.decode("utf-8", "replace")
    errors = output.stderr.decode("utf-8", "replace")
    code = int((case.words("exit") or [("0", "")])[0][0])
    for how, wanted in case.words("expect"):
        failures += compare(wanted, got, how == "exact", case.name)
    for wanted in case.texts("lists"):
        failures += compare_lists(wanted, got, case.name)
    for text in case.texts("stderr"):
        failures += [f"stderr lacks: {line}\n{errors}" for line in text.splitlines()
                     if line.strip() not in errors]
    for name, wanted in case.words("produced"):
        failures += check_produced(folder / name, wanted)
    if output.code != code:
        failures.append(f"exit {output.code} instead of {code}\n{errors}")
    return failures, output


def check_case(path, case, options):
    name = f"{path.stem}/{case.name}"
    if not any(case.words(word) for word in ("expect", "lists", "stderr", "exit")):
        if not options.accept:
            return Result(name, ["the case expects nothing"])
    commands = [line for text in case.texts("args") for line in text.splitlines()] or [DEFAULT_ARGS]
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-logic-") as folder:
        write_files(case, Path(folder))
        for line in commands:
            found, output = check_run(case, shlex.split(line), Path(folder), options)
            if options.accept and found and not crashed(output):
                accept(path, case, output)
                found = []
            failures += [f"sup {line}\n{text}" for text in found]
    if failures:
        failures.append(f"to accept: tests/run --accept logic {name}")
    return Result(name, failures)


def accept(path, case, output):
    """Writes the output of a case into its file, as the section `expect exact`."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    spots = [(number, len(body)) for head, number, body in case.sections
             if head in ("expect", "expect exact")]
    text = ["--- expect exact\n", output.stdout.decode("utf-8", "replace")]
    if spots:
        number, length = spots[0]
        lines[number - 1:number + length] = text
    else:
        _, number, body = case.sections[-1]
        lines[number + len(body):number + len(body)] = text
    path.write_text("".join(lines), "utf-8")
    print(f"accepted {path.name}: {case.name} (read it before you commit it)")


def suite(options):
    cases, broken = [], []
    for path in sorted(LOGIC.glob("*.test")):
        try:
            cases += [(path, case) for case in parse(path)]
        except ValueError as error:
            broken.append(Result(path.stem, [str(error)]))
    chosen = [(path, case) for path, case in cases
              if options.filter in f"{path.stem}/{case.name}"]
    if not options.accept:
        return broken + check_all(lambda one: [check_case(*one, options)], chosen)
    # Accepting changes line numbers, so then one case at a time is read anew.
    return broken + [check_case(path, next(c for c in parse(path) if c.name == case.name), options)
                     for path, case in chosen]

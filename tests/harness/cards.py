# SPDX-License-Identifier: Apache-2.0
"""The library's cards: the example of every card is an expression that is true.

The examples are read from spec/generated/stdlib.md, which the unit tests keep equal to the cards.
Each becomes a query over a table of one row, `r`, that passes the row if the example holds. A query that
does not compile would stop all of them, so on a failure they are run one by one.

All of them, with the canonical text of what each compares where that can be told, must also be the same bytes in other
worlds: another language, time zone, home and folder.
"""

import json
import re
import tempfile
from pathlib import Path

from .common import ROOT, Result, check_all, crashed, run

DOCUMENT = ROOT / "spec" / "generated" / "stdlib.md"
HEAD = "table 一行 (编号: integer, 身份号: person_id, 案号: case_number)\n  key (编号)\n"
ROW = "编号,身份号,案号\n1,11010519491231002X,（2023）浙0602民初1234号\n"


def examples():
    """(signature, example) of every card that has one, and whether this version runs it."""
    text = DOCUMENT.read_text("utf-8")
    pairs = []
    for card in re.split(r"^### ", text, flags=re.M)[1:]:
        signature = re.search(r"^`(.*)`$", card, flags=re.M)
        example = re.search(r"^```\n(.*?)\n```$", card, flags=re.M | re.S)
        if signature and example and "not yet run" not in card:
            pairs.append((signature.group(1), example.group(1)))
    return pairs


def passing(options, pairs):
    """The numbers of the examples that hold, and what went wrong otherwise."""
    with tempfile.TemporaryDirectory(prefix="sup-cards-") as name:
        folder = Path(name)
        queries = [f"query 例{i}\n  from 一行 as r\n  where {example}\n  yield (r.编号)\n"
                   for i, (_, example) in enumerate(pairs)]
        (folder / "cards.sup").write_text(HEAD + "\n".join(queries), "utf-8")
        (folder / "一行.csv").write_text(ROW, "utf-8")
        output = run([options.sup, "run", "cards.sup", "--data", ".", "--format", "jsonl"], folder)
    if output.code != 0 or crashed(output):
        return set(), (output.stderr or output.stdout).decode("utf-8", "replace")
    rows = [json.loads(line) for line in output.stdout.decode("utf-8").splitlines() if line]
    return {int(row["query"].removeprefix("例")) for row in rows if "query" in row}, ""


def check(pairs, options):
    good, trouble = passing(options, pairs)
    if trouble and len(pairs) > 1:
        return [result for pair in pairs for result in check([pair], options)]
    return [Result(signature, [] if i in good else [f"{example}\n{trouble or 'does not hold'}"])
            for i, (signature, example) in enumerate(pairs)]


WORLDS = [
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Europe/Istanbul", "HOME": "/nowhere"},
    {"LC_ALL": "de_DE.ISO-8859-1", "LC_NUMERIC": "de_DE", "TZ": "America/Los_Angeles", "LANGUAGE": "fr"},
    {"LC_ALL": "C", "TZ": "Asia/Shanghai", "COLUMNS": "20", "POSIXLY_CORRECT": "1"},
]


def parts(pairs):
    """The examples, and what stands on the left of `=` in those that compare."""
    for _, example in pairs:
        yield f"where {example}\n  yield (r.编号)"
        left, equals, _ = example.partition(" = ")
        if equals and left.count('"') % 2 == 0 and left.count("(") == left.count(")"):
            yield f"yield (r.编号, 值: text({left}))"


def bytes_in(world, pairs, options):
    with tempfile.TemporaryDirectory(prefix="sup-cards-") as name, tempfile.TemporaryDirectory() as elsewhere:
        folder = Path(name)
        queries = [f"query 例{i}\n  from 一行 as r\n  {part}\n" for i, part in enumerate(parts(pairs))]
        (folder / "cards.sup").write_text(HEAD + "\n".join(queries), "utf-8")
        (folder / "一行.csv").write_text(ROW, "utf-8")
        output = run([options.sup, "run", folder / "cards.sup", "--data", folder, "--format", "jsonl", "--lang", "zh"],
                     elsewhere, more=world)
    return output.code, output.stdout


def check_worlds(pairs, options):
    usual = bytes_in({}, pairs, options)
    faults = [] if usual[0] == 0 else [f"ended with {usual[0]}\n{usual[1].decode()}"]
    faults += [f"other bytes with {world}" for world in WORLDS if bytes_in(world, pairs, options) != usual]
    return Result("the same bytes in other worlds", faults)


def suite(options):
    pairs = [pair for pair in examples() if options.filter in pair[0]]
    results = check_all(lambda chunk: check(chunk, options), [pairs] if pairs else [])
    return results + [check_worlds(examples(), options)] if options.filter in "worlds" else results

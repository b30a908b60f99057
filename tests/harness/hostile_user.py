# SPDX-License-Identifier: Apache-2.0
"""What a user does to a command: rights that are taken away, Ctrl-C at any moment."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .common import Output, Result, crashed, world

SMALL = """table z (id: text, n: integer?)
rule r "r"
  from z as z
  clue for z.id
"""
LONG = """table z (id: text, n: integer?)
relation e (a: integer, b: integer)
  from z as z
  where z.n is present and z.n < 1500
  yield (a: z.n, b: mod(z.n * 7 + 1, 1500))
relation r (a: integer, b: integer)
  from e as e
  yield (e.a, e.b)
also
  from r as r
  join e as e on e.a = r.b
  yield (r.a, e.b)
rule closed "closed"
  from r as r
  group by r.a
  where count(r) > 1
  clue for a
rule windows "windows"
  from z as z
  let s = sum(z.n) among (z.id) ordered by z.n within 100行
  where s > 10
  clue for z.id
"""
MOMENTS = (0.02, 0.1, 0.3, 0.6, 1.0, 1.6, 2.5)


# ---------------------------------------------------------------- rights


def run_as_nobody(command, folder):
    """Runs a command as a user without rights: root may read everything, and would have nothing to test."""
    program = shutil.copy(command[0], Path(folder) / "sup")
    os.chmod(program, 0o755)
    os.chmod(folder, 0o755)
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([program, *command[1:]], cwd=folder, env=world(), capture_output=True,
                          timeout=60, check=False, **who)
    return Output(done.stdout, done.stderr, done.returncode)


RIGHTS = [
    ("a file without permission", "z.csv", ["run", "model.sup", "--data", "."], 0),
    ("a model without permission", "model.sup", ["check", "model.sup"], 0),
    ("a folder without permission", "shut", ["run", "model.sup", "--data", "shut"], 0),
    ("a folder that nothing can be written into", "shut",
     ["run", "model.sup", "--data", ".", "--out", "shut"], 0o555),
]


def check_rights(options):
    """Files and folders that the user may not read, or not write into."""
    results = []
    for name, taken, words, mode in RIGHTS:
        failures = []
        for lang, text in (("zh", "没有权限"), ("en", "no permission")):
            with tempfile.TemporaryDirectory(prefix="sup-hostile-") as base:
                folder = Path(base)
                (folder / "model.sup").write_text(SMALL, "utf-8")
                (folder / "z.csv").write_bytes(b"id,n\n1,2\n")
                (folder / "shut").mkdir()
                (folder / taken).chmod(mode)
                output = run_as_nobody([str(options.sup), *words, "--lang", lang], base)
                (folder / taken).chmod(0o755)
            said = output.stderr.decode("utf-8", "replace")
            if crashed(output) or output.code != 3 or text not in said:
                failures.append(f"{lang}: exit {output.code}\n{said}")
        results.append(Result(name, failures))
    return results


# ---------------------------------------------------------------- Ctrl-C


def interrupt(command, folder, moment):
    """Exit code, seconds from the interrupt to the end, and stderr of a command interrupted at a moment."""
    process = subprocess.Popen(command, cwd=folder, env=world(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        _, err = process.communicate(timeout=moment)
        return process.returncode, 0.0, err.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    began = time.monotonic()
    try:
        _, err = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        _, err = process.communicate()
    return process.returncode, time.monotonic() - began, err.decode("utf-8", "replace")


def check_moment(options, folder, words, moment):
    code, waited, said = interrupt([str(options.sup), *words], folder, moment)
    left = sorted(path.name for path in Path(folder).glob("out/*"))
    shutil.rmtree(Path(folder) / "out", ignore_errors=True)
    failures = []
    # Before it is ready a command dies of the signal itself.
    bare = code == -signal.SIGINT and moment < 0.1
    if code not in (0, 130) and not bare:
        failures.append(f"exit {code}\n{said[-1500:]}")
    if waited > 10:
        failures.append(f"ended {waited:.1f} seconds after the interrupt")
    if code == 130 and "manifest.json" in left:
        failures.append(f"interrupted, and yet {left}")
    if any(not name.endswith((".json", ".jsonl", ".csv")) for name in left):
        failures.append(f"left {left}")
    return code, Result(f"Ctrl-C after {moment} s of {words[0]}", failures)


def check_moments(options):
    """While a run starts, loads, closes a graph, looks through windows and writes: whole files or none."""
    results, codes = [], []
    with tempfile.TemporaryDirectory(prefix="sup-hostile-") as folder:
        (Path(folder) / "model.sup").write_text(LONG, "utf-8")
        (Path(folder) / "z.csv").write_bytes(
            b"id,n\n" + b"".join(b"%d,%d\n" % (i % 1000, i) for i in range(300_000)))
        for moment in MOMENTS:
            for words in (["run", "model.sup", "--data", ".", "--out", "out"], ["infer", "z.csv"]):
                code, result = check_moment(options, folder, words, moment)
                codes.append(code)
                results.append(result)
    reached = 130 in codes
    results.append(Result("Ctrl-C reached a run", [] if reached else [f"all had ended: {codes}"]))
    return results

# SPDX-License-Identifier: Apache-2.0
"""What the suites share: running a command in a fixed world, comparing, counting, printing."""

import difflib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
TIMEOUT_SECONDS = 120
WORKERS = max(2, os.cpu_count() or 2)
STACK_BYTES = 256 * 1024  # of `sup`, sanitizers apart: no depth of input may need more
limits = []  # what stands in front of `sup`; set once by limit_stack


@dataclass
class Result:
    """One test: its name, and why it failed (empty: it passed)."""

    name: str
    failures: list = field(default_factory=list)

    @property
    def passed(self):
        return not self.failures


@dataclass
class Output:
    stdout: bytes
    stderr: bytes
    code: int


def world():
    """The environment of every command: results may depend on none of it."""
    env = {key: os.environ[key] for key in ("PATH", "HOME", "SUP_HASH_SEED") if key in os.environ}
    env.update(LANG="zh_CN.UTF-8", TZ="Pacific/Kiritimati", NO_COLOR="1")
    env["ASAN_OPTIONS"] = "abort_on_error=0:detect_leaks=1"
    env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return env


def limit_stack(build):
    """Gives the program of a build without sanitizers a small stack."""
    cache = (build / "CMakeCache.txt")
    sanitized = cache.exists() and "SUP_SANITIZE:BOOL=ON" in cache.read_text("utf-8")
    if not sanitized and shutil.which("prlimit"):
        limits[:] = ["prlimit", f"--stack={STACK_BYTES}"]


def run(command, cwd, stdin=b"", timeout=TIMEOUT_SECONDS, more=None):
    """Runs a command, with `more` in its environment; a timeout or a missing program is an output with a code of its own."""
    try:
        front = limits if Path(command[0]).name == "sup" else []
        done = subprocess.run(front + [str(c) for c in command], cwd=cwd, input=stdin, env=world() | (more or {}),
                              capture_output=True, timeout=timeout, check=False)
        return Output(done.stdout, done.stderr, done.returncode)
    except subprocess.TimeoutExpired:
        return Output(b"", f"no end after {timeout} seconds\n".encode(), 124)
    except OSError as error:
        return Output(b"", f"{error}\n".encode(), 127)


def crashed(output):
    """A death by signal or a report of a sanitizer, as text; empty if there was none."""
    text = output.stderr.decode("utf-8", "replace")
    if output.code < 0 or output.code >= 124:
        return f"ended with {output.code}\n{text}"
    for word in ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
                 "assertion failed:"):
        if word in text:
            return text
    return ""


def difference(expected, got, name):
    """A unified diff of two texts."""
    lines = difflib.unified_diff(expected.splitlines(keepends=True), got.splitlines(keepends=True),
                                 f"{name} (expected)", f"{name} (got)")
    return "".join(line if line.endswith("\n") else line + "\n\\ no newline\n" for line in lines)


def check_all(function, items):
    """Calls function(item) -> list of Result for every item, on all cores, in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return [result for results in pool.map(function, items) for result in results]


def report(suite, results):
    """Prints the failures and the suite's line; returns (passed, failed)."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(f"FAILED {suite}: {result.name}")
        for text in result.failures:
            print("    " + text.rstrip("\n").replace("\n", "\n    "))
    passed = len(results) - len(failed)
    print(f"{suite}: {passed} passed, {len(failed)} failed", flush=True)
    return passed, len(failed)

# SPDX-License-Identifier: Apache-2.0
"""`sup repl` as somebody at a terminal meets it: a pseudo-terminal on which keys are typed.

A session is a list of steps: keys, and what the screen must show before the next step; what is shown is searched from
where the step before ended. Colours and movements of the cursor are left out. Each session has a time limit, so that a
prompt that never comes is a failure, not a wait.
"""

import os
import pty
import re
import select
import signal
import tempfile
import time
from pathlib import Path

from .common import Result, check_all, world

STEP_SECONDS = 20
TAB, UP, CANCEL, END = "\t", "\x1b[A", "\x03", "\x04"
MODEL = """table 药店销售 "结算" (门店: text, 金额: money?, 日: date?)
table 数 (n: integer)
param 起点: money = 10元
rule 大额 "大额"
  from 药店销售 as s
  where s.金额 > 起点
  clue for s.门店
    title: "{s.门店}买了很多"
"""
LONG = "from 数 as a\n join 数 as b on a.n < b.n\n join 数 as c on b.n < c.n\n where a.n + b.n + c.n < 0\n" \
       " yield (x: count(a))\n"
MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\r|\x07|\x08")

# name, steps of (keys, text that must then be shown, or None), exit code
SESSIONS = [
    ("an expression", [("1万元 * 3\n", "30000元"), (":quit\n", None)], 0),
    ("the end of the input", [("1 + 1\n", "2"), (END, None)], 0),
    ("a query on several lines",
     [("from 药店销售 as s\n", "...>"), (" where s.金额 > 6元\n", "...>"),
      (" yield (名: s.门店, s.金额)\n", "2 行"), (":quit\n", None)], 0),
    ("a query without yield ends with a blank line",
     [("from 药店销售 as s\n", "...>"), ("\n", "3 行"), (":quit\n", None)], 0),
    ("completion of a table", [("from 药店" + TAB, "药店销售"), (" as s yield (a: s.日)\n", "3 行"),
                             (":quit\n", None)], 0),
    ("completion of a Chinese column",
     [("from 药店销售 as s yield (a: s.门" + TAB, "门店"), (")\n", "3 行"), (":quit\n", None)], 0),
    ("completion of a function in both languages",
     [("len" + TAB, "length"), (CANCEL, "sup>"), ("字" + TAB, "字数"), (CANCEL, "sup>"),
      (":quit\n", None)], 0),
    ("completion of a command", [(":sum" + TAB, ":summary"), (" 药店销售\n", "甲 × 2"),
                               (":quit\n", None)], 0),
    ("completion of what has several ends", [("s.m", None), (CANCEL, "sup>"), (":s" + TAB + TAB, ":summary"),
                                           (CANCEL, "sup>"), (":quit\n", None)], 0),
    ("Ctrl-C takes back a line", [("1 + 1", None), (CANCEL, "sup>"), ("2 + 3\n", "5"), (":quit\n", None)], 0),
    ("Ctrl-C takes back a statement",
     [("from 药店销售 as s\n", "...>"), (CANCEL, "sup>"), ("2 + 3\n", "5"), (":quit\n", None)], 0),
    ("the line before", [("20 + 3\n", "23"), (UP + "\n", "23"), (":quit\n", None)], 0),
    ("a message", [("from 药店 as s yield (a: 1)\n", "没有叫“药店”的数据表"), ("3 + 4\n", "7"),
                   (":quit\n", None)], 0),
    ("why", [(":run 大额\n", "甲买了很多"), (":why 甲\n", "为何是线索"), (":quit\n", None)], 0),
    ("Ctrl-C stops a query, not the program",
     [(LONG, None), (CANCEL, "已按要求停止"), ("4 + 5\n", "9"), (LONG, None),
      (CANCEL, "已按要求停止"), (":quit\n", None)], 0),
]


class Terminal:
    """A program on a pseudo-terminal, and what its screen has shown."""

    def __init__(self, command, folder, env):
        self.text, self.at = "", 0
        self.child, self.handle = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execve(command[0], command, env)

    def read(self):
        if not select.select([self.handle], [], [], 0.05)[0]:
            return True
        try:
            data = os.read(self.handle, 65536)
        except OSError:
            return False
        self.raw += data
        self.text = MOVES.sub("", self.raw.decode("utf-8", "replace"))
        return bool(data)

    raw = b""

    def wait_for(self, wanted):
        """Waits until the text stands behind what was found before."""
        end = time.monotonic() + STEP_SECONDS
        while time.monotonic() < end:
            found = self.text.find(wanted, self.at)
            if found >= 0:
                self.at = found + len(wanted)
                return True
            if not self.read():
                break
        return self.text.find(wanted, self.at) >= 0

    def close(self):
        """The exit code; a program that does not end is ended."""
        end = time.monotonic() + STEP_SECONDS
        while time.monotonic() < end and self.read():
            pass
        for _ in range(50):
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                os.close(self.handle)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.handle)
        return 124


def prepare(folder):
    (folder / "model.sup").write_text(MODEL, "utf-8")
    (folder / "药店销售.csv").write_text("门店,金额,日\n甲,20,2024-01-01\n乙,5,2024-01-02\n甲,7,\n",
                                     "utf-8")
    (folder / "数.csv").write_text("n\n" + "".join(f"{i}\n" for i in range(3000)), "utf-8")


def play(session, options):
    name, steps, code = session
    env = world()
    env["TERM"] = "xterm"
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-prompt-") as base:
        folder = Path(base)
        prepare(folder)
        env["SUP_HISTORY"] = str(folder / "history")
        command = [str(options.sup), "repl", "model.sup", "--data", ".", "--limit-pairs",
                   "1000000000000", "--color", "never"]
        terminal = Terminal(command, folder, env)
        if not terminal.wait_for("sup> "):
            failures.append(f"no prompt\n{terminal.text}")
        for keys, wanted in steps:
            if failures:
                break
            if keys in (CANCEL, END):
                time.sleep(0.6)  # the line is being edited, or the query is under way
            os.write(terminal.handle, keys.encode("utf-8"))
            if keys == LONG and not terminal.wait_for("count(a))"):
                failures.append(f"the query was not taken\n{terminal.text}")
            if wanted is not None and not terminal.wait_for(wanted):
                failures.append(f"{keys!r} does not show {wanted}\n{terminal.text}")
        ended = terminal.close()
        if ended != code and not failures:
            failures.append(f"exit {ended} instead of {code}\n{terminal.text}")
        if not failures and (folder / "history").stat().st_mode & 0o077:
            failures.append("others can read the history")
    return [Result(name, failures)]


def suite(options):
    chosen = [session for session in SESSIONS if options.filter in session[0]]
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        print(f"prompt: left out, there is no pseudo-terminal ({error})")
        return []
    return check_all(lambda session: play(session, options), chosen)

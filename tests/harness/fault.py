# SPDX-License-Identifier: Apache-2.0
"""The fault sweep: the n-th allocation, open, read, write, fsync or rename fails, n = 1, 2, 3 … until the run succeeds.

Each command runs in a folder of its own. Whatever fails, the program does not die; it ends with exit 3 and says in the
user's language what went wrong, and every file that it leaves is whole. Or it gets by without the call: then everything
is as it would have been. Builds without SUP_FAULT have nothing to sweep.

`fault` samples where there are many calls; `fault_slow` takes many more.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from .common import Output, Result, TIMEOUT_SECONDS, check_all, crashed, limits, world

KINDS = ("open", "read", "write", "sync", "rename", "memory")
SAID = {
    "memory": ("内存不足", "out of memory"),
    "open": ("无法", "cannot", "失败", "failed"),
    "read": ("无法", "cannot", "失败", "failed"),
    "write": ("磁盘已满", "the disk is full"),
    "sync": ("写入", "cannot write"),
    "rename": ("写入", "cannot write"),
}
MODEL = """model 示例 version "1"
enum 程度 { 高级, 低级 }
table 购买 (人: person_id?, 日期: date?, 金额: money, 级: 程度?)
  key (人, 日期)
table 名单 (人: person_id)
param 起点: money = 10元

relation 常客 (人: person_id, 次: integer)
  from 购买 as s
  group by s.人 as 人
  yield (人, 次: count(s))

rule 大额 "{人}买了很多"
  from 购买 as s
  join 名单 as m on m.人 = s.人
  where s.金额 > 起点
  except "低级" when s.级 = 低级
  group by s.人 as 人
  clue for 人
    title: "{人} 共 {sum(s.金额)}"

query 全部 "每一行"
  from 购买 as s
  yield (人: s.人, 金额: s.金额)
  order by 金额

test "大额的人" for 大额
  given 购买
    | 人 | 日期 | 金额 | 级 |
    | "甲" | 2024-01-01 | 20元 | 高级 |
  given 名单
    | 人 |
    | "甲" |
  expect clue for "甲"
"""
ROWS = "人,日期,金额,级\n" + "".join(
    f"11010119900101{i:04d},2024-01-{i % 28 + 1:02d},{i * 7 % 40}.50,{'高低'[i % 2]}级\n"
    for i in range(1, 40)) + "坏的,2024-99-99,x,中\n,,,\n"

# name, arguments, and the exit code of a run in which nothing fails
COMMANDS = [
    ("run to a folder", ["run", "model.sup", "--data", ".", "--out", "out", "--format", "csv"], 0),
    ("run to files", ["run", "model.sup", "--data", ".", "--output", "markdown=a.md", "--output",
                      "json=b.json"], 0),
    ("run to stdout", ["run", "model.sup", "--data", ".", "--format", "table"], 0),
    ("query", ["run", "model.sup", "--data", ".", "--query", "全部", "--format", "csv"], 0),
    ("explain", ["explain", "model.sup", "--data", ".", "--rule", "大额", "--key",
                 "110101199001010021"], 0),
    ("test", ["test", "model.sup"], 0),
    ("fmt", ["fmt", "model.sup", "--lang", "en"], 0),
    ("check with faults", ["check", "wrong.sup"], 2),
]
WRONG = MODEL.replace("s.金额 > 起点", "s.金额 > 起点儿").replace("count(s)", "count(t)")


def prepare(folder):
    (folder / "model.sup").write_text(MODEL, "utf-8")
    (folder / "wrong.sup").write_text(WRONG, "utf-8")
    (folder / "购买.csv").write_text(ROWS, "utf-8")
    (folder / "名单.csv").write_text("人\n" + "\n".join(f"11010119900101{i:04d}" for i in
                                                    range(1, 40)) + "\n", "utf-8")


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def run_with(options, words, folder, lang, fault):
    env = world()
    env["LANG"] = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}[lang]
    if fault:
        env["SUP_FAULT"] = fault
    try:
        done = subprocess.run(limits + [str(options.sup), *words], cwd=folder, env=env,
                              capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Output(b"", b"no end\n", 124)
    return Output(done.stdout, done.stderr, done.returncode)


def faults_of(kind, before, whole, output, folder, lang):
    """What is wrong with one run in which a call failed."""
    left = files_of(folder)
    said = output.stderr.decode("utf-8", "replace")
    if crashed(output):
        return [crashed(output)[:3000]]
    broken = [name for name, data in left.items() if data not in (before.get(name),
                                                                  whole.files.get(name))]
    if broken:
        return [f"left {broken}\n{said}"]
    if output.code == whole.code and output.stdout == whole.stdout and left == whole.files:
        return []  # it got by
    if output.code != 3:
        return [f"exit {output.code}\n{said}"]
    words = SAID[kind] if kind in ("open", "read") else SAID[kind][lang == "en":][:1]
    if not any(word in said for word in words):
        return [f"does not say what failed\n{said}"]
    return []


def next_number(number, slow):
    """All numbers at first, then ever fewer."""
    return number + max(1, number // (60 if slow else 5))


def sweep(options, name, words, code, kind, slow):
    """The numbers of one command and kind of call; the Results of those that went wrong, or one that passed."""
    number, failures = 1, []
    with tempfile.TemporaryDirectory(prefix="sup-fault-") as base:
        start, folder = Path(base) / "start", Path(base) / "run"
        start.mkdir()
        prepare(start)
        before = files_of(start)
        wholes = {}
        for lang in ("zh", "en"):
            shutil.copytree(start, folder)
            wholes[lang] = run_with(options, words, folder, lang, "")
            wholes[lang].files = files_of(folder)
            if wholes[lang].code != code:
                failures = [f"ends with {wholes[lang].code}\n{wholes[lang].stderr.decode()}"] * 3
            shutil.rmtree(folder)
        while len(failures) < 3:
            lang = ("zh", "en")[number % 2]
            fault = f"{kind}:{number}" + ("+" if number % 3 == 0 else "")
            shutil.copytree(start, folder)
            output = run_with(options, words, folder, lang, fault)
            if b"fault: " not in output.stderr:
                break
            failures += [f"{fault} {lang}: {text}" for text in
                         faults_of(kind, before, wholes[lang], output, folder, lang)]
            shutil.rmtree(folder)
            number = next_number(number, slow)
    return [Result(f"{name}: {kind}", failures)]


def swept(options, slow):
    cache = options.build / "CMakeCache.txt"
    if not cache.exists() or "SUP_FAULT:BOOL=ON" not in cache.read_text("utf-8"):
        return []
    jobs = [(name, words, code, kind) for name, words, code in COMMANDS for kind in KINDS
            if options.filter in f"{name}: {kind}"]
    return check_all(lambda job: sweep(options, *job, slow), jobs)


def suite(options):
    return swept(options, False)


def slow_suite(options):
    return swept(options, True)

# SPDX-License-Identifier: Apache-2.0
"""Hostile input: files that are broken, huge or not there, models that try to exhaust the program.

Each case writes a folder, runs `sup` in it once for each language, and names the exit code and one
line of the message in both. Whatever comes in, the program answers in words, in bounded time, and
never dies.
The cases of SLOW take seconds each and run only when the suite `hostile_slow` is named.
"""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .common import Output, Result, check_all, crashed, limits, run, world
from .hostile_user import check_moments, check_rights

MODEL = """table z (id: text, n: integer?)
rule r "r"
  from z as z
  clue for z.id
    title: "{z.n}"
"""
RUN = ["run", "model.sup", "--data", ".", "--format", "jsonl"]
HUGE = 100 * 1024 * 1024


def data(content):
    """A folder with the usual model and this z.csv: bytes, or a function that writes it."""
    def write(folder):
        (folder / "model.sup").write_text(MODEL, "utf-8")
        path = folder / "z.csv"
        path.write_bytes(content) if isinstance(content, bytes) else content(path)
    return write


def model(text):
    """A folder with this model, or what a function gives, and a small z.csv."""
    def write(folder):
        made = text() if callable(text) else text
        raw = made if isinstance(made, bytes) else made.encode("utf-8")
        (folder / "model.sup").write_bytes(raw)
        (folder / "z.csv").write_bytes(b"id,n\n1,2\n")
    return write


def query(expression):
    return f"table z (id: text, n: integer?)\nquery q\n  from z as z\n  yield (x: {expression})\n"


def huge_line(path):
    with path.open("wb") as file:
        file.write(b"id,n\n1,2\n")
        for _ in range(HUGE // (1024 * 1024)):
            file.write(b"a" * (1024 * 1024))
        file.write(b",3\n4,5\n")


def huge_quote(path):
    with path.open("wb") as file:
        file.write(b'id,n\n1,2\n"')
        for _ in range(HUGE // (1024 * 1024)):
            file.write((b"a" * 127 + b"\n") * (8 * 1024))


def lines(count, line):
    return b"id,n\n" + line * count


WIDE = (",".join(f"c{i}" for i in range(100_000)) + ",id,n\n" + "1," * 100_000 + "7,8\n").encode()
DEEP = 1_000_000

# name, what the folder holds, arguments, exit code, what stderr says in Chinese and in English
CASES = [
    ("an empty file", data(b""), RUN, 3, "是空的", "is empty"),
    ("a byte order mark alone", data(b"\xef\xbb\xbf"), RUN, 3, "是空的", "is empty"),
    ("a UTF-16 mark alone", data(b"\xff\xfe"), RUN, 3, "是空的", "is empty"),
    ("line breaks alone", data(b"\n\n\r\n"), RUN, 3, "只有空行，没有表头", "blank lines only and no header"),
    ("a header alone", data(b"id,n\n"), RUN, 0, "文件只有表头，没有数据", "a header line and no data"),
    ("a header without line break", data(b"id,n"), RUN, 0, "只有表头", "header line and no data"),
    ("neither UTF-8 nor GB18030", data(b"id,n\n\xff\xfe\xfa\xfb,1\n\xff\xff,2\n"), RUN, 3,
     "无法判断文件", "cannot tell the encoding"),
    ("half a character at the end", data("id,n\n甲,1\n乙".encode() + b"\xe7\x94"), RUN, 0,
     "文件可能被截断", "the file may be cut off"),
    ("UTF-16 of an odd length", data(b"\xff\xfe" + "id,n\n1,2\n".encode("utf-16-le") + b"x"), RUN,
     0, "z.csv", "z.csv"),
    ("NUL bytes", data(b"id,n\na\0b,1\nc,2\n"), RUN, 0, "含有空字节（首见第 2 行）",
     "NUL byte (first on line 2)"),
    ("NUL bytes only", data(b"\0" * 4096), RUN, 3, "z.csv", "z.csv"),
    ("random bytes", data(bytes((i * 7919 + i // 251) % 256 for i in range(8192))), RUN, 3, "z.csv",
     "z.csv"),
    ("an executable", data(b"\x7fELF\x02\x01\x01" + b"\0" * 64), RUN, 3, "z.csv", "z.csv"),
    ("a spreadsheet under the name of a csv", data(b"PK\x03\x04\x14\x00\x06\x00" + b"\0" * 99),
     RUN, 3,
     "是电子表格（xlsx）或者压缩包，不是文本表格：请用相应的软件打开，另存为", "is a spreadsheet (xlsx) or an archive"),
    ("an old spreadsheet under the name of a csv", data(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99),
     RUN, 3, "是旧式电子表格（xls）或者文档", "is an old spreadsheet (xls)"),
    ("a PDF under the name of a csv", data(b"%PDF-1.4\n"), RUN, 3, "是 PDF 文档", "is a PDF document"),
    ("a compressed file under the name of a csv", data(b"\x1f\x8b\x08\0"), ["infer", "z.csv"], 3,
     "是压缩文件（gz）", "is a compressed file"),
    ("a missing column with a near name", data(b"idd,n\na,1\n"), RUN, 3, "最接近的是“idd”",
     "nearest is “idd”"),
    ("a missing column without one", data(b"x,n\na,1\n"), RUN, 3, "没有列“id”", "no column “id”"),
    ("a header given twice", data(b"id,id,n\na,b,1\n"), RUN, 3, "有两列“id”，无法确定取哪一列：请在文件中删去一列",
     "two columns “id”; which one is meant cannot be told: delete"),
    ("rows too short and too long", data(b"id,n\na,1\nb\nc,1,2,3\n"), RUN, 0, "单元格过多（首见第 4 行）",
     "too many cells (first on line 4)"),
    ("a quote that nobody closes", data(b'id,n\n"a,1\nb,2\n'), RUN, 0, "引号不配对", "quote"),
    ("quotes only", data(b'id,n\n' + b'"' * 9999), RUN, 0, "z.csv", "z.csv"),
    ("a hundred thousand columns", data(WIDE), RUN, 0, "接受 1", "accepted 1"),
    ("a line of 4 MB", data(b"id,n\n" + b"a" * (4 << 20) + b",1\n2,3\n"), RUN, 0, "读入 2", "read 2"),
    ("a number of 100,000 digits", data(b"id,n\n1," + b"9" * 100_000 + b"\n2,3\n"), RUN, 0,
     "单元格数值超出范围", "cell value out of range"),
    ("carriage returns only", data(b"id,n\r1,2\r3,4\r"), RUN, 0, "读入 2", "read 2"),
    ("no file", lambda folder: (folder / "model.sup").write_text(MODEL, "utf-8"), RUN, 3,
     "找不到数据表 z 的文件", "no file for table z"),
    ("no folder", model(MODEL), ["run", "model.sup", "--data", "没有"], 3, "没有", "没有"),
    ("a folder in the place of a file", data(lambda path: path.mkdir()), RUN, 3, "是文件夹",
     "is a folder"),
    ("a link that leads to itself", data(lambda path: path.symlink_to(path)), RUN, 3, "z.csv",
     "z.csv"),
    ("a pattern that matches a hundred files of nothing", data(b"id,n\n"),
     ["run", "model.sup", "--bind", "z=*.sup"], 3, "model.sup", "model.sup"),
    ("an empty model", model(""), RUN, 4, "没有规则", "neither rules nor queries"),
    ("a model of blanks", model(" \n\t\n"), RUN, 4, "没有规则", "neither rules nor queries"),
    ("a model of NUL bytes", model(b"\0" * 1000), RUN, 2, "model.sup:1:1", "model.sup:1:1"),
    ("a model of random bytes", model(bytes((i * 7919) % 256 for i in range(5000))), RUN, 2,
     "model.sup", "model.sup"),
    ("a model in GB18030", model("规则 甲 \"甲\"".encode("gb18030")), ["check", "model.sup"], 2,
     "UTF-8",
     "UTF-8"),
    ("a million parentheses", model(query("(" * DEEP + "1" + ")" * DEEP)), ["check", "model.sup"],
     2,
     "嵌套超过", "nest"),
    ("a million open parentheses", model(query("(" * DEEP)), ["check", "model.sup"], 2, "model.sup",
     "model.sup"),
    ("a million nots", model(query("not " * DEEP + "true")), ["check", "model.sup"], 2, "嵌套超过",
     "nest"),
    ("a million minus signs", model(query("- " * DEEP + "1")), ["check", "model.sup"], 2, "嵌套超过",
     "nest"),
    ("a million ifs", model(query("if true then " * DEEP)), ["check", "model.sup"], 2, "model.sup",
     "model.sup"),
    ("a million braces in a template", model(query('"' + "{" * DEEP + '"')), ["check",
     "model.sup"], 0,
     "", ""),
    ("a name of a million letters", model(query("z." + "a" * DEEP)), ["check", "model.sup"], 2,
     "model.sup", "model.sup"),
    ("a string that nobody closes", model(query('"abc')), ["check", "model.sup"], 2, "model.sup:4",
     "model.sup:4"),
    ("a hundred thousand faults", model("x " * 100_000), ["check", "model.sup"], 2, "model.sup",
     "model.sup"),
    ("a model that uses itself", model('use "model.sup"\n' + MODEL), ["check", "model.sup"], 2,
     "model.sup",
     "model.sup"),
    ("a literal of 10,000 digits", model(query("9" * 10_000)), ["check", "model.sup"], 2,
     "model.sup:4",
     "model.sup:4"),
    ("a pattern that needs backtracking", model(query('z.id like "(a)\\1"')), ["check",
     "model.sup"],
     2, "model.sup:4", "model.sup:4"),
    ("a full disk: jsonl", model(MODEL), RUN, 3, "磁盘已满", "the disk is full"),
    ("a full disk: table", model(MODEL), [*RUN[:-1], "table"], 3, "磁盘已满", "the disk is full"),
    ("a full disk: help", model(MODEL), ["--help"], 3, "磁盘已满", "the disk is full"),
    ("a full disk: check --columns", model(MODEL), ["check", "model.sup", "--columns"], 3, "磁盘已满",
     "the disk is full"),
    ("a folder for results that is a file", model(MODEL), ["run", "model.sup", "--data", ".",
     "--out", "z.csv"],
     3, "z.csv", "z.csv"),
    ("more rows than the limit", data(lines(50, b"1,2\n")), [*RUN, "--limit-rows", "10"], 3,
     "可用 --limit-rows 提高上限", "raise --limit-rows"),
    ("more bytes than the limit", data(lines(50, b"1,2\n")), [*RUN, "--limit-bytes", "10"], 3,
     "可用 --limit-bytes 提高上限", "raise --limit-bytes"),
]

Z = "table z (id: text, n: integer?)\n"
Y = "table y (id: text, n: integer?)\n"


def files(**texts):
    """A folder with these files: keys are names with _ for the point."""
    def write(folder):
        for name, text in texts.items():
            content = text() if callable(text) else text
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / name.replace("_", ".")).write_bytes(raw)
    return write


def ring(folder):
    """Three models that use each other in a circle, and a name that only the circle would bring."""
    (folder / "model.sup").write_text('use "b.sup"\n' + Z, "utf-8")
    (folder / "b.sup").write_text('use "c.sup"\n', "utf-8")
    (folder / "c.sup").write_text('use "model.sup"\nquery q\n  from z as z\n  yield (z.id)\n', "utf-8")


def chain(folder):
    """A hundred and twenty models, each using the next."""
    for i in range(120):
        name = "model.sup" if i == 0 else f"m{i}.sup"
        (folder / name).write_text(f'use "m{i + 1}.sup"\n', "utf-8")
    (folder / "m120.sup").write_text(Z, "utf-8")


def set_of(count):
    return "{" + ", ".join(map(str, range(count))) + "}"


MATCH = Z + Y + """match m (a: z, b: y)
{block}  compare x: similar(a.id, b.id) >= 0.9 weight 4, else weight -4
  accept >= 3 review >= 1
rule r "r"
  from z as s
  join y as b using m(s, b)
  clue for s.id
"""
GROWING = Z + """relation r (id: text, n: integer?)
{limit}  from z as z
  yield (z.id, z.n)
also
  from r as r
  yield (r.id, n: r.n + 1)
query q
  from r as r
  yield (r.id, r.n)
"""
EXTERN = """extern function f(x: real): real from "{library}" symbol "{symbol}" pure
""" + Z + """query q
  from z as z
  yield (z.id, y: f(8))
"""
SMALL = b"id,n\n1,2\n"


def extern(library, symbol="cbrt"):
    return files(model_sup=EXTERN.format(library=library, symbol=symbol), z_csv=SMALL)


def like(pattern):
    return model(query(f'z.id like "{pattern}"').replace("yield (x: ", "where ").replace(
        '")\n', '"\n  yield (z.id)\n'))


# Models that would run for ever, or over everything: refused, or stopped at a limit that is named.
TRAPS = [
    ("a circle of three models", ring, ["check", "model.sup"], 2, "“b.sup”引用了“c.sup”",
     '"b.sup" uses "c.sup"'),
    ("a circle of models names nothing unknown", ring, ["check", "model.sup"], 2, "放进另一个文件",
     "into a third file"),
    ("a chain of 120 models", chain, ["check", "model.sup"], 2, "链条太长", "in a chain"),
    ("a pattern too large", like("(((a{1000}){1000}){1000})"), ["check", "model.sup"], 2, "模式过大",
     "too large"),
    ("a pattern that looks ahead", like("(?=a)(.*)*b"), ["check", "model.sup"], 2, "前后查看",
     "look"),
    ("a pattern that branches at every letter of a long text",
     files(model_sup=Z + 'query q\n  from z as z\n  where z.id like "(a|a)*[bc]"\n  yield (z.id)\n',
           z_csv=lambda: b"id,n\n" + b"a" * 1_000_000 + b",1\n"), RUN, 0,
     "待定 1 行：文字过长，无法按这个形式判断", "1 rows undecided: pattern too costly"),
    ("a match of a million rows without blocks",
     files(model_sup=MATCH.format(block=""), z_csv=lambda: b"id,n\n" + b"a,1\n" * 1_000_000,
           y_csv=SMALL), RUN, 2, "还缺“分块 条件”", "needs `block on`"),
    ("a block that finds nothing by itself",
     files(model_sup=MATCH.format(block="  block on similar(a.id, b.id) >= 0.5\n"), z_csv=SMALL,
           y_csv=SMALL), RUN, 2, "没有两边之间的相等", "no equality"),
    ("a recursion that grows without end", model(GROWING.format(limit="")), RUN, 2, "可能没有尽头",
     "may never end"),
    ("a recursion with too deep a limit", model(GROWING.format(limit="  limit depth 1000000000\n")),
     [*RUN, "--limit-depth", "1000"], 3, "--limit-depth", "raise --limit-depth"),
    ("a recursion with too many rows", model(GROWING.format(limit="  limit depth 1000000000\n")),
     [*RUN, "--limit-recursion", "1000"], 3, "--limit-recursion", "raise --limit-recursion"),
    ("a library that is not allowed", extern("libm.so.6"), RUN, 4, "--allow-extern libm.so.6",
     "add --allow-extern libm.so.6"),
    ("a library that is not there", extern("libnot-there.so"),
     [*RUN, "--allow-extern", "libnot-there.so"], 3, "不能载入", "cannot load"),
    ("a library without the function", extern("libm.so.6", "no_such_function"),
     [*RUN, "--allow-extern", "libm.so.6"], 3, "no_such_function", "no_such_function"),
    ("another library than the one allowed", extern("libm.so.6"),
     [*RUN, "--allow-extern", "libc.so.6"], 4, "没有得到允许", "is not allowed"),
    ("an allowed library by another path", extern("../../lib/libm.so.6"),
     [*RUN, "--allow-extern", "libm.so.6"], 4, "没有得到允许", "is not allowed"),
    ("an absence below a grouping", model(Z + """rule r "r"
  from z as s
  group by s.id
  lacks z as b on b.id = id on missing undecided
  clue for id
"""), RUN, 2, "不能写在“分组 按”后面", "cannot stand below `group by`"),
]

PAIRS = """table z (id: text, n: integer?)
rule r "r"
  from z as a
  join z as b on a.n < b.n
  join z as c on b.n < c.n
  where a.n + b.n + c.n < 0
  clue for a.id
"""


def numbered(count):
    return b"id,n\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(count))


def pairs(folder):
    (folder / "model.sup").write_text(PAIRS, "utf-8")
    (folder / "z.csv").write_bytes(numbered(3000))


MATCH = Z + """match m (a: z, b: z)
  block on a.id = b.id and a.n < b.n
  compare n: similar(text(a.n), text(b.n)) >= 0.9 weight 2, else weight -1, missing weight 0
  accept >= 2 review >= 1
rule r "r"
  from z as z
  where z.n >= 0
  join z as y using m(z, y)
  clue for z.n, y.n as m
"""


def one_block(folder):
    """Everybody has the same placeholder: 160,000 rows against 160,000."""
    (folder / "model.sup").write_text(MATCH, "utf-8")
    (folder / "z.csv").write_bytes(b"id,n\n" + b"".join(b"x,%d\n" % i for i in range(160_000)))


def backtracking(folder):
    """Texts that each take as many steps as a match may have."""
    (folder / "model.sup").write_text(
        Z + 'rule r "r"\n  from z as z\n  where z.id like "c(a|aa)+[bd]"\n  clue for z.n\n', "utf-8")
    (folder / "z.csv").write_bytes(
        b"id,n\n" + b"".join(b"c%b,%d\n" % (b"a" * (3000 + i), i) for i in range(3000)))


SLOW = [
    ("a line of 100 MB", data(huge_line), RUN, 0, "隔离 1 行：行过长（首见第 3 行）", "1 rows: line too long (first on line 3)"),
    ("100 MB behind a quote that nobody closes", data(huge_quote), RUN, 0, "z.csv", "z.csv"),
    ("ten million blank lines", data(b"id,n\n" + b"\n" * 10_000_000), RUN, 0, "只有表头",
     "header line"),
    ("more pairs than the limit", pairs, [*RUN, "--limit-pairs", "1000000"], 3, "limit-pairs",
     "limit-pairs"),
    ("a set of a million members",
     model(lambda: Z + "query q\n  from z as z\n  where z.n in " + set_of(1_000_000) +
           "\n  yield (z.id)\n"), RUN, 0, "q：1 行", "q: 1 rows"),
]


def run_full(command, folder):
    """Runs a command whose stdout is a full disk."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(limits + command, cwd=folder, env=world(), stdout=full,
                              stderr=subprocess.PIPE, timeout=60, check=False)
    return Output(b"", done.stderr, done.returncode)


def check_case(case, options):
    name, write, words, code, zh, en = case
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-hostile-") as folder:
        write(Path(folder))
        for lang, wanted in (("zh", zh), ("en", en)):
            command = [str(options.sup), *words, "--lang", lang]
            began = time.monotonic()
            output = run_full(command, folder) if "full disk" in name else run(command, folder)
            fault = crashed(output)
            said = output.stderr.decode("utf-8", "replace")
            shown = "\n".join(line[:300] for line in said.splitlines()[:12])
            if fault:
                failures.append(fault[:4000])
            elif output.code != code:
                failures.append(f"{lang}: exit {output.code} instead of {code}\n{shown}")
            elif wanted not in said:
                failures.append(f"{lang}: stderr lacks {wanted}\n{shown}")
            if time.monotonic() - began > 60:
                failures.append(f"{lang}: took longer than a minute")
            if len(output.stderr) > 200_000:
                failures.append(f"{lang}: a message of {len(output.stderr)} bytes")
    return [Result(name, failures)]


def check_interrupt(options, name="Ctrl-C", write=pairs):
    """Ctrl-C in the middle of a join of 27 billion triples: exit 130, soon, and nothing written."""
    with tempfile.TemporaryDirectory(prefix="sup-hostile-") as folder:
        write(Path(folder))
        command = [str(options.sup), *RUN[:-2], "--out", "out", "--limit-pairs", "1000000000000"]
        process = subprocess.Popen(command, cwd=folder, env=world(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        time.sleep(1.0)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        waited = time.monotonic() - began
        left = sorted(path.name for path in Path(folder).glob("out/*"))
    said = err.decode("utf-8", "replace")
    failures = []
    if process.returncode != 130:
        failures.append(f"exit {process.returncode} instead of 130\n{said}")
    if waited > 5:
        failures.append(f"ended {waited:.1f} seconds after the interrupt")
    if out or left:
        failures.append(f"left {left} {out[:200]}")
    return [Result(name, failures)]


def check_like(options):
    return check_interrupt(options, "Ctrl-C in `like`", backtracking)


def check_match(options):
    return check_interrupt(options, "Ctrl-C in a match", one_block)


def check_pipe(options):
    """Ctrl-C while a pipe that nobody writes to is opened: exit 130, in words."""
    with tempfile.TemporaryDirectory(prefix="sup-hostile-") as folder:
        data(os.mkfifo)(Path(folder))
        process = subprocess.Popen([str(options.sup), *RUN], cwd=folder, env=world(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            _, err = process.communicate()
    said = err.decode("utf-8", "replace")
    failed = process.returncode != 130 or "时被中断" not in said
    return [Result("Ctrl-C at a pipe", [f"exit {process.returncode}\n{said}"] if failed else [])]


LATE = ("more time than the limit", pairs,
        [*RUN, "--limit-time", "1", "--limit-pairs", "1000000000000"], 3,
        "时超过时限 1 秒：请先缩小前面的范围，或用 --limit-time 提高时限", "raise --limit-time")


BLOCK = ("a block of everybody", one_block, RUN, 3, "最大的一块是“x”，160000 行对 160000 行",
         'its largest part is "x", 160000 rows against 160000')


def chosen(cases, options):
    return [case for case in cases if options.filter in case[0]]


def suite(options):
    results = check_all(lambda case: check_case(case, options), chosen([*CASES, *TRAPS, LATE, BLOCK], options))
    single = {"Ctrl-C": check_interrupt, "Ctrl-C at a pipe": check_pipe,
              "Ctrl-C in `like`": check_like, "Ctrl-C in a match": check_match,
              "without permission": check_rights, "Ctrl-C at several moments": check_moments}
    for name, check in single.items():
        if options.filter in name:
            results += check(options)
    return results


def slow_suite(options):
    return check_all(lambda case: check_case(case, options), chosen(SLOW, options))

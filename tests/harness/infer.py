# SPDX-License-Identifier: Apache-2.0
"""`sup infer`: what it prints for a folder of data passes `sup check` and loads those very files.

Each case is a file as bytes and lines that the declaration must have, in Chinese and in English. The declaration is then
checked, and a query that counts the rows is run over it.
"""

import tempfile
from pathlib import Path

from .common import Result, check_all, crashed, run

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def person(number):
    """A citizen's number with its check digit."""
    base = f"110101{1950 + number % 50}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    return base + "10X98765432"[sum(int(d) * w for d, w in zip(base, WEIGHTS)) % 11]


def people(mangle):
    lines = ["流水号,身份证号,姓名,发生日"]
    for i in range(60):
        lines.append(f"A{i:04d},{mangle(i, person(i))},张{i % 7},2023-{i % 12 + 1:02d}-{i % 28 + 1:02d}")
    return ("\n".join(lines) + "\n").encode()


def table(head, row, count=40, separator=","):
    lines = [separator.join(head)] + [separator.join(str(c) for c in row(i)) for i in range(count)]
    return ("\n".join(lines) + "\n").encode()


def masked(number, text):
    return text[:6] + "********" + text[-4:] if number % 10 == 3 else text


# name, bytes, rows, lines wanted in Chinese, lines wanted in English
CASES = [
    ("people, their dates and a key", people(lambda i, p: p), 60,
     ["流水号: 文本,", "身份证号: 身份号,", "发生日: 日期)", "主键 (流水号)"],
     ["身份证号: person_id,", "发生日: date)", "key (流水号)"]),
    ("masked and damaged ids are told", people(masked), 60,
     ["身份证号: 身份号,    # 脱敏 6"], ["身份证号: person_id,    # masked 6"]),
    ("GB18030 is stated", people(lambda i, p: p).decode().encode("gb18030"), 60,
     ["encoding: \"GB18030\""], ["encoding: \"GB18030\""]),
    ("a title above the header", "结算表,,\n".encode() + table(["号", "数量", "日期"], lambda i: (
        f"{i:03d}", i, "2024-01-02")), 40, ["header: 2", "数量: 整数,"], ["header: 2", "数量: integer,"]),
    ("tabs", table(["号", "长度"], lambda i: (f"{i:03d}", i / 8), separator="\t"), 40,
     ["separator: \"tab\"", "长度: 小数(18, 3)"], ["decimal(18, 3)"]),
    ("money in ten thousands", table(["号", "金额（万元）", "价款"], lambda i: (
        f"x{i}", f"{i}.50", f"{i}元")), 40, ["`金额（万元）`: 金额 单位 万元,", "价款: 金额)"],
     ["`金额（万元）`: money unit 万元,", "价款: money)"]),
    ("amounts of five and of six digits have lost no zero", table(["号", "金额"], lambda i: (
        f"A{i}", (i + 1) * 10_000), count=30), 30,
     ["（检测）\n数据表", "金额: 金额"], ["(detected)\ntable", "金额: money"]),
    ("leading zeros and codes stay text", table(["区划代码", "邮编", "数"], lambda i: (
        110000 + i, f"0{i:05d}", i)), 40, ["区划代码: 文本,", "邮编: 文本,", "数: 整数)"],
     ["邮编: text,", "数: integer)"]),
    ("blanks make a type open", table(["号", "日期", "备注"], lambda i: (
        i + 1000, "" if i % 4 == 0 else "2024-05-06", "")), 40,
     ["日期: 日期?,    # 空白 10", "备注: 文本?)    # 空白 40"], ["日期: date?,    # missing 10"]),
    ("cells that cannot be read", table(["号", "日期"], lambda i: (
        f"n{i}", "2024-13-40" if i == 7 else "2024-05-06")), 40,
     ["读不成，将被隔离 1（如 20…(10)）"], ["cannot be read and will be quarantined 1"]),
    ("times, yes and no, percentages", table(["号", "时刻", "退休", "比例"], lambda i: (
        f"n{i}", f"2024-05-06 08:{i:02d}:00", "是" if i % 3 else "否", f"{i}%")), 40,
     ["时刻: 时刻,", "退休: 真假,", "比例: 比率)"], ["时刻: datetime,", "退休: boolean,", "比例: ratio)"]),
    ("names that are keywords or odd", table(["select", "from", "a b", "来自", "号"], lambda i: (
        "x", "yy", "z", "w", f"n{i}")), 40, ["`from`: 文本,", "`a b`: 文本,", "`来自`: 文本,"],
     ["`from`: text,"]),
    ("columns without names and with one name", table(["号", "", "甲", "甲"], lambda i: (
        f"n{i}", 1, 2, 3)), 40, ["# 第 2 列没有可用的名称：", "# 第 3 列没有可用的名称："], ["# column 2 has no name"]),
    ("a file without a header", table(["1", "2024-01-01", "20"], lambda i: (i, "2024-01-02", 5)), 40,
     ["# 注意：第一行看起来是数据而不是表头"], ["looks like data"]),
]


def declared(options, folder, lang):
    return run([options.sup, "infer", "数据.csv", "--lang", lang], folder)


def check_case(case, options):
    name, content, rows, *wanted = case
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-infer-") as base:
        folder = Path(base)
        (folder / "数据.csv").write_bytes(content)
        for lang, lines in zip(("zh", "en"), wanted):
            output = declared(options, folder, lang)
            text = output.stdout.decode("utf-8", "replace")
            if crashed(output) or output.code:
                failures.append(f"{lang}: exit {output.code}\n{output.stderr.decode()}")
                continue
            failures += [f"{lang}: lacks {line}\n{text}" for line in lines if line not in text]
            names = [line.split(":")[0].strip() for line in text.splitlines()
                     if line.startswith("    ") and not line.startswith("    #")]
            cells = ", ".join(f"c{i}: s.{name}" for i, name in enumerate(names))
            model = text + f'query 全部 "每一列"\n  from 数据 as s\n  yield ({cells})\n'
            (folder / "model.sup").write_text(model, "utf-8")
            checked = run([options.sup, "check", "model.sup", "--lang", "en"], folder)
            if checked.code:
                failures.append(f"{lang}: {checked.stderr.decode()}\n{text}")
            done = run([options.sup, "run", "model.sup", "--format", "csv", "--lang", "en"], folder)
            said = done.stderr.decode("utf-8", "replace")
            if done.code or f"read {rows} = " not in said:
                failures.append(f"{lang}: does not load {rows} rows\n{said}")
    return [Result(name, failures)]


def check_faults(options):
    """What is no table is told, and does not keep the others from being read."""
    failures = []
    with tempfile.TemporaryDirectory(prefix="sup-infer-") as base:
        folder = Path(base)
        (folder / "a.csv").write_bytes(b"")
        (folder / "b.csv").write_bytes("号\n1\n".encode())
        for words, code, out, err in ((["infer", "."], 3, "b", "a.csv"),
                                      (["infer", "没有.csv"], 3, "", "没有.csv"),
                                      (["infer"], 4, "", "infer")):
            output = run([options.sup, *words], folder)
            said = (output.stdout.decode(), output.stderr.decode())
            if crashed(output) or output.code != code or out not in said[0] or err not in said[1]:
                failures.append(f"{words}: exit {output.code}\n{said}")
    return [Result("files that are no tables", failures)]


def suite(options):
    chosen = [case for case in CASES if options.filter in case[0]]
    results = check_all(lambda case: check_case(case, options), chosen)
    return results + (check_faults(options) if options.filter in "files that are no tables" else [])

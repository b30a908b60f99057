#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times how values that people write are read, against DuckDB on the same files, and compares the answers.

    tests/bench/texts/run.py [--sup PATH] [--folder DIR] [--rounds N] [--scale X] [--no-peer] [JOB…]

Jobs: ids (10^7 identity numbers are judged while they are loaded), date_columns and amount_columns (10^6 mixed forms
in columns of their type), date_texts and amount_texts (10^6 mixed forms, Chinese numerals among them, in texts that a
function reads). Each on clean data and on data of which 1 % and 5 % are dirty; dirt should not cost more than twice.
The peer does what SQL can say: a checksum, a list of formats, replacements. Both are checked against what the data
were made from. Runs alternate; the best of each counts. Timings are no test: the exit code is 1 only if answers differ.
"""
import csv
import decimal
import io
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from beside import ROOT, measure, options_of, peer_python

MODEL = os.path.join(HERE, "texts.sup")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

# ---------------------------------------------------------------- what the peer is asked; FOLDER is put in later


def read_values(table, columns):
    return "read_csv('FOLDER/%s.csv', header = true, columns = {%s})" % (
        table, ", ".join("'%s': '%s'" % column for column in columns))


def ids():
    """Blanks and full-width digits are repaired as the program does it; what is usable is counted."""
    checksum = " + ".join("(ord(x[%d]) - 48) * %d" % (i + 1, weight) for i, weight in enumerate(WEIGHTS))
    return """select count(*) from (
                select upper(translate(replace(身份号, ' ', ''), '０１２３４５６７８９', '0123456789')) as x from """ + read_values(
        "人员", [("序号", "bigint"), ("身份号", "varchar")]) + """)
              where case when regexp_full_match(x, '[1-9][0-9]{16}[0-9X]')
                then x[18] = '10X98765432'[(""" + checksum + """) % 11 + 1] and try_strptime(x[7:14], '%Y%m%d') is not null
                else false end"""


def numbers(cell):
    """十 in dates as digits, then the digits."""
    for wrong, right in (("([二三])十([一二三四五六七八九])", r"\1\2"), ("([二三])十", r"\1〇"), ("十([一二三四五六七八九])", r"一\1"),
                         ("十", "一〇")):
        cell = "regexp_replace(%s, '%s', '%s', 'g')" % (cell, wrong, right)
    return "translate(%s, '〇一二三四五六七八九', '0123456789')" % cell


def dates(table, cell):
    return """select sum(date_diff('day', date '1970-01-01', try_strptime(CELL, [
                '%Y-%m-%d', '%Y/%m/%d', '%Y%m%d', '%Y年%m月%d日', '%Y.%m.%d', '%Y-%m-%d %H:%M:%S'])::date))
              from """.replace("CELL", cell) + read_values(table, VALUES)


def digits():
    return r"""case when regexp_full_match(金额, '￥?\(?([0-9]+|[0-9]{1,3}(,[0-9]{3})*)(\.[0-9]+)?\)?万?千?元?')
      then try_cast(regexp_replace(金额, '[￥,元万千()]', '', 'g') as decimal(18, 4))
        * case when 金额 like '%万%' then 10000 when 金额 like '%千%' then 1000 else 1 end
        * case when 金额[1] = '(' then -1 else 1 end end"""


def section(part):
    """Up to four digits with their units, as on a cheque."""
    places = ["greatest(strpos('壹贰叁肆伍陆柒捌玖', nullif(regexp_extract(%s, '([壹贰叁肆伍陆柒捌玖])%s', 1), '')), 0) * %d"
              % (part, unit, worth) for unit, worth in (("仟", 1000), ("佰", 100), ("拾", 10), ("$", 1))]
    return " + ".join("coalesce(%s, 0)" % place for place in places)


def capitals():
    return """case when 金额 like '%元整' and length(金额) > 2
      then ((case when 金额 like '%万%' then """ + section("split_part(金额, '万', 1)") + """ else 0 end) * 10000 + """ + section(
        "regexp_extract(金额, '([^万]*)元整', 1)") + """)::decimal(18, 4)
      else """ + digits() + " end"


def amounts(table, value):
    return "select sum(" + value + ") from " + read_values(table, VALUES)


HAN_DATE = "case when ascii(日期) < 128 then 日期 else " + numbers("日期") + " end"
VALUES = [("序号", "bigint"), ("日期", "varchar"), ("金额", "varchar")]

JOBS = {
    "ids": ("号码", ids(), ("ids", "有效")),
    "date_columns": ("列中日期", dates("列值", HAN_DATE), ("columns", "days")),
    "date_texts": ("文中日期", dates("文值", HAN_DATE), ("texts", "days")),
    "amount_columns": ("列中金额", amounts("列值", digits()), ("columns", "fen")),
    "amount_texts": ("文中金额", amounts("文值", capitals()), ("texts", "fen")),
}

PEER_PROGRAM = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("set threads = " + sys.argv[2])
connection.execute("set enable_progress_bar = false")
print(connection.execute(sys.argv[1]).fetchone()[0])
"""


def prepare(folder, scale):
    facts = os.path.join(folder, "facts.json")
    if not os.path.exists(facts) or json.load(open(facts, encoding="utf-8")).get("scale") != scale:
        print("making data in", folder, flush=True)
        subprocess.run([sys.executable, os.path.join(HERE, "make_data.py"), folder, str(scale)], check=True)
    return json.load(open(facts, encoding="utf-8"))


def answer_of_program(job, text):
    rows = list(csv.DictReader(io.StringIO(text)))
    if job == "ids":
        return sum(int(row["数"]) for row in rows if row["状态"] == "有效")
    return decimal.Decimal(rows[0]["和"])


def expected(job, facts):
    family, name = JOBS[job][2]
    value = facts[family][name]
    return decimal.Decimal(value) / 100 if name == "fen" else value


def run_job(job, percent, options, python, facts):
    """Times one job; returns its seconds, or None if an answer is wrong."""
    query, sql, _ = JOBS[job]
    folder = os.path.join(options.folder, percent)
    own = [options.sup, "run", MODEL, "--query", query, "--format", "csv", "--data", folder, "--quiet"]
    peer = [python, "-c", PEER_PROGRAM, sql.replace("FOLDER", folder), str(options.threads)]
    own_runs, peer_runs = [], []
    for _ in range(options.rounds):
        own_runs.append(measure(own))
        if not options.no_peer:
            peer_runs.append(measure(peer))
    answers = {"sup": {answer_of_program(job, run[2]) for run in own_runs},
               "duckdb": {decimal.Decimal(run[2].split()[-1]) for run in peer_runs}}
    best = {}
    for who, runs in (("sup", own_runs), ("duckdb", peer_runs)):
        if not runs:
            continue
        best[who] = seconds, memory, work = tuple(min(run[i] for run in runs) for i in (0, 1, 3))
        print("%-14s %2s %% %-6s %7.2f s %7.0f MiB %7.2f s of processor" % (job, percent, who, seconds, memory, work))
    wrong = [who for who in best if answers[who] != {expected(job, facts)}]
    for who in wrong:
        print("%-14s %2s %% %s says %s, not %s" % (job, percent, who, answers[who], expected(job, facts)))
    if len(best) == 2:
        ratios = tuple(own / other for own, other in zip(best["sup"], best["duckdb"]))
        print("%-14s %2s %% ratios: time %.2f, memory %.2f, processor %.2f" % ((job, percent) + ratios))
    return None if wrong else best["sup"][2]


def main():
    options = options_of(__doc__, JOBS, os.path.join(ROOT, "build", "bench", "texts"), 3, os.cpu_count())
    options.folder = os.path.abspath(options.folder)
    os.makedirs(options.folder, exist_ok=True)
    facts = prepare(options.folder, options.scale)
    python = peer_python(options.folder, not options.no_peer)
    good = True
    for job in options.jobs:
        seconds = [run_job(job, percent, options, python, facts[percent]) for percent in ("0", "1", "5")]
        good = good and None not in seconds
        if None not in seconds:
            print("%-14s dirt costs: 1 %% × %.2f, 5 %% × %.2f" % (job, seconds[1] / seconds[0], seconds[2] / seconds[0]))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

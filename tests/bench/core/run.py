#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the program against DuckDB on the same files, from start to answer, and compares the answers.

    tests/bench/core/run.py [--sup PATH] [--folder DIR] [--rounds N] [--scale X] [--no-peer] [JOB…]

Jobs: join (10^6 payments with 10^5 persons and a period), group (10^7 rows by 10^5 keys), damaged (10^7
rows of which 5 % have an unusable id; no peer: the counts are checked). Runs alternate; the best of each
counts. Data and the peer (from pip, in a virtual environment) stay in the folder between calls. Timings are
no test: the exit code is 1 only if answers differ.
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

MODEL = os.path.join(HERE, "core.sup")

JOBS = {
    "join": {
        "args": ["--rule", "矫正期间调整养老金", "--format", "jsonl", "--as-of", "2024-12-31"],
        "sql": """select a.身份证, a.调整日, sum(a.调整额) as s
                  from read_csv('{folder}/养老金调整.csv', header = true, columns = {{'身份证': 'varchar', '姓名': 'varchar',
                    '调整日': 'date', '调整额': 'decimal(18,4)', '流水号': 'bigint'}}) a
                  join read_csv('{folder}/矫正对象.csv', header = true, columns = {{'身份证': 'varchar', '类别': 'varchar',
                    '入矫日': 'date', '解矫日': 'date'}}) j
                  on a.身份证 = j.身份证 and a.调整日 between j.入矫日 and coalesce(j.解矫日, date '2024-12-31')
                  group by a.身份证, a.调整日""",
    },
    "group": {
        "args": ["--query", "各账号", "--format", "csv"],
        "sql": """select 账号, count(*) as n, sum(金额) as s, max(金额) as m
                  from read_csv('{folder}/流水.csv', header = true, columns = {{'账号': 'bigint', '类别': 'bigint',
                    '金额': 'decimal(18,4)', '日期': 'date'}})
                  group by 账号 order by 账号""",
    },
    "damaged": {"args": ["--query", "损坏身份证", "--format", "csv"], "sql": None},
}

PEER_PROGRAM = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("set threads = " + sys.argv[2])
connection.execute("copy (" + sys.argv[1] + ") to '" + sys.argv[3] + "' (format csv, header false)")
"""


def number(text):
    """The canonical text of a number, so that 5.10 and 5.1 are one."""
    return format(decimal.Decimal(text).normalize(), "f")


def answer_of_program(job, text):
    if job != "join":
        return sorted(tuple(number(cell) for cell in row) for row in list(csv.reader(io.StringIO(text)))[1:])
    rows = []
    for line in text.splitlines():
        entry = json.loads(line)
        if entry["list"] == "clue":
            key = entry["key"]
            rows.append((key["身份证"], key["调整日"], number(entry["fields"]["调整额"])))
    return sorted(rows)


def answer_of_peer(job, text):
    rows = list(csv.reader(io.StringIO(text)))
    if job == "join":
        return sorted((row[0], row[1], number(row[2])) for row in rows)
    return sorted(tuple(number(cell) for cell in row) for row in rows)


def prepare(folder, scale, with_peer):
    """Makes data and peer where they are missing; returns the peer's Python."""
    facts = os.path.join(folder, "facts.json")
    made = os.path.exists(facts) and json.load(open(facts, encoding="utf-8")).get("scale") == scale
    if not made:
        print("making data in", folder, flush=True)
        subprocess.run([sys.executable, os.path.join(HERE, "make_data.py"), folder, str(scale)], check=True)
    return peer_python(folder, with_peer)


def run_job(job, options, python):
    """Times one job; returns whether the answers agree."""
    own = [options.sup, "run", MODEL, "--data", options.folder, "--quiet"] + JOBS[job]["args"]
    sql = JOBS[job]["sql"]
    peer_file = os.path.join(options.folder, "peer.csv")
    peer = None
    if sql and not options.no_peer:
        peer = [python, "-c", PEER_PROGRAM, sql.format(folder=options.folder), str(options.threads), peer_file]
    own_runs, peer_runs = [], []
    for _ in range(options.rounds):
        own_runs.append(measure(own))
        if peer:
            peer_runs.append(measure(peer))
    seconds, memory, work = (min(run[i] for run in own_runs) for i in (0, 1, 3))
    print("%-8s sup    %7.2f s %7.0f MiB %7.2f s of processor" % (job, seconds, memory, work))
    if len({run[2] for run in own_runs}) != 1:
        print("%-8s the program gave different bytes in different runs" % job)
        return False
    if job == "damaged":
        return check_damaged(options, own_runs[0][2])
    if not peer:
        return True
    peer_seconds, peer_memory, peer_work = (min(run[i] for run in peer_runs) for i in (0, 1, 3))
    print("%-8s duckdb %7.2f s %7.0f MiB %7.2f s of processor; ratios: time %.2f, memory %.2f, processor %.2f"
          % (job, peer_seconds, peer_memory, peer_work, seconds / peer_seconds, memory / peer_memory, work / peer_work))
    with open(peer_file, encoding="utf-8", newline="") as file:
        same = answer_of_program(job, own_runs[0][2]) == answer_of_peer(job, file.read())
    if not same:
        print("%-8s the answers differ" % job)
    return same


def check_damaged(options, output):
    """The rows of the answer are the usable ones, exactly."""
    counts = json.load(open(os.path.join(options.folder, "facts.json"), encoding="utf-8"))["damaged"]
    rows = sum(int(row[1]) for row in list(csv.reader(io.StringIO(output)))[1:])
    usable = counts["valid"] + counts["repaired"]
    if rows != usable:
        print("damaged  %d usable rows expected, %d found" % (usable, rows))
    return rows == usable


def main():
    options = options_of(__doc__, JOBS, os.path.join(ROOT, "build", "bench"), 3, os.cpu_count())
    options.folder = os.path.abspath(options.folder)
    os.makedirs(options.folder, exist_ok=True)
    python = prepare(options.folder, options.scale, not options.no_peer)
    good = [run_job(job, options, python) for job in options.jobs]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()

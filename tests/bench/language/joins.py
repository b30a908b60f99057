#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times joins by other conditions than equality beside DuckDB on the same files, and compares the answers.

    tests/bench/language/joins.py [--sup PATH] [--folder DIR] [--rounds N] [--scale X] [--no-peer] [--threads N] [JOB…]

Jobs: keys (overlap of 10^6 with 10^5 intervals over 1000 keys), few (the same over 10 keys), words (500 words in 10^6
texts), names (Jaro–Winkler of at least 0.9037, a value that no pair has exactly, 10^5 names with 10^4). Of several forms of a peer's query the fastest
counts. Data and the peer (from pip, in a virtual environment) stay in the folder between calls. Timings are no test:
the exit code is 1 only if answers differ.
"""
import argparse
import datetime
import os
import subprocess
import sys

from recursion import PEER_PROGRAM, Sequence, measure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
MODEL = os.path.join(HERE, "joins.sup")

SPAN_COLUMNS = "{'k': 'bigint', 'from_day': 'date', 'to_day': 'date', 'n': 'bigint'}"
TEXT_COLUMNS = {"note": "{'n': 'bigint', 'content': 'varchar'}", "word": "{'n': 'bigint', 'word': 'varchar'}",
                "person": "{'n': 'bigint', 'name': 'varchar'}", "listed": "{'n': 'bigint', 'name': 'varchar'}"}
OVERLAP = "s.from_day <= v.to_day and s.to_day >= v.from_day"
SPANS = ["select count(*), sum(v.n + s.n) from {visit} v join {stay} s on s.k = v.k and " + OVERLAP,
         "select count(*), sum(n) from (select v.k as a, s.k as b, v.n + s.n as n from {visit} v join {stay} s on "
         + OVERLAP + ") where a = b"]
WORDS = ["select count(*), sum(t.n + w.n) from {note} t join {word} w on contains(t.content, w.word)"]
NAMES = ["select count(*), sum(p.n + l.n) from {person} p join {listed} l"
         " on jaro_winkler_similarity(p.name, l.name, 0.9037) >= 0.9037"]
SYLLABLES = "an bao chen dong feng gao he jin kai li min ning peng qin rong shan tao wei xin yuan zhou".split()


def spans(keys, longest):
    def rows(seed, count):
        numbers = Sequence(seed)
        first = datetime.date(2000, 1, 1)
        for n in range(count):
            begin = first + datetime.timedelta(days=numbers.below(7000))
            yield "%d,%s,%s,%d" % (numbers.below(keys), begin, begin + datetime.timedelta(days=numbers.below(longest)), n % 1000)
    return {"visit": ("k,from_day,to_day,n", lambda scale: rows(1, int(1_000_000 * scale))),
            "stay": ("k,from_day,to_day,n", lambda scale: rows(2, int(100_000 * scale)))}


def text_of(numbers, count):
    return "".join(SYLLABLES[numbers.below(len(SYLLABLES))] for _ in range(count))


def texts(seed, rows, shortest, longest):
    """Texts of syllables, the same everywhere."""
    def made(scale):
        numbers = Sequence(seed)
        for n in range(int(rows * scale)):
            yield "%d,%s" % (n % 1000, text_of(numbers, shortest + numbers.below(longest - shortest + 1)))
    return made


JOBS = {
    "keys": ("spans", SPANS, spans(1000, 30)),
    "few": ("spans", SPANS, spans(10, 2)),
    "words": ("words", WORDS, {"note": ("n,content", texts(3, 1_000_000, 10, 30)),
                               "word": ("n,word", lambda scale: texts(4, 500, 4, 5)(1))}),
    "names": ("names", NAMES, {"person": ("n,name", texts(5, 100_000, 3, 5)), "listed": ("n,name", texts(6, 10_000, 3, 5))}),
}


def prepare(options, job):
    """Writes the data of a job and installs the peer where they are missing; returns folder and peer's Python."""
    data = os.path.join(options.folder, "%s-%g" % (job, options.scale))
    os.makedirs(data, exist_ok=True)
    for table, (header, rows) in JOBS[job][2].items():
        file = os.path.join(data, table + ".csv")
        if os.path.exists(file):
            continue
        with open(file + ".part", "w", encoding="utf-8") as out:
            out.write(header + "\n")
            out.writelines(row + "\n" for row in rows(options.scale))
        os.replace(file + ".part", file)
    python = os.path.join(options.folder, "venv", "bin", "python")
    if not options.no_peer and not os.path.exists(python):
        print("installing the peer", flush=True)
        subprocess.run([sys.executable, "-m", "venv", os.path.join(options.folder, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return data, python


def peer_query(sql, data, tables):
    sources = {table: "read_csv('%s', header = true, columns = %s)"
                      % (os.path.join(data, table + ".csv"), TEXT_COLUMNS.get(table, SPAN_COLUMNS)) for table in tables}
    return sql.format(**sources)


def run_job(job, options):
    """Times one job; returns whether the answers agree."""
    query, forms, tables = JOBS[job]
    data, python = prepare(options, job)
    own = [options.sup, "run", MODEL, "--data", data, "--quiet", "--query", query, "--format", "csv"]
    own_runs, peer_runs = [], [[] for _ in forms]
    for _ in range(options.rounds):
        own_runs.append(measure(own))
        for runs, sql in zip(peer_runs, [] if options.no_peer else forms):
            runs.append(measure([python, "-c", PEER_PROGRAM, peer_query(sql, data, tables), str(options.threads)]))
    seconds, memory = (min(run[i] for run in own_runs) for i in (0, 1))
    print("%-6s sup    %7.2f s %7.0f MiB   %s" % (job, seconds, memory, own_runs[0][2]), flush=True)
    answers = {run[2] for run in own_runs}
    for number, runs in enumerate(peer_runs, 1):
        if not runs:
            continue
        peer_seconds, peer_memory = (min(run[i] for run in runs) for i in (0, 1))
        print("%-6s duckdb %7.2f s %7.0f MiB   form %d, %.2f times as long"
              % (job, peer_seconds, peer_memory, number, peer_seconds / seconds), flush=True)
        answers |= {run[2] for run in runs}
    if len(answers) != 1:
        print("%-6s the answers differ: %s" % (job, " ".join(sorted(answers))))
    return len(answers) == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="*", metavar="JOB", choices=[[], *JOBS])
    parser.add_argument("--sup", default=os.path.join(ROOT, "build", "release", "sup"))
    parser.add_argument("--folder", default="/tmp/sup-bench-joins")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    return 0 if all([run_job(job, options) for job in options.jobs or JOBS]) else 1


if __name__ == "__main__":
    sys.exit(main())

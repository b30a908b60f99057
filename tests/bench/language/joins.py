#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times joins by other conditions than equality beside DuckDB on the same files, and compares the answers.

    tests/bench/language/joins.py [--sup PATH] [--folder DIR] [--rounds N] [--scale X] [--no-peer] [--threads N] [JOB…]

Jobs: keys (overlap of 10^6 with 10^5 intervals over 1000 keys), few (the same over 10 keys), words (500 words in 10^6
texts), names (Jaro–Winkler of at least 0.9037, a value that no pair has exactly, 10^5 names with 10^4), near (within 500 m, 10^5 places with 10^4), asof (the last of 10^6 quotes before each of 10^7
trades, over 10^4 keys). Of several forms of a peer's query the fastest
counts. Data and the peer (from pip, in a virtual environment) stay in the folder between calls. Timings are no test:
the exit code is 1 only if answers differ.
"""
import datetime
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from answers import run_job
from beside import Sequence, options_of, write_table

MODEL = os.path.join(HERE, "joins.sup")

SPAN_COLUMNS = "{'k': 'bigint', 'from_day': 'date', 'to_day': 'date', 'n': 'bigint'}"
TEXT_COLUMNS = {"note": "{'n': 'bigint', 'content': 'varchar'}", "word": "{'n': 'bigint', 'word': 'varchar'}",
                "person": "{'n': 'bigint', 'name': 'varchar'}", "listed": "{'n': 'bigint', 'name': 'varchar'}", "site": "{'n': 'bigint', 'lon': 'double', 'lat': 'double'}",
                "office": "{'n': 'bigint', 'lon': 'double', 'lat': 'double'}", "trade": "{'k': 'bigint', 't': 'date', 'n': 'bigint'}",
                "quote": "{'k': 'bigint', 't': 'date', 'n': 'bigint'}"}
OVERLAP = "s.from_day <= v.to_day and s.to_day >= v.from_day"
FOLDED = ("k * 100000 + date_diff('day', date '2000-01-01', from_day) as first,"
          " k * 100000 + date_diff('day', date '2000-01-01', to_day) as last")
SPANS = ["select count(*), sum(v.n + s.n) from {visit} v join {stay} s on s.k = v.k and " + OVERLAP,
         "select count(*), sum(n) from (select v.k as a, s.k as b, v.n + s.n as n from {visit} v join {stay} s on "
         + OVERLAP + ") where a = b",
         # The key folded into the ends, so that a join of ranges answers alone.
         "select count(*), sum(v.n + s.n) from (select n, " + FOLDED + " from {visit}) v join (select n, " + FOLDED
         + " from {stay}) s on s.first <= v.last and s.last >= v.first"]
WORDS = ["select count(*), sum(t.n + w.n) from {note} t join {word} w on contains(t.content, w.word)"]
NAMES = ["select count(*), sum(p.n + l.n) from {person} p join {listed} l"
         " on jaro_winkler_similarity(p.name, l.name, 0.9037) >= 0.9037"]
# Half a kilometre is 0.0045 degrees of latitude, and at most 0.0056 of longitude up to 36 degrees north.
BOX = "o.lat between s.lat - 0.0045 and s.lat + 0.0045 and o.lon between s.lon - 0.0056 and s.lon + 0.0056"
WITHIN = ("2 * 6371008.8 * asin(sqrt(pow(sin(radians(o.lat - s.lat) / 2), 2)"
          " + cos(radians(s.lat)) * cos(radians(o.lat)) * pow(sin(radians(o.lon - s.lon) / 2), 2))) <= 500")
NEAR = ["select count(*), sum(s.n + o.n) from {site} s join {office} o on " + BOX + " and " + WITHIN,
        "select count(*), sum(s.n + o.n) from {site} s, (values (-1), (0), (1)) i(i), (values (-1), (0), (1)) j(j), {office} o"
        " where floor(s.lat / 0.0045) + i = floor(o.lat / 0.0045) and floor(s.lon / 0.0056) + j = floor(o.lon / 0.0056) and " + WITHIN]
ASOF = ["select count(*), sum(a.n + b.n) from {trade} a asof join {quote} b on a.k = b.k and a.t >= b.t"]
ASOF_KEYS, ASOF_DAYS = 10_000, 14_000
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


def places(seed, rows):
    def made(scale):
        numbers = Sequence(seed)
        for n in range(int(rows * scale)):
            yield "%d,%.6f,%.6f" % (n % 1000, 115 + numbers.below(7_000_000) / 1e6, 28 + numbers.below(8_000_000) / 1e6)
    return made


def day_text(number):
    return datetime.date(1980, 1, 1) + datetime.timedelta(days=number)


def trades(scale):
    numbers = Sequence(7)
    for n in range(int(10_000_000 * scale)):
        yield "%d,%s,%d" % (numbers.below(ASOF_KEYS), day_text(numbers.below(ASOF_DAYS)), n % 1000)


def quotes(scale):
    """No two of one key and day: the step has no factor in common with the number of all such pairs."""
    for n in range(int(1_000_000 * scale)):
        pair = n * 86_520_001 % (ASOF_KEYS * ASOF_DAYS)
        yield "%d,%s,%d" % (pair % ASOF_KEYS, day_text(pair // ASOF_KEYS), n % 1000)


JOBS = {
    "keys": ("spans", SPANS, spans(1000, 30)),
    "few": ("spans", SPANS, spans(10, 2)),
    "words": ("words", WORDS, {"note": ("n,content", texts(3, 1_000_000, 10, 30)),
                               "word": ("n,word", lambda scale: texts(4, 500, 4, 5)(1))}),
    "near": ("near", NEAR, {"site": ("n,lon,lat", places(8, 100_000)), "office": ("n,lon,lat", places(9, 10_000))}),
    "asof": ("asof", ASOF, {"trade": ("k,t,n", trades), "quote": ("k,t,n", quotes)}),
    "names": ("names", NAMES, {"person": ("n,name", texts(5, 100_000, 3, 5)), "listed": ("n,name", texts(6, 10_000, 3, 5))}),
}


def prepare(options, job):
    """Writes the data of a job where they are missing; returns their folder."""
    data = os.path.join(options.folder, "%s-%g" % (job, options.scale))
    for table, (header, rows) in JOBS[job][2].items():
        write_table(os.path.join(data, table + ".csv"), header, rows(options.scale))
    return data


def peer_query(sql, data, tables):
    sources = {table: "read_csv('%s', header = true, columns = %s)"
                      % (os.path.join(data, table + ".csv"), TEXT_COLUMNS.get(table, SPAN_COLUMNS)) for table in tables}
    return sql.format(**sources)


def time_job(job, options):
    query, forms, tables = JOBS[job]
    data = prepare(options, job)
    return run_job(job, options, MODEL, query, data, [peer_query(sql, data, tables) for sql in forms])


def main():
    options = options_of(__doc__, JOBS, "/tmp/sup-bench-joins", 2, 2)
    return 0 if all([time_job(job, options) for job in options.jobs]) else 1


if __name__ == "__main__":
    sys.exit(main())

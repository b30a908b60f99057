#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times windows beside DuckDB on the same file, and compares the answers.

    tests/bench/language/windows.py [--sup PATH] [--folder DIR] [--rounds N] [--scale X] [--no-peer] [--threads N] [JOB…]

10^7 rows of 10^5 keys. Jobs: zscore (values of more than 2.5 deviations above the mean of their key), before (values
beside the one before, by day), year (values beside the sum of their last 365 days). Of several forms of a peer's
query the fastest counts. Data and the peer (from pip, in a virtual environment) stay in the folder between calls. Timings are
no test: the exit code is 1 only if answers differ.
"""
import datetime
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from answers import run_job
from beside import Sequence, options_of, write_table

MODEL = os.path.join(HERE, "windows.sup")

KEYS, DAYS = 100_000, 5000
READ = ("(select * from read_csv('{file}', header = true,"
        " columns = {{'k': 'bigint', 'd': 'date', 'n': 'bigint', 'v': 'bigint'}}))")
ANSWER = "select count(*), sum(v) from "
JOBS = {
    "zscore": [
        ANSWER + "(select v, avg(v) over w as m, stddev_samp(v) over w as s from " + READ
        + " window w as (partition by k)) where v > m + 2.5 * s",
        "with r as materialized " + READ + ", g as (select k, avg(v) as m, stddev_samp(v) as s from r group by k)"
        " select count(*), sum(v) from r join g using (k) where v > m + 2.5 * s",
    ],
    "before": [
        ANSWER + "(select v, lag(v) over (partition by k order by d, n) as p from " + READ + ") where v > p * 20",
    ],
    "year": [
        ANSWER + "(select v, sum(v) over (partition by k order by d range between interval 364 days preceding"
        " and current row) as m from " + READ + ") where v * 2 > m",
    ],
}


def rows(count):
    """Values with a long tail, so that some of each key stand out."""
    numbers = Sequence(1)
    first = datetime.date(2005, 1, 1)
    days = [str(first + datetime.timedelta(days=n)) for n in range(DAYS)]
    for n in range(count):
        value = numbers.below(1 << 20)
        yield "%d,%s,%d,%d" % (numbers.below(KEYS), days[numbers.below(DAYS)], n, (value & 1023) * (value >> 10))


def time_job(job, options):
    data = os.path.join(options.folder, "rows-%g" % options.scale)
    file = os.path.join(data, "visit.csv")
    write_table(file, "k,d,n,v", rows(int(10_000_000 * options.scale)))
    return run_job(job, options, MODEL, job, data, [form.format(file=file) for form in JOBS[job]])


def main():
    options = options_of(__doc__, JOBS, "/tmp/sup-bench-windows", 3, 2)
    return 0 if all([time_job(job, options) for job in options.jobs]) else 1


if __name__ == "__main__":
    sys.exit(main())

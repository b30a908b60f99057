#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What dirt costs: every construct over clean tables and over the same with damaged cells, at two sizes.

    tests/bench/dirt/run.py [--sup PATH] [--folder DIR] [--rounds N] [--rows N] [--dirt SHARE] [--limit SECONDS] [RULE…]

Each line is a rule of dirt.sup: seconds of the processor at 30,000 and at 300,000 rows, clean and with 1 % of the
cells blank or damaged, what the dirt makes of the time, and how the time grows from the one size to the other; the
last column is the peak memory of the largest run in MiB. Far more than 10 in a column of growth is worse than the
rows explain. The runs take turns and the best of each counts; one that takes longer than the limit is ended and
printed as >LIMIT. Data stay in the folder between calls. Timings are no test: the exit code is 1 only if a run fails.
"""
import argparse
import os
import re
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from beside import ROOT, Sequence, write_table

MODEL = os.path.join(HERE, "dirt.sup")
IDS = 300_000
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def person_id(number):
    """An id with its check digit, of a division that does not exist."""
    text = "9901%02d1980%02d%02d%03d" % (10 + number // 28_000 % 12, 1 + number // 30_000 % 12,
                                         1 + number // 1000 % 28, number % 1000)
    return text + "10X98765432"[sum(int(d) * w for d, w in zip(text, WEIGHTS)) % 11]


class Cells:
    """Cells of which a share is blank, and of ids half of it damaged instead."""

    def __init__(self, seed, share):
        self.sequence = Sequence(seed)
        self.spoilt = Sequence(seed + 1)
        self.share = share

    def below(self, limit):
        return self.sequence.below(limit)

    def hit(self):
        return self.spoilt.below(1 << 30) < self.share * (1 << 30)

    def cell(self, value):
        return "" if self.hit() else str(value)

    def day(self):
        return self.cell("2024-%02d-%02d" % (1 + self.below(12), 1 + self.below(28)))

    def id(self):
        value = person_id(self.below(IDS))
        if not self.hit():
            return value
        return "" if self.spoilt.below(2) else value[:15] + "000"


def write_data(folder, rows, share):
    cells, groups = Cells(7, share), max(rows // 10, 1)
    write_table(os.path.join(folder, "t.csv"), "id,grp,day,amt,txt,pid", (
        "T%d,%s,%s,%s,%s,%s" % (i, cells.cell("G%d" % cells.below(groups)), cells.day(),
                                cells.cell(1 + cells.below(9999)),
                                cells.cell("甲乙丙"[cells.below(3)] + str(i % 97)), cells.id())
        for i in range(rows)))
    write_table(os.path.join(folder, "u.csv"), "grp,day,val,pid", (
        "%s,%s,%s,%s" % (cells.cell("G%d" % cells.below(groups)), cells.day(), cells.cell(1 + cells.below(999)),
                         cells.id())
        for _ in range(rows // 3)))


def measured(command, limit):
    """Seconds of the processor and peak MiB of one run; None in place of the seconds: it was ended."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ended = threading.Timer(limit, process.kill)
    ended.start()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    late = not ended.is_alive()
    ended.cancel()
    code = os.waitstatus_to_exitcode(status)
    if code != 0 and not late:
        sys.exit("%s\nfailed with %d:\n%s" % (" ".join(command), code, errors.decode()[-2000:]))
    return None if late else usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def best_of(rule, folders, options):
    """For each folder the best seconds and the highest peak over the rounds; the runs take turns."""
    best = {folder: (float("inf"), 0.0) for folder in folders}
    for _ in range(options.rounds):
        for folder in folders:
            seconds, peak = best[folder]
            if seconds is None:
                continue
            again, memory = measured([options.sup, "run", MODEL, "--data", folder, "--rule", rule, "--format",
                                      "jsonl", "--quiet"], options.limit)
            best[folder] = (None if again is None else min(seconds, again), max(peak, memory))
    return [best[folder] for folder in folders]


def ratio(above, below):
    return "-" if above is None or below is None else "%.1f" % (above / max(below, 0.01))


def seconds_of(value, limit):
    return ">%g" % limit if value is None else "%.2f" % value


def print_line(words):
    print("%-16s" % words[0] + "".join("%10s" % word for word in words[1:]), flush=True)


def parse(rules):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", nargs="*", metavar="RULE", choices=[[], *rules])
    parser.add_argument("--sup", default=os.path.join(ROOT, "build", "release", "sup"))
    parser.add_argument("--folder", default="/tmp/sup-bench-dirt")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--dirt", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=120)
    options = parser.parse_args()
    options.rules = options.rules or rules
    return options


def main():
    with open(MODEL, encoding="utf-8") as file:
        rules = re.findall(r"^rule (\w+)", file.read(), re.M)
    options = parse(rules)
    folders = []
    for rows in (options.rows, 10 * options.rows):
        for share in (0, options.dirt):
            folders.append(os.path.join(options.folder, "%d_%g" % (rows, share)))
            write_data(folders[-1], rows, share)
    print_line(["rule", "clean", "dirty", "×", "clean 10n", "dirty 10n", "×", "growth", "growth d", "MiB"])
    for rule in options.rules:
        (a, _), (b, _), (c, _), (d, peak) = best_of(rule, folders, options)
        times = [seconds_of(value, options.limit) for value in (a, b, c, d)]
        print_line([rule, times[0], times[1], ratio(b, a), times[2], times[3], ratio(d, c), ratio(c, a),
                    ratio(d, b), "%.0f" % peak])
    return 0


if __name__ == "__main__":
    sys.exit(main())

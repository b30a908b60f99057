#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the anomaly checks find: planted anomalies of several kinds and sizes, and false alarms on clean data.

    tests/bench/checks/run.py [--sup PATH] [--folder DIR] [--groups N] [CHECK…]

Each line: the check, the kind of anomaly, its size, how many of the planted ones are flagged, how many of the clean
ones, both in percent. A check of one value is asked for each row of a group, the others for each group. The data are
the same everywhere. No test: the exit code is 1 only if the program fails.
"""
import argparse
import csv
import datetime
import io
import math
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from beside import ROOT, Sequence, measure

GROUP = """query q
  from s as a
  group by a.g, a.planted
  let c = {}
  where c.flag
  yield (planted, g, hit: true)
"""
OWN = """query q
  from s as a
  let c = {} among (a.g)
  where c.flag
  yield (a.planted, a.g, a.hit)
"""
ROW = """query q
  from s as a
  let c = {}
  where c.flag
  yield (a.planted, a.g, hit: true)
"""
CURVE = """relation l (g: integer, planted: boolean, hit: boolean, k: integer, c: text)
  key (g, k)
  from s as a
  group by a.g, a.planted, a.hit, a.k
  yield (g, planted, hit, k, c: curve(a.x, by: a.t))
query q
  from l as a
  let c = {} among (a.g)
  where c.flag
  yield (a.planted, a.g, a.hit)
"""
TABLE = """table s (g: integer, planted: boolean, hit: boolean, x: decimal(18, 4), k: integer, ok: boolean, t: datetime,
  y: decimal(18, 4))
"""


class Dice:
    """Random numbers of several shapes."""

    def __init__(self, seed):
        self.sequence = Sequence(seed)

    def share(self):
        return (self.sequence.below(1 << 30) + 0.5) / (1 << 30)

    def below(self, limit):
        return self.sequence.below(limit)

    def normal(self):
        return math.sqrt(-2 * math.log(self.share())) * math.cos(2 * math.pi * self.share())

    def poisson(self, mean):
        count, left = 0, math.exp(-mean)
        product = self.share()
        while product > left:
            product *= self.share()
            count += 1
        return count


def row(x=0.0, k=0, ok=False, minute=0, hit=False, y=0.0):
    return {"x": x, "k": k, "ok": ok, "minute": minute, "hit": hit, "y": y}


# ---------------------------------------------------------------- data: (dice, planted size or None) → rows of a group


def one_far(dice, size, n=50):
    rows = [row(1000 + 100 * dice.normal()) for _ in range(n)]
    if size:
        rows[0] = row(1000 + 100 * size, hit=True)
    return rows


def several_far(dice, size, n=50):
    rows = [row(1000 + 100 * dice.normal()) for _ in range(n)]
    for i in range(int(size * n) if size else 0):
        rows[i] = row(1800 + 20 * dice.normal(), hit=True)
    return rows


def skewed(dice, size, n=50):
    """Clean data with a long tail: what a check made for the normal distribution flags there is a false alarm."""
    rows = [row(math.exp(7 + 0.6 * dice.normal())) for _ in range(n)]
    if size:
        rows[0] = row(math.exp(7 + 0.6 * size), hit=True)
    return rows


def amounts(dice, size, n=1000):
    """Log-uniform, as grown amounts are; made up: uniform."""
    return [row(1000 + dice.below(9000) if size and dice.share() < size else 10 ** (2 + 4 * dice.share()))
            for _ in range(n)]


def digits(dice, size, n=300):
    return [row(1000 + 10 * dice.below(500) + (5 * dice.below(2) if size and dice.share() < size else dice.below(10)))
            for _ in range(n)]


def under_limit(dice, size, n=200):
    """Uniform up to twice the limit; of those just above it a share comes in just below."""
    rows = []
    for _ in range(n):
        x = 20000 * dice.share()
        if size and 10000 <= x < 11000 and dice.share() < size:
            x = 9000 + 1000 * dice.share()
        rows.append(row(x))
    return rows


def shifted(dice, size, n=40):
    return [row((size or 0) + dice.normal()) for _ in range(n)]


def two_samples(dice, size, n=60):
    return [row(dice.normal() + (size or 0) * (i % 2), ok=i % 2 == 1) for i in range(n)]


def wider(dice, size, n=120):
    return [row(dice.normal() * (1 + (size or 0) * (i % 2)), ok=i % 2 == 1) for i in range(n)]


def marks(dice, size, n=120):
    rows = []
    for _ in range(n):
        k = dice.below(3)
        rows.append(row(k=k, ok=dice.share() < 0.3 + (size if size and k == 2 else 0)))
    return rows


def rising(dice, size, n=36):
    return [row((size or 0) * i + dice.normal(), minute=i * 43200) for i in range(n)]


def stepping(dice, size, n=36):
    return [row((size if size and i >= 20 else 0) + dice.normal(), minute=i * 43200) for i in range(n)]


def stuck(dice, size, n=48):
    rows = [row(100 + dice.below(30), minute=i * 60) for i in range(n)]
    for i in range(size or 0):
        rows[20 + i] = row(117, minute=(20 + i) * 60)
    return rows


def clockwork(dice, size, n=30):
    """Times at random, or one a day with some minutes of jitter."""
    if size:
        return [row(minute=1440 * i + dice.below(size)) for i in range(n)]
    return [row(minute=dice.below(1440 * n)) for _ in range(n)]


def crowded(dice, size, n=60):
    rows = [row(minute=dice.below(1440 * 365)) for _ in range(n)]
    day = dice.below(360) * 1440
    return rows + [row(minute=day + dice.below(1440)) for _ in range(size or 0)]


def cases(dice, size):
    return [row(k=dice.poisson(4 * (size or 1)))]


def hits(dice, size):
    return [row(k=sum(dice.share() < 0.1 * (size or 1) for _ in range(60)))]


def balance(dice, size):
    return [row(1000 * (1 + 0.02 * dice.normal()) * (1 - (size or 0)))]


def weekly(dice, size, n=70):
    """A week's shape and a slow rise; one day is off."""
    rows = [row(10 * math.sin(2 * math.pi * i / 7) + i / 20 + dice.normal(), minute=i * 1440) for i in range(n)]
    if size:
        rows[n // 2]["x"] += size
    return rows


def held(dice, size, n=48):
    """Readings, or some that are written down again so many times."""
    values = [100 + dice.below(30) for _ in range(n)]
    return [row(values[i - i % size] if size else values[i], minute=i * 60) for i in range(n)]


def chances(dice, size, n=50):
    """Chances of tests without anything in them, and some with."""
    rows = [row(dice.share()) for _ in range(n)]
    for i in range(3 if size else 0):
        rows[i] = row(size, hit=True)
    return rows


def places(dice, size, n=60):
    """Places over 20 km, and some within 200 m."""
    rows = [row(120 + dice.share() / 5, y=30 + dice.share() / 5) for _ in range(n)]
    for _ in range(size or 0):
        rows.append(row(120.1 + dice.share() / 500, y=30.1 + dice.share() / 500, hit=True))
    return rows


def repeats(dice, size, n=40):
    rows = [row(k=dice.below(10**6)) for _ in range(n)]
    return rows + [row(k=77, hit=True) for _ in range(size or 0)]


def drives(dice, size, n=30):
    """A drive of at most 60 km an hour; one jump of so many kilometres an hour."""
    lon, rows = 120.0, []
    for i in range(n):
        lon += (size / 96.3 / 2 if size and i == 9 else dice.share() * 60 / 96.3 / 2)
        rows.append(row(lon, y=30, minute=30 * i))
    return rows


def copies(dice, size, lines=8, n=60):
    """Walks of one digit; the second holds a stretch of the first, moved up and in time."""
    walks = [[0] for _ in range(lines)]
    for walk in walks:
        for _ in range(n - 1):
            walk.append(walk[-1] + dice.below(9) - 4)
    if size:
        for i in range(size):
            walks[1][20 + i] = walks[0][5 + i] - walks[0][5] + walks[1][20]
    return [row(walk[i], k=k, minute=i, hit=bool(size) and k < 2) for k, walk in enumerate(walks) for i in range(n)]


SCENARIOS = [
    # check, model, expression, kind of anomaly, data, sizes
    ("z_score", OWN, "z_score(a.x)", "one far value, s", one_far, (3, 4, 6)),
    ("z_score", OWN, "z_score(a.x)", "share of far values", several_far, (0.1, 0.2)),
    ("z_score", OWN, "z_score(a.x)", "long tail, s of logs", skewed, (4,)),
    ("robust_z", OWN, "robust_z(a.x)", "one far value, s", one_far, (3, 4, 6)),
    ("robust_z", OWN, "robust_z(a.x)", "share of far values", several_far, (0.1, 0.2)),
    ("robust_z", OWN, "robust_z(a.x)", "long tail, s of logs", skewed, (4,)),
    ("iqr_outlier", OWN, "iqr_outlier(a.x)", "one far value, s", one_far, (3, 4, 6)),
    ("iqr_outlier", OWN, "iqr_outlier(a.x, k: 3)", "share of far values", several_far, (0.1, 0.2)),
    ("grubbs", OWN, "grubbs(a.x)", "one far value, s", one_far, (3, 4, 6)),
    ("grubbs", OWN, "grubbs(a.x)", "share of far values", several_far, (0.1,)),
    ("generalised_esd", OWN, "generalised_esd(a.x, most: 10)", "one far value, s", one_far, (3, 4, 6)),
    ("generalised_esd", OWN, "generalised_esd(a.x, most: 10)", "share of far values", several_far, (0.1, 0.2)),
    ("benford", GROUP, "benford(a.x)", "share made up", amounts, (0.1, 0.3, 1)),
    ("last_digit", GROUP, "last_digit(a.x)", "share ending in 0 or 5", digits, (0.1, 0.3)),
    ("just_below", GROUP, "just_below(a.x, 10000, 1000)", "share moved below a limit", under_limit, (0.5, 0.9)),
    ("sign_test", GROUP, "sign_test(a.x)", "shift, s", shifted, (0.3, 0.6)),
    ("wilcoxon_signed", GROUP, "wilcoxon_signed(a.x)", "shift, s", shifted, (0.3, 0.6)),
    ("mann_whitney", GROUP, "mann_whitney(a.x, a.ok)", "shift of 30 in 60, s", two_samples, (0.5, 1)),
    ("ks_two", GROUP, "ks_two(a.x, a.ok)", "shift of 30 in 60, s", two_samples, (0.5, 1)),
    ("ks_two", GROUP, "ks_two(a.x, a.ok)", "wider, share of s", wider, (1, 2)),
    ("chi_square", GROUP, "chi_square(a.k, a.ok)", "one class more often", marks, (0.2, 0.4)),
    ("fisher_exact", GROUP, "fisher_exact(a.k = 2, a.ok)", "one class more often", marks, (0.2, 0.4)),
    ("trend", GROUP, "trend(a.x, by: a.t)", "slope a month, s", rising, (0.03, 0.1)),
    ("change_point", GROUP, "change_point(a.x, by: a.t)", "step, s", stepping, (1, 2)),
    ("flat_line", GROUP, "flat_line(a.x, by: a.t)", "equal values in a row", stuck, (4, 8)),
    ("regular_intervals", GROUP, "regular_intervals(a.t)", "one a day, jitter in minutes", clockwork, (10, 120)),
    ("burst", GROUP, "burst(a.t)", "more on one day", crowded, (4, 8)),
    ("seasonal_residual", GROUP, "seasonal_residual(a.x, phases: 7, by: date(a.t))", "one day off, s", weekly,
     (4, 6, 10)),
    ("step_pattern", GROUP, "step_pattern(a.x, by: a.t)", "times written again", held, (2, 6)),
    ("adjust", OWN, "adjust(a.x)", "3 chances of 50", chances, (0.01, 0.0005)),
    ("adjust", OWN, 'adjust(a.x, method: "bh")', "3 chances of 50, bh", chances, (0.01, 0.001)),
    ("cluster", OWN, "cluster(point(a.x, a.y), 300米, least: 5)", "places within 200 m", places, (4, 6)),
    ("duplicate_of", OWN, "duplicate_of(a.k)", "copies", repeats, (2, 3)),
    ("impossible_travel", GROUP, "impossible_travel(point(a.x, a.y), 120, by: a.t)", "a jump, km/h", drives, (100, 200)),
    ("same_series", CURVE, "same_series(a.c, run: 10)", "values of a stretch copied", copies, (8, 14, 30)),
    ("poisson_excess", ROW, "poisson_excess(a.k, 4)", "times as many", cases, (2, 3)),
    ("binomial_excess", ROW, "binomial_excess(a.k, 60, 10%)", "times as often", hits, (2, 3)),
    ("expected_gap", ROW, "expected_gap(a.x, 1000, 5%)", "share missing", balance, (0.05, 0.15)),
]


def write_data(path, make, size, groups, by_line):
    """As many clean groups as planted ones. Counts their rows, or the first ones of lines."""
    dice, counts = Dice(20240301), {"clean": 0, "planted": 0}
    with open(path, "w", encoding="utf-8") as out:
        out.write("g,planted,hit,x,k,ok,t,y\n")
        for g in range(2 * groups):
            planted = g % 2 == 1
            for r in make(dice, size if planted else None):
                day, minute = divmod(r["minute"], 1440)
                date = datetime.date(2015, 1, 1) + datetime.timedelta(day)
                time = f"{date} {minute // 60:02d}:{minute % 60:02d}:00"
                out.write(f"{g},{str(planted).lower()},{str(r['hit']).lower()},{r['x']:.4f},{r['k']},"
                          f"{str(r['ok']).lower()},{time},{r['y']:.4f}\n")
                counted = r["minute"] == 0 or not by_line
                counts["planted" if planted and r["hit"] else "clean"] += counted and (not planted or r["hit"])
    return counts


def run(sup, folder, scenario, size, groups):
    check, model, expression, kind, make, _ = scenario
    counts = write_data(os.path.join(folder, "s.csv"), make, size, groups, model is CURVE)
    path = os.path.join(folder, "model.sup")
    with open(path, "w", encoding="utf-8") as out:
        out.write(TABLE + model.format(expression))
    output = measure([sup, "run", path, "--data", folder, "--query", "q", "--format", "csv"])[2]
    rows = [r for r in csv.reader(io.StringIO(output.lstrip("\ufeff"))) if len(r) == 3 and r[0] in ("true", "false")]
    found = sum(r[0] == "true" and r[2] == "true" for r in rows)
    false_alarms = sum(r[0] == "false" for r in rows)
    planted, clean = (counts["planted"], counts["clean"]) if model in (OWN, CURVE) else (groups, groups)
    print(f"{check:18} {kind:30} {size:>6} {100 * found / planted:9.1f} {100 * false_alarms / clean:9.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--sup", default=os.path.join(ROOT, "build", "release", "sup"))
    parser.add_argument("--folder")
    parser.add_argument("--groups", type=int, default=200)
    options = parser.parse_args()
    print(f"{'check':18} {'anomaly':30} {'size':>6} {'found %':>9} {'false %':>9}")
    with tempfile.TemporaryDirectory() as scratch:
        for scenario in SCENARIOS:
            if not options.checks or scenario[0] in options.checks:
                for size in scenario[5]:
                    run(options.sup, options.folder or scratch, scenario, size, options.groups)


if __name__ == "__main__":
    main()

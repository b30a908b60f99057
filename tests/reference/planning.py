# SPDX-License-Identifier: Apache-2.0
"""Decisions by sizes and machine code do not show: planning.py --sup PATH --seed S --count N.

Every random model, and beside it one whose joins have conditions that narrow (CONDITIONS), runs as usual, with no decision by sizes (`--opt-off planning`) and with all of them
forced (`--opt-off sizes`), and in machine code whatever the number of rows (`--engine native`). So do a model of joins over tables that are
clean, or nearly (gen_joins.py), and a query that folds a table (gen_totals.py). Two more are relations that use themselves (gen_starts.py): they run as usual,
without starts (`--opt-off starts`) and by the careful road (`--opt-off semi-naive` too). The lines must be the same bytes. The last line is `N passed, N failed`.
"""

import argparse
import concurrent.futures
import random
import subprocess
import sys
import tempfile

import generator
import render
from gen_joins import write_joins
from gen_starts import write_kept, write_starts
from gen_totals import write_totals
from values import date_text

WAYS = ((), ("--opt-off", "planning"), ("--opt-off", "sizes"), ("--engine", "native", "--batch", "1"))
ROADS = ((), ("--opt-off", "starts"), ("--opt-off", "starts", "--opt-off", "semi-naive"), ("--engine", "native", "--batch", "1"))
TIMEOUT_S = 60


# Conditions between x (earlier) and y (the clause's own) that narrow the rows that are looked at.
CONDITIONS = (
    "x.a mentions y.a", "y.a mentions x.a", "similar(x.a, y.a) >= 0.9", "similar(y.a, x.a) > 0.75", "0.85 <= similar(y.a, x.a)",
    "x.d <= y.e", "y.d < x.e", "y.e >= x.d", "y.d in [x.d .. x.e]", "x.d in [y.d .. y.e]", "y.n >= x.n", "y.m <= x.m",
    "x.n / 3 < y.n", "y.w during period(x.d, x.e)", "period(x.d, x.e) overlaps period(y.d, y.e)", "period(y.d, y.e) during period(x.d, x.e)",
    "y.d during x.w", "y.n = x.n",
    "distance(x.p, y.p) <= 500米", "distance(y.p, x.p) < x.r", "y.r >= distance(x.p, y.p)", "100公里 > distance(y.p, x.p)",
    "distance(x.p, y.p) <= x.n * 40米", "not (distance(x.p, y.p) <= 500米)", "distance(point(120, 30), y.p) <= y.r",
    "vincenty(x.p, y.p) <= 500米", "vincenty(y.p, x.p) < y.r",
    "y.k = x.k", "y.n > 1", "not (y.a mentions x.a)", "(x.d <= y.e or y.n = x.n)")
KINDS = ("join", "exists", "lacks", "attach", "lookup")
COLUMNS = "(k: text?, a: text?, d: date?, e: date?, w: month?, n: integer?, m: money?, p: point?, r: length?)"
LETTERS = "甲乙ab"
# Places lie in a small grid about one of these, so that some are near each other: the equator, the date line, the poles.
CENTRES = ((120, 30), (0, 0), (180, 10), (-180, 10.001), (25, 90), (-140, 89.9985), (70, -90), (-60, -30), (180, 0))


def place(rng):
    lon, lat = rng.choice(CENTRES)
    lon, lat = lon + rng.randrange(-4, 5) / 1000, lat + rng.randrange(-4, 5) / 1000
    lat = min(90, max(-90, lat))
    return f'"{(lon + 180) % 360 - 180 if abs(lon) > 180 else lon:.7f},{lat:.7f}"'


def cell(rng, kind):
    if rng.random() < 0.12:
        return ""
    if kind == "text":
        return "".join(rng.choice(LETTERS) for _ in range(rng.choice((1, 2, 2, 3, 5, 6))))
    if kind == "p":
        return place(rng)
    day = rng.randrange(24)
    return {"k": rng.choice("pqr"), "date": f"2024-{1 + day // 12:02}-{1 + day % 12 * 2:02}", "month": f"2024-{1 + day // 8:02}",
            "n": str(rng.randrange(-2, 4)), "m": f"{rng.randrange(-2, 4)}.{rng.randrange(3)}",
            "r": str(rng.choice((-1, 0, 111, 250, 500.5, 3000, 20015087)))}[kind]


def write_narrow(seed, folder):
    """A model with one to three such conditions, and its tables."""
    rng = random.Random(seed)
    kind = rng.choice(KINDS)
    on = " and ".join(rng.sample(CONDITIONS, rng.choice((1, 1, 2, 3))))
    policy = rng.choice(("", " on missing drop", " on missing undecided")) if kind != "lacks" else " on missing undecided"
    seen = {"join": "count(y)", "attach": "count(y)", "lookup": "count(x)"}.get(kind, "count(x)")
    text = (f"table x {COLUMNS}\ntable y {COLUMNS}\nrule r\n  from x as x\n  {kind} y as y on {on}{policy}\n"
            f"  clue for x.k\n    seen: {seen}\n")
    for name in "xy":
        with open(f"{folder}/{name}.csv", "w", encoding="utf-8") as file:
            file.write("k,a,d,e,w,n,m,p,r\n")
            for _ in range(rng.choice((3, 20, 60))):
                file.write(",".join(cell(rng, k) for k in ("k", "text", "date", "date", "month", "n", "m", "p", "r")) + "\n")
    with open(f"{folder}/model.sup", "w", encoding="utf-8") as file:
        file.write(text)
    return f"{folder}/model.sup"


def outputs(command, ways):
    """What each way gives: exit code, lines, and what is said."""
    for way in ways:
        done = subprocess.run([*command, *way], capture_output=True, timeout=TIMEOUT_S, check=False)
        yield done.returncode, done.stdout, b"" if done.returncode in (0, 1) else done.stderr


def differs(command, ways):
    """The first way that gives other bytes, or None; (): the model is refused."""
    usual, *others = outputs(command, ways)
    if usual[0] == 2:
        return ()
    return next((way for way, other in zip(ways[1:], others) if other != usual), None)


def examine(sup, seed, features):
    """(seed, None or the first way that differs)."""
    case = generator.make(seed, features=features or generator.default_features(seed))
    tolerance = f"unplaced_tolerance={float(case.tolerance)}"
    options = ("--format", "jsonl", "--lang", "en", "--limit-depth", "300", "--set", tolerance, "--as-of", date_text(case.as_of))
    with tempfile.TemporaryDirectory() as folder:
        path = render.write_case(case, folder, random.Random(case.seed))
        way = differs([sup, "run", path, "--data", folder, *options], WAYS)
    for write, ways in ((write_narrow, WAYS), (write_joins, WAYS), (write_starts, ROADS), (write_kept, ROADS), (write_totals, WAYS)):
        if way is not None:
            return seed, way
        with tempfile.TemporaryDirectory() as folder:
            way = differs([sup, "run", write(seed, folder), "--data", folder, *options], ways)
    return seed, way


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sup", required=True, help="the engine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--features", default="", help="as of compare.py")
    options = parser.parse_args()
    features = tuple(f for f in options.features.split(",") if f)
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        seeds = range(options.seed, options.seed + options.count)
        for seed, way in pool.map(examine, [options.sup] * len(seeds), seeds, [features] * len(seeds)):
            if way is not None:
                failed += 1
                print(f"seed {seed}: other bytes with {' '.join(way)}")
    print(f"{options.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

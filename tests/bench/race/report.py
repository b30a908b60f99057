# SPDX-License-Identifier: Apache-2.0
"""Tables of ratios, and the times that are kept from call to call."""
import datetime
import json
import math
import os
import platform
import re
import statistics
import subprocess

HEAD = "%-15s %22s  %-8s %22s  %7s %7s" % ("line", "ours: min / median", "best", "its min / median", "min", "median")


def milliseconds(seconds):
    ms = seconds * 1000
    return "%.1f" % ms if ms < 100 else "%d" % round(ms)


def pair(times):
    return "%s / %s ms" % (milliseconds(min(times)), milliseconds(statistics.median(times)))


def best_of(times):
    """The peer with the least median."""
    peers = {name: seconds for name, seconds in times.items() if name != "sup"}
    return min(peers, key=lambda name: statistics.median(peers[name])) if peers else None


def ratios(times):
    """The best peer ÷ ours, of the minima and of the medians; the best peer may be another one for each."""
    peers = [seconds for name, seconds in times.items() if name != "sup"]
    if not peers or "sup" not in times:
        return None
    return (min(map(min, peers)) / min(times["sup"]),
            min(map(statistics.median, peers)) / statistics.median(times["sup"]))


def row(name, times):
    best, found = best_of(times), ratios(times)
    return "%-15s %22s  %-8s %22s  %7s %7s" % (
        name, pair(times["sup"]) if "sup" in times else "failed", best or "-", pair(times[best]) if best else "-",
        *(("%.2fx" % ratio for ratio in found) if found else "--"))


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan


class Kept:
    """The times of all lines at one scale, in a file."""

    def __init__(self, path):
        self.path = path
        self.lines = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.lines = json.load(file)

    def put(self, outcome, options):
        self.lines[outcome.line.name] = {"times": outcome.times, "faults": outcome.faults, "agree": outcome.agree,
                                         "threads": options.threads}
        with open(self.path + ".part", "w", encoding="utf-8") as file:
            json.dump(self.lines, file)
        os.replace(self.path + ".part", self.path)

    def times(self, name):
        return self.lines.get(name, {}).get("times", {})


def sums(kept, lines):
    """Sum and geometric mean of the medians of TPC-H, as far as it was run."""
    for text in tpch_sums(kept, [line.name for line in lines if line.family == "tpch"]):
        print(text)


def tpch_sums(kept, names):
    for runner in ("sup", "duckdb"):
        medians = [statistics.median(kept.times(name)[runner]) for name in names if runner in kept.times(name)]
        if len(medians) == 22:
            yield "TPC-H, 22 medians, %s: sum %s ms, geometric mean %s ms" % (
                runner, milliseconds(sum(medians)), milliseconds(geometric_mean(medians)))


# ---------------------------------------------------------------- the file of results


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) / 2**20
    return "%d processors (%s), %.1f GiB of memory, Linux %s" % (
        os.cpu_count(), model.group(1) if model else platform.machine(), memory, platform.release())


def versions(python):
    text = subprocess.run([python, "-m", "pip", "list", "--format", "json"], capture_output=True, text=True,
                          check=True).stdout
    found = {package["name"]: package["version"] for package in json.loads(text)}
    return ", ".join("%s %s" % (name, found[key]) for name, key in
                     (("DuckDB", "duckdb"), ("Polars", "polars"), ("chDB", "chdb")) if key in found)


def reasons_of(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("\t", 1) for line in file if "\t" in line)


def table(kept, lines, reasons):
    """The lines of one family, and below the table why those under 1x are slow."""
    yield "| line | ours, min / median ms | best peer | its min / median ms | ratio min | ratio median | others |"
    yield "|---|---|---|---|---|---|---|"
    why = []
    for line in lines:
        times = kept.times(line.name)
        if not times:
            continue
        best, found = best_of(times), ratios(times)
        others = ", ".join("%s %s" % (name, milliseconds(statistics.median(seconds)))
                           for name, seconds in times.items() if name not in ("sup", best))
        yield "| %s | %s | %s | %s | %s | %s | %s |" % (
            line.name, pair(times["sup"])[:-3] if "sup" in times else "failed", best or "–",
            pair(times[best])[:-3] if best else "–",
            *(("%.2fx" % ratio for ratio in found) if found else "––"), others)
        if found and found[1] < 1 and line.name in reasons:
            why.append("- %s: %s" % (line.name, reasons[line.name]))
    if why:
        yield ""
        yield from why


FAMILIES = {"tpch": "TPC-H", "groupby": "db-benchmark: group by", "join": "db-benchmark: joins, folded to one row",
            "check": "What stands out in its group", "link": "Joins by other conditions than equality",
            "recursion": "Recursion", "cold": "Whole processes, from CSV to the answer", "load": "Reading one CSV file"}


def write(kept, lines, options, reasons_path):
    reasons = reasons_of(reasons_path)
    threads = sorted({about["threads"] for about in kept.lines.values()})
    text = ["# The race: last results", "",
            "Written by `tests/bench/run --results`; what the lines are, it says in its help. Do not edit.", "",
            "- %s; %s." % (datetime.date.today(), machine()),
            "- Peers: %s, on %s threads. Ours: the interpreter, one thread." % (
                versions(options.python), " or ".join(map(str, threads))),
            *(["- " + options.note] if options.note else []),
            "- Scale %g: TPC-H at that scale; 1 is 10^7 rows for db-benchmark and readings." % options.scale,
            "- A ratio is the best peer's time ÷ ours; above 1 we are faster.", ""]
    for family, title in FAMILIES.items():
        members = [line for line in lines if line.family == family and kept.times(line.name)]
        if not members:
            continue
        text += ["## " + title, "", *table(kept, members, reasons)]
        if family == "tpch":
            text += ["", *tpch_sums(kept, [line.name for line in members])]
        text.append("")
    different = [name for name, about in kept.lines.items() if not about["agree"]]
    text.append("Answers: " + ("all equal, within what `compare.py` tolerates." if not different
                               else "these differ: " + ", ".join(different) + "."))
    with open(options.results, "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")

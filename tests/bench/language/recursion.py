#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times recursive relations against DuckDB's recursive queries on the same files, and compares the answers.

    tests/bench/language/recursion.py [--sup PATH] [--folder DIR] [--rounds N] [--no-peer] [--threads N] [JOB…]

Jobs: random (closure of 5,000 nodes and 15,000 edges), cliques (of 300 cliques of 20 nodes in a chain), tree (of a
binary tree of depth 20), groups (the least node of each connected group, 500,000 nodes and 1,000,000 edges). Each is
one process from the file to the answer; the runs alternate and the best of each counts. Data and the peer (from pip,
in a virtual environment) stay in the folder between calls. Timings are no test: the exit code is 1 only if answers
differ.
"""
import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
MODEL = os.path.join(HERE, "recursion.sup")

READ = "(select * from read_csv('{file}', header = true, columns = {{'a': 'bigint', 'b': 'bigint'}}))"
CLOSURE = """with recursive edge as materialized {read},
    reach(a, b) as (select a, b from edge union select r.a, e.b from reach r join edge e on e.a = r.b)
    select count(*), sum(a * 3 + b) from reach"""
GROUPS = """with recursive edge as materialized {read},
    both_ways as materialized (select a, b from edge union all select b, a from edge),
    label(node, least) using key (node) as (
      select a, min(a) from both_ways group by a
      union
      select e.b, min(l.least) from label l join both_ways e on e.a = l.node join recurring.label o on o.node = e.b
      where l.least < o.least group by e.b)
    select count(*), sum(least) from label"""

PEER_PROGRAM = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("set threads = " + sys.argv[2])
print(*connection.execute(sys.argv[1]).fetchone(), sep=",")
"""


class Sequence:
    """Numbers below a limit, the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) * limit >> 31


def random_edges(seed, nodes, count):
    sequence = Sequence(seed)
    return [(sequence.below(nodes), sequence.below(nodes)) for _ in range(count)]


def clique_edges(cliques=300, size=20):
    for c in range(cliques):
        first = c * size
        for a in range(size):
            for b in range(size):
                if a != b:
                    yield first + a, first + b
        if c + 1 < cliques:
            yield first + size - 1, first + size


def tree_edges(depth=20):
    return ((child // 2, child) for child in range(2, 2 ** (depth + 1)))


JOBS = {
    "random": ("pairs", CLOSURE, lambda: random_edges(1, 5000, 15000)),
    "cliques": ("pairs", CLOSURE, clique_edges),
    "tree": ("pairs", CLOSURE, tree_edges),
    "groups": ("groups", GROUPS, lambda: random_edges(2, 500_000, 1_000_000)),
}


def measure(command):
    """Runs a command: seconds, peak MiB, the last line of its output."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit("%s\nfailed:\n%s" % (" ".join(command), errors.decode()[-2000:]))
    return seconds, usage.ru_maxrss / 1024, output.decode().split()[-1]


def prepare(folder, job, with_peer):
    """Writes the data of a job and installs the peer where they are missing; returns folder and peer's Python."""
    data = os.path.join(folder, job)
    file = os.path.join(data, "edge.csv")
    if not os.path.exists(file):
        os.makedirs(data, exist_ok=True)
        with open(file + ".part", "w", encoding="utf-8") as out:
            out.write("a,b\n")
            out.writelines("%d,%d\n" % edge for edge in JOBS[job][2]())
        os.replace(file + ".part", file)
    python = os.path.join(folder, "venv", "bin", "python")
    if with_peer and not os.path.exists(python):
        print("installing the peer", flush=True)
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return data, python


def run_job(job, options):
    """Times one job; returns whether the answers agree."""
    query, sql, _ = JOBS[job]
    data, python = prepare(options.folder, job, not options.no_peer)
    own = [options.sup, "run", MODEL, "--data", data, "--quiet", "--query", query, "--format", "csv"]
    read = READ.format(file=os.path.join(data, "edge.csv"))
    peer = [python, "-c", PEER_PROGRAM, sql.format(read=read), str(options.threads)]
    own_runs, peer_runs = [], []
    for _ in range(options.rounds):
        own_runs.append(measure(own))
        if not options.no_peer:
            peer_runs.append(measure(peer))
    seconds, memory = (min(run[i] for run in own_runs) for i in (0, 1))
    print("%-8s sup    %7.2f s %7.0f MiB   %s" % (job, seconds, memory, own_runs[0][2]), flush=True)
    if options.no_peer:
        return True
    peer_seconds, peer_memory = (min(run[i] for run in peer_runs) for i in (0, 1))
    print("%-8s duckdb %7.2f s %7.0f MiB   %.2f times as long" % (job, peer_seconds, peer_memory, peer_seconds / seconds),
          flush=True)
    same = {run[2] for run in own_runs} == {run[2] for run in peer_runs}
    if not same:
        print("%-8s the answers differ: %s" % (job, peer_runs[0][2]))
    return same


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="*", metavar="JOB", choices=[[], *JOBS])
    parser.add_argument("--sup", default=os.path.join(ROOT, "build", "release", "sup"))
    parser.add_argument("--folder", default="/tmp/sup-bench-recursion")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    return 0 if all([run_job(job, options) for job in options.jobs or JOBS]) else 1


if __name__ == "__main__":
    sys.exit(main())

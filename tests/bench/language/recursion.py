#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times recursive relations against DuckDB's recursive queries on the same files, and compares the answers.

    tests/bench/language/recursion.py [--sup PATH] [--folder DIR] [--rounds N] [--no-peer] [--threads N] [JOB…]

Jobs: random (closure of 5,000 nodes and 15,000 edges), cliques (of 300 cliques of 20 nodes in a chain), tree (of a
binary tree of depth 20), generation (nodes of one generation of a binary tree of depth 12), groups (the least node of each connected group, 500,000 nodes and 1,000,000 edges). Each is
one process from the file to the answer; the runs alternate and the best of each counts. Data and the peer (from pip,
in a virtual environment) stay in the folder between calls. Timings are no test: the exit code is 1 only if answers
differ.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from answers import run_job
from beside import Sequence, options_of, write_table

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
GENERATION = """with recursive edge as materialized {read},
    same(a, b) as (select p.b, q.b from edge p join edge q on p.a = q.a
      union select p.b, q.b from same s join edge p on p.a = s.a join edge q on q.a = s.b)
    select count(*), sum(a * 3 + b) from same"""


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
    "generation": ("generation", GENERATION, lambda: tree_edges(12)),
    "groups": ("groups", GROUPS, lambda: random_edges(2, 500_000, 1_000_000)),
}


def prepare(folder, job):
    """Writes the edges of a job where they are missing; returns their folder."""
    data = os.path.join(folder, job)
    write_table(os.path.join(data, "edge.csv"), "a,b", ("%d,%d" % edge for edge in JOBS[job][2]()))
    return data


def time_job(job, options):
    query, sql, _ = JOBS[job]
    data = prepare(options.folder, job)
    file = os.path.join(data, "edge.csv")
    return run_job(job, options, MODEL, query, data, [sql.format(read=READ.format(file=file))])


def main():
    options = options_of(__doc__, JOBS, "/tmp/sup-bench-recursion", 3, 2, scaled=False)
    return 0 if all([time_job(job, options) for job in options.jobs]) else 1


if __name__ == "__main__":
    sys.exit(main())

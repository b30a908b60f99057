# SPDX-License-Identifier: Apache-2.0
"""Times a query whose answer is one line beside the peer's forms of it, and compares the answers."""
from beside import measure, peer_python

PEER_PROGRAM = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("set threads = " + sys.argv[2])
print(*connection.execute(sys.argv[1]).fetchone(), sep=",")
"""


def best(runs):
    """The least seconds and MiB."""
    return tuple(min(run[i] for run in runs) for i in (0, 1))


def run_job(job, options, model, query, data, forms):
    """Runs alternate; the best of each counts. Returns whether the answers agree."""
    python = peer_python(options.folder, not options.no_peer)
    own = [options.sup, "run", model, "--data", data, "--quiet", "--query", query, "--format", "csv"]
    own_runs, peer_runs = [], [[] for _ in ([] if options.no_peer else forms)]
    for _ in range(options.rounds):
        own_runs.append(measure(own))
        for runs, sql in zip(peer_runs, forms):
            runs.append(measure([python, "-c", PEER_PROGRAM, sql, str(options.threads)]))
    answers = {run[2].split()[-1] for runs in [own_runs, *peer_runs] for run in runs}
    seconds, memory = best(own_runs)
    print("%-8s sup    %7.2f s %7.0f MiB   %s" % (job, seconds, memory, own_runs[0][2].split()[-1]), flush=True)
    for number, runs in enumerate(peer_runs, 1):
        peer_seconds, peer_memory = best(runs)
        print("%-8s duckdb %7.2f s %7.0f MiB   form %d, %.2f times as long"
              % (job, peer_seconds, peer_memory, number, peer_seconds / seconds), flush=True)
    if len(answers) != 1:
        print("%-8s the answers differ: %s" % (job, " ".join(sorted(answers))))
    return len(answers) == 1

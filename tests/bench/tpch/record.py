# SPDX-License-Identifier: Apache-2.0
"""Records the answers to the 22 queries over the small tables, once DuckDB gives the same ones.

    record.py SUP PYTHON      with the Python of tests/bench/run, FOLDER/venv/bin/python

Writes expected/qNN.csv, the bytes that `sup run` prints. A query that finds nothing, or otherwise than DuckDB, is
told and not recorded.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "race")]

import make_small
from lines import BENCH, queries_of, tables_of
from runners import Peer


def record(sup, python, folder, peer, name, sql):
    own, theirs = os.path.join(folder, name + ".csv"), os.path.join(folder, name + ".parquet")
    answer = subprocess.run([sup, "run", os.path.join(HERE, name + ".sup"), "--data", folder, "--format", "csv",
                             "--quiet"], check=True, capture_output=True).stdout
    with open(own, "wb") as file:
        file.write(answer)
    peer.ask(query=sql, answer=theirs)
    done = subprocess.run([python, os.path.join(BENCH, "race", "compare.py"), own, theirs, "ordered"],
                          capture_output=True, text=True, check=False)
    rows = answer.decode().strip().splitlines()[1:]
    fault = done.stderr.strip() or ("" if rows and any(set(row) - set(",0") for row in rows) else "finds nothing")
    print("%s: %s" % (name, fault or "%d rows" % len(rows)))
    if not fault:
        with open(os.path.join(HERE, "expected", name + ".csv"), "wb") as file:
            file.write(answer)
    return not fault


def main():
    sup, python = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        make_small.make(folder)
        peer = Peer("duckdb", python, 2)
        peer.load(folder, tables_of(os.path.join(HERE, "tables.sup"), False))
        sql = queries_of(os.path.join(HERE, "tpch.sql"))
        good = [record(sup, python, folder, peer, name, text) for name, text in sql.items()]
        peer.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

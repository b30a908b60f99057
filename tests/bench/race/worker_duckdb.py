# SPDX-License-Identifier: Apache-2.0
"""DuckDB as one runner of the race: reads a request a line, answers with a line (`peers.py` says which)."""
import time

import duckdb

from serve import serve

TYPES = {"integer": "BIGINT", "text": "VARCHAR", "code": "VARCHAR", "date": "DATE", "double": "DOUBLE"}


class Runner:
    version = duckdb.__version__

    def __init__(self, threads):
        self.connection = duckdb.connect()
        self.connection.execute("set threads = %d" % threads)

    def make(self, what, table, path, columns):
        types = ", ".join("'%s': '%s'" % (name, TYPES.get(kind, kind)) for name, kind in columns)
        self.connection.execute("create or replace %s %s as select * from read_csv('%s', header = true,"
                                " auto_detect = false, quote = '\"', escape = '\"', columns = {%s})"
                                % (what, table, path, types))

    def load(self, table, path, columns):
        self.make("table", table, path, columns)

    def view(self, table, path, columns):
        self.make("view", table, path, columns)

    # The result goes into a table, or to the client in memory.
    forms = ("table", "arrow")

    def run(self, sql, form):
        begun = time.perf_counter()
        if form == "table":
            self.connection.execute("create or replace temp table answer as " + sql)
        else:
            self.kept = self.connection.sql(sql).to_arrow_table()
        return time.perf_counter() - begun

    def answer(self, sql, path):
        self.connection.execute("copy (%s) to '%s' (format parquet)" % (sql, path))


serve(Runner)

# SPDX-License-Identifier: Apache-2.0
"""chDB as one runner of the race (`peers.py`)."""
import time

import chdb
from chdb import session

from serve import serve

TYPES = {"integer": "Int64", "text": "String", "code": "LowCardinality(String)", "date": "Date32", "double": "Float64"}


class Runner:
    version = chdb.__version__

    def __init__(self, threads):
        self.session = session.Session()
        self.session.query("create database race engine = Atomic")
        self.session.query("use race")
        self.session.query("set max_threads = %d, join_use_nulls = 1" % threads)

    def make(self, what, table, path, columns):
        types = ", ".join("%s %s" % (name, TYPES.get(kind, kind.replace("decimal", "Decimal")))
                          for name, kind in columns)
        self.session.query("drop table if exists " + table)
        self.session.query(what % table + " as select * from file('%s', 'CSVWithNames', '%s')" % (path, types))

    def load(self, table, path, columns):
        self.make("create table %s engine = Memory", table, path, columns)

    def view(self, table, path, columns):
        self.make("create view %s", table, path, columns)

    # A table in memory, or the client's rows in columns.
    forms = ("table", "arrow")

    def run(self, sql, form):
        if form == "table":
            self.session.query("drop table if exists answer")
        begun = time.perf_counter()
        if form == "table":
            self.session.query("create table answer engine = Memory as " + sql)
        else:
            self.kept = self.session.query(sql, "Arrow")
        return time.perf_counter() - begun

    def answer(self, sql, path):
        with open(path, "wb") as out:
            out.write(self.session.query(sql, "Parquet").bytes())


serve(Runner)

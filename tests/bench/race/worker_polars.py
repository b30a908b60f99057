# SPDX-License-Identifier: Apache-2.0
"""Polars as one runner of the race (`peers.py`): a query is the name of a function of polars_queries.py."""
import time

import polars as pl

import polars_queries
from serve import serve

TYPES = {"integer": pl.Int64, "text": pl.String, "code": pl.String, "date": pl.Date}  # money as doubles


def schema(columns):
    return {name: TYPES.get(kind, pl.Float64) for name, kind in columns}


class Runner:
    version = pl.__version__

    def __init__(self, threads):
        self.tables = {}

    def load(self, table, path, columns):
        self.tables[table] = pl.read_csv(path, schema=schema(columns)).rechunk().lazy()

    def view(self, table, path, columns):
        self.tables[table] = pl.scan_csv(path, schema=schema(columns))

    forms = ("in-memory", "streaming")

    def run(self, query, form):
        begun = time.perf_counter()
        self.kept = polars_queries.QUERIES[query](self.tables).collect(engine=form)
        return time.perf_counter() - begun

    def answer(self, query, path):
        polars_queries.QUERIES[query](self.tables).collect().write_parquet(path)


if __name__ == "__main__":
    serve(Runner)

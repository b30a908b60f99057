# SPDX-License-Identifier: Apache-2.0
"""The lines of the race: what is run on which data, by us and by each peer."""
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.dirname(HERE)
sys.path.insert(0, BENCH)
sys.path.insert(0, os.path.join(BENCH, "language"))

import joins
import recursion

# Short texts of few kinds, which chDB holds as a dictionary.
CODES = {"l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode", "c_mktsegment", "p_mfgr", "p_brand", "p_type",
         "p_container", "o_orderstatus", "o_orderpriority", "id1", "id2", "id4", "id5"}


@dataclass
class Line:
    name: str
    family: str
    data: str       # the set
    model: str      # what sup opens
    query: str      # the query of it; or, with `text`, its name
    text: str = ""  # a file whose relations and query are typed at the prompt
    sql: list = field(default_factory=list)  # for DuckDB: forms of one question
    chdb: str = ""
    polars: str = ""
    ordered: bool = False
    kind: str = "warm"  # warm, cold (the whole process) or load
    tables: tuple = ()  # of a cold or load line: those that the peers read


# ---------------------------------------------------------------- tables and queries


def tables_of(model, doubles):
    """The tables that a model declares, for the peers: their exact numbers, or binary ones."""
    with open(model, encoding="utf-8") as file:
        text = file.read()
    tables = {}
    for name, columns in re.findall(r"^table (\w+) \((.*?)\)$", text, re.DOTALL | re.MULTILINE):
        tables[name] = []
        for column, kind in re.findall(r"(\w+): (\w+(?:\([\d, ]+\))?)", columns):
            if kind.startswith("decimal") and doubles:
                kind = "double"
            tables[name].append((column, "code" if column in CODES and kind == "text" else kind))
    return tables


def queries_of(path):
    """The questions of a file: `-- NAME` or `-- NAME chdb`, then the text."""
    queries = {}
    with open(path, encoding="utf-8") as file:
        for head, text in re.findall(r"^-- (\w+(?: chdb)?)\n((?:(?!--).*\n)+)", file.read(), re.MULTILINE):
            queries[head] = text.strip().rstrip(";")
    return queries


def statements_of(path):
    """What is typed at the prompt: the relations of a file, and the body of its query."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parts = re.split(r"^(?=relation |query )", text, flags=re.MULTILINE)
    declared = [part.strip() for part in parts if part.startswith("relation ")]
    body = next(part for part in parts if part.startswith("query "))
    return declared, body.split("\n", 1)[1].strip()


# ---------------------------------------------------------------- data


def make_set(python, name, folder, rows):
    if os.path.exists(os.path.join(folder, "made")):
        return
    print("making", folder, flush=True)
    if name == "tpch":
        maker = os.path.join(os.path.dirname(python), "tpchgen-cli")
        command = [maker, "csv", "-s", "%g" % rows, "--overwrite", "--output-dir", folder]
    else:
        command = [python, os.path.join(HERE, "make_data.py"), name, folder, str(rows)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    open(os.path.join(folder, "made"), "w", encoding="utf-8").close()


class Options:
    """What the makers of the other benchmarks read."""

    def __init__(self, folder, scale):
        self.folder, self.scale = folder, scale


def prepare(data, python, folder, scale):
    """Makes a set where it is missing: its folder and its tables."""
    if data == "tpch":
        path = os.path.join(folder, "tpch-%g" % scale)
        make_set(python, data, path, scale)
        return path, tables_of(os.path.join(BENCH, "tpch", "tables.sup"), False)
    if data in ("groupby", "join", "reading"):
        path = os.path.join(folder, "%s-%g" % (data, scale))
        make_set(python, data, path, max(int(1e7 * scale), 1000))
        return path, tables_of(os.path.join(HERE, data + ".sup"), True)
    if data in joins.JOBS:
        tables = tables_of(joins.MODEL, True)
        return (joins.prepare(Options(folder, scale), data),
                {name: tables[name] for name in joins.JOBS[data][2]})
    return recursion.prepare(folder, data), tables_of(recursion.MODEL, True)


# ---------------------------------------------------------------- the lines

SLOW_ON_CHDB = ("q05", "q07", "q08")  # two to twenty seconds: it orders joins as they are written
ON_POLARS = ("q01", "q03", "q06", "q09", "q18")
WORDS_CHDB = """SELECT count(*), sum(n + i - 1) FROM (SELECT n, arrayJoin(multiMatchAllIndices(content,
 (SELECT groupArray(word) FROM (SELECT word FROM word ORDER BY n)))) AS i FROM note)"""
ASOF_CHDB = """SELECT count(*) AS n, sum(a.n + b.n) AS total FROM trade AS a ASOF INNER JOIN quote AS b
 ON a.k = b.k AND a.t >= b.t"""


def tpch_lines():
    sql = queries_of(os.path.join(BENCH, "tpch", "tpch.sql"))
    for name, text in sql.items():
        yield Line(name, "tpch", "tpch", os.path.join(BENCH, "tpch", "tables.sup"), name,
                   os.path.join(BENCH, "tpch", name + ".sup"), [text], "" if name in SLOW_ON_CHDB else text,
                   name if name in ON_POLARS else "", ordered=True)


def db_lines():
    sql = queries_of(os.path.join(HERE, "db.sql"))
    families = {"g": ("groupby", "groupby"), "j": ("join", "join")}
    for name in sql:
        if name.endswith(" chdb"):
            continue
        family, data = families.get(name[0] if name[1:].isdigit() else "", ("check", "reading"))
        chdb = "" if name == "benford" else sql.get(name + " chdb", sql[name])
        yield Line(name, family, data, os.path.join(HERE, data + ".sup"), name, sql=[sql[name]], chdb=chdb,
                   polars="" if name == "benford" else name)


def join_lines():
    for job, (query, forms, tables) in joins.JOBS.items():
        sql = [form.format(**{table: table for table in tables}) for form in forms]
        yield Line(job, "link", job, joins.MODEL, query, sql=sql,
                   chdb={"words": WORDS_CHDB, "asof": ASOF_CHDB}.get(job, ""), polars="asof" if job == "asof" else "")


def recursion_lines():
    for job, (query, sql, _) in recursion.JOBS.items():
        yield Line(job, "recursion", job, recursion.MODEL, query, sql=[sql.format(read="(select * from edge)")])


def whole_lines(others):
    """Whole processes from the files to the answer, and loads."""
    by_name = {line.name: line for line in others}
    used = {"q01": ("lineitem",), "q06": ("lineitem",), "q03": ("lineitem", "orders", "customer"), "g01": ("x",),
            "zscore": ("reading",)}
    start = "SELECT count(*) AS n FROM region"
    yield Line("cold start", "cold", "tpch", os.path.join(HERE, "start.sup"), "start", sql=[start], chdb=start,
               polars="start", kind="cold", tables=("region",))
    for name, tables in used.items():
        line = by_name[name]
        yield Line("cold " + name, "cold", line.data, line.text or line.model, name, sql=line.sql, chdb=line.chdb,
                   polars=line.polars, kind="cold", tables=tables)
    for name, data, table in (("load lineitem", "tpch", "lineitem"), ("load x", "groupby", "x"),
                              ("load reading", "reading", "reading")):
        yield Line(name, "load", data, os.path.join(HERE, "load.sup"), "load_" + table, sql=["-"], chdb="-", polars="-",
                   kind="load", tables=(table,))


def all_lines():
    warm = [*tpch_lines(), *db_lines(), *join_lines(), *recursion_lines()]
    return warm + list(whole_lines(warm))

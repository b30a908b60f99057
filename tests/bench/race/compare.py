# SPDX-License-Identifier: Apache-2.0
"""Compares two answers: `compare.py OURS.csv THEIRS.parquet ordered|any`; prints what differs, or nothing.

Numbers and dates of the peer's exact types must be equal to the last digit; of its binary types the difference may be
10^-9 of the value (and 10^-9 below 1). A sum over no rows is NULL there and 0 here; a figure that a group does not have
(the spread of one value, a correlation without spread) is NULL, not a number or infinite there and missing here.
"""
import sys

import duckdb

EXACT = "decimal(38, 12)"


def is_number(kind):
    return kind.startswith(("DECIMAL", "BIGINT", "HUGEINT", "INTEGER", "UBIGINT", "UINTEGER", "SMALLINT", "USMALLINT",
                            "UHUGEINT", "TINYINT", "UTINYINT"))


def columns_of(connection, theirs):
    """Per column: ours and theirs as values to compare, and whether they differ."""
    kinds = [row[1] for row in connection.execute("describe theirs").fetchall()]
    own = [row[0] for row in connection.execute("describe ours").fetchall()]
    names = [row[0] for row in connection.execute("describe theirs").fetchall()]
    if len(own) != len(names):
        sys.exit("%d columns, the peer has %d" % (len(own), len(names)))
    for mine, other, kind in zip(own, names, kinds):
        if kind in ("DOUBLE", "FLOAT"):
            yield ('coalesce(cast("%s" as double), 0)' % mine,
                   'case when isfinite(cast("{0}" as double)) then cast("{0}" as double) else 0 end'.format(other),
                   "abs(a.{0} - b.{0}) > 1e-9 * greatest(1, abs(b.{0}))")
        elif is_number(kind):
            yield ('coalesce(cast("%s" as %s), 0)' % (mine, EXACT), 'coalesce(cast("%s" as %s), 0)' % (other, EXACT),
                   "a.{0} != b.{0}")
        else:
            text = 'cast("%s" as varchar)' if kind != "BLOB" else 'decode("%s")'
            yield '"%s"' % mine, text % other, "a.{0} is distinct from b.{0}"


def numbered(connection, name, source, columns, ordered):
    chosen = ", ".join("%s as c%d" % pair for pair in zip(columns, range(len(columns))))
    order = "" if ordered else "order by all"
    connection.execute("create table %s as select *, row_number() over () as n from (select %s from %s %s)"
                       % (name, chosen, source, order))


def main():
    ours, theirs, order = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute("create view ours as select * from read_csv('%s', header = true, all_varchar = true,"
                       " delim = ',', quote = '\"', escape = '\"', null_padding = false)" % ours)
    connection.execute("create view theirs as select * from '%s'" % theirs)
    mine, other, differ = zip(*columns_of(connection, theirs))
    numbered(connection, "a", "ours", mine, order == "ordered")
    numbered(connection, "b", "theirs", other, order == "ordered")
    counts = connection.execute("select (select count(*) from a), (select count(*) from b)").fetchone()
    if counts[0] != counts[1]:
        sys.exit("%d rows, the peer has %d" % counts)
    wrong = " or ".join(test.format("c%d" % i) for i, test in enumerate(differ))
    row = connection.execute("select a.*, b.* from a join b using (n) where %s order by n limit 1" % wrong).fetchone()
    if row is not None:
        sys.exit("row %s, the peer has %s" % (row[:len(row) // 2], row[len(row) // 2:-1]))


if __name__ == "__main__":
    main()

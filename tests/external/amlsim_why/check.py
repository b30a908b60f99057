#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the lists and the explanations of one key each by the transfers themselves.

    check.py FOLDER-OF-THE-DATA < what was printed
"""
import collections
import csv
import decimal
import json
import os
import sys


def read(folder):
    with open(os.path.join(folder, "transactions.csv"), encoding="utf-8", newline="") as file:
        return [(int(r["sourceNodeId"]), int(r["targetNodeId"]), decimal.Decimal(r["value"]), int(r["time"]))
                for r in csv.DictReader(file)]


def payers(rows):
    found = collections.defaultdict(set)
    for payer, payee, _, _ in rows:
        found[payee].add(payer)
    return found


def arrivals(rows, hops):
    """The first step at which money of a start can be at an account, over at most so many more transfers."""
    out = collections.defaultdict(list)
    first = {}
    for payer, payee, value, step in rows:
        out[payer].append((payee, step))
        if value >= 599:
            first[payer, payee] = min(step, first.get((payer, payee), step))
    for _ in range(hops):
        following = dict(first)
        for (start, account), step in first.items():
            for payee, later in out[account]:
                if later > step:
                    following[start, payee] = min(later, following.get((start, payee), later))
        first = following
    return first


def groups(rows):
    """The accounts of each connected group of large transfers, by its least account."""
    near = collections.defaultdict(set)
    for payer, payee, value, _ in rows:
        if value >= 590:
            near[payer].add(payee)
            near[payee].add(payer)
    found, seen = {}, set()
    for account in sorted(near):
        if account in seen:
            continue
        group, open_ = set(), [account]
        while open_:
            at = open_.pop()
            if at not in group:
                group.add(at)
                open_ += near[at]
        seen |= group
        found[account] = group
    return found


def cells(text):
    return {name: int(value) for name, value in (cell.split(" ") for cell in text.split("，"))}


def check_chain(rows, told, hops):
    """What stands behind a row is the transfer that ends it, and the row before, at an earlier step."""
    have = cells(told["cells"])
    transfers = [rows[row["row"] - 1] for row in told["from"] if row["table"] == "转账"]
    before = [row for row in told["from"] if row["table"] == "三手之内"]
    assert len(transfers) == 1 and len(before) <= 1, told
    payer, payee, value, step = transfers[0]
    assert (payee, step) == (have["户"], have["步"]), told
    if not before:
        assert payer == have["起点"] and value >= 599, told
        return 0
    earlier = cells(before[0]["cells"])
    assert earlier["起点"] == have["起点"] and earlier["户"] == payer and earlier["步"] < step, told
    assert hops > 0, told
    return 1 + check_chain(rows, before[0], hops - 1)


def check_group(rows, told, group):
    """Every member is named once; the transfers that are named are large and lie within the group."""
    members = [cells(row["cells"])["户"] for row in told["evidence"]]
    assert sorted(members) == sorted(group), sorted(set(members) ^ group)
    behind = [row for row in told["evidence"] if "from" in row]
    assert len(behind) == min(60, len(members)), len(behind)
    for row in behind:
        for origin in row["from"]:
            if origin["table"] == "转账":
                payer, payee, value, _ = rows[origin["row"] - 1]
                assert value >= 590 and cells(row["cells"])["户"] in (payer, payee) and payer in group, row
            else:
                assert cells(origin["cells"])["户"] in group, row


def main():
    rows = read(sys.argv[1])
    listed, fan_in, chain, group = sys.stdin.read().split("%%\n")
    keys = collections.defaultdict(set)
    for line in listed.splitlines():
        entry = json.loads(line)
        assert entry["list"] == "clue", line
        keys[entry["rule"]].add(tuple(int(value) for value in entry["key"].values()))
    paid, first, connected = payers(rows), arrivals(rows, 2), groups(rows)
    assert keys["集中转入"] == {(payee,) for payee, by in paid.items() if len(by) >= 50}
    assert keys["快进快出"] == {pair for pair, step in first.items() if step < 80}
    assert keys["大群"] == {(least,) for least, members in connected.items() if len(members) >= 70}

    entry = json.loads(fan_in)["entry"]
    wanted = [number for number, row in enumerate(rows, 1) if row[1] == int(entry["key"]["收款户"])]
    assert [row["row"] for row in entry["evidence"]] == wanted, entry
    entry = json.loads(chain)["entry"]
    assert check_chain(rows, entry["evidence"][0], 2) == 2, entry
    assert cells(entry["evidence"][0]["cells"])["步"] == first[2886, 8896]
    check_group(rows, json.loads(group)["entry"], connected[381])


if __name__ == "__main__":
    main()

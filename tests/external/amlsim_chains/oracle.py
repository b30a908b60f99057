#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes expected.out: the same sizes by other means: sweeps in order of time, searches, merged sets.

    oracle.py FOLDER-OF-THE-DATA > expected.out
"""
import collections
import csv
import decimal
import os
import sys


def read(folder):
    with open(os.path.join(folder, "transactions.csv"), encoding="utf-8", newline="") as file:
        return [(int(r["sourceNodeId"]), int(r["targetNodeId"]), decimal.Decimal(r["value"]), int(r["time"]))
                for r in csv.DictReader(file)]


def large(rows, least):
    return [row for row in rows if row[2] >= least]


def earliest(rows):
    """The first step at which money of each start can be at each account: one sweep by time a start."""
    by_step = collections.defaultdict(list)
    for payer, payee, _, step in rows:
        by_step[step].append((payer, payee))
    first = collections.defaultdict(list)
    for payer, payee, _, step in large(rows, 599):
        first[payer].append((payee, step))
    arrivals = []
    for starts in first.values():
        at = {}
        for step in sorted(by_step):
            new = [payee for payee, first_step in starts if first_step == step]
            new += [payee for payer, payee in by_step[step] if at.get(payer, step) < step]
            for account in new:
                at.setdefault(account, step)
        arrivals += at.values()
    return arrivals


def within(rows, hops):
    """The same over at most so many transfers behind the first: the best step by number of transfers."""
    out = collections.defaultdict(list)
    for payer, payee, _, step in rows:
        out[payer].append((payee, step))
    start = collections.defaultdict(dict)
    for payer, payee, _, step in large(rows, 599):
        start[payer][payee] = min(step, start[payer].get(payee, step))
    arrivals = []
    for at in start.values():
        for _ in range(hops):
            following = dict(at)
            for account, step in at.items():
                for payee, later in out[account]:
                    if later > step and later < following.get(payee, later + 1):
                        following[payee] = later
            at = following
        arrivals += at.values()
    return arrivals


def reachable(rows):
    out = collections.defaultdict(set)
    for payer, payee, _, _ in large(rows, 550):
        out[payer].add(payee)
    pairs = []
    for start in list(out):
        seen, queue = set(), list(out[start])
        while queue:
            account = queue.pop()
            if account not in seen:
                seen.add(account)
                queue.extend(out.get(account, ()))
        pairs += ((start, account) for account in seen)
    return pairs


def groups(rows):
    group = {}

    def find(account):
        while group.setdefault(account, account) != account:
            account = group[account]
        return account

    for payer, payee, _, _ in large(rows, 590):
        a, b = find(payer), find(payee)
        group[max(a, b)] = min(a, b)
    return [find(account) for account in list(group)]


def show(names, *values):
    return names + "\n" + ",".join(map(str, values)) + "\n"


def main():
    rows = read(sys.argv[1])
    steps = [show("行数,步和,末步", len(found), sum(found), max(found)) for found in (earliest(rows), within(rows, 2))]
    pairs = reachable(rows)
    reached = show("行数,起和,止和", len(pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs))
    labels = groups(rows)
    grouped = show("户数,群数,群号和", len(labels), len(set(labels)), sum(labels))
    sys.stdout.write("".join(steps) + reached * 2 + grouped * 2)


if __name__ == "__main__":
    main()

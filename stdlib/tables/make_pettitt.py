#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pettitt.def: the exact distribution of Pettitt's K for up to 22 values without ties.

    python3 make_pettitt.py > pettitt.def          (with numpy; some minutes)

K is the greatest |2 R(t) − t (n + 1)| over t, R(t) the sum of the first t of n ranks. For a limit the orders that never
pass it are counted by the set of ranks that stand first: a set is reached from those that lack one of its ranks. Half
of the way is enough, for the other half is the same one backwards.
"""
import math

import numpy as np

MOST = 22


def layers(n):
    """The sets by size, and the sum of the ranks in each."""
    sets = np.arange(1 << n, dtype=np.int64)
    size, total = np.zeros(1 << n, dtype=np.int64), np.zeros(1 << n, dtype=np.int64)
    for i in range(n):
        size += sets >> i & 1
        total += (sets >> i & 1) * (i + 1)
    return [sets[size == k] for k in range(n + 1)], total


def within(n, limit, by_size, total):
    """How many orders of n ranks have K <= limit."""
    half = n // 2
    ways = np.zeros(1 << n)
    ways[0] = 1
    for size in range(1, n - half + 1):
        here = by_size[size]
        here = here[np.abs(2 * total[here] - size * (n + 1)) <= limit] if size < n else here
        reached = np.zeros(len(here))
        for i in range(n):
            has = (here >> i & 1) == 1
            reached[has] += ways[here[has] ^ (1 << i)]
        ways[here] = reached
    first = by_size[half]
    return float((ways[first] * ways[(1 << n) - 1 - first]).sum())


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("//")
    print("// pettitt.def: written by make_pettitt.py; do not edit. PETTITT(n, K, p): the chance that Pettitt's")
    print("// statistic of n values without ties is K or greater, for each K that it can have.")
    for n in range(2, MOST + 1):
        by_size, total = layers(n)
        orders = math.factorial(n)
        below = 0.0
        for k in range(max(t * (n - t) for t in range(1, n)) + 1):
            met = within(n, k, by_size, total)
            if met != below:
                print(f"PETTITT({n}, {k}, {(orders - below) / orders:.17g})")
            below = met


if __name__ == "__main__":
    main()

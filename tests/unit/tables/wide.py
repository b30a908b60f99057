#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes wide.tsv, the oracle of test_wide.c, with Python's integers and fractions.

    python3 wide.py > wide.tsv

Each line is an operation, its operands and the expected result, separated by tabs. "overflow",
"zero" and "inexact" stand for the failures. Operands lie at the edges on purpose.
"""
import random
import struct
from fractions import Fraction
from math import gcd

LIMIT = 10**38
MODES = ["half_away", "half_even", "up", "down", "ceiling", "floor"]
random.seed(20240229)


def fits(u):
    return str(u) if abs(u) < LIMIT else "overflow"


def floor_div(f):
    return f.numerator // f.denominator


def rounded(f, mode):
    """The fraction f as an integer."""
    low = floor_div(f)
    rest = f - low
    if rest == 0:
        return low
    toward_zero, away = (low, low + 1) if f > 0 else (low + 1, low)
    if mode == "half_away":
        return low if rest < Fraction(1, 2) else low + 1 if rest > Fraction(1, 2) else away
    if mode == "half_even":
        if rest == Fraction(1, 2):
            return low if low % 2 == 0 else low + 1
        return low if rest < Fraction(1, 2) else low + 1
    return {"up": away, "down": toward_zero, "ceiling": low + 1, "floor": low}[mode]


def count():
    """A count with a bias to edges."""
    kind = random.randrange(9)
    if kind == 0:
        u = random.choice([0, 1, 2, 3, 5, 7, 9, 10, 25, 50, 75, 125])
    elif kind == 1:
        u = LIMIT - 1 - random.choice([0, 1, 2, random.randrange(1000)])
    elif kind == 2:
        u = 10 ** random.randrange(38) + random.choice([-1, 0, 1])
    elif kind == 3:
        u = 2 ** random.choice([31, 32, 62, 63, 64, 95, 96, 126]) + random.choice([-1, 0, 1])
    elif kind == 4:
        u = 5 * 10 ** random.randrange(37) + random.choice([-1, 0, 1])
    else:
        u = random.randrange(10 ** random.randrange(1, 39))
    return u * random.choice([1, -1])


def scale():
    return random.choice([0, 0, 1, 2, 4, 6, 9, 18, 19, 20, 37, 38])


def row(*cells):
    print("\t".join(str(c) for c in cells))


def arithmetic(n):
    for _ in range(n):
        a, sa, b, sb = count(), scale(), count(), scale()
        s = max(sa, sb)
        x, y = a * 10 ** (s - sa), b * 10 ** (s - sb)
        row("add", a, sa, b, sb, fits(x + y))
        row("sub", a, sa, b, sb, fits(x - y))
        row("compare", a, sa, b, sb, (x > y) - (x < y))
        if sa + sb <= 38:
            row("mul", a, sa, b, sb, fits(a * b))
        if b == 0:
            row("div", a, sa, b, sb, "zero")
        else:
            q = Fraction(a, 10**sa) / Fraction(b, 10**sb)
            row("div", a, sa, b, sb, fits(rounded(q * 10**18, "half_even")))


def take_back(n):
    """A summand that leaves 128 bits and a sum that does not."""
    for _ in range(n):
        s = random.randrange(1, 30)
        a = random.randrange(10 ** (38 - s), 2 * 10 ** (38 - s))
        b = -random.randrange(LIMIT)
        row("add", a, 0, b, s, fits(a * 10**s + b))


def halves(n):
    for _ in range(n):
        b = random.randrange(1, 10 ** random.randrange(1, 19)) * 2
        q = random.randrange(10 ** random.randrange(1, 15))
        # a/b = q + 1/2 in the last place, or one unit beside it
        a = b * q + b // 2 + random.choice([-1, 0, 0, 1])
        row("div", a, 18, b, 0, fits(rounded(Fraction(a, b), "half_even")))
        row("div", -a, 18, b, 0, fits(rounded(Fraction(-a, b), "half_even")))


def rounding(n):
    for _ in range(n):
        a, s, t = count(), scale(), scale()
        mode = random.choice(MODES)
        row("round", a, s, t, mode, fits(rounded(Fraction(a, 10**s) * 10**t, mode)))
        unit, us = abs(count()) or 1, scale()
        k = rounded(Fraction(a, 10**s) / Fraction(unit, 10**us), mode)
        row("round_unit", a, s, unit, us, mode, fits(k * unit))


def ratios(n):
    for _ in range(n):
        n1, d1, n2, d2 = count(), count() or 1, count(), count() or 1
        if random.randrange(3) == 0:  # nearly equal
            k = random.randrange(1, 10**6)
            n1, d1 = n1 // 10**7, d1 // 10**7 or 3
            n2, d2 = n1 * k + random.choice([-1, 0, 1]), d1 * k
        x, y = Fraction(n1, d1), Fraction(n2, d2)
        row("fraction", n1, d1, n2, d2, (x > y) - (x < y))
        s = [scale() for _ in range(4)]
        x = Fraction(n1, 10 ** s[0]) / Fraction(d1, 10 ** s[1])
        y = Fraction(n2, 10 ** s[2]) / Fraction(d2, 10 ** s[3])
        row("ratio", n1, s[0], d1, s[1], n2, s[2], d2, s[3], (x > y) - (x < y))


def sums(n):
    for _ in range(n):
        values = [count() for _ in range(random.randrange(1, 12))]
        s = scale()
        total = sum(values)
        mean = rounded(Fraction(total, len(values)) / 10**s * 10**18, "half_even")
        row("sum", s, fits(total), fits(mean), *values)


def wide(n):
    for _ in range(n):
        a, b, c, d = count(), count(), count(), count()
        x = a * b
        y = random.choice([c, c * d, c // 10**20]) or 1
        q = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
        row("divmod", a, b, y, q, x - q * y)


def reals(n):
    for _ in range(n):
        a, s = count(), scale()
        value = a / 10**s  # Python divides integers with one correct rounding
        row("to_real", a, s, struct.pack(">d", value).hex())
        bits = random.getrandbits(64)
        value = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
        if random.randrange(2):
            value = random.choice([0.5, 1.5, 2.5, 0.125, 1e22, 1e23, 3.0, 1e-9, 2**-30, 5e-324])
            value *= random.choice([1, -1, 3, 7, 1001])
        if value != value or abs(value) == float("inf"):
            continue
        mode = random.choice(MODES)
        exact = Fraction(value) * 10**s
        expected = fits(rounded(exact, mode))
        row("from_real", struct.pack(">d", value).hex(), s, mode, expected)
        row("shortest", struct.pack(">d", value).hex(), shortest(value))


def shortest(value):
    text = repr(value)
    if value == 0:
        return "0"
    return text[:-2] if text.endswith(".0") else text


def powers():
    """Powers of two, where the shortest text is the hardest."""
    for exponent in range(-1074, 1024, 7):
        value = 2.0**exponent
        row("shortest", struct.pack(">d", value).hex(), shortest(value))


def units(n):
    for _ in range(n):
        p1, q1, p2, q2 = (random.choice([1, 2, 3, 10, 2000, 1000, 500, 7919, 10**9]) for _ in "1234")
        a, b = Fraction(p1, q1), Fraction(p2, q2)
        common = Fraction(gcd(p1 * q2, p2 * q1), q1 * q2)
        row("unit", p1, q1, p2, q2, common.numerator, common.denominator, a / common, b / common)


arithmetic(420)
take_back(60)
halves(80)
rounding(250)
ratios(220)
sums(150)
wide(250)
reals(220)
powers()
units(60)

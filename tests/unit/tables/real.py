# SPDX-License-Identifier: Apache-2.0
"""Writes real.tsv: operands and correctly rounded results of elementary functions.

    python3 real.py > real.tsv        needs mpmath

Columns: function, operands and result as hexadecimal reals. Results are computed with 400 bits and rounded once.
"""

import math
import random

import mpmath
from mpmath import mp, mpf

mp.prec = 400


def rounded(value):
    """The nearest binary64, ties to even; mpmath rounds a number of 400 bits once."""
    return float(value)


def line(name, operands, value):
    result = rounded(value)
    if math.isfinite(result) and (result == 0 or abs(result) >= 2.3e-308):
        print(name, *[x.hex() for x in operands], result.hex(), sep="\t")


def main():
    generator = random.Random(5)
    print(f"# real.py with mpmath {mpmath.__version__}")
    near = [1 + k * 2.0**-52 for k in range(-20, 21)] + [2.0**k for k in range(-1074, 1024, 97)]
    for x in near + [generator.uniform(0, 1) * 10.0**generator.randrange(-300, 300) for _ in range(700)]:
        if x > 0:
            line("ln", [x], mp.log(mpf(x)))
            line("log10", [x], mp.log(mpf(x)) / mp.log(mpf(10)))
    for k in range(-22, 23):
        line("log10", [float(10.0**k)], mp.log(mpf(float(10.0**k))) / mp.log(mpf(10)))
    for x in [0.0, 1.0, -1.0, 1e-300, -1e-17, 709.7, -708.0] + [generator.uniform(-708, 709) for _ in range(700)] + \
            [generator.gauss(0, 1) * 10.0**generator.randrange(-18, 2) for _ in range(300)]:
        line("exp", [x], mp.exp(mpf(x)))
    for _ in range(1000):
        x = generator.choice([generator.uniform(0, 4), abs(generator.gauss(0, 1)) * 10.0**generator.randrange(-40, 40)])
        y = generator.choice([generator.uniform(-20, 20), float(generator.randrange(-8, 9)), 0.5])
        line("pow", [x, y], mp.power(mpf(x), mpf(y)))
    for x in range(2, 12):
        for y in range(0, 16):
            line("pow", [float(x), float(y)], mpf(x) ** y)


main()

# SPDX-License-Identifier: Apache-2.0
"""Writes likeness.tsv: pairs of texts and what other implementations say of them.

    python3 likeness.py > likeness.tsv        needs rapidfuzz

Columns: a, b, rapidfuzz.distance.DamerauLevenshtein.distance, rapidfuzz.distance.LCSseq.similarity, n, then over
runs of n characters the Tversky index with alpha 1 and beta 0, with alpha 0.5 and beta 0.25 (sets, exact fractions),
and the cosine of the counts (collections.Counter, math.sqrt of the exact product).
"""

import math
import random
from collections import Counter
from fractions import Fraction

import rapidfuzz
from rapidfuzz.distance import DamerauLevenshtein, LCSseq

WORDS = ["ca", "abc", "a cat", "an act", "张伟明", "张明伟", "苏州市吴中区", "吴中区苏州", "北京市朝阳区建国路88号",
         "北京朝阳建国路八十八号", "ab", "ba", "", "甲", "abcdefghij", "badcfehgji", "同仁堂大药房", "大同药房仁堂"]


def made(generator, alphabet):
    """A random text, and one that a few random edits and swaps make of it."""
    a = [generator.choice(alphabet) for _ in range(generator.randrange(0, 16))]
    b = list(a)
    for _ in range(generator.randrange(0, 6)):
        place = generator.randrange(0, len(b) + 1)
        kind = generator.randrange(4)
        if kind == 0:
            b.insert(place, generator.choice(alphabet))
        elif kind == 1 and place < len(b):
            del b[place]
        elif kind == 2 and place + 1 < len(b):
            b[place], b[place + 1] = b[place + 1], b[place]
        elif place < len(b):
            b[place] = generator.choice(alphabet)
    return "".join(a), "".join(b)


def runs(text, n):
    return Counter(text[i:i + n] for i in range(len(text) - n + 1))


def tversky(a, b, alpha, beta):
    shared = len(a.keys() & b.keys())
    if shared == 0:
        return 0.0
    return float(shared / (shared + alpha * len(a.keys() - b.keys()) + beta * len(b.keys() - a.keys())))


def cosine(a, b):
    dot = sum(count * b[run] for run, count in a.items())
    squares = sum(c * c for c in a.values()) * sum(c * c for c in b.values())
    return dot / math.sqrt(squares) if dot else 0.0


def main():
    generator = random.Random(11)
    pairs = [(a, b) for a in WORDS for b in WORDS if a < b]
    pairs += [made(generator, "abc甲乙丙") for _ in range(400)] + [made(generator, "ab") for _ in range(200)]
    print(f"# likeness.py with rapidfuzz {rapidfuzz.__version__}")
    for a, b in pairs:
        n = generator.randrange(1, 4)
        p, q = runs(a, n), runs(b, n)
        if not p and not q:
            continue
        print(a, b, DamerauLevenshtein.distance(a, b), LCSseq.similarity(a, b), n,
              repr(tversky(p, q, Fraction(1), Fraction(0))),
              repr(tversky(p, q, Fraction(1, 2), Fraction(1, 4))), repr(cosine(p, q)), sep="\t")


main()

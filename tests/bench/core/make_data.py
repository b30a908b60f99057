# SPDX-License-Identifier: Apache-2.0
"""Writes the data of the core benchmarks: the same bytes on every machine.

The rows come from a linear congruential sequence of our own, so no version of a library can change
them. Facts that the runs are checked against are written beside the data as facts.json.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from beside import Sequence, write_rows

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def check_digit(body):
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]


def person_id(number):
    """A valid person id: one for every number below 10^8."""
    region = 110000 + number % 650000
    year = 1940 + number // 650000 % 60
    body = "%06d%04d%02d%02d%03d" % (region, year, number // 31 % 12 + 1, number // 7 % 28 + 1, number % 1000)
    return body + check_digit(body)


def day(number):
    return "%04d-%02d-%02d" % (2022 + number // 336 % 3, number // 28 % 12 + 1, number % 28 + 1)


def pension(folder, payments, persons):
    """Payments beside a list of offenders: one payment in forty goes to a person of the list."""
    numbers = Sequence(1)

    def payment_rows():
        for index in range(payments):
            paid = numbers.below(4_000_000)
            yield "%s,张%d,%s,%d.%02d,%d" % (person_id(paid), index % 1000, day(index), index % 300, index % 100, index)

    def person_rows():
        for index in range(persons):
            begin = numbers.below(1008)
            yield "%s,%s,%s,%s" % (person_id(index * 40), "管制 缓刑 假释".split()[index % 3], day(begin),
                                   "" if index % 10 == 0 else day(min(begin + numbers.below(400), 1007)))

    write_rows(os.path.join(folder, "养老金调整.csv"), "身份证,姓名,调整日,调整额,流水号", payment_rows())
    write_rows(os.path.join(folder, "矫正对象.csv"), "身份证,类别,入矫日,解矫日", person_rows())


def transfers(folder, rows, accounts):
    numbers = Sequence(2)

    def all_rows():
        for index in range(rows):
            yield "%d,%d,%d.%02d,%s" % (numbers.below(accounts), index % 5, numbers.below(100_000), index % 100, day(index))

    write_rows(os.path.join(folder, "流水.csv"), "账号,类别,金额,日期", all_rows())


def damaged(folder, rows):
    """Every 20th id is spoiled: the last three digits zeroed, scientific, masked, or a wrong check digit."""
    counts = {"damaged": 0, "masked": 0, "valid": 0, "repaired": 0}

    def all_rows():
        for index in range(rows):
            text = person_id(index % 3_000_000)
            state = "valid"
            if index % 20 == 7:
                kind = index // 20 % 4
                state = "masked" if kind == 2 else "damaged"
                if kind == 0:
                    text = text[:15] + "000"
                elif kind == 1:
                    text = "%s.%sE+17" % (text[0], text[1:6])
                elif kind == 2:
                    text = text[:6] + "********" + text[14:]
                else:
                    text = text[:17] + CHECKS[(CHECKS.index(text[17]) + 1) % 11]
            elif text.endswith("000"):
                state = "damaged"  # a spreadsheet may have lost the digits, which nobody can tell
            counts[state] += 1
            yield "%d,%s,%d.%02d" % (index, text, index % 10_000, index % 100)

    write_rows(os.path.join(folder, "损坏.csv"), "序号,身份证,金额", all_rows())
    return counts


def main():
    folder, scale = sys.argv[1], float(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    pension(folder, int(1_000_000 * scale), int(100_000 * scale))
    transfers(folder, int(10_000_000 * scale), max(int(100_000 * scale), 1))
    counts = damaged(folder, int(10_000_000 * scale))
    with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as file:
        json.dump({"scale": scale, "damaged": counts}, file)


if __name__ == "__main__":
    main()

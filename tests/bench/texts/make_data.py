# SPDX-License-Identifier: Apache-2.0
"""Writes the data of the benchmarks of written values: the same bytes on every machine.

    make_data.py FOLDER SCALE

FOLDER/0, /1 and /5 hold the same tables with that many percent of cells that are no plain value. What the answers
have to be stands beside them in facts.json.
"""
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from beside import Sequence, write_rows

IDS, TEXTS = 10_000_000, 1_000_000
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
EPOCH = datetime.date(1970, 1, 1)
HAN = "〇一二三四五六七八九"
CAPITAL = "零壹贰叁肆伍陆柒捌玖"


def weighed(digits, start):
    return sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS[start:]))


class Persons:
    """A valid id for every number: three parts, whose sums are known beforehand."""

    def __init__(self):
        def parts(texts, start):
            return [(text, weighed(text, start)) for text in texts]

        self.regions = parts(["%06d" % region for region in range(110000, 660000, 550)], 0)
        days = [datetime.date(1940, 1, 1) + datetime.timedelta(days=day) for day in range(25_000)]
        self.days = parts([day.strftime("%Y%m%d") for day in days], 6)
        # None ends in zeros: that is how a spreadsheet's rounding looks, and such are not trusted beside damaged ones.
        self.orders = parts(["%03d" % order for order in range(1000) if order % 100], 14)

    def of(self, number):
        region, in_region = self.regions[number % 1000]
        day, in_day = self.days[number // 1000 % 25_000]
        order, in_order = self.orders[(number * 7 + number // 25_000_000) % 990]
        return region + day + order + CHECKS[(in_region + in_day + in_order) % 11]


def dirty_id(valid, kind):
    """A cell and the state that it gets."""
    if kind == 0:
        return valid[:17] + CHECKS[(CHECKS.index(valid[17]) + 1) % 11], "损坏"
    if kind == 1:
        return valid[:6] + "********" + valid[14:], "脱敏"
    if kind == 2:
        return "", "缺失"
    if kind == 3:
        return " %s %s " % (valid[:6], valid[6:]), "有效"
    if kind == 4:
        return valid.translate({ord("0") + i: 0xFF10 + i for i in range(10)}), "有效"
    return valid[:2] + "." + valid[2:6] + "E+17", "损坏"


def id_rows(count, percent, facts):
    persons, dice = Persons(), Sequence(11)
    states = facts["ids"] = {}
    for index in range(count):
        cell, state = persons.of(index * 9), "有效"
        if percent and dice.below(100) < percent:
            cell, state = dirty_id(cell, index % 6)
        states[state] = states.get(state, 0) + 1
        yield "%d,%s" % (index, cell)


def han_number(number):
    tens, ones = divmod(number, 10)
    return (HAN[tens] if tens > 1 else "") + ("十" if tens else "") + (HAN[ones] if ones or not tens else "")


def date_forms(day):
    y, m, d = day.year, day.month, day.day
    return ["%04d-%02d-%02d" % (y, m, d), "%d/%d/%d" % (y, m, d), "%04d%02d%02d" % (y, m, d), "%d年%d月%d日" % (y, m, d),
            "%d.%d.%d" % (y, m, d), "%04d-%02d-%02d 00:00:00" % (y, m, d),
            "".join(HAN[int(c)] for c in str(y)) + "年%s月%s日" % (han_number(m), han_number(d)), "%d-%d-%d" % (y, m, d)]


BAD_DATES = ["2023-02-30", "不详", "2023-13-01", "十月初", "2023/1"]
BAD_AMOUNTS = ["面议", "3至5万元", "详见合同", "12,34.5", "元"]


def capital(number):
    """Below 10^8 as on a cheque."""
    text, zero = "", False
    for place, unit in zip(range(7, -1, -1), "仟佰拾 仟佰拾 "):
        digit = number // 10 ** place % 10
        if digit:
            text += ("零" if zero and text else "") + CAPITAL[digit] + unit.strip()
            zero = False
        else:
            zero = True
        if place == 4 and number >= 10000:
            text += "万"
    return text + "元整"


def amount_forms(fen, han):
    """The forms with their value in fen: those in digits, or all."""
    yuan, places = divmod(fen, 100)
    forms = [("%d.%02d" % (yuan, places), fen), ("%s.%02d" % (format(yuan, ","), places), fen), ("%d元" % yuan, yuan * 100),
             ("￥%d.%02d" % (yuan, places), fen), ("%d.%d万元" % (yuan // 10000, yuan // 1000 % 10), yuan // 1000 * 100000),
             ("(%d.%02d)" % (yuan, places), -fen)]
    return forms + [(capital(yuan), yuan * 100), ("%d千元" % (yuan // 1000 + 1), (yuan // 1000 + 1) * 100000)] if han else forms


def value_rows(count, percent, facts, han):
    """Dates and amounts as a column of their type reads them, or (han) as texts that functions read."""
    dice = Sequence(12 + han)
    name = "texts" if han else "columns"
    facts[name] = {"dates": 0, "days": 0, "amounts": 0, "fen": 0}
    sums = facts[name]
    for index in range(count):
        day = EPOCH + datetime.timedelta(days=dice.below(18_000))
        forms = date_forms(day)
        date = forms[index % len(forms)]
        forms = amount_forms(100 + dice.below(1_000_000_000), han)
        amount, fen = forms[index // 8 % len(forms)]
        if percent and dice.below(100) < percent:
            date = BAD_DATES[index % len(BAD_DATES)]
            amount = BAD_AMOUNTS[index % len(BAD_AMOUNTS)]
        else:
            sums["dates"] += 1
            sums["days"] += (day - EPOCH).days
            sums["amounts"] += 1
            sums["fen"] += fen
        yield '%d,%s,"%s"' % (index, date, amount)


def main():
    folder, scale = sys.argv[1], float(sys.argv[2])
    facts = {"scale": scale}
    for percent in (0, 1, 5):
        inside = os.path.join(folder, str(percent))
        os.makedirs(inside, exist_ok=True)
        known = facts[str(percent)] = {}
        write_rows(os.path.join(inside, "人员.csv"), "序号,身份号", id_rows(int(IDS * scale), percent, known))
        for name, han in (("列值", False), ("文值", True)):
            write_rows(os.path.join(inside, name + ".csv"), "序号,日期,金额",
                       value_rows(int(TEXTS * scale), percent, known, han))
    with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes forms_made.tsv: dates, numerals and amounts in many forms, whose value is known because they are made from it.

    forms.py > forms_made.tsv

Lines as in forms.tsv, which holds the forms that people thought of. What does not exist (2023-02-29) is refused in
every form.
"""
import datetime

HAN = "〇一二三四五六七八九"
SMALL, CAPITAL = ("零一二三四五六七八九", "十百千"), ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")


def section(number, digits, units, whole):
    """Below 10^4; whole: nothing stands before it."""
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10 ** place % 10
        if digit == 0:
            zero = zero or text != ""
            continue
        if zero:
            text += digits[0]
        zero = False
        short = place == 1 and digit == 1 and text == "" and whole and digits[1] == "一"
        text += ("" if short else digits[digit]) + (units[place - 1] if place else "")
    return text


def han(number, style=SMALL):
    digits, units = style
    if number == 0:
        return digits[0]
    text, gap = "", False
    for power, word in ((10 ** 8, "亿"), (10 ** 4, "万"), (1, "")):
        part = number // power % 10 ** 4
        if part == 0:
            gap = gap or text != ""
            continue
        if text and (gap or part < 1000):
            text += digits[0]
        gap = False
        text += section(part, digits, units, text == "") + word
    return text


def han_year(year):
    return "".join(HAN[int(digit)] for digit in "%04d" % year)


DATE_FORMS = [
    lambda y, m, d: "%04d-%02d-%02d" % (y, m, d),
    lambda y, m, d: "%04d/%d/%d" % (y, m, d),
    lambda y, m, d: "%04d.%d.%02d" % (y, m, d),
    lambda y, m, d: "%04d%02d%02d" % (y, m, d),
    lambda y, m, d: "%04d年%d月%d日" % (y, m, d),
    lambda y, m, d: "%04d年 %02d月 %02d号" % (y, m, d),
    lambda y, m, d: "%s年%s月%s日" % (han_year(y), han(m), han(d)),
    lambda y, m, d: "%04d-%d-%d 00:00:00" % (y, m, d),
    lambda y, m, d: "%04d-%02d-%02dT12:30:00+08:00" % (y, m, d),
    lambda y, m, d: "　%04d/%02d/%02d 9:05 " % (y, m, d),
]
DAYS = [(2023, 1, 5), (2024, 2, 29), (2000, 2, 29), (1949, 10, 1), (1999, 12, 31), (2010, 10, 10), (2011, 11, 21),
        (2020, 6, 30), (1900, 1, 1), (2099, 12, 20), (1985, 7, 8), (2022, 4, 30), (2001, 3, 11), (1970, 1, 1), (2038, 9, 19)]
NO_DAYS = [(2023, 2, 29), (1900, 2, 29), (2023, 4, 31), (2023, 13, 1), (2023, 6, 31), (2022, 11, 31), (2021, 2, 30)]
NUMBERS = [0, 1, 7, 10, 11, 18, 20, 35, 99, 100, 101, 110, 111, 119, 200, 305, 350, 999, 1000, 1001, 1010, 1100, 1111, 2020, 4050,
           9999, 10000, 10001, 10010, 10100, 11000, 20305, 50000, 100000, 100100, 110000, 123456, 200005, 1000000, 1200300, 5060708,
           10000000, 34005600, 99999999, 100000000, 100000001, 100010000, 120000000, 230405060, 1000000000, 5000600070,
           123456789012, 300000004000, 900050000000]
AMOUNTS = [(0, 1), (0, 5), (0, 50), (1, 0), (10, 5), (19, 90), (105, 0), (1230, 45), (20000, 0), (30005, 6), (1000000, 0),
           (8080808, 8), (120000000, 0)]


def grouped(number):
    return format(number, ",")


def small(fen):
    jiao, fen = divmod(fen, 10)
    return jiao, fen


def capital(yuan, fen):
    jiao, rest = small(fen)
    text = han(yuan, CAPITAL) + "元" if yuan else ""
    if jiao:
        text += CAPITAL[0][jiao] + "角"
    if rest:
        text += ("零" if yuan and not jiao else "") + CAPITAL[0][rest] + "分"
    return text + ("" if fen else "整")


AMOUNT_FORMS = [
    lambda yuan, fen: "%d.%02d" % (yuan, fen),
    lambda yuan, fen: "%s.%02d元" % (grouped(yuan), fen),
    lambda yuan, fen: "￥%s.%02d" % (grouped(yuan), fen),
    lambda yuan, fen: "人民币%d.%02d元整" % (yuan, fen),
    capital,
]


def exact(count, places):
    whole, rest = divmod(count, 10 ** places)
    return ("%d.%0*d" % (whole, places, rest)).rstrip("0").rstrip(".")


def main():
    print("# Written by forms.py. kind, form, value: ! conversion")
    for form in DATE_FORMS:
        for day in DAYS:
            print("date\t%s\t%s" % (form(*day), datetime.date(*day).isoformat()))
        for day in NO_DAYS:
            print("date\t%s\t!" % form(*day))
    for number in NUMBERS:
        for text in dict.fromkeys((han(number), han(number, CAPITAL), grouped(number), "%d" % number)):
            print("integer\t%s\t%d" % (text, number))
        print("number\t%s.25\t%s.25" % (grouped(number), number))
    for yuan, fen in AMOUNTS:
        for form in AMOUNT_FORMS:
            print("amount\t%s\t%s" % (form(yuan, fen), exact(yuan * 100 + fen, 2)))


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what `sup` printed, by walking back from each mark in the texts themselves, without patterns.

    check.py FOLDER-OF-THE-DATA < what was printed
"""
import csv
import io
import json
import os
import sys

MARK = "另案处理）"
LEADS = [*"、，。；：和与及给让到从的", "被告人", "代表人", "伙同", "纠集", "安排", "告知", "存入", "目睹",
         "朋友", "丈夫", "姐夫"]


def is_name(text):
    letters = text[:-1] if text[-1:].isdigit() else text
    return 2 <= len(letters) <= 3 and all("\u4e00" <= letter <= "\u9fff" for letter in letters)


def lead_of(text):
    """The longest word that leads to a person, at the end of the text."""
    return max((word for word in LEADS if text.endswith(word)), key=len, default="")


def without_leads(name):
    for word in LEADS:
        if name.startswith(word) and is_name(name[len(word):]):
            return without_leads(name[len(word):])
    return name


def name_before(text, end):
    for length in (4, 3, 2):
        start = end - length
        if start >= 1 and is_name(text[start:end]) and lead_of(text[:start]):
            return without_leads(text[start:end])
    return None


def persons(number, text):
    found, at = [], text.find(MARK)
    while at >= 0:
        listed = text[at - 1] == "均"
        end = at - 2 if listed else at - 1
        name = name_before(text, end) if text[end] == "（" else None
        if name:
            found.append([str(number), name, str(end - len(name) + 1), "true" if listed else "false"])
        at = text.find(MARK, at + 1)
    return found


def main():
    with open(os.path.join(sys.argv[1], "query.json"), encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    found = [row for case in cases for row in persons(case["ridx"], case["q"])]
    found.sort(key=lambda row: (int(row[0]), int(row[2])))
    listed, counted, clues, story = sys.stdin.read().split("%%\n")
    printed = list(csv.reader(io.StringIO(listed)))
    assert printed[0] == ["案号", "人", "位置", "名单"], printed[0]
    assert printed[1:] == found, [row for row in printed[1:] + found if (row in found) != (row in printed)]
    marks = [case["q"].count("另案处理") for case in cases]
    wanted = [str(sum(count > 0 for count in marks)), str(sum(marks))]
    assert list(csv.reader(io.StringIO(counted)))[1] == wanted, counted
    many = {row[0] for row in found if len({other[1] for other in found if other[0] == row[0]}) >= 5}
    assert {json.loads(line)["key"]["案号"] for line in clues.splitlines()} == many != set(), clues
    told = json.loads(story)
    assert told["list"] == "clue" and told["key"]["案号"] in many, story
    names = {row[1] for row in found if row[0] == told["key"]["案号"]}
    assert set(told["entry"]["title"].split("、")) == names, story


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the table 案件.csv of the cases, one a line of query.json.

    convert.py FOLDER-OF-THE-DATA FOLDER-TO-WRITE-INTO
"""
import csv
import json
import os
import sys


def main():
    data, folder = sys.argv[1:]
    with open(os.path.join(data, "query.json"), encoding="utf-8") as cases, \
            open(os.path.join(folder, "案件.csv"), "w", encoding="utf-8", newline="") as table:
        out = csv.writer(table)
        out.writerow(["案号", "案情"])
        for line in cases:
            case = json.loads(line)
            out.writerow([case["ridx"], case["q"]])


if __name__ == "__main__":
    main()

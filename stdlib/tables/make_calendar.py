#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes calendar.def from a list of days off and worked weekend days.

    npm install chinese-days
    make_calendar.py node_modules/chinese-days/dist/chinese-days.json 2007 2026 > calendar.def

The input is a JSON object with "holidays" and "workdays", each an object whose keys are dates. Only
what differs from "Monday to Friday is worked" is written: days off from Monday to Friday, worked
Saturdays and Sundays.
"""
import datetime
import json
import sys

HEAD = """// SPDX-License-Identifier: Apache-2.0
//
// calendar.def: days off from Monday to Friday, and Saturdays and Sundays that are worked, in mainland
// China, as announced each year by the General Office of the State Council.
//
// Columns: OFF(year, month, day)  WORK(year, month, day); both lists are in order of dates.
// Coverage: {first}-01-01 to {last}-12-31. Written by make_calendar.py, which says how; the facts of all
// years were compared with a second collection of the notices and agree. A new year is added by
// running the script again with a later last year.

#define CALENDAR_FIRST_YEAR {first}
#define CALENDAR_LAST_YEAR {last}
"""


def rows(kind, dates, weekend, first, last):
    """One line for each month that has such days."""
    lines = {}
    for text in sorted(dates):
        date = datetime.date.fromisoformat(text)
        if first <= date.year <= last and (date.weekday() >= 5) == weekend:
            item = f"{kind}({date.year}, {date.month}, {date.day})"
            lines.setdefault((date.year, date.month), []).append(item)
    for items in lines.values():
        while items:
            print(" ".join(items[:5]))
            del items[:5]


def main():
    path, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(path, encoding="utf-8") as file:
        table = json.load(file)
    print(HEAD.format(first=first, last=last))
    print("#ifdef OFF")
    rows("OFF", table["holidays"], False, first, last)
    print("#undef OFF\n#endif\n\n#ifdef WORK")
    rows("WORK", table["workdays"], True, first, last)
    print("#undef WORK\n#endif")


main()

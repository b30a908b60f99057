# SPDX-License-Identifier: Apache-2.0
"""What random tables are made of: types, names of columns, and small pools of awkward values."""

import datetime

from values import BOOLEAN, DATE, INTEGER, MONEY, MONTH, PERSON, TEXT, Type, check_digit

CODE = Type("编码", own=True)
KIND = Type("类别", own=True, members=("甲类", "乙类", "丙类"))
SEVERITY = Type("severity", members=("高", "中", "低"))
UNIT = Type("unit")


def day(text):
    return datetime.date.fromisoformat(text).toordinal()


def _person(seventeen):
    return seventeen + check_digit(seventeen)


PERSONS = [_person(x) for x in ("11010119900101001", "11010119900202001", "11010119900101003",
                                "22010119800101001", "11010119901231002")]
POOLS = {
    "编码": ["A001", "A002", "B001", "B002", "C001"],
    "text": ["甲", "乙", "丙", "丁", "戊"],
    "integer": ["0", "1", "2", "3", "-1"],
    "money": ["0", "99.9999", "100", "100.0001", "-50"],
    "date": ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-01", "2024-06-30"],
    "month": ["2023-12", "2024-01", "2024-02", "2024-03", "2024-06"],
    "boolean": ["true", "false"],
    "类别": list(KIND.members),
    "person_id": PERSONS,
}
PLACES = ["120,30", "120.004,30", "120.0051978,30", "120.003,30.003", "-179.9999,10", "180,10", "-180,10.001", "0,90",
          "-150,89.999", "30,89.9999"]
DISTANCES = ["0", "111.195", "400", "500", "2000.5", "10008000"]
POOLS["point"] = PLACES
LISTS = ["甲", "甲、乙", "乙、乙", "丙、、甲", "、", "丁（甲）"]


def pool(column):
    """What the cells of a column hold."""
    return LISTS if column.name == "串" else POOLS[column.type.name]


EXTREMES = {"integer": ["9223372036854775807", "-9223372036854775808", "4611686018427387904"],
            "money": ["99999999999999.9999", "-99999999999999.9999"],
            "date": ["0001-01-01", "9999-12-30"]}
LETTERS = {"号": CODE, "证": PERSON, "名": TEXT, "数": INTEGER, "额": MONEY, "起": DATE, "止": DATE,
           "期": MONTH, "类": KIND, "旗": BOOLEAN}
LINKS = ("号", "证", "名", "期", "数")

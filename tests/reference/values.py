# SPDX-License-Identifier: Apache-2.0
"""Values of the reference evaluator: known values, gaps, issues, their order and their text.

A known value is a plain Python value: str (text, identity types, enums by name), int (integer, date
as ordinal, month as year * 12 + month - 1, days, months), Fraction (every exact number with
places), bool, or a tuple of two ordinals (period)
or of two Fractions (point). What is not known is a Gap or an Issue (1.1).
"""

import datetime
from dataclasses import dataclass
from fractions import Fraction

INF = float("inf")
LIMIT = 10**38

# Classes of rows, bindings, tuples and groups, from good to bad. TOLERATED is the reference's own:
# a shadow that the tolerance of 4.1 disregards; it is kept to find out which clues rest on it.
CERTAIN, POSSIBLE, SHADOW, TOLERATED = 0, 1, 2, 3


@dataclass(frozen=True)
class Gap:
    """A hole in the data. `skeleton` holds the surviving characters, '?' for a lost one."""

    cause: tuple
    skeleton: str = None


@dataclass(frozen=True)
class Issue:
    """A failure, or an input that is undecided, with bounds (evaluation 1.1 and 5.3).

    `members` are the least causes of the possible, shadow and tolerated tuples behind an
    aggregate."""

    cause: tuple
    low: object = -INF
    high: object = INF
    members: tuple = (None, None, None)


def unknown(value):
    return isinstance(value, (Gap, Issue))


def skeletonless(value):
    """True for an unknown value of which nothing is known that could tell two ids apart."""
    return isinstance(value, Issue) or (isinstance(value, Gap) and value.skeleton is None)


def first_unknown(values):
    """The operand that makes a strict operator fail: an issue before a gap, else the leftmost."""
    for kind in (Issue, Gap):
        for value in values:
            if isinstance(value, kind):
                return value
    return None


def bounds(value):
    """Bounds of a known number or an issue; a gap may be anything."""
    if isinstance(value, Issue):
        return value.low, value.high
    if isinstance(value, Gap):
        return -INF, INF
    return value, value


def may_equal(a, b):
    """Two skeletons (a usable value is a full one) that no known position tells apart (1.5)."""
    return len(a) == len(b) and all(x == y or "?" in (x, y) for x, y in zip(a, b))


def may_equal_values(a, b):
    """Whether two cells could hold the same value."""
    if isinstance(a, Issue) or isinstance(b, Issue):
        low_a, high_a = bounds(a) if isinstance(a, Issue) else (-INF, INF)
        other = b if isinstance(a, Issue) else a
        if isinstance(a, Issue) and not unknown(other) and isinstance(other, (int, Fraction)):
            return low_a <= other <= high_a
        return True
    left = a.skeleton if isinstance(a, Gap) else a
    right = b.skeleton if isinstance(b, Gap) else b
    if left is None or right is None:
        return True
    if isinstance(a, Gap) or isinstance(b, Gap):
        return may_equal(left, right)
    return left == right


# ------------------------------------------------------------------ exact numbers


def half_even(value, places):
    """`value` rounded to `places`, ties to the even neighbour."""
    scaled = value * 10**places
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2):
        floor += 1
    return Fraction(floor, 10**places)


def half_away(value, places):
    """`value` rounded to `places`, ties away from zero."""
    scaled = abs(value) * 10**places
    floor = (scaled * 2 + 1).numerator // ((scaled * 2 + 1).denominator * 2)
    return Fraction(floor if value >= 0 else -floor, 10**places)


def fits(value, type_):
    """Whether an exact number is below the limit of its type (evaluation 1.3)."""
    if type_.name == "integer":
        return -(2**63) <= value < 2**63
    return abs(value * 10**type_.scale) < LIMIT


def corner_product(a, b):
    """a * b where infinity times zero is zero."""
    return 0 if a == 0 or b == 0 else a * b


def decimal_text(value):
    """The shortest decimal text of an exact number that has finitely many places."""
    value = Fraction(value)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        assert places <= 60, "not a decimal"
    digits = str(abs(value * 10**places).numerator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (digits if not places else digits[:-places] + "." + digits[-places:])


# ------------------------------------------------------------------ types and text


@dataclass(frozen=True)
class Type:
    """A static type: its English name, the scale of exact numbers, and for own types the base."""

    name: str
    scale: int = 0
    own: bool = False
    members: tuple = ()

    @property
    def identity(self):
        return self.name == "person_id" or (self.own and not self.members)

    @property
    def enum(self):
        return bool(self.members)

    @property
    def exact(self):
        return self.name in ("integer", "decimal", "ratio", "money")

    @property
    def ordered_number(self):
        return self.exact or self.name in ("date", "month", "days", "months")


TEXT = Type("text")
INTEGER = Type("integer")
RATIO = Type("ratio", 9)
MONEY = Type("money", 4)
BOOLEAN = Type("boolean")
DATE = Type("date")
MONTH = Type("month")
PERIOD = Type("period")
DAYS = Type("days")
MONTHS = Type("months")
PERSON = Type("person_id")
POINT = Type("point")      # (longitude, latitude)
LENGTH = Type("length", 6)  # in metres

FIRST_DAY, LAST_DAY = 1, datetime.date.max.toordinal()


def date_text(day):
    return datetime.date.fromordinal(day).isoformat()


def month_text(month):
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_of(day):
    date = datetime.date.fromordinal(day)
    return date.year * 12 + date.month - 1


def first_day(month):
    return datetime.date(month // 12, month % 12 + 1, 1).toordinal()


def last_day(month):
    return LAST_DAY if month == 9999 * 12 + 11 else first_day(month + 1) - 1


def add_months(day, months):
    """Month arithmetic: no such day means the month's last day; None outside the years 1 to
    9999."""
    date = datetime.date.fromordinal(day)
    month = month_of(day) + months
    if not 12 <= month <= 9999 * 12 + 11:
        return None
    return min(first_day(month) + date.day - 1, last_day(month))


def canonical(value, type_, unit=True):
    """The canonical text of a known value (evaluation 1.2); without `unit` as JSON writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "text"):
        return value.text
    if type_.name == "date":
        return date_text(value)
    if type_.name == "month":
        return month_text(value)
    if type_.name == "period":
        return f"{date_text(value[0])}..{date_text(value[1])}"
    if type_.exact:
        return decimal_text(value) + ("元" if unit and type_.name == "money" else "")
    if type_.name == "point":
        return ",".join(map(decimal_text, value))
    if type_.name == "length":
        return decimal_text(value) + "米" * unit
    if type_.name == "days":
        return f"{value}天" if unit else str(value)
    if type_.name == "months":
        return f"{value}个月" if unit else str(value)
    return str(value)


def sort_key(value, type_):
    """A key under which values of one type sort; unknown ones last."""
    if value is None or unknown(value):
        return (1,)
    if type_.enum:
        return (0, type_.members.index(value))
    if isinstance(value, str):
        return (0, value.encode())
    return (0, value)


# ------------------------------------------------------------------ person ids


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSON_LEAST_KNOWN = 8


def check_digit(seventeen):
    return "10X98765432"[sum(w * int(c) for w, c in zip(WEIGHTS, seventeen)) % 11]


def read_person_id(text, source):
    """A person_id cell as it is loaded: the usable id, or a gap with what survives (1.5, GB
    11643)."""
    if text.strip() == "":
        return Gap(("missing", source))
    if len(text) == 15 and text.isdigit():
        long = text[:6] + "19" + text[6:]
        return long + check_digit(long)
    text = text.upper()
    if "*" in text:
        return _survivor("masked", text.replace("*", "?"), source)
    assert len(text) == 18 and text[:17].isdigit(), f"the generator writes no such id: {text}"
    if text[17] == check_digit(text[:17]):
        return text
    if text.endswith("000"):
        return _survivor("damaged", text[:15] + "???", source)
    return _survivor("damaged", text, source)


def _survivor(reason, skeleton, source):
    known = sum(c != "?" for c in skeleton)
    return Gap((reason, source), skeleton if known >= PERSON_LEAST_KNOWN else None)

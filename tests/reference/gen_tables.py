# SPDX-License-Identifier: Apache-2.0
"""Random tables: columns, keys, contracts, coverage, and cells with their gaps and damage."""

from fractions import Fraction

import model as ast
from pools import EXTREMES, LETTERS, LINKS, PERSONS, day, pool
from values import INTEGER, MONEY, POINT, TEXT, check_digit


class Tables:
    """The part of a Maker that makes tables."""

    def table(self, name):
        rng = self.rng
        link = self.pick(("号", "证", "名") if self.small else LINKS[:4])
        more = rng.sample([c for c in LETTERS if c != link], rng.randint(1, 2 if self.small else 4))
        columns = [ast.Column(c, LETTERS[c], LETTERS[c].identity or self.chance(0.6))
                   for c in (link, *more)]
        if "each" in self.features:
            columns.insert(1, ast.Column("串", TEXT, self.chance(0.6)))
        if "places" in self.features:
            columns.insert(1, ast.Column("处", POINT, self.chance(0.6)))
        if self.chance(0.4):
            columns.append(ast.Column("序", INTEGER))
        key = ()
        if columns[-1].name == "序" and self.chance(0.5):
            key = ("序",)
        elif self.chance(0.12):
            key = (link,)
        expects = self.expects(columns)
        covers = self.covers(name, columns) if self.chance(0.3) else ()
        if covers:
            self.covered.add(name)
        table = ast.Table(name, tuple(columns), key, expects, covers)
        self.tables.append(table)
        self.readable[name] = table.columns
        return table

    def expects(self, columns):
        found = []
        for c in columns:
            if c.type.name == "integer" and c.name != "序" and self.chance(0.35):
                found.append(ast.Expect(ast.Cmp(">=", ast.Col(None, c.name, INTEGER),
                                                ast.Lit(0, INTEGER))))
            elif c.type.name == "money" and self.chance(0.3):
                found.append(ast.Expect(ast.Cmp(">", ast.Col(None, c.name, MONEY),
                                                ast.Lit(Fraction(0), MONEY))))
        return tuple(found)

    def covers(self, name, columns):
        """One coverage, or two of which one holds for a region only."""
        if any(c.type == TEXT for c in columns) and self.chance(0.3):
            self.regions.add(name)
            return ((day("2023-01-01"), day("2024-02-28"), None),
                    (day("2024-02-29"), None, self.pick(["甲", "乙"])))
        start, end = day("2024-01-01"), day(self.pick(["2024-03-31", "2024-02-29", "2024-06-30"]))
        return ((start, None if self.chance(0.2) else end, None),)

    def rows(self, table):
        most = 4 if self.small else 9
        rows = []
        for i in range(self.rng.randint(0, most)):
            if rows and self.chance(0.1):
                rows.append(list(self.pick(rows)))
                continue
            rows.append([self.cell(c, i) for c in table.columns])
        return rows

    def cell(self, column, i):
        if column.name == "序":
            return str(i + 1) if self.chance(0.95) else self.pick(["1", ""])
        name = column.type.name
        blank = 0.15 if column.nullable else 0.03
        if self.chance(blank):
            return ""
        if name == "person_id" and self.chance(0.25):
            return self.damaged()
        if name in ("integer", "money", "date", "类别") and self.chance(0.02):
            return "无法识别"
        if not self.small and name in EXTREMES and self.chance(0.04):
            return self.pick(EXTREMES[name])
        return self.pick(pool(column)[:3] if self.small else pool(column))

    def damaged(self):
        """A masked, shortened, repaired or miscopied id of the pool."""
        whole = self.pick(PERSONS[:3] if self.small else PERSONS)
        form = self.rng.randrange(6)
        if form == 0:
            return whole[:6] + "********" + whole[14:]
        if form == 1:
            return whole[:14] + "****"
        if form == 2:
            lost = whole[:15] + "000"
            return lost if check_digit(lost[:17]) != "0" else whole[:14] + "****"
        if form == 3:
            return whole[:6] + whole[8:17]
        if form == 4:
            wrong = "1" if whole[17] != "1" else "2"
            return whole[:17] + wrong
        return whole[:4] + "**************"

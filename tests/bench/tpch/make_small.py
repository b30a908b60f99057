# SPDX-License-Identifier: Apache-2.0
"""Writes small tables of the shape of TPC-H, so filled that each of the 22 queries finds something. No network.

    make_small.py FOLDER
"""
import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from beside import Sequence, write_table

REGIONS = ("AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST")
NATIONS = (("BRAZIL", 1), ("CANADA", 1), ("CHINA", 2), ("FRANCE", 3), ("GERMANY", 3), ("INDIA", 2), ("KENYA", 0),
           ("SAUDI ARABIA", 4))
TYPES = ("ECONOMY ANODIZED STEEL", "PROMO PLATED BRASS", "MEDIUM POLISHED TIN", "SMALL BURNISHED BRASS",
         "LARGE BRUSHED COPPER")
CONTAINERS = ("SM CASE", "SM BOX", "MED BAG", "MED BOX", "LG CASE", "LG PKG", "JUMBO JAR")
COLOURS = ("forest", "green", "azure", "linen", "plum", "rose")
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
MODES = ("AIR", "AIR REG", "MAIL", "RAIL", "SHIP", "TRUCK")
INSTRUCTIONS = ("COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN")
FIRST = datetime.date(1992, 1, 1)
SUPPLIERS, PARTS, CUSTOMERS, ORDERS = 24, 120, 150, 1200


class Dice(Sequence):
    def one(self, values):
        return values[self.below(len(values))]

    def cents(self, low, high):
        number = low * 100 + self.below((high - low) * 100)
        return "%s%d.%02d" % ("-" if number < 0 else "", abs(number) // 100, abs(number) % 100)


def suppliers(dice):
    for key in range(1, SUPPLIERS + 1):
        nation = dice.below(len(NATIONS))
        note = "no Customer of them has Complaints" if key % 8 == 0 else "quick and careful"
        yield "%d,Supplier#%09d,address %d,%d,%d-555,%s,%s" % (key, key, key, nation, 10 + nation,
                                                                dice.cents(-900, 9900), note)


def parts(dice):
    for key in range(1, PARTS + 1):
        size = dice.one((1, 3, 5, 9, 14, 15, 15, 23, 49))
        yield "%d,%s %s part,Manufacturer#%d,Brand#%d,%s,%d,%s,%s,note" % (
            key, dice.one(COLOURS), dice.one(COLOURS), 1 + key % 5, dice.one((12, 23, 34, 45)), dice.one(TYPES), size,
            dice.one(CONTAINERS), dice.cents(900, 2000))


def supplier_of(part, which):
    return 1 + (part + which * (SUPPLIERS // 4)) % SUPPLIERS


def stocks(dice):
    for part in range(1, PARTS + 1):
        for which in range(4):
            yield "%d,%d,%d,%s,note" % (part, supplier_of(part, which), 1 + dice.below(200), dice.cents(1, 1000))


def customers(dice):
    for key in range(1, CUSTOMERS + 1):
        nation = dice.below(len(NATIONS))
        phone = dice.one((13, 17, 18, 23, 29, 30, 31, 11))
        yield "%d,Customer#%09d,address %d,%d,%d-555,%s,%s,note" % (key, key, key, nation, phone,
                                                                  dice.cents(-900, 9900), dice.one(SEGMENTS))


def orders_and_lines(dice):
    """An order and its lines; every third customer orders nothing."""
    orders, lines = [], []
    for n in range(ORDERS):
        key = n * 4 + 1
        day = FIRST + datetime.timedelta(days=dice.below(2400))
        customer = 1 + dice.below(CUSTOMERS // 3) * 3 + dice.below(2)
        state = dice.one("FFOP")
        note = "some special wishes and requests" if dice.below(12) == 0 else "nothing of note"
        large = n % 100 == 0
        for number in range(1, (8 if large else 2 + dice.below(5))):
            part = 1 + dice.below(PARTS)
            quantity = 44 + dice.below(7) if large else 1 + dice.below(50)
            ship = day + datetime.timedelta(days=1 + dice.below(120))
            commit = day + datetime.timedelta(days=30 + dice.below(60))
            receipt = ship + datetime.timedelta(days=1 + dice.below(30))
            lines.append("%d,%d,%d,%d,%d,%s,0.%02d,0.%02d,%s,%s,%s,%s,%s,%s,%s,note" % (
                key, part, supplier_of(part, dice.below(4)), number, quantity, dice.cents(900, 90000), dice.below(11),
                dice.below(9), dice.one("ANR"), dice.one("FO"), ship, commit, receipt, dice.one(INSTRUCTIONS),
                dice.one(MODES)))
        orders.append("%d,%d,%s,%s,%s,%s,Clerk#%d,0,%s" % (key, customer, state, dice.cents(1000, 500000), day,
                                                           dice.one(PRIORITIES), dice.below(9), note))
    return orders, lines


def make(folder):
    orders, lines = orders_and_lines(Dice(5))
    tables = {
        "region": ("r_regionkey,r_name,r_comment", ["%d,%s,note" % pair for pair in enumerate(REGIONS)]),
        "nation": ("n_nationkey,n_name,n_regionkey,n_comment",
                   ["%d,%s,%d,note" % (key, *nation) for key, nation in enumerate(NATIONS)]),
        "supplier": ("s_suppkey,s_name,s_address,s_nationkey,s_phone,s_acctbal,s_comment", suppliers(Dice(1))),
        "part": ("p_partkey,p_name,p_mfgr,p_brand,p_type,p_size,p_container,p_retailprice,p_comment", parts(Dice(2))),
        "partsupp": ("ps_partkey,ps_suppkey,ps_availqty,ps_supplycost,ps_comment", stocks(Dice(3))),
        "customer": ("c_custkey,c_name,c_address,c_nationkey,c_phone,c_acctbal,c_mktsegment,c_comment",
                     customers(Dice(4))),
        "orders": ("o_orderkey,o_custkey,o_orderstatus,o_totalprice,o_orderdate,o_orderpriority,o_clerk,"
                   "o_shippriority,o_comment", orders),
        "lineitem": ("l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,l_discount,l_tax,"
                     "l_returnflag,l_linestatus,l_shipdate,l_commitdate,l_receiptdate,l_shipinstruct,l_shipmode,"
                     "l_comment", lines),
    }
    for name, (header, rows) in tables.items():
        write_table(os.path.join(folder, name + ".csv"), header, rows)


if __name__ == "__main__":
    make(sys.argv[1])

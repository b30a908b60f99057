# SPDX-License-Identifier: Apache-2.0
"""The queries that Polars runs in the race: each takes lazy tables by name and gives a lazy answer."""
from datetime import date

import polars as pl
from polars import col

QUERIES = {}


def query(make):
    QUERIES[make.__name__] = make
    return make


# ---------------------------------------------------------------- TPC-H

REVENUE = col("l_extendedprice") * (1 - col("l_discount"))


@query
def q01(t):
    return t["lineitem"].filter(col("l_shipdate") <= date(1998, 9, 2)).group_by("l_returnflag", "l_linestatus").agg(
        col("l_quantity").sum().alias("sum_qty"), col("l_extendedprice").sum().alias("sum_base_price"),
        REVENUE.sum().alias("sum_disc_price"), (REVENUE * (1 + col("l_tax"))).sum().alias("sum_charge"),
        col("l_quantity").mean().alias("avg_qty"), col("l_extendedprice").mean().alias("avg_price"),
        col("l_discount").mean().alias("avg_disc"), pl.len().alias("count_order")).sort("l_returnflag", "l_linestatus")


@query
def q03(t):
    customer = t["customer"].filter(col("c_mktsegment") == "BUILDING")
    orders = t["orders"].filter(col("o_orderdate") < date(1995, 3, 15))
    lineitem = t["lineitem"].filter(col("l_shipdate") > date(1995, 3, 15))
    return customer.join(orders, left_on="c_custkey", right_on="o_custkey").join(
        lineitem, left_on="o_orderkey", right_on="l_orderkey").group_by(
        "o_orderkey", "o_orderdate", "o_shippriority").agg(REVENUE.sum().alias("revenue")).select(
        "o_orderkey", "revenue", "o_orderdate", "o_shippriority").sort(
        "revenue", "o_orderdate", descending=[True, False]).head(10)


@query
def q06(t):
    return t["lineitem"].filter(
        col("l_shipdate") >= date(1994, 1, 1), col("l_shipdate") < date(1995, 1, 1), col("l_discount") >= 0.05,
        col("l_discount") <= 0.07, col("l_quantity") < 24).select(
        (col("l_extendedprice") * col("l_discount")).sum().alias("revenue"))


@query
def q09(t):
    return t["part"].filter(col("p_name").str.contains("green", literal=True)).join(
        t["lineitem"], left_on="p_partkey", right_on="l_partkey").join(
        t["supplier"], left_on="l_suppkey", right_on="s_suppkey").join(
        t["partsupp"], left_on=["l_suppkey", "p_partkey"], right_on=["ps_suppkey", "ps_partkey"]).join(
        t["orders"], left_on="l_orderkey", right_on="o_orderkey").join(
        t["nation"], left_on="s_nationkey", right_on="n_nationkey").group_by(
        col("n_name").alias("nation"), col("o_orderdate").dt.year().alias("o_year")).agg(
        (REVENUE - col("ps_supplycost") * col("l_quantity")).sum().alias("sum_profit")).sort(
        "nation", "o_year", descending=[False, True])


@query
def q18(t):
    large = t["lineitem"].group_by("l_orderkey").agg(col("l_quantity").sum()).filter(col("l_quantity") > 300)
    return large.select("l_orderkey").join(t["orders"], left_on="l_orderkey", right_on="o_orderkey").join(
        t["lineitem"], on="l_orderkey").join(t["customer"], left_on="o_custkey", right_on="c_custkey").group_by(
        "c_name", col("o_custkey").alias("c_custkey"), "l_orderkey", "o_orderdate", "o_totalprice").agg(
        col("l_quantity").sum()).sort("o_totalprice", "o_orderdate", descending=[True, False]).head(100)


# ---------------------------------------------------------------- db-benchmark


@query
def g01(t):
    return t["x"].group_by("id1").agg(col("v1").sum())


@query
def g02(t):
    return t["x"].group_by("id1", "id2").agg(col("v1").sum())


@query
def g03(t):
    return t["x"].group_by("id3").agg(col("v1").sum(), col("v3").mean())


@query
def g04(t):
    return t["x"].group_by("id4").agg(col("v1", "v2", "v3").mean())


@query
def g05(t):
    return t["x"].group_by("id6").agg(col("v1", "v2", "v3").sum())


@query
def g06(t):
    return t["x"].group_by("id4", "id5").agg(col("v3").median().alias("median_v3"), col("v3").std().alias("sd_v3"))


@query
def g07(t):
    return t["x"].group_by("id3").agg((col("v1").max() - col("v2").min()).alias("range_v1_v2"))


@query
def g08(t):
    return t["x"].group_by("id6").agg(col("v3").top_k(2).alias("largest2_v3")).explode("largest2_v3")


@query
def g09(t):
    return t["x"].group_by("id2", "id4").agg(pl.corr("v1", "v2").pow(2).alias("r2"))


@query
def g10(t):
    groups = t["x"].group_by("id1", "id2", "id3", "id4", "id5", "id6").agg(col("v3").sum(), pl.len().alias("n"))
    return groups.select(pl.len().alias("groups"), col("v3").sum(), col("n").sum())


def folded(t, right, key, how="inner"):
    return t["x"].join(t[right], on=key, how=how).select(
        pl.len().alias("n"), (col("v1") + col("v2").fill_null(0)).sum().alias("total"))


@query
def j01(t):
    return folded(t, "small", "id1")


@query
def j02(t):
    return folded(t, "medium", "id2")


@query
def j03(t):
    return folded(t, "medium", "id2", "left")


@query
def j04(t):
    return folded(t, "medium", "id5")


@query
def j05(t):
    return folded(t, "big", "id3")


# ---------------------------------------------------------------- what stands out in its group

ANSWER = [pl.len().alias("n"), col("x").sum().alias("total")]


@query
def zscore(t):
    of_group = t["reading"].group_by("g").agg(col("x").mean().alias("m"), col("x").std().alias("sd"))
    return t["reading"].join(of_group, on="g").filter((col("x") - col("m")).abs() > 3 * col("sd")).select(ANSWER)


@query
def median(t):
    return t["reading"].group_by("g").agg(col("x").median().alias("m"))


@query
def mad(t):
    middle = t["reading"].group_by("g").agg(col("x").median().alias("m"))
    off = t["reading"].join(middle, on="g").with_columns((col("x") - col("m")).abs().alias("off"))
    spread = off.group_by("g").agg(col("off").median().alias("mad"))
    return off.join(spread, on="g").filter(col("off") > 3.5 * 1.4826 * col("mad")).select(ANSWER)


# ---------------------------------------------------------------- the last before a time


@query
def asof(t):
    return t["trade"].sort("t").join_asof(
        t["quote"].sort("t"), on="t", by="k", suffix="_quote").filter(col("n_quote").is_not_null()).select(
        pl.len().alias("n"), (col("n") + col("n_quote")).sum().alias("total"))


@query
def start(t):
    return t["region"].select(pl.len().alias("n"))

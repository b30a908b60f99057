// SPDX-License-Identifier: Apache-2.0
//
// statistic_pair.c: statistics of two operands: correlation, the straight line through points, weighted means.
//
// The peers come as pairs of reals by their order, sorted by the first and then the second.

#include "stdlib/statistic_int.h"

#include <math.h>

#include "runtime/base/exact_sum.h"
#include "stdlib/stdlib_int.h"

#define WHOLE_MAX 0x1p53

// The two sides of the pairs as peers of their own; items stand in the pairs' order.
typedef struct Sides {
    StatPeers x, y;
} Sides;

static bool split_sides(FnContext *fn, const StatPeers *peers, int64_t least, Sides *sides)
{
    size_t count = (size_t)peers->item_count;
    StatItem *x = ARENA_ARRAY(fn->arena, StatItem, count);
    StatItem *y = ARENA_ARRAY(fn->arena, StatItem, count);
    bool small = true;
    for (size_t i = 0; i < count; i++) {
        x[i].f64 = fn_real_of_order(peers->items[i].pair.a);
        y[i].f64 = fn_real_of_order(peers->items[i].pair.b);
        x[i].count = y[i].count = peers->items[i].count;
        small &= fabs(x[i].f64) < STAT_REAL_MAX && fabs(y[i].f64) < STAT_REAL_MAX;
    }
    *sides = (Sides){*peers, *peers};
    sides->x.type = sides->y.type = type_of(TYPE_REAL);
    sides->x.items = x;
    sides->y.items = y;
    if (peers->n == 0)
        fn_issue(fn, REASON_MISSING);
    else if (peers->n < least)
        fn_issue(fn, REASON_TOO_FEW_PEERS);
    else if (!small)
        fn_issue(fn, REASON_OVERFLOW);
    return fn->issue == REASON_NONE;
}

// Σ count · a · b, exact up to one rounding of each a·b.
static double product_sum(const StatPeers *peers, const double *a, const double *b)
{
    ExactSum sum = {.pending = 0};
    for (int64_t i = 0; i < peers->item_count; i++) {
        double product = a[i] * b[i];
        if (!isfinite(product * (double)peers->items[i].count))
            return NAN;
        exact_sum_add_times(&sum, product, peers->items[i].count);
    }
    return exact_sum_finish(&sum);
}

// Sums of squares and products of the deviations.
typedef struct Spread {
    double xx, yy, xy;
} Spread;

// Whole numbers that reals hold exactly are taken as what they are: the deviations are the same, and come sooner.
static StatPeers as_whole(FnContext *fn, const StatPeers *side)
{
    StatPeers whole = *side;
    StatItem *items = ARENA_ARRAY(fn->arena, StatItem, (size_t)side->item_count);
    for (int64_t i = 0; i < side->item_count; i++) {
        double value = side->items[i].f64;
        if (!(fabs(value) <= WHOLE_MAX) || value != (double)(int64_t)value)
            return *side;
        items[i] = (StatItem){.i64 = (int64_t)value, .count = side->items[i].count};
    }
    whole.type = type_of(TYPE_INTEGER);
    whole.items = items;
    return whole;
}

static Spread spread_of(FnContext *fn, const Sides *sides)
{
    StatPeers x = as_whole(fn, &sides->x), y = as_whole(fn, &sides->y);
    double *dx = stat_deviations(fn, &x), *dy = stat_deviations(fn, &y);
    return (Spread){product_sum(&sides->x, dx, dx), product_sum(&sides->x, dy, dy),
                    product_sum(&sides->x, dx, dy)};
}

// r of the sides, between −1 and 1.
static double correlation_of(FnContext *fn, const Sides *sides)
{
    Spread spread = spread_of(fn, sides);
    if (spread.xx == 0 || spread.yy == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return 0;
    }
    double r = spread.xy / (sqrt(spread.xx) * sqrt(spread.yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

static void give_correlation(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (split_sides(fn, peers, 2, &sides))
        stat_give(fn, out, correlation_of(fn, &sides));
}

static void give_r_squared(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (!split_sides(fn, peers, 2, &sides))
        return;
    double r = correlation_of(fn, &sides);
    stat_give(fn, out, r * r);
}

static void give_covariance(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (split_sides(fn, peers, 2, &sides))
        stat_give(fn, out, spread_of(fn, &sides).xy / (double)(peers->n - 1));
}

static double slope_of(FnContext *fn, const Sides *sides)
{
    Spread spread = spread_of(fn, sides);
    if (spread.xx == 0)
        fn_issue(fn, REASON_ZERO_SPREAD);
    return spread.xx == 0 ? 0 : spread.xy / spread.xx;
}

static void give_slope(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (split_sides(fn, peers, 2, &sides))
        stat_give(fn, out, slope_of(fn, &sides));
}

static void give_intercept(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (split_sides(fn, peers, 2, &sides))
        stat_give(fn, out, stat_mean(&sides.y) - slope_of(fn, &sides) * stat_mean(&sides.x));
}

static void give_weighted_mean(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (!split_sides(fn, peers, 1, &sides))
        return;
    ExactSum total = {.pending = 0};
    size_t count = (size_t)peers->item_count;
    double *x = ARENA_ARRAY(fn->arena, double, count), *w = ARENA_ARRAY(fn->arena, double, count);
    for (size_t i = 0; i < count; i++) {
        x[i] = sides.x.items[i].f64;
        w[i] = sides.y.items[i].f64;
        if (w[i] < 0)
            fn_issue(fn, REASON_DOMAIN);
        exact_sum_add_times(&total, w[i], peers->items[i].count);
    }
    double weight = exact_sum_finish(&total);
    if (fn->issue != REASON_NONE)
        return;
    if (weight == 0)
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
    else
        stat_give(fn, out, product_sum(peers, x, w) / weight);
}

// ---------------------------------------------------------------- ranks

typedef struct Ranked {
    double value;
    int64_t item, count;
} Ranked;

static int by_value(const void *a, const void *b)
{
    const Ranked *left = a, *right = b;
    int order = (left->value > right->value) - (left->value < right->value);
    return order != 0 ? order : (left->item > right->item) - (left->item < right->item);
}

// Replaces values by their ranks; equal ones share the mean of their places.
static void rank_side(FnContext *fn, StatPeers *side)
{
    int64_t count = side->item_count, before = 0;
    Ranked *sorted = ARENA_ARRAY(fn->arena, Ranked, (size_t)count);
    StatItem *ranks = ARENA_ARRAY(fn->arena, StatItem, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        sorted[i] = (Ranked){side->items[i].f64, i, side->items[i].count};
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    for (int64_t i = 0, end; i < count; i = end) {
        int64_t tied = 0;
        for (end = i; end < count && sorted[end].value == sorted[i].value; end++)
            tied += sorted[end].count;
        double rank = (double)before + (double)(tied + 1) / 2;
        for (int64_t k = i; k < end; k++) {
            ranks[sorted[k].item].f64 = rank;
            ranks[sorted[k].item].count = sorted[k].count;
        }
        before += tied;
    }
    side->items = ranks;
}

static void give_rank_correlation(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sides sides;
    if (!split_sides(fn, peers, 2, &sides))
        return;
    rank_side(fn, &sides.x);
    rank_side(fn, &sides.y);
    stat_give(fn, out, correlation_of(fn, &sides));
}

// ---------------------------------------------------------------- cards

FN2(pair_of_reals, Pair, F64, x, F64, y, .name = "pair_of_reals", .name_zh = "成对",
    .signature = "pair_of_reals(x: real, y: real): period", .doc = "Two reals by their order.",
    .doc_zh = "按次序排列的一对实数。", .cost = 2)
{
    return (Pair){fn_real_order(x + 0.0), fn_real_order(y + 0.0)};
}

const FnCard *const stdlib_pair_of_reals = &card_pair_of_reals;

#define PAIR(id, name_en, zh, any_order, doc_en, doc_han, sig, ...)                                \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .issues = FN_ISSUES(__VA_ARGS__), .lower = LOWER_AGGREGATE,         \
            .step = "STATISTIC", .statistic = give_##id, .pairs = PAIRS_REALS, .cost = 150,        \
            .unordered = (any_order), .soft = true)

#define PAIR_REASONS                                                                               \
    REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD, REASON_OVERFLOW

PAIR(correlation, "correlation", "相关系数", true,
     "How closely y follows x on a straight line, −1 to 1 "
     "(Pearson).",
     "y 与 x 的线性相关程度（皮尔逊相关系数），−1 至 1。", "(x: N, y: N): real", PAIR_REASONS)

PAIR(rank_correlation, "rank_correlation", "等级相关", false,
     "The correlation of the ranks, −1 to 1 (Spearman); equal values share their mean rank.",
     "名次的相关系数（斯皮尔曼），−1 至 1；相同的值取平均名次。", "(x: N, y: N): real",
     PAIR_REASONS)

PAIR(r_squared, "r_squared", "决定系数", true, "The correlation squared.", "相关系数的平方。",
     "(x: N, y: N): real", PAIR_REASONS)

PAIR(covariance, "covariance", "协方差", true, "The sample covariance, with n − 1.",
     "样本协方差，除以 n − 1。", "(x: N, y: N): real", PAIR_REASONS)

PAIR(slope, "slope", "回归斜率", true, "The slope of the line of least squares of y over x.",
     "y 对 x 的最小二乘直线的斜率。", "(x: N, y: N): real", PAIR_REASONS)

PAIR(intercept, "intercept", "回归截距", true,
     "Where the line of least squares of y over x meets x = 0.",
     "y 对 x 的最小二乘直线在 x = 0 处的值。", "(x: N, y: N): real", PAIR_REASONS)

PAIR(weighted_mean, "weighted_mean", "加权平均", true,
     "The mean of x in which each value counts by its weight.", "按权重计算的平均值。",
     "(x: N, weight: N): real", REASON_PEERS_UNDECIDED, REASON_DOMAIN, REASON_DIVISION_BY_ZERO,
     REASON_OVERFLOW)

const FnCard *const pair_cards[] = {
    FN_CARD(correlation), FN_CARD(rank_correlation), FN_CARD(r_squared),     FN_CARD(covariance),
    FN_CARD(slope),       FN_CARD(intercept),        FN_CARD(weighted_mean), NULL,
};

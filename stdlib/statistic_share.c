// SPDX-License-Identifier: Apache-2.0
//
// statistic_share.c: how evenly peers are spread over values, and days over periods.

#include "stdlib/statistic_int.h"

#include <math.h>

#include "runtime/base/exact_sum.h"
#include "stdlib/stdlib_int.h"

// ---------------------------------------------------------------- shares of values

static bool has_peers(FnContext *fn, const StatPeers *peers)
{
    if (peers->n == 0)
        fn_issue(fn, REASON_MISSING);
    return peers->n > 0;
}

static int64_t most_frequent(const StatPeers *peers)
{
    int64_t most = 0;
    for (int64_t i = 0; i < peers->item_count; i++)
        most = MAX_OF(most, peers->items[i].count);
    return most;
}

static void give_mode_share(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (has_peers(fn, peers))
        stat_give_exact(fn, out, wide_from_i128(most_frequent(peers)), wide_from_i128(peers->n));
}

static int by_count_descending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left < right) - (left > right);
}

static void give_top_share(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t wanted = stat_whole(peers, 0), top = 0;
    if (!has_peers(fn, peers))
        return;
    if (wanted < 1) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    int64_t *counts = ARENA_ARRAY(fn->arena, int64_t, (size_t)peers->item_count);
    for (int64_t i = 0; i < peers->item_count; i++)
        counts[i] = peers->items[i].count;
    qsort(counts, (size_t)peers->item_count, sizeof *counts, by_count_descending);
    for (int64_t i = 0; i < peers->item_count && i < wanted; i++)
        top += counts[i];
    stat_give_exact(fn, out, wide_from_i128(top), wide_from_i128(peers->n));
}

static void give_hhi(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (!has_peers(fn, peers))
        return;
    Int256 squares = wide_from_i128(0);
    for (int64_t i = 0; i < peers->item_count; i++) {
        int64_t count = peers->items[i].count;
        bool fits = wide_add(squares, wide_mul_128(count, count), &squares);
        ASSERT(fits);
    }
    stat_give_exact(fn, out, squares, wide_mul_128(peers->n, peers->n));
}

static void give_entropy(FnContext *fn, const StatPeers *peers, Value *out)
{
    ExactSum sum = {.pending = 0};
    if (!has_peers(fn, peers))
        return;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double share = (double)peers->items[i].count / (double)peers->n;
        exact_sum_sub(&sum, share * log2(share));
    }
    stat_give(fn, out, exact_sum_finish(&sum));
}

// Σ (2·place − n − 1)·x over n·Σx, places from 1: what the area between the line of equal shares and the Lorenz
// curve comes to.
static void give_gini(FnContext *fn, const StatPeers *peers, Value *out)
{
    ExactSum weighted = {.pending = 0}, total = {.pending = 0};
    int64_t before = 0;
    if (!stat_enough(fn, peers, 1))
        return;
    if (stat_real(peers, 0) < 0) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = stat_real(peers, i);
        int64_t count = peers->items[i].count;
        // The places before+1 … before+count add up to count·(2·before + count + 1)/2.
        double places = (double)count * (double)(2 * before + count - peers->n);
        if (!exact_sum_add_product(&weighted, value, places))
            exact_sum_add(&weighted, value * places);
        if (!exact_sum_add_product(&total, value, (double)count))
            exact_sum_add(&total, value * (double)count);
        before += count;
    }
    double sum = exact_sum_finish(&total);
    if (sum == 0)
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
    else
        stat_give(fn, out, exact_sum_finish(&weighted) / sum / (double)peers->n);
}

// ---------------------------------------------------------------- days

static void give_longest_gap(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (peers->item_count < 2)
        fn_issue(fn, REASON_MISSING);
    for (int64_t i = 1; i < peers->item_count; i++)
        out->i64 = MAX_OF(out->i64, peers->items[i].i64 - peers->items[i - 1].i64);
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// A walk over the first days of periods and the days behind their last, each `count` periods heavy.
typedef struct Sweep {
    const StatPeers *peers;
    int64_t *ends; // items' last days + 1, in order
    int64_t *end_counts;
    int64_t starts_at, ends_at;
    int64_t open; // periods that are open now
} Sweep;

static void sweep_start(FnContext *fn, const StatPeers *peers, Sweep *sweep)
{
    typedef struct End {
        int64_t day, count;
    } End;
    size_t count = (size_t)peers->item_count;
    End *ends = ARENA_ARRAY(fn->arena, End, count);
    *sweep = (Sweep){.peers = peers};
    sweep->ends = ARENA_ARRAY(fn->arena, int64_t, count);
    sweep->end_counts = ARENA_ARRAY(fn->arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        ends[i] = (End){peers->items[i].pair.b + 1, peers->items[i].count};
    qsort(ends, count, sizeof *ends, by_number);
    for (size_t i = 0; i < count; i++) {
        sweep->ends[i] = ends[i].day;
        sweep->end_counts[i] = ends[i].count;
    }
}

// Moves to the next day on which something begins or ends. False at the end.
static bool sweep_next(Sweep *sweep, int64_t *day)
{
    const StatPeers *peers = sweep->peers;
    if (sweep->ends_at == peers->item_count)
        return false;
    bool starts = sweep->starts_at < peers->item_count &&
                  peers->items[sweep->starts_at].pair.a <= sweep->ends[sweep->ends_at];
    *day = starts ? peers->items[sweep->starts_at].pair.a : sweep->ends[sweep->ends_at];
    for (; sweep->starts_at < peers->item_count && peers->items[sweep->starts_at].pair.a == *day;
         sweep->starts_at++)
        sweep->open += peers->items[sweep->starts_at].count;
    for (; sweep->ends_at < peers->item_count && sweep->ends[sweep->ends_at] == *day;
         sweep->ends_at++)
        sweep->open -= sweep->end_counts[sweep->ends_at];
    return true;
}

static void give_concurrent_max(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sweep sweep;
    int64_t day;
    sweep_start(fn, peers, &sweep);
    while (sweep_next(&sweep, &day))
        out->i64 = MAX_OF(out->i64, sweep.open);
}

static void give_overlap_days(FnContext *fn, const StatPeers *peers, Value *out)
{
    Sweep sweep;
    int64_t day, since = 0;
    bool several = false;
    sweep_start(fn, peers, &sweep);
    while (sweep_next(&sweep, &day)) {
        out->i64 += several ? day - since : 0;
        several = sweep.open >= 2;
        since = day;
    }
}

// ---------------------------------------------------------------- cards

#define SHARE(id, name_en, zh, doc_en, doc_han, sig, ...)                                          \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .cost = 60, __VA_ARGS__)

SHARE(mode_share, "mode_share", "最大占比", "The share of the most frequent value.",
      "出现最多的值所占的比例。", "(x: T): ratio", .soft = true,
      .issues = FN_ISSUES(REASON_PEERS_UNDECIDED))

SHARE(top_share, "top_share", "前列占比",
      "The share that the n most frequent values have together.",
      "出现最多的 n 个值合起来所占的比例。", "(x: T, n: integer): ratio", .soft = true,
      .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_DOMAIN))

SHARE(hhi, "hhi", "集中指数",
      "The sum of the squared shares of the values (Herfindahl–Hirschman), 0 to 1.",
      "各个值所占比例的平方和（赫芬达尔指数），0 至 1。", "(x: T): ratio", .soft = true,
      .issues = FN_ISSUES(REASON_PEERS_UNDECIDED))

SHARE(entropy, "entropy", "信息熵",
      "How evenly the values are spread, in bits; 0 if all are equal.",
      "各个值分布的均匀程度（信息熵，单位比特）；全部相同时为 0。", "(x: T): real", .soft = true,
      .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_OVERFLOW))

SHARE(gini, "gini", "基尼系数",
      "How unequal the values are, from 0 (all equal); undecided if one is negative.",
      "各值的不均等程度，全部相等为 0；有负值时待定。", "(x: N): real", .soft = true,
      .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_DOMAIN, REASON_DIVISION_BY_ZERO,
                          REASON_OVERFLOW))

SHARE(longest_gap, "longest_gap", "最长间隔", "The most days between one date and the next.",
      "相邻两个日期之间最多相隔几天。", "(x: date): days", .bounds = BOUNDS_NONE)

SHARE(concurrent_max, "concurrent_max", "最多同时",
      "The most periods that hold one and the same day.", "同一天最多同时有几个期间。",
      "(x: period): integer", .bounds = BOUNDS_GROWS)

SHARE(overlap_days, "overlap_days", "重叠日数", "How many days lie in two periods or more.",
      "有多少天同时落在两个以上的期间里。", "(x: period): days", .bounds = BOUNDS_GROWS)

const FnCard *const share_cards[] = {
    FN_CARD(mode_share),     FN_CARD(top_share),    FN_CARD(hhi),
    FN_CARD(entropy),        FN_CARD(gini),         FN_CARD(longest_gap),
    FN_CARD(concurrent_max), FN_CARD(overlap_days), NULL,
};

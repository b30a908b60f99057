// SPDX-License-Identifier: Apache-2.0
//
// check_own.c: checks of one value among its peers: how far it lies from the centre, beyond which fence, at which rank.
//
// Here the peers are looked at, once for all of them; check_record.c then judges each value. The value need not be
// one of the peers: of a row that is not decided, or that a `when` leaves out, it is judged by those that are.

#include "stdlib/check_int.h"
#include "stdlib/stdlib_int.h"

#define Z_LIMIT 3.0
#define ROBUST_LIMIT 3.5        // Iglewicz and Hoaglin 1993
#define MAD_TO_DEVIATION 1.4826 // of the normal distribution
#define ESD_MOST 100

// The number of the parameter `least`, the last one; false: there is no value.
static bool enough_peers(FnContext *fn, const StatPeers *peers, int64_t at_least)
{
    int64_t least = stat_whole(peers, peers->parameter_count - 1);
    return check_enough(fn, peers, peers->n, MAX_OF(least, at_least)) && stat_enough(fn, peers, 1);
}

// Limits `limit` spreads from the centre, beyond which a value is flagged.
static void judge_distance(Check *check, double centre, double spread, double limit)
{
    check->expected = centre;
    check->lower = centre - limit * spread;
    check->upper = centre + limit * spread;
    check->own =
        (CheckOwn){.rule = OWN_DISTANCE, .centre = centre, .spread = spread, .limit = limit};
}

static void give_z_score(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 2))
        return;
    check.n = peers->n;
    check.method = "均值和标准差";
    judge_distance(&check, stat_mean(peers), stat_deviation(fn, peers), Z_LIMIT);
    check_give(fn, peers, &check, out);
}

static void give_robust_z(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 1))
        return;
    check.n = peers->n;
    check.method = "中位数和绝对中位差";
    judge_distance(&check, stat_median(peers), MAD_TO_DEVIATION * stat_mad(fn, peers),
                   ROBUST_LIMIT);
    check_give(fn, peers, &check, out);
}

static void give_iqr_outlier(FnContext *fn, const StatPeers *peers, Value *out)
{
    double k = stat_parameter(peers, 0);
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 1))
        return;
    if (!(k >= 0)) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    double low = stat_quantile(peers, 0.25), high = stat_quantile(peers, 0.75);
    check.n = peers->n;
    check.method = "四分位栅栏";
    check.expected = stat_median(peers);
    check.lower = low - k * (high - low);
    check.upper = high + k * (high - low);
    check.own =
        (CheckOwn){.rule = OWN_FENCE, .spread = high - low, .low = low, .high = high, .limit = NAN};
    check_give(fn, peers, &check, out);
}

static void give_percentile_in_peers(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 1))
        return;
    check.n = peers->n;
    check.method = "中位秩";
    check.expected = stat_median(peers);
    check.own = (CheckOwn){.rule = OWN_RANK, .rank = peers};
    check_give(fn, peers, &check, out);
}

static void give_peer_ratio(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 1))
        return;
    check.n = peers->n;
    check.method = "与中位数之比";
    check.expected = stat_median(peers);
    check.own = (CheckOwn){.rule = OWN_RATIO, .centre = check.expected};
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- tests for outliers

// The distance in standard deviations that the farthest of n values passes by chance in one sample of twenty.
static double critical_distance(double n)
{
    double t = tail_student_inverse(CHECK_SIGNIFICANT / (2 * n), n - 2);
    return (n - 1) / sqrt(n) * sqrt(t * t / (n - 2 + t * t));
}

static double farthest(const StatPeers *peers, double mean)
{
    double low = mean - stat_real(peers, 0);
    double high = stat_real(peers, peers->item_count - 1) - mean;
    return low > high ? low : high;
}

static void give_grubbs(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 3))
        return;
    double mean = stat_mean(peers);
    check.n = peers->n;
    check.method = "双侧格拉布斯检验";
    judge_distance(&check, mean, stat_deviation(fn, peers), critical_distance((double)peers->n));
    check.own.least_distance = farthest(peers, mean);
    check.own.tests = (double)peers->n;
    check_give(fn, peers, &check, out);
}

// The peers that are left when the farthest are taken off one by one.
typedef struct Shrinking {
    StatItem *items; // those left, at either end perhaps fewer than there were
    StatPeers left;
} Shrinking;

static void take_farthest(Shrinking *shrinking, double mean)
{
    StatPeers *left = &shrinking->left;
    StatItem *last = &shrinking->items[left->item_count - 1];
    bool low = mean - stat_real(left, 0) > stat_real(left, left->item_count - 1) - mean;
    StatItem *taken = low ? shrinking->items : last;
    left->n--;
    if (--taken->count > 0)
        return;
    left->item_count--;
    shrinking->items += low;
    left->items = shrinking->items;
}

// Whether the farthest of those left lies too far (Rosner 1983).
static bool is_far(FnContext *fn, const StatPeers *left)
{
    double spread = stat_deviation(fn, left);
    return spread > 0 &&
           farthest(left, stat_mean(left)) / spread > critical_distance((double)left->n);
}

static Shrinking shrink_from(FnContext *fn, const StatPeers *peers)
{
    StatItem *items = ARENA_ARRAY(fn->arena, StatItem, (size_t)peers->item_count);
    memcpy(items, peers->items, (size_t)peers->item_count * sizeof *items);
    Shrinking shrinking = {items, *peers};
    shrinking.left.items = items;
    return shrinking;
}

static void give_generalised_esd(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t most = stat_whole(peers, 0), outliers = 0;
    Check check = CHECK_EMPTY;
    if (!enough_peers(fn, peers, 3))
        return;
    if (most < 1 || most > ESD_MOST) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    Shrinking shrinking = shrink_from(fn, peers), kept = shrink_from(fn, peers);
    for (int64_t i = 1; i <= most && shrinking.left.n > 3; i++) {
        if (is_far(fn, &shrinking.left))
            outliers = i;
        take_farthest(&shrinking, stat_mean(&shrinking.left));
    }
    for (int64_t i = 0; i < outliers; i++)
        take_farthest(&kept, stat_mean(&kept.left));
    check.n = peers->n;
    check.extra[0] = (double)outliers;
    check.method = "广义极端偏差检验";
    judge_distance(&check, stat_mean(&kept.left), stat_deviation(fn, &kept.left), NAN);
    check.lower = stat_real(&kept.left, 0);
    check.upper = stat_real(&kept.left, kept.left.item_count - 1);
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

#define OWN(id, name_en, zh, any_order, doc_en, doc_han, sig)                                      \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .cost = 100, .soft = true, .own = true,                        \
            .unordered = (any_order),                                                              \
            .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD,  \
                                REASON_DIVISION_BY_ZERO, REASON_DOMAIN, REASON_OVERFLOW))

OWN(z_score, "z_score", "标准分", true,
    "How many standard deviations (n − 1) the value lies from its peers' mean: expected is the "
    "mean, flag is a score beyond 3.",
    "该值离同组平均值有几个标准差（除以 n − 1）：期望值为平均值，分值超出 3 的标为异常。",
    "(x: N, least: integer = 3): record")

OWN(robust_z, "robust_z", "稳健离差", false,
    "How far the value lies from its peers' median, in 1.4826 times the median distance from it: "
    "expected is the median, flag is a score beyond 3.5 (Iglewicz and Hoaglin 1993).",
    "该值离同组中位数的距离，以 1.4826 倍绝对中位差为单位：期望值为中位数，分值超出 3.5 "
    "的标为异常（Iglewicz、Hoaglin 1993）。",
    "(x: N, least: integer = 5): record")

OWN(iqr_outlier, "iqr_outlier", "四分位离群", false,
    "Whether the value lies more than k times the distance of its peers' quartiles (type 7) beyond "
    "them (Tukey): score is how many such distances it lies beyond the nearer quartile.",
    "该值是否超出同组上下四分位数（第 7 型）k 倍四分位距以外（Tukey）：分值为超出较近的四分位数几"
    "个四分位距。",
    "(x: N, k: decimal(38, 6) = 1.5, least: integer = 5): record")

OWN(percentile_in_peers, "percentile_in_peers", "同组百分位", false,
    "How many percent of its peers lie below the value, half of the equal ones with them, as "
    "score; expected is the median.",
    "同组中有百分之几低于该值（相等的算一半），即分值；期望值为中位数。",
    "(x: N, least: integer = 5): record")

OWN(peer_ratio, "peer_ratio", "同组比值", false,
    "The value divided by its peers' median, as score; undecided if that is zero.",
    "该值与同组中位数之比，即分值；中位数为零时待定。", "(x: N, least: integer = 5): record")

OWN(grubbs, "grubbs", "格拉布斯", false,
    "Whether the value is the outlier of its peers (Grubbs, two sides, 0.05): score is its "
    "distance from the mean in standard deviations, p that of so great a distance anywhere.",
    "该值是否为同组的离群值（双侧 Grubbs 检验，显著性水平 "
    "0.05）：分值为离平均值几个标准差，p 为同组任一值离得这么远的概率。",
    "(x: N, least: integer = 7): record")

OWN(generalised_esd, "generalised_esd", "广义极端偏差", false,
    "Whether the value is one of at most `most` outliers of its peers (Rosner 1983, 0.05): lower "
    "and upper are the ends of the others, score the distance from their mean in their standard "
    "deviations.",
    "该值是否为同组至多 most 个离群值之一（Rosner 1983，显著性水平 "
    "0.05）：上下限为其余各值的两端，分值为离其平均值几个标准差。",
    "(x: N, most: integer = 1, least: integer = 15): record")

const FnCard *const own_cards[] = {
    FN_CARD(z_score),    FN_CARD(robust_z), FN_CARD(iqr_outlier),     FN_CARD(percentile_in_peers),
    FN_CARD(peer_ratio), FN_CARD(grubbs),   FN_CARD(generalised_esd), NULL,
};

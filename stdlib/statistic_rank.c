// SPDX-License-Identifier: Apache-2.0
//
// statistic_rank.c: statistics of places in the order: quantiles, spreads, trimmed means. Exact where the values
// are: only the last division is rounded.

#include "stdlib/statistic_int.h"

#include <math.h>

#include "stdlib/stdlib_int.h"

int64_t stat_at(const StatPeers *peers, int64_t place)
{
    int64_t item = 0;
    while (place >= peers->items[item].count)
        place -= peers->items[item++].count;
    return item;
}

// ---------------------------------------------------------------- quantiles

// The quantile for p = num/den lies `part`/den of the way from `low` to `high`.
typedef struct Place {
    int64_t low, high; // items
    int128_t part, den;
} Place;

static Place place_of(const StatPeers *peers, int128_t num, int128_t den)
{
    // (n − 1)·num stays far below 2^127: num ≤ den ≤ 10^18.
    int128_t steps = (int128_t)(peers->n - 1) * num;
    int64_t below = (int64_t)(steps / den);
    Place place = {.part = steps % den, .den = den};
    place.low = stat_at(peers, below);
    place.high = place.part == 0 ? place.low : stat_at(peers, below + 1);
    return place;
}

static double place_real(const StatPeers *peers, const Place *place)
{
    double low = stat_real(peers, place->low);
    double share = (double)place->part / (double)place->den;
    return low + share * (stat_real(peers, place->high) - low);
}

// The quantile as an exact numerator; the denominator is place.den · 10^scale.
static Int256 place_numerator(const StatPeers *peers, const Place *place)
{
    Int256 low = wide_mul_128(stat_count(peers, place->low), place->den - place->part);
    Int256 high = wide_mul_128(stat_count(peers, place->high), place->part);
    Int256 sum;
    bool fits = wide_add(low, high, &sum);
    ASSERT(fits);
    return sum;
}

static void give_place(FnContext *fn, const StatPeers *peers, const Place *place, Value *out)
{
    if (stat_is_real(peers))
        stat_give(fn, out, place_real(peers, place));
    else
        stat_give_exact(fn, out, place_numerator(peers, place),
                        wide_mul_128(place->den, wide_pow10(stat_scale(peers))));
}

static void give_quantile(FnContext *fn, const StatPeers *peers, Value *out)
{
    const Value *share = &peers->parameters[0];
    int128_t den = wide_pow10(share->type.scale);
    if (!stat_enough(fn, peers, 1))
        return;
    if (share->i128 < 0 || share->i128 > den) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    Place place = place_of(peers, share->i128, den);
    give_place(fn, peers, &place, out);
}

double stat_quantile(const StatPeers *peers, double share)
{
    Place place = place_of(peers, (int128_t)(share * 1000000), 1000000);
    return place_real(peers, &place);
}

static void give_iqr(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (!stat_enough(fn, peers, 1))
        return;
    Place low = place_of(peers, 1, 4), high = place_of(peers, 3, 4);
    if (stat_is_real(peers)) {
        stat_give(fn, out, place_real(peers, &high) - place_real(peers, &low));
        return;
    }
    Int256 spread;
    if (!wide_sub(place_numerator(peers, &high), place_numerator(peers, &low), &spread))
        fn_issue(fn, REASON_OVERFLOW);
    else
        stat_give_exact(fn, out, spread, wide_mul_128(4, wide_pow10(stat_scale(peers))));
}

static void give_range(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (!stat_enough(fn, peers, 1))
        return;
    int64_t last = peers->item_count - 1;
    if (stat_is_real(peers)) {
        stat_give(fn, out, peers->items[last].f64 - peers->items[0].f64);
        return;
    }
    int128_t spread = stat_count(peers, last) - stat_count(peers, 0);
    if (type_phys(out->type) == PHYS_I128 && exact_fits(spread))
        out->i128 = spread;
    else if (type_phys(out->type) == PHYS_I128 || !num_cast_i128_i64(spread, &out->i64))
        fn_issue(fn, REASON_OVERFLOW);
}

// ---------------------------------------------------------------- the median of distances

// A distance and how many peers have it.
typedef struct Distance {
    int128_t exact; // reals: their order
    int64_t count;
} Distance;

static int distance_order(const Distance *a, const Distance *b)
{
    return (a->exact > b->exact) - (a->exact < b->exact);
}

// Items below the centre come in falling distance, the others in rising: one merge sorts them.
static void merge_distances(Distance *items, int64_t count, int64_t below, Distance *out)
{
    int64_t left = below - 1, right = below;
    for (int64_t i = 0; i < count; i++) {
        bool take_left =
            left >= 0 && (right == count || distance_order(&items[left], &items[right]) <= 0);
        out[i] = items[take_left ? left-- : right++];
    }
}

static int128_t distance_at(const Distance *items, int64_t place)
{
    int64_t at = 0;
    while (place >= items[at].count)
        place -= items[at++].count;
    return items[at].exact;
}

// The distances in order; `of` gives that of an item, ever greater away from the centre.
static Distance *distances(FnContext *fn, const StatPeers *peers, double centre, int128_t doubled)
{
    Distance *items = ARENA_ARRAY(fn->arena, Distance, (size_t)peers->item_count);
    Distance *sorted = ARENA_ARRAY(fn->arena, Distance, (size_t)peers->item_count);
    int64_t below = 0;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double real = stat_is_real(peers) ? peers->items[i].f64 - centre : 0;
        int128_t exact =
            stat_is_real(peers) ? fn_real_order(fabs(real)) : 2 * stat_count(peers, i) - doubled;
        below += stat_is_real(peers) ? real < 0 : exact < 0;
        items[i] = (Distance){exact < 0 ? -exact : exact, peers->items[i].count};
    }
    merge_distances(items, peers->item_count, below, sorted);
    return sorted;
}

// Twice the median as a count.
static int128_t doubled_median(const StatPeers *peers)
{
    return stat_count(peers, stat_at(peers, (peers->n - 1) / 2)) +
           stat_count(peers, stat_at(peers, peers->n / 2));
}

double stat_median(const StatPeers *peers)
{
    if (!stat_is_real(peers))
        return stat_wide_real(wide_from_i128(doubled_median(peers))) /
               (2 * pow(10, stat_scale(peers)));
    double low = stat_real(peers, stat_at(peers, (peers->n - 1) / 2));
    double high = stat_real(peers, stat_at(peers, peers->n / 2));
    return low / 2 + high / 2;
}

static double real_distance(const Distance *items, int64_t n)
{
    double low = fn_real_of_order((int64_t)distance_at(items, (n - 1) / 2));
    double high = fn_real_of_order((int64_t)distance_at(items, n / 2));
    return low / 2 + high / 2;
}

// Four times the median distance as a count: twice the median is whole, and so are twice the distances.
static int128_t quadrupled_mad(FnContext *fn, const StatPeers *peers)
{
    const Distance *items = distances(fn, peers, 0, doubled_median(peers));
    return distance_at(items, (peers->n - 1) / 2) + distance_at(items, peers->n / 2);
}

double stat_mad(FnContext *fn, const StatPeers *peers)
{
    if (stat_is_real(peers))
        return real_distance(distances(fn, peers, stat_median(peers), 0), peers->n);
    return stat_wide_real(wide_from_i128(quadrupled_mad(fn, peers))) /
           (4 * pow(10, stat_scale(peers)));
}

static void give_mad(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (!stat_enough(fn, peers, 1))
        return;
    if (stat_is_real(peers))
        stat_give(fn, out, stat_mad(fn, peers));
    else
        stat_give_exact(fn, out, wide_from_i128(quadrupled_mad(fn, peers)),
                        wide_mul_128(4, wide_pow10(stat_scale(peers))));
}

// ---------------------------------------------------------------- trimmed mean

// Counts of the items that are left after `cut` peers are taken off either end.
static int64_t kept_count(const StatPeers *peers, int64_t item, int64_t *before, int64_t cut)
{
    int64_t first = MAX_OF(*before, cut);
    int64_t last = MIN_OF(*before + peers->items[item].count, peers->n - cut);
    *before += peers->items[item].count;
    return MAX_OF(last - first, 0);
}

static void give_trimmed_mean(FnContext *fn, const StatPeers *peers, Value *out)
{
    const Value *share = &peers->parameters[0];
    int128_t den = wide_pow10(share->type.scale);
    if (!stat_enough(fn, peers, 1))
        return;
    if (share->i128 < 0 || 2 * share->i128 >= den) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    int64_t cut = (int64_t)(peers->n * share->i128 / den), before = 0;
    StatItem *kept = ARENA_ARRAY(fn->arena, StatItem, (size_t)peers->item_count);
    StatPeers rest = *peers;
    rest.items = kept;
    rest.item_count = 0;
    Int256 total = wide_from_i128(0);
    for (int64_t i = 0; i < peers->item_count; i++) {
        StatItem item = peers->items[i];
        item.count = kept_count(peers, i, &before, cut);
        if (item.count == 0)
            continue;
        kept[rest.item_count++] = item;
        bool fits = stat_is_real(peers) ||
                    wide_add(total, wide_mul_128(stat_count(peers, i), item.count), &total);
        ASSERT(fits);
    }
    rest.n = peers->n - 2 * cut;
    if (stat_is_real(peers))
        stat_give(fn, out, stat_mean(&rest));
    else
        stat_give_exact(fn, out, total, wide_mul_128(rest.n, wide_pow10(stat_scale(peers))));
}

// ---------------------------------------------------------------- cards

#define RANK(id, name_en, zh, doc_en, doc_han, sig, ...)                                           \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .issues = FN_ISSUES(__VA_ARGS__), .lower = LOWER_AGGREGATE,         \
            .step = "STATISTIC", .statistic = give_##id, .cost = 80, .soft = true)

RANK(quantile, "quantile", "分位数",
     "The value below which the share p lies (type 7), interpolated exactly.",
     "有 p 这么大比例的值不超过它（第 7 型），精确内插。", "(x: N, p: ratio): N",
     REASON_PEERS_UNDECIDED, REASON_DOMAIN, REASON_OVERFLOW)

RANK(iqr, "iqr", "四分位距", "The distance of the quartiles (type 7), exactly.",
     "上下四分位数之差（第 7 型），精确。", "(x: N): N", REASON_PEERS_UNDECIDED, REASON_OVERFLOW)

RANK(range, "range", "极差", "The greatest value less the least.", "最大值减最小值。", "(x: N): N",
     REASON_PEERS_UNDECIDED, REASON_OVERFLOW)

RANK(mad, "mad", "绝对中位差", "The median of the distances from the median, exactly; no factor.",
     "各值与中位数之差的绝对值的中位数，精确，不乘系数。", "(x: N): N", REASON_PEERS_UNDECIDED,
     REASON_OVERFLOW)

RANK(trimmed_mean, "trimmed_mean", "截尾平均",
     "The mean without the share given of the least and as many of the greatest values.",
     "从两端各去掉所给比例的值之后的平均。", "(x: N, share: ratio): N", REASON_PEERS_UNDECIDED,
     REASON_DOMAIN, REASON_OVERFLOW)

const FnCard *const rank_cards[] = {
    FN_CARD(quantile), FN_CARD(iqr), FN_CARD(range), FN_CARD(mad), FN_CARD(trimmed_mean), NULL,
};

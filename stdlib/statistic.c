// SPDX-License-Identifier: Apache-2.0
//
// statistic.c: peers as reals, moments, and the statistics that come from them.
//
// A deviation is n·x − Σx as an exact number, rounded once and divided by n: nothing cancels, however far the
// values lie from zero. Powers of deviations are added exactly.

#include "stdlib/statistic_int.h"

#include <math.h>

#include "runtime/base/exact_sum.h"
#include "stdlib/stdlib_int.h"

// ---------------------------------------------------------------- peers as reals

double stat_wide_real(Int256 value)
{
    int128_t small;
    bool negative = wide_sign(value) < 0;
    if (wide_to_i128(value, &small))
        return (double)small;
    Int256 rest = negative ? wide_neg(value) : value;
    int top = 3;
    while (rest.limb[top] == 0)
        top--;
    // 64 bits from the highest one, then one bit for all that is below.
    int shift = __builtin_clzll(rest.limb[top]);
    uint64_t head = rest.limb[top] << shift;
    uint64_t below = 0;
    if (shift > 0)
        head |= rest.limb[top - 1] >> (64 - shift);
    below |= shift > 0 ? rest.limb[top - 1] << shift : rest.limb[top - 1];
    for (int i = 0; i < top - 1; i++)
        below |= rest.limb[i];
    double real = ldexp((double)(head | (below != 0)), 64 * top - shift);
    return negative ? -real : real;
}

double stat_real(const StatPeers *peers, int64_t item)
{
    if (stat_is_real(peers))
        return peers->items[item].f64;
    return exact_to_real(stat_count(peers, item), stat_scale(peers));
}

static Int256 exact_total(const StatPeers *peers)
{
    Int256 total = wide_from_i128(0);
    for (int64_t i = 0; i < peers->item_count; i++) {
        bool fits =
            wide_add(total, wide_mul_128(stat_count(peers, i), peers->items[i].count), &total);
        ASSERT(fits); // 127 bits times 63
    }
    return total;
}

static void real_total(const StatPeers *peers, ExactSum *total)
{
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = peers->items[i].f64;
        double count = (double)peers->items[i].count;
        if (!exact_sum_add_product(total, value, count))
            exact_sum_add(total, value * count);
    }
}

double stat_mean(const StatPeers *peers)
{
    double n = (double)peers->n;
    if (!stat_is_real(peers))
        return stat_wide_real(exact_total(peers)) / n / pow(10, stat_scale(peers));
    ExactSum total = {.pending = 0};
    real_total(peers, &total);
    return exact_sum_finish(&total) / n;
}

static double real_deviation(const ExactSum *total, double value, double n)
{
    ExactSum distance = {.pending = 0};
    if (!exact_sum_add_product(&distance, value, n))
        exact_sum_add(&distance, value * n);
    ExactSum minus = *total;
    for (size_t i = 0; i < EXACT_SUM_LIMBS; i++)
        minus.limb[i] = -minus.limb[i];
    exact_sum_merge(&distance, &minus);
    return exact_sum_finish(&distance) / n;
}

double *stat_deviations(FnContext *fn, const StatPeers *peers)
{
    double *deviations = ARENA_ARRAY(fn->arena, double, (size_t)peers->item_count);
    double n = (double)peers->n;
    if (stat_is_real(peers)) {
        ExactSum total = {.pending = 0};
        real_total(peers, &total);
        for (int64_t i = 0; i < peers->item_count; i++)
            deviations[i] = real_deviation(&total, peers->items[i].f64, n);
        return deviations;
    }
    Int256 total = exact_total(peers);
    double unit = pow(10, stat_scale(peers));
    for (int64_t i = 0; i < peers->item_count; i++) {
        Int256 distance;
        bool fits = wide_sub(wide_mul_128(stat_count(peers, i), peers->n), total, &distance);
        ASSERT(fits);
        deviations[i] = stat_wide_real(distance) / n / unit;
    }
    return deviations;
}

double stat_power_sum(const StatPeers *peers, const double *deviations, int power)
{
    ExactSum sum = {.pending = 0};
    for (int64_t i = 0; i < peers->item_count; i++) {
        double d = deviations[i];
        double left = power == 4 ? d * d : d;
        double right = power == 2 ? d : d * d;
        double count = (double)peers->items[i].count;
        if (!exact_sum_add_product(&sum, left * right, count) && isfinite(left * right * count))
            exact_sum_add(&sum, left * right * count);
        else if (!isfinite(left * right * count))
            return HUGE_VAL;
    }
    return exact_sum_finish(&sum);
}

// ---------------------------------------------------------------- results

void stat_give(FnContext *fn, Value *out, double value)
{
    out->f64 = value + 0.0;
    if (!isfinite(value))
        fn_issue(fn, REASON_OVERFLOW);
}

void stat_give_exact(FnContext *fn, Value *out, Int256 numerator, Int256 denominator)
{
    Int256 scaled;
    int128_t count = 0;
    int scale = type_is_exact(out->type) ? out->type.scale : 0;
    bool fits = wide_scale(numerator, scale, &scaled) &&
                exact_divide_wide(scaled, denominator, ROUND_HALF_EVEN, &count);
    if (fits && type_phys(out->type) == PHYS_I128)
        out->i128 = count;
    else if (!fits || !num_cast_i128_i64(count, &out->i64))
        fn_issue(fn, REASON_OVERFLOW);
}

bool stat_enough(FnContext *fn, const StatPeers *peers, int64_t least)
{
    if (peers->n == 0 || peers->n < least) {
        fn_issue(fn, peers->n == 0 ? REASON_MISSING : REASON_TOO_FEW_PEERS);
        return false;
    }
    // The sums of reals beyond this have no room.
    double first = stat_is_real(peers) ? fabs(peers->items[0].f64) : 0;
    double last = stat_is_real(peers) ? fabs(peers->items[peers->item_count - 1].f64) : 0;
    if (MAX_OF(first, last) >= STAT_REAL_MAX)
        fn_issue(fn, REASON_OVERFLOW);
    return fn->issue == REASON_NONE;
}

double stat_parameter(const StatPeers *peers, uint32_t number)
{
    ASSERT(number < peers->parameter_count);
    const Value *value = &peers->parameters[number];
    switch (type_phys(value->type)) {
    case PHYS_F64:
        return value->f64;
    case PHYS_I128:
        return exact_to_real(value->i128, value->type.scale);
    case PHYS_I64:
        return (double)value->i64;
    case PHYS_BOOL:
    case PHYS_PAIR:
    case PHYS_CODE:
        break;
    }
    UNREACHABLE();
}

int64_t stat_whole(const StatPeers *peers, uint32_t number)
{
    ASSERT(number < peers->parameter_count &&
           type_phys(peers->parameters[number].type) == PHYS_I64);
    return peers->parameters[number].i64;
}

// ---------------------------------------------------------------- moments

double stat_deviation(FnContext *fn, const StatPeers *peers)
{
    if (!stat_enough(fn, peers, 2))
        return 0;
    double squares = stat_power_sum(peers, stat_deviations(fn, peers), 2);
    return sqrt(squares / (double)(peers->n - 1));
}

static void give_variance(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (stat_enough(fn, peers, 2))
        stat_give(fn, out,
                  stat_power_sum(peers, stat_deviations(fn, peers), 2) / (double)(peers->n - 1));
}

static void give_stddev(FnContext *fn, const StatPeers *peers, Value *out)
{
    stat_give(fn, out, stat_deviation(fn, peers));
}

static void give_cv(FnContext *fn, const StatPeers *peers, Value *out)
{
    double deviation = stat_deviation(fn, peers);
    if (fn->issue != REASON_NONE)
        return;
    double mean = stat_mean(peers);
    if (mean == 0)
        fn_issue(fn, REASON_DIVISION_BY_ZERO);
    else
        stat_give(fn, out, deviation / mean);
}

// The moment of this power over the standard deviation to it, both over n.
static double standard_moment(FnContext *fn, const StatPeers *peers, int power)
{
    double *deviations = stat_deviations(fn, peers);
    double n = (double)peers->n;
    double square = stat_power_sum(peers, deviations, 2) / n;
    double moment = stat_power_sum(peers, deviations, power) / n;
    if (square == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return 0;
    }
    return power == 3 ? moment / (square * sqrt(square)) : moment / (square * square);
}

static void give_skewness(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (stat_enough(fn, peers, 3))
        stat_give(fn, out, standard_moment(fn, peers, 3));
}

static void give_kurtosis(FnContext *fn, const StatPeers *peers, Value *out)
{
    if (stat_enough(fn, peers, 4))
        stat_give(fn, out, standard_moment(fn, peers, 4) - 3);
}

static void give_geometric_mean(FnContext *fn, const StatPeers *peers, Value *out)
{
    ExactSum sum = {.pending = 0};
    if (!stat_enough(fn, peers, 1))
        return;
    if (stat_real(peers, 0) <= 0) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    for (int64_t i = 0; i < peers->item_count; i++) {
        double logarithm = log(stat_real(peers, i));
        bool exact = exact_sum_add_product(&sum, logarithm, (double)peers->items[i].count);
        ASSERT(exact); // a logarithm lies below 10^3, and is 0 or above 10^-17
    }
    stat_give(fn, out, exp(exact_sum_finish(&sum) / (double)peers->n));
}

#define MOMENT(id, name_en, zh, doc_en, doc_han, ...)                                              \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en "(x: N): real",               \
            .doc = doc_en, .doc_zh = doc_han, .issues = FN_ISSUES(__VA_ARGS__),                    \
            .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_##id, .cost = 80,     \
            .soft = true)

MOMENT(variance, "variance", "方差", "The sample variance, with n − 1.", "样本方差，除以 n − 1。",
       REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_OVERFLOW)

MOMENT(stddev, "stddev", "标准差", "The sample standard deviation, with n − 1, in the unit of x.",
       "样本标准差，除以 n − 1，单位与 x 相同。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_OVERFLOW)

MOMENT(cv, "cv", "变异系数", "The sample standard deviation divided by the mean.",
       "样本标准差除以平均值。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_DIVISION_BY_ZERO, REASON_OVERFLOW)

MOMENT(skewness, "skewness", "偏度",
       "The third moment around the mean over the standard deviation cubed, both over n.",
       "偏度：三阶中心矩除以标准差的立方，都除以 n。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_ZERO_SPREAD, REASON_OVERFLOW)

MOMENT(kurtosis, "kurtosis", "峰度",
       "The fourth moment around the mean over the variance squared, both over n, minus 3.",
       "超额峰度：四阶中心矩除以方差的平方，都除以 n，再减 3。", REASON_PEERS_UNDECIDED,
       REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD, REASON_OVERFLOW)

MOMENT(geometric_mean, "geometric_mean", "几何平均",
       "The n-th root of the product; undecided if a value is not above zero.",
       "n 个数乘积的 n 次方根；有不大于零的数时待定。", REASON_PEERS_UNDECIDED, REASON_DOMAIN,
       REASON_OVERFLOW)

const FnCard *const moment_cards[] = {
    FN_CARD(variance), FN_CARD(stddev),         FN_CARD(cv), FN_CARD(skewness),
    FN_CARD(kurtosis), FN_CARD(geometric_mean), NULL,
};

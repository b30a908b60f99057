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

// The sum of exact peers, in 128 bits where every value fits in 64: 63 bits times 63.
typedef struct Total {
    bool narrow;
    int128_t narrow_sum;
    Int256 sum;
} Total;

static Total exact_total(const StatPeers *peers)
{
    Total total = {.narrow = true};
    for (int64_t i = 0; i < peers->item_count; i++) {
        int128_t value = stat_count(peers, i);
        total.narrow &= value == (int64_t)value;
        total.narrow_sum += (int128_t)(int64_t)value * peers->items[i].count;
    }
    if (total.narrow)
        return total;
    for (int64_t i = 0; i < peers->item_count; i++) {
        Int256 part = wide_mul_128(stat_count(peers, i), peers->items[i].count);
        bool fits = wide_add(total.sum, part, &total.sum);
        ASSERT(fits); // 127 bits times 63
    }
    return total;
}

static double narrow_real(int128_t value)
{
    return value == (int64_t)value ? (double)(int64_t)value : (double)value;
}

static void real_total(const StatPeers *peers, ExactSum *total)
{
    for (int64_t i = 0; i < peers->item_count; i++)
        exact_sum_add_times(total, peers->items[i].f64, peers->items[i].count);
}

double stat_mean(const StatPeers *peers)
{
    double n = (double)peers->n;
    if (!stat_is_real(peers)) {
        Total total = exact_total(peers);
        double sum = total.narrow ? narrow_real(total.narrow_sum) : stat_wide_real(total.sum);
        return sum / n / pow(10, stat_scale(peers));
    }
    ExactSum total = {.pending = 0};
    real_total(peers, &total);
    return exact_sum_finish(&total) / n;
}

static double real_deviation(const ExactSum *minus_total, double value, int64_t n)
{
    ExactSum distance = *minus_total;
    exact_sum_add_times(&distance, value, n);
    return exact_sum_finish(&distance) / (double)n;
}

static void real_deviations(const StatPeers *peers, double *deviations)
{
    ExactSum total = {.pending = 0}, minus = {.pending = 0};
    real_total(peers, &total);
    for (size_t i = 0; i < EXACT_SUM_LIMBS; i++)
        minus.limb[i] = -total.limb[i];
    minus.pending = total.pending;
    for (int64_t i = 0; i < peers->item_count; i++)
        deviations[i] = real_deviation(&minus, peers->items[i].f64, peers->n);
}

double *stat_deviations(FnContext *fn, const StatPeers *peers)
{
    double *deviations = ARENA_ARRAY(fn->arena, double, (size_t)peers->item_count);
    double n = (double)peers->n;
    if (stat_is_real(peers)) {
        real_deviations(peers, deviations);
        return deviations;
    }
    Total total = exact_total(peers);
    double unit = pow(10, stat_scale(peers));
    for (int64_t i = 0; i < peers->item_count; i++) {
        int128_t value = stat_count(peers, i);
        Int256 distance;
        if (total.narrow) {
            int128_t narrow = (int128_t)(int64_t)value * peers->n - total.narrow_sum;
            deviations[i] = narrow_real(narrow) / n / unit;
            continue;
        }
        bool fits = wide_sub(wide_mul_128(value, peers->n), total.sum, &distance);
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
        if (!isfinite(left * right * (double)peers->items[i].count))
            return HUGE_VAL;
        exact_sum_add_times(&sum, left * right, peers->items[i].count);
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
    for (int64_t i = 0; i < peers->item_count && stat_is_real(peers); i++) {
        if (fabs(peers->items[i].f64) >= STAT_REAL_MAX)
            fn_issue(fn, REASON_OVERFLOW);
    }
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

#define MOMENT(id, name_en, zh, any_order, doc_en, doc_han, ...)                                   \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en "(x: N): real",               \
            .doc = doc_en, .doc_zh = doc_han, .issues = FN_ISSUES(__VA_ARGS__),                    \
            .lower = LOWER_AGGREGATE, .step = "STATISTIC", .statistic = give_##id, .cost = 80,     \
            .unordered = (any_order), .soft = true)

MOMENT(variance, "variance", "方差", true, "The sample variance, with n − 1.",
       "样本方差，除以 n − 1。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_OVERFLOW)

MOMENT(stddev, "stddev", "标准差", true,
       "The sample standard deviation, with n − 1, in the unit of x.",
       "样本标准差，除以 n − 1，单位与 x 相同。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_OVERFLOW)

MOMENT(cv, "cv", "变异系数", true, "The sample standard deviation divided by the mean.",
       "样本标准差除以平均值。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_DIVISION_BY_ZERO, REASON_OVERFLOW)

MOMENT(skewness, "skewness", "偏度", true,
       "The third moment around the mean over the standard deviation cubed, both over n.",
       "偏度：三阶中心矩除以标准差的立方，都除以 n。", REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS,
       REASON_ZERO_SPREAD, REASON_OVERFLOW)

MOMENT(kurtosis, "kurtosis", "峰度", true,
       "The fourth moment around the mean over the variance squared, both over n, minus 3.",
       "超额峰度：四阶中心矩除以方差的平方，都除以 n，再减 3。", REASON_PEERS_UNDECIDED,
       REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD, REASON_OVERFLOW)

MOMENT(geometric_mean, "geometric_mean", "几何平均", false,
       "The n-th root of the product; undecided if a value is not above zero.",
       "n 个数乘积的 n 次方根；有不大于零的数时待定。", REASON_PEERS_UNDECIDED, REASON_DOMAIN,
       REASON_OVERFLOW)

const FnCard *const moment_cards[] = {
    FN_CARD(variance), FN_CARD(stddev),         FN_CARD(cv), FN_CARD(skewness),
    FN_CARD(kurtosis), FN_CARD(geometric_mean), NULL,
};

// SPDX-License-Identifier: Apache-2.0
//
// check.c: checks over the values of a group: digits, round and repeated values, crowding below a limit, signs.
//
// A check has a least number of peers (`least`) below which it gives nothing but `too few peers`; `n` is how many
// it looked at, `left_out` the others, those that are not decided and those that it cannot use.

#include "stdlib/check_int.h"
#include "stdlib/stdlib_int.h"

#define EXACT_RANKS_MAX 50

// ---------------------------------------------------------------- digits

// The first two significant digits, 10 to 99; 0 for zero.
static int leading_digits(const StatPeers *peers, int64_t item)
{
    if (stat_is_real(peers)) {
        double value = fabs(peers->items[item].f64);
        char text[40];
        if (value == 0)
            return 0;
        (void)snprintf(text, sizeof text, "%.16e", value);
        return (text[0] - '0') * 10 + (text[2] - '0'); // what stands between is the point
    }
    int128_t count = stat_count(peers, item);
    count = count < 0 ? -count : count;
    if (count > 0 && count < 10)
        return (int)count * 10;
    while (count > INT64_MAX)
        count /= 10;
    int64_t narrow = (int64_t)count;
    for (; narrow >= 1000000; narrow /= 10000)
        ;
    while (narrow >= 100)
        narrow /= 10;
    return (int)narrow;
}

// χ², its tail and the mean deviation of shares between what was seen and what was expected.
static void compare_counts(const int64_t *seen, const double *expected, int count, int64_t n,
                           Check *check)
{
    double square = 0, deviation = 0;
    for (int i = 0; i < count; i++) {
        double wanted = expected[i] * (double)n, gap = (double)seen[i] - wanted;
        square += gap * gap / wanted;
        deviation += fabs((double)seen[i] / (double)n - expected[i]);
    }
    check->score = square;
    check->p = tail_chi_square(square, count - 1);
    check->extra[0] = deviation / count;
}

// Nigrini 2012: bounds of the mean deviation for the first digit, and for the first two.
static const char *conformity_of(double deviation, int64_t digits, int *flag)
{
    static const double bounds[2][3] = {{0.006, 0.012, 0.015}, {0.0012, 0.0018, 0.0022}};
    static const char *const names[] = {"高度符合", "可接受", "勉强符合", "不符合"};
    int class = 0;
    while (class < 3 && deviation > bounds[digits - 1][class])
        class ++;
    *flag = class == 3;
    return names[class];
}

static void give_benford(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t digits = stat_whole(peers, 0), seen[90] = {0}, n = 0;
    double expected[90];
    Check check = CHECK_EMPTY;
    if (digits < 1 || digits > 2) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    int first = digits == 1 ? 1 : 10, count = digits == 1 ? 9 : 90;
    for (int64_t i = 0; i < peers->item_count; i++) {
        int leading = leading_digits(peers, i);
        if (leading == 0)
            continue;
        seen[(digits == 1 ? leading / 10 : leading) - first] += peers->items[i].count;
        n += peers->items[i].count;
    }
    if (!check_enough(fn, peers, n, stat_whole(peers, 1)))
        return;
    for (int i = 0; i < count; i++)
        expected[i] = log10(1 + 1.0 / (first + i));
    compare_counts(seen, expected, count, n, &check);
    check.n = n;
    check.extra_text = conformity_of(check.extra[0], digits, &check.flag);
    check.method = digits == 1 ? "首位数字卡方检验" : "前两位数字卡方检验";
    check_give(fn, peers, &check, out);
}

// The count without its places behind the point, without its sign.
static int128_t whole_part(const StatPeers *peers, int64_t item)
{
    int128_t whole = 0;
    if (stat_is_real(peers)) {
        if (!exact_from_real(fabs(peers->items[item].f64), 0, ROUND_DOWN, &whole))
            return -1;
        return whole;
    }
    whole = stat_count(peers, item) / wide_pow10(stat_scale(peers));
    return whole < 0 ? -whole : whole;
}

static void give_last_digit(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t seen[10] = {0}, n = 0;
    static const double expected[10] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    Check check = CHECK_EMPTY;
    for (int64_t i = 0; i < peers->item_count; i++) {
        int128_t whole = whole_part(peers, i);
        if (whole < 0)
            continue;
        seen[whole % 10] += peers->items[i].count;
        n += peers->items[i].count;
    }
    if (!check_enough(fn, peers, n, stat_whole(peers, 0)))
        return;
    compare_counts(seen, expected, 10, n, &check);
    check.n = n;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = "个位数字卡方检验";
    check_give(fn, peers, &check, out);
}

static bool is_round(const StatPeers *peers, int64_t item, int128_t step)
{
    if (!stat_is_real(peers))
        return stat_count(peers, item) % (step * wide_pow10(stat_scale(peers))) == 0;
    return fmod(peers->items[item].f64, (double)step) == 0;
}

static void give_round_share(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t power = stat_whole(peers, 0), hits = 0;
    Check check = CHECK_EMPTY;
    if (power < 0 || power > 18) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 1)))
        return;
    for (int64_t i = 0; i < peers->item_count; i++)
        hits += is_round(peers, i, wide_pow10((int)power)) ? peers->items[i].count : 0;
    check.n = peers->n;
    check.score = (double)hits / (double)peers->n;
    check.method = "整数倍占比";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- shares of values

static void give_repeated_share(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    int64_t most = 0;
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 0)))
        return;
    for (int64_t i = 0; i < peers->item_count; i++)
        most = MAX_OF(most, peers->items[i].count);
    check.n = peers->n;
    check.score = (double)most / (double)peers->n;
    check.method = "最常见值占比";
    check_give(fn, peers, &check, out);
}

static void give_concentration(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    double squares = 0;
    int64_t most = 0;
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 0)))
        return;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double share = (double)peers->items[i].count / (double)peers->n;
        squares += share * share;
        most = MAX_OF(most, peers->items[i].count);
    }
    check.n = peers->n;
    check.value = (double)most / (double)peers->n;
    check.score = squares;
    check.method = "赫芬达尔指数";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- below a limit

static void give_just_below(FnContext *fn, const StatPeers *peers, Value *out)
{
    double limit = stat_parameter(peers, 0), width = stat_parameter(peers, 1);
    int64_t below = 0, above = 0;
    Check check = CHECK_EMPTY;
    if (!(width > 0)) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = stat_real(peers, i);
        if (value >= limit - width && value < limit)
            below += peers->items[i].count;
        else if (value >= limit && value < limit + width)
            above += peers->items[i].count;
    }
    check.n = below + above;
    if (!check_enough(fn, peers, check.n, stat_whole(peers, 2)))
        return;
    check.score = (double)below / (double)check.n;
    check.p = tail_binomial(below, check.n, 0.5);
    check.expected = limit;
    check.lower = limit - width;
    check.upper = limit + width;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = "单侧二项检验";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- signs

static void give_sign_test(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t positive = 0, negative = 0;
    Check check = CHECK_EMPTY;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = stat_real(peers, i);
        positive += value > 0 ? peers->items[i].count : 0;
        negative += value < 0 ? peers->items[i].count : 0;
    }
    check.n = positive + negative;
    if (!check_enough(fn, peers, check.n, stat_whole(peers, 0)))
        return;
    double tail = tail_binomial(MAX_OF(positive, negative), check.n, 0.5);
    check.score = (double)positive;
    check.p = 2 * tail < 1 ? 2 * tail : 1;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = "双侧符号检验";
    check_give(fn, peers, &check, out);
}

// One distance from zero and how often it stands on either side.
typedef struct Magnitude {
    double size;
    int64_t positive, negative;
} Magnitude;

static int by_size(const void *a, const void *b)
{
    const Magnitude *left = a, *right = b;
    return (left->size > right->size) - (left->size < right->size);
}

static int64_t magnitudes(const StatPeers *peers, Magnitude *out)
{
    int64_t count = 0, kept = 0;
    for (int64_t i = 0; i < peers->item_count; i++) {
        double value = stat_real(peers, i);
        int64_t times = peers->items[i].count;
        if (value != 0)
            out[count++] = (Magnitude){fabs(value), value > 0 ? times : 0, value < 0 ? times : 0};
    }
    qsort(out, (size_t)count, sizeof *out, by_size);
    for (int64_t i = 0; i < count; i++) {
        if (kept > 0 && out[kept - 1].size == out[i].size) {
            out[kept - 1].positive += out[i].positive;
            out[kept - 1].negative += out[i].negative;
        } else {
            out[kept++] = out[i];
        }
    }
    return kept;
}

// P(W ≤ w) of n ranks without ties: how many of the 2^n choices of ranks add up to w at most.
static double exact_ranks(FnContext *fn, int64_t n, int64_t w)
{
    int64_t most = n * (n + 1) / 2;
    double *ways = ARENA_ARRAY(fn->arena, double, (size_t)most + 1), sum = 0;
    ways[0] = 1;
    for (int64_t rank = 1; rank <= n; rank++)
        for (int64_t total = most; total >= rank; total--)
            ways[total] += ways[total - rank];
    for (int64_t total = 0; total <= w && total <= most; total++)
        sum += ways[total];
    return ldexp(sum, -(int)n);
}

static void give_wilcoxon_signed(FnContext *fn, const StatPeers *peers, Value *out)
{
    Magnitude *sizes = ARENA_ARRAY(fn->arena, Magnitude, (size_t)peers->item_count);
    int64_t count = magnitudes(peers, sizes), before = 0;
    double positive = 0, negative = 0, ties = 0;
    Check check = CHECK_EMPTY;
    for (int64_t i = 0; i < count; i++) {
        int64_t tied = sizes[i].positive + sizes[i].negative;
        double rank = (double)before + (double)(tied + 1) / 2, t = (double)tied;
        positive += rank * (double)sizes[i].positive;
        negative += rank * (double)sizes[i].negative;
        ties += t * t * t - t;
        before += tied;
    }
    double n = (double)before;
    check.n = before;
    check.score = positive < negative ? positive : negative;
    if (!check_enough(fn, peers, before, stat_whole(peers, 0)))
        return;
    bool exact = ties == 0 && before <= EXACT_RANKS_MAX && before == peers->n;
    if (exact) {
        check.p = 2 * exact_ranks(fn, before, (int64_t)check.score);
    } else {
        double variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
        check.p = tail_normal((check.score - n * (n + 1) / 4) / sqrt(variance));
    }
    check.p = check.p < 1 ? check.p : 1;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = exact ? "符号秩检验（精确）" : "符号秩检验（正态近似）";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

#define CHECK(id, name_en, zh, any_order, doc_en, doc_han, sig)                                    \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .cost = 100, .soft = true, .unordered = (any_order),           \
            .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_DOMAIN))

CHECK(
    benford, "benford", "首位数字分布", true,
    "Whether the first digit (digits: 1) or the first two (2) are spread as Benford's law has it: "
    "score is χ², mad the mean deviation of shares, flag that it is nonconforming (Nigrini 2012).",
    "首位数字（digits 为 "
    "1）或前两位数字（2）是否符合本福特分布：分值为卡方值，另有平均偏差和符合程度；不符合（Nigrini "
    "2012）的标为异常。",
    "(x: N, digits: integer = 1, least: integer = 300): record")

CHECK(last_digit, "last_digit", "末位分布", true,
      "Whether the last whole digits are spread evenly: score is χ², flag is p < 0.05.",
      "个位数字是否均匀：分值为卡方值，p 小于 0.05 的标为异常。",
      "(x: N, least: integer = 50): record")

CHECK(round_share, "round_share", "整数占比", true, "The share of multiples of 10^power, as score.",
      "10 的 power 次方的整数倍所占的比例（分值）。",
      "(x: N, power: integer = 2, least: integer = 20): record")

CHECK(repeated_share, "repeated_share", "重复占比", false,
      "The share of the most frequent value, as score.", "出现最多的值所占的比例（分值）。",
      "(x: T, least: integer = 20): record")

CHECK(just_below, "just_below", "临界聚集", false,
      "Whether more values lie just below a limit than just above: score is the share below, p "
      "that of "
      "the binomial test to one side, flag is p < 0.05.",
      "紧挨界限之下的值是否多于之上的：分值为之下所占的比例，p 为单侧二项检验，小于 0.05 "
      "的标为异常。",
      "(x: N, limit: N, width: N, least: integer = 20): record")

CHECK(sign_test, "sign_test", "符号检验", false,
      "Whether values above and below zero are equally frequent, zeros left out: score is how many "
      "lie "
      "above, p that of the binomial test, flag is p < 0.05.",
      "正值和负值是否一样多，零不计：分值为正值个数，p 为双侧二项检验，小于 0.05 的标为异常。",
      "(x: N, least: integer = 10): record")

CHECK(
    wilcoxon_signed, "wilcoxon_signed", "符号秩检验", false,
    "Whether values lie evenly around zero (Wilcoxon), zeros left out: score is the lesser sum of "
    "ranks; exact up to 50 values without ties, else normal with ties corrected; flag is p < 0.05.",
    "各值是否以零为中心对称（Wilcoxon 符号秩检验），零不计：分值为较小的秩和；50 "
    "个以内且无并列时精确，否则用正态近似并校正并列；p 小于 0.05 的标为异常。",
    "(x: N, least: integer = 10): record")

CHECK(concentration, "concentration", "集中度", false,
      "How concentrated the values are: score is the sum of squared shares, value the greatest "
      "share.",
      "各值的集中程度：分值为比例的平方和，观察值为最大的比例。",
      "(x: T, least: integer = 5): record")

const FnCard *const check_cards[] = {
    FN_CARD(benford),         FN_CARD(last_digit),    FN_CARD(round_share),
    FN_CARD(repeated_share),  FN_CARD(just_below),    FN_CARD(sign_test),
    FN_CARD(wilcoxon_signed), FN_CARD(concentration), NULL,
};

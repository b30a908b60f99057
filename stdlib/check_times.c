// SPDX-License-Identifier: Apache-2.0
//
// check_times.c: checks of values in the order of time: a trend, a change of level, a stretch without change, times
// that follow too evenly, times that crowd.
//
// Values come as pairs (time, value), ascending by time; times alone as they are. Rows of one time have no order among
// themselves: nothing here depends on one.

#include "runtime/base/exact_sum.h"
#include "runtime/base/time.h"
#include "stdlib/check_line_int.h"
#include "stdlib/stdlib_int.h"

#define SLOPE_PAIRS 4000000 // up to which the slopes of all pairs are listed
#define SLOPE_ROWS 100000   // up to which their median is searched: a few seconds
#define EVEN_GAPS 0.1       // dispersion of gaps below which times are called regular

static int by_real(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// ---------------------------------------------------------------- ranks of values

// Twice the mean rank of each value among all, from 2; Σ over ties of t(t−1)(2t+5), t(t−1)(t−2) and t(t−1).
typedef struct Ranks {
    int64_t *twice;
    double ties, triples, pairs;
} Ranks;

static void note_tie(Ranks *ranks, double t)
{
    ranks->ties += t * (t - 1) * (2 * t + 5);
    ranks->triples += t * (t - 1) * (t - 2);
    ranks->pairs += t * (t - 1);
}

typedef struct Ranked {
    double value;
    int64_t at;
} Ranked;

static int by_ranked(const void *a, const void *b)
{
    return by_real(&((const Ranked *)a)->value, &((const Ranked *)b)->value);
}

static Ranks ranks_make(FnContext *fn, const double *value, int64_t n)
{
    Ranks ranks = {.twice = ARENA_ARRAY(fn->arena, int64_t, (size_t)n)};
    Ranked *order = ARENA_ARRAY(fn->arena, Ranked, (size_t)n);
    for (int64_t i = 0; i < n; i++)
        order[i] = (Ranked){value[i], i};
    qsort(order, (size_t)n, sizeof *order, by_ranked);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && order[end].value == order[i].value; end++)
            ;
        for (int64_t k = i; k < end; k++)
            ranks.twice[order[k].at] = i + end + 1;
        note_tie(&ranks, (double)(end - i));
    }
    return ranks;
}

// ---------------------------------------------------------------- trend

// Sorts by merging and counts the pairs out of order: `keys` rises where the first of a pair is less.
static int64_t count_inversions(int64_t *keys, int64_t *spare, int64_t n)
{
    if (n < 2)
        return 0;
    int64_t half = n / 2, left = 0, right = half, found;
    found = count_inversions(keys, spare, half) + count_inversions(keys + half, spare, n - half);
    for (int64_t i = 0; i < n; i++) {
        bool take_left = right == n || (left < half && keys[left] <= keys[right]);
        found += take_left ? 0 : half - left;
        spare[i] = keys[take_left ? left++ : right++];
    }
    memcpy(keys, spare, (size_t)n * sizeof *keys);
    return found;
}

// Pairs that rise in time less those that fall; pairs of one time or one value are neither. Within one time values
// ascend, so such pairs are not out of order; what does not fall and is no tie rises.
static double kendall(FnContext *fn, const Line *line, const Ranks *values, const Ranks *times)
{
    int64_t n = line->n;
    int64_t *keys = ARENA_ARRAY(fn->arena, int64_t, (size_t)n);
    int64_t *spare = ARENA_ARRAY(fn->arena, int64_t, (size_t)n);
    memcpy(keys, values->twice, (size_t)n * sizeof *keys);
    double both = 0;
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i;
             end < n && line->time[end] == line->time[i] && line->value[end] == line->value[i];
             end++)
            ;
        both += (double)(end - i) * (double)(end - i - 1);
    }
    double falling = (double)count_inversions(keys, spare, n);
    double tied = (values->pairs + times->pairs - both) / 2;
    return (double)n * (double)(n - 1) / 2 - tied - 2 * falling;
}

// The variance of S without a trend, ties of values and of times taken into account (Kendall 1970).
static double kendall_variance(double n, const Ranks *x, const Ranks *t)
{
    double whole = n * (n - 1) * (2 * n + 5) - x->ties - t->ties;
    double triples = x->triples * t->triples / (9 * n * (n - 1) * (n - 2));
    double pairs = x->pairs * t->pairs / (2 * n * (n - 1));
    return whole / 18 + triples + pairs;
}

// Times that are whole numbers can lie further apart than one word holds.
static double time_between(const Line *line, int64_t i, int64_t k)
{
    return (double)((int128_t)line->time[k] - line->time[i]);
}

static double slope_of(const Line *line, int64_t i, int64_t k)
{
    return (line->value[k] - line->value[i]) / time_between(line, i, k);
}

static double listed_median_slope(FnContext *fn, const Line *line)
{
    double *slopes = ARENA_ARRAY(fn->arena, double, (size_t)(line->n * (line->n - 1) / 2));
    size_t count = 0;
    for (int64_t i = 0; i < line->n; i++)
        for (int64_t k = i + 1; k < line->n; k++)
            if (line->time[k] != line->time[i])
                slopes[count++] = slope_of(line, i, k);
    if (count == 0)
        return NAN;
    qsort(slopes, count, sizeof *slopes, by_real);
    return slopes[(count - 1) / 2] / 2 + slopes[count / 2] / 2;
}

// The line less one that rises by b a step: what still rises between two times has a greater slope than b.
typedef struct Tilted {
    FnContext *fn;
    const Line *line;
    double *rest;
    int64_t *spare;
    double pairs; // of two times
} Tilted;

static double count_slopes(const Tilted *tilted, double b)
{
    const Line *line = tilted->line;
    ArenaMark mark = arena_mark(tilted->fn->arena);
    for (int64_t i = 0; i < line->n; i++)
        tilted->rest[i] = line->value[i] - b * time_between(line, 0, i);
    Ranks ranks = ranks_make(tilted->fn, tilted->rest, line->n);
    for (int64_t i = 0; i < line->n; i++)
        ranks.twice[i] = -ranks.twice[i];
    // Within one time none may count: from the greatest to the least.
    for (int64_t i = 0, end; i < line->n; i = end) {
        for (end = i; end < line->n && line->time[end] == line->time[i]; end++)
            ;
        for (int64_t a = i, z = end - 1; a < z; a++, z--) {
            int64_t swapped = ranks.twice[a];
            ranks.twice[a] = ranks.twice[z];
            ranks.twice[z] = swapped;
        }
    }
    double rising = (double)count_inversions(ranks.twice, tilted->spare, line->n);
    arena_rewind(tilted->fn->arena, mark);
    return tilted->pairs - rising;
}

// The slope that has `place` others below it, by halving between the ends of all reals.
static double slope_at(const Tilted *tilted, double place)
{
    int64_t low = fn_real_order(-STAT_REAL_MAX), high = fn_real_order(STAT_REAL_MAX);
    while ((int128_t)high - low > 1) { // the ends lie more than 2^63 apart
        int64_t middle = (int64_t)(((int128_t)high + low) / 2);
        if (count_slopes(tilted, fn_real_of_order(middle)) > place)
            high = middle;
        else
            low = middle;
    }
    return fn_real_of_order(high);
}

static double searched_median_slope(FnContext *fn, const Line *line, double pairs)
{
    Tilted tilted = {.fn = fn, .line = line, .pairs = pairs};
    tilted.rest = ARENA_ARRAY(fn->arena, double, (size_t)line->n);
    tilted.spare = ARENA_ARRAY(fn->arena, int64_t, (size_t)line->n);
    if (pairs == 0)
        return NAN;
    return slope_at(&tilted, floor((pairs - 1) / 2)) / 2 + slope_at(&tilted, floor(pairs / 2)) / 2;
}

// Theil and Sen: the median of the slopes of all pairs.
static double median_slope(FnContext *fn, const Line *line, double tied)
{
    double pairs = (double)line->n * (double)(line->n - 1) / 2;
    if (pairs <= SLOPE_PAIRS)
        return listed_median_slope(fn, line);
    return line->n <= SLOPE_ROWS ? searched_median_slope(fn, line, pairs - tied) : (double)NAN;
}

static Ranks time_ties(const Line *line)
{
    Ranks times = {.twice = NULL};
    for (int64_t i = 0, end; i < line->n; i = end) {
        for (end = i; end < line->n && line->time[end] == line->time[i]; end++)
            ;
        note_tie(&times, (double)(end - i));
    }
    return times;
}

static void give_trend(FnContext *fn, const StatPeers *peers, Value *out)
{
    Line line;
    Check check = CHECK_EMPTY;
    if (!check_line_make(fn, peers, MAX_OF(stat_whole(peers, 0), 3), &line))
        return;
    Ranks values = ranks_make(fn, line.value, line.n), times = time_ties(&line);
    double variance = kendall_variance((double)line.n, &values, &times);
    if (!(variance > 0)) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return;
    }
    double s = kendall(fn, &line, &values, &times);
    double z = s > 0 ? (s - 1) / sqrt(variance) : s < 0 ? (s + 1) / sqrt(variance) : 0;
    check.n = peers->n;
    check.value = s;
    check.score = z;
    check.p = tail_normal(z);
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.extra[0] = median_slope(fn, &line, times.pairs / 2);
    if ((TypeKind)stat_whole(peers, 1) == TYPE_DATETIME)
        check.extra[0] *= (double)TIME_US_PER_DAY;
    check.method = "曼–肯德尔检验";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- change of level

static double part_mean(const double *value, int64_t first, int64_t end)
{
    ExactSum sum = {.pending = 0};
    for (int64_t i = first; i < end; i++)
        exact_sum_add(&sum, value[i]);
    return exact_sum_finish(&sum) / (double)(end - first);
}

// The exact distribution, and from which n on there is only an approximation.
static const struct {
    uint8_t n, k;
    double p;
} pettitt[] = {
#define PETTITT(n, k, p) {n, k, p},
#include "stdlib/tables/pettitt.def"
#undef PETTITT
};
#define PETTITT_EXACT 22
#define STEP_SHARE 0.5826 // of a step's deviation by which a walk passes a limit (Siegmund 1985)

static double exact_pettitt(double n, double k)
{
    size_t low = 0, high = ARRAY_LEN(pettitt) - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pettitt[middle].n < n || (pettitt[middle].n == n && pettitt[middle].k < k))
            low = middle + 1;
        else
            high = middle;
    }
    return pettitt[low].p;
}

// P(K >= k). Exact for few values without ties. For more Pettitt's approximation, and a walk of n steps rather than one
// without steps: 0.93 to 1.2 times the truth for p from 0.02 to 0.2, above it below 0.02. With ties (Σ t³ − t) the walk
// is narrower, and is taken as one without steps: above the truth for every p.
static double tail_pettitt(double n, double k, double ties, const char **method)
{
    double cube = n * n * n, share = 1 - ties / (cube - n); // 0 where all are equal, and so is K
    if (k == 0)
        return 1;
    *method = ties > 0 ? "佩蒂特检验（近似，有并列）" : "佩蒂特检验（近似）";
    if (ties == 0 && n <= PETTITT_EXACT) {
        *method = "佩蒂特检验（精确）";
        return exact_pettitt(n, k);
    }
    double passed = ties > 0 ? k : k + STEP_SHARE * sqrt((n * n - 1) / 3);
    double p = 2 * exp(-6 * passed * passed / ((cube + n * n) * share));
    return p < 1 ? p : 1;
}

// Pettitt 1979: U of the rows up to a time against those behind it, greatest where the level changes.
static void give_change_point(FnContext *fn, const StatPeers *peers, Value *out)
{
    Line line;
    Check check = CHECK_EMPTY;
    if (!check_line_make(fn, peers, MAX_OF(stat_whole(peers, 0), 2), &line))
        return;
    Ranks ranks = ranks_make(fn, line.value, line.n);
    int64_t n = line.n, at = 0;
    int128_t sum = 0, greatest = -1;
    for (int64_t i = 0; i + 1 < n; i++) {
        sum += ranks.twice[i];
        if (line.time[i + 1] == line.time[i])
            continue;
        int128_t u = sum - (int128_t)(i + 1) * (n + 1);
        if ((u < 0 ? -u : u) > greatest) {
            greatest = u < 0 ? -u : u;
            at = i + 1;
        }
    }
    if (at == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return;
    }
    double cubes = ranks.triples + 3 * ranks.pairs; // Σ t³ − t
    check.n = n;
    check.score = (double)greatest;
    check.p = tail_pettitt((double)n, check.score, cubes, &check.method);
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.extra[0] = part_mean(line.value, 0, at);
    check.extra[1] = part_mean(line.value, at, n);
    check.extra[2] = check_month(line.time[at], (TypeKind)stat_whole(peers, 1));
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- no change

static void give_flat_line(FnContext *fn, const StatPeers *peers, Value *out)
{
    Line line;
    Check check = CHECK_EMPTY;
    if (!check_line_make(fn, peers, MAX_OF(stat_whole(peers, 0), 1), &line))
        return;
    int64_t longest = 0, from = 0;
    for (int64_t i = 0, end; i < line.n; i = end) {
        for (end = i; end < line.n && line.value[end] == line.value[i]; end++)
            ;
        if (end - i > longest) {
            longest = end - i;
            from = i;
        }
    }
    check.n = peers->n;
    check.value = line.value[from];
    check.score = (double)longest;
    check.flag = longest >= stat_whole(peers, 0);
    check.extra[0] = check_month(line.time[from], (TypeKind)stat_whole(peers, 1));
    check.method = "最长的相同值";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- times alone

// Standard deviation over mean of the gaps between times.
static void give_regular_intervals(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    int64_t n = peers->n;
    if (!check_enough(fn, peers, n, MAX_OF(stat_whole(peers, 0), 3)))
        return;
    double first = (double)peers->items[0].i64;
    double mean = ((double)peers->items[peers->item_count - 1].i64 - first) / (double)(n - 1);
    ExactSum squares = {.pending = 0};
    for (int64_t i = 0; i < peers->item_count; i++) {
        double gap = i == 0 ? 0 : (double)(peers->items[i].i64 - peers->items[i - 1].i64);
        double again = (double)(peers->items[i].count - 1); // gaps of 0
        if (i > 0)
            exact_sum_add(&squares, (gap - mean) * (gap - mean));
        exact_sum_add(&squares, again * mean * mean);
    }
    if (mean == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return;
    }
    check.n = n;
    check.score = sqrt(exact_sum_finish(&squares) / (double)(n - 2)) / mean;
    check.flag = check.score < EVEN_GAPS;
    check.method = "间隔的变异系数";
    check_give(fn, peers, &check, out);
}

// The most times within `days` of one another, against as many thrown at random between the first and the last. The
// chance is that of one such stretch, for each time that could begin it (Bonferroni).
static void give_burst(FnContext *fn, const StatPeers *peers, Value *out)
{
    int64_t days = stat_whole(peers, 0), n = peers->n, most = 0, held = 0, from = 0, start = 0;
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, n, MAX_OF(stat_whole(peers, 1), 2)))
        return;
    bool instants = peers->type.kind == TYPE_DATETIME;
    if (days < 1 || days > 100000) {
        fn_issue(fn, REASON_DOMAIN);
        return;
    }
    int64_t width = days * (instants ? TIME_US_PER_DAY : 1);
    for (int64_t i = 0; i < peers->item_count; i++) {
        held += peers->items[i].count;
        while (peers->items[from].i64 <= peers->items[i].i64 - width)
            held -= peers->items[from++].count;
        if (held > most) {
            most = held;
            start = from;
        }
    }
    int64_t last = peers->items[peers->item_count - 1].i64, span = last - peers->items[0].i64;
    span += instants ? 0 : 1;
    double share = (double)width / (double)MAX_OF(span, width);
    check.n = n;
    check.score = (double)most;
    check.expected = (double)n * share;
    check.p = (double)n * tail_binomial(most - 1, n - 1, share);
    check.p = check.p < 1 ? check.p : 1;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.extra[0] = check_month(peers->items[start].i64, peers->type.kind);
    check.method = "扫描窗口的二项检验";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

// Times of any kind lie as whole numbers.
FN2(pair_of_time, Pair, I64, t, F64, x, .name = "pair_of_time", .name_zh = "时间成对",
    .signature = "pair_of_time(t: date, x: real): period", .doc = "A time and a real.",
    .doc_zh = "一个时间和一个实数。", .cost = 2)
{
    return (Pair){t, fn_real_order(x + 0.0)};
}

const FnCard *const stdlib_pair_of_time = &card_pair_of_time;

static void give_regular_days(FnContext *fn, const StatPeers *peers, Value *out)
{
    give_regular_intervals(fn, peers, out);
}

static void give_burst_days(FnContext *fn, const StatPeers *peers, Value *out)
{
    give_burst(fn, peers, out);
}

#define TIMES(id, name_en, zh, doc_en, doc_han, sig, how)                                          \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .pairs = how, .cost = 200, .soft = true,                       \
            .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD,  \
                                REASON_DOMAIN, REASON_OVERFLOW))

TIMES(trend, "trend", "趋势",
      "Whether values rise or fall in the order given (Mann–Kendall, ties corrected): score is z, "
      "value S, slope the median slope of all pairs for one day or month (Theil–Sen; up to "
      "100,000 rows); flag is p < 0.05.",
      "各值按所给次序是否上升或下降（Mann–Kendall 检验，校正并列）：分值为 z，观察值为 "
      "S，斜率为所有两点斜率的中位数（Theil–Sen，每日或每月，至多十万行）；p 小于 0.05 "
      "的标为异常。",
      "(x: N, least: integer = 8, by: T): record", PAIRS_TIME)

TIMES(
    change_point, "change_point", "变点",
    "Whether the level changes at one time (Pettitt 1979): score is K, before and after the means "
    "on either side, month that of the first value behind the change; p is exact up to 22 values "
    "without ties, else approximate (0.93 to 1.2 times the exact one for p from 0.02 to 0.2, "
    "greater than it below and where there are ties); flag is p < 0.05.",
    "各值的水平是否在某一时间改变（Pettitt 1979）：分值为 "
    "K，此前、此后为两边的平均值，月为改变后第一个值所在的月；22 个值以内且无并列时 p 精确，否则"
    "为近似（p 在 0.02 至 0.2 之间时为精确值的 0.93 至 1.2 倍，更小或有并列时偏大）；p 小于 0.05 "
    "的标为异常。",
    "(x: N, least: integer = 8, by: T): record", PAIRS_TIME)

TIMES(flat_line, "flat_line", "恒定序列",
      "The longest run of equal values in the order given: score is its length, value what is "
      "repeated, month where it begins, flag that it is at least `least` long.",
      "按所给次序最长的一段相同值：分值为个数，观察值为这个值，月为起点所在的月，达到 least "
      "个的标为异常。",
      "(x: N, least: integer = 6, by: T): record", PAIRS_TIME)

TIMES(
    regular_intervals, "regular_intervals", "规律间隔",
    "Whether times follow one another too evenly: score is the standard deviation of the gaps "
    "over their mean (1 for times at random), flag that it is below 0.1.",
    "各时间的间隔是否过于规律：分值为间隔的标准差除以平均值（随机时约为 1），小于 0.1 的标为异常。",
    "(x: datetime, least: integer = 10): record", PAIRS_NONE)

TIMES(
    regular_days, "regular_intervals", "规律间隔",
    "Whether dates follow one another too evenly: score is the standard deviation of the gaps "
    "over their mean (1 for dates at random), flag that it is below 0.1.",
    "各日期的间隔是否过于规律：分值为间隔的标准差除以平均值（随机时约为 1），小于 0.1 的标为异常。",
    "(x: date, least: integer = 10): record", PAIRS_NONE)

TIMES(burst, "burst", "突发",
      "The most times within so many days, as score, against times at random between the first "
      "and the last: p is at most that of so many anywhere, month where they begin; flag is p < "
      "0.05.",
      "若干日之内最多有几个时间（分值），与首末之间随机分布相比：p "
      "为任一处出现这么多的概率上限，月为起点所在的月；小于 0.05 的标为异常。",
      "(x: datetime, days: integer = 1, least: integer = 8): record", PAIRS_NONE)

TIMES(burst_days, "burst", "突发",
      "The most dates within so many days, as score, against dates at random between the first "
      "and the last: p is at most that of so many anywhere, month where they begin; flag is p < "
      "0.05.",
      "若干日之内最多有几个日期（分值），与首末之间随机分布相比：p "
      "为任一处出现这么多的概率上限，月为起点所在的月；小于 0.05 的标为异常。",
      "(x: date, days: integer = 1, least: integer = 8): record", PAIRS_NONE)

const FnCard *const time_check_cards[] = {
    FN_CARD(trend),        FN_CARD(change_point), FN_CARD(flat_line),  FN_CARD(regular_intervals),
    FN_CARD(regular_days), FN_CARD(burst),        FN_CARD(burst_days), NULL,
};

// SPDX-License-Identifier: Apache-2.0
//
// check_samples.c: checks that compare two samples of a group, or two marks of its rows.
//
// Two samples come as pairs (is it of the second group?, value), so that each stands sorted in one stretch; two marks
// as pairs of what they are. Small samples are judged by the exact distribution, and the method says which it was.

#include "runtime/base/exact_sum.h"
#include "stdlib/check_int.h"
#include "stdlib/stdlib_int.h"

#define EXACT_RANKS 400 // product of the sizes up to which the ranks' distribution is counted out
#define EXACT_STEPS 1000000 // the same of the steps' distribution
#define FEW_EXPECTED 5.0

// The two samples; an item's value is pair.b by its order.
typedef struct Samples {
    const StatItem *items;
    int64_t count, split; // items; those before `split` are of the group that is not met
    int64_t n[2];
} Samples;

static bool split_samples(FnContext *fn, const StatPeers *peers, Samples *samples)
{
    *samples = (Samples){.items = peers->items, .count = peers->item_count};
    while (samples->split < samples->count && samples->items[samples->split].pair.a == 0)
        samples->n[0] += samples->items[samples->split++].count;
    samples->n[1] = peers->n - samples->n[0];
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 0)))
        return false;
    if (samples->n[0] == 0 || samples->n[1] == 0)
        fn_issue(fn, REASON_TOO_FEW_PEERS);
    return fn->issue == REASON_NONE;
}

// A walk over the distinct values of both samples, ascending.
typedef struct Merge {
    const Samples *samples;
    int64_t at[2];
    int64_t met[2]; // how many of each have the value
} Merge;

static Merge merge_start(const Samples *samples)
{
    return (Merge){.samples = samples, .at = {0, samples->split}};
}

static bool merge_next(Merge *merge)
{
    const StatItem *items = merge->samples->items;
    int64_t end[2] = {merge->samples->split, merge->samples->count};
    int64_t value = INT64_MAX;
    bool some = false;
    for (int side = 0; side < 2; side++) {
        if (merge->at[side] == end[side])
            continue;
        value = MIN_OF(value, items[merge->at[side]].pair.b);
        some = true;
    }
    for (int side = 0; some && side < 2; side++) {
        bool here = merge->at[side] < end[side] && items[merge->at[side]].pair.b == value;
        merge->met[side] = here ? items[merge->at[side]++].count : 0;
    }
    return some;
}

// ---------------------------------------------------------------- ranks

// How many ways there are to place `m` values among `n` others so that a given number of pairs is won, for each
// number: the product of (1 − q^(n+i)) / (1 − q^i). Whole numbers below 2^53.
static double *count_placings(FnContext *fn, int64_t m, int64_t n)
{
    int64_t most = m * n;
    double *ways = ARENA_ARRAY(fn->arena, double, (size_t)most + 1);
    ways[0] = 1;
    for (int64_t i = 1; i <= m; i++) {
        for (int64_t won = most; won >= n + i; won--)
            ways[won] -= ways[won - n - i];
        for (int64_t won = i; won <= most; won++)
            ways[won] += ways[won - i];
    }
    return ways;
}

static double exact_placing(FnContext *fn, const Samples *samples, double won)
{
    int64_t m = samples->n[0], n = samples->n[1];
    const double *ways = count_placings(fn, m, n);
    double further = won < (double)(m * n) - won ? (double)(m * n) - won : won;
    double tail = 0, all = 0;
    for (int64_t i = 0; i <= m * n; i++) {
        all += ways[i];
        tail += (double)i >= further ? ways[i] : 0;
    }
    return 2 * tail / all;
}

// Pairs that the second sample wins, ties by halves; Σ t³ − t of ties.
static double pairs_won(const Samples *samples, double *ties)
{
    Merge merge = merge_start(samples);
    double won = 0, below = 0;
    *ties = 0;
    while (merge_next(&merge)) {
        double tied = (double)(merge.met[0] + merge.met[1]);
        won += (double)merge.met[1] * (below + (double)merge.met[0] / 2);
        below += (double)merge.met[0];
        *ties += tied * tied * tied - tied;
    }
    return won;
}

static void give_mann_whitney(FnContext *fn, const StatPeers *peers, Value *out)
{
    Samples samples;
    Check check = CHECK_EMPTY;
    double ties;
    if (!split_samples(fn, peers, &samples))
        return;
    double m = (double)samples.n[0], n = (double)samples.n[1], all = m + n;
    check.n = peers->n;
    check.score = pairs_won(&samples, &ties);
    check.value = check.score / (m * n);
    check.expected = 0.5;
    bool exact = ties == 0 && m * n <= EXACT_RANKS;
    double variance = m * n / 12 * (all + 1 - ties / (all * (all - 1)));
    if (exact)
        check.p = exact_placing(fn, &samples, check.score);
    else if (variance > 0)
        check.p = tail_normal(fmax(fabs(check.score - m * n / 2) - 0.5, 0) / sqrt(variance));
    else
        fn_issue(fn, REASON_ZERO_SPREAD);
    check.p = check.p < 1 ? check.p : 1;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = exact ? "秩和检验（精确）" : "秩和检验（正态近似）";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- steps

// The chance that the two step functions of one distribution are nowhere `steps`/(m n) apart or more: the share of
// lattice paths that stay within, weighed as they are walked, so that nothing overflows.
static double paths_within(FnContext *fn, int64_t m, int64_t n, int64_t steps)
{
    double *share = ARENA_ARRAY(fn->arena, double, (size_t)n + 1);
    for (int64_t k = 0; k <= n; k++)
        share[k] = k * m < steps;
    for (int64_t i = 1; i <= m; i++) {
        double weight = (double)i / (double)(i + n);
        share[0] = i * n < steps ? share[0] * weight : 0;
        for (int64_t k = 1; k <= n; k++) {
            int64_t apart = i * n - k * m;
            bool within = (apart < 0 ? -apart : apart) < steps;
            share[k] = within ? share[k] * weight + share[k - 1] : 0;
        }
    }
    return share[n];
}

// The tail of Kolmogorov's distribution.
static double tail_kolmogorov(double z)
{
    double sum = 0, sign = 1;
    if (z < 0.2)
        return 1;
    for (double k = 1; k < 100; k++, sign = -sign)
        sum += sign * exp(-2 * k * k * z * z);
    return 2 * sum < 1 ? 2 * sum : 1;
}

static void give_ks_two(FnContext *fn, const StatPeers *peers, Value *out)
{
    Samples samples;
    Check check = CHECK_EMPTY;
    if (!split_samples(fn, peers, &samples))
        return;
    int64_t m = samples.n[0], n = samples.n[1], passed[2] = {0, 0};
    int128_t steps = 0; // the greatest distance, in parts of m n
    for (Merge merge = merge_start(&samples); merge_next(&merge);) {
        passed[0] += merge.met[0];
        passed[1] += merge.met[1];
        int128_t apart = (int128_t)passed[0] * n - (int128_t)passed[1] * m;
        steps = MAX_OF(steps, apart < 0 ? -apart : apart);
    }
    double size = (double)m * (double)n;
    bool exact = size <= EXACT_STEPS;
    check.n = peers->n;
    check.score = (double)steps / size;
    check.p = exact ? 1 - paths_within(fn, m, n, (int64_t)steps)
                    : tail_kolmogorov(sqrt(size / (double)(m + n)) * check.score);
    check.p = check.p > 0 ? check.p : 0;
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = exact ? "两样本分布检验（精确）" : "两样本分布检验（近似）";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- tables

typedef struct Margin {
    int64_t mark, count;
} Margin;

static int by_mark(const void *a, const void *b)
{
    int64_t left = ((const Margin *)a)->mark, right = ((const Margin *)b)->mark;
    return (left > right) - (left < right);
}

// The sums of the second marks, one for each.
static int64_t column_sums(const StatPeers *peers, Margin *columns)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < peers->item_count; i++)
        columns[i] = (Margin){peers->items[i].pair.b, peers->items[i].count};
    qsort(columns, (size_t)peers->item_count, sizeof *columns, by_mark);
    for (int64_t i = 0; i < peers->item_count; i++) {
        if (kept > 0 && columns[kept - 1].mark == columns[i].mark)
            columns[kept - 1].count += columns[i].count;
        else
            columns[kept++] = columns[i];
    }
    return kept;
}

// Σ seen²/expected − n is χ², for cells that nobody is in add nothing to it. Summed exactly: marks have no order.
typedef struct Table {
    ExactSum sum;
    int64_t rows, columns;
    int64_t least_row, least_column;
} Table;

static void add_row(const StatPeers *peers, int64_t first, int64_t end, const Margin *columns,
                    Table *table)
{
    int64_t row = 0, at = 0;
    for (int64_t i = first; i < end; i++)
        row += peers->items[i].count;
    for (int64_t i = first; i < end; i++) {
        while (columns[at].mark != peers->items[i].pair.b)
            at++;
        double seen = (double)peers->items[i].count;
        exact_sum_add(&table->sum, seen / (double)row * seen / (double)columns[at].count);
    }
    table->rows++;
    table->least_row = table->least_row == 0 ? row : MIN_OF(table->least_row, row);
}

static void give_chi_square(FnContext *fn, const StatPeers *peers, Value *out)
{
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 0)))
        return;
    Margin *columns = ARENA_ARRAY(fn->arena, Margin, (size_t)peers->item_count);
    Table table = {.columns = column_sums(peers, columns)};
    for (int64_t i = 0; i < table.columns; i++)
        table.least_column =
            i == 0 ? columns[i].count : MIN_OF(table.least_column, columns[i].count);
    for (int64_t i = 0, end; i < peers->item_count; i = end) {
        for (end = i;
             end < peers->item_count && peers->items[end].pair.a == peers->items[i].pair.a;)
            end++;
        add_row(peers, i, end, columns, &table);
    }
    double n = (double)peers->n, freedom = (double)(table.rows - 1) * (double)(table.columns - 1);
    if (freedom == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return;
    }
    double least = (double)table.least_row * (double)table.least_column / n;
    check.n = peers->n;
    check.score = fmax(n * (exact_sum_finish(&table.sum) - 1), 0);
    check.p = tail_chi_square(check.score, freedom);
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.extra[0] = freedom;
    check.extra[1] = least;
    check.method = least < FEW_EXPECTED ? "独立性卡方检验（有期望频数小于 5）" : "独立性卡方检验";
    check_give(fn, peers, &check, out);
}

// Two-sided: the chance of all tables with these sums that are no likelier than the one seen. Each likelihood comes
// from its neighbour's, from the seen one outwards.
static double fisher_p(double seen, double row, double column, double n)
{
    double least = fmax(0, row + column - n), most = fmin(row, column), ratio, within = 1, all = 1;
    for (int step = -1; step <= 1; step += 2) {
        ratio = 1;
        for (double k = seen + step; k >= least && k <= most; k += step) {
            double from = k - step;
            ratio *= step > 0 ? (row - from) * (column - from) / (k * (n - row - column + k))
                              : from * (n - row - column + from) / ((row - k) * (column - k));
            all += ratio;
            within += ratio <= 1 + 1e-7 ? ratio : 0;
            if (ratio < all * 1e-20)
                break;
        }
    }
    return within / all;
}

static void give_fisher_exact(FnContext *fn, const StatPeers *peers, Value *out)
{
    double cell[2][2] = {{0, 0}, {0, 0}};
    Check check = CHECK_EMPTY;
    if (!check_enough(fn, peers, peers->n, stat_whole(peers, 0)))
        return;
    for (int64_t i = 0; i < peers->item_count; i++)
        cell[peers->items[i].pair.a != 0][peers->items[i].pair.b != 0] +=
            (double)peers->items[i].count;
    double row = cell[1][0] + cell[1][1], column = cell[0][1] + cell[1][1], n = (double)peers->n;
    double against = cell[0][1] * cell[1][0];
    check.n = peers->n;
    check.value = cell[1][1];
    check.expected = row * column / n;
    check.score = against == 0 ? (double)NAN : cell[1][1] * cell[0][0] / against;
    check.p = fisher_p(cell[1][1], row, column, n);
    check.flag = check.p < CHECK_SIGNIFICANT;
    check.method = "双侧费希尔精确检验";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

FN2(pair_of_group, Pair, Bool, group, F64, x, .name = "pair_of_group", .name_zh = "组内成对",
    .signature = "pair_of_group(group: boolean, x: real): period", .doc = "A group and a real.",
    .doc_zh = "组别和一个实数。", .cost = 2)
{
    return (Pair){group, fn_real_order(x + 0.0)};
}

const FnCard *const stdlib_pair_of_group = &card_pair_of_group;

static int64_t mark_of(const Vector *vector, int64_t index)
{
    switch (vector->phys) {
    case PHYS_BOOL:
        return vector->truth[index] != 0;
    case PHYS_I64:
        return vector->i64[index];
    case PHYS_CODE:
        return vector->code[index];
    case PHYS_I128:
    case PHYS_F64:
    case PHYS_PAIR:
        break;
    }
    UNREACHABLE();
}

static void kernel_pair_of_marks(FnContext *fn, const Vector *args, uint32_t arg_count,
                                 const int64_t *rows, int64_t row_count, Vector *out, FnFail fail,
                                 void *closure)
{
    (void)fn, (void)fail, (void)closure;
    ASSERT(arg_count == 2);
    for (int64_t k = 0; k < row_count; k++) {
        int64_t row = rows[k];
        out->pair[vector_index(out, row)] = (Pair){mark_of(&args[0], vector_index(&args[0], row)),
                                                   mark_of(&args[1], vector_index(&args[1], row))};
    }
}

static const FnCard card_pair_of_marks = {
    .name = "pair_of_marks",
    .name_zh = "标志成对",
    .signature = "pair_of_marks(x: T, y: U): period",
    .doc = "What tells two values apart.",
    .doc_zh = "区分两个值的标志。",
    .kernel = kernel_pair_of_marks,
    .cost = 3,
};

const FnCard *const stdlib_pair_of_marks = &card_pair_of_marks;

#define SAMPLES(id, name_en, zh, doc_en, doc_han, sig, how)                                        \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .pairs = how, .cost = 150, .soft = true,                       \
            .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD))

SAMPLES(mann_whitney, "mann_whitney", "秩和检验",
        "Whether the rows that meet the group's condition have greater or lesser values than the "
        "others (Mann–Whitney, two sides): score is U, value the share of pairs won; exact for "
        "small samples without ties; flag is p < 0.05.",
        "符合分组条件的各行，其值是否大于或小于其余各行（Mann–Whitney，双侧）：分值为 "
        "U，观察值为胜出的对数占比；样本小且无并列时精确；p 小于 0.05 的标为异常。",
        "(x: N, group: boolean, least: integer = 10): record", PAIRS_GROUP)

SAMPLES(
    ks_two, "ks_two", "分布检验",
    "Whether the values of the rows that meet the group's condition are spread as those of the "
    "others (Kolmogorov–Smirnov, two sides): score is the greatest distance of the step "
    "functions; flag is p < 0.05.",
    "符合分组条件的各行，其值的分布是否与其余各行相同（Kolmogorov–Smirnov，双侧）：分值为两条累积"
    "分布曲线的最大距离；p 小于 0.05 的标为异常。",
    "(x: N, group: boolean, least: integer = 10): record", PAIRS_GROUP)

SAMPLES(
    chi_square, "chi_square", "卡方检验",
    "Whether two marks of the rows are independent (Pearson, no correction): score is χ², "
    "freedom its degrees of freedom, least_expected the least expected count; flag is p < 0.05.",
    "各行的两个标志是否相互独立（Pearson "
    "卡方，不校正）：分值为卡方值，另有自由度和最小期望频数；p 小于 0.05 的标为异常。",
    "(x: T, y: U, least: integer = 20): record", PAIRS_MARKS)

SAMPLES(
    fisher_exact, "fisher_exact", "费希尔检验",
    "Whether two conditions on the rows are independent (Fisher, two sides, exact): score is "
    "the odds ratio, value how many meet both; flag is p < 0.05.",
    "各行的两个条件是否相互独立（Fisher 精确检验，双侧）：分值为比值比，观察值为同时符合的行数；p "
    "小于 0.05 的标为异常。",
    "(x: boolean, y: boolean, least: integer = 5): record", PAIRS_MARKS)

const FnCard *const sample_cards[] = {
    FN_CARD(mann_whitney), FN_CARD(ks_two), FN_CARD(chi_square), FN_CARD(fisher_exact), NULL,
};

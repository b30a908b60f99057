// SPDX-License-Identifier: Apache-2.0
//
// check_series.c: checks of a whole series: what season and trend leave unexplained, and levels that hold and jump.
//
// Season and trend are medians, so that what is looked for hardly moves them; and what a value is compared with is
// computed without that value, else the medians, which are values themselves, would leave residuals of zero and make
// the others look far away.

#include "runtime/base/time.h"
#include "stdlib/check_line_int.h"
#include "stdlib/stdlib_int.h"

#define PHASES_MAX 366
#define PHASE_LEAST 3 // values in a phase of which one can be judged by the others
#define MAD_TO_DEVIATION 1.4826
#define RESIDUAL_LIMIT 4.5 // flags at most one normal series in twenty (tests/bench/checks)
#define US_PER_HOUR (TIME_US_PER_DAY / 24)
#define LEVEL_SHARE 0.8

// ---------------------------------------------------------------- the middle of all others

// Of `count` values the ones in the middle that are left when any one of them is taken out.
typedef struct Middle {
    int64_t count;
    double low[2], high[2]; // the places (count − 2)/2 and (count − 1)/2, and the ones behind them
} Middle;

static Middle middle_of(double *values, int64_t count)
{
    Middle middle = {.count = count};
    if (count < 2)
        return middle;
    int64_t low = (count - 2) / 2, high = (count - 1) / 2;
    for (int i = 0; i < 2; i++) {
        middle.low[i] = check_select(values, count, low + i);
        middle.high[i] = check_select(values, count, MIN_OF(high + i, count - 1));
    }
    return middle;
}

// The median without one value `own`.
static double middle_without(const Middle *middle, double own)
{
    double low = own > middle->low[0] ? middle->low[0] : middle->low[1];
    double high = own > middle->high[0] ? middle->high[0] : middle->high[1];
    return low / 2 + high / 2;
}

// ---------------------------------------------------------------- season and trend

typedef struct Season {
    Line line;
    int64_t phases;
    int64_t *tick;   // the time in months, days or hours
    double *trend;   // NAN: nothing to compare with
    double *rest;    // value less trend, then less season; NAN as well
    double *scratch; // as long as the line
} Season;

static int64_t tick_of(int64_t time, TypeKind kind)
{
    if (kind != TYPE_DATETIME)
        return time;
    return time / US_PER_HOUR - (time % US_PER_HOUR < 0);
}

// The median of what lies within a period before and behind, at the ends of the nearest such stretch.
static void find_trend(Season *season)
{
    const Line *line = &season->line;
    int64_t n = line->n, first = season->tick[0], last = season->tick[n - 1], from = 0, to = 0;
    Middle middle = {.count = 0};
    for (int64_t i = 0, end; i < n; i = end) {
        int64_t centre = MIN_OF(MAX_OF(season->tick[i], first + season->phases),
                                MAX_OF(last - season->phases, first + season->phases));
        int64_t old_from = from, old_to = to;
        while (season->tick[from] < centre - season->phases)
            from++;
        while (to < n && season->tick[to] <= centre + season->phases)
            to++;
        if (i == 0 || from != old_from || to != old_to) {
            memcpy(season->scratch, line->value + from, (size_t)(to - from) * sizeof(double));
            middle = middle_of(season->scratch, to - from);
        }
        for (end = i; end < n && season->tick[end] == season->tick[i]; end++)
            season->trend[end] =
                middle.count < 2 ? (double)NAN : middle_without(&middle, line->value[end]);
    }
}

static int64_t phase_of(const Season *season, int64_t row)
{
    int64_t phase = season->tick[row] % season->phases;
    return phase < 0 ? phase + season->phases : phase;
}

// Takes from what the trend leaves the median of the others in its phase. Returns how many are left to judge.
static int64_t take_season(FnContext *fn, Season *season)
{
    int64_t n = season->line.n, judged = 0, starts[PHASES_MAX + 1] = {0};
    Middle *middles = ARENA_ARRAY(fn->arena, Middle, (size_t)season->phases);
    for (int64_t i = 0; i < n; i++)
        starts[phase_of(season, i) + 1] += !isnan(season->trend[i]);
    for (int64_t p = 0; p < season->phases; p++)
        starts[p + 1] += starts[p];
    int64_t ends[PHASES_MAX];
    memcpy(ends, starts, sizeof ends);
    for (int64_t i = 0; i < n; i++) {
        season->rest[i] = season->line.value[i] - season->trend[i];
        if (!isnan(season->trend[i]))
            season->scratch[ends[phase_of(season, i)]++] = season->rest[i];
    }
    for (int64_t p = 0; p < season->phases; p++)
        middles[p] = middle_of(season->scratch + starts[p], starts[p + 1] - starts[p]);
    for (int64_t i = 0; i < n; i++) {
        const Middle *middle = &middles[phase_of(season, i)];
        bool enough = !isnan(season->trend[i]) && middle->count >= PHASE_LEAST;
        season->rest[i] =
            enough ? season->rest[i] - middle_without(middle, season->rest[i]) : (double)NAN;
        judged += enough;
    }
    return judged;
}

// The median of the residuals and their median distance from it.
static double residual_spread(const Season *season, double *centre)
{
    int64_t count = 0;
    for (int64_t i = 0; i < season->line.n; i++)
        if (!isnan(season->rest[i]))
            season->scratch[count++] = season->rest[i];
    *centre = check_median(season->scratch, count);
    for (int64_t i = 0; i < count; i++)
        season->scratch[i] = fabs(season->scratch[i] - *centre);
    return MAD_TO_DEVIATION * check_median(season->scratch, count);
}

static bool season_make(FnContext *fn, const StatPeers *peers, Season *season)
{
    int64_t phases = stat_whole(peers, 0), least = stat_whole(peers, 1);
    TypeKind kind = (TypeKind)stat_whole(peers, 2);
    if (!check_line_make(fn, peers, MAX_OF(least, PHASE_LEAST), &season->line))
        return false;
    if (phases < 2 || phases > PHASES_MAX) {
        fn_issue(fn, REASON_DOMAIN);
        return false;
    }
    size_t n = (size_t)season->line.n;
    season->phases = phases;
    season->tick = ARENA_ARRAY(fn->arena, int64_t, n);
    season->trend = ARENA_ARRAY(fn->arena, double, n);
    season->rest = ARENA_ARRAY(fn->arena, double, n);
    season->scratch = ARENA_ARRAY(fn->arena, double, n);
    for (size_t i = 0; i < n; i++)
        season->tick[i] = tick_of(season->line.time[i], kind);
    if (season->tick[0] < INT64_MIN / 4 || season->tick[n - 1] > INT64_MAX / 4)
        fn_issue(fn, REASON_OVERFLOW);
    return fn->issue == REASON_NONE;
}

static void give_seasonal_residual(FnContext *fn, const StatPeers *peers, Value *out)
{
    Season season;
    Check check = CHECK_EMPTY;
    double centre = 0;
    int64_t far = -1;
    if (!season_make(fn, peers, &season))
        return;
    find_trend(&season);
    check.n = take_season(fn, &season);
    if (!check_enough(fn, peers, check.n, MAX_OF(stat_whole(peers, 1), 1)))
        return;
    double spread = residual_spread(&season, &centre);
    if (spread == 0) {
        fn_issue(fn, REASON_ZERO_SPREAD);
        return;
    }
    for (int64_t i = 0; i < season.line.n; i++) {
        double distance = fabs(season.rest[i] - centre);
        if (!isnan(distance) && (far < 0 || distance > fabs(season.rest[far] - centre)))
            far = i;
    }
    check.value = season.line.value[far];
    check.score = (season.rest[far] - centre) / spread;
    check.expected = check.value - season.rest[far] + centre;
    check.lower = check.expected - RESIDUAL_LIMIT * spread;
    check.upper = check.expected + RESIDUAL_LIMIT * spread;
    check.flag = fabs(check.score) > RESIDUAL_LIMIT;
    check.extra[0] = check_month(season.line.time[far], (TypeKind)stat_whole(peers, 2));
    check.method = "中位数季节分解";
    if (!isfinite(check.score))
        fn_issue(fn, REASON_OVERFLOW);
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- levels

static void give_step_pattern(FnContext *fn, const StatPeers *peers, Value *out)
{
    Line line;
    Check check = CHECK_EMPTY;
    int64_t levels = 1, at = 0;
    if (!check_line_make(fn, peers, MAX_OF(stat_whole(peers, 0), 2), &line))
        return;
    for (int64_t i = 1; i < line.n; i++) {
        if (line.value[i] == line.value[i - 1])
            continue;
        levels++;
        if (at == 0 ||
            fabs(line.value[i] - line.value[i - 1]) > fabs(line.value[at] - line.value[at - 1]))
            at = i;
    }
    check.n = line.n;
    check.score = (double)(line.n - levels) / (double)(line.n - 1);
    check.value = at == 0 ? 0 : line.value[at] - line.value[at - 1];
    check.flag = levels > 1 && check.score >= LEVEL_SHARE;
    check.extra[0] = (double)levels;
    check.extra[1] =
        at == 0 ? (double)NAN : check_month(line.time[at], (TypeKind)stat_whole(peers, 1));
    check.method = "与前值相同的占比";
    check_give(fn, peers, &check, out);
}

// ---------------------------------------------------------------- cards

#define SERIES(id, name_en, zh, doc_en, doc_han, sig)                                              \
    FN_WORD(id, .name = name_en, .name_zh = zh, .signature = name_en sig, .doc = doc_en,           \
            .doc_zh = doc_han, .lower = LOWER_AGGREGATE, .step = "STATISTIC",                      \
            .statistic = give_##id, .pairs = PAIRS_TIME, .cost = 300, .soft = true,                \
            .issues = FN_ISSUES(REASON_PEERS_UNDECIDED, REASON_TOO_FEW_PEERS, REASON_ZERO_SPREAD,  \
                                REASON_DOMAIN, REASON_OVERFLOW))

SERIES(
    seasonal_residual, "seasonal_residual", "季节残差",
    "The value that season and trend explain least: trend is the median of what lies within one "
    "period (`phases` months, days or hours) before and behind, season the median of what it "
    "leaves in the same phase, both without the value itself; score is the distance from their "
    "sum, expected, in 1.4826 times the median distance; month is its month, flag a score beyond "
    "4.5. Phases with fewer than 3 values are left out.",
    "季节和趋势最难解释的一个值：趋势为前后各一个周期（phases 个月、日或小时）之内的中位数，季节"
    "为其余部分在同一相位的中位数，都不含该值本身；期望值为二者之和，分值为离期望值的距离，以 "
    "1.4826 倍绝对中位差为单位，月为该值所在的月，分值超出 4.5 的标为异常。不足 3 个值的相位"
    "不判断。",
    "(x: N, phases: integer = 12, least: integer = 36, by: T): record")

SERIES(step_pattern, "step_pattern", "阶跃",
       "Whether values hold a level and jump to the next, as copied or made-up readings do: score "
       "is the share of values equal to the one before, levels how many there are, value the "
       "greatest jump and month where it is; flag is a score of 0.8 or more with at least one "
       "jump.",
       "各值是否停在一个水平上再跳到下一个，如抄填的读数：分值为与前一个值相同的占比，阶数为水平"
       "的个数，观察值为最大的一跳，月为其所在的月；分值达到 0.8 且至少跳一次的标为异常。",
       "(x: N, least: integer = 12, by: T): record")

const FnCard *const series_check_cards[] = {
    FN_CARD(seasonal_residual),
    FN_CARD(step_pattern),
    NULL,
};

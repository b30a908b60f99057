// SPDX-License-Identifier: Apache-2.0
//
// series.c: the slots of a series, and the tuples in them.
//
// The slots of all groups are numbered in one row, so that the accumulators of an ordinary fold serve them.

#include "runtime/exec/series_int.h"

#include "runtime/base/time.h"
#include "runtime/exec/block.h"

// More slots than this take more memory than a run should ask for at once.
#ifdef SUP_TORTURE
enum { SERIES_SLOTS_MAX = 1 << 16 };
#else
enum { SERIES_SLOTS_MAX = 1 << 26 };
#endif

#define DAY_US INT64_C(86400000000)

// ---------------------------------------------------------------- units

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t series_unit(SeriesUnit unit, Type type, int64_t time)
{
    int64_t month = time;
    if (type.kind != TYPE_MONTH) {
        int64_t day = type.kind == TYPE_DATETIME ? floor_div(time, DAY_US) : time;
        int year, month_of_year, day_of_month;
        if (unit == SERIES_DAY)
            return day;
        if (unit == SERIES_WEEK)
            return floor_div(day + 3, 7); // 1970-01-01 was a Thursday
        date_to_ymd((int32_t)day, &year, &month_of_year, &day_of_month);
        month = ((int64_t)year - 1970) * 12 + month_of_year - 1;
    }
    return unit == SERIES_MONTH ? month : floor_div(month, unit == SERIES_QUARTER ? 3 : 12);
}

// ---------------------------------------------------------------- ends

static void eval_groups(const SeriesRun *series, const Expr *expr, int which, Vector *out)
{
    Level *level = series->level;
    EvalContext context = level_context(level, expr, which, NULL, level->arena);
    eval_expr(&context, expr, out);
    vector_expand(out, level->count, level->arena);
}

// An end of the range as a unit; false: it is not known, then `cause` says why.
static bool end_unit(const SeriesRun *series, const Vector *values, Type type, int64_t group,
                     bool high, int64_t *unit, CauseId *cause)
{
    Value value = vector_value(values, type, group);
    SeriesUnit of = series->op->series.unit;
    if (value.state != VALUE_KNOWN) {
        *cause = *cause == 0 ? value.cause : *cause;
        return false;
    }
    if (type.kind == TYPE_PERIOD)
        *unit = series_unit(of, type_of(TYPE_DATE), high ? value.pair.b : value.pair.a);
    else
        *unit = series_unit(of, type, value.i64);
    return true;
}

// The range of one group from the values of both ends.
static void range_of(const SeriesRun *series, const Vector ends[2], int64_t group, int64_t *low,
                     int64_t *high, CauseId *cause)
{
    const Series *clause = &series->op->series;
    bool two = clause->high.count > 0;
    *low = 1;
    *high = 0;
    bool known = end_unit(series, &ends[0], clause->low.type, group, false, low, cause) &&
                 end_unit(series, &ends[two], two ? clause->high.type : clause->low.type, group,
                          true, high, cause);
    if (!known)
        *low = 1, *high = 0;
}

static void eval_ends(const SeriesRun *series, int which, Vector ends[2])
{
    const Series *clause = &series->op->series;
    eval_groups(series, &clause->low, which, &ends[0]);
    if (clause->high.count > 0)
        eval_groups(series, &clause->high, which, &ends[1]);
}

// Ends that shadow members leave open: nothing is known of the series then.
static void doubt_ends(SeriesRun *series)
{
    Level *level = series->level;
    const Series *clause = &series->op->series;
    uint8_t *all = ARENA_ARRAY(level->arena, uint8_t, MAX_OF(level->count, 1));
    memset(all, 1, (size_t)level->count);
    bool low = level_guard(level, &clause->low, all), high = level_guard(level, &clause->high, all);
    if (!low && !high)
        return;
    Vector ends[2];
    eval_ends(series, 2, ends);
    series->doubted = ARENA_ARRAY(level->arena, CauseId, level->count);
    for (int64_t g = 0; g < level->count; g++) {
        int64_t first, last;
        range_of(series, ends, g, &first, &last, &series->doubted[g]);
    }
}

static Status too_many(const SeriesRun *series)
{
    return error_set(series->level->run->shared->error, STATUS_LIMIT,
                     "“" STR_FMT "”的格子超过 %d 个：请缩小范围或分组，或用更长的时间单位",
                     "`" STR_FMT "` has more than %d slots: take a narrower range, fewer groups, "
                     "or a longer unit of time",
                     STR_ARG(series->op->text), SERIES_SLOTS_MAX);
}

static Status find_slots(SeriesRun *series)
{
    Level *level = series->level;
    Vector ends[2];
    eval_ends(series, 1, ends);
    series->first = ARENA_ARRAY(level->arena, int64_t, level->count);
    series->offset = ARENA_ARRAY(level->arena, int64_t, level->count + 1);
    series->unknown = ARENA_ARRAY(level->arena, CauseId, level->count);
    int64_t total = 0;
    for (int64_t g = 0; g < level->count; g++) {
        int64_t last;
        range_of(series, ends, g, &series->first[g], &last, &series->unknown[g]);
        series->offset[g] = total;
        total += last < series->first[g] ? 0 : last - series->first[g] + 1;
        if (total > SERIES_SLOTS_MAX)
            return too_many(series);
    }
    series->offset[level->count] = total;
    if (!level->run->body->is_query)
        doubt_ends(series);
    if (series->op->series.fill.count > 0)
        eval_groups(series, &series->op->series.fill, 1, &series->fill);
    return STATUS_OK;
}

// ---------------------------------------------------------------- tuples

// The tuples of a block of members, and the time of each.
typedef struct TimedTuples {
    TupleBatch tuples;
    Vector times;
} TimedTuples;

static void timed_tuples(SeriesRun *series, int64_t first, int64_t count, TimedTuples *out)
{
    Level *level = series->level;
    Bindings view;
    members_view(level->members, first, count, level->run->scratch, &view);
    EvalContext base;
    fold_context(&series->fold, first, &view, &base);
    tuples_build(level->run, &view, series->fold.aggregate, &base, &out->tuples);
    Aggregate timed = *series->fold.aggregate;
    timed.argument = series->op->series.time;
    TupleBatch again;
    tuples_build(level->run, &view, &timed, &base, &again);
    ASSERT(again.count == out->tuples.count); // the argument loses no tuple
    out->times = again.value;
    vector_expand(&out->times, again.count, level->run->scratch);
}

// A time that is not known may be any; of a bounded one, any between its bounds.
static void unknown_range(const SeriesRun *series, const Value *time, SlotTuple *slot)
{
    SeriesUnit unit = series->op->series.unit;
    bool direct = unit == SERIES_DAY ? time->type.kind == TYPE_DATE
                                     : unit == SERIES_MONTH && time->type.kind == TYPE_MONTH;
    slot->low = INT64_MIN;
    slot->high = INT64_MAX;
    if (!direct || time->state != VALUE_ISSUE || !time->bounded)
        return;
    if (time->lo != BOUND_LOW)
        slot->low = (int64_t)time->lo;
    if (time->hi != BOUND_HIGH)
        slot->high = (int64_t)time->hi;
}

static void keep_tuple(SeriesRun *series, const TimedTuples *timed, int64_t index, int64_t member,
                       int64_t group, RowClass row_class)
{
    Level *level = series->level;
    Type type = series->op->series.time.type;
    Value time = vector_value(&timed->times, type, index);
    bool known = time.state == VALUE_KNOWN;
    RowClass as = known ? row_class : MAX_OF(row_class, CLASS_POSSIBLE);
    SlotTuple slot = {.group = group, .row_class = as};
    slot.tuple = fold_tuple(&series->fold, &timed->tuples, index, member, as);
    if (!known && row_class == CLASS_CERTAIN)
        slot.tuple.cause = time.cause;
    if (known)
        slot.low = slot.high = series_unit(series->op->series.unit, type, time.i64);
    else
        unknown_range(series, &time, &slot);
    int64_t *rows = ARENA_ARRAY(level->arena, int64_t, series->fold.id_count + 1);
    fold_identity(&series->fold, &timed->tuples, index, member, rows);
    slot.rows = rows;
    series->shadows |= as >= CLASS_SHADOW;
    if (group <= -2) {
        slot.group = level_fit_class(level_fit_lists(level), member_unplaced_index(group));
        vec_push(&series->floating.tuples, slot);
    } else if (known) {
        vec_push(&series->at.tuples, slot);
    } else {
        vec_push(&series->wide.tuples, slot);
    }
}

// The slot of a unit in a group, -1: outside.
static int64_t slot_of(const SeriesRun *series, int64_t group, int64_t unit)
{
    int64_t at = unit - series->first[group];
    return at < 0 || at >= series->offset[group + 1] - series->offset[group]
               ? -1
               : series->offset[group] + at;
}

// Certain tuples at a known time, by slot; the others are kept. -1: not a certain tuple of any slot.
static void place_tuples(SeriesRun *series, int64_t first, const TimedTuples *timed,
                         int64_t *member, int64_t *slots)
{
    Level *level = series->level;
    const TupleBatch *tuples = &timed->tuples;
    bool is_query = level->run->body->is_query;
    Type type = series->op->series.time.type;
    for (int64_t i = 0; i < tuples->count; i++) {
        member[i] = first + tuples->binding[i];
        slots[i] = -1;
        int64_t group = level->group[member[i]];
        if (group == MEMBER_GONE)
            continue;
        RowClass row_class = fold_class(&series->fold, tuples, i, member[i], group);
        Value time = vector_value(&timed->times, type, i);
        if (row_class == CLASS_CERTAIN && time.state == VALUE_KNOWN)
            slots[i] = slot_of(series, group, series_unit(series->op->series.unit, type, time.i64));
        else if (!is_query)
            keep_tuple(series, timed, i, member[i], group, row_class);
    }
}

static void place_block(SeriesRun *series, int64_t first, int64_t count)
{
    Arena *arena = series->level->run->scratch;
    TimedTuples timed;
    timed_tuples(series, first, count, &timed);
    const TupleBatch *tuples = &timed.tuples;
    int64_t *slots = ARENA_ARRAY(arena, int64_t, tuples->count),
            *member = ARENA_ARRAY(arena, int64_t, tuples->count);
    place_tuples(series, first, &timed, member, slots);
    if (series->fold.distinct != NULL)
        fold_distinct(&series->fold, tuples, member, slots);
    for (int64_t i = 0; i < tuples->count; i++) {
        if (slots[i] < 0)
            continue;
        series->certain[slots[i]] = 1;
        if (tuple_is_clean(tuples, i))
            continue;
        keep_tuple(series, &timed, i, member[i], series->level->group[member[i]], CLASS_CERTAIN);
        slots[i] = -1;
    }
    AggBatch batch = tuples_agg_batch(tuples, series->fold.aggregate, slots);
    aggregate_update(series->fold.state, &batch);
}

// ---------------------------------------------------------------- lists

static int compare_slots(const void *a, const void *b)
{
    const SlotTuple *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->row_class > y->row_class) - (x->row_class < y->row_class);
}

static void list_tuples(SlotLists *lists, int64_t count, Arena *arena)
{
    if (lists->tuples.count == 0)
        return;
    qsort(lists->tuples.items, lists->tuples.count, sizeof *lists->tuples.items, compare_slots);
    lists->starts = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < lists->tuples.count; i++)
        lists->starts[lists->tuples.items[i].group + 1]++;
    for (int64_t g = 0; g < count; g++)
        lists->starts[g + 1] += lists->starts[g];
}

static Status place_members(SeriesRun *series)
{
    Level *level = series->level;
    int64_t total = level->members->all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(level->run->scratch);
        place_block(series, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(level->run->scratch, mark);
        TRY(run_poll(level->run->shared));
    }
    list_tuples(&series->at, level->count, level->arena);
    list_tuples(&series->wide, level->count, level->arena);
    int64_t class_count = 0;
    if (series->floating.tuples.count > 0) {
        class_count = level_fit_class_count(level_fit_lists(level));
        list_tuples(&series->floating, class_count, level->arena);
    }
    series_collapse(series, class_count);
    return STATUS_OK;
}

Status series_open(Level *level, const Operator *op, SeriesRun **out)
{
    SeriesRun *series = ARENA_NEW(level->arena, SeriesRun);
    series->level = level;
    series->op = op;
    *out = series;
    TRY(find_slots(series));
    int64_t slots = series->offset[level->count];
    fold_init(&series->fold, level, op->series.aggregate, NULL);
    fold_need_below(&series->fold, &series->fold.aggregate->argument);
    fold_need_below(&series->fold, &series->fold.aggregate->when);
    fold_need_below(&series->fold, &op->series.time);
    aggregate_reserve(series->fold.state, slots);
    series->certain = ARENA_ARRAY(level->arena, uint8_t, MAX_OF(slots, 1));
    return place_members(series);
}

void series_close(SeriesRun *series)
{
    if (series == NULL)
        return;
    if (series->fold.level != NULL)
        fold_deinit(&series->fold);
    vec_free(&series->at.tuples);
    vec_free(&series->wide.tuples);
    vec_free(&series->floating.tuples);
}

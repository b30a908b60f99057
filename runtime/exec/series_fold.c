// SPDX-License-Identifier: Apache-2.0
//
// series_fold.c: the values of slots, and folds over them.
//
// A slot without a certain tuple is the fill; where a possible one might fill it, its value lies between the fill and what
// it would be. Slots that are missing count in no fold but `missing_count`.

#include "runtime/exec/series_int.h"

// Which reading of the slots is wanted.
typedef enum SlotReading { READ_SHOWN, READ_M, READ_N, READ_T } SlotReading;

// One group's slots in one reading.
typedef struct SlotWalk {
    const SeriesRun *series;
    const Aggregate *outer;
    AggState *state; // of the outer fold
    SlotReading reading;
    RowClass upto;
    int64_t group, slot, unit;
    const SlotTuple *at, *at_end; // of the group, by unit
    // What is in question for one slot.
    VEC(Tuple) tuples;
    TupleBlame blame;
    Map seen;
    int64_t unknown; // most tuples of one slot that are not known, of all slots
    // The values of slots.
    VEC(Tuple) values;
    int64_t missing, perhaps;
    CauseId members, plain; // the least causes of values that are not known
} SlotWalk;

static void keep_least(const SlotWalk *walk, CauseId *least, CauseId cause)
{
    const CauseTable *causes = walk->series->level->run->shared->causes;
    if (cause != 0 && (*least == 0 || cause_order(causes, cause, *least) < 0))
        *least = cause;
}

// ---------------------------------------------------------------- tuples of a slot

static bool met_certain(const SlotWalk *walk, const SlotTuple *tuple)
{
    const Fold *fold = &walk->series->fold;
    return fold_met(fold, fold->distinct, &walk->slot, tuple->rows);
}

static void gather_one(SlotWalk *walk, const SlotTuple *tuple)
{
    const Fold *fold = &walk->series->fold;
    if (tuple->low > walk->unit || tuple->high < walk->unit)
        return;
    if (fold->distinct != NULL && tuple->row_class != CLASS_CERTAIN && !tuple->collapsed) {
        bool is_new = false;
        Str key = {(const char *)tuple->rows, fold->id_count * sizeof *tuple->rows};
        if (met_certain(walk, tuple))
            return;
        uint64_t *at = map_at(&walk->seen, key, &is_new);
        if (!is_new) {
            keep_least(walk, &walk->tuples.items[*at].cause, tuple->tuple.cause);
            return;
        }
        *at = walk->tuples.count;
    }
    vec_push(&walk->tuples, tuple->tuple);
    tuple_blame(fold->level->run->shared, &walk->blame, &tuple->tuple, tuple->row_class);
}

static void gather_list(SlotWalk *walk, const SlotLists *lists, int64_t key, RowClass pass)
{
    if (lists->starts == NULL)
        return;
    for (int64_t k = lists->starts[key]; k < lists->starts[key + 1]; k++)
        if (lists->tuples.items[k].row_class == pass)
            gather_one(walk, &lists->tuples.items[k]);
}

static void gather_floating(SlotWalk *walk, RowClass pass)
{
    const SlotLists *floating = &walk->series->floating;
    if (floating->starts == NULL || walk->upto < CLASS_SHADOW)
        return;
    const LevelFits *fits = level_fit_lists(walk->series->level);
    int64_t count = 0, universal = level_fit_universal(fits);
    const int64_t *fitting = level_fit_classes(fits, walk->group, &count);
    for (int64_t f = 0; f < count; f++)
        gather_list(walk, floating, fitting[f], pass);
    if (universal >= 0)
        gather_list(walk, floating, universal, pass);
}

// Best class first, so that a tuple counts with its best.
static void gather(SlotWalk *walk)
{
    while (walk->at < walk->at_end && walk->at->low < walk->unit)
        walk->at++;
    const SlotTuple *end = walk->at;
    while (end < walk->at_end && end->low == walk->unit)
        end++;
    vec_clear(&walk->tuples);
    map_clear(&walk->seen);
    walk->blame = (TupleBlame){0};
    for (RowClass pass = CLASS_CERTAIN; pass <= walk->upto; pass++) {
        for (const SlotTuple *tuple = walk->at; tuple < end; tuple++)
            if (tuple->row_class == pass)
                gather_one(walk, tuple);
        gather_list(walk, &walk->series->wide, walk->group, pass);
        gather_floating(walk, pass);
    }
    int64_t rows = 0;
    for (size_t i = 0; i < walk->tuples.count; i++)
        rows += MAX_OF(walk->tuples.items[i].weight, 1);
    walk->unknown = MAX_OF(walk->unknown, rows);
}

// ---------------------------------------------------------------- the value of a slot

static Value fill_of(const SlotWalk *walk)
{
    const Vector *fill = &walk->series->fill;
    Type type = walk->series->fold.aggregate->type;
    if (fill->data != NULL)
        return vector_value(fill, type, walk->group);
    return (Value){.type = type, .state = VALUE_GAP};
}

static bool value_ends(const Value *value, int128_t *lo, int128_t *hi)
{
    Phys phys = type_phys(value->type);
    *lo = BOUND_LOW;
    *hi = BOUND_HIGH;
    if (value->state == VALUE_KNOWN && (phys == PHYS_I64 || phys == PHYS_I128))
        *lo = *hi = phys == PHYS_I64 ? value->i64 : value->i128;
    else if (value->state == VALUE_ISSUE && value->bounded)
        *lo = value->lo, *hi = value->hi;
    return value->state != VALUE_GAP;
}

// Only uncertain tuples are there: the fill, or what they would make. False: perhaps missing.
static bool hull(const SlotWalk *walk, const Value *fill, Value *value)
{
    CauseId least = walk->upto >= CLASS_SHADOW ? walk->blame.shadow : walk->blame.possible;
    CauseTable *causes = walk->series->level->run->shared->causes;
    int128_t lo, hi, fill_lo, fill_hi;
    bool some = value_ends(value, &lo, &hi) && fill->state == VALUE_KNOWN &&
                value_ends(fill, &fill_lo, &fill_hi);
    *value = (Value){
        .type = value->type, .state = VALUE_ISSUE, .cause = members_cause_make(causes, least)};
    if (!some)
        return false;
    value->bounded = true;
    value->lo = MIN_OF(lo, fill_lo);
    value->hi = MAX_OF(hi, fill_hi);
    return true;
}

// The value of the slot that was gathered. False: perhaps missing.
static bool slot_value(SlotWalk *walk, Value *out)
{
    const SeriesRun *series = walk->series;
    const RunShared *shared = series->level->run->shared;
    bool certain = series->certain[walk->slot] != 0;
    int64_t count = (int64_t)walk->tuples.count;
    if (count == 0 || (walk->reading == READ_SHOWN && !certain)) {
        *out = certain ? aggregate_value(series->fold.state, walk->slot) : fill_of(walk);
        return true;
    }
    if (walk->reading == READ_SHOWN) {
        aggregate_known(series->fold.state, walk->slot, walk->tuples.items, count,
                        series->level->run->body->is_query, out);
        return true;
    }
    tuples_bounds(shared, series->fold.state, walk->slot, walk->tuples.items, count, &walk->blame,
                  walk->upto, out);
    if (certain)
        return true;
    Value fill = fill_of(walk);
    return hull(walk, &fill, out);
}

// ---------------------------------------------------------------- folds

// The first day of a unit, or its month.
static int64_t unit_time(SeriesUnit unit, int64_t number)
{
    switch (unit) {
    case SERIES_WEEK:
        return number * 7 - 3; // from a Monday
    case SERIES_QUARTER:
        return number * 3;
    case SERIES_YEAR:
        return number * 12;
    case SERIES_DAY:
    case SERIES_MONTH:
        break;
    }
    return number;
}

// A statistic of values by time sees pairs (time, real by its order).
static void pair_with_time(const SlotWalk *walk, Value *value)
{
    Type type = value->type;
    double real = type_phys(type) == PHYS_F64    ? value->f64
                  : type_phys(type) == PHYS_I128 ? exact_to_real(value->i128, type.scale)
                                                 : (double)value->i64;
    Pair pair = {unit_time(walk->series->op->series.unit, walk->unit), fn_real_order(real + 0.0)};
    value->type = walk->outer->argument.type;
    if (value->state == VALUE_KNOWN)
        value->pair = pair;
}

static void take_slot(SlotWalk *walk)
{
    CauseTable *causes = walk->series->level->run->shared->causes;
    Tuple tuple = {.class = CLASS_CERTAIN, .order = walk->unit};
    if (!slot_value(walk, &tuple.value))
        walk->perhaps++;
    tuple.value.type = walk->series->fold.aggregate->type;
    if (tuple.value.state == VALUE_GAP) {
        walk->missing++;
        return;
    }
    if (tuple.value.state == VALUE_ISSUE && members_cause_is(causes, tuple.value.cause)) {
        CauseId cause = members_cause(causes, tuple.value.cause);
        keep_least(walk, &walk->members, cause == tuple.value.cause ? 0 : cause);
        keep_least(walk, &walk->plain, tuple.value.cause);
    } else if (tuple.value.state == VALUE_ISSUE) {
        keep_least(walk, &walk->plain, tuple.value.cause);
    }
    if (walk->outer->kind == AGGREGATE_STATISTIC &&
        type_phys(walk->outer->argument.type) == PHYS_PAIR)
        pair_with_time(walk, &tuple.value);
    if (!walk->outer->missing)
        vec_push(&walk->values, tuple);
}

// Why a fold is not known: the members in question of any slot, else the least cause of a value.
static CauseId fold_cause(const SlotWalk *walk)
{
    CauseTable *causes = walk->series->level->run->shared->causes;
    return walk->members != 0 ? members_cause_make(causes, walk->members) : walk->plain;
}

static Value count_missing(const SlotWalk *walk)
{
    Value value = {.type = walk->outer->type, .state = VALUE_KNOWN, .i64 = walk->missing};
    if (walk->perhaps == 0)
        return value;
    return (Value){.type = value.type,
                   .state = VALUE_ISSUE,
                   .cause = fold_cause(walk),
                   .bounded = true,
                   .lo = walk->missing,
                   .hi = walk->missing + walk->perhaps};
}

static Value fold_slots(SlotWalk *walk)
{
    if (walk->outer->missing)
        return count_missing(walk);
    Value value;
    aggregate_bounds(walk->state, -1, walk->values.items, (int64_t)walk->values.count, &value);
    if (value.state == VALUE_ISSUE && fold_cause(walk) != 0)
        value.cause = fold_cause(walk);
    return value;
}

// Why nothing is known of a group's series; 0: its range is.
static CauseId unknown_range(const SlotWalk *walk)
{
    const SeriesRun *series = walk->series;
    CauseId cause = series->unknown[walk->group];
    if (cause == 0 && walk->reading >= READ_N && series->doubted != NULL)
        cause = series->doubted[walk->group];
    return cause;
}

static Value group_value(SlotWalk *walk, int64_t group)
{
    const SeriesRun *series = walk->series;
    const SlotLists *at = &series->at;
    walk->group = group;
    walk->unknown = walk->missing = walk->perhaps = 0;
    walk->members = walk->plain = 0;
    vec_clear(&walk->values);
    CauseId cause = unknown_range(walk);
    if (cause != 0)
        return (Value){.type = walk->outer->type, .state = VALUE_ISSUE, .cause = cause};
    walk->at = at->starts == NULL ? NULL : at->tuples.items + at->starts[group];
    walk->at_end = at->starts == NULL ? NULL : at->tuples.items + at->starts[group + 1];
    for (walk->slot = series->offset[group]; walk->slot < series->offset[group + 1]; walk->slot++) {
        walk->unit = series->first[group] + walk->slot - series->offset[group];
        gather(walk);
        take_slot(walk);
    }
    return fold_slots(walk);
}

static SlotWalk walk_open(const SeriesRun *series, const Aggregate *aggregate, SlotReading reading)
{
    static const RowClass UPTO[] = {[READ_SHOWN] = CLASS_POSSIBLE,
                                    [READ_M] = CLASS_POSSIBLE,
                                    [READ_N] = CLASS_SHADOW,
                                    [READ_T] = CLASS_TOLERATED};
    return (SlotWalk){.series = series,
                      .outer = aggregate,
                      .reading = series->level->run->body->is_query ? READ_SHOWN : reading,
                      .upto = UPTO[reading],
                      .state = aggregate_create(aggregate, &series->level->run->shared->eval)};
}

static void walk_close(SlotWalk *walk)
{
    aggregate_destroy(walk->state);
    vec_free(&walk->tuples);
    vec_free(&walk->values);
    map_deinit(&walk->seen);
}

// The values of all groups, or of those marked.
static void fold_groups(const SeriesRun *series, const Aggregate *aggregate, SlotReading reading,
                        const uint8_t *wanted, int64_t *unknown, Vector *out)
{
    SlotWalk walk = walk_open(series, aggregate, reading);
    Arena *arena = series->level->arena;
    for (int64_t g = 0; g < series->level->count; g++) {
        if (wanted != NULL && !wanted[g])
            continue;
        Value value = group_value(&walk, g);
        value.type = aggregate->type;
        vector_set(out, g, &value, arena);
        if (unknown != NULL)
            unknown[g] = walk.unknown;
    }
    walk_close(&walk);
}

void series_fold(const SeriesRun *series, const Aggregate *aggregate, LevelValues *values)
{
    Level *level = series->level;
    Phys phys = type_phys(aggregate->type);
    values->unknown = ARENA_ARRAY(level->arena, int64_t, level->count);
    vector_make(&values->shown, phys, level->count, level->arena);
    fold_groups(series, aggregate, READ_SHOWN, NULL, values->unknown, &values->shown);
    vector_make(&values->m, phys, level->count, level->arena);
    fold_groups(series, aggregate, READ_M, NULL, NULL, &values->m);
    values->n = values->t = values->m;
    if (!series->shadows && series->doubted == NULL)
        return;
    pending_copy(&values->m, level->count, level->arena, &values->n);
    pending_copy(&values->m, level->count, level->arena, &values->t);
    values->guarded = ARENA_ARRAY(level->arena, uint8_t, level->count);
}

void series_guard(const SeriesRun *series, const Aggregate *aggregate, LevelValues *values,
                  const uint8_t *wanted)
{
    fold_groups(series, aggregate, READ_N, wanted, NULL, &values->n);
    fold_groups(series, aggregate, READ_T, wanted, NULL, &values->t);
}

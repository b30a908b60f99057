// SPDX-License-Identifier: Apache-2.0
//
// level_fold.c: aggregates over the groups of a fence.
//
// One pass over the members folds what is certain and known at full speed. Tuples that are in question (possible or
// shadow members, `when` undetermined, `?`, values that are not known) are set aside, made distinct against the
// certain ones, and left to level_pending.c.

#include "runtime/data/vector.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_int.h"
#include "runtime/exec/series.h"

static bool reads_below(const Expr *expr, const Body *body, uint32_t stretch)
{
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op == STEP_KEY)
            return true;
        if (expr->steps[s].op == STEP_AGG) {
            uint32_t index = expr->steps[s].index;
            if (!body->aggregates[index].per_binding && body->aggregate_stretch[index] < stretch)
                return true;
        }
    }
    return false;
}

// The attached slots that the aggregate mentions, as bits.
static uint64_t attached_mentions(const Fold *fold)
{
    const Body *body = fold->level->run->body;
    uint64_t slots = 0;
    for (uint32_t m = 0; m < fold->aggregate->mention_count; m++) {
        uint32_t slot = fold->aggregate->mention[m];
        slots |= (uint64_t)body->slots[slot].attached << slot;
    }
    return slots;
}

// Whether a tuple of a group may meet another binding of it: shadow members may repeat what a key would have kept apart.
static bool may_repeat(const Fold *fold)
{
    const Level *level = fold->level;
    bool shadows = level->shadow_total > 0 && level->run->body->slot_count > 1;
    return fold->aggregate->fans_out || attached_mentions(fold) != 0 || level->below != NULL ||
           shadows;
}

// Whether it does not matter that it does. In a query only: a rule compares what may be with the certain tuples.
static bool bears_repeats(const Fold *fold)
{
    AggregateKind kind = fold->aggregate->kind;
    return fold->level->run->body->is_query &&
           (kind == AGGREGATE_ONE || kind == AGGREGATE_MIN || kind == AGGREGATE_MAX);
}

void fold_init(Fold *fold, Level *level, uint32_t index, const uint8_t *selected)
{
    const Body *body = level->run->body;
    *fold = (Fold){.level = level,
                   .aggregate = &body->aggregates[index],
                   .selected = selected,
                   .upto = CLASS_POSSIBLE};
    fold->state = aggregate_create(fold->aggregate, &level->run->shared->eval);
    aggregate_reserve(fold->state, level->count);
    fold->over_groups =
        level->below != NULL && (reads_below(&fold->aggregate->argument, body, level->stretch) ||
                                 fold->aggregate->mention_count == 0);
    fold->id_count = fold->aggregate->mention_count + fold->over_groups;
    if (!may_repeat(fold) || bears_repeats(fold))
        return;
    Phys *phys = ARENA_ARRAY(level->run->scratch, Phys, fold->id_count + 1);
    for (uint32_t i = 0; i <= fold->id_count; i++)
        phys[i] = PHYS_I64;
    fold->distinct = group_table_create(phys, fold->id_count + 1);
}

void fold_deinit(Fold *fold)
{
    pending_free(fold);
    map_i64_deinit(&fold->failed);
    map_i64_deinit(&fold->tolerated);
    map_i64_deinit(&fold->sets);
    aggregate_destroy(fold->state);
    group_table_destroy(fold->distinct);
    map_deinit(&fold->tails);
    vec_free(&fold->pending);
}

static Value issue_of(Type type, CauseId cause)
{
    return (Value){.type = type, .state = VALUE_ISSUE, .cause = cause};
}

// A member without a full key at the fence below may be in any of its groups, or make one of its own: of its key only
// the parts that it has are known, and no value of its group is.
static void unplaced_below(const Fold *fold, int64_t first, int64_t count, Vector *keys,
                           Vector *values)
{
    const Level *below = fold->level->below;
    const Body *body = fold->level->run->body;
    Arena *arena = fold->level->run->scratch;
    for (int64_t i = 0; i < count; i++) {
        if (below->group[first + i] >= MEMBER_GONE)
            continue;
        const Unplaced *unplaced =
            &below->unplaced.items[member_unplaced_index(below->group[first + i])];
        for (uint32_t k = 0; k < below->op->group.key_count; k++)
            vector_set(&keys[k], i, &unplaced->parts[k], arena);
        for (uint32_t a = 0; a < body->aggregate_count; a++) {
            Value issue = issue_of(body->aggregates[a].type, unplaced->mark.cause);
            if (!body->aggregates[a].per_binding && below->values[a].done)
                vector_set(&values[a], i, &issue, arena);
        }
    }
}

// The group values of each member; where the fence below has no group, room for those of unplaced members.
static void take_below(const Vector *from, Type type, const int64_t *index, int64_t count,
                       Arena *arena, Vector *out)
{
    if (from->data == NULL || from->count == 0)
        vector_make(out, type_phys(type), count, arena);
    else
        vector_take(from, index, count, arena, out);
}

// Values of the fence below, per member of the block.
static void below_values(const Fold *fold, int64_t first, const Bindings *view, EvalContext *base)
{
    const Level *below = fold->level->below;
    Arena *arena = fold->level->run->scratch;
    const Body *body = fold->level->run->body;
    int64_t *index = ARENA_ARRAY(arena, int64_t, view->count);
    for (int64_t i = 0; i < view->count; i++)
        index[i] = MAX_OF(below->group[first + i], 0);
    Vector *keys = ARENA_ARRAY(arena, Vector, below->op->group.key_count + 1);
    for (uint32_t k = 0; k < below->op->group.key_count; k++)
        take_below(&below->keys[k], below->op->group.keys[k].value.type, index, view->count, arena,
                   &keys[k]);
    Vector *values = ARENA_ARRAY(arena, Vector, MAX_OF(body->aggregate_count, 1u));
    if (base->aggregates != NULL)
        memcpy(values, base->aggregates, body->aggregate_count * sizeof *values);
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (!body->aggregates[a].per_binding && below->values[a].done)
            take_below(&below->values[a].m, body->aggregates[a].type, index, view->count, arena,
                       &values[a]);
    }
    if (below->unplaced.count > 0)
        unplaced_below(fold, first, view->count, keys, values);
    base->keys = keys;
    base->aggregates = values;
}

void fold_need_below(const Fold *fold, const Expr *expr)
{
    const Body *body = fold->level->run->body;
    Level *below = fold->level->below;
    for (uint32_t s = 0; below != NULL && s < expr->count; s++) {
        if (expr->steps[s].op == STEP_AGG && !body->aggregates[expr->steps[s].index].per_binding)
            level_aggregate(below, expr->steps[s].index, NULL);
    }
}

void fold_context(Fold *fold, int64_t first, const Bindings *view, EvalContext *base)
{
    BodyRun *run = fold->level->run;
    *base = bindings_context(run, view, run->scratch);
    const Expr *exprs[3] = {&fold->aggregate->argument, &fold->aggregate->when,
                            &fold->aggregate->by};
    // What a window folds is read with the guard, whatever is asked of the window.
    bool of_window = fold->aggregate->window != 0;
    RowClass upto = of_window ? CLASS_SHADOW : fold->upto;
    for (int e = 0; e < 3; e++) {
        RowClass met = context_upto(run, base, exprs[e], upto);
        fold->inside = of_window ? CLASS_CERTAIN : MAX_OF(fold->inside, met);
        if (exprs[e]->count > 0 && expr_reads_aggregate(exprs[e])) {
            EvalContext own = *base;
            met = attached_aggregates(run, view, exprs[e], upto, &own);
            fold->inside = of_window ? CLASS_CERTAIN : MAX_OF(fold->inside, met);
            if (base->aggregates == NULL)
                base->aggregates = own.aggregates;
            else
                for (uint32_t a = 0; a < run->body->aggregate_count; a++) {
                    if (own.aggregates[a].data != NULL)
                        ((Vector *)(uintptr_t)base->aggregates)[a] = own.aggregates[a];
                }
        }
    }
    if (fold->level->below != NULL)
        below_values(fold, first, view, base);
}

// Two `?` of a lookup are the same if their bindings agree in all variables that the clause reads.
static int64_t optional_unknown(const Fold *fold, uint32_t slot, int64_t member)
{
    const BodyRun *run = fold->level->run;
    const Bindings *all = &fold->level->members->all;
    int64_t id[BODY_SLOTS_MAX + 1] = {slot};
    uint32_t width = 1;
    uint64_t reads = partner_reads(run, slot);
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        if ((reads >> s & 1) != 0 && all->rows[s] != NULL)
            id[width++] = all->rows[s][member];
    }
    bool is_new = false;
    Map *numbers = fold->level->unknown_ids;
    uint64_t *number = map_at(numbers, (Str){(const char *)id, width * sizeof *id}, &is_new);
    if (is_new)
        *number = map_count(numbers);
    return (int64_t)*number;
}

void fold_identity(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                   int64_t *id)
{
    const Aggregate *aggregate = fold->aggregate;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        int64_t row = tuples->rows[m][index];
        if (row_is_unknown(row))
            row = row_is_tail(row)  ? TAIL_ID
                  : row_is_one(row) ? -3 - optional_unknown(fold, aggregate->mention[m], member)
                                    : -2;
        id[m] = row;
    }
    if (fold->over_groups)
        id[aggregate->mention_count] = fold->level->below->group[member] >= 0
                                           ? fold->level->below->group[member]
                                           : -3 - member;
}

static int64_t group_of(const Fold *fold, int64_t member)
{
    int64_t group = fold->level->group[member];
    return group >= 0 && fold->selected != NULL && !fold->selected[group] ? MEMBER_GONE : group;
}

Tuple fold_tuple(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                 RowClass row_class)
{
    RowClass as = MIN_OF(row_class, CLASS_SHADOW);
    Tuple tuple = tuple_at(fold->level->run, tuples, fold->aggregate, index, as);
    RowClass member_class = (RowClass)fold->level->row_class[member];
    if (member_class != CLASS_CERTAIN && tuples->row_class[index] <= member_class)
        tuple.cause = level_mark(fold->level, member).cause;
    return tuple;
}

// Of a tail: notes its rows. False: its group has it already.
static bool note_tail(Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                      int64_t group, Pending *pending)
{
    uint32_t place;
    int64_t row = tuple_tail(fold->level->run, tuples, fold->aggregate, index, &place);
    if (row == 0)
        return true;
    RowClass member_class = (RowClass)fold->level->row_class[member];
    bool own = member_class == CLASS_CERTAIN || tuples->row_class[index] > member_class;
    pending->tail = row;
    pending->own_cause = own && row_cause(row) == 0;
    // Of members without a full key, which each fit groups of their own, all are kept.
    int64_t key[4] = {group, row, pending->row_class, own ? 0 : pending->tuple.cause};
    bool is_new = group < 0;
    if (!is_new)
        (void)map_at(&fold->tails, (Str){(const char *)key, sizeof key}, &is_new);
    return is_new;
}

static void set_aside(Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                      int64_t group, RowClass row_class)
{
    int64_t *id = ARENA_ARRAY(fold->level->arena, int64_t, fold->id_count + 1);
    fold_identity(fold, tuples, index, member, id);
    Pending pending = {.group = group >= 0 ? group : -1,
                       .row_class = row_class,
                       .rows = id,
                       .ordinal = (int64_t)fold->pending.count};
    pending.unplaced = group <= -2 ? member_unplaced_index(group) : -1;
    pending.tuple = fold_tuple(fold, tuples, index, member, row_class);
    fold->shadows |= row_class >= CLASS_SHADOW;
    if (fold->level->tolerant && fold->level->row_class[member] == CLASS_SHADOW) {
        fold->floats |= group < 0;
        if (group >= 0)
            (void)map_i64_put(&fold->tolerated, group, 1);
    } else if (row_class == CLASS_TOLERATED && group >= 0) {
        bool is_new;
        *map_i64_at(&fold->sets, group, &is_new) |= attached_mentions(fold);
    }
    if (note_tail(fold, tuples, index, member, group, &pending))
        vec_push(&fold->pending, pending);
}

// A query folds what is known: a gap leaves the tuple out, a failure makes the aggregate of its group fail.
static void leave_out(Fold *fold, const TupleBatch *tuples, int64_t index, int64_t group)
{
    const Vector *value = &tuples->value;
    int64_t at = value->data == NULL ? 0 : vector_index(value, index);
    if (value->data == NULL || value->state == NULL || value->state[at] != VALUE_ISSUE)
        return;
    bool is_new = false;
    uint64_t *cause = map_i64_at(&fold->failed, group, &is_new);
    const CauseTable *causes = fold->level->run->shared->causes;
    if (is_new || cause_order(causes, value->cause[at], (CauseId)*cause) < 0)
        *cause = value->cause[at];
}

RowClass fold_class(const Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                    int64_t group)
{
    RowClass own = group >= 0              ? level_member_class(fold->level, member, group)
                   : fold->level->tolerant ? CLASS_TOLERATED
                                           : CLASS_SHADOW;
    return MAX_OF(own, (RowClass)tuples->row_class[index]);
}

bool fold_met(const Fold *fold, const GroupTable *table, const int64_t *before, const int64_t *rows)
{
    Arena *arena = fold->level->run->scratch;
    ArenaMark mark = arena_mark(arena);
    Vector *keys = ARENA_ARRAY(arena, Vector, fold->id_count + 1);
    uint32_t first = before != NULL;
    if (before != NULL)
        keys[0] = (Vector){.phys = PHYS_I64, .count = 1, .i64 = (int64_t *)(uintptr_t)before};
    for (uint32_t k = 0; k < fold->id_count; k++)
        keys[first + k] =
            (Vector){.phys = PHYS_I64, .count = 1, .i64 = (int64_t *)(uintptr_t)&rows[k]};
    int64_t number;
    group_find(table, keys, 1, &number);
    arena_rewind(arena, mark);
    return number != GROUP_NONE;
}

void fold_distinct(Fold *fold, const TupleBatch *tuples, const int64_t *member, int64_t *groups)
{
    Arena *arena = fold->level->run->scratch;
    int64_t *at = ARENA_ARRAY(arena, int64_t, tuples->count), count = 0;
    for (int64_t i = 0; i < tuples->count; i++) {
        if (groups[i] >= 0)
            at[count++] = i;
    }
    Vector *keys = ARENA_ARRAY(arena, Vector, fold->id_count + 1);
    for (uint32_t k = 0; k <= fold->id_count; k++) {
        vector_make(&keys[k], PHYS_I64, count, arena);
    }
    int64_t *id = ARENA_ARRAY(arena, int64_t, fold->id_count + 1);
    for (int64_t i = 0; i < count; i++) {
        fold_identity(fold, tuples, at[i], member[at[i]], id);
        keys[0].i64[i] = groups[at[i]];
        for (uint32_t k = 0; k < fold->id_count; k++)
            keys[k + 1].i64[i] = id[k];
    }
    int64_t *numbers = ARENA_ARRAY(arena, int64_t, count);
    group_assign(fold->distinct, keys, count, numbers);
    for (int64_t i = 0; i < count; i++) {
        if (numbers[i] < fold->distinct_count)
            groups[at[i]] = -1;
        else
            fold->distinct_count = numbers[i] + 1;
    }
}

// Members with these bindings: those numbered in `numbers`, or (NULL) those from `first` on.
static void fold_view(Fold *fold, const Bindings *view, int64_t first, const int64_t *numbers)
{
    Level *level = fold->level;
    Arena *arena = level->run->scratch;
    EvalContext base;
    fold_context(fold, first, view, &base);
    TupleBatch tuples;
    tuples_build(level->run, view, fold->aggregate, &base, &tuples);
    int64_t *groups = ARENA_ARRAY(arena, int64_t, tuples.count),
            *member = ARENA_ARRAY(arena, int64_t, tuples.count);
    uint8_t *unknown = ARENA_ARRAY(arena, uint8_t, tuples.count);
    for (int64_t i = 0; i < tuples.count; i++) {
        int64_t binding = tuples.binding[i];
        member[i] = numbers == NULL ? first + binding : numbers[binding];
        groups[i] = group_of(fold, member[i]);
        if (groups[i] == MEMBER_GONE)
            continue;
        RowClass row_class = fold_class(fold, &tuples, i, member[i], groups[i]);
        if (row_class != CLASS_CERTAIN && level->run->body->is_query) {
            groups[i] = -1; // a `when` or a row that is not known
        } else if (row_class != CLASS_CERTAIN) {
            set_aside(fold, &tuples, i, member[i], groups[i], row_class);
            groups[i] = -1;
        } else {
            unknown[i] = !tuple_is_clean(&tuples, i);
        }
    }
    if (fold->distinct != NULL)
        fold_distinct(fold, &tuples, member, groups);
    for (int64_t i = 0; i < tuples.count; i++) {
        if (groups[i] < 0 || !unknown[i])
            continue;
        if (level->run->body->is_query)
            leave_out(fold, &tuples, i, groups[i]);
        else
            set_aside(fold, &tuples, i, member[i], groups[i], CLASS_CERTAIN);
        groups[i] = -1;
    }
    AggBatch batch = tuples_agg_batch(&tuples, fold->aggregate, groups);
    aggregate_update(fold->state, &batch);
}

static void fold_block(Fold *fold, int64_t first, int64_t count)
{
    Bindings view;
    members_view(fold->level->members, first, count, fold->level->run->scratch, &view);
    if (!fold_plain(fold, first, &view))
        fold_view(fold, &view, first, NULL);
}

void fold_some(Fold *fold, const Bindings *some, const int64_t *members)
{
    ASSERT(fold->level->below == NULL);
    fold_view(fold, some, 0, members);
}

// n and t of the groups marked that do not have them yet.
static bool guard_aggregate(Level *level, uint32_t index, const uint8_t *wanted)
{
    LevelValues *values = &level->values[index];
    if (values->guarded == NULL)
        return false;
    uint8_t *missing = ARENA_ARRAY(level->run->scratch, uint8_t, level->count);
    bool any = false, asked = false;
    for (int64_t g = 0; g < level->count; g++) {
        missing[g] = wanted[g] && !values->guarded[g];
        values->guarded[g] |= wanted[g];
        any |= missing[g];
        asked |= wanted[g];
    }
    const Aggregate *aggregate = &level->run->body->aggregates[index];
    if (any && aggregate->series > 0)
        series_guard(level->series[aggregate->series], aggregate, values, missing);
    else if (any)
        pending_guard(values->fold, values, missing);
    return asked;
}

bool level_guard(Level *level, const Expr *expr, const uint8_t *wanted)
{
    bool differ = false;
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        level_aggregate(level, expr->steps[s].index, NULL);
        differ |= guard_aggregate(level, expr->steps[s].index, wanted);
    }
    return differ;
}

// The values of all groups from what has been folded.
static void fold_finish(Fold *fold, LevelValues *values)
{
    Level *level = fold->level;
    aggregate_finish(fold->state, level->count, level->arena, &values->shown);
    values->m = values->n = values->t = values->shown;
    if (fold->pending.count > 0) {
        pending_copy(&values->shown, level->count, level->arena, &values->m);
        pending_settle(fold, values);
    }
    if (map_i64_count(&fold->failed) > 0) {
        pending_copy(&values->shown, level->count, level->arena, &values->m);
        pending_settle_failed(fold, values);
        values->shown = values->n = values->t = values->m; // what fails prints nothing
    }
}

bool level_tolerates(Level *level, const Expr *expr, int64_t group)
{
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        const LevelValues *values = &level->values[expr->steps[s].index];
        if (level->run->body->aggregates[expr->steps[s].index].window != 0)
            continue; // of other groups
        if (values->fold == NULL && values->guarded != NULL)
            return true; // folded anew for each reading: what was met is not kept apart
        if (values->fold == NULL)
            continue;
        if (map_i64_get(&values->fold->tolerated, group, NULL) ||
            (values->fold->floats && level_fit_any(level, group)))
            return true;
    }
    return false;
}

uint64_t level_tolerated_sets(const Level *level, uint32_t index, int64_t group, bool *known)
{
    const LevelValues *values = &level->values[index];
    uint64_t slots = 0;
    *known = values->fold != NULL || values->guarded == NULL;
    if (values->fold != NULL)
        (void)map_i64_get(&values->fold->sets, group, &slots);
    return slots;
}

void level_folds_free(Level *level)
{
    for (uint32_t a = 0; level->values != NULL && a < level->run->body->aggregate_count; a++) {
        Fold *fold = level->values[a].fold;
        if (fold != NULL)
            fold_deinit(fold);
    }
}

// All members, with the attached rows inside the argument counted up to a class.
static Fold *fold_members(Level *level, uint32_t index, const uint8_t *selected, RowClass upto,
                          LevelValues *values)
{
    Fold *fold = ARENA_NEW(level->arena, Fold);
    fold_init(fold, level, index, selected);
    fold->upto = upto;
    fold_need_below(fold, &fold->aggregate->argument);
    fold_need_below(fold, &fold->aggregate->when);
    bool taken;
    NativeFolds *native = native_folds_open(level, &fold, 1, &taken);
    int64_t total = level->members->all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(level->run->scratch);
        if (native != NULL)
            native_folds_block(native, first, MIN_OF(BLOCK_ROWS, total - first));
        else
            fold_block(fold, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(level->run->scratch, mark);
    }
    fold_finish(fold, values);
    return fold;
}

// What an aggregate is worth when shadow (n) or tolerated rows (t) count, inside its argument too.
static void fold_guarded(Level *level, uint32_t index, const uint8_t *selected, RowClass upto,
                         LevelValues *out)
{
    Fold *fold = fold_members(level, index, selected, upto, out);
    uint8_t *all = ARENA_ARRAY(level->arena, uint8_t, level->count);
    memset(all, 1, (size_t)level->count);
    if (fold->shadows && out->guarded != NULL)
        pending_guard(fold, out, all);
    fold_deinit(fold);
}

// Aggregates inside the argument are read as the outer one is: n with shadows, t with tolerated rows. Folded anew for
// each, and only where such rows were met.
static void fold_inside(Level *level, uint32_t index, const uint8_t *selected, LevelValues *values)
{
    LevelValues guarded = {0}, tolerated = {0};
    fold_guarded(level, index, selected, CLASS_SHADOW, &guarded);
    fold_guarded(level, index, selected, CLASS_TOLERATED, &tolerated);
    values->n = guarded.n;
    values->t = tolerated.t;
    if (values->fold != NULL)
        fold_deinit(values->fold);
    values->fold = NULL;
    values->guarded = ARENA_ARRAY(level->arena, uint8_t, level->count);
    memset(values->guarded, 1, (size_t)level->count);
}

void level_aggregate(Level *level, uint32_t index, const uint8_t *selected)
{
    LevelValues *values = &level->values[index];
    if (values->done)
        return;
    const Aggregate *aggregate = &level->run->body->aggregates[index];
    ASSERT(aggregate->function != WINDOW_VALUE); // it comes from its clause
    values->done = true;
    if (aggregate->series > 0) {
        const SeriesRun *series = level->series[aggregate->series];
        ASSERT(series != NULL || level->count == 0);
        if (series != NULL)
            series_fold(series, aggregate, values);
        else
            vector_make(&values->shown, type_phys(aggregate->type), 0, level->arena);
        if (series == NULL)
            values->m = values->n = values->t = values->shown;
        return;
    }
    Fold *fold = fold_members(level, index, selected, CLASS_POSSIBLE, values);
    RowClass inside = fold->inside;
    if (fold->shadows)
        values->fold = fold; // the guard may ask
    else
        fold_deinit(fold);
    if (inside >= CLASS_SHADOW && !level->run->body->is_query)
        fold_inside(level, index, selected, values);
}

// ---------------------------------------------------------------- streams

struct LevelStream {
    Level *level;
    Fold *folds;         // per aggregate of the body; level NULL: not of this fence
    NativeFolds *native; // does those that are `taken`; NULL: none
    bool *taken;
};

LevelStream *level_stream_folds(Level *level)
{
    const Body *body = level->run->body;
    LevelStream *stream = ARENA_NEW(level->arena, LevelStream);
    *stream = (LevelStream){.level = level};
    stream->folds = ARENA_ARRAY(level->arena, Fold, MAX_OF(body->aggregate_count, 1u));
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (!body->aggregates[a].per_binding && body->aggregates[a].window == 0)
            fold_init(&stream->folds[a], level, a, NULL);
    }
    Fold **folds = ARENA_ARRAY(level->arena, Fold *, body->aggregate_count + 1);
    for (uint32_t a = 0; a < body->aggregate_count; a++)
        folds[a] = &stream->folds[a];
    stream->taken = ARENA_ARRAY(level->arena, bool, body->aggregate_count + 1);
    stream->native = native_folds_open(level, folds, body->aggregate_count, stream->taken);
    return stream;
}

void level_stream_fold(LevelStream *stream)
{
    Level *level = stream->level;
    int64_t total = level->members->all.count;
    for (uint32_t a = 0; a < level->run->body->aggregate_count; a++) {
        Fold *fold = &stream->folds[a];
        if (fold->level == NULL)
            continue;
        aggregate_reserve(fold->state, level->count);
        if (stream->taken[a])
            continue;
        for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
            ArenaMark mark = arena_mark(level->run->scratch);
            fold_block(fold, first, MIN_OF(BLOCK_ROWS, total - first));
            arena_rewind(level->run->scratch, mark);
        }
    }
    for (int64_t first = 0; stream->native != NULL && first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(level->run->scratch);
        native_folds_block(stream->native, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(level->run->scratch, mark);
    }
}

// The folds of the fence, in order.
static uint32_t stream_folds(LevelStream *stream, Fold **folds)
{
    uint32_t count = 0;
    for (uint32_t a = 0; a < stream->level->run->body->aggregate_count; a++)
        if (stream->folds[a].level != NULL)
            folds[count++] = &stream->folds[a];
    return count;
}

NativeStream *level_stream_native(LevelStream *stream, const int64_t *listed, int64_t count)
{
    Level *level = stream->level;
    Fold **folds = ARENA_ARRAY(level->arena, Fold *, level->run->body->aggregate_count + 1);
    uint32_t fold_count = stream_folds(stream, folds);
    return native_stream_open(level, folds, fold_count, listed, count);
}

// The groups of a part as groups of the fence.
static int64_t *stream_groups(LevelStream *stream, const GroupTable *from)
{
    Level *level = stream->level;
    uint32_t key_count = level->op->group.key_count;
    Vector *keys = ARENA_ARRAY(level->block_arena, Vector, key_count + 1);
    for (uint32_t k = 0; k < key_count; k++)
        group_keys(from, k, &keys[k]);
    int64_t *groups = ARENA_ARRAY(level->block_arena, int64_t, group_count(from));
    group_assign(level->table, keys, group_count(from), groups);
    level->count = group_count(level->table);
    return groups;
}

void level_stream_merge(LevelStream *stream, const NativeStream *native)
{
    Level *level = stream->level;
    Fold **folds = ARENA_ARRAY(level->arena, Fold *, level->run->body->aggregate_count + 1);
    uint32_t count = stream_folds(stream, folds);
    for (uint32_t part = 0; part < native_stream_parts(native); part++) {
        int64_t *groups = stream_groups(stream, native_stream_groups(native, part));
        for (uint32_t f = 0; f < count; f++) {
            aggregate_reserve(folds[f]->state, level->count);
            aggregate_merge(folds[f]->state, native_stream_states(native, part)[f], groups);
        }
        arena_reset(level->block_arena);
    }
}

void level_stream_close(LevelStream *stream)
{
    Level *level = stream->level;
    for (uint32_t a = 0; a < level->run->body->aggregate_count; a++) {
        Fold *fold = &stream->folds[a];
        if (fold->level == NULL)
            continue;
        aggregate_reserve(fold->state, level->count);
        fold_finish(fold, &level->values[a]);
        level->values[a].done = true;
        fold_deinit(fold);
    }
}

EvalContext level_context(Level *level, const Expr *expr, int which, const uint8_t *selected,
                          Arena *arena)
{
    const Body *body = level->run->body;
    Vector *values = ARENA_ARRAY(arena, Vector, MAX_OF(body->aggregate_count, 1u));
    const int64_t **unknown =
        ARENA_ARRAY(arena, const int64_t *, MAX_OF(body->aggregate_count, 1u));
    for (uint32_t s = 0; s < expr->count; s++) {
        if (expr->steps[s].op != STEP_AGG)
            continue;
        uint32_t index = expr->steps[s].index;
        level_aggregate(level, index, selected);
        const LevelValues *from = &level->values[index];
        values[index] = which == 0   ? from->shown
                        : which == 1 ? from->m
                        : which == 2 ? from->n
                                     : from->t;
        unknown[index] = from->unknown;
    }
    return (EvalContext){.shared = &level->run->shared->eval,
                         .arena = arena,
                         .count = level->count,
                         .keys = level->keys,
                         .aggregates = values,
                         .aggregate_unknown = unknown};
}

// ---------------------------------------------------------------- groups as peers

// A vector over the groups with room behind it.
static void lengthen(const Vector *from, Type type, const Level *of, Arena *arena, Vector *out)
{
    int64_t total = of->count + level_keyless(of);
    int64_t *index = ARENA_ARRAY(arena, int64_t, total);
    for (int64_t g = 0; g < of->count; g++)
        index[g] = g;
    if (of->count == 0)
        vector_make(out, type_phys(type), total, arena);
    else
        vector_take(from, index, total, arena, out);
}

static Vector *lengthen_keys(const Level *of, Arena *arena)
{
    uint32_t key_count = of->op->group.key_count;
    Vector *keys = ARENA_ARRAY(arena, Vector, MAX_OF(key_count, 1u));
    for (uint32_t k = 0; k < key_count; k++) {
        lengthen(&of->keys[k], of->op->group.keys[k].value.type, of, arena, &keys[k]);
        for (size_t u = 0; u < of->unplaced.count; u++)
            vector_set(&keys[k], of->count + (int64_t)u, &of->unplaced.items[u].parts[k], arena);
    }
    return keys;
}

static void lengthen_unknown(const Vector *from, Type type, const Level *of, Arena *arena,
                             Vector *out)
{
    lengthen(from, type, of, arena, out);
    for (size_t u = 0; u < of->unplaced.count; u++) {
        Value issue = issue_of(type, of->unplaced.items[u].mark.cause);
        vector_set(out, of->count + (int64_t)u, &issue, arena);
    }
}

EvalContext level_peers_context(Level *of, const Expr *expr, Arena *arena)
{
    uint8_t *all = ARENA_ARRAY(arena, uint8_t, MAX_OF(of->count, 1));
    memset(all, 1, (size_t)of->count);
    level_guard(of, expr, all);
    EvalContext context = level_context(of, expr, 2, NULL, arena);
    if (of->score_count > 0) {
        Vector *points = ARENA_NEW(arena, Vector);
        level_points(of, arena, points);
        context.points = points;
    }
    if (level_keyless(of) == 0)
        return context;
    const Body *body = of->run->body;
    Vector *values = ARENA_ARRAY(arena, Vector, MAX_OF(body->aggregate_count, 1u));
    for (uint32_t s = 0; s < expr->count; s++) {
        uint32_t index = expr->steps[s].index;
        if (expr->steps[s].op == STEP_AGG && values[index].data == NULL)
            lengthen_unknown(&context.aggregates[index], body->aggregates[index].type, of, arena,
                             &values[index]);
    }
    if (context.points != NULL) {
        Vector *points = ARENA_NEW(arena, Vector);
        lengthen_unknown(context.points, type_of(TYPE_INTEGER), of, arena, points);
        context.points = points;
    }
    context.count = of->count + level_keyless(of);
    context.keys = lengthen_keys(of, arena);
    context.aggregates = values;
    return context;
}

// SPDX-License-Identifier: Apache-2.0
//
// level_fold.c: aggregates over the groups of a fence.
//
// One pass over the members folds what is certain and known at full speed. Tuples that are in question (possible or
// shadow members, `when` undetermined, `?`, values that are not known) are set aside, made distinct against the
// certain ones, and given to the bounds group by group. Groups without such tuples never see the second part.

#include "runtime/exec/block.h"
#include "runtime/exec/level_int.h"

// A tuple set aside.
typedef struct Pending {
    int64_t group;      // or -1: of an unplaced member
    int64_t unplaced;   // index of it
    int64_t ordinal;    // order of arrival
    RowClass row_class; // CERTAIN: counts, but its value is not known
    Tuple tuple;
    const int64_t *rows; // identity: per mention slot, and the group below
} Pending;

typedef struct Fold {
    Level *level;
    const Aggregate *aggregate;
    const uint8_t *selected;
    AggState *state;
    GroupTable *distinct; // (group, rows…) of certain tuples; NULL: tuples cannot repeat
    int64_t distinct_count;
    uint32_t id_count; // row numbers in a tuple's identity
    bool over_groups;  // reads values of the fence below: its group belongs to the identity
    VEC(Pending) pending;
    MapI64 failed; // queries: group -> least cause of a failing value
} Fold;

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

static bool mentions_attached(const Fold *fold)
{
    const Body *body = fold->level->run->body;
    for (uint32_t m = 0; m < fold->aggregate->mention_count; m++) {
        if (body->slots[fold->aggregate->mention[m]].attached)
            return true;
    }
    return false;
}

static void fold_init(Fold *fold, Level *level, uint32_t index, const uint8_t *selected)
{
    const Body *body = level->run->body;
    *fold = (Fold){.level = level, .aggregate = &body->aggregates[index], .selected = selected};
    fold->state = aggregate_create(fold->aggregate, &level->run->shared->eval);
    aggregate_reserve(fold->state, level->count);
    fold->over_groups =
        level->below != NULL && (reads_below(&fold->aggregate->argument, body, level->stretch) ||
                                 fold->aggregate->mention_count == 0);
    fold->id_count = fold->aggregate->mention_count + fold->over_groups;
    if (!fold->aggregate->fans_out && !mentions_attached(fold) && level->below == NULL)
        return;
    Phys *phys = ARENA_ARRAY(level->run->scratch, Phys, fold->id_count + 1);
    for (uint32_t i = 0; i <= fold->id_count; i++)
        phys[i] = PHYS_I64;
    fold->distinct = group_table_create(phys, fold->id_count + 1);
}

static void fold_deinit(Fold *fold)
{
    map_i64_deinit(&fold->failed);
    aggregate_destroy(fold->state);
    group_table_destroy(fold->distinct);
    vec_free(&fold->pending);
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
        vector_take(&below->keys[k], index, view->count, arena, &keys[k]);
    Vector *values = ARENA_ARRAY(arena, Vector, MAX_OF(body->aggregate_count, 1u));
    if (base->aggregates != NULL)
        memcpy(values, base->aggregates, body->aggregate_count * sizeof *values);
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (!body->aggregates[a].per_binding && below->values[a].done)
            vector_take(&below->values[a].m, index, view->count, arena, &values[a]);
    }
    base->keys = keys;
    base->aggregates = values;
}

static void need_below(const Fold *fold, const Expr *expr)
{
    const Body *body = fold->level->run->body;
    Level *below = fold->level->below;
    for (uint32_t s = 0; below != NULL && s < expr->count; s++) {
        if (expr->steps[s].op == STEP_AGG && !body->aggregates[expr->steps[s].index].per_binding)
            level_aggregate(below, expr->steps[s].index, NULL);
    }
}

static void base_context(const Fold *fold, int64_t first, const Bindings *view, EvalContext *base)
{
    BodyRun *run = fold->level->run;
    *base = bindings_context(run, view, run->scratch);
    const Expr *exprs[3] = {&fold->aggregate->argument, &fold->aggregate->when,
                            &fold->aggregate->by};
    for (int e = 0; e < 3; e++) {
        if (exprs[e]->count > 0 && expr_reads_aggregate(exprs[e])) {
            EvalContext own = *base;
            attached_aggregates(run, view, exprs[e], CLASS_SHADOW, &own);
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

// The identity of tuple `index`: rows, with `?` of joins and attached sets as one and those of lookups by binding.
static void tuple_identity(const Fold *fold, const TupleBatch *tuples, int64_t index,
                           int64_t member, int64_t *id)
{
    const Body *body = fold->level->run->body;
    const Aggregate *aggregate = fold->aggregate;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        int64_t row = tuples->rows[m][index];
        if (row_is_unknown(row))
            row = body->slots[aggregate->mention[m]].optional
                      ? -3 - optional_unknown(fold, aggregate->mention[m], member)
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

static void set_aside(Fold *fold, const TupleBatch *tuples, int64_t index, int64_t member,
                      int64_t group, RowClass row_class)
{
    int64_t *id = ARENA_ARRAY(fold->level->arena, int64_t, fold->id_count + 1);
    tuple_identity(fold, tuples, index, member, id);
    Pending pending = {.group = group >= 0 ? group : -1,
                       .row_class = row_class,
                       .rows = id,
                       .ordinal = (int64_t)fold->pending.count};
    pending.unplaced = group <= -2 ? member_unplaced_index(group) : -1;
    RowClass as = MIN_OF(row_class, CLASS_SHADOW);
    pending.tuple = tuple_at(tuples, fold->aggregate, index, as);
    if (tuples->row_class[index] < fold->level->row_class[member])
        pending.tuple.cause = level_mark(fold->level, member).cause;
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

static RowClass tuple_class(const Fold *fold, const TupleBatch *tuples, int64_t index,
                            int64_t member, int64_t group)
{
    RowClass own = group >= 0              ? level_member_class(fold->level, member, group)
                   : fold->level->tolerant ? CLASS_TOLERATED
                                           : CLASS_SHADOW;
    return MAX_OF(own, (RowClass)tuples->row_class[index]);
}

// Of tuples that may repeat, the first certain one with each identity counts; others get group -1.
static void drop_repeated(Fold *fold, const TupleBatch *tuples, const int64_t *member,
                          int64_t *groups)
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
        tuple_identity(fold, tuples, at[i], member[at[i]], id);
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

static void fold_block(Fold *fold, int64_t first, int64_t count)
{
    Level *level = fold->level;
    Arena *arena = level->run->scratch;
    Bindings view;
    members_view(level->members, first, count, arena, &view);
    EvalContext base;
    base_context(fold, first, &view, &base);
    TupleBatch tuples;
    tuples_build(level->run, &view, fold->aggregate, &base, &tuples);
    int64_t *groups = ARENA_ARRAY(arena, int64_t, tuples.count),
            *member = ARENA_ARRAY(arena, int64_t, tuples.count);
    uint8_t *unknown = ARENA_ARRAY(arena, uint8_t, tuples.count);
    for (int64_t i = 0; i < tuples.count; i++) {
        member[i] = first + tuples.binding[i];
        groups[i] = group_of(fold, member[i]);
        if (groups[i] == MEMBER_GONE)
            continue;
        RowClass row_class = tuple_class(fold, &tuples, i, member[i], groups[i]);
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
        drop_repeated(fold, &tuples, member, groups);
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

// ---------------------------------------------------------------- tuples in question

static int compare_pending(const void *a, const void *b)
{
    const Pending *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->row_class != y->row_class)
        return x->row_class < y->row_class ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static bool in_distinct(const Fold *fold, int64_t group, const Pending *pending)
{
    if (fold->distinct == NULL)
        return false;
    Arena *arena = fold->level->run->scratch;
    ArenaMark mark = arena_mark(arena);
    Vector *keys = ARENA_ARRAY(arena, Vector, fold->id_count + 1);
    for (uint32_t k = 0; k <= fold->id_count; k++) {
        vector_make(&keys[k], PHYS_I64, 1, arena);
        keys[k].i64[0] = k == 0 ? group : pending->rows[k - 1];
    }
    int64_t number;
    group_find(fold->distinct, keys, 1, &number);
    arena_rewind(arena, mark);
    return number != GROUP_NONE;
}

static Str pending_key(const Fold *fold, const Pending *pending)
{
    return (Str){(const char *)pending->rows, fold->id_count * sizeof *pending->rows};
}

// The distinct tuples in question of one group: its own and those of fitting unplaced members, best class first.
static void gather(const Fold *fold, int64_t group, const Pending *const *own, int64_t own_count,
                   const Pending *const *floating, int64_t floating_count, Map *seen, Pending **out,
                   int64_t *out_count)
{
    const CauseTable *causes = fold->level->run->shared->causes;
    map_clear(seen);
    *out_count = 0;
    for (RowClass pass = CLASS_CERTAIN; pass <= CLASS_TOLERATED; pass++) {
        for (int64_t i = 0; i < own_count + floating_count; i++) {
            const Pending *pending = i < own_count ? own[i] : floating[i - own_count];
            if (pending->row_class != pass)
                continue;
            if (i >= own_count &&
                !level_fits(fold->level, &fold->level->unplaced.items[pending->unplaced], group))
                continue;
            if (pass != CLASS_CERTAIN && in_distinct(fold, group, pending))
                continue;
            bool is_new = false;
            uint64_t *at = map_at(seen, pending_key(fold, pending), &is_new);
            if (is_new) {
                *at = (uint64_t)*out_count;
                *out[*out_count] = *pending;
                ++*out_count;
                continue;
            }
            Pending *have = out[*at];
            if (have->row_class == pending->row_class && pass != CLASS_CERTAIN &&
                pending->tuple.cause != 0 &&
                (have->tuple.cause == 0 ||
                 cause_order(causes, pending->tuple.cause, have->tuple.cause) < 0))
                have->tuple.cause = pending->tuple.cause;
        }
    }
}

static void bounds_upto(const Fold *fold, int64_t group, Pending *const *tuples, int64_t count,
                        RowClass upto, Value *out)
{
    VEC(Tuple) rest = {0};
    TupleBlame blame = {0};
    for (int64_t i = 0; i < count; i++) {
        if (tuples[i]->row_class > upto)
            continue;
        vec_push(&rest, tuples[i]->tuple);
        tuple_blame(fold->level->run->shared, &blame, &tuples[i]->tuple, tuples[i]->row_class);
    }
    tuples_bounds(fold->level->run->shared, fold->state, group, rest.items, (int64_t)rest.count,
                  &blame, upto, out);
    vec_free(&rest);
}

static void copy_vector(const Vector *from, int64_t count, Arena *arena, Vector *to)
{
    int64_t *all = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        all[i] = i;
    vector_take(from, all, count, arena, to);
}

// m, n and t of one group in question.
static void settle_group(const Fold *fold, LevelValues *values, int64_t group,
                         Pending *const *tuples, int64_t count)
{
    Level *level = fold->level;
    RowClass worst = CLASS_CERTAIN;
    int64_t unknown = 0;
    for (int64_t i = 0; i < count; i++) {
        worst = MAX_OF(worst, tuples[i]->row_class);
        unknown += tuples[i]->row_class <= CLASS_POSSIBLE;
    }
    if (values->unknown == NULL)
        values->unknown = ARENA_ARRAY(level->arena, int64_t, level->count);
    values->unknown[group] = unknown;
    Vector *modes[3] = {&values->m, &values->n, &values->t};
    RowClass reach[3] = {CLASS_POSSIBLE, CLASS_SHADOW, CLASS_TOLERATED};
    for (int mode = 0; mode < 3; mode++) {
        Value value;
        bounds_upto(fold, group, tuples, count, reach[mode], &value);
        vector_set(modes[mode], group, &value, level->arena);
    }
    values->has_n |= worst >= CLASS_SHADOW;
    values->has_t |= worst >= CLASS_TOLERATED;
}

static void settle_failed(const Fold *fold, LevelValues *values)
{
    for (size_t i = 0; i < map_i64_count(&fold->failed); i++) {
        const MapI64Entry *entry = map_i64_entry(&fold->failed, i);
        Value value = {
            .type = fold->aggregate->type, .state = VALUE_ISSUE, .cause = (CauseId)entry->value};
        vector_set(&values->m, entry->key, &value, fold->level->arena);
    }
}

static bool wants_floating(const Fold *fold, int64_t group)
{
    return fold->selected == NULL || fold->selected[group];
}

static void settle_pending(Fold *fold, LevelValues *values)
{
    Level *level = fold->level;
    qsort(fold->pending.items, fold->pending.count, sizeof *fold->pending.items, compare_pending);
    size_t floating_count = 0; // group -1 sorts first
    while (floating_count < fold->pending.count && fold->pending.items[floating_count].group < 0)
        floating_count++;
    size_t total = fold->pending.count;
    const Pending **refs = base_alloc_zeroed(total + 1, sizeof *refs);
    Pending *copies = base_alloc_zeroed(total + 1, sizeof *copies),
            **out = base_alloc_zeroed(total + 1, sizeof *out);
    for (size_t i = 0; i < total; i++) {
        refs[i] = &fold->pending.items[i];
        out[i] = &copies[i];
    }
    Map seen = {0};
    size_t next = floating_count;
    for (int64_t group = 0; group < level->count; group++) {
        size_t from = next;
        while (next < total && refs[next]->group == group)
            next++;
        if (next == from && (floating_count == 0 || !wants_floating(fold, group)))
            continue;
        int64_t count;
        gather(fold, group, refs + from, (int64_t)(next - from), refs, (int64_t)floating_count,
               &seen, out, &count);
        if (count > 0)
            settle_group(fold, values, group, out, count);
    }
    map_deinit(&seen);
    free(refs);
    free(copies);
    free(out);
}

// The values of all groups from what has been folded.
static void fold_finish(Fold *fold, LevelValues *values)
{
    Level *level = fold->level;
    aggregate_finish(fold->state, level->count, level->arena, &values->shown);
    values->m = values->n = values->t = values->shown;
    if (fold->pending.count > 0) {
        copy_vector(&values->shown, level->count, level->arena, &values->m);
        copy_vector(&values->shown, level->count, level->arena, &values->n);
        copy_vector(&values->shown, level->count, level->arena, &values->t);
        settle_pending(fold, values);
    }
    if (map_i64_count(&fold->failed) > 0) {
        copy_vector(&values->shown, level->count, level->arena, &values->m);
        settle_failed(fold, values);
        values->n = values->t = values->m;
    }
}

void level_aggregate(Level *level, uint32_t index, const uint8_t *selected)
{
    LevelValues *values = &level->values[index];
    if (values->done)
        return;
    values->done = true;
    Fold fold;
    fold_init(&fold, level, index, selected);
    need_below(&fold, &fold.aggregate->argument);
    need_below(&fold, &fold.aggregate->when);
    int64_t total = level->members->all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(level->run->scratch);
        fold_block(&fold, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(level->run->scratch, mark);
    }
    fold_finish(&fold, values);
    fold_deinit(&fold);
}

// ---------------------------------------------------------------- streams

struct LevelStream {
    Level *level;
    Fold *folds; // per aggregate of the body; level NULL: not of this fence
};

LevelStream *level_stream_folds(Level *level)
{
    const Body *body = level->run->body;
    LevelStream *stream = ARENA_NEW(level->arena, LevelStream);
    *stream =
        (LevelStream){level, ARENA_ARRAY(level->arena, Fold, MAX_OF(body->aggregate_count, 1u))};
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (!body->aggregates[a].per_binding)
            fold_init(&stream->folds[a], level, a, NULL);
    }
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
        for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
            ArenaMark mark = arena_mark(level->run->scratch);
            fold_block(fold, first, MIN_OF(BLOCK_ROWS, total - first));
            arena_rewind(level->run->scratch, mark);
        }
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

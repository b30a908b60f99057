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
    bool collapsed;      // stands for several tuples
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

// Tuples in question that may meet in one group.
typedef struct Gathering {
    const Fold *fold;
    int64_t group;
    Map *seen;
    Pending **out; // distinct ones, the best class of each
    int64_t count;
} Gathering;

static void gather_one(Gathering *gathering, const Pending *pending)
{
    const Fold *fold = gathering->fold;
    if (pending->row_class != CLASS_CERTAIN && !pending->collapsed &&
        in_distinct(fold, gathering->group, pending))
        return;
    bool is_new = true;
    uint64_t *at =
        pending->collapsed ? NULL : map_at(gathering->seen, pending_key(fold, pending), &is_new);
    if (is_new) {
        if (at != NULL)
            *at = (uint64_t)gathering->count;
        *gathering->out[gathering->count++] = *pending;
        return;
    }
    Pending *have = gathering->out[*at];
    const CauseTable *causes = fold->level->run->shared->causes;
    if (have->row_class == pending->row_class && pending->row_class != CLASS_CERTAIN &&
        pending->tuple.cause != 0 &&
        (have->tuple.cause == 0 ||
         cause_order(causes, pending->tuple.cause, have->tuple.cause) < 0))
        have->tuple.cause = pending->tuple.cause;
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

// ---------------------------------------------------------------- members without a full key

// More tuples than this that fit every group are handed on as a few that stand for them.
#ifdef SUP_TORTURE
enum { COLLAPSE_FROM = 2 };
#else
enum { COLLAPSE_FROM = 32 };
#endif

// Tuples of unplaced members: those that fit every group, and the others by member.
typedef struct Floating {
    VEC(Pending) universal;
    int64_t *starts; // per unplaced member, into refs
    const Pending **refs;
} Floating;

static int compare_floating(const void *a, const void *b)
{
    const Pending *x = *(const Pending *const *)a, *y = *(const Pending *const *)b;
    if (x->unplaced != y->unplaced)
        return x->unplaced < y->unplaced ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void universal_tuples(Fold *fold, Floating *floating)
{
    int64_t count;
    const int64_t *universal = level_fit_universal(level_fit_lists(fold->level), &count);
    Map seen = {0};
    const CauseTable *causes = fold->level->run->shared->causes;
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = floating->starts[universal[i]]; k < floating->starts[universal[i] + 1];
             k++) {
            const Pending *pending = floating->refs[k];
            bool is_new = false;
            uint64_t *at = map_at(&seen, pending_key(fold, pending), &is_new);
            if (is_new) {
                *at = floating->universal.count;
                vec_push(&floating->universal, *pending);
                continue;
            }
            Tuple *have = &floating->universal.items[*at].tuple;
            if (pending->tuple.cause != 0 &&
                cause_order(causes, pending->tuple.cause, have->cause) < 0)
                have->cause = pending->tuple.cause;
        }
    }
    map_deinit(&seen);
}

// Whether no certain tuple of a group can be the same one: then many such tuples can be taken together.
static bool can_collapse(const Fold *fold, const Pending *pending)
{
    for (uint32_t k = 0; fold->distinct != NULL && k < fold->id_count; k++) {
        if (pending->rows[k] < 0)
            return true;
    }
    return fold->distinct == NULL;
}

static bool collapses(AggregateKind kind, Type type)
{
    bool numeric = type_phys(type) == PHYS_I64 || type_phys(type) == PHYS_I128;
    return kind == AGGREGATE_COUNT ||
           (numeric && (kind == AGGREGATE_SUM || kind == AGGREGATE_MIN || kind == AGGREGATE_MAX));
}

static void tuple_ends(const Fold *fold, const Tuple *tuple, int128_t *lo, int128_t *hi)
{
    const Value *value = &tuple->value;
    *lo = fold->aggregate->nonnegative ? 0 : BOUND_LOW;
    *hi = BOUND_HIGH;
    if (value->state == VALUE_KNOWN)
        *lo = *hi = type_phys(value->type) == PHYS_I64 ? value->i64 : value->i128;
    else if (value->state == VALUE_ISSUE && value->bounded)
        *lo = value->lo, *hi = value->hi;
}

static int128_t add_ends(int128_t a, int128_t b)
{
    int128_t sum;
    if (a == BOUND_LOW || b == BOUND_LOW || a == BOUND_HIGH || b == BOUND_HIGH)
        return a == BOUND_LOW || b == BOUND_LOW ? BOUND_LOW : BOUND_HIGH;
    if (!num_add_i128(a, b, &sum))
        return a < 0 ? BOUND_LOW : BOUND_HIGH;
    return sum;
}

// Takes `next` into `all`, a tuple that stands for several: as many as they are, with the bounds that they have together.
static void collapse_into(const Fold *fold, Pending *all, const Pending *next, bool first)
{
    Tuple *tuple = &all->tuple;
    int128_t lo, hi;
    tuple_ends(fold, &next->tuple, &lo, &hi);
    if (fold->aggregate->kind == AGGREGATE_SUM) {
        lo = lo < 0 ? (next->tuple.many ? BOUND_LOW : lo) : 0;
        hi = hi > 0 ? (next->tuple.many ? BOUND_HIGH : hi) : 0;
    }
    const CauseTable *causes = fold->level->run->shared->causes;
    if (first) {
        *all = *next;
        all->collapsed = true;
        tuple->weight = 1;
        tuple->value.state = VALUE_ISSUE;
        tuple->value.bounded = true;
        tuple->value.lo = lo;
        tuple->value.hi = hi;
        return;
    }
    tuple->weight++;
    tuple->many |= next->tuple.many;
    bool sums = fold->aggregate->kind == AGGREGATE_SUM;
    tuple->value.lo = sums ? add_ends(tuple->value.lo, lo) : MIN_OF(tuple->value.lo, lo);
    tuple->value.hi = sums ? add_ends(tuple->value.hi, hi) : MAX_OF(tuple->value.hi, hi);
    if (next->tuple.cause != 0 &&
        (tuple->cause == 0 || cause_order(causes, next->tuple.cause, tuple->cause) < 0))
        tuple->cause = next->tuple.cause;
}

static void collapse_universal(const Fold *fold, Floating *floating)
{
    if (floating->universal.count <= COLLAPSE_FROM ||
        !collapses(fold->aggregate->kind, fold->aggregate->argument.type))
        return;
    Pending all[4];
    bool have[4] = {false};
    size_t kept = 0;
    for (size_t i = 0; i < floating->universal.count; i++) {
        const Pending *pending = &floating->universal.items[i];
        if (!can_collapse(fold, pending)) {
            floating->universal.items[kept++] = *pending;
            continue;
        }
        collapse_into(fold, &all[pending->row_class], pending, !have[pending->row_class]);
        have[pending->row_class] = true;
    }
    floating->universal.count = kept;
    for (int c = 0; c < 4; c++) {
        if (have[c])
            vec_push(&floating->universal, all[c]);
    }
}

static void floating_init(Fold *fold, Floating *floating, size_t count)
{
    Level *level = fold->level;
    *floating = (Floating){0};
    floating->refs = ARENA_ARRAY(level->arena, const Pending *, count + 1);
    floating->starts = ARENA_ARRAY(level->arena, int64_t, level->unplaced.count + 1);
    for (size_t i = 0; i < count; i++) {
        floating->refs[i] = &fold->pending.items[i];
        floating->starts[fold->pending.items[i].unplaced + 1]++;
    }
    for (size_t u = 0; u < level->unplaced.count; u++)
        floating->starts[u + 1] += floating->starts[u];
    if (count > 1)
        qsort(floating->refs, count, sizeof *floating->refs, compare_floating);
    if (count == 0)
        return;
    universal_tuples(fold, floating);
    collapse_universal(fold, floating);
}

// Gathers what is in question for one group, best class first.
static void gather_group(Gathering *gathering, const Pending *own, int64_t own_count,
                         const Floating *floating, bool with_floating)
{
    Level *level = gathering->fold->level;
    map_clear(gathering->seen);
    gathering->count = 0;
    int64_t fit_count = 0;
    const int64_t *fitting =
        with_floating ? level_fit_items(level_fit_lists(level), gathering->group, &fit_count)
                      : NULL;
    for (RowClass pass = CLASS_CERTAIN; pass <= CLASS_TOLERATED; pass++) {
        for (int64_t i = 0; i < own_count; i++) {
            if (own[i].row_class == pass)
                gather_one(gathering, &own[i]);
        }
        for (int64_t f = 0; f < fit_count; f++) {
            for (int64_t k = floating->starts[fitting[f]]; k < floating->starts[fitting[f] + 1];
                 k++) {
                if (floating->refs[k]->row_class == pass)
                    gather_one(gathering, floating->refs[k]);
            }
        }
        for (size_t i = 0; with_floating && i < floating->universal.count; i++) {
            if (floating->universal.items[i].row_class == pass)
                gather_one(gathering, &floating->universal.items[i]);
        }
    }
}

static void settle_groups(Fold *fold, LevelValues *values, const Floating *floating,
                          size_t floating_count)
{
    Level *level = fold->level;
    size_t total = fold->pending.count, next = floating_count;
    Pending *copies = base_alloc_zeroed(total + 1, sizeof *copies),
            **out = base_alloc_zeroed(total + 1, sizeof *out);
    for (size_t i = 0; i < total; i++)
        out[i] = &copies[i];
    Map seen = {0};
    Gathering gathering = {.fold = fold, .seen = &seen, .out = out};
    for (int64_t group = 0; group < level->count; group++) {
        const Pending *own = fold->pending.items + next;
        int64_t own_count = 0;
        while (next < total && fold->pending.items[next].group == group)
            next++, own_count++;
        bool with_floating =
            floating_count > 0 && (fold->selected == NULL || fold->selected[group]);
        if (own_count == 0 && !with_floating)
            continue;
        gathering.group = group;
        gather_group(&gathering, own, own_count, floating, with_floating);
        if (gathering.count > 0)
            settle_group(fold, values, group, out, gathering.count);
    }
    map_deinit(&seen);
    free(copies);
    free(out);
}

static void settle_pending(Fold *fold, LevelValues *values)
{
    qsort(fold->pending.items, fold->pending.count, sizeof *fold->pending.items, compare_pending);
    size_t floating_count = 0; // group -1 sorts first
    while (floating_count < fold->pending.count && fold->pending.items[floating_count].group < 0)
        floating_count++;
    Floating floating;
    floating_init(fold, &floating, floating_count);
    settle_groups(fold, values, &floating, floating_count);
    vec_free(&floating.universal);
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

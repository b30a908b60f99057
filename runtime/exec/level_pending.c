// SPDX-License-Identifier: Apache-2.0
//
// level_pending.c: tuples in question: made distinct, best class first, and bounded group by group.
//
// m of a group needs its own tuples only. The guard also needs those of members without a full key, who may belong to
// many groups: where nothing of their key is known they are taken together once, and the guard is computed only for the
// groups that ask.

#include "runtime/exec/crowd.h"
#include "runtime/exec/fold_int.h"

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
    return fold_met(fold, fold->distinct, &group, pending->rows);
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
    int64_t tails[4]; // per class: the one among `out` that stands for blank rows, -1
} Gathering;

// Blank rows of an attached set: those that no better class has, with the others of their class.
static void gather_tail(Gathering *gathering, const Pending *pending)
{
    BodyRun *run = gathering->fold->level->run;
    uint32_t slot = gathering->fold->aggregate->mention[0];
    Pending piece = *pending;
    for (RowClass c = CLASS_CERTAIN; c < pending->row_class; c++) {
        if (gathering->tails[c] < 0)
            continue;
        piece.tail =
            partner_tail_minus(run, slot, piece.tail, gathering->out[gathering->tails[c]]->tail);
        if (piece.tail == 0)
            return;
    }
    if (piece.own_cause)
        piece.tuple.cause = partner_tail_cause(run, slot, piece.tail);
    int64_t *at = &gathering->tails[pending->row_class];
    if (*at < 0) {
        *at = gathering->count;
        *gathering->out[gathering->count++] = piece;
        return;
    }
    Pending *have = gathering->out[*at];
    have->tail = partner_tail_union(run, slot, have->tail, piece.tail);
    have->own_cause = false;
    if (cause_order(run->shared->causes, piece.tuple.cause, have->tuple.cause) < 0)
        have->tuple.cause = piece.tuple.cause;
}

// What the tails gathered are worth.
static void value_tails(Gathering *gathering)
{
    const Fold *fold = gathering->fold;
    for (RowClass c = CLASS_CERTAIN; c <= CLASS_TOLERATED; c++) {
        if (gathering->tails[c] < 0)
            continue;
        Pending *tail = gathering->out[gathering->tails[c]];
        Tuple tuple =
            partner_tail_tuple(fold->level->run, fold->aggregate, tail->tail, NULL, 0, false);
        tuple.class = tail->tuple.class;
        tuple.cause = tail->tuple.cause;
        tail->tuple = tuple;
    }
}

static void gather_one(Gathering *gathering, const Pending *pending)
{
    const Fold *fold = gathering->fold;
    if (pending->tail != 0) {
        gather_tail(gathering, pending);
        return;
    }
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

void pending_copy(const Vector *from, int64_t count, Arena *arena, Vector *to)
{
    int64_t *all = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        all[i] = i;
    vector_take(from, all, count, arena, to);
}

// m of one group in question, and how many of its rows are not known.
static void settle_m(const Fold *fold, LevelValues *values, int64_t group, Pending *const *tuples,
                     int64_t count)
{
    Value value;
    bounds_upto(fold, group, tuples, count, CLASS_POSSIBLE, &value);
    vector_set(&values->m, group, &value, fold->level->arena);
    values->unknown[group] = count;
}

// n and t of one group.
static void settle_guard(const Fold *fold, LevelValues *values, int64_t group,
                         Pending *const *tuples, int64_t count)
{
    Value value;
    bounds_upto(fold, group, tuples, count, CLASS_SHADOW, &value);
    vector_set(&values->n, group, &value, fold->level->arena);
    bounds_upto(fold, group, tuples, count, CLASS_TOLERATED, &value);
    vector_set(&values->t, group, &value, fold->level->arena);
}

void pending_settle_failed(const Fold *fold, LevelValues *values)
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

typedef struct FloatingRef {
    int64_t fit_class;
    const Pending *pending;
} FloatingRef;

static int compare_floating(const void *a, const void *b)
{
    const FloatingRef *x = a, *y = b;
    if (x->fit_class != y->fit_class)
        return x->fit_class < y->fit_class ? -1 : 1;
    return (x->pending->ordinal > y->pending->ordinal) -
           (x->pending->ordinal < y->pending->ordinal);
}

GroupTable *fold_identities(Fold *fold)
{
    if (fold->identities != NULL)
        return fold->identities;
    Arena *arena = fold->level->run->scratch;
    ArenaMark mark = arena_mark(arena);
    Phys *phys = ARENA_ARRAY(arena, Phys, fold->id_count + 1);
    Vector *ids = ARENA_ARRAY(arena, Vector, fold->id_count + 1);
    for (uint32_t k = 0; k < fold->id_count; k++) {
        phys[k] = PHYS_I64;
        group_keys(fold->distinct, k + 1, &ids[k]);
    }
    fold->identities = group_table_create(phys, fold->id_count);
    int64_t count = group_count(fold->distinct);
    int64_t *numbers = base_alloc(MAX_OF((size_t)count, 1) * sizeof *numbers);
    group_assign(fold->identities, ids, count, numbers);
    free(numbers);
    arena_rewind(arena, mark);
    return fold->identities;
}

// Whether no certain tuple of any group can be the same one: then many such tuples can be taken together.
static bool can_collapse(Fold *fold, const Pending *pending)
{
    if (pending->tail != 0)
        return false; // a group may have some of the rows too
    if (fold->distinct == NULL)
        return true;
    for (uint32_t k = 0; k < fold->id_count; k++) {
        if (pending->rows[k] < 0)
            return true;
    }
    return !fold_met(fold, fold_identities(fold), NULL, pending->rows);
}

// Blank rows among the tuples that fit the same groups, with those of their class for the same reason.
static void distinct_tail(const Fold *fold, const Pending *pending, Map *seen, Floating *out)
{
    BodyRun *run = fold->level->run;
    int64_t key[2] = {pending->row_class, pending->own_cause ? 0 : pending->tuple.cause};
    bool is_new = false;
    uint64_t *at = map_at(seen, (Str){(const char *)key, sizeof key}, &is_new);
    if (is_new) {
        *at = out->tuples.count;
        vec_push(&out->tuples, *pending);
        return;
    }
    Pending *have = &out->tuples.items[*at];
    have->tail = partner_tail_union(run, fold->aggregate->mention[0], have->tail, pending->tail);
}

// The distinct tuples of refs[0..count), appended to `out`.
static void distinct_tuples(const Fold *fold, const FloatingRef *refs, size_t count, Floating *out)
{
    const CauseTable *causes = fold->level->run->shared->causes;
    Map seen = {0}, tails = {0};
    for (size_t i = 0; i < count; i++) {
        const Pending *pending = refs[i].pending;
        if (pending->tail != 0) {
            distinct_tail(fold, pending, &tails, out);
            continue;
        }
        bool is_new = false;
        uint64_t *at = map_at(&seen, pending_key(fold, pending), &is_new);
        if (is_new) {
            *at = out->tuples.count;
            vec_push(&out->tuples, *pending);
            continue;
        }
        Tuple *have = &out->tuples.items[*at].tuple;
        if (pending->tuple.cause != 0 && cause_order(causes, pending->tuple.cause, have->cause) < 0)
            have->cause = pending->tuple.cause;
    }
    map_deinit(&tails);
    map_deinit(&seen);
}

// Takes the tuples first..total of one class together, except those that `kept` marks.
static void collapse_class(const Fold *fold, size_t first, size_t total, RowClass row_class,
                           const uint8_t *kept, Floating *floating)
{
    Level *level = fold->level;
    int64_t count = 0, next = 0;
    Pending all = {.collapsed = false};
    for (size_t i = first; i < total; i++)
        count += !kept[i - first] && floating->tuples.items[i].row_class == row_class;
    Crowd crowd = crowd_make(&level->run->shared->eval, fold->aggregate, count, level->arena);
    for (size_t i = first; i < total; i++) {
        const Pending *pending = &floating->tuples.items[i];
        if (kept[i - first] || pending->row_class != row_class)
            continue;
        if (next == 0)
            all = *pending;
        crowd_set(&crowd, next++, &pending->tuple);
    }
    crowd_build(&crowd);
    all.collapsed = true;
    if (crowd_tuple(&crowd, 0, count, all.tuple.class, &all.tuple))
        vec_push(&floating->tuples, all);
}

// Takes the tuples from `first` on together, as far as they can be: one per class.
static void collapse_from(Fold *fold, size_t first, Floating *floating)
{
    size_t total = floating->tuples.count, next = first;
    if (total - first <= COLLAPSE_FROM || !lump_can(fold->aggregate))
        return;
    uint8_t *kept = base_alloc_zeroed(total - first, 1);
    for (size_t i = first; i < total; i++)
        kept[i - first] = !can_collapse(fold, &floating->tuples.items[i]);
    for (RowClass c = CLASS_CERTAIN; c <= CLASS_TOLERATED; c++)
        collapse_class(fold, first, total, c, kept, floating);
    for (size_t i = first; i < floating->tuples.count; i++) {
        if (i >= total || kept[i - first])
            floating->tuples.items[next++] = floating->tuples.items[i];
    }
    floating->tuples.count = next;
    free(kept);
}

static void floating_init(Fold *fold, Floating *floating, size_t count)
{
    Level *level = fold->level;
    *floating = (Floating){.count = (int64_t)count};
    if (count == 0)
        return;
    const LevelFits *fits = level_fit_lists(level);
    int64_t class_count = level_fit_class_count(fits);
    FloatingRef *refs = base_alloc(count * sizeof *refs);
    for (size_t i = 0; i < count; i++)
        refs[i] = (FloatingRef){level_fit_class(fits, fold->pending.items[i].unplaced),
                                &fold->pending.items[i]};
    qsort(refs, count, sizeof *refs, compare_floating);
    floating->starts = ARENA_ARRAY(level->arena, int64_t, class_count + 1);
    size_t next = 0;
    for (int64_t c = 0; c < class_count; c++) {
        size_t from = next, first = floating->tuples.count;
        while (next < count && refs[next].fit_class == c)
            next++;
        distinct_tuples(fold, refs + from, next - from, floating);
        collapse_from(fold, first, floating);
        floating->starts[c + 1] = (int64_t)floating->tuples.count;
    }
    free(refs);
}

static void gather_class(Gathering *gathering, int64_t fit_class, RowClass pass)
{
    const Floating *floating = gathering->fold->floating;
    for (int64_t k = floating->starts[fit_class]; k < floating->starts[fit_class + 1]; k++) {
        if (floating->tuples.items[k].row_class == pass)
            gather_one(gathering, &floating->tuples.items[k]);
    }
}

// Gathers what is in question for one group, best class first: its own tuples up to a class, and where that reaches
// shadows, those of unplaced members.
static void gather_group(Gathering *gathering, const Pending *own, int64_t own_count, RowClass upto)
{
    const Fold *fold = gathering->fold;
    map_clear(gathering->seen);
    gathering->count = 0;
    for (RowClass c = CLASS_CERTAIN; c <= CLASS_TOLERATED; c++)
        gathering->tails[c] = -1;
    int64_t fit_count = 0, universal = -1;
    const int64_t *fitting = NULL;
    if (upto >= CLASS_SHADOW && fold->floating->count > 0) {
        const LevelFits *fits = level_fit_lists(fold->level);
        universal = level_fit_universal(fits);
        fitting = level_fit_classes(fits, gathering->group, &fit_count);
    }
    for (RowClass pass = CLASS_CERTAIN; pass <= upto; pass++) {
        for (int64_t i = 0; i < own_count; i++) {
            if (own[i].row_class == pass)
                gather_one(gathering, &own[i]);
        }
        for (int64_t f = 0; f < fit_count; f++)
            gather_class(gathering, fitting[f], pass);
        if (universal >= 0)
            gather_class(gathering, universal, pass);
    }
    value_tails(gathering);
}

// Visits the groups marked (NULL: all) with what is in question for them.
typedef void (*Settle)(const Fold *fold, LevelValues *values, int64_t group, Pending *const *tuples,
                       int64_t count);

static void settle_groups(Fold *fold, LevelValues *values, const uint8_t *wanted, RowClass upto,
                          Settle settle)
{
    Level *level = fold->level;
    size_t total = fold->pending.count, next = (size_t)fold->floating->count;
    size_t most = total + fold->floating->tuples.count + 1;
    Pending *copies = base_alloc_zeroed(most, sizeof *copies),
            **out = base_alloc_zeroed(most, sizeof *out);
    for (size_t i = 0; i < most; i++)
        out[i] = &copies[i];
    Map seen = {0};
    Gathering gathering = {.fold = fold, .seen = &seen, .out = out};
    for (int64_t group = 0; group < level->count; group++) {
        const Pending *own = fold->pending.items + next;
        int64_t own_count = 0;
        while (next < total && fold->pending.items[next].group == group)
            next++, own_count++;
        bool asked = wanted == NULL || wanted[group];
        if (!asked || (own_count == 0 && (upto < CLASS_SHADOW || fold->floating->count == 0)))
            continue;
        gathering.group = group;
        partner_tail_trim(level->run, fold->aggregate);
        gather_group(&gathering, own, own_count, upto);
        if (gathering.count > 0)
            settle(fold, values, group, out, gathering.count);
    }
    map_deinit(&seen);
    free(copies);
    free(out);
}

void pending_settle(Fold *fold, LevelValues *values)
{
    Level *level = fold->level;
    qsort(fold->pending.items, fold->pending.count, sizeof *fold->pending.items, compare_pending);
    size_t floating_count = 0; // group -1 sorts first
    while (floating_count < fold->pending.count && fold->pending.items[floating_count].group < 0)
        floating_count++;
    fold->floating = ARENA_NEW(level->arena, Floating);
    floating_init(fold, fold->floating, floating_count);
    values->unknown = ARENA_ARRAY(level->arena, int64_t, level->count);
    settle_groups(fold, values, NULL, CLASS_POSSIBLE, settle_m);
    pending_copy(&values->m, level->count, level->arena, &values->n);
    pending_copy(&values->m, level->count, level->arena, &values->t);
    if (fold->shadows)
        values->guarded = ARENA_ARRAY(level->arena, uint8_t, level->count);
}

void pending_guard(Fold *fold, LevelValues *values, const uint8_t *wanted)
{
    settle_groups(fold, values, wanted, CLASS_TOLERATED, settle_guard);
}

void pending_free(Fold *fold)
{
    Floating *floating = fold->floating;
    group_table_destroy(fold->identities);
    if (floating == NULL)
        return;
    vec_free(&floating->tuples);
}

// SPDX-License-Identifier: Apache-2.0
//
// level.c: a fence: which members are in which group, and what each group is worth.
//
// Keys are evaluated once for all members. A member with an unknown key part belongs to no group; it is kept as
// *unplaced*: a shadow member of every group whose key it does not contradict.

#include "runtime/base/sort.h"
#include "runtime/exec/block.h"
#include "runtime/exec/native_int.h"
#include "runtime/exec/series.h"

// ---------------------------------------------------------------- members

// The class of every member on entering the fence; MEMBER_GONE in `group` where it does not enter.
static void enter_members(Level *level)
{
    const Members *members = level->members;
    for (int64_t i = 0; i < members->all.count; i++) {
        BindState state = bindings_state(level->run, &members->all, i);
        level->row_class[i] =
            (uint8_t)(level->reading_a ? bind_class_a(&state) : bind_class(&state));
        if (level->reading_a ? state.a_gone : state.b_gone)
            level->group[i] = MEMBER_GONE;
    }
}

static void enter_clean(Level *level)
{
    if (level->members->all.state != NULL)
        enter_members(level);
}

// Members of a second fence: those whose group is alive, with the worse of both classes.
static void enter_from_below(Level *level)
{
    const Level *below = level->below;
    for (int64_t i = 0; i < level->members->all.count; i++) {
        int64_t group = below->group[i];
        level->row_class[i] = below->row_class[i];
        if (group <= MEMBER_GONE || !below->alive[group]) {
            level->group[i] = MEMBER_GONE; // unplaced ones are taken over apart
            continue;
        }
        level->row_class[i] = MAX_OF(level->row_class[i], below->class_of[group]);
        if (level->run->body->is_query && below->class_of[group] != CLASS_CERTAIN)
            level->group[i] = MEMBER_GONE;
    }
}

// ---------------------------------------------------------------- keys

static void keys_of_block(Level *level, int64_t first, int64_t count, Vector *keys)
{
    const Group *group = &level->op->group;
    Bindings view;
    members_view(level->members, first, count, level->run->scratch, &view);
    if (level->native_keys != NULL) {
        native_keys_block(level->native_keys, &view, keys);
        return;
    }
    for (uint32_t k = 0; k < group->key_count; k++) {
        EvalContext context = bindings_context(level->run, &view, level->run->scratch);
        if (expr_reads_aggregate(&group->keys[k].value))
            attached_aggregates(level->run, &view, &group->keys[k].value, CLASS_SHADOW, &context);
        eval_expr(&context, &group->keys[k].value, &keys[k]);
        vector_expand(&keys[k], count, level->run->scratch);
    }
}

// Keys of a second fence are values of the groups below.
static void keys_from_below(Level *level, Vector *below_keys, int64_t first, int64_t count,
                            Vector *keys)
{
    int64_t *index = ARENA_ARRAY(level->run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        index[i] = MAX_OF(level->below->group[first + i], 0);
    for (uint32_t k = 0; k < level->op->group.key_count; k++) {
        if (level->below->count == 0)
            vector_make(&keys[k], type_phys(level->op->group.keys[k].value.type), count,
                        level->run->scratch);
        else
            vector_take(&below_keys[k], index, count, level->run->scratch, &keys[k]);
    }
}

static void unplace(Level *level, int64_t member, const Vector *keys, int64_t index)
{
    const Group *group = &level->op->group;
    Unplaced unplaced = {.member = member, .was_shadow = level->row_class[member] == CLASS_SHADOW};
    unplaced.parts = ARENA_ARRAY(level->arena, Value, MAX_OF(group->key_count, 1u));
    for (uint32_t k = 0; k < group->key_count; k++) {
        Value *part = &unplaced.parts[k];
        *part = vector_value(&keys[k], group->keys[k].value.type, index);
        part->cause = members_cause(level->run->shared->causes, part->cause);
        if (unplaced.mark.place == 0 && part->state != VALUE_KNOWN)
            unplaced.mark = (Mark){level->op->place, part->cause};
    }
    level->row_class[member] = CLASS_SHADOW;
    level->group[member] = member_unplaced((int64_t)level->unplaced.count);
    vec_push(&level->unplaced, unplaced);
}

static void place_block(Level *level, int64_t first, int64_t count, Vector *keys)
{
    Arena *arena = level->run->scratch;
    uint32_t key_count = level->op->group.key_count;
    bool is_query = level->run->body->is_query;
    // Members that have gone must not make groups: their first key is made unknown.
    int64_t *groups = ARENA_ARRAY(arena, int64_t, count),
            *alive = ARENA_ARRAY(arena, int64_t, count);
    int64_t alive_count = 0;
    for (int64_t i = 0; i < count; i++) {
        if (level->group[first + i] != MEMBER_GONE)
            alive[alive_count++] = i;
    }
    Vector *taken = keys;
    if (alive_count < count) {
        taken = ARENA_ARRAY(arena, Vector, MAX_OF(key_count, 1u));
        for (uint32_t k = 0; k < key_count; k++)
            vector_take(&keys[k], alive, alive_count, arena, &taken[k]);
    }
    group_assign(level->table, taken, alive_count, groups);
    for (int64_t a = 0; a < alive_count; a++) {
        int64_t member = first + alive[a];
        level->group[member] = groups[a];
        if (groups[a] != GROUP_NONE)
            continue;
        level->group[member] = MEMBER_GONE;
        if (is_query)
            continue; // left out: a query has no bounds
        unplace(level, member, keys, alive[a]);
    }
}

// A binding that had no full key below stays unplaced: its key parts here are those that its binding still gives.
static void take_over_unplaced(Level *level)
{
    const Group *group = &level->op->group;
    for (size_t u = 0; u < level->below->unplaced.count; u++) {
        Unplaced unplaced = level->below->unplaced.items[u];
        Value *below_parts = unplaced.parts;
        unplaced.parts = ARENA_ARRAY(level->arena, Value, MAX_OF(group->key_count, 1u));
        for (uint32_t k = 0; k < group->key_count; k++) {
            const Expr *key = &group->keys[k].value;
            const Step *last = &key->steps[key->count - 1];
            bool copied = last->op == STEP_KEY && key->count == 1;
            unplaced.parts[k] = copied ? below_parts[last->index]
                                       : (Value){.type = key->type,
                                                 .state = VALUE_ISSUE,
                                                 .cause = unplaced.mark.cause};
        }
        unplaced.inherited = true;
        level->group[unplaced.member] = member_unplaced((int64_t)level->unplaced.count);
        level->row_class[unplaced.member] = CLASS_SHADOW;
        vec_push(&level->unplaced, unplaced);
    }
}

static void place_members(Level *level)
{
    uint32_t key_count = level->op->group.key_count;
    int64_t total = level->members->all.count;
    Vector *below_keys = NULL;
    if (level->below != NULL) {
        below_keys = ARENA_ARRAY(level->arena, Vector, MAX_OF(key_count, 1u));
        uint8_t *all = ARENA_ARRAY(level->arena, uint8_t, MAX_OF(level->below->count, 1));
        memset(all, 1, (size_t)level->below->count);
        for (uint32_t k = 0; k < key_count; k++) {
            const Expr *key = &level->op->group.keys[k].value;
            level_guard(level->below, key, all);
            EvalContext context = level_context(level->below, key, 2, NULL, level->arena);
            eval_expr(&context, key, &below_keys[k]);
            vector_expand(&below_keys[k], MAX_OF(level->below->count, 1), level->arena);
        }
    }
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, total - first);
        ArenaMark mark = arena_mark(level->run->scratch);
        Vector *keys = ARENA_ARRAY(level->run->scratch, Vector, MAX_OF(key_count, 1u));
        if (level->below == NULL)
            keys_of_block(level, first, count, keys);
        else
            keys_from_below(level, below_keys, first, count, keys);
        place_block(level, first, count, keys);
        arena_rewind(level->run->scratch, mark);
    }
    if (level->below != NULL)
        take_over_unplaced(level);
}

// ---------------------------------------------------------------- groups

static void class_groups(Level *level)
{
    memset(level->class_of, CLASS_SHADOW, (size_t)level->count);
    for (int64_t i = 0; i < level->members->all.count; i++) {
        int64_t group = level->group[i];
        if (group == MEMBER_GONE)
            continue;
        level->member_total++;
        level->shadow_total += level->row_class[i] == CLASS_SHADOW;
        if (group >= 0 && level->row_class[i] < level->class_of[group])
            level->class_of[group] = level->row_class[i];
    }
    for (int64_t g = 0; g < level->count; g++) {
        level->blames_possible[g] = level->class_of[g] == CLASS_POSSIBLE;
        level->blames_shadows[g] = level->class_of[g] == CLASS_SHADOW;
    }
    int128_t allowed = (int128_t)level->run->shared->options->tolerance_count * level->member_total;
    level->tolerant = (int128_t)level->shadow_total * 1000000000 <= allowed;
}

static void alloc_groups(Level *level)
{
    int64_t count = level->count;
    level->alive = ARENA_ARRAY(level->arena, uint8_t, count);
    level->class_of = ARENA_ARRAY(level->arena, uint8_t, count);
    level->blames_possible = ARENA_ARRAY(level->arena, uint8_t, count);
    level->blames_shadows = ARENA_ARRAY(level->arena, uint8_t, count);
    level->excepted = ARENA_ARRAY(level->arena, uint64_t, count);
    level->caveats = ARENA_ARRAY(level->arena, uint64_t, count);
    memset(level->alive, 1, (size_t)count);
    level->first_cause = ARENA_ARRAY(level->arena, Mark, count);
    level->own_head = ARENA_ARRAY(level->arena, int64_t, count);
    memset(level->own_head, 0xff, (size_t)count * sizeof *level->own_head);
}

void level_own(Level *level, int64_t group, Mark mark)
{
    vec_push(&level->own, (OwnMark){mark, level->own_head[group]});
    level->own_head[group] = (int64_t)level->own.count - 1;
}

// Members listed by group: only what is reported or in question needs them, so they are listed on demand.
void level_index(Level *level)
{
    if (level->starts != NULL)
        return;
    int64_t total = level->members->all.count;
    int64_t *groups = base_alloc(MAX_OF((size_t)total, 1) * sizeof *groups);
    for (int64_t i = 0; i < total; i++)
        groups[i] = level->group[i] >= 0 ? level->group[i] : GROUP_NONE;
    level->starts = ARENA_ARRAY(level->arena, int64_t, level->count + 1);
    level->rows = ARENA_ARRAY(level->arena, int64_t, total);
    group_index(groups, total, level->count, level->starts, level->rows);
    free(groups);
}

static void find_range(Level *level)
{
    const Body *body = level->run->body;
    level->end_index = body->operator_count;
    for (uint32_t i = body->operator_count; i-- > level->op_index + 1;) {
        if (body->operators[i].kind == OPERATOR_GROUP)
            level->end_index = i;
    }
    for (uint32_t i = level->op_index + 1; i < level->end_index; i++)
        level->score_count += body->operators[i].kind == OPERATOR_SCORE;
}

static void start(Level *level, const Members *members, Level *below, uint32_t op_index,
                  bool reading_a)
{
    BodyRun *run = members->run;
    *level = (Level){.run = run,
                     .members = members,
                     .below = below,
                     .op_index = op_index,
                     .reading_a = reading_a};
    level->op = &run->body->operators[op_index];
    level->stretch = below == NULL ? 1 : below->stretch + 1;
    level->arena = arena_create(NULL, 0);
    level->unknown_ids = ARENA_NEW(level->arena, Map);
    find_range(level);
    const Group *group = &level->op->group;
    Phys *phys = ARENA_ARRAY(level->arena, Phys, MAX_OF(group->key_count, 1u));
    for (uint32_t k = 0; k < group->key_count; k++)
        phys[k] = type_phys(group->keys[k].value.type);
    level->table = group_table_create(phys, group->key_count);
    level->native_keys = native_keys_open(level);
}

// Groups are known: makes what is kept per group.
static void finish(Level *level)
{
    const Group *group = &level->op->group;
    level->count = group_count(level->table);
    if (level->count == 0 && group->empty_group && group->key_count == 0)
        level->count = 1; // the group that exists even over nothing
    alloc_groups(level);
    level->keys = ARENA_ARRAY(level->arena, Vector, MAX_OF(group->key_count, 1u));
    for (uint32_t k = 0; k < group->key_count; k++)
        group_keys(level->table, k, &level->keys[k]);
    level->values =
        ARENA_ARRAY(level->arena, LevelValues, MAX_OF(level->run->body->aggregate_count, 1u));
    level->scores = ARENA_ARRAY(level->arena, ScoreState, MAX_OF(level->score_count, 1u));
    level->series = ARENA_ARRAY(level->arena, SeriesRun *, level->run->body->operator_count);
}

Status level_open(Level *level, const Members *members, Level *below, uint32_t op_index,
                  bool reading_a)
{
    start(level, members, below, op_index, reading_a);
    int64_t total = members->all.count;
    level->group = ARENA_ARRAY(level->arena, int64_t, total);
    level->row_class = ARENA_ARRAY(level->arena, uint8_t, total);
    if (below == NULL)
        enter_clean(level);
    else
        enter_from_below(level);
    place_members(level);
    finish(level);
    class_groups(level);
    if (level->member_total == 0 && level->op->group.empty_group)
        level->class_of[0] = CLASS_CERTAIN;
    return run_poll(level->run->shared);
}

// ---------------------------------------------------------------- groups as members

int64_t level_keyless(const Level *of)
{
    return of->run->body->is_query ? 0 : (int64_t)of->unplaced.count;
}

// The groups that are there so far, with their class.
static void enter_groups(Level *level)
{
    const Level *of = level->of;
    memset(level->row_class, CLASS_SHADOW, (size_t)level->members->all.count);
    for (int64_t g = 0; g < of->count; g++) {
        level->row_class[g] = of->class_of[g];
        bool left_out = level->run->body->is_query && of->class_of[g] != CLASS_CERTAIN;
        if (!of->alive[g] || left_out)
            level->group[g] = MEMBER_GONE;
    }
}

static void place_groups(Level *level)
{
    uint32_t key_count = level->op->group.key_count;
    int64_t total = level->members->all.count;
    Vector *keys = ARENA_ARRAY(level->arena, Vector, MAX_OF(key_count, 1u));
    for (uint32_t k = 0; k < key_count; k++) {
        const Expr *key = &level->op->group.keys[k].value;
        EvalContext context = level_peers_context(level->of, key, level->arena);
        eval_expr(&context, key, &keys[k]);
        vector_expand(&keys[k], total, level->arena);
    }
    place_block(level, 0, total, keys);
}

Status level_open_groups(Level *level, Members *peers, Level *of, uint32_t op_index)
{
    *peers = (Members){.run = of->run};
    bindings_init(&peers->all, of->run->body, of->arena);
    peers->all.count = of->count + level_keyless(of);
    start(level, peers, NULL, op_index, of->reading_a);
    level->of = of;
    level->stretch = of->stretch;
    level->group = ARENA_ARRAY(level->arena, int64_t, peers->all.count);
    level->row_class = ARENA_ARRAY(level->arena, uint8_t, peers->all.count);
    enter_groups(level);
    place_groups(level);
    finish(level);
    class_groups(level);
    return run_poll(level->run->shared);
}

// ---------------------------------------------------------------- streams

void level_stream_open(Level *level, const Members *members, uint32_t op_index)
{
    start(level, members, NULL, op_index, true);
    level->values =
        ARENA_ARRAY(level->arena, LevelValues, MAX_OF(level->run->body->aggregate_count, 1u));
    level->block_arena = arena_create(NULL, 0);
}

void level_stream_place(Level *level)
{
    arena_reset(level->block_arena);
    level->group = ARENA_ARRAY(level->block_arena, int64_t, level->members->all.count);
    level->row_class = ARENA_ARRAY(level->block_arena, uint8_t, level->members->all.count);
    place_members(level);
    level->count = group_count(level->table);
}

void level_stream_finish(Level *level)
{
    LevelValues *values = level->values;
    finish(level);
    level->values = values;
    memset(level->class_of, CLASS_CERTAIN, (size_t)level->count);
}

void level_close(Level *level)
{
    if (level->arena == NULL)
        return;
    group_table_destroy(level->table);
    level_folds_free(level);
    for (uint32_t i = 0; level->series != NULL && i < level->run->body->operator_count; i++)
        series_close(level->series[i]);
    level_fits_free(level->fits);
    map_deinit(level->unknown_ids);
    vec_free(&level->unplaced);
    vec_free(&level->own);
    arena_destroy(level->block_arena);
    arena_destroy(level->arena);
    *level = (Level){0};
}

// ---------------------------------------------------------------- marks and causes

static bool lower_mark(const CauseTable *causes, Mark a, Mark than)
{
    if (than.place == 0 || a.place == 0)
        return a.place != 0;
    return a.place != than.place ? a.place < than.place
                                 : cause_order(causes, a.cause, than.cause) < 0;
}

Mark level_mark(const Level *level, int64_t member)
{
    const CauseTable *causes = level->run->shared->causes;
    BindState state = bindings_state(level->run, &level->members->all, member);
    Mark lowest = {0};
    if (level->of != NULL && member < level->of->count)
        lowest = level_cause_so_far(level->of, member);
    else if (level->of != NULL)
        lowest = level_mark(level->of, level->of->unplaced.items[member - level->of->count].member);
    else
        lowest.place = bind_lowest(level->run, &state, level->reading_a, &lowest.cause);
    for (const Level *at = level; at != NULL; at = at->below) {
        int64_t group = at->group[member];
        if (group <= -2) {
            Mark mark = at->unplaced.items[member_unplaced_index(group)].mark;
            if (lower_mark(causes, mark, lowest))
                lowest = mark;
        }
        if (at->below == NULL || at->below->group[member] < 0)
            continue;
        int64_t under = at->below->group[member];
        if (at->below->class_of[under] == CLASS_CERTAIN)
            continue;
        Mark mark = level_first_cause(at->below, under);
        if (lower_mark(causes, mark, lowest))
            lowest = mark;
    }
    return lowest;
}

void cause_counts_add(CauseCounts *counts, Mark mark, int64_t rows)
{
    for (size_t i = 0; i < counts->count; i++) {
        if (counts->items[i].place == mark.place && counts->items[i].cause == mark.cause) {
            counts->items[i].rows += rows;
            return;
        }
    }
    vec_push(counts, (CauseCount){.place = mark.place, .cause = mark.cause, .rows = rows});
}

static int compare_counts(const void *context, const void *a, const void *b)
{
    const CauseCount *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return cause_order(context, x->cause, y->cause);
}

void cause_counts_sort(const CauseTable *causes, CauseCounts *counts)
{
    sort_stable(counts->items, counts->count, sizeof *counts->items, compare_counts, causes);
}

RowClass level_member_class(const Level *level, int64_t member, int64_t group)
{
    RowClass row_class = (RowClass)level->row_class[member];
    bool tolerated =
        row_class == CLASS_SHADOW && level->tolerant && level->class_of[group] != CLASS_SHADOW;
    return tolerated ? CLASS_TOLERATED : row_class;
}

static void causes_of_class(Level *level, int64_t group, RowClass row_class, CauseCounts *counts)
{
    level_index(level);
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        if (level_member_class(level, level->rows[k], group) == row_class)
            cause_counts_add(counts, level_mark(level, level->rows[k]), 1);
    }
    // Unplaced members are shadows here, or tolerated: all of them alike.
    if (row_class == CLASS_SHADOW && level->unplaced.count > 0 &&
        level_member_class(level, level->unplaced.items[0].member, group) == CLASS_SHADOW)
        level_fit_causes(level, group, counts);
}

void level_causes(Level *level, int64_t group, CauseCounts *counts)
{
    for (int64_t i = level->own_head[group]; i >= 0; i = level->own.items[i].next)
        cause_counts_add(counts, level->own.items[i].mark, 1);
    if (level->blames_possible[group])
        causes_of_class(level, group, CLASS_POSSIBLE, counts);
    if (level->blames_shadows[group])
        causes_of_class(level, group, CLASS_SHADOW, counts);
}

Mark level_cause_so_far(Level *level, int64_t group)
{
    CauseCounts counts = {0};
    level_causes(level, group, &counts);
    Mark first = {0};
    for (size_t i = 0; i < counts.count; i++) {
        Mark mark = {counts.items[i].place, counts.items[i].cause};
        if (lower_mark(level->run->shared->causes, mark, first))
            first = mark;
    }
    vec_free(&counts);
    return first;
}

Mark level_first_cause(Level *level, int64_t group)
{
    if (level->first_cause[group].place == 0)
        level->first_cause[group] = level_cause_so_far(level, group);
    return level->first_cause[group];
}

static Str identity_text(const Dict *dict, const Value *value)
{
    return dict_str(dict, value->state == VALUE_KNOWN ? value->code : value->skeleton);
}

bool value_may_equal(const Dict *dict, const Value *a, const Value *b)
{
    if (a->state == VALUE_ISSUE || b->state == VALUE_ISSUE) {
        const Value *issue = a->state == VALUE_ISSUE ? a : b, *other = issue == a ? b : a;
        Phys phys = type_phys(other->type);
        if (other->state != VALUE_KNOWN || !issue->bounded ||
            (phys != PHYS_I64 && phys != PHYS_I128))
            return true;
        int128_t value = phys == PHYS_I64 ? other->i64 : other->i128;
        return issue->lo <= value && value <= issue->hi;
    }
    bool gap = a->state == VALUE_GAP || b->state == VALUE_GAP;
    if (!gap)
        return value_same(a, b);
    if ((a->state == VALUE_GAP && a->skeleton == 0) || (b->state == VALUE_GAP && b->skeleton == 0))
        return true;
    return skeleton_may_equal(identity_text(dict, a), identity_text(dict, b));
}

bool level_fits(const Level *level, const Unplaced *unplaced, int64_t group)
{
    for (uint32_t k = 0; k < level->op->group.key_count; k++) {
        Value key = vector_value(&level->keys[k], level->op->group.keys[k].value.type, group);
        if (!value_may_equal(level->run->shared->dict, &unplaced->parts[k], &key))
            return false;
    }
    return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// window_group.c: `let … among` below a grouping: the members are the groups that are there so far.
//
// The groups of the level are placed into partitions by a Level of their own and folded by window_order.c, all at
// once. The let's value becomes one of the level's aggregates, with m, n and t, so that conditions, scores, printed values and
// a second grouping read it like any other.

#include "runtime/exec/fold_int.h"
#include "runtime/exec/window_int.h"

// The aggregate that stands for the let's value.
static uint32_t value_number(const Body *body, const Operator *op)
{
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        if (body->aggregates[a].window == op->slot && body->aggregates[a].function == WINDOW_VALUE)
            return a;
    }
    UNREACHABLE();
}

// Where each member stands: the groups in the order of their keys, then those that have no full key.
static const int64_t *rank_members(const Level *level)
{
    int64_t total = level->count + level_keyless(level);
    int64_t *rank = ARENA_ARRAY(level->arena, int64_t, MAX_OF(total, 1));
    for (int64_t i = 0; i < total; i++)
        rank[i] = i;
    uint32_t key_count = level->op->group.key_count;
    if (key_count == 0 || level->count == 0)
        return rank;
    Type *types = ARENA_ARRAY(level->arena, Type, key_count);
    for (uint32_t k = 0; k < key_count; k++)
        types[k] = level->op->group.keys[k].value.type;
    int64_t *order = ARENA_ARRAY(level->arena, int64_t, level->count);
    group_order(level->table, level->run->shared->dict, types, order);
    for (int64_t i = 0; i < level->count; i++)
        rank[order[i]] = i;
    return rank;
}

bool window_is_many(const Level *of, int64_t member)
{
    if (member < of->count)
        return false;
    const Bindings *all = &of->members->all;
    const Body *body = of->run->body;
    int64_t binding = of->unplaced.items[member - of->count].member;
    for (uint32_t slot = 0; slot < body->slot_count; slot++) {
        if (all->rows[slot] == NULL || body->slots[slot].attached)
            continue;
        int64_t row = all->rows[slot][binding];
        if (row_is_unknown(row) ? !row_is_one(row)
                                : row >= 0 && rowset_many(slot_rowset(of->run, slot), row))
            return true;
    }
    return false;
}

static uint8_t *all_groups(const Level *level)
{
    uint8_t *all = ARENA_ARRAY(level->arena, uint8_t, MAX_OF(level->count, 1));
    memset(all, 1, (size_t)level->count);
    return all;
}

// The folds of the peers as aggregates of the level, for the let's value to read.
static void offer_folds(const WindowReading *reading)
{
    Level *level = reading->of;
    const Body *body = level->run->body;
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        const Aggregate *aggregate = &body->aggregates[a];
        if (aggregate->window != reading->op->slot || aggregate->function == WINDOW_VALUE)
            continue;
        LevelValues *values = &level->values[a];
        const WindowValues *own = &reading->values[a];
        pending_copy(&own->m, level->count, level->arena, &values->m);
        pending_copy(&own->t, level->count, level->arena, &values->t);
        values->shown = values->m;
        values->n = reading->tolerant ? values->m : values->t;
        values->guarded = reading->shadows ? all_groups(level) : NULL;
        values->done = true;
    }
}

// In a query what has no partition is in none, and its cause is not kept.
static void key_causes(const WindowReading *reading, CauseId *causes)
{
    Level *level = reading->of;
    Arena *arena = reading->level.arena;
    for (uint32_t k = 0; k < reading->op->group.key_count; k++) {
        const Expr *key = &reading->op->group.keys[k].value;
        EvalContext context = level_context(level, key, 2, NULL, arena);
        Vector value;
        eval_expr(&context, key, &value);
        vector_expand(&value, level->count, arena);
        for (int64_t g = 0; value.state != NULL && g < level->count; g++) {
            if (causes[g] == 0 && value.state[g] != VALUE_KNOWN)
                causes[g] = value.cause[g];
        }
    }
}

// Why a group's own value is not known: its partition, else its order. 0: it is.
static CauseId *own_causes(const WindowReading *reading)
{
    Level *level = reading->of;
    CauseId *causes = ARENA_ARRAY(reading->level.arena, CauseId, MAX_OF(level->count, 1));
    if (level->run->body->is_query)
        key_causes(reading, causes);
    for (int64_t g = 0; g < level->count; g++) {
        int64_t partition = reading->level.group[g];
        if (partition <= -2)
            causes[g] = reading->level.unplaced.items[member_unplaced_index(partition)].mark.cause;
        if (causes[g] == 0 && partition >= 0 && reading->order_cause != NULL)
            causes[g] = reading->order_cause[g];
    }
    return causes;
}

// The let's value as it is read: 1 m, 2 n, 3 t. Of undecided groups it has the cause of the least.
static void value_of(const WindowReading *reading, int which, const CauseId *own, Vector *out)
{
    Level *level = reading->of;
    const Expr *value = &reading->op->window.value;
    EvalContext context = level_context(level, value, which, NULL, level->arena);
    if (level->score_count > 0) {
        Vector *points = ARENA_NEW(level->arena, Vector);
        level_points(level, level->arena, points);
        context.points = points;
    }
    Vector made;
    eval_expr(&context, value, &made);
    vector_expand(&made, level->count, level->arena);
    pending_copy(&made, level->count, level->arena, out);
    for (int64_t g = 0; g < level->count; g++) {
        Value issue = {.type = value->type, .state = VALUE_ISSUE, .cause = own[g]};
        if (own[g] != 0)
            vector_set(out, g, &issue, level->arena);
        else if (out->state != NULL && out->state[g] == VALUE_ISSUE)
            out->cause[g] = members_cause(level->run->shared->causes, out->cause[g]);
    }
}

static void give_values(const WindowReading *reading, const CauseId *own)
{
    Level *level = reading->of;
    LevelValues *values = &level->values[value_number(level->run->body, reading->op)];
    uint8_t *all = all_groups(level);
    bool guarded = level_guard(level, &reading->op->window.value, all);
    value_of(reading, 1, own, &values->m);
    values->shown = values->n = values->t = values->m;
    if (guarded) {
        value_of(reading, 2, own, &values->n);
        value_of(reading, 3, own, &values->t);
        values->guarded = all;
    }
    values->shadow_tuples = reading->shadow_tuples;
    values->tuples = reading->tuples;
    values->done = true;
}

// A query goes on without the groups that have no partition or no place in it.
static void leave_out(const WindowReading *reading, const CauseId *own)
{
    Level *level = reading->of;
    for (int64_t g = 0; level->run->body->is_query && g < level->count; g++) {
        if (!level->alive[g] || level->class_of[g] != CLASS_CERTAIN || own[g] == 0)
            continue;
        body_count(level->run, reading->op->place, own[g], 1);
        level->alive[g] = 0;
    }
}

// The exceptions that hold for a group: its own, and those of its rows.
static uint64_t group_excepted(Level *level, int64_t group)
{
    uint64_t excepted = level->excepted[group];
    for (int64_t k = level->starts[group]; k < level->starts[group + 1]; k++) {
        BindState state = bindings_state(level->run, &level->members->all, level->rows[k]);
        excepted |= state.excepted | state.peers_excepted;
        for (const Level *below = level->below; below != NULL; below = below->below)
            excepted |= below->excepted[below->group[level->rows[k]]];
    }
    return excepted;
}

// Without them a group's window might be another one.
static void note_excepted(const WindowReading *reading)
{
    Level *level = reading->of;
    const Level *partitions = &reading->level;
    if (level->reading_a)
        return;
    level_index(level);
    uint64_t *excepted = ARENA_ARRAY(partitions->arena, uint64_t, MAX_OF(partitions->count, 1));
    for (int64_t g = 0; g < level->count; g++) {
        if (partitions->group[g] >= 0)
            excepted[partitions->group[g]] |= group_excepted(level, g);
    }
    if (level->peers_excepted == NULL)
        level->peers_excepted = ARENA_ARRAY(level->arena, uint64_t, MAX_OF(level->count, 1));
    for (int64_t g = 0; g < level->count; g++) {
        if (partitions->group[g] >= 0)
            level->peers_excepted[g] |= excepted[partitions->group[g]];
    }
}

// Shadows are disregarded where both kinds are few: groups among the groups, and members without a full key among the
// members of the fence.
static void judge_tolerance(WindowReading *reading)
{
    const Level *level = &reading->level;
    int64_t keyless = level_keyless(reading->of);
    reading->tuples = level->member_total;
    reading->shadow_tuples = level->shadow_total;
    reading->shadows = reading->shadow_tuples > 0;
    int128_t allowed =
        (int128_t)reading->run->shared->options->tolerance_count * (level->member_total - keyless);
    bool few = (int128_t)(level->shadow_total - keyless) * 1000000000 <= allowed;
    reading->tolerant = few && (keyless == 0 || reading->of->tolerant);
}

const LevelValues *window_group_values(const Level *level, const Operator *op)
{
    const LevelValues *values = &level->values[value_number(level->run->body, op)];
    return values->done ? values : NULL;
}

Status window_groups(Level *level, uint32_t op_index)
{
    BodyRun *run = level->run;
    WindowReading reading = {.run = run, .op = &run->body->operators[op_index], .of = level};
    Members peers;
    reading.rank = rank_members(level);
    reading.members = &peers;
    Status status = level_open_groups(&reading.level, &peers, level, op_index);
    judge_tolerance(&reading);
    reading.values =
        ARENA_ARRAY(reading.level.arena, WindowValues, MAX_OF(run->body->aggregate_count, 1u));
    if (status == STATUS_OK)
        status = window_order(&reading);
    if (status == STATUS_OK) {
        const CauseId *own = own_causes(&reading);
        offer_folds(&reading);
        give_values(&reading, own);
        leave_out(&reading, own);
        note_excepted(&reading);
    }
    level_close(&reading.level);
    return status;
}

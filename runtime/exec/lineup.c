// SPDX-License-Identifier: Apache-2.0
//
// lineup.c: partitions in their order.
//
// Everything that orders is evaluated once per member, a block at a time; each partition is then sorted by itself, and
// not at all where it comes in order.

#include "runtime/exec/lineup.h"

#include "runtime/base/sort.h"
#include "runtime/exec/block.h"

// ---------------------------------------------------------------- values of members

static EvalContext block_context(BodyRun *run, const Members *members, const Expr *expr,
                                 int64_t first, int64_t count, RowClass upto)
{
    Bindings view;
    members_view(members, first, count, run->scratch, &view);
    EvalContext context = bindings_context(run, &view, run->scratch);
    if (expr_reads_aggregate(expr))
        attached_aggregates(run, &view, expr, upto, &context);
    return context;
}

static void block_values(const Lineup *line, const Expr *expr, int64_t first, int64_t count,
                         Vector *out)
{
    EvalContext context = block_context(line->run, line->members, expr, first, count, CLASS_SHADOW);
    eval_expr(&context, expr, out);
    vector_expand(out, count, line->run->scratch);
}

void lineup_truth(BodyRun *run, const Members *members, const Expr *expr, int64_t first,
                  int64_t count, Vector *out)
{
    EvalContext context = block_context(run, members, expr, first, count, CLASS_POSSIBLE);
    (void)context_upto(run, &context, expr, CLASS_POSSIBLE);
    eval_truth(&context, expr, out);
    vector_expand(out, count, run->scratch);
}

static void note_lost(Lineup *line, const Vector *vector, int64_t first, int64_t count)
{
    for (int64_t i = 0; vector->state != NULL && i < count; i++) {
        if (vector->state[i] == VALUE_KNOWN)
            continue;
        if (line->lost == NULL)
            line->lost = ARENA_ARRAY(line->level.arena, CauseId, line->members->all.count);
        if (line->lost[first + i] == 0)
            line->lost[first + i] = vector->cause[i];
    }
}

// A time that lies behind the end of the calendar is no end at all.
static void store_high(Lineup *line, const Vector *vector, int64_t first, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        bool known = vector->state == NULL || vector->state[i] == VALUE_KNOWN;
        line->high[first + i] = known ? vector->i64[i] : INT64_MAX;
    }
}

static void read_block(Lineup *line, int64_t first, int64_t count)
{
    const Pattern *pattern = &line->op->pattern;
    Vector vector;
    for (uint32_t k = 0; k < line->key_count; k++) {
        block_values(line, &pattern->sorts[k].value, first, count, &vector);
        note_lost(line, &vector, first, count);
        for (int64_t i = 0; i < count; i++)
            line->keys[k][first + i] = cell_load(&vector, i);
        if (k == 0)
            memcpy(line->time + first, vector.i64, (size_t)count * sizeof *line->time);
    }
    block_values(line, &pattern->high, first, count, &vector);
    store_high(line, &vector, first, count);
}

static Status read_members(Lineup *line)
{
    int64_t total = line->members->all.count;
    Arena *arena = line->level.arena;
    line->keys = ARENA_ARRAY(arena, Cell *, line->key_count);
    for (uint32_t k = 0; k < line->key_count; k++)
        line->keys[k] = ARENA_ARRAY(arena, Cell, total);
    line->time = ARENA_ARRAY(arena, int64_t, total);
    line->high = ARENA_ARRAY(arena, int64_t, total);
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(line->run->scratch);
        read_block(line, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(line->run->scratch, mark);
        TRY(run_poll(line->run->shared));
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- what a query leaves out

// Members of a query that have no partition have gone from the level: why, is asked again.
static void count_block(const Lineup *line, int64_t first, int64_t count)
{
    const Group *group = &line->op->group;
    CauseId *causes = ARENA_ARRAY(line->run->scratch, CauseId, count);
    for (uint32_t k = 0; k < group->key_count; k++) {
        Vector vector;
        block_values(line, &group->keys[k].value, first, count, &vector);
        for (int64_t i = 0; vector.state != NULL && i < count; i++) {
            if (vector.state[i] != VALUE_KNOWN && causes[i] == 0)
                causes[i] = vector.cause[i];
        }
    }
    for (int64_t i = 0; i < count; i++) {
        if (causes[i] == 0 && line->lost != NULL)
            causes[i] = line->lost[first + i];
        if (causes[i] != 0)
            body_count(line->run, line->op->place, causes[i], 1);
    }
}

static void count_left_out(const Lineup *line)
{
    int64_t total = line->members->all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(line->run->scratch);
        count_block(line, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_rewind(line->run->scratch, mark);
    }
}

// ---------------------------------------------------------------- the order

static int compare_keys(const Lineup *line, int64_t a, int64_t b)
{
    for (uint32_t k = 0; k < line->key_count; k++) {
        const WindowSort *sort = &line->op->pattern.sorts[k];
        int way = cell_compare(line->run->shared->dict, sort->value.type, line->keys[k][a],
                               line->keys[k][b]);
        if (way != 0)
            return sort->descending && !line->forward ? -way : way;
    }
    return 0;
}

bool lineup_tied(const Lineup *line, int64_t a, int64_t b)
{
    return compare_keys(line, a, b) == 0;
}

// Rows that are absent or not known come before all others.
static int compare_rows(const Lineup *line, int64_t a, int64_t b)
{
    const Bindings *all = &line->members->all;
    for (uint32_t slot = 0; slot < line->run->body->slot_count; slot++) {
        if (all->rows[slot] == NULL)
            continue;
        int64_t x = MAX_OF(all->rows[slot][a], -1), y = MAX_OF(all->rows[slot][b], -1);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static int compare_members(const void *context, const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    int way = compare_keys(context, x, y);
    return way != 0 ? way : compare_rows(context, x, y);
}

static void sort_line(const Lineup *line, int64_t *at, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        if (compare_members(line, &at[i - 1], &at[i]) > 0) {
            sort_stable(at, (size_t)count, sizeof *at, compare_members, line);
            return;
        }
    }
}

static void list_members(const Lineup *line, bool loose, int64_t **starts, int64_t **at)
{
    const Level *level = &line->level;
    int64_t total = line->members->all.count;
    int64_t *groups = base_alloc(MAX_OF((size_t)total, 1) * sizeof *groups);
    for (int64_t i = 0; i < total; i++) {
        bool lost = line->lost != NULL && line->lost[i] != 0;
        groups[i] = level->group[i] >= 0 && lost == loose ? level->group[i] : GROUP_NONE;
    }
    *starts = ARENA_ARRAY(level->arena, int64_t, level->count + 1);
    *at = ARENA_ARRAY(level->arena, int64_t, total);
    group_index(groups, total, level->count, *starts, *at);
    free(groups);
}

static Status sort_lines(Lineup *line)
{
    list_members(line, false, &line->starts, &line->at);
    line->loose_starts = ARENA_ARRAY(line->level.arena, int64_t, line->level.count + 1);
    if (line->lost != NULL && !line->run->body->is_query)
        list_members(line, true, &line->loose_starts, &line->loose);
    for (int64_t g = 0; g < line->level.count; g++) {
        sort_line(line, line->at + line->starts[g], line->starts[g + 1] - line->starts[g]);
        if (g % BLOCK_ROWS == 0)
            TRY(run_poll(line->run->shared));
    }
    return STATUS_OK;
}

Status lineup_open(Lineup *line, BodyRun *run, const Members *members, uint32_t operator,
                   bool forward, bool reading_a)
{
    const Operator *op = &run->body->operators[operator];
    *line = (Lineup){.run = run,
                     .op = op,
                     .members = members,
                     .key_count = forward ? 1 : op->pattern.sort_count,
                     .forward = forward};
    Status status = level_open(&line->level, members, NULL, operator, reading_a);
    if (status == STATUS_OK)
        status = read_members(line);
    if (status == STATUS_OK)
        status = sort_lines(line);
    if (status == STATUS_OK && run->body->is_query)
        count_left_out(line);
    if (status != STATUS_OK)
        lineup_close(line);
    return status;
}

void lineup_close(Lineup *line)
{
    level_close(&line->level);
}

// ---------------------------------------------------------------- what members are worth

CauseId lineup_cause(const Lineup *line, int64_t member)
{
    Mark mark = level_mark(&line->level, member);
    if (mark.place == 0 && line->lost != NULL)
        return line->lost[member];
    return mark.place == 0 ? 0 : mark.cause;
}

CauseId lineup_lower(const Lineup *line, CauseId a, CauseId b)
{
    if (a == 0 || b == 0)
        return a == 0 ? b : a;
    return cause_order(line->run->shared->causes, a, b) <= 0 ? a : b;
}

RowClass lineup_class(const Lineup *line, int64_t member)
{
    int64_t group = line->level.group[member];
    if (group >= MEMBER_GONE)
        return (RowClass)line->level.row_class[member];
    const Unplaced *unplaced = &line->level.unplaced.items[member_unplaced_index(group)];
    return unplaced->was_shadow ? CLASS_SHADOW : CLASS_POSSIBLE;
}

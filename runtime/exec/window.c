// SPDX-License-Identifier: Apache-2.0
//
// window.c: keeps the bindings, splits them into partitions, and gives each its value.
//
// Partitions are the groups of a Level, so whole partitions are folded like groups: with tuples made distinct, bounds,
// and the guard. Where exceptions stand above, the reading without them (B) and the one with them (A) are computed
// apart. A binding whose value is the same in both goes on as it is. One whose value differs goes on twice: once as what
// reading B has, gone in A, and once the other way round.

#include "runtime/exec/bunch.h"
#include "runtime/exec/produce.h"
#include "runtime/exec/window_int.h"

struct WindowRun {
    const Operator *op;
    uint32_t index; // of the operator
    Members members;
    int64_t shadow_tuples, tuples; // in reading A
    const WindowReading *reading;  // while bindings are pushed: A
    int64_t first, count;          // members of the block under way
};

WindowRun *window_open(BodyRun *run, uint32_t operator)
{
    WindowRun *window = ARENA_NEW(run->arena, WindowRun);
    window->op = &run->body->operators[operator];
    window->index = operator;
    members_init(&window->members, run);
    if (window->op->kind != OPERATOR_SEQUENCE) // which makes no rows
        run->produced[window->op->slot] = produced_table(run, window->op->slot);
    return window;
}

void window_close(WindowRun *window)
{
    if (window != NULL)
        members_deinit(&window->members);
}

const Members *window_members(const WindowRun *window)
{
    return &window->members;
}

void window_unplaced(const WindowRun *window, int64_t *shadows, int64_t *tuples)
{
    *shadows = window->shadow_tuples;
    *tuples = window->tuples;
}

Status window_keep(BodyRun *run, WindowRun *window, const Bindings *batch)
{
    return members_append(&window->members, run, batch);
}

// ---------------------------------------------------------------- readings

static bool is_whole(const BodyRun *run, const Step *step)
{
    const Aggregate *aggregate = &run->body->aggregates[step->index];
    return step->op == STEP_AGG && !aggregate->per_binding && window_whole(aggregate);
}

// The folds of whole partitions, with their guard.
static void fold_partitions(WindowReading *reading)
{
    const Expr *value = &reading->op->window.value;
    BodyRun *run = reading->run;
    Step *steps = ARENA_ARRAY(reading->level.arena, Step, MAX_OF(value->count, 1u));
    Expr whole = {.steps = steps};
    for (uint32_t s = 0; s < value->count; s++) {
        if (value->steps[s].op == STEP_AGG && is_whole(run, &value->steps[s]))
            steps[whole.count++] = value->steps[s];
    }
    for (uint32_t s = 0; s < whole.count; s++)
        level_aggregate(&reading->level, whole.steps[s].index, NULL);
    if (!reading->shadows)
        return;
    uint8_t *wanted = ARENA_ARRAY(reading->level.arena, uint8_t, MAX_OF(reading->level.count, 1));
    memset(wanted, 1, (size_t)reading->level.count);
    level_guard(&reading->level, &whole, wanted);
}

// The slots whose rows make the tuples of the let's value, all its functions taken together.
static uint64_t tuple_slots(const WindowReading *reading)
{
    const Body *body = reading->run->body;
    uint64_t slots = 0;
    for (uint32_t a = 0; a < body->aggregate_count; a++) {
        const Aggregate *aggregate = &body->aggregates[a];
        for (uint32_t m = 0; aggregate->window == reading->op->slot && m < aggregate->mention_count;
             m++) {
            uint32_t slot = aggregate->mention[m];
            bool attached = body->slots[slot].attached; // the members whose sets are read
            slots |= attached ? partner_reads(reading->run, slot) : (uint64_t)1 << slot;
        }
    }
    return slots;
}

// The identity of a member's tuple; false: a row of it is absent, so it is none.
static bool tuple_id(const WindowReading *reading, uint64_t slots, int64_t member, int64_t *id,
                     uint32_t *width)
{
    const Bindings *all = &reading->members->all;
    *width = 0;
    for (uint64_t left = slots; left != 0; left &= left - 1) {
        const int64_t *rows = all->rows[__builtin_ctzll(left)];
        id[*width] = rows == NULL ? 0 : rows[member];
        if (id[(*width)++] == ROW_ABSENT)
            return false;
    }
    return true;
}

// Whether two members can be one tuple: some slot is bound that makes none.
static bool tuples_repeat(const WindowReading *reading, uint64_t slots)
{
    for (uint32_t slot = 0; slot < reading->run->body->slot_count; slot++) {
        if ((slots >> slot & 1) == 0 && reading->members->all.rows[slot] != NULL)
            return true;
    }
    return false;
}

// A tuple counts as a shadow if no member of another class is the same.
static void count_tuples(WindowReading *reading, uint64_t slots)
{
    const Level *level = &reading->level;
    bool repeat = tuples_repeat(reading, slots);
    Map tuples = {0};
    for (int64_t i = 0; i < reading->members->all.count; i++) {
        int64_t id[BODY_SLOTS_MAX];
        uint32_t width;
        if (level->group[i] == MEMBER_GONE || !tuple_id(reading, slots, i, id, &width))
            continue;
        bool is_new = true, sure = level->row_class[i] != CLASS_SHADOW;
        uint64_t *counts =
            repeat ? map_at(&tuples, (Str){(const char *)id, width * sizeof *id}, &is_new) : NULL;
        reading->tuples += is_new;
        reading->shadow_tuples += is_new;
        if (sure && (counts == NULL || *counts == 0)) {
            reading->shadow_tuples--;
            if (counts != NULL)
                *counts = 1;
        }
    }
    map_deinit(&tuples);
}

// The tolerance goes by tuples: a fan-out cannot outvote the shadows (tests/reference/README.md, decision 70).
static void judge_tolerance(WindowReading *reading)
{
    Level *level = &reading->level;
    count_tuples(reading, tuple_slots(reading));
    int128_t allowed = (int128_t)reading->run->shared->options->tolerance_count * reading->tuples;
    reading->tolerant = (int128_t)reading->shadow_tuples * 1000000000 <= allowed;
    level->tolerant = reading->tolerant;
    if (reading->tolerant) // also where a partition has no other members
        memset(level->class_of, CLASS_CERTAIN, (size_t)level->count);
}

static Status reading_open(WindowReading *reading, BodyRun *run, const WindowRun *window,
                           bool reading_a)
{
    *reading = (WindowReading){.run = run, .op = window->op, .members = &window->members};
    TRY(level_open(&reading->level, &window->members, NULL, window->index, reading_a));
    reading->shadows = reading->level.shadow_total > 0;
    if (reading->shadows)
        judge_tolerance(reading);
    reading->values =
        ARENA_ARRAY(reading->level.arena, WindowValues, MAX_OF(run->body->aggregate_count, 1u));
    fold_partitions(reading);
    return window_order(reading);
}

// ---------------------------------------------------------------- values

// Why a member without a partition has none: the cause of its first unknown key.
static CauseId unplaced_cause(const WindowReading *reading, int64_t member)
{
    const Level *level = &reading->level;
    if (level->group[member] <= -2)
        return level->unplaced.items[member_unplaced_index(level->group[member])].mark.cause;
    Bindings view;
    members_view(reading->members, member, 1, reading->run->scratch, &view);
    EvalContext context = bindings_context(reading->run, &view, reading->run->scratch);
    for (uint32_t k = 0; k < reading->op->group.key_count; k++) {
        const Expr *key = &reading->op->group.keys[k].value;
        Vector value;
        if (expr_reads_aggregate(key))
            attached_aggregates(reading->run, &view, key, CLASS_SHADOW, &context);
        eval_expr(&context, key, &value);
        if (value.state != NULL && value.state[0] != VALUE_KNOWN)
            return value.cause[0];
    }
    return 0;
}

// One fold of the peers for the members first..first+count.
static void fold_values(const WindowReading *reading, uint32_t index, bool shadows, int64_t first,
                        int64_t count, Vector *out)
{
    const Level *level = &reading->level;
    Arena *arena = reading->run->scratch;
    const Aggregate *aggregate = &reading->run->body->aggregates[index];
    int64_t *at = ARENA_ARRAY(arena, int64_t, count);
    bool whole = window_whole(aggregate);
    for (int64_t i = 0; i < count; i++)
        at[i] = whole ? MAX_OF(level->group[first + i], 0) : first + i;
    const LevelValues *groups = &level->values[index];
    const WindowValues *own = &reading->values[index];
    const Vector *from = whole ? (shadows ? &groups->t : &groups->m) : shadows ? &own->t : &own->m;
    if (whole && level->count == 0)
        vector_make(out, type_phys(aggregate->type), count, arena);
    else
        vector_take(from, at, count, arena, out);
}

// Why a member's own value is not known: its partition, else its order. 0: it is.
CauseId window_own_cause(const WindowReading *reading, int64_t member)
{
    if (reading->level.group[member] < 0)
        return unplaced_cause(reading, member);
    return reading->order_cause == NULL ? 0 : reading->order_cause[member];
}

static void set_unplaced(const WindowReading *reading, int64_t first, int64_t count, Vector *out)
{
    for (int64_t i = 0; i < count; i++) {
        CauseId cause = window_own_cause(reading, first + i);
        if (cause == 0)
            continue;
        Value issue = {
            .type = reading->op->window.value.type, .state = VALUE_ISSUE, .cause = cause};
        vector_set(out, i, &issue, reading->run->scratch);
    }
}

// The let's value for the members first..first+count.
static void block_values(const WindowReading *reading, bool shadows, bool whole, int64_t first,
                         const Bindings *view, Vector *out)
{
    BodyRun *run = reading->run;
    const Expr *value = &reading->op->window.value;
    EvalContext context = bindings_context(run, view, run->scratch);
    attached_aggregates(run, view, value, CLASS_SHADOW, &context);
    Vector *folds = (Vector *)(uintptr_t)context.aggregates;
    for (uint32_t s = 0; s < value->count; s++) {
        uint32_t index = value->steps[s].index;
        if (value->steps[s].op == STEP_AGG && folds[index].data == NULL)
            fold_values(reading, index, shadows, first, view->count, &folds[index]);
    }
    Vector made;
    eval_expr(&context, value, &made);
    vector_expand(&made, view->count, run->scratch);
    if (whole) {
        *out = made;
        return;
    }
    int64_t *at = ARENA_ARRAY(run->scratch, int64_t, view->count);
    for (int64_t i = 0; i < view->count; i++)
        at[i] = i;
    vector_take(&made, at, view->count, run->scratch, out); // it may be borrowed
    set_unplaced(reading, first, view->count, out);
}

// ---------------------------------------------------------------- going on

typedef struct Output {
    BodyRun *run;
    const WindowRun *window;
    const WindowReading *b, *a; // a NULL: the readings are one
    bool shadows;
    bool whole;         // one reading, and every member has its partition and its place
    uint64_t *excepted; // by partition of b: exceptions that hold for some member
} Output;

// Values of one block, by reading; those of n are m or t.
typedef struct BlockValues {
    Vector m[2], n[2], t[2];
} BlockValues;

static int64_t write_row(const Output *out, const BlockValues *values, int reading, int64_t index)
{
    uint32_t slot = out->window->op->slot;
    Type type = out->window->op->window.value.type;
    Produced *produced = out->run->produced[slot];
    Rowset *rows = produced_write(produced);
    Value value = vector_value(&values->n[reading], type, index);
    column_append(&rows->columns[0], &value);
    if (out->shadows) {
        Rowset *m, *t;
        produced_write_readings(out->run, produced, slot, &m, &t);
        value = vector_value(&values->m[reading], type, index);
        column_append(&m->columns[0], &value);
        m->row_count++;
        value = vector_value(&values->t[reading], type, index);
        column_append(&t->columns[0], &value);
        t->row_count++;
    }
    return rows->row_count++;
}

// Whether the same is known of two values, whatever the cause.
bool window_same(const Value *a, const Value *b)
{
    return value_same(a, b) && a->bounded == b->bounded &&
           (!a->bounded || (a->lo == b->lo && a->hi == b->hi));
}

static bool same_vectors(const Vector *a, const Vector *b, Type type, int64_t index)
{
    Value x = vector_value(a, type, index), y = vector_value(b, type, index);
    return value_identical(&x, &y);
}

uint64_t window_caveat(const Body *body, uint32_t slot)
{
    uint32_t ordinal = 0, i = 0;
    for (; body->operators[i].kind != OPERATOR_WINDOW || body->operators[i].slot != slot; i++)
        ordinal += body->operators[i].kind == OPERATOR_WINDOW;
    return caveat_of_window(ordinal);
}

uint64_t window_caveats(const BodyRun *run, const Bindings *batch, uint64_t slots, int64_t index)
{
    uint64_t caveats = 0;
    for (uint32_t i = 0; i < run->end_operator; i++) {
        const Operator *op = &run->body->operators[i];
        if (op->kind != OPERATOR_WINDOW)
            continue;
        if ((slots >> op->slot & 1) == 0 || batch->rows[op->slot] == NULL)
            continue;
        const Produced *produced = run->produced[op->slot];
        int64_t row = batch->rows[op->slot][index];
        const Column *n = &produced_rows(produced)->columns[0],
                     *t = &produced_upto(produced, CLASS_TOLERATED)->columns[0];
        if (n == t || row_is_unknown(row))
            continue;
        Value a = column_get(n, row), b = column_get(t, row);
        caveats |= window_same(&a, &b) ? 0 : window_caveat(run->body, op->slot);
    }
    return caveats;
}

static bool readings_agree(const Output *out, const BlockValues *values, const BindState *state,
                           int64_t index)
{
    Type type = out->window->op->window.value.type;
    if (out->a == NULL || state->a_gone || state->b_gone)
        return true;
    return same_vectors(&values->m[0], &values->m[1], type, index) &&
           same_vectors(&values->n[0], &values->n[1], type, index) &&
           same_vectors(&values->t[0], &values->t[1], type, index);
}

static void list_excepted(Output *out)
{
    const Level *level = &out->b->level;
    out->excepted = ARENA_ARRAY(level->arena, uint64_t, level->count);
    for (int64_t i = 0; i < level->members->all.count; i++) {
        BindState state = bindings_state(out->run, &level->members->all, i);
        if (level->group[i] >= 0)
            out->excepted[level->group[i]] |= state.excepted | state.peers_excepted;
    }
}

static uint64_t peers_excepted(const Output *out, int64_t member)
{
    int64_t group = out->b->level.group[member];
    return group >= 0 ? out->excepted[group] : 0;
}

// A query leaves out what has no partition or no place in it.
static bool left_out(const Output *out, int64_t member)
{
    CauseId cause = out->run->body->is_query ? window_own_cause(out->b, member) : 0;
    if (cause != 0)
        body_count(out->run, out->window->op->place, cause, 1);
    return cause != 0;
}

// Every binding as it is, with its value.
static void give_all(const Output *out, const Bindings *view, const Vector *value, Bindings *next)
{
    BodyRun *run = out->run;
    uint32_t slot = out->window->op->slot;
    Rowset *made = produced_write(run->produced[slot]);
    Column *column = &made->columns[0];
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, view->count);
    for (int64_t i = 0; i < view->count; i++)
        rows[i] = made->row_count + i;
    if (value->state == NULL)
        column_append_known(column, value, NULL, 0, view->count);
    for (int64_t i = 0; value->state != NULL && i < view->count; i++) {
        Value cell = vector_value(value, out->window->op->window.value.type, i);
        column_append(column, &cell);
    }
    made->row_count += view->count;
    bindings_init(next, run->body, run->scratch);
    next->count = view->count;
    memcpy(next->rows, view->rows, run->body->slot_count * sizeof *next->rows);
    memcpy(next->attached, view->attached, run->body->slot_count * sizeof *next->attached);
    next->rows[slot] = rows;
    if (view->state == NULL)
        return;
    next->state = ARENA_ARRAY(run->scratch, uint32_t, view->count);
    memcpy(next->state, view->state, (size_t)view->count * sizeof *next->state);
}

// The binding once per reading where the values differ.
static void give_block(const Output *out, int64_t first, const Bindings *view,
                       const BlockValues *values, Bindings *next)
{
    Arena *arena = out->run->scratch;
    int64_t *index = ARENA_ARRAY(arena, int64_t, 2 * view->count),
            *rows = ARENA_ARRAY(arena, int64_t, 2 * view->count), count = 0;
    uint8_t *split = ARENA_ARRAY(arena, uint8_t, 2 * view->count);
    for (int64_t i = 0; i < view->count; i++) {
        if (left_out(out, first + i))
            continue;
        BindState state = bindings_state(out->run, view, i);
        bool agree = readings_agree(out, values, &state, i);
        index[count] = i;
        split[count] = !agree;
        rows[count++] = write_row(out, values, state.b_gone, i);
        if (agree)
            continue;
        index[count] = i;
        split[count] = 2;
        rows[count++] = write_row(out, values, 1, i);
    }
    bindings_take(out->run, view, index, count, arena, next);
    next->rows[out->window->op->slot] = rows;
    for (int64_t i = 0; i < count; i++) {
        if (split[i] == 0)
            continue;
        BindState state = bindings_state(out->run, next, i);
        state.a_gone = split[i] == 1;
        state.b_gone = split[i] == 2;
        if (state.a_gone)
            state.peers_excepted |= peers_excepted(out, first + index[i]);
        bindings_set_state(out->run, next, arena, i, &state);
    }
}

// The member of the block that a binding pushed on is: the one with its rows.
static int64_t member_of(const BodyRun *run, const WindowRun *window, const Bindings *batch,
                         int64_t index)
{
    for (int64_t i = window->first; i < window->first + window->count; i++) {
        bool same = true;
        for (uint32_t slot = 0; same && slot < run->body->slot_count; slot++) {
            const int64_t *rows = window->members.all.rows[slot];
            same = rows == NULL || rows[i] == batch->rows[slot][index];
        }
        if (same)
            return i;
    }
    UNREACHABLE();
}

bool window_peers(BodyRun *run, const WindowRun *window, const Bindings *batch, int64_t index,
                  WindowPeers *out)
{
    ASSERT(window->reading != NULL);
    int64_t member = member_of(run, window, batch, index);
    if (window->reading->level.group[member] < 0)
        return false;
    window_peers_of(window->reading, member, out);
    return true;
}

static Status push_block(const Output *out, WindowRun *window, int64_t first, int64_t count)
{
    BodyRun *run = out->run;
    window->first = first;
    window->count = count;
    Bindings view, next;
    members_view(&out->window->members, first, count, run->scratch, &view);
    BlockValues values;
    const WindowReading *readings[2] = {out->b, out->a == NULL ? out->b : out->a};
    for (int r = 0; r < 2; r++) {
        if (r == 0 || out->a != NULL) {
            block_values(readings[r], false, out->whole, first, &view, &values.m[r]);
            values.t[r] = values.m[r];
            if (out->shadows)
                block_values(readings[r], true, false, first, &view, &values.t[r]);
            values.n[r] = readings[r]->tolerant ? values.m[r] : values.t[r];
        } else {
            values.m[r] = values.m[0];
            values.n[r] = values.n[0];
            values.t[r] = values.t[0];
        }
    }
    if (out->whole)
        give_all(out, &view, &values.n[0], &next);
    else
        give_block(out, first, &view, &values, &next);
    run->shared->clause = out->window->op;
    TRY(body_observe(run, out->window->op, &view, &next));
    return next.count == 0 ? STATUS_OK : body_push(run, out->window->index + 1, &next);
}

static bool all_have_places(const WindowReading *reading)
{
    const CauseId *lost = reading->order_cause;
    bool all = true;
    for (int64_t i = 0; i < reading->members->all.count && all; i++)
        all = reading->level.group[i] >= 0 && (lost == NULL || lost[i] == 0);
    return all;
}

Status window_finish(BodyRun *run, WindowRun *window)
{
    WindowReading b = {.run = NULL}, a = {.run = NULL};
    bool differ = bunch_readings_differ(run);
    Output out = {.run = run, .window = window, .b = &b, .a = differ ? &a : NULL};
    Status status = reading_open(&b, run, window, false);
    if (status == STATUS_OK && differ)
        status = reading_open(&a, run, window, true);
    if (status == STATUS_OK && differ)
        list_excepted(&out);
    out.shadows = b.shadows || a.shadows;
    out.whole = status == STATUS_OK && !differ && !out.shadows && all_have_places(&b);
    window->shadow_tuples = differ ? a.shadow_tuples : b.shadow_tuples;
    window->tuples = differ ? a.tuples : b.tuples;
    int64_t total = window->members.all.count;
    window->reading = differ ? &a : &b;
    for (int64_t first = 0; first < total && status == STATUS_OK; first += BLOCK_ROWS) {
        status = push_block(&out, window, first, MIN_OF(BLOCK_ROWS, total - first));
        arena_reset(run->scratch);
        if (status == STATUS_OK)
            status = run_poll(run->shared);
    }
    window->reading = NULL;
    level_close(&b.level);
    level_close(&a.level);
    return status;
}

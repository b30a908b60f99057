// SPDX-License-Identifier: Apache-2.0
//
// bunch.c: bindings with their bunches, and the strangers of bunches, in both readings.

#include "runtime/exec/bunch.h"

#include "runtime/exec/block.h"

bool bunch_readings_differ(const BodyRun *run)
{
    for (size_t i = 1; i < run->states.count; i++) {
        const BindState *state = &run->states.items[i];
        if (state->a_gone || state->b_gone || state->a_place != 0 ||
            state->a_class != CLASS_CERTAIN)
            return true;
    }
    return false;
}

// In which readings something goes on.
typedef enum Split { SPLIT_BOTH, SPLIT_B, SPLIT_A } Split;

// What one block gives.
typedef struct Given {
    int64_t *index, *rows; // per binding that goes on: the one that came, and its bunch
    uint8_t *split;
    int64_t count;
} Given;

static void given_open(Given *given, Arena *arena, int64_t capacity)
{
    *given = (Given){.index = ARENA_ARRAY(arena, int64_t, capacity),
                     .rows = ARENA_ARRAY(arena, int64_t, capacity),
                     .split = ARENA_ARRAY(arena, uint8_t, capacity)};
}

static void give_one(Given *given, int64_t index, int64_t row, Split split)
{
    given->index[given->count] = index;
    given->rows[given->count] = row;
    given->split[given->count++] = (uint8_t)split;
}

static bool has_row(const BunchReading *reading, int64_t member, int64_t row)
{
    for (int64_t k = reading->starts[member]; k < reading->starts[member + 1]; k++)
        if (reading->rows[k] == row)
            return true;
    return false;
}

// A member of one reading alone is gone in the other already; only what both have is told apart.
static void give_member(const BunchOutput *out, int64_t member, int64_t index,
                        const BindState *state, Given *given)
{
    const BunchReading *b = out->b, *a = out->a;
    bool both = a != NULL && !state->a_gone && !state->b_gone;
    for (int64_t k = b->starts[member]; k < b->starts[member + 1]; k++)
        give_one(given, index, b->rows[k],
                 both && !has_row(a, member, b->rows[k]) ? SPLIT_B : SPLIT_BOTH);
    for (int64_t k = a == NULL ? 0 : a->starts[member]; a != NULL && k < a->starts[member + 1]; k++)
        if (!both || !has_row(b, member, a->rows[k]))
            give_one(given, index, a->rows[k], both ? SPLIT_A : SPLIT_BOTH);
}

// ---------------------------------------------------------------- exceptions of peers

// By row of the slot's table: exceptions that hold for some member in reading B.
static const uint64_t *excepted_by_row(const BunchOutput *out, Arena *arena)
{
    if (out->a == NULL)
        return NULL;
    uint64_t *excepted = ARENA_ARRAY(arena, uint64_t, MAX_OF(out->row_count, 1));
    for (int64_t i = 0; i < out->members->all.count; i++) {
        BindState state = bindings_state(out->run, &out->members->all, i);
        for (int64_t k = out->b->starts[i]; k < out->b->starts[i + 1]; k++)
            if (out->b->rows[k] >= 0)
                excepted[out->b->rows[k]] |= state.excepted | state.peers_excepted;
    }
    return excepted;
}

static void split_state(BindState *state, uint8_t split, int64_t row, const uint64_t *excepted)
{
    state->a_gone = state->a_gone || split == SPLIT_B;
    state->b_gone = state->b_gone || split == SPLIT_A;
    if (split == SPLIT_B && row >= 0)
        state->peers_excepted |= excepted[row];
}

// ---------------------------------------------------------------- going on

static Status push(const BunchOutput *out, const Bindings *before, Bindings *next)
{
    BodyRun *run = out->run;
    const Operator *op = &run->body->operators[out->index];
    run->shared->clause = op;
    TRY(body_observe(run, op, before, next));
    return next->count == 0 ? STATUS_OK : body_push(run, out->index + 1, next);
}

static Status give_block(const BunchOutput *out, int64_t first, int64_t count,
                         const uint64_t *excepted)
{
    BodyRun *run = out->run;
    const Operator *op = &run->body->operators[out->index];
    Bindings view, next;
    members_view(out->members, first, count, run->scratch, &view);
    int64_t most = out->b->starts[first + count] - out->b->starts[first];
    if (out->a != NULL)
        most += out->a->starts[first + count] - out->a->starts[first];
    Given given;
    given_open(&given, run->scratch, most);
    for (int64_t i = 0; i < count; i++) {
        BindState state = bindings_state(run, &view, i);
        give_member(out, first + i, i, &state, &given);
    }
    bindings_take(run, &view, given.index, given.count, run->scratch, &next);
    next.rows[op->slot] = given.rows;
    for (int64_t i = 0; i < given.count; i++) {
        CauseId stray = out->stray == NULL ? 0 : out->stray[first + given.index[i]];
        if (stray == 0 && given.split[i] == SPLIT_BOTH)
            continue;
        BindState state = bindings_state(run, &next, i);
        if (stray != 0)
            bind_mark(run, &state, op->place, stray);
        split_state(&state, given.split[i], given.rows[i], excepted);
        bindings_set_state(run, &next, run->scratch, i, &state);
    }
    return push(out, &view, &next);
}

// ---------------------------------------------------------------- strangers

// Bindings of which only the bunch is known.
static void unknown_rows(const BunchOutput *out, const CauseId *causes, int64_t count,
                         Bindings *batch)
{
    BodyRun *run = out->run;
    const Bindings *all = &out->members->all;
    bindings_init(batch, run->body, run->scratch);
    batch->count = count;
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        bool attached = all->attached[slot].offsets != NULL;
        if (all->rows[slot] == NULL && !attached)
            continue;
        int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count);
        AttachedSet set = {0};
        if (attached)
            set = (AttachedSet){ARENA_ARRAY(run->scratch, int64_t, count + 1),
                                ARENA_ARRAY(run->scratch, AttachedMember, count)};
        for (int64_t i = 0; i < count; i++) {
            rows[i] = row_unknown(causes[i]);
            if (!attached)
                continue;
            set.members[i] = (AttachedMember){rows[i], causes[i], CLASS_POSSIBLE};
            set.offsets[i + 1] = i + 1;
        }
        batch->attached[slot] = set;
        batch->rows[slot] = attached ? NULL : rows;
    }
}

static Status give_strangers(const BunchOutput *out, const Stranger *strangers, int64_t count,
                             Split split, const uint64_t *excepted)
{
    BodyRun *run = out->run;
    const Operator *op = &run->body->operators[out->index];
    for (int64_t first = 0; first < count; first += BLOCK_ROWS) {
        int64_t some = MIN_OF(BLOCK_ROWS, count - first);
        CauseId *causes = ARENA_ARRAY(run->scratch, CauseId, some);
        for (int64_t i = 0; i < some; i++)
            causes[i] = strangers[first + i].cause;
        Bindings next, before;
        bindings_init(&before, run->body, run->scratch);
        unknown_rows(out, causes, some, &next);
        next.rows[op->slot] = ARENA_ARRAY(run->scratch, int64_t, some);
        for (int64_t i = 0; i < some; i++) {
            next.rows[op->slot][i] = strangers[first + i].row;
            BindState state = {0};
            bind_mark(run, &state, op->place, causes[i]);
            split_state(&state, (uint8_t)split, strangers[first + i].row, excepted);
            bindings_set_state(run, &next, run->scratch, i, &state);
        }
        TRY(push(out, &before, &next));
        arena_reset(run->scratch);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

typedef VEC(Stranger) StrangerList;

// Both lists go by row, so that one walk finds what they share.
static void split_strangers(const BunchReading *b, const BunchReading *a, StrangerList lists[3])
{
    int64_t i = 0, k = 0, end = a == NULL ? 0 : a->stranger_count;
    while (i < b->stranger_count || k < end) {
        bool from_b =
            i < b->stranger_count && (k == end || b->strangers[i].row <= a->strangers[k].row);
        bool from_a =
            k < end && (i == b->stranger_count || a->strangers[k].row <= b->strangers[i].row);
        bool same = from_a && from_b && b->strangers[i].cause == a->strangers[k].cause;
        if (from_b)
            vec_push(&lists[a == NULL || same ? SPLIT_BOTH : SPLIT_B], b->strangers[i]);
        if (from_a && !same)
            vec_push(&lists[SPLIT_A], a->strangers[k]);
        i += from_b;
        k += from_a;
    }
}

Status bunch_give(const BunchOutput *out)
{
    Arena *arena = arena_create(NULL, 0);
    const uint64_t *excepted = excepted_by_row(out, arena);
    int64_t total = out->members->all.count;
    Status status = STATUS_OK;
    for (int64_t first = 0; first < total && status == STATUS_OK; first += BLOCK_ROWS) {
        status = give_block(out, first, MIN_OF(BLOCK_ROWS, total - first), excepted);
        arena_reset(out->run->scratch);
        if (status == STATUS_OK)
            status = run_poll(out->run->shared);
    }
    StrangerList lists[3] = {{0}};
    split_strangers(out->b, out->a, lists);
    for (int split = 0; split < 3; split++) {
        if (status == STATUS_OK)
            status = give_strangers(out, lists[split].items, (int64_t)lists[split].count,
                                    (Split)split, excepted);
        vec_free(&lists[split]);
    }
    arena_destroy(arena);
    return status;
}

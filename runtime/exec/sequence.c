// SPDX-License-Identifier: Apache-2.0
//
// sequence.c: `sequence`: conditions over all members, matches in both readings, and the bindings made of them.
//
// The conditions of the steps read their own binding only, so each is evaluated once for all members, whatever the
// reading. Where exceptions above touch a member, the matches of both readings are found apart; one that both have, with
// the same worth, goes on once, any other once for its reading, as behind a window.

#include "runtime/exec/block.h"
#include "runtime/exec/bunch.h"
#include "runtime/exec/sequence_int.h"
#include "runtime/exec/session.h"

// ---------------------------------------------------------------- conditions

static void note_unsure(Sequence *sequence, const Vector *truth, int64_t first, int64_t count)
{
    const CauseTable *causes = sequence->run->shared->causes;
    for (int64_t i = 0; truth->cause != NULL && i < count; i++) {
        if (truth->truth[i] != TRUTH_U)
            continue;
        if (sequence->unsure == NULL)
            sequence->unsure = ARENA_ARRAY(sequence->arena, CauseId, sequence->members->all.count);
        if (sequence->unsure[first + i] == 0)
            sequence->unsure[first + i] = members_cause(causes, truth->cause[i]);
    }
}

static Status judge_members(Sequence *sequence)
{
    const Pattern *pattern = &sequence->op->pattern;
    Arena *scratch = sequence->run->scratch;
    int64_t total = sequence->members->all.count;
    sequence->truth = ARENA_ARRAY(sequence->arena, uint8_t *, pattern->step_count);
    for (uint32_t s = 0; s < pattern->step_count; s++)
        sequence->truth[s] = ARENA_ARRAY(sequence->arena, uint8_t, total);
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, total - first);
        ArenaMark mark = arena_mark(scratch);
        for (uint32_t s = 0; s < pattern->step_count; s++) {
            Vector truth;
            lineup_truth(sequence->run, sequence->members, &pattern->steps[s].condition, first,
                         count, &truth);
            memcpy(sequence->truth[s] + first, truth.truth, (size_t)count);
            note_unsure(sequence, &truth, first, count);
        }
        arena_rewind(scratch, mark);
        TRY(run_poll(sequence->run->shared));
    }
    return STATUS_OK;
}

static void list_wanted(Sequence *sequence)
{
    const Pattern *pattern = &sequence->op->pattern;
    sequence->wanted = ARENA_ARRAY(sequence->arena, const PatternStep *, pattern->step_count);
    for (uint32_t s = 0; s < pattern->step_count; s++) {
        if (!pattern->steps[s].absent)
            sequence->wanted[sequence->wanted_count++] = &pattern->steps[s];
    }
}

// ---------------------------------------------------------------- readings

static Status reading_open(SequenceReading *reading, const Sequence *sequence, bool is_a)
{
    BodyRun *run = sequence->run;
    uint32_t index = (uint32_t)(sequence->op - run->body->operators);
    *reading = (SequenceReading){.sequence = sequence, .is_a = is_a};
    TRY(lineup_open(&reading->line, run, sequence->members, index, false, is_a));
    reading->guarded = reading->line.level.shadow_total > 0 && !reading->line.level.tolerant;
    return sequence_match(reading);
}

static void reading_close(SequenceReading *reading)
{
    vec_free(&reading->members);
    vec_free(&reading->made);
    lineup_close(&reading->line);
}

// What a match is worth in its reading.
static BindState state_of(const SequenceReading *reading, const Made *made)
{
    const Sequence *sequence = reading->sequence;
    const BodyRun *run = sequence->run;
    BindState state = {.row_class = made->row_class};
    for (uint32_t s = 0; made->members_at >= 0 && s < sequence->wanted_count; s++) {
        int64_t member = reading->members.items[made->members_at + s];
        BindState own = bindings_state(run, &sequence->members->all, member);
        RowClass row_class = reading->is_a ? bind_class_a(&own) : bind_class(&own);
        CauseId cause;
        uint32_t place = bind_lowest(run, &own, reading->is_a, &cause);
        state.row_class = MAX_OF(state.row_class, row_class);
        if (place != 0)
            bind_mark(run, &state, place, cause);
        state.caveats |= own.caveats;
        state.excepted |= reading->is_a ? 0 : own.excepted;
        state.peers_excepted |= reading->is_a ? 0 : own.peers_excepted;
    }
    if (made->cause != 0)
        bind_mark(run, &state, sequence->op->place, made->cause);
    return state;
}

// ---------------------------------------------------------------- both readings together

typedef struct Output {
    const SequenceReading *reading;
    const Made *made;
    BindState state;
} Output;
typedef VEC(Output) Outputs;

// Exceptions that hold for some member of each partition: where they change the matches, they speak for those that go.
static uint64_t *list_excepted(const SequenceReading *b)
{
    const Level *level = &b->line.level;
    uint64_t *excepted = ARENA_ARRAY(level->arena, uint64_t, level->count);
    for (int64_t i = 0; i < level->members->all.count; i++) {
        BindState state = bindings_state(level->run, &level->members->all, i);
        if (level->group[i] >= 0)
            excepted[level->group[i]] |= state.excepted | state.peers_excepted;
    }
    return excepted;
}

static bool same_state(const BindState *a, const BindState *b)
{
    return a->row_class == b->row_class && a->place == b->place && a->cause == b->cause &&
           a->caveats == b->caveats && b->excepted == 0 && b->peers_excepted == 0;
}

static Str match_key(const SequenceReading *reading, const Made *made)
{
    return (Str){(const char *)(reading->members.items + made->members_at),
                 reading->sequence->wanted_count * sizeof(int64_t)};
}

static void list_plain(const SequenceReading *b, Outputs *out)
{
    for (size_t m = 0; m < b->made.count; m++)
        vec_push(out, (Output){b, &b->made.items[m], state_of(b, &b->made.items[m])});
}

// Matches of B first, then those of A that are not among them. `a_gone` is taken back where A has the same.
static void list_both(const SequenceReading *b, const SequenceReading *a, Outputs *out)
{
    const uint64_t *excepted = list_excepted(b);
    Map known = {0};
    for (size_t m = 0; m < b->made.count; m++) {
        const Made *made = &b->made.items[m];
        Output one = {b, made, state_of(b, made)};
        bool is_new;
        one.state.a_gone = true;
        if (made->members_at >= 0)
            *map_at(&known, match_key(b, made), &is_new) = out->count;
        vec_push(out, one);
    }
    for (size_t m = 0; m < a->made.count; m++) {
        const Made *made = &a->made.items[m];
        Output one = {a, made, state_of(a, made)};
        uint64_t at = 0;
        bool met = made->members_at >= 0 && map_get(&known, match_key(a, made), &at);
        if (met && same_state(&one.state, &out->items[at].state)) {
            out->items[at].state.a_gone = false;
            continue;
        }
        one.state.b_gone = true;
        vec_push(out, one);
    }
    for (size_t i = 0; i < b->made.count; i++) {
        Output *one = &out->items[i];
        if (one->state.a_gone && one->made->group >= 0)
            one->state.peers_excepted |= excepted[one->made->group];
    }
    map_deinit(&known);
}

// ---------------------------------------------------------------- bindings

// The member that an output has as its step; -1: nobody knows which.
static int64_t member_of(const Output *output, uint32_t step)
{
    const Made *made = output->made;
    return made->members_at < 0 ? -1 : output->reading->members.items[made->members_at + step];
}

static int64_t *fill_rows(const Sequence *sequence, const Output *items, int64_t count,
                          uint32_t step, const int64_t *from)
{
    int64_t *rows = ARENA_ARRAY(sequence->run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t member = member_of(&items[i], step);
        rows[i] = member < 0 ? row_unknown(items[i].made->cause) : from[member];
    }
    return rows;
}

static void fill_attached(const Sequence *sequence, const Output *items, int64_t count,
                          uint32_t step, const AttachedSet *from, AttachedSet *to)
{
    Arena *arena = sequence->run->scratch;
    to->offsets = ARENA_ARRAY(arena, int64_t, count + 1);
    for (int64_t i = 0; i < count; i++) {
        int64_t member = member_of(&items[i], step);
        int64_t size = member < 0 ? 1 : from->offsets[member + 1] - from->offsets[member];
        to->offsets[i + 1] = to->offsets[i] + size;
    }
    to->members = ARENA_ARRAY(arena, AttachedMember, to->offsets[count]);
    for (int64_t i = 0; i < count; i++) {
        int64_t member = member_of(&items[i], step);
        int64_t size = to->offsets[i + 1] - to->offsets[i];
        AttachedMember *at = to->members + to->offsets[i];
        CauseId cause = items[i].made->cause;
        if (member < 0) // there may be some, nobody knows which
            *at = (AttachedMember){row_unknown(cause), cause, CLASS_POSSIBLE};
        else if (size > 0)
            memcpy(at, from->members + from->offsets[member], (size_t)size * sizeof *at);
    }
}

static void fill_block(const Sequence *sequence, const Output *items, int64_t count, Bindings *out)
{
    BodyRun *run = sequence->run;
    const Pattern *pattern = &sequence->op->pattern;
    const Bindings *all = &sequence->members->all;
    bindings_init(out, run->body, run->scratch);
    out->count = count;
    for (uint32_t step = 0; step < sequence->wanted_count; step++) {
        for (uint32_t t = 0; t < pattern->taken_count; t++) {
            uint32_t taken = pattern->taken[t], slot = sequence->wanted[step]->slots[t];
            if (all->rows[taken] != NULL)
                out->rows[slot] = fill_rows(sequence, items, count, step, all->rows[taken]);
            if (all->attached[taken].offsets != NULL)
                fill_attached(sequence, items, count, step, &all->attached[taken],
                              &out->attached[slot]);
        }
    }
    for (int64_t i = 0; i < count; i++)
        bindings_set_state(run, out, run->scratch, i, &items[i].state);
}

static Status push_outputs(const Sequence *sequence, const Outputs *outputs)
{
    BodyRun *run = sequence->run;
    uint32_t index = (uint32_t)(sequence->op - run->body->operators);
    for (size_t first = 0; first < outputs->count; first += BLOCK_ROWS) {
        int64_t count = (int64_t)MIN_OF((size_t)BLOCK_ROWS, outputs->count - first);
        Bindings none, next;
        bindings_init(&none, run->body, run->scratch);
        fill_block(sequence, outputs->items + first, count, &next);
        run->shared->clause = sequence->op;
        TRY(body_observe(run, sequence->op, &none, &next));
        TRY(body_push(run, index + 1, &next));
        arena_reset(run->scratch);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

// What came, for observers: all at once, for a match is made of many. Matches were shown before.
static Status show_members(const Sequence *sequence)
{
    BodyRun *run = sequence->run;
    Bindings view, none;
    if (run->shared->observer == NULL)
        return STATUS_OK;
    members_view(sequence->members, 0, sequence->members->all.count, run->scratch, &view);
    bindings_init(&none, run->body, run->scratch);
    Status status = body_observe(run, sequence->op, &view, &none);
    arena_reset(run->scratch);
    return status;
}

static Status give_matches(const Sequence *sequence, const SequenceReading *b,
                           const SequenceReading *a)
{
    Outputs outputs = {0};
    if (a == NULL)
        list_plain(b, &outputs);
    else
        list_both(b, a, &outputs);
    Status status = push_outputs(sequence, &outputs);
    vec_free(&outputs);
    return status == STATUS_OK ? show_members(sequence) : status;
}

Status sequence_finish(BodyRun *run, uint32_t operator, const Members * members)
{
    Sequence sequence = {.run = run,
                         .op = &run->body->operators[operator],
                         .members = members,
                         .arena = arena_create(NULL, 0)};
    bool differ = bunch_readings_differ(run);
    SequenceReading b = {.sequence = &sequence}, a = {.sequence = &sequence};
    list_wanted(&sequence);
    Status status = judge_members(&sequence);
    if (status == STATUS_OK)
        status = reading_open(&b, &sequence, false);
    if (status == STATUS_OK && differ)
        status = reading_open(&a, &sequence, true);
    if (status == STATUS_OK)
        status = give_matches(&sequence, &b, differ ? &a : NULL);
    reading_close(&b);
    reading_close(&a);
    arena_destroy(sequence.arena);
    return status;
}

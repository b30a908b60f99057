// SPDX-License-Identifier: Apache-2.0
//
// replay.c: the observer of a replay, and the explanation made of what it saw.

#include "runtime/exec/replay.h"

#include "runtime/clue/clue_id.h"
#include "runtime/exec/replay_int.h"
#include "runtime/exec/window.h"

// ---------------------------------------------------------------- bindings

// What a binding that agrees is worth here: certain, possible, or (shadow) nothing.
static RowClass worth(const BodyRun *run, const Bindings *batch, const uint8_t *agree,
                      int64_t index)
{
    BindState state = bindings_state(run, batch, index);
    if (agree[index] == 0 || state.a_gone)
        return CLASS_SHADOW;
    RowClass row_class = bind_class_a(&state);
    return row_class == CLASS_CERTAIN && agree[index] == 2 ? CLASS_POSSIBLE : row_class;
}

static int64_t count_worth(ReplayTrack *track, const BodyRun *run, const Bindings *batch,
                           const uint8_t *agree)
{
    int64_t first = -1;
    for (int64_t i = 0; i < batch->count; i++) {
        RowClass row_class = worth(run, batch, agree, i);
        if (row_class >= CLASS_SHADOW)
            continue;
        if (first < 0 || (row_class == CLASS_CERTAIN && track->certain == 0))
            first = i;
        track->certain += row_class == CLASS_CERTAIN;
        track->possible += row_class == CLASS_POSSIBLE;
    }
    return first;
}

// The expression of a clause whose values are told.
static const Expr *told_expr(const Operator *op)
{
    return op->kind == OPERATOR_CITE ? &op->citation.at : &op->condition;
}

// The rows of which a window's value was made.
static void keep_peers(const Replay *replay, BodyRun *run, const Operator *op,
                       const Bindings *batch, int64_t index, ReplayPeers *out)
{
    WindowPeers peers;
    *out = (ReplayPeers){.some = false};
    if (!window_peers(run, run->windows[op - run->body->operators], batch, index, &peers))
        return;
    *out = (ReplayPeers){.some = true, .count = peers.count, .open = peers.open};
    if (run->body->slots[peers.slot].source.kind == SOURCE_PRODUCED)
        return; // elements have no record
    EvidenceRow *rows = ARENA_ARRAY(replay->arena, EvidenceRow, WINDOW_PEERS_SHOWN);
    for (int64_t i = 0; i < MIN_OF(peers.count, WINDOW_PEERS_SHOWN); i++) {
        if (!row_is_unknown(peers.rows[i]))
            rows[out->row_count++] = replay_row(replay, peers.slot, peers.rows[i]);
    }
    out->rows = rows;
}

// The values of the first binding that passed; those of a certain one are kept.
static void keep_values(Replay *replay, BodyRun *run, const Operator *op, const Bindings *batch,
                        int64_t index)
{
    ReplayTrack *track = replay_track(replay, op);
    BindState state = bindings_state(run, batch, index);
    bool certain = bind_class_a(&state) == CLASS_CERTAIN;
    if (track->has_values && (track->from_certain || !certain))
        return;
    Bindings one;
    bindings_take(run, batch, &index, 1, run->scratch, &one);
    track->values.count = 0;
    if (op->kind == OPERATOR_WINDOW)
        keep_peers(replay, run, op, batch, index, &track->peers);
    if (op->kind == OPERATOR_PARTNER) {
        for (uint32_t l = 0; l < op->partner.leaf_count; l++) {
            EvalContext context = replay_context(run, &one, &op->partner.leaves[l].value);
            replay_values(replay, &context, &op->partner.leaves[l].value, 0, &track->values);
        }
    } else {
        const Expr *expr = told_expr(op);
        EvalContext context = replay_context(run, &one, expr);
        replay_values(replay, &context, expr, 0, &track->values);
    }
    track->has_values = true;
    track->from_certain = certain;
}

// An exception removes nothing here; it marks. The first binding that it takes away speaks for it.
static int64_t first_excepted(const BodyRun *run, const Bindings *before, const Bindings *after,
                              const uint8_t *agree)
{
    for (int64_t i = 0; i < after->count; i++) {
        BindState was = bindings_state(run, before, i), is = bindings_state(run, after, i);
        if (agree[i] != 0 && !was.a_gone && is.a_gone)
            return i;
    }
    return -1;
}

static bool any_reached(const BodyRun *run, const Bindings *before, const uint8_t *agree)
{
    for (int64_t i = 0; i < before->count; i++) {
        if (worth(run, before, agree, i) < CLASS_SHADOW)
            return true;
    }
    return false;
}

static Status see_bindings(void *closure, BodyRun *run, const Operator *op, const Bindings *before,
                           const Bindings *after)
{
    Replay *replay = closure;
    ReplayTrack *track = replay_track(replay, op);
    if (run->body != replay->body)
        return STATUS_OK;
    uint8_t *agree = replay_agree(replay, run, after);
    int64_t first = count_worth(track, run, after, agree);
    if (op->kind == OPERATOR_EXCEPT && before->count == after->count) {
        int64_t excepted = first_excepted(run, before, after, agree);
        first = excepted >= 0 ? excepted : first;
    }
    if (first >= 0)
        keep_values(replay, run, op, after, first);
    if (before == NULL) {
        track->reached = true;
        return STATUS_OK;
    }
    uint8_t *agreed = replay_agree(replay, run, before);
    track->reached = track->reached || any_reached(run, before, agreed);
    if (track->certain + track->possible > 0 || !track->reached)
        return STATUS_OK;
    if (op->kind == OPERATOR_SEQUENCE)
        return replay_miss_sequence(replay, run, op, before, agreed);
    if (op->kind == OPERATOR_PARTNER)
        replay_miss_partner(replay, run, op, before, agreed);
    else
        replay_miss_filter(replay, run, op, before, agreed);
    return run_poll(run->shared);
}

// ---------------------------------------------------------------- groups

static void group_values(Replay *replay, Level *level, const Operator *op, int64_t group)
{
    ReplayTrack *track = replay_track(replay, op);
    const Expr *expr = told_expr(op);
    if (track->has_values || expr->count == 0)
        return;
    EvalContext context = replay_group_context(level, expr);
    replay_values(replay, &context, expr, group, &track->values);
    track->has_values = true;
}

static ReplayScore score_of(const Level *level, const Operator *op, int64_t group)
{
    const uint8_t *state = level->scores[operator_ordinal(level->op, op)].state;
    return state[group] == 0 ? REPLAY_NOT_ADDED : state[group] == 1 ? REPLAY_ADDED : REPLAY_OPEN;
}

static Status see_groups(void *closure, Level *level, const Operator *op)
{
    Replay *replay = closure;
    ReplayTrack *track = replay_track(replay, op);
    if (level->run->body != replay->body || !level->reading_a || replay->group_dead)
        return STATUS_OK;
    ArenaMark mark = arena_mark(level->run->scratch);
    uint8_t *agree = replay_agree_groups(replay, level);
    int64_t first = -1;
    track->grouped = true;
    for (int64_t g = 0; g < level->count; g++) {
        if (agree[g] == 0)
            continue;
        first = first < 0 ? g : first;
        if (!level->alive[g] || level->class_of[g] >= CLASS_SHADOW)
            continue;
        track->certain += level->class_of[g] == CLASS_CERTAIN && agree[g] == 1;
        track->possible += level->class_of[g] == CLASS_POSSIBLE || agree[g] == 2;
    }
    track->reached = first >= 0;
    if (first >= 0)
        group_values(replay, level, op, first);
    if (first >= 0 && op->kind == OPERATOR_SCORE)
        track->score = score_of(level, op, first);
    if (first >= 0 && track->certain + track->possible == 0) {
        replay_miss_group(replay, level, op, first);
        replay->group_dead = true;
    }
    arena_rewind(level->run->scratch, mark);
    return STATUS_OK;
}

// ---------------------------------------------------------------- the explanation

static bool same_key(const Entry *entry, const Value *key)
{
    for (uint32_t k = 0; k < entry->key_count; k++) {
        if (!value_same(&entry->key[k].value, &key[k]))
            return false;
    }
    return true;
}

static void find_entry(const RuleResult *result, const Value *key, Explanation *out)
{
    for (uint32_t i = 0; i < result->entry_count; i++) {
        const Entry *entry = &result->entries[i];
        if (entry->list == LIST_GAP || !same_key(entry, key))
            continue;
        out->listed = true;
        out->entry = *entry;
        return;
    }
}

static void add_key(const Replay *replay, const Rule *rule, const Value *key, Explanation *out)
{
    KeyPart *parts = ARENA_ARRAY(out->arena, KeyPart, MAX_OF(replay->key_count, 1u));
    for (uint32_t k = 0; k < replay->key_count; k++) {
        StrBuf text = {0};
        value_text(&text, replay->shared->dict, &key[k], false);
        parts[k] = (KeyPart){.name = rule->body.clue_key_names[k],
                             .value = key[k],
                             .text = arena_str(out->arena, strbuf_str(&text)),
                             .display = replay_text(replay, &key[k])};
        strbuf_deinit(&text);
    }
    out->key = parts;
    out->key_count = replay->key_count;
    clue_id(replay->shared->dict, rule->name, key, replay->key_count, out->id);
}

static bool is_told(const Operator *op)
{
    return op->kind != OPERATOR_CITE || op->citation.at.count > 0;
}

static void add_clauses(const Replay *replay, Explanation *out)
{
    const Body *body = replay->body;
    ReplayClause *clauses = ARENA_ARRAY(out->arena, ReplayClause, body->operator_count);
    out->clauses = clauses;
    out->ended = -1;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        const Operator *op = &body->operators[i];
        ReplayTrack *track = &replay->tracks[i];
        if (!is_told(op))
            continue;
        ReplayValue *values = ARENA_ARRAY(out->arena, ReplayValue, REPLAY_VALUES_MAX);
        memcpy(values, track->values.items, track->values.count * sizeof *values);
        clauses[out->clause_count++] = (ReplayClause){.place = op->place,
                                                      .text = op->text,
                                                      .excepts = op->kind == OPERATOR_EXCEPT,
                                                      .score = track->score,
                                                      .grouped = track->grouped,
                                                      .reached = track->reached,
                                                      .certain = track->certain,
                                                      .possible = track->possible,
                                                      .values = values,
                                                      .value_count = track->values.count,
                                                      .peers = track->peers};
        if (out->ended >= 0 || op->kind == OPERATOR_SCORE || track->certain + track->possible > 0)
            continue;
        out->ended = (int32_t)out->clause_count - 1;
        out->parts = track->parts;
        out->part_count = track->part_count;
        out->misses = track->misses;
        out->miss_count = track->miss_count;
    }
}

Status replay_rule(RunShared *shared, const Rule *rule, const Value *key, Explanation *out)
{
    ASSERT(shared->observer == NULL);
    RuleResult result;
    Finding finding;
    Replay replay = {.shared = shared, .body = &rule->body, .arena = arena_create(NULL, 0)};
    replay.tracks = ARENA_ARRAY(replay.arena, ReplayTrack, rule->body.operator_count);
    replay_keys(&replay, key);
    Observer observer = {&replay, see_bindings, see_groups};
    shared->observer = &observer;
    Status status = finding_open(&finding, shared, &rule->body, rule->read);
    shared->observer = NULL;
    if (status == STATUS_OK) {
        status = finding_entries(&finding, rule, &result);
        finding_close(&finding);
    }
    if (status != STATUS_OK) {
        arena_destroy(replay.arena);
        return status;
    }
    *out = (Explanation){.arena = replay.arena,
                         .entry_arena = result.arena,
                         .rule = rule->name,
                         .title = rule->title,
                         .has_as_of = shared->eval.has_as_of,
                         .as_of = shared->eval.as_of};
    find_entry(&result, key, out);
    if (out->listed)
        status = replay_origins(&replay, &out->entry);
    if (status != STATUS_OK) {
        arena_destroy(result.arena);
        arena_destroy(replay.arena);
        return status;
    }
    add_key(&replay, rule, key, out);
    add_clauses(&replay, out);
    if (out->clauses[0].certain + out->clauses[0].possible == 0)
        out->nearest_key = replay_nearest_key(&replay);
    return STATUS_OK;
}

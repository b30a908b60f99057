// SPDX-License-Identifier: Apache-2.0
//
// replay_int.h: how one key fared in a rule, clause by clause; shared by the replay_*.c files.
//
// A replay is a plain evaluation of the rule with an observer: all counts that verdicts rest on (groups, tolerance,
// coverage) are those of the run, so an explanation can never tell another story than the lists. The observer looks
// only at bindings and groups that agree with the key as far as it is known at that clause.

#ifndef SUP_RUNTIME_EXEC_REPLAY_INT_H
#define SUP_RUNTIME_EXEC_REPLAY_INT_H

#include "runtime/clue/explanation.h"
#include "runtime/exec/finding.h"
#include "runtime/exec/observer.h"

#define REPLAY_VALUES_MAX 12
#define REPLAY_MISSES_MAX 3
// Bindings for which the partners that failed are looked at one by one.
#define REPLAY_BINDINGS_MAX 3

typedef struct ReplayValues {
    ReplayValue items[REPLAY_VALUES_MAX];
    uint32_t count;
} ReplayValues;

// What was seen of one clause.
typedef struct ReplayTrack {
    bool reached, grouped, has_values, from_certain;
    ReplayScore score;
    int64_t certain, possible;
    ReplayValues values;
    ReplayMiss misses[REPLAY_MISSES_MAX];
    uint32_t miss_count;
    bool has_distance;
    int128_t distance; // of misses[0]
    ReplayPart *parts;
    uint32_t part_count;
    ReplayPeers peers;
    uint32_t bindings; // whose pairs were looked at
} ReplayTrack;

// One part of the clue's key, brought down to the first fence and up to the columns that must equal it.
typedef struct ReplayKey {
    const Expr *exprs
        [BODY_SLOTS_MAX]; // over row variables; all of them equal the part in a row that has the key
    uint32_t expr_count;
    int32_t at_fence[BODY_SLOTS_MAX]; // number of the key of this fence that it is, -1: none
    Value value;
} ReplayKey;

typedef struct Replay {
    RunShared *shared;
    const Body *body;
    Arena *arena; // of the explanation
    ReplayKey keys[BODY_SLOTS_MAX];
    uint32_t key_count;
    ReplayTrack *tracks; // per operator
    bool group_dead;     // the group of the key was seen and is gone
} Replay;

// What was seen of an operator of the body.
static inline ReplayTrack *replay_track(const Replay *replay, const Operator *op)
{
    return &replay->tracks[op - replay->body->operators];
}

// ---------------------------------------------------------------- keys (replay_key.c)

// Prepares the key: where each part can be seen.
void replay_keys(Replay *replay, const Value *key);
// Which bindings of a batch agree with the key: 0 no, 1 yes, 2 cannot be told.
uint8_t *replay_agree(const Replay *replay, BodyRun *run, const Bindings *batch);
// The same for the groups of a fence.
uint8_t *replay_agree_groups(const Replay *replay, const Level *level);
// The text of the first clause's column that is nearest to a key that never occurs; or the empty text.
Str replay_nearest_key(const Replay *replay);

// ---------------------------------------------------------------- rows behind rows (replay_origin.c)

// Gives the evidence of an entry the rows that rows of relations and rules in it came from.
Status replay_origins(Replay *replay, Entry *entry);

// ---------------------------------------------------------------- values (replay_value.c)

// A value for people: with unit; bounds and the reason of one that is not known.
Str replay_text(const Replay *replay, const Value *value);
// The values that the expression reads, of row `index` of the context; those that are there already are left out.
void replay_values(const Replay *replay, const EvalContext *context, const Expr *expr,
                   int64_t index, ReplayValues *out);
// The expression made of the steps up to `step`.
Expr replay_part(const Expr *expr, uint32_t step);
// The steps of the conjuncts of a condition, in written order; `steps` has room for expr->count.
uint32_t replay_conjuncts(const Expr *expr, uint32_t *steps);
// A context over bindings in which the expression's aggregates over attached rows are computed.
EvalContext replay_context(BodyRun *run, const Bindings *batch, const Expr *expr);
// A context over the groups of a level with their points so far; what it holds lies in the scratch arena.
EvalContext replay_group_context(Level *level, const Expr *expr);
// The text of a conjunct as written.
Str replay_condition(const Expr *expr, uint32_t step);

// ---------------------------------------------------------------- misses (replay_miss.c)

// A miss of a condition with the values that it saw; and the parts that all misses share: a distance between two values
// of a type, a row of a slot.
ReplayMiss replay_miss_make(const Replay *replay, Str condition, const ReplayValues *values);
Str replay_distance(const Replay *replay, int128_t distance, Type type);
EvidenceRow replay_row(const Replay *replay, uint32_t slot, int64_t row);

// Bindings that a condition removed.
void replay_miss_filter(Replay *replay, BodyRun *run, const Operator *op, const Bindings *before,
                        const uint8_t *agree);
// The group that a condition removed.
void replay_miss_group(Replay *replay, Level *level, const Operator *op, int64_t group);
// Bindings that found no partner, or that found one where there must be none.
void replay_miss_partner(Replay *replay, BodyRun *run, const Operator *op, const Bindings *before,
                         const uint8_t *agree);
// Members that made no match of a sequence: the longest beginning, or what stood where nothing may (replay_sequence.c).
Status replay_miss_sequence(Replay *replay, BodyRun *run, const Operator *op,
                            const Bindings *before, const uint8_t *agree);

#endif

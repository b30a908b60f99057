// SPDX-License-Identifier: Apache-2.0
//
// replay_key.c: which bindings and groups agree with the key that is explained.
//
// A part of the clue's key is a key of the last fence. Where that key is itself a key of the fence below, it is
// followed down; at the first fence it is an expression over row variables. Columns that a join equates with it tell
// earlier in the body whether a binding can come to have the key.

#include "runtime/base/unicode.h"
#include "runtime/exec/replay_int.h"

static const Operator *fence_at(const Body *body, uint32_t fence)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < body->operator_count; i++) {
        if (body->operators[i].kind == OPERATOR_GROUP && next++ == fence)
            return &body->operators[i];
    }
    return NULL;
}

static uint32_t fence_count(const Body *body)
{
    uint32_t count = 0;
    while (fence_at(body, count) != NULL)
        count++;
    return count;
}

static bool is_step(const Expr *expr, StepOp op)
{
    return expr->count == 1 && expr->steps[0].op == op;
}

static bool same_column(const Expr *a, const Expr *b)
{
    return is_step(a, STEP_COLUMN) && is_step(b, STEP_COLUMN) &&
           a->steps[0].slot == b->steps[0].slot && a->steps[0].index == b->steps[0].index;
}

// Values of both are compared without a conversion.
static bool same_type(Type a, Type b)
{
    return a.kind == b.kind && a.scale == b.scale && a.unit == b.unit && a.nominal == b.nominal;
}

// Whether `expr` is the column of a step that keeps the slot and column of `above`.
static bool is_step_column(const Operator *op, const Expr *expr, const Expr *above)
{
    if (!is_step(expr, STEP_COLUMN) || !is_step(above, STEP_COLUMN) ||
        expr->steps[0].index != above->steps[0].index)
        return false;
    for (uint32_t s = 0; s < op->pattern.step_count; s++) {
        const PatternStep *step = &op->pattern.steps[s];
        for (uint32_t t = 0; !step->absent && t < op->pattern.taken_count; t++) {
            if (step->slots[t] == expr->steps[0].slot &&
                op->pattern.taken[t] == above->steps[0].slot)
                return true;
        }
    }
    return false;
}

// Adds what joins equate with the expressions found so far.
static void add_equated(const Body *body, ReplayKey *key)
{
    for (uint32_t i = body->operator_count; i-- > 0;) {
        const Partner *partner = &body->operators[i].partner;
        if (body->operators[i].kind != OPERATOR_PARTNER || partner->kind != PARTNER_JOIN)
            continue;
        for (uint32_t l = 0; l < partner->leaf_count; l++) {
            const OnLeaf *leaf = &partner->leaves[l];
            uint32_t known = key->expr_count;
            for (uint32_t e = 0; leaf->key && leaf->conjunct && e < known; e++) {
                if (same_column(key->exprs[e], &leaf->partner) && known < BODY_SLOTS_MAX &&
                    same_type(key->exprs[e]->type, leaf->earlier.type)) {
                    key->exprs[key->expr_count++] = &leaf->earlier;
                    break;
                }
            }
        }
    }
}

// All members of a match lie in one partition: what equals a partition key through a step equals it above the sequence.
static void add_partition(const Body *body, ReplayKey *key)
{
    const Operator *op = body->operators;
    while (op < body->operators + body->operator_count && op->kind != OPERATOR_SEQUENCE)
        op++;
    if (op == body->operators + body->operator_count)
        return;
    uint32_t known = key->expr_count;
    for (uint32_t k = 0; k < op->group.key_count; k++) {
        const Expr *part = &op->group.keys[k].value;
        for (uint32_t e = 0; e < known && key->expr_count < BODY_SLOTS_MAX; e++) {
            if (is_step_column(op, key->exprs[e], part)) {
                key->exprs[key->expr_count++] = part;
                break;
            }
        }
    }
}

static void trace(const Body *body, uint32_t part, ReplayKey *key)
{
    uint32_t count = fence_count(body);
    int32_t at = (int32_t)body->clue_keys[part];
    for (uint32_t f = 0; f < BODY_SLOTS_MAX; f++)
        key->at_fence[f] = -1;
    for (uint32_t f = count; f-- > 0 && at >= 0;) {
        const Expr *expr = &fence_at(body, f)->group.keys[at].value;
        if (f < BODY_SLOTS_MAX)
            key->at_fence[f] = at;
        if (f == 0 && !expr_reads_aggregate(expr))
            key->exprs[key->expr_count++] = expr;
        at = f > 0 && is_step(expr, STEP_KEY) ? (int32_t)expr->steps[0].index : -1;
    }
    add_equated(body, key);
    add_partition(body, key);
    add_equated(body, key);
}

void replay_keys(Replay *replay, const Value *key)
{
    replay->key_count = replay->body->clue_key_count;
    ASSERT(replay->key_count <= BODY_SLOTS_MAX);
    for (uint32_t k = 0; k < replay->key_count; k++) {
        replay->keys[k] = (ReplayKey){.value = key[k]};
        trace(replay->body, k, &replay->keys[k]);
    }
}

// ---------------------------------------------------------------- agreement

static void agree_with(const Replay *replay, const Vector *values, Type type, const Value *wanted,
                       int64_t count, uint8_t *agree)
{
    const Dict *dict = replay->shared->dict;
    for (int64_t i = 0; i < count; i++) {
        int64_t at = values->constant ? 0 : i;
        bool known = values->state == NULL || values->state[at] == VALUE_KNOWN;
        if (agree[i] == 0)
            continue;
        if (known && values->phys == PHYS_CODE && wanted->state == VALUE_KNOWN) {
            agree[i] = values->code[at] == wanted->code ? agree[i] : 0;
            continue;
        }
        Value value = vector_value(values, type, at);
        if (!value_may_equal(dict, &value, wanted))
            agree[i] = 0;
        else if (value.state != VALUE_KNOWN || wanted->state != VALUE_KNOWN)
            agree[i] = value.state == wanted->state ? agree[i] : 2;
    }
}

static bool is_bound(const Bindings *batch, const Body *body, const Expr *expr)
{
    uint64_t slots = expr_slots(expr);
    for (uint32_t s = 0; s < body->slot_count; s++) {
        if ((slots >> s & 1) != 0 && batch->rows[s] == NULL)
            return false;
    }
    return true;
}

uint8_t *replay_agree(const Replay *replay, BodyRun *run, const Bindings *batch)
{
    uint8_t *agree = ARENA_ARRAY(run->scratch, uint8_t, MAX_OF(batch->count, 1));
    memset(agree, 1, (size_t)batch->count);
    EvalContext context = bindings_context(run, batch, run->scratch);
    for (uint32_t k = 0; k < replay->key_count; k++) {
        const ReplayKey *key = &replay->keys[k];
        for (uint32_t e = 0; e < key->expr_count; e++) {
            Vector values;
            if (!is_bound(batch, replay->body, key->exprs[e]))
                continue;
            eval_expr(&context, key->exprs[e], &values);
            agree_with(replay, &values, key->exprs[e]->type, &key->value, batch->count, agree);
            break; // the others are equal to it
        }
    }
    return agree;
}

uint8_t *replay_agree_groups(const Replay *replay, const Level *level)
{
    uint8_t *agree = ARENA_ARRAY(level->run->scratch, uint8_t, MAX_OF(level->count, 1));
    memset(agree, 1, (size_t)level->count);
    for (uint32_t k = 0; k < replay->key_count; k++) {
        const ReplayKey *key = &replay->keys[k];
        int32_t at = level->stretch - 1 < BODY_SLOTS_MAX ? key->at_fence[level->stretch - 1] : -1;
        if (at >= 0)
            agree_with(replay, &level->keys[at], level->op->group.keys[at].value.type, &key->value,
                       level->count, agree);
    }
    return agree;
}

// ---------------------------------------------------------------- a key that is not there

static Str nearest_in(const Replay *replay, const Column *column, Str wanted)
{
    const Dict *dict = replay->shared->dict;
    uint32_t codes = dict_count(dict);
    uint8_t *seen = base_alloc_zeroed(codes / 8 + 1, 1);
    NearName near;
    Str best = STR("");
    near_name_init(&near, wanted);
    for (int64_t row = 0; row < column->count; row++) {
        uint32_t code = ((const uint32_t *)column->values)[row];
        if (!column_is_known(column, row) || code >= codes || (seen[code / 8] >> code % 8 & 1) != 0)
            continue;
        seen[code / 8] |= (uint8_t)(1u << code % 8);
        near_name_offer(&near, dict_str(dict, code));
    }
    free(seen);
    return near_name_best(&near, &best) ? best : STR("");
}

Str replay_nearest_key(const Replay *replay)
{
    const Operator *from = &replay->body->operators[0];
    for (uint32_t k = 0; k < replay->key_count; k++) {
        const ReplayKey *key = &replay->keys[k];
        if (key->value.state != VALUE_KNOWN || type_phys(key->value.type) != PHYS_CODE)
            continue;
        for (uint32_t e = 0; e < key->expr_count; e++) {
            const Step *step = &key->exprs[e]->steps[0];
            if (!is_step(key->exprs[e], STEP_COLUMN) || step->slot != from->slot)
                continue;
            const Rowset *rowset = run_rowset(replay->shared, from->source);
            return nearest_in(replay, &rowset->columns[step->index],
                              dict_str(replay->shared->dict, key->value.code));
        }
    }
    return STR("");
}

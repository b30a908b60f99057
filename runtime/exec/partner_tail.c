// SPDX-License-Identifier: Apache-2.0
//
// partner_tail.c: blank right rows that are attached to every binding, taken together.
//
// A right row with a blank link may belong to each binding, so each would have all of them in its set: with one blank
// in a hundred rows, a hundredth of the table for every binding. Where the condition is one link and the set is only
// folded, by folds that need of open rows no more than their number and bounds, one member stands for all of them: the
// *tail*. Each fold computes once what the tail is worth to it.

#include "runtime/exec/block.h"
#include "runtime/exec/lump.h"
#include "runtime/exec/partner_int.h"
#include "runtime/exec/tuples_int.h"

// Fewer rows than this are attached one by one.
#ifdef SUP_TORTURE
enum { TAIL_FROM = 2 };
#else
enum { TAIL_FROM = 32 };
#endif

struct AttachedTail {
    CauseId cause; // the least of the rows'
    Lump *lumps;   // per aggregate: weight 0: no row counts
    uint8_t *made;
};

static bool folds_alone(const Aggregate *aggregate, uint32_t slot)
{
    uint64_t mine = (uint64_t)1 << slot;
    uint64_t reads = expr_slots(&aggregate->argument) | expr_slots(&aggregate->when) |
                     expr_slots(&aggregate->by);
    bool mentions = false;
    for (uint32_t m = 0; m < aggregate->mention_count; m++)
        mentions |= aggregate->mention[m] == slot;
    if (!mentions && (reads & mine) == 0)
        return true; // another matter
    bool alone = mentions && aggregate->mention_count == 1 && (reads & ~mine) == 0;
    bool plain = !expr_reads_aggregate(&aggregate->argument) &&
                 !expr_reads_aggregate(&aggregate->when) && aggregate->by.count == 0;
    return alone && plain && aggregate->window == 0 && aggregate->series == 0 &&
           lump_stands_alone(aggregate);
}

static bool has_pattern(const Body *body)
{
    for (uint32_t i = 0; i < body->operator_count; i++)
        if (body->operators[i].kind == OPERATOR_SEQUENCE ||
            body->operators[i].kind == OPERATOR_SERIES)
            return true; // they look at rows one by one, or under other names
    return false;
}

// To be called once the loose rows are known. Leaves partner->tail NULL where rows are attached one by one.
void partner_tail_find(BodyRun *run, PartnerRun *partner)
{
    const Body *body = run->body;
    const Partner *on = partner->partner;
    if (on->kind != PARTNER_ATTACH || !partner->only_links || partner->link_count != 1 ||
        on->policy != POLICY_UNDECIDED || body->is_query ||
        partner->index->blank_count < TAIL_FROM || has_pattern(body))
        return;
    for (uint32_t a = 0; a < body->aggregate_count; a++)
        if (!folds_alone(&body->aggregates[a], on->slot))
            return;
    AttachedTail *tail = ARENA_NEW(partner->arena, AttachedTail);
    tail->lumps = ARENA_ARRAY(partner->arena, Lump, MAX_OF(body->aggregate_count, 1u));
    tail->made = ARENA_ARRAY(partner->arena, uint8_t, MAX_OF(body->aggregate_count, 1u));
    for (int64_t k = 0; k < partner->index->blank_count; k++) {
        CauseId cause = partner->loose_cause[partner->index->blanks[k]];
        if (tail->cause == 0 || cause_order(run->shared->causes, cause, tail->cause) < 0)
            tail->cause = cause;
    }
    partner->tail = tail;
}

Status partner_tail_note(BodyRun *run, PartnerRun *partner, const Bindings *in, int64_t binding,
                         bool known, bool *has)
{
    if (partner->tail_cause == NULL) {
        partner->tail_cause = ARENA_ARRAY(run->scratch, CauseId, in->count);
        for (int64_t i = 0; i < in->count; i++)
            partner->tail_cause[i] = NO_TAIL;
    }
    *has = known;
    if (known) {
        partner->tail_cause[binding] = 0;
        return STATUS_OK;
    }
    Pairs one = {0};
    pairs_add(&one, binding, partner->index->blanks[0]);
    Status status = pairs_judge(run, partner, in, &one, 0, false);
    *has = one.count == 1 && one.kind[0] == PAIR_LOOSE;
    if (*has)
        partner->tail_cause[binding] = one.cause[0];
    pairs_free(&one);
    return status;
}

AttachedMember partner_tail_member(const PartnerRun *partner, CauseId cause)
{
    return (AttachedMember){row_tail(cause == 0 ? partner->tail->cause : cause),
                            cause == 0 ? partner->tail->cause : cause,
                            partner->tolerated ? CLASS_TOLERATED : CLASS_SHADOW};
}

// ---------------------------------------------------------------- what it is worth

static void fold_block(BodyRun *run, const PartnerRun *partner, const Aggregate *aggregate,
                       const int64_t *rows, int64_t count, Lump *all)
{
    uint32_t slot = partner->partner->slot;
    SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, MAX_OF(run->body->slot_count, 1u));
    slots[slot] = (SlotRows){.rowset = partner->rowset, .rows = rows};
    EvalContext context = {
        .shared = &run->shared->eval, .arena = run->scratch, .count = count, .slots = slots};
    Vector truth = {0}, value = {0};
    if (aggregate->when.count > 0) {
        eval_truth(&context, &aggregate->when, &truth);
        vector_expand(&truth, count, run->scratch);
    }
    if (aggregate->argument.count > 0) {
        eval_expr(&context, &aggregate->argument, &value);
        vector_expand(&value, count, run->scratch);
    }
    for (int64_t i = 0; i < count; i++) {
        if (truth.data != NULL && truth.truth[i] == TRUTH_F)
            continue;
        Tuple next = {.class = CLASS_SHADOW,
                      .many = rowset_many(partner->rowset, rows[i]),
                      .cause = partner->loose_cause[rows[i]]};
        if (value.data != NULL)
            next.value = vector_value(&value, aggregate->argument.type, i);
        Lump lump = lump_of(&run->shared->eval, aggregate, &next);
        lump_join(&run->shared->eval, aggregate, all, &lump);
    }
}

static const PartnerRun *partner_of(const BodyRun *run, uint32_t slot)
{
    for (uint32_t i = 0; i < run->body->operator_count; i++)
        if (run->partners[i] != NULL && run->partners[i]->partner->slot == slot)
            return run->partners[i];
    UNREACHABLE();
}

Tuple partner_tail_tuple(BodyRun *run, const Aggregate *aggregate, CauseId cause)
{
    const PartnerRun *partner = partner_of(run, aggregate->mention[0]);
    AttachedTail *tail = partner->tail;
    uint32_t index = (uint32_t)(aggregate - run->body->aggregates);
    int64_t total = partner->index->blank_count;
    for (int64_t first = 0; !tail->made[index] && first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        fold_block(run, partner, aggregate, partner->index->blanks + first,
                   MIN_OF(BLOCK_ROWS, total - first), &tail->lumps[index]);
        arena_rewind(run->scratch, mark);
    }
    tail->made[index] = 1;
    Tuple tuple = {.weight = 0};
    if (tail->lumps[index].weight > 0)
        tuple = lump_tuple(aggregate, &tail->lumps[index], CLASS_SHADOW);
    if (cause != tail->cause)
        tuple.cause = cause;
    return tuple;
}

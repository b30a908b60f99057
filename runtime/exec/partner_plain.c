// SPDX-License-Identifier: Apache-2.0
//
// partner_plain.c: partner clauses over clean data.
//
// Where nothing on the right side is in doubt and the links of a batch are known, the pairs of a binding are the rows
// listed under its links for which the rest of the condition holds. Of such a pair nothing is kept but its two numbers,
// and of an existence test nothing but whether there is one. A batch of which something turns out not to be known is left
// to the other road, as if nobody had looked.

#include "runtime/exec/entry_int.h"
#include "runtime/exec/partner_int.h"

// Pairs in the order of bindings and rows.
typedef struct Matches {
    int64_t count;
    int64_t *binding, *row;
    bool each_one; // every binding is in one pair
} Matches;

bool partner_is_plain(const BodyRun *run, const PartnerRun *partner)
{
    const PartnerIndex *index = partner->index;
    bool narrowed = partner->near != NULL || partner->range != NULL || partner->words != NULL ||
                    partner->similar != NULL;
    // Under drop a gap of a binding without a partner counts, whatever the formula makes of it.
    bool gaps_count = !partner->conjunction && partner->partner->policy == POLICY_DROP &&
                      partner->partner->kind != PARTNER_JOIN;
    return index != NULL && !gaps_count && partner->match == NULL && partner->latest == NULL &&
           !narrowed && partner->rowset->classes == NULL && partner->unplaced == 0 &&
           index->skeletons == NULL && index->blank_count == 0 &&
           !partner->partner->coverage.written && run->shared->observer == NULL;
}

// ---------------------------------------------------------------- pairs

// Where every group has one row at most.
static void find_only(const uint32_t *only, const int64_t *groups, int64_t count, Matches *out)
{
    int64_t next = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t row = groups[i] == GROUP_NONE ? ROW_ABSENT : (int64_t)only[groups[i]] - 1;
        out->binding[next] = i;
        out->row[next] = row;
        next += row >= 0;
    }
    out->each_one = next == count;
    out->count = next;
}

static void find_several(const PartnerIndex *index, const int64_t *groups, int64_t count,
                         Matches *out)
{
    int64_t next = 0;
    for (int64_t i = 0; i < count; i++) {
        if (groups[i] == GROUP_NONE)
            continue;
        for (int64_t k = index->starts[groups[i]]; k < index->starts[groups[i] + 1]; k++) {
            out->binding[next] = i;
            out->row[next++] = index->rows[k];
        }
    }
}

static void find_matches(BodyRun *run, const PartnerIndex *index, const int64_t *groups,
                         int64_t count, Matches *out)
{
    *out = (Matches){.count = index->only != NULL ? count : 0, .each_one = true};
    for (int64_t i = 0; index->only == NULL && i < count; i++) {
        int64_t size = partner_group_size(index, groups[i]);
        out->each_one = out->each_one && size == 1;
        out->count += size;
    }
    out->binding = ARENA_ARRAY(run->scratch, int64_t, out->count);
    out->row = ARENA_ARRAY(run->scratch, int64_t, out->count);
    if (index->only != NULL)
        find_only(index->only, groups, count, out);
    else
        find_several(index, groups, count, out);
}

// Leaves the pairs for which the rest of the condition holds. `known`: it is known for all of them.
static Status judge_matches(BodyRun *run, PartnerRun *partner, const Bindings *in, Matches *pairs,
                            bool *known)
{
    int64_t kept = 0;
    *known = true;
    if (partner->only_links)
        return pairs_count(run, partner, pairs->count);
    uint8_t *holds = ARENA_ARRAY(run->scratch, uint8_t, pairs->count);
    TRY(pairs_hold(run, partner, in, pairs->binding, pairs->row, pairs->count, holds, known));
    if (!*known)
        return STATUS_OK;
    for (int64_t i = 0; i < pairs->count; i++) {
        pairs->binding[kept] = pairs->binding[i];
        pairs->row[kept] = pairs->row[i];
        kept += holds[i];
    }
    pairs->each_one = pairs->each_one && kept == pairs->count;
    pairs->count = kept;
    return STATUS_OK;
}

// ---------------------------------------------------------------- what becomes of bindings

// The same bindings, and of one slot other rows or another set.
static Bindings beside(BodyRun *run, const Bindings *in, uint32_t slot, int64_t *rows,
                       AttachedSet set)
{
    Bindings out = *in;
    uint32_t slots = run->body->slot_count;
    out.rows = ARENA_ARRAY(run->scratch, int64_t *, slots);
    out.attached = ARENA_ARRAY(run->scratch, AttachedSet, slots);
    memcpy(out.rows, in->rows, slots * sizeof *out.rows);
    memcpy(out.attached, in->attached, slots * sizeof *out.attached);
    out.rows[slot] = rows;
    out.attached[slot] = set;
    return out;
}

static void join_matches(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                         const Matches *pairs, Bindings *out)
{
    uint32_t slot = partner->partner->slot;
    if (pairs->each_one) {
        *out = beside(run, in, slot, pairs->row, (AttachedSet){0});
        return;
    }
    bindings_take(run, in, pairs->binding, pairs->count, run->scratch, out);
    out->rows[slot] = pairs->row;
}

static void lookup_matches(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                           const Matches *pairs, Bindings *out)
{
    int64_t *rows = pairs->row;
    CauseId several = 0;
    if (!pairs->each_one) {
        rows = ARENA_ARRAY(run->scratch, int64_t, in->count);
        for (int64_t i = 0; i < in->count; i++)
            rows[i] = ROW_ABSENT;
        for (int64_t p = 0; p < pairs->count; p++) {
            int64_t *row = &rows[pairs->binding[p]];
            if (*row != ROW_ABSENT && several == 0)
                several = partner_several(run, partner);
            *row = *row == ROW_ABSENT ? pairs->row[p] : row_unknown_one(several);
        }
    }
    *out = beside(run, in, partner->partner->slot, rows, (AttachedSet){0});
}

// The verdict of exists and lacks for each binding.
static void existing(const PartnerRun *partner, const Bindings *in, const Matches *pairs,
                     uint8_t *keep)
{
    bool lacks = partner->partner->kind == PARTNER_LACKS;
    memset(keep, lacks, (size_t)in->count);
    for (int64_t p = 0; p < pairs->count; p++)
        keep[pairs->binding[p]] = !lacks;
}

// Whether nobody asks which rows there are: neither a fold, nor evidence, nor what a gatherer takes along.
static bool only_verdict(const BodyRun *run, const PartnerRun *partner)
{
    bool only = partner->partner->kind != PARTNER_ATTACH && !partner->partner->read_later;
    for (uint32_t i = 0; only && i < run->end_operator; i++) {
        OperatorKind kind = run->body->operators[i].kind;
        only = kind < OPERATOR_WINDOW || kind > OPERATOR_SEQUENCE;
    }
    return only;
}

static AttachedSet set_of(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                          const Matches *pairs)
{
    int64_t count = only_verdict(run, partner) ? 0 : pairs->count;
    AttachedSet set = {ARENA_ARRAY(run->scratch, int64_t, in->count + 1),
                       ARENA_ARRAY(run->scratch, AttachedMember, count)};
    if (count == 0)
        return set;
    for (int64_t p = 0; p < pairs->count; p++) {
        set.offsets[pairs->binding[p] + 1]++;
        set.members[p] = (AttachedMember){.row = pairs->row[p], .row_class = CLASS_CERTAIN};
    }
    for (int64_t i = 0; i < in->count; i++)
        set.offsets[i + 1] += set.offsets[i];
    return set;
}

static void attach_matches(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                           const Matches *pairs, Bindings *out)
{
    AttachedSet set = set_of(run, partner, in, pairs);
    Bindings batch = beside(run, in, partner->partner->slot, NULL, set);
    *out = batch;
    if (partner->partner->kind == PARTNER_ATTACH)
        return;
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    existing(partner, in, pairs, keep);
    bindings_select(run, &batch, keep, run->scratch, out);
}

Status partner_plain(BodyRun *run, PartnerRun *partner, const Bindings *in, Bindings *out,
                     bool *done)
{
    Matches pairs;
    int64_t judged = run->shared->pairs;
    *done = false;
    Vector *links = partner_binding_links(run, partner, in);
    for (uint32_t k = 0; k < partner->link_count; k++) {
        if (links[k].state != NULL)
            return STATUS_OK;
    }
    int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, in->count);
    group_find(partner->index->groups, links, in->count, groups);
    find_matches(run, partner->index, groups, in->count, &pairs);
    TRY(judge_matches(run, partner, in, &pairs, done));
    if (!*done) {
        run->shared->pairs = judged;
        return STATUS_OK;
    }
    if (partner->partner->kind == PARTNER_JOIN)
        join_matches(run, partner, in, &pairs, out);
    else if (partner->partner->kind == PARTNER_LOOKUP)
        lookup_matches(run, partner, in, &pairs, out);
    else
        attach_matches(run, partner, in, &pairs, out);
    return STATUS_OK;
}

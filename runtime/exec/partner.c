// SPDX-License-Identifier: Apache-2.0
//
// partner.c: join, attach, exists, lacks, lookup: what becomes of a binding by the pairs it is in.
//
// For a batch of bindings all pairs that are not F are collected (partner_collect.c), sorted by binding and row, and
// handed to the clause: spec/evaluation.md 4.1 says for each what they make of a binding. On clean data the
// collected pairs are exactly the matches, and a join or an existence test never builds anything else.

#include "runtime/exec/coverage.h"
#include "runtime/exec/entry_int.h"
#include "runtime/exec/partner_blanks_int.h"

// ---------------------------------------------------------------- what a pair is worth

bool pair_tolerated(const PartnerRun *partner, const Pairs *pairs, int64_t index)
{
    if (!partner->tolerated)
        return false;
    bool loose = pairs->truth[index] == TRUTH_U && pairs->kind[index] == PAIR_LOOSE;
    return loose || rowset_class(partner->rowset, pairs->row[index]) == CLASS_SHADOW;
}

bool pair_certain(const PartnerRun *partner, const Pairs *pairs, int64_t index)
{
    return pairs->truth[index] == TRUTH_T &&
           rowset_class(partner->rowset, pairs->row[index]) == CLASS_CERTAIN;
}

bool pair_is_open(const PartnerRun *partner, const Pairs *pairs, int64_t index)
{
    return pairs->truth[index] == TRUTH_U && pairs->kind[index] == PAIR_OPEN &&
           rowset_class(partner->rowset, pairs->row[index]) != CLASS_SHADOW;
}

// The lowest opening cause of pairs[from..to); 0 where none is open.
static CauseId open_cause(const BodyRun *run, const PartnerRun *partner, const Pairs *pairs,
                          int64_t from, int64_t to)
{
    CauseId least = 0;
    for (int64_t i = from; i < to; i++) {
        if (pair_is_open(partner, pairs, i) &&
            (least == 0 || cause_order(run->shared->causes, pairs->cause[i], least) < 0))
            least = pairs->cause[i];
    }
    return least;
}

// ---------------------------------------------------------------- join

// One output of a join: binding, row (or `?`), and what the pair adds to the binding's state.
typedef struct JoinRow {
    int64_t binding, row;
    RowClass row_class;
    CauseId cause; // of the mark, 0: none
} JoinRow;

typedef VEC(JoinRow) JoinRows;

static void join_binding(BodyRun *run, const PartnerRun *partner, const Pairs *pairs, int64_t from,
                         int64_t to, JoinRows *out)
{
    for (int64_t i = from; i < to; i++) {
        RowClass row_class = rowset_class(partner->rowset, pairs->row[i]);
        bool linked = pairs->truth[i] == TRUTH_U && pairs->kind[i] == PAIR_LINKED;
        if (pair_tolerated(partner, pairs, i) || !(linked || pairs->truth[i] == TRUTH_T))
            continue;
        bool marked = linked || row_class != CLASS_CERTAIN;
        vec_push(out, (JoinRow){pairs->binding[i], pairs->row[i], row_class,
                                marked ? pairs->cause[i] : 0});
    }
    CauseId opened = open_cause(run, partner, pairs, from, to);
    if (opened != 0)
        vec_push(out, (JoinRow){pairs->binding[from], row_unknown(opened), CLASS_CERTAIN, opened});
}

static void join_emit(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                      const JoinRow *joined, int64_t count, Bindings *out)
{
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, count),
            *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++) {
        index[i] = joined[i].binding;
        rows[i] = joined[i].row;
    }
    bindings_take(run, in, index, count, run->scratch, out);
    out->rows[partner->partner->slot] = rows;
    for (int64_t i = 0; i < count; i++) {
        if (joined[i].cause == 0 && joined[i].row_class == CLASS_CERTAIN)
            continue;
        BindState state = bindings_state(run, out, i);
        state.row_class = MAX_OF(state.row_class, joined[i].row_class);
        bind_mark(run, &state, partner->op->place, joined[i].cause);
        bindings_set_state(run, out, run->scratch, i, &state);
    }
}

// All pairs are matches of certain rows: the usual case.
static bool join_is_plain(const PartnerRun *partner, const Pairs *pairs)
{
    if (partner->rowset->classes != NULL)
        return false;
    for (int64_t i = 0; i < pairs->count; i++) {
        if (pairs->truth[i] != TRUTH_T)
            return false;
    }
    return true;
}

static void join_apply(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                       const Pairs *pairs, Bindings *out)
{
    if (join_is_plain(partner, pairs)) {
        bindings_take(run, in, pairs->binding, pairs->count, run->scratch, out);
        int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, pairs->count);
        if (pairs->count > 0)
            memcpy(rows, pairs->row, (size_t)pairs->count * sizeof *rows);
        out->rows[partner->partner->slot] = rows;
        return;
    }
    JoinRows joined = {0};
    for (int64_t from = 0, to; from < pairs->count; from = to) {
        for (to = from; to < pairs->count && pairs->binding[to] == pairs->binding[from];)
            to++;
        join_binding(run, partner, pairs, from, to, &joined);
    }
    join_emit(run, partner, in, joined.items, (int64_t)joined.count, out);
    vec_free(&joined);
}

// ---------------------------------------------------------------- attach, exists, lacks

static bool attached_member(const PartnerRun *partner, const Pairs *pairs, int64_t index,
                            AttachedMember *member)
{
    RowClass row_class = rowset_class(partner->rowset, pairs->row[index]);
    *member = (AttachedMember){.row = pairs->row[index], .cause = pairs->cause[index]};
    bool undetermined = pairs->truth[index] == TRUTH_U;
    if (pair_certain(partner, pairs, index))
        *member = (AttachedMember){.row = pairs->row[index], .row_class = CLASS_CERTAIN};
    else if (pair_tolerated(partner, pairs, index))
        member->row_class = CLASS_TOLERATED;
    else if (row_class == CLASS_SHADOW || (undetermined && pairs->kind[index] == PAIR_LOOSE))
        member->row_class = CLASS_SHADOW;
    else
        member->row_class = CLASS_POSSIBLE;
    return !(undetermined && pairs->kind[index] == PAIR_OPEN && row_class != CLASS_SHADOW);
}

CauseId partner_not_covered(const BodyRun *run, const PartnerRun *partner)
{
    return cause_intern(run->shared->causes, REASON_NOT_COVERED, partner->rowset->name);
}

// Builds the attached set of every binding.
static void attach_build(BodyRun *run, PartnerRun *partner, const Bindings *in, const Pairs *pairs,
                         AttachedSet *set)
{
    uint8_t *covered = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    coverage_test(run, &partner->partner->coverage, in, run->scratch, covered);
    set->offsets = ARENA_ARRAY(run->scratch, int64_t, in->count + 1);
    set->members = ARENA_ARRAY(run->scratch, AttachedMember, pairs->count + 2 * in->count);
    int64_t next = 0, pair = 0;
    for (int64_t i = 0; i < in->count; i++) {
        int64_t from = pair;
        for (; pair < pairs->count && pairs->binding[pair] == i; pair++)
            next += attached_member(partner, pairs, pair, &set->members[next]);
        CauseId opened = open_cause(run, partner, pairs, from, pair);
        if (opened == 0 && !covered[i])
            opened = partner_not_covered(run, partner);
        if (opened != 0)
            set->members[next++] = (AttachedMember){row_unknown(opened), opened, CLASS_POSSIBLE};
        if (partner->tails != NULL && partner->tails[i].set != EMPTY_SET)
            set->members[next++] = partner_tail_member(partner, partner->tails[i]);
        set->offsets[i + 1] = next;
    }
}

// Whether the set leaves anything in question.
typedef struct SetCounts {
    int64_t count[4]; // by class, TOLERATED among them
    CauseId least_possible, least_shadow;
} SetCounts;

static SetCounts count_set(const BodyRun *run, const AttachedSet *set, int64_t index)
{
    SetCounts counts = {{0}, 0, 0};
    const CauseTable *causes = run->shared->causes;
    for (int64_t k = set->offsets[index]; k < set->offsets[index + 1]; k++) {
        const AttachedMember *member = &set->members[k];
        counts.count[member->row_class]++;
        CauseId *least = member->row_class == CLASS_POSSIBLE ? &counts.least_possible
                         : member->row_class == CLASS_SHADOW ? &counts.least_shadow
                                                             : NULL;
        if (least != NULL && member->cause != 0 &&
            (*least == 0 || cause_order(causes, member->cause, *least) < 0))
            *least = member->cause;
    }
    return counts;
}

static CauseId blame_or_members(BodyRun *run, CauseId least)
{
    return least != 0 ? least : members_cause_make(run->shared->causes, 0);
}

// exists: count(v) >= 1. Returns whether the binding goes on.
static bool settle_exists(BodyRun *run, const PartnerRun *partner, const SetCounts *counts,
                          BindState *state)
{
    if (counts->count[CLASS_CERTAIN] > 0)
        return true;
    if (counts->count[CLASS_POSSIBLE] > 0) {
        bind_mark(run, state, partner->op->place, blame_or_members(run, counts->least_possible));
        return true;
    }
    if (counts->count[CLASS_SHADOW] == 0)
        return false;
    state->row_class = CLASS_SHADOW;
    bind_mark(run, state, partner->op->place, blame_or_members(run, counts->least_shadow));
    return true;
}

// lacks: count(v) = 0.
static bool settle_lacks(BodyRun *run, const PartnerRun *partner, const SetCounts *counts,
                         BindState *state)
{
    if (counts->count[CLASS_CERTAIN] > 0)
        return false;
    CauseId least =
        counts->count[CLASS_POSSIBLE] > 0 ? counts->least_possible : counts->least_shadow;
    if (counts->count[CLASS_POSSIBLE] + counts->count[CLASS_SHADOW] > 0)
        bind_mark(run, state, partner->op->place, blame_or_members(run, least));
    else if (counts->count[CLASS_TOLERATED] > 0)
        state->caveats |= caveat_of_partner(partner->ordinal);
    return true;
}

// Under drop a binding without a partner whose own value is missing is no matter of the rule.
static Status dropped(BodyRun *run, PartnerRun *partner, const Bindings *in, const Pairs *pairs,
                      uint8_t *keep)
{
    memset(keep, 1, (size_t)in->count);
    if (partner->partner->policy != POLICY_DROP)
        return STATUS_OK;
    uint8_t *found = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    for (int64_t i = 0; i < pairs->count; i++)
        found[pairs->binding[i]] = 1;
    for (int64_t i = 0; partner->sure != NULL && i < in->count; i++)
        found[i] |= partner->sure[i] >= 0;
    uint8_t *gaps = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    if (partner->match != NULL)
        match_own_gaps(run, partner, in, gaps);
    else
        partner_gaps(run, partner, in, gaps);
    for (int64_t i = 0; i < in->count; i++) {
        bool own_gap = gaps[i] != 0;
        if (own_gap && !found[i] && partner->match == NULL)
            TRY(partner_own_gap(run, partner, in, i, &own_gap));
        keep[i] = found[i] || !own_gap;
    }
    return STATUS_OK;
}

// A batch whose states may be changed one by one.
static Bindings writable(BodyRun *run, const Bindings *in)
{
    Bindings out = *in;
    out.rows = ARENA_ARRAY(run->scratch, int64_t *, run->body->slot_count);
    memcpy(out.rows, in->rows, run->body->slot_count * sizeof *out.rows);
    out.attached = ARENA_ARRAY(run->scratch, AttachedSet, run->body->slot_count);
    memcpy(out.attached, in->attached, run->body->slot_count * sizeof *out.attached);
    if (in->state != NULL) {
        out.state = ARENA_ARRAY(run->scratch, uint32_t, in->count);
        memcpy(out.state, in->state, (size_t)in->count * sizeof *out.state);
    }
    return out;
}

static Status attach_apply(BodyRun *run, PartnerRun *partner, const Bindings *in,
                           const Pairs *pairs, Bindings *out)
{
    PartnerKind kind = partner->partner->kind;
    Bindings batch = writable(run, in);
    AttachedSet *set = &batch.attached[partner->partner->slot];
    attach_build(run, partner, in, pairs, set);
    TRY(partner_count_attached(run, partner, set, in->count));
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    TRY(dropped(run, partner, in, pairs, keep));
    for (int64_t i = 0; kind != PARTNER_ATTACH && i < in->count; i++) {
        if (!keep[i])
            continue;
        SetCounts counts = count_set(run, set, i);
        BindState before = bindings_state(run, in, i), state = before;
        keep[i] = kind == PARTNER_EXISTS ? settle_exists(run, partner, &counts, &state)
                                         : settle_lacks(run, partner, &counts, &state);
        if (keep[i] && memcmp(&state, &before, sizeof state) != 0)
            bindings_set_state(run, &batch, run->scratch, i, &state);
    }
    bindings_select(run, &batch, keep, run->scratch, out);
    return STATUS_OK;
}

// ---------------------------------------------------------------- lookup

CauseId partner_several(const BodyRun *run, const PartnerRun *partner)
{
    return cause_intern(run->shared->causes, REASON_SEVERAL_PARTNERS, partner->rowset->name);
}

// The partner of one binding from pairs[from..to): a row, absent, or `?`. `rests`: absence rests on the tolerance.
static int64_t lookup_row(BodyRun *run, const PartnerRun *partner, const Pairs *pairs, int64_t from,
                          int64_t to, bool covered, bool *rests)
{
    int64_t sure = -1, sure_count = 0, rivals = 0, strict = 0;
    CauseId least = 0;
    for (int64_t i = from; i < to; i++) {
        if (pair_tolerated(partner, pairs, i))
            continue;
        strict++;
        if (pair_certain(partner, pairs, i)) {
            sure_count++;
            sure = pairs->row[i];
        } else {
            rivals += pairs->truth[i] == TRUTH_T || pairs->kind[i] == PAIR_LINKED;
            if (least == 0 || cause_order(run->shared->causes, pairs->cause[i], least) < 0)
                least = pairs->cause[i];
        }
    }
    *rests = false;
    if (sure_count == 1 && (rivals == 0 || partner->partner->at_most_one))
        return sure;
    if (sure_count > 0)
        return row_unknown_one(partner_several(run, partner));
    if (strict > 0)
        return row_unknown_one(least);
    if (!covered)
        return row_unknown_one(partner_not_covered(run, partner));
    *rests = to > from;
    return ROW_ABSENT;
}

static void lookup_rows(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                        const Pairs *pairs, const uint8_t *covered, int64_t *rows, uint8_t *rests)
{
    int64_t pair = 0;
    for (int64_t i = 0; i < in->count; i++) {
        int64_t from = pair;
        while (pair < pairs->count && pairs->binding[pair] == i)
            pair++;
        bool on_tolerance;
        rows[i] = lookup_row(run, partner, pairs, from, pair, covered[i] != 0, &on_tolerance);
        rests[i] = on_tolerance;
    }
}

// lookup and latest: one row, `?` or absence beside each binding.
static Status lookup_apply(BodyRun *run, PartnerRun *partner, const Bindings *in,
                           const Pairs *pairs, Bindings *out)
{
    Bindings batch = writable(run, in);
    uint8_t *covered = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    coverage_test(run, &partner->partner->coverage, in, run->scratch, covered);
    uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    TRY(dropped(run, partner, in, pairs, keep));
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, in->count);
    uint8_t *rests = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    if (partner->partner->kind == PARTNER_LATEST)
        latest_rows(run, partner, in, pairs, covered, rows, rests);
    else
        lookup_rows(run, partner, in, pairs, covered, rows, rests);
    for (int64_t i = 0; i < in->count; i++) {
        if (!rests[i])
            continue;
        BindState state = bindings_state(run, &batch, i);
        state.caveats |= caveat_of_partner(partner->ordinal);
        bindings_set_state(run, &batch, run->scratch, i, &state);
    }
    batch.rows[partner->partner->slot] = rows;
    bindings_select(run, &batch, keep, run->scratch, out);
    return STATUS_OK;
}

// ---------------------------------------------------------------- the clause

Status partner_open(BodyRun *run, const Operator *op, uint32_t ordinal, PartnerRun **out)
{
    ASSERT(ordinal < 64);
    PartnerRun *partner = ARENA_NEW(run->arena, PartnerRun);
    *partner = (PartnerRun){.op = op, .partner = &op->partner, .ordinal = ordinal};
    partner->rowset = slot_rowset(run, op->partner.slot);
    partner->arena = arena_create(NULL, 0);
    *out = partner;
    TRY(partner_index_build(run, partner));
    if (op->partner.kind == PARTNER_LATEST)
        latest_index_build(run, partner);
    narrow_open(run, partner);
    partner->plain = partner_is_plain(run, partner);
    if (partner->index != NULL && run->shared->options->native != NULL)
        partner_index_lists(partner->index); // kernels read them, on several threads
    return STATUS_OK;
}

void partner_close(PartnerRun *partner)
{
    if (partner == NULL)
        return;
    match_close(partner);
    narrow_close(partner);
    partner_tail_free(partner);
    free(partner->left);
    partner_sets_free(partner->sets);
    if (partner->index != NULL && !partner->index->shared)
        partner_index_free(partner->index);
    arena_destroy(partner->arena);
}

Status partner_apply(BodyRun *run, PartnerRun *partner, const Bindings *in, Bindings *out)
{
    Pairs pairs = {0};
    if (partner->plain) {
        bool done;
        TRY(partner_plain(run, partner, in, out, &done));
        if (done)
            return STATUS_OK;
    }
    if (partner->latest != NULL)
        latest_begin(run, partner, in);
    Status status = partner_collect(run, partner, in, &pairs);
    if (status == STATUS_OK) {
        if (partner->partner->kind == PARTNER_JOIN)
            join_apply(run, partner, in, &pairs, out);
        else if (partner->partner->kind == PARTNER_LOOKUP ||
                 partner->partner->kind == PARTNER_LATEST)
            status = lookup_apply(run, partner, in, &pairs, out);
        else
            status = attach_apply(run, partner, in, &pairs, out);
    }
    pairs_free(&pairs);
    return status;
}

static void gap_line_add(BodyRun *run, const PartnerRun *partner, int64_t row)
{
    CauseId cause = partner->loose_cause[row];
    for (size_t i = 0; i < run->gap_lines.count; i++) {
        GapLine *line = &run->gap_lines.items[i];
        if (line->place != partner->op->place || line->cause != cause ||
            line->rowset != partner->rowset)
            continue;
        if (line->rows < 3)
            line->first[line->rows] = row;
        line->rows++;
        return;
    }
    vec_push(&run->gap_lines, (GapLine){.place = partner->op->place,
                                        .cause = cause,
                                        .rowset = partner->rowset,
                                        .rows = 1,
                                        .first = {row}});
}

// One shadow binding for each loose, accepted row: every earlier variable is `?`.
static void loose_bindings(BodyRun *run, const PartnerRun *partner, const int64_t *rows,
                           int64_t count, Bindings *out)
{
    Arena *arena = run->scratch;
    bindings_init(out, run->body, arena);
    out->count = count;
    uint64_t bound = body_bound_slots(run->body, partner->op);
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if ((bound >> slot & 1) == 0)
            continue;
        bool attached = run->body->slots[slot].attached;
        int64_t *unknown = ARENA_ARRAY(arena, int64_t, count);
        AttachedSet set = {ARENA_ARRAY(arena, int64_t, count + 1),
                           ARENA_ARRAY(arena, AttachedMember, count)};
        for (int64_t i = 0; i < count; i++) {
            CauseId cause = partner->loose_cause[rows[i]];
            unknown[i] = row_unknown(cause);
            set.members[i] = (AttachedMember){unknown[i], cause, CLASS_POSSIBLE};
            set.offsets[i + 1] = i + 1;
        }
        if (attached)
            out->attached[slot] = set;
        else
            out->rows[slot] = unknown;
    }
    int64_t *own = ARENA_ARRAY(arena, int64_t, count);
    memcpy(own, rows, (size_t)count * sizeof *own);
    out->rows[partner->partner->slot] = own;
    for (int64_t i = 0; i < count; i++) {
        BindState state = {.row_class = CLASS_SHADOW};
        bind_mark(run, &state, partner->op->place, partner->loose_cause[rows[i]]);
        bindings_set_state(run, out, arena, i, &state);
    }
}

void partner_loose(BodyRun *run, PartnerRun *partner, Bindings *out)
{
    bindings_init(out, run->body, run->scratch);
    PartnerKind kind = partner->partner->kind;
    bool lines = kind == PARTNER_JOIN || kind == PARTNER_EXISTS || kind == PARTNER_ATTACH;
    if (partner->loose == NULL || !lines)
        return;
    VEC(int64_t) rows = {0};
    for (int64_t row = 0; row < partner->rowset->row_count; row++) {
        if (!partner->loose[row] || rowset_quarantined(partner->rowset, row))
            continue;
        if (rowset_class(partner->rowset, row) != CLASS_SHADOW)
            gap_line_add(run, partner, row);
        if (kind == PARTNER_JOIN)
            vec_push(&rows, row);
    }
    if (rows.count > 0)
        loose_bindings(run, partner, rows.items, (int64_t)rows.count, out);
    vec_free(&rows);
}

bool partner_beyond_tolerance(const PartnerRun *partner)
{
    return !partner->tolerated && partner->partner->kind != PARTNER_JOIN;
}

Str partner_unplaced(const PartnerRun *partner, int64_t *unplaced, int64_t *total)
{
    *unplaced = partner->unplaced;
    *total = MAX_OF(partner->rowset->total_count, partner->rowset->row_count);
    return partner->rowset->name;
}

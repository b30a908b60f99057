// SPDX-License-Identifier: Apache-2.0
//
// partner.c: join, attach, exists, lacks, lookup: what becomes of a binding by the pairs it is in.
//
// For a batch of bindings all pairs that are not F are collected (through the hash table, the skeletons, the
// blank rows and, for bindings whose own link is blank, by looking at all rows), sorted by binding and row, and
// handed to the clause: spec/evaluation.md 4.1 says for each what they make of a binding. On clean data the
// collected pairs are exactly the matches, and a join or an existence test never builds anything else.

#include "runtime/exec/block.h"
#include "runtime/exec/entry_int.h"
#include "runtime/exec/partner_int.h"

// What collecting has to find for this clause, beside T and linked pairs.
static bool wants_loose(const PartnerRun *partner)
{
    PartnerKind kind = partner->partner->kind;
    return kind != PARTNER_JOIN; // absence found among them needs a caveat, or is undecided
}

// ---------------------------------------------------------------- collecting pairs

typedef enum LinkState { LINKS_KNOWN, LINKS_SKELETON, LINKS_BLANK, LINKS_NOTHING } LinkState;

// NOTHING: under drop and keep a gap matches nothing at all.
static LinkState link_state(const PartnerRun *partner, const Vector *links, int64_t binding)
{
    LinkState worst = LINKS_KNOWN;
    for (uint32_t k = 0; k < partner->link_count; k++) {
        const Vector *link = &links[k];
        ValueState state = link->state == NULL ? VALUE_KNOWN : (ValueState)link->state[binding];
        if (state == VALUE_KNOWN)
            continue;
        if (state == VALUE_GAP && partner->partner->policy != POLICY_UNDECIDED)
            return LINKS_NOTHING;
        bool kept = state == VALUE_GAP && link->skeleton != NULL && link->skeleton[binding] != 0;
        worst = MAX_OF(worst, kept ? LINKS_SKELETON : LINKS_BLANK);
    }
    return worst;
}

Vector *partner_binding_links(BodyRun *run, const PartnerRun *partner, const Bindings *in)
{
    EvalContext context = bindings_context(run, in, run->scratch);
    Vector *links = ARENA_ARRAY(run->scratch, Vector, partner->link_count + 1);
    for (uint32_t k = 0; k < partner->link_count; k++) {
        if (expr_reads_aggregate(&partner->links[k]->earlier))
            attached_aggregates(run, in, &partner->links[k]->earlier, CLASS_POSSIBLE, &context);
        eval_expr(&context, &partner->links[k]->earlier, &links[k]);
        vector_expand(&links[k], in->count, run->scratch);
    }
    return links;
}

static void add_group(const PartnerRun *partner, int64_t binding, int64_t group, Pairs *pairs)
{
    for (int64_t k = partner->index->starts[group]; k < partner->index->starts[group + 1]; k++)
        pairs_add(pairs, binding, partner->index->rows[k]);
}

// Matches in the hash table.
static Status collect_matches(BodyRun *run, PartnerRun *partner, const Bindings *in,
                              const Vector *links, Pairs *pairs)
{
    int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, in->count);
    group_find(partner->index->groups, links, in->count, groups);
    int64_t from = pairs->count;
    bool sorted = latest_is_sorted(partner);
    if (sorted)
        latest_matches(partner, in, groups, pairs);
    else
        narrow_begin(run, partner, in);
    for (int64_t i = 0; !sorted && i < in->count; i++) {
        if (groups[i] != GROUP_NONE && !narrow_rows_of(run, partner, i, groups[i], pairs))
            add_group(partner, i, groups[i], pairs);
    }
    return pairs_judge(run, partner, in, pairs, from, true);
}

static bool pair_is_open(const PartnerRun *partner, const Pairs *pairs, int64_t index)
{
    return pairs->truth[index] == TRUTH_U && pairs->kind[index] == PAIR_OPEN &&
           rowset_class(partner->rowset, pairs->row[index]) != CLASS_SHADOW;
}

// Where one pair may settle a binding, few are judged at first, then more at a time.
enum { FIRST_ROWS = 8 };

// A binding whose own link is blank: every right row is in question, and the first open pair settles it, because
// all of them have the same cause.
static Status collect_all_rows(BodyRun *run, PartnerRun *partner, const Bindings *in,
                               int64_t binding, bool first_open, Pairs *pairs)
{
    int64_t total = partner->rowset->row_count, block = first_open ? FIRST_ROWS : BLOCK_ROWS;
    for (int64_t first = 0, end; first < total; first = end) {
        int64_t from = pairs->count;
        end = MIN_OF(first + block, total);
        block = MIN_OF(2 * block, BLOCK_ROWS);
        for (int64_t row = first; row < end; row++)
            pairs_add(pairs, binding, row);
        TRY(pairs_judge(run, partner, in, pairs, from, false));
        for (int64_t i = from; first_open && i < pairs->count; i++) {
            if (!pair_is_open(partner, pairs, i) ||
                (partner->latest != NULL &&
                 !latest_may_be(run->shared, partner, binding, pairs->row[i])))
                continue;
            pairs->count = i + 1;
            return STATUS_OK;
        }
    }
    return STATUS_OK;
}

// Right rows without a usable link, for a binding that has one: they matter where absence is in question. Where they
// are tolerated, or only existence is asked, the first one that is not F says all there is to say.
static Status collect_blanks(BodyRun *run, PartnerRun *partner, const Bindings *in, int64_t binding,
                             bool first_only, Pairs *pairs)
{
    int64_t total = partner->index->blank_count, block = first_only ? FIRST_ROWS : BLOCK_ROWS;
    for (int64_t first = 0, end; first < total; first = end) {
        int64_t from = pairs->count;
        end = MIN_OF(first + block, total);
        block = MIN_OF(2 * block, BLOCK_ROWS);
        for (int64_t k = first; k < end; k++)
            pairs_add(pairs, binding, partner->index->blanks[k]);
        TRY(pairs_judge(run, partner, in, pairs, from, false));
        if (first_only && pairs->count > from) {
            pairs->count = from + 1;
            return STATUS_OK;
        }
    }
    return STATUS_OK;
}

// Shadow rows for a binding whose own link is blank: what a fold over its set would be if they counted.
static Status collect_shadows(BodyRun *run, PartnerRun *partner, const Bindings *in,
                              int64_t binding, Pairs *pairs)
{
    PartnerKind kind = partner->partner->kind;
    bool set = kind != PARTNER_JOIN && kind != PARTNER_LOOKUP && kind != PARTNER_LATEST;
    if (!set || !partner->partner->read_later)
        return STATUS_OK;
    int64_t from = pairs->count;
    for (int64_t k = 0; k < partner->shadow_count; k++)
        pairs_add(pairs, binding, partner->shadows[k]);
    return pairs_judge(run, partner, in, pairs, from, false);
}

// Bindings with a certain partner, which decides lookup, exists and lacks whatever else there is.
static uint8_t *decided_bindings(const BodyRun *run, const PartnerRun *partner, const Bindings *in,
                                 const Pairs *pairs)
{
    uint8_t *decided = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    PartnerKind kind = partner->partner->kind;
    if (kind == PARTNER_ATTACH || kind == PARTNER_LATEST || partner->partner->read_later)
        return decided;
    for (int64_t i = 0; i < pairs->count; i++) {
        if (pairs->truth[i] == TRUTH_T &&
            rowset_class(partner->rowset, pairs->row[i]) == CLASS_CERTAIN)
            decided[pairs->binding[i]] = 1;
    }
    return decided;
}

static Status collect_unusual(BodyRun *run, PartnerRun *partner, const Bindings *in,
                              const Vector *links, Pairs *pairs)
{
    bool skeletons = partner_has_skeletons(partner, links);
    bool blanks = wants_loose(partner) && partner->index->blank_count > 0;
    bool own = false;
    for (uint32_t k = 0; k < partner->link_count; k++)
        own |= links[k].state != NULL;
    if (!skeletons && !blanks && !own)
        return STATUS_OK;
    const uint8_t *decided = decided_bindings(run, partner, in, pairs);
    bool first_only = partner->tolerated && partner->partner->kind != PARTNER_ATTACH &&
                      partner->partner->kind != PARTNER_LATEST && !partner->partner->read_later;
    for (int64_t i = 0; i < in->count; i++) {
        LinkState state = link_state(partner, links, i);
        if (state == LINKS_NOTHING)
            continue;
        if (state == LINKS_BLANK) {
            TRY(collect_all_rows(run, partner, in, i, true, pairs));
            TRY(collect_shadows(run, partner, in, i, pairs));
            continue;
        }
        int64_t from = pairs->count;
        if (skeletons && partner->partner->policy == POLICY_UNDECIDED) {
            partner_skeleton_rows(run, partner, links, i, pairs);
            TRY(pairs_judge(run, partner, in, pairs, from, false));
        }
        if (!blanks || decided[i])
            continue;
        bool in_tail = false;
        if (partner->tail != NULL)
            TRY(partner_tail_note(run, partner, in, i, state == LINKS_KNOWN, &in_tail));
        if (in_tail)
            continue;
        from = pairs->count;
        if (state == LINKS_KNOWN && partner_blanks_speak(partner, i, pairs))
            TRY(pairs_judge(run, partner, in, pairs, from, false));
        else
            TRY(collect_blanks(run, partner, in, i, first_only, pairs));
    }
    return STATUS_OK;
}

// Sorts pairs by binding and row: a counting sort by binding keeps the order inside; rows are sorted in place.
typedef struct PairRef {
    int64_t binding, row, index;
} PairRef;

static int compare_refs(const void *a, const void *b)
{
    const PairRef *x = a, *y = b;
    if (x->binding != y->binding)
        return x->binding < y->binding ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void pairs_sort(Arena *arena, Pairs *pairs)
{
    bool sorted = true;
    for (int64_t i = 1; i < pairs->count && sorted; i++)
        sorted = pairs->binding[i - 1] < pairs->binding[i] ||
                 (pairs->binding[i - 1] == pairs->binding[i] && pairs->row[i - 1] < pairs->row[i]);
    if (sorted)
        return;
    PairRef *refs = ARENA_ARRAY(arena, PairRef, pairs->count);
    for (int64_t i = 0; i < pairs->count; i++)
        refs[i] = (PairRef){pairs->binding[i], pairs->row[i], i};
    qsort(refs, (size_t)pairs->count, sizeof *refs, compare_refs);
    Pairs out = {0};
    for (int64_t i = 0; i < pairs->count; i++) {
        if (i > 0 && compare_refs(&refs[i - 1], &refs[i]) == 0)
            continue; // found in two ways
        pairs_add(&out, refs[i].binding, refs[i].row);
        out.truth[out.count - 1] = pairs->truth[refs[i].index];
        out.kind[out.count - 1] = pairs->kind[refs[i].index];
        out.cause[out.count - 1] = pairs->cause[refs[i].index];
    }
    pairs_free(pairs);
    *pairs = out;
}

// Loose quarantined rows are nobody's (4.1); T pairs take the cause of their row.
static void pairs_settle(const PartnerRun *partner, Pairs *pairs)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < pairs->count; i++) {
        int64_t row = pairs->row[i];
        bool undetermined = pairs->truth[i] == TRUTH_U;
        if (undetermined && pairs->kind[i] == PAIR_LOOSE &&
            rowset_quarantined(partner->rowset, row))
            continue;
        CauseId row_cause =
            partner->rowset->row_causes == NULL ? 0 : partner->rowset->row_causes[row];
        pairs->binding[kept] = pairs->binding[i];
        pairs->row[kept] = row;
        pairs->truth[kept] = pairs->truth[i];
        pairs->kind[kept] = pairs->kind[i];
        pairs->cause[kept] = undetermined && pairs->cause[i] != 0 ? pairs->cause[i] : row_cause;
        kept++;
    }
    pairs->count = kept;
}

// Without links: what narrows the rows, or else all of them.
static Status collect_linkless(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs)
{
    int64_t from = pairs->count; // not judged yet
    narrow_begin(run, partner, in);
    for (int64_t i = 0; i < in->count; i++) {
        bool narrowed = narrow_rows_of(run, partner, i, 0, pairs);
        if (narrowed && pairs->count - from < BLOCK_ROWS)
            continue;
        TRY(pairs_judge(run, partner, in, pairs, from, false));
        if (!narrowed)
            TRY(collect_all_rows(run, partner, in, i, false, pairs));
        from = pairs->count;
    }
    return pairs_judge(run, partner, in, pairs, from, false);
}

static Status collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs)
{
    partner->tail_cause = NULL;
    if (partner->match != NULL) {
        TRY(match_collect(run, partner, in, pairs));
    } else if (partner->link_count == 0) {
        TRY(collect_linkless(run, partner, in, pairs));
    } else {
        Vector *links = partner_binding_links(run, partner, in);
        TRY(collect_matches(run, partner, in, links, pairs));
        TRY(collect_unusual(run, partner, in, links, pairs));
    }
    pairs_sort(run->scratch, pairs);
    if (partner->rowset->classes != NULL || partner->loose != NULL)
        pairs_settle(partner, pairs);
    return STATUS_OK;
}

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
        if (partner->tail_cause != NULL && partner->tail_cause[i] != NO_TAIL)
            set->members[next++] = partner_tail_member(partner, partner->tail_cause[i]);
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

static CauseId several(const BodyRun *run, const PartnerRun *partner)
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
        return row_unknown_one(several(run, partner));
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
    return STATUS_OK;
}

void partner_close(PartnerRun *partner)
{
    if (partner == NULL)
        return;
    match_close(partner);
    narrow_close(partner);
    if (partner->index != NULL && !partner->index->shared)
        partner_index_free(partner->index);
    arena_destroy(partner->arena);
}

Status partner_apply(BodyRun *run, PartnerRun *partner, const Bindings *in, Bindings *out)
{
    Pairs pairs = {0};
    if (partner->latest != NULL)
        latest_begin(run, partner, in);
    Status status = collect(run, partner, in, &pairs);
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

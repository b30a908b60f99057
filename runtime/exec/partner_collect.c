// SPDX-License-Identifier: Apache-2.0
//
// partner_collect.c: the pairs of a batch of bindings that are not F.
//
// They come through the hash table, the skeletons, the blank rows (partner_blanks.c) and, for bindings whose own link is
// blank, by looking at all rows until one settles what becomes of the binding.

#include "runtime/exec/block.h"
#include "runtime/exec/partner_blanks_int.h"

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
    partner_index_lists(partner->index);
    int64_t from = pairs->count;
    bool sorted = latest_is_sorted(partner);
    partner->sure = sorted ? latest_sure(run, partner, in, groups) : NULL;
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

// Where one pair may settle a binding, few are judged at first, then more at a time.
enum { FIRST_ROWS = 8 };

// Whether the pair settles a binding whose own link is blank.
static bool settles(const BodyRun *run, const PartnerRun *partner, const Pairs *pairs, int64_t pair)
{
    return pair_is_open(partner, pairs, pair) &&
           (partner->latest == NULL ||
            latest_may_be(run->shared, partner, pairs->binding[pair], pairs->row[pair]));
}

// Judges `total` right rows (NULL: all, in order), up to the first that settles the binding where one may.
static Status collect_rows(BodyRun *run, PartnerRun *partner, const Bindings *in, int64_t binding,
                           const int64_t *rows, int64_t total, bool first_open, Pairs *pairs,
                           bool *settled)
{
    int64_t block = first_open ? FIRST_ROWS : BLOCK_ROWS;
    *settled = false;
    for (int64_t first = 0, end; first < total; first = end) {
        int64_t from = pairs->count;
        end = MIN_OF(first + block, total);
        block = MIN_OF(2 * block, BLOCK_ROWS);
        for (int64_t k = first; k < end; k++)
            pairs_add(pairs, binding, rows == NULL ? k : rows[k]);
        TRY(pairs_judge(run, partner, in, pairs, from, false));
        for (int64_t i = from; first_open && i < pairs->count; i++) {
            if (!settles(run, partner, pairs, i))
                continue;
            pairs->count = i + 1;
            *settled = true;
            return STATUS_OK;
        }
    }
    return STATUS_OK;
}

static Status collect_all_rows(BodyRun *run, PartnerRun *partner, const Bindings *in,
                               int64_t binding, Pairs *pairs)
{
    bool settled;
    return collect_rows(run, partner, in, binding, NULL, partner->rowset->row_count, false, pairs,
                        &settled);
}

// A binding whose own link is blank: every right row that its other links allow is in question, and the first open pair
// settles it, because all of them have the same cause.
static Status collect_open(const BlankAsk *ask, int64_t binding, Pairs *pairs)
{
    BodyRun *run = ask->run;
    PartnerRun *partner = ask->partner;
    bool settled;
    PartialRows rows;
    partner_partial_of(run, partner->index, ask->links, binding, &rows);
    if (rows.all)
        return collect_rows(run, partner, ask->in, binding, NULL, partner->rowset->row_count, true,
                            pairs, &settled);
    TRY(collect_rows(run, partner, ask->in, binding, rows.rows, rows.count, true, pairs, &settled));
    if (settled)
        return STATUS_OK;
    return collect_rows(run, partner, ask->in, binding, rows.rest, rows.rest_count, true, pairs,
                        &settled);
}

// Drops pairs from `from` on whose rows are marked.
static void drop_pairs(Pairs *pairs, int64_t from, const uint8_t *marked)
{
    int64_t kept = from;
    for (int64_t i = from; i < pairs->count; i++) {
        if (marked[pairs->row[i]])
            continue;
        pairs->binding[kept] = pairs->binding[i];
        pairs->row[kept] = pairs->row[i];
        pairs->truth[kept] = pairs->truth[i];
        pairs->kind[kept] = pairs->kind[i];
        pairs->cause[kept] = pairs->cause[i];
        kept++;
    }
    pairs->count = kept;
}

// Those of them that are taken together. All lack what the binding lacks.
static Status tail_of_shadows(const BlankAsk *ask, int64_t binding)
{
    PartnerRun *partner = ask->partner;
    int64_t set;
    TRY(partner_sets_shadows(ask, binding, &set));
    if (set == EMPTY_SET)
        return STATUS_OK;
    Pairs one = {0};
    int64_t *rows = ARENA_ARRAY(ask->run->scratch, int64_t, partner_sets_size(partner->sets, set));
    partner_sets_rows(partner->sets, set, rows, NULL);
    pairs_add(&one, binding, rows[0]);
    Status status = pairs_judge(ask->run, partner, ask->in, &one, 0, false);
    if (status == STATUS_OK) {
        ASSERT(one.count == 1);
        partner_tail_give(ask, binding, (TailOf){set, one.cause[0]});
    }
    pairs_free(&one);
    return status;
}

// Shadow rows for a binding whose own link is blank: what a fold over its set would be if they counted. Its pairs so far
// stand from `first` on.
static Status collect_shadows(const BlankAsk *ask, int64_t binding, int64_t first, Pairs *pairs)
{
    BodyRun *run = ask->run;
    PartnerRun *partner = ask->partner;
    const Bindings *in = ask->in;
    PartnerKind kind = partner->partner->kind;
    bool set = kind != PARTNER_JOIN && kind != PARTNER_LOOKUP && kind != PARTNER_LATEST;
    if (!set || !partner->partner->read_later)
        return STATUS_OK;
    const uint8_t *together =
        partner->sets == NULL ? NULL : partner_sets_shadows_marked(partner->sets);
    for (int64_t k = 0; k < partner->shadow_count; k++)
        pairs_add(pairs, binding, partner->shadows[k]);
    if (together != NULL)
        drop_pairs(pairs, first, together);
    TRY(pairs_judge(run, partner, in, pairs, first, false)); // the others once more
    return together == NULL ? STATUS_OK : tail_of_shadows(ask, binding);
}

// Bindings with a certain partner, which decides lookup, exists and lacks whatever else there is.
static uint8_t *decided_bindings(const BodyRun *run, const PartnerRun *partner, const Bindings *in,
                                 const Pairs *pairs)
{
    uint8_t *decided = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    PartnerKind kind = partner->partner->kind;
    if (kind == PARTNER_ATTACH || kind == PARTNER_LATEST ||
        (kind != PARTNER_LOOKUP && partner->partner->read_later))
        return decided;
    for (int64_t i = 0; i < pairs->count; i++) {
        if (pairs->truth[i] == TRUTH_T &&
            rowset_class(partner->rowset, pairs->row[i]) == CLASS_CERTAIN)
            decided[pairs->binding[i]] = 1;
    }
    return decided;
}

// Bindings whose links are usable: rows that their skeletons or the rows' fit, and blank rows.
static Status collect_beside(BlankAsk *ask, bool skeletons, bool blanks, Pairs *pairs)
{
    BodyRun *run = ask->run;
    PartnerRun *partner = ask->partner;
    const uint8_t *decided = decided_bindings(run, partner, ask->in, pairs);
    int64_t from = pairs->count; // not judged yet
    bool fits = skeletons && partner->partner->policy == POLICY_UNDECIDED;
    for (int64_t i = 0; i < ask->in->count; i++) {
        LinkState state = link_state(partner, ask->links, i);
        if (state == LINKS_NOTHING || state == LINKS_BLANK)
            continue;
        if (fits)
            partner_skeleton_rows(run, partner, ask->links, i, pairs);
        if (blanks && !decided[i] && !partner_is_sure(partner, i))
            TRY(partner_blanks_of(ask, i, pairs));
        if (pairs->count - from < BLOCK_ROWS)
            continue;
        TRY(pairs_judge(run, partner, ask->in, pairs, from, false));
        from = pairs->count;
    }
    return pairs_judge(run, partner, ask->in, pairs, from, false);
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
    BlankAsk ask = {.run = run, .partner = partner, .in = in, .links = links};
    if (blanks)
        partner_blanks_begin(&ask);
    if (skeletons || blanks)
        TRY(collect_beside(&ask, skeletons, blanks, pairs));
    for (int64_t i = 0; own && i < in->count; i++) {
        if (link_state(partner, links, i) != LINKS_BLANK)
            continue;
        int64_t first = pairs->count;
        TRY(collect_open(&ask, i, pairs));
        TRY(collect_shadows(&ask, i, first, pairs));
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

// ---------------------------------------------------------------- without links

// What narrows the rows, or else all of them.
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
            TRY(collect_all_rows(run, partner, in, i, pairs));
        from = pairs->count;
    }
    return pairs_judge(run, partner, in, pairs, from, false);
}

// Where one condition that fails to be known as soon as one side is not is all there is, rows of which it reads something
// unknown are loose with every binding that is known, and an unknown binding is open with every row. So the former are
// taken together, and one row settles the latter.
static bool may_be_unplaced(const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    bool narrowed = partner->near != NULL || partner->range != NULL || partner->words != NULL ||
                    partner->similar != NULL;
    return narrowed && on->leaf_count == 1 && on->kind != PARTNER_LATEST && !on->leaves[0].key &&
           !on->leaves[0].negative && on->policy == POLICY_UNDECIDED;
}

// Which bindings lack something that the condition reads.
static uint8_t *lacking_bindings(BodyRun *run, const PartnerRun *partner, const Bindings *in)
{
    const OnLeaf *leaf = &partner->partner->leaves[0];
    EvalContext context = bindings_context(run, in, run->scratch);
    uint8_t *lacks = ARENA_ARRAY(run->scratch, uint8_t, in->count);
    for (uint32_t r = 0; r < leaf->reads_earlier_count; r++) {
        Vector read;
        eval_expr(&context, &leaf->reads_earlier[r], &read);
        for (int64_t i = 0; read.state != NULL && i < in->count; i++)
            lacks[i] |= read.state[read.constant ? 0 : i] != VALUE_KNOWN;
    }
    return lacks;
}

// Whether something that the condition reads of a row has bounds: then it may be F for some bindings.
static bool reads_bounds(BodyRun *run, const PartnerRun *partner)
{
    const OnLeaf *leaf = &partner->partner->leaves[0];
    SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, run->body->slot_count);
    slots[partner->partner->slot] = (SlotRows){.rowset = partner->rowset};
    EvalContext context = {.shared = &run->shared->eval,
                           .arena = run->scratch,
                           .count = partner->rowset->row_count,
                           .slots = slots};
    for (uint32_t r = 0; r < leaf->reads_partner_count; r++) {
        Vector read;
        eval_expr(&context, &leaf->reads_partner[r], &read);
        if (read.lo != NULL)
            return true;
    }
    return false;
}

// Takes the loose rows together, as a known binding has them. NULL: that cannot be.
static Status find_unplaced(BodyRun *run, PartnerRun *partner, const Bindings *in, int64_t binding)
{
    Pairs pairs = {0};
    int64_t wanted = 0;
    bool attached = partner->partner->kind == PARTNER_ATTACH || partner->partner->read_later;
    bool lookup = partner->partner->kind == PARTNER_LOOKUP;
    partner->sets_made = true;
    if (reads_bounds(run, partner))
        return STATUS_OK;
    if (attached && !lookup && !partner_tail_allowed(run, partner))
        return STATUS_OK;
    for (int64_t row = 0; partner->loose != NULL && row < partner->rowset->row_count; row++) {
        if (!partner->loose[row] || rowset_quarantined(partner->rowset, row))
            continue;
        pairs_add(&pairs, binding, row);
        wanted++;
    }
    Status status = pairs_judge(run, partner, in, &pairs, 0, false);
    bool all = pairs.count == wanted;
    for (int64_t i = 0; all && i < pairs.count; i++)
        all = pairs.truth[i] == TRUTH_U && pairs.kind[i] == PAIR_LOOSE;
    if (status == STATUS_OK && all)
        partner->sets = partner_sets_whole(run, partner, &pairs);
    pairs_free(&pairs);
    return status;
}

// Adds the rows that a known binding is narrowed to, without those taken together. False: it is not narrowed.
static bool add_placed(BodyRun *run, PartnerRun *partner, int64_t binding, Pairs *pairs)
{
    int64_t from = pairs->count;
    if (!narrow_rows_of(run, partner, binding, 0, pairs))
        return false;
    drop_pairs(pairs, from, partner->loose);
    return true;
}

static Status give_unplaced(BlankAsk *ask, const uint8_t *lacks, Pairs *pairs)
{
    const uint8_t *decided = decided_bindings(ask->run, ask->partner, ask->in, pairs);
    int64_t from = pairs->count, list = 0;
    ask->lists = &list;
    ask->list_count = 1;
    partner_sets_begin(ask->partner->sets);
    for (int64_t i = 0; i < ask->in->count; i++) {
        int64_t set;
        if (lacks[i] || decided[i])
            continue;
        TRY(partner_sets_of(ask, i, true, &set));
        if (partner_tail_allowed(ask->run, ask->partner))
            partner_tail_give(ask, i, (TailOf){set, 0});
        else
            partner_sets_speak(ask, i, set, pairs);
    }
    return pairs_judge(ask->run, ask->partner, ask->in, pairs, from, false);
}

static Status collect_unplaced(BodyRun *run, PartnerRun *partner, const Bindings *in,
                               uint8_t *lacks, Pairs *pairs)
{
    BlankAsk ask = {.run = run, .partner = partner, .in = in};
    int64_t from = pairs->count; // not judged yet
    bool settled;
    narrow_begin(run, partner, in);
    for (int64_t i = 0; i < in->count; i++) {
        bool placed = !lacks[i] && add_placed(run, partner, i, pairs);
        if (placed && pairs->count - from < BLOCK_ROWS)
            continue;
        TRY(pairs_judge(run, partner, in, pairs, from, false));
        int64_t first = pairs->count;
        if (lacks[i]) {
            TRY(collect_rows(run, partner, in, i, NULL, partner->rowset->row_count, true, pairs,
                             &settled));
            TRY(collect_shadows(&ask, i, first, pairs));
        } else if (!placed) {
            TRY(collect_all_rows(run, partner, in, i, pairs));
            drop_pairs(pairs, first, partner->loose);
        }
        from = pairs->count;
    }
    TRY(pairs_judge(run, partner, in, pairs, from, false));
    return wants_loose(partner) ? give_unplaced(&ask, lacks, pairs) : STATUS_OK;
}

static Status collect_without_links(BodyRun *run, PartnerRun *partner, const Bindings *in,
                                    Pairs *pairs)
{
    if (!may_be_unplaced(partner))
        return collect_linkless(run, partner, in, pairs);
    uint8_t *lacks = lacking_bindings(run, partner, in);
    for (int64_t i = 0; !partner->sets_made && i < in->count; i++)
        if (!lacks[i])
            TRY(find_unplaced(run, partner, in, i));
    return partner->sets == NULL ? collect_linkless(run, partner, in, pairs)
                                 : collect_unplaced(run, partner, in, lacks, pairs);
}

Status partner_collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs)
{
    partner->tails = NULL;
    partner->sure = NULL;
    if (partner->match != NULL) {
        TRY(match_collect(run, partner, in, pairs));
    } else if (partner->link_count == 0) {
        TRY(collect_without_links(run, partner, in, pairs));
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

// SPDX-License-Identifier: Apache-2.0
//
// match.c: partners by a match model.
//
// Each block is the condition of a join of its own, looked up in its own hash table: the pairs considered are
// those that some block finds, each once. They are weighed one `compare` after the other, and a pair leaves as
// soon as all that is still to come cannot bring it to `review`. A row that no block can place, because in each
// of them a value of its own is unknown, could match anything (spec/evaluation.md 4.2).

#include "runtime/exec/match.h"
#include "runtime/exec/block.h"

// Candidate pairs gathered before they are weighed.
enum { CANDIDATES_MAX = 1 << 18 };

struct MatchRun {
    const MatchModel *model;
    PartnerRun **blocks;
    int64_t **right_groups; // per block: the group of each right row in its hash table
    int64_t *rest;          // per compare: the most that it and those behind it can add
    CauseId review;         // (under review, the model)
    int64_t open_row;       // a right row that a binding nowhere placed may have; -1: there is none
};

// ---------------------------------------------------------------- what a block knows of a row

typedef enum BlockPlace {
    BLOCK_PLACED,
    BLOCK_NOTHING, // a gap, under drop or keep: the block finds nothing
    BLOCK_UNKNOWN,
} BlockPlace;

static BlockPlace block_place(const Vector *links, uint32_t count, Policy policy, int64_t index,
                              CauseId *cause)
{
    BlockPlace place = BLOCK_PLACED;
    for (uint32_t k = 0; k < count; k++) {
        int64_t at = vector_index(&links[k], index);
        ValueState state = links[k].state == NULL ? VALUE_KNOWN : (ValueState)links[k].state[at];
        if (state == VALUE_KNOWN)
            continue;
        if (state == VALUE_GAP && policy != POLICY_UNDECIDED)
            return BLOCK_NOTHING;
        if (place == BLOCK_PLACED)
            *cause = links[k].cause == NULL ? 0 : links[k].cause[at];
        place = BLOCK_UNKNOWN;
    }
    return place;
}

// Whether no block can place the row, so that it may match anything; and why.
static bool nowhere_placed(const MatchRun *match, Vector *const *links, Policy policy,
                           int64_t index, CauseId *cause)
{
    bool unknown = false;
    for (uint32_t b = 0; b < match->model->block_count; b++) {
        CauseId why = 0;
        BlockPlace place = block_place(links[b], match->blocks[b]->link_count, policy, index, &why);
        if (place == BLOCK_PLACED)
            return false;
        if (place == BLOCK_UNKNOWN && !unknown)
            *cause = why;
        unknown |= place == BLOCK_UNKNOWN;
    }
    return unknown;
}

static bool some_state(const MatchRun *match, Vector *const *links)
{
    for (uint32_t b = 0; b < match->model->block_count; b++) {
        bool some = false;
        for (uint32_t k = 0; k < match->blocks[b]->link_count; k++)
            some |= links[b][k].state != NULL;
        if (!some)
            return false; // this block places every row
    }
    return true;
}

// ---------------------------------------------------------------- opening

static PartnerRun *open_block(BodyRun *run, PartnerRun *partner, const Partner *block)
{
    PartnerRun *made = ARENA_NEW(partner->arena, PartnerRun);
    *made = (PartnerRun){.op = partner->op,
                         .partner = block,
                         .ordinal = partner->ordinal,
                         .rowset = partner->rowset,
                         .arena = partner->arena};
    partner_links_build(run, made);
    ASSERT(made->link_count > 0);
    return made;
}

static int64_t greatest_weight(const MatchCompare *compare)
{
    int64_t most = compare->otherwise;
    for (uint32_t l = 0; l < compare->level_count; l++)
        most = MAX_OF(most, compare->weights[l]);
    return compare->has_missing ? MAX_OF(most, compare->missing) : most;
}

static void find_unplaced(PartnerRun *partner)
{
    MatchRun *match = partner->match;
    int64_t count = partner->rowset->row_count;
    Vector **links = ARENA_ARRAY(partner->arena, Vector *, match->model->block_count);
    for (uint32_t b = 0; b < match->model->block_count; b++)
        links[b] = match->blocks[b]->link_values;
    if (count == 0 || !some_state(match, links))
        return;
    partner->loose = ARENA_ARRAY(partner->arena, uint8_t, count);
    partner->loose_cause = ARENA_ARRAY(partner->arena, CauseId, count);
    partner->blanks = ARENA_ARRAY(partner->arena, int64_t, count);
    for (int64_t row = 0; row < count; row++) {
        CauseId cause = 0;
        if (!nowhere_placed(match, links, partner->partner->policy, row, &cause))
            continue;
        partner->loose[row] = 1;
        partner->loose_cause[row] = cause;
        if (!rowset_quarantined(partner->rowset, row))
            partner->blanks[partner->blank_count++] = row;
    }
}

static int64_t first_open_row(const Rowset *rowset)
{
    for (int64_t row = 0; row < rowset->row_count; row++) {
        if (rowset_class(rowset, row) != CLASS_SHADOW)
            return row;
    }
    return -1;
}

void match_open(BodyRun *run, PartnerRun *partner)
{
    const MatchModel *model = partner->partner->match;
    MatchRun *match = ARENA_NEW(partner->arena, MatchRun);
    partner->match = match;
    match->model = model;
    match->blocks = ARENA_ARRAY(partner->arena, PartnerRun *, model->block_count);
    match->right_groups = ARENA_ARRAY(partner->arena, int64_t *, model->block_count);
    int64_t count = partner->rowset->row_count;
    for (uint32_t b = 0; b < model->block_count; b++) {
        match->blocks[b] = open_block(run, partner, &model->blocks[b]);
        match->right_groups[b] = ARENA_ARRAY(partner->arena, int64_t, count + 1);
        group_find(match->blocks[b]->groups, match->blocks[b]->link_values, count,
                   match->right_groups[b]);
    }
    match->rest = ARENA_ARRAY(partner->arena, int64_t, model->compare_count + 1);
    for (uint32_t c = model->compare_count; c-- > 0;)
        match->rest[c] = match->rest[c + 1] + greatest_weight(&model->compares[c]);
    match->review = cause_intern(run->shared->causes, REASON_UNDER_REVIEW, model->name);
    match->open_row = first_open_row(partner->rowset);
    partner->earlier_slots = (uint64_t)1 << model->earlier;
    find_unplaced(partner);
}

void match_close(PartnerRun *partner)
{
    for (uint32_t b = 0; partner->match != NULL && b < partner->match->model->block_count; b++)
        group_table_destroy(partner->match->blocks[b]->groups);
}

// ---------------------------------------------------------------- weighing

static bool level_holds(const Vector *value, int64_t index)
{
    int64_t at = vector_index(value, index);
    return (value->state == NULL || value->state[at] == VALUE_KNOWN) && value->truth[at] != 0;
}

static bool level_is_gap(const Vector *value, int64_t index)
{
    return value->state != NULL && value->state[vector_index(value, index)] == VALUE_GAP;
}

// The level that decides for one pair.
static uint32_t level_of(const MatchCompare *compare, const Vector *steps, int64_t index)
{
    if (compare->has_missing && level_is_gap(&steps[compare->levels[0]], index))
        return MATCH_LEVEL_MISSING;
    for (uint32_t l = 0; l < compare->level_count; l++) {
        if (level_holds(&steps[compare->levels[l]], index))
            return l;
    }
    return MATCH_LEVEL_ELSE;
}

static int64_t level_weight(const MatchCompare *compare, uint32_t level)
{
    return level == MATCH_LEVEL_MISSING ? compare->missing
           : level == MATCH_LEVEL_ELSE  ? compare->otherwise
                                        : compare->weights[level];
}

// Pairs under way: where they stand among the candidates, and what they weigh so far.
typedef struct Weighing {
    int64_t count;
    int64_t *pair, *binding, *row, *weight;
} Weighing;

// Adds the weights of one compare, and lets go of pairs that cannot reach `review` any more.
static void weigh_compare(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                          uint32_t number, Weighing *weighing)
{
    const MatchRun *match = partner->match;
    const MatchCompare *compare = &match->model->compares[number];
    EvalContext context =
        pair_context(run, partner, in, weighing->binding, weighing->row, weighing->count);
    const Vector *steps = eval_steps(&context, &compare->values);
    int64_t kept = 0, need = match->model->review - match->rest[number + 1];
    for (int64_t i = 0; i < weighing->count; i++) {
        int64_t weight = weighing->weight[i] + level_weight(compare, level_of(compare, steps, i));
        if (weight < need)
            continue;
        weighing->pair[kept] = weighing->pair[i];
        weighing->binding[kept] = weighing->binding[i];
        weighing->row[kept] = weighing->row[i];
        weighing->weight[kept++] = weight;
    }
    weighing->count = kept;
}

// Weighs pairs[from..from + count) and moves those that reach `review` down to `kept`.
static int64_t weigh_block(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                           Pairs *pairs, int64_t from, int64_t count, int64_t kept)
{
    const MatchRun *match = partner->match;
    Weighing weighing = {
        count, ARENA_ARRAY(run->scratch, int64_t, count), ARENA_ARRAY(run->scratch, int64_t, count),
        ARENA_ARRAY(run->scratch, int64_t, count), ARENA_ARRAY(run->scratch, int64_t, count)};
    for (int64_t i = 0; i < count; i++) {
        weighing.pair[i] = from + i;
        weighing.binding[i] = pairs->binding[from + i];
        weighing.row[i] = pairs->row[from + i];
    }
    for (uint32_t c = 0; c < match->model->compare_count && weighing.count > 0; c++)
        weigh_compare(run, partner, in, c, &weighing);
    for (int64_t i = 0; i < weighing.count; i++) {
        bool accepted = weighing.weight[i] >= match->model->accept;
        if (weighing.weight[i] < match->model->review)
            continue; // a model without any compare
        pairs->binding[kept] = weighing.binding[i];
        pairs->row[kept] = weighing.row[i];
        pairs->truth[kept] = accepted ? TRUTH_T : TRUTH_U;
        pairs->kind[kept] = PAIR_LINKED;
        pairs->cause[kept] = accepted ? 0 : match->review;
        kept++;
    }
    return kept;
}

static Status weigh(BodyRun *run, const PartnerRun *partner, const Bindings *in, Pairs *pairs,
                    int64_t from)
{
    int64_t kept = from, end = pairs->count;
    for (int64_t first = from; first < end; first += PAIR_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        kept = weigh_block(run, partner, in, pairs, first, MIN_OF(PAIR_ROWS, end - first), kept);
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    pairs->count = kept;
    return STATUS_OK;
}

// ---------------------------------------------------------------- candidates

// The blocks' view of a batch.
typedef struct Batch {
    Vector **links;
    int64_t **groups; // per block: the group of each binding
} Batch;

static Batch batch_of(BodyRun *run, const PartnerRun *partner, const Bindings *in)
{
    const MatchRun *match = partner->match;
    uint32_t blocks = match->model->block_count;
    Batch batch = {ARENA_ARRAY(run->scratch, Vector *, blocks),
                   ARENA_ARRAY(run->scratch, int64_t *, blocks)};
    for (uint32_t b = 0; b < blocks; b++) {
        batch.links[b] = partner_binding_links(run, match->blocks[b], in);
        batch.groups[b] = ARENA_ARRAY(run->scratch, int64_t, in->count);
        group_find(match->blocks[b]->groups, batch.links[b], in->count, batch.groups[b]);
    }
    return batch;
}

// Has an earlier block found this pair for sure? (Blocks with more than equalities may find it twice: such
// pairs are sorted out at the end.)
static bool found_before(const MatchRun *match, const Batch *batch, uint32_t block, int64_t binding,
                         int64_t row)
{
    for (uint32_t b = 0; b < block; b++) {
        int64_t group = batch->groups[b][binding];
        if (match->blocks[b]->only_links && group != GROUP_NONE &&
            group == match->right_groups[b][row])
            return true;
    }
    return false;
}

static int64_t group_size(const PartnerRun *block, int64_t group)
{
    return group == GROUP_NONE ? 0 : block->starts[group + 1] - block->starts[group];
}

// What the block would pair over all rows of the other side.
static int64_t block_estimate(BodyRun *run, const MatchRun *match, uint32_t block)
{
    const Rowset *left = slot_rowset(run, match->model->earlier);
    const PartnerRun *index = match->blocks[block];
    int128_t total = 0;
    for (int64_t first = 0; first < left->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, left->row_count - first);
        ArenaMark mark = arena_mark(run->scratch);
        Bindings batch;
        bindings_init(&batch, run->body, run->scratch);
        batch.count = count;
        int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count),
                *groups = ARENA_ARRAY(run->scratch, int64_t, count);
        for (int64_t i = 0; i < count; i++)
            rows[i] = first + i;
        batch.rows[match->model->earlier] = rows;
        group_find(index->groups, partner_binding_links(run, index, &batch), count, groups);
        for (int64_t i = 0; i < count; i++)
            total += group_size(index, groups[i]);
        arena_rewind(run->scratch, mark);
    }
    return total > INT64_MAX ? INT64_MAX : (int64_t)total;
}

static Status check_limit(BodyRun *run, const MatchRun *match, uint32_t block, int64_t more)
{
    RunShared *shared = run->shared;
    int64_t limit = shared->options->limit_pairs;
    if (limit == 0 || shared->pairs + more <= limit)
        return STATUS_OK;
    return error_set(
        shared->error, STATUS_LIMIT,
        "匹配“" STR_FMT "”的分块条件“" STR_FMT "”约有 %" PRId64 " 对要比较，超过上限 %" PRId64
        "：请把分块条件写得更细，或用 --limit-pairs 提高上限",
        "match `" STR_FMT "`: the block `" STR_FMT "` has about %" PRId64
        " pairs to compare, more than %" PRId64 ": narrow the block, or raise --limit-pairs",
        STR_ARG(match->model->name), STR_ARG(match->model->block_texts[block]),
        block_estimate(run, match, block), limit);
}

// The pairs that one block finds for bindings [first, last).
static Status block_pairs(BodyRun *run, PartnerRun *partner, const Bindings *in, const Batch *batch,
                          uint32_t number, int64_t first, int64_t last, Pairs *pairs)
{
    const MatchRun *match = partner->match;
    PartnerRun *block = match->blocks[number];
    int64_t from = pairs->count, more = 0;
    for (int64_t i = first; i < last; i++)
        more += group_size(block, batch->groups[number][i]);
    TRY(check_limit(run, match, number, more));
    for (int64_t i = first; more > 0 && i < last; i++) {
        int64_t group = batch->groups[number][i];
        for (int64_t k = 0; k < group_size(block, group); k++) {
            int64_t row = block->rows[block->starts[group] + k];
            if (!found_before(match, batch, number, i, row))
                pairs_add(pairs, i, row);
        }
    }
    TRY(pairs_judge(run, block, in, pairs, from, true));
    int64_t kept = from;
    for (int64_t p = from; p < pairs->count; p++) {
        if (pairs->truth[p] != TRUTH_T)
            continue;
        pairs->binding[kept] = pairs->binding[p];
        pairs->row[kept++] = pairs->row[p];
    }
    pairs->count = kept;
    return STATUS_OK;
}

// Bindings from `first` on whose candidates are few enough to be looked at together; at least one.
static int64_t chunk_end(const MatchRun *match, const Batch *batch, int64_t count, int64_t first)
{
    int64_t total = 0, last = first;
    for (; last < count; last++) {
        for (uint32_t b = 0; b < match->model->block_count; b++)
            total += group_size(match->blocks[b], batch->groups[b][last]);
        if (total > CANDIDATES_MAX && last > first)
            break;
    }
    return last;
}

// ---------------------------------------------------------------- rows that no block can place

static void add_undetermined(Pairs *pairs, int64_t binding, int64_t row, PairKind kind,
                             CauseId cause)
{
    pairs_add(pairs, binding, row);
    pairs->truth[pairs->count - 1] = TRUTH_U;
    pairs->kind[pairs->count - 1] = (uint8_t)kind;
    pairs->cause[pairs->count - 1] = cause;
}

static bool wants_shadows(const Partner *clause)
{
    bool set = clause->kind == PARTNER_ATTACH || clause->kind == PARTNER_EXISTS ||
               clause->kind == PARTNER_LACKS;
    return set && clause->read_later;
}

// Every pair of the binding is open; one of them says so, and the shadow rows may be in its set.
static void open_pairs(const PartnerRun *partner, int64_t binding, CauseId cause, Pairs *pairs)
{
    if (partner->match->open_row >= 0)
        add_undetermined(pairs, binding, partner->match->open_row, PAIR_OPEN, cause);
    for (int64_t k = 0; wants_shadows(partner->partner) && k < partner->shadow_count; k++)
        add_undetermined(pairs, binding, partner->shadows[k], PAIR_OPEN, cause);
}

static void unplaced_pairs(const PartnerRun *partner, const Bindings *in, const Batch *batch,
                           Pairs *pairs)
{
    const MatchRun *match = partner->match;
    bool blanks = partner->partner->kind != PARTNER_JOIN;
    bool some = some_state(match, batch->links);
    for (int64_t i = 0; (some || blanks) && i < in->count; i++) {
        CauseId cause = 0;
        if (some && nowhere_placed(match, batch->links, partner->partner->policy, i, &cause)) {
            open_pairs(partner, i, cause, pairs);
            continue;
        }
        for (int64_t k = 0; blanks && k < partner->blank_count; k++)
            add_undetermined(pairs, i, partner->blanks[k], PAIR_LOOSE,
                             partner->loose_cause[partner->blanks[k]]);
    }
}

Status match_collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs)
{
    const MatchRun *match = partner->match;
    Batch batch = batch_of(run, partner, in);
    for (int64_t first = 0, last; first < in->count; first = last) {
        last = chunk_end(match, &batch, in->count, first);
        int64_t from = pairs->count;
        for (uint32_t b = 0; b < match->model->block_count; b++)
            TRY(block_pairs(run, partner, in, &batch, b, first, last, pairs));
        TRY(weigh(run, partner, in, pairs, from));
    }
    unplaced_pairs(partner, in, &batch, pairs);
    return STATUS_OK;
}

void match_own_gaps(BodyRun *run, const PartnerRun *partner, const Bindings *in, uint8_t *own_gap)
{
    const MatchRun *match = partner->match;
    Batch batch = batch_of(run, partner, in);
    for (int64_t i = 0; i < in->count; i++) {
        bool placed = false, gap = false;
        for (uint32_t b = 0; b < match->model->block_count; b++) {
            CauseId cause = 0;
            BlockPlace place =
                block_place(batch.links[b], match->blocks[b]->link_count, POLICY_DROP, i, &cause);
            placed |= place == BLOCK_PLACED;
            gap |= place == BLOCK_NOTHING;
        }
        own_gap[i] = gap && !placed && partner->rowset->row_count > 0;
    }
}

// ---------------------------------------------------------------- showing

int64_t match_waterfall(BodyRun *run, const PartnerRun *partner, int64_t earlier, int64_t row,
                        uint32_t *levels)
{
    const MatchModel *model = partner->match->model;
    int64_t binding = 0, weight = 0;
    Bindings batch;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = 1;
    batch.rows[model->earlier] = &earlier;
    for (uint32_t c = 0; c < model->compare_count; c++) {
        EvalContext context = pair_context(run, partner, &batch, &binding, &row, 1);
        const MatchCompare *compare = &model->compares[c];
        levels[c] = level_of(compare, eval_steps(&context, &compare->values), 0);
        weight += level_weight(compare, levels[c]);
    }
    return weight;
}

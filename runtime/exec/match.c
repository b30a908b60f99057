// SPDX-License-Identifier: Apache-2.0
//
// match.c: partners by a match model.
//
// Each block is the condition of a join of its own, looked up in its own hash table: the pairs considered are
// those that some block finds, each once. They are weighed one `compare` after the other, and a pair leaves as
// soon as all that is still to come cannot bring it to `review`. A block by `mentions` looks its pairs up by the
// words that stand in the texts. A row that no block can place, because in each
// of them a value of its own is unknown, could match anything (spec/evaluation.md 4.2).

#include "runtime/exec/match.h"
#include "runtime/base/words.h"
#include "runtime/exec/block.h"

// Candidate pairs gathered before they are weighed.
enum { CANDIDATES_MAX = 1 << 18 };

struct MatchRun {
    const MatchModel *model;
    PartnerRun **blocks;
    int64_t *
        *right_groups; // per block: the group of each right row in its hash table; NULL: by words
    int64_t *blanks;   // right rows that no block can place, quarantined ones left out
    int64_t blank_count;
    Words **words;    // per block: right words to look for in earlier texts, else NULL
    int64_t *rest;    // per compare: the most that it and those behind it can add
    CauseId review;   // (under review, the model)
    int64_t open_row; // a right row that a binding nowhere placed may have; -1: there is none
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

static PartnerRun *open_block(BodyRun *run, PartnerRun *partner, const MatchBlock *block)
{
    PartnerRun *made = ARENA_NEW(partner->arena, PartnerRun);
    *made = (PartnerRun){.op = partner->op,
                         .partner = &block->on,
                         .ordinal = partner->ordinal,
                         .rowset = partner->rowset,
                         .arena = partner->arena};
    partner_links_evaluate(run, made, block->mentions ? &block->link : NULL);
    ASSERT(made->link_count > 0);
    if (!block->mentions || block->text_is_earlier)
        partner_links_group(made);
    return made;
}

// All words of a hash table of words.
static Words *words_of(const RunShared *shared, const GroupTable *groups)
{
    Words *words = words_create();
    Vector keys;
    group_keys(groups, 0, &keys);
    for (int64_t g = 0; g < group_count(groups); g++)
        words_add(words, dict_str(shared->dict, keys.code[g]));
    return words;
}

// A batch of the rows first..first+count of the earlier side, whatever the bindings.
static Bindings earlier_rows(BodyRun *run, const MatchRun *match, int64_t first, int64_t count)
{
    Bindings batch;
    bindings_init(&batch, run->body, run->scratch);
    batch.count = count;
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        rows[i] = first + i;
    batch.rows[match->model->earlier] = rows;
    return batch;
}

static void group_earlier_words(BodyRun *run, const MatchRun *match, PartnerRun *block)
{
    int64_t total = slot_rowset(run, match->model->earlier)->row_count;
    block->index->groups = partner_link_table(block->index);
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        Bindings rows = earlier_rows(run, match, first, MIN_OF(BLOCK_ROWS, total - first));
        int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, rows.count);
        group_assign(block->index->groups, partner_binding_links(run, block, &rows), rows.count,
                     groups);
        arena_rewind(run->scratch, mark);
    }
}

// Words stand on the earlier side: each right text is read once, and listed under every word that it holds.
static void list_texts(BodyRun *run, const MatchRun *match, PartnerRun *block)
{
    group_earlier_words(run, match, block);
    Words *words = words_of(run->shared, block->index->groups);
    const Vector *texts = &block->index->link_values[0];
    VEC(int64_t) groups = {0}, rows = {0};
    for (int64_t row = 0; row < block->rowset->row_count; row++) {
        const uint32_t *found;
        if (texts->state != NULL && texts->state[row] != VALUE_KNOWN)
            continue;
        size_t count = words_find(words, dict_str(run->shared->dict, texts->code[row]), &found);
        for (size_t k = 0; k < count; k++) {
            vec_push(&groups, found[k]);
            vec_push(&rows, row);
        }
    }
    int64_t group_total = group_count(block->index->groups), count = (int64_t)rows.count;
    block->index->starts = ARENA_ARRAY(block->arena, int64_t, group_total + 1);
    block->index->rows = ARENA_ARRAY(block->arena, int64_t, count + 1);
    if (count > 0)
        group_index(groups.items, count, group_total, block->index->starts, block->index->rows);
    for (int64_t k = 0; k < count; k++)
        block->index->rows[k] = rows.items[block->index->rows[k]];
    vec_free(&groups);
    vec_free(&rows);
    words_destroy(words);
}

static void index_block(BodyRun *run, PartnerRun *partner, uint32_t number)
{
    MatchRun *match = partner->match;
    const MatchBlock *block = &match->model->blocks[number];
    PartnerRun *made = match->blocks[number] = open_block(run, partner, block);
    int64_t count = partner->rowset->row_count;
    if (block->mentions && block->text_is_earlier) {
        match->words[number] = words_of(run->shared, made->index->groups);
    } else if (block->mentions) {
        list_texts(run, match, made);
    } else {
        match->right_groups[number] = ARENA_ARRAY(partner->arena, int64_t, count + 1);
        group_find(made->index->groups, made->index->link_values, count,
                   match->right_groups[number]);
    }
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
        links[b] = match->blocks[b]->index->link_values;
    if (count == 0 || !some_state(match, links))
        return;
    partner->loose = ARENA_ARRAY(partner->arena, uint8_t, count);
    partner->loose_cause = ARENA_ARRAY(partner->arena, CauseId, count);
    partner->match->blanks = ARENA_ARRAY(partner->arena, int64_t, count);
    for (int64_t row = 0; row < count; row++) {
        CauseId cause = 0;
        if (!nowhere_placed(match, links, partner->partner->policy, row, &cause))
            continue;
        partner->loose[row] = 1;
        partner->loose_cause[row] = cause;
        if (!rowset_quarantined(partner->rowset, row))
            partner->match->blanks[partner->match->blank_count++] = row;
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

static Status foresee_pairs(BodyRun *run, const PartnerRun *partner);

Status match_open(BodyRun *run, PartnerRun *partner)
{
    const MatchModel *model = partner->partner->match;
    MatchRun *match = ARENA_NEW(partner->arena, MatchRun);
    partner->match = match;
    match->model = model;
    match->blocks = ARENA_ARRAY(partner->arena, PartnerRun *, model->block_count);
    match->right_groups = ARENA_ARRAY(partner->arena, int64_t *, model->block_count);
    match->words = ARENA_ARRAY(partner->arena, Words *, model->block_count);
    for (uint32_t b = 0; b < model->block_count; b++)
        index_block(run, partner, b);
    match->rest = ARENA_ARRAY(partner->arena, int64_t, model->compare_count + 1);
    for (uint32_t c = model->compare_count; c-- > 0;)
        match->rest[c] = match->rest[c + 1] + greatest_weight(&model->compares[c]);
    match->review = cause_intern(run->shared->causes, REASON_UNDER_REVIEW, model->name);
    match->open_row = first_open_row(partner->rowset);
    partner->earlier_slots = (uint64_t)1 << model->earlier;
    find_unplaced(partner);
    return foresee_pairs(run, partner);
}

void match_close(PartnerRun *partner)
{
    const MatchRun *match = partner->match;
    for (uint32_t b = 0; match != NULL && b < match->model->block_count; b++) {
        partner_index_free(match->blocks[b]->index);
        words_destroy(match->words[b]);
    }
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

// What one block finds for a batch.
typedef struct BlockBatch {
    const PartnerRun *block;
    Vector *links;
    int64_t *groups; // of each binding; GROUP_NONE: none
    int64_t *
        starts; // blocks by words: the groups of binding i are groups[starts[i] .. starts[i + 1]); else NULL
} BlockBatch;

static void find_words(const RunShared *shared, Words *words, const Vector *texts, int64_t count,
                       Arena *arena, BlockBatch *out)
{
    VEC(int64_t) groups = {0};
    out->starts = ARENA_ARRAY(arena, int64_t, count + 1);
    for (int64_t i = 0; i < count; i++) {
        const uint32_t *found;
        bool known = texts->state == NULL || texts->state[i] == VALUE_KNOWN;
        size_t met = known ? words_find(words, dict_str(shared->dict, texts->code[i]), &found) : 0;
        for (size_t k = 0; k < met; k++)
            vec_push(&groups, found[k]);
        out->starts[i + 1] = (int64_t)groups.count;
    }
    out->groups = ARENA_ARRAY(arena, int64_t, groups.count + 1);
    if (groups.count > 0)
        memcpy(out->groups, groups.items, groups.count * sizeof *out->groups);
    vec_free(&groups);
}

static void block_batch(BodyRun *run, const MatchRun *match, uint32_t number, const Bindings *in,
                        BlockBatch *out)
{
    *out = (BlockBatch){.block = match->blocks[number]};
    out->links = partner_binding_links(run, out->block, in);
    if (match->words[number] != NULL) {
        find_words(run->shared, match->words[number], &out->links[0], in->count, run->scratch, out);
        return;
    }
    out->groups = ARENA_ARRAY(run->scratch, int64_t, in->count);
    group_find(out->block->index->groups, out->links, in->count, out->groups);
}

static BlockBatch *batch_of(BodyRun *run, const MatchRun *match, const Bindings *in)
{
    BlockBatch *batch = ARENA_ARRAY(run->scratch, BlockBatch, match->model->block_count);
    for (uint32_t b = 0; b < match->model->block_count; b++)
        block_batch(run, match, b, in, &batch[b]);
    return batch;
}

static Vector **batch_links(BodyRun *run, const MatchRun *match, const BlockBatch *batch)
{
    Vector **links = ARENA_ARRAY(run->scratch, Vector *, match->model->block_count);
    for (uint32_t b = 0; b < match->model->block_count; b++)
        links[b] = batch[b].links;
    return links;
}

// The groups of one binding.
static const int64_t *groups_of(const BlockBatch *batch, int64_t binding, int64_t *count)
{
    int64_t first = batch->starts == NULL ? binding : batch->starts[binding];
    *count = batch->starts == NULL ? batch->groups[binding] != GROUP_NONE
                                   : batch->starts[binding + 1] - first;
    return batch->groups + first;
}

static int64_t candidate_count(const BlockBatch *batch, int64_t binding)
{
    int64_t count, total = 0;
    const int64_t *groups = groups_of(batch, binding, &count);
    for (int64_t k = 0; k < count; k++)
        total +=
            batch->block->index->starts[groups[k] + 1] - batch->block->index->starts[groups[k]];
    return total;
}

// Has an earlier block found this pair for sure? (Blocks with more than equalities may find it twice: such
// pairs are sorted out at the end.)
static bool found_before(const MatchRun *match, const BlockBatch *batch, uint32_t number,
                         int64_t binding, int64_t row)
{
    for (uint32_t b = 0; b < number; b++) {
        int64_t group = batch[b].block->only_links ? batch[b].groups[binding] : GROUP_NONE;
        if (group != GROUP_NONE && group == match->right_groups[b][row])
            return true;
    }
    return false;
}

// ---------------------------------------------------------------- how many pairs there will be

// What one block pairs over all bindings counted.
typedef struct BlockSize {
    BodyRun *run;
    const MatchRun *match;
    uint32_t number;
    int64_t *asking; // per group: bindings that look into it
    int64_t largest; // group with most pairs; -1: there is none
    int64_t pairs;
} BlockSize;

static void count_asking(BlockSize *size, const Bindings *in)
{
    BlockBatch batch;
    ArenaMark mark = arena_mark(size->run->scratch);
    block_batch(size->run, size->match, size->number, in, &batch);
    for (int64_t i = 0; i < in->count; i++) {
        int64_t count;
        const int64_t *groups = groups_of(&batch, i, &count);
        for (int64_t k = 0; k < count; k++)
            size->asking[groups[k]]++;
    }
    arena_rewind(size->run->scratch, mark);
}

// Of one group: rows of the clause's own side.
static int64_t group_rows(const BlockSize *size, int64_t group)
{
    const int64_t *starts = size->match->blocks[size->number]->index->starts;
    return starts[group + 1] - starts[group];
}

static void add_up(BlockSize *size)
{
    int128_t pairs = 0, most = 0;
    for (int64_t g = 0; g < group_count(size->match->blocks[size->number]->index->groups); g++) {
        int128_t own = (int128_t)size->asking[g] * group_rows(size, g);
        pairs += own;
        if (own > most) {
            most = own;
            size->largest = g;
        }
    }
    size->pairs = pairs > INT64_MAX ? INT64_MAX : (int64_t)pairs;
}

static Status count_batch(void *closure, BodyRun *run, const Bindings *batch)
{
    (void)run;
    count_asking(closure, batch);
    return STATUS_OK;
}

static Status count_all_rows(BlockSize *size)
{
    int64_t rows = slot_rowset(size->run, size->match->model->earlier)->row_count;
    for (int64_t first = 0; first < rows; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(size->run->scratch);
        Bindings part =
            earlier_rows(size->run, size->match, first, MIN_OF(BLOCK_ROWS, rows - first));
        count_asking(size, &part);
        arena_rewind(size->run->scratch, mark);
        TRY(run_poll(size->run->shared));
    }
    return STATUS_OK;
}

// The bindings that come through the first `end` operators.
static Status count_bindings(BlockSize *size, uint32_t end)
{
    Body before = *size->run->body;
    before.operator_count = end;
    BodyRun run;
    body_run_init(&run, size->run->shared, &before);
    run.sink = count_batch;
    run.sink_closure = size;
    Status status = body_run(&run);
    body_run_deinit(&run);
    return status;
}

// Counts over all rows of the earlier side, or (end > 0) over what the first `end` operators leave of them.
static Status measure_block(BlockSize *size, uint32_t end)
{
    int64_t groups = group_count(size->match->blocks[size->number]->index->groups);
    size->asking = base_alloc_zeroed(MAX_OF((size_t)groups, 1u), sizeof *size->asking);
    size->largest = -1;
    Status status = end > 0 ? count_bindings(size, end) : count_all_rows(size);
    add_up(size);
    return status;
}

static void group_text(const BlockSize *size, int64_t group, StrBuf *out)
{
    const PartnerRun *block = size->match->blocks[size->number];
    for (uint32_t k = 0; k < block->link_count; k++) {
        Vector keys;
        group_keys(block->index->groups, k, &keys);
        Value value = vector_value(&keys, block->links[k]->partner.type, group);
        if (k > 0)
            strbuf_add_c(out, "、");
        value_text(out, size->run->shared->dict, &value, true);
    }
}

static Status too_many_pairs(const BlockSize *size)
{
    RunShared *shared = size->run->shared;
    const MatchModel *model = size->match->model;
    StrBuf key = {0};
    int64_t group = size->largest;
    if (group >= 0)
        group_text(size, group, &key);
    Status status = error_set(
        shared->error, STATUS_LIMIT,
        "匹配“" STR_FMT "”的分块条件“" STR_FMT "”约有 %" PRId64 " 对要比较，超过上限 %" PRId64
        "；最大的一块是“" STR_FMT "”，%" PRId64 " 行对 %" PRId64
        " 行。请给分块条件再加一个相等的条件（如出生年份、区划），用“条件”去掉占位的值，或用 "
        "--limit-pairs 提高上限",
        "match `" STR_FMT "`: the block `" STR_FMT "` has about %" PRId64
        " pairs to compare, more than %" PRId64 "; its largest part is \"" STR_FMT "\", %" PRId64
        " rows against %" PRId64
        ". Add another equality to the block (a year of birth, a district), leave out "
        "placeholders with `where`, or raise --limit-pairs",
        STR_ARG(model->name), STR_ARG(model->blocks[size->number].text), size->pairs,
        shared->options->limit_pairs, STR_ARG(strbuf_str(&key)),
        group < 0 ? 0 : size->asking[group], group < 0 ? 0 : group_rows(size, group));
    strbuf_deinit(&key);
    return status;
}

static Status check_limit(BodyRun *run, const MatchRun *match, uint32_t block, int64_t more)
{
    int64_t limit = run->shared->options->limit_pairs;
    if (limit == 0 || run->shared->pairs + more <= limit)
        return STATUS_OK;
    BlockSize size = {.run = run, .match = match, .number = block};
    Status status = measure_block(&size, 0);
    if (status == STATUS_OK)
        status = too_many_pairs(&size);
    free(size.asking);
    return status;
}

// The operator of a clause whose bindings are known before it runs: rows of the first variable, some of which
// conditions leave out. 0: other clauses stand before it.
static uint32_t plain_start(const BodyRun *run, const PartnerRun *partner)
{
    const Operator *operators = run->body->operators;
    uint32_t at = 1;
    if (operators[0].slot != partner->match->model->earlier || run->slot_rows != NULL)
        return 0;
    while (&operators[at] != partner->op && operators[at].kind == OPERATOR_FILTER)
        at++;
    return &operators[at] == partner->op ? at : 0;
}

// Before any pair is weighed: does one block alone find more pairs than are allowed?
static Status foresee_pairs(BodyRun *run, const PartnerRun *partner)
{
    const MatchRun *match = partner->match;
    uint32_t start = plain_start(run, partner);
    int64_t limit = run->shared->options->limit_pairs;
    int128_t all =
        (int128_t)slot_rowset(run, match->model->earlier)->row_count * partner->rowset->row_count;
    bool filters = start > 1;
    Status status = STATUS_OK;
    if (limit == 0 || start == 0 || all <= limit || (filters && run->shared->observer != NULL))
        return STATUS_OK;
    for (uint32_t b = 0; b < match->model->block_count && status == STATUS_OK; b++) {
        BlockSize size = {.run = run, .match = match, .number = b};
        status = measure_block(&size, 0);
        if (status == STATUS_OK && size.pairs > limit && filters) {
            free(size.asking);
            status = measure_block(&size, start);
        }
        if (status == STATUS_OK && size.pairs > limit)
            status = too_many_pairs(&size);
        free(size.asking);
    }
    return status;
}

static void add_candidates(const MatchRun *match, const BlockBatch *batch, uint32_t number,
                           int64_t binding, Pairs *pairs)
{
    const PartnerRun *block = batch[number].block;
    int64_t count;
    const int64_t *groups = groups_of(&batch[number], binding, &count);
    for (int64_t g = 0; g < count; g++) {
        for (int64_t k = block->index->starts[groups[g]]; k < block->index->starts[groups[g] + 1];
             k++) {
            if (!found_before(match, batch, number, binding, block->index->rows[k]))
                pairs_add(pairs, binding, block->index->rows[k]);
        }
    }
}

// The pairs that one block finds for bindings [first, last).
static Status block_pairs(BodyRun *run, PartnerRun *partner, const Bindings *in,
                          const BlockBatch *batch, uint32_t number, int64_t first, int64_t last,
                          Pairs *pairs)
{
    const MatchRun *match = partner->match;
    int64_t from = pairs->count, more = 0;
    for (int64_t i = first; i < last; i++)
        more += candidate_count(&batch[number], i);
    TRY(check_limit(run, match, number, more));
    for (int64_t i = first; more > 0 && i < last; i++)
        add_candidates(match, batch, number, i, pairs);
    TRY(pairs_judge(run, match->blocks[number], in, pairs, from, true));
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
static int64_t chunk_end(const MatchRun *match, const BlockBatch *batch, int64_t count,
                         int64_t first)
{
    int64_t total = 0, last = first;
    for (; last < count; last++) {
        for (uint32_t b = 0; b < match->model->block_count; b++)
            total += candidate_count(&batch[b], last);
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
    bool looks_up = partner->partner->kind == PARTNER_LOOKUP && partner->rowset->row_count > 0;
    if (partner->match->open_row >= 0)
        add_undetermined(pairs, binding, partner->match->open_row, PAIR_OPEN, cause);
    else if (looks_up) // shadows alone: still it is not known whether there is one
        add_undetermined(pairs, binding, 0, PAIR_OPEN, cause);
    for (int64_t k = 0; wants_shadows(partner->partner) && k < partner->shadow_count; k++)
        add_undetermined(pairs, binding, partner->shadows[k], PAIR_OPEN, cause);
}

static void unplaced_pairs(const PartnerRun *partner, const Bindings *in, Vector *const *links,
                           Pairs *pairs)
{
    const MatchRun *match = partner->match;
    bool blanks = partner->partner->kind != PARTNER_JOIN;
    bool some = some_state(match, links);
    for (int64_t i = 0; (some || blanks) && i < in->count; i++) {
        CauseId cause = 0;
        if (some && nowhere_placed(match, links, partner->partner->policy, i, &cause)) {
            open_pairs(partner, i, cause, pairs);
            continue;
        }
        for (int64_t k = 0; blanks && k < partner->match->blank_count; k++)
            add_undetermined(pairs, i, partner->match->blanks[k], PAIR_LOOSE,
                             partner->loose_cause[partner->match->blanks[k]]);
    }
}

Status match_collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs)
{
    const MatchRun *match = partner->match;
    const BlockBatch *batch = batch_of(run, match, in);
    for (int64_t first = 0, last; first < in->count; first = last) {
        last = chunk_end(match, batch, in->count, first);
        int64_t from = pairs->count;
        for (uint32_t b = 0; b < match->model->block_count; b++)
            TRY(block_pairs(run, partner, in, batch, b, first, last, pairs));
        TRY(weigh(run, partner, in, pairs, from));
    }
    unplaced_pairs(partner, in, batch_links(run, match, batch), pairs);
    return STATUS_OK;
}

void match_own_gaps(BodyRun *run, const PartnerRun *partner, const Bindings *in, uint8_t *own_gap)
{
    const MatchRun *match = partner->match;
    const BlockBatch *batch = batch_of(run, match, in);
    for (int64_t i = 0; i < in->count; i++) {
        bool gap = false, other = false;
        for (uint32_t b = 0; b < match->model->block_count; b++) {
            CauseId cause = 0;
            BlockPlace place =
                block_place(batch[b].links, match->blocks[b]->link_count, POLICY_DROP, i, &cause);
            gap |= place == BLOCK_NOTHING;
            other |= place != BLOCK_NOTHING;
        }
        own_gap[i] = gap && !other && partner->rowset->row_count > 0;
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

// SPDX-License-Identifier: Apache-2.0
//
// pair.c: judging pairs of a binding and a right row by the `on` condition.
//
// The condition is a formula over leaves. Each leaf is evaluated for a whole block of pairs, its gaps take the
// truth that the policy gives them, and the formula is folded in three-valued logic. Only pairs that come out
// undetermined are looked at again, leaf by leaf, to tell linked, open and loose ones apart.

#include "runtime/exec/block.h"
#include "runtime/exec/partner_int.h"

typedef struct TruthBlock {
    uint8_t *truth;
    CauseId *cause; // NULL while nothing is U
} TruthBlock;

void pairs_add(Pairs *pairs, int64_t binding, int64_t row)
{
    if (pairs->count == pairs->capacity) {
        pairs->capacity = MAX_OF(pairs->capacity * 2, 1024);
        size_t capacity = (size_t)pairs->capacity;
        pairs->binding = base_realloc(pairs->binding, capacity * sizeof *pairs->binding);
        pairs->row = base_realloc(pairs->row, capacity * sizeof *pairs->row);
        pairs->truth = base_realloc(pairs->truth, capacity);
        pairs->kind = base_realloc(pairs->kind, capacity);
        pairs->cause = base_realloc(pairs->cause, capacity * sizeof *pairs->cause);
    }
    pairs->binding[pairs->count] = binding;
    pairs->row[pairs->count] = row;
    pairs->count++;
}

void pairs_free(Pairs *pairs)
{
    free(pairs->binding);
    free(pairs->row);
    free(pairs->truth);
    free(pairs->kind);
    free(pairs->cause);
    *pairs = (Pairs){0};
}

// ---------------------------------------------------------------- evaluating the condition

// A context over pairs: earlier slots at the pairs' bindings, the partner's slot at the pairs' rows.
EvalContext pair_context(BodyRun *run, const PartnerRun *partner, const Bindings *batch,
                         const int64_t *binding, const int64_t *row, int64_t count)
{
    Arena *arena = run->scratch;
    const Body *body = run->body;
    SlotRows *slots = ARENA_ARRAY(arena, SlotRows, body->slot_count);
    for (uint32_t slot = 0; batch != NULL && slot < body->slot_count; slot++) {
        if ((partner->earlier_slots >> slot & 1) == 0 || batch->rows[slot] == NULL)
            continue;
        int64_t *rows = ARENA_ARRAY(arena, int64_t, count);
        for (int64_t i = 0; i < count; i++)
            rows[i] = batch->rows[slot][binding[i]];
        slots[slot] = (SlotRows){.rowset = slot_rowset(run, slot), .rows = rows};
    }
    slots[partner->partner->slot] = (SlotRows){.rowset = partner->rowset, .rows = row};
    return (EvalContext){
        .shared = &run->shared->eval, .arena = arena, .count = count, .slots = slots};
}

static Truth gap_truth(const OnLeaf *leaf, Policy policy)
{
    if (policy == POLICY_UNDECIDED)
        return TRUTH_U;
    return leaf->negative ? TRUTH_T : TRUTH_F;
}

// Under drop and keep a key leaf with a gap on one side does not match, even if the other side is an issue.
static void gaps_match_nothing(const EvalContext *context, const OnLeaf *leaf, uint8_t *truth)
{
    const Expr *sides[2] = {&leaf->earlier, &leaf->partner};
    for (int s = 0; s < 2; s++) {
        Vector side;
        eval_expr(context, sides[s], &side);
        for (int64_t i = 0; side.state != NULL && i < context->count; i++) {
            if (side.state[side.constant ? 0 : i] == VALUE_GAP)
                truth[i] = TRUTH_F;
        }
    }
}

static void leaf_truth(const EvalContext *context, const OnLeaf *leaf, Policy policy,
                       TruthBlock *out)
{
    Vector value;
    eval_expr(context, &leaf->value, &value);
    vector_expand(&value, context->count, context->arena);
    out->truth = ARENA_ARRAY(context->arena, uint8_t, context->count);
    memcpy(out->truth, value.truth, (size_t)context->count);
    out->cause = NULL;
    if (value.state == NULL)
        return;
    out->cause = value.cause;
    for (int64_t i = 0; i < context->count; i++) {
        if (value.state[i] == VALUE_GAP)
            out->truth[i] = (uint8_t)gap_truth(leaf, policy);
        else if (value.state[i] == VALUE_ISSUE)
            out->truth[i] = TRUTH_U;
    }
    if (leaf->key && policy != POLICY_UNDECIDED)
        gaps_match_nothing(context, leaf, out->truth);
}

static CauseId block_cause(const TruthBlock *block, int64_t index)
{
    return block->cause == NULL ? 0 : block->cause[index];
}

// Kleene and/or of two blocks, into `a`. The cause is the left operand's where that is U.
static void fold_two(TruthBlock *a, const TruthBlock *b, bool conjunction, int64_t count,
                     Arena *arena)
{
    uint8_t strong = conjunction ? TRUTH_F : TRUTH_T;
    CauseId *cause =
        a->cause == NULL && b->cause == NULL ? NULL : ARENA_ARRAY(arena, CauseId, count);
    for (int64_t i = 0; i < count; i++) {
        uint8_t x = a->truth[i], y = b->truth[i];
        if (cause != NULL)
            cause[i] = x == TRUTH_U ? block_cause(a, i) : block_cause(b, i);
        a->truth[i] = x == strong || y == strong     ? strong
                      : x == TRUTH_U || y == TRUTH_U ? TRUTH_U
                                                     : (uint8_t)!strong;
    }
    a->cause = cause;
}

static void fold_not(TruthBlock *block, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        block->truth[i] = (uint8_t)truth_not(block->truth[i]);
}

// Folds the formula over the leaves' blocks, which are used up.
static TruthBlock fold_formula(const Partner *partner, TruthBlock *leaves, int64_t count,
                               Arena *arena)
{
    TruthBlock *stack = ARENA_ARRAY(arena, TruthBlock, partner->node_count + 1);
    uint32_t depth = 0;
    for (uint32_t n = 0; n < partner->node_count; n++) {
        const OnNode *node = &partner->nodes[n];
        if (node->op == ON_LEAF) {
            stack[depth++] = leaves[node->leaf];
        } else if (node->op == ON_NOT) {
            ASSERT(depth >= 1);
            fold_not(&stack[depth - 1], count);
        } else {
            ASSERT(depth >= 2);
            fold_two(&stack[depth - 2], &stack[depth - 1], node->op == ON_AND, count, arena);
            depth--;
        }
    }
    ASSERT(depth == 1);
    return stack[0];
}

static TruthBlock given_truth(Truth truth, int64_t count, Arena *arena)
{
    TruthBlock block = {.truth = ARENA_ARRAY(arena, uint8_t, count)};
    memset(block.truth, truth, (size_t)count);
    return block;
}

// What is known of the links of the pairs beforehand.
typedef enum LinksAre { LINKS_ASKED, LINKS_HOLD, LINKS_OPEN } LinksAre;

static TruthBlock condition_truth(const PartnerRun *partner, const EvalContext *context,
                                  Policy policy, LinksAre links)
{
    const Partner *on = partner->partner;
    TruthBlock *leaves = ARENA_ARRAY(context->arena, TruthBlock, on->leaf_count + 1);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        if (links != LINKS_ASKED && on->leaves[l].key && on->leaves[l].conjunct)
            leaves[l] = given_truth(links == LINKS_HOLD ? TRUTH_T : TRUTH_U, context->count,
                                    context->arena);
        else
            leaf_truth(context, &on->leaves[l], policy, &leaves[l]);
    }
    return fold_formula(on, leaves, context->count, context->arena);
}

// ---------------------------------------------------------------- linked, open, loose

static ValueState state_at(const Vector *vector, int64_t index)
{
    return vector->state == NULL ? VALUE_KNOWN
                                 : (ValueState)vector->state[vector->constant ? 0 : index];
}

static CauseId cause_at(const Vector *vector, int64_t index)
{
    return vector->cause == NULL ? 0 : vector->cause[vector->constant ? 0 : index];
}

// An issue, or a gap that kept no characters.
static bool kept_nothing(const Vector *vector, int64_t index)
{
    ValueState state = state_at(vector, index);
    if (state != VALUE_GAP)
        return state == VALUE_ISSUE;
    return vector->skeleton == NULL || vector->skeleton[vector->constant ? 0 : index] == 0;
}

typedef struct Kinds {
    uint8_t *open, *loose, *linked; // per pair
    CauseId *open_cause, *loose_cause;
} Kinds;

static void kinds_of_key(const EvalContext *context, const OnLeaf *leaf, const TruthBlock *truth,
                         Kinds *kinds)
{
    Vector earlier, right;
    eval_expr(context, &leaf->earlier, &earlier);
    eval_expr(context, &leaf->partner, &right);
    for (int64_t i = 0; i < context->count; i++) {
        if (truth->truth[i] == TRUTH_F)
            continue;
        if (truth->truth[i] == TRUTH_T) {
            kinds->linked[i] = 1;
        } else if (kept_nothing(&earlier, i)) {
            if (!kinds->open[i])
                kinds->open_cause[i] = cause_at(&earlier, i);
            kinds->open[i] = 1;
        } else if (kept_nothing(&right, i)) {
            if (!kinds->loose[i])
                kinds->loose_cause[i] = cause_at(&right, i);
            kinds->loose[i] = 1;
        } else {
            kinds->linked[i] = 1; // what survived fits
        }
    }
}

// The first of `reads` that is not known, per pair; under drop and keep a gap decides, so only issues count.
static void first_unknown_read(const EvalContext *context, const Expr *reads, uint32_t count,
                               Policy policy, uint8_t *found, CauseId *cause)
{
    memset(found, 0, (size_t)context->count);
    for (uint32_t r = 0; r < count; r++) {
        Vector read;
        eval_expr(context, &reads[r], &read);
        for (int64_t i = 0; read.state != NULL && i < context->count; i++) {
            ValueState state = state_at(&read, i);
            if (found[i] || state == VALUE_KNOWN ||
                (state == VALUE_GAP && policy != POLICY_UNDECIDED))
                continue;
            found[i] = 1;
            cause[i] = cause_at(&read, i);
        }
    }
}

// (4): some undetermined leaf reads an unknown value of the binding, or fails on known ones.
static void kinds_of_reads(const EvalContext *context, const OnLeaf *leaf, Policy policy,
                           const TruthBlock *truth, Kinds *kinds)
{
    Arena *arena = context->arena;
    int64_t count = context->count;
    uint8_t *left = ARENA_ARRAY(arena, uint8_t, count), *right = ARENA_ARRAY(arena, uint8_t, count);
    CauseId *left_cause = ARENA_ARRAY(arena, CauseId, count),
            *right_cause = ARENA_ARRAY(arena, CauseId, count);
    first_unknown_read(context, leaf->reads_earlier, leaf->reads_earlier_count, policy, left,
                       left_cause);
    first_unknown_read(context, leaf->reads_partner, leaf->reads_partner_count, policy, right,
                       right_cause);
    for (int64_t i = 0; i < count; i++) {
        bool settled = kinds->open[i] || kinds->loose[i] || kinds->linked[i];
        if (settled || truth->truth[i] != TRUTH_U || (!left[i] && right[i]))
            continue;
        kinds->open[i] = 1;
        kinds->open_cause[i] = left[i] ? left_cause[i] : block_cause(truth, i);
    }
}

// Classifies the pairs of the context, all of them U, into `kind` and, for open ones, `cause`.
static void classify(const PartnerRun *partner, const EvalContext *context, Policy policy,
                     uint8_t *kind, CauseId *cause)
{
    const Partner *on = partner->partner;
    int64_t count = context->count;
    Kinds kinds = {
        ARENA_ARRAY(context->arena, uint8_t, count), ARENA_ARRAY(context->arena, uint8_t, count),
        ARENA_ARRAY(context->arena, uint8_t, count), ARENA_ARRAY(context->arena, CauseId, count),
        ARENA_ARRAY(context->arena, CauseId, count)};
    TruthBlock *truths = ARENA_ARRAY(context->arena, TruthBlock, on->leaf_count + 1);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        leaf_truth(context, &on->leaves[l], policy, &truths[l]);
        if (on->leaves[l].key)
            kinds_of_key(context, &on->leaves[l], &truths[l], &kinds);
    }
    for (uint32_t l = 0; l < on->leaf_count; l++)
        kinds_of_reads(context, &on->leaves[l], policy, &truths[l], &kinds);
    for (int64_t i = 0; i < count; i++) {
        kind[i] = kinds.open[i]                        ? PAIR_OPEN
                  : kinds.loose[i] || !kinds.linked[i] ? PAIR_LOOSE
                                                       : PAIR_LINKED;
        if (kinds.open[i])
            cause[i] = kinds.open_cause[i];
        else if (kinds.loose[i])
            cause[i] = kinds.loose_cause[i];
        cause[i] = members_cause(context->shared->causes, cause[i]); // of a window: the row to mend
    }
}

static void classify_undetermined(BodyRun *run, const PartnerRun *partner, const Bindings *batch,
                                  Pairs *pairs, int64_t from)
{
    int64_t *index = ARENA_ARRAY(run->scratch, int64_t, pairs->count - from);
    int64_t count = 0;
    for (int64_t i = from; i < pairs->count; i++) {
        if (pairs->truth[i] == TRUTH_U)
            index[count++] = i;
    }
    if (count == 0)
        return;
    int64_t *binding = ARENA_ARRAY(run->scratch, int64_t, count),
            *row = ARENA_ARRAY(run->scratch, int64_t, count);
    uint8_t *kind = ARENA_ARRAY(run->scratch, uint8_t, count);
    CauseId *cause = ARENA_ARRAY(run->scratch, CauseId, count);
    for (int64_t i = 0; i < count; i++) {
        binding[i] = pairs->binding[index[i]];
        row[i] = pairs->row[index[i]];
        cause[i] = pairs->cause[index[i]];
    }
    EvalContext context = pair_context(run, partner, batch, binding, row, count);
    classify(partner, &context, partner->partner->policy, kind, cause);
    for (int64_t i = 0; i < count; i++) {
        pairs->kind[index[i]] = kind[i];
        pairs->cause[index[i]] = cause[i];
    }
}

Status pairs_count(BodyRun *run, const PartnerRun *partner, int64_t count)
{
    RunShared *shared = run->shared;
    shared->pairs += count;
    if (shared->options->limit_pairs > 0 && shared->pairs > shared->options->limit_pairs)
        return error_set(shared->error, STATUS_LIMIT,
                         "子句“" STR_FMT "”要比较的配对超过上限 %" PRId64
                         "：请写出可以相等的条件，或用 --limit-pairs 提高上限",
                         "clause `" STR_FMT "` compares more than %" PRId64
                         " pairs: write a condition of equality, or raise --limit-pairs",
                         STR_ARG(partner->op->text), shared->options->limit_pairs);
    return STATUS_OK;
}

// Judges one block [from, from + count) and moves the pairs that are not F down to `kept`.
static int64_t judge_block(BodyRun *run, PartnerRun *partner, const Bindings *batch, Pairs *pairs,
                           int64_t from, int64_t count, int64_t kept, bool links_hold)
{
    EvalContext context =
        pair_context(run, partner, batch, pairs->binding + from, pairs->row + from, count);
    TruthBlock truth = condition_truth(partner, &context, partner->partner->policy,
                                       links_hold ? LINKS_HOLD : LINKS_ASKED);
    for (int64_t i = 0; i < count; i++) {
        if (truth.truth[i] == TRUTH_F)
            continue;
        pairs->binding[kept] = pairs->binding[from + i];
        pairs->row[kept] = pairs->row[from + i];
        pairs->truth[kept] = truth.truth[i];
        pairs->kind[kept] = PAIR_LINKED;
        pairs->cause[kept] = truth.truth[i] == TRUTH_U ? block_cause(&truth, i) : 0;
        kept++;
    }
    return kept;
}

Status pairs_judge(BodyRun *run, PartnerRun *partner, const Bindings *batch, Pairs *pairs,
                   int64_t from, bool links_hold)
{
    TRY(pairs_count(run, partner, pairs->count - from));
    if (pairs->count == from)
        return STATUS_OK;
    if (links_hold && partner->only_links) {
        memset(pairs->truth + from, TRUTH_T, (size_t)(pairs->count - from));
        return STATUS_OK;
    }
    int64_t kept = from, end = pairs->count;
    for (int64_t first = from; first < end; first += PAIR_ROWS) {
        int64_t size = MIN_OF(PAIR_ROWS, end - first);
        ArenaMark mark = arena_mark(run->scratch);
        int64_t before = kept;
        kept = judge_block(run, partner, batch, pairs, first, size, kept, links_hold);
        int64_t saved = pairs->count;
        pairs->count = kept;
        classify_undetermined(run, partner, batch, pairs, before);
        pairs->count = saved;
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    pairs->count = kept;
    return STATUS_OK;
}

// ---------------------------------------------------------------- clean pairs

// Takes out of `holds` the pairs for which a leaf does not hold. False: of some it is not known.
static bool take_leaf(const EvalContext *context, const OnLeaf *leaf, uint8_t *holds)
{
    Vector value;
    eval_expr(context, &leaf->value, &value);
    if (value.state != NULL)
        return false;
    for (int64_t i = 0; i < context->count; i++)
        holds[i] &= value.truth[value.constant ? 0 : i] == TRUTH_T;
    return true;
}

static bool block_holds(const PartnerRun *partner, const EvalContext *context, uint8_t *holds)
{
    const Partner *on = partner->partner;
    bool known = true;
    if (partner->conjunction) {
        for (uint32_t l = 0; known && l < on->leaf_count; l++) {
            if (!on->leaves[l].key && (partner->applied >> l & 1) == 0)
                known = take_leaf(context, &on->leaves[l], holds);
        }
        return known;
    }
    TruthBlock truth = condition_truth(partner, context, on->policy, LINKS_HOLD);
    for (int64_t i = 0; i < context->count; i++) {
        holds[i] = truth.truth[i] == TRUTH_T;
        known = known && truth.truth[i] != TRUTH_U;
    }
    return known;
}

Status pairs_hold(BodyRun *run, const PartnerRun *partner, const Bindings *batch,
                  const int64_t *binding, const int64_t *row, int64_t count, uint8_t *holds,
                  bool *known)
{
    *known = true;
    TRY(pairs_count(run, partner, count));
    memset(holds, 1, (size_t)count);
    for (int64_t first = 0; *known && first < count; first += PAIR_ROWS) {
        int64_t size = MIN_OF(PAIR_ROWS, count - first);
        ArenaMark mark = arena_mark(run->scratch);
        EvalContext context = pair_context(run, partner, batch, binding + first, row + first, size);
        *known = block_holds(partner, &context, holds + first);
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

Status pairs_possible(BodyRun *run, PartnerRun *partner, const Bindings *batch, int64_t binding,
                      const int64_t *rows, int64_t count, bool links_open, uint8_t *possible)
{
    TRY(pairs_count(run, partner, count));
    TRY(run_poll(run->shared));
    for (int64_t first = 0; first < count; first += PAIR_ROWS) {
        int64_t size = MIN_OF(PAIR_ROWS, count - first);
        ArenaMark mark = arena_mark(run->scratch);
        int64_t *same = ARENA_ARRAY(run->scratch, int64_t, size);
        for (int64_t i = 0; i < size; i++)
            same[i] = binding;
        EvalContext context = pair_context(run, partner, batch, same, rows + first, size);
        TruthBlock truth = condition_truth(partner, &context, partner->partner->policy,
                                           links_open ? LINKS_OPEN : LINKS_ASKED);
        for (int64_t i = 0; i < size; i++)
            possible[first + i] = truth.truth[i] != TRUTH_F;
        arena_rewind(run->scratch, mark);
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- loose rows

static bool leaf_is_own(const PartnerRun *partner, const OnLeaf *leaf)
{
    return (expr_slots(&leaf->value) & ~((uint64_t)1 << partner->partner->slot)) == 0 &&
           !expr_reads_aggregate(&leaf->value);
}

// Which rows of the block read, in this leaf, a value of their own that is not known (of a key leaf: that kept
// nothing), and why.
static void reads_nothing(const PartnerRun *partner, const EvalContext *context, const OnLeaf *leaf,
                          uint8_t *out, CauseId *cause)
{
    Policy policy = partner->partner->policy;
    if (!leaf->key &&
        leaf_is_own(partner, leaf)) { // one that is known all the same reads nothing unknown
        first_unknown_read(context, &leaf->value, 1, policy, out, cause);
        return;
    }
    if (!leaf->key) {
        first_unknown_read(context, leaf->reads_partner, leaf->reads_partner_count, policy, out,
                           cause);
        return;
    }
    Vector read;
    eval_expr(context, &leaf->partner, &read);
    for (int64_t i = 0; read.state != NULL && i < context->count; i++) {
        bool decided = state_at(&read, i) == VALUE_GAP && policy != POLICY_UNDECIDED;
        out[i] = kept_nothing(&read, i) && !decided;
        cause[i] = cause_at(&read, i);
    }
}

typedef struct LooseLeaves {
    uint8_t *reads;     // some leaf reads an unknown value of the row
    CauseId *cause;     // of the first such leaf
    uint8_t *key_reads; // a key leaf does
    uint8_t **unknown;  // per leaf
    TruthBlock *own;    // leaves over the row alone
} LooseLeaves;

static LooseLeaves loose_leaves(const PartnerRun *partner, const EvalContext *context)
{
    const Partner *on = partner->partner;
    int64_t count = context->count;
    LooseLeaves out = {ARENA_ARRAY(context->arena, uint8_t, count),
                       ARENA_ARRAY(context->arena, CauseId, count),
                       ARENA_ARRAY(context->arena, uint8_t, count),
                       ARENA_ARRAY(context->arena, uint8_t *, on->leaf_count + 1),
                       ARENA_ARRAY(context->arena, TruthBlock, on->leaf_count + 1)};
    CauseId *cause = ARENA_ARRAY(context->arena, CauseId, count);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const OnLeaf *leaf = &on->leaves[l];
        out.unknown[l] = ARENA_ARRAY(context->arena, uint8_t, count);
        reads_nothing(partner, context, leaf, out.unknown[l], cause);
        for (int64_t i = 0; i < count; i++) {
            if (out.unknown[l][i] && !out.reads[i])
                out.cause[i] = cause[i];
            out.reads[i] |= out.unknown[l][i];
            out.key_reads[i] |= out.unknown[l][i] && leaf->key;
        }
        if (leaf_is_own(partner, leaf))
            leaf_truth(context, leaf, on->policy, &out.own[l]);
    }
    return out;
}

// The condition when leaves that read an unknown value of the row are U, leaves over the row alone are what they
// are, key leaves are `key`, and all others hold.
static TruthBlock loose_truth(const PartnerRun *partner, const EvalContext *context,
                              const LooseLeaves *leaves, Truth key)
{
    const Partner *on = partner->partner;
    TruthBlock *given = ARENA_ARRAY(context->arena, TruthBlock, on->leaf_count + 1);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const OnLeaf *leaf = &on->leaves[l];
        Truth otherwise = leaf->key ? key : leaf->negative ? TRUTH_F : TRUTH_T;
        given[l] = given_truth(otherwise, context->count, context->arena);
        if (leaves->own[l].truth != NULL)
            memcpy(given[l].truth, leaves->own[l].truth, (size_t)context->count);
        for (int64_t i = 0; i < context->count; i++) {
            if (leaves->unknown[l][i])
                given[l].truth[i] = TRUTH_U;
        }
    }
    return fold_formula(on, given, context->count, context->arena);
}

static void loose_block(BodyRun *run, PartnerRun *partner, int64_t first, int64_t count)
{
    int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        rows[i] = first + i;
    EvalContext context = pair_context(run, partner, NULL, NULL, rows, count);
    LooseLeaves leaves = loose_leaves(partner, &context);
    TruthBlock without = loose_truth(partner, &context, &leaves, TRUTH_F);
    TruthBlock with = loose_truth(partner, &context, &leaves, TRUTH_T);
    for (int64_t i = 0; i < count; i++) {
        bool loose = leaves.reads[i] && (without.truth[i] != TRUTH_F ||
                                         (leaves.key_reads[i] && with.truth[i] != TRUTH_F));
        if (loose) {
            partner->loose[first + i] = 1;
            partner->loose_cause[first + i] = leaves.cause[i];
        }
    }
}

// Whether some column of the right side that the condition reads has a value that is not known.
static bool reads_unknown_column(const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const Expr *value = &on->leaves[l].value;
        for (uint32_t s = 0; s < value->count; s++) {
            const Step *step = &value->steps[s];
            if (step->op == STEP_COLUMN && step->slot == on->slot &&
                partner->rowset->columns[step->index].unknown.count > 0)
                return true;
        }
    }
    return false;
}

// Whether some leaf can fail on known values.
static bool may_fail(const PartnerRun *partner)
{
    const Partner *on = partner->partner;
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        if (on->leaves[l].value.can_issue)
            return true;
    }
    return false;
}

void partner_find_loose(BodyRun *run, PartnerRun *partner)
{
    int64_t count = partner->rowset->row_count;
    if (count == 0 || (!reads_unknown_column(partner) && !may_fail(partner)))
        return;
    partner->loose = ARENA_ARRAY(partner->arena, uint8_t, count);
    partner->loose_cause = ARENA_ARRAY(partner->arena, CauseId, count);
    for (int64_t first = 0; first < count; first += PAIR_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        loose_block(run, partner, first, MIN_OF(PAIR_ROWS, count - first));
        arena_rewind(run->scratch, mark);
    }
}

// ---------------------------------------------------------------- own gaps under drop

static bool block_has_own_gap(const PartnerRun *partner, const EvalContext *context)
{
    const Partner *on = partner->partner;
    TruthBlock whole = condition_truth(partner, context, POLICY_UNDECIDED, LINKS_ASKED);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const OnLeaf *leaf = &on->leaves[l];
        TruthBlock truth;
        leaf_truth(context, leaf, POLICY_UNDECIDED, &truth);
        for (uint32_t r = 0; r < leaf->reads_earlier_count; r++) {
            Vector read;
            eval_expr(context, &leaf->reads_earlier[r], &read);
            for (int64_t i = 0; i < context->count; i++) {
                if (whole.truth[i] == TRUTH_U && truth.truth[i] == TRUTH_U &&
                    state_at(&read, i) == VALUE_GAP)
                    return true;
            }
        }
    }
    return false;
}

void partner_gaps(BodyRun *run, const PartnerRun *partner, const Bindings *batch, uint8_t *gaps)
{
    const Partner *on = partner->partner;
    EvalContext context = bindings_context(run, batch, run->scratch);
    memset(gaps, 0, (size_t)batch->count);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        for (uint32_t r = 0; r < on->leaves[l].reads_earlier_count; r++) {
            const Expr *expr = &on->leaves[l].reads_earlier[r];
            Vector read;
            if (expr_reads_aggregate(expr)) {
                memset(gaps, 1, (size_t)batch->count);
                return;
            }
            eval_expr(&context, expr, &read);
            for (int64_t i = 0; read.state != NULL && i < batch->count; i++)
                gaps[i] |= state_at(&read, i) == VALUE_GAP;
        }
    }
}

Status partner_own_gap(BodyRun *run, PartnerRun *partner, const Bindings *batch, int64_t index,
                       bool *own_gap)
{
    *own_gap = false;
    int64_t total = partner->rowset->row_count;
    for (int64_t first = 0; first < total && !*own_gap; first += PAIR_ROWS) {
        int64_t count = MIN_OF(PAIR_ROWS, total - first);
        TRY(pairs_count(run, partner, count));
        ArenaMark mark = arena_mark(run->scratch);
        int64_t *rows = ARENA_ARRAY(run->scratch, int64_t, count),
                *binding = ARENA_ARRAY(run->scratch, int64_t, count);
        for (int64_t i = 0; i < count; i++) {
            rows[i] = first + i;
            binding[i] = index;
        }
        EvalContext context = pair_context(run, partner, batch, binding, rows, count);
        *own_gap = block_has_own_gap(partner, &context);
        arena_rewind(run->scratch, mark);
    }
    return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
//
// partner_reduce.c: an index of only those right rows that can be in a pair that matters.
//
// Two things leave a row out. Its links are those of no row that the bindings can have: where the links of the bindings
// come from one variable, the rows of that variable are known beforehand, less those that a filter removes on the way and
// those that its own clause does not find. Or something that reads the row alone is false for it: a conjunct of the
// condition, or, of a join, a filter further down. A binding never asks for the former; with the latter it would be gone.
// Rows whose links are not known never go through the table, and are left where they are.

#include "runtime/data/vector.h"
#include "runtime/exec/block.h"
#include "runtime/exec/partner_reduce_int.h"

enum { REDUCE_ROWS = 10000 };

// Row numbers, ascending, and what belongs to each. Heap.
typedef struct Listed {
    int64_t *rows, *groups;
    int64_t count, capacity;
} Listed;

static void listed_free(Listed *listed)
{
    free(listed->rows);
    free(listed->groups);
    *listed = (Listed){0};
}

static void listed_reserve(Listed *listed, int64_t extra)
{
    if (listed->count + extra <= listed->capacity)
        return;
    listed->capacity = MAX_OF(listed->count + extra, listed->capacity * 2);
    size_t size = (size_t)listed->capacity * sizeof(int64_t);
    listed->rows = base_realloc(listed->rows, size);
    listed->groups = base_realloc(listed->groups, size);
}

// ---------------------------------------------------------------- the right side

// What reads the right row alone and has to hold in every pair that matters.
static Conditions right_conditions(const BodyRun *run, const PartnerRun *partner)
{
    Conditions conditions = {.count = 0};
    const Partner *on = partner->partner;
    uint32_t own = (uint32_t)(partner->op - run->body->operators);
    if (run->shared->observer != NULL || on->kind == PARTNER_LATEST)
        return conditions;
    for (uint32_t l = 0; l < on->leaf_count && l < 64; l++) {
        if (on->leaves[l].conjunct && !on->leaves[l].key && !on->leaves[l].negative)
            conditions_add(&conditions, &on->leaves[l].value, l + 1, on->slot);
    }
    if (on->kind == PARTNER_JOIN)
        conditions_add_filters(run, own + 1, run->end_operator, on->slot, &conditions);
    return conditions;
}

// Bits of a sieve per row that goes through it, at most, in sixths.
#define BITS_PER_ROW 10

static Vector slice(const Vector *vector, int64_t first, int64_t count)
{
    Vector out = *vector;
    size_t at = (size_t)first;
    out.data = (char *)vector->data + at * phys_size(vector->phys);
    out.state = vector->state == NULL ? NULL : vector->state + at;
    out.count = count;
    return out;
}

// Which numbers some links of the bindings have, as bits.
typedef struct Sieve {
    GroupTable *numbers;
    uint64_t *asked;
    uint32_t first, count; // links
} Sieve;

typedef struct Reduction {
    Conditions conditions;
    const PartnerRun *partner;
    bool by_left;  // the bindings have few rows to bring links from
    uint32_t slot; // that these come from
    Sieve *sieves; // a row that any of them holds back is asked for by nobody
    uint32_t sieve_count;
} Reduction;

// A sieve of these links, if their numbers are few enough for bits.
static bool add_sieve(const PartnerIndex *index, Reduction *reduction, const Vector *links,
                      const KeyRange *ranges, uint32_t first, uint32_t link_count, int64_t count)
{
    Phys *phys = ARENA_ARRAY(index->arena, Phys, link_count);
    for (uint32_t k = 0; k < link_count; k++)
        phys[k] = links[first + k].phys;
    GroupTable *numbers = group_table_within(phys, ranges + first, link_count,
                                             BITS_PER_ROW * index->rowset->row_count);
    if (numbers == NULL || !group_is_numbered(numbers)) {
        group_table_destroy(numbers);
        return false;
    }
    int64_t *groups = base_alloc(((size_t)count + 1) * sizeof *groups);
    uint64_t *asked = base_alloc_zeroed((size_t)group_count(numbers) / 64 + 1, sizeof *asked);
    group_find(numbers, links + first, count, groups);
    for (int64_t i = 0; i < count; i++)
        if (groups[i] != GROUP_NONE)
            asked[groups[i] / 64] |= (uint64_t)1 << (groups[i] % 64);
    free(groups);
    reduction->sieves[reduction->sieve_count++] = (Sieve){numbers, asked, first, link_count};
    return true;
}

static void sieves_free(Reduction *reduction)
{
    for (uint32_t s = 0; s < reduction->sieve_count; s++) {
        group_table_destroy(reduction->sieves[s].numbers);
        free(reduction->sieves[s].asked);
    }
}

// Makes sieves of the links that bindings can ask for: one of all links together, or one of each that allows it and a
// table of all.
static void sieve_left(PartnerIndex *index, Reduction *reduction, const Vector *links,
                       int64_t count)
{
    KeyRange *ranges = partner_link_ranges(index);
    uint8_t *whole = ARENA_ARRAY(index->arena, uint8_t, index->link_count);
    bool all = true;
    for (uint32_t k = 0; k < index->link_count; k++) {
        whole[k] = group_ranges(&links[k], 1, count, &ranges[k]);
        all = all && whole[k];
    }
    reduction->sieves = ARENA_ARRAY(index->arena, Sieve, index->link_count + 1);
    if (all && add_sieve(index, reduction, links, ranges, 0, index->link_count, count))
        return;
    for (uint32_t k = 0; index->link_count > 1 && k < index->link_count; k++) {
        if (whole[k])
            (void)add_sieve(index, reduction, links, ranges, k, 1, count);
    }
    int64_t *groups = base_alloc(((size_t)count + 1) * sizeof *groups);
    index->groups = partner_link_table_within(index, all ? ranges : NULL, count);
    group_assign(index->groups, links, count, groups);
    free(groups);
}

static void group_left(BodyRun *run, PartnerIndex *index, Reduction *reduction)
{
    const Rowset *rowset = slot_rowset(run, reduction->slot);
    const PartnerRun *partner = reduction->partner;
    int64_t count = partner->left != NULL ? partner->left_count : rowset->row_count;
    Arena *arena = arena_create(NULL, 0);
    Vector *links = ARENA_ARRAY(arena, Vector, index->link_count);
    SlotRows *slots = ARENA_ARRAY(arena, SlotRows, run->body->slot_count);
    slots[reduction->slot] = (SlotRows){.rowset = rowset, .rows = partner->left};
    EvalContext context = {
        .shared = &run->shared->eval, .arena = arena, .count = count, .slots = slots};
    index->closed = true;
    for (uint32_t k = 0; k < index->link_count; k++) {
        eval_expr(&context, &index->links[k]->earlier, &links[k]);
        vector_expand(&links[k], count, arena);
        index->closed = index->closed && links[k].state == NULL;
    }
    sieve_left(index, reduction, links, count);
    arena_destroy(arena);
}

// Leaves of rows[0..count), of the block from `first` on, those that a sieve lets through.
static int64_t sift(const PartnerIndex *index, const Sieve *sieve, int64_t first, int64_t *rows,
                    int64_t count, Vector *links)
{
    int64_t found[BLOCK_ROWS], kept = 0;
    int64_t length = rows[count - 1] - first + 1;
    for (uint32_t k = 0; k < sieve->count; k++)
        links[k] = slice(&index->link_values[sieve->first + k], first, length);
    group_find(sieve->numbers, links, length, found);
    for (int64_t i = 0; i < count; i++) {
        int64_t group = found[rows[i] - first];
        uint64_t bit = (uint64_t)MAX_OF(group, 0);
        rows[kept] = rows[i];
        kept += group != GROUP_NONE && (sieve->asked[bit / 64] >> (bit % 64) & 1) != 0;
    }
    return kept;
}

// Of the rows first..first+count, those with links that bindings can ask for; their groups, if there is a table.
static int64_t find_asked(const PartnerIndex *index, const Reduction *reduction, int64_t first,
                          int64_t count, Arena *scratch, int64_t *rows, int64_t *groups)
{
    Vector *links = ARENA_ARRAY(scratch, Vector, index->link_count);
    for (uint32_t s = 0; s < reduction->sieve_count && count > 0; s++)
        count = sift(index, &reduction->sieves[s], first, rows, count, links);
    if (index->groups == NULL || count == 0)
        return count;
    for (uint32_t k = 0; k < index->link_count; k++)
        vector_take(&index->link_values[k], rows, count, scratch, &links[k]);
    group_find(index->groups, links, count, groups);
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
        rows[kept] = rows[i];
        groups[kept] = groups[i];
        kept += groups[i] != GROUP_NONE;
    }
    return kept;
}

static Status list_right(BodyRun *run, const PartnerIndex *index, Reduction *reduction, Listed *out)
{
    bool grouped = index->groups != NULL;
    for (int64_t first = 0; first < index->rowset->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, index->rowset->row_count - first);
        ArenaMark mark = arena_mark(run->scratch);
        listed_reserve(out, count);
        int64_t *rows = out->rows + out->count, *groups = out->groups + out->count;
        for (int64_t i = 0; i < count; i++)
            rows[i] = first + i;
        if (reduction->by_left)
            count = find_asked(index, reduction, first, count, run->scratch, rows, groups);
        out->count += conditions_apply(run, index->rowset, index->slot, &reduction->conditions,
                                       rows, grouped ? groups : NULL, count);
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

// Puts the listed rows into groups of their own.
static void group_right(PartnerIndex *index, Listed *right)
{
    Arena *arena = arena_create(NULL, 0);
    Vector *links = ARENA_ARRAY(arena, Vector, index->link_count);
    for (uint32_t k = 0; k < index->link_count; k++)
        vector_take(&index->link_values[k], right->rows, right->count, arena, &links[k]);
    KeyRange *ranges = partner_link_ranges(index);
    bool whole = group_ranges(links, index->link_count, right->count, ranges);
    index->groups = partner_link_table_within(index, whole ? ranges : NULL, right->count);
    group_assign(index->groups, links, right->count, right->groups);
    arena_destroy(arena);
}

static Status fill(BodyRun *run, PartnerIndex *index, Reduction *reduction)
{
    Listed right = {0};
    if (reduction->by_left)
        group_left(run, index, reduction);
    Status status = list_right(run, index, reduction, &right);
    if (status == STATUS_OK) {
        if (index->groups == NULL)
            group_right(index, &right);
        partner_index_list(index, right.groups, right.rows, right.count);
        partner_sort_unusable(run, index);
    }
    listed_free(&right);
    sieves_free(reduction);
    return status;
}

// Conjuncts that have been applied to all rows of the index need not be looked at again.
static void note_applied(PartnerRun *partner, const Conditions *conditions)
{
    for (uint32_t c = 0; c < conditions->count; c++) {
        if (conditions->leaf[c] != 0 && !conditions->open[c])
            partner->applied |= (uint64_t)1 << (conditions->leaf[c] - 1);
    }
}

Status partner_reduce(BodyRun *run, PartnerRun *partner, bool may_share, bool *done)
{
    int64_t total = partner->rowset->row_count;
    bool forced = run->shared->options->planning == PLANNING_FORCED;
    Reduction reduction = {.partner = partner, .slot = partner_left_slot(run, partner)};
    *done = false;
    if (!forced && total < REDUCE_ROWS)
        return STATUS_OK;
    if (reduction.slot != BODY_SLOTS_MAX) {
        TRY(partner_left_list(run, partner, reduction.slot));
        int64_t left = partner->left != NULL ? partner->left_count
                                             : slot_rowset(run, reduction.slot)->row_count;
        reduction.by_left = forced || left <= total / REDUCE_RATIO;
    }
    if (!reduction.by_left && may_share)
        return STATUS_OK;
    reduction.conditions = right_conditions(run, partner);
    *done = reduction.by_left || reduction.conditions.count > 0;
    if (!*done)
        return STATUS_OK;
    Status status = fill(run, partner->index, &reduction);
    note_applied(partner, &reduction.conditions);
    return status;
}

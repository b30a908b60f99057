// SPDX-License-Identifier: Apache-2.0
//
// partner_left.c: which rows of a variable the bindings can have when they come to a partner clause.
//
// Those of the table, or those that the index of its own clause lists; less those that a filter removes on the way; less
// those whose own partners, by links that nothing else decides, are all removed on the way. A binding with such a row is
// gone before it comes to the clause, or is removed behind it, whatever the order of the clauses, and leaves no trace.

#include "runtime/exec/block.h"
#include "runtime/exec/partner_reduce_int.h"
#include "runtime/exec/planning.h"

// ---------------------------------------------------------------- conditions over one slot

static bool reads_only(const Expr *expr, uint32_t slot)
{
    return expr_slots(expr) == (uint64_t)1 << slot && !expr_reads_aggregate(expr);
}

void conditions_add(Conditions *conditions, const Expr *expr, uint32_t leaf, uint32_t slot)
{
    if (conditions->count == CONDITIONS_MOST || !reads_only(expr, slot))
        return;
    conditions->items[conditions->count] = expr;
    conditions->leaf[conditions->count++] = leaf;
}

void conditions_add_filters(const BodyRun *run, uint32_t from, uint32_t to, uint32_t slot,
                            Conditions *conditions)
{
    for (uint32_t i = from; i < to; i++) {
        const Operator *op = &run->body->operators[i];
        if (op->kind == OPERATOR_FILTER)
            conditions_add(conditions, &op->condition, 0, slot);
        else if (op->kind >= OPERATOR_WINDOW && op->kind <= OPERATOR_SEQUENCE)
            return;
    }
}

int64_t conditions_apply(BodyRun *run, const Rowset *rowset, uint32_t slot, Conditions *conditions,
                         int64_t *rows, int64_t *groups, int64_t count)
{
    for (uint32_t c = 0; c < conditions->count && count > 0; c++) {
        ArenaMark mark = arena_mark(run->scratch);
        SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, run->body->slot_count);
        slots[slot] = (SlotRows){.rowset = rowset, .rows = rows};
        EvalContext context = {
            .shared = &run->shared->eval, .arena = run->scratch, .count = count, .slots = slots};
        bool leaf = conditions->leaf[c] != 0;
        Vector truth;
        if (leaf)
            eval_expr(&context, conditions->items[c], &truth);
        else
            eval_truth(&context, conditions->items[c], &truth);
        bool open = leaf && truth.state != NULL;
        conditions->open[c] |= open;
        int64_t kept = 0;
        for (int64_t i = 0; !open && i < count; i++) {
            rows[kept] = rows[i];
            if (groups != NULL)
                groups[kept] = groups[i];
            kept += truth.truth[truth.constant ? 0 : i] != TRUTH_F;
        }
        count = open ? count : kept;
        arena_rewind(run->scratch, mark);
    }
    return count;
}

// ---------------------------------------------------------------- the bindings' side

uint32_t partner_left_slot(const BodyRun *run, const PartnerRun *partner)
{
    uint64_t slots = 0;
    for (uint32_t k = 0; k < partner->link_count; k++) {
        if (expr_reads_aggregate(&partner->links[k]->earlier))
            return BODY_SLOTS_MAX;
        slots |= expr_slots(&partner->links[k]->earlier);
    }
    for (uint32_t slot = 0; slot < run->body->slot_count; slot++) {
        if (slots == (uint64_t)1 << slot && run->body->slots[slot].source.kind != SOURCE_PRODUCED)
            return slot;
    }
    return BODY_SLOTS_MAX;
}

static bool is_gatherer(OperatorKind kind)
{
    return kind >= OPERATOR_WINDOW && kind <= OPERATOR_SEQUENCE;
}

// The clause that binds the slot; `end`: none before that.
static uint32_t binder_of(const BodyRun *run, uint32_t end, uint32_t slot)
{
    for (uint32_t i = 0; i < end; i++) {
        const Operator *op = &run->body->operators[i];
        bool from = op->kind == OPERATOR_FROM && op->slot == slot;
        if (from || (op->kind == OPERATOR_PARTNER && op->partner.slot == slot))
            return i;
    }
    return end;
}

// ---------------------------------------------------------------- rows whose partners are removed

// Which rows of a clause's own table bindings can keep up to clause `end`. NULL: all, as far as is known. Heap.
static Status alive_rows(BodyRun *run, uint32_t clause, uint32_t end, uint8_t **alive);

// Does every binding of the slot get, from the clause, the rows of its links and nothing else?
static bool is_chained(const BodyRun *run, uint32_t clause, uint32_t slot)
{
    const PartnerRun *partner = run->partners[clause];
    if (run->body->operators[clause].kind != OPERATOR_PARTNER || !partner->plain)
        return false;
    PartnerKind kind = partner->partner->kind;
    return (kind == PARTNER_LOOKUP || kind == PARTNER_JOIN) && partner->only_links &&
           partner_left_slot(run, partner) == slot;
}

// Whether a row with these links keeps a partner. Of a lookup, one that has none, or several, is kept for what it is.
static bool keeps_partner(const PartnerRun *partner, int64_t group, const uint8_t *alive)
{
    const PartnerIndex *index = partner->index;
    int64_t size = partner_group_size(index, group);
    bool lookup = partner->partner->kind == PARTNER_LOOKUP;
    if (lookup && size != 1)
        return true;
    for (int64_t k = 0; k < size; k++) {
        int64_t row = index->only != NULL ? (int64_t)index->only[group] - 1
                                          : index->rows[index->starts[group] + k];
        if (alive[row])
            return true;
    }
    return false;
}

// Takes out of rows[0..count) of the slot those that keep no partner of the clause.
static int64_t take_chained(BodyRun *run, const Rowset *rowset, uint32_t slot,
                            const PartnerRun *partner, const uint8_t *alive, int64_t *rows,
                            int64_t count)
{
    ArenaMark mark = arena_mark(run->scratch);
    SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, run->body->slot_count);
    slots[slot] = (SlotRows){.rowset = rowset, .rows = rows};
    EvalContext context = {
        .shared = &run->shared->eval, .arena = run->scratch, .count = count, .slots = slots};
    Vector *links = ARENA_ARRAY(run->scratch, Vector, partner->link_count);
    bool known = true;
    for (uint32_t k = 0; k < partner->link_count; k++) {
        eval_expr(&context, &partner->links[k]->earlier, &links[k]);
        vector_expand(&links[k], count, run->scratch);
        known = known && links[k].state == NULL;
    }
    int64_t kept = known ? 0 : count;
    if (known) {
        int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, count);
        group_find(partner->index->groups, links, count, groups);
        for (int64_t i = 0; i < count; i++) {
            rows[kept] = rows[i];
            kept += keeps_partner(partner, groups[i], alive);
        }
    }
    arena_rewind(run->scratch, mark);
    return kept;
}

// What removes rows of a slot among the clauses [from, to): filters, and clauses chained to it some of whose rows are
// removed in turn.
typedef struct Removal {
    Conditions conditions;
    uint32_t clauses[CONDITIONS_MOST];
    uint8_t *alive[CONDITIONS_MOST];
    uint32_t count; // of clauses
} Removal;

static Status removal_of(BodyRun *run, uint32_t from, uint32_t to, uint32_t slot, int64_t most,
                         Removal *out)
{
    *out = (Removal){.count = 0};
    conditions_add_filters(run, from, to, slot, &out->conditions);
    for (uint32_t i = from; i < to && out->count < CONDITIONS_MOST; i++) {
        if (is_gatherer(run->body->operators[i].kind))
            break;
        if (!is_chained(run, i, slot) || run->partners[i]->rowset->row_count > most)
            continue;
        uint8_t *alive;
        TRY(alive_rows(run, i, to, &alive));
        if (alive == NULL)
            continue;
        out->clauses[out->count] = i;
        out->alive[out->count++] = alive;
    }
    return STATUS_OK;
}

static void removal_free(Removal *removal)
{
    for (uint32_t c = 0; c < removal->count; c++)
        free(removal->alive[c]);
}

static int64_t remove_rows(BodyRun *run, const Rowset *rowset, uint32_t slot, Removal *removal,
                           int64_t *rows, int64_t count)
{
    count = conditions_apply(run, rowset, slot, &removal->conditions, rows, NULL, count);
    for (uint32_t c = 0; c < removal->count && count > 0; c++)
        count = take_chained(run, rowset, slot, run->partners[removal->clauses[c]],
                             removal->alive[c], rows, count);
    return count;
}

static Status mark_alive(BodyRun *run, const Rowset *rowset, uint32_t slot, Removal *removal,
                         uint8_t *alive)
{
    for (int64_t first = 0; first < rowset->row_count; first += BLOCK_ROWS) {
        int64_t rows[BLOCK_ROWS], count = MIN_OF(BLOCK_ROWS, rowset->row_count - first);
        for (int64_t i = 0; i < count; i++)
            rows[i] = first + i;
        count = remove_rows(run, rowset, slot, removal, rows, count);
        for (int64_t i = 0; i < count; i++)
            alive[rows[i]] = 1;
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

static Status alive_rows(BodyRun *run, uint32_t clause, uint32_t end, uint8_t **alive)
{
    const PartnerRun *partner = run->partners[clause];
    uint32_t slot = partner->partner->slot;
    int64_t total = partner->rowset->row_count;
    Removal removal;
    Status status = removal_of(run, clause + 1, end, slot, total, &removal);
    *alive = NULL;
    if (status == STATUS_OK && removal.conditions.count + removal.count > 0) {
        *alive = base_alloc_zeroed((size_t)total + 1, 1);
        status = mark_alive(run, partner->rowset, slot, &removal, *alive);
    }
    removal_free(&removal);
    if (status != STATUS_OK) {
        free(*alive);
        *alive = NULL;
    }
    return status;
}

// ---------------------------------------------------------------- the list

// Where the list begins: all rows, those of an index, or what is known at an earlier clause.
typedef struct Base {
    const int64_t *rows; // NULL: all
    int64_t count;
    uint32_t clause; // what removes rows is looked for from here on
} Base;

static Base base_of(const BodyRun *run, uint32_t own, uint32_t slot)
{
    uint32_t binder = binder_of(run, own, slot);
    Base base = {.count = slot_rowset(run, slot)->row_count, .clause = binder};
    for (uint32_t i = own; i-- > binder;) {
        const PartnerRun *earlier = run->partners[i];
        if (earlier != NULL && earlier->left != NULL && earlier->left_slot == slot)
            return (Base){earlier->left, earlier->left_count, i};
    }
    PartnerRun *maker = binder < own ? run->partners[binder] : NULL;
    if (maker == NULL || !maker->plain || !maker->index->closed ||
        (maker->partner->kind != PARTNER_JOIN && maker->partner->kind != PARTNER_LOOKUP))
        return base;
    partner_index_lists(maker->index);
    base.rows = maker->index->rows;
    base.count = maker->index->starts[group_count(maker->index->groups)];
    return base;
}

static Status list_rows(BodyRun *run, PartnerRun *partner, uint32_t slot, const Base *base,
                        Removal *removal)
{
    const Rowset *rowset = slot_rowset(run, slot);
    int64_t capacity = 0;
    for (int64_t first = 0; first < base->count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, base->count - first);
        if (partner->left_count + count > capacity) {
            capacity = MAX_OF(partner->left_count + count, capacity * 2);
            partner->left = base_realloc(partner->left, (size_t)capacity * sizeof *partner->left);
        }
        int64_t *rows = partner->left + partner->left_count;
        for (int64_t i = 0; i < count; i++)
            rows[i] = base->rows == NULL ? first + i : base->rows[first + i];
        partner->left_count += remove_rows(run, rowset, slot, removal, rows, count);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

void partner_left_from(const BodyRun *run, const int64_t **rows, int64_t *count)
{
    uint32_t slot = run->body->operators[0].slot;
    bool forced = run->shared->options->planning == PLANNING_FORCED;
    int64_t most = slot_rowset(run, slot)->row_count;
    most = MIN_OF(*count, forced ? most : most / REDUCE_RATIO);
    for (uint32_t i = 1; i < run->end_operator && !is_gatherer(run->body->operators[i].kind); i++) {
        const PartnerRun *partner = run->partners[i];
        if (partner == NULL || partner->left == NULL || partner->left_slot != slot ||
            partner->left_count > most)
            continue;
        *rows = partner->left;
        *count = most = partner->left_count;
    }
}

Status partner_left_list(BodyRun *run, PartnerRun *partner, uint32_t slot)
{
    uint32_t own = (uint32_t)(partner->op - run->body->operators);
    int64_t most = partner->rowset->row_count;
    if (run->shared->observer != NULL || slot_rowset(run, slot)->row_count / REDUCE_RATIO > most)
        return STATUS_OK;
    Base base = base_of(run, own, slot);
    Removal removal;
    Status status = removal_of(run, base.clause, own, slot, most, &removal);
    partner->left_slot = slot;
    bool known = removal.conditions.count + removal.count > 0 || base.rows != NULL;
    if (status == STATUS_OK && known) {
        partner->left = base_alloc(sizeof *partner->left);
        status = list_rows(run, partner, slot, &base, &removal);
    }
    removal_free(&removal);
    return status;
}

// SPDX-License-Identifier: Apache-2.0
//
// partner_share.c: which index a partner clause gets: one that another clause of the run has made, one of the rows
// that can find a partner at all, or one of its own.
//
// Reduced: where the links of the bindings come from one variable with far fewer rows, the hash table is made of
// its links, and right rows that have none of them are left out. No binding can ask for those: what a binding asks
// for is the link of some row of that variable, and unknown links never go through the table.

#include "runtime/exec/block.h"
#include "runtime/exec/partner_int.h"
#include "runtime/exec/planning.h"

enum { REDUCE_RATIO = 4, REDUCE_ROWS = 10000 };

// ---------------------------------------------------------------- sharing

static bool same_type(Type a, Type b)
{
    bool elements = (a.element == NULL) == (b.element == NULL) &&
                    (a.element == NULL || same_type(*a.element, *b.element));
    return elements && a.kind == b.kind && a.scale == b.scale && a.unit == b.unit &&
           a.nominal == b.nominal;
}

static bool same_step(const Step *a, uint32_t a_slot, const Step *b, uint32_t b_slot)
{
    bool own = a->op == STEP_COLUMN && a->slot == a_slot && b->slot == b_slot;
    if (a->op != b->op || a->phys != b->phys || a->a != b->a || a->b != b->b || a->c != b->c ||
        a->d != b->d || a->index != b->index || a->index2 != b->index2 ||
        a->list_count != b->list_count || !same_type(a->type, b->type) ||
        !str_equal(a->source, b->source))
        return false;
    for (uint32_t i = 0; i < a->list_count; i++) {
        if (a->list[i] != b->list[i])
            return false;
    }
    return own || a->slot == b->slot;
}

bool partner_same_expr(const Expr *a, uint32_t a_slot, const Expr *b, uint32_t b_slot)
{
    bool same = a->count == b->count;
    for (uint32_t s = 0; same && s < a->count; s++)
        same = same_step(&a->steps[s], a_slot, &b->steps[s], b_slot);
    return same;
}

// Are the links of the clause those of `links`, in the same order?
static bool same_links(const Partner *partner, const OnLeaf *const *links, uint32_t link_count,
                       uint32_t slot)
{
    uint32_t next = 0;
    for (uint32_t l = 0; l < partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->leaves[l];
        if (!leaf->key || !leaf->conjunct)
            continue;
        if (next == link_count || leaf->identity != links[next]->identity ||
            !partner_same_expr(&leaf->partner, partner->slot, &links[next]->partner, slot))
            return false;
        next++;
    }
    return next == link_count;
}

static bool body_wants(const Body *body, const PartnerRun *partner)
{
    for (uint32_t i = 0; i < body->operator_count; i++) {
        const Operator *op = &body->operators[i];
        if (op->kind == OPERATOR_PARTNER && op != partner->op &&
            op->partner.source.kind == partner->partner->source.kind &&
            op->partner.source.index == partner->partner->source.index &&
            same_links(&op->partner, partner->links, partner->link_count, partner->partner->slot))
            return true;
    }
    return false;
}

// Whether some other clause of what runs looks into the same index.
static bool is_wanted_again(const RunShared *shared, const PartnerRun *partner)
{
    const Program *program = shared->program;
    bool wanted = false;
    for (uint32_t r = 0; !wanted && r < program->relation_count; r++)
        for (uint32_t b = 0; !wanted && b < program->relations[r].branch_count; b++)
            wanted = body_wants(&program->relations[r].branches[b], partner);
    for (uint32_t r = 0; !wanted && r < program->rule_count; r++)
        wanted = (program->rules[r].selected || program->rules[r].read) &&
                 body_wants(&program->rules[r].body, partner);
    for (uint32_t q = 0; !wanted && q < program->query_count; q++)
        wanted = program->queries[q].selected && body_wants(&program->queries[q].body, partner);
    return wanted;
}

static PartnerIndex *find_shared(const RunShared *shared, const PartnerRun *partner)
{
    for (size_t i = 0; i < shared->indexes.count; i++) {
        PartnerIndex *index = shared->indexes.items[i];
        if (index->rowset == partner->rowset &&
            same_links(partner->partner, index->links, index->link_count, index->slot))
            return index;
    }
    return NULL;
}

void partner_indexes_free(RunShared *shared)
{
    for (size_t i = 0; i < shared->indexes.count; i++)
        partner_index_free(shared->indexes.items[i]);
    vec_free(&shared->indexes);
}

// ---------------------------------------------------------------- reduced

// The one variable that the bindings' links read; BODY_SLOTS_MAX: there is no such variable with rows of its own.
static uint32_t only_slot(const BodyRun *run, const PartnerRun *partner)
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

static bool is_reduced(const BodyRun *run, const PartnerRun *partner, uint32_t *slot)
{
    *slot = only_slot(run, partner);
    if (*slot == BODY_SLOTS_MAX)
        return false;
    int64_t left = slot_rowset(run, *slot)->row_count, right = partner->rowset->row_count;
    return run->shared->options->planning == PLANNING_FORCED ||
           (right >= REDUCE_ROWS && left <= right / REDUCE_RATIO);
}

static Vector slice(const Vector *vector, int64_t first, int64_t count)
{
    ASSERT(!vector->constant);
    Vector part = *vector;
    part.count = count;
    part.data = (char *)vector->data + (size_t)first * phys_size(vector->phys);
    part.state = vector->state == NULL ? NULL : vector->state + first;
    part.cause = vector->cause == NULL ? NULL : vector->cause + first;
    part.skeleton = vector->skeleton == NULL ? NULL : vector->skeleton + first;
    part.lo = vector->lo == NULL ? NULL : vector->lo + first;
    part.hi = vector->hi == NULL ? NULL : vector->hi + first;
    return part;
}

// The links of the bindings: of all rows of the variable that they read.
static Status assign_left(BodyRun *run, PartnerIndex *index, uint32_t slot)
{
    const Rowset *left = slot_rowset(run, slot);
    Vector *links = ARENA_ARRAY(index->arena, Vector, index->link_count);
    for (int64_t first = 0; first < left->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, left->row_count - first);
        ArenaMark mark = arena_mark(run->scratch);
        int64_t *groups = ARENA_ARRAY(run->scratch, int64_t, count);
        partner_evaluate(run, index, run->scratch, true, left, slot, first, count, links);
        group_assign(index->groups, links, count, groups);
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

typedef VEC(int64_t) Numbers;

static Status find_right(BodyRun *run, PartnerIndex *index, Numbers *rows, Numbers *groups)
{
    int64_t found[BLOCK_ROWS];
    Vector *links = ARENA_ARRAY(index->arena, Vector, index->link_count);
    for (int64_t first = 0; first < index->rowset->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, index->rowset->row_count - first);
        for (uint32_t k = 0; k < index->link_count; k++)
            links[k] = slice(&index->link_values[k], first, count);
        group_find(index->groups, links, count, found);
        for (int64_t i = 0; i < count; i++) {
            if (found[i] == GROUP_NONE)
                continue;
            vec_push(rows, first + i);
            vec_push(groups, found[i]);
        }
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

static Status fill_reduced(BodyRun *run, PartnerIndex *index, uint32_t slot)
{
    Numbers rows = {0}, groups = {0};
    index->groups = partner_link_table(index);
    Status status = assign_left(run, index, slot);
    if (status == STATUS_OK)
        status = find_right(run, index, &rows, &groups);
    if (status == STATUS_OK) {
        int64_t total = group_count(index->groups), count = (int64_t)rows.count;
        index->starts = ARENA_ARRAY(index->arena, int64_t, total + 1);
        index->rows = ARENA_ARRAY(index->arena, int64_t, count + 1);
        group_index(groups.items, count, total, index->starts, index->rows);
        for (int64_t i = 0; i < count; i++)
            index->rows[i] = rows.items[index->rows[i]];
        partner_sort_unusable(run, index);
    }
    vec_free(&rows);
    vec_free(&groups);
    return status;
}

// ---------------------------------------------------------------- the choice

Status partner_index_take(BodyRun *run, PartnerRun *partner)
{
    RunShared *shared = run->shared;
    // In a ring, rows change from round to round, and clauses are gone with it.
    bool planned = shared->options->planning != PLANNING_OFF && run->slot_rows == NULL;
    uint32_t slot;
    partner->index = planned ? find_shared(shared, partner) : NULL;
    if (partner->index != NULL)
        return STATUS_OK;
    partner->index = partner_index_make(run, partner);
    if (planned && is_reduced(run, partner, &slot))
        return fill_reduced(run, partner->index, slot);
    partner_index_fill(run, partner->index);
    if (planned && is_wanted_again(shared, partner)) {
        partner->index->shared = true;
        vec_push(&shared->indexes, partner->index);
    }
    return STATUS_OK;
}

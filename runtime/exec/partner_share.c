// SPDX-License-Identifier: Apache-2.0
//
// partner_share.c: which index a partner clause gets: one that another clause of the run has made, one of the rows
// that can be in a pair that matters (partner_reduce.c), or one of all rows.

#include "runtime/exec/partner_int.h"
#include "runtime/exec/planning.h"

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

// ---------------------------------------------------------------- the choice

Status partner_index_take(BodyRun *run, PartnerRun *partner)
{
    RunShared *shared = run->shared;
    // In a ring, rows change from round to round, and clauses are gone with it.
    bool planned = shared->options->planning != PLANNING_OFF && run->slot_rows == NULL;
    bool done = false;
    partner->index = planned ? find_shared(shared, partner) : NULL;
    if (partner->index != NULL)
        return STATUS_OK;
    partner->index = partner_index_make(run, partner);
    bool wanted = planned && is_wanted_again(shared, partner);
    if (planned)
        TRY(partner_reduce(run, partner, wanted, &done));
    if (done)
        return STATUS_OK;
    partner_index_fill(run, partner->index);
    if (wanted) {
        partner->index->shared = true;
        vec_push(&shared->indexes, partner->index);
    }
    return STATUS_OK;
}

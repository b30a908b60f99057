// SPDX-License-Identifier: Apache-2.0
//
// partner_partial.c: right rows by some of the links only, for bindings that lack the others.
//
// A binding without one of its links may have any right row that its other links allow. These are found as all are, in a
// table of the other links: one for each set of links that some binding has, made when first asked for. Rows that lack such
// a link themselves stand beside it.

#include "runtime/data/vector.h"
#include "runtime/exec/partner_blanks_int.h"

struct PartialIndex {
    uint64_t links; // that it goes by
    GroupTable *groups;
    int64_t *starts, *rows;
    int64_t *rest; // rows without one of these links
    int64_t rest_count;
};

static uint32_t pick_links(const PartnerIndex *index, uint64_t links, const Vector *from,
                           Vector *out)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < index->link_count && k < 64; k++) {
        if (links >> k & 1)
            out[count++] = from[k];
    }
    return count;
}

static PartialIndex *make_partial(PartnerIndex *index, uint64_t links)
{
    Arena *arena = index->arena;
    PartialIndex *partial = ARENA_NEW(arena, PartialIndex);
    Vector *values = ARENA_ARRAY(arena, Vector, index->link_count);
    Phys *phys = ARENA_ARRAY(arena, Phys, index->link_count);
    uint32_t count = pick_links(index, links, index->link_values, values);
    for (uint32_t k = 0; k < count; k++)
        phys[k] = values[k].phys;
    int64_t total = index->rowset->row_count, next = 0;
    partial->links = links;
    partial->groups = group_table_create(phys, count);
    int64_t *groups = base_alloc(((size_t)total + 1) * sizeof *groups);
    group_assign(partial->groups, values, total, groups);
    int64_t group_total = group_count(partial->groups);
    partial->starts = ARENA_ARRAY(arena, int64_t, group_total + 1);
    partial->rows = ARENA_ARRAY(arena, int64_t, total + 1);
    group_index(groups, total, group_total, partial->starts, partial->rows);
    partial->rest_count = total - partial->starts[group_total];
    partial->rest = ARENA_ARRAY(arena, int64_t, partial->rest_count + 1);
    for (int64_t row = 0; row < total; row++) {
        if (groups[row] == GROUP_NONE)
            partial->rest[next++] = row;
    }
    ASSERT(next == partial->rest_count);
    free(groups);
    return partial;
}

static const PartialIndex *find_partial(PartnerIndex *index, uint64_t links)
{
    for (size_t i = 0; i < index->partials.count; i++) {
        if (index->partials.items[i]->links == links)
            return index->partials.items[i];
    }
    vec_push(&index->partials, make_partial(index, links));
    return vec_last(&index->partials);
}

void partner_partial_free(PartnerIndex *index)
{
    for (size_t i = 0; i < index->partials.count; i++)
        group_table_destroy(index->partials.items[i]->groups);
    vec_free(&index->partials);
}

void partner_partial_of(BodyRun *run, PartnerIndex *index, const Vector *links, int64_t binding,
                        PartialRows *out)
{
    uint64_t known = 0;
    for (uint32_t k = 0; k < index->link_count && k < 64; k++) {
        if (links[k].state == NULL || links[k].state[binding] == VALUE_KNOWN)
            known |= (uint64_t)1 << k;
    }
    *out = (PartialRows){.all = known == 0};
    if (known == 0)
        return;
    const PartialIndex *partial = find_partial(index, known);
    Vector *values = ARENA_ARRAY(run->scratch, Vector, index->link_count);
    Vector *own = ARENA_ARRAY(run->scratch, Vector, index->link_count);
    uint32_t count = pick_links(index, known, links, values);
    for (uint32_t k = 0; k < count; k++)
        vector_take(&values[k], &binding, 1, run->scratch, &own[k]);
    int64_t group;
    group_find(partial->groups, own, 1, &group);
    if (group != GROUP_NONE) {
        out->rows = partial->rows + partial->starts[group];
        out->count = partial->starts[group + 1] - partial->starts[group];
    }
    out->rest = partial->rest;
    out->rest_count = partial->rest_count;
}

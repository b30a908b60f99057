// SPDX-License-Identifier: Apache-2.0
//
// partner_blanks.c: right rows with a link that kept nothing.
//
// Such a row may be anybody's, as far as its other links allow. Rows that have the same links unusable are listed by
// the others, so a binding asks for one list of each such *mask*: where there is one link, all blank rows are one list.
// Few rows become pairs that are judged one by one; of a long list it depends on little what becomes of it, so its rows
// are taken together (partner_sets.c).

#include "runtime/data/vector.h"
#include "runtime/exec/partner_blanks_int.h"

// ---------------------------------------------------------------- lists by mask

// Links beyond these list nothing: they are judged.
#define MASK_LINKS 64u

static bool is_usable(const PartnerIndex *index, uint32_t link, int64_t row)
{
    const Vector *values = &index->link_values[link];
    return values->state == NULL || values->state[row] == VALUE_KNOWN;
}

// Characters, or bounds: the link may differ from that of a binding all the same.
static bool kept_characters(const PartnerIndex *index, uint32_t link, int64_t row)
{
    const Vector *values = &index->link_values[link];
    bool bounded = values->lo != NULL && values->lo[row] <= values->hi[row];
    return bounded || (index->links[link]->identity && values->state[row] == VALUE_GAP &&
                       values->skeleton != NULL && values->skeleton[row] != 0);
}

static BlankMask mask_of(const PartnerIndex *index, int64_t row)
{
    BlankMask mask = {.kept = index->link_count > MASK_LINKS};
    for (uint32_t k = 0; k < MIN_OF(index->link_count, MASK_LINKS); k++) {
        if (is_usable(index, k, row))
            continue;
        mask.links |= (uint64_t)1 << k;
        mask.kept |= kept_characters(index, k, row);
    }
    return mask;
}

typedef VEC(BlankMask) Masks;

static uint32_t mask_number(Masks *masks, BlankMask mask)
{
    for (uint32_t m = 0; m < masks->count; m++) {
        if (masks->items[m].links == mask.links && masks->items[m].kept == mask.kept)
            return m;
    }
    vec_push(masks, mask);
    return (uint32_t)masks->count - 1;
}

// The links that rows of the mask are listed by.
static void find_known(PartnerIndex *index, BlankMask *mask)
{
    uint32_t *known = ARENA_ARRAY(index->arena, uint32_t, index->link_count);
    for (uint32_t k = 0; k < MIN_OF(index->link_count, MASK_LINKS); k++) {
        if ((mask->links >> k & 1) == 0)
            known[mask->known_count++] = k;
    }
    mask->known = known;
}

// The number of the list of each of rows[0..count) within the mask.
static void list_rows(PartnerIndex *index, BlankMask *mask, const int64_t *rows, int64_t count,
                      int64_t *lists)
{
    if (mask->known_count == 0) {
        memset(lists, 0, (size_t)count * sizeof *lists);
        mask->count = 1;
        return;
    }
    Phys *phys = ARENA_ARRAY(index->arena, Phys, mask->known_count);
    Vector *values = ARENA_ARRAY(index->arena, Vector, mask->known_count);
    for (uint32_t k = 0; k < mask->known_count; k++) {
        phys[k] = type_phys(index->links[mask->known[k]]->partner.type);
        vector_take(&index->link_values[mask->known[k]], rows, count, index->arena, &values[k]);
    }
    mask->groups = group_table_create(phys, mask->known_count);
    group_assign(mask->groups, values, count, lists);
    mask->count = group_count(mask->groups);
}

typedef struct Listing {
    PartnerIndex *index;
    int64_t *rows, *lists, *order; // of the mask under way
    int64_t *starts;
    int64_t next; // blank rows listed so far
} Listing;

static void list_mask(Listing *listing, BlankMask *mask, int64_t count)
{
    PartnerIndex *index = listing->index;
    find_known(index, mask);
    list_rows(index, mask, listing->rows, count, listing->lists);
    mask->first = mask == index->blank_masks ? 0 : mask[-1].first + mask[-1].count;
    group_index(listing->lists, count, mask->count, listing->starts + mask->first, listing->order);
    for (int64_t l = 0; l <= mask->count; l++)
        listing->starts[mask->first + l] += listing->next;
    for (int64_t i = 0; i < count; i++)
        index->blanks[listing->next++] = listing->rows[listing->order[i]];
}

void partner_blanks_index(PartnerIndex *index, const int64_t *rows, int64_t count)
{
    Masks masks = {0};
    uint32_t *number = base_alloc(((size_t)count + 1) * sizeof *number);
    for (int64_t i = 0; i < count; i++)
        number[i] = mask_number(&masks, mask_of(index, rows[i]));
    Arena *arena = index->arena;
    index->blank_count = count;
    index->blanks = ARENA_ARRAY(arena, int64_t, count + 1);
    index->blank_starts = ARENA_ARRAY(arena, int64_t, count + 1); // no list is empty
    index->blank_masks = ARENA_ARRAY(arena, BlankMask, masks.count + 1);
    index->blank_mask_count = (uint32_t)masks.count;
    size_t size = ((size_t)count + 1) * sizeof(int64_t);
    Listing listing = {.index = index,
                       .rows = base_alloc(size),
                       .lists = base_alloc(size),
                       .order = base_alloc(size),
                       .starts = index->blank_starts};
    for (uint32_t m = 0; m < masks.count; m++) {
        int64_t in_mask = 0;
        for (int64_t i = 0; i < count; i++) {
            if (number[i] == m)
                listing.rows[in_mask++] = rows[i];
        }
        index->blank_masks[m] = masks.items[m];
        list_mask(&listing, &index->blank_masks[m], in_mask);
    }
    free(listing.rows);
    free(listing.lists);
    free(listing.order);
    free(number);
    vec_free(&masks);
}

void partner_blanks_free(PartnerIndex *index)
{
    for (uint32_t m = 0; m < index->blank_mask_count; m++)
        group_table_destroy(index->blank_masks[m].groups);
}

// ---------------------------------------------------------------- asking

void partner_blanks_begin(BlankAsk *ask)
{
    const PartnerIndex *index = ask->partner->index;
    Arena *arena = ask->run->scratch;
    partner_sets_begin(partner_sets(ask->run, ask->partner));
    ask->groups = ARENA_ARRAY(arena, int64_t *, index->blank_mask_count + 1);
    ask->lists = ARENA_ARRAY(arena, int64_t, index->blank_count + 1);
    for (uint32_t m = 0; m < index->blank_mask_count; m++) {
        const BlankMask *mask = &index->blank_masks[m];
        if (mask->groups == NULL)
            continue;
        Vector *links = ARENA_ARRAY(arena, Vector, mask->known_count);
        for (uint32_t k = 0; k < mask->known_count; k++)
            links[k] = ask->links[mask->known[k]];
        ask->groups[m] = ARENA_ARRAY(arena, int64_t, ask->in->count);
        group_find(mask->groups, links, ask->in->count, ask->groups[m]);
    }
}

static void add_list(BlankAsk *ask, int64_t list, bool kept, int64_t binding, Pairs *pairs)
{
    const PartnerIndex *index = ask->partner->index;
    const BlankSets *sets = ask->partner->sets;
    if (sets != NULL && !kept && partner_sets_have(sets, list)) {
        ask->lists[ask->list_count++] = list;
        return;
    }
    for (int64_t k = index->blank_starts[list]; k < index->blank_starts[list + 1]; k++)
        pairs_add(pairs, binding, index->blanks[k]);
}

// Whether all links that the mask lists rows by are known of the binding.
static bool is_listed(const BlankAsk *ask, const BlankMask *mask, int64_t binding)
{
    for (uint32_t k = 0; k < mask->known_count; k++) {
        const Vector *link = &ask->links[mask->known[k]];
        if (link->state != NULL && link->state[binding] != VALUE_KNOWN)
            return false;
    }
    return true;
}

Status partner_blanks_of(BlankAsk *ask, int64_t binding, Pairs *pairs)
{
    PartnerRun *partner = ask->partner;
    const PartnerIndex *index = partner->index;
    bool fits = true;
    ask->list_count = 0;
    for (uint32_t m = 0; m < index->blank_mask_count; m++) {
        const BlankMask *mask = &index->blank_masks[m];
        int64_t from = 0, to = 1;
        if (!is_listed(ask, mask, binding))
            to = mask->count, fits = false; // what the binding kept of its link may fit any
        else if (mask->groups != NULL)
            from = ask->groups[m][binding], to = from == GROUP_NONE ? from : from + 1;
        for (int64_t l = from; l < to; l++)
            add_list(ask, mask->first + l, mask->kept, binding, pairs);
    }
    if (ask->list_count == 0)
        return STATUS_OK;
    int64_t set;
    TRY(partner_sets_of(ask, binding, fits, &set));
    if (set == EMPTY_SET)
        return STATUS_OK;
    if (!partner_tail_allowed(ask->run, partner)) {
        partner_sets_speak(ask, binding, set, pairs);
        return STATUS_OK;
    }
    partner_tail_give(ask, binding, (TailOf){set, 0});
    return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
//
// partner_index.c: which right rows a binding has to be judged against.
//
// Right rows whose links are known are numbered by their links in a GroupTable and listed per group. Rows whose
// link kept some characters are indexed by the pattern of known positions: for each pattern one map from the
// characters at those positions to the rows, so a binding asks one question per pattern. The same maps, made over
// the known links when first needed, answer a binding whose own link is a skeleton.

#include "runtime/exec/partner_blanks_int.h"
#include "runtime/exec/pattern_int.h"

// Rows by the characters that they have at the known positions of one pattern.
typedef struct PatternMap {
    Str pattern;        // code points: SKELETON_UNKNOWN where unknown, 'x' where known
    Map rows;           // projected text -> index of a list
    VEC(int64_t) heads; // per list: index into links of its last row, -1
    VEC(int64_t) link_rows, link_next;
} PatternMap;

struct SkeletonIndex {
    uint32_t link;           // the link leaf whose skeletons are indexed
    VEC(int64_t) rows;       // right rows with a skeleton in some link and no blank link
    VEC(PatternMap *) right; // patterns of those rows
    VEC(PatternMap *) known; // patterns of bindings' skeletons over the right rows with known links
    Map known_patterns;
    Map pattern_numbers;
};

// ---------------------------------------------------------------- patterns

static PatternMap *pattern_map_create(Arena *arena, Str pattern)
{
    PatternMap *map = ARENA_NEW(arena, PatternMap);
    map->pattern = arena_str(arena, pattern);
    return map;
}

static void pattern_map_free(PatternMap *map)
{
    map_deinit(&map->rows);
    vec_free(&map->heads);
    vec_free(&map->link_rows);
    vec_free(&map->link_next);
}

static void pattern_map_add(PatternMap *map, Str projected, int64_t row)
{
    bool is_new = false;
    uint64_t *list = map_at(&map->rows, projected, &is_new);
    if (is_new) {
        *list = map->heads.count;
        vec_push(&map->heads, -1);
    }
    vec_push(&map->link_rows, row);
    vec_push(&map->link_next, map->heads.items[*list]);
    map->heads.items[*list] = (int64_t)map->link_rows.count - 1;
}

static void pattern_map_pairs(const PatternMap *map, Str projected, int64_t binding, Pairs *pairs)
{
    uint64_t list;
    if (!map_get(&map->rows, projected, &list))
        return;
    for (int64_t k = map->heads.items[list]; k >= 0; k = map->link_next.items[k])
        pairs_add(pairs, binding, map->link_rows.items[k]);
}

// ---------------------------------------------------------------- building

static int64_t at(const Vector *vector, int64_t index)
{
    return vector->constant ? 0 : index;
}

static bool link_known(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[at(vector, index)] == VALUE_KNOWN;
}

static uint32_t link_skeleton(const Vector *vector, int64_t index)
{
    bool gap = vector->state != NULL && vector->state[at(vector, index)] == VALUE_GAP;
    return gap && vector->skeleton != NULL ? vector->skeleton[at(vector, index)] : 0;
}

static Str link_text(const RunShared *shared, const Vector *vector, int64_t index)
{
    uint32_t skeleton = link_skeleton(vector, index);
    return dict_str(shared->dict, skeleton != 0 ? skeleton : vector->code[at(vector, index)]);
}

static void collect_links(PartnerRun *partner)
{
    const Partner *on = partner->partner;
    partner->links = ARENA_ARRAY(partner->arena, const OnLeaf *, on->leaf_count + 1);
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        const OnLeaf *leaf = &on->leaves[l];
        if (leaf->key && leaf->conjunct)
            partner->links[partner->link_count++] = leaf;
    }
    partner->only_links = partner->link_count == on->leaf_count;
    partner->conjunction = true;
    for (uint32_t n = 0; n < on->node_count; n++)
        partner->conjunction &= on->nodes[n].op == ON_LEAF || on->nodes[n].op == ON_AND;
    for (uint32_t l = 0; l < on->leaf_count; l++) {
        partner->earlier_slots |= expr_slots(&on->leaves[l].value);
        for (uint32_t r = 0; r < on->leaves[l].reads_earlier_count; r++)
            partner->earlier_slots |= expr_slots(&on->leaves[l].reads_earlier[r]);
    }
    partner->earlier_slots &= ~((uint64_t)1 << on->slot);
}

void partner_evaluate(BodyRun *run, const PartnerIndex *index, Arena *arena, bool earlier,
                      const Rowset *rowset, uint32_t slot, int64_t first, int64_t count,
                      Vector *out)
{
    SlotRows *slots = ARENA_ARRAY(arena, SlotRows, run->body->slot_count);
    slots[slot] = (SlotRows){.rowset = rowset, .first = first};
    EvalContext context = {
        .shared = &run->shared->eval, .arena = arena, .count = count, .slots = slots};
    for (uint32_t k = 0; k < index->link_count; k++) {
        eval_expr(&context, earlier ? &index->links[k]->earlier : &index->links[k]->partner,
                  &out[k]);
        vector_expand(&out[k], count, arena);
    }
}

static Phys *link_layouts(const PartnerIndex *index)
{
    Phys *phys = ARENA_ARRAY(index->arena, Phys, index->link_count);
    for (uint32_t k = 0; k < index->link_count; k++)
        phys[k] = type_phys(index->links[k]->partner.type);
    return phys;
}

GroupTable *partner_link_table(const PartnerIndex *index)
{
    return group_table_create(link_layouts(index), index->link_count);
}

KeyRange *partner_link_ranges(const PartnerIndex *index)
{
    KeyRange *ranges = ARENA_ARRAY(index->arena, KeyRange, index->link_count);
    for (uint32_t k = 0; k < index->link_count; k++)
        ranges[k] = (KeyRange){INT64_MAX, INT64_MIN};
    return ranges;
}

GroupTable *partner_link_table_within(const PartnerIndex *index, const KeyRange *ranges,
                                      int64_t rows)
{
    GroupTable *table =
        ranges == NULL ? NULL
                       : group_table_within(link_layouts(index), ranges, index->link_count, rows);
    return table != NULL ? table : partner_link_table(index);
}

// The table for the links of all right rows.
static GroupTable *whole_table(const PartnerIndex *index)
{
    int64_t count = index->rowset->row_count;
    KeyRange *ranges = partner_link_ranges(index);
    bool whole = group_ranges(index->link_values, index->link_count, count, ranges);
    return partner_link_table_within(index, whole ? ranges : NULL, count);
}

// The row of each group, where none has two. False: some has.
static bool list_only(PartnerIndex *index, const int64_t *groups, const int64_t *rows,
                      int64_t count)
{
    int64_t total = group_count(index->groups);
    uint32_t *only = base_alloc_zeroed((size_t)total, sizeof *only);
    bool once = true;
    for (int64_t i = 0; once && i < count; i++) {
        if (groups[i] == GROUP_NONE)
            continue;
        once = only[groups[i]] == 0;
        only[groups[i]] = (uint32_t)(rows == NULL ? i : rows[i]) + 1;
    }
    if (once)
        index->only = only;
    else
        free(only);
    return once;
}

void partner_index_list(PartnerIndex *index, const int64_t *groups, const int64_t *rows,
                        int64_t count)
{
    bool small = index->rowset->row_count < (int64_t)UINT32_MAX;
    if (small && group_is_numbered(index->groups) && list_only(index, groups, rows, count))
        return;
    int64_t total = group_count(index->groups);
    index->starts = ARENA_ARRAY(index->arena, int64_t, total + 1);
    index->rows = ARENA_ARRAY(index->arena, int64_t, count + 1);
    group_index(groups, count, total, index->starts, index->rows);
    for (int64_t i = 0; rows != NULL && i < index->starts[total]; i++)
        index->rows[i] = rows[index->rows[i]];
}

void partner_index_lists(PartnerIndex *index)
{
    int64_t total = group_count(index->groups), next = 0;
    if (index->starts != NULL)
        return;
    index->starts = ARENA_ARRAY(index->arena, int64_t, total + 1);
    for (int64_t g = 0; g < total; g++)
        index->starts[g + 1] = index->starts[g] + (index->only[g] != 0);
    index->rows = ARENA_ARRAY(index->arena, int64_t, index->starts[total] + 1);
    for (int64_t g = 0; g < total; g++) {
        if (index->only[g] != 0)
            index->rows[next++] = (int64_t)index->only[g] - 1;
    }
}

int64_t partner_index_met(const PartnerIndex *index)
{
    int64_t met = 0;
    for (int64_t g = 0; g < group_count(index->groups); g++)
        met += index->only != NULL ? index->only[g] != 0 : index->starts[g + 1] > index->starts[g];
    return met;
}

// All right rows, each in the group of its links.
static void build_groups(PartnerIndex *index, GroupTable *table)
{
    int64_t count = index->rowset->row_count;
    index->groups = table;
    int64_t *groups = base_alloc(((size_t)count + 1) * sizeof *groups);
    group_assign(index->groups, index->link_values, count, groups);
    partner_index_list(index, groups, NULL, count);
    free(groups);
}

static SkeletonIndex *skeletons_of(PartnerIndex *index)
{
    if (index->skeletons == NULL)
        index->skeletons = ARENA_NEW(index->arena, SkeletonIndex);
    return index->skeletons;
}

static void add_skeleton_row(BodyRun *run, PartnerIndex *owner, uint32_t link, int64_t row)
{
    SkeletonIndex *index = skeletons_of(owner);
    if (index->rows.count == 0)
        index->link = link;
    vec_push(&index->rows, row);
    if (link != index->link)
        return; // several identity links: found by the first one's map, or by looking at all skeleton rows
    Str text = link_text(run->shared, &owner->link_values[link], row);
    Str pattern = pattern_of(owner->arena, text);
    bool is_new = false;
    uint64_t *number = map_at(&index->pattern_numbers, pattern, &is_new);
    if (is_new) {
        *number = index->right.count;
        vec_push(&index->right, pattern_map_create(owner->arena, pattern));
    }
    StrBuf projected;
    strbuf_init(&projected);
    if (pattern_project(text, pattern, &projected))
        pattern_map_add(index->right.items[*number], strbuf_str(&projected), row);
    strbuf_deinit(&projected);
}

static bool some_link_unusable(const PartnerIndex *index)
{
    for (uint32_t k = 0; k < index->link_count; k++) {
        if (index->link_values[k].state != NULL)
            return true;
    }
    return false;
}

void partner_sort_unusable(BodyRun *run, PartnerIndex *index)
{
    const Rowset *rowset = index->rowset;
    if (!some_link_unusable(index))
        return;
    VEC(int64_t) blanks = {0};
    for (int64_t row = 0; row < rowset->row_count; row++) {
        bool blank = false, skeleton = false;
        uint32_t skeleton_link = 0;
        for (uint32_t k = 0; k < index->link_count; k++) {
            if (link_known(&index->link_values[k], row))
                continue;
            bool kept =
                index->links[k]->identity && link_skeleton(&index->link_values[k], row) != 0;
            blank |= !kept;
            if (kept && !skeleton)
                skeleton_link = k;
            skeleton |= kept;
        }
        if (blank && !rowset_quarantined(rowset, row))
            vec_push(&blanks, row);
        else if (!blank && skeleton)
            add_skeleton_row(run, index, skeleton_link, row);
    }
    partner_blanks_index(index, blanks.items, (int64_t)blanks.count);
    vec_free(&blanks);
}

// u and n of the tolerance (spec/evaluation.md 4.1).
static void measure_tolerance(BodyRun *run, PartnerRun *partner)
{
    const Rowset *rowset = partner->rowset;
    VEC(int64_t) shadows = {0};
    for (int64_t row = 0; row < rowset->row_count; row++) {
        bool shadow = rowset_class(rowset, row) == CLASS_SHADOW;
        bool loose = partner->loose != NULL && partner->loose[row] != 0;
        partner->unplaced += shadow || loose;
        partner->loose_count += loose && !rowset_quarantined(rowset, row);
        if (shadow)
            vec_push(&shadows, row);
    }
    partner->shadow_count = (int64_t)shadows.count;
    partner->shadows = ARENA_ARRAY(partner->arena, int64_t, shadows.count + 1);
    if (shadows.count > 0)
        memcpy(partner->shadows, shadows.items, shadows.count * sizeof *shadows.items);
    vec_free(&shadows);
    int64_t total = MAX_OF(rowset->total_count, rowset->row_count);
    int128_t allowed = (int128_t)run->shared->options->tolerance_count * total;
    // How many rows a ring of relations will have is not known inside it: none is tolerated there.
    bool inside = run->slot_rows != NULL && run->slot_rows[partner->partner->slot] != NULL;
    partner->tolerated = !inside && (int128_t)partner->unplaced * 1000000000 <= allowed;
}

PartnerIndex *partner_index_make(BodyRun *run, const PartnerRun *partner)
{
    Arena *arena = arena_create(NULL, 0);
    PartnerIndex *index = ARENA_NEW(arena, PartnerIndex);
    *index = (PartnerIndex){.rowset = partner->rowset,
                            .links = ARENA_ARRAY(arena, const OnLeaf *, partner->link_count),
                            .link_count = partner->link_count,
                            .slot = partner->partner->slot,
                            .arena = arena};
    memcpy(index->links, partner->links, index->link_count * sizeof(const OnLeaf *));
    index->link_values = ARENA_ARRAY(arena, Vector, index->link_count);
    partner_evaluate(run, index, arena, false, index->rowset, index->slot, 0,
                     index->rowset->row_count, index->link_values);
    return index;
}

void partner_links_group(PartnerRun *partner)
{
    build_groups(partner->index, partner_link_table(partner->index));
}

void partner_index_fill(BodyRun *run, PartnerIndex *index)
{
    bool plain = run->shared->options->planning == PLANNING_OFF;
    build_groups(index, plain ? partner_link_table(index) : whole_table(index));
    partner_sort_unusable(run, index);
}

void partner_links_evaluate(BodyRun *run, PartnerRun *partner, const OnLeaf *given)
{
    collect_links(partner);
    if (given != NULL) {
        partner->links[0] = given;
        partner->link_count = 1;
        partner->only_links = false;
    }
    if (partner->link_count > 0)
        partner->index = partner_index_make(run, partner);
}

Status partner_index_build(BodyRun *run, PartnerRun *partner)
{
    if (partner->partner->match != NULL) {
        TRY(match_open(run, partner));
    } else {
        collect_links(partner);
        if (partner->link_count > 0)
            TRY(partner_index_take(run, partner));
        partner_find_loose(run, partner);
    }
    measure_tolerance(run, partner);
    return STATUS_OK;
}

static void skeletons_free(SkeletonIndex *index)
{
    for (size_t i = 0; i < index->right.count; i++)
        pattern_map_free(index->right.items[i]);
    for (size_t i = 0; i < index->known.count; i++)
        pattern_map_free(index->known.items[i]);
    vec_free(&index->right);
    vec_free(&index->known);
    vec_free(&index->rows);
    map_deinit(&index->known_patterns);
    map_deinit(&index->pattern_numbers);
}

void partner_index_free(PartnerIndex *index)
{
    if (index == NULL)
        return;
    group_table_destroy(index->groups);
    free(index->only);
    partner_blanks_free(index);
    partner_partial_free(index);
    if (index->skeletons != NULL)
        skeletons_free(index->skeletons);
    arena_destroy(index->arena);
}

// ---------------------------------------------------------------- asking

bool partner_has_skeletons(const PartnerRun *partner, const Vector *link_vectors)
{
    if (partner->index->skeletons != NULL && partner->index->skeletons->rows.count > 0)
        return true;
    for (uint32_t k = 0; k < partner->link_count; k++) {
        if (link_vectors[k].skeleton != NULL)
            return true;
    }
    return false;
}

static void skeleton_rows_all(const PartnerRun *partner, int64_t binding, Pairs *pairs)
{
    const SkeletonIndex *index = partner->index->skeletons;
    for (size_t i = 0; index != NULL && i < index->rows.count; i++)
        pairs_add(pairs, binding, index->rows.items[i]);
}

// A known binding: one question per pattern of the right rows' skeletons.
static void ask_known(BodyRun *run, PartnerRun *partner, const Vector *link_vectors,
                      int64_t binding, Pairs *pairs)
{
    const SkeletonIndex *index = partner->index->skeletons;
    if (index == NULL)
        return;
    bool one_link = true; // rows whose skeleton sits in another link are in no map
    for (uint32_t k = 0, identities = 0; k < partner->link_count; k++)
        one_link = (identities += partner->links[k]->identity) <= 1;
    if (!one_link) {
        skeleton_rows_all(partner, binding, pairs);
        return;
    }
    Str text = link_text(run->shared, &link_vectors[index->link], binding);
    StrBuf projected;
    strbuf_init(&projected);
    for (size_t p = 0; p < index->right.count; p++) {
        if (pattern_project(text, index->right.items[p]->pattern, &projected))
            pattern_map_pairs(index->right.items[p], strbuf_str(&projected), binding, pairs);
    }
    strbuf_deinit(&projected);
}

// The map of the right rows with known links by this pattern, made when first asked for.
static PatternMap *known_map(BodyRun *run, PartnerRun *partner, uint32_t link, Str pattern)
{
    SkeletonIndex *index = skeletons_of(partner->index);
    StrBuf name;
    strbuf_init(&name);
    strbuf_add_i64(&name, link);
    strbuf_add_char(&name, ':');
    strbuf_add(&name, pattern);
    bool is_new = false;
    uint64_t *number = map_at(&index->known_patterns, strbuf_str(&name), &is_new);
    if (is_new) {
        *number = index->known.count;
        PatternMap *map = pattern_map_create(partner->index->arena, pattern);
        vec_push(&index->known, map);
        const Vector *values = &partner->index->link_values[link];
        for (int64_t row = 0; row < partner->rowset->row_count; row++) {
            if (link_known(values, row) &&
                pattern_project(link_text(run->shared, values, row), pattern, &name))
                pattern_map_add(map, strbuf_str(&name), row);
        }
        strbuf_deinit(&name);
        return map;
    }
    strbuf_deinit(&name);
    return index->known.items[*number];
}

// A binding whose link is a skeleton: right rows that have its characters, and all skeletons (judged one by one).
static void ask_skeleton(BodyRun *run, PartnerRun *partner, const Vector *link_vectors,
                         uint32_t link, int64_t binding, Pairs *pairs)
{
    Str text = link_text(run->shared, &link_vectors[link], binding);
    Str pattern = pattern_of(run->scratch, text);
    PatternMap *map = known_map(run, partner, link, pattern);
    StrBuf projected;
    strbuf_init(&projected);
    if (pattern_project(text, map->pattern, &projected))
        pattern_map_pairs(map, strbuf_str(&projected), binding, pairs);
    strbuf_deinit(&projected);
    const SkeletonIndex *index = partner->index->skeletons;
    for (size_t i = 0; i < index->rows.count; i++) {
        int64_t row = index->rows.items[i];
        bool known = link_known(&partner->index->link_values[link], row);
        if (!known && skeleton_may_equal(
                          text, link_text(run->shared, &partner->index->link_values[link], row)))
            pairs_add(pairs, binding, row);
    }
}

void partner_skeleton_rows(BodyRun *run, PartnerRun *partner, const Vector *link_vectors,
                           int64_t binding, Pairs *pairs)
{
    for (uint32_t k = 0; k < partner->link_count; k++) {
        if (link_skeleton(&link_vectors[k], binding) != 0) {
            ask_skeleton(run, partner, link_vectors, k, binding, pairs);
            return;
        }
    }
    ask_known(run, partner, link_vectors, binding, pairs);
}

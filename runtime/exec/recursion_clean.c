// SPDX-License-Identifier: Apache-2.0
//
// recursion_clean.c: recursion over rows that are certain and known.
//
// Without `keep` the rows found are the groups of a table over all columns: a row that is new gets the next number, so
// what a round added is the numbers behind those of the round before. With `keep` there is one row per key, in
// columns by the key's number; a better row takes the place of the one before, and the keys that changed are what
// the next round reads.

#include "runtime/exec/recursion_int.h"

struct CleanFix {
    GroupTable *table; // all columns, or (keep) the key
    int64_t done;      // rows that the rounds before have read
    // keep:
    void **best; // per column, by number of the key
    int64_t capacity;
    uint8_t *stamped; // by number of the key: it is in `changed`
    VEC(int64_t) changed;
};

static bool keeps(const FixRelation *member)
{
    return member->relation->keep_least || member->relation->keep_greatest;
}

static uint32_t key_column(const Relation *relation, uint32_t k)
{
    return relation->key_count > 0 ? relation->key[k] : k;
}

static uint32_t key_count(const Relation *relation)
{
    return relation->key_count > 0 ? relation->key_count : relation->column_count;
}

static Type column_type(const Relation *relation, uint32_t column)
{
    return relation->columns[column].type;
}

static void clean_open(FixRelation *member)
{
    const Relation *relation = member->relation;
    bool all = !keeps(member);
    uint32_t count = all ? relation->column_count : key_count(relation);
    Phys *phys = base_alloc(MAX_OF(count, 1u) * sizeof *phys);
    for (uint32_t k = 0; k < count; k++)
        phys[k] = type_phys(column_type(relation, all ? k : key_column(relation, k)));
    member->clean = base_alloc_zeroed(1, sizeof *member->clean);
    member->clean->table = group_table_create(phys, count);
    if (!all)
        member->clean->best = base_alloc_zeroed(relation->column_count, sizeof(void *));
    free(phys);
}

static void clean_close(FixRelation *member)
{
    CleanFix *clean = member->clean;
    if (clean == NULL)
        return;
    for (uint32_t c = 0; clean->best != NULL && c < member->relation->column_count; c++)
        free(clean->best[c]);
    free(clean->best);
    free(clean->stamped);
    vec_free(&clean->changed);
    group_table_destroy(clean->table);
    free(clean);
    member->clean = NULL;
    rowset_destroy(member->rows);
    rowset_destroy(member->all);
    member->rows = member->all = NULL;
}

// ---------------------------------------------------------------- the best row of each key

static Vector stored(const FixRelation *member, uint32_t column)
{
    Vector vector = {.phys = type_phys(column_type(member->relation, column)),
                     .count = group_count(member->clean->table)};
    vector.data = member->clean->best[column];
    return vector;
}

static Vector candidate(const FixRelation *member, uint32_t column)
{
    Vector vector = {.phys = type_phys(column_type(member->relation, column)),
                     .count = member->maker.clean.count};
    vector.data = member->maker.clean.data[column];
    return vector;
}

static void reserve_best(FixRelation *member, int64_t count)
{
    CleanFix *clean = member->clean;
    if (count <= clean->capacity)
        return;
    int64_t capacity = MAX_OF(count, clean->capacity * 2);
    for (uint32_t c = 0; c < member->relation->column_count; c++)
        clean->best[c] =
            base_realloc(clean->best[c],
                         (size_t)capacity * phys_size(type_phys(column_type(member->relation, c))));
    clean->stamped = base_realloc(clean->stamped, (size_t)capacity);
    memset(clean->stamped + clean->capacity, 0, (size_t)(capacity - clean->capacity));
    clean->capacity = capacity;
}

// Is candidate `index` better than the row of key `key`?
static bool is_better(const FixRelation *member, int64_t index, int64_t key)
{
    const Relation *relation = member->relation;
    const Dict *dict = member->maker.shared->dict;
    uint32_t kept = relation->keep_column;
    for (int64_t c = -1; c < (int64_t)relation->column_count; c++) {
        uint32_t column = c < 0 ? kept : (uint32_t)c;
        Vector mine = candidate(member, column), other = stored(member, column);
        Value a = vector_value(&mine, column_type(relation, column), index),
              b = vector_value(&other, column_type(relation, column), key);
        int order = value_compare(dict, &a, &b);
        if (order != 0)
            return c < 0 && relation->keep_greatest ? order > 0 : order < 0;
    }
    return false;
}

static void store(FixRelation *member, int64_t index, int64_t key)
{
    CleanFix *clean = member->clean;
    for (uint32_t c = 0; c < member->relation->column_count; c++) {
        size_t size = phys_size(type_phys(column_type(member->relation, c)));
        memcpy((char *)clean->best[c] + (size_t)key * size,
               (const char *)member->maker.clean.data[c] + (size_t)index * size, size);
    }
    if (clean->stamped[key])
        return;
    clean->stamped[key] = 1;
    vec_push(&clean->changed, key);
}

static void absorb_best(FixRelation *member)
{
    const Relation *relation = member->relation;
    int64_t count = member->maker.clean.count, had = group_count(member->clean->table);
    uint32_t keys = key_count(relation);
    Vector *vectors = base_alloc(MAX_OF(keys, 1u) * sizeof *vectors);
    int64_t *groups = base_alloc((size_t)MAX_OF(count, 1) * sizeof *groups);
    for (uint32_t k = 0; k < keys; k++)
        vectors[k] = candidate(member, key_column(relation, k));
    group_assign(member->clean->table, vectors, count, groups);
    reserve_best(member, group_count(member->clean->table));
    for (int64_t i = 0; i < count; i++) {
        bool is_new = groups[i] >= had;
        had += is_new; // numbers are given in the order in which keys are met
        if (is_new || is_better(member, i, groups[i]))
            store(member, i, groups[i]);
    }
    free(groups);
    free(vectors);
}

// ---------------------------------------------------------------- rowsets

static Rowset *rowset_of(const FixRelation *member, const int64_t *index, int64_t first,
                         int64_t count)
{
    const Relation *relation = member->relation;
    Rowset *rowset = rowset_create(relation->name, relation->column_count);
    rowset->is_relation = true;
    rowset->row_count = rowset->total_count = count;
    for (uint32_t c = 0; c < relation->column_count; c++) {
        Vector values;
        if (keeps(member))
            values = stored(member, c);
        else
            group_keys(member->clean->table, c, &values);
        column_init(&rowset->columns[c], relation->columns[c].name, column_type(relation, c));
        column_reserve(&rowset->columns[c], count);
        for (int64_t i = 0; i < count; i++) {
            Value value = vector_value(&values, column_type(relation, c),
                                       index == NULL ? first + i : index[i]);
            column_append(&rowset->columns[c], &value);
        }
    }
    return rowset;
}

// Takes over what the branches gave in this round; member->rows is what is new.
static void absorb(FixRelation *member)
{
    CleanFix *clean = member->clean;
    rowset_destroy(member->rows);
    rowset_destroy(member->all);
    member->all = NULL;
    if (keeps(member)) {
        absorb_best(member);
        member->rows = rowset_of(member, clean->changed.items, 0, (int64_t)clean->changed.count);
        for (size_t i = 0; i < clean->changed.count; i++)
            clean->stamped[clean->changed.items[i]] = 0;
        vec_clear(&clean->changed);
    } else {
        int64_t count = member->maker.clean.count;
        uint32_t columns = member->relation->column_count;
        Vector *vectors = base_alloc(MAX_OF(columns, 1u) * sizeof *vectors);
        int64_t *groups = base_alloc((size_t)MAX_OF(count, 1) * sizeof *groups);
        for (uint32_t c = 0; c < columns; c++)
            vectors[c] = candidate(member, c);
        group_assign(clean->table, vectors, count, groups);
        free(groups);
        free(vectors);
        int64_t total = group_count(clean->table);
        member->rows = rowset_of(member, NULL, clean->done, total - clean->done);
        clean->done = total;
    }
    member->maker.clean.count = 0;
}

static const Rowset *all_rows(FixRelation *member)
{
    if (member->all == NULL)
        member->all = rowset_of(member, NULL, 0, group_count(member->clean->table));
    return member->all;
}

// The rows found, where the end expects them.
static void give_rows(FixRelation *member)
{
    CleanRows *rows = &member->maker.clean;
    int64_t count = group_count(member->clean->table);
    rows->count = rows->capacity = count;
    for (uint32_t c = 0; c < member->relation->column_count; c++) {
        Vector values;
        size_t size = (size_t)count * phys_size(type_phys(column_type(member->relation, c)));
        if (keeps(member))
            values = stored(member, c);
        else
            group_keys(member->clean->table, c, &values);
        rows->data[c] = base_realloc(rows->data[c], MAX_OF(size, (size_t)1));
        if (count > 0)
            memcpy(rows->data[c], values.data, size);
    }
}

// ---------------------------------------------------------------- rounds

static uint32_t ring_slots(const Fix *fix, const Body *body)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < body->slot_count; s++)
        count += fix_member(fix, body->slots[s].source) != NULL;
    return count;
}

// One use of the ring reads what is new, the others all there is.
static Status run_use(Fix *fix, FixRelation *into, uint32_t branch, uint32_t use)
{
    const Body *body = &into->relation->branches[branch];
    const Rowset *slots[BODY_SLOTS_MAX] = {NULL};
    for (uint32_t s = 0; s < body->slot_count; s++) {
        FixRelation *member = fix_member(fix, body->slots[s].source);
        if (member != NULL)
            slots[s] = s == use ? member->rows : all_rows(member);
    }
    return fix_branch(fix, into, branch, slots);
}

static Status run_branch(Fix *fix, FixRelation *into, uint32_t branch)
{
    const Body *body = &into->relation->branches[branch];
    if (ring_slots(fix, body) == 0)
        return STATUS_OK;
    for (uint32_t s = 0; s < body->slot_count; s++) {
        const FixRelation *member = fix_member(fix, body->slots[s].source);
        // Each branch runs at least once: its gap lines do not depend on the rows of the ring.
        if (member != NULL && (member->rows->row_count > 0 || !into->lines_told[branch]))
            TRY(run_use(fix, into, branch, s));
    }
    return STATUS_OK;
}

static bool all_clean(const Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++) {
        if (fix->relations[m].maker.rows.count > 0)
            return false;
    }
    return true;
}

// The branches that do not use the ring.
static Status first_round(Fix *fix)
{
    const Rowset *none[BODY_SLOTS_MAX] = {NULL};
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        for (uint32_t b = 0; b < member->relation->branch_count; b++) {
            if (!fix_uses_ring(fix, &member->relation->branches[b]))
                TRY(fix_branch(fix, member, b, none));
        }
    }
    return STATUS_OK;
}

static Status next_round(Fix *fix, int64_t round)
{
    TRY(fix_round(fix, round));
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (fix_stands_still(member, round))
            continue;
        for (uint32_t b = 0; b < member->relation->branch_count; b++)
            TRY(run_branch(fix, member, b));
    }
    return STATUS_OK;
}

static bool absorb_round(Fix *fix)
{
    bool more = false;
    for (uint32_t m = 0; m < fix->count; m++) {
        absorb(&fix->relations[m]);
        more = more || fix->relations[m].rows->row_count > 0;
    }
    return more;
}

static Status run_rounds(Fix *fix, bool *clean)
{
    TRY(first_round(fix));
    *clean = all_clean(fix);
    for (int64_t round = 1; *clean && (absorb_round(fix) || round == 1); round++) {
        TRY(next_round(fix, round));
        *clean = all_clean(fix);
    }
    return STATUS_OK;
}

Status fix_solve_clean(Fix *fix, bool *clean)
{
    for (uint32_t m = 0; m < fix->count; m++)
        clean_open(&fix->relations[m]);
    Status status = run_rounds(fix, clean);
    for (uint32_t m = 0; m < fix->count; m++) {
        if (status == STATUS_OK && *clean)
            give_rows(&fix->relations[m]);
        clean_close(&fix->relations[m]);
    }
    return status;
}

// SPDX-License-Identifier: Apache-2.0
// aggregate_set.c: the distinct values of groups.
//
// All groups share one table keyed by (group, value): groups are many and mostly small, and one table grows
// evenly. Only counts are kept per value, so the order of arrival leaves no trace once values are sorted.

#include "runtime/base/map.h"
#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/group.h"
#include "runtime/exec/hash_int.h"
#include "runtime/exec/value_list.h"

#define SET_SLOTS_FIRST 64
#define SET_CHUNK 256
// So many tuples show whether most of their values differ.
#define SET_SAMPLE 16384

// ---------------------------------------------------------------- cells

Cell cell_load(const Vector *vector, int64_t row)
{
    int64_t at = vector->constant ? 0 : row;
    Cell cell = {.word = {0, 0}};
    switch (vector->phys) {
    case PHYS_BOOL:
        cell.truth = vector->truth[at];
        return cell;
    case PHYS_I64:
        cell.i64 = vector->i64[at];
        return cell;
    case PHYS_I128:
        cell.i128 = vector->i128[at];
        return cell;
    case PHYS_F64:
        cell.f64 = vector->f64[at] + 0.0;
        return cell;
    case PHYS_PAIR:
        cell.pair = vector->pair[at];
        return cell;
    case PHYS_CODE:
        cell.code = vector->code[at];
        return cell;
    }
    UNREACHABLE();
}

Cell cell_of_value(const Value *value)
{
    Cell cell = {.word = {0, 0}};
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        cell.truth = value->boolean;
        return cell;
    case PHYS_I64:
        cell.i64 = value->i64;
        return cell;
    case PHYS_I128:
        cell.i128 = value->i128;
        return cell;
    case PHYS_F64:
        cell.f64 = value->f64 + 0.0;
        return cell;
    case PHYS_PAIR:
        cell.pair = value->pair;
        return cell;
    case PHYS_CODE:
        cell.code = value->code;
        return cell;
    }
    UNREACHABLE();
}

Value cell_value(Type type, Cell cell)
{
    Value value = {.type = type};
    switch (type_phys(type)) {
    case PHYS_BOOL:
        value.boolean = cell.truth != 0;
        return value;
    case PHYS_I64:
        value.i64 = cell.i64;
        return value;
    case PHYS_I128:
        value.i128 = cell.i128;
        return value;
    case PHYS_F64:
        value.f64 = cell.f64;
        return value;
    case PHYS_PAIR:
        value.pair = cell.pair;
        return value;
    case PHYS_CODE:
        value.code = cell.code;
        return value;
    }
    UNREACHABLE();
}

int cell_compare(const Dict *dict, Type type, Cell a, Cell b)
{
    if (cell_equal(a, b))
        return 0;
    switch (type_phys(type)) {
    case PHYS_I64:
        return a.i64 < b.i64 ? -1 : 1;
    case PHYS_I128:
        return a.i128 < b.i128 ? -1 : 1;
    default: {
        Value x = cell_value(type, a);
        Value y = cell_value(type, b);
        return value_compare(dict, &x, &y);
    }
    }
}

// ---------------------------------------------------------------- the table

ValueSet *value_set_create(void)
{
    ValueSet *set = base_alloc_zeroed(1, sizeof *set);
    set->seed = hash_seed();
    set->slots = base_alloc_zeroed(SET_SLOTS_FIRST, sizeof *set->slots);
    set->slot_mask = SET_SLOTS_FIRST - 1;
    return set;
}

static void drop_index(ValueSet *set)
{
    free(set->starts);
    free(set->members);
    set->starts = NULL;
    set->members = NULL;
}

void value_set_destroy(ValueSet *set)
{
    if (set == NULL)
        return;
    drop_index(set);
    vec_free(&set->entries);
    free(set->slots);
    value_list_destroy(set->list);
    free(set);
}

static uint64_t entry_hash(const ValueSet *set, int64_t group, Cell value)
{
    return hash_mix(hash_mix(hash_mix(set->seed, (uint64_t)group), value.word[0]), value.word[1]);
}

static size_t entry_slot(const ValueSet *set, int64_t group, Cell value, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = tag & set->slot_mask;
    for (;;) {
        uint64_t slot = set->slots[at];
        if (slot == 0)
            return at;
        if ((uint32_t)(slot >> 32) == tag) {
            const SetEntry *entry = &set->entries.items[(uint32_t)slot - 1];
            if (entry->group == group && cell_equal(entry->value, value))
                return at;
        }
        at = (at + 1) & set->slot_mask;
    }
}

static void grow_set(ValueSet *set)
{
    size_t count = (set->slot_mask + 1) * 2;
    uint64_t *slots = base_alloc_zeroed(count, sizeof *slots);
    for (size_t i = 0; i <= set->slot_mask; i++) {
        if (set->slots[i] == 0)
            continue;
        size_t at = (uint32_t)(set->slots[i] >> 32) & (count - 1);
        while (slots[at] != 0)
            at = (at + 1) & (count - 1);
        slots[at] = set->slots[i];
    }
    free(set->slots);
    set->slots = slots;
    set->slot_mask = count - 1;
}

static void add_hashed(ValueSet *set, int64_t group, Cell value, int64_t count, uint64_t hash)
{
    size_t at = entry_slot(set, group, value, hash);
    if (set->slots[at] != 0) {
        set->entries.items[(uint32_t)set->slots[at] - 1].count += count;
        return;
    }
    ASSERT(set->entries.count < UINT32_MAX - 1);
    vec_push(&set->entries, (SetEntry){value, group, count});
    set->slots[at] = (hash >> 32 << 32) | set->entries.count;
    if (set->entries.count / 3 >= (set->slot_mask + 1) / 4)
        grow_set(set);
}

// A table of values that nearly all differ saves nothing, and each look into it costs a miss of the cache.
static void give_up_table(ValueSet *set, Phys phys)
{
    bool most_differ = set->entries.count > (size_t)set->seen / 4 * 3;
    if (!set->may_list || set->list != NULL || set->seen < SET_SAMPLE || !most_differ)
        return;
    set->list = value_list_create(phys);
    for (size_t i = 0; i < set->entries.count; i++) {
        const SetEntry *entry = &set->entries.items[i];
        value_list_add(set->list, entry->group, entry->value, entry->count);
    }
    vec_free(&set->entries);
    free(set->slots);
    set->slots = NULL;
}

void value_set_add(ValueSet *set, int64_t group, Cell value, int64_t count)
{
    drop_index(set);
    set->seen++;
    if (set->list != NULL)
        value_list_add(set->list, group, value, count);
    else
        add_hashed(set, group, value, count, entry_hash(set, group, value));
}

void value_set_add_chunk(ValueSet *set, const int64_t *groups, const Vector *values, int64_t first,
                         int64_t count)
{
    uint64_t hashes[SET_CHUNK];
    drop_index(set);
    for (int64_t start = 0; start < count; start += SET_CHUNK) {
        int64_t rows = MIN_OF(count - start, SET_CHUNK);
        set->seen += rows;
        give_up_table(set, values->phys);
        if (set->list != NULL) {
            value_list_add_chunk(set->list, groups + start, values, first + start, rows);
            continue;
        }
        for (int64_t i = 0; i < rows; i++) {
            hashes[i] = entry_hash(set, groups[start + i], cell_load(values, first + start + i));
            PREFETCH(&set->slots[hashes[i] >> 32 & set->slot_mask]);
        }
        for (int64_t i = 0; i < rows; i++)
            if (groups[start + i] >= 0)
                add_hashed(set, groups[start + i], cell_load(values, first + start + i), 1,
                           hashes[i]);
    }
}

static int64_t mapped(const int64_t *map, int64_t group)
{
    return map == NULL ? group : map[group];
}

void value_set_merge(ValueSet *into, ValueSet *from, const int64_t *map)
{
    for (size_t i = 0; i < from->entries.count; i++) {
        const SetEntry *entry = &from->entries.items[i];
        value_set_add(into, mapped(map, entry->group), entry->value, entry->count);
    }
    for (int64_t i = 0; from->list != NULL && i < from->list->count; i++) {
        int64_t group;
        Cell value = value_list_get(from->list, i, &group);
        value_set_add(into, mapped(map, group), value, 1);
    }
}

bool value_set_has(const ValueSet *set, int64_t group, Cell value)
{
    ASSERT(set->list == NULL);
    return set->slots[entry_slot(set, group, value, entry_hash(set, group, value))] != 0;
}

static void index_groups(ValueSet *set, int64_t group_count)
{
    drop_index(set);
    size_t count = set->entries.count;
    set->starts = base_alloc(((size_t)group_count + 1) * sizeof *set->starts);
    set->members = base_alloc((count + 1) * sizeof *set->members);
    int64_t *groups = base_alloc((count + 1) * sizeof *groups);
    for (size_t i = 0; i < count; i++)
        groups[i] = set->entries.items[i].group;
    group_index(groups, (int64_t)count, group_count, set->starts, set->members);
    free(groups);
    set->indexed_groups = group_count;
}

const int64_t *value_set_group(ValueSet *set, int64_t group, int64_t group_count, int64_t *count)
{
    if (set->starts == NULL || set->indexed_groups != group_count)
        index_groups(set, group_count);
    ASSERT(group >= 0 && group < group_count);
    *count = set->starts[group + 1] - set->starts[group];
    return set->members + set->starts[group];
}

// ---------------------------------------------------------------- values in order

// Sorts by value; equal values (of the accumulator and of extra tuples) become one.
static void sort_entries(const AggState *state, SetEntry *items, SetEntry *spare, int64_t count)
{
    if (count < 2)
        return;
    int64_t middle = count / 2;
    sort_entries(state, items, spare, middle);
    sort_entries(state, items + middle, spare, count - middle);
    int64_t left = 0;
    int64_t right = middle;
    for (int64_t i = 0; i < count; i++) {
        bool take_left = right == count;
        if (!take_left && left < middle)
            take_left = cell_compare(state->shared->dict, state->type, items[left].value,
                                     items[right].value) <= 0;
        spare[i] = items[take_left ? left++ : right++];
    }
    memcpy(items, spare, (size_t)count * sizeof *items);
}

static void merge_equal(Values *values)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < values->count; i++) {
        values->total += values->items[i].count;
        if (kept > 0 && cell_equal(values->items[kept - 1].value, values->items[i].value))
            values->items[kept - 1].count += values->items[i].count;
        else
            values->items[kept++] = values->items[i];
    }
    values->count = kept;
}

Values values_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count)
{
    int64_t stored = 0;
    const int64_t *members = NULL;
    ASSERT(state->set->list == NULL);
    if (group >= 0 && group < state->group_count)
        members = value_set_group(state->set, group, state->group_count, &stored);
    Values values = {.count = stored + extra_count};
    values.items = base_alloc(((size_t)values.count + 1) * sizeof *values.items);
    for (int64_t i = 0; i < stored; i++)
        values.items[i] = state->set->entries.items[members[i]];
    for (int64_t i = 0; i < extra_count; i++)
        values.items[stored + i] = (SetEntry){extra[i], group, 1};
    SetEntry *spare = base_alloc(((size_t)values.count + 1) * sizeof *spare);
    sort_entries(state, values.items, spare, values.count);
    free(spare);
    merge_equal(&values);
    return values;
}

void values_deinit(Values *values)
{
    free(values->items);
    *values = (Values){0};
}

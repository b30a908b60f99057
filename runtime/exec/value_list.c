// SPDX-License-Identifier: Apache-2.0
//
// value_list.c: values by group: appended, brought together by counting, sorted run by run.

#include "runtime/exec/value_list.h"

#include "runtime/base/sort.h"
#include "runtime/base/sort_keys.h"

#define LIST_FIRST 1024

static bool two_words(Phys phys)
{
    return phys == PHYS_PAIR;
}

ValueList *value_list_create(Phys phys)
{
    ValueList *list = base_alloc_zeroed(1, sizeof *list);
    list->phys = phys;
    list->wide = two_words(phys);
    return list;
}

void value_list_destroy(ValueList *list)
{
    if (list == NULL)
        return;
    free(list->groups);
    free(list->keys);
    free(list->starts);
    free(list);
}

static size_t key_size(const ValueList *list)
{
    return list->wide ? sizeof(uint128_t) : sizeof(uint64_t);
}

static void *array_of(int64_t count, size_t size)
{
    size_t bytes;
    if (!num_mul_size(MAX_OF((size_t)count, 1), size, &bytes))
        base_memory_failed(SIZE_MAX);
    return base_alloc(bytes);
}

// ---------------------------------------------------------------- keys

static bool fits_word(int128_t value)
{
    return value == (int64_t)value;
}

static uint64_t narrow_key(Phys phys, Cell cell)
{
    switch (phys) {
    case PHYS_BOOL:
        return cell.truth;
    case PHYS_I64:
        return key_of_i64(cell.i64);
    case PHYS_I128:
        return key_of_i64((int64_t)cell.i128);
    case PHYS_F64:
        return key_of_f64(cell.f64);
    case PHYS_CODE:
        return cell.code;
    case PHYS_PAIR:
        break;
    }
    UNREACHABLE();
}

static uint128_t wide_key(Phys phys, Cell cell)
{
    if (phys == PHYS_I128)
        return key_of_i128(cell.i128);
    ASSERT(phys == PHYS_PAIR);
    return (uint128_t)key_of_i64(cell.pair.a) << 64 | key_of_i64(cell.pair.b);
}

static Cell narrow_cell(Phys phys, uint64_t key)
{
    Cell cell = {.word = {0, 0}};
    switch (phys) {
    case PHYS_BOOL:
        cell.truth = (uint8_t)key;
        return cell;
    case PHYS_I64:
        cell.i64 = key_to_i64(key);
        return cell;
    case PHYS_I128:
        cell.i128 = key_to_i64(key);
        return cell;
    case PHYS_F64:
        cell.f64 = key_to_f64(key);
        return cell;
    case PHYS_CODE:
        cell.code = (uint32_t)key;
        return cell;
    case PHYS_PAIR:
        break;
    }
    UNREACHABLE();
}

static Cell wide_cell(Phys phys, uint128_t key)
{
    Cell cell = {.word = {0, 0}};
    if (phys == PHYS_I128)
        cell.i128 = key_to_i128(key);
    else
        cell.pair = (Pair){key_to_i64((uint64_t)(key >> 64)), key_to_i64((uint64_t)key)};
    return cell;
}

// The two words of a number that was one.
static uint128_t widened(uint64_t key)
{
    return key_of_i128(key_to_i64(key));
}

static void widen(ValueList *list)
{
    const uint64_t *narrow = list->keys;
    uint128_t *wide = array_of(list->capacity, sizeof *wide);
    for (int64_t i = 0; i < list->count; i++)
        wide[i] = widened(narrow[i]);
    free(list->keys);
    list->keys = wide;
    list->wide = true;
}

// ---------------------------------------------------------------- adding

// Gives every key its group again.
static void take_apart(ValueList *list)
{
    list->groups = array_of(list->capacity, sizeof *list->groups);
    for (int64_t g = 0; g < list->group_count; g++)
        for (int64_t i = list->starts[g]; i < list->starts[g + 1]; i++)
            list->groups[i] = (uint32_t)g;
    free(list->starts);
    list->starts = NULL;
}

static void make_room(ValueList *list, int64_t more)
{
    if (list->starts != NULL)
        take_apart(list);
    if (list->count + more <= list->capacity)
        return;
    size_t bytes;
    list->capacity = MAX_OF(MAX_OF(list->capacity / 2 * 3, list->count + more), LIST_FIRST);
    if (!num_mul_size((size_t)list->capacity, key_size(list), &bytes))
        base_memory_failed(SIZE_MAX);
    list->keys = base_realloc(list->keys, bytes);
    list->groups = base_realloc(list->groups, (size_t)list->capacity * sizeof *list->groups);
}

void value_list_add(ValueList *list, int64_t group, Cell value, int64_t count)
{
    ASSERT(group >= 0 && group < UINT32_MAX);
    make_room(list, count);
    if (list->phys == PHYS_I128 && !list->wide && !fits_word(value.i128))
        widen(list);
    for (int64_t i = 0; i < count; i++) {
        list->groups[list->count] = (uint32_t)group;
        if (list->wide)
            ((uint128_t *)list->keys)[list->count++] = wide_key(list->phys, value);
        else
            ((uint64_t *)list->keys)[list->count++] = narrow_key(list->phys, value);
    }
}

// Numbers, the usual case, in one loop.
static void add_numbers(ValueList *list, const int64_t *groups, const Vector *values, int64_t first,
                        int64_t count)
{
    uint64_t *keys = list->keys;
    int64_t stride = values->constant ? 0 : 1, at = first * stride, to = list->count;
    for (int64_t i = 0; i < count; i++) {
        int64_t value = values->phys == PHYS_I64 ? values->i64[at + i * stride]
                                                 : (int64_t)values->i128[at + i * stride];
        keys[to] = key_of_i64(value);
        list->groups[to] = (uint32_t)groups[i];
        to += groups[i] >= 0;
    }
    list->count = to;
}

static bool all_fit(const int64_t *groups, const Vector *values, int64_t first, int64_t count)
{
    if (values->phys == PHYS_I64)
        return true;
    if (values->phys != PHYS_I128)
        return false;
    int64_t stride = values->constant ? 0 : 1;
    bool fit = true;
    for (int64_t i = 0; i < count; i++)
        fit &= fits_word(values->i128[(first + i) * stride]) || groups[i] < 0;
    return fit;
}

void value_list_add_chunk(ValueList *list, const int64_t *groups, const Vector *values,
                          int64_t first, int64_t count)
{
    make_room(list, count);
    if (!list->wide && all_fit(groups, values, first, count)) {
        add_numbers(list, groups, values, first, count);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        if (groups[i] >= 0)
            value_list_add(list, groups[i], cell_load(values, first + i), 1);
}

Cell value_list_get(ValueList *list, int64_t index, int64_t *group)
{
    if (list->starts != NULL)
        take_apart(list);
    *group = list->groups[index];
    return list->wide ? wide_cell(list->phys, ((const uint128_t *)list->keys)[index])
                      : narrow_cell(list->phys, ((const uint64_t *)list->keys)[index]);
}

// ---------------------------------------------------------------- by group

static void bring_together(ValueList *list, int64_t group_count)
{
    int64_t *starts = base_alloc_zeroed((size_t)group_count + 2, sizeof *starts);
    for (int64_t i = 0; i < list->count; i++)
        starts[list->groups[i] + 2]++;
    for (int64_t g = 0; g < group_count; g++)
        starts[g + 2] += starts[g + 1];
    // starts[g + 1] is where the next key of group g goes, in the end where those of the next group begin.
    if (group_count > 1) {
        void *keys = array_of(list->capacity, key_size(list));
        for (int64_t i = 0; i < list->count; i++) {
            int64_t to = starts[list->groups[i] + 1]++;
            if (list->wide)
                ((uint128_t *)keys)[to] = ((const uint128_t *)list->keys)[i];
            else
                ((uint64_t *)keys)[to] = ((const uint64_t *)list->keys)[i];
        }
        free(list->keys);
        list->keys = keys;
    } else {
        starts[1] = list->count;
    }
    free(list->groups);
    list->groups = NULL;
    list->starts = starts;
    list->group_count = group_count;
}

static bool extras_fit(const ValueList *list, const Cell *extra, int64_t extra_count)
{
    bool fit = true;
    for (int64_t i = 0; i < extra_count && list->phys == PHYS_I128; i++)
        fit &= fits_word(extra[i].i128);
    return fit;
}

static void copy_keys(const ValueList *list, int64_t first, int64_t count, const ValueRun *run)
{
    for (int64_t i = 0; i < count; i++) {
        if (list->wide)
            ((uint128_t *)run->keys)[i] = ((const uint128_t *)list->keys)[first + i];
        else if (run->wide)
            ((uint128_t *)run->keys)[i] = widened(((const uint64_t *)list->keys)[first + i]);
        else
            ((uint64_t *)run->keys)[i] = ((const uint64_t *)list->keys)[first + i];
    }
}

ValueRun value_list_run(ValueList *list, int64_t group, int64_t group_count, const Cell *extra,
                        int64_t extra_count, Arena *arena)
{
    if (list->starts == NULL || list->group_count < group_count) {
        if (list->starts != NULL)
            take_apart(list);
        bring_together(list, group_count);
    }
    bool known = group >= 0 && group < group_count;
    int64_t first = known ? list->starts[group] : 0;
    int64_t count = known ? list->starts[group + 1] - first : 0;
    ValueRun run = {.phys = list->phys, .wide = list->wide, .count = count};
    run.keys = (char *)list->keys + (size_t)first * key_size(list);
    if (extra_count == 0)
        return run;
    run.wide |= !extras_fit(list, extra, extra_count);
    run.count += extra_count;
    run.keys = ARENA_ARRAY(arena, uint128_t, (size_t)run.count);
    copy_keys(list, first, count, &run);
    for (int64_t i = 0; i < extra_count; i++) {
        if (run.wide)
            ((uint128_t *)run.keys)[count + i] = wide_key(list->phys, extra[i]);
        else
            ((uint64_t *)run.keys)[count + i] = narrow_key(list->phys, extra[i]);
    }
    return run;
}

// ---------------------------------------------------------------- runs

typedef struct TextOrder {
    const Dict *dict;
    Type type;
} TextOrder;

static int compare_texts(const void *context, const void *a, const void *b)
{
    const TextOrder *order = context;
    return cell_compare(order->dict, order->type, narrow_cell(PHYS_CODE, *(const uint64_t *)a),
                        narrow_cell(PHYS_CODE, *(const uint64_t *)b));
}

void value_run_sort(const ValueRun *run, const Dict *dict, Type type)
{
    TextOrder order = {dict, type};
    if (run->wide)
        sort_keys_wide(run->keys, (size_t)run->count);
    else if (run->phys == PHYS_CODE)
        sort_stable(run->keys, (size_t)run->count, sizeof(uint64_t), compare_texts, &order);
    else
        sort_keys(run->keys, (size_t)run->count);
}

Cell value_run_get(const ValueRun *run, int64_t index)
{
    return run->wide ? wide_cell(run->phys, ((const uint128_t *)run->keys)[index])
                     : narrow_cell(run->phys, ((const uint64_t *)run->keys)[index]);
}

Cell value_run_select(const ValueRun *run, int64_t place)
{
    ASSERT(run->phys != PHYS_CODE);
    if (run->wide)
        select_key_wide(run->keys, (size_t)run->count, (size_t)place);
    else
        select_key(run->keys, (size_t)run->count, (size_t)place);
    return value_run_get(run, place);
}

bool value_run_same(const ValueRun *run, int64_t a, int64_t b)
{
    if (run->wide)
        return ((const uint128_t *)run->keys)[a] == ((const uint128_t *)run->keys)[b];
    return ((const uint64_t *)run->keys)[a] == ((const uint64_t *)run->keys)[b];
}

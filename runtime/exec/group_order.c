// SPDX-License-Identifier: Apache-2.0
// group_order.c: groups in key order.
//
// Each group has a word made from its first key part that orders like the part itself as far as it goes (the
// number, or the first eight bytes of a text), so words are sorted and only groups with equal ones compared. Many
// groups of several parts are not compared at all: the distinct values of each part are few, are sorted by
// themselves, and the groups are then distributed by their numbers, the last part first.

#include "runtime/base/sort_keys.h"
#include "runtime/data/vector.h"
#include "runtime/exec/group.h"

// From so many groups on, sorting part by part is worth its tables.
#ifdef SUP_TORTURE
enum { DISTRIBUTE_FROM = 2 };
#else
enum { DISTRIBUTE_FROM = 2048 };
#endif

typedef struct OrderContext {
    const Dict *dict;
    const Type *types;
    Vector *keys;
    uint32_t key_count;
} OrderContext;

static uint64_t text_prefix(Str text)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix = prefix << 8 | (i < text.len ? (unsigned char)text.ptr[i] : 0);
    return prefix;
}

// A number beyond 64 bits goes to their end.
static uint64_t exact_prefix(int128_t value)
{
    if (value != (int64_t)value)
        return value < 0 ? 0 : UINT64_MAX;
    return key_of_i64((int64_t)value);
}

uint64_t vector_prefix(const Dict *dict, Type type, const Vector *key, int64_t row)
{
    switch (key->phys) {
    case PHYS_BOOL:
        return key->truth[row];
    case PHYS_I64:
        return key_of_i64(key->i64[row]);
    case PHYS_PAIR:
        return key_of_i64(key->pair[row].a);
    case PHYS_I128:
        return exact_prefix(key->i128[row]);
    case PHYS_F64:
        return key_of_f64(key->f64[row] + 0.0);
    case PHYS_CODE:
        if (type.kind == TYPE_LIST || type.kind == TYPE_SET)
            return 0;
        return text_prefix(dict_str(dict, key->code[row]));
    }
    UNREACHABLE();
}

static int compare_groups(const void *given, const void *left, const void *right)
{
    const OrderContext *context = given;
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    for (uint32_t k = 0; k < context->key_count; k++) {
        Value x = vector_value(&context->keys[k], context->types[k], a);
        Value y = vector_value(&context->keys[k], context->types[k], b);
        int order = value_compare(context->dict, &x, &y);
        if (order != 0)
            return order;
    }
    return 0;
}

// ---------------------------------------------------------------- by distribution

// The number of each group's part among the distinct values of that part, in their order; how many there are.
static int64_t rank_part(const Vector *part, Type type, const Dict *dict, int64_t *ranks)
{
    GroupTable *values = group_table_create(&part->phys, 1);
    group_assign(values, part, part->count, ranks);
    int64_t distinct = group_count(values);
    int64_t *order = base_alloc((size_t)distinct * sizeof *order);
    int64_t *rank = base_alloc((size_t)distinct * sizeof *rank);
    group_order(values, dict, &type, order);
    for (int64_t i = 0; i < distinct; i++)
        rank[order[i]] = i;
    for (int64_t g = 0; g < part->count; g++)
        ranks[g] = rank[ranks[g]];
    free(order);
    free(rank);
    group_table_destroy(values);
    return distinct;
}

// Distributes from[0..count) by rank, equal ranks in the order in which they stand.
static void distribute(const int64_t *ranks, int64_t rank_count, const int64_t *from, int64_t count,
                       int64_t *to)
{
    int64_t *next = base_alloc_zeroed((size_t)rank_count + 1, sizeof *next);
    for (int64_t i = 0; i < count; i++)
        next[ranks[i] + 1]++;
    for (int64_t r = 1; r <= rank_count; r++)
        next[r] += next[r - 1];
    for (int64_t i = 0; i < count; i++)
        to[next[ranks[from[i]]]++] = from[i];
    free(next);
}

static void order_by_parts(const GroupTable *table, const Dict *dict, const Type *types,
                           int64_t *order)
{
    int64_t count = group_count(table);
    int64_t *ranks = base_alloc((size_t)count * sizeof *ranks);
    int64_t *from = base_alloc((size_t)count * sizeof *from);
    for (int64_t g = 0; g < count; g++)
        order[g] = g;
    for (uint32_t k = group_key_count(table); k-- > 0;) {
        Vector part;
        group_keys(table, k, &part);
        int64_t distinct = rank_part(&part, types[k], dict, ranks);
        memcpy(from, order, (size_t)count * sizeof *from);
        distribute(ranks, distinct, from, count, order);
    }
    free(ranks);
    free(from);
}

// ---------------------------------------------------------------- the door

void group_order(const GroupTable *table, const Dict *dict, const Type *types, int64_t *order)
{
    int64_t count = group_count(table);
    uint32_t key_count = group_key_count(table);
    if (count == 0)
        return;
    if (key_count > 1 && count >= DISTRIBUTE_FROM) {
        order_by_parts(table, dict, types, order);
        return;
    }
    OrderContext context = {dict, types, base_alloc_zeroed(key_count, sizeof(Vector)), key_count};
    for (uint32_t k = 0; k < key_count; k++)
        group_keys(table, k, &context.keys[k]);
    uint64_t *prefixes = base_alloc((size_t)count * sizeof *prefixes);
    for (int64_t g = 0; g < count; g++)
        prefixes[g] = key_count == 0 ? 0 : vector_prefix(dict, types[0], &context.keys[0], g);
    sort_numbers(order, prefixes, (size_t)count, compare_groups, &context);
    free(prefixes);
    free(context.keys);
}

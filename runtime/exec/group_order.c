// SPDX-License-Identifier: Apache-2.0
// group_order.c: groups in key order.
//
// Each group carries a word made from its first key part that orders like the part itself as far as it goes
// (the number, or the first eight bytes of a text), so most comparisons of the sort read two adjacent words.

#include "runtime/base/sort.h"
#include "runtime/data/vector.h"
#include "runtime/exec/group.h"

typedef struct Ranked {
    uint64_t prefix;
    int64_t group;
} Ranked;

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

static uint64_t signed_prefix(int64_t value)
{
    return (uint64_t)value ^ UINT64_C(1) << 63;
}

// A word that never contradicts the order of the part; 0 where there is none to have cheaply.
static uint64_t key_prefix(const Dict *dict, Type type, const Vector *key, int64_t group)
{
    switch (key->phys) {
    case PHYS_BOOL:
        return key->truth[group];
    case PHYS_I64:
        return signed_prefix(key->i64[group]);
    case PHYS_PAIR:
        return signed_prefix(key->pair[group].a);
    case PHYS_I128:
        return signed_prefix((int64_t)(key->i128[group] >> 64));
    case PHYS_F64:
        return 0;
    case PHYS_CODE:
        if (type.kind == TYPE_LIST || type.kind == TYPE_SET)
            return 0;
        return text_prefix(dict_str(dict, key->code[group]));
    }
    UNREACHABLE();
}

static int compare_groups(const void *given, const void *left, const void *right)
{
    const OrderContext *context = given;
    const Ranked *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    for (uint32_t k = 0; k < context->key_count; k++) {
        Value x = vector_value(&context->keys[k], context->types[k], a->group);
        Value y = vector_value(&context->keys[k], context->types[k], b->group);
        int order = value_compare(context->dict, &x, &y);
        if (order != 0)
            return order;
    }
    return 0;
}

void group_order(const GroupTable *table, const Dict *dict, const Type *types, int64_t *order)
{
    int64_t count = group_count(table);
    uint32_t key_count = group_key_count(table);
    if (count == 0)
        return;
    OrderContext context = {dict, types, base_alloc_zeroed(key_count, sizeof(Vector)), key_count};
    for (uint32_t k = 0; k < key_count; k++)
        group_keys(table, k, &context.keys[k]);
    Ranked *ranked = base_alloc((size_t)count * sizeof *ranked);
    for (int64_t g = 0; g < count; g++)
        ranked[g] =
            (Ranked){key_count == 0 ? 0 : key_prefix(dict, types[0], &context.keys[0], g), g};
    sort_stable(ranked, (size_t)count, sizeof *ranked, compare_groups, &context);
    for (int64_t g = 0; g < count; g++)
        order[g] = ranked[g].group;
    free(ranked);
    free(context.keys);
}

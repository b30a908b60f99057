// SPDX-License-Identifier: Apache-2.0
// list.c: lists and sets as interned bytes.
//
// A list is the byte count of one element, then the elements' values as they lie in vectors, all of one size.
// Codes inside are codes of the same Dict, so equal lists have equal bytes and an element is found by
// multiplication. The empty list is the empty text, code 0.

#include "runtime/data/value.h"

// The bytes of a known value as they lie in a vector.
static const void *value_bytes(const Value *value)
{
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        return &value->boolean;
    case PHYS_I64:
        return &value->i64;
    case PHYS_I128:
        return &value->i128;
    case PHYS_F64:
        return &value->f64;
    case PHYS_PAIR:
        return &value->pair;
    case PHYS_CODE:
        return &value->code;
    }
    return NULL;
}

uint32_t list_encode(Dict *dict, Type element, const Value *items, uint32_t count)
{
    if (count == 0)
        return 0;
    size_t size = phys_size(type_phys(element));
    StrBuf bytes;
    strbuf_init(&bytes);
    strbuf_reserve(&bytes, 1 + size * count);
    strbuf_add_char(&bytes, (char)size);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT(items[i].state == VALUE_KNOWN);
        ASSERT(type_phys(items[i].type) == type_phys(element));
        strbuf_add(&bytes, (Str){value_bytes(&items[i]), size});
    }
    uint32_t code = dict_intern(dict, strbuf_str(&bytes));
    strbuf_deinit(&bytes);
    return code;
}

typedef struct SortContext {
    const Dict *dict;
    Value *items;
    Value *spare;
} SortContext;

// Merge sort: needs no context pointer in a comparison callback, and is stable.
static void sort_values(const SortContext *context, uint32_t start, uint32_t end)
{
    if (end - start < 2)
        return;
    uint32_t middle = start + (end - start) / 2;
    sort_values(context, start, middle);
    sort_values(context, middle, end);
    uint32_t left = start;
    uint32_t right = middle;
    for (uint32_t i = start; i < end; i++) {
        bool take_left =
            right == end || (left < middle && value_compare(context->dict, &context->items[left],
                                                            &context->items[right]) <= 0);
        context->spare[i] = context->items[take_left ? left++ : right++];
    }
    memcpy(context->items + start, context->spare + start, (end - start) * sizeof(Value));
}

void value_sort(const Dict *dict, Value *items, uint32_t count)
{
    if (count < 2)
        return;
    Value *spare = base_alloc(count * sizeof *spare);
    SortContext context = {dict, items, spare};
    sort_values(&context, 0, count);
    free(spare);
}

uint32_t set_encode(Dict *dict, Type element, Value *items, uint32_t count)
{
    value_sort(dict, items, count);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || value_compare(dict, &items[kept - 1], &items[i]) != 0)
            items[kept++] = items[i];
    return list_encode(dict, element, items, kept);
}

uint32_t list_count(const Dict *dict, uint32_t code)
{
    Str bytes = dict_str(dict, code);
    if (bytes.len == 0)
        return 0;
    return (uint32_t)((bytes.len - 1) / (unsigned char)bytes.ptr[0]);
}

Value list_get(const Dict *dict, Type element, uint32_t code, uint32_t index)
{
    Str bytes = dict_str(dict, code);
    size_t size = phys_size(type_phys(element));
    ASSERT(bytes.len > 0);
    ASSERT((unsigned char)bytes.ptr[0] == size);
    ASSERT(index < (bytes.len - 1) / size);
    Value value = {.type = element};
    memcpy((void *)value_bytes(&value), bytes.ptr + 1 + (size_t)index * size, size);
    return value;
}

// SPDX-License-Identifier: Apache-2.0
// value.c: single values: order, sameness, and how they come out of vectors.

#include "runtime/data/value.h"

#include "runtime/base/wide.h"
#include "runtime/data/vector.h"

size_t phys_size(Phys phys)
{
    switch (phys) {
    case PHYS_BOOL:
        return sizeof(uint8_t);
    case PHYS_I64:
        return sizeof(int64_t);
    case PHYS_I128:
        return sizeof(int128_t);
    case PHYS_F64:
        return sizeof(double);
    case PHYS_PAIR:
        return sizeof(Pair);
    case PHYS_CODE:
        return sizeof(uint32_t);
    }
    UNREACHABLE();
}

static int compare_lists(const Dict *dict, const Value *a, const Value *b)
{
    uint32_t count_a = list_count(dict, a->code);
    uint32_t count_b = list_count(dict, b->code);
    Type element = a->type.element == NULL ? type_of(TYPE_TEXT) : *a->type.element;
    for (uint32_t i = 0; i < count_a && i < count_b; i++) {
        Value x = list_get(dict, element, a->code, i);
        Value y = list_get(dict, element, b->code, i);
        int order = value_compare(dict, &x, &y);
        if (order != 0)
            return order;
    }
    return (count_a > count_b) - (count_a < count_b);
}

static int compare_codes(const Dict *dict, const Value *a, const Value *b)
{
    if (a->code == b->code)
        return 0;
    if (a->type.kind == TYPE_LIST || a->type.kind == TYPE_SET)
        return compare_lists(dict, a, b);
    return str_compare(dict_str(dict, a->code), dict_str(dict, b->code));
}

int value_compare(const Dict *dict, const Value *a, const Value *b)
{
    ASSERT(a->state == VALUE_KNOWN && b->state == VALUE_KNOWN);
    switch (type_phys(a->type)) {
    case PHYS_BOOL:
        return (int)a->boolean - (int)b->boolean;
    case PHYS_I64:
        return (a->i64 > b->i64) - (a->i64 < b->i64);
    case PHYS_I128:
        return exact_compare(a->i128, a->type.scale, b->i128, b->type.scale);
    case PHYS_F64:
        return (a->f64 > b->f64) - (a->f64 < b->f64);
    case PHYS_PAIR:
        if (a->pair.a != b->pair.a)
            return a->pair.a < b->pair.a ? -1 : 1;
        return (a->pair.b > b->pair.b) - (a->pair.b < b->pair.b);
    case PHYS_CODE:
        return compare_codes(dict, a, b);
    }
    UNREACHABLE();
}

bool value_identical(const Value *a, const Value *b)
{
    if (a->state == VALUE_KNOWN || !value_same(a, b))
        return value_same(a, b);
    return a->cause == b->cause && a->skeleton == b->skeleton && a->bounded == b->bounded &&
           (!a->bounded || (a->lo == b->lo && a->hi == b->hi));
}

bool value_same(const Value *a, const Value *b)
{
    if (a->state != b->state)
        return false;
    if (a->state != VALUE_KNOWN)
        return true;
    switch (type_phys(a->type)) {
    case PHYS_BOOL:
        return a->boolean == b->boolean;
    case PHYS_I64:
        return a->i64 == b->i64;
    case PHYS_I128:
        return exact_compare(a->i128, a->type.scale, b->i128, b->type.scale) == 0;
    case PHYS_F64:
        return a->f64 == b->f64;
    case PHYS_PAIR:
        return a->pair.a == b->pair.a && a->pair.b == b->pair.b;
    case PHYS_CODE:
        return a->code == b->code;
    }
    UNREACHABLE();
}

// Copies the known value at `index` into `value`.
static void load_known(const Vector *vector, int64_t index, Value *value)
{
    switch (vector->phys) {
    case PHYS_BOOL:
        value->boolean = vector->truth[index] != 0;
        return;
    case PHYS_I64:
        value->i64 = vector->i64[index];
        return;
    case PHYS_I128:
        value->i128 = vector->i128[index];
        return;
    case PHYS_F64:
        value->f64 = vector->f64[index];
        return;
    case PHYS_PAIR:
        value->pair = vector->pair[index];
        return;
    case PHYS_CODE:
        value->code = vector->code[index];
        return;
    }
}

Value vector_value(const Vector *vector, Type type, int64_t row)
{
    int64_t index = vector->constant ? 0 : row;
    Value value = {.type = type};
    bool undetermined = vector->phys == PHYS_BOOL && vector->truth[index] == TRUTH_U;
    if (!undetermined && (vector->state == NULL || vector->state[index] == VALUE_KNOWN)) {
        load_known(vector, index, &value);
        return value;
    }
    value.state = vector->state == NULL ? VALUE_ISSUE : (ValueState)vector->state[index];
    value.cause = vector->cause == NULL ? 0 : vector->cause[index];
    if (value.state == VALUE_GAP && vector->skeleton != NULL)
        value.skeleton = vector->skeleton[index];
    if (value.state == VALUE_ISSUE && vector->lo != NULL &&
        vector->lo[index] <= vector->hi[index]) {
        value.bounded = true;
        value.lo = vector->lo[index];
        value.hi = vector->hi[index];
    }
    return value;
}

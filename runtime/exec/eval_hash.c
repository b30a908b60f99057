// SPDX-License-Identifier: Apache-2.0
// eval_hash.c: hashes and equality of rows over several vectors.

#include "runtime/base/map.h"
#include "runtime/exec/eval.h"
#include "runtime/exec/hash_int.h"

#define UNKNOWN_SALT UINT64_C(0x9e3779b97f4a7c15)

// Folds the values of one vector into the hashes.
#define FOLD(EXPRESSION)                                                                           \
    do {                                                                                           \
        for (int64_t i = 0; i < count; i++) {                                                      \
            int64_t at = vector->constant ? 0 : i;                                                 \
            hashes[i] = hash_mix(hashes[i], (EXPRESSION));                                         \
        }                                                                                          \
    } while (0)

static uint64_t real_bits(double value)
{
    uint64_t bits;
    value += 0.0; // one zero
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void fold_known(const Vector *vector, int64_t count, uint64_t *hashes)
{
    switch (vector->phys) {
    case PHYS_BOOL:
        FOLD(vector->truth[at]);
        return;
    case PHYS_I64:
        FOLD((uint64_t)vector->i64[at]);
        return;
    case PHYS_I128:
        FOLD(hash_mix((uint64_t)(vector->i128[at] >> 64), (uint64_t)vector->i128[at]));
        return;
    case PHYS_F64:
        FOLD(real_bits(vector->f64[at]));
        return;
    case PHYS_PAIR:
        FOLD(hash_mix((uint64_t)vector->pair[at].a, (uint64_t)vector->pair[at].b));
        return;
    case PHYS_CODE:
        FOLD(vector->code[at]);
        return;
    }
}

static uint64_t single_hash(const Vector *vector, int64_t at, uint64_t before)
{
    if (vector->state[at] != VALUE_KNOWN)
        return hash_mix(before, UNKNOWN_SALT * vector->state[at]);
    Vector one = *vector;
    one.constant = false;
    one.data = (char *)vector->data + (size_t)at * phys_size(vector->phys);
    fold_known(&one, 1, &before);
    return before;
}

void vector_hash(const Vector *vectors, uint32_t vector_count, int64_t count, uint64_t *hashes)
{
    uint64_t seed = hash_seed();
    for (int64_t i = 0; i < count; i++)
        hashes[i] = seed;
    for (uint32_t k = 0; k < vector_count; k++) {
        const Vector *vector = &vectors[k];
        if (vector->state == NULL) {
            fold_known(vector, count, hashes);
            continue;
        }
        for (int64_t i = 0; i < count; i++)
            hashes[i] = single_hash(vector, vector->constant ? 0 : i, hashes[i]);
    }
}

static ValueState state_at(const Vector *vector, int64_t at)
{
    return vector->state == NULL ? VALUE_KNOWN : (ValueState)vector->state[at];
}

bool vector_equal_at(const Vector *a, int64_t a_row, const Vector *b, int64_t b_row)
{
    ASSERT(a->phys == b->phys);
    int64_t x = a->constant ? 0 : a_row;
    int64_t y = b->constant ? 0 : b_row;
    ValueState state = state_at(a, x);
    if (state != state_at(b, y))
        return false;
    if (state != VALUE_KNOWN)
        return true;
    switch (a->phys) {
    case PHYS_BOOL:
        return a->truth[x] == b->truth[y];
    case PHYS_I64:
        return a->i64[x] == b->i64[y];
    case PHYS_I128:
        return a->i128[x] == b->i128[y];
    case PHYS_F64:
        return a->f64[x] == b->f64[y];
    case PHYS_PAIR:
        return a->pair[x].a == b->pair[y].a && a->pair[x].b == b->pair[y].b;
    case PHYS_CODE:
        return a->code[x] == b->code[y];
    }
    UNREACHABLE();
}

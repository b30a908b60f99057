// SPDX-License-Identifier: Apache-2.0
// vector.c: making and filling vectors.

#include "runtime/data/vector.h"

void vector_make(Vector *out, Phys phys, int64_t count, Arena *arena)
{
    ASSERT(count >= 0);
    *out = (Vector){.phys = phys, .count = count};
    size_t size = phys_size(phys);
    out->data = arena_alloc_array(arena, (size_t)count, size, MIN_OF(size, _Alignof(int128_t)));
}

void vector_need_state(Vector *vector, Arena *arena)
{
    if (vector->state != NULL)
        return;
    size_t length = (size_t)vector_length(vector);
    vector->state = ARENA_ARRAY(arena, uint8_t, length);
    vector->cause = ARENA_ARRAY(arena, CauseId, length);
}

void vector_need_skeleton(Vector *vector, Arena *arena)
{
    if (vector->skeleton == NULL)
        vector->skeleton = ARENA_ARRAY(arena, uint32_t, (size_t)vector_length(vector));
}

void vector_need_bounds(Vector *vector, Arena *arena)
{
    if (vector->lo != NULL)
        return;
    int64_t length = vector_length(vector);
    vector->lo = ARENA_ARRAY(arena, int128_t, (size_t)length);
    vector->hi = ARENA_ARRAY(arena, int128_t, (size_t)length);
    for (int64_t i = 0; i < length; i++)
        vector->lo[i] = 1;
}

void vector_set_unknown(Vector *vector, int64_t row, ValueState state, CauseId cause, Arena *arena)
{
    ASSERT(state != VALUE_KNOWN);
    vector_need_state(vector, arena);
    vector->state[row] = (uint8_t)state;
    vector->cause[row] = cause;
}

static void store_known(Vector *vector, int64_t row, const Value *value)
{
    switch (vector->phys) {
    case PHYS_BOOL:
        vector->truth[row] = value->boolean;
        return;
    case PHYS_I64:
        vector->i64[row] = value->i64;
        return;
    case PHYS_I128:
        vector->i128[row] = value->i128;
        return;
    case PHYS_F64:
        vector->f64[row] = value->f64;
        return;
    case PHYS_PAIR:
        vector->pair[row] = value->pair;
        return;
    case PHYS_CODE:
        vector->code[row] = value->code;
        return;
    }
}

// What the row held before must not show: neither its state nor its skeleton nor its bounds.
static void forget(Vector *vector, int64_t row)
{
    if (vector->state != NULL) {
        vector->state[row] = VALUE_KNOWN;
        vector->cause[row] = 0;
    }
    if (vector->skeleton != NULL)
        vector->skeleton[row] = 0;
    if (vector->lo != NULL) {
        vector->lo[row] = 1;
        vector->hi[row] = 0;
    }
}

void vector_set(Vector *vector, int64_t row, const Value *value, Arena *arena)
{
    ASSERT(row < vector_length(vector));
    forget(vector, row);
    if (value->state == VALUE_KNOWN) {
        ASSERT(type_phys(value->type) == vector->phys);
        store_known(vector, row, value);
        return;
    }
    vector_set_unknown(vector, row, value->state, value->cause, arena);
    if (value->skeleton != 0 && value->state == VALUE_GAP) {
        vector_need_skeleton(vector, arena);
        vector->skeleton[row] = value->skeleton;
    }
    if (value->bounded) {
        vector_need_bounds(vector, arena);
        vector->lo[row] = value->lo;
        vector->hi[row] = value->hi;
    }
}

static void copy_known(Vector *vector, int64_t row, const Vector *from, int64_t from_row)
{
    switch (vector->phys) {
    case PHYS_BOOL:
        vector->truth[row] = from->truth[from_row];
        return;
    case PHYS_I64:
        vector->i64[row] = from->i64[from_row];
        return;
    case PHYS_I128:
        vector->i128[row] = from->i128[from_row];
        return;
    case PHYS_F64:
        vector->f64[row] = from->f64[from_row];
        return;
    case PHYS_PAIR:
        vector->pair[row] = from->pair[from_row];
        return;
    case PHYS_CODE:
        vector->code[row] = from->code[from_row];
        return;
    }
}

// Everything that a row which is not known has besides its value.
static void copy_unknown(Vector *vector, int64_t row, const Vector *from, int64_t from_row,
                         Arena *arena)
{
    vector_need_state(vector, arena);
    vector->state[row] = from->state[from_row];
    vector->cause[row] = from->cause[from_row];
    if (from->skeleton != NULL && from->skeleton[from_row] != 0) {
        vector_need_skeleton(vector, arena);
        vector->skeleton[row] = from->skeleton[from_row];
    }
    if (from->lo != NULL && from->lo[from_row] <= from->hi[from_row]) {
        vector_need_bounds(vector, arena);
        vector->lo[row] = from->lo[from_row];
        vector->hi[row] = from->hi[from_row];
    }
}

void vector_copy_row(Vector *vector, int64_t row, const Vector *from, int64_t from_row,
                     Arena *arena)
{
    ASSERT(vector->phys == from->phys);
    int64_t at = from->constant ? 0 : from_row;
    copy_known(vector, row, from, at);
    if (from->state != NULL && from->state[at] != VALUE_KNOWN)
        copy_unknown(vector, row, from, at, arena);
}

void vector_constant(Vector *out, const Value *value, int64_t count, Arena *arena)
{
    vector_make(out, type_phys(value->type), 1, arena);
    out->constant = true;
    vector_set(out, 0, value, arena);
    out->count = count;
}

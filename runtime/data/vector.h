// SPDX-License-Identifier: Apache-2.0
// vector.h: making and filling vectors.
//
// A vector begins with all values known and no array but the values. State, causes, skeletons and bounds come
// into being when the first row needs them; then they cover all rows. Everything lies in the arena given, and
// fresh memory is zero, so a row that is never written holds a harmless value.

#ifndef SUP_RUNTIME_DATA_VECTOR_H
#define SUP_RUNTIME_DATA_VECTOR_H

#include "runtime/data/value.h"

// Prepares `out` for `count` values of layout `phys`.
void vector_make(Vector *out, Phys phys, int64_t count, Arena *arena);

// Number of values that are stored: 1 for a constant.
static inline int64_t vector_length(const Vector *vector)
{
    return vector->constant ? 1 : vector->count;
}

// Makes the array exist. Rows begin as known, without skeleton, without bounds (lo 1, hi 0).
void vector_need_state(Vector *vector, Arena *arena);
void vector_need_skeleton(Vector *vector, Arena *arena);
void vector_need_bounds(Vector *vector, Arena *arena);

// Makes one row unknown.
void vector_set_unknown(Vector *vector, int64_t row, ValueState state, CauseId cause, Arena *arena);

// Writes a value in any state to one row.
void vector_set(Vector *vector, int64_t row, const Value *value, Arena *arena);

// The values at `index[0..count)` of a vector that is not constant: a copy in `arena`.
void vector_take(const Vector *vector, const int64_t *index, int64_t count, Arena *arena,
                 Vector *out);

// Copies row `from_row` of a vector of the same layout, in any state.
void vector_copy_row(Vector *vector, int64_t row, const Vector *from, int64_t from_row,
                     Arena *arena);

// A constant vector of `count` rows.
void vector_constant(Vector *out, const Value *value, int64_t count, Arena *arena);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// vector_take.c: values of a vector in another order, or some of them, or some repeatedly.

#include "runtime/data/vector.h"

static void take_bytes(const void *from, size_t size, const int64_t *index, int64_t count, void *to)
{
    const char *source = from;
    char *target = to;
    for (int64_t i = 0; i < count; i++)
        memcpy(target + (size_t)i * size, source + (size_t)index[i] * size, size);
}

static void *take_array(const void *from, size_t size, const int64_t *index, int64_t count,
                        Arena *arena)
{
    if (from == NULL)
        return NULL;
    void *to = arena_alloc_array(arena, (size_t)count, size, _Alignof(max_align_t));
    take_bytes(from, size, index, count, to);
    return to;
}

void vector_take(const Vector *vector, const int64_t *index, int64_t count, Arena *arena,
                 Vector *out)
{
    ASSERT(!vector->constant);
    *out = (Vector){.phys = vector->phys, .count = count};
    out->data = take_array(vector->data, phys_size(vector->phys), index, count, arena);
    out->state = take_array(vector->state, sizeof *vector->state, index, count, arena);
    out->cause = take_array(vector->cause, sizeof *vector->cause, index, count, arena);
    out->skeleton = take_array(vector->skeleton, sizeof *vector->skeleton, index, count, arena);
    out->lo = take_array(vector->lo, sizeof *vector->lo, index, count, arena);
    out->hi = take_array(vector->hi, sizeof *vector->hi, index, count, arena);
}

// SPDX-License-Identifier: Apache-2.0
//
// vec.c: how the arrays of vec.h grow: by half more than before, from at least eight elements.
#include "runtime/base/vec.h"

enum { VEC_CAP_MIN = 8 };

#ifdef SUP_TORTURE
enum { TORTURE_SIZE_MAX = 1 << 14 };
#endif

// The next capacity for need elements of size bytes whose array still has a size in bytes; 0 if
// there is none.
static size_t vec_next_cap(size_t cap, size_t need, size_t size)
{
    ASSERT(size > 0);
    size_t limit = SIZE_MAX / 2 / size;
    if (need > limit)
        return 0;
    size_t grown = cap + cap / 2;
    size_t next = MAX_OF(MAX_OF(grown, need), (size_t)VEC_CAP_MIN);
#ifdef SUP_TORTURE
    // Every push moves the array, so stale pointers are noticed; large ones would take quadratic time.
    if (need * size <= TORTURE_SIZE_MAX)
        next = need;
#endif
    return MIN_OF(next, MAX_OF(limit, need));
}

void *vec_grown(void *taken_items, size_t *cap, size_t need, size_t size)
{
    ASSERT(need > *cap);
    size_t next = vec_next_cap(*cap, need, size);
    if (next == 0)
        base_memory_failed(SIZE_MAX);
    void *items = base_realloc(taken_items, next * size);
    *cap = next;
    return items;
}

void *avec_grown(Arena *arena, void *items, size_t count, size_t *cap, size_t need, size_t size,
                 size_t align)
{
    ASSERT(need > *cap);
    ASSERT(count <= *cap);
    // A hopeless need goes to the arena's handler through arena_alloc_array.
    size_t next = vec_next_cap(*cap, need, size);
    void *grown = arena_alloc_array(arena, next == 0 ? SIZE_MAX : next, size, align);
    if (count > 0)
        memcpy(grown, items, count * size);
    *cap = next;
    return grown;
}

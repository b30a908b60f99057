// SPDX-License-Identifier: Apache-2.0
//
// vec.h: typed growable arrays.
//
// VEC(T) is an anonymous struct {T *items; size_t count; size_t cap}; all zero is an empty one. The
// vec_ family lives on the heap and is freed with vec_free; the avec_ family lives in an arena and
// is never freed. One array uses one family. Growth is checked for overflow; failure to get memory
// is fatal (base.h, arena.h) and never returns. Pointers into items die at the next growth.
//
//     VEC(int) numbers = {0};
//     vec_push(&numbers, 7);
//     for (size_t i = 0; i < numbers.count; i++) …numbers.items[i]…
//     vec_free(&numbers);
#ifndef SUP_RUNTIME_BASE_VEC_H
#define SUP_RUNTIME_BASE_VEC_H

#include "runtime/base/arena.h"
#include "runtime/base/base.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t count;                                                                              \
        size_t cap;                                                                                \
    }

// Helpers of the macros: return items with room for at least need elements of size bytes and update
// *cap. The array in the arena is copied when it grows.
void *vec_grown(void *taken_items, size_t *cap, size_t need, size_t size);
void *avec_grown(Arena *arena, void *items, size_t count, size_t *cap, size_t need, size_t size,
                 size_t align);

// The arguments named v are pointers without side effects; they are evaluated more than once.

// Room for n elements in all.
#define vec_reserve(v, n)                                                                          \
    ((size_t)(n) > (v)->cap                                                                        \
         ? (void)((v)->items = vec_grown((v)->items, &(v)->cap, (n), sizeof *(v)->items))          \
         : (void)0)

// Appends item.
#define vec_push(v, ...)                                                                           \
    (vec_reserve((v), (v)->count + 1), (void)((v)->items[(v)->count++] = __VA_ARGS__))

// Sets the count to n; new elements are zeroed.
#define vec_resize(v, n)                                                                           \
    do {                                                                                           \
        size_t vec_n_ = (n);                                                                       \
        vec_reserve((v), vec_n_);                                                                  \
        if (vec_n_ > (v)->count)                                                                   \
            memset((v)->items + (v)->count, 0, (vec_n_ - (v)->count) * sizeof *(v)->items);        \
        (v)->count = vec_n_;                                                                       \
    } while (0)

// Removes and yields the last element; the array must not be empty.
#define vec_pop(v) (ASSERT((v)->count > 0), (v)->items[--(v)->count])

// The last element as an lvalue; the array must not be empty.
#define vec_last(v) ((v)->items[(ASSERT((v)->count > 0), (v)->count - 1)])

// Empties the array and keeps the memory.
#define vec_clear(v) ((void)((v)->count = 0))

// Frees the memory and leaves an empty array.
#define vec_free(v) (free((v)->items), (void)((v)->items = NULL, (v)->count = (v)->cap = 0))

// Room for n elements in all, in the arena.
#define avec_reserve(arena, v, n)                                                                  \
    ((size_t)(n) > (v)->cap                                                                        \
         ? (void)((v)->items = avec_grown((arena), (v)->items, (v)->count, &(v)->cap, (n),         \
                                          sizeof *(v)->items, _Alignof(max_align_t)))              \
         : (void)0)

// Appends item, in the arena.
#define avec_push(arena, v, ...)                                                                   \
    (avec_reserve((arena), (v), (v)->count + 1), (void)((v)->items[(v)->count++] = __VA_ARGS__))

#endif

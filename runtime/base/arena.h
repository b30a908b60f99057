// SPDX-License-Identifier: Apache-2.0
//
// arena.h: regions of memory that are freed as a whole.
//
// Compile-time data lives in arenas: session ⊃ file ⊃ compile ⊃ pass scratch. An allocation is
// zeroed and never NULL. Passing the byte limit, or malloc failing, is fatal to the arena's owner:
// the handler set with arena_set_fatal is called and must not return. A child counts against the
// limits of all its ancestors and is destroyed with its parent.
//
// An arena belongs to one thread at a time. Under address sanitizers freed and rewound memory is
// poisoned.
#ifndef SUP_RUNTIME_BASE_ARENA_H
#define SUP_RUNTIME_BASE_ARENA_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

typedef struct Arena Arena;

// Called when `asked` more bytes would pass `limit` (0: the system has no memory left). Must not
// return; the command line prints a message and ends the process.
typedef void (*ArenaFatal)(void *context, size_t asked, size_t limit);

// Creates an arena. parent may be NULL; a child is destroyed with its parent and inherits its
// handler. limit_bytes bounds this arena and its children together; 0 is no limit of its own.
// The caller owns the result.
Arena *arena_create(Arena *parent, size_t limit_bytes);

// Frees the arena, all children and all allocations. NULL is allowed.
void arena_destroy(Arena *arena);

// Frees all allocations and children, keeps the arena and its first block.
void arena_reset(Arena *arena);

// Sets the handler of this arena and of children created later. Without one, base_memory_failed
// is called.
void arena_set_fatal(Arena *arena, ArenaFatal fatal, void *context);

// size zeroed bytes at a multiple of align (a power of two ≤ 4096). Never NULL, also for size 0.
// The result lives until the arena is reset, rewound past it or destroyed.
void *arena_alloc(Arena *arena, size_t size, size_t align);

// Like arena_alloc for count elements of size bytes; a product that overflows is fatal.
void *arena_alloc_array(Arena *arena, size_t count, size_t size, size_t align);

// A copy of text in the arena, followed by a NUL that is not part of it.
Str arena_str(Arena *arena, Str text);

// A formatted text in the arena.
Str arena_printf(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

// Bytes that the arena's allocations have taken, children included.
size_t arena_used(const Arena *arena);

// A point to return to. Opaque: only for arena_rewind of the same arena.
typedef struct ArenaMark {
    void *block;
    size_t offset;
    size_t used;
} ArenaMark;

// The present state of the arena.
ArenaMark arena_mark(Arena *arena);

// Frees what was allocated in this arena after the mark. Children live on. Marks nest: rewinding
// to one makes later ones unusable.
void arena_rewind(Arena *arena, ArenaMark mark);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(arena, type, count)                                                            \
    ((type *)arena_alloc_array((arena), (count), sizeof(type), _Alignof(type)))

#endif

// SPDX-License-Identifier: Apache-2.0
//
// arena.c: regions as lists of blocks.
//
// Blocks double from 4 KiB to 1 MiB; a larger request gets a block of its own. The newest block is
// the head of the list, so a mark is (block, offset) and rewinding frees blocks until it meets the
// marked one. Invariant: used = bytes handed out here and in children, and is what limits look at;
// every ancestor's `used` includes its descendants'.
//
// Zeroing happens when memory is handed out, not when a block is made: rewound memory is reused.
#include "runtime/base/arena.h"

#include "runtime/base/fault.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size) ASAN_POISON_MEMORY_REGION(ptr, size)
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#else
#define POISON(ptr, size) ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

enum {
    BLOCK_SIZE_MIN = 4096,
    BLOCK_SIZE_MAX = 1 << 20,
    ALIGN_MAX = 4096,
};

typedef struct Block {
    struct Block *older;
    size_t size;   // bytes of data
    size_t offset; // bytes of data in use
    max_align_t data[];
} Block;

struct Arena {
    Block *newest; // NULL before the first allocation
    Arena *parent;
    Arena *first_child;
    Arena *next_sibling;
    Arena *previous_sibling;
    size_t used;
    size_t limit; // 0: none
    size_t next_block_size;
    ArenaFatal fatal;
    void *fatal_context;
};

static char *block_data(Block *block)
{
    return (char *)block->data;
}

static void block_free(Block *block)
{
    UNPOISON(block_data(block), block->size);
    free(block);
}

NO_RETURN static void arena_fail(Arena *arena, size_t asked, size_t limit)
{
    if (arena->fatal != NULL)
        arena->fatal(arena->fatal_context, asked, limit);
    base_memory_failed(asked);
}

Arena *arena_create(Arena *parent, size_t limit_bytes)
{
    Arena *arena = base_alloc_zeroed(1, sizeof *arena);
    arena->limit = limit_bytes;
    arena->next_block_size = BLOCK_SIZE_MIN;
    if (parent != NULL) {
        arena->parent = parent;
        arena->fatal = parent->fatal;
        arena->fatal_context = parent->fatal_context;
        arena->next_sibling = parent->first_child;
        if (parent->first_child != NULL)
            parent->first_child->previous_sibling = arena;
        parent->first_child = arena;
    }
    return arena;
}

// Takes size bytes off the count of the arena and all ancestors.
static void arena_uncount(Arena *arena, size_t size)
{
    for (; arena != NULL; arena = arena->parent) {
        ASSERT(arena->used >= size);
        arena->used -= size;
    }
}

static void arena_unlink(Arena *arena)
{
    if (arena->previous_sibling != NULL)
        arena->previous_sibling->next_sibling = arena->next_sibling;
    else if (arena->parent != NULL)
        arena->parent->first_child = arena->next_sibling;
    if (arena->next_sibling != NULL)
        arena->next_sibling->previous_sibling = arena->previous_sibling;
}

// Frees the arena itself, which has no children left.
static void arena_free_one(Arena *arena)
{
    ASSERT(arena->first_child == NULL);
    arena_uncount(arena, arena->used);
    arena_unlink(arena);
    while (arena->newest != NULL) {
        Block *older = arena->newest->older;
        block_free(arena->newest);
        arena->newest = older;
    }
    free(arena);
}

// Destroys the descendants of top, deepest first, without recursion.
static void arena_free_children(Arena *top)
{
    Arena *at = top;
    while (top->first_child != NULL) {
        while (at->first_child != NULL)
            at = at->first_child;
        Arena *parent = at->parent;
        arena_free_one(at);
        at = parent;
    }
}

void arena_destroy(Arena *arena)
{
    if (arena == NULL)
        return;
    arena_free_children(arena);
    arena_free_one(arena);
}

void arena_reset(Arena *arena)
{
    arena_free_children(arena);
    arena_uncount(arena, arena->used);
    while (arena->newest != NULL && arena->newest->older != NULL) {
        Block *older = arena->newest->older;
        block_free(arena->newest);
        arena->newest = older;
    }
    if (arena->newest != NULL) {
        arena->newest->offset = 0;
        POISON(block_data(arena->newest), arena->newest->size);
    }
}

void arena_set_fatal(Arena *arena, ArenaFatal fatal, void *context)
{
    arena->fatal = fatal;
    arena->fatal_context = context;
}

// Counts size bytes against the arena and all ancestors; the one whose limit they pass is told.
static void arena_count(Arena *arena, size_t size)
{
    for (Arena *at = arena; at != NULL; at = at->parent) {
        size_t used;
        if (!num_add_size(at->used, size, &used) || (at->limit != 0 && used > at->limit))
            arena_fail(at, size, at->limit);
    }
    for (Arena *at = arena; at != NULL; at = at->parent)
        at->used += size;
}

// Adds a block with room for at least need bytes.
static Block *arena_add_block(Arena *arena, size_t need)
{
#ifdef SUP_TORTURE
    size_t size = need; // every allocation has its own block: overruns meet the red zone
#else
    size_t size = MAX_OF(need, arena->next_block_size);
    if (arena->next_block_size < BLOCK_SIZE_MAX)
        arena->next_block_size *= 2;
#endif
    size_t total;
    if (!num_add_size(size, sizeof(Block), &total))
        arena_fail(arena, need, arena->limit);
    Block *block = fault_malloc(total);
    if (block == NULL)
        arena_fail(arena, need, 0);
    block->older = arena->newest;
    block->size = size;
    block->offset = 0;
    POISON(block_data(block), size);
    arena->newest = block;
    return block;
}

// Bytes to skip so that the next one in the block is aligned.
static size_t block_padding(Block *block, size_t align)
{
    uintptr_t at = (uintptr_t)block_data(block) + block->offset;
    return (size_t)(-at & (align - 1));
}

void *arena_alloc(Arena *arena, size_t size, size_t align)
{
    ASSERT(align > 0);
    ASSERT((align & (align - 1)) == 0);
    ASSERT(align <= ALIGN_MAX);
    Block *block = arena->newest;
    size_t padding = block == NULL ? 0 : block_padding(block, align);
    arena_count(arena, size);
    if (block == NULL || padding > block->size - block->offset ||
        size > block->size - block->offset - padding) {
        size_t need;
        if (!num_add_size(size, align, &need))
            arena_fail(arena, size, arena->limit);
        block = arena_add_block(arena, need);
        padding = block_padding(block, align);
    }
    char *result = block_data(block) + block->offset + padding;
    block->offset += padding + size;
    ASSERT(block->offset <= block->size);
    UNPOISON(result, size);
    return memset(result, 0, size);
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size, size_t align)
{
    size_t bytes;
    if (!num_mul_size(count, size, &bytes))
        arena_fail(arena, SIZE_MAX, arena->limit);
    return arena_alloc(arena, bytes, align);
}

Str arena_str(Arena *arena, Str text)
{
    size_t size;
    if (!num_add_size(text.len, 1, &size))
        arena_fail(arena, text.len, arena->limit);
    char *copy = arena_alloc(arena, size, 1);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return (Str){copy, text.len};
}

Str arena_printf(Arena *arena, const char *format, ...)
{
    StrBuf buf = {0};
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&buf, format, args);
    va_end(args);
    Str result = arena_str(arena, strbuf_str(&buf));
    strbuf_deinit(&buf);
    return result;
}

size_t arena_used(const Arena *arena)
{
    return arena->used;
}

// Bytes that the children of the arena have taken.
static size_t arena_children_used(const Arena *arena)
{
    size_t used = 0;
    for (const Arena *child = arena->first_child; child != NULL; child = child->next_sibling)
        used += child->used;
    return used;
}

ArenaMark arena_mark(Arena *arena)
{
    ArenaMark mark = {.block = arena->newest, .used = arena->used - arena_children_used(arena)};
    mark.offset = arena->newest == NULL ? 0 : arena->newest->offset;
    return mark;
}

void arena_rewind(Arena *arena, ArenaMark mark)
{
    size_t own_used = arena->used - arena_children_used(arena);
    ASSERT(own_used >= mark.used);
    arena_uncount(arena, own_used - mark.used);
    while (arena->newest != mark.block) {
        ASSERT(arena->newest != NULL); // otherwise the mark belongs to another arena
        Block *older = arena->newest->older;
        block_free(arena->newest);
        arena->newest = older;
    }
    if (arena->newest != NULL) {
        ASSERT(mark.offset <= arena->newest->offset);
        POISON(block_data(arena->newest) + mark.offset, arena->newest->offset - mark.offset);
        arena->newest->offset = mark.offset;
    }
}

// SPDX-License-Identifier: Apache-2.0
// dict.c: the run's texts as numbers.
//
// The table is open addressing over words that hold 32 bits of the hash beside the code, so a probe that does
// not match touches no text, and growing never reads one. Entries are half a cache line and hold texts of up to
// 28 bytes themselves (identity numbers, names, dates), so that a hit costs two lines. They lie in chunks that
// never move: a view of a text is stable.

#include <assert.h>

#include "runtime/base/str.h"
#include "runtime/data/value.h"

#define DICT_SLOTS_FIRST 1024u
#define DICT_CHUNK_SIZE ((size_t)1 << 20) // of long texts
#define DICT_CODE_NONE UINT32_MAX
#define DICT_INLINE 28
#define DICT_GROUP 32      // texts whose memory is fetched together
#define DICT_ENTRY_BITS 14 // entries per chunk, as a power of two
#define DICT_ENTRY_COUNT ((size_t)1 << DICT_ENTRY_BITS)

// A text of up to DICT_INLINE bytes, or (longer) a pointer to it at `bytes + 4`.
typedef struct DictEntry {
    uint32_t len;
    char bytes[DICT_INLINE];
} DictEntry;

static_assert(sizeof(DictEntry) == 32, "two entries to a cache line");

typedef struct DictChunk {
    void *block;        // as allocated
    DictEntry *entries; // on a cache line
} DictChunk;

// An occupied slot holds the upper half of the hash above and code + 1 below; 0 is free.
struct Dict {
    uint64_t *slots;
    size_t slot_mask;
    VEC(DictChunk) entries; // by the upper bits of the code
    uint32_t count;
    VEC(char *) chunks; // of long texts
    char *free_bytes;   // rest of the newest of them
    size_t free_count;
    size_t byte_count; // allocated for entries and texts
};

static DictEntry *entry_at(const Dict *dict, uint32_t code)
{
    return &dict->entries.items[code >> DICT_ENTRY_BITS].entries[code & (DICT_ENTRY_COUNT - 1)];
}

static const char *entry_bytes(const DictEntry *entry)
{
    if (entry->len <= DICT_INLINE)
        return entry->bytes;
    const char *bytes;
    memcpy(&bytes, entry->bytes + 4, sizeof bytes);
    return bytes;
}

static uint32_t slot_tag(uint64_t slot)
{
    return (uint32_t)(slot >> 32);
}

Dict *dict_create(void)
{
    Dict *dict = base_alloc_zeroed(1, sizeof *dict);
    dict->slots = base_alloc_zeroed(DICT_SLOTS_FIRST, sizeof *dict->slots);
    dict->slot_mask = DICT_SLOTS_FIRST - 1;
    uint32_t empty = dict_intern(dict, STR(""));
    ASSERT(empty == 0);
    return dict;
}

void dict_destroy(Dict *dict)
{
    if (dict == NULL)
        return;
    for (size_t i = 0; i < dict->chunks.count; i++)
        free(dict->chunks.items[i]);
    for (size_t i = 0; i < dict->entries.count; i++)
        free(dict->entries.items[i].block);
    vec_free(&dict->chunks);
    vec_free(&dict->entries);
    free(dict->slots);
    free(dict);
}

// Doubles the table. The tag above the code is the upper half of the hash, from which slots are numbered, so
// no text is read.
static void dict_grow(Dict *dict)
{
    size_t count = (dict->slot_mask + 1) * 2;
    uint64_t *slots = base_alloc_zeroed(count, sizeof *slots);
    size_t mask = count - 1;
    for (size_t i = 0; i <= dict->slot_mask; i++) {
        uint64_t slot = dict->slots[i];
        if (slot == 0)
            continue;
        size_t at = slot_tag(slot) & mask;
        while (slots[at] != 0)
            at = (at + 1) & mask;
        slots[at] = slot;
    }
    free(dict->slots);
    dict->slots = slots;
    dict->slot_mask = mask;
}

static char *dict_chunk(Dict *dict, size_t size)
{
    char *chunk = base_alloc(size);
    vec_push(&dict->chunks, chunk);
    dict->byte_count += size;
    return chunk;
}

// Copies a long text to where it stays. Very long ones get a chunk of their own, so that little is wasted.
static const char *dict_copy(Dict *dict, Str text)
{
    if (text.len > DICT_CHUNK_SIZE / 8) {
        char *own = dict_chunk(dict, text.len);
        memcpy(own, text.ptr, text.len);
        return own;
    }
    if (text.len > dict->free_count) {
        dict->free_bytes = dict_chunk(dict, DICT_CHUNK_SIZE);
        dict->free_count = DICT_CHUNK_SIZE;
    }
    char *copy = dict->free_bytes;
    memcpy(copy, text.ptr, text.len);
    dict->free_bytes += text.len;
    dict->free_count -= text.len;
    return copy;
}

static void add_entry_chunk(Dict *dict)
{
    size_t size = DICT_ENTRY_COUNT * sizeof(DictEntry);
    char *block = base_alloc(size + 64);
    size_t past = (uintptr_t)block & 63;
    vec_push(&dict->entries, (DictChunk){block, (DictEntry *)(void *)(block + (64 - past))});
    dict->byte_count += size;
}

// Stores a new text under the next code.
static uint32_t add_entry(Dict *dict, Str text)
{
    ASSERT(dict->count < DICT_CODE_NONE - 1);
    ASSERT(text.len <= UINT32_MAX);
    uint32_t code = dict->count++;
    if ((code & (DICT_ENTRY_COUNT - 1)) == 0)
        add_entry_chunk(dict);
    DictEntry *entry = entry_at(dict, code);
    entry->len = (uint32_t)text.len;
    if (text.len > DICT_INLINE) {
        const char *copy = dict_copy(dict, text);
        memcpy(entry->bytes + 4, &copy, sizeof copy);
    } else if (text.len > 0) {
        memcpy(entry->bytes, text.ptr, text.len);
    }
    return code;
}

static bool entry_equals(const DictEntry *entry, Str text)
{
    if (entry->len != text.len)
        return false;
    return text.len == 0 || memcmp(entry_bytes(entry), text.ptr, text.len) == 0;
}

// The slot of `text`: the one that holds it, or the free one where it belongs.
static size_t dict_slot(const Dict *dict, Str text, uint32_t tag)
{
    size_t at = tag & dict->slot_mask;
    for (;;) {
        uint64_t slot = dict->slots[at];
        if (slot == 0)
            return at;
        if (slot_tag(slot) == tag && entry_equals(entry_at(dict, (uint32_t)slot - 1), text))
            return at;
        at = (at + 1) & dict->slot_mask;
    }
}

static uint32_t intern_tagged(Dict *dict, Str text, uint32_t tag)
{
    size_t at = dict_slot(dict, text, tag);
    if (dict->slots[at] != 0)
        return (uint32_t)dict->slots[at] - 1;
    if (dict->count / 3 >= (dict->slot_mask + 1) / 4) {
        dict_grow(dict);
        at = dict_slot(dict, text, tag);
    }
    uint32_t code = add_entry(dict, text);
    dict->slots[at] = (uint64_t)tag << 32 | (code + 1);
    return code;
}

uint32_t dict_intern(Dict *dict, Str text)
{
    return intern_tagged(dict, text, (uint32_t)(str_hash(text) >> 32));
}

// A group's slots and then its entries are fetched before they are read, so that in a large table the
// waiting for memory is shared by the whole group.
void dict_intern_many(Dict *dict, const Str *texts, size_t count, uint32_t *codes)
{
    uint32_t tags[DICT_GROUP];
    for (size_t first = 0; first < count; first += DICT_GROUP) {
        size_t size = MIN_OF(count - first, (size_t)DICT_GROUP);
        for (size_t i = 0; i < size; i++) {
            tags[i] = (uint32_t)(str_hash(texts[first + i]) >> 32);
            PREFETCH(&dict->slots[tags[i] & dict->slot_mask]);
        }
        for (size_t i = 0; i < size; i++) {
            uint64_t slot = dict->slots[tags[i] & dict->slot_mask];
            if (slot != 0)
                PREFETCH(entry_at(dict, (uint32_t)slot - 1));
        }
        for (size_t i = 0; i < size; i++)
            codes[first + i] = intern_tagged(dict, texts[first + i], tags[i]);
    }
}

uint32_t dict_find(const Dict *dict, Str text)
{
    size_t at = dict_slot(dict, text, (uint32_t)(str_hash(text) >> 32));
    return dict->slots[at] == 0 ? DICT_CODE_NONE : (uint32_t)dict->slots[at] - 1;
}

Str dict_str(const Dict *dict, uint32_t code)
{
    ASSERT(code < dict->count);
    const DictEntry *entry = entry_at(dict, code);
    return (Str){entry_bytes(entry), entry->len};
}

uint32_t dict_count(const Dict *dict)
{
    return dict->count;
}

size_t dict_bytes(const Dict *dict)
{
    return dict->byte_count + (dict->slot_mask + 1) * sizeof(uint64_t);
}

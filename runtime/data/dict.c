// SPDX-License-Identifier: Apache-2.0
// dict.c: the run's texts as numbers.
//
// Bytes lie in large chunks that never move, so a view of a text is stable. The table is open addressing over
// words that hold 32 bits of the hash beside the code: a probe that does not match rarely touches the text,
// and growing never reads one. One cache line of the table and one of the text make a hit.

#include "runtime/base/str.h"
#include "runtime/data/value.h"

#define DICT_SLOTS_FIRST 1024u
#define DICT_CHUNK_SIZE ((size_t)1 << 20)
#define DICT_CODE_NONE UINT32_MAX

// An occupied slot holds the upper half of the hash above and code + 1 below; 0 is free.
struct Dict {
    uint64_t *slots;
    size_t slot_mask;
    VEC(Str) texts; // by code
    VEC(char *) chunks;
    char *free_bytes; // rest of the newest small chunk
    size_t free_count;
    size_t byte_count; // allocated in chunks
};

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
    vec_free(&dict->chunks);
    vec_free(&dict->texts);
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

// Copies the bytes to where they stay. Long texts get a chunk of their own, so that little is wasted.
static Str dict_copy(Dict *dict, Str text)
{
    if (text.len == 0)
        return STR("");
    if (text.len > DICT_CHUNK_SIZE / 8) {
        char *own = dict_chunk(dict, text.len);
        memcpy(own, text.ptr, text.len);
        return (Str){own, text.len};
    }
    if (text.len > dict->free_count) {
        dict->free_bytes = dict_chunk(dict, DICT_CHUNK_SIZE);
        dict->free_count = DICT_CHUNK_SIZE;
    }
    char *copy = dict->free_bytes;
    memcpy(copy, text.ptr, text.len);
    dict->free_bytes += text.len;
    dict->free_count -= text.len;
    return (Str){copy, text.len};
}

// The slot of `text`: the one that holds it, or the free one where it belongs.
static size_t dict_slot(const Dict *dict, Str text, uint32_t tag)
{
    size_t at = tag & dict->slot_mask;
    for (;;) {
        uint64_t slot = dict->slots[at];
        if (slot == 0)
            return at;
        if (slot_tag(slot) == tag) {
            Str known = dict->texts.items[(uint32_t)slot - 1];
            if (known.len == text.len &&
                (text.len == 0 || memcmp(known.ptr, text.ptr, text.len) == 0))
                return at;
        }
        at = (at + 1) & dict->slot_mask;
    }
}

uint32_t dict_intern(Dict *dict, Str text)
{
    uint32_t tag = (uint32_t)(str_hash(text) >> 32);
    size_t at = dict_slot(dict, text, tag);
    if (dict->slots[at] != 0)
        return (uint32_t)dict->slots[at] - 1;
    ASSERT(dict->texts.count < DICT_CODE_NONE - 1);
    if (dict->texts.count / 3 >= (dict->slot_mask + 1) / 4) {
        dict_grow(dict);
        at = dict_slot(dict, text, tag);
    }
    uint32_t code = (uint32_t)dict->texts.count;
    vec_push(&dict->texts, dict_copy(dict, text));
    dict->slots[at] = (uint64_t)tag << 32 | (code + 1);
    return code;
}

uint32_t dict_find(const Dict *dict, Str text)
{
    size_t at = dict_slot(dict, text, (uint32_t)(str_hash(text) >> 32));
    return dict->slots[at] == 0 ? DICT_CODE_NONE : (uint32_t)dict->slots[at] - 1;
}

Str dict_str(const Dict *dict, uint32_t code)
{
    ASSERT(code < dict->texts.count);
    return dict->texts.items[code];
}

uint32_t dict_count(const Dict *dict)
{
    return (uint32_t)dict->texts.count;
}

size_t dict_bytes(const Dict *dict)
{
    return dict->byte_count + dict->texts.cap * sizeof(Str) +
           (dict->slot_mask + 1) * sizeof(uint64_t);
}

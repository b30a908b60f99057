// SPDX-License-Identifier: Apache-2.0
//
// map.c: open addressing with linear probing; slots hold the index of an entry plus one.
//
// Entries stay in an array in order of insertion, so iteration is deterministic and a slot is four
// bytes. At most three quarters of the slots are in use. The keyed hash (hash_seed) keeps hostile
// keys from meeting in one chain.
#include "runtime/base/map.h"

#include <stdatomic.h>
#include <unistd.h>

#include "runtime/base/arena.h"

enum {
    ENTRY_CAP_MIN = 12, // three quarters of the slots
};

// More entries than a slot can number.
#define ENTRY_COUNT_MAX ((size_t)UINT32_MAX - 1)

// ---- Seed and hashes ----------------------------------------------------------------------------

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint128_t product = (uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#define MIX_A UINT64_C(0x9E3779B97F4A7C15) // 2^64 / golden ratio
#define MIX_B UINT64_C(0xD1B54A32D192ED03) // 2^64 / plastic-number series, odd
#define MIX_C UINT64_C(0x8CB92BA72F3D8DD7)

static uint64_t seed_draw(void)
{
    const char *fixed = getenv("SUP_HASH_SEED");
    uint64_t seed = 0;
    if (fixed != NULL)
        seed = mix(strtoull(fixed, NULL, 10) + MIX_A, MIX_B);
    else if (getentropy(&seed, sizeof seed) != 0)
        seed = mix((uint64_t)(uintptr_t)&fixed ^ MIX_A, MIX_C);
    return seed | 1; // 0 means "not drawn yet"
}

uint64_t hash_seed(void)
{
    // The one variable of the process: written once, the same for all threads, never observable.
    static _Atomic uint64_t drawn;
    uint64_t seed = atomic_load_explicit(&drawn, memory_order_relaxed);
    if (UNLIKELY(seed == 0)) {
        uint64_t expected = 0;
        uint64_t mine = seed_draw();
        seed = atomic_compare_exchange_strong(&drawn, &expected, mine) ? mine : expected;
    }
    return seed;
}

uint64_t hash_u64(uint64_t value)
{
    uint64_t seed = hash_seed();
    return mix(mix(value ^ seed, MIX_A ^ seed) ^ MIX_B, MIX_C);
}

uint64_t hash_combine(uint64_t hash, uint64_t next)
{
    return mix(hash ^ hash_seed() ^ MIX_A, next ^ MIX_B);
}

static uint64_t read_u64(const char *ptr)
{
    uint64_t value;
    memcpy(&value, ptr, sizeof value);
    return value;
}

// The last 1 to 16 bytes as two words that cover them all.
static void read_tail(const char *ptr, size_t len, uint64_t *a, uint64_t *b)
{
    if (len >= 8) {
        *a = read_u64(ptr);
        *b = read_u64(ptr + len - 8);
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, ptr, 4);
        memcpy(&last, ptr + len - 4, 4);
        *a = first;
        *b = last;
    } else if (len > 0) {
        *a = (uint64_t)(uint8_t)ptr[0] << 16 | (uint64_t)(uint8_t)ptr[len / 2] << 8 |
             (uint8_t)ptr[len - 1];
        *b = 0;
    } else {
        *a = *b = 0;
    }
}

uint64_t str_hash(Str text)
{
    uint64_t seed = hash_seed();
    uint64_t state = seed ^ MIX_C;
    const char *ptr = text.ptr;
    size_t left = text.len;
    while (left > 16) {
        state = mix(read_u64(ptr) ^ MIX_A ^ seed, read_u64(ptr + 8) ^ state);
        ptr += 16;
        left -= 16;
    }
    uint64_t a, b;
    read_tail(ptr, left, &a, &b);
    return mix(MIX_B ^ text.len, mix(a ^ MIX_A ^ seed, b ^ state));
}

// ---- Map ----------------------------------------------------------------------------------------

void map_init(Map *map)
{
    *map = (Map){0};
}

void map_deinit(Map *map)
{
    free(map->entries);
    free(map->slots);
    arena_destroy(map->bytes);
    *map = (Map){0};
}

void map_clear(Map *map)
{
    if (map->slots != NULL)
        memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    if (map->bytes != NULL)
        arena_reset(map->bytes);
    map->count = 0;
}

// The slot of key, or the free slot where it belongs. There must be slots.
static size_t map_slot(const Map *map, Str key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    while (map->slots[slot] != 0) {
        const MapEntry *entry = &map->entries[map->slots[slot] - 1];
        if (entry->hash == hash && str_equal(entry->key, key))
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

// A new capacity for entries (three quarters of the slots) that keeps sizes in range.
static size_t grown_cap(size_t cap)
{
    ASSERT(cap <= ENTRY_COUNT_MAX);
    if (cap > ENTRY_COUNT_MAX / 2)
        base_memory_failed(SIZE_MAX);
    return cap == 0 ? ENTRY_CAP_MIN : cap * 2;
}

static void map_grow(Map *map)
{
    size_t cap = grown_cap(map->entry_cap);
    size_t slot_count = cap / 3 * 4;
    ASSERT((slot_count & (slot_count - 1)) == 0);
    map->entries = base_realloc(map->entries, cap * sizeof *map->entries);
    map->entry_cap = cap;
    free(map->slots);
    map->slots = base_alloc_zeroed(slot_count, sizeof *map->slots);
    map->slot_count = slot_count;
    for (size_t i = 0; i < map->count; i++) {
        size_t slot = (size_t)map->entries[i].hash & (slot_count - 1);
        while (map->slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        map->slots[slot] = (uint32_t)(i + 1);
    }
}

bool map_get(const Map *map, Str key, uint64_t *out)
{
    if (map->count == 0)
        return false;
    size_t slot = map_slot(map, key, str_hash(key));
    if (map->slots[slot] == 0)
        return false;
    if (out != NULL)
        *out = map->entries[map->slots[slot] - 1].value;
    return true;
}

uint64_t *map_at(Map *map, Str key, bool *is_new)
{
    uint64_t hash = str_hash(key);
    size_t slot = map->slot_count == 0 ? 0 : map_slot(map, key, hash);
    bool found = map->slot_count > 0 && map->slots[slot] != 0;
    if (is_new != NULL)
        *is_new = !found;
    if (found)
        return &map->entries[map->slots[slot] - 1].value;
    if (map->count == map->entry_cap) {
        map_grow(map);
        slot = map_slot(map, key, hash);
    }
    if (map->bytes == NULL)
        map->bytes = arena_create(NULL, 0);
    MapEntry *entry = &map->entries[map->count++];
    *entry = (MapEntry){.key = arena_str(map->bytes, key), .hash = hash};
    map->slots[slot] = (uint32_t)map->count;
    return &entry->value;
}

bool map_put(Map *map, Str key, uint64_t value)
{
    bool is_new;
    *map_at(map, key, &is_new) = value;
    return is_new;
}

size_t map_count(const Map *map)
{
    return map->count;
}

const MapEntry *map_entry(const Map *map, size_t index)
{
    ASSERT(index < map->count);
    return &map->entries[index];
}

// ---- MapI64 -------------------------------------------------------------------------------------

void map_i64_init(MapI64 *map)
{
    *map = (MapI64){0};
}

void map_i64_deinit(MapI64 *map)
{
    free(map->entries);
    free(map->slots);
    *map = (MapI64){0};
}

void map_i64_clear(MapI64 *map)
{
    if (map->slots != NULL)
        memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    map->count = 0;
}

static size_t map_i64_slot(const MapI64 *map, int64_t key)
{
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash_u64((uint64_t)key) & mask;
    while (map->slots[slot] != 0 && map->entries[map->slots[slot] - 1].key != key)
        slot = (slot + 1) & mask;
    return slot;
}

static void map_i64_grow(MapI64 *map)
{
    size_t cap = grown_cap(map->entry_cap);
    map->entries = base_realloc(map->entries, cap * sizeof *map->entries);
    map->entry_cap = cap;
    free(map->slots);
    map->slot_count = cap / 3 * 4;
    map->slots = base_alloc_zeroed(map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++)
        map->slots[map_i64_slot(map, map->entries[i].key)] = (uint32_t)(i + 1);
}

bool map_i64_get(const MapI64 *map, int64_t key, uint64_t *out)
{
    if (map->count == 0)
        return false;
    uint32_t index = map->slots[map_i64_slot(map, key)];
    if (index == 0)
        return false;
    if (out != NULL)
        *out = map->entries[index - 1].value;
    return true;
}

uint64_t *map_i64_at(MapI64 *map, int64_t key, bool *is_new)
{
    size_t slot = map->slot_count == 0 ? 0 : map_i64_slot(map, key);
    bool found = map->slot_count > 0 && map->slots[slot] != 0;
    if (is_new != NULL)
        *is_new = !found;
    if (found)
        return &map->entries[map->slots[slot] - 1].value;
    if (map->count == map->entry_cap) {
        map_i64_grow(map);
        slot = map_i64_slot(map, key);
    }
    MapI64Entry *entry = &map->entries[map->count++];
    *entry = (MapI64Entry){.key = key};
    map->slots[slot] = (uint32_t)map->count;
    return &entry->value;
}

bool map_i64_put(MapI64 *map, int64_t key, uint64_t value)
{
    bool is_new;
    *map_i64_at(map, key, &is_new) = value;
    return is_new;
}

size_t map_i64_count(const MapI64 *map)
{
    return map->count;
}

const MapI64Entry *map_i64_entry(const MapI64 *map, size_t index)
{
    ASSERT(index < map->count);
    return &map->entries[index];
}

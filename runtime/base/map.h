// SPDX-License-Identifier: Apache-2.0
//
// map.h: hash maps from bytes or integers to 64-bit values.
//
// Open addressing over power-of-two tables with a keyed hash, so hostile keys cannot force long
// chains. Entries are kept in the order of insertion: iterating by index from 0 to map_count - 1 is
// deterministic and independent of the seed. There is no removal; map_clear empties the whole.
// Failure to get memory is fatal (base.h). A map belongs to one thread while it changes.
#ifndef SUP_RUNTIME_BASE_MAP_H
#define SUP_RUNTIME_BASE_MAP_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

// Mixes all bits of value, keyed by the process's seed: never print it or order by it.
uint64_t hash_u64(uint64_t value);

// The hash of a sequence: combine the hash so far with the next one. Not commutative.
uint64_t hash_combine(uint64_t hash, uint64_t next);

// The process's seed, drawn once. The environment variable SUP_HASH_SEED fixes it, so that tests can
// show that nothing depends on it.
uint64_t hash_seed(void);

// ---- Map: bytes → uint64_t ----------------------------------------------------------------------

typedef struct MapEntry {
    Str key; // owned by the map, stable until it is cleared
    uint64_t hash;
    uint64_t value;
} MapEntry;

// All zero is a valid empty map.
typedef struct Map {
    MapEntry *entries; // in order of insertion
    uint32_t *slots;   // index into entries + 1, or 0
    size_t count;
    size_t entry_cap;
    size_t slot_count;   // 0 or a power of two
    struct Arena *bytes; // copies of the keys
} Map;

void map_init(Map *map);   // makes an empty map, without allocating
void map_deinit(Map *map); // frees everything and leaves an empty map
void map_clear(Map *map);  // removes all entries

// Is key in the map? Then *out (may be NULL) is its value.
bool map_get(const Map *map, Str key, uint64_t *out);

// Sets the value of key, copying the bytes of a new key. Returns whether the key is new.
bool map_put(Map *map, Str key, uint64_t value);

// The place of key's value, created with 0 if new (*is_new, may be NULL). Valid until the next put.
uint64_t *map_at(Map *map, Str key, bool *is_new);

// Number of entries; the entry with this index in order of insertion.
size_t map_count(const Map *map);
const MapEntry *map_entry(const Map *map, size_t index);

// ---- MapI64: int64_t → uint64_t -----------------------------------------------------------------

typedef struct MapI64Entry {
    int64_t key;
    uint64_t value;
} MapI64Entry;

// All zero is a valid empty map.
typedef struct MapI64 {
    MapI64Entry *entries; // in order of insertion
    uint32_t *slots;      // index into entries + 1, or 0
    size_t count;
    size_t entry_cap;
    size_t slot_count; // 0 or a power of two
} MapI64;

void map_i64_init(MapI64 *map);   // makes an empty map, without allocating
void map_i64_deinit(MapI64 *map); // frees everything and leaves an empty map
void map_i64_clear(MapI64 *map);  // removes all entries

// As for Map.
bool map_i64_get(const MapI64 *map, int64_t key, uint64_t *out);
bool map_i64_put(MapI64 *map, int64_t key, uint64_t value);
uint64_t *map_i64_at(MapI64 *map, int64_t key, bool *is_new);
size_t map_i64_count(const MapI64 *map);
const MapI64Entry *map_i64_entry(const MapI64 *map, size_t index);

#endif

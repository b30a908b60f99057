// SPDX-License-Identifier: Apache-2.0
// group.h: which rows have equal keys.
//
// A GroupTable numbers the distinct keys that it meets, from 0 in order of first sight, and keeps them. It
// serves groups, distinct rows and the equality links of joins (assign the build side, find the probe side).
// Keys are tuples of known values; a row with a key part that is not known belongs to no group (-1).
//
// One key of layout CODE takes a direct array, and so do whole numbers as long as they lie near each other; other keys
// that fit 64 bits take one probe per row, all others a table of hashes over stored key columns. Which way is taken cannot be observed.
//
// Keys of whole numbers whose ranges are known beforehand are put together to one number each. Where there are few
// enough numbers, they are the groups themselves, met or not; else they are looked up as words.
//
// Memory: a GroupTable owns its arrays (malloc). It belongs to one thread while it grows.

#ifndef SUP_RUNTIME_EXEC_GROUP_H
#define SUP_RUNTIME_EXEC_GROUP_H

#include "runtime/data/value.h"

#define GROUP_NONE ((int64_t)-1)

typedef struct GroupTable GroupTable;

// A table for keys of these layouts; key_count 0 is allowed: then every row is in group 0, which exists from
// the first row on. The caller owns the result.
GroupTable *group_table_create(const Phys *phys, uint32_t key_count);
// The known values of a key lie between these.
typedef struct KeyRange {
    int64_t low, high; // low > high: there are none
} KeyRange;

// Widens ranges[0..key_count), which begin as {INT64_MAX, INT64_MIN}, by `count` rows of keys. False: some key is not of
// whole numbers of 64 bits, codes or truth values.
bool group_ranges(const Vector *keys, uint32_t key_count, int64_t count, KeyRange *ranges);
// A table for `rows` keys that lie within ranges; none other may be assigned to it, but any looked for. NULL: the ranges
// are too wide to be put together.
GroupTable *group_table_within(const Phys *phys, const KeyRange *ranges, uint32_t key_count,
                               int64_t rows);
// Are there groups for all keys within the ranges from the start? Then the table holds no keys.
bool group_is_numbered(const GroupTable *table);
void group_table_destroy(GroupTable *table); // NULL is allowed

// Writes to groups[i] the group of row i of the key vectors (constant ones stand for all rows), making new
// groups as needed; GROUP_NONE where a key part is not known. `keys` is an array of key_count vectors.
void group_assign(GroupTable *table, const Vector *keys, int64_t count, int64_t *groups);

// The same without making groups: GROUP_NONE also where the key was never met.
void group_find(const GroupTable *table, const Vector *keys, int64_t count, int64_t *groups);

// Number of key parts, and of groups so far.
uint32_t group_key_count(const GroupTable *table);
int64_t group_count(const GroupTable *table);

// Key part `key` of all groups as a vector (index = group). Borrowed: valid until the next group_assign.
void group_keys(const GroupTable *table, uint32_t key, Vector *out);

// Writes the groups in key order (evaluation.md 1.2 and 11) to order[0..group_count). `types` has one type
// per key part.
void group_order(const GroupTable *table, const Dict *dict, const Type *types, int64_t *order);

// A word that never contradicts the order of the known value at `row` of the vector: equal values have equal words. 0 where
// there is none to have cheaply.
uint64_t vector_prefix(const Dict *dict, Type type, const Vector *key, int64_t row);

// Rows listed by group: rows of group g are rows[starts[g] .. starts[g + 1]), ascending. `groups` may hold
// GROUP_NONE, such rows are left out. starts has group_count + 1 places, rows has count places.
void group_index(const int64_t *groups, int64_t count, int64_t group_count, int64_t *starts,
                 int64_t *rows);

#endif

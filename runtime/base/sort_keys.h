// SPDX-License-Identifier: Apache-2.0
//
// sort_keys.h: sorting and selecting plain keys: unsigned words, whose order is the order of the values behind them.
//
// Equal keys are the same bits, so no order of equal ones can be seen. Short runs are split around a middle key, long
// ones and those that split badly go byte by byte: never slower than in proportion to the count.

#ifndef SUP_RUNTIME_BASE_SORT_KEYS_H
#define SUP_RUNTIME_BASE_SORT_KEYS_H

#include "runtime/base/sort.h"

// A signed number, and a real that is not NaN, as a key; and back. −0 and 0 are two keys.
static inline uint64_t key_of_i64(int64_t value)
{
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

static inline int64_t key_to_i64(uint64_t key)
{
    return (int64_t)(key ^ (uint64_t)1 << 63);
}

static inline uint64_t key_of_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> 63) != 0 ? ~bits : bits | (uint64_t)1 << 63;
}

static inline double key_to_f64(uint64_t key)
{
    uint64_t bits = (key >> 63) != 0 ? key ^ (uint64_t)1 << 63 : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint128_t key_of_i128(int128_t value)
{
    return (uint128_t)value ^ (uint128_t)1 << 127;
}

static inline int128_t key_to_i128(uint128_t key)
{
    return (int128_t)(key ^ (uint128_t)1 << 127);
}

// Ascending, in place. Failure to get memory is fatal (base.h).
void sort_keys(uint64_t *keys, size_t count);
void sort_keys_wide(uint128_t *keys, size_t count);

// Fills numbers with 0..count-1 in the order of their prefixes; those with equal prefixes in the order that `compare`
// gives to two numbers, then in their own.
void sort_numbers(int64_t *numbers, const uint64_t *prefixes, size_t count, SortCompare compare,
                  const void *context);

// Moves the key that has `place` (< count) in the order there, none greater in front of it and none less behind it.
void select_key(uint64_t *keys, size_t count, size_t place);
void select_key_wide(uint128_t *keys, size_t count, size_t place);

#endif

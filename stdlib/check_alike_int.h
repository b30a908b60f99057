// SPDX-License-Identifier: Apache-2.0
//
// check_alike_int.h: groups of values that are alike, for check_alike.c and check_curve.c.

#ifndef SUP_STDLIB_CHECK_ALIKE_INT_H
#define SUP_STDLIB_CHECK_ALIKE_INT_H

#include "stdlib/check_int.h"

// Hashes of stretches of a sequence, modulo 2^61 − 1: equal ones are compared before they are believed.
typedef struct Hashes {
    uint64_t *prefix; // of all up to here
    uint64_t *power;
    int64_t count;
} Hashes;

#define HASHES_PRIME ((UINT64_C(1) << 61) - 1)
#define HASHES_BASE UINT64_C(1000003999)

static inline uint64_t hashes_times(uint64_t a, uint64_t b)
{
    uint128_t product = (uint128_t)a * b;
    uint64_t sum = (uint64_t)(product & HASHES_PRIME) + (uint64_t)(product >> 61);
    return sum >= HASHES_PRIME ? sum - HASHES_PRIME : sum;
}

static inline uint64_t hashes_plus(uint64_t a, uint64_t b)
{
    uint64_t sum = a + b;
    return sum >= HASHES_PRIME ? sum - HASHES_PRIME : sum;
}

// Room for sequences of up to `most` members, in fn->arena.
static inline Hashes hashes_make(FnContext *fn, int64_t most)
{
    Hashes hashes = {.prefix = ARENA_ARRAY(fn->arena, uint64_t, (size_t)most + 1),
                     .power = ARENA_ARRAY(fn->arena, uint64_t, (size_t)most + 1)};
    hashes.prefix[0] = 0;
    hashes.power[0] = 1;
    for (int64_t i = 0; i < most; i++)
        hashes.power[i + 1] = hashes_times(hashes.power[i], HASHES_BASE);
    return hashes;
}

static inline void hashes_add(Hashes *hashes, int64_t member)
{
    uint64_t own = (uint64_t)member % HASHES_PRIME + 1;
    hashes->prefix[hashes->count + 1] =
        hashes_plus(hashes_times(hashes->prefix[hashes->count], HASHES_BASE), own % HASHES_PRIME);
    hashes->count++;
}

// The hash of the members from..end.
static inline uint64_t hashes_of(const Hashes *hashes, int64_t from, int64_t end)
{
    uint64_t before = hashes_times(hashes->prefix[from], hashes->power[end - from]);
    return hashes_plus(hashes->prefix[end], HASHES_PRIME - before);
}

// Items that are one group (union-find): `of` names another of the same, itself at the root, which is the least item.
typedef struct Groups {
    int64_t *of;
    int64_t *number, *rows, *kinds; // of roots, by groups_number
} Groups;

// Each item by itself; in fn->arena.
Groups groups_make(FnContext *fn, int64_t count);
// The root of an item's group.
int64_t groups_root(const Groups *groups, int64_t item);
void groups_join(Groups *groups, int64_t a, int64_t b);
// Counts the rows and the different values of each group, and numbers those of more than one row by their least values,
// from 1.
void groups_number(Groups *groups, const StatPeers *peers);

#endif

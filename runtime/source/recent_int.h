// SPDX-License-Identifier: Apache-2.0
//
// recent_int.h: the texts that a column has had of late, with their codes.
//
// Columns of texts mostly hold either few texts, which are then found here by comparing a few words, or so many that
// looking is in vain; whether it pays is found out piece by piece. The codes are the dictionary's: nothing that is kept
// depends on what is found here.
#ifndef SUP_RUNTIME_SOURCE_RECENT_INT_H
#define SUP_RUNTIME_SOURCE_RECENT_INT_H

#include "runtime/source/plain_int.h"

#define RECENT_SLOTS 256
#define RECENT_SIZE_MAX 32 // longer texts are not kept
#define RECENT_REST 15     // pieces for which a column is left alone that had few repeated texts

// A text of 1 to RECENT_SIZE_MAX bytes: words that overlap where it is shorter, which with the size say all of it.
typedef struct RecentText {
    uint64_t words[4];
    uint32_t size; // 0: a free slot
    uint32_t code;
} RecentText;

typedef struct RecentTexts {
    RecentText slots[RECENT_SLOTS];
    uint32_t rest; // pieces for which it is not asked
} RecentTexts;

// The key of a text; eight bytes behind its begin must be readable. The code is 0.
static inline RecentText recent_key(const char *p, size_t size)
{
    RecentText key = {.size = (uint32_t)size};
    if (size < 8) {
        key.words[0] = plain_word(p, size);
        return key;
    }
    key.words[0] = num_read_u64(p);
    key.words[1] = num_read_u64(p + size - 8);
    if (size > 16) {
        key.words[2] = num_read_u64(p + 8);
        key.words[3] = num_read_u64(p + size - 16);
    }
    return key;
}

static inline size_t recent_slot(const RecentText *key)
{
    uint64_t mixed = key->words[0] + (key->words[1] << 7 | key->words[1] >> 57) +
                     (key->words[2] << 13 | key->words[2] >> 51) + key->words[3] + key->size;
    return (size_t)((mixed * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

static inline bool recent_is(const RecentText *slot, const RecentText *key)
{
    uint64_t other = (slot->words[0] ^ key->words[0]) | (slot->words[1] ^ key->words[1]) |
                     (slot->words[2] ^ key->words[2]) | (slot->words[3] ^ key->words[3]);
    return (other | (slot->size ^ key->size)) == 0;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// sort_keys.c: quicksort without branches for short runs, radix sort from the lowest byte for long ones.

#include "runtime/base/sort_keys.h"

enum {
    FEW = 20,        // sorted by insertion
    MANY = 1024,     // from here on byte by byte
    SPLITS_MAX = 40, // of a run before it counts as splitting badly
    RADIX = 256,
};

#define DEFINE_SORT(name, select_name, Key)                                                        \
    static void name##_few(Key *keys, size_t count)                                                \
    {                                                                                              \
        for (size_t i = 1; i < count; i++) {                                                       \
            Key key = keys[i];                                                                     \
            size_t at = i;                                                                         \
            for (; at > 0 && keys[at - 1] > key; at--)                                             \
                keys[at] = keys[at - 1];                                                           \
            keys[at] = key;                                                                        \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* Byte by byte from the lowest; a byte that is the same in all keys is passed over. */        \
    static void name##_radix(Key *keys, size_t count)                                              \
    {                                                                                              \
        Key differ = 0, *spare = base_alloc(count * sizeof *spare), *from = keys, *to = spare;     \
        for (size_t i = 1; i < count; i++)                                                         \
            differ |= keys[i] ^ keys[0];                                                           \
        for (unsigned shift = 0; shift < 8 * sizeof(Key); shift += 8) {                            \
            if ((uint8_t)(differ >> shift) == 0)                                                   \
                continue;                                                                          \
            size_t starts[RADIX + 1] = {0};                                                        \
            for (size_t i = 0; i < count; i++)                                                     \
                starts[(uint8_t)(from[i] >> shift) + 1]++;                                         \
            for (int byte = 0; byte < RADIX; byte++)                                               \
                starts[byte + 1] += starts[byte];                                                  \
            for (size_t i = 0; i < count; i++)                                                     \
                to[starts[(uint8_t)(from[i] >> shift)]++] = from[i];                               \
            Key *swap = from;                                                                      \
            from = to;                                                                             \
            to = swap;                                                                             \
        }                                                                                          \
        if (from != keys)                                                                          \
            memcpy(keys, from, count * sizeof *keys);                                              \
        free(spare);                                                                               \
    }                                                                                              \
                                                                                                   \
    static inline Key name##_middle(const Key *keys, size_t count)                                 \
    {                                                                                              \
        Key a = keys[count / 4], b = keys[count / 2], c = keys[count - 1 - count / 4];             \
        Key low = MIN_OF(a, b), high = MAX_OF(a, b);                                               \
        return MAX_OF(low, MIN_OF(high, c));                                                       \
    }                                                                                              \
                                                                                                   \
    /* Moves keys below the pivot (`with`: and those equal to it) to the front; how many. */       \
    static inline size_t name##_split(Key *keys, size_t count, Key pivot, bool with)               \
    {                                                                                              \
        size_t below = 0;                                                                          \
        for (size_t i = 0; i < count; i++) {                                                       \
            Key key = keys[i];                                                                     \
            keys[i] = keys[below];                                                                 \
            keys[below] = key;                                                                     \
            below += (size_t)(key < pivot) + (size_t)(with && key == pivot);                       \
        }                                                                                          \
        return below;                                                                              \
    }                                                                                              \
                                                                                                   \
    static void name##_run(Key *keys, size_t count, int splits)                                    \
    {                                                                                              \
        while (count > FEW) {                                                                      \
            if (count >= MANY || splits-- == 0) {                                                  \
                name##_radix(keys, count);                                                         \
                return;                                                                            \
            }                                                                                      \
            Key pivot = name##_middle(keys, count);                                                \
            size_t below = name##_split(keys, count, pivot, false);                                \
            if (below == 0)                                                                        \
                below = name##_split(keys, count, pivot, true); /* all equal: in their place */    \
            else                                                                                   \
                name##_run(keys, below, splits);                                                   \
            keys += below;                                                                         \
            count -= below;                                                                        \
        }                                                                                          \
        name##_few(keys, count);                                                                   \
    }                                                                                              \
                                                                                                   \
    void name(Key *keys, size_t count)                                                             \
    {                                                                                              \
        name##_run(keys, count, SPLITS_MAX);                                                       \
    }                                                                                              \
                                                                                                   \
    void select_name(Key *keys, size_t count, size_t place)                                        \
    {                                                                                              \
        ASSERT(place < count);                                                                     \
        for (int splits = 0; count > FEW; splits++) {                                              \
            if (splits == SPLITS_MAX) {                                                            \
                name##_radix(keys, count);                                                         \
                return;                                                                            \
            }                                                                                      \
            Key pivot = name##_middle(keys, count);                                                \
            size_t below = name##_split(keys, count, pivot, false);                                \
            if (below > place) {                                                                   \
                count = below;                                                                     \
                continue;                                                                          \
            }                                                                                      \
            if (below == 0)                                                                        \
                below = name##_split(keys, count, pivot, true);                                    \
            if (below > place)                                                                     \
                return; /* one of those equal to the pivot */                                      \
            keys += below;                                                                         \
            count -= below;                                                                        \
            place -= below;                                                                        \
        }                                                                                          \
        name##_few(keys, count);                                                                   \
    }

DEFINE_SORT(sort_keys, select_key, uint64_t)
DEFINE_SORT(sort_keys_wide, select_key_wide, uint128_t)

void sort_numbers(int64_t *numbers, const uint64_t *prefixes, size_t count, SortCompare compare,
                  const void *context)
{
    size_t bytes;
    if (!num_mul_size(MAX_OF(count, 1), sizeof(uint128_t), &bytes))
        base_memory_failed(SIZE_MAX);
    uint128_t *words = base_alloc(bytes);
    for (size_t i = 0; i < count; i++)
        words[i] = (uint128_t)prefixes[i] << 64 | i;
    sort_keys_wide(words, count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)(uint64_t)words[i];
    free(words);
    for (size_t from = 0, to; from < count; from = to) {
        uint64_t prefix = prefixes[numbers[from]];
        for (to = from + 1; to < count && prefixes[numbers[to]] == prefix; to++)
            ;
        sort_stable(numbers + from, to - from, sizeof *numbers, compare, context);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// window_sort.c: partitions sorted as words.
//
// A member's keys and its number make one word: each key less its least value, in as many bits as the greatest needs,
// the first key highest, the number lowest. Sorted words hold the members in their order. Where members ascend by
// their rows, the number decides between equal keys as the rows would.

#include "runtime/base/sort_keys.h"
#include "runtime/exec/window_int.h"

typedef struct WordKey {
    const Vector *values;
    bool descending;
    unsigned bits;
    uint64_t least;
} WordKey;

typedef struct Words {
    const Order *order;
    WordKey *keys;
    uint32_t key_count;
    unsigned member_bits;
    bool wide; // 128 bits a word
    void *items;
} Words;

static unsigned bits_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)num_leading_zeros_u64(value);
}

static bool has_words(Phys phys)
{
    return phys == PHYS_I64 || phys == PHYS_BOOL || phys == PHYS_F64 || phys == PHYS_I128;
}

// A key of 128 bits counts as far as 64 bits hold it; the caller has seen that they do.
static uint64_t word_at(const WordKey *key, int64_t member)
{
    const Vector *values = key->values;
    uint64_t word;
    if (values->phys == PHYS_I64)
        word = key_of_i64(values->i64[member]);
    else if (values->phys == PHYS_I128)
        word = key_of_i64((int64_t)values->i128[member]);
    else if (values->phys == PHYS_F64)
        word = key_of_f64(values->f64[member] + 0.0);
    else
        word = values->truth[member];
    return key->descending ? ~word : word;
}

static bool is_placed(const Order *order, int64_t member)
{
    return order->reading->level.group[member] >= 0 && order->cause[member] == 0;
}

// The least word of a key and its bits; false: some value does not fit in 64.
static bool measure(const Order *order, int64_t total, WordKey *key)
{
    uint64_t least = UINT64_MAX, greatest = 0;
    bool fits = true;
    for (int64_t i = 0; i < total; i++) {
        if (!is_placed(order, i))
            continue;
        uint64_t word = word_at(key, i);
        least = MIN_OF(least, word);
        greatest = MAX_OF(greatest, word);
        if (key->values->phys == PHYS_I128)
            fits &= key->values->i128[i] == (int64_t)key->values->i128[i];
    }
    key->least = least;
    key->bits = greatest < least ? 0 : bits_of(greatest - least);
    return fits;
}

static bool make_keys(Words *words, int64_t total)
{
    const Order *order = words->order;
    unsigned bits = words->member_bits = bits_of((uint64_t)total);
    for (uint32_t k = 0; k < order->sort_count; k++) {
        WordKey *key = &words->keys[k];
        *key = (WordKey){.values = &order->keys[k],
                         .descending = order->sorts[k].descending && !order->by_time};
        if (!has_words(key->values->phys) || !measure(order, total, key))
            return false;
        bits += key->bits;
    }
    words->wide = bits > 64;
    return bits <= 128;
}

static uint128_t word_of(const Words *words, int64_t member)
{
    uint128_t word = 0;
    for (uint32_t k = 0; k < words->key_count; k++) {
        const WordKey *key = &words->keys[k];
        word = word << key->bits | (word_at(key, member) - key->least);
    }
    return word << words->member_bits | (uint64_t)member;
}

// Each word goes to its partition, in the order of the members.
static void distribute(Words *words, int64_t total)
{
    const Order *order = words->order;
    const Level *level = &order->reading->level;
    int64_t *next = base_alloc(MAX_OF((size_t)level->count, 1) * sizeof *next);
    memcpy(next, order->starts, (size_t)level->count * sizeof *next);
    for (int64_t i = 0; i < total; i++) {
        if (!is_placed(order, i))
            continue;
        int64_t to = next[level->group[i]]++;
        if (words->wide)
            ((uint128_t *)words->items)[to] = word_of(words, i);
        else
            ((uint64_t *)words->items)[to] = (uint64_t)word_of(words, i);
    }
    free(next);
}

static void sort_words(const Words *words, int64_t from, int64_t to, int64_t *at)
{
    size_t count = (size_t)(to - from);
    uint64_t mask = ((uint64_t)1 << words->member_bits) - 1;
    if (words->wide) {
        uint128_t *wide = (uint128_t *)words->items + from;
        sort_keys_wide(wide, count);
        for (size_t i = 0; i < count; i++)
            at[i] = (int64_t)((uint64_t)wide[i] & mask);
        return;
    }
    uint64_t *narrow = (uint64_t *)words->items + from;
    sort_keys(narrow, count);
    for (size_t i = 0; i < count; i++)
        at[i] = (int64_t)(narrow[i] & mask);
}

bool order_sort_words(Order *order)
{
    const Level *level = &order->reading->level;
    int64_t total = order->reading->members->all.count, placed = order->starts[level->count];
    Words words = {.order = order, .key_count = order->sort_count};
    words.keys = ARENA_ARRAY(order->arena, WordKey, MAX_OF(order->sort_count, 1u));
    if (!make_keys(&words, total))
        return false;
    size_t size = words.wide ? sizeof(uint128_t) : sizeof(uint64_t);
    words.items = base_alloc(MAX_OF((size_t)placed, 1) * size);
    distribute(&words, total);
    for (int64_t g = 0; g < level->count; g++)
        sort_words(&words, order->starts[g], order->starts[g + 1], order->at + order->starts[g]);
    free(words.items);
    return true;
}

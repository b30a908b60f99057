// SPDX-License-Identifier: Apache-2.0
// group.c: which rows have equal keys.
//
// Rows are taken in small chunks: first all hashes, then a prefetch per row, then the probes, so that misses of
// a large table overlap. Slots of the word table hold the key beside the group, one cache line per probe;
// slots of the general table hold 32 bits of the hash, and keys are compared in the stored columns.

#include "runtime/exec/group.h"

#include "runtime/base/map.h"
#include "runtime/data/vector.h"
#include "runtime/exec/eval.h"
#include "runtime/exec/hash_int.h"

#define GROUP_CHUNK 256
#define GROUP_SLOTS_FIRST 64

typedef enum GroupMode {
    GROUP_EMPTY_KEY, // no key: one group
    GROUP_DIRECT,    // one code, or whole numbers as long as they lie near each other: an array
    GROUP_NUMBERED,  // within ranges: each number that keys can make is a group
    GROUP_WORD,      // all keys fit 64 bits
    GROUP_GENERAL,
} GroupMode;

typedef struct WordSlot {
    uint64_t word;
    uint64_t group; // number + 1; 0: free
} WordSlot;

// A key part within its range: (value - low) * stride, added up over the parts, is the key's number.
typedef struct KeyPlace {
    int64_t low;
    uint64_t span; // high - low
    uint64_t stride;
} KeyPlace;

struct GroupTable {
    GroupMode mode;
    uint32_t key_count;
    Phys *phys;
    void **keys; // stored key columns, by group
    int64_t count;
    int64_t capacity; // of the key columns
    uint64_t seed;
    uint32_t *direct; // by number - direct_low: group + 1
    size_t direct_size;
    int64_t direct_low;
    KeyPlace *places; // NULL: ranges are not known
    WordSlot *words;
    uint64_t *slots;  // general: hash above, group + 1 below
    size_t slot_mask; // of words or slots
};

// ---------------------------------------------------------------- life

static GroupMode choose_mode(const Phys *phys, uint32_t key_count)
{
    if (key_count == 0)
        return GROUP_EMPTY_KEY;
    if (key_count == 1 && (phys[0] == PHYS_CODE || phys[0] == PHYS_BOOL || phys[0] == PHYS_I64))
        return GROUP_DIRECT;
    size_t bytes = 0;
    for (uint32_t k = 0; k < key_count; k++)
        bytes += phys[k] == PHYS_F64 ? 16 : phys_size(phys[k]); // two zeros: compared as numbers
    return bytes <= sizeof(uint64_t) ? GROUP_WORD : GROUP_GENERAL;
}

GroupTable *group_table_create(const Phys *phys, uint32_t key_count)
{
    GroupTable *table = base_alloc_zeroed(1, sizeof *table);
    table->mode = choose_mode(phys, key_count);
    table->key_count = key_count;
    table->phys = base_alloc_zeroed(key_count, sizeof *table->phys);
    table->keys = base_alloc_zeroed(key_count, sizeof *table->keys);
    for (uint32_t k = 0; k < key_count; k++)
        table->phys[k] = phys[k];
    table->seed = hash_seed();
    table->slot_mask = GROUP_SLOTS_FIRST - 1;
    if (table->mode == GROUP_WORD)
        table->words = base_alloc_zeroed(GROUP_SLOTS_FIRST, sizeof *table->words);
    if (table->mode == GROUP_GENERAL)
        table->slots = base_alloc_zeroed(GROUP_SLOTS_FIRST, sizeof *table->slots);
    return table;
}

void group_table_destroy(GroupTable *table)
{
    if (table == NULL)
        return;
    for (uint32_t k = 0; k < table->key_count; k++)
        free(table->keys[k]);
    free(table->keys);
    free(table->phys);
    free(table->direct);
    free(table->places);
    free(table->words);
    free(table->slots);
    free(table);
}

uint32_t group_key_count(const GroupTable *table)
{
    return table->key_count;
}

int64_t group_count(const GroupTable *table)
{
    return table->count;
}

// ---------------------------------------------------------------- stored keys

static void need_key_room(GroupTable *table)
{
    if (table->count < table->capacity)
        return;
    ASSERT(table->count < INT64_C(0xfffffffe));
    table->capacity = table->capacity == 0 ? GROUP_SLOTS_FIRST : table->capacity * 2;
    for (uint32_t k = 0; k < table->key_count; k++)
        table->keys[k] =
            base_realloc(table->keys[k], (size_t)table->capacity * phys_size(table->phys[k]));
}

// Makes a group of the key in row `row` and returns its number.
static int64_t new_group(GroupTable *table, const Vector *keys, int64_t row)
{
    need_key_room(table);
    for (uint32_t k = 0; k < table->key_count; k++) {
        size_t size = phys_size(table->phys[k]);
        int64_t at = keys[k].constant ? 0 : row;
        memcpy((char *)table->keys[k] + (size_t)table->count * size,
               (const char *)keys[k].data + (size_t)at * size, size);
    }
    return table->count++;
}

void group_keys(const GroupTable *table, uint32_t key, Vector *out)
{
    ASSERT(key < table->key_count && table->mode != GROUP_NUMBERED);
    *out = (Vector){.phys = table->phys[key], .count = table->count, .data = table->keys[key]};
}

// Whether some key part of row `row` is not known.
static bool key_unknown(const Vector *keys, uint32_t key_count, int64_t row)
{
    for (uint32_t k = 0; k < key_count; k++)
        if (keys[k].state != NULL && keys[k].state[keys[k].constant ? 0 : row] != VALUE_KNOWN)
            return true;
    return false;
}

static bool any_state(const Vector *keys, uint32_t key_count)
{
    for (uint32_t k = 0; k < key_count; k++)
        if (keys[k].state != NULL)
            return true;
    return false;
}

// ---------------------------------------------------------------- keys within ranges

// Numbers up to this many, or so many a row, are groups themselves.
#define NUMBERED_FREE 1024
#define NUMBERED_PER_ROW 6

static bool is_whole(Phys phys)
{
    return phys == PHYS_I64 || phys == PHYS_CODE || phys == PHYS_BOOL || phys == PHYS_I128;
}

#define WIDEN(type, values)                                                                        \
    do {                                                                                           \
        const type *cells = (values);                                                              \
        type least = cells[0], greatest = cells[0];                                                \
        for (int64_t i = 1; i < length; i++) {                                                     \
            least = MIN_OF(least, cells[i]);                                                       \
            greatest = MAX_OF(greatest, cells[i]);                                                 \
        }                                                                                          \
        *low = least;                                                                              \
        *high = greatest;                                                                          \
    } while (0)

static int128_t whole_at(const Vector *key, int64_t row)
{
    return key->phys == PHYS_I64    ? key->i64[row]
           : key->phys == PHYS_CODE ? key->code[row]
           : key->phys == PHYS_BOOL ? key->truth[row]
                                    : key->i128[row];
}

// The same where some values are not known; false: none is.
static bool range_of_known(const Vector *key, int64_t length, int128_t *low, int128_t *high)
{
    bool any = false;
    for (int64_t i = 0; i < length; i++) {
        if (key->state[i] != VALUE_KNOWN)
            continue;
        int128_t value = whole_at(key, i);
        *low = any ? MIN_OF(*low, value) : value;
        *high = any ? MAX_OF(*high, value) : value;
        any = true;
    }
    return any;
}

// The least and the greatest known value; false: there is none.
static bool whole_range(const Vector *key, int64_t length, int128_t *low, int128_t *high)
{
    if (length == 0 || key->state != NULL)
        return range_of_known(key, length, low, high);
    switch (key->phys) {
    case PHYS_I64:
        WIDEN(int64_t, key->i64);
        break;
    case PHYS_CODE:
        WIDEN(uint32_t, key->code);
        break;
    case PHYS_BOOL:
        WIDEN(uint8_t, key->truth);
        break;
    default:
        WIDEN(int128_t, key->i128);
        break;
    }
    return true;
}

bool group_ranges(const Vector *keys, uint32_t key_count, int64_t count, KeyRange *ranges)
{
    for (uint32_t k = 0; k < key_count; k++) {
        int128_t low, high;
        if (!is_whole(keys[k].phys))
            return false;
        if (!whole_range(&keys[k], keys[k].constant ? MIN_OF(count, 1) : count, &low, &high))
            continue;
        if (low < INT64_MIN || high > INT64_MAX)
            return false;
        ranges[k].low = MIN_OF(ranges[k].low, (int64_t)low);
        ranges[k].high = MAX_OF(ranges[k].high, (int64_t)high);
    }
    return true;
}

GroupTable *group_table_within(const Phys *phys, const KeyRange *ranges, uint32_t key_count,
                               int64_t rows)
{
    uint64_t total = 1; // of numbers
    KeyPlace *places = base_alloc_zeroed(key_count, sizeof *places);
    bool fits = key_count > 0;
    for (uint32_t k = 0; fits && k < key_count; k++) {
        bool none = ranges[k].low > ranges[k].high;
        places[k] = (KeyPlace){.low = none ? 0 : ranges[k].low, .stride = total};
        places[k].span = none ? 0 : (uint64_t)ranges[k].high - (uint64_t)ranges[k].low;
        // The numbers stay below 2^63: they are group numbers.
        fits = is_whole(phys[k]) && places[k].span < (uint64_t)INT64_MAX / total;
        total *= places[k].span + 1;
    }
    if (!fits) {
        free(places);
        return NULL;
    }
    GroupTable *table = group_table_create(phys, key_count);
    table->places = places;
    free(table->slots);
    table->slots = NULL;
    if (total <= NUMBERED_FREE + NUMBERED_PER_ROW * (uint64_t)rows) {
        table->mode = GROUP_NUMBERED;
        table->count = (int64_t)total;
        return table;
    }
    table->mode = GROUP_WORD;
    if (table->words == NULL)
        table->words = base_alloc_zeroed(GROUP_SLOTS_FIRST, sizeof *table->words);
    return table;
}

bool group_is_numbered(const GroupTable *table)
{
    return table->mode == GROUP_NUMBERED;
}

#define ADD_PLACES(type, values)                                                                   \
    do {                                                                                           \
        const type *cells = (values);                                                              \
        if (begin)                                                                                 \
            for (int64_t i = 0; i < count; i++) {                                                  \
                numbers[i] = (uint64_t)cells[i * step] - low;                                      \
                outside[i] = numbers[i] > span;                                                    \
            }                                                                                      \
        else                                                                                       \
            for (int64_t i = 0; i < count; i++) {                                                  \
                uint64_t from_low = (uint64_t)cells[i * step] - low;                               \
                outside[i] |= from_low > span;                                                     \
                numbers[i] += from_low * stride;                                                   \
            }                                                                                      \
    } while (0)

// Adds one key part of `count` rows from `first` on to their numbers, and notes those outside of its range. `begin`: it is
// the first part, whose stride is 1.
static void add_places(const KeyPlace *place, const Vector *key, int64_t first, int64_t count,
                       bool begin, uint64_t *numbers, uint8_t *outside)
{
    const uint64_t low = (uint64_t)place->low, span = place->span, stride = place->stride;
    int64_t step = key->constant ? 0 : 1, at = key->constant ? 0 : first;
    switch (key->phys) {
    case PHYS_I64:
        ADD_PLACES(int64_t, key->i64 + at);
        break;
    case PHYS_CODE:
        ADD_PLACES(uint32_t, key->code + at);
        break;
    case PHYS_BOOL:
        ADD_PLACES(uint8_t, key->truth + at);
        break;
    default:
        for (int64_t i = 0; i < count; i++) {
            int128_t value = key->i128[at + i * step];
            uint64_t from_low = (uint64_t)(int64_t)value - low;
            outside[i] = (begin ? 0 : outside[i]) | (value != (int64_t)value || from_low > span);
            numbers[i] = (begin ? 0 : numbers[i]) + from_low * stride;
        }
        break;
    }
}

// The numbers of a chunk of rows. `outside`: they have none.
static void pack_numbers(const GroupTable *table, const Vector *keys, int64_t first, int64_t count,
                         uint64_t *numbers, uint8_t *outside)
{
    for (uint32_t k = 0; k < table->key_count; k++) {
        add_places(&table->places[k], &keys[k], first, count, k == 0, numbers, outside);
        if (keys[k].state == NULL)
            continue;
        for (int64_t i = 0; i < count; i++)
            outside[i] |= keys[k].state[keys[k].constant ? 0 : first + i] != VALUE_KNOWN;
    }
}

static void numbered_find(const GroupTable *table, const Vector *keys, int64_t count,
                          int64_t *groups)
{
    uint64_t numbers[GROUP_CHUNK];
    uint8_t outside[GROUP_CHUNK];
    for (int64_t first = 0; first < count; first += GROUP_CHUNK) {
        int64_t rows = MIN_OF(count - first, GROUP_CHUNK);
        pack_numbers(table, keys, first, rows, numbers, outside);
        for (int64_t i = 0; i < rows; i++)
            groups[first + i] = outside[i] ? GROUP_NONE : (int64_t)numbers[i];
    }
}

// ---------------------------------------------------------------- keys in one word

// Packs the key parts of a chunk of rows into words, low part first. `outside`: they are of no group.
static void pack_words(const GroupTable *table, const Vector *keys, int64_t first, int64_t count,
                       uint64_t *words, uint8_t *outside)
{
    if (table->places != NULL) {
        pack_numbers(table, keys, first, count, words, outside);
        return;
    }
    bool checked = any_state(keys, table->key_count);
    for (int64_t i = 0; i < count; i++)
        outside[i] = checked && key_unknown(keys, table->key_count, first + i);
    memset(words, 0, (size_t)count * sizeof *words);
    unsigned shift = 0;
    for (uint32_t k = 0; k < table->key_count; k++) {
        const Vector *key = &keys[k];
        for (int64_t i = 0; i < count; i++) {
            int64_t at = key->constant ? 0 : first + i;
            uint64_t part = key->phys == PHYS_I64    ? (uint64_t)key->i64[at]
                            : key->phys == PHYS_CODE ? key->code[at]
                                                     : key->truth[at];
            words[i] |= part << shift;
        }
        shift += 8 * (unsigned)phys_size(table->phys[k]);
    }
}

static uint64_t word_hash(const GroupTable *table, uint64_t word)
{
    return hash_mix(table->seed, word);
}

// The slot of a word: the one that holds it, or the free one where it belongs.
static WordSlot *word_slot(const GroupTable *table, uint64_t word)
{
    size_t at = word_hash(table, word) & table->slot_mask;
    while (table->words[at].group != 0 && table->words[at].word != word)
        at = (at + 1) & table->slot_mask;
    return &table->words[at];
}

static void grow_words(GroupTable *table)
{
    WordSlot *old = table->words;
    size_t old_count = table->slot_mask + 1;
    table->slot_mask = old_count * 2 - 1;
    table->words = base_alloc_zeroed(old_count * 2, sizeof *table->words);
    for (size_t i = 0; i < old_count; i++)
        if (old[i].group != 0)
            *word_slot(table, old[i].word) = old[i];
    free(old);
}

static void word_assign(GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    uint64_t words[GROUP_CHUNK];
    uint8_t outside[GROUP_CHUNK];
    for (int64_t first = 0; first < count; first += GROUP_CHUNK) {
        int64_t rows = MIN_OF(count - first, GROUP_CHUNK);
        pack_words(table, keys, first, rows, words, outside);
        for (int64_t i = 0; i < rows; i++)
            PREFETCH(&table->words[word_hash(table, words[i]) & table->slot_mask]);
        for (int64_t i = 0; i < rows; i++) {
            groups[first + i] = GROUP_NONE;
            if (outside[i])
                continue;
            WordSlot *slot = word_slot(table, words[i]);
            if (slot->group == 0) {
                slot->word = words[i];
                slot->group = (uint64_t)new_group(table, keys, first + i) + 1;
                groups[first + i] = (int64_t)slot->group - 1;
                if ((size_t)table->count / 3 >= (table->slot_mask + 1) / 4)
                    grow_words(table);
                continue;
            }
            groups[first + i] = (int64_t)slot->group - 1;
        }
    }
}

static void word_find(const GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    uint64_t words[GROUP_CHUNK];
    uint8_t outside[GROUP_CHUNK];
    for (int64_t first = 0; first < count; first += GROUP_CHUNK) {
        int64_t rows = MIN_OF(count - first, GROUP_CHUNK);
        pack_words(table, keys, first, rows, words, outside);
        for (int64_t i = 0; i < rows; i++)
            PREFETCH(&table->words[word_hash(table, words[i]) & table->slot_mask]);
        for (int64_t i = 0; i < rows; i++)
            groups[first + i] =
                outside[i] ? GROUP_NONE : (int64_t)word_slot(table, words[i])->group - 1;
    }
}

// ---------------------------------------------------------------- one code, or numbers near each other

#define DIRECT_PLACES_FIRST 64
// As many places as cost no more than the few pages that are touched, or than two slots of 16 bytes a group.
#define DIRECT_PLACES_FREE (UINT64_C(1) << 20)
#define DIRECT_PLACES_PER_GROUP 8

// Codes and truth values count from 0.
static int64_t direct_number(const Vector *key, int64_t row)
{
    int64_t at = key->constant ? 0 : row;
    return key->phys == PHYS_I64    ? key->i64[at]
           : key->phys == PHYS_CODE ? (int64_t)key->code[at]
                                    : (int64_t)key->truth[at];
}

static uint64_t direct_place(const GroupTable *table, int64_t number)
{
    return (uint64_t)number - (uint64_t)table->direct_low;
}

// All numbers between those that have places and this one get some, with room for as many again where the array grows.
// False: they would be too many for the groups that there are. Codes are numbered one after the other, so theirs never
// are.
static bool direct_extend(GroupTable *table, int64_t number)
{
    size_t old_size = table->direct_size;
    int64_t low = old_size == 0 ? number : MIN_OF(table->direct_low, number);
    int64_t high = number;
    if (old_size > 0)
        high = MAX_OF(number, (int64_t)((uint64_t)table->direct_low + old_size - 1));
    uint64_t span = (uint64_t)high - (uint64_t)low;
    uint64_t most = DIRECT_PLACES_PER_GROUP * (uint64_t)table->count;
    if (table->phys[0] == PHYS_I64 && span >= MAX_OF(most, DIRECT_PLACES_FREE))
        return false;
    size_t size = DIRECT_PLACES_FIRST;
    while (size <= span)
        size *= 2;
    if (number < table->direct_low && old_size > 0) // it grows downwards
        low = (uint64_t)high - (uint64_t)INT64_MIN < size - 1
                  ? INT64_MIN
                  : (int64_t)((uint64_t)high - (size - 1));
    if ((uint64_t)INT64_MAX - (uint64_t)low < size - 1)
        size = (size_t)((uint64_t)INT64_MAX - (uint64_t)low) + 1;
    uint32_t *places = base_alloc_zeroed(size, sizeof *places);
    if (old_size > 0)
        memcpy(places + ((uint64_t)table->direct_low - (uint64_t)low), table->direct,
               old_size * sizeof *places);
    free(table->direct);
    table->direct = places;
    table->direct_size = size;
    table->direct_low = low;
    return true;
}

// Goes over to the table of words, with the groups that there are.
static void direct_leave(GroupTable *table)
{
    const int64_t *numbers = table->keys[0];
    free(table->direct);
    table->direct = NULL;
    table->direct_size = 0;
    table->mode = GROUP_WORD;
    while ((size_t)table->count / 3 >= (table->slot_mask + 1) / 4)
        table->slot_mask = table->slot_mask * 2 + 1;
    table->words = base_alloc_zeroed(table->slot_mask + 1, sizeof *table->words);
    for (int64_t g = 0; g < table->count; g++) {
        WordSlot *slot = word_slot(table, (uint64_t)numbers[g]);
        *slot = (WordSlot){(uint64_t)numbers[g], (uint64_t)g + 1};
    }
}

static void direct_assign(GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    bool checked = any_state(keys, 1);
    for (int64_t i = 0; i < count; i++) {
        groups[i] = GROUP_NONE;
        if (checked && key_unknown(keys, 1, i))
            continue;
        int64_t number = direct_number(keys, i);
        if (direct_place(table, number) >= table->direct_size && !direct_extend(table, number)) {
            direct_leave(table);
            word_assign(table, keys, count, groups);
            return;
        }
        uint32_t *place = &table->direct[direct_place(table, number)];
        if (*place == 0)
            *place = (uint32_t)new_group(table, keys, i) + 1;
        groups[i] = (int64_t)*place - 1;
    }
}

static void direct_find(const GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    bool checked = any_state(keys, 1);
    for (int64_t i = 0; i < count; i++) {
        groups[i] = GROUP_NONE;
        if (checked && key_unknown(keys, 1, i))
            continue;
        uint64_t place = direct_place(table, direct_number(keys, i));
        if (place < table->direct_size)
            groups[i] = (int64_t)table->direct[place] - 1;
    }
}

// ---------------------------------------------------------------- all other keys

static bool same_key(const GroupTable *table, const Vector *keys, int64_t row, int64_t group)
{
    for (uint32_t k = 0; k < table->key_count; k++) {
        Vector stored;
        group_keys(table, k, &stored);
        Vector known = keys[k];
        known.state = NULL; // the caller has looked
        if (!vector_equal_at(&known, row, &stored, group))
            return false;
    }
    return true;
}

static size_t general_slot(const GroupTable *table, const Vector *keys, int64_t row, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = tag & table->slot_mask;
    for (;;) {
        uint64_t slot = table->slots[at];
        if (slot == 0)
            return at;
        if ((uint32_t)(slot >> 32) == tag &&
            same_key(table, keys, row, (int64_t)(uint32_t)slot - 1))
            return at;
        at = (at + 1) & table->slot_mask;
    }
}

static void grow_slots(GroupTable *table)
{
    uint64_t *old = table->slots;
    size_t old_count = table->slot_mask + 1;
    table->slot_mask = old_count * 2 - 1;
    table->slots = base_alloc_zeroed(old_count * 2, sizeof *table->slots);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] == 0)
            continue;
        size_t at = (uint32_t)(old[i] >> 32) & table->slot_mask;
        while (table->slots[at] != 0)
            at = (at + 1) & table->slot_mask;
        table->slots[at] = old[i];
    }
    free(old);
}

// Views of the key vectors from row `first` on.
static void chunk_views(const Vector *keys, uint32_t key_count, int64_t first, int64_t rows,
                        Vector *views)
{
    for (uint32_t k = 0; k < key_count; k++) {
        views[k] = keys[k];
        if (keys[k].constant)
            continue;
        views[k].data = (char *)keys[k].data + (size_t)first * phys_size(keys[k].phys);
        views[k].state = keys[k].state == NULL ? NULL : keys[k].state + first;
        views[k].count = rows;
    }
}

// Numbers the rows of one chunk; `table` grows only where `grow` is set.
static void general_chunk(GroupTable *table, const Vector *keys, int64_t rows, bool grow,
                          int64_t *groups)
{
    uint64_t hashes[GROUP_CHUNK];
    vector_hash(keys, table->key_count, rows, hashes);
    bool checked = any_state(keys, table->key_count);
    for (int64_t i = 0; i < rows; i++)
        PREFETCH(&table->slots[hashes[i] >> 32 & table->slot_mask]);
    for (int64_t i = 0; i < rows; i++) {
        groups[i] = GROUP_NONE;
        if (checked && key_unknown(keys, table->key_count, i))
            continue;
        size_t at = general_slot(table, keys, i, hashes[i]);
        if (table->slots[at] == 0) {
            if (!grow)
                continue;
            uint64_t group = (uint64_t)new_group(table, keys, i);
            table->slots[at] = (hashes[i] >> 32 << 32) | (group + 1);
            groups[i] = (int64_t)group;
            if ((size_t)table->count / 3 >= (table->slot_mask + 1) / 4)
                grow_slots(table);
            continue;
        }
        groups[i] = (int64_t)(uint32_t)table->slots[at] - 1;
    }
}

static void general_rows(GroupTable *table, const Vector *keys, int64_t count, bool grow,
                         int64_t *groups)
{
    Vector *views = base_alloc(table->key_count * sizeof *views);
    for (int64_t first = 0; first < count; first += GROUP_CHUNK) {
        int64_t rows = MIN_OF(count - first, GROUP_CHUNK);
        chunk_views(keys, table->key_count, first, rows, views);
        general_chunk(table, views, rows, grow, groups + first);
    }
    free(views);
}

// ---------------------------------------------------------------- public

static void check_keys(const GroupTable *table, const Vector *keys)
{
    for (uint32_t k = 0; k < table->key_count; k++)
        ASSERT(keys[k].phys == table->phys[k]);
}

void group_assign(GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    check_keys(table, keys);
    switch (table->mode) {
    case GROUP_EMPTY_KEY:
        table->count = count > 0 ? 1 : table->count;
        memset(groups, 0, (size_t)count * sizeof *groups);
        return;
    case GROUP_DIRECT:
        direct_assign(table, keys, count, groups);
        return;
    case GROUP_NUMBERED:
        numbered_find(table, keys, count, groups);
        return;
    case GROUP_WORD:
        word_assign(table, keys, count, groups);
        return;
    case GROUP_GENERAL:
        general_rows(table, keys, count, true, groups);
        return;
    }
}

void group_find(const GroupTable *table, const Vector *keys, int64_t count, int64_t *groups)
{
    check_keys(table, keys);
    switch (table->mode) {
    case GROUP_EMPTY_KEY:
        for (int64_t i = 0; i < count; i++)
            groups[i] = table->count == 0 ? GROUP_NONE : 0;
        return;
    case GROUP_DIRECT:
        direct_find(table, keys, count, groups);
        return;
    case GROUP_NUMBERED:
        numbered_find(table, keys, count, groups);
        return;
    case GROUP_WORD:
        word_find(table, keys, count, groups);
        return;
    case GROUP_GENERAL:
        // Without `grow` the table is only read.
        general_rows((GroupTable *)(uintptr_t)table, keys, count, false, groups);
        return;
    }
}

void group_index(const int64_t *groups, int64_t count, int64_t group_count, int64_t *starts,
                 int64_t *rows)
{
    memset(starts, 0, (size_t)(group_count + 1) * sizeof *starts);
    for (int64_t i = 0; i < count; i++) {
        ASSERT(groups[i] < group_count);
        if (groups[i] >= 0)
            starts[groups[i]]++;
    }
    int64_t total = 0;
    for (int64_t g = 0; g <= group_count; g++) {
        total += starts[g];
        starts[g] = total;
    }
    // starts[g] is the end of its group here, and moves to its start as the rows are placed from the last one on.
    for (int64_t i = count; i-- > 0;)
        if (groups[i] >= 0)
            rows[--starts[groups[i]]] = i;
}

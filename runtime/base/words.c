// SPDX-License-Identifier: Apache-2.0
//
// words.c: many words in one text. See words.h.

#include "runtime/base/words.h"

#include "runtime/base/map.h"
#include "runtime/base/vec.h"

// Words with one beginning, by their length in bytes, ascending.
typedef struct Lengths {
    VEC(uint32_t) lengths;
} Lengths;

struct Words {
    Map numbers;   // word -> number
    MapI64 starts; // first two characters (one, for words of one) -> index of lengths
    VEC(Lengths) lengths;
    VEC(uint32_t) met; // per word: the call that met it last
    VEC(uint32_t) found;
    uint32_t call;
    int64_t empty; // number of the empty word, -1: none
};

Words *words_create(void)
{
    Words *words = base_alloc_zeroed(1, sizeof *words);
    map_init(&words->numbers);
    map_i64_init(&words->starts);
    words->empty = -1;
    return words;
}

void words_destroy(Words *words)
{
    if (words == NULL)
        return;
    for (size_t i = 0; i < words->lengths.count; i++)
        vec_free(&words->lengths.items[i].lengths);
    vec_free(&words->lengths);
    vec_free(&words->met);
    vec_free(&words->found);
    map_deinit(&words->numbers);
    map_i64_deinit(&words->starts);
    free(words);
}

static int64_t start_of(int32_t first, int32_t second)
{
    return (int64_t)first << 32 | (uint32_t)second;
}

static void add_length(Lengths *list, uint32_t length)
{
    size_t at = list->lengths.count;
    while (at > 0 && list->lengths.items[at - 1] > length)
        at--;
    if (at > 0 && list->lengths.items[at - 1] == length)
        return;
    vec_push(&list->lengths, length);
    memmove(&list->lengths.items[at + 1], &list->lengths.items[at],
            (list->lengths.count - 1 - at) * sizeof length);
    list->lengths.items[at] = length;
}

void words_add(Words *words, Str word)
{
    uint32_t number = (uint32_t)words->met.count;
    vec_push(&words->met, 0);
    if (word.len == 0) {
        words->empty = number;
        return;
    }
    bool is_new = map_put(&words->numbers, word, number);
    ASSERT(is_new);
    size_t pos = 0;
    int32_t first = utf8_decode(word, &pos);
    int32_t second = pos < word.len ? utf8_decode(word, &pos) : 0;
    uint64_t *index = map_i64_at(&words->starts, start_of(first, second), &is_new);
    if (is_new) {
        *index = words->lengths.count;
        vec_push(&words->lengths, (Lengths){0});
    }
    add_length(&words->lengths.items[*index], (uint32_t)word.len);
}

static void note(Words *words, uint32_t number)
{
    if (words->met.items[number] == words->call)
        return;
    words->met.items[number] = words->call;
    vec_push(&words->found, number);
}

// The words that begin at `at` with the characters of `start`.
static void find_at(Words *words, int64_t start, Str text, size_t at)
{
    uint64_t index, number;
    if (!map_i64_get(&words->starts, start, &index))
        return;
    const Lengths *list = &words->lengths.items[index];
    for (size_t i = 0; i < list->lengths.count; i++) {
        size_t length = list->lengths.items[i];
        if (length > text.len - at)
            return;
        if (map_get(&words->numbers, str_slice(text, at, at + length), &number))
            note(words, (uint32_t)number);
    }
}

static void next_call(Words *words)
{
    if (++words->call == 0) { // the marks of earlier calls would look like this one's
        for (size_t i = 0; i < words->met.count; i++)
            words->met.items[i] = 0;
        words->call = 1;
    }
    vec_clear(&words->found);
}

size_t words_find(Words *words, Str text, const uint32_t **found)
{
    next_call(words);
    if (words->empty >= 0)
        note(words, (uint32_t)words->empty);
    size_t pos = 0;
    int32_t first = text.len > 0 ? utf8_decode(text, &pos) : 0;
    for (size_t at = 0; at < text.len;) {
        size_t next = pos;
        int32_t second = pos < text.len ? utf8_decode(text, &pos) : 0;
        find_at(words, start_of(first, 0), text, at);
        if (second != 0)
            find_at(words, start_of(first, second), text, at);
        at = next;
        first = second;
    }
    *found = words->found.items;
    return words->found.count;
}

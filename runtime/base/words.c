// SPDX-License-Identifier: Apache-2.0
//
// words.c: many words in one text. See words.h.
//
// The automaton of Aho and Corasick over bytes. Its nodes are the beginnings of words, numbered by length; the node
// after a text read so far is the longest beginning that the text ends with. Nodes near the root have a row of
// successors for every byte that words contain, so a byte costs two reads; the others, which only large sets have,
// look their children up and fall back to shorter beginnings.

#include "runtime/base/words.h"

#include "runtime/base/map.h"
#include "runtime/base/vec.h"

#define NOTHING UINT32_MAX

// Successors in rows, at most.
#ifdef SUP_TORTURE
enum { ROW_CELLS = 1 << 6 };
#else
enum { ROW_CELLS = 1 << 22 };
#endif

typedef struct Node {
    uint32_t fail; // the longest other beginning that this one ends with
    uint32_t word; // the word that it is, NOTHING: none
    uint32_t
        next; // the longest shorter node that is a word and with which this one ends, NOTHING: none
} Node;

struct Words {
    VEC(Str) words;
    VEC(uint32_t) met; // per word: the call that met it last
    VEC(uint32_t) found;
    uint32_t call;
    // Made by the first search.
    bool built;
    uint16_t classes[256]; // bytes that no word contains have class 0
    uint32_t class_count;
    VEC(Node) nodes; // 0: the empty beginning
    MapI64 children; // node and class -> node
    uint32_t *rows;  // successors of the nodes below row_count
    uint32_t row_count;
};

Words *words_create(void)
{
    Words *words = base_alloc_zeroed(1, sizeof *words);
    map_i64_init(&words->children);
    return words;
}

static void forget(Words *words)
{
    map_i64_deinit(&words->children);
    map_i64_init(&words->children);
    free(words->rows);
    words->rows = NULL;
    vec_clear(&words->nodes);
    words->built = false;
}

void words_destroy(Words *words)
{
    if (words == NULL)
        return;
    forget(words);
    map_i64_deinit(&words->children);
    vec_free(&words->nodes);
    vec_free(&words->words);
    vec_free(&words->met);
    vec_free(&words->found);
    free(words);
}

void words_add(Words *words, Str word)
{
    if (words->built)
        forget(words);
    vec_push(&words->words, word);
    vec_push(&words->met, 0);
}

// ---------------------------------------------------------------- building

static int64_t edge(uint32_t node, uint32_t class)
{
    return (int64_t)node << 16 | class;
}

static uint32_t child(const Words *words, uint32_t node, uint32_t class)
{
    uint64_t found;
    return map_i64_get(&words->children, edge(node, class), &found) ? (uint32_t)found : NOTHING;
}

static void number_bytes(Words *words)
{
    memset(words->classes, 0, sizeof words->classes);
    words->class_count = 1;
    for (size_t w = 0; w < words->words.count; w++) {
        Str word = words->words.items[w];
        for (size_t i = 0; i < word.len; i++) {
            uint16_t *class = &words->classes[(unsigned char)word.ptr[i]];
            if (*class == 0)
                *class = (uint16_t)words->class_count++;
        }
    }
}

// The successor of a node whose own successors, and those of shorter beginnings, are in place.
static uint32_t step(const Words *words, uint32_t node, uint32_t class)
{
    while (node >= words->row_count) {
        uint32_t found = class == 0 ? 0 : child(words, node, class);
        if (found != NOTHING)
            return found;
        node = words->nodes.items[node].fail;
    }
    return words->rows[(size_t)node * words->class_count + class];
}

// Adds the beginnings of one length: the nodes of all words by length grow together, so numbers rise with lengths.
static bool add_layer(Words *words, uint32_t *at, size_t length)
{
    bool longer = false;
    for (size_t w = 0; w < words->words.count; w++) {
        Str word = words->words.items[w];
        if (word.len < length)
            continue;
        uint32_t class = words->classes[(unsigned char)word.ptr[length - 1]];
        bool is_new = false;
        uint64_t *node = map_i64_at(&words->children, edge(at[w], class), &is_new);
        if (is_new) {
            *node = words->nodes.count;
            vec_push(&words->nodes, (Node){.fail = at[w], .word = class, .next = NOTHING});
        }
        at[w] = (uint32_t)*node;
        longer = longer || word.len > length;
    }
    return longer;
}

// Until its turn comes a node holds its parent in `fail` and its class in `word`.
static void build_nodes(Words *words, uint32_t *at)
{
    vec_push(&words->nodes, (Node){0, NOTHING, NOTHING});
    for (size_t length = 1; add_layer(words, at, length); length++)
        ;
}

static void link_node(Words *words, uint32_t number)
{
    Node *node = &words->nodes.items[number];
    uint32_t parent = node->fail, class = node->word;
    node->word = NOTHING;
    node->fail = parent == 0 ? 0 : step(words, words->nodes.items[parent].fail, class);
}

static void fill_row(Words *words, uint32_t number)
{
    uint32_t *row = words->rows + (size_t)number * words->class_count;
    row[0] = 0;
    for (uint32_t class = 1; class < words->class_count; class ++) {
        uint32_t found = child(words, number, class);
        row[class] = found != NOTHING ? found
                     : number == 0    ? 0
                                      : step(words, words->nodes.items[number].fail, class);
    }
}

static void build(Words *words)
{
    uint32_t *at = base_alloc_zeroed(words->words.count + 1, sizeof *at);
    number_bytes(words);
    build_nodes(words, at);
    size_t nodes = words->nodes.count, rows = MAX_OF(ROW_CELLS / words->class_count, 1u);
    rows = MIN_OF(rows, nodes);
    words->rows = base_alloc(rows * words->class_count * sizeof *words->rows);
    words->row_count = 0;
    for (uint32_t n = 0; n < nodes; n++) {
        if (n > 0)
            link_node(words, n);
        if (n < rows) {
            fill_row(words, n);
            words->row_count = n + 1;
        }
    }
    for (size_t w = 0; w < words->words.count; w++)
        words->nodes.items[at[w]].word = (uint32_t)w;
    for (uint32_t n = 1; n < nodes; n++) {
        const Node *fail = &words->nodes.items[words->nodes.items[n].fail];
        words->nodes.items[n].next = fail->word != NOTHING && fail != words->nodes.items
                                         ? words->nodes.items[n].fail
                                         : fail->next;
    }
    words->built = true;
    free(at);
}

// ---------------------------------------------------------------- searching

static void note(Words *words, uint32_t number)
{
    if (words->met.items[number] == words->call)
        return;
    words->met.items[number] = words->call;
    vec_push(&words->found, number);
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
    if (!words->built)
        build(words);
    next_call(words);
    const Node *nodes = words->nodes.items;
    if (nodes[0].word != NOTHING)
        note(words, nodes[0].word);
    uint32_t node = 0;
    for (size_t i = 0; i < text.len; i++) {
        node = step(words, node, words->classes[(unsigned char)text.ptr[i]]);
        if (nodes[node].word != NOTHING && node != 0)
            note(words, nodes[node].word);
        for (uint32_t n = nodes[node].next; n != NOTHING; n = nodes[n].next)
            note(words, nodes[n].word);
    }
    *found = words->found.items;
    return words->found.count;
}

// SPDX-License-Identifier: Apache-2.0
//
// narrow_words.c: `a mentions b` between two tables: all words are looked for in one pass over each text.
//
// Where the word is the row's, the words of all rows are one set for the whole run, and each binding's text is read
// once. Where it is the binding's, the words of a batch are the set, and the texts of all rows are read once a batch.

#include "runtime/base/words.h"
#include "runtime/exec/block.h"
#include "runtime/exec/narrow_int.h"

struct WordsIndex {
    Expr binding;
    bool rows_hold_words;
    Vector row_values;     // words or texts of all right rows
    Vector binding_values; // of the batch under way
    Words *words;
    // Right rows by word: those that have it, or for a batch those whose text mentions it.
    GroupTable *groups;
    int64_t *starts, *rows;
    VEC(int64_t) rest;    // right rows whose value is not known
    int64_t *word_groups; // per binding of the batch: its word
};

static bool known(const Vector *vector, int64_t index)
{
    return vector->state == NULL || vector->state[index] == VALUE_KNOWN;
}

// Numbers the words and makes the set of them.
static Words *words_of(const RunShared *shared, GroupTable *groups, const Vector *values,
                       int64_t count, int64_t *numbers)
{
    Words *words = words_create();
    Vector keys;
    group_assign(groups, values, count, numbers);
    group_keys(groups, 0, &keys);
    for (int64_t g = 0; g < group_count(groups); g++)
        words_add(words, dict_str(shared->dict, keys.code[g]));
    return words;
}

static void index_words(BodyRun *run, WordsIndex *index, const PartnerRun *partner)
{
    int64_t count = partner->rowset->row_count;
    int64_t *numbers = base_alloc(((size_t)count + 1) * sizeof *numbers);
    Phys phys = PHYS_CODE;
    index->groups = group_table_create(&phys, 1);
    index->words = words_of(run->shared, index->groups, &index->row_values, count, numbers);
    int64_t total = group_count(index->groups);
    index->starts = ARENA_ARRAY(partner->arena, int64_t, total + 1);
    index->rows = ARENA_ARRAY(partner->arena, int64_t, count + 1);
    group_index(numbers, count, total, index->starts, index->rows);
    free(numbers);
}

static WordsIndex *words_make(BodyRun *run, PartnerRun *partner, const Expr *value)
{
    const Step *last = &value->steps[value->count - 1];
    if (last->op != STEP_MENTIONS || value->steps[last->a].phys != PHYS_CODE)
        return NULL;
    Expr text = narrow_side(partner->arena, value, last->a);
    Expr word = narrow_side(partner->arena, value, last->b);
    bool rows_hold_words = narrow_reads_row(partner, &word);
    const Expr *row = rows_hold_words ? &word : &text, *binding = rows_hold_words ? &text : &word;
    if (!narrow_reads_row(partner, row) || !narrow_reads_binding(partner, binding))
        return NULL;
    WordsIndex *index = ARENA_NEW(partner->arena, WordsIndex);
    *index = (WordsIndex){.binding = *binding, .rows_hold_words = rows_hold_words};
    narrow_rows(run, partner, row, &index->row_values);
    for (int64_t i = 0; i < partner->rowset->row_count; i++) {
        if (!known(&index->row_values, i))
            vec_push(&index->rest, i);
    }
    if (rows_hold_words)
        index_words(run, index, partner);
    return index;
}

WordsIndex *words_build(BodyRun *run, PartnerRun *partner)
{
    WordsIndex *index = NULL;
    for (uint32_t l = 0; index == NULL && l < partner->partner->leaf_count; l++) {
        const OnLeaf *leaf = &partner->partner->leaves[l];
        if (leaf->conjunct && !leaf->negative && !leaf->key)
            index = words_make(run, partner, &leaf->value);
    }
    return index;
}

static void forget_words(WordsIndex *index)
{
    words_destroy(index->words);
    group_table_destroy(index->groups);
    index->words = NULL;
    index->groups = NULL;
}

void words_free(WordsIndex *index)
{
    if (index == NULL)
        return;
    forget_words(index);
    vec_free(&index->rest);
}

// The words of the batch, and the right rows whose texts mention them.
static void scan_texts(BodyRun *run, WordsIndex *index, int64_t count)
{
    Phys phys = PHYS_CODE;
    VEC(int64_t) rows = {0}, groups = {0};
    forget_words(index);
    index->groups = group_table_create(&phys, 1);
    index->word_groups = ARENA_ARRAY(run->scratch, int64_t, count);
    index->words =
        words_of(run->shared, index->groups, &index->binding_values, count, index->word_groups);
    for (int64_t row = 0; row < index->row_values.count; row++) {
        const uint32_t *found;
        if (!known(&index->row_values, row))
            continue;
        Str text = dict_str(run->shared->dict, index->row_values.code[row]);
        size_t words = words_find(index->words, text, &found);
        for (size_t w = 0; w < words; w++) {
            vec_push(&rows, row);
            vec_push(&groups, found[w]);
        }
    }
    int64_t total = group_count(index->groups), hits = (int64_t)rows.count;
    index->starts = ARENA_ARRAY(run->scratch, int64_t, total + 1);
    index->rows = ARENA_ARRAY(run->scratch, int64_t, hits + 1);
    if (hits > 0)
        group_index(groups.items, hits, total, index->starts, index->rows);
    for (int64_t k = 0; k < hits; k++)
        index->rows[k] = rows.items[index->rows[k]];
    vec_free(&rows);
    vec_free(&groups);
}

void words_begin(BodyRun *run, WordsIndex *index, const Bindings *in)
{
    narrow_bindings(run, in, &index->binding, &index->binding_values);
    if (!index->rows_hold_words)
        scan_texts(run, index, in->count);
}

static void add_word(const WordsIndex *index, int64_t binding, int64_t group, Pairs *pairs)
{
    for (int64_t k = index->starts[group]; k < index->starts[group + 1]; k++)
        pairs_add(pairs, binding, index->rows[k]);
}

bool words_rows(const BodyRun *run, WordsIndex *index, int64_t binding, Pairs *pairs)
{
    if (!known(&index->binding_values, binding))
        return false;
    int64_t from = pairs->count;
    if (index->rows_hold_words) {
        const uint32_t *found;
        Str text = dict_str(run->shared->dict, index->binding_values.code[binding]);
        size_t count = words_find(index->words, text, &found);
        for (size_t w = 0; w < count; w++)
            add_word(index, binding, found[w], pairs);
    } else {
        add_word(index, binding, index->word_groups[binding], pairs);
    }
    for (size_t i = 0; i < index->rest.count; i++)
        pairs_add(pairs, binding, index->rest.items[i]);
    narrow_sort(pairs->row + from, pairs->count - from);
    return true;
}

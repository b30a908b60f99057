// SPDX-License-Identifier: Apache-2.0
//
// repl_words.c: what could stand at the cursor: commands, names of the model, columns, functions and keywords, in both
// languages. Behind `s.` only columns: those of the table that `s` stands for, where the line says so.

#include "compiler/cli/repl_int.h"
#include "runtime/base/map.h"
#include "runtime/base/unicode.h"
#include "stdlib/stdlib.h"

// Most words offered at once.
enum { WORDS_MAX = 200 };

typedef struct Offer {
    LineWords *words;
    Str typed;
    Map seen;
} Offer;

static void offer(Offer *offer, Str word)
{
    if (!str_starts(word, offer->typed) || word.len == offer->typed.len ||
        offer->words->words.count >= WORDS_MAX || !map_put(&offer->seen, word, 0))
        return;
    vec_push(&offer->words->words, arena_str(offer->words->arena, word));
}

static bool is_word_point(int32_t point)
{
    return point == '_' || (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
           (point >= 'A' && point <= 'Z') ||
           (point >= 0x80 && !unicode_is_space(point) && !(point >= 0x3000 && point <= 0x303F) &&
            !(point >= 0xFF00 && point <= 0xFF20));
}

// Where the word that ends at the end of the text begins.
static size_t word_start(Str text)
{
    size_t start = text.len;
    while (start > 0) {
        size_t at = start - 1;
        while (at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
            at--;
        size_t next = at;
        if (!is_word_point(utf8_decode(text, &next)))
            break;
        start = at;
    }
    return start;
}

// The word before `end`; moves it to the word's beginning.
static Str word_before(Str text, size_t *end)
{
    while (*end > 0 && (text.ptr[*end - 1] == ' ' || text.ptr[*end - 1] == '\t'))
        (*end)--;
    Str front = str_slice(text, 0, *end);
    size_t start = word_start(front);
    *end = start;
    return str_slice(front, start, front.len);
}

// The table that `T as variable` names in the line; empty: none does.
static Str table_of(Str line, Str variable)
{
    static const char *const AS[] = {"as", "记作"};
    for (size_t at = str_find(line, variable, 0); at != STR_NONE;
         at = str_find(line, variable, at + 1)) {
        size_t end = at;
        Str word = word_before(line, &end);
        for (size_t i = 0; i < ARRAY_LEN(AS); i++)
            if (str_equal(word, str_from_cstr(AS[i])))
                return word_before(line, &end);
    }
    return STR("");
}

static void offer_columns(Offer *offers, const Typed *typed, Str table)
{
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *decl = typed->decls[i];
        bool wanted = table.len == 0 || str_equal(decl->name, table);
        for (uint32_t c = 0; wanted && c < decl->rows.column_count; c++)
            if (!str_equal(decl->name, REPL_ROW))
                offer(offers, decl->rows.columns[c].name);
    }
}

static void offer_names(Offer *offers, const Typed *typed)
{
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind != TYPED_TEST && !str_equal(typed->decls[i]->name, REPL_ROW))
            offer(offers, typed->decls[i]->name);
}

static void offer_language(Offer *offers)
{
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        offer(offers, str_from_cstr(stdlib_at(i)->name));
        offer(offers, str_from_cstr(stdlib_at(i)->name_zh));
    }
    Str word;
    for (uint32_t i = 0; keyword_spelling(i, &word); i++)
        offer(offers, word);
}

static int compare_words(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

void repl_complete(void *closure, Str before, LineWords *words)
{
    Repl *repl = closure;
    size_t start = word_start(before);
    Offer offers = {.words = words, .typed = str_slice(before, start, before.len)};
    bool command = str_starts(str_trim(before), STR(":"));
    bool first = command && str_find(str_trim(before), STR(" "), 0) == STR_NONE;
    if (first) {
        size_t colon = str_find(before, STR(":"), 0);
        offers.typed = str_slice(before, colon, before.len);
        for (uint32_t i = 0; repl_command_name(i) != NULL; i++)
            offer(&offers, str_from_cstr(repl_command_name(i)));
    } else {
        Job job;
        repl->args.values[OPTION_JSON].count = 0;
        bool checked = repl_open(repl, &job, STR(""), STR("")) == EXIT_DONE;
        if (checked && start > 0 && before.ptr[start - 1] == '.') {
            size_t end = start - 1;
            Str variable = word_before(before, &end);
            offer_columns(&offers, job.session.typed, table_of(before, variable));
        } else if (checked) {
            offer_names(&offers, job.session.typed);
            if (!command)
                offer_columns(&offers, job.session.typed, STR(""));
        }
        if (!command && !(start > 0 && before.ptr[start - 1] == '.'))
            offer_language(&offers);
        job_close(&job);
    }
    words->typed = offers.typed.len;
    if (words->words.count > 1)
        qsort(words->words.items, words->words.count, sizeof *words->words.items, compare_words);
    map_deinit(&offers.seen);
}

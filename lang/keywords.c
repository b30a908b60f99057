// SPDX-License-Identifier: Apache-2.0
//
// keywords.c: the table of token.def, found by spelling and by token.
//
// The spellings hang in a small open hash table whose contents depend on token.def alone.

#include <assert.h>

#include "lang/lexer.h"
#include "lang/parse.h"

#include "generated/lang/grammar.h"

static const KeywordInfo rows[] = {
#define WORD(NAME, english, chinese, class) {T_##NAME, WORD_##class, {chinese, english}},
#define KIND(NAME, english, chinese)
#define MARK(NAME, spelling)
#define CHAR(CODE, spelling)
#include "lang/token.def"
#undef WORD
#undef KIND
#undef MARK
#undef CHAR
};

static_assert(4 * ARRAY_LEN(rows) < KEYWORD_SLOTS, "the table must stay half empty");

static uint32_t hash_bytes(Str text)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 16777619u;
    return hash ^ (hash >> 15);
}

static void insert(Keywords *keywords, Str spelling, uint32_t value)
{
    uint32_t at = hash_bytes(spelling) % KEYWORD_SLOTS;
    while (keywords->slots[at] != 0)
        at = (at + 1) % KEYWORD_SLOTS;
    keywords->slots[at] = (uint16_t)(1 + value);
}

/* 分组 按 without its blank into `glued`; the empty text when the spelling has none. */
static Str glue(Str spelling, char glued[KEYWORD_SIZE_MAX])
{
    size_t blank = str_find(spelling, STR(" "), 0);
    if (blank == STR_NONE)
        return (Str){0};
    ASSERT(spelling.len < KEYWORD_SIZE_MAX);
    memcpy(glued, spelling.ptr, blank);
    memcpy(glued + blank, spelling.ptr + blank + 1, spelling.len - blank - 1);
    return (Str){glued, spelling.len - 1};
}

void keywords_init(Keywords *keywords)
{
    memset(keywords, 0, sizeof(*keywords));
    char glued[KEYWORD_SIZE_MAX];
    for (uint32_t row = 0; row < ARRAY_LEN(rows); row++) {
        Str chinese = str_from_cstr(rows[row].spelling[LANG_ZH]);
        insert(keywords, chinese, 2 * row + LANG_ZH);
        insert(keywords, str_from_cstr(rows[row].spelling[LANG_EN]), 2 * row + LANG_EN);
        Str one_word = glue(chinese, glued);
        if (one_word.len > 0)
            insert(keywords, one_word, 2 * row + LANG_ZH);
    }
}

/* Whether `word` is the spelling, or a Chinese pair without its blank. */
static bool spells(Str word, uint32_t row, uint32_t lang)
{
    Str spelling = str_from_cstr(rows[row].spelling[lang]);
    char glued[KEYWORD_SIZE_MAX];
    return str_equal(word, spelling) || (lang == LANG_ZH && word.len + 1 == spelling.len &&
                                         str_equal(word, glue(spelling, glued)));
}

bool keyword_spelling(uint32_t index, Str *out)
{
    if (index >= 2 * ARRAY_LEN(rows))
        return false;
    *out = str_from_cstr(rows[index / 2].spelling[index % 2]);
    return true;
}

uint32_t keyword_count(void)
{
    return ARRAY_LEN(rows);
}

const KeywordInfo *keyword_info(uint32_t row)
{
    ASSERT(row < ARRAY_LEN(rows));
    return &rows[row];
}

const KeywordInfo *keyword_of_token(int token)
{
    for (uint32_t row = 0; row < ARRAY_LEN(rows); row++) {
        if (rows[row].token == token)
            return &rows[row];
    }
    return NULL;
}

const KeywordInfo *keyword_find(const Keywords *keywords, Str spelling, Lang *lang)
{
    uint32_t at = hash_bytes(spelling) % KEYWORD_SLOTS;
    for (; keywords->slots[at] != 0; at = (at + 1) % KEYWORD_SLOTS) {
        uint32_t value = keywords->slots[at] - 1u;
        if (spells(spelling, value / 2, value % 2)) {
            *lang = (Lang)(value % 2);
            return &rows[value / 2];
        }
    }
    return NULL;
}

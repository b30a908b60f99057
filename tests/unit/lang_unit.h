// SPDX-License-Identifier: Apache-2.0
//
// lang_unit.h: a text, its tokens, its tree and its messages, for the tests of the front end.
#ifndef SUP_TESTS_UNIT_LANG_UNIT_H
#define SUP_TESTS_UNIT_LANG_UNIT_H

#include "lang/lang.h"
#include "tests/unit/unit.h"

// One text under test. All of it is freed by text_close.
typedef struct Text {
    Arena *arena;
    SourceSet *sources;
    const Source *source;
    DiagList *diags;
} Text;

// Opens a text of these bytes, named "甲.sup".
static inline Text text_open(Str bytes)
{
    Text text = {.arena = arena_create(NULL, 0)};
    text.sources = source_set_create(text.arena, NULL, NULL);
    text.source = source_add(text.sources, STR("甲.sup"), bytes);
    text.diags = diag_list_create(text.arena, text.sources);
    return text;
}

static inline void text_close(Text *text)
{
    arena_destroy(text->arena);
    *text = (Text){0};
}

// The codes of all messages in order: "E0104 E0201". Lives in the text's arena.
static inline Str text_codes(Text *text)
{
    StrBuf codes = {0};
    uint32_t count;
    const Diag *const *diags = diag_sorted(text->diags, &count);
    for (uint32_t i = 0; i < count; i++)
        strbuf_printf(&codes, "%s%s", i > 0 ? " " : "", diag_info(diags[i]->id)->code);
    Str result = arena_str(text->arena, strbuf_str(&codes));
    strbuf_deinit(&codes);
    return result;
}

// The codes that parsing this file gives.
static inline void expect_codes(const char *file, const char *codes)
{
    Text text = text_open(str_from_cstr(file));
    const Ast *ast = parse(text.arena, text.source, text.diags);
    expect_str(text_codes(&text), codes);
    assert_int_equal(ast->failed, codes[0] != '\0');
    text_close(&text);
}

#endif

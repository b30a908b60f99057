// SPDX-License-Identifier: Apache-2.0
//
// test_diag.c: sources and places; messages, their order, doubles, limits and renderings; the table.
#include "tests/unit/lang_unit.h"

static Span span_of(const Text *text, uint32_t start, uint32_t end)
{
    return (Span){text->source->file, start, end};
}

static void expect_render(Text *text, Lang lang, const char *wanted)
{
    StrBuf out = {0};
    diag_render(text->diags, (DiagRender){.lang = lang}, &out);
    expect_str(strbuf_str(&out), wanted);
    strbuf_deinit(&out);
}

static void test_places(void **state)
{
    (void)state;
    Text text = text_open(STR("甲a\r\n𠀀b\n\nc"));
    assert_int_equal(text.source->line_count, 4);
    SourcePlace place = source_place(text.source, 3);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 2);
    assert_int_equal(place.column_utf16, 2);
    place = source_place(text.source, 10);
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 2);
    assert_int_equal(place.column_utf16, 3);
    assert_int_equal(source_place(text.source, 9999).line, 4);
    expect_str(source_line(text.source, 1), "甲a");
    expect_str(source_line(text.source, 3), "");
    expect_str(source_line(text.source, 4), "c");
    text_close(&text);
}

static Status read_two(void *context, Str path, Arena *arena, Str *text, Error *error)
{
    int *calls = context;
    (*calls)++;
    if (str_equal(path, STR("没有")))
        return error_set(error, STATUS_IO, "打不开", "cannot be opened");
    *text = arena_str(arena, STR("unit 头"));
    return STATUS_OK;
}

static void test_loading(void **state)
{
    (void)state;
    int calls = 0;
    Arena *arena = arena_create(NULL, 0);
    SourceSet *set = source_set_create(arena, read_two, &calls);
    const Source *first;
    const Source *second;
    Error error = {0};
    assert_int_equal(source_load(set, STR("a"), &first, &error), STATUS_OK);
    assert_int_equal(source_load(set, STR("a"), &second, &error), STATUS_OK);
    assert_ptr_equal(first, second);
    assert_int_equal(calls, 1);
    assert_int_equal(source_load(set, STR("没有"), &second, &error), STATUS_IO);
    expect_str(strbuf_str(&error.zh), "打不开");
    assert_int_equal(source_count(set), 1);
    static const char *const paths[][3] = {
        {"模型/乙.sup", "公共/甲.sup", "模型/公共/甲.sup"},
        {"乙.sup", "甲.sup", "甲.sup"},
        {"a/b/c.sup", "../d.sup", "a/d.sup"},
        {"a/b.sup", "../../d.sup", "../d.sup"},
        {"/a/b.sup", "./c/./d.sup", "/a/c/d.sup"},
        {"a/b.sup", "/c.sup", "/c.sup"},
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        Str got =
            source_relative_path(arena, str_from_cstr(paths[i][0]), str_from_cstr(paths[i][1]));
        expect_str(got, paths[i][2]);
    }
    error_deinit(&error);
    arena_destroy(arena);
}

static void test_render(void **state)
{
    (void)state;
    Text text = text_open(STR("筛选 金额 > 三 且\t丁\n第二行\n"));
    Diag *diag = diag_emit_with(text.diags, DIAG_MISSPELT, span_of(&text, 7, 13),
                                DIAG_ARGS(diag_arg_c("金额"), diag_arg_both("甲", "a")));
    diag_primary(text.diags, diag, DIAG_TEXT_EXPECTED, DIAG_ARGS(diag_arg_both("乙", "b")));
    diag_label(text.diags, diag, span_of(&text, 28, 31), DIAG_TEXT_CHAINED, DIAG_NONE);
    diag_note(text.diags, diag, DIAG_TEXT_GLUED, DIAG_NONE);
    diag_fix(text.diags, diag, span_of(&text, 7, 13), STR("甲"), DIAG_TEXT_WRITE,
             DIAG_ARGS(diag_arg_c("甲")));
    expect_render(&text, LANG_ZH,
                  "错误[E0204]：此处没有“金额”这种写法，是不是“甲”？\n"
                  " --> 甲.sup:1:4\n"
                  "  |\n"
                  "1 | 筛选 金额 > 三 且 丁\n"
                  "  |      ^^^^ 此处应为：乙\n"
                  "2 | 第二行\n"
                  "  | -- 两个条件之间用“且”，或者写 属于 [a .. b]\n"
                  "  = 说明：关键词两边要留空格\n"
                  "  = 改法：写作“甲”\n"
                  "1 | 筛选 甲 > 三 且 丁\n\n");
    expect_render(&text, LANG_EN,
                  "error[E0204]: `金额` is unknown here; is `a` meant?\n"
                  " --> 甲.sup:1:4\n"
                  "  |\n"
                  "1 | 筛选 金额 > 三 且 丁\n"
                  "  |      ^^^^ expected: b\n"
                  "2 | 第二行\n"
                  "  | -- join two conditions by `and`, or write `in [a .. b]`\n"
                  "  = note: blanks on both sides set a keyword apart\n"
                  "  = fix: write `甲`\n"
                  "1 | 筛选 甲 > 三 且 丁\n\n");
    text_close(&text);
}

static void test_json(void **state)
{
    (void)state;
    Text text = text_open(STR("a\n\"乙\""));
    Diag *diag = diag_emit_with(text.diags, DIAG_UNKNOWN_CHARACTER, span_of(&text, 2, 7),
                                DIAG_ARGS(diag_arg_c("\"\\")));
    diag_fix(text.diags, diag, span_of(&text, 2, 3), STR(""), DIAG_TEXT_DOUBLE_QUOTES, DIAG_NONE);
    StrBuf out = {0};
    diag_render_json(text.diags, &out);
    expect_str(strbuf_str(&out),
               "{\"code\":\"E0103\",\"severity\":\"error\",\"file\":\"甲.sup\","
               "\"start\":{\"line\":2,\"column\":1,\"utf16\":1},"
               "\"end\":{\"line\":2,\"column\":4,\"utf16\":4},"
               "\"message\":{\"zh\":\"“\\\"\\\\”在这里没有含义\",\"en\":\"`\\\"\\\\` means nothing "
               "here\"},"
               "\"label\":{\"zh\":\"\",\"en\":\"\"},\"labels\":[],\"notes\":[],"
               "\"fix\":{\"file\":\"甲.sup\",\"start\":{\"line\":2,\"column\":1,\"utf16\":1},"
               "\"end\":{\"line\":2,\"column\":2,\"utf16\":2},\"replacement\":\"\","
               "\"text\":{\"zh\":\"改用双引号\",\"en\":\"use double quotation marks\"}}}\n");
    strbuf_deinit(&out);
    text_close(&text);
}

// What a terminal would obey is shown as U+FFFD; colours come only when asked for.
static void test_harmless(void **state)
{
    (void)state;
    Text text = text_open(STR("\x1B[31m\xE2\x80\xAEx\x7F"));
    diag_emit_with(text.diags, DIAG_UNKNOWN_CHARACTER, span_of(&text, 0, 1),
                   DIAG_ARGS(diag_arg_c("\x1B\n")));
    StrBuf out = {0};
    diag_render(text.diags, (DiagRender){.lang = LANG_EN}, &out);
    assert_int_equal(str_find(strbuf_str(&out), STR("\x1B"), 0), STR_NONE);
    assert_int_equal(str_find(strbuf_str(&out), STR("\x7F"), 0), STR_NONE);
    assert_int_equal(str_find(strbuf_str(&out), STR("\xE2\x80\xAE"), 0), STR_NONE);
    strbuf_clear(&out);
    diag_render(text.diags, (DiagRender){.lang = LANG_EN, .color = true}, &out);
    assert_true(str_starts(strbuf_str(&out), STR("\x1B[1;31merror[E0103]")));
    strbuf_deinit(&out);
    text_close(&text);
}

static void test_long_line(void **state)
{
    (void)state;
    StrBuf bytes = {0};
    for (int i = 0; i < 100000; i++)
        strbuf_add_c(&bytes, "长");
    Text text = text_open(strbuf_str(&bytes));
    diag_emit(text.diags, DIAG_WRONG_QUOTE, span_of(&text, 150000, 150003));
    diag_emit(text.diags, DIAG_WRONG_QUOTE, span_of(&text, 0, 300000));
    StrBuf out = {0};
    diag_render(text.diags, (DiagRender){.lang = LANG_ZH}, &out);
    assert_true(out.len < 2000);
    assert_int_not_equal(str_find(strbuf_str(&out), STR("^^\n"), 0), STR_NONE);
    strbuf_deinit(&out);
    strbuf_deinit(&bytes);
    text_close(&text);
}

static void test_order(void **state)
{
    (void)state;
    Text text = text_open(STR("abcdef"));
    diag_emit(text.diags, DIAG_WRONG_QUOTE, span_of(&text, 4, 5));
    diag_emit(text.diags, DIAG_EMPTY_NAME, span_of(&text, 1, 2));
    diag_emit(text.diags, DIAG_WRONG_QUOTE, span_of(&text, 4, 5));
    diag_emit(text.diags, DIAG_EMPTY_NAME, span_of(&text, 4, 5));
    expect_str(text_codes(&text), "E0106 E0105 E0106");
    assert_int_equal(diag_count(text.diags, DIAG_ERROR), 3);
    assert_int_equal(diag_count(text.diags, DIAG_WARNING), 0);
    assert_true(diag_has_errors(text.diags));
    assert_true(diag_has_error_in(text.diags, span_of(&text, 2, 3)));
    assert_false(diag_has_error_in(text.diags, span_of(&text, 3, 3)));
    StrBuf out = {0};
    diag_render(text.diags, (DiagRender){.lang = LANG_EN, .limit = 1}, &out);
    assert_true(str_ends(strbuf_str(&out), STR("2 more not shown\n")));
    strbuf_deinit(&out);
    text_close(&text);
}

static void test_many(void **state)
{
    (void)state;
    Text text = text_open(STR("abcdef"));
    for (uint32_t i = 0; i < 100000; i++)
        diag_emit(text.diags, DIAG_WRONG_QUOTE, span_of(&text, i % 6, i % 6));
    uint32_t count;
    (void)diag_sorted(text.diags, &count);
    assert_int_equal(count, 6);
    text_close(&text);
}

// Every row can be found and explained in both languages, and its wrong program is wrong.
static void test_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DIAG_COUNT; i++) {
        const DiagInfo *info = diag_info((DiagId)i);
        DiagId id;
        assert_true(diag_find(str_from_cstr(info->code), &id));
        assert_int_equal(id, i);
        assert_int_equal(strlen(info->code), 5);
        bool error = info->severity == DIAG_ERROR;
        assert_int_equal(info->code[0], error ? 'E' : info->severity == DIAG_NOTE ? 'N' : 'W');
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            StrBuf out = {0};
            diag_explain((DiagId)i, (Lang)lang, &out);
            assert_true(out.len > 60);
            strbuf_deinit(&out);
        }
    }
    DiagId id;
    assert_true(diag_find(STR("e0204"), &id));
    assert_int_equal(id, DIAG_MISSPELT);
    assert_false(diag_find(STR("E9999"), &id));
    assert_false(diag_find(STR(""), &id));
}

// The wrong programs of the syntax rows give just their own code.
static void test_wrong_programs(void **state)
{
    (void)state;
    int checked = 0;
    for (unsigned i = 0; i < DIAG_COUNT; i++) {
        const DiagInfo *info = diag_info((DiagId)i);
        bool syntax = strncmp(info->code, "E01", 3) == 0 || strncmp(info->code, "E02", 3) == 0;
        if (!syntax || info->wrong == NULL)
            continue;
        expect_codes(info->wrong, info->code);
        checked++;
    }
    assert_true(checked >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),   cmocka_unit_test(test_loading),
        cmocka_unit_test(test_render),   cmocka_unit_test(test_json),
        cmocka_unit_test(test_harmless), cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_order),    cmocka_unit_test(test_many),
        cmocka_unit_test(test_table),    cmocka_unit_test(test_wrong_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

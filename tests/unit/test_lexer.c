// SPDX-License-Identifier: Apache-2.0
//
// test_lexer.c: words, marks, numbers, dates, texts, rows; what is mended and told.
#include "tests/unit/lang_unit.h"

#include "generated/lang/grammar.h"
#include "lang/lexer.h"
#include "runtime/base/time.h"

typedef VEC(Token) Tokens;

static Tokens tokens_of(Text *text)
{
    static Keywords keywords;
    keywords_init(&keywords);
    Lexer lexer;
    lexer_init(&lexer, text->arena, &keywords, text->source, 0, (uint32_t)text->source->text.len,
               text->diags);
    Tokens tokens = {0};
    do {
        vec_push(&tokens, lexer_next(&lexer));
    } while (vec_last(&tokens).kind != T_END);
    return tokens;
}

// The text gives exactly these kinds, T_END apart, and no message.
static void expect_kinds(const char *bytes, size_t count, const int *kinds)
{
    Text text = text_open(str_from_cstr(bytes));
    Tokens tokens = tokens_of(&text);
    expect_str(text_codes(&text), "");
    if (tokens.count - 1 != count)
        fail_msg("%s: %zu tokens, wanted %zu", bytes, tokens.count - 1, count);
    for (size_t i = 0; i < count; i++) {
        if (tokens.items[i].kind != kinds[i])
            fail_msg("%s: token %zu is %d, wanted %d", bytes, i, tokens.items[i].kind, kinds[i]);
    }
    vec_free(&tokens);
    text_close(&text);
}

#define EXPECT_KINDS(bytes, ...)                                                                   \
    expect_kinds(bytes, ARRAY_LEN(((const int[]){__VA_ARGS__})), (const int[]){__VA_ARGS__})

// The first token of a text, and the codes of its messages.
static Token first_of(Text *text, const char *bytes, const char *codes)
{
    *text = text_open(str_from_cstr(bytes));
    Tokens tokens = tokens_of(text);
    Token first = tokens.items[0];
    vec_free(&tokens);
    expect_str(text_codes(text), codes);
    return first;
}

static void test_words(void **state)
{
    (void)state;
    EXPECT_KINDS("from 来自 rule 规则 销售", T_FROM, T_FROM, T_RULE, T_RULE, T_IDENT);
    EXPECT_KINDS("from2 fromx x来自 来自x", T_IDENT, T_IDENT, T_IDENT, T_IDENT);
    EXPECT_KINDS("From FROM", T_IDENT, T_IDENT);
    EXPECT_KINDS("ｆｒｏｍ", T_FROM);
    EXPECT_KINDS("`from` 《来自》", T_IDENT, T_IDENT);
    EXPECT_KINDS("s.from s . 来自", T_IDENT, '.', T_IDENT, T_IDENT, '.', T_IDENT);
    EXPECT_KINDS("from: 来自 ： where\n:", T_LABEL, ':', T_LABEL, ':', T_LABEL, ':');
    EXPECT_KINDS("阿·凡提", T_IDENT);
}

static void test_pairs(void **state)
{
    (void)state;
    EXPECT_KINDS("group by", T_GROUP_BY);
    EXPECT_KINDS("group  \n by", T_GROUP_BY);
    EXPECT_KINDS("分组 按 分组按", T_GROUP_BY, T_GROUP_BY);
    EXPECT_KINDS("分组 分组", T_IDENT, T_IDENT);
    EXPECT_KINDS("group", T_IDENT);
    EXPECT_KINDS("groupby", T_IDENT);
    EXPECT_KINDS("on missing on", T_ON_MISSING, T_ON);
    EXPECT_KINDS("not in not", T_NOT_IN, T_NOT);
    EXPECT_KINDS("不属于 is present 不为空", T_NOT_IN, T_IS_PRESENT, T_IS_PRESENT);
    EXPECT_KINDS("s.group by", T_IDENT, '.', T_IDENT, T_BY);
    EXPECT_KINDS("group 按", T_IDENT, T_BY);
    EXPECT_KINDS("on: missing", T_LABEL, ':', T_MISSING);
}

static void test_marks(void **state)
{
    (void)state;
    EXPECT_KINDS("（ ） ｛ ｝ 【 】 ， ： 、 ？", '(', ')', '{', '}', '[', ']', ',', ':', ',', '?');
    EXPECT_KINDS("≥ ≤ ≠ × ÷ ＝ ＜ ＞ ＋ －", T_GE, T_LE, T_NE, '*', '/', '=', '<', '>', '+', '-');
    EXPECT_KINDS(">= <= != .. ?"
                 "? ． ｜",
                 T_GE, T_LE, T_NE, T_DOTS, T_COALESCE, '.', '|');
    EXPECT_KINDS("a;b；c。d", T_IDENT, T_IDENT, T_IDENT, T_IDENT);
    EXPECT_KINDS("a # b\nc # d", T_IDENT, T_IDENT);
    EXPECT_KINDS("\xEF\xBB\xBF"
                 "a\r\n\tb　c",
                 T_IDENT, T_IDENT, T_IDENT);
}

static void test_numbers(void **state)
{
    (void)state;
    EXPECT_KINDS("1 1.5 1% 1元 1..2", T_INTEGER, T_DECIMAL, T_PERCENT, T_QUANTITY, T_INTEGER,
                 T_DOTS, T_INTEGER);
    static const struct {
        const char *text;
        int kind;
        int64_t count;
        int scale;
        const char *unit;
    } rows[] = {
        {"007", T_INTEGER, 7, 0, ""},
        {"3.50", T_DECIMAL, 35, 1, ""},
        {"70%", T_PERCENT, 7, 1, ""},
        {"100％", T_PERCENT, 1, 0, ""},
        {"0.05%", T_PERCENT, 5, 4, ""},
        {"3.5万元", T_QUANTITY, 35, 1, "万元"},
        {"8.5元每升", T_QUANTITY, 85, 1, "元每升"},
        {"５个工作日", T_QUANTITY, 5, 0, "个工作日"},
        {"１．５", T_DECIMAL, 15, 1, ""},
        {"2年", T_QUANTITY, 2, 0, "年"},
        {"10km", T_QUANTITY, 10, 0, "km"},
        {"100元且s", T_QUANTITY, 100, 0, "元且s"},
        {"99999999999999999999999999999999999999", T_INTEGER, -1, 0, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Text text;
        Token token = first_of(&text, rows[i].text, "");
        assert_int_equal(token.kind, rows[i].kind);
        if (rows[i].count >= 0)
            assert_true(token.count == rows[i].count);
        assert_int_equal(token.scale, rows[i].scale);
        expect_str(token.unit, rows[i].unit);
        text_close(&text);
    }
    Text text;
    first_of(&text, "100000000000000000000000000000000000000", "E0108");
    text_close(&text);
    first_of(&text, "0.1000000000000000000000000000000000000001", "E0108");
    text_close(&text);
}

static void expect_date(const char *bytes, int kind, const char *canonical, const char *codes)
{
    Text text;
    Token token = first_of(&text, bytes, codes);
    assert_int_equal(token.kind, kind);
    StrBuf out = {0};
    if (kind == T_DATE)
        date_format(&out, (int32_t)token.time);
    else if (kind == T_MONTH)
        month_format(&out, (int32_t)token.time);
    else
        datetime_format(&out, token.time);
    if (canonical != NULL)
        expect_str(strbuf_str(&out), canonical);
    strbuf_deinit(&out);
    text_close(&text);
}

static void test_dates(void **state)
{
    (void)state;
    expect_date("2024-03-02", T_DATE, "2024-03-02", "");
    expect_date("2024年3月2日", T_DATE, "2024-03-02", "");
    expect_date("２０２４年０３月０２日", T_DATE, "2024-03-02", "");
    expect_date("2024-02-29", T_DATE, "2024-02-29", "");
    expect_date("2023-02-29", T_DATE, NULL, "E0111");
    expect_date("2024-03", T_MONTH, "2024-03", "");
    expect_date("2024年3月", T_MONTH, "2024-03", "");
    expect_date("2024-13", T_MONTH, NULL, "E0111");
    expect_date("2024-3-2", T_DATE, "2024-03-02", "E0109");
    expect_date("2024/3/2", T_DATE, "2024-03-02", "E0109");
    expect_date("2024.3.2", T_DATE, "2024-03-02", "E0109");
    expect_date("2024-3", T_MONTH, "2024-03", "E0110");
    expect_date("2024-03-02 08:30", T_DATETIME, "2024-03-02T08:30:00", "");
    expect_date("2024-03-02T08:30:15.5", T_DATETIME, "2024-03-02T08:30:15.5", "");
    expect_date("2024-03-02 8:30", T_DATETIME, "2024-03-02T08:30:00", "E0113");
    expect_date("2024-03-02 24:00", T_DATETIME, NULL, "E0112");
    EXPECT_KINDS("2000/3", T_INTEGER, '/', T_INTEGER);
    EXPECT_KINDS("1000-200", T_INTEGER, '-', T_INTEGER);
    EXPECT_KINDS("2024 - 3", T_INTEGER, '-', T_INTEGER);
    EXPECT_KINDS("2024-03-02 8", T_DATE, T_INTEGER);
    EXPECT_KINDS("2024年", T_QUANTITY);
}

static void test_articles(void **state)
{
    (void)state;
    EXPECT_KINDS("第八十三条 第83条第二款 第（二）项 第307条之一", T_ARTICLE, T_ARTICLE, T_ARTICLE,
                 T_ARTICLE);
    EXPECT_KINDS("第三方 第三条规定 第", T_IDENT, T_IDENT, T_IDENT);
    assert_int_equal(lexer_chinese_number(STR("三百零七")), 307);
    assert_int_equal(lexer_chinese_number(STR("十")), 10);
    assert_int_equal(lexer_chinese_number(STR("二十一")), 21);
    assert_int_equal(lexer_chinese_number(STR("一百一十")), 110);
    assert_int_equal(lexer_chinese_number(STR("一二〇")), 120);
    assert_int_equal(lexer_chinese_number(STR("１２0")), 120);
    assert_int_equal(lexer_chinese_number(STR("甲")), -1);
    assert_int_equal(lexer_chinese_number(STR("")), -1);
    for (int64_t number = 0; number <= 9999; number++) {
        StrBuf out = {0};
        lexer_add_chinese_number(&out, number);
        assert_int_equal(lexer_chinese_number(strbuf_str(&out)), number);
        strbuf_deinit(&out);
    }
}

static void test_texts(void **state)
{
    (void)state;
    EXPECT_KINDS("\"a\" “b\"c” 「d”e」", T_STRING, T_STRING, T_STRING);
    Text text;
    Token token = first_of(&text, "\"a\\\"b\\\\\" x", "");
    expect_str(token.text, "a\\\"b\\\\");
    expect_str(lexer_decode_text(text.arena, token.text, false), "a\"b\\");
    expect_str(lexer_decode_text(text.arena, token.text, true), "a\"b\\\\");
    expect_str(lexer_decode_text(text.arena, STR("\\d{8}\\n"), true), "\\d{8}\\n");
    text_close(&text);
    token = first_of(&text, "\"abc\n", "E0104");
    assert_true(token.unclosed);
    expect_str(token.text, "abc");
    text_close(&text);
    first_of(&text, "“abc\"", "E0104");
    text_close(&text);
    first_of(&text, "'abc'", "E0105");
    text_close(&text);
    first_of(&text, "`abc", "E0104");
    text_close(&text);
    first_of(&text, "《》", "E0106");
    text_close(&text);
}

static void test_rows(void **state)
{
    (void)state;
    EXPECT_KINDS("| from | 金额 |\n| 1 | from |\n", '|', T_IDENT, '|', T_IDENT, '|', T_ROW_END, '|',
                 T_INTEGER, '|', T_FROM, '|', T_ROW_END);
    EXPECT_KINDS("| a: | # b\n\n  | 1 |", '|', T_IDENT, ':', '|', T_ROW_END, '|', T_INTEGER, '|',
                 T_ROW_END);
    EXPECT_KINDS("x | y\n", T_IDENT, '|', T_IDENT);
    EXPECT_KINDS("| from |\nfrom\n| from |", '|', T_IDENT, '|', T_ROW_END, T_FROM, '|', T_IDENT,
                 '|', T_ROW_END);
}

static void test_wrong_marks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int kind;
    } rows[] = {{"==", '='},   {"<>", T_NE}, {"=>", T_GE},  {"=<", T_LE},
                {"&&", T_AND}, {"||", T_OR}, {"！", T_NOT}, {"——", '-'}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Text text;
        StrBuf bytes = {0};
        strbuf_printf(&bytes, "%s x", rows[i].text);
        Token token = first_of(&text, strbuf_cstr(&bytes), "E0107");
        assert_int_equal(token.kind, rows[i].kind);
        strbuf_deinit(&bytes);
        text_close(&text);
    }
    Text text;
    assert_int_equal(first_of(&text, "@ x", "E0103").kind, T_IDENT);
    text_close(&text);
    assert_int_equal(first_of(&text, "☃ x", "E0103").kind, T_IDENT);
    text_close(&text);
}

static void test_encoding(void **state)
{
    (void)state;
    static const struct {
        Str bytes;
        const char *codes;
    } rows[] = {
        {STR_INIT("规则"), ""},         {STR_INIT("\xB9\xE6\xD4\xF2"), "E0101"},
        {STR_INIT("a\0b"), "E0102"},    {STR_INIT("a\0b\xFF"), "E0102"},
        {STR_INIT("a\xFF\0"), "E0101"}, {STR_INIT(""), ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Text text = text_open(rows[i].bytes);
        assert_int_equal(lexer_check_encoding(text.source, text.diags), rows[i].codes[0] == '\0');
        expect_str(text_codes(&text), rows[i].codes);
        text_close(&text);
    }
}

// Every spelling of token.def is read as its token, alone and as a name after a point.
static void test_all_keywords(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < keyword_count(); row++) {
        const KeywordInfo *info = keyword_info(row);
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            EXPECT_KINDS(info->spelling[lang], info->token);
            assert_ptr_equal(keyword_of_token(info->token), info);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_marks),        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_dates),        cmocka_unit_test(test_articles),
        cmocka_unit_test(test_texts),        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_wrong_marks),  cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_all_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

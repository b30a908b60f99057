// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_catalog.c: every card is complete, names are unambiguous, and
// spec/generated/stdlib.md says what the cards say. SUP_ACCEPT=1 in the environment writes that
// file anew.
#include "tests/unit/unit.h"

#include "stdlib/stdlib.h"

#define DOCUMENT SUP_ROOT "/spec/generated/stdlib.md"

// A function that can be run: its example must be there, for tests/cards.
static bool runs(const FnCard *card)
{
    bool body = card->kernel || card->parts;
    return (card->lower == LOWER_CALL && body) || card->lower == LOWER_STEP;
}

static bool has_han(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0xE4)
            return true;
    return false;
}

static void test_complete(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const FnCard *card = stdlib_at(i);
        Str signature = str_from_cstr(card->signature), name = str_from_cstr(card->name);
        assert_true(str_starts(signature, name));
        assert_int_equal(signature.ptr[name.len], '(');
        assert_true(has_han(card->name_zh));
        assert_true(has_han(card->doc_zh));
        assert_int_equal(card->doc[strlen(card->doc) - 1], '.');
        assert_true(str_ends(str_from_cstr(card->doc_zh), STR("。")));
        if (card->lower != LOWER_SPECIAL)
            assert_true(card->cost > 0);
        if (runs(card) && !card->example)
            fail_msg("%s has no example", card->signature);
        if (card->lower == LOWER_STEP)
            assert_non_null(card->step);
        for (const Reason *issue = card->issues; issue && *issue != REASON_NONE; issue++)
            assert_int_equal(reason_kind(*issue), REASON_KIND_ISSUE);
        assert_non_null(stdlib_family(i, LANG_ZH));
    }
    assert_null(stdlib_at(stdlib_count()));
}

// Overloads share both names; no name means two functions; no signature stands twice.
static void test_names(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < stdlib_count(); i++)
        for (uint32_t k = 0; k < i; k++) {
            const FnCard *a = stdlib_at(i), *b = stdlib_at(k);
            if ((strcmp(a->name, b->name) == 0) != (strcmp(a->name_zh, b->name_zh) == 0))
                fail_msg("%s %s, %s %s", a->name, a->name_zh, b->name, b->name_zh);
            if (strcmp(a->signature, b->signature) == 0)
                fail_msg("%s stands twice", a->signature);
        }
}

static void test_find(void **state)
{
    (void)state;
    const FnCard *cards[8];
    assert_int_equal(stdlib_find(STR("四舍五入"), cards, 8), 2);
    assert_string_equal(cards[0]->name, "round");
    assert_int_equal(stdlib_find(STR("round"), cards, 1), 2);
    assert_int_equal(stdlib_find(STR("没有这个"), cards, 8), 0);
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const FnCard *card = stdlib_at(i);
        uint32_t english = stdlib_find(str_from_cstr(card->name), cards, 8);
        assert_true(english >= 1 && english <= 8);
        assert_int_equal(stdlib_find(str_from_cstr(card->name_zh), cards, 8), english);
    }
}

// ---- the document

static void add_issues(StrBuf *out, const FnCard *card)
{
    if (!card->issues)
        return;
    strbuf_add_c(out, "\n待定 / undecided:");
    for (const Reason *issue = card->issues; *issue != REASON_NONE; issue++) {
        Str zh = reason_text(*issue, LANG_ZH), en = reason_name(*issue);
        strbuf_printf(out, "%s " STR_FMT " (" STR_FMT ")", issue == card->issues ? "" : ",",
                      STR_ARG(zh), STR_ARG(en));
    }
    strbuf_add_c(out, "\n");
}

static const char *note_of(const FnCard *card)
{
    bool later = (card->lower == LOWER_CALL && !card->kernel && !card->parts) ||
                 (card->lower == LOWER_AGGREGATE && !card->step);
    return later ? "\n本版本可以检查，还不能运行。 Checked, not yet run in this version.\n" : "";
}

static void add_card(StrBuf *out, const FnCard *card)
{
    strbuf_printf(out, "\n### %s · %s\n\n`%s`\n\n%s\n%s\n", card->name, card->name_zh,
                  card->signature, card->doc_zh, card->doc);
    if (card->example)
        strbuf_printf(out, "\n```\n%s\n```\n", card->example);
    add_issues(out, card);
    if (card->soft)
        strbuf_add_c(out, "\n只对已经确定的同组成员计算。 Over decided peers only.\n");
    strbuf_add_c(out, note_of(card));
}

static void write_document(StrBuf *out)
{
    strbuf_add_c(out, "# 标准库 · The standard library\n\n"
                      "由函数卡片生成，不要手改。 Written from the cards; do not edit.\n");
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const char *title = stdlib_family(i, LANG_ZH);
        if (i == 0 || title != stdlib_family(i - 1, LANG_ZH))
            strbuf_printf(out, "\n## %s · %s\n", title, stdlib_family(i, LANG_EN));
        add_card(out, stdlib_at(i));
    }
    strbuf_add_c(out, "\n## 身份类型 · Identity types\n");
    for (uint32_t i = 0; i < stdlib_identity_count(); i++) {
        const IdentityCard *card = stdlib_identity_at(i);
        strbuf_printf(out, "\n### %s · %s\n\n%s\n%s\n", card->name, card->name_zh, card->doc_zh,
                      card->doc);
        if (card->known_least > 0)
            strbuf_printf(out, "\n残缺的值至少要有 %u 个字是已知的。 Least known characters: %u.\n",
                          card->known_least, card->known_least);
        else
            strbuf_add_c(out,
                         "\n残缺的值至少要有一半的字是已知的。 Least known characters: half.\n");
    }
}

static void read_document(StrBuf *out)
{
    FILE *file = fopen(DOCUMENT, "rb");
    if (!file)
        return;
    char bytes[4096];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        strbuf_add(out, (Str){bytes, n});
    fclose(file);
}

static void test_document(void **state)
{
    (void)state;
    StrBuf wanted = {0}, found = {0};
    write_document(&wanted);
    if (getenv("SUP_ACCEPT")) {
        FILE *file = fopen(DOCUMENT, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(wanted.ptr, 1, wanted.len, file), wanted.len);
        assert_int_equal(fclose(file), 0);
    }
    read_document(&found);
    bool same = str_equal(strbuf_str(&wanted), strbuf_str(&found));
    strbuf_deinit(&wanted);
    strbuf_deinit(&found);
    if (!same)
        fail_msg("%s is stale: run this test with SUP_ACCEPT=1", DOCUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_parse.c: trees, recovery, limits, prompts, advice on glued words.
#include "tests/unit/lang_unit.h"
#include "tests/unit/samples.h"

#include "lang/lexer.h"

// The dump of an expression, given that it parses.
static void expect_tree(const char *expr, const char *dump)
{
    Text text = text_open(str_from_cstr(expr));
    const Ast *ast = parse_expr(text.arena, text.source, text.diags);
    expect_str(text_codes(&text), "");
    assert_false(ast->failed);
    StrBuf out = {0};
    ast_dump(ast->root, false, &out);
    expect_str(strbuf_str(&out), dump);
    strbuf_deinit(&out);
    text_close(&text);
}

// Both expressions give the same tree.
static void expect_same(const char *a, const char *b)
{
    Text first = text_open(str_from_cstr(a));
    Text second = text_open(str_from_cstr(b));
    const Ast *x = parse_expr(first.arena, first.source, first.diags);
    const Ast *y = parse_expr(second.arena, second.source, second.diags);
    expect_str(text_codes(&first), "");
    expect_str(text_codes(&second), "");
    if (!ast_equal(x->root, y->root))
        fail_msg("%s and %s differ", a, b);
    text_close(&first);
    text_close(&second);
}

static void test_precedence(void **state)
{
    (void)state;
    expect_same("a or b and not c = d", "a or (b and (not (c = d)))");
    expect_same("a + b * c - d / e", "(a + (b * c)) - (d / e)");
    expect_same("a ?"
                "? b ?"
                "? c",
                "a ?"
                "? (b ?"
                "? c)");
    expect_same("a + 1 ?"
                "? b",
                "(a + 1) ?"
                "? b");
    expect_same("-a * b", "(-a) * b");
    expect_same("- p at d(x) + 1", "(-(p at (d(x)))) + 1");
    expect_same("a - b - c", "(a - b) - c");
    expect_same("if a then b else if c then d else e or f",
                "if a then b else (if c then d else (e or f))");
    expect_same("甲 且 乙 或 非 丙", "甲 and 乙 or not 丙");
    expect_same("a in [1 .. 2] and b not in {1, 2}", "(a in [1 .. 2]) and (b not in {1, 2})");
    expect_same("a is present and b 为空", "(a is present) and (b is missing)");
    expect_same("ａ＋１", "a+1");
}

static void test_trees(void **state)
{
    (void)state;
    expect_tree("s.金额 > 3.5万元",
                "binary operator=>\n"
                "  left: member\n"
                "    object: name text=\"s\"\n"
                "    name: name text=\"金额\"\n"
                "  right: number form=quantity count=35 scale=1 unit=\"万元\"\n");
    expect_tree("count(c when c.x = 1, k: 2)", "call\n"
                                               "  callee: name text=\"count\"\n"
                                               "  arguments: argument\n"
                                               "    value: name text=\"c\"\n"
                                               "    when: binary operator==\n"
                                               "      left: member\n"
                                               "        object: name text=\"c\"\n"
                                               "        name: name text=\"x\"\n"
                                               "      right: number form=integer count=1 scale=0\n"
                                               "  arguments: argument\n"
                                               "    name: name text=\"k\"\n"
                                               "    value: number form=integer count=2 scale=0\n");
    expect_tree("(a .. b]", "interval low_open\n"
                            "  low: name text=\"a\"\n"
                            "  high: name text=\"b\"\n");
    expect_tree("x not like \"a{2}\\d\"", "like negated\n"
                                          "  operand: name text=\"x\"\n"
                                          "  pattern: text text=\"a{2}\\\\d\"\n");
}

static void test_templates(void **state)
{
    (void)state;
    expect_tree("\"共{a}笔{{}}\"", "template\n"
                                   "  parts: text text=\"共\"\n"
                                   "  parts: name text=\"a\"\n"
                                   "  parts: text text=\"笔{}\"\n");
    expect_tree("\"没有\"", "text text=\"没有\"\n");
    expect_tree("\"{{x}}\"", "text text=\"{x}\"\n");
    expect_tree("\"\"", "text\n");
    expect_tree("\"{x in {1, 2}}{f(「}」)}\"", "template\n"
                                               "  parts: binary operator=in\n"
                                               "    left: name text=\"x\"\n"
                                               "    right: set\n"
                                               "      items: number form=integer count=1 scale=0\n"
                                               "      items: number form=integer count=2 scale=0\n"
                                               "  parts: call\n"
                                               "    callee: name text=\"f\"\n"
                                               "    arguments: argument\n"
                                               "      value: text text=\"}\"\n");
    expect_codes("param a : text = \"{b\"", "E0114");
    expect_codes("param a : text = \"{}\"", "E0115");
    expect_codes("param a : text = \"{b +}\"", "E0216");
    expect_codes("param a : text = \"{b c}\"", "E0201");
}

// Places inside a hole point into the file.
static void test_template_places(void **state)
{
    (void)state;
    Text text = text_open(STR("\"甲{乙丙}丁\""));
    const Ast *ast = parse_expr(text.arena, text.source, text.diags);
    const AstTemplate *template = ast_as_Template(ast->root);
    expect_str(source_text(text.source, template->parts.items[1]->span), "乙丙");
    expect_str(source_text(text.source, template->parts.items[0]->span), "甲");
    expect_str(source_text(text.source, template->parts.items[2]->span), "丁");
    text_close(&text);
}

static void test_articles(void **state)
{
    (void)state;
    Text text = text_open(
        STR("rule a\n from b as c\n cites 法 第307条之一第2款 第（三）项 第八条\n clue for c.d"));
    const Ast *ast = parse(text.arena, text.source, text.diags);
    expect_str(text_codes(&text), "");
    const AstRule *rule = ast_as_Rule(ast_as_File(ast->root)->declarations.items[0]);
    const AstCites *cites = ast_as_Cites(rule->body->clauses.items[0]);
    assert_int_equal(cites->articles.count, 2);
    const AstArticle *article = ast_as_Article(cites->articles.items[0]);
    expect_str(article->text, "第三百零七条之一第二款第（三）项");
    assert_int_equal(article->article, 307);
    assert_int_equal(article->insertion, 1);
    assert_int_equal(article->paragraph, 2);
    assert_int_equal(article->item, 3);
    expect_str(ast_as_Article(cites->articles.items[1])->text, "第八条");
    text_close(&text);
    expect_codes("rule a\n from b as c\n cites 法 第〇条\n clue for c.d", "E0116");
}

static void test_docs(void **state)
{
    (void)state;
    Text text =
        text_open(STR("# 无关\n\n## 一\n##二 \nunit 头\n## 隔开\n\nunit 尾\nunit 中 ## 后面\n"));
    const Ast *ast = parse(text.arena, text.source, text.diags);
    AstList units = ast_as_File(ast->root)->declarations;
    assert_int_equal(units.count, 3);
    expect_str(ast_as_Unit(units.items[0])->doc, "一\n二");
    expect_str(ast_as_Unit(units.items[1])->doc, "");
    expect_str(ast_as_Unit(units.items[2])->doc, "");
    text_close(&text);
}

// Soft words are names, reserved words are not, quoted both are.
static void test_words_as_names(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < keyword_count(); row++) {
        const KeywordInfo *info = keyword_info(row);
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            bool soft = info->class == WORD_SOFT;
            StrBuf file = {0};
            strbuf_printf(&file, "unit %s", info->spelling[lang]);
            expect_codes(strbuf_cstr(&file), soft ? "" : "E0203");
            strbuf_clear(&file);
            strbuf_printf(&file, "unit `%s`\nparam %s : integer = a.%s", info->spelling[lang],
                          soft ? info->spelling[lang] : "x", soft ? info->spelling[lang] : "x");
            expect_codes(strbuf_cstr(&file), "");
            strbuf_deinit(&file);
        }
    }
}

// One mistake gives one message, three give three, and what is right stays.
static void test_recovery(void **state)
{
    (void)state;
    expect_codes("rule a\n from b as c\n where c.x == 1\n clue for c.d", "E0107");
    expect_codes("rule a\n from b as c\n where c.x > > 1\n where c.y =\n where (c.z\n clue for c.d",
                 "E0216 E0216 E0206");
    expect_codes("rule a\n from b c\n where c.x\n clue for c.d\nunit 头\n", "E0202");
    expect_codes("rule a\n from b as c\n where c.x\nrule d\n from b as c\n where c.x\n",
                 "E0213 E0213");
    expect_codes("rule a\n from b as c\n clue for c.d\n 甲: 1 +\n 乙: )\n 丙: 2\n", "E0216 E0207");
    expect_codes("table a (b text)\ntable c (d: text)\n key d\n holder \"e\"\n", "E0220 E0202");
    expect_codes("rulle a\n from b as c\nunit d", "E0204");
    expect_codes("unit 头\nunit 3\nunit 尾\n", "E0201");
    expect_codes("rule a\n from b as c\n 筛选c.x\n where c.y\n筛选c.z\n clue for c.d",
                 "E0205 E0205");
    expect_codes(
        "test \"a\" for b\n given c\n | d | e |\n | 1 |\n | 1 | 2 + |\n | 1 | 2 |\n expect none",
        "E0211 E0216");
    expect_codes("use a\nuse \"b\"\nunit c", "E0222");
    expect_codes("where\nwhere\nunit c", "E0217");
}

// The clause above a misspelt one is kept, and so is the declaration above.
static void test_recovery_keeps(void **state)
{
    (void)state;
    Text text = text_open(STR("rule a\n from b as c\n where c.x > 1\n wher c.y\n clue for c.d\n"
                              "ruel e\nrule f\n from b as c\n where c.x\nunit 头"));
    const Ast *ast = parse(text.arena, text.source, text.diags);
    expect_str(text_codes(&text), "E0204 E0204 E0213");
    AstList declarations = ast_as_File(ast->root)->declarations;
    assert_int_equal(declarations.count, 4);
    const AstRule *rule = ast_as_Rule(declarations.items[0]);
    assert_true(rule->base.wrong);
    assert_int_equal(rule->body->clauses.count, 2);
    assert_int_equal(rule->body->clauses.items[0]->kind, AST_WHERE);
    assert_int_equal(rule->body->clauses.items[1]->kind, AST_ERROR);
    assert_int_equal(declarations.items[1]->kind, AST_ERROR);
    expect_str(ast_as_Error(declarations.items[2])->name->text, "f");
    assert_int_equal(declarations.items[3]->kind, AST_UNIT);
    assert_false(declarations.items[3]->wrong);
    text_close(&text);
}

// head, then `part` many times, then tail: gives these codes and ends.
static void expect_repeated(const char *head, const char *part, int64_t times, const char *tail,
                            const char *codes)
{
    StrBuf file = {0};
    strbuf_add_c(&file, head);
    for (int64_t i = 0; i < times; i++)
        strbuf_add_c(&file, part);
    strbuf_add_c(&file, tail);
    expect_codes(strbuf_cstr(&file), codes);
    strbuf_deinit(&file);
}

static void test_depth(void **state)
{
    (void)state;
    const char *head = "param a : integer = ";
    expect_repeated(head, "(", 500, "1", "E0206");
    expect_repeated(head, "1 + ", AST_HEIGHT_MAX - 1, "1", "");
    expect_repeated(head, "1 + ", AST_HEIGHT_MAX, "1", "E0801");
    expect_repeated(head, "(", 1000000, "\nunit 头\n", "E0801");
    expect_repeated(head, "1 + ", 1000000, "1\nunit 头\n", "E0801");
    expect_repeated(head, "- ", 1000000, "1", "E0801");
    expect_repeated(head, "f(", 100000, "1", "E0801");
    expect_repeated("param a : ", "{", 100000, "text", "E0801");
    expect_repeated("param a : ", "{", 600, "", "E0219");
    expect_repeated("param a : text = \"", "{「{“{", 30000, "1", "E0104");
    expect_repeated("", "unit 头\n", 100000, "", "");
}

static void test_template_depth(void **state)
{
    (void)state;
    expect_codes("param a : text = \"{「{“{b}”}」}\"", "");
    StrBuf file = {0};
    strbuf_add_c(&file, "param a : text = \"");
    for (int i = 0; i < 20; i++)
        strbuf_add_c(&file, i % 2 == 0 ? "{「" : "{“");
    strbuf_add_c(&file, "\"");
    Text text = text_open(strbuf_str(&file));
    assert_true(parse(text.arena, text.source, text.diags)->failed);
    text_close(&text);
    strbuf_deinit(&file);
}

static void expect_prompt(const char *line, AstKind kind, bool unfinished, const char *codes)
{
    Text text = text_open(str_from_cstr(line));
    bool more = false;
    const Ast *ast = parse_prompt(text.arena, text.source, text.diags, &more);
    assert_int_equal(more, unfinished);
    expect_str(text_codes(&text), codes);
    if (!ast->failed)
        assert_int_equal(ast_as_Prompt(ast->root)->content->kind, kind);
    else
        assert_true(unfinished || codes[0] != '\0');
    text_close(&text);
}

static void test_prompts(void **state)
{
    (void)state;
    expect_prompt("1 + 2", AST_BINARY, false, "");
    expect_prompt("unit 头", AST_UNIT, false, "");
    expect_prompt("from a as b where b.c > 1 yield (b.d) limit 3", AST_QUERY, false, "");
    expect_prompt("from a as b", AST_QUERY, false, "");
    expect_prompt("1 +", AST_ERROR, true, "");
    expect_prompt("from a as b where (b.c", AST_ERROR, true, "");
    expect_prompt("1 + )", AST_ERROR, false, "E0207");
    expect_prompt("", AST_ERROR, true, "");
}

static void expect_split(const char *bytes, const char *word, const char *replacement,
                         const char *names)
{
    Text text = text_open(str_from_cstr(bytes));
    uint32_t at = (uint32_t)str_find(text.source->text, str_from_cstr(word), 0);
    Span span = {text.source->file, at, at + (uint32_t)strlen(word)};
    ParseSplit splits[PARSE_SPLITS_MAX];
    uint32_t count = parse_splits(text.arena, text.source, span, splits);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!str_equal(splits[i].replacement, str_from_cstr(replacement)))
            continue;
        found = true;
        StrBuf all = {0};
        strbuf_add(&all, splits[i].unit);
        for (uint32_t j = 0; j < splits[i].name_count; j++)
            strbuf_printf(&all, " " STR_FMT, STR_ARG(splits[i].names[j]));
        expect_str(strbuf_str(&all), names);
        strbuf_deinit(&all);
    }
    assert_int_equal(found, replacement[0] != '\0');
    text_close(&text);
}

static void test_splits(void **state)
{
    (void)state;
    const char *rule = "unit 头\n\nrule a\n from b as s\n where s.金额 > 100元且s.业务 = "
                       "\"零售\"\n clue for s.d\n";
    expect_split(rule, "100元且s", "100元 且 s", "元 s");
    expect_split(rule, "金额", "", "");
    expect_split("rule a\n from b as s\n where s.金额且s.业务\n clue for s.d\n", "金额且s",
                 "金额 且 s", " 金额 s");
    expect_split("rule a\n from b as s\n where handle\n clue for s.d\n", "handle", "", "");
}

// Each sample parses without a message; its tree equals itself and keeps its promises.
static void check_sample(const char *name)
{
    StrBuf bytes = read_sample(name);
    Text text = text_open(strbuf_str(&bytes));
    const Ast *ast = parse(text.arena, text.source, text.diags);
    expect_str(text_codes(&text), "");
    const Ast *again = parse(text.arena, text.source, text.diags);
    assert_true(ast_equal(ast->root, again->root));
    assert_int_equal(ast->node_count, again->node_count);
    assert_true(ast->root->height <= AST_HEIGHT_MAX);
    text_close(&text);
    strbuf_deinit(&bytes);
}

static void test_samples(void **state)
{
    (void)state;
    each_sample(check_sample);
}

static void test_units(void **state)
{
    (void)state;
    AstUnitParts parts = ast_unit_split(STR("万元每吨"));
    assert_int_equal(parts.power, 4);
    expect_str(parts.unit, "元");
    expect_str(parts.per, "吨");
    parts = ast_unit_split(STR("千万元"));
    assert_int_equal(parts.power, 7);
    expect_str(parts.unit, "元");
    parts = ast_unit_split(STR("万"));
    assert_int_equal(parts.power, 0);
    expect_str(parts.unit, "万");
    parts = ast_unit_split(STR("每"));
    expect_str(parts.unit, "每");
    expect_str(parts.per, "");
}

// Random bytes and random cuts of a real file: the parser ends, tells, and keeps its counts.
static void test_mangled(void **state)
{
    (void)state;
    static const char *const pieces[] = {"rule a ",
                                         "from b as c ",
                                         "where ",
                                         "(",
                                         ")",
                                         "{",
                                         "}",
                                         "[",
                                         "..",
                                         "\n",
                                         "\n ",
                                         "\"",
                                         "“",
                                         "{",
                                         "clue for ",
                                         "甲: ",
                                         "s.金额 ",
                                         "且",
                                         "1 ",
                                         "2024-3-2 ",
                                         "第三条 ",
                                         "| ",
                                         "test \"x\" for y ",
                                         "given z ",
                                         "table t ",
                                         "group by ",
                                         "as ",
                                         "yield ",
                                         "also ",
                                         "unit u ",
                                         "= ",
                                         "，",
                                         "`",
                                         "#",
                                         "筛选s",
                                         "if ",
                                         "then ",
                                         "else ",
                                         "match m ",
                                         "weight ",
                                         "\t",
                                         "%",
                                         "30元",
                                         "use ",
                                         "-"};
    uint64_t seed = 20240302;
    for (int round = 0; round < 3000; round++) {
        StrBuf bytes = {0};
        int count = (int)(random_next(&seed) % 40);
        for (int i = 0; i < count; i++)
            strbuf_add_c(&bytes, pieces[random_next(&seed) % ARRAY_LEN(pieces)]);
        Text text = text_open(strbuf_str(&bytes));
        const Ast *ast = parse(text.arena, text.source, text.diags);
        if (ast->failed != diag_has_errors(text.diags))
            fail_msg("silent or spurious failure: %s", strbuf_cstr(&bytes));
        StrBuf out = {0};
        diag_render(text.diags, (DiagRender){.lang = LANG_ZH}, &out);
        diag_render_json(text.diags, &out);
        strbuf_deinit(&out);
        text_close(&text);
        strbuf_deinit(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence),     cmocka_unit_test(test_trees),
        cmocka_unit_test(test_templates),      cmocka_unit_test(test_template_places),
        cmocka_unit_test(test_articles),       cmocka_unit_test(test_docs),
        cmocka_unit_test(test_words_as_names), cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_recovery_keeps), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_template_depth), cmocka_unit_test(test_prompts),
        cmocka_unit_test(test_splits),         cmocka_unit_test(test_samples),
        cmocka_unit_test(test_units),          cmocka_unit_test(test_mangled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_check.c: the checker: what it finds out about right programs, what it says of wrong ones that
// need several files or generated text. The other messages are golden files (tests/golden/diag).

#include "tests/unit/lang_unit.h"

#include "lang/typed_body.h"

#define SALES                                                                                      \
    "table 销售 (流水号: text, 门店: text, 文号: text?, 金额: money, 数量: volume unit 毫升,\n"    \
    "  件数: integer, 日期: date, 证: person_id?)\n  key (流水号)\n  expect 金额 >= 0元 else "     \
    "quarantine\n"                                                                                 \
    "table 目录 (文号: text, 起: date, 止: date?)\n  key (文号)\n"                                 \
    "table 备案 (门店: text, 号: text)\n"

typedef struct Checked {
    Text text;
    const Typed *typed;
} Checked;

static Checked checked(const char *program)
{
    Checked c = {.text = text_open(str_from_cstr(program))};
    c.typed = check(c.text.arena, c.text.sources, c.text.source, c.text.diags, (CheckOptions){0});
    return c;
}

// A program without errors; warnings may be there.
static Checked right(const char *program)
{
    Checked c = checked(program);
    if (diag_has_errors(c.text.diags)) {
        StrBuf out = {0};
        diag_render(c.text.diags, (DiagRender){.lang = LANG_EN}, &out);
        fprintf(stderr, "%s", strbuf_cstr(&out));
        strbuf_deinit(&out);
    }
    assert_false(diag_has_errors(c.text.diags));
    return c;
}

static void wrong(const char *program, const char *codes)
{
    Checked c = checked(program);
    expect_str(text_codes(&c.text), codes);
    text_close(&c.text);
}

static const TypedDecl *find(const Checked *c, const char *name)
{
    const TypedDecl *decl = typed_find(c->typed, str_from_cstr(name));
    assert_non_null(decl);
    return decl;
}

static const TypedAggregate *aggregate(const Checked *c, const char *rule, uint32_t index)
{
    const TypedBody *body = find(c, rule)->body;
    assert_true(index < body->aggregate_count);
    return body->aggregates[index];
}

// The aggregate's variables: "s b".
static void expect_mentions(const TypedAggregate *a, const char *names)
{
    StrBuf text = {0};
    for (uint32_t i = 0; i < a->mention_count; i++)
        strbuf_printf(&text, "%s" STR_FMT, i ? " " : "", STR_ARG(a->mentions[i]->name));
    expect_str(strbuf_str(&text), names);
    strbuf_deinit(&text);
}

// ---------------------------------------------------------------- values

// The value of a parameter of this type and text.
static void expect_param(const char *type, const char *value, int64_t count, int scale)
{
    char program[512];
    snprintf(program, sizeof program, "param 值 : %s = %s\n", type, value);
    Checked c = right(program);
    TypedConst constant;
    assert_true(typed_const(c.typed, find(&c, "值")->param.value, &constant));
    assert_true(constant.count == count);
    assert_int_equal(constant.type.scale, scale);
    text_close(&c.text);
}

static void test_literals(void **state)
{
    (void)state;
    expect_param("money", "3.5万元", 350000000, 4);
    expect_param("money", "5分", 500, 4);
    expect_param("money", "-1亿元", -1000000000000, 4);
    expect_param("ratio", "70%", 700000000, 9);
    expect_param("ratio", "1", 1000000000, 9);
    expect_param("decimal(18, 2)", "20", 2000, 2);
    expect_param("volume", "2立方米", 2000000000, 6);
    expect_param("volume", "3毫升", 3000, 6);
    expect_param("mass", "1斤", 500000, 6);
    expect_param("price(升)", "8.5元每升", 8500000, 6);
    expect_param("duration", "2周", 14, 0);
    expect_param("duration", "90分钟", 5400000000, 0);
    expect_param("months", "2年", 24, 0);
    expect_param("workdays", "5个工作日", 5, 0);
    expect_param("boolean", "真", 1, 0);
    expect_param("month", "2024-03", 650, 0);
}

static void test_constants(void **state)
{
    (void)state;
    Checked c = right("param 期 : period = period(2024-01-01, 2024-03-31)\n"
                      "param 月期 : period = 期间(2024-02)\n"
                      "param 词 : {text} = {\"甲\", \"乙\"}\n");
    TypedConst value;
    assert_true(typed_const(c.typed, find(&c, "期")->param.value, &value));
    assert_int_equal(value.high - value.low, 90);
    assert_true(typed_const(c.typed, find(&c, "月期")->param.value, &value));
    assert_int_equal(value.high - value.low, 28);
    assert_true(typed_const(c.typed, find(&c, "词")->param.value, &value));
    assert_int_equal(value.item_count, 2);
    expect_str(value.items[1].text, "乙");
    text_close(&c.text);
    wrong("param 期 : period = period(2024-03-31, 2024-01-01)\n", "E0453");
    wrong("param 亩数 : area = 1亩\n", "E0408"); // 2000/3 平方米 has no finite decimal
}

// The type of a query's column `x`, as text.
static void expect_type(const char *expression, const char *type, int scale)
{
    char program[2048];
    snprintf(program, sizeof program, SALES "query 甲\n  from 销售 as s\n  yield (x: %s)\n",
             expression);
    Checked c = right(program);
    const TypedColumn *column = &find(&c, "甲")->rows.columns[0];
    StrBuf text = {0};
    typed_type_text(column->type, LANG_EN, &text);
    expect_str(strbuf_str(&text), type);
    assert_int_equal(column->type.scale, scale);
    strbuf_deinit(&text);
    text_close(&c.text);
}

static void test_types(void **state)
{
    (void)state;
    expect_type("s.件数 + 1", "integer", 0);
    expect_type("s.件数 / 3", "ratio", 18);
    expect_type("s.金额 * 70%", "money", 5);
    expect_type("s.金额 / 3", "money", 18);
    expect_type("s.金额 / s.金额", "ratio", 18);
    expect_type("s.金额 / s.数量", "price(毫升)", 18);
    expect_type("8元每升 * s.数量", "money", 9); // 毫升 in 升: three places more
    expect_type("s.数量 + 1升", "volume(毫升)", 6);
    expect_type("s.日期 + 3个月", "date", 0);
    expect_type("s.日期 - s.日期", "duration", 0);
    expect_type("month(s.日期) - 2个月", "month", 0);
    expect_type("round(s.金额 / 3, 分)", "money", 2);
    expect_type("四舍五入(s.件数 / 3, 4)", "ratio", 4);
    expect_type("greatest(s.金额, 0元)", "money", 4);
    expect_type("s.文号 ?? \"无\"", "text", 0);
    expect_type("if s.件数 > 1 then 1 else 2.5", "decimal", 1);
    expect_type("age_at(s.证, s.日期)", "integer", 0);
    expect_type("mean(s.金额)", "money", 18);
    expect_type("median(s.金额)", "money", 5);
    expect_type("stddev(s.金额)", "real", 0);
    expect_type("count(s)", "integer", 0);
    expect_type("collect(s.门店)", "{text}", 0);
}

// ---------------------------------------------------------------- bodies

static void test_places_and_policies(void **state)
{
    (void)state;
    Checked c = right("on missing keep\n" SALES
                      "rule 甲\n  from 销售 as s\n  join 目录 as b on b.文号 = s.文号\n"
                      "  where s.金额 > 3元\n  where s.文号 is present on missing drop\n"
                      "  lacks 备案 as k on k.门店 = s.门店\n  clue for s.门店\n");
    const TypedBody *body = find(&c, "甲")->body;
    assert_int_equal(body->clause_count, 5);
    assert_int_equal(body->clauses[1].policy, AST_MISSING_UNDECIDED); // keep does not reach join
    assert_int_equal(body->clauses[2].policy, AST_MISSING_KEEP);
    assert_int_equal(body->clauses[3].policy, AST_MISSING_DROP);
    assert_int_equal(body->clauses[4].policy, AST_MISSING_UNDECIDED); // lacks has no default
    assert_int_equal(body->clauses[4].place, 5);
    assert_int_equal(body->end_place, 6);
    assert_true(body->vars[1]->at_most_one);
    assert_true(body->groups[0]->implicit);
    text_close(&c.text);
}

static void test_branches_numbered_on(void **state)
{
    (void)state;
    Checked c = right(SALES "relation 甲 (门店: text)\n  from 销售 as s\n  where s.金额 > 3元\n"
                            "  yield (s.门店)\nalso\n  from 备案 as k\n  yield (k.门店)\n");
    const TypedRelation *relation = &find(&c, "甲")->relation;
    assert_int_equal(relation->branch_count, 2);
    assert_int_equal(relation->branches[0]->end_place, 3);
    assert_int_equal(relation->branches[1]->clauses[0].place, 4);
    text_close(&c.text);
}

static void test_mentions(void **state)
{
    (void)state;
    Checked c =
        right(SALES "rule 甲\n  from 销售 as s\n  join 备案 as k on k.门店 = s.门店\n"
                    "  attach 目录 as b on b.文号 = s.文号\n  let 半价 = s.金额 * 50%\n"
                    "  where count(b) >= 1\n  group by s.门店\n"
                    "  where sum(半价) > 3元 and count(k) > 1 and count() > 2 and count(b) > 0\n"
                    "  clue for 门店\n");
    const TypedAggregate *own = aggregate(&c, "甲", 0), *sum = aggregate(&c, "甲", 1);
    assert_true(own->per_binding);
    assert_false(own->fans_out);
    expect_mentions(sum, "s");
    assert_true(sum->fans_out); // k repeats s
    expect_mentions(aggregate(&c, "甲", 2), "k");
    expect_mentions(aggregate(&c, "甲", 3), "s k");
    assert_false(aggregate(&c, "甲", 3)->fans_out);
    expect_mentions(aggregate(&c, "甲", 4), "b");
    assert_int_equal(aggregate(&c, "甲", 4)->stretch, 1);
    text_close(&c.text);
}

static void test_no_fan_out_through_keys(void **state)
{
    (void)state;
    Checked c = right(SALES "rule 甲\n  from 销售 as s\n  join 目录 as b on b.文号 = s.文号\n"
                            "  group by s.门店\n  where sum(s.金额) > 3元\n  clue for 门店\n");
    assert_false(aggregate(&c, "甲", 0)->fans_out); // the key of 目录 proves one partner
    assert_true(aggregate(&c, "甲", 0)->nonnegative);
    text_close(&c.text);
}

static void test_groups_of_groups(void **state)
{
    (void)state;
    Checked c = right(SALES "query 甲\n  from 销售 as s\n  group by s.门店, month(s.日期) as 月\n"
                            "  let 月额 = sum(s.金额)\n  group by 门店\n"
                            "  yield (门店, 最大月: max(月额), 总: sum(月额), 笔数: count(s))\n");
    expect_mentions(aggregate(&c, "甲", 1), "");
    assert_ptr_equal(aggregate(&c, "甲", 1)->over, find(&c, "甲")->body->groups[0]);
    assert_true(aggregate(&c, "甲", 2)->fans_out);
    assert_null(aggregate(&c, "甲", 3)->over);
    assert_int_equal(aggregate(&c, "甲", 3)->stretch, 2);
    text_close(&c.text);
}

static void test_grain(void **state)
{
    (void)state;
    Checked c = right(SALES "rule 甲\n  from 销售 as s\n  clue for s.流水号\n"
                            "    标题: \"{s.门店}\"\n    金额: s.金额\n");
    const TypedBody *body = find(&c, "甲")->body;
    const AstNamed *field = ast_as_Named(body->node->clue->fields.items[1]);
    assert_int_equal(typed_expr(c.typed, field->value)->grain, TYPED_GRAIN_ONE);
    text_close(&c.text);
    c = right(SALES "rule 甲\n  from 销售 as s\n  clue for s.门店\n    标题: \"{s.流水号}\"\n");
    const AstNamed *title = ast_as_Named(find(&c, "甲")->body->node->clue->fields.items[0]);
    const AstNode *hole = ast_as_Template(title->value)->parts.items[0];
    assert_int_equal(typed_expr(c.typed, hole)->grain, TYPED_GRAIN_SHOW);
    text_close(&c.text);
}

static void test_mentions_after_check(void **state)
{
    (void)state;
    Checked c = right(SALES "rule 甲\n  from 销售 as s\n  join 备案 as k on k.门店 = s.门店\n"
                            "  let 半 = s.金额 * 50%\n  where 半 > 3元\n  clue for s.门店\n");
    const TypedBody *body = find(&c, "甲")->body;
    const TypedVar *vars[8];
    const AstNode *where = ast_as_Where(body->clauses[3].node)->condition;
    assert_int_equal(typed_mentions(c.typed, body, where, vars), 1);
    expect_str(vars[0]->name, "s");
    text_close(&c.text);
}

static void test_rule_as_rows(void **state)
{
    (void)state;
    Checked c =
        right(SALES "rule 乙\n  from 甲 as h\n  where h.总额 > 3元\n  clue for h.门店\n"
                    "rule 甲\n  from 销售 as s\n  clue for s.门店\n    总额: sum(s.金额)\n");
    const TypedDecl *rule = find(&c, "甲");
    assert_int_equal(rule->rows.column_count, 2);
    assert_int_equal(rule->rows.key_count, 1);
    assert_int_equal(find(&c, "乙")->stratum, rule->stratum + 1);
    expect_str(c.typed->graph.order[0]->name, "甲");
    text_close(&c.text);
}

static void test_needed_columns(void **state)
{
    (void)state;
    Checked c = right(SALES "rule 甲\n  from 销售 as s\n  where s.件数 > 3\n  clue for s.门店\n");
    StrBuf out = {0};
    typed_dump_columns(c.typed, LANG_EN, &out);
    expect_str(strbuf_str(&out),
               "销售\n  流水号: text\n  门店: text\n  金额: money\n  件数: integer\n");
    strbuf_deinit(&out);
    text_close(&c.text);
}

// ---------------------------------------------------------------- several files

static Status no_file(void *context, Str path, Arena *arena, Str *text, Error *error)
{
    (void)context, (void)path, (void)arena, (void)text;
    return error_set(error, STATUS_IO, "没有这个文件", "no such file");
}

static void expect_files(const char *first, const char *second, const char *third,
                         const char *codes)
{
    Text text = {.arena = arena_create(NULL, 0)};
    text.sources = source_set_create(text.arena, no_file, NULL);
    text.diags = diag_list_create(text.arena, text.sources);
    text.source = source_add(text.sources, STR("模型/一.sup"), str_from_cstr(first));
    source_add(text.sources, STR("公共/二.sup"), str_from_cstr(second));
    source_add(text.sources, STR("公共/三.sup"), str_from_cstr(third));
    (void)check(text.arena, text.sources, text.source, text.diags, (CheckOptions){0});
    expect_str(text_codes(&text), codes);
    text_close(&text);
}

static void test_files(void **state)
{
    (void)state;
    const char *query = "query 甲\n  from 销售 as s\n  where s.金额 > 界\n  yield (s.门店)\n";
    char plain[512], prefixed[512];
    snprintf(plain, sizeof plain, "use \"../公共/二.sup\"\n%s", query);
    expect_files(plain, "use \"三.sup\"\n" SALES, "param 界 : money = 3元\n", "");
    expect_files(plain, SALES, "param 界 : money = 3元\n", "E0301");
    snprintf(prefixed, sizeof prefixed,
             "use \"../公共/二.sup\" as 公\nquery 甲\n  from 公.销售 as s\n"
             "  where s.金额 > 公.界\n  yield (s.门店)\n");
    expect_files(prefixed, "use \"三.sup\"\n" SALES, "param 界 : money = 3元\n", "");
    expect_files(plain, "use \"三.sup\"\n" SALES, "use \"二.sup\"\nparam 界 : money = 3元\n",
                 "E0324");
    expect_files("use \"../公共/二.sup\"\nparam 界 : money = 1元\n", "param 界 : money = 3元\n", "",
                 "E0320");
    expect_files("use \"../公共/四.sup\"\n", "", "", "E0323");
    expect_files("use \"../公共/二.sup\" as 甲\nuse \"../公共/三.sup\" as 甲\n", "", "", "E0320");
    // The same file twice is no conflict.
    expect_files("use \"../公共/二.sup\"\nuse \"../公共/三.sup\"\n", "use \"三.sup\"\n",
                 "param 界 : money = 3元\n", "");
}

static void test_long_chain_of_files(void **state)
{
    (void)state;
    Text text = {.arena = arena_create(NULL, 0)};
    text.sources = source_set_create(text.arena, no_file, NULL);
    text.diags = diag_list_create(text.arena, text.sources);
    char path[32], content[64];
    for (int i = 0; i < 150; i++) {
        snprintf(path, sizeof path, "f%d.sup", i);
        snprintf(content, sizeof content, "use \"f%d.sup\"\n", i + 1);
        const Source *source =
            source_add(text.sources, str_from_cstr(path), str_from_cstr(content));
        text.source = i ? text.source : source;
    }
    (void)check(text.arena, text.sources, text.source, text.diags, (CheckOptions){0});
    expect_str(text_codes(&text), "E0325");
    text_close(&text);
}

// ---------------------------------------------------------------- large and hostile

static void test_exponential_functions(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program, "function f0(a: integer): integer = a + a\n");
    for (int i = 1; i < 40; i++)
        strbuf_printf(&program, "function f%d(a: integer): integer = f%d(a) + f%d(a)\n", i, i - 1,
                      i - 1);
    Checked c = checked(strbuf_cstr(&program));
    Str codes = text_codes(&c.text);
    assert_true(str_starts(codes, STR("E0810")));
    text_close(&c.text);
    strbuf_deinit(&program);
}

static void test_many_declarations(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program,
                 "table 表 (号: text, 数: integer)\nrelation r0 (号: text)\n  from 表 as s\n"
                 "  yield (s.号)\n");
    for (int i = 1; i < 5000; i++)
        strbuf_printf(&program, "relation r%d (号: text)\n  from r%d as s\n  yield (s.号)\n", i,
                      i - 1);
    Checked c = right(strbuf_cstr(&program));
    assert_int_equal(find(&c, "r4999")->stratum, 4999);
    text_close(&c.text);
    strbuf_deinit(&program);
}

static void test_many_rules_in_a_chain(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program, "table 表 (号: text)\n");
    for (int i = 20000; i > 0; i--)
        strbuf_printf(&program, "rule r%d from r%d as s clue for s.号\n", i, i - 1);
    strbuf_add_c(&program, "rule r0 from 表 as s clue for s.号\n");
    Checked c = right(strbuf_cstr(&program));
    assert_int_equal(find(&c, "r20000")->stratum, 20000);
    text_close(&c.text);
    strbuf_deinit(&program);
}

static void test_many_clauses(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program, SALES "rule 甲\n  from 销售 as s\n");
    for (int i = 0; i < 60; i++)
        strbuf_printf(&program, "  join 备案 as k%d on k%d.门店 = s.门店\n", i, i);
    strbuf_add_c(&program, "  group by s.门店\n");
    for (int i = 0; i < 60; i++)
        strbuf_printf(&program, "  where count(k%d) > 1\n", i);
    strbuf_add_c(&program, "  clue for 门店\n");
    Checked c = right(strbuf_cstr(&program));
    assert_int_equal(find(&c, "甲")->body->aggregate_count, 60);
    text_close(&c.text);
    strbuf_deinit(&program);
}

static void test_too_many_variables(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program, SALES "rule 甲\n  from 销售 as s\n");
    for (int i = 0; i < 3000; i++)
        strbuf_printf(&program, "  join 备案 as k%d on k%d.门店 = s.门店\n", i, i);
    strbuf_add_c(&program, "  group by s.门店\n");
    for (int i = 0; i < 3000; i++)
        strbuf_printf(&program, "  where count(k%d) > 1\n", i);
    strbuf_add_c(&program, "  clue for 门店\n");
    Checked c = checked(strbuf_cstr(&program));
    expect_str(text_codes(&c.text), "E0812");
    text_close(&c.text);
    strbuf_deinit(&program);
}

static void test_garbage(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "rule",
        "规则 甲",
        "rule 甲 from",
        "rule 甲 from 乙 as s clue for",
        "table 甲 (",
        "test \"一\" for 甲 given 乙 | a |",
        "match 甲 (a: 乙, b: 丙) compare 丁: a.x = b.x weight 1",
        "relation 甲 (a: 甲) key (b) keep least c from 甲 as 甲 yield (甲.a, b: 甲.b)",
        "unit 甲 = 1 甲",
        "type 甲 = 甲",
        "enum 甲 { 甲, 甲 }",
        "param 甲 : 甲 = 甲",
        "function 甲(甲: 甲): 甲 = 甲(甲)",
        "law 甲 \"甲\" effective 2020-01-01 .. 2019-01-01",
        "rule 甲 from 甲 as 甲 group by 甲 clue for 甲 甲: 甲",
        "query 甲 from 甲 as 甲 yield (甲) order by 甲 limit 1"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Checked c = checked(texts[i]);
        assert_true(i == 0 || diag_has_errors(c.text.diags));
        StrBuf out = {0};
        typed_dump(c.typed, &out);
        typed_dump_graph(c.typed, &out);
        strbuf_deinit(&out);
        text_close(&c.text);
    }
}

// Whoever walks into a let that is used twice walks into it twice: two to the power of their number.
static void test_doubling_lets(void **state)
{
    (void)state;
    StrBuf program = {0};
    strbuf_add_c(&program, SALES "rule 多 from 销售 as s let l0 = s.件数 ");
    for (int i = 1; i < 100; i++)
        strbuf_printf(&program, "let l%d = l%d + l%d ", i, i - 1, i - 1);
    strbuf_add_c(&program, "where l99 > 3 clue for s.门店 证据: {s}");
    Checked c = right(strbuf_cstr(&program));
    strbuf_deinit(&program);
    text_close(&c.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_places_and_policies),
        cmocka_unit_test(test_branches_numbered_on),
        cmocka_unit_test(test_mentions),
        cmocka_unit_test(test_no_fan_out_through_keys),
        cmocka_unit_test(test_groups_of_groups),
        cmocka_unit_test(test_grain),
        cmocka_unit_test(test_mentions_after_check),
        cmocka_unit_test(test_rule_as_rows),
        cmocka_unit_test(test_needed_columns),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_long_chain_of_files),
        cmocka_unit_test(test_exponential_functions),
        cmocka_unit_test(test_many_declarations),
        cmocka_unit_test(test_many_rules_in_a_chain),
        cmocka_unit_test(test_many_clauses),
        cmocka_unit_test(test_too_many_variables),
        cmocka_unit_test(test_doubling_lets),
        cmocka_unit_test(test_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

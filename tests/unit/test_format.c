// SPDX-License-Identifier: Apache-2.0
//
// test_format.c: layout, comments, spellings; formatting twice; the samples there and back.
#include "tests/unit/lang_unit.h"
#include "tests/unit/samples.h"

// The text formatted, on the heap.
static StrBuf formatted(Str bytes, FormatSpelling spelling)
{
    Text text = text_open(bytes);
    StrBuf out = {0};
    bool good = format_source(text.source, spelling, text.diags, &out);
    expect_str(text_codes(&text), "");
    assert_true(good);
    text_close(&text);
    return out;
}

static void expect_spelling(const char *bytes, FormatSpelling spelling, const char *wanted)
{
    StrBuf out = formatted(str_from_cstr(bytes), spelling);
    expect_str(strbuf_str(&out), wanted);
    StrBuf again = formatted(strbuf_str(&out), spelling);
    expect_str(strbuf_str(&again), wanted);
    strbuf_deinit(&again);
    strbuf_deinit(&out);
}

static void expect_layout(const char *bytes, const char *wanted)
{
    expect_spelling(bytes, FORMAT_AS_WRITTEN, wanted);
}

static void test_layout(void **state)
{
    (void)state;
    expect_layout("", "");
    expect_layout("unit   头", "unit 头\n");
    expect_layout("单位 亩=2000 / 3 平方米；", "单位 亩 = 2000/3 平方米\n");
    expect_layout("enum a{b also \"1\",\"2\",c}", "enum a { b also \"1\", \"2\", c }\n");
    expect_layout("param a:money=-1元 +  f( x )*2", "param a : money = -1元 + f(x) * 2\n");
    expect_layout("function f(a:money,b:decimal( 18,4 )?):money=a-b",
                  "function f(a: money, b: decimal(18, 4)?): money = a - b\n");
    expect_layout(
        "rule a \"b\" from c as d join e as f on f.g=d.h where d.i>1 clue for d.j 甲:1 乙:{d}",
        "rule a \"b\"\n  from c as d\n  join e as f on f.g = d.h\n  where d.i > 1\n"
        "  clue for d.j\n    甲: 1\n    乙: {d}\n");
    expect_layout("table t(a:text)key(a)holder \"x\"  covers 2023-01..",
                  "table t (a: text)\n  key (a)  holder \"x\"  covers 2023-01 ..\n");
    expect_layout(
        "query q from a as b yield(b.c,n:count(b))order by n descending limit 3",
        "query q\n  from a as b\n  yield (b.c, n: count(b))\n  order by n descending limit 3\n");
}

static void test_breaks(void **state)
{
    (void)state;
    expect_layout(
        "rule a\nfrom b as c\nwhere c.d = 1\nand c.e = 2\nlacks f as g\non g.h = c.d\nand g.i = 1\n"
        "on missing undecided\nclue for c.d",
        "rule a\n  from b as c\n  where c.d = 1\n    and c.e = 2\n  lacks f as g\n"
        "    on g.h = c.d\n      and g.i = 1\n    on missing undecided\n  clue for c.d\n");
    expect_layout("table t (\na: text,\nb: text\n)\n\n\n\nunit u\nunit v",
                  "table t (\n    a: text,\n    b: text)\n\nunit u\nunit v\n");
    expect_layout("rule a\n\n  from b as c\n\n\n  where c.d\n  clue for c.e\n",
                  "rule a\n\n  from b as c\n\n  where c.d\n  clue for c.e\n");
}

static void test_rows(void **state)
{
    (void)state;
    expect_layout(
        "test \"a\" for b\n given c\n |d|e|\n\n |1|-|\n | \"x\" |- 2| # 注\n expect clue for 1 "
        "甲:2\n expect none",
        "test \"a\" for b\n  given c\n    | d | e |\n    | 1 | - |\n    | \"x\" | -2 |   # 注\n"
        "  expect clue for 1  甲: 2\n  expect none\n");
}

static void test_comments(void **state)
{
    (void)state;
    expect_layout("# 甲\n\n\n## 乙\nunit u# 丙\n   # 丁\nunit v\n# 戊",
                  "# 甲\n\n## 乙\nunit u   # 丙\n  # 丁\nunit v\n# 戊\n");
    expect_layout(
        "rule a\n  from b as c # 一\n# 二\n  where c.d or # 三\n    c.e\n  clue for c.f",
        "rule a\n  from b as c   # 一\n  # 二\n  where c.d or   # 三\n    c.e\n  clue for c.f\n");
    expect_layout("# 只有注释", "# 只有注释\n");
}

static void test_kept(void **state)
{
    (void)state;
    // Names, texts and numbers stay as they were; punctuation becomes narrow.
    expect_layout(
        "规则 甲 “全角”\n来自 乙 记作 ｓ\n筛选 ｓ．丁≥１００元 且（s.戊≠「零售」）；\n线索 针对 "
        "s.丁、s.戊\n标题：「共｛x｝」",
        "规则 甲 “全角”\n  来自 乙 记作 ｓ\n  筛选 ｓ.丁 >= １００元 且 (s.戊 != 「零售」)\n"
        "  线索 针对 s.丁, s.戊\n    标题: 「共｛x｝」\n");
}

static void test_spelling(void **state)
{
    (void)state;
    expect_spelling("rule 类型\n from key as 主键\n group by 主键.限 as 限\n clue for 限 标题: "
                    "\"{sum(x when y 且 z)} when\"",
                    FORMAT_ZH,
                    "规则 类型\n  来自 key 记作 主键\n  分组 按 主键.限 记作 限\n"
                    "  线索 针对 限\n    标题: \"{sum(x 当 y 且 z)} when\"\n");
    expect_spelling("规则 类型\n来自 key 记作 主键\n分组按 主键.限 记作 限\n线索 针对 限\n标题: "
                    "\"{sum(x 当 y)}\"",
                    FORMAT_EN,
                    "rule 类型\n  from key as 主键\n  group by 主键.限 as 限\n  clue for 限\n"
                    "    标题: \"{sum(x when y)}\"\n");
    // A name that would be read together with the keyword before it is quoted.
    expect_spelling("rule a from b as c join d as e 条件 missing clue for c.f", FORMAT_EN,
                    "rule a\n  from b as c\n  join d as e on `missing`\n  clue for c.f\n");
}

static void test_errors(void **state)
{
    (void)state;
    Text text = text_open(STR("unit 3"));
    StrBuf out = {0};
    strbuf_add_c(&out, "before");
    assert_false(format_source(text.source, FORMAT_AS_WRITTEN, text.diags, &out));
    expect_str(strbuf_str(&out), "before");
    expect_str(text_codes(&text), "E0201");
    strbuf_deinit(&out);
    text_close(&text);
}

static void same(StrBuf a, StrBuf b)
{
    assert_true(str_equal(strbuf_str(&a), strbuf_str(&b)));
}

// Formatting twice changes nothing; Chinese, English and Chinese again gives the same bytes.
static void check_sample(const char *name)
{
    StrBuf bytes = read_sample(name);
    StrBuf once = formatted(strbuf_str(&bytes), FORMAT_AS_WRITTEN);
    StrBuf twice = formatted(strbuf_str(&once), FORMAT_AS_WRITTEN);
    same(once, twice);
    StrBuf zh = formatted(strbuf_str(&bytes), FORMAT_ZH);
    StrBuf en = formatted(strbuf_str(&zh), FORMAT_EN);
    StrBuf back = formatted(strbuf_str(&en), FORMAT_ZH);
    same(zh, back);
    StrBuf *const all[] = {&bytes, &once, &twice, &zh, &en, &back};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        strbuf_deinit(all[i]);
}

static void test_samples(void **state)
{
    (void)state;
    each_sample(check_sample);
}

// Any change of blanks and breaks between the words of a sample formats to the same means; random
// programs that happen to parse format to a fixed point.
static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {"rule a from b as c ",
                                         "clue for c.d ",
                                         "where c.e > -1 ",
                                         "where (c.f or c.g) ",
                                         "# 注\n",
                                         "\n\n",
                                         "甲: \"{c.h 且 c.i}\" ",
                                         "unit u ",
                                         "unit v = 2/3 u ",
                                         "join d as e on e.k = c.k ",
                                         "on missing keep ",
                                         "\n",
                                         "score 1 when c.d \"x\" ",
                                         "param p : money = f(1, g: 2) ",
                                         "test \"t\" for a ",
                                         "expect none ",
                                         "given x = -2 ",
                                         "table t (a: text?) ",
                                         "key (a) ",
                                         "let y = if c.a then 1 else 2 "};
    uint64_t seed = 7;
    int parsed = 0;
    for (int round = 0; round < 4000; round++) {
        StrBuf bytes = {0};
        int count = (int)(random_next(&seed) % 8);
        for (int i = 0; i < count; i++)
            strbuf_add_c(&bytes, pieces[random_next(&seed) % ARRAY_LEN(pieces)]);
        Text text = text_open(strbuf_str(&bytes));
        StrBuf once = {0};
        if (format_source(text.source, FORMAT_ZH, text.diags, &once)) {
            StrBuf twice = formatted(strbuf_str(&once), FORMAT_ZH);
            expect_str(strbuf_str(&twice), strbuf_cstr(&once));
            strbuf_deinit(&twice);
            parsed++;
        }
        strbuf_deinit(&once);
        strbuf_deinit(&bytes);
        text_close(&text);
    }
    assert_true(parsed > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout), cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_rows),   cmocka_unit_test(test_comments),
        cmocka_unit_test(test_kept),   cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_samples),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

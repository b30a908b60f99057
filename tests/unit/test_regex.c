// SPDX-License-Identifier: Apache-2.0
//
// test_regex.c: what patterns match, what is refused and where, and that hostile ones end.
#include "tests/unit/unit.h"

#include "runtime/base/regex.h"

static Regex *compiled(Str pattern, RegexMode mode)
{
    Regex *regex = NULL;
    Error err = {0};
    if (regex_compile(pattern, mode, &regex, NULL, &err) != STATUS_OK)
        fail_msg(STR_FMT ": %s", STR_ARG(pattern), strbuf_cstr(&err.en));
    error_deinit(&err);
    return regex;
}

static bool tested(Str pattern, RegexMode mode, Str text)
{
    Regex *regex = compiled(pattern, mode);
    RegexMatch *match = regex_match_create(regex);
    bool found = false, tested_too = false;
    assert_int_equal(regex_find(regex, match, text, 0, &found, NULL), STATUS_OK);
    assert_int_equal(regex_test(regex, match, text, &tested_too, NULL), STATUS_OK);
    assert_int_equal(found, tested_too);
    regex_match_destroy(match);
    regex_destroy(regex);
    return found;
}

static void test_matching(void **state)
{
    (void)state;
    assert_true(tested(STR("药.店?"), REGEX_SEARCH, STR("某药品店")));
    assert_true(tested(STR("^\\d{3}$"), REGEX_SEARCH, STR("１２３")));
    assert_true(tested(STR("[A-C][0-9]{3}"), REGEX_WHOLE, STR("B123")));
    assert_false(tested(STR("[A-C][0-9]{3}"), REGEX_WHOLE, STR("B1234")));
    assert_false(tested(STR("[A-C][0-9]{3}"), REGEX_WHOLE, STR("xB123")));
    assert_true(tested(STR("a|ab"), REGEX_WHOLE, STR("ab")));
    assert_true(tested(STR(""), REGEX_WHOLE, STR("")));
    assert_false(tested(STR(""), REGEX_WHOLE, STR("x")));
    assert_true(tested(STR(""), REGEX_SEARCH, (Str){0}));
    assert_true(tested(STR("\\p{Han}+"), REGEX_WHOLE, STR("张三")));
    assert_false(tested(STR("\\p{Han}"), REGEX_WHOLE, STR("、")));
    assert_true(tested(STR("\\P{Han}"), REGEX_WHOLE, STR("、")));
    assert_true(tested(STR("[\\p{Han}a]\\\\"), REGEX_WHOLE, STR("々\\")));
    assert_true(tested(STR("(?i)ABC"), REGEX_WHOLE, STR("aBc")));
    assert_true(tested(STR("(?:x|y)+?z"), REGEX_WHOLE, STR("xyxz")));
    assert_true(tested(STR("[\\]a[:digit:]]+"), REGEX_WHOLE, STR("]a5")));
    assert_true(tested(STR("[(?=*+]+"), REGEX_WHOLE, STR("(?=*+")));
    assert_true(tested(STR("a{x}"), REGEX_WHOLE, STR("a{x}")));
    assert_true(tested(STR("a\\+\\+"), REGEX_WHOLE, STR("a++")));
    assert_true(tested(STR("(?#note)a"), REGEX_WHOLE, STR("a")));
}

static void test_groups(void **state)
{
    (void)state;
    Regex *regex = compiled(STR("(?<年>\\d{4})年((?<月>\\d+)月)?|(x)"), REGEX_SEARCH);
    assert_int_equal(regex_group_count(regex), 4);
    expect_str(regex_group_name(regex, 1), "年");
    expect_str(regex_group_name(regex, 2), "");
    assert_int_equal(regex_group_find(regex, STR("月")), 3);
    assert_int_equal(regex_group_find(regex, STR("日")), -1);
    assert_int_equal(regex_group_find(regex, STR("")), -1);
    RegexMatch *match = regex_match_create(regex);
    bool found = false;
    size_t start, end;
    Str text = STR("于2023年5月，2024年");
    assert_int_equal(regex_find(regex, match, text, 0, &found, NULL), STATUS_OK);
    assert_true(found);
    expect_str(regex_match_group(match, text, 0), "2023年5月");
    expect_str(regex_match_group(match, text, 3), "5");
    assert_true(regex_match_span(match, 0, &start, &end));
    assert_int_equal(start, 3);
    assert_int_equal(regex_find(regex, match, text, end, &found, NULL), STATUS_OK);
    assert_true(found);
    expect_str(regex_match_group(match, text, 1), "2024");
    assert_false(regex_match_span(match, 3, &start, &end));
    expect_str(regex_match_group(match, text, 3), "");
    assert_int_equal(regex_find(regex, match, text, text.len, &found, NULL), STATUS_OK);
    assert_false(found);
    regex_match_destroy(match);
    regex_destroy(regex);
    regex_match_destroy(NULL);
    regex_destroy(NULL);
}

// One letter per group: o optional, m in every match.
static void expect_optional(Str pattern, const char *expected)
{
    Regex *regex = compiled(pattern, REGEX_SEARCH);
    assert_int_equal(regex_group_count(regex), strlen(expected));
    for (int group = 1; group <= regex_group_count(regex); group++)
        if (regex_group_optional(regex, group) != (expected[group - 1] == 'o'))
            fail_msg(STR_FMT ": group %d", STR_ARG(pattern), group);
    regex_destroy(regex);
}

static void test_optional(void **state)
{
    (void)state;
    expect_optional(STR("(a)(b)?(c)*(d)+(e){0,2}(f){1,2}(g){0}(h){00}"), "moomomoo");
    expect_optional(STR("(a|b)c"), "m");
    expect_optional(STR("(a)|b"), "o");
    expect_optional(STR("(?:(a)|(b))(c)"), "oom");
    expect_optional(STR("(?:(a))?(?:(b))"), "om");
    expect_optional(STR("((a)(b(c)?))"), "mmmo");
    expect_optional(STR("(?:x(?<n>a)){0,3}"), "o");
    expect_optional(STR("(?i:(a))(?i)(b)"), "mm");
    expect_optional(STR("[|](a)\\|[[:alpha:]|]"), "m");
}

// The library's own places differ a little between its versions.
#define ANYWHERE ((size_t)-2)

static void expect_refused(const char *pattern, size_t bad_at, const char *part_zh,
                           const char *part_en)
{
    Regex *regex = NULL;
    Error err = {0};
    size_t at = 999;
    Status status = regex_compile(str_from_cstr(pattern), REGEX_SEARCH, &regex, &at, &err);
    if (status != STATUS_USAGE || regex != NULL)
        fail_msg("not refused: %s", pattern);
    if (bad_at == ANYWHERE ? at > strlen(pattern) : at != bad_at)
        fail_msg("%s: at %zu instead of %zu", pattern, at, bad_at);
    if (strstr(strbuf_cstr(&err.zh), part_zh) == NULL)
        fail_msg("%s: %s", pattern, strbuf_cstr(&err.zh));
    if (strstr(strbuf_cstr(&err.en), part_en) == NULL)
        fail_msg("%s: %s", pattern, strbuf_cstr(&err.en));
    error_deinit(&err);
}

static void test_refused(void **state)
{
    (void)state;
    expect_refused("(a)\\1", 3, "反向引用", "backreferences");
    expect_refused("(?<n>a)\\k<n>", 7, "反向引用", "backreferences");
    expect_refused("a\\g{1}", 1, "反向引用", "backreferences");
    expect_refused("a(?=b)", 1, "前后查看", "look-around");
    expect_refused("a(?!b)", 1, "前后查看", "look-around");
    expect_refused("(?<=a)b", 0, "前后查看", "look-around");
    expect_refused("(?<!a)b", 0, "前后查看", "look-around");
    expect_refused("(?>a)", 0, "原子分组", "atomic");
    expect_refused("a*+", 1, "占有量词", "possessive");
    expect_refused("a{1,2}+", 1, "占有量词", "possessive");
    expect_refused("(a)?+", 3, "占有量词", "possessive");
    expect_refused("[ab]++", 4, "占有量词", "possessive");
    expect_refused("(?R)", 0, "递归", "recursion");
    expect_refused("(a)(?1)", 3, "递归", "recursion");
    expect_refused("(a)(?-1)", 3, "递归", "recursion");
    expect_refused("(?<n>a)(?&n)", 7, "递归", "recursion");
    expect_refused("(?P<n>a)(?P>n)", 8, "递归", "recursion");
    expect_refused("(?P<n>a)(?P=n)", 8, "递归", "recursion");
    expect_refused("(a)(?(1)b)", 3, "条件分组", "conditions");
    expect_refused("(*COMMIT)a", 0, "控制动词", "verbs");
    expect_refused("(?C1)a", 0, "(?…)", "(?…)");
    expect_refused("(?|(a)|(b))", 0, "(?…)", "(?…)");
    expect_refused("(?x) a", 0, "(?…)", "(?…)");
    expect_refused("a\\Kb", 1, "\\K", "\\K");
    expect_refused("\\Qa\\E", 0, "\\Q", "\\Q");
    expect_refused("[^\\E](a)", 2, "\\E", "\\E");
    expect_refused("\\C", 0, "\\C", "\\C");
    expect_refused("[\\1]", 1, "反向引用", "backreferences");
}

static void test_wrong(void **state)
{
    (void)state;
    expect_refused("(a", ANYWHERE, "圆括号没有闭合", "missing closing parenthesis");
    expect_refused("a)", ANYWHERE, "多出一个右圆括号", "unmatched closing parenthesis");
    expect_refused("[a", ANYWHERE, "方括号没有闭合", "missing terminating ]");
    expect_refused("*a", ANYWHERE, "量词前没有", "quantifier does not follow");
    expect_refused("a\\", ANYWHERE, "反斜杠", "\\ at end of pattern");
    expect_refused("[z-a]", ANYWHERE, "次序颠倒", "range out of order");
    expect_refused("a{3,1}", ANYWHERE, "次序颠倒", "out of order");
    expect_refused("\\p{Nonsense}", ANYWHERE, "没有这样的字符属性", "unknown property");
    expect_refused("(?<n>a)(?<n>b)", ANYWHERE, "分组名重复", "same name");
    expect_refused("a\xff", 1, "UTF-8", "UTF-8");
    char *long_pattern = malloc(REGEX_PATTERN_MAX + 2);
    memset(long_pattern, 'a', REGEX_PATTERN_MAX + 1);
    long_pattern[REGEX_PATTERN_MAX + 1] = '\0';
    expect_refused(long_pattern, 0, "超过", "longer");
    free(long_pattern);
    char nested[801];
    memset(nested, '(', 400);
    memset(nested + 400, ')', 400);
    nested[800] = '\0';
    Regex *regex = NULL;
    assert_int_equal(regex_compile(str_from_cstr(nested), REGEX_SEARCH, &regex, NULL, NULL),
                     STATUS_USAGE);
}

// A pattern of many ways to fail ends: the test has an answer, the search says that it gave up.
static void test_hostile(void **state)
{
    (void)state;
    static const char *patterns[] = {"(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "([a-z]+)*[0-9]"};
    enum { LENGTH = 800, LONG_LENGTH = 100000 };
    static char bytes[LONG_LENGTH + 1];
    memset(bytes, 'a', LONG_LENGTH);
    bytes[LONG_LENGTH] = '!';
    Str long_text = {bytes, sizeof bytes};
    Str text = str_slice(long_text, LONG_LENGTH - LENGTH, sizeof bytes);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        Regex *regex = compiled(str_from_cstr(patterns[i]), REGEX_WHOLE);
        RegexMatch *match = regex_match_create(regex);
        bool found = true;
        assert_int_equal(regex_test(regex, match, text, &found, NULL), STATUS_OK);
        assert_false(found);
        Error err = {0};
        Status status = regex_find(regex, match, text, 0, &found, &err);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        assert_false(found);
        status = regex_test(regex, match, long_text, &found, NULL);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        assert_false(found);
        error_deinit(&err);
        regex_match_destroy(match);
        regex_destroy(regex);
    }
}

static void test_long_text(void **state)
{
    (void)state;
    enum { LENGTH = 2000000 };
    char *bytes = malloc(LENGTH);
    memset(bytes, 'a', LENGTH);
    bytes[LENGTH - 1] = 'b';
    assert_true(tested(STR("a+b"), REGEX_WHOLE, (Str){bytes, LENGTH}));
    assert_true(tested(STR("ab$"), REGEX_SEARCH, (Str){bytes, LENGTH}));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matching),  cmocka_unit_test(test_groups),
        cmocka_unit_test(test_optional),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_wrong),     cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

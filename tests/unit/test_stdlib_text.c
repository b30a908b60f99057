// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_text.c: texts, likeness, numbers, what identity numbers say, places.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "stdlib/tables/han.h"
#include "tests/unit/stdlib_call.h"

#define SIMILAR SUP_ROOT "/tests/unit/tables/similar.tsv"

// A row of calls with text results; a NULL result is the issue.
typedef struct TextCase {
    const char *signature, *a, *b;
    int64_t n;
    const char *result;
    Reason issue;
} TextCase;

#define LEFT "left(t: text, n: integer): text"
#define RIGHT "right(t: text, n: integer): text"
#define REPEAT "repeat(t: text, n: integer): text"

static const TextCase number_cases[] = {
    {LEFT, "消字号abc", NULL, 2, "消字", REASON_NONE},
    {LEFT, "消字号abc", NULL, 0, "", REASON_NONE},
    {LEFT, "消字号abc", NULL, 6, "消字号abc", REASON_NONE},
    {LEFT, "消字号abc", NULL, INT64_MAX, "消字号abc", REASON_NONE},
    {LEFT, "", NULL, 3, "", REASON_NONE},
    {LEFT, "abc", NULL, -1, NULL, REASON_DOMAIN},
    {RIGHT, "消字号abc", NULL, 4, "号abc", REASON_NONE},
    {RIGHT, "消字号abc", NULL, 0, "", REASON_NONE},
    {RIGHT, "消字号abc", NULL, 7, "消字号abc", REASON_NONE},
    {RIGHT, "abc", NULL, INT64_MIN, NULL, REASON_DOMAIN},
    {REPEAT, "ab", NULL, 3, "ababab", REASON_NONE},
    {REPEAT, "ab", NULL, 0, "", REASON_NONE},
    {REPEAT, "", NULL, INT64_MAX, "", REASON_NONE},
    {REPEAT, "ab", NULL, INT64_MAX, NULL, REASON_OVERFLOW},
    {REPEAT, "ab", NULL, -1, NULL, REASON_DOMAIN},
};

#define ONE(name) name "(t: text): text"

static const TextCase text_cases[] = {
    {ONE("reverse"), "消字abc", NULL, 0, "cba字消", REASON_NONE},
    {ONE("reverse"), "", NULL, 0, "", REASON_NONE},
    {ONE("upper"), "苏a1é", NULL, 0, "苏A1É", REASON_NONE},
    {ONE("lower"), "苏A1É", NULL, 0, "苏a1é", REASON_NONE},
    {ONE("trim"), " \t甲 乙　\n", NULL, 0, "甲 乙", REASON_NONE},
    {ONE("trim"), "　", NULL, 0, "", REASON_NONE},
    {ONE("squeeze"), "  甲 \t 乙　丙 ", NULL, 0, "甲 乙 丙", REASON_NONE},
    {ONE("squeeze"), "   ", NULL, 0, "", REASON_NONE},
    {ONE("halfwidth"), "ＡＢ１２（甲）", NULL, 0, "AB12(甲)", REASON_NONE},
    {ONE("fullwidth"), "AB12", NULL, 0, "ＡＢ１２", REASON_NONE},
    {ONE("nfc"), "e\xCC\x81", NULL, 0, "é", REASON_NONE},
    {ONE("nfkc"), "㎡①", NULL, 0, "m21", REASON_NONE},
    {ONE("nfc"), "\xff", NULL, 0, NULL, REASON_CONVERSION},
    {ONE("digits_only"), "电话0512-12 34", NULL, 0, "05121234", REASON_NONE},
    {ONE("letters_only"), "甲A-1 b", NULL, 0, "甲Ab", REASON_NONE},
    {ONE("han_only"), "甲A乙1", NULL, 0, "甲乙", REASON_NONE},
    {ONE("simplify"), "臺灣A陳大昇，對於乾隆", NULL, 0, "台湾A陈大昇，对於乾隆", REASON_NONE},
    {ONE("simplify"), "", NULL, 0, "", REASON_NONE},
    {ONE("simplify"), "\xE8\xE8", NULL, 0, "\xE8\xE8", REASON_NONE},
    {ONE("pinyin"), "吕 布", NULL, 0, "lü bu", REASON_NONE},
    {ONE("pinyin"), "第3号，张三　李四", NULL, 0, "di 3 hao ， zhang san　li si", REASON_NONE},
    {ONE("pinyin"), "nà甲", NULL, 0, "nà jia", REASON_NONE},
    {ONE("pinyin"), "abc", NULL, 0, "abc", REASON_NONE},
    {ONE("pinyin"), "", NULL, 0, "", REASON_NONE},
    {ONE("pinyin"), "张\xF0\xA0\x80\x80", NULL, 0, NULL, REASON_CONVERSION},
    {ONE("pinyin"), "烪", NULL, 0, NULL, REASON_CONVERSION},
    {ONE("name_normal"), "张 三", NULL, 0, "张三", REASON_NONE},
    {ONE("name_normal"), "　张　三　", NULL, 0, "张三", REASON_NONE},
    {ONE("name_normal"), "买买提•吐尔逊", NULL, 0, "买买提·吐尔逊", REASON_NONE},
    {ONE("name_normal"), "买买提・吐尔逊", NULL, 0, "买买提·吐尔逊", REASON_NONE},
    {ONE("name_normal"), "John Smith", NULL, 0, "John Smith", REASON_NONE},
    {ONE("name_normal"), "ＡＢ 张", NULL, 0, "AB张", REASON_NONE},
};

static void check_text(CallWorld *world, const TextCase *c, CallValue v)
{
    (void)world;
    if (v.issue != c->issue)
        fail_msg("%s of '%s', %lld: issue %d", c->signature, c->a, (long long)c->n, (int)v.issue);
    if (c->result)
        expect_str(v.text, c->result);
}

static void test_texts(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(number_cases); i++) {
        const TextCase *c = &number_cases[i];
        check_text(*state, c,
                   CALL(*state, c->signature, PHYS_CODE, 0, call_text(c->a), call_i64(c->n)));
    }
    for (size_t i = 0; i < ARRAY_LEN(text_cases); i++) {
        const TextCase *c = &text_cases[i];
        check_text(*state, c, CALL(*state, c->signature, PHYS_CODE, 0, call_text(c->a)));
    }
}

static const char *mid_of(CallWorld *world, const char *t, int64_t start, int64_t n, Reason *issue)
{
    CallValue v = CALL(world, "mid(t: text, start: integer, n: integer): text", PHYS_CODE, 0,
                       call_text(t), call_i64(start), call_i64(n));
    *issue = v.issue;
    return arena_str(world->arena, v.text).ptr;
}

static void test_mid(void **state)
{
    Reason issue;
    assert_string_equal(mid_of(*state, "消字号abc", 3, 2, &issue), "号a");
    assert_string_equal(mid_of(*state, "消字号abc", 1, 99, &issue), "消字号abc");
    assert_string_equal(mid_of(*state, "消字号abc", 7, 1, &issue), "");
    assert_string_equal(mid_of(*state, "消字号abc", INT64_MAX, INT64_MAX, &issue), "");
    assert_int_equal(issue, REASON_NONE);
    mid_of(*state, "abc", 0, 1, &issue);
    assert_int_equal(issue, REASON_DOMAIN);
    mid_of(*state, "abc", 1, -1, &issue);
    assert_int_equal(issue, REASON_DOMAIN);
}

static int64_t number_of(CallWorld *world, const char *signature, const char *a, const char *b)
{
    return CALL(world, signature, PHYS_I64, 0, call_text(a), call_text(b)).i64;
}

static bool truth_of(CallWorld *world, const char *signature, const char *a, const char *b)
{
    return CALL(world, signature, PHYS_BOOL, 0, call_text(a), call_text(b)).boolean;
}

static void test_search(void **state)
{
    static const char *const position = "position(t: text, part: text): integer";
    static const char *const contains = "contains(t: text, part: text): boolean";
    static const char *const starts = "starts_with(t: text, part: text): boolean";
    static const char *const ends = "ends_with(t: text, part: text): boolean";
    assert_int_equal(number_of(*state, position, "张三等二人", "等"), 3);
    assert_int_equal(number_of(*state, position, "张三等二人", "张"), 1);
    assert_int_equal(number_of(*state, position, "张三等二人", "李"), 0);
    assert_int_equal(number_of(*state, position, "张三", ""), 1);
    assert_true(truth_of(*state, contains, "抗菌止痒膏", "止痒"));
    assert_false(truth_of(*state, contains, "抗菌止痒膏", "痒止"));
    assert_true(truth_of(*state, starts, "320214", "32"));
    assert_false(truth_of(*state, starts, "3", "32"));
    assert_true(truth_of(*state, ends, "甲有限公司", "公司"));
    assert_false(truth_of(*state, ends, "甲有限公司", "有限"));
    CallValue v = CALL(*state, "length(t: text): integer", PHYS_I64, 0, call_text("消字号abc𠮷"));
    assert_int_equal(v.i64, 7);
}

static void test_replace(void **state)
{
    static const char *const replace = "replace(t: text, old: text, new: text): text";
    CallValue v =
        CALL(*state, replace, PHYS_CODE, 0, call_text("a-b--c"), call_text("-"), call_text("+"));
    expect_str(v.text, "a+b++c");
    v = CALL(*state, replace, PHYS_CODE, 0, call_text("aaa"), call_text("aa"), call_text("b"));
    expect_str(v.text, "ba");
    v = CALL(*state, replace, PHYS_CODE, 0, call_text("aaa"), call_text(""), call_text("b"));
    assert_int_equal(v.issue, REASON_DOMAIN);
    // A text that grows without bound is refused, not built.
    StrBuf many = {0};
    strbuf_add_repeat(&many, 'a', 100000);
    v = CALL(*state, replace, PHYS_CODE, 0, call_text(strbuf_cstr(&many)), call_text("a"),
             call_text(strbuf_cstr(&many)));
    assert_int_equal(v.issue, REASON_OVERFLOW);
    strbuf_deinit(&many);
}

static void test_split(void **state)
{
    CallWorld *world = *state;
    static const char *const split = "split(t: text, separator: text): list(text)";
    const FnCard *card = call_card(split);
    CallValue operands[] = {call_text("张三、 李四、、王五 "), call_text("、")};
    Vector args[] = {call_vector(world, &operands[0]), call_vector(world, &operands[1])};
    CallValue result = {.phys = PHYS_CODE};
    Vector out = call_vector(world, &result);
    FnContext fn = {.dict = world->dict, .arena = world->arena};
    int64_t row = 0;
    card->kernel(&fn, args, 2, &row, 1, &out, call_fail, &result.issue);
    static const char *const parts[] = {"张三", "李四", "王五"};
    assert_int_equal(list_count(world->dict, out.code[0]), 3);
    for (uint32_t i = 0; i < 3; i++) {
        Value part = list_get(world->dict, type_of(TYPE_TEXT), out.code[0], i);
        expect_str(dict_str(world->dict, part.code), parts[i]);
    }
    CallValue v = CALL(world, split, PHYS_CODE, 0, call_text("a"), call_text(""));
    assert_int_equal(v.issue, REASON_DOMAIN);
}

// ---- likeness

// The next field of a tab-separated line, NUL-terminated in place.
static char *field(char **line)
{
    char *start = *line;
    size_t length = strcspn(start, "\t\n");
    *line = start + length + (start[length] != '\0');
    start[length] = '\0';
    return start;
}

static void check_similar(CallWorld *world, char *line)
{
    CallValue a = call_text(field(&line)), b = call_text(field(&line));
    double jaro = strtod(field(&line), NULL), winkler = strtod(field(&line), NULL);
    int64_t edits = strtoll(field(&line), NULL, 10);
    // Jaro compares a with b: the measure must not depend on which is which.
    for (int turn = 0; turn < 2; turn++) {
        CallValue x = turn ? b : a, y = turn ? a : b;
        CallValue v = CALL(world, "jaro(a: text, b: text): real", PHYS_F64, 0, x, y);
        if (v.f64 - jaro > 1e-14 || jaro - v.f64 > 1e-14)
            fail_msg("jaro " STR_FMT " " STR_FMT ": %.15f", STR_ARG(x.text), STR_ARG(y.text),
                     v.f64);
        v = CALL(world, "similar(a: text, b: text): real", PHYS_F64, 0, x, y);
        if (v.f64 - winkler > 1e-14 || winkler - v.f64 > 1e-14)
            fail_msg("similar " STR_FMT " " STR_FMT ": %.15f", STR_ARG(x.text), STR_ARG(y.text),
                     v.f64);
        assert_int_equal(
            number_of(world, "levenshtein(a: text, b: text): integer", x.text.ptr, y.text.ptr),
            edits);
    }
}

static void test_similar(void **state)
{
    FILE *file = fopen(SIMILAR, "rb");
    assert_non_null(file);
    char line[1024];
    int count = 0;
    while (fgets(line, sizeof line, file))
        if (line[0] != '#') {
            check_similar(*state, line);
            count++;
        }
    fclose(file);
    assert_true(count >= 50);
}

static double jaccard(CallWorld *world, const char *a, const char *b, int64_t n, Reason *issue)
{
    CallValue v = CALL(world, "jaccard(a: text, b: text, n: integer): real", PHYS_F64, 0,
                       call_text(a), call_text(b), call_i64(n));
    *issue = v.issue;
    return v.f64;
}

static void test_jaccard(void **state)
{
    Reason issue;
    assert_true(jaccard(*state, "甲乙丙", "甲乙丁", 2, &issue) == 1.0 / 3.0);
    assert_true(jaccard(*state, "abcd", "abcd", 2, &issue) == 1);
    assert_true(jaccard(*state, "abab", "ab", 2, &issue) == 0.5);
    assert_true(jaccard(*state, "a", "b", 2, &issue) == 0);
    assert_true(jaccard(*state, "a", "", 2, &issue) == 0);
    assert_true(jaccard(*state, "", "", 2, &issue) == 1);
    assert_true(jaccard(*state, "ab", "cd", INT64_MAX, &issue) == 0);
    assert_int_equal(issue, REASON_NONE);
    jaccard(*state, "ab", "cd", 0, &issue);
    assert_int_equal(issue, REASON_DOMAIN);
}

static void test_long_texts(void **state)
{
    StrBuf a = {0}, b = {0};
    strbuf_add_repeat(&a, 'a', 5000);
    strbuf_add_repeat(&b, 'b', 5000);
    CallValue v = CALL(*state, "similar(a: text, b: text): real", PHYS_F64, 0,
                       call_text(strbuf_cstr(&a)), call_text(strbuf_cstr(&b)));
    assert_int_equal(v.issue, REASON_OVERFLOW);
    strbuf_truncate(&a, 4096);
    strbuf_truncate(&b, 4096);
    v = CALL(*state, "levenshtein(a: text, b: text): integer", PHYS_I64, 0,
             call_text(strbuf_cstr(&a)), call_text(strbuf_cstr(&b)));
    assert_int_equal(v.issue, REASON_NONE);
    assert_int_equal(v.i64, 4096);
    strbuf_deinit(&a);
    strbuf_deinit(&b);
}

// ---- numbers

static CallValue two(CallWorld *world, const char *signature, int64_t a, int64_t b)
{
    return CALL(world, signature, PHYS_I64, 0, call_i64(a), call_i64(b));
}

static void test_numbers(void **state)
{
    static const char *const div = "div(a: integer, b: integer): integer";
    static const char *const mod = "mod(a: integer, b: integer): integer";
    assert_int_equal(two(*state, div, 7, 2).i64, 3);
    assert_int_equal(two(*state, div, -7, 2).i64, -3);
    assert_int_equal(two(*state, mod, -7, 2).i64, -1);
    assert_int_equal(two(*state, mod, 7, -2).i64, 1);
    assert_int_equal(two(*state, mod, INT64_MIN, -1).i64, 0);
    assert_int_equal(two(*state, div, 1, 0).issue, REASON_DIVISION_BY_ZERO);
    assert_int_equal(two(*state, mod, 1, 0).issue, REASON_DIVISION_BY_ZERO);
    assert_int_equal(two(*state, div, INT64_MIN, -1).issue, REASON_OVERFLOW);
    CallValue v = CALL(*state, "sign(x: N): integer", PHYS_I64, 0, call_exact(-35, 1));
    assert_int_equal(v.i64, -1);
    v = CALL(*state, "sign(x: N): integer", PHYS_I64, 0, call_i64(0));
    assert_int_equal(v.i64, 0);
    v = CALL(*state, "clamp(x: N, low: N, high: N): N", PHYS_I64, 0, call_i64(120), call_i64(0),
             call_i64(100));
    assert_int_equal(v.i64, 100);
    v = CALL(*state, "clamp(x: N, low: N, high: N): N", PHYS_I128, 2, call_exact(-5, 2),
             call_exact(0, 2), call_exact(100, 2));
    assert_true(v.i128 == 0);
    v = CALL(*state, "clamp(x: N, low: N, high: N): N", PHYS_I64, 0, call_i64(1), call_i64(2),
             call_i64(1));
    assert_int_equal(v.issue, REASON_DOMAIN);
    v = CALL(*state, "sqrt(x: real): real", PHYS_F64, 0, call_real(2.25));
    assert_true(v.f64 == 1.5);
    v = CALL(*state, "sqrt(x: real): real", PHYS_F64, 0, call_real(-1));
    assert_int_equal(v.issue, REASON_DOMAIN);
}

static void test_reals(void **state)
{
    static const double reals[] = {-1e308, -2.5, -1, -5e-324, 0, 5e-324, 0.5, 1, 2.5, 1e308};
    for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
        CallValue v = CALL(*state, "sign(x: N): integer", PHYS_I64, 0, call_real(reals[i]));
        assert_int_equal(v.i64, (reals[i] > 0) - (reals[i] < 0));
        v = CALL(*state, "clamp(x: N, low: N, high: N): N", PHYS_F64, 0, call_real(reals[i]),
                 call_real(-1), call_real(1));
        double wanted = reals[i] < -1 ? -1 : reals[i] > 1 ? 1 : reals[i];
        assert_true(v.f64 == wanted);
    }
}

// ---- identity numbers

static void test_identity_parts(void **state)
{
    CallValue id = call_text("11010519491231002X");
    CallValue v = CALL(*state, "birth_date(id: person_id): date", PHYS_I64, 0, id);
    assert_int_equal(v.i64, call_date(1949, 12, 31).i64);
    static const char *const age = "age_at(id: person_id, d: date): integer";
    assert_int_equal(CALL(*state, age, PHYS_I64, 0, id, call_date(2019, 12, 30)).i64, 69);
    assert_int_equal(CALL(*state, age, PHYS_I64, 0, id, call_date(2019, 12, 31)).i64, 70);
    assert_int_equal(CALL(*state, age, PHYS_I64, 0, id, call_date(1949, 12, 31)).i64, 0);
    v = CALL(*state, age, PHYS_I64, 0, id, call_date(1949, 12, 30));
    assert_int_equal(v.issue, REASON_DOMAIN);
    v = CALL(*state, "sex(id: person_id): text", PHYS_CODE, 0, id);
    expect_str(v.text, "女");
    v = CALL(*state, "sex(id: person_id): text", PHYS_CODE, 0, call_text("440524188001010014"));
    expect_str(v.text, "男");
    v = CALL(*state, "region_of(id: person_id): text", PHYS_CODE, 0, id);
    expect_str(v.text, "110105");
    v = CALL(*state, "birth_date(id: person_id): date", PHYS_I64, 0, call_text("E12345678"));
    assert_int_equal(v.issue, REASON_CONVERSION);
    v = CALL(*state, "sex(id: person_id): text", PHYS_CODE, 0, call_text("甲"));
    assert_int_equal(v.issue, REASON_CONVERSION);
    v = CALL(*state, "org_code(code: credit_code): text", PHYS_CODE, 0,
             call_text("91350100M000100Y43"));
    expect_str(v.text, "M000100Y4");
}

// ---- places

static CallValue point(CallWorld *world, int64_t lon, int64_t lat)
{
    return CALL(world, "point(lon: decimal(18, 7), lat: decimal(18, 7)): point", PHYS_PAIR, 0,
                call_exact(lon, 4), call_exact(lat, 4));
}

static void test_places(void **state)
{
    CallValue suzhou = point(*state, 1206000, 313000), beijing = point(*state, 1164000, 399000);
    assert_int_equal(suzhou.pair.a, 1206000000);
    assert_int_equal(suzhou.pair.b, 313000000);
    assert_int_equal(point(*state, 1800001, 0).issue, REASON_DOMAIN);
    assert_int_equal(point(*state, 0, -900001).issue, REASON_DOMAIN);
    static const char *const distance = "distance(a: point, b: point): length";
    CallValue v = CALL(*state, distance, PHYS_I128, 6, suzhou, beijing);
    // 2·R·asin(√(sin²(4.3°) + cos 31.3° cos 39.9° sin²(2.1°))), R = 6371008.8 m, with Python's
    // math.
    assert_int_equal((int64_t)v.i128, 1028569368000);
    CallValue back = CALL(*state, distance, PHYS_I128, 6, beijing, suzhou);
    assert_true(v.i128 == back.i128);
    v = CALL(*state, distance, PHYS_I128, 6, suzhou, suzhou);
    assert_true(v.i128 == 0);
    // A degree of latitude is a 360th of the circle.
    v = CALL(*state, distance, PHYS_I128, 3, point(*state, 0, 0), point(*state, 0, 10000));
    assert_int_equal((int64_t)v.i128, 111195080);
}

// Every row of the tables is found, which holds only in their order, and gives another character.
static void test_han_tables(void **state)
{
    (void)state;
    int simple = 0, sounds = 0;
    for (int32_t c = 0x80; c <= 0xFFFF; c = c == 0xD7FF ? 0xE000 : c + 1) {
        StrBuf buf = {0};
        strbuf_add_code_point(&buf, c);
        Str one = han_simplified(strbuf_str(&buf));
        simple += one.len == 3;
        sounds += han_pinyin(c).len > 0;
        assert_true(one.len == 0 || (one.len == 3 && !str_equal(one, strbuf_str(&buf))));
        strbuf_deinit(&buf);
    }
    assert_int_equal(simple, 2947);
    assert_int_equal(sounds, 20892);
    assert_int_equal(han_pinyin(-1).len + han_pinyin(INT32_MAX).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),          cmocka_unit_test(test_mid),
        cmocka_unit_test(test_search),         cmocka_unit_test(test_replace),
        cmocka_unit_test(test_split),          cmocka_unit_test(test_similar),
        cmocka_unit_test(test_jaccard),        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_identity_parts), cmocka_unit_test(test_places),
        cmocka_unit_test(test_han_tables),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

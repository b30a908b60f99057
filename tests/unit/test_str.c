// SPDX-License-Identifier: Apache-2.0
//
// test_str.c: views, the builder, UTF-8 and interned names.
#include "tests/unit/unit.h"

#include <float.h>

static void test_views(void **state)
{
    (void)state;
    Str nothing = {0};
    assert_true(str_equal(nothing, STR("")));
    assert_int_equal(str_compare(nothing, STR("")), 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_true(str_compare(STR("\x7f"), STR("\xc3\xa9")) < 0);
    assert_true(str_starts(STR("药店销售"), STR("药店")));
    assert_false(str_starts(STR("药"), STR("药店")));
    assert_true(str_ends(STR("药店销售"), STR("销售")));
    assert_true(str_ends(nothing, nothing));
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
    expect_str(str_slice(STR("abcdef"), 2, 4), "cd");
    expect_str(str_slice(STR("abc"), 2, 99), "c");
    expect_str(str_slice(STR("abc"), 3, 2), "");
    expect_str(str_from_cstr(NULL), "");
}

static void test_find(void **state)
{
    (void)state;
    Str text = STR("aababc aabab");
    assert_int_equal(str_find(text, STR("abab"), 2), 8);
    assert_int_equal(str_find(text, STR("ab"), 2), 3);
    assert_int_equal(str_find(text, STR("ab"), 11), STR_NONE);
    assert_int_equal(str_find(text, STR(""), 5), 5);
    assert_int_equal(str_find(text, STR("aababc aababc"), 0), STR_NONE);
    assert_int_equal(str_find((Str){0}, STR("a"), 0), STR_NONE);
    assert_int_equal(str_find(text, STR("b"), text.len), STR_NONE);
}

static void test_trim(void **state)
{
    (void)state;
    expect_str(str_trim(STR(" \t\r\n　 药店 销售　\n ")), "药店 销售");
    expect_str(str_trim(STR("　　")), "");
    expect_str(str_trim((Str){0}), "");
    expect_str(str_trim(STR("a")), "a");
}

static void test_hash(void **state)
{
    (void)state;
    char bytes[256];
    memset(bytes, 'x', sizeof bytes);
    for (size_t len = 0; len < 200; len++) {
        Str text = {bytes, len};
        uint64_t hash = str_hash(text);
        assert_true(hash == str_hash(text));
        for (size_t at = 0; at < len; at++) {
            bytes[at] ^= 1;
            assert_true(hash != str_hash(text));
            bytes[at] ^= 1;
        }
        assert_true(hash != str_hash((Str){bytes, len + 1}));
    }
}

static void test_builder(void **state)
{
    (void)state;
    StrBuf buf = {0};
    expect_str(strbuf_str(&buf), "");
    assert_string_equal(strbuf_cstr(&buf), "");
    strbuf_add_i64(&buf, INT64_MIN);
    strbuf_add_char(&buf, ' ');
    strbuf_add_u64(&buf, UINT64_MAX);
    strbuf_add_char(&buf, ' ');
    strbuf_add_i128(&buf, INT128_MIN);
    strbuf_add_char(&buf, ' ');
    strbuf_add_i128(&buf, INT128_MAX);
    strbuf_add_char(&buf, ' ');
    strbuf_add_i128(&buf, 0);
    expect_str(strbuf_str(&buf), "-9223372036854775808 18446744073709551615 "
                                 "-170141183460469231731687303715884105728 "
                                 "170141183460469231731687303715884105727 0");
    strbuf_clear(&buf);
    strbuf_printf(&buf, "%s=%d;", "年", 2024);
    strbuf_add_repeat(&buf, '-', 3);
    strbuf_add_code_point(&buf, 0x20BB7);
    expect_str(strbuf_str(&buf), "年=2024;---𠮷");
    strbuf_truncate(&buf, 4);
    assert_string_equal(strbuf_cstr(&buf), "年=");
    strbuf_add(&buf, STR("a\0b"));
    assert_int_equal(buf.len, 7);
    strbuf_deinit(&buf);
    assert_null(buf.ptr);
}

static void test_builder_long(void **state)
{
    (void)state;
    StrBuf buf = {0};
    for (int i = 0; i < 100000; i++)
        strbuf_printf(&buf, "%d,", i % 10);
    assert_int_equal(buf.len, 200000);
    assert_int_equal(strlen(strbuf_cstr(&buf)), 200000);
    strbuf_deinit(&buf);
}

static void expect_real(double value, const char *expected)
{
    StrBuf buf = {0};
    strbuf_add_real(&buf, value);
    expect_str(strbuf_str(&buf), expected);
    strbuf_deinit(&buf);
}

static void test_real(void **state)
{
    (void)state;
    expect_real(0.0, "0");
    expect_real(-0.0, "0");
    expect_real(0.1, "0.1");
    expect_real(-2.5, "-2.5");
    expect_real(100, "100");
    expect_real(1e15, "1000000000000000");
    expect_real(1e16, "1e+16");
    expect_real(123456789012345680.0, "1.2345678901234568e+17");
    expect_real(0.0001, "0.0001");
    expect_real(0.00001, "1e-05");
    expect_real(DBL_MAX, "1.7976931348623157e+308");
    expect_real(DBL_MIN, "2.2250738585072014e-308");
    expect_real(5e-324, "5e-324");
    expect_real(0x1p-44, "5.684341886080802e-14");
    expect_real(1.0 / 3, "0.3333333333333333");
}

// ---- UTF-8 --------------------------------------------------------------------------------------

// Every scalar value survives encoding and decoding; surrogates are refused.
static void test_utf8_all(void **state)
{
    (void)state;
    for (int32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF)
            continue;
        char bytes[4];
        Str text = {bytes, utf8_encode(code_point, bytes)};
        size_t at = 0;
        assert_int_equal(utf8_decode(text, &at), code_point);
        assert_int_equal(at, text.len);
        assert_true(utf8_valid(text, NULL));
        for (size_t len = 1; len < text.len; len++)
            assert_false(utf8_valid((Str){bytes, len}, NULL));
    }
}

static void test_utf8_wrong(void **state)
{
    (void)state;
    const struct {
        Str text;
        size_t bad_at;
    } rows[] = {
        {STR_INIT("\x80"), 0},
        {STR_INIT("abc\xff"), 3},
        {STR_INIT("\xc0\x80"), 0},             // overlong NUL
        {STR_INIT("\xc1\xbf"), 0},             // overlong
        {STR_INIT("\xe0\x9f\xbf"), 0},         // overlong
        {STR_INIT("\xed\xa0\x80"), 0},         // surrogate
        {STR_INIT("\xf0\x8f\xbf\xbf"), 0},     // overlong
        {STR_INIT("\xf4\x90\x80\x80"), 0},     // above U+10FFFF
        {STR_INIT("\xf5\x80\x80\x80"), 0},     //
        {STR_INIT("年\xe5\xb9"), 3},           // cut off
        {STR_INIT("01234567890\xe5\xb9z"), 11} // behind a run of ASCII
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t bad_at = 99;
        assert_false(utf8_valid(rows[i].text, &bad_at));
        assert_int_equal(bad_at, rows[i].bad_at);
        assert_int_equal(utf8_decode(rows[i].text, &bad_at), -1);
        assert_int_equal(bad_at, rows[i].bad_at + 1);
    }
    assert_true(utf8_valid(STR("NUL \0 inside 也可以"), NULL));
}

static void test_utf8_positions(void **state)
{
    (void)state;
    Str text = STR("a年𠮷b");
    assert_int_equal(utf8_count(text), 4);
    const size_t offsets[] = {0, 1, 4, 8, 9, 9};
    for (int64_t i = 0; i < (int64_t)ARRAY_LEN(offsets); i++)
        assert_int_equal(utf8_offset(text, i), offsets[i]);
}

// ---- Names --------------------------------------------------------------------------------------

static void test_interner(void **state)
{
    (void)state;
    Interner *names = interner_create();
    Sym first = sym_intern(names, STR("金额"));
    char buffer[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(buffer, sizeof buffer, "name%d", i);
        Sym sym = sym_intern(names, str_from_cstr(buffer));
        assert_int_equal(sym.id, i + 2);
    }
    assert_true(sym_equal(first, sym_intern(names, STR("金额"))));
    expect_str(sym_str(names, first), "金额");
    expect_str(sym_str(names, (Sym){4321}), "name4319");
    expect_str(sym_str(names, SYM_NONE), "");
    assert_int_equal(sym_find(names, STR("unknown")).id, 0);
    assert_int_equal(sym_find(names, STR("name7")).id, 9);
    Sym empty = sym_intern(names, STR(""));
    assert_int_not_equal(empty.id, 0);
    assert_true(sym_equal(empty, sym_find(names, STR(""))));
    interner_destroy(names);
    interner_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),      cmocka_unit_test(test_find),
        cmocka_unit_test(test_trim),       cmocka_unit_test(test_hash),
        cmocka_unit_test(test_builder),    cmocka_unit_test(test_builder_long),
        cmocka_unit_test(test_real),       cmocka_unit_test(test_utf8_all),
        cmocka_unit_test(test_utf8_wrong), cmocka_unit_test(test_utf8_positions),
        cmocka_unit_test(test_interner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

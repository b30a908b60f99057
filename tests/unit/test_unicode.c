// SPDX-License-Identifier: Apache-2.0
//
// test_unicode.c: normal forms, width, classes, near names, and the table of reasons.
#include "tests/unit/unit.h"

#include "runtime/base/map.h"
#include "runtime/base/reason.h"
#include "runtime/base/unicode.h"

static void expect_nfc(Str text, const char *expected)
{
    StrBuf buf = {0};
    assert_true(unicode_nfc(text, &buf));
    expect_str(strbuf_str(&buf), expected);
    // What is in normal form already stays.
    StrBuf again = {0};
    assert_true(unicode_nfc(strbuf_str(&buf), &again));
    assert_true(str_equal(strbuf_str(&buf), strbuf_str(&again)));
    if (unicode_is_nfc_quick(text))
        assert_true(str_equal(text, strbuf_str(&buf)));
    strbuf_deinit(&buf);
    strbuf_deinit(&again);
}

static void test_nfc(void **state)
{
    (void)state;
    expect_nfc(STR("e\xcc\x81"), "é");
    expect_nfc(STR("\xef\xa4\x80"), "豈"); // a compatibility ideograph has a canonical twin
    expect_nfc(STR("药店（销售）：《法》"), "药店（销售）：《法》");
    expect_nfc(STR(""), "");
    expect_nfc(STR("\xea\xb0\x80\xe1\x86\xa8"), "각");
    StrBuf buf = {0};
    strbuf_add(&buf, STR("before"));
    assert_false(unicode_nfc(STR("a\xff"), &buf));
    expect_str(strbuf_str(&buf), "before");
    assert_true(unicode_nfkc(STR("ＡＢ１①"), &buf));
    expect_str(strbuf_str(&buf), "beforeAB11");
    strbuf_deinit(&buf);
    assert_true(unicode_is_nfc_quick(STR("药店 sales, 《法》（一）")));
    assert_false(unicode_is_nfc_quick(STR("e\xcc\x81")));
}

// A row of marks in the worst order takes no quadratic time, and comes out in canonical order.
static void test_nfc_marks(void **state)
{
    (void)state;
    enum { HALF = 200000 };
    StrBuf text = {0}, out = {0};
    strbuf_add_c(&text, "é"); // its own accent stays in front of the others of its class
    for (int i = 0; i < HALF; i++)
        strbuf_add_code_point(&text, 0x301); // class 230
    for (int i = 0; i < HALF; i++)
        strbuf_add_code_point(&text, i % 2 == 0 ? 0x316 : 0x317); // class 220
    strbuf_add_c(&text, "年");
    assert_true(unicode_nfc(strbuf_str(&text), &out));
    assert_int_equal(utf8_count(strbuf_str(&out)), utf8_count(strbuf_str(&text)));
    assert_true(str_starts(strbuf_str(&out), STR("é\xcc\x96\xcc\x97\xcc\x96")));
    assert_true(str_ends(strbuf_str(&out), STR("\xcc\x81年")));
    strbuf_clear(&text);
    assert_true(unicode_nfc(strbuf_str(&out), &text));
    assert_true(str_equal(strbuf_str(&out), strbuf_str(&text)));
    strbuf_deinit(&text);
    strbuf_deinit(&out);
}

// The quick answer is right for every code point that it calls inert, alone and before a mark.
static void test_nfc_quick(void **state)
{
    (void)state;
    StrBuf buf = {0};
    for (int32_t code_point = 1; code_point < 0x30000; code_point++) {
        if (code_point >= 0xD800 && code_point <= 0xDFFF)
            continue;
        char bytes[4];
        Str text = {bytes, utf8_encode(code_point, bytes)};
        if (!unicode_is_nfc_quick(text))
            continue;
        strbuf_clear(&buf);
        assert_true(unicode_nfc(text, &buf));
        if (!str_equal(strbuf_str(&buf), text))
            fail_msg("U+%04X is not inert", (unsigned)code_point);
    }
    strbuf_deinit(&buf);
}

static void test_width_folding(void **state)
{
    (void)state;
    StrBuf buf = {0};
    unicode_fold_width(STR("ＡＢＣ（１２３）　金额：￥～"), &buf);
    expect_str(strbuf_str(&buf), "ABC(123) 金额:￥~");
    strbuf_clear(&buf);
    unicode_widen(STR("A(1) 年"), &buf);
    expect_str(strbuf_str(&buf), "Ａ（１）　年");
    strbuf_clear(&buf);
    unicode_fold_width(STR("x\xff\xef"), &buf);
    expect_str(strbuf_str(&buf), "x\xff\xef");
    strbuf_clear(&buf);
    unicode_lower(STR("ABCÉ年Σ"), &buf);
    expect_str(strbuf_str(&buf), "abcé年σ");
    strbuf_clear(&buf);
    unicode_upper(STR("abcé年"), &buf);
    expect_str(strbuf_str(&buf), "ABCÉ年");
    strbuf_deinit(&buf);
}

static void test_classes(void **state)
{
    (void)state;
    assert_true(unicode_is_name_start('_'));
    assert_true(unicode_is_name_start('a'));
    assert_true(unicode_is_name_start(0x91D1)); // 金
    assert_true(unicode_is_name_start(0x3007)); // 〇
    assert_false(unicode_is_name_start('1'));
    assert_false(unicode_is_name_start(0xFF08)); // （
    assert_true(unicode_is_name_part('1'));
    assert_true(unicode_is_name_part(0xB7)); // middle dot
    assert_true(unicode_is_name_part(0x301));
    assert_false(unicode_is_name_part('-'));
    assert_false(unicode_is_name_part(' '));
    assert_false(unicode_is_name_part(-1));
    assert_true(unicode_is_han(0x20BB7));
    assert_false(unicode_is_han('a'));
    assert_true(unicode_is_space(0x3000));
    assert_true(unicode_is_space('\n'));
    assert_true(unicode_is_space(0xA0));
    assert_false(unicode_is_space('x'));
    assert_true(unicode_is_digit(0xFF11));
    assert_true(unicode_is_letter('z'));
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(unicode_display_width(STR("金额 = 3万元")), 12);
    assert_int_equal(unicode_display_width(STR("e\xcc\x81")), 1);
    assert_int_equal(unicode_display_width(STR("（）：，")), 8);
    assert_int_equal(unicode_display_width(STR("a\xff z")), 4);
    assert_int_equal(unicode_display_width(STR("")), 0);
    assert_int_equal(unicode_width('\t'), 1);
    assert_int_equal(unicode_width('\0'), 0);
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(unicode_distance(STR("金额"), STR("金额"), 3), 0);
    assert_int_equal(unicode_distance(STR("金额"), STR("额金"), 3), 1);
    assert_int_equal(unicode_distance(STR("kitten"), STR("sitting"), 9), 3);
    assert_int_equal(unicode_distance(STR(""), STR("abc"), 9), 3);
    assert_int_equal(unicode_distance(STR("abc"), STR("xyz"), 2), 3);
    assert_int_equal(unicode_distance(STR("abcdef"), STR("a"), 2), 3);
    char a[300], b[300];
    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    b[299] = 'b';
    assert_int_equal(unicode_distance((Str){a, 300}, (Str){b, 300}, 5), 6);
    assert_int_equal(unicode_distance((Str){a, 300}, (Str){a, 300}, 5), 0);
    assert_int_equal(unicode_distance((Str){a, 256}, (Str){b + 44, 256}, 5), 1);
}

static void expect_near(Str wanted, const char *expected)
{
    static const Str names[] = {STR_INIT("金额"), STR_INIT("药店销售"), STR_INIT("amount"),
                                STR_INIT("account"), STR_INIT("id")};
    NearName near;
    Str best = STR("");
    near_name_init(&near, wanted);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        near_name_offer(&near, names[i]);
    assert_int_equal(near_name_best(&near, &best), expected != NULL);
    if (expected != NULL)
        expect_str(best, expected);
}

static void test_near(void **state)
{
    (void)state;
    expect_near(STR("金颠"), "金额");
    expect_near(STR("药品销售"), "药店销售");
    expect_near(STR("ammount"), "amount");
    expect_near(STR("AMOUNT"), "amount");
    expect_near(STR("accont"), "account");
    expect_near(STR("di"), "id");
    expect_near(STR("xyz"), NULL);
    expect_near(STR("x"), NULL);
    expect_near(STR(""), NULL);
    expect_near(STR("日期"), NULL);
}

static void test_reasons(void **state)
{
    (void)state;
    Map names = {0};
    for (Reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        assert_int_not_equal(reason_kind(reason), REASON_KIND_NONE);
        assert_true(reason_text(reason, LANG_ZH).len > 0);
        assert_true(map_put(&names, reason_name(reason), reason));
        assert_int_equal(reason_find(reason_name(reason)), reason);
        assert_true(utf8_valid(reason_text(reason, LANG_ZH), NULL));
    }
    map_deinit(&names);
    assert_int_equal(reason_find(STR("no such reason")), REASON_NONE);
    assert_int_equal(reason_kind(REASON_NONE), REASON_KIND_NONE);
    expect_str(reason_name(REASON_NONE), "");
    assert_true(reason_is_gap(REASON_MASKED));
    assert_true(reason_is_issue(REASON_DIVISION_BY_ZERO));
    assert_false(reason_is_issue(REASON_KEY_CONFLICT));
    expect_str(reason_name(REASON_SEVERAL_AT_THE_SAME_TIME), "several at the same time");
    expect_str(reason_text(REASON_MISSING, LANG_ZH), "缺失");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nfc),       cmocka_unit_test(test_nfc_marks),
        cmocka_unit_test(test_nfc_quick), cmocka_unit_test(test_width_folding),
        cmocka_unit_test(test_classes),   cmocka_unit_test(test_columns),
        cmocka_unit_test(test_distance),  cmocka_unit_test(test_near),
        cmocka_unit_test(test_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

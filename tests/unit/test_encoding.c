// SPDX-License-Identifier: Apache-2.0
//
// test_encoding.c: names, detection and conversion; the GB18030 tables against the C library's iconv over
// every sequence, and every cutting of a text gives the same.
#include "tests/unit/unit.h"
#include <iconv.h>

#include "runtime/source/encoding.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Encoding encoding;
    } rows[] = {{"utf-8", ENCODING_UTF8},       {"UTF8", ENCODING_UTF8},
                {"gb18030", ENCODING_GB18030},  {"GBK", ENCODING_GB18030},
                {"gb2312", ENCODING_GB18030},   {"CP936", ENCODING_GB18030},
                {"utf-16", ENCODING_UTF16LE},   {"UTF-16LE", ENCODING_UTF16LE},
                {"utf_16 be", ENCODING_UTF16BE}};
    Encoding found;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(encoding_find(str_from_cstr(rows[i].name), &found));
        assert_int_equal(found, rows[i].encoding);
    }
    assert_false(encoding_find(STR("latin1"), &found));
    assert_false(encoding_find(STR(""), &found));
    assert_false(encoding_find(STR("utf-8-and-much-more-text"), &found));
    assert_true(str_equal(encoding_name(ENCODING_GB18030), STR("GB18030")));
}

static Encoding head_of(const char *bytes, size_t size, size_t *mark)
{
    return encoding_of_head((Str){bytes, size}, mark);
}

static void test_heads(void **state)
{
    (void)state;
    size_t mark;
    assert_int_equal(head_of("\xEF\xBB\xBF"
                             "a",
                             4, &mark),
                     ENCODING_UTF8);
    assert_int_equal(mark, 3);
    assert_int_equal(head_of("\xFF\xFE"
                             "a\0",
                             4, &mark),
                     ENCODING_UTF16LE);
    assert_int_equal(mark, 2);
    assert_int_equal(head_of("\xFE\xFF\0a", 4, &mark), ENCODING_UTF16BE);
    assert_int_equal(head_of("\x84\x31\x95\x33"
                             "a",
                             5, &mark),
                     ENCODING_GB18030);
    assert_int_equal(mark, 4);
    assert_int_equal(head_of("a\0b\0,\0\n\0", 8, &mark), ENCODING_UTF16LE);
    assert_int_equal(mark, 0);
    assert_int_equal(head_of("\0a\0b\0,\0\n", 8, &mark), ENCODING_UTF16BE);
    assert_int_equal(head_of("abc,def", 7, &mark), ENCODING_UNKNOWN);
    assert_int_equal(head_of("abc\0def,ghijklmnop", 18, &mark), ENCODING_UNKNOWN);
    assert_int_equal(head_of("", 0, &mark), ENCODING_UNKNOWN);
}

// Converts through iconv. The caller frees the result.
static StrBuf by_iconv(const char *to, const char *from, Str text)
{
    StrBuf out = {0};
    iconv_t converter = iconv_open(to, from);
    assert_true(converter != (iconv_t)-1);
    strbuf_reserve(&out, text.len * 4 + 16);
    char *source = (char *)text.ptr, *target = out.ptr;
    size_t left = text.len, room = text.len * 4 + 16;
    assert_true(iconv(converter, &source, &left, &target, &room) != (size_t)-1);
    out.len = (size_t)(target - out.ptr);
    iconv_close(converter);
    return out;
}

static const char sample[] = "门店,金额\n成都市锦江区，￥3,000.00\n€50㎡𠮷野家①Ⅷ〇“引号”·，。\n";

static void test_guess(void **state)
{
    (void)state;
    Str text = str_from_cstr(sample);
    assert_int_equal(encoding_guess(text, false), ENCODING_UTF8);
    StrBuf gb = by_iconv("GB18030", "UTF-8", text);
    assert_int_equal(encoding_guess(strbuf_str(&gb), false), ENCODING_GB18030);
    // Cut anywhere.
    for (size_t size = 8; size < gb.len; size++)
        assert_int_equal(encoding_guess((Str){gb.ptr, size}, true), ENCODING_GB18030);
    for (size_t size = 8; size < text.len; size++)
        assert_int_equal(encoding_guess((Str){text.ptr, size}, true), ENCODING_UTF8);
    // Single faults do not change what a file is.
    StrBuf faulty = {0};
    for (int i = 0; i < 20; i++)
        strbuf_add(&faulty, text);
    faulty.ptr[100] = (char)0xFF;
    assert_int_equal(encoding_guess(strbuf_str(&faulty), false), ENCODING_UTF8);
    assert_int_equal(encoding_guess(STR("\xFF\xFF\xFF\xFF"), false), ENCODING_UNKNOWN);
    strbuf_deinit(&faulty);
    strbuf_deinit(&gb);
}

// Decodes with the input cut into pieces of `size` bytes.
static StrBuf decode(Encoding encoding, Str bytes, size_t size, int64_t *bad)
{
    StrBuf out = {0}, carry = {0};
    *bad = 0;
    for (size_t at = 0; at < bytes.len;) {
        size_t take = MIN_OF(size, bytes.len - at);
        strbuf_add(&carry, str_slice(bytes, at, at + take));
        at += take;
        size_t used = encoding_decode(encoding, strbuf_str(&carry), at == bytes.len, &out, bad);
        memmove(carry.ptr, carry.ptr + used, carry.len - used);
        strbuf_truncate(&carry, carry.len - used);
    }
    assert_int_equal(carry.len, 0);
    strbuf_deinit(&carry);
    return out;
}

static void test_decoding_in_pieces(void **state)
{
    (void)state;
    static const struct {
        Encoding encoding;
        const char *name;
    } rows[] = {{ENCODING_GB18030, "GB18030"},
                {ENCODING_UTF16LE, "UTF-16LE"},
                {ENCODING_UTF16BE, "UTF-16BE"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        StrBuf bytes = by_iconv(rows[i].name, "UTF-8", str_from_cstr(sample));
        for (size_t size = 1; size <= bytes.len; size++) {
            int64_t bad;
            StrBuf text = decode(rows[i].encoding, strbuf_str(&bytes), size, &bad);
            assert_int_equal(bad, 0);
            assert_true(str_equal(strbuf_str(&text), str_from_cstr(sample)));
            strbuf_deinit(&text);
        }
        strbuf_deinit(&bytes);
    }
}

// The code point that iconv gives one GB18030 sequence, 0 if none.
static uint32_t iconv_point(iconv_t converter, const unsigned char *bytes, size_t size)
{
    char in[4];
    uint32_t point = 0;
    memcpy(in, bytes, size);
    char *source = in, *target = (char *)&point;
    size_t left = size, room = sizeof point;
    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &source, &left, &target, &room) == (size_t)-1 || left > 0)
        return 0;
    return point;
}

static uint32_t own_point(const unsigned char *bytes, size_t size)
{
    StrBuf out = {0};
    int64_t bad = 0;
    size_t at = 0;
    (void)encoding_decode(ENCODING_GB18030, (Str){(const char *)bytes, size}, true, &out, &bad);
    uint32_t point = bad > 0 ? 0 : (uint32_t)utf8_decode(strbuf_str(&out), &at);
    assert_true(bad > 0 || at == out.len);
    strbuf_deinit(&out);
    return point;
}

static void test_gb18030_against_iconv(void **state)
{
    (void)state;
    iconv_t converter = iconv_open("UTF-32LE", "GB18030");
    assert_true(converter != (iconv_t)-1);
    int64_t pairs = 0, fours = 0;
    for (int lead = 0x81; lead <= 0xFE; lead++) {
        for (int trail = 0x40; trail <= 0xFE; trail++) {
            unsigned char bytes[2] = {(unsigned char)lead, (unsigned char)trail};
            uint32_t point = trail == 0x7F ? 0 : own_point(bytes, 2);
            assert_int_equal(point, trail == 0x7F ? 0 : iconv_point(converter, bytes, 2));
            pairs += point != 0;
        }
    }
    // All of the basic plane, then every 7th code beyond.
    for (int linear = 0; linear < 1587600; linear += linear < 39420 ? 1 : 7) {
        unsigned char bytes[4] = {
            (unsigned char)(0x81 + linear / 12600), (unsigned char)(0x30 + linear / 1260 % 10),
            (unsigned char)(0x81 + linear / 10 % 126), (unsigned char)(0x30 + linear % 10)};
        uint32_t point = own_point(bytes, 4);
        assert_int_equal(point, iconv_point(converter, bytes, 4));
        fours += point != 0;
    }
    assert_true(pairs > 23000);
    assert_true(fours > 150000);
    iconv_close(converter);
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        Encoding encoding;
        const char *bytes;
        size_t size;
        const char *text;
        int64_t bad;
    } rows[] = {
        {ENCODING_GB18030, "\x80", 1, "€", 0},
        {ENCODING_GB18030, "\xFF,", 2, "\xFF,", 1},
        {ENCODING_GB18030, "\xB0,\xB0\xA1", 4, "\xFF,啊", 1}, // cut inside a character
        {ENCODING_GB18030, "\xB0\n", 2, "\xFF\n", 1},
        {ENCODING_GB18030, "\xB0", 1, "\xFF", 1},
        {ENCODING_GB18030, "\x81\x30\x81", 3,
         "\xFF"
         "0\xFF",
         2},
        {ENCODING_UTF16LE, "\x00\xD8,\0", 4, "\xFF,", 1}, // half of a pair
        {ENCODING_UTF16LE, "\x00\xDC,\0", 4, "\xFF,", 1},
        {ENCODING_UTF16LE, "a\0b", 3, "a\xFF", 1},
        {ENCODING_UTF16BE, "\0a\0,", 4, "a,", 0},
        {ENCODING_UTF8, "\xFF,a", 3, "\xFF,a", 0}, // judged where cells are read
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t bad;
        StrBuf text = decode(rows[i].encoding, (Str){rows[i].bytes, rows[i].size}, 9, &bad);
        assert_string_equal(strbuf_cstr(&text), rows[i].text);
        assert_int_equal(bad, rows[i].bad);
        strbuf_deinit(&text);
    }
}

// Random bytes: nothing is lost, and pieces give what the whole gives.
static void test_random_bytes(void **state)
{
    (void)state;
    static const Encoding encodings[] = {ENCODING_GB18030, ENCODING_UTF16LE, ENCODING_UTF16BE};
    uint64_t seed = 977;
    char bytes[64];
    for (int round = 0; round < 20000; round++) {
        size_t size = 1 + (size_t)(round % 60);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(seed >> 56);
        }
        Encoding encoding = encodings[round % 3];
        int64_t bad, bad_pieces;
        StrBuf whole = decode(encoding, (Str){bytes, size}, size, &bad);
        StrBuf pieces = decode(encoding, (Str){bytes, size}, 1 + (size_t)(round % 5), &bad_pieces);
        assert_true(str_equal(strbuf_str(&whole), strbuf_str(&pieces)));
        assert_int_equal(bad, bad_pieces);
        assert_int_equal(utf8_valid(strbuf_str(&whole), NULL), bad == 0);
        strbuf_deinit(&whole);
        strbuf_deinit(&pieces);
    }
}

static void test_facts(void **state)
{
    (void)state;
    TextFacts facts = encoding_examine(STR("plain,1\n"));
    assert_true(facts.ascii && facts.valid && !facts.has_nul);
    facts = encoding_examine(STR("a\0b"));
    assert_true(facts.has_nul);
    facts = encoding_examine(STR("锟斤拷，锟斤拷 \xEF\xBF\xBD \xEF\xBB\xBF（）"));
    assert_false(facts.ascii);
    assert_true(facts.valid);
    assert_int_equal(facts.mojibake, 2);
    assert_int_equal(facts.replaced, 1);
    assert_int_equal(facts.marks, 1);
    facts = encoding_examine(STR("ab\xFF"));
    assert_false(facts.valid);
    facts = encoding_examine(STR(""));
    assert_true(facts.ascii && facts.valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_guess),
        cmocka_unit_test(test_decoding_in_pieces),
        cmocka_unit_test(test_gb18030_against_iconv),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

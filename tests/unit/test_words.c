// SPDX-License-Identifier: Apache-2.0
//
// test_words.c: many words in one text against looking for one after the other.

#include "runtime/base/words.h"
#include "tests/unit/unit.h"

static const char *const WORDS[] = {"消毒", "消毒水", "甲", "甲牌", "水", "ab", "abc", "b", "消"};

static void check_text(Words *words, const char *text)
{
    const uint32_t *found;
    size_t count = words_find(words, str_from_cstr(text), &found);
    size_t expected = 0;
    for (size_t w = 0; w < ARRAY_LEN(WORDS); w++) {
        bool stands = strstr(text, WORDS[w]) != NULL, met = false;
        for (size_t k = 0; k < count; k++)
            met |= found[k] == w;
        assert_int_equal(met, stands);
        expected += stands;
    }
    assert_int_equal(count, expected); // each once
}

static void test_all_words(void **state)
{
    (void)state;
    Words *words = words_create();
    for (size_t w = 0; w < ARRAY_LEN(WORDS); w++)
        words_add(words, str_from_cstr(WORDS[w]));
    static const char *const texts[] = {"",       "消毒水消毒水", "甲牌消毒水", "abcab", "消",
                                        "水甲消", "xayab",        "甲",         "消x毒", "abc"};
    for (size_t t = 0; t < ARRAY_LEN(texts); t++)
        check_text(words, texts[t]);
    words_destroy(words);
}

static void test_empty_word(void **state)
{
    (void)state;
    const uint32_t *found;
    Words *words = words_create();
    assert_int_equal(words_find(words, STR("甲"), &found), 0);
    words_add(words, STR("乙"));
    words_add(words, STR(""));
    assert_int_equal(words_find(words, STR("甲"), &found), 1);
    assert_int_equal(found[0], 1);
    assert_int_equal(words_find(words, STR(""), &found), 1);
    words_destroy(words);
}

// Beginnings that are ends of others, words in words: all texts of few letters.
static void test_random_words(void **state)
{
    (void)state;
    uint32_t random = 1;
    char letters[400][8], text[64];
    size_t count = 0;
    Words *words = words_create();
    for (size_t w = 0; w < ARRAY_LEN(letters); w++) {
        size_t length = 1 + w % 7;
        for (size_t i = 0; i < length; i++)
            letters[count][i] =
                "abc"[(random = random * 1664525 + 1013904223) >> 16 & 1 ? 0 : w / 7 % 3];
        letters[count][length] = 0;
        bool old = false;
        for (size_t k = 0; k < count; k++)
            old = old || strcmp(letters[k], letters[count]) == 0;
        if (old)
            continue;
        words_add(words, str_from_cstr(letters[count++]));
    }
    for (size_t t = 0; t < 300; t++) {
        const uint32_t *found;
        for (size_t i = 0; i + 1 < sizeof text; i++)
            text[i] = "abca"[(random = random * 1664525 + 1013904223) >> 16 & 3];
        text[t % sizeof text] = 0;
        text[sizeof text - 1] = 0;
        size_t met = words_find(words, str_from_cstr(text), &found), stand = 0;
        for (size_t k = 0; k < met; k++)
            assert_non_null(strstr(text, letters[found[k]]));
        for (size_t w = 0; w < count; w++)
            stand += strstr(text, letters[w]) != NULL;
        assert_int_equal(met, stand);
    }
    words_destroy(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_words),
                                       cmocka_unit_test(test_empty_word),
                                       cmocka_unit_test(test_random_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

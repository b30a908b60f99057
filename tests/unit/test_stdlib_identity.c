// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_identity.c: identity types: the standards' published numbers, what happens to real
// cells, and properties over many numbers.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"

static const char *const states[] = {"valid", "repaired", "damaged", "masked", "missing"};

typedef struct Case {
    const char *type, *cell, *state, *text; // unknown characters as '.'
} Case;

static const Case cases[] = {
    // The examples of GB 11643.
    {"person_id", "11010519491231002X", "valid", "11010519491231002X"},
    {"person_id", "440524188001010014", "valid", "440524188001010014"},
    {"person_id", "11010519491231002x", "repaired", "11010519491231002X"},
    {"person_id", " 11010519491231002X", "repaired", "11010519491231002X"},
    {"person_id", "'11010519491231002X", "repaired", "11010519491231002X"},
    {"person_id", "110105 19491231 002X", "repaired", "11010519491231002X"},
    {"person_id", "１１０１０５１９４９１２３１００２Ｘ", "repaired", "11010519491231002X"},
    {"person_id",
     "\xE2\x80\x8B"
     "11010519491231002X",
     "repaired", "11010519491231002X"},
    {"person_id", "11010519491231002×", "repaired", "11010519491231002X"},
    {"person_id", "11010519491231002*", "repaired", "11010519491231002X"},
    {"person_id", "11010519491231002＊", "repaired", "11010519491231002X"},
    {"person_id", "44052418800101001*", "masked", "44052418800101001."},
    {"person_id", "110105491231002", "repaired", "11010519491231002X"},
    {"person_id", "110105491331002", "damaged", ""},
    {"person_id", "010105491231002", "damaged", ""},
    {"person_id", "110105194912310021", "damaged", "110105194912310021"},
    {"person_id", "110105194912310000", "damaged", "110105194912310..."},
    {"person_id", "11010519491231002A", "damaged", "11010519491231002."},
    {"person_id", "110105194913310024", "damaged", "110105194913310024"},
    {"person_id", "4.1E+17", "damaged", ""},
    {"person_id", "4.10105E+17", "damaged", ""},
    {"person_id", "4.10105194912E+17", "damaged", "41010519491......."},
    {"person_id", "1.1010519491231E+17", "damaged", "1101051949123....."},
    {"person_id", "1.10105194910000E+17", "damaged", "1101051949........"},
    {"person_id", "4.40524188001010014e17", "repaired", "440524188001010014"},
    {"person_id", "440524188001010014.0", "damaged", "440524188001010..."},
    {"person_id", "110105********002X", "masked", "110105........002X"},
    {"person_id", "110105****002X", "masked", "110105........002X"},
    {"person_id", "110105XXXXXXXX002X", "masked", "110105........002X"},
    {"person_id", "110105xxxxxxxx0021", "masked", "110105........0021"},
    {"person_id", "110***********002X", "masked", ""}, // 7 known characters
    {"person_id", "1101***********02X", "masked", ""},
    {"person_id", "1101**********002X", "masked", "1101..........002X"},
    {"person_id", "1101051949*****", "masked", ""}, // an old number, perhaps
    {"person_id", "11**05****31002X", "masked", ""},
    {"person_id", "11**0519****31002X", "masked", "11..0519....31002X"},
    {"person_id", "11010519491231002", "damaged", ""},
    {"person_id", "1101051949123100211", "damaged", ""},
    {"person_id", "000000000000000000", "damaged", ""},
    {"person_id", "111111111111111111", "damaged", ""},
    {"person_id", "无", "damaged", ""},
    {"person_id", "不详", "damaged", ""},
    {"person_id", "", "missing", ""},
    {"person_id", "   ", "missing", ""},
    {"person_id", "E12345678", "valid", "E12345678"},
    {"person_id", "e12345678", "repaired", "E12345678"},
    {"person_id", "EA1234567", "valid", "EA1234567"},
    {"person_id", "H1234567890", "valid", "H1234567890"},
    {"person_id", "A123456(7)", "valid", "A123456(7)"},
    {"person_id", "A12345", "damaged", ""},
    {"person_id", "\xff\xfe", "damaged", ""},
    // GB 32100 and GB 11714.
    {"credit_code", "91350100M000100Y43", "valid", "91350100M000100Y43"},
    {"credit_code", "91350100m000100y43", "repaired", "91350100M000100Y43"},
    {"credit_code", "91350100M000100Y43 ", "repaired", "91350100M000100Y43"},
    {"credit_code", "91350100-M000100Y4-3", "repaired", "91350100M000100Y43"},
    {"credit_code", "91350100M000100Y44", "damaged", "91350100M000100Y44"},
    {"credit_code", "9135O100M000100Y43", "damaged", "9135.100M000100Y43"},
    {"credit_code", "913501********Y43", "masked", "913501.........Y43"},
    {"credit_code", "9135********100Y43", "masked", "9135........100Y43"},
    {"credit_code", "M000100Y4", "damaged", "........M000100Y4."},
    {"credit_code", "M000100Y-4", "damaged", "........M000100Y4."},
    {"credit_code", "M000100Y5", "damaged", ""},
    {"credit_code", "350100000012345", "damaged", ""},
    {"credit_code", "000000000000000000", "damaged", ""},
    {"credit_code", "913501001234567000", "damaged", "913501001234567..."},
    {"credit_code", "9.135E+17", "damaged", ""},
    {"credit_code", "", "missing", ""},
    {"account", "6222021001116245702", "valid", "6222021001116245702"},
    {"account", "6222 0210 0111 6245 702", "repaired", "6222021001116245702"},
    {"account", "6222-0210-0111-6245-702", "repaired", "6222021001116245702"},
    {"account", "6222021001116000000", "damaged", "622202100111600...."},
    {"account", "6222********5702", "masked", "6222........5702"},
    {"account", "62**********5702", "masked", "62..........5702"},
    {"account", "6***********5702", "masked", ""},
    {"account", "6.22202E+18", "damaged", ""},
    {"account", "wxid_12345abc", "valid", "wxid_12345abc"},
    {"account", "0000000000", "damaged", "0000000000"},
    {"account", "123", "damaged", ""},
    {"account", "", "missing", ""},
    {"phone", "13812345678", "valid", "13812345678"},
    {"phone", "138 1234 5678", "repaired", "13812345678"},
    {"phone", "138-1234-5678", "repaired", "13812345678"},
    {"phone", "+8613812345678", "repaired", "13812345678"},
    {"phone", "008613812345678", "repaired", "13812345678"},
    {"phone", "8613812345678", "repaired", "13812345678"},
    {"phone", "138****5678", "masked", "138....5678"},
    {"phone", "13*****5678", "masked", ""},
    {"phone", "0512-12345678", "repaired", "051212345678"},
    {"phone", "(010)12345678", "repaired", "01012345678"},
    {"phone", "12345678", "valid", "12345678"},
    {"phone", "12012345678", "damaged", "12012345678"},
    {"phone", "1381234567", "valid", "1381234567"},
    {"phone", "138123456789012", "damaged", "138123456789012"},
    {"phone", "1.38E+10", "damaged", ""},
    {"phone", "1.3812345678E+10", "repaired", "13812345678"},
    {"phone", "11111111111", "damaged", "11111111111"},
    {"phone", "", "missing", ""},
    {"plate", "苏B12345", "valid", "苏B12345"},
    {"plate", "苏B·12345", "repaired", "苏B12345"},
    {"plate", "苏b 12345", "repaired", "苏B12345"},
    {"plate", "苏BD12345", "valid", "苏BD12345"},
    {"plate", "苏B1234学", "valid", "苏B1234学"},
    {"plate", "苏B1O345", "repaired", "苏B10345"},
    {"plate", "苏B1**45", "masked", "苏B1..45"},
    {"plate", "B12345", "damaged", "B12345"},
    {"plate", "苏B123456789", "damaged", "苏B123456789"},
    {"plate", "", "missing", ""},
    // The example of the American rule, and one of a maker here.
    {"vin", "1M8GDM9AXKP042788", "valid", "1M8GDM9AXKP042788"},
    {"vin", "1m8gdm9a-xkp042788", "repaired", "1M8GDM9AXKP042788"},
    {"vin", "LSVAA49J132047371", "valid", "LSVAA49J132047371"},
    {"vin", "LSVAA49JI32O47371", "repaired", "LSVAA49J132047371"},
    {"vin", "LSVAA49J132047372", "damaged", "LSVAA49J132047372"},
    {"vin", "WVWZZZ1KZ6W000001", "valid", "WVWZZZ1KZ6W000001"}, // Europe has no check
    {"vin", "WVWZZZIKZ6W000001", "damaged", "WVWZZZ1KZ6W000001"},
    {"vin", "LSVAA49Q132047371", "damaged", "LSVAA49Q132047371"},
    {"vin", "LSVAA49J1****7371", "masked", "LSVAA49J1....7371"},
    {"vin", "00000000000000000", "damaged", "00000000000000000"},
    {"vin", "LSVAA49J13204737", "damaged", "LSVAA49J13204737"},
    {"vin", "", "missing", ""},
    {"food_licence", "SC10632058300123", "valid", "SC10632058300123"},
    {"food_licence", "sc106 3205 8300 123", "repaired", "SC10632058300123"},
    {"food_licence", "JY13205830012345", "valid", "JY13205830012345"},
    {"food_licence", "JY43205830012345", "damaged", "JY43205830012345"},
    {"food_licence", "SC1063205830012", "damaged", "SC1063205830012"},
    {"food_licence", "SC11111111111111", "damaged", "SC11111111111111"},
    {"food_licence", "QS330201010001", "valid", "QS330201010001"},
    {"food_licence", "SC1063205830****", "masked", "SC1063205830...."},
    {"food_licence", "无", "damaged", "无"},
    {"drug_approval", "国药准字H20123456", "valid", "国药准字H20123456"},
    {"drug_approval", "国药准字 h20123456", "repaired", "国药准字H20123456"},
    {"drug_approval", "国药准字（Z）20123456", "repaired", "国药准字Z20123456"},
    {"drug_approval", "国药准字HJ20130313", "valid", "国药准字HJ20130313"},
    {"drug_approval", "H20130313", "valid", "H20130313"},
    {"drug_approval", "BH20130313", "valid", "BH20130313"},
    {"drug_approval", "国药准字J20130313", "valid", "国药准字J20130313"},
    {"drug_approval", "国药准字X20130313", "damaged", "国药准字X20130313"},
    {"drug_approval", "国药准字H2012345", "damaged", "国药准字H2012345"},
    {"drug_approval", "国药H20123456", "damaged", "国药H20123456"},
    {"drug_approval", "国药准字H2012****", "masked", "国药准字H2012...."},
    {"case_number", "（2023）浙0602民初1234号", "valid", "（2023）浙0602民初1234号"},
    {"case_number", "(2023)浙0602民初1234号", "repaired", "（2023）浙0602民初1234号"},
    {"case_number", "〔2023〕浙0602民初1234号", "repaired", "（2023）浙0602民初1234号"},
    {"case_number", "[2023] 浙0602 民初 1234号", "repaired", "（2023）浙0602民初1234号"},
    {"case_number", "（２０２３）浙0602民初1234号", "repaired", "（2023）浙0602民初1234号"},
    {"case_number", "（2010）绍民初字第1234号", "valid", "（2010）绍民初字第1234号"},
    {"case_number", "（2023）浙0602民初1234号之一", "valid", "（2023）浙0602民初1234号之一"},
    {"case_number", "（2023）浙0602民初****号", "masked", "（2023）浙0602民初....号"},
    {"case_number", "2023浙0602民初1234号", "damaged", "2023浙0602民初1234号"},
    {"case_number", "（2023）浙0602民初号", "damaged", "（2023）浙0602民初号"},
    {"case_number", "", "missing", ""},
    {"text", "A12", "valid", "A12"},
    {"text", " A 12\t", "repaired", "A 12"},
    {"text", "A*12", "masked", "A.12"},
    {"text", "A***", "masked", ""},
    {"text", "****", "masked", ""},
    {"text", "\xC2\xA0\xE2\x80\x8B", "missing", ""},
    {"text", "", "missing", ""},
};

static void test_cells(void **state)
{
    (void)state;
    StrBuf out = {0};
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Case *c = &cases[i];
        const IdentityCard *card = stdlib_identity(str_from_cstr(c->type));
        assert_non_null(card);
        strbuf_clear(&out);
        IdentityState got = card->normalise(str_from_cstr(c->cell), &out);
        for (size_t k = 0; k < out.len; k++)
            if (out.ptr[k] == SKELETON_UNKNOWN)
                out.ptr[k] = '.';
        if (strcmp(states[got], c->state) == 0 && strcmp(strbuf_cstr(&out), c->text) == 0)
            continue;
        print_error("%s '%s': %s '%s', expected %s '%s'\n", c->type, c->cell, states[got],
                    strbuf_cstr(&out), c->state, c->text);
        wrong++;
    }
    strbuf_deinit(&out);
    assert_int_equal(wrong, 0);
}

// ---- properties

static IdentityState state_of(const char *type, const char *bytes, StrBuf *out)
{
    strbuf_clear(out);
    return stdlib_identity(str_from_cstr(type))->normalise(str_from_cstr(bytes), out);
}

// A valid person's number, made as the standard says.
static void make_person(uint64_t *seed, char id[19])
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int year = 1900 + (int)(random_next(seed) % 120), month = 1 + (int)(random_next(seed) % 12);
    int day = 1 + (int)(random_next(seed) % (uint64_t)date_days_in_month(year, month));
    int region = 110000 + (int)(random_next(seed) % 500000),
        order = (int)(random_next(seed) % 1000);
    snprintf(id, 19, "%06u%04u%02u%02u%03u", (unsigned)region % 1000000, (unsigned)year % 10000,
             (unsigned)month % 100, (unsigned)day % 100, (unsigned)order % 1000);
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (id[i] - '0') * weights[i];
    id[17] = "10X98765432"[sum % 11];
    id[18] = '\0';
}

static void test_person_digits(void **state)
{
    (void)state;
    StrBuf out = {0};
    uint64_t seed = 11;
    char id[19], changed[19];
    for (int i = 0; i < 2000; i++) {
        make_person(&seed, id);
        assert_int_equal(state_of("person_id", id, &out), IDENTITY_VALID);
        expect_str(strbuf_str(&out), id);
        for (int at = 0; at < 18; at++)
            for (char digit = '0'; digit <= '9'; digit++) {
                memcpy(changed, id, sizeof id);
                changed[at] = digit;
                if (digit == id[at])
                    continue;
                IdentityState got = state_of("person_id", changed, &out);
                if (got == IDENTITY_VALID || got == IDENTITY_REPAIRED)
                    fail_msg("%s passes as %s", changed, states[got]);
            }
    }
    strbuf_deinit(&out);
}

// Hiding any characters but not too many leaves a skeleton that fits the number and no longer tells
// what was hidden.
static void test_person_masks(void **state)
{
    (void)state;
    StrBuf out = {0};
    uint64_t seed = 13;
    char id[19], hidden[19];
    for (int i = 0; i < 5000; i++) {
        make_person(&seed, id);
        memcpy(hidden, id, sizeof id);
        int start = 1 + (int)(random_next(&seed) % 16);
        int length = 1 + (int)(random_next(&seed) % 9);
        int end = MIN_OF(start + length, 17);
        for (int at = start; at < end; at++)
            hidden[at] = '*';
        assert_int_equal(state_of("person_id", hidden, &out), IDENTITY_MASKED);
        assert_int_equal(out.len, 18);
        assert_true(skeleton_may_equal(strbuf_str(&out), str_from_cstr(id)));
        for (int at = 0; at < 18; at++)
            assert_int_equal(out.ptr[at], at >= start && at < end ? SKELETON_UNKNOWN : id[at]);
    }
    strbuf_deinit(&out);
}

static void test_credit_characters(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    StrBuf out = {0};
    uint64_t seed = 17;
    char code[19] = "", changed[19];
    for (int i = 0; i < 500; i++) {
        int sum = 0, weight = 1;
        for (int at = 0; at < 17; at++, weight = weight * 3 % 31) {
            int value = (int)(random_next(&seed) % 31);
            code[at] = alphabet[value];
            sum += value * weight;
        }
        code[17] = alphabet[(31 - sum % 31) % 31];
        assert_int_equal(state_of("credit_code", code, &out), IDENTITY_VALID);
        for (int at = 0; at < 18; at++)
            for (int value = 0; value < 31; value++) {
                memcpy(changed, code, sizeof code);
                changed[at] = alphabet[value];
                if (changed[at] != code[at])
                    assert_int_equal(state_of("credit_code", changed, &out), IDENTITY_DAMAGED);
            }
    }
    strbuf_deinit(&out);
}

// Whatever the bytes, a normaliser ends, and what it writes is normal: a second time nothing
// changes.
static void test_any_bytes(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789Xx*ABE+.-() '\"\xEF\xBC\x8A\xE8\x8B\x8F\x01\xff";
    StrBuf out = {0}, again = {0};
    uint64_t seed = 19;
    char bytes[100];
    for (int i = 0; i < 200000; i++) {
        size_t length = random_next(&seed) % 40;
        for (size_t k = 0; k < length; k++)
            bytes[k] = alphabet[random_next(&seed) % (sizeof alphabet - 1)];
        const IdentityCard *card = stdlib_identity_at(random_next(&seed) % stdlib_identity_count());
        strbuf_clear(&out);
        IdentityState got = card->normalise((Str){bytes, length}, &out);
        if (got != IDENTITY_VALID && got != IDENTITY_REPAIRED)
            continue;
        strbuf_clear(&again);
        assert_int_equal(card->normalise(strbuf_str(&out), &again), IDENTITY_VALID);
        assert_true(str_equal(strbuf_str(&out), strbuf_str(&again)));
    }
    strbuf_deinit(&out);
    strbuf_deinit(&again);
}

static void test_cards(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < stdlib_identity_count(); i++) {
        const IdentityCard *card = stdlib_identity_at(i);
        assert_ptr_equal(stdlib_identity(str_from_cstr(card->key)), card);
        assert_ptr_equal(stdlib_identity(str_from_cstr(card->name)), card);
        assert_ptr_equal(stdlib_identity(str_from_cstr(card->name_zh)), card);
        assert_true(card->doc[0] && card->doc_zh[0]);
    }
    assert_null(stdlib_identity(STR("nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),        cmocka_unit_test(test_person_digits),
        cmocka_unit_test(test_person_masks), cmocka_unit_test(test_credit_characters),
        cmocka_unit_test(test_any_bytes),    cmocka_unit_test(test_cards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

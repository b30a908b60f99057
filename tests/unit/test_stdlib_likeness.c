// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_likeness.c: measures of likeness beside those of other implementations (tables/likeness.tsv), what must
// hold for any two texts, and long texts that are nearly the same.
#include "tests/unit/unit.h"

#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"

#include <math.h>

#define TABLE SUP_ROOT "/tests/unit/tables/likeness.tsv"

static const char *const damerau = "damerau(a: text, b: text): integer";
static const char *const lcs = "lcs(a: text, b: text): integer";
static const char *const cosine = "cosine_ngram(a: text, b: text, n: integer): real";
static const char *const tversky =
    "tversky(a: text, b: text, n: integer, alpha: decimal(38, 6), beta: decimal(38, 6)): real";
static const char *const near = "near_duplicate(a: text, b: text): real";
static const char *const simhash = "simhash(t: text): text";
static const char *const apart = "simhash_distance(a: text, b: text): integer";
static const char *const minhash = "minhash(t: text): list(text)";

static char *field(char **line)
{
    char *start = *line;
    size_t length = strcspn(start, "\t\n");
    *line = start + length + (start[length] != '\0');
    start[length] = '\0';
    return start;
}

static void is_near(double found, const char *expected, const char *a, const char *b)
{
    if (fabs(found - strtod(expected, NULL)) > 1e-14)
        fail_msg("'%s' '%s': %.17g, expected %s", a, b, found, expected);
}

static void check_line(CallWorld *world, char *line)
{
    const char *a = field(&line), *b = field(&line);
    int64_t edits = strtoll(field(&line), NULL, 10), common = strtoll(field(&line), NULL, 10);
    CallValue x = call_text(a), y = call_text(b), n = call_i64(strtoll(field(&line), NULL, 10));
    CallValue zero = call_exact(0, 6), one = call_exact(1000000, 6);
    CallValue half = call_exact(500000, 6), quarter = call_exact(250000, 6);
    for (int turn = 0; turn < 2; turn++) {
        CallValue p = turn ? y : x, q = turn ? x : y;
        assert_int_equal(CALL(world, damerau, PHYS_I64, 0, p, q).i64, edits);
        assert_int_equal(CALL(world, lcs, PHYS_I64, 0, p, q).i64, common);
    }
    is_near(CALL(world, tversky, PHYS_F64, 0, x, y, n, one, zero).f64, field(&line), a, b);
    is_near(CALL(world, tversky, PHYS_F64, 0, x, y, n, half, quarter).f64, field(&line), a, b);
    is_near(CALL(world, cosine, PHYS_F64, 0, x, y, n).f64, field(&line), a, b);
}

static void test_table(void **state)
{
    FILE *file = fopen(TABLE, "rb");
    char line[1024];
    int count = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (line[0] != '#') {
            check_line(*state, line);
            count++;
        }
    fclose(file);
    assert_true(count >= 600);
}

static void test_refused(void **state)
{
    CallValue a = call_text("甲"), one = call_exact(1000000, 6);
    assert_int_equal(CALL(*state, cosine, PHYS_F64, 0, a, a, call_i64(0)).issue, REASON_DOMAIN);
    assert_int_equal(
        CALL(*state, tversky, PHYS_F64, 0, a, a, call_i64(1), call_exact(-1, 6), one).issue,
        REASON_DOMAIN);
    assert_int_equal(CALL(*state, near, PHYS_F64, 0, call_text("。"), a).issue, REASON_DOMAIN);
    assert_int_equal(CALL(*state, simhash, PHYS_CODE, 0, call_text("")).issue, REASON_DOMAIN);
    assert_int_equal(
        CALL(*state, apart, PHYS_I64, 0, call_text("12"), call_text("0123456789abcdef")).issue,
        REASON_CONVERSION);
}

// ---- long texts

// A text of `count` characters out of 3,000.
static char *long_text(CallWorld *world, int count, uint64_t seed)
{
    StrBuf text = {0};
    for (int i = 0; i < count; i++)
        strbuf_add_code_point(&text, 0x4E00 + (int32_t)(random_next(&seed) % 3000));
    char *copy = (char *)(uintptr_t)arena_str(world->arena, strbuf_str(&text)).ptr;
    strbuf_deinit(&text);
    return copy;
}

static uint32_t shared_bands(CallWorld *world, CallValue a, CallValue b)
{
    uint32_t p = dict_intern(world->dict, CALL(world, minhash, PHYS_CODE, 0, a).text);
    uint32_t q = dict_intern(world->dict, CALL(world, minhash, PHYS_CODE, 0, b).text);
    uint32_t shared = 0;
    assert_int_equal(list_count(world->dict, p), 16);
    for (uint32_t i = 0; i < 16; i++)
        shared += list_get(world->dict, type_of(TYPE_TEXT), p, i).code ==
                  list_get(world->dict, type_of(TYPE_TEXT), q, i).code;
    return shared;
}

// Of 400 characters each 40th is another one: 10 · 5 of 396 runs are others on either side.
static void test_near_texts(void **state)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        CallValue a = call_text(long_text(*state, 400, seed)),
                  b = call_text(long_text(*state, 400, seed));
        for (size_t i = 20; i < 400; i += 40)
            memcpy((char *)(uintptr_t)b.text.ptr + 3 * i, "\xE9\xBE\x99", 3);
        CallValue other = call_text(long_text(*state, 400, seed + 1000));
        double share = CALL(*state, near, PHYS_F64, 0, a, b).f64;
        assert_true(share == 346.0 / 446.0);
        assert_true(CALL(*state, near, PHYS_F64, 0, a, other).f64 == 0);
        CallValue p = CALL(*state, simhash, PHYS_CODE, 0, a),
                  q = CALL(*state, simhash, PHYS_CODE, 0, b);
        CallValue r = CALL(*state, simhash, PHYS_CODE, 0, other);
        int64_t bits = CALL(*state, apart, PHYS_I64, 0, p, q).i64;
        assert_true(bits <= 20 && bits < CALL(*state, apart, PHYS_I64, 0, p, r).i64);
        assert_true(shared_bands(*state, a, b) >= 1);
        assert_int_equal(shared_bands(*state, a, other), 0);
    }
}

// Fingerprints stand in results: they must be the same next year.
static void test_fixed(void **state)
{
    CallValue text = call_text("被告人张某甲于2023年5月在绍兴市越城区盗窃电动车一辆。");
    assert_string_equal(CALL(*state, simhash, PHYS_CODE, 0, text).text.ptr, "2316489d4d25b8e0");
    uint32_t bands =
        dict_intern(((CallWorld *)*state)->dict, CALL(*state, minhash, PHYS_CODE, 0, text).text);
    Value first = list_get(((CallWorld *)*state)->dict, type_of(TYPE_TEXT), bands, 0);
    assert_string_equal(dict_str(((CallWorld *)*state)->dict, first.code).ptr, "357c4a20fdaca789");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_near_texts),
        cmocka_unit_test(test_fixed),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

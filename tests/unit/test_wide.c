// SPDX-License-Identifier: Apache-2.0
//
// test_wide.c: exact numbers against the table of tables/wide.py, and what a table cannot show.
#include "tests/unit/unit.h"

#include "runtime/base/exact_sum.h"
#include "runtime/base/vec.h"
#include "runtime/base/wide.h"

#include <math.h>

// ---- Reading the table --------------------------------------------------------------------------

enum { CELLS_MAX = 20 };

typedef struct Row {
    int line;
    int count;
    Str cells[CELLS_MAX];
} Row;

static int128_t cell_i128(const Row *row, int index)
{
    assert_true(index < row->count);
    Str text = row->cells[index];
    bool negative = text.ptr[0] == '-';
    uint128_t value = 0;
    for (size_t i = negative; i < text.len; i++)
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    return negative ? -(int128_t)value : (int128_t)value;
}

static int cell_int(const Row *row, int index)
{
    return (int)cell_i128(row, index);
}

static double cell_real(const Row *row, int index)
{
    uint64_t bits = strtoull(row->cells[index].ptr, NULL, 16);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static RoundMode cell_mode(const Row *row, int index)
{
    static const Str names[] = {STR_INIT("half_away"), STR_INIT("half_even"), STR_INIT("up"),
                                STR_INIT("down"),      STR_INIT("ceiling"),   STR_INIT("floor")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_equal(names[i], row->cells[index]))
            return (RoundMode)i;
    fail_msg("mode in line %d", row->line);
    return ROUND_DOWN;
}

static void expect_text(const Row *row, int index, Str got)
{
    if (!str_equal(got, row->cells[index]))
        fail_msg("line %d (" STR_FMT "): expected " STR_FMT ", got " STR_FMT, row->line,
                 STR_ARG(row->cells[0]), STR_ARG(row->cells[index]), STR_ARG(got));
}

// Compares a result with the cell: "overflow" where ok is false.
static void expect_count(const Row *row, int index, bool ok, int128_t value)
{
    StrBuf buf = {0};
    if (ok)
        strbuf_add_i128(&buf, value);
    else
        strbuf_add(&buf, STR("overflow"));
    expect_text(row, index, strbuf_str(&buf));
    strbuf_deinit(&buf);
}

// ---- One check per operation --------------------------------------------------------------------

static void check_add(const Row *row)
{
    int128_t out = 0;
    int scale = -1;
    int sa = cell_int(row, 2), sb = cell_int(row, 4);
    bool ok = exact_add(cell_i128(row, 1), sa, cell_i128(row, 3), sb, &out, &scale);
    expect_count(row, 5, ok, out);
    assert_int_equal(scale, MAX_OF(sa, sb));
}

static void check_sub(const Row *row)
{
    int128_t out = 0;
    bool ok = exact_sub(cell_i128(row, 1), cell_int(row, 2), cell_i128(row, 3), cell_int(row, 4),
                        &out, NULL);
    expect_count(row, 5, ok, out);
}

static void check_compare(const Row *row)
{
    int order =
        exact_compare(cell_i128(row, 1), cell_int(row, 2), cell_i128(row, 3), cell_int(row, 4));
    expect_count(row, 5, true, order);
}

static void check_mul(const Row *row)
{
    int128_t out = 0;
    int scale = -1;
    int sa = cell_int(row, 2), sb = cell_int(row, 4);
    bool ok = exact_mul(cell_i128(row, 1), sa, cell_i128(row, 3), sb, &out, &scale);
    expect_count(row, 5, ok, out);
    assert_int_equal(scale, sa + sb);
}

static void check_div(const Row *row)
{
    int128_t out = 0;
    ExactResult result =
        exact_div(cell_i128(row, 1), cell_int(row, 2), cell_i128(row, 3), cell_int(row, 4), &out);
    if (result == EXACT_ZERO_DIVISOR)
        expect_text(row, 5, STR("zero"));
    else
        expect_count(row, 5, result == EXACT_OK, out);
}

static void check_round(const Row *row)
{
    int128_t out = 0;
    bool ok =
        exact_round(cell_i128(row, 1), cell_int(row, 2), cell_int(row, 3), cell_mode(row, 4), &out);
    expect_count(row, 5, ok, out);
}

static void check_round_unit(const Row *row)
{
    int128_t out = 0;
    bool ok = exact_round_unit(cell_i128(row, 1), cell_int(row, 2), cell_i128(row, 3),
                               cell_int(row, 4), cell_mode(row, 5), &out);
    expect_count(row, 6, ok, out);
}

static void check_fraction(const Row *row)
{
    int order = exact_compare_fraction(cell_i128(row, 1), cell_i128(row, 2), cell_i128(row, 3),
                                       cell_i128(row, 4));
    expect_count(row, 5, true, order);
}

static void check_ratio(const Row *row)
{
    ExactRatio a = {cell_i128(row, 1), cell_i128(row, 3), cell_int(row, 2), cell_int(row, 4)};
    ExactRatio b = {cell_i128(row, 5), cell_i128(row, 7), cell_int(row, 6), cell_int(row, 8)};
    expect_count(row, 9, true, exact_compare_ratio(a, b));
}

// The total and the mean, forwards, backwards, and merged from two halves.
static void check_sum(const Row *row)
{
    WideSum forward = {0}, backward = {0}, halves[2] = {{0}, {0}};
    int first = 4;
    for (int i = first; i < row->count; i++) {
        wide_sum_add(&forward, cell_i128(row, i));
        wide_sum_add(&backward, cell_i128(row, row->count - 1 + first - i));
        wide_sum_add(&halves[i % 2], cell_i128(row, i));
    }
    wide_sum_merge(&halves[1], &halves[0]);
    assert_memory_equal(&forward, &backward, sizeof forward);
    assert_memory_equal(&forward, &halves[1], sizeof forward);
    int128_t out = 0;
    bool ok = wide_sum_finish(&forward, &out);
    expect_count(row, 2, ok, out);
    ok = wide_sum_mean(&forward, cell_int(row, 1), row->count - first, &out);
    expect_count(row, 3, ok, out);
    for (int i = first; i < row->count; i++)
        wide_sum_sub(&forward, cell_i128(row, i));
    assert_memory_equal(&forward, &(WideSum){0}, sizeof forward);
}

// The product of the first two cells divided by the third, which may need 256 bits: it is read from
// its decimal text.
static Int256 cell_wide(const Row *row, int index)
{
    Str text = row->cells[index];
    bool negative = text.ptr[0] == '-';
    Int256 value = {{0}};
    for (size_t i = negative; i < text.len; i++) {
        assert_true(wide_mul_u64(value, 10, &value));
        assert_true(wide_add(value, wide_from_i128(text.ptr[i] - '0'), &value));
    }
    return negative ? wide_neg(value) : value;
}

static void check_divmod(const Row *row)
{
    Int256 quotient, remainder;
    Int256 product = wide_mul_128(cell_i128(row, 1), cell_i128(row, 2));
    Int256 divisor = cell_wide(row, 3);
    wide_divmod(product, divisor, &quotient, &remainder);
    StrBuf buf = {0};
    wide_format(&buf, quotient);
    expect_text(row, 4, strbuf_str(&buf));
    strbuf_clear(&buf);
    wide_format(&buf, remainder);
    expect_text(row, 5, strbuf_str(&buf));
    strbuf_deinit(&buf);
    assert_int_equal(wide_cmp(quotient, cell_wide(row, 4)), 0);
    Int256 difference;
    assert_true(wide_sub(product, remainder, &difference));
    wide_divmod(difference, divisor, NULL, &remainder);
    assert_int_equal(wide_sign(remainder), 0);
}

static void check_to_real(const Row *row)
{
    double got = exact_to_real(cell_i128(row, 1), cell_int(row, 2));
    double expected = cell_real(row, 3);
    if (got != expected || signbit(got) != signbit(expected))
        fail_msg("line %d: expected %a, got %a", row->line, expected, got);
}

static void check_from_real(const Row *row)
{
    int128_t out = 0;
    bool ok = exact_from_real(cell_real(row, 1), cell_int(row, 2), cell_mode(row, 3), &out);
    expect_count(row, 4, ok, out);
}

static void check_shortest(const Row *row)
{
    StrBuf buf = {0};
    strbuf_add_real(&buf, cell_real(row, 1));
    expect_text(row, 2, strbuf_str(&buf));
    strbuf_deinit(&buf);
}

static void check_unit(const Row *row)
{
    UnitFactor a, b, common;
    int64_t mul_a, mul_b;
    assert_true(unit_factor(cell_i128(row, 1), cell_i128(row, 2), &a));
    assert_true(unit_factor(cell_i128(row, 3), cell_i128(row, 4), &b));
    assert_true(unit_common(a, b, &common, &mul_a, &mul_b));
    expect_count(row, 5, true, common.num);
    expect_count(row, 6, true, common.den);
    expect_count(row, 7, true, mul_a);
    expect_count(row, 8, true, mul_b);
}

typedef struct Check {
    Str name;
    void (*run)(const Row *row);
} Check;

static const Check checks[] = {
    {STR_INIT("add"), check_add},
    {STR_INIT("sub"), check_sub},
    {STR_INIT("compare"), check_compare},
    {STR_INIT("mul"), check_mul},
    {STR_INIT("div"), check_div},
    {STR_INIT("round"), check_round},
    {STR_INIT("round_unit"), check_round_unit},
    {STR_INIT("fraction"), check_fraction},
    {STR_INIT("ratio"), check_ratio},
    {STR_INIT("sum"), check_sum},
    {STR_INIT("divmod"), check_divmod},
    {STR_INIT("to_real"), check_to_real},
    {STR_INIT("from_real"), check_from_real},
    {STR_INIT("shortest"), check_shortest},
    {STR_INIT("unit"), check_unit},
};

static void row_split(Row *row, Str line)
{
    row->count = 0;
    size_t at = 0;
    for (;;) {
        size_t end = str_find(line, STR("\t"), at);
        assert_true(row->count < CELLS_MAX);
        row->cells[row->count++] = str_slice(line, at, end);
        if (end == STR_NONE)
            return;
        at = end + 1;
    }
}

static void row_check(const Row *row, int counts[ARRAY_LEN(checks)])
{
    for (size_t i = 0; i < ARRAY_LEN(checks); i++)
        if (str_equal(checks[i].name, row->cells[0])) {
            checks[i].run(row);
            counts[i]++;
            return;
        }
    fail_msg("line %d: no operation " STR_FMT, row->line, STR_ARG(row->cells[0]));
}

static void test_table(void **state)
{
    (void)state;
    FILE *file = fopen(SUP_ROOT "/tests/unit/tables/wide.tsv", "r");
    assert_non_null(file);
    char line[4096];
    Row row = {0};
    int counts[ARRAY_LEN(checks)] = {0};
    while (fgets(line, sizeof line, file) != NULL) {
        row.line++;
        line[strcspn(line, "\n")] = '\0';
        row_split(&row, str_from_cstr(line));
        row_check(&row, counts);
    }
    fclose(file);
    for (size_t i = 0; i < ARRAY_LEN(checks); i++)
        assert_true(counts[i] >= 50);
}

// ---- Text ---------------------------------------------------------------------------------------

static void expect_parse(const char *text, ExactResult expected, const char *canonical)
{
    int128_t count = 0;
    int scale = 0;
    ExactResult result = exact_parse(str_from_cstr(text), &count, &scale);
    if (result != expected)
        fail_msg("'%s': result %d instead of %d", text, result, expected);
    if (expected != EXACT_OK)
        return;
    StrBuf buf = {0};
    exact_format(&buf, count, scale);
    assert_string_equal(strbuf_cstr(&buf), canonical);
    int128_t again = 0;
    assert_int_equal(exact_parse_scaled(str_from_cstr(text), scale, &again), EXACT_OK);
    assert_true(again == count);
    strbuf_deinit(&buf);
}

#define NINES_38 "99999999999999999999999999999999999999"

static void test_parse(void **state)
{
    (void)state;
    expect_parse("0", EXACT_OK, "0");
    expect_parse("-0.00", EXACT_OK, "0");
    expect_parse("+12.50", EXACT_OK, "12.5");
    expect_parse("007", EXACT_OK, "7");
    expect_parse(".5", EXACT_OK, "0.5");
    expect_parse("5.", EXACT_OK, "5");
    expect_parse("-0.001", EXACT_OK, "-0.001");
    expect_parse(NINES_38, EXACT_OK, NINES_38);
    expect_parse("-0." NINES_38, EXACT_OK, "-0." NINES_38);
    expect_parse("1" NINES_38, EXACT_OVERFLOW, NULL);
    expect_parse("000000000000000000" NINES_38 ".000000", EXACT_OK, NINES_38);
    expect_parse(NINES_38 ".5", EXACT_OVERFLOW, NULL);
    expect_parse("0." NINES_38 "9", EXACT_INEXACT, NULL);
    const char *wrong[] = {"",      "-",   ".",    "+.", "1e5", "1,000", " 1", "1 ",
                           "1.2.3", "--1", "0x10", "１", "1-",  "NaN",   "inf"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        expect_parse(wrong[i], EXACT_SYNTAX, NULL);
}

static void test_parse_scaled(void **state)
{
    (void)state;
    int128_t count = 0;
    assert_int_equal(exact_parse_scaled(STR("12.3400"), 4, &count), EXACT_OK);
    assert_true(count == 123400);
    assert_int_equal(exact_parse_scaled(STR("12.34001"), 4, &count), EXACT_INEXACT);
    assert_int_equal(exact_parse_scaled(STR("9999999999999999999999999999999999"), 4, &count),
                     EXACT_OK);
    assert_int_equal(exact_parse_scaled(STR("10000000000000000000000000000000000"), 4, &count),
                     EXACT_OVERFLOW);
    int64_t value = 0;
    assert_int_equal(exact_parse_i64(STR("-9223372036854775808"), &value), EXACT_OK);
    assert_true(value == INT64_MIN);
    assert_int_equal(exact_parse_i64(STR("9223372036854775808"), &value), EXACT_OVERFLOW);
    assert_int_equal(exact_parse_i64(STR("1.0"), &value), EXACT_SYNTAX);
}

static void expect_places(int128_t count, int scale, int places, const char *expected)
{
    StrBuf buf = {0};
    exact_format_places(&buf, count, scale, places);
    assert_string_equal(strbuf_cstr(&buf), expected);
    strbuf_deinit(&buf);
}

static void test_format_places(void **state)
{
    (void)state;
    expect_places(12345, 2, 2, "123.45");
    expect_places(12345, 2, 1, "123.5");
    expect_places(-12345, 2, 1, "-123.5");
    expect_places(12345, 2, 0, "123");
    expect_places(5, 1, 0, "1");
    expect_places(4, 1, 0, "0");
    expect_places(-4, 1, 0, "0");
    expect_places(7, 0, 3, "7.000");
    expect_places(7, 38, 2, "0.00");
    expect_places(7, 38, 40, "0.0000000000000000000000000000000000000700");
}

// ---- The limit and wide sums --------------------------------------------------------------------

static void test_limit(void **state)
{
    (void)state;
    int128_t edge = wide_pow10(38);
    assert_true(exact_fits(edge - 1));
    assert_true(exact_fits(1 - edge));
    assert_false(exact_fits(edge));
    assert_false(exact_fits(-edge));
    assert_false(exact_fits(INT128_MIN));
    int128_t out = 0;
    assert_true(exact_add(edge - 2, 0, 1, 0, &out, NULL));
    assert_true(out == edge - 1);
    assert_false(exact_add(edge - 1, 0, 1, 0, &out, NULL));
    assert_false(exact_rescale(edge / 10, 0, 1, &out));
    assert_true(exact_rescale(edge / 10 - 1, 0, 1, &out));
}

static void test_wide_edges(void **state)
{
    (void)state;
    Int256 most = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 1}};
    Int256 out;
    assert_false(wide_add(most, wide_from_i128(1), &out));
    assert_false(wide_sub(wide_neg(most), wide_from_i128(2), &out));
    assert_true(wide_sub(most, most, &out));
    assert_int_equal(wide_sign(out), 0);
    assert_false(wide_mul_u64(most, 2, &out));
    assert_true(wide_mul_u64(wide_neg(most), 1, &out));
    assert_int_equal(wide_cmp(out, wide_neg(most)), 0);
    assert_false(wide_scale(wide_from_i128(1), 77, &out));
    assert_true(wide_scale(wide_from_i128(1), 76, &out));
    int128_t narrow;
    assert_false(wide_to_i128(most, &narrow));
    assert_true(wide_to_i128(wide_from_i128(INT128_MIN), &narrow));
    assert_true(narrow == INT128_MIN);
    Int256 square = wide_mul_128(INT128_MIN, INT128_MIN + 1);
    assert_int_equal(wide_sign(square), 1);
}

// A sum far beyond 128 bits comes back exactly.
static void test_sum_beyond(void **state)
{
    (void)state;
    WideSum sum = {0};
    int128_t big = wide_pow10(38) - 1;
    for (int i = 0; i < 100000; i++)
        wide_sum_add(&sum, big);
    int128_t out = 0;
    assert_false(wide_sum_finish(&sum, &out));
    StrBuf buf = {0};
    wide_format(&buf, wide_sum_wide(&sum));
    assert_string_equal(strbuf_cstr(&buf), "9999999999999999999999999999999999999900000");
    strbuf_deinit(&buf);
    for (int i = 0; i < 100001; i++)
        wide_sum_sub(&sum, big);
    assert_true(wide_sum_finish(&sum, &out));
    assert_true(out == -big);
    assert_true(wide_sum_mean(&(WideSum){.low = 10}, 0, 4, &out));
    assert_true(out == (int128_t)2500000000000000000);
}

// ---- Sums of reals ------------------------------------------------------------------------------

// A finite double with any exponent.
static double random_real(uint64_t *state)
{
    for (;;) {
        uint64_t bits = random_next(state);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            return value;
    }
}

static void test_exact_sum_known(void **state)
{
    (void)state;
    ExactSum sum = {0};
    assert_true(exact_sum_finish(&sum) == 0 && !signbit(exact_sum_finish(&sum)));
    exact_sum_add(&sum, 1e308);
    exact_sum_add(&sum, 1e308);
    assert_true(isinf(exact_sum_finish(&sum)));
    exact_sum_add(&sum, -1e308);
    exact_sum_add(&sum, 5e-324);
    assert_true(exact_sum_finish(&sum) == 1e308);
    exact_sum_sub(&sum, 1e308);
    assert_true(exact_sum_finish(&sum) == 5e-324);
    exact_sum_sub(&sum, 5e-324);
    assert_true(exact_sum_finish(&sum) == 0);
    // Half of the last place: ties go to even, and one bit more decides.
    exact_sum_add(&sum, 1);
    exact_sum_add(&sum, 0x1p-53);
    assert_true(exact_sum_finish(&sum) == 1);
    exact_sum_add(&sum, 0x1p-1000);
    assert_true(exact_sum_finish(&sum) == 1 + 0x1p-52);
    ExactSum ten = {0};
    for (int i = 0; i < 10; i++)
        exact_sum_add(&ten, 0.1);
    assert_true(exact_sum_finish(&ten) == 1.0);
}

static void test_exact_sum_order(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    static double values[COUNT];
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < COUNT; i++)
        values[i] = random_real(&seed);
    ExactSum forward = {0}, parts[3] = {0};
    for (int i = 0; i < COUNT; i++)
        exact_sum_add(&forward, values[i]);
    double expected = exact_sum_finish(&forward);
    for (int i = COUNT - 1; i > 0; i--) {
        size_t other = random_next(&seed) % (size_t)(i + 1);
        double swap = values[i];
        values[i] = values[other];
        values[other] = swap;
    }
    for (int i = 0; i < COUNT; i++)
        exact_sum_add(&parts[random_next(&seed) % 3], values[i]);
    exact_sum_merge(&parts[0], &parts[1]);
    exact_sum_merge(&parts[2], &parts[0]);
    assert_true(exact_sum_finish(&parts[2]) == expected);
    for (int i = 0; i < COUNT; i++)
        exact_sum_sub(&parts[2], values[i]);
    assert_true(exact_sum_finish(&parts[2]) == 0);
}

static void test_exact_sum_product(void **state)
{
    (void)state;
    ExactSum sum = {0};
    assert_true(exact_sum_add_product(&sum, 0.1, 0.1));
    assert_true(exact_sum_finish(&sum) == 0.1 * 0.1);
    exact_sum_sub(&sum, 0.1 * 0.1);
    assert_true(exact_sum_finish(&sum) == fma(0.1, 0.1, -(0.1 * 0.1)));
    assert_false(exact_sum_add_product(&sum, 1e300, 1e300));
    assert_false(exact_sum_add_product(&sum, 1e-300, 1e-300));
    assert_true(exact_sum_add_product(&sum, 0, 1e300));
}

// Every scale, counts of every length: the C library reads the text of the number.
static void test_to_real_as_text(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 200000; i++) {
        int scale = i % (EXACT_SCALE_MAX + 1);
        uint128_t bits = (uint128_t)random_next(&seed) << 64 | random_next(&seed);
        int128_t count = (int128_t)(bits >> (2 + random_next(&seed) % 126));
        if (!exact_fits(count))
            continue;
        if (i % 7 == 0) // near a tie
            count = (count >> 60 << 60) + ((int128_t)1 << 59) + (int)(i % 3) - 1;
        count = i % 2 == 0 ? count : -count;
        StrBuf text = {0};
        exact_format(&text, count, scale);
        double expected = strtod(strbuf_cstr(&text), NULL), got = exact_to_real(count, scale);
        if (got != expected)
            fail_msg("%s: expected %a, got %a", strbuf_cstr(&text), expected, got);
        strbuf_deinit(&text);
    }
}

static void test_exact_sum_times(void **state)
{
    (void)state;
    static const double values[] = {0x1p-1074, 0x1.fffp-1000, -1.25, 0x1.23456789abcdfp40, 0x1p900};
    for (size_t v = 0; v < ARRAY_LEN(values); v++) {
        ExactSum times = {.pending = 0}, one_by_one = {.pending = 0};
        exact_sum_add_times(&times, values[v], 1000003);
        for (int i = 0; i < 1000003; i++)
            exact_sum_add(&one_by_one, values[v]);
        assert_true(exact_sum_finish(&times) == exact_sum_finish(&one_by_one));
        exact_sum_add_times(&times, -values[v], 1000003);
        assert_true(exact_sum_finish(&times) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),           cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_scaled),    cmocka_unit_test(test_format_places),
        cmocka_unit_test(test_limit),           cmocka_unit_test(test_wide_edges),
        cmocka_unit_test(test_sum_beyond),      cmocka_unit_test(test_exact_sum_known),
        cmocka_unit_test(test_exact_sum_order), cmocka_unit_test(test_exact_sum_product),
        cmocka_unit_test(test_exact_sum_times), cmocka_unit_test(test_to_real_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

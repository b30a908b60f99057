// SPDX-License-Identifier: Apache-2.0
//
// test_real.c: exponential and logarithm give the nearest real, bit by bit (tables/real.tsv).
#include "tests/unit/unit.h"

#include "runtime/base/real.h"

#include <math.h>
#include <stdio.h>

#define TABLE SUP_ROOT "/tests/unit/tables/real.tsv"

static double compute(const char *name, double x, double y)
{
    if (strcmp(name, "ln") == 0)
        return real_ln(x);
    if (strcmp(name, "log10") == 0)
        return real_log10(x);
    return strcmp(name, "exp") == 0 ? real_exp(x) : real_pow(x, y);
}

static void test_table(void **state)
{
    (void)state;
    FILE *file = fopen(TABLE, "rb");
    char line[256];
    int count = 0, wrong = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char name[8] = "";
        double number[3] = {0};
        char *at = line;
        size_t length = strcspn(line, "\t");
        if (line[0] == '#' || length >= sizeof name)
            continue;
        memcpy(name, line, length);
        int operands = 0;
        for (at = line + length; *at == '\t' && operands < 3; operands++)
            number[operands] = strtod(at + 1, &at);
        double found = compute(name, number[0], operands == 3 ? number[1] : 0);
        double expected = number[operands - 1];
        if (memcmp(&found, &expected, sizeof found) != 0) {
            print_error("%s %a %a: %a, not %a\n", name, number[0], number[1], found, expected);
            wrong++;
        }
        count++;
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_true(count > 3500);
}

static void test_ends(void **state)
{
    (void)state;
    assert_true(isinf(real_exp(710)) && isinf(real_exp(1e300)) && real_exp(-1e300) == 0);
    assert_true(real_exp(-745) > 0);
    assert_true(isinf(real_pow(10, 400)) && real_pow(10, -400) == 0);
    assert_true(real_pow(1, 1e308) == 1 && real_pow(1e308, 0) == 1);
    assert_true(isinf(real_pow(1 + 0x1p-52, 1e300)) && real_pow(1 - 0x1p-53, 1e300) == 0);
    assert_true(real_ln(0x1p-1074) < -744);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

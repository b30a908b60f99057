// SPDX-License-Identifier: Apache-2.0
//
// test_fuzz_csv.c: the fuzz target for data files over the inputs that were kept, and over inputs made here.
#include "tests/unit/unit.h"

#include "runtime/base/str.h"
#include "runtime/source/csv.h"
#include "tests/fuzz/csv.c"
#include "tests/unit/fuzz_corpus.h"

#define INPUTS 20000
#define INPUT_SIZE_MAX 400

static void test_corpus(void **state)
{
    (void)state;
    assert_true(fuzz_replay(SUP_ROOT "/tests/fuzz/csv.corpus") > 100);
}

static void test_made_inputs(void **state)
{
    (void)state;
    static const char letters[] = "0123456789,,,\"\"\n\n\r.-/:;|\t年月日元万升至\xB0\xA1\xFF\xFE";
    uint8_t bytes[INPUT_SIZE_MAX];
    uint64_t seed = 42;
    for (int i = 0; i < INPUTS; i++) {
        size_t size = 2 + (size_t)(i % (INPUT_SIZE_MAX - 1));
        for (size_t at = 0; at < size; at++) {
            uint64_t random = random_next(&seed) >> 20;
            bytes[at] =
                i % 3 == 0 ? (uint8_t)random : (uint8_t)letters[random % (sizeof letters - 1)];
        }
        (void)LLVMFuzzerTestOneInput(bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_made_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_fuzz_cards.c: the fuzz target for the library's functions over the inputs that were kept, and over inputs made
// here.
#include "tests/unit/unit.h"

#include "runtime/base/str.h"
#include "stdlib/stdlib.h"
#include "tests/fuzz/cards.c"
#include "tests/unit/fuzz_corpus.h"

#define INPUTS 12000
#define INPUT_SIZE_MAX 200

static void test_corpus(void **state)
{
    (void)state;
    assert_true(fuzz_replay(SUP_ROOT "/tests/fuzz/cards.corpus") > 100);
}

static void test_made_inputs(void **state)
{
    (void)state;
    uint8_t bytes[INPUT_SIZE_MAX];
    uint64_t seed = 42;
    for (int i = 0; i < INPUTS; i++) {
        size_t size = 2 + (size_t)(random_next(&seed) % (INPUT_SIZE_MAX - 1));
        for (size_t at = 0; at < size; at++)
            bytes[at] = (uint8_t)(random_next(&seed) >> 20);
        bytes[0] = (uint8_t)(i >> 8);
        bytes[1] = (uint8_t)i;
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

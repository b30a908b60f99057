// SPDX-License-Identifier: Apache-2.0
//
// fuzz_corpus.h: replays the inputs that a fuzz target keeps, one a line in hexadecimal.

#ifndef SUP_TESTS_UNIT_FUZZ_CORPUS_H
#define SUP_TESTS_UNIT_FUZZ_CORPUS_H

#include "tests/unit/unit.h"

#define CORPUS_INPUT_MAX 400

static int hex_digit(int c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

// Runs LLVMFuzzerTestOneInput over the inputs of a file; how many there were.
static int fuzz_replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t bytes[CORPUS_INPUT_MAX];
    size_t size = 0;
    int count = 0, high;
    assert_non_null(file);
    while ((high = fgetc(file)) != EOF) {
        if (high == '\n') {
            (void)LLVMFuzzerTestOneInput(bytes, size);
            size = 0;
            count++;
            continue;
        }
        assert_true(size < sizeof bytes);
        bytes[size++] = (uint8_t)(hex_digit(high) << 4 | hex_digit(fgetc(file)));
    }
    fclose(file);
    return count;
}

#endif

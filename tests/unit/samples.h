// SPDX-License-Identifier: Apache-2.0
//
// samples.h: the models of tests/samples, for the tests that go through all of them.
#ifndef SUP_TESTS_UNIT_SAMPLES_H
#define SUP_TESTS_UNIT_SAMPLES_H

#include <dirent.h>

#include "tests/unit/unit.h"

#define SAMPLES SUP_ROOT "/tests/samples"

// The bytes of a sample, on the heap.
static inline StrBuf read_sample(const char *name)
{
    StrBuf path = {0};
    strbuf_printf(&path, SAMPLES "/%s", name);
    FILE *file = fopen(strbuf_cstr(&path), "rb");
    assert_non_null(file);
    StrBuf bytes = {0};
    char block[4096];
    for (size_t got = 0; (got = fread(block, 1, sizeof(block), file)) > 0;)
        strbuf_add(&bytes, (Str){block, got});
    fclose(file);
    strbuf_deinit(&path);
    return bytes;
}

// Calls `visit` with the name of each sample.
static inline void each_sample(void (*visit)(const char *name))
{
    DIR *folder = opendir(SAMPLES);
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (!str_ends(str_from_cstr(entry->d_name), STR(".sup")))
            continue;
        visit(entry->d_name);
        count++;
    }
    closedir(folder);
    assert_true(count >= 15);
}

#endif

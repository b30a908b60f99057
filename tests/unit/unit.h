// SPDX-License-Identifier: Apache-2.0
//
// unit.h: cmocka with the headers it wants in front of it.
#ifndef SUP_TESTS_UNIT_UNIT_H
#define SUP_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/base/str.h"

// Compares a text with what is expected, and shows both when they differ.
#define expect_str(got, expected)                                                                  \
    do {                                                                                           \
        Str expect_got_ = (got);                                                                   \
        Str expect_want_ = str_from_cstr(expected);                                                \
        if (!str_equal(expect_got_, expect_want_))                                                 \
            fail_msg("got '" STR_FMT "', expected '" STR_FMT "'", STR_ARG(expect_got_),            \
                     STR_ARG(expect_want_));                                                       \
    } while (0)

// A sequence of numbers that is the same in every run; state must not be 0.
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif

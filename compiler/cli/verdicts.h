// SPDX-License-Identifier: Apache-2.0
//
// verdicts.h: does a test's run hold what the test expects?

#ifndef SUP_COMPILER_CLI_VERDICTS_H
#define SUP_COMPILER_CLI_VERDICTS_H

#include "runtime/base/str.h"
#include "runtime/runtime.h"

// Compares the lists and rows of a finished run of `test` with what it expects. True: they agree. False: `out`
// gets a line for each difference, in this language; with `explain` also the rows that the test gives, and of the first
// keys that a rule does not list as expected, where they ended (for that the program is one without rewrites).
bool verdict_of_test(const Program *program, const TestCase *test, Run *run, Lang lang,
                     bool explain, StrBuf *out);

#endif

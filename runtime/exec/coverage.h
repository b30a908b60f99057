// SPDX-License-Identifier: Apache-2.0
//
// coverage.h: which days tables cover, and which versions of laws are in force.

#ifndef SUP_RUNTIME_EXEC_COVERAGE_H
#define SUP_RUNTIME_EXEC_COVERAGE_H

#include "runtime/exec/body_int.h"

// `cites L at d` as a condition over the rows of the context: T where some version of the law is in
// force on d; else U, because of `no version`, or of what leaves d unknown.
void citation_truth(const EvalContext *context, const Citation *citation, Vector *truth);

// The day that a value of the citation's `at` stands for.
int64_t citation_day(const Citation *citation, int64_t value);

// For each binding of the batch, whether `covered at` holds.
void coverage_test(const BodyRun *run, const Coverage *coverage, const Bindings *batch,
                   Arena *arena, uint8_t *covered);
// Whether these tables cover all days of a pair, in some region.
bool coverage_holds(const BodyRun *run, const uint32_t *tables, uint32_t table_count, Pair days);

#endif

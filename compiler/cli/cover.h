// SPDX-License-Identifier: Apache-2.0
//
// cover.h: which clauses the tests of a model try both ways.
//
// A clause is covered when some test has a row for which it holds and, if it can fail, one for which it fails. Counted are
// the clauses of the rules, relations and queries of the file under test.

#ifndef SUP_COMPILER_CLI_COVER_H
#define SUP_COMPILER_CLI_COVER_H

#include "compiler/cli/session.h"
#include "runtime/runtime.h"

typedef struct CoveredClause {
    Str name; // of the rule, relation or query
    uint32_t branch, place;
    Str text;
    int64_t holds, fails;
    bool two_sided;
} CoveredClause;

typedef struct TestCover {
    Arena *arena; // of the texts
    VEC(CoveredClause) clauses;
} TestCover;

// Lists the clauses of the session's file that this version can run. The texts are copied.
void cover_begin(TestCover *coverage, Session *session);
// Adds what a run with counts saw.
void cover_add(TestCover *coverage, const Run *run);
// Says which clauses are not covered, and how many are.
void cover_report(const TestCover *coverage, Lang lang, StrBuf *out);
void cover_end(TestCover *coverage);

#endif

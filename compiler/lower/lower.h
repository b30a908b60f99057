// SPDX-License-Identifier: Apache-2.0
//
// lower.h: plan to program.

#ifndef SUP_COMPILER_LOWER_LOWER_H
#define SUP_COMPILER_LOWER_LOWER_H

#include "compiler/plan.h"

// What a program shall hold: the roots and everything that they read.
typedef struct LowerRoots {
    const TypedDecl *const *decls; // rules, queries, relations; all built
    uint32_t decl_count;
    const TypedDecl *test; // the test to run, or NULL; its subject is the only root then
} LowerRoots;

// The declarations that the roots read at any depth, the roots themselves among them: `reached` gets a
// byte per declaration of the plan. What a test gives is reached, but not looked into.
void lower_reach(const Plan *plan, const LowerRoots *roots, uint8_t *reached);

// The rows that a test gives in a declaration's place; NULL: none, or no test.
const TypedGiven *lower_given(const TypedDecl *test, const TypedDecl *decl);

// A program of the plan's bodies. Everything reached must be built and supported. It owns its arena,
// and borrows types and names from the arena of the meaning. NULL with a text in `error`: the checker
// let something through that cannot run, in the declaration that `fault` then names.
Program *lower(const Plan *plan, const LowerRoots *roots, Error *error, Span *fault);

#endif

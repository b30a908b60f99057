// SPDX-License-Identifier: Apache-2.0
//
// lower_int.h: the state of lowering, shared by the files of this folder.

#ifndef SUP_COMPILER_LOWER_LOWER_INT_H
#define SUP_COMPILER_LOWER_LOWER_INT_H

#include "compiler/lower/lower.h"
#include "runtime/base/map.h"

typedef struct Lowerer {
    const Plan *plan;
    Arena *arena; // the program's
    Error *error;
    bool failed;
    Span fault; // the declaration that an error is about
    const uint8_t *reached;
    uint32_t *numbers; // by declaration: its number among those of its kind in the program
    VEC(Const) consts;
    Map const_numbers; // dumped constant -> number
    VEC(Regex *) regexes;
    Map regex_numbers; // pattern -> number
    VEC(LibraryFunction) functions;
    Map function_numbers; // address of the card -> number
    bool reads_as_of;
    // The body being lowered.
    const PlanBody *body;
} Lowerer;

// Truth of a gap at a leaf: what the policy and the polarity make of it (evaluation.md 2); RAW keeps it.
typedef enum LeafMode { LEAF_MODE_F, LEAF_MODE_T, LEAF_MODE_U, LEAF_MODE_RAW } LeafMode;

// ---------------------------------------------------------------- expressions (expr.c)

// A value; NULL gives the empty Expr.
Expr lower_value(Lowerer *lowerer, const PlanExpr *expr);
// Several values computed together; `registers` receives the step that gives each of them.
Expr lower_values(Lowerer *lowerer, const PlanExpr *const *exprs, uint32_t count,
                  uint32_t *registers);
// A truth: leaves take gaps as `mode` says, turned round below `not`.
Expr lower_truth(Lowerer *lowerer, const PlanExpr *expr, LeafMode mode);
// The mode of a policy above any `not`.
LeafMode lower_mode(Policy policy);
// Whether a comparison has a quotient on a side, so that it is decided by cross-multiplication.
bool lower_is_quotient(const PlanBody *body, const PlanExpr *comparison);
// The number of a constant or pattern of the program.
uint32_t lower_const(Lowerer *lowerer, const Const *value);
uint32_t lower_regex(Lowerer *lowerer, Str pattern, RegexMode mode);

// ---------------------------------------------------------------- bodies (body.c, on.c)

// The number of a source in the program.
RowSource lower_source(const Lowerer *lowerer, const TypedDecl *decl);
// The columns of a recursive relation that the branches of its ring read.
void lower_ring_reads(Lowerer *lowerer, const TypedDecl *decl, Relation *out);
void lower_body(Lowerer *lowerer, const PlanBody *plan, Body *out);
// The condition of a partner clause as leaves and a formula over them.
void lower_on(Lowerer *lowerer, const PlanExpr *condition, uint32_t slot, Partner *out);
// The match model of a partner clause (match.c).
const MatchModel *lower_match(Lowerer *lowerer, const PlanOp *op, const Partner *clause);

// ---------------------------------------------------------------- tests (tests.c)

void lower_test(Lowerer *lowerer, const TypedDecl *decl, TestCase *out);

#endif

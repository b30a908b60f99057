// SPDX-License-Identifier: Apache-2.0
//
// build_int.h: the builder's state, shared by build.c, build_expr.c, build_call.c and convert.c.

#ifndef SUP_COMPILER_BUILD_INT_H
#define SUP_COMPILER_BUILD_INT_H

#include "compiler/convert.h"
#include "compiler/plan.h"
#include "runtime/base/map.h"

typedef struct Builder {
    Plan *plan;
    Arena *arena;
    const Typed *typed;
    const TypedBody *body;
    PlanUnsupported unsupported;
    VEC(PlanOp) ops;
    VEC(PlanAggregate) aggregates;
    // By let, its value where it is written; NULL until it is used.
    const PlanExpr **lets;
    // By aggregate of the typed body, its number in `aggregates` + 1; 0 until it is used.
    uint32_t *aggregate_numbers;
    // Slots of windows so far, and the window under way; NULL: none.
    uint32_t window_count;
    uint64_t window_rows[64]; // by slot: the row variables that a window's value rests on
    struct BuildWindow *window;
    bool in_series; // the value of a series is under way
    // Inside an aggregate or a printed hole: row variables are read per binding.
    bool per_row;
    // Inside an own function: what its parameters stand for.
    const PlanExpr *const *parameters;
    uint32_t function_depth;
    // Inside a match model: what its two variables stand for.
    const TypedVar *const *sides;
    uint32_t exceptions; // met so far
    // In a query's `order by`: the columns of its yield.
    const PlanField *outputs;
    Map expanded; // own functions with their arguments, already expanded
} Builder;

// How deep own functions may call each other.
enum { BUILD_FUNCTION_DEPTH_MAX = 200 };

// The expression of a node in its own type. Never NULL: what cannot run is noted and a constant stands
// for it.
const PlanExpr *build_expr(Builder *builder, const AstNode *node);
// The same, brought to the type in which the node above takes it.
const PlanExpr *build_wanted(Builder *builder, const AstNode *node);
// The same, brought to this type.
const PlanExpr *build_as(Builder *builder, const AstNode *node, Type type);

// A comparison of two nodes, both brought to `common`.
const PlanExpr *build_comparison(Builder *builder, AstOperator operator, const AstNode * left,
                                 const AstNode *right, Type common, Str text);

// The match model that a clause uses, over the variables of the body (build_match.c).
const PlanMatch *build_match(Builder *builder, const TypedClause *clause);

// An operation that may fail.
const PlanExpr *build_arithmetic(Builder *builder, PlanExprKind kind, Type type,
                                 const PlanExpr *left, const PlanExpr *right, Str text);
// The quotient of two exact or real numbers, as `type`.
const PlanExpr *build_quotient(Builder *builder, Type type, const PlanExpr *left,
                               const PlanExpr *right, Str text);
// The fold `number` as an expression.
const PlanExpr *build_fold_expr(Builder *builder, uint32_t number, Str text);
// The time `length` before `time`, and that after it.
const PlanExpr *build_before(Builder *builder, const PlanExpr *time, const PlanExpr *length,
                             Str text);
const PlanExpr *build_after(Builder *builder, const PlanExpr *time, const PlanExpr *length,
                            Str text);

// What a name, a member or a call stands for (build_ref.c).
const PlanExpr *build_reference(Builder *builder, const AstNode *node, const TypedExpr *typed);
// The number of a let in its body.
uint32_t build_let_number(const TypedBody *body, const TypedLet *let);
// A key of a grouping.
const PlanExpr *build_key(Builder *builder, const TypedExpr *typed);
// A library call, and an own function expanded (build_call.c).
const PlanExpr *build_call(Builder *builder, const AstNode *node, const TypedExpr *typed);
const PlanExpr *build_function(Builder *builder, const AstNode *node, const TypedExpr *typed);
// The operands of a library call, defaults in their places, units left out; how many there are.
const PlanExpr **build_call_arguments(Builder *builder, const TypedCall *call, uint32_t *count);
// A part of a value that a function of the library gives: 地址要素(s.地址).路, s.案号.年. NULL: none does (build_part.c).
const PlanExpr *build_part(Builder *builder, const AstNode *node, const TypedExpr *typed);
// Is it a part of a record that a let names, so that its value was made where the let is written?
bool build_part_is_named(const Builder *builder, const AstNode *node);
// A let's value where it is written, whatever the place of its use; of a window its slot (build_ref.c).
const PlanExpr *build_let(Builder *builder, const TypedLet *let);
// A field of the record that a check gives: one fold, or the slot of a window's let, and a function of it.
const PlanExpr *build_record_field(Builder *builder, const AstNode *node, const TypedExpr *typed);
// An aggregate of the typed body (build_call.c).
const PlanExpr *build_aggregate(Builder *builder, const AstNode *node,
                                const TypedAggregate *aggregate);
// The operator of `let … among`, whose value becomes a slot of its own (build_window.c).
PlanOp build_window(Builder *builder, const TypedClause *clause, PlanOp draft);
// The operator of a series, how many slots it has, and a fold over them: the call's first operand names the series
// (build_series.c).
PlanOp build_series(Builder *builder, const TypedClause *clause, PlanOp draft);
const PlanExpr *build_series_size(Builder *builder, const AstNode *node, const TypedLet *let,
                                  Type type);
const PlanExpr *build_series_fold(Builder *builder, const AstNode *node, AggregateKind kind,
                                  const TypedCall *call, Type type);
// The constants that a statistic wants; `time` is the kind of time of its pairs, TYPE_ERROR: they have none.
typedef struct BuildOperands {
    const AstNode *const *nodes;
    const Type *types;
    const Str *defaults;
    uint32_t count;
} BuildOperands;
void build_parameters(Builder *builder, const BuildOperands *given, TypeKind time,
                      PlanAggregate *draft);
// The type of the value that is a check's record, and the call behind a value that is one; NULL: there is none.
Type build_record_type(void);
const TypedCall *build_record_call(const Builder *builder, const AstNode *node);
// A function over the peers of a window, and an aggregate of one.
const PlanExpr *build_window_call(Builder *builder, const AstNode *node, const TypedExpr *typed);
// Whether a window over groups is under way: what it folds are values of groups.
bool build_among_groups(const Builder *builder);
void build_window_fold(const Builder *builder, PlanAggregate *draft);
// The slots that a binding has above the next operator; those of windows follow from the others.
uint64_t build_bound_slots(const Builder *builder);
// The slots that a partner clause is linked to.
uint64_t build_linked_slots(const PlanOp *op);
// Partition and order of `among`, `session`, `sequence`.
void build_partition(Builder *builder, AstList keys, AstList orders, PlanOp *op);

// `session` and `sequence` (build_pattern.c).
PlanOp build_session(Builder *builder, const TypedClause *clause, PlanOp draft);
PlanOp build_sequence(Builder *builder, const TypedClause *clause, PlanOp draft);
// Where a step keeps the rows of a variable above the sequence.
uint32_t build_step_slot(const Builder *builder, const TypedVar *step, uint32_t taken);
// Of a fold that mentions steps: the slots whose rows make its tuples.
void build_step_mentions(const Builder *builder, const TypedAggregate *aggregate,
                         PlanAggregate *draft);
// The slots of evidence, steps spread over their rows.
void build_evidence(Builder *builder, PlanBody *out);

// The row variables that aggregates read, as bits.
uint64_t build_slot_bits(const TypedVar *const *vars, uint32_t count);
// The number of an aggregate equal to `draft`, added when there is none.
uint32_t build_fold(Builder *builder, const PlanAggregate *draft);
// A value read per row, folded to one per group: ONE or SHOW.
const PlanExpr *build_folded(Builder *builder, const AstNode *node, const PlanExpr *value,
                             AggregateKind kind, uint32_t stretch);

// Notes that something is checked and not run; the first one counts. Gives a constant of the type.
const PlanExpr *build_unsupported(Builder *builder, Str zh, Str en, Span span, Type type);
// The same for a node, told by its text.
const PlanExpr *build_unsupported_node(Builder *builder, const AstNode *node, Type type);
// Notes that something is too large.
const PlanExpr *build_too_large(Builder *builder, Str zh, Str en, Span span, Type type);

// `expr` as a value of `type`: other scale, unit or layout; constants are converted at once (convert.c).
const PlanExpr *build_convert(Builder *builder, const PlanExpr *expr, Type type);

// What is written at a node.
Str build_text(const Builder *builder, const AstNode *node);

// Drafts of common shapes.
const PlanExpr *build_const(Builder *builder, Const value, Str text);
const PlanExpr *build_unary(Builder *builder, PlanExprKind kind, Type type, const PlanExpr *kid,
                            Str text);
const PlanExpr *build_binary(Builder *builder, PlanExprKind kind, Type type, const PlanExpr *left,
                             const PlanExpr *right, Str text);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// infer_int.h: expressions: what the files that infer them share with those that hold them.

#ifndef SUP_LANG_INFER_INT_H
#define SUP_LANG_INFER_INT_H

#include "lang/check_int.h"

/* ----------------------------------------------------------------------- expressions (infer*.c) */

/* Infers and records an expression. `expected` (may be NULL) is the type that the place wants; it
 * helps literals and enum members, nothing else. Never fails: what was reported has TYPE_ERROR. */
Type infer(Scope *s, const AstNode *node, const Type *expected);
/* The same where truth is wanted. */
void infer_condition(Scope *s, const AstNode *node);
/* Was something wrong in the expression? It has been told. */
bool expr_failed(Checker *c, const AstNode *node);
/* Marks in which type the parent takes the value. */
void expr_want(Checker *c, const AstNode *node, Type want);
/* Infers and stores into a declared place: types, scales, and `T?` into `T`. */
void infer_into(Scope *s, const AstNode *node, Type to, bool nullable, DiagId missing, Str place);
TypedExpr *expr_of(Checker *c, const AstNode *node);
/* Would a bare name or literal take its type from the other side? */
bool is_adaptable(Scope *s, const AstNode *node);
Type infer_name(Scope *s, const AstName *name, const Type *expected);
Type infer_member(Scope *s, const AstMember *member, const Type *expected);
/* The left side of `at`: a dated parameter. */
Type infer_dated(Scope *s, const AstNode *node);
/* Compiles a pattern, or reports why not; the caller destroys `*out` (NULL: refused). */
void check_regex(Checker *c, const AstText *pattern, RegexMode mode, Regex **out);
void check_day(Scope *s, const AstNode *node, Type type);
Type infer_operator(Scope *s, const AstNode *node, const Type *expected);
Type infer_call(Scope *s, const AstCall *call, const Type *expected);
/* Whether the peers of `among` are groups here: the functions over them stand below a grouping. */
bool infer_over_groups(const Scope *s);
/* The scope of what an aggregate or a function over peers looks at. */
Scope infer_folded(const Scope *s);
Type infer_aggregate(Scope *s, const AstCall *call, const FnCard *const *cards, uint32_t count);
Type literal_number(Scope *s, const AstNumber *number, const Type *expected);
void report_unknown_name(Scope *s, const AstNode *node, Str name);
bool settle_key(Scope *s, const AstNode *node, const Type *expected, Type *type);
uint32_t enum_member(const Nominal *nominal, Str name); /* UINT32_MAX: none */
TypedExpr *expr_here(Scope *s, const AstNode *node);
Type record_type(TypedExpr *e, Type type);
const RecordField *record_field(const Nominal *record, Str name, uint32_t *index);
/* `object.name` where the object is no row (infer_field.c). */
Type infer_field(Scope *s, const AstMember *member);
/* Below a grouping: the value of a variable that is bound here is read per row; otherwise the keys must determine it, or
 * it is shown, or out of scope. */
void infer_settle(Scope *s, const AstNode *node, TypedExpr *e, bool bound_here, bool determined);
/* Whether the keys of the last grouping determine a column of the variable, or all of it (WHOLE_ROW). */
bool infer_row_determined(Scope *s, const VarState *var, uint32_t column);

/* ----------------------------------------------------------------------- what is proved (safety_facts.c) */

void facts_from_condition(Checker *c, const AstNode *condition, bool negated, Facts *facts);
bool facts_prove(const Facts *facts, const TypedVar *var, const TypedLet *let, uint32_t column);
void links_from_condition(BodyState *b, const AstNode *condition, const VarState *bound);
/* Adds to `vars` all variables, and to `columns` all columns, that those given determine. */
void determine(BodyState *b, Facts *columns, uint64_t *vars);
bool determined_column(const Facts *columns, const uint64_t *vars, const TypedVar *var,
                       uint32_t column);
uint64_t *bits_new(BodyState *b);
bool bit_get(const uint64_t *bits, uint32_t slot);
void bit_set(uint64_t *bits, uint32_t slot);
/* The variables that an expression mentions, lets expanded. */
/* The same where a let of a grouping further up stands for its group: `*over` is the finest one. */
void mentions_by_level(BodyState *b, const AstNode *expr, uint64_t *bits, const TypedGroup **over);
/* Whether a value rests on an aggregate or a window, through lets too. */
bool value_folds(BodyState *b, const AstNode *value);
void mentions_of(BodyState *b, const AstNode *expr, uint64_t *bits);
void aggregate_settle(BodyState *b, TypedAggregate *a);

/* The library's name for a type that an author calls otherwise (other_name.c). False: none known. */
bool other_type_name(Str word, Str *name);

/* Offers the fix where a literal is not of the type wanted by its writing alone: `500` for 500元, a date in
 * quotation marks (infer_op.c). */
void advise_literal(Scope *s, Diag *diag, const AstNode *node, Type wanted);

/* ----------------------------------------------------------------------- conditions (safety_lint.c) */

/* Does the condition read a statistic or a check? */
bool rests_on_statistics(Checker *c, const AstNode *condition);
/* Does some `where` so far? */
bool has_statistics(BodyState *b);
void lint_condition(Scope *s, const AstNode *condition);

#endif

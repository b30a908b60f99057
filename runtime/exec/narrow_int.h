// SPDX-License-Identifier: Apache-2.0
//
// narrow_int.h: conditions beside the links that keep a binding from looking at every right row of its link, or of the
// table where there is no link. Shared by narrow.c (which conditions) and narrow_*.c (the algorithms).
//
// A narrowing gives, for a binding, right rows among which are all whose pair is not F; what it leaves out are pairs
// of which one top-level condition is F on known values, and F decides. Rows that have an unknown value in what is
// narrowed by are always given, and a binding that has one is not narrowed. So pairs are judged exactly as without.

#ifndef SUP_RUNTIME_EXEC_NARROW_INT_H
#define SUP_RUNTIME_EXEC_NARROW_INT_H

#include "runtime/exec/partner_int.h"
#include "runtime/exec/planning.h"

// The side of a condition that one register of its steps is, as an expression of its own.
Expr narrow_side(Arena *arena, const Expr *expr, uint32_t reg);
// Does it read the partner alone, or nothing of it?
bool narrow_reads_row(const PartnerRun *partner, const Expr *side);
bool narrow_reads_binding(const PartnerRun *partner, const Expr *side);
// The values of a side for all right rows, and for a batch of bindings.
void narrow_rows(BodyRun *run, const PartnerRun *partner, const Expr *side, Vector *out);
void narrow_bindings(BodyRun *run, const Bindings *in, const Expr *side, Vector *out);

// Where the right rows of each link start, and behind the last one their number; without links all are one group. In the
// clause's arena.
int64_t *narrow_groups(const PartnerRun *partner, int64_t *groups);
// Brings rows into their order, in which pairs are wanted.
void narrow_sort(int64_t *rows, int64_t count);

// ---------------------------------------------------------------- ranges (narrow_range.c)

// Of comparisons, `during` and `overlaps`; NULL: no condition of the clause is one.
RangeIndex *range_build(BodyRun *run, PartnerRun *partner);
// Computes the bounds of a batch.
void range_begin(BodyRun *run, RangeIndex *index, const Bindings *in);
// Adds the rows of a group (0 without links) for one binding; false: the binding cannot be narrowed.
bool range_rows(const RangeIndex *index, int64_t binding, int64_t group, Pairs *pairs);

// ---------------------------------------------------------------- nearness (narrow_near.c)

// Of `distance(a, b) <= d`; NULL: no condition of the clause is one.
NearIndex *near_build(BodyRun *run, PartnerRun *partner);
void near_begin(BodyRun *run, NearIndex *index, const Bindings *in);
// As range_rows.
bool near_rows(const NearIndex *index, int64_t binding, int64_t group, Pairs *pairs);

// ---------------------------------------------------------------- likeness (narrow_similar.c)

// Of `similar(a, b) >= c`.
SimilarIndex *similar_build(BodyRun *run, PartnerRun *partner);
void similar_begin(BodyRun *run, SimilarIndex *index, const Bindings *in);
bool similar_rows(const BodyRun *run, SimilarIndex *index, int64_t binding, Pairs *pairs);

// ---------------------------------------------------------------- words (narrow_words.c)

// Of `a mentions b`, one the row's and one the binding's.
WordsIndex *words_build(BodyRun *run, PartnerRun *partner);
void words_free(WordsIndex *index);
void words_begin(BodyRun *run, WordsIndex *index, const Bindings *in);
bool words_rows(const BodyRun *run, WordsIndex *index, int64_t binding, Pairs *pairs);

#endif

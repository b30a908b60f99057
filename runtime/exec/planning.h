// SPDX-License-Identifier: Apache-2.0
//
// planning.h: what a run decides by the sizes that it finds, shared by the files of bodies and partner clauses.
//
// None of it can show in a result: RunOptions.planning turns it off, or forces every decision, and the bytes stay.

#ifndef SUP_RUNTIME_EXEC_PLANNING_H
#define SUP_RUNTIME_EXEC_PLANNING_H

#include "runtime/exec/body_int.h"

// Chooses the order of the clauses; the partner clauses must be open (order.c).
void order_choose(BodyRun *run);
// Are the bindings in the order in which the written plan brings them?
bool order_ascends(const BodyRun *run, const Bindings *batch);
// Brings them into that order.
void order_restore(BodyRun *run, Bindings *batch);

// Puts fewer rows of `from` in place of rows[0..count) (NULL: all), where clauses have found out that no binding with
// another one is left behind them (partner_left.c).
void partner_left_from(const BodyRun *run, const int64_t **rows, int64_t *count);

#endif

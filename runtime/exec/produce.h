// SPDX-License-Identifier: Apache-2.0
//
// produce.h: rows that a body makes while it runs, and the clauses that make them.
//
// A produced slot is a row variable whose table belongs to the BodyRun: bindings hold its row numbers, and columns,
// folds, templates and explanations read it like any other. Clauses append rows; nothing removes any.

#ifndef SUP_RUNTIME_EXEC_PRODUCE_H
#define SUP_RUNTIME_EXEC_PRODUCE_H

#include "runtime/exec/body_int.h"

// An empty table for the slot of `each` or `extract`. It lives as long as the body runs; its memory is freed by
// produced_close (NULL is allowed).
Produced *produced_open(BodyRun *run, const Operator *op);
void produced_close(Produced *produced);
// The same for a clause that writes the rows itself. A window's rows may have three values, in tables that are filled
// row by row alike: as long as shadow rows are nobody's (m), whosever they are (the guard n), and with those that are
// tolerated (t). The tables of m and t are made when first asked for; where they are not, that of n serves for all.
Produced *produced_table(BodyRun *run, uint32_t slot);
Rowset *produced_write(Produced *produced);
void produced_write_readings(BodyRun *run, Produced *produced, uint32_t slot, Rowset **m,
                             Rowset **t);
// The rows made so far, of n, and as they are read up to a class of members: POSSIBLE or SHOWN, SHADOW, TOLERATED.
const Rowset *produced_rows(const Produced *produced);
const Rowset *produced_upto(const Produced *produced, RowClass upto);

// each, extract: one binding per element or match. A list or text that is not known gives one binding with `?` and a
// mark (spec/evaluation.md 4.2).
Status produce_apply(BodyRun *run, Produced *produced, const Operator *op, const Bindings *in,
                     Bindings *out);

#endif

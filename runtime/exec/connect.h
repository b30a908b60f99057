// SPDX-License-Identifier: Apache-2.0
//
// connect.h: `connect a with b as g`: each binding is an edge between two values; g is the connected group of it.
//
// A fence in the middle of a body: it keeps all bindings of its stretch, finds the groups by union-find, and gives the
// bindings on with one more slot. A row of that slot has the group's identity, which is the least value of `a` in it, and
// its size, the number of distinct values. Both depend on the edges alone, not on their order.
//
// Groups are made of certain edges. A possible edge belongs, possibly, to each group that it touches, or with its like to
// one of its own; `size` then has bounds up to what uncertain edges could join. An edge of which an end is unknown has the
// group `?`. Meaning: spec/evaluation.md 7 and tests/reference/README.md, decisions 72 to 77.

#ifndef SUP_RUNTIME_EXEC_CONNECT_H
#define SUP_RUNTIME_EXEC_CONNECT_H

#include "runtime/exec/body_int.h"

// The clause at `operator`, and the empty table of its groups.
ConnectRun *connect_open(BodyRun *run, uint32_t operator);
void connect_close(ConnectRun *connect); // NULL is allowed
// Keeps a batch.
Status connect_keep(BodyRun *run, ConnectRun *connect, const Bindings *batch);
// Finds the groups and pushes all bindings into the operators behind.
Status connect_finish(BodyRun *run, ConnectRun *connect);
// The slots that a binding has at the clause, as bits: what tells one `?` from another.
uint64_t connect_reads(const ConnectRun *connect);

#endif

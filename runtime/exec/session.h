// SPDX-License-Identifier: Apache-2.0
//
// session.h: `session` and `sequence`: what hangs together in time, and what follows in order.
//
// Both stand in the middle of a body as windows do: all bindings of the stretch are kept, and once the last one is
// there they look at each partition in its order. A session gives its bindings on with one more slot, that of the
// session; a sequence gives on one binding per match, with a slot of each step for every slot above it. Meaning:
// spec/evaluation.md 7 and tests/reference/README.md, decisions 72 to 82.

#ifndef SUP_RUNTIME_EXEC_SESSION_H
#define SUP_RUNTIME_EXEC_SESSION_H

#include "runtime/exec/body_int.h"

// Both push what they make of the members into the operators behind.
Status session_finish(BodyRun *run, uint32_t operator, const Members * members);
Status sequence_finish(BodyRun *run, uint32_t operator, const Members * members);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// observer.h: looks at the bindings and groups of a body between its clauses.
//
// A run has none; then nothing is traced and nothing is paid. A replay and `--counts` set one in RunShared for the
// bodies that they want to see. While there is one, operators act in the written order (spec/evaluation.md 10).

#ifndef SUP_RUNTIME_EXEC_OBSERVER_H
#define SUP_RUNTIME_EXEC_OBSERVER_H

#include "runtime/exec/level_int.h"

struct Observer {
    void *closure;
    // One batch before and behind a clause above the first fence; `before` is NULL for `from`.
    Status (*bindings)(void *closure, BodyRun *run, const Operator *op, const Bindings *before,
                       const Bindings *after);
    // All groups behind a fence (then `op` is the Group) or behind a clause below it, in one reading.
    Status (*groups)(void *closure, Level *level, const Operator *op);
};

#endif

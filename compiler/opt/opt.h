// SPDX-License-Identifier: Apache-2.0
//
// opt.h: the signature of a rewrite.
//
// A rewrite takes one body and gives another with the same meaning: same lists, same marks with their
// places, same gap lines. It makes new operators and new nodes; what it is given stays as it is. Marks are
// kept because operators carry their places with them, wherever they move.

#ifndef SUP_COMPILER_OPT_OPT_H
#define SUP_COMPILER_OPT_OPT_H

#include "compiler/plan.h"

// Rewrites `body` in place: the struct is the optimiser's own copy, what it points to is shared.
typedef void (*OptPass)(Plan *plan, PlanBody *body);

#define PASS(id, name, doc) void opt_##id(Plan *plan, PlanBody *body);
#include "compiler/pass.def"

#endif

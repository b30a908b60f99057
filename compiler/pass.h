// SPDX-License-Identifier: Apache-2.0
//
// pass.h: runs the rewrites of pass.def.

#ifndef SUP_COMPILER_PASS_H
#define SUP_COMPILER_PASS_H

#include "compiler/plan.h"

// A copy of the plan's body after all rewrites but those named; the written body is not changed.
const PlanBody *pass_run(Plan *plan, const PlanBody *written, const Str *off, uint32_t off_count);

// Name of the rewrite with this number; NULL behind the last.
const char *pass_name(uint32_t index);

#endif

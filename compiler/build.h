// SPDX-License-Identifier: Apache-2.0
//
// build.h: meaning to plan.

#ifndef SUP_COMPILER_BUILD_H
#define SUP_COMPILER_BUILD_H

#include "compiler/plan.h"

// Builds the bodies of one declaration (relation, rule, query) or the contracts of a table into the
// plan, unless they are there already.
void build_decl(Plan *plan, const TypedDecl *decl);

#endif

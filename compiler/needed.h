// SPDX-License-Identifier: Apache-2.0
//
// needed.h: which columns of which tables a program reads.

#ifndef SUP_COMPILER_NEEDED_H
#define SUP_COMPILER_NEEDED_H

#include "lang/lang.h"

// One byte per column, by declaration: 1 where some rule, relation, query, match or contract of the whole program
// reads it, whatever is run; what stands only in a let that nothing uses is not read. Arrays in `arena`; NULL for
// declarations that are no tables.
const uint8_t *const *needed_columns(Arena *arena, const Typed *typed);

#endif

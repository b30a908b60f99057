// SPDX-License-Identifier: Apache-2.0
//
// pattern_int.h: skeletons by the positions that they know; shared by the indexes over them.
//
// The pattern of a skeleton says which positions are known. Two values that a pattern projects to the same characters
// cannot be told apart by a skeleton of that pattern.

#ifndef SUP_RUNTIME_EXEC_PATTERN_INT_H
#define SUP_RUNTIME_EXEC_PATTERN_INT_H

#include "runtime/base/arena.h"
#include "runtime/data/value.h"

// The pattern of a skeleton or usable text, one byte per code point: 'x' known, SKELETON_UNKNOWN unknown.
Str pattern_of(Arena *arena, Str text);
// Writes to `out` (cleared first) the characters of `text` at the known positions of `pattern`; false if the lengths
// differ or one of them is unknown in `text` too.
bool pattern_project(Str text, Str pattern, StrBuf *out);

#endif

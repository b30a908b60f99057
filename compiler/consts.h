// SPDX-License-Identifier: Apache-2.0
//
// consts.h: constant values as programs hold them.

#ifndef SUP_COMPILER_CONSTS_H
#define SUP_COMPILER_CONSTS_H

#include "lang/lang.h"
#include "runtime/exec/program.h"

// The constant behind what the front end evaluated, in `arena`.
Const const_of_typed(Arena *arena, const TypedConst *typed);
// A text.
Const const_of_text(Str text);
// A number of 64 bits (integer, date, length, enum code, boolean) or an exact count of this type.
Const const_of_count(Type type, int128_t count);
// A hole of this type: `-` in a test's grid.
Const const_of_gap(Type type);

// Are these the same value of the same type?
bool const_equal(const Const *a, const Const *b);
uint64_t const_hash(const Const *value);
// Appends the value for dumps.
void const_dump(const Const *value, StrBuf *out);

// Are these the same type, in every field that the engine looks at?
bool type_same(Type a, Type b);
uint64_t type_hash(Type type);
// Appends a type for dumps: "money(4)".
void type_dump(Type type, StrBuf *out);

#endif

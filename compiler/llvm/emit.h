// SPDX-License-Identifier: Apache-2.0
//
// emit.h: from a request to a function in a module of LLVM.
//
// Steps are compiled one by one to straight-line code for one row. A register is a value, and whether the row must go
// to the interpreter because of it (`bad`). Nothing is decided by branches: a bad value is harmless, it is only not
// used. Numbers carry the ends between which they lie, which come from the columns; what cannot leave 64 bits is
// computed in 64 bits and cannot fail.

#ifndef SUP_COMPILER_LLVM_EMIT_H
#define SUP_COMPILER_LLVM_EMIT_H

#include "compiler/llvm/ll.h"
#include "runtime/exec/native.h"

typedef struct Reg {
    Phys phys; // BOOL i1, I64 i64, I128 i64 or i128, F64 double, CODE i32
    LLVMValueRef value;
    LLVMValueRef bad; // i1: the interpreter must take the row
    bool gap;         // where it is bad, the value is a gap and nothing else
    bool ranged;      // whole and exact numbers: lo <= value <= hi unless bad
    int128_t lo, hi;
} Reg;

typedef struct Emitter {
    Ll ll;
    const NativeRequest *request;
    LLVMValueRef args;      // NativeArgs
    LLVMValueRef *values;   // per input: its column
    LLVMValueRef *validity; // per input
    LLVMValueRef *rows;     // per row array
    LLVMValueRef *row;      // per row array: the present row's number
    Reg *cells;             // per input: the present cell; value NULL: not yet read
    Arena *arena;
} Emitter;

// Whether every step of an expression has an emitter that can take its operands.
bool emit_supports(const NativeExpr *expr);
// The value of an expression for the present row.
Reg emit_expr(Emitter *e, const NativeExpr *expr);
// Whether a number's ends lie within 64 bits; then its value is an i64, else an i128.
bool reg_is_64(const Reg *reg);
// The value of a number as i128.
LLVMValueRef reg_i128(Emitter *e, const Reg *reg);

// The whole kernel, as the function `name` of the module.
void emit_kernel(Emitter *e, const char *name);

#endif

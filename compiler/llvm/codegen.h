// SPDX-License-Identifier: Apache-2.0
//
// codegen.h: the door of the generator of machine code. No type of LLVM appears here.
//
// The generator lies in a library of its own beside the program, so that a run without native code does not load LLVM.
// "Not there" is a normal answer: the caller then interprets, and says so once if native code was asked for by name.

#ifndef SUP_COMPILER_LLVM_CODEGEN_H
#define SUP_COMPILER_LLVM_CODEGEN_H

#include "runtime/base/status.h"
#include "runtime/exec/native.h"

// An engine that finds and loads the generator when it is first asked for something; where there is none it supports
// nothing. The caller destroys it (engine->destroy) when no run uses its code.
NativeEngine *codegen_open(void);
// Loads the generator now. STATUS_USAGE with the reason where there is none.
Status codegen_ready(NativeEngine *engine, Error *error);
// An engine that appends the text of every kernel to `out` instead of making it: as the generator's own language, or
// for the processor. Runs with it are interpreted. `generator` is borrowed.
NativeEngine *codegen_printer(NativeEngine *generator, bool processor, StrBuf *out);

#endif

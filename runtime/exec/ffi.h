// SPDX-License-Identifier: Apache-2.0
//
// ffi.h: functions of shared libraries that a model declares with `extern function`.
//
// They are loaded when a run begins, and only from libraries that the caller of the run has named: code of a
// library can do anything that the program can. In C a real is a double, an integer an int64_t, a boolean an
// int (0 or 1), a text a const char * in UTF-8 that ends with a NUL and is read before the next call.

#ifndef SUP_RUNTIME_EXEC_FFI_H
#define SUP_RUNTIME_EXEC_FFI_H

#include "runtime/base/status.h"
#include "runtime/exec/program.h"

typedef struct Foreign Foreign;

// Loads the extern functions of the program; *out is NULL where it has none. STATUS_USAGE: a library is not among
// the `allowed` ones; STATUS_IO: a library or a symbol cannot be loaded.
Status foreign_open(const Program *program, const Str *allowed, uint32_t allowed_count,
                    Foreign **out, Error *error);
void foreign_close(Foreign *foreign); // NULL is allowed

// Calls function `function` of the program for the rows listed, like a kernel (runtime/kernel.h). A result that is
// not finite, or NULL where the function may not give that, is an issue (domain), a text that is not UTF-8 too.
void foreign_call(Foreign *foreign, uint32_t function, FnContext *fn, const Vector *args,
                  const int64_t *rows, int64_t row_count, Vector *out, FnFail fail, void *closure);

#endif

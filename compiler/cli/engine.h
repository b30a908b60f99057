// SPDX-License-Identifier: Apache-2.0
//
// engine.h: what --engine and --threads say.

#ifndef SUP_COMPILER_CLI_ENGINE_H
#define SUP_COMPILER_CLI_ENGINE_H

#include "compiler/cli/command.h"
#include "runtime/runtime.h"

// Reads the options into options->native and native_rows. `*engine` is used, and made where it is NULL; the caller
// destroys it with engine_close when all runs are over. EXIT_DONE, or EXIT_USAGE after telling.
int engine_open(const Args *args, struct NativeEngine **engine, RunOptions *options);
void engine_close(struct NativeEngine *engine); // NULL is allowed

#endif

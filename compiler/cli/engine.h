// SPDX-License-Identifier: Apache-2.0
//
// engine.h: what --engine and --threads say.

#ifndef SUP_COMPILER_CLI_ENGINE_H
#define SUP_COMPILER_CLI_ENGINE_H

#include "compiler/cli/command.h"
#include "runtime/runtime.h"

// Zero: nothing is made yet.
typedef struct Engine {
    struct NativeEngine *native;
    struct Pool *pool;
} Engine;

// Reads the options into options->native, native_rows and pool. What `engine` has is used, and made where it is missing;
// the caller closes it when all runs are over. EXIT_DONE, or EXIT_USAGE after telling.
int engine_open(const Args *args, Engine *engine, RunOptions *options);
void engine_close(Engine *engine);

#endif

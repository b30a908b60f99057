// SPDX-License-Identifier: Apache-2.0
//
// facts.h: tables of facts that the user supplies: --calendar, --divisions.

#ifndef SUP_COMPILER_CLI_FACTS_H
#define SUP_COMPILER_CLI_FACTS_H

#include "compiler/cli/command.h"
#include "runtime/source/source.h"
#include "stdlib/stdlib.h"

typedef struct Facts {
    FactTables *tables;      // NULL: none are supplied
    VEC(LoadReport) reports; // of their files, for the manifest
} Facts;

// Loads the files that the options name, with the limits and the progress of `load`. EXIT_DONE, or the exit code after
// telling what is wrong; `facts` is to be closed in both cases.
int facts_open(const Args *args, const LoadOptions *load, Facts *facts);
// The zeroed Facts is allowed.
void facts_close(Facts *facts);

#endif

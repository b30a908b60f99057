// SPDX-License-Identifier: Apache-2.0
//
// explain_rule.h: sup explain FILE --rule R --key K.

#ifndef SUP_COMPILER_CLI_EXPLAIN_RULE_H
#define SUP_COMPILER_CLI_EXPLAIN_RULE_H

#include "compiler/cli/job.h"

// Explains one key of one rule on stdout. Gives the exit code.
int explain_rule(const Args *args);

#endif

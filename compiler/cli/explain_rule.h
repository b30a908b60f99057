// SPDX-License-Identifier: Apache-2.0
//
// explain_rule.h: sup explain FILE --rule R --key K.

#ifndef SUP_COMPILER_CLI_EXPLAIN_RULE_H
#define SUP_COMPILER_CLI_EXPLAIN_RULE_H

#include "compiler/cli/job.h"

// Explains one key of one rule on stdout. Gives the exit code.
int explain_rule(const Args *args);
// The same for a job whose program is made: one rule, compiled without rewrites. The key is the option --key.
int explain_job(Job *job, bool json);
// The card of a function, or the nearest name (explain.c).
int explain_function(const Args *args, Str name);

#endif

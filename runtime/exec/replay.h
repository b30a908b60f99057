// SPDX-License-Identifier: Apache-2.0
//
// replay.h: explains one key of one rule (spec/evaluation.md 10).

#ifndef SUP_RUNTIME_EXEC_REPLAY_H
#define SUP_RUNTIME_EXEC_REPLAY_H

#include "runtime/clue/explanation.h"
#include "runtime/exec/body_int.h"

// Evaluates the rule again and looks at what agrees with the key: `key` has one known value per part of the clue's
// key. Everything that the rule reads must have been computed. On success the caller owns the two arenas.
Status replay_rule(RunShared *shared, const Rule *rule, const Value *key, Explanation *out);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// profile.h: what is in a column of a finished run.

#ifndef SUP_RUNTIME_EXEC_PROFILE_H
#define SUP_RUNTIME_EXEC_PROFILE_H

#include "runtime/exec/body_int.h"

// As run_profile and run_row_count say (runtime.h).
bool shared_profile(const RunShared *shared, Str name, Str column_name, Arena *arena,
                    ColumnProfile *out);
int64_t shared_row_count(const RunShared *shared, Str name);

#endif

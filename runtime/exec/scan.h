// SPDX-License-Identifier: Apache-2.0
//
// scan.h: filters behind `from` that several bodies of a run have, applied once.
//
// Rules over one table often begin with the same conditions. The rows that those do not remove are found by the first
// body and kept for the others. Each body still applies all of its conditions to what is left: a row that is F for one is
// gone whatever else is unknown, so marks and counts are those of the whole table.

#ifndef SUP_RUNTIME_EXEC_SCAN_H
#define SUP_RUNTIME_EXEC_SCAN_H

#include "runtime/exec/body_int.h"

// Sets *rows to the numbers, ascending, of the rows of `from` that the body has to look at, and *count to how many they
// are; NULL: all of them. The run owns them.
Status scan_shared(BodyRun *run, const int64_t **rows, int64_t *count);
void scans_free(RunShared *shared);

#endif

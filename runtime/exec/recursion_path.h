// SPDX-License-Identifier: Apache-2.0
//
// recursion_path.h: how the rows of recursive relations came about.

#ifndef SUP_RUNTIME_EXEC_RECURSION_PATH_H
#define SUP_RUNTIME_EXEC_RECURSION_PATH_H

#include "runtime/exec/body_int.h"

// One row of a chain.
typedef struct PathRow {
    const Rowset *rowset;
    int64_t row;
} PathRow;
typedef VEC(PathRow) PathRows;

// Finds the parents of all certain rows of a finished recursive relation and its ring, unless they were found before.
// They stay in shared->parents until parents_free. Other relations have none.
Status parents_find(RunShared *shared, uint32_t relation);
void parents_free(RunShared *shared);

// The first derivation of row `row`: its branch, and per slot of that the number of the row, -1: none. NULL: none is
// known. Borrowed until parents_free.
const int64_t *parents_derivation(const RunShared *shared, uint32_t relation, int64_t row,
                                  const Body **branch);

// Appends the chain of rows that led to row `row` of a relation: parents first, itself last, rows that `seen` holds left
// out. Without parents that is the row itself.
void parents_path(const RunShared *shared, uint32_t relation, int64_t row, Map *seen,
                  PathRows *out);

#endif

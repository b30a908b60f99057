// SPDX-License-Identifier: Apache-2.0
//
// table.h: from files to the rows of a table: loading, expectations, keys.

#ifndef SUP_RUNTIME_EXEC_TABLE_H
#define SUP_RUNTIME_EXEC_TABLE_H

#include "runtime/exec/body_int.h"

// Loads table `index` of the program, judges its expectations and its key. On STATUS_OK `*out` is a new Rowset and
// `report` is complete. An expectation `else error` that fails is STATUS_DATA.
Status table_open(RunShared *shared, uint32_t index, Rowset **out, LoadReport *report);
// The same for a declaration that is not one of the program's own.
Status table_load(RunShared *shared, const TableDecl *table, Rowset **out, LoadReport *report);
// Judges expectations and key of rows that are there already (a test's `given`). `report` may be NULL.
Status table_judge(RunShared *shared, const TableDecl *table, Rowset *rowset, LoadReport *report);

#endif

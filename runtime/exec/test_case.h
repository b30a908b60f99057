// SPDX-License-Identifier: Apache-2.0
//
// test_case.h: a test written in the language: the tables that it gives, and the lists that it expects.

#ifndef SUP_RUNTIME_EXEC_TEST_CASE_H
#define SUP_RUNTIME_EXEC_TEST_CASE_H

#include "runtime/exec/declare.h"

typedef struct GivenTable {
    RowSource source;        // table, relation or rule it replaces
    const uint32_t *columns; // column numbers given
    uint32_t column_count;
    const Const *cells; // row by row; a gap constant where `-` stands
    uint32_t row_count;
} GivenTable;

typedef struct GivenParam {
    uint32_t param; // UINT32_MAX: as_of; UINT32_MAX - 1: unplaced_tolerance
    Const value;
} GivenParam;

typedef enum ExpectList { EXPECT_CLUE, EXPECT_CLEARED, EXPECT_UNDECIDED } ExpectList;

typedef struct ExpectEntry {
    ExpectList list;
    const Const *key; // gap constant = `missing`
    uint32_t key_count;
    const Str *field_names;
    const Const *field_values;
    uint32_t field_count;
    Str cleared_by; // empty: any
    Str text;       // as written
    uint32_t line;
} ExpectEntry;

typedef struct TestCase {
    Str name;
    RowSource target; // SOURCE_RULE, SOURCE_RELATION
    bool target_is_query;
    uint32_t query;
    const GivenTable *tables;
    uint32_t table_count;
    const GivenParam *params;
    uint32_t param_count;
    bool expect_none;
    const ExpectEntry *entries;
    uint32_t entry_count;
    int64_t count_clue, count_cleared, count_undecided; // -1: not stated
    bool expect_result;
    const uint32_t *result_columns;
    uint32_t result_column_count;
    const Const *result_cells;
    uint32_t result_row_count;
    Str file;
    uint32_t line;
} TestCase;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// table_int.h: a table that is being written; shared by table.c and cells.c.
#ifndef EXAMPLES_GENERATE_TABLE_INT_H
#define EXAMPLES_GENERATE_TABLE_INT_H

#include "examples/generate/generate.h"

#define TABLE_BUFFER (1 << 20)
#define ROW_SIZE_MAX 4096 // bytes of a row; what is left free before a row begins

struct Table {
    Gen *gen;
    FILE *file;
    const char *header; // as the file has it
    unsigned forms;
    int columns;
    int64_t rows, rejected;
    size_t size;      // bytes in the buffer
    size_t row_start; // where the row that is being written begins
    char *converted;  // the buffer in GB18030, or NULL
    void *iconv;
    char buffer[TABLE_BUFFER];
};

// Appends bytes to the row.
void table_put(Table *table, const char *bytes, size_t size);
// Begins the next cell: the comma, unless it is the first one.
void table_cell(Table *table);
// Shall this cell be written in another form?
bool table_untidy(Table *table);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// progress.h: how far loading is, on a terminal.

#ifndef SUP_COMPILER_CLI_PROGRESS_H
#define SUP_COMPILER_CLI_PROGRESS_H

#include "compiler/cli/command.h"

typedef struct Progress {
    const Args *args;
    bool shown;     // at all
    bool line_open; // a line stands on the terminal
    int64_t started_us, last_us;
    int64_t rows;       // of tables that are done
    int64_t table_rows; // of the table under way
    Str table;
} Progress;

// Starts the clock; shows something only where the options and the terminal say so.
void progress_init(Progress *progress, const Args *args, int choice);
// The callback of loading. False: the user wants to stop.
bool progress_show(void *progress, Str table, int64_t bytes_done, int64_t bytes_total,
                   int64_t rows);
// Clears the line; at the end of a run that went well, one last line with rows, time and memory.
void progress_end(Progress *progress, bool done);

#endif

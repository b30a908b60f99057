// SPDX-License-Identifier: Apache-2.0
//
// line.h: lines that somebody types, or that come through a pipe.
//
// On a terminal a line can be edited, completed with the tabulator key and taken back from the history, which is kept
// from day to day in the user's own folder. In a pipe lines are just read. Ctrl-C takes back the line.

#ifndef SUP_COMPILER_CLI_LINE_H
#define SUP_COMPILER_CLI_LINE_H

#include "runtime/base/arena.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"

typedef struct Line Line;

// What could stand where the cursor is.
typedef struct LineWords {
    Arena *arena;
    VEC(Str) words; // each begins with the last `typed` bytes before the cursor
    size_t typed;
} LineWords;

// Fills `words` for the text before the cursor.
typedef void (*LineComplete)(void *closure, Str before, LineWords *words);

typedef enum LineRead { LINE_TEXT, LINE_CANCELLED, LINE_END } LineRead;

// Opens stdin. `terminal`: with editing.
Line *line_open(bool terminal, LineComplete complete, void *closure);
// Reads a line, without its break, into `out`, which is cleared first. `prompt` is shown on terminals.
LineRead line_read(Line *line, const char *prompt, StrBuf *out);
// In a pipe: does the line behind this one begin with a blank? On a terminal nobody knows yet: false.
bool line_continues(Line *line);
// Closes it and keeps the history.
void line_close(Line *line);

#endif

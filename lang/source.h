// SPDX-License-Identifier: Apache-2.0
//
// source.h: the text of the files of a program, and places in them.
//
// A `Source` is one file's text with a table of its lines. A `SourceSet` holds all sources of one
// program under dense numbers, so that a `Span` is three small integers and still knows its file.
// The set opens no file by itself: it asks the reader it was given. Sources live as long as the
// set's arena and never change, so they may be read from several threads.

#ifndef SUP_LANG_SOURCE_H
#define SUP_LANG_SOURCE_H

#include "runtime/base/arena.h"
#include "runtime/base/base.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

/* A piece of one source: bytes `start` up to, not including, `end` of the file with number `file`. */
typedef struct Span {
    uint32_t file;
    uint32_t start;
    uint32_t end;
} Span;

/* The longest text of one source. Offsets fit 32 bits with room to spare. */
#define SOURCE_SIZE_MAX (64u * 1024u * 1024u)

/* A place for people: `line` and `column` count from 1. */
typedef struct SourcePlace {
    uint32_t line;
    uint32_t column;       /* in characters (code points), as an editor shows it */
    uint32_t column_utf16; /* in UTF-16 units, as the language server protocol counts */
} SourcePlace;

typedef struct Source {
    uint32_t file;               /* number within its set */
    Str path;                    /* as given, for messages */
    Str text;                    /* the bytes; a leading byte-order mark is skipped by the lexer */
    const uint32_t *line_starts; /* offset of each line's first byte */
    uint32_t line_count;         /* at least 1 */
    uint32_t nesting_max;        /* deepest nesting allowed; 0: as deep as trees can be */
} Source;

typedef struct SourceSet SourceSet;

/* Reads the whole of `path` into `arena` and stores it in `*text`. Given by the program's user
 * (command line, tests, editor); `context` is the pointer handed to source_set_create. */
typedef Status (*SourceRead)(void *context, Str path, Arena *arena, Str *text, Error *error);

/* A set without sources, in `arena`. `read` may be NULL when every text is added by hand. */
SourceSet *source_set_create(Arena *arena, SourceRead read, void *context);

/* The source at `path`, read on first use, the same one afterwards. STATUS_LIMIT when its text is
 * longer than SOURCE_SIZE_MAX; otherwise what the reader returns. */
MUST_USE Status source_load(SourceSet *set, Str path, const Source **source, Error *error);

/* Adds `text` under the name `path` without reading; path and text are copied. The text must be at
 * most SOURCE_SIZE_MAX bytes. Never NULL. */
const Source *source_add(SourceSet *set, Str path, Str text);

/* The same with a text that people do not see in front of it, in the first line: places and lines are those of `text`.
 * For what is typed at a prompt and becomes part of a file. */
const Source *source_add_behind(SourceSet *set, Str path, Str front, Str text);

/* Bounds how deep texts that are added from now on may nest; only less than a tree's own limit counts. */
void source_set_limit_nesting(SourceSet *set, uint32_t levels);

/* The source with number `file`, which must exist. */
const Source *source_get(const SourceSet *set, uint32_t file);

/* How many sources the set holds; their numbers are 0 .. count-1. */
uint32_t source_count(const SourceSet *set);

/* `relative` seen from the folder of the file `from`: "公共/甲.sup" beside "模型/乙.sup" is
 * "模型/公共/甲.sup". Parts "." and ".." are resolved. The result lives in `arena`. */
Str source_relative_path(Arena *arena, Str from, Str relative);

/* The place of byte `offset`; an offset behind the end counts as the end. */
SourcePlace source_place(const Source *source, uint32_t offset);

/* The text of line `line` (from 1) without its line break. */
Str source_line(const Source *source, uint32_t line);

/* The bytes under `span`, which must lie in `source`. */
Str source_text(const Source *source, Span span);

/* The same, of a span in any file of the set. */
Str source_set_text(const SourceSet *set, Span span);

/* The least span that covers both, which must be of one file. */
Span span_join(Span first, Span last);

#endif

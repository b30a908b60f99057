// SPDX-License-Identifier: Apache-2.0
//
// parse.h: text to tree.
//
// The parser never fails: whatever the text, it gives a tree, with AST_ERROR nodes where the text
// was wrong and one diagnostic for each fault. Nothing else is needed to call it, and nothing is
// kept between calls.

#ifndef SUP_LANG_PARSE_H
#define SUP_LANG_PARSE_H

#include "lang/ast.h"
#include "lang/diag.h"
#include "runtime/base/arena.h"

/* The tree of a whole file; its root is an AST_FILE. Never NULL. Tree and texts live in `arena`;
 * `source` must live as long. */
const Ast *parse(Arena *arena, const Source *source, DiagList *diags);

/* The tree of one statement of the prompt; its root is an AST_PROMPT. `*unfinished` (may be NULL)
 * tells that the text is the beginning of a statement that more lines could complete; nothing is
 * reported then. */
const Ast *parse_prompt(Arena *arena, const Source *source, DiagList *diags, bool *unfinished);

/* The tree of one expression that fills the whole text; its root is an expression or AST_ERROR. */
const Ast *parse_expr(Arena *arena, const Source *source, DiagList *diags);

/* The spellings of all keywords, in both languages, by number; false behind the last. For completion. */
bool keyword_spelling(uint32_t index, Str *out);

/* ----------------------------------------------------------------------- glued words */

/* One way to take a glued word apart (`100元且s` is 100元 且 s) so that its declaration parses. */
typedef struct ParseSplit {
    Span span;        /* the glued word */
    Str replacement;  /* the same with blanks: "100元 且 s" */
    const Str *names; /* the pieces that are names, in order: they must resolve for advice */
    uint32_t name_count;
    Str unit; /* of a quantity at the front: it must be a unit; empty when there is none */
} ParseSplit;

#define PARSE_SPLITS_MAX 8

/* For an unknown name at `span`: the splits at embedded keywords with which the text around still
 * parses, at most PARSE_SPLITS_MAX. The caller keeps those whose names resolve and, if exactly one
 * is left, offers it with parse_advise_split. Returns their number; `splits` has room for
 * PARSE_SPLITS_MAX. The texts live in `arena`. */
uint32_t parse_splits(Arena *arena, const Source *source, Span span, ParseSplit *splits);

/* Adds to `diag` the note and the fix for a split. */
void parse_advise_split(DiagList *diags, Diag *diag, const ParseSplit *split);

#endif

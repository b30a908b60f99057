// SPDX-License-Identifier: Apache-2.0
//
// lexer_int.h: what the table of lexer.re calls. Nobody else includes this.
//
// Each function reads the rest of one token, moves the lexer behind it and returns it.

#ifndef SUP_LANG_LEXER_INT_H
#define SUP_LANG_LEXER_INT_H

#include "lang/lexer.h"

/* Finds the next token by its first characters (lexer.re). */
Token lexer_scan(Lexer *lexer);

/* A NUL byte: the end of the slice, or one in the text. */
Token lexer_end(Lexer *lexer, uint32_t start);

/* A line break was read; whether it ends a row. */
bool lexer_line_break(Lexer *lexer);
Token lexer_row_end(Lexer *lexer, uint32_t start);

/* Puts the comment at `start` aside; where it ends. */
uint32_t lexer_comment(Lexer *lexer, uint32_t start);

Token lexer_number(Lexer *lexer, uint32_t start);
Token lexer_article(Lexer *lexer, uint32_t start, uint32_t end);
Token lexer_text(Lexer *lexer, uint32_t start, uint32_t content);
Token lexer_wrong_quote(Lexer *lexer, uint32_t start, uint32_t content);
Token lexer_quoted_name(Lexer *lexer, uint32_t start, uint32_t content);
Token lexer_word(Lexer *lexer, uint32_t start);
Token lexer_mark(Lexer *lexer, uint32_t start, uint32_t end, int kind);

/* A sign of another language: tells how it is written here. */
Token lexer_wrong_mark(Lexer *lexer, uint32_t start, uint32_t end, int kind, const char *zh,
                       const char *en);

/* A sign of money: an amount is written with 元 behind it. */
Token lexer_currency(Lexer *lexer, uint32_t start, uint32_t end);

/* A percent sign that no number is glued to. */
Token lexer_percent(Lexer *lexer, uint32_t start, uint32_t end);

/* A character without meaning: told, skipped, and the token behind it returned. */
Token lexer_unknown(Lexer *lexer, uint32_t start, uint32_t end);

/* Pieces shared by the files of the lexer. */
Token lexer_token(Lexer *lexer, int kind, uint32_t start, uint32_t end);
Span lexer_span(const Lexer *lexer, uint32_t start, uint32_t end);
int32_t lexer_peek(const Lexer *lexer, uint32_t at, uint32_t *next); /* -1 at the end */
/* Where the run of name characters from `start` ends; `start` itself when there is none. */
uint32_t lexer_word_end(const Lexer *lexer, uint32_t start);
Str lexer_fold(Lexer *lexer, Str word);
Diag *lexer_fault(Lexer *lexer, DiagId id, Span span, const DiagArg *args, size_t count);

#endif

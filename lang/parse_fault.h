// SPDX-License-Identifier: Apache-2.0
//
// parse_fault.h: one syntax error under study, and how its tokens are called. Only the files
// parse_fault.c, parse_error.c and parse_word.c include this.

#ifndef SUP_LANG_PARSE_FAULT_H
#define SUP_LANG_PARSE_FAULT_H

#include "lang/parse_int.h"

/* One error under study. */
typedef struct Fault {
    ParseContext *context;
    Token bad;                         /* cannot follow */
    Token previous;                    /* stands before it */
    bool expected[PARSE_EXPECTED_MAX]; /* by kind, those above shifted down: see fault_expects */
    int count;
} Fault;

/* Fills in a fault at context->current, where `expected` could have followed. */
void fault_init(Fault *fault, ParseContext *context, const int *expected, int count);

/* Whether a token of this kind could follow; any value; an operator; a clause; a declaration. */
bool fault_expects(const Fault *fault, int kind);
bool fault_expects_value(const Fault *fault);
bool fault_expects_operator(const Fault *fault);
bool fault_expects_clause(const Fault *fault);
bool fault_expects_declaration(const Fault *fault);

/* The only kind that could follow, apart from those that go on with what is complete; 0 if several. */
int fault_only_expected(const Fault *fault);

/* Whether a kind begins a value, is an operator, is a soft word. */
bool fault_is_value_start(int kind);
bool fault_is_operator(int kind);
bool fault_is_soft(int kind);

/* Arguments of messages: a kind of token; a token as written, in quotation marks; the same without; a
 * list of what could follow. */
DiagArg fault_kind_arg(const Fault *fault, int kind);
DiagArg fault_token_arg(const Fault *fault, const Token *token);
DiagArg fault_text_arg(const Fault *fault, const Token *token);
DiagArg fault_expected_arg(const Fault *fault);

/* Adds a message to the context's list; as diag_emit_with. */
Diag *fault_tell(Fault *fault, DiagId id, Span span, const DiagArg *args, size_t count);

/* Tells that `right` is what `span` should be, and offers the change. */
Diag *fault_tell_instead(Fault *fault, Span span, Str right);

/* Whether the error is one of a word (parse_word.c), which is told then: another word or order than the
 * language has; a keyword torn apart, cut in half or misspelt. */
bool parse_tell_word(Fault *fault);
bool parse_tell_misspelt(Fault *fault);

/* How a kind is spelt, in the language of the text around; empty when it has no fixed spelling. */
Str fault_spelling(const Fault *fault, int kind);

#endif

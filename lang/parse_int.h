// SPDX-License-Identifier: Apache-2.0
//
// parse_int.h: what the grammar's actions call, and what the files of the parser and the formatter
// share. Nobody else includes this.

#ifndef SUP_LANG_PARSE_INT_H
#define SUP_LANG_PARSE_INT_H

#include "lang/ast_int.h"
#include "lang/lexer.h"
#include "lang/parse.h"

#define PARSE_STACK_MAX 4000       /* symbols that wait to be reduced: bounds nested brackets */
#define PARSE_TEMPLATE_DEPTH_MAX 8 /* templates within templates */
#define PARSE_TRIAL_BYTES_MAX                                                                      \
    (4 * 1024 * 1024)          /* parsed again for advice on glued words, in one text */
#define PARSE_EXPECTED_MAX 512 /* more than there are tokens */

#define PARSE_WORDS_MAX 12 /* words before an error that may be the glued one */

/* What joins a partner: exactly one of the two. */
typedef struct ParseLink {
    const AstNode *on;
    const AstUsing *using;
} ParseLink;

typedef struct ParseContext {
    AstBuilder builder;
    const Source *source;
    DiagList *diags; /* NULL in trials */
    const Keywords *keywords;
    Lexer lexer;
    LexComments comments;
    AstList head;
    AstList declarations;
    const AstNode *root; /* of prompts and expressions */
    Token current;       /* the token being pushed */
    Token bad_name;      /* the word behind one that should begin a declaration; kind 0: none */
    Token previous;      /* the one before it */
    TokenSpelling last_spelling;  /* of the last keyword */
    Token words[PARSE_WORDS_MAX]; /* the last ones pushed, in a ring */
    uint32_t word_count;          /* of all pushed */
    VEC(Token) brackets;          /* open ones */
    uint32_t trial_bytes;         /* left for advice on glued words */
    uint32_t part_start;          /* of the open declaration */
    int clause; /* the last word that began a declaration, clause, `expect` or `if` */
    int template_depth;
    int start_token;      /* what the outermost text began with */
    uint32_t error_floor; /* in trials: errors that end before it do not count */
    uint32_t late_errors; /* in trials: errors that count */
    bool quiet;           /* the error was told already */
    bool error_seen;      /* since the flag was last cleared */
    bool stop_at_error;   /* prompts, expressions, trials: the first error ends it */
} ParseContext;

/* ----------------------------------------------------------------------- actions (parse_node.c) */

void parse_head(ParseContext *context, const AstNode *node);
void parse_declare(ParseContext *context, const AstNode *node);

/* A declaration whose first word is wrong; the word behind it is taken for its name. */
const AstNode *parse_bad_declaration(ParseContext *context, Span span);

/* The `##` comments above the declaration that begins at `span`. */
Str parse_doc(ParseContext *context, Span span);

const AstText *parse_text(ParseContext *context, const Token *token);
const AstText *parse_pattern(ParseContext *context, const Token *token);
const AstNode *parse_template(ParseContext *context, const Token *token);

/* Where the hole of a template whose content begins at `start` ends; `end` when it is not closed.
 * Braces may nest, and texts in other quotation marks are skipped. */
uint32_t parse_hole_end(const Source *source, uint32_t start, uint32_t end);

const AstNumber *parse_number(ParseContext *context, const Token *token, AstNumberForm form);
const AstNumber *parse_negative(ParseContext *context, Span span, const AstNumber *number);
const AstDate *parse_date(ParseContext *context, const Token *token, AstDateForm form);
AstList parse_articles(ParseContext *context, AstList list, const Token *token);

const AstNode *parse_member(ParseContext *context, const AstName *name, const AstText *also);
const AstNode *parse_column_also(ParseContext *context, const AstColumn *column,
                                 const AstText *also);
/* Adds another spelling to the last member or column of the list. */
AstList parse_also(ParseContext *context, AstList list, const AstText *also);
const AstNode *parse_unit(ParseContext *context, Span span, const AstName *name,
                          const AstNumber *numerator, const Token *quantity);
const AstTypeRef *parse_nullable(ParseContext *context, const AstTypeRef *type, Span span);
const AstTypeRef *parse_set_type(ParseContext *context, const AstTypeRef *element, Span span);
const AstNode *parse_query(ParseContext *context, Span span, const AstName *name,
                           const AstText *title, const AstFrom *from, AstList clauses,
                           const AstYield *yield, const AstOrderBy *order, const AstNumber *limit);
const AstFrom *parse_broken_from(ParseContext *context, Span span);
const AstNode *parse_partner(ParseContext *context, Span span, AstVerb verb, AstPartner *partner);
const AstNode *parse_step(ParseContext *context, Span span, bool absent, const AstNode *named);
const AstNode *parse_expect_count(ParseContext *context, Span span, AstEntries entries,
                                  const Token *count);
const AstNode *parse_row(ParseContext *context, const AstGrid *grid, Span span, AstList cells);

/* ----------------------------------------------------------------------- errors (parse_error.c) */

/* Tells that context->current cannot follow; `expected` are the kinds that could. */
void parse_syntax_error(ParseContext *context, const int *expected, int count);

/* Tells that brackets are nested too deeply. */
void parse_stack_full(ParseContext *context, Span span);

/* ----------------------------------------------------------------------- driver (parse.c) */

/* A context for one text; freed with parse_context_deinit. */
void parse_context_init(ParseContext *context, Arena *arena, const Source *source,
                        const Keywords *keywords, DiagList *diags);
void parse_context_deinit(ParseContext *context);

/* Parses bytes start..end with the given start token, up to the first error. Whether there was none. */
bool parse_slice(ParseContext *context, int start_token, uint32_t start, uint32_t end);

/* Parses bytes 0..end of the context's source as declarations, with recovery and nobody told. Whether no
 * error lay behind context->error_floor and the token behind the end can follow. */
bool parse_trial(ParseContext *context, const Token *behind);

/* Whether a token of this kind begins a declaration. */
bool parse_is_declaration(int token);
/* Whether a token of this kind begins a clause, `from` and `order by` apart. */
bool parse_is_clause(int token);

/* ----------------------------------------------------------------------- trials (parse_split.c) */

/* For a syntax error at context->current: if a word there or just before has exactly one split with
 * which the text parses, tells so and returns true. */
bool parse_tell_glued(ParseContext *context);

#endif

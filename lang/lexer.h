// SPDX-License-Identifier: Apache-2.0
//
// lexer.h: text to tokens.
//
// A lexer reads one slice of one source and gives its tokens one at a time. What depends on more
// than the token itself is settled here, so that the grammar needs one token of lookahead: words
// before a colon are labels, words after a point and in the header row of a test's table are names,
// two-word keywords are one token, the end of a row counts. Comments are kept aside with their
// places. Faults are told through the DiagList and mended, so that the parser always goes on.

#ifndef SUP_LANG_LEXER_H
#define SUP_LANG_LEXER_H

#include "lang/ast.h"
#include "lang/diag.h"
#include "runtime/base/vec.h"

/* ----------------------------------------------------------------------- keywords */

typedef enum WordClass { WORD_RESERVED, WORD_SOFT, WORD_PAIR } WordClass;

/* A row of token.def. */
typedef struct KeywordInfo {
    int token;
    WordClass class;
    const char *spelling[2]; /* by Lang; one blank between the words of a pair */
} KeywordInfo;

#define KEYWORD_SLOTS 1024
#define KEYWORD_SIZE_MAX 32 /* more bytes than any spelling has */

/* Finds keywords by spelling. Made once per parse; never changes afterwards. */
typedef struct Keywords {
    uint16_t slots[KEYWORD_SLOTS]; /* 0: empty; else 1 + 2 * row + Lang */
} Keywords;

/* Fills the table. */
void keywords_init(Keywords *keywords);

/* Number of rows, and one of them. */
uint32_t keyword_count(void);
const KeywordInfo *keyword_info(uint32_t row);

/* The row of a token, or NULL when it is no keyword. */
const KeywordInfo *keyword_of_token(int token);

/* Finds a whole spelling ("group by", 分组 按, 分组按); NULL when there is none. */
const KeywordInfo *keyword_find(const Keywords *keywords, Str spelling, Lang *lang);

/* ----------------------------------------------------------------------- tokens */

/* How a token that stands for a keyword was spelt. */
typedef enum TokenSpelling {
    TOKEN_SPELLING_NONE,
    TOKEN_SPELLING_ZH,
    TOKEN_SPELLING_EN
} TokenSpelling;

typedef struct Token {
    int kind; /* a T_… of the grammar, or an ASCII character */
    Span span;
    TokenSpelling spelling;
    bool first_on_line; /* nothing but blanks before it on its line */
    bool unclosed;      /* a text or quoted name without its closing mark */
    bool quoted;        /* a name in backquotes or 《》 */
    Str text;       /* words: folded to NFC and half width; texts: as between the quotation marks */
    int128_t count; /* numbers: count / 10^scale, least scale */
    int scale;
    Str unit;     /* quantities: folded as words are */
    int64_t time; /* dates, months, datetimes: since 1970 */
} Token;

typedef struct LexComment {
    Span span;
    bool is_doc; /* `##` with nothing before it on its line */
} LexComment;

typedef VEC(LexComment) LexComments;

typedef struct Lexer {
    Arena *arena;
    const Keywords *keywords;
    const Source *source;
    DiagList *diags;       /* may be NULL: faults are mended without a word */
    uint32_t at;           /* next byte */
    uint32_t end;          /* behind the last byte of the slice */
    uint32_t unknown_end;  /* behind the last character without meaning; 0: none was met */
    uint32_t faults;       /* number of faults met, told or not */
    int previous;          /* kind of the last token, 0 at the start */
    bool in_row;           /* inside a line that began with '|' */
    bool in_header;        /* inside the first such line */
    bool line_open;        /* something other than blanks was read on this line */
    LexComments *comments; /* on the heap; NULL: comments are dropped */
} Lexer;

/* A lexer for bytes start..end of `source`. Texts of tokens live in `arena` or in the source. The
 * source must be valid UTF-8 (see lexer_check_encoding). */
void lexer_init(Lexer *lexer, Arena *arena, const Keywords *keywords, const Source *source,
                uint32_t start, uint32_t end, DiagList *diags);

/* The next token; T_END at the end of the slice, again and again. */
Token lexer_next(Lexer *lexer);

/* Whether the source is UTF-8 without NUL bytes; if not, tells so once. */
bool lexer_check_encoding(const Source *source, DiagList *diags);

/* The text between quotation marks with its escapes resolved: a backslash before the closing mark
 * or before a backslash is dropped. In a pattern only the one before the mark is. */
Str lexer_decode_text(Arena *arena, Str raw, bool pattern);

/* A number as Chinese characters, 0 to 9999: 三百零七. Appended. */
void lexer_add_chinese_number(StrBuf *out, int64_t number);

/* The number that digits of either width or Chinese characters spell, -1 when they spell none. */
int64_t lexer_chinese_number(Str text);

/* Takes one level (第三百零七条之一, 第二款) off the front of an article's text. `*level` is 0 for 条, 1 款, 2 项,
 * 3 目. False at the end. */
bool lexer_next_article(Str *text, int *level, int64_t *number, int64_t *insertion);

#endif

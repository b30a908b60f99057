// SPDX-License-Identifier: Apache-2.0
//
// lexer_token.c: words, texts, marks, rows, and the lexer's state.
//
// Words are scanned as one run of name characters, folded to NFC and half width, and only then
// looked up as keywords: alone, or together with the next word as a pair.

#include "generated/lang/grammar.h"
#include "lang/lexer_int.h"
#include "runtime/base/unicode.h"

/* ----------------------------------------------------------------------- pieces */

Span lexer_span(const Lexer *lexer, uint32_t start, uint32_t end)
{
    return (Span){.file = lexer->source->file, .start = start, .end = end};
}

Diag *lexer_fault(Lexer *lexer, DiagId id, Span span, const DiagArg *args, size_t count)
{
    lexer->faults++;
    return lexer->diags == NULL ? NULL : diag_emit_with(lexer->diags, id, span, args, count);
}

int32_t lexer_peek(const Lexer *lexer, uint32_t at, uint32_t *next)
{
    if (at >= lexer->end)
        return -1;
    size_t pos = at;
    int32_t c = utf8_decode(lexer->source->text, &pos);
    *next = (uint32_t)pos;
    return c;
}

static Str slice(const Lexer *lexer, uint32_t start, uint32_t end)
{
    return str_slice(lexer->source->text, start, end);
}

/* The token start..end; the lexer moves behind it. */
Token lexer_token(Lexer *lexer, int kind, uint32_t start, uint32_t end)
{
    ASSERT(start <= end);
    ASSERT(end <= lexer->end);
    Token token = {
        .kind = kind,
        .span = lexer_span(lexer, start, end),
        .first_on_line = !lexer->line_open,
    };
    lexer->at = end;
    lexer->line_open = true;
    lexer->previous = kind;
    return token;
}

Str lexer_fold(Lexer *lexer, Str word)
{
    bool ascii = true;
    for (size_t i = 0; i < word.len && ascii; i++)
        ascii = (unsigned char)word.ptr[i] < 0x80;
    if (ascii)
        return word;
    bool narrow = str_find(word, STR("\xEF\xBC"), 0) == STR_NONE &&
                  str_find(word, STR("\xEF\xBD"), 0) == STR_NONE;
    if (narrow && unicode_is_nfc_quick(word))
        return word;
    StrBuf half = {0};
    StrBuf folded = {0};
    unicode_fold_width(word, &half);
    if (!unicode_nfc(strbuf_str(&half), &folded))
        strbuf_add(&folded, strbuf_str(&half));
    Str result = arena_str(lexer->arena, strbuf_str(&folded));
    strbuf_deinit(&half);
    strbuf_deinit(&folded);
    return result;
}

void lexer_init(Lexer *lexer, Arena *arena, const Keywords *keywords, const Source *source,
                uint32_t start, uint32_t end, DiagList *diags)
{
    ASSERT(start <= end);
    ASSERT(end <= source->text.len);
    *lexer = (Lexer){
        .arena = arena,
        .keywords = keywords,
        .source = source,
        .diags = diags,
        .at = start,
        .end = end,
    };
}

Token lexer_next(Lexer *lexer)
{
    return lexer_scan(lexer);
}

bool lexer_check_encoding(const Source *source, DiagList *diags)
{
    size_t bad_at = 0;
    DiagId id = DIAG_INVALID_UTF8;
    bool good = utf8_valid(source->text, &bad_at);
    const char *nul = source->text.len == 0 ? NULL : memchr(source->text.ptr, 0, source->text.len);
    if (nul != NULL && (good || (size_t)(nul - source->text.ptr) < bad_at)) {
        bad_at = (size_t)(nul - source->text.ptr);
        id = DIAG_NUL_BYTE;
        good = false;
    }
    if (!good && diags != NULL) {
        Span span = {source->file, (uint32_t)bad_at, (uint32_t)bad_at + 1};
        Diag *diag = diag_emit(diags, id, span);
        if (id == DIAG_INVALID_UTF8)
            diag_note(diags, diag, DIAG_TEXT_SAVE_AS_UTF8, DIAG_NONE);
    }
    return good;
}

/* ----------------------------------------------------------------------- lines */

Token lexer_row_end(Lexer *lexer, uint32_t start)
{
    Token token = lexer_token(lexer, T_ROW_END, start, start);
    lexer->in_row = false;
    lexer->in_header = false;
    return token;
}

Token lexer_end(Lexer *lexer, uint32_t start)
{
    if (start < lexer->end)
        return lexer_unknown(lexer, start, start + 1);
    if (lexer->in_row)
        return lexer_row_end(lexer, start);
    return lexer_token(lexer, T_END, start, start);
}

bool lexer_line_break(Lexer *lexer)
{
    if (lexer->in_row)
        return true; /* the break is read again, outside the row */
    lexer->line_open = false;
    return false;
}

uint32_t lexer_comment(Lexer *lexer, uint32_t start)
{
    Str text = lexer->source->text;
    uint32_t end = start;
    while (end < lexer->end && text.ptr[end] != '\n')
        end++;
    if (end > start && text.ptr[end - 1] == '\r')
        end--;
    if (lexer->comments != NULL) {
        Str comment = slice(lexer, start, end);
        LexComment entry = {
            .span = lexer_span(lexer, start, end),
            .is_doc = !lexer->line_open &&
                      (str_starts(comment, STR("##")) || str_starts(comment, STR("＃＃"))),
        };
        vec_push(lexer->comments, entry);
    }
    lexer->line_open = true;
    return end;
}

/* ----------------------------------------------------------------------- marks */

Token lexer_mark(Lexer *lexer, uint32_t start, uint32_t end, int kind)
{
    bool opens_row = kind == '|' && !lexer->line_open;
    bool header = opens_row && lexer->previous != T_ROW_END;
    Token token = lexer_token(lexer, kind, start, end);
    if (opens_row) {
        lexer->in_row = true;
        lexer->in_header = header;
    }
    return token;
}

Token lexer_wrong_mark(Lexer *lexer, uint32_t start, uint32_t end, int kind, const char *zh,
                       const char *en)
{
    Span span = lexer_span(lexer, start, end);
    DiagArg wrong = diag_arg(slice(lexer, start, end));
    DiagArg right = diag_arg_both(zh, en);
    Diag *diag = lexer_fault(lexer, DIAG_WRONG_MARK, span, DIAG_ARGS(wrong, right));
    if (diag != NULL) {
        StrBuf fix = {0};
        bool word = kind == T_AND || kind == T_OR || kind == T_NOT;
        bool before = word && start > 0 && lexer->source->text.ptr[start - 1] != ' ';
        bool behind = word && end < lexer->end && lexer->source->text.ptr[end] != ' ';
        strbuf_printf(&fix, "%s%s%s", before ? " " : "", zh, behind ? " " : "");
        diag_fix(lexer->diags, diag, span, strbuf_str(&fix), DIAG_TEXT_WRITE, DIAG_ARGS(right));
        strbuf_deinit(&fix);
    }
    return lexer_token(lexer, kind, start, end);
}

Token lexer_currency(Lexer *lexer, uint32_t start, uint32_t end)
{
    uint32_t next = 0;
    int32_t digit = lexer_peek(lexer, end, &next);
    bool yuan = lexer->source->text.ptr[start] != '$';
    if (!yuan || digit < 0 || !unicode_is_digit(unicode_half_width(digit)))
        return lexer_unknown(lexer, start, end);
    Token token = lexer_number(lexer, end);
    token.span.start = start;
    token.kind = lexer->previous = T_QUANTITY;
    StrBuf right = {0};
    strbuf_add(&right, slice(lexer, end, token.span.end));
    strbuf_add_c(&right, "元");
    token.unit = arena_printf(lexer->arena, STR_FMT "元", STR_ARG(token.unit));
    DiagArg wrong = diag_arg(slice(lexer, start, token.span.end));
    DiagArg arg = diag_arg(strbuf_str(&right));
    Diag *diag = lexer_fault(lexer, DIAG_WRONG_MARK, token.span, DIAG_ARGS(wrong, arg));
    if (diag != NULL)
        diag_fix(lexer->diags, diag, token.span, strbuf_str(&right), DIAG_TEXT_WRITE,
                 DIAG_ARGS(arg));
    strbuf_deinit(&right);
    return token;
}

Token lexer_percent(Lexer *lexer, uint32_t start, uint32_t end)
{
    bool number = lexer->previous == T_INTEGER || lexer->previous == T_DECIMAL;
    if (!number)
        return lexer_unknown(lexer, start, end);
    Str text = lexer->source->text;
    uint32_t digit = start;
    while (digit > 0 && (text.ptr[digit - 1] == ' ' || text.ptr[digit - 1] == '\t'))
        digit--;
    Span gap = lexer_span(lexer, digit, start);
    DiagArg sign = diag_arg_c("%");
    Diag *diag =
        lexer_fault(lexer, DIAG_UNIT_APART, lexer_span(lexer, start, end), DIAG_ARGS(sign, sign));
    if (diag != NULL)
        diag_fix(lexer->diags, diag, gap, (Str){0}, DIAG_TEXT_GLUE_SIGN, DIAG_NONE);
    lexer->at = end;
    return lexer_scan(lexer);
}

Token lexer_unknown(Lexer *lexer, uint32_t start, uint32_t end)
{
    /* The rest of a character of several bytes belongs to it. */
    while (end < lexer->end && ((unsigned char)lexer->source->text.ptr[end] & 0xC0) == 0x80)
        end++;
    DiagArg what = diag_arg(slice(lexer, start, end));
    Diag *diag =
        lexer_fault(lexer, DIAG_UNKNOWN_CHARACTER, lexer_span(lexer, start, end), DIAG_ARGS(what));
    if (diag != NULL && str_equal(slice(lexer, start, end), STR("%")))
        diag_note(lexer->diags, diag, DIAG_TEXT_REMAINDER, DIAG_NONE);
    lexer->at = end;
    lexer->unknown_end = end;
    lexer->line_open = true;
    return lexer_scan(lexer);
}

/* ----------------------------------------------------------------------- texts */

/* Where the text that began at `content` ends: at its closing mark, or at the end of the line. */
static uint32_t text_end(const Lexer *lexer, uint32_t content, Str close, bool *closed)
{
    Str text = lexer->source->text;
    uint32_t at = content;
    *closed = false;
    while (at < lexer->end && text.ptr[at] != '\n') {
        Str rest = str_slice(text, at, lexer->end);
        if (str_starts(rest, close)) {
            *closed = true;
            return at;
        }
        if (text.ptr[at] == '\\' && rest.len > 1) {
            Str behind = str_slice(rest, 1, rest.len);
            if (behind.ptr[0] == '\\')
                at += 1;
            else if (str_starts(behind, close))
                at += (uint32_t)close.len;
        }
        at++;
    }
    if (at > content && text.ptr[at - 1] == '\r')
        at--;
    return at;
}

/* The other marks that somebody may have taken for `close`. */
static bool wrong_close(Str text, Str close, Str *found, size_t *at)
{
    static const char *const marks[] = {"”", "\"", "」", "“", "』"};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        Str mark = str_from_cstr(marks[i]);
        *at = str_find(text, mark, 0);
        if (*at != STR_NONE && !str_equal(mark, close)) {
            *found = mark;
            return true;
        }
    }
    return false;
}

static void tell_unclosed_text(Lexer *lexer, Span open, uint32_t content, uint32_t end, Str close)
{
    DiagArg arg = diag_arg(close);
    Diag *diag = lexer_fault(lexer, DIAG_UNCLOSED_TEXT, open, DIAG_ARGS(arg));
    if (diag == NULL)
        return;
    Str found = {0};
    size_t at = 0;
    if (wrong_close(slice(lexer, content, end), close, &found, &at)) {
        uint32_t start = content + (uint32_t)at;
        Span span = lexer_span(lexer, start, start + (uint32_t)found.len);
        DiagArg other = diag_arg(found);
        diag_label(lexer->diags, diag, span, DIAG_TEXT_OTHER_QUOTE, DIAG_ARGS(other));
        diag_fix(lexer->diags, diag, span, close, DIAG_TEXT_CLOSE_WITH, DIAG_ARGS(arg));
    }
}

/* A text or quoted name from `start`, its content from `content`, up to `close`. */
static Token closed_token(Lexer *lexer, int kind, uint32_t start, uint32_t content, Str close)
{
    bool closed;
    uint32_t end = text_end(lexer, content, close, &closed);
    if (!closed)
        tell_unclosed_text(lexer, lexer_span(lexer, start, content), content, end, close);
    Token token = lexer_token(lexer, kind, start, end + (closed ? (uint32_t)close.len : 0));
    token.text = slice(lexer, content, end);
    token.unclosed = !closed;
    return token;
}

Token lexer_text(Lexer *lexer, uint32_t start, uint32_t content)
{
    Str open = slice(lexer, start, content);
    Str close = str_equal(open, STR("“"))    ? STR("”")
                : str_equal(open, STR("「")) ? STR("」")
                                             : STR("\"");
    return closed_token(lexer, T_STRING, start, content, close);
}

Token lexer_wrong_quote(Lexer *lexer, uint32_t start, uint32_t content)
{
    Str open = slice(lexer, start, content);
    Str close = str_equal(open, STR("‘"))    ? STR("’")
                : str_equal(open, STR("『")) ? STR("』")
                                             : STR("'");
    Token token = closed_token(lexer, T_STRING, start, content, close);
    Diag *diag = lexer_fault(lexer, DIAG_WRONG_QUOTE, token.span, DIAG_NONE);
    if (diag != NULL) {
        StrBuf fix = {0};
        strbuf_printf(&fix, "\"" STR_FMT "\"", STR_ARG(token.text));
        diag_fix(lexer->diags, diag, token.span, strbuf_str(&fix), DIAG_TEXT_DOUBLE_QUOTES,
                 DIAG_NONE);
        strbuf_deinit(&fix);
    }
    return token;
}

Str lexer_decode_text(Arena *arena, Str raw, bool pattern)
{
    if (str_find(raw, STR("\\"), 0) == STR_NONE)
        return raw;
    static const char *const closes[] = {"\"", "”", "」"};
    StrBuf out = {0};
    for (size_t at = 0; at < raw.len; at++) {
        Str behind = str_slice(raw, at + 1, raw.len);
        bool drops = false;
        if (raw.ptr[at] == '\\') {
            for (size_t i = 0; i < ARRAY_LEN(closes); i++)
                drops |= str_starts(behind, str_from_cstr(closes[i]));
        }
        if (raw.ptr[at] == '\\' && str_starts(behind, STR("\\"))) {
            strbuf_add_c(&out, pattern ? "\\\\" : "\\");
            at++;
        } else if (!drops) {
            strbuf_add_char(&out, raw.ptr[at]);
        }
    }
    Str result = arena_str(arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return result;
}

/* ----------------------------------------------------------------------- words */

static bool is_blank(int32_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == 0x3000 ||
           c == 0xA0 || c == 0xFEFF;
}

/* The first byte at or after `at` that is neither blank nor line break. */
static uint32_t skip_blanks(const Lexer *lexer, uint32_t at)
{
    uint32_t next = at;
    for (;;) {
        int32_t c = lexer_peek(lexer, at, &next);
        if (!is_blank(c) && c != '\n')
            return at;
        at = next;
    }
}

uint32_t lexer_word_end(const Lexer *lexer, uint32_t start)
{
    uint32_t at = start;
    uint32_t next = at;
    int32_t c = lexer_peek(lexer, at, &next);
    if (c < 0 || !unicode_is_name_start(unicode_half_width(c)))
        return start;
    while (c >= 0 && unicode_is_name_part(unicode_half_width(c))) {
        at = next;
        c = lexer_peek(lexer, at, &next);
    }
    return at;
}

/* Whether a colon is the next thing behind `at`, blanks apart. */
static bool colon_follows(const Lexer *lexer, uint32_t at)
{
    uint32_t next = 0;
    int32_t c = lexer_peek(lexer, skip_blanks(lexer, at), &next);
    if (c != ':' && c != 0xFF1A)
        return false;
    /* `设 甲 := 3` comes from other languages and is told as a wrong sign. */
    int32_t behind = lexer_peek(lexer, next, &next);
    return behind != '=' && behind != 0xFF1D;
}

static TokenSpelling spelling_of(Lang lang)
{
    return lang == LANG_ZH ? TOKEN_SPELLING_ZH : TOKEN_SPELLING_EN;
}

/* The keyword of two words that begins with `first`, which ends at `end`; where it ends. */
static const KeywordInfo *find_pair(Lexer *lexer, Str first, uint32_t end, Lang *lang,
                                    uint32_t *pair_end)
{
    char both[KEYWORD_SIZE_MAX];
    uint32_t second_start = skip_blanks(lexer, end);
    uint32_t second_end = lexer_word_end(lexer, second_start);
    size_t size = first.len + 1 + (second_end - second_start);
    if (second_end == second_start || second_start == end || size >= KEYWORD_SIZE_MAX)
        return NULL;
    memcpy(both, first.ptr, first.len);
    both[first.len] = ' ';
    memcpy(both + first.len + 1, lexer->source->text.ptr + second_start, size - first.len - 1);
    *pair_end = second_end;
    return keyword_find(lexer->keywords, (Str){both, size}, lang);
}

static Token plain_word(Lexer *lexer, int kind, uint32_t start, uint32_t end, Str folded)
{
    Token token = lexer_token(lexer, kind, start, end);
    token.text = folded;
    return token;
}

static Token keyword_token(Lexer *lexer, const KeywordInfo *info, Lang lang, uint32_t start,
                           uint32_t end, Str folded)
{
    Token token = plain_word(lexer, info->token, start, end, folded);
    token.spelling = spelling_of(lang);
    return token;
}

Token lexer_word(Lexer *lexer, uint32_t start)
{
    uint32_t end = lexer_word_end(lexer, start);
    if (end == start)
        return lexer_unknown(lexer, start, start + 1);
    Str folded = lexer_fold(lexer, slice(lexer, start, end));
    if (lexer->previous == '.' || lexer->in_header)
        return plain_word(lexer, T_IDENT, start, end, folded);
    if (colon_follows(lexer, end))
        return plain_word(lexer, T_LABEL, start, end, folded);
    Lang lang = LANG_ZH;
    uint32_t pair_end = end;
    const KeywordInfo *pair = find_pair(lexer, folded, end, &lang, &pair_end);
    if (pair != NULL)
        return keyword_token(lexer, pair, lang, start, pair_end, folded);
    const KeywordInfo *single = keyword_find(lexer->keywords, folded, &lang);
    if (single != NULL)
        return keyword_token(lexer, single, lang, start, end, folded);
    return plain_word(lexer, T_IDENT, start, end, folded);
}

Token lexer_quoted_name(Lexer *lexer, uint32_t start, uint32_t content)
{
    bool backquote = slice(lexer, start, content).len == 1;
    Token token = closed_token(lexer, T_IDENT, start, content, backquote ? STR("`") : STR("》"));
    token.text = lexer_fold(lexer, token.text);
    token.quoted = true;
    if (str_trim(token.text).len == 0)
        (void)lexer_fault(lexer, DIAG_EMPTY_NAME, token.span, DIAG_NONE);
    if (!lexer->in_header && colon_follows(lexer, token.span.end))
        token.kind = lexer->previous = T_LABEL;
    return token;
}

Token lexer_article(Lexer *lexer, uint32_t start, uint32_t end)
{
    /* 第三条规定 is a word that begins like an article. */
    if (lexer_word_end(lexer, start) > end || lexer->previous == '.' || lexer->in_header)
        return lexer_word(lexer, start);
    Token token = lexer_token(lexer, T_ARTICLE, start, end);
    token.text = slice(lexer, start, end);
    return token;
}

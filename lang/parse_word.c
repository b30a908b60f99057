// SPDX-License-Identifier: Apache-2.0
//
// parse_word.c: syntax errors that a word makes.
//
// Everyday speech has other words for most keywords, and other orders. What is written is looked up
// only where it cannot stand, so every word stays free as a name. Torn, half and misspelt keywords
// come last: they are guesses about letters, the others are about speech.

#include "generated/lang/grammar.h"
#include "lang/parse_fault.h"
#include "runtime/base/unicode.h"

typedef struct Synonym {
    Str word;
    int kind;
    Str spelling;
} Synonym;

static const Synonym synonyms[] = {
#define SYNONYM(word, token, spelling) {STR_INIT(word), token, STR_INIT(spelling)},
#include "lang/synonym.def"
};

static const Synonym prefixes[] = {
#define PREFIX(word, spelling) {STR_INIT(word), 0, STR_INIT(spelling)},
#include "lang/synonym.def"
};

static const Str particles[] = {
#define PARTICLE(word) STR_INIT(word),
#include "lang/synonym.def"
};

static const Str separators[] = {
#define BETWEEN(word) STR_INIT(word),
#include "lang/synonym.def"
};

/* ----------------------------------------------------------------------- looking ahead */

/* A lexer that goes on behind the bad token without a word. */
static void look_ahead(const Fault *fault, Lexer *lexer)
{
    lexer_init(lexer, fault->context->builder.arena, fault->context->keywords,
               fault->context->source, fault->bad.span.end, fault->context->lexer.end, NULL);
    lexer->line_open = true;
}

static Token token_behind(const Fault *fault)
{
    Lexer lexer;
    look_ahead(fault, &lexer);
    return lexer_next(&lexer);
}

static Str written(const Fault *fault, const Token *token)
{
    return source_text(fault->context->source, token->span);
}

static bool is_one_of(Str word, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(word, words[i]))
            return true;
    }
    return false;
}

static bool on_line(const Token *token)
{
    return token->kind != T_END && token->kind != T_ROW_END && !token->first_on_line;
}

Diag *fault_tell_instead(Fault *fault, Span span, Str right)
{
    DiagArg wrong = diag_arg(source_text(fault->context->source, span));
    DiagArg arg = diag_arg(right);
    Diag *diag = fault_tell(fault, DIAG_MISSPELT, span, DIAG_ARGS(wrong, arg));
    /* The mark of a type stands directly behind it. */
    if (str_equal(right, STR("?")))
        span.start = fault->previous.span.end;
    diag_fix(fault->context->diags, diag, span, right, DIAG_TEXT_WRITE, DIAG_ARGS(arg));
    return diag;
}

/* ----------------------------------------------------------------------- other words */

static bool tell_synonym(Fault *fault, Str word, Span span)
{
    for (size_t i = 0; i < ARRAY_LEN(synonyms); i++) {
        if (str_equal(word, synonyms[i].word) && fault_expects(fault, synonyms[i].kind)) {
            Diag *diag = fault_tell_instead(fault, span, synonyms[i].spelling);
            /* What a gap means is the author's decision: the choice is shown, not only a guess. */
            if (fault_expects(fault, T_DROP) && fault_expects(fault, T_UNDECIDED))
                diag_note(fault->context->diags, diag, DIAG_TEXT_POLICIES, DIAG_NONE);
            return true;
        }
    }
    return false;
}

/* A word of everyday speech where the language has another one: two words, or one. */
static bool tell_other_word(Fault *fault)
{
    Token behind = token_behind(fault);
    Str word = written(fault, &fault->bad);
    StrBuf both = {0};
    strbuf_printf(&both, STR_FMT " " STR_FMT, STR_ARG(word),
                  STR_ARG(on_line(&behind) ? written(fault, &behind) : (Str){0}));
    bool told = tell_synonym(fault, strbuf_str(&both), span_join(fault->bad.span, behind.span)) ||
                tell_synonym(fault, word, fault->bad.span);
    strbuf_deinit(&both);
    return told;
}

/* `如果 a > 1 那么`, `没有 a > 1`: the word in front of a condition was taken for a name. */
static bool tell_prefix(Fault *fault)
{
    if (fault->previous.kind != T_IDENT || fault->previous.quoted || !on_line(&fault->bad) ||
        !fault_expects_operator(fault) || !fault_is_value_start(fault->bad.kind))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        if (str_equal(fault->previous.text, prefixes[i].word)) {
            (void)fault_tell_instead(fault, fault->previous.span, prefixes[i].spelling);
            return true;
        }
    }
    return false;
}

/* `x = 1` without `let`. */
static bool tell_no_let(Fault *fault)
{
    Token behind = token_behind(fault);
    if (fault->bad.kind != T_IDENT || !fault->bad.first_on_line || behind.kind != '=' ||
        !fault_expects(fault, T_LET))
        return false;
    DiagArg wanted = fault_kind_arg(fault, T_LET);
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_MISSING_WORD, fault->bad.span, DIAG_ARGS(wanted, found));
    StrBuf text = {0};
    strbuf_printf(&text, STR_FMT " ", STR_ARG(fault_spelling(fault, T_LET)));
    Span front = {fault->bad.span.file, fault->bad.span.start, fault->bad.span.start};
    diag_fix(fault->context->diags, diag, front, strbuf_str(&text), DIAG_TEXT_INSERT,
             DIAG_ARGS(wanted));
    strbuf_deinit(&text);
    return true;
}

/* ----------------------------------------------------------------------- other orders */

/* `按 s.号 分组` for `分组 按 s.号`. */
static bool tell_inverted(Fault *fault)
{
    bool by = fault->bad.kind == T_BY ||
              is_one_of(written(fault, &fault->bad), particles, ARRAY_LEN(particles));
    if (!by)
        return false;
    Lexer lexer;
    look_ahead(fault, &lexer);
    Token last = fault->bad;
    for (Token token = lexer_next(&lexer); on_line(&token); token = lexer_next(&lexer))
        last = token;
    bool group = str_equal(last.text, STR("分组"));
    int kind = group ? T_GROUP_BY : T_ORDER_BY;
    if ((!group && !str_equal(last.text, STR("排序"))) || !fault_expects(fault, kind))
        return false;
    Str middle = str_slice(fault->context->source->text, fault->bad.span.end, last.span.start);
    StrBuf text = {0};
    strbuf_printf(&text, STR_FMT " " STR_FMT, STR_ARG(fault_spelling(fault, kind)),
                  STR_ARG(str_trim(middle)));
    (void)fault_tell_instead(fault, span_join(fault->bad.span, last.span), strbuf_str(&text));
    strbuf_deinit(&text);
    return true;
}

static bool is_literal(int kind)
{
    return kind == T_INTEGER || kind == T_DECIMAL || kind == T_PERCENT || kind == T_QUANTITY ||
           kind == T_DATE || kind == T_MONTH || kind == T_DATETIME;
}

static bool is_separator(const Fault *fault, const Token *token)
{
    return on_line(token) && is_one_of(written(fault, token), separators, ARRAY_LEN(separators));
}

/* `在 2020-01-01 至 2020-12-31 之间` for `属于 [2020-01-01 .. 2020-12-31]`. */
static bool tell_between(Fault *fault)
{
    if (!fault_expects(fault, T_IN))
        return false;
    Lexer lexer;
    look_ahead(fault, &lexer);
    Token from = lexer_next(&lexer);
    Token sign = lexer_next(&lexer);
    Token to = lexer_next(&lexer);
    if (!is_literal(from.kind) || !is_separator(fault, &sign) || !is_literal(to.kind) ||
        !on_line(&to))
        return false;
    Span span = span_join(fault->bad.span, to.span);
    Token tail = lexer_next(&lexer);
    if (str_equal(tail.text, STR("之间")) || str_equal(tail.text, STR("期间")))
        span = span_join(span, tail.span);
    StrBuf text = {0};
    strbuf_printf(&text, STR_FMT " [" STR_FMT " .. " STR_FMT "]",
                  STR_ARG(fault_spelling(fault, T_IN)), STR_ARG(written(fault, &from)),
                  STR_ARG(written(fault, &to)));
    (void)fault_tell_instead(fault, span, strbuf_str(&text));
    strbuf_deinit(&text);
    return true;
}

/* `30天内` without `within`. */
static bool tell_bare_length(Fault *fault)
{
    static const Str tails[] = {STR_INIT("以内"), STR_INIT("之内"), STR_INIT("内")};
    if (fault->bad.kind != T_QUANTITY || !fault_expects(fault, T_WITHIN))
        return false;
    Str length = written(fault, &fault->bad);
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        if (str_ends(length, tails[i])) {
            length = str_slice(length, 0, length.len - tails[i].len);
            break;
        }
    }
    StrBuf text = {0};
    strbuf_printf(&text, STR_FMT " " STR_FMT, STR_ARG(fault_spelling(fault, T_WITHIN)),
                  STR_ARG(length));
    (void)fault_tell_instead(fault, fault->bad.span, strbuf_str(&text));
    strbuf_deinit(&text);
    return true;
}

/* `a > 1, b > 2` for `a > 1 and b > 2`. */
static bool tell_and(Fault *fault)
{
    Token behind = token_behind(fault);
    bool condition = on_line(&behind) && behind.kind != T_STRING &&
                     fault_is_value_start(behind.kind) && fault_expects(fault, T_AND);
    if (fault->bad.kind != ',' || fault->context->brackets.count > 0 || !condition)
        return false;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_UNEXPECTED, fault->bad.span, DIAG_ARGS(found));
    diag_note(fault->context->diags, diag, DIAG_TEXT_AND_NO_COMMA, DIAG_NONE);
    StrBuf text = {0};
    strbuf_printf(&text, " " STR_FMT " ", STR_ARG(fault_spelling(fault, T_AND)));
    Span whole = {fault->bad.span.file, fault->bad.span.start, behind.span.start};
    diag_fix(fault->context->diags, diag, whole, strbuf_str(&text), DIAG_TEXT_WRITE,
             DIAG_ARGS(diag_arg(fault_spelling(fault, T_AND))));
    strbuf_deinit(&text);
    return true;
}

bool parse_tell_word(Fault *fault)
{
    if (tell_prefix(fault))
        return true;
    if (fault->bad.quoted || fault->bad.kind == T_LABEL || fault_expects(fault, T_IDENT))
        return false;
    return tell_inverted(fault) || tell_between(fault) || tell_bare_length(fault) ||
           tell_and(fault) || tell_no_let(fault) || tell_other_word(fault);
}

/* ----------------------------------------------------------------------- letters */

/* `升序`: ascending is how things are ordered anyway. */
static bool tell_ascending(Fault *fault)
{
    bool word = str_equal(fault->bad.text, STR("升序")) ||
                str_equal(fault->bad.text, STR("ascending")) ||
                str_equal(fault->bad.text, STR("asc"));
    if (!word || !fault_expects(fault, T_DESCENDING))
        return false;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_UNEXPECTED, fault->bad.span, DIAG_ARGS(found));
    diag_note(fault->context->diags, diag, DIAG_TEXT_ASCENDING, DIAG_NONE);
    return true;
}

/* The token with the word behind it, where both are one keyword: `不 属于`. */
static bool tell_torn(Fault *fault)
{
    Token behind = token_behind(fault);
    if (fault->bad.kind != T_IDENT || behind.first_on_line || behind.text.len == 0)
        return false;
    StrBuf word = {0};
    strbuf_add(&word, fault->bad.text);
    strbuf_add(&word, behind.text);
    Lang lang;
    const KeywordInfo *info = keyword_find(fault->context->keywords, strbuf_str(&word), &lang);
    bool torn = info != NULL && fault_expects(fault, info->token);
    if (torn)
        (void)fault_tell_instead(fault, span_join(fault->bad.span, behind.span), strbuf_str(&word));
    strbuf_deinit(&word);
    return torn;
}

/* The bad token, with the word behind it where that stands for the second word of a pair: `分组 依`. */
static Span half_pair_span(const Fault *fault)
{
    Token behind = token_behind(fault);
    bool particle =
        on_line(&behind) && is_one_of(written(fault, &behind), particles, ARRAY_LEN(particles));
    return particle ? span_join(fault->bad.span, behind.span) : fault->bad.span;
}

/* `分组` without its `按`: the first word of a pair that could follow. */
static bool tell_half_pair(Fault *fault)
{
    for (uint32_t row = 0; row < keyword_count(); row++) {
        const KeywordInfo *info = keyword_info(row);
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            Str spelling = str_from_cstr(info->spelling[lang]);
            size_t blank = str_find(spelling, STR(" "), 0);
            if (blank == STR_NONE || !fault_expects(fault, info->token) ||
                !str_equal(fault->bad.text, str_slice(spelling, 0, blank)))
                continue;
            (void)fault_tell_instead(fault, half_pair_span(fault), spelling);
            return true;
        }
    }
    return false;
}

static bool offer_near(Fault *fault, Str *best)
{
    NearName near;
    near_name_init(&near, fault->bad.text);
    for (uint32_t row = 0; row < keyword_count(); row++) {
        const KeywordInfo *info = keyword_info(row);
        if (!fault_expects(fault, info->token))
            continue;
        near_name_offer(&near, str_from_cstr(info->spelling[LANG_ZH]));
        near_name_offer(&near, str_from_cstr(info->spelling[LANG_EN]));
    }
    return near_name_best(&near, best);
}

bool parse_tell_misspelt(Fault *fault)
{
    bool quoted = fault->bad.quoted || fault->bad.kind == T_LABEL;
    if (quoted || fault_expects(fault, T_IDENT))
        return false;
    if (fault->bad.kind != T_IDENT)
        return false;
    if (tell_torn(fault) || tell_half_pair(fault) || tell_ascending(fault))
        return true;
    Str best;
    if (!offer_near(fault, &best))
        return false;
    (void)fault_tell_instead(fault, fault->bad.span, best);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// parse_error.c: what a syntax error is called.
//
// The parser knows which tokens could have followed; what helps an author is the likely mistake.
// The kinds of mistake are tried from the most certain to the most general, and the last resort
// lists what could follow.

#include "generated/lang/grammar.h"
#include "lang/parse_fault.h"

/* ----------------------------------------------------------------------- kinds of mistakes */

static char byte_behind(const Fault *fault, const Token *token)
{
    Str text = fault->context->source->text;
    return token->span.end < text.len ? text.ptr[token->span.end] : '\0';
}

/* `30 元`: a number and its unit taken apart. */
static bool tell_unit_apart(Fault *fault)
{
    bool number = fault->previous.kind == T_INTEGER || fault->previous.kind == T_DECIMAL;
    char behind = byte_behind(fault, &fault->bad);
    if (!number || fault->bad.kind != T_IDENT || fault->bad.first_on_line || fault->bad.quoted ||
        behind == '.' || behind == '(')
        return false;
    DiagArg left = fault_text_arg(fault, &fault->previous);
    DiagArg right = fault_text_arg(fault, &fault->bad);
    Span span = span_join(fault->previous.span, fault->bad.span);
    DiagList *diags = fault->context->diags;
    Diag *diag = fault_tell(fault, DIAG_UNIT_APART, span, DIAG_ARGS(left, right));
    Span gap = {span.file, fault->previous.span.end, fault->bad.span.start};
    diag_fix(diags, diag, gap, (Str){0}, DIAG_TEXT_GLUE_UNIT, DIAG_ARGS(left, right));
    return true;
}

/* `1,000元` */
static bool tell_thousands(Fault *fault)
{
    if (fault->bad.kind != ',' || fault->previous.kind != T_INTEGER ||
        fault->previous.span.end != fault->bad.span.start)
        return false;
    Str behind = fault->context->source->text;
    size_t at = fault->bad.span.end;
    for (size_t i = 0; i < 3; i++) {
        if (at + i >= behind.len || behind.ptr[at + i] < '0' || behind.ptr[at + i] > '9')
            return false;
    }
    (void)fault_tell(fault, DIAG_THOUSANDS, fault->bad.span, DIAG_NONE);
    return true;
}

/* `规则：` or `规则 甲：` with a colon behind the keyword, or behind a name that takes none. */
static bool tell_extra_colon(Fault *fault)
{
    Keywords keywords;
    keywords_init(&keywords);
    Lang lang;
    const KeywordInfo *info = fault->bad.kind == T_LABEL && !fault->bad.quoted
                                  ? keyword_find(&keywords, fault->bad.text, &lang)
                                  : NULL;
    bool keyword = info != NULL && fault_expects(fault, info->token);
    bool name = fault->bad.kind == T_LABEL && fault_expects(fault, T_IDENT) &&
                !fault_expects_value(fault) && !fault_expects(fault, T_LABEL);
    if (!keyword && !name)
        return false;
    DiagArg word = fault_text_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_EXTRA_COLON, fault->bad.span, DIAG_ARGS(word));
    Lexer lexer;
    lexer_init(&lexer, fault->context->builder.arena, &keywords, fault->context->source,
               fault->bad.span.end, fault->context->lexer.end, NULL);
    Token mark = lexer_next(&lexer);
    if (name && fault->context->clause == T_PARAM)
        diag_fix(fault->context->diags, diag, mark.span, STR("="), DIAG_TEXT_WRITE,
                 DIAG_ARGS(diag_arg_c("=")));
    else
        diag_fix(fault->context->diags, diag, mark.span, STR(" "), DIAG_TEXT_NO_COLON, DIAG_NONE);
    return true;
}

/* `乙, )` */
static bool tell_extra_comma(Fault *fault)
{
    int kind = fault->bad.kind;
    bool closer = kind == ')' || kind == ']' || kind == '}';
    if (!closer || fault->previous.kind != ',')
        return false;
    DiagArg sign = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_EXTRA_COMMA, fault->previous.span, DIAG_ARGS(sign));
    diag_fix(fault->context->diags, diag, fault->previous.span, (Str){0}, DIAG_TEXT_REMOVE,
             DIAG_NONE);
    return true;
}

/* `依据 药品管理法 83条` */
static bool tell_article_form(Fault *fault)
{
    bool article = fault->bad.kind == T_QUANTITY && (str_starts(fault->bad.unit, STR("条")) ||
                                                     str_starts(fault->bad.unit, STR("款")) ||
                                                     str_starts(fault->bad.unit, STR("项")));
    if (!article || !fault_expects(fault, T_ARTICLE))
        return false;
    DiagArg wrong = fault_text_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_ARTICLE_FORM, fault->bad.span, DIAG_ARGS(wrong));
    Span front = {fault->bad.span.file, fault->bad.span.start, fault->bad.span.start};
    DiagArg sign = diag_arg_both("“第”", "`第`");
    diag_fix(fault->context->diags, diag, front, STR("第"), DIAG_TEXT_INSERT, DIAG_ARGS(sign));
    return true;
}

/* A reserved word where only a name can stand. */
static bool tell_reserved_name(Fault *fault)
{
    const KeywordInfo *keyword = keyword_of_token(fault->bad.kind);
    bool name_wanted = fault_expects(fault, T_IDENT) && !fault_expects_value(fault);
    bool label_wanted = fault_expects(fault, T_LABEL);
    if (keyword == NULL || fault->bad.first_on_line || !(name_wanted || label_wanted))
        return false;
    DiagArg word = fault_text_arg(fault, &fault->bad);
    StrBuf quoted = {0};
    strbuf_printf(&quoted, "`" STR_FMT "`",
                  STR_ARG(source_text(fault->context->source, fault->bad.span)));
    Diag *diag = fault_tell(fault, DIAG_RESERVED_NAME, fault->bad.span, DIAG_ARGS(word));
    diag_fix(fault->context->diags, diag, fault->bad.span, strbuf_str(&quoted),
             DIAG_TEXT_BACKQUOTES, DIAG_NONE);
    strbuf_deinit(&quoted);
    return true;
}

static bool is_comparison(int kind)
{
    return fault_is_operator(kind) && kind != '+' && kind != '-' && kind != '*' && kind != '/' &&
           kind != '.' && kind != '(' && kind != T_COALESCE && kind != T_OR && kind != T_AND &&
           kind != T_AT;
}

/* `1 < x < 5` */
static bool tell_chained(Fault *fault)
{
    if (!is_comparison(fault->bad.kind) || !fault_expects(fault, T_AND) ||
        fault_expects(fault, '='))
        return false;
    Diag *diag = fault_tell(fault, DIAG_CHAINED, fault->bad.span, DIAG_NONE);
    diag_note(fault->context->diags, diag, DIAG_TEXT_CHAINED, DIAG_NONE);
    return true;
}

static int closer_of(int open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* On the bad token's line, the closer that is one too many once a bracket is closed before the token: kind 0
 * when there is none. */
static Token late_closer(const Fault *fault, int closer)
{
    Lexer lexer;
    lexer_init(&lexer, fault->context->builder.arena, fault->context->keywords,
               fault->context->source, fault->bad.span.end, fault->context->lexer.end, NULL);
    lexer.line_open = true;
    int depth = 0;
    for (Token token = lexer_next(&lexer); token.kind != T_END && !token.first_on_line;
         token = lexer_next(&lexer)) {
        depth += token.kind == '(' || token.kind == '[' || token.kind == '{';
        if (token.kind != ')' && token.kind != ']' && token.kind != '}')
            continue;
        if (depth == 0)
            return token.kind == closer ? token : (Token){0};
        depth--;
    }
    return (Token){0};
}

/* Offers to close an open bracket in front of the bad token: to move its closer there, or to add one. */
static void offer_closer(Fault *fault, Diag *diag, int closer)
{
    char sign = (char)closer;
    Str closing = {&sign, 1};
    Span end = {fault->bad.span.file, fault->previous.span.end, fault->previous.span.end};
    Token late = fault->bad.first_on_line ? (Token){0} : late_closer(fault, closer);
    StrBuf text = {0};
    strbuf_add(&text, closing);
    if (late.kind != 0) {
        strbuf_add(&text, str_slice(fault->context->source->text, end.start, late.span.start));
        end.end = late.span.end;
    }
    diag_fix(fault->context->diags, diag, end, strbuf_str(&text),
             late.kind != 0 ? DIAG_TEXT_MOVE_CLOSER : DIAG_TEXT_CLOSE_WITH,
             DIAG_ARGS(diag_arg(closing)));
    strbuf_deinit(&text);
}

/* A bracket that is still open where a line begins that cannot go on inside it. */
static bool tell_unclosed(Fault *fault)
{
    ParseContext *context = fault->context;
    bool ends = fault->bad.first_on_line || fault->bad.kind == T_END ||
                fault->bad.kind == T_ROW_END || keyword_of_token(fault->bad.kind) != NULL;
    if (context->brackets.count == 0 || !ends || fault_expects_value(fault))
        return false;
    Token open = vec_last(&context->brackets);
    if (!fault_expects(fault, closer_of(open.kind)))
        return false;
    DiagArg sign = fault_token_arg(fault, &open);
    DiagArg closer = fault_kind_arg(fault, closer_of(open.kind));
    Diag *diag = fault_tell(fault, DIAG_UNCLOSED, open.span, DIAG_ARGS(sign));
    if (fault->bad.kind != T_END)
        diag_label(context->diags, diag, fault->bad.span, DIAG_TEXT_CLOSE_BEFORE,
                   DIAG_ARGS(closer));
    offer_closer(fault, diag, closer_of(open.kind));
    return true;
}

static bool tell_extra_closer(Fault *fault)
{
    int kind = fault->bad.kind;
    bool closer = kind == ')' || kind == ']' || kind == '}';
    if (!closer || fault->context->brackets.count > 0)
        return false;
    DiagArg sign = fault_token_arg(fault, &fault->bad);
    (void)fault_tell(fault, DIAG_EXTRA_CLOSER, fault->bad.span, DIAG_ARGS(sign));
    return true;
}

/* Whether nothing at all stands before the token on its line. */
static bool at_margin(const Fault *fault)
{
    uint32_t start = fault->bad.span.start;
    return start == 0 || fault->context->source->text.ptr[start - 1] == '\n';
}

/* A body that ends without its last clause. */
static bool tell_no_end(Fault *fault)
{
    bool ended = fault->bad.kind == T_END ||
                 (at_margin(fault) && parse_is_declaration(fault->bad.kind)) ||
                 fault->bad.kind == T_ALSO;
    if (!ended || fault_expects_value(fault) || !fault_expects_clause(fault))
        return false;
    DiagId id = fault_expects(fault, T_CLUE) ? DIAG_NO_CLUE : DIAG_NO_YIELD;
    Span start = {fault->bad.span.file, fault->context->part_start, fault->context->part_start};
    Str line =
        source_line(fault->context->source, source_place(fault->context->source, start.start).line);
    start.end = start.start + (uint32_t)line.len;
    (void)fault_tell(fault, id, start, DIAG_NONE);
    return true;
}

/* `if … then …` without `else`, `expect …` without `else`. */
static bool tell_no_else(Fault *fault)
{
    if (!fault_expects(fault, T_ELSE) || fault_expects_value(fault) || fault_expects(fault, ','))
        return false;
    DiagArg before = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_NO_ELSE, fault->bad.span, DIAG_ARGS(before));
    diag_note(fault->context->diags, diag,
              fault->context->clause == T_EXPECT ? DIAG_TEXT_ELSE_OF_EXPECT : DIAG_TEXT_ELSE_OF_IF,
              DIAG_NONE);
    return true;
}

/* `use` or the file's `on missing` below a declaration. */
static bool tell_late_head(Fault *fault)
{
    bool head = fault->bad.kind == T_USE || fault->bad.kind == T_ON_MISSING;
    if (!head || !at_margin(fault) || fault->context->stop_at_error)
        return false;
    DiagArg word = fault_text_arg(fault, &fault->bad);
    (void)fault_tell(fault, DIAG_LATE_HEAD, fault->bad.span, DIAG_ARGS(word));
    return true;
}

/* Offers to put the one thing that is missing in front of the token. */
static void offer_insert(Fault *fault, Diag *diag, int kind, DiagArg wanted)
{
    Str spelling = fault_spelling(fault, kind);
    bool whole = fault_is_value_start(fault->bad.kind) || fault_is_soft(fault->bad.kind) ||
                 fault->bad.kind == T_LABEL || fault->bad.kind == T_ROW_END;
    if (spelling.len == 0 || kind == '(' || !whole)
        return;
    StrBuf text = {0};
    bool word = keyword_of_token(kind) != NULL;
    strbuf_printf(&text, word ? " " STR_FMT : STR_FMT, STR_ARG(spelling));
    Span place = {fault->bad.span.file, fault->previous.span.end, fault->previous.span.end};
    /* A semicolon says nothing: what is wanted takes its place. */
    static const Str semicolons[] = {STR_INIT(";"), STR_INIT("；")};
    Str behind = str_slice(fault->context->source->text, place.start, fault->bad.span.start);
    for (size_t i = 0; i < ARRAY_LEN(semicolons); i++) {
        if (str_starts(behind, semicolons[i]))
            place.end = place.start + (uint32_t)semicolons[i].len;
    }
    diag_fix(fault->context->diags, diag, place, strbuf_str(&text), DIAG_TEXT_INSERT,
             DIAG_ARGS(wanted));
    strbuf_deinit(&text);
}

/* Which text the open clause wants. */
static void note_text(Fault *fault, Diag *diag)
{
    DiagTextId id;
    switch (fault->context->clause) {
    case T_SCORE:
        id = DIAG_TEXT_TEXT_OF_SCORE;
        break;
    case T_EXCEPT:
        id = DIAG_TEXT_TEXT_OF_EXCEPT;
        break;
    case T_DOUBT:
        id = DIAG_TEXT_TEXT_OF_DOUBT;
        break;
    case T_LAW:
        id = DIAG_TEXT_TEXT_OF_LAW;
        break;
    case T_TEST:
        id = DIAG_TEXT_TEXT_OF_TEST;
        break;
    default:
        return;
    }
    diag_note(fault->context->diags, diag, id, DIAG_NONE);
}

static bool tell_missing(Fault *fault, int kind)
{
    DiagArg wanted = fault_kind_arg(fault, kind);
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_MISSING_WORD, fault->bad.span, DIAG_ARGS(wanted, found));
    bool points = fault->bad.kind == T_INTEGER || fault->bad.kind == T_DECIMAL;
    if (kind == T_WHEN && points && fault->context->clause == T_SCORE)
        diag_note(fault->context->diags, diag, DIAG_TEXT_SCORE_ORDER, DIAG_NONE);
    else
        offer_insert(fault, diag, kind, wanted);
    if (kind == T_STRING)
        note_text(fault, diag);
    return true;
}

static bool is_bracket(int kind)
{
    return kind == '(' || kind == '[' || kind == '{';
}

/* Exactly one thing is wanted and something else stands there. */
static bool tell_missing_word(Fault *fault)
{
    int only = fault_only_expected(fault);
    if (only == 0 || only == T_END)
        return false;
    if (is_bracket(only) && is_bracket(fault->bad.kind)) {
        (void)fault_tell_instead(fault, fault->bad.span, fault_spelling(fault, only));
        return true;
    }
    return tell_missing(fault, only);
}

/* A partner without `on` or `using`. */
static bool tell_missing_link(Fault *fault)
{
    if (!fault_expects(fault, T_ON) || !fault_expects(fault, T_USING) ||
        fault_expects(fault, T_IDENT))
        return false;
    return tell_missing(fault, T_ON);
}

/* Two items of a list side by side. */
static bool tell_missing_comma(Fault *fault)
{
    bool item = fault->bad.kind == T_LABEL || fault->bad.kind == T_IDENT ||
                fault->bad.kind == T_STRING || fault->bad.kind == T_QUANTITY ||
                fault->bad.kind == T_INTEGER;
    if (!item || fault->context->brackets.count == 0 || !fault_expects(fault, ','))
        return false;
    return tell_missing(fault, ',');
}

/* Whether a token of this kind stands behind the bad one. */
static bool next_is(const Fault *fault, int kind)
{
    Lexer lexer;
    lexer_init(&lexer, fault->context->builder.arena, fault->context->keywords,
               fault->context->source, fault->bad.span.end, fault->context->lexer.end, NULL);
    return lexer_next(&lexer).kind == kind;
}

/* A name where a name with a colon is wanted. */
static bool tell_missing_colon(Fault *fault)
{
    bool word = fault->bad.kind == T_IDENT || fault_is_soft(fault->bad.kind);
    bool field = fault->bad.kind == T_IDENT && !fault_expects(fault, T_IDENT);
    if (!word || !fault_expects(fault, T_LABEL) ||
        (!field && fault_only_expected(fault) != T_LABEL))
        return false;
    DiagArg name = fault_text_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_MISSING_COLON, fault->bad.span, DIAG_ARGS(name));
    if (fault->context->clause == T_PARAM && next_is(fault, '=')) {
        diag_note(fault->context->diags, diag, DIAG_TEXT_TYPE_OF_PARAM, DIAG_ARGS(name));
        return true;
    }
    Span place = {fault->bad.span.file, fault->bad.span.end, fault->bad.span.end};
    DiagArg colon = fault_kind_arg(fault, ':');
    diag_fix(fault->context->diags, diag, place, STR(":"), DIAG_TEXT_INSERT, DIAG_ARGS(colon));
    return true;
}

/* Something else where only a text in quotation marks can stand. */
static bool tell_text_wanted(Fault *fault)
{
    bool value = fault_is_value_start(fault->bad.kind) || fault_is_soft(fault->bad.kind);
    if (!value || fault->bad.first_on_line || fault_only_expected(fault) != T_STRING)
        return false;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_TEXT_WANTED, fault->bad.span, DIAG_ARGS(found));
    note_text(fault, diag);
    return true;
}

/* `2020-01-01 - 2021-01-01` and `[1, 5]` instead of `..` */
static bool tell_range_sign(Fault *fault)
{
    bool sign = fault->bad.kind == '-' || fault->bad.kind == ',' || fault->bad.kind == T_IDENT;
    if (!sign || fault_only_expected(fault) != T_DOTS)
        return false;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    Diag *diag = fault_tell(fault, DIAG_RANGE_SIGN, fault->bad.span, DIAG_ARGS(found));
    bool apart = byte_behind(fault, &fault->previous) == ' ';
    diag_fix(fault->context->diags, diag, fault->bad.span, apart ? STR("..") : STR(" .."),
             DIAG_TEXT_WRITE, DIAG_ARGS(diag_arg_c("..")));
    return true;
}

/* `| |` in a row of a test's table. */
static bool tell_empty_cell(Fault *fault)
{
    if (fault->bad.kind != '|' || fault->previous.kind != '|')
        return false;
    Span between = {fault->bad.span.file, fault->previous.span.end, fault->bad.span.start};
    Diag *diag = fault_tell(fault, DIAG_EMPTY_CELL, between, DIAG_NONE);
    diag_fix(fault->context->diags, diag, between, STR(" - "), DIAG_TEXT_WRITE,
             DIAG_ARGS(diag_arg_c("-")));
    return true;
}

/* A value is missing between what stands before and the token. */
static bool tell_missing_value(Fault *fault)
{
    if (!fault_expects_value(fault))
        return false;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    DiagArg before = fault_token_arg(fault, &fault->previous);
    Diag *diag = NULL;
    if (fault->previous.kind == 0)
        diag = fault_tell(fault, DIAG_MISSING_VALUE, fault->bad.span, DIAG_ARGS(found));
    else
        diag =
            fault_tell(fault, DIAG_MISSING_VALUE_AFTER, fault->bad.span, DIAG_ARGS(before, found));
    const KeywordInfo *keyword = keyword_of_token(fault->bad.kind);
    if (keyword != NULL && !fault->bad.first_on_line && !fault_is_operator(fault->bad.kind)) {
        bool partner = fault->bad.kind == T_EXISTS || fault->bad.kind == T_LACKS;
        DiagArg word = fault_text_arg(fault, &fault->bad);
        diag_note(fault->context->diags, diag,
                  partner ? DIAG_TEXT_CLAUSE_AS_VALUE : DIAG_TEXT_KEYWORD_AS_NAME, DIAG_ARGS(word));
    }
    return true;
}

/* A table or relation without its columns. */
static bool note_columns(Fault *fault, Diag *diag)
{
    int clause = fault->context->clause;
    if (!fault_expects(fault, '(') || (clause != T_TABLE && clause != T_RELATION))
        return false;
    DiagArg word = fault_kind_arg(fault, clause);
    diag_note(fault->context->diags, diag, DIAG_TEXT_COLUMNS_FIRST, DIAG_ARGS(word));
    return true;
}

/* A clause that begins a line where none can stand. */
static bool tell_clause_place(Fault *fault)
{
    bool clause = parse_is_clause(fault->bad.kind) || fault->bad.kind == T_ORDER_BY ||
                  fault->bad.kind == T_FROM;
    if (!clause || !fault->bad.first_on_line)
        return false;
    DiagArg word = fault_token_arg(fault, &fault->bad);
    DiagArg wanted = fault_expected_arg(fault);
    Diag *diag = fault_tell(fault, DIAG_CLAUSE_PLACE, fault->bad.span, DIAG_ARGS(word));
    diag_primary(fault->context->diags, diag, DIAG_TEXT_EXPECTED, DIAG_ARGS(wanted));
    if (note_columns(fault, diag))
        return true;
    if (fault_expects(fault, T_LABEL) && fault_expects_declaration(fault))
        diag_note(fault->context->diags, diag, DIAG_TEXT_AFTER_CLUE, DIAG_NONE);
    else if (fault_expects_clause(fault) && !fault_expects(fault, T_CLUE))
        diag_note(fault->context->diags, diag, DIAG_TEXT_RULES_ONLY, DIAG_NONE);
    else if (fault->bad.kind == T_ORDER_BY)
        diag_note(fault->context->diags, diag, DIAG_TEXT_QUERIES_ONLY, DIAG_NONE);
    return true;
}

/* A remark on a token where a name is wanted, or where a name has ended. */
static void note_name(Fault *fault, Diag *diag)
{
    DiagList *diags = fault->context->diags;
    bool name_wanted = fault_expects(fault, T_IDENT) && !fault_expects_value(fault);
    bool digits = fault->bad.kind == T_QUANTITY || fault->bad.kind == T_INTEGER;
    if (name_wanted && fault->bad.kind == T_STRING)
        diag_note(diags, diag, DIAG_TEXT_NAME_QUOTES, DIAG_NONE);
    else if (name_wanted && digits)
        diag_note(diags, diag, DIAG_TEXT_NAME_DIGITS, DIAG_NONE);
    else if (fault->bad.kind == T_IDENT && fault->previous.kind == T_IDENT &&
             !fault->bad.first_on_line && fault_expects(fault, T_FROM))
        diag_note(diags, diag, DIAG_TEXT_NAME_BLANKS, DIAG_NONE);
}

static void tell_unexpected(Fault *fault)
{
    DiagList *diags = fault->context->diags;
    DiagArg found = fault_token_arg(fault, &fault->bad);
    DiagArg wanted = fault_expected_arg(fault);
    bool ended = fault->bad.kind == T_END && fault->context->template_depth == 0;
    Diag *diag = ended ? fault_tell(fault, DIAG_UNEXPECTED_END, fault->bad.span, DIAG_NONE)
                       : fault_tell(fault, DIAG_UNEXPECTED, fault->bad.span, DIAG_ARGS(found));
    if (wanted.zh.len > 0)
        diag_primary(diags, diag, DIAG_TEXT_EXPECTED, DIAG_ARGS(wanted));
    note_name(fault, diag);
    if (note_columns(fault, diag))
        return;
    if (fault_expects_declaration(fault) && fault->bad.first_on_line)
        diag_note(diags, diag, DIAG_TEXT_DECLARATIONS, DIAG_NONE);
    else if (fault->bad.kind == ',' && fault->context->brackets.count == 0)
        diag_note(diags, diag, DIAG_TEXT_NO_COMMA, DIAG_NONE);
    else if (fault->bad.kind == T_DOTS)
        diag_note(diags, diag, DIAG_TEXT_BARE_RANGE, DIAG_NONE);
}

/* From the most certain to the most general. */
static bool (*const mistakes[])(Fault *fault) = {
    tell_thousands,     parse_tell_word,     tell_unit_apart,    tell_article_form,
    tell_extra_colon,   parse_tell_misspelt, tell_late_head,     tell_chained,
    tell_no_end,        tell_empty_cell,     tell_extra_comma,   tell_range_sign,
    tell_missing_colon, tell_text_wanted,    tell_missing_comma, tell_unclosed,
    tell_extra_closer,  tell_no_else,        tell_missing_link,  tell_reserved_name,
    tell_missing_value, tell_missing_word,   tell_clause_place,
};

/* Whether what the lexer told already explains the error: an unknown character on this line, a text
 * that was not closed just before. */
static bool is_explained(const ParseContext *context)
{
    if (context->previous.unclosed)
        return true;
    if (context->lexer.unknown_end == 0 || context->lexer.unknown_end > context->current.span.start)
        return false;
    Str between =
        str_slice(context->source->text, context->lexer.unknown_end, context->current.span.start);
    return str_find(between, STR("\n"), 0) == STR_NONE;
}

void parse_syntax_error(ParseContext *context, const int *expected, int count)
{
    if (context->quiet)
        return;
    context->error_seen = true;
    context->builder.failed = true;
    context->late_errors += context->current.span.end >= context->error_floor;
    if (context->diags == NULL || is_explained(context))
        return;
    Fault fault;
    fault_init(&fault, context, expected, count);
    if (parse_tell_glued(context))
        return;
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        if (mistakes[i](&fault))
            return;
    }
    tell_unexpected(&fault);
}

void parse_stack_full(ParseContext *context, Span span)
{
    context->error_seen = true;
    context->builder.failed = true;
    context->late_errors++;
    if (context->diags == NULL)
        return;
    DiagArg limit = diag_arg_int(context->diags, AST_HEIGHT_MAX);
    diag_emit_with(context->diags, DIAG_TOO_HIGH, span, DIAG_ARGS(limit));
}

// SPDX-License-Identifier: Apache-2.0
//
// parse_error.c: what a syntax error is called.
//
// The parser knows which tokens could have followed; what helps an author is the likely mistake.
// The kinds of mistake are tried from the most certain to the most general, and the last resort
// lists what could follow, put together into a few groups.

#include "generated/lang/grammar.h"
#include "lang/parse_int.h"
#include "runtime/base/unicode.h"

/* One error under study. */
typedef struct Fault {
    ParseContext *context;
    Token bad;                         /* cannot follow */
    Token previous;                    /* stands before it */
    bool expected[PARSE_EXPECTED_MAX]; /* by kind, those above shifted down: see slot_of */
    int count;
} Fault;

/* Kinds are characters below 128 or counted from 256 on; both fit a small table. */
static int slot_of(int kind)
{
    int slot = kind < 128 ? kind : kind - 258 + 128;
    ASSERT(slot >= 0);
    ASSERT(slot < PARSE_EXPECTED_MAX);
    return slot;
}

static bool expects(const Fault *fault, int kind)
{
    return fault->expected[slot_of(kind)];
}

static bool expects_value(const Fault *fault)
{
    return expects(fault, '(') && expects(fault, T_INTEGER) && expects(fault, T_IDENT);
}

static bool expects_operator(const Fault *fault)
{
    return expects(fault, '+') && expects(fault, '/');
}

static bool expects_clause(const Fault *fault)
{
    return expects(fault, T_WHERE) && expects(fault, T_JOIN);
}

static bool expects_declaration(const Fault *fault)
{
    return expects(fault, T_RULE) && expects(fault, T_TABLE) && !expects(fault, T_IDENT);
}

/* ----------------------------------------------------------------------- how tokens are called */

/* Names of tokens that are no keywords. */
typedef struct TokenName {
    int kind;
    const char *text[2];
    bool quoted; /* a spelling, not a description */
} TokenName;

static const TokenName token_names[] = {
#define WORD(NAME, english, chinese, class)
#define KIND(NAME, english, chinese) {T_##NAME, {chinese, english}, false},
#define MARK(NAME, spelling) {T_##NAME, {spelling, spelling}, true},
#define CHAR(CODE, spelling) {CODE, {spelling, spelling}, true},
#include "lang/token.def"
#undef WORD
#undef KIND
#undef MARK
#undef CHAR
};

/* Appends how messages call a kind of token in one language. */
static void add_kind(StrBuf *out, int kind, Lang lang)
{
    const char *open = lang == LANG_ZH ? "“" : "`";
    const char *close = lang == LANG_ZH ? "”" : "`";
    const KeywordInfo *keyword = keyword_of_token(kind);
    if (keyword != NULL) {
        strbuf_printf(out, "%s%s%s", open, keyword->spelling[lang], close);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(token_names); i++) {
        const TokenName *name = &token_names[i];
        if (name->kind == kind) {
            strbuf_printf(out, "%s%s%s", name->quoted ? open : "", name->text[lang],
                          name->quoted ? close : "");
            return;
        }
    }
    UNREACHABLE();
}

static Str keep(const Fault *fault, StrBuf *text)
{
    Str kept = arena_str(fault->context->builder.arena, strbuf_str(text));
    strbuf_deinit(text);
    return kept;
}

static DiagArg kind_arg(const Fault *fault, int kind)
{
    StrBuf zh = {0};
    StrBuf en = {0};
    add_kind(&zh, kind, LANG_ZH);
    add_kind(&en, kind, LANG_EN);
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

/* A token as written, or what it is when nothing is written. */
static DiagArg token_arg(const Fault *fault, const Token *token)
{
    if (token->kind == T_END && fault->context->template_depth > 0)
        return kind_arg(fault, '}');
    if (token->kind == T_END || token->kind == T_ROW_END)
        return kind_arg(fault, token->kind);
    Str text = source_text(fault->context->source, token->span);
    StrBuf zh = {0};
    StrBuf en = {0};
    strbuf_printf(&zh, "“" STR_FMT "”", STR_ARG(text));
    strbuf_printf(&en, "`" STR_FMT "`", STR_ARG(text));
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

static DiagArg text_arg(const Fault *fault, const Token *token)
{
    return diag_arg(source_text(fault->context->source, token->span));
}

/* ----------------------------------------------------------------------- what could follow */

#define GROUP_LIST(X)                                                                              \
    X(VALUE, "一个值", "a value")                                                                  \
    X(NAME, "一个名称", "a name")                                                                  \
    X(OPERATOR, "运算符", "an operator")                                                           \
    X(CLAUSE, "一个子句", "a clause")                                                              \
    X(DECLARATION, "一个声明", "a declaration")

#define GROUP_VALUE(G, zh, en) GROUP_##G,
#define GROUP_TEXT(G, zh, en) {zh, en},

typedef enum Group { GROUP_LIST(GROUP_VALUE) GROUP_COUNT, GROUP_NONE } Group;

static const char *const group_texts[GROUP_COUNT][2] = {GROUP_LIST(GROUP_TEXT)};

static bool is_value_start(int kind)
{
    switch (kind) {
    case T_STRING:
    case T_INTEGER:
    case T_DECIMAL:
    case T_PERCENT:
    case T_QUANTITY:
    case T_DATE:
    case T_MONTH:
    case T_DATETIME:
    case T_IDENT:
    case T_NOT:
    case T_IF:
    case '(':
    case '[':
    case '{':
    case '-':
        return true;
    default:
        return false;
    }
}

static bool is_operator(int kind)
{
    switch (kind) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '=':
    case '<':
    case '>':
    case '.':
    case '(':
    case T_NE:
    case T_LE:
    case T_GE:
    case T_COALESCE:
    case T_OR:
    case T_AND:
    case T_AT:
    case T_IN:
    case T_DURING:
    case T_OVERLAPS:
    case T_MENTIONS:
    case T_LIKE:
    case T_NOT_IN:
    case T_NOT_DURING:
    case T_NOT_OVERLAPS:
    case T_NOT_MENTIONS:
    case T_NOT_LIKE:
    case T_IS_PRESENT:
    case T_IS_MISSING:
        return true;
    default:
        return false;
    }
}

static bool is_clause(int kind)
{
    switch (kind) {
    case T_JOIN:
    case T_LOOKUP:
    case T_ATTACH:
    case T_EXISTS:
    case T_LACKS:
    case T_LATEST:
    case T_WHERE:
    case T_LET:
    case T_EACH:
    case T_EXTRACT:
    case T_GROUP_BY:
    case T_SERIES:
    case T_SEQUENCE_BY:
    case T_SESSION_BY:
    case T_CONNECT:
    case T_DOUBT:
    case T_EXCEPT:
    case T_CITES:
    case T_SCORE:
    case T_CLUE:
    case T_YIELD:
        return true;
    default:
        return false;
    }
}

static bool is_soft(int kind)
{
    const KeywordInfo *keyword = keyword_of_token(kind);
    return keyword != NULL && keyword->class == WORD_SOFT;
}

/* The group that speaks for an expected kind, GROUP_NONE when it is listed by itself. */
static Group group_of(const Fault *fault, int kind)
{
    if (expects_value(fault) && is_value_start(kind))
        return GROUP_VALUE;
    if (expects(fault, T_IDENT) && (kind == T_IDENT || is_soft(kind)))
        return expects_value(fault) ? GROUP_VALUE : GROUP_NAME;
    if (expects_operator(fault) && is_operator(kind))
        return GROUP_OPERATOR;
    if (expects_clause(fault) && is_clause(kind))
        return GROUP_CLAUSE;
    if (expects_declaration(fault) && (parse_is_declaration(kind) || kind == T_END))
        return GROUP_DECLARATION;
    return GROUP_NONE;
}

/* Kinds that only the parser knows, or that go on with a name already complete. */
static bool is_hidden(const Fault *fault, int kind)
{
    bool continues =
        (kind == '.' || kind == '(' || kind == '?') && !expects_value(fault) && fault->count > 1;
    bool operand_done = fault->bad.first_on_line && expects_operator(fault) && is_operator(kind);
    bool head = kind == T_ON_MISSING && expects_declaration(fault);
    return kind == T_BAD_PART || kind == T_BAD_DECL || continues || operand_done || head;
}

#define SHOWN_MAX 7

/* Appends what could follow as a list in one language. */
static void add_expected(StrBuf *out, const Fault *fault, Lang lang)
{
    bool grouped[GROUP_COUNT] = {false};
    StrBuf items[SHOWN_MAX] = {{0}};
    size_t count = 0;
    for (int slot = 0; slot < PARSE_EXPECTED_MAX && count < SHOWN_MAX; slot++) {
        int kind = slot < 128 ? slot : slot - 128 + 258;
        if (!fault->expected[slot] || is_hidden(fault, kind))
            continue;
        Group group = group_of(fault, kind);
        if (group != GROUP_NONE && grouped[group])
            continue;
        if (group != GROUP_NONE) {
            grouped[group] = true;
            strbuf_add_c(&items[count++], group_texts[group][lang]);
        } else {
            add_kind(&items[count++], kind, lang);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_add_c(out, i + 1 < count ? (lang == LANG_ZH ? "、" : ", ")
                                            : (lang == LANG_ZH ? "或" : " or "));
        strbuf_add(out, strbuf_str(&items[i]));
        strbuf_deinit(&items[i]);
    }
}

static DiagArg expected_arg(const Fault *fault)
{
    StrBuf zh = {0};
    StrBuf en = {0};
    add_expected(&zh, fault, LANG_ZH);
    add_expected(&en, fault, LANG_EN);
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

/* ----------------------------------------------------------------------- kinds of mistakes */

static Diag *tell(Fault *fault, DiagId id, Span span, const DiagArg *args, size_t count)
{
    return diag_emit_with(fault->context->diags, id, span, args, count);
}

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
    DiagArg left = text_arg(fault, &fault->previous);
    DiagArg right = text_arg(fault, &fault->bad);
    Span span = span_join(fault->previous.span, fault->bad.span);
    DiagList *diags = fault->context->diags;
    Diag *diag = tell(fault, DIAG_UNIT_APART, span, DIAG_ARGS(left, right));
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
    (void)tell(fault, DIAG_THOUSANDS, fault->bad.span, DIAG_NONE);
    return true;
}

/* A word that is nearly a keyword which could follow. */
static bool tell_misspelt(Fault *fault)
{
    bool word = (fault->bad.kind == T_IDENT || fault->bad.kind == T_LABEL) && !fault->bad.quoted;
    if (!word || expects(fault, T_IDENT))
        return false;
    NearName near;
    near_name_init(&near, fault->bad.text);
    for (uint32_t row = 0; row < keyword_count(); row++) {
        const KeywordInfo *info = keyword_info(row);
        if (!expects(fault, info->token))
            continue;
        near_name_offer(&near, str_from_cstr(info->spelling[LANG_ZH]));
        near_name_offer(&near, str_from_cstr(info->spelling[LANG_EN]));
    }
    Str best;
    if (!near_name_best(&near, &best))
        return false;
    DiagArg wrong = text_arg(fault, &fault->bad);
    DiagArg right = diag_arg(best);
    Diag *diag = tell(fault, DIAG_MISSPELT, fault->bad.span, DIAG_ARGS(wrong, right));
    diag_fix(fault->context->diags, diag, fault->bad.span, best, DIAG_TEXT_WRITE, DIAG_ARGS(right));
    return true;
}

/* A reserved word where only a name can stand. */
static bool tell_reserved_name(Fault *fault)
{
    const KeywordInfo *keyword = keyword_of_token(fault->bad.kind);
    bool name_wanted = expects(fault, T_IDENT) && !expects_value(fault);
    bool label_wanted = expects(fault, T_LABEL);
    if (keyword == NULL || fault->bad.first_on_line || !(name_wanted || label_wanted))
        return false;
    DiagArg word = text_arg(fault, &fault->bad);
    StrBuf quoted = {0};
    strbuf_printf(&quoted, "`" STR_FMT "`",
                  STR_ARG(source_text(fault->context->source, fault->bad.span)));
    Diag *diag = tell(fault, DIAG_RESERVED_NAME, fault->bad.span, DIAG_ARGS(word));
    diag_fix(fault->context->diags, diag, fault->bad.span, strbuf_str(&quoted),
             DIAG_TEXT_BACKQUOTES, DIAG_NONE);
    strbuf_deinit(&quoted);
    return true;
}

static bool is_comparison(int kind)
{
    return is_operator(kind) && kind != '+' && kind != '-' && kind != '*' && kind != '/' &&
           kind != '.' && kind != '(' && kind != T_COALESCE && kind != T_OR && kind != T_AND &&
           kind != T_AT;
}

/* `1 < x < 5` */
static bool tell_chained(Fault *fault)
{
    if (!is_comparison(fault->bad.kind) || !expects(fault, T_AND) || expects(fault, '='))
        return false;
    Diag *diag = tell(fault, DIAG_CHAINED, fault->bad.span, DIAG_NONE);
    diag_note(fault->context->diags, diag, DIAG_TEXT_CHAINED, DIAG_NONE);
    return true;
}

static int closer_of(int open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* A bracket that is still open where a line begins that cannot go on inside it. */
static bool tell_unclosed(Fault *fault)
{
    ParseContext *context = fault->context;
    bool ends = fault->bad.first_on_line || fault->bad.kind == T_END ||
                fault->bad.kind == T_ROW_END || keyword_of_token(fault->bad.kind) != NULL;
    if (context->brackets.count == 0 || !ends || expects_value(fault))
        return false;
    Token open = vec_last(&context->brackets);
    if (!expects(fault, closer_of(open.kind)))
        return false;
    DiagArg sign = token_arg(fault, &open);
    DiagArg closer = kind_arg(fault, closer_of(open.kind));
    Diag *diag = tell(fault, DIAG_UNCLOSED, open.span, DIAG_ARGS(sign));
    Span end = {open.span.file, fault->previous.span.end, fault->previous.span.end};
    if (fault->bad.kind != T_END)
        diag_label(context->diags, diag, fault->bad.span, DIAG_TEXT_CLOSE_BEFORE,
                   DIAG_ARGS(closer));
    char sign_text = (char)closer_of(open.kind);
    Str closing = {&sign_text, 1};
    DiagArg spelling = diag_arg(closing);
    diag_fix(context->diags, diag, end, closing, DIAG_TEXT_CLOSE_WITH, DIAG_ARGS(spelling));
    return true;
}

static bool tell_extra_closer(Fault *fault)
{
    int kind = fault->bad.kind;
    bool closer = kind == ')' || kind == ']' || kind == '}';
    if (!closer || fault->context->brackets.count > 0)
        return false;
    DiagArg sign = token_arg(fault, &fault->bad);
    (void)tell(fault, DIAG_EXTRA_CLOSER, fault->bad.span, DIAG_ARGS(sign));
    return true;
}

/* A body that ends without its last clause. */
static bool tell_no_end(Fault *fault)
{
    bool ended = fault->bad.kind == T_END ||
                 (fault->bad.first_on_line && parse_is_declaration(fault->bad.kind)) ||
                 fault->bad.kind == T_ALSO;
    if (!ended || expects_value(fault) || !expects_clause(fault))
        return false;
    DiagId id = expects(fault, T_CLUE) ? DIAG_NO_CLUE : DIAG_NO_YIELD;
    Span start = {fault->bad.span.file, fault->context->part_start, fault->context->part_start};
    Str line =
        source_line(fault->context->source, source_place(fault->context->source, start.start).line);
    start.end = start.start + (uint32_t)line.len;
    (void)tell(fault, id, start, DIAG_NONE);
    return true;
}

/* `if … then …` without `else`, `expect …` without `else`. */
static bool tell_no_else(Fault *fault)
{
    if (!expects(fault, T_ELSE) || expects_value(fault) || expects(fault, ','))
        return false;
    DiagArg before = token_arg(fault, &fault->bad);
    (void)tell(fault, DIAG_NO_ELSE, fault->bad.span, DIAG_ARGS(before));
    return true;
}

/* `use` or the file's `on missing` below a declaration. */
static bool tell_late_head(Fault *fault)
{
    bool head = fault->bad.kind == T_USE || fault->bad.kind == T_ON_MISSING;
    bool margin = fault->bad.span.start == 0 ||
                  fault->context->source->text.ptr[fault->bad.span.start - 1] == '\n';
    if (!head || !margin || fault->context->stop_at_error)
        return false;
    DiagArg word = text_arg(fault, &fault->bad);
    (void)tell(fault, DIAG_LATE_HEAD, fault->bad.span, DIAG_ARGS(word));
    return true;
}

/* The only kind that could follow, apart from those that go on with what is complete; 0 if several. */
static int only_expected(const Fault *fault)
{
    int only = 0;
    bool operators = expects_operator(fault);
    for (int slot = 0; slot < PARSE_EXPECTED_MAX; slot++) {
        int kind = slot < 128 ? slot : slot - 128 + 258;
        if (!fault->expected[slot] || is_hidden(fault, kind) || (operators && is_operator(kind)))
            continue;
        if (only != 0)
            return 0;
        only = kind;
    }
    return only;
}

static Str fix_spelling(const Fault *fault, int kind)
{
    const KeywordInfo *keyword = keyword_of_token(kind);
    if (keyword != NULL) {
        /* In the spelling that the text around uses. */
        bool zh = fault->context->last_spelling != TOKEN_SPELLING_EN;
        return str_from_cstr(keyword->spelling[zh ? LANG_ZH : LANG_EN]);
    }
    for (size_t i = 0; i < ARRAY_LEN(token_names); i++) {
        if (token_names[i].kind == kind && token_names[i].quoted)
            return str_from_cstr(token_names[i].text[LANG_EN]);
    }
    return (Str){0};
}

/* Offers to put the one thing that is missing in front of the token. */
static void offer_insert(Fault *fault, Diag *diag, int kind, DiagArg wanted)
{
    Str spelling = fix_spelling(fault, kind);
    bool whole = is_value_start(fault->bad.kind) || is_soft(fault->bad.kind) ||
                 fault->bad.kind == T_LABEL || fault->bad.kind == T_ROW_END;
    if (spelling.len == 0 || kind == '(' || !whole)
        return;
    StrBuf text = {0};
    bool word = keyword_of_token(kind) != NULL;
    strbuf_printf(&text, word ? " " STR_FMT : STR_FMT, STR_ARG(spelling));
    Span place = {fault->bad.span.file, fault->previous.span.end, fault->previous.span.end};
    diag_fix(fault->context->diags, diag, place, strbuf_str(&text), DIAG_TEXT_INSERT,
             DIAG_ARGS(wanted));
    strbuf_deinit(&text);
}

static bool tell_missing(Fault *fault, int kind)
{
    DiagArg wanted = kind_arg(fault, kind);
    DiagArg found = token_arg(fault, &fault->bad);
    Diag *diag = tell(fault, DIAG_MISSING_WORD, fault->bad.span, DIAG_ARGS(wanted, found));
    offer_insert(fault, diag, kind, wanted);
    return true;
}

/* Exactly one thing is wanted and something else stands there. */
static bool tell_missing_word(Fault *fault)
{
    int only = only_expected(fault);
    if (only == 0 || only == T_END)
        return false;
    return tell_missing(fault, only);
}

/* Two items of a list side by side. */
static bool tell_missing_comma(Fault *fault)
{
    bool item = fault->bad.kind == T_LABEL || fault->bad.kind == T_IDENT ||
                fault->bad.kind == T_STRING || fault->bad.kind == T_QUANTITY ||
                fault->bad.kind == T_INTEGER;
    if (!item || fault->context->brackets.count == 0 || !expects(fault, ','))
        return false;
    return tell_missing(fault, ',');
}

/* A name where a name with a colon is wanted. */
static bool tell_missing_colon(Fault *fault)
{
    bool word = fault->bad.kind == T_IDENT || is_soft(fault->bad.kind);
    if (!word || only_expected(fault) != T_LABEL)
        return false;
    DiagArg name = text_arg(fault, &fault->bad);
    Diag *diag = tell(fault, DIAG_MISSING_COLON, fault->bad.span, DIAG_ARGS(name));
    Span place = {fault->bad.span.file, fault->bad.span.end, fault->bad.span.end};
    DiagArg colon = kind_arg(fault, ':');
    diag_fix(fault->context->diags, diag, place, STR(":"), DIAG_TEXT_INSERT, DIAG_ARGS(colon));
    return true;
}

/* Something else where only a text in quotation marks can stand. */
static bool tell_text_wanted(Fault *fault)
{
    bool value = is_value_start(fault->bad.kind) || is_soft(fault->bad.kind);
    if (!value || fault->bad.first_on_line || only_expected(fault) != T_STRING)
        return false;
    DiagArg found = token_arg(fault, &fault->bad);
    (void)tell(fault, DIAG_TEXT_WANTED, fault->bad.span, DIAG_ARGS(found));
    return true;
}

/* `2020-01-01 - 2021-01-01` and `[1, 5]` instead of `..` */
static bool tell_range_sign(Fault *fault)
{
    bool sign = fault->bad.kind == '-' || fault->bad.kind == ',' || fault->bad.kind == T_IDENT;
    if (!sign || only_expected(fault) != T_DOTS)
        return false;
    DiagArg found = token_arg(fault, &fault->bad);
    Diag *diag = tell(fault, DIAG_RANGE_SIGN, fault->bad.span, DIAG_ARGS(found));
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
    Diag *diag = tell(fault, DIAG_EMPTY_CELL, between, DIAG_NONE);
    diag_fix(fault->context->diags, diag, between, STR(" - "), DIAG_TEXT_WRITE,
             DIAG_ARGS(diag_arg_c("-")));
    return true;
}

/* A value is missing between what stands before and the token. */
static bool tell_missing_value(Fault *fault)
{
    if (!expects_value(fault))
        return false;
    DiagArg found = token_arg(fault, &fault->bad);
    DiagArg before = token_arg(fault, &fault->previous);
    Diag *diag = NULL;
    if (fault->previous.kind == 0)
        diag = tell(fault, DIAG_MISSING_VALUE, fault->bad.span, DIAG_ARGS(found));
    else
        diag = tell(fault, DIAG_MISSING_VALUE_AFTER, fault->bad.span, DIAG_ARGS(before, found));
    const KeywordInfo *keyword = keyword_of_token(fault->bad.kind);
    if (keyword != NULL && !fault->bad.first_on_line && !is_operator(fault->bad.kind)) {
        DiagArg word = text_arg(fault, &fault->bad);
        diag_note(fault->context->diags, diag, DIAG_TEXT_KEYWORD_AS_NAME, DIAG_ARGS(word));
    }
    return true;
}

/* A clause that begins a line where none can stand. */
static bool tell_clause_place(Fault *fault)
{
    bool clause =
        is_clause(fault->bad.kind) || fault->bad.kind == T_ORDER_BY || fault->bad.kind == T_FROM;
    if (!clause || !fault->bad.first_on_line)
        return false;
    DiagArg word = token_arg(fault, &fault->bad);
    DiagArg wanted = expected_arg(fault);
    Diag *diag = tell(fault, DIAG_CLAUSE_PLACE, fault->bad.span, DIAG_ARGS(word));
    diag_primary(fault->context->diags, diag, DIAG_TEXT_EXPECTED, DIAG_ARGS(wanted));
    if (expects(fault, T_LABEL) && expects_declaration(fault))
        diag_note(fault->context->diags, diag, DIAG_TEXT_AFTER_CLUE, DIAG_NONE);
    else if (expects_clause(fault) && !expects(fault, T_CLUE))
        diag_note(fault->context->diags, diag, DIAG_TEXT_RULES_ONLY, DIAG_NONE);
    else if (fault->bad.kind == T_ORDER_BY)
        diag_note(fault->context->diags, diag, DIAG_TEXT_QUERIES_ONLY, DIAG_NONE);
    return true;
}

static void tell_unexpected(Fault *fault)
{
    DiagArg found = token_arg(fault, &fault->bad);
    DiagArg wanted = expected_arg(fault);
    bool ended = fault->bad.kind == T_END && fault->context->template_depth == 0;
    Diag *diag = ended ? tell(fault, DIAG_UNEXPECTED_END, fault->bad.span, DIAG_NONE)
                       : tell(fault, DIAG_UNEXPECTED, fault->bad.span, DIAG_ARGS(found));
    if (wanted.zh.len > 0)
        diag_primary(fault->context->diags, diag, DIAG_TEXT_EXPECTED, DIAG_ARGS(wanted));
    if (expects_declaration(fault) && fault->bad.first_on_line)
        diag_note(fault->context->diags, diag, DIAG_TEXT_DECLARATIONS, DIAG_NONE);
}

/* From the most certain to the most general. */
static bool (*const mistakes[])(Fault *fault) = {
    tell_unit_apart,    tell_thousands,    tell_misspelt,      tell_late_head,
    tell_chained,       tell_no_end,       tell_empty_cell,    tell_range_sign,
    tell_missing_colon, tell_text_wanted,  tell_missing_comma, tell_unclosed,
    tell_extra_closer,  tell_no_else,      tell_reserved_name, tell_missing_value,
    tell_missing_word,  tell_clause_place,
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
    Fault fault = {
        .context = context, .bad = context->current, .previous = context->previous, .count = count};
    for (int i = 0; i < count; i++)
        fault.expected[slot_of(expected[i])] = true;
    if (fault.bad.kind == T_END && fault.previous.kind != 0)
        fault.bad.span.start = fault.bad.span.end = fault.previous.span.end;
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

// SPDX-License-Identifier: Apache-2.0
//
// parse_fault.c: how messages call tokens, and what could have followed.
//
// What could follow is put together into a few groups (a value, an operator, a clause …), because a
// list of forty keywords helps nobody.

#include "lang/parse_fault.h"

#include "generated/lang/grammar.h"

/* Kinds are characters below 128 or counted from 256 on; both fit a small table. */
static int slot_of(int kind)
{
    int slot = kind < 128 ? kind : kind - 258 + 128;
    ASSERT(slot >= 0);
    ASSERT(slot < PARSE_EXPECTED_MAX);
    return slot;
}

bool fault_expects(const Fault *fault, int kind)
{
    return fault->expected[slot_of(kind)];
}

bool fault_expects_value(const Fault *fault)
{
    return fault_expects(fault, '(') && fault_expects(fault, T_INTEGER) &&
           fault_expects(fault, T_IDENT);
}

bool fault_expects_operator(const Fault *fault)
{
    return fault_expects(fault, '+') && fault_expects(fault, '/');
}

bool fault_expects_clause(const Fault *fault)
{
    return fault_expects(fault, T_WHERE) && fault_expects(fault, T_JOIN);
}

bool fault_expects_declaration(const Fault *fault)
{
    return fault_expects(fault, T_RULE) && fault_expects(fault, T_TABLE) &&
           !fault_expects(fault, T_IDENT);
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

DiagArg fault_kind_arg(const Fault *fault, int kind)
{
    StrBuf zh = {0};
    StrBuf en = {0};
    add_kind(&zh, kind, LANG_ZH);
    add_kind(&en, kind, LANG_EN);
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

/* A token as written, or what it is when nothing is written. */
DiagArg fault_token_arg(const Fault *fault, const Token *token)
{
    if (token->kind == T_END && fault->context->template_depth > 0)
        return fault_kind_arg(fault, '}');
    if (token->kind == T_END || token->kind == T_ROW_END)
        return fault_kind_arg(fault, token->kind);
    Str text = source_text(fault->context->source, token->span);
    StrBuf zh = {0};
    StrBuf en = {0};
    strbuf_printf(&zh, "“" STR_FMT "”", STR_ARG(text));
    strbuf_printf(&en, "`" STR_FMT "`", STR_ARG(text));
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

DiagArg fault_text_arg(const Fault *fault, const Token *token)
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

bool fault_is_value_start(int kind)
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

bool fault_is_operator(int kind)
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

bool fault_is_soft(int kind)
{
    const KeywordInfo *keyword = keyword_of_token(kind);
    return keyword != NULL && keyword->class == WORD_SOFT;
}

/* The group that speaks for an expected kind, GROUP_NONE when it is listed by itself. */
static Group group_of(const Fault *fault, int kind)
{
    if (fault_expects_value(fault) && fault_is_value_start(kind))
        return GROUP_VALUE;
    if (fault_expects(fault, T_IDENT) && (kind == T_IDENT || fault_is_soft(kind)))
        return fault_expects_value(fault) ? GROUP_VALUE : GROUP_NAME;
    if (fault_expects_operator(fault) && fault_is_operator(kind))
        return GROUP_OPERATOR;
    if (fault_expects_clause(fault) && parse_is_clause(kind))
        return GROUP_CLAUSE;
    if (fault_expects_declaration(fault) && (parse_is_declaration(kind) || kind == T_END))
        return GROUP_DECLARATION;
    return GROUP_NONE;
}

/* Kinds that only the parser knows, or that go on with a name already complete. */
static bool is_hidden(const Fault *fault, int kind)
{
    bool call = kind == '(' && (fault_expects(fault, '.') || fault_expects_operator(fault));
    bool continues =
        (kind == '.' || call || kind == '?') && !fault_expects_value(fault) && fault->count > 1;
    bool operand_done =
        fault->bad.first_on_line && fault_expects_operator(fault) && fault_is_operator(kind);
    bool head = kind == T_ON_MISSING && fault_expects_declaration(fault);
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

DiagArg fault_expected_arg(const Fault *fault)
{
    StrBuf zh = {0};
    StrBuf en = {0};
    add_expected(&zh, fault, LANG_ZH);
    add_expected(&en, fault, LANG_EN);
    return (DiagArg){.zh = keep(fault, &zh), .en = keep(fault, &en)};
}

/* The only kind that could follow, apart from those that go on with what is complete; 0 if several. */
int fault_only_expected(const Fault *fault)
{
    int only = 0;
    bool operators = fault_expects_operator(fault);
    for (int slot = 0; slot < PARSE_EXPECTED_MAX; slot++) {
        int kind = slot < 128 ? slot : slot - 128 + 258;
        if (!fault->expected[slot] || is_hidden(fault, kind) ||
            (operators && fault_is_operator(kind)))
            continue;
        if (only != 0)
            return 0;
        only = kind;
    }
    return only;
}

Str fault_spelling(const Fault *fault, int kind)
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

Diag *fault_tell(Fault *fault, DiagId id, Span span, const DiagArg *args, size_t count)
{
    return diag_emit_with(fault->context->diags, id, span, args, count);
}

void fault_init(Fault *fault, ParseContext *context, const int *expected, int count)
{
    *fault = (Fault){
        .context = context, .bad = context->current, .previous = context->previous, .count = count};
    for (int i = 0; i < count; i++)
        fault->expected[slot_of(expected[i])] = true;
    if (fault->bad.kind == T_END && fault->previous.kind != 0)
        fault->bad.span.start = fault->bad.span.end = fault->previous.span.end;
}

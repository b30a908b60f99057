// SPDX-License-Identifier: Apache-2.0
//
// parse.c: drives lexer and parser, and recovers from errors.
//
// Bison's parser is pushed one token at a time. Where a line begins with a token that cannot follow,
// the driver tells so itself and pushes a BAD token in its place; that ends what was complete above
// it, so that a misspelt clause does not take the one before it along. Then it skips to the next
// line whose first word can go on: a clause, an option, a field, a row, a declaration. When the
// parser is left in a place where no declaration can follow (its end is missing), it is thrown away
// and a new one goes on at the declaration; what was open becomes an AST_ERROR that keeps the name.

#include "lang/parse.h"

#include "generated/lang/grammar.h"
#include "lang/parse_int.h"

typedef struct Driver {
    ParseContext *context;
    yypstate *state;
    bool skipping;   /* to the next token that can go on */
    bool dead;       /* the parser gave up; only a new one helps */
    uint32_t indent; /* of the line that began the part being read or skipped */
    Token ahead;     /* one token of lookahead */
    Token keyword;   /* that began the open declaration; kind 0: none */
    Token name;      /* the declaration's name; kind 0: not seen */
} Driver;

/* ----------------------------------------------------------------------- kinds of tokens */

bool parse_is_declaration(int token)
{
    switch (token) {
    case T_USE:
    case T_LAW:
    case T_TYPE:
    case T_ENUM:
    case T_UNIT:
    case T_TABLE:
    case T_SOURCE:
    case T_PARAM:
    case T_FUNCTION:
    case T_EXTERN:
    case T_RELATION:
    case T_RULE:
    case T_QUERY:
    case T_MATCH:
    case T_MODEL:
    case T_TEST:
        return true;
    default:
        return false;
    }
}

bool parse_is_clause(int kind)
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

/* Whether a token of this kind begins a clause, an option, or another part of a declaration. */
static bool is_part(int token)
{
    if (parse_is_clause(token))
        return true;
    switch (token) {
    case T_FROM:
    case T_ORDER_BY:
    case T_LIMIT:
    case T_ALSO:
    case T_KEY:
    case T_KEEP:
    case T_HOLDER:
    case T_COVERS:
    case T_EXPECT:
    case T_VERSION:
    case T_EFFECTIVE:
    case T_SINCE:
    case T_BLOCK_ON:
    case T_COMPARE:
    case T_ACCEPT:
    case T_POINT:
    case T_GIVEN:
    case T_STEP:
    case T_ABSENT:
    case T_ON_MISSING:
    case T_LABEL:
    case '|':
        return true;
    default:
        return false;
    }
}

/* Whether the parser may go on at this token after an error. */
static bool is_resting_point(const Token *token)
{
    return token->kind == T_END || token->kind == T_ROW_END ||
           (token->first_on_line && (is_part(token->kind) || parse_is_declaration(token->kind)));
}

/* Whether nothing at all stands before the token on its line. */
static bool at_margin(const ParseContext *context, const Token *token)
{
    uint32_t start = token->span.start;
    return start == 0 || context->source->text.ptr[start - 1] == '\n';
}

/* Bytes before the token on its line. */
static uint32_t indent_of(const ParseContext *context, const Token *token)
{
    uint32_t start = token->span.start;
    while (start > 0 && context->source->text.ptr[start - 1] != '\n')
        start--;
    return token->span.start - start;
}

static bool is_word(const Token *token)
{
    return token->kind == T_IDENT || token->kind == T_LABEL ||
           token->spelling != TOKEN_SPELLING_NONE;
}

/* Whether a declaration must be meant, although the word could also be a name: `rule X` at the margin. */
static bool begins_declaration(const Driver *driver, const Token *token)
{
    const Token *ahead = &driver->ahead;
    return parse_is_declaration(token->kind) && at_margin(driver->context, token) &&
           !ahead->first_on_line && (is_word(ahead) || ahead->kind == T_STRING);
}

/* ----------------------------------------------------------------------- pushing */

static void begin_parser(Driver *driver, int start_token)
{
    ParseContext *context = driver->context;
    driver->state = yypstate_new();
    if (driver->state == NULL)
        base_memory_failed(sizeof(yypstate *));
    driver->dead = false;
    YYSTYPE value = {0};
    Span span = {context->source->file, context->lexer.at, context->lexer.at};
    int status = yypush_parse(driver->state, start_token, &value, &span, context);
    ASSERT(status == YYPUSH_MORE);
}

static void end_parser(Driver *driver)
{
    yypstate_delete(driver->state);
    driver->state = NULL;
}

static bool is_closing(int open, int close)
{
    return (open == '(' || open == '[') ? close == ')' || close == ']' : close == '}';
}

/* Keeps the list of brackets that are open. */
static void track_brackets(ParseContext *context, const Token *token)
{
    int kind = token->kind;
    if (kind == '(' || kind == '[' || kind == '{')
        vec_push(&context->brackets, *token);
    else if ((kind == ')' || kind == ']' || kind == '}') && context->brackets.count > 0 &&
             is_closing(vec_last(&context->brackets).kind, kind))
        (void)vec_pop(&context->brackets);
}

/* Keeps the word and the name of the declaration that is open. */
static void track_declaration(Driver *driver, const Token *token)
{
    if (parse_is_declaration(token->kind) && token->first_on_line) {
        driver->keyword = *token;
        driver->name = (Token){0};
        driver->context->part_start = token->span.start;
    } else if (driver->name.kind == 0 && driver->keyword.kind != 0 && is_word(token) &&
               token->kind != T_FUNCTION) {
        driver->name = *token;
    }
}

/* Keeps the last words: one of them may be glued. */
static void track_words(ParseContext *context, const Token *token)
{
    if (token->kind == T_IDENT || token->kind == T_LABEL || token->kind == T_QUANTITY)
        context->words[context->word_count++ % PARSE_WORDS_MAX] = *token;
}

/* Gives the token to the parser. False when the parser has given up. */
static bool push(Driver *driver, const Token *token)
{
    ParseContext *context = driver->context;
    YYSTYPE value = {.token = *token};
    Span span = token->span;
    context->current = *token;
    int status = yypush_parse(driver->state, token->kind, &value, &span, context);
    driver->dead = status != YYPUSH_MORE && !(status == 0 && token->kind == T_END);
    track_brackets(context, token);
    track_words(context, token);
    if (parse_is_clause(token->kind) || token->kind == T_EXPECT || token->kind == T_IF ||
        (parse_is_declaration(token->kind) && token->first_on_line))
        context->clause = token->kind;
    context->previous = *token;
    if (token->spelling != TOKEN_SPELLING_NONE)
        context->last_spelling = token->spelling;
    return !driver->dead;
}

/* ----------------------------------------------------------------------- recovery */

static bool accepts(const Driver *driver, int kind)
{
    return !driver->dead && grammar_accepts(driver->state, kind);
}

/* Whether the parser can take a token that begins a line. */
static bool can_follow(const Driver *driver, const Token *token)
{
    if (!accepts(driver, token->kind))
        return false;
    return !(begins_declaration(driver, token) && accepts(driver, T_IDENT));
}

static void tell_unexpected(Driver *driver, const Token *token)
{
    int expected[PARSE_EXPECTED_MAX];
    driver->context->current = *token;
    int count = grammar_expected(driver->state, expected, PARSE_EXPECTED_MAX);
    parse_syntax_error(driver->context, expected, count);
}

/* Ends what is complete before a token that cannot follow, and leaves an AST_ERROR for the rest. */
static void push_bad(Driver *driver, const Token *token)
{
    ParseContext *context = driver->context;
    bool margin = at_margin(context, token) || !accepts(driver, T_BAD_PART);
    Token bad = *token;
    bad.kind = margin && accepts(driver, T_BAD_DECL) ? T_BAD_DECL : T_BAD_PART;
    bool named = is_word(&driver->ahead) && !driver->ahead.first_on_line;
    context->bad_name = named ? driver->ahead : (Token){0};
    context->quiet = true;
    (void)push(driver, &bad);
    context->quiet = false;
    vec_clear(&context->brackets);
}

/* The open declaration as an AST_ERROR that keeps its name. */
static void abandon_declaration(Driver *driver, uint32_t end)
{
    ParseContext *context = driver->context;
    if (driver->keyword.kind == 0)
        return;
    Span span = driver->keyword.span;
    span.end = MAX_OF(span.end, end);
    const AstName *name = NULL;
    /* What a lost `use` would have brought is known by no name. */
    if (driver->name.kind != 0 && driver->keyword.kind != T_USE)
        name = ast_new_Name(&context->builder, driver->name.span,
                            &(AstName){.text = driver->name.text});
    const AstError *error = ast_new_Error(&context->builder, span, &(AstError){.name = name});
    parse_declare(context, &error->base);
    driver->keyword = (Token){0};
}

/* Goes on with a new parser at `token`, which begins a declaration or ends the file. */
static void restart(Driver *driver, const Token *token)
{
    ParseContext *context = driver->context;
    abandon_declaration(driver, token->span.start);
    end_parser(driver);
    bool in_head = token->kind == T_USE && context->declarations.count == 0;
    begin_parser(driver, in_head ? T_START_FILE : T_START_REST);
    vec_clear(&context->brackets);
    driver->skipping = false;
    track_declaration(driver, token);
    if (can_follow(driver, token))
        (void)push(driver, token);
    else
        driver->skipping = true;
}

static void feed(Driver *driver, const Token *token);

/* A word that is no keyword and stands where the next part should begin: a second mistake. */
static bool is_next_mistake(const Driver *driver, const Token *token)
{
    return token->first_on_line && token->kind == T_IDENT &&
           indent_of(driver->context, token) <= driver->indent &&
           (accepts(driver, T_BAD_PART) || accepts(driver, T_BAD_DECL));
}

/* While skipping: goes on at the token if it is a resting point where something can follow. */
static void try_resume(Driver *driver, const Token *token)
{
    ParseContext *context = driver->context;
    if (is_next_mistake(driver, token)) {
        driver->skipping = false;
        grammar_forgive(driver->state);
        context->error_seen = false;
        feed(driver, token);
        return;
    }
    if (!is_resting_point(token))
        return;
    if (can_follow(driver, token)) {
        driver->skipping = false;
        grammar_forgive(driver->state);
        vec_clear(&context->brackets);
        context->error_seen = false;
        track_declaration(driver, token);
        driver->indent = indent_of(context, token);
        (void)push(driver, token);
    } else if (token->kind == T_END || begins_declaration(driver, token) ||
               (driver->dead && parse_is_declaration(token->kind))) {
        context->error_seen = false;
        restart(driver, token);
    }
}

/* A token that begins a line and cannot follow. */
static void refuse(Driver *driver, const Token *token)
{
    tell_unexpected(driver, token);
    push_bad(driver, token);
    driver->skipping = true;
    driver->indent = indent_of(driver->context, token);
    if (is_resting_point(token))
        try_resume(driver, token);
}

static void feed(Driver *driver, const Token *token)
{
    ParseContext *context = driver->context;
    if (driver->skipping) {
        try_resume(driver, token);
        return;
    }
    bool look = token->first_on_line || token->kind == T_END;
    if (look && !can_follow(driver, token)) {
        refuse(driver, token);
        return;
    }
    track_declaration(driver, token);
    if (is_resting_point(token))
        driver->indent = indent_of(context, token);
    (void)push(driver, token);
    driver->skipping = context->error_seen || driver->dead;
    context->error_seen = false;
}

static void drive_file(ParseContext *context)
{
    Driver driver = {.context = context};
    begin_parser(&driver, T_START_FILE);
    driver.ahead = lexer_next(&context->lexer);
    for (;;) {
        Token token = driver.ahead;
        if (token.kind != T_END)
            driver.ahead = lexer_next(&context->lexer);
        feed(&driver, &token);
        if (token.kind == T_END)
            break;
    }
    end_parser(&driver);
}

/* ----------------------------------------------------------------------- contexts */

void parse_context_init(ParseContext *context, Arena *arena, const Source *source,
                        const Keywords *keywords, DiagList *diags)
{
    *context = (ParseContext){
        .builder = {.arena = arena, .diags = diags, .height_max = source->nesting_max},
        .source = source,
        .diags = diags,
        .keywords = keywords,
        .trial_bytes = PARSE_TRIAL_BYTES_MAX,
        .start_token = T_START_REST,
    };
}

void parse_context_deinit(ParseContext *context)
{
    vec_free(&context->comments);
    vec_free(&context->brackets);
}

static void begin_text(ParseContext *context, uint32_t start, uint32_t end)
{
    lexer_init(&context->lexer, context->builder.arena, context->keywords, context->source, start,
               end, context->diags);
    context->lexer.comments = &context->comments;
}

bool parse_slice(ParseContext *context, int start_token, uint32_t start, uint32_t end)
{
    begin_text(context, start, end);
    context->stop_at_error = true;
    if (context->template_depth == 0)
        context->start_token = start_token;
    Driver driver = {.context = context};
    begin_parser(&driver, start_token);
    for (bool done = false; !done;) {
        Token token = lexer_next(&context->lexer);
        done = !push(&driver, &token) || context->error_seen || token.kind == T_END;
    }
    end_parser(&driver);
    bool good = !context->error_seen && !context->builder.failed && context->lexer.faults == 0;
    context->builder.failed |= !good;
    return good;
}

bool parse_trial(ParseContext *context, const Token *behind)
{
    ASSERT(context->diags == NULL);
    begin_text(context, 0, (uint32_t)context->source->text.len);
    Driver driver = {.context = context};
    begin_parser(&driver, context->start_token);
    bool alone = context->start_token != T_START_REST;
    driver.ahead = lexer_next(&context->lexer);
    for (Token token = driver.ahead; token.kind != T_END; token = driver.ahead) {
        driver.ahead = lexer_next(&context->lexer);
        if (alone)
            (void)(driver.dead || push(&driver, &token));
        else
            feed(&driver, &token);
    }
    bool complete = accepts(&driver, T_BAD_PART) || accepts(&driver, T_BAD_DECL);
    bool follows = behind->kind == T_END || complete || can_follow(&driver, behind);
    bool good = context->late_errors == 0 && !driver.skipping && !driver.dead && follows;
    end_parser(&driver);
    return good;
}

static const Ast *make_ast(ParseContext *context, const AstNode *root)
{
    Ast *ast = ARENA_NEW(context->builder.arena, Ast);
    ast->source = context->source;
    ast->root = root;
    ast->node_count = context->builder.node_count;
    ast->failed = context->builder.failed || context->lexer.faults > 0;
    return ast;
}

static Span whole(const Source *source)
{
    return (Span){source->file, 0, (uint32_t)source->text.len};
}

static const Ast *broken_ast(ParseContext *context)
{
    context->builder.failed = true;
    const AstError *error =
        ast_new_Error(&context->builder, whole(context->source), &(AstError){.name = NULL});
    return make_ast(context, &error->base);
}

/* ----------------------------------------------------------------------- entry points */

const Ast *parse(Arena *arena, const Source *source, DiagList *diags)
{
    ASSERT(diags != NULL);
    Keywords keywords;
    keywords_init(&keywords);
    ParseContext context;
    parse_context_init(&context, arena, source, &keywords, diags);
    if (lexer_check_encoding(source, diags)) {
        begin_text(&context, 0, (uint32_t)source->text.len);
        drive_file(&context);
    } else {
        context.builder.failed = true;
    }
    const AstFile *file =
        ast_new_File(&context.builder, whole(source),
                     &(AstFile){.head = context.head, .declarations = context.declarations});
    const Ast *ast = make_ast(&context, &file->base);
    parse_context_deinit(&context);
    return ast;
}

/* Parses the whole text from one start token, up to the first error. */
static const Ast *parse_whole(Arena *arena, const Source *source, DiagList *diags, int start_token,
                              bool *unfinished)
{
    Keywords keywords;
    keywords_init(&keywords);
    ParseContext context;
    parse_context_init(&context, arena, source, &keywords, diags);
    bool good = lexer_check_encoding(source, diags) &&
                parse_slice(&context, start_token, 0, (uint32_t)source->text.len);
    if (unfinished != NULL)
        *unfinished = !good && context.current.kind == T_END && context.error_seen;
    const Ast *ast = good ? make_ast(&context, context.root) : broken_ast(&context);
    parse_context_deinit(&context);
    return ast;
}

const Ast *parse_prompt(Arena *arena, const Source *source, DiagList *diags, bool *unfinished)
{
    if (unfinished == NULL)
        return parse_whole(arena, source, diags, T_START_PROMPT, NULL);
    /* Whether more lines could help is asked without a word; only then is the text really wrong. */
    const Ast *ast = parse_whole(arena, source, NULL, T_START_PROMPT, unfinished);
    if (!ast->failed || *unfinished)
        return ast;
    return parse_whole(arena, source, diags, T_START_PROMPT, NULL);
}

const Ast *parse_expr(Arena *arena, const Source *source, DiagList *diags)
{
    return parse_whole(arena, source, diags, T_START_EXPR, NULL);
}

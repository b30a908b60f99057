// SPDX-License-Identifier: Apache-2.0
//
// parse_node.c: the constructors that are more than a copy of fields.
//
// Texts and numbers are decoded here, so that no later stage sees a quotation mark or a digit.

#include "generated/lang/grammar.h"
#include "lang/parse_int.h"

#define NEW(T, span, ...) ast_new_##T(&context->builder, (span), &(Ast##T){__VA_ARGS__})

void parse_head(ParseContext *context, const AstNode *node)
{
    context->head = ast_list_add(&context->builder, context->head, node);
}

void parse_declare(ParseContext *context, const AstNode *node)
{
    if (node->kind == AST_ERROR && ast_as_Error(node)->name == NULL)
        context->declarations = ast_list_add_error(&context->builder, context->declarations, node);
    else
        context->declarations = ast_list_add(&context->builder, context->declarations, node);
}

const AstNode *parse_bad_declaration(ParseContext *context, Span span)
{
    const AstName *name = NULL;
    if (context->bad_name.kind != 0)
        name = NEW(Name, context->bad_name.span, .text = context->bad_name.text);
    return &NEW(Error, span, .name = name)->base;
}

/* ----------------------------------------------------------------------- documentation */

/* Whether nothing but blanks and one line break lies between two offsets. */
static bool only_break_between(const Source *source, uint32_t start, uint32_t end)
{
    uint32_t breaks = 0;
    for (uint32_t i = start; i < end; i++) {
        char c = source->text.ptr[i];
        breaks += c == '\n';
        if (c != '\n' && c != ' ' && c != '\t' && c != '\r')
            return false;
    }
    return breaks == 1;
}

/* A comment's text without its signs and the blank behind them. */
static Str comment_text(const Source *source, Span span)
{
    Str text = source_text(source, span);
    while (str_starts(text, STR("#")) || str_starts(text, STR("＃")))
        text = str_slice(text, str_starts(text, STR("#")) ? 1 : STR("＃").len, text.len);
    return str_trim(text);
}

Str parse_doc(ParseContext *context, Span span)
{
    /* Comments behind the declaration's head may be known already: find the last one before it. */
    size_t end = context->comments.count;
    while (end > 0 && context->comments.items[end - 1].span.start > span.start)
        end--;
    size_t first = end;
    uint32_t below = span.start;
    while (
        first > 0 && context->comments.items[first - 1].is_doc &&
        only_break_between(context->source, context->comments.items[first - 1].span.end, below)) {
        first--;
        below = context->comments.items[first].span.start;
    }
    if (first == end)
        return (Str){0};
    StrBuf doc = {0};
    for (size_t i = first; i < end; i++) {
        if (i > first)
            strbuf_add_char(&doc, '\n');
        strbuf_add(&doc, comment_text(context->source, context->comments.items[i].span));
    }
    Str result = arena_str(context->builder.arena, strbuf_str(&doc));
    strbuf_deinit(&doc);
    return result;
}

/* ----------------------------------------------------------------------- texts */

const AstText *parse_text(ParseContext *context, const Token *token)
{
    Str text = lexer_decode_text(context->builder.arena, token->text, false);
    return NEW(Text, token->span, .text = text);
}

const AstText *parse_pattern(ParseContext *context, const Token *token)
{
    Str text = lexer_decode_text(context->builder.arena, token->text, true);
    return NEW(Text, token->span, .text = text);
}

/* A template under way: bytes at..end of the source are still to be read. */
typedef struct Template {
    ParseContext *context;
    uint32_t at;
    uint32_t end;
    AstList parts;
    StrBuf literal;
    uint32_t literal_start;
} Template;

static Span template_span(const Template *template, uint32_t start, uint32_t end)
{
    return (Span){template->context->source->file, start, end};
}

static bool template_starts(const Template *template, const char *text)
{
    Str rest = str_slice(template->context->source->text, template->at, template->end);
    return str_starts(rest, str_from_cstr(text));
}

/* Ends the literal text read so far. */
static void flush_literal(Template *template)
{
    ParseContext *context = template->context;
    if (template->literal.len == 0)
        return;
    Str raw = arena_str(context->builder.arena, strbuf_str(&template->literal));
    Str text = lexer_decode_text(context->builder.arena, raw, false);
    const AstText *part =
        NEW(Text, template_span(template, template->literal_start, template->at), .text = text);
    template->parts = ast_list_add(&context->builder, template->parts, &part->base);
    strbuf_clear(&template->literal);
}

/* If `rest` begins with a text in other quotation marks, its length up to the closing mark; else 0. A
 * mark that was not found once is not looked for again, so that time stays linear. */
static size_t quoted_length(Str rest, bool missing[2])
{
    static const char *const pairs[][2] = {{"「", "」"}, {"“", "”"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        if (missing[i] || !str_starts(rest, str_from_cstr(pairs[i][0])))
            continue;
        size_t end = str_find(rest, str_from_cstr(pairs[i][1]), 0);
        missing[i] = end == STR_NONE;
        return missing[i] ? 0 : end;
    }
    return 0;
}

uint32_t parse_hole_end(const Source *source, uint32_t start, uint32_t end)
{
    uint32_t depth = 0;
    bool missing[2] = {false, false};
    for (uint32_t at = start; at < end; at++) {
        Str rest = str_slice(source->text, at, end);
        at += (uint32_t)quoted_length(rest, missing);
        if (rest.ptr[0] == '{') {
            depth++;
        } else if (rest.ptr[0] == '}') {
            if (depth == 0)
                return at;
            depth--;
        }
    }
    return end;
}

/* Parses the expression in a hole with a context of its own. */
static const AstNode *parse_hole(ParseContext *context, uint32_t start, uint32_t end)
{
    ParseContext child;
    parse_context_init(&child, context->builder.arena, context->source, context->keywords,
                       context->diags);
    child.builder = context->builder;
    child.template_depth = context->template_depth + 1;
    child.trial_bytes = context->trial_bytes;
    child.part_start = context->part_start;
    child.start_token = context->start_token;
    child.error_floor = context->error_floor;
    Span span = {context->source->file, start, end};
    if (child.template_depth > PARSE_TEMPLATE_DEPTH_MAX)
        parse_stack_full(&child, span);
    else
        (void)parse_slice(&child, T_START_EXPR, start, end);
    context->builder = child.builder;
    context->trial_bytes = child.trial_bytes;
    context->late_errors += child.late_errors;
    const AstNode *root = child.root;
    parse_context_deinit(&child);
    return root != NULL ? root : &NEW(Error, span, .name = NULL)->base;
}

/* At a `{` that opens a hole. */
static void read_hole(Template *template)
{
    ParseContext *context = template->context;
    uint32_t open = template->at;
    uint32_t end = parse_hole_end(context->source, open + 1, template->end);
    flush_literal(template);
    Span span = template_span(template, open, MIN_OF(end + 1, template->end));
    Str content = str_trim(str_slice(context->source->text, open + 1, end));
    const AstNode *part = NULL;
    if (end == template->end || content.len == 0) {
        context->builder.failed = true;
        if (context->diags != NULL) {
            DiagId id = end == template->end ? DIAG_UNCLOSED_HOLE : DIAG_EMPTY_HOLE;
            Span place = end == template->end ? template_span(template, open, open + 1) : span;
            Diag *diag = diag_emit(context->diags, id, place);
            diag_note(context->diags, diag,
                      id == DIAG_UNCLOSED_HOLE ? DIAG_TEXT_TEXT_IN_HOLE : DIAG_TEXT_DOUBLE_BRACE,
                      DIAG_NONE);
        }
        part = &NEW(Error, span, .name = NULL)->base;
    } else {
        part = parse_hole(context, open + 1, end);
    }
    template->parts = ast_list_add(&context->builder, template->parts, part);
    template->at = MIN_OF(end + 1, template->end);
    template->literal_start = template->at;
}

static void read_template(Template *template)
{
    while (template->at < template->end) {
        if (template_starts(template, "{{") || template_starts(template, "}}")) {
            strbuf_add_char(&template->literal, template->context->source->text.ptr[template->at]);
            template->at += 2;
        } else if (template_starts(template, "{")) {
            read_hole(template);
        } else {
            strbuf_add_char(&template->literal, template->context->source->text.ptr[template->at]);
            template->at++;
        }
    }
    flush_literal(template);
}

const AstNode *parse_template(ParseContext *context, const Token *token)
{
    bool plain = str_find(token->text, STR("{"), 0) == STR_NONE &&
                 str_find(token->text, STR("}"), 0) == STR_NONE;
    if (plain || token->unclosed)
        return &parse_text(context, token)->base;
    uint32_t start = (uint32_t)(token->text.ptr - context->source->text.ptr);
    Template template = {
        .context = context,
        .at = start,
        .end = start + (uint32_t)token->text.len,
        .literal_start = start,
    };
    read_template(&template);
    strbuf_deinit(&template.literal);
    AstList parts = template.parts;
    if (parts.count == 0)
        return &NEW(Text, token->span, .text = {0})->base;
    if (parts.count == 1 && parts.items[0]->kind == AST_TEXT &&
        parts.items[0]->span.end == template.end)
        return &NEW(Text, token->span, .text = ast_as_Text(parts.items[0])->text)->base;
    return ast_bounded(&context->builder, &NEW(Template, token->span, .parts = parts)->base);
}

/* ----------------------------------------------------------------------- numbers and dates */

const AstNumber *parse_number(ParseContext *context, const Token *token, AstNumberForm form)
{
    return NEW(Number, token->span, .form = form, .count = token->count, .scale = token->scale,
               .unit = token->unit);
}

const AstNumber *parse_negative(ParseContext *context, Span span, const AstNumber *number)
{
    return NEW(Number, span, .form = number->form, .count = -number->count, .scale = number->scale);
}

const AstDate *parse_date(ParseContext *context, const Token *token, AstDateForm form)
{
    return NEW(Date, token->span, .form = form, .value = token->time);
}

/* ----------------------------------------------------------------------- articles */

static void add_article_level(StrBuf *out, int level, int64_t number, int64_t insertion)
{
    static const char *const levels[] = {"条", "款", "项", "目"};
    strbuf_add_c(out, level == 2 ? "第（" : "第");
    lexer_add_chinese_number(out, number);
    strbuf_add_c(out, level == 2 ? "）" : "");
    strbuf_add_c(out, levels[level]);
    if (insertion > 0) {
        strbuf_add_c(out, "之");
        lexer_add_chinese_number(out, insertion);
    }
}

/* The deepest level that the article names: 0 条 … 3 目, -1 none. */
static int article_depth(const AstArticle *article)
{
    return article->subitem > 0     ? 3
           : article->item > 0      ? 2
           : article->paragraph > 0 ? 1
           : article->article > 0   ? 0
                                    : -1;
}

static Str article_text(ParseContext *context, const AstArticle *article)
{
    int64_t numbers[] = {article->article, article->paragraph, article->item, article->subitem};
    StrBuf out = {0};
    for (int level = 0; level < 4; level++) {
        if (numbers[level] > 0)
            add_article_level(&out, level, numbers[level], level == 0 ? article->insertion : 0);
    }
    Str text = arena_str(context->builder.arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return text;
}

static void tell_article(ParseContext *context, const Token *token)
{
    context->builder.failed = true;
    if (context->diags != NULL)
        diag_emit(context->diags, DIAG_ARTICLE_NUMBER, token->span);
}

AstList parse_articles(ParseContext *context, AstList list, const Token *token)
{
    Str text = token->text;
    int level = 0;
    int64_t number = 0;
    int64_t insertion = 0;
    while (lexer_next_article(&text, &level, &number, &insertion)) {
        if (number < 1 || insertion < 0) {
            tell_article(context, token);
            continue;
        }
        AstArticle *article = NULL;
        if (list.count > 0 && article_depth(ast_as_Article(list.items[list.count - 1])) < level)
            article = (AstArticle *)(void *)list.items[list.count - 1];
        if (article == NULL) {
            article = NEW(Article, token->span, .article = 0);
            list = ast_list_add(&context->builder, list, &article->base);
        }
        int64_t *const fields[] = {&article->article, &article->paragraph, &article->item,
                                   &article->subitem};
        *fields[level] = number;
        article->insertion = level == 0 ? insertion : article->insertion;
        article->base.span = span_join(article->base.span, token->span);
        article->text = article_text(context, article);
    }
    return list;
}

/* ----------------------------------------------------------------------- declarations */

const AstNode *parse_member(ParseContext *context, const AstName *name, const AstText *also)
{
    return &NEW(EnumMember, span_join(name->base.span, also->base.span), .name = name,
                .also = ast_list_of(&context->builder, &also->base))
                ->base;
}

const AstNode *parse_column_also(ParseContext *context, const AstColumn *column,
                                 const AstText *also)
{
    return &NEW(Column, span_join(column->base.span, also->base.span), .name = column->name,
                .type = column->type, .unit = column->unit,
                .also = ast_list_of(&context->builder, &also->base))
                ->base;
}

AstList parse_also(ParseContext *context, AstList list, const AstText *also)
{
    ASSERT(list.count > 0);
    AstNode *last = (AstNode *)(void *)list.items[list.count - 1];
    AstList *member = last->kind == AST_COLUMN ? &((AstColumn *)(void *)last)->also
                                               : &((AstEnumMember *)(void *)last)->also;
    ASSERT(last->kind == AST_COLUMN || last->kind == AST_ENUM_MEMBER);
    ast_extend(last, member, ast_list_add(&context->builder, *member, &also->base));
    return list;
}

const AstNode *parse_unit(ParseContext *context, Span span, const AstName *name,
                          const AstNumber *numerator, const Token *quantity)
{
    const AstName *of = NEW(Name, quantity->span, .text = quantity->unit);
    const AstNumber *number =
        NEW(Number, quantity->span,
            .form = quantity->scale > 0 ? AST_NUMBER_DECIMAL : AST_NUMBER_INTEGER,
            .count = quantity->count, .scale = quantity->scale);
    bool whole = numerator == NULL;
    return &NEW(Unit, span, .doc = parse_doc(context, span), .name = name,
                .numerator = whole ? number : numerator, .denominator = whole ? NULL : number,
                .of = of)
                ->base;
}

const AstTypeRef *parse_nullable(ParseContext *context, const AstTypeRef *type, Span span)
{
    return NEW(TypeRef, span, .name = type->name, .arguments = type->arguments,
               .element = type->element, .nullable = true);
}

const AstTypeRef *parse_set_type(ParseContext *context, const AstTypeRef *element, Span span)
{
    const AstNode *bounded =
        ast_bounded(&context->builder, &NEW(TypeRef, span, .element = element)->base);
    if (bounded->kind == AST_TYPE_REF)
        return ast_as_TypeRef(bounded);
    return NEW(TypeRef, span, .name = NULL); /* told already */
}

/* ----------------------------------------------------------------------- bodies */

const AstNode *parse_query(ParseContext *context, Span span, const AstName *name,
                           const AstText *title, const AstFrom *from, AstList clauses,
                           const AstYield *yield, const AstOrderBy *order, const AstNumber *limit)
{
    Span end = from->base.span;
    if (clauses.count > 0)
        end = clauses.items[clauses.count - 1]->span;
    if (yield != NULL)
        end = yield->base.span;
    const AstBody *body = NEW(Body, span_join(from->base.span, end), .from = from,
                              .clauses = clauses, .yield = yield);
    return &NEW(Query, span, .doc = parse_doc(context, span), .name = name, .title = title,
                .body = body, .order = order, .limit = limit)
                ->base;
}

const AstFrom *parse_broken_from(ParseContext *context, Span span)
{
    const AstName *nothing = NEW(Name, span, .text = {0});
    const AstPath *path = NEW(Path, span, .names = ast_list_of(&context->builder, &nothing->base));
    AstFrom *from = NEW(From, span, .source = path, .variable = nothing);
    from->base.wrong = true;
    return from;
}

const AstNode *parse_partner(ParseContext *context, Span span, AstVerb verb, AstPartner *partner)
{
    (void)context;
    partner->verb = verb;
    partner->base.span = span;
    return &partner->base;
}

const AstNode *parse_step(ParseContext *context, Span span, bool absent, const AstNode *named)
{
    const AstNamed *step = ast_as_Named(named);
    return &NEW(Step, span, .absent = absent, .name = step->name, .condition = step->value)->base;
}

const AstNode *parse_expect_count(ParseContext *context, Span span, AstEntries entries,
                                  const Token *count)
{
    return &NEW(ExpectCount, span, .entries = entries,
                .count = parse_number(context, count, AST_NUMBER_INTEGER))
                ->base;
}

const AstNode *parse_row(ParseContext *context, const AstGrid *grid, Span span, AstList cells)
{
    if (cells.count == grid->header.count)
        return &NEW(Row, span, .cells = cells)->base;
    context->builder.failed = true;
    if (context->diags != NULL) {
        DiagArg found = diag_arg_int(context->diags, cells.count);
        DiagArg wanted = diag_arg_int(context->diags, grid->header.count);
        Diag *diag =
            diag_emit_with(context->diags, DIAG_ROW_LENGTH, span, DIAG_ARGS(found, wanted));
        Span header = span_join(grid->header.items[0]->span,
                                grid->header.items[grid->header.count - 1]->span);
        diag_label(context->diags, diag, header, DIAG_TEXT_HEADER_CELLS, DIAG_ARGS(wanted));
        diag_note(context->diags, diag, DIAG_TEXT_BLANK_CELL, DIAG_NONE);
    }
    return &NEW(Error, span, .name = NULL)->base;
}

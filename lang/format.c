// SPDX-License-Identifier: Apache-2.0
//
// format.c: the canonical layout.
//
// The text is read twice: as a tree, and as tokens with their comments. The tree tells what the
// tokens cannot: where a clause or an option begins, which words are names, which brackets belong
// to a call, which minus is a sign. These facts become marks on tokens; then the tokens are written
// one after the other. Lines begin where the structure wants it; inside a clause the author's own
// line breaks stay, with the indentation that fits. At last the result is parsed again and must give
// the same tree: a formatter may never change what a file means.

#include "lang/format.h"

#include "generated/lang/grammar.h"
#include "lang/lexer.h"
#include "lang/parse_int.h"
#include "runtime/base/vec.h"

typedef enum Break {
    BREAK_NONE, /* only where the author broke the line inside a part */
    BREAK_SOFT, /* begins a part; on a new line if the author put it there */
    BREAK_HARD, /* begins a part and a line */
} Break;

/* What the tree says about a token. */
typedef struct Mark {
    Break line;
    uint8_t indent;    /* of a part */
    uint8_t gap;       /* blanks before it when the line goes on; 0: as usual */
    bool tight_before; /* the bracket of a call; `/` of a unit's factor */
    bool tight_after;  /* a sign; `/` of a unit's factor */
    bool roomy;        /* braces of an enum; the colon of a parameter */
    bool row;          /* begins a row of a table */
    bool spaced;       /* a declaration with a body: an empty line stands before it */
} Mark;

typedef struct Format {
    const Source *source;
    FormatSpelling spelling;
    const Keywords *keywords;
    Arena *arena;
    VEC(Token) tokens;
    VEC(Mark) marks;         /* one per token and one that nobody reads */
    VEC(uint32_t) names;     /* starts of the words that are names, sorted */
    VEC(uint32_t) templates; /* starts of the texts that are templates, sorted */
    LexComments comments;
    StrBuf *out;
    size_t base;         /* length of `out` before this text */
    size_t next_comment; /* to be written */
    int part_indent;     /* of the part being written */
    int line_indent;     /* that lines inside the part start from */
    int depth;           /* of open brackets */
    uint32_t written;    /* end of the last token or comment written, in the source */
    bool must_break;     /* after a comment or a row */
    bool after_comment;  /* on a line of its own, that belongs to the next token */
} Format;

#define INDENT_STEP 2
#define INDENT_LIST 4 /* columns, members, fields, rows */
#define COMMENT_GAP 3

/* ----------------------------------------------------------------------- marks from the tree */

/* Index of the first token that starts at or behind `offset`. */
static size_t token_behind(const Format *format, uint32_t offset)
{
    size_t low = 0;
    size_t high = format->tokens.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (format->tokens.items[middle].span.start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Index of the token that starts at `offset`; SIZE_MAX when none does (inside a template). */
static size_t token_at(const Format *format, uint32_t offset)
{
    size_t index = token_behind(format, offset);
    bool found = index < format->tokens.count && format->tokens.items[index].span.start == offset;
    return found ? index : SIZE_MAX;
}

/* The mark of the token `back` tokens before the one at `offset`; one that nobody reads if there is none. */
static Mark *mark_before(Format *format, uint32_t offset, size_t back)
{
    size_t index = token_at(format, offset);
    bool found = index != SIZE_MAX && index >= back;
    return &format->marks.items[found ? index - back : format->tokens.count];
}

static Mark *mark_at(Format *format, uint32_t offset)
{
    return mark_before(format, offset, 0);
}

static void mark_part(Mark *mark, Break line, uint8_t indent, uint8_t gap)
{
    mark->line = line;
    mark->indent = indent;
    mark->gap = gap;
}

/* Each item of the list begins a part; the first one a line. */
static void mark_parts(Format *format, AstList list, Break others, uint8_t indent)
{
    for (uint32_t i = 0; i < list.count; i++) {
        Mark *mark = mark_at(format, list.items[i]->span.start);
        mark_part(mark, i == 0 ? BREAK_HARD : others, indent, 2);
    }
}

static void mark_clause(Format *format, const AstNode *clause)
{
    if (clause != NULL)
        mark_part(mark_at(format, clause->span.start), BREAK_HARD, INDENT_STEP, 0);
}

/* The bracket behind `offset`, the end of a name, belongs to it. */
static void mark_call(Format *format, uint32_t offset)
{
    size_t index = token_behind(format, offset);
    if (index < format->tokens.count && format->tokens.items[index].kind == '(')
        format->marks.items[index].tight_before = true;
}

static bool has_body(AstKind kind)
{
    return kind == AST_RULE || kind == AST_RELATION || kind == AST_QUERY || kind == AST_MATCH ||
           kind == AST_MODEL || kind == AST_TEST;
}

static void mark_file(Format *format, const AstFile *file)
{
    for (uint32_t i = 0; i < file->head.count; i++) {
        const AstNode *item = file->head.items[i];
        size_t back = item->kind == AST_POLICY ? 1 : 0; /* its keyword stands before it */
        mark_part(mark_before(format, item->span.start, back), BREAK_HARD, 0, 0);
    }
    for (uint32_t i = 0; i < file->declarations.count; i++) {
        const AstNode *declaration = file->declarations.items[i];
        Mark *mark = mark_at(format, declaration->span.start);
        mark_part(mark, BREAK_HARD, 0, 0);
        mark->spaced = has_body(declaration->kind);
    }
}

static void mark_body(Format *format, const AstBody *body)
{
    mark_clause(format, &body->from->base);
    for (uint32_t i = 0; i < body->clauses.count; i++)
        mark_clause(format, body->clauses.items[i]);
    mark_clause(format, body->yield == NULL ? NULL : &body->yield->base);
    mark_clause(format, body->clue == NULL ? NULL : &body->clue->base);
}

static void mark_relation(Format *format, const AstRelation *relation)
{
    mark_parts(format, relation->options, BREAK_SOFT, INDENT_STEP);
    for (uint32_t i = 1; i < relation->branches.count; i++)
        mark_part(mark_before(format, relation->branches.items[i]->span.start, 1), BREAK_HARD, 0,
                  0);
}

static void mark_query(Format *format, const AstQuery *query)
{
    mark_clause(format, query->order == NULL ? NULL : &query->order->base);
    if (query->limit != NULL)
        mark_part(mark_before(format, query->limit->base.span.start, 1), BREAK_SOFT, INDENT_STEP,
                  0);
}

static void mark_enum(Format *format, const AstEnum *node)
{
    if (node->members.count == 0)
        return;
    mark_before(format, node->members.items[0]->span.start, 1)->roomy = true;
    size_t behind = token_behind(format, node->base.span.end);
    if (behind > 0)
        format->marks.items[behind - 1].roomy = true;
}

static void mark_unit(Format *format, const AstUnit *unit)
{
    if (unit->denominator == NULL)
        return;
    Mark *slash = mark_before(format, unit->denominator->base.span.start, 1);
    slash->tight_before = true;
    slash->tight_after = true;
}

static void mark_test(Format *format, const AstTest *test)
{
    for (uint32_t i = 0; i < test->steps.count; i++) {
        const AstNode *step = test->steps.items[i];
        bool given = step->kind == AST_GIVEN_TABLE || step->kind == AST_GIVEN_VALUE;
        mark_part(mark_before(format, step->span.start, given ? 0 : 1), BREAK_HARD, INDENT_STEP, 0);
    }
}

static void mark_grid(Format *format, const AstGrid *grid)
{
    Mark *header = mark_at(format, grid->base.span.start);
    mark_part(header, BREAK_HARD, INDENT_LIST, 0);
    header->row = true;
    for (uint32_t i = 0; i < grid->rows.count; i++) {
        Mark *row = mark_at(format, grid->rows.items[i]->span.start);
        mark_part(row, BREAK_HARD, INDENT_LIST, 0);
        row->row = true;
    }
}

static void mark_fields(Format *format, AstList fields)
{
    for (uint32_t i = 0; i < fields.count; i++)
        mark_part(mark_at(format, fields.items[i]->span.start), BREAK_SOFT, INDENT_LIST, 2);
}

/* The minus at `offset`, if there is one, is a sign. */
static void mark_sign(Format *format, uint32_t offset)
{
    size_t index = token_at(format, offset);
    if (index != SIZE_MAX && format->tokens.items[index].kind == '-')
        format->marks.items[index].tight_after = true;
}

/* Marks that expressions and types put on single tokens. */
static void mark_small(Format *format, const AstNode *node)
{
    if (node->kind == AST_NAME)
        vec_push(&format->names, node->span.start);
    else if (node->kind == AST_TEMPLATE)
        vec_push(&format->templates, node->span.start);
    else if (node->kind == AST_CALL)
        mark_call(format, ast_as_Call(node)->callee->span.end);
    else if (node->kind == AST_TYPE_REF && ast_as_TypeRef(node)->arguments.count > 0)
        mark_call(format, ast_as_TypeRef(node)->name->base.span.end);
    else if (node->kind == AST_USING && ast_as_Using(node)->sides.count > 0)
        mark_call(format, ast_as_Using(node)->match->base.span.end);
    else if (node->kind == AST_NUMBER ||
             (node->kind == AST_UNARY && ast_as_Unary(node)->operator== AST_OP_NEG))
        mark_sign(format, node->span.start);
}

static AstVisit mark_node(void *context, const AstNode *node)
{
    Format *format = context;
    switch (node->kind) {
    case AST_FILE:
        mark_file(format, ast_as_File(node));
        break;
    case AST_LAW:
        mark_parts(format, ast_as_Law(node)->versions, BREAK_HARD, INDENT_STEP);
        break;
    case AST_TABLE:
        mark_parts(format, ast_as_Table(node)->options, BREAK_SOFT, INDENT_STEP);
        break;
    case AST_SOURCE:
        mark_parts(format, ast_as_Source(node)->options, BREAK_SOFT, INDENT_STEP);
        break;
    case AST_RELATION:
        mark_relation(format, ast_as_Relation(node));
        break;
    case AST_BODY:
        mark_body(format, ast_as_Body(node));
        break;
    case AST_QUERY:
        mark_query(format, ast_as_Query(node));
        break;
    case AST_CLUE:
        mark_parts(format, ast_as_Clue(node)->fields, BREAK_HARD, INDENT_LIST);
        break;
    case AST_SEQUENCE:
        mark_parts(format, ast_as_Sequence(node)->steps, BREAK_HARD, INDENT_LIST);
        break;
    case AST_MATCH:
        mark_parts(format, ast_as_Match(node)->items, BREAK_HARD, INDENT_STEP);
        break;
    case AST_THRESHOLDS:
        mark_before(format, ast_as_Thresholds(node)->review->base.span.start, 2)->gap = 2;
        break;
    case AST_MODEL:
        mark_parts(format, ast_as_Model(node)->points, BREAK_HARD, INDENT_STEP);
        break;
    case AST_TEST:
        mark_test(format, ast_as_Test(node));
        break;
    case AST_GRID:
        mark_grid(format, ast_as_Grid(node));
        break;
    case AST_EXPECT_ENTRY:
        mark_fields(format, ast_as_ExpectEntry(node)->fields);
        break;
    case AST_ENUM:
        mark_enum(format, ast_as_Enum(node));
        break;
    case AST_UNIT:
        mark_unit(format, ast_as_Unit(node));
        break;
    case AST_PARAM:
        mark_before(format, ast_as_Param(node)->type->base.span.start, 1)->roomy = true;
        break;
    case AST_FUNCTION:
        mark_call(format, ast_as_Function(node)->name->base.span.end);
        break;
    case AST_EXTERN:
        mark_call(format, ast_as_Extern(node)->name->base.span.end);
        break;
    default:
        mark_small(format, node);
        break;
    }
    return AST_VISIT_INTO;
}

static int compare_offsets(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* ----------------------------------------------------------------------- spelling of tokens */

static bool is_name(const Format *format, const Token *token)
{
    return format->names.count > 0 &&
           bsearch(&token->span.start, format->names.items, format->names.count, sizeof(uint32_t),
                   compare_offsets) != NULL;
}

static bool is_template(const Format *format, const Token *token)
{
    return token->kind == T_STRING && format->templates.count > 0 &&
           bsearch(&token->span.start, format->templates.items, format->templates.count,
                   sizeof(uint32_t), compare_offsets) != NULL;
}

static bool is_keyword(const Format *format, const Token *token)
{
    return token->spelling != TOKEN_SPELLING_NONE && !is_name(format, token);
}

static Str keyword_text(FormatSpelling spelling, const Token *token)
{
    const KeywordInfo *info = keyword_of_token(token->kind);
    ASSERT(info != NULL);
    bool english = spelling == FORMAT_AS_WRITTEN ? token->spelling == TOKEN_SPELLING_EN
                                                 : spelling == FORMAT_EN;
    return str_from_cstr(info->spelling[english ? LANG_EN : LANG_ZH]);
}

/* The half-width spelling of a mark; empty when the token is none. */
static Str mark_text(int kind)
{
    static const struct {
        int kind;
        const char *text;
    } rows[] = {
#define WORD(NAME, english, chinese, class)
#define KIND(NAME, english, chinese)
#define MARK(NAME, spelling) {T_##NAME, spelling},
#define CHAR(CODE, spelling) {CODE, spelling},
#include "lang/token.def"
#undef WORD
#undef KIND
#undef MARK
#undef CHAR
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].kind == kind)
            return str_from_cstr(rows[i].text);
    }
    return (Str){0};
}

static void add_template(Format *format, const Token *token, int depth);

/* The hole start..end of a template with its keywords respelt and everything else as it was. */
static void add_hole(Format *format, uint32_t start, uint32_t end, int depth)
{
    Lexer lexer;
    lexer_init(&lexer, format->arena, format->keywords, format->source, start, end, NULL);
    uint32_t copied = start;
    for (Token token = lexer_next(&lexer); token.kind != T_END; token = lexer_next(&lexer)) {
        bool keyword = is_keyword(format, &token);
        if (!keyword && !is_template(format, &token))
            continue;
        strbuf_add(format->out, str_slice(format->source->text, copied, token.span.start));
        if (keyword)
            strbuf_add(format->out, keyword_text(format->spelling, &token));
        else
            add_template(format, &token, depth + 1);
        copied = token.span.end;
    }
    strbuf_add(format->out, str_slice(format->source->text, copied, end));
}

/* A template; keywords in its holes are respelt. Holes within holes are as deep as the parser allows. */
static void add_template(Format *format, const Token *token, int depth)
{
    ASSERT(depth <= PARSE_TEMPLATE_DEPTH_MAX);
    Str text = format->source->text;
    uint32_t copied = token->span.start;
    uint32_t content_end = (uint32_t)(token->text.ptr + token->text.len - text.ptr);
    for (uint32_t at = (uint32_t)(token->text.ptr - text.ptr); at < content_end; at++) {
        bool doubled = at + 1 < content_end && text.ptr[at] == text.ptr[at + 1];
        if (text.ptr[at] != '{' || doubled) {
            at += doubled && (text.ptr[at] == '{' || text.ptr[at] == '}');
            continue;
        }
        uint32_t end = parse_hole_end(format->source, at + 1, content_end);
        strbuf_add(format->out, str_slice(text, copied, at + 1));
        add_hole(format, at + 1, end, depth);
        copied = end;
        at = end;
    }
    strbuf_add(format->out, str_slice(text, copied, token->span.end));
}

/* Whether a keyword before this name would be read together with it: `on missing`. */
static bool makes_pair(const Format *format, size_t index)
{
    const Token *name = &format->tokens.items[index];
    const Token *before = index > 0 ? &format->tokens.items[index - 1] : NULL;
    if (before == NULL || name->quoted || !is_keyword(format, before))
        return false;
    StrBuf both = {0};
    Lang lang;
    strbuf_add(&both, keyword_text(format->spelling, before));
    strbuf_add_char(&both, ' ');
    strbuf_add(&both, source_text(format->source, name->span));
    bool pair = keyword_find(format->keywords, strbuf_str(&both), &lang) != NULL;
    strbuf_deinit(&both);
    return pair;
}

static void add_token(Format *format, size_t index)
{
    const Token *token = &format->tokens.items[index];
    Str mark = mark_text(token->kind);
    if (mark.len > 0) {
        strbuf_add(format->out, mark);
    } else if (is_keyword(format, token)) {
        strbuf_add(format->out, keyword_text(format->spelling, token));
    } else if (format->spelling != FORMAT_AS_WRITTEN && is_template(format, token)) {
        add_template(format, token, 0);
    } else {
        bool quote = is_name(format, token) && makes_pair(format, index);
        strbuf_add_c(format->out, quote ? "`" : "");
        strbuf_add(format->out, source_text(format->source, token->span));
        strbuf_add_c(format->out, quote ? "`" : "");
    }
}

/* ----------------------------------------------------------------------- lines and blanks */

static uint32_t breaks_between(const Format *format, uint32_t start, uint32_t end)
{
    uint32_t breaks = 0;
    for (uint32_t i = start; i < end; i++)
        breaks += format->source->text.ptr[i] == '\n';
    return breaks;
}

/* A new line with this indentation, after an empty one if asked; the first line of all has none before it. */
static void begin_line(Format *format, int indent, bool empty_line)
{
    if (format->out->len > format->base)
        strbuf_add_c(format->out, empty_line ? "\n\n" : "\n");
    strbuf_add_repeat(format->out, ' ', (size_t)indent);
}

static bool is_opener(int kind)
{
    return kind == '(' || kind == '[' || kind == '{';
}

static bool is_closer(int kind)
{
    return kind == ')' || kind == ']' || kind == '}';
}

/* Words that begin the second half of a clause: on a line of their own they stand one step in, and
 * what goes on below them one step more. */
static bool is_link(int kind)
{
    switch (kind) {
    case T_ON:
    case T_USING:
    case T_COVERED_AT:
    case T_ON_MISSING:
    case T_BY:
    case T_UPTO:
    case T_WITHIN:
    case T_AMONG:
    case T_ORDERED_BY:
    case T_WHEN:
    case T_PER:
    case T_OVER:
    case T_FILL:
    case T_GAP:
    case T_CITES:
        return true;
    default:
        return false;
    }
}

/* Indentation of a line that goes on inside a part. */
static int inner_indent(Format *format, const Token *token)
{
    bool closer = is_closer(token->kind);
    if (format->part_indent == 0) {
        int inside = format->depth > 0 ? INDENT_LIST : INDENT_STEP;
        return closer ? 0 : inside;
    }
    if (format->depth == 0 && is_link(token->kind) && is_keyword(format, token)) {
        format->line_indent = format->part_indent + INDENT_STEP;
        return format->line_indent;
    }
    return closer ? format->line_indent : format->line_indent + INDENT_STEP;
}

/* Whether the token sticks to the one before it even where the author broke the line. */
static bool sticks(const Token *token, const Mark *mark)
{
    int kind = token->kind;
    return mark->tight_before || kind == ',' || kind == '.' || kind == ':' || kind == '?' ||
           (is_closer(kind) && !mark->roomy);
}

/* Blanks between the token and the one before it on one line. */
static size_t gap_before(const Format *format, size_t index)
{
    const Token *token = &format->tokens.items[index];
    const Mark *mark = &format->marks.items[index];
    if (index == 0)
        return 0;
    const Token *before = &format->tokens.items[index - 1];
    const Mark *before_mark = &format->marks.items[index - 1];
    if (mark->gap > 0)
        return mark->gap;
    if (token->kind == ':' && mark->roomy)
        return 1;
    if (sticks(token, mark) || before_mark->tight_after || before->kind == '.')
        return 0;
    if (is_opener(before->kind) && !before_mark->roomy)
        return 0;
    return token->kind == '(' && before->kind == ')' ? 0 : 1;
}

/* ----------------------------------------------------------------------- writing */

/* Whether the comment stood behind something on its line. */
static bool is_trailing(const Format *format, const LexComment *comment)
{
    return format->out->len > format->base &&
           breaks_between(format, format->written, comment->span.start) == 0;
}

static bool was_indented(const Format *format, const LexComment *comment)
{
    uint32_t start = comment->span.start;
    return start > 0 && format->source->text.ptr[start - 1] != '\n';
}

static Str comment_text(const Format *format, const LexComment *comment)
{
    return str_trim(source_text(format->source, comment->span));
}

/* Writes the comments before the token; they are indented as it will be. */
static void write_comments(Format *format, const Token *token, const Mark *mark)
{
    while (format->next_comment < format->comments.count) {
        const LexComment *comment = &format->comments.items[format->next_comment];
        if (comment->span.start >= token->span.start && token->kind != T_END)
            return;
        if (is_trailing(format, comment)) {
            strbuf_add_repeat(format->out, ' ', COMMENT_GAP);
        } else {
            bool part = mark->line != BREAK_NONE;
            int indent = part ? mark->indent : inner_indent(format, token);
            if (part && mark->indent == 0 && was_indented(format, comment))
                indent = INDENT_STEP;
            uint32_t breaks = breaks_between(format, format->written, comment->span.start);
            bool first = !format->after_comment && mark->spaced;
            begin_line(format, indent, first || (part && !mark->row && breaks > 1));
            format->after_comment = true;
        }
        strbuf_add(format->out, comment_text(format, comment));
        format->written = comment->span.end;
        format->must_break = true;
        format->next_comment++;
    }
}

static void write_token(Format *format, size_t index)
{
    const Token *token = &format->tokens.items[index];
    const Mark *mark = &format->marks.items[index];
    write_comments(format, token, mark);
    uint32_t breaks = breaks_between(format, format->written, token->span.start);
    bool part = mark->line != BREAK_NONE;
    bool new_line = format->must_break || mark->line == BREAK_HARD ||
                    (breaks > 0 && (part || !sticks(token, mark)));
    if (part && (new_line || format->part_indent == 0)) {
        format->part_indent = mark->indent;
        format->line_indent = mark->indent;
    }
    if (new_line)
        begin_line(format, part ? mark->indent : inner_indent(format, token),
                   (part && !mark->row && breaks > 1) || (mark->spaced && !format->after_comment));
    else
        strbuf_add_repeat(format->out, ' ', gap_before(format, index));
    add_token(format, index);
    format->depth += is_opener(token->kind) - is_closer(token->kind);
    format->written = token->span.end;
    format->must_break = false;
    format->after_comment = false;
}

static void write_all(Format *format)
{
    for (size_t i = 0; i < format->tokens.count; i++)
        write_token(format, i);
    Token end = {.kind = T_END, .span = {format->source->file, 0, 0}};
    Mark last = {.line = BREAK_HARD};
    write_comments(format, &end, &last);
    if (format->out->len > format->base)
        strbuf_add_char(format->out, '\n');
}

/* ----------------------------------------------------------------------- entry */

/* Fills tokens, comments and marks. */
static void prepare(Format *format, const Ast *ast)
{
    Lexer lexer;
    lexer_init(&lexer, format->arena, format->keywords, format->source, 0,
               (uint32_t)format->source->text.len, NULL);
    lexer.comments = &format->comments;
    for (Token token = lexer_next(&lexer); token.kind != T_END; token = lexer_next(&lexer)) {
        if (token.kind != T_ROW_END)
            vec_push(&format->tokens, token);
    }
    vec_resize(&format->marks, format->tokens.count + 1);
    ast_walk(ast->root, mark_node, NULL, format);
    if (format->names.count > 0)
        qsort(format->names.items, format->names.count, sizeof(uint32_t), compare_offsets);
    if (format->templates.count > 0)
        qsort(format->templates.items, format->templates.count, sizeof(uint32_t), compare_offsets);
}

/* The text that was written means what the source means. */
static bool same_tree(Arena *arena, const Ast *ast, Str written)
{
    SourceSet *set = source_set_create(arena, NULL, NULL);
    const Source *source = source_add(set, STR("formatted"), written);
    DiagList *diags = diag_list_create(arena, set);
    const Ast *again = parse(arena, source, diags);
    return !again->failed && ast_equal(ast->root, again->root);
}

static void format_ast(const Ast *ast, Arena *arena, FormatSpelling spelling, StrBuf *out)
{
    Keywords keywords;
    keywords_init(&keywords);
    Format format = {
        .source = ast->source,
        .spelling = spelling,
        .keywords = &keywords,
        .arena = arena,
        .out = out,
        .base = out->len,
    };
    prepare(&format, ast);
    write_all(&format);
    vec_free(&format.tokens);
    vec_free(&format.marks);
    vec_free(&format.names);
    vec_free(&format.templates);
    vec_free(&format.comments);
    Str written = str_slice(strbuf_str(out), format.base, out->len);
    ASSERT(written.len > SOURCE_SIZE_MAX || same_tree(arena, ast, written));
}

bool format_source(const Source *source, FormatSpelling spelling, DiagList *diags, StrBuf *out)
{
    Arena *arena = arena_create(NULL, 0);
    const Ast *ast = parse(arena, source, diags);
    bool good = !ast->failed;
    if (good)
        format_ast(ast, arena, spelling, out);
    arena_destroy(arena);
    return good;
}

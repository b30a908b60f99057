// SPDX-License-Identifier: Apache-2.0
//
// parse_split.c: advice on glued words.
//
// Chinese is written without blanks, so `100元且s` is one word to the lexer. Every way to take a word
// apart at keywords inside it is tried: the declaration up to the end of the line is parsed again
// with blanks in these places, and what parses is a candidate. Names are the checker's part.

#include "generated/lang/grammar.h"
#include "lang/parse_int.h"

#define SPLIT_PIECES_MAX 9         /* pieces of one word, keywords and names */
#define SPLIT_CANDIDATES_MAX 32    /* ways to take one word apart that are tried */
#define SPLIT_WORD_MAX 200         /* bytes of a word that is looked at */
#define SPLIT_TEXT_MAX (64 * 1024) /* bytes of a declaration that is parsed again */

typedef struct Piece {
    size_t start;
    size_t end;
    bool keyword;
} Piece;

typedef struct Candidate {
    Piece pieces[SPLIT_PIECES_MAX];
    size_t count;
} Candidate;

/* The search: the word, how much of its front stays together, and what was found. */
typedef struct Search {
    const Keywords *keywords;
    Str word;
    size_t front; /* bytes of a number at the front */
    Candidate current;
    VEC(Candidate) found;
} Search;

/* ----------------------------------------------------------------------- taking apart */

static bool is_boundary(Str text, size_t at)
{
    return at >= text.len || ((unsigned char)text.ptr[at] & 0xC0) != 0x80;
}

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether an English keyword at start..end stands apart from other letters: not in `handle`. */
static bool stands_apart(Str word, size_t start, size_t end)
{
    if (!is_ascii_letter(word.ptr[start]))
        return true;
    return (start == 0 || !is_ascii_letter(word.ptr[start - 1])) &&
           (end == word.len || !is_ascii_letter(word.ptr[end]));
}

static bool is_keyword(const Search *search, size_t start, size_t end)
{
    Lang lang;
    return end - start < KEYWORD_SIZE_MAX && stands_apart(search->word, start, end) &&
           keyword_find(search->keywords, str_slice(search->word, start, end), &lang) != NULL;
}

static void add_piece(Search *search, size_t start, size_t end, bool keyword)
{
    ASSERT(search->current.count < SPLIT_PIECES_MAX);
    search->current.pieces[search->current.count++] = (Piece){start, end, keyword};
}

/* Keeps the current pieces if there is a keyword among several of them. */
static void keep_candidate(Search *search)
{
    bool keyword = false;
    for (size_t i = 0; i < search->current.count; i++)
        keyword |= search->current.pieces[i].keyword;
    if (keyword && search->current.count > 1 && search->found.count < SPLIT_CANDIDATES_MAX)
        vec_push(&search->found, search->current);
}

/* Tries every keyword at or behind `at`; a name may stand before it. Depth is bounded by the pieces. */
static void take_apart(Search *search, size_t at)
{
    size_t before = search->current.count;
    if (at == search->word.len) {
        keep_candidate(search);
        return;
    }
    if (before + 2 > SPLIT_PIECES_MAX || search->found.count == SPLIT_CANDIDATES_MAX)
        return;
    size_t first = at == 0 ? search->front : at;
    for (size_t start = first; start < search->word.len; start++) {
        if (!is_boundary(search->word, start))
            continue;
        for (size_t end = start + 1; end <= search->word.len; end++) {
            if (!is_boundary(search->word, end) || !is_keyword(search, start, end))
                continue;
            if (start > at)
                add_piece(search, at, start, false);
            add_piece(search, start, end, true);
            take_apart(search, end);
            search->current.count = before;
        }
    }
    add_piece(search, at, search->word.len, false);
    keep_candidate(search);
    search->current.count = before;
}

/* The pieces with blanks between them. */
static void add_replacement(StrBuf *out, Str word, const Candidate *candidate)
{
    for (size_t i = 0; i < candidate->count; i++) {
        if (i > 0)
            strbuf_add_char(out, ' ');
        strbuf_add(out, str_slice(word, candidate->pieces[i].start, candidate->pieces[i].end));
    }
}

/* ----------------------------------------------------------------------- trials */

/* Where a word stands and what is parsed again to try it. */
typedef struct Place {
    const Source *source;
    const Keywords *keywords;
    Span word;
    uint32_t start; /* of the declaration */
    uint32_t end;   /* of the word's line */
    int start_token;
} Place;

static uint32_t line_end(const Source *source, uint32_t at)
{
    while (at < source->text.len && source->text.ptr[at] != '\n')
        at++;
    return at;
}

/* The token behind the line, which must be able to follow. */
static Token token_behind(const Place *place, Arena *arena)
{
    Lexer lexer;
    lexer_init(&lexer, arena, place->keywords, place->source, place->end,
               (uint32_t)place->source->text.len, NULL);
    return lexer_next(&lexer);
}

/* Whether the text parses with the word replaced. */
static bool try_replacement(const Place *place, Str replacement)
{
    Str text = place->source->text;
    StrBuf changed = {0};
    strbuf_add(&changed, str_slice(text, place->start, place->word.start));
    strbuf_add(&changed, replacement);
    strbuf_add(&changed, str_slice(text, place->word.end, place->end));
    strbuf_add_char(&changed, '\n');
    Arena *scratch = arena_create(NULL, 0);
    SourceSet *set = source_set_create(scratch, NULL, NULL);
    const Source *source = source_add(set, STR(""), strbuf_str(&changed));
    strbuf_deinit(&changed);
    ParseContext context;
    parse_context_init(&context, scratch, source, place->keywords, NULL);
    context.start_token = place->start_token;
    context.error_floor = place->word.start - place->start;
    Token behind = token_behind(place, scratch);
    bool good = parse_trial(&context, &behind);
    parse_context_deinit(&context);
    arena_destroy(scratch);
    return good;
}

/* Bytes of digits, points and full-width digits at the front of a quantity. */
static size_t number_front(Str word)
{
    size_t at = 0;
    while (at < word.len) {
        if ((word.ptr[at] >= '0' && word.ptr[at] <= '9') || word.ptr[at] == '.')
            at += 1;
        else if (str_starts(str_slice(word, at, word.len), STR("\xEF\xBC")) && at + 2 < word.len &&
                 (unsigned char)word.ptr[at + 2] >= 0x8E && (unsigned char)word.ptr[at + 2] <= 0x99)
            at += 3;
        else
            break;
    }
    return at;
}

/* Fills `good` with the splits of the word that parse; their number. Each trial costs the
 * bytes that it parses. */
static size_t find_splits(const Place *place, Candidate *good, size_t room, uint32_t *bytes)
{
    Str word = source_text(place->source, place->word);
    if (word.len > SPLIT_WORD_MAX || place->end - place->start > SPLIT_TEXT_MAX)
        return 0;
    Search search = {.keywords = place->keywords, .word = word, .front = number_front(word)};
    take_apart(&search, 0);
    size_t count = 0;
    uint32_t cost = place->end - place->start;
    for (size_t i = 0; i < search.found.count && count < room && cost <= *bytes; i++) {
        *bytes -= cost;
        StrBuf replacement = {0};
        add_replacement(&replacement, word, &search.found.items[i]);
        if (try_replacement(place, strbuf_str(&replacement)))
            good[count++] = search.found.items[i];
        strbuf_deinit(&replacement);
    }
    vec_free(&search.found);
    return count;
}

/* The one with the fewest pieces; NULL if there is none, or two. */
static const Candidate *simplest(const Candidate *candidates, size_t count)
{
    const Candidate *best = NULL;
    bool unique = false;
    for (size_t i = 0; i < count; i++) {
        if (best == NULL || candidates[i].count < best->count) {
            best = &candidates[i];
            unique = true;
        } else if (candidates[i].count == best->count) {
            unique = false;
        }
    }
    return unique ? best : NULL;
}

/* ----------------------------------------------------------------------- telling */

static void make_split(Arena *arena, const Place *place, const Candidate *candidate,
                       ParseSplit *split)
{
    Str word = source_text(place->source, place->word);
    StrBuf replacement = {0};
    add_replacement(&replacement, word, candidate);
    *split = (ParseSplit){.span = place->word,
                          .replacement = arena_str(arena, strbuf_str(&replacement))};
    strbuf_deinit(&replacement);
    Str *names = ARENA_ARRAY(arena, Str, candidate->count);
    size_t front = number_front(word);
    for (size_t i = 0; i < candidate->count; i++) {
        Piece piece = candidate->pieces[i];
        if (piece.keyword)
            continue;
        if (i == 0 && front > 0)
            split->unit = arena_str(arena, str_slice(word, front, piece.end));
        else
            names[split->name_count++] = arena_str(arena, str_slice(word, piece.start, piece.end));
    }
    split->names = names;
}

void parse_advise_split(DiagList *diags, Diag *diag, const ParseSplit *split)
{
    DiagArg arg = diag_arg(split->replacement);
    diag_note(diags, diag, DIAG_TEXT_GLUED, DIAG_NONE);
    diag_fix(diags, diag, split->span, split->replacement, DIAG_TEXT_WRITE, DIAG_ARGS(arg));
}

static bool may_be_glued(const Token *token)
{
    return (token->kind == T_IDENT || token->kind == T_LABEL || token->kind == T_QUANTITY) &&
           !token->quoted;
}

/* Tells that the token lacks blanks, if exactly one way to put them in parses. */
static bool tell_word(ParseContext *context, const Token *token)
{
    if (!may_be_glued(token))
        return false;
    Place place = {
        .source = context->source,
        .keywords = context->keywords,
        .word = token->span,
        .start = MIN_OF(context->part_start, token->span.start),
        .end = line_end(context->source, token->span.end),
        .start_token = context->start_token,
    };
    Candidate good[PARSE_SPLITS_MAX];
    size_t count = find_splits(&place, good, PARSE_SPLITS_MAX, &context->trial_bytes);
    const Candidate *best = simplest(good, count);
    if (best == NULL)
        return false;
    ParseSplit split;
    make_split(context->builder.arena, &place, best, &split);
    DiagArg word = diag_arg(source_text(context->source, token->span));
    Diag *diag = diag_emit_with(context->diags, DIAG_GLUED, token->span, DIAG_ARGS(word));
    parse_advise_split(context->diags, diag, &split);
    return true;
}

static bool on_same_line(const Source *source, uint32_t start, uint32_t end)
{
    return start <= end && str_find(str_slice(source->text, start, end), STR("\n"), 0) == STR_NONE;
}

bool parse_tell_glued(ParseContext *context)
{
    if (tell_word(context, &context->current))
        return true;
    uint32_t known = MIN_OF(context->word_count, PARSE_WORDS_MAX);
    for (uint32_t i = 1; i <= known; i++) {
        const Token *word = &context->words[(context->word_count - i) % PARSE_WORDS_MAX];
        bool before = word->span.end == context->previous.span.end ||
                      on_same_line(context->source, word->span.end, context->current.span.start);
        if (before && tell_word(context, word))
            return true;
    }
    return false;
}

/* Whether there is a keyword inside the word: most words have none, and then nothing need be read. */
static bool may_split(const Keywords *keywords, Str word)
{
    if (word.len > SPLIT_WORD_MAX)
        return false;
    Search search = {.keywords = keywords, .word = word, .front = number_front(word)};
    take_apart(&search, 0);
    bool found = search.found.count > 0;
    vec_free(&search.found);
    return found;
}

/* Start of the last declaration that begins at or before `offset`. */
static uint32_t declaration_start(const Place *place, Arena *arena, uint32_t offset)
{
    Lexer lexer;
    lexer_init(&lexer, arena, place->keywords, place->source, 0, offset, NULL);
    uint32_t start = 0;
    for (Token token = lexer_next(&lexer); token.kind != T_END; token = lexer_next(&lexer)) {
        uint32_t at = token.span.start;
        bool margin = at == 0 || place->source->text.ptr[at - 1] == '\n';
        if (margin && parse_is_declaration(token.kind))
            start = at;
    }
    return start;
}

uint32_t parse_splits(Arena *arena, const Source *source, Span span, ParseSplit *splits)
{
    Keywords keywords;
    keywords_init(&keywords);
    if (!may_split(&keywords, source_text(source, span)))
        return 0;
    Place place = {
        .source = source,
        .keywords = &keywords,
        .word = span,
        .end = line_end(source, span.end),
        .start_token = T_START_REST,
    };
    Arena *scratch = arena_create(NULL, 0);
    place.start = declaration_start(&place, scratch, span.start);
    arena_destroy(scratch);
    Candidate good[PARSE_SPLITS_MAX];
    uint32_t bytes = PARSE_TRIAL_BYTES_MAX / 4;
    size_t count = find_splits(&place, good, PARSE_SPLITS_MAX, &bytes);
    for (size_t i = 0; i < count; i++)
        make_split(arena, &place, &good[i], &splits[i]);
    return (uint32_t)count;
}

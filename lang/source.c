// SPDX-License-Identifier: Apache-2.0
//
// source.c: texts, their lines, and places in them.
//
// Lines are found once, when a source is added; a place is then a binary search. Sources are found
// again by path, so that two `use` of one file share it.

#include "lang/source.h"

#include "runtime/base/vec.h"

struct SourceSet {
    Arena *arena;
    SourceRead read;
    void *context;
    uint32_t nesting_max;
    VEC(Source *) sources;
};

SourceSet *source_set_create(Arena *arena, SourceRead read, void *context)
{
    ASSERT(arena != NULL);
    SourceSet *set = ARENA_NEW(arena, SourceSet);
    set->arena = arena;
    set->read = read;
    set->context = context;
    return set;
}

static const Source *find(const SourceSet *set, Str path)
{
    for (size_t i = 0; i < set->sources.count; i++) {
        if (str_equal(set->sources.items[i]->path, path))
            return set->sources.items[i];
    }
    return NULL;
}

/* Number of line breaks in `text`. */
static uint32_t count_breaks(Str text)
{
    uint32_t breaks = 0;
    for (size_t i = 0; i < text.len; i++)
        breaks += text.ptr[i] == '\n';
    return breaks;
}

/* The first `hidden` bytes belong to the first line, which begins behind them. */
static void find_lines(Arena *arena, Source *source, size_t hidden)
{
    uint32_t count = count_breaks(str_slice(source->text, hidden, source->text.len)) + 1;
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, count);
    uint32_t line = 1;
    starts[0] = (uint32_t)hidden;
    for (uint32_t i = (uint32_t)hidden; i < source->text.len; i++) {
        if (source->text.ptr[i] == '\n')
            starts[line++] = i + 1;
    }
    ASSERT(line == count);
    source->line_starts = starts;
    source->line_count = count;
}

/* Adds a source whose texts already live in the arena. */
static const Source *add(SourceSet *set, Str path, Str text, size_t hidden)
{
    ASSERT(text.len <= SOURCE_SIZE_MAX);
    Source *source = ARENA_NEW(set->arena, Source);
    source->file = (uint32_t)set->sources.count;
    source->path = path;
    source->text = text;
    source->nesting_max = set->nesting_max;
    find_lines(set->arena, source, hidden);
    avec_push(set->arena, &set->sources, source);
    return source;
}

const Source *source_add(SourceSet *set, Str path, Str text)
{
    return add(set, arena_str(set->arena, path), arena_str(set->arena, text), 0);
}

const Source *source_add_behind(SourceSet *set, Str path, Str front, Str text)
{
    Str whole = arena_printf(set->arena, STR_FMT STR_FMT, STR_ARG(front), STR_ARG(text));
    return add(set, arena_str(set->arena, path), whole, front.len);
}

Status source_load(SourceSet *set, Str path, const Source **source, Error *error)
{
    ASSERT(set->read != NULL);
    *source = find(set, path);
    if (*source != NULL)
        return STATUS_OK;
    Str text = {0};
    TRY(set->read(set->context, path, set->arena, &text, error));
    if (text.len > SOURCE_SIZE_MAX) {
        return error_set(error, STATUS_LIMIT, STR_FMT "：文件超过 %u 字节，不能作为模型读取",
                         STR_FMT ": the file is longer than %u bytes, too long for a model",
                         STR_ARG(path), SOURCE_SIZE_MAX);
    }
    *source = add(set, arena_str(set->arena, path), text, 0);
    return STATUS_OK;
}

void source_set_limit_nesting(SourceSet *set, uint32_t levels)
{
    set->nesting_max = levels;
}

const Source *source_get(const SourceSet *set, uint32_t file)
{
    ASSERT(file < set->sources.count);
    return set->sources.items[file];
}

uint32_t source_count(const SourceSet *set)
{
    return (uint32_t)set->sources.count;
}

/* ----------------------------------------------------------------------- paths */

/* Removes the last part of the path in `out`: "a/b/" becomes "a/", "a/" becomes "". */
static bool drop_part(StrBuf *out)
{
    Str path = strbuf_str(out);
    if (path.len == 0 || str_equal(path, STR("/")) || str_ends(path, STR("../")))
        return false;
    size_t end = path.len - 1;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    strbuf_truncate(out, end);
    return true;
}

/* Appends `path` part by part, resolving "." and "..". The last part gets no slash. */
static void add_parts(StrBuf *out, Str path)
{
    size_t start = 0;
    while (start <= path.len) {
        size_t end = start;
        while (end < path.len && path.ptr[end] != '/')
            end++;
        Str part = str_slice(path, start, end);
        bool last = end == path.len;
        if (str_equal(part, STR("..")) && drop_part(out)) {
            /* the part above is gone */
        } else if (part.len > 0 && !str_equal(part, STR("."))) {
            strbuf_add(out, part);
            if (!last)
                strbuf_add_char(out, '/');
        }
        start = end + 1;
    }
}

Str source_relative_path(Arena *arena, Str from, Str relative)
{
    StrBuf out = {0};
    if (str_starts(relative, STR("/"))) {
        strbuf_add_char(&out, '/');
    } else {
        size_t slash = from.len;
        while (slash > 0 && from.ptr[slash - 1] != '/')
            slash--;
        if (str_starts(from, STR("/")))
            strbuf_add_char(&out, '/');
        add_parts(&out, str_slice(from, 0, slash));
    }
    add_parts(&out, relative);
    Str result = arena_str(arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return result;
}

/* ----------------------------------------------------------------------- places */

/* Index of the line that holds `offset`. */
static uint32_t line_of(const Source *source, uint32_t offset)
{
    uint32_t low = 0;
    uint32_t high = source->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

SourcePlace source_place(const Source *source, uint32_t offset)
{
    if (offset > source->text.len)
        offset = (uint32_t)source->text.len;
    uint32_t line = line_of(source, offset);
    SourcePlace place = {.line = line + 1, .column = 1, .column_utf16 = 1};
    size_t at = source->line_starts[line];
    while (at < offset) {
        int32_t c = utf8_decode(source->text, &at);
        place.column++;
        place.column_utf16 += c > 0xFFFF ? 2 : 1;
    }
    return place;
}

Str source_line(const Source *source, uint32_t line)
{
    ASSERT(line >= 1);
    ASSERT(line <= source->line_count);
    size_t start = source->line_starts[line - 1];
    size_t end = line < source->line_count ? source->line_starts[line] - 1 : source->text.len;
    if (end > start && source->text.ptr[end - 1] == '\r')
        end--;
    return str_slice(source->text, start, end);
}

Str source_text(const Source *source, Span span)
{
    ASSERT(span.file == source->file);
    ASSERT(span.start <= span.end);
    ASSERT(span.end <= source->text.len);
    return str_slice(source->text, span.start, span.end);
}

Str source_set_text(const SourceSet *set, Span span)
{
    return source_text(source_get(set, span.file), span);
}

Span span_join(Span first, Span last)
{
    ASSERT(first.file == last.file);
    return (Span){
        .file = first.file,
        .start = MIN_OF(first.start, last.start),
        .end = MAX_OF(first.end, last.end),
    };
}

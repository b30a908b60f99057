// SPDX-License-Identifier: Apache-2.0
//
// diag_render.c: messages as text for people and as JSON.
//
// The text form names the place first, shows each source line that has something marked on it, and
// below it one row per mark, so that marks never overlap. Widths are counted in columns of a
// terminal, two for a Han character. A long line is shown as a window around its first mark.

#include "lang/diag_int.h"
#include "runtime/base/unicode.h"

/* ----------------------------------------------------------------------- pieces */

static bool is_hidden(int32_t c)
{
    /* Controls and the marks that turn the direction of writing, which could disguise a text. */
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

void diag_add_visible(StrBuf *out, int32_t code_point)
{
    if (code_point == '\t')
        strbuf_add_char(out, ' ');
    else if (is_hidden(code_point))
        strbuf_add_c(out, "\xEF\xBF\xBD");
    else
        strbuf_add_code_point(out, code_point);
}

static int visible_width(int32_t code_point)
{
    return code_point == '\t' || is_hidden(code_point) ? 1 : unicode_width(code_point);
}

/* Columns that bytes start..end of `text` take. */
static int64_t width_between(Str text, size_t start, size_t end)
{
    int64_t width = 0;
    for (size_t at = start; at < end && at < text.len;)
        width += visible_width(utf8_decode(text, &at));
    return width;
}

typedef enum Paint {
    PAINT_NONE,
    PAINT_ERROR,
    PAINT_WARNING,
    PAINT_NOTE,
    PAINT_PLACE,
    PAINT_BOLD
} Paint;

static void paint(StrBuf *out, DiagRender options, Paint color)
{
    static const char *const codes[] = {"\033[0m",    "\033[1;31m", "\033[1;33m",
                                        "\033[1;36m", "\033[1;34m", "\033[1m"};
    if (options.color)
        strbuf_add_c(out, codes[color]);
}

static Paint severity_paint(DiagSeverity severity)
{
    static const Paint paints[] = {PAINT_ERROR, PAINT_WARNING, PAINT_NOTE};
    return paints[severity];
}

static const char *severity_word(DiagSeverity severity, Lang lang)
{
    static const char *const words[][2] = {
        {"错误", "error"}, {"警告", "warning"}, {"提示", "note"}};
    return words[severity][lang];
}

/* ----------------------------------------------------------------------- marks */

/* One underline: where, with which sign and text. */
typedef struct Mark {
    uint32_t line;
    size_t start; /* bytes within the line */
    size_t end;
    bool primary;
    Str text;
} Mark;

typedef VEC(Mark) MarkList;

static void add_mark(MarkList *marks, const Source *source, Span span, bool primary, Str text)
{
    uint32_t line = source_place(source, span.start).line;
    size_t line_start = source->line_starts[line - 1];
    Str line_text = source_line(source, line);
    size_t start = MAX_OF(span.start, line_start) - line_start;
    size_t end = MAX_OF(span.end, line_start) - line_start;
    Mark mark = {
        .line = line,
        .start = MIN_OF(start, line_text.len),
        .end = MIN_OF(end, line_text.len),
        .primary = primary,
        .text = text,
    };
    vec_push(marks, mark);
}

static int compare_marks(const void *left, const void *right)
{
    const Mark *a = left;
    const Mark *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->primary != b->primary)
        return a->primary ? -1 : 1;
    return (a->start > b->start) - (a->start < b->start);
}

/* The part of a line that is shown. */
typedef struct Window {
    size_t start;
    size_t end;
} Window;

/* Moves `at` back over `columns` columns of `text`. */
static size_t step_back(Str text, size_t at, int64_t columns)
{
    while (at > 0 && columns > 0) {
        at--;
        while (at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
            at--;
        size_t next = at;
        columns -= visible_width(utf8_decode(text, &next));
    }
    return at;
}

static size_t step_forward(Str text, size_t at, int64_t columns)
{
    while (at < text.len && columns > 0)
        columns -= visible_width(utf8_decode(text, &at));
    return at;
}

static Window line_window(Str text, const Mark *mark)
{
    /* Longer in bytes than any line of that width can be, or wider. */
    bool fits =
        text.len <= DIAG_LINE_WIDTH ||
        (text.len <= 4 * DIAG_LINE_WIDTH && width_between(text, 0, text.len) <= DIAG_LINE_WIDTH);
    if (fits)
        return (Window){0, text.len};
    size_t start = step_back(text, mark->start, DIAG_LINE_WIDTH / 2);
    return (Window){start, step_forward(text, start, DIAG_LINE_WIDTH)};
}

/* ----------------------------------------------------------------------- rows */

/* `12 | ` or blanks of the same width. */
static void add_gutter(StrBuf *out, DiagRender options, int digits, uint32_t line)
{
    paint(out, options, PAINT_PLACE);
    if (line > 0)
        strbuf_printf(out, "%*u |", digits, line);
    else
        strbuf_printf(out, "%*s |", digits, "");
    paint(out, options, PAINT_NONE);
}

static void add_source_row(StrBuf *out, DiagRender options, int digits, uint32_t line, Str text,
                           Window window)
{
    add_gutter(out, options, digits, line);
    if (window.end > window.start)
        strbuf_add_c(out, window.start > 0 ? " …" : " ");
    for (size_t at = window.start; at < window.end;)
        diag_add_visible(out, utf8_decode(text, &at));
    if (window.end < text.len)
        strbuf_add_c(out, "…");
    strbuf_add_char(out, '\n');
}

static void add_mark_row(StrBuf *out, DiagRender options, int digits, Str text, Window window,
                         const Mark *mark, Paint color)
{
    if (mark->start < window.start || mark->start > window.end)
        return;
    int64_t before = width_between(text, window.start, mark->start) + (window.start > 0);
    int64_t width = width_between(text, mark->start, MIN_OF(mark->end, window.end));
    add_gutter(out, options, digits, 0);
    strbuf_add_repeat(out, ' ', (size_t)before + 1);
    paint(out, options, mark->primary ? color : PAINT_PLACE);
    strbuf_add_repeat(out, mark->primary ? '^' : '-', (size_t)MAX_OF(width, 1));
    if (mark->text.len > 0) {
        strbuf_add_char(out, ' ');
        strbuf_add(out, mark->text);
    }
    paint(out, options, PAINT_NONE);
    strbuf_add_char(out, '\n');
}

static int digits_of(uint32_t number)
{
    int digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

/* The marked lines of one file, in order. */
static void add_marked_lines(StrBuf *out, DiagRender options, const Source *source,
                             const MarkList *marks, int digits, Paint color)
{
    uint32_t shown = 0;
    Window window = {0, 0};
    for (size_t i = 0; i < marks->count; i++) {
        const Mark *mark = &marks->items[i];
        Str text = source_line(source, mark->line);
        if (mark->line != shown) {
            if (shown != 0 && mark->line > shown + 1)
                strbuf_printf(out, "%*s…\n", digits, "");
            window = line_window(text, mark);
            add_source_row(out, options, digits, mark->line, text, window);
            shown = mark->line;
        }
        add_mark_row(out, options, digits, text, window, mark, color);
    }
}

static void add_place(StrBuf *out, DiagRender options, const Source *source, uint32_t offset,
                      int digits, const char *arrow)
{
    SourcePlace place = source_place(source, offset);
    strbuf_printf(out, "%*s", digits, "");
    paint(out, options, PAINT_PLACE);
    strbuf_add_c(out, arrow);
    paint(out, options, PAINT_NONE);
    strbuf_printf(out, STR_FMT ":%u:%u\n", STR_ARG(source->path), place.line, place.column);
}

/* The lines of one file that the message marks. */
static void add_file(const DiagList *list, const Diag *diag, DiagRender options, uint32_t file,
                     int digits, StrBuf *out)
{
    const Source *source = source_get(list->sources, file);
    bool primary = diag->span.file == file;
    MarkList marks = {0};
    uint32_t first = primary ? diag->span.start : UINT32_MAX;
    if (primary)
        add_mark(&marks, source, diag->span, true, diag->label[options.lang]);
    for (uint32_t i = 0; i < diag->label_count; i++) {
        const DiagLabel *label = &diag->labels[i];
        if (label->span.file != file)
            continue;
        add_mark(&marks, source, label->span, false, label->text[options.lang]);
        first = primary ? first : MIN_OF(first, label->span.start);
    }
    ASSERT(marks.count > 0);
    qsort(marks.items, marks.count, sizeof(*marks.items), compare_marks);
    add_place(out, options, source, first, digits, primary ? "--> " : "::: ");
    add_gutter(out, options, digits, 0);
    strbuf_add_char(out, '\n');
    add_marked_lines(out, options, source, &marks, digits, severity_paint(diag->severity));
    vec_free(&marks);
}

/* Whether an earlier label, or the primary place, is in the file of label `index`. */
static bool file_seen(const Diag *diag, uint32_t index)
{
    uint32_t file = diag->labels[index].span.file;
    bool seen = diag->span.file == file;
    for (uint32_t i = 0; i < index; i++)
        seen |= diag->labels[i].span.file == file;
    return seen;
}

/* Width of the greatest line number that the message shows. */
static int gutter_digits(const DiagList *list, const Diag *diag)
{
    const Source *source = source_get(list->sources, diag->span.file);
    uint32_t greatest = source_place(source, diag->span.start).line;
    for (uint32_t i = 0; i < diag->label_count; i++) {
        Span span = diag->labels[i].span;
        uint32_t line = source_place(source_get(list->sources, span.file), span.start).line;
        greatest = MAX_OF(greatest, line);
    }
    return digits_of(greatest);
}

static void add_headline(StrBuf *out, const Diag *diag, DiagRender options)
{
    paint(out, options, severity_paint(diag->severity));
    strbuf_printf(out, "%s[%s]", severity_word(diag->severity, options.lang),
                  diag_info(diag->id)->code);
    paint(out, options, PAINT_BOLD);
    strbuf_add_c(out, options.lang == LANG_ZH ? "：" : ": ");
    strbuf_add(out, diag->text[options.lang]);
    paint(out, options, PAINT_NONE);
    strbuf_add_char(out, '\n');
}

static void add_remark(StrBuf *out, DiagRender options, int digits, const char *word, Str text)
{
    strbuf_printf(out, "%*s = ", digits, "");
    paint(out, options, PAINT_BOLD);
    strbuf_add_c(out, word);
    strbuf_add_c(out, options.lang == LANG_ZH ? "：" : ": ");
    paint(out, options, PAINT_NONE);
    strbuf_add(out, text);
    strbuf_add_char(out, '\n');
}

/* The line as the fix would leave it, where the fix stays on one short line. */
static void add_fixed_line(const DiagList *list, const Diag *diag, DiagRender options, int digits,
                           StrBuf *out)
{
    const DiagFix *fix = &diag->fix;
    const Source *source = source_get(list->sources, fix->span.file);
    uint32_t line = source_place(source, fix->span.start).line;
    Str text = source_line(source, line);
    size_t line_start = source->line_starts[line - 1];
    bool one_line = fix->span.start >= line_start && fix->span.end <= line_start + text.len &&
                    str_find(fix->replacement, STR("\n"), 0) == STR_NONE &&
                    text.len <= 4 * DIAG_LINE_WIDTH;
    if (!one_line)
        return;
    StrBuf fixed = {0};
    strbuf_add(&fixed, str_slice(text, 0, fix->span.start - line_start));
    strbuf_add(&fixed, fix->replacement);
    strbuf_add(&fixed, str_slice(text, fix->span.end - line_start, text.len));
    Str shown = strbuf_str(&fixed);
    add_source_row(out, options, digits, line, shown, (Window){0, shown.len});
    strbuf_deinit(&fixed);
}

/* Whether a message says nothing but what is wrong: then the text of its page shows the way out. */
static bool says_no_more(const Diag *diag, Lang lang)
{
    return diag->note_count == 0 && !diag->fix.present && diag->label[lang].len == 0;
}

static void render(const DiagList *list, const Diag *diag, DiagRender options, bool explain,
                   StrBuf *out)
{
    int digits = gutter_digits(list, diag);
    bool zh = options.lang == LANG_ZH;
    add_headline(out, diag, options);
    add_file(list, diag, options, diag->span.file, digits, out);
    for (uint32_t i = 0; i < diag->label_count; i++) {
        if (!file_seen(diag, i))
            add_file(list, diag, options, diag->labels[i].span.file, digits, out);
    }
    for (uint32_t i = 0; i < diag->note_count; i++)
        add_remark(out, options, digits, zh ? "说明" : "note", diag->notes[i].text[options.lang]);
    if (explain && says_no_more(diag, options.lang))
        add_remark(out, options, digits, zh ? "说明" : "note",
                   str_from_cstr(diag_info(diag->id)->explain[options.lang]));
    if (diag->fix.present) {
        add_remark(out, options, digits, zh ? "改法" : "fix", diag->fix.text[options.lang]);
        add_fixed_line(list, diag, options, digits, out);
    }
}

void diag_render_one(const DiagList *list, const Diag *diag, DiagRender options, StrBuf *out)
{
    render(list, diag, options, true, out);
}

void diag_render(DiagList *list, DiagRender options, StrBuf *out)
{
    uint32_t count;
    const Diag *const *diags = diag_sorted(list, &count);
    uint32_t shown = options.limit == 0 ? count : MIN_OF(options.limit, count);
    bool explained[DIAG_COUNT] = {false};
    for (uint32_t i = 0; i < shown; i++) {
        const Diag *diag = diags[i];
        render(list, diag, options, !explained[diag->id], out);
        strbuf_add_char(out, '\n');
        explained[diag->id] |= says_no_more(diag, options.lang);
    }
    uint32_t total = 0;
    for (int severity = DIAG_ERROR; severity <= DIAG_NOTE; severity++)
        total += diag_count(list, (DiagSeverity)severity);
    if (total > shown) {
        strbuf_printf(out, options.lang == LANG_ZH ? "另有 %u 条没有显示\n" : "%u more not shown\n",
                      total - shown);
    }
}

/* ----------------------------------------------------------------------- JSON */

static void json_text(StrBuf *out, Str text)
{
    strbuf_add_char(out, '"');
    for (size_t at = 0; at < text.len;) {
        int32_t c = utf8_decode(text, &at);
        if (c == '"' || c == '\\')
            strbuf_printf(out, "\\%c", (char)c);
        else if (c >= 0 && c < 0x20)
            strbuf_printf(out, "\\u%04x", (unsigned)c);
        else
            strbuf_add_code_point(out, c < 0 ? 0xFFFD : c); /* a path may be no UTF-8 */
    }
    strbuf_add_char(out, '"');
}

static void json_both(StrBuf *out, const char *key, const Str text[2])
{
    strbuf_printf(out, ",\"%s\":{\"zh\":", key);
    json_text(out, text[LANG_ZH]);
    strbuf_add_c(out, ",\"en\":");
    json_text(out, text[LANG_EN]);
    strbuf_add_char(out, '}');
}

static void json_point(StrBuf *out, const char *key, SourcePlace place)
{
    strbuf_printf(out, ",\"%s\":{\"line\":%u,\"column\":%u,\"utf16\":%u}", key, place.line,
                  place.column, place.column_utf16);
}

/* `"file":…,"start":{…},"end":{…}` */
static void json_span(StrBuf *out, const DiagList *list, Span span)
{
    const Source *source = source_get(list->sources, span.file);
    strbuf_add_c(out, "\"file\":");
    json_text(out, source->path);
    json_point(out, "start", source_place(source, span.start));
    json_point(out, "end", source_place(source, span.end));
}

static void json_one(const DiagList *list, const Diag *diag, StrBuf *out)
{
    strbuf_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\",", diag_info(diag->id)->code,
                  severity_word(diag->severity, LANG_EN));
    json_span(out, list, diag->span);
    json_both(out, "message", diag->text);
    json_both(out, "label", diag->label);
    strbuf_add_c(out, ",\"labels\":[");
    for (uint32_t i = 0; i < diag->label_count; i++) {
        strbuf_add_c(out, i == 0 ? "{" : ",{");
        json_span(out, list, diag->labels[i].span);
        json_both(out, "text", diag->labels[i].text);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "],\"notes\":[");
    for (uint32_t i = 0; i < diag->note_count; i++) {
        strbuf_add_c(out, i == 0 ? "{\"n\":" : ",{\"n\":");
        strbuf_printf(out, "%u", i + 1);
        json_both(out, "text", diag->notes[i].text);
        strbuf_add_char(out, '}');
    }
    strbuf_add_c(out, "],\"fix\":");
    if (diag->fix.present) {
        strbuf_add_char(out, '{');
        json_span(out, list, diag->fix.span);
        strbuf_add_c(out, ",\"replacement\":");
        json_text(out, diag->fix.replacement);
        json_both(out, "text", diag->fix.text);
        strbuf_add_char(out, '}');
    } else {
        strbuf_add_c(out, "null");
    }
    strbuf_add_c(out, "}\n");
}

void diag_render_json(DiagList *list, StrBuf *out)
{
    uint32_t count;
    const Diag *const *diags = diag_sorted(list, &count);
    for (uint32_t i = 0; i < count; i++)
        json_one(list, diags[i], out);
}

/* ----------------------------------------------------------------------- pages */

// The text of a diagnostic that is not about any place: `…` for what it would name.
static void add_unnamed(Str text, StrBuf *out)
{
    for (size_t at = 0; at < text.len; at++) {
        bool hole = at + 2 < text.len && text.ptr[at] == '{' && text.ptr[at + 2] == '}';
        strbuf_add(out, hole ? STR("…") : str_slice(text, at, at + 1));
        at += hole ? 2 : 0;
    }
}

void diag_explain(DiagId id, Lang lang, StrBuf *out)
{
    const DiagInfo *info = diag_info(id);
    strbuf_printf(out, "%s[%s]%s", severity_word(info->severity, lang), info->code,
                  lang == LANG_ZH ? "：" : ": ");
    add_unnamed(str_from_cstr(info->text[lang]), out);
    strbuf_printf(out, "\n\n%s\n", info->explain[lang]);
    if (info->wrong == NULL)
        return;
    strbuf_add_c(out, lang == LANG_ZH ? "\n错误的写法：\n\n" : "\nwrong:\n\n");
    Str wrong = str_from_cstr(info->wrong);
    for (size_t start = 0; start < wrong.len;) {
        size_t end = str_find(wrong, STR("\n"), start);
        end = end == STR_NONE ? wrong.len : end;
        strbuf_add_c(out, "    ");
        strbuf_add(out, str_slice(wrong, start, end));
        strbuf_add_char(out, '\n');
        start = end + 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// diag.c: the list of messages and the table behind it.
//
// Templates are filled in when a message is emitted, for both languages, so that rendering needs
// nothing but the list. At most DIAG_KEEP_MAX messages are kept, the rest is counted: a hostile file
// can be wrong in a million places.

#include "lang/diag.h"

#include "lang/diag_int.h"

static const DiagInfo infos[] = {
#define DIAG_SEVERITY_ERROR DIAG_ERROR
#define DIAG_SEVERITY_WARNING DIAG_WARNING
#define DIAG_SEVERITY_CI DIAG_WARNING
#define DIAG_SEVERITY_NOTE DIAG_NOTE
#define DIAG_CI_ERROR false
#define DIAG_CI_WARNING false
#define DIAG_CI_CI true
#define DIAG_CI_NOTE false
#define DIAG(id, code, severity, en, zh, why_en, why_zh, wrong)                                    \
    {code, DIAG_SEVERITY_##severity, DIAG_CI_##severity, {zh, en}, {why_zh, why_en}, wrong},
#define DIAG_TEXT(id, en, zh)
#include "lang/diag.def"
#undef DIAG
#undef DIAG_TEXT
};

static_assert(LANG_ZH == 0 && LANG_EN == 1, "texts are indexed by Lang");

static const char *const texts[][2] = {
#define DIAG(id, code, severity, en, zh, why_en, why_zh, wrong)
#define DIAG_TEXT(id, en, zh) {zh, en},
#include "lang/diag.def"
#undef DIAG
#undef DIAG_TEXT
};

const DiagInfo *diag_info(DiagId id)
{
    ASSERT(id < DIAG_COUNT);
    return &infos[id];
}

static bool same_code(Str code, const char *row)
{
    Str other = str_from_cstr(row);
    if (code.len != other.len)
        return false;
    for (size_t i = 0; i < code.len; i++) {
        char c = code.ptr[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c != other.ptr[i])
            return false;
    }
    return true;
}

bool diag_find(Str code, DiagId *id)
{
    for (unsigned i = 0; i < DIAG_COUNT; i++) {
        if (same_code(code, infos[i].code)) {
            *id = (DiagId)i;
            return true;
        }
    }
    return false;
}

/* ----------------------------------------------------------------------- arguments */

DiagArg diag_arg(Str text)
{
    return (DiagArg){.zh = text, .en = text};
}

DiagArg diag_arg_c(const char *text)
{
    return diag_arg(str_from_cstr(text));
}

DiagArg diag_arg_both(const char *zh, const char *en)
{
    return (DiagArg){.zh = str_from_cstr(zh), .en = str_from_cstr(en)};
}

DiagArg diag_arg_int(DiagList *list, int64_t value)
{
    return diag_arg(arena_printf(list->arena, "%" PRId64, value));
}

/* Appends an argument as one line that a terminal shows harmlessly, cut when it is long. */
static void add_argument(StrBuf *out, Str text)
{
    int64_t shown = 0;
    for (size_t at = 0; at < text.len;) {
        if (shown++ == DIAG_ARG_MAX) {
            strbuf_add_c(out, "…");
            return;
        }
        int32_t c = utf8_decode(text, &at);
        diag_add_visible(out, c);
    }
}

/* Fills `{0}` … `{9}`; `{` before anything else stands for itself. */
static Str fill(DiagList *list, const char *template, Lang lang, const DiagArg *args, size_t count)
{
    StrBuf out = {0};
    for (const char *at = template; *at != '\0'; at++) {
        if (at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}') {
            size_t index = (size_t)(at[1] - '0');
            ASSERT(index < count);
            add_argument(&out, lang == LANG_ZH ? args[index].zh : args[index].en);
            at += 2;
        } else {
            strbuf_add_char(&out, *at);
        }
    }
    Str result = arena_str(list->arena, strbuf_str(&out));
    strbuf_deinit(&out);
    return result;
}

static void fill_both(DiagList *list, Str out[2], const char *const template[2],
                      const DiagArg *args, size_t count)
{
    out[LANG_ZH] = fill(list, template[LANG_ZH], LANG_ZH, args, count);
    out[LANG_EN] = fill(list, template[LANG_EN], LANG_EN, args, count);
}

/* ----------------------------------------------------------------------- the list */

DiagList *diag_list_create(Arena *arena, const SourceSet *sources)
{
    ASSERT(arena != NULL);
    DiagList *list = ARENA_NEW(arena, DiagList);
    list->arena = arena;
    list->sources = sources;
    return list;
}

Diag *diag_emit(DiagList *list, DiagId id, Span span)
{
    return diag_emit_with(list, id, span, DIAG_NONE);
}

Diag *diag_emit_with(DiagList *list, DiagId id, Span span, const DiagArg *args, size_t count)
{
    ASSERT(id < DIAG_COUNT);
    ASSERT(span.start <= span.end);
    Diag *diag = ARENA_NEW(list->arena, Diag);
    diag->id = id;
    diag->severity = infos[id].severity;
    diag->span = span;
    diag->order = list->emitted++;
    fill_both(list, diag->text, infos[id].text, args, count);
    list->totals[diag->severity] += 1;
    if (list->diags.count < DIAG_KEEP_MAX)
        avec_push(list->arena, &list->diags, diag);
    list->sorted = false;
    return diag;
}

void diag_primary(DiagList *list, Diag *diag, DiagTextId id, const DiagArg *args, size_t count)
{
    ASSERT(id < DIAG_TEXT_COUNT);
    fill_both(list, diag->label, texts[id], args, count);
}

void diag_label(DiagList *list, Diag *diag, Span span, DiagTextId id, const DiagArg *args,
                size_t count)
{
    ASSERT(id < DIAG_TEXT_COUNT);
    DiagLabel *labels = ARENA_ARRAY(list->arena, DiagLabel, diag->label_count + 1);
    if (diag->label_count > 0)
        memcpy(labels, diag->labels, diag->label_count * sizeof(*labels));
    labels[diag->label_count].span = span;
    fill_both(list, labels[diag->label_count].text, texts[id], args, count);
    diag->labels = labels;
    diag->label_count++;
}

void diag_note(DiagList *list, Diag *diag, DiagTextId id, const DiagArg *args, size_t count)
{
    ASSERT(id < DIAG_TEXT_COUNT);
    DiagNote *notes = ARENA_ARRAY(list->arena, DiagNote, diag->note_count + 1);
    if (diag->note_count > 0)
        memcpy(notes, diag->notes, diag->note_count * sizeof(*notes));
    fill_both(list, notes[diag->note_count].text, texts[id], args, count);
    diag->notes = notes;
    diag->note_count++;
}

void diag_fix(DiagList *list, Diag *diag, Span span, Str replacement, DiagTextId id,
              const DiagArg *args, size_t count)
{
    ASSERT(id < DIAG_TEXT_COUNT);
    ASSERT(span.start <= span.end);
    diag->fix.present = true;
    diag->fix.span = span;
    diag->fix.replacement = arena_str(list->arena, replacement);
    fill_both(list, diag->fix.text, texts[id], args, count);
}

/* ----------------------------------------------------------------------- order */

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* By place; at one place doubles stand side by side, the first emitted first. */
static int compare_places(const Diag *a, const Diag *b)
{
    int by = compare_u32(a->span.file, b->span.file);
    if (by == 0)
        by = compare_u32(a->span.start, b->span.start);
    if (by == 0)
        by = compare_u32(a->severity, b->severity);
    if (by == 0)
        by = compare_u32(a->span.end, b->span.end);
    return by == 0 ? compare_u32(a->id, b->id) : by;
}

static int compare_diags(const void *left, const void *right)
{
    const Diag *a = *(const Diag *const *)left;
    const Diag *b = *(const Diag *const *)right;
    int by = compare_places(a, b);
    return by == 0 ? compare_u32(a->order, b->order) : by;
}

/* Sorts the list and takes doubles out; what is taken out does not count. */
static void sort(DiagList *list)
{
    if (list->sorted)
        return;
    size_t count = list->diags.count;
    Diag **items = list->diags.items;
    if (count > 1)
        qsort(items, count, sizeof(*items), compare_diags);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_places(items[kept - 1], items[i]) == 0)
            list->totals[items[i]->severity] -= 1;
        else
            items[kept++] = items[i];
    }
    list->diags.count = kept;
    list->sorted = true;
}

const Diag *const *diag_sorted(DiagList *list, uint32_t *count)
{
    sort(list);
    *count = (uint32_t)list->diags.count;
    return (const Diag *const *)list->diags.items;
}

uint32_t diag_count(DiagList *list, DiagSeverity severity)
{
    ASSERT(severity <= DIAG_NOTE);
    sort(list);
    return list->totals[severity];
}

bool diag_has_errors(const DiagList *list)
{
    return list->totals[DIAG_ERROR] > 0;
}

bool diag_has_error_in(const DiagList *list, Span span)
{
    for (size_t i = 0; i < list->diags.count; i++) {
        const Diag *diag = list->diags.items[i];
        if (diag->severity == DIAG_ERROR && diag->span.file == span.file &&
            diag->span.start <= span.end && span.start <= diag->span.end)
            return true;
    }
    return false;
}

void diag_promote_ci(DiagList *list)
{
    for (size_t i = 0; i < list->diags.count; i++) {
        Diag *diag = list->diags.items[i];
        if (infos[diag->id].ci && diag->severity == DIAG_WARNING) {
            diag->severity = DIAG_ERROR;
            list->totals[DIAG_WARNING] -= 1;
            list->totals[DIAG_ERROR] += 1;
        }
    }
    list->sorted = false;
}

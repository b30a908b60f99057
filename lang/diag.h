// SPDX-License-Identifier: Apache-2.0
//
// diag.h: what is wrong with a model, told to its author.
//
// Every message is a row of diag.def with one text per language. A `Diag` is one message at one
// place, with labels (more places, each with a text), notes, and at most one fix that an editor can
// apply. The texts of labels and notes are rows of diag.def too, so that no sentence stands
// anywhere else. `{0}` … `{9}` in a text are replaced by arguments; an argument may have a spelling
// for each language.
//
// A `DiagList` collects the messages of one check in an arena. It is not safe for several threads.

#ifndef SUP_LANG_DIAG_H
#define SUP_LANG_DIAG_H

#include "lang/source.h"
#include "runtime/base/base.h"
#include "runtime/base/str.h"

typedef enum DiagSeverity {
    DIAG_ERROR,   /* the model is wrong: exit code 2 */
    DIAG_WARNING, /* probably not what was meant; with --ci some become errors */
    DIAG_NOTE,    /* worth knowing, never counted */
} DiagSeverity;

typedef enum DiagId {
#define DIAG(id, code, severity, en, zh, why_en, why_zh, wrong) DIAG_##id,
#define DIAG_TEXT(id, en, zh)
#include "lang/diag.def"
#undef DIAG
#undef DIAG_TEXT
    DIAG_COUNT
} DiagId;

/* Texts of labels, notes and fixes. */
typedef enum DiagTextId {
#define DIAG(id, code, severity, en, zh, why_en, why_zh, wrong)
#define DIAG_TEXT(id, en, zh) DIAG_TEXT_##id,
#include "lang/diag.def"
#undef DIAG
#undef DIAG_TEXT
    DIAG_TEXT_COUNT
} DiagTextId;

/* A row of diag.def. */
typedef struct DiagInfo {
    const char *code; /* "E0101" */
    DiagSeverity severity;
    bool ci;                /* a warning that --ci makes an error */
    const char *text[2];    /* by Lang: the template of the primary message */
    const char *explain[2]; /* by Lang: two or three sentences with a way out */
    const char *wrong;      /* a wrong program; NULL when no text can show it */
} DiagInfo;

/* One argument of a template, in both languages. */
typedef struct DiagArg {
    Str zh;
    Str en;
} DiagArg;

/* Two function arguments: the array of DiagArg given, and its length. */
#define DIAG_ARGS(...)                                                                             \
    ((const DiagArg[]){__VA_ARGS__}), (sizeof((const DiagArg[]){__VA_ARGS__}) / sizeof(DiagArg))

typedef struct DiagLabel {
    Span span;
    Str text[2]; /* by Lang */
} DiagLabel;

typedef struct DiagNote {
    Str text[2]; /* by Lang */
} DiagNote;

/* A change of the text that mends the fault. */
typedef struct DiagFix {
    bool present;
    Span span;       /* replaced; empty: inserted */
    Str replacement; /* may be empty: removed */
    Str text[2];     /* what it does, by Lang */
} DiagFix;

typedef struct Diag {
    DiagId id;
    DiagSeverity severity; /* of the row, unless diag_promote changed it */
    Span span;             /* the primary place */
    Str text[2];           /* by Lang, arguments filled in */
    Str label[2];          /* by Lang: beside the primary underline; may be empty */
    DiagLabel *labels;
    uint32_t label_count;
    DiagNote *notes;
    uint32_t note_count;
    DiagFix fix;
    uint32_t order; /* of emission, so that sorting is total */
} Diag;

typedef struct DiagList DiagList;

typedef struct DiagRender {
    Lang lang;
    bool color;     /* ANSI colours */
    uint32_t limit; /* at most so many messages, then one line with the rest's number; 0: all */
} DiagRender;

/* An empty list in `arena` for places in `sources`. */
DiagList *diag_list_create(Arena *arena, const SourceSet *sources);

/* Adds a message whose template takes no arguments. The result, for adding labels, belongs to the
 * list and is never NULL. Of several with one id at one place only the first is shown. */
Diag *diag_emit(DiagList *list, DiagId id, Span span);

/* Adds a message with arguments: `diag_emit_with(list, DIAG_X, span, DIAG_ARGS(a, b))`. The
 * arguments are copied. As diag_emit otherwise. */
Diag *diag_emit_with(DiagList *list, DiagId id, Span span, const DiagArg *args, size_t count);

/* Sets the text beside the primary underline. */
void diag_primary(DiagList *list, Diag *diag, DiagTextId id, const DiagArg *args, size_t count);

/* Adds a second place with its own text. */
void diag_label(DiagList *list, Diag *diag, Span span, DiagTextId id, const DiagArg *args,
                size_t count);

/* Adds a sentence below the source lines. */
void diag_note(DiagList *list, Diag *diag, DiagTextId id, const DiagArg *args, size_t count);

/* Sets the fix: replace `span` by `replacement` (copied). */
void diag_fix(DiagList *list, Diag *diag, Span span, Str replacement, DiagTextId id,
              const DiagArg *args, size_t count);

/* No arguments for the four functions above: `diag_note(list, diag, DIAG_TEXT_X, DIAG_NONE)`. */
#define DIAG_NONE NULL, 0

/* The same text in both languages. The bytes are borrowed until the call it is passed to ends. */
DiagArg diag_arg(Str text);

/* The same, of a C string. */
DiagArg diag_arg_c(const char *text);

/* A text with a spelling for each language. */
DiagArg diag_arg_both(const char *zh, const char *en);

/* `value` in decimal digits; the digits live in the list's arena. */
DiagArg diag_arg_int(DiagList *list, int64_t value);

/* Number of messages of this severity, those with the same place and id counted once. */
uint32_t diag_count(DiagList *list, DiagSeverity severity);

/* Whether there is any error. */
bool diag_has_errors(const DiagList *list);

/* Whether an error's primary span touches `span`: used to stay silent about what is already told. */
bool diag_has_error_in(const DiagList *list, Span span);

/* Makes every warning whose row says so (severity CI) an error: `--ci`. */
void diag_promote_ci(DiagList *list);

/* All messages sorted by file, place, severity and order of emission, doubles left out. The array
 * lives in the list's arena. */
const Diag *const *diag_sorted(DiagList *list, uint32_t *count);

/* Appends the messages as text for people: place, source lines, underlines, notes, fixes. The first of each id
 * that has no note, fix or label of its own shows the text of its page. */
void diag_render(DiagList *list, DiagRender options, StrBuf *out);

/* Appends one message, as diag_render does. */
void diag_render_one(const DiagList *list, const Diag *diag, DiagRender options, StrBuf *out);

/* Appends the messages as JSON, one object a line, both languages in each. */
void diag_render_json(DiagList *list, StrBuf *out);

/* The row of an id. */
const DiagInfo *diag_info(DiagId id);

/* Finds a row by code ("E0312", letter case ignored); false when there is none. */
bool diag_find(Str code, DiagId *id);

/* Appends the page of a diagnostic: template, explanation, wrong program. */
void diag_explain(DiagId id, Lang lang, StrBuf *out);

#endif

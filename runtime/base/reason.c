// SPDX-License-Identifier: Apache-2.0
//
// reason.c: the table made from reason.def.
#include "runtime/base/reason.h"

typedef struct ReasonRow {
    ReasonKind kind;
    Str english;
    Str chinese;
} ReasonRow;

static const ReasonRow reason_rows[REASON_COUNT] = {
#define REASON(id, kind, english, chinese)                                                         \
    [REASON_##id] = {REASON_KIND_##kind, STR_INIT(english), STR_INIT(chinese)},
#include "runtime/base/reason.def"
};

static const ReasonRow *reason_row(Reason reason)
{
    ASSERT(reason < REASON_COUNT);
    return &reason_rows[reason];
}

ReasonKind reason_kind(Reason reason)
{
    return reason_row(reason)->kind;
}

Str reason_name(Reason reason)
{
    return reason_row(reason)->english;
}

Str reason_text(Reason reason, Lang lang)
{
    return lang == LANG_ZH ? reason_row(reason)->chinese : reason_row(reason)->english;
}

Reason reason_find(Str name)
{
    for (Reason reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (str_equal(reason_rows[reason].english, name))
            return reason;
    return REASON_NONE;
}

// SPDX-License-Identifier: Apache-2.0
//
// reason.h: the reasons of gaps, issues, quarantined rows and limits; the list is reason.def.
#ifndef SUP_RUNTIME_BASE_REASON_H
#define SUP_RUNTIME_BASE_REASON_H

#include "runtime/base/base.h"
#include "runtime/base/str.h"

// REASON_NONE is 0, so zeroed memory has no reason.
typedef enum Reason {
    REASON_NONE,
#define REASON(id, kind, english, chinese) REASON_##id,
#include "runtime/base/reason.def"
    REASON_COUNT
} Reason;

typedef enum ReasonKind {
    REASON_KIND_NONE,
    REASON_KIND_GAP,
    REASON_KIND_ISSUE,
    REASON_KIND_QUARANTINE
} ReasonKind;

// The kind of a reason; REASON_KIND_NONE for REASON_NONE.
ReasonKind reason_kind(Reason reason);

static inline bool reason_is_gap(Reason reason)
{
    return reason_kind(reason) == REASON_KIND_GAP;
}

static inline bool reason_is_issue(Reason reason)
{
    return reason_kind(reason) == REASON_KIND_ISSUE;
}

// The stable English name, as written into JSON; "" for REASON_NONE. Static.
Str reason_name(Reason reason);

// The text for people in this language; "" for REASON_NONE. Static.
Str reason_text(Reason reason, Lang lang);

// The reason with this stable name, or REASON_NONE.
Reason reason_find(Str name);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// format.h: the canonical layout of a file.
//
// Layout changes blanks, line breaks and the width of punctuation, and, when asked, the spelling of
// keywords; never names, texts, numbers or comments. Formatting what was formatted changes nothing.

#ifndef SUP_LANG_FORMAT_H
#define SUP_LANG_FORMAT_H

#include "lang/diag.h"
#include "runtime/base/arena.h"
#include "runtime/base/str.h"

typedef enum FormatSpelling {
    FORMAT_AS_WRITTEN,
    FORMAT_ZH,
    FORMAT_EN,
} FormatSpelling;

/* Appends the formatted text of `source` to `out` and returns true. When the text does not parse,
 * the errors go to `diags`, nothing is appended, and the result is false. */
bool format_source(const Source *source, FormatSpelling spelling, DiagList *diags, StrBuf *out);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// diag_int.h: what the list of messages and its renderers share. Nobody else includes this.

#ifndef SUP_LANG_DIAG_INT_H
#define SUP_LANG_DIAG_INT_H

#include <assert.h>

#include "lang/diag.h"
#include "runtime/base/vec.h"

#define DIAG_KEEP_MAX 1000  /* messages kept; more are only counted */
#define DIAG_ARG_MAX 60     /* characters of an argument shown */
#define DIAG_LINE_WIDTH 140 /* columns of a source line shown */

struct DiagList {
    Arena *arena;
    const SourceSet *sources;
    VEC(Diag *) diags;
    uint32_t emitted;
    uint32_t totals[DIAG_NOTE + 1]; /* by severity; those not kept are counted too */
    bool sorted;
};

/* Appends a code point so that a terminal shows it harmlessly: controls and what is no UTF-8 (-1)
 * become U+FFFD, tabs become blanks. */
void diag_add_visible(StrBuf *out, int32_t code_point);

#endif

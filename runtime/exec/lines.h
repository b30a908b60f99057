// SPDX-License-Identifier: Apache-2.0
//
// lines.h: what puts the members of a fence in line: `ordered by`, and the steps of patterns; part of body.h.

#ifndef SUP_RUNTIME_EXEC_LINES_H
#define SUP_RUNTIME_EXEC_LINES_H

#include "runtime/exec/declare.h"

typedef struct WindowSort {
    Expr value;
    bool descending;
} WindowSort;

// A step of a sequence, or an absence between steps or behind the last.
typedef struct PatternStep {
    Str name;
    bool absent;
    Expr condition; // truth, gaps undecided
    const uint32_t
        *slots; // a step: where it keeps its row of each slot of `taken`; NULL: an absence
} PatternStep;

// session, sequence: the partition is in `group`.
typedef struct Pattern {
    const WindowSort *sorts; // `ordered by`; the first is the time
    uint32_t sort_count;
    Expr high; // the last time that still belongs to a row: its time and `gap` or `within`
    const PatternStep *steps; // sequence; the first is no absence
    uint32_t step_count;
    const uint32_t *taken; // sequence: the slots bound above it, which its steps take over
    uint32_t taken_count;
    const uint32_t *
        tables; // sequence that ends with an absence: tables with `covers` that must cover its time
    uint32_t table_count;
} Pattern;

#endif

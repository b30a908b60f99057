// SPDX-License-Identifier: Apache-2.0
//
// slots.h: what `each`, `extract`, `connect` and `series` make; part of body.h.

#ifndef SUP_RUNTIME_EXEC_SLOTS_H
#define SUP_RUNTIME_EXEC_SLOTS_H

#include "runtime/exec/declare.h"

// Among `groups`: where the match begins, in characters from 1.
#define PRODUCE_POSITION UINT32_MAX

typedef struct Produce {
    Expr value;             // each: a list or set; extract: a text
    uint32_t regex;         // extract: pattern of the program, compiled to search
    const uint32_t *groups; // extract: by column of the slot, its capture group
} Produce;

// The columns of the row variable that `connect` makes.
enum { CONNECT_IDENTITY, CONNECT_SIZE, CONNECT_COLUMNS };

typedef enum SeriesUnit {
    SERIES_DAY,
    SERIES_WEEK, // from Monday
    SERIES_MONTH,
    SERIES_QUARTER,
    SERIES_YEAR,
} SeriesUnit;

// Of each group a value per unit of time.
typedef struct Series {
    uint32_t aggregate; // of the body: what is folded in each slot
    SeriesUnit unit;
    Expr time;      // of a binding
    Expr low, high; // of the group: the ends; `high` count 0: `low` is a period
    Expr fill;      // of the group: the value of an empty slot; count 0: it is missing
} Series;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// lump.h: many open tuples taken as one.
//
// A fold needs of tuples which may count, or whose value is not known, far less than the tuples: a count how many they
// are, a sum the ends of what they add, an extreme the value that could win, and most others only that there are some. A
// Lump holds that, of tuples of one class; joining lumps is commutative, so they can be joined by stretches of an order
// (crowd.h) or whole. `aggregate_bounds` takes the tuple that a lump stands for.

#ifndef SUP_RUNTIME_EXEC_LUMP_H
#define SUP_RUNTIME_EXEC_LUMP_H

#include "runtime/exec/aggregate_int.h"

typedef struct Lump {
    int128_t lo, hi; // numbers: what they add up to, or the ends of their extreme
    Cell best;       // extremes of other types: the value that wins among them
    int64_t weight;  // how many; 0: none
    int64_t holes;   // of a distinct count: whose value is not known
    CauseId cause;   // the least
    bool many;       // some stands for any number of rows
    bool unknown;    // some value is not known; of any and all: could decide
} Lump;

// Whether tuples of the aggregate can be taken together, and nothing is lost.
bool lump_can(const Aggregate *aggregate);
// Whether the values must come along, as numbers (a mean) or sights (a distinct count): then lumps of different orders
// stay apart (crowd.h).
bool lump_needs_numbers(const Aggregate *aggregate);
bool lump_needs_sights(const Aggregate *aggregate);
// The number of a tuple that has one; else 0.
int128_t lump_number(const Tuple *tuple);
// One tuple. What is certain and known is no matter of lumps.
Lump lump_of(const EvalShared *shared, const Aggregate *aggregate, const Tuple *tuple);
// Takes `other` in.
void lump_join(const EvalShared *shared, const Aggregate *aggregate, Lump *lump, const Lump *other);
// The tuple that stands for all, of their class. There are some.
Tuple lump_tuple(const Aggregate *aggregate, const Lump *lump, RowClass row_class);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// sights.h: the values of open tuples in an order, asked how many different ones a stretch of them holds.
//
// A value counts in a stretch at its first sight there: where the one before it, if there is one, lies in front of the
// stretch. So the answer is a number of places whose last sight is below a limit (numbers.h).

#ifndef SUP_RUNTIME_EXEC_SIGHTS_H
#define SUP_RUNTIME_EXEC_SIGHTS_H

#include "runtime/exec/aggregate_int.h"

typedef struct Sights Sights;

// Room for `count` values in `arena`; those not set are not known. To be built before it is asked.
Sights *sights_make(int64_t count, Arena *arena);
void sights_set(Sights *sights, int64_t index, Cell value);
void sights_build(Sights *sights);
// The number of different known values among from..to.
int64_t sights_count(const Sights *sights, int64_t from, int64_t to);
// Whether a value is among them.
bool sights_has(const Sights *sights, int64_t from, int64_t to, Cell value);
// The value at `index`; false: it is not known.
bool sights_get(const Sights *sights, int64_t index, Cell *value);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// sequence_search.h: the matches of a sequence in one partition, in one run.
//
// The caller has put the partition in order and says of each position which steps it may be and which absences it
// breaks. Everything here is about positions: no member, row or class is known. Meaning: spec/evaluation.md 7.

#ifndef SUP_RUNTIME_EXEC_SEQUENCE_SEARCH_H
#define SUP_RUNTIME_EXEC_SEQUENCE_SEARCH_H

#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

// One partition in order, and what one run may use of it. Arrays of `count` entries are by position.
typedef struct SearchInput {
    int64_t count;
    uint32_t steps;        // at least 1
    const int64_t *tie;    // number of its tie (equal order keys), ascending from 0
    const int64_t *reach;  // how many positions lie within the time of a match that begins here
    const uint8_t *beyond; // the time of a match that begins here is not over yet; NULL: all are
    const uint8_t *const *fits; // [step][position]
    const uint8_t *const
        *breaks; // [step][position]: breaks an absence behind the step; NULL: there is none
} SearchInput;

// Positions of the matches, `steps` for each, in order.
typedef VEC(int64_t) SearchMatches;

// Appends all matches: the lexicographically least by position, then again among later keys. Time and memory grow with
// `count` · `steps`; scratch memory lies in `arena`, which the caller rewinds.
void sequence_search(const SearchInput *input, Arena *arena, SearchMatches *out);

#endif

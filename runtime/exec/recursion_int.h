// SPDX-License-Identifier: Apache-2.0
//
// recursion_int.h: the two roads of a recursion: recursion_clean.c and recursion_plain.c.

#ifndef SUP_RUNTIME_EXEC_RECURSION_INT_H
#define SUP_RUNTIME_EXEC_RECURSION_INT_H

#include "runtime/exec/group.h"
#include "runtime/exec/rows_int.h"

typedef struct CleanFix CleanFix;

typedef struct FixRelation {
    const Relation *relation;
    uint32_t index; // in the program
    RowMaker maker; // rows of the round under way; at the end all rows
    RowMaker read;  // plain: rows of the round before; zeroed: none
    RuleResult *gap_lines;
    Entries entries;
    uint8_t *lines_told; // per branch: its gap lines are among the entries
    bool stands;         // plain: it has reached its depth
    Rowset *rows;        // what the next round reads: all rows, or (clean) the new ones
    Rowset *all;         // clean: all rows, where a branch uses the ring twice
    CleanFix *clean;
} FixRelation;

typedef struct Fix {
    RunShared *shared;
    FixRelation *relations;
    uint32_t count;
} Fix;

// The member behind a source, or NULL.
FixRelation *fix_member(const Fix *fix, RowSource source);
// Does the body read a relation of the ring?
bool fix_uses_ring(const Fix *fix, const Body *body);
// Evaluates a branch of `into`; its rows go to into->maker. `slot_rows` says which rows each slot of the ring reads;
// NULL for other slots.
Status fix_branch(Fix *fix, FixRelation *into, uint32_t branch, const Rowset *const *slot_rows);
// To be called before each round: the limit of rounds, and cancellation.
Status fix_round(Fix *fix, int64_t round);
// Whether `limit depth` gives the relation no more rows in this round.
bool fix_stands_still(const FixRelation *member, int64_t round);

// The rows of all rounds, in each member's maker->clean. *clean is false where some row is not certain or has an
// unknown cell; then the makers hold nothing of use.
Status fix_solve_clean(Fix *fix, bool *clean);
// The same for rows of every kind, in each member's maker->rows.
Status fix_solve_plain(Fix *fix);

#endif

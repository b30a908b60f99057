// SPDX-License-Identifier: Apache-2.0
//
// bunch.h: what a clause that bunches bindings together gives on.
//
// Such a clause keeps all bindings of its stretch, makes bunches of them in its own slot's table, in each reading, and
// says for every binding to which bunches it belongs. Here each binding goes on once per bunch, with the bunch's row in
// the slot. A binding whose bunch is the same row in both readings goes on as one, any other as what reading B has (gone
// in A) and as what reading A has (gone in B). Behind them come the strangers: possible members of a bunch of which
// nothing is known (spec/evaluation.md 7; tests/reference/README.md, decisions 72 to 75).

#ifndef SUP_RUNTIME_EXEC_BUNCH_H
#define SUP_RUNTIME_EXEC_BUNCH_H

#include "runtime/exec/level_int.h"

typedef struct Stranger {
    int64_t row; // of the bunch that it may belong to
    CauseId cause;
} Stranger;

// What one reading makes of the members.
typedef struct BunchReading {
    // Bunches of member i: rows[starts[i] .. starts[i + 1]), rows of the slot's table, or `?`. None: the reading does not
    // have the member, or leaves it out.
    const int64_t *starts, *rows;
    const Stranger *strangers; // by row
    int64_t stranger_count;
} BunchReading;

typedef struct BunchOutput {
    BodyRun *run;
    uint32_t index; // of the clause's operator
    const Members *members;
    const CauseId *
        stray; // by member: why it has no place, so that it is marked; 0: it has one. NULL: all have
    const BunchReading *b, *a; // a NULL: the readings are one
    int64_t row_count;         // of the slot's table
} BunchOutput;

// Whether an exception above touches some binding, so that the two readings are apart.
bool bunch_readings_differ(const BodyRun *run);
// Pushes all bindings into the operators behind.
Status bunch_give(const BunchOutput *out);

#endif

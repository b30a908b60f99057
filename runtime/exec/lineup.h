// SPDX-License-Identifier: Apache-2.0
//
// lineup.h: the members of a session or sequence, split into partitions and put in order; shared by session.c and
// sequence*.c.
//
// Partitions are the groups of a Level. Members of a partition whose order keys are known stand in its line, by these
// keys and then by their row numbers; the others have no place (spec/evaluation.md 7). A lineup is one reading: with
// exceptions above there are two, over the same members.

#ifndef SUP_RUNTIME_EXEC_LINEUP_H
#define SUP_RUNTIME_EXEC_LINEUP_H

#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/level_int.h"

typedef struct Lineup {
    BodyRun *run;
    const Operator *op;
    const Members *members;
    Level level;
    uint32_t key_count;   // order keys that count
    bool forward;         // by time alone, whatever direction is written
    Cell **keys;          // per order key, by member
    int64_t *time;        // by member: the first key
    int64_t *high;        // by member: the last time that still belongs to it; INT64_MAX: no end
    CauseId *lost;        // by member: why it has no place in the order; NULL: all have one
    int64_t *starts, *at; // by partition: members in order
    int64_t *loose_starts, *loose; // by partition: members without a place
} Lineup;

// Splits and sorts, by all order keys or, `forward`, by the time alone. Of a query, members without partition or place are left out and
// counted. On failure nothing needs to be closed.
Status lineup_open(Lineup *line, BodyRun *run, const Members *members, uint32_t operator,
                   bool forward, bool reading_a);
void lineup_close(Lineup *line);

// Whether two members have equal order keys.
bool lineup_tied(const Lineup *line, int64_t a, int64_t b);
// Why a member is not certain or not placed: its lowest mark, else what its partition or order lacks; 0: nothing.
CauseId lineup_cause(const Lineup *line, int64_t member);
// Of two causes the lower; 0 counts as none.
CauseId lineup_lower(const Lineup *line, CauseId a, CauseId b);
// The class of a member in this reading before the fence looked at its partition.
RowClass lineup_class(const Lineup *line, int64_t member);
// Evaluates a truth expression over members first..first+count, over possible members (m).
void lineup_truth(BodyRun *run, const Members *members, const Expr *expr, int64_t first,
                  int64_t count, Vector *out);

#endif

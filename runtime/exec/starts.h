// SPDX-License-Identifier: Apache-2.0
//
// starts.h: the rows of a recursive relation that anybody asks for.
//
// Where every body of the program that reads a relation fixes the same column of it (Operator.start), only rows with one
// of these values count, and a recursion that copies the column needs to begin from such rows alone. This is allowed
// while no row shows that is not certain and known (others could have any value, and shadows are counted against all
// rows), where no two rows of different values have one key, and where no evidence names its rows: it does so by their
// numbers among all.

#ifndef SUP_RUNTIME_EXEC_STARTS_H
#define SUP_RUNTIME_EXEC_STARTS_H

#include "runtime/exec/rows_int.h"

typedef struct Starts {
    uint32_t column;
    GroupTable *values;
    bool
        all_clean; // rows of other values must be known to be clean too: some body compares other columns of theirs
} Starts;

// *out: what is asked of a relation that nothing but itself is computed with; NULL: all of it, or nobody knows yet.
// The caller frees it.
Status starts_find(RunShared *shared, uint32_t relation, Starts **out);
void starts_free(Starts *starts); // NULL is allowed
// Leaves the rows out that are not asked for; rows of whose value nothing is known stay.
void starts_narrow(const Starts *starts, RowMaker *maker);
// Which of `count` values are asked for: wanted[i].
void starts_mark(const Starts *starts, const Vector *values, int64_t count, uint8_t *wanted);

#endif

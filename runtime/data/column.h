// SPDX-License-Identifier: Apache-2.0
// column.h: stored columns and the sets of rows that clauses read.
//
// A Column holds values packed by layout, a validity bitmap only where something is not known, and a side
// list that says why. A Rowset is a table, a relation or a rule read as a table: columns of equal length,
// and per row its class and where it came from. Row numbers run from 0 inside a Rowset.
//
// Memory: a Rowset owns its arrays (malloc); `rowset_destroy` frees them.

#ifndef SUP_RUNTIME_DATA_COLUMN_H
#define SUP_RUNTIME_DATA_COLUMN_H

#include "runtime/data/value.h"

// One value that is not known.
typedef struct Unknown {
    int64_t row;
    ValueState state;
    CauseId cause;
    uint32_t skeleton; // identity: code, 0 = none
    bool bounded;
    int128_t lo, hi;
    uint64_t origin; // gap of a row that was made: the cell it comes from; 0: from this one
} Unknown;

typedef struct Column {
    Str name;
    Type type;
    Phys phys;   // of the values as stored; exact numbers may lie as PHYS_I64 where `narrow`
    bool narrow; // exact numbers that all fit 64 bits: stored as int64_t, read as int128_t
    int64_t count;
    int64_t capacity;
    void *values;         // unspecified where not valid
    uint64_t *validity;   // bit set = known; NULL: all known
    VEC(Unknown) unknown; // sorted by row
    // What loading measured; used by the planner and by machine code, never by the meaning.
    int64_t missing_count, damaged_count, masked_count, repaired_count;
    bool has_range;
    int128_t min, max; // I64 and I128: all known values lie between them
} Column;

// Or-ed into Rowset.classes. MANY: the row stands for any number of rows (part of its key is not known).
typedef enum RowFlag { ROW_QUARANTINED = 4, ROW_MANY = 8 } RowFlag;

typedef struct Rowset {
    Str name;
    Column *columns;
    uint32_t column_count;
    int64_t row_count;
    uint8_t *classes;    // RowClass | RowFlag per row, NULL: all certain
    CauseId *row_causes; // possible rows: first cause; NULL if all certain
    // Where a row was read: index of its file, and its record number in that file (1 = first data record).
    // NULL for relations (row_identity then is the key) and for a single file (record = row + 1).
    uint32_t *files;
    int64_t *records;
    Str *file_names;
    uint32_t file_count;
    int64_t quarantined_count; // rows kept as shadows
    int64_t total_count;       // rows read = accepted + quarantined, repeated ones included
    bool is_relation;
} Rowset;

Rowset *rowset_create(Str name, uint32_t column_count);
void rowset_destroy(Rowset *rowset);

// Prepares an empty column of `type`.
void column_init(Column *column, Str name, Type type);
void column_deinit(Column *column);
// Appends one value, known or not; widens a narrow column when a value needs it.
void column_append(Column *column, const Value *value);
// Appends known values of the column's layout: those at rows[first..first+count), or first..first+count without rows.
void column_append_known(Column *column, const Vector *values, const int64_t *rows, int64_t first,
                         int64_t count);
// Appends the known value at `row` so many times.
void column_append_repeated(Column *column, const Vector *values, int64_t row, int64_t count);
// Makes room for `extra` further rows.
void column_reserve(Column *column, int64_t extra);
// The value at `row`.
Value column_get(const Column *column, int64_t row);
bool column_is_known(const Column *column, int64_t row);
// The side entry of a row that is not known, or NULL.
const Unknown *column_unknown(const Column *column, int64_t row);

static inline RowClass rowset_class(const Rowset *rowset, int64_t row)
{
    return rowset->classes == NULL ? CLASS_CERTAIN : (RowClass)(rowset->classes[row] & 3);
}

static inline bool rowset_quarantined(const Rowset *rowset, int64_t row)
{
    return rowset->classes != NULL && (rowset->classes[row] & ROW_QUARANTINED) != 0;
}

static inline bool rowset_many(const Rowset *rowset, int64_t row)
{
    return rowset->classes != NULL && (rowset->classes[row] & ROW_MANY) != 0;
}

// Row numbers in flight: >= 0 a row, ROW_ABSENT no row, below that `?`: there may be one, unknown which.
// The cause of a `?` is packed into the number, and whether it stands for one row at most (that of a lookup, say) or for
// any number of rows.
#define ROW_ABSENT ((int64_t)-1)
#define ROW_ONE_AT_MOST ((int64_t)1 << 32)
#define ROW_TAIL ((int64_t)1 << 33)
static inline int64_t row_unknown(CauseId cause)
{
    return -2 - (int64_t)cause;
}
static inline int64_t row_unknown_one(CauseId cause)
{
    return row_unknown(cause) - ROW_ONE_AT_MOST;
}
static inline bool row_is_unknown(int64_t row)
{
    return row <= -2;
}
// Of a `?`: whether it stands for one row at most.
static inline bool row_is_one(int64_t row)
{
    return ((row_unknown(0) - row) & ROW_ONE_AT_MOST) != 0;
}
// The one member of an attached set that stands for its blank rows: the number of their set, and why the binding may have
// them, 0: for what the rows lack (exec/partner_tail.c).
static inline int64_t row_tail(int64_t set, CauseId cause)
{
    return row_unknown(cause) - ROW_TAIL - set * (2 * ROW_TAIL);
}
static inline int64_t row_tail_set(int64_t row)
{
    return (row_unknown(0) - row) / (2 * ROW_TAIL);
}
static inline bool row_is_tail(int64_t row)
{
    return row_is_unknown(row) && ((row_unknown(0) - row) & ROW_TAIL) != 0;
}
static inline CauseId row_cause(int64_t row)
{
    return (CauseId)((row_unknown(0) - row) & (ROW_ONE_AT_MOST - 1));
}

// Reads `column` at `rows[0..count)` into a Vector (arrays in `arena`): ROW_ABSENT gives the gap `absent`,
// a `?` the issue `unknown row` with the packed cause. `rows == NULL` reads rows first..first+count in place.
void column_gather(const Column *column, const int64_t *rows, int64_t first, int64_t count,
                   CauseId absent_cause, Arena *arena, Vector *out);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// rows_int.h: rows in the making: of a relation, and of a rule that is read as a table.

#ifndef SUP_RUNTIME_EXEC_ROWS_INT_H
#define SUP_RUNTIME_EXEC_ROWS_INT_H

#include "runtime/exec/finding.h"
#include "runtime/exec/group.h"

// One row before it is settled.
typedef struct MadeRow {
    Value *cells;
    // Per cell, where a gap comes from: two gaps are the same if they come from the same cell of a table. 0 where the
    // cell is known.
    uint64_t *origins;
    RowClass row_class;
    CauseId cause;   // possible and shadow rows: the first one
    bool many;       // stands for any number of rows
    uint32_t branch; // derivation, for messages
    int64_t round;   // of a recursion: that in which it was found
} MadeRow;

typedef VEC(MadeRow) MadeRows;

// Its class as Rowset.classes holds it.
static inline uint8_t made_row_mark(const MadeRow *row)
{
    return (uint8_t)(row->row_class | (row->many ? ROW_MANY : 0));
}

// Rows that are certain and known in every cell, column by column: all rows, on clean data.
typedef struct CleanRows {
    int64_t count, capacity;
    void **data; // per column, laid out by type_phys
} CleanRows;

typedef struct RowMaker {
    RunShared *shared;
    Arena *arena;
    const ColumnDecl *columns;
    uint32_t column_count;
    Str name;
    MadeRows rows;
    CleanRows clean;
    const uint32_t *key; // of a relation; NULL with key_count > 0: all columns
    uint32_t key_count;
    uint64_t fresh; // next origin of a gap that comes from no single cell
} RowMaker;

// The key of a relation, column by column: the declared one, or all columns.
static inline uint32_t relation_key_count(const Relation *relation)
{
    return relation->key_count > 0 ? relation->key_count : relation->column_count;
}

static inline uint32_t relation_key_column(const Relation *relation, uint32_t k)
{
    return relation->key_count > 0 ? relation->key[k] : k;
}

// Whether `keep` chooses among the rows of one key.
static inline bool relation_keeps(const Relation *relation)
{
    return relation->keep_least || relation->keep_greatest;
}

// Makes an empty maker; frees what it holds.
void row_maker_init(RowMaker *maker, RunShared *shared, const ColumnDecl *columns,
                    uint32_t column_count, Str name);
void row_maker_deinit(RowMaker *maker);
// The same for the rows of a relation, with its key.
void row_maker_of(RowMaker *maker, RunShared *shared, const Relation *relation);
// Adds the rows that a branch without fences gives for a batch of its bindings.
void rows_of_bindings(RowMaker *maker, BodyRun *run, const Bindings *view, uint32_t branch);
// The failure of two certain rows that differ under one key.
Status rows_contradict(const RowMaker *maker, const MadeRow *a, const MadeRow *b);
// The Rowset of distinct rows, all certain and known, in order: the keys of a table over all columns.
Rowset *rows_from_groups(const RowMaker *maker, const GroupTable *distinct);
// The same rows with those of `rows`, which are sorted and equal none of them, in their places (rows_merge.c).
Rowset *rows_merge(const RowMaker *maker, const GroupTable *distinct, const MadeRow *rows,
                   size_t count);
// Appends the cells of a row, with the origins of its gaps.
void made_row_append(Rowset *rowset, const MadeRow *row);
// A row with an unknown key cell is certain only if no other row of the relation could be the same one: makes the others
// possible (rows_rivals.c). Sets `many` where a key cell could not be computed.
void rows_doubt_unknown_keys(RowMaker *maker, const uint32_t *key, uint32_t key_count);
// Moves the clean rows to the others, so that all can be settled one by one.
void rows_unclean(RowMaker *maker);
// Adds the rows of one finished branch.
void rows_of_branch(RowMaker *maker, Finding *finding, uint32_t branch);
// The cause (undecided members, `relation.column`).
CauseId undecided_cell(RowMaker *maker, uint32_t column);
// A cell of a group: where shadows could change an aggregate in it, an issue with the guard's bounds.
Value group_cell(RowMaker *maker, const Expr *expr, uint32_t column, int64_t group, const Vector *m,
                 const Vector *n);
// The values of `expr` over the groups in m and n.
void group_vectors(Level *level, const Expr *expr, Arena *arena, Vector *m, Vector *n);
// The identity of the cells at `columns` (NULL: the first `count`), in `buf`.
Str made_row_bytes(StrBuf *buf, const RowMaker *maker, const MadeRow *row, const uint32_t *columns,
                   uint32_t count);
// The first cell at `key` that is not known, or NULL; *issue: some of them could not be computed.
const Value *made_row_unknown(const MadeRow *row, const uint32_t *key, uint32_t key_count,
                              bool *issue);
// Whether both could have the same key.
bool made_rows_fit(const RowMaker *maker, const MadeRow *a, const MadeRow *b, const uint32_t *key,
                   uint32_t key_count);
// Order by cells, unknown ones last, then by class; then by what is known of unknown cells and by cause.
int made_row_compare(const RowMaker *maker, const MadeRow *a, const MadeRow *b);
// Least and greatest value that a cell can have; of what has no order in integers, all of them (rows_beaten.c).
void cell_bounds(const Value *value, int128_t *low, int128_t *high);
// Rows that are not certain, of a relation under `keep`, to be met by its certain ones; `others` must stay where it is
// (rows_beaten.c).
typedef struct Beaters Beaters;
Beaters *beaters_open(const RowMaker *maker, const Relation *relation, const uint32_t *key,
                      uint32_t key_count, const MadeRows *others);
void beaters_close(Beaters *beaters);
// Those that may have the key of a certain row, and may be as good, make its cells that differ unknown.
void beaters_unsettle(Beaters *beaters, MadeRow *row);
// Whether that may concern row `row` of the key's columns, all known, with this kept value.
bool beaters_meet(Beaters *beaters, const Vector *key_columns, int64_t row, const Value *kept);
// Settles equal rows, keys and `keep`, sorts, and makes the Rowset (rows_settle.c).
Status rows_settle(RowMaker *maker, const Relation *relation, Rowset **out);
// The same where the clean rows are the groups of `distinct`, all of them different.
Status rows_settle_beside(RowMaker *maker, const Relation *relation, const GroupTable *distinct,
                          Rowset **out);
// The groups of the rows in `table` by these columns (NULL: the first `count`), without making any.
void made_rows_find(const RowMaker *maker, const MadeRows *rows, const GroupTable *table,
                    const uint32_t *columns, uint32_t count, int64_t *groups);
// The same, making new ones as needed; GROUP_NONE where a cell is not known.
void made_rows_assign(const RowMaker *maker, const MadeRows *rows, GroupTable *table,
                      const uint32_t *columns, uint32_t count, int64_t *groups);
// Row `row` of clean columns as a row by itself, in the maker's arena.
MadeRow made_row_of(const RowMaker *maker, const Vector *columns, int64_t row);
// The rows as they stand, numbered in order; `before` (NULL is allowed) stand in front of them.
void rows_finish(const RowMaker *maker, const MadeRows *before, Rowset **out);

#endif

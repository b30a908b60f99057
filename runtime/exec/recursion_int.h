// SPDX-License-Identifier: Apache-2.0
//
// recursion_int.h: the two roads of a recursion: recursion_clean.c and recursion_plain.c.

#ifndef SUP_RUNTIME_EXEC_RECURSION_INT_H
#define SUP_RUNTIME_EXEC_RECURSION_INT_H

#include "runtime/exec/group.h"
#include "runtime/exec/rows_int.h"
#include "runtime/exec/starts.h"

typedef struct Store Store;
typedef struct Aside Aside;

typedef struct FixRelation {
    const Relation *relation;
    uint32_t index; // in the program
    RowMaker maker; // rows of the round under way; at the end all rows
    RowMaker read;  // plain: rows that are not certain, of the round before; zeroed: none
    VEC(RowMaker)
    certain; // plain: the certain rows, by round; without a depth in the ring the last ones
    RuleResult *gap_lines;
    Entries entries;
    uint8_t *lines_told; // per branch: its gap lines are among the entries
    Rowset *rows;        // what the next round reads: all rows, or (clean) the new ones
    Rowset *all;         // clean: all rows, where a branch uses the ring twice
    Store *store;        // clean: the rows found
    Aside *aside;        // clean: rows that are not; NULL where the careful road would take them
    ArenaMark made_from; // clean: the maker's arena before it made rows
    Rowset *result;      // clean: the end
} FixRelation;

typedef struct Fix {
    RunShared *shared;
    Arena *arena;
    FixRelation *relations;
    uint32_t count;
    const Starts *starts; // only such rows are wanted, all of them clean; NULL: all
    bool starts_later;    // other rows are wanted for what they lead to
    int64_t round;        // clean: under way
    bool certain_end;     // clean: the certain rows are fixed
    bool certain_only;    // clean: rows that are not certain need not be kept yet
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

// ---------------------------------------------------------------- under `keep` (recursion_keep.c)

// Order by the best that the kept value may be.
int keep_compare(const RowMaker *maker, const Relation *relation, const MadeRow *a,
                 const MadeRow *b);
// By that, unknown values first, then by all cells.
bool keep_better(const RowMaker *maker, const Relation *relation, const MadeRow *a,
                 const MadeRow *than);
// A certain row whose kept value is not known is a possible one.
void keep_doubt(const Relation *relation, MadeRow *row);
// A row that is not certain stands for all longer derivations of its key too: the kept value is a bound, and of the
// other columns only those are known that the recursion itself reads.
void keep_blur(const Relation *relation, MadeRows *rows);
// Whether what a row that is not the best of its key leads to is no better, in every column, class and cause, than what
// the best one leads to: the branches read the key and the kept value alone.
bool keep_needs_best_only(const Fix *fix, const Relation *relation);

// The limit of rows of a recursive relation.
Status fix_row_limit(const Fix *fix, const FixRelation *member, int64_t rows);

// Answers by the graph of the steps, where the ring is one relation of that form and all is certain and known: then
// *solved, and the result stands in the member. Else nothing of use was done.
Status fix_solve_graph(Fix *fix, bool *solved);
// The rows of all rounds, as each member's result. *clean is false where some row is not certain or has an unknown cell
// and cannot be taken along; then the makers hold nothing of use.
Status fix_solve_clean(Fix *fix, bool *clean);
// The same for rows of every kind, in each member's maker->rows, to be settled.
Status fix_solve_plain(Fix *fix);

// ---------------------------------------------------------------- rows while they grow (recursion_store.c)

// An empty store; the member is borrowed.
Store *store_open(FixRelation *member);
void store_close(Store *store); // NULL is allowed
// Some branch reads all rows beside the new ones.
void store_read_whole(Store *store);
// Takes in the clean rows of the member's maker. Fails where two rows contradict each other under one key.
Status store_absorb(const Fix *fix, Store *store);
// Makes member->rows of what was added or bettered since the last time, and member->all where it is wanted.
void store_publish(Store *store);
// The numbers of the rows in the store: by all cells, under `keep` by the key; GROUP_NONE where there is none.
void store_find(const Store *store, const MadeRows *rows, int64_t *numbers);
int64_t store_count(const Store *store);
// Under `keep`: certain rows whose keys are known, but not all of their cells; the better ones go into the aside.
void store_place(Store *store, const MadeRows *rows);
// Under `keep`: the row of this number; new cells are in the maker's arena.
MadeRow store_row(const Store *store, int64_t row);
// Under `keep`: makes member->rows of all rows.
void store_publish_all(Store *store);
// Under `keep`: whether a row that some round had read gave way to a better one.
bool store_bettered(const Store *store);
// The finished rows with those of the member's maker, settled.
Status store_finish_beside(Store *store, Rowset **out);
// The finished rows, sorted.
Status store_finish(Store *store, Rowset **out);

// ---------------------------------------------------------------- rows beside them (recursion_aside.c)

// An empty collection; the member is borrowed and has a store.
Aside *aside_open(FixRelation *member);
void aside_close(Aside *aside); // NULL is allowed
bool aside_is_empty(const Aside *aside);
// While certain rows are sought: takes in the rows of the member's maker, which a branch gave in this round; only_certain
// leaves the others out.
void aside_put(Aside *aside, int64_t round, bool only_certain);
// Under `keep`: certain row `number`; takes in one of a known key (in place of row `instead` - 1; 0: none) and gives its
// number; lets go of one; appends some.
const MadeRow *aside_certain(const Aside *aside, size_t number);
size_t aside_keep_certain(Aside *aside, const MadeRow *row, size_t instead);
void aside_drop_certain(Aside *aside, size_t number);
void aside_append_certain(const Aside *aside, const size_t *numbers, size_t count, Rowset *rowset);
// Appends the certain rows that came since the last time; under `keep` those whose key is not known.
void aside_publish_certain(Aside *aside, Rowset *rowset);
// Under `keep`: those whose key is not known will be published once more.
void aside_publish_again(Aside *aside);
// Once the certain rows are fixed: accepts the rows of the member's maker; those that wait for this round (false: none
// waits for a later one).
void aside_accept(Aside *aside, int64_t round);
bool aside_accept_waiting(Aside *aside, int64_t round);
// Makes member->rows of what was accepted since the last time; false: nothing was.
bool aside_publish(Aside *aside);
// Under `keep` with a depth: rows that are not certain rest on a certain one that was bettered, which rounds over what is
// new cannot take back.
bool aside_is_lost(const Aside *aside);
// How many rows are accepted.
int64_t aside_count(const Aside *aside);
// Puts all rows into the member's maker; they stay the collection's.
void aside_finish(Aside *aside);

#endif

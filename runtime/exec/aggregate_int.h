// SPDX-License-Identifier: Apache-2.0
// aggregate_int.h: what the files of the folds share: accumulators, and the set of values per group.

#ifndef SUP_RUNTIME_EXEC_AGGREGATE_INT_H
#define SUP_RUNTIME_EXEC_AGGREGATE_INT_H

#include "runtime/base/exact_sum.h"
#include "runtime/base/wide.h"
#include "runtime/data/vector.h"
#include "runtime/exec/aggregate.h"

// A known value without its type, as it lies in a vector of that layout.
typedef union Cell {
    uint64_t word[2]; // all bytes, zero beyond the value: equal values have equal words
    uint8_t truth;
    int64_t i64;
    int128_t i128;
    double f64;
    Pair pair;
    uint32_t code;
} Cell;

// One distinct value of one group, and how many tuples have it.
typedef struct SetEntry {
    Cell value;
    int64_t group;
    int64_t count;
} SetEntry;

// The distinct values of all groups: entries in order of first sight behind a hash table of their numbers.
typedef struct ValueSet {
    VEC(SetEntry) entries;
    uint64_t *slots;  // hash above, entry + 1 below; 0: free
    size_t slot_mask; // slots - 1; slots NULL: 0
    uint64_t seed;
    int64_t seen;  // tuples added
    bool may_list; // the owner asks only for all values of a group
    struct ValueList *
        list; // where most values differ they are only listed (value_list.h); NULL: they are entries
    // Entries by group, made on demand and dropped by the next insertion.
    int64_t *starts;
    int64_t *members;
    int64_t indexed_groups;
} ValueSet;

struct AggState {
    const Aggregate *aggregate;
    const EvalShared *shared;
    Type type; // of the argument
    Phys phys; // of the argument
    int64_t group_count;
    int64_t capacity;
    int64_t seen;        // tuples of earlier batches, for batches without row numbers
    int64_t *counts;     // clean tuples per group
    WideSum *sums;       // sum, mean: whole and exact numbers
    ExactSum *real_sums; // sum, mean: reals
    int64_t *trues;      // any, all
    Cell *best;          // min, max, first, last, one
    Cell *best_by;       // first, last: its order
    int64_t *best_order; // first, last, one: its row number
    ValueSet *set;       // distinct_count, collect, …: made where the kind needs it
    Arena *arena;        // median, statistic: their scratch
};

// The value at `row` of a vector, all bytes defined.
Cell cell_load(const Vector *vector, int64_t row);
// The same of a known Value.
Cell cell_of_value(const Value *value);
Value cell_value(Type type, Cell cell);
// Three-way order of two values of one type.
int cell_compare(const Dict *dict, Type type, Cell a, Cell b);

static inline bool cell_equal(Cell a, Cell b)
{
    return a.word[0] == b.word[0] && a.word[1] == b.word[1];
}

// The type of the order of first and last.
static inline Type order_type(const AggState *state)
{
    return state->aggregate->by.type;
}

// Whether tuple (by, order) comes before the present best of first (after it, of last).
bool best_improves(const AggState *state, int64_t group, Cell by, int64_t order);

ValueSet *value_set_create(void);
void value_set_destroy(ValueSet *set); // NULL is allowed
// Adds `count` tuples with this value.
void value_set_add(ValueSet *set, int64_t group, Cell value, int64_t count);
// Adds a chunk of a batch; negative groups are left out.
void value_set_add_chunk(ValueSet *set, const int64_t *groups, const Vector *values, int64_t first,
                         int64_t count);
// Adds all that `from` has; group g of it is group map[g] here (NULL: the same number).
void value_set_merge(ValueSet *into, ValueSet *from, const int64_t *map);
bool value_set_has(const ValueSet *set, int64_t group, Cell value);
// The entries of one group (numbers into set->entries), valid until the next insertion.
const int64_t *value_set_group(ValueSet *set, int64_t group, int64_t group_count, int64_t *count);

// ---------------------------------------------------------------- values from folds

// The distinct values of one group in order, with their numbers of tuples.
typedef struct Values {
    SetEntry *items;
    int64_t count;
    int64_t total; // tuples
} Values;

// The group's values and those of `extra` cells (one tuple each) together. Freed by values_deinit.
Values values_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count);
void values_deinit(Values *values);

// The result of a kind that is computed from the ordered values: collect … show.
Value values_result(const AggState *state, const Values *values);
// The same of median and statistic, over the group's values and those of `extra` cells.
Value median_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count);
Value statistic_of_group(AggState *state, int64_t group, const Cell *extra, int64_t extra_count,
                         int64_t left_out);
// numerator / denominator, half-even, as a value of the result's type at its scale.
Value result_quotient(const AggState *state, Int256 numerator, Int256 denominator);
// The longest run of successive values; days of the longest connected part for periods.
int64_t values_longest_run(const AggState *state, const Values *values);

// Results of the other kinds. `count` 0 gives what the aggregate is over no tuples.
Value known_i64(Type type, int64_t value);
Value gap_missing(const AggState *state);
Value issue_overflow(const AggState *state);
Value result_sum(const AggState *state, const WideSum *sum);
Value result_mean(const AggState *state, const WideSum *sum, int64_t count);
Value result_real(const AggState *state, const ExactSum *sum, int64_t count);

#endif

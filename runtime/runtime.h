// SPDX-License-Identifier: Apache-2.0
// runtime.h: the door upwards: run a Program over data and take its results.
//
// A Run owns everything it loads and computes. Results stay valid until run_close. One thread per Run.

#ifndef SUP_RUNTIME_RUNTIME_H
#define SUP_RUNTIME_RUNTIME_H

#include "runtime/base/status.h"
#include "runtime/clue/explanation.h"
#include "runtime/exec/program.h"
#include "runtime/source/source.h"

typedef struct ParamSetting { // --set, or `given P = value`
    uint32_t param;
    Value value; // text codes are not used: `text` below
    Const constant;
} ParamSetting;

// Tables that stay loaded from run to run, for those who ask many questions about the same data. All runs over one
// cache must read the same tables from the same places: clear it when declarations or places change. A table whose files
// have changed is loaded again by itself. No run may be open when it is cleared or destroyed.
typedef struct DataCache DataCache;
DataCache *data_cache_create(void);
void data_cache_clear(DataCache *cache);
void data_cache_destroy(DataCache *cache);

// Decisions by sizes: the order of clauses, which side of a join is indexed, what narrows its pairs, which blank rows and
// rows without a time are taken together, which filters are shared. Results are the same bytes.
typedef enum Planning {
    PLANNING_SIZES,
    PLANNING_OFF,    // the written order, plain indexes
    PLANNING_FORCED, // tests: whatever can be decided otherwise is
} Planning;

typedef struct RunOptions {
    LoadOptions load;
    bool has_as_of;
    int64_t as_of;           // days
    int64_t tolerance_count; // unplaced_tolerance as an exact ratio: count / 10^9
    const ParamSetting *settings;
    uint32_t setting_count;
    uint32_t evidence_limit; // rows shown per entry and variable, 100
    int64_t batch_size;      // 1024; any size must give the same bytes
    int64_t limit_pairs, limit_output, limit_rows;
    int64_t limit_seconds;   // 0: none
    int64_t limit_depth;     // most rounds of a recursion
    int64_t limit_recursion; // most rows of a recursive relation
    DataCache *cache;        // NULL: tables are loaded for this run and freed with it
    bool counts;             // keep rows in and out of every clause: run_flow
    bool no_lists;           // no entries of rules: for runs that are only replayed (run_explain)
    bool only_starts;     // recursive relations hold no rows that no body asks for (exec/starts.h)
    bool no_graph;        // tests: a recursion goes by rounds even where a graph could answer
    bool plain_recursion; // tests: recursion takes its careful road on clean data too
    Planning planning;
    const void *facts;  // of the library (fact_tables_create); NULL: its own tables
    const Str *externs; // libraries that extern functions may be called from
    uint32_t extern_count;
    const TestCase *test; // run a test: its given tables instead of files
    struct NativeEngine
        *native;         // makes machine code (exec/native.h); NULL: everything is interpreted
    int64_t native_rows; // least number of rows that are worth a compilation
    struct Pool *pool;   // threads (base/pool.h); NULL: this one alone. Results do not depend on it
    bool (*cancelled)(void *closure); // polled now and then; may be NULL
    void *cancel_closure;
} RunOptions;

// Rows in and out of one clause, in the written order: bindings above the first fence, groups below it. What only
// shadows could make is left out; what exceptions take away is out.
typedef struct ClauseFlow {
    uint32_t place; // of the clause in the written body
    Str text;       // the clause as written
    int64_t rows_in, rows_out;
    int64_t undecided; // those of rows_out that are not certain
    // How often the clause held and how often it did not: for a partner clause, of those that came in; an exception
    // holds where it takes away, a doubt where it marks, a score where it gives points.
    int64_t holds, fails;
    bool two_sided; // it can fail; `from`, `group by`, `attach` … cannot
} ClauseFlow;

// The clauses of one body: of a rule, of a query, or of a branch of a relation.
typedef struct BodyFlow {
    Str name;
    uint32_t branch; // of a relation with several bodies, from 1; else 0
    ClauseFlow *clauses;
    uint32_t clause_count;
} BodyFlow;

typedef struct Run Run;

// Fills `options` with the defaults.
void run_options_init(RunOptions *options);
// Loads what the selected rules and queries need and computes them. On failure `*run` is NULL and `error` says why.
Status run_open(const Program *program, const RunOptions *options, Run **run, Error *error);
void run_close(Run *run);

uint32_t run_rule_count(const Run *run);
const RuleResult *run_rule(const Run *run, uint32_t index);
uint32_t run_query_count(const Run *run);
const QueryResult *run_query(const Run *run, uint32_t index);
// The rows of a relation (certain ones as cells, its undecided entries apart), for tests.
const QueryResult *run_relation(Run *run, uint32_t relation);
const RuleResult *run_relation_undecided(Run *run, uint32_t relation);
// The value of a constant in this run: its text is interned, so it can be compared with keys.
Value run_value(Run *run, const Const *constant);
// Explains a key of rule `rule` (its number in the program), one known value per part of the clue's key: why it is in
// its list, or where it ended. Fails where the rule itself would. Close what it gives with run_explained.
Status run_explain(Run *run, uint32_t rule, const Value *key, Explanation *out, Error *error);
void run_explained(Explanation *explanation);
// One report per loaded table.
uint32_t run_load_count(const Run *run);
const LoadReport *run_load(const Run *run, uint32_t index);
// With RunOptions.counts: the bodies that ran, in the order in which they ran; else none.
uint32_t run_flow_count(const Run *run);
const BodyFlow *run_flow(const Run *run, uint32_t index);
// What the run spent its time on. A ring of relations counts for the one that came first. Results never depend on it.
typedef struct RunPart {
    const char *kind; // "table", "relation", "rule" or "query"
    Str name;
    int64_t us;
} RunPart;
typedef struct RunTimes {
    int64_t load_us, rest_us; // reading tables; computing relations, rules and queries
    const RunPart *parts;     // in the order in which they were done
    uint32_t part_count;
} RunTimes;
RunTimes run_times(const Run *run);
const Dict *run_dict(const Run *run);
// What is in a column of a table or relation that the run has loaded or computed. Rejected rows are left out.
typedef struct ColumnProfile {
    int64_t distinct, missing, unclear;
    Str least, greatest; // empty: no value is known
    Str most;            // the most frequent value, where one is there twice
    int64_t most_count;
} ColumnProfile;
// Texts are in `arena`. False: the run does not have the column.
bool run_profile(const Run *run, Str rows, Str column, Arena *arena, ColumnProfile *out);
int64_t run_row_count(const Run *run, Str rows);
// A ratio as RunOptions.tolerance_count wants it: a count of 10^-9, between 0 and 1.
int64_t run_ratio_count(const Const *ratio);

#endif

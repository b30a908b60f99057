// SPDX-License-Identifier: Apache-2.0
//
// finding.h: a body evaluated to its end: its members, its fences in one or both readings, its keys with their lists.
//
// Rules are read twice, with their exceptions (A) and without them (B); where no exception touches any binding the
// two are one. Relations and queries have one reading. What the ends of bodies are made of (entries, rows of a
// relation or query) is taken from here.

#ifndef SUP_RUNTIME_EXEC_FINDING_H
#define SUP_RUNTIME_EXEC_FINDING_H

#include "runtime/clue/entry.h"
#include "runtime/exec/level_int.h"

// One full key of a rule: its group in each reading (-1: none), and its list.
typedef struct FindingKey {
    int64_t a, b;
    bool listed;
    ListKind list;
    bool shadow; // in no list, but shadows could make it a clue
    int64_t
        partial; // members unplaced at an earlier fence that have this key all the same; -1: none
} FindingKey;

// Members that were not shadows before a key of theirs turned out to be unknown, by the parts of the clue's key that
// are known; each with its causes.
typedef struct Partial {
    const Unplaced *first;
    CauseCounts causes;
    VEC(int64_t) members;
    bool merged; // its key is full and listed: the members are undecided rows of that entry
} Partial;
typedef VEC(Partial) Partials;

typedef struct Finding {
    BodyRun run;
    Members members;
    Level *levels_a, *levels_b; // by fence; levels_b == levels_a where the readings are one
    uint32_t level_count;
    VEC(FindingKey) keys; // of the last fence, in key order
    Partials partials;
} Finding;

// Evaluates the body. On failure nothing is left open.
// `read`: others read the result as a table.
Status finding_open(Finding *finding, RunShared *shared, const Body *body, bool read);
void finding_close(Finding *finding);

static inline Level *finding_a(const Finding *finding)
{
    return finding->level_count == 0 ? NULL : &finding->levels_a[finding->level_count - 1];
}
static inline Level *finding_b(const Finding *finding)
{
    return finding->level_count == 0 ? NULL : &finding->levels_b[finding->level_count - 1];
}

// Key part `part` of a full key.
Value finding_key(const Finding *finding, const FindingKey *key, uint32_t part);

// Makes the lines of a rule (entry_build.c), in `result`, whose arena is created here.
Status finding_entries(Finding *finding, const Rule *rule, RuleResult *result);
// Makes the rows of a rule that others read as a table, and of a relation's branches together (rows_build.c).
Status finding_rule_rows(Finding *finding, const Rule *rule, Rowset **out);
// A relation's possible and shadow rows as entries, for tests: undecided ones by key.
Status relation_build(RunShared *shared, const Relation *relation, Rowset **out,
                      RuleResult *gap_lines);
// Evaluates a query (query.c).
Status query_build(RunShared *shared, const Query *query, QueryResult *out);
// The table of a relation's certain rows as a query result, for tests.
void relation_result(RunShared *shared, const Relation *relation, const Rowset *rows,
                     QueryResult *out);
// Its possible rows as undecided entries.
void relation_undecided(RunShared *shared, const Relation *relation, const Rowset *rows,
                        RuleResult *out);

// Collects the members without a full key and merges those with a full clue key into its entry (partials.c).
void finding_partials(Finding *finding);
void partials_free(Partials *partials);

// Gap lines as entries, in order, appended to `entries` (entry_build.c).
typedef VEC(Entry) Entries;
void gap_entries(const BodyRun *run, Arena *arena, Entries *entries);

#endif

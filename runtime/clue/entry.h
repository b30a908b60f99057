// SPDX-License-Identifier: Apache-2.0
// entry.h: the lines of a rule's lists, and the rows of a query, as writers receive them.
//
// All texts are final: values in canonical text, causes with their words left as Reason codes. Entries are
// owned by the RuleResult (one arena).

#ifndef SUP_RUNTIME_CLUE_ENTRY_H
#define SUP_RUNTIME_CLUE_ENTRY_H

#include "runtime/base/reason.h"
#include "runtime/data/value.h"

typedef enum ListKind { LIST_CLUE, LIST_CLEARED, LIST_UNDECIDED, LIST_GAP } ListKind;
typedef enum Severity { SEVERITY_NONE, SEVERITY_HIGH, SEVERITY_MEDIUM, SEVERITY_LOW } Severity;

typedef struct EntryCause {
    uint32_t place; // of the clause in the written body
    Reason reason;
    Str source;
    int64_t rows;
} EntryCause;

typedef struct KeyPart {
    Str name;
    Value value; // state not known: null
    Str text;    // canonical text, no unit
    Str display; // with unit
} KeyPart;

typedef struct FieldValue {
    Str name;
    Value value;
    Str text; // canonical, no unit; empty and known=false where it has no value
    Str display;
    bool known;
} FieldValue;

typedef struct EntryScore {
    int64_t points;
    Str label;
    bool open; // could not be decided, not added
} EntryScore;

typedef struct EntryLaw {
    Str law, version, article, effective; // effective: "2019-12-01.." or "2015-04-24..2019-11-30"
} EntryLaw;

typedef struct EvidenceRow {
    Str variable, table, file;
    int64_t row; // record number in the file, 1-based; rows of relations: ordinal in key order
    // In explanations, of rows of relations and of rules: the cells, and the rows behind them.
    Str cells;
    struct EvidenceRow *origins;
    uint32_t origin_count;
    int64_t origin_total;
} EvidenceRow;

// How the weight of a pair of a match model came about.
typedef struct EntryMatchPart {
    Str name, level; // level: the condition that decided; "else", "missing"
    Str weight;      // bits
} EntryMatchPart;

typedef struct EntryMatch {
    Str model;
    EvidenceRow earlier, own; // the rows of the earlier variable and of the clause's
    Str weight;
    bool accepted; // else under review
    const EntryMatchPart *parts;
    uint32_t part_count;
} EntryMatch;

typedef struct Entry {
    ListKind list;
    char id[21]; // empty string unless every key part is known
    const KeyPart *key;
    uint32_t key_count;
    Str title; // clue, cleared
    Severity severity;
    int64_t score;
    const EntryScore *scores;
    uint32_t score_count;
    const FieldValue *fields;
    uint32_t field_count;
    const EntryLaw *laws;
    uint32_t law_count;
    const EntryCause *causes;
    uint32_t cause_count;
    const Str *caveats; // "3 / 41000 请假登记"
    uint32_t caveat_count;
    const Str *cleared_by;
    uint32_t cleared_by_count;
    int64_t certain_rows, undecided_rows, excluded_rows;
    const EvidenceRow *evidence;
    uint32_t evidence_count;
    int64_t evidence_total;
    const EntryMatch *matches; // pairs of match models among the evidence
    uint32_t match_count;
} Entry;

typedef struct ClauseCount { // undecided by first cause, per clause: for the summary
    uint32_t place;
    Reason reason;
    Str source;
    int64_t rows;
} ClauseCount;

typedef struct
    UnplacedTable { // a partner's table in which more rows than tolerated could be anybody's
    Str table;
    int64_t unplaced, total;
} UnplacedTable;

typedef struct RuleResult {
    Arena *arena;
    Str rule, title;
    const Entry *entries; // in final order: clues, cleared, undecided, gap lines
    uint32_t entry_count;
    int64_t clue_count, cleared_count, undecided_count, gap_count;
    const ClauseCount *counts;
    uint32_t count_count;
    int64_t unplaced_rows;       // rows that could not be placed under tolerance
    int64_t overturn_most;       // most clues that they could overturn
    const UnplacedTable *beyond; // absence in these tables proves nothing
    uint32_t beyond_count;
} RuleResult;

typedef struct QueryResult {
    Arena *arena;
    Str query, title;
    const Str *names;
    const Type *types;
    uint32_t column_count;
    const FieldValue *cells; // row by row
    int64_t row_count;
    const ClauseCount *counts; // left out, by cause
    uint32_t count_count;
} QueryResult;

#endif

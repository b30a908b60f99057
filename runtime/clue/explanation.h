// SPDX-License-Identifier: Apache-2.0
//
// explanation.h: why a key is in its list, or in none, as people and programs receive it.
//
// The explanation of one key of one rule: the list that it is in, with its entry; after each clause in the written
// order how many rows (behind a fence: groups) that agree with the key were left, with the values that the clause
// looked at; and where none was left, how near the nearest came. All texts are final. Everything lies in the arena.

#ifndef SUP_RUNTIME_CLUE_EXPLANATION_H
#define SUP_RUNTIME_CLUE_EXPLANATION_H

#include "runtime/clue/entry.h"

// What an expression of a clause was worth, e.g. `s.金额` = `30 元`.
typedef struct ReplayValue {
    Str text;  // as written
    Str value; // with unit; （缺失） or the reason where it is not known
} ReplayValue;

// A part of a condition that failed, and the values that came nearest to meeting it.
typedef struct ReplayMiss {
    Str condition; // the part, as written; empty: the clause as a whole
    Str absent;    // of a sequence: the absence that a row broke; else empty
    const ReplayValue *values;
    uint32_t value_count;
    Str distance;    // what is lacking, with unit ("3 日"); empty where there is no distance
    EvidenceRow row; // the partner's row, or the row of `from`; table empty: none
} ReplayMiss;

typedef struct ReplayPart { // of the condition of a partner clause
    Str condition;
    int64_t pairs; // left when this part and those before it must hold
} ReplayPart;

typedef enum ReplayScore {
    REPLAY_NO_SCORE,
    REPLAY_NOT_ADDED,
    REPLAY_ADDED,
    REPLAY_OPEN
} ReplayScore;

// The rows of which a window's value was made: how many count, how many more may, and the nearest of them.
typedef struct ReplayPeers {
    bool some; // it is a window, and a row got there
    int64_t count, open;
    const EvidenceRow *rows;
    uint32_t row_count;
} ReplayPeers;

typedef struct ReplayClause {
    uint32_t place;
    Str text; // as written
    bool excepts;
    ReplayScore score; // of a `score`: what became of it for the group of the key
    bool grouped;      // the counts are of groups
    bool reached;      // some row got here
    int64_t certain, possible;
    const ReplayValue *values; // of the first row (group) left; of an exception the first removed
    uint32_t value_count;
    ReplayPeers peers; // of the same row
} ReplayClause;

typedef struct Explanation {
    Arena *arena, *entry_arena;
    Str rule, title;
    const KeyPart *key;
    uint32_t key_count;
    char id[21]; // empty where a part of the key is missing
    bool has_as_of;
    int64_t as_of; // days
    bool listed;
    Entry entry; // where listed
    const ReplayClause *clauses;
    uint32_t clause_count;
    int32_t ended;           // the clause behind which nothing was left; -1: none
    const ReplayPart *parts; // of the partner clause where it ended
    uint32_t part_count;
    const ReplayMiss *misses; // at the clause where it ended, nearest first
    uint32_t miss_count;
    Str nearest_key; // where the key never occurs: the nearest key text of the first clause; or empty
} Explanation;

#endif

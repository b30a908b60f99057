// SPDX-License-Identifier: Apache-2.0
// stdlib.h: the library's functions as cards.
//
// One card per function gives the names in both languages, the signature (read by the type
// checker), the documentation, an example that runs as a test, and the kernel. A card is written
// as one macro in front of an ordinary C body (stdlib/fn.h) and listed in its family's table.
// Nothing else has to be touched.
//
// Signatures are written as in a `function` declaration: "left(t: text, n: integer): text". Besides
// the types' English names (and person_id, credit_code … for identity types) they may use
//   `T` `U`        one type for all its places (any type)
//   `N`            an exact number, integer, length or quantity, unified by the rules of + (scales,
//                  units): the operands come to a kernel at one scale and unit
//   `days` `months` `time` `workdays`   the four kinds of length, which never mix
//   `identity`     any identity type        `enum`  any enum      `list(T)` `set(T)`
//   `T?`           the operand receives gaps; a result that may be a gap
//   `unit`         a unit's name            `name: type = 3`  optional, named, with its default
//   `...`          the operand before may be repeated
// The static scale of a result that is not an operand's: mean and division 18, median one more than
// its operand, rounding the unit's or the literal `places`. The fields of functions that
// give records (checks, address_parts) are in lang/check_records.def.

#ifndef SUP_STDLIB_STDLIB_H
#define SUP_STDLIB_STDLIB_H

#include "runtime/base/status.h"
#include "runtime/kernel.h"

// How the compiler treats a card.
typedef enum FnLower {
    LOWER_CALL,      // call the kernel; without one: can be checked, and not yet be run
    LOWER_STEP,      // the compiler has a step for it: `step` names it; rounding: its RoundMode
    LOWER_AGGREGATE, // `step` names the AggregateKind without prefix: "SUM"; "STATISTIC": computed
                     // by `statistic` from the peers' values; NULL: not yet run
    LOWER_RECORD,  // a record of the operands as reals: `kernel` gets a field's number before them
    LOWER_SPECIAL, // the checker knows it by name: points, as_of, size, path; `step` "WINDOW":
                   // a function over peers, only within `let … among`
} FnLower;

// A statistic of two operands sees them as pairs (StatItem.pair), sorted by the first and then the second.
typedef enum FnPairs {
    PAIRS_NONE,
    PAIRS_REALS, // (x, y): both reals by their order
    PAIRS_GROUP, // (whether y, a condition, holds; x as a real)
    PAIRS_MARKS, // (x, y): what tells values of any small layout apart, in no order
    PAIRS_TIME, // (the time behind `by:`, x as a real or place_word of a point); the kind of time is a last parameter
} FnPairs;

typedef struct FnCard {
    const char *name, *name_zh;
    const char *signature;
    const char *doc, *doc_zh;
    const char *example;  // an expression of the language that is true: "length(\"abc\") = 3";
                          // NULL for aggregates and what needs a table
    const Reason *issues; // reasons it can fail with, ended by REASON_NONE; NULL: never
    uint32_t cost;        // rough nanoseconds a row
    FnLower lower;
    const char *step;
    FnKernel kernel; // LOWER_CALL
    const struct FnCard *const
        *parts; // LOWER_CALL: a function for each field of the record that it gives
    FnStatistic statistic;
    StatBounds bounds; // of a statistic over peers of which some are undecided
    FnPairs pairs;
    const char *sql; // generic spelling, $1 $2…; NULL: none
    bool unordered;  // the statistic takes its peers in any order, a value as often as it is there
    bool soft;       // statistics over decided peers (spec/evaluation.md 5.4)
    bool own;        // a check of one value among its peers: only within `among`
} FnCard;

// All cards of one family, ended by NULL.
typedef const FnCard *const *FnFamily;

// Cards whose English or Chinese name is `name`; overloads follow each other. Fills at most
// `capacity`, returns how many there are.
uint32_t stdlib_find(Str name, const FnCard **cards, uint32_t capacity);
// How many cards there are; the card with this index, NULL behind the last; the title of its
// family.
uint32_t stdlib_count(void);
const FnCard *stdlib_at(uint32_t index);
const char *stdlib_family(uint32_t index, Lang lang);

// A function for each part of a case number, in the order year, court, kind, number. No functions of the language.
extern const FnCard *const stdlib_case_parts[];

// Make the pairs of FnPairs from (x, y), (y, x), (x, y), (time, x) and (time, point). No functions of the language.
extern const FnCard *const stdlib_pair_of_reals,
    *const stdlib_pair_of_group, *const stdlib_pair_of_marks, *const stdlib_pair_of_time,
                                                                  *const stdlib_pair_of_place;
// A real at a place (x, places, RoundMode). No function of the language.
extern const FnCard *const stdlib_round_real;
// How many elements a list or set has. No function of the language: `size` finds what it is given.
extern const FnCard *const stdlib_list_size;
// A field of a check's record (a list of reals, stdlib/check_int.h) by its number: (record, number), and of a check of
// one value among its peers (record, number, the value). No functions of the language.
extern const FnCard *const stdlib_check_field, *const stdlib_check_own_field;

// The identity type with this key ("person_id"), or whose English or Chinese type name it is;
// NULL: none.
const IdentityCard *stdlib_identity(Str key_or_name);
uint32_t stdlib_identity_count(void);
const IdentityCard *stdlib_identity_at(uint32_t index);

// Tables of facts that a user supplies in place of the library's own, for FnContext.facts. One that gets no rows leaves
// the library's own in force. After fact_tables_finish nothing may be added, and any thread may read.
typedef struct FactTables FactTables;
FactTables *fact_tables_create(void);
void fact_tables_destroy(FactTables *facts); // NULL is allowed
// Says of a day whether it is worked. The calendar covers whole years, from the first day's to the last one's; days that
// are not named are worked from Monday to Friday. STATUS_DATA: the day is too early.
MUST_USE Status fact_tables_day(FactTables *facts, int32_t date, bool worked, Error *error);
// Says that a code has this name on these dates. STATUS_DATA: no code, no name, or an end before the beginning.
MUST_USE Status fact_tables_division(FactTables *facts, Str code, Str name, int32_t first,
                                     int32_t last, Error *error);
// STATUS_DATA: two rows speak of the same day, or of the same code on the same date.
MUST_USE Status fact_tables_finish(FactTables *facts, Error *error);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// entry_int.h: parts of an entry that have a file of their own: laws and evidence.

#ifndef SUP_RUNTIME_EXEC_ENTRY_INT_H
#define SUP_RUNTIME_EXEC_ENTRY_INT_H

#include "runtime/exec/finding.h"

typedef struct EntryLaws {
    Finding *finding;
    Arena *arena;
    Level *level;
    int64_t group;
} EntryLaws;

// The (law, version, article) over the certain members of a group, by effective date, law, article (entry_laws.c).
void entry_laws(const EntryLaws *laws, Entry *entry);

// Per evidence variable the distinct rows over the members of a group up to a class, by row number, capped; with the
// full count (entry_evidence.c). Members of exactly `row_class` count, and those of `partial` (may be NULL).
void entry_evidence(Finding *finding, Arena *arena, const Level *level, int64_t group,
                    RowClass row_class, const Partial *partial, Entry *entry);
// One row as evidence of a variable.
EvidenceRow evidence_row(Str variable, const Rowset *rowset, int64_t row);
// The pairs of match models that the members listed stand on, by clause and row numbers, capped (entry_match.c).
void entry_matches(Finding *finding, Arena *arena, const int64_t *members, int64_t count,
                   RowClass row_class, Entry *entry);
// entry_evidence over the members listed.
void members_evidence(Finding *finding, Arena *arena, const int64_t *members, int64_t count,
                      RowClass row_class, Entry *entry);

// Whether more rows than tolerated could be anybody's, so that an absence is undecided (partner.c).
bool partner_beyond_tolerance(const PartnerRun *partner);

// u and n of a partner clause and the name of its right side (partner.c).
Str partner_unplaced(const PartnerRun *partner, int64_t *unplaced, int64_t *total);

#endif

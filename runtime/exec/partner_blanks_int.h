// SPDX-License-Identifier: Apache-2.0
//
// partner_blanks_int.h: right rows with a link that kept nothing, and bindings that lack one; shared by the files of the
// partner clauses.
//
// Blank rows are listed by their other links (partner_blanks.c). Long lists are taken together as sets (partner_sets.c),
// which stand in attached sets as one member (partner_tail.c). Bindings that lack a link ask by the others
// (partner_partial.c).

#ifndef SUP_RUNTIME_EXEC_PARTNER_BLANKS_INT_H
#define SUP_RUNTIME_EXEC_PARTNER_BLANKS_INT_H

#include "runtime/exec/partner_int.h"

// ---------------------------------------------------------------- blank rows (partner_blanks.c)

// Lists right rows by what is known of their links; rows[0..count) have a link that kept nothing.
void partner_blanks_index(PartnerIndex *index, const int64_t *rows, int64_t count);
void partner_blanks_free(PartnerIndex *index);

// Those who ask for the blank rows of the bindings of a batch.
typedef struct BlankAsk {
    BodyRun *run;
    PartnerRun *partner;
    const Bindings *in;
    const Vector *links; // of the bindings
    int64_t **groups; // per mask and binding: the number of its list in the mask, GROUP_NONE: none
    int64_t *lists;   // long ones of the binding under way
    int64_t list_count;
} BlankAsk;
void partner_blanks_begin(BlankAsk *ask);
// Adds the blank rows that may be partners of a binding none of whose links is blank: pairs that are still to be judged,
// and of those that are many together rows that speak for all of them, or its tail.
Status partner_blanks_of(BlankAsk *ask, int64_t binding, Pairs *pairs);

// ---------------------------------------------------------------- by some of the links (partner_partial.c)

// The right rows whose links are those that a binding has, and those that lack one of these. `all`: it has none.
typedef struct PartialRows {
    bool all;
    const int64_t *rows, *rest;
    int64_t count, rest_count;
} PartialRows;
void partner_partial_of(BodyRun *run, PartnerIndex *index, const Vector *links, int64_t binding,
                        PartialRows *out);
void partner_partial_free(PartnerIndex *index);

// ---------------------------------------------------------------- sets of blank rows (partner_sets.c)

// NULL where rows have to be judged one by one. Made when first asked for.
BlankSets *partner_sets(BodyRun *run, PartnerRun *partner);
// One list, of rows whose pairs with one binding these are, in their order: loose, with any binding of which as much is
// known. NULL where rows have to be judged one by one.
BlankSets *partner_sets_whole(BodyRun *run, const PartnerRun *partner, const Pairs *pairs);
// To be called before the first binding of a batch. NULL is allowed.
void partner_sets_begin(BlankSets *sets);
// Whether the rows of a list are taken together.
bool partner_sets_have(const BlankSets *sets, int64_t list);
// Those of the lists of `ask` whose pair with the binding is not F. `fits`: the links that the lists go by are equal.
Status partner_sets_of(const BlankAsk *ask, int64_t binding, bool fits, int64_t *set);
// The shadow rows in sets whose pair with the binding, which lacks a link, is not F.
Status partner_sets_shadows(const BlankAsk *ask, int64_t binding, int64_t *set);
// The shadow rows that are in sets, by right row; NULL: there is none.
const uint8_t *partner_sets_shadows_marked(const BlankSets *sets);
// Adds the rows that say what all rows of the set say.
void partner_sets_speak(const BlankAsk *ask, int64_t binding, int64_t set, Pairs *pairs);
int64_t partner_sets_union(BlankSets *sets, int64_t a, int64_t b);
int64_t partner_sets_minus(BlankSets *sets, int64_t a, int64_t b);
// Those of a set that `keep` says, which has a byte for each of its rows in their order.
int64_t partner_sets_pick(BlankSets *sets, int64_t set, const uint8_t *keep);
// The rows of a set: their number; written to rows[0..), and what they lack (causes may be NULL).
int64_t partner_sets_size(const BlankSets *sets, int64_t set);
void partner_sets_rows(const BlankSets *sets, int64_t set, int64_t *rows, CauseId *causes);
// The least of what they lack.
CauseId partner_sets_cause(const BlankSets *sets, int64_t set);
void partner_sets_free(BlankSets *sets);
// Adds to a key what the value at `index` is, in whatever state.
void profile_add(StrBuf *key, const Vector *vector, int64_t index);

// ---------------------------------------------------------------- sets that are attached (partner_tail.c)

// Whether the blank rows of the clause may be one member of an attached set at all.
bool partner_tail_allowed(const BodyRun *run, const PartnerRun *partner);
// Notes them for a binding of the batch; the member that stands for them.
void partner_tail_give(const BlankAsk *ask, int64_t binding, TailOf tail);
AttachedMember partner_tail_member(const PartnerRun *partner, TailOf tail);
void partner_tail_free(PartnerRun *partner);

// The limit of rows that may belong to everybody is reached: says so, and how to get out (partner_tail.c).
Status partner_too_many(BodyRun *run, const PartnerRun *partner);
// Counts what the sets of a batch hold beside certain and possible rows, against that limit.
Status partner_count_attached(BodyRun *run, PartnerRun *partner, const AttachedSet *set,
                              int64_t count);

#endif

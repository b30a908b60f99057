// SPDX-License-Identifier: Apache-2.0
//
// partner_int.h: shared by the files of the partner clauses: partner.c (what becomes of a binding),
// partner_index.c (which right rows a binding has to be judged against) and pair.c (judging pairs).
//
// The idea: right rows whose link values are all known lie in a hash table and cost one probe per binding.
// Right rows with an unusable link value are kept apart: those that kept some characters (*skeletons*) are
// found through the characters known, those that kept nothing (*blanks*) concern everybody alike. Only a
// binding whose own link value is unusable has to look at all right rows, and stops at the first that settles
// its fate. So clean data never leaves the hash table.

#ifndef SUP_RUNTIME_EXEC_PARTNER_INT_H
#define SUP_RUNTIME_EXEC_PARTNER_INT_H

#include "runtime/exec/body_int.h"
#include "runtime/exec/group.h"

// What a pair with an undetermined condition is (spec/evaluation.md 4.1).
typedef enum PairKind { PAIR_LINKED, PAIR_OPEN, PAIR_LOOSE } PairKind;

// Pairs of a binding (index in the batch) and a right row, with their verdicts.
typedef struct Pairs {
    int64_t count, capacity;
    int64_t *binding;
    int64_t *row;
    uint8_t *truth; // Truth; F pairs have been removed by pairs_judge
    uint8_t *kind;  // PairKind where the truth is U
    CauseId *cause; // where the truth is U: of the condition; open: of what the binding lacks
} Pairs;

typedef struct SkeletonIndex SkeletonIndex;
typedef struct LatestIndex LatestIndex;
typedef struct BlankSets BlankSets;
typedef struct PartialIndex PartialIndex;
typedef struct AttachedTail AttachedTail;
typedef struct MatchRun MatchRun;
typedef struct RangeIndex RangeIndex;
typedef struct NearIndex NearIndex;
typedef struct WordsIndex WordsIndex;
typedef struct SimilarIndex SimilarIndex;

// Right rows that have the same links unusable, one of them without a character left, listed by their other links.
typedef struct BlankMask {
    uint64_t links;        // the unusable ones
    bool kept;             // some of these kept characters: whether they fit has to be judged
    const uint32_t *known; // the others
    uint32_t known_count;
    GroupTable *groups;   // by these; NULL: there are none
    int64_t first, count; // lists
} BlankMask;

// The right rows by the values of their links. Clauses over the same rows with the same links share one.
struct PartnerIndex {
    const Rowset *rowset;
    const OnLeaf **links;
    uint32_t link_count;
    uint32_t slot; // that the links read
    Arena *arena;
    bool shared;         // owned by the run, else by the clause
    bool closed;         // the links of all bindings are known: they find no rows but these
    Vector *link_values; // of all right rows
    GroupTable
        *groups; // links of the right rows with all links known, and others that have no rows
    uint32_t
        *only; // by group: its one row + 1, 0: none; NULL: some have several, or groups are few
    int64_t *starts, *rows;   // right rows by group; not made yet where there is `only`
    SkeletonIndex *skeletons; // NULL: no right row has one
    // Right rows with a link that kept nothing, quarantined ones left out: list by list, starts[list] of each.
    int64_t *blanks, *blank_starts;
    int64_t blank_count;
    BlankMask *blank_masks;
    uint32_t blank_mask_count;
    VEC(PartialIndex *) partials; // by some of the links (partner_partial.c)
};

// The blank rows that a binding has together, in a batch under way.
typedef struct TailOf {
    int64_t set;   // EMPTY_SET: none
    CauseId cause; // 0: what the rows lack, else what the binding does
} TailOf;

#define EMPTY_SET ((int64_t)0)

// How many rows a group has; none if it is GROUP_NONE.
static inline int64_t partner_group_size(const PartnerIndex *index, int64_t group)
{
    if (group == GROUP_NONE)
        return 0;
    return index->only != NULL ? index->only[group] != 0
                               : index->starts[group + 1] - index->starts[group];
}

struct PartnerRun {
    const Operator *op;
    const Partner *partner;
    uint32_t ordinal; // among the partner clauses of the body
    const Rowset *rowset;
    Arena *arena;
    // Links: the conjunct key leaves.
    const OnLeaf **links;
    uint32_t link_count;
    PartnerIndex *index;  // NULL without links
    uint8_t *loose;       // per right row: loose whatever the bindings; NULL: none is
    CauseId *loose_cause; // why
    int64_t loose_count;  // accepted loose rows
    int64_t *shadows;     // shadow rows: they may be among the attached whatever the binding lacks
    int64_t shadow_count;
    int64_t unplaced;       // u of the tolerance: quarantined or loose
    bool tolerated;         // u <= tolerance * n
    bool only_links;        // the condition is the links and nothing else
    bool conjunction;       // it is leaves that all have to hold
    uint64_t applied;       // leaves, as bits, that hold for all rows of the index
    bool plain;             // nothing on the right side is in doubt (partner_plain.c)
    uint64_t earlier_slots; // that the condition reads
    LatestIndex *latest;    // of `latest`, else NULL
    // What narrows the rows of a link, or of the table where there is no link; one of them at most is not NULL.
    NearIndex *near;
    RangeIndex *range;
    WordsIndex *words;
    SimilarIndex *similar;
    BlankSets *sets;    // of blank rows taken together, once a binding has asked; else NULL
    bool sets_made;     // they have been asked for
    AttachedTail *tail; // what sets are worth to folds; NULL: nobody has asked
    const int64_t *
        sure; // latest: by binding of the batch, the row that no other can take the place of; NULL: none
    int64_t attached; // rows of sets so far that may belong to everybody
    TailOf *tails;    // of the batch under way, by binding; NULL: none has one
    MatchRun *match;  // of `using`, else NULL: then there are no links
    // The rows of the one slot that the links read that bindings can have here; NULL: any (partner_left.c).
    int64_t *left;
    int64_t left_count;
    uint32_t left_slot;
};

// Builds link values, hash table, skeletons, blanks (partner_index.c).
Status partner_index_build(BodyRun *run, PartnerRun *partner);
void partner_index_free(PartnerIndex *index);
// Gives the clause its index: shared, reduced, or its own (partner_share.c).
Status partner_index_take(BodyRun *run, PartnerRun *partner);
// An index of those rows that can be in a pair that matters, where these are few (partner_reduce.c). `may_share`: others
// could use one of all rows. `done` is false where it is not made.
Status partner_reduce(BodyRun *run, PartnerRun *partner, bool may_share, bool *done);
// The parts of building one (partner_index.c): link values alone; all right rows in their groups, and those with an
// unusable link apart; the latter alone; the empty table of links.
PartnerIndex *partner_index_make(BodyRun *run, const PartnerRun *partner);
void partner_index_fill(BodyRun *run, PartnerIndex *index);
void partner_sort_unusable(BodyRun *run, PartnerIndex *index);
GroupTable *partner_link_table(const PartnerIndex *index);
// One for so many links that lie within these ranges (NULL: not known); ranges that nothing has widened yet.
GroupTable *partner_link_table_within(const PartnerIndex *index, const KeyRange *ranges,
                                      int64_t rows);
KeyRange *partner_link_ranges(const PartnerIndex *index);
// Lists rows[0..count) (NULL: 0..count), ascending, by their groups. Then: makes starts and rows whatever else there is;
// how many groups have rows.
void partner_index_list(PartnerIndex *index, const int64_t *groups, const int64_t *rows,
                        int64_t count);
void partner_index_lists(PartnerIndex *index);
int64_t partner_index_met(const PartnerIndex *index);
// One side of the links for rows first..first+count of a rowset in place of `slot`; vectors in `arena`.
void partner_evaluate(BodyRun *run, const PartnerIndex *index, Arena *arena, bool earlier,
                      const Rowset *rowset, uint32_t slot, int64_t first, int64_t count,
                      Vector *out);
// The parts of it that find known links: link values of all right rows (`given` stands for the condition's own
// links if it is not NULL), and the hash table over them.
void partner_links_evaluate(BodyRun *run, PartnerRun *partner, const OnLeaf *given);
void partner_links_group(PartnerRun *partner);
// The link values of a batch of bindings, one vector per link (partner.c).
Vector *partner_binding_links(BodyRun *run, const PartnerRun *partner, const Bindings *in);
// Right rows that may be the partners of bindings whose links are not blank, beside the hash table: those whose
// skeletons fit, and for a binding with a skeleton those that fit it. `link_vectors` are the bindings' links.
void partner_skeleton_rows(BodyRun *run, PartnerRun *partner, const Vector *link_vectors,
                           int64_t binding, Pairs *pairs);
// Whether any right row or any of the bindings' links has a skeleton.
bool partner_has_skeletons(const PartnerRun *partner, const Vector *link_vectors);

// ---------------------------------------------------------------- what pairs are worth (partner.c)

// All pairs of a batch that are not F, by binding and row; the tails of its bindings (partner_collect.c).
Status partner_collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs);
// Open, with a row that is no shadow?
bool pair_is_open(const PartnerRun *partner, const Pairs *pairs, int64_t index);
// Does the tolerance make the pair F?
bool pair_tolerated(const PartnerRun *partner, const Pairs *pairs, int64_t index);
// T with a certain row?
bool pair_certain(const PartnerRun *partner, const Pairs *pairs, int64_t index);
// The cause (not covered, the right side).
CauseId partner_not_covered(const BodyRun *run, const PartnerRun *partner);
// The context of pairs: the earlier variables that the condition reads, and the right rows (pair.c).
EvalContext pair_context(BodyRun *run, const PartnerRun *partner, const Bindings *batch,
                         const int64_t *binding, const int64_t *row, int64_t count);

// ---------------------------------------------------------------- latest (latest.c)

// The times of the right rows, and the rows of each link in their order, where times are of a kind that allows it.
void latest_index_build(BodyRun *run, PartnerRun *partner);
// Computes the spans of a batch; to be called before its pairs are collected.
void latest_begin(BodyRun *run, PartnerRun *partner, const Bindings *in);
// Are right rows sorted, so that latest_matches may find those of a link?
bool latest_is_sorted(const PartnerRun *partner);
// The rows that are the latest whatever else there is, by binding, ROW_ABSENT: that has to be found out; NULL: for all.
const int64_t *latest_sure(BodyRun *run, const PartnerRun *partner, const Bindings *in,
                           const int64_t *groups);
static inline bool partner_is_sure(const PartnerRun *partner, int64_t binding)
{
    return partner->sure != NULL && partner->sure[binding] >= 0;
}
// Adds, of the rows with these links, those that can be the latest for their bindings, or be its rivals.
void latest_matches(const PartnerRun *partner, const Bindings *in, const int64_t *groups,
                    Pairs *pairs);
// The times of all right rows where these are plain numbers of days or seconds, else NULL.
const Vector *latest_times(const PartnerRun *partner);
// Sorts rows by their times; the last of times[from..to), sorted, that is not after `upto`, from - 1: none.
void latest_sort(const Vector *times, int64_t *rows, int64_t count);
int64_t latest_last(const int64_t *times, int64_t from, int64_t to, int64_t upto);
// The last time that the binding allows; false where it is not known.
bool latest_upto(const PartnerRun *partner, int64_t binding, int64_t *upto);
// Whether the row's time may lie in the span of the binding.
bool latest_may_be(const RunShared *shared, const PartnerRun *partner, int64_t binding,
                   int64_t row);
// The row, `?` or absence for every binding. `rests[i]`: absence rests on the tolerance.
void latest_rows(BodyRun *run, const PartnerRun *partner, const Bindings *in, const Pairs *pairs,
                 const uint8_t *covered, int64_t *rows, uint8_t *rests);

// ---------------------------------------------------------------- match models (match.c)

// Makes the hash tables of the blocks, and finds the right rows that no block can place.
Status match_open(BodyRun *run, PartnerRun *partner);
void match_close(PartnerRun *partner);
// Adds the pairs of a batch that reach `review`, and those that cannot be told.
Status match_collect(BodyRun *run, PartnerRun *partner, const Bindings *in, Pairs *pairs);
// Which bindings have a gap in what would place them, so that `drop` removes those without a partner.
void match_own_gaps(BodyRun *run, const PartnerRun *partner, const Bindings *in, uint8_t *own_gap);

// ---------------------------------------------------------------- narrowing (narrow.c)

// Prepares what narrows the rows of a link, or of the table where there is no link.
void narrow_open(BodyRun *run, PartnerRun *partner);
void narrow_begin(BodyRun *run, PartnerRun *partner, const Bindings *in);
// Adds rows of the group (0 without links) among which are all whose pair with the binding is not F; false: nothing is
// added, and all rows have to be looked at.
bool narrow_rows_of(const BodyRun *run, PartnerRun *partner, int64_t binding, int64_t group,
                    Pairs *pairs);
void narrow_close(PartnerRun *partner);
// Are these the same steps, `a_slot` of one and `b_slot` of the other being the same variable (partner_share.c)?
bool partner_same_expr(const Expr *a, uint32_t a_slot, const Expr *b, uint32_t b_slot);

// Which of `rows` the binding's condition is not F for: possible[0..count). `links_open`: the links are undetermined, else
// they are judged too (pair.c).
Status pairs_possible(BodyRun *run, PartnerRun *partner, const Bindings *batch, int64_t binding,
                      const int64_t *rows, int64_t count, bool links_open, uint8_t *possible);
// Appends a pair that is still to be judged.
void pairs_add(Pairs *pairs, int64_t binding, int64_t row);
void pairs_free(Pairs *pairs);
// Judges pairs[from..count): removes those whose condition is F and classifies those that are U. Counts against the
// limit of pairs. `links_hold`: the pairs come from the hash table, so the link leaves need no look (pair.c).
Status pairs_judge(BodyRun *run, PartnerRun *partner, const Bindings *batch, Pairs *pairs,
                   int64_t from, bool links_hold);
// Counts pairs that are compared against the limit.
Status pairs_count(BodyRun *run, const PartnerRun *partner, int64_t count);
// Whether the condition holds for pairs whose links do. `known` is false where that is not known of some; then `holds`
// says nothing.
Status pairs_hold(BodyRun *run, const PartnerRun *partner, const Bindings *batch,
                  const int64_t *binding, const int64_t *row, int64_t count, uint8_t *holds,
                  bool *known);
// Clean data (partner_plain.c): whether the clause may go that way, to be asked once it is open; what becomes of a
// batch. `done` is false where something in it is not known, and nothing has happened.
bool partner_is_plain(const BodyRun *run, const PartnerRun *partner);
Status partner_plain(BodyRun *run, PartnerRun *partner, const Bindings *in, Bindings *out,
                     bool *done);
// The cause of several partners where there may be one.
CauseId partner_several(const BodyRun *run, const PartnerRun *partner);
// The truth of the condition for each right row when leaves towards earlier variables are taken as given by
// spec/evaluation.md 4.1 ("loose, whatever the bindings"): fills partner->loose (pair.c).
void partner_find_loose(BodyRun *run, PartnerRun *partner);
// Which bindings have a gap in what the condition reads of them.
void partner_gaps(BodyRun *run, const PartnerRun *partner, const Bindings *batch, uint8_t *gaps);
// Right rows against which a leaf's truth depends on nothing that is missing: used by `drop` (pair.c): whether, if
// gaps counted as undetermined, some right row would leave binding `index` undetermined by a gap of its own.
Status partner_own_gap(BodyRun *run, PartnerRun *partner, const Bindings *batch, int64_t index,
                       bool *own_gap);

#endif

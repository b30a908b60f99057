// SPDX-License-Identifier: Apache-2.0
//
// entry_match.c: pairs of match models behind an entry, each with the weights that it got.

#include "runtime/exec/entry_int.h"
#include "runtime/exec/match.h"

typedef struct RowPair {
    int64_t earlier, own;
} RowPair;

typedef VEC(RowPair) RowPairs;
typedef VEC(EntryMatch) Matches;

static int compare_pairs(const void *a, const void *b)
{
    const RowPair *x = a, *y = b;
    if (x->earlier != y->earlier)
        return x->earlier < y->earlier ? -1 : 1;
    return (x->own > y->own) - (x->own < y->own);
}

static void add_pair(RowPairs *pairs, int64_t earlier, int64_t own)
{
    if (earlier >= 0 && own >= 0)
        vec_push(pairs, (RowPair){earlier, own});
}

static void member_pairs(const Bindings *all, int64_t member, uint32_t earlier, uint32_t own,
                         RowClass row_class, RowPairs *pairs)
{
    const AttachedSet *set = &all->attached[own];
    if (all->rows[earlier] == NULL)
        return;
    int64_t row = all->rows[earlier][member];
    if (set->offsets == NULL) {
        if (all->rows[own] != NULL)
            add_pair(pairs, row, all->rows[own][member]);
        return;
    }
    for (int64_t k = set->offsets[member]; k < set->offsets[member + 1]; k++) {
        if (set->members[k].row_class <= row_class)
            add_pair(pairs, row, set->members[k].row);
    }
}

// Bits at scale 6 as text: 2.1, -0.9, 12.
static Str bits_text(Arena *arena, int64_t bits)
{
    uint64_t count = bits < 0 ? -(uint64_t)bits : (uint64_t)bits;
    uint64_t fraction = count % 1000000;
    int digits = 6;
    for (; digits > 0 && fraction % 10 == 0; digits--)
        fraction /= 10;
    const char *sign = bits < 0 ? "-" : "";
    if (digits == 0)
        return arena_printf(arena, "%s%" PRIu64, sign, count / 1000000);
    return arena_printf(arena, "%s%" PRIu64 ".%0*" PRIu64, sign, count / 1000000, digits, fraction);
}

static EntryMatchPart match_part(Arena *arena, const MatchCompare *compare, uint32_t level)
{
    EntryMatchPart part = {.name = compare->name};
    int64_t weight = level == MATCH_LEVEL_ELSE      ? compare->otherwise
                     : level == MATCH_LEVEL_MISSING ? compare->missing
                                                    : compare->weights[level];
    part.level = level == MATCH_LEVEL_ELSE      ? STR("else")
                 : level == MATCH_LEVEL_MISSING ? STR("missing")
                                                : compare->level_texts[level];
    part.weight = bits_text(arena, weight);
    return part;
}

static EntryMatch match_of(BodyRun *run, const PartnerRun *partner, Arena *arena, RowPair pair)
{
    const MatchModel *model = partner->partner->match;
    uint32_t own = partner->partner->slot;
    uint32_t *levels = ARENA_ARRAY(run->scratch, uint32_t, model->compare_count + 1);
    EntryMatchPart *parts = ARENA_ARRAY(arena, EntryMatchPart, model->compare_count + 1);
    int64_t weight = match_waterfall(run, partner, pair.earlier, pair.own, levels);
    for (uint32_t c = 0; c < model->compare_count; c++)
        parts[c] = match_part(arena, &model->compares[c], levels[c]);
    return (EntryMatch){.model = model->name,
                        .earlier = evidence_row(run->body->slots[model->earlier].name,
                                                slot_rowset(run, model->earlier), pair.earlier),
                        .own = evidence_row(run->body->slots[own].name, partner->rowset, pair.own),
                        .weight = bits_text(arena, weight),
                        .accepted = weight >= model->accept,
                        .parts = parts,
                        .part_count = model->compare_count};
}

static bool is_evidence(const Body *body, uint32_t slot)
{
    for (uint32_t i = 0; i < body->evidence_count; i++) {
        if (body->evidence[i] == slot)
            return true;
    }
    return body->evidence_count == 0;
}

static void clause_matches(Finding *finding, Arena *arena, const PartnerRun *partner,
                           const int64_t *members, int64_t count, RowClass row_class, Matches *out)
{
    BodyRun *run = &finding->run;
    RowPairs pairs = {0};
    for (int64_t i = 0; i < count; i++)
        member_pairs(&finding->members.all, members[i], partner->partner->match->earlier,
                     partner->partner->slot, row_class, &pairs);
    if (pairs.count > 1)
        qsort(pairs.items, pairs.count, sizeof *pairs.items, compare_pairs);
    uint32_t shown = 0;
    for (size_t i = 0; i < pairs.count && shown < run->shared->options->evidence_limit; i++) {
        if (i > 0 && compare_pairs(&pairs.items[i - 1], &pairs.items[i]) == 0)
            continue;
        ArenaMark mark = arena_mark(run->scratch);
        vec_push(out, match_of(run, partner, arena, pairs.items[i]));
        arena_rewind(run->scratch, mark);
        shown++;
    }
    vec_free(&pairs);
}

void entry_matches(Finding *finding, Arena *arena, const int64_t *members, int64_t count,
                   RowClass row_class, Entry *entry)
{
    Matches matches = {0};
    for (uint32_t i = 0; i < finding->run.end_operator; i++) {
        const PartnerRun *partner = finding->run.partners[i];
        if (partner != NULL && partner->match != NULL &&
            is_evidence(finding->run.body, partner->partner->slot))
            clause_matches(finding, arena, partner, members, count, row_class, &matches);
    }
    EntryMatch *kept = ARENA_ARRAY(arena, EntryMatch, matches.count + 1);
    for (size_t i = 0; i < matches.count; i++)
        kept[i] = matches.items[i];
    entry->matches = kept;
    entry->match_count = (uint32_t)matches.count;
    vec_free(&matches);
}

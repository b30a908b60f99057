// SPDX-License-Identifier: Apache-2.0
//
// partner_blanks.c: right rows whose link is blank, by what they say.
//
// Where the condition is one link and nothing else, a blank row leaves the same in question for every binding whose own
// link is known. For a clause that does not look at the rows themselves, one row for each cause and class says all there
// is to say; `latest` asks for the last one up to the binding's time as well. So a table with many blanks costs a binding
// a few pairs, not one for each of them.

#include "runtime/exec/partner_int.h"

typedef struct Kind {
    CauseId cause;
    uint8_t row_class; // with the marks of rowset->classes
    int64_t timeless;  // the first row without a known time, -1: none
    int64_t count;
    int64_t *rows;  // the others, by time; without times the first one only
    int64_t *times; // theirs
} Kind;

struct BlankKinds {
    Kind *kinds;
    uint32_t count;
};

// More kinds than this are as many as rows.
enum { KINDS_MOST = 64 };

static bool are_alike(const PartnerRun *partner)
{
    PartnerKind kind = partner->partner->kind;
    if (!partner->only_links || partner->link_count != 1 || partner->loose_cause == NULL)
        return false;
    if (kind == PARTNER_LATEST)
        return latest_times(partner) != NULL;
    return kind == PARTNER_LOOKUP ||
           ((kind == PARTNER_EXISTS || kind == PARTNER_LACKS) && !partner->partner->read_later);
}

static Kind *kind_of(const PartnerRun *partner, BlankKinds *kinds, int64_t row)
{
    const Rowset *rowset = partner->rowset;
    uint8_t row_class = rowset->classes == NULL ? CLASS_CERTAIN : rowset->classes[row];
    CauseId cause = partner->loose_cause[row];
    for (uint32_t k = 0; k < kinds->count; k++)
        if (kinds->kinds[k].cause == cause && kinds->kinds[k].row_class == row_class)
            return &kinds->kinds[k];
    if (kinds->count == KINDS_MOST)
        return NULL;
    kinds->kinds[kinds->count] = (Kind){cause, row_class, -1, 0, NULL, NULL};
    return &kinds->kinds[kinds->count++];
}

static bool has_time(const Vector *times, int64_t row)
{
    return times->state == NULL || times->state[row] == VALUE_KNOWN;
}

static void put_row(const PartnerRun *partner, const Vector *times, Kind *kind, int64_t row)
{
    if (times != NULL && !has_time(times, row)) {
        kind->timeless = kind->timeless < 0 ? row : kind->timeless;
        return;
    }
    if (kind->rows == NULL)
        kind->rows =
            ARENA_ARRAY(partner->arena, int64_t, times == NULL ? 1 : partner->index->blank_count);
    if (times != NULL || kind->count == 0)
        kind->rows[kind->count++] = row;
}

static void sort_kind(const PartnerRun *partner, const Vector *times, Kind *kind)
{
    latest_sort(times, kind->rows, kind->count);
    kind->times = ARENA_ARRAY(partner->arena, int64_t, kind->count);
    for (int64_t i = 0; i < kind->count; i++)
        kind->times[i] = times->i64[kind->rows[i]];
}

static BlankKinds *find_kinds(const PartnerRun *partner)
{
    BlankKinds *kinds = ARENA_NEW(partner->arena, BlankKinds);
    kinds->kinds = ARENA_ARRAY(partner->arena, Kind, KINDS_MOST);
    const Vector *times = partner->latest == NULL ? NULL : latest_times(partner);
    for (int64_t k = 0; k < partner->index->blank_count; k++) {
        int64_t row = partner->index->blanks[k];
        Kind *kind = kind_of(partner, kinds, row);
        if (kind == NULL) {
            kinds->count = 0;
            return kinds;
        }
        put_row(partner, times, kind, row);
    }
    for (uint32_t k = 0; times != NULL && k < kinds->count; k++)
        sort_kind(partner, times, &kinds->kinds[k]);
    return kinds;
}

// The last row whose time is not after that of the binding, else the first.
static int64_t row_upto(const Kind *kind, int64_t upto)
{
    return kind->rows[MAX_OF(latest_last(kind->times, 0, kind->count, upto), 0)];
}

bool partner_blanks_speak(PartnerRun *partner, int64_t binding, Pairs *pairs)
{
    if (!are_alike(partner))
        return false;
    if (partner->blank_kinds == NULL)
        partner->blank_kinds = find_kinds(partner);
    for (uint32_t k = 0; k < partner->blank_kinds->count; k++) {
        const Kind *kind = &partner->blank_kinds->kinds[k];
        int64_t upto;
        if (kind->timeless >= 0)
            pairs_add(pairs, binding, kind->timeless);
        if (kind->count > 0)
            pairs_add(pairs, binding,
                      partner->latest != NULL && latest_upto(partner, binding, &upto)
                          ? row_upto(kind, upto)
                          : kind->rows[0]);
    }
    return partner->blank_kinds->count > 0;
}

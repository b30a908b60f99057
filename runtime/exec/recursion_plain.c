// SPDX-License-Identifier: Apache-2.0
//
// recursion_plain.c: recursion over rows of every kind, by rounds that read everything.
//
// First come rounds over the certain rows alone, then rounds over these and all others. A row that is not certain goes
// where a certain one has the same cells; were both kinds in one round, a row whose origin goes could live on in a
// circle of rows that it led to. Equal rows are one. Under `keep` one row per key, class and cause is left: the best,
// where an unknown value could be the best; what a certain row of its key beats goes.

#include "runtime/exec/recursion_int.h"

// ---------------------------------------------------------------- one round's rows

typedef struct Reduction {
    const Relation *relation;
    RowMaker *maker;
    Map slots; // identity -> index in `kept`
    MadeRows kept;
    const MadeRows *certain; // of the finished rounds over them
    Map sure;                // cells, or (keep) key -> index in `certain`
    StrBuf text;
} Reduction;

// Rows that are not certain are one only if the same cause made them so.
static void add_class(StrBuf *text, const MadeRow *row)
{
    CauseId cause = row->row_class == CLASS_CERTAIN ? 0 : row->cause;
    strbuf_add_char(text, (char)row->row_class);
    strbuf_add(text, (Str){(const char *)&cause, sizeof cause});
}

// Under `keep` the key, else all cells.
static Str sure_text(Reduction *reduction, const MadeRow *row)
{
    const RowMaker *maker = reduction->maker;
    bool keeps = relation_keeps(reduction->relation);
    return made_row_bytes(&reduction->text, maker, row, keeps ? maker->key : NULL,
                          keeps ? maker->key_count : maker->column_count);
}

static Str identity(Reduction *reduction, const MadeRow *row)
{
    (void)sure_text(reduction, row);
    add_class(&reduction->text, row);
    return strbuf_str(&reduction->text);
}

static void keep_one(Reduction *reduction, const MadeRow *row)
{
    bool is_new = false;
    uint64_t *at = map_at(&reduction->slots, identity(reduction, row), &is_new);
    if (is_new) {
        *at = reduction->kept.count;
        vec_push(&reduction->kept, *row);
    } else if (relation_keeps(reduction->relation) &&
               keep_better(reduction->maker, reduction->relation, row,
                           &reduction->kept.items[*at])) {
        reduction->kept.items[*at] = *row;
    }
}

static bool key_is_known(const Relation *relation, const MadeRow *row)
{
    for (uint32_t k = 0; k < relation_key_count(relation); k++) {
        if (row->cells[relation_key_column(relation, k)].state != VALUE_KNOWN)
            return false;
    }
    return true;
}

static bool same_cells(const Reduction *reduction, const MadeRow *a, const MadeRow *b)
{
    StrBuf other = {0};
    StrBuf mine = {0};
    uint32_t count = reduction->relation->column_count;
    bool same = str_equal(made_row_bytes(&mine, reduction->maker, a, NULL, count),
                          made_row_bytes(&other, reduction->maker, b, NULL, count));
    strbuf_deinit(&mine);
    strbuf_deinit(&other);
    return same;
}

// Does a certain row say all that this one says, or better?
static bool is_beaten(Reduction *reduction, const MadeRow *row)
{
    uint64_t at;
    if (!map_get(&reduction->sure, sure_text(reduction, row), &at))
        return false;
    if (!relation_keeps(reduction->relation))
        return true;
    const MadeRow *sure = &reduction->certain->items[at];
    return keep_compare(reduction->maker, reduction->relation, row, sure) > 0 ||
           same_cells(reduction, row, sure);
}

static void note_certain(Reduction *reduction)
{
    for (size_t i = 0; i < reduction->certain->count; i++) {
        const MadeRow *row = &reduction->certain->items[i];
        if (!relation_keeps(reduction->relation) || key_is_known(reduction->relation, row))
            (void)map_put(&reduction->sure, sure_text(reduction, row), i);
    }
}

// Leaves in maker->rows the rows that count: the certain ones (`certain` NULL), or those that are not and are not beaten.
static void reduce(const Relation *relation, RowMaker *maker, const MadeRows *certain)
{
    Reduction reduction = {.relation = relation, .maker = maker, .certain = certain};
    if (certain == NULL)
        rows_unclean(maker);
    maker->clean.count = 0;
    if (certain != NULL)
        note_certain(&reduction);
    for (size_t i = 0; i < maker->rows.count; i++) {
        MadeRow *row = &maker->rows.items[i];
        keep_doubt(relation, row);
        if ((row->row_class == CLASS_CERTAIN) == (certain == NULL) &&
            (certain == NULL || !is_beaten(&reduction, row)))
            keep_one(&reduction, row);
    }
    vec_clear(&maker->rows);
    for (size_t i = 0; i < reduction.kept.count; i++)
        vec_push(&maker->rows, reduction.kept.items[i]);
    map_deinit(&reduction.slots);
    map_deinit(&reduction.sure);
    vec_free(&reduction.kept);
    strbuf_deinit(&reduction.text);
}

// ---------------------------------------------------------------- rounds

static void row_signature(const RowMaker *maker, const MadeRow *row, StrBuf *text)
{
    (void)made_row_bytes(text, maker, row, NULL, maker->column_count);
    add_class(text, row);
}

static bool same_rows(const RowMaker *a, const RowMaker *b)
{
    Map rows = {0};
    StrBuf text = {0};
    bool same = a->rows.count == b->rows.count;
    for (size_t i = 0; same && i < a->rows.count; i++) {
        row_signature(a, &a->rows.items[i], &text);
        (void)map_put(&rows, strbuf_str(&text), 0);
    }
    for (size_t i = 0; same && i < b->rows.count; i++) {
        row_signature(b, &b->rows.items[i], &text);
        same = map_get(&rows, strbuf_str(&text), NULL);
    }
    map_deinit(&rows);
    strbuf_deinit(&text);
    return same;
}

// Round 0 is without the branches that use the ring.
static Status run_branches(Fix *fix, FixRelation *into, int64_t round)
{
    for (uint32_t b = 0; b < into->relation->branch_count; b++) {
        const Body *body = &into->relation->branches[b];
        if (round == 0 && fix_uses_ring(fix, body))
            continue;
        const Rowset *slots[BODY_SLOTS_MAX] = {NULL};
        for (uint32_t s = 0; s < body->slot_count; s++) {
            const FixRelation *member = fix_member(fix, body->slots[s].source);
            slots[s] = member == NULL ? NULL : member->rows;
        }
        TRY(fix_branch(fix, into, b, slots));
        TRY(fix_row_limit(fix, into, (int64_t)into->maker.rows.count + into->maker.clean.count));
    }
    return STATUS_OK;
}

// What the branches read in the next round: certain rows (NULL: none), and all that `read` holds.
static void publish(FixRelation *member, const RowMaker *certain)
{
    rowset_destroy(member->rows);
    rows_finish(&member->read, certain == NULL ? NULL : &certain->rows, &member->rows);
}

// Runs the branches of a member anew. Its lines of the last round are told.
static Status run_member(Fix *fix, FixRelation *member, int64_t round, const MadeRows *certain)
{
    vec_clear(&member->entries);
    memset(member->lines_told, 0, MAX_OF(member->relation->branch_count, 1u));
    row_maker_of(&member->maker, fix->shared, member->relation);
    TRY(run_branches(fix, member, round));
    reduce(member->relation, &member->maker, certain);
    return STATUS_OK;
}

static bool ring_has_depth(const Fix *fix)
{
    for (uint32_t m = 0; m < fix->count; m++)
        if (fix->relations[m].relation->depth_limit >= 0)
            return true;
    return false;
}

// The certain rows of one round. Those of earlier rounds are kept where a depth says which of them others may read.
static Status certain_round(Fix *fix, int64_t round, bool *more)
{
    TRY(fix_round(fix, round));
    *more = false;
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        publish(member, member->certain.count == 0 ? NULL : &vec_last(&member->certain));
    }
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (fix_stands_still(member, round))
            continue;
        row_maker_deinit(&member->maker);
        TRY(run_member(fix, member, round, NULL));
        bool is_new = round == 0 || !same_rows(&member->maker, &vec_last(&member->certain));
        *more = *more || is_new;
        if (round > 0 && !ring_has_depth(fix)) {
            row_maker_deinit(&vec_last(&member->certain));
            member->certain.count--;
        }
        vec_push(&member->certain, member->maker);
        row_maker_of(&member->maker, fix->shared, member->relation);
    }
    return STATUS_OK;
}

// The certain rows that a round of the others reads.
static const RowMaker *certain_before(const Fix *fix, const FixRelation *member, int64_t round)
{
    if (round == 0)
        return NULL;
    size_t last = member->certain.count - 1;
    return &member->certain.items[ring_has_depth(fix) ? MIN_OF((size_t)round - 1, last) : last];
}

static Status other_round(Fix *fix, int64_t round, bool *more)
{
    TRY(fix_round(fix, round));
    *more = false;
    for (uint32_t m = 0; m < fix->count; m++)
        publish(&fix->relations[m], certain_before(fix, &fix->relations[m], round));
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (fix_stands_still(member, round))
            continue;
        row_maker_deinit(&member->maker);
        TRY(run_member(fix, member, round, &vec_last(&member->certain).rows));
        *more = *more || round == 0 || (size_t)round < member->certain.count ||
                !same_rows(&member->maker, &member->read);
    }
    for (uint32_t m = 0; m < fix->count; m++) {
        FixRelation *member = &fix->relations[m];
        if (fix_stands_still(member, round))
            continue; // it stands as it was read
        row_maker_deinit(&member->read);
        member->read = member->maker;
        row_maker_of(&member->maker, fix->shared, member->relation);
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- what users see

// The rows of both kinds, in the maker; what they point to stays with the member.
static void put_together(FixRelation *member)
{
    if (member->certain.count == 0)
        return;
    const MadeRows *certain = &vec_last(&member->certain).rows;
    RowMaker empty = member->maker;
    member->maker = member->read;
    member->read = empty;
    keep_blur(member->relation, &member->maker.rows);
    for (size_t i = 0; i < certain->count; i++)
        vec_push(&member->maker.rows, certain->items[i]);
}

Status fix_solve_plain(Fix *fix)
{
    Status status = STATUS_OK;
    bool more = true;
    for (uint32_t m = 0; m < fix->count; m++)
        row_maker_of(&fix->relations[m].read, fix->shared, fix->relations[m].relation);
    for (int64_t round = 0; more && status == STATUS_OK; round++)
        status = certain_round(fix, round, &more);
    more = true;
    for (int64_t round = 0; more && status == STATUS_OK; round++)
        status = other_round(fix, round, &more);
    for (uint32_t m = 0; m < fix->count; m++) {
        rowset_destroy(fix->relations[m].rows);
        fix->relations[m].rows = NULL;
        put_together(&fix->relations[m]);
    }
    return status;
}

// SPDX-License-Identifier: Apache-2.0
//
// recursion_aside.c: the rows of a relation, while it grows, that are not certain or not wholly known.
//
// Certain rows with an unknown cell take part in the rounds of the clean ones. All others wait until these have ended
// (spec/evaluation.md 8) and then have rounds of their own, of which each reads what the last one added: once the
// certain rows are fixed, nothing that was accepted ever goes.

#include "runtime/exec/recursion_int.h"

enum { SLOT_WAITING = 1, SLOT_ACCEPTED = 2 };

struct Aside {
    FixRelation *member;
    Arena *arena;
    Map sure_cells;   // of certain rows
    Map slots;        // cells, class and cause of the others -> SLOT_
    MadeRows sure;    // certain rows
    size_t read;      // of `sure`: rounds have read them
    MadeRows waiting; // the others, by round
    size_t taken;     // of `waiting`
    MadeRows others;  // accepted
    size_t told;      // of `others`: rounds have read them
    StrBuf text;
};

Aside *aside_open(FixRelation *member)
{
    Aside *aside = base_alloc_zeroed(1, sizeof *aside);
    aside->member = member;
    aside->arena = arena_create(NULL, 0);
    return aside;
}

void aside_close(Aside *aside)
{
    if (aside == NULL)
        return;
    map_deinit(&aside->sure_cells);
    map_deinit(&aside->slots);
    vec_free(&aside->sure);
    vec_free(&aside->waiting);
    vec_free(&aside->others);
    strbuf_deinit(&aside->text);
    arena_destroy(aside->arena);
    free(aside);
}

bool aside_is_empty(const Aside *aside)
{
    return aside->sure.count + aside->waiting.count + aside->others.count == 0;
}

static Str cells_of(Aside *aside, const MadeRow *row)
{
    const RowMaker *maker = &aside->member->maker;
    return made_row_bytes(&aside->text, maker, row, NULL, maker->column_count);
}

static Str slot_of(Aside *aside, const MadeRow *row)
{
    (void)cells_of(aside, row);
    strbuf_add_char(&aside->text, (char)row->row_class);
    strbuf_add(&aside->text, (Str){(const char *)&row->cause, sizeof row->cause});
    return strbuf_str(&aside->text);
}

// The row with cells of its own.
static MadeRow copy_row(Aside *aside, const MadeRow *row, int64_t round)
{
    uint32_t count = aside->member->maker.column_count;
    MadeRow copy = *row;
    copy.round = round;
    copy.cells = ARENA_ARRAY(aside->arena, Value, count);
    copy.origins = ARENA_ARRAY(aside->arena, uint64_t, count);
    memcpy(copy.cells, row->cells, count * sizeof *copy.cells);
    memcpy(copy.origins, row->origins, count * sizeof *copy.origins);
    return copy;
}

void aside_put(Aside *aside, int64_t round)
{
    const MadeRows *made = &aside->member->maker.rows;
    for (size_t i = 0; i < made->count; i++) {
        const MadeRow *row = &made->items[i];
        bool is_new = false;
        if (row->row_class == CLASS_CERTAIN) {
            if (map_put(&aside->sure_cells, cells_of(aside, row), 0))
                vec_push(&aside->sure, copy_row(aside, row, round));
            continue;
        }
        uint64_t *slot = map_at(&aside->slots, slot_of(aside, row), &is_new);
        if (!is_new)
            continue;
        *slot = SLOT_WAITING;
        vec_push(&aside->waiting, copy_row(aside, row, round));
    }
}

// Whether what a certain row says too is in `said`, which the caller frees.
static uint8_t *find_said(Aside *aside, const MadeRows *rows)
{
    uint8_t *said = base_alloc_zeroed(MAX_OF(rows->count, 1u), 1);
    store_find(aside->member->store, rows, said);
    for (size_t i = 0; i < rows->count; i++)
        said[i] |= map_get(&aside->sure_cells, cells_of(aside, &rows->items[i]), NULL);
    return said;
}

// Accepts the rows that are new and of which no certain row says as much.
static void accept(Aside *aside, const MadeRows *rows, int64_t round)
{
    uint8_t *said = find_said(aside, rows);
    for (size_t i = 0; i < rows->count; i++) {
        const MadeRow *row = &rows->items[i];
        if (said[i] || row->row_class == CLASS_CERTAIN)
            continue;
        uint64_t *slot = map_at(&aside->slots, slot_of(aside, row), NULL);
        if (*slot == SLOT_ACCEPTED)
            continue;
        *slot = SLOT_ACCEPTED;
        vec_push(&aside->others, copy_row(aside, row, round));
    }
    free(said);
}

void aside_accept(Aside *aside, int64_t round)
{
    accept(aside, &aside->member->maker.rows, round);
}

bool aside_accept_waiting(Aside *aside, int64_t round)
{
    size_t from = aside->taken;
    while (aside->taken < aside->waiting.count && aside->waiting.items[aside->taken].round <= round)
        aside->taken++;
    MadeRows rows = {.items = aside->waiting.items + from, .count = aside->taken - from};
    accept(aside, &rows, round);
    return aside->taken < aside->waiting.count;
}

// Adds certain rows that have not been read to those of the store.
void aside_publish_certain(Aside *aside, Rowset *rowset)
{
    bool many = false;
    for (; aside->read < aside->sure.count; aside->read++) {
        const MadeRow *row = &aside->sure.items[aside->read];
        made_row_append(rowset, row);
        many |= row->many;
    }
    int64_t first = rowset->row_count, total = rowset->columns[0].count;
    rowset->row_count = rowset->total_count = total;
    if (!many)
        return;
    rowset->classes = base_alloc_zeroed((size_t)total, sizeof *rowset->classes);
    rowset->row_causes = base_alloc_zeroed((size_t)total, sizeof *rowset->row_causes);
    for (int64_t i = first; i < total; i++) {
        const MadeRow *row = &aside->sure.items[aside->sure.count - (size_t)(total - i)];
        rowset->classes[i] = made_row_mark(row);
    }
}

bool aside_publish(Aside *aside)
{
    FixRelation *member = aside->member;
    MadeRows rows = {.items = aside->others.items + aside->told,
                     .count = aside->others.count - aside->told};
    aside->told = aside->others.count;
    rowset_destroy(member->rows);
    rows_finish(&member->maker, &rows, &member->rows);
    return rows.count > 0;
}

void aside_finish(Aside *aside)
{
    MadeRows *out = &aside->member->maker.rows;
    vec_clear(out);
    for (size_t i = 0; i < aside->sure.count; i++)
        vec_push(out, aside->sure.items[i]);
    for (size_t i = 0; i < aside->others.count; i++)
        vec_push(out, aside->others.items[i]);
}

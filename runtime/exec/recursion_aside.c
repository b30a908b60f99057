// SPDX-License-Identifier: Apache-2.0
//
// recursion_aside.c: the rows of a relation, while it grows, that are not certain or not wholly known.
//
// Certain rows with an unknown cell take part in the rounds of the clean ones. All others wait until these have ended
// (spec/evaluation.md 8) and then have rounds of their own, of which each reads what the last one added: once the
// certain rows are fixed, nothing that was accepted ever goes.

#include "runtime/exec/recursion_int.h"

enum { SLOT_WAITING = 1, SLOT_ACCEPTED = 2 };

// What is true of a certain row under `keep`; of another only whether it changed.
enum {
    MARK_CHANGED = 1, // rounds have not read it
    MARK_READ = 2,    // rounds have read it, or one that it is better than
    MARK_GONE = 4,    // a clean row stands in its place
    MARK_UNKNOWN = 8, // its key is not known
};

struct Aside {
    FixRelation *member;
    Arena *arena;
    bool keeps;
    bool bettered;   // keep: a row that a round had read was
    bool leaves_out; // rows that are not certain have been left out, to be sought again
    Map sure_cells;  // of certain rows; under `keep` keys that are not known -> index of `sure`
    Map slots; // cells, class and cause of the others -> SLOT_; under `keep` key, … -> index of `others`
    MadeRows sure;                        // certain rows
    size_t read;                          // of `sure`: rounds have read them
    MadeRows waiting;                     // the others, by round
    size_t taken;                         // of `waiting`
    MadeRows others;                      // accepted
    size_t told;                          // of `others`: rounds have read them
    VEC(uint8_t) sure_marks, other_marks; // keep
    VEC(size_t) changed;                  // keep: of `others`
    StrBuf text;
};

Aside *aside_open(FixRelation *member)
{
    Aside *aside = base_alloc_zeroed(1, sizeof *aside);
    aside->member = member;
    aside->keeps = relation_keeps(member->relation);
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
    vec_free(&aside->sure_marks);
    vec_free(&aside->other_marks);
    vec_free(&aside->changed);
    strbuf_deinit(&aside->text);
    arena_destroy(aside->arena);
    free(aside);
}

bool aside_is_empty(const Aside *aside)
{
    return aside->sure.count + aside->waiting.count + aside->others.count == 0 &&
           !aside->leaves_out;
}

static Str cells_of(Aside *aside, const MadeRow *row)
{
    const RowMaker *maker = &aside->member->maker;
    return made_row_bytes(&aside->text, maker, row, NULL, maker->column_count);
}

// What was last written to aside->text, with class and cause.
static Str with_class(Aside *aside, const MadeRow *row)
{
    strbuf_add_char(&aside->text, (char)row->row_class);
    strbuf_add(&aside->text, (Str){(const char *)&row->cause, sizeof row->cause});
    return strbuf_str(&aside->text);
}

static Str slot_of(Aside *aside, const MadeRow *row)
{
    (void)cells_of(aside, row);
    return with_class(aside, row);
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

// ---------------------------------------------------------------- certain rows under `keep`

static bool key_is_known(const Aside *aside, const MadeRow *row)
{
    const RowMaker *maker = &aside->member->maker;
    bool known = true;
    for (uint32_t k = 0; k < maker->key_count; k++)
        known &= row->cells[maker->key == NULL ? k : maker->key[k]].state == VALUE_KNOWN;
    return known;
}

static Str key_of(Aside *aside, const MadeRow *row)
{
    const RowMaker *maker = &aside->member->maker;
    return made_row_bytes(&aside->text, maker, row, maker->key, maker->key_count);
}

// A certain row whose key is not known: the best of those that are unknown for the same reason.
static void keep_unplaced(Aside *aside, const MadeRow *row)
{
    const RowMaker *maker = &aside->member->maker;
    bool is_new = false;
    uint64_t *at = map_at(&aside->sure_cells, key_of(aside, row), &is_new);
    if (is_new) {
        *at = aside->sure.count;
        vec_push(&aside->sure, copy_row(aside, row, 0));
        vec_push(&aside->sure_marks, MARK_UNKNOWN | MARK_CHANGED);
    } else if (keep_better(maker, aside->member->relation, row, &aside->sure.items[*at])) {
        aside->sure.items[*at] = copy_row(aside, row, 0);
        aside->bettered |= (aside->sure_marks.items[*at] & MARK_READ) != 0;
        aside->sure_marks.items[*at] |= MARK_CHANGED;
    }
}

const MadeRow *aside_certain(const Aside *aside, size_t number)
{
    return &aside->sure.items[number];
}

size_t aside_keep_certain(Aside *aside, const MadeRow *row, size_t instead)
{
    MadeRow copy = copy_row(aside, row, 0);
    if (instead > 0) {
        aside->sure.items[instead - 1] = copy;
        return instead - 1;
    }
    vec_push(&aside->sure, copy);
    vec_push(&aside->sure_marks, 0);
    return aside->sure.count - 1;
}

void aside_drop_certain(Aside *aside, size_t number)
{
    aside->sure_marks.items[number] |= MARK_GONE;
}

// ---------------------------------------------------------------- while certain rows are sought

static void put_certain(Aside *aside, const MadeRow *row, int64_t round)
{
    if (map_put(&aside->sure_cells, cells_of(aside, row), 0))
        vec_push(&aside->sure, copy_row(aside, row, round));
}

static void put_other(Aside *aside, const MadeRow *row, int64_t round)
{
    bool is_new = false;
    if (!aside->keeps) {
        uint64_t *slot = map_at(&aside->slots, slot_of(aside, row), &is_new);
        if (!is_new)
            return;
        *slot = SLOT_WAITING;
    }
    vec_push(&aside->waiting, copy_row(aside, row, round));
}

void aside_put(Aside *aside, int64_t round, bool only_certain)
{
    MadeRows *made = &aside->member->maker.rows, known = {0};
    for (size_t i = 0; i < made->count; i++) {
        MadeRow *row = &made->items[i];
        keep_doubt(aside->member->relation, row);
        if (row->row_class != CLASS_CERTAIN) {
            aside->leaves_out |= only_certain;
            if (!only_certain)
                put_other(aside, row, round);
        } else if (!aside->keeps) {
            put_certain(aside, row, round);
        } else if (key_is_known(aside, row)) {
            vec_push(&known, *row);
        } else {
            keep_unplaced(aside, row);
        }
    }
    if (known.count > 0)
        store_place(aside->member->store, &known);
    vec_free(&known);
}

// The caller frees them.
static int64_t *find_in_store(const Aside *aside, const MadeRows *rows)
{
    int64_t *numbers = base_alloc(MAX_OF(rows->count, 1u) * sizeof *numbers);
    store_find(aside->member->store, rows, numbers);
    return numbers;
}

// Accepts the rows that are new and of which no certain row says as much.
static void accept_new(Aside *aside, const MadeRows *rows, int64_t round)
{
    int64_t *said = find_in_store(aside, rows);
    for (size_t i = 0; i < rows->count; i++) {
        const MadeRow *row = &rows->items[i];
        if (said[i] != GROUP_NONE || row->row_class == CLASS_CERTAIN ||
            map_get(&aside->sure_cells, cells_of(aside, row), NULL))
            continue;
        uint64_t *slot = map_at(&aside->slots, slot_of(aside, row), NULL);
        if (*slot == SLOT_ACCEPTED)
            continue;
        *slot = SLOT_ACCEPTED;
        vec_push(&aside->others, copy_row(aside, row, round));
    }
    free(said);
}

// Does the certain row of a known key say all that this one says, or better?
static bool is_beaten(Aside *aside, const MadeRow *row, int64_t number)
{
    const RowMaker *maker = &aside->member->maker;
    if (number == GROUP_NONE)
        return false;
    ArenaMark mark = arena_mark(maker->arena);
    StrBuf text = {0};
    MadeRow certain = store_row(aside->member->store, number);
    bool beaten = keep_compare(maker, aside->member->relation, row, &certain) > 0 ||
                  str_equal(cells_of(aside, row),
                            made_row_bytes(&text, maker, &certain, NULL, maker->column_count));
    strbuf_deinit(&text);
    arena_rewind(maker->arena, mark);
    return beaten;
}

// Of the rows of one key, class and cause the best is accepted.
static void accept_kept(Aside *aside, MadeRow *row, int64_t number, int64_t round)
{
    bool is_new = false;
    keep_doubt(aside->member->relation, row);
    if (row->row_class == CLASS_CERTAIN || is_beaten(aside, row, number))
        return;
    (void)key_of(aside, row);
    uint64_t *at = map_at(&aside->slots, with_class(aside, row), &is_new);
    if (is_new) {
        *at = aside->others.count;
        vec_push(&aside->others, copy_row(aside, row, round));
        vec_push(&aside->other_marks, 0);
    } else if (keep_better(&aside->member->maker, aside->member->relation, row,
                           &aside->others.items[*at])) {
        aside->others.items[*at] = copy_row(aside, row, round);
    } else {
        return;
    }
    uint8_t *marks = &aside->other_marks.items[*at];
    if (*marks == 0)
        vec_push(&aside->changed, *at);
    *marks = MARK_CHANGED;
}

static void accept(Aside *aside, const MadeRows *rows, int64_t round)
{
    if (!aside->keeps) {
        accept_new(aside, rows, round);
        return;
    }
    int64_t *numbers = find_in_store(aside, rows);
    for (size_t i = 0; i < rows->count; i++)
        accept_kept(aside, &rows->items[i], numbers[i], round);
    free(numbers);
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

// ---------------------------------------------------------------- what rounds read

// Gives the rows behind the first `from` of the rowset their classes.
static void mark_appended(const Aside *aside, const size_t *numbers, int64_t from, Rowset *rowset)
{
    int64_t total = rowset->columns[0].count;
    bool many = false;
    rowset->row_count = rowset->total_count = total;
    for (int64_t i = from; i < total; i++)
        many |= aside->sure.items[numbers[i - from]].many;
    if (!many)
        return;
    if (rowset->classes == NULL) {
        rowset->classes = base_alloc_zeroed((size_t)total, sizeof *rowset->classes);
        rowset->row_causes = base_alloc_zeroed((size_t)total, sizeof *rowset->row_causes);
    }
    for (int64_t i = from; i < total; i++)
        rowset->classes[i] = made_row_mark(&aside->sure.items[numbers[i - from]]);
}

void aside_append_certain(const Aside *aside, const size_t *numbers, size_t count, Rowset *rowset)
{
    int64_t from = rowset->row_count;
    for (size_t i = 0; i < count; i++)
        made_row_append(rowset, &aside->sure.items[numbers[i]]);
    mark_appended(aside, numbers, from, rowset);
}

void aside_publish_certain(Aside *aside, Rowset *rowset)
{
    VEC(size_t) numbers = {0};
    for (size_t i = aside->keeps ? 0 : aside->read; i < aside->sure.count; i++) {
        if (aside->keeps) {
            uint8_t *marks = &aside->sure_marks.items[i];
            if ((*marks & MARK_UNKNOWN) == 0 || (*marks & MARK_CHANGED) == 0)
                continue;
            *marks = MARK_UNKNOWN | MARK_READ;
        }
        vec_push(&numbers, i);
    }
    aside->read = aside->sure.count;
    if (numbers.count > 0)
        aside_append_certain(aside, numbers.items, numbers.count, rowset);
    vec_free(&numbers);
}

void aside_publish_again(Aside *aside)
{
    for (size_t i = 0; i < aside->sure_marks.count; i++)
        aside->sure_marks.items[i] |= MARK_CHANGED;
}

static void take_changed(Aside *aside, MadeRows *rows)
{
    for (size_t i = 0; i < aside->changed.count; i++) {
        aside->other_marks.items[aside->changed.items[i]] = 0;
        vec_push(rows, aside->others.items[aside->changed.items[i]]);
    }
    vec_clear(&aside->changed);
}

bool aside_publish(Aside *aside)
{
    FixRelation *member = aside->member;
    MadeRows rows = {0};
    if (aside->keeps)
        take_changed(aside, &rows);
    for (; aside->told < aside->others.count && !aside->keeps; aside->told++)
        vec_push(&rows, aside->others.items[aside->told]);
    rowset_destroy(member->rows);
    rows_finish(&member->maker, &rows, &member->rows);
    bool some = rows.count > 0;
    vec_free(&rows);
    return some;
}

bool aside_is_lost(const Aside *aside)
{
    return aside->keeps && aside->member->relation->depth_limit >= 0 && aside->waiting.count > 0 &&
           (aside->bettered || store_bettered(aside->member->store));
}

int64_t aside_count(const Aside *aside)
{
    return (int64_t)(aside->sure.count + aside->others.count);
}

void aside_finish(Aside *aside)
{
    MadeRows *out = &aside->member->maker.rows, others = {0};
    vec_clear(out);
    for (size_t i = 0; i < aside->sure.count; i++)
        if (!aside->keeps || (aside->sure_marks.items[i] & MARK_GONE) == 0)
            vec_push(out, aside->sure.items[i]);
    for (size_t i = 0; i < aside->others.count; i++)
        vec_push(&others, aside->others.items[i]);
    keep_blur(aside->member->relation, &others);
    for (size_t i = 0; i < others.count; i++)
        vec_push(out, others.items[i]);
    vec_free(&others);
}

// SPDX-License-Identifier: Apache-2.0
//
// rows_beaten.c: certain rows of a relation under `keep` that others may beat.
//
// A row that is not certain, may have the key of a certain one and may be as good makes its cells that differ unknown
// (spec/evaluation.md 8). Such rows stand under what is known of their keys (rows_signature.h), so a certain row meets
// those that it may concern. Those in one place are sorted by the best that they may be: the ones that may beat a row
// are the first few, and what the first n of them make of a row is computed once for every n.

#include "runtime/base/sort.h"
#include "runtime/exec/rows_signature.h"

// Rows of one signature in one place. Arrays of prefixes are by number of rows less one.
typedef struct Pool {
    VEC(size_t) rows; // of the others
    bool is_sorted;
    CauseId *cause; // the least
    int128_t *low, *high;
    size_t *uniform; // per column: so many of the first rows agree
} Pool;

typedef struct Pools { // of one signature, by place
    VEC(Pool) items;
} Pools;

struct Beaters {
    const RowMaker *maker;
    const Relation *relation;
    const MadeRows *others;
    Signatures signatures;
    VEC(Pools) pools; // by signature
    StrBuf texts[2];
    bool *differs; // of the row under way, per column
};

void cell_bounds(const Value *value, int128_t *low, int128_t *high)
{
    Phys phys = type_phys(value->type);
    *low = BOUND_LOW;
    *high = BOUND_HIGH;
    if (value->state == VALUE_KNOWN && phys == PHYS_I64)
        *low = *high = value->i64;
    else if (value->state == VALUE_KNOWN && phys == PHYS_I128)
        *low = *high = value->i128;
    else if (value->state == VALUE_ISSUE && value->bounded) {
        *low = value->lo;
        *high = value->hi;
    }
}

static bool may_beat(const RowMaker *maker, const Relation *relation, const Value *a,
                     const Value *than)
{
    if (a->state == VALUE_KNOWN && than->state == VALUE_KNOWN) {
        int order = value_compare(maker->shared->dict, a, than);
        return relation->keep_least ? order <= 0 : order >= 0;
    }
    int128_t a_low, a_high, low, high;
    cell_bounds(a, &a_low, &a_high);
    cell_bounds(than, &low, &high);
    return relation->keep_least ? a_low <= high : a_high >= low;
}

// What the rows that may beat one certain row make of it.
typedef struct Beating {
    CauseId cause; // the least, 0: no row beats it
    bool *differs; // per column
    int128_t low, high;
} Beating;

static bool cell_differs(const RowMaker *maker, const MadeRow *a, const MadeRow *b, uint32_t column,
                         StrBuf texts[2])
{
    return !str_equal(made_row_bytes(&texts[0], maker, a, &column, 1),
                      made_row_bytes(&texts[1], maker, b, &column, 1));
}

static bool cell_is(Beaters *beaters, const MadeRow *a, size_t b, uint32_t column)
{
    return !cell_differs(beaters->maker, a, &beaters->others->items[b], column, beaters->texts);
}

static void note_bounds(Beating *beating, const CauseTable *causes, CauseId cause, int128_t low,
                        int128_t high)
{
    bool first = beating->cause == 0;
    beating->low = first ? low : MIN_OF(beating->low, low);
    beating->high = first ? high : MAX_OF(beating->high, high);
    if (first || cause_order(causes, cause, beating->cause) < 0)
        beating->cause = cause;
}

static void note_one(Beaters *beaters, const MadeRow *row, size_t number, Beating *beating)
{
    const MadeRow *other = &beaters->others->items[number];
    uint32_t kept = beaters->relation->keep_column;
    int128_t low, high;
    if (!may_beat(beaters->maker, beaters->relation, &other->cells[kept], &row->cells[kept]))
        return;
    cell_bounds(&other->cells[kept], &low, &high);
    note_bounds(beating, beaters->maker->shared->causes, other->cause, low, high);
    for (uint32_t c = 0; c < beaters->maker->column_count; c++)
        beating->differs[c] = beating->differs[c] || !cell_is(beaters, row, number, c);
}

// ---------------------------------------------------------------- many in one place

// The best first.
static int compare_best(const void *context, const void *a, const void *b)
{
    const Beaters *beaters = context;
    const Relation *relation = beaters->relation;
    const Value *x = &beaters->others->items[*(const size_t *)a].cells[relation->keep_column];
    const Value *y = &beaters->others->items[*(const size_t *)b].cells[relation->keep_column];
    int order;
    if (x->state == VALUE_KNOWN && y->state == VALUE_KNOWN) {
        order = value_compare(beaters->maker->shared->dict, x, y);
    } else {
        int128_t x_low, x_high, y_low, y_high;
        cell_bounds(x, &x_low, &x_high);
        cell_bounds(y, &y_low, &y_high);
        int128_t mine = relation->keep_least ? x_low : x_high;
        int128_t other = relation->keep_least ? y_low : y_high;
        order = (mine > other) - (mine < other);
        if (order == 0 && type_phys(x->type) != PHYS_I64 && type_phys(x->type) != PHYS_I128)
            return (int)(x->state == VALUE_KNOWN) - (int)(y->state == VALUE_KNOWN);
    }
    return relation->keep_least ? order : -order;
}

static void sort_pool(Beaters *beaters, Pool *pool)
{
    size_t count = pool->rows.count;
    const RowMaker *maker = beaters->maker;
    Arena *arena = beaters->signatures.arena;
    Beating so_far = {0};
    sort_stable(pool->rows.items, count, sizeof *pool->rows.items, compare_best, beaters);
    pool->cause = ARENA_ARRAY(arena, CauseId, count);
    pool->low = ARENA_ARRAY(arena, int128_t, count);
    pool->high = ARENA_ARRAY(arena, int128_t, count);
    pool->uniform = ARENA_ARRAY(arena, size_t, maker->column_count);
    for (size_t i = 0; i < count; i++) {
        const MadeRow *row = &beaters->others->items[pool->rows.items[i]];
        int128_t low, high;
        cell_bounds(&row->cells[beaters->relation->keep_column], &low, &high);
        note_bounds(&so_far, maker->shared->causes, row->cause, low, high);
        pool->cause[i] = so_far.cause;
        pool->low[i] = so_far.low;
        pool->high[i] = so_far.high;
        for (uint32_t c = 0; c < maker->column_count; c++)
            if (pool->uniform[c] == i && cell_is(beaters, row, pool->rows.items[0], c))
                pool->uniform[c] = i + 1;
    }
    pool->is_sorted = true;
}

// How many rows of the pool may beat the row; they are the first ones.
static size_t beating_count(const Beaters *beaters, const Pool *pool, const MadeRow *row)
{
    uint32_t kept = beaters->relation->keep_column;
    size_t low = 0, high = pool->rows.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const MadeRow *other = &beaters->others->items[pool->rows.items[middle]];
        if (may_beat(beaters->maker, beaters->relation, &other->cells[kept], &row->cells[kept]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void note_pool(Beaters *beaters, const MadeRow *row, Pool *pool, Beating *beating)
{
    if (pool->rows.count == 1) {
        note_one(beaters, row, pool->rows.items[0], beating);
        return;
    }
    if (!pool->is_sorted)
        sort_pool(beaters, pool);
    size_t count = beating_count(beaters, pool, row);
    if (count == 0)
        return;
    note_bounds(beating, beaters->maker->shared->causes, pool->cause[count - 1],
                pool->low[count - 1], pool->high[count - 1]);
    for (uint32_t c = 0; c < beaters->maker->column_count; c++)
        beating->differs[c] = beating->differs[c] || pool->uniform[c] < count ||
                              !cell_is(beaters, row, pool->rows.items[0], c);
}

// Each of them is looked at: they may not fit, or the row may not.
static void note_each(Beaters *beaters, const MadeRow *row, const Pool *pool, Beating *beating)
{
    const Signatures *keys = &beaters->signatures;
    for (size_t i = 0; i < pool->rows.count; i++)
        if (made_rows_fit(beaters->maker, &beaters->others->items[pool->rows.items[i]], row,
                          keys->key, keys->key_count))
            note_one(beaters, row, pool->rows.items[i], beating);
}

// ---------------------------------------------------------------- certain rows

static bool is_key(const uint32_t *key, uint32_t key_count, uint32_t column)
{
    for (uint32_t k = 0; k < key_count; k++) {
        if (key[k] == column)
            return true;
    }
    return false;
}

static void apply_beating(const Beaters *beaters, const Beating *beating, MadeRow *row)
{
    const Relation *relation = beaters->relation;
    const Signatures *keys = &beaters->signatures;
    Value x = row->cells[relation->keep_column];
    for (uint32_t c = 0; c < beaters->maker->column_count; c++) {
        if (beating->differs[c] && !is_key(keys->key, keys->key_count, c))
            row->cells[c] =
                (Value){.type = row->cells[c].type, .state = VALUE_ISSUE, .cause = beating->cause};
    }
    Value *kept = &row->cells[relation->keep_column];
    Phys phys = type_phys(x.type);
    if (kept->state == VALUE_KNOWN || x.state != VALUE_KNOWN ||
        (phys != PHYS_I64 && phys != PHYS_I128))
        return;
    int128_t own = phys == PHYS_I64 ? x.i64 : x.i128;
    kept->bounded = true;
    kept->lo = relation->keep_least ? beating->low : own;
    kept->hi = relation->keep_least ? own : beating->high;
    if (kept->lo == kept->hi) // they may be as good, never better
        *kept = x;
}

static Beating begin(Beaters *beaters)
{
    memset(beaters->differs, 0, MAX_OF(beaters->maker->column_count, 1u) * sizeof(bool));
    return (Beating){.differs = beaters->differs};
}

void beaters_unsettle(Beaters *beaters, MadeRow *row)
{
    Beating beating = begin(beaters);
    for (size_t s = 0; s < beaters->pools.count; s++) {
        bool placed;
        const Signature *signature = beaters->signatures.list.items[s];
        Pools *pools = &beaters->pools.items[s];
        uint32_t place = signatures_find(&beaters->signatures, signature, row, &placed);
        for (size_t p = 0; !placed && p < pools->items.count; p++)
            note_each(beaters, row, &pools->items.items[p], &beating);
        if (!placed || place == PLACE_NONE)
            continue;
        if (signature->bounds)
            note_each(beaters, row, &pools->items.items[place], &beating);
        else
            note_pool(beaters, row, &pools->items.items[place], &beating);
    }
    if (beating.cause != 0)
        apply_beating(beaters, &beating, row);
}

// Whether some row of the pool may beat one with this kept value.
static bool pool_may_beat(Beaters *beaters, Pool *pool, const Value *kept)
{
    if (!pool->is_sorted && pool->rows.count > 1)
        sort_pool(beaters, pool);
    const MadeRow *best = &beaters->others->items[pool->rows.items[0]];
    return may_beat(beaters->maker, beaters->relation, &best->cells[beaters->relation->keep_column],
                    kept);
}

bool beaters_meet(Beaters *beaters, const Vector *key_columns, int64_t row, const Value *kept)
{
    bool meet = false;
    for (size_t s = 0; s < beaters->pools.count && !meet; s++) {
        const Signature *signature = beaters->signatures.list.items[s];
        uint32_t place = signatures_find_known(&beaters->signatures, signature, key_columns, row);
        meet = place != PLACE_NONE &&
               pool_may_beat(beaters, &beaters->pools.items[s].items.items[place], kept);
    }
    return meet;
}

Beaters *beaters_open(const RowMaker *maker, const Relation *relation, const uint32_t *key,
                      uint32_t key_count, const MadeRows *others)
{
    Beaters *beaters = base_alloc_zeroed(1, sizeof *beaters);
    beaters->maker = maker;
    beaters->relation = relation;
    beaters->others = others;
    beaters->differs = base_alloc_zeroed(MAX_OF(maker->column_count, 1u), sizeof(bool));
    signatures_init(&beaters->signatures, maker, key, key_count);
    for (size_t i = 0; i < others->count; i++) {
        uint32_t place;
        uint32_t number = signatures_add(&beaters->signatures, &others->items[i], &place);
        if (number == beaters->pools.count)
            vec_push(&beaters->pools, (Pools){0});
        Pools *pools = &beaters->pools.items[number];
        if (place == pools->items.count)
            vec_push(&pools->items, (Pool){0});
        vec_push(&pools->items.items[place].rows, i);
    }
    return beaters;
}

void beaters_close(Beaters *beaters)
{
    for (size_t s = 0; s < beaters->pools.count; s++) {
        Pools *pools = &beaters->pools.items[s];
        for (size_t p = 0; p < pools->items.count; p++)
            vec_free(&pools->items.items[p].rows);
        vec_free(&pools->items);
    }
    vec_free(&beaters->pools);
    signatures_deinit(&beaters->signatures);
    strbuf_deinit(&beaters->texts[0]);
    strbuf_deinit(&beaters->texts[1]);
    free(beaters->differs);
    free(beaters);
}

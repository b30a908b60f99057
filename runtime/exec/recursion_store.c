// SPDX-License-Identifier: Apache-2.0
//
// recursion_store.c: the rows of a relation while it grows, all of them certain and known.
//
// Without `keep` the rows are the groups of a table over all columns: a row that is new gets the next number, so what a
// round added is the numbers behind those of the round before. With `keep` there is one row per key, in columns by the
// key's number; a better row takes the place of the one before, and the keys that changed are what the next round
// reads. Of a key that is known a row with another cell that is not may be the best: then it is among those of
// recursion_aside.c, and its number stands here.

#include "runtime/exec/recursion_int.h"

struct Store {
    FixRelation *member;
    bool keeps, read_whole;
    GroupTable *rows; // the rows by number: all columns; under `keep` the key columns
    GroupTable *keys; // a key is declared and nothing is kept: rows of one key must be one row
    void **data;      // keep: the cells of the rows, per column
    int64_t capacity;
    int64_t old;     // rows before this round
    size_t *special; // keep: per row, 1 + number in the aside; 0: the cells are in `data`
    bool bettered;   // keep: a row that a round had read was
    uint8_t *is_changed;
    VEC(int64_t) changed; // keep: rows that this round added or bettered
    VEC(int64_t) numbers; // scratch
};

void store_read_whole(Store *store)
{
    store->read_whole = true;
}

static Phys phys_of(const Store *store, uint32_t column)
{
    return type_phys(store->member->relation->columns[column].type);
}

static GroupTable *table_over(const Store *store, const uint32_t *columns, uint32_t count)
{
    Phys *phys = base_alloc_zeroed(MAX_OF(count, 1u), sizeof *phys);
    for (uint32_t k = 0; k < count; k++)
        phys[k] = phys_of(store, columns == NULL ? k : columns[k]);
    GroupTable *table = group_table_create(phys, count);
    free(phys);
    return table;
}

Store *store_open(FixRelation *member)
{
    const Relation *head = member->relation;
    Store *store = base_alloc_zeroed(1, sizeof *store);
    store->member = member;
    store->keeps = relation_keeps(head);
    if (store->keeps) {
        store->rows = table_over(store, member->maker.key, member->maker.key_count);
        store->data = base_alloc_zeroed(MAX_OF(head->column_count, 1u), sizeof *store->data);
    } else {
        store->rows = table_over(store, NULL, head->column_count);
        if (head->key_count > 0)
            store->keys = table_over(store, head->key, head->key_count);
    }
    return store;
}

void store_close(Store *store)
{
    if (store == NULL)
        return;
    for (uint32_t c = 0; store->data != NULL && c < store->member->maker.column_count; c++)
        free(store->data[c]);
    free(store->data);
    free(store->is_changed);
    free(store->special);
    vec_free(&store->changed);
    vec_free(&store->numbers);
    group_table_destroy(store->rows);
    group_table_destroy(store->keys);
    free(store);
}

static Vector stored_column(const Store *store, uint32_t column)
{
    Vector vector = {.phys = phys_of(store, column), .count = group_count(store->rows)};
    if (store->keeps)
        vector.data = store->data[column];
    else
        group_keys(store->rows, column, &vector);
    return vector;
}

static Vector made_column(const Store *store, uint32_t column)
{
    Vector vector = {.phys = phys_of(store, column), .count = store->member->maker.clean.count};
    vector.data = store->member->maker.clean.data[column];
    return vector;
}

static int64_t *number_made(Store *store, GroupTable *table, const uint32_t *columns,
                            uint32_t count)
{
    int64_t made = store->member->maker.clean.count;
    Vector *keys = base_alloc(MAX_OF(count, 1u) * sizeof *keys);
    for (uint32_t k = 0; k < count; k++)
        keys[k] = made_column(store, columns == NULL ? k : columns[k]);
    vec_reserve(&store->numbers, (size_t)made);
    group_assign(table, keys, made, store->numbers.items);
    free(keys);
    return store->numbers.items;
}

// Row `row` of vectors as a row by itself.
static MadeRow printed_row(const Store *store, Vector (*column_of)(const Store *, uint32_t),
                           int64_t row)
{
    const RowMaker *maker = &store->member->maker;
    MadeRow made = {.cells = ARENA_ARRAY(maker->arena, Value, MAX_OF(maker->column_count, 1u)),
                    .origins =
                        ARENA_ARRAY(maker->arena, uint64_t, MAX_OF(maker->column_count, 1u))};
    for (uint32_t c = 0; c < maker->column_count; c++) {
        Vector column = column_of(store, c);
        made.cells[c] = vector_value(&column, maker->columns[c].type, row);
    }
    return made;
}

// Rows [from, count) are new: each must have a key of its own.
static Status check_keys(Store *store, int64_t from)
{
    int64_t count = group_count(store->rows);
    uint32_t key_count = store->member->maker.key_count;
    Vector *keys = base_alloc(MAX_OF(key_count, 1u) * sizeof *keys);
    for (uint32_t k = 0; k < key_count; k++) {
        Vector column = stored_column(store, store->member->maker.key[k]);
        keys[k] = column;
        keys[k].data = (char *)column.data + (size_t)from * phys_size(column.phys);
        keys[k].count = count - from;
    }
    vec_reserve(&store->numbers, (size_t)(count - from));
    int64_t *numbers = store->numbers.items;
    group_assign(store->keys, keys, count - from, numbers);
    free(keys);
    for (int64_t i = from; i < count; i++) {
        if (numbers[i - from] == i)
            continue;
        MadeRow a = printed_row(store, stored_column, numbers[i - from]);
        MadeRow b = printed_row(store, stored_column, i);
        return rows_contradict(&store->member->maker, &a, &b);
    }
    return STATUS_OK;
}

static void store_reserve(Store *store, int64_t count)
{
    if (count <= store->capacity)
        return;
    int64_t capacity = MAX_OF(count, store->capacity * 2);
    for (uint32_t c = 0; c < store->member->maker.column_count; c++)
        store->data[c] =
            base_realloc(store->data[c], (size_t)capacity * phys_size(phys_of(store, c)));
    store->is_changed = base_realloc(store->is_changed, (size_t)capacity);
    memset(store->is_changed + store->capacity, 0, (size_t)(capacity - store->capacity));
    store->special = base_realloc(store->special, (size_t)capacity * sizeof *store->special);
    memset(store->special + store->capacity, 0,
           (size_t)(capacity - store->capacity) * sizeof *store->special);
    store->capacity = capacity;
}

static int cell_order(const Store *store, uint32_t column, int64_t made, int64_t row)
{
    Vector a = made_column(store, column), b = stored_column(store, column);
    Type type = store->member->maker.columns[column].type;
    Value x = vector_value(&a, type, made), y = vector_value(&b, type, row);
    return value_compare(store->member->maker.shared->dict, &x, &y);
}

// Is the made row better than the one in the store? By x, then by all cells.
static bool is_better(const Store *store, int64_t made, int64_t row)
{
    const Relation *relation = store->member->relation;
    if (store->special[row] != 0) {
        const RowMaker *maker = &store->member->maker;
        ArenaMark mark = arena_mark(maker->arena);
        MadeRow own = printed_row(store, made_column, made);
        bool better = keep_better(maker, relation, &own,
                                  aside_certain(store->member->aside, store->special[row] - 1));
        arena_rewind(maker->arena, mark);
        return better;
    }
    int order = cell_order(store, relation->keep_column, made, row);
    if (order != 0)
        return relation->keep_least ? order < 0 : order > 0;
    for (uint32_t c = 0; c < store->member->maker.column_count && order == 0; c++)
        order = cell_order(store, c, made, row);
    return order < 0;
}

static void note_change(Store *store, int64_t row)
{
    store->bettered |= row < store->old && !store->is_changed[row];
    if (store->is_changed[row])
        return;
    store->is_changed[row] = 1;
    vec_push(&store->changed, row);
}

static void keep_made(Store *store, const int64_t *numbers, int64_t known)
{
    store_reserve(store, group_count(store->rows));
    for (int64_t i = 0; i < store->member->maker.clean.count; i++) {
        int64_t row = numbers[i];
        if (row < known && !is_better(store, i, row))
            continue;
        known = MAX_OF(known, row + 1);
        for (uint32_t c = 0; c < store->member->maker.column_count; c++) {
            size_t size = phys_size(phys_of(store, c));
            memcpy((char *)store->data[c] + (size_t)row * size,
                   (const char *)store->member->maker.clean.data[c] + (size_t)i * size, size);
        }
        if (store->special[row] != 0)
            aside_drop_certain(store->member->aside, store->special[row] - 1);
        store->special[row] = 0;
        note_change(store, row);
    }
}

MadeRow store_row(const Store *store, int64_t row)
{
    if (store->special[row] != 0)
        return *aside_certain(store->member->aside, store->special[row] - 1);
    return printed_row(store, stored_column, row);
}

void store_place(Store *store, const MadeRows *rows)
{
    const RowMaker *maker = &store->member->maker;
    int64_t known = group_count(store->rows);
    vec_reserve(&store->numbers, rows->count);
    int64_t *numbers = store->numbers.items;
    made_rows_assign(maker, rows, store->rows, maker->key, maker->key_count, numbers);
    store_reserve(store, group_count(store->rows));
    for (size_t i = 0; i < rows->count; i++) {
        int64_t row = numbers[i];
        if (row < known) {
            MadeRow have = store_row(store, row);
            if (!keep_better(maker, store->member->relation, &rows->items[i], &have))
                continue;
        }
        known = MAX_OF(known, row + 1);
        store->special[row] =
            1 + aside_keep_certain(store->member->aside, &rows->items[i], store->special[row]);
        note_change(store, row);
    }
}

bool store_bettered(const Store *store)
{
    return store->bettered;
}

int64_t store_count(const Store *store)
{
    return group_count(store->rows);
}

Status store_absorb(const Fix *fix, Store *store)
{
    RowMaker *maker = &store->member->maker;
    int64_t known = group_count(store->rows);
    if (maker->clean.count == 0)
        return STATUS_OK;
    if (store->keeps)
        keep_made(store, number_made(store, store->rows, maker->key, maker->key_count), known);
    else
        (void)number_made(store, store->rows, NULL, maker->column_count);
    maker->clean.count = 0;
    TRY(fix_row_limit(fix, store->member, group_count(store->rows)));
    return store->keys != NULL && group_count(store->rows) > known ? check_keys(store, known)
                                                                   : STATUS_OK;
}

// ---------------------------------------------------------------- between rounds

static Rowset *empty_rowset(const Store *store)
{
    Rowset *rowset = rowset_create(store->member->maker.name, store->member->maker.column_count);
    rowset->is_relation = true;
    for (uint32_t c = 0; c < store->member->maker.column_count; c++)
        column_init(&rowset->columns[c], store->member->maker.columns[c].name,
                    store->member->maker.columns[c].type);
    return rowset;
}

static void append_rows(Rowset *rowset, const Store *store, const int64_t *rows, int64_t first,
                        int64_t count)
{
    for (uint32_t c = 0; c < store->member->maker.column_count; c++) {
        Vector column = stored_column(store, c);
        column_append_known(&rowset->columns[c], &column, rows, first, count);
    }
    rowset->row_count += count;
    rowset->total_count += count;
}

// Under `keep`: the rows of these numbers (NULL: the first `count`) that are clean, and (others) those that are not.
static void append_kept(Rowset *rowset, const Store *store, const int64_t *rows, int64_t count)
{
    VEC(int64_t) clean = {0};
    VEC(size_t) special = {0};
    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows == NULL ? i : rows[i];
        if (store->special[row] == 0)
            vec_push(&clean, row);
        else
            vec_push(&special, store->special[row] - 1);
    }
    append_rows(rowset, store, clean.items, 0, (int64_t)clean.count);
    if (special.count > 0)
        aside_append_certain(store->member->aside, special.items, special.count, rowset);
    vec_free(&clean);
    vec_free(&special);
}

void store_publish_all(Store *store)
{
    FixRelation *member = store->member;
    rowset_destroy(member->rows);
    member->rows = empty_rowset(store);
    append_kept(member->rows, store, NULL, group_count(store->rows));
}

void store_publish(Store *store)
{
    FixRelation *member = store->member;
    int64_t count = group_count(store->rows);
    rowset_destroy(member->rows);
    member->rows = empty_rowset(store);
    if (store->keeps)
        append_kept(member->rows, store, store->changed.items, (int64_t)store->changed.count);
    else
        append_rows(member->rows, store, NULL, store->old, count - store->old);
    if (store->read_whole && store->keeps) {
        rowset_destroy(member->all);
        member->all = NULL;
    }
    if (store->read_whole && member->all == NULL) {
        member->all = empty_rowset(store);
        append_rows(member->all, store, NULL, 0, count);
    } else if (store->read_whole) {
        append_rows(member->all, store, NULL, store->old, count - store->old);
    }
    for (size_t i = 0; i < store->changed.count; i++)
        store->is_changed[store->changed.items[i]] = 0;
    vec_clear(&store->changed);
    store->old = count;
}

void store_find(const Store *store, const MadeRows *rows, int64_t *numbers)
{
    const RowMaker *maker = &store->member->maker;
    made_rows_find(maker, rows, store->rows, store->keeps ? maker->key : NULL,
                   store->keeps ? maker->key_count : maker->column_count, numbers);
}

// The cells of clean rows change hands.
static void hand_over(Store *store)
{
    RowMaker *maker = &store->member->maker;
    int64_t kept = 0;
    for (int64_t i = 0; i < group_count(store->rows); i++) {
        if (store->special[i] != 0)
            continue;
        for (uint32_t c = 0; c < maker->column_count && kept < i; c++) {
            size_t size = phys_size(phys_of(store, c));
            memcpy((char *)store->data[c] + (size_t)kept * size,
                   (const char *)store->data[c] + (size_t)i * size, size);
        }
        kept++;
    }
    for (uint32_t c = 0; c < maker->column_count; c++) {
        free(maker->clean.data[c]);
        maker->clean.data[c] = store->data[c];
        store->data[c] = NULL;
    }
    maker->clean.count = maker->clean.capacity = kept;
}

Status store_finish_beside(Store *store, Rowset **out)
{
    RowMaker *maker = &store->member->maker;
    void **own = ARENA_ARRAY(maker->arena, void *, MAX_OF(maker->column_count, 1u));
    if (store->keeps) {
        hand_over(store);
        return rows_settle(maker, store->member->relation, out);
    }
    for (uint32_t c = 0; c < maker->column_count; c++) { // lent
        own[c] = maker->clean.data[c];
        maker->clean.data[c] = stored_column(store, c).data;
    }
    maker->clean.count = maker->clean.capacity = group_count(store->rows);
    Status status = rows_settle_beside(maker, store->member->relation, store->rows, out);
    maker->clean.count = maker->clean.capacity = 0;
    for (uint32_t c = 0; c < maker->column_count; c++)
        maker->clean.data[c] = own[c];
    return status;
}

Status store_finish(Store *store, Rowset **out)
{
    RowMaker *maker = &store->member->maker;
    if (!store->keeps) {
        *out = rows_from_groups(maker, store->rows);
        return STATUS_OK;
    }
    hand_over(store);
    return rows_settle(maker, store->member->relation, out);
}

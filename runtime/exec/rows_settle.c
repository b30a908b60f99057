// SPDX-License-Identifier: Apache-2.0
//
// rows_settle.c: from the rows that branches gave to the rows that a relation has.
//
// Equal rows are one row. Two certain rows of one key that differ stop the run, unless `keep` chooses. A possible row
// that equals a certain one says nothing new. Rows are numbered in the order of their cells, so the order in which
// branches and tables were read cannot show.

#include "runtime/base/sort.h"
#include "runtime/exec/group.h"
#include "runtime/exec/rows_int.h"

// ---------------------------------------------------------------- identity of cells

static void cell_bytes(StrBuf *buf, const RunShared *shared, const Value *value, uint64_t origin)
{
    if (value->state == VALUE_KNOWN) {
        strbuf_add_char(buf, '=');
        size_t at = buf->len;
        value_text(buf, shared->dict, value, true);
        strbuf_add_i64(buf, (int64_t)(buf->len - at));
        return;
    }
    strbuf_add_char(buf, value->state == VALUE_GAP ? '?' : '!');
    if (value->state == VALUE_GAP) {
        strbuf_add(buf, (Str){(const char *)&origin, sizeof origin});
        return;
    }
    strbuf_add(buf, (Str){(const char *)&value->cause, sizeof value->cause});
    if (value->bounded) {
        strbuf_add(buf, (Str){(const char *)&value->lo, sizeof value->lo});
        strbuf_add(buf, (Str){(const char *)&value->hi, sizeof value->hi});
    }
}

Str made_row_bytes(StrBuf *buf, const RowMaker *maker, const MadeRow *row, const uint32_t *columns,
                   uint32_t count)
{
    strbuf_clear(buf);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t column = columns == NULL ? c : columns[c];
        cell_bytes(buf, maker->shared, &row->cells[column], row->origins[column]);
        strbuf_add_char(buf, '\0');
    }
    return strbuf_str(buf);
}

// ---------------------------------------------------------------- unknown keys

const Value *made_row_unknown(const MadeRow *row, const uint32_t *key, uint32_t key_count,
                              bool *issue)
{
    const Value *first = NULL;
    *issue = false;
    for (uint32_t k = 0; k < key_count; k++) {
        const Value *cell = &row->cells[key[k]];
        if (cell->state == VALUE_KNOWN)
            continue;
        first = first == NULL ? cell : first;
        *issue = *issue || cell->state == VALUE_ISSUE;
    }
    return first;
}

bool made_rows_fit(const RowMaker *maker, const MadeRow *a, const MadeRow *b, const uint32_t *key,
                   uint32_t key_count)
{
    for (uint32_t k = 0; k < key_count; k++) {
        if (!value_may_equal(maker->shared->dict, &a->cells[key[k]], &b->cells[key[k]]))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------- one row per key

static int compare_cells(const RowMaker *maker, const Value *a, const Value *b)
{
    bool x = a->state == VALUE_KNOWN, y = b->state == VALUE_KNOWN;
    if (!x || !y)
        return x == y ? 0 : x ? -1 : 1; // unknown last
    return value_compare(maker->shared->dict, a, b);
}

#define ORDER(x, y) (((x) > (y)) - ((x) < (y)))

// Two unknown cells: gaps first, then by cause, by what is left of them, by where they come from.
static int compare_unknown(const RowMaker *maker, const MadeRow *a, const MadeRow *b, uint32_t c)
{
    const RunShared *shared = maker->shared;
    const Value *x = &a->cells[c], *y = &b->cells[c];
    if (x->state != y->state)
        return ORDER(x->state == VALUE_ISSUE, y->state == VALUE_ISSUE);
    int order = cause_order(shared->causes, x->cause, y->cause);
    if (order == 0 && x->skeleton != y->skeleton)
        order = x->skeleton == 0 || y->skeleton == 0
                    ? ORDER(x->skeleton != 0, y->skeleton != 0)
                    : str_compare(dict_str(shared->dict, x->skeleton),
                                  dict_str(shared->dict, y->skeleton));
    if (order == 0 && x->bounded && y->bounded)
        order = x->lo != y->lo ? ORDER(x->lo, y->lo) : ORDER(x->hi, y->hi);
    return order != 0 ? order : ORDER(a->origins[c], b->origins[c]);
}

// Rows whose known cells and class are the same: the order in which they were found must not show.
static int compare_rest(const RowMaker *maker, const MadeRow *a, const MadeRow *b)
{
    for (uint32_t c = 0; c < maker->column_count; c++) {
        int order = a->cells[c].state == VALUE_KNOWN ? 0 : compare_unknown(maker, a, b, c);
        if (order != 0)
            return order;
    }
    return a->row_class == CLASS_CERTAIN ? 0
                                         : cause_order(maker->shared->causes, a->cause, b->cause);
}

int made_row_compare(const RowMaker *maker, const MadeRow *a, const MadeRow *b)
{
    for (uint32_t c = 0; c < maker->column_count; c++) {
        int order = compare_cells(maker, &a->cells[c], &b->cells[c]);
        if (order != 0)
            return order;
    }
    if (a->row_class != b->row_class)
        return (int)a->row_class - (int)b->row_class;
    return compare_rest(maker, a, b);
}

static void row_text(const RowMaker *maker, const MadeRow *row, StrBuf *out)
{
    for (uint32_t c = 0; c < maker->column_count; c++) {
        strbuf_printf(out, "%s" STR_FMT " ", c > 0 ? "，" : "", STR_ARG(maker->columns[c].name));
        if (row->cells[c].state == VALUE_KNOWN)
            value_text(out, maker->shared->dict, &row->cells[c], true);
        else
            strbuf_add_c(out, "（缺失）");
    }
}

Status rows_contradict(const RowMaker *maker, const MadeRow *a, const MadeRow *b)
{
    StrBuf x, y;
    strbuf_init(&x);
    strbuf_init(&y);
    row_text(maker, a, &x);
    row_text(maker, b, &y);
    Status status = error_set(
        maker->shared->error, STATUS_DATA,
        "关系“" STR_FMT "”的一个主键有两行互相矛盾：（" STR_FMT "）与（" STR_FMT
        "）；请补全主键，或写“保留 最小者 / 最大者”",
        "relation `" STR_FMT "` has two rows that contradict each other under one key: (" STR_FMT
        ") and (" STR_FMT "); extend the key, or write `keep least` or `keep greatest`",
        STR_ARG(maker->name), STR_ARG(strbuf_str(&x)), STR_ARG(strbuf_str(&y)));
    strbuf_deinit(&x);
    strbuf_deinit(&y);
    return status;
}

static bool better_kept(const RowMaker *maker, const Relation *relation, const MadeRow *a,
                        const MadeRow *than)
{
    int order =
        compare_cells(maker, &a->cells[relation->keep_column], &than->cells[relation->keep_column]);
    if (order != 0)
        return relation->keep_least ? order < 0 : order > 0;
    return made_row_compare(maker, a, than) < 0;
}

typedef struct Settled {
    MadeRows kept;   // certain, one per key
    MadeRows others; // possible and shadow
} Settled;

static Status keep_certain(const RowMaker *maker, const Relation *relation, const uint32_t *key,
                           uint32_t key_count, Settled *settled)
{
    Map by_key = {0};
    StrBuf a, b;
    strbuf_init(&a);
    strbuf_init(&b);
    bool keeps = relation_keeps(relation);
    Status status = STATUS_OK;
    for (size_t i = 0; i < maker->rows.count && status == STATUS_OK; i++) {
        const MadeRow *row = &maker->rows.items[i];
        if (row->row_class != CLASS_CERTAIN)
            continue;
        bool is_new = false;
        uint64_t *at = map_at(&by_key, made_row_bytes(&a, maker, row, key, key_count), &is_new);
        if (is_new) {
            *at = settled->kept.count;
            vec_push(&settled->kept, *row);
            continue;
        }
        MadeRow *have = &settled->kept.items[*at];
        bool same = str_equal(made_row_bytes(&a, maker, row, NULL, maker->column_count),
                              made_row_bytes(&b, maker, have, NULL, maker->column_count));
        if (!same && !keeps)
            status = rows_contradict(maker, have, row);
        else if (!same && better_kept(maker, relation, row, have))
            *have = *row;
    }
    map_deinit(&by_key);
    strbuf_deinit(&a);
    strbuf_deinit(&b);
    return status;
}

static void keep_others(const RowMaker *maker, Settled *settled)
{
    Map seen = {0};
    StrBuf buf;
    strbuf_init(&buf);
    for (size_t i = 0; i < settled->kept.count; i++)
        map_put(&seen,
                made_row_bytes(&buf, maker, &settled->kept.items[i], NULL, maker->column_count), 0);
    for (size_t i = 0; i < maker->rows.count; i++) {
        const MadeRow *row = &maker->rows.items[i];
        if (row->row_class == CLASS_CERTAIN)
            continue;
        Str cells = made_row_bytes(&buf, maker, row, NULL, maker->column_count);
        if (map_get(&seen, cells, NULL))
            continue;
        strbuf_add_char(&buf, (char)row->row_class);
        strbuf_add(&buf, (Str){(const char *)&row->cause, sizeof row->cause});
        if (map_put(&seen, strbuf_str(&buf), 1))
            vec_push(&settled->others, *row);
    }
    map_deinit(&seen);
    strbuf_deinit(&buf);
}

// ---------------------------------------------------------------- the rowset

static int compare_made(const void *context, const void *a, const void *b)
{
    return made_row_compare(context, a, b);
}

static void set_classes(Rowset *rowset, const MadeRow *rows, size_t count)
{
    bool all_certain = true;
    for (size_t i = 0; i < count; i++)
        all_certain &= rows[i].row_class == CLASS_CERTAIN && !rows[i].many;
    if (all_certain)
        return;
    rowset->classes = base_alloc_zeroed(count, sizeof *rowset->classes);
    rowset->row_causes = base_alloc_zeroed(count, sizeof *rowset->row_causes);
    for (size_t i = 0; i < count; i++) {
        rowset->classes[i] = made_row_mark(&rows[i]);
        rowset->row_causes[i] = rows[i].cause;
    }
}

void made_row_append(Rowset *rowset, const MadeRow *row)
{
    for (uint32_t c = 0; c < rowset->column_count; c++) {
        column_append(&rowset->columns[c], &row->cells[c]);
        if (row->cells[c].state == VALUE_GAP)
            vec_last(&rowset->columns[c].unknown).origin = row->origins[c];
    }
}

static Rowset *make_rowset(const RowMaker *maker, const MadeRow *rows, size_t count)
{
    Rowset *rowset = rowset_create(maker->name, maker->column_count);
    rowset->is_relation = true;
    rowset->row_count = (int64_t)count;
    rowset->total_count = (int64_t)count;
    for (uint32_t c = 0; c < maker->column_count; c++) {
        column_init(&rowset->columns[c], maker->columns[c].name, maker->columns[c].type);
        column_reserve(&rowset->columns[c], (int64_t)count);
    }
    for (size_t i = 0; i < count; i++)
        made_row_append(rowset, &rows[i]);
    set_classes(rowset, rows, count);
    return rowset;
}

void rows_finish(const RowMaker *maker, const MadeRows *before, Rowset **out)
{
    MadeRows all = {0};
    for (size_t i = 0; before != NULL && i < before->count; i++)
        vec_push(&all, before->items[i]);
    for (size_t i = 0; i < maker->rows.count; i++)
        vec_push(&all, maker->rows.items[i]);
    *out = make_rowset(maker, all.items, all.count);
    vec_free(&all);
}

// ---------------------------------------------------------------- clean rows

// The clean rows as one vector per column.
static Vector *clean_vectors(const RowMaker *maker)
{
    Vector *columns = ARENA_ARRAY(maker->arena, Vector, MAX_OF(maker->column_count, 1u));
    for (uint32_t c = 0; c < maker->column_count; c++) {
        columns[c] =
            (Vector){.phys = type_phys(maker->columns[c].type), .count = maker->clean.count};
        columns[c].data = maker->clean.data[c];
    }
    return columns;
}

static GroupTable *number_rows(const RowMaker *maker, const Vector *columns, const uint32_t *chosen,
                               uint32_t count, int64_t rows)
{
    Phys *phys = ARENA_ARRAY(maker->arena, Phys, MAX_OF(count, 1u));
    Vector *keys = ARENA_ARRAY(maker->arena, Vector, MAX_OF(count, 1u));
    for (uint32_t k = 0; k < count; k++) {
        keys[k] = columns[chosen == NULL ? k : chosen[k]];
        phys[k] = keys[k].phys;
    }
    GroupTable *table = group_table_create(phys, count);
    int64_t *groups = base_alloc(MAX_OF((size_t)rows, 1) * sizeof *groups);
    group_assign(table, keys, rows, groups);
    free(groups);
    return table;
}

Rowset *rows_from_groups(const RowMaker *maker, const GroupTable *distinct)
{
    int64_t count = group_count(distinct);
    Rowset *rowset = rowset_create(maker->name, maker->column_count);
    rowset->is_relation = true;
    rowset->row_count = rowset->total_count = count;
    Type *types = ARENA_ARRAY(maker->arena, Type, MAX_OF(maker->column_count, 1u));
    for (uint32_t c = 0; c < maker->column_count; c++)
        types[c] = maker->columns[c].type;
    int64_t *order = base_alloc(MAX_OF((size_t)count, 1) * sizeof *order);
    group_order(distinct, maker->shared->dict, types, order);
    for (uint32_t c = 0; c < maker->column_count; c++) {
        Vector values;
        group_keys(distinct, c, &values);
        column_init(&rowset->columns[c], maker->columns[c].name, types[c]);
        column_append_known(&rowset->columns[c], &values, order, 0, count);
    }
    free(order);
    return rowset;
}

static GroupTable *number_all(const RowMaker *maker, const Vector *columns)
{
    return number_rows(maker, columns, NULL, maker->column_count, maker->clean.count);
}

// By the declared key; NULL: all columns are the key.
static GroupTable *number_keys(const RowMaker *maker, const Relation *relation,
                               const Vector *columns, const uint32_t *key)
{
    return relation->key_count == 0
               ? NULL
               : number_rows(maker, columns, key, relation->key_count, maker->clean.count);
}

// All rows are certain and known: equal rows are one, and no two differ under one key. NULL where some do.
static Rowset *settle_clean(const RowMaker *maker, const Relation *relation, const uint32_t *key)
{
    const Vector *columns = clean_vectors(maker);
    GroupTable *distinct = number_all(maker, columns);
    GroupTable *keys = number_keys(maker, relation, columns, key);
    Rowset *rowset = NULL;
    if (keys == NULL || group_count(keys) == group_count(distinct))
        rowset = rows_from_groups(maker, distinct);
    group_table_destroy(keys);
    group_table_destroy(distinct);
    return rowset;
}

// ---------------------------------------------------------------- few rows beside clean ones

// The cells of the rows as vectors, one per column chosen.
static Vector *made_vectors(const RowMaker *maker, const MadeRows *rows, const uint32_t *chosen,
                            uint32_t count, Arena *arena)
{
    Vector *keys = ARENA_ARRAY(arena, Vector, MAX_OF(count, 1u));
    for (uint32_t k = 0; k < count; k++) {
        uint32_t c = chosen == NULL ? k : chosen[k];
        vector_make(&keys[k], type_phys(maker->columns[c].type), (int64_t)rows->count, arena);
        for (size_t i = 0; i < rows->count; i++)
            vector_set(&keys[k], (int64_t)i, &rows->items[i].cells[c], arena);
    }
    return keys;
}

void made_rows_find(const RowMaker *maker, const MadeRows *rows, const GroupTable *table,
                    const uint32_t *chosen, uint32_t count, int64_t *groups)
{
    Arena *arena = arena_create(NULL, 0);
    group_find(table, made_vectors(maker, rows, chosen, count, arena), (int64_t)rows->count,
               groups);
    arena_destroy(arena);
}

void made_rows_assign(const RowMaker *maker, const MadeRows *rows, GroupTable *table,
                      const uint32_t *chosen, uint32_t count, int64_t *groups)
{
    Arena *arena = arena_create(NULL, 0);
    group_assign(table, made_vectors(maker, rows, chosen, count, arena), (int64_t)rows->count,
                 groups);
    arena_destroy(arena);
}

MadeRow made_row_of(const RowMaker *maker, const Vector *columns, int64_t row)
{
    MadeRow made = {.cells = ARENA_ARRAY(maker->arena, Value, MAX_OF(maker->column_count, 1u)),
                    .origins =
                        ARENA_ARRAY(maker->arena, uint64_t, MAX_OF(maker->column_count, 1u))};
    for (uint32_t c = 0; c < maker->column_count; c++)
        made.cells[c] = vector_value(&columns[c], maker->columns[c].type, row);
    return made;
}

// Whether some certain row has the key of a clean one: it is unknown in another cell, so they contradict each other.
static bool meets_clean_key(const RowMaker *maker, const GroupTable *keys, const uint32_t *key,
                            uint32_t key_count)
{
    bool meets = false;
    int64_t *found = base_alloc(MAX_OF(maker->rows.count, 1u) * sizeof *found);
    made_rows_find(maker, &maker->rows, keys, key, key_count, found);
    for (size_t i = 0; i < maker->rows.count && !meets; i++)
        meets = found[i] != GROUP_NONE && maker->rows.items[i].row_class == CLASS_CERTAIN;
    free(found);
    return meets;
}

// Leaves out what a clean row says too.
static void drop_repeats(const RowMaker *maker, const GroupTable *distinct, MadeRows *rows)
{
    size_t next = 0;
    int64_t *found = base_alloc(MAX_OF(rows->count, 1u) * sizeof *found);
    made_rows_find(maker, rows, distinct, NULL, maker->column_count, found);
    for (size_t i = 0; i < rows->count; i++) {
        if (found[i] == GROUP_NONE)
            rows->items[next++] = rows->items[i];
    }
    rows->count = next;
    free(found);
}

// ---------------------------------------------------------------- all rows

static void sort_rows(const RowMaker *maker, MadeRows *rows)
{
    bool sorted = true;
    for (size_t i = 1; i < rows->count && sorted; i++)
        sorted = made_row_compare(maker, &rows->items[i - 1], &rows->items[i]) <= 0;
    if (!sorted)
        sort_stable(rows->items, rows->count, sizeof *rows->items, compare_made, maker);
}

// All rows in `kept`, sorted.
static void put_in_order(const RowMaker *maker, Settled *settled)
{
    MadeRows *kept = &settled->kept, *others = &settled->others, all = {0};
    size_t k = 0, o = 0;
    sort_rows(maker, kept);
    sort_rows(maker, others);
    vec_reserve(&all, kept->count + others->count);
    while (k < kept->count || o < others->count) {
        bool first =
            o == others->count ||
            (k < kept->count && made_row_compare(maker, &kept->items[k], &others->items[o]) <= 0);
        vec_push(&all, first ? kept->items[k++] : others->items[o++]);
    }
    vec_free(kept);
    *kept = all;
}

// The rows of the maker that are no clean ones, settled: among the groups of `distinct`, or (NULL) by themselves.
static Status settle_made(RowMaker *maker, const Relation *relation, const uint32_t *key,
                          uint32_t key_count, const GroupTable *distinct, Rowset **out)
{
    Settled settled = {0};
    Status status = keep_certain(maker, relation, key, key_count, &settled);
    if (status == STATUS_OK) {
        keep_others(maker, &settled);
        if (distinct != NULL)
            drop_repeats(maker, distinct, &settled.others);
        put_in_order(maker, &settled);
        *out = distinct != NULL
                   ? rows_merge(maker, distinct, settled.kept.items, settled.kept.count)
                   : make_rowset(maker, settled.kept.items, settled.kept.count);
    }
    vec_free(&settled.kept);
    vec_free(&settled.others);
    return status;
}

// The clean rows stay columns, numbered by `distinct` (NULL: that is still to be done). *out stays NULL where rows
// contradict each other.
static Status settle_mixed(RowMaker *maker, const Relation *relation, const uint32_t *key,
                           uint32_t key_count, const GroupTable *distinct, Rowset **out)
{
    const Vector *columns = clean_vectors(maker);
    GroupTable *own = distinct != NULL ? NULL : number_all(maker, columns);
    const GroupTable *rows = distinct != NULL ? distinct : own;
    GroupTable *by_key = number_keys(maker, relation, columns, key);
    const GroupTable *keys = by_key != NULL ? by_key : rows;
    Status status = STATUS_OK;
    if (group_count(keys) == group_count(rows) && !meets_clean_key(maker, keys, key, key_count))
        status = settle_made(maker, relation, key, key_count, rows, out);
    group_table_destroy(by_key);
    group_table_destroy(own);
    return status;
}

// ---------------------------------------------------------------- under `keep`

// The clean rows that are left: the best of each key, by number of the key.
typedef struct CleanBest {
    const RowMaker *maker;
    const Relation *relation;
    const Vector *columns;
    GroupTable *keys;
    int64_t *row; // -1: it has gone to the other rows, or another one is better
    int64_t count;
} CleanBest;

static int compare_clean_cell(const CleanBest *best, uint32_t column, int64_t a, int64_t b)
{
    Type type = best->maker->columns[column].type;
    Value x = vector_value(&best->columns[column], type, a);
    Value y = vector_value(&best->columns[column], type, b);
    return value_compare(best->maker->shared->dict, &x, &y);
}

static bool better_clean(const CleanBest *best, int64_t a, int64_t than)
{
    int order = compare_clean_cell(best, best->relation->keep_column, a, than);
    if (order != 0)
        return best->relation->keep_least ? order < 0 : order > 0;
    for (uint32_t c = 0; c < best->maker->column_count && order == 0; c++)
        order = compare_clean_cell(best, c, a, than);
    return order < 0;
}

static void find_best(CleanBest *best, const uint32_t *key, uint32_t key_count)
{
    int64_t rows = best->maker->clean.count;
    Phys *phys = ARENA_ARRAY(best->maker->arena, Phys, MAX_OF(key_count, 1u));
    Vector *keys = ARENA_ARRAY(best->maker->arena, Vector, MAX_OF(key_count, 1u));
    for (uint32_t k = 0; k < key_count; k++) {
        keys[k] = best->columns[key[k]];
        phys[k] = keys[k].phys;
    }
    int64_t *groups = base_alloc(MAX_OF((size_t)rows, 1) * sizeof *groups);
    best->keys = group_table_create(phys, key_count);
    group_assign(best->keys, keys, rows, groups);
    best->count = group_count(best->keys);
    best->row = base_alloc(MAX_OF((size_t)best->count, 1) * sizeof *best->row);
    memset(best->row, 0xff, (size_t)best->count * sizeof *best->row);
    for (int64_t i = 0; i < rows; i++) {
        int64_t *have = &best->row[groups[i]];
        if (*have < 0 || better_clean(best, i, *have))
            *have = i;
    }
    free(groups);
}

// Of a clean and another certain row of one key the better one is left.
static void contest(CleanBest *best, const uint32_t *key, uint32_t key_count, Settled *settled)
{
    MadeRows *kept = &settled->kept;
    int64_t *groups = base_alloc(MAX_OF(kept->count, 1u) * sizeof *groups);
    size_t next = 0;
    made_rows_find(best->maker, kept, best->keys, key, key_count, groups);
    for (size_t i = 0; i < kept->count; i++) {
        int64_t *clean = groups[i] == GROUP_NONE ? NULL : &best->row[groups[i]];
        if (clean != NULL && *clean >= 0) {
            MadeRow row = made_row_of(best->maker, best->columns, *clean);
            if (!better_kept(best->maker, best->relation, &kept->items[i], &row))
                continue;
            *clean = -1;
        }
        kept->items[next++] = kept->items[i];
    }
    kept->count = next;
    free(groups);
}

static bool same_cells(const CleanBest *best, const MadeRow *row, int64_t clean)
{
    bool same = true;
    for (uint32_t c = 0; c < best->maker->column_count && same; c++) {
        Value cell = vector_value(&best->columns[c], best->maker->columns[c].type, clean);
        same = row->cells[c].state == VALUE_KNOWN && value_same(&row->cells[c], &cell);
    }
    return same;
}

// Leaves out what a clean row says too.
static void drop_said(const CleanBest *best, const uint32_t *key, uint32_t key_count,
                      MadeRows *others)
{
    int64_t *groups = base_alloc(MAX_OF(others->count, 1u) * sizeof *groups);
    size_t next = 0;
    made_rows_find(best->maker, others, best->keys, key, key_count, groups);
    for (size_t i = 0; i < others->count; i++) {
        int64_t clean = groups[i] == GROUP_NONE ? -1 : best->row[groups[i]];
        if (clean < 0 || !same_cells(best, &others->items[i], clean))
            others->items[next++] = others->items[i];
    }
    others->count = next;
    free(groups);
}

// The keys in their order, so that rows taken in it are nearly sorted.
static int64_t *key_order(const CleanBest *best, const uint32_t *key, uint32_t key_count)
{
    Type *types = ARENA_ARRAY(best->maker->arena, Type, MAX_OF(key_count, 1u));
    int64_t *order = base_alloc(MAX_OF((size_t)best->count, 1) * sizeof *order);
    for (uint32_t k = 0; k < key_count; k++)
        types[k] = best->maker->columns[key[k]].type;
    group_order(best->keys, best->maker->shared->dict, types, order);
    return order;
}

// Certain rows that others may beat are no clean ones.
static void unsettle(CleanBest *best, const uint32_t *key, uint32_t key_count, Settled *settled)
{
    uint32_t kept = best->relation->keep_column;
    Type type = best->maker->columns[kept].type;
    Vector *keys = ARENA_ARRAY(best->maker->arena, Vector, MAX_OF(key_count, 1u));
    Beaters *beaters = beaters_open(best->maker, best->relation, key, key_count, &settled->others);
    for (uint32_t k = 0; k < key_count; k++)
        keys[k] = best->columns[key[k]];
    int64_t *order = key_order(best, key, key_count);
    for (int64_t i = 0; i < best->count && settled->others.count > 0; i++) {
        int64_t g = order[i];
        if (best->row[g] < 0)
            continue;
        Value x = vector_value(&best->columns[kept], type, best->row[g]);
        if (!beaters_meet(beaters, keys, best->row[g], &x))
            continue;
        vec_push(&settled->kept, made_row_of(best->maker, best->columns, best->row[g]));
        best->row[g] = -1;
    }
    for (size_t i = 0; i < settled->kept.count; i++)
        beaters_unsettle(beaters, &settled->kept.items[i]);
    free(order);
    beaters_close(beaters);
}

// The clean rows that are left, as groups of all columns.
static GroupTable *number_left(const CleanBest *best)
{
    RowMaker *maker = ARENA_NEW(best->maker->arena, RowMaker);
    Vector *left = ARENA_ARRAY(best->maker->arena, Vector, MAX_OF(best->maker->column_count, 1u));
    Arena *arena = arena_create(NULL, 0);
    int64_t count = 0;
    for (int64_t g = 0; g < best->count; g++)
        if (best->row[g] >= 0)
            best->row[count++] = best->row[g];
    for (uint32_t c = 0; c < best->maker->column_count; c++)
        vector_take(&best->columns[c], best->row, count, arena, &left[c]);
    *maker = *best->maker;
    maker->clean.count = count;
    GroupTable *table = number_all(maker, left);
    arena_destroy(arena);
    return table;
}

// Under `keep`: the clean rows stay columns, but for those that others may beat.
static Status settle_kept(RowMaker *maker, const Relation *relation, const uint32_t *key,
                          uint32_t key_count, Rowset **out)
{
    Settled settled = {0};
    CleanBest best = {.maker = maker, .relation = relation, .columns = clean_vectors(maker)};
    Status status = keep_certain(maker, relation, key, key_count, &settled);
    if (status == STATUS_OK) {
        find_best(&best, key, key_count);
        contest(&best, key, key_count, &settled);
        keep_others(maker, &settled);
        drop_said(&best, key, key_count, &settled.others);
        unsettle(&best, key, key_count, &settled);
        put_in_order(maker, &settled);
        GroupTable *distinct = number_left(&best);
        *out = rows_merge(maker, distinct, settled.kept.items, settled.kept.count);
        group_table_destroy(distinct);
        group_table_destroy(best.keys);
        free(best.row);
    }
    vec_free(&settled.kept);
    vec_free(&settled.others);
    return status;
}

// ---------------------------------------------------------------- a relation

static uint32_t *key_columns(const RowMaker *maker, const Relation *relation)
{
    uint32_t *key = ARENA_ARRAY(maker->arena, uint32_t, MAX_OF(maker->column_count, 1u));
    for (uint32_t k = 0; k < relation_key_count(relation); k++)
        key[k] = relation_key_column(relation, k);
    return key;
}

Status rows_settle_beside(RowMaker *maker, const Relation *relation, const GroupTable *distinct,
                          Rowset **out)
{
    uint32_t *key = key_columns(maker, relation), key_count = relation_key_count(relation);
    *out = NULL;
    rows_doubt_unknown_keys(maker, key, key_count);
    if (relation_keeps(relation))
        return settle_kept(maker, relation, key, key_count, out);
    TRY(settle_mixed(maker, relation, key, key_count, distinct, out));
    if (*out != NULL)
        return STATUS_OK;
    rows_unclean(maker);
    return settle_made(maker, relation, key, key_count, NULL, out);
}

Status rows_settle(RowMaker *maker, const Relation *relation, Rowset **out)
{
    *out = NULL;
    if (maker->rows.count == 0)
        *out = settle_clean(maker, relation, key_columns(maker, relation));
    return *out != NULL ? STATUS_OK : rows_settle_beside(maker, relation, NULL, out);
}

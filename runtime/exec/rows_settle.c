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

// ---------------------------------------------------------------- rows that may be beaten

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

static void note_beating(const RowMaker *maker, const Relation *relation, const MadeRow *row,
                         const MadeRow *other, StrBuf texts[2], Beating *beating)
{
    const Value *x = &other->cells[relation->keep_column];
    int128_t low, high;
    if (!may_beat(maker, relation, x, &row->cells[relation->keep_column]))
        return;
    cell_bounds(x, &low, &high);
    beating->low = beating->cause == 0 ? low : MIN_OF(beating->low, low);
    beating->high = beating->cause == 0 ? high : MAX_OF(beating->high, high);
    if (beating->cause == 0 || cause_order(maker->shared->causes, other->cause, beating->cause) < 0)
        beating->cause = other->cause;
    for (uint32_t c = 0; c < maker->column_count; c++)
        beating->differs[c] = beating->differs[c] || cell_differs(maker, row, other, c, texts);
}

static bool is_key(const uint32_t *key, uint32_t key_count, uint32_t column)
{
    for (uint32_t k = 0; k < key_count; k++) {
        if (key[k] == column)
            return true;
    }
    return false;
}

static void apply_beating(const RowMaker *maker, const Relation *relation, const uint32_t *key,
                          uint32_t key_count, const Beating *beating, MadeRow *row)
{
    Value x = row->cells[relation->keep_column];
    for (uint32_t c = 0; c < maker->column_count; c++) {
        if (beating->differs[c] && !is_key(key, key_count, c))
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

// Rows that are not certain, by the key where it is known in full; the others may have any key.
typedef struct Rivals {
    Map by_key;        // -> index in heads
    VEC(size_t) heads; // + 1; 0: none
    VEC(size_t) next;  // per row of `others`, + 1
    VEC(size_t) free;  // with an unknown part
} Rivals;

static void sort_rivals(const RowMaker *maker, const MadeRows *others, const uint32_t *key,
                        uint32_t key_count, Rivals *rivals)
{
    StrBuf text = {0};
    for (size_t i = 0; i < others->count; i++) {
        bool issue = false, is_new = false;
        vec_push(&rivals->next, 0);
        if (made_row_unknown(&others->items[i], key, key_count, &issue) != NULL) {
            vec_push(&rivals->free, i);
            continue;
        }
        uint64_t *at =
            map_at(&rivals->by_key, made_row_bytes(&text, maker, &others->items[i], key, key_count),
                   &is_new);
        if (is_new) {
            *at = rivals->heads.count;
            vec_push(&rivals->heads, 0);
        }
        rivals->next.items[i] = rivals->heads.items[*at];
        rivals->heads.items[*at] = i + 1;
    }
    strbuf_deinit(&text);
}

static void free_rivals(Rivals *rivals)
{
    map_deinit(&rivals->by_key);
    vec_free(&rivals->heads);
    vec_free(&rivals->next);
    vec_free(&rivals->free);
}

// Rows that may have the key of a certain row, and may be as good, make its cells that differ unknown.
static void unsettle(const RowMaker *maker, const Relation *relation, const uint32_t *key,
                     uint32_t key_count, Settled *settled)
{
    Rivals rivals = {0};
    StrBuf texts[2] = {{0}, {0}};
    Beating beating = {.differs = base_alloc_zeroed(MAX_OF(maker->column_count, 1u), sizeof(bool))};
    sort_rivals(maker, &settled->others, key, key_count, &rivals);
    for (size_t j = 0; j < settled->kept.count && settled->others.count > 0; j++) {
        MadeRow *row = &settled->kept.items[j];
        uint64_t at;
        bool issue = false;
        bool known = made_row_unknown(row, key, key_count, &issue) == NULL;
        beating.cause = 0;
        memset(beating.differs, 0, maker->column_count * sizeof *beating.differs);
        size_t i = known && map_get(&rivals.by_key,
                                    made_row_bytes(&texts[0], maker, row, key, key_count), &at)
                       ? rivals.heads.items[at]
                       : 0;
        for (; i > 0; i = rivals.next.items[i - 1])
            note_beating(maker, relation, row, &settled->others.items[i - 1], texts, &beating);
        for (size_t o = 0; o < (known ? rivals.free.count : settled->others.count); o++) {
            const MadeRow *other = &settled->others.items[known ? rivals.free.items[o] : o];
            if (made_rows_fit(maker, other, row, key, key_count))
                note_beating(maker, relation, row, other, texts, &beating);
        }
        if (beating.cause != 0)
            apply_beating(maker, relation, key, key_count, &beating, row);
    }
    free_rivals(&rivals);
    free(beating.differs);
    strbuf_deinit(&texts[0]);
    strbuf_deinit(&texts[1]);
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

void made_rows_find(const RowMaker *maker, const MadeRows *rows, const GroupTable *table,
                    const uint32_t *chosen, uint32_t count, uint8_t *found)
{
    Arena *arena = arena_create(NULL, 0);
    Vector *keys = ARENA_ARRAY(arena, Vector, MAX_OF(count, 1u));
    int64_t *groups = ARENA_ARRAY(arena, int64_t, rows->count);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t c = chosen == NULL ? k : chosen[k];
        vector_make(&keys[k], type_phys(maker->columns[c].type), (int64_t)rows->count, arena);
        for (size_t i = 0; i < rows->count; i++)
            vector_set(&keys[k], (int64_t)i, &rows->items[i].cells[c], arena);
    }
    group_find(table, keys, (int64_t)rows->count, groups);
    for (size_t i = 0; i < rows->count; i++)
        found[i] = groups[i] != GROUP_NONE;
    arena_destroy(arena);
}

// Whether some certain row has the key of a clean one: it is unknown in another cell, so they contradict each other.
static bool meets_clean_key(const RowMaker *maker, const GroupTable *keys, const uint32_t *key,
                            uint32_t key_count)
{
    bool meets = false;
    uint8_t *found = base_alloc_zeroed(MAX_OF(maker->rows.count, 1u), 1);
    made_rows_find(maker, &maker->rows, keys, key, key_count, found);
    for (size_t i = 0; i < maker->rows.count && !meets; i++)
        meets = found[i] && maker->rows.items[i].row_class == CLASS_CERTAIN;
    free(found);
    return meets;
}

// Leaves out what a clean row says too.
static void drop_repeats(const RowMaker *maker, const GroupTable *distinct, MadeRows *rows)
{
    size_t next = 0;
    uint8_t *found = base_alloc_zeroed(MAX_OF(rows->count, 1u), 1);
    made_rows_find(maker, rows, distinct, NULL, maker->column_count, found);
    for (size_t i = 0; i < rows->count; i++) {
        if (!found[i])
            rows->items[next++] = rows->items[i];
    }
    rows->count = next;
    free(found);
}

// ---------------------------------------------------------------- all rows

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
        else if (relation_keeps(relation))
            unsettle(maker, relation, key, key_count, &settled);
        for (size_t i = 0; i < settled.others.count; i++)
            vec_push(&settled.kept, settled.others.items[i]);
        sort_stable(settled.kept.items, settled.kept.count, sizeof *settled.kept.items,
                    compare_made, maker);
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
    if (!relation_keeps(relation))
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

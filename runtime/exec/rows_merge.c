// SPDX-License-Identifier: Apache-2.0
//
// rows_merge.c: clean rows in columns and a few others, in one order.

#include "runtime/exec/rows_int.h"

typedef struct Merge {
    const RowMaker *maker;
    Vector *columns; // of the clean rows, by group
    int64_t *order;  // the clean rows, sorted
    int64_t count;
    Rowset *rowset;
    int64_t taken; // clean rows appended so far
} Merge;

// Order of a row and the clean row at place `at`; unknown cells come last.
static int compare_clean(const Merge *merge, const MadeRow *row, int64_t at)
{
    for (uint32_t c = 0; c < merge->maker->column_count; c++) {
        if (row->cells[c].state != VALUE_KNOWN)
            return 1;
        Value cell =
            vector_value(&merge->columns[c], merge->maker->columns[c].type, merge->order[at]);
        int order = value_compare(merge->maker->shared->dict, &row->cells[c], &cell);
        if (order != 0)
            return order;
    }
    return 0;
}

// The first clean place from `taken` on that stands behind the row.
static int64_t place_of(const Merge *merge, const MadeRow *row)
{
    int64_t low = merge->taken, high = merge->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (compare_clean(merge, row, middle) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void take_clean(Merge *merge, int64_t until)
{
    for (uint32_t c = 0; c < merge->maker->column_count && until > merge->taken; c++)
        column_append_known(&merge->rowset->columns[c], &merge->columns[c], merge->order,
                            merge->taken, until - merge->taken);
    merge->taken = until;
}

static void merge_init(Merge *merge, const GroupTable *distinct, int64_t total)
{
    const RowMaker *maker = merge->maker;
    Type *types = ARENA_ARRAY(maker->arena, Type, MAX_OF(maker->column_count, 1u));
    merge->columns = ARENA_ARRAY(maker->arena, Vector, MAX_OF(maker->column_count, 1u));
    merge->count = group_count(distinct);
    merge->order = base_alloc(MAX_OF((size_t)merge->count, 1) * sizeof *merge->order);
    merge->rowset = rowset_create(maker->name, maker->column_count);
    merge->rowset->is_relation = true;
    merge->rowset->row_count = merge->rowset->total_count = total;
    for (uint32_t c = 0; c < maker->column_count; c++) {
        types[c] = maker->columns[c].type;
        group_keys(distinct, c, &merge->columns[c]);
        column_init(&merge->rowset->columns[c], maker->columns[c].name, types[c]);
        column_reserve(&merge->rowset->columns[c], total);
    }
    group_order(distinct, maker->shared->dict, types, merge->order);
}

static void set_class(Rowset *rowset, int64_t at, const MadeRow *row)
{
    if (row->row_class == CLASS_CERTAIN && !row->many)
        return;
    if (rowset->classes == NULL) {
        size_t total = (size_t)rowset->row_count;
        rowset->classes = base_alloc_zeroed(total, sizeof *rowset->classes);
        rowset->row_causes = base_alloc_zeroed(total, sizeof *rowset->row_causes);
    }
    rowset->classes[at] = made_row_mark(row);
    rowset->row_causes[at] = row->cause;
}

Rowset *rows_merge(const RowMaker *maker, const GroupTable *distinct, const MadeRow *rows,
                   size_t count)
{
    Merge merge = {.maker = maker};
    merge_init(&merge, distinct, group_count(distinct) + (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        take_clean(&merge, place_of(&merge, &rows[i]));
        set_class(merge.rowset, merge.taken + (int64_t)i, &rows[i]);
        made_row_append(merge.rowset, &rows[i]);
    }
    take_clean(&merge, merge.count);
    free(merge.order);
    return merge.rowset;
}

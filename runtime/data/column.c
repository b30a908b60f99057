// SPDX-License-Identifier: Apache-2.0
// column.c: stored columns, and reading them into vectors.
//
// Clean data takes the short way twice: no bitmap means that every value is known, and rows in order are not
// copied but borrowed. Exact numbers that fit 64 bits are stored so and widened on reading; one number that
// does not fit widens the whole column, once.

#include "runtime/data/column.h"
#include "runtime/data/vector.h"

#define COLUMN_CAPACITY_FIRST 64

// ---------------------------------------------------------------- storage

static size_t cell_size(const Column *column)
{
    return column->narrow ? sizeof(int64_t) : phys_size(column->phys);
}

static size_t word_count(int64_t rows)
{
    return ((size_t)rows + 63) / 64;
}

void column_init(Column *column, Str name, Type type)
{
    *column = (Column){.name = name, .type = type, .phys = type_phys(type)};
    column->narrow = column->phys == PHYS_I128;
}

void column_deinit(Column *column)
{
    free(column->values);
    free(column->validity);
    vec_free(&column->unknown);
    *column = (Column){0};
}

void column_reserve(Column *column, int64_t extra)
{
    int64_t need;
    ASSERT(extra >= 0);
    if (!num_add_i64(column->count, extra, &need))
        base_memory_failed(SIZE_MAX);
    if (need <= column->capacity)
        return;
    int64_t capacity = MAX_OF(column->capacity, COLUMN_CAPACITY_FIRST);
    while (capacity < need)
        capacity = capacity > INT64_MAX / 2 ? need : capacity * 2;
    size_t bytes;
    if (!num_mul_size((size_t)capacity, cell_size(column), &bytes))
        base_memory_failed(SIZE_MAX);
    column->values = base_realloc(column->values, bytes);
    if (column->validity != NULL) {
        column->validity = base_realloc(column->validity, word_count(capacity) * sizeof(uint64_t));
        size_t used = word_count(column->capacity);
        memset(column->validity + used, 0xff, (word_count(capacity) - used) * sizeof(uint64_t));
    }
    column->capacity = capacity;
}

// The bitmap comes into being with the first unknown value; bits beyond the last row stay set.
static void need_validity(Column *column)
{
    if (column->validity != NULL)
        return;
    size_t bytes = word_count(column->capacity) * sizeof(uint64_t);
    column->validity = base_alloc(bytes);
    memset(column->validity, 0xff, bytes);
}

static void widen(Column *column)
{
    ASSERT(column->narrow);
    const int64_t *narrow = column->values;
    size_t bytes;
    if (!num_mul_size((size_t)column->capacity, sizeof(int128_t), &bytes))
        base_memory_failed(SIZE_MAX);
    int128_t *wide = base_alloc(bytes);
    for (int64_t i = 0; i < column->count; i++)
        wide[i] = narrow[i];
    free(column->values);
    column->values = wide;
    column->narrow = false;
}

static void store_exact(Column *column, int128_t value)
{
    int64_t narrow;
    if (column->narrow && !num_cast_i128_i64(value, &narrow))
        widen(column);
    if (column->narrow)
        ((int64_t *)column->values)[column->count] = (int64_t)value;
    else
        ((int128_t *)column->values)[column->count] = value;
}

static void store_value(Column *column, const Value *value)
{
    int64_t at = column->count;
    switch (column->phys) {
    case PHYS_BOOL:
        ((uint8_t *)column->values)[at] = value->boolean;
        return;
    case PHYS_I64:
        ((int64_t *)column->values)[at] = value->i64;
        return;
    case PHYS_I128:
        store_exact(column, value->i128);
        return;
    case PHYS_F64:
        ((double *)column->values)[at] = value->f64;
        return;
    case PHYS_PAIR:
        ((Pair *)column->values)[at] = value->pair;
        return;
    case PHYS_CODE:
        ((uint32_t *)column->values)[at] = value->code;
        return;
    }
}

static void note_number(Column *column, int128_t number)
{
    column->min = column->has_range ? MIN_OF(column->min, number) : number;
    column->max = column->has_range ? MAX_OF(column->max, number) : number;
    column->has_range = true;
}

static void note_range(Column *column, const Value *value)
{
    int128_t number;
    if (column->phys == PHYS_I64)
        number = value->i64;
    else if (column->phys == PHYS_I128)
        number = value->i128;
    else
        return;
    note_number(column, number);
}

static void store_unknown(Column *column, const Value *value)
{
    size_t size = cell_size(column);
    memset((char *)column->values + (size_t)column->count * size, 0, size);
    need_validity(column);
    column->validity[column->count / 64] &= ~(UINT64_C(1) << (column->count % 64));
    vec_push(&column->unknown, (Unknown){.row = column->count,
                                         .state = value->state,
                                         .cause = value->cause,
                                         .skeleton = value->skeleton,
                                         .bounded = value->bounded,
                                         .lo = value->lo,
                                         .hi = value->hi});
}

void column_append(Column *column, const Value *value)
{
    column_reserve(column, 1);
    if (value->state == VALUE_KNOWN) {
        ASSERT(type_phys(value->type) == column->phys);
        store_value(column, value);
        note_range(column, value);
    } else {
        store_unknown(column, value);
    }
    column->count++;
}

static void append_codes(Column *column, const uint32_t *codes, const int64_t *rows, int64_t first,
                         int64_t count)
{
    uint32_t *to = (uint32_t *)column->values + column->count;
    for (int64_t i = 0; i < count; i++)
        to[i] = codes[rows == NULL ? first + i : rows[first + i]];
    column->count += count;
}

static void append_integers(Column *column, const int64_t *values, const int64_t *rows,
                            int64_t first, int64_t count)
{
    int64_t *to = (int64_t *)column->values + column->count;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int64_t i = 0; i < count; i++) {
        to[i] = values[rows == NULL ? first + i : rows[first + i]];
        low = MIN_OF(low, to[i]);
        high = MAX_OF(high, to[i]);
    }
    column->count += count;
    if (count > 0) {
        note_number(column, low);
        note_number(column, high);
    }
}

static void append_reals(Column *column, const double *values, const int64_t *rows, int64_t first,
                         int64_t count)
{
    double *to = (double *)column->values + column->count;
    for (int64_t i = 0; i < count; i++)
        to[i] = values[rows == NULL ? first + i : rows[first + i]];
    column->count += count;
}

// Short as long as all fit.
static void append_exact(Column *column, const int128_t *values, const int64_t *rows, int64_t first,
                         int64_t count)
{
    int128_t low = 0, high = 0;
    for (int64_t i = 0; i < count; i++) {
        int128_t value = values[rows == NULL ? first + i : rows[first + i]];
        low = i == 0 ? value : MIN_OF(low, value);
        high = i == 0 ? value : MAX_OF(high, value);
    }
    if (column->narrow && (low != (int64_t)low || high != (int64_t)high))
        widen(column);
    for (int64_t i = 0; i < count; i++) {
        int128_t value = values[rows == NULL ? first + i : rows[first + i]];
        if (column->narrow)
            ((int64_t *)column->values)[column->count + i] = (int64_t)value;
        else
            ((int128_t *)column->values)[column->count + i] = value;
    }
    column->count += count;
    if (count > 0) {
        note_number(column, low);
        note_number(column, high);
    }
}

void column_append_known(Column *column, const Vector *values, const int64_t *rows, int64_t first,
                         int64_t count)
{
    ASSERT(values->phys == column->phys);
    column_reserve(column, count);
    if (column->phys == PHYS_CODE) {
        append_codes(column, values->code, rows, first, count);
        return;
    }
    if (column->phys == PHYS_I64) {
        append_integers(column, values->i64, rows, first, count);
        return;
    }
    if (column->phys == PHYS_I128) {
        append_exact(column, values->i128, rows, first, count);
        return;
    }
    if (column->phys == PHYS_F64) {
        append_reals(column, values->f64, rows, first, count);
        return;
    }
    for (int64_t i = first; i < first + count; i++) {
        Value value = vector_value(values, column->type, rows == NULL ? i : rows[i]);
        column_append(column, &value);
    }
}

void column_append_repeated(Column *column, const Vector *values, int64_t row, int64_t count)
{
    ASSERT(values->phys == column->phys);
    column_reserve(column, count);
    Value value = vector_value(values, column->type, row);
    if (count > 0)
        column_append(column, &value);
    size_t size = cell_size(column);
    char *first = (char *)column->values + (size_t)(column->count - 1) * size;
    for (int64_t i = 1; i < count; i++)
        memcpy(first + (size_t)i * size, first, size);
    column->count += MAX_OF(count - 1, 0);
}

// ---------------------------------------------------------------- single values

bool column_is_known(const Column *column, int64_t row)
{
    ASSERT(row >= 0 && row < column->count);
    return column->validity == NULL || (column->validity[row / 64] >> (row % 64) & 1) != 0;
}

// Index of the first side entry at or after `row`.
static size_t unknown_from(const Column *column, int64_t row)
{
    size_t low = 0;
    size_t high = column->unknown.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (column->unknown.items[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const Unknown *column_unknown(const Column *column, int64_t row)
{
    size_t at = unknown_from(column, row);
    if (at == column->unknown.count || column->unknown.items[at].row != row)
        return NULL;
    return &column->unknown.items[at];
}

static void load_value(const Column *column, int64_t row, Value *value)
{
    switch (column->phys) {
    case PHYS_BOOL:
        value->boolean = ((const uint8_t *)column->values)[row] != 0;
        return;
    case PHYS_I64:
        value->i64 = ((const int64_t *)column->values)[row];
        return;
    case PHYS_I128:
        value->i128 = column->narrow ? ((const int64_t *)column->values)[row]
                                     : ((const int128_t *)column->values)[row];
        return;
    case PHYS_F64:
        value->f64 = ((const double *)column->values)[row];
        return;
    case PHYS_PAIR:
        value->pair = ((const Pair *)column->values)[row];
        return;
    case PHYS_CODE:
        value->code = ((const uint32_t *)column->values)[row];
        return;
    }
}

Value column_get(const Column *column, int64_t row)
{
    Value value = {.type = column->type};
    if (column_is_known(column, row)) {
        load_value(column, row, &value);
        return value;
    }
    const Unknown *unknown = column_unknown(column, row);
    ASSERT(unknown != NULL);
    value.state = unknown->state;
    value.cause = unknown->cause;
    value.skeleton = unknown->skeleton;
    value.bounded = unknown->bounded;
    value.lo = unknown->lo;
    value.hi = unknown->hi;
    return value;
}

// ---------------------------------------------------------------- gathering

// Marks row `at` of the vector with a side entry of the column.
static void gather_unknown(Vector *out, int64_t at, const Unknown *unknown, Arena *arena)
{
    vector_set_unknown(out, at, unknown->state, unknown->cause, arena);
    if (unknown->skeleton != 0) {
        vector_need_skeleton(out, arena);
        out->skeleton[at] = unknown->skeleton;
    }
    if (unknown->bounded) {
        vector_need_bounds(out, arena);
        out->lo[at] = unknown->lo;
        out->hi[at] = unknown->hi;
    }
}

// Rows first..first+count: values are borrowed unless they have to be widened.
static void gather_range(const Column *column, int64_t first, int64_t count, Arena *arena,
                         Vector *out)
{
    ASSERT(first >= 0 && count <= column->count - first);
    if (column->narrow) {
        vector_make(out, PHYS_I128, count, arena);
        const int64_t *narrow = (const int64_t *)column->values + first;
        for (int64_t i = 0; i < count; i++)
            out->i128[i] = narrow[i];
    } else {
        *out = (Vector){.phys = column->phys, .count = count};
        out->data = count == 0 ? column->values
                               : (char *)column->values + (size_t)first * phys_size(column->phys);
    }
    for (size_t i = unknown_from(column, first);
         i < column->unknown.count && column->unknown.items[i].row < first + count; i++)
        gather_unknown(out, column->unknown.items[i].row - first, &column->unknown.items[i], arena);
}

#define GATHER(type, target)                                                                       \
    do {                                                                                           \
        const type *cells = column->values;                                                        \
        for (int64_t i = 0; i < count; i++)                                                        \
            (target)[i] = cells[rows[i]];                                                          \
    } while (0)

// All rows exist: one loop per layout, without a branch.
static void gather_rows(const Column *column, const int64_t *rows, int64_t count, Vector *out)
{
    switch (column->phys) {
    case PHYS_BOOL:
        GATHER(uint8_t, out->truth);
        return;
    case PHYS_I64:
        GATHER(int64_t, out->i64);
        return;
    case PHYS_I128:
        if (column->narrow)
            GATHER(int64_t, out->i128);
        else
            GATHER(int128_t, out->i128);
        return;
    case PHYS_F64:
        GATHER(double, out->f64);
        return;
    case PHYS_PAIR:
        GATHER(Pair, out->pair);
        return;
    case PHYS_CODE:
        GATHER(uint32_t, out->code);
        return;
    }
}

// Those of the rows that exist and whose value is not known.
static void gather_states(const Column *column, const int64_t *rows, int64_t count, Arena *arena,
                          Vector *out)
{
    if (column->validity == NULL)
        return;
    for (int64_t i = 0; i < count; i++)
        if (rows[i] >= 0 && !column_is_known(column, rows[i]))
            gather_unknown(out, i, column_unknown(column, rows[i]), arena);
}

// Rows of which some are absent or `?`: the first row stands in for these, as long as there is one.
static void gather_mixed(const Column *column, const int64_t *rows, int64_t count,
                         CauseId absent_cause, Arena *arena, Vector *out)
{
    int64_t *there = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < count; i++)
        there[i] = MAX_OF(rows[i], 0);
    if (column->count > 0)
        gather_rows(column, there, count, out);
    gather_states(column, rows, count, arena, out);
    for (int64_t i = 0; i < count; i++) {
        if (rows[i] >= 0)
            continue;
        if (rows[i] == ROW_ABSENT)
            vector_set_unknown(out, i, VALUE_GAP, absent_cause, arena);
        else
            vector_set_unknown(out, i, VALUE_ISSUE, row_cause(rows[i]), arena);
    }
}

void column_gather(const Column *column, const int64_t *rows, int64_t first, int64_t count,
                   CauseId absent_cause, Arena *arena, Vector *out)
{
    if (rows == NULL) {
        gather_range(column, first, count, arena, out);
        return;
    }
    vector_make(out, column->phys, count, arena);
    int64_t signs = 0;
    for (int64_t i = 0; i < count; i++)
        signs |= rows[i];
    if (signs < 0) {
        gather_mixed(column, rows, count, absent_cause, arena, out);
        return;
    }
    gather_rows(column, rows, count, out);
    gather_states(column, rows, count, arena, out);
}

// ---------------------------------------------------------------- row sets

Rowset *rowset_create(Str name, uint32_t column_count)
{
    Rowset *rowset = base_alloc_zeroed(1, sizeof *rowset);
    rowset->name = name;
    rowset->columns = base_alloc_zeroed(column_count, sizeof *rowset->columns);
    rowset->column_count = column_count;
    return rowset;
}

void rowset_destroy(Rowset *rowset)
{
    if (rowset == NULL)
        return;
    for (uint32_t i = 0; i < rowset->column_count; i++)
        column_deinit(&rowset->columns[i]);
    free(rowset->columns);
    free(rowset->classes);
    free(rowset->row_causes);
    free(rowset->files);
    free(rowset->records);
    free(rowset->file_names);
    free(rowset);
}

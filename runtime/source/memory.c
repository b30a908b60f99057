// SPDX-License-Identifier: Apache-2.0
//
// memory.c: the rows that a test gives a table.
//
// The checker has typed each cell by its column, so nothing is parsed here; values are only brought to
// the scale and unit of the column. A column that a test leaves out is not read by what it tests; its
// cells are gaps, so that all columns have one length.
#include "runtime/source/source.h"

#include "runtime/base/wide.h"

static Status bad_cell(const TableDecl *table, const ColumnDecl *column, uint32_t row, Error *error)
{
    return error_set(
        error, STATUS_DATA, "测试给定的数据表 " STR_FMT " 第 %u 行：列 " STR_FMT " 的值放不进该列",
        "given table " STR_FMT ", row %u: the value of column " STR_FMT " does not fit the column",
        STR_ARG(table->name), (unsigned)row + 1, STR_ARG(column->name));
}

// An exact number at the scale and in the unit of the column; false if that loses something.
static bool fit_exact(const Const *cell, Type type, int128_t *out)
{
    Int256 count = wide_from_i128(cell->value.i128);
    Int256 divisor = wide_from_i128(1), rest;
    const Unit *from = cell->type.unit, *to = type.unit;
    if (from != NULL && to != NULL && type.kind == TYPE_QUANTITY) {
        int128_t num, den;
        if (!num_mul_i128(from->num, to->den, &num) || !num_mul_i128(from->den, to->num, &den) ||
            !exact_fits(num))
            return false;
        count = wide_mul_128(cell->value.i128, num);
        divisor = wide_from_i128(den);
    }
    int shift = (int)type.scale - (int)cell->type.scale;
    if (!wide_scale(shift >= 0 ? count : divisor, abs(shift), shift >= 0 ? &count : &divisor))
        return false;
    wide_divmod(count, divisor, &count, &rest);
    return wide_sign(rest) == 0 && wide_to_i128(count, out) && exact_fits(*out);
}

// The value of a cell as the column stores it.
static bool cell_value(const Const *cell, const ColumnDecl *column, Dict *dict, Value *value)
{
    *value = cell->value;
    value->type = column->type;
    switch (type_phys(column->type)) {
    case PHYS_CODE:
        value->code = dict_intern(dict, cell->text);
        return true;
    case PHYS_I128:
        // An integer literal stands in a decimal or ratio column as well.
        if (cell->type.kind == TYPE_INTEGER) {
            Const exact = {.type = type_exact(TYPE_DECIMAL, 0)};
            exact.value.i128 = cell->value.i64;
            return fit_exact(&exact, column->type, &value->i128);
        }
        return fit_exact(cell, column->type, &value->i128);
    default:
        return true;
    }
}

static Status fill_column(const TableDecl *table, const GivenTable *given, uint32_t place,
                          Dict *dict, CauseTable *causes, Column *column, Error *error)
{
    const ColumnDecl *decl = &table->columns[given->columns[place]];
    StrBuf source = {0};
    strbuf_printf(&source, STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(decl->name));
    Value gap = {.type = decl->type, .state = VALUE_GAP};
    gap.cause = cause_intern(causes, REASON_MISSING, strbuf_str(&source));
    strbuf_deinit(&source);
    for (uint32_t row = 0; row < given->row_count; row++) {
        const Const *cell = &given->cells[(size_t)row * given->column_count + place];
        Value value = gap;
        if (cell->value.state == VALUE_KNOWN && !cell_value(cell, decl, dict, &value))
            return bad_cell(table, decl, row, error);
        column_append(column, &value);
        column->missing_count += value.state != VALUE_KNOWN;
    }
    return STATUS_OK;
}

static void fill_gaps(Column *column, uint32_t rows, Str table, CauseTable *causes)
{
    StrBuf source = {0};
    strbuf_printf(&source, STR_FMT "." STR_FMT, STR_ARG(table), STR_ARG(column->name));
    Value gap = {.type = column->type, .state = VALUE_GAP};
    gap.cause = cause_intern(causes, REASON_MISSING, strbuf_str(&source));
    strbuf_deinit(&source);
    for (uint32_t row = 0; row < rows; row++)
        column_append(column, &gap);
}

Status load_given(const TableDecl *table, const GivenTable *given, Dict *dict, CauseTable *causes,
                  Rowset **out, Error *error)
{
    Rowset *rowset = rowset_create(table->name, table->column_count);
    Status status = STATUS_OK;
    *out = NULL;
    for (uint32_t i = 0; i < table->column_count; i++)
        column_init(&rowset->columns[i], table->columns[i].name, table->columns[i].type);
    for (uint32_t i = 0; i < given->column_count && status == STATUS_OK; i++) {
        ASSERT(given->columns[i] < table->column_count);
        Column *column = &rowset->columns[given->columns[i]];
        ASSERT(column->count == 0);
        status = fill_column(table, given, i, dict, causes, column, error);
    }
    if (status != STATUS_OK) {
        rowset_destroy(rowset);
        return status;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (rowset->columns[i].count == 0)
            fill_gaps(&rowset->columns[i], given->row_count, table->name, causes);
    }
    rowset->row_count = given->row_count;
    rowset->total_count = given->row_count;
    *out = rowset;
    return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
//
// profile.c: what is in a column of a finished run: distinct values, gaps, extremes, the most frequent value.
//
// Rows that were rejected are left out. Equal values have equal bytes, so one map counts them; the extremes and the most
// frequent value are then looked for among the distinct ones.

#include "runtime/exec/profile.h"

static const Rowset *rows_named(const RunShared *shared, Str name)
{
    const Program *program = shared->program;
    for (uint32_t t = 0; t < program->table_count; t++)
        if (str_equal(program->tables[t].name, name))
            return shared->tables[t];
    for (uint32_t r = 0; r < program->relation_count; r++)
        if (str_equal(program->relations[r].name, name))
            return shared->relations[r];
    return NULL;
}

int64_t shared_row_count(const RunShared *shared, Str name)
{
    const Rowset *rows = rows_named(shared, name);
    int64_t count = 0;
    for (int64_t row = 0; rows != NULL && row < rows->row_count; row++)
        count += rowset_class(rows, row) != CLASS_SHADOW;
    return count;
}

static Str value_bytes(const Value *value)
{
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        return (Str){(const char *)&value->boolean, sizeof value->boolean};
    case PHYS_I64:
        return (Str){(const char *)&value->i64, sizeof value->i64};
    case PHYS_I128:
        return (Str){(const char *)&value->i128, sizeof value->i128};
    case PHYS_F64:
        return (Str){(const char *)&value->f64, sizeof value->f64};
    case PHYS_PAIR:
        return (Str){(const char *)&value->pair, sizeof value->pair};
    case PHYS_CODE:
        return (Str){(const char *)&value->code, sizeof value->code};
    }
    UNREACHABLE();
}

typedef struct Counting {
    Map counts;         // bytes -> into the two below
    VEC(int64_t) first; // a row that has the value
    VEC(int64_t) times;
} Counting;

static void count_values(const Rowset *rows, const Column *column, Counting *counting,
                         ColumnProfile *out)
{
    for (int64_t row = 0; row < column->count; row++) {
        if (rowset_class(rows, row) == CLASS_SHADOW)
            continue;
        Value value = column_get(column, row);
        out->missing += value.state == VALUE_GAP;
        out->unclear += value.state == VALUE_ISSUE;
        if (value.state != VALUE_KNOWN)
            continue;
        bool is_new;
        uint64_t *place = map_at(&counting->counts, value_bytes(&value), &is_new);
        if (is_new) {
            *place = counting->times.count;
            vec_push(&counting->first, row);
            vec_push(&counting->times, 0);
        }
        counting->times.items[*place]++;
    }
}

static Str shown(const Dict *dict, Arena *arena, const Value *value)
{
    StrBuf text = {0};
    value_text(&text, dict, value, true);
    Str made = arena_str(arena, strbuf_str(&text));
    strbuf_deinit(&text);
    return made;
}

static void find_extremes(const RunShared *shared, const Column *column, const Counting *counting,
                          Arena *arena, ColumnProfile *out)
{
    Value least = {0}, greatest = {0}, most = {0};
    for (size_t i = 0; i < counting->times.count; i++) {
        Value value = column_get(column, counting->first.items[i]);
        int64_t times = counting->times.items[i];
        if (i == 0 || value_compare(shared->dict, &value, &least) < 0)
            least = value;
        if (i == 0 || value_compare(shared->dict, &value, &greatest) > 0)
            greatest = value;
        bool first = times == out->most_count && value_compare(shared->dict, &value, &most) < 0;
        if (times > out->most_count || first) {
            most = value;
            out->most_count = times;
        }
    }
    out->distinct = (int64_t)counting->times.count;
    if (out->distinct == 0)
        return;
    out->least = shown(shared->dict, arena, &least);
    out->greatest = shown(shared->dict, arena, &greatest);
    if (out->most_count > 1)
        out->most = shown(shared->dict, arena, &most);
    else
        out->most_count = 0;
}

bool shared_profile(const RunShared *shared, Str name, Str column_name, Arena *arena,
                    ColumnProfile *out)
{
    const Rowset *rows = rows_named(shared, name);
    *out = (ColumnProfile){0};
    for (uint32_t c = 0; rows != NULL && c < rows->column_count; c++) {
        const Column *column = &rows->columns[c];
        if (!str_equal(column->name, column_name) || column->count != rows->row_count)
            continue;
        Counting counting = {0};
        count_values(rows, column, &counting, out);
        find_extremes(shared, column, &counting, arena, out);
        map_deinit(&counting.counts);
        vec_free(&counting.first);
        vec_free(&counting.times);
        return true;
    }
    return false;
}

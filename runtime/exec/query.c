// SPDX-License-Identifier: Apache-2.0
//
// query.c: the rows of a query: certain bindings or groups, ordered, cut.
//
// What cannot be decided is left out and counted; printed values are taken over what is known. Rows are in the order
// written, then by all columns; values that are not known come last, descending or not.

#include "runtime/base/sort_keys.h"
#include "runtime/data/vector.h"
#include "runtime/exec/block.h"
#include "runtime/exec/finding.h"

typedef struct QueryRows {
    Finding *finding;
    const Query *query;
    uint32_t column_count;
    Value *cells; // row by row
    int64_t count, capacity;
} QueryRows;

static Status reserve(QueryRows *rows, int64_t extra)
{
    const RunOptions *options = rows->finding->run.shared->options;
    if (options->limit_output > 0 && rows->count + extra > options->limit_output)
        return error_set(rows->finding->run.shared->error, STATUS_LIMIT,
                         "查询“" STR_FMT "”的结果超过 %" PRId64
                         " 行：请加筛选或分组，或用 --limit-output 提高上限",
                         "query `" STR_FMT "` has more than %" PRId64
                         " rows: add a filter or a group, or raise --limit-output",
                         STR_ARG(rows->query->name), options->limit_output);
    if (rows->count + extra > rows->capacity) {
        rows->capacity = MAX_OF(rows->count + extra, rows->capacity * 2);
        size_t size;
        if (!num_mul_size((size_t)rows->capacity * MAX_OF(rows->column_count, 1u), sizeof(Value),
                          &size))
            base_memory_failed(SIZE_MAX);
        rows->cells = base_realloc(rows->cells, size);
    }
    return STATUS_OK;
}

static void put_column(QueryRows *rows, uint32_t column, const Vector *vector, Type type,
                       const uint8_t *keep, int64_t count)
{
    int64_t next = rows->count;
    for (int64_t i = 0; i < count; i++) {
        if (keep == NULL || keep[i])
            rows->cells[next++ * rows->column_count + column] = vector_value(vector, type, i);
    }
}

static Status bindings_rows(QueryRows *rows)
{
    Finding *finding = rows->finding;
    BodyRun *run = &finding->run;
    int64_t total = finding->members.all.count;
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, total - first);
        TRY(reserve(rows, count));
        ArenaMark mark = arena_mark(run->scratch);
        Bindings view;
        members_view(&finding->members, first, count, run->scratch, &view);
        for (uint32_t c = 0; c < rows->column_count; c++) {
            const Expr *expr = &run->body->columns[c].value;
            EvalContext context = bindings_context(run, &view, run->scratch);
            if (expr_reads_aggregate(expr))
                attached_aggregates(run, &view, expr, CLASS_SHOWN, &context);
            Vector values;
            eval_expr(&context, expr, &values);
            vector_expand(&values, count, run->scratch);
            put_column(rows, c, &values, expr->type, NULL, count);
        }
        rows->count += count;
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

static Status group_rows(QueryRows *rows)
{
    Finding *finding = rows->finding;
    Level *level = finding_a(finding);
    uint8_t *keep = ARENA_ARRAY(level->arena, uint8_t, level->count);
    int64_t kept = 0;
    for (int64_t g = 0; g < level->count; g++) {
        keep[g] = level->alive[g] && level->class_of[g] == CLASS_CERTAIN;
        kept += keep[g];
        if (level->alive[g] && level->class_of[g] == CLASS_POSSIBLE) {
            Mark first = level_first_cause(level, g);
            body_count(&finding->run, first.place, first.cause, 1);
        }
    }
    TRY(reserve(rows, kept));
    for (uint32_t c = 0; c < rows->column_count; c++) {
        const Expr *expr = &finding->run.body->columns[c].value;
        EvalContext context = level_context(level, expr, 0, keep, level->arena);
        Vector values;
        eval_expr(&context, expr, &values);
        vector_expand(&values, level->count, level->arena);
        put_column(rows, c, &values, expr->type, keep, level->count);
    }
    rows->count += kept;
    return STATUS_OK;
}

// ---------------------------------------------------------------- order

static int compare_column(const QueryRows *rows, int64_t a, int64_t b, uint32_t column,
                          bool descending)
{
    const Value *x = &rows->cells[a * rows->column_count + column],
                *y = &rows->cells[b * rows->column_count + column];
    bool x_known = x->state == VALUE_KNOWN, y_known = y->state == VALUE_KNOWN;
    if (!x_known || !y_known)
        return x_known == y_known ? 0 : x_known ? -1 : 1;
    int order = value_compare(rows->finding->run.shared->dict, x, y);
    return descending ? -order : order;
}

static int compare(const void *context, const void *x, const void *y)
{
    const QueryRows *rows = context;
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    const Body *body = &rows->query->body;
    for (uint32_t o = 0; o < body->order_count; o++) {
        int order = compare_column(rows, a, b, body->order[o].column, body->order[o].descending);
        if (order != 0)
            return order;
    }
    for (uint32_t c = 0; c < body->visible_count; c++) {
        int order = compare_column(rows, a, b, c, false);
        if (order != 0)
            return order;
    }
    return 0;
}

// What `compare` looks at first, as a word; values that are not known come last.
static uint64_t prefix_of(const QueryRows *rows, int64_t row)
{
    const Body *body = &rows->query->body;
    bool ordered = body->order_count > 0;
    if (!ordered && body->visible_count == 0)
        return 0;
    uint32_t column = ordered ? body->order[0].column : 0;
    const Value *value = &rows->cells[row * rows->column_count + column];
    if (value->state != VALUE_KNOWN)
        return UINT64_MAX;
    Vector one = {.phys = type_phys(value->type), .count = 1};
    one.i64 = (int64_t *)(uintptr_t)&value->i64;
    uint64_t word = vector_prefix(rows->finding->run.shared->dict, value->type, &one, 0);
    return ordered && body->order[0].descending ? ~word : word;
}

static int64_t *sorted_rows(const QueryRows *rows)
{
    size_t count = MAX_OF((size_t)rows->count, 1);
    int64_t *index = base_alloc(count * sizeof *index);
    uint64_t *prefixes = base_alloc(count * sizeof *prefixes);
    for (int64_t i = 0; i < rows->count; i++)
        prefixes[i] = prefix_of(rows, i);
    sort_numbers(index, prefixes, (size_t)rows->count, compare, rows);
    free(prefixes);
    return index;
}

// ---------------------------------------------------------------- result

static FieldValue make_cell(const QueryRows *rows, Arena *arena, StrBuf *buf, Str name,
                            const Value *value)
{
    const Dict *dict = rows->finding->run.shared->dict;
    FieldValue cell = {.name = name, .value = *value, .known = value->state == VALUE_KNOWN};
    if (!cell.known)
        return cell;
    strbuf_clear(buf);
    value_text(buf, dict, value, false);
    cell.text = arena_str(arena, strbuf_str(buf));
    strbuf_clear(buf);
    value_text(buf, dict, value, true);
    cell.display =
        str_equal(cell.text, strbuf_str(buf)) ? cell.text : arena_str(arena, strbuf_str(buf));
    return cell;
}

static void make_counts(const Finding *finding, QueryResult *out)
{
    CauseCounts counts = {0};
    for (size_t i = 0; i < finding->run.counts.count; i++) {
        const CauseCount *count = &finding->run.counts.items[i];
        cause_counts_add(&counts, (Mark){count->place, count->cause}, count->rows);
    }
    cause_counts_sort(finding->run.shared->causes, &counts);
    ClauseCount *lines = ARENA_ARRAY(out->arena, ClauseCount, counts.count + 1);
    for (size_t i = 0; i < counts.count; i++) {
        Cause cause = cause_get(finding->run.shared->causes, counts.items[i].cause);
        lines[i] = (ClauseCount){counts.items[i].place, cause.reason,
                                 arena_str(out->arena, cause.source), counts.items[i].rows};
    }
    out->counts = lines;
    out->count_count = (uint32_t)counts.count;
    vec_free(&counts);
}

static void make_result(const QueryRows *rows, QueryResult *out)
{
    const Body *body = &rows->query->body;
    int64_t *index = sorted_rows(rows);
    out->row_count = body->limit >= 0 ? MIN_OF(body->limit, rows->count) : rows->count;
    out->column_count = body->visible_count;
    Str *names = ARENA_ARRAY(out->arena, Str, MAX_OF(body->visible_count, 1u));
    Type *types = ARENA_ARRAY(out->arena, Type, MAX_OF(body->visible_count, 1u));
    FieldValue *cells =
        ARENA_ARRAY(out->arena, FieldValue, (size_t)out->row_count * body->visible_count + 1);
    StrBuf buf;
    strbuf_init(&buf);
    for (uint32_t c = 0; c < body->visible_count; c++) {
        names[c] = body->columns[c].name;
        types[c] = body->columns[c].value.type;
        for (int64_t r = 0; r < out->row_count; r++)
            cells[r * body->visible_count + c] = make_cell(
                rows, out->arena, &buf, names[c], &rows->cells[index[r] * rows->column_count + c]);
    }
    strbuf_deinit(&buf);
    free(index);
    out->names = names;
    out->types = types;
    out->cells = cells;
}

Status query_build(RunShared *shared, const Query *query, QueryResult *out)
{
    Finding finding;
    *out =
        (QueryResult){.arena = arena_create(NULL, 0), .query = query->name, .title = query->title};
    TRY(finding_open(&finding, shared, &query->body, false));
    QueryRows rows = {
        .finding = &finding, .query = query, .column_count = query->body.column_count};
    Status status = finding.level_count == 0 ? bindings_rows(&rows) : group_rows(&rows);
    if (status == STATUS_OK) {
        make_result(&rows, out);
        make_counts(&finding, out);
    }
    free(rows.cells);
    finding_close(&finding);
    return status;
}

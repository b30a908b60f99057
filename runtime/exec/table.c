// SPDX-License-Identifier: Apache-2.0
//
// table.c: what is asked of a table once its cells are values: expectations, then the key.
//
// Expectations are judged over accepted rows; what fails `else quarantine` becomes a shadow. The key is judged over the
// rows that are accepted then: of equal rows the first stays and the others are dropped and counted; rows that
// contradict each other under one key are all quarantined. Only columns that are read can tell rows apart.

#include "runtime/exec/table.h"

#include "runtime/exec/block.h"
#include "runtime/exec/group.h"

static void quarantine(Rowset *rowset, int64_t row)
{
    if (rowset->classes == NULL)
        rowset->classes =
            base_alloc_zeroed((size_t)MAX_OF(rowset->row_count, 1), sizeof *rowset->classes);
    rowset->classes[row] = CLASS_SHADOW | ROW_QUARANTINED;
    rowset->quarantined_count++;
}

static void report_row(LoadReport *report, const Rowset *rowset, int64_t row, Reason reason,
                       Str what)
{
    if (report == NULL)
        return;
    Quarantined line = {.record = rowset->records == NULL ? row + 1 : rowset->records[row],
                        .reason = reason,
                        .column = arena_str(report->arena, what),
                        .row = reason == REASON_REPEATED_ROW ? -1 : row};
    line.file = rowset->files == NULL ? 0 : rowset->files[row];
    vec_push(&report->quarantined, line);
    report->quarantined_count++;
    report->accepted--;
    if (line.file < report->files.count) {
        report->files.items[line.file].accepted--;
        report->files.items[line.file].quarantined++;
    }
}

// ---------------------------------------------------------------- expectations

static void judge_block(RunShared *shared, const Expectation *expectation, const Rowset *rowset,
                        int64_t first, int64_t count, Arena *arena, uint8_t *fails)
{
    SlotRows slot = {.rowset = rowset, .first = first};
    EvalContext context = {.shared = &shared->eval, .arena = arena, .count = count, .slots = &slot};
    Vector truth;
    eval_truth(&context, &expectation->condition, &truth);
    vector_expand(&truth, count, arena);
    for (int64_t i = 0; i < count; i++)
        fails[i] = truth.truth[i] != TRUTH_T;
}

static Status expectation_failed(RunShared *shared, const TableDecl *table, const Rowset *rowset,
                                 const Expectation *expectation, int64_t row, int64_t count)
{
    int64_t record = rowset->records == NULL ? row + 1 : rowset->records[row];
    return error_set(shared->error, STATUS_DATA,
                     "数据表“" STR_FMT "”有 %" PRId64 " 行不符合约定“" STR_FMT
                     "”，第一处在第 %" PRId64 " 条记录；约定写的是“否则 报错”，所以停止",
                     "table `" STR_FMT "`: %" PRId64 " rows fail the expectation `" STR_FMT
                     "`, the first is record %" PRId64 "; it says `else error`, so the run stops",
                     STR_ARG(table->name), count, STR_ARG(expectation->text), record);
}

static void warn_failed(LoadReport *report, const Expectation *expectation, int64_t count)
{
    if (report == NULL || count == 0)
        return;
    LoadWarning warning = {.count = count};
    warning.zh = arena_printf(report->arena, "%" PRId64 " 行不符合约定“" STR_FMT "”", count,
                              STR_ARG(expectation->text));
    warning.en = arena_printf(report->arena, "%" PRId64 " rows fail the expectation `" STR_FMT "`",
                              count, STR_ARG(expectation->text));
    vec_push(&report->warnings, warning);
}

static Status judge_expectation(RunShared *shared, const TableDecl *table,
                                const Expectation *expectation, Rowset *rowset, LoadReport *report)
{
    Arena *arena = arena_create(NULL, 0);
    int64_t failed = 0, first_failed = -1;
    uint8_t fails[BLOCK_ROWS];
    for (int64_t first = 0; first < rowset->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, rowset->row_count - first);
        judge_block(shared, expectation, rowset, first, count, arena, fails);
        for (int64_t i = 0; i < count; i++) {
            if (!fails[i] || rowset_quarantined(rowset, first + i))
                continue;
            failed++;
            if (first_failed < 0)
                first_failed = first + i;
            if (expectation->action != EXPECT_QUARANTINE)
                continue;
            quarantine(rowset, first + i);
            report_row(report, rowset, first + i, REASON_FAILED_EXPECTATION, expectation->text);
        }
        arena_reset(arena);
    }
    arena_destroy(arena);
    if (expectation->action == EXPECT_WARN)
        warn_failed(report, expectation, failed);
    if (expectation->action == EXPECT_ERROR && failed > 0)
        return expectation_failed(shared, table, rowset, expectation, first_failed, failed);
    return STATUS_OK;
}

// ---------------------------------------------------------------- keys

typedef struct KeyRun {
    RunShared *shared;
    const TableDecl *table;
    Rowset *rowset;
    LoadReport *report;
    Arena *arena;
    int64_t *groups, *starts, *rows;
    int64_t group_total;
    uint8_t *repeated;
    int64_t repeated_count;
} KeyRun;

static void group_keys_of(KeyRun *run)
{
    uint32_t key_count = run->table->key_count;
    Phys *phys = ARENA_ARRAY(run->arena, Phys, key_count);
    for (uint32_t k = 0; k < key_count; k++)
        phys[k] = type_phys(run->rowset->columns[run->table->key[k]].type);
    GroupTable *table = group_table_create(phys, key_count);
    Arena *scratch = arena_create(NULL, 0);
    Vector *keys = ARENA_ARRAY(run->arena, Vector, key_count);
    for (int64_t first = 0; first < run->rowset->row_count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, run->rowset->row_count - first);
        for (uint32_t k = 0; k < key_count; k++)
            column_gather(&run->rowset->columns[run->table->key[k]], NULL, first, count, 0, scratch,
                          &keys[k]);
        group_assign(table, keys, count, run->groups + first);
        arena_reset(scratch);
    }
    run->group_total = group_count(table);
    arena_destroy(scratch);
    group_table_destroy(table);
    for (int64_t i = 0; i < run->rowset->row_count; i++) {
        if (rowset_quarantined(run->rowset, i))
            run->groups[i] = GROUP_NONE;
    }
}

static bool same_cells(const Rowset *rowset, int64_t a, int64_t b)
{
    for (uint32_t c = 0; c < rowset->column_count; c++) {
        const Column *column = &rowset->columns[c];
        if (column->count == 0)
            continue; // not read
        Value x = column_get(column, a), y = column_get(column, b);
        if (!value_identical(&x, &y))
            return false;
    }
    return true;
}

static void settle_key(KeyRun *run, int64_t group)
{
    int64_t from = run->starts[group], to = run->starts[group + 1];
    bool same = true;
    for (int64_t k = from + 1; k < to; k++)
        same &= same_cells(run->rowset, run->rows[from], run->rows[k]);
    for (int64_t k = same ? from + 1 : from; k < to; k++) {
        int64_t row = run->rows[k];
        report_row(run->report, run->rowset, row, same ? REASON_REPEATED_ROW : REASON_KEY_CONFLICT,
                   STR(""));
        if (!same) {
            quarantine(run->rowset, row);
            continue;
        }
        run->repeated[row] = 1;
        run->repeated_count++;
    }
}

static void drop_from_column(Column *column, const uint8_t *dropped, int64_t row_count)
{
    if (column->count == 0)
        return;
    size_t size = column->narrow ? sizeof(int64_t) : phys_size(column->phys);
    char *values = column->values;
    int64_t kept = 0;
    size_t unknown = 0, unknown_kept = 0;
    for (int64_t row = 0; row < row_count; row++) {
        bool known =
            column->validity == NULL || (column->validity[row >> 6] >> (row & 63) & 1) != 0;
        bool entry = unknown < column->unknown.count && column->unknown.items[unknown].row == row;
        if (!dropped[row]) {
            memmove(values + (size_t)kept * size, values + (size_t)row * size, size);
            if (column->validity != NULL && known)
                column->validity[kept >> 6] |= (uint64_t)1 << (kept & 63);
            else if (column->validity != NULL)
                column->validity[kept >> 6] &= ~((uint64_t)1 << (kept & 63));
            if (entry) {
                column->unknown.items[unknown_kept] = column->unknown.items[unknown];
                column->unknown.items[unknown_kept++].row = kept;
            }
            kept++;
        }
        unknown += entry;
    }
    column->count = kept;
    column->unknown.count = unknown_kept;
}

// Repeated rows leave the Rowset; where each row was read stays known.
static void drop_repeated(KeyRun *run)
{
    Rowset *rowset = run->rowset;
    if (rowset->records == NULL) {
        rowset->records =
            base_alloc(MAX_OF((size_t)rowset->row_count, 1) * sizeof *rowset->records);
        for (int64_t row = 0; row < rowset->row_count; row++)
            rowset->records[row] = row + 1;
    }
    for (uint32_t c = 0; c < rowset->column_count; c++)
        drop_from_column(&rowset->columns[c], run->repeated, rowset->row_count);
    int64_t kept = 0;
    for (int64_t row = 0; row < rowset->row_count; row++) {
        if (run->repeated[row])
            continue;
        rowset->records[kept] = rowset->records[row];
        if (rowset->files != NULL)
            rowset->files[kept] = rowset->files[row];
        if (rowset->classes != NULL)
            rowset->classes[kept] = rowset->classes[row];
        kept++;
    }
    rowset->row_count = kept;
    if (run->report != NULL)
        run->report->repeated_count += run->repeated_count;
}

// Rows that are equal in all columns read may differ in others: what is dropped as repeated is then told for what it is.
static void warn_unread(const KeyRun *run)
{
    const Rowset *rowset = run->rowset;
    uint32_t unread = 0;
    for (uint32_t c = 0; c < rowset->column_count; c++)
        unread += rowset->columns[c].count == 0;
    if (run->report == NULL || run->repeated_count == 0 || unread == 0 || rowset->row_count == 0)
        return;
    Arena *arena = run->report->arena;
    LoadWarning warning = {.count = run->repeated_count};
    warning.zh = arena_printf(arena,
                              "%" PRId64 " 行重复是就本次读取的列而言，另有 %u 列没有读取，"
                              "其中可能不同；请核对是否真是重复记录",
                              run->repeated_count, unread);
    warning.en =
        arena_printf(arena,
                     "%" PRId64 " rows repeat others in the columns that were read; they may "
                     "differ in the %u columns that were not: check whether they are "
                     "the same records",
                     run->repeated_count, unread);
    vec_push(&run->report->warnings, warning);
}

static bool is_plain_number(const Column *column)
{
    return column->phys == PHYS_I64 && column->validity == NULL;
}

// -1, 0, 1: how the key of `row` compares with that of the row before.
static int compare_with_before(const TableDecl *table, const Rowset *rowset, int64_t row)
{
    for (uint32_t k = 0; k < table->key_count; k++) {
        const int64_t *values = rowset->columns[table->key[k]].values;
        if (values[row] != values[row - 1])
            return values[row] < values[row - 1] ? -1 : 1;
    }
    return 0;
}

// Files are mostly in the order of their serial numbers: keys that ascend are all different, and no table of them is
// needed. Elsewhere the first few rows show that they do not.
static bool keys_ascend(const TableDecl *table, const Rowset *rowset)
{
    for (uint32_t k = 0; k < table->key_count; k++)
        if (!is_plain_number(&rowset->columns[table->key[k]]))
            return false;
    for (int64_t row = 1; row < rowset->row_count; row++)
        if (compare_with_before(table, rowset, row) <= 0)
            return false;
    return true;
}

static void judge_key(RunShared *shared, const TableDecl *table, Rowset *rowset, LoadReport *report)
{
    if (table->key_count == 0 || rowset->row_count == 0)
        return;
    for (uint32_t k = 0; k < table->key_count; k++) {
        if (rowset->columns[table->key[k]].count == 0)
            return; // a test that leaves a key column out
    }
    if (keys_ascend(table, rowset))
        return;
    KeyRun run = {.shared = shared,
                  .table = table,
                  .rowset = rowset,
                  .report = report,
                  .arena = arena_create(NULL, 0)};
    run.groups = ARENA_ARRAY(run.arena, int64_t, rowset->row_count);
    group_keys_of(&run);
    if (run.group_total < rowset->row_count) {
        run.starts = ARENA_ARRAY(run.arena, int64_t, run.group_total + 1);
        run.rows = ARENA_ARRAY(run.arena, int64_t, rowset->row_count);
        run.repeated = ARENA_ARRAY(run.arena, uint8_t, rowset->row_count);
        group_index(run.groups, rowset->row_count, run.group_total, run.starts, run.rows);
        for (int64_t g = 0; g < run.group_total; g++) {
            if (run.starts[g + 1] - run.starts[g] > 1)
                settle_key(&run, g);
        }
        if (run.repeated_count > 0)
            drop_repeated(&run);
        warn_unread(&run);
    }
    arena_destroy(run.arena);
}

// ---------------------------------------------------------------- all together

// Quarantined rows carry the cause that findings resting on them name.
static void name_quarantined(RunShared *shared, Rowset *rowset)
{
    if (rowset->classes == NULL)
        return;
    CauseId cause = cause_intern(shared->causes, REASON_QUARANTINED, rowset->name);
    free(rowset->row_causes);
    rowset->row_causes =
        base_alloc_zeroed((size_t)MAX_OF(rowset->row_count, 1), sizeof *rowset->row_causes);
    for (int64_t row = 0; row < rowset->row_count; row++)
        rowset->row_causes[row] = rowset_quarantined(rowset, row) ? cause : 0;
}

Status table_judge(RunShared *shared, const TableDecl *table, Rowset *rowset, LoadReport *report)
{
    for (uint32_t e = 0; e < table->expectation_count; e++)
        TRY(judge_expectation(shared, table, &table->expectations[e], rowset, report));
    judge_key(shared, table, rowset, report);
    name_quarantined(shared, rowset);
    return STATUS_OK;
}

Status table_open(RunShared *shared, uint32_t index, Rowset **out, LoadReport *report)
{
    return table_load(shared, &shared->program->tables[index], out, report);
}

Status table_load(RunShared *shared, const TableDecl *table, Rowset **out, LoadReport *report)
{
    Rowset *rowset = NULL;
    TRY(load_table(table, &shared->options->load, shared->dict, shared->causes, &rowset, report,
                   shared->error));
    rowset->total_count = MAX_OF(rowset->total_count, rowset->row_count);
    Status status = table_judge(shared, table, rowset, report);
    if (status != STATUS_OK)
        rowset_destroy(rowset);
    else
        *out = rowset;
    return status;
}

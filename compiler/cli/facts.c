// SPDX-License-Identifier: Apache-2.0
//
// facts.c: a calendar and lists of divisions, read as tables are read: any encoding, header cells in either language,
// dates as people write them. A row that cannot be used ends the run: a day or a division left out in silence would
// change what is found.

#include "compiler/cli/facts.h"

static const Str calendar_also[2][1] = {{STR_INIT("date")}, {STR_INIT("worked")}};
static const Str division_also[4][1] = {
    {STR_INIT("code")}, {STR_INIT("name")}, {STR_INIT("from")}, {STR_INIT("to")}};

static ColumnDecl column_of(const char *name, const Str *also, TypeKind kind, bool nullable)
{
    return (ColumnDecl){.name = str_from_cstr(name),
                        .also = also,
                        .also_count = 1,
                        .type = type_of(kind),
                        .nullable = nullable,
                        .needed = true};
}

// Loads a table from one file, all of whose rows must be usable.
static int load_whole(const Args *args, OptionId option, const LoadOptions *load,
                      const TableDecl *table, Facts *facts, Dict *dict, Rowset **rows)
{
    Error error = {0};
    LoadReport report = {0};
    Str path = args_text(args, option, STR(""));
    LoadOptions own = *load;
    own.bind_tables = &table->name;
    own.bind_paths = &path;
    own.bind_count = 1;
    CauseTable *causes = cause_table_create();
    Status status = load_table(table, &own, dict, causes, rows, &report, &error);
    cause_table_destroy(causes);
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    error_deinit(&error);
    if (status == STATUS_OK && report.quarantined_count > 0) {
        const Quarantined *first = &report.quarantined.items[0];
        Str why = reason_text(first->reason, args->lang);
        tell(args, "%s 第 %lld 行不能用：" STR_FMT " " STR_FMT "。这样的表要每一行都能用",
             "%s, line %lld cannot be used: " STR_FMT " " STR_FMT
             ". Every row of such a table has to be usable",
             option_name(option), (long long)first->line, STR_ARG(first->column), STR_ARG(why));
        code = EXIT_DATA;
    } else if (status == STATUS_OK && report.accepted == 0) {
        tell(args, "%s 的表没有行", "the table of %s has no rows", option_name(option));
        code = EXIT_DATA;
    }
    if (status == STATUS_OK)
        vec_push(&facts->reports, report);
    return code;
}

// A fault of one row, with its place among the rows.
static int tell_row(const Args *args, OptionId option, int64_t row, Error *error)
{
    (void)error_prefix(error, STATUS_DATA, "%s 第 %lld 行数据：",
                       "%s, row %lld: ", option_name(option), (long long)row + 1);
    return tell_error(args, error);
}

static int read_calendar(const Args *args, const LoadOptions *load, Facts *facts, Dict *dict)
{
    const ColumnDecl columns[] = {column_of("日期", calendar_also[0], TYPE_DATE, false),
                                  column_of("上班", calendar_also[1], TYPE_BOOLEAN, false)};
    const TableDecl table = {.name = args->lang == LANG_ZH ? STR("日历") : STR("calendar"),
                             .columns = columns,
                             .column_count = ARRAY_LEN(columns),
                             .needed = true};
    Rowset *rows = NULL;
    Error error = {0};
    int code = load_whole(args, OPTION_CALENDAR, load, &table, facts, dict, &rows);
    for (int64_t i = 0; code == EXIT_DONE && i < rows->row_count; i++) {
        Value date = column_get(&rows->columns[0], i), worked = column_get(&rows->columns[1], i);
        if (fact_tables_day(facts->tables, (int32_t)date.i64, worked.boolean, &error) != STATUS_OK)
            code = tell_row(args, OPTION_CALENDAR, i, &error);
    }
    error_deinit(&error);
    rowset_destroy(rows);
    return code;
}

static int read_divisions(const Args *args, const LoadOptions *load, Facts *facts, Dict *dict)
{
    const ColumnDecl columns[] = {column_of("代码", division_also[0], TYPE_TEXT, false),
                                  column_of("名称", division_also[1], TYPE_TEXT, false),
                                  column_of("自", division_also[2], TYPE_DATE, true),
                                  column_of("至", division_also[3], TYPE_DATE, true)};
    const TableDecl table = {.name = args->lang == LANG_ZH ? STR("区划") : STR("divisions"),
                             .columns = columns,
                             .column_count = ARRAY_LEN(columns),
                             .needed = true};
    Rowset *rows = NULL;
    Error error = {0};
    int code = load_whole(args, OPTION_DIVISIONS, load, &table, facts, dict, &rows);
    for (int64_t i = 0; code == EXIT_DONE && i < rows->row_count; i++) {
        Value number = column_get(&rows->columns[0], i), name = column_get(&rows->columns[1], i);
        Value from = column_get(&rows->columns[2], i), to = column_get(&rows->columns[3], i);
        Status status =
            fact_tables_division(facts->tables, str_trim(dict_str(dict, number.code)),
                                 str_trim(dict_str(dict, name.code)),
                                 from.state == VALUE_KNOWN ? (int32_t)from.i64 : DATE_MIN,
                                 to.state == VALUE_KNOWN ? (int32_t)to.i64 : DATE_MAX, &error);
        if (status != STATUS_OK)
            code = tell_row(args, OPTION_DIVISIONS, i, &error);
    }
    error_deinit(&error);
    rowset_destroy(rows);
    return code;
}

int facts_open(const Args *args, const LoadOptions *load, Facts *facts)
{
    bool calendar = args_has(args, OPTION_CALENDAR), divisions = args_has(args, OPTION_DIVISIONS);
    int code = EXIT_DONE;
    Error error = {0};
    if (!calendar && !divisions)
        return EXIT_DONE;
    facts->tables = fact_tables_create();
    Dict *dict = dict_create();
    if (calendar)
        code = read_calendar(args, load, facts, dict);
    if (code == EXIT_DONE && divisions)
        code = read_divisions(args, load, facts, dict);
    if (code == EXIT_DONE && fact_tables_finish(facts->tables, &error) != STATUS_OK)
        code = tell_error(args, &error);
    error_deinit(&error);
    dict_destroy(dict);
    return code;
}

void facts_close(Facts *facts)
{
    for (size_t i = 0; i < facts->reports.count; i++)
        load_report_deinit(&facts->reports.items[i]);
    vec_free(&facts->reports);
    fact_tables_destroy(facts->tables);
    *facts = (Facts){0};
}

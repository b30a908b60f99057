// SPDX-License-Identifier: Apache-2.0
//
// results.c: formats and files.

#include "compiler/cli/results.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/time.h"
#include "runtime/base/unicode.h"

// ---------------------------------------------------------------- which format

static void tell_unknown_format(const Args *args, Str name)
{
    StrBuf names = {0};
    for (uint32_t i = 0; writer_at(i) != NULL; i++)
        strbuf_printf(&names, "%s%s",
                      i == 0                  ? ""
                      : args->lang == LANG_ZH ? "、"
                                              : ", ",
                      writer_at(i)->name);
    tell(args, "没有格式“" STR_FMT "”；可以是 %s", "there is no format '" STR_FMT "'; it may be %s",
         STR_ARG(name), strbuf_cstr(&names));
    strbuf_deinit(&names);
}

const WriterDriver *results_driver(const Args *args, const Program *program)
{
    Str name = STR("table");
    bool terminal = args->stdout_terminal && !args_has(args, OPTION_OUT);
    if (!terminal)
        name = STR("csv");
    for (uint32_t i = 0; !terminal && i < program->rule_count; i++)
        if (program->rules[i].selected)
            name = STR("jsonl");
    name = args_text(args, OPTION_FORMAT, name);
    const WriterDriver *driver = writer_find(name);
    if (driver == NULL)
        tell_unknown_format(args, name);
    return driver;
}

// ---------------------------------------------------------------- to stdout

static Status write_results(Writer *writer, const Run *run)
{
    TRY(writer->driver->begin(writer));
    for (uint32_t i = 0; i < run_rule_count(run); i++)
        TRY(writer->driver->rule(writer, run_rule(run, i), LIST_ALL));
    for (uint32_t i = 0; i < run_query_count(run); i++)
        TRY(writer->driver->query(writer, run_query(run, i)));
    return writer->driver->end(writer);
}

// Spreadsheets are asked for files, programs read pipes: only files get the mark unless --bom says otherwise.
static Writer make_writer(const Args *args, const RunFacts *facts, const WriterDriver *driver,
                          bool to_file, Error *error)
{
    int bom = args_choice(args, OPTION_BOM, 0);
    return (Writer){.driver = driver,
                    .error = error,
                    .lang = args->lang,
                    .bom = bom == 1 || (bom == 0 && (to_file || args_has(args, OPTION_EXCEL))),
                    .excel = args_has(args, OPTION_EXCEL),
                    .program = facts->program};
}

// Formats for people end with the summary.
static bool holds_summary(const WriterDriver *driver)
{
    return strcmp(driver->name, "table") == 0 || strcmp(driver->name, "markdown") == 0;
}

static void add_summary(const Args *args, const RunFacts *facts, const Writer *writer)
{
    StrBuf *out = output_buffer(writer->output);
    bool fenced = strcmp(writer->driver->name, "table") != 0;
    if (!holds_summary(writer->driver) || args_has(args, OPTION_QUIET))
        return;
    strbuf_add_char(out, '\n');
    if (fenced)
        strbuf_add_c(out,
                     args->lang == LANG_ZH ? "## 汇总\n\n~~~~text\n" : "## summary\n\n~~~~text\n");
    summary_text(facts, args->lang, out);
    if (fenced)
        strbuf_add_c(out, "~~~~\n");
}

static bool holds_one_table(const Args *args, const RunFacts *facts, const WriterDriver *driver)
{
    const Run *run = facts->run;
    if (!driver->one_table || run_rule_count(run) + run_query_count(run) <= 1)
        return true;
    tell(args, "%s 一次只能写一张表；请用 --out 指定目录，或者用 --rule、--query 选一个",
         "%s holds one table only; name a folder with --out, or choose with --rule or --query",
         driver->name);
    return false;
}

static int write_stdout(const Args *args, const RunFacts *facts, const WriterDriver *driver)
{
    Error error = {0};
    if (!holds_one_table(args, facts, driver))
        return EXIT_USAGE;
    Output *output = output_of_descriptor(STDOUT_FILENO);
    Writer writer = make_writer(args, facts, driver, false, &error);
    writer.output = output;
    writer.color = args->stdout_terminal && args->color;
    Status status = write_results(&writer, facts->run);
    if (status == STATUS_OK) {
        add_summary(args, facts, &writer);
        status = output_commit(output, &error);
    } else {
        output_discard(output);
    }
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    error_deinit(&error);
    return code;
}

// ---------------------------------------------------------------- several reports

// Takes `csv=清单.csv` apart. NULL after telling.
static const WriterDriver *output_driver(const Args *args, Str word, Str *path)
{
    size_t equals = str_find(word, STR("="), 0);
    if (equals == STR_NONE || equals + 1 == word.len) {
        tell(args, "--output 应写成 格式=文件，如 csv=清单.csv，不是“" STR_FMT "”",
             "--output wants FORMAT=PATH, like csv=list.csv, not '" STR_FMT "'", STR_ARG(word));
        return NULL;
    }
    Str name = str_slice(word, 0, equals);
    const WriterDriver *driver = writer_find(name);
    *path = str_slice(word, equals + 1, word.len);
    if (driver == NULL)
        tell_unknown_format(args, name);
    return driver;
}

bool results_outputs_fit(const Args *args)
{
    for (size_t i = 0; i < args->values[OPTION_OUTPUT].count; i++) {
        Str path, other;
        Str word = args->values[OPTION_OUTPUT].items[i];
        if (output_driver(args, word, &path) == NULL)
            return false;
        for (size_t j = 0; j < i; j++) {
            if (output_driver(args, args->values[OPTION_OUTPUT].items[j], &other) == NULL)
                return false;
            if (str_equal(path, other)) {
                tell(args, "两份报告都要写到 " STR_FMT, "two reports would be written to " STR_FMT,
                     STR_ARG(path));
                return false;
            }
        }
    }
    return true;
}

static Status write_report(const Args *args, const RunFacts *facts, Str word, Output **made,
                           Error *error)
{
    Str path;
    const WriterDriver *driver = output_driver(args, word, &path);
    ASSERT(driver != NULL); // results_outputs_fit has seen it
    TRY(output_create(path, made, error));
    Writer writer = make_writer(args, facts, driver, true, error);
    writer.output = *made;
    TRY(write_results(&writer, facts->run));
    add_summary(args, facts, &writer);
    return output_flush(*made, true, error);
}

// All are written before the first one takes its name, so that a full disk leaves none of them.
static int write_reports(const Args *args, const RunFacts *facts)
{
    Error error = {0};
    size_t count = args->values[OPTION_OUTPUT].count;
    Output **outputs = base_alloc_zeroed(count + 1, sizeof(Output *));
    Status status = STATUS_OK;
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        Str path;
        fits = holds_one_table(args, facts,
                               output_driver(args, args->values[OPTION_OUTPUT].items[i], &path));
    }
    for (size_t i = 0; i < count && fits && status == STATUS_OK; i++)
        status =
            write_report(args, facts, args->values[OPTION_OUTPUT].items[i], &outputs[i], &error);
    for (size_t i = 0; i < count; i++) {
        if (fits && status == STATUS_OK)
            status = output_commit(outputs[i], &error);
        else
            output_discard(outputs[i]);
    }
    free(outputs);
    int code = !fits ? EXIT_USAGE : status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    error_deinit(&error);
    return code;
}

// ---------------------------------------------------------------- to a folder

// A name that any file system takes: what it does not becomes '_'.
static void add_file_name(StrBuf *out, Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool kept = c >= 0x80 || (c > 0x20 && c != 0x7f && strchr("/\\:*?\"<>|", c) == NULL);
        strbuf_add_char(out, kept && !(i == 0 && c == '.') ? (char)c : '_');
    }
}

typedef struct Folder {
    Str path;
    Writer writer; // as every file's writer begins
    const WriterDriver *driver;
    VEC(Str) names; // of the files written, for the manifest
    Arena *arena;
    Error *error;
} Folder;

static Status folder_file(Folder *folder, Str stem, Str list, const char *extension,
                          Output **output)
{
    StrBuf name = {0}, path = {0};
    add_file_name(&name, stem);
    if (list.len > 0)
        strbuf_printf(&name, "." STR_FMT, STR_ARG(list));
    strbuf_printf(&name, ".%s", extension);
    strbuf_printf(&path, STR_FMT "/" STR_FMT, STR_ARG(folder->path), STR_ARG(strbuf_str(&name)));
    Str kept = arena_str(folder->arena, strbuf_str(&name));
    vec_push(&folder->names, kept);
    Status status = output_create(strbuf_str(&path), output, folder->error);
    strbuf_deinit(&name);
    strbuf_deinit(&path);
    return status;
}

static Status folder_finish(Folder *folder, Writer *writer, Status status)
{
    if (status == STATUS_OK)
        status = writer->driver->end(writer);
    if (status == STATUS_OK)
        return output_commit(writer->output, folder->error);
    output_discard(writer->output);
    return status;
}

static Status folder_rule(Folder *folder, const RuleResult *result)
{
    for (ListKind list = LIST_CLUE; list <= LIST_GAP; list++) {
        Writer writer = folder->writer;
        TRY(folder_file(folder, result->rule, list_name(list), folder->driver->extension,
                        &writer.output));
        Status status = writer.driver->begin(&writer);
        if (status == STATUS_OK)
            status = writer.driver->rule(&writer, result, LIST_BIT(list));
        TRY(folder_finish(folder, &writer, status));
    }
    return STATUS_OK;
}

static Status folder_query(Folder *folder, const QueryResult *result)
{
    Writer writer = folder->writer;
    TRY(folder_file(folder, result->query, STR(""), folder->driver->extension, &writer.output));
    Status status = writer.driver->begin(&writer);
    if (status == STATUS_OK)
        status = writer.driver->query(&writer, result);
    return folder_finish(folder, &writer, status);
}

// Every rejected row with file, line, column, reason and what was there, masked.
static Status folder_quarantine(Folder *folder, const RunFacts *facts)
{
    for (uint32_t i = 0; i < run_load_count(facts->run); i++) {
        const LoadReport *report = run_load(facts->run, i);
        Output *output;
        if (report->quarantined.count == 0)
            continue;
        TRY(folder_file(folder, report->table, STR("quarantine"), "jsonl", &output));
        Status status = STATUS_OK;
        for (size_t j = 0; j < report->quarantined.count && status == STATUS_OK; j++) {
            const Quarantined *row = &report->quarantined.items[j];
            StrBuf *out = output_buffer(output);
            strbuf_add_c(out, "{\"file\":");
            json_add_str(out, row->file < report->files.count ? report->files.items[row->file].path
                                                              : STR(""));
            strbuf_printf(out,
                          ",\"record\":%" PRId64 ",\"line\":%" PRId64 ",\"column\":", row->record,
                          row->line);
            json_add_str(out, row->column);
            strbuf_add_c(out, ",\"reason\":");
            json_add_str(out, reason_name(row->reason));
            strbuf_add_c(out, ",\"shown\":");
            json_add_str(out, row->shown);
            strbuf_add_c(out, "}\n");
            status = output_flush(output, false, folder->error);
        }
        if (status != STATUS_OK) {
            output_discard(output);
            return status;
        }
        TRY(output_commit(output, folder->error));
    }
    return STATUS_OK;
}

static void manifest_text(const RunFacts *facts, const Folder *folder, StrBuf *out)
{
    strbuf_add_c(out, "{\n\"version\":");
    json_add_str(out, STR(SUP_VERSION));
    strbuf_add_c(out, ",\n\"model\":");
    json_add_str(out, facts->program->path);
    strbuf_add_c(out, ",\n\"files\":[");
    for (size_t i = 0; i < folder->names.count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ",");
        json_add_str(out, folder->names.items[i]);
    }
    strbuf_add_c(out, "],\n\"summary\":");
    summary_json(facts, out);
    strbuf_add_c(out, "\n}\n");
}

static Status folder_manifest(Folder *folder, const RunFacts *facts)
{
    Output *output;
    size_t known = folder->names.count;
    TRY(folder_file(folder, STR("manifest"), STR(""), "json", &output));
    folder->names.count = known; // the manifest does not list itself
    manifest_text(facts, folder, output_buffer(output));
    return output_commit(output, folder->error);
}

// Makes a folder and those above it. False: errno says why.
static bool make_folder(Arena *arena, Str path)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.ptr[i] == '/')
            (void)mkdir(arena_str(arena, str_slice(path, 0, i)).ptr, 0777);
    return mkdir(arena_str(arena, path).ptr, 0777) == 0 || errno == EEXIST;
}

static Status folder_write(Folder *folder, const RunFacts *facts)
{
    const char *path = arena_str(folder->arena, folder->path).ptr;
    if (!make_folder(folder->arena, folder->path))
        return error_set_system(folder->error, errno, "无法创建文件夹 %s",
                                "cannot make the folder %s", path);
    for (uint32_t i = 0; i < run_rule_count(facts->run); i++)
        TRY(folder_rule(folder, run_rule(facts->run, i)));
    for (uint32_t i = 0; i < run_query_count(facts->run); i++)
        TRY(folder_query(folder, run_query(facts->run, i)));
    TRY(folder_quarantine(folder, facts));
    return folder_manifest(folder, facts);
}

static int write_folder(const Args *args, const RunFacts *facts, const WriterDriver *driver)
{
    Error error = {0};
    Arena *arena = arena_create(NULL, 0);
    Folder folder = {.path = args_text(args, OPTION_OUT, STR("")),
                     .writer = make_writer(args, facts, driver, true, &error),
                     .driver = driver,
                     .arena = arena,
                     .error = &error};
    Status status = folder_write(&folder, facts);
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    vec_free(&folder.names);
    arena_destroy(arena);
    error_deinit(&error);
    return code;
}

// --output says where reports go; stdout then has one only if --format asks for it.
static bool wants_stdout(const Args *args)
{
    return !args_has(args, OPTION_OUT) &&
           (!args_has(args, OPTION_OUTPUT) || args_has(args, OPTION_FORMAT));
}

int results_write(const Args *args, const RunFacts *facts, const WriterDriver *driver)
{
    int code = write_reports(args, facts);
    if (code == EXIT_DONE && args_has(args, OPTION_OUT))
        code = write_folder(args, facts, driver);
    if (code == EXIT_DONE && wants_stdout(args))
        code = write_stdout(args, facts, driver);
    bool told = wants_stdout(args) && holds_summary(driver);
    if (code == EXIT_DONE && !told && !args_has(args, OPTION_QUIET)) {
        StrBuf text = {0};
        summary_text(facts, args->lang, &text);
        (void)write_all(STDERR_FILENO, strbuf_str(&text));
        strbuf_deinit(&text);
    }
    return code;
}

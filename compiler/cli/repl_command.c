// SPDX-License-Identifier: Apache-2.0
//
// repl_command.c: the commands of the prompt, ":name rest".

#include <unistd.h>

#include "compiler/cli/explain_rule.h"
#include "compiler/cli/repl_int.h"
#include "compiler/cli/results.h"
#include "runtime/base/unicode.h"
#include "stdlib/stdlib.h"

typedef struct ReplCommand {
    const char *name, *usage, *zh, *en;
    int (*run)(Repl *repl, Str rest);
} ReplCommand;

static int print(const Repl *repl, StrBuf *taken_text)
{
    int code = print_result(&repl->args, strbuf_str(taken_text));
    strbuf_deinit(taken_text);
    return code;
}

// ---------------------------------------------------------------- files and options

void repl_option(Repl *repl, OptionId id, Str value)
{
    repl->args.values[id].count = 0;
    if (value.len > 0)
        vec_push(&repl->args.values[id], arena_str(repl->arena, value));
}

// The model is checked when it is loaded, so that later messages are about what was typed.
static int command_load(Repl *repl, Str rest)
{
    Job job;
    Error error = {0};
    Str text;
    if (rest.len > 0 && session_read(NULL, rest, repl->arena, &text, &error) != STATUS_OK) {
        int failed = tell_error(&repl->args, &error);
        error_deinit(&error);
        return failed;
    }
    Str before = repl->file;
    repl->file = rest.len > 0 ? arena_str(repl->arena, rest) : repl->file;
    repl_forget(repl);
    data_cache_clear(repl->cache);
    repl->rule = STR("");
    int code = repl_open(repl, &job, STR(""), STR(""));
    if (code != EXIT_DONE)
        repl->file = before;
    job_close(&job);
    return code;
}

static int command_data(Repl *repl, Str rest)
{
    repl_forget(repl);
    data_cache_clear(repl->cache);
    size_t equals = str_find(rest, STR("="), 0);
    if (equals == STR_NONE)
        repl_option(repl, OPTION_DATA, rest);
    else
        vec_push(&repl->args.values[OPTION_BIND], arena_str(repl->arena, rest));
    return EXIT_DONE;
}

static int show_settings(const Repl *repl)
{
    StrBuf out = {0};
    if (args_has(&repl->args, OPTION_AS_OF)) {
        Str as_of = args_text(&repl->args, OPTION_AS_OF, STR(""));
        strbuf_printf(&out, "as_of = " STR_FMT "\n", STR_ARG(as_of));
    }
    for (size_t i = 0; i < repl->args.values[OPTION_SET].count; i++)
        strbuf_printf(&out, STR_FMT "\n", STR_ARG(repl->args.values[OPTION_SET].items[i]));
    return print(repl, &out);
}

static Str setting_name(Str word)
{
    size_t equals = str_find(word, STR("="), 0);
    return str_trim(str_slice(word, 0, equals == STR_NONE ? word.len : equals));
}

// Whether the settings can be read; what is wrong with one is told.
static bool settings_hold(Repl *repl)
{
    Job job;
    bool fine = repl_open(repl, &job, STR(""), STR("")) == EXIT_DONE;
    if (fine) {
        run_options_init(&job.options);
        fine = job_settings(&job);
    }
    job_close(&job);
    return fine;
}

static int set_as_of(Repl *repl, Str value)
{
    Str before = args_text(&repl->args, OPTION_AS_OF, STR(""));
    repl_option(repl, OPTION_AS_OF, value);
    if (settings_hold(repl))
        return EXIT_DONE;
    repl_option(repl, OPTION_AS_OF, before);
    return EXIT_USAGE;
}

static int command_set(Repl *repl, Str rest)
{
    size_t equals = str_find(rest, STR("="), 0);
    Str name = setting_name(rest);
    if (rest.len == 0)
        return show_settings(repl);
    if (equals == STR_NONE) {
        tell(&repl->args, "请写 :set 参数 = 值", "write :set PARAM = VALUE");
        return EXIT_USAGE;
    }
    if (str_equal(name, STR("as_of")) || str_equal(name, STR("截止日"))) {
        return set_as_of(repl, str_trim(str_slice(rest, equals + 1, rest.len)));
    }
    size_t at = 0;
    while (at < repl->args.values[OPTION_SET].count &&
           !str_equal(setting_name(repl->args.values[OPTION_SET].items[at]), name))
        at++;
    bool is_new = at == repl->args.values[OPTION_SET].count;
    if (is_new)
        vec_push(&repl->args.values[OPTION_SET], STR(""));
    Str before = repl->args.values[OPTION_SET].items[at];
    repl->args.values[OPTION_SET].items[at] = arena_str(repl->arena, rest);
    if (settings_hold(repl))
        return EXIT_DONE;
    repl->args.values[OPTION_SET].items[at] = before;
    repl->args.values[OPTION_SET].count -= is_new;
    return EXIT_USAGE;
}

static int command_format(Repl *repl, Str rest)
{
    if (rest.len > 0 && writer_find(rest) == NULL) {
        tell(&repl->args, "没有格式“" STR_FMT "”；可以是 table、markdown、csv、json、jsonl",
             "there is no format '" STR_FMT "'; it may be table, markdown, csv, json, jsonl",
             STR_ARG(rest));
        return EXIT_USAGE;
    }
    repl_option(repl, OPTION_FORMAT, rest.len > 0 ? rest : STR("table"));
    return EXIT_DONE;
}

static int command_time(Repl *repl, Str rest)
{
    repl->shows_time = !str_equal(rest, STR("off"));
    return EXIT_DONE;
}

static int command_quit(Repl *repl, Str rest)
{
    (void)rest;
    repl->quits = true;
    return EXIT_DONE;
}

// ---------------------------------------------------------------- what the model has

static bool is_own(const TypedDecl *decl)
{
    return !str_equal(decl->name, REPL_ROW);
}

static int list_decls(Repl *repl, bool (*wanted)(TypedDeclKind kind))
{
    Job job;
    StrBuf out = {0};
    int code = repl_open(repl, &job, STR(""), STR(""));
    for (uint32_t i = 0; code == EXIT_DONE && i < job.session.typed->decl_count; i++) {
        const TypedDecl *decl = job.session.typed->decls[i];
        if (!wanted(decl->kind) || !is_own(decl))
            continue;
        strbuf_add(&out, decl->name);
        int64_t width = unicode_display_width(decl->name);
        strbuf_add_repeat(&out, ' ', (size_t)MAX_OF(24 - width, 2));
        if (decl->kind == TYPED_TABLE || decl->kind == TYPED_RELATION)
            strbuf_printf(&out, repl->args.lang == LANG_ZH ? "%u 列  " : "%u columns  ",
                          decl->rows.column_count);
        strbuf_add(&out, decl->title);
        strbuf_add_char(&out, '\n');
    }
    job_close(&job);
    int printed = print(repl, &out);
    return code == EXIT_DONE ? printed : code;
}

static bool is_rows(TypedDeclKind kind)
{
    return kind == TYPED_TABLE || kind == TYPED_RELATION;
}

static bool is_rule(TypedDeclKind kind)
{
    return kind == TYPED_RULE || kind == TYPED_QUERY;
}

static int command_tables(Repl *repl, Str rest)
{
    (void)rest;
    return list_decls(repl, is_rows);
}

static int command_rules(Repl *repl, Str rest)
{
    (void)rest;
    return list_decls(repl, is_rule);
}

// A declaration by its name; tells the nearest one where there is none.
static const TypedDecl *find_decl(const Repl *repl, const Job *job, Str name,
                                  bool (*wanted)(TypedDeclKind kind))
{
    const TypedDecl *decl = typed_find(job->session.typed, name);
    NearName near;
    Str best;
    if (decl != NULL && wanted(decl->kind))
        return decl;
    near_name_init(&near, name);
    for (uint32_t i = 0; i < job->session.typed->decl_count; i++) {
        const TypedDecl *other = job->session.typed->decls[i];
        if (wanted(other->kind) && is_own(other))
            near_name_offer(&near, other->name);
    }
    bool rows = wanted(TYPED_TABLE);
    const char *zh = rows ? "数据表或关系" : "规则或查询",
               *en = rows ? "table or relation" : "rule or query";
    Str kind = str_from_cstr(repl->args.lang == LANG_ZH ? zh : en);
    if (near_name_best(&near, &best))
        tell(&repl->args, "没有叫“" STR_FMT "”的" STR_FMT "；是不是“" STR_FMT "”？",
             "'" STR_FMT "' is no " STR_FMT "; did you mean '" STR_FMT "'?", STR_ARG(name),
             STR_ARG(kind), STR_ARG(best));
    else
        tell(&repl->args, "没有叫“" STR_FMT "”的" STR_FMT "；%s 列出已有的",
             "'" STR_FMT "' is no " STR_FMT "; %s lists what there is", STR_ARG(name),
             STR_ARG(kind), rows ? ":tables" : ":rules");
    return NULL;
}

static int command_schema(Repl *repl, Str rest)
{
    Job job;
    StrBuf out = {0};
    int code = repl_open(repl, &job, STR(""), STR(""));
    const TypedDecl *decl = code == EXIT_DONE ? find_decl(repl, &job, rest, is_rows) : NULL;
    if (decl != NULL) {
        strbuf_add(&out, source_set_text(job.session.sources, decl->node->span));
        strbuf_add_char(&out, '\n');
    }
    job_close(&job);
    int printed = print(repl, &out);
    return code != EXIT_DONE ? code : decl == NULL ? EXIT_USAGE : printed;
}

// ---------------------------------------------------------------- answers

static int command_run(Repl *repl, Str rest)
{
    Job job;
    int code = repl_open(repl, &job, STR(""), STR(""));
    const TypedDecl *decl = code == EXIT_DONE ? find_decl(repl, &job, rest, is_rule) : NULL;
    if (decl == NULL) {
        job_close(&job);
        return code == EXIT_DONE ? EXIT_USAGE : code;
    }
    Str rule = decl->kind == TYPED_RULE ? arena_str(repl->arena, decl->name) : STR("");
    code = repl_answer(repl, &job, decl, NULL);
    if (rule.len > 0)
        repl->rule = rule;
    return code;
}

static int command_why(Repl *repl, Str rest)
{
    Job job;
    if (repl->rule.len == 0 || rest.len == 0) {
        tell(&repl->args, "请先用 :run 运行一条规则，再写 :why 对象",
             "run a rule with :run first, then :why KEY");
        return EXIT_USAGE;
    }
    int code = repl_open(repl, &job, STR(""), STR(""));
    const TypedDecl *decl = code == EXIT_DONE ? find_decl(repl, &job, repl->rule, is_rule) : NULL;
    if (decl != NULL) {
        DiagList *diags = diag_list_create(job.session.arena, job.session.sources);
        job.program = compile_run(session_plain_roots(&job.session), &decl, 1, diags);
        (void)session_tell(&job.session, diags);
        repl_option(repl, OPTION_KEY, rest);
        code = job.program == NULL ? EXIT_MODEL : explain_job(&job, false);
        repl_option(repl, OPTION_KEY, STR(""));
    }
    job_close(&job);
    return decl == NULL && code == EXIT_DONE ? EXIT_USAGE : code;
}

static int command_plan(Repl *repl, Str rest)
{
    StrBuf out = {0};
    (void)rest;
    if (repl->job == NULL) {
        tell(&repl->args, "还没有问过什么", "nothing was asked yet");
        return EXIT_USAGE;
    }
    compile_dump_made(repl->job->session.compilation, true, &out);
    return print(repl, &out);
}

static bool has_ending(Str path, const WriterDriver *driver)
{
    StrBuf ending = {0};
    strbuf_printf(&ending, ".%s", driver->extension);
    bool has = str_ends(path, strbuf_str(&ending));
    strbuf_deinit(&ending);
    return has;
}

// The format follows from the ending: csv, json, jsonl, md, txt; another one takes the format in use.
static int command_save(Repl *repl, Str rest)
{
    if (repl->run == NULL || rest.len == 0) {
        tell(&repl->args, "请先运行一个查询或规则，再写 :save 文件",
             "ask something first, then :save FILE");
        return EXIT_USAGE;
    }
    Str format = args_text(&repl->args, OPTION_FORMAT, STR("table"));
    for (uint32_t i = 0; writer_at(i) != NULL; i++)
        if (has_ending(rest, writer_at(i)))
            format = str_from_cstr(writer_at(i)->name);
    Args args = repl->args;
    VEC(Str) one = {0};
    vec_push(&one, arena_printf(repl->arena, STR_FMT "=" STR_FMT, STR_ARG(format), STR_ARG(rest)));
    args.values[OPTION_OUTPUT].items = one.items;
    args.values[OPTION_OUTPUT].count = 1;
    args.values[OPTION_FORMAT].count = 0;
    RunFacts facts = {.session = &repl->job->session,
                      .program = repl->job->program,
                      .options = &repl->job->options,
                      .run = repl->run,
                      .supplied = &repl->job->facts};
    int code = results_write(&args, &facts, writer_find(format));
    vec_free(&one);
    if (code == EXIT_DONE)
        tell(&repl->args, "已写到 " STR_FMT, "written to " STR_FMT, STR_ARG(rest));
    return code;
}

// ---------------------------------------------------------------- summary of a table

static int64_t text_width(Str text)
{
    return MAX_OF(unicode_display_width(text), 1);
}

static void add_profile_cell(StrBuf *out, Str text, int64_t width)
{
    strbuf_add(out, text.len > 0 ? text : STR("-"));
    strbuf_add_repeat(out, ' ', (size_t)(MAX_OF(width - text_width(text), 0) + 2));
}

typedef struct ProfileTable {
    VEC(Str) cells; // row by row
    uint32_t columns;
} ProfileTable;

static void add_table(const ProfileTable *table, StrBuf *out)
{
    int64_t widths[16] = {0};
    for (size_t i = 0; i < table->cells.count; i++)
        widths[i % table->columns] =
            MAX_OF(widths[i % table->columns], text_width(table->cells.items[i]));
    for (size_t i = 0; i < table->cells.count; i++) {
        add_profile_cell(out, table->cells.items[i], widths[i % table->columns]);
        if ((i + 1) % table->columns == 0) {
            while (out->len > 0 && out->ptr[out->len - 1] == ' ')
                strbuf_truncate(out, out->len - 1);
            strbuf_add_char(out, '\n');
        }
    }
}

static void add_profile(const Repl *repl, const TypedDecl *decl, Run *run, StrBuf *out)
{
    static const char *const ZH[] = {"列",   "类型", "不同值", "空白",
                                     "不明", "最小", "最大",   "最多的"};
    static const char *const EN[] = {"column",  "type",  "distinct", "missing",
                                     "unclear", "least", "greatest", "most frequent"};
    bool zh = repl->args.lang == LANG_ZH;
    Arena *arena = arena_create(NULL, 0);
    ProfileTable table = {.columns = ARRAY_LEN(ZH)};
    for (uint32_t i = 0; i < ARRAY_LEN(ZH); i++)
        vec_push(&table.cells, str_from_cstr(zh ? ZH[i] : EN[i]));
    for (uint32_t c = 0; c < decl->rows.column_count; c++) {
        const TypedColumn *column = &decl->rows.columns[c];
        ColumnProfile profile;
        StrBuf type = {0};
        if (!run_profile(run, decl->name, column->name, arena, &profile))
            continue;
        typed_type_text(column->type, repl->args.lang, &type);
        vec_push(&table.cells, column->name);
        vec_push(&table.cells,
                 arena_printf(arena, "%s%s", strbuf_cstr(&type), column->nullable ? "?" : ""));
        vec_push(&table.cells, arena_printf(arena, "%" PRId64, profile.distinct));
        vec_push(&table.cells, arena_printf(arena, "%" PRId64, profile.missing));
        vec_push(&table.cells, arena_printf(arena, "%" PRId64, profile.unclear));
        vec_push(&table.cells, profile.least);
        vec_push(&table.cells, profile.greatest);
        vec_push(&table.cells, profile.most_count == 0
                                   ? STR("")
                                   : arena_printf(arena, STR_FMT " × %" PRId64,
                                                  STR_ARG(profile.most), profile.most_count));
        strbuf_deinit(&type);
    }
    add_table(&table, out);
    vec_free(&table.cells);
    arena_destroy(arena);
}

// All columns of the table are loaded, for a query that counts its rows where each of them is looked at.
static int command_summary(Repl *repl, Str rest)
{
    Job job, all;
    int code = repl_open(repl, &job, STR(""), STR(""));
    const TypedDecl *decl = code == EXIT_DONE ? find_decl(repl, &job, rest, is_rows) : NULL;
    if (decl == NULL) {
        job_close(&job);
        return code == EXIT_DONE ? EXIT_USAGE : code;
    }
    StrBuf front = {0}, text = {0}, out = {0};
    strbuf_printf(&front, "query `" STR_FMT "` ", STR_ARG(REPL_QUERY));
    strbuf_printf(&text, "from `" STR_FMT "` as `-` yield (", STR_ARG(decl->name));
    for (uint32_t c = 0; c < decl->rows.column_count; c++)
        strbuf_printf(&text, "%s`" STR_FMT "`: `-`.`" STR_FMT "`", c == 0 ? "" : ", ",
                      STR_ARG(decl->rows.columns[c].name), STR_ARG(decl->rows.columns[c].name));
    strbuf_add_c(&text, ") limit 0");
    code = repl_open(repl, &all, strbuf_str(&front), strbuf_str(&text));
    Run *run = NULL;
    if (code == EXIT_DONE) {
        const TypedDecl *query = typed_find(all.session.typed, REPL_QUERY);
        DiagList *diags = diag_list_create(all.session.arena, all.session.sources);
        all.program = compile_run(all.session.compilation, &query, 1, diags);
        (void)session_tell(&all.session, diags);
        code = all.program == NULL ? EXIT_MODEL : job_options(&all);
        all.options.limit_output = 0;
    }
    if (code == EXIT_DONE)
        code = job_run(&all, &run);
    if (code == EXIT_DONE) {
        strbuf_printf(&out,
                      repl->args.lang == LANG_ZH ? STR_FMT "：%" PRId64 " 行\n"
                                                 : STR_FMT ": %" PRId64 " rows\n",
                      STR_ARG(decl->name), run_row_count(run, decl->name));
        add_profile(repl, decl, run, &out);
    }
    run_close(run);
    job_close(&all);
    job_close(&job);
    strbuf_deinit(&front);
    strbuf_deinit(&text);
    int printed = print(repl, &out);
    return code == EXIT_DONE ? printed : code;
}

// ---------------------------------------------------------------- help

static int command_help(Repl *repl, Str rest);

static const ReplCommand COMMANDS[] = {
    {":load", ":load FILE", "打开模型文件，或者重新打开", "open a model, or open it again",
     command_load},
    {":data", ":data DIR", "数据所在的目录；:data 表=文件 指定一张表",
     "folder of the data; :data TABLE=PATH for one table", command_data},
    {":tables", ":tables", "列出数据表和关系", "list tables and relations", command_tables},
    {":schema", ":schema T", "一张表的声明", "the declaration of a table", command_schema},
    {":summary", ":summary T", "每一列的类型、不同值、空白、最小、最大、最多的值",
     "type, distinct values, missing, least, greatest, most frequent of each column",
     command_summary},
    {":rules", ":rules", "列出规则和查询", "list rules and queries", command_rules},
    {":run", ":run R", "运行一条规则或一个查询", "run a rule or a query", command_run},
    {":why", ":why KEY", "上一条规则的一个对象为何在或不在名单上",
     "why a key of the last rule is in a list or in none", command_why},
    {":plan", ":plan", "上一个问题的执行计划", "the plan of the last question", command_plan},
    {":time", ":time on|off", "显示每个问题用了几秒", "show the seconds of each question",
     command_time},
    {":save", ":save FILE", "把上一个结果写到文件，格式看后缀",
     "write the last result to a file; its ending says the format", command_save},
    {":set", ":set P = V", "设定参数，或 as_of、unplaced_tolerance；不带参数则列出",
     "set a parameter, as_of or unplaced_tolerance; alone: list them", command_set},
    {":format", ":format F", "table、markdown、csv、json、jsonl",
     "table, markdown, csv, json, jsonl", command_format},
    {":help", ":help [NAME]", "这份说明，或者一个函数的说明",
     "this page, or the card of a function", command_help},
    {":quit", ":quit", "离开", "leave", command_quit},
};

static int command_help(Repl *repl, Str rest)
{
    bool zh = repl->args.lang == LANG_ZH;
    StrBuf out = {0};
    if (rest.len > 0)
        return explain_function(&repl->args, rest);
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++)
        strbuf_printf(&out, "  %-14s %s\n", COMMANDS[i].usage,
                      zh ? COMMANDS[i].zh : COMMANDS[i].en);
    strbuf_add_c(&out, zh ? "\n例：\n  1万元 * 3\n  from 药店销售 as s where s.金额 > 1万元 yield "
                            "(门店: s.门店, 金额: s.金额)\n"
                            "  param 起点: money = 5元\n没有 yield "
                            "的查询、声明可以写几行，以空行或行末的“;”结束。\n"
                          : "\nexamples:\n  1万元 * 3\n  from 药店销售 as s where s.金额 > 1万元 "
                            "yield (门店: s.门店, 金额: s.金额)\n"
                            "  param 起点: money = 5元\nqueries without yield, and declarations, "
                            "may span lines; a blank line or `;` ends them.\n");
    return print(repl, &out);
}

const char *repl_command_name(uint32_t index)
{
    return index < ARRAY_LEN(COMMANDS) ? COMMANDS[index].name : NULL;
}

int repl_command(Repl *repl, Str text)
{
    size_t start = str_starts(text, STR("：")) ? 3 : 1, end = start;
    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '\t')
        end++;
    Str name = str_slice(text, start, end), rest = str_trim(str_slice(text, end, text.len));
    NearName near;
    Str best;
    near_name_init(&near, name);
    for (size_t i = 0; i < ARRAY_LEN(COMMANDS); i++) {
        Str known = str_from_cstr(COMMANDS[i].name + 1);
        if (str_equal(known, name))
            return COMMANDS[i].run(repl, rest);
        near_name_offer(&near, known);
    }
    if (near_name_best(&near, &best))
        tell(&repl->args, "没有命令 :" STR_FMT "；是不是 :" STR_FMT "？",
             "there is no command :" STR_FMT "; did you mean :" STR_FMT "?", STR_ARG(name),
             STR_ARG(best));
    else
        tell(&repl->args, "没有命令 :" STR_FMT "；:help 列出全部命令",
             "there is no command :" STR_FMT "; :help lists them", STR_ARG(name));
    return EXIT_USAGE;
}

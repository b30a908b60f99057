// SPDX-License-Identifier: Apache-2.0
//
// repl.c: sup repl: questions, one after the other.
//
// A statement may span lines. It is finished when it is an expression or has its `yield`, and can be parsed; anything
// else goes on until a blank line, a semicolon at the end of a line, or the end of the input. In a pipe a line that
// begins with a blank belongs to the one before it.

#include <signal.h>
#include <unistd.h>

#include "compiler/cli/repl_int.h"
#include "runtime/base/clock.h"

static bool is_blank(Str text)
{
    return str_trim(text).len == 0;
}

static bool ends_statement(Str line)
{
    Str text = str_trim(line);
    return str_ends(text, STR(";")) || str_ends(text, STR("；")) || str_ends(text, STR("。"));
}

static void run_text(Repl *repl, Str text)
{
    int64_t begun = clock_now_us();
    int code = str_starts(str_trim(text), STR(":")) || str_starts(str_trim(text), STR("："))
                   ? repl_command(repl, str_trim(text))
                   : repl_statement(repl, text);
    if (repl->shows_time)
        tell(&repl->args, "%.3f 秒", "%.3f s", (double)(clock_now_us() - begun) / 1e6);
    interrupt_forget();
    if (code != EXIT_DONE)
        repl->worst = code;
}

static bool is_finished(const Repl *repl, Str statement, Str line)
{
    bool command = str_starts(statement, STR(":")) || str_starts(statement, STR("："));
    if (command || ends_statement(line))
        return true;
    return !line_continues(repl->line) && !repl_unfinished(repl, statement);
}

// Whether the line is a command of the prompt, which no statement can go on with.
static bool is_command(Str line)
{
    Str text = str_trim(line);
    for (uint32_t i = 0; repl_command_name(i) != NULL; i++) {
        Str name = str_from_cstr(repl_command_name(i));
        if (str_starts(text, name) &&
            (text.len == name.len || text.ptr[name.len] == ' ' || text.ptr[name.len] == '\t'))
            return true;
    }
    return false;
}

// Leaves out what is not finished where a command follows.
static void leave_unfinished(Repl *repl, StrBuf *statement)
{
    tell(&repl->args, "前面的内容没有写完，不再执行：" STR_FMT,
         "what stands before was not finished and is left out: " STR_FMT,
         STR_ARG(strbuf_str(statement)));
    repl->worst = EXIT_MODEL;
    strbuf_clear(statement);
}

// Reads lines up to the end of a statement. False: the input has ended.
static bool read_statement(Repl *repl, StrBuf *statement)
{
    StrBuf line = {0};
    bool more = true;
    strbuf_clear(statement);
    for (bool finished = false; !finished;) {
        LineRead read = line_read(repl->line, statement->len == 0 ? "sup> " : "...> ", &line);
        if (read == LINE_CANCELLED) {
            strbuf_clear(statement);
            continue;
        }
        if (read == LINE_END) {
            more = false;
            break;
        }
        bool blank = is_blank(strbuf_str(&line));
        if (blank && statement->len == 0)
            continue;
        finished = blank;
        if (statement->len > 0 && is_command(strbuf_str(&line)))
            leave_unfinished(repl, statement);
        if (!blank) {
            strbuf_add_c(statement, statement->len > 0 ? "\n" : "");
            strbuf_add(statement, strbuf_str(&line));
            finished = is_finished(repl, strbuf_str(statement), strbuf_str(&line));
        }
    }
    strbuf_deinit(&line);
    return more;
}

static void greet(const Args *args)
{
    if (args->stdout_terminal && !args_has(args, OPTION_QUIET))
        tell(
            args,
            "输入查询、式子或声明；:help 列出命令，:quit 离开，Tab 补全，Ctrl-C 停止正在运行的查询",
            "type a query, an expression or a declaration; :help lists the commands, :quit "
            "leaves, Tab completes, Ctrl-C stops a query");
}

static void talk(Repl *repl)
{
    StrBuf statement = {0};
    for (bool more = true; more && !repl->quits;) {
        more = read_statement(repl, &statement);
        if (statement.len > 0)
            run_text(repl, strbuf_str(&statement));
        if (!more && interrupt_seen(NULL))
            repl->worst = EXIT_INTERRUPTED;
    }
    strbuf_deinit(&statement);
}

static void copy_args(Repl *repl, const Args *args)
{
    repl->args = *args;
    memset(&repl->args.values, 0, sizeof repl->args.values);
    memset(&repl->args.files, 0, sizeof repl->args.files);
    for (OptionId id = 0; id < OPTION_COUNT; id++)
        for (size_t i = 0; i < args->values[id].count; i++)
            vec_push(&repl->args.values[id], args->values[id].items[i]);
    if (!args_has(args, OPTION_FORMAT))
        repl_option(repl, OPTION_FORMAT, STR("table"));
    repl_option(repl, OPTION_QUIET, STR("yes"));
}

static void repl_close(Repl *repl)
{
    repl_forget(repl);
    data_cache_destroy(repl->cache);
    engine_close(&repl->engine);
    line_close(repl->line);
    for (OptionId id = 0; id < OPTION_COUNT; id++)
        vec_free(&repl->args.values[id]);
    vec_free(&repl->decls);
    arena_destroy(repl->arena);
}

// At the prompt the last fault counts only where nobody was there to see it.
static int run_repl(const Args *args)
{
    if (args->files.count > 1) {
        tell(args, "一次打开一个模型文件", "one model file at a time");
        return EXIT_USAGE;
    }
    bool terminal = isatty(STDIN_FILENO) == 1;
    Repl repl = {0};
    RunOptions options;
    if (engine_open(args, &repl.engine, &options) != EXIT_DONE)
        return EXIT_USAGE;
    repl.arena = arena_create(NULL, 0);
    repl.cache = data_cache_create();
    greet(args);
    copy_args(&repl, args);
    repl.line = line_open(terminal && args->stdout_terminal, repl_complete, &repl);
    interrupt_catch();
    (void)signal(SIGTERM, SIG_DFL);
    if (args->files.count == 1) {
        Str load = arena_printf(repl.arena, ":load " STR_FMT, STR_ARG(args->files.items[0]));
        repl.worst = repl_command(&repl, load);
    }
    bool opened = repl.worst == EXIT_DONE;
    if (opened || terminal)
        talk(&repl);
    int code = opened && terminal ? EXIT_DONE : repl.worst;
    repl_close(&repl);
    return code;
}

static const OptionId OPTIONS[] = {
    OPTION_DATA,        OPTION_BIND,          OPTION_AS_OF,           OPTION_SET,
    OPTION_FORMAT,      OPTION_PROGRESS,      OPTION_EVIDENCE,        OPTION_LIMIT_ROWS,
    OPTION_LIMIT_BYTES, OPTION_LIMIT_TIME,    OPTION_LIMIT_PAIRS,     OPTION_LIMIT_OUTPUT,
    OPTION_LIMIT_DEPTH, OPTION_LIMIT_NESTING, OPTION_LIMIT_RECURSION, OPTION_TIMINGS,
    OPTION_CALENDAR,    OPTION_DIVISIONS,     OPTION_ENGINE,          OPTION_THREADS,
};

const Command command_repl = {
    .name = "repl",
    .usage = "[FILE] [--data DIR]",
    .doc_zh = "逐句提问：查询、式子、声明和命令",
    .doc_en = "ask one question after the other: queries, expressions, declarations, commands",
    .example = "sup repl 养老金.sup --data 数据",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .run = run_repl,
};

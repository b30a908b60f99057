// SPDX-License-Identifier: Apache-2.0
//
// run.c: sup run: data in, lists out.

#include <unistd.h>

#include "compiler/cli/progress.h"
#include "compiler/cli/results.h"
#include "runtime/base/time.h"
#include "runtime/base/unicode.h"
#include "stdlib/stdlib.h"

// Everything of one run that must outlive it.
typedef struct Job {
    const Args *args;
    Session session;
    const TypedDecl *const *roots; // those that can run
    uint32_t root_count;
    bool incomplete; // some that were asked for cannot
    Program *program;
    RunOptions options;
    Progress progress;
    VEC(Str) set_names, set_texts, bind_tables, bind_paths;
    VEC(ParamSetting) settings;
} Job;

// ---------------------------------------------------------------- what runs

// Splits the wanted rules into those that can run and those that are told.
static int choose_roots(Job *job)
{
    const TypedDecl *const *wanted;
    uint32_t count;
    Session *session = &job->session;
    if (!session_roots(session, &wanted, &count))
        return EXIT_USAGE;
    if (count == 0) {
        tell(job->args, "模型里没有规则，也没有查询", "the model has neither rules nor queries");
        return EXIT_USAGE;
    }
    const TypedDecl **runnable = ARENA_ARRAY(session->arena, const TypedDecl *, count);
    DiagList *diags = diag_list_create(session->arena, session->sources);
    for (uint32_t i = 0; i < count; i++) {
        if (compile_supported(session->compilation, wanted[i]))
            runnable[job->root_count++] = wanted[i];
        else
            (void)compile_run(session->compilation, &wanted[i], 1, diags);
    }
    job->roots = runnable;
    job->incomplete = session_tell(session, diags) > 0;
    return job->root_count == 0 ? EXIT_MODEL : EXIT_DONE;
}

// ---------------------------------------------------------------- options

static int read_as_of(Job *job)
{
    int32_t date;
    Str text = args_text(job->args, OPTION_AS_OF, STR(""));
    if (!args_has(job->args, OPTION_AS_OF))
        return EXIT_DONE;
    if (!date_parse(text, &date)) {
        tell(job->args, "--as-of 应写成 2024-12-31 这样的日期，不是“" STR_FMT "”",
             "--as-of wants a date like 2024-12-31, not '" STR_FMT "'", STR_ARG(text));
        return EXIT_USAGE;
    }
    job->options.has_as_of = true;
    job->options.as_of = date;
    return EXIT_DONE;
}

static bool read_tolerance(Job *job, Str text)
{
    bool percent = str_ends(text, STR("%"));
    int128_t count = 0;
    Str number = percent ? str_slice(text, 0, text.len - 1) : text;
    bool fits = exact_parse_scaled(number, percent ? 7 : 9, &count) == EXACT_OK && count >= 0 &&
                count <= 1000000000;
    if (!fits) {
        tell(job->args, "unplaced_tolerance 应是 0 到 100%% 的比率，不是“" STR_FMT "”",
             "unplaced_tolerance is a ratio from 0 to 100%%, not '" STR_FMT "'", STR_ARG(text));
        return false;
    }
    job->options.tolerance_count = (int64_t)count;
    return true;
}

static const TypedDecl *param_named(const Job *job, Str name)
{
    const Typed *typed = job->session.typed;
    const TypedDecl *decl = typed_find(typed, name);
    for (uint32_t i = 0; decl == NULL && i < typed->decl_count; i++)
        if (typed->decls[i]->kind == TYPED_PARAM && str_equal(typed->decls[i]->name, name))
            decl = typed->decls[i];
    return decl != NULL && decl->kind == TYPED_PARAM ? decl : NULL;
}

static void tell_no_param(const Job *job, Str name)
{
    NearName near;
    Str best;
    near_name_init(&near, name);
    near_name_offer(&near, STR("unplaced_tolerance"));
    for (uint32_t i = 0; i < job->session.typed->decl_count; i++)
        if (job->session.typed->decls[i]->kind == TYPED_PARAM)
            near_name_offer(&near, job->session.typed->decls[i]->name);
    if (near_name_best(&near, &best))
        tell(job->args, "模型没有参数“" STR_FMT "”；是不是“" STR_FMT "”？",
             "the model has no parameter '" STR_FMT "'; did you mean '" STR_FMT "'?", STR_ARG(name),
             STR_ARG(best));
    else
        tell(job->args, "模型没有参数“" STR_FMT "”", "the model has no parameter '" STR_FMT "'",
             STR_ARG(name));
}

// The number of a parameter in the program; UINT32_MAX: nothing that runs reads it.
static uint32_t param_number(const Program *program, Str name)
{
    for (uint32_t i = 0; i < program->param_count; i++)
        if (str_equal(program->params[i].name, name))
            return i;
    return UINT32_MAX;
}

static bool read_setting(Job *job, Str word)
{
    size_t equals = str_find(word, STR("="), 0);
    if (equals == STR_NONE) {
        tell(job->args, "--set 应写成 参数=值，不是“" STR_FMT "”",
             "--set wants PARAM=VALUE, not '" STR_FMT "'", STR_ARG(word));
        return false;
    }
    Str name = str_trim(str_slice(word, 0, equals)),
        text = str_trim(str_slice(word, equals + 1, word.len));
    vec_push(&job->set_names, name);
    vec_push(&job->set_texts, text);
    if (str_equal(name, STR("unplaced_tolerance")) || str_equal(name, STR("容许无主率")))
        return read_tolerance(job, text);
    const TypedDecl *param = param_named(job, name);
    ParamSetting setting = {0};
    if (param == NULL) {
        tell_no_param(job, name);
        return false;
    }
    if (!session_param(&job->session, param, text, &setting.constant))
        return false;
    setting.param = param_number(job->program, param->name);
    setting.value = setting.constant.value;
    if (setting.param != UINT32_MAX)
        vec_push(&job->settings, setting);
    return true;
}

static bool read_bind(Job *job, Str word)
{
    size_t equals = str_find(word, STR("="), 0);
    Str table = equals == STR_NONE ? word : str_trim(str_slice(word, 0, equals));
    const TypedDecl *decl = typed_find(job->session.typed, table);
    if (equals == STR_NONE || equals + 1 == word.len) {
        tell(job->args, "--bind 应写成 表=文件，不是“" STR_FMT "”",
             "--bind wants TABLE=PATH, not '" STR_FMT "'", STR_ARG(word));
        return false;
    }
    if (decl == NULL || decl->kind != TYPED_TABLE) {
        NearName near;
        Str best;
        near_name_init(&near, table);
        for (uint32_t i = 0; i < job->session.typed->decl_count; i++)
            if (job->session.typed->decls[i]->kind == TYPED_TABLE)
                near_name_offer(&near, job->session.typed->decls[i]->name);
        bool found = near_name_best(&near, &best);
        tell(job->args, "模型没有数据表“" STR_FMT "”%s" STR_FMT "%s",
             "the model has no table '" STR_FMT "'%s" STR_FMT "%s", STR_ARG(table),
             found ? job->args->lang == LANG_ZH ? "；是不是“" : "; did you mean '" : "",
             STR_ARG(found ? best : STR("")),
             found ? job->args->lang == LANG_ZH ? "”？" : "'?" : "");
        return false;
    }
    vec_push(&job->bind_tables, decl->name);
    vec_push(&job->bind_paths, str_slice(word, equals + 1, word.len));
    return true;
}

static bool read_limits(Job *job)
{
    RunOptions *options = &job->options;
    int64_t evidence;
    bool fine =
        args_number(job->args, OPTION_LIMIT_ROWS, options->limit_rows, &options->limit_rows) &&
        args_number(job->args, OPTION_LIMIT_PAIRS, options->limit_pairs, &options->limit_pairs) &&
        args_number(job->args, OPTION_LIMIT_OUTPUT, options->limit_output,
                    &options->limit_output) &&
        args_number(job->args, OPTION_LIMIT_BYTES, options->load.limit_bytes,
                    &options->load.limit_bytes) &&
        args_number(job->args, OPTION_EVIDENCE, options->evidence_limit, &evidence);
    if (!fine)
        return false;
    options->evidence_limit = (uint32_t)MIN_OF(evidence, (int64_t)UINT32_MAX);
    if (args_has(job->args, OPTION_LIMIT_ROWS))
        options->load.limit_rows = options->limit_rows;
    return true;
}

static int read_options(Job *job)
{
    const Args *args = job->args;
    RunOptions *options = &job->options;
    run_options_init(options);
    if (read_as_of(job) != EXIT_DONE || !read_limits(job))
        return EXIT_USAGE;
    for (size_t i = 0; i < args->values[OPTION_SET].count; i++)
        if (!read_setting(job, args->values[OPTION_SET].items[i]))
            return EXIT_USAGE;
    for (size_t i = 0; i < args->values[OPTION_BIND].count; i++)
        if (!read_bind(job, args->values[OPTION_BIND].items[i]))
            return EXIT_USAGE;
    options->settings = job->settings.items;
    options->setting_count = (uint32_t)job->settings.count;
    options->load.data_folder = args_text(args, OPTION_DATA, STR(""));
    options->load.bind_tables = job->bind_tables.items;
    options->load.bind_paths = job->bind_paths.items;
    options->load.bind_count = (uint32_t)job->bind_tables.count;
    options->load.lang = args->lang;
    options->load.identity = stdlib_identity;
    options->load.progress = progress_show;
    options->load.progress_closure = &job->progress;
    options->cancelled = interrupt_seen;
    if (job->program->reads_as_of && !options->has_as_of) {
        tell(args, "模型用到截止日，请用 --as-of 指定，如 --as-of 2024-12-31",
             "the model reads as_of; give it with --as-of, like --as-of 2024-12-31");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

// ---------------------------------------------------------------- the exit code

// Failures of computations, as --strict counts them (language.md 5, rule 8).
static bool is_failure(Reason reason)
{
    switch (reason) {
    case REASON_DIVISION_BY_ZERO:
    case REASON_OVERFLOW:
    case REASON_CONVERSION:
    case REASON_DOMAIN:
    case REASON_TOO_FEW_PEERS:
    case REASON_ZERO_SPREAD:
    case REASON_OUTSIDE_CALENDAR:
    case REASON_SEVERAL_PARTNERS:
    case REASON_SEVERAL_AT_THE_SAME_TIME:
        return true;
    default:
        return false;
    }
}

static bool has_failure(const ClauseCount *counts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_failure(counts[i].reason))
            return true;
    return false;
}

static bool any_failure(const Run *run)
{
    for (uint32_t i = 0; i < run_rule_count(run); i++) {
        const RuleResult *result = run_rule(run, i);
        if (has_failure(result->counts, result->count_count))
            return true;
        for (uint32_t j = 0; j < result->entry_count; j++)
            for (uint32_t k = 0; k < result->entries[j].cause_count; k++)
                if (is_failure(result->entries[j].causes[k].reason))
                    return true;
    }
    for (uint32_t i = 0; i < run_query_count(run); i++)
        if (has_failure(run_query(run, i)->counts, run_query(run, i)->count_count))
            return true;
    return false;
}

static bool fails_on(const Run *run, int fail_on)
{
    for (uint32_t i = 0; i < run_rule_count(run); i++) {
        const RuleResult *result = run_rule(run, i);
        if (fail_on < 2 && result->clue_count > 0)
            return true;
        if (fail_on == 1 && result->undecided_count > 0)
            return true;
    }
    return false;
}

static int verdict(const Job *job, const Run *run, int fail_on)
{
    if (job->incomplete)
        return EXIT_MODEL;
    if (fails_on(run, fail_on) || (args_has(job->args, OPTION_STRICT) && any_failure(run)))
        return EXIT_FINDINGS;
    return EXIT_DONE;
}

// ---------------------------------------------------------------- the command

static int execute(Job *job, const WriterDriver *driver, int fail_on)
{
    Run *run = NULL;
    Error error = {0};
    Status status = run_open(job->program, &job->options, &run, &error);
    progress_end(&job->progress, status == STATUS_OK);
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(job->args, &error);
    error_deinit(&error);
    if (status != STATUS_OK)
        return code;
    RunFacts facts = {.session = &job->session,
                      .program = job->program,
                      .options = &job->options,
                      .run = run,
                      .set_names = job->set_names.items,
                      .set_texts = job->set_texts.items,
                      .set_count = (uint32_t)job->set_names.count};
    code = results_write(job->args, &facts, driver);
    if (code == EXIT_DONE)
        code = verdict(job, run, fail_on);
    run_close(run);
    return code;
}

static int run_job(Job *job)
{
    const Args *args = job->args;
    int fail_on = args_choice(args, OPTION_FAIL_ON, 2),
        progress = args_choice(args, OPTION_PROGRESS, 0);
    if (fail_on < 0 || progress < 0)
        return EXIT_USAGE;
    int code = session_open(&job->session, args, args->files.items[0], false);
    if (code == EXIT_DONE)
        code = choose_roots(job);
    if (code != EXIT_DONE)
        return code;
    DiagList *diags = diag_list_create(job->session.arena, job->session.sources);
    job->program = compile_run(job->session.compilation, job->roots, job->root_count, diags);
    if (job->program == NULL) {
        (void)session_tell(&job->session, diags);
        return EXIT_MODEL;
    }
    progress_init(&job->progress, args, progress);
    const WriterDriver *driver = results_driver(args, job->program);
    if (driver == NULL)
        return EXIT_USAGE;
    code = read_options(job);
    interrupt_catch();
    return code == EXIT_DONE ? execute(job, driver, fail_on) : code;
}

static int run_run(const Args *args)
{
    Job job = {.args = args};
    if (args->files.count > 1) {
        tell(args, "一次运行一个模型文件", "one model file at a time");
        return EXIT_USAGE;
    }
    int code = run_job(&job);
    if (job.program != NULL)
        program_destroy(job.program);
    if (job.session.arena != NULL)
        session_close(&job.session);
    vec_free(&job.set_names);
    vec_free(&job.set_texts);
    vec_free(&job.bind_tables);
    vec_free(&job.bind_paths);
    vec_free(&job.settings);
    return code;
}

static const OptionId OPTIONS[] = {
    OPTION_DATA,         OPTION_BIND,     OPTION_AS_OF,      OPTION_SET,         OPTION_RULE,
    OPTION_QUERY,        OPTION_FORMAT,   OPTION_OUT,        OPTION_STRICT,      OPTION_FAIL_ON,
    OPTION_PROGRESS,     OPTION_EVIDENCE, OPTION_LIMIT_ROWS, OPTION_LIMIT_BYTES, OPTION_LIMIT_PAIRS,
    OPTION_LIMIT_OUTPUT, OPTION_CI,       OPTION_JSON,       OPTION_OPT_OFF,
};

const Command command_run = {
    .name = "run",
    .usage = "FILE [--data DIR] [--as-of DATE] [--rule R]…",
    .doc_zh = "对数据运行模型，输出线索、排除、待查三张名单",
    .doc_en = "run a model over data: clues, cleared, undecided",
    .example = "sup run 养老金.sup --data 数据 --as-of 2024-12-31",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .files_least = 1,
    .run = run_run,
};

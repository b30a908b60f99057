// SPDX-License-Identifier: Apache-2.0
//
// job.c: the options of a run.

#include "compiler/cli/job.h"

#include "runtime/base/time.h"
#include "runtime/base/unicode.h"
#include "stdlib/stdlib.h"

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
    for (uint32_t i = 0; program != NULL && i < program->param_count; i++)
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
    const int64_t seconds_max = INT64_C(1000000000), batch_max = options->batch_size;
    bool fine =
        args_number(job->args, OPTION_LIMIT_TIME, options->limit_seconds,
                    &options->limit_seconds) &&
        args_number(job->args, OPTION_LIMIT_DEPTH, options->limit_depth, &options->limit_depth) &&
        args_number(job->args, OPTION_LIMIT_RECURSION, options->limit_recursion,
                    &options->limit_recursion) &&
        args_number(job->args, OPTION_LIMIT_ROWS, options->limit_rows, &options->limit_rows) &&
        args_number(job->args, OPTION_LIMIT_PAIRS, options->limit_pairs, &options->limit_pairs) &&
        args_number(job->args, OPTION_LIMIT_OUTPUT, options->limit_output,
                    &options->limit_output) &&
        args_number(job->args, OPTION_LIMIT_BYTES, options->load.limit_bytes,
                    &options->load.limit_bytes) &&
        args_number(job->args, OPTION_BATCH, options->batch_size, &options->batch_size) &&
        args_number(job->args, OPTION_EVIDENCE, options->evidence_limit, &evidence);
    if (!fine)
        return false;
    if (options->batch_size < 1 || options->batch_size > batch_max) {
        tell(job->args, "--batch 应在 1 到 %d 之间", "--batch wants a number from 1 to %d",
             (int)batch_max);
        return false;
    }
    options->evidence_limit = (uint32_t)MIN_OF(evidence, (int64_t)UINT32_MAX);
    options->limit_seconds = MIN_OF(options->limit_seconds, seconds_max);
    options->counts = args_has(job->args, OPTION_COUNTS);
    if (args_has(job->args, OPTION_LIMIT_ROWS))
        options->load.limit_rows = options->limit_rows;
    return true;
}

static void read_run_passes(const Args *args, RunOptions *options)
{
    for (size_t i = 0; i < args->values[OPTION_OPT_OFF].count; i++) {
        Str pass = args->values[OPTION_OPT_OFF].items[i];
        if (str_equal(pass, STR(SESSION_SEMI_NAIVE)))
            options->plain_recursion = true;
        else if (str_equal(pass, STR(SESSION_GRAPH)))
            options->no_graph = true;
        else if (str_equal(pass, STR(SESSION_PLANNING)))
            options->planning = PLANNING_OFF;
        else if (str_equal(pass, STR(SESSION_SIZES)))
            options->planning = PLANNING_FORCED;
    }
}

bool job_settings(Job *job)
{
    const Args *args = job->args;
    bool fine = read_as_of(job) == EXIT_DONE;
    for (size_t i = 0; fine && i < args->values[OPTION_SET].count; i++)
        fine = read_setting(job, args->values[OPTION_SET].items[i]);
    return fine;
}

int job_options(Job *job)
{
    const Args *args = job->args;
    RunOptions *options = &job->options;
    run_options_init(options);
    if (!job_settings(job) || !read_limits(job))
        return EXIT_USAGE;
    for (size_t i = 0; i < args->values[OPTION_BIND].count; i++)
        if (!read_bind(job, args->values[OPTION_BIND].items[i]))
            return EXIT_USAGE;
    read_run_passes(args, options);
    if (engine_open(args, &job->engine, options) != EXIT_DONE)
        return EXIT_USAGE;
    options->settings = job->settings.items;
    options->setting_count = (uint32_t)job->settings.count;
    options->load.data_folder = args_text(args, OPTION_DATA, STR(""));
    options->load.bind_tables = job->bind_tables.items;
    options->load.bind_paths = job->bind_paths.items;
    options->load.bind_count = (uint32_t)job->bind_tables.count;
    options->externs = args->values[OPTION_ALLOW_EXTERN].items;
    options->extern_count = (uint32_t)args->values[OPTION_ALLOW_EXTERN].count;
    options->load.lang = args->lang;
    options->load.identity = stdlib_identity;
    options->load.progress = progress_show;
    options->load.progress_closure = &job->progress;
    options->cancelled = interrupt_seen;
    options->cache = job->cache;
    if (!job->program->reads_as_of || options->has_as_of)
        return EXIT_DONE;
    if (job->cache != NULL) // at the prompt
        tell(args, "这里用到截止日，请先写 :set as_of = 2024-12-31 这样的一行",
             "this reads as_of; set it first: :set as_of = 2024-12-31");
    else
        tell(args, "模型用到截止日，请用 --as-of 指定，如 --as-of 2024-12-31",
             "the model reads as_of; give it with --as-of, like --as-of 2024-12-31");
    return EXIT_USAGE;
}

int job_run(Job *job, Run **run)
{
    Error error = {0};
    if (job->facts.tables == NULL) {
        int supplied = facts_open(job->args, &job->options.load, &job->facts);
        if (supplied != EXIT_DONE)
            return supplied;
        job->options.facts = job->facts.tables;
    }
    Status status = run_open(job->program, &job->options, run, &error);
    progress_end(&job->progress, status == STATUS_OK);
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(job->args, &error);
    error_deinit(&error);
    timings_step(&job->timings, TIMINGS_RUN);
    return code;
}

void job_over_nothing(RunOptions *options)
{
    static const TestCase NOTHING = {.name = STR_INIT("")};
    run_options_init(options);
    options->test = &NOTHING;
    options->has_as_of = true;
    options->load.identity = stdlib_identity;
}

void job_close(Job *job)
{
    if (job->program != NULL)
        program_destroy(job->program);
    if (job->cache == NULL) // not at the prompt
        engine_close(&job->engine);
    if (job->session.arena != NULL)
        session_close(&job->session);
    facts_close(&job->facts);
    vec_free(&job->set_names);
    vec_free(&job->set_texts);
    vec_free(&job->bind_tables);
    vec_free(&job->bind_paths);
    vec_free(&job->settings);
}

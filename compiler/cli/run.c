// SPDX-License-Identifier: Apache-2.0
//
// run.c: sup run: data in, lists out.

#include "compiler/cli/job.h"
#include "compiler/cli/results.h"

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
    case REASON_UNKNOWN_DIVISION:
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
    job->options.only_starts = true; // nothing is asked but what the writers show
    int code = job_run(job, &run);
    if (code != EXIT_DONE)
        return code;
    RunFacts facts = {.session = &job->session,
                      .program = job->program,
                      .options = &job->options,
                      .run = run,
                      .set_names = job->set_names.items,
                      .set_texts = job->set_texts.items,
                      .set_count = (uint32_t)job->set_names.count,
                      .supplied = &job->facts};
    code = results_write(job->args, &facts, driver);
    timings_step(&job->timings, TIMINGS_WRITE);
    timings_tell(&job->timings, job->args, run_times(run));
    if (code == EXIT_DONE)
        code = verdict(job, run, fail_on);
    run_close(run);
    return code;
}

static int run_job(Job *job)
{
    const Args *args = job->args;
    if (!results_outputs_fit(args) || args_choice(args, OPTION_BOM, 0) < 0)
        return EXIT_USAGE;
    int fail_on = args_choice(args, OPTION_FAIL_ON, 2),
        progress = args_choice(args, OPTION_PROGRESS, 0);
    if (fail_on < 0 || progress < 0)
        return EXIT_USAGE;
    timings_begin(&job->timings);
    int code = session_open(&job->session, args, args->files.items[0], false);
    timings_step(&job->timings, TIMINGS_CHECK);
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
    code = job_options(job);
    timings_step(&job->timings, TIMINGS_PLAN);
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
    job_close(&job);
    return code;
}

static const OptionId OPTIONS[] = {
    OPTION_DATA,        OPTION_BIND,          OPTION_AS_OF,           OPTION_SET,
    OPTION_RULE,        OPTION_QUERY,         OPTION_FORMAT,          OPTION_OUT,
    OPTION_STRICT,      OPTION_FAIL_ON,       OPTION_PROGRESS,        OPTION_EVIDENCE,
    OPTION_LIMIT_ROWS,  OPTION_LIMIT_BYTES,   OPTION_LIMIT_PAIRS,     OPTION_LIMIT_OUTPUT,
    OPTION_CI,          OPTION_JSON,          OPTION_OPT_OFF,         OPTION_OUTPUT,
    OPTION_BOM,         OPTION_EXCEL,         OPTION_COUNTS,          OPTION_TIMINGS,
    OPTION_ENGINE,      OPTION_THREADS,       OPTION_BATCH,           OPTION_LIMIT_TIME,
    OPTION_LIMIT_DEPTH, OPTION_LIMIT_NESTING, OPTION_LIMIT_RECURSION, OPTION_ALLOW_EXTERN,
    OPTION_CALENDAR,    OPTION_DIVISIONS,
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

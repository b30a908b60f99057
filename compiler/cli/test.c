// SPDX-License-Identifier: Apache-2.0
//
// test.c: sup test: the tests written beside the rules.
//
// Each test is compiled into a program of its own, which reads no further than the rows that the test gives, and
// runs over those rows alone. A test that needs something this version does not run is told once and counted
// apart; the others run.

#include <unistd.h>

#include "compiler/cli/cover.h"
#include "compiler/cli/engine.h"
#include "compiler/cli/facts.h"
#include "compiler/cli/verdicts.h"
#include "stdlib/stdlib.h"

typedef enum Outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_NOT_RUN } Outcome;

typedef struct Tally {
    int64_t counts[3];
    int64_t number; // of the test under way
    int64_t wrong;  // files whose tests cannot run
} Tally;

typedef enum TestFormat { TEST_TABLE, TEST_JUNIT, TEST_TAP } TestFormat;

typedef struct Tester {
    const Args *args;
    Session *session;
    DiagList *diags;
    TestFormat format;
    Tally *tally;
    StrBuf *out;
    Compilation *plain; // made when it is first needed
    Engine engine;
    RunOptions options; // of every test
    bool covers;
    Facts facts; // --calendar, --divisions
    TestCover coverage;
} Tester;

// ---------------------------------------------------------------- one test

// How a program is run for one test.
typedef struct Way {
    bool explain; // say more of a difference
    bool counts;
} Way;

static Outcome run_program(Tester *tester, const Program *program, Way way, StrBuf *report)
{
    RunOptions options = tester->options;
    Run *run = NULL;
    Error error = {0};
    options.test = &program->tests[0];
    options.counts = way.counts;
    Outcome outcome = OUTCOME_FAILED;
    if (run_open(program, &options, &run, &error) != STATUS_OK) {
        Str text = error_text(&error, tester->args->lang);
        strbuf_printf(report, "  " STR_FMT "\n", STR_ARG(text));
    } else {
        bool agrees =
            verdict_of_test(program, options.test, run, tester->args->lang, way.explain, report);
        outcome = agrees ? OUTCOME_PASSED : OUTCOME_FAILED;
        if (way.counts)
            cover_add(&tester->coverage, run);
        run_close(run);
    }
    error_deinit(&error);
    return outcome;
}

// Runs the test once more without rewrites, to count its clauses or to say more of why it fails.
static Outcome run_plain(Tester *tester, const TypedDecl *test, Way way, StrBuf *report)
{
    if (tester->plain == NULL)
        tester->plain = session_plain(tester->session);
    Program *program = compile_test(tester->plain, test, tester->diags);
    ASSERT(program != NULL); // it could be compiled with rewrites
    Outcome outcome = run_program(tester, program, way, report);
    program_destroy(program);
    return outcome;
}

static Outcome run_test(Tester *tester, const TypedDecl *test, StrBuf *report)
{
    if (test->test.subject == NULL)
        return OUTCOME_NOT_RUN;
    Program *program = compile_test(tester->session->compilation, test, tester->diags);
    if (program == NULL)
        return OUTCOME_NOT_RUN;
    Outcome outcome = run_program(tester, program, (Way){.explain = false}, report);
    program_destroy(program);
    StrBuf more = {0};
    if (outcome == OUTCOME_FAILED || tester->covers) {
        Way way = {.explain = outcome == OUTCOME_FAILED, .counts = tester->covers};
        if (run_plain(tester, test, way, &more) == OUTCOME_FAILED) {
            strbuf_clear(report);
            strbuf_add(report, strbuf_str(&more));
        }
    }
    strbuf_deinit(&more);
    return outcome;
}

// ---------------------------------------------------------------- reports

static void add_xml(StrBuf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '&')
            strbuf_add_c(out, "&amp;");
        else if (c == '<')
            strbuf_add_c(out, "&lt;");
        else if (c == '>')
            strbuf_add_c(out, "&gt;");
        else if (c == '"')
            strbuf_add_c(out, "&quot;");
        else if (c >= 0x20 || c == '\n' || c == '\t')
            strbuf_add_char(out, (char)c);
    }
}

static void report_table(const Tester *tester, const TypedDecl *test, Outcome outcome, Str report)
{
    bool zh = tester->args->lang == LANG_ZH;
    const Source *source = source_get(tester->session->sources, test->node->span.file);
    uint32_t line = source_place(source, test->node->span.start).line;
    if (outcome == OUTCOME_PASSED)
        return;
    const char *what = outcome == OUTCOME_FAILED ? zh ? "未通过" : "failed"
                       : zh                      ? "未运行"
                                                 : "not run";
    strbuf_printf(tester->out, STR_FMT ":%u: %s%s" STR_FMT "\n" STR_FMT, STR_ARG(source->path),
                  line, what, zh ? "：" : ": ", STR_ARG(test->name), STR_ARG(report));
}

static void report_junit(const Tester *tester, const TypedDecl *test, Outcome outcome, Str report)
{
    StrBuf *out = tester->out;
    strbuf_add_c(out, "  <testcase classname=\"");
    add_xml(out, test->test.subject == NULL ? STR("") : test->test.subject->name);
    strbuf_add_c(out, "\" name=\"");
    add_xml(out, test->name);
    strbuf_add_c(out, outcome == OUTCOME_PASSED ? "\"/>\n" : "\">\n");
    if (outcome == OUTCOME_PASSED)
        return;
    strbuf_add_c(out, outcome == OUTCOME_FAILED ? "    <failure>" : "    <skipped/>\n");
    if (outcome == OUTCOME_FAILED) {
        add_xml(out, report);
        strbuf_add_c(out, "</failure>\n");
    }
    strbuf_add_c(out, "  </testcase>\n");
}

static void add_comment(StrBuf *out, Str text)
{
    for (size_t start = 0; start < text.len;) {
        size_t end = str_find(text, STR("\n"), start);
        end = end == STR_NONE ? text.len : end;
        strbuf_printf(out, "# " STR_FMT "\n", STR_ARG(str_slice(text, start, end)));
        start = end + 1;
    }
}

static void report_tap(const Tester *tester, const TypedDecl *test, Outcome outcome, Str report)
{
    strbuf_printf(tester->out, "%s %" PRId64 " - " STR_FMT "%s\n",
                  outcome == OUTCOME_FAILED ? "not ok" : "ok", tester->tally->number,
                  STR_ARG(test->name), outcome == OUTCOME_NOT_RUN ? " # SKIP" : "");
    add_comment(tester->out, report);
}

static void report_test(const Tester *tester, const TypedDecl *test, Outcome outcome, Str report)
{
    tester->tally->counts[outcome]++;
    tester->tally->number++;
    switch (tester->format) {
    case TEST_TABLE:
        report_table(tester, test, outcome, report);
        return;
    case TEST_JUNIT:
        report_junit(tester, test, outcome, report);
        return;
    case TEST_TAP:
        report_tap(tester, test, outcome, report);
        return;
    }
}

// What the tests of a file leave untried, where the format has a place for it.
static void report_cover(const Tester *tester)
{
    StrBuf text = {0};
    cover_report(&tester->coverage, tester->args->lang, &text);
    if (tester->format == TEST_TABLE) {
        strbuf_add(tester->out, strbuf_str(&text));
    } else if (tester->format == TEST_TAP) {
        add_comment(tester->out, strbuf_str(&text));
    } else {
        strbuf_add_c(tester->out, "  <system-out>");
        add_xml(tester->out, strbuf_str(&text));
        strbuf_add_c(tester->out, "</system-out>\n");
    }
    strbuf_deinit(&text);
}

// A file that is wrong, or cannot be read: what it says stands on stderr, and here that its tests did not run.
static void report_wrong(const Tester *tester, Str path, bool readable)
{
    bool zh = tester->args->lang == LANG_ZH;
    const char *text = readable ? zh ? "模型有误，其中的测试没有运行"
                                     : "the model is wrong, its tests were not run"
                       : zh     ? "文件不能读取，其中的测试没有运行"
                                : "the file cannot be read, its tests were not run";
    tester->tally->wrong++;
    switch (tester->format) {
    case TEST_TABLE:
        strbuf_printf(tester->out, zh ? STR_FMT "：%s\n" : STR_FMT ": %s\n", STR_ARG(path), text);
        return;
    case TEST_JUNIT:
        strbuf_add_c(tester->out, "  <testcase classname=\"\" name=\"");
        add_xml(tester->out, path);
        strbuf_printf(tester->out, "\">\n    <error>%s</error>\n  </testcase>\n", text);
        return;
    case TEST_TAP:
        strbuf_printf(tester->out, "not ok %" PRId64 " - " STR_FMT "\n# %s\n",
                      ++tester->tally->number, STR_ARG(path), text);
        return;
    }
}

static void report_none(const Args *args, StrBuf *out)
{
    bool filtered = args_has(args, OPTION_FILTER);
    if (args->lang == LANG_ZH)
        strbuf_add_c(out, filtered ? "没有名称含有 --filter 所给文字的测试\n" : "模型里没有测试\n");
    else
        strbuf_add_c(out, filtered ? "no test has the text of --filter in its name\n"
                                   : "the model has no tests\n");
}

static void report_end(const Args *args, TestFormat format, const Tally *tally, StrBuf *out)
{
    int64_t passed = tally->counts[OUTCOME_PASSED], failed = tally->counts[OUTCOME_FAILED],
            not_run = tally->counts[OUTCOME_NOT_RUN];
    if (format == TEST_JUNIT)
        strbuf_add_c(out, "</testsuite>\n");
    if (format == TEST_TAP)
        strbuf_printf(out, "1..%" PRId64 "\n", tally->number);
    if (format != TEST_TABLE)
        return;
    bool zh = args->lang == LANG_ZH;
    if (passed + failed + not_run == 0) {
        if (tally->wrong == 0)
            report_none(args, out);
        return;
    }
    strbuf_printf(out,
                  zh ? "%" PRId64 " 个通过，%" PRId64 " 个未通过"
                     : "%" PRId64 " passed, %" PRId64 " failed",
                  passed, failed);
    if (not_run > 0)
        strbuf_printf(out, zh ? "，%" PRId64 " 个未运行" : ", %" PRId64 " not run", not_run);
    strbuf_add_char(out, '\n');
}

// ---------------------------------------------------------------- the command

static int read_options(Tester *tester)
{
    const Args *args = tester->args;
    RunOptions *options = &tester->options;
    run_options_init(options);
    options->externs = args->values[OPTION_ALLOW_EXTERN].items;
    options->extern_count = (uint32_t)args->values[OPTION_ALLOW_EXTERN].count;
    options->load.lang = args->lang;
    options->load.identity = stdlib_identity;
    options->cancelled = interrupt_seen;
    int code = engine_open(args, &tester->engine, options);
    if (code == EXIT_DONE)
        code = facts_open(args, &options->load, &tester->facts);
    options->facts = tester->facts.tables;
    return code;
}

static int test_file(const Args *args, Str path, TestFormat format, Tally *tally, StrBuf *out)
{
    Session session;
    int code = session_open(&session, args, path, false);
    Tester tester = {
        .args = args, .session = &session, .format = format, .tally = tally, .out = out};
    if (code != EXIT_DONE)
        report_wrong(&tester, path, code == EXIT_MODEL);
    else
        code = read_options(&tester);
    if (code == EXIT_DONE) {
        tester.covers = args_has(args, OPTION_COVERAGE);
        if (tester.covers)
            cover_begin(&tester.coverage, &session);
        Str filter = args_text(args, OPTION_FILTER, STR(""));
        tester.diags = diag_list_create(session.arena, session.sources);
        for (uint32_t i = 0; i < session.typed->decl_count && !interrupt_seen(NULL); i++) {
            const TypedDecl *decl = session.typed->decls[i];
            if (decl->kind != TYPED_TEST || decl->file != 0 ||
                str_find(decl->name, filter, 0) == STR_NONE)
                continue;
            StrBuf report = {0};
            Outcome outcome = run_test(&tester, decl, &report);
            report_test(&tester, decl, outcome, strbuf_str(&report));
            strbuf_deinit(&report);
        }
        (void)session_tell(&session, tester.diags);
        if (tester.covers) {
            report_cover(&tester);
            cover_end(&tester.coverage);
        }
    }
    engine_close(&tester.engine);
    facts_close(&tester.facts);
    session_close(&session);
    return code;
}

static int find_format(const Args *args, TestFormat *format)
{
    static const char *const NAMES[] = {"table", "junit", "tap"};
    Str name = args_text(args, OPTION_FORMAT, STR("table"));
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
        if (str_equal(name, str_from_cstr(NAMES[i]))) {
            *format = (TestFormat)i;
            return EXIT_DONE;
        }
    tell(args, "测试的格式可以是 table、junit、tap，不是“" STR_FMT "”",
         "the format of tests may be table, junit, tap, not '" STR_FMT "'", STR_ARG(name));
    return EXIT_USAGE;
}

static int run_tests(const Args *args)
{
    TestFormat format = TEST_TABLE;
    Tally tally = {0};
    StrBuf out = {0};
    int worst = find_format(args, &format);
    if (worst != EXIT_DONE)
        return worst;
    interrupt_catch();
    if (format == TEST_JUNIT)
        strbuf_add_c(&out,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sup\">\n");
    for (size_t i = 0; i < args->files.count; i++) {
        int code = test_file(args, args->files.items[i], format, &tally, &out);
        worst = MAX_OF(worst, code);
    }
    report_end(args, format, &tally, &out);
    int printed = print_result(args, strbuf_str(&out));
    strbuf_deinit(&out);
    if (interrupt_seen(NULL))
        return EXIT_INTERRUPTED;
    if (worst == EXIT_DONE)
        worst = tally.counts[OUTCOME_FAILED] > 0    ? EXIT_FINDINGS
                : tally.counts[OUTCOME_NOT_RUN] > 0 ? EXIT_MODEL
                                                    : EXIT_DONE;
    return worst == EXIT_DONE ? printed : worst;
}

static const OptionId OPTIONS[] = {
    OPTION_FILTER,  OPTION_FORMAT,       OPTION_COVERAGE, OPTION_CI,        OPTION_JSON,
    OPTION_OPT_OFF, OPTION_ALLOW_EXTERN, OPTION_CALENDAR, OPTION_DIVISIONS, OPTION_ENGINE};

const Command command_test = {
    .name = "test",
    .usage = "FILE… [--filter TEXT] [--coverage]",
    .doc_zh = "运行写在模型里的测试",
    .doc_en = "run the tests written in a model",
    .example = "sup test 养老金.sup --coverage",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .files_least = 1,
    .run = run_tests,
};

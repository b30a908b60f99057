// SPDX-License-Identifier: Apache-2.0
//
// explain_rule.c: why a key is in its list, or in none.
//
// The key is a clue's id, or its parts as a test writes them; texts and identities may stand without quotes. Parts are
// read as the expectation of a small test that uses the model: same literals, same units, same messages as there.
//
// The program is compiled without rewrites, so that clauses are counted in the order in which they are written.

#include "compiler/cli/explain_rule.h"

#include <unistd.h>

#include "runtime/base/unicode.h"
#include "runtime/writer/writer.h"

#define KEY_PARTS_MAX 64
#define ID_LENGTH 20

typedef struct Wanted {
    uint32_t selected; // rules that run
    uint32_t rule;     // number in the program
    const Rule *body_of;
    Value parts[KEY_PARTS_MAX];
} Wanted;

// ---------------------------------------------------------------- the key's text

static Type part_type(const Rule *rule, uint32_t part)
{
    const GroupKey *keys = NULL;
    for (uint32_t i = 0; i < rule->body.operator_count; i++) {
        if (rule->body.operators[i].kind == OPERATOR_GROUP)
            keys = rule->body.operators[i].group.keys;
    }
    ASSERT(keys != NULL);
    return keys[rule->body.clue_keys[part]].value.type;
}

static bool is_quoted(Str text)
{
    return str_starts(text, STR("\"")) || str_starts(text, STR("“")) || str_starts(text, STR("「"));
}

// Length of the separator at the start of the text, 0: none.
static size_t separator(Str text)
{
    if (str_starts(text, STR(",")))
        return 1;
    return str_starts(text, STR("，")) || str_starts(text, STR("、")) ? STR("，").len : 0;
}

// Where the first part of the text ends: at a separator outside quotes; of the last part, at the end.
static size_t part_end(Str text, bool last)
{
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        Str rest = str_slice(text, i, text.len);
        if (rest.ptr[0] == '"')
            inside = !inside;
        else if (str_starts(rest, STR("“")) || str_starts(rest, STR("「")))
            inside = true;
        else if (str_starts(rest, STR("”")) || str_starts(rest, STR("」")))
            inside = false;
        if (!inside && !last && separator(rest) > 0)
            return i;
    }
    return text.len;
}

// The parts as a test writes them: texts, identities and codes in quotes. False: there are not as many as wanted.
static bool write_parts(const Rule *rule, Str text, StrBuf *out)
{
    for (uint32_t k = 0; k < rule->body.clue_key_count; k++) {
        size_t end = part_end(text, k + 1 == rule->body.clue_key_count);
        Str part = str_trim(str_slice(text, 0, end));
        text = str_slice(text, end, text.len);
        text = str_slice(text, separator(text), text.len);
        if (part.len == 0)
            return false;
        bool bare = type_phys(part_type(rule, k)) == PHYS_CODE && !is_quoted(part) &&
                    str_find(part, STR("\""), 0) == STR_NONE;
        strbuf_printf(out, "%s%s" STR_FMT "%s", k == 0 ? "" : ", ", bare ? "\"" : "", STR_ARG(part),
                      bare ? "\"" : "");
    }
    return str_trim(text).len == 0;
}

static Str file_of(Str path)
{
    size_t start = 0;
    for (size_t i = 0; i < path.len; i++)
        start = path.ptr[i] == '/' ? i + 1 : start;
    return str_slice(path, start, path.len);
}

// A program for a test that expects this key; NULL after telling what is wrong with it. The test never runs, so the day
// given says nothing.
static Program *compile_key(Job *job, const Rule *rule, Str parts)
{
    Session *session = &job->session;
    Str path = session->typed->files[0].path, file = file_of(path);
    Str folder = str_slice(path, 0, path.len - file.len);
    Str model = arena_printf(session->arena,
                             "use \"" STR_FMT "\"\ntest \"--key\" for `" STR_FMT
                             "`\n  given as_of = 2000-01-01\n  expect undecided for " STR_FMT "\n",
                             STR_ARG(file), STR_ARG(rule->name), STR_ARG(parts));
    const Source *source = source_add(
        session->sources, arena_printf(session->arena, STR_FMT "--key", STR_ARG(folder)), model);
    DiagList *diags = diag_list_create(session->arena, session->sources);
    const Typed *typed = check(session->arena, session->sources, source, diags, (CheckOptions){0});
    const TypedDecl *test = NULL;
    for (uint32_t i = 0; i < typed->decl_count && !diag_has_errors(diags); i++)
        if (typed->decls[i]->kind == TYPED_TEST && str_equal(typed->decls[i]->name, STR("--key")))
            test = typed->decls[i];
    Program *program = NULL;
    if (test != NULL)
        program = compile_test(
            compilation_create(session->arena, typed, (CompileOptions){.passes_off = NULL}), test,
            diags);
    if (program == NULL)
        (void)session_tell(session, diags);
    return program;
}

static int tell_parts(const Args *args, const Rule *rule)
{
    StrBuf names = {0};
    for (uint32_t k = 0; k < rule->body.clue_key_count; k++)
        strbuf_printf(&names, "%s" STR_FMT, k == 0 ? "" : ", ",
                      STR_ARG(rule->body.clue_key_names[k]));
    tell(args, "--key 应写出线索的编号，或者对象的各部分（" STR_FMT "），用逗号隔开",
         "--key wants a clue's id, or the parts of its key (" STR_FMT "), separated by commas",
         STR_ARG(strbuf_str(&names)));
    strbuf_deinit(&names);
    return EXIT_USAGE;
}

static int read_parts(Job *job, Run *run, Str text, Wanted *wanted)
{
    StrBuf parts = {0};
    const Rule *rule = wanted->body_of;
    if (!write_parts(rule, text, &parts)) {
        strbuf_deinit(&parts);
        return tell_parts(job->args, rule);
    }
    Program *program = compile_key(job, rule, strbuf_str(&parts));
    strbuf_deinit(&parts);
    if (program == NULL)
        return EXIT_USAGE;
    const ExpectEntry *entry = &program->tests[0].entries[0];
    bool full = entry->key_count == rule->body.clue_key_count;
    for (uint32_t k = 0; full && k < entry->key_count; k++) {
        wanted->parts[k] = run_value(run, &entry->key[k]);
        full = wanted->parts[k].state == VALUE_KNOWN;
    }
    program_destroy(program);
    return full ? EXIT_DONE : tell_parts(job->args, rule);
}

// ---------------------------------------------------------------- ids

static bool is_id(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
              (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
            return false;
    return text.len == ID_LENGTH;
}

static uint32_t rule_named(const Program *program, Str name)
{
    uint32_t rule = 0;
    while (!str_equal(program->rules[rule].name, name))
        rule++;
    return rule;
}

static bool find_id(const Program *program, const Run *run, Str id, Wanted *wanted)
{
    for (uint32_t r = 0; r < run_rule_count(run); r++) {
        const RuleResult *result = run_rule(run, r);
        for (uint32_t i = 0; i < result->entry_count; i++) {
            const Entry *entry = &result->entries[i];
            if (!str_equal(str_from_cstr(entry->id), id))
                continue;
            for (uint32_t k = 0; k < entry->key_count; k++)
                wanted->parts[k] = entry->key[k].value;
            wanted->rule = rule_named(program, result->rule);
            return true;
        }
    }
    return false;
}

// ---------------------------------------------------------------- the command

static int tell_rule(const Args *args)
{
    tell(args, "请用 --rule 指明一条规则，或者用 --key 给出线索的编号",
         "name one rule with --rule, or give a clue's id with --key");
    return EXIT_USAGE;
}

static int find_key(Job *job, Run *run, Str text, Wanted *wanted)
{
    if (is_id(text) && find_id(job->program, run, text, wanted))
        return EXIT_DONE;
    if (wanted->selected != 1)
        return tell_rule(job->args);
    return read_parts(job, run, text, wanted);
}

static int print(const Args *args, const Explanation *explanation, bool json)
{
    StrBuf text = {0};
    if (json)
        explanation_json(explanation, &text);
    else
        explanation_text(explanation, args->lang, args->color && args->stdout_terminal, &text);
    int code = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    return code;
}

static int explain(Job *job, Wanted *wanted, bool json)
{
    Run *run = NULL;
    Error error = {0};
    Explanation explanation;
    Str key = str_trim(args_text(job->args, OPTION_KEY, STR("")));
    job->options.no_lists = !is_id(key); // the replay makes the entry that is told
    int code = job_run(job, &run);
    if (code != EXIT_DONE)
        return code;
    code = find_key(job, run, key, wanted);
    if (code == EXIT_DONE) {
        Status status = run_explain(run, wanted->rule, wanted->parts, &explanation, &error);
        if (status == STATUS_OK) {
            code = print(job->args, &explanation, json);
            run_explained(&explanation);
        } else {
            code = tell_error(job->args, &error);
        }
    }
    error_deinit(&error);
    run_close(run);
    return code;
}

// The rule that the command line names, or all that the file has: an id tells which.
static int open_job(Job *job)
{
    const TypedDecl *const *roots;
    uint32_t count;
    int code = session_open(&job->session, job->args, job->args->files.items[0], false);
    if (code != EXIT_DONE)
        return code;
    if (!session_roots(&job->session, &roots, &count))
        return EXIT_USAGE;
    Str key = str_trim(args_text(job->args, OPTION_KEY, STR("")));
    if (count == 0 || roots[0]->kind != TYPED_RULE || (count > 1 && !is_id(key)))
        return tell_rule(job->args);
    Compilation *plain = session_plain_roots(&job->session);
    DiagList *diags = diag_list_create(job->session.arena, job->session.sources);
    job->program = compile_run(plain, roots, count, diags);
    if (job->program == NULL) {
        (void)session_tell(&job->session, diags);
        return EXIT_MODEL;
    }
    return EXIT_DONE;
}

static void select_rules(const Program *program, Wanted *wanted)
{
    for (uint32_t r = program->rule_count; r-- > 0;) {
        if (!program->rules[r].selected)
            continue;
        wanted->rule = r;
        wanted->body_of = &program->rules[r];
        wanted->selected++;
    }
    ASSERT(wanted->selected > 0);
}

int explain_job(Job *job, bool json)
{
    Wanted wanted = {.rule = 0};
    int code = job_options(job);
    if (code != EXIT_DONE)
        return code;
    select_rules(job->program, &wanted);
    if (wanted.body_of->body.clue_key_count > KEY_PARTS_MAX)
        return tell_parts(job->args, wanted.body_of);
    interrupt_catch();
    return explain(job, &wanted, json);
}

static int run_job(Job *job)
{
    Str format = args_text(job->args, OPTION_FORMAT, STR("table"));
    bool json = str_equal(format, STR("json"));
    if (!json && !str_equal(format, STR("table"))) {
        tell(job->args, "explain 的 --format 只有 table 和 json",
             "--format of explain is table or json");
        return EXIT_USAGE;
    }
    int code = open_job(job);
    if (code != EXIT_DONE)
        return code;
    progress_init(&job->progress, job->args, args_choice(job->args, OPTION_PROGRESS, 0));
    return explain_job(job, json);
}

int explain_rule(const Args *args)
{
    Job job = {.args = args};
    if (args->files.count != 1) {
        tell(args, "请给出一个模型文件", "give one model file");
        return EXIT_USAGE;
    }
    int code = run_job(&job);
    job_close(&job);
    return code;
}

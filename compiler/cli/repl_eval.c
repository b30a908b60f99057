// SPDX-License-Identifier: Apache-2.0
//
// repl_eval.c: statements of the prompt.
//
// A query becomes the query 查询 of a file, an expression the one column of a query over a table with one row. What is put
// in front stands in the first line, unseen, so that messages have the lines and columns of what was typed.

#include <unistd.h>

#include "compiler/cli/repl_int.h"
#include "compiler/cli/results.h"
#include "runtime/base/map.h"

// ---------------------------------------------------------------- the text around a statement

static Str folder_of(Str path)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    return str_slice(path, 0, end);
}

static void add_use(StrBuf *out, Str path)
{
    strbuf_printf(out, "use \"" STR_FMT "\" ", STR_ARG(path));
}

static void add_decls(const Repl *repl, StrBuf *out)
{
    strbuf_printf(out, "table `" STR_FMT "` (`" STR_FMT "`: integer)\n", STR_ARG(REPL_ROW),
                  STR_ARG(REPL_ROW));
    for (size_t i = 0; i < repl->decls.count; i++)
        strbuf_printf(out, "\n" STR_FMT "\n", STR_ARG(repl->decls.items[i].text));
}

int repl_open(Repl *repl, Job *job, Str front, Str text)
{
    *job = (Job){.args = &repl->args, .cache = repl->cache, .engine = repl->engine};
    timings_begin(&job->timings);
    int code = session_begin(&job->session, &repl->args, false);
    if (code != EXIT_DONE)
        return code;
    StrBuf model = {0}, head = {0};
    Str folder = folder_of(repl->file), name = str_slice(repl->file, folder.len, repl->file.len);
    Arena *arena = job->session.arena;
    if (name.len > 0) {
        add_use(&model, name);
        add_use(&head, name);
    }
    add_decls(repl, &model);
    Str decls = arena_printf(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(REPL_DECLS));
    const Source *root = source_add(job->session.sources, decls, strbuf_str(&model));
    add_use(&head, REPL_DECLS);
    strbuf_add(&head, front);
    if (front.len > 0)
        root = source_add_behind(
            job->session.sources,
            arena_printf(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(REPL_PATH)),
            strbuf_str(&head), text);
    strbuf_deinit(&model);
    strbuf_deinit(&head);
    code = session_check(&job->session, root);
    timings_step(&job->timings, TIMINGS_CHECK);
    return code;
}

// ---------------------------------------------------------------- running

void repl_forget(Repl *repl)
{
    run_close(repl->run);
    repl->run = NULL;
    if (repl->job != NULL)
        job_close(repl->job);
    free(repl->job);
    repl->job = NULL;
}

static int print_value(const Repl *repl, const Run *run)
{
    const FieldValue *cell = run_query(run, 0)->cells;
    StrBuf out = {0};
    if (cell->known)
        strbuf_add(&out, cell->display);
    else
        strbuf_add_c(&out, repl->args.lang == LANG_ZH ? "（没有确定的值）" : "(no certain value)");
    strbuf_add_char(&out, '\n');
    int code = print_result(&repl->args, strbuf_str(&out));
    strbuf_deinit(&out);
    return code;
}

static int print_run(const Repl *repl, const Job *job, const Run *run)
{
    RunFacts facts = {
        .session = &job->session, .program = job->program, .options = &job->options, .run = run};
    const WriterDriver *driver = results_driver(&repl->args, job->program);
    return driver == NULL ? EXIT_USAGE : results_write(&repl->args, &facts, driver);
}

// Everything of the job is ready but the program.
static int execute(Repl *repl, Job *job, const TypedDecl *decl, const TestCase *given, Run **run)
{
    DiagList *diags = diag_list_create(job->session.arena, job->session.sources);
    job->program = compile_run(job->session.compilation, &decl, 1, diags);
    if (job->program == NULL) {
        (void)session_tell(&job->session, diags);
        return EXIT_MODEL;
    }
    int code = job_options(job);
    if (code != EXIT_DONE)
        return code;
    TestCase one_row;
    GivenTable rows = {0};
    if (given != NULL) {
        one_row = *given;
        for (uint32_t t = 0; t < job->program->table_count; t++)
            if (str_equal(job->program->tables[t].name, REPL_ROW)) {
                rows = given->tables[0];
                rows.source = (RowSource){SOURCE_TABLE, t};
            }
        one_row.tables = &rows;
        job->options.test = &one_row;
    }
    progress_init(&job->progress, &repl->args, args_choice(&repl->args, OPTION_PROGRESS, 0));
    job->progress.shown = job->progress.shown && given == NULL;
    timings_step(&job->timings, TIMINGS_PLAN);
    code = job_run(job, run);
    job->options.test = NULL;
    if (code != EXIT_DONE)
        return code;
    code = given != NULL ? print_value(repl, *run) : print_run(repl, job, *run);
    timings_step(&job->timings, TIMINGS_WRITE);
    timings_tell(&job->timings, &repl->args, run_times(*run));
    return code;
}

int repl_answer(Repl *repl, Job *taken_job, const TypedDecl *decl, const TestCase *given)
{
    Run *run = NULL;
    repl_forget(repl);
    int code = execute(repl, taken_job, decl, given, &run);
    if (given != NULL) { // an expression leaves nothing to save
        run_close(run);
        run = NULL;
    }
    Job *kept = base_alloc_zeroed(1, sizeof *kept);
    *kept = *taken_job;
    repl->job = kept;
    repl->run = run;
    return code;
}

// ---------------------------------------------------------------- queries and expressions

static int ask(Repl *repl, Str front, Str text, const TestCase *given)
{
    Job job;
    int code = repl_open(repl, &job, front, text);
    const TypedDecl *decl = code == EXIT_DONE ? typed_find(job.session.typed, REPL_QUERY) : NULL;
    if (decl != NULL)
        return repl_answer(repl, &job, decl, given);
    job_close(&job);
    return code;
}

static int ask_expression(Repl *repl, Str text)
{
    static const uint32_t COLUMN = 0;
    const Const one = {.type = {.kind = TYPE_INTEGER},
                       .value = {.type = {.kind = TYPE_INTEGER}, .i64 = 1}};
    const GivenTable row = {.columns = &COLUMN, .column_count = 1, .cells = &one, .row_count = 1};
    const TestCase given = {.tables = &row, .table_count = 1};
    StrBuf front = {0}, whole = {0};
    strbuf_printf(&front, "query `" STR_FMT "` from `" STR_FMT "` as `" STR_FMT "` yield (`值`: ",
                  STR_ARG(REPL_QUERY), STR_ARG(REPL_ROW), STR_ARG(REPL_ROW));
    strbuf_printf(&whole, STR_FMT "\n)", STR_ARG(text));
    int code = ask(repl, strbuf_str(&front), strbuf_str(&whole), &given);
    strbuf_deinit(&front);
    strbuf_deinit(&whole);
    return code;
}

// The columns of one row variable, as parts of a `yield`; a name that is taken gets the variable's in front.
static void add_columns(const TypedDecl *rows, Str variable, Map *taken, StrBuf *out)
{
    for (uint32_t i = 0; i < rows->rows.column_count; i++) {
        Str name = rows->rows.columns[i].name;
        bool is_new = map_put(taken, name, 0);
        strbuf_add_c(out, out->len > 0 ? ", " : "");
        if (is_new)
            strbuf_printf(out, "`" STR_FMT "`: ", STR_ARG(name));
        else
            strbuf_printf(out, "`" STR_FMT "." STR_FMT "`: ", STR_ARG(variable), STR_ARG(name));
        strbuf_printf(out, "`" STR_FMT "`.`" STR_FMT "`", STR_ARG(variable), STR_ARG(name));
    }
}

// A row variable and what it stands for.
static void add_source(const Job *job, const Source *source, const AstPath *path,
                       const AstName *variable, Map *taken, StrBuf *out)
{
    const TypedDecl *rows = typed_find(job->session.typed, source_text(source, path->base.span));
    if (rows != NULL)
        add_columns(rows, variable->text, taken, out);
}

// What a query without `yield` shows: all columns of the rows that it joins.
static void all_columns(Repl *repl, const AstBody *body, const Source *source, StrBuf *out)
{
    Job job;
    Map taken = {0};
    if (repl_open(repl, &job, STR(""), STR("")) == EXIT_DONE) {
        add_source(&job, source, body->from->source, body->from->variable, &taken, out);
        for (uint32_t i = 0; i < body->clauses.count; i++) {
            const AstNode *node = body->clauses.items[i];
            const AstPartner *partner = node->kind == AST_PARTNER ? ast_as_Partner(node) : NULL;
            if (partner != NULL &&
                (partner->verb == AST_VERB_JOIN || partner->verb == AST_VERB_LOOKUP))
                add_source(&job, source, partner->source, partner->variable, &taken, out);
        }
    }
    map_deinit(&taken);
    job_close(&job);
}

static int ask_query(Repl *repl, const AstQuery *query, const Source *source, Str text)
{
    StrBuf front = {0}, whole = {0}, columns = {0};
    strbuf_printf(&front, "query `" STR_FMT "` ", STR_ARG(REPL_QUERY));
    strbuf_add(&whole, text);
    if (query->body->yield == NULL) {
        all_columns(repl, query->body, source, &columns);
        strbuf_printf(&whole, "\nyield (" STR_FMT ")", STR_ARG(strbuf_str(&columns)));
    }
    int code = ask(repl, strbuf_str(&front), strbuf_str(&whole), NULL);
    strbuf_deinit(&front);
    strbuf_deinit(&whole);
    strbuf_deinit(&columns);
    return code;
}

// ---------------------------------------------------------------- declarations

// The first two words of a declaration: "param 起点".
static Str decl_key(Arena *arena, Str text)
{
    size_t at = 0, count = 0;
    StrBuf key = {0};
    while (at < text.len && count < 2) {
        size_t start = at;
        int32_t point = utf8_decode(text, &at);
        bool parts = point <= ' ' || point == '(' || point == ':' || point == '"' ||
                     point == 0x3000 || point == 0xFF08 || point == 0xFF1A;
        bool open = key.len > 0 && key.ptr[key.len - 1] != ' ';
        if (!parts)
            strbuf_add(&key, str_slice(text, start, at));
        else if (open) {
            count++;
            strbuf_add_char(&key, ' ');
        }
    }
    Str made = arena_str(arena, str_trim(strbuf_str(&key)));
    strbuf_deinit(&key);
    return made;
}

// What is read from files may be read otherwise from now on.
static bool changes_data(AstKind kind)
{
    return kind == AST_TABLE || kind == AST_SOURCE || kind == AST_ENUM || kind == AST_TYPE ||
           kind == AST_UNIT;
}

static int declare(Repl *repl, AstKind kind, Str text)
{
    Str key = decl_key(repl->arena, text);
    size_t at = 0;
    while (at < repl->decls.count && !str_equal(repl->decls.items[at].key, key))
        at++;
    bool is_new = at == repl->decls.count || kind == AST_SOURCE;
    if (is_new) {
        at = repl->decls.count;
        vec_push(&repl->decls, (ReplDecl){.key = key});
    }
    ReplDecl before = repl->decls.items[at];
    repl->decls.items[at].text = arena_str(repl->arena, text);
    Job job;
    int code = repl_open(repl, &job, STR(""), STR(""));
    job_close(&job);
    if (code != EXIT_DONE) {
        repl->decls.items[at] = before;
        repl->decls.count -= is_new;
        return code;
    }
    repl_forget(repl);
    if (changes_data(kind))
        data_cache_clear(repl->cache);
    tell(&repl->args, "已有 " STR_FMT, "now there is " STR_FMT, STR_ARG(key));
    return EXIT_DONE;
}

// ---------------------------------------------------------------- statements

// What a text is. Its root is an AST_PROMPT, or AST_ERROR.
static const AstNode *parse_text(Arena *arena, const Repl *repl, Str text, DiagList **diags,
                                 SourceSet **sources, bool *unfinished)
{
    (void)repl;
    *sources = source_set_create(arena, NULL, NULL);
    *diags = diag_list_create(arena, *sources);
    const Source *source = source_add(*sources, REPL_PATH, text);
    const Ast *ast = parse_prompt(arena, source, *diags, unfinished);
    return ast->root->kind == AST_PROMPT ? ast_as_Prompt(ast->root)->content : ast->root;
}

bool repl_unfinished(const Repl *repl, Str text)
{
    Arena *arena = arena_create(NULL, 0);
    DiagList *diags;
    SourceSet *sources;
    bool unfinished = false;
    const AstNode *node = parse_text(arena, repl, text, &diags, &sources, &unfinished);
    if (!unfinished && node->kind == AST_QUERY && ast_as_Query(node)->name == NULL)
        unfinished = ast_as_Query(node)->body->yield == NULL;
    else if (!unfinished)
        unfinished = ast_kind_class(node->kind) == AST_CLASS_DECL;
    arena_destroy(arena);
    return unfinished;
}

int repl_statement(Repl *repl, Str text)
{
    Arena *arena = arena_create(NULL, 0);
    DiagList *diags;
    SourceSet *sources;
    text = str_trim(text);
    while (str_ends(text, STR(";")) || str_ends(text, STR("；")) || str_ends(text, STR("。")))
        text = str_trim(str_slice(text, 0, text.len - (str_ends(text, STR(";")) ? 1 : 3)));
    const AstNode *node = parse_text(arena, repl, text, &diags, &sources, NULL);
    Session session = {.args = &repl->args, .arena = arena, .sources = sources};
    int code = EXIT_MODEL;
    if (session_tell(&session, diags) > 0 || node->kind == AST_ERROR)
        code = EXIT_MODEL;
    else if (node->kind == AST_QUERY && ast_as_Query(node)->name == NULL)
        code = ask_query(repl, ast_as_Query(node), source_get(sources, 0), text);
    else if (ast_kind_class(node->kind) == AST_CLASS_DECL)
        code = declare(repl, node->kind, text);
    else
        code = ask_expression(repl, text);
    arena_destroy(arena);
    return code;
}

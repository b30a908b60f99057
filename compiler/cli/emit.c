// SPDX-License-Identifier: Apache-2.0
//
// emit.c: sup emit: any intermediate form as text.

#include <unistd.h>

#include "compiler/cli/job.h"
#include "compiler/llvm/codegen.h"

static void emit_ast(Session *session, StrBuf *out)
{
    ast_dump(session->typed->files[0].ast->root, false, out);
}

static void emit_typed(Session *session, StrBuf *out)
{
    typed_dump(session->typed, out);
}

static void emit_rules(Session *session, StrBuf *out)
{
    typed_dump_graph(session->typed, out);
}

static void emit_plan(Session *session, StrBuf *out)
{
    compile_dump_plan(session->compilation, false, out);
}

static void emit_optimised(Session *session, StrBuf *out)
{
    compile_dump_plan(session->compilation, true, out);
}

typedef int (*EmitProgram)(const Args *args, const Program *program, StrBuf *out);

// A stage has one of the two: what is shown of a model, or of a program that can run.
typedef struct Stage {
    const char *name;
    void (*emit)(Session *session, StrBuf *out);
    EmitProgram emit_program;
} Stage;

static int emit_lowered(const Args *args, const Program *program, StrBuf *out)
{
    (void)args;
    program_dump(program, out);
    return EXIT_DONE;
}

// The kernels of a run over empty tables. With data there are shorter ones: numbers whose ends are known need less.
static int emit_native(const Args *args, const Program *program, bool processor, StrBuf *out)
{
    RunOptions options;
    Run *run = NULL;
    Error error = {0};
    NativeEngine *generator = codegen_open();
    job_over_nothing(&options);
    options.native = codegen_printer(generator, processor, out);
    Status status = codegen_ready(generator, &error);
    if (status == STATUS_OK)
        status = run_open(program, &options, &run, &error);
    int code = status == STATUS_OK ? EXIT_DONE : tell_error(args, &error);
    run_close(run);
    options.native->destroy(options.native);
    generator->destroy(generator);
    error_deinit(&error);
    return code;
}

static int emit_llvm(const Args *args, const Program *program, StrBuf *out)
{
    return emit_native(args, program, false, out);
}

static int emit_asm(const Args *args, const Program *program, StrBuf *out)
{
    return emit_native(args, program, true, out);
}

static const Stage STAGES[] = {
    {"ast", emit_ast, NULL},
    {"typed", emit_typed, NULL},
    {"rules", emit_rules, NULL},
    {"plan", emit_plan, NULL},
    {"optimised", emit_optimised, NULL},
    {"program", NULL, emit_lowered},
    {"llvm", NULL, emit_llvm},
    {"asm", NULL, emit_asm},
};

// These need everything to run; the other stages show any model that is right.
static int emit_runnable(const Args *args, Session *session, EmitProgram emit, StrBuf *out)
{
    const TypedDecl *const *roots;
    uint32_t count;
    if (!session_roots(session, &roots, &count))
        return EXIT_USAGE;
    DiagList *diags = diag_list_create(session->arena, session->sources);
    Program *program = compile_run(session->compilation, roots, count, diags);
    (void)session_tell(session, diags);
    if (program == NULL)
        return EXIT_MODEL;
    int code = emit(args, program, out);
    program_destroy(program);
    return code;
}

static const Stage *find_stage(const Args *args)
{
    Str wanted = args_text(args, OPTION_STAGE, STR(""));
    for (size_t i = 0; i < ARRAY_LEN(STAGES); i++)
        if (str_equal(wanted, str_from_cstr(STAGES[i].name)))
            return &STAGES[i];
    tell(args, "--stage 可以是 ast、typed、rules、plan、optimised、program、llvm、asm",
         "--stage may be ast, typed, rules, plan, optimised, program, llvm, asm");
    return NULL;
}

// A tree can be shown whatever is wrong with the text.
static int emit_tree(const Args *args, Str path)
{
    Arena *arena = arena_create(NULL, 0);
    SourceSet *sources = source_set_create(arena, session_read, NULL);
    const Source *source;
    Error error = {0};
    int code = EXIT_DONE;
    if (source_load(sources, path, &source, &error) != STATUS_OK) {
        code = tell_error(args, &error);
    } else {
        DiagList *diags = diag_list_create(arena, sources);
        Session session = {
            .args = args, .tells_warnings = true, .arena = arena, .sources = sources};
        StrBuf text = {0};
        ast_dump(parse(arena, source, diags)->root, false, &text);
        code = print_result(args, strbuf_str(&text));
        if (session_tell(&session, diags) > 0)
            code = EXIT_MODEL;
        strbuf_deinit(&text);
    }
    error_deinit(&error);
    arena_destroy(arena);
    return code;
}

static int run_emit(const Args *args)
{
    const Stage *stage = find_stage(args);
    if (stage == NULL)
        return EXIT_USAGE;
    if (stage->emit == emit_ast)
        return emit_tree(args, args->files.items[0]);
    Session session;
    int code = session_open(&session, args, args->files.items[0], false);
    StrBuf text = {0};
    if (code == EXIT_DONE && stage->emit == NULL)
        code = emit_runnable(args, &session, stage->emit_program, &text);
    else if (code == EXIT_DONE)
        stage->emit(&session, &text);
    if (code == EXIT_DONE)
        code = print_result(args, strbuf_str(&text));
    strbuf_deinit(&text);
    session_close(&session);
    return code;
}

static const OptionId OPTIONS[] = {OPTION_STAGE, OPTION_RULE, OPTION_QUERY,
                                   OPTION_CI,    OPTION_JSON, OPTION_OPT_OFF};

const Command command_emit = {
    .name = "emit",
    .usage = "FILE --stage ast|typed|rules|plan|optimised|program|llvm|asm",
    .doc_zh = "把模型的任一中间形式写成文字",
    .doc_en = "write any intermediate form of a model as text",
    .example = "sup emit 养老金.sup --stage plan",
    .options = OPTIONS,
    .option_count = ARRAY_LEN(OPTIONS),
    .files_least = 1,
    .run = run_emit,
};

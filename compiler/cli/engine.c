// SPDX-License-Identifier: Apache-2.0
//
// engine.c: what executes. It never shows in the results, so whatever can be done is done: without a generator of
// machine code, `native` interprets, and says so once.

#include "compiler/cli/engine.h"

#include "compiler/llvm/codegen.h"

// With fewer rows than these, loading LLVM takes longer than interpreting.
#define ROWS_WORTH_IT 300000

enum { ENGINE_AUTO, ENGINE_INTERPRETER, ENGINE_NATIVE };

static void use_native(const Args *args, NativeEngine *engine, RunOptions *options)
{
    Error error = {0};
    options->native = engine;
    options->native_rows = 0;
    if (codegen_ready(engine, &error) != STATUS_OK) {
        Str text = error_text(&error, args->lang);
        if (!args_has(args, OPTION_QUIET))
            tell(args, STR_FMT "；改用解释执行，结果相同",
                 STR_FMT "; interpreting, results are the same", STR_ARG(text));
        options->native = NULL;
    }
    error_deinit(&error);
}

int engine_open(const Args *args, NativeEngine **engine, RunOptions *options)
{
    int64_t threads;
    int choice = args_choice(args, OPTION_ENGINE, ENGINE_AUTO);
    if (choice < 0 || !args_number(args, OPTION_THREADS, 1, &threads))
        return EXIT_USAGE;
    if (threads == 0) {
        tell(args, "--threads 至少为 1", "--threads wants at least 1");
        return EXIT_USAGE;
    }
    if (threads > 1 && !args_has(args, OPTION_QUIET))
        tell(args, "本版本用一个线程执行，结果相同",
             "this version executes on one thread; results are the same");
    options->native = NULL;
    if (choice == ENGINE_INTERPRETER)
        return EXIT_DONE;
    if (*engine == NULL)
        *engine = codegen_open();
    if (choice == ENGINE_NATIVE) {
        use_native(args, *engine, options);
    } else {
        options->native = *engine;
        options->native_rows = ROWS_WORTH_IT;
    }
    return EXIT_DONE;
}

void engine_close(NativeEngine *engine)
{
    if (engine != NULL)
        engine->destroy(engine);
}

// SPDX-License-Identifier: Apache-2.0
//
// engine.c: what executes. It never shows in the results, so whatever can be done is done: without a generator of
// machine code, `native` interprets, and says so once.

#include "compiler/cli/engine.h"

#include "compiler/llvm/codegen.h"
#include "runtime/base/pool.h"

// With fewer rows than these, loading LLVM takes longer than interpreting.
#define ROWS_WORTH_IT 300000
#define THREADS_MAX 64

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

static int use_threads(const Args *args, Engine *engine, RunOptions *options)
{
    int64_t threads;
    if (!args_number(args, OPTION_THREADS, pool_processors(), &threads))
        return EXIT_USAGE;
    if (threads == 0) {
        tell(args, "--threads 至少为 1", "--threads wants at least 1");
        return EXIT_USAGE;
    }
    if (engine->pool == NULL)
        engine->pool = pool_create((uint32_t)MIN_OF(threads, THREADS_MAX));
    options->pool = engine->pool;
    return EXIT_DONE;
}

int engine_open(const Args *args, Engine *engine, RunOptions *options)
{
    int choice = args_choice(args, OPTION_ENGINE, ENGINE_AUTO);
    if (choice < 0 || use_threads(args, engine, options) != EXIT_DONE)
        return EXIT_USAGE;
    options->native = NULL;
    if (choice == ENGINE_INTERPRETER)
        return EXIT_DONE;
    if (engine->native == NULL)
        engine->native = codegen_open();
    if (choice == ENGINE_NATIVE) {
        use_native(args, engine->native, options);
    } else {
        options->native = engine->native;
        options->native_rows = ROWS_WORTH_IT;
    }
    return EXIT_DONE;
}

void engine_close(Engine *engine)
{
    if (engine->native != NULL)
        engine->native->destroy(engine->native);
    pool_destroy(engine->pool);
    *engine = (Engine){0};
}

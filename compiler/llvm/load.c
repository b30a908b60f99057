// SPDX-License-Identifier: Apache-2.0
//
// load.c: finds the generator's library beside the program.

#include <dlfcn.h>
#include <unistd.h>

#include "compiler/llvm/codegen.h"

#define LIBRARY "libsup_native.so"

// Beside the program, or in the lib folder beside its bin.
static const char *const PLACES[] = {"", "../lib/sup/", "../lib/"};

static void *open_beside(Str folder)
{
    void *library = NULL;
    for (size_t i = 0; i < ARRAY_LEN(PLACES) && library == NULL; i++) {
        StrBuf path = {0};
        strbuf_add(&path, folder);
        strbuf_add(&path, str_from_cstr(PLACES[i]));
        strbuf_add(&path, STR(LIBRARY));
        library = dlopen(strbuf_cstr(&path), RTLD_NOW | RTLD_LOCAL);
        strbuf_deinit(&path);
    }
    return library;
}

static void *open_library(void)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program);
    if (length <= 0 || (size_t)length == sizeof program)
        return NULL;
    while (length > 0 && program[length - 1] != '/')
        length--;
    return open_beside((Str){program, (size_t)length});
}

// Stands for the generator until it is needed.
typedef struct Loader {
    NativeEngine door; // first: the loader is used as one
    NativeEngine *generator;
    bool looked;
} Loader;

static NativeEngine *generator_of(NativeEngine *engine)
{
    Loader *loader = (Loader *)engine;
    if (loader->looked)
        return loader->generator;
    loader->looked = true;
    void *library = open_library();
    NativeEngine *(*create)(void) = NULL;
    if (library != NULL)
        *(void **)&create = dlsym(library, "sup_native_create");
    if (create != NULL)
        loader->generator = create();
    return loader->generator;
}

static bool supports(NativeEngine *engine, const NativeExpr *expr)
{
    NativeEngine *generator = generator_of(engine);
    return generator != NULL && generator->supports(generator, expr);
}

static NativeCode compile(NativeEngine *engine, const NativeRequest *request, int64_t rows)
{
    NativeEngine *generator = generator_of(engine);
    return generator == NULL ? NULL : generator->compile(generator, request, rows);
}

static bool print(NativeEngine *engine, const NativeRequest *request, bool processor, StrBuf *out)
{
    NativeEngine *generator = generator_of(engine);
    return generator != NULL && generator->print(generator, request, processor, out);
}

static void destroy(NativeEngine *engine)
{
    Loader *loader = (Loader *)engine;
    if (loader->generator != NULL)
        loader->generator->destroy(loader->generator);
    free(loader); // the library stays until the program ends
}

NativeEngine *codegen_open(void)
{
    Loader *loader = base_alloc_zeroed(1, sizeof *loader);
    loader->door = (NativeEngine){
        .supports = supports, .compile = compile, .print = print, .destroy = destroy};
    return &loader->door;
}

Status codegen_ready(NativeEngine *engine, Error *error)
{
    if (generator_of(engine) != NULL)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "没有生成本机代码的部分：程序旁的 " LIBRARY " 或 LLVM 19 不在这台机器上",
                     "there is no native code here: " LIBRARY
                     " beside the program, or LLVM 19, is not on this machine");
}

// SPDX-License-Identifier: Apache-2.0
//
// print.c: an engine that writes down what it would compile. The run that asks it is interpreted.

#include "compiler/llvm/codegen.h"

typedef struct Printer {
    NativeEngine door; // first: the printer is used as one
    NativeEngine *generator;
    bool processor;
    StrBuf *out;
    int kernels;
} Printer;

static bool supports(NativeEngine *engine, const NativeExpr *expr)
{
    NativeEngine *generator = ((Printer *)engine)->generator;
    return generator->supports(generator, expr);
}

static NativeCode write_down(NativeEngine *engine, const NativeRequest *request, int64_t rows)
{
    static const char *const KINDS[] = {[NATIVE_SCAN] = "scan",
                                        [NATIVE_SELECT] = "select",
                                        [NATIVE_VALUES] = "values",
                                        [NATIVE_FOLD] = "fold"};
    Printer *printer = (Printer *)engine;
    (void)rows;
    strbuf_printf(printer->out, "%s; kernel %d: %s\n", printer->kernels > 0 ? "\n" : "",
                  printer->kernels + 1, KINDS[request->kind]);
    printer->kernels++;
    (void)printer->generator->print(printer->generator, request, printer->processor, printer->out);
    return NULL;
}

static void destroy(NativeEngine *engine)
{
    free(engine);
}

NativeEngine *codegen_printer(NativeEngine *generator, bool processor, StrBuf *out)
{
    Printer *printer = base_alloc_zeroed(1, sizeof *printer);
    printer->door = (NativeEngine){.supports = supports, .compile = write_down, .destroy = destroy};
    printer->generator = generator;
    printer->processor = processor;
    printer->out = out;
    return &printer->door;
}

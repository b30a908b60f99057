// SPDX-License-Identifier: Apache-2.0
//
// ffi.c: calls of extern functions through libffi. See ffi.h.

#include "runtime/exec/ffi.h"

#include <dlfcn.h>
#include <ffi.h>

#include <math.h>

// The most parameters of a foreign function.
enum { FOREIGN_PARAMS_MAX = 32 };

typedef union ForeignValue {
    double real;
    int64_t integer;
    int boolean;
    const char *text;
    ffi_arg small; // libffi widens integer results that are shorter than a register
} ForeignValue;

typedef struct ForeignSlot {
    void *library;
    void (*symbol)(void);
    ffi_cif interface;
    ffi_type *types[FOREIGN_PARAMS_MAX];
} ForeignSlot;

struct Foreign {
    const Program *program;
    ForeignSlot *slots; // per function of the program; symbol NULL: not foreign
};

static ffi_type *foreign_type(Type type)
{
    switch (type.kind) {
    case TYPE_REAL:
        return &ffi_type_double;
    case TYPE_INTEGER:
        return &ffi_type_sint64;
    case TYPE_BOOLEAN:
        return &ffi_type_sint;
    default:
        ASSERT(type.kind == TYPE_TEXT);
        return &ffi_type_pointer;
    }
}

// ---------------------------------------------------------------- loading

static bool is_allowed(Str library, const Str *allowed, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(allowed[i], library))
            return true;
    return false;
}

static Status refuse(const LibraryFunction *function, Error *error)
{
    Str library = function->foreign->library;
    return error_set(
        error, STATUS_USAGE,
        "外部函数“" STR_FMT "”要调用程序库“" STR_FMT
        "”，但没有得到允许：程序库能做本程序能做的一切；确认可信后加上 --allow-extern " STR_FMT,
        "the extern function `" STR_FMT "` calls the library `" STR_FMT
        "`, which is not allowed: a library can do all that this program can; if you "
        "trust it, add --allow-extern " STR_FMT,
        STR_ARG(function->name), STR_ARG(library), STR_ARG(library));
}

static const char *loader_says(void)
{
    const char *text = dlerror();
    return text == NULL ? "" : text;
}

static Status load(const LibraryFunction *function, ForeignSlot *slot, Error *error)
{
    const ForeignFunction *foreign = function->foreign;
    StrBuf name;
    strbuf_init(&name);
    strbuf_add(&name, foreign->library);
    slot->library = dlopen(strbuf_cstr(&name), RTLD_NOW | RTLD_LOCAL);
    strbuf_clear(&name);
    strbuf_add(&name, foreign->symbol);
    void *symbol = slot->library == NULL ? NULL : dlsym(slot->library, strbuf_cstr(&name));
    strbuf_deinit(&name);
    if (slot->library == NULL)
        return error_set(error, STATUS_IO, "不能载入外部函数“" STR_FMT "”的程序库“" STR_FMT "”：%s",
                         "cannot load, for the extern function `" STR_FMT "`, the library `" STR_FMT
                         "`: %s",
                         STR_ARG(function->name), STR_ARG(foreign->library), loader_says());
    if (symbol == NULL)
        return error_set(
            error, STATUS_IO, "外部函数“" STR_FMT "”：程序库“" STR_FMT "”里没有符号“" STR_FMT "”",
            "the extern function `" STR_FMT "`: the library `" STR_FMT "` has no symbol `" STR_FMT
            "`",
            STR_ARG(function->name), STR_ARG(foreign->library), STR_ARG(foreign->symbol));
    memcpy(&slot->symbol, &symbol, sizeof symbol);
    return STATUS_OK;
}

static Status prepare(const LibraryFunction *function, ForeignSlot *slot, Error *error)
{
    const ForeignFunction *foreign = function->foreign;
    uint32_t count = foreign->param_count;
    for (uint32_t i = 0; i < MIN_OF(count, (uint32_t)FOREIGN_PARAMS_MAX); i++)
        slot->types[i] = foreign_type(foreign->params[i]);
    if (count > FOREIGN_PARAMS_MAX ||
        ffi_prep_cif(&slot->interface, FFI_DEFAULT_ABI, count, foreign_type(foreign->result),
                     slot->types) != FFI_OK)
        return error_set(error, STATUS_USAGE, "外部函数“" STR_FMT "”的参数过多，最多 %d 个",
                         "the extern function `" STR_FMT "` has too many parameters, %d at most",
                         STR_ARG(function->name), (int)FOREIGN_PARAMS_MAX);
    return STATUS_OK;
}

Status foreign_open(const Program *program, const Str *allowed, uint32_t allowed_count,
                    Foreign **out, Error *error)
{
    *out = NULL;
    for (uint32_t f = 0; f < program->function_count; f++) {
        const LibraryFunction *function = &program->functions[f];
        if (function->foreign == NULL)
            continue;
        if (!is_allowed(function->foreign->library, allowed, allowed_count))
            return refuse(function, error);
        if (*out == NULL) {
            *out = base_alloc_zeroed(1, sizeof **out);
            (*out)->program = program;
            (*out)->slots = base_alloc_zeroed(program->function_count, sizeof *(*out)->slots);
        }
        TRY(prepare(function, &(*out)->slots[f], error));
        TRY(load(function, &(*out)->slots[f], error));
    }
    return STATUS_OK;
}

void foreign_close(Foreign *foreign)
{
    if (foreign == NULL)
        return;
    for (uint32_t f = 0; f < foreign->program->function_count; f++)
        if (foreign->slots[f].library != NULL)
            (void)dlclose(foreign->slots[f].library);
    free(foreign->slots);
    free(foreign);
}

// ---------------------------------------------------------------- calling

// One argument. Texts are copied behind each other into `texts`, whose room has been made before, so that they
// stay where they are. False: a text with a NUL inside cannot be passed.
static bool pass(const FnContext *fn, Type type, const Vector *arg, int64_t row, StrBuf *texts,
                 ForeignValue *value)
{
    int64_t at = vector_index(arg, row);
    if (type.kind == TYPE_REAL) {
        value->real = arg->f64[at];
    } else if (type.kind == TYPE_INTEGER) {
        value->integer = arg->i64[at];
    } else if (type.kind == TYPE_BOOLEAN) {
        value->boolean = arg->truth[at] != 0;
    } else {
        Str text = dict_str(fn->dict, arg->code[at]);
        value->text = strbuf_str(texts).ptr + strbuf_str(texts).len;
        if (text.len > 0 && memchr(text.ptr, 0, text.len) != NULL)
            return false;
        strbuf_add(texts, text);
        strbuf_add_char(texts, '\0');
    }
    return true;
}

static size_t texts_size(const FnContext *fn, const ForeignFunction *foreign, const Vector *args,
                         int64_t row)
{
    size_t size = 1;
    for (uint32_t i = 0; i < foreign->param_count; i++)
        if (foreign->params[i].kind == TYPE_TEXT)
            size += dict_str(fn->dict, args[i].code[vector_index(&args[i], row)]).len + 1;
    return size;
}

// Writes the result; the reason why there is none, else REASON_NONE.
static Reason take_result(FnContext *fn, const ForeignFunction *foreign, const ForeignValue *result,
                          Vector *out, int64_t row)
{
    switch (foreign->result.kind) {
    case TYPE_REAL:
        out->f64[row] = result->real;
        return isfinite(result->real) ? REASON_NONE : REASON_DOMAIN;
    case TYPE_INTEGER:
        out->i64[row] = result->integer;
        return REASON_NONE;
    case TYPE_BOOLEAN:
        out->truth[row] = (int)result->small != 0;
        return REASON_NONE;
    default:
        break;
    }
    if (result->text == NULL)
        return foreign->nullable ? REASON_MISSING : REASON_DOMAIN;
    Str text = str_from_cstr(result->text);
    if (!utf8_valid(text, NULL))
        return REASON_CONVERSION;
    out->code[row] = dict_intern(fn->dict, text);
    return REASON_NONE;
}

void foreign_call(Foreign *foreign, uint32_t function, FnContext *fn, const Vector *args,
                  const int64_t *rows, int64_t row_count, Vector *out, FnFail fail, void *closure)
{
    ForeignSlot *slot = &foreign->slots[function];
    const ForeignFunction *decl = foreign->program->functions[function].foreign;
    ForeignValue values[FOREIGN_PARAMS_MAX], result;
    void *pointers[FOREIGN_PARAMS_MAX];
    StrBuf texts;
    strbuf_init(&texts);
    for (uint32_t p = 0; p < decl->param_count; p++)
        pointers[p] = &values[p];
    for (int64_t i = 0; i < row_count; i++) {
        bool passed = true;
        strbuf_clear(&texts);
        strbuf_reserve(&texts, texts_size(fn, decl, args, rows[i]));
        for (uint32_t p = 0; p < decl->param_count; p++)
            passed &= pass(fn, decl->params[p], &args[p], rows[i], &texts, &values[p]);
        if (!passed) {
            fail(closure, rows[i], REASON_CONVERSION);
            continue;
        }
        memset(&result, 0, sizeof result);
        ffi_call(&slot->interface, slot->symbol, &result, pointers);
        Reason reason = take_result(fn, decl, &result, out, rows[i]);
        if (reason != REASON_NONE)
            fail(closure, rows[i], reason);
    }
    strbuf_deinit(&texts);
}

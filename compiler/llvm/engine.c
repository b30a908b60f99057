// SPDX-License-Identifier: Apache-2.0
//
// engine.c: modules, their optimisation and their life as machine code.
//
// There are two just-in-time compilers, made when first needed. The quick one translates as it stands, in a
// millisecond or two; the thorough one optimises first, which costs ten times as much and pays from about a million
// rows on. Code is kept by what was asked for, so a model that runs again, or many rules with one shape, compile once.

#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>

#include "compiler/llvm/emit.h"
#include "runtime/base/map.h"

#define THOROUGH_ROWS 1000000

enum { QUICK, THOROUGH, LEVELS };

typedef struct Engine {
    NativeEngine door; // first: the engine is used as one
    char *cpu, *features;
    LLVMTargetRef target;
    char *triple;
    LLVMOrcLLJITRef jits[LEVELS];
    LLVMTargetMachineRef machines[LEVELS];
    Map codes; // fingerprint -> address
    uint64_t next_name;
} Engine;

// All that the library shows.
__attribute__((visibility("default"))) NativeEngine *sup_native_create(void);

// ---------------------------------------------------------------- what was asked for, as bytes

static void add_u64(StrBuf *out, uint64_t value)
{
    strbuf_add(out, (Str){(const char *)&value, sizeof value});
}

static void add_i128(StrBuf *out, int128_t value)
{
    add_u64(out, (uint64_t)value);
    add_u64(out, (uint64_t)((uint128_t)value >> 64));
}

static void add_value(StrBuf *out, Phys phys, const Value *value)
{
    uint64_t bits = 0;
    switch (phys) {
    case PHYS_I128:
        add_i128(out, value->i128);
        return;
    case PHYS_F64:
        memcpy(&bits, &value->f64, sizeof bits);
        break;
    case PHYS_BOOL:
        bits = value->boolean;
        break;
    case PHYS_CODE:
        bits = value->code;
        break;
    case PHYS_I64:
    case PHYS_PAIR:
        bits = (uint64_t)value->i64;
        break;
    }
    add_u64(out, bits);
}

static void add_expr(StrBuf *out, const NativeExpr *expr)
{
    add_u64(out, expr->expr->count);
    for (uint32_t s = 0; s < expr->expr->count; s++) {
        const Step *step = &expr->expr->steps[s];
        const NativeSource *source = &expr->sources[s];
        const uint64_t words[] = {step->op,      step->phys,        step->a,    step->b,
                                  step->c,       step->d,           step->slot, step->index2,
                                  source->input, source->item_count};
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            add_u64(out, words[i]);
        bool fetches = step->op <= STEP_ELEMENT || step->op == STEP_MULTIPLY_CONST;
        add_u64(out, fetches ? 0 : step->index);
        add_value(out, step->phys, &source->value);
        add_i128(out, source->least);
        add_i128(out, source->greatest);
        for (uint32_t i = 0; i < source->item_count; i++)
            add_value(out, expr->expr->steps[step->a].phys, &source->items[i]);
    }
}

static void fingerprint(const NativeRequest *request, int level, StrBuf *out)
{
    add_u64(out, (uint64_t)level);
    add_u64(out, request->kind);
    add_u64(out, request->rows_count);
    add_u64(out, request->input_count);
    for (uint32_t i = 0; i < request->input_count; i++) {
        const NativeInput *input = &request->inputs[i];
        const uint64_t words[] = {input->rows,     input->phys,   input->narrow,
                                  input->nullable, input->ranged, input->gaps};
        for (size_t w = 0; w < ARRAY_LEN(words); w++)
            add_u64(out, words[w]);
        add_i128(out, input->ranged ? input->min : 0);
        add_i128(out, input->ranged ? input->max : 0);
    }
    for (uint32_t x = 0; x < request->expr_count; x++)
        add_expr(out, &request->exprs[x]);
    for (uint32_t f = 0; f < request->fold_count; f++) {
        add_u64(out, request->folds[f].kind);
        add_u64(out, request->folds[f].value);
        add_u64(out, request->folds[f].when);
    }
}

// ---------------------------------------------------------------- modules

static LLVMTargetMachineRef make_machine(const Engine *engine, int level)
{
    return LLVMCreateTargetMachine(engine->target, engine->triple, engine->cpu, engine->features,
                                   level == THOROUGH ? LLVMCodeGenLevelAggressive
                                                     : LLVMCodeGenLevelNone,
                                   LLVMRelocPIC, LLVMCodeModelJITDefault);
}

static Ll open_module(LLVMContextRef context, const char *name)
{
    Ll ll = {.context = context, .module = LLVMModuleCreateWithNameInContext(name, context)};
    ll.builder = LLVMCreateBuilderInContext(context);
    ll.i1 = LLVMInt1TypeInContext(context);
    ll.i8 = LLVMInt8TypeInContext(context);
    ll.i32 = LLVMInt32TypeInContext(context);
    ll.i64 = LLVMInt64TypeInContext(context);
    ll.i128 = LLVMInt128TypeInContext(context);
    ll.f64 = LLVMDoubleTypeInContext(context);
    ll.pointer = LLVMPointerTypeInContext(context, 0);
    return ll;
}

// The request's kernel in a module of its own.
static LLVMModuleRef make_module(const Engine *engine, const NativeRequest *request, int level,
                                 LLVMContextRef context, const char *name)
{
    Emitter emitter = {.ll = open_module(context, name), .request = request};
    emitter.arena = arena_create(NULL, 0);
    LLVMModuleRef module = emitter.ll.module;
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(engine->machines[level]);
    LLVMSetModuleDataLayout(module, layout);
    LLVMSetTarget(module, engine->triple);
    emit_kernel(&emitter, name);
    LLVMDisposeTargetData(layout);
    LLVMDisposeBuilder(emitter.ll.builder);
    arena_destroy(emitter.arena);
#ifndef NDEBUG
    char *fault = NULL;
    bool broken = LLVMVerifyModule(module, LLVMReturnStatusAction, &fault);
    if (broken)
        LLVMDumpModule(module);
    ALWAYS(!broken);
    LLVMDisposeMessage(fault);
#endif
    return module;
}

static bool optimise(const Engine *engine, LLVMModuleRef module, int level)
{
    if (level == QUICK)
        return true;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(module, "default<O2>", engine->machines[level], options);
    LLVMDisposePassBuilderOptions(options);
    if (error != NULL)
        LLVMConsumeError(error);
    return error == NULL;
}

// ---------------------------------------------------------------- code

static bool need_jit(Engine *engine, int level)
{
    if (engine->jits[level] != NULL)
        return true;
    engine->machines[level] = make_machine(engine, level);
    LLVMOrcLLJITBuilderRef builder = LLVMOrcCreateLLJITBuilder();
    LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(
        builder,
        LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(make_machine(engine, level)));
    LLVMErrorRef error = LLVMOrcCreateLLJIT(&engine->jits[level], builder);
    if (error != NULL) {
        LLVMConsumeError(error);
        engine->jits[level] = NULL;
    }
    return error == NULL;
}

// Takes the module over.
static NativeCode link_code(Engine *engine, int level, LLVMOrcThreadSafeContextRef context,
                            LLVMModuleRef module, const char *name)
{
    LLVMOrcLLJITRef jit = engine->jits[level];
    LLVMOrcThreadSafeModuleRef safe = LLVMOrcCreateNewThreadSafeModule(module, context);
    LLVMErrorRef error = LLVMOrcLLJITAddLLVMIRModule(jit, LLVMOrcLLJITGetMainJITDylib(jit), safe);
    LLVMOrcExecutorAddress address = 0;
    if (error == NULL)
        error = LLVMOrcLLJITLookup(jit, &address, name);
    if (error != NULL) {
        LLVMConsumeError(error);
        return NULL;
    }
    return (NativeCode)(uintptr_t)address;
}

static NativeCode make_code(Engine *engine, const NativeRequest *request, int level)
{
    if (!need_jit(engine, level))
        return NULL;
    char name[32];
    (void)snprintf(name, sizeof name, "kernel_%" PRIu64, engine->next_name++);
    LLVMOrcThreadSafeContextRef safe = LLVMOrcCreateNewThreadSafeContext();
    LLVMModuleRef module =
        make_module(engine, request, level, LLVMOrcThreadSafeContextGetContext(safe), name);
    NativeCode code = NULL;
    if (optimise(engine, module, level))
        code = link_code(engine, level, safe, module, name);
    else
        LLVMDisposeModule(module);
    LLVMOrcDisposeThreadSafeContext(safe);
    return code;
}

static bool supports(NativeEngine *door, const NativeExpr *expr)
{
    (void)door;
    return emit_supports(expr);
}

static NativeCode compile(NativeEngine *door, const NativeRequest *request, int64_t rows)
{
    Engine *engine = (Engine *)door;
    int level = rows >= THOROUGH_ROWS ? THOROUGH : QUICK;
    StrBuf key = {0};
    fingerprint(request, level, &key);
    bool is_new = false;
    uint64_t *known = map_at(&engine->codes, strbuf_str(&key), &is_new);
    strbuf_deinit(&key);
    if (is_new)
        *known = (uint64_t)(uintptr_t)make_code(engine, request, level);
    return (NativeCode)(uintptr_t)*known;
}

static bool print(NativeEngine *door, const NativeRequest *request, bool processor, StrBuf *out)
{
    Engine *engine = (Engine *)door;
    if (!need_jit(engine, THOROUGH))
        return false;
    LLVMContextRef context = LLVMContextCreate();
    LLVMModuleRef module = make_module(engine, request, THOROUGH, context, "kernel");
    bool printed = !processor || optimise(engine, module, THOROUGH);
    if (printed && processor) {
        LLVMMemoryBufferRef text = NULL;
        char *fault = NULL;
        printed = !LLVMTargetMachineEmitToMemoryBuffer(engine->machines[THOROUGH], module,
                                                       LLVMAssemblyFile, &fault, &text);
        if (printed)
            strbuf_add(out, (Str){LLVMGetBufferStart(text), LLVMGetBufferSize(text)});
        LLVMDisposeMemoryBuffer(text);
        LLVMDisposeMessage(fault);
    } else if (printed) {
        char *text = LLVMPrintModuleToString(module);
        strbuf_add(out, str_from_cstr(text));
        LLVMDisposeMessage(text);
    }
    LLVMDisposeModule(module);
    LLVMContextDispose(context);
    return printed;
}

// ---------------------------------------------------------------- life

static void destroy(NativeEngine *door)
{
    Engine *engine = (Engine *)door;
    for (int level = 0; level < LEVELS; level++) {
        if (engine->jits[level] != NULL)
            LLVMConsumeError(LLVMOrcDisposeLLJIT(engine->jits[level]));
        if (engine->machines[level] != NULL)
            LLVMDisposeTargetMachine(engine->machines[level]);
    }
    LLVMDisposeMessage(engine->cpu);
    LLVMDisposeMessage(engine->features);
    LLVMDisposeMessage(engine->triple);
    map_deinit(&engine->codes);
    free(engine);
}

NativeEngine *sup_native_create(void)
{
    if (LLVMInitializeNativeTarget() || LLVMInitializeNativeAsmPrinter())
        return NULL;
    Engine *engine = base_alloc_zeroed(1, sizeof *engine);
    engine->door = (NativeEngine){
        .supports = supports, .compile = compile, .print = print, .destroy = destroy};
    engine->cpu = LLVMGetHostCPUName();
    engine->features = LLVMGetHostCPUFeatures();
    engine->triple = LLVMGetDefaultTargetTriple();
    char *fault = NULL;
    if (LLVMGetTargetFromTriple(engine->triple, &engine->target, &fault)) {
        LLVMDisposeMessage(fault);
        destroy(&engine->door);
        return NULL;
    }
    return &engine->door;
}

// SPDX-License-Identifier: Apache-2.0
//
// compile.c: the stages behind the door: build, rewrite, lower.
//
// The written plan and the rewritten one share their nodes. Declarations are built when something first
// asks for them, so a test that gives the rows of a relation never looks into the relation.

#include "compiler/compiler.h"

#include "compiler/build.h"
#include "compiler/consts.h"
#include "compiler/lower/lower.h"
#include "compiler/pass.h"

struct Compilation {
    Arena *arena;
    const Typed *typed;
    CompileOptions options;
    Plan *written;   // as built
    Plan *optimised; // the same nodes; bodies rewritten
};

Compilation *compilation_create(Arena *arena, const Typed *typed, CompileOptions options)
{
    Compilation *compilation = ARENA_NEW(arena, Compilation);
    compilation->arena = arena;
    compilation->typed = typed;
    compilation->options = options;
    compilation->written = plan_create(arena, typed);
    compilation->optimised = plan_create(arena, typed);
    return compilation;
}

// Builds and rewrites one declaration, unless that was done.
static void compile_decl(Compilation *compilation, const TypedDecl *decl, bool is_root)
{
    const CompileOptions *options = &compilation->options;
    uint32_t off_count = options->roots_only && !is_root ? 0 : options->passes_off_count;
    Plan *written = compilation->written, *optimised = compilation->optimised;
    uint32_t count = plan_body_count(decl);
    build_decl(written, decl);
    optimised->contracts[decl->index] = written->contracts[decl->index];
    if (count > 0 && optimised->bodies[decl->index] == NULL) {
        PlanBody *bodies = ARENA_ARRAY(compilation->arena, PlanBody, count);
        for (uint32_t i = 0; i < count; i++)
            bodies[i] = *pass_run(written, &written->bodies[decl->index][i], options->passes_off,
                                  off_count);
        optimised->bodies[decl->index] = bodies;
    }
    optimised->node_count = written->node_count;
}

// Builds everything that the roots read. Reaching and building go hand in hand: what is built shows what is
// read next.
static void compile_reached(Compilation *compilation, const LowerRoots *roots, uint8_t *reached)
{
    const Typed *typed = compilation->typed;
    for (bool grew = true; grew;) {
        grew = false;
        for (uint32_t i = 0; i < roots->decl_count; i++)
            compile_decl(compilation, roots->decls[i], true);
        for (uint32_t i = 0; i < typed->decl_count; i++)
            if (typed->decls[i]->kind == TYPED_TABLE)
                compile_decl(compilation, typed->decls[i], false);
        memset(reached, 0, typed->decl_count);
        lower_reach(compilation->optimised, roots, reached);
        for (uint32_t i = 0; i < typed->decl_count; i++) {
            if (!reached[i] || compilation->optimised->bodies[i] != NULL ||
                plan_body_count(typed->decls[i]) == 0)
                continue;
            compile_decl(compilation, typed->decls[i], false);
            grew = true;
        }
    }
}

// The first thing that does not run among what is reached.
static const PlanUnsupported *first_unsupported(const Compilation *compilation,
                                                const LowerRoots *roots, const uint8_t *reached,
                                                uint32_t from, uint32_t *found_at)
{
    const Typed *typed = compilation->typed;
    for (uint32_t i = from; i < typed->decl_count; i++) {
        if (!reached[i] || lower_given(roots->test, typed->decls[i]) != NULL)
            continue;
        for (uint32_t j = 0; j < plan_body_count(typed->decls[i]); j++) {
            *found_at = i;
            if (compilation->optimised->bodies[i][j].unsupported.present)
                return &compilation->optimised->bodies[i][j].unsupported;
        }
    }
    return NULL;
}

static void tell_unsupported(DiagList *diags, const PlanUnsupported *unsupported)
{
    static const DiagId IDS[] = {
        [PLAN_UNSUPPORTED_CLAUSE] = DIAG_NOT_RUN, [PLAN_UNSUPPORTED_SIZE] = DIAG_TOO_LARGE_TO_RUN};
    DiagId id = IDS[unsupported->kind];
    (void)diag_emit_with(diags, id, unsupported->span,
                         DIAG_ARGS({unsupported->zh, unsupported->en}));
}

// The runtime takes a program as it is, so a fault of lowering must be found here: in debug builds.
static void verify_program(const Program *program)
{
#ifndef NDEBUG
    StrBuf fault = {0};
    if (!program_verify(program, &fault))
        base_assert_failed(strbuf_cstr(&fault), __FILE__, __LINE__);
    strbuf_deinit(&fault);
#else
    (void)program;
#endif
}

static Program *compile_roots(Compilation *compilation, const LowerRoots *roots, DiagList *diags)
{
    uint8_t *reached = ARENA_ARRAY(compilation->arena, uint8_t, compilation->typed->decl_count);
    compile_reached(compilation, roots, reached);
    uint32_t at = 0;
    bool supported = true;
    for (const PlanUnsupported *found;
         (found = first_unsupported(compilation, roots, reached, at, &at)) != NULL; at++) {
        tell_unsupported(diags, found);
        supported = false;
    }
    if (!supported)
        return NULL;
    Error error = {0};
    Span fault = roots->decl_count > 0 ? roots->decls[0]->node->span : (Span){0};
    Program *program = lower(compilation->optimised, roots, &error, &fault);
    if (program != NULL)
        verify_program(program);
    else
        (void)diag_emit_with(diags, DIAG_MODEL_NOT_RUN, fault,
                             DIAG_ARGS({strbuf_str(&error.zh), strbuf_str(&error.en)}));
    error_deinit(&error);
    return program;
}

Program *compile_run(Compilation *compilation, const TypedDecl *const *roots, uint32_t root_count,
                     DiagList *diags)
{
    LowerRoots wanted = {.decls = roots, .decl_count = root_count};
    return compile_roots(compilation, &wanted, diags);
}

Program *compile_test(Compilation *compilation, const TypedDecl *test, DiagList *diags)
{
    ASSERT(test->kind == TYPED_TEST);
    ASSERT(test->test.subject != NULL);
    LowerRoots wanted = {.decls = &test->test.subject, .decl_count = 1, .test = test};
    return compile_roots(compilation, &wanted, diags);
}

bool compile_supported(Compilation *compilation, const TypedDecl *decl)
{
    LowerRoots wanted = {.decls = &decl, .decl_count = 1};
    if (decl->kind == TYPED_TEST)
        wanted = (LowerRoots){.decls = &decl->test.subject, .decl_count = 1, .test = decl};
    uint8_t *reached = ARENA_ARRAY(compilation->arena, uint8_t, compilation->typed->decl_count);
    compile_reached(compilation, &wanted, reached);
    uint32_t at = 0;
    const PlanUnsupported *found = first_unsupported(compilation, &wanted, reached, 0, &at);
    return found == NULL;
}

// ---------------------------------------------------------------- roots of a run

static bool in_list(const TypedDecl *const *list, uint32_t count, const TypedDecl *decl)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == decl)
            return true;
    return false;
}

static void add_model_rules(const Typed *typed, const TypedDecl *model, const TypedDecl **roots,
                            uint32_t *count)
{
    const AstModel *node = ast_as_Model(model->node);
    for (uint32_t i = 0; i < node->points.count; i++) {
        const AstPoint *point = ast_as_Point(node->points.items[i]);
        for (uint32_t j = 0; j < point->rules.count; j++) {
            const TypedDecl *rule = typed_ref(typed, point->rules.items[j]);
            if (rule != NULL && rule->kind == TYPED_RULE && !in_list(roots, *count, rule))
                roots[(*count)++] = rule;
        }
    }
}

static void add_kind(const Typed *typed, TypedDeclKind kind, const TypedDecl **roots,
                     uint32_t *count)
{
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind == kind && typed->decls[i]->file == 0)
            roots[(*count)++] = typed->decls[i];
}

const TypedDecl *const *compile_default_roots(Compilation *compilation, uint32_t *count)
{
    const Typed *typed = compilation->typed;
    const TypedDecl **roots = ARENA_ARRAY(compilation->arena, const TypedDecl *, typed->decl_count);
    *count = 0;
    add_kind(typed, TYPED_RULE, roots, count);
    for (uint32_t i = 0; i < typed->decl_count; i++)
        if (typed->decls[i]->kind == TYPED_MODEL && typed->decls[i]->file == 0)
            add_model_rules(typed, typed->decls[i], roots, count);
    if (*count == 0)
        add_kind(typed, TYPED_QUERY, roots, count);
    return roots;
}

// ---------------------------------------------------------------- constants

bool compile_constant(Arena *arena, const Typed *typed, const TypedDecl *param, Const *out)
{
    TypedConst value = {0};
    ASSERT(param->kind == TYPED_PARAM);
    if (param->param.value == NULL || !typed_const(typed, param->param.value, &value))
        return false;
    *out = const_of_typed(arena, &value);
    if (out->type.kind == TYPE_TEXT && param->param.type.kind == TYPE_IDENTITY)
        out->type = out->value.type = param->param.type;
    return true;
}

// ---------------------------------------------------------------- rewrites and dumps

bool compile_verify(Compilation *compilation, StrBuf *fault)
{
    for (uint32_t i = 0; i < compilation->typed->decl_count; i++)
        compile_decl(compilation, compilation->typed->decls[i], true);
    return plan_verify(compilation->written, fault) && plan_verify(compilation->optimised, fault);
}

const char *compile_pass_name(uint32_t index)
{
    return pass_name(index);
}

bool compile_has_pass(Str name)
{
    for (uint32_t i = 0; pass_name(i) != NULL; i++)
        if (str_equal(name, str_from_cstr(pass_name(i))))
            return true;
    return false;
}

void compile_dump_plan(Compilation *compilation, bool optimised, StrBuf *out)
{
    for (uint32_t i = 0; i < compilation->typed->decl_count; i++)
        compile_decl(compilation, compilation->typed->decls[i], true);
    compile_dump_made(compilation, optimised, out);
}

void compile_dump_made(Compilation *compilation, bool optimised, StrBuf *out)
{
    plan_dump(optimised ? compilation->optimised : compilation->written, out);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_compile.c: from models to programs: plans hold together, programs verify, limits are told.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>

#include "compiler/compiler.h"

typedef struct Fixture {
    Arena *arena;
    SourceSet *sources;
    DiagList *diags;
    const Typed *typed;
    Compilation *compilation;
} Fixture;

static void model_open(Fixture *model, Str text, CompileOptions options)
{
    model->arena = arena_create(NULL, 0);
    model->sources = source_set_create(model->arena, NULL, NULL);
    model->diags = diag_list_create(model->arena, model->sources);
    const Source *source = source_add(model->sources, STR("model.sup"), text);
    model->typed = check(model->arena, model->sources, source, model->diags, (CheckOptions){0});
    if (diag_has_errors(model->diags)) {
        StrBuf out = {0};
        diag_render(model->diags, (DiagRender){.lang = LANG_EN}, &out);
        fail_msg("%s", strbuf_cstr(&out));
    }
    model->compilation = compilation_create(model->arena, model->typed, options);
}

static void model_close(Fixture *model)
{
    arena_destroy(model->arena);
}

static Program *model_program(Fixture *model)
{
    uint32_t count;
    const TypedDecl *const *roots = compile_default_roots(model->compilation, &count);
    return compile_run(model->compilation, roots, count, model->diags);
}

static void verify_program(const Program *program)
{
    StrBuf fault = {0};
    if (!program_verify(program, &fault))
        fail_msg("%s", strbuf_cstr(&fault));
    strbuf_deinit(&fault);
}

// ---------------------------------------------------------------- all samples

static Str read_whole(const char *path, StrBuf *out)
{
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        strbuf_add(out, (Str){chunk, got});
    fclose(file);
    return strbuf_str(out);
}

// Everything that can run is lowered: rules and queries one by one, and every test.
static void check_sample(const char *path, CompileOptions options, int *programs)
{
    Fixture model;
    StrBuf text = {0}, fault = {0};
    model_open(&model, read_whole(path, &text), options);
    if (!compile_verify(model.compilation, &fault))
        fail_msg("%s: %s", path, strbuf_cstr(&fault));
    for (uint32_t i = 0; i < model.typed->decl_count; i++) {
        const TypedDecl *decl = model.typed->decls[i];
        bool runs =
            decl->kind == TYPED_RULE || decl->kind == TYPED_QUERY || decl->kind == TYPED_TEST;
        if (!runs || !compile_supported(model.compilation, decl))
            continue;
        Program *program = decl->kind == TYPED_TEST
                               ? compile_test(model.compilation, decl, model.diags)
                               : compile_run(model.compilation, &decl, 1, model.diags);
        assert_non_null(program);
        verify_program(program);
        program_destroy(program);
        (*programs)++;
    }
    strbuf_deinit(&text);
    strbuf_deinit(&fault);
    model_close(&model);
}

static int check_samples(CompileOptions options)
{
    glob_t paths;
    int programs = 0;
    assert_int_equal(glob(SUP_ROOT "/tests/samples/*.sup", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        check_sample(paths.gl_pathv[i], options, &programs);
    globfree(&paths);
    return programs;
}

static void samples_lower_to_sound_programs(void **state)
{
    (void)state;
    assert_true(check_samples((CompileOptions){0}) >= 40);
}

static void samples_lower_without_each_rewrite(void **state)
{
    (void)state;
    for (uint32_t i = 0; compile_pass_name(i) != NULL; i++) {
        Str off[] = {str_from_cstr(compile_pass_name(i))};
        assert_true(check_samples((CompileOptions){.passes_off = off, .passes_off_count = 1}) >=
                    40);
    }
}

// ---------------------------------------------------------------- what is in a program

#define TABLES                                                                                     \
    "table t (a: integer, b: money?, s: text, d: date)\n"                                          \
    "table u (a: integer, b: money)\n key (a)\n"

static void program_holds_only_what_is_read(void **state)
{
    (void)state;
    Fixture model;
    model_open(&model, STR(TABLES "query q\n from t as x\n yield (x.a)\n"), (CompileOptions){0});
    Program *program = model_program(&model);
    assert_non_null(program);
    assert_int_equal(program->table_count, 1);
    assert_true(program->tables[0].columns[0].needed);
    assert_false(program->tables[0].columns[1].needed);
    assert_false(program->reads_as_of);
    program_destroy(program);
    model_close(&model);
}

static void test_stops_at_what_it_gives(void **state)
{
    (void)state;
    Fixture model;
    model_open(&model,
               STR(TABLES
                   "relation r (a: integer)\n from t as x\n group by x.a, x.d\n yield (a)\n"
                   "query q\n from r as z\n yield (z.a)\n"
                   "test \"一\" for q\n given r\n | a |\n | 1 |\n expect result\n | a |\n | 1 |\n"),
               (CompileOptions){0});
    const TypedDecl *test = NULL;
    for (uint32_t i = 0; i < model.typed->decl_count; i++)
        if (model.typed->decls[i]->kind == TYPED_TEST)
            test = model.typed->decls[i];
    assert_true(compile_supported(model.compilation, typed_find(model.typed, STR("q"))));
    Program *program = compile_test(model.compilation, test, model.diags);
    assert_non_null(program);
    assert_int_equal(program->table_count, 0);
    assert_int_equal(program->test_count, 1);
    verify_program(program);
    program_destroy(program);
    assert_int_equal(diag_count(model.diags, DIAG_ERROR), 0);
    model_close(&model);
}

static const Operator *only_operator(const Body *body, OperatorKind kind)
{
    for (uint32_t i = 0; i < body->operator_count; i++)
        if (body->operators[i].kind == kind)
            return &body->operators[i];
    fail();
    return NULL;
}

static void policy_and_polarity_are_in_the_leaves(void **state)
{
    (void)state;
    Fixture model;
    model_open(&model,
               STR(TABLES "query q\n from t as x\n where not (x.b > 3元) and x.b < 9元 on missing "
                          "drop\n yield (x.a)\n"),
               (CompileOptions){0});
    Program *program = model_program(&model);
    const Expr *condition = &only_operator(&program->queries[0].body, OPERATOR_FILTER)->condition;
    uint32_t leaves = 0, expected[] = {TRUTH_T, TRUTH_F};
    assert_true(condition->is_truth);
    for (uint32_t i = 0; i < condition->count; i++)
        if (condition->steps[i].op == STEP_LEAF)
            assert_int_equal(condition->steps[i].index, expected[leaves++]);
    assert_int_equal(leaves, 2);
    program_destroy(program);
    model_close(&model);
}

static void key_leaves_are_found(void **state)
{
    (void)state;
    Fixture model;
    model_open(&model,
               STR(TABLES "query q\n from t as x\n"
                          " join u as y on x.a + 1 = y.a and (y.b = x.b or x.a = y.a) and not x.a "
                          "= y.a and y.a = 3\n"
                          " yield (x.a)\n"),
               (CompileOptions){0});
    Program *program = model_program(&model);
    const Partner *partner = &only_operator(&program->queries[0].body, OPERATOR_PARTNER)->partner;
    assert_int_equal(partner->leaf_count, 5);
    const bool keys[] = {true, true, true, false, false},
               conjuncts[] = {true, false, false, false, true};
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(partner->leaves[i].key, keys[i]);
        assert_int_equal(partner->leaves[i].conjunct, conjuncts[i]);
        assert_int_equal(partner->leaves[i].negative, i == 3);
    }
    // A leaf over the partner alone reads nothing earlier.
    assert_int_equal(partner->leaves[4].reads_earlier_count, 0);
    assert_int_equal(partner->leaves[4].reads_partner_count, 1);
    program_destroy(program);
    model_close(&model);
}

// ---------------------------------------------------------------- limits

static void add_chain(StrBuf *out, int count)
{
    strbuf_add_c(out, TABLES "query q\n from t as x\n let l0 = x.a\n");
    for (int i = 1; i <= count; i++)
        strbuf_printf(out, " let l%d = l%d + 1\n", i, i - 1);
    strbuf_printf(out, " yield (v: l%d)\n", count);
}

static void long_chains_of_lets_end_at_a_limit(void **state)
{
    (void)state;
    for (int count = 900; count <= 3000; count += 2100) {
        Fixture model;
        StrBuf text = {0};
        add_chain(&text, count);
        model_open(&model, strbuf_str(&text), (CompileOptions){0});
        Program *program = model_program(&model);
        assert_int_equal(program != NULL, count == 900);
        if (program != NULL)
            program_destroy(program);
        strbuf_deinit(&text);
        model_close(&model);
    }
}

static void doubling_lets_stay_small(void **state)
{
    (void)state;
    Fixture model;
    StrBuf text = {0};
    strbuf_add_c(&text, TABLES "query q\n from t as x\n let l0 = x.a + x.a\n");
    for (int i = 1; i < 60; i++)
        strbuf_printf(&text, " let l%d = l%d + l%d\n", i, i - 1, i - 1);
    strbuf_add_c(&text, " yield (v: l59)\n");
    model_open(&model, strbuf_str(&text), (CompileOptions){0});
    Program *program = model_program(&model);
    assert_non_null(program);
    assert_true(program->queries[0].body.columns[0].value.count <= 61);
    program_destroy(program);
    strbuf_deinit(&text);
    model_close(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_lower_to_sound_programs),
        cmocka_unit_test(samples_lower_without_each_rewrite),
        cmocka_unit_test(program_holds_only_what_is_read),
        cmocka_unit_test(test_stops_at_what_it_gives),
        cmocka_unit_test(policy_and_polarity_are_in_the_leaves),
        cmocka_unit_test(key_leaves_are_found),
        cmocka_unit_test(long_chains_of_lets_end_at_a_limit),
        cmocka_unit_test(doubling_lets_stay_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_arena.c: regions, their limits and marks, and the arrays that live in them.
#include "tests/unit/unit.h"

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/vec.h"

static void test_alloc(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    for (size_t align = 1; align <= 4096; align *= 2)
        for (size_t size = 0; size < 300; size += 37) {
            char *bytes = arena_alloc(arena, size, align);
            assert_non_null(bytes);
            assert_int_equal((uintptr_t)bytes % align, 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 0xAA, size);
        }
    char *large = arena_alloc(arena, 10 << 20, 16);
    large[(10 << 20) - 1] = 1;
    arena_destroy(arena);
    arena_destroy(NULL);
}

static void test_text(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    Str copy = arena_str(arena, STR("年\0月"));
    assert_int_equal(copy.len, 7);
    assert_int_equal(copy.ptr[7], 0);
    assert_int_equal(arena_used(arena), 8);
    expect_str(arena_printf(arena, "%d-%s", 3, "三"), "3-三");
    assert_int_equal(arena_str(arena, (Str){0}).ptr[0], 0);
    arena_destroy(arena);
}

static void test_rewind(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    ArenaMark start = arena_mark(arena);
    char *kept = arena_alloc(arena, 100, 1);
    memset(kept, 7, 100);
    ArenaMark mark = arena_mark(arena);
    size_t used = arena_used(arena);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++)
            memset(arena_alloc(arena, 333, 8), 0xFF, 333);
        arena_rewind(arena, mark);
        assert_int_equal(arena_used(arena), used);
        char *again = arena_alloc(arena, 50, 1);
        for (int i = 0; i < 50; i++)
            assert_int_equal(again[i], 0);
        arena_rewind(arena, mark);
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(kept[i], 7);
    arena_rewind(arena, start);
    assert_int_equal(arena_used(arena), 0);
    arena_destroy(arena);
}

static void test_children(void **state)
{
    (void)state;
    Arena *top = arena_create(NULL, 0);
    Arena *child = arena_create(top, 0);
    arena_alloc(top, 10, 1);
    ArenaMark mark = arena_mark(top);
    arena_alloc(child, 100, 1);
    assert_int_equal(arena_used(top), 110);
    arena_alloc(top, 5, 1);
    arena_rewind(top, mark); // does not touch the child
    assert_int_equal(arena_used(top), 110);
    arena_destroy(child);
    assert_int_equal(arena_used(top), 10);
    // A deep chain and a wide row go with their parent, without recursion.
    Arena *deep = top;
    for (int i = 0; i < 20000; i++) {
        deep = arena_create(deep, 0);
        if (i % 1000 == 0)
            arena_alloc(deep, 1, 1);
    }
    for (int i = 0; i < 1000; i++)
        arena_alloc(arena_create(top, 0), 3, 1);
    assert_int_equal(arena_used(top), 10 + 20 + 3000);
    arena_reset(top);
    assert_int_equal(arena_used(top), 0);
    arena_alloc(top, 1, 1);
    arena_destroy(top);
}

// ---- Limits -------------------------------------------------------------------------------------

typedef struct Fatal {
    jmp_buf back;
    size_t asked;
    size_t limit;
} Fatal;

// A handler must not return; here it jumps, which only a test may do.
static void fatal_handler(void *context, size_t asked, size_t limit)
{
    Fatal *fatal = context;
    fatal->asked = asked;
    fatal->limit = limit;
    longjmp(fatal->back, 1);
}

static void test_limit(void **state)
{
    (void)state;
    Fatal fatal = {0};
    Arena *top = arena_create(NULL, 1000);
    arena_set_fatal(top, fatal_handler, &fatal);
    Arena *child = arena_create(top, 0);
    arena_alloc(child, 999, 1);
    arena_alloc(top, 1, 1); // exactly the limit
    if (setjmp(fatal.back) == 0) {
        arena_alloc(child, 1, 1);
        fail_msg("passed the limit");
    }
    assert_int_equal(fatal.asked, 1);
    assert_int_equal(fatal.limit, 1000);
    arena_reset(child);
    arena_alloc(child, 500, 1);
    if (setjmp(fatal.back) == 0) {
        (void)ARENA_ARRAY(child, uint64_t, SIZE_MAX / 4);
        fail_msg("passed the address space");
    }
    assert_int_equal(fatal.asked, SIZE_MAX);
    arena_destroy(top);
}

// ---- Arrays -------------------------------------------------------------------------------------

typedef VEC(int) IntVec;

static void test_vec(void **state)
{
    (void)state;
    IntVec numbers = {0};
    for (int i = 0; i < 10000; i++)
        vec_push(&numbers, i);
    assert_int_equal(numbers.count, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(numbers.items[i], i);
    assert_int_equal(vec_last(&numbers), 9999);
    assert_int_equal(vec_pop(&numbers), 9999);
    vec_resize(&numbers, 10005);
    assert_int_equal(numbers.items[9998], 9998);
    assert_int_equal(numbers.items[10004], 0);
    vec_clear(&numbers);
    vec_reserve(&numbers, 20000);
    assert_true(numbers.cap >= 20000);
    vec_free(&numbers);
    assert_null(numbers.items);
    assert_int_equal(numbers.cap, 0);
}

static void test_avec(void **state)
{
    (void)state;
    Arena *arena = arena_create(NULL, 0);
    VEC(Str) names = {0};
    VEC(int128_t) counts = {0};
    for (int i = 0; i < 1000; i++) {
        avec_push(arena, &names, arena_printf(arena, "n%d", i));
        avec_push(arena, &counts, (int128_t)i * i);
    }
    expect_str(names.items[777], "n777");
    assert_true(counts.items[999] == 998001);
    arena_destroy(arena);
}

// ---- Errors -------------------------------------------------------------------------------------

static Status fail_deep(Error *err)
{
    return error_set(err, STATUS_IO, "无法读取文件 %s（第 %d 行）", "cannot read file %s (line %d)",
                     "a.csv", 3);
}

static Status fail_outer(Error *err)
{
    TRY(fail_deep(err));
    return STATUS_OK;
}

static void test_error(void **state)
{
    (void)state;
    Error err = {0};
    assert_int_equal(fail_outer(&err), STATUS_IO);
    expect_str(error_text(&err, LANG_ZH), "无法读取文件 a.csv（第 3 行）");
    expect_str(error_text(&err, LANG_EN), "cannot read file a.csv (line 3)");
    assert_int_equal(error_prefix(&err, STATUS_DATA, "表 %s：", "table %s: ", "药店"), STATUS_IO);
    expect_str(error_text(&err, LANG_ZH), "表 药店：无法读取文件 a.csv（第 3 行）");
    // The old text may be an argument of the new one.
    Status status = error_set(&err, STATUS_LIMIT, "停止：%s", "stopped: %s", strbuf_cstr(&err.en));
    assert_int_equal(status, STATUS_LIMIT);
    expect_str(error_text(&err, LANG_EN), "stopped: table 药店: cannot read file a.csv (line 3)");
    assert_int_equal(fail_outer(NULL), STATUS_IO);
    error_clear(&err);
    expect_str(error_text(&err, LANG_EN), "");
    assert_int_equal(error_set_text(&err, STATUS_DATA, STR("坏"), STR("bad")), STATUS_DATA);
    expect_str(error_text(&err, LANG_ZH), "坏");
    error_deinit(&err);
    assert_string_equal(status_name(STATUS_CANCELLED), "cancelled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_rewind), cmocka_unit_test(test_children),
        cmocka_unit_test(test_limit),  cmocka_unit_test(test_vec),
        cmocka_unit_test(test_avec),   cmocka_unit_test(test_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

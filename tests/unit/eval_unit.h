// SPDX-License-Identifier: Apache-2.0
//
// eval_unit.h: a small bench for the tests of the interpreter: columns made from arrays of values, expressions
// made from a few steps, results read back as values.
#ifndef SUP_TESTS_UNIT_EVAL_UNIT_H
#define SUP_TESTS_UNIT_EVAL_UNIT_H

#include "runtime/data/vector.h"
#include "runtime/exec/eval.h"
#include "tests/unit/unit.h"

enum { BENCH_COLUMNS = 6 };

typedef struct Bench {
    Arena *arena;
    Dict *dict;
    CauseTable *causes;
    CauseId gap, gap2, issue, issue2; // causes to give to unknown values
    Program program;
    EvalShared shared;
    Rowset *rowset;
    SlotRows slot;
    EvalContext context;
} Bench;

static inline Bench *bench_create(void)
{
    Bench *b = base_alloc_zeroed(1, sizeof *b);
    b->arena = arena_create(NULL, 0);
    b->dict = dict_create();
    b->causes = cause_table_create();
    b->gap = cause_intern(b->causes, REASON_MISSING, STR("表.甲"));
    b->gap2 = cause_intern(b->causes, REASON_MASKED, STR("表.乙"));
    b->issue = cause_intern(b->causes, REASON_CONVERSION, STR("f(x)"));
    b->issue2 = cause_intern(b->causes, REASON_DOMAIN, STR("g(x)"));
    b->shared = (EvalShared){.program = &b->program, .dict = b->dict, .causes = b->causes};
    b->shared.absent_cause = cause_intern(b->causes, REASON_ABSENT, STR(""));
    b->rowset = rowset_create(STR("表"), BENCH_COLUMNS);
    b->slot = (SlotRows){.rowset = b->rowset};
    b->context = (EvalContext){.shared = &b->shared, .arena = b->arena, .slots = &b->slot};
    return b;
}

static inline void bench_destroy(Bench *b)
{
    rowset_destroy(b->rowset);
    cause_table_destroy(b->causes);
    dict_destroy(b->dict);
    arena_destroy(b->arena);
    free(b);
}

// Replaces column `index` by these values.
static inline void bench_column(Bench *b, uint32_t index, Type type, const Value *values,
                                int64_t count)
{
    column_deinit(&b->rowset->columns[index]);
    column_init(&b->rowset->columns[index], STR("列"), type);
    for (int64_t i = 0; i < count; i++)
        column_append(&b->rowset->columns[index], &values[i]);
    b->rowset->row_count = count;
}

static inline Step step_column(uint32_t index, Type type)
{
    return (Step){.op = STEP_COLUMN, .phys = type_phys(type), .index = index, .type = type};
}

static inline Step step_const(uint32_t index, Type type)
{
    return (Step){.op = STEP_CONST, .phys = type_phys(type), .index = index, .type = type};
}

// Runs the steps over rows first..first+count of the columns.
static inline void bench_run_rows(Bench *b, const Step *steps, uint32_t step_count, int64_t first,
                                  int64_t count, Vector *out)
{
    Expr expr = {.steps = steps, .count = step_count, .type = steps[step_count - 1].type};
    b->slot.first = first;
    b->context.count = count;
    eval_expr(&b->context, &expr, out);
}

// Runs the steps over all rows in batches, and writes the results as values of `type`.
static inline void bench_run(Bench *b, const Step *steps, uint32_t step_count, Type type,
                             int64_t batch, Value *results)
{
    for (int64_t first = 0; first < b->rowset->row_count; first += batch) {
        int64_t count = MIN_OF(batch, b->rowset->row_count - first);
        Vector out;
        bench_run_rows(b, steps, step_count, first, count, &out);
        for (int64_t i = 0; i < count; i++)
            results[first + i] = vector_value(&out, type, i);
        arena_reset(b->arena);
    }
}

static inline Value known_i128(Type type, int128_t count)
{
    return (Value){.type = type, .i128 = count};
}

static inline Value known_whole(Type type, int64_t value)
{
    return (Value){.type = type, .i64 = value};
}

static inline Value make_gap(Type type, CauseId cause)
{
    return (Value){.type = type, .state = VALUE_GAP, .cause = cause};
}

static inline Value make_issue(Type type, CauseId cause)
{
    return (Value){.type = type, .state = VALUE_ISSUE, .cause = cause};
}

static inline Value make_bounded(Type type, CauseId cause, int128_t lo, int128_t hi)
{
    return (Value){
        .type = type, .state = VALUE_ISSUE, .cause = cause, .bounded = true, .lo = lo, .hi = hi};
}

static inline Value known_text(Bench *b, Type type, const char *text)
{
    return (Value){.type = type, .code = dict_intern(b->dict, str_from_cstr(text))};
}

#define expect_same_value(found, expected)                                                         \
    do {                                                                                           \
        Value found_ = (found);                                                                    \
        Value expected_ = (expected);                                                              \
        assert_int_equal(found_.state, expected_.state);                                           \
        assert_true(value_same(&found_, &expected_));                                              \
        if (expected_.state != VALUE_KNOWN)                                                        \
            assert_int_equal(found_.cause, expected_.cause);                                       \
        assert_int_equal(found_.bounded, expected_.bounded);                                       \
        if (expected_.bounded) {                                                                   \
            assert_true(found_.lo == expected_.lo);                                                \
            assert_true(found_.hi == expected_.hi);                                                \
        }                                                                                          \
    } while (0)

#endif

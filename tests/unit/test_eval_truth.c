// SPDX-License-Identifier: Apache-2.0
// test_eval_truth.c: policies, Kleene logic with causes, choice, texts, sets and calls.

#include "tests/unit/eval_unit.h"

static const Type INTEGER = {.kind = TYPE_INTEGER};
static const Type BOOLEAN = {.kind = TYPE_BOOLEAN};
static const Type TEXT = {.kind = TYPE_TEXT};

static Value boolean(bool value)
{
    return (Value){.type = BOOLEAN, .boolean = value};
}

static Step step_of(StepOp op, Phys phys, uint32_t a, uint32_t b)
{
    Type type = phys == PHYS_BOOL ? BOOLEAN : phys == PHYS_I64 ? INTEGER : TEXT;
    return (Step){.op = op, .phys = phys, .type = type, .a = a, .b = b, .source = STR("source")};
}

// ---------------------------------------------------------------- leaves

static void leaves_take_the_value_of_their_policy(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Value values[] = {boolean(false), boolean(true), make_gap(BOOLEAN, b->gap),
                            make_issue(BOOLEAN, b->issue)};
    bench_column(b, 0, BOOLEAN, values, 4);
    for (uint32_t gap = TRUTH_F; gap <= TRUTH_U; gap++) {
        Step steps[] = {step_column(0, BOOLEAN), step_of(STEP_LEAF, PHYS_BOOL, 0, 0)};
        steps[1].index = gap;
        Vector out;
        bench_run_rows(b, steps, 2, 0, 4, &out);
        const uint8_t expected[] = {TRUTH_F, TRUTH_T, (uint8_t)gap, TRUTH_U};
        assert_memory_equal(out.truth, expected, 4);
        assert_int_equal(out.cause[3], b->issue);
        if (gap == TRUTH_U)
            assert_int_equal(out.cause[2], b->gap);
        arena_reset(b->arena);
    }
    // Two rows without anything unknown: no cause array at all.
    Step steps[] = {step_column(0, BOOLEAN), step_of(STEP_LEAF, PHYS_BOOL, 0, 0)};
    const Expr expr = {.steps = steps, .count = 2, .is_truth = true, .type = BOOLEAN};
    Vector out;
    b->slot.first = 0;
    b->context.count = 2;
    eval_truth(&b->context, &expr, &out);
    assert_null(out.cause);
    bench_destroy(b);
}

// ---------------------------------------------------------------- connectives

// 0 F, 1 T, 2 gap, 3 issue.
static Value operand(Bench *b, int code, bool left)
{
    if (code < 2)
        return boolean(code == 1);
    return code == 2 ? make_gap(BOOLEAN, left ? b->gap : b->gap2)
                     : make_issue(BOOLEAN, left ? b->issue : b->issue2);
}

static uint8_t kleene(StepOp op, uint8_t x, uint8_t y)
{
    uint8_t decisive = op == STEP_AND ? TRUTH_F : TRUTH_T;
    if (x == decisive || y == decisive)
        return decisive;
    return x == TRUTH_U || y == TRUTH_U ? TRUTH_U : !decisive;
}

static void connectives_are_kleene_and_name_a_cause(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Value x[16];
    Value y[16];
    for (int i = 0; i < 16; i++) {
        x[i] = operand(b, i / 4, true);
        y[i] = operand(b, i % 4, false);
    }
    bench_column(b, 0, BOOLEAN, x, 16);
    bench_column(b, 1, BOOLEAN, y, 16);
    const StepOp ops[] = {STEP_AND, STEP_OR};
    for (int raw = 0; raw < 2; raw++) {
        for (int k = 0; k < 2; k++) {
            StepOp leaf = raw == 1 ? STEP_LEAF_RAW : STEP_LEAF;
            Step steps[] = {
                step_column(0, BOOLEAN),          step_column(1, BOOLEAN),
                step_of(leaf, PHYS_BOOL, 0, 0),   step_of(leaf, PHYS_BOOL, 1, 0),
                step_of(ops[k], PHYS_BOOL, 2, 3), step_of(STEP_TRUTH_VALUE, PHYS_BOOL, 4, 0)};
            steps[2].index = steps[3].index = TRUTH_U;
            Value found[16];
            bench_run(b, steps, 6, BOOLEAN, 7, found);
            for (int i = 0; i < 16; i++) {
                uint8_t a = x[i].state == VALUE_KNOWN ? (uint8_t)x[i].boolean : TRUTH_U;
                uint8_t c = y[i].state == VALUE_KNOWN ? (uint8_t)y[i].boolean : TRUTH_U;
                uint8_t expected = kleene(ops[k], a, c);
                if (expected != TRUTH_U) {
                    expect_same_value(found[i], boolean(expected == TRUTH_T));
                    continue;
                }
                // In a clause the leftmost U speaks; in a value an issue goes before a gap.
                bool right = a != TRUTH_U || (raw == 1 && c == TRUTH_U && x[i].state == VALUE_GAP &&
                                              y[i].state == VALUE_ISSUE);
                const Value *from = right ? &y[i] : &x[i];
                assert_int_equal(found[i].cause, from->cause);
                assert_int_equal(found[i].state, raw == 1 ? from->state : VALUE_ISSUE);
            }
        }
    }
    bench_destroy(b);
}

static void not_keeps_what_is_undetermined(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Value values[] = {boolean(false), boolean(true), make_gap(BOOLEAN, b->gap)};
    bench_column(b, 0, BOOLEAN, values, 3);
    const Step steps[] = {step_column(0, BOOLEAN), step_of(STEP_LEAF_RAW, PHYS_BOOL, 0, 0),
                          step_of(STEP_NOT, PHYS_BOOL, 1, 0)};
    Vector out;
    bench_run_rows(b, steps, 3, 0, 3, &out);
    const uint8_t expected[] = {TRUTH_T, TRUTH_F, TRUTH_U};
    assert_memory_equal(out.truth, expected, 3);
    assert_int_equal(out.cause[2], b->gap);
    bench_destroy(b);
}

// ---------------------------------------------------------------- choice

static void choice_hands_on_states_and_hulls(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Value conditions[] = {boolean(true),
                                boolean(false),
                                make_gap(BOOLEAN, b->gap),
                                make_issue(BOOLEAN, b->issue),
                                make_issue(BOOLEAN, b->issue),
                                boolean(true)};
    const Value x[] = {known_whole(INTEGER, 1),
                       known_whole(INTEGER, 1),
                       known_whole(INTEGER, 1),
                       known_whole(INTEGER, 1),
                       make_bounded(INTEGER, b->issue2, 4, 6),
                       make_gap(INTEGER, b->gap2)};
    const Value y[] = {known_whole(INTEGER, 2), known_whole(INTEGER, 2),  known_whole(INTEGER, 2),
                       known_whole(INTEGER, 9), known_whole(INTEGER, -3), known_whole(INTEGER, 2)};
    bench_column(b, 0, BOOLEAN, conditions, 6);
    bench_column(b, 1, INTEGER, x, 6);
    bench_column(b, 2, INTEGER, y, 6);
    Step steps[] = {step_column(0, BOOLEAN), step_of(STEP_LEAF_RAW, PHYS_BOOL, 0, 0),
                    step_column(1, INTEGER), step_column(2, INTEGER),
                    step_of(STEP_SELECT, PHYS_I64, 1, 2)};
    steps[4].c = 3;
    const Value expected[] = {known_whole(INTEGER, 1),
                              known_whole(INTEGER, 2),
                              make_gap(INTEGER, b->gap),
                              make_bounded(INTEGER, b->issue, 1, 9),
                              make_bounded(INTEGER, b->issue, -3, 6),
                              make_gap(INTEGER, b->gap2)};
    const int64_t batches[] = {1, 2, 6};
    for (size_t k = 0; k < ARRAY_LEN(batches); k++) {
        Value found[6];
        bench_run(b, steps, 5, INTEGER, batches[k], found);
        for (int i = 0; i < 6; i++)
            expect_same_value(found[i], expected[i]);
    }
    bench_destroy(b);
}

static void second_choice_stands_in_for_gaps_only(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Value x[] = {known_whole(INTEGER, 1), make_gap(INTEGER, b->gap),
                       make_bounded(INTEGER, b->issue, 1, 2), make_gap(INTEGER, b->gap)};
    const Value y[] = {known_whole(INTEGER, 7), known_whole(INTEGER, 7), known_whole(INTEGER, 7),
                       make_gap(INTEGER, b->gap2)};
    bench_column(b, 0, INTEGER, x, 4);
    bench_column(b, 1, INTEGER, y, 4);
    const Step steps[] = {step_column(0, INTEGER), step_column(1, INTEGER),
                          step_of(STEP_COALESCE, PHYS_I64, 0, 1)};
    Value found[4];
    bench_run(b, steps, 3, INTEGER, 4, found);
    expect_same_value(found[0], x[0]);
    expect_same_value(found[1], y[1]);
    expect_same_value(found[2], x[2]);
    expect_same_value(found[3], y[3]);
    bench_destroy(b);
}

// ---------------------------------------------------------------- parameters

static void dated_parameters_take_the_value_in_force(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const int64_t since[] = {100, 200};
    const Param param = {.name = STR("比率"), .type = INTEGER, .since = since, .value_count = 2};
    Value values[] = {known_whole(INTEGER, 70), known_whole(INTEGER, 75)};
    Value *const params[] = {values};
    b->program.params = &param;
    b->program.param_count = 1;
    b->shared.params = params;
    Type date = type_of(TYPE_DATE);
    const Value dates[] = {known_whole(date, 99), known_whole(date, 100), known_whole(date, 199),
                           known_whole(date, 200), make_gap(date, b->gap)};
    bench_column(b, 0, date, dates, 5);
    const Step steps[] = {step_column(0, date), step_of(STEP_PARAM_AT, PHYS_I64, 0, 0)};
    Value found[5];
    bench_run(b, steps, 2, INTEGER, 5, found);
    expect_same_value(
        found[0],
        make_issue(INTEGER, cause_intern(b->causes, REASON_NO_PARAMETER_VALUE, STR("比率"))));
    expect_same_value(found[1], values[0]);
    expect_same_value(found[2], values[0]);
    expect_same_value(found[3], values[1]);
    expect_same_value(found[4], make_gap(INTEGER, b->gap));
    const Step plain = {.op = STEP_PARAM, .phys = PHYS_I64, .type = INTEGER};
    bench_run(b, &plain, 1, INTEGER, 5, found);
    expect_same_value(found[4], values[0]);
    bench_destroy(b);
}

// ---------------------------------------------------------------- texts

static void mentions_look_for_parts(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Type set = {.kind = TYPE_SET, .element = &TEXT};
    const Value texts[] = {known_text(b, TEXT, "消字号抑菌膏"), known_text(b, TEXT, "消字号抑菌膏"),
                           known_text(b, TEXT, ""), make_gap(TEXT, b->gap)};
    const Value parts[] = {known_text(b, TEXT, "抑菌"), known_text(b, TEXT, ""),
                           known_text(b, TEXT, "抑菌"), known_text(b, TEXT, "抑菌")};
    Value words[] = {known_text(b, TEXT, "治疗"), known_text(b, TEXT, "抑菌")};
    uint32_t some = set_encode(b->dict, TEXT, words, 2);
    uint32_t other = set_encode(b->dict, TEXT, words, 1);
    const Value sets[] = {{.type = set, .code = some},
                          {.type = set, .code = other},
                          {.type = set, .code = some},
                          {.type = set, .code = 0}};
    bench_column(b, 0, TEXT, texts, 4);
    bench_column(b, 1, TEXT, parts, 4);
    bench_column(b, 2, set, sets, 4);
    const Step one[] = {step_column(0, TEXT), step_column(1, TEXT),
                        step_of(STEP_MENTIONS, PHYS_BOOL, 0, 1)};
    const Step any[] = {step_column(0, TEXT), step_column(2, set),
                        step_of(STEP_MENTIONS_ANY, PHYS_BOOL, 0, 1)};
    Value found[4];
    bench_run(b, one, 3, BOOLEAN, 4, found);
    expect_same_value(found[0], boolean(true));
    expect_same_value(found[1], boolean(false));
    expect_same_value(found[2], boolean(false));
    expect_same_value(found[3], make_gap(BOOLEAN, b->gap));
    bench_run(b, any, 3, BOOLEAN, 4, found);
    expect_same_value(found[0], boolean(true));
    // set_encode sorted the words, so the one kept is 抑菌 or 治疗 by code point: 抑 U+6291 < 治 U+6CBB.
    expect_same_value(found[1], boolean(true));
    expect_same_value(found[2], boolean(false));
    expect_same_value(found[3], boolean(false));
    bench_destroy(b);
}

static void patterns_match_whole_texts(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Regex *regex = NULL;
    assert_int_equal(regex_compile(STR("[A-C][0-9]{3}"), REGEX_WHOLE, &regex, NULL, NULL),
                     STATUS_OK);
    Regex *const regexes[] = {regex};
    b->program.regexes = regexes;
    b->program.regex_count = 1;
    const Value texts[] = {known_text(b, TEXT, "A123"), known_text(b, TEXT, "A123"),
                           known_text(b, TEXT, "A1234"), make_issue(TEXT, b->issue)};
    bench_column(b, 0, TEXT, texts, 4);
    const Step steps[] = {step_column(0, TEXT), step_of(STEP_LIKE, PHYS_BOOL, 0, 0)};
    Value found[4];
    bench_run(b, steps, 2, BOOLEAN, 4, found);
    expect_same_value(found[0], boolean(true));
    expect_same_value(found[1], boolean(true));
    expect_same_value(found[2], boolean(false));
    expect_same_value(found[3], make_issue(BOOLEAN, b->issue));
    regex_destroy(regex);
    bench_destroy(b);
}

static void expect_texts(Bench *b, const Value *found, const char *const *expected, int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(found[i].state, VALUE_KNOWN);
        expect_str(dict_str(b->dict, found[i].code), expected[i]);
    }
}

static void templates_print_values_and_holes(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Type money = type_exact(TYPE_MONEY, 4);
    CauseId zero = cause_intern(b->causes, REASON_DIVISION_BY_ZERO, STR("a / b"));
    const Value values[] = {known_i128(money, 305000), make_gap(money, b->gap),
                            make_issue(money, zero)};
    bench_column(b, 0, money, values, 3);
    const Value prefix = known_text(b, TEXT, "共");
    b->shared.consts = &prefix;
    const uint32_t parts[] = {2, 1, 3};
    const int64_t unknown[] = {1, 2, 5};
    const int64_t fewer[] = {4, 3, 1};
    const int64_t *const counts[] = {unknown, NULL, fewer};
    b->context.aggregate_unknown = counts;
    const uint32_t aggregates[] = {0, 1, 2};
    Step steps[] = {step_column(0, money), step_of(STEP_TEXT, PHYS_CODE, 0, 0), step_const(0, TEXT),
                    step_of(STEP_UNKNOWN_ROWS, PHYS_CODE, 0, 0),
                    step_of(STEP_CONCAT, PHYS_CODE, 0, 0)};
    steps[1].type = money;
    steps[3].list = aggregates;
    steps[3].list_count = 3;
    steps[4].list = parts;
    steps[4].list_count = 3;
    Value found[3];
    bench_run(b, steps, 5, TEXT, 3, found);
    const char *const expected[] = {"共30.5元（4 行不明）", "共（缺失）", "共（除数为零）"};
    expect_texts(b, found, expected, 3);
    b->context.aggregate_unknown = NULL;
    bench_run(b, steps, 5, TEXT, 3, found);
    const char *const bare[] = {"共30.5元", "共（缺失）", "共（除数为零）"};
    expect_texts(b, found, bare, 3);
    bench_destroy(b);
}

static void sets_are_made_from_values(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Type set = {.kind = TYPE_SET, .element = &INTEGER};
    const Value x[] = {known_whole(INTEGER, 5), known_whole(INTEGER, 1), make_gap(INTEGER, b->gap)};
    const Value y[] = {known_whole(INTEGER, 2), known_whole(INTEGER, 1), known_whole(INTEGER, 1)};
    bench_column(b, 0, INTEGER, x, 3);
    bench_column(b, 1, INTEGER, y, 3);
    const uint32_t members[] = {0, 1};
    Step steps[] = {step_column(0, INTEGER), step_column(1, INTEGER),
                    step_of(STEP_MAKE_SET, PHYS_CODE, 0, 0)};
    steps[2].type = set;
    steps[2].list = members;
    steps[2].list_count = 2;
    Value found[3];
    bench_run(b, steps, 3, set, 3, found);
    assert_int_equal(list_count(b->dict, found[0].code), 2);
    assert_int_equal(list_get(b->dict, INTEGER, found[0].code, 0).i64, 2);
    assert_int_equal(list_count(b->dict, found[1].code), 1);
    expect_same_value(found[2], make_gap(set, b->gap));
    bench_destroy(b);
}

// ---------------------------------------------------------------- calls

// a - b; fails where b is 13; an unknown b counts as 1000.
static void subtract_kernel(FnContext *fn, const Vector *args, uint32_t arg_count,
                            const int64_t *rows, int64_t row_count, Vector *out, FnFail report,
                            void *closure)
{
    assert_int_equal(arg_count, 2);
    assert_int_equal(fn->types[0].kind, TYPE_INTEGER);
    assert_int_equal(fn->result_type.kind, TYPE_INTEGER);
    for (int64_t i = 0; i < row_count; i++) {
        int64_t row = rows[i];
        int64_t at = vector_index(&args[1], row);
        bool known = args[1].state == NULL || args[1].state[at] == VALUE_KNOWN;
        int64_t b = known ? args[1].i64[at] : 1000;
        out->i64[row] = args[0].i64[vector_index(&args[0], row)] - b;
        if (b == 13)
            report(closure, row, REASON_DOMAIN);
    }
}

static void calls_see_known_rows_and_report_failures(void **state)
{
    (void)state;
    Bench *b = bench_create();
    LibraryFunction functions[] = {{.name = STR("f"), .kernel = subtract_kernel, .raw = 0},
                                   {.name = STR("g"), .kernel = subtract_kernel, .raw = 2}};
    b->program.functions = functions;
    b->program.function_count = 2;
    const Value x[] = {known_whole(INTEGER, 5), make_gap(INTEGER, b->gap), known_whole(INTEGER, 20),
                       known_whole(INTEGER, 7), known_whole(INTEGER, 7)};
    const Value y[] = {known_whole(INTEGER, 2), known_whole(INTEGER, 2), known_whole(INTEGER, 13),
                       make_issue(INTEGER, b->issue), make_gap(INTEGER, b->gap)};
    bench_column(b, 0, INTEGER, x, 5);
    bench_column(b, 1, INTEGER, y, 5);
    const uint32_t operands[] = {0, 1};
    Step steps[] = {step_column(0, INTEGER), step_column(1, INTEGER),
                    step_of(STEP_CALL, PHYS_I64, 0, 0)};
    steps[2].list = operands;
    steps[2].list_count = 2;
    CauseId domain = cause_intern(b->causes, REASON_DOMAIN, STR("source"));
    for (uint32_t f = 0; f < 2; f++) {
        steps[2].index = f;
        Value found[5];
        bench_run(b, steps, 3, INTEGER, 5, found);
        expect_same_value(found[0], known_whole(INTEGER, 3));
        expect_same_value(found[1], make_gap(INTEGER, b->gap));
        expect_same_value(found[2], make_issue(INTEGER, domain));
        expect_same_value(found[3], make_issue(INTEGER, b->issue)); // a failure is not a hole
        expect_same_value(found[4],
                          f == 0 ? make_gap(INTEGER, b->gap) : known_whole(INTEGER, -993));
    }
    // All operands constant: one call, a constant result.
    const Value consts[] = {known_whole(INTEGER, 30), known_whole(INTEGER, 4)};
    b->shared.consts = consts;
    steps[0] = step_const(0, INTEGER);
    steps[1] = step_const(1, INTEGER);
    Vector out;
    bench_run_rows(b, steps, 3, 0, 5, &out);
    assert_true(out.constant);
    assert_int_equal(out.i64[0], 26);
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_take_the_value_of_their_policy),
        cmocka_unit_test(connectives_are_kleene_and_name_a_cause),
        cmocka_unit_test(not_keeps_what_is_undetermined),
        cmocka_unit_test(choice_hands_on_states_and_hulls),
        cmocka_unit_test(second_choice_stands_in_for_gaps_only),
        cmocka_unit_test(dated_parameters_take_the_value_in_force),
        cmocka_unit_test(mentions_look_for_parts),
        cmocka_unit_test(patterns_match_whole_texts),
        cmocka_unit_test(templates_print_values_and_holes),
        cmocka_unit_test(sets_are_made_from_values),
        cmocka_unit_test(calls_see_known_rows_and_report_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

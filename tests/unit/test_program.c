// SPDX-License-Identifier: Apache-2.0
// test_program.c: a small program passes the verifier and prints; each of its invariants, broken, is reported.

#include "runtime/exec/program.h"
#include "tests/unit/unit.h"

static const Type MONEY = {.kind = TYPE_MONEY, .scale = 4};
static const Type DATE = {.kind = TYPE_DATE};
static const Type TEXT = {.kind = TYPE_TEXT};
static const Type BOOLEAN = {.kind = TYPE_BOOLEAN};
static const Type INTEGER = {.kind = TYPE_INTEGER};

// The parts of the program, all within reach so that a test can break one.
typedef struct Sample {
    ColumnDecl columns[3];
    TableDecl table;
    Const constant;
    Slot slot;
    Step condition[4];
    Step key[1];
    Step count_condition[4];
    GroupKey keys[1];
    Operator operators[4];
    Aggregate aggregate;
    uint32_t mention[1], stretch[1], clue_keys[1];
    Str clue_names[1];
    Rule rule;
    Program program;
} Sample;

static Step step(StepOp op, Type type, Phys phys, uint32_t a, uint32_t b, uint32_t index)
{
    return (Step){.op = op, .type = type, .phys = phys, .a = a, .b = b, .index = index};
}

static Expr truth_expr(const Step *steps, uint32_t count)
{
    return (Expr){
        .steps = steps, .count = count, .type = BOOLEAN, .is_truth = true, .can_gap = true};
}

static void fill_expressions(Sample *m)
{
    m->condition[0] = step(STEP_COLUMN, MONEY, PHYS_I128, 0, 0, 1);
    m->condition[1] = step(STEP_CONST, MONEY, PHYS_I128, 0, 0, 0);
    m->condition[2] = step(STEP_COMPARE, MONEY, PHYS_BOOL, 0, 1, COMPARE_GE);
    m->condition[3] = step(STEP_LEAF, BOOLEAN, PHYS_BOOL, 2, 0, TRUTH_U);
    m->key[0] = step(STEP_COLUMN, TEXT, PHYS_CODE, 0, 0, 0);
    m->count_condition[0] = step(STEP_AGG, INTEGER, PHYS_I64, 0, 0, 0);
    m->count_condition[1] = step(STEP_AGG, INTEGER, PHYS_I64, 0, 0, 0);
    m->count_condition[2] = step(STEP_COMPARE, INTEGER, PHYS_BOOL, 0, 1, COMPARE_EQ);
    m->count_condition[3] = step(STEP_LEAF, BOOLEAN, PHYS_BOOL, 2, 0, TRUTH_U);
    m->keys[0] =
        (GroupKey){.name = STR("门店"), .value = {.steps = m->key, .count = 1, .type = TEXT}};
}

static void fill_body(Sample *m)
{
    m->operators[0] = (Operator){.kind = OPERATOR_FROM, .place = 1};
    m->operators[1] =
        (Operator){.kind = OPERATOR_FILTER, .place = 2, .condition = truth_expr(m->condition, 4)};
    m->operators[2] =
        (Operator){.kind = OPERATOR_GROUP, .place = 3, .group = {.keys = m->keys, .key_count = 1}};
    m->operators[3] = (Operator){
        .kind = OPERATOR_FILTER, .place = 4, .condition = truth_expr(m->count_condition, 4)};
    m->aggregate = (Aggregate){.kind = AGGREGATE_COUNT,
                               .type = INTEGER,
                               .mention = m->mention,
                               .mention_count = 1,
                               .text = STR("count(s)")};
    m->stretch[0] = 1;
    m->clue_names[0] = STR("门店");
    m->rule = (Rule){.name = STR("规则"), .selected = true};
    m->rule.body = (Body){.slots = &m->slot,
                          .slot_count = 1,
                          .operators = m->operators,
                          .operator_count = 4,
                          .aggregates = &m->aggregate,
                          .aggregate_stretch = m->stretch,
                          .aggregate_count = 1,
                          .clue_keys = m->clue_keys,
                          .clue_key_count = 1,
                          .clue_key_names = m->clue_names,
                          .end_place = 5};
}

static void model_make(Sample *m)
{
    *m = (Sample){.constant = {.type = MONEY, .value = {.i128 = 30000000}}};
    m->columns[0] = (ColumnDecl){.name = STR("门店"), .type = TEXT, .needed = true};
    m->columns[1] =
        (ColumnDecl){.name = STR("金额"), .type = MONEY, .nullable = true, .needed = true};
    m->columns[2] = (ColumnDecl){.name = STR("日期"), .type = DATE};
    m->table =
        (TableDecl){.name = STR("销售"), .columns = m->columns, .column_count = 3, .needed = true};
    m->slot = (Slot){.name = STR("s")};
    fill_expressions(m);
    fill_body(m);
    m->program = (Program){.tables = &m->table,
                           .table_count = 1,
                           .consts = &m->constant,
                           .const_count = 1,
                           .rules = &m->rule,
                           .rule_count = 1};
}

static void a_sound_program_passes_and_prints(void **state)
{
    (void)state;
    Sample model;
    StrBuf text = {0};
    model_make(&model);
    assert_true(program_verify(&model.program, &text));
    assert_int_equal(text.len, 0);
    program_dump(&model.program, &text);
    assert_string_equal(strbuf_cstr(&text), "table 销售 needed\n"
                                            "  column 0 门店 text needed\n"
                                            "  column 1 金额 money.4? needed\n"
                                            "  column 2 日期 date\n"
                                            "rule 规则 stratum 0 selected\n"
                                            "    slot 0 s of 销售\n"
                                            "    1: from 销售 as s\n"
                                            "    2: filter\n"
                                            "      condition gap?\n"
                                            "        %0 = COLUMN s.金额 : money.4\n"
                                            "        %1 = CONST 3000元 : money.4\n"
                                            "        %2 = COMPARE >= %0 %1 : money.4\n"
                                            "        %3 = LEAF gap=U %2 : boolean\n"
                                            "    3: group\n"
                                            "      key 0 门店\n"
                                            "        value\n"
                                            "          %0 = COLUMN s.门店 : text\n"
                                            "    4: filter\n"
                                            "      condition gap?\n"
                                            "        %0 = AGG 0 : integer\n"
                                            "        %1 = AGG 0 : integer\n"
                                            "        %2 = COMPARE = %0 %1 : integer\n"
                                            "        %3 = LEAF gap=U %2 : boolean\n"
                                            "    aggregate 0 count stretch 1 mentions s : integer\n"
                                            "    clue 0=门店\n");
    strbuf_deinit(&text);
}

// Breaks the model in one way.
typedef void (*Break)(Sample *m);

static void break_column(Sample *m)
{
    m->condition[0].index = 3;
}

static void break_slot(Sample *m)
{
    m->condition[0].slot = 1;
}

static void break_column_layout(Sample *m)
{
    m->condition[0].index = 2;
}

static void break_order(Sample *m)
{
    m->condition[2].b = 2;
}

static void break_constant(Sample *m)
{
    m->condition[1].index = 1;
}

static void break_comparison(Sample *m)
{
    m->condition[2].index = 6;
}

static void break_sides(Sample *m)
{
    m->condition[1] = step(STEP_COLUMN, DATE, PHYS_I64, 0, 0, 2);
}

static void break_truth(Sample *m)
{
    m->operators[1].condition.count = 3;
}

static void break_leaf(Sample *m)
{
    m->condition[3].a = 0;
}

static void break_value_as_truth(Sample *m)
{
    m->condition[3] = step(STEP_NOT, BOOLEAN, PHYS_BOOL, 2, 0, 0);
}

static void break_aggregate(Sample *m)
{
    m->count_condition[1].index = 1;
}

static void break_mention(Sample *m)
{
    m->mention[0] = 7;
}

static void break_clue_key(Sample *m)
{
    m->clue_keys[0] = 1;
}

static void break_group_key(Sample *m)
{
    m->keys[0].value.count = 0;
}

static void break_call(Sample *m)
{
    m->condition[1] = step(STEP_CALL, MONEY, PHYS_I128, 0, 0, 0);
}

static void every_broken_invariant_is_named(void **state)
{
    (void)state;
    const struct {
        Break apply;
        const char *fault;
    } cases[] = {
        {break_column, "step 0 COLUMN: no such column"},
        {break_slot, "step 0 COLUMN: no such slot"},
        {break_column_layout, "step 0 COLUMN: layout differs from the column's"},
        {break_order, "step 2 COMPARE: an operand is no earlier step"},
        {break_constant, "step 1 CONST: no such constant"},
        {break_comparison, "step 2 COMPARE: unknown comparison"},
        {break_sides, "step 2 COMPARE: the sides differ in layout"},
        {break_truth, "step 2 COMPARE: the expression gives no truth vector"},
        {break_leaf, "step 3 LEAF: an operand has another layout"},
        {break_value_as_truth, "step 3 NOT: a value where a truth vector is wanted"},
        {break_aggregate, "step 1 AGG: no such aggregate"},
        {break_mention, "aggregate: no such slot"},
        {break_clue_key, "end: no such clue key"},
        {break_group_key, "group key: no expression"},
        {break_call, "step 1 CALL: no such function"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Sample model;
        StrBuf fault = {0};
        model_make(&model);
        cases[i].apply(&model);
        assert_false(program_verify(&model.program, &fault));
        if (!str_ends(strbuf_str(&fault), str_from_cstr(cases[i].fault)))
            fail_msg("case %zu: %s", i, strbuf_cstr(&fault));
        assert_true(str_starts(strbuf_str(&fault), STR("规则, clause ")));
        strbuf_deinit(&fault);
    }
}

static void every_step_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(step_name(STEP_CONST), "CONST");
    assert_string_equal(step_name(STEP_CALL), "CALL");
    for (StepOp op = 0; op < STEP_COUNT; op++)
        assert_non_null(step_name(op));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_program_passes_and_prints),
        cmocka_unit_test(every_broken_invariant_is_named),
        cmocka_unit_test(every_step_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

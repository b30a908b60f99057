// SPDX-License-Identifier: Apache-2.0
// test_eval_compare.c: comparisons, membership, periods, presence: known values against plain C, unknown ones by
// the rules of evaluation.md 1.1, 1.4, 1.5, bounds against enumeration.

#include "runtime/base/time.h"
#include "tests/unit/eval_unit.h"

static const Type INTEGER = {.kind = TYPE_INTEGER};
static const Type BOOLEAN = {.kind = TYPE_BOOLEAN};
static const Type TEXT = {.kind = TYPE_TEXT};
static const Type IDENTITY = {.kind = TYPE_IDENTITY};
static const Type PERIOD = {.kind = TYPE_PERIOD};
static const Type MONEY = {.kind = TYPE_MONEY, .scale = 4};

static Step step_compare(StepOp op, uint32_t a, uint32_t b, Type type, uint32_t index)
{
    return (Step){.op = op,
                  .phys = PHYS_BOOL,
                  .type = type,
                  .a = a,
                  .b = b,
                  .index = index,
                  .source = STR("x op y")};
}

static Value truth_value(bool holds)
{
    return (Value){.type = BOOLEAN, .boolean = holds};
}

// Compares one pair of values, each also as a constant, and gives the one answer.
static Value compare_pair(Bench *b, Step compare, Type x_type, Value x, Type y_type, Value y)
{
    bench_column(b, 0, x_type, &x, 1);
    bench_column(b, 1, y_type, &y, 1);
    const Value consts[] = {x, y};
    b->shared.consts = consts;
    Value answers[4];
    for (int sides = 0; sides < 4; sides++) {
        const Step steps[] = {(sides & 1) != 0 ? step_const(0, x_type) : step_column(0, x_type),
                              (sides & 2) != 0 ? step_const(1, y_type) : step_column(1, y_type),
                              compare};
        bench_run(b, steps, 3, BOOLEAN, 1, &answers[sides]);
        expect_same_value(answers[sides], answers[0]);
    }
    b->shared.consts = NULL;
    return answers[0];
}

static bool holds(CompareOp op, int order)
{
    const bool table[6][3] = {{false, true, false}, {true, false, true},  {true, false, false},
                              {true, true, false},  {false, false, true}, {false, true, true}};
    return table[op][order + 1];
}

// ---------------------------------------------------------------- known values

static void known_values_compare_by_their_order(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Type real = {.kind = TYPE_REAL};
    // Ascending values of each type; neighbours differ.
    const Value groups[][3] = {
        {known_whole(INTEGER, INT64_MIN), known_whole(INTEGER, 0), known_whole(INTEGER, INT64_MAX)},
        {known_i128(MONEY, -wide_pow10(37)), known_i128(MONEY, -1),
         known_i128(MONEY, wide_pow10(37))},
        {{.type = real, .f64 = -1e300}, {.type = real, .f64 = 0.0}, {.type = real, .f64 = 1e-300}},
        {{.type = PERIOD, .pair = {1, 9}},
         {.type = PERIOD, .pair = {2, 3}},
         {.type = PERIOD, .pair = {2, 4}}},
        {known_text(b, TEXT, ""), known_text(b, TEXT, "z"), known_text(b, TEXT, "一")},
        {{.type = BOOLEAN, .boolean = false},
         {.type = BOOLEAN, .boolean = true},
         {.type = BOOLEAN, .boolean = true}},
    };
    for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                Type type = groups[g][i].type;
                int order = value_compare(b->dict, &groups[g][i], &groups[g][j]);
                assert_int_equal(order < 0, i < j && !value_same(&groups[g][i], &groups[g][j]));
                order = (order > 0) - (order < 0);
                for (CompareOp op = COMPARE_EQ; op <= COMPARE_GE; op++) {
                    Value found = compare_pair(b, step_compare(STEP_COMPARE, 0, 1, type, op), type,
                                               groups[g][i], type, groups[g][j]);
                    expect_same_value(found, truth_value(holds(op, order)));
                }
            }
        }
    }
    bench_destroy(b);
}

static void unknown_operands_follow_strictness(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Value gap = make_gap(INTEGER, b->gap);
    Value gap2 = make_gap(INTEGER, b->gap2);
    Value issue = make_issue(INTEGER, b->issue);
    Value issue2 = make_issue(INTEGER, b->issue2);
    Value known = known_whole(INTEGER, 1);
    Step step = step_compare(STEP_COMPARE, 0, 1, INTEGER, COMPARE_LT);
    const struct {
        Value x, y, expected;
    } rows[] = {
        {gap, known, make_gap(BOOLEAN, b->gap)},
        {known, gap2, make_gap(BOOLEAN, b->gap2)},
        {gap, gap2, make_gap(BOOLEAN, b->gap)},
        {gap, issue, make_issue(BOOLEAN, b->issue)},
        {issue, gap, make_issue(BOOLEAN, b->issue)},
        {issue, issue2, make_issue(BOOLEAN, b->issue)},
        {known, issue2, make_issue(BOOLEAN, b->issue2)},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_same_value(compare_pair(b, step, INTEGER, rows[i].x, INTEGER, rows[i].y),
                          rows[i].expected);
    bench_destroy(b);
}

// ---------------------------------------------------------------- bounds

static Value decided_by_enumeration(CompareOp op, const int64_t a[2], const int64_t c[2],
                                    CauseId cause)
{
    bool can[2] = {false, false};
    for (int64_t x = a[0]; x <= a[1]; x++)
        for (int64_t y = c[0]; y <= c[1]; y++)
            can[holds(op, (x > y) - (x < y))] = true;
    return can[0] && can[1] ? make_issue(BOOLEAN, cause) : truth_value(can[1]);
}

static void bounds_decide_what_they_can(void **state)
{
    (void)state;
    Bench *b = bench_create();
    uint64_t seed = 11;
    for (int round = 0; round < 500; round++) {
        int64_t a[2];
        int64_t c[2];
        a[0] = (int64_t)(random_next(&seed) % 9);
        a[1] = a[0] + 1 + (int64_t)(random_next(&seed) % 3);
        c[0] = (int64_t)(random_next(&seed) % 9);
        c[1] = c[0] + (round % 2 == 0 ? 0 : 1 + (int64_t)(random_next(&seed) % 3));
        Value x = make_bounded(INTEGER, b->issue, a[0], a[1]);
        Value y = c[0] == c[1] ? known_whole(INTEGER, c[0])
                               : make_bounded(INTEGER, b->issue2, c[0], c[1]);
        for (CompareOp op = COMPARE_EQ; op <= COMPARE_GE; op++) {
            Step step = step_compare(STEP_COMPARE, 0, 1, INTEGER, op);
            expect_same_value(compare_pair(b, step, INTEGER, x, INTEGER, y),
                              decided_by_enumeration(op, a, c, b->issue));
        }
    }
    bench_destroy(b);
}

static void infinite_bounds_decide_on_one_side(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Value x = make_bounded(INTEGER, b->issue, 10, BOUND_HIGH);
    Step at_least = step_compare(STEP_COMPARE, 0, 1, INTEGER, COMPARE_GE);
    expect_same_value(compare_pair(b, at_least, INTEGER, x, INTEGER, known_whole(INTEGER, 10)),
                      truth_value(true));
    expect_same_value(compare_pair(b, at_least, INTEGER, x, INTEGER, known_whole(INTEGER, 11)),
                      make_issue(BOOLEAN, b->issue));
    // A gap beside it leaves the pair open: nothing is known of the gap.
    expect_same_value(compare_pair(b, at_least, INTEGER, x, INTEGER, make_gap(INTEGER, b->gap)),
                      make_issue(BOOLEAN, b->issue));
    bench_destroy(b);
}

// ---------------------------------------------------------------- fractions

static uint32_t pack_scales(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return a | b << 8 | c << 16 | d << 24;
}

// Compares x0/x1 with x2/x3 as columns.
static Value compare_fractions(Bench *b, CompareOp op, Type type, const Value x[4], uint32_t scales)
{
    for (uint32_t k = 0; k < 4; k++)
        bench_column(b, k, type, &x[k], 1);
    Step steps[5];
    for (uint32_t k = 0; k < 4; k++)
        steps[k] = step_column(k, type);
    steps[4] = step_compare(STEP_COMPARE_FRACTION, 0, 1, type, op);
    steps[4].c = 2;
    steps[4].d = 3;
    steps[4].index2 = scales;
    Value found;
    bench_run(b, steps, 5, BOOLEAN, 1, &found);
    return found;
}

static void quotients_compare_by_cross_multiplication(void **state)
{
    (void)state;
    Bench *b = bench_create();
    // 69999999999999.9999 / 99999999999999.9999 < 70%, although the 18-place quotient is 0.7.
    Value x[4] = {known_i128(MONEY, INT64_C(699999999999999999)),
                  known_i128(MONEY, INT64_C(999999999999999999)), known_i128(MONEY, 7),
                  known_i128(MONEY, 1)};
    expect_same_value(compare_fractions(b, COMPARE_LT, MONEY, x, pack_scales(4, 4, 1, 0)),
                      truth_value(true));
    expect_same_value(compare_fractions(b, COMPARE_EQ, MONEY, x, pack_scales(4, 4, 1, 0)),
                      truth_value(false));
    // A negative denominator turns the comparison round.
    x[1] = known_i128(MONEY, -1);
    x[0] = known_i128(MONEY, 5);
    expect_same_value(compare_fractions(b, COMPARE_LT, MONEY, x, 0), truth_value(true));
    x[3] = known_i128(MONEY, 0);
    CauseId zero = cause_intern(b->causes, REASON_DIVISION_BY_ZERO, STR("x op y"));
    expect_same_value(compare_fractions(b, COMPARE_LT, MONEY, x, 0), make_issue(BOOLEAN, zero));
    x[0] = make_gap(MONEY, b->gap);
    expect_same_value(compare_fractions(b, COMPARE_LT, MONEY, x, 0), make_gap(BOOLEAN, b->gap));
    bench_destroy(b);
}

static Value fraction_by_enumeration(CompareOp op, int64_t lo[4], int64_t hi[4], CauseId cause)
{
    bool can[2] = {false, false};
    for (int64_t n = lo[0]; n <= hi[0]; n++)
        for (int64_t d = lo[1]; d <= hi[1]; d++)
            for (int64_t m = lo[2]; m <= hi[2]; m++)
                for (int64_t e = lo[3]; e <= hi[3]; e++) {
                    if (d == 0 || e == 0)
                        return make_issue(BOOLEAN, cause);
                    int64_t sign = (d < 0) == (e < 0) ? 1 : -1;
                    int64_t difference = sign * (n * e - m * d);
                    can[holds(op, (difference > 0) - (difference < 0))] = true;
                }
    return can[0] && can[1] ? make_issue(BOOLEAN, cause) : truth_value(can[1]);
}

static void fractions_of_bounded_parts_decide_what_they_can(void **state)
{
    (void)state;
    Bench *b = bench_create();
    uint64_t seed = 23;
    for (int round = 0; round < 1500; round++) {
        int64_t lo[4];
        int64_t hi[4];
        Value x[4];
        bool issue = false;
        for (int k = 0; k < 4; k++) {
            lo[k] = (int64_t)(random_next(&seed) % 11) - 5;
            hi[k] = lo[k] + (int64_t)(random_next(&seed) % 3);
            issue |= hi[k] > lo[k];
            x[k] = hi[k] > lo[k] ? make_bounded(INTEGER, b->issue, lo[k], hi[k])
                                 : known_whole(INTEGER, lo[k]);
        }
        if (!issue)
            continue;
        for (CompareOp op = COMPARE_EQ; op <= COMPARE_GE; op++) {
            Value found = compare_fractions(b, op, INTEGER, x, 0);
            // Bounds know nothing of whole numbers: two ranges may meet at a value that no pair of them has.
            bool may_be_open = op == COMPARE_EQ || op == COMPARE_NE;
            if (!may_be_open || found.state == VALUE_KNOWN)
                expect_same_value(found, fraction_by_enumeration(op, lo, hi, b->issue));
        }
    }
    bench_destroy(b);
}

static void means_bring_their_own_bounds(void **state)
{
    (void)state;
    Bench *b = bench_create();
    // sum in [1, 9], count in [1, 3]: the corners say [1/3, 9], the mean's own bounds [2, 3].
    const Value values[6] = {make_bounded(INTEGER, b->issue, 1, 9),
                             make_bounded(INTEGER, b->issue, 1, 3),
                             known_whole(INTEGER, 1),
                             known_whole(INTEGER, 1),
                             make_bounded(INTEGER, b->issue, 2, 3),
                             known_whole(INTEGER, 1)};
    Step steps[7];
    for (uint32_t k = 0; k < 6; k++) {
        bench_column(b, k, INTEGER, &values[k], 1);
        steps[k] = step_column(k, INTEGER);
    }
    const uint32_t sides[] = {4, 5};
    steps[6] = step_compare(STEP_COMPARE_FRACTION, 0, 1, INTEGER, COMPARE_GT);
    steps[6].c = 2;
    steps[6].d = 3;
    Value found;
    bench_run(b, steps, 7, BOOLEAN, 1, &found);
    expect_same_value(found, make_issue(BOOLEAN, b->issue));
    steps[6].list = sides;
    steps[6].list_count = 2;
    bench_run(b, steps, 7, BOOLEAN, 1, &found);
    expect_same_value(found, truth_value(true));
    bench_destroy(b);
}

// ---------------------------------------------------------------- identity values and sets

// A damaged value with the characters that survived.
static Value skeleton_value(Bench *b, const char *skeleton, CauseId cause)
{
    Value value = make_gap(IDENTITY, cause);
    value.skeleton = dict_intern(b->dict, str_from_cstr(skeleton));
    return value;
}

static void identity_values_compare_by_what_survived(void **state)
{
    (void)state;
    Bench *b = bench_create();
    Step step = step_compare(STEP_EQUAL_IDENTITY, 0, 1, IDENTITY, 0);
    Value a = known_text(b, IDENTITY, "A123");
    Value c = known_text(b, IDENTITY, "C123");
    Value fits_a = skeleton_value(b, "A1\x01\x01", b->gap);
    Value fits_c = skeleton_value(b,
                                  "\x01"
                                  "12\x01",
                                  b->gap2);
    Value other = skeleton_value(b, "B\x01\x01\x01", b->gap2);
    Value missing = make_gap(IDENTITY, b->gap);
    Value failed = make_issue(IDENTITY, b->issue);
    const struct {
        Value x, y, expected;
    } rows[] = {
        {a, a, truth_value(true)},
        {a, c, truth_value(false)},
        {a, fits_a, make_gap(BOOLEAN, b->gap)},
        {fits_a, c, truth_value(false)},
        {fits_a, fits_c, make_gap(BOOLEAN, b->gap)},
        {fits_c, fits_a, make_gap(BOOLEAN, b->gap2)},
        {other, fits_a, truth_value(false)},
        {missing, a, make_gap(BOOLEAN, b->gap)},
        {other, missing, make_gap(BOOLEAN, b->gap2)},
        {missing, failed, make_issue(BOOLEAN, b->issue)},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_same_value(compare_pair(b, step, IDENTITY, rows[i].x, IDENTITY, rows[i].y),
                          rows[i].expected);
    bench_destroy(b);
}

static void membership_is_or_of_equalities(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Type set = {.kind = TYPE_SET, .element = &INTEGER};
    const Type ids = {.kind = TYPE_SET, .element = &IDENTITY};
    Value numbers[] = {known_whole(INTEGER, 2), known_whole(INTEGER, 5)};
    Value names[] = {known_text(b, IDENTITY, "A123"), known_text(b, IDENTITY, "B456")};
    Value some = {.type = set, .code = set_encode(b->dict, INTEGER, numbers, 2)};
    Value people = {.type = ids, .code = set_encode(b->dict, IDENTITY, names, 2)};
    Value none = {.type = set, .code = 0};
    Value no_people = {.type = ids, .code = 0};
    Value skeleton = skeleton_value(b, "A\x01\x01\x01", b->gap);
    Value stranger = skeleton_value(b, "C\x01\x01\x01", b->gap);
    const struct {
        Type type;
        Value x, y, expected;
    } rows[] = {
        {INTEGER, known_whole(INTEGER, 5), some, truth_value(true)},
        {INTEGER, known_whole(INTEGER, 3), some, truth_value(false)},
        {INTEGER, known_whole(INTEGER, 3), none, truth_value(false)},
        {INTEGER, make_gap(INTEGER, b->gap), some, make_gap(BOOLEAN, b->gap)},
        {INTEGER, make_gap(INTEGER, b->gap), none, truth_value(false)},
        {INTEGER, make_issue(INTEGER, b->issue), some, make_issue(BOOLEAN, b->issue)},
        {INTEGER, make_bounded(INTEGER, b->issue, 3, 4), some, truth_value(false)},
        {INTEGER, make_bounded(INTEGER, b->issue, 3, 5), some, make_issue(BOOLEAN, b->issue)},
        {INTEGER, known_whole(INTEGER, 5), make_gap(set, b->gap), make_gap(BOOLEAN, b->gap)},
        {IDENTITY, names[0], people, truth_value(true)},
        {IDENTITY, known_text(b, IDENTITY, "A124"), people, truth_value(false)},
        {IDENTITY, skeleton, people, make_gap(BOOLEAN, b->gap)},
        {IDENTITY, stranger, people, truth_value(false)},
        {IDENTITY, make_gap(IDENTITY, b->gap), people, make_gap(BOOLEAN, b->gap)},
        {IDENTITY, make_gap(IDENTITY, b->gap), no_people, truth_value(false)},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Step step = step_compare(STEP_IN_SET, 0, 1, rows[i].type, 0);
        expect_same_value(compare_pair(b, step, rows[i].type, rows[i].x, rows[i].y.type, rows[i].y),
                          rows[i].expected);
    }
    bench_destroy(b);
}

static void large_sets_answer_like_small_ones(void **state)
{
    (void)state;
    enum { MEMBERS = 300, ROWS = 2000 };
    Bench *b = bench_create();
    const Type types[] = {INTEGER, TEXT, MONEY};
    for (size_t t = 0; t < ARRAY_LEN(types); t++) {
        const Type set = {.kind = TYPE_SET, .element = &types[t]};
        static Value values[ROWS];
        for (int i = 0; i < ROWS; i++) {
            char text[16];
            snprintf(text, sizeof text, "v%d", i);
            values[i] = types[t].kind == TYPE_TEXT ? known_text(b, TEXT, text)
                        : types[t].kind == TYPE_INTEGER
                            ? known_whole(INTEGER, i * INT64_C(1000000007))
                            : known_i128(MONEY, i * wide_pow10(25));
        }
        // Every seventh value is a member.
        Value members[MEMBERS];
        uint32_t count = 0;
        for (int i = 0; i < ROWS && count < MEMBERS; i += 7)
            members[count++] = values[i];
        Value whole = {.type = set, .code = set_encode(b->dict, types[t], members, count)};
        values[1] = make_gap(types[t], b->gap);
        bench_column(b, 0, types[t], values, ROWS);
        b->shared.consts = &whole;
        const Step steps[] = {step_column(0, types[t]), step_const(0, set),
                              step_compare(STEP_IN_SET, 0, 1, types[t], 0)};
        const int64_t batches[] = {1, 7, 1024};
        for (size_t k = 0; k < ARRAY_LEN(batches); k++) {
            static Value found[ROWS];
            bench_run(b, steps, 3, BOOLEAN, batches[k], found);
            for (int i = 0; i < ROWS; i++)
                expect_same_value(found[i],
                                  i == 1 ? make_gap(BOOLEAN, b->gap) : truth_value(i % 7 == 0));
        }
        b->shared.consts = NULL;
    }
    bench_destroy(b);
}

// ---------------------------------------------------------------- periods, presence

static void periods_lie_inside_or_share_a_day(void **state)
{
    (void)state;
    Bench *b = bench_create();
    for (int64_t a = 0; a < 5; a++)
        for (int64_t c = a; c < 5; c++)
            for (int64_t d = 0; d < 5; d++)
                for (int64_t e = d; e < 5; e++) {
                    Value x = {.type = PERIOD, .pair = {a, c}};
                    Value y = {.type = PERIOD, .pair = {d, e}};
                    bool inside = true;
                    bool shared = false;
                    for (int64_t day = a; day <= c; day++) {
                        bool in = day >= d && day <= e;
                        inside &= in;
                        shared |= in;
                    }
                    Step during = step_compare(STEP_DURING, 0, 1, PERIOD, 0);
                    Step overlaps = step_compare(STEP_OVERLAPS, 0, 1, PERIOD, 0);
                    expect_same_value(compare_pair(b, during, PERIOD, x, PERIOD, y),
                                      truth_value(inside));
                    expect_same_value(compare_pair(b, overlaps, PERIOD, x, PERIOD, y),
                                      truth_value(shared));
                }
    bench_destroy(b);
}

static void days_and_months_become_periods(void **state)
{
    (void)state;
    Bench *b = bench_create();
    int32_t month;
    int32_t first;
    int32_t last;
    assert_true(month_from_ym(2024, 2, &month));
    assert_true(date_from_ymd(2024, 2, 1, &first));
    assert_true(date_from_ymd(2024, 2, 29, &last));
    const struct {
        TypeKind kind;
        int64_t value;
        Pair expected;
    } rows[] = {
        {TYPE_MONTH, month, {first, last}},
        {TYPE_DATE, first, {first, first}},
        {TYPE_DATETIME, (int64_t)last * TIME_US_PER_DAY + 5, {last, last}},
        {TYPE_DATETIME, -1, {-1, -1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Type type = type_of(rows[i].kind);
        Value value = known_whole(type, rows[i].value);
        bench_column(b, 0, type, &value, 1);
        const Step steps[] = {step_column(0, type),
                              {.op = STEP_TO_PERIOD,
                               .phys = PHYS_PAIR,
                               .type = PERIOD,
                               .a = 0,
                               .index = rows[i].kind}};
        Value found;
        bench_run(b, steps, 2, PERIOD, 1, &found);
        expect_same_value(found, ((Value){.type = PERIOD, .pair = rows[i].expected}));
    }
    bench_destroy(b);
}

static void presence_tells_gaps_from_failures(void **state)
{
    (void)state;
    Bench *b = bench_create();
    const Value values[] = {known_whole(INTEGER, 0), make_gap(INTEGER, b->gap),
                            make_bounded(INTEGER, b->issue, 1, 2)};
    bench_column(b, 0, INTEGER, values, 3);
    const Step steps[] = {step_column(0, INTEGER),
                          {.op = STEP_IS_PRESENT, .phys = PHYS_BOOL, .type = BOOLEAN, .a = 0}};
    Value found[3];
    bench_run(b, steps, 2, BOOLEAN, 3, found);
    expect_same_value(found[0], truth_value(true));
    expect_same_value(found[1], truth_value(false));
    expect_same_value(found[2], make_issue(BOOLEAN, b->issue));
    const int64_t rows[] = {0, ROW_ABSENT, row_unknown(b->issue2)};
    b->slot.rows = rows;
    const Step variable = {.op = STEP_VARIABLE_PRESENT, .phys = PHYS_BOOL, .type = BOOLEAN};
    bench_run(b, &variable, 1, BOOLEAN, 3, found);
    expect_same_value(found[0], truth_value(true));
    expect_same_value(found[1], truth_value(false));
    expect_same_value(found[2], make_issue(BOOLEAN, b->issue2));
    bench_run(b, steps, 1, INTEGER, 3, found);
    expect_same_value(found[0], known_whole(INTEGER, 0));
    CauseId absent = cause_intern(b->causes, REASON_ABSENT, STR("表.列"));
    expect_same_value(found[1], make_gap(INTEGER, absent));
    expect_same_value(found[2], make_issue(INTEGER, b->issue2));
    bench_destroy(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values_compare_by_their_order),
        cmocka_unit_test(unknown_operands_follow_strictness),
        cmocka_unit_test(bounds_decide_what_they_can),
        cmocka_unit_test(infinite_bounds_decide_on_one_side),
        cmocka_unit_test(quotients_compare_by_cross_multiplication),
        cmocka_unit_test(fractions_of_bounded_parts_decide_what_they_can),
        cmocka_unit_test(means_bring_their_own_bounds),
        cmocka_unit_test(identity_values_compare_by_what_survived),
        cmocka_unit_test(membership_is_or_of_equalities),
        cmocka_unit_test(large_sets_answer_like_small_ones),
        cmocka_unit_test(periods_lie_inside_or_share_a_day),
        cmocka_unit_test(days_and_months_become_periods),
        cmocka_unit_test(presence_tells_gaps_from_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

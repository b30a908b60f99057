// SPDX-License-Identifier: Apache-2.0
//
// test_check_properties.c: what every check must keep, over 10^5 random values each: chances lie between 0 and 1, what
// is looked at and what is left out are all peers, and turning the values over or giving them another unit changes what
// it must and nothing else.
#include "tests/unit/unit.h"

#include <math.h>

#include "tests/unit/statistic_call.h"

#define VALUES 100000
#define MOST 48

// What turning the values over, -x for x, does to the score and the chance.
typedef enum Turned {
    TURNED_ALL,    // nothing is promised
    TURNED_SAME,   // neither changes
    TURNED_SIGN,   // the score changes its sign
    TURNED_REST,   // the score becomes what is left of the parameter `of`: 100 − score
    TURNED_CHANCE, // only the chance is the same
} Turned;

typedef struct Property {
    const char *name;
    Turned turned;
    bool scaled; // the score is the same in another unit
    int64_t parameters[4];
    double least, most; // of the score
    bool two;           // the second operand is random, 0 or 1
} Property;

static const Property properties[] = {
    {"z_score", TURNED_SIGN, true, {3}, -MOST, MOST, false},
    {"robust_z", TURNED_SIGN, true, {3}, -HUGE_VAL, HUGE_VAL, false},
    {"percentile_in_peers", TURNED_REST, true, {3}, 0, 100, false},
    {"grubbs", TURNED_SIGN, true, {3}, -MOST, MOST, false},
    {"generalised_esd", TURNED_ALL, true, {2, 3}, -HUGE_VAL, HUGE_VAL, false},
    {"peer_ratio", TURNED_SAME, true, {3}, -HUGE_VAL, HUGE_VAL, false},
    {"last_digit", TURNED_SAME, false, {3}, 0, HUGE_VAL, false},
    {"benford", TURNED_SAME, false, {1, 3}, 0, HUGE_VAL, false},
    {"round_share", TURNED_SAME, false, {1, 3}, 0, 1, false},
    {"repeated_share", TURNED_SAME, true, {3}, 0, 1, false},
    {"concentration", TURNED_SAME, true, {3}, 0, 1, false},
    {"sign_test", TURNED_CHANCE, true, {3}, 0, MOST, false},
    {"wilcoxon_signed", TURNED_SAME, true, {3}, 0, MOST *MOST, false},
    {"mann_whitney", TURNED_CHANCE, true, {3}, 0, MOST *MOST, true},
    {"ks_two", TURNED_SAME, true, {3}, 0, 1, true},
    {"trend", TURNED_SIGN, true, {3, TYPE_DATE}, -HUGE_VAL, HUGE_VAL, false},
    {"change_point", TURNED_SAME, true, {3, TYPE_DATE}, 0, MOST *MOST, false},
    {"flat_line", TURNED_ALL, true, {3, TYPE_DATE}, 1, MOST, false},
    {"step_pattern", TURNED_SAME, true, {3, TYPE_DATE}, 0, 1, false},
    {"seasonal_residual", TURNED_SIGN, true, {4, 3, TYPE_DATE}, -HUGE_VAL, HUGE_VAL, false},
    {"duplicate_of", TURNED_SAME, true, {0, 2}, 1, MOST, false},
};

typedef struct Sample {
    Reals x, y;
    double own;
} Sample;

// Whole numbers and halves, some of them equal; times one after the other.
static void draw(uint64_t *seed, const Property *property, Sample *sample)
{
    size_t count = 3 + random_next(seed) % (MOST - 3);
    int64_t spread = random_next(seed) % 2 ? 9 : 4000;
    vec_clear(&sample->x);
    vec_clear(&sample->y);
    for (size_t i = 0; i < count; i++) {
        double value = (double)(int64_t)(random_next(seed) % (uint64_t)(2 * spread + 1));
        vec_push(&sample->x, (value - (double)spread) / 2);
        vec_push(&sample->y, property->two ? (double)(random_next(seed) % 2) : (double)i);
    }
    sample->own = sample->x.items[random_next(seed) % count];
}

typedef struct Result {
    double score, p, n, left_out;
    Reason issue;
} Result;

static Result judge(CallWorld *world, const Property *property, const Sample *sample, double factor)
{
    const FnCard *card = stat_card(property->name);
    Reals x = {0};
    Value parameters[4];
    assert_non_null(card);
    for (size_t i = 0; i < sample->x.count; i++)
        vec_push(&x, sample->x.items[i] * factor);
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
        parameters[i] = (Value){.type = type_of(TYPE_INTEGER), .i64 = property->parameters[i]};
    StatPeers peers = stat_peers(world, card, &x, &sample->y, STAT_REAL, 0);
    peers.parameters = parameters;
    peers.parameter_count = ARRAY_LEN(parameters);
    while (peers.parameter_count > 1 && property->parameters[peers.parameter_count - 1] == 0)
        peers.parameter_count--;
    CheckKey own = {sample->own * factor + 0.0, 0};
    Result result = {NAN, NAN, NAN, NAN, REASON_NONE};
    Value out = {.type = type_of(TYPE_LIST)};
    FnContext fn = {.dict = world->dict, .arena = world->arena, .result_type = out.type};
    card->statistic(&fn, &peers, &out);
    if (fn.issue == REASON_NONE) {
        Str record = dict_str(world->dict, out.code);
        result.p = check_field(&fn, record, CHECK_P, own);
        result.n = check_field(&fn, record, CHECK_N, own);
        result.left_out = check_field(&fn, record, CHECK_LEFT_OUT, own);
        fn.issue = REASON_NONE;
        result.score = check_field(&fn, record, CHECK_SCORE, own);
    }
    result.issue = fn.issue;
    vec_free(&x);
    arena_reset(world->arena);
    return result;
}

static bool alike(double a, double b)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * (1 + fabs(a));
}

static void check_turned(const Property *property, const Result *one, const Result *turned)
{
    if (property->turned == TURNED_ALL)
        return;
    double wanted = property->turned == TURNED_SIGN   ? -one->score
                    : property->turned == TURNED_REST ? 100 - one->score
                                                      : one->score;
    bool score = property->turned == TURNED_CHANCE || alike(wanted, turned->score) ||
                 (property->turned == TURNED_SIGN && alike(one->score, turned->score) &&
                  strcmp(property->name, "seasonal_residual") == 0); // of two as far off the first
    if (one->issue != turned->issue || !score || !alike(one->p, turned->p))
        fail_msg("%s turned over: %.17g became %.17g, p %.17g became %.17g", property->name,
                 one->score, turned->score, one->p, turned->p);
}

static void test_properties(void **state)
{
    CallWorld *world = *state;
    uint64_t seed = 20240301;
    Sample sample = {{0}, {0}, 0};
    for (size_t i = 0; i < ARRAY_LEN(properties); i++) {
        const Property *property = &properties[i];
        size_t values = 0, judged = 0;
        while (values < VALUES) {
            draw(&seed, property, &sample);
            values += sample.x.count;
            Result one = judge(world, property, &sample, 1);
            Result turned = judge(world, property, &sample, -1);
            Result scaled = judge(world, property, &sample, 0x1p-7);
            check_turned(property, &one, &turned);
            if (property->scaled && (one.issue != scaled.issue || !alike(one.score, scaled.score) ||
                                     !alike(one.p, scaled.p)))
                fail_msg("%s in another unit: %.17g became %.17g", property->name, one.score,
                         scaled.score);
            if (one.issue != REASON_NONE)
                continue;
            judged++;
            if (!(one.score >= property->least && one.score <= property->most) || one.p < 0 ||
                one.p > 1)
                fail_msg("%s: score %.17g, p %.17g", property->name, one.score, one.p);
            if (one.n + one.left_out != (double)sample.x.count)
                fail_msg("%s: %g and %g of %zu", property->name, one.n, one.left_out,
                         sample.x.count);
        }
        if (judged == 0)
            fail_msg("%s judged nothing", property->name);
    }
    vec_free(&sample.x);
    vec_free(&sample.y);
}

// A chance of a family is never less than it was alone, and keeps its place among them.
static void test_adjusted(void **state)
{
    CallWorld *world = *state;
    const FnCard *card = stat_card("adjust");
    static const Str methods[] = {STR_INIT("holm"), STR_INIT("bh")};
    uint64_t seed = 7;
    for (int round = 0; round < 1500; round++) {
        Reals p = {0};
        Value parameters[2] = {{.type = type_of(TYPE_TEXT)},
                               {.type = type_of(TYPE_INTEGER), .i64 = 1}};
        size_t count = 1 + random_next(&seed) % 40;
        for (size_t i = 0; i < count; i++)
            vec_push(&p, (double)(random_next(&seed) % 1001) / 1000);
        StatPeers peers = stat_peers(world, card, &p, NULL, STAT_REAL, 0);
        double before = 0;
        Reason issue;
        peers.parameters = parameters;
        peers.texts = &methods[round % 2];
        peers.parameter_count = 2;
        for (int64_t i = 0; i < peers.item_count; i++) {
            double own = peers.items[i].f64;
            double got =
                stat_record_field(world, card, &peers, CHECK_P, (CheckKey){own, 0}, &issue);
            assert_int_equal(issue, REASON_NONE);
            assert_true(got >= own && got <= 1 && got >= before && got <= (double)count * own);
            before = got;
        }
        vec_free(&p);
        arena_reset(world->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_adjusted),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

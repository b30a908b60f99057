// SPDX-License-Identifier: Apache-2.0
//
// test_statistic.c: statistics of the library against recorded values (tables/statistics.tsv), against the
// certified values of the NIST data sets where those lie beside the project, and against their own definitions.
#include "tests/unit/unit.h"

#include <math.h>

#include "stdlib/check_int.h"
#include "tests/unit/statistic_call.h"

#define TABLE SUP_ROOT "/tests/unit/tables/statistics.tsv"
#define NIST SUP_ROOT "/../shared/data/nist/"

static bool read_file(const char *path, StrBuf *out)
{
    FILE *file = fopen(path, "rb");
    char bytes[4096];
    for (size_t n; file && (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        strbuf_add(out, (Str){bytes, n});
    if (file)
        fclose(file);
    return file != NULL;
}

// The next line of a text; advances the text.
static Str next_line(Str *text)
{
    size_t end = str_find(*text, STR("\n"), 0);
    Str line = str_slice(*text, 0, end == STR_NONE ? text->len : end);
    *text = str_slice(*text, end == STR_NONE ? text->len : end + 1, text->len);
    return line;
}

static bool near(double got, double wanted, double tolerance)
{
    return fabs(got - wanted) <=
           tolerance * fabs(wanted) + 100 * tolerance; // skewness near 0 cancels
}

// ---------------------------------------------------------------- recorded values

typedef struct Case {
    Str name, call, parameter;
    Reals x, y;
    double wanted;
} Case;

// The tails of distributions, of the parameters alone. False: it is another case.
static bool check_tail(const Case *c)
{
    Reals p = {0};
    double got = 0;
    if (!str_starts(c->name, STR("tail_")))
        return false;
    stat_numbers(c->parameter, &p);
    if (str_equal(c->name, STR("tail_binomial")))
        got = tail_binomial((int64_t)p.items[1], (int64_t)p.items[0], p.items[2]);
    else if (str_equal(c->name, STR("tail_poisson")))
        got = tail_poisson((int64_t)p.items[0], p.items[1]);
    else if (str_equal(c->name, STR("tail_student")))
        got = tail_student(p.items[0], p.items[1]);
    else if (str_equal(c->name, STR("tail_student_inverse")))
        got = tail_student_inverse(p.items[0], p.items[1]);
    else
        got = tail_chi_square(p.items[0], p.items[1]);
    if (fabs(got - c->wanted) > 1e-9 * c->wanted)
        fail_msg(STR_FMT " " STR_FMT ": %.17g, not %.17g", STR_ARG(c->name), STR_ARG(c->parameter),
                 got, c->wanted);
    vec_free(&p);
    return true;
}

// A check's field: "name.number", of a check of one value "name.number.place" of it in x. Parameters are whole where
// they are written so, but for those of just_below's limit.
static void check_record(CallWorld *world, const Case *c)
{
    char name[32];
    size_t dot = str_find(c->name, STR("."), 0);
    (void)snprintf(name, sizeof name, "%.*s", (int)dot, c->name.ptr);
    const FnCard *card = stat_card(name);
    assert_non_null(card);
    Reals numbers = {0};
    Value parameters[5];
    Str texts[5] = {c->parameter}, written = c->parameter;
    if (str_equal(c->name, STR("adjust")) || str_starts(c->name, STR("adjust."))) {
        size_t blank = str_find(written, STR(" "), 0);
        texts[0] = str_slice(written, 0, blank);
        written = str_slice(written, blank, written.len);
        vec_push(&numbers, 0);
    }
    stat_numbers(str_trim(written), &numbers);
    if (card->pairs == PAIRS_TIME)
        vec_push(&numbers, (double)TYPE_DATE);
    bool limits = strcmp(name, "just_below") == 0, place = strcmp(name, "cluster") == 0;
    bool first = strcmp(name, "iqr_outlier") == 0 || place;
    for (size_t i = 0; i < numbers.count; i++) {
        bool real = limits ? i < 2 : first && i == 0;
        parameters[i] = (Value){.type = type_of(real ? TYPE_REAL : TYPE_INTEGER)};
        if (real)
            parameters[i].f64 = numbers.items[i];
        else
            parameters[i].i64 = (int64_t)numbers.items[i];
    }
    char *behind = NULL;
    CheckField field = (CheckField)strtol(c->name.ptr + dot + 1, &behind, 10);
    CheckKey own = {NAN, 0};
    if (*behind == '.') {
        long at = strtol(behind + 1, NULL, 10);
        own.a = c->x.items[at] + 0.0;
        if (place)
            own =
                (CheckKey){(double)stat_point(c->x.items[at]), (double)stat_point(c->y.items[at])};
    }
    for (int form = STAT_REAL; form <= STAT_EXACT; form++) {
        StatPeers peers = stat_peers(world, card, &c->x, &c->y, (StatForm)form, 4);
        Reason issue;
        peers.parameters = parameters;
        peers.texts = texts;
        peers.parameter_count = (uint32_t)numbers.count;
        double got = stat_record_field(world, card, &peers, field, own, &issue);
        bool good = isnan(c->wanted) ? issue != REASON_NONE
                                     : issue == REASON_NONE &&
                                           near(got, c->wanted, form == STAT_REAL ? 1e-11 : 1e-9);
        if (!good)
            fail_msg(STR_FMT " over %zu: %.17g, not %.17g, reason %d", STR_ARG(c->name), c->x.count,
                     got, c->wanted, (int)issue);
    }
    vec_free(&numbers);
}

static void check_case(CallWorld *world, const Case *c, StatForm form)
{
    char name[32];
    (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(c->name));
    const FnCard *card = stat_card(name);
    assert_non_null(card);
    StatPeers peers = stat_peers(world, card, &c->x, &c->y, form, 4);
    Value parameter = {.type = {.kind = TYPE_RATIO, .scale = 18}};
    if (c->parameter.len > 0) {
        assert_int_equal(exact_parse_scaled(c->parameter, 18, &parameter.i128), EXACT_OK);
        peers.parameters = &parameter;
        peers.parameter_count = 1;
    }
    CallValue got = stat_run(world, card, &peers);
    // The recorded values come from reals, which hold decimals less well than exact numbers do.
    if (got.issue != REASON_NONE || !near(got.f64, c->wanted, form == STAT_REAL ? 1e-11 : 1e-9))
        fail_msg("%s of %s (" STR_FMT ") over %zu values: %.17g, not %.17g, reason %d", name,
                 form == STAT_REAL ? "reals" : "exact", STR_ARG(c->call), c->x.count, got.f64,
                 c->wanted, (int)got.issue);
}

static void test_recorded(void **state)
{
    CallWorld *world = *state;
    StrBuf file = {0};
    int64_t count = 0;
    assert_true(read_file(TABLE, &file));
    for (Str rest = strbuf_str(&file); rest.len > 0;) {
        Str line = next_line(&rest);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        Case c = {.name = stat_field(&line), .call = stat_field(&line)};
        c.parameter = stat_field(&line);
        stat_numbers(stat_field(&line), &c.x);
        stat_numbers(stat_field(&line), &c.y);
        c.wanted = str_equal(line, STR("undecided")) ? (double)NAN : strtod(line.ptr, NULL);
        if (str_find(c.name, STR("."), 0) != STR_NONE) {
            check_record(world, &c);
        } else if (!check_tail(&c)) {
            check_case(world, &c, STAT_REAL);
            check_case(world, &c, STAT_EXACT);
        }
        vec_free(&c.x);
        vec_free(&c.y);
        arena_reset(world->arena);
        count++;
    }
    assert_true(count > 400);
    strbuf_deinit(&file);
}

// ---------------------------------------------------------------- certified values

// A data set: what its header certifies, and the values below "Data:".
static bool read_nist(const char *name, double *mean, double *deviation, Reals *values)
{
    char path[256];
    StrBuf file = {0};
    (void)snprintf(path, sizeof path, NIST "%s.dat", name);
    bool there = read_file(path, &file);
    bool data = false;
    for (Str rest = strbuf_str(&file); rest.len > 0;) {
        Str line = next_line(&rest);
        size_t colon = str_find(line, STR(":"), 0);
        if (str_starts(line, STR("Sample Mean")))
            *mean = strtod(line.ptr + colon + 1, NULL);
        else if (str_starts(line, STR("Sample Standard Deviation")))
            *deviation = strtod(line.ptr + colon + 1, NULL);
        else if (data && str_trim(line).len > 0)
            vec_push(values, strtod(line.ptr, NULL));
        data |= str_starts(line, STR("------"));
    }
    strbuf_deinit(&file);
    return there;
}

static double digits(double got, double wanted)
{
    return got == wanted ? 17 : -log10(fabs(got - wanted) / fabs(wanted));
}

static void test_certified(void **state)
{
    CallWorld *world = *state;
    static const struct {
        const char *name;
        int scale;
    } sets[] = {{"PiDigits", 0}, {"Lottery", 0}, {"Lew", 0},    {"NumAcc1", 0},
                {"NumAcc2", 1},  {"NumAcc3", 1}, {"NumAcc4", 1}};
    const FnCard *stddev = stat_card("stddev"), *trimmed = stat_card("trimmed_mean");
    Value none = {.type = {.kind = TYPE_RATIO, .scale = 18}};
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        double mean = 0, deviation = 0;
        Reals values = {0};
        if (!read_nist(sets[i].name, &mean, &deviation, &values))
            continue;
        assert_true(values.count >= 3);
        StatPeers peers = stat_peers(world, stddev, &values, NULL, STAT_EXACT, sets[i].scale);
        if (digits(stat_run(world, stddev, &peers).f64, deviation) < 14)
            fail_msg("%s: deviation %.17g", sets[i].name, stat_run(world, stddev, &peers).f64);
        peers.parameters = &none;
        peers.parameter_count = 1;
        if (digits(stat_run(world, trimmed, &peers).f64, mean) < 14)
            fail_msg("%s: mean %.17g", sets[i].name, stat_run(world, trimmed, &peers).f64);
        // Reals keep what binary64 says of the values: 8 digits on the hardest set.
        StatPeers reals = stat_peers(world, stddev, &values, NULL, STAT_REAL, 0);
        assert_true(digits(stat_run(world, stddev, &reals).f64, deviation) > 8);
        vec_free(&values);
        arena_reset(world->arena);
    }
}

// ---------------------------------------------------------------- edges

static CallValue run_over(CallWorld *world, const char *name, size_t count, const double *x)
{
    const FnCard *card = stat_card(name);
    Reals values = {0}, second = {0};
    for (size_t i = 0; i < count; i++) {
        vec_push(&values, x[i]);
        vec_push(&second, x[count - 1 - i]);
    }
    Value parameter = {.type = {.kind = TYPE_RATIO, .scale = 18}, .i128 = wide_pow10(17)};
    if (strcmp(name, "top_share") == 0)
        parameter = (Value){.type = type_of(TYPE_INTEGER), .i64 = 2};
    StatPeers peers = stat_peers(world, card, &values, &second, STAT_REAL, 0);
    peers.parameters = &parameter;
    peers.parameter_count = 1;
    CallValue value = stat_run(world, card, &peers);
    vec_free(&values);
    vec_free(&second);
    return value;
}

static void test_undefined(void **state)
{
    CallWorld *world = *state;
    static const double same[] = {3, 3, 3, 3, 3}, zeros[] = {0, 0, 0, 0}, mixed[] = {-1, 2, 3, 4};
    static const double huge[] = {1e300, -1e300, 1, 2, 3};
    assert_int_equal(run_over(world, "variance", 1, same).issue, REASON_TOO_FEW_PEERS);
    assert_int_equal(run_over(world, "variance", 0, same).issue, REASON_MISSING);
    assert_int_equal(run_over(world, "skewness", 5, same).issue, REASON_ZERO_SPREAD);
    assert_int_equal(run_over(world, "kurtosis", 5, same).issue, REASON_ZERO_SPREAD);
    assert_int_equal(run_over(world, "correlation", 5, same).issue, REASON_ZERO_SPREAD);
    assert_int_equal(run_over(world, "slope", 5, same).issue, REASON_ZERO_SPREAD);
    assert_int_equal(run_over(world, "cv", 4, zeros).issue, REASON_DIVISION_BY_ZERO);
    assert_int_equal(run_over(world, "gini", 4, zeros).issue, REASON_DIVISION_BY_ZERO);
    assert_int_equal(run_over(world, "gini", 4, mixed).issue, REASON_DOMAIN);
    assert_int_equal(run_over(world, "geometric_mean", 4, mixed).issue, REASON_DOMAIN);
    assert_int_equal(run_over(world, "weighted_mean", 4, mixed).issue, REASON_DOMAIN);
    assert_int_equal(run_over(world, "weighted_mean", 4, zeros).issue, REASON_DIVISION_BY_ZERO);
    assert_int_equal(run_over(world, "variance", 5, huge).issue, REASON_OVERFLOW);
}

// Every statistic over hostile reals ends, and gives a finite number or a reason that its card names.
static void test_hostile(void **state)
{
    CallWorld *world = *state;
    static const double values[] = {0,     -0.0,   1,   -1,     1e-308, 5e-324, 1e308, -1e308,
                                    1e200, 1e-200, 0.1, 0x1p53, 1e15,   3,      3,     3};
    uint64_t seed = 11;
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const FnCard *card = stdlib_at(i);
        bool reals = strstr(card->signature, "(x: N") != NULL || strstr(card->signature, "(x: T");
        reals &= strstr(card->signature, "): record") == NULL; // test_hostile_checks
        for (int round = 0; card->statistic && reals && round < 300; round++) {
            double x[12];
            size_t count = random_next(&seed) % ARRAY_LEN(x);
            for (size_t k = 0; k < count; k++)
                x[k] = values[random_next(&seed) % ARRAY_LEN(values)];
            CallValue value = run_over(world, card->name, count, x);
            bool named = value.issue == REASON_NONE || value.issue == REASON_MISSING;
            for (const Reason *r = card->issues; r && *r != REASON_NONE; r++)
                named |= *r == value.issue;
            if (!named)
                fail_msg("%s reports %d", card->name, (int)value.issue);
            if (value.issue == REASON_NONE && value.phys == PHYS_F64)
                assert_true(isfinite(value.f64));
            arena_reset(world->arena);
        }
    }
}

static bool card_names(const FnCard *card, Reason reason)
{
    bool named = reason == REASON_NONE || reason == REASON_MISSING;
    for (const Reason *r = card->issues; r && *r != REASON_NONE; r++)
        named |= *r == reason;
    return named;
}

// Every field of every check over hostile values and parameters: a finite number or a reason.
static void test_hostile_checks(void **state)
{
    CallWorld *world = *state;
    static const double values[] = {0, -0.0, 1, -1, 5e-324, 1e308, -1e308, 0.1, 3, 3, 100, 900};
    uint64_t seed = 12;
    for (uint32_t i = 0; i < stdlib_count(); i++) {
        const FnCard *card = stdlib_at(i);
        bool check = card->statistic && strstr(card->signature, "): record") != NULL;
        for (int round = 0; check && round < 500; round++) {
            Reals x = {0}, y = {0};
            Value parameters[4];
            static const Str texts[] = {STR_INIT("holm"), STR_INIT("bh"), STR_INIT("")};
            size_t count = random_next(&seed) % 12;
            bool whole = strstr(card->signature, "(x: date") || card->pairs == PAIRS_MARKS;
            for (size_t k = 0; k < count; k++) {
                double value = values[random_next(&seed) % ARRAY_LEN(values)];
                vec_push(&x, whole ? (double)(random_next(&seed) % 3) * 1e4 : value);
                vec_push(&y, (double)(random_next(&seed) % 4 < 2));
            }
            for (size_t k = 0; k < 4; k++)
                parameters[k] = (Value){.type = type_of(TYPE_INTEGER),
                                        .i64 = (int64_t)(random_next(&seed) % 5) - 1};
            StatPeers peers = stat_peers(world, card, &x, &y, STAT_REAL, 0);
            peers.parameters = parameters;
            peers.texts = texts + random_next(&seed) % 3;
            peers.parameter_count = 4;
            CheckField field = (CheckField)(random_next(&seed) % (CHECK_EXTRA + CHECK_EXTRAS));
            Reason issue;
            double got = stat_record_field(
                world, card, &peers, field,
                (CheckKey){values[random_next(&seed) % ARRAY_LEN(values)], 0}, &issue);
            if (!card_names(card, issue))
                fail_msg("%s reports %d", card->name, (int)issue);
            assert_true(issue != REASON_NONE || isfinite(got));
            vec_free(&y);
            vec_free(&x);
            arena_reset(world->arena);
        }
    }
}

// Too many pairs to list: the median slope is searched for, and is that of the pairs no jump parts.
static void test_many_slopes(void **state)
{
    CallWorld *world = *state;
    const FnCard *card = stat_card("trend");
    for (int sign = -1; sign <= 1; sign++) {
        Reals x = {0}, t = {0};
        Value parameters[] = {{.type = type_of(TYPE_INTEGER), .i64 = 8},
                              {.type = type_of(TYPE_INTEGER), .i64 = TYPE_DATE}};
        for (int i = 0; i < 3000; i++) {
            vec_push(&x, sign * 2.0 * i + (i % 7 == 0 ? 1000 : 0));
            vec_push(&t, 20000.0 + i);
        }
        StatPeers peers = stat_peers(world, card, &x, &t, STAT_REAL, 0);
        Reason issue;
        peers.parameters = parameters;
        peers.parameter_count = 2;
        double slope =
            stat_record_field(world, card, &peers, CHECK_EXTRA, (CheckKey){NAN, 0}, &issue);
        if (issue != REASON_NONE || fabs(slope - 2.0 * sign) > 1e-12)
            fail_msg("%.17g, not %d, reason %d", slope, 2 * sign, (int)issue);
        vec_free(&x);
        vec_free(&t);
        arena_reset(world->arena);
    }
}

// Times further apart than a word holds: the slope is small, and nothing overflows.
static void test_far_times(void **state)
{
    CallWorld *world = *state;
    const FnCard *card = stat_card("trend");
    StatItem items[4];
    Value parameters[] = {{.type = type_of(TYPE_INTEGER), .i64 = 3},
                          {.type = type_of(TYPE_INTEGER), .i64 = TYPE_INTEGER}};
    static const int64_t times[] = {INT64_MIN, -1, 1, INT64_MAX};
    for (int i = 0; i < 4; i++)
        items[i] = (StatItem){.pair = {times[i], fn_real_order(i)}, .count = 1};
    StatPeers peers = {.type = type_of(TYPE_PERIOD), .items = items, .item_count = 4, .n = 4};
    Reason issue;
    peers.parameters = parameters;
    peers.parameter_count = 2;
    double slope = stat_record_field(world, card, &peers, CHECK_EXTRA, (CheckKey){NAN, 0}, &issue);
    assert_int_equal(issue, REASON_NONE);
    assert_true(slope > 0 && slope < 1e-18);
}

// ---------------------------------------------------------------- days

static void test_days(void **state)
{
    CallWorld *world = *state;
    // Days 0–9, 5–14, 5–14, 20–20: three at once on 5–9, two or more on 5–14.
    static const StatItem periods[] = {{.pair = {0, 9}, .count = 1},
                                       {.pair = {5, 14}, .count = 2},
                                       {.pair = {20, 20}, .count = 1}};
    StatPeers peers = {.type = type_of(TYPE_PERIOD), .items = periods, .item_count = 3, .n = 4};
    assert_int_equal(stat_run(world, stat_card("concurrent_max"), &peers).i64, 3);
    assert_int_equal(stat_run(world, stat_card("overlap_days"), &peers).i64, 10);
    static const StatItem days[] = {
        {.i64 = 3, .count = 1}, {.i64 = 9, .count = 1}, {.i64 = 40, .count = 5}};
    StatPeers dates = {.type = type_of(TYPE_DATE), .items = days, .item_count = 3, .n = 7};
    assert_int_equal(stat_run(world, stat_card("longest_gap"), &dates).i64, 31);
    dates.item_count = 1;
    assert_int_equal(stat_run(world, stat_card("longest_gap"), &dates).issue, REASON_MISSING);
}

// Periods at random against a count day by day.
static void test_days_naive(void **state)
{
    CallWorld *world = *state;
    uint64_t seed = 5;
    for (int round = 0; round < 500; round++) {
        StatItem items[8] = {0};
        int64_t held[64] = {0}, most = 0, several = 0, n = 0;
        size_t count = random_next(&seed) % ARRAY_LEN(items);
        for (size_t i = 0; i < count; i++) {
            int64_t first = (int64_t)(i * 4 + random_next(&seed) % 4);
            int64_t last = first + (int64_t)(random_next(&seed) % 20);
            items[i] = (StatItem){.pair = {first, last}};
            items[i].count = 1 + (int64_t)(random_next(&seed) % 2);
            n += items[i].count;
            for (int64_t day = first; day <= last; day++)
                held[day] += items[i].count;
        }
        for (size_t day = 0; day < ARRAY_LEN(held); day++) {
            most = MAX_OF(most, held[day]);
            several += held[day] >= 2;
        }
        StatPeers peers = {.type = type_of(TYPE_PERIOD), .items = items, .n = n};
        peers.item_count = (int64_t)count;
        assert_int_equal(stat_run(world, stat_card("concurrent_max"), &peers).i64, most);
        assert_int_equal(stat_run(world, stat_card("overlap_days"), &peers).i64, several);
        arena_reset(world->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),       cmocka_unit_test(test_certified),
        cmocka_unit_test(test_undefined),      cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_hostile_checks), cmocka_unit_test(test_many_slopes),
        cmocka_unit_test(test_far_times),      cmocka_unit_test(test_days),
        cmocka_unit_test(test_days_naive),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_forms.c: amounts, numbers, dates and months as people write them
// (tables/forms.tsv), and numbers that go into Chinese capitals and come back.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "runtime/base/vec.h"
#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"

#define FORMS SUP_ROOT "/tests/unit/tables/forms.tsv"

static const char *const amount = "amount(t: text): money";

// The next tab-separated field of a line; advances the line.
static Str next_field(Str *line)
{
    size_t tab = str_find(*line, STR("\t"), 0);
    size_t end = tab == STR_NONE ? line->len : tab;
    Str field = str_slice(*line, 0, end);
    *line = str_slice(*line, tab == STR_NONE ? end : end + 1, line->len);
    return field;
}

// What a card says, as the table writes it.
static void say(CallWorld *world, Str kind, Str form, StrBuf *out)
{
    CallValue operand = {.phys = PHYS_CODE, .text = form};
    CallValue v = {0};
    if (str_equal(kind, STR("amount"))) {
        v = CALL(world, amount, PHYS_I128, 4, operand);
        exact_format(out, v.i128, 4);
        if (CALL(world, "is_approximate(t: text): boolean", PHYS_BOOL, 0, operand).boolean)
            strbuf_add_char(out, '~');
    } else if (str_equal(kind, STR("number"))) {
        v = CALL(world, "number(t: text): decimal(38, 6)", PHYS_I128, 6, operand);
        exact_format(out, v.i128, 6);
    } else if (str_equal(kind, STR("integer"))) {
        v = CALL(world, "chinese_number(t: text): integer", PHYS_I64, 0, operand);
        strbuf_add_i64(out, v.i64);
    } else if (str_equal(kind, STR("date"))) {
        v = CALL(world, "date(t: text): date?", PHYS_I64, 0, operand);
        date_format(out, (int32_t)v.i64);
    } else {
        v = CALL(world, "month(t: text): month", PHYS_I64, 0, operand);
        month_format(out, (int32_t)v.i64);
    }
    if (v.issue == REASON_NONE)
        return;
    strbuf_clear(out);
    strbuf_add_c(out, v.issue == REASON_CONVERSION ? "!"
                      : v.issue == REASON_MISSING  ? "!open"
                                                   : "!overflow");
}

// Prints the line and returns 1 if the card says something else.
static int check_line(CallWorld *world, Str line, StrBuf *got)
{
    Str kind = next_field(&line), form = next_field(&line), expected = next_field(&line);
    strbuf_clear(got);
    say(world, kind, form, got);
    if (str_equal(strbuf_str(got), expected))
        return 0;
    print_error(STR_FMT " '" STR_FMT "': got %s, expected " STR_FMT "\n", STR_ARG(kind),
                STR_ARG(form), strbuf_cstr(got), STR_ARG(expected));
    return 1;
}

static void test_forms(void **state)
{
    FILE *file = fopen(FORMS, "rb");
    assert_non_null(file);
    char line[1024];
    StrBuf got = {0};
    int count = 0, wrong = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#')
            continue;
        wrong += check_line(*state, str_from_cstr(line), &got);
        count++;
    }
    fclose(file);
    strbuf_deinit(&got);
    assert_int_equal(wrong, 0);
    assert_true(count >= 300);
}

// ---- numbers to Chinese capitals and back

static const char *const capitals[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};

// Four digits, with 零 where places inside are skipped.
static void say_section(StrBuf *out, int section, bool zero_before)
{
    static const char *const units[] = {"仟", "佰", "拾", ""};
    static const int values[] = {1000, 100, 10, 1};
    bool zero = zero_before, said = false;
    for (int i = 0; i < 4; i++) {
        int digit = section / values[i] % 10;
        if (digit == 0) {
            zero |= said;
            continue;
        }
        if (zero)
            strbuf_add_c(out, capitals[0]);
        strbuf_add_c(out, capitals[digit]);
        strbuf_add_c(out, units[i]);
        zero = false;
        said = true;
    }
}

static void say_capital(StrBuf *out, int64_t yuan)
{
    static const char *const units[] = {"亿", "万", ""};
    static const int64_t values[] = {100000000, 10000, 1};
    bool said = false;
    if (yuan == 0)
        strbuf_add_c(out, capitals[0]);
    for (int i = 0; i < 3; i++) {
        int section = (int)(yuan / values[i] % 10000);
        if (section == 0)
            continue;
        say_section(out, section, said && (section < 1000 || yuan / values[i] % 10000 == section));
        strbuf_add_c(out, units[i]);
        said = true;
    }
    strbuf_add_c(out, "元整");
}

static void check_capital(CallWorld *world, int64_t yuan, StrBuf *text)
{
    strbuf_clear(text);
    say_capital(text, yuan);
    CallValue v = CALL(world, amount, PHYS_I128, 4, call_text(strbuf_cstr(text)));
    if (v.issue != REASON_NONE || v.i128 != (int128_t)yuan * 10000)
        fail_msg("%lld: %s", (long long)yuan, strbuf_cstr(text));
}

static void test_capitals(void **state)
{
    CallWorld *world = *state;
    StrBuf text = {0};
    uint64_t seed = 7;
    for (int64_t yuan = 0; yuan <= 20000; yuan++)
        check_capital(world, yuan, &text);
    for (int i = 0; i < 80000; i++) {
        uint64_t random = random_next(&seed);
        int64_t yuan = (int64_t)(random % 1000000000000);
        // Zeros in many places.
        for (int64_t place = 1; place < 1000000000000; place *= 10)
            if (random_next(&seed) % 3 == 0)
                yuan -= yuan / place % 10 * place;
        check_capital(world, yuan, &text);
        arena_reset(world->arena);
    }
    strbuf_deinit(&text);
}

// Hostile texts must end quickly and give an issue.
static void test_long_texts(void **state)
{
    StrBuf text = {0};
    strbuf_add_repeat(&text, '1', 10000000);
    CallValue v = CALL(*state, amount, PHYS_I128, 4, call_text(strbuf_cstr(&text)));
    assert_int_equal(v.issue, REASON_CONVERSION);
    strbuf_deinit(&text);
    v = CALL(*state, amount, PHYS_I128, 4, call_text("\xff\xfe"));
    assert_int_equal(v.issue, REASON_CONVERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_capitals),
        cmocka_unit_test(test_long_texts),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_forms.c: amounts, numbers, dates and months as people write them (tables/forms.tsv and
// forms_made.tsv), and random values that are written in some form and come back.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "runtime/base/vec.h"
#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"

#define FORMS SUP_ROOT "/tests/unit/tables/forms.tsv"
#define FORMS_MADE SUP_ROOT "/tests/unit/tables/forms_made.tsv"
#define RANDOM_COUNT 100000

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

// Forms of a table that are read otherwise than it says; counts those of each family.
static int check_table(CallWorld *world, const char *path, int counts[3])
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char line[1024];
    StrBuf got = {0};
    int wrong = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#')
            continue;
        wrong += check_line(world, str_from_cstr(line), &got);
        counts[line[0] == 'a' ? 0 : line[0] == 'd' || line[0] == 'm' ? 1 : 2]++;
    }
    fclose(file);
    strbuf_deinit(&got);
    return wrong;
}

static void test_forms(void **state)
{
    int counts[3] = {0}; // amounts, dates and months, numbers
    assert_int_equal(check_table(*state, FORMS, counts) + check_table(*state, FORMS_MADE, counts),
                     0);
    for (int i = 0; i < 3; i++)
        assert_true(counts[i] >= 300);
}

// ---- numbers to Chinese capitals and back

typedef struct Numerals {
    const char *digits[10];
    const char *units[4];
} Numerals;

static const Numerals capitals = {{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"},
                                  {"仟", "佰", "拾", ""}};
static const Numerals plain = {{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"},
                               {"千", "百", "十", ""}};

// Four digits, with 零 where places inside are skipped.
static void say_section(StrBuf *out, const Numerals *with, int section, bool zero_before)
{
    static const int values[] = {1000, 100, 10, 1};
    bool zero = zero_before, said = false;
    for (int i = 0; i < 4; i++) {
        int digit = section / values[i] % 10;
        if (digit == 0) {
            zero |= said;
            continue;
        }
        if (zero)
            strbuf_add_c(out, with->digits[0]);
        strbuf_add_c(out, with->digits[digit]);
        strbuf_add_c(out, with->units[i]);
        zero = false;
        said = true;
    }
}

static void say_number(StrBuf *out, const Numerals *with, int64_t yuan)
{
    static const char *const units[] = {"亿", "万", ""};
    static const int64_t values[] = {100000000, 10000, 1};
    bool said = false;
    if (yuan == 0)
        strbuf_add_c(out, with->digits[0]);
    for (int i = 0; i < 3; i++) {
        int section = (int)(yuan / values[i] % 10000);
        if (section == 0)
            continue;
        say_section(out, with, section,
                    said && (section < 1000 || yuan / values[i] % 10000 == section));
        strbuf_add_c(out, units[i]);
        said = true;
    }
}

static void check_capital(CallWorld *world, int64_t yuan, StrBuf *text)
{
    strbuf_clear(text);
    say_number(text, &capitals, yuan);
    strbuf_add_c(text, "元整");
    CallValue v = CALL(world, amount, PHYS_I128, 4, call_text(strbuf_cstr(text)));
    if (v.issue != REASON_NONE || v.i128 != (int128_t)yuan * 10000)
        fail_msg("%lld: %s", (long long)yuan, strbuf_cstr(text));
}

// Below 10^12, with zeros in many places.
static int64_t random_number(uint64_t *seed)
{
    int64_t number = (int64_t)(random_next(seed) % 1000000000000);
    for (int64_t place = 1; place < 1000000000000; place *= 10)
        if (random_next(seed) % 3 == 0)
            number -= number / place % 10 * place;
    return number;
}

static void test_capitals(void **state)
{
    CallWorld *world = *state;
    StrBuf text = {0};
    uint64_t seed = 7;
    for (int64_t yuan = 0; yuan <= 20000; yuan++)
        check_capital(world, yuan, &text);
    for (int i = 0; i < RANDOM_COUNT; i++) {
        check_capital(world, random_number(&seed), &text);
        arena_reset(world->arena);
    }
    strbuf_deinit(&text);
}

static void test_numerals(void **state)
{
    CallWorld *world = *state;
    StrBuf text = {0};
    uint64_t seed = 8;
    for (int i = 0; i < RANDOM_COUNT; i++) {
        int64_t number = random_number(&seed);
        strbuf_clear(&text);
        say_number(&text, &plain, number);
        CallValue v = CALL(world, "chinese_number(t: text): integer", PHYS_I64, 0,
                           call_text(strbuf_cstr(&text)));
        if (v.issue != REASON_NONE || v.i64 != number)
            fail_msg("%lld: %s", (long long)number, strbuf_cstr(&text));
        arena_reset(world->arena);
    }
    strbuf_deinit(&text);
}

// ---- amounts and dates in digits

static void say_grouped(StrBuf *out, int64_t number)
{
    if (number >= 1000) {
        say_grouped(out, number / 1000);
        strbuf_printf(out, ",%03d", (int)(number % 1000));
    } else {
        strbuf_add_i64(out, number);
    }
}

// An amount of fen in one of eight forms.
static void say_amount(StrBuf *out, int64_t fen, unsigned form)
{
    static const char *const heads[] = {"", "￥", "人民币", "("}, *const tails[] = {"", "元",
                                                                                    "元整", ")"};
    strbuf_add_c(out, heads[form % 4]);
    if (form < 4)
        say_grouped(out, fen / 100);
    else
        strbuf_add_i64(out, fen / 100);
    strbuf_printf(out, ".%02d", (int)(fen % 100));
    strbuf_add_c(out, form % 4 == 3 ? tails[3] : tails[form / 2 % 3]);
}

static void test_amounts(void **state)
{
    CallWorld *world = *state;
    StrBuf text = {0};
    uint64_t seed = 9;
    for (int i = 0; i < RANDOM_COUNT; i++) {
        unsigned form = random_next(&seed) % 8;
        int64_t fen = random_number(&seed);
        strbuf_clear(&text);
        say_amount(&text, fen, form);
        CallValue v = CALL(world, amount, PHYS_I128, 4, call_text(strbuf_cstr(&text)));
        if (v.issue != REASON_NONE || v.i128 != (int128_t)fen * (form % 4 == 3 ? -100 : 100))
            fail_msg("%lld: %s", (long long)fen, strbuf_cstr(&text));
        arena_reset(world->arena);
    }
    strbuf_deinit(&text);
}

static void say_han_date(StrBuf *out, int year, int month, int day)
{
    static const int places[] = {1000, 100, 10, 1};
    for (int i = 0; i < 4; i++)
        strbuf_add_c(out, year / places[i] % 10 == 0 ? "〇" : plain.digits[year / places[i] % 10]);
    strbuf_add_c(out, "年");
    say_number(out, &plain, month);
    strbuf_add_c(out, "月");
    say_number(out, &plain, day);
    strbuf_add_c(out, "日");
}

static void test_dates(void **state)
{
    static const char *const formats[] = {"%04d-%02d-%02d",
                                          "%04d/%d/%d",
                                          "%04d.%d.%d",
                                          "%04d%02d%02d",
                                          "%04d年%d月%d日",
                                          "%04d-%d-%d 0:00",
                                          "%04d-%02d-%02dT23:59:59",
                                          "%04d年 %02d 月%02d号"};
    CallWorld *world = *state;
    StrBuf text = {0};
    uint64_t seed = 10;
    for (int i = 0; i < RANDOM_COUNT; i++) {
        int year, month, day;
        unsigned form = random_next(&seed) % (ARRAY_LEN(formats) + 1);
        int32_t date = DATE_MIN + (int32_t)(random_next(&seed) % (uint64_t)(DATE_MAX - DATE_MIN));
        date_to_ymd(date, &year, &month, &day);
        strbuf_clear(&text);
        if (form == ARRAY_LEN(formats))
            say_han_date(&text, year, month, day);
        else
            strbuf_printf(&text, formats[form], year, month, day);
        CallValue v =
            CALL(world, "date(t: text): date?", PHYS_I64, 0, call_text(strbuf_cstr(&text)));
        if (v.issue != REASON_NONE || v.i64 != date)
            fail_msg("%d: %s", date, strbuf_cstr(&text));
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
        cmocka_unit_test(test_forms),    cmocka_unit_test(test_capitals),
        cmocka_unit_test(test_numerals), cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_dates),    cmocka_unit_test(test_long_texts),
    };
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

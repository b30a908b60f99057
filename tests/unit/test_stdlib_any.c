// SPDX-License-Identifier: Apache-2.0
//
// test_stdlib_any.c: every function of the library over hostile operands: it ends, touches no
// memory that is not its own (the sanitizers say), reports only the reasons that its card names,
// and says the same when it is asked again, alone or among other rows.
#include "tests/unit/unit.h"

#include "runtime/base/time.h"
#include "stdlib/stdlib.h"
#include "tests/unit/stdlib_call.h"
#include "tests/unit/stdlib_operands.h"

#define ROUNDS 100
#define ROWS 7

static const char *const texts[] = {
    "",
    "0",
    "abc",
    "张三、李四",
    "3千元",
    "叁仟元整",
    "2023-01-05",
    "-1",
    "１２",
    "\xff\xfe",
    "\xe5\xbc",
    "a\x01z",
    "  ",
    "2023年1月",
    "𠮷野家",
    "e\xCC\x81",
    "一一一一",
    "9999999999999",
    "12万余元",
    "(1)",
    "、",
    "11010519491231002X",
    "440524188001010014",
    "91350100M000100Y43",
    "110105000000000000",
    "（2023）浙0602民初1234号",
    "（2014）绍越刑初字第123号",
    "（2023）号",
    "浙江省绍兴市越城区解放北路八十八号3幢2单元501室",
    "浙江绍兴柯桥区平水镇剑灶村12号",
    "5斤3两",
    "约1.2万吨",
    "次月5日",
    "0123456789abcdef",
    "（2023）最高法民终99999999999999999999号之一",
    "00000000000000000X",
    "99999999999999999X",
    "320214",
    "GCJ-02",
    "BD-09",
    "120,30;121,30;121,31|120.1,30.1;120.2,30.1;120.2,30.2",
    "POLYGON((-180 -90, 180 90, 0 0))",
};
static const int64_t numbers[] = {0,         1,          -1,      2,      4,   13,
                                  31,        2024,       9999,    12,     100, INT64_MAX,
                                  INT64_MIN, 4294967297, -719162, 2932896};

static int64_t between(uint64_t *seed, int64_t low, int64_t high)
{
    uint64_t pick = random_next(seed) % 5;
    if (pick == 0)
        return low;
    if (pick == 1)
        return high;
    return low + (int64_t)(random_next(seed) % (uint64_t)(high - low + 1));
}

static CallValue make_list(CallWorld *world, uint64_t *seed)
{
    Value items[3];
    uint32_t count = (uint32_t)(random_next(seed) % ARRAY_LEN(items));
    for (uint32_t i = 0; i < count; i++)
        items[i] =
            (Value){.type = type_of(TYPE_TEXT),
                    .code = dict_intern(
                        world->dict, str_from_cstr(texts[random_next(seed) % ARRAY_LEN(texts)]))};
    uint32_t code = list_encode(world->dict, type_of(TYPE_TEXT), items, count);
    return (CallValue){.phys = PHYS_CODE, .text = dict_str(world->dict, code)};
}

// A value of the kind, as the engine would hand it over: dates and months are in range.
static CallValue make(CallWorld *world, Kind kind, uint64_t *seed)
{
    int64_t a = between(seed, DATE_MIN, DATE_MAX), b = between(seed, DATE_MIN, DATE_MAX);
    switch (kind) {
    case KIND_LIST:
        return make_list(world, seed);
    case KIND_TEXT:
        if (random_next(seed) % 50 == 0) {
            StrBuf many = {0};
            strbuf_add_repeat(&many, (char)('0' + random_next(seed) % 2), 6000);
            CallValue value = call_text(arena_str(world->arena, strbuf_str(&many)).ptr);
            strbuf_deinit(&many);
            return value;
        }
        return call_text(texts[random_next(seed) % ARRAY_LEN(texts)]);
    case KIND_REAL:
        return call_real((double)between(seed, -1000000, 1000000) / 7);
    case KIND_NUMBER:
        return call_i64(numbers[random_next(seed) % ARRAY_LEN(numbers)]);
    case KIND_DATE:
        return call_i64(a);
    case KIND_DATETIME:
        return call_i64(between(seed, DATETIME_MIN, DATETIME_MAX));
    case KIND_MONTH:
        return call_i64(between(seed, MONTH_MIN, MONTH_MAX));
    case KIND_PERIOD:
        return call_pair(MIN_OF(a, b), MIN_OF(MAX_OF(a, b), MIN_OF(a, b) + 1000));
    case KIND_POINT:
        return call_pair(between(seed, -1800000000, 1800000000),
                         between(seed, -900000000, 900000000));
    case KIND_EXACT:
        return call_exact(
            random_next(seed) % 2 ? wide_pow10(38) - 1 : between(seed, -1000000, 1000000), 6);
    case KIND_UNIT:
        break;
    }
    return call_i64(0);
}

// Reasons of several rows.
static void note_reason(void *closure, int64_t row, Reason reason)
{
    ((Reason *)closure)[row] = reason;
}

typedef struct Batch {
    Vector args[OPERANDS_MAX], out;
    Type types[OPERANDS_MAX], result;
    uint32_t count;
    Reason reasons[ROWS];
} Batch;

static size_t width(Phys phys)
{
    return phys_size(phys);
}

// Fills a batch of ROWS rows; the first operand is now and then one value for all of them.
static void fill(CallWorld *world, Batch *batch, const FnCard *card, uint64_t *seed)
{
    Str signature = str_from_cstr(card->signature);
    *batch = (Batch){0};
    Kind kinds[OPERANDS_MAX];
    batch->count = operand_kinds(signature, kinds);
    for (uint32_t i = 0; i < batch->count; i++) {
        bool constant = i == 0 && random_next(seed) % 4 == 0;
        for (int64_t row = 0; row < (constant ? 1 : ROWS); row++) {
            CallValue value = make(world, kinds[i], seed);
            Vector single = call_vector(world, &value);
            if (row == 0) {
                batch->args[i] = (Vector){.phys = single.phys, .count = ROWS, .constant = constant};
                batch->args[i].data = arena_alloc(world->arena, ROWS * 16, 16);
                batch->types[i].scale = (uint8_t)value.scale;
            }
            size_t size = width(single.phys);
            memcpy((char *)batch->args[i].data + (size_t)row * size, single.data, size);
        }
    }
    batch->result = result_type(signature);
    batch->out = (Vector){.phys = result_phys(signature), .count = ROWS};
    batch->out.data = arena_alloc(world->arena, ROWS * 16, 16);
}

static void run_rows(CallWorld *world, Batch *batch, const FnCard *card, const int64_t *rows,
                     int64_t count)
{
    FnContext fn = {.dict = world->dict, .arena = world->arena, .types = batch->types};
    fn.result_type = batch->result;
    card->kernel(&fn, batch->args, batch->count, rows, count, &batch->out, note_reason,
                 batch->reasons);
}

static void check_card(CallWorld *world, const FnCard *card, uint64_t *seed)
{
    static const int64_t all[ROWS] = {0, 1, 2, 3, 4, 5, 6};
    Batch batch;
    fill(world, &batch, card, seed);
    run_rows(world, &batch, card, all, ROWS);
    size_t size = width(batch.out.phys);
    char first[ROWS * 16];
    memcpy(first, batch.out.data, ROWS * size);
    for (int64_t row = 0; row < ROWS; row++) {
        Reason reason = batch.reasons[row];
        if (reason != REASON_NONE && !card_names(card, reason))
            fail_msg("%s reports %d", card->signature, (int)reason);
        if (batch.out.phys == PHYS_F64 && reason == REASON_NONE)
            assert_true(batch.out.f64[row] - batch.out.f64[row] == 0);
        // Alone the row says the same.
        batch.reasons[row] = REASON_NONE;
        run_rows(world, &batch, card, &all[row], 1);
        assert_int_equal(batch.reasons[row], reason);
        if (reason == REASON_NONE)
            assert_memory_equal((char *)batch.out.data + (size_t)row * size,
                                first + (size_t)row * size, size);
    }
}

static void test_any(void **state)
{
    CallWorld *world = *state;
    uint64_t seed = 29;
    const FnCard *cards[RUNNING_MAX];
    uint32_t count = running_cards(cards);
    for (uint32_t i = 0; i < count; i++)
        for (int round = 0; round < ROUNDS; round++) {
            check_card(world, cards[i], &seed);
            arena_reset(world->arena);
        }
    assert_true(count >= 130);
}

// ---- one huge text

#define HUGE_BYTES 10000000

// A text of ten million bytes in the place of every text: a value or a reason, soon.
static void check_huge(CallWorld *world, const FnCard *card, Str text)
{
    static const int64_t first = 0;
    Kind kinds[OPERANDS_MAX];
    Batch batch;
    uint64_t seed = 3;
    bool any = false;
    fill(world, &batch, card, &seed);
    uint32_t count = operand_kinds(str_from_cstr(card->signature), kinds);
    for (uint32_t i = 0; i < count; i++)
        if (kinds[i] == KIND_TEXT) {
            batch.args[i].code[0] = dict_intern(world->dict, text);
            any = true;
        }
    if (any)
        run_rows(world, &batch, card, &first, 1);
    if (batch.reasons[0] != REASON_NONE && !card_names(card, batch.reasons[0]))
        fail_msg("%s reports %d", card->signature, (int)batch.reasons[0]);
}

static void test_huge(void **state)
{
    (void)state;
    static const char *const pieces[] = {"一", "1", "张三、", "张三和李四"};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        StrBuf text = {0};
        while (text.len < HUGE_BYTES)
            strbuf_add_c(&text, pieces[i]);
        CallWorld world = {dict_create(), arena_create(NULL, 0)};
        const FnCard *cards[RUNNING_MAX];
        uint32_t count = running_cards(cards);
        for (uint32_t k = 0; k < count; k++) {
            check_huge(&world, cards[k], strbuf_str(&text));
            arena_reset(world.arena);
        }
        dict_destroy(world.dict);
        arena_destroy(world.arena);
        strbuf_deinit(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_any), cmocka_unit_test(test_huge)};
    return cmocka_run_group_tests(tests, call_world_create, call_world_destroy);
}

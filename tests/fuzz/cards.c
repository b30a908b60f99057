// SPDX-License-Identifier: Apache-2.0
//
// cards.c: fuzz target for the functions of the library: any function with any operands.
//
// The first two bytes choose the function, the rest makes its operands: numbers as they stand, texts out of letters,
// digits and the words that the functions look for. What must hold: no crash, only reasons that the card names, finite
// reals, valid texts, dates within range, and the same answer when asked again. libFuzzer builds it as
//     clang -fsanitize=fuzzer,address,undefined tests/fuzz/cards.c … the sources of base, data and stdlib
// and cards.corpus keeps the inputs that reached most, one a line in hexadecimal; unit/test_fuzz_cards.c
// replays them.
#include "tests/unit/stdlib_call.h"
#include "tests/unit/stdlib_operands.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Feed {
    const uint8_t *bytes;
    size_t size, at;
} Feed;

static uint8_t feed_byte(Feed *feed)
{
    return feed->at < feed->size ? feed->bytes[feed->at++] : 0;
}

static uint64_t feed_u64(Feed *feed)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | feed_byte(feed);
    return number;
}

// One of low … high; the first byte chooses an end.
static int64_t feed_between(Feed *feed, int64_t low, int64_t high)
{
    uint8_t pick = feed_byte(feed);
    if (pick < 32)
        return pick < 16 ? low : high;
    return low + (int64_t)(feed_u64(feed) % (uint64_t)(high - low + 1));
}

static const char *const words[] = {"零",
                                    "〇",
                                    "一",
                                    "二",
                                    "两",
                                    "三",
                                    "四",
                                    "五",
                                    "六",
                                    "七",
                                    "八",
                                    "九",
                                    "十",
                                    "百",
                                    "千",
                                    "万",
                                    "亿",
                                    "廿",
                                    "壹",
                                    "贰",
                                    "叁",
                                    "拾",
                                    "佰",
                                    "仟",
                                    "元",
                                    "圆",
                                    "角",
                                    "分",
                                    "整",
                                    "￥",
                                    "人民币",
                                    "约",
                                    "近",
                                    "余",
                                    "多",
                                    "左右",
                                    "年",
                                    "月",
                                    "日",
                                    "号",
                                    "同年",
                                    "次年",
                                    "同月",
                                    "次月",
                                    "次日",
                                    "当日",
                                    "天",
                                    "后",
                                    "前",
                                    "至今",
                                    "长期",
                                    "省",
                                    "市",
                                    "县",
                                    "区",
                                    "镇",
                                    "街道",
                                    "村",
                                    "路",
                                    "大道",
                                    "街",
                                    "弄",
                                    "幢",
                                    "号楼",
                                    "单元",
                                    "室",
                                    "层",
                                    "浙江",
                                    "绍兴",
                                    "越城区",
                                    "北京",
                                    "朝阳区",
                                    "吉林",
                                    "公司",
                                    "有限",
                                    "分公司",
                                    "集团",
                                    "（",
                                    "）",
                                    "〔",
                                    "〕",
                                    "【",
                                    "张三",
                                    "李某",
                                    "某",
                                    "和",
                                    "与",
                                    "、",
                                    "，",
                                    "。",
                                    "等",
                                    "人",
                                    "（均另案处理）",
                                    "国药准字",
                                    "民初",
                                    "刑终",
                                    "字第",
                                    "最高法",
                                    "浙",
                                    "吨",
                                    "公斤",
                                    "斤",
                                    "克",
                                    "升",
                                    "毫升",
                                    "亩",
                                    "平方米",
                                    "Ａ",
                                    "１",
                                    "　",
                                    "·",
                                    "•",
                                    "×",
                                    "\xEF\xBB\xBF",
                                    "\xE2\x80\x8B",
                                    "𠮷",
                                    "e\xCC\x81",
                                    "11010519491231002X",
                                    "91350100M000100Y43",
                                    "0123456789abcdef",
                                    "2023-01-05",
                                    "*",
                                    "陳偉於"};

static Str feed_text(CallWorld *world, Feed *feed)
{
    StrBuf text = {0};
    size_t pieces = feed_byte(feed) % 64u;
    size_t times = pieces == 63 ? 1 + (size_t)feed_byte(feed) * 20 : 1; // a long text now and then
    for (size_t i = 0; i < pieces; i++) {
        uint8_t byte = feed_byte(feed);
        if (byte < 0x60)
            strbuf_add_char(&text, (char)(byte + 0x20));
        else
            strbuf_add_c(&text, words[(size_t)(byte - 0x60) * ARRAY_LEN(words) / 0xA0]);
    }
    StrBuf whole = {0};
    for (size_t i = 0; i < times; i++)
        strbuf_add(&whole, strbuf_str(&text));
    Str copy = arena_str(world->arena, strbuf_str(&whole));
    strbuf_deinit(&text);
    strbuf_deinit(&whole);
    return copy;
}

static CallValue feed_list(CallWorld *world, Feed *feed)
{
    Value items[5];
    uint32_t count = feed_byte(feed) % ARRAY_LEN(items);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (Value){.type = type_of(TYPE_TEXT),
                           .code = dict_intern(world->dict, feed_text(world, feed))};
    uint32_t code = list_encode(world->dict, type_of(TYPE_TEXT), items, count);
    return (CallValue){.phys = PHYS_CODE, .text = dict_str(world->dict, code)};
}

static CallValue feed_value(CallWorld *world, Kind kind, Feed *feed)
{
    int64_t a = 0, b = 0;
    int128_t wide = 0;
    switch (kind) {
    case KIND_TEXT:
        return (CallValue){.phys = PHYS_CODE, .text = feed_text(world, feed)};
    case KIND_LIST:
        return feed_list(world, feed);
    case KIND_NUMBER:
        return call_i64(feed_byte(feed) < 128 ? feed_between(feed, -20, 400)
                                              : (int64_t)feed_u64(feed));
    case KIND_REAL:
        return call_real((double)(int64_t)feed_u64(feed) / (double)(1 + feed_byte(feed)));
    case KIND_DATE:
        return call_i64(feed_between(feed, DATE_MIN, DATE_MAX));
    case KIND_DATETIME:
        return call_i64(feed_between(feed, DATETIME_MIN, DATETIME_MAX));
    case KIND_MONTH:
        return call_i64(feed_between(feed, MONTH_MIN, MONTH_MAX));
    case KIND_PERIOD:
        a = feed_between(feed, DATE_MIN, DATE_MAX);
        b = feed_between(feed, DATE_MIN, DATE_MAX);
        return call_pair(MIN_OF(a, b), MAX_OF(a, b));
    case KIND_POINT:
        a = feed_between(feed, -1800000000, 1800000000);
        return call_pair(a, feed_between(feed, -900000000, 900000000));
    case KIND_EXACT:
        wide = feed_byte(feed) < 128
                   ? (int128_t)feed_between(feed, -5000000, 5000000)
                   : (int128_t)feed_u64(feed) * (int64_t)feed_u64(feed) % wide_pow10(38);
        return call_exact(wide, 6);
    case KIND_UNIT:
        break;
    }
    UNREACHABLE();
}

// What must hold of any answer.
static void check_answer(const FnCard *card, CallValue found)
{
    Str signature = str_from_cstr(card->signature);
    ASSERT(found.issue == REASON_NONE || card_names(card, found.issue));
    if (found.issue != REASON_NONE)
        return;
    if (found.phys == PHYS_F64)
        ASSERT(found.f64 - found.f64 == 0);
    if (found.phys == PHYS_CODE && str_ends(signature, STR("): text")))
        ASSERT(utf8_valid(found.text, NULL));
    if (str_ends(signature, STR("): date")) || str_ends(signature, STR("): date?")))
        ASSERT(date_in_range(found.i64));
    if (str_ends(signature, STR("): period")) || str_ends(signature, STR("): period?")))
        ASSERT(found.pair.a <= found.pair.b && date_in_range(found.pair.a) &&
               date_in_range(found.pair.b));
}

static CallValue answer(CallWorld *world, const FnCard *card, const CallValue *operands,
                        uint32_t count)
{
    static const Unit kilogram = {STR_INIT("千克"), STR_INIT("千克"), 1, 1};
    Str signature = str_from_cstr(card->signature);
    CallValue result = {.phys = result_phys(signature)};
    Vector args[OPERANDS_MAX], out = call_vector(world, &result);
    Type types[OPERANDS_MAX] = {{0}};
    FnContext fn = {.dict = world->dict,
                    .arena = world->arena,
                    .types = types,
                    .result_type = result_type(signature)};
    for (uint32_t i = 0; i < count; i++) {
        args[i] = call_vector(world, &operands[i]);
        types[i].scale = (uint8_t)operands[i].scale;
        types[i].unit = fn.result_type.unit != NULL ? &kilogram : NULL;
    }
    int64_t row = 0;
    card->kernel(&fn, args, count, &row, 1, &out, call_fail, &result.issue);
    if (result.phys == PHYS_CODE)
        result.text = result.issue == REASON_NONE ? dict_str(world->dict, out.code[0]) : STR("");
    else
        memcpy(&result.i128, out.data, phys_size(result.phys));
    result.f64 = result.phys == PHYS_F64 ? out.f64[0] : 0;
    result.i64 = result.phys == PHYS_I64 ? out.i64[0] : 0;
    result.pair = result.phys == PHYS_PAIR ? out.pair[0] : (Pair){0, 0};
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Feed feed = {bytes, size, 0};
    const FnCard *cards[RUNNING_MAX];
    uint32_t card_count = running_cards(cards);
    uint32_t high = feed_byte(&feed), low = feed_byte(&feed);
    const FnCard *card = cards[(high << 8 | low) % card_count];
    CallWorld world = {dict_create(), arena_create(NULL, 0)};
    Kind kinds[OPERANDS_MAX];
    CallValue operands[OPERANDS_MAX];
    uint32_t count = operand_kinds(str_from_cstr(card->signature), kinds);
    for (uint32_t i = 0; i < count; i++)
        operands[i] = feed_value(&world, kinds[i], &feed);
    CallValue found = answer(&world, card, operands, count);
    check_answer(card, found);
    CallValue again = answer(&world, card, operands, count);
    ASSERT(found.issue == again.issue);
    ASSERT(found.issue != REASON_NONE ||
           (found.i64 == again.i64 && str_equal(found.text, again.text)));
    dict_destroy(world.dict);
    arena_destroy(world.arena);
    return 0;
}

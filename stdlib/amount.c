// SPDX-License-Identifier: Apache-2.0
//
// amount.c: amounts and numbers written in texts.
//
// An amount is [sign or bracket] [人民币 ￥ 约 …] number [元] [n角] [n分] [整] [左右]. The text must be an
// amount as a whole; whatever else it says makes it undecided, because a number picked out of a
// sentence may mean something else (3至5万元, 万元以下).

#include "stdlib/fn.h"
#include "stdlib/numeral_int.h"
#include "stdlib/quantity_int.h"
#include "stdlib/stdlib_int.h"

typedef struct Amount {
    int128_t value; // at NUMERAL_SCALE
    bool approximate;
} Amount;

// Words before the number. The second list makes it approximate.
static const char *const lead_words[] = {"人民币", "RMB",  "CNY",  "￥", "¥",
                                         "共计",   "合计", "总计", "共", "计"};
static const char *const about_before[] = {"大约", "大概", "将近", "约为", "约",   "近",
                                           "超过", "逾",   "超",   "不足", "至少", "至多"};
static const char *const about_after[] = {"左右", "上下", "以上", "以下", "以内", "许", "余", "多"};

static bool skip_any(NumeralReader *reader, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numeral_skip_word(reader, words[i]))
            return true;
    return false;
}

static void skip_lead(NumeralReader *reader)
{
    for (;;) {
        if (skip_any(reader, about_before, ARRAY_LEN(about_before)))
            reader->approximate = true;
        else if (!skip_any(reader, lead_words, ARRAY_LEN(lead_words)))
            return;
    }
}

static bool skip_minus(NumeralReader *reader)
{
    return numeral_skip(reader, '-') || numeral_skip(reader, 0x2212) ||
           numeral_skip(reader, 0x8D1F); // −, 负
}

// Reads the digit before 角 or 分, and the word itself, if they stand here.
static void read_part(NumeralReader *reader, const char *word, int128_t unit, int128_t *value)
{
    NumeralReader saved = *reader;
    numeral_skip(reader, 0x96F6); // 零
    int32_t c = numeral_peek(reader);
    int digit = cell_is_digit(c) ? c - '0' : numeral_digit(c);
    if (digit >= 0) {
        reader->at++;
        if (numeral_skip_word(reader, word)) {
            *value += digit * unit;
            return;
        }
    }
    *reader = saved;
}

// n角n分 alone or behind the yuan.
static bool read_small(NumeralReader *reader, int128_t *value)
{
    uint32_t start = reader->at;
    int128_t jiao = wide_pow10(NUMERAL_SCALE - 1);
    read_part(reader, "角", jiao, value);
    read_part(reader, "毛", jiao, value);
    read_part(reader, "分", jiao / 10, value);
    return reader->at > start;
}

static bool read_number(NumeralReader *reader, int128_t *value)
{
    *value = 0;
    if (read_small(reader, value))
        return true;
    if (!numeral_read(reader, value))
        return false;
    bool yuan = numeral_skip_word(reader, "元") || numeral_skip_word(reader, "圆") ||
                numeral_skip_word(reader, "圓") || numeral_skip_word(reader, "块");
    if (yuan) {
        (void)numeral_skip_word(reader, "钱");
        (void)read_small(reader, value);
    }
    return true;
}

// Reads the text as an amount. False with the reason in *failed.
static bool amount_read(Str text, Amount *amount, Reason *failed)
{
    Cell cell;
    *failed = REASON_CONVERSION;
    if (!cell_read(text, &cell))
        return false;
    cell_upper(&cell);
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    bool bracket = numeral_skip(&reader, '(');
    bool negative = !bracket && skip_minus(&reader);
    skip_lead(&reader);
    negative = negative || bracket || skip_minus(&reader);
    if (!read_number(&reader, &amount->value)) {
        *failed = reader.failed;
        return false;
    }
    (void)(numeral_skip_word(&reader, "整") || numeral_skip_word(&reader, "正"));
    (void)numeral_skip_word(&reader, "人民币");
    if (skip_any(&reader, about_after, ARRAY_LEN(about_after)))
        reader.approximate = true;
    if (bracket && !numeral_skip(&reader, ')'))
        return false;
    amount->value = negative ? -amount->value : amount->value;
    amount->approximate = reader.approximate;
    return reader.at == cell.count;
}

FN1(amount, I128, Text, t, .name = "amount", .name_zh = "金额解析",
    .signature = "amount(t: text): money",
    .doc = "The amount that a text writes, in digits or words; undecided if it is none.",
    .doc_zh = "文字写出的金额，数字和大写都认；认不出的待定。",
    .example = "amount(\"叁仟元整\") = 3000元",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 150)
{
    Amount amount = {0};
    Reason failed;
    int128_t count = 0, back = 0;
    int scale = fn->result_type.scale;
    if (!amount_read(*t, &amount, &failed)) {
        fn_issue(fn, failed);
        return 0;
    }
    // More places than money has are no amount: rounding in silence would hide it.
    if (!exact_round(amount.value, NUMERAL_SCALE, scale, ROUND_DOWN, &count))
        fn_issue(fn, REASON_OVERFLOW);
    else if (scale < NUMERAL_SCALE &&
             (!exact_rescale(count, scale, NUMERAL_SCALE, &back) || back != amount.value))
        fn_issue(fn, REASON_CONVERSION);
    return count;
}

FN1(is_approximate, Bool, Text, t, .name = "is_approximate", .name_zh = "是约数",
    .signature = "is_approximate(t: text): boolean",
    .doc = "Whether a text that writes an amount or a quantity gives it as approximate: 余, 多, "
           "约, 近, 左右.",
    .doc_zh = "写出的金额或计量是否约数：余、多、约、近、左右。",
    .example = "is_approximate(\"12万余元\")",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 150)
{
    Amount amount = {0};
    Reason failed;
    if (!amount_read(*t, &amount, &failed) && !quantity_is_written(*t, &amount.approximate))
        fn_issue(fn, failed);
    return amount.approximate;
}

FN1(chinese_number, I64, Text, t, .name = "chinese_number", .name_zh = "数字解析",
    .signature = "chinese_number(t: text): integer",
    .doc = "The whole number that a text writes in digits or Chinese numerals.",
    .doc_zh = "文字写出的整数，数字和汉字数目都认。",
    .example = "chinese_number(\"十二万三千\") = 123000",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 120)
{
    Cell cell;
    int128_t value = 0, one = wide_pow10(NUMERAL_SCALE);
    int64_t whole = 0;
    if (!cell_read(*t, &cell)) {
        fn_issue(fn, REASON_CONVERSION);
        return 0;
    }
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    bool negative = skip_minus(&reader);
    if (!numeral_read(&reader, &value))
        fn_issue(fn, reader.failed);
    else if (reader.at < cell.count || reader.approximate || value % one != 0)
        fn_issue(fn, REASON_CONVERSION);
    else if (!num_cast_i128_i64((negative ? -value : value) / one, &whole))
        fn_issue(fn, REASON_OVERFLOW);
    return whole;
}

FN1(number, I128, Text, t, .name = "number", .name_zh = "数值解析",
    .signature = "number(t: text): decimal(38, 6)",
    .doc = "The number written in digits, with or without thousands separators; six places.",
    .doc_zh = "文字写出的数值，可以有千位分隔；至多六位小数。",
    .example = "number(\"1,200.5\") = 1200.5",
    .issues = FN_ISSUES(REASON_CONVERSION, REASON_OVERFLOW), .cost = 60)
{
    Cell cell;
    int128_t value = 0, count = 0, back = 0;
    if (!cell_read(*t, &cell)) {
        fn_issue(fn, REASON_CONVERSION);
        return 0;
    }
    NumeralReader reader = {&cell, 0, false, REASON_NONE};
    bool bracket = numeral_skip(&reader, '(');
    bool negative = bracket || skip_minus(&reader);
    (void)(!negative && numeral_skip(&reader, '+'));
    int places =
        NUMERAL_SCALE + (numeral_plain(&reader, &value) && numeral_skip(&reader, '%') ? 2 : 0);
    if (bracket && !numeral_skip(&reader, ')') && reader.failed == REASON_NONE)
        reader.failed = REASON_CONVERSION;
    if (reader.failed != REASON_NONE || reader.at < cell.count) {
        fn_issue(fn, reader.failed != REASON_NONE ? reader.failed : REASON_CONVERSION);
        return 0;
    }
    if (!exact_round(value, places, fn->result_type.scale, ROUND_DOWN, &count) ||
        !exact_rescale(count, fn->result_type.scale, places, &back) || back != value)
        fn_issue(fn, REASON_CONVERSION);
    return negative ? -count : count;
}

const FnCard *const amount_cards[] = {
    FN_CARD(amount), FN_CARD(is_approximate), FN_CARD(chinese_number), FN_CARD(number), NULL,
};

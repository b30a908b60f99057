// SPDX-License-Identifier: Apache-2.0
//
// catalog.c: the library as one list: the families in order, looked up by either name.
//
// The list is constant data, so there is nothing to start up or to free. Names are looked up by a
// walk over some two hundred cards, which happens once per call that a model writes.

#include "stdlib/stdlib_int.h"

static const struct {
    FnFamily cards;
    const char *title, *title_zh;
} families[] = {
    {number_cards, "Numbers", "数"},
    {amount_cards, "Amounts and numbers in texts", "文字中的金额和数"},
    {quantity_cards, "Quantities in texts", "文字中的计量"},
    {text_cards, "Texts", "文本"},
    {name_cards, "Names in texts", "文字中的名称"},
    {address_cards, "Addresses", "地址"},
    {similar_cards, "Likeness", "相似"},
    {fingerprint_cards, "Long texts that are nearly the same", "雷同的长文字"},
    {time_cards, "Dates, months, periods", "日期、月份、期间"},
    {date_text_cards, "Dates in texts", "文字中的日期"},
    {deadline_cards, "Deadlines and working days", "期限和工作日"},
    {identity_cards, "Identity numbers", "身份号码"},
    {region_cards, "Administrative divisions", "行政区划"},
    {pseudonym_cards, "Masks and pseudonyms", "脱敏和化名"},
    {place_cards, "Places", "位置"},
    {aggregate_cards, "Aggregates", "汇总"},
    {moment_cards, "Moments", "矩"},
    {rank_cards, "Quantiles and spreads", "分位与离散"},
    {share_cards, "Shares and days", "占比与日数"},
    {pair_cards, "Two quantities", "两个量"},
    {check_cards, "Checks over a group", "对一组数据的检查"},
    {sample_cards, "Checks of two samples or marks", "两组或两个标志的比较"},
    {time_check_cards, "Checks in the order of time", "按时间次序的检查"},
    {series_check_cards, "Checks of whole series", "对整个序列的检查"},
    {number_check_cards, "Checks of single numbers", "单个数的检查"},
    {own_cards, "Checks of one value among its peers", "一个值与同组的比较"},
    {family_cards, "Many tests at once", "多个检验合在一起"},
    {alike_cards, "Records that are alike", "雷同的记录"},
    {curve_cards, "Series that are alike", "雷同的序列"},
    {place_check_cards, "Checks of places", "对位置的检查"},
    {window_cards, "Peers and words", "同组与用语"},
};

uint32_t stdlib_count(void)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i].cards; *card; card++)
            count++;
    return count;
}

const FnCard *stdlib_at(uint32_t index)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i].cards; *card; card++)
            if (index-- == 0)
                return *card;
    return NULL;
}

const char *stdlib_family(uint32_t index, Lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i].cards; *card; card++)
            if (index-- == 0)
                return lang == LANG_ZH ? families[i].title_zh : families[i].title;
    return NULL;
}

uint32_t stdlib_find(Str name, const FnCard **cards, uint32_t capacity)
{
    uint32_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        for (FnFamily card = families[i].cards; *card; card++) {
            bool same = str_equal(name, str_from_cstr((*card)->name)) ||
                        str_equal(name, str_from_cstr((*card)->name_zh));
            if (!same)
                continue;
            if (found < capacity)
                cards[found] = *card;
            found++;
        }
    return found;
}

// SPDX-License-Identifier: Apache-2.0
//
// units.c: the units that the language knows, as one table. Factors are exact.

#include "lang/types.h"

/* ----------------------------------------------------------------------- quantities */

#define BASE_UNIT(id, text) static const Unit base_##id = {STR_INIT(text), STR_INIT(text), 1, 1};

BASE_UNIT(litre, "升")
BASE_UNIT(kilogram, "千克")
BASE_UNIT(square_metre, "平方米")
BASE_UNIT(metre, "米")
BASE_UNIT(kilowatt_hour, "千瓦时")

typedef struct QuantityUnit {
    const char *names[4]; /* NULL behind the last */
    Unit unit;
} QuantityUnit;

#define QUANTITY(base, num, den, name, ...)                                                        \
    {                                                                                              \
        {name, __VA_ARGS__},                                                                       \
        {                                                                                          \
            STR_INIT(name), STR_INIT(base), num, den                                               \
        }                                                                                          \
    }

static const QuantityUnit quantity_units[] = {
    QUANTITY("升", 1, 1, "升", "L", "l"),
    QUANTITY("升", 1, 1000, "毫升", "mL", "ml"),
    QUANTITY("升", 1000, 1, "立方米", "m3", "m³"),
    QUANTITY("升", 1, 1000, "立方厘米", "cm3", "cm³"),
    QUANTITY("升", 1, 1, "立方分米", "dm3", "dm³"),
    QUANTITY("千克", 1, 1, "千克", "公斤", "kg"),
    QUANTITY("千克", 1, 1000, "克", "g", NULL),
    QUANTITY("千克", 1, 1000000, "毫克", "mg", NULL),
    QUANTITY("千克", 1000, 1, "吨", "t", NULL),
    QUANTITY("千克", 1, 2, "斤", NULL),
    QUANTITY("千克", 1, 20, "两", NULL),
    QUANTITY("千克", 50, 1, "担", NULL),
    QUANTITY("平方米", 1, 1, "平方米", "㎡", "m2", "m²"),
    QUANTITY("平方米", 1, 10000, "平方厘米", "cm2", "cm²"),
    QUANTITY("平方米", 2000, 3, "亩", NULL),
    QUANTITY("平方米", 10000, 1, "公顷", "ha", NULL),
    QUANTITY("平方米", 1000000, 1, "平方公里", "平方千米", "km2", "km²"),
    QUANTITY("米", 1, 1, "米", "m", NULL),
    QUANTITY("米", 1000, 1, "公里", "千米", "km"),
    QUANTITY("米", 500, 1, "里", NULL),
    QUANTITY("米", 1, 10, "分米", "dm", NULL),
    QUANTITY("米", 1, 100, "厘米", "cm", NULL),
    QUANTITY("米", 1, 1000, "毫米", "mm", NULL),
    QUANTITY("千瓦时", 1, 1, "千瓦时", "kWh", "度"),
    QUANTITY("千瓦时", 1000, 1, "兆瓦时", "MWh", NULL),
    QUANTITY("千瓦时", 1, 3600000, "焦耳", "J", NULL),
    QUANTITY("千瓦时", 1, 3600, "千焦", "kJ", NULL),
    QUANTITY("千瓦时", 5, 18, "兆焦", "MJ", NULL),
};

const Unit *unit_base(Str quantity_name)
{
    static const struct {
        const char *en, *zh;
        const Unit *unit;
    } rows[] = {
        {"volume", "体积", &base_litre},         {"mass", "质量", &base_kilogram},
        {"area", "面积", &base_square_metre},    {"length", "长度", &base_metre},
        {"energy", "能量", &base_kilowatt_hour},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(quantity_name, str_from_cstr(rows[i].en)) ||
            str_equal(quantity_name, str_from_cstr(rows[i].zh)))
            return rows[i].unit;
    return NULL;
}

/* ----------------------------------------------------------------------- money and lengths */

static const Nominal currencies[] = {
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("USD"), .name_en = STR_INIT("USD")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("EUR"), .name_en = STR_INIT("EUR")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("HKD"), .name_en = STR_INIT("HKD")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("JPY"), .name_en = STR_INIT("JPY")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("GBP"), .name_en = STR_INIT("GBP")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("RUB"), .name_en = STR_INIT("RUB")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("KRW"), .name_en = STR_INIT("KRW")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("TWD"), .name_en = STR_INIT("TWD")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("MOP"), .name_en = STR_INIT("MOP")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("SGD"), .name_en = STR_INIT("SGD")},
    {.kind = NOMINAL_CURRENCY, .name = STR_INIT("AUD"), .name_en = STR_INIT("AUD")},
};

const Nominal *unit_currency(Str code)
{
    for (size_t i = 0; i < ARRAY_LEN(currencies); i++)
        if (str_equal(code, currencies[i].name))
            return &currencies[i];
    return NULL;
}

typedef struct CountedUnit {
    const char *names[6]; /* NULL behind the last */
    TypeKind kind;
    int64_t num, den;
    const char *currency; /* NULL: yuan, or no money */
} CountedUnit;

#define SECOND INT64_C(1000000)

static const CountedUnit counted_units[] = {
    {{"元", "yuan", "CNY", "圆", "块"}, TYPE_MONEY, 1, 1, NULL},
    {{"角", "毛"}, TYPE_MONEY, 1, 10, NULL},
    {{"分", "fen"}, TYPE_MONEY, 1, 100, NULL},
    {{"厘"}, TYPE_MONEY, 1, 1000, NULL},
    {{"美元", "USD"}, TYPE_MONEY, 1, 1, "USD"},
    {{"欧元", "EUR"}, TYPE_MONEY, 1, 1, "EUR"},
    {{"港元", "港币", "HKD"}, TYPE_MONEY, 1, 1, "HKD"},
    {{"日元", "JPY"}, TYPE_MONEY, 1, 1, "JPY"},
    {{"英镑", "GBP"}, TYPE_MONEY, 1, 1, "GBP"},
    {{"卢布", "RUB"}, TYPE_MONEY, 1, 1, "RUB"},
    {{"韩元", "KRW"}, TYPE_MONEY, 1, 1, "KRW"},
    {{"新台币", "TWD"}, TYPE_MONEY, 1, 1, "TWD"},
    {{"澳门元", "MOP"}, TYPE_MONEY, 1, 1, "MOP"},
    {{"新加坡元", "SGD"}, TYPE_MONEY, 1, 1, "SGD"},
    {{"澳元", "AUD"}, TYPE_MONEY, 1, 1, "AUD"},
    {{"天", "日", "day", "days"}, TYPE_DAYS, 1, 1, NULL},
    {{"周", "星期", "week", "weeks"}, TYPE_DAYS, 7, 1, NULL},
    {{"个月", "月", "month", "months"}, TYPE_MONTHS, 1, 1, NULL},
    {{"个季度", "季度", "quarter", "quarters"}, TYPE_MONTHS, 3, 1, NULL},
    {{"年", "year", "years"}, TYPE_MONTHS, 12, 1, NULL},
    {{"小时", "时", "个小时", "hour", "hours", "h"}, TYPE_TIME, 3600 * SECOND, 1, NULL},
    {{"分钟", "minute", "minutes", "min"}, TYPE_TIME, 60 * SECOND, 1, NULL},
    {{"秒", "second", "seconds", "s"}, TYPE_TIME, SECOND, 1, NULL},
    {{"毫秒", "ms"}, TYPE_TIME, 1000, 1, NULL},
    {{"个工作日", "工作日", "workday", "workdays"}, TYPE_WORKDAYS, 1, 1, NULL},
    {{"行", "row", "rows"}, TYPE_ROWS, 1, 1, NULL},
};

/* ----------------------------------------------------------------------- search */

static bool named(const char *const *names, size_t count, Str name)
{
    for (size_t i = 0; i < count && names[i]; i++)
        if (str_equal(name, str_from_cstr(names[i])))
            return true;
    return false;
}

static void counted_meaning(const CountedUnit *row, UnitMeaning *meaning)
{
    *meaning = (UnitMeaning){.kind = row->kind, .num = row->num, .den = row->den};
    if (row->currency)
        meaning->currency = unit_currency(str_from_cstr(row->currency));
}

bool unit_builtin(Str name, UnitMeaning *meaning)
{
    for (size_t i = 0; i < ARRAY_LEN(quantity_units); i++)
        if (named(quantity_units[i].names, ARRAY_LEN(quantity_units[i].names), name)) {
            *meaning = (UnitMeaning){TYPE_QUANTITY, &quantity_units[i].unit, NULL, 1, 1};
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(counted_units); i++)
        if (named(counted_units[i].names, ARRAY_LEN(counted_units[i].names), name)) {
            counted_meaning(&counted_units[i], meaning);
            return true;
        }
    return false;
}

static void offer_all(const char *const *names, size_t count,
                      void (*offer)(void *context, Str name), void *context)
{
    for (size_t i = 0; i < count && names[i]; i++)
        offer(context, str_from_cstr(names[i]));
}

void unit_each_name(void (*offer)(void *context, Str name), void *context)
{
    for (size_t i = 0; i < ARRAY_LEN(quantity_units); i++)
        offer_all(quantity_units[i].names, ARRAY_LEN(quantity_units[i].names), offer, context);
    for (size_t i = 0; i < ARRAY_LEN(counted_units); i++)
        offer_all(counted_units[i].names, ARRAY_LEN(counted_units[i].names), offer, context);
}

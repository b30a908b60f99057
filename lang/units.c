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

#define QUANTITY_NAMES_MAX 4

typedef struct QuantityUnit {
    const char *names[QUANTITY_NAMES_MAX]; /* NULL behind the last */
    Unit unit;
} QuantityUnit;

#define QUANTITY(base, num, den, name, ...)                                                        \
    {{name, __VA_ARGS__}, {STR_INIT(name), STR_INIT(base), num, den}},

static const QuantityUnit quantity_units[] = {
#include "runtime/base/units.def"
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
    {{"行", "row", "rows"}, TYPE_ROWS, 1, 1, NULL},
#define LENGTH(KIND, num, den, ...) {{__VA_ARGS__}, TYPE_##KIND, num, den, NULL},
#include "runtime/base/units.def"
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

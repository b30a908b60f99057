// SPDX-License-Identifier: Apache-2.0
//
// types_names.c: what types are called, and the text of a type.

#include "lang/typed.h"
#include "lang/types.h"

typedef struct KindName {
    TypeKind kind;
    const char *en, *zh;
    bool written; /* an author may write it as a type */
    uint8_t scale;
} KindName;

static const KindName kind_names[] = {
    {TYPE_TEXT, "text", "文本", true, 0},
    {TYPE_BOOLEAN, "boolean", "真假", true, 0},
    {TYPE_INTEGER, "integer", "整数", true, 0},
    {TYPE_DECIMAL, "decimal", "小数", true, 0},
    {TYPE_RATIO, "ratio", "比率", true, 9},
    {TYPE_REAL, "real", "实数", true, 0},
    {TYPE_MONEY, "money", "金额", true, 4},
    {TYPE_PRICE, "price", "单价", true, 6},
    {TYPE_DATE, "date", "日期", true, 0},
    {TYPE_DATETIME, "datetime", "时刻", true, 0},
    {TYPE_MONTH, "month", "月份", true, 0},
    {TYPE_PERIOD, "period", "期间", true, 0},
    {TYPE_DAYS, "duration", "时长", true, 0},
    {TYPE_MONTHS, "months", "月数", true, 0},
    {TYPE_WORKDAYS, "workdays", "工作日数", true, 0},
    {TYPE_POINT, "point", "位置", true, 0},
    {TYPE_TIME, "duration in minutes", "以分秒计的时长", false, 0},
    {TYPE_ROWS, "rows", "行数", false, 0},
    {TYPE_QUANTITY, "quantity", "计量", false, 6},
    {TYPE_IDENTITY, "identity", "标识", false, 0},
    {TYPE_ENUM, "enum", "枚举", false, 0},
    {TYPE_LIST, "list", "列表", false, 0},
    {TYPE_SET, "set", "集合", false, 0},
    {TYPE_RECORD, "record", "记录", false, 0},
    {TYPE_UNIT, "unit", "单位", false, 0},
    {TYPE_ERROR, "unknown", "不明", false, 0},
};

static const char *const quantity_names[][2] = {
    {"volume", "体积"}, {"mass", "质量"}, {"area", "面积"}, {"length", "长度"}, {"energy", "能量"}};

Str type_kind_name(TypeKind kind, Lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (kind_names[i].kind == kind)
            return str_from_cstr(lang == LANG_ZH ? kind_names[i].zh : kind_names[i].en);
    return STR("?");
}

Str type_word_zh(Str en)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (str_equal(str_from_cstr(kind_names[i].en), en))
            return str_from_cstr(kind_names[i].zh);
    for (size_t i = 0; i < ARRAY_LEN(quantity_names); i++)
        if (str_equal(str_from_cstr(quantity_names[i][0]), en))
            return str_from_cstr(quantity_names[i][1]);
    return STR("");
}

bool type_builtin(Str name, Type *type)
{
    const Unit *unit = unit_base(name);
    if (unit) {
        *type = type_exact(TYPE_QUANTITY, 6);
        type->unit = unit;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        const KindName *row = &kind_names[i];
        if (row->written &&
            (str_equal(name, str_from_cstr(row->en)) || str_equal(name, str_from_cstr(row->zh)))) {
            *type = type_exact(row->kind, row->scale);
            return true;
        }
    }
    return false;
}

void type_each_name(void (*offer)(void *context, Str name), void *context)
{
    for (size_t i = 0; i < ARRAY_LEN(quantity_names); i++) {
        offer(context, str_from_cstr(quantity_names[i][0]));
        offer(context, str_from_cstr(quantity_names[i][1]));
    }
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (kind_names[i].written) {
            offer(context, str_from_cstr(kind_names[i].en));
            offer(context, str_from_cstr(kind_names[i].zh));
        }
}

static const char *quantity_name(Type type, Lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(quantity_names); i++) {
        const Unit *base = unit_base(str_from_cstr(quantity_names[i][0]));
        if (str_equal(base->dimension, type.unit->dimension))
            return quantity_names[i][lang == LANG_ZH];
    }
    return NULL;
}

static void quantity_text(Type type, Lang lang, StrBuf *out)
{
    const char *name = quantity_name(type, lang);
    if (name)
        strbuf_printf(out, "%s(" STR_FMT ")", name, STR_ARG(type.unit->name));
    else
        strbuf_add(out, type.unit->name);
}

static void nominal_text(Type type, Lang lang, StrBuf *out)
{
    if (!type.nominal)
        strbuf_add(out, type_kind_name(type.kind, lang));
    else if (lang == LANG_EN && type.nominal->name_en.len)
        strbuf_add(out, type.nominal->name_en);
    else
        strbuf_add(out, type.nominal->name);
}

static void element_text(Type type, Lang lang, StrBuf *out)
{
    if (type.kind == TYPE_LIST)
        strbuf_add(out, type_kind_name(TYPE_LIST, lang));
    strbuf_add_char(out, type.kind == TYPE_SET ? '{' : '(');
    if (type.element)
        typed_type_text(*type.element, lang, out);
    strbuf_add_char(out, type.kind == TYPE_SET ? '}' : ')');
}

void typed_type_text(Type type, Lang lang, StrBuf *out)
{
    switch (type.kind) {
    case TYPE_QUANTITY:
        quantity_text(type, lang, out);
        return;
    case TYPE_PRICE:
        strbuf_add(out, type_kind_name(TYPE_PRICE, lang));
        strbuf_printf(out, "(" STR_FMT ")", STR_ARG(type.unit->name));
        return;
    case TYPE_MONEY:
        strbuf_add(out, type_kind_name(TYPE_MONEY, lang));
        if (type.nominal)
            strbuf_printf(out, "(" STR_FMT ")", STR_ARG(type.nominal->name));
        return;
    case TYPE_IDENTITY:
    case TYPE_ENUM:
    case TYPE_RECORD:
        nominal_text(type, lang, out);
        return;
    case TYPE_LIST:
    case TYPE_SET:
        element_text(type, lang, out);
        return;
    default:
        strbuf_add(out, type_kind_name(type.kind, lang));
        return;
    }
}

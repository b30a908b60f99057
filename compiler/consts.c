// SPDX-License-Identifier: Apache-2.0
//
// consts.c: constants and types: conversion, equality, dumps.

#include "compiler/consts.h"

#include "runtime/base/map.h"
#include "runtime/base/time.h"

// ---------------------------------------------------------------- types

static bool unit_same(const Unit *a, const Unit *b)
{
    if (a == b)
        return true;
    return a != NULL && b != NULL && a->num == b->num && a->den == b->den &&
           str_equal(a->dimension, b->dimension) && str_equal(a->name, b->name);
}

bool type_same(Type a, Type b)
{
    if (a.kind != b.kind || a.scale != b.scale || a.nominal != b.nominal ||
        !unit_same(a.unit, b.unit))
        return false;
    if (a.element == NULL || b.element == NULL)
        return a.element == b.element;
    return a.element == b.element || type_same(*a.element, *b.element);
}

uint64_t type_hash(Type type)
{
    return hash_combine(hash_u64((uint64_t)type.kind << 8 | type.scale),
                        (uint64_t)(uintptr_t)type.nominal);
}

void type_dump(Type type, StrBuf *out)
{
    strbuf_add_c(out, type_kind_word(type.kind));
    if (type_is_exact(type))
        strbuf_printf(out, "(%u)", type.scale);
    if (type.unit != NULL)
        strbuf_printf(out, "[" STR_FMT "]", STR_ARG(type.unit->name));
    if (type.nominal != NULL)
        strbuf_printf(out, "<" STR_FMT ">", STR_ARG(type.nominal->name));
    if (type.element != NULL) {
        strbuf_add_char(out, ' ');
        type_dump(*type.element, out);
    }
}

// ---------------------------------------------------------------- making constants

Const const_of_text(Str text)
{
    return (Const){.type = type_of(TYPE_TEXT), .value = {.type = type_of(TYPE_TEXT)}, .text = text};
}

Const const_of_gap(Type type)
{
    return (Const){.type = type, .value = {.type = type, .state = VALUE_GAP}};
}

Const const_of_count(Type type, int128_t count)
{
    Const made = {.type = type, .value = {.type = type}};
    switch (type_phys(type)) {
    case PHYS_BOOL:
        made.value.boolean = count != 0;
        break;
    case PHYS_I128:
        made.value.i128 = count;
        break;
    case PHYS_F64:
        made.value.f64 = (double)count;
        break;
    case PHYS_I64:
        made.value.i64 = (int64_t)count;
        break;
    case PHYS_PAIR:
    case PHYS_CODE:
        UNREACHABLE();
    }
    return made;
}

static Const const_of_items(Arena *arena, const TypedConst *typed)
{
    Const made = {
        .type = typed->type, .value = {.type = typed->type}, .item_count = typed->item_count};
    Const *items = ARENA_ARRAY(arena, Const, typed->item_count);
    for (uint32_t i = 0; i < typed->item_count; i++)
        items[i] = const_of_typed(arena, &typed->items[i]);
    made.items = items;
    return made;
}

Const const_of_typed(Arena *arena, const TypedConst *typed)
{
    if (typed->missing)
        return const_of_gap(typed->type);
    if (typed->type.kind == TYPE_SET || typed->type.kind == TYPE_LIST)
        return const_of_items(arena, typed);
    switch (type_phys(typed->type)) {
    case PHYS_PAIR:
        return (Const){.type = typed->type,
                       .value = {.type = typed->type, .pair = {.a = typed->low, .b = typed->high}}};
    case PHYS_CODE:
        return (Const){.type = typed->type, .value = {.type = typed->type}, .text = typed->text};
    case PHYS_F64:
        return (Const){
            .type = typed->type,
            .value = {.type = typed->type, .f64 = exact_to_real(typed->count, typed->type.scale)}};
    case PHYS_BOOL:
    case PHYS_I64:
    case PHYS_I128:
        return const_of_count(typed->type, typed->count);
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- equality

static bool const_scalar_equal(const Const *a, const Const *b)
{
    switch (type_phys(a->type)) {
    case PHYS_BOOL:
        return a->value.boolean == b->value.boolean;
    case PHYS_I64:
        return a->value.i64 == b->value.i64;
    case PHYS_I128:
        return a->value.i128 == b->value.i128;
    case PHYS_F64:
        return a->value.f64 == b->value.f64;
    case PHYS_PAIR:
        return a->value.pair.a == b->value.pair.a && a->value.pair.b == b->value.pair.b;
    case PHYS_CODE:
        return str_equal(a->text, b->text);
    }
    UNREACHABLE();
}

bool const_equal(const Const *a, const Const *b)
{
    if (!type_same(a->type, b->type) || a->value.state != b->value.state ||
        a->item_count != b->item_count)
        return false;
    for (uint32_t i = 0; i < a->item_count; i++)
        if (!const_equal(&a->items[i], &b->items[i]))
            return false;
    return a->value.state != VALUE_KNOWN || const_scalar_equal(a, b);
}

uint64_t const_hash(const Const *value)
{
    uint64_t hash = hash_combine(type_hash(value->type), value->item_count);
    hash = hash_combine(hash, value->value.state);
    for (uint32_t i = 0; i < value->item_count; i++)
        hash = hash_combine(hash, const_hash(&value->items[i]));
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        return hash_combine(hash, value->value.boolean);
    case PHYS_I64:
        return hash_combine(hash, (uint64_t)value->value.i64);
    case PHYS_I128:
        return hash_combine(hash, (uint64_t)value->value.i128);
    case PHYS_PAIR:
        return hash_combine(hash, (uint64_t)value->value.pair.a);
    case PHYS_F64:
        return hash;
    case PHYS_CODE:
        return hash_combine(hash, str_hash(value->text));
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- dumps

static void scalar_dump(const Const *value, StrBuf *out)
{
    const Value *v = &value->value;
    switch (value->type.kind) {
    case TYPE_DATE:
        date_format(out, (int32_t)v->i64);
        return;
    case TYPE_MONTH:
        month_format(out, (int32_t)v->i64);
        return;
    case TYPE_DATETIME:
        datetime_format(out, v->i64);
        return;
    case TYPE_PERIOD:
        period_format(out, (Period){(int32_t)v->pair.a, (int32_t)v->pair.b});
        return;
    case TYPE_ENUM:
        strbuf_add(out, value->type.nominal->members[v->i64].name);
        return;
    default:
        break;
    }
    switch (type_phys(value->type)) {
    case PHYS_BOOL:
        strbuf_add_c(out, v->boolean ? "true" : "false");
        return;
    case PHYS_I64:
        strbuf_add_i64(out, v->i64);
        return;
    case PHYS_I128:
        exact_format(out, v->i128, value->type.scale);
        return;
    case PHYS_F64:
        strbuf_add_real(out, v->f64);
        return;
    case PHYS_PAIR:
        strbuf_printf(out, "%" PRId64 ",%" PRId64, v->pair.a, v->pair.b);
        return;
    case PHYS_CODE:
        strbuf_printf(out, "\"" STR_FMT "\"", STR_ARG(value->text));
        return;
    }
}

void const_dump(const Const *value, StrBuf *out)
{
    if (value->value.state != VALUE_KNOWN) {
        strbuf_add_c(out, value->value.state == VALUE_GAP ? "missing" : "failed");
        return;
    }
    if (value->type.kind != TYPE_SET && value->type.kind != TYPE_LIST) {
        scalar_dump(value, out);
        return;
    }
    strbuf_add_char(out, '{');
    for (uint32_t i = 0; i < value->item_count; i++) {
        strbuf_add_c(out, i == 0 ? "" : ", ");
        const_dump(&value->items[i], out);
    }
    strbuf_add_char(out, '}');
}

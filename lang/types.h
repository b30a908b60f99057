// SPDX-License-Identifier: Apache-2.0
//
// types.h: the algebra of types: which are equal, which meet, what an operator gives.
//
// All functions are pure; new units that they need are made in the arena given. The rules are those of
// spec/language.md 3 and spec/evaluation.md 1.2 to 1.4. A Type of kind TYPE_ERROR meets everything and
// gives itself, so that one mistake raises one message.

#ifndef SUP_LANG_TYPES_H
#define SUP_LANG_TYPES_H

#include "lang/ast.h"
#include "runtime/base/arena.h"
#include "runtime/data/type.h"

/* Why an operation on two types is refused. */
typedef enum TypeFault {
    TYPE_FAULT_NONE,
    TYPE_FAULT_KINDS,      /* the two kinds do not go together */
    TYPE_FAULT_NOMINAL,    /* two identity types, enums or currencies */
    TYPE_FAULT_QUANTITY,   /* units of different quantities */
    TYPE_FAULT_LENGTHS,    /* days, months, time, working days beside each other */
    TYPE_FAULT_DAY_TIME,   /* a date beside a datetime */
    TYPE_FAULT_MONTH_DATE, /* a month beside a date */
    TYPE_FAULT_SCALE,      /* more than 38 places */
    TYPE_FAULT_UNIT,       /* the units meet in no unit of 64 bits */
    TYPE_FAULT_MONEY_REAL, /* a real beside money without round */
    TYPE_FAULT_MONEY,      /* money × money, money + number */
    TYPE_FAULT_NO_VALUES,  /* no such operation on these values */
    TYPE_FAULT_WORKDAYS,   /* a date plus working days */
    TYPE_FAULT_FRACTION,   /* a length times or divided by a fraction */
} TypeFault;

/* Are these the same type? Scales and precisions do not count; units do by their factor. */
bool type_equal(Type a, Type b);

/* The type to which both can be brought without loss (for + − comparisons, `if`, `??`, least …). */
TypeFault type_common(Arena *arena, Type a, Type b, Type *common);

/* The type of a + b, a − b, a × b, a ÷ b. */
TypeFault type_arithmetic(Arena *arena, AstOperator op, Type a, Type b, Type *result);

/* The types in which the operands of a × b or a ÷ b are taken: price × quantity brings the quantity
 * to the price's unit. */
void type_operands(Arena *arena, AstOperator op, Type a, Type b, Type *want_a, Type *want_b);

/* Can a value of type `from` be stored where `to` is declared? Scales must not shrink. */
TypeFault type_store(Arena *arena, Type from, Type to);

/* Kinds. A number is an integer, decimal, ratio or real; an amount an exact number with a unit. */
bool type_is_number(Type type);
bool type_is_amount(Type type);
bool type_is_length(Type type);
/* Has < > and can be sorted. */
bool type_is_ordered(Type type);
/* Has = and can be a key. */
bool type_is_comparable(Type type);
/* Real in the unit of an amount or length: `type.unit` says which; see type_real_of. */
Type type_real_of(Arena *arena, Type type);
/* Does this unit stand for money or a length in a real? Then `*kind` is that kind. */
bool type_real_kind(Type real, TypeKind *kind);

/* A type of this kind that a name stands for: "money", 金额. False: no such name. Quantities get
 * their base unit; kinds with arguments (decimal, price) come without them. */
bool type_builtin(Str name, Type *type);

/* Calls `offer` with each built-in type name, for near names. */
void type_each_name(void (*offer)(void *context, Str name), void *context);

/* The name of a kind in each language: {"money", "金额"}. */
Str type_word_zh(Str en); /* the Chinese name of the type called `en`; empty: there is none */
Str type_kind_name(TypeKind kind, Lang lang);

/* ----------------------------------------------------------------------- units */

/* What a unit's name stands for in a literal or as an argument. */
typedef struct UnitMeaning {
    TypeKind kind;           /* MONEY, PRICE, QUANTITY, DAYS, MONTHS, TIME, WORKDAYS, ROWS */
    const Unit *unit;        /* QUANTITY, PRICE */
    const Nominal *currency; /* MONEY in another currency than yuan */
    int128_t num,
        den; /* 1 of it is num/den of the kind's own counting unit (yuan, day, month, µs) */
} UnitMeaning;

/* A built-in unit by its name ("升", "kg", "天", "元"); false: none. No multipliers. */
bool unit_builtin(Str name, UnitMeaning *meaning);

/* Calls `offer` with each built-in unit name. */
void unit_each_name(void (*offer)(void *context, Str name), void *context);

/* Another currency by its code ("USD"); NULL: none. Yuan (CNY) has no Nominal: use unit_builtin. */
const Nominal *unit_currency(Str code);

/* The unit in which counts of this kind are kept (升, 千克 …) for a quantity's type name. */
const Unit *unit_base(Str quantity_name);

#endif

// SPDX-License-Identifier: Apache-2.0
// type.h: the types of values, as the front end infers them and the engine stores them.
//
// A `Type` is a small value: a kind, for exact numbers a static scale, and pointers to what a kind needs
// besides (the unit, the nominal type, the element). Whether a value may be missing is not part of the
// type: the front end keeps that per expression, the engine per column.
//
// Ownership: everything a Type points to lives in the arena of the program it was made for.

#ifndef SUP_RUNTIME_DATA_TYPE_H
#define SUP_RUNTIME_DATA_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/base.h"
#include "runtime/base/str.h"

typedef enum TypeKind {
    TYPE_ERROR, // keeps one mistake from raising ten messages; never reaches the engine
    TYPE_TEXT,  // UTF-8, compared by code point
    TYPE_BOOLEAN,
    TYPE_INTEGER,  // 64 bits
    TYPE_DECIMAL,  // exact; `scale`, and `precision` where one was declared
    TYPE_RATIO,    // exact; 9 places in a column or parameter
    TYPE_REAL,     // binary64, always finite
    TYPE_MONEY,    // exact, yuan (`nominal` names another currency)
    TYPE_PRICE,    // exact, yuan per `unit`
    TYPE_QUANTITY, // exact, in `unit`
    TYPE_DATE,     // days since 1970-01-01
    TYPE_DATETIME, // microseconds since 1970-01-01 in the declared zone
    TYPE_MONTH,    // months since 1970-01
    TYPE_PERIOD,   // two dates, closed
    TYPE_DAYS,     // length in days
    TYPE_MONTHS,   // length in months
    TYPE_TIME,     // length in microseconds
    TYPE_WORKDAYS, // length in working days
    TYPE_ROWS,     // `3行`, only as the size of a window frame
    TYPE_IDENTITY, // nominal text whose values are valid, repaired, damaged, masked or missing
    TYPE_POINT,    // two decimal(10,7): longitude, latitude
    TYPE_ENUM,     // code = place of the member in its declaration
    TYPE_LIST,     // of `element`
    TYPE_SET,      // of `element`, sorted, distinct
    TYPE_RECORD,   // the result of an anomaly check, or of a function with several parts
    TYPE_UNIT,     // a unit's name as an argument: round(x, 分)
} TypeKind;

// How a value lies in memory.
typedef enum Phys {
    PHYS_BOOL, // uint8_t: 0, 1 (truth vectors also use 2 = undetermined)
    PHYS_I64,  // integer, date, datetime, month, lengths, enum
    PHYS_I128, // decimal, ratio, money, price, quantity: a count at the type's scale
    PHYS_F64,  // real
    PHYS_PAIR, // period (first and last day), point (longitude, latitude at scale 7)
    PHYS_CODE, // text, identity, list, set: a code of the run's Dict
} Phys;

// A unit is a rational factor num/den to the base unit of its dimension.
typedef struct Unit {
    Str name;          // as written: 升
    Str dimension;     // name of the base unit; two units mix if and only if these are equal
    int128_t num, den; // exact factor to the base unit, lowest terms, both positive
} Unit;

typedef struct EnumMember {
    Str name;
    Str *also; // other spellings in the data
    uint32_t also_count;
} EnumMember;

typedef enum NominalKind {
    NOMINAL_IDENTITY,
    NOMINAL_ENUM,
    NOMINAL_CURRENCY,
    NOMINAL_RECORD
} NominalKind;

struct Type;
typedef struct RecordField {
    Str name_en, name_zh;
    const struct Type *type;
} RecordField;

// What is behind a nominal type. Two nominal types are the same if and only if the pointers are equal.
typedef struct Nominal {
    NominalKind kind;
    Str name; // as declared: 批准文号, 身份号; the English name for built-in ones in name_en
    Str name_en;
    Str pattern; // own identity types: regular expression a value must match whole; empty: any
    const char
        *identity; // key of the library's load normalisation: "person_id", or "text" for own types
    const EnumMember *members; // enum
    uint32_t member_count;
    const RecordField *fields; // record
    uint32_t field_count;
    uint64_t optional_fields; // bits of the fields that may be missing
} Nominal;

typedef struct Type {
    TypeKind kind;
    uint8_t scale;              // exact kinds: value = count * 10^-scale
    uint8_t precision;          // declared decimal(p,s), else 0
    const Unit *unit;           // quantity, price
    const Nominal *nominal;     // identity, enum, record, money in another currency
    const struct Type *element; // list, set
} Type;

static inline Type type_of(TypeKind kind)
{
    return (Type){.kind = kind};
}

static inline Type type_exact(TypeKind kind, uint8_t scale)
{
    return (Type){.kind = kind, .scale = scale};
}

// A kind's word in dumps.
static inline const char *type_kind_word(TypeKind kind)
{
    static const char *const words[] = {
        [TYPE_ERROR] = "error",       [TYPE_TEXT] = "text",         [TYPE_BOOLEAN] = "boolean",
        [TYPE_INTEGER] = "integer",   [TYPE_DECIMAL] = "decimal",   [TYPE_RATIO] = "ratio",
        [TYPE_REAL] = "real",         [TYPE_MONEY] = "money",       [TYPE_PRICE] = "price",
        [TYPE_QUANTITY] = "quantity", [TYPE_DATE] = "date",         [TYPE_DATETIME] = "datetime",
        [TYPE_MONTH] = "month",       [TYPE_PERIOD] = "period",     [TYPE_DAYS] = "days",
        [TYPE_MONTHS] = "months",     [TYPE_TIME] = "time",         [TYPE_WORKDAYS] = "workdays",
        [TYPE_ROWS] = "rows",         [TYPE_IDENTITY] = "identity", [TYPE_POINT] = "point",
        [TYPE_ENUM] = "enum",         [TYPE_LIST] = "list",         [TYPE_SET] = "set",
        [TYPE_RECORD] = "record",     [TYPE_UNIT] = "unit",
    };
    ASSERT((size_t)kind < ARRAY_LEN(words));
    return words[kind];
}

// The layout that values of `type` have in columns' vectors and registers.
static inline Phys type_phys(Type type)
{
    switch (type.kind) {
    case TYPE_BOOLEAN:
        return PHYS_BOOL;
    case TYPE_DECIMAL:
    case TYPE_RATIO:
    case TYPE_MONEY:
    case TYPE_PRICE:
    case TYPE_QUANTITY:
        return PHYS_I128;
    case TYPE_REAL:
        return PHYS_F64;
    case TYPE_PERIOD:
    case TYPE_POINT:
        return PHYS_PAIR;
    case TYPE_TEXT:
    case TYPE_IDENTITY:
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_ERROR:
    case TYPE_RECORD:
    case TYPE_UNIT:
        return PHYS_CODE;
    case TYPE_INTEGER:
    case TYPE_DATE:
    case TYPE_DATETIME:
    case TYPE_MONTH:
    case TYPE_DAYS:
    case TYPE_MONTHS:
    case TYPE_TIME:
    case TYPE_WORKDAYS:
    case TYPE_ROWS:
    case TYPE_ENUM:
        return PHYS_I64;
    }
    return PHYS_I64;
}

// Decimal, ratio, money, price, quantity: stored as a count with a static scale.
static inline bool type_is_exact(Type type)
{
    return type_phys(type) == PHYS_I128;
}

#endif

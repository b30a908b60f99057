// SPDX-License-Identifier: Apache-2.0
//
// stdlib_call.h: calls one card of the library on one row, for unit tests.
//
//     CallValue v = call("amount(t: text): money", 4, call_text("3千元"));
//
// A card is named by its signature, so that a test says which overload it means. Values are one row
// each; the result is read back with its layout.

#ifndef SUP_TESTS_UNIT_STDLIB_CALL_H
#define SUP_TESTS_UNIT_STDLIB_CALL_H

#include "runtime/data/value.h"
#include "stdlib/stdlib.h"

typedef struct CallValue {
    Phys phys;
    int scale;
    Reason issue; // of a result
    Str text;     // PHYS_CODE: of the operand or result
    bool boolean;
    int64_t i64;
    int128_t i128;
    double f64;
    Pair pair;
} CallValue;

// One Dict and arena for the tests of a program.
typedef struct CallWorld {
    Dict *dict;
    Arena *arena;
} CallWorld;

static inline CallValue call_text(const char *text)
{
    return (CallValue){.phys = PHYS_CODE, .text = str_from_cstr(text)};
}

static inline CallValue call_i64(int64_t value)
{
    return (CallValue){.phys = PHYS_I64, .i64 = value};
}

static inline CallValue call_exact(int128_t count, int scale)
{
    return (CallValue){.phys = PHYS_I128, .i128 = count, .scale = scale};
}

static inline CallValue call_real(double value)
{
    return (CallValue){.phys = PHYS_F64, .f64 = value};
}

static inline CallValue call_pair(int64_t a, int64_t b)
{
    return (CallValue){.phys = PHYS_PAIR, .pair = {a, b}};
}

static inline CallValue call_date(int year, int month, int day)
{
    int32_t date = 0;
    ASSERT(date_from_ymd(year, month, day, &date));
    return call_i64(date);
}

static inline void call_fail(void *closure, int64_t row, Reason reason)
{
    ASSERT(row == 0);
    *(Reason *)closure = reason;
}

// The card with this signature.
static inline const FnCard *call_card(const char *signature)
{
    for (uint32_t i = 0; i < stdlib_count(); i++)
        if (str_equal(str_from_cstr(stdlib_at(i)->signature), str_from_cstr(signature)))
            return stdlib_at(i);
    fprintf(stderr, "no card %s\n", signature);
    UNREACHABLE();
}

static inline Vector call_vector(CallWorld *world, const CallValue *value)
{
    Vector vector = {.phys = value->phys, .count = 1};
    vector.data = arena_alloc(world->arena, 16, 16);
    switch (value->phys) {
    case PHYS_BOOL:
        vector.truth[0] = value->boolean;
        break;
    case PHYS_I64:
        vector.i64[0] = value->i64;
        break;
    case PHYS_I128:
        vector.i128[0] = value->i128;
        break;
    case PHYS_F64:
        vector.f64[0] = value->f64;
        break;
    case PHYS_PAIR:
        vector.pair[0] = value->pair;
        break;
    case PHYS_CODE:
        vector.code[0] = dict_intern(world->dict, value->text);
        break;
    }
    return vector;
}

// Runs the card. The result has the layout and scale given.
static inline CallValue call_fn(CallWorld *world, const char *signature, Phys phys, int scale,
                                const CallValue *operands, uint32_t count)
{
    const FnCard *card = call_card(signature);
    ASSERT(card->kernel != NULL);
    Vector args[5];
    Type types[5] = {{0}};
    for (uint32_t i = 0; i < count; i++) {
        args[i] = call_vector(world, &operands[i]);
        types[i].scale = (uint8_t)operands[i].scale;
    }
    CallValue result = {.phys = phys, .scale = scale};
    Vector out = call_vector(world, &result);
    FnContext fn = {.dict = world->dict, .arena = world->arena, .types = types};
    fn.result_type.scale = (uint8_t)scale;
    int64_t row = 0;
    card->kernel(&fn, args, count, &row, 1, &out, call_fail, &result.issue);
    switch (phys) {
    case PHYS_BOOL:
        result.boolean = out.truth[0];
        break;
    case PHYS_I64:
        result.i64 = out.i64[0];
        break;
    case PHYS_I128:
        result.i128 = out.i128[0];
        break;
    case PHYS_F64:
        result.f64 = out.f64[0];
        break;
    case PHYS_PAIR:
        result.pair = out.pair[0];
        break;
    case PHYS_CODE:
        result.text = dict_str(world->dict, out.code[0]);
        break;
    }
    return result;
}

#define CALL(world, signature, phys, scale, ...)                                                   \
    call_fn(world, signature, phys, scale, (const CallValue[]){__VA_ARGS__},                       \
            (uint32_t)(sizeof((const CallValue[]){__VA_ARGS__}) / sizeof(CallValue)))

static inline int call_world_create(void **state)
{
    CallWorld *world = base_alloc_zeroed(1, sizeof *world);
    world->dict = dict_create();
    world->arena = arena_create(NULL, 0);
    *state = world;
    return 0;
}

static inline int call_world_destroy(void **state)
{
    CallWorld *world = *state;
    dict_destroy(world->dict);
    arena_destroy(world->arena);
    free(world);
    return 0;
}

#endif

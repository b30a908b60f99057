// SPDX-License-Identifier: Apache-2.0
//
// fn.h: how a function of the library is written: one macro call in front of an ordinary C body.
//
//   FN2(left, Text, Text, t, I64, n,
//       .name = "left", .name_zh = "左取", .signature = "left(t: text, n: integer): text", …)
//   {
//       return str_slice(*t, 0, utf8_offset(*t, n));
//   }
//
// The call makes three things: the body `std_left`, a vector kernel that runs it over a batch's
// rows, and the card `card_left` that the family's table lists (FN_CARD(left)). Forgetting the
// row in the table is a compile error, because the card is then unused.
//
// The words after the identifier are the layout of the result, then layout and name of each
// operand:
//
//   layout  operand      result    for
//   Text    const Str *  Str       text, identity; a result lives in fn->arena or is a slice of an
//                                  operand
//   Bool    bool         bool      boolean
//   I64     int64_t      int64_t   integer, date, datetime, month, lengths, enum
//   I128    int128_t     int128_t  exact numbers: the count at the static scale of fn->types[i]
//                                  (operands) and fn->result_type (result)
//   Num     int128_t     int128_t  any of the numbers, as N stands in the signature: operands come
//                                  at one scale and unit, reals by their order; compare them and
//                                  hand one back, no more
//   F64     double       double    real
//   Pair    Pair         Pair      period, point
//   Code    uint32_t     uint32_t  list, set: the Dict's code
//
// A result written `T?` in the signature may be a gap: fn_issue(fn, REASON_MISSING).
//
// A body sees known values only. Where it has no value to give it calls fn_issue(fn, REASON_…)
// and returns whatever it likes. Text results are interned by the kernel, not by the body.

#ifndef SUP_STDLIB_FN_H
#define SUP_STDLIB_FN_H

#include "stdlib/stdlib.h"

// An integer, length or exact number as a count; a real by its order.
static inline int128_t fn_load_number(const Vector *vector, int64_t index)
{
    if (vector->phys == PHYS_F64)
        return fn_real_order(vector->f64[index]);
    return vector->phys == PHYS_I128 ? vector->i128[index] : (int128_t)vector->i64[index];
}

// Results of this kind are one of the operands, so that a 64-bit result always fits.
static inline void fn_store_number(Vector *vector, int64_t index, int128_t value)
{
    if (vector->phys == PHYS_F64)
        vector->f64[index] = fn_real_of_order((int64_t)value);
    else if (vector->phys == PHYS_I128)
        vector->i128[index] = value;
    else
        vector->i64[index] = (int64_t)value;
}

// ---- layouts: operand as the body receives it, local that holds it, load, pass, result, store

#define FN_PARAM_Text const Str *
#define FN_PARAM_Bool bool
#define FN_PARAM_I64 int64_t
#define FN_PARAM_I128 int128_t
#define FN_PARAM_Num int128_t
#define FN_PARAM_F64 double
#define FN_PARAM_Pair Pair
#define FN_PARAM_Code uint32_t

#define FN_LOCAL_Text Str
#define FN_LOCAL_Bool bool
#define FN_LOCAL_I64 int64_t
#define FN_LOCAL_I128 int128_t
#define FN_LOCAL_Num int128_t
#define FN_LOCAL_F64 double
#define FN_LOCAL_Pair Pair
#define FN_LOCAL_Code uint32_t

#define FN_LOAD_Text(fn, vector, index) dict_str((fn)->dict, (vector)->code[index])
#define FN_LOAD_Bool(fn, vector, index) ((vector)->truth[index] != 0)
#define FN_LOAD_I64(fn, vector, index) ((vector)->i64[index])
#define FN_LOAD_I128(fn, vector, index) ((vector)->i128[index])
#define FN_LOAD_Num(fn, vector, index) fn_load_number(vector, index)
#define FN_LOAD_F64(fn, vector, index) ((vector)->f64[index])
#define FN_LOAD_Pair(fn, vector, index) ((vector)->pair[index])
#define FN_LOAD_Code(fn, vector, index) ((vector)->code[index])

#define FN_PASS_Text(local) &(local)
#define FN_PASS_Bool(local) local
#define FN_PASS_I64(local) local
#define FN_PASS_I128(local) local
#define FN_PASS_Num(local) local
#define FN_PASS_F64(local) local
#define FN_PASS_Pair(local) local
#define FN_PASS_Code(local) local

#define FN_STORE_Text(fn, vector, index, value)                                                    \
    ((vector)->code[index] = dict_intern((fn)->dict, (value)))
#define FN_STORE_Bool(fn, vector, index, value) ((vector)->truth[index] = (uint8_t)(value))
#define FN_STORE_I64(fn, vector, index, value) ((vector)->i64[index] = (value))
#define FN_STORE_I128(fn, vector, index, value) ((vector)->i128[index] = (value))
#define FN_STORE_Num(fn, vector, index, value) fn_store_number(vector, index, value)
#define FN_STORE_F64(fn, vector, index, value) ((vector)->f64[index] = (value))
#define FN_STORE_Pair(fn, vector, index, value) ((vector)->pair[index] = (value))
#define FN_STORE_Code(fn, vector, index, value) ((vector)->code[index] = (value))

#define FN_OPERAND(layout, place)                                                                  \
    FN_LOCAL_##layout x##place = FN_LOAD_##layout(fn, &args[place], vector_index(&args[place], row))

// ---- the parts of a card

#define FN_CARD(id) &card_##id

// The row is an issue if the body said so, else it has the value.
#define FN_SETTLE(result, value)                                                                   \
    if (UNLIKELY(fn->issue != REASON_NONE))                                                        \
        fail(closure, row, fn->issue);                                                             \
    else                                                                                           \
        FN_STORE_##result(fn, out, vector_index(out, row), value)

#define FN_KERNEL(id, result, operand_count, call, ...)                                            \
    static void kernel_##id(FnContext *fn, const Vector *args, uint32_t arg_count,                 \
                            const int64_t *rows, int64_t row_count, Vector *out, FnFail fail,      \
                            void *closure)                                                         \
    {                                                                                              \
        ASSERT(arg_count == (operand_count));                                                      \
        (void)args;                                                                                \
        for (int64_t k = 0; k < row_count; k++) {                                                  \
            int64_t row = rows[k];                                                                 \
            __VA_ARGS__;                                                                           \
            fn->issue = REASON_NONE;                                                               \
            FN_LOCAL_##result value = call;                                                        \
            FN_SETTLE(result, value);                                                              \
        }                                                                                          \
        fn->issue = REASON_NONE;                                                                   \
    }

#define FN_DEFINE(id, ...)                                                                         \
    static const FnCard card_##id = {.lower = LOWER_CALL, .kernel = kernel_##id, __VA_ARGS__};

#define FN1(id, result, A, a, ...)                                                                 \
    static FN_LOCAL_##result std_##id(FnContext *fn, FN_PARAM_##A a);                              \
    FN_KERNEL(id, result, 1, std_##id(fn, FN_PASS_##A(x0)), FN_OPERAND(A, 0))                      \
    FN_DEFINE(id, __VA_ARGS__)                                                                     \
    static FN_LOCAL_##result std_##id(MAYBE_UNUSED FnContext *fn, FN_PARAM_##A a)

#define FN2(id, result, A, a, B, b, ...)                                                           \
    static FN_LOCAL_##result std_##id(FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b);              \
    FN_KERNEL(id, result, 2, std_##id(fn, FN_PASS_##A(x0), FN_PASS_##B(x1)), FN_OPERAND(A, 0);     \
              FN_OPERAND(B, 1))                                                                    \
    FN_DEFINE(id, __VA_ARGS__)                                                                     \
    static FN_LOCAL_##result std_##id(MAYBE_UNUSED FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b)

#define FN3(id, result, A, a, B, b, C, c, ...)                                                     \
    static FN_LOCAL_##result std_##id(FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b,               \
                                      FN_PARAM_##C c);                                             \
    FN_KERNEL(id, result, 3, std_##id(fn, FN_PASS_##A(x0), FN_PASS_##B(x1), FN_PASS_##C(x2)),      \
              FN_OPERAND(A, 0);                                                                    \
              FN_OPERAND(B, 1); FN_OPERAND(C, 2))                                                  \
    FN_DEFINE(id, __VA_ARGS__)                                                                     \
    static FN_LOCAL_##result std_##id(MAYBE_UNUSED FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b,  \
                                      FN_PARAM_##C c)

#define FN5(id, result, A, a, B, b, C, c, D, d, E, e, ...)                                         \
    static FN_LOCAL_##result std_##id(FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b,               \
                                      FN_PARAM_##C c, FN_PARAM_##D d, FN_PARAM_##E e);             \
    FN_KERNEL(id, result, 5,                                                                       \
              std_##id(fn, FN_PASS_##A(x0), FN_PASS_##B(x1), FN_PASS_##C(x2), FN_PASS_##D(x3),     \
                       FN_PASS_##E(x4)),                                                           \
              FN_OPERAND(A, 0);                                                                    \
              FN_OPERAND(B, 1); FN_OPERAND(C, 2); FN_OPERAND(D, 3); FN_OPERAND(E, 4))              \
    FN_DEFINE(id, __VA_ARGS__)                                                                     \
    static FN_LOCAL_##result std_##id(MAYBE_UNUSED FnContext *fn, FN_PARAM_##A a, FN_PARAM_##B b,  \
                                      FN_PARAM_##C c, FN_PARAM_##D d, FN_PARAM_##E e)

// A card without a body here: a step or aggregate of the engine, a word of the checker, or a
// function that this version can check and not run (LOWER_CALL without kernel, LOWER_AGGREGATE
// without step).
#define FN_WORD(id, ...) static const FnCard card_##id = {__VA_ARGS__};

// Reasons a function can fail with.
#define FN_ISSUES(...)                                                                             \
    (const Reason[])                                                                               \
    {                                                                                              \
        __VA_ARGS__, REASON_NONE                                                                   \
    }

#endif

// SPDX-License-Identifier: Apache-2.0
//
// base.h: the dialect of C that the project is written in.
//
// Fixed widths, assertions that stay on in every build, arithmetic that reports overflow, and the
// list of calls that do not compile. This is the only header that may use compiler extensions.
// Everything here is free of state and may be used from any thread.
#ifndef SUP_RUNTIME_BASE_BASE_H
#define SUP_RUNTIME_BASE_BASE_H

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__extension__ typedef __int128 int128_t;
__extension__ typedef unsigned __int128 uint128_t;

#define INT128_MAX ((int128_t)(((uint128_t)1 << 127) - 1))
#define INT128_MIN (-INT128_MAX - 1)

// The language of messages for people. Results never depend on it.
typedef enum Lang { LANG_ZH, LANG_EN } Lang;

// Number of elements of a true array (not of a pointer).
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

// Arguments are evaluated twice: give them no side effects.
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

// A function whose result says whether it worked is marked MUST_USE.
#define MUST_USE __attribute__((warn_unused_result))
#define NO_RETURN __attribute__((noreturn))
#define MAYBE_UNUSED __attribute__((unused))
// Checks the arguments of a printf-like function against its format.
#define PRINTF_LIKE(format_index, first_index)                                                     \
    __attribute__((format(printf, format_index, first_index)))

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
// Begins to fetch the memory at an address that will be read soon. Any address is allowed.
#define PREFETCH(address) __builtin_prefetch(address)

// Code for processors that have more than the build asks for stands in functions of their own, marked with one of
// these; call them only where base_cpu_has says so. SIMD_X86 says that there are such functions in this build.
#if defined(__x86_64__)
#define SIMD_X86 1
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define TARGET_AVX512                                                                              \
    __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,"             \
                          "avx512vbmi2")))
#endif
typedef enum CpuFeature { CPU_AVX2, CPU_AVX512 } CpuFeature;
// Can this processor run the functions marked TARGET_…?
bool base_cpu_has(CpuFeature feature);
// How many processors the machine has; at least 1.
uint32_t base_cpu_count(void);

// Prints "file:line: assertion failed: text" to stderr and aborts. Called by the macros below.
NO_RETURN void base_assert_failed(const char *text, const char *file, int line);

// Ends the process with exit code 3 after telling the user, in both languages, that `asked` bytes
// could not be had. For containers on the heap; arenas have their own handler (arena.h).
NO_RETURN void base_memory_failed(size_t asked);

// malloc, realloc and zeroed malloc that never return NULL: failure goes to base_memory_failed.
// The caller owns the result and frees it with free().
void *base_alloc(size_t size);
void *base_alloc_zeroed(size_t count, size_t size);
void *base_realloc(void *taken_block, size_t size);

// A statement about our own code; on in every build, so conditions must be cheap. One condition
// each. It is an expression of type void, so it can stand before a comma.
#define ASSERT(condition)                                                                          \
    (LIKELY(condition) ? (void)0 : base_assert_failed(#condition, __FILE__, __LINE__))

// A point that control cannot reach.
#define UNREACHABLE() base_assert_failed("unreachable", __FILE__, __LINE__)

// Defensive branches that no test can reach: `if (NEVER(x)) return …;`. Debug builds fail loudly,
// release builds take the branch.
#ifdef NDEBUG
#define ALWAYS(condition) (condition)
#define NEVER(condition) (condition)
#else
#define ALWAYS(condition)                                                                          \
    (LIKELY(condition) ? true : (base_assert_failed(#condition, __FILE__, __LINE__), false))
#define NEVER(condition)                                                                           \
    (UNLIKELY(condition) ? (base_assert_failed("never: " #condition, __FILE__, __LINE__), true)    \
                         : false)
#endif

// Checked arithmetic: true and *out = the exact result, or false and *out unspecified when the
// result does not fit.
#define BASE_CHECKED(suffix, type)                                                                 \
    MUST_USE static inline bool num_add_##suffix(type a, type b, type *out)                        \
    {                                                                                              \
        return !__builtin_add_overflow(a, b, out);                                                 \
    }                                                                                              \
    MUST_USE static inline bool num_sub_##suffix(type a, type b, type *out)                        \
    {                                                                                              \
        return !__builtin_sub_overflow(a, b, out);                                                 \
    }                                                                                              \
    MUST_USE static inline bool num_mul_##suffix(type a, type b, type *out)                        \
    {                                                                                              \
        return !__builtin_mul_overflow(a, b, out);                                                 \
    }

BASE_CHECKED(i32, int32_t)
BASE_CHECKED(i64, int64_t)
BASE_CHECKED(u64, uint64_t)
BASE_CHECKED(size, size_t)
BASE_CHECKED(i128, int128_t)
#undef BASE_CHECKED

// Narrowing that reports loss: true and *out = value, or false.
MUST_USE static inline bool num_cast_i128_i64(int128_t value, int64_t *out)
{
    *out = (int64_t)value;
    return (int128_t)*out == value;
}

MUST_USE static inline bool num_cast_i64_i32(int64_t value, int32_t *out)
{
    *out = (int32_t)value;
    return (int64_t)*out == value;
}

MUST_USE static inline bool num_cast_i64_size(int64_t value, size_t *out)
{
    *out = (size_t)value;
    return value >= 0;
}

MUST_USE static inline bool num_cast_size_u32(size_t value, uint32_t *out)
{
    *out = (uint32_t)value;
    return value <= UINT32_MAX;
}

// Number of zero bits above the highest set bit, and below the lowest. value must not be 0.
static inline int num_leading_zeros_u64(uint64_t value)
{
    return __builtin_clzll(value);
}

static inline int num_trailing_zeros_u64(uint64_t value)
{
    return __builtin_ctzll(value);
}

// Eight bytes as a number, the first one lowest.
static inline uint64_t num_read_u64(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline int num_count_bits_u64(uint64_t value)
{
    return __builtin_popcountll(value);
}

// Calls without a length or with hidden state do not compile.
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gmtime localtime ctime asctime

#endif

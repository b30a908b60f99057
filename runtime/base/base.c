// SPDX-License-Identifier: Apache-2.0
//
// base.c: the two ways in which a process may end below the command line, and what the processor can do.
//
// An assertion aborts, so that a debugger or a core file shows the place. Lack of memory is no
// fault of ours: it gets a sentence for the user and the exit code of a bad environment.
#include "runtime/base/base.h"

#include <unistd.h>

#include "runtime/base/fault.h"

enum { EXIT_ENVIRONMENT = 3 };

void base_assert_failed(const char *text, const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, text);
    fflush(stderr);
    abort();
}

void base_memory_failed(size_t asked)
{
    fprintf(stderr,
            "内存不足：需要 %zu 字节。请减少数据量或增加内存。\n"
            "out of memory: %zu bytes were needed; use less data or more memory.\n",
            asked, asked);
    fflush(stderr);
    _Exit(EXIT_ENVIRONMENT);
}

void *base_alloc(size_t size)
{
    void *block = fault_malloc(size > 0 ? size : 1);
    if (block == NULL)
        base_memory_failed(size);
    return block;
}

void *base_alloc_zeroed(size_t count, size_t size)
{
    void *block = fault_calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (block == NULL)
        base_memory_failed(size > 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return block;
}

void *base_realloc(void *taken_block, size_t size)
{
    void *block = fault_realloc(taken_block, size > 0 ? size : 1);
    if (block == NULL)
        base_memory_failed(size);
    return block;
}

uint32_t base_cpu_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (uint32_t)count;
}

bool base_cpu_has(CpuFeature feature)
{
#ifdef SIMD_X86
    // Each name is asked for: some processors have one without the other.
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    if (feature == CPU_AVX2)
        return avx2;
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vbmi2");
#else
    (void)feature;
    return false;
#endif
}

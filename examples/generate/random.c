// SPDX-License-Identifier: Apache-2.0
//
// random.c: numbers that look random and are the same on every machine (splitmix64).

#include "examples/generate/generate.h"

uint64_t random_hash(uint64_t number)
{
    number += UINT64_C(0x9E3779B97F4A7C15);
    number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
    return number ^ (number >> 31);
}

uint64_t random_next(Random *random)
{
    uint64_t number = random_hash(random->state);
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    return number;
}

int64_t random_below(Random *random, int64_t n)
{
    ASSERT(n >= 1);
    return (int64_t)(random_next(random) % (uint64_t)n);
}

int64_t random_between(Random *random, int64_t low, int64_t high)
{
    ASSERT(low <= high);
    return low + random_below(random, high - low + 1);
}

bool random_chance(Random *random, int64_t per_million)
{
    return per_million > 0 && random_below(random, 1000000) < per_million;
}

// SPDX-License-Identifier: Apache-2.0
// hash_int.h: the mixing step of hash tables over vectors, inlined into their loops.

#ifndef SUP_RUNTIME_EXEC_HASH_INT_H
#define SUP_RUNTIME_EXEC_HASH_INT_H

#include "runtime/base/base.h"

// Both halves of a 128-bit product depend on all bits of both factors. Begin with hash_seed().
static inline uint64_t hash_mix(uint64_t hash, uint64_t next)
{
    uint128_t product =
        (uint128_t)(hash ^ UINT64_C(0xa0761d6478bd642f)) * (next ^ UINT64_C(0xe7037ed1a0b428db));
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// ll.h: the little of LLVM-C that the emitter uses, in one shape: the emitter first, operands, a name last.
//
// Types are made once, in the emitter. Every helper builds one instruction at the emitter's place.

#ifndef SUP_COMPILER_LLVM_LL_H
#define SUP_COMPILER_LLVM_LL_H

#include <llvm-c/Core.h>

#include "runtime/base/base.h"

typedef struct Ll {
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTypeRef i1, i8, i32, i64, i128, f64, pointer;
    LLVMValueRef function;
} Ll;

static inline LLVMValueRef ll_i64(const Ll *ll, int64_t value)
{
    return LLVMConstInt(ll->i64, (unsigned long long)value, 1);
}

static inline LLVMValueRef ll_i1(const Ll *ll, bool value)
{
    return LLVMConstInt(ll->i1, value, 0);
}

static inline LLVMValueRef ll_i128(const Ll *ll, int128_t value)
{
    const uint64_t words[2] = {(uint64_t)value, (uint64_t)(value >> 64)};
    return LLVMConstIntOfArbitraryPrecision(ll->i128, 2, words);
}

static inline bool ll_is_false(LLVMValueRef value)
{
    return LLVMIsAConstantInt(value) != NULL && LLVMConstIntGetZExtValue(value) == 0;
}

static inline bool ll_is_true(LLVMValueRef value)
{
    return LLVMIsAConstantInt(value) != NULL && LLVMConstIntGetZExtValue(value) != 0;
}

// Truth values, folded where one side is a constant: most rows of most kernels have nothing that can fail.
static inline LLVMValueRef ll_or(const Ll *ll, LLVMValueRef a, LLVMValueRef b)
{
    if (ll_is_false(a) || ll_is_true(b))
        return b;
    if (ll_is_false(b) || ll_is_true(a) || a == b)
        return a;
    return LLVMBuildOr(ll->builder, a, b, "or");
}

static inline LLVMValueRef ll_and(const Ll *ll, LLVMValueRef a, LLVMValueRef b)
{
    if (ll_is_true(a) || ll_is_false(b))
        return b;
    if (ll_is_true(b) || ll_is_false(a) || a == b)
        return a;
    return LLVMBuildAnd(ll->builder, a, b, "and");
}

static inline LLVMValueRef ll_not(const Ll *ll, LLVMValueRef a)
{
    return ll_is_false(a)  ? ll_i1(ll, true)
           : ll_is_true(a) ? ll_i1(ll, false)
                           : LLVMBuildNot(ll->builder, a, "not");
}

static inline LLVMValueRef ll_compare(const Ll *ll, LLVMIntPredicate op, LLVMValueRef a,
                                      LLVMValueRef b)
{
    return LLVMBuildICmp(ll->builder, op, a, b, "is");
}

// The element at `index` of an array of `type`.
static inline LLVMValueRef ll_element(const Ll *ll, LLVMTypeRef type, LLVMValueRef array,
                                      LLVMValueRef index)
{
    return LLVMBuildInBoundsGEP2(ll->builder, type, array, &index, 1, "at");
}

// Loads and stores say how memory is aligned themselves: i128 columns are aligned to 16 bytes, all others to their
// size.
static inline LLVMValueRef ll_load(const Ll *ll, LLVMTypeRef type, LLVMValueRef from,
                                   const char *name)
{
    LLVMValueRef value = LLVMBuildLoad2(ll->builder, type, from, name);
    if (type == ll->i128)
        LLVMSetAlignment(value, 8);
    return value;
}

static inline void ll_store(const Ll *ll, LLVMValueRef value, LLVMValueRef to)
{
    LLVMValueRef store = LLVMBuildStore(ll->builder, value, to);
    if (LLVMTypeOf(value) == ll->i128)
        LLVMSetAlignment(store, 8);
}

static inline LLVMValueRef ll_load_at(const Ll *ll, LLVMTypeRef type, LLVMValueRef array,
                                      LLVMValueRef index, const char *name)
{
    return ll_load(ll, type, ll_element(ll, type, array, index), name);
}

// The member of a struct that begins `offset` bytes behind `base`.
static inline LLVMValueRef ll_member(const Ll *ll, LLVMTypeRef type, LLVMValueRef base,
                                     size_t offset, const char *name)
{
    LLVMValueRef at = ll_element(ll, ll->i8, base, ll_i64(ll, (int64_t)offset));
    return ll_load(ll, type, at, name);
}

static inline LLVMBasicBlockRef ll_block(const Ll *ll, const char *name)
{
    return LLVMAppendBasicBlockInContext(ll->context, ll->function, name);
}

static inline void ll_at(const Ll *ll, LLVMBasicBlockRef block)
{
    LLVMPositionBuilderAtEnd(ll->builder, block);
}

#endif

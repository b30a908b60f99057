// SPDX-License-Identifier: Apache-2.0
// kernel.h: the door through which library functions see the runtime. Nothing else of it is visible to stdlib.
//
// A kernel computes one function over a batch. The caller has already settled states: it hands over `rows`,
// the numbers of the rows in which every operand is known, so bodies see known values only (operands declared
// `T?` excepted: those functions get `raw` and look at states themselves). A body that cannot give a value
// calls fn_issue; the row then becomes an issue with that reason.

#ifndef SUP_RUNTIME_KERNEL_H
#define SUP_RUNTIME_KERNEL_H

#include "runtime/base/time.h"
#include "runtime/base/wide.h"
#include "runtime/data/value.h"

typedef struct FnContext {
    Dict *dict;        // text codes
    Arena *arena;      // scratch that lives for the batch
    const Type *types; // of the operands (scales, units, enums)
    Type result_type;
    const void *calendar; // working-day table, NULL: none loaded
    bool has_as_of;
    int64_t as_of;
    Reason issue; // set by fn_issue during one row; REASON_NONE otherwise
} FnContext;

// Reports that the current row has no value, for this reason. The body's return value is then ignored.
static inline void fn_issue(FnContext *fn, Reason reason)
{
    fn->issue = reason;
}

// Runs the function over the rows listed. `args[i]` may be constant vectors. Writes out's values, and for rows
// with an issue out->state and out->cause through `fail`.
typedef void (*FnFail)(void *closure, int64_t row, Reason reason);
typedef void (*FnKernel)(FnContext *fn, const Vector *args, uint32_t arg_count, const int64_t *rows,
                         int64_t row_count, Vector *out, FnFail fail, void *closure);

// The index of row `row` in a vector that may be constant.
static inline int64_t vector_index(const Vector *vector, int64_t row)
{
    return vector->constant ? 0 : row;
}

// ---------------------------------------------------------------- identity types

typedef enum IdentityState {
    IDENTITY_VALID,
    IDENTITY_REPAIRED,
    IDENTITY_DAMAGED,
    IDENTITY_MASKED,
    IDENTITY_MISSING
} IdentityState;

// Normalises one cell of an identity column: writes the normalised text (valid, repaired) or the skeleton
// (damaged, masked; unknown characters as SKELETON_UNKNOWN; empty where too few characters survived) to `out`
// (cleared by the caller).
typedef IdentityState (*IdentityNormalise)(Str cell, StrBuf *out);

typedef struct IdentityCard {
    const char *key;            // as in Nominal.identity: "person_id"
    const char *name, *name_zh; // of the type: person_id, 身份号
    uint32_t known_least;       // least number of known characters of a skeleton; 0: half of them
    IdentityNormalise normalise;
    const char *doc, *doc_zh;
} IdentityCard;

#endif

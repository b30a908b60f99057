// SPDX-License-Identifier: Apache-2.0
// kernel.h: the door through which library functions see the runtime. Nothing else of it is visible to stdlib.
//
// A kernel computes one function over a batch. The caller has already settled states: it hands over `rows`,
// the numbers of the rows in which every operand is known, so bodies see known values only (operands declared
// `T?` excepted: of those the gaps are handed over, and the function looks at their states itself). A body that cannot give a value
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
    const void *facts; // of the library: tables that a user supplied, NULL: none
    bool has_as_of;
    int64_t as_of;
    const CauseTable *causes; // behind the states of operands declared `T?`
    Reason issue;             // set by fn_issue during one row; REASON_NONE otherwise
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

// A real as a whole number, so that order and sign are kept and 0 is 0: its bits as sign and magnitude.
static inline int64_t fn_real_order(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >= 0 ? bits : -(bits & INT64_MAX);
}

static inline double fn_real_of_order(int64_t order)
{
    int64_t bits = order >= 0 ? order : -order;
    double value;
    memcpy(&value, &bits, sizeof value);
    return order >= 0 ? value : -value;
}

// ---------------------------------------------------------------- statistics

// One distinct value of the peers, and how many of them have it. The member to read follows the values' type.
typedef struct StatItem {
    union {
        int64_t i64;
        int128_t i128;
        double f64;
        Pair pair;
        uint32_t code;
    };
    int64_t count; // > 0
} StatItem;

// The peers of a statistic: their values in ascending order, each distinct value once. What a statistic gives
// depends on nothing else, so that no split of the rows shows in it. Statistics of two operands see pairs of
// reals by their order.
typedef struct StatPeers {
    Type type; // of the values
    bool
        unordered; // the values come in any order and may repeat: to statistics that say so of themselves
    const StatItem *items;
    int64_t item_count;
    int64_t n;        // peers: the sum of the counts
    int64_t left_out; // peers whose value is not decided
    const Value *parameters;
    const Str *texts; // of the parameters that are texts
    uint32_t parameter_count;
} StatPeers;

// What a statistic is worth when some peers may not count or have no known value (spec/evaluation.md 5.3, 5.4).
typedef enum StatBounds {
    BOUNDS_SOFT,  // computed over the decided peers, as long as few are left out
    BOUNDS_GROWS, // an integer or length that more peers never make smaller
    BOUNDS_NONE,  // unknown
} StatBounds;

// Computes the statistic into `out`, whose type is set, or reports why there is no value with fn_issue
// (REASON_MISSING: there are no peers). The arena of `fn` lives for the call.
typedef void (*FnStatistic)(FnContext *fn, const StatPeers *peers, Value *out);

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

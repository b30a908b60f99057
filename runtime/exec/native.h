// SPDX-License-Identifier: Apache-2.0
// native.h: the door between the runtime and a generator of machine code.
//
// The runtime asks an engine for *kernels*: functions that run some expressions over many rows of loaded columns.
// A kernel knows T, F and known values only. A row with a cell that is not known, or with an operation that fails,
// is a *bail*: the kernel writes its number down and goes on, and the interpreter takes that row, with the same Steps.
// So gaps, issues, causes and marks exist in one place, and a kernel can change no byte of a result.
//
// Four kinds: SCAN tests conditions on rows of a table that follow each other and lists those that pass; SELECT tests them
// on given rows; VALUES computes expressions of given rows; FOLD adds values of given rows to the accumulators of their
// groups.
//
// Nothing here names a code generator. An engine that is not there is NULL, and everything is interpreted.

#ifndef SUP_RUNTIME_EXEC_NATIVE_H
#define SUP_RUNTIME_EXEC_NATIVE_H

#include "runtime/exec/program.h"

typedef enum NativeKind { NATIVE_SCAN, NATIVE_SELECT, NATIVE_VALUES, NATIVE_FOLD } NativeKind;

// A column that a kernel reads, as it lies in memory.
typedef struct NativeInput {
    uint32_t
        rows;    // number of the row array (NativeArgs.rows) that says which rows; unused in a SCAN
    Phys phys;   // as steps see it
    bool narrow; // exact numbers stored as int64_t
    bool nullable; // has a bitmap of what is known
    bool gaps;     // what is not known is a gap, never an issue
    bool ranged;   // all known values are in [min, max]
    int128_t min, max;
} NativeInput;

// Where a step's value comes from, for steps that fetch one.
typedef struct NativeSource {
    bool known;         // the step can be compiled as far as its source is concerned
    uint32_t input;     // COLUMN: number of the input; VARIABLE_PRESENT: of the row array
    Value value;        // CONST, MULTIPLY_CONST, PARAM, AS_OF: the value in this run
    const Value *items; // IN_SET over a constant set: its elements
    uint32_t item_count;
    int128_t least,
        greatest; // of whole numbers of the step's type; beyond them a result is a failure
} NativeSource;

typedef struct NativeExpr {
    const Expr *expr;
    const NativeSource *sources; // one per step
} NativeExpr;

// What a FOLD kernel does with one aggregate.
typedef struct NativeFold {
    AggregateKind kind; // COUNT, SUM, MEAN, MIN, MAX
    uint32_t value;     // expression; NATIVE_NONE: none (count)
    uint32_t when;      // condition; NATIVE_NONE: always
} NativeFold;

#define NATIVE_NONE UINT32_MAX

typedef struct NativeRequest {
    NativeKind kind;
    const NativeExpr *exprs; // SCAN, SELECT: conditions, all must hold; VALUES: one output each
    uint32_t expr_count;
    const NativeInput *inputs;
    uint32_t input_count;
    uint32_t rows_count; // row arrays
    const NativeFold *folds;
    uint32_t fold_count;
} NativeRequest;

// What one call of a kernel works on. Row numbers below 0 (absent, `?`) are bails; SELECT reads row 0 in their place, so
// its tables must have one.
typedef struct NativeArgs {
    const void *const *values;       // per input: the column from row 0 on
    const uint64_t *const *validity; // per input; unused where it is not nullable
    const int64_t *const *rows;      // per row array
    int64_t *selected;               // SCAN: rows that pass; SELECT: indexes. Room for all
    int64_t *bails;                  // SCAN: rows; else indexes into the row arrays. Room for all
    int64_t bail_count;              // out
    void *const *outputs;            // VALUES: per expression, in the layout of its type
    const int64_t *groups;           // FOLD: per index; negative: left out
    int64_t *const *counts;          // FOLD: per fold, by group
    void *const *folded; // FOLD: per fold, by group: WideSum (sum, mean) or 16 bytes (min, max)
} NativeArgs;

// Works on rows, or indexes, first .. first + count. Returns how many passed (SCAN, SELECT), else 0.
typedef int64_t (*NativeCode)(NativeArgs *args, int64_t first, int64_t count);

// The engine. One thread at a time may ask it for code; code may run on any number of threads.
typedef struct NativeEngine NativeEngine;
struct NativeEngine {
    // Whether kernels can have this expression.
    bool (*supports)(NativeEngine *engine, const NativeExpr *expr);
    // Machine code for the request, which the engine keeps until it is destroyed; equal requests give the same code.
    // `rows` says how many rows it will run over, for the choice between quick compilation and fast code. NULL: the
    // engine could not make it, and the interpreter does the work.
    NativeCode (*compile)(NativeEngine *engine, const NativeRequest *request, int64_t rows);
    // The code as text: of the generator, or for the processor.
    bool (*print)(NativeEngine *engine, const NativeRequest *request, bool processor, StrBuf *out);
    void (*destroy)(NativeEngine *engine);
};

#endif

// SPDX-License-Identifier: Apache-2.0
// eval.h: the vectorised interpreter of expression steps.
//
// An EvalContext says what the steps' sources mean for one batch: for each slot a Rowset and the row numbers,
// for keys, aggregates and scores ready-made vectors, and the run's constants and parameters. `eval_expr`
// runs the steps over all rows of the batch and returns the vector of the last one. Values that are known
// cost one tight loop per step; states, causes and bounds exist only where something is not known.
//
// All arrays of the result live in `context->arena` (or are borrowed from columns) until it is reset.

#ifndef SUP_RUNTIME_EXEC_EVAL_H
#define SUP_RUNTIME_EXEC_EVAL_H

#include "runtime/data/column.h"
#include "runtime/exec/program.h"

// What one run shares among all evaluations; made once by run.c.
typedef struct EvalShared {
    const Program *program;
    Dict *dict;
    CauseTable *causes;
    const Value *consts; // one per program constant; texts, sets and lists interned
    Value *const
        *params; // per parameter: values by `since`, set from defaults and the command line
    bool has_as_of;
    int64_t as_of;           // days
    CauseId absent_cause;    // (absent, "")
    const void *facts;       // for library functions, may be NULL
    struct Foreign *foreign; // loaded extern functions; NULL: the program has none
    // Whether the run is to end now: steps that may take long ask, and leave the rest of their rows out; what they gave
    // is never used, for the run ends at its next poll. May be NULL.
    bool (*ends)(const void *closure);
    const void *ends_closure;
} EvalShared;

typedef struct SlotRows {
    const Rowset *rowset;
    const int64_t *rows; // row numbers, ROW_ABSENT or `?`; NULL: rows first.. in order
    int64_t first;
} SlotRows;

typedef struct EvalContext {
    const EvalShared *shared;
    Arena *arena;             // results and scratch; the caller resets it between batches
    int64_t count;            // rows of the batch
    const SlotRows *slots;    // by slot number; unused ones have rowset NULL
    const Vector *keys;       // below a fence
    const Vector *aggregates; // by aggregate number
    const int64_t *const *
        aggregate_unknown; // by aggregate number: rows not known behind a printed value; may be NULL
    const Vector *points;
    const Vector *elements; // by slot number
} EvalContext;

// Evaluates `expr` for context->count rows. A result with `constant` set holds one value for all rows.
void eval_expr(const EvalContext *context, const Expr *expr, Vector *out);

// Evaluates all steps of `expr` and returns their results, one vector per step, in `context->arena`.
const Vector *eval_steps(const EvalContext *context, const Expr *expr);

// Evaluates a truth expression: out->truth holds F, T or U; causes of U in out->cause (NULL if there is no U).
void eval_truth(const EvalContext *context, const Expr *expr, Vector *out);

// Same row set for all rows: expands a constant vector to `count` rows (in `arena`); others pass unchanged.
void vector_expand(Vector *vector, int64_t count, Arena *arena);

// 64-bit hash of row `row` of each of the vectors together; equal known values hash equal whatever their layout
// inside one type. Rows that are not known hash by state only; callers keep them out of tables.
void vector_hash(const Vector *vectors, uint32_t vector_count, int64_t count, uint64_t *hashes);
bool vector_equal_at(const Vector *a, int64_t a_row, const Vector *b, int64_t b_row);

#endif

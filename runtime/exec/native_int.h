// SPDX-License-Identifier: Apache-2.0
//
// native_int.h: kernels as the operators use them; shared by the native_*.c files and those who call them.
//
// A Kernel is one request with what its code reads, for the life of a body. It is opened where the engine supports all
// its expressions and there are enough rows to be worth the compilation; else it is NULL and the caller goes on as if
// there were no engine.

#ifndef SUP_RUNTIME_EXEC_NATIVE_INT_H
#define SUP_RUNTIME_EXEC_NATIVE_INT_H

#include "runtime/exec/fold_int.h"
#include "runtime/exec/native.h"

// A request in the making: expressions are added one by one, inputs are shared among them.
typedef struct KernelBuild {
    BodyRun *run;
    Arena *arena;
    NativeKind kind;
    VEC(NativeExpr) exprs;
    VEC(NativeInput) inputs;
    VEC(const Column *) columns; // per input
    VEC(uint32_t) slots;         // per row array
    VEC(NativeFold) folds;
    uint32_t pair_slot; // attached, but each of its rows is looked at by itself; NATIVE_NONE: none
} KernelBuild;

typedef struct Kernel {
    NativeCode code;
    NativeArgs args;
    uint32_t *slots; // per row array
    uint32_t slot_count;
    const int64_t **rows; // per row array, set before each call
} Kernel;

// Whether this run has an engine and so many rows are worth it.
bool kernel_wanted(const BodyRun *run, int64_t rows);
void kernel_begin(KernelBuild *build, BodyRun *run, NativeKind kind, Arena *arena);
// Adds an expression; false, and the build is as before, where kernels cannot have it.
bool kernel_add(KernelBuild *build, const Expr *expr);
// Adds the rows of a slot to those that must exist. False where the slot is no plain row variable.
bool kernel_add_slot(KernelBuild *build, uint32_t slot);
// Compiles what was added. NULL: the interpreter does it.
Kernel *kernel_finish(KernelBuild *build, int64_t rows);
// Points the kernel at the rows of a batch.
void kernel_rows(Kernel *kernel, const Bindings *batch);

// Takes the rows of `from` (listed NULL: all) through the first clauses as kernels, on all threads of the run, and what
// passes to the clauses behind. *taken is false, and nothing has been done, where kernels cannot have the first clause or
// it is not worth it. The partner clauses must be open and their order chosen (native_front.c).
Status native_front(BodyRun *run, const int64_t *listed, int64_t count, bool *taken);

// The keys of a fence over its members. NULL: not by a kernel.
typedef struct NativeKeys NativeKeys;
NativeKeys *native_keys_open(Level *level);
// As keys_of_block would.
void native_keys_block(NativeKeys *keys, const Bindings *view, Vector *out);

// Several folds over the members of a level in one kernel; those that it does not take have `taken` false.
typedef struct NativeFolds NativeFolds;
NativeFolds *native_folds_open(Level *level, Fold *const *folds, uint32_t count, bool *taken);
void native_folds_block(NativeFolds *folds, int64_t first, int64_t count);

// Adds a fold to a FOLD kernel in the making; false, and nothing is added, where kernels cannot have it.
bool native_add_fold(KernelBuild *build, const Fold *fold);
// Points a FOLD kernel at the accumulators of its folds, which move when groups are added. `counts` and `folded` have a
// place for each.
void native_point_at(Kernel *kernel, AggState *const *states, uint32_t count, int64_t **counts,
                     void **folded);

// ---------------------------------------------------------------- streams (native_stream.c)

// A query behind one fence, all of whose clauses and folds kernels can take: the rows of `from` go through everything at
// once, on all threads of the run. What is not plain is left: rows of `from` before the fence, bindings at it. The
// partner clauses must be open and their order chosen. NULL: not such a body, or not worth it.
typedef struct NativeStream NativeStream;
NativeStream *native_stream_open(Level *level, Fold *const *folds, uint32_t count,
                                 const int64_t *listed, int64_t listed_count);
// False: nothing has been done, a limit would be passed.
bool native_stream_run(NativeStream *stream);
// What each thread has: groups and the accumulators of the folds, in the order given to _open.
uint32_t native_stream_parts(const NativeStream *stream);
const GroupTable *native_stream_groups(const NativeStream *stream, uint32_t part);
AggState *const *native_stream_states(const NativeStream *stream, uint32_t part);
// Gives the bindings that were left at the fence to the sink.
Status native_stream_give(NativeStream *stream);
// The rows that were left before it, ascending; valid as long as the body runs.
const int64_t *native_stream_rest(NativeStream *stream, int64_t *count);
void native_stream_close(NativeStream *stream);

#endif

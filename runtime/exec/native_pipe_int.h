// SPDX-License-Identifier: Apache-2.0
//
// native_pipe_int.h: the first clauses of a body as kernels, for several threads; shared by native_stream.c, which folds
// what comes out, and native_front.c, which gives it to the clauses behind.
//
// A thread takes some thousand rows of `from` at a time through the clauses. It only reads what the run has finished. It
// knows nothing of gaps, marks and causes: a row of `from` that meets anything but T, F and known values on its way is
// left as a whole, and the body takes it from the start.

#ifndef SUP_RUNTIME_EXEC_NATIVE_PIPE_INT_H
#define SUP_RUNTIME_EXEC_NATIVE_PIPE_INT_H

#include <stdatomic.h>

#include "runtime/exec/native_int.h"
#include "runtime/exec/partner_int.h"

// A clause, for all threads.
typedef struct PipeStage {
    const Operator *op;
    const PartnerRun *partner; // NULL: a filter
} PipeStage;

typedef struct PipeKernels { // of a stage
    Kernel *links;           // of a partner clause: the values to look up
    Kernel
        *select; // of a filter; of a partner clause: its other conditions, over pairs; NULL: none
} PipeKernels;

typedef struct Pipe Pipe;

typedef struct PipeWorker {
    Pipe *pipe;
    Arena *arena, *scratch; // as long as the pipe; for one chunk
    Kernel *scan;           // the first filters; NULL: none
    PipeKernels *stages;
    int64_t *selected, *bails; // of the scan
    uint8_t *gone;             // per row of the morsel: it is left
    int64_t first, gone_count; // of the morsel
    int64_t *pairs;            // found so far, per stage
} PipeWorker;

struct Pipe {
    BodyRun *run;
    const Rowset *from;
    uint32_t from_slot;
    const int64_t *listed; // the rows of `from`, ascending; NULL: all
    int64_t count;         // of them
    int64_t rows;          // these and those of partners
    int64_t morsel_rows,
        chunk_rows;    // what a thread takes, and what goes through the clauses together
    PipeStage *stages; // in the order in which they run, from the first on
    uint32_t stage_count, scan_count; // the first scan_count are in the scan
    uint64_t bound;                   // slots with rows
    bool whole;                       // there is no clause behind them before the fence
    PipeWorker *workers;
    uint32_t worker_count;
    atomic_bool stop;
};

// Makes kernels of as many clauses as can be, for `count` rows of `from` (listed NULL: all); false, and there is nothing to close, where it is not worth it. The partner
// clauses must be open and their order chosen.
bool pipe_open(Pipe *pipe, BodyRun *run, const int64_t *listed, int64_t count);
void pipe_close(Pipe *pipe);
int64_t pipe_morsels(const Pipe *pipe);

// Takes bindings that have passed; memory is the worker's until it returns.
typedef void (*PipeSink)(void *closure, PipeWorker *worker, Bindings *batch);
// Takes a morsel through the clauses; the rows that are left have `gone` set. May be called by several threads, each with
// its own worker.
void pipe_morsel(PipeWorker *worker, int64_t morsel, PipeSink sink, void *closure);
// The pairs found in a stage so far, by all.
int64_t pipe_pairs(const Pipe *pipe, uint32_t stage);

// Whether a kernel, of `count` expressions, can be made; none gives NULL.
typedef struct PipeWanted {
    NativeKind kind;
    const Expr *const *exprs;
    uint32_t count;
    uint32_t pair_slot; // as of KernelBuild
} PipeWanted;
bool pipe_kernel(const PipeWorker *worker, const PipeWanted *wanted, Kernel **out);
// Values of expressions, a vector each; `bails` of the kernel tells which have none.
Vector *pipe_values(PipeWorker *worker, Kernel *kernel, const Type *types, uint32_t count,
                    const Bindings *in);
// The bindings at index[0..count).
Bindings pipe_take(const PipeWorker *worker, const Bindings *in, const int64_t *index,
                   int64_t count);
// Drops the bindings of rows that are left.
void pipe_drop_gone(const PipeWorker *worker, Bindings *batch);
// Nobody reads the sets of `exists` and `lacks` any more, but they must be there.
void pipe_give_sets(const Pipe *pipe, Arena *arena, Bindings *batch);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// native_scan.c: the first filters of a body as one kernel.
//
// The kernel lists the rows that pass all of them and those that it leaves to the interpreter; what the interpreter
// makes of these is merged in by row number, so what goes on is in the order of the table as ever. A row that some
// condition rejects for certain is gone whatever else is unknown of it.

#include "runtime/exec/native_int.h"
#include "runtime/exec/planning.h"

struct NativeScan {
    BodyRun *run;
    Kernel *kernel;
    uint32_t clauses;
};

NativeScan *native_scan_open(BodyRun *run, int64_t rows)
{
    const Rowset *rowset = slot_rowset(run, run->body->operators[0].slot);
    if (run->order.count == 0 || !kernel_wanted(run, rowset->row_count))
        return NULL;
    const Stretch *stretch = &run->order.stretches[0];
    KernelBuild build;
    kernel_begin(&build, run, NATIVE_SCAN, run->arena);
    uint32_t clauses = 0;
    while (stretch->first + clauses < stretch->end) {
        const Operator *op = &run->body->operators[run->order.operators[stretch->first + clauses]];
        if (op->kind != OPERATOR_FILTER || !kernel_add(&build, &op->condition))
            break;
        clauses++;
    }
    Kernel *kernel = kernel_finish(&build, rowset->row_count);
    if (kernel == NULL)
        return NULL;
    kernel->args.selected = ARENA_ARRAY(run->arena, int64_t, rows);
    kernel->args.bails = ARENA_ARRAY(run->arena, int64_t, rows);
    NativeScan *scan = ARENA_NEW(run->arena, NativeScan);
    *scan = (NativeScan){run, kernel, clauses};
    return scan;
}

uint32_t native_scan_clauses(const NativeScan *scan)
{
    return scan->clauses;
}

// What the interpreter makes of the rows left to it.
static Status interpret(NativeScan *scan, const int64_t *rows, int64_t count, Bindings *out)
{
    BodyRun *run = scan->run;
    const Stretch *stretch = &run->order.stretches[0];
    body_from_rows(run, rows, count, out);
    for (uint32_t c = 0; c < scan->clauses && out->count > 0; c++) {
        const Operator *op = &run->body->operators[run->order.operators[stretch->first + c]];
        Bindings next = *out;
        run->shared->clause = op;
        TRY(filter_apply(run, op, out, &next));
        *out = next;
    }
    return STATUS_OK;
}

// Both lists of rows ascend.
static void merge(BodyRun *run, uint32_t slot, const Bindings *clean, const Bindings *rest,
                  Bindings *out)
{
    bindings_init(out, run->body, run->scratch);
    out->count = clean->count + rest->count;
    int64_t *rows = out->rows[slot] = ARENA_ARRAY(run->scratch, int64_t, out->count);
    out->state = ARENA_ARRAY(run->scratch, uint32_t, out->count);
    const int64_t *a = clean->rows[slot], *b = rest->rows[slot];
    for (int64_t i = 0, j = 0, at = 0; at < out->count; at++) {
        bool first = j == rest->count || (i < clean->count && a[i] < b[j]);
        const Bindings *from = first ? clean : rest;
        int64_t index = first ? i++ : j++;
        rows[at] = from->rows[slot][index];
        out->state[at] = from->state == NULL ? 0 : from->state[index];
    }
}

Status native_scan_batch(NativeScan *scan, int64_t first, int64_t count, Bindings *out)
{
    BodyRun *run = scan->run;
    uint32_t slot = run->body->operators[0].slot;
    NativeArgs *args = &scan->kernel->args;
    int64_t passed = scan->kernel->code(args, first, count);
    body_from_rows(run, args->selected, passed, out);
    if (args->bail_count == 0)
        return STATUS_OK;
    Bindings clean = *out, rest;
    TRY(interpret(scan, args->bails, args->bail_count, &rest));
    if (rest.count > 0)
        merge(run, slot, &clean, &rest, out);
    return STATUS_OK;
}

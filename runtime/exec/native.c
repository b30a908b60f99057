// SPDX-License-Identifier: Apache-2.0
//
// native.c: from expressions and loaded columns to a kernel.
//
// Constants and parameters are given to the engine by value, columns by how they lie in memory and between which ends
// their values are: numbers that cannot leave 64 bits are then computed in 64 bits, without looking for overflow.

#include "runtime/exec/native_int.h"

#include "runtime/exec/eval_int.h"

bool kernel_wanted(const BodyRun *run, int64_t rows)
{
    const RunOptions *options = run->shared->options;
    return options->native != NULL && run->shared->observer == NULL && run->slot_rows == NULL &&
           rows >= options->native_rows;
}

void kernel_begin(KernelBuild *build, BodyRun *run, NativeKind kind, Arena *arena)
{
    *build = (KernelBuild){.run = run, .arena = arena, .kind = kind, .pair_slot = NATIVE_NONE};
}

static void build_deinit(KernelBuild *build)
{
    vec_free(&build->exprs);
    vec_free(&build->inputs);
    vec_free(&build->columns);
    vec_free(&build->slots);
    vec_free(&build->folds);
}

// ---------------------------------------------------------------- inputs

static bool is_plain(const KernelBuild *build, uint32_t slot)
{
    const Slot *declared = &build->run->body->slots[slot];
    return (!declared->attached || slot == build->pair_slot) &&
           declared->source.kind != SOURCE_PRODUCED;
}

bool kernel_add_slot(KernelBuild *build, uint32_t slot)
{
    if (!is_plain(build, slot))
        return false;
    for (size_t i = 0; i < build->slots.count; i++)
        if (build->slots.items[i] == slot)
            return true;
    vec_push(&build->slots, slot);
    return true;
}

static uint32_t rows_number(const KernelBuild *build, uint32_t slot)
{
    for (uint32_t i = 0; i < build->slots.count; i++)
        if (build->slots.items[i] == slot)
            return i;
    return NATIVE_NONE;
}

static NativeInput describe(const Column *column, uint32_t rows, bool gaps)
{
    return (NativeInput){.rows = rows,
                         .phys = column->phys,
                         .narrow = column->narrow,
                         .nullable = column->validity != NULL,
                         .gaps = gaps,
                         .ranged = column->has_range,
                         .min = column->min,
                         .max = column->max};
}

static bool add_column(KernelBuild *build, const Step *step, NativeSource *source)
{
    if (!kernel_add_slot(build, step->slot))
        return false;
    const Rowset *rowset = slot_rowset(build->run, step->slot);
    const Column *column = &rowset->columns[step->index];
    for (uint32_t i = 0; i < build->inputs.count; i++) {
        if (build->columns.items[i] == column &&
            build->slots.items[build->inputs.items[i].rows] == step->slot) {
            *source = (NativeSource){.known = true, .input = i};
            return true;
        }
    }
    *source = (NativeSource){.known = true, .input = (uint32_t)build->inputs.count};
    bool gaps = build->run->body->slots[step->slot].source.kind == SOURCE_TABLE;
    vec_push(&build->inputs, describe(column, rows_number(build, step->slot), gaps));
    vec_push(&build->columns, column);
    return true;
}

// ---------------------------------------------------------------- values of the run

static bool add_value(const Value *value, NativeSource *source)
{
    *source = (NativeSource){.known = true, .value = *value};
    return value->state == VALUE_KNOWN;
}

// The elements of a constant set.
static void add_items(const KernelBuild *build, const Expr *expr, const Step *step,
                      NativeSource *source)
{
    const EvalShared *shared = &build->run->shared->eval;
    const Step *set = &expr->steps[step->b];
    if (set->op != STEP_CONST || shared->consts[set->index].state != VALUE_KNOWN)
        return;
    uint32_t code = shared->consts[set->index].code;
    uint32_t count = list_count(shared->dict, code);
    Value *items = ARENA_ARRAY(build->arena, Value, MAX_OF(count, 1u));
    for (uint32_t i = 0; i < count; i++)
        items[i] = list_get(shared->dict, expr->steps[step->a].type, code, i);
    *source = (NativeSource){.known = true, .items = items, .item_count = count};
}

static bool add_source(KernelBuild *build, const Expr *expr, const Step *step, NativeSource *source)
{
    const EvalShared *shared = &build->run->shared->eval;
    *source = (NativeSource){0};
    switch (step->op) {
    case STEP_COLUMN:
        return add_column(build, step, source);
    case STEP_CONST:
    case STEP_MULTIPLY_CONST:
        return add_value(&shared->consts[step->index], source);
    case STEP_PARAM:
        return add_value(&shared->params[step->index][0], source);
    case STEP_AS_OF:
        *source = (NativeSource){.known = true, .value = {.i64 = shared->as_of}};
        return true;
    case STEP_VARIABLE_PRESENT:
        if (!kernel_add_slot(build, step->slot))
            return false;
        *source = (NativeSource){.known = true, .input = rows_number(build, step->slot)};
        return true;
    case STEP_IN_SET:
        add_items(build, expr, step, source);
        return source->known;
    default:
        return true;
    }
}

bool kernel_add(KernelBuild *build, const Expr *expr)
{
    size_t inputs = build->inputs.count, slots = build->slots.count;
    NativeSource *sources = ARENA_ARRAY(build->arena, NativeSource, MAX_OF(expr->count, 1u));
    NativeExpr native = {expr, sources};
    bool fits = expr->count > 0;
    for (uint32_t s = 0; s < expr->count && fits; s++) {
        fits = add_source(build, expr, &expr->steps[s], &sources[s]);
        Limits limits = type_limits(expr->steps[s].type);
        sources[s].least = limits.min;
        sources[s].greatest = limits.max;
    }
    NativeEngine *engine = build->run->shared->options->native;
    if (fits && engine->supports(engine, &native)) {
        vec_push(&build->exprs, native);
        return true;
    }
    build->inputs.count = build->columns.count = inputs;
    build->slots.count = slots;
    return false;
}

// ---------------------------------------------------------------- the kernel

static void make_args(const KernelBuild *build, Kernel *kernel)
{
    size_t count = build->inputs.count;
    const void **values = ARENA_ARRAY(build->arena, const void *, count + 1);
    const uint64_t **validity = ARENA_ARRAY(build->arena, const uint64_t *, count + 1);
    for (size_t i = 0; i < count; i++) {
        values[i] = build->columns.items[i]->values;
        validity[i] = build->columns.items[i]->validity;
    }
    kernel->slot_count = (uint32_t)build->slots.count;
    kernel->slots = ARENA_ARRAY(build->arena, uint32_t, build->slots.count + 1);
    for (size_t i = 0; i < build->slots.count; i++)
        kernel->slots[i] = build->slots.items[i];
    kernel->rows = ARENA_ARRAY(build->arena, const int64_t *, build->slots.count + 1);
    kernel->args = (NativeArgs){.values = values, .validity = validity, .rows = kernel->rows};
}

Kernel *kernel_finish(KernelBuild *build, int64_t rows)
{
    NativeEngine *engine = build->run->shared->options->native;
    NativeRequest request = {.kind = build->kind,
                             .exprs = build->exprs.items,
                             .expr_count = (uint32_t)build->exprs.count,
                             .inputs = build->inputs.items,
                             .input_count = (uint32_t)build->inputs.count,
                             .rows_count = (uint32_t)build->slots.count,
                             .folds = build->folds.items,
                             .fold_count = (uint32_t)build->folds.count};
    Kernel *kernel = NULL;
    NativeCode code = NULL;
    if (request.expr_count + request.fold_count > 0)
        code = engine->compile(engine, &request, rows);
    if (code != NULL) {
        kernel = ARENA_NEW(build->arena, Kernel);
        make_args(build, kernel);
        kernel->code = code;
    }
    build_deinit(build);
    return kernel;
}

void kernel_rows(Kernel *kernel, const Bindings *batch)
{
    for (uint32_t i = 0; i < kernel->slot_count; i++)
        kernel->rows[i] = batch->rows[kernel->slots[i]];
}

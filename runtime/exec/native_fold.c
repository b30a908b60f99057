// SPDX-License-Identifier: Apache-2.0
//
// native_fold.c: keys of a fence and folds over its members as kernels.
//
// A kernel has members that count for certain, with known values. All others, and those that it leaves, go through the
// interpreter in the order in which they came.

#include "runtime/exec/native_int.h"

#include "runtime/data/vector.h"
#include "runtime/exec/aggregate_int.h"
#include "runtime/exec/block.h"

// ---------------------------------------------------------------- keys

// How many members there may be, as far as the table behind `from` tells.
static int64_t expected_members(BodyRun *run)
{
    return slot_rowset(run, run->body->operators[0].slot)->row_count;
}

// Whether a fence over so many members is worth a kernel. A second fence has groups for members.
static bool level_wanted(const Level *level)
{
    const RunOptions *options = level->run->shared->options;
    return level->below == NULL && options->native != NULL &&
           kernel_wanted(level->run, expected_members(level->run));
}

struct NativeKeys {
    Level *level;
    Kernel *kernel;
};

NativeKeys *native_keys_open(Level *level)
{
    const Group *group = &level->op->group;
    BodyRun *run = level->run;
    if (group->key_count == 0 || !level_wanted(level))
        return NULL;
    KernelBuild build;
    kernel_begin(&build, run, NATIVE_VALUES, level->arena);
    bool fits = true;
    for (uint32_t k = 0; k < group->key_count && fits; k++)
        fits = kernel_add(&build, &group->keys[k].value);
    if (!fits)
        build.exprs.count = 0;
    Kernel *kernel = kernel_finish(&build, expected_members(run));
    if (kernel == NULL)
        return NULL;
    kernel->args.bails = ARENA_ARRAY(level->arena, int64_t, BLOCK_ROWS);
    NativeKeys *keys = ARENA_NEW(level->arena, NativeKeys);
    *keys = (NativeKeys){level, kernel};
    return keys;
}

// The members that the kernel left, by the interpreter.
static void interpret_keys(const NativeKeys *keys, const Bindings *view, const int64_t *left,
                           int64_t count, Vector *out)
{
    Level *level = keys->level;
    BodyRun *run = level->run;
    Bindings some;
    bindings_take(run, view, left, count, run->scratch, &some);
    for (uint32_t k = 0; k < level->op->group.key_count; k++) {
        EvalContext context = bindings_context(run, &some, run->scratch);
        Vector values;
        eval_expr(&context, &level->op->group.keys[k].value, &values);
        for (int64_t i = 0; i < count; i++)
            vector_copy_row(&out[k], left[i], &values, vector_index(&values, i), run->scratch);
    }
}

void native_keys_block(NativeKeys *keys, const Bindings *view, Vector *out)
{
    Level *level = keys->level;
    Arena *arena = level->run->scratch;
    uint32_t key_count = level->op->group.key_count;
    NativeArgs *args = &keys->kernel->args;
    ASSERT(view->count <= BLOCK_ROWS);
    void **outputs = ARENA_ARRAY(arena, void *, key_count);
    for (uint32_t k = 0; k < key_count; k++) {
        vector_make(&out[k], type_phys(level->op->group.keys[k].value.type), view->count, arena);
        outputs[k] = out[k].data;
    }
    args->outputs = outputs;
    kernel_rows(keys->kernel, view);
    (void)keys->kernel->code(args, 0, view->count);
    if (args->bail_count > 0)
        interpret_keys(keys, view, args->bails, args->bail_count, out);
}

// ---------------------------------------------------------------- folds

struct NativeFolds {
    Level *level;
    Kernel *kernel;
    Fold **folds;
    AggState **states;
    uint32_t count;
    int64_t **counts;
    void **folded;
    // Of a block of members.
    int64_t *groups;
    uint8_t *left; // for the interpreter
};

static bool is_simple(AggregateKind kind)
{
    return kind <= AGGREGATE_MAX;
}

static bool is_number(Type type)
{
    Phys phys = type_phys(type);
    return phys == PHYS_I64 || phys == PHYS_I128;
}

static bool add_optional(KernelBuild *build, const Expr *expr, uint32_t *number)
{
    *number = NATIVE_NONE;
    if (expr->count == 0)
        return true;
    if (!kernel_add(build, expr))
        return false;
    *number = (uint32_t)build->exprs.count - 1;
    return true;
}

bool native_add_fold(KernelBuild *build, const Fold *fold)
{
    const Aggregate *aggregate = fold->aggregate;
    if (!is_simple(aggregate->kind) || fold->distinct != NULL || aggregate->by.count > 0 ||
        aggregate->window != 0 || aggregate->series != 0 || aggregate->per_binding)
        return false;
    if (aggregate->argument.count > 0 && !is_number(aggregate->argument.type))
        return false;
    size_t exprs = build->exprs.count;
    for (uint32_t m = 0; m < aggregate->mention_count; m++)
        if (!kernel_add_slot(build, aggregate->mention[m]))
            return false;
    NativeFold native = {.kind = aggregate->kind};
    if (!add_optional(build, &aggregate->argument, &native.value) ||
        !add_optional(build, &aggregate->when, &native.when)) {
        build->exprs.count = exprs;
        return false;
    }
    vec_push(&build->folds, native);
    return true;
}

NativeFolds *native_folds_open(Level *level, Fold *const *folds, uint32_t count, bool *taken)
{
    BodyRun *run = level->run;
    memset(taken, 0, count * sizeof *taken);
    if (!level_wanted(level))
        return NULL;
    KernelBuild build;
    kernel_begin(&build, run, NATIVE_FOLD, level->arena);
    NativeFolds *native = ARENA_NEW(level->arena, NativeFolds);
    *native = (NativeFolds){.level = level,
                            .folds = ARENA_ARRAY(level->arena, Fold *, count),
                            .states = ARENA_ARRAY(level->arena, AggState *, count)};
    for (uint32_t f = 0; f < count; f++) {
        taken[f] = folds[f]->level != NULL && native_add_fold(&build, folds[f]);
        if (!taken[f])
            continue;
        native->states[native->count] = folds[f]->state;
        native->folds[native->count++] = folds[f];
    }
    native->kernel = kernel_finish(&build, expected_members(run));
    if (native->kernel == NULL) {
        memset(taken, 0, count * sizeof *taken);
        return NULL;
    }
    native->kernel->args.bails = ARENA_ARRAY(level->arena, int64_t, BLOCK_ROWS);
    native->groups = ARENA_ARRAY(level->arena, int64_t, BLOCK_ROWS);
    native->left = ARENA_ARRAY(level->arena, uint8_t, BLOCK_ROWS);
    native->counts = ARENA_ARRAY(level->arena, int64_t *, native->count);
    native->folded = ARENA_ARRAY(level->arena, void *, native->count);
    return native;
}

void native_point_at(Kernel *kernel, AggState *const *states, uint32_t count, int64_t **counts,
                     void **folded)
{
    for (uint32_t f = 0; f < count; f++) {
        const AggState *state = states[f];
        counts[f] = state->counts;
        folded[f] = state->sums != NULL ? (void *)state->sums : (void *)state->best;
    }
    kernel->args.counts = counts;
    kernel->args.folded = folded;
}

// The groups of the members of a block that a kernel may have; the others are left.
static void sort_members(const NativeFolds *native, int64_t first, int64_t count)
{
    const Level *level = native->level;
    const uint8_t *selected = native->folds[0]->selected; // that of all
    for (int64_t i = 0; i < count; i++) {
        int64_t group = level->group[first + i];
        if (group >= 0 && selected != NULL && !selected[group])
            group = MEMBER_GONE;
        bool clean = group >= 0 && level->row_class[first + i] == CLASS_CERTAIN;
        native->groups[i] = clean ? group : -1;
        native->left[i] = group != MEMBER_GONE && !clean;
    }
}

void native_folds_block(NativeFolds *native, int64_t first, int64_t count)
{
    Level *level = native->level;
    Arena *arena = level->run->scratch;
    Bindings view;
    ASSERT(count <= BLOCK_ROWS);
    members_view(level->members, first, count, arena, &view);
    NativeArgs *args = &native->kernel->args;
    sort_members(native, first, count);
    args->groups = native->groups;
    native_point_at(native->kernel, native->states, native->count, native->counts, native->folded);
    kernel_rows(native->kernel, &view);
    args->bail_count = 0;
    if (level->count > 0) // else there are no accumulators yet
        (void)native->kernel->code(args, 0, count);
    for (int64_t b = 0; b < args->bail_count; b++)
        native->left[args->bails[b]] = 1;
    int64_t *index = ARENA_ARRAY(arena, int64_t, count), left_count = 0;
    for (int64_t i = 0; i < count; i++)
        if (native->left[i])
            index[left_count++] = i;
    if (left_count == 0)
        return;
    Bindings some;
    bindings_take(level->run, &view, index, left_count, arena, &some);
    for (int64_t i = 0; i < left_count; i++)
        index[i] += first;
    for (uint32_t f = 0; f < native->count; f++)
        fold_some(native->folds[f], &some, index);
}

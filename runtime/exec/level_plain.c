// SPDX-License-Identifier: Apache-2.0
//
// level_plain.c: blocks of members of which nothing is in question.
//
// Where every member counts for certain, each makes one tuple and its value is known, the values go straight into the
// accumulators: no tuples are built.

#include "runtime/exec/fold_int.h"

static bool has_plain_kind(const Fold *fold)
{
    const Aggregate *aggregate = fold->aggregate;
    AggregateKind kind = aggregate->kind;
    bool by_rows = kind == AGGREGATE_FIRST || kind == AGGREGATE_LAST || kind == AGGREGATE_ONE;
    return fold->level->below == NULL && fold->distinct == NULL && fold->selected == NULL &&
           !by_rows && aggregate->when.count == 0 && aggregate->by.count == 0 &&
           !expr_reads_aggregate(&aggregate->argument);
}

// Whether each binding has one row of every slot that is mentioned.
static bool rows_are_plain(const Fold *fold, const Bindings *view)
{
    const BodyRun *run = fold->level->run;
    for (uint32_t m = 0; m < fold->aggregate->mention_count; m++) {
        uint32_t slot = fold->aggregate->mention[m];
        const int64_t *rows = view->rows[slot];
        if (view->attached[slot].offsets != NULL || rows == NULL ||
            slot_rowset(run, slot)->classes != NULL)
            return false;
        int64_t least = 0;
        for (int64_t i = 0; i < view->count; i++)
            least = MIN_OF(least, rows[i]);
        if (least < 0)
            return false;
    }
    return true;
}

static bool members_are_plain(const Level *level, int64_t first, int64_t count)
{
    int64_t least = 0;
    uint8_t worst = CLASS_CERTAIN;
    for (int64_t i = first; i < first + count; i++) {
        least = MIN_OF(least, level->group[i]);
        worst |= level->row_class[i];
    }
    return least >= MEMBER_GONE && worst == CLASS_CERTAIN;
}

bool fold_plain(Fold *fold, int64_t first, const Bindings *view)
{
    const Level *level = fold->level;
    if (!has_plain_kind(fold) || !members_are_plain(level, first, view->count) ||
        !rows_are_plain(fold, view))
        return false;
    AggBatch batch = {.count = view->count, .groups = level->group + first};
    Vector value;
    if (fold->aggregate->argument.count > 0) {
        EvalContext context = bindings_context(level->run, view, level->run->scratch);
        eval_expr(&context, &fold->aggregate->argument, &value);
        if (value.state != NULL)
            return false;
        batch.value = &value;
    }
    aggregate_update(fold->state, &batch);
    return true;
}

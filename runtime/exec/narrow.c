// SPDX-License-Identifier: Apache-2.0
//
// narrow.c: which condition narrows the rows that a binding is paired with, and its two sides as expressions.

#include "runtime/exec/narrow_int.h"

// Below this many rows per link, looking at all of them is as fast.
enum { NARROW_ROWS = 16 };

static const int8_t OPERANDS[STEP_COUNT] = {
#define STEP(name, operands, doc) [STEP_##name] = operands,
#include "runtime/exec/step.def"
#undef STEP
};

// ---------------------------------------------------------------- one side

// Do the numbers in the step's list mean registers?
static bool lists_registers(const Step *step)
{
    return step->op == STEP_CALL || step->op == STEP_CONCAT || step->op == STEP_MAKE_SET ||
           step->op == STEP_COMPARE_FRACTION;
}

static void need(const Expr *expr, uint32_t reg, uint8_t *needed)
{
    for (uint32_t i = reg + 1; i-- > 0;) {
        const Step *step = &expr->steps[i];
        if (i != reg && !needed[i])
            continue;
        needed[i] = 1;
        const uint32_t operands[4] = {step->a, step->b, step->c, step->d};
        for (int o = 0; o < OPERANDS[step->op]; o++)
            needed[operands[o]] = 1;
        for (uint32_t l = 0; lists_registers(step) && l < step->list_count; l++)
            needed[step->list[l]] = 1;
    }
}

Expr narrow_side(Arena *arena, const Expr *expr, uint32_t reg)
{
    uint8_t *needed = ARENA_ARRAY(arena, uint8_t, expr->count);
    uint32_t *number = ARENA_ARRAY(arena, uint32_t, expr->count);
    Step *steps = ARENA_ARRAY(arena, Step, reg + 1);
    uint32_t count = 0;
    need(expr, reg, needed);
    for (uint32_t i = 0; i <= reg; i++) {
        if (!needed[i])
            continue;
        Step *step = &steps[count];
        *step = expr->steps[i];
        uint32_t *operands[4] = {&step->a, &step->b, &step->c, &step->d};
        for (int o = 0; o < OPERANDS[step->op]; o++)
            *operands[o] = number[*operands[o]];
        if (lists_registers(step) && step->list_count > 0) {
            uint32_t *list = ARENA_ARRAY(arena, uint32_t, step->list_count);
            for (uint32_t l = 0; l < step->list_count; l++)
                list[l] = number[step->list[l]];
            step->list = list;
        }
        number[i] = count++;
    }
    return (Expr){.steps = steps,
                  .count = count,
                  .type = expr->steps[reg].type,
                  .can_gap = true,
                  .can_issue = true,
                  .text = expr->text};
}

bool narrow_reads_row(const PartnerRun *partner, const Expr *side)
{
    return expr_slots(side) == (uint64_t)1 << partner->partner->slot && !expr_reads_aggregate(side);
}

bool narrow_reads_binding(const PartnerRun *partner, const Expr *side)
{
    return (expr_slots(side) >> partner->partner->slot & 1) == 0 && !expr_reads_aggregate(side);
}

void narrow_rows(BodyRun *run, const PartnerRun *partner, const Expr *side, Vector *out)
{
    SlotRows *slots = ARENA_ARRAY(partner->arena, SlotRows, run->body->slot_count);
    slots[partner->partner->slot] = (SlotRows){.rowset = partner->rowset};
    EvalContext context = {.shared = &run->shared->eval,
                           .arena = partner->arena,
                           .count = partner->rowset->row_count,
                           .slots = slots};
    eval_expr(&context, side, out);
    vector_expand(out, context.count, partner->arena);
}

void narrow_bindings(BodyRun *run, const Bindings *in, const Expr *side, Vector *out)
{
    EvalContext context = bindings_context(run, in, run->scratch);
    eval_expr(&context, side, out);
    vector_expand(out, in->count, run->scratch);
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t *narrow_groups(const PartnerRun *partner, int64_t *groups)
{
    const PartnerIndex *index = partner->index;
    *groups = index == NULL ? 1 : group_count(index->groups);
    int64_t *starts = ARENA_ARRAY(partner->arena, int64_t, *groups + 1);
    if (index != NULL)
        memcpy(starts, index->starts, ((size_t)*groups + 1) * sizeof *starts);
    else
        starts[1] = partner->rowset->row_count;
    return starts;
}

void narrow_sort(int64_t *rows, int64_t count)
{
    if (count > 24) {
        qsort(rows, (size_t)count, sizeof *rows, compare_numbers);
        return;
    }
    for (int64_t i = 1; i < count; i++) {
        int64_t row = rows[i], k = i;
        for (; k > 0 && rows[k - 1] > row; k--)
            rows[k] = rows[k - 1];
        rows[k] = row;
    }
}

// ---------------------------------------------------------------- the choice

// Whether a link, or the table without one, has so many rows that narrowing them is worth it.
static bool is_worth(const PartnerRun *partner)
{
    int64_t links = 1, rows = partner->rowset->row_count;
    if (partner->index != NULL) {
        partner_index_lists(partner->index);
        links = partner_index_met(partner->index);
        rows = partner->index->starts[group_count(partner->index->groups)];
    }
    return rows > 0 && rows / MAX_OF(links, 1) >= NARROW_ROWS;
}

void narrow_open(BodyRun *run, PartnerRun *partner)
{
    Planning planning = run->shared->options->planning;
    if (planning == PLANNING_OFF || partner->match != NULL || partner->only_links)
        return;
    if (!is_worth(partner) && planning != PLANNING_FORCED)
        return;
    partner->near = near_build(run, partner);
    partner->range = partner->near == NULL ? range_build(run, partner) : NULL;
    bool alone = partner->near == NULL && partner->range == NULL && partner->index == NULL;
    partner->words = alone ? words_build(run, partner) : NULL;
    partner->similar = alone && partner->words == NULL ? similar_build(run, partner) : NULL;
}

void narrow_close(PartnerRun *partner)
{
    words_free(partner->words);
}

void narrow_begin(BodyRun *run, PartnerRun *partner, const Bindings *in)
{
    if (partner->near != NULL)
        near_begin(run, partner->near, in);
    if (partner->range != NULL)
        range_begin(run, partner->range, in);
    if (partner->words != NULL)
        words_begin(run, partner->words, in);
    if (partner->similar != NULL)
        similar_begin(run, partner->similar, in);
}

bool narrow_rows_of(const BodyRun *run, PartnerRun *partner, int64_t binding, int64_t group,
                    Pairs *pairs)
{
    if (partner->near != NULL)
        return near_rows(partner->near, binding, group, pairs);
    if (partner->range != NULL)
        return range_rows(partner->range, binding, group, pairs);
    if (partner->words != NULL)
        return words_rows(run, partner->words, binding, pairs);
    return partner->similar != NULL && similar_rows(run, partner->similar, binding, pairs);
}

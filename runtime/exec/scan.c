// SPDX-License-Identifier: Apache-2.0
//
// scan.c: filters behind `from` that several bodies of a run have, applied once.
//
// The filters of a body that some other one has too, over the same rows, are its shared ones. Bodies with the same shared
// filters share what these leave; where that is more than half of the rows, nobody is helped by a list of them.

#include "runtime/exec/scan.h"

#include "runtime/exec/block.h"
#include "runtime/exec/partner_int.h"

// A smaller table is not worth a list.
enum { SHARED_ROWS = 10000, FILTERS_MOST = 16 };

typedef struct Filters {
    const Expr *conditions[FILTERS_MOST];
    uint32_t count;
    uint32_t slot; // of `from`
} Filters;

struct SharedScan {
    const Rowset *rowset;
    Filters filters;
    int64_t *rows; // NULL: too many are left
    int64_t count;
};

// The filters directly behind `from`.
static Filters filters_of(const Body *body)
{
    Filters filters = {.slot = body->operators[0].slot};
    for (uint32_t i = 1; i < body->operator_count && filters.count < FILTERS_MOST; i++) {
        const Operator *op = &body->operators[i];
        if (op->kind != OPERATOR_FILTER)
            break;
        if (expr_slots(&op->condition) == (uint64_t)1 << filters.slot &&
            !expr_reads_aggregate(&op->condition))
            filters.conditions[filters.count++] = &op->condition;
    }
    return filters;
}

static bool has_condition(const Filters *filters, const Expr *condition, uint32_t slot)
{
    for (uint32_t f = 0; f < filters->count; f++) {
        if (partner_same_expr(filters->conditions[f], filters->slot, condition, slot))
            return true;
    }
    return false;
}

// Whether all filters of `a` are among those of `b`, which has as many.
static bool same_filters(const Filters *a, const Filters *b)
{
    bool same = a->count == b->count;
    for (uint32_t f = 0; same && f < a->count; f++)
        same = has_condition(b, a->conditions[f], a->slot);
    return same;
}

// ---------------------------------------------------------------- which are shared

typedef struct Sharing {
    const Body *body;
    Filters own;
    uint8_t shared[FILTERS_MOST];
} Sharing;

static void compare_body(Sharing *sharing, const Body *body)
{
    const Operator *from = &body->operators[0], *own = &sharing->body->operators[0];
    const RowSource *source = &body->slots[from->slot].source,
                    *own_source = &sharing->body->slots[own->slot].source;
    if (body == sharing->body || source->kind != own_source->kind ||
        source->index != own_source->index)
        return;
    Filters filters = filters_of(body);
    for (uint32_t f = 0; f < sharing->own.count; f++)
        sharing->shared[f] |=
            has_condition(&filters, sharing->own.conditions[f], sharing->own.slot);
}

static Filters shared_filters(const RunShared *shared, const Body *body)
{
    const Program *program = shared->program;
    Sharing sharing = {.body = body, .own = filters_of(body)};
    for (uint32_t r = 0; r < program->relation_count; r++)
        for (uint32_t b = 0; b < program->relations[r].branch_count; b++)
            compare_body(&sharing, &program->relations[r].branches[b]);
    for (uint32_t r = 0; r < program->rule_count; r++)
        if (program->rules[r].selected || program->rules[r].read)
            compare_body(&sharing, &program->rules[r].body);
    for (uint32_t q = 0; q < program->query_count; q++)
        if (program->queries[q].selected)
            compare_body(&sharing, &program->queries[q].body);
    Filters filters = {.slot = sharing.own.slot};
    for (uint32_t f = 0; f < sharing.own.count; f++) {
        if (sharing.shared[f])
            filters.conditions[filters.count++] = sharing.own.conditions[f];
    }
    return filters;
}

// ---------------------------------------------------------------- what they leave

// Which of the rows first..first+count no filter removes.
static void judge_rows(BodyRun *run, const SharedScan *scan, int64_t first, int64_t count,
                       uint8_t *keep)
{
    SlotRows *slots = ARENA_ARRAY(run->scratch, SlotRows, run->body->slot_count);
    slots[scan->filters.slot] = (SlotRows){.rowset = scan->rowset, .first = first};
    EvalContext context = {
        .shared = &run->shared->eval, .arena = run->scratch, .count = count, .slots = slots};
    memset(keep, 1, (size_t)count);
    for (uint32_t f = 0; f < scan->filters.count; f++) {
        Vector truth;
        eval_truth(&context, scan->filters.conditions[f], &truth);
        vector_expand(&truth, count, run->scratch);
        for (int64_t i = 0; i < count; i++)
            keep[i] &= truth.truth[i] != TRUTH_F;
    }
}

static Status fill_scan(BodyRun *run, SharedScan *scan)
{
    int64_t total = scan->rowset->row_count, most = total / 2;
    bool forced = run->shared->options->planning == PLANNING_FORCED;
    scan->rows = base_alloc(((size_t)(forced ? total : most) + BLOCK_ROWS) * sizeof *scan->rows);
    for (int64_t first = 0; first < total; first += BLOCK_ROWS) {
        ArenaMark mark = arena_mark(run->scratch);
        int64_t count = MIN_OF(BLOCK_ROWS, total - first);
        uint8_t *keep = ARENA_ARRAY(run->scratch, uint8_t, count);
        judge_rows(run, scan, first, count, keep);
        for (int64_t i = 0; i < count; i++) {
            scan->rows[scan->count] = first + i;
            scan->count += keep[i];
        }
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
        if (forced || scan->count <= most)
            continue;
        free(scan->rows);
        scan->rows = NULL;
        return STATUS_OK;
    }
    return STATUS_OK;
}

static SharedScan *find_scan(const RunShared *shared, const Rowset *rowset, const Filters *filters)
{
    for (size_t i = 0; i < shared->scans.count; i++) {
        SharedScan *scan = shared->scans.items[i];
        if (scan->rowset == rowset && same_filters(&scan->filters, filters))
            return scan;
    }
    return NULL;
}

Status scan_shared(BodyRun *run, const int64_t **rows, int64_t *count)
{
    RunShared *shared = run->shared;
    Planning planning = shared->options->planning;
    const Rowset *rowset = slot_rowset(run, run->body->operators[0].slot);
    *rows = NULL;
    *count = rowset->row_count;
    if (planning == PLANNING_OFF || run->slot_rows != NULL || shared->observer != NULL ||
        (planning != PLANNING_FORCED && rowset->row_count < SHARED_ROWS))
        return STATUS_OK;
    Filters filters = shared_filters(shared, run->body);
    if (filters.count == 0)
        return STATUS_OK;
    SharedScan *scan = find_scan(shared, rowset, &filters);
    if (scan == NULL) {
        scan = base_alloc_zeroed(1, sizeof *scan);
        *scan = (SharedScan){.rowset = rowset, .filters = filters};
        vec_push(&shared->scans, scan);
        TRY(fill_scan(run, scan));
    }
    if (scan->rows != NULL) {
        *rows = scan->rows;
        *count = scan->count;
    }
    return STATUS_OK;
}

void scans_free(RunShared *shared)
{
    for (size_t i = 0; i < shared->scans.count; i++) {
        free(shared->scans.items[i]->rows);
        free(shared->scans.items[i]);
    }
    vec_free(&shared->scans);
}

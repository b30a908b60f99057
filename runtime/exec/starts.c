// SPDX-License-Identifier: Apache-2.0
//
// starts.c: the rows of a recursive relation that anybody asks for.

#include "runtime/exec/starts.h"

typedef struct Asking {
    RunShared *shared;
    const Relation *relation;
    RowSource source;
    Starts *starts;
    const Operator *op; // under way
    bool fails;         // some value is not known, or all rows are wanted
} Asking;

// Whether rows with different values in this column can share no key, and each branch copies it.
static bool may_begin(const Relation *relation, uint32_t column)
{
    bool whole =
        relation_key_count(relation) == relation->column_count; // rows of one key are one row
    bool in_key = false;
    for (uint32_t k = 0; k < relation_key_count(relation); k++)
        in_key |= relation_key_column(relation, k) == column && (whole || relation_keeps(relation));
    return in_key && relation->depth_limit < 0;
}

static void add_values(Asking *asking, const Vector *values, int64_t count)
{
    for (int64_t i = 0; values->state != NULL && i < (values->constant ? 1 : count); i++)
        asking->fails |= values->state[i] != VALUE_KNOWN;
    if (asking->fails || count == 0)
        return;
    int64_t *groups = base_alloc((size_t)count * sizeof *groups);
    group_assign(asking->starts->values, values, count, groups);
    free(groups);
}

static Status take_batch(void *closure, BodyRun *run, const Bindings *batch)
{
    Asking *asking = closure;
    EvalContext context = bindings_context(run, batch, run->scratch);
    Vector values;
    if (asking->fails)
        return STATUS_OK;
    eval_expr(&context, &asking->op->start, &values);
    add_values(asking, &values, batch->count);
    return STATUS_OK;
}

// The value of each row of the first variable that the conditions right behind it leave.
static Status ask_rows(Asking *asking, const Body *body)
{
    const Operator *from = &body->operators[0];
    Body alone = *body;
    if (from->source.kind == SOURCE_PRODUCED ||
        run_finished(asking->shared, from->source) == NULL) {
        asking->fails = true; // it comes later, or is the relation itself
        return STATUS_OK;
    }
    alone.operator_count = 1;
    while (alone.operator_count < body->operator_count &&
           body->operators[alone.operator_count].kind == OPERATOR_FILTER)
        alone.operator_count++;
    BodyRun run;
    body_run_init(&run, asking->shared, &alone);
    run.sink = take_batch;
    run.sink_closure = asking;
    Status status = body_run(&run);
    body_run_deinit(&run);
    return status;
}

static void ask_constant(Asking *asking)
{
    SlotRows slots[BODY_SLOTS_MAX] = {{0}};
    Arena *arena = arena_create(NULL, 0);
    EvalContext context = {
        .shared = &asking->shared->eval, .arena = arena, .count = 1, .slots = slots};
    Vector values;
    eval_expr(&context, &asking->op->start, &values);
    add_values(asking, &values, 1);
    arena_destroy(arena);
}

static bool fits(const Asking *asking, const Operator *op)
{
    const ColumnDecl *column = &asking->relation->columns[op->start_column];
    return op->start.count > 0 && op->start.type.kind == column->type.kind &&
           op->start.type.scale == column->type.scale &&
           type_phys(op->start.type) == type_phys(column->type) &&
           may_begin(asking->relation, op->start_column) &&
           (asking->starts->values == NULL || asking->starts->column == op->start_column);
}

static const Operator *operator_of(const Body *body, uint32_t slot)
{
    for (uint32_t i = 0; i < body->operator_count; i++) {
        const Operator *op = &body->operators[i];
        if ((op->kind == OPERATOR_FROM || op->kind == OPERATOR_PARTNER) && op->slot == slot)
            return op;
    }
    return NULL;
}

// ---------------------------------------------------------------- clean whatever the value

static bool cannot_fail(const Expr *expr)
{
    bool fine = true;
    for (uint32_t i = 0; i < expr->count && fine; i++) {
        StepOp op = expr->steps[i].op;
        fine = op == STEP_CONST || op == STEP_COLUMN || op == STEP_COMPARE ||
               op == STEP_EQUAL_IDENTITY || op == STEP_IS_PRESENT || op == STEP_LEAF ||
               op == STEP_LEAF_RAW || op == STEP_AND || op == STEP_OR || op == STEP_NOT ||
               op == STEP_TRUTH_VALUE;
    }
    return fine;
}

static bool source_is_clean(const Asking *asking, RowSource source)
{
    if (source.kind == SOURCE_RELATION && source.index == asking->source.index)
        return true;
    const Rowset *rowset =
        source.kind == SOURCE_PRODUCED ? NULL : run_rowset(asking->shared, source);
    bool clean = rowset != NULL && rowset->classes == NULL;
    for (uint32_t c = 0; clean && c < rowset->column_count; c++)
        clean = rowset->columns[c].unknown.count == 0;
    return clean;
}

// Whether no row of a branch that uses the relation can be anything but clean, if those that it rests on are.
static bool branch_is_clean(const Asking *asking, const Body *body)
{
    bool uses = false, clean = body->aggregate_count == 0;
    for (uint32_t s = 0; s < body->slot_count; s++) {
        uses |= body->slots[s].source.kind == SOURCE_RELATION &&
                body->slots[s].source.index == asking->source.index;
        clean = clean && source_is_clean(asking, body->slots[s].source);
    }
    for (uint32_t i = 1; i < body->operator_count && clean; i++) {
        const Operator *op = &body->operators[i];
        const Partner *partner = &op->partner;
        bool join = op->kind == OPERATOR_PARTNER && partner->kind == PARTNER_JOIN &&
                    partner->match == NULL && !partner->coverage.written;
        clean = join || (op->kind == OPERATOR_FILTER && cannot_fail(&op->condition));
        for (uint32_t l = 0; join && l < partner->leaf_count; l++)
            clean = clean && cannot_fail(&partner->leaves[l].value);
    }
    for (uint32_t c = 0; c < body->column_count && clean; c++)
        clean = cannot_fail(&body->columns[c].value);
    return clean || !uses;
}

static bool relation_is_clean(const Asking *asking)
{
    bool clean = true;
    for (uint32_t b = 0; b < asking->relation->branch_count; b++)
        clean = clean && branch_is_clean(asking, &asking->relation->branches[b]);
    return clean;
}

// Whether a branch joins the relation to something else: then rows of it that fit any link are told of.
static bool joins_itself(const Asking *asking)
{
    bool joins = false;
    for (uint32_t b = 0; b < asking->relation->branch_count; b++) {
        const Body *body = &asking->relation->branches[b];
        for (uint32_t s = 0; s < body->slot_count; s++)
            joins |= body->slots[s].source.kind == SOURCE_RELATION &&
                     body->slots[s].source.index == asking->source.index &&
                     body->operators[0].slot != s;
    }
    return joins;
}

// Whether the clause compares more of the row than where it begins: then a row of any value may leave it open.
static bool compares_more(const Operator *op)
{
    uint32_t leaves = 0;
    for (uint32_t l = 0; op->kind == OPERATOR_PARTNER && l < op->partner.leaf_count; l++)
        leaves += op->partner.leaves[l].reads_partner_count > 0;
    return leaves > 1;
}

// ---------------------------------------------------------------- who asks

// Evidence names a row by its number among all.
static bool is_shown(const Body *body, uint32_t slot)
{
    bool shown = (body->evidence_paths >> slot & 1) != 0;
    for (uint32_t i = 0; i < body->evidence_count; i++)
        shown |= body->evidence[i] == slot;
    return shown;
}

static Status ask_body(Asking *asking, const Body *body)
{
    for (uint32_t s = 0; s < body->slot_count && !asking->fails; s++) {
        if (body->slots[s].source.kind != SOURCE_RELATION ||
            body->slots[s].source.index != asking->source.index)
            continue;
        asking->op = operator_of(body, s);
        if (asking->op == NULL || !fits(asking, asking->op) || is_shown(body, s)) {
            asking->fails = true;
            continue;
        }
        asking->starts->column = asking->op->start_column;
        asking->starts->all_clean |= compares_more(asking->op);
        if (asking->starts->values == NULL) {
            Phys phys = type_phys(asking->op->start.type);
            asking->starts->values = group_table_create(&phys, 1);
        }
        if (expr_slots(&asking->op->start) == 0)
            ask_constant(asking);
        else
            TRY(ask_rows(asking, body));
    }
    return STATUS_OK;
}

static Status ask_all(Asking *asking)
{
    const Program *program = asking->shared->program;
    for (uint32_t r = 0; r < program->relation_count; r++) {
        const Relation *reader = &program->relations[r];
        for (uint32_t b = 0; b < reader->branch_count && reader != asking->relation; b++)
            TRY(ask_body(asking, &reader->branches[b]));
    }
    for (uint32_t r = 0; r < program->rule_count; r++)
        TRY(ask_body(asking, &program->rules[r].body));
    for (uint32_t q = 0; q < program->query_count; q++)
        TRY(ask_body(asking, &program->queries[q].body));
    return STATUS_OK;
}

Status starts_find(RunShared *shared, uint32_t relation, Starts **out)
{
    const RunOptions *options = shared->options;
    Asking asking = {.shared = shared,
                     .relation = &shared->program->relations[relation],
                     .source = {SOURCE_RELATION, relation}};
    *out = NULL;
    if (!options->only_starts || options->test != NULL || options->cache != NULL ||
        shared->observer != NULL)
        return STATUS_OK;
    asking.starts = base_alloc_zeroed(1, sizeof *asking.starts);
    asking.starts->all_clean = joins_itself(&asking);
    Status status = ask_all(&asking);
    if (status == STATUS_OK && !asking.fails && asking.starts->values != NULL &&
        (!asking.starts->all_clean || relation_is_clean(&asking)))
        *out = asking.starts;
    else
        starts_free(asking.starts);
    return status;
}

void starts_free(Starts *starts)
{
    if (starts == NULL)
        return;
    group_table_destroy(starts->values);
    free(starts);
}

void starts_mark(const Starts *starts, const Vector *values, int64_t count, uint8_t *wanted)
{
    int64_t *groups = base_alloc(MAX_OF((size_t)count, 1) * sizeof *groups);
    group_find(starts->values, values, count, groups);
    for (int64_t i = 0; i < count; i++)
        wanted[i] = groups[i] != GROUP_NONE;
    free(groups);
}

static void narrow_clean(const Starts *starts, RowMaker *maker)
{
    CleanRows *clean = &maker->clean;
    Vector values = {.phys = type_phys(maker->columns[starts->column].type), .count = clean->count};
    values.data = clean->data[starts->column];
    uint8_t *wanted = base_alloc(MAX_OF((size_t)clean->count, 1));
    int64_t kept = 0;
    starts_mark(starts, &values, clean->count, wanted);
    for (int64_t i = 0; i < clean->count; i++) {
        if (!wanted[i])
            continue;
        for (uint32_t c = 0; c < maker->column_count && kept < i; c++) {
            size_t size = phys_size(type_phys(maker->columns[c].type));
            memcpy((char *)clean->data[c] + (size_t)kept * size,
                   (const char *)clean->data[c] + (size_t)i * size, size);
        }
        kept++;
    }
    clean->count = kept;
    free(wanted);
}

void starts_narrow(const Starts *starts, RowMaker *maker)
{
    MadeRows *rows = &maker->rows;
    size_t kept = 0;
    if (maker->clean.count > 0)
        narrow_clean(starts, maker);
    if (starts->all_clean)
        return; // these end the attempt
    int64_t *groups = base_alloc(MAX_OF(rows->count, 1u) * sizeof *groups);
    made_rows_find(maker, rows, starts->values, &starts->column, 1, groups);
    for (size_t i = 0; i < rows->count; i++)
        if (groups[i] != GROUP_NONE || rows->items[i].cells[starts->column].state != VALUE_KNOWN)
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
    free(groups);
}

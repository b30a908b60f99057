// SPDX-License-Identifier: Apache-2.0
//
// recursion_path.c: how the rows of recursive relations came about.
//
// A second pass over the finished rows, so that the road by which they were found cannot show: the rounds are gone
// through once more, each branch over the certain rows that had their first derivation in the round before. A row's
// parents are those of its first round; of several derivations there the least branch, then the least rows of tables in
// the order of variables, then the least parents. Rows are numbered in the order of their cells, so numbers order them.
//
// A row is told by its key and, under `keep`, its kept value. Where a later round bettered a parent, the row kept rests
// on a row that is not there any more: then it has no parents, and its chain begins with itself.

#include "runtime/exec/recursion_path.h"

#include "runtime/exec/recursion.h"
#include "runtime/exec/recursion_int.h"

typedef struct Derivation {
    int64_t round; // of the row's first derivation; -1: none was found
    uint32_t branch;
    int64_t *
        rows; // per slot of the branch: row number, of the ring that of the finished relation; -1: none
} Derivation;

typedef struct Parents {
    const Relation *relation;
    uint32_t index;
    const Rowset *rowset;
    Arena *arena;            // of the member
    Derivation *derivations; // per row
    GroupTable *keys;        // of certain rows whose key is known
    int64_t *row_of;         // by key: row number
    Rowset *newest;          // rows of the round before
    int64_t *newest_rows;    // their numbers in the finished relation
    VEC(int64_t) found;      // rows first derived in this round
} Parents;

struct ParentsOf {
    Parents *members;
    uint32_t count;
};

typedef struct Pass {
    RunShared *shared;
    ParentsOf *ring;
    Parents *into; // the relation whose branch runs
    uint32_t branch;
    int64_t round;
    uint32_t use; // slot that reads the newest rows; UINT32_MAX: none
} Pass;

static Parents *member_of(const ParentsOf *ring, RowSource source)
{
    for (uint32_t m = 0; source.kind == SOURCE_RELATION && m < ring->count; m++)
        if (ring->members[m].index == source.index)
            return &ring->members[m];
    return NULL;
}

// ---------------------------------------------------------------- which row a binding gives

static void number_keys(Parents *parents)
{
    const Relation *relation = parents->relation;
    uint32_t count = relation_key_count(relation);
    Vector *keys = ARENA_ARRAY(parents->arena, Vector, MAX_OF(count, 1u));
    Phys *phys = ARENA_ARRAY(parents->arena, Phys, MAX_OF(count, 1u));
    int64_t rows = parents->rowset->row_count;
    for (uint32_t k = 0; k < count; k++) {
        const Column *column = &parents->rowset->columns[relation_key_column(relation, k)];
        column_gather(column, NULL, 0, rows, 0, parents->arena, &keys[k]);
        phys[k] = keys[k].phys;
    }
    parents->keys = group_table_create(phys, count);
    parents->row_of = ARENA_ARRAY(parents->arena, int64_t, MAX_OF(rows, 1));
    int64_t *groups = ARENA_ARRAY(parents->arena, int64_t, MAX_OF(rows, 1));
    group_assign(parents->keys, keys, rows, groups);
    for (int64_t row = 0; row < rows; row++)
        parents->row_of[row] = -1;
    for (int64_t row = 0; row < rows; row++)
        if (groups[row] >= 0 && rowset_class(parents->rowset, row) == CLASS_CERTAIN)
            parents->row_of[groups[row]] = row;
}

// Has the binding the kept value of the finished row, as far as that is known?
static bool has_kept(const Parents *parents, const Vector *kept, int64_t index, int64_t row)
{
    const Relation *relation = parents->relation;
    if (!relation_keeps(relation))
        return true;
    const Column *column = &parents->rowset->columns[relation->keep_column];
    Value have = column_get(column, row), given = vector_value(kept, column->type, index);
    return have.state != VALUE_KNOWN || value_same(&have, &given);
}

// The finished row that each binding of the batch gives; -1: none.
static void rows_given(const Pass *pass, BodyRun *run, const Bindings *batch, int64_t *rows)
{
    const Parents *into = pass->into;
    const Relation *relation = into->relation;
    uint32_t count = relation_key_count(relation);
    Vector *keys = ARENA_ARRAY(run->scratch, Vector, count + 1);
    for (uint32_t k = 0; k <= count; k++) {
        uint32_t column = k < count ? relation_key_column(relation, k) : relation->keep_column;
        const Expr *expr = &run->body->columns[column].value;
        EvalContext context = bindings_context(run, batch, run->scratch);
        if (expr_reads_aggregate(expr))
            attached_aggregates(run, batch, expr, CLASS_SHADOW, &context);
        eval_expr(&context, expr, &keys[k]);
        vector_expand(&keys[k], batch->count, run->scratch);
    }
    group_find(into->keys, keys, batch->count, rows);
    for (int64_t i = 0; i < batch->count; i++) {
        BindState state = bindings_state(run, batch, i);
        rows[i] = rows[i] < 0 || bind_class_a(&state) != CLASS_CERTAIN ? -1 : into->row_of[rows[i]];
        if (rows[i] >= 0 && !has_kept(into, &keys[count], i, rows[i]))
            rows[i] = -1;
    }
}

// ---------------------------------------------------------------- derivations

// The rows of a binding; false: some row of the ring is not certain or not derived yet.
static bool binding_rows(const Pass *pass, const BodyRun *run, const Bindings *batch, int64_t index,
                         int64_t *out)
{
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        const Parents *parent = member_of(pass->ring, run->body->slots[s].source);
        out[s] = batch->rows[s] == NULL ? -1 : batch->rows[s][index];
        if (parent == NULL || out[s] < 0)
            continue;
        if (s == pass->use)
            out[s] = parent->newest_rows[out[s]];
        int64_t round = parent->derivations[out[s]].round;
        if (round < 0 || round >= pass->round)
            return false;
    }
    return true;
}

// Is the first derivation less? Rows of tables come before those of the ring.
static bool is_less(const Pass *pass, const Body *body, const int64_t *rows, const Derivation *than)
{
    if (pass->branch != than->branch)
        return pass->branch < than->branch;
    for (int ring = 0; ring <= 1; ring++)
        for (uint32_t s = 0; s < body->slot_count; s++) {
            bool of_ring = member_of(pass->ring, body->slots[s].source) != NULL;
            if (of_ring == (ring == 1) && rows[s] != than->rows[s])
                return rows[s] < than->rows[s];
        }
    return false;
}

static void offer(const Pass *pass, const Body *body, int64_t row, const int64_t *rows)
{
    Parents *into = pass->into;
    Derivation *have = &into->derivations[row];
    if (have->round >= 0 && have->round < pass->round)
        return;
    if (have->round == pass->round && !is_less(pass, body, rows, have))
        return;
    if (have->round < 0)
        vec_push(&into->found, row);
    if (have->round < 0 || have->branch != pass->branch)
        have->rows = ARENA_ARRAY(into->arena, int64_t, MAX_OF(body->slot_count, 1u));
    have->round = pass->round;
    have->branch = pass->branch;
    memcpy(have->rows, rows, body->slot_count * sizeof *rows);
}

static Status take(void *closure, BodyRun *run, const Bindings *batch)
{
    const Pass *pass = closure;
    int64_t *given = ARENA_ARRAY(run->scratch, int64_t, batch->count);
    int64_t rows[BODY_SLOTS_MAX];
    rows_given(pass, run, batch, given);
    for (int64_t i = 0; i < batch->count; i++)
        if (given[i] >= 0 && binding_rows(pass, run, batch, i, rows))
            offer(pass, run->body, given[i], rows);
    return STATUS_OK;
}

// ---------------------------------------------------------------- rounds

// Rows that groups give have no rows of their own behind them: they are derived in round 0, from nothing.
static Status run_fenced(const Pass *pass, const Body *body)
{
    Parents *into = pass->into;
    RowMaker maker;
    Finding finding;
    Rowset *made = NULL;
    row_maker_of(&maker, pass->shared, into->relation);
    Status status = finding_open(&finding, pass->shared, body, true);
    if (status == STATUS_OK) {
        rows_of_branch(&maker, &finding, pass->branch);
        rows_unclean(&maker);
        rows_finish(&maker, NULL, &made);
        finding_close(&finding);
        uint32_t count = relation_key_count(into->relation);
        Vector *keys = ARENA_ARRAY(maker.arena, Vector, MAX_OF(count, 1u));
        int64_t *groups = ARENA_ARRAY(maker.arena, int64_t, MAX_OF(made->row_count, 1));
        for (uint32_t k = 0; k < count; k++)
            column_gather(&made->columns[relation_key_column(into->relation, k)], NULL, 0,
                          made->row_count, 0, maker.arena, &keys[k]);
        group_find(into->keys, keys, made->row_count, groups);
        int64_t none[BODY_SLOTS_MAX];
        for (uint32_t s = 0; s < BODY_SLOTS_MAX; s++)
            none[s] = -1;
        for (int64_t i = 0; i < made->row_count; i++)
            if (groups[i] >= 0 && into->row_of[groups[i]] >= 0 &&
                rowset_class(made, i) == CLASS_CERTAIN)
                offer(pass, body, into->row_of[groups[i]], none);
        rowset_destroy(made);
    }
    row_maker_deinit(&maker);
    return status;
}

static Status run_body(Pass *pass, const Body *body)
{
    const Rowset *slots[BODY_SLOTS_MAX] = {NULL};
    for (uint32_t s = 0; s < body->slot_count; s++) {
        const Parents *member = member_of(pass->ring, body->slots[s].source);
        if (member != NULL)
            slots[s] = s == pass->use ? member->newest : member->rowset;
    }
    BodyRun run;
    pass->shared->slot_rows = slots;
    body_run_init(&run, pass->shared, body);
    pass->shared->slot_rows = NULL;
    bool fenced = run.end_operator < body->operator_count;
    run.sink = take;
    run.sink_closure = pass;
    Status status = fenced ? run_fenced(pass, body) : body_run(&run);
    body_run_deinit(&run);
    return status;
}

static Status run_branch(Pass *pass, const Body *body)
{
    bool uses = false;
    for (uint32_t s = 0; s < body->slot_count; s++) {
        const Parents *member = member_of(pass->ring, body->slots[s].source);
        uses = uses || member != NULL;
        if (member == NULL || pass->round == 0 || member->newest->row_count == 0)
            continue;
        pass->use = s;
        TRY(run_body(pass, body));
    }
    pass->use = UINT32_MAX;
    return !uses && pass->round == 0 ? run_body(pass, body) : STATUS_OK;
}

// What was found in the round becomes what the next one reads.
static bool renew(Parents *parents)
{
    const Rowset *rowset = parents->rowset;
    int64_t count = (int64_t)parents->found.count;
    rowset_destroy(parents->newest);
    parents->newest = rowset_create(rowset->name, rowset->column_count);
    parents->newest->is_relation = true;
    parents->newest->row_count = parents->newest->total_count = count;
    parents->newest_rows = ARENA_ARRAY(parents->arena, int64_t, MAX_OF(count, 1));
    for (int64_t i = 0; i < count; i++)
        parents->newest_rows[i] = parents->found.items[i];
    for (uint32_t c = 0; c < rowset->column_count; c++) {
        column_init(&parents->newest->columns[c], rowset->columns[c].name, rowset->columns[c].type);
        for (int64_t i = 0; i < count; i++) {
            Value value = column_get(&rowset->columns[c], parents->newest_rows[i]);
            column_append(&parents->newest->columns[c], &value);
        }
    }
    vec_clear(&parents->found);
    return count > 0;
}

static Status one_round(Pass *pass)
{
    TRY(run_poll(pass->shared));
    for (uint32_t m = 0; m < pass->ring->count; m++) {
        pass->into = &pass->ring->members[m];
        const Relation *relation = pass->into->relation;
        for (pass->branch = 0; pass->branch < relation->branch_count; pass->branch++)
            TRY(run_branch(pass, &relation->branches[pass->branch]));
    }
    return STATUS_OK;
}

static Status all_rounds(RunShared *shared, ParentsOf *ring)
{
    Pass pass = {.shared = shared, .ring = ring};
    for (bool more = true; more; pass.round++) {
        TRY(one_round(&pass));
        more = false;
        for (uint32_t m = 0; m < ring->count; m++)
            more = renew(&ring->members[m]) || more;
    }
    return STATUS_OK;
}

// ---------------------------------------------------------------- the door

static void parents_open(RunShared *shared, Parents *parents, uint32_t index)
{
    *parents = (Parents){.relation = &shared->program->relations[index],
                         .index = index,
                         .rowset = shared->relations[index],
                         .arena = arena_create(NULL, 0)};
    int64_t rows = parents->rowset->row_count;
    parents->derivations = ARENA_ARRAY(parents->arena, Derivation, MAX_OF(rows, 1));
    for (int64_t row = 0; row < rows; row++)
        parents->derivations[row].round = -1;
    number_keys(parents);
}

Status parents_find(RunShared *shared, uint32_t relation)
{
    const Program *program = shared->program;
    if (!program->relations[relation].recursive || shared->parents[relation] != NULL)
        return STATUS_OK;
    uint32_t *members = base_alloc(program->relation_count * sizeof *members);
    uint32_t count = recursion_ring(program, relation, members);
    ParentsOf *ring = base_alloc_zeroed(1, sizeof *ring);
    ring->members = base_alloc_zeroed(MAX_OF(count, 1u), sizeof *ring->members);
    ring->count = count;
    for (uint32_t m = 0; m < count; m++) {
        parents_open(shared, &ring->members[m], members[m]);
        shared->parents[members[m]] = ring;
    }
    const Observer *observer = shared->observer;
    shared->observer = NULL;
    Status status = all_rounds(shared, ring);
    shared->observer = observer;
    free(members);
    return status;
}

static void ring_free(RunShared *shared, ParentsOf *ring)
{
    for (uint32_t m = 0; m < ring->count; m++) {
        Parents *parents = &ring->members[m];
        shared->parents[parents->index] = NULL;
        rowset_destroy(parents->newest);
        group_table_destroy(parents->keys);
        vec_free(&parents->found);
        arena_destroy(parents->arena);
    }
    free(ring->members);
    free(ring);
}

void parents_free(RunShared *shared)
{
    for (uint32_t r = 0; shared->parents != NULL && r < shared->program->relation_count; r++)
        if (shared->parents[r] != NULL)
            ring_free(shared, shared->parents[r]);
    free(shared->parents);
    shared->parents = NULL;
}

// ---------------------------------------------------------------- chains

const int64_t *parents_derivation(const RunShared *shared, uint32_t relation, int64_t row,
                                  const Body **branch)
{
    const Parents *own =
        member_of(shared->parents[relation], (RowSource){SOURCE_RELATION, relation});
    const Derivation *derivation = &own->derivations[row];
    if (derivation->round < 0)
        return NULL;
    *branch = &own->relation->branches[derivation->branch];
    return derivation->rows;
}

typedef struct Visit {
    uint32_t relation;
    int64_t row;
    uint32_t next; // slot to be looked at
} Visit;

static bool first_seen(Map *seen, uint32_t relation, int64_t row)
{
    char key[sizeof relation + sizeof row];
    memcpy(key, &relation, sizeof relation);
    memcpy(key + sizeof relation, &row, sizeof row);
    return map_put(seen, (Str){key, sizeof key}, 0);
}

void parents_path(const RunShared *shared, uint32_t relation, int64_t row, Map *seen, PathRows *out)
{
    VEC(Visit) open = {0};
    if (first_seen(seen, relation, row))
        vec_push(&open, (Visit){relation, row, 0});
    while (open.count > 0) {
        Visit *visit = &vec_last(&open);
        const ParentsOf *ring = shared->parents[visit->relation];
        const Parents *own =
            ring == NULL ? NULL : member_of(ring, (RowSource){SOURCE_RELATION, visit->relation});
        const Derivation *derivation = own == NULL ? NULL : &own->derivations[visit->row];
        const Body *body = derivation == NULL || derivation->round < 0
                               ? NULL
                               : &own->relation->branches[derivation->branch];
        if (body == NULL || visit->next == body->slot_count) {
            vec_push(out, (PathRow){shared->relations[visit->relation], visit->row});
            (void)vec_pop(&open);
            continue;
        }
        uint32_t slot = visit->next++;
        RowSource source = body->slots[slot].source;
        int64_t parent = derivation->rows[slot];
        if (member_of(ring, source) != NULL && parent >= 0 &&
            first_seen(seen, source.index, parent))
            vec_push(&open, (Visit){source.index, parent, 0});
    }
    vec_free(&open);
}

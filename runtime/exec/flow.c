// SPDX-License-Identifier: Apache-2.0
//
// flow.c: the observer behind `--counts`: rows in and out of every clause.
//
// A body is found again by its operators, which the copies that a recursion makes of it share; its name comes from the
// program. What a clause lets pass is what the next one receives, so only that is counted: bindings above the first
// fence, groups below it, in the reading with exceptions. A body that runs several times (the rounds of a recursion)
// adds up.

#include "runtime/exec/flow.h"

#include "runtime/exec/observer.h"

struct Flow {
    Observer observer;
    const Program *program;
    VEC(const Body *) bodies;
    VEC(BodyFlow) flows;
};

static Str body_name(const Program *program, const Body *body, uint32_t *branch)
{
    *branch = 0;
    for (uint32_t i = 0; i < program->rule_count; i++)
        if (&program->rules[i].body == body)
            return program->rules[i].name;
    for (uint32_t i = 0; i < program->query_count; i++)
        if (&program->queries[i].body == body)
            return program->queries[i].name;
    for (uint32_t i = 0; i < program->relation_count; i++) {
        const Relation *relation = &program->relations[i];
        for (uint32_t b = 0; b < relation->branch_count; b++)
            if (&relation->branches[b] == body) {
                *branch = relation->branch_count > 1 ? b + 1 : 0;
                return relation->name;
            }
    }
    return STR("");
}

static bool is_two_sided(const Operator *op)
{
    switch (op->kind) {
    case OPERATOR_FILTER:
    case OPERATOR_DOUBT:
    case OPERATOR_EXCEPT:
    case OPERATOR_SCORE:
        return true;
    case OPERATOR_PARTNER:
        return op->partner.kind == PARTNER_JOIN || op->partner.kind == PARTNER_EXISTS ||
               op->partner.kind == PARTNER_LACKS;
    default:
        return false;
    }
}

static void add_body(Flow *flow, const Body *body)
{
    BodyFlow made = {.clause_count = body->operator_count};
    made.name = body_name(flow->program, body, &made.branch);
    made.clauses = base_alloc_zeroed(MAX_OF(body->operator_count, 1u), sizeof *made.clauses);
    for (uint32_t i = 0; i < body->operator_count; i++) {
        made.clauses[i].place = body->operators[i].place;
        made.clauses[i].text = body->operators[i].text;
        made.clauses[i].two_sided = is_two_sided(&body->operators[i]);
    }
    vec_push(&flow->bodies, body);
    vec_push(&flow->flows, made);
}

static ClauseFlow *clause_of(Flow *flow, const Body *body, const Operator *op)
{
    size_t i = 0;
    while (i < flow->bodies.count && flow->bodies.items[i]->operators != body->operators)
        i++; // there are few, and a call counts a whole batch
    if (i == flow->bodies.count)
        add_body(flow, body);
    return &flow->flows.items[i].clauses[op - body->operators];
}

// ---------------------------------------------------------------- bindings

static RowClass worth(const BodyRun *run, const Bindings *batch, int64_t index)
{
    if (batch->state == NULL)
        return CLASS_CERTAIN;
    BindState state = bindings_state(run, batch, index);
    return state.a_gone ? CLASS_SHADOW : bind_class_a(&state);
}

static int64_t count_worth(const BodyRun *run, const Bindings *batch)
{
    int64_t count = batch->state == NULL ? batch->count : 0;
    for (int64_t i = 0; batch->state != NULL && i < batch->count; i++)
        count += worth(run, batch, i) < CLASS_SHADOW;
    return count;
}

static bool same_rows(const BodyRun *run, const Bindings *a, int64_t i, const Bindings *b,
                      int64_t j)
{
    for (uint32_t s = 0; s < run->body->slot_count; s++) {
        if (a->rows[s] != NULL && (b->rows[s] == NULL || a->rows[s][i] != b->rows[s][j]))
            return false;
    }
    return true;
}

// Bindings of `before` that have at least one behind them. A partner clause keeps their order.
static int64_t count_linked(const BodyRun *run, const Bindings *before, const Bindings *after)
{
    int64_t linked = 0, next = 0;
    for (int64_t i = 0; i < before->count && next < after->count; i++) {
        bool counts = false;
        for (; next < after->count && same_rows(run, before, i, after, next); next++)
            counts = counts || worth(run, after, next) < CLASS_SHADOW;
        linked += counts;
    }
    return linked;
}

// Certain bindings that a doubt has marked.
static int64_t count_doubted(const BodyRun *run, const Bindings *before, const Bindings *after)
{
    int64_t doubted = 0;
    for (int64_t i = 0; i < MIN_OF(before->count, after->count); i++)
        doubted += worth(run, before, i) == CLASS_CERTAIN && worth(run, after, i) != CLASS_CERTAIN;
    return doubted;
}

static Status see_bindings(void *closure, BodyRun *run, const Operator *op, const Bindings *before,
                           const Bindings *after)
{
    ClauseFlow *clause = clause_of(closure, run->body, op);
    int64_t out = count_worth(run, after);
    int64_t in = before == NULL ? out : count_worth(run, before);
    int64_t undecided = 0;
    for (int64_t i = 0; after->state != NULL && i < after->count; i++)
        undecided += worth(run, after, i) == CLASS_POSSIBLE;
    int64_t holds = out;
    clause->rows_out += out;
    clause->undecided += undecided;
    if (op->kind == OPERATOR_PARTNER && clause->two_sided)
        holds = count_linked(run, before, after);
    else if (op->kind == OPERATOR_EXCEPT)
        holds = in - out;
    else if (op->kind == OPERATOR_DOUBT)
        holds = count_doubted(run, before, after);
    clause->fails += clause->two_sided ? MAX_OF(in - holds, 0) : 0;
    // What is not known to hold is no trial of a condition.
    clause->holds += op->kind == OPERATOR_FILTER ? holds - undecided : holds;
    return STATUS_OK;
}

// ---------------------------------------------------------------- groups

static int64_t count_points(const Level *level, const Operator *op)
{
    const uint8_t *state = level->scores[operator_ordinal(level->op, op)].state;
    int64_t given = 0;
    for (int64_t g = 0; g < level->count; g++)
        given += level->alive[g] && level->class_of[g] < CLASS_SHADOW && state[g] == 1;
    return given;
}

static Status see_groups(void *closure, Level *level, const Operator *op)
{
    ClauseFlow *clause = clause_of(closure, level->run->body, op);
    if (!level->reading_a)
        return STATUS_OK;
    int64_t in = op->kind == OPERATOR_GROUP ? 0 : clause[-1].rows_out, undecided = 0;
    for (int64_t g = 0; g < level->count; g++) {
        bool counts = level->alive[g] && level->class_of[g] < CLASS_SHADOW;
        clause->rows_out += counts;
        undecided += counts && level->class_of[g] == CLASS_POSSIBLE;
    }
    clause->undecided += undecided;
    clause->holds = clause->rows_out;
    if (op->kind == OPERATOR_EXCEPT)
        clause->holds = in - clause->rows_out;
    else if (op->kind == OPERATOR_SCORE)
        clause->holds = count_points(level, op);
    else if (op->kind == OPERATOR_DOUBT)
        clause->holds = clause->undecided - clause[-1].undecided;
    if (clause->two_sided)
        clause->fails = MAX_OF(in - clause->holds, 0);
    return STATUS_OK;
}

// ---------------------------------------------------------------- the door

// All bodies are there from the start, in the order in which they run, so that one that nothing reaches shows zeros.
static void add_bodies(Flow *flow)
{
    const Program *program = flow->program;
    for (uint32_t i = 0; i < program->order_count; i++) {
        RowSource source = program->order[i];
        if (source.kind == SOURCE_RULE)
            add_body(flow, &program->rules[source.index].body);
        for (uint32_t b = 0;
             source.kind == SOURCE_RELATION && b < program->relations[source.index].branch_count;
             b++)
            add_body(flow, &program->relations[source.index].branches[b]);
    }
    for (uint32_t q = 0; q < program->query_count; q++) {
        if (program->queries[q].selected)
            add_body(flow, &program->queries[q].body);
    }
}

Flow *flow_create(const Program *program)
{
    Flow *flow = base_alloc_zeroed(1, sizeof *flow);
    flow->program = program;
    flow->observer = (Observer){flow, see_bindings, see_groups};
    add_bodies(flow);
    return flow;
}

const Observer *flow_observer(const Flow *flow)
{
    return &flow->observer;
}

uint32_t flow_count(const Flow *flow)
{
    return (uint32_t)flow->flows.count;
}

const BodyFlow *flow_get(const Flow *flow, uint32_t index)
{
    BodyFlow *body = &flow->flows.items[index];
    for (uint32_t i = 0; i < body->clause_count; i++)
        body->clauses[i].rows_in = body->clauses[i == 0 ? 0 : i - 1].rows_out;
    return body;
}

void flow_destroy(Flow *flow)
{
    if (flow == NULL)
        return;
    for (size_t i = 0; i < flow->flows.count; i++)
        free(flow->flows.items[i].clauses);
    vec_free(&flow->flows);
    vec_free(&flow->bodies);
    free(flow);
}

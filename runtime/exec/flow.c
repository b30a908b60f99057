// SPDX-License-Identifier: Apache-2.0
//
// flow.c: the observer behind `--counts`: rows in and out of every clause.
//
// A body is found again by its address; its name comes from the program. What a clause lets pass is what the next one
// receives, so only that is counted: bindings above the first fence, groups below it, in the reading with exceptions.
// A body that runs several times (the rounds of a recursion) adds up.

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

static BodyFlow *flow_of(Flow *flow, const Body *body)
{
    for (size_t i = 0; i < flow->bodies.count; i++)
        if (flow->bodies.items[i] == body)
            return &flow->flows.items[i];
    BodyFlow made = {.clause_count = body->operator_count};
    made.name = body_name(flow->program, body, &made.branch);
    made.clauses = base_alloc_zeroed(MAX_OF(body->operator_count, 1u), sizeof *made.clauses);
    for (uint32_t i = 0; i < body->operator_count; i++) {
        made.clauses[i].place = body->operators[i].place;
        made.clauses[i].text = body->operators[i].text;
    }
    vec_push(&flow->bodies, body);
    vec_push(&flow->flows, made);
    return &vec_last(&flow->flows);
}

static void count(ClauseFlow *clause, RowClass row_class)
{
    clause->rows_out += row_class < CLASS_SHADOW;
    clause->undecided += row_class == CLASS_POSSIBLE;
}

static Status see_bindings(void *closure, BodyRun *run, const Operator *op, const Bindings *before,
                           const Bindings *after)
{
    ClauseFlow *clause = &flow_of(closure, run->body)->clauses[op - run->body->operators];
    (void)before;
    if (after->state == NULL) {
        clause->rows_out += after->count;
        return STATUS_OK;
    }
    for (int64_t i = 0; i < after->count; i++) {
        BindState state = bindings_state(run, after, i);
        count(clause, state.a_gone ? CLASS_SHADOW : bind_class_a(&state));
    }
    return STATUS_OK;
}

static Status see_groups(void *closure, Level *level, const Operator *op)
{
    const Body *body = level->run->body;
    ClauseFlow *clause = &flow_of(closure, body)->clauses[op - body->operators];
    if (!level->reading_a)
        return STATUS_OK;
    for (int64_t g = 0; g < level->count; g++) {
        if (level->alive[g])
            count(clause, (RowClass)level->class_of[g]);
    }
    return STATUS_OK;
}

Flow *flow_create(const Program *program)
{
    Flow *flow = base_alloc_zeroed(1, sizeof *flow);
    flow->program = program;
    flow->observer = (Observer){flow, see_bindings, see_groups};
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

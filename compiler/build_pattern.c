// SPDX-License-Identifier: Apache-2.0
//
// build_pattern.c: `session` and `sequence`.
//
// A session adds one slot: its identity and both ends. A sequence takes all slots away and gives each step one for every
// slot that stood above it: `试探.s.金额` is a column of the slot in which 试探 keeps its row of s. The first of them is
// the slot of the step's own variable, the others stand behind all variables, as those of windows do.

#include "compiler/build_int.h"

static uint64_t slot_bit(uint32_t slot)
{
    return slot < 64 ? (uint64_t)1 << slot : 0;
}

static uint64_t step_bits(const PlanOp *op, const PlanStep *step, const TypedBody *body)
{
    uint64_t bits = 0;
    for (uint32_t t = 0; !step->absent && t < op->taken_count; t++)
        if (op->taken[t] >= body->var_count || !body->vars[op->taken[t]]->attached)
            bits |= slot_bit(step->slots[t]);
    return bits;
}

uint64_t build_bound_slots(const Builder *builder)
{
    uint64_t bound = 0;
    for (size_t i = 0; i < builder->ops.count; i++) {
        const PlanOp *op = &builder->ops.items[i];
        bool binds = op->kind == PLAN_OP_SCAN || op->kind == PLAN_OP_PARTNER ||
                     op->kind == PLAN_OP_EACH || op->kind == PLAN_OP_EXTRACT ||
                     op->kind == PLAN_OP_CONNECT || op->kind == PLAN_OP_SESSION;
        if (op->kind == PLAN_OP_SEQUENCE)
            bound = 0;
        if (binds && !builder->body->vars[op->slot]->attached)
            bound |= slot_bit(op->slot);
        for (uint32_t s = 0; s < op->step_count; s++)
            bound |= step_bits(op, &op->steps[s], builder->body);
    }
    return bound;
}

// ---------------------------------------------------------------- sessions

PlanOp build_session(Builder *builder, const TypedClause *clause, PlanOp op)
{
    const AstSession *node = ast_as_Session(clause->node);
    ASSERT(clause->stretch == 0);
    op.slot = clause->var->slot;
    build_partition(builder, node->keys, node->order, &op);
    op.high = build_after(builder, op.sorts[0].value, build_expr(builder, node->gap),
                          build_text(builder, node->gap));
    return op;
}

// ---------------------------------------------------------------- sequences

// All slots that stand above, attached ones among them.
static void taken_slots(const Builder *builder, PlanOp *op)
{
    uint32_t *taken = ARENA_ARRAY(builder->arena, uint32_t, builder->ops.count);
    for (size_t i = 0; i < builder->ops.count; i++) {
        PlanOpKind kind = builder->ops.items[i].kind;
        if (kind == PLAN_OP_SCAN || kind == PLAN_OP_PARTNER || kind == PLAN_OP_EACH ||
            kind == PLAN_OP_EXTRACT || kind == PLAN_OP_CONNECT || kind == PLAN_OP_SESSION)
            taken[op->taken_count++] = builder->ops.items[i].slot;
    }
    op->taken = taken;
}

static const TypedVar *step_var(const TypedBody *body, const AstNode *node)
{
    for (uint32_t i = 0; i < body->var_count; i++)
        if (body->vars[i]->kind == TYPED_VAR_STEP && body->vars[i]->clause == node)
            return body->vars[i];
    UNREACHABLE();
}

// One slot for each slot taken; the rows that windows behind the sequence read are found through `window_rows`.
static const uint32_t *step_slots(Builder *builder, const PlanOp *op, const AstNode *node)
{
    uint32_t *slots = ARENA_ARRAY(builder->arena, uint32_t, op->taken_count);
    slots[0] = step_var(builder->body, node)->slot;
    for (uint32_t t = 1; t < op->taken_count; t++) {
        slots[t] = builder->body->var_count + builder->window_count++;
        if (slots[t] < 64)
            builder->window_rows[slots[t]] = slot_bit(slots[t]);
        else
            (void)build_too_large(builder, STR("各步骤的行变量超过 64 个"),
                                  STR("more than 64 row variables in the steps"), node->span,
                                  type_of(TYPE_TEXT));
    }
    return slots;
}

PlanOp build_sequence(Builder *builder, const TypedClause *clause, PlanOp op)
{
    const AstSequence *node = ast_as_Sequence(clause->node);
    ASSERT(clause->stretch == 0);
    build_partition(builder, node->keys, node->order, &op);
    op.high = build_after(builder, op.sorts[0].value, build_expr(builder, node->within),
                          build_text(builder, node->within));
    taken_slots(builder, &op);
    op.covered_tables = clause->covered_tables;
    op.covered_count = clause->covered_count;
    PlanStep *steps = ARENA_ARRAY(builder->arena, PlanStep, node->steps.count);
    for (uint32_t i = 0; i < node->steps.count; i++) {
        const AstStep *step = ast_as_Step(node->steps.items[i]);
        steps[i] = (PlanStep){.name = step->name->text,
                              .absent = step->absent,
                              .condition = build_expr(builder, step->condition)};
        if (!step->absent)
            steps[i].slots = step_slots(builder, &op, node->steps.items[i]);
    }
    op.steps = steps;
    op.step_count = node->steps.count;
    return op;
}

// ---------------------------------------------------------------- reading steps

static const PlanOp *sequence_of(const Builder *builder)
{
    for (size_t i = 0; i < builder->ops.count; i++)
        if (builder->ops.items[i].kind == PLAN_OP_SEQUENCE)
            return &builder->ops.items[i];
    return NULL;
}

static const PlanStep *step_of(const PlanOp *op, const TypedVar *var)
{
    for (uint32_t s = 0; op != NULL && s < op->step_count; s++)
        if (!op->steps[s].absent && op->steps[s].slots[0] == var->slot)
            return &op->steps[s];
    return NULL;
}

uint32_t build_step_slot(const Builder *builder, const TypedVar *step, uint32_t taken)
{
    const PlanOp *op = sequence_of(builder);
    const PlanStep *found = step_of(op, step);
    for (uint32_t t = 0; found != NULL && t < op->taken_count; t++)
        if (op->taken[t] == taken)
            return found->slots[t];
    ASSERT(builder->unsupported.present);
    return 0;
}

// `count(试探)` counts bindings, all slots of the step together; any other fold mentions those that it reads.
void build_step_mentions(const Builder *builder, const TypedAggregate *aggregate,
                         PlanAggregate *draft)
{
    const PlanOp *op = sequence_of(builder);
    uint64_t reads = draft->argument == NULL ? 0 : draft->argument->slots;
    reads |= draft->by == NULL ? 0 : draft->by->slots;
    for (uint32_t i = 0; i < aggregate->mention_count; i++) {
        const PlanStep *step = step_of(op, aggregate->mentions[i]);
        if (step == NULL || aggregate->mentions[i]->kind != TYPED_VAR_STEP)
            continue;
        uint64_t all = 0;
        for (uint32_t t = 0; t < op->taken_count; t++)
            all |= slot_bit(step->slots[t]);
        uint64_t own = (reads & all) != 0 ? reads & all : step_bits(op, step, builder->body);
        draft->mention = (draft->mention & ~slot_bit(step->slots[0])) | own;
        draft->fans_out = true;
    }
}

void build_evidence(Builder *builder, PlanBody *out)
{
    const TypedBody *body = builder->body;
    const PlanOp *op = sequence_of(builder);
    uint32_t most = body->evidence_count * (op == NULL ? 1 : MAX_OF(op->taken_count, 1u));
    uint32_t *evidence = ARENA_ARRAY(builder->arena, uint32_t, most);
    for (uint32_t i = 0; i < body->evidence_count; i++) {
        uint32_t slot = body->evidence_vars[i]->slot;
        bool path = (body->evidence_paths & slot_bit(slot)) != 0;
        bool is_step = body->evidence_vars[i]->kind == TYPED_VAR_STEP;
        const PlanStep *step = is_step ? step_of(op, body->evidence_vars[i]) : NULL;
        for (uint32_t t = 0; t < (step == NULL ? 1 : op->taken_count); t++) {
            uint32_t from = step == NULL ? slot : step->slots[t];
            if (step != NULL && body->vars[op->taken[t]]->source == NULL)
                continue; // elements: no rows of the input
            evidence[out->evidence_count++] = from;
            out->evidence_paths |= path ? slot_bit(from) : 0;
        }
    }
    out->evidence = evidence;
}

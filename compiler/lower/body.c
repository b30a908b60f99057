// SPDX-License-Identifier: Apache-2.0
//
// body.c: the operators and the end of a body.

#include "compiler/lower/lower_int.h"

RowSource lower_source(const Lowerer *lowerer, const TypedDecl *decl)
{
    ASSERT(lowerer->numbers[decl->index] != UINT32_MAX);
    SourceKind kind = decl->kind == TYPED_TABLE      ? SOURCE_TABLE
                      : decl->kind == TYPED_RELATION ? SOURCE_RELATION
                                                     : SOURCE_RULE;
    return (RowSource){.kind = kind, .index = lowerer->numbers[decl->index]};
}

// ---------------------------------------------------------------- operators

static const uint32_t *covered_tables(Lowerer *lowerer, const PlanOp *op)
{
    uint32_t *tables = ARENA_ARRAY(lowerer->arena, uint32_t, op->covered_count);
    for (uint32_t i = 0; i < op->covered_count; i++)
        tables[i] = lower_source(lowerer, op->covered_tables[i]).index;
    return tables;
}

// Are the partner's rows read by more than the clause itself: by a fold, or as evidence?
static bool read_later(const PlanBody *body, uint32_t slot)
{
    for (uint32_t i = 0; i < body->evidence_count; i++)
        if (body->evidence[i] == slot)
            return true;
    for (uint32_t i = 0; i < body->aggregate_count; i++) {
        const PlanAggregate *fold = &body->aggregates[i];
        uint64_t reads = fold->mention;
        reads |= fold->argument == NULL ? 0 : fold->argument->slots;
        reads |= fold->when == NULL ? 0 : fold->when->slots;
        reads |= fold->by == NULL ? 0 : fold->by->slots;
        if ((reads >> slot & 1) != 0)
            return true;
    }
    return false;
}

// The columns of one variable that the body reads.
typedef struct ColumnReads {
    uint32_t slot;
    const PlanBody *body;  // whose sequence may read it through a step; NULL: none does
    VEC(uint32_t) columns; // ascending
} ColumnReads;

static void add_column(void *context, const PlanExpr *expr)
{
    ColumnReads *reads = context;
    uint32_t slot = expr->slot;
    if (expr->kind != PLAN_EXPR_COLUMN)
        return;
    if (reads->body != NULL && slot != reads->slot)
        (void)plan_step_of(reads->body->ops, reads->body->op_count, expr->slot, &slot);
    if (slot != reads->slot)
        return;
    size_t at = 0;
    while (at < reads->columns.count && reads->columns.items[at] < expr->index)
        at++;
    if (at < reads->columns.count && reads->columns.items[at] == expr->index)
        return;
    vec_push(&reads->columns, expr->index);
    memmove(&reads->columns.items[at + 1], &reads->columns.items[at],
            (reads->columns.count - 1 - at) * sizeof *reads->columns.items);
    reads->columns.items[at] = expr->index;
}

typedef struct ReadWalk {
    ColumnReads *reads;
    uint64_t *seen;
} ReadWalk;

static void walk_reads(void *context, const PlanExpr *expr)
{
    ReadWalk *walk = context;
    plan_expr_walk(expr, walk->seen, add_column, walk->reads);
}

static void collect_reads(const Lowerer *lowerer, const PlanBody *body, ColumnReads *reads)
{
    ReadWalk walk = {reads,
                     base_alloc_zeroed(lowerer->plan->node_count / 64 + 1, sizeof *walk.seen)};
    plan_body_exprs(body, walk_reads, &walk);
    free(walk.seen);
}

static const uint32_t *take_columns(Lowerer *lowerer, ColumnReads *reads, uint32_t *count)
{
    uint32_t *columns = ARENA_ARRAY(lowerer->arena, uint32_t, reads->columns.count);
    for (size_t i = 0; i < reads->columns.count; i++)
        columns[i] = reads->columns.items[i];
    *count = (uint32_t)reads->columns.count;
    vec_free(&reads->columns);
    return columns;
}

static void lower_reads(Lowerer *lowerer, uint32_t slot, Partner *out)
{
    ColumnReads reads = {.slot = slot, .body = lowerer->body};
    collect_reads(lowerer, lowerer->body, &reads);
    out->reads = take_columns(lowerer, &reads, &out->reads_count);
}

void lower_ring_reads(Lowerer *lowerer, const TypedDecl *decl, Relation *out)
{
    const Typed *typed = lowerer->plan->typed;
    ColumnReads reads = {.slot = 0};
    for (uint32_t i = 0; i < typed->decl_count; i++) {
        const TypedDecl *reader = typed->decls[i];
        if (reader->kind != TYPED_RELATION || !reader->relation.recursive ||
            reader->stratum != decl->stratum || lowerer->plan->bodies[i] == NULL)
            continue;
        for (uint32_t b = 0; b < plan_body_count(reader); b++) {
            const PlanBody *body = &lowerer->plan->bodies[i][b];
            for (uint32_t v = 0; v < body->typed->var_count; v++) {
                reads.slot = v;
                if (body->typed->vars[v]->source == decl)
                    collect_reads(lowerer, body, &reads);
            }
        }
    }
    out->ring_reads = take_columns(lowerer, &reads, &out->ring_read_count);
}

static void lower_partner(Lowerer *lowerer, const PlanOp *op, Partner *out)
{
    *out = (Partner){.kind = op->partner,
                     .source = lower_source(lowerer, op->source),
                     .slot = op->slot,
                     .policy = op->policy,
                     .at_most_one = op->at_most_one};
    out->coverage.written = op->covered;
    out->coverage.at = lower_value(lowerer, op->covered_at);
    out->coverage.region = lower_value(lowerer, op->covered_region);
    out->coverage.tables = covered_tables(lowerer, op);
    out->coverage.table_count = op->covered_count;
    bool attached = op->partner == PARTNER_ATTACH || op->partner == PARTNER_EXISTS ||
                    op->partner == PARTNER_LACKS;
    out->read_later = attached ? read_later(lowerer->body, op->slot) : true;
    if (op->match != NULL)
        out->match = lower_match(lowerer, op, out);
    else
        lower_on(lowerer, op->condition, op->slot, out);
    if (op->partner != PARTNER_LATEST)
        return;
    out->time = lower_value(lowerer, op->time);
    out->upto = lower_value(lowerer, op->upto);
    out->low = lower_value(lowerer, op->low);
    lower_reads(lowerer, op->slot, out);
}

static const uint32_t *match_groups(Lowerer *lowerer, const Type *record, const Regex *regex)
{
    uint32_t count = record->nominal->field_count;
    uint32_t *groups = ARENA_ARRAY(lowerer->arena, uint32_t, count);
    for (uint32_t i = 0; i + 1 < count; i++)
        groups[i] = regex == NULL
                        ? 0
                        : (uint32_t)regex_group_find(regex, record->nominal->fields[i].name_en);
    groups[count - 1] = PRODUCE_POSITION; // the checker puts the position last
    return groups;
}

static void lower_produce(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    const TypedVar *var = lowerer->body->typed->vars[op->slot];
    out->slot = op->slot;
    out->produce.value = lower_value(lowerer, op->value);
    if (op->kind == PLAN_OP_EACH)
        return;
    out->produce.regex = lower_regex(lowerer, op->pattern, REGEX_SEARCH);
    out->produce.groups =
        match_groups(lowerer, &var->type, lowerer->regexes.items[out->produce.regex]);
}

static void lower_group(Lowerer *lowerer, const PlanOp *op, Group *out)
{
    GroupKey *keys = ARENA_ARRAY(lowerer->arena, GroupKey, op->key_count);
    for (uint32_t i = 0; i < op->key_count; i++)
        keys[i] =
            (GroupKey){.name = op->keys[i].name, .value = lower_value(lowerer, op->keys[i].value)};
    *out = (Group){.keys = keys, .key_count = op->key_count, .empty_group = op->empty_group};
}

static const WindowSort *lower_sorts(Lowerer *lowerer, const PlanOp *op)
{
    WindowSort *sorts = ARENA_ARRAY(lowerer->arena, WindowSort, op->sort_count);
    for (uint32_t i = 0; i < op->sort_count; i++)
        sorts[i] = (WindowSort){lower_value(lowerer, op->sorts[i].value), op->sorts[i].descending};
    return sorts;
}

static void lower_pattern(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    PatternStep *steps = ARENA_ARRAY(lowerer->arena, PatternStep, op->step_count);
    for (uint32_t s = 0; s < op->step_count; s++)
        steps[s] = (PatternStep){
            .name = op->steps[s].name,
            .absent = op->steps[s].absent,
            .condition = lower_truth(lowerer, op->steps[s].condition, LEAF_MODE_U),
            .slots = op->steps[s].slots,
        };
    out->kind = op->kind == PLAN_OP_SESSION ? OPERATOR_SESSION : OPERATOR_SEQUENCE;
    out->slot = op->slot;
    lower_group(lowerer, op, &out->group);
    out->pattern = (Pattern){.sorts = lower_sorts(lowerer, op),
                             .sort_count = op->sort_count,
                             .high = lower_value(lowerer, op->high),
                             .steps = steps,
                             .step_count = op->step_count,
                             .taken = op->taken,
                             .taken_count = op->taken_count,
                             .tables = covered_tables(lowerer, op),
                             .table_count = op->covered_count};
    lowerer->reads_as_of |= op->step_count > 0 && op->steps[op->step_count - 1].absent;
}

static void lower_window(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    out->kind = OPERATOR_WINDOW;
    out->slot = op->slot;
    lower_group(lowerer, op, &out->group);
    out->window = (Window){.sorts = lower_sorts(lowerer, op),
                           .sort_count = op->sort_count,
                           .low = lower_value(lowerer, op->low),
                           .rows = op->rows,
                           .value = lower_value(lowerer, op->value)};
}

static void lower_connect(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    out->kind = OPERATOR_CONNECT;
    out->slot = op->slot;
    out->one_kind = op->one_kind;
    lower_group(lowerer, op, &out->group);
}

static void lower_series(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    out->kind = OPERATOR_SERIES;
    out->series = (Series){.aggregate = op->value->index,
                           .unit = op->unit,
                           .time = lower_value(lowerer, op->time),
                           .low = lower_value(lowerer, op->low),
                           .high = lower_value(lowerer, op->high),
                           .fill = lower_value(lowerer, op->fill)};
}

static Citation lower_cite(Lowerer *lowerer, const PlanCite *cite)
{
    ASSERT(lowerer->numbers[cite->law->index] != UINT32_MAX);
    return (Citation){.law = lowerer->numbers[cite->law->index],
                      .articles = cite->articles,
                      .article_count = cite->article_count,
                      .at = lower_value(lowerer, cite->at)};
}

static void lower_op(Lowerer *lowerer, const PlanOp *op, Operator *out)
{
    LeafMode mode = lower_mode(op->policy);
    *out = (Operator){.place = op->place,
                      .text = op->text,
                      .name = op->name,
                      .start = lower_value(lowerer, op->start),
                      .start_column = op->start_column};
    switch (op->kind) {
    case PLAN_OP_SCAN:
        out->kind = OPERATOR_FROM;
        out->source = lower_source(lowerer, op->source);
        out->slot = op->slot;
        return;
    case PLAN_OP_PARTNER:
        out->kind = OPERATOR_PARTNER;
        out->slot = op->slot;
        out->source = lower_source(lowerer, op->source);
        lower_partner(lowerer, op, &out->partner);
        return;
    case PLAN_OP_EACH:
    case PLAN_OP_EXTRACT:
        out->kind = op->kind == PLAN_OP_EACH ? OPERATOR_EACH : OPERATOR_EXTRACT;
        lower_produce(lowerer, op, out);
        return;
    case PLAN_OP_WINDOW:
        lower_window(lowerer, op, out);
        return;
    case PLAN_OP_CONNECT:
        lower_connect(lowerer, op, out);
        return;
    case PLAN_OP_SESSION:
    case PLAN_OP_SEQUENCE:
        lower_pattern(lowerer, op, out);
        return;
    case PLAN_OP_FILTER:
        out->kind = OPERATOR_FILTER;
        out->condition = lower_truth(lowerer, op->condition, mode);
        return;
    case PLAN_OP_DOUBT:
        out->kind = OPERATOR_DOUBT;
        out->condition = lower_truth(lowerer, op->condition, mode);
        return;
    case PLAN_OP_CITE:
        out->kind = OPERATOR_CITE;
        out->citation = lower_cite(lowerer, &op->cite);
        out->citation_count = 1;
        return;
    case PLAN_OP_EXCEPT:
        out->kind = OPERATOR_EXCEPT;
        out->condition = lower_truth(lowerer, op->condition, mode);
        out->citation_count = op->citation_count;
        if (op->citation_count > 0)
            out->citation = lower_cite(lowerer, &op->citations[0]);
        return;
    case PLAN_OP_GROUP:
        out->kind = OPERATOR_GROUP;
        lower_group(lowerer, op, &out->group);
        return;
    case PLAN_OP_SERIES:
        lower_series(lowerer, op, out);
        return;
    case PLAN_OP_SCORE:
        out->kind = OPERATOR_SCORE;
        out->condition = lower_truth(lowerer, op->condition, mode);
        out->points = lower_value(lowerer, op->points);
        out->label = lower_value(lowerer, op->label);
        return;
    case PLAN_OP_COUNT:
        break;
    }
    UNREACHABLE();
}

// ---------------------------------------------------------------- the parts of a body

// The columns of rows that the body makes.
static void produced_slot(Lowerer *lowerer, const TypedVar *var, Slot *out)
{
    const Nominal *record = var->type.kind == TYPE_RECORD ? var->type.nominal : NULL;
    uint32_t count = record != NULL ? record->field_count : 1;
    SlotColumn *columns = ARENA_ARRAY(lowerer->arena, SlotColumn, count);
    for (uint32_t i = 0; i < count; i++)
        columns[i] = record != NULL
                         ? (SlotColumn){record->fields[i].name_zh, *record->fields[i].type}
                         : (SlotColumn){var->name, var->type};
    *out = (Slot){.name = var->name,
                  .source = {SOURCE_PRODUCED, var->slot},
                  .columns = columns,
                  .column_count = count};
}

// A connected group: its identity and its size. Of an edge with an unknown end there is one, nobody knows which.
static void connect_slot(Lowerer *lowerer, const TypedVar *var, Slot *out)
{
    SlotColumn *columns = ARENA_ARRAY(lowerer->arena, SlotColumn, CONNECT_COLUMNS);
    columns[CONNECT_IDENTITY] = (SlotColumn){var->name, var->type};
    columns[CONNECT_SIZE] = (SlotColumn){STR("size"), type_of(TYPE_INTEGER)};
    *out = (Slot){.name = var->name,
                  .source = {SOURCE_PRODUCED, var->slot},
                  .columns = columns,
                  .column_count = CONNECT_COLUMNS,
                  .optional = true};
}

// A session: its identity, its first and its last time.
static void session_slots(Lowerer *lowerer, Slot *slots)
{
    for (uint32_t i = 0; i < lowerer->body->op_count; i++) {
        const PlanOp *op = &lowerer->body->ops[i];
        if (op->kind != PLAN_OP_SESSION)
            continue;
        SlotColumn *columns = ARENA_ARRAY(lowerer->arena, SlotColumn, 3);
        Str name = lowerer->body->typed->vars[op->slot]->name;
        columns[0] = (SlotColumn){name, type_of(TYPE_TEXT)};
        columns[1] = (SlotColumn){STR("起"), op->sorts[0].value->type};
        columns[2] = (SlotColumn){STR("止"), op->sorts[0].value->type};
        slots[op->slot] = (Slot){.name = name,
                                 .source = {SOURCE_PRODUCED, op->slot},
                                 .columns = columns,
                                 .column_count = 3,
                                 .optional = true};
    }
}

// Each step keeps rows of the same sources as the slots that it takes over.
static void step_slots(Lowerer *lowerer, Slot *slots)
{
    for (uint32_t i = 0; i < lowerer->body->op_count; i++) {
        const PlanOp *op = &lowerer->body->ops[i];
        for (uint32_t s = 0; s < op->step_count; s++)
            for (uint32_t t = 0; !op->steps[s].absent && t < op->taken_count; t++) {
                Slot *slot = &slots[op->steps[s].slots[t]];
                *slot = slots[op->taken[t]];
                slot->name =
                    arena_printf(lowerer->arena, STR_FMT "." STR_FMT, STR_ARG(op->steps[s].name),
                                 STR_ARG(slots[op->taken[t]].name));
            }
    }
}

// The slot of a window has one column, its value.
static void window_slots(Lowerer *lowerer, Slot *slots)
{
    for (uint32_t i = 0; i < lowerer->body->op_count; i++) {
        const PlanOp *op = &lowerer->body->ops[i];
        if (op->kind != PLAN_OP_WINDOW)
            continue;
        SlotColumn *column = ARENA_NEW(lowerer->arena, SlotColumn);
        *column = (SlotColumn){op->name, op->value->type};
        slots[op->slot] = (Slot){.name = op->name,
                                 .source = {SOURCE_PRODUCED, op->slot},
                                 .columns = column,
                                 .column_count = 1};
    }
}

static void lower_slots(Lowerer *lowerer, Body *out)
{
    const TypedBody *typed = lowerer->body->typed;
    uint32_t count = typed->var_count + lowerer->body->window_count;
    Slot *slots = ARENA_ARRAY(lowerer->arena, Slot, count);
    window_slots(lowerer, slots);
    session_slots(lowerer, slots);
    for (uint32_t i = 0; i < typed->var_count; i++) {
        const TypedVar *var = typed->vars[i];
        if (var->kind == TYPED_VAR_CONNECT) {
            connect_slot(lowerer, var, &slots[i]);
            continue;
        }
        if (var->kind == TYPED_VAR_SESSION || var->kind == TYPED_VAR_STEP)
            continue;
        if (var->source == NULL) {
            produced_slot(lowerer, var, &slots[i]);
            continue;
        }
        slots[i] = (Slot){.name = var->name,
                          .source = lower_source(lowerer, var->source),
                          .attached = var->attached,
                          .optional = var->optional};
    }
    step_slots(lowerer, slots);
    out->slots = slots;
    out->slot_count = count;
}

static void lower_mention(Lowerer *lowerer, uint64_t bits, Aggregate *out)
{
    uint32_t *mention = ARENA_ARRAY(lowerer->arena, uint32_t, 64);
    for (uint32_t slot = 0; slot < 64; slot++)
        if ((bits >> slot & 1) != 0)
            mention[out->mention_count++] = slot;
    out->mention = mention;
}

// What the library computes over a fold's values.
static Statistic lower_statistic(Lowerer *lowerer, const PlanAggregate *fold)
{
    Statistic out = {.parameter_count = fold->parameter_count};
    Value *parameters = ARENA_ARRAY(lowerer->arena, Value, fold->parameter_count);
    Str *texts = ARENA_ARRAY(lowerer->arena, Str, fold->parameter_count);
    for (uint32_t i = 0; i < fold->parameter_count; i++) {
        parameters[i] = fold->parameters[i]->constant->value;
        texts[i] = arena_str(lowerer->arena, fold->parameters[i]->constant->text);
    }
    out.parameters = parameters;
    out.texts = texts;
    if (fold->card != NULL) {
        out.run = fold->card->statistic;
        out.bounds = fold->card->bounds;
        out.unordered = fold->card->unordered;
    }
    return out;
}

// The operator of the series at a place; 0: none.
static uint32_t series_operator(const PlanBody *plan, uint32_t place)
{
    for (uint32_t i = 0; place > 0 && i < plan->op_count; i++)
        if (plan->ops[i].kind == PLAN_OP_SERIES && plan->ops[i].place == place)
            return i;
    return 0;
}

static void lower_aggregates(Lowerer *lowerer, Body *out)
{
    const PlanBody *plan = lowerer->body;
    Aggregate *aggregates = ARENA_ARRAY(lowerer->arena, Aggregate, plan->aggregate_count);
    uint32_t *stretches = ARENA_ARRAY(lowerer->arena, uint32_t, plan->aggregate_count);
    for (uint32_t i = 0; i < plan->aggregate_count; i++) {
        const PlanAggregate *fold = &plan->aggregates[i];
        Aggregate *made = &aggregates[i];
        *made = (Aggregate){.kind = fold->kind,
                            .argument = lower_value(lowerer, fold->argument),
                            .when = lower_truth(lowerer, fold->when, LEAF_MODE_U),
                            .by = lower_value(lowerer, fold->by),
                            .statistic = lower_statistic(lowerer, fold),
                            .fans_out = fold->fans_out,
                            .nonnegative = fold->nonnegative,
                            .type = fold->type,
                            .per_binding = fold->per_binding,
                            .window = fold->window,
                            .function = fold->function,
                            .frame = fold->frame,
                            .series = series_operator(plan, fold->series),
                            .missing = fold->missing,
                            .text = fold->text};
        made->scale = fold->argument != NULL && type_is_exact(fold->argument->type)
                          ? fold->argument->type.scale
                          : 0;
        lower_mention(lowerer, fold->mention, made);
        stretches[i] = fold->stretch;
    }
    out->aggregates = aggregates;
    out->aggregate_stretch = stretches;
    out->aggregate_count = plan->aggregate_count;
}

static const Field *lower_fields(Lowerer *lowerer)
{
    const PlanBody *plan = lowerer->body;
    Field *fields = ARENA_ARRAY(lowerer->arena, Field, plan->field_count);
    for (uint32_t i = 0; i < plan->field_count; i++)
        fields[i] = (Field){.name = plan->fields[i].name,
                            .value = lower_value(lowerer, plan->fields[i].value)};
    return fields;
}

static void lower_order(Lowerer *lowerer, Body *out)
{
    const PlanBody *plan = lowerer->body;
    OrderBy *order = ARENA_ARRAY(lowerer->arena, OrderBy, plan->order_count);
    for (uint32_t i = 0; i < plan->order_count; i++)
        order[i] =
            (OrderBy){.column = plan->order[i].column, .descending = plan->order[i].descending};
    out->order = order;
    out->order_count = plan->order_count;
}

static void lower_clue(Lowerer *lowerer, Body *out)
{
    const PlanBody *plan = lowerer->body;
    const TypedBody *typed = plan->typed;
    const AstClue *clue = typed->node->clue;
    Str *names = ARENA_ARRAY(lowerer->arena, Str, clue->keys.count);
    for (uint32_t i = 0; i < clue->keys.count; i++)
        names[i] = typed->decl->rows.columns[i].name;
    out->clue_keys = typed->clue_keys;
    out->clue_key_count = clue->keys.count;
    out->clue_key_names = names;
    out->title = lower_value(lowerer, plan->title);
    out->severity = lower_value(lowerer, plan->severity);
    out->fields = lower_fields(lowerer);
    out->field_count = plan->field_count;
    out->evidence = plan->evidence;
    out->evidence_count = plan->evidence_count;
    out->evidence_paths = plan->evidence_paths;
}

void lower_body(Lowerer *lowerer, const PlanBody *plan, Body *out)
{
    ASSERT(!plan->unsupported.present);
    lowerer->body = plan;
    *out = (Body){.limit = plan->limit, .end_place = plan->typed->end_place};
    out->is_query = plan->typed->is_query;
    out->default_policy = plan->typed->is_query ? POLICY_DROP : POLICY_UNDECIDED;
    lower_slots(lowerer, out);
    Operator *operators = ARENA_ARRAY(lowerer->arena, Operator, plan->op_count);
    for (uint32_t i = 0; i < plan->op_count; i++)
        lower_op(lowerer, &plan->ops[i], &operators[i]);
    out->operators = operators;
    out->operator_count = plan->op_count;
    lower_aggregates(lowerer, out);
    if (plan->typed->node->clue != NULL) {
        lower_clue(lowerer, out);
    } else {
        out->columns = lower_fields(lowerer);
        out->column_count = plan->field_count;
        out->visible_count = plan->visible_count;
        lower_order(lowerer, out);
    }
    lowerer->body = NULL;
}

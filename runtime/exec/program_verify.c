// SPDX-License-Identifier: Apache-2.0
// program_verify.c: checks what program.h and step.def promise.
//
// The checks are those whose failure would make the interpreter read outside an array or take one layout for
// another. They run after lowering in debug builds and in tests; the first fault is described, with the way to
// the expression that has it.

#include "runtime/exec/program.h"

typedef struct Verifier {
    const Program *program;
    const Body *body; // NULL: expectations of a table
    const Slot *slots;
    uint32_t slot_count;
    uint32_t key_count; // keys visible: the most of the body's groups
    StrBuf *fault;
    Str owner;        // table, relation, rule or query
    const char *role; // of the expression
    uint32_t place;   // clause
    const Expr *expr;
    uint32_t step;
    bool ok;
} Verifier;

static void complain(Verifier *v, const char *what)
{
    if (!v->ok)
        return;
    v->ok = false;
    strbuf_printf(v->fault, STR_FMT ", clause %u, %s", STR_ARG(v->owner), v->place, v->role);
    if (v->expr != NULL)
        strbuf_printf(v->fault, ", step %u %s", v->step, step_name(v->expr->steps[v->step].op));
    strbuf_printf(v->fault, ": %s", what);
}

static void require(Verifier *v, bool holds, const char *what)
{
    if (!holds)
        complain(v, what);
}

// ---------------------------------------------------------------- steps

static int step_operands(StepOp op)
{
    static const int counts[STEP_COUNT] = {
#define STEP(name, operands, doc) [STEP_##name] = operands,
#include "runtime/exec/step.def"
#undef STEP
    };
    return counts[op];
}

static bool gives_truth(const Step *step)
{
    switch (step->op) {
    case STEP_LEAF:
    case STEP_LEAF_RAW:
    case STEP_AND:
    case STEP_OR:
    case STEP_NOT:
        return true;
    default:
        return false;
    }
}

static bool takes_truth(StepOp op, int operand)
{
    if (op == STEP_SELECT)
        return operand == 0;
    return op == STEP_AND || op == STEP_OR || op == STEP_NOT || op == STEP_TRUTH_VALUE;
}

static const Step *operand_step(Verifier *v, uint32_t index)
{
    if (index >= v->step) {
        complain(v, "an operand is no earlier step");
        return &v->expr->steps[v->step];
    }
    return &v->expr->steps[index];
}

static uint32_t columns_of(const Verifier *v, const Slot *slot)
{
    RowSource source = slot->source;
    const Program *program = v->program;
    switch (source.kind) {
    case SOURCE_TABLE:
        return source.index < program->table_count ? program->tables[source.index].column_count : 0;
    case SOURCE_RELATION:
        return source.index < program->relation_count
                   ? program->relations[source.index].column_count
                   : 0;
    case SOURCE_RULE:
        return source.index < program->rule_count ? program->rules[source.index].column_count : 0;
    case SOURCE_PRODUCED:
        return slot->column_count;
    }
    return 0;
}

static const Type *column_type(const Verifier *v, const Slot *slot, uint32_t column)
{
    RowSource source = slot->source;
    switch (source.kind) {
    case SOURCE_TABLE:
        return &v->program->tables[source.index].columns[column].type;
    case SOURCE_RELATION:
        return &v->program->relations[source.index].columns[column].type;
    case SOURCE_RULE:
        return &v->program->rules[source.index].columns[column].type;
    case SOURCE_PRODUCED:
        return &slot->columns[column].type;
    }
    return NULL;
}

static void verify_column(Verifier *v, const Step *step)
{
    if (step->slot >= v->slot_count) {
        complain(v, "no such slot");
        return;
    }
    const Slot *slot = &v->slots[step->slot];
    if (step->index >= columns_of(v, slot)) {
        complain(v, "no such column");
        return;
    }
    require(v, type_phys(*column_type(v, slot, step->index)) == step->phys,
            "layout differs from the column's");
}

// Steps that fetch values.
static void verify_source(Verifier *v, const Step *step)
{
    const Program *program = v->program;
    switch (step->op) {
    case STEP_CONST:
        require(v, step->index < program->const_count, "no such constant");
        if (v->ok)
            require(v, type_phys(program->consts[step->index].type) == step->phys,
                    "layout differs from the constant's");
        return;
    case STEP_PARAM:
    case STEP_PARAM_AT:
        require(v, step->index < program->param_count, "no such parameter");
        if (v->ok)
            require(v, type_phys(program->params[step->index].type) == step->phys,
                    "layout differs from the parameter's");
        return;
    case STEP_COLUMN:
        verify_column(v, step);
        return;
    case STEP_KEY:
        require(v, step->index < v->key_count, "no such group key");
        return;
    case STEP_AGG:
        require(v, v->body != NULL && step->index < v->body->aggregate_count, "no such aggregate");
        if (v->ok)
            require(v, type_phys(v->body->aggregates[step->index].type) == step->phys,
                    "layout differs from the aggregate's");
        return;
    case STEP_VARIABLE_PRESENT:
    case STEP_ELEMENT:
        require(v, step->slot < v->slot_count, "no such slot");
        return;
    default:
        return;
    }
}

// Steps whose operands and result have one layout.
static bool keeps_layout(StepOp op)
{
    switch (op) {
    case STEP_RESCALE:
    case STEP_MULTIPLY_CONST:
    case STEP_ADD:
    case STEP_SUBTRACT:
    case STEP_MULTIPLY:
    case STEP_DIVIDE:
    case STEP_NEGATE:
    case STEP_ABS:
    case STEP_LEAST:
    case STEP_GREATEST:
    case STEP_ROUND:
    case STEP_DATE_ADD_MONTHS:
    case STEP_COALESCE:
        return true;
    default:
        return false;
    }
}

static bool gives_boolean(StepOp op)
{
    switch (op) {
    case STEP_COMPARE:
    case STEP_COMPARE_FRACTION:
    case STEP_EQUAL_IDENTITY:
    case STEP_IN_SET:
    case STEP_DURING:
    case STEP_OVERLAPS:
    case STEP_MENTIONS:
    case STEP_MENTIONS_ANY:
    case STEP_LIKE:
    case STEP_IS_PRESENT:
    case STEP_VARIABLE_PRESENT:
    case STEP_TRUTH_VALUE:
    case STEP_LEAF:
    case STEP_LEAF_RAW:
    case STEP_AND:
    case STEP_OR:
    case STEP_NOT:
        return true;
    default:
        return false;
    }
}

// What an operand's layout must be, where the step fixes it; -1: any.
static int fixed_operand(StepOp op, int operand)
{
    switch (op) {
    case STEP_PARAM_AT:
    case STEP_WIDEN:
    case STEP_TO_PERIOD:
        return PHYS_I64;
    case STEP_RESCALE:
    case STEP_MULTIPLY_CONST:
    case STEP_ROUND:
        return PHYS_I128;
    case STEP_DURING:
    case STEP_OVERLAPS:
        return PHYS_PAIR;
    case STEP_EQUAL_IDENTITY:
    case STEP_MENTIONS:
    case STEP_MENTIONS_ANY:
    case STEP_LIKE:
    case STEP_CONCAT:
        return PHYS_CODE;
    case STEP_IN_SET:
        return operand == 1 ? (int)PHYS_CODE : -1;
    case STEP_LEAF:
    case STEP_LEAF_RAW:
    case STEP_AND:
    case STEP_OR:
    case STEP_NOT:
    case STEP_TRUTH_VALUE:
        return PHYS_BOOL;
    case STEP_SELECT:
        return operand == 0 ? (int)PHYS_BOOL : -1;
    default:
        return -1;
    }
}

static void verify_operand(Verifier *v, const Step *step, int number, uint32_t index)
{
    const Step *operand = operand_step(v, index);
    if (!v->ok)
        return;
    require(v, gives_truth(operand) == takes_truth(step->op, number),
            gives_truth(operand) ? "a truth vector where a value is wanted"
                                 : "a value where a truth vector is wanted");
    int fixed = fixed_operand(step->op, number);
    require(v, fixed < 0 || operand->phys == (Phys)fixed, "an operand has another layout");
    if (keeps_layout(step->op) || (step->op == STEP_SELECT && number > 0))
        require(v, operand->phys == step->phys, "an operand's layout differs from the result's");
}

static void verify_operands(Verifier *v, const Step *step)
{
    const uint32_t registers[4] = {step->a, step->b, step->c, step->d};
    int count = step_operands(step->op);
    for (int k = 0; k < count && v->ok; k++)
        verify_operand(v, step, k, registers[k]);
    if (step->op == STEP_UNKNOWN_ROWS) {
        for (uint32_t k = 0; k < step->list_count; k++)
            require(v, v->body != NULL && step->list[k] < v->body->aggregate_count,
                    "no such aggregate");
        return;
    }
    for (uint32_t k = 0; k < step->list_count && v->ok; k++)
        verify_operand(v, step, (int)k, step->list[k]);
}

static void verify_step(Verifier *v, const Step *step)
{
    require(v, step->op < STEP_COUNT, "unknown step");
    if (!v->ok)
        return;
    verify_source(v, step);
    verify_operands(v, step);
    if (!v->ok)
        return;
    require(v, !gives_boolean(step->op) || step->phys == PHYS_BOOL, "the result is no boolean");
    const Step *steps = v->expr->steps;
    switch (step->op) {
    case STEP_COMPARE:
    case STEP_COMPARE_FRACTION:
        require(v, step->index <= COMPARE_GE, "unknown comparison");
        require(v, steps[step->a].phys == steps[step->b].phys || step->op != STEP_COMPARE,
                "the sides differ in layout");
        require(v, step->op == STEP_COMPARE || step->slot <= v->program->const_count,
                "no such constant");
        return;
    case STEP_EQUAL_IDENTITY:
        require(v, steps[step->a].phys == steps[step->b].phys, "the sides differ in layout");
        return;
    case STEP_RESCALE:
        require(v, step->index <= EXACT_SCALE_MAX, "scale above 38");
        return;
    case STEP_MULTIPLY_CONST:
        require(v, step->index < v->program->const_count, "no such constant");
        return;
    case STEP_LEAF:
        require(v, step->index <= TRUTH_U, "no truth value for gaps");
        return;
    case STEP_LIKE:
        require(v, step->index < v->program->regex_count, "no such regular expression");
        return;
    case STEP_CALL:
        require(v, step->index < v->program->function_count, "no such function");
        if (v->ok)
            require(v,
                    (v->program->functions[step->index].kernel == NULL) ==
                        (v->program->functions[step->index].foreign != NULL),
                    "function without kernel");
        return;
    default:
        return;
    }
}

static void verify_expr(Verifier *v, const Expr *expr, const char *role, bool truth, bool needed)
{
    if (!v->ok)
        return;
    v->role = role;
    v->expr = NULL;
    require(v, expr->count > 0 || !needed, "no expression");
    if (expr->count == 0 || !v->ok)
        return;
    v->expr = expr;
    for (v->step = 0; v->step < expr->count && v->ok; v->step++)
        verify_step(v, &expr->steps[v->step]);
    if (!v->ok)
        return;
    v->step = expr->count - 1;
    const Step *last = &expr->steps[v->step];
    require(v, gives_truth(last) == truth,
            truth ? "the expression gives no truth vector" : "the expression gives a truth vector");
    require(v, expr->is_truth == truth, "is_truth is wrong");
    if (!truth)
        require(v, type_phys(expr->type) == last->phys, "layout differs from the type's");
}

// ---------------------------------------------------------------- bodies

static void verify_leaf(Verifier *v, const OnLeaf *leaf)
{
    verify_expr(v, &leaf->value, "leaf of `on`", false, true);
    if (!v->ok)
        return;
    require(v, leaf->value.steps[leaf->value.count - 1].phys == PHYS_BOOL,
            "a leaf of `on` is no boolean");
    verify_expr(v, &leaf->earlier, "key leaf, earlier side", false, leaf->key);
    verify_expr(v, &leaf->partner, "key leaf, partner side", false, leaf->key);
    for (uint32_t i = 0; i < leaf->reads_earlier_count; i++)
        verify_expr(v, &leaf->reads_earlier[i], "column read by `on`", false, true);
    for (uint32_t i = 0; i < leaf->reads_partner_count; i++)
        verify_expr(v, &leaf->reads_partner[i], "column read by `on`", false, true);
    if (!v->ok || !leaf->key)
        return;
    require(v, !leaf->negative, "a key leaf is negative");
    require(v, type_phys(leaf->earlier.type) == type_phys(leaf->partner.type),
            "the sides of a key leaf differ in layout");
}

// The postfix condition must leave one value and never take from an empty stack.
static void verify_nodes(Verifier *v, const Partner *partner)
{
    uint32_t depth = 0;
    v->role = "condition of `on`";
    v->expr = NULL;
    for (uint32_t i = 0; i < partner->node_count && v->ok; i++) {
        const OnNode *node = &partner->nodes[i];
        uint32_t takes = node->op == ON_LEAF ? 0 : node->op == ON_NOT ? 1 : 2;
        require(v, node->op != ON_LEAF || node->leaf < partner->leaf_count, "no such leaf");
        require(v, depth >= takes, "an operator lacks operands");
        depth = depth - takes + 1;
    }
    require(v, partner->node_count == 0 || depth == 1, "not one value is left");
}

static void verify_block(Verifier *v, const MatchBlock *match)
{
    const Partner *block = &match->on;
    bool key = match->mentions;
    for (uint32_t i = 0; i < block->leaf_count && v->ok; i++) {
        verify_leaf(v, &block->leaves[i]);
        key |= block->leaves[i].key && block->leaves[i].conjunct;
    }
    verify_nodes(v, block);
    require(v, key, "a block has no link to look up");
    if (v->ok && match->mentions)
        verify_leaf(v, &match->link);
}

static void verify_match(Verifier *v, const MatchModel *match)
{
    v->role = "match model";
    require(v, match->earlier < v->slot_count, "no such slot");
    require(v, match->block_count > 0, "no block");
    require(v, match->review <= match->accept, "review lies above accept");
    for (uint32_t i = 0; i < match->block_count && v->ok; i++)
        verify_block(v, &match->blocks[i]);
    for (uint32_t i = 0; i < match->compare_count && v->ok; i++) {
        const MatchCompare *compare = &match->compares[i];
        verify_expr(v, &compare->values, "levels of a compare", false, true);
        require(v, compare->level_count > 0, "a compare without levels");
        for (uint32_t l = 0; l < compare->level_count && v->ok; l++)
            require(v,
                    compare->levels[l] < compare->values.count &&
                        compare->values.steps[compare->levels[l]].phys == PHYS_BOOL,
                    "a level is no boolean");
    }
}

static void verify_partner(Verifier *v, const Partner *partner)
{
    v->role = "partner";
    v->expr = NULL;
    require(v, partner->slot < v->slot_count, "no such slot");
    for (uint32_t i = 0; i < partner->leaf_count && v->ok; i++)
        verify_leaf(v, &partner->leaves[i]);
    verify_nodes(v, partner);
    require(v, partner->match == NULL || partner->leaf_count == 0, "a condition beside a model");
    if (partner->match != NULL && v->ok)
        verify_match(v, partner->match);
    verify_expr(v, &partner->coverage.at, "covered at", false, partner->coverage.written);
    verify_expr(v, &partner->coverage.region, "region of `covered at`", false, false);
    bool latest = partner->kind == PARTNER_LATEST;
    verify_expr(v, &partner->time, "by", false, latest);
    verify_expr(v, &partner->upto, "upto", false, latest);
    verify_expr(v, &partner->low, "within", false, false);
}

static void verify_produce(Verifier *v, const Operator *op)
{
    v->role = "produced rows";
    v->expr = NULL;
    require(v, op->slot < v->slot_count, "no such slot");
    require(v, v->slots[op->slot].source.kind == SOURCE_PRODUCED, "the slot is not produced");
    if (op->kind == OPERATOR_EXTRACT)
        require(v, op->produce.regex < v->program->regex_count, "no such pattern");
    verify_expr(v, &op->produce.value, "list or text", false, true);
}

static void verify_window(Verifier *v, const Operator *op)
{
    v->role = "window";
    v->expr = NULL;
    require(v, op->slot < v->slot_count, "no such slot");
    require(v, v->slots[op->slot].source.kind == SOURCE_PRODUCED, "the slot is not produced");
    require(v, op->window.low.count == 0 || op->window.sort_count > 0, "a frame without order");
    for (uint32_t k = 0; k < op->group.key_count; k++)
        verify_expr(v, &op->group.keys[k].value, "partition key", false, true);
    for (uint32_t k = 0; k < op->window.sort_count; k++)
        verify_expr(v, &op->window.sorts[k].value, "order of a window", false, true);
    verify_expr(v, &op->window.low, "low end of a frame", false, false);
    verify_expr(v, &op->window.value, "value of a window", false, true);
}

static void verify_connect(Verifier *v, const Operator *op)
{
    v->role = "connect";
    v->expr = NULL;
    require(v, op->slot < v->slot_count, "no such slot");
    require(v, v->slots[op->slot].source.kind == SOURCE_PRODUCED, "the slot is not produced");
    require(v, v->slots[op->slot].column_count == CONNECT_COLUMNS, "identity and size are missing");
    require(v, op->group.key_count == 2, "an edge has two ends");
    for (uint32_t k = 0; k < op->group.key_count; k++)
        verify_expr(v, &op->group.keys[k].value, "end of an edge", false, true);
    v->expr = NULL;
    require(v,
            !op->one_kind ||
                type_phys(op->group.keys[0].value.type) == type_phys(op->group.keys[1].value.type),
            "ends of one kind have two layouts");
}

static void verify_pattern_step(Verifier *v, const Pattern *pattern, const PatternStep *step)
{
    verify_expr(v, &step->condition, "condition of a step", true, true);
    v->role = "step";
    v->expr = NULL;
    require(v, step->absent == (step->slots == NULL),
            "an absence keeps rows, or a step keeps none");
    for (uint32_t t = 0; v->ok && !step->absent && t < pattern->taken_count; t++) {
        require(v, step->slots[t] < v->slot_count, "no such slot");
        if (v->ok)
            require(v,
                    v->slots[step->slots[t]].source.kind == v->slots[pattern->taken[t]].source.kind,
                    "a step keeps rows of another source");
    }
}

static void verify_pattern(Verifier *v, const Operator *op)
{
    const Pattern *pattern = &op->pattern;
    v->role = "session or sequence";
    v->expr = NULL;
    require(v, pattern->sort_count > 0, "no order");
    if (op->kind == OPERATOR_SESSION) {
        require(v, op->slot < v->slot_count, "no such slot");
        require(v, !v->ok || v->slots[op->slot].column_count == 3, "not identity, start and end");
    } else {
        require(v, pattern->step_count > 0 && !pattern->steps[0].absent, "no step stands first");
    }
    for (uint32_t t = 0; t < pattern->taken_count; t++)
        require(v, pattern->taken[t] < v->slot_count, "no such slot");
    for (uint32_t t = 0; t < pattern->table_count; t++)
        require(v, pattern->tables[t] < v->program->table_count, "no such table");
    for (uint32_t k = 0; k < op->group.key_count; k++)
        verify_expr(v, &op->group.keys[k].value, "partition key", false, true);
    for (uint32_t k = 0; k < pattern->sort_count; k++)
        verify_expr(v, &pattern->sorts[k].value, "order", false, true);
    verify_expr(v, &pattern->high, "length of time", false, true);
    for (uint32_t s = 0; s < pattern->step_count && v->ok; s++)
        verify_pattern_step(v, pattern, &pattern->steps[s]);
}

static void verify_series(Verifier *v, const Operator *op)
{
    const Series *series = &op->series;
    verify_expr(v, &series->time, "time of a series", false, true);
    verify_expr(v, &series->low, "range of a series", false, true);
    verify_expr(v, &series->high, "range of a series", false, false);
    verify_expr(v, &series->fill, "fill of a series", false, false);
    v->role = "series";
    v->expr = NULL;
    require(v, series->aggregate < v->body->aggregate_count, "no such aggregate");
    const Aggregate *aggregate = &v->body->aggregates[series->aggregate];
    require(v, aggregate->series == 0 && !aggregate->per_binding && aggregate->window == 0,
            "a slot folds tuples");
    require(v, type_phys(series->time.type) == PHYS_I64, "the time of a series is no time");
    require(v, series->high.count > 0 || series->low.type.kind == TYPE_PERIOD,
            "a range is a period, or has two ends");
    require(v,
            series->fill.count == 0 || type_phys(series->fill.type) == type_phys(aggregate->type),
            "fill and slots have two layouts");
}

static void verify_citation(Verifier *v, const Citation *citation)
{
    v->role = "citation";
    v->expr = NULL;
    require(v, citation->law < v->program->law_count, "no such law");
    verify_expr(v, &citation->at, "date of a citation", false, false);
}

static void verify_operator(Verifier *v, const Operator *op)
{
    v->place = op->place;
    verify_expr(v, &op->start, "start", false, false);
    switch (op->kind) {
    case OPERATOR_FROM:
        v->role = "from";
        v->expr = NULL;
        require(v, op->slot < v->slot_count, "no such slot");
        break;
    case OPERATOR_PARTNER:
        verify_partner(v, &op->partner);
        break;
    case OPERATOR_EACH:
    case OPERATOR_EXTRACT:
        verify_produce(v, op);
        break;
    case OPERATOR_WINDOW:
        verify_window(v, op);
        break;
    case OPERATOR_CONNECT:
        verify_connect(v, op);
        break;
    case OPERATOR_SESSION:
    case OPERATOR_SEQUENCE:
        verify_pattern(v, op);
        break;
    case OPERATOR_SERIES:
        verify_series(v, op);
        break;
    case OPERATOR_FILTER:
    case OPERATOR_DOUBT:
    case OPERATOR_EXCEPT:
        verify_expr(v, &op->condition, "condition", true, true);
        break;
    case OPERATOR_GROUP:
        for (uint32_t k = 0; k < op->group.key_count; k++)
            verify_expr(v, &op->group.keys[k].value, "group key", false, true);
        break;
    case OPERATOR_SCORE:
        verify_expr(v, &op->condition, "condition of a score", true, false);
        verify_expr(v, &op->points, "points", false, true);
        verify_expr(v, &op->label, "label", false, false);
        break;
    case OPERATOR_CITE:
        break;
    }
    if (op->citation_count > 0)
        verify_citation(v, &op->citation);
}

static void verify_aggregate(Verifier *v, const Aggregate *aggregate)
{
    bool counts = aggregate->kind == AGGREGATE_COUNT || aggregate->function == WINDOW_VALUE;
    verify_expr(v, &aggregate->argument, "argument of an aggregate", false, !counts);
    verify_expr(v, &aggregate->when, "`when` of an aggregate", true, false);
    verify_expr(v, &aggregate->by, "order of an aggregate", false, false);
    v->role = "aggregate";
    v->expr = NULL;
    for (uint32_t m = 0; m < aggregate->mention_count; m++) {
        require(v, aggregate->mention[m] < v->slot_count, "no such slot");
        require(v, m == 0 || aggregate->mention[m - 1] < aggregate->mention[m],
                "mentioned slots do not ascend");
    }
    bool truth = aggregate->kind == AGGREGATE_ANY || aggregate->kind == AGGREGATE_ALL;
    require(v, !truth || type_phys(aggregate->argument.type) == PHYS_BOOL,
            "any and all fold booleans");
    require(v,
            aggregate->series == 0 ||
                (aggregate->series < v->body->operator_count &&
                 v->body->operators[aggregate->series].kind == OPERATOR_SERIES),
            "no such series");
    require(v, (aggregate->kind == AGGREGATE_STATISTIC) == (aggregate->statistic.run != NULL),
            "a statistic has a function, and nothing else has one");
}

static void verify_ends(Verifier *v, const Body *body)
{
    v->place = body->end_place;
    for (uint32_t i = 0; i < body->column_count; i++)
        verify_expr(v, &body->columns[i].value, "column", false, true);
    for (uint32_t i = 0; i < body->field_count; i++)
        verify_expr(v, &body->fields[i].value, "field", false, true);
    verify_expr(v, &body->title, "title", false, false);
    verify_expr(v, &body->severity, "severity", false, false);
    v->role = "end";
    v->expr = NULL;
    for (uint32_t i = 0; i < body->order_count; i++)
        require(v, body->order[i].column < body->column_count, "ordered by no column");
    for (uint32_t i = 0; i < body->clue_key_count; i++)
        require(v, body->clue_keys[i] < v->key_count, "no such clue key");
    for (uint32_t i = 0; i < body->evidence_count; i++)
        require(v, body->evidence[i] < v->slot_count, "evidence of no slot");
    require(v, body->visible_count <= body->column_count, "more columns visible than there are");
}

static void verify_body(Verifier *v, Str owner, const Body *body)
{
    v->owner = owner;
    v->body = body;
    v->slots = body->slots;
    v->slot_count = body->slot_count;
    v->key_count = 0;
    v->place = 0;
    for (uint32_t i = 0; i < body->operator_count; i++)
        if (body->operators[i].kind == OPERATOR_GROUP)
            v->key_count = MAX_OF(v->key_count, body->operators[i].group.key_count);
    for (uint32_t i = 0; i < body->aggregate_count && v->ok; i++)
        verify_aggregate(v, &body->aggregates[i]);
    for (uint32_t i = 0; i < body->operator_count && v->ok; i++)
        verify_operator(v, &body->operators[i]);
    if (v->ok)
        verify_ends(v, body);
}

static void verify_table(Verifier *v, const TableDecl *table, uint32_t index)
{
    const Slot slot = {.name = table->name, .source = {SOURCE_TABLE, index}};
    v->owner = table->name;
    v->body = NULL;
    v->slots = &slot;
    v->slot_count = 1;
    v->key_count = 0;
    for (uint32_t i = 0; i < table->expectation_count && v->ok; i++) {
        v->place = i + 1;
        verify_expr(v, &table->expectations[i].condition, "expectation", true, true);
    }
    v->role = "key";
    v->expr = NULL;
    for (uint32_t i = 0; i < table->key_count; i++)
        require(v, table->key[i] < table->column_count, "no such column");
    v->slots = NULL;
}

bool program_verify(const Program *program, StrBuf *fault)
{
    Verifier v = {.program = program, .fault = fault, .ok = true, .role = ""};
    for (uint32_t i = 0; i < program->table_count && v.ok; i++)
        verify_table(&v, &program->tables[i], i);
    for (uint32_t i = 0; i < program->relation_count && v.ok; i++)
        for (uint32_t b = 0; b < program->relations[i].branch_count && v.ok; b++)
            verify_body(&v, program->relations[i].name, &program->relations[i].branches[b]);
    for (uint32_t i = 0; i < program->rule_count && v.ok; i++)
        verify_body(&v, program->rules[i].name, &program->rules[i].body);
    for (uint32_t i = 0; i < program->query_count && v.ok; i++)
        verify_body(&v, program->queries[i].name, &program->queries[i].body);
    return v.ok;
}

// SPDX-License-Identifier: Apache-2.0
//
// recursion_graph.c: recursions that are questions to a graph.
//
// A step is a branch that joins the relation with one table or finished relation by one equality, copies one of its two
// columns and takes the other from that table, under conditions on that table alone. Where all branches that use the
// relation are such steps, in one direction, it holds
//
// - without `keep`: the pairs of a start and what can be reached from it: `from R as r join E as e on e.a = r.y yield
//   (r.x, y: e.b)`, the same written from the other end, or R joined with itself;
// - under `keep least x` with x copied: for each node the least x of all nodes that reach it.
//
// Rows that are not certain and known in every cell are left to the other roads, and so is everything else. The result
// is the same, byte for byte.

#include "runtime/exec/graph.h"
#include "runtime/exec/recursion_int.h"

typedef enum GraphForm { FORM_NONE, FORM_FORWARD, FORM_BACKWARD, FORM_TWICE, FORM_LABEL } GraphForm;

// A branch that follows the edges of a table: which variable is the ring's, which the other; the equality's sides.
typedef struct Follow {
    uint32_t ring, other;
    const Expr *ring_side, *other_side;
} Follow;

typedef struct Question {
    Fix *fix;
    FixRelation *member;
    GraphForm form;
    uint32_t node, copied; // columns: the one that the step changes, the one that it copies
    RowMaker steps;        // pairs (from, to)
} Question;

// ---------------------------------------------------------------- what a branch looks like

static bool reads_only(const Expr *expr, uint32_t slot)
{
    return expr_slots(expr) == (uint64_t)1 << slot && !expr_reads_aggregate(expr);
}

static bool is_column(const Expr *expr, uint32_t slot, uint32_t *column)
{
    const Step *step = &expr->steps[expr->count - 1];
    if (expr->count != 1 || step->op != STEP_COLUMN || step->slot != slot)
        return false;
    *column = step->index;
    return true;
}

// The one operator that joins the second variable; NULL where the body holds anything else but conditions.
static const Partner *only_join(const Body *body)
{
    const Partner *found = NULL;
    for (uint32_t i = 1; i < body->operator_count; i++) {
        const Operator *op = &body->operators[i];
        if (op->kind == OPERATOR_FILTER)
            continue;
        if (op->kind != OPERATOR_PARTNER || found != NULL)
            return NULL;
        found = &op->partner;
    }
    bool plain = found != NULL && found->kind == PARTNER_JOIN && !found->coverage.written &&
                 found->leaf_count == 1 && found->leaves[0].key && found->leaves[0].conjunct;
    return plain ? found : NULL;
}

static bool read_step(const Fix *fix, const Body *body, Follow *step)
{
    const Partner *join = only_join(body);
    if (join == NULL || body->slot_count != 2)
        return false;
    bool ring_joined = fix_member(fix, join->source) != NULL;
    bool ring_first = fix_member(fix, body->operators[0].source) != NULL;
    const Expr *joined = &join->leaves[0].partner, *first = &join->leaves[0].earlier;
    bool second = ring_joined && !ring_first; // the ring stands second
    step->ring = second ? join->slot : body->operators[0].slot;
    step->other = second ? body->operators[0].slot : join->slot;
    step->ring_side = second ? joined : first;
    step->other_side = second ? first : joined;
    for (uint32_t i = 1; i < body->operator_count; i++)
        if (body->operators[i].kind == OPERATOR_FILTER &&
            !reads_only(&body->operators[i].condition, step->other))
            return false;
    return (ring_joined || ring_first) && reads_only(step->ring_side, step->ring) &&
           reads_only(step->other_side, step->other);
}

static bool same_layout(const Relation *relation, uint32_t column, const Expr *expr)
{
    Type a = relation->columns[column].type, b = expr->type;
    return a.kind == b.kind && type_phys(a) == type_phys(b) && a.scale == b.scale;
}

// The form of one branch: the step must change `node` and copy the other column.
static GraphForm branch_form(const Question *question, const Body *body, const Follow *step,
                             uint32_t node)
{
    const Relation *relation = question->member->relation;
    uint32_t linked, copied, changed;
    bool from_ring = is_column(step->ring_side, step->ring, &linked) && linked == node &&
                     same_layout(relation, node, step->other_side) &&
                     is_column(&body->columns[1 - node].value, step->ring, &copied) &&
                     copied == 1 - node;
    if (!from_ring || !reads_only(&body->columns[node].value, step->other))
        return FORM_NONE;
    if (fix_member(question->fix, body->slots[step->other].source) == NULL)
        return node == 1 ? FORM_FORWARD : FORM_BACKWARD;
    bool itself = node == 1 && is_column(step->other_side, step->other, &linked) && linked == 0 &&
                  is_column(&body->columns[1].value, step->other, &changed) && changed == 1 &&
                  body->operator_count == 2;
    return itself ? FORM_TWICE : FORM_NONE;
}

// Whether key and `keep` are those of pairs, or of labels.
static bool head_fits(Question *question)
{
    const Relation *relation = question->member->relation;
    if (relation->column_count != 2 || relation->depth_limit >= 0)
        return false;
    if (!relation_keeps(relation))
        return relation->key_count != 1;
    question->copied = relation->keep_column;
    question->node = 1 - relation->keep_column;
    return relation->key_count == 1 && relation->key[0] == question->node;
}

static void find_form(Question *question)
{
    const Relation *relation = question->member->relation;
    if (question->fix->count != 1 || !head_fits(question))
        return;
    GraphForm form = FORM_NONE;
    for (uint32_t b = 0; b < relation->branch_count; b++) {
        const Body *body = &relation->branches[b];
        Follow step;
        if (!fix_uses_ring(question->fix, body))
            continue;
        if (!read_step(question->fix, body, &step))
            return;
        uint32_t node = question->node;
        if (!relation_keeps(relation) && !is_column(step.ring_side, step.ring, &node))
            return;
        GraphForm own = branch_form(question, body, &step, node);
        if (own == FORM_NONE || (form != FORM_NONE && own != form && !relation_keeps(relation)))
            return;
        if (own == FORM_TWICE && relation_keeps(relation))
            return;
        form = own;
        question->node = node;
    }
    question->copied = 1 - question->node;
    question->form = form != FORM_NONE && relation_keeps(relation) ? FORM_LABEL : form;
}

// ---------------------------------------------------------------- the edges

static Status take_steps(void *closure, BodyRun *run, const Bindings *batch)
{
    rows_of_bindings(closure, run, batch, 0);
    return STATUS_OK;
}

// The steps of one branch: its other variable alone, with its conditions.
static Status branch_steps(Question *question, const Body *body)
{
    Fix *fix = question->fix;
    Follow step;
    (void)read_step(fix, body, &step);
    Operator *operators = ARENA_ARRAY(fix->arena, Operator, body->operator_count);
    uint32_t count = 1;
    for (uint32_t i = 1; i < body->operator_count; i++)
        if (body->operators[i].kind == OPERATOR_FILTER)
            operators[count++] = body->operators[i];
    operators[0] = (Operator){.kind = OPERATOR_FROM,
                              .place = 1,
                              .slot = step.other,
                              .source = body->slots[step.other].source,
                              .text = body->operators[0].text};
    Field columns[2] = {{.value = *step.other_side}, body->columns[question->node]};
    Body alone = *body;
    alone.operators = operators;
    alone.operator_count = count;
    alone.columns = columns;
    BodyRun run;
    body_run_init(&run, fix->shared, &alone);
    run.sink = take_steps;
    run.sink_closure = &question->steps;
    Status status = body_run(&run);
    body_run_deinit(&run);
    return status;
}

static Status find_steps(Question *question)
{
    const Relation *relation = question->member->relation;
    for (uint32_t b = 0; b < relation->branch_count && question->form != FORM_TWICE; b++) {
        const Body *body = &relation->branches[b];
        if (fix_uses_ring(question->fix, body))
            TRY(branch_steps(question, body));
    }
    return STATUS_OK;
}

static Status find_starts(Question *question)
{
    const Rowset *none[BODY_SLOTS_MAX] = {NULL};
    const Relation *relation = question->member->relation;
    for (uint32_t b = 0; b < relation->branch_count; b++)
        if (!fix_uses_ring(question->fix, &relation->branches[b]))
            TRY(fix_branch(question->fix, question->member, b, none));
    return STATUS_OK;
}

// ---------------------------------------------------------------- values as numbers

// The distinct values of some cells, numbered in their order.
typedef struct Numbering {
    GroupTable *table;
    int64_t *order; // number -> group
    int64_t *rank;  // group -> number
    int64_t count;
} Numbering;

static void numbering_open(Numbering *numbering, Type type)
{
    Phys phys = type_phys(type);
    *numbering = (Numbering){.table = group_table_create(&phys, 1)};
}

static void numbering_close(Numbering *numbering)
{
    group_table_destroy(numbering->table);
    free(numbering->order);
    free(numbering->rank);
}

// The groups of one column of the rows made; to be turned into numbers when all are in.
static int64_t *numbering_add(Numbering *numbering, const RowMaker *maker, uint32_t column)
{
    Vector values = {.phys = type_phys(maker->columns[column].type), .count = maker->clean.count};
    values.data = maker->clean.data[column];
    int64_t *groups = base_alloc(MAX_OF((size_t)values.count, 1) * sizeof *groups);
    group_assign(numbering->table, &values, values.count, groups);
    return groups;
}

static void numbering_sort(Numbering *numbering, const Dict *dict, Type type)
{
    numbering->count = group_count(numbering->table);
    size_t size = MAX_OF((size_t)numbering->count, 1) * sizeof(int64_t);
    numbering->order = base_alloc(size);
    numbering->rank = base_alloc(size);
    group_order(numbering->table, dict, &type, numbering->order);
    for (int64_t i = 0; i < numbering->count; i++)
        numbering->rank[numbering->order[i]] = i;
}

// Takes the groups; the numbers are freed by the caller.
static uint32_t *numbering_take(const Numbering *numbering, int64_t *taken_groups, int64_t count)
{
    uint32_t *numbers = base_alloc(MAX_OF((size_t)count, 1) * sizeof *numbers);
    for (int64_t i = 0; i < count; i++)
        numbers[i] = (uint32_t)numbering->rank[taken_groups[i]];
    free(taken_groups);
    return numbers;
}

// The values by number.
static Vector numbering_values(const Numbering *numbering, Arena *arena)
{
    Vector by_group, values;
    group_keys(numbering->table, 0, &by_group);
    vector_take(&by_group, numbering->order, numbering->count, arena, &values);
    return values;
}

// ---------------------------------------------------------------- the graph

typedef struct Graph {
    Numbering nodes;               // of the column that steps change
    Numbering own_others, *others; // of the column that they copy; pairs of one type share numbers
    uint32_t *start_node, *start_other; // per row of the branches that do not use the relation
    int64_t start_count;
    Adjacency edges;
} Graph;

static bool same_values(Type a, Type b)
{
    return a.kind == b.kind && a.scale == b.scale && a.unit == b.unit && a.nominal == b.nominal &&
           a.element == b.element;
}

static void graph_open(Question *question, Graph *graph)
{
    RowMaker *starts = &question->member->maker;
    Type node_type = starts->columns[question->node].type;
    Type other_type = starts->columns[question->copied].type;
    const Dict *dict = starts->shared->dict;
    bool twice = question->form == FORM_TWICE;
    const RowMaker *steps = twice ? starts : &question->steps;
    int64_t step_count = steps->clean.count;
    bool shared = question->form != FORM_LABEL && same_values(node_type, other_type);
    *graph = (Graph){.start_count = starts->clean.count};
    graph->others = shared ? &graph->nodes : &graph->own_others;
    numbering_open(&graph->nodes, node_type);
    if (!shared)
        numbering_open(&graph->own_others, other_type);
    int64_t *start_node = numbering_add(&graph->nodes, starts, question->node);
    int64_t *from = numbering_add(&graph->nodes, steps, 0);
    int64_t *to = numbering_add(&graph->nodes, steps, 1);
    int64_t *start_other = numbering_add(graph->others, starts, question->copied);
    numbering_sort(&graph->nodes, dict, node_type);
    if (!shared)
        numbering_sort(&graph->own_others, dict, other_type);
    graph->start_node = numbering_take(&graph->nodes, start_node, graph->start_count);
    graph->start_other = numbering_take(graph->others, start_other, graph->start_count);
    uint32_t *from_numbers = numbering_take(&graph->nodes, from, step_count);
    uint32_t *to_numbers = numbering_take(&graph->nodes, to, step_count);
    bool backward =
        question->form == FORM_BACKWARD; // a node has what the nodes have that it was made from
    adjacency_open(&graph->edges, graph->nodes.count, backward ? to_numbers : from_numbers,
                   backward ? from_numbers : to_numbers, step_count);
    free(from_numbers);
    free(to_numbers);
}

// Leaves out the starts that nobody asks for; an asked column that is copied is that of the others.
static void keep_starts(const Question *question, Graph *graph)
{
    const Starts *starts = question->fix->starts;
    Vector values = numbering_values(graph->others, question->fix->arena);
    uint8_t *wanted = base_alloc(MAX_OF((size_t)graph->others->count, 1));
    int64_t kept = 0;
    ASSERT(starts->column == question->copied);
    starts_mark(starts, &values, graph->others->count, wanted);
    for (int64_t i = 0; i < graph->start_count; i++) {
        if (!wanted[graph->start_other[i]])
            continue;
        graph->start_node[kept] = graph->start_node[i];
        graph->start_other[kept++] = graph->start_other[i];
    }
    graph->start_count = kept;
    free(wanted);
}

static void graph_close(Graph *graph)
{
    numbering_close(&graph->nodes);
    if (graph->others != &graph->nodes)
        numbering_close(&graph->own_others);
    free(graph->start_node);
    free(graph->start_other);
    adjacency_close(&graph->edges);
}

static Rowset *open_rowset(const Question *question)
{
    const Relation *relation = question->member->relation;
    Rowset *rowset = rowset_create(relation->name, relation->column_count);
    rowset->is_relation = true;
    for (uint32_t c = 0; c < relation->column_count; c++)
        column_init(&rowset->columns[c], relation->columns[c].name, relation->columns[c].type);
    return rowset;
}

// ---------------------------------------------------------------- pairs

typedef struct Pairing {
    Question *question;
    Rowset *rowset;
    Vector sources, targets; // values by number
} Pairing;

static Status take_targets(void *closure, uint32_t source, const int64_t *targets, int64_t count)
{
    Pairing *pairing = closure;
    Rowset *rowset = pairing->rowset;
    TRY(run_poll(pairing->question->fix->shared));
    TRY(fix_row_limit(pairing->question->fix, pairing->question->member,
                      rowset->row_count + count));
    column_append_repeated(&rowset->columns[0], &pairing->sources, source, count);
    column_append_known(&rowset->columns[1], &pairing->targets, targets, 0, count);
    rowset->row_count += count;
    rowset->total_count += count;
    return STATUS_OK;
}

static Status answer_pairs(Question *question, const Graph *graph)
{
    Arena *arena = question->fix->arena;
    bool backward = question->form == FORM_BACKWARD;
    const Numbering *sources = backward ? &graph->nodes : graph->others;
    const Numbering *targets = backward ? graph->others : &graph->nodes;
    Adjacency starts; // forward: nodes by start; backward: targets by node
    if (backward)
        adjacency_open(&starts, graph->nodes.count, graph->start_node, graph->start_other,
                       graph->start_count);
    else
        adjacency_open(&starts, graph->others->count, graph->start_other, graph->start_node,
                       graph->start_count);
    Reach reach = {.source_count = sources->count,
                   .target_count = targets->count,
                   .starts = backward ? NULL : &starts,
                   .edges = &graph->edges,
                   .bits_max = REACH_BITS_MAX,
                   .targets = backward ? &starts : NULL};
    Pairing pairing = {question, open_rowset(question), numbering_values(sources, arena),
                       numbering_values(targets, arena)};
    Status status = graph_reach(&reach, take_targets, &pairing);
    adjacency_close(&starts);
    question->member->result = pairing.rowset;
    return status;
}

// ---------------------------------------------------------------- labels

static void answer_labels(Question *question, const Graph *graph)
{
    const Relation *relation = question->member->relation;
    Arena *arena = question->fix->arena;
    int64_t count = graph->nodes.count, kept = 0;
    uint32_t label_count = (uint32_t)graph->others->count;
    uint32_t *labels = base_alloc(MAX_OF((size_t)count, 1) * sizeof *labels);
    memset(labels, 0xff, MAX_OF((size_t)count, 1) * sizeof *labels);
    for (int64_t i = 0; i < graph->start_count; i++) {
        uint32_t *label = &labels[graph->start_node[i]], own = graph->start_other[i];
        *label = MIN_OF(*label, relation->keep_least ? own : label_count - 1 - own);
    }
    graph_least_labels(&graph->edges, labels, label_count);
    int64_t *nodes = base_alloc(MAX_OF((size_t)count, 1) * sizeof *nodes);
    int64_t *others = base_alloc(MAX_OF((size_t)count, 1) * sizeof *others);
    for (int64_t n = 0; n < count; n++) {
        if (labels[n] == UINT32_MAX)
            continue;
        nodes[kept] = n;
        others[kept++] = relation->keep_least ? labels[n] : label_count - 1 - labels[n];
    }
    Rowset *rowset = open_rowset(question);
    Vector node_values = numbering_values(&graph->nodes, arena);
    Vector other_values = numbering_values(graph->others, arena);
    column_append_known(&rowset->columns[question->node], &node_values, nodes, 0, kept);
    column_append_known(&rowset->columns[question->copied], &other_values, others, 0, kept);
    rowset->row_count = rowset->total_count = kept;
    free(labels);
    free(nodes);
    free(others);
    question->member->result = rowset;
}

// ---------------------------------------------------------------- the question

static bool all_clean(const Question *question)
{
    return question->member->maker.rows.count == 0 && question->steps.rows.count == 0;
}

static Status answer(Question *question)
{
    Graph graph;
    graph_open(question, &graph);
    if (question->fix->starts != NULL)
        keep_starts(question, &graph);
    Status status = STATUS_OK;
    if (question->form == FORM_LABEL)
        answer_labels(question, &graph);
    else
        status = answer_pairs(question, &graph);
    graph_close(&graph);
    if (status != STATUS_OK) {
        rowset_destroy(question->member->result);
        question->member->result = NULL;
    }
    return status;
}

// Whether every row of the other variable can be found by its link: then none is loose, and there are no gap lines.
static bool links_are_known(const Question *question, const Body *body)
{
    Follow step;
    (void)read_step(question->fix, body, &step);
    RowSource source = body->slots[step.other].source;
    if (fix_member(question->fix, source) != NULL)
        return true;
    const Rowset *rowset = run_rowset(question->fix->shared, source);
    bool known = rowset->classes == NULL;
    for (uint32_t i = 0; i < step.other_side->count && known; i++)
        known = step.other_side->steps[i].op != STEP_COLUMN ||
                rowset->columns[step.other_side->steps[i].index].unknown.count == 0;
    return known;
}

static bool may_ask(Question *question)
{
    find_form(question);
    const Relation *relation = question->member->relation;
    bool may = question->form != FORM_NONE;
    for (uint32_t b = 0; b < relation->branch_count && may; b++)
        may = !fix_uses_ring(question->fix, &relation->branches[b]) ||
              links_are_known(question, &relation->branches[b]);
    return may;
}

Status fix_solve_graph(Fix *fix, bool *solved)
{
    Question question = {.fix = fix, .member = &fix->relations[0]};
    *solved = false;
    if (fix->shared->observer != NULL || !may_ask(&question) ||
        (fix->starts != NULL && fix->starts->column != question.copied))
        return STATUS_OK;
    const ColumnDecl *node = &question.member->relation->columns[question.node];
    ColumnDecl columns[2] = {*node, *node};
    row_maker_init(&question.steps, fix->shared, columns, 2, question.member->relation->name);
    fix->starts_later = true; // the steps may be made of them
    Status status = find_starts(&question);
    fix->starts_later = false;
    if (status == STATUS_OK && all_clean(&question))
        status = find_steps(&question);
    if (status == STATUS_OK && all_clean(&question)) {
        *solved = true;
        status = answer(&question);
    }
    row_maker_deinit(&question.steps);
    return status;
}

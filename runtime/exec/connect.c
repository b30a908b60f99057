// SPDX-License-Identifier: Apache-2.0
//
// connect.c: values to nodes, groups to rows, and bindings to their groups.
//
// Values are numbered as they are met; what is made of the numbers does not depend on that order, and rows are sorted by
// the value that names their group. Where exceptions stand above, groups are found once per reading; a group that is the
// same in both is one row.

#include "runtime/base/sort.h"
#include "runtime/exec/block.h"
#include "runtime/exec/connect_int.h"
#include "runtime/exec/produce.h"

struct ConnectRun {
    const Operator *op;
    uint32_t index; // of the operator
    Members members;
};

ConnectRun *connect_open(BodyRun *run, uint32_t operator)
{
    ConnectRun *connect = ARENA_NEW(run->arena, ConnectRun);
    connect->op = &run->body->operators[operator];
    connect->index = operator;
    members_init(&connect->members, run);
    run->produced[connect->op->slot] = produced_table(run, connect->op->slot);
    return connect;
}

void connect_close(ConnectRun *connect)
{
    if (connect != NULL)
        members_deinit(&connect->members);
}

Status connect_keep(BodyRun *run, ConnectRun *connect, const Bindings *batch)
{
    return members_append(&connect->members, run, batch);
}

uint64_t connect_reads(const ConnectRun *connect)
{
    uint64_t slots = 0;
    for (uint32_t slot = 0; slot < connect->members.run->body->slot_count; slot++)
        if (connect->members.all.rows[slot] != NULL)
            slots |= (uint64_t)1 << slot;
    return slots;
}

// ---------------------------------------------------------------- nodes

// The values behind the node numbers: those of the second kind follow those of the first.
typedef struct Nodes {
    BodyRun *run;
    const Operator *op;
    Arena *arena;
    GroupTable *tables[2]; // [1] NULL: both ends are of one kind
    uint32_t *ends[2];
    CauseId *stray;
    uint32_t first_count; // nodes that may name a group
} Nodes;

static void nodes_open(Nodes *nodes, BodyRun *run, const ConnectRun *connect)
{
    *nodes = (Nodes){.run = run, .op = connect->op, .arena = arena_create(NULL, 0)};
    int tables = connect->op->one_kind ? 1 : 2;
    for (int t = 0; t < tables; t++) {
        Phys phys = type_phys(connect->op->group.keys[t].value.type);
        nodes->tables[t] = group_table_create(&phys, 1);
    }
    for (int e = 0; e < 2; e++)
        nodes->ends[e] = ARENA_ARRAY(nodes->arena, uint32_t, connect->members.all.count);
}

static void nodes_close(Nodes *nodes)
{
    group_table_destroy(nodes->tables[0]);
    group_table_destroy(nodes->tables[1]);
    arena_destroy(nodes->arena);
}

static void number_values(Nodes *nodes, int end, const Vector *values, int64_t first, int64_t count,
                          int64_t total)
{
    int64_t *numbers = ARENA_ARRAY(nodes->run->scratch, int64_t, count);
    group_assign(nodes->tables[end] == NULL ? nodes->tables[0] : nodes->tables[end], values, count,
                 numbers);
    for (int64_t i = 0; i < count; i++) {
        nodes->ends[end][first + i] = numbers[i] == GROUP_NONE ? NODE_NONE : (uint32_t)numbers[i];
        if (numbers[i] != GROUP_NONE)
            continue;
        if (nodes->stray == NULL)
            nodes->stray = ARENA_ARRAY(nodes->arena, CauseId, total);
        if (nodes->stray[first + i] == 0)
            nodes->stray[first + i] = values->cause[i];
    }
}

static Status number_members(Nodes *nodes, const Members *members)
{
    BodyRun *run = nodes->run;
    for (int64_t first = 0; first < members->all.count; first += BLOCK_ROWS) {
        int64_t count = MIN_OF(BLOCK_ROWS, members->all.count - first);
        ArenaMark mark = arena_mark(run->scratch);
        Bindings view;
        members_view(members, first, count, run->scratch, &view);
        for (int end = 0; end < 2; end++) {
            const Expr *expr = &nodes->op->group.keys[end].value;
            EvalContext context = bindings_context(run, &view, run->scratch);
            Vector values;
            if (expr_reads_aggregate(expr))
                attached_aggregates(run, &view, expr, CLASS_SHADOW, &context);
            eval_expr(&context, expr, &values);
            vector_expand(&values, count, run->scratch);
            number_values(nodes, end, &values, first, count, members->all.count);
        }
        arena_rewind(run->scratch, mark);
        TRY(run_poll(run->shared));
    }
    return STATUS_OK;
}

// Of two kinds the second is numbered behind the first. False: more than nodes can be numbered.
static bool number_kinds(Nodes *nodes, int64_t members, uint32_t *node_count)
{
    int64_t first = group_count(nodes->tables[0]),
            second = nodes->tables[1] == NULL ? 0 : group_count(nodes->tables[1]);
    if (first + second >= NODE_NONE)
        return false;
    nodes->first_count = (uint32_t)first;
    *node_count = (uint32_t)(first + second);
    for (int64_t i = 0; nodes->tables[1] != NULL && i < members; i++)
        if (nodes->ends[1][i] != NODE_NONE)
            nodes->ends[1][i] += nodes->first_count;
    return true;
}

// ---------------------------------------------------------------- identities

typedef struct NodeValues {
    const Dict *dict;
    Vector keys;
    Type type;
} NodeValues;

static NodeValues node_values(const Nodes *nodes)
{
    NodeValues values = {.dict = nodes->run->shared->dict,
                         .type = nodes->op->group.keys[0].value.type};
    group_keys(nodes->tables[0], 0, &values.keys);
    return values;
}

static int compare_nodes(const NodeValues *values, uint32_t a, uint32_t b)
{
    Value x = vector_value(&values->keys, values->type, a),
          y = vector_value(&values->keys, values->type, b);
    return a == b ? 0 : value_compare(values->dict, &x, &y);
}

static void find_identities(const Nodes *nodes, const NodeValues *values, NodeGroups *groups)
{
    for (int64_t g = 0; g < groups->count; g++)
        groups->groups[g].least = NODE_NONE;
    for (uint32_t node = 0; node < nodes->first_count; node++) {
        int64_t number = node_group(groups, node);
        if (number < 0)
            continue;
        uint32_t *least = &groups->groups[number].least;
        if (*least == NODE_NONE || compare_nodes(values, node, *least) < 0)
            *least = node;
    }
}

// ---------------------------------------------------------------- rows

// What uncertain edges could make of a group's size; with the guard, edges that could be anywhere too.
static Value group_size(const NodeGroups *groups, const NodeGroup *group, bool guard)
{
    bool open = guard && groups->lost;
    Value size = {.type = type_of(TYPE_INTEGER), .state = VALUE_KNOWN, .i64 = group->low};
    if (!open && group->low == group->high)
        return size;
    return (Value){.type = size.type,
                   .state = VALUE_ISSUE,
                   .cause = group->why != 0 ? group->why : groups->lost_cause,
                   .bounded = true,
                   .lo = group->low,
                   .hi = open ? BOUND_HIGH : group->high};
}

typedef struct RowOrder {
    const NodeValues *values;
} RowOrder;

typedef struct ReadingGroup {
    const NodeGroups *groups;
    NodeGroup *group;
    int64_t ordinal; // b before a
} ReadingGroup;

static int compare_groups(const void *context, const void *a, const void *b)
{
    const RowOrder *order = context;
    const ReadingGroup *x = a, *y = b;
    int by_value = compare_nodes(order->values, x->group->least, y->group->least);
    return by_value != 0 ? by_value : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static bool same_size(const Value *a, const Value *b)
{
    return value_same(a, b) && a->cause == b->cause && a->lo == b->lo && a->hi == b->hi;
}

static bool same_row(const ReadingGroup *a, const ReadingGroup *b)
{
    if (a->group->least != b->group->least)
        return false;
    for (int guard = 0; guard < 2; guard++) {
        Value x = group_size(a->groups, a->group, guard != 0),
              y = group_size(b->groups, b->group, guard != 0);
        if (!same_size(&x, &y))
            return false;
    }
    return true;
}

static int64_t write_group(const Nodes *nodes, const NodeValues *values, const ReadingGroup *of,
                           bool guarded)
{
    Produced *produced = nodes->run->produced[nodes->op->slot];
    Rowset *tables[3] = {produced_write(produced), NULL, NULL}; // n, t and m
    if (guarded)
        produced_write_readings(nodes->run, produced, nodes->op->slot, &tables[2], &tables[1]);
    Value identity = vector_value(&values->keys, values->type, of->group->least);
    for (int t = 0; t < (guarded ? 3 : 1); t++) {
        Value size = group_size(of->groups, of->group, t < 2);
        column_append(&tables[t]->columns[CONNECT_IDENTITY], &identity);
        column_append(&tables[t]->columns[CONNECT_SIZE], &size);
        tables[t]->row_count++;
    }
    return tables[0]->row_count - 1;
}

// Rows by identity. readings[1] NULL: there is one. Returns how many.
static int64_t write_groups(const Nodes *nodes, NodeGroups *const readings[2])
{
    NodeValues values = node_values(nodes);
    int64_t count = 0;
    for (int r = 0; r < 2 && readings[r] != NULL; r++) {
        find_identities(nodes, &values, readings[r]);
        count += readings[r]->count;
    }
    ReadingGroup *order = ARENA_ARRAY(nodes->arena, ReadingGroup, count);
    bool guarded = readings[0]->lost || (readings[1] != NULL && readings[1]->lost);
    count = 0;
    for (int r = 0; r < 2 && readings[r] != NULL; r++)
        for (int64_t g = 0; g < readings[r]->count; g++, count++)
            order[count] = (ReadingGroup){readings[r], &readings[r]->groups[g], count};
    RowOrder context = {&values};
    sort_stable(order, (size_t)count, sizeof *order, compare_groups, &context);
    int64_t rows = 0;
    for (int64_t i = 0; i < count; i++) {
        bool same = i > 0 && same_row(&order[i - 1], &order[i]);
        order[i].group->row =
            same ? order[i - 1].group->row : write_group(nodes, &values, &order[i], guarded);
        rows = order[i].group->row + 1;
    }
    return rows;
}

// ---------------------------------------------------------------- members to rows

// The groups of one member, as rows: at most two.
static int member_rows(const NodeGroups *groups, int64_t member, int64_t rows[2])
{
    const Edges *edges = groups->edges;
    uint8_t row_class = groups->row_class[member];
    if (row_class == EDGE_GONE)
        return 0;
    if (edges->stray != NULL && edges->stray[member] != 0) {
        rows[0] = row_unknown_one(edges->stray[member]);
        return edges->members->run->body->is_query ? 0 : 1;
    }
    int count = 1;
    if (row_class == CLASS_CERTAIN)
        rows[0] = node_group(groups, edges->from[member]);
    else
        count = node_groups_touched(groups, member, rows);
    if (row_class == CLASS_SHADOW && count != 1) {
        rows[0] = row_unknown_one(node_groups_cause(groups, member));
        return 1;
    }
    if (row_class == CLASS_POSSIBLE && count == 0) {
        rows[0] = node_group(groups, edges->from[member]);
        count = 1;
    }
    for (int k = 0; k < count; k++)
        rows[k] = groups->groups[rows[k]].row;
    return count;
}

static int compare_strangers(const void *context, const void *a, const void *b)
{
    const Stranger *x = a, *y = b;
    (void)context;
    return (x->row > y->row) - (x->row < y->row);
}

static BunchReading reading_of(NodeGroups *groups, Arena *arena)
{
    int64_t total = groups->edges->members->all.count, count = 0;
    int64_t *starts = ARENA_ARRAY(arena, int64_t, total + 1), at[2];
    for (int64_t i = 0; i < total; i++) {
        starts[i] = count;
        count += member_rows(groups, i, at);
    }
    starts[total] = count;
    int64_t *rows = ARENA_ARRAY(arena, int64_t, count);
    for (int64_t i = 0; i < total; i++) {
        int some = member_rows(groups, i, at);
        for (int k = 0; k < some; k++)
            rows[starts[i] + k] = at[k];
    }
    for (size_t s = 0; s < groups->strangers.count; s++)
        groups->strangers.items[s].row = groups->groups[groups->strangers.items[s].row].row;
    sort_stable(groups->strangers.items, groups->strangers.count, sizeof(Stranger),
                compare_strangers, NULL);
    return (BunchReading){.starts = starts,
                          .rows = rows,
                          .strangers = groups->strangers.items,
                          .stranger_count = (int64_t)groups->strangers.count};
}

// A query leaves out edges of which an end is unknown.
static void count_left_out(const ConnectRun *connect, const Edges *edges)
{
    BodyRun *run = edges->members->run;
    if (!run->body->is_query || edges->stray == NULL)
        return;
    for (int64_t i = 0; i < edges->members->all.count; i++)
        if (edges->stray[i] != 0)
            body_count(run, connect->op->place, edges->stray[i], 1);
}

static Status give(BodyRun *run, const ConnectRun *connect, const Nodes *nodes, const Edges *edges)
{
    bool differ = bunch_readings_differ(run);
    NodeGroups groups[2] = {{.count = 0}};
    Status status = node_groups_open(run, edges, false, &groups[0]);
    if (status == STATUS_OK && differ)
        status = node_groups_open(run, edges, true, &groups[1]);
    if (status == STATUS_OK) {
        NodeGroups *const readings[2] = {&groups[0], differ ? &groups[1] : NULL};
        int64_t row_count = write_groups(nodes, readings);
        BunchReading b = reading_of(&groups[0], nodes->arena), a = {0};
        if (differ)
            a = reading_of(&groups[1], nodes->arena);
        BunchOutput out = {.run = run,
                           .index = connect->index,
                           .members = &connect->members,
                           .stray = edges->stray,
                           .b = &b,
                           .a = differ ? &a : NULL,
                           .row_count = row_count};
        status = bunch_give(&out);
    }
    node_groups_close(&groups[0]);
    node_groups_close(&groups[1]);
    return status;
}

Status connect_finish(BodyRun *run, ConnectRun *connect)
{
    Nodes nodes;
    Edges edges = {.members = &connect->members};
    nodes_open(&nodes, run, connect);
    Status status = number_members(&nodes, &connect->members);
    if (status == STATUS_OK && !number_kinds(&nodes, connect->members.all.count, &edges.node_count))
        status = error_set(run->shared->error, STATUS_LIMIT,
                           "“" STR_FMT "”连通的值超过 42 亿个：请先缩小前面的范围",
                           "`" STR_FMT "` connects more than 4 billion values: narrow what stands "
                           "before it",
                           STR_ARG(connect->op->text));
    edges.from = nodes.ends[0];
    edges.to = nodes.ends[1];
    edges.stray = nodes.stray;
    if (status == STATUS_OK) {
        count_left_out(connect, &edges);
        status = give(run, connect, &nodes, &edges);
    }
    nodes_close(&nodes);
    return status;
}

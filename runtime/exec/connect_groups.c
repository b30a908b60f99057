// SPDX-License-Identifier: Apache-2.0
//
// connect_groups.c: connected groups by union-find, once over certain edges and once over uncertain ones too.
//
// The narrow union holds certain edges, and beside them possible edges that touch none of those: they make groups of
// their own. The wide union adds all other possible edges; it is made only where there are some, so clean data pays for
// one union and nothing else.

#include "runtime/exec/connect_int.h"

static uint32_t find(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

// Trees point to the lower number, which keeps them flat enough together with the halving of paths.
static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    uint32_t x = find(parent, a), y = find(parent, b);
    if (x < y)
        parent[y] = x;
    else
        parent[x] = y;
}

// ---------------------------------------------------------------- edges

CauseId node_groups_cause(const NodeGroups *groups, int64_t member)
{
    BodyRun *run = groups->edges->members->run;
    CauseId cause = 0;
    BindState state = bindings_state(run, &groups->edges->members->all, member);
    (void)bind_lowest(run, &state, groups->reading_a, &cause);
    return cause != 0 ? cause : cause_intern(run->shared->causes, REASON_UNKNOWN_ROW, STR(""));
}

static void keep_least(const NodeGroups *groups, CauseId *least, CauseId cause)
{
    const CauseTable *causes = groups->edges->members->run->shared->causes;
    if (*least == 0 || cause_order(causes, cause, *least) < 0)
        *least = cause;
}

// The class of each edge, and whether those that could be anywhere matter.
static void class_edges(NodeGroups *groups)
{
    const Edges *edges = groups->edges;
    const Members *members = edges->members;
    int64_t total = members->all.count, lost = 0;
    groups->row_class = ARENA_ARRAY(groups->arena, uint8_t, members->all.count);
    if (members->all.state == NULL && edges->stray == NULL)
        return;
    for (int64_t i = 0; i < members->all.count; i++) {
        BindState state = bindings_state(members->run, &members->all, i);
        CauseId stray = edges->stray == NULL ? 0 : edges->stray[i];
        bool gone = groups->reading_a ? state.a_gone : state.b_gone;
        RowClass row_class = groups->reading_a ? bind_class_a(&state) : bind_class(&state);
        groups->row_class[i] = gone ? EDGE_GONE : (uint8_t)row_class;
        total -= gone;
        if (gone || (stray == 0 && row_class != CLASS_SHADOW))
            continue;
        lost++;
        keep_least(groups, &groups->lost_cause, stray != 0 ? stray : node_groups_cause(groups, i));
    }
    int128_t allowed = (int128_t)members->run->shared->options->tolerance_count * total;
    groups->lost = !members->run->body->is_query && (int128_t)lost * 1000000000 > allowed;
}

// An edge of the class whose ends are both known.
static bool is_edge(const NodeGroups *groups, int64_t member, RowClass row_class)
{
    return groups->row_class[member] == row_class && groups->edges->from[member] != NODE_NONE &&
           groups->edges->to[member] != NODE_NONE;
}

// ---------------------------------------------------------------- the narrow union

// What a node is in.
enum { NODE_FREE, NODE_CERTAIN, NODE_POSSIBLE };

static void join_edge(const NodeGroups *groups, uint32_t *parent, uint8_t *node_class,
                      int64_t member, uint8_t as)
{
    uint32_t a = groups->edges->from[member], b = groups->edges->to[member];
    join(parent, a, b);
    node_class[a] = node_class[b] = as;
}

// Returns whether some possible edge touches a certain one.
static bool join_narrow(NodeGroups *groups, uint8_t *node_class)
{
    const Edges *edges = groups->edges;
    bool touches = false;
    for (int64_t i = 0; i < edges->members->all.count; i++)
        if (is_edge(groups, i, CLASS_CERTAIN))
            join_edge(groups, groups->parent, node_class, i, NODE_CERTAIN);
    for (int64_t i = 0; edges->members->all.state != NULL && i < edges->members->all.count; i++) {
        if (!is_edge(groups, i, CLASS_POSSIBLE))
            continue;
        if (node_class[edges->from[i]] == NODE_CERTAIN || node_class[edges->to[i]] == NODE_CERTAIN)
            touches = true;
        else
            join_edge(groups, groups->parent, node_class, i, NODE_POSSIBLE);
    }
    return touches;
}

static void list_groups(NodeGroups *groups, const uint8_t *node_class)
{
    uint32_t node_count = groups->edges->node_count;
    groups->group_of = ARENA_ARRAY(groups->arena, int64_t, node_count);
    int64_t count = 0;
    for (uint32_t node = 0; node < node_count; node++) {
        bool root = node_class[node] != NODE_FREE && find(groups->parent, node) == node;
        groups->group_of[node] = root ? count : -1;
        count += root;
    }
    groups->count = count;
    groups->groups = ARENA_ARRAY(groups->arena, NodeGroup, count);
    for (uint32_t node = 0; node < node_count; node++) {
        int64_t number = node_group(groups, node);
        if (number < 0)
            continue;
        NodeGroup *group = &groups->groups[number];
        group->root = groups->parent[node];
        group->possible = node_class[node] == NODE_POSSIBLE;
        group->low++;
        group->high++;
    }
}

// ---------------------------------------------------------------- the wide union

// What one group of the wide union holds.
typedef struct Wide {
    int64_t nodes, edges;
    CauseId why; // the least cause of its possible edges; 0: it has none
} Wide;

static Wide *wide_groups(const NodeGroups *groups, uint32_t *parent, Arena *arena)
{
    const Edges *edges = groups->edges;
    Wide *wide = ARENA_ARRAY(arena, Wide, edges->node_count);
    uint8_t *met = ARENA_ARRAY(arena, uint8_t, edges->node_count);
    for (int64_t i = 0; i < edges->members->all.count; i++) {
        bool possible = is_edge(groups, i, CLASS_POSSIBLE);
        if (!possible && !is_edge(groups, i, CLASS_CERTAIN))
            continue;
        Wide *group = &wide[find(parent, edges->from[i])];
        uint32_t ends[2] = {edges->from[i], edges->to[i]};
        for (int e = 0; e < 2; e++) {
            group->nodes += !met[ends[e]];
            met[ends[e]] = 1;
        }
        group->edges++;
        if (possible)
            keep_least(groups, &group->why, node_groups_cause(groups, i));
    }
    return wide;
}

// A group with what it could be, and the one further member that stands for what would come with it.
static void widen(NodeGroups *groups, Arena *arena)
{
    const Edges *edges = groups->edges;
    uint32_t *parent = ARENA_ARRAY(arena, uint32_t, edges->node_count);
    memcpy(parent, groups->parent, edges->node_count * sizeof *parent);
    for (int64_t i = 0; i < edges->members->all.count; i++) {
        int64_t touched[2];
        int count = 0;
        if (is_edge(groups, i, CLASS_CERTAIN)) {
            groups->groups[node_group(groups, edges->from[i])].edges++;
        } else if (is_edge(groups, i, CLASS_POSSIBLE)) {
            join(parent, edges->from[i], edges->to[i]);
            count = node_groups_touched(groups, i, touched);
        }
        for (int t = 0; t < count; t++)
            groups->groups[touched[t]].edges++;
    }
    const Wide *wide = wide_groups(groups, parent, arena);
    for (int64_t g = 0; g < groups->count; g++) {
        NodeGroup *group = &groups->groups[g];
        const Wide *around = &wide[find(parent, group->root)];
        if (group->possible || around->why == 0)
            continue;
        group->high = around->nodes;
        group->why = around->why;
        if (group->edges < around->edges)
            vec_push(&groups->strangers, (Stranger){g, around->why});
    }
}

// Groups of possible edges alone are as unsure as those.
static void blame_possible(NodeGroups *groups)
{
    const Edges *edges = groups->edges;
    for (int64_t i = 0; i < edges->members->all.count; i++) {
        if (!is_edge(groups, i, CLASS_POSSIBLE))
            continue;
        int64_t number = node_group(groups, edges->from[i]);
        if (number >= 0 && groups->groups[number].possible)
            keep_least(groups, &groups->groups[number].why, node_groups_cause(groups, i));
    }
}

// ---------------------------------------------------------------- public

int64_t node_group(const NodeGroups *groups, uint32_t node)
{
    uint32_t root = find(groups->parent, node);
    return groups->group_of[root];
}

int node_groups_touched(const NodeGroups *groups, int64_t member, int64_t touched[2])
{
    uint32_t ends[2] = {groups->edges->from[member], groups->edges->to[member]};
    int count = 0;
    for (int e = 0; e < 2; e++) {
        int64_t number = node_group(groups, ends[e]);
        if (number >= 0 && !groups->groups[number].possible && (count == 0 || touched[0] != number))
            touched[count++] = number;
    }
    return count;
}

Status node_groups_open(BodyRun *run, const Edges *edges, bool reading_a, NodeGroups *groups)
{
    *groups = (NodeGroups){.edges = edges, .reading_a = reading_a, .arena = arena_create(NULL, 0)};
    uint8_t *node_class = ARENA_ARRAY(groups->arena, uint8_t, edges->node_count);
    groups->parent = ARENA_ARRAY(groups->arena, uint32_t, edges->node_count);
    for (uint32_t node = 0; node < edges->node_count; node++)
        groups->parent[node] = node;
    class_edges(groups);
    bool touches = join_narrow(groups, node_class);
    TRY(run_poll(run->shared));
    list_groups(groups, node_class);
    if (edges->members->all.state != NULL)
        blame_possible(groups);
    if (touches)
        widen(groups, groups->arena);
    return run_poll(run->shared);
}

void node_groups_close(NodeGroups *groups)
{
    if (groups->arena == NULL)
        return;
    vec_free(&groups->strangers);
    arena_destroy(groups->arena);
    *groups = (NodeGroups){0};
}

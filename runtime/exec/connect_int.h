// SPDX-License-Identifier: Apache-2.0
//
// connect_int.h: edges between numbered nodes, and the groups that one reading makes of them; shared by connect.c (values
// to nodes, groups to rows) and connect_groups.c (nodes to groups).

#ifndef SUP_RUNTIME_EXEC_CONNECT_INT_H
#define SUP_RUNTIME_EXEC_CONNECT_INT_H

#include "runtime/exec/bunch.h"
#include "runtime/exec/connect.h"

#define NODE_NONE UINT32_MAX

// By member: its two nodes, NODE_NONE where the value is unknown.
typedef struct Edges {
    const Members *members;
    const uint32_t *from, *to;
    const CauseId *stray; // by member: the cause of its first unknown end; NULL: all are known
    uint32_t node_count;
} Edges;

typedef struct NodeGroup {
    uint32_t root;
    bool possible;  // of possible edges alone
    uint32_t least; // node that gives the identity
    int64_t low,
        high;      // distinct nodes: of its own edges, and with all that uncertain edges could join
    CauseId why;   // of high > low
    int64_t row;   // of the slot's table, set by connect.c
    int64_t edges; // that belong to it or touch it
} NodeGroup;

// The groups of one reading.
typedef struct NodeGroups {
    const Edges *edges;
    bool reading_a;
    Arena *arena;
    uint8_t *row_class; // by member: CLASS_*, or EDGE_GONE
    uint32_t *parent; // of the union of certain edges, and of possible ones that touch none of them
    int64_t *group_of; // by root; -1
    NodeGroup *groups;
    int64_t count;
    bool lost;               // edges that could be anywhere are more than tolerated
    CauseId lost_cause;      // the least of theirs
    VEC(Stranger) strangers; // `row` is a group's number
} NodeGroups;

enum { EDGE_GONE = 3 };

// Finds the groups; identities are left to the caller, who knows the values.
Status node_groups_open(BodyRun *run, const Edges *edges, bool reading_a, NodeGroups *groups);
void node_groups_close(NodeGroups *groups);
// The group that a node is in, -1: none.
int64_t node_group(const NodeGroups *groups, uint32_t node);
// The certain groups that an edge touches: none, one or two.
int node_groups_touched(const NodeGroups *groups, int64_t member, int64_t touched[2]);

// The least of the causes that leave an edge in question.
CauseId node_groups_cause(const NodeGroups *groups, int64_t member);

#endif

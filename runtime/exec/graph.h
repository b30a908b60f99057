// SPDX-License-Identifier: Apache-2.0
//
// graph.h: directed graphs of numbered nodes, and what can be reached in them.
//
// A recursion whose rows are pairs of a start and a node, and whose step only follows the edges of one relation, is a
// question to a graph. Here are the answers; recursion_graph.c knows which recursions ask them.
//
// Nodes are numbers below node_count, which is below 2^32. Edges may repeat. Memory: what an `open` makes is on the
// heap until its `close`.

#ifndef SUP_RUNTIME_EXEC_GRAPH_H
#define SUP_RUNTIME_EXEC_GRAPH_H

#include "runtime/base/status.h"
#include "runtime/base/vec.h"

// Lists of numbers by number: those of i are items[starts[i] .. starts[i + 1]).
typedef struct Adjacency {
    int64_t count;
    int64_t *starts;
    uint32_t *items;
} Adjacency;

// Lists `to[k]` under `from[k]`, for pair_count pairs; from[k] < count.
void adjacency_open(Adjacency *lists, int64_t count, const uint32_t *from, const uint32_t *to,
                    int64_t pair_count);
void adjacency_close(Adjacency *lists);

// The strongly connected components of a graph: of[node] is the number of its component, and no edge leads to a
// component with a greater number. Returns how many there are. `of` has room for all nodes.
uint32_t graph_components(const Adjacency *edges, uint32_t *of);

// For each node the least label of all nodes that reach it, itself among them: labels[node] is its own on entry, or
// UINT32_MAX for none. Labels that order as the nodes' true ones do, below label_count.
void graph_least_labels(const Adjacency *edges, uint32_t *labels, uint32_t label_count);

// ---------------------------------------------------------------- all that can be reached

// Nodes that each source begins at, edges, and the targets that a node stands for. NULL: each source begins at the node
// of its own number; each node stands for the target of its own number.
typedef struct Reach {
    int64_t source_count, target_count;
    const Adjacency *starts, *edges, *targets;
    size_t bits_max; // most memory for rows of bits
} Reach;

enum { REACH_BITS_MAX = 1 << 28 };

// Receives what one source reaches: `count` target numbers, ascending, each once. Sources come in ascending order, those
// that reach nothing are left out. Another status than STATUS_OK ends the search.
typedef Status (*ReachSink)(void *closure, uint32_t source, const int64_t *targets, int64_t count);

// Finds for each source all targets of nodes that its starts reach along any number of edges, none included.
Status graph_reach(const Reach *reach, ReachSink sink, void *closure);

#endif

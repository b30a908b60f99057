// SPDX-License-Identifier: Apache-2.0
//
// graph.c: components, least labels, reachability.
//
// Reachability first makes one node of each strongly connected component. Where the components are few enough, each
// gets a row of bits over the targets, or-ed from those of the components behind it; a source then is a few such rows.
// Otherwise each source walks the graph of components by itself, which costs what it finds.

#include "runtime/exec/graph.h"

void adjacency_open(Adjacency *lists, int64_t count, const uint32_t *from, const uint32_t *to,
                    int64_t pair_count)
{
    lists->count = count;
    lists->starts = base_alloc_zeroed((size_t)count + 2, sizeof *lists->starts);
    lists->items = base_alloc(MAX_OF((size_t)pair_count, 1) * sizeof *lists->items);
    int64_t *at = lists->starts + 1; // becomes the ends while the lists are filled
    for (int64_t k = 0; k < pair_count; k++)
        at[from[k] + 1]++;
    for (int64_t i = 1; i <= count; i++)
        at[i] += at[i - 1];
    for (int64_t k = 0; k < pair_count; k++)
        lists->items[at[from[k]]++] = to[k];
}

void adjacency_close(Adjacency *lists)
{
    free(lists->starts);
    free(lists->items);
    *lists = (Adjacency){0};
}

// ---------------------------------------------------------------- components

typedef struct Walk {
    const Adjacency *edges;
    uint32_t *order; // when a node was first met, from 1; 0: not yet
    uint32_t *low;   // the earliest node on the stack that it leads to
    int64_t *next;   // its next edge
    uint32_t *path;  // from the root to the node under way
    uint32_t *stack; // nodes without a component yet
    int64_t path_count, stack_count;
    uint32_t met, components;
    uint32_t *of;
} Walk;

static void walk_enter(Walk *walk, uint32_t node)
{
    walk->order[node] = walk->low[node] = ++walk->met;
    walk->next[node] = walk->edges->starts[node];
    walk->path[walk->path_count++] = node;
    walk->stack[walk->stack_count++] = node;
    walk->of[node] = UINT32_MAX;
}

static void walk_leave(Walk *walk, uint32_t node)
{
    walk->path_count--;
    if (walk->path_count > 0) {
        uint32_t parent = walk->path[walk->path_count - 1];
        walk->low[parent] = MIN_OF(walk->low[parent], walk->low[node]);
    }
    if (walk->low[node] != walk->order[node])
        return;
    uint32_t member;
    do {
        member = walk->stack[--walk->stack_count];
        walk->of[member] = walk->components;
    } while (member != node);
    walk->components++;
}

static void walk_from(Walk *walk, uint32_t root)
{
    walk_enter(walk, root);
    while (walk->path_count > 0) {
        uint32_t node = walk->path[walk->path_count - 1];
        if (walk->next[node] == walk->edges->starts[node + 1]) {
            walk_leave(walk, node);
            continue;
        }
        uint32_t to = walk->edges->items[walk->next[node]++];
        if (walk->order[to] == 0)
            walk_enter(walk, to);
        else if (walk->of[to] == UINT32_MAX)
            walk->low[node] = MIN_OF(walk->low[node], walk->order[to]);
    }
}

uint32_t graph_components(const Adjacency *edges, uint32_t *of)
{
    size_t count = MAX_OF((size_t)edges->count, 1);
    Walk walk = {.edges = edges, .of = of};
    walk.order = base_alloc_zeroed(count, sizeof *walk.order);
    walk.low = base_alloc(count * sizeof *walk.low);
    walk.next = base_alloc(count * sizeof *walk.next);
    walk.path = base_alloc(count * sizeof *walk.path);
    walk.stack = base_alloc(count * sizeof *walk.stack);
    for (int64_t node = 0; node < edges->count; node++)
        if (walk.order[node] == 0)
            walk_from(&walk, (uint32_t)node);
    free(walk.order);
    free(walk.low);
    free(walk.next);
    free(walk.path);
    free(walk.stack);
    return walk.components;
}

// ---------------------------------------------------------------- least labels

// Gives a label to all nodes without a better one that can be reached from `node`.
static void flood(const Adjacency *edges, uint32_t node, uint32_t label, uint32_t *labels,
                  uint8_t *done, uint32_t *stack)
{
    int64_t depth = 0;
    stack[depth++] = node;
    done[node] = 1;
    while (depth > 0) {
        uint32_t at = stack[--depth];
        labels[at] = label;
        for (int64_t e = edges->starts[at]; e < edges->starts[at + 1]; e++) {
            uint32_t to = edges->items[e];
            if (!done[to])
                stack[depth++] = to;
            done[to] = 1;
        }
    }
}

void graph_least_labels(const Adjacency *edges, uint32_t *labels, uint32_t label_count)
{
    size_t count = MAX_OF((size_t)edges->count, 1);
    uint32_t *own = base_alloc(count * sizeof *own), *node = base_alloc(count * sizeof *node);
    int64_t labelled = 0;
    for (int64_t i = 0; i < edges->count; i++) {
        if (labels[i] == UINT32_MAX)
            continue;
        own[labelled] = labels[i];
        node[labelled++] = (uint32_t)i;
    }
    Adjacency by_label;
    adjacency_open(&by_label, label_count, own, node, labelled);
    uint8_t *done = base_alloc_zeroed(count, sizeof *done);
    for (uint32_t label = 0; label < label_count;
         label++) // the best label goes first, and as far as it can
        for (int64_t k = by_label.starts[label]; k < by_label.starts[label + 1]; k++)
            if (!done[by_label.items[k]])
                flood(edges, by_label.items[k], label, labels, done, own);
    adjacency_close(&by_label);
    free(done);
    free(own);
    free(node);
}

// ---------------------------------------------------------------- the graph of components

typedef struct Condensed {
    const Reach *reach;
    uint32_t component_count;
    uint32_t *of;       // component of each node
    Adjacency members;  // nodes of each component
    Adjacency children; // components behind each, with repetitions
} Condensed;

static void condense(const Reach *reach, Condensed *out)
{
    const Adjacency *edges = reach->edges;
    size_t count = MAX_OF((size_t)edges->count, 1),
           edge_count = (size_t)edges->starts[edges->count];
    *out = (Condensed){.reach = reach, .of = base_alloc(count * sizeof *out->of)};
    out->component_count = graph_components(edges, out->of);
    uint32_t *nodes = base_alloc(count * sizeof *nodes);
    for (size_t i = 0; i < count; i++)
        nodes[i] = (uint32_t)i;
    adjacency_open(&out->members, out->component_count, out->of, nodes, edges->count);
    free(nodes);
    uint32_t *from = base_alloc(MAX_OF(edge_count, 1) * sizeof *from);
    uint32_t *to = base_alloc(MAX_OF(edge_count, 1) * sizeof *to);
    int64_t kept = 0;
    for (int64_t node = 0; node < edges->count; node++) {
        for (int64_t e = edges->starts[node]; e < edges->starts[node + 1]; e++) {
            from[kept] = out->of[node];
            to[kept] = out->of[edges->items[e]];
            kept += from[kept] != to[kept];
        }
    }
    adjacency_open(&out->children, out->component_count, from, to, kept);
    free(from);
    free(to);
}

static void condensed_close(Condensed *graph)
{
    adjacency_close(&graph->members);
    adjacency_close(&graph->children);
    free(graph->of);
}

// ---------------------------------------------------------------- rows of bits

static size_t words_of(int64_t bits)
{
    return ((size_t)bits + 63) / 64;
}

static void or_bits(uint64_t *into, const uint64_t *from, size_t words)
{
    for (size_t w = 0; w < words; w++)
        into[w] |= from[w];
}

static void set_bit(uint64_t *bits, uint32_t bit)
{
    bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void set_targets(const Reach *reach, uint32_t node, uint64_t *bits)
{
    if (reach->targets == NULL) {
        set_bit(bits, node);
        return;
    }
    for (int64_t t = reach->targets->starts[node]; t < reach->targets->starts[node + 1]; t++)
        set_bit(bits, reach->targets->items[t]);
}

static int64_t read_bits(const uint64_t *bits, size_t words, int64_t *out)
{
    int64_t count = 0;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1)
            out[count++] = (int64_t)(w * 64) + num_trailing_zeros_u64(word);
    }
    return count;
}

// The rows of all components; those behind a component have smaller numbers.
static uint64_t *component_bits(const Condensed *graph, size_t words)
{
    uint64_t *bits = base_alloc_zeroed(MAX_OF(graph->component_count * words, (size_t)1), 8);
    for (uint32_t c = 0; c < graph->component_count; c++) {
        uint64_t *row = bits + c * words;
        for (int64_t m = graph->members.starts[c]; m < graph->members.starts[c + 1]; m++)
            set_targets(graph->reach, graph->members.items[m], row);
        for (int64_t k = graph->children.starts[c]; k < graph->children.starts[c + 1]; k++)
            or_bits(row, bits + graph->children.items[k] * words, words);
    }
    return bits;
}

static Status reach_by_bits(const Condensed *graph, ReachSink sink, void *closure)
{
    const Reach *reach = graph->reach;
    size_t words = words_of(reach->target_count);
    uint64_t *bits = component_bits(graph, words);
    uint64_t *row = base_alloc_zeroed(MAX_OF(words, (size_t)1), sizeof *row);
    int64_t *found = base_alloc(MAX_OF((size_t)reach->target_count, 1) * sizeof *found);
    Status status = STATUS_OK;
    for (int64_t source = 0; source < reach->source_count && status == STATUS_OK; source++) {
        const uint64_t *from = row;
        if (reach->starts == NULL) {
            from = bits + graph->of[source] * words;
        } else {
            memset(row, 0, words * sizeof *row);
            for (int64_t s = reach->starts->starts[source]; s < reach->starts->starts[source + 1];
                 s++)
                or_bits(row, bits + graph->of[reach->starts->items[s]] * words, words);
        }
        int64_t count = read_bits(from, words, found);
        if (count > 0)
            status = sink(closure, (uint32_t)source, found, count);
    }
    free(bits);
    free(row);
    free(found);
    return status;
}

// ---------------------------------------------------------------- one walk per source

typedef struct Search {
    const Condensed *graph;
    uint32_t *seen;  // per component: the last source that met it, + 1
    uint32_t *stack; // components to be looked at
    int64_t depth;
    uint64_t *bits; // over the targets, empty between searches
    uint32_t *found;
    int64_t found_count;
    int64_t *sorted, *spare;
} Search;

static void search_meet(Search *search, uint32_t component, uint32_t source)
{
    if (search->seen[component] == source + 1)
        return;
    search->seen[component] = source + 1;
    search->stack[search->depth++] = component;
}

static void search_take(Search *search, uint32_t target)
{
    uint64_t bit = UINT64_C(1) << (target % 64);
    if (search->bits[target / 64] & bit)
        return;
    search->bits[target / 64] |= bit;
    search->found[search->found_count++] = target;
}

static void search_node(Search *search, uint32_t node)
{
    const Adjacency *targets = search->graph->reach->targets;
    if (targets == NULL) {
        search_take(search, node);
        return;
    }
    for (int64_t t = targets->starts[node]; t < targets->starts[node + 1]; t++)
        search_take(search, targets->items[t]);
}

static void search_walk(Search *search, uint32_t source)
{
    const Condensed *graph = search->graph;
    while (search->depth > 0) {
        uint32_t component = search->stack[--search->depth];
        for (int64_t m = graph->members.starts[component]; m < graph->members.starts[component + 1];
             m++)
            search_node(search, graph->members.items[m]);
        for (int64_t k = graph->children.starts[component];
             k < graph->children.starts[component + 1]; k++)
            search_meet(search, graph->children.items[k], source);
    }
}

static void sort_few(int64_t *items, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        int64_t item = items[i], at = i;
        for (; at > 0 && items[at - 1] > item; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void merge_runs(const int64_t *a, int64_t a_count, const int64_t *b, int64_t b_count,
                       int64_t *out)
{
    int64_t i = 0, j = 0, k = 0;
    while (i < a_count && j < b_count)
        out[k++] = a[i] <= b[j] ? a[i++] : b[j++];
    for (; i < a_count; i++)
        out[k++] = a[i];
    for (; j < b_count; j++)
        out[k++] = b[j];
}

// Runs of a few, merged two by two; `spare` has room for all.
static void sort_numbers(int64_t *items, int64_t count, int64_t *spare)
{
    enum { FEW = 24 };
    for (int64_t from = 0; from < count; from += FEW)
        sort_few(items + from, MIN_OF(FEW, count - from));
    int64_t *in = items, *out = spare;
    for (int64_t run = FEW; run < count; run *= 2) {
        for (int64_t from = 0; from < count; from += 2 * run) {
            int64_t first = MIN_OF(run, count - from);
            int64_t second = MIN_OF(run, count - from - first);
            merge_runs(in + from, first, in + from + first, second, out + from);
        }
        int64_t *swap = in;
        in = out, out = swap;
    }
    if (in != items)
        memcpy(items, in, (size_t)count * sizeof *items);
}

// What was found, ascending; the bits are empty again.
static int64_t search_end(Search *search)
{
    size_t words = words_of(search->graph->reach->target_count);
    int64_t count = search->found_count;
    search->found_count = 0;
    if ((size_t)count > words / 16) {
        (void)read_bits(search->bits, words, search->sorted);
        memset(search->bits, 0, words * sizeof *search->bits);
        return count;
    }
    for (int64_t i = 0; i < count; i++) {
        search->sorted[i] = search->found[i];
        search->bits[search->found[i] / 64] = 0;
    }
    sort_numbers(search->sorted, count, search->spare);
    return count;
}

static void search_from(Search *search, uint32_t source)
{
    const Condensed *graph = search->graph;
    const Adjacency *starts = graph->reach->starts;
    if (starts == NULL)
        search_meet(search, graph->of[source], source);
    for (int64_t s = starts == NULL ? 0 : starts->starts[source];
         starts != NULL && s < starts->starts[source + 1]; s++)
        search_meet(search, graph->of[starts->items[s]], source);
    search_walk(search, source);
}

static Status reach_by_walks(const Condensed *graph, ReachSink sink, void *closure)
{
    const Reach *reach = graph->reach;
    size_t components = MAX_OF((size_t)graph->component_count, 1);
    size_t targets = MAX_OF((size_t)reach->target_count, 1);
    Search search = {.graph = graph};
    search.seen = base_alloc_zeroed(components, sizeof *search.seen);
    search.stack = base_alloc(components * sizeof *search.stack);
    search.bits = base_alloc_zeroed(words_of((int64_t)targets), sizeof *search.bits);
    search.found = base_alloc(targets * sizeof *search.found);
    search.sorted = base_alloc(targets * sizeof *search.sorted);
    search.spare = base_alloc(targets * sizeof *search.spare);
    Status status = STATUS_OK;
    for (int64_t source = 0; source < reach->source_count && status == STATUS_OK; source++) {
        search_from(&search, (uint32_t)source);
        int64_t count = search_end(&search);
        if (count > 0)
            status = sink(closure, (uint32_t)source, search.sorted, count);
    }
    free(search.seen);
    free(search.stack);
    free(search.bits);
    free(search.found);
    free(search.sorted);
    free(search.spare);
    return status;
}

Status graph_reach(const Reach *reach, ReachSink sink, void *closure)
{
    Condensed graph;
    condense(reach, &graph);
    size_t row = words_of(reach->target_count) * sizeof(uint64_t);
    bool few = graph.component_count == 0 || row <= reach->bits_max / graph.component_count;
    Status status =
        few ? reach_by_bits(&graph, sink, closure) : reach_by_walks(&graph, sink, closure);
    condensed_close(&graph);
    return status;
}

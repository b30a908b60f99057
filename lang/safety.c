// SPDX-License-Identifier: Apache-2.0
//
// safety.c: who reads whom: components, strata, and cycles that may not be.

#include "lang/check_int.h"

/* ----------------------------------------------------------------------- components */

/* Tarjan's algorithm with its own stack. A component is complete after everything that it reads. */
typedef struct Node {
    uint32_t index, low; /* 0: not visited */
    bool on_stack;
    uint32_t component;
} Node;

typedef struct Frame {
    uint32_t decl;
    size_t next;
} Frame;

typedef struct Tarjan {
    Checker *c;
    Node *nodes;
    VEC(Frame) frames;
    VEC(uint32_t) stack;
    uint32_t visited, components;
} Tarjan;

static void enter(Tarjan *t, uint32_t decl)
{
    Node *node = &t->nodes[decl];
    node->index = node->low = ++t->visited;
    node->on_stack = true;
    vec_push(&t->stack, decl);
    vec_push(&t->frames, (Frame){decl, 0});
}

static void leave(Tarjan *t, uint32_t decl)
{
    Node *node = &t->nodes[decl];
    if (node->low == node->index) {
        uint32_t member;
        do {
            member = vec_pop(&t->stack);
            t->nodes[member].on_stack = false;
            t->nodes[member].component = t->components;
        } while (member != decl);
        t->components++;
    }
    (void)vec_pop(&t->frames);
    if (t->frames.count) {
        Node *above = &t->nodes[vec_last(&t->frames).decl];
        above->low = MIN_OF(above->low, node->low);
    }
}

static void visit(Tarjan *t, uint32_t start)
{
    enter(t, start);
    while (t->frames.count) {
        Frame *frame = &vec_last(&t->frames);
        DeclState *decl = t->c->decls.items[frame->decl];
        if (frame->next == decl->edges.count) {
            leave(t, frame->decl);
            continue;
        }
        uint32_t to = decl->edges.items[frame->next++].source->index;
        if (!t->nodes[to].index)
            enter(t, to);
        else if (t->nodes[to].on_stack)
            t->nodes[frame->decl].low = MIN_OF(t->nodes[frame->decl].low, t->nodes[to].index);
    }
}

/* ----------------------------------------------------------------------- cycles */

static bool in_cycle(const Tarjan *t, const TypedEdge *edge)
{
    return t->nodes[edge->reader->index].component == t->nodes[edge->source->index].component;
}

/* The names on a way from `from` back to `to` within their component, shortest first found. */
static Str cycle_text(Tarjan *t, uint32_t from, uint32_t to)
{
    Checker *c = t->c;
    uint32_t *parent = base_alloc((c->decls.count + 1) * sizeof *parent);
    VEC(uint32_t) queue = {0};
    for (size_t i = 0; i < c->decls.count; i++)
        parent[i] = UINT32_MAX;
    vec_push(&queue, from);
    parent[from] = from;
    for (size_t at = 0; at < queue.count && parent[to] == UINT32_MAX; at++) {
        const DeclState *decl = c->decls.items[queue.items[at]];
        for (size_t i = 0; i < decl->edges.count; i++) {
            uint32_t next = decl->edges.items[i].source->index;
            if (parent[next] != UINT32_MAX || t->nodes[next].component != t->nodes[from].component)
                continue;
            parent[next] = queue.items[at];
            vec_push(&queue, next);
        }
    }
    StrBuf text = {0};
    for (uint32_t at = to;; at = parent[at]) {
        strbuf_add(&text, c->decls.items[at]->pub.name);
        strbuf_add_c(&text, " ← ");
        if (at == from || parent[at] == UINT32_MAX)
            break;
    }
    strbuf_add(&text, c->decls.items[to]->pub.name);
    Str result = arena_str(c->arena, strbuf_str(&text));
    strbuf_deinit(&text);
    vec_free(&queue);
    free(parent);
    return result;
}

static void judge_edge(Tarjan *t, const TypedEdge *edge)
{
    if (!in_cycle(t, edge))
        return;
    DeclState *reader = t->c->decls.items[edge->reader->index];
    if (reader->pub.kind == TYPED_RELATION)
        reader->pub.relation.recursive = true;
    if (!edge->finished || reader->failed)
        return;
    Str way = cycle_text(t, edge->source->index, edge->reader->index);
    report_with(t->c, DIAG_CYCLE_NEEDS_FINISHED, edge->clause,
                DIAG_ARGS(diag_arg(edge->source->name), diag_arg(way)));
}

/* ----------------------------------------------------------------------- strata */

/* Components are numbered so that what is read has a smaller number. */
static void set_strata(Tarjan *t)
{
    Checker *c = t->c;
    uint32_t *stratum = base_alloc_zeroed(t->components + 1, sizeof *stratum);
    VEC(uint32_t) *members = base_alloc_zeroed(t->components + 1, sizeof *members);
    for (uint32_t i = 0; i < c->decls.count; i++)
        if (t->nodes[i].index)
            vec_push(&members[t->nodes[i].component], i);
    for (uint32_t k = 0; k < t->components; k++)
        for (size_t m = 0; m < members[k].count; m++) {
            const DeclState *decl = c->decls.items[members[k].items[m]];
            for (size_t i = 0; i < decl->edges.count; i++) {
                uint32_t source = decl->edges.items[i].source->index;
                bool made = decl->edges.items[i].source->kind != TYPED_TABLE;
                if (made && t->nodes[source].component != k)
                    stratum[k] = MAX_OF(stratum[k], stratum[t->nodes[source].component] + 1);
            }
        }
    for (uint32_t i = 0; i < c->decls.count; i++)
        if (t->nodes[i].index)
            c->decls.items[i]->pub.stratum = stratum[t->nodes[i].component];
    for (uint32_t k = 0; k < t->components; k++)
        vec_free(&members[k]);
    free(members);
    free(stratum);
}

/* ----------------------------------------------------------------------- the public graph */

typedef struct Ranked {
    const TypedDecl *decl;
    uint32_t component;
    Str component_name; /* least name of the component's members */
} Ranked;

static int rank_compare(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->decl->stratum != y->decl->stratum)
        return x->decl->stratum < y->decl->stratum ? -1 : 1;
    int names = str_compare(x->component_name, y->component_name);
    if (names == 0)
        names = str_compare(x->decl->name, y->decl->name);
    if (names == 0)
        names = x->decl->index < y->decl->index ? -1 : x->decl->index > y->decl->index;
    return names;
}

static void publish_order(Tarjan *t)
{
    Checker *c = t->c;
    VEC(Ranked) ranked = {0};
    Str *least = base_alloc_zeroed(t->components + 1, sizeof *least);
    for (size_t i = 0; i < c->decls.count; i++) {
        const TypedDecl *decl = &c->decls.items[i]->pub;
        if (decl->kind != TYPED_RELATION && decl->kind != TYPED_RULE)
            continue;
        Str *name = &least[t->nodes[i].component];
        if (!name->ptr || str_compare(decl->name, *name) < 0)
            *name = decl->name;
        vec_push(&ranked, (Ranked){decl, t->nodes[i].component, STR("")});
    }
    for (size_t i = 0; i < ranked.count; i++)
        ranked.items[i].component_name = least[ranked.items[i].component];
    if (ranked.count)
        qsort(ranked.items, ranked.count, sizeof *ranked.items, rank_compare);
    const TypedDecl **order = ARENA_ARRAY(c->arena, const TypedDecl *, ranked.count);
    for (size_t i = 0; i < ranked.count; i++)
        order[i] = ranked.items[i].decl;
    c->typed->graph.order = order;
    c->typed->graph.order_count = (uint32_t)ranked.count;
    vec_free(&ranked);
    free(least);
}

static void publish_edges(Checker *c)
{
    VEC(TypedEdge) edges = {0};
    for (size_t i = 0; i < c->decls.count; i++)
        for (size_t k = 0; k < c->decls.items[i]->edges.count; k++)
            avec_push(c->arena, &edges, c->decls.items[i]->edges.items[k]);
    c->typed->graph.edges = edges.items;
    c->typed->graph.edge_count = (uint32_t)edges.count;
}

void check_graph(Checker *c)
{
    Tarjan t = {.c = c, .nodes = base_alloc_zeroed(c->decls.count + 1, sizeof(Node))};
    for (uint32_t i = 0; i < c->decls.count; i++) {
        TypedDeclKind kind = c->decls.items[i]->pub.kind;
        bool reads = kind == TYPED_RELATION || kind == TYPED_RULE || kind == TYPED_QUERY;
        if (reads && !t.nodes[i].index)
            visit(&t, i);
    }
    for (size_t i = 0; i < c->decls.count; i++)
        for (size_t k = 0; k < c->decls.items[i]->edges.count; k++)
            judge_edge(&t, &c->decls.items[i]->edges.items[k]);
    set_strata(&t);
    publish_order(&t);
    publish_edges(c);
    for (size_t i = 0; i < c->decls.count; i++)
        c->decls.items[i]->component = t.nodes[i].component;
    vec_free(&t.frames);
    vec_free(&t.stack);
    free(t.nodes);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_graph.c: reachability and labels against a table of all pairs, over random graphs, by bits and by walks.

#include "runtime/exec/graph.h"
#include "tests/unit/unit.h"

enum { NODES = 23, SOURCES = 9, TARGETS = 70, ROUNDS = 300 };

typedef struct Case {
    bool starts[SOURCES][NODES], edges[NODES][NODES], targets[NODES][TARGETS];
    bool closed[NODES][NODES]; // along any number of edges, none included
} Case;

static uint64_t state = 1;

static uint32_t below(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

static void close_all(Case *c)
{
    memcpy(c->closed, c->edges, sizeof c->closed);
    for (int n = 0; n < NODES; n++)
        c->closed[n][n] = true;
    for (int via = 0; via < NODES; via++)
        for (int a = 0; a < NODES; a++)
            for (int b = 0; b < NODES; b++)
                c->closed[a][b] |= c->closed[a][via] && c->closed[via][b];
}

static void fill(bool *cells, uint32_t count, uint32_t some)
{
    memset(cells, 0, count * sizeof *cells);
    for (uint32_t i = 0; i < some; i++)
        cells[below(count)] = true;
}

static Adjacency lists_of(const bool *cells, uint32_t rows, uint32_t columns)
{
    uint32_t from[NODES * TARGETS], to[NODES * TARGETS];
    int64_t count = 0;
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns; c++)
            if (cells[r * columns + c]) {
                from[count] = r;
                to[count++] = c;
            }
    Adjacency lists;
    adjacency_open(&lists, rows, from, to, count);
    return lists;
}

typedef struct Found {
    bool cells[NODES][TARGETS];
    uint32_t last;
} Found;

static Status take(void *closure, uint32_t source, const int64_t *targets, int64_t count)
{
    Found *found = closure;
    assert_true(count > 0);
    assert_true(found->last == UINT32_MAX || source > found->last);
    found->last = source;
    for (int64_t i = 0; i < count; i++) {
        assert_true(i == 0 || targets[i] > targets[i - 1]);
        found->cells[source][targets[i]] = true;
    }
    return STATUS_OK;
}

static void check_reach(const Case *c, size_t bits_max, bool with_starts, bool with_targets)
{
    Adjacency edges = lists_of(&c->edges[0][0], NODES, NODES);
    Adjacency starts = lists_of(&c->starts[0][0], SOURCES, NODES);
    Adjacency targets = lists_of(&c->targets[0][0], NODES, TARGETS);
    Reach reach = {.source_count = with_starts ? SOURCES : NODES,
                   .target_count = with_targets ? TARGETS : NODES,
                   .starts = with_starts ? &starts : NULL,
                   .edges = &edges,
                   .targets = with_targets ? &targets : NULL,
                   .bits_max = bits_max};
    Found found = {.last = UINT32_MAX}, wanted = {.last = 0};
    assert_int_equal(graph_reach(&reach, take, &found), STATUS_OK);
    for (int64_t s = 0; s < reach.source_count; s++)
        for (int a = 0; a < NODES; a++)
            for (int b = 0; b < NODES; b++) {
                if (!(with_starts ? c->starts[s][a] : s == a) || !c->closed[a][b])
                    continue;
                for (int t = 0; t < reach.target_count; t++)
                    wanted.cells[s][t] |= with_targets ? c->targets[b][t] : t == b;
            }
    assert_memory_equal(found.cells, wanted.cells, sizeof found.cells);
    adjacency_close(&edges);
    adjacency_close(&starts);
    adjacency_close(&targets);
}

static void test_reach(void **unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        Case c;
        fill(&c.edges[0][0], NODES * NODES, below(60));
        fill(&c.starts[0][0], SOURCES * NODES, below(20));
        fill(&c.targets[0][0], NODES * TARGETS, below(200));
        close_all(&c);
        for (int way = 0; way < 8; way++)
            check_reach(&c, way & 1 ? REACH_BITS_MAX : 0, way & 2, way & 4);
    }
}

static void test_labels(void **unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        Case c;
        uint32_t labels[NODES], wanted[NODES];
        fill(&c.edges[0][0], NODES * NODES, below(40));
        close_all(&c);
        for (int n = 0; n < NODES; n++)
            labels[n] = wanted[n] = below(3) == 0 ? UINT32_MAX : below(10);
        for (int a = 0; a < NODES; a++)
            for (int b = 0; b < NODES; b++)
                if (c.closed[a][b])
                    wanted[b] = MIN_OF(wanted[b], labels[a]);
        Adjacency edges = lists_of(&c.edges[0][0], NODES, NODES);
        graph_least_labels(&edges, labels, 10);
        assert_memory_equal(labels, wanted, sizeof labels);
        adjacency_close(&edges);
    }
}

static void test_components(void **unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        Case c;
        uint32_t of[NODES];
        fill(&c.edges[0][0], NODES * NODES, below(50));
        close_all(&c);
        Adjacency edges = lists_of(&c.edges[0][0], NODES, NODES);
        uint32_t count = graph_components(&edges, of);
        for (int a = 0; a < NODES; a++)
            for (int b = 0; b < NODES; b++) {
                assert_true(of[a] < count);
                assert_true(!c.edges[a][b] || of[b] <= of[a]);
                assert_int_equal(of[a] == of[b], c.closed[a][b] && c.closed[b][a]);
            }
        adjacency_close(&edges);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_components),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
//
// test_sequence_search.c: matches against trying every chain of positions, on random small partitions.

#include "runtime/exec/sequence_search.h"
#include "tests/unit/unit.h"

enum { POSITIONS = 9, STEPS = 4, ROUNDS = 40000 };

typedef struct Case {
    int64_t count, tie[POSITIONS], reach[POSITIONS];
    uint32_t steps;
    uint8_t fits[STEPS][POSITIONS], breaks[STEPS][POSITIONS], beyond[POSITIONS];
    bool absent[STEPS], strict;
} Case;

static uint64_t state = 7;

static uint32_t below(uint32_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

static void make_case(Case *c)
{
    memset(c, 0, sizeof *c);
    c->count = below(POSITIONS + 1);
    c->steps = 1 + below(STEPS);
    c->strict = below(2) == 0;
    uint32_t fit = 1 + below(4), rare = 2 + below(5), within = below(2) == 0 ? POSITIONS : below(6);
    for (int64_t p = 0; p < c->count; p++) {
        c->tie[p] = p == 0 ? 0 : c->tie[p - 1] + (below(3) > 0);
        c->beyond[p] = p > 0 && c->beyond[p - 1] ? 1 : below(6) == 0;
    }
    for (int64_t p = 0; p < c->count; p++)
        while (c->reach[p] < c->count && c->tie[c->reach[p]] <= c->tie[p] + within)
            c->reach[p]++;
    for (uint32_t s = 0; s < c->steps; s++) {
        c->absent[s] = below(2) == 0;
        for (int64_t p = 0; p < c->count; p++) {
            c->fits[s][p] = below(fit) == 0;
            c->breaks[s][p] = c->absent[s] && below(rare) == 0;
        }
    }
}

// ---------------------------------------------------------------- by trying

static bool absences_hold(const Case *c, const int64_t *at)
{
    for (uint32_t s = 0; s < c->steps; s++) {
        bool last = s + 1 == c->steps;
        if (last && c->absent[s] && c->strict && c->beyond[at[0]])
            return false;
        for (int64_t m = 0; m < c->count; m++) {
            if (!c->breaks[s][m] || m == at[s] || (!last && m == at[s + 1]))
                continue;
            bool behind = c->tie[m] >= c->tie[at[s]];
            bool before = last ? m < c->reach[at[0]] : c->tie[m] <= c->tie[at[s + 1]];
            if (behind && before)
                return false;
        }
    }
    return true;
}

static bool try_chain(const Case *c, int64_t after, uint32_t step, int64_t *at)
{
    if (step == c->steps || step == STEPS)
        return absences_hold(c, at);
    for (int64_t p = 0; p < c->count; p++) {
        int64_t behind = step == 0 ? after : c->tie[at[step - 1]];
        at[step] = p;
        if (!c->fits[step][p] || c->tie[p] <= behind || p >= c->reach[at[0]])
            continue;
        if (try_chain(c, after, step + 1, at))
            return true;
    }
    return false;
}

static void try_all(const Case *c, SearchMatches *out)
{
    int64_t at[STEPS], after = -1;
    while (try_chain(c, after, 0, at)) {
        for (uint32_t s = 0; s < c->steps; s++)
            vec_push(out, at[s]);
        after = c->tie[at[c->steps - 1]];
    }
}

// ---------------------------------------------------------------- by searching

static void search(const Case *c, SearchMatches *out)
{
    const uint8_t *fits[STEPS], *breaks[STEPS];
    for (uint32_t s = 0; s < c->steps; s++) {
        fits[s] = c->fits[s];
        breaks[s] = c->absent[s] ? c->breaks[s] : NULL;
    }
    bool ends_absent = c->absent[c->steps - 1];
    SearchInput input = {.count = c->count,
                         .steps = c->steps,
                         .tie = c->tie,
                         .reach = c->reach,
                         .beyond = ends_absent && c->strict ? c->beyond : NULL,
                         .fits = fits,
                         .breaks = breaks};
    Arena *arena = arena_create(NULL, 0);
    sequence_search(&input, arena, out);
    arena_destroy(arena);
}

static void same_as_trying(void **unused)
{
    (void)unused;
    int64_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Case c;
        SearchMatches wanted = {0}, made = {0};
        make_case(&c);
        try_all(&c, &wanted);
        search(&c, &made);
        assert_int_equal(made.count, wanted.count);
        for (size_t i = 0; i < made.count; i++)
            assert_int_equal(made.items[i], wanted.items[i]);
        found += (int64_t)made.count;
        vec_free(&wanted);
        vec_free(&made);
    }
    assert_true(found > ROUNDS / 4); // the cases are not empty ones
}

// A long partition whose absence always fails: what trying would take squares of.
static void long_partitions(void **unused)
{
    (void)unused;
    enum { LONG = 200000 };
    int64_t *tie = base_alloc(LONG * sizeof *tie), *reach = base_alloc(LONG * sizeof *reach);
    uint8_t *all = base_alloc(LONG), *odd = base_alloc_zeroed(LONG, 1);
    for (int64_t p = 0; p < LONG; p++) {
        tie[p] = p;
        reach[p] = LONG;
        all[p] = 1;
        odd[p] = p % 2 == 1;
    }
    const uint8_t *fits[3] = {all, all, all}, *breaks[3] = {NULL, all, odd};
    SearchInput input = {.count = LONG, .steps = 3, .tie = tie, .reach = reach, .fits = fits};
    input.breaks = breaks;
    SearchMatches out = {0};
    Arena *arena = arena_create(NULL, 0);
    sequence_search(&input, arena, &out);
    assert_int_equal(out.count, 3); // the one that ends with the last position
    assert_int_equal(out.items[0], 0);
    assert_int_equal(out.items[2], LONG - 1);
    arena_destroy(arena);
    vec_free(&out);
    free(tie);
    free(reach);
    free(all);
    free(odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_trying),
        cmocka_unit_test(long_partitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

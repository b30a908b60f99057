// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/pool.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>

enum { TASKS = 1000, ROUNDS = 200 };

typedef struct Round {
    atomic_int done[TASKS];
    int64_t by_worker[8]; // each has its own
} Round;

static void once(void *closure, uint32_t worker, int64_t task)
{
    Round *round = closure;
    atomic_fetch_add(&round->done[task], 1);
    round->by_worker[worker]++;
}

static void check_round(Pool *pool, int64_t tasks)
{
    Round *round = base_alloc_zeroed(1, sizeof *round);
    pool_run(pool, tasks, once, round);
    int64_t total = 0;
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(atomic_load(&round->done[i]), i < tasks);
    for (uint32_t w = 0; w < 8; w++) {
        total += round->by_worker[w];
        assert_true(w < pool_size(pool) || round->by_worker[w] == 0);
    }
    assert_int_equal(total, tasks);
    free(round);
}

// Every task is done once, whatever the number of threads, again and again.
static void test_all_tasks_once(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 4; threads++) {
        Pool *pool = pool_create(threads);
        assert_in_range(pool_size(pool), 1, MAX_OF(threads, 1u));
        for (int i = 0; i < ROUNDS; i++)
            check_round(pool, i % 3 == 0 ? TASKS : i % 3 == 1 ? 1 : 0);
        pool_destroy(pool);
    }
}

static void test_no_pool_is_one_worker(void **state)
{
    (void)state;
    assert_int_equal(pool_size(NULL), 1);
    check_round(NULL, TASKS);
    pool_destroy(NULL);
    assert_true(pool_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_tasks_once),
        cmocka_unit_test(test_no_pool_is_one_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

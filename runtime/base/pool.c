// SPDX-License-Identifier: Apache-2.0
//
// pool.c: threads wait for a round of tasks; each takes the next number until none is left.

#define _GNU_SOURCE // sched_getaffinity
#include "runtime/base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define THREADS_MAX 256

typedef struct Worker {
    Pool *pool;
    uint32_t number;
    pthread_t thread;
} Worker;

struct Pool {
    Worker *workers; // [0] is the caller's and has no thread
    uint32_t size;
    pthread_mutex_t lock;
    pthread_cond_t begun, ended;
    // Guarded by the lock.
    uint64_t round;
    uint32_t busy; // threads that are still at the round
    bool closing;
    // Of the round.
    PoolTask task;
    void *closure;
    int64_t count;
    atomic_int_fast64_t next;
};

static void work(Pool *pool, uint32_t worker)
{
    for (;;) {
        int64_t task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (task >= pool->count)
            return;
        pool->task(pool->closure, worker, task);
    }
}

static void *serve(void *argument)
{
    const Worker *worker = argument;
    Pool *pool = worker->pool;
    uint64_t done = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == done && !pool->closing)
            pthread_cond_wait(&pool->begun, &pool->lock);
        if (pool->closing)
            break;
        done = pool->round;
        pthread_mutex_unlock(&pool->lock);
        work(pool, worker->number);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->ended);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

Pool *pool_create(uint32_t threads)
{
    Pool *pool = base_alloc_zeroed(1, sizeof *pool);
    uint32_t wanted = MIN_OF(MAX_OF(threads, 1u), THREADS_MAX);
    pool->workers = base_alloc_zeroed(wanted, sizeof *pool->workers);
    bool failed = pthread_mutex_init(&pool->lock, NULL) != 0;
    failed |= pthread_cond_init(&pool->begun, NULL) != 0;
    failed |= pthread_cond_init(&pool->ended, NULL) != 0;
    wanted = failed ? 1 : wanted;
    for (pool->size = 1; pool->size < wanted; pool->size++) {
        Worker *worker = &pool->workers[pool->size];
        *worker = (Worker){.pool = pool, .number = pool->size};
        if (pthread_create(&worker->thread, NULL, serve, worker) != 0)
            break;
    }
    return pool;
}

void pool_destroy(Pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
    for (uint32_t i = 1; i < pool->size; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->begun);
    pthread_cond_destroy(&pool->ended);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool);
}

uint32_t pool_size(const Pool *pool)
{
    return pool == NULL ? 1 : pool->size;
}

void pool_run(Pool *pool, int64_t count, PoolTask task, void *closure)
{
    if (pool_size(pool) == 1 || count <= 1) {
        for (int64_t i = 0; i < count; i++)
            task(closure, 0, i);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->closure = closure;
    pool->count = count;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    pool->busy = pool->size - 1;
    pool->round++;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
    work(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->ended, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

uint32_t pool_processors(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return MAX_OF((uint32_t)CPU_COUNT(&set), 1u);
}

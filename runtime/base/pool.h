// SPDX-License-Identifier: Apache-2.0
//
// pool.h: a fixed set of threads that share numbered tasks.
//
// Who calls pool_run works as well, as worker 0, and has the results when the call returns. Which worker gets which task
// is chance, so results must not depend on it: tasks write to places of their own, or to what each worker keeps and the
// caller puts together in an order of its own.

#ifndef SUP_RUNTIME_BASE_POOL_H
#define SUP_RUNTIME_BASE_POOL_H

#include "runtime/base/base.h"

typedef struct Pool Pool;

// `worker` is below pool_size; one worker has one task at a time.
typedef void (*PoolTask)(void *closure, uint32_t worker, int64_t task);

// A pool of up to `threads` workers, the caller among them (0 counts as 1). Where the system gives fewer threads, there
// are fewer workers. The caller owns the result.
Pool *pool_create(uint32_t threads);
// NULL is allowed.
void pool_destroy(Pool *pool);

// How many workers there are, at least 1; of NULL it is 1.
uint32_t pool_size(const Pool *pool);

// Does tasks 0 .. count - 1, begun in that order, and returns when all are done. One call at a time; a task must not
// call it. With NULL the caller does everything.
void pool_run(Pool *pool, int64_t count, PoolTask task, void *closure);

// How many threads this process may run at once, at least 1.
uint32_t pool_processors(void);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// tuples_together.c: one open tuple that stands for many of its class: a crowd of them, in whatever order.

#include "runtime/exec/crowd.h"
#include "runtime/exec/tuples_int.h"

Tuple tuples_together(const EvalShared *shared, const Aggregate *aggregate, const Tuple *tuples,
                      int64_t count, Arena *arena)
{
    ASSERT(count > 0);
    Crowd crowd = crowd_make(shared, aggregate, count, arena);
    for (int64_t i = 0; i < count; i++)
        crowd_set(&crowd, i, &tuples[i]);
    crowd_build(&crowd);
    Tuple all = {.weight = 0};
    bool some = crowd_tuple(&crowd, 0, count, tuples[0].class, &all);
    ASSERT(some);
    return all;
}
